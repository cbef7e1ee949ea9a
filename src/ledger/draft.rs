//! The draft: a checked request as events, unless L4, L5, L6 or L7 forbid it whatever the figures.

use arrayvec::ArrayVec;

use super::{KindIx, Ledger, Loan, LoanIx, OwnSeat, Sitter};
use crate::decision::{Happened, Reason};
use crate::event::{Event, LoanTerms, PermitTerms, PersonTerms, TermsChange};
use crate::graph::{NodeIx, Role};
use crate::model::{Date, KindId, LawCode, LoanId, NodeId, Seats};
use crate::request::{self, Change, Sitting, Verb};

/// What a draft stands on beside the request.
#[derive(Debug, Clone, Copy)]
pub struct Draft {
    /// When it really happened.
    pub effective: Date,
    /// The size of the pool that would lend, as the office asked just before.
    pub pool_size: Option<Seats>,
}

/// Laws broken whatever the figures, as they are collected.
#[derive(Default)]
pub(super) struct Broken(Vec<Reason>);

/// The events of a draw, or of a leave.
type Few = ArrayVec<Event, 2>;

impl Broken {
    pub(super) fn add(&mut self, code: LawCode, field: &str, value: impl std::fmt::Display) {
        let reason =
            Reason::Input { code: code.into(), field: field.to_owned(), value: value.to_string(), at: None };
        if !self.0.contains(&reason) {
            self.0.push(reason);
        }
    }

    pub(super) fn or(self, events: Vec<Event>) -> Result<Vec<Event>, Vec<Reason>> {
        self.or_one(events)
    }

    fn or_one<T>(self, event: T) -> Result<T, Vec<Reason>> {
        if self.0.is_empty() { Ok(event) } else { Err(self.0) }
    }
}

impl Ledger {
    /// The loan that the next granted draw gets.
    pub fn next_draw(&self) -> LoanId {
        LoanId::new(format!("draw:{}", self.draws.saturating_add(1)))
    }

    /// The pool whose seats a request would take, and how many.
    pub fn lending_pool(&self, verb: &Verb) -> Option<NodeIx> {
        let pool = if let Verb::Draw(verb) = verb {
            &verb.pool
        } else if let Verb::Borrow(verb) = verb {
            &verb.lender
        } else {
            return None;
        };
        self.node(pool.as_str()).filter(|node| self.role(*node) == Role::Pool)
    }

    /// As [`Ledger::draft`], where the check has found the own seat that is to be filled or left, and nothing else.
    #[inline]
    pub(crate) fn draft_found(
        &self,
        verb: &Verb,
        draft: Draft,
        seat: Option<OwnSeat>,
    ) -> Result<Vec<Happened>, Vec<Reason>> {
        if let (Verb::Appoint(verb), Some(_)) = (verb, seat) {
            return Ok(vec![Happened::asked(self.draft_appoint(verb, draft)?)]);
        }
        if let (Verb::Vacate(request::Vacate { who: Sitting::Unnamed { unit, kind, .. }, reason }), Some(_)) =
            (verb, seat)
        {
            return Ok(vec![Happened::asked(Event::Vacated {
                unit: unit.clone(),
                kind: kind.clone(),
                person: None,
                loan: None,
                reason: reason.clone(),
                was: PersonTerms::default(),
            })]);
        }
        self.draft_asked(verb, draft)
    }

    /// As [`Ledger::draft`], each event as asked for; for draws and leaves, of which there are many, without a second list.
    fn draft_asked(&self, verb: &Verb, draft: Draft) -> Result<Vec<Happened>, Vec<Reason>> {
        let few = if let Verb::Draw(verb) = verb {
            self.draft_draw(verb, draft)?
        } else if let Verb::Vacate(verb) = verb {
            self.draft_vacate(verb)
        } else {
            return self.draft(verb, draft).map(|events| events.into_iter().map(Happened::asked).collect());
        };
        let mut happened = Vec::with_capacity(few.len());
        happened.extend(few.into_iter().map(Happened::asked));
        Ok(happened)
    }

