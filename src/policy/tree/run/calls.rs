//! Words and calls of a run: parameters, words of views, host functions and a file's own.

use super::super::trail::Trail;
use super::super::{Node, print};
use super::{Arguments, Runner};
use crate::policy::call::Fail;
use crate::policy::hooks::no_value;
use crate::policy::value::Value;
use crate::policy::vocabulary::{HostFn, HostPlace};

impl<'a> Runner<'_, 'a> {
    /// A parameter's value. That it was read is told once a call.
    pub(super) fn parameter(&mut self, node: &'a Node, place: usize) -> Result<Value<'a>, Fail> {
        let scene = &self.call.scene;
        let holding = scene.set.holding(scene, place);
        let holding = holding.ok_or_else(|| no_value(&print::source(node), scene.date))?;
        self.call.read(holding.read);
        Ok(holding.value.borrowed())
    }

    pub(super) fn host(
        &mut self,
        node: &'a Node,
        function: &'static HostFn,
        args: &'a [Node],
    ) -> Result<Value<'a>, Fail> {
        if function.place == HostPlace::Require {
            return self.require(node, function, args);
        }
        let args = self.values(args)?;
        (function.run)(self.call, node.line, &args)
    }

    fn require(
        &mut self,
        node: &'a Node,
        function: &'static HostFn,
        args: &'a [Node],
    ) -> Result<Value<'a>, Fail> {
        let Some((condition, said)) = args.split_first() else { return Err(Fail::wrong_type("require")) };
        let met = self.value(condition)?;
        let asked = if self.asked.is_some() { self.asked.take() } else { None };
        let mut args = Arguments::new();
        args.push(met);
        for node in said {
            args.push(self.value(node)?);
        }
        let value = (function.run)(self.call, node.line, &args)?;
        self.recorded.extend(asked);
        Ok(value)
    }

    pub(super) fn own(&mut self, body: usize, args: &'a [Node]) -> Result<Value<'a>, Fail> {
        let (outer, base) = (self.stack.top, self.stack.top);
        for arg in args {
            let value = self.value(arg)?;
            // A function that an argument calls has its variables after those computed so far.
            self.stack.put(self.stack.top, value);
            self.stack.top = self.stack.top.saturating_add(1);
        }
        self.stack.top = outer;
        let seen = self.seen.take();
        let outside = self.trail().map(Trail::begin_function);
        let value = self.body(body, base);
        if let (Some(trail), Some(outside)) = (self.trail(), outside) {
            trail.back(outside);
        }
        self.seen = seen;
        value
    }

    pub(super) fn values(&mut self, nodes: &'a [Node]) -> Result<Arguments<'a>, Fail> {
        let mut values = Arguments::new();
        for node in nodes {
            values.push(self.value(node)?);
        }
        Ok(values)
    }
}
