//! Applying: an accepted event changes the books, all of it; also the way in which books are replayed.

use std::sync::Arc;

use super::book::Delta;
use super::loans::{Due, Loan, Permit, Sitting, nobody, shared};
use super::past::Movement;
use super::people::{Person, Seat, SeatRest};
use super::{Judge, KindIx, Ledger, LoanIx, Mode, PersonIx, Ties, Way};
use crate::decision::{Happened, LawReason};
use crate::error::{Phrase, told};
use crate::event::{Event, LoanTerms, PermitTerms};
use crate::graph::NodeIx;
use crate::model::{KindId, LoanId, NodeId, PersonId, Seats};

/// A replay that cannot be right: an event names what is not there, or its entry breaks a law.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("event `{event}` does not fit the books: {cause}")]
pub struct Broken {
    /// The event's name.
    pub event: &'static str,
    /// What people call it in Chinese.
    pub event_zh: &'static str,
    /// What does not fit.
    pub cause: String,
    /// The same in Chinese.
    pub cause_zh: String,
}

impl Broken {
    fn of(happened: &Happened, told: Phrase) -> Self {
        let [cause_zh, cause] = told.into_both();
        Self { event: happened.event.name(), event_zh: happened.event.chinese(), cause, cause_zh }
    }

    /// What is said of it, in Chinese.
    pub fn zh(&self) -> String {
        format!("事件“{}”与账册不符：{}", self.event_zh, self.cause_zh)
    }
}

impl Ledger {
    /// Replays the events of one entry, checking them and, on their net effect, the laws (L10).
    ///
    /// # Errors
    /// If an event names what is not there, or the entry breaks L1 or L2. The books are then unusable.
    pub fn replay(&mut self, events: &[Happened]) -> Result<(), Broken> {
        if let [only] = events {
            if let Some(way) = self.way_of(&only.event).filter(|way| self.holds_along(way, &only.event)) {
                return self.follow(only, Some(&way));
            }
            // It is weighed and judged on the books before it: no copy of them is needed.
            let mut judge = if only.rule.is_some() { Judge::of_several_acts() } else { Judge::default() };
            self.weigh(&only.event, &mut judge);
            let broken = judge.broken(self);
            return self.follow(only, None).and_then(|()| lawful(&broken, only));
        }
        let before = self.clone();
        let reacted = events.iter().any(|happened| happened.rule.is_some());
        let mut judge = if reacted { Judge::of_several_acts() } else { Judge::default() };
        for happened in events {
            self.weigh(&happened.event, &mut judge);
            self.follow(happened, None)?;
        }
        events.first().map_or(Ok(()), |first| lawful(&judge.broken(&before), first))
    }

    fn follow(&mut self, happened: &Happened, way: Option<&Way>) -> Result<(), Broken> {
        if self.apply_along(happened, way) {
            return Ok(());
        }
        Err(Broken::of(happened, Phrase::both("其中所指的，账册里没有", "it names what is not there")))
    }

    /// Applies one event. `false` if it names what is not there; an accepted event never does.
    pub fn apply(&mut self, happened: &Happened) -> bool {
        self.apply_along(happened, None)
    }

    /// As [`Ledger::apply`], along a way that was looked up on these books for this event.
    pub(crate) fn apply_along(&mut self, happened: &Happened, way: Option<&Way>) -> bool {
        self.mode = happened.reverses.map_or(Mode::Running, Mode::Reversing);
        let applied = self.apply_event(&happened.event, way).is_some();
        self.mode = Mode::Running;
        applied
    }

