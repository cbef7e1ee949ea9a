//! Values of a quick run: each form gives what it is, and no value is made only to be looked at.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "the reader has checked all types; the rest fails closed"
)]

use std::sync::Arc;

use rust_decimal::Decimal;

use super::super::super::compiled::{Any, Args, HostCall, Parameter, Text, Thing, Truth, Whole};
use super::super::super::compute::{arithmetic, compare, ordered, whole};
use super::super::super::{Operator, print};
use super::super::watch::look_again;
use super::super::{Arguments, in_line};
use super::Quick;
use crate::policy::call::{Call, Fail};
use crate::policy::hooks::no_value;
use crate::policy::value::Value;
use crate::policy::view::View;
use crate::policy::vocabulary::looked_at;

impl<'a> Quick<'_, 'a> {
    pub(super) fn whole(&mut self, of: &'a Whole) -> Result<i64, Fail> {
        match of {
            Whole::Constant(number) => Ok(*number),
            Whole::Word(look) => self.look(&look.at, &look.args, look.line, look.read),
            Whole::Joined(operator, sides, line) => {
                let (one, two) = (self.whole(&sides.0)?, self.whole(&sides.1)?);
                whole(*operator, one, two).map_err(|fail| in_line(fail, *line))
            }
            Whole::Local(slot) => match self.stack.local(*slot) {
                Some(Value::Number(number)) => Ok(*number),
                _ => Err(Fail::wrong_type("number")),
            },
            Whole::Other(other) => match self.any(other)? {
                Value::Number(number) => Ok(number),
                _ => Err(Fail::wrong_type("number")),
            },
        }
    }

    pub(super) fn truth(&mut self, of: &'a Truth) -> Result<bool, Fail> {
        match of {
            Truth::Word(look) => self.look(&look.at, &look.args, look.line, look.read),
            Truth::Not(inner) => Ok(!self.truth(inner)?),
            Truth::Wholes(operator, sides) => {
                let (one, two) = (self.whole(&sides.0)?, self.whole(&sides.1)?);
                ordered(*operator, one.cmp(&two))
            }
            Truth::All(parts) => {
                for part in parts {
                    if !self.truth(part)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            Truth::Any(parts) => {
                for part in parts {
                    if self.truth(part)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Truth::Texts(same, sides) => {
                let one = self.text(&sides.0)?;
                Ok((one == self.text(&sides.1)?) == *same)
            }
            Truth::Compared(operator, sides, line) => {
                let (one, two) = (self.any(&sides.0)?, self.any(&sides.1)?);
                compare(*operator, &one, &two).map_err(|fail| in_line(fail, *line))
            }
            Truth::In(sides, line) => self.is_among(&sides.0, &sides.1).map_err(|fail| in_line(fail, *line)),
            Truth::Required(parts) => {
                let yes = self.truth(&parts.0)?;
                self.asked = None;
                if !yes {
                    let place = (self.tree, self.call);
                    self.asked = Some(look_again(place, &mut self.stack, &parts.1, &parts.2)?);
                }
                Ok(yes)
            }
            Truth::Other(other) => match self.any(other)? {
                Value::YesNo(yes) => Ok(yes),
                _ => Err(Fail::wrong_type("condition")),
            },
        }
    }

    fn is_among(&mut self, item: &'a Any, list: &'a Any) -> Result<bool, Fail> {
        let made;
        let list = match list {
            Any::Constant(list) => &**list,
            Any::Parameter(parameter) => self.held(parameter)?,
            other => {
                made = self.any(other)?;
                &made
            }
        };
        let Value::List(items) = list else { return Err(Fail::wrong_type("in")) };
        if let Any::Text(text) = item {
            let text = self.text(text)?;
            looked_at(self.call, items.len())?;
            return Ok(items.iter().any(|one| matches!(one, Value::Text(one) if **one == *text)));
        }
        let item = self.any(item)?;
        looked_at(self.call, items.len())?;
        Ok(items.iter().any(|one| one.same(&item)))
    }

    fn text(&mut self, of: &'a Text) -> Result<&'a str, Fail> {
        match of {
            Text::Constant(text) => Ok(text),
            Text::Word(look) => self.look(&look.at, &look.args, look.line, look.read),
            Text::Parameter(parameter) => match self.held(parameter)? {
                Value::Text(text) => Ok(text),
                _ => Err(Fail::wrong_type("text")),
            },
        }
    }

    /// A parameter's value. That it was read is told once a call.
    pub(super) fn held(&mut self, of: &'a Parameter) -> Result<&'a Value<'a>, Fail> {
        let scene = self.call.scene;
        let Some(holding) = scene.set.holding(scene, of.place) else {
            return Err(in_line(no_value(&print::source(&of.read), scene.date), of.read.line));
        };
        self.call.read(holding.read);
        Ok(holding.value)
    }

    fn thing(&mut self, of: &'a Thing) -> Result<View, Fail> {
        match of {
            Thing::Word(look) => self.look(&look.at, &look.args, look.line, look.read),
            Thing::Path(slot, inner) => {
                self.find(*slot, inner)?;
                self.at(*slot).map(View::copied)
            }
            Thing::Local(slot) => self.at(*slot).map(View::copied),
            Thing::Other(other) => match self.any(other)? {
                Value::View(view) => Ok(view),
                _ => Err(Fail::wrong_type("view")),
            },
        }
    }

    /// The view in a variable.
    fn at(&self, slot: usize) -> Result<&View, Fail> {
        match self.stack.local(slot) {
            Some(Value::View(view)) => Ok(view),
            _ => Err(Fail::wrong_type("view")),
        }
    }

    /// Sees to it that a path stands in its variable. A hook's variables are empty when it begins.
    fn find(&mut self, slot: usize, inner: &'a Thing) -> Result<(), Fail> {
        if let Some(Value::Nothing) = self.stack.local(slot) {
            let found = self.thing(inner)?;
            self.stack.set(slot, Value::View(found));
        }
        Ok(())
    }

    /// What a word reads of a view, looked at where it stands.
    #[inline]
    fn look<T>(
        &mut self,
        at: &'a Thing,
        args: &'a Args,
        line: u32,
        read: impl FnOnce(&'a Call<'a>, &View, &[Value<'a>]) -> Result<T, Fail>,
    ) -> Result<T, Fail> {
        let call = self.call;
        let found = match (at, args) {
            (Thing::Local(slot), Args::Known(args)) => self.at(*slot).and_then(|view| read(call, view, args)),
            (Thing::Path(slot, inner), Args::Known(args)) => {
                self.find(*slot, inner)?;
                self.at(*slot).and_then(|view| read(call, view, args))
            }
            _ => {
                let view = self.thing(at)?;
                match args {
                    Args::Known(args) => read(call, &view, args),
                    Args::Computed(args) => self.with(args, |args| read(call, &view, args)),
                }
            }
        };
        found.map_err(|fail| in_line(fail, line))
    }

    /// Does something with the values of a call's arguments.
    pub(super) fn with<T>(
        &mut self,
        args: &'a [Any],
        to: impl FnOnce(&[Value<'a>]) -> Result<T, Fail>,
    ) -> Result<T, Fail> {
        match args {
            [] => to(&[]),
            [one] => to(&[self.any(one)?]),
            [one, two] => {
                let one = self.any(one)?;
                let two = self.any(two)?;
                to(&[one, two])
            }
            _ => to(&self.anys(args)?),
        }
    }

    pub(super) fn anys(&mut self, of: &'a [Any]) -> Result<Arguments<'a>, Fail> {
        let mut values = Arguments::new();
        for one in of {
            values.push(self.any(one)?);
        }
        Ok(values)
    }

    /// Any value. Each form is carried out in a function of its own, so that this one only finds it.
    pub(super) fn any(&mut self, of: &'a Any) -> Result<Value<'a>, Fail> {
        match of {
            Any::Local(slot) => {
                self.stack.local(*slot).map(Value::copied).ok_or_else(|| Fail::absent("variable"))
            }
            Any::Constant(value) => Ok(value.borrowed()),
            Any::Whole(whole) => self.number(whole),
            Any::Truth(truth) => self.yes_no(truth),
            Any::Text(text) => self.word(text),
            Any::Thing(thing) => self.view(thing),
            Any::Parameter(parameter) => self.parameter(parameter),
            Any::Own(body, args, line) => self.its_own(*body, args, *line),
            Any::Host(call) => self.called(call),
            Any::Word(look) => self.look(&look.at, &look.args, look.line, look.read),
            Any::Joined(operator, sides, line) => self.joined(*operator, sides, *line),
            other => self.rare(other),
        }
    }

    #[inline(never)]
    fn number(&mut self, of: &'a Whole) -> Result<Value<'a>, Fail> {
        self.whole(of).map(Value::Number)
    }

    #[inline(never)]
    fn yes_no(&mut self, of: &'a Truth) -> Result<Value<'a>, Fail> {
        self.truth(of).map(Value::YesNo)
    }

    #[inline(never)]
    fn word(&mut self, of: &'a Text) -> Result<Value<'a>, Fail> {
        self.text(of).map(Value::text)
    }

    #[inline(never)]
    fn view(&mut self, of: &'a Thing) -> Result<Value<'a>, Fail> {
        if let Thing::Path(slot, inner) = of {
            self.find(*slot, inner)?;
            return self.stack.local(*slot).map(Value::copied).ok_or_else(|| Fail::absent("path"));
        }
        self.thing(of).map(Value::View)
    }

    #[inline(never)]
    fn parameter(&mut self, of: &'a Parameter) -> Result<Value<'a>, Fail> {
        self.held(of).map(Value::borrowed)
    }

    #[inline(never)]
    fn joined(&mut self, operator: Operator, sides: &'a (Any, Any), line: u32) -> Result<Value<'a>, Fail> {
        let (one, two) = (self.any(&sides.0)?, self.any(&sides.1)?);
        arithmetic(operator, &one, &two).map_err(|fail| in_line(fail, line))
    }

    /// The forms that few rules have, or that stand as statements.
    #[inline(never)]
    fn rare(&mut self, of: &'a Any) -> Result<Value<'a>, Fail> {
        match of {
            Any::Path(slot, inner) => {
                if let Some(Value::Nothing) = self.stack.local(*slot) {
                    let found = self.any(inner)?;
                    self.stack.set(*slot, found);
                }
                self.stack.local(*slot).cloned().ok_or_else(|| Fail::absent("path"))
            }
            Any::Minus(inner, line) => self.minus(inner).map_err(|fail| in_line(fail, *line)),
            Any::List(items) => Ok(Value::list(self.anys(items)?)),
            Any::Facts(fields) => {
                let mut facts = Vec::with_capacity(fields.len());
                for (name, value) in fields {
                    facts.push((Arc::clone(name), self.any(value)?));
                }
                Ok(Value::Facts(facts.into()))
            }
            Any::Say(say) => self.say(say).map(|()| Value::Nothing),
            Any::Require(require) => self.demand(require).map(|()| Value::Nothing),
            Any::If(choice) => {
                let branch = self.chosen(choice)?;
                self.inner(branch)
            }
            Any::Block(lines) => self.inner(lines),
            other => self.any(other),
        }
    }

    fn minus(&mut self, inner: &'a Any) -> Result<Value<'a>, Fail> {
        match self.any(inner)? {
            Value::Number(number) => number.checked_neg().map(Value::Number).ok_or_else(Fail::overflow),
            Value::Decimal(number) => {
                Decimal::ZERO.checked_sub(number).map(Value::Decimal).ok_or_else(Fail::overflow)
            }
            _ => Err(Fail::wrong_type("-")),
        }
    }

    #[inline(never)]
    pub(super) fn called(&mut self, of: &'a HostCall) -> Result<Value<'a>, Fail> {
        let call = self.call;
        let found = self.with(&of.args, |args| (of.function.run)(call, of.line, args));
        found.map_err(|fail| in_line(fail, of.line))
    }
}
