//! What people read: the told steps, the balance, the drawing, the help, and a pipe that closes early.

use std::io::Read as _;
use std::path::Path;
use std::process::Stdio;

use crate::cli::runner::{CHARTER, HEAD, command, play, run};

const STEPS: &str =
    "  - {on: 2024-03-05, draw: {pool: administrative-pool, unit: finance, person: p-017, category: 引进生}}
  - {transfer: {from: finance, to: audit, kind: administrative, count: 99}, expect: granted}
  - {check: {node: audit, kind: administrative, occupied: 17}}
";

#[test]
fn a_scenario_is_told_in_chinese() {
    let ran = play(STEPS, &["--lang", "zh"]);
    let expect = "\
── 2024-03-05 ──
   1  2024-03-05  准予     周转池用编 行政编制周转池 → 市财政局 p-017（引进生）  #2
   2  2024-03-05  驳回     划转 市财政局 → 市审计局 行政编制 99 名  #3
        cap  占用将超过核定数：市财政局 行政编制 核定 40，已占用 40，本次需 99
        与预期不符，应为：granted
   3  2024-03-05  不符     核对 市审计局 行政编制
        实有：预期 17，账上 18

行政编制 · 2024-03-05
单位                                          核定数  实有  空编  超编  借出  借入  占用  余量  在编
南平市 nanping                                   100    58     2     0     0     1    59    41    59
  市直 direct                                     90    58     2     0     0     1    59    31    59
    行政编制周转池（池） administrative-pool       2     0     0     0     1     0     1     1     0
    市审计局 audit                                20    18     2     0     0     0    18     2    18
    市财政局 finance                              40    40     0     0     0     1    40     0    41

共 3 步，2 步与预期不符
";
    assert_eq!(ran.code, Some(1), "{}", ran.err);
    assert_eq!(ran.out, expect, "{}", ran.out);
}

#[test]
fn what_a_step_takes_away_and_what_is_at_fault_have_their_names() {
    let steps = "  - {by: audit, transfer: {from: finance, to: audit, kind: administrative, count: 1}}
  - {by: nanping, merge: {units: [audit], into: finance}}
  - {check: {pool: administrative-pool, size: 3}}
  - {check: {person: p-1, on_loan: true}}
";
    let zh = play(steps, &["--lang", "zh"]).out;
    for expect in [
        "reach  超出申请方权限范围：划出方 市财政局（finance）",
        "准予     撤并 市审计局 → 市财政局",
        "不符     核对 行政编制周转池\n        规模：预期 3，账上 2",
        "不符     核对 人员 p-1\n        用借入编：预期 是，账上 –",
    ] {
        assert!(zh.contains(expect), "{expect}\n{zh}");
    }
    let en = play(steps, &["--lang", "en"]).out;
    for expect in ["from = 市财政局 (finance)", "check 行政编制周转池\n        size: expected 3, got 2"]
    {
        assert!(en.contains(expect), "{expect}\n{en}");
    }
}

