//! Deriving: which changes could help, read from the conditions that were not met, the laws and the faults.

mod clear;
mod faults;
mod first;
mod fit;
mod within;

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::decision::{LawReason, Reason};
use crate::error::Error;
use crate::explain::Explanation;
use crate::explain::candidates::{Candidate, Change, Nearness};
use crate::explain::fields::{Edit, Holds, Shown, shown};
use crate::explain::places::{self, Wanted};
use crate::ledger::{KindIx, Ledger};
use crate::model::{Date, FactValue, Seats};
use crate::policy::{Condition, ConditionOf, Hints, Occasion, PolicySet, ReadOf};
use crate::request::{Request, Verb};

/// The members of a batch that are looked at where no single one is at fault.
const MEMBERS: u32 = 8;
/// The names that a misspelt one is compared with.
const NAMES: usize = 20_000;
/// The things of one sort that are looked at: loans, permits, people, days.
const THINGS: usize = 8;
/// How far a later day may lie, in years; a rule that opens later helps nobody today.
const YEARS: i32 = 5;

/// Everything worth trying, in no order.
pub(super) fn derive(explanation: &Explanation) -> Result<Vec<Candidate>, Error> {
    let decision = &explanation.decision;
    let mut office = explanation.before.fork();
    office.advance(decision.date)?;
    let books = office.snapshot();
    let policies = office.policies();
    let mut found = Vec::new();
    for at in targets(explanation) {
        let Some(verb) = verb_of(&decision.request.verb, at) else { continue };
        let mut hints = Hints::default();
        let against = explanation.rules.iter().filter(|rule| {
            let about = |about: &Occasion| matches!(about, Occasion::Request { at: member, by_reaction: false, .. } if *member == at);
            rule.is_against() && about(&rule.about)
        });
        let (mut parameters, mut tags) = (BTreeSet::new(), BTreeSet::new());
        for rule in against {
            hints.join(&rule.hints);
            tags.extend(rule.conditions.iter().filter(|one| is_unmet(one)).flat_map(tags_in));
            rule.conditions.iter().for_each(|condition| hints.join(&condition.hints()));
            parameters.extend(rule.parameters.iter().map(|read| read.name.clone()));
        }
        let mine = |reason: &&Reason| member(reason).is_none_or(|member| Some(member) == at);
        let reasons: Vec<&Reason> = decision.reasons.iter().filter(mine).collect();
        let fields = shown(&decision.request, at);
        let kind = kind_of(&books, &fields);
        let mut ground = Ground {
            request: &decision.request,
            at,
            verb,
            books: &books,
            policies,
            hints,
            parameters,
            tags,
            reasons,
            fields,
            kind,
            found: Vec::new(),
        };
        ground.all();
        found.append(&mut ground.found);
    }
    Ok(found)
}

/// The verb itself, or the members of a batch that are at fault; all of a small one where it is their sum.
fn targets(explanation: &Explanation) -> Vec<Option<u32>> {
    let Verb::Batch(members) = &explanation.decision.request.verb else { return vec![None] };
    let named: BTreeSet<u32> = explanation.decision.reasons.iter().filter_map(member).collect();
    if !named.is_empty() {
        return named.into_iter().map(Some).collect();
    }
    (1..=MEMBERS).zip(members).map(|(number, _)| Some(number)).collect()
}

fn verb_of(verb: &Verb, at: Option<u32>) -> Option<&Verb> {
    match (verb, at) {
        (Verb::Batch(members), Some(at)) => {
            members.get(usize::try_from(at).ok()?.checked_sub(1)?).map(|member| &member.verb)
        }
        (verb, _) => Some(verb),
    }
}

fn member(reason: &Reason) -> Option<u32> {
    match reason {
        Reason::Policy(remark) => remark.at,
        Reason::Law(law) => law.at,
        Reason::Input { at, .. } => *at,
    }
}

/// What candidates are derived from.
struct Ground<'a> {
    request: &'a Request,
    at: Option<u32>,
    verb: &'a Verb,
    /// The books on the day of the decision.
    books: &'a Arc<Ledger>,
    policies: Option<&'a PolicySet>,
    /// All that the rules looked at that spoke against the request.
    hints: Hints,
    /// The parameters that they read.
    parameters: BTreeSet<String>,
    /// The tags that a requirement which was not met looked at.
    tags: BTreeSet<String>,
    reasons: Vec<&'a Reason>,
    fields: Vec<Shown>,
    kind: Option<KindIx>,
    found: Vec<Candidate>,
}

