//! Folded hooks: what is left of rules on a day, and that they say the same; parameters resolved by date and folder.

use std::fmt::Write;
use std::sync::Arc;

use super::{DAY, ask, city, codes, script, set};
use crate::decision::Happened;
use crate::event::{Event, PersonTerms};
use crate::ledger::{Actor, Ledger};
use crate::model::{Date, Instalment, LoanId, Seats};
use crate::policy::call::{Call, How, Scene};
use crate::policy::folds::Occasion;
use crate::policy::hooks::ENTERED;
use crate::policy::vocabulary::Situation;
use crate::policy::{Asked, Brief, Interpreter, PolicySet, Reads, Told};
use crate::request::{Request, Verb};

/// The scripts whose hooks are entered as they stand while something is asked of a set.
pub(super) fn entered(set: &PolicySet, asking: impl FnOnce(&PolicySet)) -> Vec<String> {
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
fn rules_are_entered_only_where_one_of_them_has_something_to_say() {
    let none: [&str; 0] = [];
    assert_eq!(asked_of(Request::appoint("wuyi-office", "administrative")), none);
    assert_eq!(asked_of(Request::vacate_unnamed("wuyi-office", "administrative")), none);
    // Seats of another unit need a purpose: the rules about pools before that have nothing to say.
    assert_eq!(asked_of(Request::borrow("l-1", "audit", "finance", "administrative", 1)), ["20", "25"]);
}

const POOL: &str = r#"
fn capacity(pool) { floor(pool.sponsor.net_vacancy * param("pool.ratio")) }
fn on_draw(request) {
    let organs = request.pool.sponsor.group("organ");
    require(request.pool.used < request.pool.size, "full");
    require(request.pool.sponsor.group("organ").occupied <= request.pool.sponsor.group("organ").cap, "other");
}
"#;

#[test]
fn a_pools_rule_and_a_group_are_read_without_the_script() {
    let draw = || Request::draw("pool", "finance", "p-2");
    let books = city();
    let pool = books.node("pool").unwrap();
    let text = POOL.replace("    let organs = request.pool.sponsor.group(\"organ\");\n", "");
    let pools = |text: &str| set(&[("10_pool.rhai", text)]).unwrap();
    let seen = |text: &str, asking: &dyn Fn(&PolicySet)| entered(&pools(text), |set| asking(set));
    let none: [&str; 0] = [];
    assert_eq!(seen(&text, &|set| assert_eq!(codes(&ask(set, draw())), none)), none);
    // A variable cannot hold a group: its hook is carried out as it stands, and the pool's rule is not.
    assert_eq!(seen(POOL, &|set| assert_eq!(codes(&ask(set, draw())), none)), ["10"]);
    // 20 % of 15, with the parameter that says so.
    let sized = seen(&text, &|set| {
        let mut read = Reads::new();
        assert_eq!(set.capacity(&books, pool, &mut read), Ok(Seats::new(3)));
        assert_eq!(read.iter().map(|one| &*one.name).collect::<Vec<_>>(), ["pool.ratio"]);
    });
    assert_eq!(sized, none);
    // What the folded form cannot tell, the script does: a size below nothing, one that fails.
    for (rule, said) in [
        ("fn capacity(pool) { 0 - 5 }", Ok(0)),
        ("fn capacity(pool) { let x = 1; for i in 0..99999999 { x += 1; } x }", Err("policy-failed")),
        ("fn capacity(pool) { 9223372036854775807 + pool.used + 1 }", Err("policy-failed")),
    ] {
        let set = pools(rule).with_interpreter(Interpreter::Tree);
        let size = set.capacity(&books, pool, &mut Reads::new());
        assert_eq!(
            size.as_ref().map(|size| size.get()).map_err(|remark| remark.code.as_str()),
            said,
            "{rule}"
        );
    }
}

#[test]
fn a_pools_rule_costs_whoever_asks_the_same_folded() {
    let books = city();
    let pool = books.node("pool").unwrap();
    let paid = |rule: &str, interpreter| {
        let set = set(&[("10_pool.rhai", rule)]).unwrap().with_interpreter(interpreter);
        let scene = Scene::new(&books, &set, DAY);
        let call = Call::again(&scene, Situation::Before);
        assert_eq!(set.size_in(&call, pool).unwrap(), Seats::new(300));
        call.charged()
    };
    let long = "fn capacity(pool) { let x = 0; for i in 0..300 { x += 1; } x }";
    assert!(paid(long, Interpreter::Tree) > 300);
    for rule in [long, "fn capacity(pool) { 300 }"] {
        assert_eq!(paid(rule, Interpreter::Tree), paid(rule, Interpreter::Both), "{rule}");
    }
}

/// What an event says of itself is read where it stands, not out of its list of fields.
#[test]
fn an_event_says_of_itself_what_it_has() {
    let hired = |person: bool, permit: bool| Event::Appointed {
        unit: "audit".into(),
        kind: "administrative".into(),
        person: person.then(|| "p-9".into()),
        category: None,
        loan: None,
        permit: permit.then(|| "k-1".into()),
        purpose: None,
        since: None,
    };
    let lent = |ends: bool, part: bool, size: bool| Event::Lent {
        loan: "l-1".into(),
        lender: "audit".into(),
        borrower: "finance".into(),
        kind: "administrative".into(),
        count: Seats::new(1),
        purpose: None,
        ends: ends.then_some(DAY),
        schedule: if part { vec![Instalment { on: DAY, seats: Seats::new(1) }] } else { Vec::new() },
        pool_size: size.then(|| Seats::new(1)),
        via: Vec::new(),
    };
    for (word, event, says) in [
        ("named", hired(true, false), true),
        ("named", hired(false, true), false),
        ("on_permit", hired(false, true), true),
        ("on_permit", hired(true, false), false),
        ("has_end", lent(true, false, false), true),
        ("has_end", lent(false, true, true), false),
        ("has_schedule", lent(false, true, false), true),
        ("has_schedule", lent(true, false, true), false),
        ("from_pool", lent(false, false, true), true),
        ("from_pool", lent(true, true, false), false),
        ("lender.id == \"audit\"", lent(true, true, true), true),
        ("borrower.id == \"finance\"", lent(true, true, true), true),
    ] {
        let set = script(&format!("fn after_{}(e) {{ if e.{word} {{ note(\"other\"); }} }}", event.name()));
        assert_eq!(told(&set, &city(), event).1.contains("other"), says, "{word}");
    }
}

#[test]
fn every_shipped_rule_folds() {
    let set = shipped();
    let PolicySet(inner, ..) = &set;
    let verbs = (0..Verb::NAMES.len()).map(Occasion::Before);
    let events = (0..Event::NAMES.len()).map(Occasion::After);
    let sizes = inner.rules.keys().map(|rule| Occasion::Size(rule));
    let mut folded = 0;
    for occasion in verbs.chain(events).chain(sizes) {
        let hooks = inner.hooks_of(occasion);
        if !hooks.is_empty() {
            assert!(set.folds_on(occasion, DAY), "{}", hooks[0].place);
            folded += 1;
        }
    }
    assert!(folded > 15, "{folded}");
}

fn left(loan: Option<LoanId>) -> Event {
    Event::Vacated {
        unit: "audit".into(),
        kind: "administrative".into(),
        person: None,
        loan,
        reason: None,
        was: PersonTerms { category: None, since: None, purpose: None },
    }
}

/// What the rules of a set make of an event: whether their folded form ends, and all that they say and propose.
fn told(set: &PolicySet, books: &Arc<Ledger>, event: Event) -> (bool, String) {
    let happened = Happened::asked(event);
    let by = Actor::Node(books.root());
    let told = Told { happened: &happened, freed: None, asked: None, by, date: DAY };
    let ends = set.no_reaction(books, &told);
    let reactions: Vec<_> = set
        .reactions(&happened.event)
        .iter()
        .map(|hook| set.after(hook, books, &told))
        .map(|one| format!("{:?} {:?} {:?} {:?}", one.proposals, one.notes, one.findings, one.failed))
        .collect();
    (ends.is_some(), reactions.concat())
}

#[test]
fn a_reaction_that_does_nothing_is_not_entered() {
    let set = shipped().with_interpreter(Interpreter::Tree);
    let (ends, does) = told(&set, &city(), left(None));
    assert!(ends, "{does}");
    assert!(!does.contains("Verb"), "{does}");
    let set = script("fn after_vacated(e) { if e.on_loan { return; } note(\"other\"); }");
    let set = set.with_interpreter(Interpreter::Tree);
    assert!(!told(&set, &city(), left(None)).0);
    assert!(told(&set, &city(), left(Some("l-1".into()))).0);
}

/// Both ways of running, the second of which compares every form and fails if one did otherwise.
fn both(set: &PolicySet, request: impl Into<Request>) -> (usize, String) {
    let request = request.into();
    let told = |set: &PolicySet| {
        let answer = ask(set, request.clone());
        format!("{:?} {:?} {:?}", codes(&answer), answer.notes, answer.parameters)
    };
    let mut quick = String::new();
    let count = entered(set, |set| quick = told(set)).len();
    assert_eq!(quick, told(&set.clone().with_interpreter(Interpreter::Both)));
    (count, quick)
}

#[test]
fn folded_hooks_do_what_the_script_does() {
    let hire = || Request::from(Request::appoint("audit", "administrative").purpose("new-school"));
    for (body, silent) in [
        ("", true),
        ("return;", true),
        ("return; deny(\"full\");", true),
        ("deny(\"full\"); return;", false),
        ("if r.on_loan { deny(\"full\"); }", true),
        ("if !r.on_loan { return; } deny(\"full\");", true),
        ("if r.named || r.purpose != \"\" { return; } deny(\"full\");", true),
        ("if r.on_loan { return; } note(\"other\", #{a: param(\"keep\")});", false),
        ("if param(\"keep\") == 1 { return; } deny(\"full\");", true),
        ("if param(\"keep\") > 1 || r.unit.cap < 60 { deny(\"full\"); }", true),
        ("if r.unit.is_unit { return; } deny(\"full\");", true),
        ("if r.on_loan { return; } else { note(\"other\"); }", false),
        ("let x = 1; if x == 2 { deny(\"full\"); }", true),
        ("let x = 1; if r.unit.cap > 5 { x = 2; } require(x == 2, \"full\");", true),
        ("let x = 1; if r.unit.cap > 500 { x = 2; } require(x == 2, \"full\");", false),
        ("let x = if r.unit.cap > 50 { 3 } else { 4 }; require(x == 3, \"full\");", true),
        ("let x = { let y = r.unit.cap; y + 1 }; require(x == 61, \"full\");", true),
        (
            "require(r.unit.cap - r.unit.occupied == r.unit.vacancy, \"full\", #{unit: r.unit.name, vacancy: r.unit.vacancy});",
            true,
        ),
        ("require(r.unit.vacancy > 100, \"full\", #{unit: r.unit.name, vacancy: r.unit.vacancy});", false),
        ("require(floor(r.unit.cap * param(\"pool.ratio\")) == 12, \"full\");", true),
        (
            "require(ceiling(0.33 * r.unit.cap) == 20 && round_half_up(r.unit.cap * 0.025) == 2, \"full\");",
            true,
        ),
        (
            "require(max(r.unit.cap, 61) == 61 && min(2, r.unit.cap) == 2 && at_least(70, r.unit.cap) == 70, \"full\");",
            true,
        ),
        ("require(r.unit.cap / 7 == 8 && -r.unit.cap == 0 - 60 && abs(-r.unit.cap) == 60, \"full\");", true),
        ("require(ratio(r.unit.cap, 8) == 7.5 && r.unit.cap * 1.5 == 90, \"full\");", true),
        (
            "require(\"a\" + r.kind == \"aadministrative\" && r.kind in [r.kind] && !(r.kind in [\"b\"]), \"full\");",
            true,
        ),
        ("require(r.on < years_after(r.on, 1) && year_of(r.on) == 2024, \"full\");", true),
        ("for c in param(\"pool.categories\") { if r.category == c { deny(\"full\"); } }", true),
        (
            "for c in param(\"pool.categories\") { if c == \"selected-graduate\" { continue; } if c == \"x\" { break; } note(\"other\"); }",
            false,
        ),
        ("let n = 0; for i in 1..=4 { if i == 3 { break; } n += i; } require(n == 3, \"full\");", true),
        (
            "let n = 0; for i in 0..r.unit.cap { if i % 2 == 0 { continue; } n += 1; } require(n == 30, \"full\");",
            true,
        ),
        (
            "if r.unit.is_root { return; } for pool in r.unit.parent.pools { if pool.kind == r.kind { require(pool.used < 5, \"full\"); } }",
            true,
        ),
        (
            "if r.unit.is_root { return; } for pool in r.unit.parent.pools { require(is_empty(r.unit.people_on_pool(pool.id)) && count(r.unit.permits) == 0, \"full\"); }",
            true,
        ),
        ("for p in r.unit.loans_borrowed { deny(\"full\"); }", true),
        (
            "let keep = param(\"keep\"); let again = param(\"keep\"); require(keep == again, \"full\", #{unit: r.unit.name, vacancy: keep});",
            true,
        ),
        ("if r.unit.cap > 10 { param(\"keep\"); } require(param(\"keep\") == 1, \"full\");", true),
        (
            "if r.unit.is_root { return; } require(r.unit.parent.room >= 0 && r.unit.county.id == \"direct\", \"full\");",
            true,
        ),
        ("require(office().root.of(r.kind).cap == 500 && office().date == r.on, \"full\");", true),
        ("require(r.unit.has_tag(\"organ\") && !r.unit.has_tag(\"school\"), \"full\");", true),
    ] {
        let set = script(&format!("fn on_appoint(r) {{ {body} }}"));
        let (count, told) = both(&set, hire());
        assert_eq!(count == 0, silent, "{body}: {told}");
    }
}

#[test]
fn what_is_read_on_one_way_is_read_again_on_another() {
    let keep = "let k = param(\"keep\"); require(k == 1, \"full\");";
    for text in [
        format!("fn on_appoint(r) {{ if r.unit.cap > 500 {{ {keep} }} {keep} }}"),
        format!("fn on_appoint(r) {{ if r.unit.cap < 500 {{ {keep} }} else {{ {keep} }} {keep} }}"),
        format!(
            "fn on_appoint(r) {{ for c in [\"new-school\", \"x\"] {{ if r.purpose == c {{ continue; }} {keep} }} }}"
        ),
        format!("fn on_appoint(r) {{ for p in r.unit.permits {{ {keep} }} {keep} }}"),
        format!("fn f(u) {{ if u.cap == 60 {{ return; }} {keep} }} fn on_appoint(r) {{ f(r.unit); {keep} }}"),
        format!(
            "fn f(u) {{ {keep} u.cap }} fn on_appoint(r) {{ if r.on_loan || r.unit.cap > 500 && f(r.unit) > 1 {{ return; }} {keep} }}"
        ),
        format!(
            "fn on_appoint(r) {{ let x = if r.unit.cap > 500 {{ {keep} 1 }} else {{ 2 }}; {keep} require(x == 2, \"full\"); }}"
        ),
    ] {
        let (count, told) =
            both(&script(&text), Request::appoint("audit", "administrative").purpose("new-school"));
        assert_eq!(count, 0, "{text}: {told}");
        assert!(told.contains("keep"), "{text}: {told}");
    }
}

#[test]
fn what_a_hook_said_before_it_gave_up_is_told_once_by_the_codes() {
    let text = "fn on_appoint(r) { require(r.unit.cap > 500, \"full\"); require(1 / (r.unit.cap - 60) == 1, \"other\"); }";
    let set = script(text).with_interpreter(Interpreter::Tree);
    let request = Request::from(Request::appoint("audit", "administrative"));
    let books = city();
    let asked = Asked {
        verb: &request.verb,
        facts: &request.facts,
        id: None,
        by: Actor::Node(books.root()),
        date: DAY,
        effective: DAY,
        by_reaction: false,
        at: None,
        seat: None,
    };
    let mut brief = Brief::default();
    assert!(set.in_brief(&books, &asked, &mut brief));
    assert_eq!(brief.said(How::Denial).collect::<Vec<_>>(), ["full", "policy-failed"]);
    assert_eq!(codes(&set.before(&books, &asked)), ["full", "policy-failed"]);
}

#[test]
fn hooks_before_the_one_that_speaks_are_not_entered() {
    let set = set(&[
        ("a.rhai", "fn on_appoint(r) { require(param(\"keep\") == 1, \"full\"); }"),
        (
            "b.rhai",
            "fn on_appoint(r) { if param(\"pool.ratio\") > 0 && r.unit.cap == 60 { deny(\"full\"); } }",
        ),
        ("c.rhai", "fn on_appoint(r) { require(param(\"keep\") == 1 && r.unit.cap == 60, \"other\"); }"),
        ("d.rhai", "fn on_appoint(r) { deny(\"other\", #{a: 1 / (r.unit.cap - 60)}); }"),
    ])
    .unwrap();
    let (count, told) = both(&set, Request::appoint("audit", "administrative"));
    assert_eq!(count, 3, "{told}");
    assert!(told.starts_with("[\"full\", \"policy-failed\"]"), "{told}");
    let names: Vec<_> = ["keep", "pool.ratio"].iter().filter_map(|name| told.find(name)).collect();
    assert!(names.len() == 2 && names.is_sorted(), "{told}");
}

#[test]
fn functions_are_unfolded_where_they_are_called() {
    let set = script(
        "fn limit(n) { if n > 3 { return n; } n * param(\"keep\") }
         fn early(u, n) { if u.cap < n { return; } for i in 0..n { if i == 2 { return; } } deny(\"full\"); }
         fn twice(u) { early(u, 5); early(u, 500); limit(u.vacancy) + limit(2) }
         fn on_appoint(r) {
             let sum = twice(r.unit);
             require(sum == r.unit.vacancy + 2, \"full\", #{unit: r.unit.name, vacancy: sum});
             early(r.unit, 3);
         }",
    );
    assert_eq!(both(&set, Request::appoint("audit", "administrative")).0, 0);
    // Unfolding must not make a book of a page: such a script is carried out as it stands.
    let mut text = String::from("fn f0(u) { u.cap }\n");
    for n in 0..13 {
        writeln!(text, "fn f{}(u) {{ f{n}(u) + f{n}(u) }}", n + 1).unwrap();
    }
    text.push_str("fn on_appoint(r) { require(f12(r.unit) == 4096 * 60, \"full\"); }");
    assert_eq!(both(&script(&text), Request::appoint("audit", "administrative")).0, 1);
}

#[test]
fn hooks_fold_anew_for_each_day_folder_and_shape() {
    let set = set(&[
        (
            "a.rhai",
            "fn on_appoint(r) { require(r.on_permit || r.unit.vacancy >= param(\"keep\"), \"full\"); }",
        ),
        ("direct/parameters.yaml", "keep: {values: {2000-01-01: 5, 2024-03-01: 16}}"),
    ])
    .unwrap();
    let hire = |unit: &str| Request::appoint(unit, "administrative");
    for _ in 0..2 {
        assert_eq!(both(&set, hire("wuyi-office")).0, 0);
        assert_eq!(both(&set, hire("audit")).0, 0);
        assert_eq!(both(&set, hire("finance")).0, 1);
    }
    let later = |unit: &str| super::ask_on(&set, Date::constant(2024, 3, 1), hire(unit));
    assert_eq!(codes(&later("audit")), ["full"]);
    assert_eq!(codes(&later("wuyi-office")), [""; 0]);
}

#[test]
fn a_hook_that_fails_is_entered_and_fails_there() {
    for body in [
        "require(1 / (r.unit.cap - 60) == 1, \"full\");",
        "require(param(\"late\") == 1, \"full\");",
        "let n = 0; for i in 0..1000 { for j in 0..1000 { n += 1; } }",
    ] {
        let set = script(&format!("fn on_appoint(r) {{ {body} }}"));
        let mut failed = String::new();
        let hire = Request::appoint("audit", "administrative");
        let count = entered(&set, |set| failed = codes(&ask(set, hire)).concat()).len();
        assert_eq!((count, failed.as_str()), (1, "policy-failed"), "{body}");
    }
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
