//! The keeper: brings what an office added to its store, group by group, and stops for good at the first failure.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::form;
use super::store::{Batch, Head, Header, PolicyFiles, Record, Store, journal};
use crate::decision::Entry;
use crate::error::Error;
use crate::model::RequestId;

/// A store, and how far it has come.
#[derive(Debug)]
pub(super) struct Keeper {
    store: Box<dyn Store>,
    head: Head,
    /// The header of a stream that is not written yet.
    header: Option<Header>,
    /// The policy sets that the store has.
    kept: BTreeSet<Arc<str>>,
    state: State,
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
    pub(super) fn new(store: Box<dyn Store>, header: Header) -> Self {
        let head = Head::of(&header);
        Self { store, head, header: Some(header), kept: BTreeSet::new(), state: State::Ready }
    }

    pub(super) fn go_on(store: Box<dyn Store>, head: Head) -> Result<Self, Error> {
        let kept = store.policy_digests()?.into_iter().map(Arc::from).collect();
        Ok(Self { store, head, header: None, kept, state: State::Ready })
    }

    pub(super) fn head(&self) -> Head {
        self.head
    }

    pub(super) fn store(&self) -> &dyn Store {
        self.store.as_ref()
    }

    pub(super) fn begin(&mut self) -> Result<(), Error> {
        match &self.state {
            State::Ready => {
                self.state = State::Busy;
                Ok(())
            }
            State::Busy => Err(journal("the journal was left in the middle of an entry; open it again")),
            State::Failed(error) => {
                Err(journal(format!("the journal failed before, open it again to go on: {error}")))
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
        let result = self.write(entries, policies);
        self.state = match &result {
            Ok(()) => State::Ready,
            Err(error) => State::Failed(error.clone()),
        };
        result
    }

    fn write<'a>(
        &mut self,
        entries: impl Iterator<Item = (&'a Entry, Option<&'a RequestId>)>,
        policies: Option<(Arc<str>, impl FnOnce() -> PolicyFiles)>,
    ) -> Result<(), Error> {
        let mut head = self.head;
        let mut records: Vec<Record> = Vec::new();
        for (entry, request_id) in entries {
            let record = head.next(request_id.map(ToString::to_string), form::write_entry(entry)?);
            head = head.after(&record);
            records.push(record);
        }
        if records.is_empty() {
            return Ok(());
        }
        let new = policies.filter(|(digest, _)| !self.kept.contains(digest));
        let new: Vec<_> = new.into_iter().map(|(digest, files)| (digest, files())).collect();
        self.store.append(&Batch {
            header: self.header.as_ref(),
            expected: self.head,
            records: &records,
            policies: &new,
        })?;
        self.head = head;
        self.header = None;
        self.kept.extend(new.into_iter().map(|(digest, _)| digest));
        Ok(())
    }
}
