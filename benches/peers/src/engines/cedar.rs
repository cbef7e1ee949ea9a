//! Cedar: a permit for all and a forbid for each check; the first policy that forbids is the answer.

use std::str::FromStr;

use cedar_policy::{
    Authorizer, Context, Decision, Entities, EntityUid, PolicySet, Request, RestrictedExpression,
};

use super::{Engine, numbered};
use crate::Failure;
use crate::facts::{Facts, VERBS, Value, name};
use crate::stream::state::State;
use crate::stream::{Answer, Ask};

pub struct Cedar {
    authorizer: Authorizer,
    policies: PolicySet,
    entities: Entities,
    who: EntityUid,
    what: EntityUid,
    actions: Vec<EntityUid>,
}

impl Cedar {
    pub fn new() -> Result<Self, Failure> {
        let actions = VERBS.iter().map(|verb| EntityUid::from_str(&format!("Action::\"{}\"", name(*verb))));
        Ok(Self {
            authorizer: Authorizer::new(),
            policies: PolicySet::from_str(include_str!("../../rules/rules.cedar"))?,
            entities: Entities::empty(),
            who: EntityUid::from_str("Office::\"city\"")?,
            what: EntityUid::from_str("Books::\"city\"")?,
            actions: actions.collect::<Result<_, _>>()?,
        })
    }
}

impl Engine for Cedar {
    fn name(&self) -> &'static str {
        "Cedar 4.14.1"
    }
    fn licence(&self) -> &'static str {
        "Apache-2.0"
    }
    fn fed(&self) -> &'static str {
        "a context a request; every check is asked, not only the first that fails"
    }
    fn decide(&mut self, _: &State, ask: &Ask, facts: &Facts) -> Result<Answer, Failure> {
        let pairs = facts.each().iter().map(|(name, value)| {
            let value = match value {
                Value::Number(number) => RestrictedExpression::new_long(*number),
                Value::YesNo(yes) => RestrictedExpression::new_bool(*yes),
                Value::Word(word) => RestrictedExpression::new_string((*word).to_owned()),
            };
            ((*name).to_owned(), value)
        });
        let action = self.actions.get(ask.verb as usize).ok_or("no action")?.clone();
        let context = Context::from_pairs(pairs)?;
        let request = Request::new(self.who.clone(), action, self.what.clone(), context, None)?;
        let response = self.authorizer.is_authorized(&request, &self.policies, &self.entities);
        if let Some(error) = response.diagnostics().errors().next() {
            return Err(error.to_string().into());
        }
        let numbers = response
            .diagnostics()
            .reason()
            .filter_map(|policy| policy.to_string().strip_prefix("policy")?.parse::<i64>().ok());
        let number = match response.decision() {
            // Beside the permit for all, the one that says that something is to be returned.
            Decision::Allow => numbers.max(),
            Decision::Deny => numbers.min(),
        };
        numbered(number.ok_or("Cedar gave no policy")?)
    }
}
