//! `bianzhi test`: what it prints, its exit codes, its JSON and its JUnit report, and what bad files get.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Stdio;

use crate::cli::runner::{Ran, command};

pub(super) const CHARTER: &str = "\
bianzhi: charter/1
opened: 2024-01-01
levels: [city, unit]
kinds: {institution: {zh: 事业编制, en: institution}}
nodes:
  - {id: city, level: city, name: 市, caps: {institution: 10}}
  - {id: school, parent: city, level: unit, name: 学校, caps: {institution: 2}, occupied: {institution: 1}}
";

pub(super) const SCRIPT: &str =
    "fn on_appoint(request) { require(request.unit.vacancy > 0, \"full\", #{unit: request.unit}); }";
pub(super) const REASONS: &str = "full: {zh: '{unit}已满', en: '{unit} is full', basis: 条例第六条}\n";
const HEAD: &str = "bianzhi: scenario/1\ncharter: charter.yaml\npolicies: ..\nsteps:\n";
const GOOD: &str = "  - {appoint: {unit: school, kind: institution}, expect: granted}\n  - {appoint: {unit: school, kind: institution}, expect: {denied: [full]}}\n";

/// A folder with the script, the charter and these tests (their steps).
fn folder(tests: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let tests_folder = folder.path().join("policies/tests");
    fs::create_dir_all(&tests_folder).unwrap();
    fs::write(folder.path().join("policies/a.rhai"), SCRIPT).unwrap();
    fs::write(folder.path().join("policies/reasons.yaml"), REASONS).unwrap();
    fs::write(tests_folder.join("charter.yaml"), CHARTER).unwrap();
    for (name, steps) in tests {
        fs::write(tests_folder.join(name), format!("{HEAD}{steps}")).unwrap();
    }
    folder
}

