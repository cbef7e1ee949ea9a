//! Facts: what a rule looks at, read from the state in plain Rust for the engines that cannot read it themselves.

use crate::stream::state::State;
use crate::stream::{Ask, CATEGORIES, KINDS, PURPOSES, Verb};

/// A fact's value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Value {
    Number(i64),
    YesNo(bool),
    Word(&'static str),
}

/// The most facts that one rule looks at.
pub const MOST: usize = 7;

/// The facts of one request, in the order of the rule's arguments.
#[derive(Debug, Clone, Copy)]
pub struct Facts {
    values: [(&'static str, Value); MOST],
    length: usize,
}

/// The verbs, in the order in which their rules stand in the files.
pub const VERBS: [Verb; 4] = [Verb::Hire, Verb::Draw, Verb::Borrow, Verb::Leave];

/// A verb's name in the rules.
pub fn name(verb: Verb) -> &'static str {
    match verb {
        Verb::Hire => "hire",
        Verb::Draw => "draw",
        Verb::Borrow => "borrow",
        Verb::Leave => "leave",
    }
}

impl Facts {
    /// What the rule of the request looks at.
    pub fn of(state: &State, ask: &Ask) -> Self {
        use Value::{Number, Word, YesNo};
        let number = |number: i32| Number(i64::from(number));
        let word = |words: &[&'static str], at: u8| Word(words.get(usize::from(at)).copied().unwrap_or(""));
        let (slot, unit, total) =
            (state.slot(ask.unit, ask.kind), state.unit(ask.unit), state.total(ask.kind));
        let mut facts = Self { values: [("", Number(0)); MOST], length: 0 };
        let given: &[(&'static str, Value)] = match ask.verb {
            Verb::Hire => &[
                ("occupied", number(slot.occupied)),
                ("lent", number(slot.lent)),
                ("approved", number(slot.approved)),
                ("controlled", YesNo(unit.controlled)),
                ("filled", number(slot.filled)),
                ("began", number(slot.began)),
            ],
            Verb::Draw => &[
                ("kind", word(&KINDS, ask.kind)),
                ("city_organ", YesNo(unit.city_organ)),
                ("vacancy", number(slot.vacancy())),
                ("category", word(&CATEGORIES, ask.category)),
                ("drawn", number(total.drawn)),
                ("vacancies", number(total.vacancies())),
                ("room", number(total.room())),
            ],
            Verb::Borrow => {
                let lender = state.unit(ask.lender);
                &[
                    ("available", number(state.slot(ask.lender, ask.kind).available())),
                    ("count", number(i32::from(ask.count))),
                    ("purpose", word(&PURPOSES, ask.purpose)),
                    ("school", YesNo(lender.school)),
                    ("hospital", YesNo(lender.hospital)),
                    ("vacancy", number(slot.vacancy())),
                    ("months", number(i32::from(ask.months))),
                ]
            }
            Verb::Leave => &[("borrowed", number(slot.borrowed))],
        };
        for (place, fact) in facts.values.iter_mut().zip(given) {
            *place = *fact;
        }
        facts.length = given.len();
        facts
    }

    /// Name and value of each, in order.
    pub fn each(&self) -> &[(&'static str, Value)] {
        self.values.get(..self.length).unwrap_or_default()
    }

    /// The value of a name; nothing that this request does not have.
    pub fn get(&self, name: &str) -> Option<Value> {
        self.each().iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
    }
}

/// Every name that a fact may have.
pub const NAMES: [&str; 19] = [
    "occupied",
    "lent",
    "approved",
    "controlled",
    "filled",
    "began",
    "kind",
    "city_organ",
    "vacancy",
    "category",
    "drawn",
    "vacancies",
    "room",
    "available",
    "count",
    "purpose",
    "school",
    "hospital",
    "months",
];

/// Every word that a fact may be.
pub fn words() -> impl Iterator<Item = &'static str> {
    KINDS.into_iter().chain(CATEGORIES).chain(PURPOSES)
}
