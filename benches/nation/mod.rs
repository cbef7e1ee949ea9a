//! A made-up nation for benchmarks: counties of 100 units or more.

use std::collections::BTreeMap;

use bianzhi::model::{
    ByKind, Date, ExcessRule, KindId, NodeId, Opening, OpeningKind, OpeningNode, OpeningPeople, Seats,
};

/// The first day.
pub(crate) const OPENED: Date = Date::constant(2024, 1, 1);
/// The kind that everything is measured in.
pub(crate) const KIND: &str = "institution";
/// A unit's cap, and the people in it.
pub(crate) const UNIT: (i64, i64) = (30, 24);

/// How many units, and in how many counties.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Size {
    /// Units.
    pub(crate) units: u32,
    /// Counties.
    pub(crate) counties: u32,
}

/// A city of a thousand units.
pub(crate) const CITY: Size = Size { units: 1_000, counties: 10 };
/// A nation of a million.
pub(crate) const NATION: Size = Size { units: 1_000_000, counties: 1_000 };

/// The id of a unit.
pub(crate) fn unit(number: u32) -> NodeId {
    format!("u{number}").into()
}

/// The county that a unit lies in.
pub(crate) fn county_of(number: u32, size: Size) -> u32 {
    number % size.counties
}

/// Units in an order that jumps about, always the same.
pub(crate) fn shuffled(size: Size) -> Vec<u32> {
    // A stride without a common divisor visits each unit once.
    let stride = u64::from(size.units) * 618 / 1000 + 1;
    let stride = (stride..u64::MAX).find(|stride| gcd(*stride, u64::from(size.units)) == 1).unwrap_or(1);
    (0..u64::from(size.units))
        .map(|turn| u32::try_from(turn * stride % u64::from(size.units)).unwrap_or(0))
        .collect()
}

fn gcd(one: u64, other: u64) -> u64 {
    if other == 0 { one } else { gcd(other, one % other) }
}

/// Opening books of this size, with so many kinds in use at every unit.
pub(crate) fn opening(size: Size, kinds: &[&str]) -> Opening {
    let caps = |cap: i64| -> ByKind<Seats> {
        kinds.iter().map(|kind| (KindId::new(*kind), Seats::new(cap))).collect()
    };
    let node = |id: NodeId, parent: Option<NodeId>, level: &str, cap: i64| OpeningNode {
        name: id.to_string(),
        id,
        parent,
        level: level.to_owned(),
        tier: None,
        tags: Vec::new(),
        facts: BTreeMap::new(),
        caps: caps(cap),
        occupied: ByKind::new(),
        history: ByKind::new(),
    };
    let of_county = i64::from(size.units / size.counties) * UNIT.0;
    let mut nodes = vec![node("nation".into(), None, "city", of_county * i64::from(size.counties))];
    nodes.extend(
        (0..size.counties)
            .map(|number| node(format!("c{number}").into(), Some("nation".into()), "county", of_county)),
    );
    nodes.extend((0..size.units).map(|number| {
        let county = format!("c{}", county_of(number, size));
        let mut unit = node(unit(number), Some(county.into()), "unit", UNIT.0);
        unit.occupied = caps(UNIT.1);
        unit
    }));
    Opening {
        opened: OPENED,
        levels: ["city", "county", "unit"].map(str::to_owned).to_vec(),
        kinds: kinds
            .iter()
            .map(|kind| OpeningKind {
                id: KindId::new(*kind),
                zh: (*kind).to_owned(),
                en: (*kind).to_owned(),
            })
            .collect(),
        excess: ExcessRule::Refuse,
        nodes,
        pools: Vec::new(),
        people: OpeningPeople::default(),
        loans: Vec::new(),
        permits: Vec::new(),
    }
}
