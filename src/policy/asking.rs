//! Asking: all hooks about a request, folded or one by one as they stand; what they say, in full or by the codes.

use std::sync::Arc;

use super::call::{Call, Fail, How, RequestSeen, Scene, note_read};
use super::folds::Occasion;
use super::remarks::Remarks;
use super::view::{View, What};
use super::{Answer, Asked, HookRef, Interpreter, PolicySet, tree};
use crate::ledger::Ledger;

/// A code, where it stands in the rules, or made by one.
#[derive(Debug, Clone)]
pub(crate) enum Code<'a> {
    Known(&'a str),
    Own(Arc<str>),
}

impl Code<'_> {
    fn as_str(&self) -> &str {
        match self {
            Self::Known(code) => code,
            Self::Own(code) => code,
        }
    }
}

/// What the hooks before a request said, by the codes alone, in order: little, so it needs no heap.
#[derive(Debug, Clone, Default)]
pub(crate) struct Brief<'a> {
    few: [Option<(How, Code<'a>)>; 2],
    more: Vec<(How, Code<'a>)>,
}

impl<'a> Brief<'a> {
    pub(crate) fn push(&mut self, how: How, code: Code<'a>) {
        match self.few.iter_mut().find(|place| place.is_none()) {
            Some(place) => *place = Some((how, code)),
            None => self.more.push((how, code)),
        }
    }

    /// The codes of what was said in this way.
    pub(crate) fn said(&self, this: How) -> impl Iterator<Item = &str> {
        let all = self.few.iter().flatten().chain(&self.more);
        all.filter(move |(how, _)| *how == this).map(|(_, code)| code.as_str())
    }
}

/// What is carried out: hooks at once in their folded form, or one of them as it stands.
pub(super) enum Turn<'a, 'd> {
    Folded(&'a tree::Folded, &'d tree::Done),
    Hook(&'a HookRef),
}

impl PolicySet {
    /// Asks every hook about a request: the root folder's, then those of the local folders that apply.
    pub(crate) fn before(&self, books: &Arc<Ledger>, asked: &Asked<'_>) -> Answer {
        let mut answer = Answer::default();
        let mut steps = Some(0_u64);
        self.ask(books, asked, false, |turn, call, given| {
            let Turn::Hook(hook) = turn else {
                answer.parameters = call.take_reads();
                return;
            };
            let run = self.run(hook, call, given);
            steps = steps.filter(|_| run.result.is_ok()).map(|sum| sum.saturating_add(run.outcome.steps));
            if !run.outcome.said.is_empty() {
                let Remarks { denials, notes, findings } =
                    self.remarks(hook, call, &run.outcome.said, &run.recorded);
                answer.denials.extend(denials);
                answer.notes.extend(notes);
                answer.findings.extend(findings);
            }
            if let Err(fail) = run.result {
                let failed = self.failed(hook, &fail);
                let bars = !asked.verb.is_fact_or_duty();
                if bars { &mut answer.denials } else { &mut answer.findings }.push(failed);
            }
            for read in &run.outcome.parameters {
                note_read(&mut answer.parameters, read);
            }
        });
        if self.1 == Interpreter::Both
            && !self.is_watched()
            && steps.is_some_and(|steps| !self.folds_as(books, asked, &answer, steps))
        {
            let disagree = Fail::disagreement();
            answer.denials.extend(
                self.0.root.before(asked.verb.place()).first().map(|hook| self.failed(hook, &disagree)),
            );
        }
        answer
    }

    /// The same, but only the codes. Not done where somebody watches, or Rhai has a say: then the whole answer is to be
    /// asked for.
    pub(crate) fn in_brief<'a>(
        &'a self,
        books: &Arc<Ledger>,
        asked: &Asked<'_>,
        brief: &mut Brief<'a>,
    ) -> bool {
        if self.1 != Interpreter::Tree || self.is_watched() {
            return false;
        }
        self.ask(books, asked, true, |turn, call, given| {
            let hook = match turn {
                Turn::Folded(folded, done) => {
                    return folded.said(done).for_each(|(how, code)| brief.push(how, Code::Known(code)));
                }
                Turn::Hook(hook) => hook,
            };
            let failed = self.enter(hook, call, given, &mut None).0.err();
            call.each_said(|said| brief.push(said.how, Code::Own(Arc::clone(&said.code))));
            if let Some(fail) = failed {
                let how = if asked.verb.is_fact_or_duty() { How::Finding } else { How::Denial };
                brief.push(how, Code::Known(fail.code));
            }
        });
        true
    }

    /// Calls every hook about a request: folded as far as that goes, then each as it stands, as if in a call of its own.
    pub(super) fn ask<'a>(
        &'a self,
        books: &Arc<Ledger>,
        asked: &Asked<'_>,
        brief: bool,
        mut each: impl FnMut(Turn<'a, '_>, &Call<'_>, &View),
    ) {
        let verb = asked.verb.place();
        // All hooks before one verb may do the same.
        let local = || self.0.folders.iter().find_map(|folder| folder.hooks.before(verb).first());
        let Some(first) = self.0.root.before(verb).first().or_else(local) else { return };
        let situation = first.situation;
        let mut scene = Scene::new(books, self, asked.date);
        if !asked.by_reaction && !self.0.folders.is_empty() {
            scene.folders = self.folders_where(books, || books.touches(asked.verb));
        }
        let kind = scene.request.insert(RequestSeen::of(books, asked)).found(books).kind;
        let given = View { what: What::Request, kind };
        let call = Call { brief, ..Call::again(&scene, situation) };
        let mut from = 0;
        if let Some((folded, done)) = self.carried_out_folded(Occasion::Before(verb), &call, &given) {
            each(Turn::Folded(folded, &done), &call, &given);
            let Some(hook) = done.gave_up else { return };
            from = hook;
        }
        let local = scene.folders.iter().filter_map(|folder| self.0.folders.get(*folder));
        let local = local.flat_map(|folder| folder.hooks.before(verb));
        for hook in self.0.root.before(verb).iter().chain(local).skip(from) {
            call.begin_again();
            each(Turn::Hook(hook), &call, &given);
        }
    }
}
