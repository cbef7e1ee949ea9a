//! The record: every entry in order, in memory and, where a store is given, on a disk before any answer leaves.

mod form;
mod keeper;
mod log;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(feature = "sqlite")]
mod sqlite;
mod store;
mod touch;

use rpds::{HashTrieMapSync, VectorSync};

use crate::decision::{Decision, Entry};
use crate::error::Error;
use crate::model::{Date, RequestId};

#[cfg(feature = "postgres")]
pub use self::postgres::PostgresStore;
pub use form::{read_entry, read_opening, write_opening};
use keeper::Keeper;
pub use log::{Log, export};
#[cfg(feature = "sqlite")]
pub use sqlite::SqliteStore;
pub use store::{ALGORITHM, Batch, Digest, FORMAT, Head, Header, PolicyFiles, Record, Store};

/// A journal: what is read of it stands in memory. A clone is cheap, goes its own way, and is kept nowhere.
#[derive(Debug)]
pub struct Journal {
    entries: VectorSync<Entry>,
    /// The entry that first answered a request id.
    answered: HashTrieMapSync<RequestId, u64>,
    /// What brings every entry to a store; none for a journal in memory.
    keeper: Option<Box<Keeper>>,
}

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
        Self { entries: VectorSync::new_sync(), answered: HashTrieMapSync::new_sync(), keeper: None }
    }
}

impl Clone for Journal {
    fn clone(&self) -> Self {
        Self { entries: self.entries.clone(), answered: self.answered.clone(), keeper: None }
    }
}

impl Journal {
    /// The number that the next entry gets. The opening is entry 0.
    pub fn next(&self) -> u64 {
        self.entries.len() as u64
    }

    /// Adds an entry. Where there is a keeper it is kept with the next [`Journal::commit`].
    pub(crate) fn append(&mut self, entry: Entry) {
        if let Entry::Decided(decision) = &entry
            && let Some(id) = &decision.request.id
            && !self.answered.contains_key(id)
        {
            self.answered.insert_mut(id.clone(), self.next());
        }
        self.entries.push_back_mut(entry);
    }

    /// The entry with this number.
    pub fn entry(&self, number: u64) -> Option<&Entry> {
        self.entries.get(usize::try_from(number).ok()?)
    }

    /// Every entry, from the opening on.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter()
    }

    /// The first answer to a request id.
    pub fn answer_to(&self, id: &RequestId) -> Option<&std::sync::Arc<Decision>> {
        match self.entry(*self.answered.get(id)?)? {
            Entry::Decided(decision) => Some(decision),
            Entry::Opened { .. } | Entry::Advanced(_) => None,
        }
    }

    /// Whether entries are kept in a store.
    pub fn is_kept(&self) -> bool {
        self.keeper.is_some()
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
        self.keeper.as_ref().map_or(Ok(None), |keeper| keeper.store().policies(digest))
    }

    /// From now on every entry is kept in this new stream, those there are already with the next commit.
    pub(crate) fn keep_in(&mut self, store: Box<dyn Store>, header: Header) {
        self.keeper = Some(Box::new(Keeper::new(store, header)));
    }

    /// From now on every entry is kept in this stream, which holds those that there are.
    pub(crate) fn go_on_in(&mut self, store: Box<dyn Store>, head: Head) -> Result<(), Error> {
        self.keeper = Some(Box::new(Keeper::go_on(store, head)?));
        Ok(())
    }

    /// Says that entries will follow which belong together.
    ///
    /// # Errors
    /// If an earlier commit failed, or never came: only opening the store again tells what it holds.
    pub(crate) fn begin(&mut self) -> Result<(), Error> {
        self.keeper.as_mut().map_or(Ok(()), |keeper| keeper.begin())
    }

    /// Keeps what was added since [`Journal::begin`], all or nothing, with the policy set that decided.
    pub(crate) fn commit(
        &mut self,
        policies: Option<(std::sync::Arc<str>, impl FnOnce() -> PolicyFiles)>,
    ) -> Result<(), Error> {
        let Some(keeper) = &mut self.keeper else { return Ok(()) };
        let first = usize::try_from(keeper.head().records).unwrap_or(usize::MAX);
        let answered = &self.answered;
        let new = (first..self.entries.len()).filter_map(|number| {
            let entry = self.entries.get(number)?;
            let Entry::Decided(decision) = entry else { return Some((entry, None)) };
            let id = decision.request.id.as_ref();
            Some((entry, id.filter(|id| answered.get(*id) == Some(&(number as u64)))))
        });
        keeper.commit(new, policies)
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
