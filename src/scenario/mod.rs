//! Scenarios: requests with expectations, read from a file and played step by step; policy tests are the same.

mod check;
mod expect;
mod play;
mod property;
mod read;
mod suite;
mod table;

use std::path::{Path, PathBuf};

use crate::charter::Charter;
use crate::document::{Document, MOST_YAML_BYTES, Node, read_text, shortened};
use crate::error::{Error, Fault};
use crate::journal::Store;
use crate::model::{Date, Mention, NodeId};
use crate::office::Office;
use crate::policy::PolicySet;
use crate::request::Request;

pub use check::{Check, CheckValue, Difference};
pub use expect::Expectation;
pub use play::{Answer, Played, Playing};
pub use suite::{Suite, SuiteRun, Tested, tests_of};

/// A scenario as read: which books, which policies, and the steps.
///
/// Every fault of the file is found in one pass. Whether a request can be done is the office's answer when
/// the scenario is [played](Scenario::play).
#[derive(Debug, Clone)]
pub struct Scenario {
    document: Document,
    cases: Option<table::Cases>,
    charter: PathBuf,
    policies: Option<PathBuf>,
    steps: Vec<Step>,
}

/// One step of a scenario: a request or a check.
#[derive(Debug, Clone)]
pub struct Step {
    /// The line on which it stands.
    pub line: u32,
    /// Its day, if it says one; else the day of the step before.
    pub on: Option<Date>,
    /// Its actor, if it says one; else the actor of the step before.
    pub by: Option<NodeId>,
    /// Whether the books are as they were opened before it: a case of its own in a table.
    pub fresh: bool,
    /// What is done.
    pub action: Action,
}

/// What a step does.
#[derive(Debug, Clone)]
pub enum Action {
    /// Asks the office. Day and actor are filled in while playing.
    Ask {
        /// The request.
        request: Box<Request>,
        /// The answer that the author expects.
        expect: Option<Expectation>,
    },
    /// Looks at the books.
    Check(Check),
}

