//! Attacks on the sandbox: each ends in a clear error within its budget, counted in steps and bytes, also while
//! somebody watches what the script does.

use std::sync::Arc;

use super::{DAY, city, faults};
use crate::policy::call::{Call, Outcome, Scene};
use crate::policy::twin::Twin;
use crate::policy::value::Value;
use crate::policy::view::View;
use crate::policy::vocabulary::Situation;
use crate::policy::{PolicySet, engine, limits, tree};

/// What cannot even load, and a part of what is said of it.
#[test]
fn attacks_that_do_not_load() {
    let hook = |body: &str| format!("fn on_draw(r) {{ {body} }}");
    for (body, said) in [
        // Comparisons that would be no in silence, and values that are not there.
        ("require(\"3\" == 3, \"full\");", "a text and a number cannot be compared"),
        ("require(r.unit.cap < \"4\", \"full\");", "cannot be compared"),
        ("require(3 < (), \"full\");", "`()` cannot be used"),
        ("let m = #{a: 1}; require(m.b == 1, \"full\");", "`b`"),
        ("require(r.unit.vacncy == 0, \"full\");", "did you mean `vacancy`"),
        ("let x = r.unit ?? 1;", "`??` cannot be used"),
        ("let x = r.unit?.cap;", "`?.`"),
        ("switch r.unit.cap { 1.0 => note(\"full\"), _ => note(\"other\") }", "`switch`"),
        // Ways out of the budget and of the hook.
        ("let f = Fn(\"x\");", "`Fn` is not there"),
        ("let f = |x| x + 1;", "a"),
        ("call(\"x\");", "`call` is not there"),
        ("let f = curry(1);", "`curry` is not there"),
        ("let m = #{}; m[\"k\"] = 1;", "cannot"),
        ("abs(1, 2, 3, 4, 5, 6, 7, 8, 9);", "at most 8 are allowed"),
        ("exit(\"ok\");", "no function `exit`"),
        ("try { deny(\"full\"); } catch { }", "`try` is not there"),
        ("throw \"x\";", "`throw` is not there"),
        ("while true { }", "`while` is not there"),
        ("loop { }", "`loop` is not there"),
        ("do { } until true", "`do` is not there"),
        ("print(1);", "`print` is not there"),
        ("debug(1);", "`debug` is not there"),
        ("eval(\"1\");", "`eval` is not there"),
        ("import \"x\" as y;", "`import` is not there"),
        ("let x = global::y;", "`::` cannot be used"),
        ("is_shared(r);", "`is_shared` is not there"),
        ("this.cap = 1;", "`this` is not there"),
        ("sleep(9);", "no function `sleep`"),
        ("let x = timestamp();", "no function `timestamp`"),
        ("let x = parse_json(\"1\");", "no function `parse_json`"),
        ("let x = rand();", "no function `rand`"),
        ("let x = tan(1);", "no function `tan`"),
        ("r.unit.cap = 9;", "only variables can be set"),
        ("let a = 1; let a = 2;", "`a` is a variable already"),
        ("return_all(r);", "no function"),
        // A name that only looks like one of the vocabulary, a line that is shown turned around.
        ("requirе(false, \"full\");", "write `require`"),
        ("/* \u{202E} } (xob on )tseuqer(ward_no nf */ note(\"full\");", "U+202E"),
        ("note(\"full\", #{a: \"\u{2067}x\"});", "U+2067"),
    ] {
        let found = faults(&hook(body));
        assert!(found.contains(said), "`{said}` is not in\n{found}\nof\n{body}");
    }
    for (text, said) in [
        ("fn require(a, b) { }".to_owned(), "is a word of the vocabulary"),
        ("fn 要求(a, b) { }".to_owned(), "is a word of the vocabulary"),
        ("fn requirе(a, b) { }".to_owned(), "write `require`"),
        (format!("fn on_draw(r) {{ {} }}", "let x = 1;".repeat(50_000)), "at most 32 KB"),
        (format!("fn on_draw(r) {{ {} }}", "{ let x = 1; }".repeat(70)), "at most 64 variables"),
        ("fn f(n) { f(n) } fn on_draw(r) { f(1); }".to_owned(), "calls itself"),
        ("fn f(n) { g(n) } fn g(n) { f(n) } fn on_draw(r) { f(1); }".to_owned(), "calls itself"),
        ("private fn f(n) { } fn on_draw(r) { f(1); }".to_owned(), "`private` is not there"),
    ] {
        let found = faults(&text);
        assert!(found.contains(said), "`{said}` is not in\n{found}");
    }
}

