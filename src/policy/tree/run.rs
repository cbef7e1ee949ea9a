//! Running the tree: the same meaning as Rhai gives, with the values of a condition kept on the way.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "the reader has checked all types; what is not named here fails closed"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rust_decimal::Decimal;
use smallvec::SmallVec;

use super::points::{Place, Sort};
use super::trail::{At, Trail, is_computed};
use super::{Block, Node, Operator, Over, Step, Tree, What, print};
use crate::policy::call::{Call, Fail};
use crate::policy::limits;
use crate::policy::value::Value;
use crate::policy::vocabulary::{HostPlace, Item, Type};

/// A condition that was asked for and not met, with the values in it.
#[derive(Debug, Clone)]
pub(crate) struct Recorded {
    pub(crate) condition: Arc<str>,
    pub(crate) values: Vec<(String, Value)>,
}

/// What was carried out while somebody watched: the lines of statements, and how often each condition was met
/// and not met. No larger than the script, however long it runs.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sights {
    pub(crate) lines: BTreeSet<u32>,
    pub(crate) branches: BTreeMap<Place, (u64, u64)>,
    /// Every condition with its values, where an explanation is asked for.
    pub(crate) trail: Option<Trail>,
}

/// Runs a body; what it gives, and the conditions of `require` that were not met, in order. What is seen on
/// the way goes to `sights`, where somebody watches; it changes neither the answer nor the steps counted.
pub(crate) fn run(
    tree: &Tree,
    body: usize,
    call: &Call,
    args: Vec<Value>,
    sights: &mut Option<Sights>,
) -> (Result<Value, Fail>, Vec<Recorded>) {
    let mut runner = Runner {
        tree,
        call,
        depth: 0,
        line: 0,
        steps: 0,
        seen: None,
        asked: None,
        recorded: Vec::new(),
        sights: sights.take(),
    };
    let value = runner.body(body, args).map_err(|mut fail| {
        if fail.line == 0 {
            fail.line = runner.line;
        }
        fail
    });
    *sights = runner.sights.take();
    (value, runner.recorded)
}

struct Runner<'a> {
    tree: &'a Tree,
    call: &'a Call,
    depth: usize,
    /// The line of the expression looked at last.
    line: u32,
    /// Steps taken so far; what words and functions cost beside is charged to the call.
    steps: u64,
    /// The values read, while a condition that was not met is looked at again.
    seen: Option<Vec<(String, Value)>>,
    /// The condition looked at last, if it was not met.
    asked: Option<Recorded>,
    recorded: Vec<Recorded>,
    /// What was seen, if somebody watches.
    sights: Option<Sights>,
}

/// How a statement ended.
enum Flow {
    Next(Value),
    Return(Value),
    Break,
    Continue,
}

type Slots = Vec<Value>;

/// The arguments of a call: few, so they need no heap.
type Arguments = SmallVec<[Value; 3]>;