#[test]
fn what_policies_declare_has_its_name_in_chinese() {
    let folder = tempfile::tempdir().unwrap();
    let policies = folder.path().join("policies");
    let tests = policies.join("tests");
    std::fs::create_dir_all(&tests).unwrap();
    let facts = "categories:
  graduate: {zh: 引进生, en: chosen graduate}
  doctor: {zh: 博士选调生, en: chosen doctor}
purposes:
  key: {zh: 重点项目, en: key project}
tags:
  organ: {zh: 机关, en: organ}
  school: {zh: 学校, en: school}
facts:
  merging: {zh: 属于撤并转, en: part of a merger, type: yes-no}
";
    let script = "fn on_appoint(request) { require(request.category == \"doctor\", \"not-meant\"); }
fn on_transfer(request) { require(request.has_fact(\"merging\"), \"not-meant\"); }
";
    std::fs::write(policies.join("facts.yaml"), facts).unwrap();
    std::fs::write(policies.join("10_meant.rhai"), script).unwrap();
    std::fs::write(policies.join("reasons.yaml"), "not-meant: {zh: 不符, en: not meant, basis: 条例}\n")
        .unwrap();
    std::fs::write(folder.path().join("charter.yaml"), CHARTER).unwrap();
    let steps =
        "  - {permit: {id: m-1, unit: audit, kind: administrative, count: 1, ends: 2024-06-30, purpose: key}}
  - {appoint: {unit: audit, kind: administrative, person: p-1, category: graduate}}
  - {draw: {pool: administrative-pool, unit: finance, person: p-2, category: doctor, purpose: key}}
  - {check: {person: p-2, category: graduate, purpose: talents}}
  - {amend: {node: audit, add_tags: [school], facts: {merging: true}}}
  - {transfer: {from: audit, to: finance, kind: administrative, count: 1}}
";
    let scenario = |policies: &str, charter: &str| {
        let head = HEAD.replace("null", policies).replace("charter.yaml", charter);
        format!("{head}{steps}")
    };
    std::fs::write(folder.path().join("scenario.yaml"), scenario("policies", "charter.yaml")).unwrap();
    std::fs::write(tests.join("one.yaml"), scenario("..", "../../charter.yaml")).unwrap();
    let told =
        |words: &[&str]| String::from_utf8(command(folder.path(), words).output().unwrap().stdout).unwrap();
    let check = |words: &[&str], expected: &[&str]| {
        let out = told(words);
        for expect in expected {
            assert!(out.contains(expect), "{words:?}: {expect}\n{out}");
        }
    };
    check(
        &["run", "scenario.yaml", "--lang", "zh"],
        &[
            "用编核准 m-1 市审计局 行政编制 1 名 至 2024-06-30 用于 重点项目",
            "p-1（引进生）",
            "p-2（博士选调生） 用于 重点项目",
            "人员类别：预期 引进生，账上 博士选调生",
            // What nobody declared keeps its id.
            "用途：预期 talents，账上 重点项目",
            "变更 市审计局 +学校，属于撤并转 = 是",
        ],
    );
    check(
        &["explain", "scenario.yaml", "--step", "2", "--lang", "zh"],
        &["p-1（引进生）", "将 人员类别 由 引进生 (graduate) 改为 博士选调生 (doctor)"],
    );
    check(
        &["explain", "scenario.yaml", "--step", "3", "--depth", "full", "--lang", "zh"],
        &["用途=重点项目", "人员类别=博士选调生"],
    );
    check(
        &["explain", "scenario.yaml", "--step", "5", "--depth", "full", "--lang", "zh"],
        &["+学校，属于撤并转 = 是", "项目=标签", "项目=属于撤并转"],
    );
    check(
        &["explain", "scenario.yaml", "--step", "6", "--lang", "zh"],
        &["若附上 属于撤并转 (merging)，则可通过"],
    );
    check(&["explain", "scenario.yaml", "--step", "6", "--lang", "en"], &["with the fact merging: it would"]);
    check(&["test", "policies", "--lang", "zh"], &["人员类别 引进生", "人员类别 博士选调生"]);
    check(
        &["run", "scenario.yaml", "--lang", "en"],
        &["p-1 (graduate)", "for key", "expected graduate, got doctor", "+school, merging = true"],
    );
    for words in [
        &["run", "scenario.yaml", "--json"][..],
        &["explain", "scenario.yaml", "--step", "2", "--json"],
        &["test", "policies", "--json"],
    ] {
        let (zh, en) =
            (told(&[words, &["--lang", "zh"]].concat()), told(&[words, &["--lang", "en"]].concat()));
        assert!(zh == en && zh.contains("graduate") && !zh.contains("引进生"), "{zh}");
    }
}

#[test]
fn a_full_disk_is_told_in_words() {
    let Ok(full) = std::fs::File::options().write(true).open("/dev/full") else { return };
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("charter.yaml"), CHARTER).unwrap();
    let mut command = command(folder.path(), &["show", "charter.yaml", "--lang", "zh"]);
    let output = command.stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "错误：写不出结果：磁盘已满\n");
}

#[test]
fn the_language_is_the_locale_s_unless_given() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("charter.yaml"), CHARTER).unwrap();
    for (locale, words, expect) in [
        ("zh_CN.UTF-8", &["show", "charter.yaml"][..], "核定数"),
        ("en_US.UTF-8", &["show", "charter.yaml"][..], "headcount"),
        ("C", &["show", "charter.yaml", "--lang", "zh"][..], "核定数"),
        ("zh_CN.UTF-8", &["--lang", "en", "show", "charter.yaml"][..], "headcount"),
    ] {
        let output = command(folder.path(), words).env("LANG", locale).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(text.contains(expect) && output.status.success(), "{locale} {words:?}: {text}");
    }
}

