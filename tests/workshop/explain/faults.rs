//! What would pass instead of a request at fault: what goes first, another request, a level that fits, a sound id.

use bianzhi::explain::Suggestion;
use bianzhi::model::{Date, Instalment, PoolSize};
use bianzhi::{Charter, Lang, Office, Request, Verb};

use super::applied;

/// Two counties; a unit with people, a permit and loans, one with room, one that is empty.
const CHARTER: &str = "
bianzhi: charter/1
opened: 2024-01-01
levels: [city, county, unit]
kinds: {institution: {zh: 事业编制, en: institution}}
nodes:
  - {id: city, level: city, name: 全市, caps: {institution: 100}}
  - {id: east, parent: city, level: county, name: 东县, caps: {institution: 60}}
  - {id: west, parent: city, level: county, name: 西县, caps: {institution: 20}}
  - {id: school, parent: east, level: unit, name: 学校, caps: {institution: 10}, occupied: {institution: 3}}
  - {id: library, parent: east, level: unit, name: 图书馆, caps: {institution: 10}, occupied: {institution: 4}}
  - {id: museum, parent: east, level: unit, name: 博物馆, caps: {institution: 5}}
  - {id: crowded, parent: west, level: unit, name: 大院, caps: {institution: 20}, occupied: {institution: 15}}
pools:
  - {id: east-pool, sponsor: east, kind: institution, name: 东县池, size: 2}
people:
  - {id: p1, unit: school, kind: institution, since: 2020-01-01}
  - {id: p2, unit: library, kind: institution}
  - {id: p3, unit: school, kind: institution, loan: l1}
loans:
  - {id: l1, lender: library, borrower: school, kind: institution, seats: 2, occupied: {school: 1}, since: 2023-06-01}
permits:
  - {id: q1, unit: school, kind: institution, count: 1, ends: 2024-06-30}
";

/// Under the laws alone: a fault is told before any rule is asked.
#[track_caller]
fn instead(request: impl Into<Request>, lang: Lang) -> Vec<String> {
    instead_on(CHARTER, request, lang)
}

#[track_caller]
fn instead_on(charter: &str, request: impl Into<Request>, lang: Lang) -> Vec<String> {
    let office = Office::open(Charter::parse("charter.yaml", charter).unwrap(), None).unwrap();
    let explained = office.explain(request).unwrap();
    assert!(!explained.decision.granted());
    let tell = |suggestion: &Suggestion| {
        let decision = applied(&office, suggestion, suggestion.request.clone());
        assert!(decision.granted(), "{suggestion:?}: {:?}", decision.reasons);
        suggestion.text(explained.books(), lang)
    };
    explained.why_not().unwrap().suggestions.iter().map(tell).collect()
}

#[track_caller]
fn check(request: impl Into<Request>, expect: &[&str]) {
    assert_eq!(instead(request, Lang::En), expect);
}

#[test]
fn what_goes_before_a_node_that_is_not_empty() {
    check(
        Request::abolish("school"),
        &[
            "by merging 学校 (school) into 图书馆 (library) instead",
            "by merging 学校 (school) into 博物馆 (museum) instead",
            "after permit q1 was withdrawn, and after p3 moved to an own seat, and after 1 seats of loan l1 went back, and after p1 moved to 图书馆 (library), and after p3 moved to 图书馆 (library), and after 2 of the unnamed of 学校 (school) left",
            "after permit q1 was withdrawn, and after p3 left, and after 2 seats of loan l1 went back, and after p1 left, and after 2 of the unnamed of 学校 (school) left",
            "with node 博物馆 (museum) instead of 学校 (school)",
        ],
    );
    let told = instead(Request::abolish("school"), Lang::Zh);
    assert_eq!(told[0], "改为将 学校 (school) 并入 图书馆 (library)");
    assert_eq!(
        told[2],
        "先撤回用编核准 q1，并先将 p3 转为本编，并先归还调借 l1 的 1 名，并先将 p1 调动到 图书馆 (library)，并先将 p3 调动到 图书馆 (library)，并先办理 学校 (school) 未实名的 2 人 减员"
    );
    // A lender whose seats are in use elsewhere, and a county whose units move up.
    let told = instead(Request::abolish("library"), Lang::En);
    assert!(
        told.iter().any(|one| one.starts_with("after p3 left, and after 2 seats of loan l1 went back")),
        "{told:#?}"
    );
    let told = instead(Request::abolish("east"), Lang::En);
    assert_eq!(
        told[0],
        "after 东县池 (east-pool) was abolished, and after 图书馆 (library) was placed under 全市 (city), and after 博物馆 (museum) was abolished, and after 学校 (school) was placed under 全市 (city)"
    );
    // Who has no key goes one by one, and is told together; a merger is one act.
    let told = instead(Request::abolish("crowded"), Lang::Zh);
    assert!(told[0].starts_with("改为将 大院 (crowded) 并入 "), "{told:#?}");
    assert!(told.iter().any(|one| one == "先办理 大院 (crowded) 未实名的 15 人 减员"), "{told:#?}");
}

/// Units whose people sit on a pool's seat, on a borrowed one without a key, and two who would like the same seat.
const FEW_SEATS: &str = "
bianzhi: charter/1
opened: 2024-01-01
levels: [city, unit]
kinds: {institution: {zh: 事业编制, en: institution}}
nodes:
  - {id: city, level: city, name: 全市, caps: {institution: 20}}
  - {id: lab, parent: city, level: unit, name: 实验室, caps: {}}
  - {id: shop, parent: city, level: unit, name: 书店, caps: {institution: 1}}
  - {id: hall, parent: city, level: unit, name: 礼堂, caps: {institution: 1}}
  - {id: desk, parent: city, level: unit, name: 窗口, caps: {institution: 2}, occupied: {institution: 2}}
  - {id: nook, parent: city, level: unit, name: 书屋, caps: {institution: 1}}
