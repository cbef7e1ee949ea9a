//! The typed tree: a script with every name resolved and every type known.

mod always;
mod calls;
mod compiled;
mod compute;
mod expressions;
mod folded;
mod guards;
mod operators;
mod paths;
mod points;
mod print;
mod quiet;
mod read;
mod run;
mod seen;
mod statements;
mod trail;
mod weight;

use std::sync::Arc;

use super::value::Value;
use super::vocabulary::{HostFn, Row, Type};

pub(crate) use folded::{Done, Folded, Given, Own, Shape, fold};
pub(crate) use points::{Place, Points, Sort, points};
pub(crate) use quiet::Quiet;
pub(crate) use read::{Known, Reading, WordFound, read};
pub(crate) use run::run;
pub(crate) use seen::{Recorded, Sights};
pub(crate) use trail::{At, Looked, Read, Trail};

/// A script's functions, one body for each combination of argument types in which one is called.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    pub(crate) bodies: Vec<Body>,
    /// The same functions as they are carried out when nobody watches.
    compiled: Vec<compiled::Compiled>,
}

/// One function with its argument types known.
#[derive(Debug, Clone)]
pub(crate) struct Body {
    #[cfg_attr(not(test), expect(dead_code, reason = "explanations and coverage name it"))]
    pub(crate) name: Arc<str>,
    /// The variables that it needs, arguments first.
    pub(crate) slots: usize,
    pub(crate) steps: Block,
    pub(crate) returns: Type,
}

/// Statements in order. The value of the last, if it is an expression without `;`, is the block's.
#[derive(Debug, Clone, Default)]
pub(crate) struct Block {
    pub(crate) steps: Vec<Step>,
    /// What each statement costs: itself and every expression in it, whether or not it is looked at. Known
    /// once the whole script is read.
    pub(crate) weights: Vec<u32>,
}

/// A statement.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    /// A variable gets a value, first or again.
    Set(usize, Node),
    /// An expression; its value counts if it stands last.
    Do(Node),
    If(Box<(Node, Block, Block)>),
    For(Box<(usize, Over, Block)>),
    Return(Option<Node>),
    Break,
    Continue,
}

/// What a loop goes over.
#[derive(Debug, Clone)]
pub(crate) enum Over {
    List(Node),
    /// From the first number to the second, which belongs to it or not.
    Range(Node, Node, bool),
}

/// An expression with its type and place.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub(crate) what: What,
    pub(crate) ty: Type,
    pub(crate) line: u32,
    pub(crate) column: u32,
}

/// The forms of expressions.
#[derive(Debug, Clone)]
pub(crate) enum What {
    Constant(Value<'static>),
    Local(usize, Arc<str>),
    /// A property or a method of a view.
    Word(Box<Node>, &'static Row, Arc<str>, Vec<Node>),
    /// A host function.
    Host(&'static HostFn, Arc<str>, Vec<Node>),
    /// A parameter by its place, and the call that reads it.
    Parameter(usize, Box<Node>),
    /// What a hook's own request or event names: a variable that keeps it once it is read, and the word that reads it.
    Path(usize, Box<Node>),
    /// The condition of a `require`, with its source.
    Required(Box<Node>, Arc<str>),
    /// A function of the file, by its body.
    Own(usize, Arc<str>, Vec<Node>),
    Not(Box<Node>),
    Minus(Box<Node>),
    Binary(Operator, Box<(Node, Node)>),
    And(Vec<Node>),
    Or(Vec<Node>),
    /// Whether the first is an element of the second.
    In(Box<(Node, Node)>),
    List(Vec<Node>),
    /// Facts, and what is owed for them where a condition holds and they are not computed.
    Facts(Vec<(Arc<str>, Node)>, Option<Quiet>),
    If(Box<(Node, Block, Block)>),
    Block(Block),
}

/// Operators of two sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operator {
    Plus,
    Minus,
    Times,
    Divided,
    Remainder,
    Same,
    Other,
    Less,
    LessOrSame,
    More,
    MoreOrSame,
}

impl Operator {
    const ALL: [(Self, &'static str); 11] = [
        (Self::Plus, "+"),
        (Self::Minus, "-"),
        (Self::Times, "*"),
        (Self::Divided, "/"),
        (Self::Remainder, "%"),
        (Self::Same, "=="),
        (Self::Other, "!="),
        (Self::Less, "<"),
        (Self::LessOrSame, "<="),
        (Self::More, ">"),
        (Self::MoreOrSame, ">="),
    ];

    /// The operator with this sign.
    pub(crate) fn from_sign(sign: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(_, known)| *known == sign).map(|(operator, _)| operator)
    }

    /// Its sign.
    pub(crate) fn sign(self) -> &'static str {
        Self::ALL.into_iter().find(|(known, _)| *known == self).map_or("", |(_, sign)| sign)
    }

    /// Whether it compares, and so gives a yes or no.
    pub(crate) fn compares(self) -> bool {
        !matches!(self, Self::Plus | Self::Minus | Self::Times | Self::Divided | Self::Remainder)
    }
}
