//! Reading scenarios: what a step may be, and every fault with its place.

use super::{Action, Scenario};
use crate::decision::Outcome;
use crate::error::all_in_chinese;
use crate::model::NodeId;

const HEAD: &str = "bianzhi: scenario/1\ncharter: charter.yaml\npolicies: null\nsteps:\n";

fn faults(text: &str) -> Vec<String> {
    match Scenario::parse("s.yaml", text) {
        Ok(_) => Vec::new(),
        Err(error) => {
            all_in_chinese(error.faults());
            error.faults().iter().map(ToString::to_string).collect()
        }
    }
}

fn check_fault(step: &str, expect: &str) {
    let found = faults(&format!("{HEAD}  - {step}\n"));
    assert_eq!(found, [format!("s.yaml:5:{expect}")], "{step}");
}

#[test]
fn a_scenario_names_its_files_relative_to_itself() {
    let text = "bianzhi: scenario/1\ncharter: c.yaml\npolicies: ../p\nsteps: []\n";
    let scenario = Scenario::parse("cases/s.yaml", text).unwrap();
    assert_eq!(scenario.charter().to_str(), Some("cases/c.yaml"));
    assert_eq!(scenario.policies().and_then(|path| path.to_str()), Some("cases/../p"));
    assert!(scenario.steps().is_empty());
}

#[test]
fn steps_carry_what_stands_beside_the_verb() {
    let text = format!(
        "{HEAD}  - {{id: r-1, on: 2024-03-05, by: nanping, clerk: 王, effective: 2024-03-01, facts: {{consent: true}},\n     vacate: {{person: 17}}, expect: {{refused: [unknown-person]}}}}\n  - {{on: 2024-04-01, check: {{date: 2024-04-01}}}}\n"
    );
    let scenario = Scenario::parse("s.yaml", &text).unwrap();
    let [first, second] = scenario.steps() else { panic!("two steps") };
    assert_eq!(first.on.map(|on| on.to_string()).as_deref(), Some("2024-03-05"));
    assert_eq!(first.by.as_ref().map(NodeId::as_str), Some("nanping"));
    let Action::Ask { request, expect } = &first.action else { panic!("a request") };
    assert_eq!(request.verb.name(), "vacate");
    assert_eq!(request.clerk.as_deref(), Some("王"));
    assert_eq!(request.facts.len(), 1);
    let expect = expect.as_ref().unwrap();
    assert_eq!((expect.outcome, expect.to_string().as_str()), (Outcome::Refused, "refused [unknown-person]"));
    assert!(matches!(second.action, Action::Check(_)) && second.on.is_some());
}

#[test]
fn what_a_step_cannot_be() {
    for (step, expect) in [
        ("{drow: {pool: p, unit: u, person: x}}", "6: unknown request `drow`; did you mean `draw`?"),
        ("{advance: {}, expct: granted}", "19: unknown field `expct`; did you mean `expect`?"),
        ("{on: 2024-01-01}", "5: a step needs a request or a `check`"),
        (
            "{advance: {}, abolish: {node: x}}",
            "19: a step has one request: `abolish` stands beside `advance`",
        ),
        ("{owe: {loan: l, count: 1}}", "6: `owe` is for the reactions of policies alone"),
        ("{batch: [{advance: {}}]}", "15: `advance` cannot be a member of a batch"),
        ("{on: 2024-02-30, advance: {}}", "10: found `2024-02-30`, a day such as `2024-03-05` is needed"),
        ("{advance: {}, expect: grnted}", "27: unknown outcome `grnted`; did you mean `granted`?"),
        ("{advance: {}, expect: {refused: [capp]}}", "38: unknown code `capp`; did you mean `cap`?"),
        ("{advance: {}, expect: {granted: []}}", "28: `granted` has no codes"),
        (
            "{check: {date: 2024-01-01}, expect: granted}",
            "33: `expect` has no meaning beside `check`; only `on` and `by` have",
        ),
        ("{check: {seats: 3}}", "13: a check names a `node`, `loan`, `permit`, `pool`, `person` or `date`"),
        ("{check: {loan: l, saets: 3}}", "23: a loan has no property `saets`; did you mean `seats`?"),
        ("{check: {loan: l, seats: three}}", "30: found `three`, `seats` is a whole number"),
        ("{check: {node: n, cap: 3}}", "23: `cap` needs a `kind` beside the `node`"),
        ("word", "5: found `word`, a map of fields is needed"),
    ] {
        check_fault(step, expect);
    }
}

#[test]
fn words_of_tables_are_told_as_those_of_files() {
    let zh = |step: &str| {
        let error = Scenario::parse("s.yaml", &format!("{HEAD}  - {step}\n")).unwrap_err();
        error.faults()[0].told_in_chinese()
    };
    assert_eq!(zh("{核增核减: {}}"), "s.yaml:5:6: 不认识的事项 `核增核减`；这里写作 `authorize`");
    assert_eq!(
        zh("{advance: {}, expect: 准予}"),
        "s.yaml:5:27: 不认识的预期 `准予`；可用的有 `granted`（准予）、`denied`（不予）、`refused`（驳回）"
    );
    assert_eq!(zh("{drow: {}}"), "s.yaml:5:6: 不认识的事项 `drow`；是否为 `draw`？");
}

#[test]
fn every_fault_in_one_pass() {
    let text = "bianzhi: scenario/2\ncharter: c.yaml\nstps: []\nsteps:\n  - {drow: {}}\n  - {give_back: {loan: l, count: -1}}\n  - {give_back: {loan: l, count: 1.5}}\n";
    let found = faults(text);
    assert_eq!(found.len(), 6, "{found:#?}");
    for line in ["s.yaml:1:", "s.yaml:3:", "s.yaml:5:", "s.yaml:6:", "s.yaml:7:"] {
        assert!(found.iter().any(|fault| fault.starts_with(line)), "{line} {found:#?}");
    }
    assert!(found.iter().any(|fault| fault.contains("missing field `policies`")));
    // A key that stands twice hides nothing behind it.
    let text = format!("{HEAD}  - {{advance: {{}}, advance: {{}}}}\n  - {{drow: {{}}}}\n");
    assert_eq!(
        faults(&text),
        [
            "s.yaml:5:19: key `advance` stands twice, first on line 5",
            "s.yaml:6:6: unknown request `drow`; did you mean `draw`?"
        ]
    );
}
