//! The laws that need no figures: one person, one seat; kinds never mix; use within right.

use std::collections::BTreeSet;

use bianzhi::model::PersonId;
use bianzhi::{Sitting, Verb};

use super::books::Books;
use super::effects::Draft;

impl Draft {
    /// `one-person-one-seat`, `kind` and `use-within-right`: all that are broken.
    pub(crate) fn laws_without_figures(&self, verb: &Verb) -> BTreeSet<&'static str> {
        let books = &self.books;
        let mut codes = BTreeSet::new();
        let mut say_if = |broken: bool, code| {
            if broken {
                codes.insert(code);
            }
        };
        let sits = |person: &PersonId| books.people.contains_key(person);
        let on_loan = |person: &PersonId| books.people[person].loan.is_some();
        match verb {
            Verb::Appoint(asked) => {
                say_if(asked.person.as_ref().is_some_and(sits), "one-person-one-seat");
                if let Some(permit) = asked.permit.as_ref().map(|permit| &books.permits[permit]) {
                    say_if(permit.kind != asked.kind, "kind");
                    say_if(permit.unit != asked.unit || asked.loan.is_some(), "use-within-right");
                }
                if let Some(id) = &asked.loan {
                    let loan = &books.loans[id];
                    say_if(loan.kind != asked.kind, "kind");
                    let outside = !books.contains(&loan.borrower, &asked.unit);
                    say_if(outside || books.idle(id) < 1 || books.overdue(id), "use-within-right");
                }
            }
            Verb::Draw(asked) => say_if(sits(&asked.person), "one-person-one-seat"),
            Verb::Name(asked) => say_if(sits(&asked.person), "one-person-one-seat"),
            Verb::Convert(asked) => match &asked.who {
                Sitting::Person(person) => say_if(!on_loan(person), "use-within-right"),
                Sitting::Unnamed { loan, .. } => say_if(loan.is_none(), "use-within-right"),
            },
            Verb::Move(asked) => say_if(on_loan(&asked.person), "use-within-right"),
            Verb::Borrow(asked) => {
                let pool = books.nodes[&asked.lender].pool.as_ref();
                say_if(pool.is_some_and(|(kind, _)| *kind != asked.kind), "kind");
            }
            Verb::GiveBack(asked) => {
                say_if(books.idle(&asked.loan) < asked.count.get(), "use-within-right");
            }
            Verb::Relocate(asked) => {
                let mut after = books.clone();
                after.nodes.get_mut(&asked.node).expect("known").parent = Some(asked.parent.clone());
                say_if(someone_outside(&after), "use-within-right");
            }
            Verb::Merge(asked) => {
                let mut after = Self::of(books);
                after.rehome(asked);
                say_if(someone_outside(&after.books), "use-within-right");
            }
            Verb::Authorize(_)
            | Verb::Transfer(_)
            | Verb::Permit(_)
            | Verb::Withdraw(_)
            | Verb::Vacate(_)
            | Verb::Owe(_)
            | Verb::Extend(_)
            | Verb::Reschedule(_)
            | Verb::Evaluate(_)
            | Verb::Establish(_)
            | Verb::Resize(_)
            | Verb::Amend(_)
            | Verb::Abolish(_)
            | Verb::Correct(_)
            | Verb::Batch(_)
            | Verb::Advance(_) => {}
        }
        codes
    }
}

/// Somebody sits on a loan whose borrower does not contain the unit.
pub(crate) fn someone_outside(books: &Books) -> bool {
    let named = books.people.values().filter_map(|person| Some((person.loan.as_ref()?, &person.unit)));
    let unnamed = books.loans.iter().flat_map(|(id, loan)| {
        loan.unnamed.iter().filter(|(_, number)| **number > 0).map(move |(unit, _)| (id, unit))
    });
    named.chain(unnamed).any(|(loan, unit)| !books.contains(&books.loans[loan].borrower, unit))
}
