//! Running the tree: the same meaning as Rhai gives, with the values of a condition kept on the way.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "the reader has checked all types; what is not named here fails closed"
)]

mod calls;
mod quick;
mod stack;
mod watch;

use std::sync::Arc;

use rust_decimal::Decimal;
use smallvec::SmallVec;

use stack::{Slot, Stack};

use super::compute::{arithmetic, compare};
use super::points::Sort;
use super::seen::{Recorded, Sights};
use super::{Block, Node, Operator, Over, Step, Tree, What};
use crate::policy::call::{Call, Fail};
use crate::policy::value::{List, Value};
use crate::policy::vocabulary::looked_at;

/// Runs a body; what it gives, and the conditions of `require` that were not met, in order. What is seen on
/// the way goes to `sights`, where somebody watches; it changes neither the answer nor the steps counted.
pub(crate) fn run<'a>(
    tree: &'a Tree,
    body: usize,
    call: &'a Call<'a>,
    given: Value<'a>,
    sights: &mut Option<Box<Sights>>,
) -> (Result<Value<'a>, Fail>, Vec<Recorded>) {
    let needs = tree.compiled.get(body).map_or(0, |body| body.needs);
    if sights.is_none() && needs <= NEAR {
        return quick::run(tree, body, call, given, &mut [stack::EMPTY; NEAR]);
    }
    let mut slots: Vec<Slot<'a>> = std::iter::repeat_with(|| stack::EMPTY).take(needs).collect();
    if sights.is_none() {
        return quick::run(tree, body, call, given, &mut slots);
    }
    let mut stack = Stack::new(&mut slots);
    stack.put(0, given);
    let trails = sights.as_ref().is_some_and(|sights| sights.trail.is_some());
    let mut runner = Runner {
        tree,
        call,
        stack,
        last: Value::Nothing,
        seen: None,
        asked: None,
        recorded: Vec::new(),
        trails,
        sights: sights.take(),
    };
    let value = runner.body(body, 0);
    *sights = runner.sights.take();
    call.took(runner.stack.steps);
    runner.stack.let_go();
    (value, runner.recorded)
}

/// The most variables that need no heap: few rules need more.
const NEAR: usize = 16;

/// A run over the tree itself: one that is watched, or a condition that was not met and is looked at again.
struct Runner<'s, 'a> {
    tree: &'a Tree,
    call: &'a Call<'a>,
    stack: Stack<'s, 'a>,
    /// What the statement carried out last gave.
    last: Value<'a>,
    /// The values read, while a condition that was not met is looked at again.
    seen: Option<Vec<(String, Value<'static>)>>,
    /// The condition looked at last, if it was not met.
    asked: Option<Recorded>,
    recorded: Vec<Recorded>,
    /// Whether a trail is kept.
    trails: bool,
    /// What was seen, if somebody watches.
    sights: Option<Box<Sights>>,
}

/// How a statement ended; what it gave is the runner's `last`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Flow {
    Next,
    Return,
    Break,
    Continue,
}

/// The arguments of a call: few, so they need no heap.
type Arguments<'a> = SmallVec<[Value<'a>; 3]>;

