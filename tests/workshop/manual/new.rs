//! A rule to start from: it loads, its test holds, and nothing that was there is harmed.

use std::fs;
use std::path::Path;

use bianzhi::PolicySet;

use crate::cli::runner::command;

/// The code and what was said, on stdout or stderr.
fn new(folder: &Path, words: &[&str]) -> (Option<i32>, String) {
    let words: Vec<&str> = ["--lang", "en", "new"].iter().chain(words).copied().collect();
    let output = command(folder, &words).output().unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(text).unwrap())
}

/// Every file below a folder with its bytes.
fn everything(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    let mut waiting = vec![folder.to_path_buf()];
    while let Some(folder) = waiting.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                waiting.push(path);
            } else {
                found.push((path.display().to_string(), fs::read(&path).unwrap()));
            }
        }
    }
    found.sort();
    found
}

/// The shipped policies without their tests, in `policies` of a new folder.
fn shipped() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let from = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/policies"));
    for (path, bytes) in bianzhi::policy::folder_files(from).unwrap() {
        let path = folder.path().join("policies").join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    folder
}

#[test]
fn a_new_rule_loads_and_its_test_holds() {
    let folder = shipped();
    let policies = folder.path().join("policies");
    let before = fs::read_to_string(policies.join("parameters.yaml")).unwrap();
    let (code, told) = new(folder.path(), &["big_steps"]);
    assert_eq!(code, Some(0), "{told}");
    assert_eq!(
        told,
        "made policies/70_big_steps.rhai\n\
         added to policies/parameters.yaml\n\
         added to policies/reasons.yaml\n\
         made policies/tests/big_steps.charter.yaml\n\
         made policies/tests/big_steps.yaml\n\
         its test holds as it stands; change it from here: bianzhi run policies/tests/big_steps.yaml\n"
    );
    let after = fs::read_to_string(policies.join("parameters.yaml")).unwrap();
    assert!(
        after.starts_with(&before) && after[before.len()..].starts_with("\nbig_steps.most:\n"),
        "{after}"
    );
    assert!(PolicySet::load(&policies).unwrap().lints().is_empty());
    let run = command(folder.path(), &["run", "policies/tests/big_steps.yaml"]).output().unwrap();
    assert!(run.status.success());
}

#[test]
fn an_empty_folder_and_the_line_ends_of_another_will_do() {
    let folder = tempfile::tempdir().unwrap();
    let (code, told) = new(folder.path(), &["first", "--dir", "."]);
    assert_eq!(code, Some(0), "{told}");
    let reasons = folder.path().join("reasons.yaml");
    let text = fs::read_to_string(&reasons).unwrap().replace('\n', "\r\n");
    // The last line does not end.
    fs::write(&reasons, text.trim_end()).unwrap();
    let (code, told) = new(folder.path(), &["second", "--dir", "."]);
    assert!(code == Some(0) && told.contains("20_second.rhai"), "{told}");
    let text = fs::read_to_string(&reasons).unwrap();
    assert!(
        text.contains("待填\r\n\r\nsecond-too-many:\r\n") && !text.replace("\r\n", "").contains('\n'),
        "{text}"
    );
}

#[test]
fn what_cannot_be_done_changes_nothing() {
    let folder = shipped();
    let policies = folder.path().join("policies");
    fs::create_dir(policies.join("tests")).unwrap();
    fs::write(policies.join("tests/taken.yaml"), "mine").unwrap();
    fs::write(policies.join("80_own.rhai"), "// rules: own\n").unwrap();
    let before = everything(folder.path());
    for (words, expect) in [
        (&["Big-Steps"][..], "`Big-Steps` cannot be the name of a rule"),
        (&["新规则"], "`新规则` cannot be the name of a rule"),
        (&["../escape"], "`../escape` cannot be the name of a rule"),
        (&[""], "`` cannot be the name of a rule"),
        (&["taken"], "`tests/taken.yaml` is there already; nothing is written"),
        (&["own"], "the rule `own` is there already: `80_own.rhai`; nothing is written"),
        (&["rule", "--dir", "nowhere"], "cannot use `nowhere`"),
    ] {
        let (code, told) = new(folder.path(), words);
        assert_eq!(code, Some(2), "{words:?}: {told}");
        assert!(told.contains(expect), "{words:?}: {told}");
        assert!(everything(folder.path()) == before, "{words:?} wrote something");
    }
}

#[test]
fn files_that_cannot_be_added_to_and_rules_that_disagree_are_told_and_nothing_stays() {
    for (name, text, expect) in [
        (
            "parameters.yaml",
            "rule.most: {zh: 名, en: n, type: number, values: {2000-01-01: 9}}\n",
            "rule.most",
        ),
        ("reasons.yaml", "{full: {zh: 已满, en: full}}\n", "reasons.yaml"),
        (
            "10_other.rhai",
            "fn on_authorize(request) { deny(\"full\"); }\n",
            "another rule of the folder answers the test of `rule` otherwise; nothing is written",
        ),
    ] {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("reasons.yaml"), "full: {zh: 已满, en: full}\n").unwrap();
        fs::write(folder.path().join(name), text).unwrap();
        let before = everything(folder.path());
        let (code, told) = new(folder.path(), &["rule", "--dir", "."]);
        assert_eq!(code, Some(2), "{name}: {told}");
        assert!(told.contains(expect), "{name}: {told}");
        assert_eq!(everything(folder.path()), before, "{name}");
        assert!(!folder.path().join("tests").exists(), "{name}");
    }
}
