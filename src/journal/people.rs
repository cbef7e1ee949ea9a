//! People apart: entries name each person by a reference, and the keys behind the references can be erased.
//!
//! A reference is a salted digest of the person's key. The chain covers the references alone, so that key and
//! salt can go without breaking it; without the salt nobody can tell whose reference it was. In an entry a
//! person stands in the field `person`; texts in which the key of one of the entry's people stands have the
//! reference in its place.

use std::collections::{BTreeMap, HashMap};

use serde_json::Value;

use super::store::{Sum, journal};
use crate::error::Error;
use crate::model::{Opening, PersonId};

/// What makes a reference unguessable.
pub type Salt = [u8; 32];

/// A person as a store keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonRow {
    /// What entries call the person: `person:` and 32 hexadecimal digits.
    pub reference: String,
    /// The salt and the key; none once they were erased.
    pub kept: Option<(Salt, String)>,
}

/// Hexadecimal digits of a reference.
const DIGITS: usize = 32;
/// Fields that hold texts for people, or values of any kind, and every text inside them.
const TEXTS: [&str; 9] = ["category", "clerk", "en", "facts", "purpose", "reason", "value", "values", "zh"];

/// The field whose rows have one in the second place.
const PARAMETERS: &str = "parameters";

/// The people of a stream.
#[derive(Debug, Default)]
pub(crate) struct People {
    /// Whether they are kept apart; if not, entries are stored as they are.
    apart: bool,
    references: HashMap<PersonId, PersonId>,
    /// The key behind a reference; none if it was erased.
    keys: HashMap<PersonId, Option<PersonId>>,
}

impl PersonRow {
    /// A person of this key, with this salt.
    pub fn new(salt: Salt, key: &str) -> Self {
        Self { reference: reference(&salt, key), kept: Some((salt, key.to_owned())) }
    }

    fn check(&self) -> Result<(), Error> {
        match &self.kept {
            Some((salt, key)) if reference(salt, key) != self.reference => {
                Err(journal(format!("the person behind `{}` is not who it was", self.reference))
                    .in_chinese(format!("`{}` 背后的人已非原来之人", self.reference)))
            }
            Some(_) | None => Ok(()),
        }
    }
}

fn reference(salt: &Salt, key: &str) -> String {
    let mut sum = Sum::default();
    sum.add(b"bianzhi person");
    sum.add(salt);
    sum.add(key.as_bytes());
    let mut text = format!("{}{}", PersonId::REFERENCE, sum.end());
    text.truncate(PersonId::REFERENCE.len().saturating_add(DIGITS));
    text
}

impl People {
    /// The people of a stream in which they are inside the entries.
    pub(super) fn inside() -> Self {
        Self::default()
    }

    /// People that are kept apart, as a store has them.
    pub(super) fn apart(rows: Vec<PersonRow>) -> Result<Self, Error> {
        let mut people = Self { apart: true, ..Self::default() };
        for row in rows {
            row.check()?;
            people.add(&row);
        }
        Ok(people)
    }

    pub(super) fn are_apart(&self) -> bool {
        self.apart
    }

    fn add(&mut self, row: &PersonRow) {
        let reference = PersonId::new(&row.reference);
        let key = row.kept.as_ref().map(|(_, key)| PersonId::new(key));
        if let Some(key) = &key {
            self.references.insert(key.clone(), reference.clone());
        }
        self.keys.insert(reference, key);
    }

    /// The reference to a person; none if people are not apart, or this is a reference already.
    pub(crate) fn reference(&self, key: &PersonId) -> Option<PersonId> {
        self.references.get(key).cloned()
    }

    /// The key behind a reference; none if it was erased, or this is none.
    pub(crate) fn key(&self, reference: &PersonId) -> Option<PersonId> {
        self.keys.get(reference)?.clone()
    }

    /// The reference to a person, who gets one if there is none yet.
    fn refer(&mut self, key: &str, new: &mut New<'_>) -> Result<PersonId, Error> {
        let key = PersonId::new(key);
        // Somebody who was erased is called by the reference from then on.
        if self.keys.get(&key).is_some_and(Option::is_none) {
            return Ok(key);
        }
        if let Some(known) = self.references.get(&key) {
            return Ok(known.clone());
        }
        let row = PersonRow::new((new.salt)()?, key.as_str());
        self.add(&row);
        let reference = PersonId::new(&row.reference);
        new.rows.push(row);
        Ok(reference)
    }

    /// Puts references in the place of the people of opening books.
    pub(super) fn hide_opening(&mut self, opening: &mut Opening, new: &mut New<'_>) -> Result<(), Error> {
        opening.people.ids_mut().try_for_each(|id| {
            *id = self.refer(id.as_str(), new)?;
            Ok(())
        })
    }

