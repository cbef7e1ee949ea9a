//! The promise: a policy that passes the check never fails when it runs, but by what no check can foresee.
//!
//! Random scripts of the whole language and vocabulary, on random books and requests. What remains is arithmetic
//! (a number outside its range, a division by zero), the budget (steps, sizes, how much is said), and a past that
//! nobody knows, which has a code of its own.

pub(in crate::policies) mod scripts;

use std::cell::Cell;

use bianzhi::charter::Charter;
use bianzhi::model::FactValue;
use bianzhi::office::Office;
use bianzhi::policy::{Interpreter, PolicySet};
use bianzhi::{Decision, Reason, Remark};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use scripts::Table;

use crate::hostile::seen;
use crate::model::dice::Dice;
use crate::model::{charters, requests};

/// How many folders are tried, each on books of its own.
const FOLDERS: u32 = if cfg!(debug_assertions) { 40 } else { 600 };
/// Hooks in each, beside three audits.
const HOOKS: usize = 4;
/// Requests asked under each.
const LENGTH: usize = 30;

/// What may go wrong in a script that was checked, as it is said.
const REMAINS: [&str; 9] = [
    "the number leaves its range",
    "a division by zero",
    "more than 100000 steps",
    "more than 100 reasons or proposals, or more than 64 KB of facts",
    "the text is too long",
    "a text or a list is too long",
    "the list has more than 1000 elements",
    "the number leaves its range, or a division by zero",
    "the past is not known",
];

fn may_remain(said: &str) -> bool {
    REMAINS.iter().any(|known| said.contains(known))
}

/// All that was said about a request and the days before it.
pub(super) fn remarks(decision: &Decision) -> Vec<Remark> {
    let reasons = decision.reasons.iter().filter_map(|reason| match reason {
        Reason::Policy(remark) => Some((**remark).clone()),
        Reason::Law(_) | Reason::Input { .. } => None,
    });
    let advanced = decision.advanced.iter().flat_map(|one| one.notes.iter().chain(&one.findings));
    reasons.chain(advanced.chain(&decision.notes).chain(&decision.findings).cloned()).collect()
}

/// A folder's words and these scripts, if the check lets them pass.
pub(super) fn set(scripts: &[(String, String)]) -> Option<PolicySet> {
    let words = [
        ("reasons.yaml", scripts::REASONS),
        ("parameters.yaml", scripts::PARAMETERS),
        ("facts.yaml", scripts::FACTS),
    ];
    let words = words.map(|(name, text)| (name.to_owned(), text.to_owned()));
    let files = words.iter().chain(scripts).map(|(name, text)| (name.clone(), text.as_bytes().to_vec()));
    let set = PolicySet::from_files(files);
    if std::env::var_os("BIANZHI_FAULTS").is_some()
        && let (Err(error), [(_, text)]) = (&set, scripts)
    {
        println!("{error}\n{text}");
    }
    // A thing named where it may be missing is a lint, and no clean check.
    set.ok().filter(|set| set.lints().iter().all(|lint| !lint.message.contains("may be missing")))
}

/// A value of any type for a fact of a request, whatever was declared.
pub(super) fn fact(dice: &mut Dice<'_>) -> FactValue {
    match dice.roll(5) {
        0 => FactValue::Whole(dice.count(0, 9)),
        1 => FactValue::YesNo(dice.once_in(2)),
        2 => FactValue::Text("2024-03-01".into()),
        3 => FactValue::Date(bianzhi::model::Date::constant(2024, 3, 1)),
        _ => FactValue::Text("文号".into()),
    }
}

/// How often something was met.
#[derive(Default)]
pub(super) struct Counts {
    tried: Cell<u32>,
    passed: Cell<u32>,
    said: Cell<u32>,
    remained: Cell<u32>,
    asked: Cell<u32>,
}

fn one_more(count: &Cell<u32>, more: usize) {
    count.set(count.get() + u32::try_from(more).unwrap());
}

/// Random hooks, those that pass the check.
pub(super) fn folder(table: &Table, dice: &mut Dice<'_>, counts: &Counts) -> Vec<(String, String)> {
    let mut kept = Vec::new();
    let rule = table.hooks.iter().find(|hook| hook.name == "capacity").unwrap();
    let first = dice.roll(table.hooks.len());
    let chosen = (0..HOOKS).map(|number| &table.hooks[(first + number * 11) % table.hooks.len()]);
    // Audits look at everything there is, so they meet most.
    let audits = table.hooks.iter().filter(|hook| hook.name.starts_with("audit_"));
    for (number, hook) in chosen.chain(audits).enumerate() {
        if hook.name == "capacity" {
            continue;
        }
        let file = vec![(format!("{number}_{}.rhai", hook.name), scripts::script(table, hook, dice))];
        one_more(&counts.tried, 1);
        if set(&file).is_some() {
            one_more(&counts.passed, 1);
            kept.extend(file);
        }
    }
    // The rule that random charters name must be there.
    let mut size = vec![("rule.rhai".to_owned(), scripts::script(table, rule, dice))];
    if set(&size).is_none() {
        "fn capacity(pool) { pool.sponsor.net_vacancy }".clone_into(&mut size[0].1);
    }
    kept.extend(size);
    kept
}

