//! Plain Rust, and the expression tree of closures made by hand: both read the state where it stands.

use super::Engine;
use crate::Failure;
use crate::facts::Facts;
use crate::stream::native::{Tree, decide};
use crate::stream::state::State;
use crate::stream::{Answer, Ask};

/// The rules in plain Rust.
pub struct Native;

impl Engine for Native {
    fn name(&self) -> &'static str {
        "plain Rust"
    }
    fn licence(&self) -> &'static str {
        "–"
    }
    fn fed(&self) -> &'static str {
        "the state itself"
    }
    fn decide(&mut self, state: &State, ask: &Ask, _: &Facts) -> Result<Answer, Failure> {
        Ok(decide(state, ask))
    }
}

/// The rules as closures.
pub struct Closures(Tree);

impl Closures {
    pub fn new() -> Self {
        Self(Tree::new())
    }
}

impl Engine for Closures {
    fn name(&self) -> &'static str {
        "a tree of closures, by hand"
    }
    fn licence(&self) -> &'static str {
        "–"
    }
    fn fed(&self) -> &'static str {
        "the state itself"
    }
    fn decide(&mut self, state: &State, ask: &Ask, _: &Facts) -> Result<Answer, Failure> {
        Ok(self.0.decide(state, ask))
    }
}
