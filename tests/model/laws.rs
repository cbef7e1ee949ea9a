//! The laws as predicates over a table of figures and over the model's people and loans.

use bianzhi::model::{KindId, NodeId};

use super::books::{Books, Table, promised};

/// Every law that the figures break; empty if all hold. `books` says who stands where; the figures may be
/// the office's or the model's own.
pub(crate) fn broken(books: &Books, figures: &Table, opened: &Table) -> Vec<String> {
    let mut broken = Vec::new();
    let root = books.root();
    for ((node, kind), row) in figures {
        let over = row.charged.get() - row.cap.get();
        if over > 0
            && !books.is_pool(node)
            && !(books.tolerate && inherited(books, opened, node, kind) >= over)
        {
            broken.push(format!("L1 cap: {node} {kind} charged {} of {}", row.charged, row.cap));
        }
        if books.is_jurisdiction(node) && promised(row) > row.cap.get() {
            broken.push(format!("L2 allotment: {node} {kind} promised {} of {}", promised(row), row.cap));
        }
        if row.cap.get() < 0 {
            broken.push(format!("L1 cap: {node} {kind} below 0"));
        }
        if *node == root && row.headcount > row.cap {
            broken.push(format!("L8 headcount: {kind} {} of {}", row.headcount, row.cap));
        }
    }
    for kind in &books.kinds {
        let lent: i64 = figures.iter().filter(|((_, of), _)| of == kind).map(|(_, row)| row.lent.get()).sum();
        let borrowed: i64 =
            figures.iter().filter(|((_, of), _)| of == kind).map(|(_, row)| row.borrowed.get()).sum();
        let loans: i64 = books.loans.values().filter(|loan| loan.kind == *kind).map(|loan| loan.seats).sum();
        if lent != borrowed || lent != loans {
            broken.push(format!("L3 conservation: {kind} lent {lent}, borrowed {borrowed}, on loan {loans}"));
        }
    }
    for (id, loan) in &books.loans {
        if books.idle(id) < 0 || loan.seats < 1 || loan.lender == loan.borrower {
            broken.push(format!("L4 use within right: {id}"));
        }
        let named = books.people.values().filter(|person| person.loan.as_ref() == Some(id));
        let seated = loan.unnamed.iter().filter(|(_, number)| **number > 0).map(|(unit, _)| unit);
        for unit in named.clone().map(|person| &person.unit).chain(seated) {
            if !books.contains(&loan.borrower, unit) {
                broken.push(format!("L4 use within right: {id} is used at {unit}"));
            }
        }
        for person in named {
            if person.kind != loan.kind {
                broken.push(format!("L7 kinds never mix: {id}"));
            }
        }
    }
    broken
}

/// The excess with which a node opened. Merged units bring theirs along, so the sum of all that stood at its
/// level bounds it.
fn inherited(books: &Books, opened: &Table, node: &NodeId, kind: &KindId) -> i64 {
    let over = |row: &bianzhi::model::Figures| (row.charged.get() - row.cap.get()).max(0);
    if books.is_unit(node) {
        let units =
            opened.iter().filter(|((id, of), row)| of == kind && row.allotted.is_zero() && id != node);
        opened.get(&(node.clone(), kind.clone())).map_or(0, over)
            + units.map(|(_, row)| over(row)).sum::<i64>()
    } else {
        opened.get(&(node.clone(), kind.clone())).map_or(0, over)
    }
}

/// Nodes that stood over their cap and are further over now. A merge is judged by the sum of the units, so a
/// unit that took others in is left to [`broken`].
pub(crate) fn grown(books: &Books, before: &Table, now: &Table) -> Vec<String> {
    let mut grown = Vec::new();
    for ((node, kind), row) in now {
        let Some(was) = before.get(&(node.clone(), kind.clone())) else { continue };
        let over = row.charged.get() - row.cap.get();
        let over_before = (was.charged.get() - was.cap.get()).max(0);
        if over > over_before && !books.is_pool(node) && before.len() <= now.len() {
            grown.push(format!("excess may only shrink: {node} {kind} was {over_before}, is {over}"));
        }
    }
    grown
}
