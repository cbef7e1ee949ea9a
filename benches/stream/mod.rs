//! A stream of 100,000 decisions on a made-up city, on which rule engines can be compared: same facts, same answers.
//!
//! A city of 12 counties × 100 units × 3 kinds, made by a small generator with a fixed seed; 100,000 requests of
//! four kinds; a state kept in plain Rust ([`state`]), so that whoever is measured only decides; a new year after
//! every fifth of the stream. The first check that fails is the reason. The rules, in words:
//!
//! - *Hire*: occupied + lent < approved; and a controlled unit fills at most floor(70 %) of the vacancies that it
//!   had when the year began.
//! - *Pool draw*: administrative; a city organ; no vacancy of its own; an eligible category; pool used < floor(20 %
//!   of all administrative vacancies); the city not full.
//! - *Borrow*: the lender has so many available; the purpose is on a list of six; the lender is no school or
//!   hospital; the borrower has no vacancy; at most 36 months.
//! - *Leave*: always; with borrowed seats outstanding the answer says that one is to be returned.
//!
//! They stand in plain Rust and as an expression tree of closures in [`native`], and as policies of bianzhi in
//! `policies/` beside this file. [`books`] mirrors the state in books of bianzhi: the laws accept every change that
//! the rules grant. For that, and where the words above are silent, it was chosen that
//!
//! - a vacancy is approved − occupied, whatever is lent; what is available is approved − occupied − lent;
//! - each kind has a pool of the city, so that there is something to ask that is not administrative; who draws is a
//!   person who works at the unit without filling a seat of it, and *pool used* is how many do;
//! - the city is full when occupied + lent + pool used reach what is approved in all; no rule but the draw's looks
//!   at it, because in this stream it never is;
//! - seats that are lent stay idle at the borrower; nobody lends to itself;
//! - one that is to be returned is returned at once: the first who was drawn from the pool moves to the seat that
//!   fell empty, which counts as one more filled this year; else a seat of the oldest loan goes home;
//! - a year is one day, 1 January: requests of a year are all asked on it, and a term is a number of months from it.
#![allow(dead_code, reason = "each program that measures uses its part of the stream")]
#![expect(clippy::arithmetic_side_effects, reason = "seats and places far inside their types")]

pub(crate) mod books;
pub(crate) mod native;
pub(crate) mod state;

/// Counties of the city, and units of each.
pub(crate) const COUNTIES: u16 = 12;
pub(crate) const UNITS_EACH: u16 = 100;
/// The kinds of quota; the first is the one that may be drawn.
pub(crate) const KINDS: [&str; 3] = ["administrative", "institution", "service"];
/// Categories of people; the first two are eligible.
pub(crate) const CATEGORIES: [&str; 4] = ["selected-graduate", "selected-doctor", "civil-servant", "teacher"];
pub(crate) const ELIGIBLE: u8 = 2;
/// Purposes of loans; the first six are on the list.
pub(crate) const PURPOSES: [&str; 8] = [
    "new-schools",
    "key-project",
    "talent",
    "key-field",
    "livelihood",
    "front-line",
    "task-growth",
    "convenience",
];
pub(crate) const LISTED: u8 = 6;
/// The longest term of a loan.
pub(crate) const MONTHS: u8 = 36;
/// Requests of the whole stream, and of a year of it.
pub(crate) const REQUESTS: u32 = 100_000;
pub(crate) const A_YEAR: u32 = REQUESTS / 5;

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verb {
    Hire,
    Draw,
    Borrow,
    Leave,
}

/// One request. What its verb does not know is 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ask {
    /// Its place in the stream, which also names the person or the loan.
    pub(crate) number: u32,
    pub(crate) verb: Verb,
    /// Where someone comes, leaves, or seats are borrowed.
    pub(crate) unit: u16,
    /// Which of [`KINDS`].
    pub(crate) kind: u8,
    /// Of a draw: which of [`CATEGORIES`].
    pub(crate) category: u8,
    /// Of a loan: who lends, how many, for which of [`PURPOSES`], for how many months.
    pub(crate) lender: u16,
    pub(crate) count: u8,
    pub(crate) purpose: u8,
    pub(crate) months: u8,
}

/// What is answered: yes, yes and return one, or the first check that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(crate) enum Answer {
    Granted,
    ReturnOne,
    NoVacancy,
    ControlScope,
    NotAdministrative,
    NotACityOrgan,
    UnitHasVacancy,
    CategoryNotEligible,
    PoolEmpty,
    CityFull,
    LenderShort,
    PurposeNotListed,
    LenderExcluded,
    BorrowerHasVacancy,
    TermTooLong,
}

impl Answer {
    /// All answers, in order.
    pub(crate) const ALL: [Self; 15] = [
        Self::Granted,
        Self::ReturnOne,
        Self::NoVacancy,
        Self::ControlScope,
        Self::NotAdministrative,
        Self::NotACityOrgan,
        Self::UnitHasVacancy,
        Self::CategoryNotEligible,
        Self::PoolEmpty,
        Self::CityFull,
        Self::LenderShort,
        Self::PurposeNotListed,
        Self::LenderExcluded,
        Self::BorrowerHasVacancy,
        Self::TermTooLong,
    ];

