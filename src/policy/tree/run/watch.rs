//! Watching a run: what is told of conditions, values and lines to whoever asks, without a change of meaning.

use std::sync::Arc;

use super::super::points::{Place, Sort};
use super::super::seen::{Recorded, is_shown};
use super::super::trail::{At, Trail, is_computed};
use super::super::{Node, Step, What, print};
use super::Runner;
use crate::policy::call::Fail;
use crate::policy::value::Value;
use crate::policy::vocabulary::Row;

impl<'a> Runner<'a> {
    #[cold]
    pub(super) fn saw_step(&mut self, step: &Step) {
        if let (Some(sights), Some(line)) = (&mut self.sights, step.line())
            && !sights.only_trail
        {
            sights.lines.insert(line);
        }
    }

    /// Which way a condition goes.
    pub(super) fn branch<const TOLD: bool>(&mut self, node: &'a Node, sort: Sort) -> Result<bool, Fail> {
        if !TOLD || self.sights.is_none() {
            return self.yes::<TOLD>(node);
        }
        let at = match sort {
            Sort::Part => At::Part,
            Sort::Require => At::Require,
            Sort::If => At::If,
        };
        let row = self.trail().and_then(|trail| trail.enter(node, at));
        let yes = self.yes::<TOLD>(node);
        self.leave(row, node, yes.as_ref().ok().map(|yes| Value::YesNo(*yes)).as_ref());
        let yes = yes?;
        self.saw(node, sort, yes);
        Ok(yes)
    }

    /// A value that gets a name or is a function's result.
    pub(super) fn computed<const TOLD: bool>(&mut self, node: &'a Node) -> Result<Value<'a>, Fail> {
        if !TOLD || !self.trails {
            return self.value::<TOLD>(node);
        }
        let row = self.trail().filter(|_| is_computed(node)).and_then(|trail| trail.enter(node, At::Value));
        let value = self.value::<TOLD>(node);
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
    pub(super) fn told<const TOLD: bool>(&self) -> bool {
        TOLD && (self.trails || self.seen.is_some())
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

    /// A word of a view, of which somebody is told.
    #[cold]
    pub(super) fn told_word(
        &mut self,
        receiver: &'a Node,
        row: &'static Row,
        name: &str,
        args: &'a [Node],
    ) -> Result<Value<'a>, Fail> {
        let receiver = self.value::<true>(receiver)?;
        let args = self.values::<true>(args)?;
        if let Some(trail) = self.trail() {
            trail.word(&receiver, row.en, args.first());
        }
        let Value::View(view) = receiver else { return Err(Fail::wrong_type(name)) };
        (row.read)(self.call, &view, &args)
    }

    /// The condition of a `require`. Conditions change nothing, so one that was not met can be looked at again
    /// for its values.
    pub(super) fn required<const TOLD: bool>(
        &mut self,
        inner: &'a Node,
        source: &Arc<str>,
    ) -> Result<bool, Fail> {
        let yes = self.branch::<TOLD>(inner, Sort::Require)?;
        self.asked = None;
        if !yes {
            let outer = self.seen.replace(Vec::new());
            let sights = self.sights.take();
            let again = self.value::<true>(inner);
            self.sights = sights;
            let values = std::mem::replace(&mut self.seen, outer).unwrap_or_default();
            again?;
            self.asked = Some(Recorded { condition: Arc::clone(source), values });
        }
        Ok(yes)
    }
}
