//! The second model's flow: known id, date, input, laws on the net effect, then the books.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use bianzhi::model::{Date, KindId, NodeId, Opening, RequestId};
use bianzhi::{Outcome, Request, Verb};

use super::books::{Books, Table, count, promised};
use super::correct::reversed;
use super::effects::Draft;
use super::input::{Actor, actor, beside_faults, faults};
use super::shown;

/// The whole second model: the books and what it answered under an id.
#[derive(Debug, Clone)]
pub(crate) struct Model {
    pub(crate) books: Books,
    /// What each granted entry made of the books; none once it is corrected.
    pub(crate) entries: BTreeMap<u64, Option<Rc<(Books, Books)>>>,
    /// What the last granted request made of the books, its date apart.
    pub(crate) made: Option<Rc<(Books, Books)>>,
    answers: BTreeMap<RequestId, (Request, Answer)>,
}

/// What the model answers.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Answer {
    pub(crate) outcome: Outcome,
    /// Codes of input faults, of reach, and of the laws that need no figures.
    pub(crate) codes: BTreeSet<&'static str>,
    /// The member at fault, for those codes.
    pub(crate) at: Option<u32>,
    /// Reasons of the laws with figures, in order.
    pub(crate) figures: Vec<Overstepped>,
    /// Events as they are written.
    pub(crate) events: Vec<String>,
    /// Events of the new date before it.
    pub(crate) advanced: Option<Vec<String>>,
}

/// One law broken at one node.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Overstepped {
    /// How far below the root.
    pub(crate) depth: usize,
    pub(crate) node: NodeId,
    pub(crate) kind: KindId,
    pub(crate) code: &'static str,
    pub(crate) cap: i64,
    pub(crate) charged: i64,
    pub(crate) asked: i64,
}

/// Why a draft cannot stand.
pub(crate) enum Stop {
    Codes(BTreeSet<&'static str>),
    Figures(Vec<Overstepped>),
}

impl Answer {
    fn refused(stop: Stop, at: Option<u32>) -> Self {
        let (codes, figures) = match stop {
            Stop::Codes(codes) => (codes, Vec::new()),
            Stop::Figures(figures) => (BTreeSet::new(), figures),
        };
        Self { outcome: Outcome::Refused, codes, at, figures, events: Vec::new(), advanced: None }
    }

    fn granted(events: Vec<String>) -> Self {
        Self {
            outcome: Outcome::Granted,
            codes: BTreeSet::new(),
            at: None,
            figures: Vec::new(),
            events,
            advanced: None,
        }
    }
}

impl Model {
    pub(crate) fn open(opening: &Opening) -> Self {
        Self { books: Books::open(opening), entries: BTreeMap::new(), made: None, answers: BTreeMap::new() }
    }

    pub(crate) fn submit(&mut self, request: &Request) -> Answer {
        let code = |code| Answer::refused(Stop::Codes(BTreeSet::from([code])), None);
        if let Some((known, answer)) = request.id.as_ref().and_then(|id| self.answers.get(id)) {
            let root = Some(self.books.root());
            // Left out, the actor is the root, and the day is the books' own, whenever that is.
            let same = known.verb == request.verb
                && known.facts == request.facts
                && known.effective == request.effective
                && known.by.as_ref().or(root.as_ref()) == request.by.as_ref().or(root.as_ref())
                && known.on.zip(request.on).is_none_or(|(one, other)| one == other);
            return if same { answer.clone() } else { code("duplicate-id") };
        }
        let on = request.on.unwrap_or(self.books.today);
        let answer = if on < self.books.today {
            code("backdated")
        } else {
            let advanced = (on > self.books.today).then(|| self.books.advance(on));
            let mut answer = self.decide(request);
            answer.advanced = advanced;
            answer
        };
        if let Some(id) = &request.id {
            self.answers.insert(id.clone(), (request.clone(), answer.clone()));
        }
        answer
    }

    /// Takes an earlier entry back. Who may is left to the office: the model asks as `superior` does.
    fn correct(&mut self, entry: u64) -> Answer {
        let code = |code| Answer::refused(Stop::Codes(BTreeSet::from([code])), None);
        // Entry 0 is the opening, which nobody asked for.
        if entry == 0 {
            return code("unknown-entry");
        }
        let Some(made) = self.entries.get(&entry) else { return code("unknown-entry") };
        let books = made.as_ref().and_then(|made| reversed(&self.books, &made.0, &made.1));
        let Some(books) = books else { return code("not-reversible") };
        let mut draft = Draft::of(&self.books);
        draft.books = books;
        let overstepped = overstepped(&self.books, &draft);
        if !overstepped.is_empty() {
            return Answer::refused(Stop::Figures(overstepped), None);
        }
        self.books = draft.books;
        self.entries.insert(entry, None);
        Answer::granted(Vec::new())
    }

