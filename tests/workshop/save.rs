//! Saved tests: what a run answered, kept as a test of the policies that answered it.

use std::fs;
use std::path::Path;

use crate::cli::runner::{CHARTER, HEAD, Ran, command};

const RULE: &str =
    "fn on_appoint(request) { require(request.category == \"graduate\", \"not-eligible\"); }\n";
const REASONS: &str = "not-eligible: {zh: 不在其列, en: is not eligible, basis: 条例第六条}\n";
const FACTS: &str = "facts: {share: {type: decimal, zh: 比例, en: share}}
categories: {graduate: {zh: 毕业生, en: graduate}, other: {zh: 其他, en: other}}
tags: {organ: {zh: 机关, en: organ}}
";
const STEPS: &str =
    "  - {on: 2024-02-01, by: direct, appoint: {unit: audit, kind: administrative, category: graduate}}
  - {appoint: {unit: audit, kind: administrative, category: other}, facts: {share: 0.25}, expect: granted}
  - {transfer: {from: finance, to: audit, kind: administrative, count: 99}}
  - {check: {node: audit, kind: administrative, occupied: 19}}
  - {check: {date: 2024-02-01}}
";

fn bianzhi(folder: &Path, words: &[&str]) -> Ran {
    let output = command(folder, words).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ran { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}

/// A folder with a charter, a rule and a scenario.
fn folder(steps: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("rules")).unwrap();
    let scenario = HEAD.replace("null", "rules") + steps;
    let files = [("rules/10_rule.rhai", RULE), ("rules/reasons.yaml", REASONS), ("rules/facts.yaml", FACTS)];
    for (name, text) in files.iter().chain(&[("charter.yaml", CHARTER), ("s.yaml", scenario.as_str())]) {
        fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

const SAVE: [&str; 6] = ["run", "s.yaml", "--lang", "en", "--save-test", "hires"];

#[test]
fn what_was_answered_becomes_a_test_that_holds() {
    let folder = folder(STEPS);
    let ran = bianzhi(folder.path(), &SAVE);
    // The run itself is not as its author expected; the test expects what was answered.
    assert_eq!(ran.code, Some(1), "{}", ran.err);
    assert!(ran.out.contains("saved as the test rules/tests/hires.yaml\n"), "{}", ran.out);
    let text = fs::read_to_string(folder.path().join("rules/tests/hires.yaml")).unwrap();
    for expect in [
        "bianzhi: scenario/1\ncharter: \"../../charter.yaml\"\npolicies: ..\nsteps:\n",
        "\"on\":\"2024-02-01\",\"by\":\"direct\"",
        "\"expect\":{\"denied\":[\"not-eligible\"]}",
        "\"expect\":{\"refused\":[\"cap\"]}",
        "{\"check\":{\"node\":\"audit\",\"kind\":\"administrative\",\"occupied\":19}}",
    ] {
        assert!(text.contains(expect), "no {expect:?} in\n{text}");
    }
    let tested = bianzhi(folder.path(), &["test", "rules", "--lang", "en"]);
    assert_eq!(tested.code, Some(0), "{}{}", tested.out, tested.err);
    // It is a test of the rule: another rule fails it.
    fs::write(folder.path().join("rules/10_rule.rhai"), RULE.replace("\"graduate\"", "\"other\"")).unwrap();
    assert_eq!(bianzhi(folder.path(), &["test", "rules"]).code, Some(1));
}

#[test]
fn nothing_is_overwritten_and_what_does_not_hold_is_not_saved() {
    let folder = folder(STEPS);
    bianzhi(folder.path(), &SAVE);
    let file = folder.path().join("rules/tests/hires.yaml");
    fs::write(&file, "# mine\n").unwrap();
    let ran = bianzhi(folder.path(), &SAVE);
    assert!(ran.code == Some(2) && ran.err.contains("hires.yaml"), "{ran:?}");
    assert_eq!(fs::read_to_string(&file).unwrap(), "# mine\n");
    for (name, expect) in [("../up", "is no name for a test"), ("", "is no name for a test")] {
        let ran = bianzhi(folder.path(), &["run", "s.yaml", "--save-test", name]);
        assert!(ran.code == Some(2) && ran.err.contains(expect), "{name}: {ran:?}");
    }
    let ran = bianzhi(folder.path(), &["run", "s.yaml", "--save-test", "x", "--journal", "j"]);
    assert!(ran.code == Some(2) && ran.err.contains("cannot be used with"), "{ran:?}");
    let wrong = self::folder("  - {check: {node: audit, kind: administrative, occupied: 7}}\n");
    let ran = bianzhi(wrong.path(), &SAVE);
    assert!(ran.code == Some(2) && ran.err.contains("does not hold"), "{ran:?}");
    assert!(!wrong.path().join("rules/tests/hires.yaml").exists());
    let laws = HEAD.to_owned() + "  - {vacate: {unit: audit, kind: administrative}}\n";
    fs::write(wrong.path().join("s.yaml"), laws).unwrap();
    let ran = bianzhi(wrong.path(), &SAVE);
    assert!(ran.code == Some(2) && ran.err.contains("the laws alone decided"), "{ran:?}");
}

/// The shipped example, with everything that a scenario may ask.
#[test]
fn the_shipped_example_can_be_saved() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = tempfile::tempdir().unwrap();
    let rules = folder.path().join("rules");
    copy(&root.join("policies"), &rules);
    let words =
        ["run", "examples/nanping/scenario.yaml", "--save-test", "nanping", "--lang", "en", "--policies"];
    let words: Vec<&str> = words.iter().copied().chain([rules.to_str().unwrap()]).collect();
    let ran = bianzhi(root, &words);
    assert!(ran.code == Some(0) && ran.err.is_empty(), "{}", ran.err);
    assert!(rules.join("tests/nanping.yaml").is_file());
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let to = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &to);
        } else {
            fs::copy(&path, &to).unwrap();
        }
    }
}
