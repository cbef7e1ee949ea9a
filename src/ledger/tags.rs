//! Tags of a node: one list for all nodes that have the same ones.

use std::fmt;
use std::ops::Deref;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use triomphe::ThinArc;

use super::TagIx;

/// A list of tags in the room of one word.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Tags(ThinArc<(), TagIx>);

impl Deref for Tags {
    type Target = [TagIx];

    fn deref(&self) -> &[TagIx] {
        &self.0.slice
    }
}

impl Default for Tags {
    fn default() -> Self {
        Self(ThinArc::from_header_and_slice((), &[]))
    }
}

impl FromIterator<TagIx> for Tags {
    fn from_iter<I: IntoIterator<Item = TagIx>>(tags: I) -> Self {
        let tags: Vec<TagIx> = tags.into_iter().collect();
        Self(ThinArc::from_header_and_slice((), &tags))
    }
}

impl fmt::Debug for Tags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl Serialize for Tags {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de> Deserialize<'de> for Tags {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Vec::deserialize(deserializer).map(Self::from_iter)
    }
}
