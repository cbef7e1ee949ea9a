//! Why not: the nearest changes of a request that pass, each tried on a fork before it is shown.

use crate::decision::{Decision, Outcome, Reason};
use crate::error::Error;
use crate::request::{Request, Verb};

use super::candidates::{Axis, Candidate, Change, Nearness};
use super::derive::derive;
use super::fields::{Edit, edited};
use super::{Explanation, traced};

/// The most requests that one search asks on forks. An ordinary search takes some ten; a large one, with dates
/// and several units, about a hundred.
pub const MOST_TRIES: usize = 240;
/// The most changes that are shown; nobody weighs more against each other.
const MOST_SHOWN: usize = 8;
/// The most changes of one sort that are shown.
const OF_ONE_SORT: usize = 2;
/// Values tried on one side of a number or a day before the side is given up.
const ON_ONE_SIDE: usize = 12;
/// Changes that lead half the way, from which the search goes on if no single one passes.
const HALF_WAYS: usize = 3;

/// What would pass instead of a request that did not.
#[derive(Debug, Clone, Default)]
pub struct WhyNot {
    /// Changes that pass, nearest first. Each was granted on a fork.
    pub suggestions: Vec<Suggestion>,
    /// How many requests were tried.
    pub tries: usize,
    /// Whether the search stopped at [`MOST_TRIES`] with something left to try.
    pub exhausted: bool,
}

/// A change with which the request passes.
#[derive(Debug, Clone, PartialEq)]
pub struct Suggestion {
    /// What the request says otherwise.
    pub edits: Vec<Edit>,
    /// What is asked before it, in this order; each is granted.
    pub first: Vec<Request>,
    /// Another verb that serves the same end, in place of the request's or of a member's: a move instead of an appointment.
    pub instead: Option<Verb>,
    /// The request as it would pass then.
    pub request: Request,
}

impl Explanation {
    /// What would pass instead: changes derived from the conditions that were not met, the laws that would
    /// have been broken and the faults of the request, each tried before it is told. Nothing for a request
    /// that was granted. Of numbers and days the nearest is told: the one next to it, towards what was asked,
    /// does not pass.
    ///
    /// # Errors
    /// As [`Office::decide`](crate::Office::decide).
    pub fn why_not(&self) -> Result<WhyNot, Error> {
        let mut search = Search::default();
        if self.decision.granted() {
            return Ok(search.into_result());
        }
        search.from(self, &Way::default())?;
        if search.found.is_empty() {
            let mut half = std::mem::take(&mut search.half);
            half.sort_by_key(|(left, _)| *left);
            for (_, way) in half.into_iter().take(HALF_WAYS) {
                let mut office = self.before.fork();
                for first in &way.first {
                    office.submit(first.clone())?;
                }
                let Some(request) = edited(&self.decision.request, &way.edits) else { continue };
                search.from(&traced(office, request)?, &way)?;
            }
        }
        Ok(search.into_result())
    }
}

/// What was changed on the way to where the search stands.
#[derive(Debug, Clone, Default)]
struct Way {
    edits: Vec<Edit>,
    first: Vec<Request>,
}

#[derive(Default)]
struct Search {
    tries: usize,
    exhausted: bool,
    found: Vec<(Nearness, u64, Suggestion)>,
    /// Ways that leave fewer reasons against the request, by how many are left.
    half: Vec<(usize, Way)>,
}

/// What came of a try.
enum Tried {
    Granted(Box<Request>),
    /// It was not granted, could not be asked, or what comes first was not granted.
    Not,
}

impl Search {
    fn into_result(mut self) -> WhyNot {
        self.found.sort_by_key(|(nearness, distance, _)| (*nearness, *distance));
        let suggestions =
            self.found.into_iter().map(|(.., suggestion)| suggestion).take(MOST_SHOWN).collect();
        WhyNot { suggestions, tries: self.tries, exhausted: self.exhausted }
    }

    /// Tries everything that follows from one answer.
    fn from(&mut self, explanation: &Explanation, way: &Way) -> Result<(), Error> {
        if explanation.decision.granted() {
            return Ok(());
        }
        let mut candidates = derive(explanation)?;
        candidates.sort_by_key(Candidate::rank);
        for candidate in candidates {
            let (nearness, _) = candidate.rank();
            if self.shown(nearness) >= OF_ONE_SORT {
                continue;
            }
            match candidate {
                Candidate::One(change) => {
                    let distance = u64::try_from(change.distance).unwrap_or(u64::MAX);
                    if let Tried::Granted(request) = self.go(explanation, way, &change)? {
                        self.keep((nearness, distance), way, change, *request);
                    }
                }
                Candidate::Along(axis) => {
                    let half = self.half.len();
                    self.along(explanation, way, &axis, false)?;
                    self.along(explanation, way, &axis, true)?;
                    // Half the way a number is not the nearest yet; it is looked for behind the other change.
                    self.half.truncate(half);
                }
            }
        }
        Ok(())
    }

