//! Every sequence of up to six requests over three units and one pool with caps up to two: all laws in every
//! state, and the office agrees with the model in each.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "test code: a wrong step fails the test"
)]

use std::collections::{BTreeMap, HashSet};
use std::fmt::Write;

use bianzhi::model::{
    ByKind, Date, ExcessRule, LoanId, Opening, OpeningKind, OpeningNode, OpeningPeople, OpeningPool,
    PoolSize, Seats,
};
use bianzhi::{Convert, Outcome, Request, Sitting, Vacate};

use crate::model::books::Books;
use crate::model::pair::Pair;

/// How long a sequence is.
const DEPTH: usize = if cfg!(debug_assertions) { 3 } else { 6 };

const KIND: &str = "institution";

fn opening() -> Opening {
    let node = |id: &str, parent: Option<&str>, level: &str, cap: i64, occupied: i64| OpeningNode {
        id: id.into(),
        parent: parent.map(Into::into),
        level: level.into(),
        tier: None,
        name: id.into(),
        tags: Vec::new(),
        facts: BTreeMap::new(),
        caps: ByKind::from([(KIND.into(), Seats::new(cap))]),
        occupied: if occupied > 0 {
            ByKind::from([(KIND.into(), Seats::new(occupied))])
        } else {
            ByKind::new()
        },
        history: ByKind::new(),
    };
    Opening {
        opened: Date::constant(2024, 1, 1),
        levels: vec!["city".into(), "unit".into()],
        kinds: vec![OpeningKind { id: KIND.into(), zh: KIND.into(), en: KIND.into() }],
        excess: ExcessRule::Refuse,
        nodes: vec![
            node("top", None, "city", 4, 0),
            node("x", Some("top"), "unit", 2, 2),
            node("y", Some("top"), "unit", 1, 0),
            node("z", Some("top"), "unit", 0, 0),
        ],
        pools: vec![OpeningPool {
            id: "pool".into(),
            sponsor: "top".into(),
            kind: KIND.into(),
            name: "pool".into(),
            size: PoolSize::Size(1.into()),
            tags: Vec::new(),
            facts: BTreeMap::new(),
        }],
        people: OpeningPeople::default(),
        loans: Vec::new(),
        permits: Vec::new(),
    }
}

/// Everything that can be asked of a state; a loan or a permit is the first open one. `step` makes ids.
fn alphabet(books: &Books, step: usize) -> Vec<Request> {
    let loan = books.loans.iter().find(|(_, loan)| !loan.draw).map(|(id, loan)| (id.clone(), loan));
    let new = format!("l{step}");
    let mut requests: Vec<Request> = vec![
        Request::appoint("x", KIND).into(),
        Request::appoint("y", KIND).into(),
        Request::appoint("z", KIND).into(),
        Request::vacate_unnamed("x", KIND).into(),
        Request::vacate_unnamed("y", KIND).into(),
        Request::draw("pool", "x", "p").into(),
        Request::draw("pool", "z", "p").into(),
        Request::vacate("p").into(),
        Request::convert("p").into(),
        Request::move_person("p", "y").into(),
        Request::borrow(LoanId::new(&new), "y", "x", KIND, 1).into(),
        Request::borrow(LoanId::new(&new), "top", "z", KIND, 1).into(),
        Request::borrow(LoanId::new(&new), "pool", "y", KIND, 1).into(),
        Request::borrow(LoanId::new(&new), "x", "top", KIND, 2).into(),
        Request::transfer("x", "y", KIND, 1).into(),
        Request::transfer("top", "z", KIND, 1).into(),
        Request::authorize("y", KIND, 1).into(),
        Request::authorize("x", KIND, -1).into(),
        Request::permit(format!("q{step}").as_str(), "y", KIND, 1, Date::constant(2024, 12, 1)).into(),
        Request::authorize("top", KIND, -1).by("superior"),
        Request::name("x", KIND, "q").into(),
        Request::vacate("q").into(),
        Request::move_person("q", "y").into(),
        Request::merge(vec!["y".into()], "x").into(),
        Request::merge(vec!["z".into()], "y").into(),
        Request::abolish("z").into(),
        Request::resize("pool", i64::from(books.size(&"pool".into()) == 0)).into(),
    ];
    if let Some((id, loan)) = loan {
        let unit = if loan.borrower.as_str() == "top" { "z".into() } else { loan.borrower.clone() };
        let who = Sitting::Unnamed { unit: unit.clone(), kind: KIND.into(), loan: Some(id.clone()) };
        requests.push(Request::appoint(unit, KIND).loan(id.clone()).into());
        requests.push(Vacate { who: who.clone(), reason: None }.into());
        requests.push(Convert { who }.into());
        requests.push(Request::give_back(id, 1).into());
    }
    if let Some(id) = books.permits.keys().next() {
        requests.push(Request::appoint("y", KIND).permit(id.clone()).into());
        requests.push(Request::withdraw(id.clone()).into());
    }
    requests
}

/// The books as one text, whatever its loans and permits are called.
fn canonical(books: &Books) -> String {
    let mut text = String::new();
    for (id, node) in &books.nodes {
        let _ = write!(text, "{id}{:?}{:?}{};", node.caps.values(), node.unnamed.values(), books.size(id));
    }
    let seat = |id: &LoanId| {
        let loan = &books.loans[id];
        format!("{}>{}{}{:?}", loan.lender, loan.borrower, loan.seats, loan.unnamed)
    };
    for (id, person) in &books.people {
        let _ = write!(text, "{id}{}{:?};", person.unit, person.loan.as_ref().map(seat));
    }
    let mut rows: Vec<String> = books.loans.keys().map(seat).collect();
    rows.sort();
    let mut permits: Vec<String> =
        books.permits.values().map(|permit| format!("{}{}", permit.unit, permit.count)).collect();
    permits.sort();
    let _ = write!(text, "{rows:?}{permits:?}");
    text
}

#[test]
fn every_sequence_keeps_the_laws() {
    let first = Pair::open(&opening()).unwrap();
    let mut seen = HashSet::from([canonical(&first.model.books)]);
    let mut states = vec![(first, Vec::new())];
    let mut asked = 0_u64;
    for step in 1..=DEPTH {
        let mut next = Vec::new();
        for (pair, way) in &states {
            for request in alphabet(&pair.model.books, step) {
                asked += 1;
                let mut after = pair.fork();
                let outcome = after.step(&request).unwrap_or_else(|difference| {
                    panic!("{difference}\nafter {way:#?}\nasked {request:?}");
                });
                if outcome == Outcome::Granted && seen.insert(canonical(&after.model.books)) {
                    let mut way: Vec<String> = way.clone();
                    way.push(serde_json::to_string(&request).unwrap());
                    next.push((after, way));
                }
            }
        }
        println!("{step}: {} new states, {asked} requests", next.len());
        states = next;
    }
    assert!(seen.len() > 100, "only {} states", seen.len());
}
