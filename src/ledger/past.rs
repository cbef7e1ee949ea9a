//! The past of a book: the year's start, arrivals and departures, the last three year ends.
//!
//! A past is brought up to date only when its book changes or is read, so that a year's end costs nothing:
//! what did not change had the same vacancy on every day in between. What is unknown stays unknown.

use std::sync::Arc;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::book::Book;
use super::known::Known;
use super::{KindIx, Ledger, Mode, TagIx};
use crate::graph::{NodeIx, Role};
use crate::model::{Date, Seats, own};

/// Year ends that are remembered.
pub(super) const YEARS: usize = 3;

/// What a book remembers. First comes what every movement looks at, so that it stands together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[repr(C)]
pub(super) struct Past {
    counted_to: Date,
    /// The year that the counters below belong to.
    year: i16,
    arrivals: Known,
    departures: Known,
    vacancy_at_start: Known,
    cap_at_start: Known,
    /// Σ over the days of this year up to `counted_to` (exclusive) of the vacancy on that day.
    vacancy_days: Known,
    /// The last year ends, newest first.
    ends: [YearEnd; YEARS],
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
struct YearEnd {
    vacancy: Known,
    vacancy_days: Known,
    days: i64,
    arrivals: Known,
}

/// Someone who is counted: on an own seat of a unit, from outside or from a borrowed seat, or off it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Movement {
    Arrival,
    Departure,
}

/// What can be looked up of a node's past, in one kind. `None` is unknown, never 0.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PastFigures {
    /// Vacancy when this year began (年初空编).
    pub vacancy_at_year_start: Option<Seats>,
    /// Appointments on own seats and conversions this year (本年入编).
    pub arrivals: Option<Seats>,
    /// Leavers from own seats this year (本年减员).
    pub departures: Option<Seats>,
}

/// What [`Ledger::largest`] compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// Caps at the start of the year.
    Cap,
    /// Arrivals in the three years before.
    ArrivalsInThreeYears,
}

/// Whole days from one date to another.
fn days_between(from: Date, to: Date) -> i64 {
    if from == to {
        return 0;
    }
    from.duration_until(to).as_hours() / 24
}

/// A vacancy that stood for so many days.
fn over(days: i64, vacancy: Seats) -> Seats {
    Seats::new(days.saturating_mul(vacancy.get()))
}

fn first_of(year: i16) -> Option<Date> {
    Date::new(year, 1, 1).ok()
}

impl Past {
    /// What is known on the first day: the opening books are the year's start only on 1 January. Year ends come
    /// newest first.
    pub(super) fn opening(opened: Date, vacancy: Seats, cap: Seats, year_ends: [Known; YEARS]) -> Self {
        let from_start = opened.month() == 1 && opened.day() == 1;
        let mut ends = [YearEnd::default(); YEARS];
        for (end, vacancy) in ends.iter_mut().zip(year_ends) {
            end.vacancy = vacancy;
        }
        let known = |seats: Seats| Known::from(from_start.then_some(seats));
        let last = year_ends.first().copied().unwrap_or_default();
        Self {
            year: opened.year(),
            vacancy_at_start: if from_start { vacancy.into() } else { last },
            cap_at_start: known(cap),
            arrivals: known(Seats::ZERO),
            departures: known(Seats::ZERO),
            vacancy_days: known(Seats::ZERO),
            counted_to: opened,
            ends,
        }
    }

    fn figures(&self) -> PastFigures {
        PastFigures {
            vacancy_at_year_start: self.vacancy_at_start.seats(),
            arrivals: self.arrivals.seats(),
            departures: self.departures.seats(),
        }
    }

    /// A node founded today: it had no vacancy when the year began, and no earlier years.
    pub(super) fn founded(today: Date) -> Self {
        Self {
            year: today.year(),
            vacancy_at_start: Known::ZERO,
            cap_at_start: Known::ZERO,
            arrivals: Known::ZERO,
            departures: Known::ZERO,
            vacancy_days: Known::ZERO,
            counted_to: today,
            ends: [YearEnd::default(); YEARS],
        }
    }

    /// Counts the days up to `today`, closing every year in between, with the vacancy that stood since.
    pub(super) fn catch_up(&mut self, today: Date, vacancy: Seats, cap: Seats) {
        while self.year < today.year() {
            let Some(next) = self.year.checked_add(1).and_then(first_of) else { return };
            self.count_to(next, vacancy);
            let end = YearEnd {
                vacancy: vacancy.into(),
                vacancy_days: self.vacancy_days,
                days: first_of(self.year).map_or(0, |first| days_between(first, next)),
                arrivals: self.arrivals,
            };
            self.ends.rotate_right(1);
            if let Some(newest) = self.ends.first_mut() {
                *newest = end;
            }
            self.year = next.year();
            self.vacancy_at_start = vacancy.into();
            self.cap_at_start = cap.into();
            self.arrivals = Known::ZERO;
            self.departures = Known::ZERO;
            self.vacancy_days = Known::ZERO;
        }
        self.count_to(today, vacancy);
    }