    /// Whether the request is granted.
    pub(crate) fn granted(self) -> bool {
        matches!(self, Self::Granted | Self::ReturnOne)
    }

    /// The answer's name: of a denial the code of its reason, of a leave with something to return that of the note.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Granted => "granted",
            Self::ReturnOne => "return-one",
            Self::NoVacancy => "no-vacancy",
            Self::ControlScope => "control-scope",
            Self::NotAdministrative => "not-administrative",
            Self::NotACityOrgan => "not-a-city-organ",
            Self::UnitHasVacancy => "unit-has-vacancy",
            Self::CategoryNotEligible => "category-not-eligible",
            Self::PoolEmpty => "pool-empty",
            Self::CityFull => "city-full",
            Self::LenderShort => "lender-short",
            Self::PurposeNotListed => "purpose-not-listed",
            Self::LenderExcluded => "lender-excluded",
            Self::BorrowerHasVacancy => "borrower-has-vacancy",
            Self::TermTooLong => "term-too-long",
        }
    }

    /// The answer of this name.
    pub(crate) fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|answer| answer.code() == code)
    }

    /// The answer of this number, as an engine gives it.
    pub(crate) fn from_number(number: usize) -> Option<Self> {
        Self::ALL.get(number).copied()
    }
}

/// How often each answer was given, in the order of [`Answer::ALL`], and all of them in one number.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Answers {
    pub(crate) counts: [u32; Answer::ALL.len()],
    pub(crate) digest: u64,
}

impl Answers {
    /// One more answer.
    pub(crate) fn add(&mut self, answer: Answer) {
        if let Some(count) = self.counts.get_mut(answer as usize) {
            *count += 1;
        }
        // FNV-1a, a byte an answer.
        self.digest = (self.digest ^ u64::from(answer as u8)).wrapping_mul(0x0100_0000_01b3);
    }
}

/// A unit of the city.
#[expect(clippy::struct_excessive_bools, reason = "what a unit is, as rules ask for it")]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Unit {
    pub(crate) controlled: bool,
    pub(crate) city_organ: bool,
    pub(crate) school: bool,
    pub(crate) hospital: bool,
}

/// The city on its first day: its units, and for each the seats approved and the people, by kind.
#[derive(Debug, Clone)]
pub(crate) struct City {
    pub(crate) units: Vec<Unit>,
    pub(crate) seats: Vec<[(i32, i32); KINDS.len()]>,
}

impl City {
    /// The city of the stream.
    pub(crate) fn new() -> Self {
        let mut dice = Dice(12);
        let (mut units, mut seats) = (Vec::new(), Vec::new());
        for number in 0..COUNTIES * UNITS_EACH {
            // The first county is the city's own. Of all units a tenth are schools, a twentieth hospitals.
            let sort = dice.below(20);
            let city_organ = number < UNITS_EACH && sort >= 10;
            let school = !city_organ && sort < 2;
            let hospital = !city_organ && sort == 2;
            units.push(Unit { controlled: dice.below(10) < 4, city_organ, school, hospital });
            seats.push(std::array::from_fn(|_| {
                let approved = 20 + dice.below(60);
                let vacant = if dice.below(10) < 5 { 0 } else { 1 + dice.below(12) };
                (i32::from(approved), i32::from(approved - vacant))
            }));
        }
        Self { units, seats }
    }
}

/// The requests of the stream.
pub(crate) fn requests() -> Vec<Ask> {
    let mut dice = Dice(34);
    let units = COUNTIES * UNITS_EACH;
    let kinds = KINDS.map(|_| 1).iter().sum::<u16>();
    let any_kind = |dice: &mut Dice| small(dice.below(kinds));
    (0..REQUESTS)
        .map(|number| {
            let mut ask = Ask {
                number,
                verb: Verb::Hire,
                unit: dice.below(units),
                kind: any_kind(&mut dice),
                category: 0,
                lender: 0,
                count: 0,
                purpose: 0,
                months: 0,
            };
            match dice.below(100) {
                0..=41 => {}
                42..=56 => {
                    ask.verb = Verb::Draw;
                    // Most come from the city's own county, and for the kind that may be drawn.
                    if dice.below(10) < 8 {
                        ask.unit %= UNITS_EACH;
                    }
                    if dice.below(10) < 8 {
                        ask.kind = 0;
                    }
                    ask.category = small(dice.below(10)) % 5 % 4;
                }
                57..=76 => {
                    ask.verb = Verb::Borrow;
                    let lender = dice.below(units - 1);
                    ask.lender = if lender < ask.unit { lender } else { lender + 1 };
                    ask.count = small(1 + dice.below(3));
                    ask.purpose = small(dice.below(8));
                    ask.months = small(6 + dice.below(37));
                }
                _ => ask.verb = Verb::Leave,
            }
            ask
        })
        .collect()
}

fn small(number: u16) -> u8 {
    u8::try_from(number).unwrap_or(u8::MAX)
}

/// Numbers that look random and are always the same (SplitMix64).
struct Dice(u64);

impl Dice {
    /// A number from 0 to one less than `sides`.
    fn below(&mut self, sides: u16) -> u16 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        u16::try_from((mixed >> 32) % u64::from(sides.max(1))).unwrap_or(0)
    }
}
