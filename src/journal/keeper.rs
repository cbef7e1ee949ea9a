//! The keeper: brings what an office added to its store, group by group, and stops for good at the first failure.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::Serialize;

use super::brief::Lists;
use super::earlier::Reading;
use super::form;
use super::people::{New, PersonRow};
use super::shelf::Shelf;
use super::snapshot::Snapshot;
use super::store::{Batch, Digest, Head, Header, NewRecord, PolicyFiles, journal};
use crate::decision::Entry;
use crate::error::{Error, ErrorKind};
use crate::model::RequestId;

/// A store, and how far it has come.
#[derive(Debug)]
pub(super) struct Keeper {
    shelf: Shelf,
    reading: Reading,
    /// The header of a stream that is not written yet.
    header: Option<Header>,
    /// The policy sets that the store has.
    kept: BTreeSet<Arc<str>>,
    /// People whom the first batch brings along.
    people: Vec<PersonRow>,
    state: State,
    /// After how many entries a snapshot is taken; never if there is nothing here.
    every: Option<u64>,
    /// Behind how many entries the last snapshot stands.
    snapshot: u64,
    /// How many records the last group had, and how many bytes: the next one has room for as many.
    usual: (usize, usize),
    /// What the last entries read, as it is written.
    lists: Lists,
}

/// Records that belong together and that the store does not have yet.
#[derive(Debug)]
pub(crate) struct Group {
    shelf: Shelf,
    /// The header, where the stream begins with them.
    header: Option<Header>,
    /// The head that they stand behind.
    expected: Head,
    parts: Vec<Part>,
    /// Policy sets that the store does not have, and people.
    policies: Vec<(Arc<str>, PolicyFiles)>,
    people: Vec<PersonRow>,
}

/// Records that were put together at once, with their bodies in one text.
#[derive(Debug, Default)]
struct Part {
    bodies: String,
    records: Vec<Kept>,
}

#[derive(Debug)]
struct Kept {
    request_id: Option<RequestId>,
    /// Where its body ends.
    end: usize,
    hash: Digest,
}

#[derive(Debug)]
enum State {
    Ready,
    /// Entries are being made. Whoever finds it so was left in the middle.
    Busy,
    /// A commit failed. What the store holds is unknown until it is opened again.
    Failed(Error),
}

impl Keeper {
    pub(super) fn new(shelf: Shelf, header: Header, people: Vec<PersonRow>) -> Self {
        let reading = Reading::new(Head::of(&header));
        let (kept, state) = (BTreeSet::new(), State::Ready);
        Self {
            shelf,
            reading,
            header: Some(header),
            kept,
            people,
            state,
            every: None,
            snapshot: 0,
            usual: (0, 0),
            lists: Lists::default(),
        }
    }

    pub(super) fn go_on(shelf: Shelf, reading: Reading) -> Result<Self, Error> {
        let kept = shelf.read().policy_digests()?.into_iter().map(Arc::from).collect();
        let snapshot = shelf.read().snapshots()?.last().copied().unwrap_or(0);
        let (people, state) = (Vec::new(), State::Ready);
        Ok(Self {
            shelf,
            reading,
            header: None,
            kept,
            people,
            state,
            every: None,
            snapshot,
            usual: (0, 0),
            lists: Lists::default(),
        })
    }

    pub(super) fn head(&self) -> Head {
        self.reading.head
    }

    pub(super) fn shelf(&self) -> &Shelf {
        &self.shelf
    }

    pub(super) fn snapshot_every(&mut self, entries: Option<u64>) {
        self.every = entries;
    }

    /// Whether as many entries have come since the last snapshot as were to come.
    pub(super) fn snapshot_is_due(&self) -> bool {
        let since = self.head().records.saturating_sub(self.snapshot);
        self.every.is_some_and(|every| since >= every)
    }

    /// Keeps the books as they stand behind the head. If that fails the keeper has failed, as with entries.
    pub(super) fn keep_snapshot(&mut self, books: &impl Serialize) -> Result<(), Error> {
        self.begin()?;
        let head = self.head();
        let result = form::write_books(self.reading.marks(), books)
            .and_then(|body| self.shelf.write().keep_snapshot(&Snapshot::new(head, body)));
        self.snapshot = head.records;
        self.settle(result)
    }

    pub(super) fn begin(&mut self) -> Result<(), Error> {
        match &self.state {
            State::Ready => {
                self.state = State::Busy;
                Ok(())
            }
            State::Busy => Err(journal("the journal was left in the middle of an entry; open it again")
                .in_chinese("日志停在一条记录的中途；请重新打开")),
            State::Failed(error) => {
                let zh = format!("日志先前已失败，请重新打开后再继续：{}", error.zh());
                Err(journal(format!("the journal failed before, open it again to go on: {error}"))
                    .in_chinese(zh))
            }
        }
    }

    /// What was begun came to nothing.
    pub(super) fn end(&mut self) {
        if matches!(self.state, State::Busy) {
            self.state = State::Ready;
        }
    }

