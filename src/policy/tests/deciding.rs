//! Deciding: denials with their values, notes, findings, local folders, failures, pools and reactions.

use std::collections::BTreeMap;

use super::{DAY, ask, ask_on, city, codes, script, set};
use crate::decision::{Happened, Remark};
use crate::event::{Event, PersonTerms};
use crate::ledger::Actor;
use crate::model::{Date, FactValue, Mention, Seats};
use crate::policy::{Interpreter, PolicySet, Reads, Told};
use crate::request::{Request, Verb};

fn draw(unit: &str) -> Request {
    Request::draw("pool", unit, "p-9").category("selected-graduate").into()
}

#[test]
fn a_denial_carries_its_condition_and_values() {
    let set = script(
        "fn on_draw(request) {\n\
         \x20   let most = param(\"pool.ratio\") * 10;\n\
         \x20   require(request.unit.vacancy == 0 && request.unit.cap < most, // a comment\n\
         \x20       \"full\", #{unit: request.unit.name, vacancy: request.unit.vacancy});\n\
         \x20   require(request.category in param(\"pool.categories\"), \"other\");\n\
         }",
    );
    let answer = ask(&set, draw("audit"));
    assert_eq!(codes(&answer), ["full"]);
    let remark = &answer.denials[0];
    assert_eq!(remark.en, "audit 名 is full (15)");
    assert_eq!(remark.zh, "audit 名已满（15）");
    assert_eq!(remark.basis, "条例第六条");
    assert_eq!((remark.script.as_str(), remark.line), ("a.rhai", 3));
    assert_eq!(remark.condition.as_deref(), Some("request.unit.vacancy == 0 && request.unit.cap < most"));
    let text = |text: &str| FactValue::Text(text.to_owned());
    let expected = [
        ("request.unit.vacancy".to_owned(), FactValue::Whole(15)),
        ("unit".to_owned(), text("audit 名")),
        ("vacancy".to_owned(), FactValue::Whole(15)),
    ];
    assert_eq!(remark.values, expected);
    let answer = ask(&set, draw("finance"));
    let values: BTreeMap<_, _> = answer.denials[0].values.iter().cloned().collect();
    assert_eq!(values["most"], FactValue::Number("2".parse().unwrap()));
    assert_eq!(answer.parameters.len(), 2);
    assert!(answer.parameters.iter().any(|read| read.value == "0.2"));
    // A parameter is told by the words that read it.
    let set = script("fn on_draw(request) { require(request.unit.cap < param(\"pool.ratio\"), \"full\"); }");
    let answer = ask(&set, draw("finance"));
    let told: Vec<&str> = answer.denials[0].values.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(told, ["request.unit.cap", "param(\"pool.ratio\")"]);
}

#[test]
fn the_values_in_conditions_have_a_bound_and_say_what_was_left_out() {
    let value = |denial: &Remark, name: &str| {
        denial.values.iter().find(|(known, _)| known == name).map(|(_, value)| value.to_string())
    };
    let bytes = |denials: &[Remark]| -> usize {
        let values = denials.iter().flat_map(|denial| &denial.values);
        values.map(|(source, value)| source.len() + value.to_string().len()).sum()
    };
    let long = "let t = \"长长\"; for i in 0..8 { t += t; } let few = 3;";
    let set = script(&format!(
        "fn on_draw(request) {{ {long} for i in 0..60 {{ require(few == 3 && t == \"x\", \"full\"); }} }}"
    ));
    let answers = [Interpreter::Tree, Interpreter::Rhai, Interpreter::Both]
        .map(|interpreter| ask(&set.clone().with_interpreter(interpreter), draw("audit")).denials);
    let [first, rest @ ..] = &answers;
    assert!(first.len() == 60 && rest.iter().all(|other| other == first), "{}", first.len());
    // What was said to be left out takes some bytes, too.
    assert!((60 << 10..68 << 10).contains(&bytes(first)), "{}", bytes(first));
    assert_eq!(value(&first[0], "few").as_deref(), Some("3"));
    assert_eq!(value(&first[0], "t").map(|text| text.len()), Some(6 << 8));
    assert_eq!(value(&first[59], "…").as_deref(), Some("另有 2 项从略 (2 more left out)"));
    // The one on which the room ends is cut between two letters, and says by how much.
    let cut: Vec<String> = first.iter().filter_map(|denial| value(denial, "t")).collect();
    let cut = cut.iter().find(|text| text.contains('…')).unwrap();
    let (kept, left_out) = cut.split_once("…（从略 ").unwrap();
    assert!(kept.trim_matches('长').is_empty());
    assert_eq!(left_out, format!("{0} 字节, {0} bytes left out）", (6 << 8) - kept.len()));

    // A list is cut as it is put together.
    let list = "t,".repeat(99) + "t";
    let set =
        script(&format!("fn on_draw(request) {{ {long} let l = [{list}]; require(\"b\" in l, \"full\"); }}"));
    let told = ask(&set.with_interpreter(Interpreter::Tree), draw("audit")).denials;
    let all = value(&told[0], "l").unwrap();
    assert!(all.len() < 65 << 10 && all.ends_with("bytes left out）"), "{}", all.len());

    // A text that names its values again and again does not grow without end either.
    let values = [("v".to_owned(), FactValue::Text("x".repeat(4 << 10)))];
    let filled = crate::policy::reasons::filled(&"{v}".repeat(10_000), &values);
    assert!(filled.len() < 100 << 10 && filled.ends_with('…'), "{}", filled.len());
}