#[test]
fn books_are_shown_as_json_and_as_a_drawing() {
    let charter = format!(
        "{CHARTER}loans:\n  - {{id: l-1, lender: audit, borrower: finance, kind: administrative, seats: 2, occupied: {{finance: 1}}, since: 2023-05-01}}\n"
    );
    let files = [("charter.yaml", charter.as_str())];
    let json = run(&files, &["show", "charter.yaml", "--format", "json"]);
    let value: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    let nodes = value["nodes"].as_array().unwrap();
    let ids: Vec<&str> = nodes.iter().map(|node| node["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["nanping", "direct", "administrative-pool", "audit", "finance"]);
    let root = &nodes[0]["figures"]["administrative"];
    assert_eq!((root["occupied"].as_i64(), root["headcount"].as_i64()), (Some(58), Some(59)));
    let dot = run(&files, &["show", "charter.yaml", "--format", "dot"]).out;
    assert!(dot.starts_with("digraph") && dot.trim_end().ends_with('}'), "{dot}");
    assert!(dot.contains("市财政局") && dot.contains("dashed"), "{dot}");
    assert!(dot.lines().any(|line| line.contains("dashed") && line.contains('2')), "{dot}");
}

#[test]
fn help_and_version_speak() {
    let help = run(&[], &["--help"]);
    assert!(help.out.contains("run") && help.out.contains("Staffing-quota books"), "{}", help.out);
    assert_eq!(help.code, Some(0));
    let version = run(&[], &["--version"]);
    assert_eq!(version.out.trim(), format!("bianzhi {}", env!("CARGO_PKG_VERSION")));
}

/// Reads so many bytes of what a command says, and leaves.
#[track_caller]
fn glance(folder: &Path, bytes: usize, words: &[&str]) {
    let mut child = command(folder, words).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut first = vec![0_u8; bytes];
    child.stdout.as_mut().unwrap().read_exact(&mut first).unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "", "{words:?}");
    assert_eq!(output.status.code(), Some(0), "{words:?}");
}

#[test]
fn a_reader_who_leaves_early_hears_no_complaint() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("charter.yaml"), CHARTER).unwrap();
    let steps = "  - {check: {date: 2024-01-01}}\n".repeat(50_000);
    std::fs::write(folder.path().join("scenario.yaml"), format!("{HEAD}{steps}")).unwrap();
    glance(folder.path(), 10, &["run", "scenario.yaml", "--json"]);
}

#[test]
fn nor_does_a_reader_of_any_other_command() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    std::fs::write(folder.join("charter.yaml"), CHARTER).unwrap();
    std::fs::create_dir(folder.join("mine")).unwrap();
    let asked = "  - {appoint: {unit: finance, kind: administrative}}\n".repeat(600);
    std::fs::write(folder.join("scenario.yaml"), format!("{HEAD}{asked}")).unwrap();
    let played = command(folder, &["run", "scenario.yaml", "--journal", "city.journal"]).output().unwrap();
    assert!(played.status.success(), "{}", String::from_utf8_lossy(&played.stderr));
    // More than a pipe holds: it is still at it when the reader leaves.
    let exported = command(folder, &["journal", "export", "city.journal"]).output().unwrap();
    assert!(exported.stdout.len() > 200_000, "{}", exported.stdout.len());
    glance(folder, 10, &["journal", "export", "city.journal"]);
    glance(folder, 10, &["history", "finance", "--journal", "city.journal", "--json"]);
    // Whoever says little has a reader who left before it.
    for words in [
        &["show", "charter.yaml"][..],
        &["show", "--journal", "city.journal", "--format", "json"],
        &["history", "finance", "--journal", "city.journal"],
        &["journal", "export", "city.journal"],
        &["journal", "head", "city.journal"],
        &["journal", "verify", "city.journal"],
        &["journal", "replay", "3", "--journal", "city.journal"],
        &["journal", "snapshot", "city.journal"],
        &["generate", "city", "--units", "100"],
        &["explain", "scenario.yaml", "--step", "1"],
        &["help", "run"],
        &["check", "--help"],
        &["new", "quota", "--dir", "mine"],
    ] {
        glance(folder, 0, words);
    }
    let home = Path::new(env!("CARGO_MANIFEST_DIR"));
    for words in [
        &["check", "policies"][..],
        &["diff", "policies", folder.join("mine").to_str().unwrap()],
        &["translate", "policies/10_administrative_pool.rhai", "--to", "zh"],
        &["plan", "schools", "examples/schools/charter.yaml", "--policies", "policies"],
        &["test", "policies"],
    ] {
        glance(home, 0, words);
    }
}

#[test]
fn the_help_of_every_command_that_judges_says_how_it_ends() {
    for words in [&["--help"][..], &["check", "--help"], &["diff", "--help"], &["test", "--help"]] {
        for (lang, expect) in [("zh", "退出码：0"), ("en", "exit codes: 0")] {
            let ran = run(&[], &[words, &["--lang", lang][..]].concat());
            assert!(ran.code == Some(0) && ran.out.contains(expect), "{words:?}\n{}", ran.out);
        }
    }
}

#[test]
fn the_reference_interpreter_answers_the_same() {
    let played = |way: &str| {
        let words = ["run", "examples/nanping/scenario.yaml", "--json", "--interpreter", way];
        let output = command(std::path::Path::new(env!("CARGO_MANIFEST_DIR")), &words).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    };
    let tree = played("tree");
    assert!(tree.split(|byte| *byte == b'\n').count() > 150);
    assert!(tree == played("rhai") && tree == played("both"));
}
