//! Coverage: which lines, branches, codes, articles and parameters of a policy set were reached while it decided.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;

use super::PolicySet;
use super::call::{Fail, Outcome};
use super::tree::{Place, Points, Sights, Sort, points};

/// What tests reached of a policy set, and what they did not.
///
/// # Example: a requirement that was met and not met
/// ```
/// use bianzhi::{Charter, Office, PolicySet, Request};
/// # fn main() -> Result<(), bianzhi::Error> {
/// let files = [
///     ("10_full.rhai", "fn on_appoint(request) { require(request.unit.vacancy > 0, \"full\"); }"),
///     ("reasons.yaml", "full: {zh: 已满, en: is full, basis: 条例第六条}"),
/// ];
/// let policies = PolicySet::from_files(files.map(|(name, text)| (name.into(), text.into())))?.with_coverage();
/// let charter = Charter::parse("charter.yaml", "
/// bianzhi: charter/1
/// opened: 2024-01-01
/// levels: [city, unit]
/// kinds: {institution: {zh: 事业编制, en: institution}}
/// nodes:
///   - {id: city, level: city, caps: {institution: 10}}
///   - {id: school, parent: city, level: unit, caps: {institution: 1}}
/// ")?;
/// let mut office = Office::open(charter, policies.clone())?;
/// office.submit(Request::appoint("school", "institution"))?;
/// office.submit(Request::appoint("school", "institution"))?;
/// let coverage = policies.coverage(&[]);
/// let branch = &coverage.scripts[0].branches[0];
/// assert_eq!((branch.met, branch.unmet), (1, 1));
/// assert_eq!((coverage.codes[0].code.as_str(), coverage.codes[0].given), ("full", 1));
/// assert!(coverage.is_complete());
/// # Ok(()) }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Coverage {
    /// Every script, by path.
    pub scripts: Vec<ScriptCoverage>,
    /// Every code that has a text, by its name.
    pub codes: Vec<CodeCoverage>,
    /// Every article that a code names as its basis.
    pub articles: Vec<ArticleCoverage>,
    /// Parameters that scripts name and that were never read.
    pub parameters_never_read: Vec<String>,
}

/// The lines and branches of one script.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ScriptCoverage {
    /// Its path inside the policy folder.
    pub path: String,
    /// How many lines have a statement.
    pub lines: usize,
    /// Those that were never reached.
    pub lines_never_reached: Vec<u32>,
    /// Every condition of an `if`, a `require`, and each side of `&&` and `||`.
    pub branches: Vec<BranchCoverage>,
    /// How often one of its hooks was called.
    pub calls: u64,
}

/// One condition: how often it was met and not met.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BranchCoverage {
    /// The line.
    pub line: u32,
    /// The column.
    pub column: u32,
    /// What hangs on it: `if`, `require` or `part` (one side of `&&` or `||`).
    pub of: &'static str,
    /// The condition.
    pub source: String,
    /// How often it was met.
    pub met: u64,
    /// How often it was not.
    pub unmet: u64,
}

/// One code of the reasons.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CodeCoverage {
    /// The code.
    pub code: String,
    /// Its legal basis; empty if none is named.
    pub basis: String,
    /// Where scripts give it, as `file.rhai:line`; empty for a text without a rule.
    pub given_at: Vec<String>,
    /// How often it was given.
    pub given: u64,
}

/// One article of law, as the reasons name it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ArticleCoverage {
    /// The law and the article.
    pub article: String,
    /// The codes that rest on it.
    pub codes: Vec<String>,
    /// Whether a script gives any of them.
    pub has_rule: bool,
    /// How often any of them was given.
    pub given: u64,
}

/// What was seen of a set's scripts so far; shared by all copies of the set.
#[derive(Debug, Default)]
pub(super) struct Tally(Mutex<Sums>);

