//! The terminal: which language its reader has, and whether it shows colours.

use std::env;
use std::io::{self, IsTerminal};

use bianzhi::Outcome;
use bianzhi::model::Lang;

/// What `--lang` takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Tongue {
    /// 中文 · Chinese
    Zh,
    /// 英文 · English
    En,
}

impl Tongue {
    /// The language that it names.
    pub(crate) fn lang(self) -> Lang {
        match self {
            Self::Zh => Lang::Zh,
            Self::En => Lang::En,
        }
    }
}

/// The language that was asked for, else the locale's: Chinese for `zh…`, English for any other.
pub(crate) fn language(asked: Option<Tongue>) -> Lang {
    if let Some(tongue) = asked {
        return tongue.lang();
    }
    let locale = ["LC_ALL", "LC_MESSAGES", "LANG"]
        .into_iter()
        .filter_map(|name| env::var(name).ok())
        .find(|value| !value.is_empty());
    if locale.is_some_and(|locale| locale.starts_with("zh")) { Lang::Zh } else { Lang::En }
}

/// Colours, where the reader wants them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Paint {
    on: bool,
}

impl Paint {
    /// Colours on a terminal, unless `NO_COLOR` is set.
    pub(crate) fn for_stdout() -> Self {
        let refused = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Self { on: !refused && io::stdout().is_terminal() }
    }

    /// The text of an outcome in its colour: green, yellow, red.
    pub(crate) fn outcome(self, outcome: Outcome, text: &str) -> String {
        match outcome {
            Outcome::Granted => self.with("32", text),
            Outcome::Denied => self.with("33", text),
            Outcome::Refused => self.with("31", text),
        }
    }

    /// Something that went wrong.
    pub(crate) fn wrong(self, text: &str) -> String {
        self.with("31;1", text)
    }

    /// Something that went right.
    pub(crate) fn right(self, text: &str) -> String {
        self.with("32", text)
    }

    /// A heading.
    pub(crate) fn heading(self, text: &str) -> String {
        self.with("1", text)
    }

    /// Something of less weight.
    pub(crate) fn faint(self, text: &str) -> String {
        self.with("2", text)
    }

    fn with(self, code: &str, text: &str) -> String {
        if self.on { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }
}
