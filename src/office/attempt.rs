//! An attempt: what a request would do, or why it may not – input, scripts and laws; nothing changes.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::reaction::{Act, add};
use crate::decision::{Entry, Happened, LawReason, Outcome, Reason};
use crate::event::Event;
use crate::graph::NodeIx;
use crate::journal::Journal;
use crate::ledger::{Actor, Draft, Judge, KindIx, Ledger, Way};
use crate::model::{FactValue, InputCode, LawCode, Seats};
use crate::policy::{Asked, PolicySet};
use crate::request::{Correct, Member, Verb};

/// Who answers: the policies, and the entries that may be corrected.
#[derive(Clone, Copy)]
pub(super) struct Attempt<'a> {
    policies: Option<&'a PolicySet>,
    journal: &'a Journal,
}

/// A no, with every reason.
pub(super) struct No {
    pub(super) outcome: Outcome,
    pub(super) reasons: Vec<Reason>,
}

/// Events that were accepted, and the way along which the only one of them changes the books, where it was found.
pub(super) struct Accepted {
    pub(super) events: Vec<Happened>,
    pub(super) way: Option<Way>,
}

/// What a request would do, and what the laws still have to judge of it.
#[derive(Default)]
struct Plan {
    events: Vec<Happened>,
    /// The way of the only event, if all it does is to fill or to empty an own seat: then it is not weighed.
    way: Option<Way>,
    /// Nothing where there is nothing to weigh.
    judge: Option<Judge>,
    /// Units that would lend borrowed seats on, if their caps are broken.
    lending_on: Vec<(NodeIx, KindIx)>,
}

impl<'a> Attempt<'a> {
    pub(super) fn new(policies: Option<&'a PolicySet>, journal: &'a Journal) -> Self {
        Self { policies, journal }
    }

    /// Decides one request on these books: the events that it would bring about, or every reason against it.
    pub(super) fn decide(
        self,
        books: &Arc<Ledger>,
        actor: Result<Actor, Reason>,
        asked: &Asked<'_>,
        bad_id: Option<Reason>,
        act: &mut Act,
    ) -> Result<Accepted, No> {
        let mut plan = Plan::default();
        if let Verb::Batch(members) = asked.verb {
            let mut faults: Vec<Reason> = bad_id.into_iter().collect();
            faults.extend(books.check(actor.clone(), asked.verb, Some(asked.effective)));
            refuse(faults)?;
            self.plan_batch(books, &actor, asked, members, act, &mut plan)?;
        } else {
            self.plan(books, actor, asked, bad_id, act, &mut plan)?;
        }
        refuse(judged(&mut plan, books))?;
        Ok(Accepted { events: plan.events, way: plan.way })
    }

    /// One request that is no batch: input and reach, scripts, then the laws that look at no figures.
    fn plan(
        self,
        books: &Arc<Ledger>,
        actor: Result<Actor, Reason>,
        asked: &Asked<'_>,
        bad_id: Option<Reason>,
        act: &mut Act,
        plan: &mut Plan,
    ) -> Result<(), No> {
        let (mut faults, seat) = books.check_and_find(actor, asked.verb, Some(asked.effective));
        if let Some(bad_id) = bad_id {
            faults.insert(0, bad_id);
        }
        let mut reversal = None;
        if let Verb::Correct(verb) = asked.verb {
            match self.reversal(books, asked.by, verb) {
                Ok(events) => reversal = Some(events),
                Err(fault) => faults.push(fault),
            }
        }
        refuse(faults)?;
        let pool_size = self.ask_policies(books, &Asked { seat, ..*asked }, act)?;
        if let Some(reversal) = reversal {
            let mut working = Ledger::clone(books);
            for happened in &reversal {
                working.weigh(&happened.event, plan.judge.get_or_insert_default());
                working.apply(happened);
            }
            plan.events = reversal;
            return Ok(());
        }
        let draft = Draft { effective: asked.effective, pool_size };
        plan.events = books
            .draft_found(asked.verb, draft, seat)
            .map_err(|reasons| No { outcome: Outcome::Refused, reasons })?;
        plan.way = seat.and_then(|seat| books.way(seat));
        if plan.way.is_none() {
            plan.weigh(books);
            plan.lending_on.extend(books.would_lend_on(asked.verb));
        }
        Ok(())
    }