impl Ground<'_> {
    fn all(&mut self) {
        for reason in self.reasons.clone() {
            if let Reason::Input { code, field, value, .. } = reason {
                self.fault(code.as_str(), field, value);
            }
        }
        self.facts();
        self.numbers();
        self.rights();
        self.terms();
        if self.reasons.iter().any(|reason| !matches!(reason, Reason::Input { .. })) {
            self.later();
            self.firsts();
            self.others();
        }
    }

    /// Whether a rule that spoke against the request looked at this word of it, or a law at its figures.
    fn counts(&self, word: &str) -> bool {
        let read = self.hints.reads.iter().any(|(of, read, _)| *of == ReadOf::Request && *read == word);
        read || self.laws().next().is_some()
            // A rule that failed may not have come to the word.
            || (self.hints.reads.is_empty() && self.reasons.iter().any(|one| matches!(one, Reason::Policy(_))))
    }

    fn laws(&self) -> impl Iterator<Item = &LawReason> {
        self.reasons.iter().filter_map(|reason| match reason {
            Reason::Law(law) => Some(&**law),
            Reason::Policy(_) | Reason::Input { .. } => None,
        })
    }

    fn field(&self, name: &str) -> Option<&Shown> {
        self.fields.iter().find(|field| field.name == name)
    }

    fn one(&mut self, nearness: Nearness, distance: usize, edits: Vec<Edit>, first: Vec<Request>) {
        self.found.push(Candidate::One(Change { nearness, distance, edits, first, instead: None }));
    }

    /// Another request that serves the same end.
    fn instead(&mut self, distance: usize, verb: Verb) {
        let (nearness, instead) = (Nearness::Instead, Some((self.at, verb)));
        self.found.push(Candidate::One(Change {
            nearness,
            distance,
            edits: Vec::new(),
            first: Vec::new(),
            instead,
        }));
    }

    /// One field changed.
    fn set(&mut self, nearness: Nearness, distance: usize, name: &str, to: Option<FactValue>) {
        let from = self.field(name).and_then(|field| field.value.clone());
        if from != to {
            let edit = Edit { field: name.to_owned(), at: self.at, from, to };
            self.one(nearness, distance, vec![edit], Vec::new());
        }
    }

    /// Something beside the verb changed.
    fn beside(
        &mut self,
        nearness: Nearness,
        distance: usize,
        name: &str,
        from: Option<FactValue>,
        to: Option<FactValue>,
    ) {
        let edit = Edit { field: name.to_owned(), at: None, from, to };
        self.one(nearness, distance, vec![edit], Vec::new());
    }

    /// Another unit, lender, pool or kind.
    fn others(&mut self) {
        let books = Arc::clone(self.books);
        let asked = self.laws().map(|law| law.asked).max().unwrap_or(Seats::ONE);
        let count = match self.field("count").and_then(|field| field.value.clone()) {
            Some(FactValue::Whole(count)) => Seats::new(count),
            _ => asked,
        };
        for field in self.fields.clone().into_iter().filter(|field| field.holds == Holds::Node) {
            if !self.counts(&field.name) {
                continue;
            }
            let Some(FactValue::Text(id)) = &field.value else { continue };
            let Some(node) = books.node(id) else { continue };
            // A law has weighed the figures: who cannot give as much need not be tried.
            let gives = matches!(field.name.as_str(), "from" | "lender" | "unit")
                && self.laws().next().is_some()
                && !matches!(self.verb, Verb::Draw(_));
            let seats = if gives { count } else { Seats::ZERO };
            let wanted = Wanted { kind: self.kind, seats, tags: &self.tags };
            for (distance, other) in places::around(&books, node, &wanted).into_iter().enumerate() {
                let other = FactValue::Text(books.id(other).to_string());
                self.set(Nearness::Place, distance, &field.name, Some(other));
            }
        }
        if self.field("kind").is_some() && (self.counts("kind") || self.laws().next().is_some()) {
            let kinds: Vec<String> =
                books.kinds().map(|(_, kind)| kind.id.to_string()).take(THINGS).collect();
            for (distance, kind) in kinds.into_iter().enumerate() {
                self.set(Nearness::Kind, distance, "kind", Some(FactValue::Text(kind)));
            }
        }
    }
}

/// The kind that the request is about: its own, its pool's, its loan's, its permit's or its person's.
fn kind_of(books: &Ledger, fields: &[Shown]) -> Option<KindIx> {
    let named = |name: &str| match &fields.iter().find(|field| field.name == name)?.value {
        Some(FactValue::Text(text)) => Some(text.clone()),
        _ => None,
    };
    let own = named("kind").and_then(|kind| books.kind(&kind));
    let pool = || Some(books.pool(books.node(&named("pool")?)?)?.kind);
    let loan = || Some(books.loan_at(books.loan(&named("loan")?)?)?.kind);
    let permit = || Some(books.permit_at(books.permit(&named("permit")?)?)?.kind);
    let person = || books.person_at(books.person(&named("person")?)?)?.kind();
    own.or_else(pool).or_else(loan).or_else(permit).or_else(person)
}

fn is_unmet(condition: &Condition) -> bool {
    condition.of == ConditionOf::Require && condition.met() != Some(true)
}

fn tags_in(condition: &Condition) -> impl Iterator<Item = String> {
    let reads = condition.reads().iter().filter(|(_, word, _)| *word == "has_tag");
    reads.map(|(.., tag)| tag.clone())
}

fn in_years(day: Date, years: i32) -> Option<Date> {
    use jiff::ToSpan;
    day.checked_add(years.years()).ok()
}
