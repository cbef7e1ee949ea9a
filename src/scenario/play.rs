//! Playing: steps put to an office one after the other, day and actor carried over.

use std::sync::Arc;

use super::{Action, Check, Difference, Expectation, Step};
use crate::decision::{Advanced, Decision, Outcome};
use crate::error::Error;
use crate::model::{Date, InputCode, NodeId};
use crate::office::Office;
use crate::request::Request;

/// What came of one step.
#[derive(Debug, Clone)]
pub struct Played {
    /// The step's number, from 1.
    pub step: usize,
    /// The line on which the step stands.
    pub line: u32,
    /// What the new day brought, if the step has a later one.
    pub advanced: Option<Arc<Advanced>>,
    /// The answer.
    pub answer: Answer,
}

/// The answer to a step.
#[derive(Debug, Clone)]
pub enum Answer {
    /// A request was decided.
    Decided {
        /// The decision.
        decision: Arc<Decision>,
        /// Whether it is as the step expects; none if the step expects nothing.
        expected: Option<bool>,
    },
    /// The books were looked at.
    Checked {
        /// Where they are otherwise than the step says.
        differences: Vec<Difference>,
    },
}

impl Played {
    /// Whether all is as the step expects.
    pub fn as_expected(&self) -> bool {
        match &self.answer {
            Answer::Decided { expected, .. } => expected != &Some(false),
            Answer::Checked { differences } => differences.is_empty(),
        }
    }
}

/// A scenario while it is played: each turn puts one step to the office.
///
/// After an error the playing is over.
#[derive(Debug)]
pub struct Playing<'a> {
    steps: std::slice::Iter<'a, Step>,
    /// How many steps were played.
    played: usize,
    office: &'a mut Office,
    /// The books as they were opened, where some step begins on them anew; and how many steps had begun so.
    opened: Option<Office>,
    begun: usize,
    on: Date,
    by: Option<NodeId>,
    failed: bool,
}

impl<'a> Playing<'a> {
    pub(super) fn new(steps: &'a [Step], office: &'a mut Office) -> Self {
        let on = office.today();
        let opened = steps.iter().any(|step| step.fresh).then(|| office.fork());
        Self { steps: steps.iter(), played: 0, office, opened, begun: 0, on, by: None, failed: false }
    }

    /// The office as it stands between two steps.
    pub fn office(&self) -> &Office {
        self.office
    }

    /// The request that the next step asks, with its day and actor; none if that step is a check, or if no step
    /// is left. From now on the office is as it stands before that step, also where it begins a case of its own.
    pub fn next_request(&mut self) -> Option<Request> {
        self.begin();
        let step = self.steps.as_slice().first()?;
        let Action::Ask { request, .. } = &step.action else { return None };
        Some(self.request(step, request))
    }

    /// Puts the books back to how they were opened, if the next step is a case of its own.
    fn begin(&mut self) {
        let fresh = self.steps.as_slice().first().is_some_and(|step| step.fresh);
        if let Some(opened) = self.opened.as_ref().filter(|_| fresh && self.begun == self.played) {
            *self.office = opened.fork();
            (self.on, self.by) = (self.office.today(), None);
        }
        self.begun = self.played.saturating_add(1);
    }

    /// A step's request as it is asked now.
    fn request(&self, step: &Step, request: &Request) -> Request {
        let on = step.on.unwrap_or(self.on);
        let by = step.by.as_ref().or(self.by.as_ref()).cloned();
        let books = self.office.books();
        Request {
            // A day that only carries over is no content of the request: asked again, it is the same.
            on: step.on.or(Some(on).filter(|on| *on > self.office.today())),
            by: Some(by.unwrap_or_else(|| books.id(books.root()))),
            ..request.clone()
        }
    }

    fn turn(&mut self, number: usize, step: &Step) -> Result<Played, Error> {
        let on = step.on.unwrap_or(self.on);
        let by = step.by.as_ref().or(self.by.as_ref()).cloned();
        let (advanced, answer) = match &step.action {
            Action::Ask { request, expect } => self.ask(self.request(step, request), expect.as_ref())?,
            Action::Check(check) => self.check(check, on)?,
        };
        if on >= self.office.today() || !is_backdated(&answer) {
            (self.on, self.by) = (on, by);
        }
        Ok(Played { step: number, line: step.line, advanced, answer })
    }

    fn ask(
        &mut self,
        request: Request,
        expect: Option<&Expectation>,
    ) -> Result<(Option<Arc<Advanced>>, Answer), Error> {
        let (advanced, decision) = self.submit(request)?;
        let expected = expect.map(|expect| expect.is_met_by(&decision));
        Ok((advanced, Answer::Decided { decision, expected }))
    }

    /// A check of a later day moves the books there first; one of an earlier day differs in its day.
    fn check(&mut self, check: &Check, on: Date) -> Result<(Option<Arc<Advanced>>, Answer), Error> {
        let advanced = self.office.advance(on)?;
        let mut differences = check.differences(self.office);
        if on < self.office.today() {
            differences.insert(0, Difference::of_day("on", on, self.office.today()));
        }
        Ok((advanced, Answer::Checked { differences }))
    }

    /// The decision, and what the new day brought if the books moved now (a repeated answer moves nothing).
    fn submit(&mut self, request: Request) -> Result<(Option<Arc<Advanced>>, Arc<Decision>), Error> {
        let before = self.office.today();
        let decision = self.office.submit(request)?;
        let moved = self.office.today() > before;
        Ok((decision.advanced.clone().filter(|_| moved), decision))
    }
}

impl Iterator for Playing<'_> {
    type Item = Result<Played, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        self.begin();
        let step = self.steps.next()?;
        self.played = self.played.saturating_add(1);
        let played = self.turn(self.played, step);
        self.failed = played.is_err();
        Some(played)
    }
}

/// A step whose day the books have left behind.
fn is_backdated(answer: &Answer) -> bool {
    match answer {
        Answer::Decided { decision, .. } => {
            decision.outcome == Outcome::Refused && decision.codes().contains(&InputCode::Backdated.as_str())
        }
        Answer::Checked { .. } => true,
    }
}
