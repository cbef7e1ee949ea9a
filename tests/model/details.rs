//! What the figures do not show: who sits where, terms of loans, what is left of permits, figures by tag.

use bianzhi::ledger::Ledger;
use bianzhi::model::{Figures, KindId, NodeId, Seats};

use super::books::{Books, Loan, Table};

/// The first thing in which the office's books and the model's differ.
pub(crate) fn same(office: &Ledger, books: &Books, table: &Table) -> Result<(), String> {
    if office.today() != books.today {
        return Err(format!("today is {} in the office, {} in the model", office.today(), books.today));
    }
    people(office, books)?;
    loans(office, books)?;
    permits(office, books)?;
    groups(office, books, table)
}

fn people(office: &Ledger, books: &Books) -> Result<(), String> {
    for (id, person) in &books.people {
        let got = office.person(id.as_str()).and_then(|place| office.person_at(place));
        let got = got.map(|got| {
            (
                got.unit().map(|unit| office.id(unit)),
                got.kind().map(|kind| office.kind_id(kind)),
                got.loan().and_then(|loan| office.loan_at(loan)).map(|loan| loan.id.clone()),
            )
        });
        let wanted = (Some(person.unit.clone()), Some(person.kind.clone()), person.loan.clone());
        if got.as_ref() != Some(&wanted) {
            return Err(format!("{id} sits on {got:?} in the office, {wanted:?} in the model"));
        }
    }
    let in_post = office.people().filter(|person| person.unit().is_some()).count();
    if in_post != books.people.len() {
        return Err(format!("{in_post} named people in the office, {} in the model", books.people.len()));
    }
    Ok(())
}

fn loans(office: &Ledger, books: &Books) -> Result<(), String> {
    for (id, loan) in &books.loans {
        let Some(got) = office.loan(id.as_str()).and_then(|place| office.loan_at(place)) else {
            return Err(format!("{id} is open in the model alone"));
        };
        let ends =
            [(office.id(got.lender), office.id(got.borrower)), (loan.lender.clone(), loan.borrower.clone())];
        let figures = [
            [got.seats, got.used, got.idle(), got.due(office.today())],
            [loan.seats, books.people_on(id), books.idle(id), books.due(id)].map(Seats::new),
        ];
        let terms = [(got.terms.ends, got.terms.outcome), (loan.ends, loan.outcome)];
        let overdue = [got.overdue(office.today()), books.overdue(id)];
        if ends[0] != ends[1] || figures[0] != figures[1] || terms[0] != terms[1] || overdue[0] != overdue[1]
        {
            return Err(format!(
                "{id}, office and model: {ends:?} {figures:?} {terms:?} overdue {overdue:?}"
            ));
        }
        if got.terms.schedule != loan.schedule || got.draw != loan.draw {
            return Err(format!("{id}: schedule {:?}, {:?}", got.terms.schedule, loan.schedule));
        }
        unnamed(office, books, (id.as_str(), loan))?;
    }
    let open = office.loans().filter(|loan| loan.open).count();
    if open != books.loans.len() {
        return Err(format!("{open} open loans in the office, {} in the model", books.loans.len()));
    }
    Ok(())
}

fn unnamed(office: &Ledger, books: &Books, (id, loan): (&str, &Loan)) -> Result<(), String> {
    let Some(place) = office.loan(id) else { return Ok(()) };
    for unit in books.nodes.keys().filter(|node| books.is_unit(node)) {
        let here = office.node(unit.as_str()).ok_or_else(|| format!("{unit} is not there"))?;
        let got = office.unnamed_on_loan(here, place).get();
        let wanted = loan.unnamed.get(unit).copied().unwrap_or(0);
        if got != wanted {
            return Err(format!("{got} unnamed at {unit} on {id} in the office, {wanted} in the model"));
        }
    }
    Ok(())
}

fn permits(office: &Ledger, books: &Books) -> Result<(), String> {
    for (id, permit) in &books.permits {
        let got = office.permit(id.as_str()).and_then(|place| office.permit_at(place));
        let got = got.map(|got| (office.id(got.unit), got.left.get(), got.ends));
        let wanted = (permit.unit.clone(), permit.count, permit.ends);
        if got.as_ref() != Some(&wanted) {
            return Err(format!("{id}: {got:?} in the office, {wanted:?} in the model"));
        }
    }
    let open = office.permits().filter(|permit| permit.open).count();
    if open != books.permits.len() {
        return Err(format!("{open} open permits in the office, {} in the model", books.permits.len()));
    }
    Ok(())
}

/// The tags that random charters and requests use.
const TAGS: [&str; 2] = ["school", "hospital"];

fn groups(office: &Ledger, books: &Books, table: &Table) -> Result<(), String> {
    for node in books.nodes.keys().filter(|node| books.is_jurisdiction(node)) {
        for kind in &books.kinds {
            for tag in TAGS {
                let wanted = group(books, table, node, tag, kind);
                let place = office.node(node.as_str()).zip(office.kind(kind.as_str()));
                let got = place.map(|(node, kind)| office.group(node, tag, kind));
                // How much room a group has is its own figure; the rest are plain sums.
                let got = got.map(|got| Figures { allotted: Seats::ZERO, room: Seats::ZERO, ..got });
                if got != Some(wanted) {
                    return Err(format!("{tag} in {node}, {kind}: office {got:?}\nmodel {wanted:?}"));
                }
            }
        }
    }
    Ok(())
}

fn group(books: &Books, table: &Table, inside: &NodeId, tag: &str, kind: &KindId) -> Figures {
    let mut sum = Figures::default();
    for (id, node) in &books.nodes {
        if !books.is_unit(id) || !node.tags.iter().any(|one| one == tag) || !books.contains(inside, id) {
            continue;
        }
        let row = &table[&(id.clone(), kind.clone())];
        sum.cap += row.cap;
        sum.occupied += row.occupied;
        sum.permitted += row.permitted;
        sum.lent += row.lent;
        sum.borrowed += row.borrowed;
        sum.borrowed_occupied += row.borrowed_occupied;
        sum.charged += row.charged;
        sum.vacancy += row.vacancy;
        sum.excess += row.excess;
        sum.available += row.available;
        sum.headcount += row.headcount;
    }
    sum.net_vacancy = (sum.cap - sum.occupied).or_zero();
    sum
}
