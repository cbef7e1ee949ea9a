//! Saved tests: a scenario that was just played, as a policy test that expects what was answered.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use bianzhi::model::{Date, NodeId};
use bianzhi::scenario::{Action, Answer, Check, Played, Scenario};
use bianzhi::{Error, Fault, Outcome, Request};
use serde_json::{Map, Value};

use crate::Failure;
use crate::plan::seen_from;

/// One step as the file writes it.
#[derive(serde::Serialize)]
struct Line<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    on: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<&'a NodeId>,
    #[serde(flatten)]
    request: Option<&'a Request>,
    #[serde(skip_serializing_if = "Option::is_none")]
    check: Option<&'a Check>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expect: Option<Value>,
}

/// Writes the test `name` into the tests of the policies that decided, and says where.
pub(crate) fn save(
    scenario: &Scenario,
    policies: Option<&Path>,
    played: &[Played],
    name: &str,
) -> Result<PathBuf, Failure> {
    let bad = |en: &str, zh: &str| Error::input(vec![Fault::nowhere(en).in_chinese(zh)]);
    if !NodeId::new(name).is_well_formed() {
        let en = format!("`{name}` is no name for a test: letters, digits, `-`, `_`, `.`");
        return Err(bad(&en, &format!("`{name}` 不能作测试的名字：只用文字、数字、`-`、`_`、`.`")).into());
    }
    let Some(folder) = policies else {
        let en = "the laws alone decided: there is no policy folder to save a test in";
        return Err(bad(en, "这里只有账法，没有政策目录，测试无处可存").into());
    };
    if scenario.steps_file() != scenario.file() {
        return Err(bad("the cases of a table are tests already", "表格里的案例已经是测试").into());
    }
    let tests = folder.join("tests");
    fs::create_dir_all(&tests).map_err(|cause| Error::io(&tests, &cause))?;
    let real = |path: &Path| fs::canonicalize(path).map_err(|cause| Error::io(path, &cause));
    let (tests, charter) = (real(&tests)?, real(scenario.charter())?);
    let path = tests.join(format!("{name}.yaml"));
    let text = written(scenario, played, &seen_from(&tests, &charter)?)?;
    holds(&path, &text)?;
    let mut file = fs::File::create_new(&path).map_err(|cause| Error::io(&path, &cause))?;
    file.write_all(text.as_bytes()).map_err(|cause| Error::io(&path, &cause))?;
    Ok(folder.join("tests").join(format!("{name}.yaml")))
}

fn written(scenario: &Scenario, played: &[Played], charter: &str) -> Result<String, Failure> {
    let charter = serde_json::to_string(charter)?;
    let mut text = format!("bianzhi: scenario/1\ncharter: {charter}\npolicies: ..\nsteps:\n");
    for (step, played) in scenario.steps().iter().zip(played) {
        let (request, check) = match &step.action {
            Action::Ask { request, .. } => (Some(&**request), None),
            Action::Check(check) => (None, Some(check)),
        };
        let expect = match &played.answer {
            Answer::Decided { decision, .. } => Some(match decision.outcome {
                Outcome::Granted => Value::from("granted"),
                outcome @ (Outcome::Denied | Outcome::Refused) => {
                    let codes = Value::from(decision.codes());
                    Value::Object(Map::from_iter([(outcome.as_str().to_owned(), codes)]))
                }
            }),
            Answer::Checked { .. } => None,
        };
        let line = Line { on: step.on, by: step.by.as_ref(), request, check, expect };
        text.extend(["  - ", &serde_json::to_string(&line)?, "\n"]);
    }
    Ok(text)
}

/// Plays the test before anybody sees it: what does not hold is not saved.
fn holds(path: &Path, text: &str) -> Result<(), Error> {
    let scenario = Scenario::parse(path, text)?;
    let mut office = scenario.open(None)?;
    for played in scenario.play(&mut office) {
        let played = played?;
        if !played.as_expected() {
            let message = "this step does not hold, so nothing is saved";
            let fault = Fault::at(path, played.line, 1, message);
            return Err(Error::input(vec![fault.in_chinese("这一步再办一次结果不同，测试没有存")]));
        }
    }
    Ok(())
}
