//! The record: every entry in order, in memory and, where a store is given, on a disk before any answer leaves.

mod answered;
mod boxed;
mod brief;
mod earlier;
mod erase;
mod form;
mod keeper;
mod log;
mod people;
#[cfg(feature = "postgres")]
mod postgres;
mod quick;
#[cfg(feature = "seeded-bugs")]
pub mod seeded;
#[cfg(not(feature = "seeded-bugs"))]
pub(crate) mod seeded;
mod shelf;
mod snapshot;
#[cfg(feature = "sqlite")]
mod sqlite;
mod store;
mod strangers;
mod touch;

use std::sync::Arc;

use serde::Serialize;

use crate::decision::{Decision, Entry};
use crate::error::Error;
use crate::model::{Date, Pages, RequestId};

#[cfg(feature = "postgres")]
pub use self::postgres::PostgresStore;
use answered::Answered;
use earlier::Earlier;
pub(crate) use earlier::Reading;
pub use erase::{Erased, erase};
pub(crate) use form::{new_header, opening_of, read_books, read_entry_with, write_books};
pub use form::{read_entry, read_opening, write_opening};
pub(crate) use keeper::Group;
use keeper::Keeper;
pub use log::{Log, export};
pub(crate) use people::People;
pub use people::{PersonRow, Salt};
pub(crate) use shelf::Shelf;
pub use snapshot::{SNAPSHOT_FORMAT, Snapshot};
#[cfg(feature = "sqlite")]
pub use sqlite::SqliteStore;
pub use store::{ALGORITHM, Batch, Digest, FORMAT, Head, Header, NewRecord, PolicyFiles, Record, Store};
pub(crate) use strangers::Strangers;

/// A journal: every entry in order. A clone is cheap, goes its own way, and is kept nowhere.
///
/// All of it stands in memory, unless it was opened from a snapshot: what stands before that is read from the
/// store when it is asked for, and checked then. If that fails the entry is as if it were not there,
/// [`Journal::sound`] says why, and nothing is decided on such a journal.
#[derive(Debug)]
pub struct Journal {
    /// What stands before the entries in memory.
    earlier: Option<Arc<Earlier>>,
    /// The number of the first entry in memory.
    base: u64,
    entries: Pages<Entry>,
    answered: Answered,
    /// Entries since the last [`Journal::begin`] that answer no id for the first time.
    again: Vec<u64>,
    /// What brings every entry to a store; none for a journal in memory.
    keeper: Option<Box<Keeper>>,
}

/// Entries, each with its request's id if it is the first answer to it.
type NewEntries<'a> = Box<dyn Iterator<Item = (&'a Entry, Option<&'a RequestId>)> + 'a>;

/// A moment in a journal: behind an entry, or at the end of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// Behind the entry with this number.
    Entry(u64),
    /// Behind the last entry of this day or of a day before it.
    Date(Date),
}

impl Default for Journal {
    fn default() -> Self {
        let (entries, answered) = (Pages::default(), Answered::default());
        Self { earlier: None, base: 0, entries, answered, again: Vec::new(), keeper: None }
    }
}

impl Clone for Journal {
    fn clone(&self) -> Self {
        Self {
            earlier: self.earlier.clone(),
            base: self.base,
            entries: self.entries.clone(),
            answered: self.answered.copy(self.next()),
            again: Vec::new(),
            keeper: None,
        }
    }
}

impl Journal {
    /// The number that the next entry gets. The opening is entry 0.
    pub fn next(&self) -> u64 {
        self.base.saturating_add(self.entries.len() as u64)
    }

    /// Adds an entry. Where there is a keeper it is kept with the next [`Journal::commit`].
    pub(crate) fn append(&mut self, entry: Entry) {
        let first = match &entry {
            // What is in memory is looked at as it is noted there.
            Entry::Decided(decision) if self.earlier.is_some() => {
                decision.request.id.as_ref().is_some_and(|id| self.answer_to(id).is_none())
            }
            Entry::Decided(_) | Entry::Opened { .. } | Entry::Advanced(_) => true,
        };
        self.append_read(entry, first);
    }

