//! Translating scripts: there and back gives the same bytes, and the translated folder the same answers.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use bianzhi::policy::folder_files;
use bianzhi::scenario::Scenario;
use bianzhi::{Lang, PolicySet};

type Files = BTreeMap<String, Vec<u8>>;

fn policies() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/policies"))
}

fn is_script(path: &str) -> bool {
    path.strip_suffix(".rhai").is_some()
}

fn set(files: &Files) -> PolicySet {
    PolicySet::from_files(files.clone()).unwrap_or_else(|error| panic!("{error}"))
}

fn translated(files: &Files, to: Lang) -> Files {
    let set = set(files);
    let script = |path: &str| set.translated(path, to).unwrap().into_bytes();
    let files = files.iter();
    files
        .map(|(path, bytes)| {
            let bytes = if is_script(path) { script(path) } else { bytes.clone() };
            (path.clone(), bytes)
        })
        .collect()
}

/// One script beside a text, and its translation or what is wrong.
fn one(source: &str, to: Lang) -> Result<String, String> {
    let files = [("10_rule.rhai", source), ("reasons.yaml", "full: {zh: 已满, en: full}\n")];
    let files = files.map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec()));
    let set = PolicySet::from_files(files).unwrap_or_else(|error| panic!("{source}\n{error}"));
    set.translated("10_rule.rhai", to).map_err(|error| error.to_string())
}

#[test]
fn shipped_scripts_come_back_byte_for_byte() {
    let original = folder_files(policies()).unwrap();
    let chinese = translated(&original, Lang::Zh);
    let mut changed = 0;
    for (path, bytes) in original.iter().filter(|(path, _)| is_script(path)) {
        changed += usize::from(chinese[path] != *bytes);
        let text = String::from_utf8(chinese[path].clone()).unwrap();
        let code: Vec<&str> = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
        assert!(!code.join("\n").contains("request.unit"), "{path}: an English word is left\n{text}");
    }
    assert!(changed >= 10, "only {changed} scripts changed");
    assert_eq!(translated(&chinese, Lang::En), original);
    // Asked for the language it has, a script stays as it is.
    assert_eq!(translated(&original, Lang::En), original);
    assert_eq!(translated(&chinese, Lang::Zh), chinese);
}

