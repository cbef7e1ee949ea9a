//! Pages: a growing table whose copies share everything until one of them writes.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use serde::de::{Deserialize, Deserializer, SeqAccess, Visitor};
use serde::ser::{Serialize, Serializer};
use smallvec::SmallVec;

/// Rows in a leaf. Small, so that a write to a shared table copies little.
const LEAF: usize = 16;
/// Leaves in a branch.
const BRANCH: usize = 64;

/// A table of rows. A clone is cheap; the first write to a shared page copies that page.
#[derive(Debug)]
pub(super) struct Pages<T> {
    branches: Vec<Arc<Branch<T>>>,
    length: usize,
}

type Leaf<T> = SmallVec<[T; LEAF]>;
type Branch<T> = SmallVec<[Arc<Leaf<T>>; BRANCH]>;

impl<T> Clone for Pages<T> {
    fn clone(&self) -> Self {
        Self { branches: self.branches.clone(), length: self.length }
    }
}

impl<T> Default for Pages<T> {
    fn default() -> Self {
        Self { branches: Vec::new(), length: 0 }
    }
}

impl<T: Clone> Pages<T> {
    pub(super) fn len(&self) -> usize {
        self.length
    }

    pub(super) fn get(&self, index: usize) -> Option<&T> {
        self.branches.get(index / (LEAF * BRANCH))?.get(index / LEAF % BRANCH)?.get(index % LEAF)
    }

    pub(super) fn get_mut(&mut self, index: usize) -> Option<&mut T> {
        let branch = Arc::make_mut(self.branches.get_mut(index / (LEAF * BRANCH))?);
        Arc::make_mut(branch.get_mut(index / LEAF % BRANCH)?).get_mut(index % LEAF)
    }

    /// Adds a row and says where it stands.
    pub(super) fn push(&mut self, row: T) -> usize {
        let place = self.length;
        if place.is_multiple_of(LEAF * BRANCH) {
            self.branches.push(Arc::new(Branch::new()));
        }
        if let Some(branch) = self.branches.last_mut() {
            let branch = Arc::make_mut(branch);
            if place.is_multiple_of(LEAF) {
                branch.push(Arc::new(Leaf::new()));
            }
            if let Some(leaf) = branch.last_mut() {
                Arc::make_mut(leaf).push(row);
            }
        }
        self.length = place.saturating_add(1);
        place
    }

    /// Every row in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = &T> {
        self.branches.iter().flat_map(|branch| branch.iter()).flat_map(|leaf| leaf.iter())
    }
}

impl<T: Clone + Serialize> Serialize for Pages<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de, T: Clone + Deserialize<'de>> Deserialize<'de> for Pages<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(Rows(PhantomData))
    }
}

struct Rows<T>(PhantomData<T>);

impl<'de, T: Clone + Deserialize<'de>> Visitor<'de> for Rows<T> {
    type Value = Pages<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the rows of a table")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut rows: A) -> Result<Self::Value, A::Error> {
        let mut pages = Pages::default();
        while let Some(row) = rows.next_element()? {
            pages.push(row);
        }
        Ok(pages)
    }
}

#[cfg(test)]
mod tests {
    use super::Pages;

    #[test]
    fn a_copy_keeps_its_rows_while_the_other_writes() {
        let mut table = Pages::default();
        for row in 0..5_000_usize {
            assert_eq!(table.push(row), row);
        }
        let before = table.clone();
        *table.get_mut(3_000).unwrap() = 7;
        assert_eq!((before.get(3_000), table.get(3_000)), (Some(&3_000), Some(&7)));
        assert_eq!((before.get(4_999), before.get(5_000)), (Some(&4_999), None));
        assert_eq!(table.iter().count(), 5_000);
    }
}