    fn apply_event(&mut self, event: &Event, way: Option<&Way>) -> Option<()> {
        match event {
            Event::Opened { pool_sizes } | Event::YearClosed { pool_sizes, .. } => {
                self.note_pool_sizes(pool_sizes);
            }
            Event::Authorized { node, kind, change } => {
                let (node, kind) = self.at(node, kind)?;
                self.change(node, kind, Delta { cap: *change, ..Delta::default() });
            }
            Event::Transferred { from, to, kind, count } => {
                let (from, kind) = self.at(from, kind)?;
                let to = self.node(to.as_str())?;
                self.move_title(from, to, kind, *count);
            }
            Event::Permitted(terms) => self.apply_permitted(terms)?,
            Event::Withdrawn(terms) | Event::Lapsed(terms) => {
                let place = self.permit(terms.permit.as_str())?;
                self.use_permit(place, terms.count);
            }
            Event::Appointed { unit, kind, person, category, loan, permit, purpose, since } => {
                let (unit, kind) = self.at_end_of(way, unit, kind)?;
                let loan = self.open_loan(loan.as_ref())?;
                if let Some(permit) = permit {
                    let permit = self.permit(permit.as_str())?;
                    self.use_permit(permit, Seats::ONE);
                }
                let movement = loan.is_none().then_some(Movement::Arrival);
                if person.is_none() {
                    // Of the unnamed only their number is known.
                    self.fill((unit, kind, loan), Seats::ONE, None, movement, way);
                    return Some(());
                }
                let text = |text: &Option<String>| text.as_deref().map(Arc::from);
                let rest = SeatRest { loan, category: text(category), purpose: text(purpose) };
                self.sit(Seat::new(unit, kind, *since, rest), person.as_ref(), movement, way);
            }
            Event::Vacated { unit, kind, person, loan, .. } => {
                let (unit, kind) = self.at_end_of(way, unit, kind)?;
                let loan = self.open_loan(loan.as_ref())?;
                let movement = loan.is_none().then_some(Movement::Departure);
                if person.is_none() {
                    self.fill((unit, kind, loan), -Seats::ONE, None, movement, way);
                    return Some(());
                }
                self.leave((unit, kind, loan), person.as_ref(), movement, way)?;
            }
            Event::Converted { unit, kind, person, loan } => {
                let (unit, kind) = self.at(unit, kind)?;
                let loan = self.loan(loan.as_str());
                let seat = self.leave((unit, kind, loan), person.as_ref(), None, None)?;
                self.sit(seat.own(), person.as_ref(), Some(Movement::Arrival), None);
            }
            Event::Moved { person, from, to, kind } => {
                let (from, kind) = self.at(from, kind)?;
                let to = self.node(to.as_str())?;
                let seat = self.leave((from, kind, None), Some(person), None, None)?;
                self.sit(Seat { unit: to, ..seat }, Some(person), None, None);
            }
            Event::Lent { .. } => self.apply_lent(event)?,
            Event::Returned { loan, count, .. } => {
                let place = self.loan(loan.as_str())?;
                self.apply_returned(place, *count)?;
            }
            Event::Extended { loan, change, .. }
            | Event::Rescheduled { loan, change, .. }
            | Event::Evaluated { loan, change, .. } => {
                let place = self.loan(loan.as_str())?;
                self.set_terms(place, &change.now);
            }
            Event::FellDue { .. } | Event::Expired { .. } | Event::Corrected { .. } => {}
            Event::Established { node, parent, all } => self.apply_established(node, parent, all)?,
            Event::Amended { node, change, .. } => {
                let node = self.node(node.as_str())?;
                self.apply_amended(node, change);
            }
            Event::Relocated { node, parent, .. } => {
                let (node, parent) = (self.node(node.as_str())?, self.node(parent.as_str())?);
                self.apply_relocated(node, parent)?;
            }
            Event::Abolished { node, .. } => {
                let node = self.node(node.as_str())?;
                self.apply_abolished(node);
            }
            Event::Merged { units, into } => {
                let into = self.node(into.as_str())?;
                for unit in units {
                    let unit = self.node(unit.as_str())?;
                    self.apply_merged(unit, into);
                }
            }
            Event::Resized { pool, now, .. } => {
                let pool = self.node(pool.as_str())?;
                self.detail_mut(pool)?.pool.as_mut()?.size = now.clone();
            }
            Event::Owed { loan, owed, .. } => {
                let place = self.loan(loan.as_str())?;
                self.loans.get_mut(place.0 as usize)?.owed = *owed;
            }
            Event::Named { unit, kind, person, loan, category, since } => {
                let (unit, kind) = self.at(unit, kind)?;
                let loan = self.open_loan(loan.as_ref())?;
                let category = category.as_deref().map(Arc::from);
                let seat = Seat::new(unit, kind, *since, SeatRest { loan, category, purpose: None });
                // In a correction the key goes and the person stays, unnamed again.
                let (before, after) = match self.mode {
                    Mode::Reversing(_) => (Some(person), None),
                    Mode::Running | Mode::Opening => (None, Some(person)),
                };
                self.leave((unit, kind, loan), before, None, None)?;
                self.sit(seat, after, None, None);
            }
            Event::Advanced { date } => self.today = *date,
        }
        Some(())
    }

