//! Schedules and outcomes: how a loan is given back, and what its evaluation said.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Date, Seats};

/// One instalment of a loan's schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Instalment {
    /// The day the instalment falls due.
    pub on: Date,
    /// The seats that fall due then.
    pub seats: Seats,
}

/// What the evaluation of a loan concluded (评估结论).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// The use continues (继续使用).
    Continue,
    /// The use continues with another number of seats (调整数量).
    Resize,
    /// No new people; seats go back as they fall idle (逐步退出).
    RunOff,
    /// Idle seats may be taken back at once (收回).
    Recall,
}

impl Outcome {
    /// The word used in files and scripts.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Continue => "continue",
            Self::Resize => "resize",
            Self::RunOff => "run-off",
            Self::Recall => "recall",
        }
    }

    /// The outcome with this word.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Continue, Self::Resize, Self::RunOff, Self::Recall]
            .into_iter()
            .find(|one| one.as_str() == word)
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
