//! Reading: from Rhai's syntax tree to the typed tree, with every fault on the way.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use rhai::{AST, ASTNode, Expr, Position, Stmt};

use super::guards::{self, Truth};
use super::{Block, Body, Node, Tree, What};
use crate::document::nearest;
use crate::error::{Code, Fault, Message, Phrase, same, table};
use crate::policy::limits;
use crate::policy::slips::Edit;
use crate::policy::value::Value;
use crate::policy::vocabulary::{self, HookKind, Item, Situation, Type};

/// What the files beside the scripts declare, as far as types need it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Known {
    /// Parameters by name, with their places.
    pub(crate) parameters: BTreeMap<String, (usize, Type)>,
    /// Facts by name.
    pub(crate) facts: BTreeMap<String, Item>,
    /// Tags.
    pub(crate) tags: BTreeSet<String>,
    /// Reason codes that have texts.
    pub(crate) codes: BTreeSet<String>,
}

/// What was read of one script.
#[derive(Debug, Default)]
pub(crate) struct Reading {
    pub(crate) tree: Tree,
    /// The hooks in the order of the file.
    pub(crate) hooks: Vec<HookFound>,
    pub(crate) faults: Vec<Fault>,
    /// What is allowed, but looks wrong.
    pub(crate) lints: Vec<Fault>,
    /// The reason codes that it uses.
    pub(crate) codes: BTreeSet<String>,
    /// The parameters that it reads.
    pub(crate) parameters: BTreeSet<String>,
    /// The words of the vocabulary by line and column: as written, and what each may be in English and Chinese.
    pub(crate) words: BTreeMap<(u32, u32), WordFound>,
    /// Kinds that stand in it by name where nothing has asked whether they are there, with line and column.
    pub(crate) kinds: BTreeSet<(String, u32, u32)>,
    /// Names in other letters, with the right ones.
    pub(crate) edits: Vec<Edit>,
}

/// A word of the vocabulary where it stands in a script.
#[derive(Debug, Clone, Default)]
pub(crate) struct WordFound {
    /// As it is written.
    pub(crate) written: String,
    /// English and Chinese; more than one where the types say no more.
    pub(crate) means: BTreeSet<(&'static str, &'static str)>,
}

/// A hook found in a script.
#[derive(Debug, Clone)]
pub(crate) struct HookFound {
    pub(crate) name: String,
    pub(crate) kind: HookKind,
    /// Its body in the tree.
    pub(crate) body: usize,
    pub(crate) line: u32,
}

/// A function as written.
#[derive(Debug)]
pub(super) struct Function {
    pub(super) name: String,
    pub(super) params: Vec<String>,
    pub(super) begins: Position,
    pub(super) ends: Position,
    pub(super) stmts: Vec<Stmt>,
    pub(super) read: bool,
}

/// Reads one script.
pub(super) struct Reader<'a> {
    pub(super) file: &'a Path,
    pub(super) source: Vec<&'a str>,
    pub(super) known: &'a Known,
    pub(super) functions: Vec<Function>,
    pub(super) versions: BTreeMap<(usize, Vec<Type>, Situation), usize>,
    pub(super) bodies: Vec<Body>,
    /// The functions being read, to find one that calls itself.
    pub(super) open: Vec<usize>,
    /// Functions that could not be read: what they give is not known.
    pub(super) broken: &'a BTreeSet<String>,
    pub(super) reading: Reading,
}

/// A function while it is read.
#[derive(Debug)]
pub(super) struct Frame {
    pub(super) situation: Situation,
    pub(super) locals: Vec<Local>,
    pub(super) slots: usize,
    pub(super) truths: Vec<Truth>,
    pub(super) returns: Option<Type>,
    pub(super) loops: usize,
    /// How many values enclose what is read, such as the `if` of a `let`.
    pub(super) values: usize,
    /// The names that are set again, and their slots: nothing stays known of what they hold.
    changing: (BTreeSet<String>, BTreeSet<usize>),
}