pools:
  - {id: pool, sponsor: city, kind: institution, name: 周转池, size: 2}
people:
  - {id: p7, unit: lab, kind: institution, loan: d1}
  - {id: p8, unit: desk, kind: institution}
  - {id: p9, unit: desk, kind: institution}
loans:
  - {id: d1, lender: pool, borrower: lab, kind: institution, seats: 1, occupied: {lab: 1}, since: 2023-06-01, draw: true}
  - {id: l2, lender: hall, borrower: shop, kind: institution, seats: 1, occupied: {shop: 1}, since: 2023-06-01}
";

#[test]
fn seats_that_go_back_by_themselves_and_seats_that_are_taken_are_counted() {
    let on = |node: &str| instead_on(FEW_SEATS, Request::abolish(node), Lang::En);
    let has = |told: &[String], expect: &str| assert!(told.iter().any(|one| one == expect), "{told:#?}");
    // A drawn seat goes back with its person.
    has(&on("lab"), "after p7 left");
    // Who has no key and came to an own seat leaves that one, too.
    has(
        &on("shop"),
        "after 1 of the unnamed of 书店 (shop) moved to an own seat, and after 1 of the unnamed of 书店 (shop) left",
    );
    // Each free seat is for one of them.
    let told = on("desk");
    has(&told, "after p8 moved to 书屋 (nook), and after p9 moved to 书店 (shop)");
}

#[test]
fn a_day_a_schedule_a_unit_and_a_key_that_fit() {
    let late = Request::vacate("p1");
    check(Request::from(late).effective(Date::constant(2024, 5, 1)), &["without effective"]);
    let part = Instalment { on: Date::constant(2024, 6, 1), seats: 3.into() };
    let lent = Request::borrow("l9", "library", "museum", "institution", 1).schedule(vec![part]);
    check(lent, &["without schedule"]);
    let told = instead(Request::appoint("east", "institution"), Lang::En);
    assert_eq!(told[0], "with unit 图书馆 (library) instead of 东县 (east)");
    // The key that was meant is somebody else's.
    check(Request::appoint("library", "institution").person("p1 "), &["with person p1-2 instead of p1 "]);
}

#[test]
fn somebody_who_has_a_seat_moves_or_leaves_it_first() {
    check(
        Request::appoint("library", "institution").person("p1"),
        &["by moving p1 to 图书馆 (library) instead", "after p1 left"],
    );
    check(
        Request::appoint("school", "institution").person("p3"),
        &["by moving p3 to an own seat instead", "after p3 left"],
    );
    check(Request::draw("east-pool", "museum", "p1"), &["after p1 left"]);
    // In a batch the member changes and the others stay.
    let member = |person: &str| Verb::from(Request::appoint("library", "institution").person(person));
    let told = instead(Request::batch([member("p9"), member("p1")]), Lang::En);
    assert_eq!(told[0], "by moving p1 to 图书馆 (library) instead");
}

#[test]
fn a_level_or_a_place_that_fits() {
    check(Request::establish("new", "east", "city"), &["with level unit instead of city"]);
    check(
        Request::establish("new", "city", "unitt"),
        &["with level unit instead of unitt", "with level county instead of unitt"],
    );
    check(
        Request::establish("new", "east", "county"),
        &["with level unit instead of county", "with parent 全市 (city) instead of 东县 (east)"],
    );
    let told = instead(Request::establish("new", "school", "unit"), Lang::En);
    assert_eq!(told[0], "with parent 东县 (east) instead of 学校 (school)");
    let told = instead(Request::establish("new", "school", "unit"), Lang::Zh);
    assert_eq!(told[0], "将 上级 由 学校 (school) 改为 东县 (east)");
    check(
        Request::establish_pool("new", "school", "institution", PoolSize::Size(1.into())),
        &[
            "with sponsor 东县 (east) instead of 学校 (school)",
            "with sponsor 全市 (city) instead of 学校 (school)",
        ],
    );
    check(
        Request::relocate("museum", "crowded"),
        &[
            "with parent 西县 (west) instead of 大院 (crowded)",
            "with parent 全市 (city) instead of 大院 (crowded)",
        ],
    );
    check(Request::relocate("east-pool", "west"), &[]);
}

#[test]
fn the_nearest_sound_id() {
    let ends = Date::constant(2024, 12, 31);
    check(Request::appoint("library", "institution").person("p 17"), &["with person p-17 instead of p 17"]);
    check(Request::appoint("library", "institution").person("p/1"), &["with person p-1 instead of p/1"]);
    check(Request::draw("east-pool", "museum", "ｐ ９"), &["with person p-9 instead of ｐ ９"]);
    check(Request::permit("q 1", "library", "institution", 1, ends), &["with id q-1 instead of q 1"]);
    check(Request::permit("(q1)", "library", "institution", 1, ends), &["with id q1-2 instead of (q1)"]);
    check(
        Request::borrow("draw:9", "library", "museum", "institution", 1),
        &["with id draw-9 instead of draw:9"],
    );
    check(Request::establish("root", "east", "unit"), &["with id root-2 instead of root"]);
    check(Request::establish("新（校）", "east", "unit"), &["with id 新-校 instead of 新（校）"]);
    check(Request::establish("？？", "east", "unit"), &[]);
}
