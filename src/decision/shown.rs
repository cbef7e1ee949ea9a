//! Shown: reasons, notes and findings as the command line writes them in JSON.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::{Reason, Remark};
use crate::model::{FactValue, LawCode};

/// A reason as the command line writes it in JSON.
#[derive(Debug, Clone, Copy)]
pub struct ShownReason<'a>(pub &'a Reason);

/// A note or a finding as the command line writes it in JSON.
#[derive(Debug, Clone, Copy)]
pub struct ShownRemark<'a>(pub &'a Remark);

/// Values by their source, as a JSON object.
struct ShownValues<'a>(&'a [(String, FactValue)]);

impl Serialize for ShownValues<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (source, value) in self.0 {
            match value {
                FactValue::Number(number) => map.serialize_entry(source, &number.normalize().to_string())?,
                FactValue::YesNo(_) | FactValue::Whole(_) | FactValue::Date(_) | FactValue::Text(_) => {
                    map.serialize_entry(source, value)?;
                }
            }
        }
        map.end()
    }
}

impl Serialize for ShownRemark<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        common(&mut map, self.0)?;
        map.serialize_entry("values", &ShownValues(&self.0.values))?;
        map.end()
    }
}

impl Serialize for ShownReason<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        let at = match self.0 {
            Reason::Policy(remark) => {
                common(&mut map, remark)?;
                map.serialize_entry("condition", remark.condition.as_deref().unwrap_or(""))?;
                map.serialize_entry("values", &ShownValues(&remark.values))?;
                remark.at
            }
            Reason::Law(law) => {
                map.serialize_entry("code", &law.code)?;
                map.serialize_entry("node", &law.node)?;
                map.serialize_entry("kind", &law.kind)?;
                map.serialize_entry("cap", &law.cap)?;
                let charged = if law.code == LawCode::Allotment { "promised" } else { "charged" };
                map.serialize_entry(charged, &law.charged)?;
                map.serialize_entry("asked", &law.asked)?;
                if !law.taken_by.is_empty() {
                    map.serialize_entry("taken_by", &law.taken_by)?;
                }
                law.at
            }
            Reason::Input { code, field, value, at } => {
                map.serialize_entry("code", code.as_str())?;
                map.serialize_entry("field", field)?;
                map.serialize_entry("value", value)?;
                *at
            }
        };
        if let Some(at) = at {
            map.serialize_entry("at", &at)?;
        }
        map.end()
    }
}

fn common<M: SerializeMap>(map: &mut M, remark: &Remark) -> Result<(), M::Error> {
    map.serialize_entry("code", &remark.code)?;
    map.serialize_entry("zh", &remark.zh)?;
    map.serialize_entry("en", &remark.en)?;
    map.serialize_entry("basis", &remark.basis)?;
    map.serialize_entry("script", &remark.script)?;
    map.serialize_entry("line", &remark.line)
}
