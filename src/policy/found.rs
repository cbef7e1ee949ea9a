//! Found: a request as scripts see it, with what its names stand for in the books.

use std::cell::OnceCell;
use std::collections::BTreeMap;

use super::Asked;
use super::call::{Found, RequestSeen};
use crate::graph::NodeIx;
use crate::ledger::{Actor, Ledger, OwnSeat};
use crate::model::{Date, FactValue, KindId, NodeId};
use crate::request::{Advance, Place, Sitting, Verb};

/// What a day that comes asks.
static ADVANCE: Verb = Verb::Advance(Advance {});
static NO_FACTS: BTreeMap<String, FactValue> = BTreeMap::new();

impl<'a> RequestSeen<'a> {
    pub(super) fn of(books: &Ledger, asked: &Asked<'a>) -> Self {
        Self {
            verb: asked.verb,
            id: asked.id,
            by: acting(books, asked.by),
            effective: asked.effective,
            facts: asked.facts,
            by_reaction: asked.by_reaction,
            at: asked.at,
            found: asked.seat.map_or_else(OnceCell::new, |seat| OnceCell::from(Found::own(seat))),
        }
    }

    /// What its names stand for in these books, in which it is asked.
    pub(super) fn found(&self, books: &Ledger) -> &Found {
        self.found.get_or_init(|| Found::of(books, self.verb))
    }

    /// What a day that comes asks: nothing but itself.
    pub(super) fn advance(books: &Ledger, date: Date) -> Self {
        Self {
            verb: &ADVANCE,
            id: None,
            by: books.root(),
            effective: date,
            facts: &NO_FACTS,
            by_reaction: false,
            at: None,
            found: OnceCell::from(Found::default()),
        }
    }
}

impl Found {
    /// What the names of a request stand for that is about an own seat and nothing else.
    fn own(seat: OwnSeat) -> Self {
        Self { unit: Some(seat.unit), kind: Some(seat.kind), ..Self::default() }
    }

    fn of(books: &Ledger, verb: &Verb) -> Self {
        let mut found = Self::default();
        let mut kind_named: Option<&KindId> = None;
        match verb {
            Verb::Authorize(verb) => kind_named = Some(&verb.kind),
            Verb::Transfer(verb) => kind_named = Some(&verb.kind),
            Verb::Permit(verb) => {
                kind_named = Some(&verb.kind);
                found.unit = books.node(verb.unit.as_str());
            }
            Verb::Borrow(verb) => {
                kind_named = Some(&verb.kind);
                found.lender = books.node(verb.lender.as_str());
                found.borrower = books.node(verb.borrower.as_str());
            }
            Verb::Withdraw(verb) => found.permit = books.permit(verb.permit.as_str()),
            Verb::Appoint(verb) => {
                kind_named = Some(&verb.kind);
                found.unit = books.node(verb.unit.as_str());
                found.loan = verb.loan.as_ref().and_then(|loan| books.loan(loan.as_str()));
                found.permit = verb.permit.as_ref().and_then(|permit| books.permit(permit.as_str()));
            }
            Verb::Name(verb) => {
                kind_named = Some(&verb.kind);
                found.unit = books.node(verb.unit.as_str());
                found.loan = verb.loan.as_ref().and_then(|loan| books.loan(loan.as_str()));
            }
            Verb::Draw(verb) => {
                found.pool(books, &verb.pool);
                found.unit = books.node(verb.unit.as_str());
            }
            Verb::Resize(verb) => found.pool(books, &verb.pool),
            Verb::Vacate(verb) => found.sitting(books, &verb.who),
            Verb::Convert(verb) => found.sitting(books, &verb.who),
            Verb::Move(verb) => found.sitting(books, &Sitting::Person(verb.person.clone())),
            Verb::GiveBack(verb) => found.loan = books.loan(verb.loan.as_str()),
            Verb::Owe(verb) => found.loan = books.loan(verb.loan.as_str()),
            Verb::Extend(verb) => found.loan = books.loan(verb.loan.as_str()),
            Verb::Reschedule(verb) => found.loan = books.loan(verb.loan.as_str()),
            Verb::Evaluate(verb) => found.loan = books.loan(verb.loan.as_str()),
            Verb::Establish(verb) => match &verb.place {
                Place::Pool { kind, .. } => kind_named = Some(kind),
                Place::Node { .. } => {}
            },
            Verb::Amend(_)
            | Verb::Relocate(_)
            | Verb::Merge(_)
            | Verb::Abolish(_)
            | Verb::Correct(_)
            | Verb::Batch(_)
            | Verb::Advance(_) => {}
        }
        let of_loan = found.loan.and_then(|loan| books.loan_at(loan)).map(|loan| loan.kind);
        let of_permit = found.permit.and_then(|permit| books.permit_at(permit)).map(|permit| permit.kind);
        let named = kind_named.and_then(|kind| books.kind(kind.as_str()));
        found.kind = named.or(found.kind).or(of_loan).or(of_permit);
        if let Verb::Withdraw(_) = verb {
            found.unit = found.permit.and_then(|permit| books.permit_at(permit)).map(|permit| permit.unit);
        }
        found
    }

    fn pool(&mut self, books: &Ledger, pool: &NodeId) {
        self.lender = books.node(pool.as_str());
        self.kind = self.lender.and_then(|pool| books.pool(pool)).map(|pool| pool.kind);
    }

    fn sitting(&mut self, books: &Ledger, who: &Sitting) {
        match who {
            Sitting::Person(person) => {
                let person = books.person(person.as_str()).and_then(|person| books.person_at(person));
                self.kind = person.and_then(crate::ledger::Person::kind);
                self.unit = person.and_then(crate::ledger::Person::unit);
                self.loan = person.and_then(crate::ledger::Person::loan);
            }
            Sitting::Unnamed { unit, kind, loan } => {
                self.kind = books.kind(kind.as_str());
                self.unit = books.node(unit.as_str());
                self.loan = loan.as_ref().and_then(|loan| books.loan(loan.as_str()));
            }
        }
    }
}

/// The node that acts. Above the root there is none; what `superior` asks is shown as the root's.
pub(super) fn acting(books: &Ledger, by: Actor) -> NodeIx {
    match by {
        Actor::Node(node) => node,
        Actor::Superior | Actor::Reaction => books.root(),
    }
}