    /// Puts people in the place of references, as far as they are not erased; whether any was.
    pub(super) fn show_opening(&self, opening: &mut Opening) -> Result<bool, Error> {
        let mut erased = false;
        for id in opening.people.ids_mut() {
            match self.keys.get(id) {
                Some(Some(key)) => *id = key.clone(),
                Some(None) => erased = true,
                None => return Err(nobody(id.as_str())),
            }
        }
        Ok(erased)
    }

    /// Puts references in the place of people.
    pub(super) fn hide(&mut self, entry: &mut Value, new: &mut New<'_>) -> Result<(), Error> {
        let mut found = BTreeMap::new();
        people_in(entry, &mut |key| {
            let reference = self.refer(key, new)?;
            if reference.as_str() != key.as_str() {
                found.insert(std::mem::replace(key, reference.to_string()), reference.to_string());
            }
            Ok(())
        })?;
        // The longest key first, so that one which begins with another is found whole.
        let mut found: Vec<_> = found.into_iter().collect();
        found.sort_by_key(|(key, _)| std::cmp::Reverse(key.len()));
        texts_in(entry, false, &mut |text| {
            if let Some(hidden) = hidden(text, &found) {
                *text = hidden;
            }
        });
        Ok(())
    }

    /// Puts people in the place of references, as far as they are not erased.
    pub(super) fn show(&self, entry: &mut Value) -> Result<(), Error> {
        people_in(entry, &mut |reference| match self.keys.get(reference.as_str()) {
            Some(Some(key)) => {
                *reference = key.to_string();
                Ok(())
            }
            Some(None) => Ok(()),
            None => Err(nobody(reference)),
        })?;
        texts_in(entry, false, &mut |text| {
            if let Some(shown) = self.shown(text) {
                *text = shown;
            }
        });
        Ok(())
    }

    fn shown(&self, text: &str) -> Option<String> {
        if !text.contains(PersonId::REFERENCE) {
            return None;
        }
        let mut shown = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once(PersonId::REFERENCE) {
            shown.push_str(before);
            rest = after;
            if let Some(after) = rest.strip_prefix(':') {
                shown.push_str(PersonId::REFERENCE);
                rest = after;
                continue;
            }
            let digits = rest.get(..DIGITS).unwrap_or(rest);
            let reference = PersonId::new(format!("{}{digits}", PersonId::REFERENCE));
            match self.key(&reference) {
                Some(key) => shown.push_str(key.as_str()),
                None => shown.push_str(reference.as_str()),
            }
            rest = rest.get(digits.len()..).unwrap_or_default();
        }
        shown.push_str(rest);
        Some(shown)
    }
}

fn nobody(reference: &str) -> Error {
    journal(format!("nobody is kept behind `{reference}`, and nobody was erased"))
        .in_chinese(format!("`{reference}` 背后查无此人，也未曾抹去"))
}

/// Where new people go, and where their salts come from.
pub(super) struct New<'a> {
    pub(super) rows: &'a mut Vec<PersonRow>,
    pub(super) salt: &'a dyn Fn() -> Result<Salt, Error>,
}

/// A text with references in the place of keys; none if it has no key. What looks like a reference without
/// being one gets a second colon.
fn hidden(text: &str, found: &[(String, String)]) -> Option<String> {
    let marked = text.contains(PersonId::REFERENCE);
    if !marked && !found.iter().any(|(key, _)| text.contains(key.as_str())) {
        return None;
    }
    let mut hidden = String::with_capacity(text.len());
    let mut rest = text;
    let mut before = None;
    while let Some(next) = rest.chars().next() {
        if let Some(after) = rest.strip_prefix(PersonId::REFERENCE) {
            hidden.push_str(PersonId::REFERENCE);
            hidden.push(':');
            (rest, before) = (after, Some(':'));
            continue;
        }
        let key = found.iter().find(|(key, _)| stands_alone(before, rest, key));
        if let Some((key, reference)) = key {
            hidden.push_str(reference);
            before = key.chars().next_back();
            rest = rest.strip_prefix(key.as_str()).unwrap_or_default();
        } else {
            hidden.push(next);
            before = Some(next);
            rest = rest.strip_prefix(next).unwrap_or_default();
        }
    }
    Some(hidden)
}

/// Whether a text begins with a key, and the key is not only a part of a longer word or number.
fn stands_alone(before: Option<char>, text: &str, key: &str) -> bool {
    let goes_on = |one: Option<char>, other: Option<char>| {
        let part = |character: char| character.is_ascii_alphanumeric() || matches!(character, '-' | '_');
        one.is_some_and(part) && other.is_some_and(part)
    };
    text.strip_prefix(key).is_some_and(|after| {
        !key.is_empty()
            && !goes_on(before, key.chars().next())
            && !goes_on(key.chars().next_back(), after.chars().next())
    })
}