impl Scenario {
    /// Reads a scenario file, or tells all its faults.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, Error> {
        let text = read_text(path.as_ref(), MOST_YAML_BYTES).map_err(|fault| Error::input(vec![fault]))?;
        Self::parse(path, &text)
    }

    /// Reads a scenario from its text; `file` stands in faults, and paths are relative to its folder.
    pub fn parse(file: impl AsRef<Path>, text: &str) -> Result<Self, Error> {
        let (document, mut faults) = Document::examine(file.as_ref(), text);
        match document.map(read::scenario) {
            Some(Ok(scenario)) if faults.is_empty() => return Ok(scenario),
            Some(Err(found)) => faults.extend(found),
            Some(Ok(_)) | None => {}
        }
        faults.sort();
        Err(Error::input(faults))
    }

    /// The scenario's own file.
    pub fn file(&self) -> &Path {
        &self.document.file
    }

    /// The file in which the steps stand: the scenario's own, or the table of cases that it names.
    pub fn steps_file(&self) -> &Path {
        self.cases.as_ref().map_or(self.file(), |cases| &cases.document.file)
    }

    /// The charter's file.
    pub fn charter(&self) -> &Path {
        &self.charter
    }

    /// The folder of the policies; none where the laws decide alone.
    pub fn policies(&self) -> Option<&Path> {
        self.policies.as_deref()
    }

    /// The steps in order.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// Opens the office that the scenario plays in, with its own policies or with those of another folder.
    ///
    /// # Errors
    /// Faults of the charter, of the policies, and names in the steps that the policies do not declare.
    pub fn open(&self, policies: Option<&Path>) -> Result<Office, Error> {
        self.opened(policies.or(self.policies()).map(PolicySet::load).transpose())
    }

    /// The same with a policy set that is loaded already, or with `None` for the laws alone.
    ///
    /// # Errors
    /// As [`Scenario::open`].
    pub fn open_with(&self, policies: Option<PolicySet>) -> Result<Office, Error> {
        self.opened(Ok(policies))
    }

    /// The same with a journal that is kept: the office begins or goes on in the store that `store` gives for
    /// the charter's root.
    ///
    /// # Errors
    /// As [`Scenario::open`] and [`Office::open_on`]; and a table of cases, which has no one journal.
    pub fn open_on<S: Store + 'static>(
        &self,
        policies: Option<&Path>,
        store: impl FnOnce(&str) -> Result<S, Error>,
    ) -> Result<Office, Error> {
        if self.cases.is_some() {
            let message =
                "the cases of a table stand on books of their own, so no journal can be kept of them";
            let zh = "表格里的案例各用各的账，不能记入日志";
            return Err(Error::input(vec![Fault::at(self.steps_file(), 0, 0, message).in_chinese(zh)]));
        }
        let policies = policies.or(self.policies()).map(PolicySet::load).transpose();
        self.opened_by(policies, |charter, policies| {
            let store = store(charter.root().map_or("", NodeId::as_str))?;
            Office::open_on(store, charter, policies)
        })
    }

    /// The office under a policy set that is loaded already, or with what is wrong with it beside the charter's faults.
    fn opened(&self, policies: Result<Option<PolicySet>, Error>) -> Result<Office, Error> {
        self.opened_by(policies, Office::open)
    }

    fn opened_by(
        &self,
        policies: Result<Option<PolicySet>, Error>,
        open: impl FnOnce(Charter, Option<PolicySet>) -> Result<Office, Error>,
    ) -> Result<Office, Error> {
        let charter = Charter::load(&self.charter);
        let (charter, policies) = match (charter, policies) {
            (Ok(charter), Ok(policies)) => (charter, policies),
            (Err(one), Err(other)) => return Err(both(one, other)),
            (Err(error), Ok(_)) | (Ok(_), Err(error)) => return Err(error),
        };
        let undeclared = policies.as_ref().map(|policies| self.undeclared(policies)).unwrap_or_default();
        if undeclared.is_empty() {
            return open(charter, policies);
        }
        // Nothing is kept of a scenario that cannot be played.
        let undeclared = Error::input(undeclared);
        Err(match Office::open(charter, policies) {
            Ok(_) => undeclared,
            Err(error) => both(error, undeclared),
        })
    }

    /// Plays the steps one after the other in this office.
    pub fn play<'a>(&'a self, office: &'a mut Office) -> Playing<'a> {
        Playing::new(&self.steps, office)
    }

    /// Tags, facts, categories, purposes and pool rules in the steps that the policies do not declare.
    pub fn undeclared(&self, policies: &PolicySet) -> Vec<Fault> {
        let mut faults = Vec::new();
        let nodes = match &self.cases {
            Some(cases) => Some(&cases.document.root),
            None => self.document.root.get("steps"),
        };
        for (step, node) in self.steps.iter().zip(nodes.map_or(&[][..], Node::items)) {
            let Action::Ask { request, .. } = &step.action else { continue };
            let beside = request.facts.iter().map(|(name, value)| Mention::Fact(name, value));
            for mention in request.verb.mentions().into_iter().chain(beside) {
                if let Some(told) = policies.undeclared_told(&mention) {
                    let (line, column) =
                        place_of(node, name_of(&mention)).unwrap_or((node.line, node.column));
                    let fault = Fault::told(self.steps_file(), line, column, told);
                    faults.push(self.cases.iter().fold(fault, |fault, cases| cases.told(fault)));
                }
            }
        }
        faults.sort();
        faults.dedup();
        faults
    }
}

/// Two failures as one; faults in files are told together.
fn both(one: Error, other: Error) -> Error {
    match (one.faults().is_empty(), other.faults().is_empty()) {
        (false, false) => Error::input(one.faults().iter().chain(other.faults()).cloned().collect()),
        (true, false) if other.kind() != crate::error::ErrorKind::Input => other,
        (true | false, _) => one,
    }
}

fn name_of<'a>(mention: &Mention<'a>) -> &'a str {
    match mention {
        Mention::Tag(name)
        | Mention::Fact(name, _)
        | Mention::Category(name)
        | Mention::Purpose(name)
        | Mention::Rule(name) => name,
    }
}

/// Where a word stands first below a node, as a key or as a value.
fn place_of(node: &Node, word: &str) -> Option<(u32, u32)> {
    if node.text() == Some(word) {
        return Some((node.line, node.column));
    }
    let in_map = node.entries().iter().find_map(|(key, value)| {
        if key.text == word { Some((key.line, key.column)) } else { place_of(value, word) }
    });
    in_map.or_else(|| node.items().iter().find_map(|item| place_of(item, word)))
}

#[cfg(test)]
mod tests;

#[cfg(test)]
mod trials;
