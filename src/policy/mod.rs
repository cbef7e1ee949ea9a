//! Policies: scripts in, decisions out – loading, the typed tree, views, hooks, parameters, reasons.
//!
//! Rhai runs the scripts. From its syntax tree a typed tree is built, in which every name is resolved and
//! every type known: a script that is misspelt or ill-typed does not load. The tree tells the values in a
//! condition that was not met.

mod asked;
mod asking;
mod audit;
mod call;
mod coverage;
mod declared;
mod definitions;
mod digest;
mod engine;
mod fix;
mod folding;
mod folds;
mod found;
mod hooks;
mod limits;
mod listed;
mod load;
mod manual;
mod meeting;
mod parameters;
mod reasons;
mod recover;
mod remarks;
mod scan;
mod script;
mod slips;
mod trace;
mod translate;
mod tree;
mod twin;
mod value;
mod view;
mod vocabulary;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use coverage::Tally;
use declared::Declared;
use folds::AllFolds;
use parameters::Parameters;
use reasons::Reasons;
use script::Script;
use trace::Traces;
use vocabulary::Situation;

pub use coverage::{ArticleCoverage, BranchCoverage, CodeCoverage, Coverage, ScriptCoverage};
pub use definitions::definitions;
pub use fix::Fix;
pub use listed::{ParameterAbout, ParameterListed, ReasonListed};
pub use load::{Checked, folder_files};
pub use manual::{
    DeclaredListed, FunctionListed, HookListed, Manual, ScriptFunctionListed, ScriptListed, ViewListed,
    WordListed, Wording,
};
pub use trace::{Condition, ConditionOf, Occasion, RuleTrace};

pub(crate) use declared::ANY_TEXT;
pub(crate) use trace::{Hints, ReadOf};
pub(crate) use vocabulary::field_in_chinese;

pub(crate) use asked::{Answer, Asked, Reaction, Told, freed_kinds};
pub(crate) use asking::{Brief, Code};
pub(crate) use call::{How, Reads};

use crate::document::nearest;
use crate::error::{Fault, Phrase, told};
use crate::graph::NodeIx;
use crate::ledger::Ledger;
use crate::model::{Date, FactValue, Lang, Mention, NodeId};

/// All policies of a folder, compiled once and never changed: cheap to clone, safe to share.
#[derive(Clone)]
pub struct PolicySet(Arc<Inner>, Interpreter, Option<Arc<Tally>>, Option<Arc<Traces>>);

/// Which way a script is carried out. Both ways give the same answers; that is tested, request by request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Interpreter {
    /// The typed tree alone: the quick one, and the default of an optimised build.
    Tree,
    /// The Rhai engine; the tree only adds the values of a condition that was not met.
    Rhai,
    /// Rhai, with the tree beside it at every call: where they disagree the call fails, closed. The default
    /// of a build with debug assertions.
    Both,
}

impl Default for Interpreter {
    fn default() -> Self {
        if cfg!(debug_assertions) { Self::Both } else { Self::Tree }
    }
}

/// What a policy set holds.
pub(crate) struct Inner {
    engine: rhai::Engine,
    scripts: Vec<Script>,
    /// The root folder's hooks.
    root: Hooks,
    folders: Vec<Folder>,
    /// What is left of all hooks of an occasion on a day, in a folder, for a shape.
    folds: AllFolds,
    /// The `capacity` of each rule.
    rules: BTreeMap<String, HookRef>,
    parameters: Parameters,
    reasons: Reasons,
    declared: Declared,
    digest: Arc<str>,
    /// The files themselves, so that a journal can keep what it was decided by.
    files: BTreeMap<String, Vec<u8>>,
    lints: Vec<Fault>,
}

/// Hooks by when they are called, in the order of files and places.
#[derive(Default)]
struct Hooks {
    /// By the verb's place in the list of verbs.
    before: Vec<Vec<HookRef>>,
    /// By the event's place in the list of events.
    after: Vec<Vec<HookRef>>,
    /// By the hook's own name.
    others: BTreeMap<&'static str, Vec<HookRef>>,
}

/// A local folder: a node's own requirements.
struct Folder {
    id: NodeId,
    hooks: Hooks,
}

/// A function that is called by name.
#[derive(Debug, Clone)]
pub(crate) struct HookRef {
    script: usize,
    body: usize,
    name: Arc<str>,
    situation: Situation,
    line: u32,
    /// The script's path and the function's line.
    pub(crate) place: Arc<str>,
}

impl Hooks {
    /// The hooks before a request of the verb at this place.
    fn before(&self, verb: usize) -> &[HookRef] {
        self.before.get(verb).map_or(&[], Vec::as_slice)
    }

