//! Pages: a growing table whose copies share everything until one of them writes.

use std::fmt;
use std::marker::PhantomData;

use arrayvec::ArrayVec;
use serde::de::{Deserialize, Deserializer, SeqAccess, Visitor};
use serde::ser::{Serialize, Serializer};
use triomphe::Arc;

/// Rows in a leaf. Small, so that a write to a shared table copies little.
const LEAF: usize = 16;
/// Leaves in a branch, and branches in a trunk: a nation's table has some twenty trunks, so that neither a copy
/// nor the first write to one walks through thousands.
const BRANCH: usize = 64;
const IN_BRANCH: usize = LEAF * BRANCH;
const IN_TRUNK: usize = IN_BRANCH * BRANCH;

/// A table of rows. A clone is cheap; the first write to a shared page copies that page and its way up.
#[derive(Debug)]
pub(crate) struct Pages<T> {
    trunks: Vec<Arc<Trunk<T>>>,
    length: usize,
    /// The rows that were written or taken away since [`Pages::watch`]; none if nobody watches.
    written: Option<Vec<usize>>,
}

/// How many of its rows there are says the table's length: a row is found without a look at anything else in its leaf.
type Leaf<T> = [Option<T>; LEAF];
type Branch<T> = ArrayVec<Arc<Leaf<T>>, BRANCH>;
type Trunk<T> = ArrayVec<Arc<Branch<T>>, BRANCH>;

/// What is shared, to be written: copied first if somebody else has it too.
#[inline]
pub(crate) fn own<T: Clone>(shared: &mut Arc<T>) -> Option<&mut T> {
    if !shared.is_unique() {
        copy(shared);
    }
    Arc::get_mut(shared)
}

/// Apart, so that the way to what is not shared is a few instructions long wherever it is gone.
#[cold]
#[inline(never)]
fn copy<T: Clone>(shared: &mut Arc<T>) {
    *shared = Arc::new(T::clone(shared));
}

impl<T> Clone for Pages<T> {
    fn clone(&self) -> Self {
        Self { trunks: self.trunks.clone(), length: self.length, written: self.written.clone() }
    }
}

impl<T> Default for Pages<T> {
    fn default() -> Self {
        Self { trunks: Vec::new(), length: 0, written: None }
    }
}

impl<T: Clone> Pages<T> {
    pub(crate) fn len(&self) -> usize {
        self.length
    }

    pub(crate) fn get(&self, index: usize) -> Option<&T> {
        let trunk = self.trunks.get(index / IN_TRUNK)?;
        trunk.get(index / IN_BRANCH % BRANCH)?.get(index / LEAF % BRANCH)?.get(index % LEAF)?.as_ref()
    }

    pub(crate) fn get_mut(&mut self, index: usize) -> Option<&mut T> {
        if let Some(written) = &mut self.written {
            written.push(index);
        }
        let trunk = own(self.trunks.get_mut(index / IN_TRUNK)?)?;
        let branch = own(trunk.get_mut(index / IN_BRANCH % BRANCH)?)?;
        own(branch.get_mut(index / LEAF % BRANCH)?)?.get_mut(index % LEAF)?.as_mut()
    }

    /// Adds a row and says where it stands.
    pub(crate) fn push(&mut self, row: T) -> usize {
        let place = self.length;
        if place.is_multiple_of(IN_TRUNK) {
            self.trunks.push(Arc::default());
        }
        if let Some(trunk) = self.trunks.last_mut().and_then(own) {
            if place.is_multiple_of(IN_BRANCH) {
                trunk.push(Arc::default());
            }
            if let Some(branch) = trunk.last_mut().and_then(own) {
                if place.is_multiple_of(LEAF) {
                    branch.push(Arc::new([const { None }; LEAF]));
                }
                let leaf = branch.last_mut().and_then(own);
                if let Some(free) = leaf.and_then(|leaf| leaf.get_mut(place % LEAF)) {
                    *free = Some(row);
                }
            }
        }
        self.length = place.saturating_add(1);
        place
    }