    fn shown(&self, nearness: Nearness) -> usize {
        self.found.iter().filter(|(known, ..)| *known == nearness).count()
    }

    /// The nearest value on one side that passes: some value that does, then halves of what lies between.
    fn along(&mut self, explanation: &Explanation, way: &Way, axis: &Axis, above: bool) -> Result<(), Error> {
        let change = |to: i64| Change {
            nearness: axis.nearness,
            distance: 0,
            edits: axis.edit(to).into_iter().collect(),
            first: Vec::new(),
            instead: None,
        };
        let (mut failures, mut passed) = (vec![axis.now], None);
        for probe in axis.side(above).take(ON_ONE_SIDE) {
            match self.go(explanation, way, &change(probe))? {
                Tried::Granted(request) => {
                    passed = Some((probe, request));
                    break;
                }
                Tried::Not => failures.push(probe),
            }
        }
        let Some((mut value, mut request)) = passed else { return Ok(()) };
        // The last that failed on the way from what was asked to what passes.
        let between = failures.into_iter().filter(|one| one.abs_diff(axis.now) < value.abs_diff(axis.now));
        let mut failed = between.max_by_key(|one| one.abs_diff(axis.now)).unwrap_or(axis.now);
        while value.abs_diff(failed) > 1 {
            let middle = value.midpoint(failed);
            match self.go(explanation, way, &change(middle))? {
                Tried::Granted(nearer) => (value, request) = (middle, nearer),
                // Cut short, the value would pass, but it is not known to be the nearest.
                Tried::Not if self.exhausted => return Ok(()),
                Tried::Not => failed = middle,
            }
        }
        self.keep((axis.nearness, value.abs_diff(axis.now)), way, change(value), *request);
        Ok(())
    }

    fn keep(&mut self, rank: (Nearness, u64), way: &Way, change: Change, request: Request) {
        let edits: Vec<Edit> = way.edits.iter().cloned().chain(change.edits).collect();
        let first = way.first.iter().cloned().chain(change.first).collect();
        let instead = change.instead.map(|(_, verb)| verb);
        let suggestion = Suggestion { edits, first, instead, request };
        if self.found.iter().all(|(.., known)| *known != suggestion) {
            self.found.push((rank.0, rank.1, suggestion));
        }
    }

    /// Asks on a fork.
    fn go(&mut self, explanation: &Explanation, way: &Way, change: &Change) -> Result<Tried, Error> {
        let Some(request) = change.of(&explanation.decision.request) else { return Ok(Tried::Not) };
        if request == *explanation.decision.request && change.first.is_empty() {
            return Ok(Tried::Not);
        }
        if self.tries >= MOST_TRIES {
            self.exhausted = true;
            return Ok(Tried::Not);
        }
        self.tries = self.tries.saturating_add(1);
        let mut fork = explanation.before.fork();
        for first in &change.first {
            if !fork.submit(first.clone())?.granted() {
                return Ok(Tried::Not);
            }
        }
        let decision = fork.submit(request.clone())?;
        if decision.granted() {
            return Ok(Tried::Granted(Box::new(request)));
        }
        let alike = change.instead.is_none() && way.edits.is_empty() && way.first.is_empty();
        if alike && is_nearer(&decision, &explanation.decision) {
            let way = Way { edits: change.edits.clone(), first: change.first.clone() };
            self.half.push((decision.reasons.len(), way));
        }
        Ok(Tried::Not)
    }
}

/// Whether nothing is left but part of what there was, or the policies are content and only a law is not.
fn is_nearer(now: &Decision, before: &Decision) -> bool {
    let before_codes = before.codes();
    let part = now.reasons.len() < before.reasons.len()
        && now.codes().iter().all(|code| before_codes.contains(code));
    let lawful = |decision: &Decision| decision.reasons.iter().all(|one| matches!(one, Reason::Law(_)));
    part || (before.outcome == Outcome::Denied && now.outcome == Outcome::Refused && lawful(now))
}