    /// Adds an entry of which it is known whether it may be the first answer to its request's id.
    pub(crate) fn append_read(&mut self, entry: Entry, first: bool) {
        let number = self.next();
        if let Entry::Decided(decision) = &entry
            && let Some(id) = &decision.request.id
        {
            let is_noted = first && !seeded::has(seeded::Bug::IdForgotten) && self.answered.note(id, number);
            if !is_noted && self.is_kept() {
                self.again.push(number);
            }
        }
        self.entries.push(entry);
    }

    /// The entry with this number.
    pub fn entry(&self, number: u64) -> Option<&Entry> {
        match number.checked_sub(self.base) {
            Some(place) => self.entries.get(usize::try_from(place).ok()?),
            None => self.earlier.as_ref()?.entry(number),
        }
    }

    /// Every entry, from the opening on.
    pub fn entries(&self) -> impl DoubleEndedIterator<Item = &Entry> {
        (0..self.base).filter_map(|number| self.entry(number)).chain(self.entries.iter())
    }

    /// Whether every entry that was asked for could be read.
    ///
    /// # Errors
    /// Why one before the snapshot that this journal was opened from could not.
    pub fn sound(&self) -> Result<(), Error> {
        self.earlier.as_ref().and_then(|earlier| earlier.fault()).map_or(Ok(()), |fault| Err(fault.clone()))
    }

    /// The first answer to a request id.
    pub fn answer_to(&self, id: &RequestId) -> Option<&Arc<Decision>> {
        match self.answered.get(id).map(|number| self.entry(number)) {
            Some(Some(Entry::Decided(decision))) => Some(decision),
            Some(_) => None,
            None => self.earlier.as_ref()?.answer_to(id, self.base),
        }
    }

    /// Whether entries are kept in a store.
    pub fn is_kept(&self) -> bool {
        self.keeper.is_some()
    }

    /// Whether the store must be used on a thread of its own ([`Store::needs_own_thread`]).
    pub fn needs_own_thread(&self) -> bool {
        self.keeper.as_ref().is_some_and(|keeper| keeper.shelf().read().needs_own_thread())
    }

    /// The head of the store: all that was acknowledged. None for a journal in memory.
    pub fn head(&self) -> Option<Head> {
        self.keeper.as_ref().map(|keeper| keeper.head())
    }

