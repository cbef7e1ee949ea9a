//! The command `bianzhi explain`: what it prints, in both languages and as JSON, and how it ends.

use std::path::Path;

use crate::cli::runner::{CHARTER, HEAD, Ran, command, run};

const NANPING: &str = "examples/nanping/scenario.yaml";

/// `bianzhi explain` on the shipped example.
fn explain(words: &[&str]) -> Ran {
    let words: Vec<&str> = ["explain", NANPING].iter().chain(words).copied().collect();
    let output = command(Path::new(env!("CARGO_MANIFEST_DIR")), &words).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ran { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}

#[test]
fn one_sentence_in_chinese_and_in_english() {
    let zh = explain(&["--step", "15", "--depth", "sentence", "--lang", "zh"]);
    assert_eq!(
        (zh.code, zh.out.as_str()),
        (
            Some(0),
            "第 15 步  2024-03-05  周转池用编 行政编制周转池 → 市审计局 p-018（引进生）\n\
             不予：市审计局自己还有2名空编，应先使用本单位编制（《公务员法》第二十七条）\n"
        )
    );
    let en = explain(&["--step", "15", "--depth", "sentence", "--lang", "en"]).out;
    let sentence = "denied: 市审计局 still has 2 vacant seats of its own and should use them first";
    assert!(en.lines().nth(1).unwrap().starts_with(sentence), "{en}");
}

#[test]
fn the_table_has_each_condition_with_its_place_and_values() {
    let ran = explain(&["--step", "15", "--lang", "en"]);
    for expect in [
        "\n  unit-has-vacancy  市审计局 still has 2 vacant seats",
        "\n  on_draw  request draw  10_administrative_pool.rhai:17\n",
        "\n    not met request.unit.vacancy == 0   (2 == 0)  10_administrative_pool.rhai:26\n",
        "\n    met     request.category in param(\"administrative_pool.categories\")   \
         (\"selected-graduate\" in [\"selected-graduate\", \"selected-doctor\"])  10_administrative_pool.rhai:30\n",
        "\n  administrative_pool.categories = selected-graduate, selected-doctor, from 2000-01-01\n",
        "\nwhat would pass\n  1. with unit 市教育局 (education) instead of 市审计局 (audit): it would be granted\n",
        "requests were tried on a fork, of 240 at most\n",
    ] {
        assert!(ran.out.contains(expect), "no {expect:?} in\n{}", ran.out);
    }
    assert!(!ran.out.contains("request.unit.vacancy = 2"), "only the whole trace lists them:\n{}", ran.out);
    let full = explain(&["--step", "15", "--lang", "zh", "--depth", "full"]).out;
    for expect in [
        "\n    不满足 request.unit.vacancy == 0   (2 == 0)  10_administrative_pool.rhai:26\n            request.unit.vacancy = 2\n",
        "\n  administrative_pool.kind = administrative，2000-01-01 起\n",
        "1. 若将 单位 由 市审计局 (audit) 改为 市教育局 (education)，则可通过\n",
    ] {
        assert!(full.contains(expect), "no {expect:?} in\n{full}");
    }
}

#[test]
fn laws_reactions_and_grants_have_their_rows() {
    let refused = explain(&["--step", "49", "--lang", "en"]).out;
    assert!(refused.contains("charged + asked <= cap   (41500 + 501 <= 42000)"), "{refused}");
    assert!(refused.contains("1. with change 500 instead of 501: it would be granted"), "{refused}");
    let reacted = explain(&["--step", "20", "--lang", "en"]).out;
    for expect in
        ["granted: ", "after_vacated  event vacated", "    → convert ", "\nwhat happened\n  → converted "]
    {
        assert!(reacted.contains(expect), "no {expect:?} in\n{reacted}");
    }
    assert!(!reacted.contains("what would pass"), "{reacted}");
}

#[test]
fn json_has_both_languages_the_rules_and_what_would_pass() {
    let line = |words: &[&str]| {
        let ran = explain(words);
        assert_eq!((ran.code, ran.out.lines().count()), (Some(0), 1), "{}", ran.err);
        serde_json::from_str::<serde_json::Value>(&ran.out).unwrap()
    };
    let told = line(&["--step", "27", "--json"]);
    assert_eq!(
        (&told["step"], &told["outcome"], &told["request"]),
        (&27.into(), &"denied".into(), &"permit".into())
    );
    let rules = told["rules"].as_array().unwrap();
    let rule = rules.iter().find(|rule| rule["script"] == "30_control_scope.rhai").unwrap();
    let row = &rule["conditions"][1];
    assert_eq!((&row["valued"], &row["result"], &row["line"]), (&"3 <= 2".into(), &false.into(), &29.into()));
    assert_eq!(told["parameters"][1]["from"], "2000-01-01");
    let first = &told["why_not"]["suggestions"][0];
    assert_eq!(first["en"], "with count 2 instead of 3");
    assert_eq!(first["edits"][0], serde_json::json!({"field": "count", "from": 3, "to": 2}));
    assert_eq!(first["request"]["permit"]["count"], 2);
    let sentence = line(&["--step", "27", "--json", "--depth", "sentence"]);
    assert!(sentence["zh"].as_str().unwrap().starts_with("不予：") && sentence["rules"].is_null());
    let full = line(&["--step", "27", "--json", "--depth", "full"]);
    let of = |told: &serde_json::Value| told["rules"].to_string().matches("\"of\":\"value\"").count();
    assert_eq!(of(&told), 0);
    assert!(of(&full) > 0);
}

#[test]
fn it_ends_with_two_where_there_is_nothing_to_explain() {
    for (words, expect) in [
        (["--step", "999", "--lang", "en"], "there is no step 999"),
        (["--step", "0", "--lang", "zh"], "没有第 0 步"),
        (["--step", "23", "--lang", "zh"], "scenario.yaml:53:1: 第 23 步是核对"),
        (["--step", "23", "--lang", "en"], "is a check of administrative-pool: nothing was asked"),
        (["--step", "x", "--lang", "en"], "invalid value 'x'"),
    ] {
        let ran = explain(&words);
        assert!(ran.code == Some(2) && ran.out.is_empty() && ran.err.contains(expect), "{words:?} {ran:?}");
    }
    // Nodes by their names, also one that is to go; and the actor above the root.
    let zh = |step| explain(&["--step", step, "--lang", "zh"]).out;
    let told = zh("7");
    assert!(told.contains("驳回：超出申请方权限范围：划入方 武夷山第一中学（350782-school）\n"), "{told}");
    assert!(told.contains("若由上级机关 (superior) 提出，则可通过"), "{told}");
    let told = zh("64");
    assert!(told.contains("尚未清空：节点 市印章制作所（seal-workshop）\n"), "{told}");
    let help = explain(&["--step", "1", "--help"]);
    assert!(help.code == Some(0) && help.out.contains("exit codes: 0 explained"), "{}", help.out);
    let ran = explain(&["--lang", "en"]);
    assert!(ran.code == Some(2) && ran.err.contains("--step <N>"), "{ran:?}");
    let ran = explain(&["--step", "15", "--policies", "nowhere"]);
    assert!(ran.code == Some(2) && ran.err.contains("nowhere"), "{ran:?}");
    let ran = run(&[], &["explain", "nothing.yaml", "--step", "1"]);
    assert!(ran.code == Some(2) && ran.err.contains("nothing.yaml"), "{ran:?}");
    let broken = format!("{HEAD}  - {{apoint: {{unit: audit, kind: administrative}}}}\n");
    let ran = run(&[("charter.yaml", CHARTER), ("s.yaml", &broken)], &["explain", "s.yaml", "--step", "1"]);
    assert!(
        ran.code == Some(2) && ran.err.contains("s.yaml:5:6") && ran.err.contains("`appoint`"),
        "{ran:?}"
    );
}

#[test]
fn a_scenario_of_the_laws_alone_is_explained_and_its_days_and_actors_carry_over() {
    let steps = "  - {on: 2024-02-01, by: direct, vacate: {unit: audit, kind: administrative}}
  - {appoint: {unit: audit, kind: administrative, person: p1}}
  - {id: a, authorize: {node: audit, kind: administrative, change: 80}, expect: {refused: [allotment]}}
";
    let scenario = format!("{HEAD}{steps}");
    let files = [("charter.yaml", CHARTER), ("s.yaml", scenario.as_str())];
    let ran = run(&files, &["explain", "s.yaml", "--step", "3", "--lang", "en"]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    for expect in [
        "step 3  2024-02-01  authorize 市审计局 administrative +80\nrefused: what is handed down would exceed the cap",
        "\nrules that were asked\n  none\n",
        "1. with change 30 instead of 80: it would be granted",
    ] {
        assert!(ran.out.contains(expect), "no {expect:?} in\n{}", ran.out);
    }
}
