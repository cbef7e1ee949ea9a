//! The check at the door: every fault of a request's own input, then L9 reach.

use std::collections::BTreeSet;

use super::{KindIx, Ledger, OwnSeat};
use crate::decision::Reason;
use crate::graph::{NodeIx, Role};
use crate::model::{Date, InputCode, LawCode, NodeId, Seats};
use crate::request::{self, Change, Place, Sitting, Verb};

/// Who acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actor {
    /// Above the root.
    Superior,
    /// A jurisdiction or a unit.
    Node(NodeIx),
    /// The root, acting for a rule: it may then also set its own facts.
    Reaction,
}

/// The check of one request: what it found, and who asks.
pub(super) struct Door<'a> {
    pub(super) books: &'a Ledger,
    pub(super) actor: Option<Actor>,
    input: Vec<Reason>,
    pub(super) reach: Vec<Reason>,
    /// The own seat that the request names, as far as it was looked up.
    pub(super) seat: Option<OwnSeat>,
}

impl Ledger {
    /// Who `by` is: the root unless given.
    pub fn actor(&self, by: Option<&NodeId>) -> Result<Actor, Reason> {
        let Some(by) = by else { return Ok(Actor::Node(self.root())) };
        if by.as_str() == NodeId::SUPERIOR {
            return Ok(Actor::Superior);
        }
        match self.node(by.as_str()) {
            Some(node) if self.role(node) == Role::Pool => Err(reason(LawCode::Reach, "by", by)),
            Some(node) => Ok(Actor::Node(node)),
            None => Err(reason(InputCode::UnknownNode, "by", by)),
        }
    }

    /// Every fault of the input, then everything out of the actor's reach. Empty if all is well.
    pub fn check(&self, by: Result<Actor, Reason>, verb: &Verb, effective: Option<Date>) -> Vec<Reason> {
        self.check_and_find(by, verb, effective).0
    }

    /// As [`Ledger::check`], with the own seat that is to be filled or left, if that is all that is asked.
    pub(crate) fn check_and_find(
        &self,
        by: Result<Actor, Reason>,
        verb: &Verb,
        effective: Option<Date>,
    ) -> (Vec<Reason>, Option<OwnSeat>) {
        let mut door = Door { books: self, actor: None, input: Vec::new(), reach: Vec::new(), seat: None };
        match by {
            Ok(actor) => door.actor = Some(actor),
            Err(reason) if reason.code() == LawCode::Reach.as_str() => door.reach.push(reason),
            Err(reason) => door.input.push(reason),
        }
        if let Some(effective) = effective.filter(|effective| *effective > self.today) {
            door.fault(InputCode::Backdated, "effective", effective);
        }
        door.verb(verb);
        let faults = if door.input.is_empty() {
            door.reach
        } else {
            door.input.append(&mut door.reach);
            door.input
        };
        (faults, door.seat.filter(|_| matches!(verb, Verb::Appoint(_) | Verb::Vacate(_))))
    }
}

pub(super) fn reason(
    code: impl Into<crate::decision::RefusalCode>,
    field: &str,
    value: impl std::fmt::Display,
) -> Reason {
    Reason::Input { code: code.into(), field: field.to_owned(), value: value.to_string(), at: None }
}

