//! Every outcome explained: granted, denied, refused, at fault, failed, reactions, batches, known requests.

use std::fs;
use std::path::Path;

use bianzhi::policy::{ConditionOf, Interpreter, Occasion};
use bianzhi::scenario::Scenario;
use bianzhi::{Lang, Outcome, Request};

use super::{conditions, office};

#[test]
fn a_denial_shows_every_condition_with_the_values_in_it() {
    let script = "fn on_appoint(request) {
    if request.on_loan { return; }
    let free = request.unit.cap - request.unit.occupied;
    require(free > 0 && enough(request.unit, param(\"most\")), \"not-so\");
    require(request.category in param(\"kinds\"), \"other\");
}
fn enough(unit, most) {
    if unit.has_tag(\"school\") { return unit.vacancy > most * 4; }
    true
}";
    for interpreter in [Interpreter::Tree, Interpreter::Rhai, Interpreter::Both] {
        let mut office = office(script);
        let policies = office.policies().unwrap().clone().with_interpreter(interpreter);
        office.set_policies(policies);
        let explained = office.explain(Request::appoint("free", "institution").category("graduate")).unwrap();
        assert_eq!(explained.decision.outcome, Outcome::Denied);
        assert_eq!(explained.sentence(Lang::Zh), "不予：不符合条件（条例第六条）");
        let rule = &explained.rules[0];
        assert_eq!((&*rule.hook, rule.script.as_str(), rule.line), ("on_appoint", "10_rule.rhai", 1));
        let about = Occasion::Request { verb: "appoint", at: None, by_reaction: false };
        assert_eq!(rule.about, about);
        assert_eq!(
            conditions(rule),
            [
                "2 if: false = false",
                "3 value: 10 - 3 = 7",
                "4 require: (7 > 0) && false = false",
                "4 part: 7 > 0 = true",
                "4 part: false = false",
                "8 if: true = true",
                "8 value: 7 > (2 * 4) = false",
                "5 require: \"graduate\" in [\"graduate\", \"doctor\"] = true",
            ]
        );
        let depths: Vec<usize> = rule.conditions.iter().map(|row| row.depth).collect();
        assert_eq!(depths, [0, 0, 0, 1, 1, 2, 2, 0]);
        assert_eq!(explained.parameters().len(), 2);
        let most = &explained.parameters()[1];
        assert_eq!((most.name.as_str(), most.value.as_str()), ("most", "2"));
        assert_eq!(most.from.to_string(), "2000-01-01");
    }
}

#[test]
fn a_grant_and_a_pool_sized_by_rule_are_explained() {
    let office = office("fn on_draw(request) { require(request.pool.free >= 1, \"not-so\"); }");
    let explained = office.explain(Request::draw("second-pool", "full", "p9")).unwrap();
    assert_eq!(explained.sentence(Lang::En), "granted: rules asked 1, requirements met 1, every law holds");
    let about: Vec<&Occasion> = explained.rules.iter().map(|rule| &rule.about).collect();
    assert_eq!(about[0], &Occasion::PoolSize("second-pool".into()));
    assert_eq!(explained.rules.len(), 2, "the size is told once: {about:?}");
    assert_eq!(conditions(&explained.rules[1]), ["1 require: 2 >= 1 = true"]);
    assert!(explained.why_not().unwrap().suggestions.is_empty());
    assert_eq!(explained.why_not().unwrap().tries, 0);
}

#[test]
fn laws_and_faults_are_explained_without_any_rule() {
    let office = office("fn on_appoint(request) { }");
    let explained = office.explain(Request::appoint("full", "institution")).unwrap();
    assert_eq!(explained.decision.codes(), ["cap"]);
    let sentence = explained.sentence(Lang::Zh);
    assert_eq!(sentence, "驳回：占用将超过核定数：满编学校 事业编制 核定 10，已占用 10，本次需 1");
    let explained = office.explain(Request::appoint("fulll", "institution")).unwrap();
    assert!(explained.rules.is_empty());
    let sentence = explained.sentence(Lang::En);
    assert_eq!(sentence, "refused: the request is at fault: there is no such node: unit = fulll");
    let request = Request::appoint("full", "institution").by("free");
    let sentence = office.explain(request).unwrap().sentence(Lang::En);
    assert!(sentence.starts_with("refused: out of the actor's reach"), "{sentence}");
}

#[test]
fn a_rule_that_fails_is_shown_where_it_failed() {
    let office = office(
        "fn on_appoint(request) {\n let x = request.unit.cap;\n if 10 / (x - 10) > 1 { deny(\"other\"); }\n}",
    );
    let explained = office.explain(Request::appoint("full", "institution")).unwrap();
    assert_eq!(explained.decision.codes(), ["policy-failed"]);
    let rule = &explained.rules[0];
    assert_eq!(rule.failed.as_ref().map(|failed| failed.line), Some(3));
    assert_eq!(conditions(rule).last().unwrap(), "3 if: (10 / (10 - 10)) > 1 = failed");
    assert!(
        explained.sentence(Lang::Zh).contains("10_rule.rhai 第 3 行"),
        "{}",
        explained.sentence(Lang::Zh)
    );
}

#[test]
fn reactions_are_traced_with_what_they_proposed_and_what_became_of_it() {
    let script = "fn after_vacated(event) {
    for loan in event.unit.loans_borrowed {
        if loan.idle > 0 { give_back(loan, 1); }
    }
}
fn after_returned(event) { if event.count == 1 { transfer(event.lender, office().root, event.kind, 99); } }";
    let office = office(script);
    let explained = office.explain(Request::vacate_unnamed("free", "institution")).unwrap();
    assert!(explained.decision.granted());
    let about: Vec<&Occasion> = explained.rules.iter().map(|rule| &rule.about).collect();
    assert_eq!(about, [&Occasion::Event("vacated"), &Occasion::Event("returned")]);
    assert_eq!(explained.rules[0].proposals, [("give_back", "10_rule.rhai:3".into())]);
    assert_eq!(conditions(&explained.rules[0]).last().unwrap(), "3 if: 3 > 0 = true");
    let findings: Vec<&str> = explained.decision.findings.iter().map(|one| one.code.as_str()).collect();
    assert_eq!(findings, ["reaction-dropped"]);
    let sentence = explained.sentence(Lang::Zh);
    assert!(sentence.contains("联动 1 项") && sentence.contains("问题 1 项"), "{sentence}");
}

#[test]
fn the_member_of_a_batch_is_named_and_repeats_are_kept_within_bounds() {
    let script = "fn on_appoint(request) {
    for number in 0..400 { if number > 1000 { deny(\"other\"); } if request.unit.cap < 0 { deny(\"other\"); } }
    require(request.unit.vacancy > 0, \"not-so\");
}";
    let office = office(script);
    let verbs = ["free", "full"].map(|unit| Request::appoint(unit, "institution").into());
    let explained = office.explain(Request::batch(verbs)).unwrap();
    let members: Vec<&Occasion> = explained.rules.iter().map(|rule| &rule.about).collect();
    let member = |at| Occasion::Request { verb: "appoint", at: Some(at), by_reaction: false };
    assert_eq!(members, [&member(1), &member(2)]);
    for rule in &explained.rules {
        assert!(rule.more && rule.conditions.len() <= 500, "{}", rule.conditions.len());
    }
    assert_eq!(explained.decision.codes(), ["not-so"]);
}

#[test]
fn a_known_request_is_explained_as_of_then() {
    let mut office = office("fn on_appoint(request) { require(request.unit.vacancy > 6, \"not-so\"); }");
    let asked = || Request::appoint("free", "institution").id("r1");
    assert!(office.submit(asked()).unwrap().granted());
    let again = office.explain(asked()).unwrap();
    assert!(again.decision.granted());
    assert_eq!((again.decision.entry, conditions(&again.rules[0]).len()), (1, 1));
    assert_eq!(conditions(&again.rules[0]), ["1 require: 7 > 6 = true"]);
    // The same id with other content is a fault of its own.
    let other = office.explain(Request::appoint("full", "institution").id("r1")).unwrap();
    assert_eq!((other.decision.codes(), other.decision.entry), (vec!["duplicate-id"], 0));
    assert!(office.explain_entry(0).is_err() && office.explain_entry(9).is_err());
    assert_eq!(office.journal().next(), 2, "nothing is recorded");
}

/// Every step of the shipped tests and examples: the explanation has the answer that the office gives, and
/// each condition stands where it says.
#[test]
fn an_explanation_never_changes_the_answer_and_names_true_places() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = vec![root.join("examples/nanping/scenario.yaml")];
    let tests = fs::read_dir(root.join("policies/tests")).unwrap().map(|entry| entry.unwrap().path());
    files.extend(tests.filter(|path| {
        let name = path.to_string_lossy();
        name.ends_with(".yaml") && !name.ends_with(".charter.yaml")
    }));
    files.sort();
    let (mut explained, mut conditions) = (0, 0);
    for file in files {
        let scenario = Scenario::load(&file).unwrap();
        let folder = scenario.policies().map(Path::to_path_buf);
        let mut office = scenario.open(None).unwrap();
        let mut playing = scenario.play(&mut office);
        loop {
            if let Some(request) = playing.next_request() {
                let decided = playing.office().decide(request.clone()).unwrap();
                let told = playing.office().explain(request).unwrap();
                assert_eq!(told.decision, decided, "{}", file.display());
                assert!(!told.sentence(Lang::En).is_empty());
                explained += 1;
                for rule in told.rules {
                    let text = fs::read_to_string(folder.as_ref().unwrap().join(&rule.script)).unwrap();
                    let lines: Vec<&str> = text.lines().collect();
                    for one in rule.conditions {
                        conditions += 1;
                        let line = lines[usize::try_from(one.line).unwrap() - 1];
                        let kept = one.of != ConditionOf::Require || line.contains("require(");
                        assert!(kept, "{}:{} {}", rule.script, one.line, one.source);
                    }
                }
            }
            match playing.next() {
                Some(played) => drop(played.unwrap()),
                None => break,
            }
        }
    }
    assert!(explained > 200 && conditions > 1_000, "{explained} {conditions}");
}

#[test]
fn a_condition_that_is_met_again_alike_is_the_same_condition() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let scenario = Scenario::load(root.join("policies/tests/three_way.yaml")).unwrap();
    let mut office = scenario.open(None).unwrap();
    let mut playing = scenario.play(&mut office);
    let request = playing.next_request().unwrap();
    let told = playing.office().explain(request).unwrap();
    let source = "kind != param(\"administrative_pool.kind\")";
    let alike: Vec<_> =
        told.rules.iter().flat_map(|rule| &rule.conditions).filter(|one| one.source == source).collect();
    let first = alike.first().unwrap();
    // Two functions ask it, each for the unit and for what lies above it.
    assert!(alike.iter().filter(|one| one.line == first.line).count() > 1);
    assert!(alike.iter().filter(|one| one.line == first.line).all(|one| one == first));
}
