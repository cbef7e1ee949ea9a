//! Running a folded hook: its statements, until it ends or gives up.

#![expect(clippy::wildcard_enum_match_arm, reason = "what is not named here has no form of its own")]

use std::sync::Arc;

use rust_decimal::Decimal;
use smallvec::SmallVec;

use super::{Any, Choice, Does, Folded, Line, Named, Owed, ReadSet, Require, Say};
use crate::graph::NodeIx;
use crate::ledger::{KindIx, LoanIx, PermitIx, UnitBook};
use crate::model::Date;
use crate::policy::call::{Call, How};
use crate::policy::limits;
use crate::policy::value::{List, Text, Value};
use crate::policy::view::{View, What};
use crate::policy::vocabulary::said_how;

/// The cells of most folded hooks, and of nearly all.
const FEW: usize = 6;
const SOME: usize = 16;

/// What a variable holds: a value that is copied as it stands.
#[derive(Debug, Clone, Copy)]
pub(super) enum Cell<'a> {
    Nothing,
    YesNo(bool),
    Number(i64),
    Decimal(Decimal),
    Text(&'a str),
    Date(Date),
    Thing(Thing),
    List(&'a [Value<'a>]),
}

/// A view of a place in the books.
#[derive(Debug, Clone, Copy)]
pub(super) struct Thing {
    what: Place,
    kind: Option<KindIx>,
}

#[derive(Debug, Clone, Copy)]
enum Place {
    Request,
    Event,
    Office,
    Node(NodeIx),
    Pool(NodeIx),
    Loan(LoanIx),
    Permit(PermitIx),
}

/// How a statement ended; what it gave is the run's `last`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Flow {
    Next,
    Return,
    Break,
    Continue,
}

/// A variable, and the book of the unit that it holds, once a figure of it is read.
#[derive(Debug, Clone, Copy)]
struct Slot<'a> {
    cell: Cell<'a>,
    book: Option<UnitBook<'a>>,
}

/// What a run of folded hooks came to.
pub(crate) struct Done {
    /// What they said where codes are enough, each by its code's place.
    said: SmallVec<[(How, usize); 2]>,
    /// The whole number that the last of them gave, if it did: a pool's size.
    pub(crate) gave: Option<i64>,
    /// The hook that is to be carried out as it stands, and those after it; none if all came to their end.
    pub(crate) gave_up: Option<usize>,
}

/// Where a hook began.
#[derive(Clone, Copy)]
struct Mark {
    hook: usize,
    said: usize,
    sizes: usize,
    reads: ReadSet,
}

/// A run of a folded hook.
pub(super) struct Run<'s, 'a> {
    pub(super) call: &'a Call<'a>,
    slots: &'s mut [Slot<'a>],
    last: Cell<'a>,
    steps: u64,
    reads: ReadSet,
    said: SmallVec<[(How, usize); 2]>,
    /// Bytes of all facts said.
    bytes: usize,
    begun: Mark,
}

impl Slot<'_> {
    const EMPTY: Self = Self { cell: Cell::Nothing, book: None };
}