/// A variable.
#[derive(Debug, Clone)]
pub(super) struct Local {
    pub(super) name: String,
    pub(super) slot: usize,
    pub(super) ty: Type,
    pub(super) constant: bool,
}

/// Reads a script that Rhai has parsed. `local` says that it stands in a local folder, `broken` which of its
/// functions could not be parsed.
pub(crate) fn read(
    file: &Path,
    source: &str,
    ast: &AST,
    known: &Known,
    (local, broken): (bool, &BTreeSet<String>),
) -> Reading {
    let mut reader = Reader {
        file,
        source: source.lines().collect(),
        known,
        functions: functions(ast),
        versions: BTreeMap::new(),
        bodies: Vec::new(),
        open: Vec::new(),
        broken,
        reading: Reading::default(),
    };
    for stmt in ast.statements() {
        if !stmt.is_noop() {
            reader.fault(stmt.position(), table::OUTSIDE.say([]));
        }
    }
    reader.all(local);
    let Reader { bodies, mut reading, .. } = reader;
    reading.tree.bodies = bodies;
    reading.tree.weigh();
    reading.tree.quieten();
    for hook in &reading.hooks {
        reading.tree.keep_paths(hook.body);
    }
    reading.tree.compile();
    reading.edits.sort();
    reading.edits.dedup();
    reading.faults.sort();
    reading.faults.dedup();
    reading.lints.sort();
    reading.lints.dedup();
    reading
}

/// The functions of a file in the order in which they stand there.
fn functions(ast: &AST) -> Vec<Function> {
    let mut all: Vec<Function> = ast
        .iter_fn_def()
        .map(|function| Function {
            name: function.name.to_string(),
            params: function.params.iter().map(ToString::to_string).collect(),
            begins: function.body.start_position(),
            ends: function.body.end_position(),
            stmts: Vec::new(),
            read: false,
        })
        .collect();
    all.sort_by_key(|function| function.begins);
    // Rhai shows the statements of all functions in one walk; their places say whose they are.
    ast.walk(&mut |path: &[ASTNode<'_>]| {
        if let [ASTNode::Stmt(stmt)] = path {
            let place = stmt.position();
            let owner = all.iter_mut().find(|function| function.begins <= place && place <= function.ends);
            if let Some(owner) = owner {
                owner.stmts.push((*stmt).clone());
            }
        }
        true
    });
    all
}

