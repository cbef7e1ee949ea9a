//! Lines of folded hooks: early returns, and how many parameters there is room for.

use std::fmt::Write;

use super::folded::entered;
use super::{ask, script, set};
use crate::policy::Interpreter;
use crate::request::Request;

#[test]
fn more_parameters_than_there_are_bits_for_are_read_as_the_rules_stand() {
    // Each is read by a rule of its own, all of them before the same verb.
    let many = |count: usize| {
        let mut parameters = String::new();
        let mut rule = String::from("fn on_appoint(request) {\n");
        for number in 0..count {
            writeln!(
                parameters,
                "p{number}: {{zh: 数, en: number, type: number, values: {{2000-01-01: {number}}}}}"
            )
            .unwrap();
            writeln!(rule, "    require(request.unit.cap >= param(\"p{number}\") - 1, \"other\");").unwrap();
        }
        rule.push('}');
        set(&[("parameters.yaml", &parameters), ("a.rhai", &rule)]).unwrap()
    };
    for (count, as_it_stands) in [(64, false), (65, true)] {
        let set = many(count);
        let seen = entered(&set, |set| {
            let answer = ask(set, Request::appoint("audit", "administrative"));
            // The cap is 60: numbers from 62 on are too much. All were read, in whatever way.
            assert_eq!(answer.denials.len(), count - 62, "{count}");
            assert_eq!(answer.parameters.len(), count);
        });
        assert_eq!(seen, vec!["a.rhai"; 1], "what speaks is told as it stands");
        let seen = entered(&set, |set| {
            let answer = ask(set, Request::appoint("nanping", "administrative"));
            assert_eq!((answer.denials.len(), answer.parameters.len()), (0, count));
        });
        assert_eq!(!seen.is_empty(), as_it_stands, "{count}");
    }
}

#[test]
fn a_rule_that_returns_early_goes_on_in_the_other_branch() {
    let text = "
fn on_appoint(request) {
    if request.unit.cap > 50 { if request.unit.occupied > 100 { return; } note(\"other\"); return; }
    if request.unit.cap > 30 { return; } else { let left = spare(request.unit); if left > 3 { return; } }
    for n in 0..2 { if n == 1 { return; } }
    deny(\"full\", #{unit: request.unit.name, vacancy: request.unit.vacancy});
}
fn spare(unit) { if unit.vacancy > 4 { return unit.vacancy - 4; } if unit.vacancy == 0 { return 0; } 3 }
";
    let all = script(text).with_interpreter(Interpreter::Both);
    for (unit, denied, noted) in [("audit", 0, 1), ("finance", 0, 0), ("wuyi-office", 0, 0)] {
        let answer = ask(&all, Request::appoint(unit, "administrative"));
        assert_eq!((answer.denials.len(), answer.notes.len()), (denied, noted), "{unit}: {answer:?}");
    }
    let none: [&str; 0] = [];
    for unit in ["finance", "wuyi-office"] {
        let seen = entered(&all, |set| drop(ask(set, Request::appoint(unit, "administrative"))));
        assert_eq!(seen, none, "{unit}");
    }
}

#[test]
fn a_parameter_behind_what_fails_was_not_read() {
    let text = "fn on_appoint(r) { require(floor(r.unit.vacancy_at_year_end(3) * param(\"pool.ratio\")) >= 0, \"other\"); }";
    for interpreter in [Interpreter::Tree, Interpreter::Rhai, Interpreter::Both] {
        let answer =
            ask(&script(text).with_interpreter(interpreter), Request::appoint("audit", "administrative"));
        assert_eq!(answer.denials.iter().map(|one| &*one.code).collect::<Vec<_>>(), ["history-missing"]);
        assert!(answer.parameters.is_empty(), "{:?}", answer.parameters);
    }
}
