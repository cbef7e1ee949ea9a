//! Records: one element of a charter's YAML read field by field, with all that is wrong in it.

use std::collections::BTreeMap;

use crate::document::{Document, Fields, Node, date};
use crate::error::{Fault, Phrase, told};
use crate::model::{Date, FactValue, Instalment, Seats};

/// What fields must be, in Chinese and in English.
pub(super) const TEXT: [&str; 2] = ["文字", "a text"];
pub(super) const DATE: [&str; 2] = ["日期，如 2024-01-31", "a date like 2024-01-31"];
pub(super) const LIST: [&str; 2] = ["清单", "a list"];

/// A map of fields that is being read; what does not fit becomes a fault and a `None`.
pub(super) struct Record<'a, 'f> {
    document: &'a Document,
    fields: Fields<'a>,
    faults: &'f mut Vec<Fault>,
    before: usize,
}

impl<'a, 'f> Record<'a, 'f> {
    /// Begins to read a map; none, with a fault, if the node is no map.
    pub(super) fn begin(document: &'a Document, node: &'a Node, faults: &'f mut Vec<Fault>) -> Option<Self> {
        let before = faults.len();
        match document.fields(node) {
            Ok(fields) => Some(Self { document, fields, faults, before }),
            Err(fault) => {
                faults.push(fault);
                None
            }
        }
    }

    /// Ends: what is left is unknown. Tells whether everything fitted.
    pub(super) fn end(self) -> bool {
        self.faults.extend(self.fields.finish());
        self.faults.len() == self.before
    }

