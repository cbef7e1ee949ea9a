//! School plans on small books: floors, what pools have taken, towns, who moves what.

use bianzhi::plan::PlannedTransfer;
use bianzhi::{Request, Seats};

use super::{charter, check_sound, draft, open, shipped, targets, with_objective};
use crate::city::refuse;

const TWO_COUNTIES: [&str; 7] = [
    "c - city 100 0",
    "d c county 50 0",
    "e c county 50 0",
    "d-1 d unit 20 10 school primary=190",
    "d-2 d unit 20 10 school primary=380",
    "e-1 e unit 20 10 school junior=270",
    "e-2 e unit 5 5",
];

fn transfers(office: &bianzhi::Office) -> Vec<String> {
    let told = |one: PlannedTransfer| format!("{}: {} → {} {}", one.by, one.from, one.to, one.count);
    draft(office).transfers.into_iter().map(told).collect()
}

#[test]
fn the_city_shares_between_counties_and_each_county_inside_itself() {
    let office = open(&charter("refuse", &TWO_COUNTIES, ""), shipped());
    let plan = draft(&office);
    // Needs 30 : 20 of 60, and inside the first 10 : 20 of 36.
    assert_eq!(targets(&plan.counties), [("d", 36), ("e", 24)]);
    assert_eq!(targets(&plan.schools), [("d-1", 12), ("d-2", 24), ("e-1", 24)]);
    assert_eq!(transfers(&office), ["d: d-1 → d-2 4", "c: d-1 → e-1 4"]);
    assert_eq!(plan.total.need, Some(Seats::new(50)));
    check_sound(&plan, &office);
}

#[test]
fn a_county_cannot_move_seats_to_another_county() {
    let mut office = open(&charter("refuse", &TWO_COUNTIES, ""), shipped());
    let across = || Request::transfer("d-1", "e-1", "institution", 4);
    refuse(&mut office, across().by("d"), &["reach"]);
    refuse(&mut office, across().by("e"), &["reach"]);
    assert!(office.decide(across().by("c")).unwrap().granted());
    assert!(office.decide(Request::transfer("d-1", "d-2", "institution", 4).by("d")).unwrap().granted());
}

#[test]
fn what_is_promised_or_lent_stays() {
    let more = "permits: [{id: p, unit: d-1, kind: institution, count: 5, ends: 2024-03-01}]\n\
                loans: [{id: l, lender: d-1, borrower: e-2, kind: institution, seats: 3, since: 2023-01-01}]\n";
    let office = open(&charter("refuse", &TWO_COUNTIES, more), shipped());
    let plan = draft(&office);
    assert_eq!(plan.schools[0].in_post, Seats::new(18));
    assert_eq!(targets(&plan.schools), [("d-1", 18), ("d-2", 18), ("e-1", 24)]);
    check_sound(&plan, &office);
    // On a later day the permit has lapsed.
    let later = bianzhi::plan::SchoolPlan::draft(&office, "2024-03-02".parse().ok()).unwrap();
    assert_eq!(targets(&later.schools), [("d-1", 13), ("d-2", 23), ("e-1", 24)]);
    check_sound(&later, &office);
}

#[test]
fn a_county_whose_pool_took_its_room_gives_nothing_away() {
    let nodes = [
        "c - city 100 0",
        "d c county 42 0",
        "e c county 50 0",
        "d-1 d unit 20 10 school primary=19",
        "d-2 d unit 20 10 school primary=19",
        "e-1 e unit 20 10 school junior=2700",
        "e-2 e unit 5 5",
    ];
    let more = "pools: [{id: pool, sponsor: d, kind: institution, size: 30}]\n\
                loans: [{id: l, lender: pool, borrower: e-2, kind: institution, seats: 17, since: 2023-01-01}]\n";
    let office = open(&charter("refuse", &nodes, more), shipped());
    let plan = draft(&office);
    // 42 − 37 charged: five may go, though the schools have twenty to spare.
    assert_eq!(targets(&plan.counties), [("d", 35), ("e", 25)]);
    check_sound(&plan, &office);
}

