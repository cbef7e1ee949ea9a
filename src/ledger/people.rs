//! People: who sits on which seat, by name where the roster has one.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::loans::{Loan, LoanIx};
use super::{KindIx, Ledger, Ties};
use crate::graph::NodeIx;
use crate::model::{Date, PersonId, Seats};

/// How many people without a name a list of them may hold; a policy may look at no more than 1,000 of anything.
const MOST_UNNAMED: usize = 10_000;

/// A person's place in the books.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct PersonIx(pub(super) u32);

/// A person with a key. Someone who left keeps the key and may come back.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Person {
    /// The key.
    pub id: PersonId,
    pub(super) seat: Option<Seat>,
}

/// Where a person sits.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(from = "StoredSeat", into = "StoredSeat")]
pub(super) struct Seat {
    pub(super) unit: NodeIx,
    pub(super) kind: KindIx,
    pub(super) since: Option<Date>,
    /// None where nothing of it is known: of a nation's people few have any.
    pub(super) rest: Option<Arc<SeatRest>>,
}

/// What else is known of a seat and whoever sits on it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct SeatRest {
    pub(super) loan: Option<LoanIx>,
    pub(super) category: Option<Arc<str>>,
    pub(super) purpose: Option<Arc<str>>,
}

/// A seat as it is stored.
#[derive(Serialize, Deserialize)]
struct StoredSeat {
    unit: NodeIx,
    kind: KindIx,
    loan: Option<LoanIx>,
    category: Option<Arc<str>>,
    since: Option<Date>,
    purpose: Option<Arc<str>>,
}

impl From<StoredSeat> for Seat {
    fn from(stored: StoredSeat) -> Self {
        let StoredSeat { unit, kind, loan, category, since, purpose } = stored;
        Self::new(unit, kind, since, SeatRest { loan, category, purpose })
    }
}

impl From<Seat> for StoredSeat {
    fn from(seat: Seat) -> Self {
        let SeatRest { loan, category, purpose } = seat.rest.map(Arc::unwrap_or_clone).unwrap_or_default();
        Self { unit: seat.unit, kind: seat.kind, loan, category, since: seat.since, purpose }
    }
}

/// Someone in post: by key, or one of the unnamed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sitter {
    /// The person with a key.
    Named(PersonIx),
    /// One of the unnamed of a unit, on its own seats or on a loan's.
    Unnamed {
        /// Where.
        unit: NodeIx,
        /// The kind of the seat.
        kind: KindIx,
        /// The loan, if it is not an own seat.
        loan: Option<LoanIx>,
    },
}

impl PersonIx {
    pub(super) fn new(place: usize) -> Self {
        Self(u32::try_from(place).unwrap_or(u32::MAX))
    }
}

impl Seat {
    pub(super) fn new(unit: NodeIx, kind: KindIx, since: Option<Date>, rest: SeatRest) -> Self {
        Self::sharing(unit, kind, since, rest.shared())
    }

    /// A seat of which the rest is another's, too.
    pub(super) fn sharing(
        unit: NodeIx,
        kind: KindIx,
        since: Option<Date>,
        rest: Option<Arc<SeatRest>>,
    ) -> Self {
        Self { unit, kind, since, rest }
    }

    /// The loan whose seat it is.
    pub(super) fn loan(&self) -> Option<LoanIx> {
        self.rest.as_ref().and_then(|rest| rest.loan)
    }

    /// The same as an own seat.
    pub(super) fn own(mut self) -> Self {
        if self.loan().is_some() {
            let rest = self.rest.map(Arc::unwrap_or_clone).unwrap_or_default();
            self.rest = SeatRest { loan: None, ..rest }.shared();
        }
        self
    }
}

impl SeatRest {
    /// None if nothing is known.
    pub(super) fn shared(self) -> Option<Arc<Self>> {
        (self != Self::default()).then(|| Arc::new(self))
    }
}

impl Person {
    /// Where the person works; none after leaving.
    pub fn unit(&self) -> Option<NodeIx> {
        self.seat.as_ref().map(|seat| seat.unit)
    }

    /// The kind of the seat.
    pub fn kind(&self) -> Option<KindIx> {
        self.seat.as_ref().map(|seat| seat.kind)
    }

    /// The loan whose seat it is; none for an own seat.
    pub fn loan(&self) -> Option<LoanIx> {
        self.seat.as_ref().and_then(Seat::loan)
    }

    /// The category; empty if none is known.
    pub fn category(&self) -> &str {
        self.rest().and_then(|rest| rest.category.as_deref()).unwrap_or("")
    }

