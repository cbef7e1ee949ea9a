//! Coverage: what counts as reached, that watching changes no answer, and what the shipped tests reach.

use std::path::Path;

use bianzhi::policy::{Coverage, Interpreter};
use bianzhi::scenario::{Answer, Scenario, Suite};
use bianzhi::{Charter, Office, PolicySet, Request};

const CHARTER: &str = "
bianzhi: charter/1
opened: 2024-01-01
levels: [city, unit]
kinds: {institution: {zh: 事业编制, en: institution}}
nodes:
  - {id: city, level: city, caps: {institution: 10}}
  - {id: school, parent: city, level: unit, caps: {institution: 2}}
";

const REASONS: &str = "
full: {zh: 已满, en: is full, basis: 条例第六条；办法第九条}
other: {zh: 其他, en: other, basis: 办法第九条}
idle: {zh: 无用, en: idle, basis: 办法第十条}
";

const PARAMETERS: &str = "
keep: {zh: 保留, en: kept, type: number, values: {2000-01-01: 0}}
late: {zh: 晚, en: late, type: number, values: {2000-01-01: 1}}
";

const SCRIPT: &str = r#"fn on_appoint(request) {
    if request.by.is_root && request.unit.vacancy > param("keep") {
        return;
    }
    require(request.unit.vacancy > 0 || request.unit.cap == 0, "full");
    if request.unit.cap > 100 {
        if param("late") == 1 { deny("other"); }
    }
}"#;

fn coverage_of(interpreter: Interpreter, hires: usize) -> Coverage {
    let files = [("a.rhai", SCRIPT), ("reasons.yaml", REASONS), ("parameters.yaml", PARAMETERS)];
    let files = files.map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec()));
    let policies = PolicySet::from_files(files).unwrap().with_interpreter(interpreter).with_coverage();
    let mut office = Office::open(Charter::parse("c.yaml", CHARTER).unwrap(), policies.clone()).unwrap();
    for _ in 0..hires {
        office.submit(Request::appoint("school", "institution")).unwrap();
    }
    policies.coverage(&[])
}

#[test]
fn every_way_of_every_condition_is_counted_once_whoever_carries_it_out() {
    for interpreter in [Interpreter::Tree, Interpreter::Rhai, Interpreter::Both] {
        let coverage = coverage_of(interpreter, 3);
        let script = &coverage.scripts[0];
        let got: Vec<(u32, &str, &str, u64, u64)> = script
            .branches
            .iter()
            .map(|one| (one.line, one.of, one.source.as_str(), one.met, one.unmet))
            .collect();
        let whole = "request.by.is_root && (request.unit.vacancy > param(\"keep\"))";
        for expected in [
            (2, "if", whole, 2, 1),
            (2, "part", "request.by.is_root", 3, 0),
            (2, "part", "request.unit.vacancy > param(\"keep\")", 2, 1),
            (5, "part", "request.unit.vacancy > 0", 0, 1),
            (5, "part", "request.unit.cap == 0", 0, 1),
            (6, "if", "request.unit.cap > 100", 0, 1),
            (7, "if", "param(\"late\") == 1", 0, 0),
        ] {
            assert!(got.contains(&expected), "{interpreter:?}: {expected:?} is not in {got:#?}");
        }
        assert!(
            got.iter().any(|one| one.0 == 5 && one.1 == "require" && (one.3, one.4) == (0, 1)),
            "{got:?}"
        );
        assert_eq!(got.len(), 8, "{got:#?}");
        assert_eq!((script.lines, script.lines_never_reached.as_slice()), (4, &[7][..]), "{interpreter:?}");
        assert_eq!(script.ways(), (9, 16));
        assert!(!coverage.is_complete());
    }
}

#[test]
fn codes_articles_and_parameters_that_no_test_reaches_are_named() {
    let coverage = coverage_of(Interpreter::Tree, 3);
    let codes: Vec<_> =
        coverage.codes.iter().map(|one| (one.code.as_str(), one.given, one.given_at.join(" "))).collect();
    assert_eq!(
        codes,
        [("full", 1, "a.rhai:5".into()), ("idle", 0, String::new()), ("other", 0, "a.rhai:7".into())]
    );
    let articles: Vec<_> = coverage
        .articles
        .iter()
        .map(|one| (one.article.as_str(), one.has_rule, one.given, one.codes.join(" ")))
        .collect();
    assert_eq!(
        articles,
        [
            ("办法第九条", true, 1, "full other".into()),
            ("办法第十条", false, 0, "idle".into()),
            ("条例第六条", true, 1, "full".into()),
        ]
    );
    assert_eq!(coverage.parameters_never_read, ["late"]);
}

