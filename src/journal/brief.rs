//! Brief: entries as new streams keep them – what says something –, and the parameters that were read as rows.

use std::sync::Arc;

use serde::{Serialize, Serializer};

use super::quick;
use crate::decision::{Advanced, Decision, Entry, Happened, Outcome, ParameterRead, Reason, Remark};
use crate::model::{Date, day};
use crate::request::Request;

/// How many lists of parameters are remembered as they are written.
const REMEMBERED: usize = 8;

/// Lists of parameters as they are written. Rules read the same ones again and again.
#[derive(Debug, Default)]
pub(super) struct Lists {
    known: Vec<List>,
    /// Which one goes when another comes.
    oldest: usize,
}

#[derive(Debug)]
struct List {
    read: Vec<Arc<ParameterRead>>,
    text: String,
}

/// A decision as it is written. A list that is empty is left out.
#[derive(Serialize)]
struct Stored<'a> {
    entry: u64,
    #[serde(serialize_with = "day::write")]
    date: Date,
    request: &'a Request,
    outcome: Outcome,
    reasons: &'a [Reason],
    notes: &'a [Remark],
    events: &'a [Happened],
    findings: &'a [Remark],
    parameters: Option<Written<'a>>,
    policies: Option<&'a str>,
    advanced: Option<&'a Advanced>,
}

/// As [`Entry::Decided`].
#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum StoredEntry<'a> {
    Decided(Stored<'a>),
}

/// A text that is JSON already.
struct Written<'a>(&'a str);

/// A parameter that was read, without the names of its columns. The last one, the folder, is most often the root.
#[derive(Serialize)]
struct Row<'a>(
    &'a str,
    &'a str,
    #[serde(serialize_with = "day::write")] Date,
    #[serde(skip_serializing_if = "str::is_empty")] &'a str,
);

/// Writes what an entry says behind what is there; `false`, and nothing, if quick JSON does not know it.
pub(super) fn write(entry: &Entry, lists: &mut Lists, to: &mut String) -> bool {
    let Entry::Decided(decision) = entry else { return quick::brief(entry, to) };
    // Every field has its place here.
    let Decision {
        entry,
        date,
        request,
        outcome,
        reasons,
        notes,
        events,
        findings,
        parameters,
        policies,
        advanced,
    } = &**decision;
    let parameters = match parameters.as_slice() {
        [] => None,
        read => match lists.text(read) {
            Some(text) => Some(Written(text)),
            None => return false,
        },
    };
    let stored = Stored {
        entry: *entry,
        date: *date,
        request,
        outcome: *outcome,
        reasons,
        notes,
        events,
        findings,
        parameters,
        policies: policies.as_deref(),
        advanced: advanced.as_deref(),
    };
    quick::brief(&StoredEntry::Decided(stored), to)
}

impl Lists {
    /// A list of parameters as rows; none if quick JSON does not know what is in it.
    fn text(&mut self, read: &[Arc<ParameterRead>]) -> Option<&str> {
        // Decisions share the records; one that is the same but for its place is written anew.
        let is_same = |list: &List| {
            list.read.len() == read.len()
                && list.read.iter().zip(read).all(|(one, other)| Arc::ptr_eq(one, other))
        };
        let place = match self.known.iter().position(is_same) {
            Some(place) => place,
            None => self.remember(read)?,
        };
        self.known.get(place).map(|list| list.text.as_str())
    }

    fn remember(&mut self, read: &[Arc<ParameterRead>]) -> Option<usize> {
        let rows: Vec<Row<'_>> =
            read.iter().map(|one| Row(&one.name, &one.value, one.from, &one.folder)).collect();
        let mut text = String::new();
        if !quick::brief(&rows, &mut text) {
            return None;
        }
        let list = List { read: read.to_vec(), text };
        let place = self.oldest;
        self.oldest = place.saturating_add(1) % REMEMBERED;
        match self.known.get_mut(place) {
            Some(old) => *old = list,
            None => self.known.push(list),
        }
        Some(place)
    }
}

impl Serialize for Written<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_newtype_struct(quick::WRITTEN, self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// More lists than are remembered, in turns: each is the one that was asked for.
    #[test]
    fn a_list_is_never_another_one() {
        let date = Date::constant(2024, 1, 1);
        let records: Vec<_> = (0..12_usize)
            .map(|number| {
                let folder = if number % 5 == 0 { "350703" } else { "" };
                let (name, value, folder) = (format!("p.{number}"), number.to_string(), folder.to_owned());
                Arc::new(ParameterRead { name, value, from: date, folder })
            })
            .collect();
        let mut lists = Lists::default();
        for turn in 0..200_usize {
            let from = turn * 7 % 12;
            let read = &records[from..12.min(from + 1 + turn % 3)];
            let row = |one: &Arc<ParameterRead>| match one.folder.as_str() {
                "" => serde_json::json!([one.name, one.value, "2024-01-01"]),
                folder => serde_json::json!([one.name, one.value, "2024-01-01", folder]),
            };
            let expected = read.iter().map(row).collect::<serde_json::Value>().to_string();
            assert_eq!(lists.text(read), Some(expected.as_str()));
            assert!(lists.known.len() <= REMEMBERED);
        }
        assert_eq!(lists.known.len(), REMEMBERED);
    }
}
