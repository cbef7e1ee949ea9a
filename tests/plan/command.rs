//! `bianzhi plan schools`: what it prints and writes, and its exit codes.

use std::fs;
use std::path::Path;

use super::charter;
use crate::cli::runner::command;

const NODES: [&str; 6] = [
    "南平市 - city 100 0",
    "d 南平市 county 50 0",
    "e 南平市 county 50 0",
    "d-1 d unit 20 10 school primary=190",
    "d-2 d unit 20 10 school primary=380",
    "\"1\" e unit 20 10 school junior=270",
];

fn ran(folder: &Path, words: &[&str]) -> (Option<i32>, String, String) {
    let out = command(folder, words).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (out.status.code(), text(out.stdout), text(out.stderr))
}

fn policies() -> String {
    fs::canonicalize("policies").unwrap().to_str().unwrap().to_owned()
}

#[test]
fn the_table_is_aligned_in_either_language() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("c.yaml"), charter("refuse", &NODES, "")).unwrap();
    let plan =
        |lang| ran(folder.path(), &["plan", "schools", "c.yaml", "--policies", &policies(), "--lang", lang]);
    assert_eq!(
        plan("zh"),
        (
            Some(0),
            "中小学编制统筹方案 · 事业编制 · 2024-01-01 · 按需要比例
县（市、区）  学生  需要  核定数  在用  方案数  增减
d              570    30      40    20      36    -4
e              270    20      20    10      24    +4
合计           840    50      60    30      60     0

划转 2 笔、8 名，其中由市划转（县与县之间）4 名；总量不变
"
            .to_owned(),
            String::new()
        )
    );
    assert_eq!(
        plan("en").1,
        "school quota plan · institution · 2024-01-01 · in proportion to need
county  pupils  need  cap  in post  target  change
d          570    30   40       20      36      -4
e          270    20   20       10      24      +4
total      840    50   60       30      60       0

2 transfers of 8 seats, 4 of them by the city between counties; no total changes
"
    );
}

#[test]
fn the_written_scenario_runs_from_another_folder() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join("books")).unwrap();
    fs::create_dir_all(folder.path().join("计划 2024")).unwrap();
    fs::write(folder.path().join("books/c.yaml"), charter("refuse", &NODES, "")).unwrap();
    let out = "计划 2024/plan.yaml";
    let words =
        ["plan", "schools", "books/c.yaml", "--policies", &policies(), "--on", "2024-02-01", "--out", out];
    let (code, told, err) = ran(folder.path(), &words);
    assert_eq!((code, err.as_str()), (Some(0), ""), "{told}");
    let text = fs::read_to_string(folder.path().join(out)).unwrap();
    assert!(text.contains("\ncharter: ../books/c.yaml\npolicies: ../"), "{text}");
    assert!(
        text.contains("by: 南平市, transfer: {from: d-1, to: \"1\", kind: institution, count: 4"),
        "{text}"
    );
    let (code, told, err) = ran(folder.path(), &["run", out, "--lang", "en"]);
    assert_eq!((code, err.as_str()), (Some(0), ""), "{told}");
    assert!(told.ends_with("8 steps, 0 not as expected\n"), "{told}");
}

#[test]
fn json_has_counties_schools_and_transfers() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("c.yaml"), charter("refuse", &NODES, "")).unwrap();
    let words = ["plan", "schools", "c.yaml", "--policies", &policies(), "--format", "json"];
    let json: serde_json::Value = serde_json::from_str(&ran(folder.path(), &words).1).unwrap();
    assert_eq!(json["counties"][0]["target"], 36);
    assert_eq!(json["schools"][2]["pupils"]["junior"], 270);
    assert_eq!(json["total"]["need"], 50);
    assert_eq!(json["transfers"][0]["by"], "d");
}

#[test]
fn bad_input_ends_with_two_and_writes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut nodes = NODES;
    nodes[3] = "d-1 d unit 20 10 school";
    nodes[4] = "d-2 d unit 20 10 school primary=-380";
    fs::write(folder.path().join("c.yaml"), charter("refuse", &nodes, "")).unwrap();
    let words = ["plan", "schools", "c.yaml", "--policies", &policies(), "--out", "plan.yaml"];
    let (code, out, err) = ran(folder.path(), &words);
    assert_eq!((code, out.as_str()), (Some(2), ""));
    assert_eq!(
        err,
        "error: `d-2`: `pupils_primary` is `-380`, a whole number from 0 to 10000000 is needed
error: `d-1` counts no pupils: `pupils_senior`, `pupils_junior` or `pupils_primary` is needed, here or for the county
"
    );
    assert!(!folder.path().join("plan.yaml").exists());
}

#[test]
fn a_plan_is_written_over_a_scenario_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let text = charter("refuse", &NODES, "");
    fs::write(folder.path().join("c.yaml"), &text).unwrap();
    let policies = policies();
    let plan =
        |out| ran(folder.path(), &["plan", "schools", "c.yaml", "--policies", &policies, "--out", out]);
    assert_eq!((plan("plan.yaml").0, plan("plan.yaml").0), (Some(0), Some(0)));
    let (code, out, err) = plan("./c.yaml");
    assert_eq!((code, out.as_str()), (Some(2), ""));
    assert_eq!(err, "error: `./c.yaml` is there already, and is no scenario\n");
    assert_eq!(fs::read_to_string(folder.path().join("c.yaml")).unwrap(), text);
    let (code, _, err) = plan("nowhere/plan.yaml");
    assert_eq!(code, Some(2), "{err}");
}
