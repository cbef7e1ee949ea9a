//! The ten laws, one test each, named after the law.

use bianzhi::model::{Date, ExcessRule, OpeningPermit, PoolSize, Seats};
use bianzhi::{Charter, Office, PolicySet, Reason, Request};

use crate::city::{City, OPENED, ask, figures, grant, refuse};

const KIND: &str = "administrative";

fn city() -> City {
    City::new(30)
        .county("north", 10)
        .county("south", 15)
        .unit("finance", "north", 5, 4)
        .unit("audit", "north", 5, 5)
        .unit("school", "south", 10, 6)
}

fn figure(office: &Office, node: &str) -> bianzhi::model::Figures {
    office.figures(node, KIND).unwrap()
}

#[test]
fn l1_cap_charged_never_exceeds_the_cap() {
    let mut office = city().open();
    grant(&mut office, Request::authorize("north", KIND, 1));
    grant(&mut office, Request::appoint("finance", KIND));
    let decision = refuse(&mut office, Request::appoint("finance", KIND), &["cap"]);
    let Some(Reason::Law(law)) = decision.reasons.first() else { panic!("{decision:?}") };
    assert_eq!(
        (law.node.as_str(), law.cap, law.charged, law.asked),
        ("finance", 5.into(), 5.into(), 1.into())
    );
}

#[test]
fn l1_a_pool_that_took_the_room_is_named() {
    let mut office = city().pool("pool", "north", 3).open();
    let permit = Request::permit("p1", "finance", KIND, 1, OPENED);
    grant(&mut office, Request::draw("pool", "audit", "p-1"));
    let decision = refuse(&mut office, permit, &["cap"]);
    let Some(Reason::Law(law)) = decision.reasons.first() else { panic!("{decision:?}") };
    assert_eq!((law.node.as_str(), law.taken_by.as_slice()), ("north", &["pool".to_owned()][..]));
}

#[test]
fn l1_a_pool_lends_no_more_than_its_size() {
    let mut office = city().pool("pool", "south", 1).open();
    grant(&mut office, Request::draw("pool", "school", "p-1"));
    refuse(&mut office, Request::draw("pool", "school", "p-2"), &["cap"]);
    grant(&mut office, Request::resize("pool", 0));
    assert_eq!(figure(&office, "pool").lent, Seats::ONE, "nobody is evicted");
    grant(&mut office, Request::vacate("p-1"));
    refuse(&mut office, Request::draw("pool", "school", "p-2"), &["cap"]);
}

#[test]
fn l1_inherited_excess_only_shrinks() {
    let mut city = city();
    city.0.excess = ExcessRule::Tolerate;
    for node in &mut city.0.nodes {
        if node.id.as_str() == "audit" {
            node.occupied.insert(KIND.into(), Seats::new(7));
        }
    }
    let mut office = city.open();
    assert_eq!((figure(&office, "audit").excess, figure(&office, "north").excess), (2.into(), 2.into()));
    refuse(&mut office, Request::appoint("audit", KIND), &["cap", "cap"]);
    refuse(&mut office, Request::authorize("audit", KIND, -1), &["cap"]);
    grant(&mut office, Request::vacate_unnamed("audit", KIND));
    grant(&mut office, Request::authorize("finance", KIND, -1));
    grant(&mut office, Request::authorize("audit", KIND, 1));
}

#[test]
fn l2_allotment_a_jurisdiction_hands_down_no_more_than_its_cap() {
    let mut office = city().open();
    refuse(&mut office, Request::authorize("finance", KIND, 1), &["allotment"]);
    grant(&mut office, Request::authorize("north", KIND, 5));
    refuse(&mut office, Request::authorize("south", KIND, 1), &["allotment"]);
    grant(&mut office, Request::borrow("l1", "north", "school", KIND, 5));
    refuse(&mut office, Request::authorize("finance", KIND, 1), &["allotment"]);
}

#[test]
fn l3_conservation_lent_is_borrowed_and_a_transfer_changes_no_total() {
    let mut office = city().open();
    grant(&mut office, Request::borrow("l1", "school", "north", KIND, 3));
    assert_eq!(figure(&office, "school").lent, figure(&office, "north").borrowed);
    grant(&mut office, Request::transfer("school", "audit", KIND, 1));
    let caps = ["city", "north", "south", "audit", "school"].map(|node| figure(&office, node).cap.get());
    assert_eq!(caps, [30, 11, 14, 6, 9]);
    grant(&mut office, Request::give_back("l1", 3));
    assert!(figure(&office, "school").lent.is_zero() && figure(&office, "north").borrowed.is_zero());
}

#[test]
fn l4_use_within_right_people_fit_the_loan_and_only_empty_seats_return() {
    let mut office = city().open();
    grant(&mut office, Request::borrow("l1", "school", "north", KIND, 1));
    refuse(&mut office, Request::appoint("school", KIND).loan("l1"), &["use-within-right"]);
    grant(&mut office, Request::appoint("audit", KIND).loan("l1"));
    refuse(&mut office, Request::appoint("audit", KIND).loan("l1"), &["use-within-right"]);
    refuse(&mut office, Request::give_back("l1", 1), &["use-within-right"]);
    assert_eq!(figure(&office, "audit").headcount, 6.into());
    assert_eq!(
        (figure(&office, "north").borrowed_occupied, figure(&office, "audit").borrowed),
        (1.into(), 0.into())
    );
}

