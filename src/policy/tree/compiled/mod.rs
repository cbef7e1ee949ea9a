//! Compiled: the forms in which the typed tree is carried out when nobody watches.
//!
//! Every form knows what it gives – a whole number, a yes or no, a text, a view or any value – so that no value is
//! made only to be looked at. They are made from the tree when a script is loaded, and mean what it means: words,
//! functions and operators are the same.

mod make;

use std::sync::Arc;

use super::quiet::Quiet;
use super::{Node, Operator};
use crate::policy::value::Value;
use crate::policy::vocabulary::{HostFn, ReadNumber, ReadOther, ReadText, ReadThing, ReadYesNo};

/// A function.
#[derive(Debug)]
pub(super) struct Compiled {
    /// The variables that it needs, arguments first.
    pub(super) slots: usize,
    /// Those that it and the functions it calls need.
    pub(super) needs: usize,
    pub(super) steps: Statements,
}

/// Statements in order.
pub(super) type Statements = Box<[Statement]>;

/// A statement, with what it costs and where it stands.
#[derive(Debug)]
pub(super) struct Statement {
    pub(super) weight: u32,
    pub(super) line: u32,
    pub(super) act: Act,
}

/// What a statement does.
#[derive(Debug)]
pub(super) enum Act {
    Set(usize, Any),
    /// What it gives counts if it stands last.
    Give(Any),
    Say(Box<Say>),
    Require(Box<Require>),
    Block(Statements),
    If(Box<Choice>),
    For(Box<(usize, Over, Statements)>),
    Return(Option<Any>),
    Break,
    Continue,
}

/// What is done where a condition holds, and where it does not.
#[derive(Debug)]
pub(super) struct Choice {
    pub(super) condition: Truth,
    pub(super) then: Statements,
    pub(super) otherwise: Statements,
}

/// What a loop goes over.
#[derive(Debug)]
pub(super) enum Over {
    List(Any),
    /// From the first number to the second, which belongs to it or not.
    Range(Whole, Whole, bool),
}

/// Something is said, with a code and facts.
#[derive(Debug)]
pub(super) struct Say {
    pub(super) call: HostCall,
    /// The code and the facts, where only the code is kept.
    pub(super) code: Arc<str>,
    pub(super) facts: Box<[(Arc<str>, Any)]>,
}

/// A `require`: the condition, and what is said where it does not hold.
#[derive(Debug)]
pub(super) struct Require {
    pub(super) condition: Truth,
    pub(super) say: Say,
    /// What is owed where it holds, if what goes with it need not be computed then.
    pub(super) quiet: Option<Quiet>,
}

/// A call of a host function.
#[derive(Debug)]
pub(super) struct HostCall {
    pub(super) function: &'static HostFn,
    pub(super) args: Box<[Any]>,
    pub(super) line: u32,
}

/// A word of a view.
#[derive(Debug)]
pub(super) struct Look<R> {
    pub(super) at: Thing,
    pub(super) args: Args,
    pub(super) read: R,
    pub(super) line: u32,
}

/// A word's arguments.
#[derive(Debug)]
pub(super) enum Args {
    /// None, or constants.
    Known(Box<[Value<'static>]>),
    Computed(Box<[Any]>),
}

/// A whole number.
#[derive(Debug)]
pub(super) enum Whole {
    Constant(i64),
    Local(usize),
    Word(Box<Look<ReadNumber>>),
    /// Two of them, joined by an operator at a line.
    Joined(Operator, Box<(Whole, Whole)>, u32),
    Other(Box<Any>),
}

/// A yes or no.
#[derive(Debug)]
pub(super) enum Truth {
    Word(Box<Look<ReadYesNo>>),
    Not(Box<Truth>),
    /// All of them, or one of them, as looked at in order.
    All(Box<[Truth]>),
    Any(Box<[Truth]>),
    Wholes(Operator, Box<(Whole, Whole)>),
    /// Whether two texts are the same, or are not.
    Texts(bool, Box<(Text, Text)>),
    Compared(Operator, Box<(Any, Any)>, u32),
    /// Whether the first is an element of the second.
    In(Box<(Any, Any)>, u32),
    /// The condition of a `require`, as it is compiled and as it stands in the tree with its source.
    Required(Box<(Truth, Node, Arc<str>)>),
    Other(Box<Any>),
}

/// A text that stands somewhere.
#[derive(Debug)]
pub(super) enum Text {
    Constant(Box<str>),
    Word(Box<Look<ReadText>>),
    Parameter(Box<Parameter>),
}

/// A view.
#[derive(Debug)]
pub(super) enum Thing {
    Local(usize),
    /// What a hook's own request or event names, in the variable that keeps it once it is read.
    Path(usize, Box<Thing>),
    Word(Box<Look<ReadThing>>),
    Other(Box<Any>),
}

/// A parameter by its place, and the call that reads it.
#[derive(Debug)]
pub(super) struct Parameter {
    pub(super) place: usize,
    pub(super) read: Node,
}

/// Any value.
#[derive(Debug)]
pub(super) enum Any {
    Constant(Box<Value<'static>>),
    Local(usize),
    Whole(Whole),
    Truth(Truth),
    Text(Text),
    Thing(Thing),
    Word(Box<Look<ReadOther>>),
    Parameter(Box<Parameter>),
    /// A text that a hook's own request or event names, in the variable that keeps it once it is read.
    Path(usize, Box<Any>),
    Host(Box<HostCall>),
    /// A function of the file, by its place, called at a line.
    Own(usize, Box<[Any]>, u32),
    Minus(Box<Any>, u32),
    Joined(Operator, Box<(Any, Any)>, u32),
    List(Box<[Any]>),
    Facts(Box<[(Arc<str>, Any)]>),
    Say(Box<Say>),
    Require(Box<Require>),
    If(Box<Choice>),
    Block(Statements),
}
