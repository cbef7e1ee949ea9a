//! Reactions: rules propose requests after an event, each call kept whole or dropped whole.

use std::ops::Range;
use std::sync::Arc;

use super::attempt::{Accepted, Attempt, No};
use crate::decision::{Happened, Reason, Remark};
use crate::event::Event;
use crate::journal::Journal;
use crate::ledger::{Actor, Ledger};
use crate::policy::{Asked, HookRef, PolicySet, Reaction, Reads, Told, freed_kinds};
use crate::request::Verb;

/// The most requests that rules may propose within one entry.
const MOST_REQUESTS: usize = 64;

/// What one entry has done so far.
#[derive(Default)]
pub(super) struct Act {
    pub(super) happened: Vec<Happened>,
    pub(super) notes: Vec<Remark>,
    pub(super) findings: Vec<Remark>,
    pub(super) parameters: Reads,
    proposed: usize,
    /// The scripts of the calls that are under way, outermost first.
    under_way: Vec<Arc<str>>,
    /// The scripts of a loop, on the way out to the outermost call.
    looping: Vec<Arc<str>>,
}

/// Rules went on proposing beyond the bound: the outermost call is dropped with all it caused.
struct Endless;

/// What reactions stand on: who decides, and what was asked.
#[derive(Clone, Copy)]
struct Ground<'a> {
    policies: &'a PolicySet,
    journal: &'a Journal,
    asked: Option<&'a Asked<'a>>,
    by: Actor,
}

impl Act {
    /// Parameters were read.
    pub(super) fn read(&mut self, more: Reads) {
        if self.parameters.is_empty() {
            self.parameters = more;
        } else {
            self.parameters.extend(more);
        }
    }

    /// Applies events that were accepted.
    pub(super) fn take_effect(&mut self, books: &mut Arc<Ledger>, accepted: Accepted) {
        let ledger = Arc::make_mut(books);
        let Accepted { events, way } = accepted;
        for happened in &events {
            let applied = ledger.apply_along(happened, way.as_ref());
            debug_assert!(applied, "an accepted event fits the books: {happened:?}");
        }
        if self.happened.is_empty() {
            self.happened = events;
        } else {
            self.happened.extend(events);
        }
    }

    /// Lets rules react to everything that happened so far.
    pub(super) fn react_to_all(
        &mut self,
        policies: Option<&PolicySet>,
        journal: &Journal,
        books: &mut Arc<Ledger>,
        asked: Option<&Asked<'_>>,
        by: Actor,
    ) {
        let Some(policies) = policies else { return };
        let ground = Ground { policies, journal, asked, by };
        // At the outermost level nothing is endless: each call was dropped there.
        let _ = self.react(ground, books, 0..self.happened.len());
    }

    /// Lets rules greet a new day.
    pub(super) fn greet_the_day(
        &mut self,
        policies: Option<&PolicySet>,
        journal: &Journal,
        books: &mut Arc<Ledger>,
    ) {
        let Some(policies) = policies else { return };
        let ground = Ground { policies, journal, asked: None, by: Actor::Node(books.root()) };
        let advanced =
            self.happened.iter().rposition(|happened| matches!(happened.event, Event::Advanced { .. }));
        for hook in policies.on_date() {
            let reaction = policies.new_date(hook, books);
            let _ = self.keep_or_drop(ground, books, hook, reaction, advanced.unwrap_or(0));
        }
    }

    /// For each event in order: hooks by file name, then by place in the file.
    fn react(
        &mut self,
        ground: Ground<'_>,
        books: &mut Arc<Ledger>,
        events: Range<usize>,
    ) -> Result<(), Endless> {
        for place in events {
            let Some(happened) = self.happened.get(place) else { continue };
            let (asked, by) = (ground.asked, ground.by);
            let told = Told { happened, freed: None, asked, by, date: books.today() };
            if let Some(read) = ground.policies.no_reaction(books, &told) {
                self.read(read);
                continue;
            }
            for hook in ground.policies.reactions(&happened.event) {
                let kinds = self.happened.get(place).map(|happened| freed_kinds(&happened.event, books));
                for freed in kinds.unwrap_or_default() {
                    let Some(happened) = self.happened.get(place) else { continue };
                    let told = Told { happened, freed: freed.as_ref(), asked, by, date: books.today() };
                    let reaction = ground.policies.after(hook, books, &told);
                    self.keep_or_drop(ground, books, hook, reaction, place)?;
                }
            }
        }
        Ok(())
    }

