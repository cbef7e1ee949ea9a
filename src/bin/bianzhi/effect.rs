//! Effects: the steps that two policy folders answer otherwise, in their tests and in scenarios.

use std::fs;
use std::path::{Path, PathBuf};

use bianzhi::policy::folder_files;
use bianzhi::scenario::{Answer, Scenario, tests_of};
use bianzhi::{Error, Event, Lang};

use crate::fault_in;

/// A step that is answered otherwise.
#[derive(Debug)]
pub(crate) struct Change {
    /// The scenario's file.
    pub(crate) file: PathBuf,
    /// The step's line; 0 where the file as a whole cannot be played.
    pub(crate) line: u32,
    /// The answer of the old folder.
    pub(crate) before: String,
    /// The answer of the new folder.
    pub(crate) after: String,
}

/// What came of a step.
struct Told {
    line: u32,
    shown: String,
    events: Vec<Event>,
}

/// Plays the new folder's tests, those of the old one that are other or gone, and these scenarios.
pub(crate) fn changes(
    old: &Path,
    new: &Path,
    scenarios: &[PathBuf],
    lang: Lang,
) -> Result<Vec<Change>, Error> {
    let mut found = Found { lang, changes: Vec::new() };
    for scenario in tests_of(new)? {
        compare(&scenario, new, (old, new), &mut found)?;
    }
    for scenario in tests_of(old)? {
        let same = |file: &Path| {
            let other = file.strip_prefix(old).map_or_else(|_| old.to_path_buf(), |path| new.join(path));
            fs::read(file).ok() == fs::read(other).ok()
        };
        if !(same(scenario.file()) && same(scenario.steps_file())) {
            compare(&scenario, old, (old, new), &mut found)?;
        }
    }
    for file in scenarios {
        compare_with(&Scenario::load(file)?, (old, new), &mut found)?;
    }
    Ok(found.changes)
}

/// What was found so far, and in which words it is told.
struct Found {
    lang: Lang,
    changes: Vec<Change>,
}

/// A test of one of the folders: what it names inside its own folder is looked for in the other at the same place.
fn compare(
    scenario: &Scenario,
    own: &Path,
    (old, new): (&Path, &Path),
    found: &mut Found,
) -> Result<(), Error> {
    let whole = |path: &Path| fs::canonicalize(path).map_err(|cause| Error::io(path, &cause));
    let Some(policies) = scenario.policies() else { return Ok(()) };
    let (policies, own) = (whole(policies)?, whole(own)?);
    // A test under policies of another place says nothing of these two.
    let Ok(inside) = policies.strip_prefix(&own) else { return Ok(()) };
    let (one, other) = (old.join(inside), new.join(inside));
    if one.is_dir() && other.is_dir() { compare_with(scenario, (&one, &other), found) } else { Ok(()) }
}

/// Plays a scenario with both folders.
fn compare_with(scenario: &Scenario, (old, new): (&Path, &Path), found: &mut Found) -> Result<(), Error> {
    // The same files give the same answers (L10).
    if folder_files(old)? == folder_files(new)? {
        return Ok(());
    }
    let lang = found.lang;
    let played = || lang.pick("可以演算", "can be played").to_owned();
    let failed = |error: &Error| match error.faults() {
        [] => error.to_string(),
        faults => faults.iter().map(|fault| fault_in(fault, lang)).collect::<Vec<_>>().join("\n"),
    };
    let mut push = |line, before: String, after: String| {
        found.changes.push(Change { file: scenario.steps_file().to_path_buf(), line, before, after });
    };
    match (play(scenario, old, lang), play(scenario, new, lang)) {
        (Ok(before), Ok(after)) => {
            for (one, other) in before.into_iter().zip(after) {
                if one.shown != other.shown {
                    push(one.line, one.shown, other.shown);
                } else if one.events != other.events {
                    let other_events = lang.pick("，产生的事件不同", ", other events");
                    let after = format!("{}{other_events}", other.shown);
                    push(one.line, one.shown, after);
                }
            }
            Ok(())
        }
        (Err(one), Err(_)) => Err(one),
        (Ok(_), Err(error)) => {
            push(0, played(), failed(&error));
            Ok(())
        }
        (Err(error), Ok(_)) => {
            push(0, failed(&error), played());
            Ok(())
        }
    }
}

fn play(scenario: &Scenario, folder: &Path, lang: Lang) -> Result<Vec<Told>, Error> {
    let mut office = scenario.open(Some(folder))?;
    let mut told = Vec::new();
    for played in scenario.play(&mut office) {
        let played = played?;
        let mut events: Vec<Event> = Vec::new();
        if let Some(advanced) = &played.advanced {
            events.extend(advanced.events.iter().map(|happened| happened.event.clone()));
        }
        let shown = match &played.answer {
            Answer::Decided { decision, .. } => {
                events.extend(decision.events.iter().map(|happened| happened.event.clone()));
                let codes = decision.codes().join(", ");
                let codes = if codes.is_empty() { String::new() } else { format!(" [{codes}]") };
                format!("{}{codes}", decision.outcome.word(lang))
            }
            Answer::Checked { differences } => {
                let one = |one: &bianzhi::scenario::Difference| {
                    format!("{} {}", one.word(lang), one.got.word(lang))
                };
                let parts: Vec<String> = differences.iter().map(one).collect();
                if parts.is_empty() {
                    lang.pick("相符", "passed").to_owned()
                } else {
                    match lang {
                        Lang::Zh => format!("不符（{}）", parts.join("，")),
                        Lang::En => format!("failed ({})", parts.join(", ")),
                    }
                }
            }
        };
        told.push(Told { line: played.line, shown, events });
    }
    Ok(told)
}