    /// The scripts' word, and the size of the pool that would lend.
    fn ask_policies(
        self,
        books: &Arc<Ledger>,
        asked: &Asked<'_>,
        act: &mut Act,
    ) -> Result<Option<Seats>, No> {
        let pool = books.lending_pool(asked.verb);
        let Some(policies) = self.policies else { return Ok(pool.map(|pool| books.fixed_size(pool))) };
        let answer = policies.before(books, asked);
        add(&mut act.notes, answer.notes);
        add(&mut act.findings, answer.findings);
        act.read(answer.parameters);
        let mut denials = answer.denials;
        let size = pool.map(|pool| policies.capacity(books, pool, &mut act.parameters)).transpose();
        let size = size.unwrap_or_else(|failure| {
            // A hook that asked for the size has failed on the same line.
            let known = denials.iter().any(|denial| denial.code == failure.code && denial.zh == failure.zh);
            denials.extend((!known).then_some(failure));
            None
        });
        if denials.is_empty() {
            return Ok(size);
        }
        let reasons = denials.into_iter().map(|denial| Reason::Policy(Box::new(denial))).collect();
        Err(No { outcome: Outcome::Denied, reasons })
    }

    /// Member by member on the books as they then are; L1 and L2 wait for the net effect.
    fn plan_batch(
        self,
        books: &Arc<Ledger>,
        actor: &Result<Actor, Reason>,
        asked: &Asked<'_>,
        members: &[Member],
        act: &mut Act,
        whole: &mut Plan,
    ) -> Result<(), No> {
        let mut working = Arc::clone(books);
        for (member, number) in members.iter().zip(1_u32..) {
            let nested =
                matches!(member.verb, Verb::Batch(_) | Verb::Advance(_) | Verb::Correct(_) | Verb::Owe(_));
            if nested {
                let reason = Reason::Input {
                    code: InputCode::BadCount.into(),
                    field: "batch".to_owned(),
                    value: member.verb.name().to_owned(),
                    at: Some(number),
                };
                return Err(No { outcome: Outcome::Refused, reasons: vec![reason] });
            }
            let facts = member_facts(asked.facts, &member.facts);
            let asked = Asked { verb: &member.verb, facts: &facts, at: Some(number), ..*asked };
            let mut plan = Plan::default();
            self.plan(&working, actor.clone(), &asked, None, act, &mut plan).map_err(|no| no.at(number))?;
            let below = plan.judge.iter().flat_map(|judge| judge.below_zero(&working));
            let below = below.map(|law| Reason::Law(Box::new(law)).at(number)).collect();
            refuse(below)?;
            whole.lending_on.extend(plan.lending_on);
            let books = Arc::make_mut(&mut working);
            for happened in plan.events {
                books.weigh(&happened.event, whole.judge.get_or_insert_default());
                books.apply_along(&happened, plan.way.as_ref());
                whole.events.push(happened);
            }
        }
        Ok(())
    }