pub(super) fn test(folder: &Path, words: &[&str]) -> Ran {
    let words: Vec<&str> = ["test"].iter().chain(words).copied().collect();
    let output = command(folder, &words).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ran { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}

#[test]
fn all_pass() {
    let folder = folder(&[("b.yaml", GOOD), ("a.yaml", GOOD)]);
    let ran = test(folder.path(), &[]);
    let expected = "passed  policies/tests/a.yaml (2 steps)\npassed  policies/tests/b.yaml (2 steps)\n\n2 tests, 0 failed\n";
    assert_eq!((ran.code, ran.out.as_str(), ran.err.as_str()), (Some(0), expected, ""));
    let ran = test(folder.path(), &["policies", "--lang", "zh"]);
    assert_eq!(ran.code, Some(0));
    assert!(ran.out.ends_with("\n共 2 项测试，0 项未通过\n"), "{}", ran.out);
}

#[test]
fn a_difference_is_told_as_expected_and_got_with_reasons_and_place() {
    let steps = "  - {appoint: {unit: school, kind: institution}, expect: denied}\n  - {appoint: {unit: school, kind: institution}, expect: granted}\n  - {check: {node: school, kind: institution, occupied: 3, cap: 2}}\n";
    let folder = folder(&[("a.yaml", steps), ("b.yaml", GOOD)]);
    let ran = test(folder.path(), &[]);
    let expected = "\
failed  policies/tests/a.yaml (3 steps)
        policies/tests/a.yaml:5  step 1  appoint 学校 institution
          expected denied, got granted
        policies/tests/a.yaml:6  step 2  appoint 学校 institution
          expected granted, got denied [full]
          full  school is full  (a.rhai:1)
        policies/tests/a.yaml:7  step 3  check 学校 institution
          expected occupied 3, got occupied 2
passed  policies/tests/b.yaml (2 steps)

2 tests, 1 failed
";
    assert_eq!((ran.code, ran.out.as_str(), ran.err.as_str()), (Some(1), expected, ""));
    let ran = test(folder.path(), &["--lang", "zh"]);
    assert!(ran.out.contains("第 2 步  入编 学校 事业编制\n          预期 granted，得到 denied [full]\n          full  school已满  (a.rhai:1)\n"), "{}", ran.out);
    assert!(
        ran.out.contains("第 3 步  核对 学校 事业编制\n          预期 实有 3，得到 实有 2\n"),
        "{}",
        ran.out
    );
    // What programs read has the words of the files in either language.
    let [zh, en] = ["zh", "en"].map(|lang| test(folder.path(), &["--json", "--lang", lang]).out);
    assert!(zh == en && en.contains("\"got\":\"occupied 2\""), "{zh}");
}

#[test]
fn json_and_junit_tell_the_same() {
    let steps = "  - {appoint: {unit: school, kind: institution}, expect: {refused: [cap]}}\n";
    let folder = folder(&[("a.yaml", steps), ("b.yaml", GOOD)]);
    let ran = test(folder.path(), &["--json", "--coverage", "--junit", "report.xml"]);
    assert_eq!((ran.code, ran.out.lines().count()), (Some(1), 1), "{}", ran.out);
    let report: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!((&report["passed"], &report["failed"]), (&1.into(), &1.into()));
    let failure = &report["tests"][0]["failures"][0];
    assert_eq!(failure["line"], 5);
    assert_eq!(failure["expected"], "refused [cap]");
    assert_eq!(failure["got"], "granted");
    let branch = &report["coverage"]["scripts"][0]["branches"][0];
    assert_eq!((&branch["met"], &branch["unmet"], &branch["of"]), (&2.into(), &1.into(), &"require".into()));
    assert_eq!(report["coverage"]["articles"][0]["article"], "条例第六条");
    let xml = fs::read_to_string(folder.path().join("report.xml")).unwrap();
    let expected = "\
<?xml version=\"1.0\" encoding=\"UTF-8\"?>
<testsuite name=\"bianzhi\" tests=\"2\" failures=\"1\">
  <testcase classname=\"policies\" name=\"a\" file=\"policies/tests/a.yaml\">
    <failure message=\"expected refused [cap], got granted\">policies/tests/a.yaml:5  appoint 学校 institution</failure>
  </testcase>
  <testcase classname=\"policies\" name=\"b\" file=\"policies/tests/b.yaml\"/>
</testsuite>
";
    assert_eq!(xml, expected);
    let ran = test(folder.path(), &["--junit", "nowhere/report.xml"]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.err.starts_with("error: cannot use `nowhere/report.xml`"), "{}", ran.err);
}

#[test]
fn coverage_names_what_is_not_reached() {
    let steps = "  - {appoint: {unit: school, kind: institution}, expect: granted}\n";
    let folder = folder(&[("a.yaml", steps)]);
    let ran = test(folder.path(), &["--coverage"]);
    assert_eq!(ran.code, Some(0));
    for line in [
        "  a.rhai    1/1       1/2\n",
        "    a.rhai:1  never unmet  request.unit.vacancy > 0\n",
        "    full  no test gives this code  a.rhai:1\n",
        "    条例第六条  this article has no test  full\n",
    ] {
        assert!(ran.out.contains(line), "{line:?} is not in\n{}", ran.out);
    }
    let ran = test(folder.path(), &["--coverage", "--lang", "zh"]);
    assert!(ran.out.contains("    a.rhai:1  从未不成立  request.unit.vacancy > 0\n"), "{}", ran.out);
    fs::write(folder.path().join("policies/tests/b.yaml"), format!("{HEAD}{GOOD}")).unwrap();
    let ran = test(folder.path(), &["--coverage"]);
    assert!(ran.out.contains("every line, branch, code and parameter is reached by a test"), "{}", ran.out);
}

#[test]
fn bad_files_end_otherwise_than_failing_tests() {
    let silent = "  - {appoint: {unit: school, kind: institution}}\n";
    let nothing =
        "a test in which nothing is expected can never fail: give a step `expect`, or add a `check`";
    for (name, steps, expect) in [
        ("silent.yaml", silent, format!("error: policies/tests/silent.yaml:1: {nothing}\n")),
        (
            "verb.yaml",
            "  - {apoint: {}}\n",
            "error: policies/tests/verb.yaml:5:6: unknown request `apoint`; did you mean `appoint`?\n".into(),
        ),
        (
            "purpose.yaml",
            "  - {appoint: {unit: school, kind: institution, purpose: fun}, expect: granted}\n",
            "policies/tests/purpose.yaml:5:".into(),
        ),
    ] {
        let folder = folder(&[("a.yaml", GOOD), (name, steps)]);
        let ran = test(folder.path(), &[]);
        assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""), "{name}: {}", ran.err);
        assert!(ran.err.contains(&expect), "{name}: {}", ran.err);
    }
    let both = folder(&[("one.yaml", silent), ("two.yaml", silent)]);
    assert_eq!(test(both.path(), &[]).err.lines().count(), 2);
    let none = folder(&[]);
    let ran = test(none.path(), &[]);
    assert_eq!(
        (ran.code, ran.err.as_str()),
        (Some(2), "error: policies/tests: there are no tests here: no scenario in any `.yaml` file\n")
    );
    let ran = test(none.path(), &["elsewhere"]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.err.contains("elsewhere/tests"), "{}", ran.err);
    let broken = folder(&[("a.yaml", GOOD)]);
    fs::write(
        broken.path().join("policies/a.rhai"),
        "fn on_appoint(request) { require(request.unti, \"full\"); }",
    )
    .unwrap();
    let ran = test(broken.path(), &[]);
    assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""));
    assert!(ran.err.contains("policies/a.rhai:1:"), "{}", ran.err);
}

#[test]
fn while_watching_every_change_is_played_again_and_a_bad_file_ends_nothing() {
    let folder = folder(&[("a.yaml", GOOD)]);
    let file = folder.path().join("policies/tests/a.yaml");
    let mut watching = command(folder.path(), &["test", "--watch"]);
    let mut watching = watching.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut out = BufReader::new(watching.stdout.take().unwrap()).lines().map(Result::unwrap);
    let mut err = BufReader::new(watching.stderr.take().unwrap()).lines().map(Result::unwrap);
    assert!(out.any(|line| line == "1 tests, 0 failed"));
    let fails = "  - {appoint: {unit: school, kind: institution}, expect: refused}\n";
    fs::write(&file, format!("{HEAD}{fails}")).unwrap();
    assert!(out.any(|line| line == "1 tests, 1 failed"));
    fs::write(&file, format!("{HEAD}  - {{apoint: {{}}}}\n")).unwrap();
    assert!(err.any(|line| line.contains("unknown request `apoint`")));
    fs::write(&file, format!("{HEAD}{GOOD}")).unwrap();
    assert!(out.any(|line| line == "1 tests, 0 failed"));
    watching.kill().unwrap();
    watching.wait().unwrap();
}
