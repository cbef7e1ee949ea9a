//! Parts: which element of a charter is meant, and where it stands in which file.

use std::path::PathBuf;

use crate::error::Fault;

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
    /// Line and column of each element.
    pub(super) at: Vec<(u32, u32)>,
}

impl Places {
    pub(super) fn fault(&self, part: CharterPart, message: impl Into<String>) -> Fault {
        let (spots, number) = self.spots(part);
        let (line, column) = spots.and_then(|spots| spots.at.get(number)).copied().unwrap_or((0, 0));
        let file = spots.and_then(|spots| spots.file.clone()).or_else(|| self.file.clone());
        Fault { file, line, column, ..Fault::nowhere(message) }
    }

    pub(super) fn line(&self, part: CharterPart) -> Option<u32> {
        let (spots, number) = self.spots(part);
        spots?.at.get(number).map(|&(line, _)| line)
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