impl Runner<'_> {
    fn body(&mut self, body: usize, args: Vec<Value>) -> Result<Value, Fail> {
        let Some(body) = self.tree.body(body) else { return Err(Fail::absent("function")) };
        if self.depth >= limits::CALLS {
            return Err(Fail::new("函数调用过深", "functions call each other too deep"));
        }
        self.depth = self.depth.saturating_add(1);
        let mut slots = args;
        slots.resize(body.slots, Value::Nothing);
        let flow = self.block(&body.steps, &mut slots);
        self.depth = self.depth.saturating_sub(1);
        Ok(match flow? {
            Flow::Next(value) | Flow::Return(value) => value,
            Flow::Break | Flow::Continue => Value::Nothing,
        })
    }

    fn block(&mut self, block: &Block, slots: &mut Slots) -> Result<Flow, Fail> {
        let mut last = Value::Nothing;
        for step in &block.steps {
            match self.step(step, slots)? {
                Flow::Next(value) => last = value,
                other @ (Flow::Return(_) | Flow::Break | Flow::Continue) => return Ok(other),
            }
        }
        Ok(Flow::Next(last))
    }

    fn charge(&mut self) -> Result<(), Fail> {
        self.steps = self.steps.saturating_add(1);
        if self.steps > limits::STEPS_AGAIN { Err(Fail::too_many_steps()) } else { Ok(()) }
    }

    fn step(&mut self, step: &Step, slots: &mut Slots) -> Result<Flow, Fail> {
        self.charge()?;
        if let (Some(sights), Some(line)) = (&mut self.sights, step.line()) {
            sights.lines.insert(line);
        }
        match step {
            Step::Set(slot, value) => {
                let value = self.computed(value, slots)?;
                if let Some(place) = slots.get_mut(*slot) {
                    *place = value;
                }
                Ok(Flow::Next(Value::Nothing))
            }
            Step::Do(node) => Ok(Flow::Next(self.value(node, slots)?)),
            Step::If(parts) => {
                let branch = if self.branch(&parts.0, Sort::If, slots)? { &parts.1 } else { &parts.2 };
                self.block(branch, slots)
            }
            Step::For(parts) => self.repeat(parts.0, &parts.1, &parts.2, slots),
            Step::Return(None) => Ok(Flow::Return(Value::Nothing)),
            Step::Return(Some(node)) => Ok(Flow::Return(self.computed(node, slots)?)),
            Step::Break => Ok(Flow::Break),
            Step::Continue => Ok(Flow::Continue),
        }
    }

    fn repeat(&mut self, slot: usize, over: &Over, body: &Block, slots: &mut Slots) -> Result<Flow, Fail> {
        let (items, range) = match over {
            Over::List(list) => match self.computed(list, slots)? {
                Value::List(items) => (items, 0..0),
                _ => return Err(Fail::wrong_type("for")),
            },
            Over::Range(from, to, inclusive) => {
                let (Value::Number(from), Value::Number(to)) =
                    (self.value(from, slots)?, self.value(to, slots)?)
                else {
                    return Err(Fail::wrong_type("for"));
                };
                (Arc::from([]), from..to.saturating_add(i64::from(*inclusive)))
            }
        };
        for item in items.iter().cloned().chain(range.map(Value::Number)) {
            self.charge()?;
            if let Some(place) = slots.get_mut(slot) {
                *place = item;
            }
            match self.block(body, slots)? {
                Flow::Next(_) | Flow::Continue => {}
                Flow::Break => break,
                done @ Flow::Return(_) => return Ok(done),
            }
        }
        Ok(Flow::Next(Value::Nothing))
    }

    fn yes(&mut self, node: &Node, slots: &mut Slots) -> Result<bool, Fail> {
        match self.value(node, slots)? {
            Value::YesNo(yes) => Ok(yes),
            _ => Err(Fail::wrong_type("condition")),
        }
    }

    /// Which way a condition goes.
    fn branch(&mut self, node: &Node, sort: Sort, slots: &mut Slots) -> Result<bool, Fail> {
        let at = if sort == Sort::Part { At::Part } else { At::If };
        let row = self.trail().and_then(|trail| trail.enter(node, at));
        let yes = self.yes(node, slots);
        self.leave(row, node, yes.as_ref().ok().map(|yes| Value::YesNo(*yes)).as_ref());
        let yes = yes?;
        self.saw(node, sort, yes);
        Ok(yes)
    }

    /// A value that gets a name or is a function's result.
    fn computed(&mut self, node: &Node, slots: &mut Slots) -> Result<Value, Fail> {
        let row = self.trail().filter(|_| is_computed(node)).and_then(|trail| trail.enter(node, At::Value));
        let value = self.value(node, slots);
        self.leave(row, node, value.as_ref().ok());
        value
    }

    fn trail(&mut self) -> Option<&mut Trail> {
        self.sights.as_mut()?.trail.as_mut()
    }

    fn leave(&mut self, row: Option<usize>, node: &Node, result: Option<&Value>) {
        if let Some(trail) = self.trail() {
            trail.leave(row, node, result);
        }
    }

    fn saw(&mut self, node: &Node, sort: Sort, yes: bool) {
        if let Some(sights) = &mut self.sights {
            let (met, unmet) = sights.branches.entry(Place::of(node, sort)).or_default();
            let count = if yes { met } else { unmet };
            *count = count.saturating_add(1);
        }
    }

    /// The value of an expression; a failure carries the line of the innermost one.
    fn value(&mut self, node: &Node, slots: &mut Slots) -> Result<Value, Fail> {
        self.line = node.line;
        self.charge()?;
        let value = self.evaluate(node, slots).map_err(|mut fail| {
            if fail.line == 0 {
                fail.line = node.line;
            }
            fail
        })?;
        if let Some(seen) = &mut self.seen
            && is_shown(node)
        {
            let source = print::source(node);
            if seen.iter().all(|(known, _)| *known != source) {
                seen.push((source, value.clone()));
            }
        }
        if let Some(trail) = self.trail() {
            match &node.what {
                What::Constant(value) => trail.constant(value),
                _ if is_shown(node) => trail.shown(node, &value),
                _ => {}
            }
        }
        Ok(value)
    }

    fn evaluate(&mut self, node: &Node, slots: &mut Slots) -> Result<Value, Fail> {
        match &node.what {
            What::Constant(value) => Ok(value.clone()),
            What::Local(slot, name) => slots.get(*slot).cloned().ok_or_else(|| Fail::absent(name)),
            What::Word(receiver, row, name, args) => {
                let receiver = self.value(receiver, slots)?;
                let args = self.values(args, slots)?;
                if let Some(trail) = self.trail() {
                    trail.word(&receiver, row.en, args.first());
                }
                let Value::View(view) = receiver else { return Err(Fail::wrong_type(name)) };
                (row.read)(self.call, &view, &args)
            }
            What::Host(function, _, args) => {
                let args = self.values(args, slots)?;
                let value = (function.run)(self.call, node.line, &args)?;
                if function.place == HostPlace::Require {
                    let asked = self.asked.take();
                    if args.first() == Some(&Value::YesNo(false)) {
                        self.recorded.extend(asked);
                    }
                }
                Ok(value)
            }
            What::Required(inner, source) => {
                let row = self.trail().and_then(|trail| trail.enter(inner, At::Require));
                let value = self.value(inner, slots);
                self.leave(row, inner, value.as_ref().ok());
                let value = value?;
                self.saw(inner, Sort::Require, value == Value::YesNo(true));
                // Conditions change nothing, so one that was not met can be looked at again for its values.
                self.asked = None;
                if value == Value::YesNo(false) {
                    let outer = self.seen.replace(Vec::new());
                    let sights = self.sights.take();
                    let again = self.value(inner, slots);
                    self.sights = sights;
                    let values = std::mem::replace(&mut self.seen, outer).unwrap_or_default();
                    again?;
                    self.asked = Some(Recorded { condition: Arc::clone(source), values });
                }
                Ok(value)
            }
            What::Own(body, _, args) => {
                let args = self.values(args, slots)?;
                let seen = self.seen.take();
                let outside = self.trail().map(Trail::begin_function);
                let value = self.body(*body, args.into_vec());
                if let (Some(trail), Some(outside)) = (self.trail(), outside) {
                    trail.back(outside);
                }
                self.seen = seen;
                value
            }
            What::Not(inner) => Ok(Value::YesNo(!self.yes(inner, slots)?)),
            What::Minus(inner) => match self.value(inner, slots)? {
                Value::Number(number) => number.checked_neg().map(Value::Number).ok_or_else(Fail::overflow),
                Value::Decimal(number) => {
                    Decimal::ZERO.checked_sub(number).map(Value::Decimal).ok_or_else(Fail::overflow)
                }
                _ => Err(Fail::wrong_type("-")),
            },
            What::Binary(operator, sides) => {
                let one = self.value(&sides.0, slots)?;
                let two = self.value(&sides.1, slots)?;
                binary(*operator, &one, &two)
            }
            What::And(parts) => self.every(parts, true, slots),
            What::Or(parts) => self.every(parts, false, slots),
            What::In(sides) => {
                let list = self.value(&sides.1, slots)?;
                let item = self.value(&sides.0, slots)?;
                let Value::List(items) = list else { return Err(Fail::wrong_type("in")) };
                Ok(Value::YesNo(items.iter().any(|one| one.same(&item))))
            }
            What::List(items) => Ok(Value::List(self.values(items, slots)?.into_vec().into())),
            What::Facts(fields) => {
                let mut facts = Vec::with_capacity(fields.len());
                for (name, value) in fields {
                    facts.push((Arc::clone(name), self.value(value, slots)?));
                }
                Ok(Value::Facts(facts.into()))
            }
            What::If(parts) => {
                let branch = if self.branch(&parts.0, Sort::If, slots)? { &parts.1 } else { &parts.2 };
                self.inner_block(branch, slots)
            }
            What::Block(block) => self.inner_block(block, slots),
        }
    }

    /// A block inside an expression: a `return` in it would leave the function, which the reader does not allow.
    fn inner_block(&mut self, block: &Block, slots: &mut Slots) -> Result<Value, Fail> {
        match self.block(block, slots)? {
            Flow::Next(value) | Flow::Return(value) => Ok(value),
            Flow::Break | Flow::Continue => Ok(Value::Nothing),
        }
    }

    fn every(&mut self, parts: &[Node], wanted: bool, slots: &mut Slots) -> Result<Value, Fail> {
        for part in parts {
            if self.branch(part, Sort::Part, slots)? != wanted {
                return Ok(Value::YesNo(!wanted));
            }
        }
        Ok(Value::YesNo(wanted))
    }

    fn values(&mut self, nodes: &[Node], slots: &mut Slots) -> Result<Arguments, Fail> {
        let mut values = Arguments::new();
        for node in nodes {
            values.push(self.value(node, slots)?);
        }
        Ok(values)
    }
}

