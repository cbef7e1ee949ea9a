//! Snapshots: the books put beside the journal, and taken from there instead of a long replay.

use std::sync::Arc;

use super::past::Replay;
use super::{Office, kept};
use crate::error::{Error, ErrorKind};
use crate::journal::{Head, People, Reading, Shelf, Snapshot, Store, read_books, seeded, write_books};
use crate::ledger::Ledger;
use crate::model::PersonId;

impl Office {
    /// Puts the books beside the journal, in its store, so that opening it replays only what comes later.
    ///
    /// # Errors
    /// If the journal is kept nowhere, its store keeps no snapshots, or it cannot be written: then the office
    /// answers no more, as after any failed write.
    pub fn keep_snapshot(&mut self) -> Result<(), Error> {
        let books = if seeded::has(seeded::Bug::SnapshotOneBehind) {
            self.behind(self.journal.next().saturating_sub(1))?.snapshot()
        } else {
            self.snapshot()
        };
        let shelf = self.journal.shelf().cloned();
        let people = shelf.as_ref().map(Shelf::people);
        let call = |id: &PersonId| people.as_ref().and_then(|people| people.reference(id));
        self.journal.keep_snapshot(&books.stored(call))
    }

    /// Keeps a snapshot by itself, behind an answer, whenever so many entries have come since the last one.
    /// Never if nothing is given, which is how an office opens.
    pub fn snapshot_every(&mut self, entries: impl Into<Option<u64>>) {
        self.journal.snapshot_every(entries.into());
    }

    /// What was answered is kept. A snapshot that fails is told with the next request.
    pub(super) fn keep_snapshot_if_due(&mut self) {
        if self.journal.snapshot_is_due() {
            drop(self.keep_snapshot());
        }
    }

    /// The whole journal replayed, whatever snapshots say, and each of them compared with the books.
    ///
    /// # Errors
    /// As [`Office::open_on`], and if a snapshot is not what was written, or is not of the books that stood
    /// where it says.
    pub fn verify(store: impl Store + 'static) -> Result<Self, Error> {
        let header =
            store.header()?.ok_or_else(|| bad("the journal is empty".to_owned()).in_chinese("日志是空的"))?;
        header.check()?;
        let shelf = Shelf::new(Box::new(store), Some(&header))?;
        let (store, people) = (shelf.read(), shelf.people());
        let charter = kept::charter_of(&header, &shelf, None)?;
        let mut replay = Replay::new(Arc::new(kept::books_of(charter)?));
        let mut reading = Reading::new(Head::of(&header));
        let mut due = Vec::new();
        for records in store.snapshots()? {
            let snapshot = store.snapshot(records)?.ok_or_else(|| {
                bad(format!("the snapshot behind {records} entries is no more"))
                    .in_chinese(format!("第 {records} 条记录之后的快照已经没有了"))
            })?;
            snapshot.check()?;
            due.push(snapshot);
        }
        due.reverse();
        store.read(&mut |record| {
            replay.follow(&mut reading, &record, &people)?;
            match due.pop_if(|snapshot| snapshot.head.records <= reading.head.records) {
                Some(snapshot) => is_of(&snapshot, &reading, replay.books(), &people),
                None => Ok(()),
            }
        })?;
        kept::begun(&reading)?;
        if let Some(snapshot) = due.last() {
            let last = snapshot.head.records.saturating_sub(1);
            return Err(bad(format!("entry {last} is missing: a snapshot was taken behind it"))
                .in_chinese(format!("缺第 {last} 条记录：其后留存过账册快照")));
        }
        let mut office = replay.into_office(None);
        drop((store, people));
        office.journal.go_on_in(shelf, reading)?;
        Ok(office)
    }
}

/// Whether a snapshot is of these books at this place.
fn is_of(snapshot: &Snapshot, reading: &Reading, books: &Ledger, people: &People) -> Result<(), Error> {
    let records = snapshot.head.records;
    if snapshot.head != reading.head {
        return Err(bad(format!("the snapshot behind {records} entries was taken of another chain"))
            .in_chinese(format!("第 {records} 条记录之后的快照出自另一条链")));
    }
    if snapshot.body != write_books(reading.marks(), &books.stored(|id| people.reference(id)))? {
        return Err(bad(format!(
            "the snapshot behind {records} entries is not of the books that stood there"
        ))
        .in_chinese(format!("第 {records} 条记录之后的快照不是当时的账")));
    }
    Ok(())
}

/// The nearest snapshot that can be used, at or before so many entries: what it stands behind, and its books.
///
/// One that cannot be read, was changed, or is of another version is passed over: the chain says it all once
/// more. One that is sound and stands where the chain does not come to is no fault of the snapshot.
///
/// # Errors
/// If the store cannot be read, or its chain is not the one that a snapshot was taken of.
pub(super) fn nearest(shelf: &Shelf, until: u64) -> Result<Option<(Reading, Ledger)>, Error> {
    let people = shelf.people();
    shelf.read_beside(|store| nearest_in(store, &people, until))
}

fn nearest_in(store: &dyn Store, people: &People, until: u64) -> Result<Option<(Reading, Ledger)>, Error> {
    for records in store.snapshots()?.into_iter().rev().filter(|records| *records <= until) {
        let Ok(Some(snapshot)) = store.snapshot(records) else { continue };
        if snapshot.check().is_err() {
            continue;
        }
        let mut stands = None;
        store.read_part(records.saturating_sub(1)..records, &mut |record| {
            stands = Some(record.hash);
            Ok(())
        })?;
        match stands {
            Some(hash) if hash == snapshot.head.hash => {}
            Some(_) => {
                return Err(bad(format!(
                    "a snapshot was taken of another chain than what stands before entry {records}"
                ))
                .in_chinese(format!("账册快照所依据的链，不是第 {records} 条之前的这条")));
            }
            None => {
                let last = records.saturating_sub(1);
                return Err(bad(format!("entry {last} is missing: a snapshot was taken behind it"))
                    .in_chinese(format!("缺第 {last} 条记录：其后留存过账册快照")));
            }
        }
        if let Some(found) = restored(&snapshot, people) {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

fn restored(snapshot: &Snapshot, people: &People) -> Option<(Reading, Ledger)> {
    let (marks, books) = read_books(&snapshot.body).ok()?;
    let reading = Reading::from_snapshot(snapshot.head, marks)?;
    Some((reading, Ledger::from_stored(books, |id| people.key(id))?))
}

fn bad(message: String) -> Error {
    Error::new(ErrorKind::Journal, message)
}