    /// The events that a checked request would bring about. `batch`, `advance` and `correct` have drafts of
    /// their own and are nothing here.
    pub fn draft(&self, verb: &Verb, draft: Draft) -> Result<Vec<Event>, Vec<Reason>> {
        match verb {
            Verb::Authorize(verb) => {
                let change = match verb.change {
                    Change::By(change) => change,
                    Change::To(to) => {
                        let at = self.node(verb.node.as_str()).zip(self.kind(verb.kind.as_str()));
                        to - at.map_or(Seats::ZERO, |(node, kind)| self.cap(node, kind))
                    }
                };
                Ok(vec![Event::Authorized { node: verb.node.clone(), kind: verb.kind.clone(), change }])
            }
            Verb::Transfer(verb) => Ok(vec![Event::Transferred {
                from: verb.from.clone(),
                to: verb.to.clone(),
                kind: verb.kind.clone(),
                count: verb.count,
            }]),
            Verb::Permit(verb) => Ok(vec![Event::Permitted(PermitTerms {
                permit: verb.id.clone(),
                unit: verb.unit.clone(),
                kind: verb.kind.clone(),
                count: verb.count,
                purpose: verb.purpose.clone(),
                ends: verb.ends,
            })]),
            Verb::Withdraw(verb) => {
                let permit = self.permit(verb.permit.as_str());
                Ok(permit
                    .and_then(|permit| self.permit_terms(permit))
                    .map(Event::Withdrawn)
                    .into_iter()
                    .collect())
            }
            Verb::Appoint(verb) => Ok(vec![self.draft_appoint(verb, draft)?]),
            Verb::Draw(verb) => Ok(self.draft_draw(verb, draft)?.into_iter().collect()),
            Verb::Vacate(verb) => Ok(self.draft_vacate(verb).into_iter().collect()),
            Verb::Name(verb) => self.draft_name(verb),
            Verb::Convert(verb) => self.draft_convert(&verb.who),
            Verb::Move(verb) => self.draft_move(verb),
            Verb::Borrow(verb) => self.draft_borrow(verb, draft),
            Verb::GiveBack(verb) => self.draft_give_back(verb),
            Verb::Owe(verb) => {
                let loan = self.loan(verb.loan.as_str()).and_then(|loan| self.loan_at(loan));
                let owed = loan.map_or(Seats::ZERO, |loan| loan.owed) + verb.count;
                Ok(vec![Event::Owed { loan: verb.loan.clone(), count: verb.count, owed }])
            }
            Verb::Extend(verb) => Ok(self.draft_terms(
                &verb.loan,
                Some(verb.ends),
                |_, _| {},
                |loan, ends, change| Event::Extended { loan, ends, change },
            )),
            Verb::Reschedule(verb) => Ok(self.draft_terms(
                &verb.loan,
                verb.ends,
                |loan, now| {
                    now.schedule.clone_from(&verb.schedule);
                    now.returned_before = loan.returned;
                },
                |loan, ends, change| Event::Rescheduled {
                    loan,
                    ends,
                    schedule: verb.schedule.clone(),
                    change,
                },
            )),
            Verb::Evaluate(verb) => Ok(self.draft_terms(
                &verb.loan,
                verb.ends,
                |_, now| {
                    now.outcome = Some(verb.outcome);
                    now.evaluated_seats = verb.seats;
                },
                |loan, ends, change| Event::Evaluated {
                    loan,
                    ends,
                    outcome: Some(verb.outcome),
                    seats: verb.seats,
                    change,
                },
            )),
            Verb::Establish(verb) => {
                let parent = match &verb.place {
                    request::Place::Node { parent, .. } => parent,
                    request::Place::Pool { sponsor, .. } => sponsor,
                };
                Ok(vec![Event::Established {
                    node: verb.id.clone(),
                    parent: parent.clone(),
                    all: Box::new(verb.clone()),
                }])
            }
            Verb::Resize(verb) => {
                let pool = self.node(verb.pool.as_str()).and_then(|pool| self.pool(pool));
                let was = pool.map_or(crate::model::PoolSize::Size(Seats::ZERO), |pool| pool.size.clone());
                let now = crate::model::PoolSize::Size(verb.size);
                Ok(vec![Event::Resized { pool: verb.pool.clone(), size: verb.size, was, now }])
            }
            Verb::Amend(verb) => Ok(self.draft_amend(verb)),
            Verb::Relocate(verb) => self.draft_relocate(verb),
            Verb::Merge(verb) => self.draft_merge(verb),
            Verb::Abolish(verb) => Ok(self.draft_abolish(&verb.node)),
            Verb::Batch(_) | Verb::Correct(_) | Verb::Advance(_) => Ok(Vec::new()),
        }
    }

