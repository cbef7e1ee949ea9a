//! Ids in pages: where each of ids that only ever become more stands, in a table whose copies share what neither adds.

use std::hash::BuildHasher;
use std::num::NonZeroU32;

use foldhash::fast::RandomState;
use smallvec::SmallVec;

use super::pages::Pages;

/// Places by id, in sixteen bytes for each. The ids stand in a list elsewhere, which whoever asks shows: the first of
/// them at the first place of this table, and each behind the one before.
///
/// It grows by a bucket with each id (linear hashing, Litwin 1980), so that no id waits until all others have moved. A
/// bucket is a chain that begins with its youngest id. Hashes are kept, so that none but the id itself is looked at.
#[derive(Debug, Clone)]
pub(crate) struct IdPages {
    /// Where the first id stands.
    from: u32,
    /// The youngest id of each bucket: as many buckets as ids.
    youngest: Pages<Link>,
    /// The next older id in the same bucket, for each.
    older: Pages<Link>,
    hasher: RandomState,
}

/// An id in a bucket, or the end of its chain.
#[derive(Debug, Clone, Copy)]
struct Link {
    /// Which one it is, counted from 1; the highest number is none.
    number: NonZeroU32,
    /// The hash of the id.
    hash: u32,
}

impl Link {
    const NONE: Self = Self { number: NonZeroU32::MAX, hash: 0 };

    fn to(place: usize, hash: u32) -> Self {
        let number = u32::try_from(place).ok().and_then(|place| NonZeroU32::new(place.checked_add(1)?));
        number.map_or(Self::NONE, |number| Self { number, hash })
    }

    /// Where it stands among the ids of the table.
    fn place(self) -> Option<u32> {
        if self.number == NonZeroU32::MAX { None } else { self.number.get().checked_sub(1) }
    }
}

impl IdPages {
    /// No ids yet; the first will stand at this place.
    pub(crate) fn from(place: usize) -> Self {
        let from = u32::try_from(place).unwrap_or(u32::MAX);
        Self { from, youngest: Pages::default(), older: Pages::default(), hasher: RandomState::default() }
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.older.len()
    }

    /// The place of this id, where `at` shows the id of each place.
    pub(crate) fn find<'a>(&self, id: &str, at: impl Fn(u32) -> Option<&'a str>) -> Option<u32> {
        if self.len() == 0 {
            return None;
        }
        let hash = self.hash(id);
        let mut link = *self.youngest.get(self.bucket(hash))?;
        loop {
            let number = link.place()?;
            if link.hash == hash {
                let place = self.from.checked_add(number)?;
                if at(place) == Some(id) {
                    return Some(place);
                }
            }
            link = *self.older.get(number as usize)?;
        }
    }

    /// The next id of the list, which this table does not have.
    pub(crate) fn add(&mut self, id: &str) {
        let link = Link::to(self.len(), self.hash(id));
        self.older.push(Link::NONE);
        self.youngest.push(Link::NONE);
        self.split();
        self.put(link);
    }

    /// The last bucket is new: it takes what is its own from the one that it was split from.
    fn split(&mut self) {
        let new = self.youngest.len().saturating_sub(1);
        let half = self.youngest.len().next_power_of_two() / 2;
        let Some(old) = new.checked_sub(half).filter(|_| new > 0) else { return };
        let mut chain: SmallVec<[Link; 8]> = SmallVec::new();
        let mut link = self.youngest.get(old).copied();
        while let Some((known, place)) = link.and_then(|link| Some((link, link.place()?))) {
            chain.push(known);
            link = self.older.get(place as usize).copied();
        }
        if chain.iter().all(|link| self.bucket(link.hash) == old) {
            return;
        }
        if let Some(first) = self.youngest.get_mut(old) {
            *first = Link::NONE;
        }
        chain.into_iter().rev().for_each(|link| self.put(link));
    }

    /// Puts an id first into its bucket.
    fn put(&mut self, link: Link) {
        let bucket = self.bucket(link.hash);
        let Some(first) = self.youngest.get_mut(bucket) else { return };
        let before = std::mem::replace(first, link);
        if let Some(older) = link.place().and_then(|place| self.older.get_mut(place as usize)) {
            *older = before;
        }
    }

    /// Ids that differ in their last digit alone get neighbouring buckets, which share a page: whoever numbers what is new
    /// finds it near what was new before.
    #[expect(clippy::cast_possible_truncation, reason = "of a hash, any bits are good enough")]
    fn hash(&self, id: &str) -> u32 {
        match id.as_bytes().split_last() {
            Some((last @ b'0'..=b'9', ten)) => {
                (self.hasher.hash_one(ten) as u32) << 4 | u32::from(*last & 0xF)
            }
            _ => self.hasher.hash_one(id.as_bytes()) as u32,
        }
    }

    /// The bucket that a hash belongs into, of those that there are.
    fn bucket(&self, hash: u32) -> usize {
        let buckets = self.youngest.len();
        let mask = buckets.next_power_of_two().saturating_sub(1);
        let place = hash as usize & mask;
        // What is not split yet stands where it stood in a table half as large.
        if place < buckets { place } else { place & (mask >> 1) }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::*;

    /// A list of ids, and its table.
    #[derive(Clone)]
    struct Listed {
        ids: Vec<String>,
        table: IdPages,
    }

    impl Listed {
        fn find(&self, id: &str) -> Option<u32> {
            self.table.find(id, |place| self.ids.get(place as usize).map(String::as_str))
        }

        fn add(&mut self, id: &str) {
            self.ids.push(id.to_owned());
            self.table.add(id);
        }
    }

    proptest! {
        #[test]
        fn every_id_is_found_where_it_stands_and_no_other(
            first in proptest::collection::vec("[ab]{1,3}", 0..4),
            added in proptest::collection::vec("[a-d]{1,4}|draw:[0-9]{1,3}", 0..300),
            asked in proptest::collection::vec("[a-d]{1,4}|draw:[0-9]{1,3}", 0..50),
            forked in 0_usize..300,
        ) {
            // What stands before the table's first place is none of its own.
            let mut listed = Listed { table: IdPages::from(first.len()), ids: first };
            let mut known: HashMap<String, u32> = HashMap::new();
            let mut copy = None;
            for (number, id) in added.iter().enumerate() {
                if number == forked {
                    copy = Some((listed.clone(), known.clone()));
                }
                if !known.contains_key(id) {
                    known.insert(id.clone(), u32::try_from(listed.ids.len()).unwrap());
                    listed.add(id);
                }
            }
            for (listed, known) in copy.iter().chain([&(listed, known)]) {
                prop_assert_eq!(listed.table.len(), known.len());
                for id in added.iter().chain(&asked) {
                    prop_assert_eq!(listed.find(id), known.get(id).copied(), "{}", id);
                }
            }
        }
    }

    #[test]
    fn chains_stay_short() {
        let mut listed = Listed { ids: Vec::new(), table: IdPages::from(0) };
        (0..20_000).for_each(|number| listed.add(&format!("draw:{number}")));
        let longest = (0..listed.table.youngest.len()).map(|bucket| {
            let first = listed.table.youngest.get(bucket).copied();
            let next =
                |link: &Link| link.place().and_then(|one| listed.table.older.get(one as usize).copied());
            std::iter::successors(first, next).filter(|link| link.place().is_some()).count()
        });
        assert!(longest.max().unwrap() < 20);
        assert_eq!(listed.find("draw:19999"), Some(19_999));
        assert_eq!(listed.find("draw:20000"), None);
    }
}
