//! The record: every entry, in order – for now in memory; its copies share what they hold.

use rpds::{HashTrieMapSync, VectorSync};

use crate::decision::{Decision, Entry};
use crate::model::RequestId;

/// A journal in memory. A clone is cheap and goes its own way.
#[derive(Debug, Clone)]
pub struct Journal {
    entries: VectorSync<Entry>,
    /// The entry that first answered a request id.
    answered: HashTrieMapSync<RequestId, u64>,
}

impl Default for Journal {
    fn default() -> Self {
        Self { entries: VectorSync::new_sync(), answered: HashTrieMapSync::new_sync() }
    }
}

impl Journal {
    /// The number that the next entry gets. The opening is entry 0.
    pub fn next(&self) -> u64 {
        self.entries.len() as u64
    }

    /// Adds an entry.
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
}
