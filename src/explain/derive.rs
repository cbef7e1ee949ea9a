//! Deriving: which changes could help, read from the conditions that were not met, the laws and the faults.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Explanation;
use super::candidates::{Axis, Candidate, Change, Nearness};
use super::fields::{Edit, Holds, Shown, shown};
use super::places::{self, Wanted};
use crate::decision::{LawReason, Reason};
use crate::document::nearest;
use crate::error::Error;
use crate::graph::NodeIx;
use crate::ledger::{KindIx, Ledger, Loan, Sitter};
use crate::model::{Date, FactValue, InputCode, LawCode, LoanOutcome, NodeId, Seats};
use crate::policy::{Condition, ConditionOf, Hints, Occasion, PolicySet, ReadOf};
use crate::request::{Convert, Request, Sitting, Verb};

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
            rule.conditions.iter().for_each(|condition| hints.join(&condition.hints));
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
        self.found.push(Candidate::One(Change { nearness, distance, edits, first }));
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

    /// A fault of the request: the name that was meant, a free id, a day that has not gone by, an actor above.
    fn fault(&mut self, code: &str, field: &str, value: &str) {
        let books = Arc::clone(self.books);
        if code == InputCode::DuplicateId.as_str() {
            let free = (2..100_u32).map(|number| format!("{value}-{number}"));
            let free = free.into_iter().find(|id| {
                !books.graph().was_used(id)
                    && books.loan_ever(id).is_none()
                    && books.permit_ever(id).is_none()
            });
            self.set(Nearness::Correction, 0, field, free.map(FactValue::Text));
            let own = self.request.id.as_ref().map(|id| FactValue::Text(id.to_string()));
            if own.is_some() {
                self.beside(Nearness::Correction, 1, "request.id", own, None);
            }
        } else if code == InputCode::Backdated.as_str() {
            match field {
                "on" => {
                    let from = self.request.on.map(FactValue::Date);
                    self.beside(Nearness::Correction, 0, "on", from, Some(FactValue::Date(books.today())));
                }
                "effective" => {
                    let from = self.request.effective.map(FactValue::Date);
                    self.beside(Nearness::Correction, 0, "effective", from, None);
                }
                _ => self.set(Nearness::Correction, 0, field, Some(FactValue::Date(books.today()))),
            }
        } else if code == InputCode::BadSchedule.as_str() {
            self.set(Nearness::Correction, 0, "schedule", None);
        } else if code == LawCode::Reach.as_str() {
            self.actors();
        } else if code == InputCode::NotAUnit.as_str() {
            let inside = books.node(value).map(|node| books.graph().children(node)).unwrap_or_default();
            for (distance, node) in inside.into_iter().take(THINGS).enumerate() {
                self.set(Nearness::Place, distance, field, Some(FactValue::Text(books.id(node).to_string())));
            }
        } else {
            self.meant(code, field, value);
        }
    }

    /// The name that was most likely meant.
    fn meant(&mut self, code: &str, field: &str, value: &str) {
        let books = Arc::clone(self.books);
        let names: Vec<String> = match InputCode::from_code(code) {
            Some(InputCode::UnknownNode) => {
                let nodes = books.nodes_in_tree_order();
                nodes.into_iter().take(NAMES).map(|node| books.id(node).to_string()).collect()
            }
            Some(InputCode::UnknownKind) => books.kinds().map(|(_, kind)| kind.id.to_string()).collect(),
            Some(InputCode::UnknownLoan) => {
                let open = books.loans().filter(|loan| loan.open).take(NAMES);
                open.map(|loan| loan.id.to_string()).collect()
            }
            Some(InputCode::UnknownPermit) => {
                let open = books.permits().filter(|permit| permit.open).take(NAMES);
                open.map(|permit| permit.id.to_string()).collect()
            }
            Some(InputCode::UnknownPerson) => books
                .people()
                .filter(|person| person.unit().is_some())
                .take(NAMES)
                .map(|person| person.id.to_string())
                .collect(),
            _ => return,
        };
        let meant =
            nearest(value, names.iter().map(String::as_str)).map(|name| FactValue::Text(name.to_owned()));
        let Some(meant) = meant else { return };
        if field == "by" {
            let from = Some(FactValue::Text(value.to_owned()));
            self.beside(Nearness::Correction, 0, "by", from, Some(meant));
        } else {
            self.set(Nearness::Correction, 0, field, Some(meant));
        }
    }

    /// Whoever stands above the actor, up to what stands above the root.
    fn actors(&mut self) {
        let books = Arc::clone(self.books);
        let by = self.request.by.clone().unwrap_or_else(|| books.id(books.root()));
        let above: Vec<NodeId> = books.node(by.as_str()).map_or_else(
            || vec![books.id(books.root())],
            |node| books.path(node).skip(1).map(|node| books.id(node)).collect(),
        );
        let above = above.into_iter().chain([NodeId::new(NodeId::SUPERIOR)]);
        for (distance, actor) in above.filter(|actor| *actor != by).enumerate() {
            let (from, to) = (by.to_string(), actor.to_string());
            self.beside(
                Nearness::Actor,
                distance,
                "by",
                Some(FactValue::Text(from)),
                Some(FactValue::Text(to)),
            );
        }
    }

    /// Consents and documents that a rule looked for: each by itself, and all that are missing.
    fn facts(&mut self) {
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
                FactValue::Text(_) => Vec::new(),
                FactValue::YesNo(_) | FactValue::Number(_) => Vec::new(),
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
    fn numbers(&mut self) {
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
    fn rights(&mut self) {
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
    fn terms(&mut self) {
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
        let days: BTreeSet<Date> = named.chain(years).chain([today, last_of_the_year(today)]).collect();
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

    /// Later days on which something changes: a parameter, a term, a permit that lapses, the year.
    fn later(&mut self) {
        let (books, today) = (Arc::clone(self.books), self.books.today());
        let mut days: BTreeSet<Date> = BTreeSet::new();
        for day in &self.hints.dates {
            days.extend([Some(*day), day.tomorrow().ok()].into_iter().flatten());
        }
        days.extend(last_of_the_year(today).tomorrow().ok());
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
    fn firsts(&mut self) {
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

fn convert(books: &Ledger, sitter: Sitter) -> Option<Request> {
    let Sitter::Named(person) = sitter else { return None };
    let person = books.person_at(person)?.id.clone();
    Some(Convert { who: Sitting::Person(person) }.into())
}

fn is_unmet(condition: &Condition) -> bool {
    condition.of == ConditionOf::Require && condition.met() != Some(true)
}

fn tags_in(condition: &Condition) -> impl Iterator<Item = String> {
    let reads = condition.hints.reads.iter().filter(|(_, word, _)| *word == "has_tag");
    reads.map(|(.., tag)| tag.clone())
}

fn in_years(day: Date, years: i32) -> Option<Date> {
    use jiff::ToSpan;
    day.checked_add(years.years()).ok()
}

fn last_of_the_year(day: Date) -> Date {
    day.last_of_year()
}
