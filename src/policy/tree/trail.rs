//! The trail: every condition that one call looked at, in order, with the values in it.

use std::ops::Range;
use std::sync::Arc;

use super::{Node, What, print};
use crate::policy::limits;
use crate::policy::value::Value;

/// What one call looked at.
#[derive(Debug, Clone, Default)]
pub(crate) struct Trail {
    pub(crate) rows: Vec<Looked>,
    /// Whether there was more than is kept.
    pub(crate) more: bool,
    /// Words that were read outside conditions, such as for the arguments of a function.
    pub(crate) reads: Vec<Read>,
    /// Words that were read in conditions, in order: those of one row stand together.
    pub(crate) read_inside: Vec<Read>,
    /// The bytes of all that is kept, about.
    bytes: usize,
    /// The rows whose conditions are being looked at, outermost first.
    open: Vec<usize>,
    /// How many of them belong to functions further out: those are not told the values of this one.
    outside: usize,
}

/// One condition or computed value.
#[derive(Debug, Clone)]
pub(crate) struct Looked {
    pub(crate) line: u32,
    pub(crate) column: u32,
    pub(crate) at: At,
    /// How many conditions and functions it stands in.
    pub(crate) depth: usize,
    pub(crate) source: String,
    /// The source with the values in it.
    pub(crate) valued: String,
    /// What it came to; none if it failed.
    pub(crate) result: Option<Value<'static>>,
    /// The values that were read, by their source.
    pub(crate) values: Vec<(Arc<str>, Value<'static>)>,
    /// The constants in it.
    pub(crate) constants: Vec<Value<'static>>,
    /// The words among `read_inside` that were read of views, also by functions that it called.
    pub(crate) reads: Range<usize>,
}

/// A word that was read.
#[derive(Debug, Clone)]
pub(crate) struct Read {
    pub(crate) of: Value<'static>,
    pub(crate) word: &'static str,
    pub(crate) argument: Option<Value<'static>>,
}

/// Where something that is looked at stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum At {
    If,
    Require,
    /// One side of `&&` or `||`.
    Part,
    /// A variable's value, or what a function returns.
    Value,
}

impl Trail {
    /// Looking begins; what is read from here on belongs to the row.
    pub(super) fn enter(&mut self, node: &Node, at: At) -> Option<usize> {
        if self.rows.len() >= limits::TRAIL || self.bytes >= limits::TRAIL_BYTES {
            self.more = true;
            return None;
        }
        let row = self.rows.len();
        self.rows.push(Looked {
            line: node.line,
            column: node.column,
            at,
            depth: self.open.len(),
            source: String::new(),
            valued: String::new(),
            result: None,
            values: Vec::new(),
            constants: Vec::new(),
            reads: self.read_inside.len()..self.read_inside.len(),
        });
        self.open.push(row);
        Some(row)
    }

    /// Looking has ended, with a value or with a failure.
    pub(super) fn leave(&mut self, row: Option<usize>, node: &Node, result: Option<&Value<'_>>) {
        let Some(row) = row else { return };
        self.open.truncate(self.open.iter().position(|one| *one == row).unwrap_or(0));
        let read = self.read_inside.len();
        let Some(row) = self.rows.get_mut(row) else { return };
        row.reads.end = read;
        row.source = print::source(node);
        row.valued = print::valued(node, &row.values);
        row.result = result.map(|value| value.clone().into_own());
        let values = row.values.iter().map(|(_, value)| value).chain(&row.result);
        let values = values.map(|value| value.bytes().min(limits::SHOWN_BYTES));
        let bytes = values.fold(row.source.len().saturating_add(row.valued.len()), usize::saturating_add);
        self.bytes = self.bytes.saturating_add(bytes);
    }

    /// A function begins: what it reads is no value of the condition that called it. Gives what `back` takes.
    pub(super) fn begin_function(&mut self) -> usize {
        std::mem::replace(&mut self.outside, self.open.len())
    }

    /// The function has ended.
    pub(super) fn back(&mut self, outside: usize) {
        self.outside = outside;
    }

    /// A value that is shown was read.
    pub(super) fn shown(&mut self, node: &Node, value: &Value<'_>) {
        let Some(open) = self.open.get(self.outside..).filter(|open| !open.is_empty()) else { return };
        let source =
            if let What::Local(_, name) = &node.what { Arc::clone(name) } else { print::source(node).into() };
        for row in open {
            let Some(row) = self.rows.get_mut(*row) else { continue };
            if row.values.iter().all(|(known, _)| *known != source) {
                row.values.push((Arc::clone(&source), value.clone().into_own()));
            }
        }
    }

    /// A constant was met.
    pub(super) fn constant(&mut self, value: &Value<'_>) {
        for row in self.open.get(self.outside..).unwrap_or_default() {
            let Some(row) = self.rows.get_mut(*row) else { continue };
            if !row.constants.contains(value) {
                row.constants.push(value.clone().into_own());
            }
        }
    }

    /// A word was read of a view.
    pub(super) fn word(&mut self, of: &Value<'_>, word: &'static str, argument: Option<&Value<'_>>) {
        let read = Read {
            of: of.clone().into_own(),
            word,
            argument: argument.map(|value| value.clone().into_own()),
        };
        if !self.open.is_empty() {
            self.read_inside.push(read);
        } else if self.reads.len() < limits::TRAIL {
            self.reads.push(read);
        }
    }
}

/// Whether a variable's value is worth a row: a constant tells nothing that the script does not.
pub(super) fn is_computed(node: &Node) -> bool {
    !matches!(node.what, What::Constant(_) | What::Local(..))
}
