//! Runs the built command in a folder of its own.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// A small city: two organs of the city's own, and a pool of two seats.
pub(crate) const CHARTER: &str = "\
bianzhi: charter/1
opened: 2024-01-01
levels: [city, county, unit]
kinds: {administrative: {zh: 行政编制, en: administrative}}
nodes:
  - {id: nanping, level: city, name: 南平市, caps: {administrative: 100}}
  - {id: direct, parent: nanping, level: county, tier: city, name: 市直, caps: {administrative: 90}}
  - {id: finance, parent: direct, level: unit, name: 市财政局, tags: [organ], caps: {administrative: 40}, occupied: {administrative: 40}}
  - {id: audit, parent: direct, level: unit, name: 市审计局, caps: {administrative: 20}, occupied: {administrative: 18}}
pools:
  - {id: administrative-pool, sponsor: direct, kind: administrative, name: 行政编制周转池, size: 2}
";

/// A scenario's head, for the laws alone.
pub(crate) const HEAD: &str = "bianzhi: scenario/1\ncharter: charter.yaml\npolicies: null\nsteps:\n";

/// What came out of the command.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// Runs `bianzhi` with these words in a new folder with these files.
pub(crate) fn run(files: &[(&str, &str)], words: &[&str]) -> Ran {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    let Output { status, stdout, stderr } = command(folder.path(), words).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ran { code: status.code(), out: text(stdout), err: text(stderr) }
}

/// Plays these steps on the small city.
pub(crate) fn play(steps: &str, words: &[&str]) -> Ran {
    let scenario = format!("{HEAD}{steps}");
    let words: Vec<&str> = ["run", "scenario.yaml"].iter().chain(words).copied().collect();
    run(&[("charter.yaml", CHARTER), ("scenario.yaml", &scenario)], &words)
}

/// The command, not yet started.
pub(crate) fn command(folder: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bianzhi"));
    command.args(words).current_dir(folder).stdin(Stdio::null());
    for name in ["LC_ALL", "LC_MESSAGES", "LANG", "NO_COLOR"] {
        command.env_remove(name);
    }
    command
}
