//! Comparing two folders: text, parameters by date, reasons, and the steps whose answers change.

use std::fs;
use std::path::Path;

use crate::cli::runner::command;

/// A copy of the shipped policies, with one line of one file changed.
fn changed(to: &Path, file: &str, from: &str, into: &str) {
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("policies"), to);
    let path = to.join(file);
    let text = fs::read_to_string(&path).unwrap();
    assert!(from.is_empty() || text.contains(from), "{file} has no `{from}`");
    fs::write(&path, if from.is_empty() { text + into } else { text.replacen(from, into, 1) }).unwrap();
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let to = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &to);
        } else {
            fs::write(to, fs::read(&path).unwrap()).unwrap();
        }
    }
}

fn diff(new: &Path, words: &[&str]) -> (Option<i32>, String, String) {
    let words: Vec<&str> =
        ["--lang", "en", "diff", "policies", new.to_str().unwrap()].iter().chain(words).copied().collect();
    let output = command(Path::new(env!("CARGO_MANIFEST_DIR")), &words).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

const OLD: &str = "values: {2000-01-01: 0.20}";
const NEW: &str = "values: {2000-01-01: 0.20, 2024-04-01: 0.25}";

#[test]
fn a_parameter_of_a_later_day_is_told_with_the_steps_that_it_changes() {
    let folder = tempfile::tempdir().unwrap();
    changed(folder.path(), "parameters.yaml", OLD, NEW);
    let scenario = ["--scenario", "examples/nanping/scenario.yaml"];
    let (code, out, err) = diff(folder.path(), &scenario);
    assert_eq!(code, Some(1), "{err}");
    for expect in [
        "changed parameters.yaml\n",
        "-  values: {2000-01-01: 0.20}\n+  values: {2000-01-01: 0.20, 2024-04-01: 0.25}\n",
        "── parameters ──\nadministrative_pool.ratio 0.2 → 0.25 from 2024-04-01\n── steps",
        "examples/nanping/scenario.yaml:",
        "passed → failed (size 37, free 36)",
    ] {
        assert!(out.contains(expect), "no {expect:?} in\n{out}");
    }
    let (_, out, _) = diff(folder.path(), &["--json"]);
    let lines: Vec<serde_json::Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines[1]["parameter"], "administrative_pool.ratio");
    assert_eq!((&lines[1]["before"], &lines[1]["after"]), (&"0.2".into(), &"0.25".into()));
}

#[test]
fn local_values_reasons_scripts_and_files_are_told() {
    for (file, from, into, expect) in [
        ("350703/parameters.yaml", "0.40", "0.50", "control_scope.hold (350703) 0.4 → 0.5 from 2024-01-01\n"),
        ("reasons.yaml", "use them first", "go first", "unit-has-vacancy\n  - "),
        (
            "10_administrative_pool.rhai",
            "request.unit.vacancy == 0",
            "request.unit.vacancy <= 100",
            "denied [unit-has-vacancy] → granted\n",
        ),
        ("facts.yaml", "", "# more\n", "+# more\n"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        changed(folder.path(), file, from, into);
        let (code, out, err) = diff(folder.path(), &[]);
        assert!(code == Some(1) && out.contains(expect), "{file}: {code:?} {err}\n{out}");
        assert!(out.contains(&format!("changed {file}\n")), "{out}");
    }
    let folder = tempfile::tempdir().unwrap();
    changed(folder.path(), "facts.yaml", "", "# more\n");
    fs::rename(folder.path().join("60_three_way.rhai"), folder.path().join("61_three_way.rhai")).unwrap();
    let (_, out, _) = diff(folder.path(), &[]);
    assert!(
        out.contains("removed 60_three_way.rhai\n") && out.contains("added 61_three_way.rhai\n"),
        "{out}"
    );
}

#[test]
fn the_same_folder_does_not_differ_and_a_bad_one_is_told() {
    let (code, out, err) = diff(Path::new("policies"), &[]);
    assert_eq!((code, out.as_str()), (Some(0), "no difference\n"), "{err}");
    let (code, out, _) = diff(Path::new("policies"), &["--json"]);
    assert_eq!((code, out.as_str()), (Some(0), ""));
    let (code, _, err) = diff(Path::new("nowhere"), &[]);
    assert!(code == Some(2) && err.contains("cannot use `nowhere`"), "{err}");
    let (code, _, err) = diff(Path::new("policies"), &["--scenario", "nowhere.yaml"]);
    assert!(code == Some(2) && err.contains("nowhere.yaml"), "{err}");
    let folder = tempfile::tempdir().unwrap();
    changed(folder.path(), "parameters.yaml", OLD, "values: {2000-01-01: 2.5}");
    let (code, _, err) = diff(folder.path(), &[]);
    assert!(code == Some(2) && err.contains("2.5 is above the most allowed, 1"), "{err}");
}

#[test]
fn the_same_answer_with_other_events_is_told() {
    let folder = tempfile::tempdir().unwrap();
    changed(folder.path(), "20_borrow_return.rhai", "if back > 0 { give_back(loan, back); }", "");
    let (code, out, err) = diff(folder.path(), &[]);
    assert!(code == Some(1) && out.contains(": granted → granted, other events\n"), "{err}{out}");
}

#[test]
fn a_test_that_is_gone_is_played_all_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let (from, into) = ("request.unit.vacancy == 0", "request.unit.vacancy <= 100");
    changed(folder.path(), "10_administrative_pool.rhai", from, into);
    fs::remove_dir_all(folder.path().join("tests")).unwrap();
    let (_, out, err) = diff(folder.path(), &[]);
    let told =
        |line: &str| line.starts_with("policies/tests/") && line.ends_with("[unit-has-vacancy] → granted");
    assert!(out.lines().any(told), "{err}{out}");
}

#[test]
fn a_difference_that_goes_on_is_told_once() {
    let folder = tempfile::tempdir().unwrap();
    changed(folder.path(), "parameters.yaml", OLD, "values: {2000-01-01: 0.25, 2024-04-01: 0.25}");
    let (_, out, err) = diff(folder.path(), &[]);
    let told: Vec<&str> = out.lines().filter(|line| line.starts_with("administrative_pool.ratio")).collect();
    assert_eq!(told, ["administrative_pool.ratio 0.2 → 0.25 from 2000-01-01"], "{err}");
}
