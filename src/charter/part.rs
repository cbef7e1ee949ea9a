//! Parts: which element of a charter is meant, and where it stands in which file.

use std::path::{Path, PathBuf};

use crate::error::{Fault, Phrase};

/// An element of a charter, by its number in the [`Opening`](crate::model::Opening)'s lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CharterPart {
    /// The charter as a whole.
    Whole,
    /// A level.
    Level(usize),
    /// A kind.
    Kind(usize),
    /// A node.
    Node(usize),
    /// A pool.
    Pool(usize),
    /// A named person.
    Person(usize),
    /// A loan.
    Loan(usize),
    /// A permit.
    Permit(usize),
}

/// Where the elements of a charter stand; empty for one that was read from no file.
#[derive(Debug, Clone, Default)]
pub(super) struct Places {
    pub(super) levels: Spots,
    pub(super) kinds: Spots,
    pub(super) nodes: Spots,
    pub(super) pools: Spots,
    pub(super) people: Spots,
    pub(super) loans: Spots,
    pub(super) permits: Spots,
    pub(super) file: Option<PathBuf>,
}

/// Lines and columns of one list's elements, in one file.
#[derive(Debug, Clone, Default)]
pub(super) struct Spots {
    /// The file, if it is not the charter itself.
    pub(super) file: Option<PathBuf>,
    count: usize,
    /// The first element of each run that stands line below line, with its line and column.
    runs: Vec<(usize, u32, u32)>,
}

impl Spots {
    /// No spots yet, in a file beside the charter.
    pub(super) fn beside(file: &Path) -> Self {
        Self { file: Some(file.to_path_buf()), ..Self::default() }
    }

    /// The next element stands here.
    pub(super) fn push(&mut self, line: u32, column: u32) {
        let number = self.count;
        self.count = number.saturating_add(1);
        if self.runs.last().map(|run| in_run(run, number)) != Some((line, column)) {
            self.runs.push((number, line, column));
        }
    }

    /// Where the elements of a later part of the list stand.
    pub(super) fn append(&mut self, later: &Self) {
        let before = self.count;
        for &(first, line, column) in &later.runs {
            let number = before.saturating_add(first);
            if self.runs.last().map(|run| in_run(run, number)) != Some((line, column)) {
                self.runs.push((number, line, column));
            }
        }
        self.count = before.saturating_add(later.count);
    }

    /// Line and column of an element.
    fn at(&self, number: usize) -> Option<(u32, u32)> {
        let after = self.runs.partition_point(|(first, ..)| *first <= number);
        let run = self.runs.get(after.checked_sub(1)?).filter(|_| number < self.count)?;
        Some(in_run(run, number))
    }
}

fn in_run(&(first, line, column): &(usize, u32, u32), number: usize) -> (u32, u32) {
    let further = u32::try_from(number.saturating_sub(first)).unwrap_or(u32::MAX);
    (line.saturating_add(further), column)
}

impl Places {
    pub(super) fn fault(&self, part: CharterPart, told: Phrase) -> Fault {
        let (spots, number) = self.spots(part);
        let (line, column) = spots.and_then(|spots| spots.at(number)).unwrap_or((0, 0));
        let file = spots.and_then(|spots| spots.file.clone()).or_else(|| self.file.clone());
        Fault { file, line, column, ..Fault::told_nowhere(told) }
    }

    pub(super) fn line(&self, part: CharterPart) -> Option<u32> {
        let (spots, number) = self.spots(part);
        spots?.at(number).map(|(line, _)| line)
    }

    fn spots(&self, part: CharterPart) -> (Option<&Spots>, usize) {
        match part {
            CharterPart::Whole => (None, 0),
            CharterPart::Level(number) => (Some(&self.levels), number),
            CharterPart::Kind(number) => (Some(&self.kinds), number),
            CharterPart::Node(number) => (Some(&self.nodes), number),
            CharterPart::Pool(number) => (Some(&self.pools), number),
            CharterPart::Person(number) => (Some(&self.people), number),
            CharterPart::Loan(number) => (Some(&self.loans), number),
            CharterPart::Permit(number) => (Some(&self.permits), number),
        }
    }
}
