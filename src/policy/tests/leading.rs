//! Leading conditions: which rules are entered for a request or an event, and parameters resolved by date and folder.

use std::sync::Arc;

use super::{DAY, ask, city, codes, script, set};
use crate::decision::Happened;
use crate::event::{Event, PersonTerms};
use crate::ledger::Actor;
use crate::model::{Date, LoanId};
use crate::policy::hooks::ENTERED;
use crate::policy::{Interpreter, PolicySet, Told};
use crate::request::Request;

/// The scripts whose hooks are entered while something is asked of a set.
fn entered(set: &PolicySet, asking: impl FnOnce(&PolicySet)) -> Vec<String> {
    ENTERED.with_borrow_mut(Vec::clear);
    asking(&set.clone().with_interpreter(Interpreter::Tree));
    let places = ENTERED.with_borrow_mut(std::mem::take);
    places.iter().map(|place| place.split(['_', ':']).next().unwrap_or_default().to_owned()).collect()
}

fn shipped() -> PolicySet {
    PolicySet::load("policies").unwrap()
}

fn asked_of(request: impl Into<Request>) -> Vec<String> {
    let request = request.into();
    entered(&shipped(), |set| {
        ask(set, request);
    })
}

#[test]
fn a_rule_is_not_entered_where_its_leading_conditions_rule_it_out() {
    // A hire on an own seat: not the rule about hires on a loan.
    assert_eq!(asked_of(Request::appoint("finance", "administrative")), ["10", "30", "50", "60"]);
    // Seats of another unit: neither of the rules about pools.
    assert_eq!(asked_of(Request::borrow("l-1", "audit", "finance", "administrative", 1)), ["20", "25"]);
    // Seats of a pool: both of them.
    assert_eq!(
        asked_of(Request::borrow("l-1", "pool", "finance", "administrative", 1)),
        ["10", "15", "20", "25"]
    );
}

fn left(set: &PolicySet, loan: Option<LoanId>) -> Vec<String> {
    let event = Event::Vacated {
        unit: "finance".into(),
        kind: "administrative".into(),
        person: None,
        loan,
        reason: None,
        was: PersonTerms { category: None, since: None, purpose: None },
    };
    let books = city();
    let happened = Happened::asked(event);
    let by = Actor::Node(books.root());
    entered(set, |set| {
        let told = Told { happened: &happened, freed: None, asked: None, by, date: DAY };
        for hook in set.reactions(&happened.event) {
            set.after(hook, &books, &told);
        }
    })
}

#[test]
fn a_reaction_is_not_entered_where_its_leading_conditions_rule_it_out() {
    assert_eq!(left(&shipped(), None), ["10", "20", "25"]);
    assert_eq!(left(&shipped(), Some("l-1".into())), ["20"]);
}

/// Both ways of running, the second of which enters every hook and fails if the conditions were wrong.
fn both(text: &str, request: impl Into<Request>) -> (usize, String) {
    let (set, request) = (script(text), request.into());
    let told = |set: &PolicySet| {
        let answer = ask(set, request.clone());
        format!("{:?} {:?} {:?}", codes(&answer), answer.notes, answer.parameters)
    };
    let mut quick = String::new();
    let count = entered(&set, |set| quick = told(set)).len();
    assert_eq!(quick, told(&set.with_interpreter(Interpreter::Both)), "{text}");
    (count, quick)
}