    /// The events that take an entry back, for whoever is above all that it touched.
    fn reversal(self, books: &Ledger, by: Actor, verb: &Correct) -> Result<Vec<Happened>, Reason> {
        let fault = |code: InputCode| Reason::Input {
            code: code.into(),
            field: "entry".to_owned(),
            value: verb.entry.to_string(),
            at: None,
        };
        // Entry 0 is the opening, which nobody asked for.
        let entry = self.journal.entry(verb.entry).filter(|_| verb.entry > 0);
        let entry = entry.ok_or_else(|| fault(InputCode::UnknownEntry))?;
        let corrected = |other: &Entry| {
            let Entry::Decided(decision) = other else { return false };
            decision.events.iter().any(
                |happened| matches!(happened.event, Event::Corrected { entry, .. } if entry == verb.entry),
            )
        };
        let (Entry::Decided(decision), false) = (entry, self.journal.entries().any(corrected)) else {
            return Err(fault(InputCode::NotReversible));
        };
        let events = decision.events.as_slice();
        let reversal = books.reversal(events, decision.date).filter(|reversal| !reversal.is_empty());
        let above = |node: &NodeIx| match by {
            Actor::Superior => true,
            Actor::Node(actor) => actor != *node && books.within(*node, actor),
            Actor::Reaction => false,
        };
        let Some(reversal) = reversal else { return Err(fault(InputCode::NotReversible)) };
        if !books.touched_by(events).iter().all(above) {
            return Err(Reason::Input {
                code: LawCode::Reach.into(),
                field: "entry".to_owned(),
                value: verb.entry.to_string(),
                at: None,
            });
        }
        let corrected = Event::Corrected { entry: verb.entry, reason: verb.reason.clone() };
        Ok(std::iter::once(Happened::asked(corrected)).chain(reversal).collect())
    }
}

impl Accepted {
    /// Something that nobody asked for and no law stops.
    pub(super) fn of(event: Event) -> Self {
        Self { events: vec![Happened::asked(event)], way: None }
    }
}

impl Plan {
    /// Weighs the drafted events. Later ones are weighed on the books after the earlier ones.
    fn weigh(&mut self, books: &Arc<Ledger>) {
        let mut working: Option<Ledger> = None;
        let last = self.events.len().saturating_sub(1);
        // Only a merger's events change what the later ones of the same request weigh.
        let depends = self.events.iter().any(|happened| matches!(happened.event, Event::Merged { .. }));
        let judge = self.judge.get_or_insert_default();
        for (place, happened) in self.events.iter().enumerate() {
            working.as_ref().unwrap_or(books).weigh(&happened.event, judge);
            if depends && place < last {
                working.get_or_insert_with(|| Ledger::clone(books)).apply(happened);
            }
        }
    }
}

impl No {
    fn at(self, member: u32) -> Self {
        let reasons = self.reasons.into_iter().map(|reason| reason.at(member)).collect();
        Self { outcome: self.outcome, reasons }
    }
}

fn refuse(reasons: Vec<Reason>) -> Result<(), No> {
    if reasons.is_empty() { Ok(()) } else { Err(No { outcome: Outcome::Refused, reasons }) }
}

/// What L1, L2 and L5 say of a plan, on its net effect.
fn judged(plan: &mut Plan, books: &Arc<Ledger>) -> Vec<Reason> {
    if let (Some(way), [only]) = (&plan.way, plan.events.as_slice()) {
        if books.holds_along(way, &only.event) {
            return Vec::new();
        }
        // It does not hold: what exactly is broken is told with its figures.
        plan.weigh(books);
    }
    let mut reasons = Vec::new();
    for law in plan.judge.iter().flat_map(|judge| judge.broken(books)) {
        let on = law.code == LawCode::Cap
            && plan
                .lending_on
                .iter()
                .any(|(node, kind)| books.id(*node) == law.node && books.kind_id(*kind) == law.kind);
        let lending_on =
            on.then(|| LawReason { code: LawCode::LendingOn, taken_by: Vec::new(), ..law.clone() });
        reasons.push(Reason::Law(Box::new(law)));
        reasons.extend(lending_on.map(|law| Reason::Law(Box::new(law))));
    }
    reasons
}

/// A member's own facts, over those of its batch.
fn member_facts(
    batch: &BTreeMap<String, FactValue>,
    own: &BTreeMap<String, FactValue>,
) -> BTreeMap<String, FactValue> {
    let mut facts = batch.clone();
    facts.extend(own.iter().map(|(name, value)| (name.clone(), value.clone())));
    facts
}
