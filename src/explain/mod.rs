//! Explanations: why a request was answered as it was, rule by rule with the values, and what would pass instead.

mod candidates;
mod derive;
mod fields;
mod places;
mod sentence;
mod why_not;
mod words;

use std::sync::Arc;

use crate::decision::{Decision, ParameterRead};
use crate::error::Error;
use crate::ledger::Ledger;
use crate::office::Office;
use crate::policy::{PolicySet, RuleTrace};
use crate::request::Request;

pub use fields::Edit;
pub use why_not::{MOST_TRIES, Suggestion, WhyNot};

/// A decision with everything that led to it.
#[derive(Debug, Clone)]
pub struct Explanation {
    /// The decision, as [`Office::decide`] gives it; a recorded one with the number of its entry.
    pub decision: Arc<Decision>,
    /// Every rule that was entered, in the order in which it was done; those of the new day first, if the
    /// request came with one.
    pub rules: Vec<RuleTrace>,
    /// The office just before.
    before: Office,
}

impl Office {
    /// What [`Office::decide`] would answer, and every rule, condition and value that leads to it. A request
    /// whose id was answered before is explained as of then. Nothing is recorded.
    ///
    /// # Errors
    /// As [`Office::decide`] and [`Office::explain_entry`].
    ///
    /// # Example: the values in a condition, and what would pass
    /// ```
    /// use bianzhi::{Charter, Lang, Office, PolicySet, Request};
    /// # fn main() -> Result<(), bianzhi::Error> {
    /// let policies = PolicySet::from_files([
    ///     ("10_keep.rhai", "fn on_permit(request) { require(request.unit.available - request.count >= 2, \"keep\"); }"),
    ///     ("reasons.yaml", "keep: {zh: 须留两名, en: two must stay free, basis: 条例第六条}"),
    /// ].map(|(name, text)| (name.into(), text.into())))?;
    /// let charter = Charter::parse("charter.yaml", "
    /// bianzhi: charter/1
    /// opened: 2024-01-01
    /// levels: [city, unit]
    /// kinds: {institution: {zh: 事业编制, en: institution}}
    /// nodes:
    ///   - {id: city, level: city, caps: {institution: 10}}
    ///   - {id: school, parent: city, level: unit, caps: {institution: 8}}
    /// ")?;
    /// let office = Office::open(charter, policies)?;
    /// let ends = bianzhi::Date::constant(2024, 12, 31);
    /// let explained = office.explain(Request::permit("p1", "school", "institution", 7, ends))?;
    /// assert_eq!(explained.sentence(Lang::En), "denied: two must stay free (条例第六条)");
    /// assert_eq!(explained.rules[0].conditions[0].valued, "(8 - 7) >= 2");
    /// let instead = explained.why_not()?;
    /// assert_eq!(instead.suggestions[0].text(explained.books(), Lang::En), "with count 6 instead of 7");
    /// # Ok(()) }
    /// ```
    pub fn explain(&self, request: impl Into<Request>) -> Result<Explanation, Error> {
        let request = request.into();
        let known = request.id.as_ref().and_then(|id| self.journal().answer_to(id)).map(|known| known.entry);
        let mut explanation = traced(self.fork(), request)?;
        // The same request again gets its first answer, which no rule was asked about now.
        if known == Some(explanation.decision.entry) {
            return self.explain_entry(explanation.decision.entry);
        }
        Arc::make_mut(&mut explanation.decision).entry = 0;
        Ok(explanation)
    }

    /// A recorded decision, decided again on the books and by the policies of then, and explained.
    ///
    /// # Errors
    /// As [`Office::decide_again`].
    pub fn explain_entry(&self, entry: u64) -> Result<Explanation, Error> {
        let (before, recorded) = self.before_decision(entry)?;
        traced(before, Request::clone(&recorded.request))
    }
}

fn traced(before: Office, request: Request) -> Result<Explanation, Error> {
    let mut fork = before.fork();
    let policies = before.policies().map(PolicySet::with_traces);
    fork.set_policies(policies.clone());
    let decision = fork.submit(request)?;
    let rules = policies.map(|policies| policies.take_traces()).unwrap_or_default();
    Ok(Explanation { decision, rules, before })
}

impl Explanation {
    /// The books just before: the names in the decision are theirs.
    pub fn books(&self) -> &Ledger {
        self.before.books()
    }

    /// The policies that decided; none for the laws alone.
    pub fn policies(&self) -> Option<&PolicySet> {
        self.before.policies()
    }

    /// The parameters that the rules read, each value once, sorted.
    pub fn parameters(&self) -> Vec<Arc<ParameterRead>> {
        let mut parameters: Vec<_> = self.rules.iter().flat_map(|rule| &rule.parameters).cloned().collect();
        parameters.sort();
        parameters.dedup();
        parameters
    }
}
