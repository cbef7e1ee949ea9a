//! The books and the requests that tests of journals begin with.

use bianzhi::{Charter, Date, Request};

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
