//! `bianzhi check`: the shipped folder is clean, faults are told with code, place and caret, exit codes.

use std::fs;
use std::path::Path;
use std::process::Output;

use crate::cli::runner::command;

/// Checks a folder with these files; `words` follow the folder.
fn check(files: &[(&str, &str)], words: &[&str]) -> (Option<i32>, String, String) {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("policies")).unwrap();
    for (name, text) in files {
        fs::write(folder.path().join("policies").join(name), text).unwrap();
    }
    let words: Vec<&str> = ["check"].iter().chain(words).copied().collect();
    told(command(folder.path(), &words).output().unwrap())
}

fn told(output: Output) -> (Option<i32>, String, String) {
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[test]
fn the_shipped_folder_is_clean() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let ran = told(command(root, &["check", "--lang", "en"]).output().unwrap());
    assert_eq!(ran, (Some(0), "faults 0, lints 0\n".into(), String::new()));
    let ran = told(command(root, &["check", "policies", "--json"]).output().unwrap());
    assert_eq!(ran, (Some(0), String::new(), String::new()));
}

const SCRIPT: &str =
    "fn on_draw(请求) {\n    要求(请求.单位.空偏 == 0, \"full\");\n    let x = 7 / 请求.数量;\n}\n";
const REASONS: &str = "full: {zh: 满, en: full}\n";

#[test]
fn faults_are_told_with_code_place_and_caret() {
    let files =
        [("a.rhai", SCRIPT), ("reasons.yaml", REASONS), ("facts.yaml", "tags: {organ: {zh: 机关}}\n")];
    let (code, out, err) = check(&files, &["--lang", "zh"]);
    assert_eq!((code, err.as_str()), (Some(1), ""));
    let at = out.find("policies/a.rhai:2:14: 错误 BZ0202").unwrap_or_else(|| panic!("{out}"));
    let lines: Vec<&str> = out[at..].lines().collect();
    assert!(lines[0].ends_with("没有 `空偏`；是否为 `空编`？"), "{out}");
    assert_eq!(lines[1], "  2 |     要求(请求.单位.空偏 == 0, \"full\");");
    assert_eq!(lines[2], "    |                    ^^^^");
    assert!(out.contains("policies/facts.yaml:1:") && out.contains("BZ0604 缺少字段 `en`"), "{out}");
    assert!(out.contains("BZ0901"), "{out}");
    assert!(out.ends_with("错误 2，提示 1\n"), "{out}");
}

#[test]
fn json_has_one_object_a_line_with_its_keys_in_order() {
    let (code, out, _) = check(&[("a.rhai", SCRIPT), ("reasons.yaml", REASONS)], &["--json"]);
    assert_eq!(code, Some(1));
    let lines: Vec<&str> = out.lines().collect();
    let first = "{\"code\":\"BZ0202\",\"sort\":\"fault\",\"file\":\"policies/a.rhai\",\"line\":2,\"column\":14,\"zh\":\"";
    assert!(lines[0].starts_with(first), "{out}");
    assert!(lines[0].ends_with("did you mean `空编`?\"}"), "{out}");
    assert!(lines[1].starts_with("{\"code\":\"BZ0901\",\"sort\":\"lint\""), "{out}");
    assert_eq!(lines.len(), 2);
}

#[test]
fn a_folder_that_is_not_there_ends_with_two() {
    let (code, out, err) = check(&[], &["nowhere"]);
    assert_eq!((code, out.as_str()), (Some(2), ""));
    assert!(err.starts_with("error: cannot use `nowhere`"), "{err}");
}
