//! The tree: ids, parents, levels and pools of opening books.

use std::collections::hash_map::Entry;

use super::quick::QuickMap;
use super::{Check, Named, in_range};
use crate::charter::CharterPart;
use crate::model::{IdTable, NodeId, PoolSize, Seats};

impl Check<'_> {
    /// Ids are well formed and stand once: nodes and pools in one space; loans, permits and people each.
    pub(super) fn ids(&mut self) {
        let opening = self.opening;
        let nodes = opening.nodes.iter().enumerate().map(|(at, node)| (Named::Node(at), &node.id));
        let pools = opening.pools.iter().enumerate().map(|(at, pool)| (Named::Pool(at), &pool.id));
        for (named, id) in nodes.chain(pools) {
            let part = part_of(named);
            if !id.is_well_formed() {
                self.bad_id(part, "node", id.as_str());
            }
            match self.named.entry(id) {
                Entry::Occupied(first) => {
                    let first = part_of(*first.get());
                    self.twice(part, first, format!("id `{id}` stands twice"));
                }
                Entry::Vacant(free) => {
                    free.insert(named);
                }
            }
        }
        for (number, loan) in opening.loans.iter().enumerate() {
            let part = CharterPart::Loan(number);
            let named_by_office = loan.draw && is_draw_id(loan.id.as_str());
            if !loan.id.is_well_formed() && !named_by_office {
                self.bad_id(part, "loan", loan.id.as_str());
            }
            match self.loans.get(&loan.id) {
                Some(&first) => {
                    self.twice(part, CharterPart::Loan(first), format!("loan `{}` stands twice", loan.id));
                }
                None => {
                    self.loans.insert(&loan.id, number);
                }
            }
        }
        let mut permits = QuickMap::default();
        for (number, permit) in opening.permits.iter().enumerate() {
            let part = CharterPart::Permit(number);
            if !permit.id.is_well_formed() {
                self.bad_id(part, "permit", permit.id.as_str());
            }
            if let Some(&first) = permits.get(&permit.id) {
                self.twice(part, CharterPart::Permit(first), format!("permit `{}` stands twice", permit.id));
            } else {
                permits.insert(&permit.id, number);
            }
        }
        for id in &self.unread.nodes {
            self.named.entry(id).or_insert(Named::Unread);
        }
    }

    /// Each person's key stands once.
    pub(super) fn ids_of_people(&mut self) {
        let people = &self.opening.people;
        let id = |number: u32| people.row(number as usize).map(|row| row.id.as_str());
        let mut table = IdTable::with_capacity(people.len());
        for (number, row) in people.rows().enumerate() {
            let part = CharterPart::Person(number);
            if !row.id.is_well_formed() && !row.id.is_reference() {
                self.bad_id(part, "person", row.id.as_str());
            }
            if let Some(first) = table.put(row.id.as_str(), u32::try_from(number).unwrap_or(u32::MAX), id) {
                let message = format!("person `{}` stands twice; one person, one seat", row.id);
                self.twice(part, CharterPart::Person(first as usize), message);
            }
        }
    }

    /// Caps, occupied and history: declared kinds, numbers in range, people in units only.
    pub(super) fn counts(&mut self) {
        let opening = self.opening;
        for (number, node) in opening.nodes.iter().enumerate() {
            let part = CharterPart::Node(number);
            for (what, counts) in [("cap", &node.caps), ("occupied", &node.occupied)] {
                for (kind, &count) in counts {
                    self.kind_is_declared(part, kind);
                    if !in_range(count, Seats::ZERO) {
                        self.in_range(part, &format!("{what} of `{kind}`"), count, Seats::ZERO);
                    }
                }
            }
            if self.is_unit(number) == Some(false) && node.occupied.values().any(|count| !count.is_zero()) {
                let message =
                    format!("`occupied` of `{}`, which is a {}; only units have people", node.id, node.level);
                self.flaw(part, message);
            }
            for (kind, history) in &node.history {
                self.kind_is_declared(part, kind);
                let years = history.year_end_vacancy.len();
                if years > 3 {
                    let message =
                        format!("the history of `{kind}` has {years} year ends, at most 3 are kept");
                    self.flaw(part, message);
                }
                let ends = history.year_end_vacancy.iter();
                for &vacancy in ends.filter(|&&vacancy| !in_range(vacancy, Seats::ZERO)) {
                    self.in_range(part, &format!("a year-end vacancy of `{kind}`"), vacancy, Seats::ZERO);
                }
            }
        }
    }

    pub(super) fn in_range(&mut self, part: CharterPart, what: &str, count: Seats, least: Seats) {
        if !in_range(count, least) {
            let message =
                format!("{what} is {count}, a whole number from {least} to 1,000,000,000 is needed");
            self.flaw(part, message);
        }
    }

    /// One root, no orphans, no circles, each level below its parent's.
    pub(super) fn tree(&mut self) {
        self.find_parents();
        self.find_roots();
        self.walk_down();
        self.find_circles();
        self.level_order();
    }

    fn find_parents(&mut self) {
        let opening = self.opening;
        // Children mostly stand together: their parent is looked up once.
        let mut last: Option<(&NodeId, usize)> = None;
        for (number, node) in opening.nodes.iter().enumerate() {
            let part = CharterPart::Node(number);
            let parent = match &node.parent {
                None => None,
                Some(id) if last.is_some_and(|(known, _)| known == id) => last.map(|(_, parent)| parent),
                Some(id) => match self.named.get(id) {
                    Some(&Named::Node(parent)) => {
                        last = Some((id, parent));
                        Some(parent)
                    }
                    Some(Named::Pool(_)) => {
                        self.flaw(part, format!("`{}` lies in `{id}`, which is a pool", node.id));
                        None
                    }
                    Some(Named::Unread) => None,
                    None => {
                        self.unknown_node(part, "the parent", id, node.id.as_str());
                        None
                    }
                },
            };
            self.parents.push(parent);
        }
    }

    fn find_roots(&mut self) {
        let opening = self.opening;
        let mut roots = opening.nodes.iter().enumerate().filter(|(_, node)| node.parent.is_none());
        let Some((first, root)) = roots.next() else {
            if !self.unread.nameless_node && self.unread.nodes.is_empty() {
                self.flaw(CharterPart::Whole, "there is no root: one node must have no `parent`");
            }
            return;
        };
        for (number, node) in roots {
            let message = format!("`{}` has no `parent`, but `{}` is the root already", node.id, root.id);
            self.twice(CharterPart::Node(number), CharterPart::Node(first), message);
        }
    }

    /// Orders the nodes from the tops down, one pass over each level.
    fn walk_down(&mut self) {
        let count = self.opening.nodes.len();
        let mut children: Vec<Vec<usize>> = vec![Vec::new(); count];
        for (number, parent) in self.parents.iter().enumerate() {
            match parent {
                Some(parent) => {
                    if let Some(children) = children.get_mut(*parent) {
                        children.push(number);
                    }
                }
                None => self.order.push(number),
            }
        }
        let mut at = 0;
        while let Some(&number) = self.order.get(at) {
            if let Some(children) = children.get_mut(number) {
                self.order.append(children);
            }
            at = at.saturating_add(1);
        }
        self.reached = vec![false; count];
        for &number in &self.order {
            if let Some(reached) = self.reached.get_mut(number) {
                *reached = true;
            }
        }
    }

    /// Every circle once, at its first node.
    fn find_circles(&mut self) {
        let count = self.opening.nodes.len();
        let mut walks = vec![0_usize; count];
        for start in 0..count {
            if self.reached.get(start) == Some(&true) {
                continue;
            }
            let walk = start.saturating_add(1);
            let mut at = start;
            while walks.get(at) == Some(&0) {
                if let Some(mark) = walks.get_mut(at) {
                    *mark = walk;
                }
                let Some(parent) = self.parents.get(at).copied().flatten() else { break };
                at = parent;
            }
            if walks.get(at) == Some(&walk) {
                self.circle(at);
            }
        }
    }

    fn circle(&mut self, start: usize) {
        const MOST_NAMED: usize = 6;
        let mut members = vec![start];
        let mut at = self.parents.get(start).copied().flatten();
        while let Some(number) = at.filter(|&number| number != start) {
            members.push(number);
            at = self.parents.get(number).copied().flatten();
        }
        let first = members.iter().copied().min().unwrap_or(start);
        let names: Vec<String> = members
            .iter()
            .take(MOST_NAMED)
            .filter_map(|&number| self.node(number).map(|node| format!("`{}`", node.id)))
            .collect();
        let more = if members.len() > MOST_NAMED { ", …" } else { "" };
        let message = format!("the parents run in a circle: {}{more}", names.join(", "));
        self.flaw(CharterPart::Node(first), message);
    }

    fn level_order(&mut self) {
        let opening = self.opening;
        if self.levels.is_empty() {
            return;
        }
        for (number, node) in opening.nodes.iter().enumerate() {
            let part = CharterPart::Node(number);
            let rank = self.rank(number);
            if rank.is_none() {
                self.declared_level(part, "level", &node.level);
            }
            let above = self.parents.get(number).copied().flatten();
            let parent = above.and_then(|parent| self.node(parent));
            if let (Some(rank), Some(parent)) = (rank, parent)
                && above.and_then(|above| self.rank(above)).is_some_and(|above| above >= rank)
            {
                let message = format!(
                    "`{}` is a {} and cannot lie in `{}`, which is a {}",
                    node.id, node.level, parent.id, parent.level
                );
                self.flaw(part, message);
            }
            if let Some(tier) = &node.tier
                && self.declared_level(part, "tier", tier).is_some()
                && self.is_unit(number) == Some(true)
                && parent.is_some_and(|parent| parent.tier.as_ref().unwrap_or(&parent.level) != tier)
            {
                self.flaw(part, format!("the unit `{}` has a `tier`; units take their parent's", node.id));
            }
        }
    }

    fn declared_level(&mut self, part: CharterPart, what: &str, level: &str) -> Option<usize> {
        let rank = self.levels.get(level).copied();
        if rank.is_none() {
            let known = self.opening.levels.join(", ");
            self.flaw(part, format!("{what} `{level}` is not declared; `levels` are {known}"));
        }
        rank
    }

    /// A pool lies in a jurisdiction and lends a declared kind.
    pub(super) fn pools(&mut self) {
        let opening = self.opening;
        for (number, pool) in opening.pools.iter().enumerate() {
            let part = CharterPart::Pool(number);
            self.kind_is_declared(part, &pool.kind);
            if let PoolSize::Size(size) = pool.size {
                self.in_range(part, "the size", size, Seats::ZERO);
            }
            self.sponsor(part, &pool.id, &pool.sponsor);
        }
    }

    fn sponsor(&mut self, part: CharterPart, pool: &NodeId, sponsor: &NodeId) {
        match self.named.get(sponsor) {
            Some(&Named::Node(number)) => {
                if self.is_unit(number) == Some(true) {
                    let message = format!(
                        "the sponsor of `{pool}`, `{sponsor}`, is a unit; a pool lies in a jurisdiction"
                    );
                    self.flaw(part, message);
                }
            }
            Some(Named::Pool(_)) => {
                let message =
                    format!("the sponsor of `{pool}`, `{sponsor}`, is a pool; a pool lies in a jurisdiction");
                self.flaw(part, message);
            }
            Some(Named::Unread) => {}
            None => self.unknown_node(part, "the sponsor", sponsor, pool.as_str()),
        }
    }
}

fn part_of(named: Named) -> CharterPart {
    match named {
        Named::Node(number) => CharterPart::Node(number),
        Named::Pool(number) => CharterPart::Pool(number),
        Named::Unread => CharterPart::Whole,
    }
}

/// `draw:<n>`, as the office names draws from 1.
fn is_draw_id(id: &str) -> bool {
    id.strip_prefix("draw:").is_some_and(|number| {
        !number.starts_with('0')
            && number.parse::<u64>().is_ok_and(|number| number > 0)
            && !number.starts_with('+')
    })
}
