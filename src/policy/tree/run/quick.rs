//! The quick run: a script carried out in its compiled forms, when nobody watches. Here are its statements.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "the reader has checked all types; the rest fails closed"
)]

mod values;

use std::sync::Arc;

use super::super::Tree;
use super::super::compiled::{Act, Any, Choice, HostCall, Over, Require, Say, Statement};
use super::super::quiet::Quiet;
use super::super::seen::Recorded;
use super::stack::{Slot, Stack};
use super::{Arguments, Flow, in_line};
use crate::policy::call::{Call, Fail};
use crate::policy::limits;
use crate::policy::value::{List, Value};
use crate::policy::vocabulary::utter;

/// A quick run.
struct Quick<'s, 'a> {
    tree: &'a Tree,
    call: &'a Call<'a>,
    stack: Stack<'s, 'a>,
    /// What the statement carried out last gave.
    last: Value<'a>,
    /// The condition looked at last, if it was not met.
    asked: Option<Recorded>,
    recorded: Vec<Recorded>,
}

/// Runs a body; its variables are in these places.
pub(super) fn run<'a>(
    tree: &'a Tree,
    body: usize,
    call: &'a Call<'a>,
    given: Value<'a>,
    slots: &mut [Slot<'a>],
) -> (Result<Value<'a>, Fail>, Vec<Recorded>) {
    let mut stack = Stack::new(slots);
    stack.put(0, given);
    let mut quick = Quick { tree, call, stack, last: Value::Nothing, asked: None, recorded: Vec::new() };
    let value = quick.body(body, 0);
    call.took(quick.stack.steps);
    quick.stack.let_go();
    (value, quick.recorded)
}