    pub(super) fn node(&mut self, name: &'static str) -> Option<&'a Node> {
        self.fields.optional(name)
    }

    pub(super) fn needed(&mut self, name: &'static str) -> Option<&'a Node> {
        match self.fields.required(name) {
            Ok(node) => Some(node),
            Err(fault) => {
                self.faults.push(fault);
                None
            }
        }
    }

    pub(super) fn fault(&mut self, node: &Node, told: Phrase) {
        self.faults.push(self.document.told(node, told));
    }

    /// A fault of a field: what it is, and what it must be, in Chinese and in English.
    pub(super) fn misfit(&mut self, name: &str, node: &Node, needed: [&str; 2]) {
        self.fault(node, misfit(name, node, needed));
    }

    /// A text that must be there.
    pub(super) fn word(&mut self, name: &'static str) -> Option<&'a str> {
        let node = self.needed(name)?;
        self.text_of(name, node)
    }

    /// A text that may be left out.
    pub(super) fn word_if(&mut self, name: &'static str) -> Option<&'a str> {
        let node = self.node(name)?;
        self.text_of(name, node)
    }

    pub(super) fn text_of(&mut self, name: &str, node: &'a Node) -> Option<&'a str> {
        let text = node.text().filter(|_| !node.is_null());
        if text.is_none() {
            self.misfit(name, node, TEXT);
        }
        text
    }

    /// A day that must be there.
    pub(super) fn day(&mut self, name: &'static str) -> Option<Date> {
        let node = self.needed(name)?;
        self.day_of(name, node)
    }

    /// A day that may be left out.
    pub(super) fn day_if(&mut self, name: &'static str) -> Option<Date> {
        let node = self.node(name)?;
        self.day_of(name, node)
    }

    fn day_of(&mut self, name: &str, node: &Node) -> Option<Date> {
        let day = node.text().and_then(date);
        if day.is_none() {
            self.misfit(name, node, DATE);
        }
        day
    }

    /// A count that must be there.
    pub(super) fn count(&mut self, name: &'static str, least: Seats) -> Option<Seats> {
        let node = self.needed(name)?;
        self.count_of(name, node, least)
    }

    /// A count that may be left out.
    pub(super) fn count_if(&mut self, name: &'static str, least: Seats) -> Option<Seats> {
        let node = self.node(name)?;
        self.count_of(name, node, least)
    }

    pub(super) fn count_of(&mut self, name: &str, node: &Node, least: Seats) -> Option<Seats> {
        let count = node.whole().map(Seats::new).filter(|&count| count >= least && count <= Seats::MOST);
        if count.is_none() {
            self.fault(node, bad_count(name, &node.found_in_both(), least));
        }
        count
    }

    /// Counts by name, such as `caps`.
    pub(super) fn counts<K: Ord + for<'t> From<&'t str>>(
        &mut self,
        name: &'static str,
    ) -> BTreeMap<K, Seats> {
        match self.node(name) {
            Some(node) => self.counts_of(name, node),
            None => BTreeMap::new(),
        }
    }

    fn counts_of<K: Ord + for<'t> From<&'t str>>(&mut self, name: &str, node: &Node) -> BTreeMap<K, Seats> {
        if !node.is_map() {
            self.misfit(name, node, ["一组字段", "a map"]);
        }
        node.entries()
            .iter()
            .filter_map(|(key, count)| {
                Some((key.text.as_str().into(), self.count_of(&key.text, count, Seats::ZERO)?))
            })
            .collect()
    }

    /// Counts by name that must be there, if only as `{}`: a misspelt field would else silently be nothing.
    pub(super) fn counts_needed<K: Ord + for<'t> From<&'t str>>(
        &mut self,
        name: &'static str,
    ) -> BTreeMap<K, Seats> {
        match self.needed(name) {
            Some(node) => self.counts_of(name, node),
            None => BTreeMap::new(),
        }
    }

    /// A map that may be left out.
    pub(super) fn map(&mut self, name: &'static str) -> Option<&'a Node> {
        let node = self.node(name)?;
        if !node.is_map() {
            self.misfit(name, node, ["一组字段", "a map"]);
            return None;
        }
        Some(node)
    }

    /// A list that may be left out.
    pub(super) fn list(&mut self, name: &'static str) -> &'a [Node] {
        let Some(node) = self.node(name) else { return &[] };
        self.items(name, node)
    }

    pub(super) fn items(&mut self, name: &str, node: &'a Node) -> &'a [Node] {
        if !node.is_list() {
            self.misfit(name, node, LIST);
        }
        node.items()
    }

    /// A list of counts, oldest first.
    pub(super) fn count_list(&mut self, name: &'static str) -> Vec<Seats> {
        let items = self.list(name);
        items.iter().filter_map(|count| self.count_of(name, count, Seats::ZERO)).collect()
    }

    /// A list of texts.
    pub(super) fn words(&mut self, name: &'static str) -> Vec<String> {
        let items = self.list(name);
        items.iter().filter_map(|word| self.text_of(name, word).map(str::to_owned)).collect()
    }

    pub(super) fn facts(&mut self) -> BTreeMap<String, FactValue> {
        let mut facts = BTreeMap::new();
        let Some(node) = self.map("facts") else { return facts };
        for (key, value) in node.entries() {
            match self.document.decode(value) {
                Ok(value) => {
                    facts.insert(key.text.clone(), value);
                }
                Err(fault) => self.faults.push(fault),
            }
        }
        facts
    }

    pub(super) fn schedule(&mut self) -> Vec<Instalment> {
        let mut schedule = Vec::new();
        for item in self.list("schedule") {
            let Some(mut record) = Record::begin(self.document, item, self.faults) else { continue };
            let instalment = record.day("on").zip(record.count("seats", Seats::ZERO));
            record.end();
            schedule.extend(instalment.map(|(on, seats)| Instalment { on, seats }));
        }
        schedule
    }

    pub(super) fn yes(&mut self, name: &'static str) -> bool {
        let Some(node) = self.node(name) else { return false };
        match self.document.decode(node) {
            Ok(yes) => yes,
            Err(fault) => {
                self.faults.push(fault);
                false
            }
        }
    }

    /// Begins to read a map inside this one.
    pub(super) fn inner<'g>(&'g mut self, node: &'a Node) -> Option<Record<'a, 'g>> {
        Record::begin(self.document, node, self.faults)
    }
}

/// The message for a field that is something else.
pub(super) fn misfit(name: &str, node: &Node, [zh, en]: [&str; 2]) -> Phrase {
    let found = node.found_in_both();
    told!("`{name}` 是{found}，应为{zh}", "`{name}` is {found}, {en} is needed"; found)
}

/// The message for a count that is none.
pub(super) fn bad_count(name: &str, found: &Phrase, least: Seats) -> Phrase {
    told!(
        "`{name}` 是{found}，应为 {least} 至 1,000,000,000 的整数",
        "`{name}` is {found}, a whole number from {least} to 1,000,000,000 is needed"; found
    )
}