impl Door<'_> {
    pub(super) fn fault(&mut self, code: InputCode, field: &str, value: impl std::fmt::Display) {
        self.input.push(reason(code, field, value));
    }

    #[expect(clippy::too_many_lines, reason = "one arm a verb: a table, not a procedure")]
    fn verb(&mut self, verb: &Verb) {
        match verb {
            Verb::Authorize(verb) => self.authorize(verb),
            Verb::Transfer(verb) => {
                let from = self.not_a_pool("from", &verb.from);
                let to = self.not_a_pool("to", &verb.to);
                self.kind("kind", &verb.kind);
                self.count("count", verb.count);
                if verb.from == verb.to {
                    self.fault(InputCode::BadCount, "to", &verb.to);
                }
                self.inside("from", from);
                self.inside("to", to);
            }
            Verb::Permit(verb) => {
                self.new_id("id", verb.id.is_well_formed(), &verb.id);
                if self.books.permit_ever(verb.id.as_str()).is_some() {
                    self.fault(InputCode::DuplicateId, "id", &verb.id);
                }
                let unit = self.unit("unit", &verb.unit);
                self.kind("kind", &verb.kind);
                self.count("count", verb.count);
                self.not_past("ends", Some(verb.ends));
                self.below("unit", unit);
            }
            Verb::Withdraw(verb) => {
                let permit = self.permit("permit", &verb.permit);
                let unit = permit.and_then(|permit| self.books.permit_at(permit)).map(|permit| permit.unit);
                self.below("permit", unit);
            }
            Verb::Appoint(verb) => self.appoint(verb),
            Verb::Draw(verb) => {
                let pool = self.pool("pool", &verb.pool);
                let unit = self.unit("unit", &verb.unit);
                self.new_id("person", verb.person.is_well_formed(), &verb.person);
                self.not_past("ends", verb.ends);
                self.inside("pool", pool);
                self.below("unit", unit);
            }
            Verb::Vacate(verb) => {
                let unit = self.sitting(&verb.who);
                self.inside(sitting_field(&verb.who), unit);
            }
            Verb::Convert(verb) => {
                let unit = self.sitting(&verb.who);
                self.inside(sitting_field(&verb.who), unit);
            }
            Verb::Name(verb) => {
                let who = Sitting::Unnamed {
                    unit: verb.unit.clone(),
                    kind: verb.kind.clone(),
                    loan: verb.loan.clone(),
                };
                let unit = self.sitting(&who);
                self.new_id("person", verb.person.is_well_formed(), &verb.person);
                if let Some(since) = verb.since.filter(|since| *since > self.books.today) {
                    self.fault(InputCode::Backdated, "since", since);
                }
                self.inside("unit", unit);
            }
            Verb::Move(verb) => {
                let person = self.person("person", &verb.person);
                let to = self.unit("to", &verb.to);
                let from =
                    person.and_then(|person| self.books.person_at(person)).and_then(super::Person::unit);
                if to.is_some() && from == to {
                    self.fault(InputCode::BadCount, "to", &verb.to);
                }
                self.inside("person", from);
                self.inside("to", to);
            }
            Verb::Borrow(verb) => self.borrow(verb),
            Verb::GiveBack(verb) => self.give_back(verb),
            Verb::Owe(verb) => {
                let loan = self.loan("loan", &verb.loan).and_then(|loan| self.books.loan_at(loan));
                if !verb.count.is_count() || loan.is_some_and(|loan| verb.count > loan.seats - loan.owed) {
                    self.fault(InputCode::BadCount, "count", verb.count);
                }
            }
            Verb::Extend(verb) => {
                let loan = self.running_loan(&verb.loan, Some(verb.ends));
                self.schedule_ends_by(loan, Some(verb.ends));
            }
            Verb::Reschedule(verb) => {
                let loan = self.running_loan(&verb.loan, verb.ends);
                if let Some(loan) = loan.and_then(|loan| self.books.loan_at(loan)) {
                    let ends = verb.ends.or(loan.terms.ends);
                    self.schedule(&verb.schedule, loan.seats, ends);
                }
            }
            Verb::Evaluate(verb) => {
                let loan = self.running_loan(&verb.loan, verb.ends);
                self.schedule_ends_by(loan, verb.ends);
                if let Some(seats) = verb.seats {
                    self.count("seats", seats);
                }
            }
            Verb::Establish(verb) => self.establish(verb),
            Verb::Resize(verb) => {
                let pool = self.pool("pool", &verb.pool);
                self.amount("size", verb.size);
                self.below("pool", pool);
            }
            Verb::Amend(verb) => {
                let node = self.node("node", &verb.node);
                let own_facts = verb.name.is_none() && verb.add_tags.is_none() && verb.drop_tags.is_none();
                if !(self.actor == Some(Actor::Reaction) && own_facts && node == Some(self.books.root())) {
                    self.below("node", node);
                }
            }
            Verb::Relocate(verb) => self.relocate(verb),
            Verb::Merge(verb) => self.merge(verb),
            Verb::Abolish(verb) => {
                let node = self.node("node", &verb.node);
                if node == Some(self.books.root()) {
                    self.fault(InputCode::WrongLevel, "node", &verb.node);
                }
                if node.is_some_and(|node| !self.books.is_empty(node)) {
                    self.fault(InputCode::NotEmpty, "node", &verb.node);
                }
                self.below("node", node);
            }
            Verb::Batch(members) => {
                if members.is_empty() {
                    self.fault(InputCode::BadCount, "batch", 0);
                }
            }
            Verb::Correct(_) | Verb::Advance(_) => {}
        }
    }

    fn authorize(&mut self, verb: &request::Authorize) {
        let node = self.not_a_pool("node", &verb.node);
        let kind = self.kind("kind", &verb.kind);
        match verb.change {
            Change::By(change) => {
                if change.is_zero() || change > Seats::MOST || change < -Seats::MOST {
                    self.fault(InputCode::BadCount, "change", change);
                }
            }
            Change::To(to) => {
                let cap = node.zip(kind).map(|(node, kind)| self.books.cap(node, kind));
                if cap == Some(to) || to > Seats::MOST || to < Seats::ZERO {
                    self.fault(InputCode::BadCount, "to", to);
                }
            }
        }
        self.below("node", node);
    }

    fn appoint(&mut self, verb: &request::Appoint) {
        let unit = self.unit("unit", &verb.unit);
        let kind = self.kind("kind", &verb.kind);
        if let Some(person) = &verb.person {
            self.new_id("person", person.is_well_formed(), person);
        }
        if let Some(loan) = &verb.loan {
            self.loan("loan", loan);
        }
        if let Some(permit) = &verb.permit {
            self.permit("permit", permit);
        }
        if verb.loan.is_some() || verb.permit.is_some() {
            self.inside("unit", unit);
        } else {
            self.below("unit", unit);
            self.seat = unit.zip(kind).map(|(unit, kind)| OwnSeat { unit, kind });
        }
    }

    fn borrow(&mut self, verb: &request::Borrow) {
        self.new_id("id", verb.id.is_well_formed(), &verb.id);
        if self.books.loan_ever(verb.id.as_str()).is_some() {
            self.fault(InputCode::DuplicateId, "id", &verb.id);
        }
        let lender = self.node("lender", &verb.lender);
        let borrower = self.not_a_pool("borrower", &verb.borrower);
        self.kind("kind", &verb.kind);
        self.count("count", verb.count);
        if verb.lender == verb.borrower {
            self.fault(InputCode::BadCount, "borrower", &verb.borrower);
        }
        for via in verb.via.iter().flatten() {
            self.node("via", via);
        }
        self.not_past("ends", verb.ends);
        if let Some(schedule) = &verb.schedule {
            self.schedule(schedule, verb.count, verb.ends);
        }
        self.inside("lender", lender);
        self.inside("borrower", borrower);
    }

    fn give_back(&mut self, verb: &request::GiveBack) {
        let loan = self.loan("loan", &verb.loan);
        self.count("count", verb.count);
        let Some(loan) = loan.and_then(|loan| self.books.loan_at(loan)) else { return };
        let for_borrower = self.contains(loan.borrower);
        let recalled =
            loan.past_end(self.books.today) || loan.terms.outcome == Some(crate::model::LoanOutcome::Recall);
        if !(for_borrower || recalled && self.contains(loan.lender)) && self.actor.is_some() {
            self.reach.push(reason(LawCode::Reach, "loan", &verb.loan));
        }
    }

    fn establish(&mut self, verb: &request::Establish) {
        self.new_id("id", verb.id.is_well_formed(), &verb.id);
        if self.books.shape.was_used(verb.id.as_str()) {
            self.fault(InputCode::DuplicateId, "id", &verb.id);
        }
        match &verb.place {
            Place::Node { parent, level, caps } => {
                let above = self.node("parent", parent);
                let stands = above.is_none_or(|above| self.books.role(above) == Role::Jurisdiction);
                if !stands {
                    self.fault(InputCode::WrongLevel, "parent", parent);
                }
                let fits = match (self.books.level_place(level), above) {
                    (Some((place, _)), Some(above)) if stands => place > self.books.shape.level(above),
                    (known, _) => known.is_some(),
                };
                if !fits {
                    self.fault(InputCode::WrongLevel, "level", level);
                }
                for (kind, seats) in caps {
                    self.kind("caps", kind);
                    self.amount("caps", *seats);
                }
                self.inside("parent", above);
            }
            Place::Pool { sponsor, kind, size } => {
                let above = self.node("sponsor", sponsor);
                if above.is_some_and(|above| self.books.role(above) != Role::Jurisdiction) {
                    self.fault(InputCode::WrongLevel, "sponsor", sponsor);
                }
                self.kind("kind", kind);
                if let crate::model::PoolSize::Size(size) = size {
                    self.amount("size", *size);
                }
                self.inside("sponsor", above);
            }
        }
    }

    fn relocate(&mut self, verb: &request::Relocate) {
        let node = self.node("node", &verb.node);
        let parent = self.node("parent", &verb.parent);
        let books = self.books;
        if node.is_some_and(|node| node == books.root() || books.role(node) == Role::Pool) {
            self.fault(InputCode::WrongLevel, "node", &verb.node);
        } else if let Some(parent) = parent {
            let fits = books.role(parent) == Role::Jurisdiction
                && node.is_none_or(|node| books.shape.level(node) > books.shape.level(parent));
            if !fits {
                self.fault(InputCode::WrongLevel, "parent", &verb.parent);
            }
        }
        if node.zip(parent).is_some_and(|(node, parent)| books.parent(node) == Some(parent)) {
            self.fault(InputCode::BadCount, "parent", &verb.parent);
        }
        self.below("node", node);
        self.inside("parent", parent);
    }

    fn merge(&mut self, verb: &request::Merge) {
        let mut seen = BTreeSet::new();
        if verb.units.is_empty() {
            self.fault(InputCode::BadCount, "units", 0);
        }
        let mut ends = Vec::new();
        for unit in &verb.units {
            ends.push(self.unit("units", unit));
            if *unit == verb.into || !seen.insert(unit) {
                self.fault(InputCode::BadCount, "units", unit);
            }
        }
        let into = self.unit("into", &verb.into);
        for end in ends {
            self.below("units", end);
        }
        self.below("into", into);
    }
}

/// The field that names where someone sits.
fn sitting_field(who: &Sitting) -> &'static str {
    match who {
        Sitting::Person(_) => "person",
        Sitting::Unnamed { .. } => "unit",
    }
}

impl Ledger {
    /// Quota owned in a kind.
    pub fn cap(&self, node: NodeIx, kind: KindIx) -> Seats {
        self.book(node, kind).map_or(Seats::ZERO, |book| book.cap)
    }

    /// Whether nothing lies in a node: no nodes, people, open loans or permits.
    pub fn is_empty(&self, node: NodeIx) -> bool {
        let tied = self.tied(node).is_some_and(|ties| {
            !(ties.lent.is_empty()
                && ties.borrowed.is_empty()
                && ties.permits.is_empty()
                && ties.roster.is_empty())
        });
        let people = self.slots(node).into_iter().any(|(_, place)| {
            self.books
                .get(place as usize)
                .is_some_and(|book| !(book.charged.is_zero() && book.dealings().guests.is_zero()))
        });
        self.shape.is_leaf(node) && !tied && !people
    }
}
