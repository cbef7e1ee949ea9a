//! Touch: which entries speak of a node, a person, a loan or a permit.

use serde_json::Value;

use super::Journal;
use crate::decision::Entry;

/// Fields whose texts are no ids of these.
const NO_IDS: [&str; 15] = [
    "add_tags",
    "after",
    "before",
    "category",
    "clerk",
    "drop_tags",
    "facts",
    "kind",
    "level",
    "name",
    "outcome",
    "purpose",
    "reason",
    "tags",
    "tier",
];

impl Journal {
    /// Every entry that touched the node, person, loan or permit with this id: what was asked about it,
    /// whatever the answer, and what happened to it. In order.
    pub fn history(&self, id: &str) -> impl Iterator<Item = &Entry> {
        self.entries().filter(move |entry| touches(entry, id))
    }
}

fn touches(entry: &Entry, id: &str) -> bool {
    let asked = match entry {
        Entry::Decided(decision) => serde_json::to_value(&decision.request).is_ok_and(|asked| {
            // Who asked is no part of what was asked about.
            let parts = asked.as_object().into_iter().flatten();
            let mut parts = parts.filter(|(name, _)| !matches!(name.as_str(), "id" | "by"));
            parts.any(|(name, part)| names_in(name, part, id))
        }),
        Entry::Opened { .. } | Entry::Advanced(_) => false,
    };
    let mut events = entry.events().iter();
    asked || events.any(|happened| serde_json::to_value(&happened.event).is_ok_and(|event| names(&event, id)))
}

fn names(value: &Value, id: &str) -> bool {
    match value {
        Value::String(text) => text == id,
        Value::Array(items) => items.iter().any(|item| names(item, id)),
        Value::Object(fields) => fields.iter().any(|(name, field)| names_in(name, field, id)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

fn names_in(field: &str, value: &Value, id: &str) -> bool {
    // `name` is also the verb that registers a person.
    let no_ids = NO_IDS.contains(&field) && !(field == "name" && value.get("person").is_some());
    let sizes = if field == "pool_sizes" { value.as_object() } else { None };
    !no_ids && (names(value, id) || sizes.is_some_and(|sizes| sizes.contains_key(id)))
}
