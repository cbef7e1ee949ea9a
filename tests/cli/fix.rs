//! `bianzhi check --fix`: what is sure is put right and told, the rest is left, and a second time changes nothing.

use std::fs;
use std::path::Path;

use crate::cli::runner::command;

/// A folder whose slips are all sure, and what it is put right to.
const SCRIPT: [&str; 2] = [
    "\u{FEFF}// 注释（全角）“不动”　\nfn on_draw（请求） ｛\n　要求（请求．單位．空編 ＝＝ ０， “full”， ＃｛“注”：“全角（），　１”｝）；\u{200B}\n    require(请求.unit.сap ≥ 2, \"full\");\n｝\n",
    "// 注释（全角）“不动”　\nfn on_draw(请求) {\n 要求(请求.单位.空编 == 0, \"full\", #{\"注\":\"全角（），　１\"});\n    require(请求.unit.cap >= 2, \"full\");\n}\n",
];
const REASONS: [&str; 2] =
    ["full：{zh: 满（“超编”）：１名， en： full}\n", "full: {zh: 满（“超编”）：１名, en: full}\n"];

fn fixed(folder: &Path, words: &[&str]) -> (Option<i32>, String) {
    let words: Vec<&str> = ["check", "--fix"].iter().chain(words).copied().collect();
    let ran = command(folder, &words).output().unwrap();
    assert!(ran.stderr.is_empty(), "{}", String::from_utf8_lossy(&ran.stderr));
    (ran.status.code(), String::from_utf8(ran.stdout).unwrap())
}

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("policies")).unwrap();
    for (name, text) in files {
        fs::write(folder.path().join("policies").join(name), text).unwrap();
    }
    folder
}

#[test]
fn sure_slips_are_put_right_and_the_folder_is_clean() {
    let folder = folder(&[("a.rhai", SCRIPT[0]), ("reasons.yaml", REASONS[0])]);
    let read = |name: &str| fs::read_to_string(folder.path().join("policies").join(name)).unwrap();
    let (code, out) = fixed(folder.path(), &["--lang", "zh"]);
    assert_eq!(
        (code, read("a.rhai").as_str(), read("reasons.yaml").as_str()),
        (Some(0), SCRIPT[1], REASONS[1]),
        "{out}"
    );
    for told in [
        "policies/a.rhai:1:1: 改正 `<U+FEFF>` 已改为 ``",
        "policies/a.rhai:2:11: 改正 `（` 已改为 `(`",
        "policies/a.rhai:3:1: 改正 `<U+3000>` 已改为 ` `",
        "空編` 已改为 `空编`",
        "policies/reasons.yaml:1:5: 改正 `：` 已改为 `: `",
        "错误 0，提示 0",
    ] {
        assert!(out.contains(told), "{told} is not in\n{out}");
    }
    let names: Vec<_> =
        fs::read_dir(folder.path().join("policies")).unwrap().map(|one| one.unwrap().file_name()).collect();
    assert_eq!(names.len(), 2, "{names:?}");
    // Once more: nothing.
    assert_eq!(fixed(folder.path(), &["--lang", "en"]), (Some(0), "faults 0, lints 0\n".to_owned()));
    assert_eq!(read("a.rhai"), SCRIPT[1]);
}

#[test]
fn what_could_mean_several_things_is_left_with_its_hint() {
    let script = "fn on_draw(r) {\n    let cap = 1O0;\n    let сap = 2;\n    require(r.unit.has_tag(\"機關\") && cap > сap, \"full”);\n    note(\"full\")。\n}\n";
    let folder = folder(&[
        ("a.rhai", script),
        ("reasons.yaml", REASONS[1]),
        ("facts.yaml", "tags: {机关: {zh: 机关, en: organ}}\n"),
    ]);
    let (code, out) = fixed(folder.path(), &["--json"]);
    assert_eq!(fs::read_to_string(folder.path().join("policies/a.rhai")).unwrap(), script);
    assert_eq!(code, Some(1));
    assert!(!out.contains("\"sort\":\"fix\""), "{out}");
    for hint in ["write `100`", "write `cap`", "write `\\\"`", "write `;`", "`機關` as `机关`"] {
        assert!(out.contains(hint), "{hint} is not in\n{out}");
    }
}

#[test]
fn json_tells_each_piece() {
    let folder = folder(&[("a.rhai", "fn on_draw(r) { note（\"full\"); }\n"), ("reasons.yaml", REASONS[1])]);
    let (code, out) = fixed(folder.path(), &["--json"]);
    assert_eq!(code, Some(0));
    assert_eq!(
        out,
        "{\"code\":\"\",\"sort\":\"fix\",\"file\":\"policies/a.rhai\",\"line\":1,\"column\":21,\"zh\":\"`（` 已改为 `(`\",\"en\":\"`（` became `(`\"}\n"
    );
}

#[cfg(unix)]
#[test]
fn a_link_stays_a_link() {
    let folder = folder(&[("reasons.yaml", REASONS[1])]);
    fs::write(folder.path().join("shared.rhai"), "fn on_draw(r) { note（\"full\"); }\n").unwrap();
    let link = folder.path().join("policies/a.rhai");
    std::os::unix::fs::symlink("../shared.rhai", &link).unwrap();
    assert_eq!(fixed(folder.path(), &[]).0, Some(0));
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(
        fs::read_to_string(folder.path().join("shared.rhai")).unwrap(),
        "fn on_draw(r) { note(\"full\"); }\n"
    );
}