    fn decide(&mut self, request: &Request) -> Answer {
        if let Verb::Correct(asked) = &request.verb {
            return self.correct(asked.entry);
        }
        let actor = actor(&self.books, request.by.as_ref());
        let mut draft = Draft::of(&self.books);
        let (members, batch) = match &request.verb {
            Verb::Batch(members) => (members.iter().map(|member| &member.verb).collect(), true),
            Verb::Authorize(_)
            | Verb::Transfer(_)
            | Verb::Permit(_)
            | Verb::Withdraw(_)
            | Verb::Appoint(_)
            | Verb::Draw(_)
            | Verb::Vacate(_)
            | Verb::Name(_)
            | Verb::Convert(_)
            | Verb::Move(_)
            | Verb::Borrow(_)
            | Verb::GiveBack(_)
            | Verb::Owe(_)
            | Verb::Extend(_)
            | Verb::Reschedule(_)
            | Verb::Evaluate(_)
            | Verb::Establish(_)
            | Verb::Resize(_)
            | Verb::Amend(_)
            | Verb::Relocate(_)
            | Verb::Merge(_)
            | Verb::Abolish(_)
            | Verb::Correct(_)
            | Verb::Advance(_) => (vec![&request.verb], false),
        };
        if members.is_empty() {
            return Answer::refused(Stop::Codes(BTreeSet::from(["bad-count"])), None);
        }
        // Who asks, and when it happened, is no member's fault.
        if batch {
            let codes = beside_faults(&self.books, &actor, request.effective);
            if !codes.is_empty() {
                return Answer::refused(Stop::Codes(codes), None);
            }
        }
        for (number, verb) in members.iter().enumerate() {
            let at = batch.then(|| u32::try_from(number + 1).expect("few members"));
            if let Err(stop) = member(&mut draft, &actor, verb, request.effective, batch) {
                return Answer::refused(stop, at);
            }
        }
        let overstepped = overstepped(&self.books, &draft);
        if !overstepped.is_empty() {
            return Answer::refused(Stop::Figures(overstepped), None);
        }
        let before = std::mem::replace(&mut self.books, draft.books);
        self.made = Some(Rc::new((before, self.books.clone())));
        Answer::granted(draft.events)
    }
}

/// Input, then the laws that need no figures, then the effect.
fn member(
    draft: &mut Draft,
    actor: &Actor,
    verb: &Verb,
    effective: Option<Date>,
    batch: bool,
) -> Result<(), Stop> {
    let codes = faults(&draft.books, actor, verb, effective);
    if !codes.is_empty() {
        return Err(Stop::Codes(codes));
    }
    let codes = draft.laws_without_figures(verb);
    if !codes.is_empty() {
        return Err(Stop::Codes(codes));
    }
    let before = draft.books.clone();
    draft.apply(verb);
    // A cap below 0 is never allowed, not even for the length of a batch.
    let below_zero = draft.books.nodes.values().any(|node| node.caps.values().any(|cap| *cap < 0));
    if batch && below_zero {
        let mut negative = Vec::new();
        let old = before.table();
        for (id, node) in &draft.books.nodes {
            for (kind, cap) in node.caps.iter().filter(|(_, cap)| **cap < 0) {
                let row = &old[&(id.clone(), kind.clone())];
                negative.push(Overstepped {
                    depth: before.path(id).len(),
                    node: id.clone(),
                    kind: kind.clone(),
                    code: "cap",
                    cap: row.cap.get(),
                    charged: row.charged.get(),
                    asked: row.cap.get() - cap,
                });
            }
        }
        negative.sort();
        return Err(Stop::Figures(negative));
    }
    Ok(())
}

/// L1, L2 and L5 on the net effect, from the root down.
fn overstepped(before: &Books, draft: &Draft) -> Vec<Overstepped> {
    let old = before.table();
    let new = draft.books.table();
    let mut found = Vec::new();
    for ((node, kind), now) in &new {
        // A merged unit is judged together with those that ended in it.
        let was = baseline(draft, &old, node, kind);
        let Some(shown) = old.get(&(node.clone(), kind.clone())) else { continue };
        let mut say = |code, charged: i64, cap: i64, asked: i64| {
            let depth = before.path(node).len();
            let (node, kind) = (node.clone(), kind.clone());
            found.push(Overstepped { depth, node, kind, code, cap, charged, asked });
        };
        if draft.books.is_pool(node) {
            let Some(size) = draft.pool_lending.get(node) else { continue };
            if now.lent.get() > *size {
                say("cap", shown.charged.get(), *size, now.lent.get() - shown.lent.get());
            }
            continue;
        }
        let over_before = was.charged - was.cap;
        let over_now = now.charged.get() - now.cap.get();
        let cut = was.cap - now.cap.get();
        let allowed = if over_before > 0 { over_now <= over_before && cut <= 0 } else { over_now <= 0 };
        if !allowed {
            let asked = (now.charged - shown.charged).get().max(0) + (shown.cap - now.cap).get().max(0);
            say("cap", shown.charged.get(), shown.cap.get(), asked);
            if draft.lending_on.contains(&(node.clone(), kind.clone())) {
                say("lending-on", shown.charged.get(), shown.cap.get(), asked);
            }
        }
        if draft.books.is_jurisdiction(node) && promised(now) > now.cap.get() {
            let asked = (promised(now) - promised(shown)).max(0) + (shown.cap - now.cap).get().max(0);
            say("allotment", promised(shown), shown.cap.get(), asked);
        }
    }
    found.sort_by(|one, other| {
        let order = |code: &str| ["cap", "allotment", "lending-on"].iter().position(|one| *one == code);
        let key = |row: &Overstepped| (row.depth, row.node.clone(), row.kind.clone(), order(row.code));
        key(one).cmp(&key(other))
    });
    found
}

struct Baseline {
    cap: i64,
    charged: i64,
}

fn baseline(draft: &Draft, old: &Table, node: &NodeId, kind: &KindId) -> Baseline {
    let mut sum = Baseline { cap: 0, charged: 0 };
    let ended = draft.merged.iter().filter(|(_, into)| into == node).map(|(unit, _)| unit);
    for part in ended.chain([node]) {
        if let Some(row) = old.get(&(part.clone(), kind.clone())) {
            sum.cap += row.cap.get();
            sum.charged += row.charged.get();
        }
    }
    sum
}

impl Books {
    /// A new date, and all that falls due by it; what happened, as it is written.
    pub(crate) fn advance(&mut self, to: Date) -> Vec<String> {
        let from = self.today;
        // Each with its day, its name and its id; a year closes before the first day of the next.
        let mut due: Vec<(Date, u8, &'static str, String, String)> = Vec::new();
        for (id, permit) in &self.permits {
            if permit.ends < to {
                let event = shown::permit("lapsed", id, permit);
                due.push((next_day(permit.ends), 1, "lapsed", id.to_string(), event));
            }
        }
        for (id, loan) in &self.loans {
            // Instalments of one day fall due as one.
            let mut parts: BTreeMap<Date, i64> = BTreeMap::new();
            for part in loan.schedule.iter().filter(|part| from < part.on && part.on <= to) {
                *parts.entry(part.on).or_insert(0) += part.seats.get();
            }
            for (on, seats) in parts {
                let fields = [("loan", shown::text(id.as_str())), ("count", seats.to_string())];
                due.push((on, 1, "fell_due", id.to_string(), shown::event("fell_due", &fields)));
            }
            if let Some(ends) = loan.ends.filter(|ends| from <= *ends && *ends < to) {
                let fields = [("loan", shown::text(id.as_str())), ("count", loan.seats.to_string())];
                due.push((next_day(ends), 1, "expired", id.to_string(), shown::event("expired", &fields)));
            }
        }
        for year in from.year()..to.year() {
            let pools = self.nodes.iter().filter(|(id, _)| self.is_pool(id));
            let sizes: Vec<String> =
                pools.map(|(id, _)| format!("{}:{}", shown::text(id.as_str()), self.size(id))).collect();
            let fields = [("year", year.to_string()), ("pool_sizes", format!("{{{}}}", sizes.join(",")))];
            let first = Date::constant(year + 1, 1, 1);
            due.push((first, 0, "year_closed", String::new(), shown::event("year_closed", &fields)));
        }
        due.sort_by(|one, other| (one.0, one.1, one.2, &one.3).cmp(&(other.0, other.1, other.2, &other.3)));
        self.permits.retain(|_, permit| permit.ends >= to);
        self.today = to;
        let mut events: Vec<String> = due.into_iter().map(|row| row.4).collect();
        events.push(shown::event("advanced", &[("date", shown::text(&to.to_string()))]));
        events
    }

    /// How many people sit somewhere, named or not: for tests of the model itself.
    pub(crate) fn people_in_all(&self) -> i64 {
        let own: i64 = self.nodes.values().flat_map(|node| node.unnamed.values()).sum();
        let lent: i64 = self.loans.values().flat_map(|loan| loan.unnamed.values()).sum();
        count(self.people.len()) + own + lent
    }
}

fn next_day(date: Date) -> Date {
    date.tomorrow().unwrap_or(Date::MAX)
}
