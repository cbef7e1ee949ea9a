//! Running the tree: the same meaning as Rhai gives, with the values of a condition kept on the way.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "the reader has checked all types; what is not named here fails closed"
)]

mod calls;
mod watch;

pub(super) use calls::constants;

use std::sync::Arc;

use rust_decimal::Decimal;
use smallvec::SmallVec;

use super::compute::{arithmetic, compare, ordered, whole};
use super::points::Sort;
use super::seen::{Recorded, Sights};
use super::{Block, Node, Operator, Over, Step, Tree, What};
use crate::policy::call::{Call, Fail};
use crate::policy::limits;
use crate::policy::value::{List, Value};
use crate::policy::vocabulary::{Type, looked_at};

/// Runs a body; what it gives, and the conditions of `require` that were not met, in order. What is seen on
/// the way goes to `sights`, where somebody watches; it changes neither the answer nor the steps counted. `from` says
/// how many leading conditions are known not to end it; who watches sees all of them, and gives 0.
pub(crate) fn run<'a>(
    tree: &'a Tree,
    (body, from): (usize, usize),
    call: &'a Call<'a>,
    given: Value<'a>,
    sights: &mut Option<Box<Sights>>,
) -> (Result<Value<'a>, Fail>, Vec<Recorded>) {
    let mut runner = Runner {
        tree,
        call,
        stack: SmallVec::new(),
        base: 0,
        top: 1,
        depth: 0,
        last: Value::Nothing,
        steps: 0,
        seen: None,
        asked: None,
        recorded: Vec::new(),
        trails: sights.as_ref().is_some_and(|sights| sights.trail.is_some()),
        sights: sights.take(),
    };
    runner.stack.push(given);
    let watched = runner.sights.is_some();
    let value = if watched { runner.body::<true>(body, 0, 0) } else { runner.body::<false>(body, 0, from) };
    *sights = runner.sights.take();
    call.took(runner.steps);
    (value, runner.recorded)
}