    fn at(&self, node: &NodeId, kind: &KindId) -> Option<(NodeIx, KindIx)> {
        Some((self.node(node.as_str())?, self.kind(kind.as_str())?))
    }

    /// As `at`, of an event along a way: nobody looks up twice what it was found for.
    fn at_end_of(&self, way: Option<&Way>, node: &NodeId, kind: &KindId) -> Option<(NodeIx, KindIx)> {
        let Some(way) = way else { return self.at(node, kind) };
        let seat = (way.seat.unit, way.seat.kind);
        debug_assert_eq!(Some(seat), self.at(node, kind), "the way is this event's");
        Some(seat)
    }

    /// `Some(None)` for an own seat, `None` if the loan is not open.
    #[expect(
        clippy::option_option,
        reason = "an own seat and a loan that is not there are different answers"
    )]
    fn open_loan(&self, loan: Option<&LoanId>) -> Option<Option<LoanIx>> {
        loan.map_or(Some(None), |loan| self.loan(loan.as_str()).map(Some))
    }

    fn note_pool_sizes(&mut self, sizes: &std::collections::BTreeMap<NodeId, Seats>) {
        let sizes = sizes.iter().filter_map(|(pool, size)| Some((self.node(pool.as_str())?, *size)));
        self.pool_sizes = Arc::new(sizes.collect());
    }

    pub(super) fn ties_mut(&mut self, node: NodeIx) -> Option<&mut Ties> {
        let row = self.rows.get_mut(node.index())?;
        Some(Arc::make_mut(row.ties.get_or_insert_with(Arc::default)))
    }

    // People.

    /// Puts someone on a seat; whether that is counted says the movement.
    pub(super) fn sit(
        &mut self,
        seat: Seat,
        person: Option<&PersonId>,
        movement: Option<Movement>,
        way: Option<&Way>,
    ) {
        let (unit, kind, loan) = (seat.unit, seat.kind, seat.loan());
        let named = person.map(|person| self.seat_person(person, seat));
        if let Some(place) = named
            && let Some(ties) = self.ties_mut(unit)
        {
            ties.roster.push(place);
        }
        self.fill((unit, kind, loan), Seats::ONE, named, movement, way);
    }

    /// Takes someone off a seat, and says what the seat was.
    fn leave(
        &mut self,
        (unit, kind, loan): (NodeIx, KindIx, Option<LoanIx>),
        person: Option<&PersonId>,
        movement: Option<Movement>,
        way: Option<&Way>,
    ) -> Option<Seat> {
        let Some(id) = person else {
            self.fill((unit, kind, loan), -Seats::ONE, None, movement, way);
            return Some(Seat::new(unit, kind, None, SeatRest { loan, ..SeatRest::default() }));
        };
        let place = self.person(id.as_str())?;
        let seat = self.people.get_mut(place.0 as usize)?.seat.take()?;
        let ties = self.ties_mut(unit)?;
        let at = ties.roster.iter().position(|known| *known == place)?;
        ties.roster.swap_remove(at);
        self.fill((unit, kind, loan), -Seats::ONE, Some(place), movement, way);
        Some(seat)
    }

    /// Gives a person with a key the seat, in the roster of people.
    fn seat_person(&mut self, id: &PersonId, seat: Seat) -> PersonIx {
        if let Some(place) = self.person_place(id.as_str()) {
            if let Some(person) = self.people.get_mut(place.0 as usize) {
                person.seat = Some(seat);
            }
            return place;
        }
        let place = PersonIx::new(self.people.push(Person { id: id.clone(), seat: Some(seat) }));
        self.person_places.add(id.as_str());
        place
    }

    /// Fills or empties one seat: own, or a loan's.
    fn fill(
        &mut self,
        (unit, kind, loan): (NodeIx, KindIx, Option<LoanIx>),
        one: Seats,
        named: Option<PersonIx>,
        movement: Option<Movement>,
        way: Option<&Way>,
    ) {
        let key = if named.is_some() { one } else { Seats::ZERO };
        let Some(place) = loan else {
            let delta = Delta { occupied: one, named: key, ..Delta::default() };
            self.change_and_count(unit, kind, delta, movement, way);
            return;
        };
        let Some(found) = self.loans.get_mut(place.0 as usize) else { return };
        found.used += one;
        found.seat_at(unit, |sitting| seat(sitting, one, named));
        let borrower = found.borrower;
        let used = Delta { borrowed_occupied: one, ..Delta::default() };
        if borrower == unit {
            self.change(unit, kind, Delta { guests: one, ..used });
        } else {
            self.change(borrower, kind, used);
            self.change(unit, kind, Delta { guests: one, ..Delta::default() });
        }
    }

    // Permits.

    fn apply_permitted(&mut self, terms: &PermitTerms) -> Option<()> {
        let (unit, kind) = self.at(&terms.unit, &terms.kind)?;
        self.add_permit(Permit {
            id: terms.permit.clone(),
            unit,
            kind,
            count: terms.count,
            left: Seats::ZERO,
            purpose: terms.purpose.as_deref().map(Arc::from),
            ends: terms.ends,
            open: true,
        });
        let place = self.permit_place_ever(terms.permit.as_str())?;
        self.use_permit(place, -terms.count);
        Some(())
    }

    // Loans.

    fn apply_lent(&mut self, event: &Event) -> Option<()> {
        let Event::Lent { loan, lender, borrower, kind, count, purpose, ends, schedule, via, .. } = event
        else {
            return None;
        };
        let (lender, kind) = self.at(lender, kind)?;
        let borrower = self.node(borrower.as_str())?;
        let draw = loan.as_str().starts_with("draw:");
        let place = if let Some(place) = self.loan_place_ever(loan.as_str()) {
            // A correction brings back seats that had been returned.
            let known = self.loans.get_mut(place.0 as usize)?;
            known.returned -= *count;
            known.open = true;
            place
        } else {
            let terms = LoanTerms { ends: *ends, schedule: schedule.clone(), ..LoanTerms::default() };
            self.draws = self.draws.saturating_add(u64::from(draw));
            self.add_loan(Loan {
                id: loan.clone(),
                lender,
                borrower,
                kind,
                seats: Seats::ZERO,
                used: Seats::ZERO,
                returned: Seats::ZERO,
                owed: Seats::ZERO,
                since: self.today,
                purpose: purpose.as_deref().map(Arc::from),
                via: if via.is_empty() { Arc::default() } else { self.places_of(via) },
                draw,
                open: true,
                terms: shared(terms),
                sitting: nobody(),
            })
        };
        self.tie_loan(place);
        self.lend(place, *count);
        Some(())
    }

    fn places_of(&self, ids: &[NodeId]) -> Arc<[NodeIx]> {
        ids.iter().filter_map(|id| self.node(id.as_str())).collect()
    }

    /// Adds a loan and reminds the agenda of its days.
    pub(super) fn add_loan(&mut self, loan: Loan) -> LoanIx {
        let (id, terms) = (loan.id.clone(), Arc::clone(&loan.terms));
        let place = LoanIx::new(self.loans.push(loan));
        self.loan_places.add(id.as_str());
        self.remind(place, &terms);
        place
    }

    /// Lists an open loan at its two ends.
    pub(super) fn tie_loan(&mut self, place: LoanIx) {
        let Some((lender, borrower)) = self.loan_at(place).map(|loan| (loan.lender, loan.borrower)) else {
            return;
        };
        if let Some(ties) = self.ties_mut(lender).filter(|ties| !ties.lent.contains(&place)) {
            ties.lent.push(place);
        }
        if let Some(ties) = self.ties_mut(borrower).filter(|ties| !ties.borrowed.contains(&place)) {
            ties.borrowed.push(place);
        }
    }

    /// Moves the use of so many seats to the borrower; below 0 back to the lender.
    pub(super) fn lend(&mut self, place: LoanIx, count: Seats) {
        let Some(loan) = self.loans.get_mut(place.0 as usize) else { return };
        loan.seats += count;
        let (lender, borrower, kind) = (loan.lender, loan.borrower, loan.kind);
        self.change(lender, kind, Delta { lent: count, ..Delta::default() });
        self.change(borrower, kind, Delta { borrowed: count, ..Delta::default() });
    }

    fn apply_returned(&mut self, place: LoanIx, count: Seats) -> Option<()> {
        let loan = self.loans.get_mut(place.0 as usize)?;
        loan.returned += count;
        loan.owed = (loan.owed - count).or_zero();
        let met = loan.lender == loan.borrower;
        let (lender, borrower, kind) = (loan.lender, loan.borrower, loan.kind);
        if met {
            self.seat_as_own(place, lender, kind);
        }
        self.lend(place, -count);
        let loan = self.loans.get_mut(place.0 as usize)?;
        loan.open = loan.seats > Seats::ZERO;
        if !loan.open {
            if let Some(ties) = self.ties_mut(lender) {
                ties.lent.retain(|known| *known != place);
            }
            if let Some(ties) = self.ties_mut(borrower) {
                ties.borrowed.retain(|known| *known != place);
            }
        }
        Some(())
    }

    /// The people of a loan whose two ends met now sit on own seats.
    fn seat_as_own(&mut self, place: LoanIx, unit: NodeIx, kind: KindIx) {
        let Some(loan) = self.loans.get_mut(place.0 as usize) else { return };
        let used = std::mem::take(&mut loan.used);
        let sitting = std::mem::replace(&mut loan.sitting, nobody());
        let mut named = Seats::ZERO;
        for person in sitting.iter().flat_map(|(_, sitting)| &sitting.named) {
            named += Seats::ONE;
            if let Some(person) = self.people.get_mut(person.0 as usize) {
                person.seat = person.seat.take().map(Seat::own);
            }
        }
        let delta =
            Delta { occupied: used, named, guests: -used, borrowed_occupied: -used, ..Delta::default() };
        self.change(unit, kind, delta);
    }

    fn set_terms(&mut self, place: LoanIx, terms: &LoanTerms) {
        let terms = shared(terms.clone());
        if let Some(loan) = self.loans.get_mut(place.0 as usize) {
            loan.terms = Arc::clone(&terms);
        }
        self.remind(place, &terms);
    }

    pub(super) fn remind(&mut self, place: LoanIx, terms: &LoanTerms) {
        if let Some(expires) = terms.ends.and_then(|ends| ends.tomorrow().ok()) {
            self.agenda.insert_mut((expires, Due::LoanEnd(place)));
        }
        for part in &terms.schedule {
            self.agenda.insert_mut((part.on, Due::Instalment(place)));
        }
    }
}

/// Whether an entry that begins with this event breaks no law.
fn lawful(broken: &[LawReason], first: &Happened) -> Result<(), Broken> {
    broken.first().map_or(Ok(()), |law| {
        let LawReason { code, node, kind, .. } = law;
        let zh = code.zh();
        Err(Broken::of(first, told!("`{node}` 的 `{kind}` {zh}", "{code} at {node} {kind}")))
    })
}

fn seat(sitting: &mut Sitting, one: Seats, named: Option<PersonIx>) {
    match named {
        None => sitting.unnamed += one,
        Some(person) if one > Seats::ZERO => sitting.named.push(person),
        Some(person) => sitting.named.retain(|known| *known != person),
    }
}