    /// Whether a unit lacks own seats but has idle borrowed ones, which must not be lent on (L5).
    pub fn would_lend_on(&self, verb: &Verb) -> Option<(NodeIx, KindIx)> {
        let Verb::Borrow(verb) = verb else { return None };
        let unit = self.node(verb.lender.as_str()).filter(|node| self.role(*node) == Role::Unit)?;
        let kind = self.kind(verb.kind.as_str())?;
        let book = self.book(unit, kind)?;
        let idle = book.dealings().borrowed - book.dealings().borrowed_occupied;
        (book.cap - book.charged < verb.count && idle > Seats::ZERO).then_some((unit, kind))
    }

    pub(super) fn permit_terms(&self, permit: super::PermitIx) -> Option<PermitTerms> {
        self.permit_at(permit).map(|permit| PermitTerms {
            permit: permit.id.clone(),
            unit: self.id(permit.unit),
            kind: self.kind_id(permit.kind),
            count: permit.left,
            purpose: permit.purpose.as_deref().map(str::to_owned),
            ends: permit.ends,
        })
    }

    fn draft_appoint(&self, verb: &request::Appoint, draft: Draft) -> Result<Event, Vec<Reason>> {
        let mut broken = Broken::default();
        if let Some(person) = verb.person.as_ref().filter(|person| self.person(person.as_str()).is_some()) {
            broken.add(LawCode::OnePersonOneSeat, "person", person);
        }
        if verb.loan.is_some() || verb.permit.is_some() {
            self.seat_of_right(verb, &mut broken);
        }
        broken.or_one(Event::Appointed {
            unit: verb.unit.clone(),
            kind: verb.kind.clone(),
            person: verb.person.clone(),
            category: verb.category.clone(),
            loan: verb.loan.clone(),
            permit: verb.permit.clone(),
            purpose: verb.purpose.clone(),
            since: Some(draft.effective),
        })
    }

    /// L4 and L7 of a seat of a loan, or of one that a permit promises.
    fn seat_of_right(&self, verb: &request::Appoint, broken: &mut Broken) {
        let unit = self.node(verb.unit.as_str());
        let kind = self.kind(verb.kind.as_str());
        if let Some((id, loan)) = verb.loan.as_ref().and_then(|id| self.loan_named(id)) {
            if kind != Some(loan.kind) {
                broken.add(LawCode::Kind, "kind", &verb.kind);
            }
            if !unit.is_some_and(|unit| self.within(unit, loan.borrower)) {
                broken.add(LawCode::UseWithinRight, "unit", &verb.unit);
            }
            if loan.used >= loan.seats || loan.overdue(self.today) {
                broken.add(LawCode::UseWithinRight, "loan", id);
            }
        }
        let permit = verb.permit.as_ref().and_then(|id| self.permit(id.as_str()));
        if let Some((id, permit)) = verb.permit.as_ref().zip(permit.and_then(|permit| self.permit_at(permit)))
        {
            if kind != Some(permit.kind) {
                broken.add(LawCode::Kind, "kind", &verb.kind);
            }
            if unit != Some(permit.unit) || verb.loan.is_some() {
                broken.add(LawCode::UseWithinRight, "permit", id);
            }
        }
    }

