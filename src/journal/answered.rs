//! Answered ids: which entry first answered a request id, in one table that a journal and all its copies read.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use rpds::HashTrieMapSync;

use crate::model::RequestId;

/// Ids are only ever added, with the numbers of entries that only ever rise. So copies need no table of their own:
/// each looks away from what came behind it. A copy that goes its own way has what it adds for itself.
#[derive(Debug)]
pub(super) struct Answered {
    /// Written by the journal whose table it is, and by no copy.
    table: Arc<RwLock<HashMap<RequestId, u64>>>,
    /// Whether the table is this one's to write.
    is_writer: bool,
    /// Entries of the table from this number on are no entries of this journal.
    until: u64,
    /// What was answered behind them, by a copy.
    own: HashTrieMapSync<RequestId, u64>,
}

impl Default for Answered {
    fn default() -> Self {
        Self { table: Arc::default(), is_writer: true, until: u64::MAX, own: HashTrieMapSync::new_sync() }
    }
}

impl Answered {
    /// A copy of a journal that has so many entries.
    pub(super) fn copy(&self, entries: u64) -> Self {
        let (table, own) = (Arc::clone(&self.table), self.own.clone());
        Self { table, is_writer: false, until: self.until.min(entries), own }
    }

    /// The entry that first answered a request id.
    pub(super) fn get(&self, id: &RequestId) -> Option<u64> {
        let own = if self.own.is_empty() { None } else { self.own.get(id).copied() };
        own.or_else(|| {
            let table = self.table.read().unwrap_or_else(PoisonError::into_inner);
            table.get(id).copied().filter(|number| *number < self.until)
        })
    }

    /// Notes the entry that answers an id if it is the first that does, and says whether it is.
    pub(super) fn note(&mut self, id: &RequestId, number: u64) -> bool {
        if self.is_writer {
            let mut table = self.table.write().unwrap_or_else(PoisonError::into_inner);
            return *table.entry(id.clone()).or_insert(number) == number;
        }
        let first = self.get(id).is_none();
        if first {
            self.own.insert_mut(id.clone(), number);
        }
        first
    }

    /// Forgets an entry of a copy, which is its last.
    pub(super) fn forget(&mut self, id: &RequestId, number: u64) {
        self.until = self.until.min(number);
        if self.own.get(id) == Some(&number) {
            self.own.remove_mut(id);
        }
    }

    /// Forgets what was added to a copy of `begun`.
    pub(super) fn forget_after(&mut self, begun: &Self) {
        // Ids are only ever added.
        if self.own.size() != begun.own.size() {
            self.own.clone_from(&begun.own);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(text: &str) -> RequestId {
        RequestId::from(text.to_owned())
    }

    #[test]
    fn a_copy_sees_what_came_before_it_and_what_it_adds_itself() {
        let mut all = Answered::default();
        assert!(all.note(&id("a"), 1));
        assert!(!all.note(&id("a"), 2), "answered before");
        let mut copy = all.copy(3);
        assert!(all.note(&id("b"), 3));
        assert_eq!((copy.get(&id("a")), copy.get(&id("b"))), (Some(1), None));
        assert!(copy.note(&id("b"), 4), "not answered there");
        assert!(copy.note(&id("c"), 5));
        let mut further = copy.copy(6);
        assert!(further.note(&id("d"), 6));
        let seen = |of: &Answered| ["a", "b", "c", "d"].map(|one| of.get(&id(one)));
        assert_eq!(seen(&all), [Some(1), Some(3), None, None]);
        assert_eq!(seen(&copy), [Some(1), Some(4), Some(5), None]);
        assert_eq!(seen(&further), [Some(1), Some(4), Some(5), Some(6)]);
        let mut begun = further.copy(7);
        assert!(begun.note(&id("e"), 7));
        begun.forget_after(&further);
        assert_eq!(begun.get(&id("e")), None);
        // Back to before entry 5, and on from there another way.
        further.forget(&id("d"), 6);
        further.forget(&id("c"), 5);
        assert_eq!(seen(&further), [Some(1), Some(4), None, None]);
    }

    #[test]
    fn a_copy_that_forgets_entries_of_the_table_does_not_find_them_again() {
        let mut all = Answered::default();
        ["a", "b", "c"].into_iter().zip(1..).for_each(|(one, number)| {
            assert!(all.note(&id(one), number));
        });
        let mut copy = all.copy(4);
        copy.forget(&id("c"), 3);
        copy.forget(&id("b"), 2);
        assert!(copy.note(&id("c"), 2));
        assert_eq!(["a", "b", "c"].map(|one| copy.get(&id(one))), [Some(1), None, Some(2)]);
    }
}
