//! Counter-examples that random runs found, shrunk and kept by name; office and model must agree on each.

use bianzhi::charter::Charter;
use bianzhi::{Outcome, Request};

use super::pair::Pair;
use super::replay;

/// Three units in two counties; `x` is full, `y` has room, `z` has nothing.
const SMALL: &str = "
bianzhi: charter/1
opened: 2024-05-20
levels: [city, county, unit]
kinds: {k: {zh: 类, en: kind}}
nodes:
  - {id: top, level: city, caps: {k: 12}}
  - {id: east, parent: top, level: county, caps: {k: 6}}
  - {id: west, parent: top, level: county, caps: {k: 3}}
  - {id: x, parent: east, level: unit, caps: {k: 2}, occupied: {k: 2}}
  - {id: y, parent: east, level: unit, tags: [school], caps: {k: 3}, occupied: {k: 1}}
  - {id: z, parent: west, level: unit, caps: {k: 1}}
pools:
  - {id: pool, sponsor: east, kind: k, size: 1}
  - {id: ruled, sponsor: top, kind: k, rule: some_rule}
permits:
  - {id: old, unit: y, kind: k, count: 1, ends: 2024-05-25}
";

/// A county over its quota, by one unit.
const OVER: &str = "
bianzhi: charter/1
opened: 2024-01-01
levels: [city, county, unit]
kinds: {k: {zh: 类, en: kind}}
excess: tolerate
nodes:
  - {id: top, level: city, caps: {k: 7}}
  - {id: a, parent: top, level: county, caps: {k: 5}}
  - {id: b, parent: top, level: county, caps: {k: 0}}
  - {id: a1, parent: a, level: unit, caps: {k: 1}, occupied: {k: 1}}
  - {id: b1, parent: b, level: unit, caps: {k: 0}, occupied: {k: 1}}
";

const GRANTED: &str = "granted";

/// Asks one request after the other; each is answered as said: `granted`, or the codes in their order.
fn check(charter: &str, steps: &[(&str, &str)]) {
    let charter = Charter::parse("case.yaml", charter).expect("the charter is in order");
    let opening = charter.opening().clone();
    let mut pair = Pair::open(&opening).expect("both open alike");
    for (text, expected) in steps {
        let request: Request = serde_json::from_str(text).expect(text);
        let codes = pair.office.decide(request.clone()).expect("decided").codes().join(" ");
        let outcome = pair.step(&request).unwrap_or_else(|difference| panic!("{text}\n{difference}"));
        let got = if outcome == Outcome::Granted { GRANTED } else { codes.as_str() };
        assert_eq!(got, *expected, "{text}");
    }
    replay::same_books(&pair, &opening).expect("replay gives the same books");
}

#[test]
fn instalments_of_one_day_fall_due_as_one() {
    check(
        SMALL,
        &[
            (
                r#"{"borrow":{"id":"l","lender":"y","borrower":"west","kind":"k","count":1,
                    "schedule":[{"on":"2024-06-06","seats":1}]}}"#,
                GRANTED,
            ),
            (r#"{"withdraw":{"permit":"old"}}"#, GRANTED),
            (
                r#"{"borrow":{"id":"m","lender":"east","borrower":"z","kind":"k","count":1,
                    "ends":"2024-06-05","schedule":[{"on":"2024-06-05","seats":1}]}}"#,
                GRANTED,
            ),
            (r#"{"on":"2024-07-01","advance":{}}"#, GRANTED),
        ],
    );
}

