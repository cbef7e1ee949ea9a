//! Tables of ids: where each stands in a list that holds the ids themselves, in eight bytes for each.

use std::hash::BuildHasher;

use hashbrown::HashTable;

/// Places by id. The ids stand in a list elsewhere, which whoever asks shows.
#[derive(Debug, Clone, Default)]
pub(crate) struct IdTable {
    places: HashTable<u32>,
    hasher: foldhash::fast::RandomState,
}

impl IdTable {
    /// A table with room for so many.
    pub(crate) fn with_capacity(ids: usize) -> Self {
        Self { places: HashTable::with_capacity(ids), hasher: foldhash::fast::RandomState::default() }
    }

    /// Gives every id another place.
    pub(crate) fn renumber(&mut self, place: impl Fn(u32) -> u32) {
        self.places.iter_mut().for_each(|known| *known = place(*known));
    }

    /// The place of this id, where `at` shows the id of each place.
    pub(crate) fn find<'a>(&self, id: &str, at: impl Fn(u32) -> Option<&'a str>) -> Option<u32> {
        self.places.find(self.hasher.hash_one(id), |place| at(*place) == Some(id)).copied()
    }

    /// Puts an id at a place; the place where it stands already, if it does.
    pub(crate) fn put<'a>(
        &mut self,
        id: &str,
        place: u32,
        at: impl Fn(u32) -> Option<&'a str>,
    ) -> Option<u32> {
        use hashbrown::hash_table::Entry;
        let hash = |id: &str| self.hasher.hash_one(id);
        let same = |known: &u32| at(*known) == Some(id);
        match self.places.entry(hash(id), same, |known| at(*known).map_or(0, hash)) {
            Entry::Occupied(known) => Some(*known.get()),
            Entry::Vacant(free) => {
                free.insert(place);
                None
            }
        }
    }
}
