//! Proposals: the requests that a reaction may ask for, made from views.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{View, What};
use crate::decision::Happened;
use crate::ledger::{Actor, Draft, Sitter};
use crate::model::{FactValue, Instalment, LoanOutcome, Seats};
use crate::policy::call::{Call, Fail};
use crate::policy::limits;
use crate::policy::value::Value;
use crate::policy::vocabulary::years_after;
use crate::request::{self, Sitting, Verb};

/// A person on a borrowed seat moves to an own one.
pub(crate) fn convert(call: &Call<'_>, person: &View) -> Result<Verb, Fail> {
    Ok(Verb::Convert(request::Convert { who: sitting(call, person)? }))
}

/// Seats of a loan go back.
pub(crate) fn give_back(call: &Call<'_>, loan: &View, count: i64) -> Result<Verb, Fail> {
    let loan = loan.loan(call)?.id.clone();
    Ok(Verb::GiveBack(request::GiveBack { loan, count: Seats::new(count) }))
}

/// A permit's rest is taken back.
pub(crate) fn withdraw(call: &Call<'_>, permit: &View) -> Result<Verb, Fail> {
    Ok(Verb::Withdraw(request::Withdraw { permit: permit.permit(call)?.id.clone() }))
}

/// Title moves.
pub(crate) fn transfer(
    call: &Call<'_>,
    from: &View,
    to: &View,
    kind: &str,
    count: i64,
) -> Result<Verb, Fail> {
    let books = call.books();
    Ok(Verb::Transfer(request::Transfer {
        from: books.id(from.node(call)?),
        to: books.id(to.node(call)?),
        kind: kind.into(),
        count: Seats::new(count),
        purpose: None,
    }))
}

/// A loan's use is evaluated.
pub(crate) fn evaluate(call: &Call<'_>, loan: &View, outcome: &str) -> Result<Verb, Fail> {
    let outcome = LoanOutcome::from_word(outcome).ok_or_else(|| {
        let known = "continue, resize, run-off, recall";
        Fail::new(format!("不是评估结论：{outcome}"), format!("`{outcome}` is no outcome; known are {known}"))
    })?;
    let loan = loan.loan(call)?.id.clone();
    Ok(Verb::Evaluate(request::Evaluate { loan, outcome, seats: None, ends: None }))
}

/// Seats are to be given back as soon as they are idle.
pub(crate) fn owe(call: &Call<'_>, loan: &View, count: i64) -> Result<Verb, Fail> {
    let loan = loan.loan(call)?.id.clone();
    Ok(Verb::Owe(request::Owe { loan, count: Seats::new(count) }))
}

/// A loan is given back in yearly parts from its beginning: equal, rounded down, the remainder last. In no parts,
/// or in more than a schedule may have, there is none: the office refuses the proposal as it does any `bad-schedule`.
pub(crate) fn reschedule(call: &Call<'_>, loan: &View, parts: i64) -> Result<Verb, Fail> {
    let loan = loan.loan(call)?;
    let most = i64::try_from(limits::FACTS).unwrap_or(i64::MAX);
    let parts = if (1..=most).contains(&parts) { parts } else { 0 };
    let whole = loan.seats.get();
    let equal = whole.checked_div(parts).unwrap_or(0);
    let mut schedule = Vec::new();
    for part in 1..=parts {
        let before = equal.saturating_mul(parts.saturating_sub(1));
        let seats = if part == parts { whole.saturating_sub(before) } else { equal };
        if seats > 0 {
            schedule.push(Instalment { on: years_after(loan.since, part)?, seats: Seats::new(seats) });
        }
    }
    let ends = schedule.last().map(|part| part.on);
    Ok(Verb::Reschedule(request::Reschedule { loan: loan.id.clone(), schedule, ends }))
}

/// A fact of a node is set.
pub(crate) fn amend_fact(call: &Call<'_>, node: &View, name: &str, value: FactValue) -> Result<Verb, Fail> {
    Ok(Verb::Amend(request::Amend {
        node: call.books().id(node.node(call)?),
        name: None,
        add_tags: None,
        drop_tags: None,
        facts: Some(BTreeMap::from([(name.to_owned(), value)])),
    }))
}

/// Whether the laws would let a person convert.
pub(crate) fn can_convert(call: &Call<'_>, person: &View) -> Result<bool, Fail> {
    if person.person()?.sitter.is_none() {
        return Ok(false);
    }
    let verb = convert(call, person)?;
    let books = call.books();
    if !books.check(Ok(Actor::Reaction), &verb, None).is_empty() {
        return Ok(false);
    }
    let Ok(events) = books.draft(&verb, Draft { effective: books.today(), pool_size: None }) else {
        return Ok(false);
    };
    let events: Vec<Happened> = events.into_iter().map(Happened::asked).collect();
    Ok(books.clone().replay(&events).is_ok())
}

fn sitting(call: &Call<'_>, person: &View) -> Result<Sitting, Fail> {
    let seen = person.person()?;
    let books = call.books();
    Ok(match (seen.sitter, &seen.id) {
        (_, Some(id)) => Sitting::Person(id.clone()),
        (Some(Sitter::Unnamed { unit, kind, loan }), None) => Sitting::Unnamed {
            unit: books.id(unit),
            kind: books.kind_id(kind),
            loan: loan.and_then(|loan| books.loan_at(loan)).map(|loan| loan.id.clone()),
        },
        (Some(Sitter::Named(_)) | None, None) => return Err(Fail::absent("person")),
    })
}

/// Views of the instalments of a schedule.
pub(crate) fn parts<'a>(schedule: &[Instalment]) -> Value<'a> {
    let part = |part: &Instalment| View { what: What::Part(Arc::new(*part)), kind: None };
    Value::list(schedule.iter().map(part).map(Value::View))
}
