//! The real table: Fujian 2015, teachers and pupils by stage.

use std::collections::BTreeMap;
use std::fs;

use bianzhi::Charter;
use bianzhi::Office;
use bianzhi::plan::SchoolPlan;
use bianzhi::scenario::Scenario;

use super::{check_sound, draft, open, shipped, with_objective};

/// Region → teachers and pupils: senior, junior, primary.
fn table() -> BTreeMap<String, [i64; 6]> {
    let text = fs::read_to_string("tests/plan/fj2015.csv").unwrap();
    let row = |line: &str| {
        let cells: Vec<&str> = line.split(',').collect();
        let numbers: Vec<i64> = cells[2..].iter().map(|cell| cell.parse().unwrap()).collect();
        (cells[0].to_owned(), numbers.try_into().unwrap())
    };
    text.lines().skip(1).map(row).collect()
}

/// Four cities under the province, one school each, pupils counted by city.
fn province() -> String {
    let mut nodes = Vec::new();
    let mut sum = 0;
    for (city, [senior, junior, primary, s, j, p]) in table() {
        if !["福州市", "厦门市", "莆田市", "三明市"].contains(&city.as_str()) {
            continue;
        }
        let teachers = senior + junior + primary;
        sum += teachers + 500;
        let cap = teachers + 500;
        nodes.push(format!("{city} 福建省 county {cap} 0 senior={s} junior={j} primary={p}"));
        nodes.push(format!("{city}中小学 {city} unit {cap} {teachers} school"));
    }
    nodes.insert(0, format!("福建省 - city {sum} 0"));
    let nodes: Vec<&str> = nodes.iter().map(String::as_str).collect();
    super::charter("refuse", &nodes, "")
}

#[test]
fn the_need_of_the_cities() {
    let office = open(&province(), shipped());
    let plan = draft(&office);
    let need = |city: &str| {
        let place = plan.counties.iter().find(|place| place.node.as_str() == city).unwrap();
        place.need.unwrap().get()
    };
    assert_eq!(need("福州市"), 8_645 + 15_767 + 29_002);
    assert_eq!(need("三明市"), 18_667);
    check_sound(&plan, &office);
}

#[test]
fn either_objective_moves_seats_of_the_province() {
    for objective in ["proportional", "least_squares"] {
        let office = open(&province(), with_objective(objective));
        let plan = draft(&office);
        assert_eq!(plan.objective.as_str(), objective);
        assert!(!plan.transfers.is_empty());
        check_sound(&plan, &office);
    }
}

fn fuzhou() -> Office {
    Office::open(Charter::load("examples/schools/charter.yaml").unwrap(), shipped()).unwrap()
}

#[test]
fn the_example_of_fuzhou_holds_the_table() {
    let office = fuzhou();
    let plan = draft(&office);
    let [.., senior, junior, primary] = table()["福州市"];
    assert_eq!(plan.total.pupils, Some([senior, junior, primary]));
    let teachers = |stage: &str| -> i64 {
        let schools = plan.schools.iter().filter(|school| school.node.as_str().ends_with(stage));
        schools.map(|school| school.in_post.get()).sum()
    };
    assert_eq!([teachers("senior"), teachers("junior"), teachers("primary")], table()["福州市"][..3]);
    check_sound(&plan, &office);
}

#[test]
fn the_examples_plan_is_what_is_drafted_and_runs_as_it_stands() {
    let plan = SchoolPlan::draft(&fuzhou(), None).unwrap();
    let path = "examples/schools/plan.yaml";
    assert_eq!(fs::read_to_string(path).unwrap(), plan.scenario("charter.yaml", Some("../../policies")));
    let scenario = Scenario::load(path).unwrap();
    let mut office = scenario.open(None).unwrap();
    assert!(scenario.play(&mut office).all(|played| played.unwrap().as_expected()));
}

#[test]
fn nanpings_plan_is_what_its_scenario_carries_out() {
    let charter = Charter::load("examples/nanping/charter.yaml").unwrap();
    let plan = SchoolPlan::draft(&Office::open(charter, shipped()).unwrap(), None).unwrap();
    let told = fs::read_to_string("examples/nanping/scenario.yaml").unwrap();
    for transfer in &plan.transfers {
        let seats = format!(
            "kind: institution, count: {}, purpose: school-staffing}}, expect: granted}}",
            transfer.count
        );
        let step = format!("transfer: {{from: {}, to: {}, {seats}", transfer.from, transfer.to);
        assert!(told.contains(&step), "{step}");
    }
    assert_eq!(plan.transfers.len(), 3);
}
