//! The rules of the stream in plain Rust, and as an expression tree of closures made by hand.

use super::state::{Slot, State, Total};
use super::{Answer, Ask, ELIGIBLE, LISTED, MONTHS, Unit, Verb};

/// The answer, in plain Rust.
#[inline]
pub(crate) fn decide(state: &State, ask: &Ask) -> Answer {
    match ask.verb {
        Verb::Hire => hire(state, ask),
        Verb::Draw => draw(state, ask),
        Verb::Borrow => borrow(state, ask),
        Verb::Leave if state.slot(ask.unit, ask.kind).borrowed > 0 => Answer::ReturnOne,
        Verb::Leave => Answer::Granted,
    }
}

fn hire(state: &State, ask: &Ask) -> Answer {
    let slot = state.slot(ask.unit, ask.kind);
    if slot.occupied + slot.lent >= slot.approved {
        Answer::NoVacancy
    } else if state.unit(ask.unit).controlled && slot.filled >= slot.began * 7 / 10 {
        Answer::ControlScope
    } else {
        Answer::Granted
    }
}

fn draw(state: &State, ask: &Ask) -> Answer {
    let total = state.total(ask.kind);
    if ask.kind != 0 {
        Answer::NotAdministrative
    } else if !state.unit(ask.unit).city_organ {
        Answer::NotACityOrgan
    } else if state.slot(ask.unit, ask.kind).vacancy() > 0 {
        Answer::UnitHasVacancy
    } else if ask.category >= ELIGIBLE {
        Answer::CategoryNotEligible
    } else if total.drawn >= total.vacancies() / 5 {
        Answer::PoolEmpty
    } else if total.room() <= 0 {
        Answer::CityFull
    } else {
        Answer::Granted
    }
}

fn borrow(state: &State, ask: &Ask) -> Answer {
    let lender = state.unit(ask.lender);
    if state.slot(ask.lender, ask.kind).available() < i32::from(ask.count) {
        Answer::LenderShort
    } else if ask.purpose >= LISTED {
        Answer::PurposeNotListed
    } else if lender.school || lender.hospital {
        Answer::LenderExcluded
    } else if state.slot(ask.unit, ask.kind).vacancy() > 0 {
        Answer::BorrowerHasVacancy
    } else if ask.months > MONTHS {
        Answer::TermTooLong
    } else {
        Answer::Granted
    }
}

/// What a node of the tree looks at.
#[derive(Clone, Copy)]
struct Scene<'a> {
    state: &'a State,
    ask: &'a Ask,
}

