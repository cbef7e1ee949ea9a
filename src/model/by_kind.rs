//! By kind: one value for each of a few kinds, in order, as a node of a nation has room for.

use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::ops::Index;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use smallvec::SmallVec;

use super::KindId;

/// A value for each of a few kinds, in the order of their ids.
///
/// A node has one or two kinds: these take no memory of their own up to one, where a map takes half a kilobyte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ByKind<T>(SmallVec<[(KindId, T); 1]>);

impl<T> ByKind<T> {
    /// Nothing for any kind.
    pub fn new() -> Self {
        Self(SmallVec::new())
    }

    /// The value of a kind.
    pub fn get<Q: Ord + ?Sized>(&self, kind: &Q) -> Option<&T>
    where
        KindId: Borrow<Q>,
    {
        self.0.iter().find(|(known, _)| known.borrow() == kind).map(|(_, value)| value)
    }

    /// Sets the value of a kind and gives back what it was.
    pub fn insert(&mut self, kind: KindId, value: T) -> Option<T> {
        let at = self.0.partition_point(|(known, _)| *known < kind);
        match self.0.get_mut(at) {
            Some((known, old)) if *known == kind => Some(std::mem::replace(old, value)),
            Some(_) | None => {
                self.0.insert(at, (kind, value));
                None
            }
        }
    }

    /// Whether no kind has a value.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many kinds have one.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Kinds and values, by id.
    pub fn iter(&self) -> ByKindIter<'_, T> {
        self.0.iter().map(|(kind, value)| (kind, value))
    }

    /// The values, in the order of the kinds' ids.
    pub fn values(&self) -> impl Iterator<Item = &T> {
        self.0.iter().map(|(_, value)| value)
    }
}

/// Kinds and values, by id.
pub type ByKindIter<'a, T> =
    std::iter::Map<std::slice::Iter<'a, (KindId, T)>, fn(&'a (KindId, T)) -> (&'a KindId, &'a T)>;

impl<T> Default for ByKind<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<'a, T> IntoIterator for &'a ByKind<T> {
    type Item = (&'a KindId, &'a T);
    type IntoIter = ByKindIter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<T> Extend<(KindId, T)> for ByKind<T> {
    fn extend<I: IntoIterator<Item = (KindId, T)>>(&mut self, values: I) {
        for (kind, value) in values {
            self.insert(kind, value);
        }
    }
}

impl<T> FromIterator<(KindId, T)> for ByKind<T> {
    fn from_iter<I: IntoIterator<Item = (KindId, T)>>(values: I) -> Self {
        let mut all = Self::new();
        all.extend(values);
        all
    }
}

impl<T, const N: usize> From<[(KindId, T); N]> for ByKind<T> {
    fn from(values: [(KindId, T); N]) -> Self {
        values.into_iter().collect()
    }
}

impl<T> From<BTreeMap<KindId, T>> for ByKind<T> {
    fn from(values: BTreeMap<KindId, T>) -> Self {
        values.into_iter().collect()
    }
}

impl<T> Index<&str> for ByKind<T> {
    type Output = T;

    /// # Panics
    /// If the kind has no value.
    #[expect(clippy::panic, reason = "as every map's index; whoever cannot be sure asks `get`")]
    fn index(&self, kind: &str) -> &T {
        self.get(kind).unwrap_or_else(|| panic!("kind `{kind}` has no value"))
    }
}

impl<T: Serialize> Serialize for ByKind<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for ByKind<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        BTreeMap::deserialize(deserializer).map(Self::from)
    }
}

#[cfg(test)]
mod tests {
    use super::ByKind;
    use crate::model::KindId;

    #[test]
    fn kinds_stand_in_the_order_of_their_ids_and_each_once() {
        let mut caps = ByKind::from(["b", "c", "a"].map(|id| (KindId::new(id), id.to_owned())));
        assert_eq!(caps.insert(KindId::new("b"), "again".to_owned()).as_deref(), Some("b"));
        let all: Vec<&str> = caps.values().map(String::as_str).collect();
        assert_eq!((all, caps.len()), (vec!["a", "again", "c"], 3));
        assert_eq!((caps.get("d"), caps["c"].as_str(), caps.is_empty()), (None, "c", false));
    }
}
