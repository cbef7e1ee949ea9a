//! Expectations: the answer that a step's author expects, and whether a decision meets it.

use std::collections::BTreeSet;
use std::fmt;

use super::read::misfit;
use crate::decision::{Decision, Outcome};
use crate::document::{Document, Node, nearest, shortened};
use crate::error::{Fault, Phrase, told};
use crate::model::{InputCode, LawCode};

const OUTCOMES: [Outcome; 3] = [Outcome::Granted, Outcome::Denied, Outcome::Refused];

/// The answer that a step's author expects: an outcome, and for a no perhaps all its codes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expectation {
    /// How it is answered.
    pub outcome: Outcome,
    /// The set of codes, in any order; none where the outcome alone is expected.
    pub codes: Option<BTreeSet<String>>,
}

impl Expectation {
    /// Whether the decision is as expected: the outcome, and the set of codes where codes are named.
    pub fn is_met_by(&self, decision: &Decision) -> bool {
        let codes: BTreeSet<&str> = decision.codes().into_iter().collect();
        self.outcome == decision.outcome
            && self.codes.as_ref().is_none_or(|expected| expected.iter().map(String::as_str).eq(codes))
    }

    /// Reads `granted`, `denied`, `refused`, `{denied: […]}` or `{refused: […]}`.
    pub(super) fn read(document: &Document, node: &Node) -> Result<Self, Vec<Fault>> {
        if let [(key, codes)] = node.entries() {
            let outcome = match outcome(&key.text) {
                Some(Outcome::Granted) => {
                    let told = Phrase::both("`granted`（准予）没有代码", "`granted` has no codes");
                    return Err(vec![document.told_at_key(key, told)]);
                }
                Some(outcome) => outcome,
                None => return Err(vec![document.told_at_key(key, unknown(&key.text))]),
            };
            return codes_of(document, outcome, codes).map(|codes| Self { outcome, codes: Some(codes) });
        }
        match node.text().map(|text| (text, outcome(text))) {
            Some((_, Some(outcome))) => Ok(Self { outcome, codes: None }),
            Some((text, None)) => Err(vec![document.told(node, unknown(text))]),
            None => {
                let needed = [
                    " `granted`（准予）、`denied`（不予）、`refused`（驳回）、`{denied: [代码, …]}` 或 `{refused: [代码, …]}`",
                    "`granted`, `denied`, `refused`, `{denied: [code, …]}` or `{refused: [code, …]}`",
                ];
                Err(vec![document.told(node, misfit(node, needed))])
            }
        }
    }
}

impl fmt::Display for Expectation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.outcome)?;
        match &self.codes {
            Some(codes) => {
                let codes: Vec<&str> = codes.iter().map(String::as_str).collect();
                write!(f, " [{}]", codes.join(", "))
            }
            None => Ok(()),
        }
    }
}

fn outcome(word: &str) -> Option<Outcome> {
    OUTCOMES.into_iter().find(|one| one.as_str() == word)
}

fn unknown(word: &str) -> Phrase {
    let word = shortened(word);
    let hint = match nearest(&word, OUTCOMES.map(Outcome::as_str)) {
        None => Phrase::both(
            "；可用的有 `granted`（准予）、`denied`（不予）、`refused`（驳回）",
            "; known are `granted`, `denied`, `refused`",
        ),
        near => Phrase::hint(near),
    };
    told!("不认识的预期 `{word}`{hint}", "unknown outcome `{word}`{hint}"; hint)
}

/// The codes of a list. Those of a refusal are a closed list, so a misspelt one is a fault.
fn codes_of(document: &Document, outcome: Outcome, node: &Node) -> Result<BTreeSet<String>, Vec<Fault>> {
    if !node.is_list() {
        return Err(vec![document.told(node, misfit(node, ["代码的清单", "a list of codes"]))]);
    }
    let mut codes = BTreeSet::new();
    let mut faults = Vec::new();
    for item in node.items() {
        match item.text() {
            None => faults.push(document.told(item, misfit(item, ["代码", "a code"]))),
            Some(code) if outcome == Outcome::Refused && !is_refusal(code) => {
                let code = shortened(code);
                let hint = Phrase::hint(nearest(&code, refusals()));
                let told = told!("不认识的代码 `{code}`{hint}", "unknown code `{code}`{hint}"; hint);
                faults.push(document.told(item, told));
            }
            Some(code) => {
                codes.insert(code.to_owned());
            }
        }
    }
    if faults.is_empty() { Ok(codes) } else { Err(faults) }
}

fn is_refusal(code: &str) -> bool {
    LawCode::from_code(code).is_some() || InputCode::from_code(code).is_some()
}

fn refusals() -> impl Iterator<Item = &'static str> {
    LawCode::ALL.iter().map(|code| code.as_str()).chain(InputCode::ALL.iter().map(|code| code.as_str()))
}
