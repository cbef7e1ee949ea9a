//! Corrections in the second model: the difference that an entry made is taken out of the books as they are now.

use std::collections::BTreeMap;

use bianzhi::model::KindId;

use super::books::{Books, Loan, Node, Permit, Person};

/// The books now without what turned `before` into `after`; none if what the entry made has moved on.
pub(crate) fn reversed(now: &Books, before: &Books, after: &Books) -> Option<Books> {
    let mut books = now.clone();
    // What was founded goes if it is empty and owns what it was founded with, whatever it is called by now.
    for (id, made) in after.nodes.iter().filter(|(id, _)| !before.nodes.contains_key(*id)) {
        let node = now.nodes.get(id)?;
        let owned = |node: &Node| -> BTreeMap<KindId, i64> {
            node.caps.clone().into_iter().filter(|(_, seats)| *seats != 0).collect()
        };
        if node.unnamed.values().any(|number| *number > 0) || owned(node) != owned(made) {
            return None;
        }
        books.nodes.remove(id);
    }
    for (id, was) in &before.nodes {
        match after.nodes.get(id) {
            None if now.nodes.contains_key(id) => return None,
            None => {
                books.nodes.insert(id.clone(), was.clone());
            }
            Some(became) if became == was => {}
            Some(became) => take_back_node(books.nodes.get_mut(id)?, was, became)?,
        }
    }
    take_back(&mut books.people, &before.people, &after.people, Person::eq, |_, _, _| None)?;
    // A permit whose last day has gone by stays lapsed: what was used of it is no longer promised, and what
    // was withdrawn of it cannot be promised again.
    let (mut permits_before, mut permits_after) = (before.permits.clone(), after.permits.clone());
    for (id, was) in before.permits.iter().filter(|(_, permit)| permit.ends < now.today) {
        let left = after.permits.get(id).map_or(0, |permit| permit.count);
        let people = |books: &Books| {
            let known = books.nodes.contains_key(&was.unit);
            if known { books.occupied(&was.unit, &was.kind) } else { 0 }
        };
        if left < was.count && was.count - left > people(after) - people(before) {
            return None;
        }
        permits_before.remove(id);
        permits_after.remove(id);
    }
    // One that was used up or withdrawn since promises what comes back.
    for (id, became) in &permits_after {
        if permits_before.get(id).is_some_and(|was| was.count > became.count) {
            books.permits.entry(id.clone()).or_insert_with(|| Permit { count: 0, ..became.clone() });
        }
    }
    // One that was open again before what was used up or withdrawn of it came back promises both.
    permits_before.retain(|id, was| {
        let again = if permits_after.contains_key(id) { None } else { books.permits.get_mut(id) };
        match again {
            Some(permit) => {
                permit.count += was.count;
                false
            }
            None => true,
        }
    });
    take_back(&mut books.permits, &permits_before, &permits_after, Permit::eq, |now, was, became| {
        now.count += was.count - became.count;
        (now.count > 0 && now.unit == became.unit).then(|| now.unit = was.unit.clone())
    })?;
    // A loan that was closed since opens again for what comes back to it.
    for (id, became) in &after.loans {
        if before.loans.get(id).is_some_and(|was| was.seats > became.seats)
            && let Some(closed) = now.closed.get(id)
        {
            books.loans.entry(id.clone()).or_insert_with(|| closed.clone());
        }
    }
    take_back(&mut books.loans, &before.loans, &after.loans, same_seats, take_back_loan)?;
    stands(&books).then_some(books)
}

/// Takes back what changed in one map: things made go if nobody touched them, things ended return, the rest
/// as `change` says.
fn take_back<Id: Ord + Clone, Thing: PartialEq + Clone>(
    now: &mut BTreeMap<Id, Thing>,
    before: &BTreeMap<Id, Thing>,
    after: &BTreeMap<Id, Thing>,
    untouched: impl Fn(&Thing, &Thing) -> bool,
    change: impl Fn(&mut Thing, &Thing, &Thing) -> Option<()>,
) -> Option<()> {
    for (id, made) in after {
        match before.get(id) {
            Some(was) if was == made => {}
            Some(was) => {
                let thing = now.get_mut(id)?;
                if thing == made {
                    *thing = was.clone();
                } else {
                    change(thing, was, made)?;
                }
            }
            None => {
                if !now.get(id).is_some_and(|thing| untouched(thing, made)) {
                    return None;
                }
                now.remove(id);
            }
        }
    }
    for (id, was) in before.iter().filter(|(id, _)| !after.contains_key(*id)) {
        if now.insert(id.clone(), was.clone()).is_some() {
            return None;
        }
    }
    Some(())
}