#[test]
fn what_passes_the_check_does_not_fail_when_it_runs() {
    let table = Table::read();
    let counts = Counts::default();
    let config =
        Config { cases: FOLDERS, failure_persistence: None, max_shrink_iters: 200, ..Config::default() };
    let charter = prop::collection::vec(any::<u16>(), 60..160);
    let choices = prop::collection::vec(any::<u16>(), 1_500);
    let steps = prop::collection::vec(prop::collection::vec(any::<u16>(), 28), 1..=LENGTH);
    let result = TestRunner::new(config).run(&(charter, choices, steps), |(charter, choices, steps)| {
        let dice = &mut Dice::new(&choices);
        let files = folder(&table, dice, &counts);
        let Some(policies) = set(&files) else {
            return Err(TestCaseError::fail(format!("each passes, all together do not: {files:#?}")));
        };
        let policies = policies.with_interpreter(Interpreter::Both);
        let opening = charters::opening(&charter);
        let charter = Charter::from_opening(opening.clone()).expect("a valid charter");
        let Ok(mut office) = Office::open(charter, policies.clone()) else { return Ok(()) };
        for (step, numbers) in steps.iter().enumerate() {
            let books = seen::books(&office, &opening);
            let mut request = requests::request(&books, numbers, step);
            for name in ["pupils", "share", "note", "ok", "day"] {
                if dice.once_in(3) {
                    request.facts.insert(name.to_owned(), fact(dice));
                }
            }
            let decision = office.submit(request.clone()).expect("an answer");
            one_more(&counts.asked, 1);
            let mut said = remarks(&decision);
            if step % 3 == 0 {
                said.extend(policies.audit(&office.snapshot()));
            }
            one_more(&counts.said, said.len());
            for remark in said
                .iter()
                .filter(|remark| matches!(remark.code.as_str(), "policy-failed" | "history-missing"))
            {
                one_more(&counts.remained, 1);
                if !may_remain(&remark.en) {
                    let script = files.iter().find(|(name, _)| *name == remark.script);
                    let text = script.map(|(_, text)| text.as_str()).unwrap_or_default();
                    let asked = serde_json::to_string(&request).unwrap();
                    let story = format!("{}:{}: {}\n{asked}\n{text}", remark.script, remark.line, remark.en);
                    return Err(TestCaseError::fail(story));
                }
            }
        }
        Ok(())
    });
    if let Err(error) = result {
        let story = error.to_string();
        panic!("{}", story.split("minimal failing input").next().unwrap_or(&story));
    }
    let Counts { tried, passed, said, remained, asked } = &counts;
    println!(
        "{tried:?} scripts, {passed:?} pass; {asked:?} requests, {said:?} remarks, {remained:?} failures that remain"
    );
    assert!(passed.get() * 2 > tried.get(), "only {passed:?} of {tried:?} scripts pass");
    assert!(passed.get() < tried.get(), "no script is turned away");
    assert!(said.get() > FOLDERS && remained.get() > 0, "{said:?} remarks, {remained:?}");
}

const CHARTER: &str = "
bianzhi: charter/1
opened: 2024-01-01
levels: [city, unit]
kinds: {institution: {zh: 事业编制, en: institution}}
nodes:
  - {id: city, level: city, caps: {institution: 10}}
  - {id: school, parent: city, level: unit, caps: {institution: 5}}
";

#[test]
fn what_the_books_do_not_have_is_told_when_they_meet_the_policies() {
    let office = |script: &str| {
        let parameters = "late: {zh: 晚, en: late, type: number, values: {2024-06-01: 1}}\n";
        let files = [("a.rhai", script), ("reasons.yaml", scripts::REASONS), ("parameters.yaml", parameters)];
        let set =
            PolicySet::from_files(files.map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec())));
        Office::open(Charter::parse("charter.yaml", CHARTER).unwrap(), set.unwrap())
    };
    for (body, said) in [
        (
            "let x = request.by.of(\"instituton\").cap;",
            "a.rhai:1:43: the books have no kind `instituton`; did you mean `institution`?",
        ),
        (
            "let x = param(\"late\");",
            "a.rhai: it reads the parameter `late`, which has no value on 2024-01-01",
        ),
    ] {
        let error = office(&format!("fn on_amend(request) {{ {body} }}")).unwrap_err();
        assert_eq!(error.to_string(), said);
    }
    let asked = "if request.by.has_kind(\"support\") { let x = request.by.of(\"support\").cap; }";
    office(&format!("fn on_amend(request) {{ {asked} }}")).unwrap();
    office("fn on_amend(request) { let x = request.by.of(\"institution\").cap; }").unwrap();
}

#[test]
fn a_folder_that_misses_something_does_not_replace_one_that_decides() {
    let charter = Charter::parse("charter.yaml", CHARTER).unwrap();
    let mut office = Office::open(charter, set(&[])).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let script = "fn on_amend(request) { let x = request.by.of(\"support\").cap; }";
    std::fs::write(folder.path().join("a.rhai"), script).unwrap();
    let before = office.policies().map(PolicySet::digest);
    let error = bianzhi::live::reload(&mut office, folder.path()).unwrap_err();
    assert!(error.to_string().contains("the books have no kind `support`"), "{error}");
    assert_eq!(office.policies().map(PolicySet::digest), before);
}
