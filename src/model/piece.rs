//! Pieces of text: many short texts that stand in one long one.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A piece of a text that is kept once for all its pieces.
#[derive(Clone, Default)]
pub(crate) struct Piece {
    whole: Arc<str>,
    from: u32,
    to: u32,
}

impl Piece {
    /// The bytes `from..to` of a text; empty where they are no text.
    pub(crate) fn of(whole: &Arc<str>, from: u32, to: u32) -> Self {
        if from >= to { Self::default() } else { Self { whole: Arc::clone(whole), from, to } }
    }

    /// The text itself.
    pub(crate) fn as_str(&self) -> &str {
        self.whole.get(self.from as usize..self.to as usize).unwrap_or_default()
    }
}

impl From<&str> for Piece {
    fn from(text: &str) -> Self {
        Self { whole: text.into(), from: 0, to: u32::try_from(text.len()).unwrap_or(u32::MAX) }
    }
}

impl fmt::Debug for Piece {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl Serialize for Piece {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Piece {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Ok(if text.is_empty() { Self::default() } else { Self::from(text.as_str()) })
    }
}