fn people_in(
    value: &mut Value,
    each: &mut impl FnMut(&mut String) -> Result<(), Error>,
) -> Result<(), Error> {
    match value {
        Value::Array(items) => items.iter_mut().try_for_each(|item| people_in(item, each)),
        Value::Object(fields) => fields.iter_mut().try_for_each(|(name, field)| {
            if let ("person", Value::String(person)) = (name.as_str(), &mut *field) {
                return each(person);
            }
            // What rules and requests say in facts is text, whatever it is called.
            if name == "facts" { Ok(()) } else { people_in(field, each) }
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Ok(()),
    }
}

/// The value of a parameter: the second column, or, in the first forms, the field of that name.
fn texts_in_row(row: &mut Value, each: &mut impl FnMut(&mut String)) {
    if let Some(columns) = row.as_array_mut() {
        columns.iter_mut().skip(1).take(1).for_each(|value| texts_in(value, true, each));
    } else {
        texts_in(row, false, each);
    }
}

fn texts_in(value: &mut Value, within: bool, each: &mut impl FnMut(&mut String)) {
    match value {
        Value::String(text) if within => each(text),
        Value::Array(items) => items.iter_mut().for_each(|item| texts_in(item, within, each)),
        Value::Object(fields) => fields.iter_mut().for_each(|(name, field)| {
            if let (PARAMETERS, false, Some(rows)) = (name.as_str(), within, field.as_array_mut()) {
                return rows.iter_mut().for_each(|row| texts_in_row(row, each));
            }
            texts_in(field, within || TEXTS.contains(&name.as_str()), each);
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn words() -> impl Strategy<Value = String> {
        prop::collection::vec(
            prop::sample::select(vec!["p", "-", "1", "11", "王", "小", " ", "person:", ":", "."]),
            0..9,
        )
        .prop_map(|parts| parts.concat())
    }

    /// Of a parameter's row the value is a text, and nothing else.
    #[test]
    fn a_key_in_a_parameters_value_is_hidden_and_shown_again() {
        let mut people = People::apart(Vec::new()).unwrap();
        let (mut rows, salt) = (Vec::new(), || Ok([7; 32]));
        let said = json!({
            "events": [{"event": {"vacated": {"person": "p-1"}}}],
            "parameters": [
                ["p-1", "p-1, p-11", "2000-01-01"], ["two", "2", "2000-01-01", "p-1"],
                {"name": "p-1", "value": "p-1, p-11", "folder": ""},
            ],
        });
        let mut stored = said.clone();
        people.hide(&mut stored, &mut New { rows: &mut rows, salt: &salt }).unwrap();
        let reference = stored["events"][0]["event"]["vacated"]["person"].as_str().unwrap();
        let expected = format!("{reference}, p-11");
        assert_eq!(
            stored["parameters"],
            json!([
                ["p-1", expected, "2000-01-01"], ["two", "2", "2000-01-01", "p-1"],
                {"name": "p-1", "value": expected, "folder": ""},
            ])
        );
        people.show(&mut stored).unwrap();
        assert_eq!(stored, said);
    }

    proptest! {
        /// Whatever keys and texts are: what is stored reads as it was said, and names nobody as a person.
        #[test]
        fn what_is_hidden_is_shown_again(keys in prop::collection::vec(words(), 1..4), texts in prop::collection::vec(words(), 1..4)) {
            let mut people = People::apart(Vec::new())?;
            let mut rows = Vec::new();
            let mut erased = None;
            for round in 0..2 {
                let said = json!({
                    "events": keys.iter().map(|key| json!({"event": {"vacated": {"person": key}}})).collect::<Vec<_>>(),
                    "reason": texts, "unit": texts, "facts": {"person": texts},
                });
                let mut stored = said.clone();
                people.hide(&mut stored, &mut New { rows: &mut rows, salt: &|| Ok([7; 32]) })?;
                for event in stored["events"].as_array().into_iter().flatten() {
                    let person = &event["event"]["vacated"]["person"];
                    prop_assert!(person.as_str().is_some_and(|person| PersonId::new(person).is_reference()));
                }
                prop_assert_eq!(&stored["unit"], &said["unit"]);
                let mut shown = stored.clone();
                people.show(&mut shown)?;
                prop_assert_eq!(&shown, &said, "{}", stored);
                // A reader who has only the rows sees the same, and somebody erased is a reference for good.
                let mut read = stored.clone();
                People::apart(rows.clone())?.show(&mut read)?;
                prop_assert_eq!(&read, &said);
                let mut fewer = rows.clone();
                fewer[0].kept = None;
                people = People::apart(fewer.clone())?;
                rows = fewer;
                people.show(&mut stored)?;
                if round == 0 {
                    erased = Some(stored);
                } else {
                    prop_assert!(erased.is_some());
                }
            }
        }
    }
}