impl<'a> Runner<'_, 'a> {
    /// Carries out a function whose arguments are the stack from `base` on.
    fn body(&mut self, body: usize, base: usize) -> Result<Value<'a>, Fail> {
        let tree = self.tree;
        let Some(body) = tree.body(body) else { return Err(Fail::absent("function")) };
        let outer = self.stack.enter(base, body.slots)?;
        let flow = self.block(&body.steps);
        self.stack.leave(outer);
        flow?;
        Ok(std::mem::replace(&mut self.last, Value::Nothing))
    }

    /// Nothing was given last.
    fn forget(&mut self) {
        // Mostly nothing was, and there is nothing to drop.
        if !matches!(self.last, Value::Nothing) {
            self.last = Value::Nothing;
        }
    }

    fn block(&mut self, block: &'a Block) -> Result<Flow, Fail> {
        self.forget();
        for (place, step) in block.steps.iter().enumerate() {
            let weight = block.weights.get(place).copied().unwrap_or(1);
            let flow = self.stack.charge(weight).and_then(|()| self.step(step));
            let flow = flow.map_err(|fail| in_line(fail, step.line().unwrap_or(0)))?;
            if flow != Flow::Next {
                return Ok(flow);
            }
        }
        Ok(Flow::Next)
    }

    fn step(&mut self, step: &'a Step) -> Result<Flow, Fail> {
        self.saw_step(step);
        match step {
            Step::Set(slot, value) => {
                let value = self.computed(value)?;
                self.stack.set(*slot, value);
                self.forget();
                Ok(Flow::Next)
            }
            // A block that stands as a statement: what leaves it leaves what is around it.
            Step::Do(Node { what: What::Block(block), .. }) => self.block(block),
            Step::Do(node) => {
                self.last = self.value(node)?;
                Ok(Flow::Next)
            }
            Step::If(parts) => {
                let branch = if self.branch(&parts.0, Sort::If)? { &parts.1 } else { &parts.2 };
                self.block(branch)
            }
            Step::For(parts) => self.repeat(parts.0, &parts.1, &parts.2),
            Step::Return(node) => {
                self.last = match node {
                    Some(node) => self.computed(node)?,
                    None => Value::Nothing,
                };
                Ok(Flow::Return)
            }
            Step::Break => Ok(Flow::Break),
            Step::Continue => Ok(Flow::Continue),
        }
    }

    fn repeat(&mut self, slot: usize, over: &'a Over, body: &'a Block) -> Result<Flow, Fail> {
        let (items, range) = match over {
            Over::List(list) => match self.computed(list)? {
                Value::List(items) => (items, 0..0),
                _ => return Err(Fail::wrong_type("for")),
            },
            Over::Range(from, to, inclusive) => {
                let (Value::Number(from), Value::Number(to)) = (self.value(from)?, self.value(to)?) else {
                    return Err(Fail::wrong_type("for"));
                };
                (List::Borrowed(&[]), from..to.saturating_add(i64::from(*inclusive)))
            }
        };
        for item in items.iter().cloned().chain(range.map(Value::Number)) {
            self.stack.charge(1)?;
            self.stack.set(slot, item);
            match self.block(body)? {
                Flow::Next | Flow::Continue => {}
                Flow::Break => break,
                Flow::Return => return Ok(Flow::Return),
            }
        }
        self.last = Value::Nothing;
        Ok(Flow::Next)
    }

    /// A condition's answer.
    fn yes(&mut self, node: &'a Node) -> Result<bool, Fail> {
        let value = match &node.what {
            What::Binary(..) | What::Not(_) | What::And(_) | What::Or(_) | What::In(_) => {
                return self.plain_yes(node).map_err(|fail| in_line(fail, node.line));
            }
            _ => self.value(node),
        };
        match value? {
            Value::YesNo(yes) => Ok(yes),
            _ => Err(Fail::wrong_type("condition")),
        }
    }

    fn plain_yes(&mut self, node: &'a Node) -> Result<bool, Fail> {
        match &node.what {
            What::Not(inner) => Ok(!self.yes(inner)?),
            What::And(parts) => self.every(parts, true),
            What::Or(parts) => self.every(parts, false),
            What::In(sides) => self.is_in(&sides.0, &sides.1),
            What::Binary(operator, sides) => {
                let left = self.value(&sides.0)?;
                let right = self.value(&sides.1)?;
                compare(*operator, &left, &right)
            }
            _ => Err(Fail::wrong_type("condition")),
        }
    }

    /// The value of an expression; a failure carries the line of the innermost one.
    fn value(&mut self, node: &'a Node) -> Result<Value<'a>, Fail> {
        let mut found = self.evaluate(node);
        match &mut found {
            Ok(value) if self.told() => self.show(node, value),
            Ok(_) => {}
            Err(fail) => set_line(fail, node.line),
        }
        found
    }

    fn evaluate(&mut self, node: &'a Node) -> Result<Value<'a>, Fail> {
        match &node.what {
            What::Constant(value) => Ok(value.borrowed()),
            What::Local(slot, name) => self.stack.local(*slot).cloned().ok_or_else(|| Fail::absent(name)),
            What::Word(receiver, row, name, args) => self.word(receiver, row, name, args),
            What::Parameter(place, _) => self.parameter(node, *place),
            What::Path(_, inner) => self.evaluate(inner),
            What::Not(_) | What::And(_) | What::Or(_) | What::In(_) => self.plain_yes(node).map(Value::YesNo),
            What::Binary(operator, _) if operator.compares() => self.plain_yes(node).map(Value::YesNo),
            What::Binary(operator, sides) => self.combined(*operator, &sides.0, &sides.1),
            What::Required(inner, source) => self.required(inner, source).map(Value::YesNo),
            What::Host(function, _, args) => self.host(node, function, args),
            What::Own(body, _, args) => self.own(*body, args),
            What::Minus(inner) => self.negative(inner),
            What::List(items) => Ok(Value::list(self.values(items)?)),
            What::Facts(fields, _) => self.facts(fields),
            What::If(parts) => {
                let branch = if self.branch(&parts.0, Sort::If)? { &parts.1 } else { &parts.2 };
                self.inner_block(branch)
            }
            What::Block(block) => self.inner_block(block),
        }
    }

    fn negative(&mut self, inner: &'a Node) -> Result<Value<'a>, Fail> {
        match self.value(inner)? {
            Value::Number(number) => number.checked_neg().map(Value::Number).ok_or_else(Fail::overflow),
            Value::Decimal(number) => {
                Decimal::ZERO.checked_sub(number).map(Value::Decimal).ok_or_else(Fail::overflow)
            }
            _ => Err(Fail::wrong_type("-")),
        }
    }

    fn combined(&mut self, operator: Operator, one: &'a Node, two: &'a Node) -> Result<Value<'a>, Fail> {
        let one = self.value(one)?;
        let two = self.value(two)?;
        arithmetic(operator, &one, &two)
    }

    fn facts(&mut self, fields: &'a [(Arc<str>, Node)]) -> Result<Value<'a>, Fail> {
        let mut facts = Vec::with_capacity(fields.len());
        for (name, value) in fields {
            facts.push((Arc::clone(name), self.value(value)?));
        }
        Ok(Value::Facts(facts.into()))
    }

    /// A block inside an expression: a `return` in it would leave the function, which the reader does not allow.
    fn inner_block(&mut self, block: &'a Block) -> Result<Value<'a>, Fail> {
        match self.block(block)? {
            Flow::Next | Flow::Return => Ok(std::mem::replace(&mut self.last, Value::Nothing)),
            Flow::Break | Flow::Continue => Ok(Value::Nothing),
        }
    }

    fn every(&mut self, parts: &'a [Node], wanted: bool) -> Result<bool, Fail> {
        for part in parts {
            if self.branch(part, Sort::Part)? != wanted {
                return Ok(!wanted);
            }
        }
        Ok(wanted)
    }

    fn is_in(&mut self, item: &'a Node, list: &'a Node) -> Result<bool, Fail> {
        let list = self.value(list)?;
        let item = self.value(item)?;
        let Value::List(items) = &list else { return Err(Fail::wrong_type("in")) };
        looked_at(self.call, items.len())?;
        Ok(items.iter().any(|one| one.same(&item)))
    }
}

/// A failure with the line where it happened, unless a closer one is known.
#[cold]
fn in_line(mut fail: Fail, line: u32) -> Fail {
    set_line(&mut fail, line);
    fail
}

/// The same, where the failure stands.
#[cold]
fn set_line(fail: &mut Fail, line: u32) {
    if fail.line == 0 {
        fail.line = line;
    }
}
