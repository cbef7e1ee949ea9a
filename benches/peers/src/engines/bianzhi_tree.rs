//! bianzhi: the stream's policies on books that mirror the state – the rules alone, and a whole decision.

use bianzhi::{Charter, Decision, Office, PolicySet, Request};

use super::Engine;
use crate::Failure;
use crate::facts::Facts;
use crate::stream::state::{Change, State};
use crate::stream::{Answer, Ask, City, books};

/// How much of an answer is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    Rules,
    Decision,
}

/// An office without policies that keeps the books, and one with them on each request's books.
pub struct Rules {
    how: Asked,
    charter: Charter,
    policies: PolicySet,
    books: Office,
    asked: Option<(Office, Request)>,
}

impl Rules {
    pub fn new(city: &City, how: Asked) -> Result<Self, Failure> {
        let charter = Charter::from_opening(books::opening(city))?;
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../stream/policies");
        let policies = PolicySet::load(folder)?;
        let books = Office::open(charter.clone(), None)?;
        Ok(Self { how, charter, policies, books, asked: None })
    }
}

fn named(decision: &Decision) -> Option<Answer> {
    let reason = decision.reasons.first().map(bianzhi::Reason::code);
    let note = decision.notes.first().map(|note| note.code.as_str());
    books::answer(decision.granted(), reason, note)
}

impl Engine for Rules {
    fn name(&self) -> &'static str {
        match self.how {
            Asked::Rules => "bianzhi 0.1.0, the rules alone",
            Asked::Decision => "bianzhi 0.1.0, a whole decision",
        }
    }
    fn licence(&self) -> &'static str {
        "MIT OR Apache-2.0"
    }
    fn fed(&self) -> &'static str {
        match self.how {
            Asked::Rules => {
                "the books themselves; a denial comes with its code, and with reason, values and place when asked"
            }
            Asked::Decision => "the same; with input, laws, events and the record, on a fork",
        }
    }
    fn explains(&self) -> bool {
        true
    }
    fn prepare(&mut self, ask: &Ask) {
        let mut office = self.books.fork();
        office.set_policies(self.policies.clone());
        self.asked = Some((office, books::request(ask)));
    }
    fn decide(&mut self, _: &State, _: &Ask, _: &Facts) -> Result<Answer, Failure> {
        let Some((office, request)) = &self.asked else { return Err("nothing was asked".into()) };
        if self.how == Asked::Rules {
            let said = office.rules_on(request);
            let reason = said.codes().next();
            let note = said.noted().next();
            return books::answer(said.nothing_against(), reason, note)
                .ok_or_else(|| "an answer that the stream does not know".into());
        }
        let decision = office.decide(request.clone())?;
        named(&decision).ok_or_else(|| "an answer that the stream does not know".into())
    }
    fn follow(&mut self, ask: &Ask, change: Change) -> Result<(), Failure> {
        for request in books::changes(ask, change) {
            let decision = self.books.submit(request)?;
            if !decision.granted() {
                return Err(decision.reasons_in(bianzhi::model::Lang::En).into());
            }
        }
        Ok(())
    }
    fn restart(&mut self) -> Result<(), Failure> {
        self.books = Office::open(self.charter.clone(), None)?;
        Ok(())
    }
    fn new_year(&mut self, ask: &Ask) -> Result<(), Failure> {
        self.books.advance(books::day(ask.number))?;
        Ok(())
    }
}