#[test]
fn leading_conditions_say_what_the_hook_says() {
    let hire = || Request::from(Request::appoint("finance", "administrative").purpose("new-school"));
    for (body, count) in [
        ("", 0),
        ("return;", 0),
        ("return; deny(\"full\");", 0),
        ("if r.on_loan { deny(\"full\"); }", 0),
        ("if !r.on_loan { return; } deny(\"full\");", 0),
        ("if r.named || r.purpose != \"\" { return; } deny(\"full\");", 0),
        ("if r.count > 1 { deny(\"full\"); } if r.purpose == \"\" && r.on_loan { note(\"other\"); }", 0),
        // The second decides nothing alone, and the parameter is recorded.
        (
            "if r.on_loan { return; } if r.count > 1 { deny(\"full\"); } note(\"other\", #{a: param(\"keep\")});",
            1,
        ),
        ("if r.on_loan { deny(\"full\"); } if r.on_permit { deny(\"full\"); } note(\"other\");", 1),
        ("if r.count == 1 { deny(\"full\"); } if r.on_loan { return; }", 1),
        // Conditions on parameters and books are the hook's own.
        ("if param(\"keep\") == 1 { return; } deny(\"full\");", 1),
        ("if r.unit.is_unit { return; } deny(\"full\");", 1),
        ("if r.on_loan { return; } else { note(\"other\"); }", 1),
        ("let x = 1; if !r.on_loan { return; } deny(\"full\");", 1),
    ] {
        assert_eq!(both(&format!("fn on_appoint(r) {{ {body} }}"), hire()).0, count, "{body}");
    }
    // A condition that fails rules nothing out.
    let (count, told) = both("fn on_extend(r) { if !r.on_loan { return; } deny(\"full\"); }", {
        Request::extend("nobody", DAY)
    });
    assert_eq!(count, 0, "{told}");
    let (count, told) = both("fn on_extend(r) { if r.from_pool { return; } deny(\"full\"); }", {
        Request::extend("nobody", DAY)
    });
    assert_eq!((count, told.contains("policy-failed")), (1, true), "{told}");
}

#[test]
fn parameters_are_the_same_resolved_and_searched() {
    let parameters = "
a: {zh: 甲, en: a, type: number, tighter: up, values: {2000-01-01: 1, 2010-01-01: 5, 2020-01-01: 2}}
b: {zh: 乙, en: b, type: number, tighter: down, values: {2005-06-01: 9}}
c: {zh: 丙, en: c, type: text, values: {2015-01-01: x, 2015-01-02: y}}
";
    let set = set(&[
        ("parameters.yaml", parameters),
        (
            "x.rhai",
            "fn on_appoint(r) { note(\"other\", #{a: param(\"a\"), b: param(\"b\"), c: param(\"c\")}); }",
        ),
        (
            "direct/parameters.yaml",
            "a: {values: {2003-01-01: 6}}\nb: {values: {2006-01-01: 8, 2016-01-01: 1}}",
        ),
        ("wuyi/parameters.yaml", "a: {values: {2001-01-01: 5, 2022-01-01: 7}}"),
    ])
    .unwrap();
    let PolicySet(inner, ..) = &set;
    let resolved = &inner.parameters;
    let searched = resolved.unsettled();
    let mut found = 0;
    for year in 1999..2025 {
        for (month, day) in [(1, 1), (1, 2), (5, 31), (6, 1), (12, 31)] {
            let date = Date::constant(year, month, day);
            for folders in [&[][..], &[0], &[1], &[0, 1], &[7]] {
                for name in ["a", "b", "c"] {
                    let one = resolved.value(name, date, folders);
                    assert_eq!(one, searched.value(name, date, folders), "{name} {date} {folders:?}");
                    found += usize::from(one.is_some_and(|one| Arc::strong_count(one.read) > 0));
                }
            }
        }
    }
    assert!(found > 1000, "{found}");
    // Not all of it is the root's alone.
    let at = |folders: &[usize]| {
        resolved.value("a", Date::constant(2023, 1, 1), folders).unwrap().value.to_string()
    };
    assert_eq!([at(&[]), at(&[0]), at(&[1]), at(&[0, 1])], ["2", "6", "7", "7"]);
}

#[test]
fn zz_dump() {
    let set = shipped().with_interpreter(Interpreter::Tree);
    ask(&set, Request::appoint("finance", "administrative"));
    let PolicySet(inner, ..) = &set;
    for hook in inner.folds.of(crate::policy::folds::Occasion::Before(crate::request::Verb::NAMES.iter().position(|name| *name == "appoint").unwrap())) {
        println!("DUMP {hook:?}");
    }
}
