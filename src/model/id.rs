//! Ids: what nodes, kinds, loans, permits, people and requests are called.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use smol_str::SmolStr;

/// Places by what is found there. Nothing that decides or is shown goes through one in its own order.
pub(crate) type Places<K, V> = HashMap<K, V, foldhash::fast::RandomState>;

/// The longest id, in characters.
const LONGEST: usize = 64;
/// Words that mean something else where an id may stand.
const RESERVED: [&str; 3] = ["superior", "root", "laws"];

/// Whether `text` may be given to something new: 1–64 letters of any script, digits, `-`, `_`, `.`, not
/// starting with `.`, not reserved. Ids with a colon are made by the office alone.
fn is_well_formed(text: &str) -> bool {
    if text.is_ascii() {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        let length = (1..=LONGEST).contains(&text.len());
        return length && text.bytes().all(allowed) && !text.starts_with('.') && !RESERVED.contains(&text);
    }
    let mut length = 0_usize;
    for character in text.chars() {
        length = length.saturating_add(1);
        if !(character.is_alphanumeric() || matches!(character, '-' | '_' | '.')) {
            return false;
        }
    }
    (1..=LONGEST).contains(&length) && !text.starts_with('.') && !RESERVED.contains(&text)
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        ///
        /// Cheap to clone; up to 23 bytes take no memory of their own. Any text can be *named* (an unknown one is answered as unknown); only a
        /// well-formed one can be *given* to something new.
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(SmolStr);

        impl $name {
            /// The id with this text.
            pub fn new(text: impl AsRef<str>) -> Self {
                Self(SmolStr::new(text))
            }

            /// The text itself.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// Whether something new may be called so: 1–64 letters (any script), digits, `-`, `_`, `.`,
            /// no leading `.`, none of `superior`, `root`, `laws`.
            pub fn is_well_formed(&self) -> bool {
                is_well_formed(&self.0)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(self.as_str(), f)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self::new(text)
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(SmolStr::from(text))
            }
        }

        impl From<&$name> for $name {
            fn from(id: &$name) -> Self {
                id.clone()
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer).map(Self::from)
            }
        }
    )*};
}

ids! {
    /// A node of the quota graph: a jurisdiction, a unit or a pool.
    NodeId;
    /// A kind of quota (编制类别), such as `administrative` (行政编制). Kinds never mix.
    KindId;
    /// A loan (调借).
    LoanId;
    /// A permit to recruit (用编核准).
    PermitId;
    /// A person, by a key of the roster: never a name or a card number.
    PersonId;
    /// A request, so that asking twice is answered once.
    RequestId;
}

impl NodeId {
    /// The actor above the root: only it changes the root's own caps.
    pub const SUPERIOR: &'static str = "superior";
}

impl PersonId {
    /// What a reference to a person begins with, where a journal keeps people apart from its entries.
    pub const REFERENCE: &'static str = "person:";

    /// Whether this is a reference: what a person is called for good once the key was erased.
    pub fn is_reference(&self) -> bool {
        let digits = self.0.strip_prefix(Self::REFERENCE);
        digits.is_some_and(|digits| digits.len() == 32 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
    }
}

#[cfg(test)]
mod tests {
    use super::NodeId;

    #[test]
    fn what_may_be_given_to_something_new() {
        for good in ["finance", "市财政局", "350702", "a.b-c_d", &"长".repeat(64)] {
            assert!(NodeId::new(good).is_well_formed(), "{good}");
        }
        for bad in ["", ".hidden", "a b", "draw:1", "root", "superior", "laws", "a/b", &"长".repeat(65)] {
            assert!(!NodeId::new(bad).is_well_formed(), "{bad}");
        }
    }
}
