//! The journal in PostgreSQL: the suite of every store, lost connections, crashes and deposed writers, on a real server.
//!
//! A program of its own, so that the server is stopped whatever happens and the last line says how many tests
//! were skipped. Words on its command line choose the tests whose names contain one of them.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test that stops says where"
)]

#[path = "../journal/books.rs"]
mod books;
#[path = "../city.rs"]
#[allow(dead_code, reason = "other tests use the rest")]
mod city;
#[cfg(feature = "cli")]
mod command;
mod fencing;
#[path = "../journal/flaky.rs"]
#[allow(dead_code, reason = "other tests use the rest")]
mod flaky;
mod ground;
mod losses;
mod measure;
mod people;
mod proxy;
mod server;
mod settings;
#[path = "../journal/suite.rs"]
mod suite;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::sync::Arc;

use server::Server;

/// A test with its name inside of its group.
type Named = (&'static str, fn(&Arc<Server>));
/// A test: its name, and what it does with the server.
type Test = (String, Box<dyn Fn(&Arc<Server>)>);

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    if words.iter().any(|word| word == "measure") {
        measure::measure(&Server::start().unwrap());
        return ExitCode::SUCCESS;
    }
    let chosen = |name: &str| words.is_empty() || words.iter().any(|word| name.contains(word));
    let tests: Vec<Test> = tests().into_iter().filter(|(name, _)| chosen(name)).collect();
    let server = match Server::start() {
        Ok(server) => Arc::new(server),
        Err(why) => {
            for (name, _) in &tests {
                println!("SKIPPED: {name}: {why}");
            }
            println!("postgres: 0 passed, 0 failed, {} SKIPPED", tests.len());
            return ExitCode::SUCCESS;
        }
    };
    let mut failed = 0;
    for (name, test) in &tests {
        let passed = catch_unwind(AssertUnwindSafe(|| test(&server))).is_ok();
        println!("test {name} ... {}", if passed { "ok" } else { "FAILED" });
        failed += usize::from(!passed);
    }
    // Threads that wait at a door may hold the server still.
    server.stop("immediate");
    println!("postgres: {} passed, {failed} failed, 0 SKIPPED", tests.len() - failed);
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn tests() -> Vec<Test> {
    let mut tests: Vec<Test> = Vec::new();
    for (name, check) in suite::CHECKS {
        tests.push((format!("suite: {name}"), Box::new(move |server| ground::holds(server, check))));
    }
    let mut add = |group: &str, list: &[Named]| {
        for (name, test) in list {
            tests.push((format!("{group}: {name}"), Box::new(*test)));
        }
    };
    add("fencing", &fencing::TESTS);
    add("losses", &losses::TESTS);
    add("people", &people::TESTS);
    #[cfg(feature = "cli")]
    add("command", &command::TESTS);
    add("settings", &settings::TESTS);
    tests
}
