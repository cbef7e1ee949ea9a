//! Key tables: where each of very many keys stands, found for all of them at once.

use std::hash::BuildHasher;

use foldhash::fast::RandomState;
use hashbrown::HashTable;
use hashbrown::hash_table::Entry;

use super::cores::on_all_cores;

/// Keys that are sorted together.
const BLOCK: usize = 1 << 16;
/// From so many keys on they go into shards, each small enough for a processor's cache, that cores fill side by side.
const MANY: usize = 1 << 15;
/// How many shards there are then, as a power of two.
const SHARDS: u32 = 9;

/// Places by key, in eight bytes for each. The keys stand in a list elsewhere, which whoever asks shows.
#[derive(Debug, Clone, Default)]
pub(crate) struct KeyTable {
    /// None, one or all.
    shards: Vec<HashTable<u32>>,
    hasher: RandomState,
}

/// Keys in their order, on the way into a table.
pub(crate) struct Keys {
    hasher: RandomState,
    blocks: Vec<Block>,
    /// Hashes and places of the block that is being filled.
    open: Vec<(u32, u32)>,
    bits: u32,
    count: u32,
}

/// Hashes and places, shard by shard and in order within each.
struct Block {
    keys: Vec<(u32, u32)>,
    /// Where each shard ends.
    ends: Vec<u32>,
}

/// Someone who stands twice: the place, and the one where the key stands first.
pub(crate) type Twice = (u32, u32);

impl Keys {
    /// Nobody yet, of so many.
    pub(crate) fn of(count: usize) -> Self {
        Self {
            hasher: RandomState::default(),
            blocks: Vec::with_capacity(count.div_ceil(BLOCK)),
            open: Vec::with_capacity(count.min(BLOCK)),
            bits: if count < MANY { 0 } else { SHARDS },
            count: 0,
        }
    }

    /// The next key.
    pub(crate) fn push(&mut self, key: &str) {
        self.open.push((hash(self.hasher, key), self.count));
        self.count = self.count.saturating_add(1);
        if self.open.len() == BLOCK {
            self.sort();
        }
    }

    /// Puts the open block's keys into the order of the shards.
    fn sort(&mut self) {
        let keys = std::mem::take(&mut self.open);
        if self.bits == 0 {
            let ends = vec![u32::try_from(keys.len()).unwrap_or(u32::MAX)];
            self.blocks.push(Block { keys, ends });
            return;
        }
        let mut ends = vec![0_u32; 1 << self.bits];
        for (hash, _) in &keys {
            if let Some(count) = ends.get_mut(shard(*hash, self.bits)) {
                *count = count.saturating_add(1);
            }
        }
        let mut before = 0_u32;
        for end in &mut ends {
            // Where a shard begins; it moves to where it ends while the keys are put there.
            before = before.saturating_add(std::mem::replace(end, before));
        }
        let mut sorted = vec![(0, 0); keys.len()];
        for key in &keys {
            let Some(next) = ends.get_mut(shard(key.0, self.bits)) else { continue };
            if let Some(free) = sorted.get_mut(*next as usize) {
                *free = *key;
            }
            *next = next.saturating_add(1);
        }
        self.blocks.push(Block { keys: sorted, ends });
        self.open = keys;
        self.open.clear();
    }

    /// The table of them all, and whoever stands twice, in order; `at` shows the key of each place.
    pub(crate) fn table<'a>(mut self, at: impl Fn(u32) -> Option<&'a str> + Sync) -> (KeyTable, Vec<Twice>) {
        self.sort();
        let Self { hasher, blocks, bits, .. } = self;
        let shards: Vec<usize> = (0..1 << bits).collect();
        let filled = on_all_cores(&shards, |shard| {
            let own: Vec<(u32, u32)> = blocks.iter().flat_map(|block| block.of(*shard)).copied().collect();
            let mut table = HashTable::with_capacity(own.len());
            let mut twice = Vec::new();
            // By the number among its own first: what is compared then is at hand.
            for ((hash, place), number) in own.iter().zip(0_u32..) {
                let known = |number: &u32| own.get(*number as usize).copied().unwrap_or_default();
                let same = |other: &u32| {
                    let (known, first) = known(other);
                    known == *hash && at(first) == at(*place)
                };
                match table.entry(spread(*hash), same, |other| spread(known(other).0)) {
                    Entry::Occupied(first) => twice.push((*place, known(first.get()).1)),
                    Entry::Vacant(free) => {
                        free.insert(number);
                    }
                }
            }
            let place = |number: u32| own.get(number as usize).map_or(u32::MAX, |(_, place)| *place);
            table.iter_mut().for_each(|number| *number = place(*number));
            (table, twice)
        });
        let (shards, twice): (Vec<_>, Vec<_>) = filled.into_iter().unzip();
        let mut twice: Vec<Twice> = twice.into_iter().flatten().collect();
        twice.sort_unstable();
        (KeyTable { shards, hasher }, twice)
    }
}

impl Block {
    fn of(&self, shard: usize) -> &[(u32, u32)] {
        let end = |shard: usize| self.ends.get(shard).map_or(0, |end| *end as usize);
        let from = shard.checked_sub(1).map_or(0, end);
        self.keys.get(from..end(shard)).unwrap_or_default()
    }
}

impl KeyTable {
    /// The place of this key, where `at` shows the key of each place.
    pub(crate) fn find<'a>(&self, key: &str, at: impl Fn(u32) -> Option<&'a str>) -> Option<u32> {
        let bits = self.shards.len().checked_ilog2()?;
        let hash = hash(self.hasher, key);
        let shard = self.shards.get(shard(hash, bits))?;
        shard.find(spread(hash), |place| at(*place) == Some(key)).copied()
    }
}

/// Half of the bits are enough to tell keys apart, and take half of the room.
fn hash(hasher: RandomState, key: &str) -> u32 {
    let hash = hasher.hash_one(key);
    u32::try_from((hash ^ (hash >> 32)) & u64::from(u32::MAX)).unwrap_or(0)
}

/// The highest bits say the shard.
fn shard(hash: u32, bits: u32) -> usize {
    hash.checked_shr(u32::BITS.saturating_sub(bits)).unwrap_or(0) as usize
}

/// The table looks at the highest bits and at the lowest.
fn spread(hash: u32) -> u64 {
    u64::from(hash).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

#[cfg(test)]
mod tests {
    use super::{BLOCK, Keys, MANY};

    #[test]
    fn every_key_is_found_where_it_stands_first() {
        for count in [0, 1, 100, MANY - 1, MANY, BLOCK, 2 * BLOCK + 77] {
            // Every seventh stands there a second time, far behind.
            let name = |number: usize| if number % 7 == 6 { number / 2 } else { number };
            let all: Vec<String> = (0..count).map(|number| format!("p{}", name(number))).collect();
            let mut keys = Keys::of(count);
            for key in &all {
                keys.push(key);
            }
            let at = |place: u32| all.get(place as usize).map(String::as_str);
            let (table, twice) = keys.table(at);
            let mut first = std::collections::HashMap::new();
            let mut expected = Vec::new();
            for (key, place) in all.iter().zip(0_u32..) {
                match first.get(key) {
                    Some(known) => expected.push((place, *known)),
                    None => drop(first.insert(key, place)),
                }
            }
            assert!(twice == expected, "{count}");
            assert!(first.iter().all(|(key, place)| table.find(key, at) == Some(*place)), "{count}");
            assert_eq!(table.find("nobody", at), None);
        }
    }
}