    fn count_to(&mut self, day: Date, vacancy: Seats) {
        let days = days_between(self.counted_to, day);
        self.vacancy_days.change(over(days, vacancy));
        self.counted_to = day;
    }

    /// Counts a movement; in a correction, takes the opposite one out of the year that it was counted in.
    pub(super) fn move_by(&mut self, movement: Movement, mode: Mode) {
        match (mode, movement) {
            (Mode::Opening, _) => {}
            (Mode::Running, Movement::Arrival) => self.arrivals.change(Seats::ONE),
            (Mode::Running, Movement::Departure) => self.departures.change(Seats::ONE),
            (Mode::Reversing(day), Movement::Arrival) => self.uncount(day, Movement::Departure),
            (Mode::Reversing(day), Movement::Departure) => self.uncount(day, Movement::Arrival),
        }
    }

    /// Takes a movement of an earlier day out of the year that it was counted in.
    fn uncount(&mut self, day: Date, movement: Movement) {
        let age = self.age(day);
        let end = age.checked_sub(1).and_then(|back| self.ends.get_mut(back));
        match (movement, age) {
            (Movement::Arrival, 0) => self.arrivals.change(-Seats::ONE),
            (Movement::Departure, 0) => self.departures.change(-Seats::ONE),
            // Of earlier years only arrivals are remembered.
            (Movement::Arrival, _) => end.into_iter().for_each(|end| end.arrivals.change(-Seats::ONE)),
            (Movement::Departure, _) => {}
        }
    }

    /// Takes a change of the vacancy that stood from `day` until today out of every figure.
    pub(super) fn forget(&mut self, day: Date, vacancy: Seats) {
        let age = self.age(day);
        let from = if age == 0 { Some(day) } else { first_of(self.year) };
        let days = from.map_or(0, |from| days_between(from, self.counted_to));
        self.vacancy_days.change(-over(days, vacancy));
        if age == 0 {
            return;
        }
        self.vacancy_at_start.change(-vacancy);
        for (back, end) in self.ends.iter_mut().enumerate().take(age) {
            let days = if back.saturating_add(1) == age {
                let next = day.year().checked_add(1).and_then(first_of);
                next.map_or(0, |next| days_between(day, next))
            } else {
                end.days
            };
            end.vacancy.change(-vacancy);
            end.vacancy_days.change(-over(days, vacancy));
        }
    }

    /// How many years ago a day was.
    fn age(&self, day: Date) -> usize {
        usize::try_from(self.year.saturating_sub(day.year())).unwrap_or(0)
    }
}

impl Ledger {
    /// The past of a book as it stands today.
    fn past(&self, node: NodeIx, kind: KindIx) -> Past {
        let book = self.book(node, kind);
        let vacancy = self.vacancy(node, kind);
        let cap = book.map_or(Seats::ZERO, |book| book.cap);
        let mut past = match book.and_then(|book| book.past.as_deref()) {
            Some(past) => past.clone(),
            None => Past::opening(
                self.terms.opened,
                vacancy,
                cap,
                book.map_or([Known::UNKNOWN; YEARS], Book::ends),
            ),
        };
        past.catch_up(self.today, vacancy, cap);
        past
    }

    /// Brings the past of a book up to date before its vacancy or cap changes.
    pub(super) fn remember(&mut self, node: NodeIx, kind: KindIx) {
        let place = self.book_or_open(node, kind);
        self.remembered(place, self.shape.role(node));
    }

    /// The book at a place, of a node of this role, with its past brought up to date.
    pub(super) fn remembered(&mut self, place: usize, role: Role) -> Option<&mut Book> {
        let today = self.today;
        let book = self.books.get_mut(place)?;
        let known = book.past.as_deref().is_some_and(|past| past.counted_to == today);
        if known || self.mode == Mode::Opening {
            return Some(book);
        }
        let vacancy = match role {
            Role::Unit => book.vacancy(),
            Role::Jurisdiction => {
                let sums = book.every.and_then(|every| self.groups.get(every as usize));
                sums.map_or(Seats::ZERO, |sums| sums.vacancy)
            }
            Role::Pool => Seats::ZERO,
        };
        let (opened, cap, ends) = (self.terms.opened, book.cap, book.ends());
        let past =
            book.past.get_or_insert_with(|| triomphe::Arc::new(Past::opening(opened, vacancy, cap, ends)));
        own(past)?.catch_up(today, vacancy, cap);
        Some(book)
    }

