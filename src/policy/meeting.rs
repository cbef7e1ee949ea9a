//! Meeting: what a policy set reads that books do not have, so that no rule finds it missing later.

use std::path::Path;

use super::PolicySet;
use crate::document::nearest;
use crate::error::{Fault, Phrase, told};
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
                    let hint = Phrase::hint(nearest(kind, known.iter().map(String::as_str)));
                    let told = told!("账册里没有编制类别 `{kind}`{hint}", "the books have no kind `{kind}`{hint}"; hint);
                    faults.push(Fault::told(file, *line, *column, told));
                }
            }
            for name in &script.parameters {
                if self.0.parameters.value(name, today, &[]).is_none() {
                    let told = told!(
                        "用到的参数 `{name}` 在 {today} 还没有值",
                        "it reads the parameter `{name}`, which has no value on {today}"
                    );
                    faults.push(Fault::told(file, 0, 0, told));
                }
            }
        }
        faults.sort();
        faults
    }
}
