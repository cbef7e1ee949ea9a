//! Fact values: what a node's or a request's fact may hold.

use std::fmt;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::Date;

/// The value of a fact: a number, a text, a date, or yes/no.
///
/// Without a declaration (policies that declare facts in `facts.yaml` give each a type) a plain YAML number
/// is a number, `true`/`false` yes or no, and everything else a text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(untagged)]
pub enum FactValue {
    /// `true` or `false`.
    YesNo(bool),
    /// A whole number.
    Whole(i64),
    /// A number with a fraction, exact; written as a text in journals.
    #[serde(with = "rust_decimal_as_text")]
    Number(Decimal),
    /// A calendar day.
    Date(Date),
    /// Any text.
    Text(String),
}

impl fmt::Display for FactValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::YesNo(yes) => fmt::Display::fmt(yes, f),
            Self::Whole(number) => fmt::Display::fmt(number, f),
            Self::Number(number) => fmt::Display::fmt(&number.normalize(), f),
            Self::Date(date) => fmt::Display::fmt(date, f),
            Self::Text(text) => f.write_str(text),
        }
    }
}

/// Decimals as `{"decimal": "0.30"}`, so that an untagged reader can tell them from texts.
mod rust_decimal_as_text {
    use rust_decimal::Decimal;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[derive(Serialize, Deserialize)]
    struct Tagged {
        decimal: String,
    }

    pub(super) fn serialize<S: Serializer>(value: &Decimal, serializer: S) -> Result<S::Ok, S::Error> {
        Tagged { decimal: value.normalize().to_string() }.serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Decimal, D::Error> {
        let tagged = Tagged::deserialize(deserializer)?;
        tagged.decimal.parse().map_err(serde::de::Error::custom)
    }
}
