//! The books of an office read back into the second model's form, so that every figure can be recomputed.

use std::collections::{BTreeMap, BTreeSet};

use bianzhi::graph::Role;
use bianzhi::model::{ExcessRule, Opening};
use bianzhi::office::Office;

use crate::model::books::{Books, Loan, Node, Permit, Person, Table};

/// Who sits where and what is lent, as the office's books say.
pub(crate) fn books(office: &Office, opening: &Opening) -> Books {
    let ledger = office.books();
    let mut books = Books {
        today: ledger.today(),
        levels: ledger.levels().to_vec(),
        kinds: ledger.kinds().map(|(_, kind)| kind.id.clone()).collect(),
        tolerate: opening.excess == ExcessRule::Tolerate,
        nodes: BTreeMap::new(),
        people: BTreeMap::new(),
        loans: BTreeMap::new(),
        closed: BTreeMap::new(),
        permits: BTreeMap::new(),
        used_nodes: BTreeSet::new(),
        used_loans: BTreeSet::new(),
        used_permits: BTreeSet::new(),
        draws: 0,
    };
    for place in ledger.nodes_in_tree_order() {
        let pool = ledger.role(place) == Role::Pool;
        let mut node = Node {
            parent: ledger.parent(place).map(|parent| ledger.id(parent)),
            level: ledger.levels().iter().position(|level| !pool && level == ledger.level_name(place)),
            pool: ledger.pool(place).map(|pool| (ledger.kind_id(pool.kind), pool.size.clone())),
            name: ledger.name(place).to_owned(),
            tags: ledger.tags(place).into_iter().map(ToOwned::to_owned).collect(),
            facts: BTreeMap::new(),
            caps: BTreeMap::new(),
            unnamed: BTreeMap::new(),
        };
        for (of, kind) in ledger.kinds().filter(|_| !pool) {
            node.caps.insert(kind.id.clone(), ledger.cap(place, of).get());
            node.unnamed.insert(kind.id.clone(), ledger.unnamed_on_own_seats(place, of).get());
        }
        books.nodes.insert(ledger.id(place), node);
    }
    for person in ledger.people() {
        if let (Some(unit), Some(kind)) = (person.unit(), person.kind()) {
            let loan = person.loan().and_then(|loan| ledger.loan_at(loan)).map(|loan| loan.id.clone());
            let seat = Person { unit: ledger.id(unit), kind: ledger.kind_id(kind), loan };
            assert!(books.people.insert(person.id.clone(), seat).is_none(), "L6: {} sits twice", person.id);
        }
    }
    for loan in ledger.loans().filter(|loan| loan.open) {
        let place = ledger.loan(loan.id.as_str()).expect("open loans are found");
        let mut unnamed = BTreeMap::new();
        for (unit, _) in loan.units() {
            unnamed.insert(ledger.id(unit), ledger.unnamed_on_loan(unit, place).get());
        }
        let read = Loan {
            lender: ledger.id(loan.lender),
            borrower: ledger.id(loan.borrower),
            kind: ledger.kind_id(loan.kind),
            seats: loan.seats.get(),
            unnamed,
            ends: loan.terms.ends,
            schedule: loan.terms.schedule.clone(),
            returned: (loan.returned - loan.terms.returned_before).get(),
            outcome: loan.terms.outcome,
            found_right: loan.terms.evaluated_seats.map(bianzhi::Seats::get),
            draw: loan.draw,
            via: Vec::new(),
        };
        books.loans.insert(loan.id.clone(), read);
    }
    for permit in ledger.permits().filter(|permit| permit.open) {
        let read = Permit {
            unit: ledger.id(permit.unit),
            kind: ledger.kind_id(permit.kind),
            count: permit.left.get(),
            ends: permit.ends,
            purpose: None,
        };
        books.permits.insert(permit.id.clone(), read);
    }
    books
}

/// The office's own figures of every node and kind; a pool's cap and room, which a rule may say, as it has them.
pub(crate) fn figures(office: &Office, books: &Books) -> Table {
    let mut table = Table::new();
    for node in books.nodes.keys() {
        for kind in &books.kinds {
            let row = office.figures(node.as_str(), kind.as_str()).expect("a known node and kind");
            table.insert((node.clone(), kind.clone()), row);
        }
    }
    table
}

/// The first figure that differs from what follows from the people, loans and permits.
pub(crate) fn same_figures(books: &Books, office: &Table) -> Result<(), String> {
    for ((node, kind), wanted) in books.table() {
        let mut got = office[&(node.clone(), kind.clone())];
        if books.is_pool(&node) {
            (got.cap, got.room) = (wanted.cap, wanted.room);
        }
        if got != wanted {
            return Err(format!("{node} {kind}: office {got:?}\nfrom scratch {wanted:?}"));
        }
    }
    Ok(())
}
