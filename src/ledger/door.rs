//! The door: what single fields of a request must be, and whether they are within the actor's reach.

use super::check::{Actor, Door, reason};
use super::{KindIx, LoanIx, OwnSeat, PermitIx, PersonIx};
use crate::graph::{NodeIx, Role};
use crate::model::{Date, InputCode, Instalment, KindId, LawCode, NodeId, Seats};
use crate::request::Sitting;

impl Door<'_> {
    pub(super) fn node(&mut self, field: &str, id: &NodeId) -> Option<NodeIx> {
        let found = self.books.node(id.as_str());
        if found.is_none() {
            self.fault(InputCode::UnknownNode, field, id);
        }
        found
    }

    pub(super) fn unit(&mut self, field: &str, id: &NodeId) -> Option<NodeIx> {
        let found = self.node(field, id)?;
        if self.books.role(found) != Role::Unit {
            self.fault(InputCode::NotAUnit, field, id);
        }
        Some(found)
    }

    pub(super) fn not_a_pool(&mut self, field: &str, id: &NodeId) -> Option<NodeIx> {
        let found = self.node(field, id)?;
        if self.books.role(found) == Role::Pool {
            self.fault(InputCode::BadCount, field, id);
        }
        Some(found)
    }

    pub(super) fn pool(&mut self, field: &str, id: &NodeId) -> Option<NodeIx> {
        let found = self.books.node(id.as_str()).filter(|node| self.books.role(*node) == Role::Pool);
        if found.is_none() {
            self.fault(InputCode::UnknownNode, field, id);
        }
        found
    }

    pub(super) fn kind(&mut self, field: &str, id: &KindId) -> Option<KindIx> {
        let found = self.books.kind(id.as_str());
        if found.is_none() {
            self.fault(InputCode::UnknownKind, field, id);
        }
        found
    }

    pub(super) fn loan(&mut self, field: &str, id: &crate::model::LoanId) -> Option<LoanIx> {
        let found = self.books.loan(id.as_str());
        if found.is_none() {
            self.fault(InputCode::UnknownLoan, field, id);
        }
        found
    }

    pub(super) fn permit(&mut self, field: &str, id: &crate::model::PermitId) -> Option<PermitIx> {
        let found = self.books.permit(id.as_str());
        if found.is_none() {
            self.fault(InputCode::UnknownPermit, field, id);
        }
        found
    }

    pub(super) fn person(&mut self, field: &str, id: &crate::model::PersonId) -> Option<PersonIx> {
        let found = self.books.person(id.as_str());
        if found.is_none() {
            self.fault(InputCode::UnknownPerson, field, id);
        }
        found
    }

    /// The unit where someone sits: by key, or an unnamed one on that seat.
    pub(super) fn sitting(&mut self, who: &Sitting) -> Option<NodeIx> {
        match who {
            Sitting::Person(person) => {
                let place = self.person("person", person)?;
                let person = self.books.person_at(place)?;
                let (unit, kind) = (person.unit()?, person.kind()?);
                self.seat = person.loan().is_none().then_some(OwnSeat { unit, kind });
                Some(unit)
            }
            Sitting::Unnamed { unit: id, kind, loan } => {
                let unit = self.unit("unit", id);
                let kind = self.kind("kind", kind);
                let loan = loan.as_ref().map(|loan| self.loan("loan", loan));
                if let (Some(unit), Some(kind)) = (unit, kind) {
                    self.seat = loan.is_none().then_some(OwnSeat { unit, kind });
                    let there = match loan {
                        None => Some(self.books.unnamed_on_own_seats(unit, kind)),
                        Some(loan) => loan.map(|loan| {
                            let of_kind = self.books.loan_at(loan).is_some_and(|loan| loan.kind == kind);
                            if of_kind { self.books.unnamed_on_loan(unit, loan) } else { Seats::ZERO }
                        }),
                    };
                    let is_unit = self.books.role(unit) == Role::Unit;
                    if is_unit && there.is_some_and(|there| there < Seats::ONE) {
                        self.fault(InputCode::UnknownPerson, "unit", id);
                    }
                }
                unit
            }
        }
    }

    /// An open loan whose terms are to change: only for whoever is above its borrower.
    pub(super) fn running_loan(&mut self, id: &crate::model::LoanId, ends: Option<Date>) -> Option<LoanIx> {
        let loan = self.loan("loan", id);
        self.not_past("ends", ends);
        let borrower = loan.and_then(|loan| self.books.loan_at(loan)).map(|loan| loan.borrower);
        self.below("loan", borrower);
        loan
    }

    /// A loan's schedule must not run past a new end of its term.
    pub(super) fn schedule_ends_by(&mut self, loan: Option<LoanIx>, ends: Option<Date>) {
        let loan = loan.and_then(|loan| self.books.loan_at(loan));
        let last = loan.and_then(|loan| loan.terms.schedule.last()).map(|part| part.on);
        if let Some((_, ends)) = last.zip(ends).filter(|(last, ends)| last > ends) {
            self.fault(InputCode::BadSchedule, "ends", ends);
        }
    }

    pub(super) fn new_id(&mut self, field: &str, well_formed: bool, id: impl std::fmt::Display) {
        if !well_formed {
            self.fault(InputCode::BadId, field, id);
        }
    }

    pub(super) fn count(&mut self, field: &str, count: Seats) {
        if !count.is_count() {
            self.fault(InputCode::BadCount, field, count);
        }
    }

    pub(super) fn amount(&mut self, field: &str, amount: Seats) {
        if amount < Seats::ZERO || amount > Seats::MOST {
            self.fault(InputCode::BadCount, field, amount);
        }
    }

    pub(super) fn not_past(&mut self, field: &str, day: Option<Date>) {
        if let Some(day) = day.filter(|day| *day < self.books.today) {
            self.fault(InputCode::Backdated, field, day);
        }
    }

    pub(super) fn schedule(&mut self, schedule: &[Instalment], seats: Seats, ends: Option<Date>) {
        let sum: Seats = schedule.iter().map(|part| part.seats).sum();
        let in_order = schedule.iter().zip(schedule.iter().skip(1)).all(|(one, next)| one.on <= next.on);
        let counts = schedule.iter().all(|part| part.seats >= Seats::ZERO);
        let in_term = schedule.last().zip(ends).is_none_or(|(last, ends)| last.on <= ends);
        if !(in_order && counts && in_term && sum == seats) {
            self.fault(InputCode::BadSchedule, "schedule", sum);
        }
    }

    // L9 reach.

    /// Whether the actor's node contains this one, itself included.
    pub(super) fn contains(&self, node: NodeIx) -> bool {
        match self.actor {
            Some(Actor::Superior) => true,
            Some(Actor::Node(actor)) => self.books.within(node, actor),
            Some(Actor::Reaction) => self.books.within(node, self.books.root()),
            None => false,
        }
    }

    /// The node must lie in the actor's, or be it.
    pub(super) fn inside(&mut self, field: &str, node: Option<NodeIx>) {
        let Some(node) = node else { return };
        if self.actor.is_some() && !self.contains(node) {
            self.reach.push(reason(LawCode::Reach, field, self.books.id(node)));
        }
    }

    /// The node must lie strictly below the actor's: such things belong to whoever is above.
    pub(super) fn below(&mut self, field: &str, node: Option<NodeIx>) {
        let Some(node) = node else { return };
        let itself = match self.actor {
            None | Some(Actor::Superior) => false,
            Some(Actor::Node(actor)) => actor == node,
            Some(Actor::Reaction) => node == self.books.root(),
        };
        if self.actor.is_some() && (itself || !self.contains(node)) {
            self.reach.push(reason(LawCode::Reach, field, self.books.id(node)));
        }
    }
}
