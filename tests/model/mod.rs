//! A second model of the books, written apart from the library, and the tests that hold the two together.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    reason = "test code: a wrong step fails the test"
)]

mod alone;
pub(crate) mod answer;
pub(crate) mod books;
mod cases;
pub(crate) mod charters;
mod correct;
#[cfg(feature = "sqlite")]
mod cuts;
mod details;
pub(crate) mod dice;
mod effects;
mod input;
pub(crate) mod laws;
pub(crate) mod pair;
mod past;
mod random;
mod replay;
pub(crate) mod requests;
mod rights;
mod shown;