impl Folded {
    /// Carries the hooks out. Where one gives up, nothing that it did counts.
    pub(crate) fn run<'a>(&'a self, call: &'a Call<'a>, given: &View) -> Done {
        // Few rules need many variables, and all are to be emptied.
        if self.cells <= FEW {
            self.run_in(call, given, &mut [Slot::EMPTY; FEW])
        } else if self.cells <= SOME {
            self.run_in(call, given, &mut [Slot::EMPTY; SOME])
        } else {
            self.run_in(call, given, &mut [Slot::EMPTY; super::CELLS])
        }
    }

    /// What was said in a run, by the codes.
    pub(crate) fn said<'a, 'd>(
        &'a self,
        done: &'d Done,
    ) -> impl Iterator<Item = (How, &'a Arc<str>)> + use<'a, 'd> {
        done.said.iter().filter_map(|(how, code)| Some((*how, self.codes.get(*code)?)))
    }

    fn run_in<'a>(&'a self, call: &'a Call<'a>, given: &View, slots: &mut [Slot<'a>]) -> Done {
        let begun = Mark { hook: 0, said: 0, sizes: call.scene.sizes_known(), reads: ReadSet::NONE };
        let (last, reads) = (Cell::Nothing, ReadSet::NONE);
        let mut run = Run { call, slots, last, steps: 0, reads, said: SmallVec::new(), bytes: 0, begun };
        let ended = run.begin(given, &self.named).and_then(|()| run.lines(&self.lines));
        // A script looks once more at conditions that are not met, to tell their values.
        let most = if run.said.is_empty() { limits::STEPS_AGAIN } else { limits::STEPS_AGAIN / 2 };
        let mut gave_up = None;
        if run.steps.max(call.charged()) > most {
            // Which of them takes too many is for them to say.
            gave_up = Some(begun);
        } else if ended.is_none() {
            gave_up = Some(run.begun);
        } else {
            call.took(run.steps);
        }
        let Run { last, mut reads, mut said, .. } = run;
        if let Some(Mark { said: before, sizes, reads: read, .. }) = gave_up {
            said.truncate(before);
            reads = read;
            call.scene.forget_sizes(sizes);
        }
        if !call.brief {
            call.read_all(self.readable.read(reads));
        }
        let gave = if let (Cell::Number(number), None) = (last, gave_up) { Some(number) } else { None };
        Done { said, gave, gave_up: gave_up.map(|mark| mark.hook) }
    }
}

