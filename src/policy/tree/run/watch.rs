//! Watching a run: what is told of conditions, values and lines to whoever asks, without a change of meaning.

use std::sync::Arc;

use super::super::points::{Place, Sort};
use super::super::seen::{Recorded, is_shown};
use super::super::trail::{At, Trail, is_computed};
use super::super::{Node, Step, Tree, What, print};
use super::{Runner, Stack};
use crate::policy::call::{Call, Fail};
use crate::policy::value::Value;
use crate::policy::vocabulary::Row;

impl<'a> Runner<'_, 'a> {
    #[cold]
    pub(super) fn saw_step(&mut self, step: &Step) {
        if let (Some(sights), Some(line)) = (&mut self.sights, step.line())
            && !sights.only_trail
        {
            sights.lines.insert(line);
        }
    }

    /// Which way a condition goes.
    pub(super) fn branch(&mut self, node: &'a Node, sort: Sort) -> Result<bool, Fail> {
        if self.sights.is_none() {
            return self.yes(node);
        }
        let at = match sort {
            Sort::Part => At::Part,
            Sort::Require => At::Require,
            Sort::If => At::If,
        };
        let row = self.trail().and_then(|trail| trail.enter(node, at));
        let yes = self.yes(node);
        self.leave(row, node, yes.as_ref().ok().map(|yes| Value::YesNo(*yes)).as_ref());
        let yes = yes?;
        self.saw(node, sort, yes);
        Ok(yes)
    }

    /// A value that gets a name or is a function's result.
    pub(super) fn computed(&mut self, node: &'a Node) -> Result<Value<'a>, Fail> {
        if !self.trails {
            return self.value(node);
        }
        let row = self.trail().filter(|_| is_computed(node)).and_then(|trail| trail.enter(node, At::Value));
        let value = self.value(node);
        self.leave(row, node, value.as_ref().ok());
        value
    }

    pub(super) fn trail(&mut self) -> Option<&mut Trail> {
        self.sights.as_mut()?.trail.as_mut()
    }

    pub(super) fn leave(&mut self, row: Option<usize>, node: &Node, result: Option<&Value<'_>>) {
        if let Some(trail) = self.trail() {
            trail.leave(row, node, result);
        }
    }

    /// Whether somebody is told the values on the way.
    pub(super) fn told(&self) -> bool {
        self.trails || self.seen.is_some()
    }

    pub(super) fn saw(&mut self, node: &Node, sort: Sort, yes: bool) {
        if let Some(sights) = self.sights.as_mut().filter(|sights| !sights.only_trail) {
            let (met, unmet) = sights.branches.entry(Place::of(node, sort)).or_default();
            let count = if yes { met } else { unmet };
            *count = count.saturating_add(1);
        }
    }

    /// Keeps a value that is told beside the condition in which it was read.
    pub(super) fn show(&mut self, node: &Node, value: &Value<'a>) {
        if let Some(seen) = &mut self.seen
            && is_shown(node)
        {
            let source = print::source(node);
            if seen.iter().all(|(known, _)| *known != source) {
                seen.push((source, value.clone().into_own()));
            }
        }
        if let Some(trail) = self.trail() {
            match &node.what {
                What::Constant(value) => trail.constant(value),
                _ if is_shown(node) => trail.shown(node, value),
                _ => {}
            }
        }
    }

    /// A word of a view.
    pub(super) fn word(
        &mut self,
        receiver: &'a Node,
        row: &'static Row,
        name: &str,
        args: &'a [Node],
    ) -> Result<Value<'a>, Fail> {
        let receiver = self.value(receiver)?;
        let args = self.values(args)?;
        if let Some(trail) = self.trail() {
            trail.word(&receiver, row.en, args.first());
        }
        let Value::View(view) = receiver else { return Err(Fail::wrong_type(name)) };
        row.value(self.call, &view, &args)
    }

    /// The condition of a `require`.
    pub(super) fn required(&mut self, inner: &'a Node, source: &Arc<str>) -> Result<bool, Fail> {
        let yes = self.branch(inner, Sort::Require)?;
        self.asked = None;
        if !yes {
            self.look_again(inner, source)?;
        }
        Ok(yes)
    }

    /// Looks again at a condition that was not met, for the values in it. Conditions change nothing.
    fn look_again(&mut self, inner: &'a Node, source: &Arc<str>) -> Result<(), Fail> {
        let outer = self.seen.replace(Vec::new());
        let sights = self.sights.take();
        let again = self.value(inner);
        self.sights = sights;
        let values = std::mem::replace(&mut self.seen, outer).unwrap_or_default();
        again?;
        self.asked = Some(Recorded { condition: Arc::clone(source), values });
        Ok(())
    }
}

/// Looks again at a condition that was not met on a quick run, for the values in it.
#[cold]
pub(super) fn look_again<'a>(
    (tree, call): (&'a Tree, &'a Call<'a>),
    stack: &mut Stack<'_, 'a>,
    condition: &'a Node,
    source: &Arc<str>,
) -> Result<Recorded, Fail> {
    let mut runner = Runner {
        tree,
        call,
        stack: stack.lent(),
        last: Value::Nothing,
        seen: Some(Vec::new()),
        asked: None,
        recorded: Vec::new(),
        trails: false,
        sights: None,
    };
    let again = runner.value(condition);
    let (values, mark) = (runner.seen.take().unwrap_or_default(), runner.stack.mark());
    stack.back(mark);
    again.map(|_| Recorded { condition: Arc::clone(source), values })
}
