//! Journals that are kept: one suite over every store, damage of every kind, time travel, and the command.

mod audit_sql;
#[cfg(feature = "cli")]
mod bad_input;
mod books;
#[cfg(feature = "cli")]
mod command;
mod damage;
mod failing;
pub(crate) mod flaky;
mod forms;
mod grounds;
mod ids;
mod log;
mod people;
mod round_trip;
mod shared;
pub(crate) mod snapshots;
mod suite;

use std::path::Path;

use bianzhi::Office;
use bianzhi::journal::SqliteStore;
use bianzhi::scenario::Scenario;

pub(crate) use books::{charter, requests};

/// A file of the SQLite store in which all [`requests`] are answered.
pub(crate) fn filled(file: &Path) -> Office {
    let mut office = Office::open_on(SqliteStore::open(file, "city").unwrap(), charter(), None).unwrap();
    for request in requests() {
        office.submit(request).unwrap();
    }
    office
}

/// An empty file as the first builds made it.
pub(crate) fn first_version(file: &Path) {
    let connection = rusqlite::Connection::open(file).unwrap();
    connection.execute_batch(include_str!("version-1.sql")).unwrap();
}

/// An empty file as builds made it that knew version 2.
pub(crate) fn second_version(file: &Path) {
    let connection = rusqlite::Connection::open(file).unwrap();
    connection.execute_batch(include_str!("version-2.sql")).unwrap();
}

/// Opens a file's only stream and replays it.
pub(crate) fn reopen(file: &Path) -> Result<Office, bianzhi::Error> {
    Office::open_on(SqliteStore::open(file, "city")?, None, None)
}

/// The shipped example, played with its journal in a file.
pub(crate) fn nanping(file: &Path) -> (Scenario, Office) {
    let scenario =
        Scenario::load(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/nanping/scenario.yaml")).unwrap();
    let mut office = scenario.open_on(None, |stream| SqliteStore::open(file, stream)).unwrap();
    scenario.play(&mut office).for_each(|played| drop(played.unwrap()));
    (scenario, office)
}
