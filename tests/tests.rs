//! One test binary; this list says what is tested where.

#![expect(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that stops says where"
)]

mod city;
mod cli;
mod exhaustive;
mod hostile;
#[cfg(feature = "sqlite")]
mod journal;
mod laws;
mod model;
mod plan;
mod policies;
mod stream;
mod tidy;
mod workshop;