impl<'a> Run<'_, 'a> {
    /// Puts what the hooks are given, and what their request names, where they look for it.
    fn begin(&mut self, given: &View, names: &[(usize, Named)]) -> Option<()> {
        self.set(0, Cell::Thing(Thing::of(given)?));
        if !names.is_empty() {
            let found = self.call.scene.request.as_ref()?.found(self.call.books());
            for (cell, named) in names {
                let node = match named {
                    Named::Unit => found.unit,
                    Named::Lender => found.lender,
                    Named::Borrower => found.borrower,
                };
                self.set(*cell, Cell::Thing(Thing::node(node?, found.kind)));
            }
        }
        Some(())
    }

    fn lines(&mut self, lines: &'a [Line]) -> Option<Flow> {
        let mut left = lines;
        self.last = Cell::Nothing;
        while let Some((line, rest)) = left.split_first() {
            self.pay(line.owed);
            if let Does::If(choice) = &line.does
                && rest.is_empty()
            {
                // What is last goes on without going deeper.
                left = self.chosen(choice)?;
                self.last = Cell::Nothing;
                continue;
            }
            let flow = self.does(&line.does)?;
            if flow != Flow::Next {
                return Some(flow);
            }
            left = rest;
        }
        Some(Flow::Next)
    }

    fn does(&mut self, does: &'a Does) -> Option<Flow> {
        match does {
            Does::If(choice) => {
                let lines = self.chosen(choice)?;
                return self.lines(lines);
            }
            Does::Set(cell, value) => {
                let value = self.cell(value)?;
                self.set(*cell, value);
                self.last = Cell::Nothing;
            }
            Does::Find(thing) => {
                self.thing(thing)?;
                self.last = Cell::Nothing;
            }
            Does::Require(require) => {
                self.require(require)?;
                self.last = Cell::Nothing;
            }
            Does::Say(say) => {
                self.say(say)?;
                self.last = Cell::Nothing;
            }
            Does::Nothing => self.last = Cell::Nothing,
            Does::Hook(hook) => {
                let sizes = self.call.scene.sizes_known();
                self.begun = Mark { hook: *hook, said: self.said.len(), sizes, reads: self.reads };
            }
            Does::Function(lines) => {
                self.lines(lines)?;
            }
            Does::Give(value) => self.last = self.cell(value)?,
            Does::Return(value) => {
                self.last = match value {
                    Some(value) => self.cell(value)?,
                    None => Cell::Nothing,
                };
                return Some(Flow::Return);
            }
            Does::Turns(turns) => return self.turns(turns),
            Does::For(parts) => return self.each(parts.0, &parts.1, &parts.2),
            Does::Range(parts) => {
                let (from, to) = (self.whole(&parts.1)?, self.whole(&parts.2)?);
                for number in from..to.saturating_add(i64::from(parts.3)) {
                    match self.turn(Some((parts.0, Cell::Number(number))), &parts.4)? {
                        Flow::Next | Flow::Continue => {}
                        Flow::Break => break,
                        Flow::Return => return Some(Flow::Return),
                    }
                }
                self.last = Cell::Nothing;
            }
            Does::Break => return Some(Flow::Break),
            Does::Continue => return Some(Flow::Continue),
            Does::GiveUp => return None,
        }
        Some(Flow::Next)
    }

    fn turns(&mut self, turns: &'a [super::Lines]) -> Option<Flow> {
        for lines in turns {
            match self.turn(None, lines)? {
                Flow::Next | Flow::Continue => {}
                Flow::Break => break,
                Flow::Return => return Some(Flow::Return),
            }
        }
        self.last = Cell::Nothing;
        Some(Flow::Next)
    }

    fn each(&mut self, cell: usize, list: &'a Any, lines: &'a [Line]) -> Option<Flow> {
        let Value::List(items) = self.value(list)? else { return None };
        // What a list made just now holds cannot be borrowed; views need not be.
        let borrowed = if let List::Borrowed(items) = items { Some(items) } else { None };
        for (place, item) in items.iter().enumerate() {
            let item = match borrowed.and_then(|items| items.get(place)) {
                Some(item) => Cell::of(item)?,
                None => Cell::of_own(item)?,
            };
            match self.turn(Some((cell, item)), lines)? {
                Flow::Next | Flow::Continue => {}
                Flow::Break => break,
                Flow::Return => return Some(Flow::Return),
            }
        }
        self.last = Cell::Nothing;
        Some(Flow::Next)
    }

    /// One turn of a loop. More steps than a call may take are too many at once.
    fn turn(&mut self, item: Option<(usize, Cell<'a>)>, lines: &'a [Line]) -> Option<Flow> {
        self.steps = self.steps.saturating_add(1);
        if self.steps > limits::STEPS_AGAIN {
            return None;
        }
        if let Some((cell, item)) = item {
            self.set(cell, item);
        }
        self.lines(lines)
    }

    fn chosen(&mut self, choice: &'a Choice) -> Option<&'a [Line]> {
        Some(if self.truth(&choice.condition)? { &choice.then } else { &choice.otherwise })
    }

    /// What a function or a block gives.
    pub(super) fn given(&mut self, lines: &'a [Line]) -> Option<Cell<'a>> {
        let flow = self.lines(lines)?;
        let last = std::mem::replace(&mut self.last, Cell::Nothing);
        Some(if matches!(flow, Flow::Next | Flow::Return) { last } else { Cell::Nothing })
    }

    /// Says something where the code is enough: the facts are computed, for that might fail, and weighed.
    fn say(&mut self, say: &'a Say) -> Option<()> {
        if !self.call.brief || self.said.len() >= limits::SAID {
            return None;
        }
        self.bytes = self.bytes.saturating_add(say.names);
        for fact in &say.facts {
            self.bytes = self.bytes.saturating_add(self.bytes(fact)?);
        }
        self.call.charge(1).ok()?;
        self.said.push((said_how(say.place, self.call.situation), say.code));
        (self.bytes <= limits::SAID_BYTES).then_some(())
    }

    fn require(&mut self, require: &'a Require) -> Option<()> {
        let before = (self.steps, self.call.charged());
        if !self.truth(&require.condition)? {
            return self.say(&require.say);
        }
        if let Some((again, reads)) = &require.quiet
            && self.call.charged() == before.1
        {
            let owed = self.steps.saturating_sub(before.0).saturating_mul(u64::from(*again));
            self.steps = self.steps.saturating_add(owed);
            self.reads.add(*reads);
            return (self.steps <= limits::STEPS_AGAIN).then_some(());
        }
        for fact in &require.say.facts {
            self.value(fact)?;
        }
        Some(())
    }

    /// What is owed is paid.
    #[inline]
    pub(super) fn pay(&mut self, owed: Owed) {
        self.steps = self.steps.saturating_add(u64::from(owed.steps));
        self.reads.add(owed.reads);
    }

    fn set(&mut self, cell: usize, value: Cell<'a>) {
        if let Some(slot) = self.slots.get_mut(cell) {
            *slot = Slot { cell: value, book: None };
        }
    }

    /// What a variable holds.
    #[inline]
    pub(super) fn held(&self, cell: usize) -> Cell<'a> {
        self.slots.get(cell).map_or(Cell::Nothing, |slot| slot.cell)
    }

    /// What a word names, read once a call.
    pub(super) fn keep(&mut self, cell: usize, thing: Thing) {
        self.set(cell, Cell::Thing(thing));
    }

    /// The book of the unit that a variable holds, if it was found.
    #[inline]
    pub(super) fn book(&self, cell: usize) -> Option<UnitBook<'a>> {
        self.slots.get(cell)?.book
    }

    /// The same, looked for; none if the variable holds no unit, or one that has nothing in its kind.
    pub(super) fn find_book(&mut self, cell: usize, thing: Thing) -> Option<UnitBook<'a>> {
        let Thing { what: Place::Node(node), kind: Some(kind) } = thing else { return None };
        let book = self.call.books().unit_book(node, kind)?;
        self.slots.get_mut(cell)?.book = Some(book);
        Some(book)
    }
}