    /// One call of one hook: kept whole, or dropped whole with all it caused.
    fn keep_or_drop(
        &mut self,
        ground: Ground<'_>,
        books: &mut Arc<Ledger>,
        hook: &HookRef,
        reaction: Reaction,
        cause: usize,
    ) -> Result<(), Endless> {
        self.read(reaction.parameters);
        if let Some(failure) = reaction.failed {
            self.findings.push(failure);
            return Ok(());
        }
        if reaction.proposals.is_empty() {
            add(&mut self.notes, reaction.notes);
            add(&mut self.findings, reaction.findings);
            return Ok(());
        }
        let before = Arc::clone(books);
        let (happened, notes, findings) = (self.happened.len(), self.notes.len(), self.findings.len());
        self.under_way.push(Arc::clone(&hook.place));
        self.notes.extend(reaction.notes);
        self.findings.extend(reaction.findings);
        let outcome = self.take_all(ground, books, reaction.proposals, cause);
        let scripts = self.under_way.clone();
        self.under_way.pop();
        let failure = match outcome {
            Ok(()) => return Ok(()),
            Err(failure) => failure,
        };
        *books = before;
        self.happened.truncate(happened);
        self.notes.truncate(notes);
        self.findings.truncate(findings);
        match failure {
            Failure::No { place, verb, no } => {
                self.findings.push(dropped(&place, verb, &no.reasons));
                Ok(())
            }
            Failure::Endless(deepest) if self.under_way.is_empty() => {
                self.findings
                    .push(endless(&hook.place, if deepest.is_empty() { &scripts } else { &deepest }));
                Ok(())
            }
            Failure::Endless(deepest) => self.loops(if deepest.is_empty() { scripts } else { deepest }),
        }
    }

    /// Hands a loop on to the outermost call.
    fn loops(&mut self, scripts: Vec<Arc<str>>) -> Result<(), Endless> {
        self.looping = scripts;
        Err(Endless)
    }

    /// The proposals take effect first in, first out; then rules react to what they did.
    fn take_all(
        &mut self,
        ground: Ground<'_>,
        books: &mut Arc<Ledger>,
        proposals: Vec<(Verb, Arc<str>)>,
        cause: usize,
    ) -> Result<(), Failure> {
        let from = self.happened.len();
        for (verb, place) in proposals {
            if self.proposed >= MOST_REQUESTS {
                return Err(Failure::Endless(Vec::new()));
            }
            self.proposed = self.proposed.saturating_add(1);
            let facts = std::collections::BTreeMap::new();
            let asked = Asked {
                id: None,
                verb: &verb,
                facts: &facts,
                by: Actor::Reaction,
                date: books.today(),
                effective: books.today(),
                by_reaction: true,
                at: None,
                seat: None,
            };
            let attempt = Attempt::new(Some(ground.policies), ground.journal);
            let accepted = attempt.decide(books, Ok(Actor::Reaction), &asked, None, self);
            let mut accepted =
                accepted.map_err(|no| Failure::No { place: Arc::clone(&place), verb: verb.name(), no })?;
            for happened in &mut accepted.events {
                happened.rule = Some(Arc::clone(&place));
                happened.cause = u32::try_from(cause).ok();
            }
            self.take_effect(books, accepted);
        }
        let to = self.happened.len();
        self.react(ground, books, from..to)
            .map_err(|Endless| Failure::Endless(std::mem::take(&mut self.looping)))
    }
}

/// Adds remarks, of which there are mostly none.
pub(super) fn add(known: &mut Vec<Remark>, more: Vec<Remark>) {
    if known.is_empty() {
        *known = more;
    } else {
        known.extend(more);
    }
}

/// Why a call came to nothing.
enum Failure {
    /// A proposal was denied or refused.
    No { place: Arc<str>, verb: &'static str, no: No },
    /// The bound was passed; the scripts of the calls that were under way.
    Endless(Vec<Arc<str>>),
}

fn dropped(place: &str, verb: &str, reasons: &[Reason]) -> Remark {
    let codes: Vec<&str> = reasons.iter().map(Reason::code).collect();
    let codes = codes.join(", ");
    let (script, line) = split(place);
    Remark {
        code: "reaction-dropped".to_owned(),
        zh: format!("联动未生效：{place} 提出的 {verb} 未获通过（{codes}）"),
        en: format!("a reaction was dropped: {verb}, proposed at {place}, was not granted ({codes})"),
        script,
        line,
        ..Remark::default()
    }
}

fn endless(place: &str, scripts: &[Arc<str>]) -> Remark {
    let (script, line) = split(place);
    let mut names: Vec<&str> = Vec::new();
    for name in scripts {
        if !names.contains(&&**name) {
            names.push(name);
        }
    }
    let names = names.join(" → ");
    Remark {
        code: "reaction-loop".to_owned(),
        zh: format!("联动超过 {MOST_REQUESTS} 项，已整体撤回：{names}"),
        en: format!("reactions went beyond {MOST_REQUESTS} requests and were dropped: {names}"),
        script,
        line,
        ..Remark::default()
    }
}

fn split(place: &str) -> (String, u32) {
    let (script, line) = place.rsplit_once(':').unwrap_or((place, "0"));
    (script.to_owned(), line.parse().unwrap_or(0))
}