#[derive(Debug, Clone, Default)]
struct Sums {
    lines: BTreeSet<(usize, u32)>,
    branches: BTreeMap<(usize, Place), (u64, u64)>,
    codes: BTreeMap<String, u64>,
    parameters: BTreeSet<String>,
    calls: BTreeMap<usize, u64>,
}

impl Tally {
    /// Adds what one call of a hook did.
    pub(super) fn ran(&self, script: usize, sights: &Sights, outcome: &Outcome, fail: Option<&Fail>) {
        // The sums are whole between two additions, whatever happened to the other caller.
        let mut sums = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let calls = sums.calls.entry(script).or_default();
        *calls = calls.saturating_add(1);
        sums.lines.extend(sights.lines.iter().map(|line| (script, *line)));
        for (place, (met, unmet)) in &sights.branches {
            let known = sums.branches.entry((script, *place)).or_default();
            *known = (known.0.saturating_add(*met), known.1.saturating_add(*unmet));
        }
        let failed = fail.map(|fail| fail.code.to_owned());
        for code in outcome.said.iter().map(|said| said.code.to_string()).chain(failed) {
            let given = sums.codes.entry(code).or_default();
            *given = given.saturating_add(1);
        }
        sums.parameters.extend(outcome.parameters.iter().map(|read| read.name.clone()));
    }

