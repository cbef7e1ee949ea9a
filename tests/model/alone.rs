//! The model by itself: the worked example of the scenario format, and the laws under random requests.

use std::collections::BTreeMap;

use bianzhi::model::{
    ByKind, Date, ExcessRule, KindId, Opening, OpeningKind, OpeningNode, OpeningPeople, OpeningPool,
    PoolSize, Seats,
};
use bianzhi::{Outcome, Request};
use proptest::prelude::*;

use super::answer::Model;
use super::laws;
use super::{charters, requests};

#[test]
fn a_draw_eats_the_sponsors_room_and_not_the_users_cap() {
    let node = |id: &str, parent: Option<&str>, level: &str, cap: i64, occupied: i64| OpeningNode {
        id: id.into(),
        parent: parent.map(Into::into),
        level: level.into(),
        tier: None,
        name: id.into(),
        tags: Vec::new(),
        facts: BTreeMap::new(),
        caps: ByKind::from([("administrative".into(), Seats::new(cap))]),
        occupied: ByKind::from([("administrative".into(), Seats::new(occupied))]),
        history: ByKind::new(),
    };
    let opening = Opening {
        opened: Date::constant(2024, 1, 1),
        levels: vec!["city".into(), "county".into(), "unit".into()],
        kinds: vec![OpeningKind {
            id: "administrative".into(),
            zh: "行政编制".into(),
            en: "administrative".into(),
        }],
        excess: ExcessRule::Refuse,
        nodes: vec![
            node("nanping", None, "city", 5000, 0),
            node("direct", Some("nanping"), "county", 1500, 0),
            node("finance", Some("direct"), "unit", 40, 40),
            node("audit", Some("direct"), "unit", 40, 0),
        ],
        pools: vec![OpeningPool {
            id: "pool".into(),
            sponsor: "direct".into(),
            kind: "administrative".into(),
            name: "pool".into(),
            size: PoolSize::Size(1.into()),
            tags: Vec::new(),
            facts: BTreeMap::new(),
        }],
        people: OpeningPeople::default(),
        loans: Vec::new(),
        permits: Vec::new(),
    };
    let mut model = Model::open(&opening);
    let draw = Request::draw("pool", "finance", "p-017").category("selected-graduate");
    let answer = model.submit(&draw.clone().on(Date::constant(2024, 3, 5)).by("nanping"));
    assert_eq!(answer.outcome, Outcome::Granted);
    assert_eq!(answer.events.len(), 2);
    let kind = KindId::new("administrative");
    let finance = model.books.table()[&("finance".into(), kind.clone())];
    assert_eq!((finance.headcount.get(), finance.charged.get(), finance.borrowed.get()), (41, 40, 1));
    let direct = model.books.table()[&("direct".into(), kind)];
    assert_eq!((direct.charged.get(), direct.headcount.get(), direct.room.get()), (41, 41, 1459));
    let answer = model.submit(&Request::transfer("finance", "audit", "administrative", 99).into());
    assert_eq!(answer.figures.len(), 1);
    let row = &answer.figures[0];
    assert_eq!((row.code, row.cap, row.charged, row.asked), ("cap", 40, 40, 99));
    let answer = model.submit(&Request::draw("pool", "finance", "p-018").into());
    assert_eq!((answer.figures[0].node.as_str(), answer.figures[0].cap), ("pool", 1));
    assert_eq!(model.books.people_in_all(), 41);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_laws_hold_in_the_model(
        charter in prop::collection::vec(any::<u16>(), 0..120),
        steps in prop::collection::vec(prop::collection::vec(any::<u16>(), 0..30), 0..60),
    ) {
        let opening = charters::opening(&charter);
        let mut model = Model::open(&opening);
        let opened = model.books.table();
        prop_assert_eq!(laws::broken(&model.books, &opened, &opened), Vec::<String>::new());
        for (step, numbers) in steps.iter().enumerate() {
            let request = requests::request(&model.books, numbers, step);
            model.submit(&request);
            let broken = laws::broken(&model.books, &model.books.table(), &opened);
            prop_assert!(broken.is_empty(), "{:?} after {:?}", broken, request);
        }
    }
}

/// Random tests mean little where they never come: every verb is granted at times, every code given.
#[test]
fn random_requests_reach_every_verb_and_every_code() {
    let mut state = 1_u64;
    let mut number = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as u16
    };
    let mut seen: BTreeMap<String, u32> = BTreeMap::new();
    let mut all = 0;
    for _ in 0..150 {
        let charter: Vec<u16> = (0..160).map(|_| number()).collect();
        let mut model = Model::open(&charters::opening(&charter));
        for step in 0..100 {
            let numbers: Vec<u16> = (0..28).map(|_| number()).collect();
            let request = requests::request(&model.books, &numbers, step);
            let answer = model.submit(&request);
            all += 1;
            let verb = request.verb.name();
            *seen.entry(format!("{verb} {}", answer.outcome)).or_default() += 1;
            *seen.entry(answer.outcome.to_string()).or_default() += 1;
            let codes = answer.codes.iter().copied().chain(answer.figures.iter().map(|row| row.code));
            for code in codes {
                *seen.entry(code.to_owned()).or_default() += 1;
            }
            for event in answer.events.iter().chain(answer.advanced.iter().flatten()) {
                let name = event.split('"').nth(1).unwrap();
                *seen.entry(format!("{name} happened")).or_default() += 1;
            }
        }
    }
    println!("{seen:#?}");
    let (granted, all) = (f64::from(seen["granted"]), f64::from(all));
    assert!(granted / all > 0.3, "only {} of {all} granted", seen["granted"]);
    let later = ["owe", "correct"];
    for verb in bianzhi::Verb::NAMES.iter().filter(|verb| !later.contains(verb)) {
        assert!(seen.contains_key(&format!("{verb} granted")), "`{verb}` is never granted");
    }
    let input = bianzhi::model::InputCode::ALL.iter().map(|code| code.as_str());
    let law = bianzhi::model::LawCode::ALL.iter().map(|code| code.as_str());
    let later = ["unknown-entry", "not-reversible"];
    for code in input.chain(law).filter(|code| !later.contains(code)) {
        assert!(seen.contains_key(code), "`{code}` is never given");
    }
}
