//! Leading conditions: what stands first in a hook and rules it out before it is entered.
//!
//! Only conditions that the request or the event answers by itself count: they read no parameter, take no step beside
//! their weight and change nothing. One that fails rules nothing out; the hook is entered and fails there itself.

#![expect(clippy::wildcard_enum_match_arm, reason = "what is not named here does not lead")]

use super::compute::compare;
use super::run::constants;
use super::{Block, Node, Step, Tree, What};
use crate::policy::call::Call;
use crate::policy::value::Value;
use crate::policy::view::View;
use crate::policy::vocabulary::{Item, Sort, Type};

/// Words that a request or an event answers by itself.
const OWN: [&str; 22] = [
    "verb",
    "by_reaction",
    "has_fact",
    "sets_fact",
    "adds_tag",
    "drops_tag",
    "kind",
    "count",
    "change",
    "level",
    "rule",
    "named",
    "purpose",
    "reason",
    "outcome",
    "on_loan",
    "on_permit",
    "from_pool",
    "has_end",
    "has_schedule",
    "has_parent",
    "field",
];

impl Tree {
    /// Counts the leading conditions of every function; a hook's are those of its request or event.
    pub(super) fn lead(&mut self) {
        for body in &mut self.bodies {
            let steps = &body.steps.steps;
            let leading = steps.iter().take_while(|step| leads(step)).count();
            // Those after the last one that may end the hook decide nothing, unless nothing else follows.
            let ends = |step: &Step| step.returns() || matches!(step, Step::If(parts) if parts.1.is_return());
            let ending = steps.iter().take(leading).rposition(ends).map_or(0, |last| last.saturating_add(1));
            body.leading = if leading == steps.len() { leading } else { ending };
        }
    }

    /// Whether a hook has leading conditions, or nothing else.
    pub(crate) fn is_led(&self, body: usize) -> bool {
        self.body(body).is_some_and(|body| body.leading > 0 || body.steps.steps.is_empty())
    }

    /// At which of its statements a hook is to be entered; none if its leading conditions rule it out.
    pub(crate) fn entered_at<'a>(&'a self, body: usize, call: &'a Call<'a>, given: &View) -> Option<usize> {
        let Some(body) = self.body(body) else { return Some(0) };
        for (place, step) in body.steps.steps.iter().take(body.leading).enumerate() {
            match step {
                Step::If(parts) => match holds(&parts.0, call, given) {
                    Some(false) => {}
                    Some(true) if parts.1.is_return() => return None,
                    Some(true) | None => return Some(place),
                },
                _ => return None,
            }
        }
        (body.leading < body.steps.steps.len()).then_some(body.leading)
    }
}

impl Block {
    /// Whether it only leaves the function.
    fn is_return(&self) -> bool {
        matches!(self.steps.as_slice(), [step] if step.returns())
    }
}

impl Step {
    fn returns(&self) -> bool {
        matches!(self, Self::Return(None))
    }
}

fn leads(step: &Step) -> bool {
    step.returns() || matches!(step, Step::If(parts) if parts.2.steps.is_empty() && is_known(&parts.0))
}

/// Whether the request or the event answers a condition by itself.
fn is_known(node: &Node) -> bool {
    match &node.what {
        What::Not(inner) => is_known(inner),
        What::And(parts) | What::Or(parts) => parts.iter().all(is_known),
        What::Binary(operator, sides) => operator.compares() && is_own(&sides.0) && is_own(&sides.1),
        _ => is_own(node),
    }
}

/// A constant, or a word of the hook's own request or event.
fn is_own(node: &Node) -> bool {
    match &node.what {
        What::Constant(_) => true,
        What::Word(receiver, row, _, args) => {
            matches!(receiver.what, What::Local(0, _))
                && matches!(receiver.ty, Type::One(Item::View(Sort::Request(_) | Sort::Event(_), _)))
                && OWN.contains(&row.en)
                && constants(args).is_some()
        }
        _ => false,
    }
}

fn holds<'a>(node: &'a Node, call: &'a Call<'a>, given: &View) -> Option<bool> {
    match &node.what {
        What::Not(inner) => Some(!holds(inner, call, given)?),
        What::And(parts) => every(parts, true, call, given),
        What::Or(parts) => every(parts, false, call, given),
        What::Binary(operator, sides) => {
            compare(*operator, &value(&sides.0, call, given)?, &value(&sides.1, call, given)?).ok()
        }
        _ => match value(node, call, given)? {
            Value::YesNo(yes) => Some(yes),
            _ => None,
        },
    }
}

fn every<'a>(parts: &'a [Node], wanted: bool, call: &'a Call<'a>, given: &View) -> Option<bool> {
    for part in parts {
        if holds(part, call, given)? != wanted {
            return Some(!wanted);
        }
    }
    Some(wanted)
}

fn value<'a>(node: &'a Node, call: &'a Call<'a>, given: &View) -> Option<Value<'a>> {
    match &node.what {
        What::Constant(value) => Some(value.borrowed()),
        What::Path(_, inner) => value(inner, call, given),
        What::Word(_, row, _, args) => row.value(call, given, constants(args)?).ok(),
        _ => None,
    }
}