#[test]
fn an_amendment_keeps_tags_in_order() {
    check(
        SMALL,
        &[
            (r#"{"amend":{"node":"y","name":"Y","add_tags":["hospital"]}}"#, GRANTED),
            (r#"{"amend":{"node":"y","name":"Y","add_tags":["hospital"]}}"#, GRANTED),
        ],
    );
}

#[test]
fn what_nothing_came_of_cannot_be_taken_back() {
    check(
        SMALL,
        &[
            (r#"{"amend":{"node":"y"}}"#, GRANTED),
            (r#"{"appoint":{"unit":"x","kind":"k"}}"#, "cap"),
            (r#"{"by":"superior","correct":{"entry":1,"reason":"typed wrongly"}}"#, "not-reversible"),
            (r#"{"by":"superior","correct":{"entry":2,"reason":"typed wrongly"}}"#, "not-reversible"),
            (r#"{"by":"superior","correct":{"entry":999,"reason":"typed wrongly"}}"#, "unknown-entry"),
            (r#"{"by":"superior","correct":{"entry":0,"reason":"typed wrongly"}}"#, "unknown-entry"),
        ],
    );
}

#[test]
fn a_loan_agreed_anew_can_still_be_taken_back() {
    check(
        SMALL,
        &[
            (r#"{"draw":{"pool":"pool","unit":"x","person":"p"}}"#, GRANTED),
            (r#"{"reschedule":{"loan":"draw:1","schedule":[{"on":"2024-06-30","seats":1}]}}"#, GRANTED),
            (r#"{"by":"superior","correct":{"entry":1,"reason":"typed wrongly"}}"#, GRANTED),
        ],
    );
}

#[test]
fn two_ends_of_a_loan_meet_in_a_merger() {
    check(
        SMALL,
        &[
            (
                r#"{"borrow":{"id":"l","lender":"y","borrower":"x","kind":"k","count":1,"via":["east"]}}"#,
                GRANTED,
            ),
            (r#"{"appoint":{"unit":"x","kind":"k","person":"p","loan":"l"}}"#, GRANTED),
            (r#"{"merge":{"units":["x"],"into":"y"}}"#, GRANTED),
            (r#"{"vacate":{"person":"p"}}"#, GRANTED),
        ],
    );
}

#[test]
fn a_node_that_is_over_keeps_its_cap() {
    check(
        OVER,
        &[
            (r#"{"merge":{"units":["a1"],"into":"b1"}}"#, GRANTED),
            (r#"{"by":"superior","relocate":{"node":"b1","parent":"top"}}"#, "cap"),
        ],
    );
}

#[test]
fn who_asks_and_when_it_happened_is_no_members_fault() {
    check(
        SMALL,
        &[
            (r#"{"by":"nowhere","batch":[{"abolish":{"node":"nothing"}}]}"#, "unknown-node"),
            (r#"{"effective":"2024-11-04","batch":[{"abolish":{"node":"nothing"}}]}"#, "backdated"),
            (r#"{"by":"pool","appoint":{"unit":"y","kind":"k"}}"#, "reach"),
        ],
    );
}

#[test]
fn a_cap_never_falls_below_zero_in_a_batch() {
    check(
        SMALL,
        &[
            (
                r#"{"batch":[{"authorize":{"node":"z","kind":"k","change":-2}},
                    {"authorize":{"node":"z","kind":"k","change":2}}]}"#,
                "cap",
            ),
            (
                r#"{"batch":[{"authorize":{"node":"x","kind":"k","change":-1}},
                    {"authorize":{"node":"x","kind":"k","change":1}}]}"#,
                GRANTED,
            ),
        ],
    );
}

#[test]
fn reasons_of_a_member_stand_from_the_root_down() {
    check(
        SMALL,
        &[
            (r#"{"establish":{"id":"far","parent":"top","level":"county"}}"#, GRANTED),
            (r#"{"relocate":{"node":"z","parent":"far"}}"#, GRANTED),
            (r#"{"batch":[{"transfer":{"from":"z","to":"top","kind":"k","count":2}}]}"#, "cap cap"),
        ],
    );
}

#[test]
fn a_permit_past_its_end_does_not_come_back() {
    check(
        SMALL,
        &[
            (r#"{"withdraw":{"permit":"old"}}"#, GRANTED),
            (r#"{"permit":{"id":"new","unit":"y","kind":"k","count":1,"ends":"2024-05-26"}}"#, GRANTED),
            (r#"{"appoint":{"unit":"y","kind":"k","person":"p","permit":"new"}}"#, GRANTED),
            (r#"{"on":"2024-07-10","advance":{}}"#, GRANTED),
            (r#"{"by":"superior","correct":{"entry":1,"reason":"typed wrongly"}}"#, "not-reversible"),
            (r#"{"by":"superior","correct":{"entry":3,"reason":"typed wrongly"}}"#, GRANTED),
            (r#"{"on":"2024-07-12","advance":{}}"#, GRANTED),
        ],
    );
}

#[test]
fn a_name_and_a_size_can_be_taken_back_and_a_merger_cannot() {
    check(
        SMALL,
        &[
            (r#"{"name":{"unit":"x","kind":"k","person":"p"}}"#, GRANTED),
            (r#"{"resize":{"pool":"ruled","size":2}}"#, GRANTED),
            (r#"{"merge":{"units":["z"],"into":"y"}}"#, GRANTED),
            (r#"{"by":"superior","correct":{"entry":1,"reason":"typed wrongly"}}"#, GRANTED),
            (r#"{"by":"superior","correct":{"entry":2,"reason":"typed wrongly"}}"#, GRANTED),
            (r#"{"by":"superior","correct":{"entry":3,"reason":"typed wrongly"}}"#, "not-reversible"),
            (r#"{"by":"superior","correct":{"entry":1,"reason":"typed wrongly"}}"#, "not-reversible"),
        ],
    );
}

#[test]
fn a_schedule_never_runs_past_the_end_that_an_evaluation_sets() {
    check(
        SMALL,
        &[
            (
                r#"{"borrow":{"id":"l","lender":"y","borrower":"x","kind":"k","count":1,
                    "schedule":[{"on":"2024-11-07","seats":1}]}}"#,
                GRANTED,
            ),
            (r#"{"evaluate":{"loan":"l","outcome":"continue","ends":"2024-10-29"}}"#, "bad-schedule"),
            (r#"{"extend":{"loan":"l","ends":"2024-10-29"}}"#, "bad-schedule"),
            (r#"{"relocate":{"node":"pool","parent":"east"}}"#, "wrong-level bad-count"),
        ],
    );
}

#[test]
fn what_was_founded_or_closed_since_can_be_taken_back() {
    check(
        SMALL,
        &[
            (r#"{"establish":{"id":"n","sponsor":"east","pool":{"kind":"k","size":1}}}"#, GRANTED),
            (r#"{"amend":{"node":"n","name":"N"}}"#, GRANTED),
            (r#"{"by":"superior","correct":{"entry":1,"reason":"typed wrongly"}}"#, GRANTED),
            (r#"{"borrow":{"id":"l","lender":"top","borrower":"x","kind":"k","count":2}}"#, GRANTED),
            (r#"{"give_back":{"loan":"l","count":1}}"#, GRANTED),
            (r#"{"give_back":{"loan":"l","count":1}}"#, GRANTED),
            (r#"{"by":"superior","correct":{"entry":5,"reason":"typed wrongly"}}"#, GRANTED),
            (r#"{"appoint":{"unit":"x","kind":"k","person":"p","loan":"l"}}"#, GRANTED),
        ],
    );
}

#[test]
fn a_permit_opens_again_for_all_that_comes_back() {
    check(
        SMALL,
        &[
            (r#"{"authorize":{"node":"y","kind":"k","change":1}}"#, GRANTED),
            (r#"{"permit":{"id":"p","unit":"y","kind":"k","count":2,"ends":"2024-12-31"}}"#, GRANTED),
            (r#"{"appoint":{"unit":"y","kind":"k","permit":"p"}}"#, GRANTED),
            (r#"{"withdraw":{"permit":"p"}}"#, GRANTED),
            (r#"{"by":"superior","correct":{"entry":3,"reason":"typed wrongly"}}"#, GRANTED),
            (r#"{"by":"superior","correct":{"entry":4,"reason":"typed wrongly"}}"#, GRANTED),
        ],
    );
}

#[test]
fn what_was_founded_stays_while_it_owns_more_than_it_was_founded_with() {
    check(
        SMALL,
        &[
            (r#"{"establish":{"id":"n","parent":"top","level":"unit","caps":{"k":0}}}"#, GRANTED),
            (r#"{"authorize":{"node":"n","kind":"k","change":1}}"#, GRANTED),
            (r#"{"by":"superior","correct":{"entry":1,"reason":"typed wrongly"}}"#, "not-reversible"),
            (r#"{"authorize":{"node":"n","kind":"k","change":-1}}"#, GRANTED),
            (r#"{"by":"superior","correct":{"entry":1,"reason":"typed wrongly"}}"#, GRANTED),
        ],
    );
}

#[test]
fn borrowed_seats_are_not_lent_on_in_a_batch_either() {
    check(
        SMALL,
        &[(
            r#"{"batch":[{"borrow":{"id":"l","lender":"top","borrower":"x","kind":"k","count":1}},
                {"borrow":{"id":"m","lender":"x","borrower":"z","kind":"k","count":1}}]}"#,
            "cap lending-on",
        )],
    );
}

#[test]
fn what_is_left_out_is_the_same_content() {
    check(
        SMALL,
        &[
            (r#"{"id":"r","vacate":{"person":"nobody"}}"#, "unknown-person"),
            (r#"{"id":"r","by":"top","vacate":{"person":"nobody"}}"#, "unknown-person"),
            (r#"{"id":"r","by":"east","vacate":{"person":"nobody"}}"#, "duplicate-id"),
        ],
    );
}
