//! What a request names: its loan, permit, pool, person, unit and end, as its words read them.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "a word belongs to some verbs; elsewhere it fails closed"
)]

use super::nodes::node;
use crate::graph::{NodeIx, Role};
use crate::ledger::{LoanIx, PermitIx, Person};
use crate::model::{Date, NodeId};
use crate::policy::call::{Call, Fail};
use crate::policy::value::Value;
use crate::policy::view::View;
use crate::request::{Place, Sitting, Verb};

pub(super) fn verb<'a>(call: &Call<'a>) -> Result<&'a Verb, Fail> {
    Ok(call.request()?.verb)
}

pub(super) fn named(call: &Call<'_>, id: &NodeId) -> Result<NodeIx, Fail> {
    call.books().node(id.as_str()).ok_or_else(|| Fail::absent(id.as_str()))
}

/// The pool or whoever lends, of this id, which the request names.
pub(super) fn lender(call: &Call<'_>, id: &NodeId) -> Result<NodeIx, Fail> {
    call.found()?.lender.ok_or_else(|| Fail::absent(id.as_str()))
}

/// The borrower, of this id, which the request names.
pub(super) fn borrower(call: &Call<'_>, id: &NodeId) -> Result<NodeIx, Fail> {
    call.found()?.borrower.ok_or_else(|| Fail::absent(id.as_str()))
}

pub(super) fn loan(call: &Call<'_>) -> Result<LoanIx, Fail> {
    call.found()?.loan.ok_or_else(|| Fail::absent("loan"))
}

pub(super) fn permit(call: &Call<'_>) -> Result<PermitIx, Fail> {
    call.found()?.permit.ok_or_else(|| Fail::absent("permit"))
}

/// The unit where a request's person sits, or whose permit it is.
pub(super) fn unit(call: &Call<'_>) -> Result<NodeIx, Fail> {
    call.found()?.unit.ok_or_else(|| Fail::absent("unit"))
}

pub(super) fn sitting<'a>(call: &Call<'a>) -> Result<Option<&'a Sitting>, Fail> {
    Ok(match verb(call)? {
        Verb::Vacate(verb) => Some(&verb.who),
        Verb::Convert(verb) => Some(&verb.who),
        _ => None,
    })
}

/// The person in post whom a request names.
pub(super) fn sitting_person<'a>(call: &Call<'a>) -> Result<Option<&'a Person>, Fail> {
    let key = person_key(call)?;
    let books = call.books();
    Ok(books.person(key).and_then(|place| books.person_at(place)))
}

pub(super) fn person_key<'a>(call: &Call<'a>) -> Result<&'a str, Fail> {
    Ok(match verb(call)? {
        Verb::Appoint(verb) => verb.person.as_ref().map_or("", |person| person.as_str()),
        Verb::Draw(verb) => verb.person.as_str(),
        Verb::Name(verb) => verb.person.as_str(),
        Verb::Move(verb) => verb.person.as_str(),
        _ => match sitting(call)? {
            Some(Sitting::Person(person)) => person.as_str(),
            Some(Sitting::Unnamed { .. }) | None => "",
        },
    })
}

pub(super) fn pool(call: &Call<'_>, _: &View, _: &[Value<'_>]) -> Result<View, Fail> {
    let pool = match verb(call)? {
        Verb::Draw(verb) => lender(call, &verb.pool)?,
        Verb::Resize(verb) => lender(call, &verb.pool)?,
        Verb::Borrow(verb) => lender(call, &verb.lender)?,
        _ => View::of_loan(call, loan(call)?).loan(call)?.lender,
    };
    if call.books().role(pool) != Role::Pool {
        return Err(Fail::absent("pool"));
    }
    Ok(View::of_pool(call, pool))
}

pub(super) fn above(call: &Call<'_>, view: &View, _: &[Value<'_>]) -> Result<View, Fail> {
    let id = match verb(call)? {
        Verb::Relocate(verb) => &verb.parent,
        Verb::Establish(verb) => match &verb.place {
            Place::Node { parent, .. } => parent,
            Place::Pool { sponsor, .. } => sponsor,
        },
        _ => return Err(Fail::absent("parent")),
    };
    Ok(node(named(call, id)?, view.kind))
}

pub(super) fn ends(call: &Call<'_>) -> Result<Option<Date>, Fail> {
    Ok(match verb(call)? {
        Verb::Permit(verb) => Some(verb.ends),
        Verb::Extend(verb) => Some(verb.ends),
        Verb::Draw(verb) => verb.ends,
        Verb::Borrow(verb) => verb.ends,
        Verb::Reschedule(verb) => verb.ends,
        Verb::Evaluate(verb) => verb.ends,
        _ => None,
    })
}
