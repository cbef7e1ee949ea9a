//! Fact values: what a node's or a request's fact may hold.

use std::fmt;

use rust_decimal::Decimal;
use serde::de::{self, Deserializer, MapAccess, Visitor};
use serde::ser::{SerializeMap, Serializer};
use serde::{Deserialize, Serialize};

use super::Date;

/// The value of a fact: a number, a text, a date, or yes/no.
///
/// Without a declaration (policies that declare facts in `facts.yaml` give each a type) a plain YAML number
/// is a number, `true`/`false` yes or no, a day such as `2024-01-31` a date, and everything else a text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum FactValue {
    /// `true` or `false`.
    YesNo(bool),
    /// A whole number.
    Whole(i64),
    /// A number with a fraction, exact; written as `{"decimal": "0.2"}` in journals.
    Number(Decimal),
    /// A calendar day.
    Date(Date),
    /// Any text.
    Text(String),
}

impl FactValue {
    /// A text, or the day that it is written as.
    pub fn from_text(text: &str) -> Self {
        let is_shaped = text.len() == 10 && text.bytes().filter(|&byte| byte == b'-').count() == 2;
        match text.parse() {
            Ok(date) if is_shaped => Self::Date(date),
            Ok(_) | Err(_) => Self::Text(text.to_owned()),
        }
    }
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

impl Serialize for FactValue {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::YesNo(yes) => serializer.serialize_bool(*yes),
            Self::Whole(number) => serializer.serialize_i64(*number),
            Self::Number(number) => {
                let mut map = serializer.serialize_map(Some(1))?;
                map.serialize_entry("decimal", &number.normalize().to_string())?;
                map.end()
            }
            Self::Date(date) => date.serialize(serializer),
            Self::Text(text) => serializer.serialize_str(text),
        }
    }
}

impl<'de> Deserialize<'de> for FactValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(FactVisitor)
    }
}

struct FactVisitor;

impl<'de> Visitor<'de> for FactVisitor {
    type Value = FactValue;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number, a text, a date, `true` or `false`")
    }

    fn visit_bool<E: de::Error>(self, yes: bool) -> Result<FactValue, E> {
        Ok(FactValue::YesNo(yes))
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<FactValue, E> {
        Ok(FactValue::Whole(number))
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<FactValue, E> {
        Ok(i64::try_from(number).map_or_else(|_| FactValue::Number(number.into()), FactValue::Whole))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<FactValue, E> {
        Ok(FactValue::from_text(text))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<FactValue, A::Error> {
        let needed = "a fact is a number, a text, a date, `true` or `false`";
        match map.next_entry::<String, String>()? {
            Some((key, text)) if key == "decimal" && map.next_key::<String>()?.is_none() => {
                text.parse().map(FactValue::Number).map_err(de::Error::custom)
            }
            Some(_) | None => Err(de::Error::custom(needed)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::FactValue;

    #[test]
    fn journals_keep_every_value() {
        let values = [
            FactValue::YesNo(true),
            FactValue::Whole(-3),
            FactValue::Number("0.2".parse().unwrap()),
            FactValue::Date("2024-02-29".parse().unwrap()),
            FactValue::Text("20240229".into()),
            FactValue::Text("2024-02-30".into()),
        ];
        for value in values {
            let json = serde_json::to_string(&value).unwrap();
            assert_eq!(serde_json::from_str::<FactValue>(&json).unwrap(), value, "{json}");
        }
    }
}
