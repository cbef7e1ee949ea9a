//! Clearing: what goes before a node can be abolished – its people, permits, loans, and what lies inside it.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Ground;
use crate::explain::candidates::Nearness;
use crate::explain::places::{self, Wanted};
use crate::graph::{NodeIx, Role};
use crate::ledger::{KindIx, Ledger, LoanIx, Sitter};
use crate::model::{FactValue, NodeId, Seats};
use crate::request::{Convert, Merge, Move, Relocate, Request, Sitting, Vacate, Verb};

/// The most that is asked before; who has more people than that merges the unit instead.
const MOST_FIRST: usize = 40;
/// The other units into which one is merged, and to which its people move, that are looked at.
const UNITS: usize = 4;

/// Where the people of a node go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum People {
    /// To seats elsewhere: moved to other units, or from borrowed seats to own ones.
    Stay,
    /// They leave.
    Leave,
}

impl Ground<'_> {
    /// A node that is not empty: what is in it goes first; a unit is merged into another; or an empty one is meant.
    pub(super) fn clearing(&mut self, field: &str, value: &str) {
        let books = Arc::clone(self.books);
        let Some(node) = books.node(value) else { return };
        let wanted = Wanted { kind: None, seats: Seats::ZERO, tags: &self.tags };
        let beside = places::around(&books, node, &wanted);
        for (distance, people) in [People::Stay, People::Leave].into_iter().enumerate() {
            let converted = Vec::new();
            let mut clearing =
                Clearing { books: &books, people, beside: &beside, converted, first: Vec::new() };
            clearing.node(node);
            let on = self.request.on;
            let dated = |verb| Request { on, ..Request::new(verb) };
            let first: Vec<Request> = clearing.first.into_iter().map(dated).collect();
            if !first.is_empty() && first.len() <= MOST_FIRST {
                self.one(Nearness::First, distance, Vec::new(), first);
            }
        }
        if books.role(node) == Role::Unit {
            for (distance, into) in beside.iter().take(UNITS).enumerate() {
                let merge = Merge { units: vec![books.id(node)], into: books.id(*into) };
                self.instead(distance, merge.into());
            }
        }
        let empty = beside.iter().filter(|other| books.is_empty(**other));
        for (distance, other) in empty.enumerate() {
            let other = FactValue::Text(books.id(*other).to_string());
            self.set(Nearness::Place, distance, field, Some(other));
        }
    }

    /// Somebody who has a seat already: moved or converted instead of seated again, or leaves it first.
    pub(super) fn seated(&mut self, value: &str) {
        let books = Arc::clone(self.books);
        let Some(person) = books.person(value).and_then(|place| books.person_at(place)) else { return };
        let Some((unit, kind)) = person.unit().zip(person.kind()) else { return };
        let to = if let Verb::Appoint(verb) = self.verb
            && books.kind(verb.kind.as_str()) == Some(kind)
        {
            verb.unit.clone()
        } else if let Verb::Draw(verb) = self.verb {
            verb.unit.clone()
        } else {
            return;
        };
        if books.node(to.as_str()) == Some(unit) {
            if person.loan().is_some() {
                self.instead(0, Request::convert(&person.id).into());
            }
        } else if person.loan().is_none() && matches!(self.verb, Verb::Appoint(_)) {
            self.instead(0, Move { person: person.id.clone(), to }.into());
        }
        let leaves = Request { on: self.request.on, ..Request::vacate(&person.id).into() };
        self.one(Nearness::First, 1, Vec::new(), vec![leaves]);
    }
}

/// What is asked, in this order, so that a node becomes empty.
struct Clearing<'a> {
    books: &'a Ledger,
    people: People,
    /// Nodes of the same role to which people may move.
    beside: &'a [NodeIx],
    /// Who came from a borrowed seat to one of the node's own, and has to leave that, too.
    converted: Vec<Sitter>,
    first: Vec<Verb>,
}

