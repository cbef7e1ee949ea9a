//! One test binary; this list says what is tested where.

mod city;
mod cli;
mod exhaustive;
mod hostile;
mod laws;
mod model;
mod plan;
mod tidy;
