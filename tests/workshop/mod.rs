//! The workshop of policy authors: the folder's tests, what they reach, and what the command answers.

mod coverage;
mod explain;
mod manual;
#[cfg(feature = "cli")]
mod save;
#[cfg(feature = "cli")]
mod tables;
#[cfg(feature = "cli")]
mod test_command;
#[cfg(all(feature = "cli", unix))]
mod tutorial;
