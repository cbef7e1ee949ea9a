//! Random charters: two to four levels, one to three kinds, pools, people, loans, permits, near their limits.

use std::collections::BTreeMap;

use bianzhi::model::{
    ByKind, Date, ExcessRule, Instalment, KindId, NodeId, Opening, OpeningKind, OpeningLoan, OpeningNode,
    OpeningPeople, OpeningPermit, OpeningPerson, OpeningPool, PoolSize, Seats,
};

use super::dice::Dice;

const LEVELS: [&str; 4] = ["city", "county", "bureau", "unit"];
const KINDS: [&str; 3] = ["administrative", "institution", "support"];

/// An opening as the numbers say. Whatever they are, it is a valid one.
pub(crate) fn opening(numbers: &[u16]) -> Opening {
    let dice = &mut Dice::new(numbers);
    let depth = 2 + (dice.roll(3) + 1) % 3;
    let levels: Vec<String> = LEVELS[..depth - 1].iter().chain([&"unit"]).map(ToString::to_string).collect();
    let kinds: Vec<KindId> = KINDS[..=dice.roll(3)].iter().map(|kind| KindId::new(*kind)).collect();
    let excess = if dice.roll(3) == 1 { ExcessRule::Tolerate } else { ExcessRule::Refuse };
    let opened = [Date::constant(2024, 1, 1), Date::constant(2024, 5, 20), Date::constant(2023, 12, 30)];
    let mut opening = Opening {
        opened: opened[dice.roll(3)],
        levels,
        kinds: kinds
            .iter()
            .map(|id| OpeningKind { id: id.clone(), zh: id.to_string(), en: id.to_string() })
            .collect(),
        excess,
        nodes: Vec::new(),
        pools: Vec::new(),
        people: OpeningPeople::default(),
        loans: Vec::new(),
        permits: Vec::new(),
    };
    node(&mut opening, dice, "city", None, 0);
    pools(&mut opening, dice);
    units(&mut opening, dice, &kinds);
    loans(&mut opening, dice, &kinds);
    caps(&mut opening, dice, &kinds);
    opening
}

fn node(opening: &mut Opening, dice: &mut Dice<'_>, id: &str, parent: Option<&str>, level: usize) {
    let last = opening.levels.len() - 1;
    opening.nodes.push(OpeningNode {
        id: NodeId::new(id),
        parent: parent.map(NodeId::new),
        level: opening.levels[level].clone(),
        tier: None,
        name: id.to_owned(),
        tags: if dice.once_in(3) { vec!["school".into()] } else { Vec::new() },
        facts: BTreeMap::new(),
        caps: ByKind::new(),
        occupied: ByKind::new(),
        history: ByKind::new(),
    });
    if level == last {
        return;
    }
    let children = if level == 0 { 2 + dice.roll(2) } else { 1 + dice.roll(2) };
    for (number, letter) in ["a", "b", "c"].iter().take(children).enumerate() {
        // Levels may be skipped: the last child of a jurisdiction is a unit at times.
        let skip = number + 1 == children && dice.once_in(3);
        let below = if skip { last } else { level + 1 };
        let name = if parent.is_none() { (*letter).to_owned() } else { format!("{id}.{letter}") };
        node(opening, dice, &name, Some(id), below);
    }
}

fn is_unit(opening: &Opening, node: &OpeningNode) -> bool {
    opening.levels.last() == Some(&node.level)
}

fn ids(opening: &Opening, units: bool) -> Vec<NodeId> {
    let wanted = opening.nodes.iter().filter(|node| is_unit(opening, node) == units);
    wanted.map(|node| node.id.clone()).collect()
}

fn pools(opening: &mut Opening, dice: &mut Dice<'_>) {
    let sponsors = ids(opening, false);
    for number in 0..dice.roll(3) {
        let size = if dice.once_in(5) {
            PoolSize::Rule("rule".into())
        } else {
            PoolSize::Size(dice.count(0, 3).into())
        };
        opening.pools.push(OpeningPool {
            id: NodeId::new(format!("pool-{number}")),
            sponsor: dice.pick(&sponsors).expect("a root").clone(),
            kind: opening.kinds[dice.roll(opening.kinds.len())].id.clone(),
            name: format!("pool-{number}"),
            size,
            tags: Vec::new(),
            facts: BTreeMap::new(),
        });
    }
}

/// People and permits of every unit.
fn units(opening: &mut Opening, dice: &mut Dice<'_>, kinds: &[KindId]) {
    for unit in ids(opening, true) {
        for kind in kinds {
            let occupied = dice.count(0, 3);
            for number in 0..occupied.min(dice.count(0, 2)) {
                opening.people.push(OpeningPerson {
                    id: format!("{unit}-{kind}-{number}").as_str().into(),
                    unit: unit.clone(),
                    kind: kind.clone(),
                    category: None,
                    since: None,
                    loan: None,
                });
            }
            if dice.once_in(4) {
                opening.permits.push(OpeningPermit {
                    id: format!("permit-{unit}-{kind}").as_str().into(),
                    unit: unit.clone(),
                    kind: kind.clone(),
                    count: dice.count(1, 2).into(),
                    ends: day(opening.opened, dice.count(0, 40)),
                    purpose: None,
                });
            }
            let node = opening.nodes.iter_mut().find(|node| node.id == unit).expect("known");
            node.occupied.insert(kind.clone(), Seats::new(occupied));
        }
    }
}

