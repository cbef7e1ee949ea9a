//! What the rules say of a request: the policies alone, on the books as they are, and nothing is recorded.

use super::Office;
use crate::decision::Remark;
use crate::ledger::Actor;
use crate::policy::Asked;
use crate::request::Request;

/// What the rules say of a request, laws aside. Nothing was allocated for it if both lists are empty.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RulesSay {
    /// Every reason against it; also each rule that failed.
    pub denials: Vec<Remark>,
    /// What is only noted or found.
    pub notes: Vec<Remark>,
}

impl RulesSay {
    /// Whether no rule speaks against it.
    pub fn nothing_against(&self) -> bool {
        self.denials.is_empty()
    }
}

impl Office {
    /// What the rules say of a request on the books as they are, on the books' own day: the policies alone are
    /// asked. Its input must be sound, for neither input nor reach nor laws are looked at, and no rule reacts;
    /// of a batch nothing is said. [`Office::decide`] gives the whole answer.
    ///
    /// # Example: the rules have nothing against what a law would refuse
    /// ```
    /// use bianzhi::{Charter, Office, PolicySet, Request};
    /// # fn main() -> Result<(), bianzhi::Error> {
    /// let office = Office::open(
    ///     Charter::load("examples/nanping/charter.yaml")?,
    ///     PolicySet::load("policies")?,
    /// )?;
    /// let request = Request::from(Request::appoint("finance", "administrative"));
    /// assert!(office.rules_on(&request).nothing_against());
    /// assert_eq!(office.decide(request)?.codes(), ["cap"]);
    /// # Ok(()) }
    /// ```
    pub fn rules_on(&self, request: &Request) -> RulesSay {
        let Some(policies) = &self.policies else { return RulesSay::default() };
        let by = self.books.actor(request.by.as_ref()).unwrap_or(Actor::Node(self.books.root()));
        let asked = Asked {
            id: request.id.as_ref(),
            verb: &request.verb,
            facts: &request.facts,
            by,
            date: self.today(),
            effective: request.effective.unwrap_or(self.today()),
            by_reaction: false,
            at: None,
        };
        let answer = policies.before(&self.books, &asked);
        let mut notes = answer.notes;
        notes.extend(answer.findings);
        RulesSay { denials: answer.denials, notes }
    }
}
