//! Suites: all policy tests of a folder, played side by side, with what came of each.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::{Action, Played, Scenario, read};
use crate::document::{Document, Node};
use crate::error::{Error, ErrorKind, Fault, Phrase};
use crate::model::cores;
use crate::office::Office;
use crate::policy::{Coverage, PolicySet};

/// The folder of the tests inside a policy folder.
const TESTS: &str = "tests";

/// All policy tests of a folder: the scenarios in its `tests/*.yaml`, by name. Charters among them are none.
#[derive(Debug, Clone)]
pub struct Suite {
    folder: PathBuf,
    scenarios: Vec<Scenario>,
}

/// What came of a suite.
#[derive(Debug)]
pub struct SuiteRun {
    /// Every test, in the order of the files' names.
    pub tests: Vec<Tested>,
    /// What the tests reached of the folder's policies, if that was asked for.
    pub coverage: Option<Coverage>,
}

/// What came of one test.
#[derive(Debug)]
pub struct Tested {
    /// Its file.
    pub file: PathBuf,
    /// The scenario.
    pub scenario: Scenario,
    /// The office after the last step, and what came of each step.
    pub office: Office,
    /// What came of each step, in order.
    pub steps: Vec<Played>,
}

impl Tested {
    /// Whether every step is as expected.
    pub fn passed(&self) -> bool {
        self.steps.iter().all(Played::as_expected)
    }

    /// What a step does.
    pub fn action(&self, played: &Played) -> Option<&Action> {
        self.scenario.steps().get(played.step.checked_sub(1)?).map(|step| &step.action)
    }
}

impl Suite {
    /// Reads every test of a policy folder.
    ///
    /// # Errors
    /// If the folder has no tests, or as [`tests_of`].
    pub fn load(folder: impl AsRef<Path>) -> Result<Self, Error> {
        let folder = folder.as_ref();
        let scenarios = tests_of(folder)?;
        if scenarios.is_empty() {
            let en = "there are no tests here: no scenario in any `.yaml` file";
            let told = Phrase::both("这里没有测试：没有一个 `.yaml` 文件是场景", en);
            return Err(Error::input(vec![Fault::told(&folder.join(TESTS), 0, 0, told)]));
        }
        Ok(Self { folder: folder.to_path_buf(), scenarios })
    }

    /// Plays every test, side by side; the order of the answers is that of the files' names.
    ///
    /// # Errors
    /// With every fault of the charters and policies that the tests name.
    pub fn play(&self, coverage: bool) -> Result<SuiteRun, Error> {
        let sets = self.policies(coverage)?;
        let played = side_by_side(self.scenarios.len(), |place| {
            let scenario = self.scenarios.get(place)?;
            let policies = scenario.policies().and_then(|folder| sets.get(&canonical(folder))).cloned();
            Some(play(scenario, policies))
        })?;
        let mut tests = Vec::new();
        let mut faults = Vec::new();
        for tested in played {
            match tested {
                Ok(tested) => tests.push(tested),
                Err(error) if error.faults().is_empty() => return Err(error),
                Err(error) => faults.extend(error.faults().iter().cloned()),
            }
        }
        if !faults.is_empty() {
            faults.sort();
            faults.dedup();
            return Err(Error::input(faults));
        }
        let own = canonical(&self.folder);
        let others: Vec<PolicySet> =
            sets.iter().filter(|(folder, _)| **folder != own).map(|(_, set)| set.clone()).collect();
        let coverage = sets.get(&own).filter(|_| coverage).map(|set| set.coverage(&others));
        Ok(SuiteRun { tests, coverage })
    }

    /// Each policy folder that a test names, loaded once; with coverage, the suite's own in any case.
    fn policies(&self, coverage: bool) -> Result<BTreeMap<PathBuf, PolicySet>, Error> {
        let named = self.scenarios.iter().filter_map(|scenario| scenario.policies());
        let mut folders: BTreeMap<PathBuf, &Path> = BTreeMap::new();
        for folder in named.chain(coverage.then_some(self.folder.as_path())) {
            // The shortest name of a folder is the plainest in a message.
            let name = folders.entry(canonical(folder)).or_insert(folder);
            if canonical(folder) == canonical(&self.folder) {
                *name = &self.folder;
            }
        }
        let mut sets = BTreeMap::new();
        let mut faults = Vec::new();
        for (key, folder) in folders {
            match PolicySet::load(folder) {
                Ok(set) => {
                    sets.insert(key, if coverage { set.with_coverage() } else { set });
                }
                Err(error) if error.faults().is_empty() => return Err(error),
                Err(error) => faults.extend(error.faults().iter().cloned()),
            }
        }
        if faults.is_empty() { Ok(sets) } else { Err(Error::input(faults)) }
    }
}

