//! The state of the stream as books of bianzhi: opening books, and each change as requests that the laws accept.

use std::collections::BTreeMap;

use bianzhi::Request;
use bianzhi::model::{
    ByKind, Date, ExcessRule, KindId, NodeId, Opening, OpeningKind, OpeningNode, OpeningPeople, OpeningPool,
    PoolSize, Seats,
};

use super::state::{Back, Change};
use super::{A_YEAR, Answer, Ask, CATEGORIES, COUNTIES, City, KINDS, PURPOSES, UNITS_EACH, Unit, Verb};

/// The day on which the requests of this place in the stream are asked.
pub(crate) fn day(number: u32) -> Date {
    first_of(0, number / A_YEAR)
}

/// The first day of a month, so many years and months after the books opened.
fn first_of(months: u8, years: u32) -> Date {
    let years = i16::try_from(years).unwrap_or(0);
    let month = i8::try_from(months % 12).unwrap_or(0);
    Date::new(2024 + years + i16::from(months / 12), 1 + month, 1).unwrap_or(Date::constant(2024, 1, 1))
}

/// Opening books of the city. The pools are larger than anything the rule lets be drawn.
pub(crate) fn opening(city: &City) -> Opening {
    let mut nodes = vec![node("city".into(), None, "city", &[])];
    nodes.extend((0..COUNTIES).map(|number| node(county(number), Some("city".into()), "county", &[])));
    for (number, (unit, seats)) in (0..).zip(city.units.iter().zip(&city.seats)) {
        let mut node = node(self::unit(number), Some(county(number / UNITS_EACH)), "unit", &tags(*unit));
        for (kind, (approved, occupied)) in KINDS.iter().zip(seats) {
            node.caps.insert(KindId::new(*kind), Seats::new(i64::from(*approved)));
            node.occupied.insert(KindId::new(*kind), Seats::new(i64::from(*occupied)));
            add_cap(nodes.get_mut(0), kind, *approved);
            add_cap(nodes.get_mut(1 + usize::from(number / UNITS_EACH)), kind, *approved);
        }
        nodes.push(node);
    }
    let pools = (0..).zip(KINDS).map(|(number, kind)| OpeningPool {
        id: pool(number),
        sponsor: "city".into(),
        kind: KindId::new(kind),
        name: pool(number).to_string(),
        size: PoolSize::Size(Seats::new(100_000)),
        tags: Vec::new(),
        facts: BTreeMap::new(),
    });
    Opening {
        opened: day(0),
        levels: ["city", "county", "unit"].map(str::to_owned).to_vec(),
        kinds: KINDS
            .map(|kind| OpeningKind { id: KindId::new(kind), zh: kind.to_owned(), en: kind.to_owned() })
            .to_vec(),
        excess: ExcessRule::Refuse,
        nodes,
        pools: pools.collect(),
        people: OpeningPeople::default(),
        loans: Vec::new(),
        permits: Vec::new(),
    }
}

/// What is asked, in bianzhi's verbs: appoint, draw, borrow, vacate.
pub(crate) fn request(ask: &Ask) -> Request {
    let (at, kind) = (unit(ask.unit), kind(ask.kind));
    match ask.verb {
        Verb::Hire => Request::appoint(at, kind).into(),
        Verb::Draw => {
            let category = CATEGORIES.get(usize::from(ask.category)).copied().unwrap_or_default();
            Request::draw(pool(ask.kind), at, person(ask.number)).category(category).into()
        }
        Verb::Borrow => {
            let purpose = PURPOSES.get(usize::from(ask.purpose)).copied().unwrap_or_default();
            Request::borrow(loan(ask.number), unit(ask.lender), at, kind, i64::from(ask.count))
                .purpose(purpose)
                .ends(first_of(ask.months, ask.number / A_YEAR))
                .into()
        }
        Verb::Leave => Request::vacate_unnamed(at, kind).into(),
    }
}

/// The requests that make the same change in books of an office without policies.
pub(crate) fn changes(ask: &Ask, change: Change) -> Vec<Request> {
    match change {
        Change::Nothing => Vec::new(),
        Change::AsAsked => vec![request(ask)],
        Change::AndBack(Back::Person(number)) => {
            vec![request(ask), Request::convert(person(number)).into()]
        }
        Change::AndBack(Back::Loan(number)) => {
            vec![request(ask), Request::give_back(loan(number), 1).into()]
        }
    }
}

/// What bianzhi answered, as the stream names it: the first reason of a denial, else the note.
pub(crate) fn answer(granted: bool, reason: Option<&str>, note: Option<&str>) -> Option<Answer> {
    match (granted, reason, note) {
        (true, _, None) => Some(Answer::Granted),
        (true, _, Some(code)) | (false, Some(code), _) => Answer::from_code(code),
        (false, None, _) => None,
    }
}

fn county(number: u16) -> NodeId {
    format!("c{number}").into()
}

fn unit(number: u16) -> NodeId {
    format!("u{number}").into()
}

fn kind(number: u8) -> KindId {
    KindId::new(KINDS.get(usize::from(number)).copied().unwrap_or_default())
}

fn pool(kind: u8) -> NodeId {
    format!("{}-pool", KINDS.get(usize::from(kind)).copied().unwrap_or_default()).into()
}

fn person(number: u32) -> String {
    format!("p{number}")
}

fn loan(number: u32) -> String {
    format!("l{number}")
}

fn tags(unit: Unit) -> Vec<&'static str> {
    let all = [
        (unit.controlled, "control-scope"),
        (unit.city_organ, "city-organ"),
        (unit.school, "school"),
        (unit.hospital, "hospital"),
    ];
    all.into_iter().filter(|(has, _)| *has).map(|(_, tag)| tag).collect()
}

fn node(id: NodeId, parent: Option<NodeId>, level: &str, tags: &[&str]) -> OpeningNode {
    OpeningNode {
        name: id.to_string(),
        id,
        parent,
        level: level.to_owned(),
        tier: None,
        tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
        facts: BTreeMap::new(),
        caps: ByKind::new(),
        occupied: ByKind::new(),
        history: ByKind::new(),
    }
}

fn add_cap(node: Option<&mut OpeningNode>, kind: &str, seats: i32) {
    if let Some(node) = node {
        let before = node.caps.get(kind).copied().unwrap_or_default();
        node.caps.insert(KindId::new(kind), before + Seats::new(i64::from(seats)));
    }
}
