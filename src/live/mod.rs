//! Going live: a changed folder of policies is compiled, checked and tested aside, and only then decides.

mod watch;

use std::fs;
use std::path::Path;
use std::sync::Arc;

pub use watch::{Seen, Turn, Watch, look};

use crate::error::{Error, Fault, Phrase, told};
use crate::model::Lang;
use crate::office::Office;
use crate::policy::PolicySet;
use crate::scenario::{Answer, Scenario, tests_of};

/// A policy set whose folder's own tests hold.
#[derive(Debug, Clone)]
pub struct Ready {
    /// The set, ready to decide.
    pub policies: PolicySet,
    /// How many test files were played.
    pub tests: usize,
    /// How many steps they have.
    pub steps: usize,
}

/// What a reload brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reloaded {
    /// The digest of the set that decided before; none where the laws decided alone.
    pub before: Option<Arc<str>>,
    /// The digest of the set that decides now.
    pub after: Arc<str>,
    /// How many steps of the folder's tests were played and held.
    pub steps: usize,
}

/// Loads a folder and plays the scenarios in its `tests`; no office is touched.
///
/// A test that names the folder itself as its policies is played by the set that was loaded, so that what was
/// tested is what decides, even if somebody goes on typing. A folder without tests is ready when it loads.
///
/// # Errors
/// All faults of the policies or of the tests, with file and line; a test in which nothing is expected is one. A step that is not as it expects is one of them.
pub fn prepare(folder: impl AsRef<Path>) -> Result<Ready, Error> {
    let folder = folder.as_ref();
    let policies = PolicySet::load(folder)?;
    let mut ready = Ready { policies, tests: 0, steps: 0 };
    let mut faults = Vec::new();
    for scenario in tests_of(folder)? {
        match play(&scenario, folder, &ready.policies, &mut faults) {
            Ok(steps) => {
                ready.tests = ready.tests.saturating_add(1);
                ready.steps = ready.steps.saturating_add(steps);
            }
            Err(error) if error.faults().is_empty() => return Err(error),
            Err(error) => faults.extend_from_slice(error.faults()),
        }
    }
    if faults.is_empty() { Ok(ready) } else { Err(Error::input(faults)) }
}

/// [Prepares](prepare) a folder and lets it decide in this office from now on: all or nothing.
///
/// A decision that has begun ends on the set on which it began, and every decision names its set's digest.
///
/// # Errors
/// As [`prepare`], or if the set reads what the office's books do not have; the office then keeps the policies that it has.
pub fn reload(office: &mut Office, folder: impl AsRef<Path>) -> Result<Reloaded, Error> {
    let ready = prepare(folder)?;
    let missing = ready.policies.missing(office.books());
    if !missing.is_empty() {
        return Err(Error::input(missing));
    }
    let before = office.policies().map(PolicySet::digest);
    let after = ready.policies.digest();
    office.set_policies(ready.policies);
    Ok(Reloaded { before, after, steps: ready.steps })
}

/// Plays one test and tells the steps that are not as they expect.
fn play(
    scenario: &Scenario,
    folder: &Path,
    policies: &PolicySet,
    faults: &mut Vec<Fault>,
) -> Result<usize, Error> {
    let file = scenario.steps_file();
    let whole = |path: &Path| fs::canonicalize(path).ok();
    let own = scenario.policies().is_some_and(|path| whole(path).is_some() && whole(path) == whole(folder));
    let mut office = if own { scenario.open_with(Some(policies.clone()))? } else { scenario.open(None)? };
    let mut steps = 0_usize;
    for played in scenario.play(&mut office) {
        let played = played?;
        steps = steps.saturating_add(1);
        match &played.answer {
            Answer::Decided { decision, expected: Some(false) } => {
                let codes = decision.codes().join(", ");
                let (outcome, zh) = (decision.outcome, decision.outcome.word(Lang::Zh));
                let told = told!(
                    "答复与预期不同：{zh} [{codes}]",
                    "the answer is not as expected: {outcome} [{codes}]"
                );
                faults.push(Fault::told(file, played.line, 0, told));
            }
            Answer::Decided { .. } => {}
            Answer::Checked { differences } => faults.extend(differences.iter().map(|one| {
                let field = Phrase::both(one.word(Lang::Zh), one.word(Lang::En));
                let [got, expected] = [&one.got, &one.expected]
                    .map(|value| Phrase::both(value.word(Lang::Zh), value.word(Lang::En)));
                let told = told!(
                    "{field}是 {got}，预期 {expected}", "`{field}` is {got}, expected {expected}";
                    field, got, expected
                );
                Fault::told(file, played.line, 0, told)
            })),
        }
    }
    Ok(steps)
}
