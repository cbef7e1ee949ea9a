//! Before the request: a later day, or something that is done first.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{Ground, THINGS, YEARS, in_years};
use crate::explain::candidates::{Axis, Candidate, Nearness};
use crate::graph::NodeIx;
use crate::ledger::{Ledger, Loan, Sitter};
use crate::model::{Date, FactValue, LoanOutcome, NodeId, Seats};
use crate::policy::ReadOf;
use crate::request::{Convert, Request, Sitting};

impl Ground<'_> {
    /// Later days on which something changes: a parameter, a term, a permit that lapses, the year.
    pub(super) fn later(&mut self) {
        let (books, today) = (Arc::clone(self.books), self.books.today());
        let mut days: BTreeSet<Date> = BTreeSet::new();
        for day in &self.hints.dates {
            days.extend([Some(*day), day.tomorrow().ok()].into_iter().flatten());
        }
        days.extend(today.last_of_year().tomorrow().ok());
        if let Some(policies) = self.policies {
            days.extend(policies.parameter_days(&self.parameters));
        }
        for node in self.nodes() {
            let permits = books.permits_of(node, self.kind).into_iter();
            let ends = permits.filter_map(|permit| books.permit_at(permit)).map(|permit| permit.ends);
            days.extend(ends.filter_map(|ends| ends.tomorrow().ok()));
        }
        for loan in self.loans() {
            let ends = loan.terms.ends.and_then(|ends| ends.tomorrow().ok());
            days.extend(ends.into_iter().chain(loan.terms.schedule.iter().map(|part| part.on)));
        }
        let last = in_years(today, YEARS);
        let days = days.into_iter().filter(|day| *day > today && last.is_none_or(|last| *day <= last));
        self.found.push(Candidate::Along(Axis::days(Nearness::Later, "on", None, today, days.take(THINGS))));
    }

    /// The nodes that the request names, and those at which a law would have been broken.
    fn nodes(&self) -> Vec<NodeIx> {
        let broken = self.laws().filter_map(|law| self.books.node(law.node.as_str()));
        let mut nodes = self.books.touches(self.verb);
        nodes.extend(broken);
        nodes.sort_unstable();
        nodes.dedup();
        nodes
    }

    /// Open loans that a rule looked at, that a law names, or that the nodes of the request borrow or lend.
    fn loans(&self) -> Vec<&Loan> {
        let mut ids: BTreeSet<&str> = BTreeSet::new();
        ids.extend(self.hints.reads.iter().filter_map(|(of, ..)| match of {
            ReadOf::Loan(id) => Some(id.as_str()),
            ReadOf::Request | ReadOf::Node(_) | ReadOf::Other => None,
        }));
        ids.extend(self.laws().flat_map(|law| &law.taken_by).map(String::as_str));
        let mut places: Vec<_> = ids.into_iter().filter_map(|id| self.books.loan(id)).collect();
        for node in self.nodes() {
            places.extend(self.books.loans_borrowed(node, self.kind));
            places.extend(self.books.loans_lent(node, self.kind).into_iter().take(THINGS));
        }
        places.sort_unstable();
        places.dedup();
        let loans = places.into_iter().filter_map(|place| self.books.loan_at(place));
        loans.filter(|loan| loan.open).take(THINGS.saturating_mul(2)).collect()
    }

    /// What could be done first: seats given back, a pool's person moved to an own seat, a permit withdrawn, a
    /// loan evaluated, a fact recorded.
    pub(super) fn firsts(&mut self) {
        let books = Arc::clone(self.books);
        let on = self.request.on;
        let dated = |request: Request| Request { on, ..request };
        let mut firsts: Vec<(i64, Request)> = Vec::new();
        for loan in self.loans() {
            let (id, idle) = (&loan.id, loan.idle());
            let counts: BTreeSet<Seats> =
                [loan.due(books.today()), loan.owed, idle, Seats::ONE].into_iter().collect();
            let counts = counts.into_iter().filter(|count| *count >= Seats::ONE && *count <= idle);
            firsts.extend(counts.map(|count| (count.get(), Request::give_back(id, count).into())));
            let place = books.loan(id.as_str());
            for (unit, _) in loan.units().take(THINGS).filter(|_| loan.draw) {
                let people = place.map(|place| books.people_on_loan_at(place, unit)).unwrap_or_default();
                firsts.extend(
                    people
                        .into_iter()
                        .filter_map(|sitter| convert(&books, sitter))
                        .map(|request| (1, request)),
                );
            }
            let asks = |word: &str| {
                let of = ReadOf::Loan(id.to_string());
                self.hints.reads.iter().any(|(read, known, _)| *read == of && *known == word)
            };
            if asks("evaluated") && loan.terms.outcome.is_none() {
                firsts.push((1, Request::evaluate(id, LoanOutcome::Continue).into()));
            }
        }
        for (of, word, pool) in &self.hints.reads {
            let (ReadOf::Node(unit), "people_on_pool") = (of, *word) else { continue };
            let (Some(unit), Some(pool)) = (books.node(unit), books.node(pool)) else { continue };
            for person in books.people_on_pool(unit, self.kind, pool).into_iter().take(THINGS) {
                firsts.extend(convert(&books, Sitter::Named(person)).map(|request| (1, request)));
            }
        }
        for node in self.nodes() {
            for permit in books.permits_of(node, self.kind).into_iter().take(THINGS) {
                let Some(permit) = books.permit_at(permit) else { continue };
                firsts.push((permit.left.get(), Request::withdraw(&permit.id).into()));
            }
        }
        firsts.extend(self.recorded());
        for (distance, first) in firsts {
            let distance = usize::try_from(distance).unwrap_or(usize::MAX);
            self.one(Nearness::First, distance, Vec::new(), vec![dated(first)]);
        }
    }

    /// Facts of nodes that a rule looked for and that nobody has recorded.
    fn recorded(&self) -> Vec<(i64, Request)> {
        let Some(policies) = self.policies else { return Vec::new() };
        let mut found = Vec::new();
        for (of, word, name) in &self.hints.reads {
            let (ReadOf::Node(id), "has_fact" | "fact") = (of, *word) else { continue };
            let Some(node) = self.books.node(id) else { continue };
            let missing = self.books.fact(node, name).is_none_or(|own| *own == FactValue::YesNo(false));
            let Some(sample) = policies.sample_fact(name, self.books.today()).filter(|_| missing) else {
                continue;
            };
            let facts = std::collections::BTreeMap::from([(name.clone(), sample)]);
            let mut request = Request::from(Request::amend(id.as_str()).facts(facts));
            request.by = (node == self.books.root()).then(|| NodeId::new(NodeId::SUPERIOR));
            found.push((1, request));
        }
        found
    }
}

fn convert(books: &Ledger, sitter: Sitter) -> Option<Request> {
    let Sitter::Named(person) = sitter else { return None };
    let person = books.person_at(person)?.id.clone();
    Some(Convert { who: Sitting::Person(person) }.into())
}
