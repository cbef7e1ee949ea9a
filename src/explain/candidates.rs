//! Candidates: changes of a request that might pass, nearest sort first, before any of them was tried.

use std::collections::BTreeSet;

use jiff::ToSpan;

use super::fields::{Edit, edited, verb_at};
use crate::model::{Date, FactValue};
use crate::request::{Request, Verb};

/// How far a change is from what was asked: the sorts in the order in which they are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Nearness {
    /// A name that was misspelt, an id that was taken, a day that has gone by.
    Correction,
    /// A document or consent that is missing.
    Fact,
    /// Another number.
    Number,
    /// The same by another right: a permit, a loan, a category, a purpose.
    Right,
    /// Another request that serves the same end.
    Instead,
    /// Another term.
    Term,
    /// The same on a later day.
    Later,
    /// Something else done first.
    First,
    /// Another unit, lender or pool.
    Place,
    /// Another kind.
    Kind,
    /// Another actor.
    Actor,
}

/// Something to try.
#[derive(Debug, Clone)]
pub(super) enum Candidate {
    One(Change),
    /// A number or a day, of which the nearest is wanted that passes.
    Along(Axis),
}

/// One change, tried as it is.
#[derive(Debug, Clone)]
pub(super) struct Change {
    pub(super) nearness: Nearness,
    pub(super) distance: usize,
    pub(super) edits: Vec<Edit>,
    /// What is asked before.
    pub(super) first: Vec<Request>,
    /// Another verb in place of the request's, or of this member's.
    pub(super) instead: Option<(Option<u32>, Verb)>,
}

impl Change {
    /// The request with this change; none if it does not fit.
    pub(super) fn of(&self, request: &Request) -> Option<Request> {
        let mut request = edited(request, &self.edits)?;
        if let Some((at, verb)) = &self.instead {
            *verb_at(&mut request.verb, *at)? = verb.clone();
        }
        Some(request)
    }
}

/// A field whose values lie in a row.
#[derive(Debug, Clone)]
pub(super) struct Axis {
    pub(super) nearness: Nearness,
    pub(super) field: String,
    pub(super) at: Option<u32>,
    /// What it says now: a number, or 0 for the day.
    pub(super) now: i64,
    /// The day from which days are counted; none for numbers.
    day: Option<Date>,
    /// Values to try, on either side, the likeliest first.
    probes: Vec<i64>,
}

impl Candidate {
    /// The order in which candidates are tried.
    pub(super) fn rank(&self) -> (Nearness, usize) {
        match self {
            Self::One(change) => (change.nearness, change.distance),
            Self::Along(axis) => (axis.nearness, 0),
        }
    }
}

impl Axis {
    /// Numbers around the one that was asked for: its neighbours, the probes, the smallest, and what lies
    /// beside a probe or is left of one.
    pub(super) fn numbers(
        field: &str,
        at: Option<u32>,
        now: i64,
        probes: impl IntoIterator<Item = i64>,
    ) -> Self {
        let probes: Vec<i64> = probes.into_iter().collect();
        let near = [now.saturating_sub(1), now.saturating_add(1)];
        let around = probes.iter().flat_map(|probe| {
            let apart = now.saturating_sub(*probe);
            [probe.saturating_sub(1), probe.saturating_add(1), apart, apart.saturating_sub(1)]
        });
        let all = near.into_iter().chain(probes.iter().copied()).chain([1, 0, -1]).chain(around);
        // A cut that would pass as a raise is another request.
        let probes = once_each(all.filter(|probe| *probe != now && (*probe < 0) == (now < 0)));
        Self { nearness: Nearness::Number, field: field.to_owned(), at, now, day: None, probes }
    }

    /// Days around one.
    pub(super) fn days(
        nearness: Nearness,
        field: &str,
        at: Option<u32>,
        day: Date,
        probes: impl IntoIterator<Item = Date>,
    ) -> Self {
        let probes = probes.into_iter().map(|probe| days_between(day, probe)).filter(|days| *days != 0);
        let probes = once_each(probes);
        Self { nearness, field: field.to_owned(), at, now: 0, day: Some(day), probes }
    }

    /// The values to try above, or below.
    pub(super) fn side(&self, above: bool) -> impl Iterator<Item = i64> {
        self.probes.iter().copied().filter(move |probe| (*probe > self.now) == above)
    }

    /// The change to this value.
    pub(super) fn edit(&self, to: i64) -> Option<Edit> {
        let value = |number: i64| match self.day {
            Some(day) => day.checked_add(number.days()).ok().map(FactValue::Date),
            None => Some(FactValue::Whole(number)),
        };
        let (from, to) = (value(self.now), Some(value(to)?));
        Some(Edit { field: self.field.clone(), at: self.at, from, to })
    }
}

fn once_each(probes: impl Iterator<Item = i64>) -> Vec<i64> {
    let mut known = BTreeSet::new();
    probes.filter(|probe| known.insert(*probe)).collect()
}

fn days_between(from: Date, to: Date) -> i64 {
    from.until(to).map_or(0, |span| i64::from(span.get_days()))
}
