//! The stream of decisions that engines are compared on: plain Rust, a tree of closures and bianzhi answer alike.

#[path = "../benches/stream/mod.rs"]
mod measured;

use bianzhi::office::RulesSay;
use bianzhi::policy::Interpreter;
use bianzhi::{Charter, Decision, Office, PolicySet, Remark, Request};

use measured::native::{Tree, decide};
use measured::state::State;
use measured::{A_YEAR, Answer, Answers, City, books, requests};

/// What all of them answer to the 100,000 requests, by [`Answer::ALL`].
const COUNTS: [u32; Answer::ALL.len()] =
    [48_099, 1_948, 11_112, 6_387, 2_065, 7_062, 2_858, 1_173, 904, 0, 8_624, 2_770, 1_441, 5_301, 256];

#[test]
fn plain_rust_and_the_tree_answer_alike() {
    let (mut state, tree, mut answers) = (State::new(&City::new()), Tree::new(), Answers::default());
    for ask in requests() {
        if ask.number > 0 && ask.number.is_multiple_of(A_YEAR) {
            state.new_year();
        }
        let answer = decide(&state, &ask);
        assert_eq!(tree.decide(&state, &ask), answer, "{ask:?}");
        answers.add(answer);
        state.apply(&ask, answer);
    }
    assert_eq!(answers.counts, COUNTS);
}

#[test]
fn bianzhi_answers_as_plain_rust_and_its_laws_accept_every_change() {
    // All are asked where that is quick.
    let each = if cfg!(debug_assertions) { 23 } else { 1 };
    let city = City::new();
    let charter = Charter::from_opening(books::opening(&city)).unwrap();
    let policies = PolicySet::load("benches/stream/policies").unwrap();
    let mut laws = Office::open(charter, None).unwrap();
    let mut state = State::new(&city);
    for ask in requests() {
        if ask.number > 0 && ask.number.is_multiple_of(A_YEAR) {
            state.new_year();
            laws.advance(books::day(ask.number)).unwrap();
        }
        let answer = decide(&state, &ask);
        if ask.number % each == 0 {
            let mut office = laws.fork();
            office.set_policies(policies.clone());
            let request = books::request(&ask);
            let said = office.rules_on(&request);
            let reason = said.codes().next();
            let note = said.noted().next();
            assert_eq!(books::answer(said.nothing_against(), reason, note), Some(answer), "{ask:?}");
            office.set_policies(policies.clone().with_interpreter(Interpreter::Tree));
            is_told_as_in_brief(&office.rules_on(&request));
            let decision = office.decide(request).unwrap();
            assert_eq!(
                named(&decision),
                Some(answer),
                "{ask:?}: {}",
                decision.reasons_in(bianzhi::model::Lang::En)
            );
        }
        for request in books::changes(&ask, state.apply(&ask, answer)) {
            let decision = laws.submit(request).unwrap();
            assert!(decision.granted(), "{ask:?}: {}", decision.reasons_in(bianzhi::model::Lang::En));
        }
    }
}

/// The codes alone are those of all that is told in full.
fn is_told_as_in_brief(said: &RulesSay<'_>) {
    let codes = |remarks: &[Remark]| remarks.iter().map(|one| one.code.clone()).collect::<Vec<_>>();
    assert_eq!(said.codes().collect::<Vec<_>>(), codes(said.denials()));
    assert_eq!(said.noted().collect::<Vec<_>>(), codes(said.notes()));
}

#[test]
fn in_brief_rules_say_what_they_say_in_full() {
    let reasons = "a: {zh: 一, en: a}\nb: {zh: 二, en: b}\nc: {zh: 三, en: c}\n";
    let scripts = [
        "fn on_appoint(r) { require(r.unit.occupied < 0, \"a\"); note(\"b\", #{n: r.unit.name}); deny(\"c\"); }",
        "fn on_appoint(r) { require(r.unit.occupied >= 0, \"a\"); deny(\"b\", #{n: 9000000000000000000 * r.unit.cap}); }",
        "fn on_appoint(r) { for i in 0..99 { note(\"a\"); } deny(\"b\"); deny(\"c\"); }",
        "fn on_vacate(r) { note(\"a\", #{n: r.unit.name}); }",
        "fn on_vacate(r) { let n = 9000000000000000000 * r.unit.cap; if n > 0 { note(\"b\"); } }",
    ];
    let files = (10..).zip(scripts).map(|(number, text)| (format!("{number}_rule.rhai"), text.into()));
    let facts = include_str!("../benches/stream/policies/facts.yaml");
    let files =
        files.chain([("reasons.yaml".to_owned(), reasons.into()), ("facts.yaml".to_owned(), facts.into())]);
    let policies = PolicySet::from_files(files).unwrap().with_interpreter(Interpreter::Tree);
    let charter = Charter::from_opening(books::opening(&City::new())).unwrap();
    let office = Office::open(charter, policies).unwrap();
    let hire = Request::from(Request::appoint("u1", "administrative"));
    let leave = Request::from(Request::vacate_unnamed("u1", "administrative"));
    let codes = |request| {
        let said = office.rules_on(request);
        is_told_as_in_brief(&said);
        let (against, noted) = (said.codes().collect::<Vec<_>>().join(" "), said.noted().count());
        (against, said.nothing_against(), noted)
    };
    assert_eq!(codes(&hire), ("a c policy-failed b policy-failed".to_owned(), false, 100));
    assert_eq!(codes(&leave), (String::new(), true, 2));
}

fn named(decision: &Decision) -> Option<Answer> {
    let reason = decision.reasons.first().map(bianzhi::Reason::code);
    let note = decision.notes.first().map(|note| note.code.as_str());
    books::answer(decision.granted(), reason, note)
}