/// However long a script runs and however large its values are, an explanation keeps some megabytes at most.
fn is_bounded(trail: &tree::Trail, body: &str) {
    let longest = limits::SHOWN_BYTES.saturating_add(limits::TEXT_BYTES).saturating_add(8);
    let rows = trail.rows.iter().map(|row| {
        assert!(row.source.len().max(row.valued.len()) <= longest, "{body}");
        row.source.len().saturating_add(row.valued.len())
    });
    assert!(rows.sum::<usize>() <= limits::TRAIL_BYTES.saturating_add(longest.saturating_mul(32)), "{body}");
    assert!(trail.rows.len() <= limits::TRAIL && trail.reads.len() <= limits::TRAIL, "{body}");
    assert!(u64::try_from(trail.read_inside.len()).unwrap() <= limits::STEPS_AGAIN, "{body}");
}

/// What an audit does on the tree and on Rhai, watched and not: why it failed, and what it cost.
fn carried_out(rule: &str, body: &str) -> (String, Outcome) {
    let audit = format!("fn audit_unit(u) {{ {body} }}");
    let set = super::set(&[("a.rhai", &audit), ("pool.rhai", rule)])
        .unwrap_or_else(|error| panic!("{error}\n{body}"));
    let books = city();
    let PolicySet(inner, ..) = &set;
    let script = &inner.scripts[0];
    let given = || View::of_node(books.node("audit").unwrap(), books.kind("administrative"));
    let scene = || Scene::new(&books, &set, DAY);
    let place = script.tree.bodies.iter().position(|body| &*body.name == "audit_unit").unwrap();
    let on_tree = |sights: Option<tree::Sights>| {
        let mut sights = sights.map(Box::new);
        let scene = scene();
        let call = Call::again(&scene, Situation::Audit);
        let (value, _) = tree::run(&script.tree, place, &call, Value::View(given()), &mut sights);
        let outcome = call.outcome();
        assert!(outcome.steps <= 2 * limits::STEPS_AGAIN, "{} steps of {body}", outcome.steps);
        if let Some(sights) = sights {
            assert!(sights.lines.len().max(sights.branches.len()) < 100);
            sights.trail.iter().for_each(|trail| is_bounded(trail, body));
        }
        (value.map(|_| ()).map_err(|fail| fail.en.clone()), outcome)
    };
    let (plain, outcome) = on_tree(None);
    let (watched, same) = on_tree(Some(tree::Sights::default()));
    assert_eq!((&plain, outcome.steps, &outcome.said), (&watched, same.steps, &same.said), "{body}");
    let trail = Some(tree::Trail::default());
    let (explained, same) = on_tree(Some(tree::Sights { trail, only_trail: true, ..Default::default() }));
    assert_eq!((&plain, outcome.steps, &outcome.said), (&explained, same.steps, &same.said), "{body}");
    let twin = Arc::new(Twin::of(&scene(), Situation::Audit));
    let rhai = engine::run(&inner.engine, &script.ast, "audit_unit", &twin, given());
    let bytes = |outcome: &Outcome| {
        outcome.said.iter().flat_map(|said| &said.facts).map(|(_, value)| value.bytes()).sum::<usize>()
    };
    for outcome in [&outcome, &twin.outcome().0] {
        assert!(outcome.said.len() <= limits::SAID && bytes(outcome) <= limits::SAID_BYTES, "{body}");
    }
    let rhai = rhai.err().map(|fail| fail.en.clone());
    let tree = plain.err();
    // Rhai says of some failures less than the tree.
    let both = [&rhai, &tree]
        .map(|said| said.as_ref().map(|said| said.contains("too") || said.contains("more than")));
    assert_eq!(both[0], both[1], "rhai {rhai:?}, tree {tree:?}: {body}");
    (tree.unwrap_or_default(), outcome)
}