#[test]
fn the_chinese_folder_gives_the_same_answers() {
    let folder = tempfile::tempdir().unwrap();
    for (path, bytes) in translated(&folder_files(policies()).unwrap(), Lang::Zh) {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    let mut steps = 0;
    for entry in fs::read_dir(policies().join("tests")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.to_string_lossy();
        if path.is_dir() || !name.ends_with(".yaml") || name.contains(".charter.") {
            continue;
        }
        let scenario = Scenario::load(&path).unwrap();
        // Tests of other parameters have a folder of their own.
        if !scenario.policies().is_some_and(|own| own.ends_with("..")) {
            continue;
        }
        let (mut one, mut other) =
            (scenario.open(None).unwrap(), scenario.open(Some(folder.path())).unwrap());
        for (before, after) in scenario.play(&mut one).zip(scenario.play(&mut other)) {
            let (before, after) = (before.unwrap(), after.unwrap());
            assert!(after.as_expected(), "{}:{}", path.display(), after.line);
            if let (Some(before), Some(after)) = (decision(&before), decision(&after)) {
                assert_eq!(before.outcome, after.outcome);
                assert_eq!(before.reasons_in(Lang::Zh), after.reasons_in(Lang::Zh));
                assert_eq!((&before.events, &before.parameters), (&after.events, &after.parameters));
            }
            steps += 1;
        }
    }
    assert!(steps > 200, "only {steps} steps");
}

fn decision(played: &bianzhi::scenario::Played) -> Option<&bianzhi::Decision> {
    match &played.answer {
        bianzhi::scenario::Answer::Decided { decision, .. } => Some(decision),
        bianzhi::scenario::Answer::Checked { .. } => None,
    }
}

#[test]
fn only_words_of_the_vocabulary_change() {
    for (source, expect) in [
        // Comments, texts, the author's names, blanks and line ends stay.
        (
            "// request.unit\r\nfn on_appoint(request) {\r\n\trequire( request . unit . vacancy>0 , \"full\" ); // unit\r\n}\r\n",
            "// request.unit\r\nfn on_appoint(request) {\r\n\t要求( request . 单位 . 空编>0 , \"full\" ); // unit\r\n}\r\n",
        ),
        (
            "fn on_appoint(请) { let unit = 请.unit; note(\"full\", #{unit: unit.name}); /* 注 */ require(unit.cap > 0, \"full\"); }",
            "fn on_appoint(请) { let unit = 请.单位; 提示(\"full\", #{unit: unit.名称}); /* 注 */ 要求(unit.核定数 > 0, \"full\"); }",
        ),
        // One word of two views: the type says which; two words on one line after Chinese texts.
        (
            "fn on_draw(r) { require(r.pool.name != \"池 pool\" && count(r.unit.pools) > 0, \"full\"); }",
            "fn on_draw(r) { 要求(r.周转池.名称 != \"池 pool\" && 个数(r.单位.周转池) > 0, \"full\"); }",
        ),
        // A function used for two views.
        (
            "fn on_draw(r) { require(named(r.pool) && named(r.unit), \"full\"); }\nfn named(x) { x.name != \"\" }",
            "fn on_draw(r) { 要求(named(r.周转池) && named(r.单位), \"full\"); }\nfn named(x) { x.名称 != \"\" }",
        ),
    ] {
        let chinese = one(source, Lang::Zh).unwrap();
        assert_eq!(chinese, expect);
        assert_eq!(one(&chinese, Lang::En).unwrap(), source);
    }
}

#[test]
fn a_word_that_may_be_several_is_told_with_its_place() {
    // `size` of a pool, `left` of a permit and so on have one Chinese name; `owed` of a loan and `seats` too.
    let idle = "fn on_appoint(request) { note(\"full\"); }\nfn nobody(x) { x.ends }";
    assert_eq!(one(idle, Lang::Zh).unwrap().lines().last(), Some("fn nobody(x) { x.到期日 }"));
    let idle = "fn on_appoint(request) { note(\"full\"); }\nfn nobody(x) {\n    x.id\n}";
    let told = one(idle, Lang::Zh).unwrap_err();
    assert!(told.starts_with("10_rule.rhai:3:7: `id` may be ") && told.contains("`请求号`"), "{told}");
}

#[cfg(feature = "cli")]
mod command {
    use crate::cli::runner::{Ran, run};

    const SCRIPT: &str = "fn on_appoint(request) { require(request.unit.vacancy > 0, \"full\"); }\n";
    const REASONS: &str = "full: {zh: 已满, en: full}\n";

    fn translate(script: &str, words: &[&str]) -> Ran {
        run(&[("10_rule.rhai", script), ("reasons.yaml", REASONS)], words)
    }

    #[test]
    fn it_prints_or_writes() {
        let ran = translate(SCRIPT, &["translate", "10_rule.rhai", "--to", "zh"]);
        let chinese = "fn on_appoint(request) { 要求(request.单位.空编 > 0, \"full\"); }\n";
        assert_eq!((ran.code, ran.out.as_str()), (Some(0), chinese), "{}", ran.err);

        let folder = tempfile::tempdir().unwrap();
        let local = folder.path().join("350703");
        std::fs::create_dir(&local).unwrap();
        std::fs::write(folder.path().join("facts.yaml"), "tags: {}\n").unwrap();
        std::fs::write(local.join("10_rule.rhai"), SCRIPT).unwrap();
        std::fs::write(local.join("reasons.yaml"), REASONS).unwrap();
        let words = ["translate", "350703/10_rule.rhai", "--to", "zh", "--write"];
        let output = crate::cli::runner::command(folder.path(), &words).output().unwrap();
        assert!(output.status.success() && output.stdout.is_empty(), "{output:?}");
        assert_eq!(std::fs::read_to_string(local.join("10_rule.rhai")).unwrap(), chinese);
    }

    #[test]
    fn bad_input_is_told_and_nothing_is_written() {
        for (script, words, expect) in [
            (SCRIPT, &["translate", "11_rule.rhai", "--to", "zh"][..], "cannot use `11_rule.rhai`"),
            (SCRIPT, &["translate", "reasons.yaml", "--to", "zh"], "the folder has no script `reasons.yaml`"),
            (SCRIPT, &["translate", "10_rule.rhai", "--to", "fr"], "--to"),
            (SCRIPT, &["translate", "10_rule.rhai"], "--to"),
            (
                "fn on_appoint(request) { require(request.unit.vacnacy > 0, \"full\"); }",
                &["translate", "10_rule.rhai", "--to", "zh", "--write"],
                "1:47: a node has no `vacnacy`; did you mean `vacancy`?",
            ),
        ] {
            let ran = translate(script, words);
            assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""), "{words:?}");
            assert!(ran.err.contains(expect), "{words:?}: {}", ran.err);
        }
    }
}
