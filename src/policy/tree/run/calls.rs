//! Words and calls of a run: parameters, words of views, host functions and a file's own.

use std::sync::Arc;

use super::super::trail::Trail;
use super::super::{Node, What, print};
use super::{Arguments, Runner, in_line};
use crate::policy::call::Fail;
use crate::policy::hooks::no_value;
use crate::policy::limits;
use crate::policy::value::{Text, Value};
use crate::policy::vocabulary::{HostFn, HostPlace, Row, utter};

impl<'a> Runner<'a> {
    /// A parameter's value. That it was read is told once a call.
    pub(super) fn parameter(&mut self, node: &'a Node, place: usize) -> Result<Value<'a>, Fail> {
        let scene = &self.call.scene;
        let holding = scene.set.holding(scene, place);
        let holding = holding.ok_or_else(|| no_value(&print::source(node), scene.date))?;
        self.call.read(holding.read);
        Ok(holding.value.borrowed())
    }

    /// What a hook's own request or event names, read once. A hook's variables are empty when it begins.
    pub(super) fn path<const TOLD: bool>(&mut self, slot: usize, inner: &'a Node) -> Result<Value<'a>, Fail> {
        if self.told::<TOLD>() {
            return self.evaluate::<TOLD>(inner);
        }
        match self.local(slot) {
            None | Some(Value::Nothing) => {}
            Some(found) => return Ok(found.clone()),
        }
        let found = self.value::<TOLD>(inner)?;
        self.set(slot, found.clone());
        Ok(found)
    }

    /// A word of a view. Where nobody is told of it, the view is looked at where it stands.
    pub(super) fn word<const TOLD: bool>(
        &mut self,
        receiver: &'a Node,
        row: &'static Row,
        name: &str,
        args: &'a [Node],
    ) -> Result<Value<'a>, Fail> {
        if self.told::<TOLD>() {
            return self.told_word(receiver, row, name, args);
        }
        let call = self.call;
        let known = constants(args);
        let receiver = match &receiver.what {
            What::Local(slot, _) | What::Path(slot, _) => {
                if let (What::Path(_, inner), Some(Value::Nothing)) = (&receiver.what, self.local(*slot)) {
                    let found = self.value::<TOLD>(inner)?;
                    self.set(*slot, found);
                }
                match (self.local(*slot), known) {
                    (Some(Value::View(view)), Some(args)) => return (row.read)(call, view, args),
                    (Some(found), _) => found.clone(),
                    (None, _) => return Err(Fail::wrong_type(name)),
                }
            }
            // A word of a word needs no step between.
            What::Word(inner, row, name, args) => {
                let read = self.word::<TOLD>(inner, row, name, args);
                read.map_err(|fail| in_line(fail, receiver.line))?
            }
            _ => self.value::<TOLD>(receiver)?,
        };
        let Value::View(view) = &receiver else { return Err(Fail::wrong_type(name)) };
        match known {
            Some(args) => (row.read)(call, view, args),
            None => self.applied::<TOLD>(args, |args| (row.read)(call, view, args)),
        }
    }

    /// Does something with the values of a call's arguments.
    pub(super) fn applied<const TOLD: bool>(
        &mut self,
        args: &'a [Node],
        to: impl FnOnce(&[Value<'a>]) -> Result<Value<'a>, Fail>,
    ) -> Result<Value<'a>, Fail> {
        match args {
            [] => to(&[]),
            [one] => to(&[self.value::<TOLD>(one)?]),
            [one, two] => {
                let one = self.value::<TOLD>(one)?;
                let two = self.value::<TOLD>(two)?;
                to(&[one, two])
            }
            _ => to(&self.values::<TOLD>(args)?),
        }
    }

    pub(super) fn host<const TOLD: bool>(
        &mut self,
        node: &'a Node,
        function: &'static HostFn,
        args: &'a [Node],
    ) -> Result<Value<'a>, Fail> {
        if function.place == HostPlace::Require {
            return self.require::<TOLD>(node, function, args);
        }
        if self.call.brief && function.place.code_argument() == Some(0) {
            return self.in_brief::<TOLD>(node, function, args);
        }
        let call = self.call;
        self.applied::<TOLD>(args, |args| (function.run)(call, node.line, args))
    }

    /// A `require`: its facts are computed where anybody sees them, or computing them does anything.
    fn require<const TOLD: bool>(
        &mut self,
        node: &'a Node,
        function: &'static HostFn,
        args: &'a [Node],
    ) -> Result<Value<'a>, Fail> {
        let Some((condition, said)) = args.split_first() else { return Err(Fail::wrong_type("require")) };
        let before = (self.steps, self.call.charged());
        let met = self.value::<TOLD>(condition)?;
        if met == Value::YesNo(true) && !(TOLD && self.sights.is_some()) && self.keeps_quiet(said, before) {
            return Ok(Value::Nothing);
        }
        let asked = if self.asked.is_some() { self.asked.take() } else { None };
        if self.call.brief && met == Value::YesNo(false) {
            return self.in_brief::<TOLD>(node, function, said);
        }
        let mut args = Arguments::new();
        args.push(met);
        for node in said {
            args.push(self.value::<TOLD>(node)?);
        }
        let value = (function.run)(self.call, node.line, &args)?;
        self.recorded.extend(asked);
        Ok(value)
    }

