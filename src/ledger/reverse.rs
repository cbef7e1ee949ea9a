//! Reversal: the events that take an earlier entry's events back, if what it made has not moved on.

use super::{Ledger, Loan};
use crate::decision::Happened;
use crate::event::{Amendment, Event, Field, PermitTerms, PersonTerms, TermsChange};
use crate::graph::{NodeIx, Role};
use crate::model::{Date, Facts, KindId, LoanId, NodeId, PersonId, PoolSize, Seats};
use crate::request::{Establish, Place};

impl Ledger {
    /// The events that take `events` back, last first, for an entry of that `day`. `None` if what the entry
    /// made has moved on, or if its kind of event cannot be taken back.
    pub fn reversal(&self, events: &[Happened], day: Date) -> Option<Vec<Happened>> {
        let mut books = self.clone();
        let mut reversal = Vec::new();
        for happened in events.iter().rev() {
            for event in books.inverse(&happened.event)? {
                let back = Happened { event, rule: None, cause: None, reverses: Some(day) };
                if !books.apply(&back) {
                    return None;
                }
                reversal.push(back);
            }
        }
        Some(reversal)
    }

    /// The nodes that an entry touched, directly or through its loans and permits.
    pub fn touched_by(&self, events: &[Happened]) -> Vec<NodeIx> {
        let mut found = Vec::new();
        for (_, field) in events.iter().flat_map(|happened| happened.event.fields()) {
            match field {
                Field::Node(id) => found.extend(self.shape.ever(id.as_str())),
                Field::Nodes(ids) => {
                    found.extend(ids.iter().filter_map(|id| self.shape.ever(id.as_str())));
                }
                Field::Loan(id) => {
                    found.extend(
                        self.loan_ever(id.as_str()).into_iter().flat_map(|loan| [loan.lender, loan.borrower]),
                    );
                }
                Field::Permit(id) => {
                    found.extend(self.permit_ever(id.as_str()).map(|permit| permit.unit));
                }
                Field::Kind(_)
                | Field::Person(_)
                | Field::Seats(_)
                | Field::Whole(_)
                | Field::Text(_)
                | Field::Value(_)
                | Field::Date(_)
                | Field::YesNo(_)
                | Field::Schedule(_)
                | Field::Kinds(_)
                | Field::Pools(_) => {}
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    #[expect(clippy::too_many_lines, reason = "one arm an event: a table, not a procedure")]
    fn inverse(&self, event: &Event) -> Option<Vec<Event>> {
        let events = match event {
            Event::Authorized { node, kind, change } => {
                self.node(node.as_str())?;
                vec![Event::Authorized { node: node.clone(), kind: kind.clone(), change: -*change }]
            }
            Event::Transferred { from, to, kind, count } => {
                self.node(from.as_str()).zip(self.node(to.as_str()))?;
                vec![Event::Transferred {
                    from: to.clone(),
                    to: from.clone(),
                    kind: kind.clone(),
                    count: *count,
                }]
            }
            Event::Permitted(terms) => {
                let permit = self.permit_at(self.permit(terms.permit.as_str())?)?;
                (permit.left == terms.count).then(|| vec![Event::Withdrawn(terms.clone())])?
            }
            Event::Withdrawn(terms) => {
                let permit = self.permit_ever(terms.permit.as_str())?;
                let stands = self.node(terms.unit.as_str()) == Some(permit.unit);
                let in_term = terms.ends >= self.today;
                (stands && in_term).then(|| vec![Event::Permitted(terms.clone())])?
            }
            Event::Appointed { unit, kind, person, loan, permit, .. } => {
                let mut events = vec![self.vacated(unit, kind, person.as_ref(), loan.as_ref())?];
                // A permit whose last day has gone by stays lapsed.
                let permit = permit.as_ref().and_then(|permit| self.permit_ever(permit.as_str()));
                if let Some(permit) = permit.filter(|permit| permit.ends >= self.today) {
                    events.push(Event::Permitted(PermitTerms {
                        permit: permit.id.clone(),
                        unit: self.id(permit.unit),
                        kind: self.kind_id(permit.kind),
                        count: Seats::ONE,
                        purpose: permit.purpose.as_deref().map(str::to_owned),
                        ends: permit.ends,
                    }));
                }
                events
            }
            Event::Vacated { unit, kind, person, loan, was, .. } => {
                vec![self.appointed(unit, kind, person.as_ref(), loan.as_ref(), was)?]
            }
            Event::Converted { unit, kind, person, loan } => {
                let vacated = self.vacated(unit, kind, person.as_ref(), None)?;
                let was = if let Event::Vacated { was, .. } = &vacated {
                    was.clone()
                } else {
                    PersonTerms::default()
                };
                vec![vacated, appointment(unit, kind, person.as_ref(), Some(self.idle_loan(loan)?), &was)]
            }
            Event::Moved { person, from, to, kind } => {
                let known = self.person_at(self.person(person.as_str())?)?;
                let there = known.unit() == self.node(to.as_str()) && known.loan().is_none();
                self.node(from.as_str())?;
                let (from, to) = (to.clone(), from.clone());
                there.then(|| vec![Event::Moved { person: person.clone(), from, to, kind: kind.clone() }])?
            }
            Event::Lent { loan, count, .. } => {
                let loan = self.loan_at(self.loan(loan.as_str())?)?;
                (loan.idle() >= *count).then(|| vec![self.returned(loan, *count)])?
            }
            Event::Returned { loan, count, .. } => vec![self.lent_again(loan, *count)?],
            Event::Extended { loan, change, .. }
            | Event::Rescheduled { loan, change, .. }
            | Event::Evaluated { loan, change, .. } => {
                let now = self.loan_at(self.loan(loan.as_str())?)?;
                (*now.terms == change.now).then(|| vec![back_to(event, loan, change)])?
            }
            Event::Established { node, parent, all } => {
                let place = self.node(node.as_str())?;
                let caps = match &all.place {
                    Place::Node { caps, .. } => caps.clone(),
                    Place::Pool { .. } => std::collections::BTreeMap::new(),
                };
                // Seats that came or went since have moved on, in whatever kind.
                let as_founded = self.kinds().all(|(kind, known)| {
                    self.cap(place, kind) == caps.get(&known.id).copied().unwrap_or_default()
                });
                let freed = caps.into_iter().filter(|(_, seats)| *seats > Seats::ZERO).collect();
                (self.is_empty(place) && as_founded)
                    .then(|| vec![Event::Abolished { node: node.clone(), parent: parent.clone(), freed }])?
            }
            Event::Abolished { node, parent, freed } => {
                self.node(parent.as_str())?;
                vec![Event::Established {
                    node: node.clone(),
                    parent: parent.clone(),
                    all: Box::new(self.as_founded(node, parent, freed.clone())?),
                }]
            }
            Event::Amended { node, parent, change } => {
                let place = self.node(node.as_str())?;
                let change = self.amended_back(place, change)?;
                vec![Event::Amended { node: node.clone(), parent: parent.clone(), change }]
            }
            Event::Relocated { node, parent, from } => {
                let place = self.node(node.as_str())?;
                let there = self.parent(place) == self.node(parent.as_str());
                self.node(from.as_str())?;
                let (parent, from) = (from.clone(), parent.clone());
                there.then(|| vec![Event::Relocated { node: node.clone(), parent, from }])?
            }
            Event::Resized { pool, size, was, now } => {
                let stands = self.pool(self.node(pool.as_str())?)?.size == *now;
                let before = match was {
                    PoolSize::Size(before) => *before,
                    PoolSize::Rule(_) => *size,
                };
                let (was, now) = (now.clone(), was.clone());
                stands.then(|| vec![Event::Resized { pool: pool.clone(), size: before, was, now }])?
            }
            Event::Named { unit, person, loan, .. } => {
                let known = self.person_at(self.person(person.as_str())?)?;
                let seat = loan.as_ref().and_then(|loan| self.loan(loan.as_str()));
                let there = known.unit() == self.node(unit.as_str()) && known.loan() == seat;
                there.then(|| vec![event.clone()])?
            }
            Event::Owed { loan, count, .. } => {
                let known = self.loan_at(self.loan(loan.as_str())?)?;
                let owed = (known.owed >= *count).then(|| known.owed - *count)?;
                vec![Event::Owed { loan: loan.clone(), count: -*count, owed }]
            }
            Event::Opened { .. }
            | Event::Lapsed(_)
            | Event::FellDue { .. }
            | Event::Expired { .. }
            | Event::Merged { .. }
            | Event::Corrected { .. }
            | Event::YearClosed { .. }
            | Event::Advanced { .. } => return None,
        };
        Some(events)
    }

    /// Someone who still sits where they were put leaves the seat.
    fn vacated(
        &self,
        unit: &NodeId,
        kind: &KindId,
        person: Option<&PersonId>,
        loan: Option<&LoanId>,
    ) -> Option<Event> {
        let (at, of) = (self.node(unit.as_str())?, self.kind(kind.as_str())?);
        let seat = match loan {
            Some(loan) => Some(self.loan(loan.as_str())?),
            None => None,
        };
        let mut was = PersonTerms::default();
        let there = match person {
            Some(person) => {
                let known = self.person_at(self.person(person.as_str())?)?;
                let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
                was = PersonTerms {
                    category: text(known.category()),
                    since: known.since(),
                    purpose: text(known.purpose()),
                };
                known.unit() == Some(at) && known.loan() == seat
            }
            None => match seat {
                Some(loan) => self.unnamed_on_loan(at, loan) > Seats::ZERO,
                None => self.unnamed_on_own_seats(at, of) > Seats::ZERO,
            },
        };
        there.then(|| Event::Vacated {
            unit: unit.clone(),
            kind: kind.clone(),
            person: person.cloned(),
            loan: loan.cloned(),
            reason: None,
            was,
        })
    }

    /// Someone who left, and sits nowhere else now, gets the seat back.
    fn appointed(
        &self,
        unit: &NodeId,
        kind: &KindId,
        person: Option<&PersonId>,
        loan: Option<&LoanId>,
        was: &PersonTerms,
    ) -> Option<Event> {
        self.node(unit.as_str())?;
        if person.is_some_and(|person| self.person(person.as_str()).is_some()) {
            return None;
        }
        let loan = match loan {
            Some(loan) => Some(self.idle_loan(loan)?),
            None => None,
        };
        Some(appointment(unit, kind, person, loan, was))
    }

    /// An open loan with a seat to sit on.
    fn idle_loan<'a>(&self, loan: &'a LoanId) -> Option<&'a LoanId> {
        let found = self.loan_at(self.loan(loan.as_str())?)?;
        (found.idle() > Seats::ZERO).then_some(loan)
    }

    fn lent_again(&self, loan: &LoanId, count: Seats) -> Option<Event> {
        let known: &Loan = self.loan_ever(loan.as_str())?;
        let lender = self.id(known.lender);
        let borrower = self.id(known.borrower);
        self.node(lender.as_str()).zip(self.node(borrower.as_str()))?;
        (known.lender != known.borrower && known.returned >= count).then(|| Event::Lent {
            loan: loan.clone(),
            lender,
            borrower,
            kind: self.kind_id(known.kind),
            count,
            purpose: known.purpose.as_deref().map(str::to_owned),
            ends: known.terms.ends,
            schedule: known.terms.schedule.clone(),
            pool_size: None,
            via: known.via.iter().map(|place| self.id(*place)).collect(),
        })
    }

    /// A node that has gone, as it would have to be founded to stand there again.
    fn as_founded(
        &self,
        node: &NodeId,
        parent: &NodeId,
        caps: std::collections::BTreeMap<KindId, Seats>,
    ) -> Option<Establish> {
        let place = self.shape.ever(node.as_str())?;
        if self.node(node.as_str()).is_some() {
            return None;
        }
        let detail = self.details.get(place.index())?;
        let stands = match (&detail.pool, self.role(place)) {
            (Some(pool), Role::Pool) => Place::Pool {
                sponsor: parent.clone(),
                kind: self.kind_id(pool.kind),
                size: pool.size.clone(),
            },
            _ => Place::Node {
                parent: parent.clone(),
                level: self.level_word(self.shape.level(place)).to_owned(),
                caps,
            },
        };
        Some(Establish {
            id: node.clone(),
            name: Some(self.name(place).to_owned()),
            tags: self.tags(place).into_iter().map(str::to_owned).collect(),
            facts: detail.facts.as_deref().map(Facts::to_map).unwrap_or_default(),
            place: stands,
        })
    }

    /// The opposite of an amendment, if the node still stands as amended.
    fn amended_back(&self, node: NodeIx, change: &Amendment) -> Option<Amendment> {
        let (stands, back) = match change {
            Amendment::Name { before, after } => {
                (self.name(node) == after, Amendment::Name { before: after.clone(), after: before.clone() })
            }
            Amendment::Tags { before, after } => {
                (self.tags(node) == *after, Amendment::Tags { before: after.clone(), after: before.clone() })
            }
            Amendment::Fact { name, before, after } => (
                self.fact(node, name) == after.as_ref(),
                Amendment::Fact { name: name.clone(), before: after.clone(), after: before.clone() },
            ),
        };
        stands.then_some(back)
    }
}

fn appointment(
    unit: &NodeId,
    kind: &KindId,
    person: Option<&PersonId>,
    loan: Option<&LoanId>,
    was: &PersonTerms,
) -> Event {
    Event::Appointed {
        unit: unit.clone(),
        kind: kind.clone(),
        person: person.cloned(),
        category: was.category.clone(),
        loan: loan.cloned(),
        permit: None,
        purpose: was.purpose.clone(),
        since: was.since,
    }
}

/// The event that sets a loan's terms back.
fn back_to(event: &Event, loan: &LoanId, change: &TermsChange) -> Event {
    let change = Box::new(TermsChange { was: change.now.clone(), now: change.was.clone() });
    let loan = loan.clone();
    let (ends, schedule) = (change.now.ends, change.now.schedule.clone());
    let (outcome, seats) = (change.now.outcome, change.now.evaluated_seats);
    if matches!(event, Event::Extended { .. }) {
        Event::Extended { loan, ends, change }
    } else if matches!(event, Event::Rescheduled { .. }) {
        Event::Rescheduled { loan, ends, schedule, change }
    } else {
        Event::Evaluated { loan, ends, outcome, seats, change }
    }
}