    pub(super) fn commit<'a>(
        &mut self,
        entries: impl Iterator<Item = (&'a Entry, Option<&'a RequestId>)>,
        policies: Option<(Arc<str>, impl FnOnce() -> PolicyFiles)>,
    ) -> Result<(), Error> {
        let result = self.put_together(entries, policies).and_then(|group| {
            group.keep()?;
            self.go_behind(&group);
            Ok(())
        });
        self.settle(result)
    }

    /// As [`Keeper::commit`], but the group is kept by whoever has it, and what comes next stands behind it.
    pub(super) fn commit_later<'a>(
        &mut self,
        entries: impl Iterator<Item = (&'a Entry, Option<&'a RequestId>)>,
        policies: Option<(Arc<str>, impl FnOnce() -> PolicyFiles)>,
    ) -> Result<Group, Error> {
        let result = self.put_together(entries, policies);
        if let Ok(group) = &result {
            self.go_behind(group);
        }
        self.settle(result.as_ref().map(drop).map_err(Error::clone))?;
        result
    }

    /// What was decided cannot be kept, for this reason.
    pub(super) fn fail(&mut self, error: Error) -> Error {
        self.state = State::Failed(error.clone());
        error
    }

    fn settle(&mut self, result: Result<(), Error>) -> Result<(), Error> {
        self.state = match &result {
            Ok(()) => State::Ready,
            Err(error) => State::Failed(error.clone()),
        };
        result
    }

    /// The records of entries, behind the head.
    fn put_together<'a>(
        &mut self,
        entries: impl Iterator<Item = (&'a Entry, Option<&'a RequestId>)>,
        policies: Option<(Arc<str>, impl FnOnce() -> PolicyFiles)>,
    ) -> Result<Group, Error> {
        let mut head = self.head();
        let (usual, bytes) = self.usual;
        let (mut records, mut bodies) = (Vec::with_capacity(usual), String::with_capacity(bytes));
        let mut people = std::mem::take(&mut self.people);
        for (entry, request_id) in entries {
            let begin = bodies.len();
            self.write(entry, &mut people, &mut bodies)?;
            let body = bodies.get(begin..).unwrap_or_default();
            let hash = head.hash_of(request_id.map(RequestId::as_str), body.as_bytes());
            head = head.after(hash);
            records.push(Kept { request_id: request_id.cloned(), end: bodies.len(), hash });
        }
        self.usual = (records.len(), bodies.len());
        let new = policies.filter(|(digest, _)| !records.is_empty() && !self.kept.contains(digest));
        let policies = new.into_iter().map(|(digest, files)| (digest, files())).collect();
        let (shelf, header) = (self.shelf.clone(), self.header.clone());
        let parts = vec![Part { bodies, records }];
        Ok(Group { shelf, header, expected: self.head(), parts, policies, people })
    }

    /// What comes next stands behind these records.
    fn go_behind(&mut self, group: &Group) {
        for record in group.records() {
            self.reading.go_to(self.head().after(record.hash));
            self.header = None;
        }
        self.kept.extend(group.policies.iter().map(|(digest, _)| Arc::clone(digest)));
    }

    fn write(&mut self, entry: &Entry, rows: &mut Vec<PersonRow>, to: &mut String) -> Result<(), Error> {
        let salt = || self.shelf.read_beside(|store| store.salt());
        let mut new = New { rows, salt: &salt };
        let lists = self.shelf.is_brief().then_some(&mut self.lists);
        form::write_entry(entry, lists, &mut self.shelf.people_mut(), &mut new, to)
    }
}

impl Group {
    /// This group, and one that stands right behind it.
    pub(crate) fn join(mut self, next: Self) -> Result<Self, Error> {
        let head = self.head();
        if next.expected != head || !self.shelf.is(&next.shelf) {
            return Err(journal(format!(
                "what was decided from entry {} on does not stand behind entry {}",
                next.expected.records, head.records
            ))
            .in_chinese(format!(
                "自第 {} 条起的裁定并不接在第 {} 条之后",
                next.expected.records, head.records
            )));
        }
        self.header = self.header.or(next.header);
        self.parts.extend(next.parts);
        self.policies.extend(next.policies);
        self.people.extend(next.people);
        Ok(self)
    }

    /// Brings the group to its store, behind the head that it was put together for.
    pub(crate) fn keep(&self) -> Result<(), Error> {
        let Self { shelf, header, expected, policies, people, .. } = self;
        let records = self.as_new().ok_or_else(broken)?;
        if records.is_empty() {
            return Ok(());
        }
        let (header, expected) = (header.as_ref(), *expected);
        shelf.write().append(&Batch { header, expected, records: &records, policies, people })
    }

    fn records(&self) -> impl Iterator<Item = &Kept> {
        self.parts.iter().flat_map(|part| &part.records)
    }

    /// The head behind the group.
    fn head(&self) -> Head {
        let count: usize = self.parts.iter().map(|part| part.records.len()).sum();
        let last = self.parts.iter().rev().find_map(|part| part.records.last());
        Head {
            records: self.expected.records.saturating_add(count as u64),
            hash: last.map_or(self.expected.hash, |last| last.hash),
        }
    }

    /// The records as a store takes them; none if their bodies do not stand where they should.
    fn as_new(&self) -> Option<Vec<NewRecord<'_>>> {
        let count = self.parts.iter().map(|part| part.records.len()).sum();
        let (mut records, mut number) = (Vec::with_capacity(count), self.expected.records);
        for Part { bodies, records: kept } in &self.parts {
            let mut begin = 0;
            for Kept { request_id, end, hash } in kept {
                let (body, request_id) =
                    (bodies.get(begin..*end)?, request_id.as_ref().map(RequestId::as_str));
                records.push(NewRecord { number, request_id, body, hash: *hash });
                begin = *end;
                number = number.checked_add(1)?;
            }
        }
        Some(records)
    }
}

/// A bug: what was put together cannot be taken apart again.
fn broken() -> Error {
    Error::new(ErrorKind::Internal, "the records of a group cannot be told apart")
        .in_chinese("一组记录无法分开")
}