#[test]
fn schools_over_quota_are_brought_within_it() {
    let nodes = [
        "c - city 100 0",
        "d c county 50 0",
        "d-1 d unit 10 14 school primary=19",
        "d-2 d unit 20 10 school primary=380",
    ];
    for objective in ["proportional", "least_squares"] {
        let office = open(&charter("tolerate", &nodes, ""), with_objective(objective));
        let plan = draft(&office);
        assert_eq!(targets(&plan.schools), [("d-1", 14), ("d-2", 16)]);
        check_sound(&plan, &office);
    }
}

#[test]
fn where_only_the_county_counts_its_schools_share_by_what_they_have() {
    let nodes = [
        "c - city 100 0",
        "d c county 50 0 senior=0 junior=0 primary=570",
        "e c county 50 0",
        "d-1 d unit 10 1 school",
        "d-2 d unit 20 1 school",
        "e-1 e unit 30 0 school primary=285",
    ];
    let office = open(&charter("refuse", &nodes, ""), shipped());
    let plan = draft(&office);
    assert_eq!(targets(&plan.schools), [("d-1", 13), ("d-2", 27), ("e-1", 20)]);
    assert_eq!((plan.schools[0].need, plan.schools[0].pupils), (None, None));
    check_sound(&plan, &office);
}

#[test]
fn towns_and_schools_of_the_citys_own() {
    let nodes = [
        "c - city 200 0",
        "d c county 100 0",
        "t d town 40 0",
        "u d town 30 0",
        "t-1 t unit 10 0 school primary=19",
        "t-2 t unit 20 0 school primary=190",
        "u-1 u unit 20 0 school primary=190",
        "d-1 d unit 10 0 school primary=190",
        "own c unit 4 4 school senior=250",
    ];
    let office = open(&charter("refuse", &nodes, ""), shipped());
    let plan = draft(&office);
    assert_eq!(targets(&plan.counties), [("d", 39), ("own", 25)]);
    assert_eq!(targets(&plan.schools), [("d-1", 13), ("t-1", 1), ("t-2", 13), ("u-1", 12), ("own", 25)]);
    check_sound(&plan, &office);
}

#[test]
fn a_plan_that_a_policy_denies_is_not_written() {
    let office = open(&charter("refuse", &TWO_COUNTIES, ""), shipped());
    let plan = draft(&office);
    let strict = bianzhi::PolicySet::from_files(
        ["parameters.yaml", "facts.yaml"]
            .map(|name| (name.to_owned(), std::fs::read(format!("policies/{name}")).unwrap()))
            .into_iter()
            .chain([
                ("reasons.yaml".to_owned(), "not-now: {zh: 暂停, en: not now, basis: x}".into()),
                (
                    "50_no.rhai".to_owned(),
                    "fn on_transfer(request) { require(request.by.id != \"d\", \"not-now\"); }".into(),
                ),
            ]),
    )
    .unwrap();
    let mut office = office;
    office.set_policies(strict);
    let error = plan.rehearse(&office).unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("the plan cannot run: 4 seats from `d-1` to `d-2` by `d`: denied [not-now]"),
        "{error}"
    );
}

#[test]
fn a_school_that_gets_seats_gives_back_what_it_borrowed_and_the_plan_still_runs() {
    let more = "loans:\n\
                \x20 - {id: l, lender: d-1, borrower: e-1, kind: institution, seats: 3, occupied: {e-1: 2}, \
                since: 2023-01-01, purpose: school-staffing}\n";
    let mut office = open(&charter("refuse", &TWO_COUNTIES, more), shipped());
    let plan = draft(&office);
    assert_eq!(targets(&plan.schools), [("d-1", 13), ("d-2", 23), ("e-1", 24)]);
    check_sound(&plan, &office);
    let scenario = bianzhi::scenario::Scenario::parse("p", &plan.scenario("c.yaml", None)).unwrap();
    assert!(scenario.play(&mut office).all(|played| played.unwrap().as_expected()));
    let lender = office.figures("d-1", "institution").unwrap();
    assert_eq!((lender.cap, lender.lent), (Seats::new(13), Seats::ZERO));
}

#[test]
fn the_parameters_of_plans_are_no_lint() {
    let shipped = shipped();
    let told: Vec<_> = shipped.lints().iter().filter(|lint| lint.message.contains("school.")).collect();
    assert!(told.is_empty(), "{told:?}");
}