impl Reader<'_> {
    fn all(&mut self, local: bool) {
        let hooks: BTreeMap<String, HookKind> = vocabulary::hooks().into_iter().collect();
        let mut seen = BTreeSet::new();
        for place in 0..self.functions.len() {
            let Some(function) = self.functions.get(place) else { continue };
            let (name, begins, arity) = (function.name.clone(), function.begins, function.params.len());
            if arity > limits::ARGUMENTS {
                self.fault(
                    begins,
                    table::ARGUMENTS_MOST.say([
                        same(format!("`{name}`")),
                        same(arity),
                        same(limits::ARGUMENTS),
                    ]),
                );
                continue;
            }
            if vocabulary::is_taken(&name) {
                self.fault(begins, table::TAKEN.say([same(&name)]));
                continue;
            }
            if !vocabulary::looks_like_hook(&name) {
                continue;
            }
            if !seen.insert(name.clone()) {
                self.fault(begins, table::TWICE.say([same(&name)]));
            }
            let Some(kind) = hooks.get(&name) else {
                let hint = Phrase::hint(nearest(&name, hooks.keys().map(String::as_str)));
                self.fault(begins, table::HOOK.say([same(&name), hint]));
                continue;
            };
            if local && matches!(kind.situation, Situation::After | Situation::Date | Situation::Capacity) {
                self.fault(begins, table::ROOT_ONLY.say([same(&name)]));
                continue;
            }
            if arity != 1 {
                self.fault(begins, table::HOOK_ARGUMENT.say([same(&name), same(arity)]));
                continue;
            }
            let (body, returns) = self.version(place, vec![kind.given], kind.situation, begins);
            if kind.situation == Situation::Capacity && !returns.fits(Type::NUMBER) {
                self.fault(begins, table::CAPACITY.say([returns.phrase()]));
            }
            self.reading.hooks.push(HookFound { name, kind: *kind, body, line: line(begins) });
        }
        self.uncalled();
    }

    /// Functions that no hook calls are read too, as far as that goes without types.
    fn uncalled(&mut self) {
        for place in 0..self.functions.len() {
            let Some(function) = self.functions.get(place) else { continue };
            let (name, begins) = (function.name.clone(), function.begins);
            if function.read || vocabulary::looks_like_hook(&name) || vocabulary::is_taken(&name) {
                continue;
            }
            let unknown = vec![Type::Unknown; function.params.len()];
            self.version(place, unknown, Situation::Uncalled, begins);
            // A function that cannot be read may be the one that calls it.
            if !self.broken.is_empty() {
                continue;
            }
            self.lint(begins, table::UNCALLED.say([same(&name)]));
        }
    }

    /// The body of a function for these argument types, and what it gives.
    pub(super) fn version(
        &mut self,
        place: usize,
        given: Vec<Type>,
        situation: Situation,
        from: Position,
    ) -> (usize, Type) {
        let key = (place, given, situation);
        if let Some(body) = self.versions.get(&key) {
            let returns = self.bodies.get(*body).map_or(Type::Unknown, |body| body.returns);
            return (*body, returns);
        }
        let Some(function) = self.functions.get_mut(place) else { return (0, Type::Unknown) };
        function.read = true;
        let name = function.name.clone();
        if self.open.contains(&place) {
            self.fault(from, table::RECURSION.say([same(&name)]));
            return (0, Type::Unknown);
        }
        if self.open.len() >= limits::CALLS || self.bodies.len() >= limits::VERSIONS {
            self.fault(from, table::MANY_CALLS.say([same(limits::CALLS)]));
            return (0, Type::Unknown);
        }
        self.open.push(place);
        let stmts = std::mem::take(&mut function.stmts);
        let mut frame = Frame::new(situation, &function.params, &key.1, set_again(&stmts));
        let (steps, last) = self.block_of(&mut frame, &stmts);
        if let Some(function) = self.functions.get_mut(place) {
            function.stmts = stmts;
        }
        self.open.pop();
        let returns = match (frame.returns, steps.ends_always()) {
            (None, _) => last,
            (Some(returned), true) => returned,
            (Some(returned), false) if returned.fits(last) => last,
            (Some(returned), false) => {
                if returned != Type::Nothing {
                    self.fault(from, table::RETURNS.say([last.phrase(), returned.phrase()]));
                }
                Type::Nothing
            }
        };
        let body = self.bodies.len();
        self.bodies.push(Body { name: name.into(), slots: frame.slots, steps, returns });
        self.versions.insert(key, body);
        (body, returns)
    }

    pub(super) fn fault(&mut self, place: Position, message: Message) {
        self.reading.faults.push(Fault::coded(self.file, line(place), column(place), message));
    }

    /// A word of the vocabulary stands here.
    pub(super) fn found(&mut self, place: Position, written: &str, en: &'static str, zh: &'static str) {
        let found = self.reading.words.entry((line(place), column(place))).or_default();
        written.clone_into(&mut found.written);
        found.means.insert((en, zh));
    }

    /// A name of the vocabulary or of the folder in other letters; in a script's own words it can be put right.
    pub(super) fn variant(
        &mut self,
        place: Position,
        code: &'static Code,
        name: &str,
        right: &str,
        sure: bool,
    ) {
        self.fault(place, code.say([same(name), same(right)]));
        if sure {
            let (from, to) = (name.to_owned(), right.to_owned());
            self.reading.edits.push(Edit { line: line(place), column: column(place), from, to, safe: true });
        }
    }

    pub(super) fn lint(&mut self, place: Position, message: Message) {
        self.reading.lints.push(Fault::coded(self.file, line(place), column(place), message));
    }

    /// A fault, and an expression of which nothing more is said.
    pub(super) fn wrong(&mut self, place: Position, message: Message) -> Node {
        self.fault(place, message);
        node(What::Constant(Value::Nothing), Type::Unknown, place)
    }
}