/// The same seats with the same people; how they are to be given back may have been agreed anew.
fn same_seats(now: &Loan, made: &Loan) -> bool {
    let people = |loan: &Loan| -> BTreeMap<_, _> {
        loan.unnamed.clone().into_iter().filter(|(_, number)| *number > 0).collect()
    };
    now.lender == made.lender
        && now.borrower == made.borrower
        && now.seats == made.seats
        && people(now) == people(made)
}

fn take_back_node(now: &mut Node, was: &Node, became: &Node) -> Option<()> {
    swap(&mut now.parent, &was.parent, &became.parent)?;
    swap(&mut now.pool, &was.pool, &became.pool)?;
    swap(&mut now.name, &was.name, &became.name)?;
    swap(&mut now.tags, &was.tags, &became.tags)?;
    swap(&mut now.facts, &was.facts, &became.facts)?;
    subtract(&mut now.caps, &was.caps, &became.caps);
    subtract(&mut now.unnamed, &was.unnamed, &became.unnamed);
    Some(())
}

/// What was `was` and became `became` is `was` again, if it is still that.
fn swap<T: PartialEq + Clone>(now: &mut T, was: &T, became: &T) -> Option<()> {
    if was == became {
        return Some(());
    }
    (now == became).then(|| *now = was.clone())
}

fn subtract(now: &mut BTreeMap<KindId, i64>, was: &BTreeMap<KindId, i64>, became: &BTreeMap<KindId, i64>) {
    for kind in was.keys().chain(became.keys()).cloned().collect::<std::collections::BTreeSet<_>>() {
        let change = became.get(&kind).unwrap_or(&0) - was.get(&kind).unwrap_or(&0);
        *now.entry(kind).or_insert(0) -= change;
    }
}

fn take_back_loan(now: &mut Loan, was: &Loan, became: &Loan) -> Option<()> {
    // Term, schedule and evaluation stand or fall together.
    let terms = |loan: &Loan| (loan.ends, loan.schedule.clone(), loan.outcome, loan.found_right);
    let mut current = terms(now);
    swap(&mut current, &terms(was), &terms(became))?;
    (now.ends, now.schedule, now.outcome, now.found_right) = current;
    if now.lender != became.lender || now.borrower != became.borrower {
        return None;
    }
    now.lender.clone_from(&was.lender);
    now.borrower.clone_from(&was.borrower);
    now.seats += was.seats - became.seats;
    now.returned += was.returned - became.returned;
    let units: std::collections::BTreeSet<_> =
        was.unnamed.keys().chain(became.unnamed.keys()).cloned().collect();
    for unit in units {
        let change = became.unnamed.get(&unit).unwrap_or(&0) - was.unnamed.get(&unit).unwrap_or(&0);
        *now.unnamed.entry(unit).or_insert(0) -= change;
    }
    Some(())
}

/// Nobody sits on nothing, and everything stands somewhere.
fn stands(books: &Books) -> bool {
    let nodes = &books.nodes;
    nodes.values().all(|node| {
        node.unnamed.values().all(|number| *number >= 0)
            && node.parent.as_ref().is_none_or(|parent| nodes.contains_key(parent))
    }) && books.people.values().all(|person| {
        nodes.contains_key(&person.unit)
            && person.loan.as_ref().is_none_or(|loan| books.loans.contains_key(loan))
    }) && books.permits.values().all(|permit| nodes.contains_key(&permit.unit))
        && books.loans.iter().all(|(id, loan)| {
            nodes.contains_key(&loan.lender)
                && nodes.contains_key(&loan.borrower)
                && loan.lender != loan.borrower
                && books.idle(id) >= 0
                && loan.seats > 0
                && loan
                    .unnamed
                    .iter()
                    .all(|(unit, number)| *number == 0 || (*number > 0 && nodes.contains_key(unit)))
        })
        && !super::rights::someone_outside(books)
}
