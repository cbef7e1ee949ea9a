//! Codes: what can be wrong with a policy folder, each with its texts, an example and the right way.

use std::fmt::Display;

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

/// A part of a message: the author's own words, or something that each language says in its own way.
#[derive(Debug, Clone, Default)]
pub(crate) struct Phrase([String; 2]);

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
        let [zh, en] = [0, 1].map(|language| {
            let mut text = self.message.get(language).copied().unwrap_or_default().to_owned();
            for (number, part) in parts.iter().enumerate() {
                let part = part.0.get(language).map(String::as_str).unwrap_or_default();
                text = text.replace(&format!("{{{number}}}"), part);
            }
            text
        });
        Message { code: self, zh, en }
    }

    /// Whether it only looks wrong: the folder loads all the same.
    pub fn is_lint(&self) -> bool {
        self.code.starts_with("BZ09")
    }
}

impl Phrase {
    /// Each language in its own words.
    pub(crate) fn both(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self([zh.into(), en.into()])
    }

    /// The Chinese words.
    pub(crate) fn in_chinese(&self) -> &str {
        self.0.first().map_or("", String::as_str)
    }

    /// The Chinese words, and the English.
    pub(crate) fn into_both(self) -> [String; 2] {
        self.0
    }

    /// Which is nearest to what was written; nothing if none is near.
    pub(crate) fn hint(nearest: Option<&str>) -> Self {
        nearest.map_or_else(Self::default, |name| {
            Self::both(format!("；是否为 `{name}`？"), format!("; did you mean `{name}`?"))
        })
    }
}

/// The same in both languages.
pub(crate) fn same(text: impl Display) -> Phrase {
    let text = text.to_string();
    Phrase([text.clone(), text])
}