    fn draft_draw(&self, verb: &request::Draw, draft: Draft) -> Result<Few, Vec<Reason>> {
        let mut broken = Broken::default();
        if self.person(verb.person.as_str()).is_some() {
            broken.add(LawCode::OnePersonOneSeat, "person", &verb.person);
        }
        let pool = self.node(verb.pool.as_str()).and_then(|pool| self.pool(pool));
        let kind = pool.map_or_else(|| KindId::new(""), |pool| self.kind_id(pool.kind));
        let loan = self.next_draw();
        broken.or_one(Few::from([
            Event::Lent {
                loan: loan.clone(),
                lender: verb.pool.clone(),
                borrower: verb.unit.clone(),
                kind: kind.clone(),
                count: Seats::ONE,
                purpose: verb.purpose.clone(),
                ends: verb.ends,
                schedule: Vec::new(),
                pool_size: draft.pool_size,
                via: Vec::new(),
            },
            Event::Appointed {
                unit: verb.unit.clone(),
                kind,
                person: Some(verb.person.clone()),
                category: verb.category.clone(),
                loan: Some(loan),
                permit: None,
                purpose: verb.purpose.clone(),
                since: Some(draft.effective),
            },
        ]))
    }

    /// Someone leaves; a draw ends with its person, and its seat goes back.
    fn draft_vacate(&self, verb: &request::Vacate) -> Few {
        let Some((sitter, loan)) = self.find_sitter(&verb.who) else { return Few::new() };
        let (unit, kind) = self.seat_of(sitter);
        let mut was = PersonTerms::default();
        let mut person = None;
        if let Sitter::Named(place) = sitter
            && let Some(known) = self.person_at(place)
        {
            person = Some(known.id.clone());
            let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
            was = PersonTerms {
                category: text(known.category()),
                since: known.since(),
                purpose: text(known.purpose()),
            };
        }
        let lent = loan.and_then(|loan| self.loan_at(loan));
        let left = Event::Vacated {
            unit,
            kind,
            person,
            loan: lent.map(|loan| loan.id.clone()),
            reason: verb.reason.clone(),
            was,
        };
        let given_back = lent.filter(|loan| loan.draw).map(|loan| self.returned(loan, Seats::ONE));
        std::iter::once(left).chain(given_back).collect()
    }

    fn draft_name(&self, verb: &request::Name) -> Result<Vec<Event>, Vec<Reason>> {
        let mut broken = Broken::default();
        if self.person(verb.person.as_str()).is_some() {
            broken.add(LawCode::OnePersonOneSeat, "person", &verb.person);
        }
        broken.or(vec![Event::Named {
            unit: verb.unit.clone(),
            kind: verb.kind.clone(),
            person: verb.person.clone(),
            loan: verb.loan.clone(),
            category: verb.category.clone(),
            since: verb.since,
        }])
    }

    fn draft_convert(&self, who: &Sitting) -> Result<Vec<Event>, Vec<Reason>> {
        let mut broken = Broken::default();
        let Some((sitter, loan)) = self.find_sitter(who) else { return Ok(Vec::new()) };
        let (unit, kind) = self.seat_of(sitter);
        let Some(loan) = loan.and_then(|loan| self.loan_at(loan)) else {
            match who {
                Sitting::Person(person) => broken.add(LawCode::UseWithinRight, "person", person),
                Sitting::Unnamed { .. } => broken.add(LawCode::UseWithinRight, "loan", ""),
            }
            return Err(broken.0);
        };
        let person = match sitter {
            Sitter::Named(place) => self.person_at(place).map(|person| person.id.clone()),
            Sitter::Unnamed { .. } => None,
        };
        Ok(vec![
            Event::Converted { unit, kind, person, loan: loan.id.clone() },
            self.returned(loan, Seats::ONE),
        ])
    }

    fn draft_move(&self, verb: &request::Move) -> Result<Vec<Event>, Vec<Reason>> {
        let mut broken = Broken::default();
        let Some((sitter, loan)) = self.find_sitter(&Sitting::Person(verb.person.clone())) else {
            return Ok(Vec::new());
        };
        if loan.is_some() {
            broken.add(LawCode::UseWithinRight, "person", &verb.person);
        }
        let (from, kind) = self.seat_of(sitter);
        broken.or(vec![Event::Moved { person: verb.person.clone(), from, to: verb.to.clone(), kind }])
    }

