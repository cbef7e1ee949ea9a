//! Plans: shares against brute force, plans that run and change no total, the real table, the command, a made city.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "tests: what goes wrong here must stop the test"
)]

#[cfg(feature = "cli")]
mod command;
mod faults;
mod fujian;
#[cfg(feature = "cli")]
mod made_city;
#[cfg(feature = "cli")]
mod made_nation;
mod random;
mod schools;
mod share;

use std::fmt::Write as _;
use std::fs;

use bianzhi::plan::{PlannedPlace, SchoolPlan};
use bianzhi::scenario::Scenario;
use bianzhi::{Charter, Office, PolicySet, Seats};

/// The shipped policies.
fn shipped() -> PolicySet {
    PolicySet::load("policies").unwrap()
}

/// The shipped policies with another objective.
fn with_objective(objective: &str) -> PolicySet {
    with_parameters(|text| {
        text.replace("{2000-01-01: proportional}", &format!("{{2000-01-01: {objective}}}"))
    })
}

/// The shipped parameters and words, changed; no scripts.
fn with_parameters(change: impl Fn(String) -> String) -> PolicySet {
    let read = |name: &str| fs::read_to_string(format!("policies/{name}")).unwrap();
    let files = [("parameters.yaml", change(read("parameters.yaml"))), ("facts.yaml", read("facts.yaml"))];
    PolicySet::from_files(files.map(|(name, text)| (name.to_owned(), text.into_bytes()))).unwrap()
}

/// A charter of one kind; nodes are lines of `id parent level cap occupied tags-and-facts`.
fn charter(excess: &str, nodes: &[&str], more: &str) -> String {
    let mut text = format!(
        "bianzhi: charter/1\nopened: 2024-01-01\nlevels: [city, county, town, unit]\n\
         kinds: {{institution: {{zh: 事业编制, en: institution}}}}\nexcess: {excess}\nnodes:\n"
    );
    for node in nodes {
        let mut words = node.split_whitespace();
        let mut next = || words.next().unwrap_or_default().to_owned();
        let (id, parent, level, cap, occupied) = (next(), next(), next(), next(), next());
        let parent = if parent == "-" { String::new() } else { format!(", parent: {parent}") };
        let occupied =
            if level == "unit" { format!(", occupied: {{institution: {occupied}}}") } else { String::new() };
        let mut extra = String::new();
        let mut facts = Vec::new();
        for word in words {
            match word.split_once('=') {
                Some((name, value)) => facts.push(format!("pupils_{name}: {value}")),
                None => extra = format!(", tags: [{word}]"),
            }
        }
        let facts =
            if facts.is_empty() { extra } else { format!("{extra}, facts: {{{}}}", facts.join(", ")) };
        let _ = writeln!(
            text,
            "  - {{id: {id}{parent}, level: {level}, caps: {{institution: {cap}}}{occupied}{facts}}}"
        );
    }
    text + more
}

fn open(charter: &str, policies: PolicySet) -> Office {
    Office::open(Charter::parse("charter.yaml", charter).unwrap(), policies).unwrap()
}

/// Drafts the plan of the books' own day.
fn draft(office: &Office) -> SchoolPlan {
    SchoolPlan::draft(office, None).unwrap()
}

fn targets(places: &[PlannedPlace]) -> Vec<(&str, i64)> {
    places.iter().map(|place| (place.node.as_str(), place.target.get())).collect()
}

/// What must hold for every plan, and that it runs as it stands.
#[track_caller]
fn check_sound(plan: &SchoolPlan, office: &Office) {
    for places in [&plan.counties, &plan.schools] {
        let sum = |read: fn(&PlannedPlace) -> Seats| -> Seats { places.iter().map(read).sum() };
        assert_eq!(sum(|place| place.target), sum(|place| place.cap), "a total changed");
        for place in places {
            assert!(place.target >= place.in_post, "someone is displaced: {place:?}");
        }
    }
    for county in &plan.counties {
        let inside = plan.schools.iter().filter(|school| school.county == county.node);
        assert_eq!(inside.map(|school| school.target).sum::<Seats>(), county.target, "{}", county.node);
    }
    let books = office.books();
    let node = |id: &bianzhi::model::NodeId| books.node(id.as_str()).unwrap();
    for one in &plan.transfers {
        let meet = books.graph().common_ancestor(node(&one.from), node(&one.to));
        assert_eq!(
            books.id(meet),
            one.by,
            "a transfer by someone else than the lowest place that reaches both"
        );
    }
    let mut fork = office.fork();
    let scenario = Scenario::parse("plan.yaml", &plan.scenario("charter.yaml", None)).unwrap();
    for played in scenario.play(&mut fork) {
        let played = played.unwrap();
        assert!(played.as_expected(), "{played:?}");
    }
    let caps = |office: &Office, id: &str| office.figures(id, plan.kind.as_str()).unwrap().cap;
    let root = plan.root.as_str();
    assert_eq!(caps(&fork, root), caps(office, root));
    for school in &plan.schools {
        assert_eq!(caps(&fork, school.node.as_str()), school.target);
    }
    plan.rehearse(office).unwrap();
}
