//! Points: the lines and the branches of a script that tests can reach, told from its tree.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{Block, Node, Over, Step, Tree, What, print};
use crate::policy::value::Value;

/// A condition, by where it stands and what hangs on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) line: u32,
    pub(crate) column: u32,
    pub(crate) sort: Sort,
}

/// What hangs on a condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Sort {
    If,
    Require,
    /// One side of `&&` or `||`.
    Part,
}

/// What can be reached in a script. A `return`, `break` or `continue` alone has no line of its own here: it
/// is reached by the branch that it stands in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Points {
    pub(crate) lines: BTreeSet<u32>,
    pub(crate) branches: BTreeMap<Place, String>,
    /// The codes that it may give, and the lines where.
    pub(crate) codes: BTreeSet<(Arc<str>, u32)>,
    /// The parameters that it names.
    pub(crate) parameters: BTreeSet<Arc<str>>,
}

impl Place {
    pub(super) fn of(node: &Node, sort: Sort) -> Self {
        Self { line: node.line, column: node.column, sort }
    }
}

impl Step {
    /// The line that it is reached on.
    pub(super) fn line(&self) -> Option<u32> {
        match self {
            Self::Set(_, node) | Self::Do(node) | Self::Return(Some(node)) => Some(node.line),
            Self::If(parts) => Some(parts.0.line),
            Self::For(parts) => match &parts.1 {
                Over::List(list) => Some(list.line),
                Over::Range(from, ..) => Some(from.line),
            },
            Self::Return(None) | Self::Break | Self::Continue => None,
        }
    }
}

/// The points of a script, over all its bodies.
pub(crate) fn points(tree: &Tree) -> Points {
    let mut points = Points::default();
    for body in &tree.bodies {
        points.block(&body.steps);
    }
    points
}

impl Points {
    fn block(&mut self, block: &Block) {
        for step in &block.steps {
            self.lines.extend(step.line());
            match step {
                Step::Set(_, node) | Step::Do(node) | Step::Return(Some(node)) => self.node(node),
                Step::If(parts) => self.choice(parts),
                Step::For(parts) => {
                    match &parts.1 {
                        Over::List(list) => self.node(list),
                        Over::Range(from, to, _) => {
                            self.node(from);
                            self.node(to);
                        }
                    }
                    self.block(&parts.2);
                }
                Step::Return(None) | Step::Break | Step::Continue => {}
            }
        }
    }

    fn choice(&mut self, parts: &(Node, Block, Block)) {
        self.branch(&parts.0, Sort::If);
        self.block(&parts.1);
        self.block(&parts.2);
    }

    fn branch(&mut self, node: &Node, sort: Sort) {
        self.branches.insert(Place::of(node, sort), print::source(node));
        self.node(node);
    }

    fn node(&mut self, node: &Node) {
        match &node.what {
            What::Constant(_) | What::Local(..) => {}
            What::Word(receiver, _, _, args) => {
                self.node(receiver);
                self.nodes(args);
            }
            What::Host(function, _, args) => {
                if let Some(code) = function.place.code_argument().and_then(|place| text(args, place)) {
                    self.codes.insert((code, node.line));
                }
                if matches!(function.en, "param" | "param_at") {
                    self.parameters.extend(text(args, 0));
                }
                self.nodes(args);
            }
            What::Required(inner, _) => self.branch(inner, Sort::Require),
            What::Own(_, _, args) | What::List(args) => self.nodes(args),
            What::Parameter(_, inner) | What::Path(_, inner) | What::Not(inner) | What::Minus(inner) => {
                self.node(inner);
            }
            What::Binary(_, sides) | What::In(sides) => {
                self.node(&sides.0);
                self.node(&sides.1);
            }
            What::And(parts) | What::Or(parts) => {
                for part in parts {
                    self.branch(part, Sort::Part);
                }
            }
            What::Facts(fields, _) => {
                for (_, value) in fields {
                    self.node(value);
                }
            }
            What::If(parts) => self.choice(parts),
            What::Block(block) => self.block(block),
        }
    }

    fn nodes(&mut self, nodes: &[Node]) {
        for node in nodes {
            self.node(node);
        }
    }
}

/// The text that stands as an argument, if it is a constant.
fn text(args: &[Node], place: usize) -> Option<Arc<str>> {
    match args.get(place).map(|node| &node.what) {
        Some(What::Constant(Value::Text(text))) => Some(text.to_string().into()),
        _ => None,
    }
}
