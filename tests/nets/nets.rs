//! Nets: what a failing disk, a power cut, or threads in any order may do to a journal; each is shown to catch.

mod power;
mod seeded;
// mod threads;