#[test]
fn chinese_and_english_scripts_are_the_same() {
    let english = script(
        "fn on_draw(r) { require(r.unit.vacancy == 0, \"full\"); note(\"other\", #{a: floor(1.5)}); }",
    );
    let chinese = script(
        "fn on_draw(请求) { 要求(请求.单位.空编 == 0, \"full\"); 提示(\"other\", #{a: 向下取整(1.5)}); }",
    );
    for unit in ["audit", "finance"] {
        let (one, two) = (ask(&english, draw(unit)), ask(&chinese, draw(unit)));
        assert_eq!(codes(&one), codes(&two));
        assert_eq!(one.notes[0].values, two.notes[0].values);
    }
}

#[test]
fn a_script_that_fails_denies() {
    let cases = [
        ("let x = 0; for i in 0..1000000 { x += 1; }", "more than 100000 steps"),
        ("let x = 0; for i in 0..1000 { for j in 0..1000 { x += 1; } }", "more than 100000 steps"),
        ("let x = \"aaaaaaaaaaaaaaaa\"; for i in 0..64 { x += x; }", "too long"),
        ("let x = 9223372036854775807; x += r.unit.cap;", "leaves its range"),
        ("let x = r.unit.cap % (r.unit.cap - 40);", "division by zero"),
        ("let x = param(\"late\");", "has no value on 2024-01-01"),
        ("let x = r.unit.of(\"administratve\").cap;", "there is no kind"),
        ("let x = r.pool.size;", "no script serves the rule"),
    ];
    for (body, cause) in cases {
        let set = script(&format!("fn on_draw(r) {{\n {body}\n}}"));
        let answer = ask(&set, draw("finance"));
        assert_eq!(codes(&answer), ["policy-failed"], "{body}");
        let remark = &answer.denials[0];
        assert!(remark.en.contains(cause), "{}", remark.en);
        assert_eq!((remark.script.as_str(), remark.line), ("a.rhai", 2), "{body}: {}", remark.en);
    }
    let set = script("fn on_draw(r) { if r.unit.arrivals_in_years(3) > 0 { deny(\"full\"); } }");
    assert_eq!(codes(&ask(&set, draw("finance"))), ["history-missing"]);
}

#[test]
fn a_failure_about_a_fact_is_a_finding() {
    let set = script("fn on_vacate(r) { let x = param(\"late\"); note(\"other\"); }");
    let answer = ask(&set, Request::from(Request::vacate("p-1")));
    assert!(answer.denials.is_empty());
    assert_eq!(answer.findings[0].code, "policy-failed");
}

#[test]
fn parameters_go_by_date_and_by_folder() {
    let set = set(&[
        (
            "a.rhai",
            "fn on_appoint(r) { note(\"other\", #{keep: param(\"keep\"), ratio: param(\"pool.ratio\")}); }",
        ),
        ("wuyi/b.rhai", "fn on_appoint(r) { deny(\"other\"); }"),
        ("wuyi/parameters.yaml", "keep: {values: {2024-02-01: 3}}"),
    ])
    .unwrap();
    let values = |unit: &str, date: Date| {
        let answer = ask_on(&set, date, Request::from(Request::appoint(unit, "administrative")));
        let values: BTreeMap<_, _> = answer.notes[0].values.iter().cloned().collect();
        (values["keep"].to_string(), values["ratio"].to_string(), codes(&answer).len())
    };
    assert_eq!(values("finance", DAY), ("1".into(), "0.2".into(), 0));
    assert_eq!(values("wuyi-office", DAY), ("1".into(), "0.2".into(), 1));
    assert_eq!(values("wuyi-office", Date::constant(2024, 2, 1)), ("3".into(), "0.2".into(), 1));
    assert_eq!(values("finance", Date::constant(2024, 7, 1)), ("1".into(), "0.25".into(), 0));
}

