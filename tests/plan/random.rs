//! Random cities: every plan keeps the totals and everyone in post, and runs as it stands.

use proptest::prelude::*;

use super::{charter, check_sound, open, shipped, with_parameters};
use bianzhi::plan::SchoolPlan;

/// County, seats, people above or below them, pupils.
type School = (usize, i64, i64, i64);

fn city(schools: &[School], excess: bool) -> String {
    let counties = ["d", "e", "f"];
    let cap = |county: usize| schools.iter().filter(|one| one.0 == county).map(|one| one.1).sum::<i64>() + 3;
    let mut nodes = vec![format!("c - city {} 0", (0..3).map(cap).sum::<i64>() + 2)];
    nodes.extend(counties.iter().enumerate().map(|(place, id)| format!("{id} c county {} 0", cap(place))));
    for (number, (county, seats, empty, pupils)) in schools.iter().enumerate() {
        let people = if excess { seats - empty } else { (seats - empty).min(*seats) }.max(0);
        let (id, stage) = (counties[*county], ["senior", "junior", "primary"][number % 3]);
        nodes.push(format!("{id}-{number} {id} unit {seats} {people} school {stage}={pupils}"));
    }
    let nodes: Vec<&str> = nodes.iter().map(String::as_str).collect();
    charter(if excess { "tolerate" } else { "refuse" }, &nodes, "")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn a_plan_never_changes_a_total_and_evicts_nobody(
        schools in prop::collection::vec((0_usize..3, 0_i64..20, -2_i64..10, 0_i64..300), 1..12),
        excess: bool,
        least: bool,
    ) {
        let policies = if least {
            with_parameters(|text| text.replace("{2000-01-01: proportional}", "{2000-01-01: least_squares}"))
        } else {
            shipped()
        };
        let text = city(&schools, excess);
        let office = open(&text, policies);
        match SchoolPlan::draft(&office, None) {
            Ok(plan) => check_sound(&plan, &office),
            Err(error) => {
                let told = error.to_string();
                let no_pupils = schools.iter().all(|one| one.3 == 0);
                let full = excess && told.contains("no plan keeps everyone");
                prop_assert!(full || (no_pupils && told.contains("single pupil")), "{told}\n{text}");
            }
        }
    }
}

#[test]
fn three_thousand_schools() {
    let schools: Vec<School> = (0..3000_i64)
        .map(|number| {
            (usize::try_from(number % 3).unwrap(), 10 + number % 40, number % 7, 100 + number * 37 % 900)
        })
        .collect();
    let office = open(&city(&schools, false), shipped());
    let plan = SchoolPlan::draft(&office, None).unwrap();
    assert_eq!(plan.schools.len(), 3000);
    assert!(plan.transfers.len() < 3000);
}
