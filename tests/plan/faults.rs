//! Bad input for a plan: every fault named, all in one pass.

use bianzhi::plan::SchoolPlan;
use bianzhi::{Charter, ErrorKind, Office};

use super::{charter, open, shipped, with_parameters};

fn told(office: &Office) -> Vec<String> {
    let error = SchoolPlan::draft(office, None).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Input);
    error.faults().iter().map(ToString::to_string).collect()
}

#[track_caller]
fn check(nodes: &[&str], expect: &[&str]) {
    let nodes = [&["c - city 100 0", "d c county 60 0", "e c county 30 0"], nodes].concat();
    assert_eq!(told(&open(&charter("tolerate", &nodes, ""), shipped())), expect);
}

#[test]
fn every_school_without_pupils_is_named() {
    check(
        &[
            "d-1 d unit 10 8 school",
            "d-2 d unit 10 8 school primary=9",
            "e-1 e unit 10 8 school",
            "e-2 e unit 5 5",
        ],
        &[
            "`d-1` counts no pupils: `pupils_senior`, `pupils_junior` or `pupils_primary` is needed, here or for the county",
            "`e-1` counts no pupils: `pupils_senior`, `pupils_junior` or `pupils_primary` is needed, here or for the county",
        ],
    );
}

#[test]
fn pupils_are_whole_numbers_in_a_range() {
    check(
        &[
            "d-1 d unit 10 8 school primary=-1",
            "d-2 d unit 10 8 school senior=10000001 junior=10000000",
            "e-1 e unit 10 8 school",
        ],
        &[
            "`d-1`: `pupils_primary` is `-1`, a whole number from 0 to 10000000 is needed",
            "`d-2`: `pupils_senior` is `10000001`, a whole number from 0 to 10000000 is needed",
            "`e-1` counts no pupils: `pupils_senior`, `pupils_junior` or `pupils_primary` is needed, here or for the county",
        ],
    );
    // Half a pupil does not even open the books: the fact is declared a number.
    let text = charter("refuse", &["c - city 9 0", "s c unit 9 0 school primary=1.5"], "");
    assert!(Office::open(Charter::parse("c.yaml", &text).unwrap(), shipped()).is_err());
}

#[test]
fn no_schools_and_no_pupils() {
    check(&["d-1 d unit 10 8"], &["no unit has the tag `school`: there is no school quota to plan"]);
    check(
        &["d-1 d unit 10 8 school primary=0", "e-1 e unit 10 8 school senior=0 junior=0"],
        &["no place counts a single pupil: there is no need to share by"],
    );
}

#[test]
fn a_county_that_counts_names_all_three_and_agrees_with_its_schools() {
    let nodes = [
        "c - city 100 0",
        "d c county 50 0 senior=1 primary=2",
        "e c county 50 0 senior=0 junior=9 primary=7",
        "d-1 d unit 10 8 school",
        "e-1 e unit 10 8 school junior=9",
        "e-2 e unit 10 8 school primary=6",
    ];
    let office = open(&charter("refuse", &nodes, ""), shipped());
    assert_eq!(
        told(&office),
        [
            "`d`: has no fact `pupils_junior`, but counts other pupils",
            "`e`: `pupils_primary` is 7 here, and 6 for its schools together",
        ]
    );
    let nodes =
        ["c - city 9 0", "d c county 5 0 senior=1 junior=1 primary=2", "s c unit 2 1 school primary=1"];
    let office = open(&charter("refuse", &nodes, ""), shipped());
    assert_eq!(told(&office), ["`d`: counts pupils, but has no school to give seats to"]);
}

#[test]
fn more_people_than_seats_are_no_plan() {
    check(
        &["d-1 d unit 10 12 school primary=300", "e-1 e unit 10 9 school primary=100"],
        &[
            "the schools own 20 seats, 21 of them are used or cannot leave their place: no plan keeps everyone",
        ],
    );
}

#[test]
fn parameters_that_are_missing_or_do_not_fit() {
    let nodes = ["c - city 9 0", "s c unit 9 0 school primary=1"];
    let text = charter("refuse", &nodes, "");
    let set = with_parameters(|text| {
        text.replace("school.ratio_junior", "school.ratio_middle")
            .replace("{2000-01-01: 19}", "{2030-01-01: 19}")
            .replace("{2000-01-01: school-staffing}", "{2000-01-01: schools}")
    });
    assert_eq!(
        told(&open(&text, set)),
        [
            "the policies have no parameter `school.ratio_junior` on 2024-01-01: a number above 0",
            "the policies have no parameter `school.ratio_primary` on 2024-01-01: a number above 0",
            "`school.purpose`: the purpose `schools` is not declared in the policies' facts.yaml",
        ]
    );
    let set = with_parameters(|text| text.replace("{2000-01-01: institution}", "{2000-01-01: institutions}"));
    assert_eq!(
        told(&open(&text, set)),
        ["`school.kind` is `institutions`, which the charter does not declare; did you mean `institution`?"]
    );
    let office = Office::open(Charter::parse("c.yaml", &text).unwrap(), None).unwrap();
    assert_eq!(told(&office), ["a school plan needs policies: they say the ratios"]);
    let error = SchoolPlan::draft(&open(&text, shipped()), "2023-12-31".parse().ok()).unwrap_err();
    assert_eq!(error.to_string(), "the plan is for 2023-12-31, the books are of 2024-01-01");
}