#[test]
fn a_pool_is_as_large_as_its_rule_says() {
    let set = set(&[
        ("10_pool.rhai", "fn capacity(pool) { floor(pool.sponsor.net_vacancy * param(\"pool.ratio\")) }"),
        ("20_use.rhai", "fn on_draw(r) { require(r.pool.used < r.pool.size && r.pool.free > 5, \"full\"); }"),
    ])
    .unwrap();
    let books = city();
    let pool = books.node("pool").unwrap();
    // 15 vacant seats, 20 %.
    assert_eq!(set.capacity(&books, pool, &mut Reads::new()), Ok(Seats::new(3)));
    let answer = ask(&set, draw("finance"));
    assert_eq!(codes(&answer), ["full"]);
    assert_eq!(answer.denials[0].values[1], ("r.pool.size".to_owned(), FactValue::Whole(3)));
    assert!(answer.parameters.iter().any(|read| read.name == "pool.ratio"));
    let negative = super::set(&[("pool.rhai", "fn capacity(pool) { 0 - 5 }")]).unwrap();
    assert_eq!(negative.capacity(&books, pool, &mut Reads::new()), Ok(Seats::ZERO));
    let other = script("fn on_draw(r) { }");
    assert_eq!(other.capacity(&books, pool, &mut Reads::new()).unwrap_err().code, "policy-failed");
}

fn told(set: &PolicySet, event: &Event) -> Vec<(Verb, String)> {
    let books = city();
    let happened = Happened::asked(event.clone());
    let by = Actor::Node(books.root());
    let told = Told { happened: &happened, freed: None, asked: None, by, date: DAY };
    let mut proposals = Vec::new();
    for hook in set.reactions(event) {
        let reaction = set.after(hook, &books, &told);
        assert!(reaction.failed.is_none(), "{:?}", reaction.failed);
        proposals.extend(reaction.proposals.into_iter().map(|(verb, place)| (verb, place.to_string())));
    }
    proposals
}

#[test]
fn reactions_propose_in_the_order_of_files_and_places() {
    let set = set(&[
        ("20_b.rhai", "fn after_vacated(e) {\n  amend_fact(e.unit, \"pupils\", 3);\n}"),
        ("10_a.rhai", "fn after_vacated(e) { transfer(e.unit, office().root, e.kind, 2); if e.named { note(\"other\", #{c: e.person.category}); } }"),
    ])
    .unwrap();
    let event = Event::Vacated {
        unit: "finance".into(),
        kind: "administrative".into(),
        person: Some("p-7".into()),
        loan: None,
        reason: None,
        was: PersonTerms { category: Some("teacher".into()), since: None, purpose: None },
    };
    let proposals = told(&set, &event);
    let seen: Vec<(&str, &str)> =
        proposals.iter().map(|(verb, place)| (verb.name(), place.as_str())).collect();
    assert_eq!(seen, [("transfer", "10_a.rhai:1"), ("amend", "20_b.rhai:2")]);
}

#[test]
fn an_audit_asks_thing_by_thing() {
    let set = script(
        "fn audit_unit(u) { let f = u.of(\"administrative\"); require(f.vacancy < 10, \"full\", #{unit: u.id, vacancy: f.vacancy}); }\n\
         fn audit_pool(p) { finding(\"other\", #{pool: p}); }",
    );
    let findings = set.audit(&city());
    let texts: Vec<&str> = findings.iter().map(|remark| remark.en.as_str()).collect();
    assert_eq!(texts, ["audit is full (15)", "other"]);
    assert_eq!(findings[0].condition.as_deref(), Some("f.vacancy < 10"));
    assert_eq!(findings[1].values[0].1, FactValue::Text("pool".into()));
}

#[test]
fn undeclared_words_are_told() {
    let set = script("fn on_draw(r) { }");
    assert_eq!(set.undeclared(&Mention::Tag("organ")), None);
    let told = |mention| set.undeclared(&mention).unwrap();
    assert!(told(Mention::Tag("orgn")).contains("did you mean `organ`?"));
    assert!(told(Mention::Rule("pool")).contains("no script has a `capacity`"));
    let many = FactValue::Text("many".into());
    assert!(told(Mention::Fact("pupils", &many)).contains("is a number"));
    assert_eq!(set.undeclared(&Mention::Fact("pupils", &FactValue::Whole(3))), None);
    assert!(told(Mention::Category("x")).contains("category"));
    assert!(told(Mention::Purpose("x")).contains("purpose"));
}

#[test]
fn a_set_has_a_digest_of_its_files() {
    let one = script("fn on_draw(r) { }");
    let same = script("fn on_draw(r) { }");
    let other = script("fn on_draw(r) { return; }");
    assert_eq!(one.digest(), same.digest());
    assert_ne!(one.digest(), other.digest());
    assert_eq!(one.digest().len(), 64);
}
