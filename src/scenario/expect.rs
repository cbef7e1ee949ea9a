//! Expectations: the answer that a step's author expects, and whether a decision meets it.

use std::collections::BTreeSet;
use std::fmt;

use crate::decision::{Decision, Outcome};
use crate::document::{Document, Node, did_you_mean, shortened};
use crate::error::Fault;
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
                    return Err(vec![document.fault_at_key(key, "`granted` has no codes")]);
                }
                Some(outcome) => outcome,
                None => return Err(vec![document.fault_at_key(key, unknown(&key.text))]),
            };
            return codes_of(document, outcome, codes).map(|codes| Self { outcome, codes: Some(codes) });
        }
        match node.text().map(|text| (text, outcome(text))) {
            Some((_, Some(outcome))) => Ok(Self { outcome, codes: None }),
            Some((text, None)) => Err(vec![document.fault(node, unknown(text))]),
            None => {
                let message = format!(
                    "found {}, `granted`, `denied`, `refused`, `{{denied: [code, …]}}` or `{{refused: [code, …]}}` is needed",
                    node.found()
                );
                Err(vec![document.fault(node, message)])
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

fn unknown(word: &str) -> String {
    let word = shortened(word);
    match did_you_mean(&word, OUTCOMES.map(Outcome::as_str)) {
        hint if hint.is_empty() => {
            format!("unknown outcome `{word}`; known are `granted`, `denied`, `refused`")
        }
        hint => format!("unknown outcome `{word}`{hint}"),
    }
}

/// The codes of a list. Those of a refusal are a closed list, so a misspelt one is a fault.
fn codes_of(document: &Document, outcome: Outcome, node: &Node) -> Result<BTreeSet<String>, Vec<Fault>> {
    if !node.is_list() {
        return Err(vec![document.fault(node, format!("found {}, a list of codes is needed", node.found()))]);
    }
    let mut codes = BTreeSet::new();
    let mut faults = Vec::new();
    for item in node.items() {
        match item.text() {
            None => faults.push(document.fault(item, format!("found {}, a code is needed", item.found()))),
            Some(code) if outcome == Outcome::Refused && !is_refusal(code) => {
                let code = shortened(code);
                let message = format!("unknown code `{code}`{}", did_you_mean(&code, refusals()));
                faults.push(document.fault(item, message));
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
