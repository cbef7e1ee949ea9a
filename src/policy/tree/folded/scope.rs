//! Scopes: what is known of the variables of a function where it is unfolded.

#![expect(clippy::wildcard_enum_match_arm, reason = "what is not named here has no form of its own")]

use super::super::{Block, Body, Node, Over, Step, What};
use crate::policy::value::Value;

/// What is known of a variable.
#[derive(Clone)]
pub(super) enum Variable {
    Unset,
    Known(Value<'static>),
    Cell(usize),
}

/// The variables of one function where it is unfolded.
pub(super) struct Scope {
    pub(super) variables: Vec<Variable>,
    /// How often each gets a value, as it is written.
    sets: Vec<u32>,
}

impl Scope {
    /// The variables of a function, of which nothing is known yet.
    pub(super) fn of(body: &Body) -> Self {
        let mut scope = Self { variables: vec![Variable::Unset; body.slots], sets: vec![0; body.slots] };
        scope.count(&body.steps);
        scope
    }

    /// Whether a variable gets a value so many times, as it is written.
    pub(super) fn is_set(&self, slot: usize, times: u32) -> bool {
        self.sets.get(slot) == Some(&times)
    }

    pub(super) fn learn(&mut self, slot: usize, variable: Variable) {
        if let Some(known) = self.variables.get_mut(slot) {
            *known = variable;
        }
    }

    /// Counts how often each variable gets a value.
    fn count(&mut self, block: &Block) {
        for step in &block.steps {
            match step {
                Step::Set(slot, node) => {
                    self.one_more(*slot);
                    self.count_in(node);
                }
                Step::Do(node) | Step::Return(Some(node)) => self.count_in(node),
                Step::If(parts) => {
                    self.count_in(&parts.0);
                    self.count(&parts.1);
                    self.count(&parts.2);
                }
                Step::For(parts) => {
                    self.one_more(parts.0);
                    match &parts.1 {
                        Over::List(list) => self.count_in(list),
                        Over::Range(from, to, _) => {
                            self.count_in(from);
                            self.count_in(to);
                        }
                    }
                    self.count(&parts.2);
                }
                Step::Return(None) | Step::Break | Step::Continue => {}
            }
        }
    }

    /// The same of the blocks in an expression.
    fn count_in(&mut self, node: &Node) {
        match &node.what {
            What::Block(block) => self.count(block),
            What::If(parts) => {
                self.count_in(&parts.0);
                self.count(&parts.1);
                self.count(&parts.2);
            }
            _ => node.inner(&mut |inner| self.count_in(inner)),
        }
    }

    fn one_more(&mut self, slot: usize) {
        if let Some(sets) = self.sets.get_mut(slot) {
            *sets = sets.saturating_add(1);
        }
    }
}
