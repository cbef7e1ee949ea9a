//! Earlier entries: those before a snapshot, read from the store page by page when somebody asks for them.

use std::sync::{Arc, OnceLock};

use super::form;
use super::shelf::Shelf;
use super::store::{Digest, Head, journal};
use crate::decision::{Decision, Entry};
use crate::error::Error;
use crate::model::RequestId;

/// Entries of a page.
const PAGE: u64 = 1_024;

/// A reader on its way along the chain: where it is, and the hashes at the ends of the pages behind it.
#[derive(Debug, Clone)]
pub(crate) struct Reading {
    pub(crate) head: Head,
    /// The hash behind each full page.
    marks: Vec<Digest>,
}

/// The entries before a snapshot. Every page is checked against the chain when it is read, by the hashes that
/// the snapshot has of the pages' ends.
#[derive(Debug)]
pub(super) struct Earlier {
    pub(super) shelf: Shelf,
    first: Head,
    until: Reading,
    pages: Vec<OnceLock<Vec<Entry>>>,
    fault: OnceLock<Error>,
}

impl Reading {
    pub(crate) fn new(head: Head) -> Self {
        Self { head, marks: Vec::new() }
    }

    /// Goes on from a snapshot; none if it has not as many marks as it must have.
    pub(crate) fn from_snapshot(head: Head, marks: Vec<Digest>) -> Option<Self> {
        (marks.len() as u64 == head.records / PAGE).then_some(Self { head, marks })
    }

    pub(crate) fn marks(&self) -> &[Digest] {
        &self.marks
    }

    /// Goes to the head behind the next record.
    pub(crate) fn go_to(&mut self, head: Head) {
        self.head = head;
        if head.records.is_multiple_of(PAGE) {
            self.marks.push(head.hash);
        }
    }
}

impl Earlier {
    /// The entries up to where a snapshot stands, of a stream that begins with this head.
    pub(super) fn new(shelf: Shelf, first: Head, until: Reading) -> Self {
        let pages = (0..until.head.records.div_ceil(PAGE)).map(|_| OnceLock::new()).collect();
        Self { shelf, first, until, pages, fault: OnceLock::new() }
    }

    /// How many there are.
    pub(super) fn len(&self) -> u64 {
        self.until.head.records
    }

    /// The entry with this number; none if it cannot be read, and [`Earlier::fault`] says why.
    pub(super) fn entry(&self, number: u64) -> Option<&Entry> {
        let page = usize::try_from(number / PAGE).ok()?;
        let place = usize::try_from(number % PAGE).ok()?;
        let slot = self.pages.get(page)?;
        if slot.get().is_none() {
            match self.read_page(page) {
                // Another reader may have been quicker; both have read the same.
                Ok(entries) => drop(slot.set(entries)),
                Err(error) => self.fail(error),
            }
        }
        slot.get()?.get(place)
    }

    /// The first answer to a request id, if one of the first `entries` is it.
    pub(super) fn answer_to(&self, id: &RequestId, entries: u64) -> Option<&Arc<Decision>> {
        let number = match self.shelf.read_beside(|store| store.answered_before(id.as_str(), entries)) {
            Ok(number) => number?,
            Err(error) => {
                self.fail(error);
                return None;
            }
        };
        match self.entry(number)? {
            Entry::Decided(decision) if decision.request.id.as_ref() == Some(id) => Some(decision),
            Entry::Decided(_) | Entry::Opened { .. } | Entry::Advanced(_) => {
                self.fail(
                    journal(format!("entry {number} is not the answer to `{id}`, as the store says"))
                        .in_chinese(format!("第 {number} 条记录并非存储所说对 `{id}` 的答复")),
                );
                None
            }
        }
    }

    /// Why something could not be read, if that ever was so.
    pub(super) fn fault(&self) -> Option<&Error> {
        self.fault.get()
    }

    fn fail(&self, error: Error) {
        // The first failure is the one that is told.
        drop(self.fault.set(error));
    }

    fn read_page(&self, page: usize) -> Result<Vec<Entry>, Error> {
        let from = (page as u64).saturating_mul(PAGE);
        let until = from.saturating_add(PAGE).min(self.len());
        let hash = match page.checked_sub(1) {
            None => Some(self.first.hash),
            Some(before) => self.until.marks.get(before).copied(),
        };
        let hash = hash.ok_or_else(|| {
            journal(format!("entry {from} has no page")).in_chinese(format!("第 {from} 条记录没有所在的页"))
        })?;
        let mut head = Head { records: from, hash };
        let mut entries = Vec::new();
        let people = self.shelf.people();
        self.shelf.read_beside(|store| {
            store.read_part(from..until, &mut |record| {
                head.follow(&record)?;
                entries.push(form::read_entry_with(&record, &people)?);
                Ok(())
            })
        })?;
        let end = self.until.marks.get(page).copied().unwrap_or(self.until.head.hash);
        if head.records < until {
            Err(journal(format!("entry {} is missing: a snapshot was taken behind it", head.records))
                .in_chinese(format!("缺第 {} 条记录：其后留存过账册快照", head.records)))
        } else if head.hash == end {
            Ok(entries)
        } else {
            Err(journal(format!(
                "the entries before entry {until} are not those that the snapshot stands behind"
            ))
            .in_chinese(format!("第 {until} 条之前的记录不是账册快照所依据的那些")))
        }
    }
}
