//! Meeting: what a policy set reads that books do not have, so that no rule finds it missing later.

use std::path::Path;

use super::PolicySet;
use crate::document::did_you_mean;
use crate::error::Fault;
use crate::ledger::Ledger;

impl PolicySet {
    /// What its scripts read that these books do not have: a kind of quota that stands in a script by name and
    /// that no `has_kind` has asked for, or a parameter without a value on the books' day – each with its place
    /// inside the policy folder. None if all is well.
    ///
    /// An office looks when it opens, and [`live::reload`](crate::live::reload) before it swaps a set in.
    pub fn missing(&self, books: &Ledger) -> Vec<Fault> {
        let mut faults = Vec::new();
        let today = books.today();
        for script in &self.0.scripts {
            let file = Path::new(&script.path);
            for (kind, line, column) in &script.kinds {
                if books.kind(kind).is_none() {
                    let known: Vec<String> = books.kinds().map(|(_, kind)| kind.id.to_string()).collect();
                    let hint = did_you_mean(kind, known.iter().map(String::as_str));
                    let message = format!("the books have no kind `{kind}`{hint}");
                    faults.push(Fault::at(file, *line, *column, message));
                }
            }
            for name in &script.parameters {
                if self.0.parameters.value(name, today, &[]).is_none() {
                    let message = format!("it reads the parameter `{name}`, which has no value on {today}");
                    faults.push(Fault::at(file, 0, 0, message));
                }
            }
        }
        faults.sort();
        faults
    }
}