impl<'a> Cell<'a> {
    /// A value that stands somewhere.
    pub(super) fn of(value: &'a Value<'a>) -> Option<Self> {
        Some(match value {
            Value::Text(text) => Self::Text(text),
            Value::List(list) => Self::List(list),
            other => return Self::of_own(other),
        })
    }

    /// A value that was made just now, if it holds nothing of its own.
    pub(super) fn of_own(value: &Value<'a>) -> Option<Self> {
        Some(match value {
            Value::Nothing => Self::Nothing,
            Value::YesNo(yes) => Self::YesNo(*yes),
            Value::Number(number) => Self::Number(*number),
            Value::Decimal(number) => Self::Decimal(*number),
            Value::Text(Text::Borrowed(text)) => Self::Text(text),
            Value::Date(date) => Self::Date(*date),
            Value::View(view) => Self::Thing(Thing::of(view)?),
            Value::List(List::Borrowed(list)) => Self::List(list),
            Value::Text(Text::Own(_)) | Value::List(List::Own(_)) | Value::Facts(_) => return None,
        })
    }

    pub(super) fn value(self) -> Value<'a> {
        match self {
            Self::Nothing => Value::Nothing,
            Self::YesNo(yes) => Value::YesNo(yes),
            Self::Number(number) => Value::Number(number),
            Self::Decimal(number) => Value::Decimal(number),
            Self::Text(text) => Value::text(text),
            Self::Date(date) => Value::Date(date),
            Self::Thing(thing) => Value::View(thing.view()),
            Self::List(list) => Value::List(List::Borrowed(list)),
        }
    }
}

impl Thing {
    /// A node, read in a kind.
    pub(super) fn node(node: NodeIx, kind: Option<KindIx>) -> Self {
        Self { what: Place::Node(node), kind }
    }

    /// The office.
    pub(super) const OFFICE: Self = Self { what: Place::Office, kind: None };

    #[inline]
    pub(super) fn of(view: &View) -> Option<Self> {
        let what = match view.what {
            What::Request => Place::Request,
            What::Event => Place::Event,
            What::Office => Place::Office,
            What::Node(node) => Place::Node(node),
            What::Pool(pool) => Place::Pool(pool),
            What::Loan(loan) => Place::Loan(loan),
            What::Permit(permit) => Place::Permit(permit),
            What::Person(_) | What::Group(_) | What::Part(_) => return None,
        };
        Some(Self { what, kind: view.kind })
    }

    #[inline]
    pub(super) fn view(self) -> View {
        let what = match self.what {
            Place::Request => What::Request,
            Place::Event => What::Event,
            Place::Office => What::Office,
            Place::Node(node) => What::Node(node),
            Place::Pool(pool) => What::Pool(pool),
            Place::Loan(loan) => What::Loan(loan),
            Place::Permit(permit) => What::Permit(permit),
        };
        View { what, kind: self.kind }
    }
}