#[test]
fn nothing_is_counted_before_anything_is_asked_and_without_being_told_to() {
    let coverage = coverage_of(Interpreter::Tree, 0);
    assert_eq!(coverage.scripts[0].lines_never_reached.len(), 4);
    assert_eq!(coverage.scripts[0].ways().0, 0);
    let plain = PolicySet::from_files([("a.rhai".to_owned(), b"fn on_draw(request) { }".to_vec())]).unwrap();
    assert!(plain.coverage(&[]).scripts[0].branches.is_empty());
}

#[test]
fn watching_changes_no_answer() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let scenario = Scenario::load(root.join("policies/tests/borrow_return.yaml")).unwrap();
    let play = |watched: bool| -> Vec<_> {
        let policies = PolicySet::load(root.join("policies")).unwrap().with_interpreter(Interpreter::Tree);
        let policies = if watched { policies.with_coverage() } else { policies };
        let mut office = scenario.open(None).unwrap();
        office.set_policies(policies);
        let steps: Vec<_> = scenario.play(&mut office).map(Result::unwrap).collect();
        let answers = steps.into_iter().filter_map(|played| match played.answer {
            Answer::Decided { decision, .. } => Some(decision),
            Answer::Checked { .. } => None,
        });
        answers.collect()
    };
    let (plain, watched) = (play(false), play(true));
    assert!(plain.len() > 30, "{}", plain.len());
    assert_eq!(plain, watched);
}

#[test]
fn a_script_that_is_just_within_its_budget_is_so_while_watched() {
    let most_hires = |watched: bool| -> Vec<u64> {
        (1..=6_u64)
            .filter(|step| {
                let script = format!("fn on_appoint(request) {{ let n = 0; for i in 0..{} {{ if i > 3 && i < 9 {{ n += 1; }} }} }}", step * 40_000);
                let policies = PolicySet::from_files([("a.rhai".to_owned(), script.into_bytes())]).unwrap();
                let policies = policies.with_interpreter(Interpreter::Tree);
                let policies = if watched { policies.with_coverage() } else { policies };
                let mut office = Office::open(Charter::parse("c.yaml", CHARTER).unwrap(), policies).unwrap();
                office.submit(Request::appoint("school", "institution")).unwrap().granted()
            })
            .collect()
    };
    let plain = most_hires(false);
    assert!(!plain.is_empty() && plain.len() < 6, "{plain:?}");
    assert_eq!(plain, most_hires(true));
}

/// Codes that only audits give, which no scenario can ask for.
const ONLY_AUDITED: [&str; 4] = ["evaluation-due", "production-unit", "small-unit", "stock-exceeded"];

#[test]
fn the_shipped_tests_pass_and_give_every_code_that_a_request_can_be_given() {
    let run =
        Suite::load(Path::new(env!("CARGO_MANIFEST_DIR")).join("policies")).unwrap().play(true).unwrap();
    let failed: Vec<_> = run.tests.iter().filter(|test| !test.passed()).map(|test| &test.file).collect();
    assert!(failed.is_empty() && run.tests.len() > 15, "{failed:?}");
    let coverage = run.coverage.unwrap();
    let never: Vec<&str> =
        coverage.codes.iter().filter(|code| code.given == 0).map(|code| code.code.as_str()).collect();
    assert_eq!(never, ONLY_AUDITED);
    let (taken, ways) = coverage
        .scripts
        .iter()
        .map(bianzhi::policy::ScriptCoverage::ways)
        .fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
    assert!(taken * 100 >= ways * 85, "{taken} of {ways} ways are taken");
}

#[test]
fn the_order_of_answers_is_that_of_the_files_however_many_threads_play_them() {
    let suite = Suite::load(Path::new(env!("CARGO_MANIFEST_DIR")).join("policies")).unwrap();
    let (one, other) = (suite.play(true).unwrap(), suite.play(true).unwrap());
    let files: Vec<_> = one.tests.iter().map(|test| test.file.clone()).collect();
    assert!(files.is_sorted());
    assert_eq!(files, other.tests.iter().map(|test| test.file.clone()).collect::<Vec<_>>());
    assert_eq!(one.coverage, other.coverage);
}