    /// In post since; none if unknown, which counts as before everyone of whom it is known.
    pub fn since(&self) -> Option<Date> {
        self.seat.as_ref().and_then(|seat| seat.since)
    }

    /// What the person was appointed for; empty if nothing was said.
    pub fn purpose(&self) -> &str {
        self.rest().and_then(|rest| rest.purpose.as_deref()).unwrap_or("")
    }

    fn rest(&self) -> Option<&SeatRest> {
        self.seat.as_ref()?.rest.as_deref()
    }
}

impl Ledger {
    /// The person in post with this key.
    pub fn person(&self, id: &str) -> Option<PersonIx> {
        let place = self.person_place(id)?;
        self.person_at(place)?.seat.as_ref().map(|_| place)
    }

    /// The place of whoever ever had this key.
    pub(super) fn person_place(&self, id: &str) -> Option<PersonIx> {
        let first = self.first_people.find(id, |place| self.person_id(place));
        first.or_else(|| self.person_places.find(id, |place| self.person_id(place))).map(PersonIx)
    }

    fn person_id(&self, place: u32) -> Option<&str> {
        self.people.get(place as usize).map(|person| person.id.as_str())
    }

    /// A person by place, in post or not.
    pub fn person_at(&self, place: PersonIx) -> Option<&Person> {
        self.people.get(place.0 as usize)
    }

    /// Everyone who ever had a key, in the order in which the keys were given.
    pub fn people(&self) -> impl Iterator<Item = &Person> {
        self.people.iter()
    }

    /// Unnamed people on a unit's own seats.
    pub fn unnamed_on_own_seats(&self, unit: NodeIx, kind: KindIx) -> Seats {
        self.book(unit, kind).map_or(Seats::ZERO, |book| book.occupied - book.named)
    }

    /// Unnamed people of a unit on a loan's seats.
    pub fn unnamed_on_loan(&self, unit: NodeIx, loan: LoanIx) -> Seats {
        let sitting = self.loan_at(loan).and_then(|loan| loan.sitting_at(unit));
        sitting.map_or(Seats::ZERO, |sitting| sitting.unnamed)
    }

    /// The people of a unit on a loan's seats, longest-serving first; the unnamed come last.
    ///
    /// Of those without a name at most 10,000.
    pub fn people_on_loan_at(&self, loan: LoanIx, unit: NodeIx) -> Vec<Sitter> {
        let Some(found) = self.loan_at(loan) else { return Vec::new() };
        let Some(sitting) = found.sitting_at(unit) else { return Vec::new() };
        let mut named = sitting.named.clone();
        self.sort_by_service(&mut named);
        // There may be a billion of them, and nobody looks at so many.
        let unnamed = usize::try_from(sitting.unnamed.get()).unwrap_or(0).min(MOST_UNNAMED);
        let kind = found.kind;
        named
            .into_iter()
            .map(Sitter::Named)
            .chain(std::iter::repeat_n(Sitter::Unnamed { unit, kind, loan: Some(loan) }, unnamed))
            .collect()
    }

    /// The people of a unit on seats of a pool, longest-serving first (周转池人员).
    pub fn people_on_pool(&self, unit: NodeIx, kind: Option<KindIx>, pool: NodeIx) -> Vec<PersonIx> {
        let mut found: Vec<PersonIx> = self
            .roster(unit)
            .filter(|(_, seat)| kind.is_none_or(|kind| kind == seat.kind))
            .filter(|(_, seat)| self.loan_of(seat).is_some_and(|loan| loan.lender == pool))
            .map(|(place, _)| place)
            .collect();
        self.sort_by_service(&mut found);
        found
    }

    /// The named people of a unit, longest-serving first.
    pub fn people_of(&self, unit: NodeIx) -> Vec<PersonIx> {
        let mut found: Vec<PersonIx> = self.roster(unit).map(|(place, _)| place).collect();
        self.sort_by_service(&mut found);
        found
    }

    /// The named people of a unit, in no particular order.
    pub(super) fn roster(&self, unit: NodeIx) -> impl Iterator<Item = (PersonIx, &Seat)> {
        let roster = self.tied(unit).map_or(&[][..], |ties: &Ties| &ties.roster);
        roster.iter().filter_map(|place| {
            self.person_at(*place).and_then(|person| person.seat.as_ref()).map(|seat| (*place, seat))
        })
    }

    fn loan_of(&self, seat: &Seat) -> Option<&Loan> {
        self.loan_at(seat.loan()?)
    }

    fn sort_by_service(&self, people: &mut [PersonIx]) {
        people.sort_by(|one, other| {
            let key = |place: PersonIx| self.person_at(place).map(|person| (person.since(), &person.id));
            key(*one).cmp(&key(*other))
        });
    }
}