impl Frame {
    fn new(situation: Situation, params: &[String], given: &[Type], again: BTreeSet<String>) -> Self {
        let locals: Vec<Local> = params
            .iter()
            .zip(given)
            .enumerate()
            .map(|(slot, (name, ty))| Local { name: name.clone(), slot, ty: *ty, constant: false })
            .collect();
        let slots = locals.len();
        let changing =
            locals.iter().filter(|local| again.contains(&local.name)).map(|local| local.slot).collect();
        Self {
            situation,
            locals,
            slots,
            truths: Vec::new(),
            returns: None,
            loops: 0,
            values: 0,
            changing: (again, changing),
        }
    }

    /// A new variable's slot. Slots are never used twice, so that what is known of one stays true.
    pub(super) fn declare(&mut self, name: &str, ty: Type, constant: bool) -> usize {
        let slot = self.slots;
        self.slots = self.slots.saturating_add(1);
        if self.changing.0.contains(name) {
            self.changing.1.insert(slot);
        }
        self.locals.push(Local { name: name.to_owned(), slot, ty, constant });
        slot
    }

    /// Whether this is known here, and stays so until the expression is read.
    pub(super) fn knows(&self, path: &str, wanted: bool) -> bool {
        self.truths.iter().any(|(one, yes)| one == path && *yes == wanted)
            && !self.changing.1.iter().any(|slot| guards::reads(path, *slot))
    }

    /// The variable with this name.
    pub(super) fn local(&self, name: &str) -> Option<&Local> {
        self.locals.iter().rev().find(|local| local.name == name)
    }
}

impl Block {
    /// Whether its end is never reached.
    pub(super) fn ends_always(&self) -> bool {
        self.steps.iter().any(super::Step::ends_always)
    }
}

impl super::Step {
    fn ends_always(&self) -> bool {
        match self {
            Self::Return(_) | Self::Break | Self::Continue => true,
            Self::If(parts) => parts.1.ends_always() && parts.2.ends_always(),
            Self::Do(Node { what: What::Block(block), .. }) => block.ends_always(),
            Self::Set(..) | Self::Do(_) | Self::For(_) => false,
        }
    }
}

/// The variables that get a value again somewhere in these statements.
fn set_again(stmts: &[Stmt]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for stmt in stmts {
        stmt.walk(&mut Vec::new(), &mut |path| {
            if let Some(ASTNode::Stmt(Stmt::Assignment(parts))) = path.last()
                && let Expr::Variable(variable, ..) = &parts.1.lhs
            {
                found.insert(variable.1.to_string());
            }
            true
        });
    }
    found
}

/// An expression at a place.
pub(super) fn node(what: What, ty: Type, place: Position) -> Node {
    Node { what, ty, line: line(place), column: column(place) }
}

/// The line of a place, from 1; 0 if it has none.
pub(super) fn line(place: Position) -> u32 {
    place.line().and_then(|line| u32::try_from(line).ok()).unwrap_or(0)
}

/// Its column, from 1; 0 if it has none.
pub(super) fn column(place: Position) -> u32 {
    place.position().and_then(|column| u32::try_from(column).ok()).unwrap_or(0)
}

/// The name of a variable or function as an `Arc`.
pub(super) fn word(text: &str) -> Arc<str> {
    Arc::from(text)
}
