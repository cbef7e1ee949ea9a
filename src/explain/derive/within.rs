//! Within the request: other facts, numbers, rights and terms.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{Ground, THINGS, YEARS, in_years};
use crate::decision::Reason;
use crate::explain::candidates::{Axis, Candidate, Nearness};
use crate::explain::fields::{Edit, Holds};
use crate::ledger::Loan;
use crate::model::{Date, FactValue};
use crate::policy::ReadOf;
use crate::request::Verb;

impl Ground<'_> {
    /// Consents and documents that a rule looked for: each by itself, and all that are missing.
    pub(super) fn facts(&mut self) {
        let Some(policies) = self.policies else { return };
        let facts = match (&self.request.verb, self.at) {
            (Verb::Batch(members), Some(at)) => {
                let member = usize::try_from(at).ok().and_then(|at| members.get(at.checked_sub(1)?));
                let mut facts = self.request.facts.clone();
                facts.extend(member.into_iter().flat_map(|member| member.facts.clone()));
                facts
            }
            _ => self.request.facts.clone(),
        };
        let mut missing = Vec::new();
        let asked: BTreeSet<String> = self.facts_read(|of| *of == ReadOf::Request);
        for name in asked {
            let own = facts.get(&name);
            let Some(sample) = policies.sample_fact(&name, self.books.today()) else { continue };
            let edit = |to: FactValue| Edit {
                field: format!("facts.{name}"),
                at: self.at,
                from: own.cloned(),
                to: Some(to),
            };
            let others: Vec<FactValue> = match &sample {
                FactValue::Whole(_) => {
                    let around = |number: &i64| [*number, number.saturating_add(1), number.saturating_sub(1)];
                    self.hints.numbers.iter().flat_map(around).map(FactValue::Whole).collect()
                }
                FactValue::Date(_) => self.hints.dates.iter().copied().map(FactValue::Date).collect(),
                // A number of a document that is there, but is another than the rule wants.
                FactValue::Text(_) if own.is_some() => {
                    let texts = self.hints.texts.iter().filter(|text| **text != name && !text.is_empty());
                    texts.cloned().map(FactValue::Text).collect()
                }
                FactValue::Text(_) | FactValue::YesNo(_) | FactValue::Number(_) => Vec::new(),
            };
            let is_missing = own.is_none_or(|own| {
                matches!(own, FactValue::YesNo(false)) || own.to_string().trim().is_empty()
            });
            if is_missing {
                missing.push(edit(sample));
            }
            let others: Vec<Edit> =
                others.into_iter().filter(|to| Some(to) != own).take(THINGS).map(edit).collect();
            for (distance, edit) in (2..).zip(others) {
                self.one(Nearness::Fact, distance, vec![edit], Vec::new());
            }
        }
        if missing.len() > 1 {
            self.one(Nearness::Fact, missing.len(), missing.clone(), Vec::new());
        }
        for edit in missing {
            self.one(Nearness::Fact, 1, vec![edit], Vec::new());
        }
    }

    fn facts_read(&self, of: impl Fn(&ReadOf) -> bool) -> BTreeSet<String> {
        let read = self
            .hints
            .reads
            .iter()
            .filter(|(read, word, _)| of(read) && matches!(*word, "has_fact" | "fact"));
        read.map(|(.., name)| name.clone()).collect()
    }

    /// Every number of the request, towards those that the rules and the laws compare it with.
    pub(super) fn numbers(&mut self) {
        let counts: Vec<(String, i64)> = self
            .fields
            .iter()
            .filter(|field| field.holds == Holds::Seats)
            .filter_map(|field| match field.value {
                Some(FactValue::Whole(number)) => Some((field.name.clone(), number)),
                _ => None,
            })
            .collect();
        for (name, now) in counts {
            let room = self.laws().flat_map(|law| {
                let room = (law.cap - law.charged).get();
                [room, room.saturating_neg(), law.charged.get(), law.cap.get()]
            });
            let idle = self.loan().map(|loan| loan.idle().get());
            let probes: Vec<i64> = self.hints.numbers.iter().copied().chain(room).chain(idle).collect();
            self.found.push(Candidate::Along(Axis::numbers(&name, self.at, now, probes)));
        }
    }

    /// The loan that the request names.
    fn loan(&self) -> Option<&Loan> {
        let Some(FactValue::Text(id)) = &self.field("loan")?.value else { return None };
        self.books.loan_at(self.books.loan(id)?)
    }

    /// The same seat by another right: a permit or a loan of the unit, a category, a purpose.
    pub(super) fn rights(&mut self) {
        let books = Arc::clone(self.books);
        for name in ["category", "purpose"] {
            let Some(field) = self.field(name).filter(|_| self.counts(name)) else { continue };
            let declared = self.policies.map(|policies| policies.words_for(name)).unwrap_or_default();
            // Words that a condition names come first; where nothing was said, any declared one may do.
            let named = declared.iter().filter(|word| self.hints.texts.contains(**word));
            let empty = field.value.as_ref().is_none_or(|value| value.to_string().is_empty());
            let others = declared.iter().filter(|word| empty && !self.hints.texts.contains(**word));
            let words: Vec<String> =
                named.chain(others.take(THINGS)).map(|word| (*word).to_owned()).collect();
            for (distance, word) in (1..).zip(words) {
                self.set(Nearness::Right, distance, name, Some(FactValue::Text(word)));
            }
        }
        let Verb::Appoint(verb) = self.verb else { return };
        let Some(unit) = books.node(verb.unit.as_str()) else { return };
        for permit in books.permits_of(unit, self.kind).into_iter().take(THINGS) {
            let id = books.permit_at(permit).map(|permit| FactValue::Text(permit.id.to_string()));
            self.set(Nearness::Right, 0, "permit", id);
        }
        for loan in books.loans_usable(unit, self.kind).into_iter().take(THINGS) {
            let idle = books.loan_at(loan).filter(|loan| !loan.idle().is_zero() && !loan.draw);
            let Some(id) = idle.map(|loan| FactValue::Text(loan.id.to_string())) else { continue };
            self.set(Nearness::Right, 1, "loan", Some(id));
        }
        for name in ["permit", "loan"] {
            if self.field(name).is_some_and(|field| field.optional && field.value.is_some()) {
                self.set(Nearness::Right, 2, name, None);
            }
        }
    }

    /// Another last day of the term.
    pub(super) fn terms(&mut self) {
        let at_fault = self
            .reasons
            .iter()
            .any(|reason| matches!(reason, Reason::Input { field, .. } if field == "ends"));
        if !(self.counts("ends") || self.counts("has_end") || at_fault) {
            return;
        }
        let Some(ends) = self.field("ends").cloned() else { return };
        let today = self.books.today();
        let years = (1..=YEARS).filter_map(|years| in_years(today, years));
        let named = self.hints.dates.iter().copied();
        let days: BTreeSet<Date> = named.chain(years).chain([today, today.last_of_year()]).collect();
        if let Some(FactValue::Date(now)) = ends.value {
            let around = days.iter().flat_map(|day| [day.yesterday().ok(), Some(*day), day.tomorrow().ok()]);
            let axis = Axis::days(Nearness::Term, "ends", self.at, now, around.flatten());
            self.found.push(Candidate::Along(axis));
            if ends.optional {
                self.set(Nearness::Term, 1, "ends", None);
            }
        } else {
            for (distance, day) in days.into_iter().filter(|day| *day >= today).take(THINGS).enumerate() {
                self.set(Nearness::Term, distance, "ends", Some(FactValue::Date(day)));
            }
        }
    }
}