    fn sums(&self) -> Sums {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl PolicySet {
    /// The same policies, keeping count of what is reached in them; all copies of the set count together.
    /// Answers and the steps that scripts may take stay what they are.
    #[must_use]
    pub fn with_coverage(self) -> Self {
        Self(self.0, self.1, Some(Arc::default()), self.3)
    }

    /// What was reached since [`PolicySet::with_coverage`]; nothing without it.
    ///
    /// Scripts of `others` count too where they stand under the same path with the same lines and
    /// conditions, such as a folder of links to these scripts with other parameters.
    pub fn coverage(&self, others: &[Self]) -> Coverage {
        let all: Vec<Points> = self.0.scripts.iter().map(|script| points(&script.tree)).collect();
        let mut sums = self.2.as_ref().map(|tally| tally.sums()).unwrap_or_default();
        for other in others {
            sums.add(other, self, &all);
        }
        let scripts = self.0.scripts.iter().zip(&all).enumerate();
        let mut scripts: Vec<ScriptCoverage> =
            scripts.map(|(place, (script, points))| sums.script(place, &script.path, points)).collect();
        scripts.sort_by(|one, other| one.path.cmp(&other.path));
        let codes = self.codes(&all, &sums);
        let named: BTreeSet<&str> =
            all.iter().flat_map(|points| &points.parameters).map(|name| &**name).collect();
        let unread = named.into_iter().filter(|name| !sums.parameters.contains(*name));
        Coverage {
            scripts,
            articles: articles(&codes),
            codes,
            parameters_never_read: unread.map(str::to_owned).collect(),
        }
    }

    fn codes(&self, all: &[Points], sums: &Sums) -> Vec<CodeCoverage> {
        let given_at = |code: &str| -> Vec<String> {
            let scripts = self.0.scripts.iter().zip(all);
            let places = scripts.flat_map(|(script, points)| {
                let lines = points.codes.iter().filter(|(known, _)| &**known == code);
                lines.map(|(_, line)| format!("{}:{line}", script.path))
            });
            places.collect()
        };
        let codes = self.0.reasons.codes().map(|code| CodeCoverage {
            code: code.to_owned(),
            basis: self.0.reasons.get(code).map(|text| text.basis.clone()).unwrap_or_default(),
            given_at: given_at(code),
            given: sums.codes.get(code).copied().unwrap_or(0),
        });
        codes.collect()
    }
}

impl Sums {
    /// Adds what another set reached in scripts that are the same.
    fn add(&mut self, other: &PolicySet, own: &PolicySet, own_points: &[Points]) {
        let Some(sums) = other.2.as_ref().map(|tally| tally.sums()) else { return };
        for (place, script) in other.0.scripts.iter().enumerate() {
            let same = own.0.scripts.iter().position(|known| known.path == script.path);
            let Some(here) = same.filter(|here| own_points.get(*here) == Some(&points(&script.tree))) else {
                continue;
            };
            let calls = self.calls.entry(here).or_default();
            *calls = calls.saturating_add(sums.calls.get(&place).copied().unwrap_or(0));
            let lines = sums.lines.iter().filter(|(script, _)| *script == place);
            self.lines.extend(lines.map(|(_, line)| (here, *line)));
            for ((_, at), (met, unmet)) in sums.branches.iter().filter(|((script, _), _)| *script == place) {
                let known = self.branches.entry((here, *at)).or_default();
                *known = (known.0.saturating_add(*met), known.1.saturating_add(*unmet));
            }
            let codes = own_points.get(here).map(|points| &points.codes);
            let codes: BTreeSet<&str> = codes.into_iter().flatten().map(|(code, _)| &**code).collect();
            for code in codes {
                let known = self.codes.entry(code.to_owned()).or_default();
                *known = known.saturating_add(sums.codes.get(code).copied().unwrap_or(0));
            }
            let parameters = own_points.get(here).map(|points| &points.parameters);
            let read = parameters.into_iter().flatten().filter(|name| sums.parameters.contains(&***name));
            self.parameters.extend(read.map(ToString::to_string));
        }
    }

    fn script(&self, script: usize, path: &str, points: &Points) -> ScriptCoverage {
        let unreached = points.lines.iter().filter(|line| !self.lines.contains(&(script, **line)));
        let branches = points.branches.iter().map(|(place, source)| {
            let (met, unmet) = self.branches.get(&(script, *place)).copied().unwrap_or_default();
            let of = match place.sort {
                Sort::If => "if",
                Sort::Require => "require",
                Sort::Part => "part",
            };
            BranchCoverage { line: place.line, column: place.column, of, source: source.clone(), met, unmet }
        });
        ScriptCoverage {
            path: path.to_owned(),
            lines: points.lines.len(),
            lines_never_reached: unreached.copied().collect(),
            branches: branches.collect(),
            calls: self.calls.get(&script).copied().unwrap_or(0),
        }
    }
}

impl Coverage {
    /// Whether every line and every branch was reached, every code that a rule can give was given, and
    /// every parameter that a rule names was read.
    pub fn is_complete(&self) -> bool {
        let scripts = self.scripts.iter().all(|script| {
            script.lines_never_reached.is_empty() && script.branches.iter().all(BranchCoverage::is_complete)
        });
        scripts
            && self.codes.iter().all(|code| code.given > 0 || code.given_at.is_empty())
            && self.parameters_never_read.is_empty()
    }
}

impl ScriptCoverage {
    /// How many ways of its branches were taken, and how many there are: two each.
    pub fn ways(&self) -> (usize, usize) {
        let taken = self
            .branches
            .iter()
            .map(|branch| usize::from(branch.met > 0).saturating_add(usize::from(branch.unmet > 0)));
        (taken.sum(), self.branches.len().saturating_mul(2))
    }
}

impl BranchCoverage {
    /// Whether it was met and also not met.
    pub fn is_complete(&self) -> bool {
        self.met > 0 && self.unmet > 0
    }
}

/// The articles that the codes rest on; several in one basis stand with `；` between them.
fn articles(codes: &[CodeCoverage]) -> Vec<ArticleCoverage> {
    let mut articles: BTreeMap<&str, ArticleCoverage> = BTreeMap::new();
    for code in codes {
        let named = code.basis.split(['；', ';']).map(str::trim).filter(|article| !article.is_empty());
        for article in named {
            let found = articles.entry(article).or_insert_with(|| ArticleCoverage {
                article: article.to_owned(),
                codes: Vec::new(),
                has_rule: false,
                given: 0,
            });
            found.codes.push(code.code.clone());
            found.has_rule |= !code.given_at.is_empty();
            found.given = found.given.saturating_add(code.given);
        }
    }
    articles.into_values().collect()
}