impl Clearing<'_> {
    fn node(&mut self, node: NodeIx) {
        let books = self.books;
        for inside in books.graph().children(node) {
            let verb = match books.parent(node) {
                Some(parent) if books.role(inside) != Role::Pool && !books.is_empty(inside) => {
                    Relocate { node: books.id(inside), parent: books.id(parent) }.into()
                }
                _ => Request::abolish(books.id(inside)).into(),
            };
            self.first.push(verb);
            if self.first.len() > MOST_FIRST {
                return;
            }
        }
        for permit in books.permits_of(node, None).into_iter().filter_map(|permit| books.permit_at(permit)) {
            self.first.push(Request::withdraw(&permit.id).into());
        }
        for loan in books.loans_borrowed(node, None).into_iter().chain(books.loans_lent(node, None)) {
            self.loan(loan, node);
        }
        self.own_people(node);
    }

    /// Whoever sits on a loan leaves its seats, and what is left of them goes back.
    fn loan(&mut self, place: LoanIx, node: NodeIx) {
        let books = self.books;
        let Some(loan) = books.loan_at(place).filter(|loan| loan.open) else { return };
        let mut left = loan.seats;
        for (unit, _) in loan.units() {
            for sitter in books.people_on_loan_at(place, unit) {
                if self.first.len() > MOST_FIRST {
                    return;
                }
                let who = self.who(&sitter);
                // A converted person's seat goes back in the same act, and so does that of who leaves a draw.
                if self.people == People::Stay {
                    self.first.push(Convert { who }.into());
                    self.converted.extend(Some(sitter).filter(|_| unit == node));
                    left -= Seats::ONE;
                } else {
                    self.first.push(Vacate { who, reason: None }.into());
                    if loan.draw {
                        left -= Seats::ONE;
                    }
                }
            }
        }
        if left > Seats::ZERO {
            self.first.push(Request::give_back(&loan.id, left).into());
        }
    }

    fn who(&self, sitter: &Sitter) -> Sitting {
        let books = self.books;
        let unnamed = |unit: NodeIx, kind: KindIx, loan: Option<LoanIx>| Sitting::Unnamed {
            unit: books.id(unit),
            kind: books.kind_id(kind),
            loan: loan.and_then(|loan| books.loan_at(loan)).map(|loan| loan.id.clone()),
        };
        match sitter {
            Sitter::Named(person) => match books.person_at(*person) {
                Some(person) => Sitting::Person(person.id.clone()),
                None => Sitting::Person("".into()),
            },
            Sitter::Unnamed { unit, kind, loan } => unnamed(*unit, *kind, *loan),
        }
    }

    /// People on own seats: those with a key move where a seat is free, the others leave.
    fn own_people(&mut self, unit: NodeIx) {
        let books = self.books;
        let mut free: BTreeMap<(usize, KindIx), Seats> = BTreeMap::new();
        let converted = std::mem::take(&mut self.converted);
        let own = books.people_of(unit).into_iter().filter_map(|person| books.person_at(person));
        let own = own.filter(|person| person.loan().is_none());
        let named = converted.iter().filter_map(|sitter| match sitter {
            Sitter::Named(person) => books.person_at(*person),
            Sitter::Unnamed { .. } => None,
        });
        for (person, kind) in own.chain(named).filter_map(|person| Some((person, person.kind()?))) {
            let to = self.free_seat(kind, &mut free);
            self.first.push(match to {
                Some(to) => Move { person: person.id.clone(), to }.into(),
                None => Request::vacate(&person.id).into(),
            });
            if self.first.len() > MOST_FIRST {
                return;
            }
        }
        for (kind, _) in books.kinds() {
            let came = |sitter: &&Sitter| matches!(sitter, Sitter::Unnamed { kind: of, .. } if *of == kind);
            let came = converted.iter().filter(came).count();
            let unnamed = usize::try_from(books.unnamed_on_own_seats(unit, kind).get()).unwrap_or(usize::MAX);
            let most = unnamed.saturating_add(came).min(MOST_FIRST.saturating_add(1));
            let leaves = || Request::vacate_unnamed(books.id(unit), books.kind_id(kind)).into();
            self.first.extend(std::iter::repeat_with(leaves).take(most));
        }
    }

    /// A node beside this one that has a seat of this kind to spare, one less from now on.
    fn free_seat(&self, kind: KindIx, free: &mut BTreeMap<(usize, KindIx), Seats>) -> Option<NodeId> {
        for (place, other) in self.beside.iter().enumerate().filter(|_| self.people == People::Stay) {
            let left =
                free.entry((place, kind)).or_insert_with(|| self.books.figures(*other, kind).available);
            if *left > Seats::ZERO {
                *left -= Seats::ONE;
                return Some(self.books.id(*other));
            }
        }
        None
    }
}