    /// In a correction, takes the opposite of a change of vacancy out of the days since the corrected one.
    pub(super) fn forget_vacancy(&mut self, unit: NodeIx, kind: KindIx, change: Seats) {
        match self.mode {
            Mode::Reversing(day) if !change.is_zero() => {
                self.each_past(unit, kind, |past| past.forget(day, -change));
            }
            Mode::Reversing(_) | Mode::Opening | Mode::Running => {}
        }
    }

    fn each_past(&mut self, unit: NodeIx, kind: KindIx, change: impl Fn(&mut Past)) {
        let shape = Arc::clone(&self.shape);
        for place in shape.path(unit) {
            self.remember(place, kind);
            let book = self.book_or_open(place, kind);
            if let Some(past) = self.books.get_mut(book).and_then(|book| book.past.as_mut()) {
                change(triomphe::Arc::make_mut(past));
            }
        }
    }

    /// Empty own seats: of a unit its own, of a jurisdiction the sum over its units.
    pub(super) fn vacancy(&self, node: NodeIx, kind: KindIx) -> Seats {
        match self.shape.role(node) {
            Role::Unit => self.book(node, kind).map_or(Seats::ZERO, Book::vacancy),
            Role::Jurisdiction => self.group_sums(node, TagIx::EVERY, kind).vacancy,
            Role::Pool => Seats::ZERO,
        }
    }

    /// What is known of this year's course.
    pub fn past_figures(&self, node: NodeIx, kind: KindIx) -> PastFigures {
        // Within a year nothing but movements changes any of them.
        let book = self.book(node, kind);
        match book.and_then(|book| book.past.as_deref()) {
            Some(past) if past.year == self.today.year() => past.figures(),
            None if self.terms.opened.year() == self.today.year() => {
                let (cap, ends) = book.map_or_else(Default::default, |book| (book.cap, book.ends()));
                Past::opening(self.terms.opened, self.vacancy(node, kind), cap, ends).figures()
            }
            _ => self.past(node, kind).figures(),
        }
    }

    /// Arrivals of this year and the `years − 1` before it (近n年入编).
    pub fn arrivals_in_years(&self, node: NodeIx, kind: KindIx, years: usize) -> Option<Seats> {
        let past = self.past(node, kind);
        let before = years.checked_sub(1)?;
        if before > YEARS {
            return None;
        }
        let earlier = past.ends.iter().take(before).map(|end| end.arrivals.seats());
        std::iter::once(past.arrivals.seats()).chain(earlier).sum()
    }

    /// Vacancy at the end of the `years`-th year before this one, from 1 (前n年末空编).
    pub fn vacancy_at_year_end(&self, node: NodeIx, kind: KindIx, years: usize) -> Option<Seats> {
        self.past(node, kind).ends.get(years.checked_sub(1)?)?.vacancy.seats()
    }

    /// The day-weighted average of the vacancies of the last `years` closed years (前n年日均空编).
    pub fn average_vacancy(&self, node: NodeIx, kind: KindIx, years: usize) -> Option<Decimal> {
        let past = self.past(node, kind);
        if years == 0 || years > YEARS {
            return None;
        }
        let (mut sum, mut days) = (0_i64, 0_i64);
        for end in past.ends.iter().take(years) {
            sum = sum.checked_add(end.vacancy_days.get()?)?;
            days = days.checked_add(end.days)?;
        }
        Decimal::from(sum).checked_div(Decimal::from(days))
    }

    /// The figure of the ⌈share × n⌉-th largest unit inside (大户线), as it stood when the year began.
    ///
    /// `n` counts the units that have none of the tags `except`. `None` if a unit's figure is unknown.
    pub fn largest(
        &self,
        node: NodeIx,
        kind: KindIx,
        measure: Measure,
        share: Decimal,
        except: &[&str],
    ) -> Option<Seats> {
        let mut figures = Vec::new();
        for unit in self.shape.inside(node) {
            if self.shape.role(unit) != Role::Unit || except.iter().any(|tag| self.has_tag(unit, tag)) {
                continue;
            }
            let past = self.past(unit, kind);
            figures.push(match measure {
                Measure::Cap => past.cap_at_start.seats()?,
                Measure::ArrivalsInThreeYears => {
                    past.ends.iter().map(|end| end.arrivals.seats()).sum::<Option<Seats>>()?
                }
            });
        }
        figures.sort_unstable_by(|one, other| other.cmp(one));
        let units = Decimal::from(figures.len());
        let rank = rust_decimal::prelude::ToPrimitive::to_usize(&share.checked_mul(units)?.ceil())?;
        figures.get(rank.clamp(1, figures.len().max(1)).checked_sub(1)?).copied()
    }
}