/// One run. Its methods have two instances of one source: `TOLD`, where somebody may be told the values on the way
/// – a run that is watched, or a condition that was not met and is looked at again – and the one without.
struct Runner<'a> {
    tree: &'a Tree,
    call: &'a Call<'a>,
    /// The variables of all functions under way; the innermost one's begin at `base` and end before `top`. What
    /// stands from there on belongs to nobody.
    stack: SmallVec<[Value<'a>; 16]>,
    base: usize,
    top: usize,
    depth: usize,
    /// What the statement carried out last gave.
    last: Value<'a>,
    /// Steps taken so far; what words and functions cost beside is charged to the call.
    steps: u64,
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

impl<'a> Runner<'a> {
    /// Carries out a function whose arguments are the stack from `base` on, beginning with the statement `from`.
    fn body<const TOLD: bool>(&mut self, body: usize, base: usize, from: usize) -> Result<Value<'a>, Fail> {
        let tree = self.tree;
        let Some(body) = tree.body(body) else { return Err(Fail::absent("function")) };
        if self.depth >= limits::CALLS {
            return Err(Fail::limit("函数调用过深", "functions call each other too deep"));
        }
        self.depth = self.depth.saturating_add(1);
        let outer = (std::mem::replace(&mut self.base, base), self.top);
        self.top = base.saturating_add(body.slots);
        // No variable is read before it is set, so what another function has left in its place does not matter.
        while self.stack.len() < self.top {
            self.stack.push(Value::Nothing);
        }
        let flow = self.from::<TOLD>(&body.steps, from);
        (self.base, self.top) = outer;
        self.depth = self.depth.saturating_sub(1);
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

    fn local(&self, slot: usize) -> Option<&Value<'a>> {
        self.stack.get(self.base.saturating_add(slot))
    }

    fn set(&mut self, slot: usize, value: Value<'a>) {
        if let Some(place) = self.stack.get_mut(self.base.saturating_add(slot)) {
            value.put(place);
        }
    }

    /// What stands somewhere and need not be computed; where somebody is told the values, nothing.
    fn standing<const TOLD: bool>(&self, node: &'a Node) -> Option<&Value<'a>> {
        match &node.what {
            What::Local(slot, _) if !self.told::<TOLD>() => self.local(*slot),
            _ => self.fixed::<TOLD>(node),
        }
    }

    /// The same of what stands in the script or in a file beside it.
    fn fixed<const TOLD: bool>(&self, node: &'a Node) -> Option<&'a Value<'a>> {
        match &node.what {
            _ if self.told::<TOLD>() => None,
            What::Constant(value) => Some(value),
            What::Parameter(place, _) => {
                let holding = self.call.scene.set.holding(self.call.scene, *place)?;
                self.call.read(holding.read);
                Some(holding.value)
            }
            _ => None,
        }
    }

    #[inline]
    fn block<const TOLD: bool>(&mut self, block: &'a Block) -> Result<Flow, Fail> {
        if !TOLD {
            match block.steps.as_slice() {
                [] => {
                    self.forget();
                    return Ok(Flow::Next);
                }
                [Step::Return(None)] => {
                    self.forget();
                    self.charge(block.weights.first().copied().unwrap_or(1))?;
                    return Ok(Flow::Return);
                }
                _ => {}
            }
        }
        self.steps::<TOLD>(&block.steps, &block.weights)
    }

    /// The statements of a block from one on; those before it are paid for.
    fn from<const TOLD: bool>(&mut self, block: &'a Block, from: usize) -> Result<Flow, Fail> {
        for weight in block.weights.iter().take(from) {
            self.charge(*weight)?;
        }
        let rest = block.steps.get(from..).unwrap_or_default();
        self.steps::<TOLD>(rest, block.weights.get(from..).unwrap_or_default())
    }

    fn steps<const TOLD: bool>(&mut self, steps: &'a [Step], weights: &[u32]) -> Result<Flow, Fail> {
        self.forget();
        for (place, step) in steps.iter().enumerate() {
            let weight = weights.get(place).copied().unwrap_or(1);
            let flow = self.charge(weight).and_then(|()| self.step::<TOLD>(step));
            let flow = flow.map_err(|fail| in_line(fail, step.line().unwrap_or(0)))?;
            if flow != Flow::Next {
                return Ok(flow);
            }
        }
        Ok(Flow::Next)
    }

    fn charge(&mut self, weight: u32) -> Result<(), Fail> {
        self.steps = self.steps.saturating_add(u64::from(weight));
        if self.steps > limits::STEPS_AGAIN { Err(Fail::too_many_steps()) } else { Ok(()) }
    }

    fn step<const TOLD: bool>(&mut self, step: &'a Step) -> Result<Flow, Fail> {
        if TOLD && self.sights.is_some() {
            self.saw_step(step);
        }
        match step {
            Step::Set(slot, value) => {
                let value = self.computed::<TOLD>(value)?;
                self.set(*slot, value);
                self.forget();
                Ok(Flow::Next)
            }
            // A block that stands as a statement: what leaves it leaves what is around it.
            Step::Do(Node { what: What::Block(block), .. }) => self.block::<TOLD>(block),
            Step::Do(node) => {
                self.last = self.value::<TOLD>(node)?;
                Ok(Flow::Next)
            }
            Step::If(parts) => {
                let branch = if self.branch::<TOLD>(&parts.0, Sort::If)? { &parts.1 } else { &parts.2 };
                self.block::<TOLD>(branch)
            }
            Step::For(parts) => self.repeat::<TOLD>(parts.0, &parts.1, &parts.2),
            Step::Return(node) => {
                self.last = match node {
                    Some(node) => self.computed::<TOLD>(node)?,
                    None => Value::Nothing,
                };
                Ok(Flow::Return)
            }
            Step::Break => Ok(Flow::Break),
            Step::Continue => Ok(Flow::Continue),
        }
    }

    fn repeat<const TOLD: bool>(
        &mut self,
        slot: usize,
        over: &'a Over,
        body: &'a Block,
    ) -> Result<Flow, Fail> {
        let (items, range) = match over {
            Over::List(list) => match self.computed::<TOLD>(list)? {
                Value::List(items) => (items, 0..0),
                _ => return Err(Fail::wrong_type("for")),
            },
            Over::Range(from, to, inclusive) => {
                let (Value::Number(from), Value::Number(to)) =
                    (self.value::<TOLD>(from)?, self.value::<TOLD>(to)?)
                else {
                    return Err(Fail::wrong_type("for"));
                };
                (List::Borrowed(&[]), from..to.saturating_add(i64::from(*inclusive)))
            }
        };
        for item in items.iter().cloned().chain(range.map(Value::Number)) {
            self.charge(1)?;
            self.set(slot, item);
            match self.block::<TOLD>(body)? {
                Flow::Next | Flow::Continue => {}
                Flow::Break => break,
                Flow::Return => return Ok(Flow::Return),
            }
        }
        self.last = Value::Nothing;
        Ok(Flow::Next)
    }

    /// A condition's answer. While nobody asks for the values in it, no value is made of it on the way.
    fn yes<const TOLD: bool>(&mut self, node: &'a Node) -> Result<bool, Fail> {
        let value = match &node.what {
            What::Binary(..) | What::Not(_) | What::And(_) | What::Or(_) | What::In(_) => {
                return self.plain_yes::<TOLD>(node).map_err(|fail| in_line(fail, node.line));
            }
            What::Word(receiver, row, name, args) if !self.told::<TOLD>() => {
                self.word::<TOLD>(receiver, row, name, args).map_err(|fail| in_line(fail, node.line))
            }
            _ => self.value::<TOLD>(node),
        };
        match value? {
            Value::YesNo(yes) => Ok(yes),
            _ => Err(Fail::wrong_type("condition")),
        }
    }

    fn plain_yes<const TOLD: bool>(&mut self, node: &'a Node) -> Result<bool, Fail> {
        match &node.what {
            What::Not(inner) => Ok(!self.yes::<TOLD>(inner)?),
            What::And(parts) => self.every::<TOLD>(parts, true),
            What::Or(parts) => self.every::<TOLD>(parts, false),
            What::In(sides) => self.is_in::<TOLD>(&sides.0, &sides.1),
            What::Binary(operator, sides) if are_numbers(sides) => {
                let one = self.number::<TOLD>(&sides.0)?;
                let two = self.number::<TOLD>(&sides.1)?;
                ordered(*operator, one.cmp(&two))
            }
            What::Binary(operator, sides) => self.compared::<TOLD>(*operator, &sides.0, &sides.1),
            _ => Err(Fail::wrong_type("condition")),
        }
    }

    fn compared<const TOLD: bool>(
        &mut self,
        operator: Operator,
        one: &'a Node,
        two: &'a Node,
    ) -> Result<bool, Fail> {
        if stands(two) {
            if stands(one)
                && let Some(left) = self.standing::<TOLD>(one)
                && let Some(right) = self.standing::<TOLD>(two)
            {
                return compare(operator, left, right);
            }
            let left = self.value::<TOLD>(one)?;
            if let Some(right) = self.standing::<TOLD>(two) {
                return compare(operator, &left, right);
            }
            return compare(operator, &left, &self.value::<TOLD>(two)?);
        }
        let left = self.value::<TOLD>(one)?;
        let right = self.value::<TOLD>(two)?;
        compare(operator, &left, &right)
    }

    /// The value of an expression; a failure carries the line of the innermost one.
    fn value<const TOLD: bool>(&mut self, node: &'a Node) -> Result<Value<'a>, Fail> {
        let mut found = self.evaluate::<TOLD>(node);
        match &mut found {
            Ok(value) if self.told::<TOLD>() => self.show(node, value),
            Ok(_) => {}
            Err(fail) => set_line(fail, node.line),
        }
        found
    }

    /// A whole number. While nobody asks for the values in it, no value is made of it on the way.
    fn number<const TOLD: bool>(&mut self, node: &'a Node) -> Result<i64, Fail> {
        if !self.told::<TOLD>() {
            match &node.what {
                What::Constant(Value::Number(number)) => return Ok(*number),
                What::Local(slot, _) => {
                    if let Some(Value::Number(number)) = self.local(*slot) {
                        return Ok(*number);
                    }
                }
                What::Binary(operator, sides) if are_numbers(sides) => {
                    let one = self.number::<TOLD>(&sides.0)?;
                    let two = self.number::<TOLD>(&sides.1)?;
                    return whole(*operator, one, two).map_err(|fail| in_line(fail, node.line));
                }
                What::Word(receiver, row, name, args) => {
                    let read = self.word::<TOLD>(receiver, row, name, args);
                    return match read.map_err(|fail| in_line(fail, node.line))? {
                        Value::Number(number) => Ok(number),
                        _ => Err(Fail::wrong_type("number")),
                    };
                }
                _ => {}
            }
        }
        match self.value::<TOLD>(node)? {
            Value::Number(number) => Ok(number),
            _ => Err(Fail::wrong_type("number")),
        }
    }

    fn evaluate<const TOLD: bool>(&mut self, node: &'a Node) -> Result<Value<'a>, Fail> {
        match &node.what {
            What::Constant(value) => Ok(value.borrowed()),
            What::Local(slot, name) => self.local(*slot).cloned().ok_or_else(|| Fail::absent(name)),
            What::Word(receiver, row, name, args) => self.word::<TOLD>(receiver, row, name, args),
            What::Parameter(place, _) => self.parameter(node, *place),
            What::Path(slot, inner) => self.path::<TOLD>(*slot, inner),
            What::Not(_) | What::And(_) | What::Or(_) | What::In(_) => {
                self.plain_yes::<TOLD>(node).map(Value::YesNo)
            }
            What::Binary(operator, _) if operator.compares() => {
                self.plain_yes::<TOLD>(node).map(Value::YesNo)
            }
            What::Binary(operator, sides) => self.combined::<TOLD>(*operator, &sides.0, &sides.1),
            What::Required(inner, source) => self.required::<TOLD>(inner, source).map(Value::YesNo),
            What::Host(function, _, args) => self.host::<TOLD>(node, function, args),
            What::Own(body, _, args) => self.own::<TOLD>(*body, args),
            What::Minus(inner) => self.negative::<TOLD>(inner),
            What::List(items) => Ok(Value::list(self.values::<TOLD>(items)?)),
            What::Facts(fields, _) => self.facts::<TOLD>(fields),
            What::If(parts) => {
                let branch = if self.branch::<TOLD>(&parts.0, Sort::If)? { &parts.1 } else { &parts.2 };
                self.inner_block::<TOLD>(branch)
            }
            What::Block(block) => self.inner_block::<TOLD>(block),
        }
    }

    fn negative<const TOLD: bool>(&mut self, inner: &'a Node) -> Result<Value<'a>, Fail> {
        match self.value::<TOLD>(inner)? {
            Value::Number(number) => number.checked_neg().map(Value::Number).ok_or_else(Fail::overflow),
            Value::Decimal(number) => {
                Decimal::ZERO.checked_sub(number).map(Value::Decimal).ok_or_else(Fail::overflow)
            }
            _ => Err(Fail::wrong_type("-")),
        }
    }

    fn combined<const TOLD: bool>(
        &mut self,
        operator: Operator,
        one: &'a Node,
        two: &'a Node,
    ) -> Result<Value<'a>, Fail> {
        if one.ty == Type::NUMBER && two.ty == Type::NUMBER {
            let one = self.number::<TOLD>(one)?;
            let two = self.number::<TOLD>(two)?;
            return whole(operator, one, two).map(Value::Number);
        }
        let one = self.value::<TOLD>(one)?;
        let two = self.value::<TOLD>(two)?;
        arithmetic(operator, &one, &two)
    }

    fn facts<const TOLD: bool>(&mut self, fields: &'a [(Arc<str>, Node)]) -> Result<Value<'a>, Fail> {
        let mut facts = Vec::with_capacity(fields.len());
        for (name, value) in fields {
            facts.push((Arc::clone(name), self.value::<TOLD>(value)?));
        }
        Ok(Value::Facts(facts.into()))
    }

    /// A block inside an expression: a `return` in it would leave the function, which the reader does not allow.
    fn inner_block<const TOLD: bool>(&mut self, block: &'a Block) -> Result<Value<'a>, Fail> {
        match self.block::<TOLD>(block)? {
            Flow::Next | Flow::Return => Ok(std::mem::replace(&mut self.last, Value::Nothing)),
            Flow::Break | Flow::Continue => Ok(Value::Nothing),
        }
    }

    fn every<const TOLD: bool>(&mut self, parts: &'a [Node], wanted: bool) -> Result<bool, Fail> {
        for part in parts {
            if self.branch::<TOLD>(part, Sort::Part)? != wanted {
                return Ok(!wanted);
            }
        }
        Ok(wanted)
    }

    fn is_in<const TOLD: bool>(&mut self, item: &'a Node, list: &'a Node) -> Result<bool, Fail> {
        let made;
        let list = if let Some(list) = self.fixed::<TOLD>(list) {
            list
        } else {
            made = self.value::<TOLD>(list)?;
            &made
        };
        let item = self.value::<TOLD>(item)?;
        let Value::List(items) = list else { return Err(Fail::wrong_type("in")) };
        looked_at(self.call, items.len())?;
        Ok(items.iter().any(|one| one.same(&item)))
    }
}

/// Whether an expression's value stands somewhere.
fn stands(node: &Node) -> bool {
    matches!(node.what, What::Constant(_) | What::Local(..) | What::Parameter(..))
}

/// Whether both sides are whole numbers.
fn are_numbers(sides: &(Node, Node)) -> bool {
    sides.0.ty == Type::NUMBER && sides.1.ty == Type::NUMBER
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