#[test]
fn l5_no_lending_on_borrowed_seats_are_never_lent() {
    let mut office = city().open();
    grant(&mut office, Request::borrow("l1", "school", "audit", KIND, 2));
    refuse(&mut office, Request::borrow("l2", "audit", "finance", KIND, 1), &["cap", "lending-on"]);
}

#[test]
fn l6_one_person_sits_on_one_seat() {
    let mut office = city().pool("pool", "south", 1).open();
    grant(&mut office, Request::appoint("school", KIND).person("p-1"));
    refuse(&mut office, Request::draw("pool", "school", "p-1"), &["one-person-one-seat"]);
    refuse(&mut office, Request::appoint("finance", KIND).person("p-1"), &["one-person-one-seat"]);
    grant(&mut office, Request::vacate("p-1"));
    grant(&mut office, Request::appoint("finance", KIND).person("p-1"));
}

#[test]
fn l7_kinds_never_mix() {
    let mut office = city().pool("pool", "south", 1).open();
    grant(&mut office, Request::borrow("l1", "school", "audit", KIND, 1));
    refuse(&mut office, Request::appoint("audit", "institution").loan("l1"), &["kind"]);
    refuse(&mut office, Request::borrow("l2", "pool", "audit", "institution", 1), &["kind"]);
}

#[test]
fn l8_headcount_never_exceeds_the_roots_cap() {
    let mut office = city().pool("pool", "city", 30).open();
    for number in 0..40 {
        ask(&mut office, Request::draw("pool", "audit", format!("p-{number}")));
    }
    assert_eq!(figure(&office, "city").headcount, 30.into());
}

#[test]
fn l9_reach_an_actor_changes_only_what_its_node_contains() {
    let mut office = city().open();
    refuse(&mut office, Request::transfer("school", "audit", KIND, 1).by("north"), &["reach"]);
    refuse(&mut office, Request::authorize("north", KIND, 1).by("north"), &["reach"]);
    refuse(&mut office, Request::authorize("city", KIND, 1), &["reach"]);
    refuse(&mut office, Request::appoint("finance", KIND).by("finance"), &["reach"]);
    grant(&mut office, Request::authorize("city", KIND, 1).by("superior"));
    grant(&mut office, Request::permit("p1", "finance", KIND, 1, OPENED).by("north"));
    grant(&mut office, Request::appoint("finance", KIND).permit("p1").by("finance"));
    grant(&mut office, Request::vacate_unnamed("finance", KIND).by("finance"));
}

#[test]
fn l10_memory_the_books_are_the_replay_of_the_events() {
    let city = city().pool("pool", "south", 1);
    let charter = Charter::from_opening(city.0).unwrap();
    let mut office = Office::open(charter.clone(), None).unwrap();
    grant(&mut office, Request::draw("pool", "school", "p-1"));
    grant(&mut office, Request::borrow("l1", "school", "north", KIND, 2).ends(Date::constant(2024, 6, 1)));
    grant(&mut office, Request::appoint("audit", KIND).loan("l1"));
    grant(&mut office, Request::vacate("p-1").on(Date::constant(2025, 2, 1)));
    grant(&mut office, Request::establish_pool("pool-2", "city", KIND, PoolSize::Size(Seats::ONE)));
    refuse(&mut office, Request::abolish("audit"), &["not-empty"]);
    let again = Office::replay(&charter, None, office.journal().entries()).unwrap();
    assert_eq!(figures(&again), figures(&office));
    assert_eq!(again.today(), office.today());
}

#[test]
fn l10_memory_a_node_cut_once_it_was_no_longer_over_is_replayed() {
    let mut city = city();
    city.0.excess = ExcessRule::Tolerate;
    city.0.permits.push(OpeningPermit {
        id: "k-1".into(),
        unit: "finance".into(),
        kind: KIND.into(),
        count: Seats::new(2),
        ends: OPENED,
        purpose: None,
    });
    let charter = Charter::from_opening(city.0).unwrap();
    let script = "fn after_lapsed(event) { if office().has_node(\"school\") { transfer(event.unit, office().node(\"school\"), event.kind, 1); } }";
    let policies = PolicySet::from_files([("a.rhai".to_owned(), script.into())]).unwrap();
    let mut office = Office::open(charter.clone(), policies.clone()).unwrap();
    assert_eq!(figure(&office, "finance").charged, 6.into(), "one over");
    let decision = grant(&mut office, Request::advance(Date::constant(2024, 1, 2)));
    assert_eq!(decision.advanced.unwrap().findings, []);
    assert_eq!((figure(&office, "finance").cap, figure(&office, "school").cap), (4.into(), 11.into()));
    let again = Office::replay(&charter, policies, office.journal().entries()).unwrap();
    assert_eq!(figures(&again), figures(&office));
}
