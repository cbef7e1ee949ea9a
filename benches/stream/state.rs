//! The state of the stream: what stands in the books of the city, in plain arrays, and how an answer changes it.

use std::collections::VecDeque;

use super::{Answer, Ask, City, KINDS, Unit, Verb};

/// The books of one unit and kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Slot {
    pub(crate) approved: i32,
    pub(crate) occupied: i32,
    pub(crate) lent: i32,
    /// Seats borrowed from other units and from the pool.
    pub(crate) borrowed: i32,
    /// Vacancies when the year began, and seats filled since.
    pub(crate) began: i32,
    pub(crate) filled: i32,
}

impl Slot {
    /// Seats without a person.
    pub(crate) fn vacancy(&self) -> i32 {
        self.approved - self.occupied
    }

    /// Seats without a person that are not lent.
    pub(crate) fn available(&self) -> i32 {
        self.approved - self.occupied - self.lent
    }
}

/// The sums of the whole city, of one kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Total {
    pub(crate) approved: i32,
    pub(crate) occupied: i32,
    pub(crate) lent: i32,
    /// People drawn from the city's pool.
    pub(crate) drawn: i32,
}

impl Total {
    /// Seats without a person, all units together.
    pub(crate) fn vacancies(&self) -> i32 {
        self.approved - self.occupied
    }

    /// What can really be filled.
    pub(crate) fn room(&self) -> i32 {
        self.approved - self.occupied - self.lent - self.drawn
    }
}

/// What a unit has borrowed of one kind, oldest first.
#[derive(Debug, Clone, Default)]
struct Outstanding {
    /// People from the pool, by the numbers of their requests.
    people: VecDeque<u32>,
    /// Loans: the number of the request, the lender, and seats.
    loans: VecDeque<(u32, u16, i32)>,
}

/// What returns when somebody leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Back {
    /// The person drawn by this request moves to the seat that fell empty.
    Person(u32),
    /// One seat of the loan of this request goes home.
    Loan(u32),
}

/// What an answer changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change {
    /// Nothing: it was a denial.
    Nothing,
    /// What was asked took effect.
    AsAsked,
    /// It took effect, and then something was returned.
    AndBack(Back),
}

/// The whole state.
#[derive(Debug, Clone)]
pub(crate) struct State {
    units: Vec<Unit>,
    slots: Vec<Slot>,
    totals: [Total; KINDS.len()],
    outstanding: Vec<Outstanding>,
}

impl State {
    /// The city on its first day.
    pub(crate) fn new(city: &City) -> Self {
        let mut totals = [Total::default(); KINDS.len()];
        let mut slots = Vec::new();
        for seats in &city.seats {
            for ((approved, occupied), total) in seats.iter().zip(&mut totals) {
                total.approved += approved;
                total.occupied += occupied;
                slots.push(Slot {
                    approved: *approved,
                    occupied: *occupied,
                    began: approved - occupied,
                    ..Slot::default()
                });
            }
        }
        let outstanding = vec![Outstanding::default(); slots.len()];
        Self { units: city.units.clone(), slots, totals, outstanding }
    }

    /// A unit.
    #[inline]
    pub(crate) fn unit(&self, unit: u16) -> Unit {
        self.units.get(usize::from(unit)).copied().unwrap_or_default()
    }

    /// The books of a unit and kind.
    #[inline]
    pub(crate) fn slot(&self, unit: u16, kind: u8) -> Slot {
        self.slots.get(place(unit, kind)).copied().unwrap_or_default()
    }

    /// The sums of a kind.
    #[inline]
    pub(crate) fn total(&self, kind: u8) -> Total {
        self.totals.get(usize::from(kind)).copied().unwrap_or_default()
    }

    /// A new year begins.
    pub(crate) fn new_year(&mut self) {
        for slot in &mut self.slots {
            slot.began = slot.vacancy();
            slot.filled = 0;
        }
    }

    /// What an answer changes.
    pub(crate) fn apply(&mut self, ask: &Ask, answer: Answer) -> Change {
        let here = place(ask.unit, ask.kind);
        let lender = place(ask.lender, ask.kind);
        let count = i32::from(ask.count);
        let (Some(slot), Some(total), Some(out)) = (
            self.slots.get_mut(here),
            self.totals.get_mut(usize::from(ask.kind)),
            self.outstanding.get_mut(here),
        ) else {
            return Change::Nothing;
        };
        if !answer.granted() {
            return Change::Nothing;
        }
        match ask.verb {
            Verb::Hire => {
                slot.occupied += 1;
                slot.filled += 1;
                total.occupied += 1;
            }
            Verb::Draw => {
                slot.borrowed += 1;
                total.drawn += 1;
                out.people.push_back(ask.number);
            }
            Verb::Borrow => {
                slot.borrowed += count;
                total.lent += count;
                out.loans.push_back((ask.number, ask.lender, count));
                if let Some(lender) = self.slots.get_mut(lender) {
                    lender.lent += count;
                }
            }
            Verb::Leave => {
                slot.occupied -= 1;
                total.occupied -= 1;
                if answer == Answer::ReturnOne {
                    return self.give_back(ask).map_or(Change::AsAsked, Change::AndBack);
                }
            }
        }
        Change::AsAsked
    }

    /// One is returned after a leave: a person of the pool moves over, else a seat of the oldest loan goes home.
    fn give_back(&mut self, ask: &Ask) -> Option<Back> {
        let here = place(ask.unit, ask.kind);
        let slot = self.slots.get_mut(here)?;
        let total = self.totals.get_mut(usize::from(ask.kind))?;
        let out = self.outstanding.get_mut(here)?;
        slot.borrowed -= 1;
        if let Some(person) = out.people.pop_front() {
            slot.occupied += 1;
            slot.filled += 1;
            total.occupied += 1;
            total.drawn -= 1;
            return Some(Back::Person(person));
        }
        let (loan, lender, left) = out.loans.front_mut()?;
        let (loan, lender) = (*loan, *lender);
        *left -= 1;
        if *left == 0 {
            out.loans.pop_front();
        }
        total.lent -= 1;
        self.slots.get_mut(place(lender, ask.kind))?.lent -= 1;
        Some(Back::Loan(loan))
    }
}

#[inline]
fn place(unit: u16, kind: u8) -> usize {
    usize::from(unit) * KINDS.len() + usize::from(kind)
}