    /// Whether what goes with a condition that holds need not be computed; what is owed for it is paid then.
    /// `before` has the steps before the condition.
    fn keeps_quiet(&mut self, said: &'a [Node], before: (u64, u64)) -> bool {
        let quiet = match said {
            [Node { what: What::Constant(_), .. }] => return true,
            [Node { what: What::Constant(_), .. }, Node { what: What::Facts(_, Some(quiet)), .. }] => quiet,
            _ => return false,
        };
        let call = self.steps.saturating_sub(before.0).saturating_mul(u64::from(quiet.again));
        let steps = self.steps.saturating_add(call);
        if self.call.charged() != before.1 || steps > limits::STEPS_AGAIN {
            return false;
        }
        for place in &quiet.parameters {
            let Some(holding) = self.call.scene.set.holding(self.call.scene, *place) else { return false };
            self.call.read(holding.read);
        }
        self.steps = steps;
        true
    }

    /// Says something of which only the code is kept: its facts are computed, for that might fail, and weighed.
    fn in_brief<const TOLD: bool>(
        &mut self,
        node: &'a Node,
        function: &'static HostFn,
        said: &'a [Node],
    ) -> Result<Value<'a>, Fail> {
        let Some((Node { what: What::Constant(Value::Text(Text::Own(code))), .. }, facts)) =
            said.split_first()
        else {
            return Err(Fail::wrong_type(function.en));
        };
        let mut bytes = 0_usize;
        for facts in facts {
            let What::Facts(fields, _) = &facts.what else { return Err(Fail::wrong_type("facts")) };
            for (name, value) in fields {
                let value = self.value::<TOLD>(value)?;
                bytes = bytes.saturating_add(name.len()).saturating_add(value.bytes());
            }
        }
        utter(self.call, node.line, function.place, (Arc::clone(code), bytes), Vec::new())
    }

    pub(super) fn own<const TOLD: bool>(&mut self, body: usize, args: &'a [Node]) -> Result<Value<'a>, Fail> {
        let (outer, base) = (self.top, self.top);
        for arg in args {
            let value = self.value::<TOLD>(arg)?;
            // A function that an argument calls has its variables after those computed so far.
            match self.stack.get_mut(self.top) {
                Some(place) => value.put(place),
                None => self.stack.push(value),
            }
            self.top = self.top.saturating_add(1);
        }
        self.top = outer;
        if !TOLD {
            return self.body::<TOLD>(body, base, 0);
        }
        let seen = self.seen.take();
        let outside = self.trail().map(Trail::begin_function);
        let value = self.body::<TOLD>(body, base, 0);
        if let (Some(trail), Some(outside)) = (self.trail(), outside) {
            trail.back(outside);
        }
        self.seen = seen;
        value
    }

    pub(super) fn values<const TOLD: bool>(&mut self, nodes: &'a [Node]) -> Result<Arguments<'a>, Fail> {
        let mut values = Arguments::new();
        for node in nodes {
            values.push(self.value::<TOLD>(node)?);
        }
        Ok(values)
    }
}

/// Arguments that need not be computed: none, or one constant.
pub(in super::super) fn constants(args: &[Node]) -> Option<&[Value<'_>]> {
    match args {
        [] => Some(&[]),
        [Node { what: What::Constant(value), .. }] => Some(std::slice::from_ref(value)),
        _ => None,
    }
}
