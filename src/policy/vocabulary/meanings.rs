//! Meanings: what each word, function and hook says, in both languages, for the authors' manual.

use std::collections::BTreeMap;

use super::{Row, Sort};

/// One line a meaning: whose word it is, the word, Chinese, English. `*` is for every view that has no line of its own.
static LINES: &str = include_str!("meanings.tsv");

/// Every meaning, by whose it is and by the English name.
#[derive(Debug)]
pub(crate) struct Meanings(BTreeMap<(&'static str, &'static str), [&'static str; 2]>);

impl Meanings {
    /// Reads the table.
    pub(crate) fn read() -> Self {
        let line = |line: &'static str| {
            let mut parts = line.split('\t');
            Some(((parts.next()?, parts.next()?), [parts.next()?, parts.next()?]))
        };
        Self(LINES.lines().filter_map(line).collect())
    }

    /// What a function, a hook or a view says; empty if nothing is known.
    pub(crate) fn of(&self, what: &'static str, name: &str) -> [&'static str; 2] {
        self.0
            .iter()
            .find(|((known, word), _)| *known == what && *word == name)
            .map_or(["", ""], |(_, texts)| *texts)
    }

    /// What a word of a view says.
    pub(crate) fn of_row(&self, row: &Row) -> [&'static str; 2] {
        let own = family(row.of);
        // A group's figures are a node's, summed.
        let likes: &[&'static str] = if own == "group" { &["node", "*"] } else { &[own, "*"] };
        likes.iter().find_map(|like| self.0.get(&(*like, row.en))).map_or(["", ""], |texts| *texts)
    }

    /// All lines: whose, and the word.
    #[cfg(test)]
    pub(crate) fn keys(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.0.keys().copied()
    }
}

/// What the views of a sort are called, whatever the verb or the event.
pub(crate) fn family(sort: Sort) -> &'static str {
    match sort {
        Sort::Request(_) => "request",
        Sort::Event(_) => "event",
        Sort::Node => "node",
        Sort::Pool => "pool",
        Sort::Loan => "loan",
        Sort::Permit => "permit",
        Sort::Person => "person",
        Sort::Office => "office",
        Sort::Group => "group",
        Sort::Part => "part",
    }
}
