//! The flow of one request through every branch, in order: known id, date, input, scripts, laws, reactions, record.

use std::sync::Arc;

use super::Office;
use super::attempt::{Accepted, Attempt, No};
use super::reaction::Act;
use crate::decision::{Advanced, Decision, Entry, Outcome, Reason};
use crate::event::Event;
use crate::ledger::{Actor, Step};
use crate::model::{Date, InputCode};
use crate::policy::Asked;
use crate::request::{Request, Verb};

/// Answers a request, and records the answer.
pub(super) fn submit(office: &mut Office, request: Arc<Request>) -> Arc<Decision> {
    // 1. A known id: the same content gets the same answer, other content none.
    if let Some(answer) = request.id.as_ref().and_then(|id| office.journal.answer_to(id)) {
        if same_content(&answer.request, &request, &office.books) {
            return Arc::clone(answer);
        }
        let reason = input(InputCode::DuplicateId, "id", request.id.as_ref());
        return record(office, request, None, Act::default(), Some((Outcome::Refused, vec![reason])));
    }
    // 2. The date: never back; a later one is an entry of its own, whatever becomes of the request.
    let advanced = match request.on {
        Some(on) if on < office.today() => {
            let reason = input(InputCode::Backdated, "on", Some(on));
            return record(office, request, None, Act::default(), Some((Outcome::Refused, vec![reason])));
        }
        Some(on) if on > office.today() => Some(advance(office, on)),
        Some(_) | None => None,
    };
    // 3. Input and reach, 4. scripts, 5. laws: nothing changes.
    let actor = office.books.actor(request.by.as_ref());
    let by = actor.as_ref().ok().copied().unwrap_or(Actor::Node(office.books.root()));
    let asked = Asked {
        id: request.id.as_ref(),
        verb: &request.verb,
        facts: &request.facts,
        by,
        date: office.today(),
        effective: request.effective.unwrap_or(office.today()),
        by_reaction: false,
        at: None,
        seat: None,
    };
    let mut act = Act::default();
    let bad_id = request.id.as_ref().filter(|id| !id.is_well_formed());
    let bad_id = bad_id.map(|id| input(InputCode::BadId, "id", Some(id)));
    let attempt = Attempt::new(office.policies.as_ref(), &office.journal);
    let accepted = match attempt.decide(&office.books, actor, &asked, bad_id, &mut act) {
        Ok(accepted) => accepted,
        Err(No { outcome, reasons }) => {
            return record(office, request, advanced, act, Some((outcome, reasons)));
        }
    };
    // 6. It takes effect, and rules react. A reaction that fails is dropped, never the request.
    act.take_effect(&mut office.books, accepted);
    act.react_to_all(office.policies.as_ref(), &office.journal, &mut office.books, Some(&asked), by);
    // 7. The record: the point of no return.
    record(office, request, advanced, act, None)
}

/// Whether two requests ask the same. A day left out is the books' day, whenever that is; who typed it is
/// recorded, never compared.
fn same_content(one: &Request, other: &Request, books: &crate::ledger::Ledger) -> bool {
    let by = |request: &Request| request.by.clone().unwrap_or_else(|| books.id(books.root()));
    one.verb == other.verb
        && one.facts == other.facts
        && one.effective == other.effective
        && by(one) == by(other)
        && one.on.zip(other.on).is_none_or(|(one, other)| one == other)
}

/// Moves the books to a later day: what falls due by it happens, and rules react.
pub(super) fn advance(office: &mut Office, date: Date) -> Arc<Advanced> {
    let mut act = Act::default();
    for step in office.books.due_until(date) {
        let event = match step {
            Step::Happens(event) => event,
            Step::CloseYear(year) => {
                let next = year.checked_add(1).and_then(|next| Date::new(next, 1, 1).ok());
                let books = Arc::new(office.books.on_day(next.unwrap_or(date)));
                let (pool_sizes, failures) = office.pool_sizes(&books);
                act.findings.extend(failures);
                Event::YearClosed { year, pool_sizes }
            }
        };
        act.take_effect(&mut office.books, Accepted::of(event));
    }
    act.take_effect(&mut office.books, Accepted::of(Event::Advanced { date }));
    let root = Actor::Node(office.books.root());
    if let Some(policies) = &office.policies {
        let verb = Verb::Advance(crate::request::Advance {});
        let facts = std::collections::BTreeMap::new();
        let asked = Asked {
            id: None,
            verb: &verb,
            facts: &facts,
            by: root,
            date,
            effective: date,
            by_reaction: false,
            at: None,
            seat: None,
        };
        let answer = policies.before(&office.books, &asked);
        act.notes.extend(answer.notes);
        act.findings.extend(answer.findings);
    }
    act.react_to_all(office.policies.as_ref(), &office.journal, &mut office.books, None, root);
    act.greet_the_day(office.policies.as_ref(), &office.journal, &mut office.books);
    let advanced = Arc::new(Advanced {
        entry: office.journal.next(),
        date,
        events: act.happened,
        notes: act.notes,
        findings: act.findings,
    });
    office.journal.append(Entry::Advanced(Arc::clone(&advanced)));
    advanced
}

fn record(
    office: &mut Office,
    request: Arc<Request>,
    advanced: Option<Arc<Advanced>>,
    act: Act,
    no: Option<(Outcome, Vec<Reason>)>,
) -> Arc<Decision> {
    let (outcome, reasons) = no.unwrap_or((Outcome::Granted, Vec::new()));
    let mut read = act.parameters;
    if read.len() > 1 {
        read.sort();
        read.dedup();
    }
    let mut parameters = Vec::new();
    if !read.is_empty() {
        parameters.reserve_exact(read.len());
        parameters.extend(read);
    }
    let decision = Arc::new(Decision {
        entry: office.journal.next(),
        date: office.today(),
        request,
        outcome,
        reasons,
        notes: act.notes,
        events: act.happened,
        findings: act.findings,
        parameters,
        policies: office.policies.as_ref().map(crate::policy::PolicySet::digest),
        advanced,
    });
    office.journal.append(Entry::Decided(Arc::clone(&decision)));
    decision
}

fn input(code: InputCode, field: &str, value: Option<impl std::fmt::Display>) -> Reason {
    let value = value.map(|value| value.to_string()).unwrap_or_default();
    Reason::Input { code: code.into(), field: field.to_owned(), value, at: None }
}