/// Whether an expression's value is told beside a condition: what was read, not what was computed from it.
fn is_shown(node: &Node) -> bool {
    let plain = match node.ty {
        Type::One(item) | Type::List(item) => !matches!(item, Item::View(..)),
        Type::Nothing | Type::EmptyList | Type::Facts | Type::Unknown => false,
    };
    let read = match &node.what {
        What::Local(..) | What::Word(..) | What::Own(..) => true,
        What::Host(function, ..) => function.place == HostPlace::Anywhere,
        _ => false,
    };
    plain && read
}

/// Two values joined by an operator.
pub(crate) fn binary(operator: Operator, one: &Value, two: &Value) -> Result<Value, Fail> {
    let order = || one.order(two).ok_or_else(|| Fail::wrong_type(operator.sign()));
    let yes = match operator {
        Operator::Same => one.same(two),
        Operator::Other => !one.same(two),
        Operator::Less => order()?.is_lt(),
        Operator::LessOrSame => order()?.is_le(),
        Operator::More => order()?.is_gt(),
        Operator::MoreOrSame => order()?.is_ge(),
        Operator::Plus | Operator::Minus | Operator::Times | Operator::Divided | Operator::Remainder => {
            return arithmetic(operator, one, two);
        }
    };
    Ok(Value::YesNo(yes))
}