type Node<T> = Box<dyn Fn(Scene<'_>) -> T + Send + Sync>;

/// One check of a rule, and the answer if it fails.
struct Check {
    holds: Node<bool>,
    otherwise: Answer,
}

/// The rules as an expression tree: every comparison, sum and reading is a closure of its own.
pub(crate) struct Tree {
    hire: Vec<Check>,
    draw: Vec<Check>,
    borrow: Vec<Check>,
    nothing_to_return: Node<bool>,
}

impl Tree {
    /// Builds the tree.
    pub(crate) fn new() -> Self {
        let check = |holds, otherwise| Check { holds, otherwise };
        let excluded = || or(lender_is(|unit| unit.school), lender_is(|unit| unit.hospital));
        let hire = vec![
            check(
                less(sum(own(|slot| slot.occupied), own(|slot| slot.lent)), own(|slot| slot.approved)),
                Answer::NoVacancy,
            ),
            check(
                or(
                    not(unit_is(|unit| unit.controlled)),
                    less(own(|slot| slot.filled), share(own(|slot| slot.began), 7, 10)),
                ),
                Answer::ControlScope,
            ),
        ];
        let draw = vec![
            check(equal(asked(|ask| ask.kind), number(0)), Answer::NotAdministrative),
            check(unit_is(|unit| unit.city_organ), Answer::NotACityOrgan),
            check(equal(own(Slot::vacancy), number(0)), Answer::UnitHasVacancy),
            check(one_of(asked(|ask| ask.category), 0..ELIGIBLE), Answer::CategoryNotEligible),
            check(less(city(|total| total.drawn), share(city(Total::vacancies), 1, 5)), Answer::PoolEmpty),
            check(less(number(0), city(Total::room)), Answer::CityFull),
        ];
        let borrow = vec![
            check(not(less(lender(Slot::available), asked(|ask| ask.count))), Answer::LenderShort),
            check(one_of(asked(|ask| ask.purpose), 0..LISTED), Answer::PurposeNotListed),
            check(not(excluded()), Answer::LenderExcluded),
            check(equal(own(Slot::vacancy), number(0)), Answer::BorrowerHasVacancy),
            check(not(less(number(i32::from(MONTHS)), asked(|ask| ask.months))), Answer::TermTooLong),
        ];
        let nothing_to_return = equal(own(|slot| slot.borrowed), number(0));
        Self { hire, draw, borrow, nothing_to_return }
    }

    /// The answer, by the tree.
    #[inline]
    pub(crate) fn decide(&self, state: &State, ask: &Ask) -> Answer {
        let scene = Scene { state, ask };
        let checks = match ask.verb {
            Verb::Hire => &self.hire,
            Verb::Draw => &self.draw,
            Verb::Borrow => &self.borrow,
            Verb::Leave if (self.nothing_to_return)(scene) => return Answer::Granted,
            Verb::Leave => return Answer::ReturnOne,
        };
        let failed = checks.iter().find(|check| !(check.holds)(scene));
        failed.map_or(Answer::Granted, |check| check.otherwise)
    }
}

fn number(number: i32) -> Node<i32> {
    Box::new(move |_| number)
}

fn asked(of: fn(&Ask) -> u8) -> Node<i32> {
    Box::new(move |scene| i32::from(of(scene.ask)))
}

fn own(of: fn(&Slot) -> i32) -> Node<i32> {
    Box::new(move |scene| of(&scene.state.slot(scene.ask.unit, scene.ask.kind)))
}

fn lender(of: fn(&Slot) -> i32) -> Node<i32> {
    Box::new(move |scene| of(&scene.state.slot(scene.ask.lender, scene.ask.kind)))
}

fn city(of: fn(&Total) -> i32) -> Node<i32> {
    Box::new(move |scene| of(&scene.state.total(scene.ask.kind)))
}

fn unit_is(of: fn(&Unit) -> bool) -> Node<bool> {
    Box::new(move |scene| of(&scene.state.unit(scene.ask.unit)))
}

fn lender_is(of: fn(&Unit) -> bool) -> Node<bool> {
    Box::new(move |scene| of(&scene.state.unit(scene.ask.lender)))
}

fn sum(one: Node<i32>, other: Node<i32>) -> Node<i32> {
    Box::new(move |scene| one(scene) + other(scene))
}

/// So many parts of so many, rounded down.
fn share(of: Node<i32>, parts: i32, all: i32) -> Node<i32> {
    Box::new(move |scene| of(scene) * parts / all)
}

fn less(one: Node<i32>, other: Node<i32>) -> Node<bool> {
    Box::new(move |scene| one(scene) < other(scene))
}

fn equal(one: Node<i32>, other: Node<i32>) -> Node<bool> {
    Box::new(move |scene| one(scene) == other(scene))
}

fn one_of(one: Node<i32>, list: std::ops::Range<u8>) -> Node<bool> {
    let list: Vec<i32> = list.map(i32::from).collect();
    Box::new(move |scene| list.contains(&one(scene)))
}

fn or(one: Node<bool>, other: Node<bool>) -> Node<bool> {
    Box::new(move |scene| one(scene) || other(scene))
}

fn not(one: Node<bool>) -> Node<bool> {
    Box::new(move |scene| !one(scene))
}
