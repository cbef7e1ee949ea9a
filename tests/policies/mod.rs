//! The shipped policies: every scenario holds, audits find what they should, and the table of rules is true.

mod agree;
mod generated;
mod promise;
mod promises;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use bianzhi::scenario::{Answer, Scenario};
use bianzhi::{Charter, Office, PolicySet};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The files of a folder with this ending, by name.
fn files(folder: &str, ending: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(root().join(folder)).unwrap();
    let mut found: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    found.retain(|path| path.extension().is_some_and(|known| known == ending));
    found.sort();
    found
}

fn name(path: &Path) -> String {
    path.file_name().unwrap().to_str().unwrap().to_owned()
}

#[test]
fn every_scenario_is_as_it_expects() {
    let mut played = 0;
    for folder in ["policies/tests", "examples/nanping"] {
        for path in files(folder, "yaml").iter().filter(|path| !name(path).contains("charter")) {
            let scenario = Scenario::load(path).unwrap();
            let mut office = scenario.open(None).unwrap();
            for step in scenario.play(&mut office) {
                let step = step.unwrap();
                let held = match &step.answer {
                    Answer::Decided { expected, .. } => *expected != Some(false),
                    Answer::Checked { differences } => differences.is_empty(),
                };
                assert!(held, "{}:{}: {:?}", path.display(), step.line, step.answer);
                played += 1;
            }
        }
    }
    assert!(played > 300, "only {played} steps");
}

#[test]
fn a_parameter_is_recorded_with_the_folder_that_set_it() {
    let scenario = Scenario::load(root().join("policies/tests/local_350703.yaml")).unwrap();
    let mut office = scenario.open(None).unwrap();
    let mut folders = BTreeSet::new();
    for step in scenario.play(&mut office) {
        if let Answer::Decided { decision, .. } = step.unwrap().answer {
            let read = decision.parameters.iter().filter(|read| read.name == "control_scope.hold");
            folders.extend(read.map(|read| (read.folder.clone(), read.value.clone())));
        }
    }
    let expect =
        [("", "0.3"), ("350703", "0.4")].map(|(folder, value)| (folder.to_owned(), value.to_owned()));
    assert_eq!(folders, BTreeSet::from(expect));
}

#[test]
fn audits_name_the_small_and_the_producing_units_and_nothing_else() {
    let policies = PolicySet::load(root().join("policies")).unwrap();
    let charter = Charter::load(root().join("examples/nanping/charter.yaml")).unwrap();
    let office = Office::open(charter, policies.clone()).unwrap();
    let found: Vec<(String, String)> = policies
        .audit(&office.snapshot())
        .into_iter()
        .map(|finding| (finding.code, finding.zh.chars().take(30).collect()))
        .collect();
    let mut codes: BTreeMap<&str, usize> = BTreeMap::new();
    for (code, _) in &found {
        *codes.entry(code.as_str()).or_default() += 1;
    }
    assert_eq!(codes, BTreeMap::from([("production-unit", 1), ("small-unit", 3)]), "{found:?}");
}

#[test]
fn the_table_of_rules_is_made_of_the_files() {
    const FROM: &str = "<!-- rules:begin -->\n";
    let path = root().join("policies/README.md");
    let text = fs::read_to_string(&path).unwrap();
    let start = text.find(FROM).unwrap() + FROM.len();
    let end = text.find("\n<!-- rules:end -->").unwrap();
    let expected = table();
    if text[start..end] == expected {
        return;
    }
    assert!(
        std::env::var_os("BIANZHI_BLESS").is_some(),
        "policies/README.md is out of date: run the tests once with BIANZHI_BLESS=1\n{expected}"
    );
    fs::write(path, format!("{}{expected}{}", &text[..start], &text[end..])).unwrap();
}

/// Rule of the reference case → file → parameters → tests, from the files' first lines and `param("…")`.
fn table() -> String {
    let mut tests: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for path in files("policies/tests", "yaml") {
        let text = fs::read_to_string(&path).unwrap();
        if let Some(script) = text.lines().next().and_then(|line| line.strip_prefix("# script: ")) {
            tests.entry(script.to_owned()).or_default().push(name(&path));
        }
    }
    let mut scripts: Vec<(String, PathBuf)> =
        files("policies", "rhai").into_iter().map(|path| (name(&path), path)).collect();
    for entry in fs::read_dir(root().join("policies")).unwrap() {
        let folder = entry.unwrap().path();
        if folder.is_dir() && name(&folder) != "tests" {
            let inside = files(&format!("policies/{}", name(&folder)), "rhai");
            scripts
                .extend(inside.into_iter().map(|path| (format!("{}/{}", name(&folder), name(&path)), path)));
        }
    }
    scripts.sort();
    let mut rows = vec![
        "| 规则 rules | 文件 file | 参数 parameters | 测试 tests |".to_owned(),
        "|---|---|---|---|".to_owned(),
    ];
    for (script, path) in scripts {
        let source = fs::read_to_string(&path).unwrap();
        let rules = source.lines().next().and_then(|line| line.strip_prefix("// rules: "));
        let rules = rules.unwrap_or_else(|| panic!("{script}: the first line is not `// rules: …`"));
        let own = tests.get(&script).cloned().unwrap_or_default();
        assert!(!own.is_empty(), "{script}: no scenario in policies/tests begins with `# script: {script}`");
        let parameters: Vec<String> = parameters(&source, &path).into_iter().collect();
        rows.push(format!("| {rules} | `{script}` | {} | {} |", quoted(&parameters), quoted(&own)));
    }
    rows.join("\n")
}

/// The parameters that a script reads; in a local folder those that the folder sets, too.
fn parameters(source: &str, script: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for call in ["param(\"", "param_at(\""] {
        for rest in source.split(call).skip(1) {
            found.extend(rest.split('"').next().map(str::to_owned));
        }
    }
    let folder = script.parent().unwrap();
    if name(folder) != "policies" {
        let own = fs::read_to_string(folder.join("parameters.yaml")).unwrap_or_default();
        let keys =
            own.lines().filter(|line| !line.starts_with([' ', '#'])).filter_map(|line| line.split_once(':'));
        found.extend(keys.map(|(key, _)| key.to_owned()));
    }
    found
}

fn quoted(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