    fn draft_borrow(&self, verb: &request::Borrow, draft: Draft) -> Result<Vec<Event>, Vec<Reason>> {
        let mut broken = Broken::default();
        let pool = self.node(verb.lender.as_str()).and_then(|lender| self.pool(lender));
        if pool.is_some_and(|pool| Some(pool.kind) != self.kind(verb.kind.as_str())) {
            broken.add(LawCode::Kind, "kind", &verb.kind);
        }
        broken.or(vec![Event::Lent {
            loan: verb.id.clone(),
            lender: verb.lender.clone(),
            borrower: verb.borrower.clone(),
            kind: verb.kind.clone(),
            count: verb.count,
            purpose: verb.purpose.clone(),
            ends: verb.ends,
            schedule: verb.schedule.clone().unwrap_or_default(),
            pool_size: pool.and(draft.pool_size),
            via: verb.via.clone().unwrap_or_default(),
        }])
    }

    fn draft_give_back(&self, verb: &request::GiveBack) -> Result<Vec<Event>, Vec<Reason>> {
        let Some((_, loan)) = self.loan_named(&verb.loan) else { return Ok(Vec::new()) };
        let mut broken = Broken::default();
        if verb.count > loan.idle() {
            broken.add(LawCode::UseWithinRight, "count", verb.count);
        }
        broken.or(vec![self.returned(loan, verb.count)])
    }

    /// The event that gives a running loan new terms.
    fn draft_terms(
        &self,
        id: &LoanId,
        ends: Option<Date>,
        change: impl FnOnce(&Loan, &mut LoanTerms),
        event: impl FnOnce(LoanId, Option<Date>, Box<TermsChange>) -> Event,
    ) -> Vec<Event> {
        let Some((_, loan)) = self.loan_named(id) else { return Vec::new() };
        let was = LoanTerms::clone(&loan.terms);
        let mut now = LoanTerms { ends: ends.or(was.ends), ..was.clone() };
        change(loan, &mut now);
        vec![event(id.clone(), ends, Box::new(TermsChange { was, now }))]
    }

    /// Seats of a loan go back along its route.
    pub(super) fn returned(&self, loan: &Loan, count: Seats) -> Event {
        let left = loan.seats - count;
        let mut route = Vec::with_capacity(loan.via.len().saturating_add(2));
        route.extend(loan.way_back().map(|place| self.id(place)));
        Event::Returned {
            loan: loan.id.clone(),
            lender: self.id(loan.lender),
            borrower: self.id(loan.borrower),
            kind: self.kind_id(loan.kind),
            count,
            left,
            route,
            loan_open: left > Seats::ZERO,
        }
    }

    fn loan_named<'a>(&'a self, id: &'a LoanId) -> Option<(&'a LoanId, &'a Loan)> {
        self.loan(id.as_str()).and_then(|loan| self.loan_at(loan)).map(|loan| (id, loan))
    }

    /// Who is meant, and the loan whose seat it is.
    pub(super) fn find_sitter(&self, who: &Sitting) -> Option<(Sitter, Option<LoanIx>)> {
        match who {
            Sitting::Person(person) => {
                let place = self.person(person.as_str())?;
                Some((Sitter::Named(place), self.person_at(place)?.loan()))
            }
            Sitting::Unnamed { unit, kind, loan } => {
                let loan = match loan {
                    Some(loan) => Some(self.loan(loan.as_str())?),
                    None => None,
                };
                let (unit, kind) = (self.node(unit.as_str())?, self.kind(kind.as_str())?);
                Some((Sitter::Unnamed { unit, kind, loan }, loan))
            }
        }
    }

    /// Where someone sits, by ids.
    fn seat_of(&self, sitter: Sitter) -> (NodeId, KindId) {
        let (unit, kind) = match sitter {
            Sitter::Named(place) => {
                let person = self.person_at(place);
                (person.and_then(super::Person::unit), person.and_then(super::Person::kind))
            }
            Sitter::Unnamed { unit, kind, .. } => (Some(unit), Some(kind)),
        };
        (
            unit.map_or_else(|| NodeId::new(""), |unit| self.id(unit)),
            kind.map_or_else(|| KindId::new(""), |kind| self.kind_id(kind)),
        )
    }
}