/// The policy tests of a folder: the scenarios in its `tests/*.yaml` by name, charters left out. None where it has
/// no folder `tests`.
///
/// # Errors
/// If the folder cannot be read, or with every fault of every file; a test in which nothing is expected is a fault,
/// and so is a table `tests/*.csv` that no file there names: it would never be played.
pub fn tests_of(folder: &Path) -> Result<Vec<Scenario>, Error> {
    let tests = folder.join(TESTS);
    if folder.is_dir() && !tests.exists() {
        return Ok(Vec::new());
    }
    let (mut files, mut tables) = (Vec::new(), BTreeSet::new());
    for entry in std::fs::read_dir(&tests).map_err(|cause| Error::io(&tests, &cause))? {
        let path = entry.map_err(|cause| Error::io(&tests, &cause))?.path();
        let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        let ends = |wanted: &str| path.extension().is_some_and(|end| end == wanted);
        if !path.is_file() || hidden {
            continue;
        }
        if ends("yaml") || ends("yml") {
            files.push(path);
        } else if ends("csv") {
            tables.insert(path);
        }
    }
    files.sort();
    let mut scenarios = Vec::new();
    let mut faults = Vec::new();
    for path in files {
        let document = match Document::read(&path) {
            Ok(document) => document,
            Err(found) => {
                faults.extend(found);
                continue;
            }
        };
        for named in tables_in(&document.root) {
            tables.remove(&tests.join(named));
        }
        match scenario(&path, document) {
            Ok(found) => scenarios.extend(found),
            Err(found) => faults.extend(found),
        }
    }
    // A file that cannot be read may be the one that names it.
    if faults.is_empty() {
        faults.extend(tables.iter().map(|table| unnamed(table)));
    }
    if faults.is_empty() { Ok(scenarios) } else { Err(Error::input(faults)) }
}

/// The CSV files that a document names.
fn tables_in(node: &Node) -> Vec<&str> {
    let mut found: Vec<&str> = node.items().iter().flat_map(tables_in).collect();
    for (key, value) in node.entries() {
        match value.text() {
            Some(file) if key.text == "csv" => found.push(file),
            Some(_) | None => found.extend(tables_in(value)),
        }
    }
    found
}

fn unnamed(table: &Path) -> Fault {
    let name = table.file_name().unwrap_or_default().to_string_lossy();
    let stem = table.file_stem().unwrap_or_default().to_string_lossy();
    let message =
        format!("no test names this table: write `{stem}.yaml` beside it, with `steps: {{csv: {name}}}`");
    let zh = format!("没有测试用到这张表：请在旁边写一个 `{stem}.yaml`，其中 `steps: {{csv: {name}}}`");
    Fault::at(table, 0, 0, message).in_chinese(zh)
}

/// The scenario in a file; none if it is a charter.
fn scenario(path: &Path, document: Document) -> Result<Option<Scenario>, Vec<Fault>> {
    let format = document.root.get("bianzhi").and_then(|node| node.text());
    if format.is_some_and(|format| format.starts_with("charter/")) {
        return Ok(None);
    }
    let scenario = read::scenario(document)?;
    let expects = |action: &Action| match action {
        Action::Ask { expect, .. } => expect.is_some(),
        Action::Check(_) => true,
    };
    if scenario.steps().iter().any(|step| expects(&step.action)) {
        return Ok(Some(scenario));
    }
    let told = Phrase::both(
        "这个测试没有写预期，永远不会不通过：请给一步写 `expect`，或者加一步 `check`（核对）",
        "a test in which nothing is expected can never fail: give a step `expect`, or add a `check`",
    );
    Err(vec![Fault::told(path, 1, 0, told)])
}

fn play(scenario: &Scenario, policies: Option<PolicySet>) -> Result<Tested, Error> {
    let mut office = scenario.opened(Ok(policies))?;
    let steps = scenario.play(&mut office).collect::<Result<Vec<_>, _>>()?;
    Ok(Tested { file: scenario.file().to_path_buf(), scenario: scenario.clone(), office, steps })
}

/// What `each` gives for every place, in order, from as many threads as the machine has use for.
fn side_by_side<T: Send>(count: usize, each: impl Fn(usize) -> Option<T> + Sync) -> Result<Vec<T>, Error> {
    let next = AtomicUsize::new(0);
    let threads = cores().min(count);
    let work = || {
        let mut done = Vec::new();
        loop {
            let place = next.fetch_add(1, Ordering::Relaxed);
            if place >= count {
                return done;
            }
            done.extend(each(place).map(|one| (place, one)));
        }
    };
    let mut done = thread::scope(|scope| {
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        let mut done = Vec::new();
        for thread in threads {
            let part = thread.join();
            done.extend(part.map_err(|_| broke_off())?);
        }
        Ok::<_, Error>(done)
    })?;
    done.sort_by_key(|(place, _)| *place);
    Ok(done.into_iter().map(|(_, one)| one).collect())
}

fn broke_off() -> Error {
    Error::told(ErrorKind::Internal, Phrase::both("有一个测试的线程中断了", "a test's thread broke off"))
}

/// One name for each folder; a folder that is not there keeps its own, and fails when it is loaded.
fn canonical(folder: &Path) -> PathBuf {
    std::fs::canonicalize(folder).unwrap_or_else(|_| folder.to_path_buf())
}