impl<'a> Quick<'_, 'a> {
    /// Carries out a function whose arguments are the stack from `base` on.
    fn body(&mut self, body: usize, base: usize) -> Result<Value<'a>, Fail> {
        let tree = self.tree;
        let Some(body) = tree.compiled.get(body) else { return Err(Fail::absent("function")) };
        let outer = self.stack.enter(base, body.slots)?;
        let flow = self.lines(&body.steps);
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

    /// This was given last.
    fn give(&mut self, value: Value<'a>) {
        self.forget();
        if !matches!(value, Value::Nothing) {
            self.last = value;
        }
    }

    fn lines(&mut self, lines: &'a [Statement]) -> Result<Flow, Fail> {
        self.forget();
        for line in lines {
            let flow = self.stack.charge(line.weight).and_then(|()| self.act(&line.act));
            let flow = flow.map_err(|fail| in_line(fail, line.line))?;
            if flow != Flow::Next {
                return Ok(flow);
            }
        }
        Ok(Flow::Next)
    }

    fn act(&mut self, act: &'a Act) -> Result<Flow, Fail> {
        match act {
            Act::If(choice) => {
                // Mostly nothing is to be done, or only to be left.
                match self.chosen(choice)? {
                    [] => self.forget(),
                    [Statement { weight, act: Act::Return(None), .. }] => {
                        self.forget();
                        self.stack.charge(*weight)?;
                        return Ok(Flow::Return);
                    }
                    lines => return self.lines(lines),
                }
            }
            Act::Require(require) => {
                self.demand(require)?;
                self.forget();
            }
            Act::Say(say) => {
                self.say(say)?;
                self.forget();
            }
            Act::Set(slot, value) => {
                let value = self.any(value)?;
                self.stack.set(*slot, value);
                self.forget();
            }
            Act::Give(value) => {
                let value = self.any(value)?;
                self.give(value);
            }
            // What leaves a block that stands as a statement leaves what is around it.
            Act::Block(lines) => return self.lines(lines),
            Act::For(parts) => return self.each(parts.0, &parts.1, &parts.2),
            Act::Return(value) => {
                match value {
                    Some(value) => {
                        let value = self.any(value)?;
                        self.give(value);
                    }
                    None => self.forget(),
                }
                return Ok(Flow::Return);
            }
            Act::Break => return Ok(Flow::Break),
            Act::Continue => return Ok(Flow::Continue),
        }
        Ok(Flow::Next)
    }

    fn each(&mut self, slot: usize, over: &'a Over, lines: &'a [Statement]) -> Result<Flow, Fail> {
        let (items, range) = match over {
            Over::List(list) => match self.any(list)? {
                Value::List(items) => (items, 0..0),
                _ => return Err(Fail::wrong_type("for")),
            },
            Over::Range(from, to, inclusive) => {
                let (from, to) = (self.whole(from)?, self.whole(to)?);
                (List::Borrowed(&[]), from..to.saturating_add(i64::from(*inclusive)))
            }
        };
        for item in items.iter().cloned().chain(range.map(Value::Number)) {
            self.stack.charge(1)?;
            self.stack.set(slot, item);
            match self.lines(lines)? {
                Flow::Next | Flow::Continue => {}
                Flow::Break => break,
                Flow::Return => return Ok(Flow::Return),
            }
        }
        self.forget();
        Ok(Flow::Next)
    }

    /// The statements that a condition chooses.
    pub(super) fn chosen(&mut self, choice: &'a Choice) -> Result<&'a [Statement], Fail> {
        Ok(if self.truth(&choice.condition)? { &choice.then } else { &choice.otherwise })
    }

    /// A block inside an expression: a `return` in it would leave the function, which the reader does not allow.
    pub(super) fn inner(&mut self, lines: &'a [Statement]) -> Result<Value<'a>, Fail> {
        match self.lines(lines)? {
            Flow::Next | Flow::Return => Ok(std::mem::replace(&mut self.last, Value::Nothing)),
            Flow::Break | Flow::Continue => Ok(Value::Nothing),
        }
    }

    /// Says something. Where only the code is kept, its facts are computed, for that might fail, and weighed.
    pub(super) fn say(&mut self, say: &'a Say) -> Result<(), Fail> {
        if !self.call.brief {
            return self.called(&say.call).map(drop);
        }
        let mut bytes = 0_usize;
        for (name, value) in &say.facts {
            let value = self.any(value)?;
            bytes = bytes.saturating_add(name.len()).saturating_add(value.bytes());
        }
        let HostCall { function, line, .. } = say.call;
        let said = utter(self.call, line, function.place, (Arc::clone(&say.code), bytes), Vec::new());
        said.map(drop).map_err(|fail| in_line(fail, line))
    }

    /// A `require`: its facts are computed where anybody sees them, or computing them does anything.
    pub(super) fn demand(&mut self, require: &'a Require) -> Result<(), Fail> {
        let before = (self.stack.steps, self.call.charged());
        let met = self.truth(&require.condition)?;
        if met && require.quiet.as_ref().is_some_and(|quiet| self.keeps_quiet(quiet, before)) {
            return Ok(());
        }
        let asked = if self.asked.is_some() { self.asked.take() } else { None };
        if self.call.brief && !met {
            return self.say(&require.say);
        }
        let HostCall { function, args: said, line } = &require.say.call;
        let mut args = Arguments::new();
        args.push(Value::YesNo(met));
        for one in said {
            args.push(self.any(one)?);
        }
        (function.run)(self.call, *line, &args).map_err(|fail| in_line(fail, *line))?;
        self.recorded.extend(asked);
        Ok(())
    }

    /// Whether what goes with a condition that holds need not be computed; what is owed for it is paid then.
    /// `before` has the steps before the condition.
    fn keeps_quiet(&mut self, quiet: &Quiet, before: (u64, u64)) -> bool {
        let call = self.stack.steps.saturating_sub(before.0).saturating_mul(u64::from(quiet.again));
        let steps = self.stack.steps.saturating_add(call);
        if self.call.charged() != before.1 || steps > limits::STEPS_AGAIN {
            return false;
        }
        for place in &quiet.parameters {
            let Some(holding) = self.call.scene.set.holding(self.call.scene, *place) else { return false };
            self.call.read(holding.read);
        }
        self.stack.steps = steps;
        true
    }

    /// A function of the file. What its arguments call has its variables after those computed so far.
    #[inline(never)]
    pub(super) fn its_own(&mut self, body: usize, args: &'a [Any], line: u32) -> Result<Value<'a>, Fail> {
        let base = self.stack.top;
        for arg in args {
            let value = self.any(arg)?;
            self.stack.put(self.stack.top, value);
            self.stack.top = self.stack.top.saturating_add(1);
        }
        self.stack.top = base;
        self.body(body, base).map_err(|fail| in_line(fail, line))
    }
}
