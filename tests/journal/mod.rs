//! Journals that are kept: one suite over every store, damage of every kind, time travel, and the command.

mod audit_sql;
#[cfg(feature = "cli")]
mod command;
mod damage;
pub(crate) mod flaky;
mod log;
mod people;
mod round_trip;
mod shared;
pub(crate) mod snapshots;
mod suite;

use std::path::Path;

use bianzhi::journal::SqliteStore;
use bianzhi::scenario::Scenario;
use bianzhi::{Charter, Date, Office, Request};

use crate::city::City;

/// The books that these tests begin with: two units and a pool of two.
pub(crate) fn charter() -> Charter {
    let city =
        City::new(100).county("county", 60).unit("school", "county", 20, 18).unit("clinic", "county", 10, 4);
    Charter::from_opening(city.pool("pool", "county", 2).0).unwrap()
}

/// Requests of many kinds, granted and refused, over a year.
pub(crate) fn requests() -> Vec<Request> {
    let day = |month, day| Date::constant(2024, month, day);
    vec![
        Request::appoint("clinic", "administrative").person("p-1").on(day(1, 8)).id("r-1"),
        Request::appoint("school", "administrative").person("p-2").category("graduate").into(),
        Request::appoint("school", "administrative").into(),
        Request::appoint("school", "administrative").category("老王 \"q\"").id("r-2"),
        Request::borrow("l-1", "clinic", "school", "administrative", 3).ends(day(6, 30)).on(day(2, 1)),
        Request::permit("k-1", "clinic", "administrative", 1, day(3, 1)).into(),
        Request::appoint("school", "administrative").person("p-3").loan("l-1").id("r-3"),
        Request::draw("pool", "school", "p-4").purpose("试点").into(),
        Request::vacate("p-1").on(day(4, 2)),
        Request::give_back("l-1", 2).on(day(7, 15)).id("r-4"),
        Request::vacate("p-4").on(Date::constant(2025, 1, 9)),
    ]
}

/// A file of the SQLite store in which all [`requests`] are answered.
pub(crate) fn filled(file: &Path) -> Office {
    let mut office = Office::open_on(SqliteStore::open(file, "city").unwrap(), charter(), None).unwrap();
    for request in requests() {
        office.submit(request).unwrap();
    }
    office
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