#[test]
fn attacks_that_run_into_their_bounds() {
    let rule = "fn capacity(pool) { 1 }";
    let big = "let t = \"aaaaaaaa\"; for i in 0..8 { t += t; }";
    let thousand = format!("[{}1]", "1,".repeat(900));
    for (body, said) in [
        ("for a in 0..99999 { for b in 0..99999 { } }".to_owned(), "more than 100000 steps"),
        ("for a in -9223372036854775807..9223372036854775807 { }".to_owned(), "more than 100000 steps"),
        ("for a in 0..=9223372036854775807 { if a < 0 { break; } }".to_owned(), "more than 100000 steps"),
        ("let t = \"aaaaaaaa\"; for i in 0..60 { t = t + t; }".to_owned(), "too long"),
        ("let t = \"aaaaaaaa\"; for i in 0..60 { t += t; }".to_owned(), "too long"),
        (format!("{big} for i in 0..50 {{ finding(\"other\", #{{a: t + \"x\"}}); }}"), "more than 64 KB of facts"),
        (format!("{big} finding(\"other\", #{{a: [{}t]}});", "t,".repeat(99)), "more than 64 KB of facts"),
        ("for i in 0..101 { finding(\"other\"); }".to_owned(), "more than 100 reasons"),
        ("for i in 0..101 { require(u.of(\"administrative\").cap < 0, \"full\"); }".to_owned(), "more than 100 reasons"),
        (format!("for i in 0..9999999 {{ if i in {thousand} {{ }} }}"), "more than 100000 steps"),
        ("for i in 0..9999999 { if u.of(\"administrative\").largest(\"cap\", 0.5) < 0 { } }".to_owned(), "more than 100000 steps"),
        ("for i in 0..9999999 { for l in office().loans_due_before(office().date) { } }".to_owned(), "more than 100000 steps"),
        ("for i in 0..9999999 { let x = f(f(f(f(i)))); } } fn f(n) { g(g(n)) } fn g(n) { if n > 0 { n } else { 0 }".to_owned(), "more than 100000 steps"),
        (format!("{big} let l = [{}t]; for i in 0..99999 {{ if t in l && t in l && {} {{ }} }}", "t,".repeat(900), "t == t && ".repeat(9) + "t in l"), "more than 100000 steps"),
        ("let d = date(\"2024-01-01\"); for i in 0..9 { d = years_after(d, 9223372036854775807); }".to_owned(), ""),
        ("let x = 1; for i in 0..99 { x *= 1000; }".to_owned(), ""),
        ("let x = 0.1; for i in 0..999 { x *= 10; }".to_owned(), ""),
    ] {
        let (failed, _) = carried_out(rule, &body);
        assert!(!failed.is_empty() && failed.contains(said), "`{said}` is not in `{failed}` of {body}");
    }
}

#[test]
fn the_sizes_of_pools_are_paid_for() {
    let rule = "fn capacity(pool) { let x = 0; for i in 0..20000 { x += 1; } x }";
    let size = "for pool in office().pools { require(pool.size > 0, \"full\"); }";
    let (failed, outcome) = carried_out(rule, size);
    assert_eq!(failed, "");
    assert!(outcome.steps > 80_000, "{}", outcome.steps);
    let (_, cheap) = carried_out("fn capacity(pool) { 1 }", size);
    assert!(cheap.steps < 100, "{}", cheap.steps);
    // A rule that never ends spends its own budget, and its caller's with it.
    let rule = "fn capacity(pool) { let x = 0; for i in 0..99999999 { x += 1; } x }";
    assert!(carried_out(rule, size).0.contains("more than 100000 steps"));
}
