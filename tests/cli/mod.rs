//! The command line: its lines to the letter, its exit codes, and that no damaged file brings it down.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "tests: what goes wrong here must stop the test"
)]

#[cfg(feature = "cli")]
mod bad_input;
#[cfg(feature = "cli")]
mod check;
#[cfg(feature = "cli")]
mod fix;
#[cfg(feature = "cli")]
mod help;
#[cfg(feature = "cli")]
mod lines;
mod mutations;
#[cfg(feature = "cli")]
mod people;
#[cfg(feature = "cli")]
pub(crate) mod runner;
