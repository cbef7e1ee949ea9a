//! Folded: a hook as it is on one day in one place for one shape of request – functions unfolded, loops unrolled.
//!
//! It carries the hook out as long as nothing happens that only the whole script can tell: a reason in full, a
//! proposal, a word that fails, a person who is held. Then it gives up, and the hook is carried out as it stands.
//! Until then it has only read, so nothing needs to be undone. What it does – parameters read, steps taken, codes
//! said – is what the script does; a build with debug assertions holds it to that at every call.

mod fold;
mod forms;
mod making;
mod reads;
mod run;
mod scope;
mod shape;
mod values;

use std::sync::Arc;

use super::Operator;
use crate::decision::ParameterRead;
use crate::ledger::UnitFigure;
use crate::policy::value::Value;
use crate::policy::vocabulary::{HostFn, HostPlace, ReadNumber, ReadOther, ReadText, ReadThing, ReadYesNo};
use reads::{ReadSet, Readable};

pub(crate) use fold::fold;
pub(crate) use run::Done;
pub(crate) use shape::{Own, Shape};

/// The most cells that a folded hook may have; one that needs more is carried out as it stands.
const CELLS: usize = 48;
/// The most forms of a folded hook: unfolding must not make a book of a page.
const FORMS: usize = 2_000;
/// The longest known list over which a loop is unrolled.
const UNROLLED: usize = 16;

/// A parameter's value in one place on one day, and what a decision keeps of having read it.
pub(crate) type Held = (Value<'static>, Arc<ParameterRead>);

/// What is known of a hook when it is folded.
pub(crate) struct Given<'t> {
    /// What a parameter holds, by its place.
    pub(crate) holds: &'t dyn Fn(usize) -> Option<Held>,
    pub(crate) own: &'t Own,
    pub(crate) shape: Shape<'t>,
}

/// A hook on one day in one place.
#[derive(Debug)]
pub(crate) struct Folded {
    cells: usize,
    /// The cells of what the request names, filled before anything is done.
    named: Vec<(usize, Named)>,
    lines: Lines,
    /// The codes of what it may say.
    codes: Vec<Arc<str>>,
    /// What it may read.
    readable: Readable,
}

type Lines = Box<[Line]>;

/// What is done, and what comes with it of the statements before of which nothing else is left.
#[derive(Debug)]
struct Line {
    owed: Owed,
    does: Does,
}

/// What statements cost, and the parameters that they read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Owed {
    steps: u32,
    reads: ReadSet,
}

#[derive(Debug)]
enum Does {
    /// The hook of this number begins.
    Hook(usize),
    Nothing,
    Set(usize, Any),
    /// A view is found, for those who read it later.
    Find(Thing),
    /// What it gives counts if it stands last.
    Give(Any),
    If(Box<Choice>),
    For(Box<(usize, Any, Lines)>),
    /// From the first number to the second, which belongs to it or not.
    Range(Box<(usize, Whole, Whole, bool, Lines)>),
    /// A loop, turn by turn.
    Turns(Box<[Lines]>),
    /// A function: a return leaves it alone.
    Function(Lines),
    Say(Box<Say>),
    Require(Box<Require>),
    Return(Option<Any>),
    Break,
    Continue,
    GiveUp,
}

#[derive(Debug)]
struct Choice {
    condition: Truth,
    then: Lines,
    otherwise: Lines,
}

/// Something is said; its facts are computed and weighed.
#[derive(Debug)]
struct Say {
    place: HostPlace,
    /// The code's place among those of the hook.
    code: usize,
    /// Bytes of the facts' names.
    names: usize,
    facts: Box<[Any]>,
}

#[derive(Debug)]
struct Require {
    condition: Truth,
    say: Say,
    /// How often the condition's own steps are owed again, and the parameters owed, where facts need not be computed.
    quiet: Option<(u32, ReadSet)>,
}

/// A word of a view.
#[derive(Debug)]
struct Look<R> {
    at: Thing,
    args: Args,
    read: R,
}

/// A word's arguments.
#[derive(Debug)]
enum Args {
    Known(Box<[Value<'static>]>),
    Computed(Box<[Any]>),
}

#[derive(Debug)]
struct HostCall {
    function: &'static HostFn,
    args: Box<[Any]>,
    line: u32,
}

/// A whole number.
#[derive(Debug)]
enum Whole {
    Known(i64),
    Cell(usize),
    Word(Box<Look<ReadNumber>>),
    /// A figure that a unit's own book has, and the word that reads it elsewhere.
    Figure(UnitFigure, Box<Look<ReadNumber>>),
    Joined(Operator, Box<(Whole, Whole)>),
    Share(Box<Share>),
    /// The larger of two, or the smaller.
    Larger(bool, Box<(Whole, Whole)>),
    /// How many elements a list has.
    Count(Box<Any>),
    /// Something is owed first.
    Behind(Owed, Box<Whole>),
    Other(Box<Any>),
}

/// A whole number times a share that is known, rounded.
#[derive(Debug)]
struct Share {
    of: Whole,
    /// The first number over the second, a power of ten.
    ratio: (i64, i64),
    rounded: Rounded,
}

#[derive(Debug, Clone, Copy)]
enum Rounded {
    Down,
    Up,
    HalfUp,
}

/// A yes or no.
#[derive(Debug)]
enum Truth {
    Known(bool),
    Cell(usize),
    Word(Box<Look<ReadYesNo>>),
    Not(Box<Truth>),
    All(Box<[Truth]>),
    Any(Box<[Truth]>),
    Wholes(Operator, Box<(Whole, Whole)>),
    /// Whether two texts are the same, or are not.
    Texts(bool, Box<(Text, Text)>),
    Compared(Operator, Box<(Any, Any)>),
    /// Whether the first is an element of the second.
    In(Box<(Any, Any)>),
    /// Whether a list has no elements.
    Empty(Box<Any>),
    /// Something is owed first.
    Behind(Owed, Box<Truth>),
    Other(Box<Any>),
}

/// A text that stands somewhere.
#[derive(Debug)]
enum Text {
    Known(Box<str>),
    Cell(usize),
    Word(Box<Look<ReadText>>),
    Other(Box<Any>),
}

/// A view of a place in the books.
#[derive(Debug)]
enum Thing {
    Cell(usize),
    /// What the hook's own request or event names, in the cell that keeps it once it is read.
    Once(usize, Box<Thing>),
    Word(Box<Look<ReadThing>>),
    Office,
    Other(Box<Any>),
}

/// What a request names that was found in the books before its hooks are called.
#[derive(Debug, Clone, Copy)]
enum Named {
    Unit,
    Lender,
    Borrower,
}

/// Any value.
#[derive(Debug)]
enum Any {
    Known(Box<Value<'static>>),
    /// Something is owed first.
    Behind(Owed, Box<Any>),
    Cell(usize),
    Whole(Whole),
    Truth(Truth),
    Text(Text),
    Thing(Thing),
    Word(Box<Look<ReadOther>>),
    Host(Box<HostCall>),
    Joined(Operator, Box<(Any, Any)>),
    List(Box<[Any]>),
    /// What the last statement gives; a return leaves these lines alone.
    Lines(Lines),
    GiveUp,
}