fn arithmetic(operator: Operator, one: &Value, two: &Value) -> Result<Value, Fail> {
    if let (Value::Number(one), Value::Number(two)) = (one, two) {
        let value = match operator {
            Operator::Plus => one.checked_add(*two),
            Operator::Minus => one.checked_sub(*two),
            Operator::Times => one.checked_mul(*two),
            Operator::Divided if *two != 0 => one.checked_div(*two),
            Operator::Remainder if *two != 0 => one.checked_rem(*two),
            _ => return Err(by_zero()),
        };
        return value.map(Value::Number).ok_or_else(Fail::overflow);
    }
    if let (Value::Text(one), Value::Text(two), Operator::Plus) = (one, two, operator) {
        if one.len().saturating_add(two.len()) > limits::TEXT_BYTES {
            return Err(Fail::new("文本过长", "the text is too long"));
        }
        return Ok(Value::text(format!("{one}{two}")));
    }
    let (Some(one), Some(two)) = (one.as_decimal(), two.as_decimal()) else {
        return Err(Fail::wrong_type(operator.sign()));
    };
    let value = match operator {
        Operator::Plus => one.checked_add(two),
        Operator::Minus => one.checked_sub(two),
        Operator::Times => one.checked_mul(two),
        Operator::Divided if two != Decimal::ZERO => one.checked_div(two),
        Operator::Remainder if two != Decimal::ZERO => one.checked_rem(two),
        _ => return Err(by_zero()),
    };
    value.map(Value::Decimal).ok_or_else(Fail::overflow)
}

fn by_zero() -> Fail {
    Fail::new("除数为零", "a division by zero")
}