fn loans(opening: &mut Opening, dice: &mut Dice<'_>, kinds: &[KindId]) {
    let nodes: Vec<NodeId> = opening.nodes.iter().map(|node| node.id.clone()).collect();
    for number in 0..dice.roll(4) {
        let borrower = dice.pick(&nodes).expect("a root").clone();
        let units = units_within(opening, &borrower);
        let mut kind = dice.pick(kinds).expect("one kind").clone();
        let mut lender = dice.pick(&nodes).expect("a root").clone();
        let mut seats = dice.count(1, 3);
        let pool = opening.pools.first().cloned();
        let mut draw = false;
        if let Some(pool) = pool.filter(|_| dice.once_in(2)) {
            let lent = opening.loans.iter().filter(|loan| loan.lender == pool.id);
            let used: i64 = lent.map(|loan| loan.seats.get()).sum();
            let free = if let PoolSize::Size(size) = &pool.size { size.get() - used } else { 0 };
            if free > 0 {
                draw = units.first() == Some(&borrower);
                seats = if draw { 1 } else { seats.min(free) };
                (lender, kind) = (pool.id, pool.kind);
            }
        }
        if lender == borrower {
            continue;
        }
        let id = format!("loan-{number}");
        let mut occupied = BTreeMap::new();
        if let Some(unit) = dice.pick(&units) {
            let seated = if draw { 1 } else { dice.count(0, seats) };
            if seated > 0 {
                occupied.insert(unit.clone(), Seats::new(seated));
            }
            for number in 0..if draw { 1 } else { seated.min(dice.count(0, 1)) } {
                opening.people.push(OpeningPerson {
                    id: format!("{id}-{number}").as_str().into(),
                    unit: unit.clone(),
                    kind: kind.clone(),
                    category: None,
                    since: None,
                    loan: Some(id.as_str().into()),
                });
            }
        }
        let ends = dice.once_in(2).then(|| day(opening.opened, dice.count(-10, 200)));
        let schedule = if !draw && dice.once_in(2) {
            let on = day(opening.opened, dice.count(-20, 100));
            vec![Instalment { on: ends.map_or(on, |ends| on.min(ends)), seats: seats.into() }]
        } else {
            Vec::new()
        };
        opening.loans.push(OpeningLoan {
            id: id.as_str().into(),
            lender,
            borrower,
            kind,
            seats: seats.into(),
            occupied,
            since: day(opening.opened, -30),
            ends,
            purpose: None,
            schedule,
            returned: Seats::ZERO,
            draw,
        });
    }
}

/// Caps from the units up, tight or with a little to spare; the root is never over.
fn caps(opening: &mut Opening, dice: &mut Dice<'_>, kinds: &[KindId]) {
    let tolerate = opening.excess == ExcessRule::Tolerate;
    for kind in kinds {
        let mut caps: BTreeMap<NodeId, i64> = BTreeMap::new();
        let mut charged: BTreeMap<NodeId, i64> = BTreeMap::new();
        // Children stand after their parents in the list.
        for node in opening.nodes.iter().rev() {
            let lent = |id: &NodeId| -> i64 {
                let loans = opening.loans.iter().filter(|loan| loan.lender == *id && loan.kind == *kind);
                loans.map(|loan| loan.seats.get()).sum()
            };
            let permits =
                opening.permits.iter().filter(|permit| permit.unit == node.id && permit.kind == *kind);
            let permitted: i64 = permits.map(|permit| permit.count.get()).sum();
            let pools = opening.pools.iter().filter(|pool| pool.sponsor == node.id);
            let from_pools: i64 = pools.map(|pool| lent(&pool.id)).sum();
            let own = node.occupied.get(kind).map_or(0, |seats| seats.get()) + permitted + lent(&node.id);
            let children = opening.nodes.iter().filter(|child| child.parent.as_ref() == Some(&node.id));
            let (mut below, mut allotted) = (0, 0);
            for child in children {
                below += charged[&child.id];
                allotted += caps[&child.id];
            }
            let all = own + from_pools + below;
            let needed = if is_unit(opening, node) { all } else { all.max(allotted + own) };
            let over = tolerate && node.parent.is_some() && dice.once_in(4);
            let cap = match over {
                true if is_unit(opening, node) => (needed - dice.count(0, 2)).max(0),
                true => allotted + own,
                false => needed + [0, 1, 0, 2, 3][dice.roll(5)],
            };
            caps.insert(node.id.clone(), cap);
            charged.insert(node.id.clone(), all);
        }
        for node in &mut opening.nodes {
            node.caps.insert(kind.clone(), Seats::new(caps[&node.id]));
        }
    }
}

fn units_within(opening: &Opening, id: &NodeId) -> Vec<NodeId> {
    let within = |node: &OpeningNode| {
        let mut at = Some(node.id.clone());
        while let Some(here) = at {
            if here == *id {
                return true;
            }
            at = opening.nodes.iter().find(|node| node.id == here).and_then(|node| node.parent.clone());
        }
        false
    };
    let units = opening.nodes.iter().filter(|node| is_unit(opening, node) && within(node));
    units.map(|node| node.id.clone()).collect()
}

fn day(from: Date, days: i64) -> Date {
    from.checked_add(jiff::Span::new().days(days)).expect("near")
}