    /// Takes the last row away.
    pub(crate) fn pop(&mut self) -> Option<T> {
        let trunk = own(self.trunks.last_mut()?)?;
        let branch = own(trunk.last_mut()?)?;
        let leaf = own(branch.last_mut()?)?;
        self.length = self.length.saturating_sub(1);
        let row = leaf.get_mut(self.length % LEAF)?.take();
        if let Some(written) = &mut self.written {
            written.push(self.length);
        }
        if self.length.is_multiple_of(LEAF) {
            branch.pop();
            if branch.is_empty() {
                trunk.pop();
                if trunk.is_empty() {
                    self.trunks.pop();
                }
            }
        }
        row
    }

    /// Notes from now on which rows are written.
    pub(crate) fn watch(&mut self) {
        self.written = Some(Vec::new());
    }

    /// Makes the rows what they were when this copy of `begun` was first watched. Pages that were copied to be written
    /// remain this table's own.
    pub(crate) fn go_back_to(&mut self, begun: &Self) {
        let mut written = self.written.take().unwrap_or_default();
        while self.length > begun.length {
            self.pop();
        }
        for index in written.drain(..) {
            if let Some((row, before)) = self.get_mut(index).zip(begun.get(index)) {
                row.clone_from(before);
            }
        }
        while let Some(before) = begun.get(self.length).filter(|_| self.length < begun.length) {
            self.push(before.clone());
        }
        self.written = Some(written);
    }

    /// The last row.
    pub(crate) fn last(&self) -> Option<&T> {
        self.get(self.length.checked_sub(1)?)
    }

    /// Every row in order.
    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = &T> {
        let branches = self.trunks.iter().flat_map(|trunk| trunk.iter());
        branches.flat_map(|branch| branch.iter()).flat_map(|leaf| leaf.iter().flatten())
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
        for row in 0..200_000_usize {
            assert_eq!(table.push(row), row);
        }
        let before = table.clone();
        *table.get_mut(3_000).unwrap() = 7;
        assert_eq!((before.get(3_000), table.get(3_000)), (Some(&3_000), Some(&7)));
        assert_eq!((before.get(199_999), before.get(200_000)), (Some(&199_999), None));
        *table.get_mut(150_000).unwrap() = 8;
        assert_eq!((before.get(150_000), table.get(150_000)), (Some(&150_000), Some(&8)));
        assert_eq!((table.iter().count(), before.iter().nth(70_000)), (200_000, Some(&70_000)));
    }

    #[test]
    fn a_watched_table_goes_back_to_where_it_began() {
        let mut begun = Pages::default();
        (0..40_usize).for_each(|row| assert_eq!(begun.push(row), row));
        let mut table = begun.clone();
        table.watch();
        for round in 1..4 {
            *table.get_mut(3).unwrap() = 70 * round;
            table.push(round);
            (0..10).for_each(|_| assert!(table.pop().is_some()));
            table.push(round);
            *table.get_mut(31).unwrap() = round;
            let mut copy = table.clone();
            *copy.get_mut(5).unwrap() = round;
            for mut changed in [copy, table.clone()] {
                assert!(!changed.iter().eq(begun.iter()));
                changed.go_back_to(&begun);
                assert!(changed.iter().eq(begun.iter()) && changed.len() == 40);
            }
            table.go_back_to(&begun);
            assert!(table.iter().eq(begun.iter()) && table.len() == 40);
        }
    }

    #[test]
    fn what_was_pushed_is_popped_and_the_copy_keeps_it() {
        let mut table = Pages::default();
        (0..70_000_usize).for_each(|row| assert_eq!(table.push(row), row));
        let before = table.clone();
        for row in (0..70_000).rev() {
            assert_eq!((table.last(), table.len()), (Some(&row), row + 1));
            assert_eq!(table.pop(), Some(row));
        }
        assert_eq!((table.pop(), table.last(), table.iter().next()), (None, None, None));
        assert_eq!((table.push(7), table.get(0)), (0, Some(&7)));
        assert_eq!((before.len(), before.iter().next_back()), (70_000, Some(&69_999)));
    }
}
