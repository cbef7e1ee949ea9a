//! Engines: each compiles its rules once, and answers with a number as `Answer::ALL` counts them.

mod bianzhi_tree;
mod cedar;
mod cel;
mod lua;
mod native;
mod rego;
mod rhai_plain;
mod zen;

use crate::Failure;
use crate::facts::Facts;
use crate::stream::state::{Change, State};
use crate::stream::{Answer, Ask, City};

/// An engine with the stream's rules in it.
pub trait Engine {
    /// What it is called, with the version.
    fn name(&self) -> &'static str;
    /// Its licence.
    fn licence(&self) -> &'static str;
    /// What it was given to decide on.
    fn fed(&self) -> &'static str;
    /// Whether a denial carries its reason in words and the place of its rule.
    fn explains(&self) -> bool {
        false
    }
    /// Before the clock runs: what a host has at hand anyway, such as the request.
    fn prepare(&mut self, _ask: &Ask) {}
    /// Answers one request. Only this is measured.
    fn decide(&mut self, state: &State, ask: &Ask, facts: &Facts) -> Result<Answer, Failure>;
    /// The state changed so, or a new year began.
    fn follow(&mut self, _ask: &Ask, _change: Change) -> Result<(), Failure> {
        Ok(())
    }
    /// The stream begins anew.
    fn restart(&mut self) -> Result<(), Failure> {
        Ok(())
    }
    /// A new year begins.
    fn new_year(&mut self, _ask: &Ask) -> Result<(), Failure> {
        Ok(())
    }
}

/// All engines.
pub fn all(city: &City) -> Result<Vec<Box<dyn Engine>>, Failure> {
    Ok(vec![
        Box::new(native::Native),
        Box::new(native::Closures::new()),
        Box::new(bianzhi_tree::Rules::new(city, bianzhi_tree::Asked::Rules)?),
        Box::new(bianzhi_tree::Rules::new(city, bianzhi_tree::Asked::Decision)?),
        Box::new(lua::Lua::new()?),
        Box::new(zen::Zen::new()?),
        Box::new(cel::Cel::new()?),
        Box::new(rhai_plain::Rhai::new()?),
        Box::new(rego::Rego::new()?),
        Box::new(cedar::Cedar::new()?),
    ])
}

/// The answer of a number.
fn numbered(number: i64) -> Result<Answer, Failure> {
    usize::try_from(number)
        .ok()
        .and_then(Answer::from_number)
        .ok_or_else(|| format!("no answer has the number {number}").into())
}
