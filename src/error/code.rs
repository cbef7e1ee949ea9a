//! Codes: what can be wrong with a policy folder, each with its texts, an example and the right way.

use super::phrase::{Phrase, filled};

/// One thing that can be wrong: its stable code, what is said of it in both languages, and an example.
///
/// The messages of `bianzhi check` and the pages under `docs/codes/` are made of the same rows.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Code {
    /// Its name, which never changes and is never used again: `BZ` and four digits.
    pub code: &'static str,
    /// In a few words, Chinese and English.
    pub title: [&'static str; 2],
    /// The message, with `{0}`, `{1}` … for what was found.
    pub(crate) message: [&'static str; 2],
    /// Why it is one, and what to do, Chinese and English.
    pub why: [&'static str; 2],
    /// A file that has it. A first line `=== name` says that it is not a script.
    pub wrong: &'static str,
    /// The same put right.
    pub right: &'static str,
}

/// What is wrong, in both languages, with its code.
#[derive(Debug, Clone)]
pub(crate) struct Message {
    pub(crate) code: &'static Code,
    pub(crate) zh: String,
    pub(crate) en: String,
}

impl Code {
    /// The message with its parts put in.
    #[expect(clippy::needless_pass_by_value, reason = "the parts are made for this one message")]
    pub(crate) fn say<const N: usize>(&'static self, parts: [Phrase; N]) -> Message {
        let [zh, en] = self.message;
        let zh = filled(zh, parts.each_ref().map(Phrase::zh));
        let en = filled(en, parts.each_ref().map(Phrase::en));
        Message { code: self, zh, en }
    }

    /// Whether it only looks wrong: the folder loads all the same.
    pub fn is_lint(&self) -> bool {
        self.code.starts_with("BZ09")
    }
}
