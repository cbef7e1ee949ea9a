//! Facts of a node: a few names and values, as a nation has room for.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use smallvec::SmallVec;

use super::FactValue;

/// Facts in the order of their names. One takes no memory of its own but its name's, which others share.
#[derive(Debug, Clone, Default)]
pub(crate) struct Facts(SmallVec<[(Arc<str>, FactValue); 1]>);

impl Facts {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The fact of this name.
    pub(crate) fn get(&self, name: &str) -> Option<&FactValue> {
        self.0.iter().find(|(known, _)| &**known == name).map(|(_, value)| value)
    }

    /// Sets a fact.
    pub(crate) fn insert(&mut self, name: Arc<str>, value: FactValue) {
        let at = self.0.partition_point(|(known, _)| *known < name);
        match self.0.get_mut(at) {
            Some((known, old)) if *known == name => *old = value,
            Some(_) | None => self.0.insert(at, (name, value)),
        }
    }

    /// Takes a fact away.
    pub(crate) fn remove(&mut self, name: &str) {
        self.0.retain(|(known, _)| &**known != name);
    }

    /// Names and values, by name.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &FactValue)> {
        self.0.iter().map(|(name, value)| (&**name, value))
    }

    /// The same as a map.
    pub(crate) fn to_map(&self) -> BTreeMap<String, FactValue> {
        self.iter().map(|(name, value)| (name.to_owned(), value.clone())).collect()
    }
}

impl From<&BTreeMap<String, FactValue>> for Facts {
    fn from(facts: &BTreeMap<String, FactValue>) -> Self {
        Self(facts.iter().map(|(name, value)| (name.as_str().into(), value.clone())).collect())
    }
}

impl Serialize for Facts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

impl<'de> Deserialize<'de> for Facts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        BTreeMap::deserialize(deserializer).map(|facts| Self::from(&facts))
    }
}

#[cfg(test)]
mod tests {
    use super::Facts;
    use crate::model::FactValue;

    #[test]
    fn facts_stand_by_name_and_each_once() {
        let mut facts = Facts::default();
        for (name, value) in [("b", 1), ("c", 2), ("a", 3), ("c", 4)] {
            facts.insert(name.into(), FactValue::Whole(value));
        }
        facts.remove("b");
        let all: Vec<_> = facts.iter().map(|(name, value)| (name, value.clone())).collect();
        assert_eq!(all, [("a", FactValue::Whole(3)), ("c", FactValue::Whole(4))]);
        assert_eq!((facts.get("c"), facts.get("b")), (Some(&FactValue::Whole(4)), None));
        let again: Facts = serde_json::from_str(&serde_json::to_string(&facts).unwrap()).unwrap();
        assert_eq!(again.to_map(), facts.to_map());
    }
}