    /// The hooks after an event, by its place.
    fn after(&self, event: usize) -> &[HookRef] {
        self.after.get(event).map_or(&[], Vec::as_slice)
    }

    /// The hooks of this name, which belong to no request and no event.
    fn named(&self, name: &'static str) -> &[HookRef] {
        self.others.get(name).map_or(&[], Vec::as_slice)
    }
}

impl PolicySet {
    /// A digest of every script and YAML file: SHA-256 over paths and bytes, as hexadecimal digits.
    pub fn digest(&self) -> Arc<str> {
        Arc::clone(&self.0.digest)
    }

    /// Every script and YAML file: its path inside the policy folder, and its bytes, in the order of the paths.
    /// [`PolicySet::from_files`] makes the same set of them, with the same digest.
    pub fn files(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.0.files.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice()))
    }

    /// The same policies, carried out another way.
    #[must_use]
    pub fn with_interpreter(self, interpreter: Interpreter) -> Self {
        Self(self.0, interpreter, self.2, self.3)
    }

    /// What is allowed, but looks wrong: texts that nobody uses, divisions that drop a rest.
    pub fn lints(&self) -> &[Fault] {
        &self.0.lints
    }

    /// What is wrong with a tag, fact, category, purpose or rule that a charter or a request uses: it is not
    /// declared here (with the nearest declared name), or a fact has another type. None if all is well.
    pub fn undeclared(&self, mention: &Mention<'_>) -> Option<String> {
        let [_, en] = self.undeclared_told(mention)?.into_both();
        Some(en)
    }

    /// The same in both languages.
    pub(crate) fn undeclared_told(&self, mention: &Mention<'_>) -> Option<Phrase> {
        if let Mention::Rule(rule) = mention {
            if self.0.rules.contains_key(*rule) {
                return None;
            }
            let hint = Phrase::hint(nearest(rule, self.0.rules.keys().map(String::as_str)));
            return Some(told!(
                "没有脚本用 `capacity` 规定规则 `{rule}` 的规模{hint}",
                "no script has a `capacity` for the rule `{rule}`{hint}"; hint
            ));
        }
        self.0.declared.undeclared(mention)
    }

    /// What `facts.yaml` calls a tag, fact, category or purpose; None for what it does not declare, and for rules.
    ///
    /// # Example: a category in an answer
    /// ```
    /// use bianzhi::{Lang, PolicySet, model::Mention};
    /// # fn main() -> Result<(), bianzhi::Error> {
    /// let facts = "categories: {teacher: {zh: 教师, en: teacher}}";
    /// let policies = PolicySet::from_files([("facts.yaml".to_owned(), facts.into())])?;
    /// assert_eq!(policies.name_of(&Mention::Category("teacher"), Lang::Zh), Some("教师"));
    /// assert_eq!(policies.name_of(&Mention::Purpose("teacher"), Lang::Zh), None);
    /// # Ok(()) }
    /// ```
    pub fn name_of(&self, mention: &Mention<'_>, lang: Lang) -> Option<&str> {
        let titles = self.0.declared.titles(mention)?;
        Some(lang.pick(titles.zh.as_str(), titles.en.as_str()))
    }

    /// The value of a parameter of the root folder on a day; a list as its items with commas between. None
    /// if there is no such parameter, or none yet on that day.
    pub fn parameter_on(&self, name: &str, on: Date) -> Option<FactValue> {
        self.0.parameters.value(name, on, &[]).map(|holding| holding.value.shown())
    }

    /// The local folders that apply to any of these nodes.
    fn folders_of(&self, books: &Ledger, nodes: &[NodeIx]) -> Vec<usize> {
        self.folders_where(books, || nodes.to_vec())
    }

    /// The same; the nodes are looked for only if these books have a node that a folder belongs to.
    fn folders_where(&self, books: &Ledger, nodes: impl FnOnce() -> Vec<NodeIx>) -> Vec<usize> {
        let folders = self.0.folders.iter().enumerate();
        let mut here = folders.filter_map(|(place, folder)| Some((place, books.node(folder.id.as_str())?)));
        let Some(first) = here.next() else { return Vec::new() };
        let nodes = nodes();
        let applies = |(_, own): &(usize, NodeIx)| nodes.iter().any(|node| books.within(*node, *own));
        std::iter::once(first).chain(here).filter(applies).map(|(place, _)| place).collect()
    }
}

impl fmt::Debug for PolicySet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PolicySet").field("digest", &self.0.digest).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