    /// The files of a policy set that has decided here; none if the store does not have it, or there is none.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn policies(&self, digest: &str) -> Result<Option<PolicyFiles>, Error> {
        self.keeper.as_ref().map_or(Ok(None), |keeper| keeper.shelf().read().policies(digest))
    }

    /// From now on every entry is kept in this new stream, those there are already with the next commit.
    pub(crate) fn keep_in(&mut self, shelf: Shelf, header: Header, people: Vec<PersonRow>) {
        self.keeper = Some(Box::new(Keeper::new(shelf, header, people)));
    }

    /// From now on every entry is kept in this stream, which holds those that there are.
    pub(crate) fn go_on_in(&mut self, shelf: Shelf, reading: Reading) -> Result<(), Error> {
        self.keeper = Some(Box::new(Keeper::go_on(shelf, reading)?));
        Ok(())
    }

    /// The journal of a stream, whose first head is given, behind a snapshot. What stands before stays in the store.
    pub(crate) fn behind_snapshot(shelf: Shelf, first: Head, until: Reading) -> Self {
        let base = until.head.records;
        let earlier = Some(Arc::new(Earlier::new(shelf, first, until)));
        Self { earlier, base, ..Self::default() }
    }

    /// The journal as it was with so many entries.
    pub(crate) fn until(&self, entries: u64) -> Self {
        let mut then = self.clone();
        while then.next() > entries {
            match then.entries.last() {
                Some(Entry::Decided(decision)) => {
                    let number = then.next().saturating_sub(1);
                    if let Some(id) = decision.request.id.clone() {
                        then.answered.forget(&id, number);
                    }
                }
                Some(Entry::Opened { .. } | Entry::Advanced(_)) => {}
                None => {
                    then.base = entries;
                    break;
                }
            }
            then.entries.pop();
        }
        then
    }

    /// The store with this journal's snapshots, if there is one.
    pub(crate) fn shelf(&self) -> Option<&Shelf> {
        let keeper = self.keeper.as_ref().map(|keeper| keeper.shelf());
        keeper.or_else(|| self.earlier.as_ref().map(|earlier| &earlier.shelf))
    }

    /// Takes a snapshot whenever so many entries have come since the last one; none if nothing is given.
    pub(crate) fn snapshot_every(&mut self, entries: Option<u64>) {
        if let Some(keeper) = &mut self.keeper {
            keeper.snapshot_every(entries);
        }
    }

    pub(crate) fn snapshot_is_due(&self) -> bool {
        self.keeper.as_ref().is_some_and(|keeper| keeper.snapshot_is_due())
    }

    /// Keeps the books, which are those behind the last entry.
    ///
    /// # Errors
    /// If there is no store, it keeps no snapshots, or cannot be written.
    pub(crate) fn keep_snapshot(&mut self, books: &impl Serialize) -> Result<(), Error> {
        match &mut self.keeper {
            Some(keeper) => keeper.keep_snapshot(books),
            None => Err(store::journal("a journal in memory keeps no snapshots")
                .in_chinese("内存中的日志不留存账册快照")),
        }
    }

    /// Says that entries will follow which belong together.
    ///
    /// # Errors
    /// If an earlier commit failed, or never came: only opening the store again tells what it holds.
    pub(crate) fn begin(&mut self) -> Result<(), Error> {
        self.again.clear();
        self.keeper.as_mut().map_or(Ok(()), |keeper| keeper.begin())
    }

    /// Keeps what was added since [`Journal::begin`], all or nothing, with the policy set that decided.
    pub(crate) fn commit(
        &mut self,
        policies: Option<(Arc<str>, impl FnOnce() -> PolicyFiles)>,
    ) -> Result<(), Error> {
        self.with_new(|keeper, new| keeper.commit(new, policies)).unwrap_or(Ok(()))
    }

    /// What was added since [`Journal::begin`], for somebody who keeps it while this journal goes on; nothing
    /// if it is in memory.
    pub(crate) fn commit_later(
        &mut self,
        policies: Option<(Arc<str>, impl FnOnce() -> PolicyFiles)>,
    ) -> Result<Option<Group>, Error> {
        self.with_new(|keeper, new| keeper.commit_later(new, policies)).transpose()
    }

    /// The entries that the store does not have, each with its request's id if it is the first answer to it.
    fn with_new<T>(
        &mut self,
        keep: impl FnOnce(&mut Keeper, NewEntries<'_>) -> Result<T, Error>,
    ) -> Option<Result<T, Error>> {
        let sound = self.sound();
        let base = self.base;
        let keeper = self.keeper.as_mut()?;
        if let Err(error) = sound {
            // What was decided may rest on an entry that could not be read.
            return Some(Err(keeper.fail(error)));
        }
        let first = keeper.head().records.saturating_sub(base);
        let first = usize::try_from(first).unwrap_or(usize::MAX);
        let (entries, again) = (&self.entries, &self.again);
        let new = (first..entries.len()).filter_map(move |number| {
            let entry = entries.get(number)?;
            let Entry::Decided(decision) = entry else { return Some((entry, None)) };
            let number = base.saturating_add(number as u64);
            Some((entry, decision.request.id.as_ref().filter(|_| !again.contains(&number))))
        });
        Some(keep(keeper, Box::new(new)))
    }

    /// Forgets what was added to a copy of `begun`, which is kept in no store.
    pub(crate) fn forget_after(&mut self, begun: &Self) {
        while self.entries.len() > begun.entries.len() {
            self.entries.pop();
        }
        self.answered.forget_after(&begun.answered);
    }

    /// Forgets what was added since an earlier copy was taken.
    pub(crate) fn go_back_to(&mut self, before: Self) {
        self.entries = before.entries;
        self.answered = before.answered;
        if let Some(keeper) = &mut self.keeper {
            keeper.end();
        }
    }
}

impl From<u64> for Moment {
    fn from(number: u64) -> Self {
        Self::Entry(number)
    }
}

impl From<Date> for Moment {
    fn from(date: Date) -> Self {
        Self::Date(date)
    }
}

impl std::str::FromStr for Moment {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Ok(number) = text.parse() {
            return Ok(Self::Entry(number));
        }
        let date = text.parse().map(Self::Date);
        date.map_err(|_| format!("`{text}` is neither a day such as 2024-06-30 nor an entry's number"))
    }
}
