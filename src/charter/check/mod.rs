//! Checks: everything that opening books can break, told of the values alone.

mod people;
mod quick;
mod sums;
mod tree;

use std::collections::{BTreeSet, HashSet};
use std::fmt::Display;
use std::hash::BuildHasherDefault;
use std::panic::resume_unwind;
use std::thread;

use super::CharterPart;
use crate::document::did_you_mean;
use crate::model::{KindId, LoanId, NodeId, Opening, OpeningLoan, OpeningNode, OpeningPool, Seats};
use quick::QuickMap;

/// One thing that is wrong, with the part at fault.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Flaw {
    pub(super) part: CharterPart,
    pub(super) message: String,
    /// The earlier part that it collides with, where there is one.
    pub(super) first: Option<CharterPart>,
}

/// What stood in the files but could not be read: nothing may be concluded from its absence.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is one thing of the file, and they vary freely")]
pub(super) struct Unread {
    pub(super) opened: bool,
    pub(super) levels: bool,
    pub(super) kinds: bool,
    pub(super) excess: bool,
    pub(super) people: bool,
    /// Nodes and pools of which little more than the id is known.
    pub(super) nodes: BTreeSet<NodeId>,
    pub(super) loans: BTreeSet<LoanId>,
    /// Whether there are nodes of which not even the id is known.
    pub(super) nameless_node: bool,
    /// Numbers of nodes that were read, but not with all their counts.
    pub(super) tainted: HashSet<usize>,
}

/// Every flaw of these books, in no order. Of large ones two parts that know nothing of each other are checked side by side.
pub(super) fn check(opening: &Opening, unread: &Unread) -> Vec<Flaw> {
    /// Below it a thread costs more than it saves.
    const MANY: usize = 10_000;
    let mut check = Check::new(opening, unread);
    check.levels_and_kinds();
    check.rank_nodes();
    let mut beside = check.beside();
    let each_alone = move || {
        beside.counts();
        beside.ids_of_people();
        beside.flaws
    };
    if opening.nodes.len().saturating_add(opening.people.len()) < MANY {
        check.flaws.extend(each_alone());
        check.together();
        return check.flaws;
    }
    let flaws = thread::scope(|scope| {
        let hand = scope.spawn(each_alone);
        check.together();
        hand.join().unwrap_or_else(|panic| resume_unwind(panic))
    });
    check.flaws.extend(flaws);
    check.flaws
}

/// What an id of the one space of nodes and pools names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Named {
    Node(usize),
    Pool(usize),
    /// It stood in the file, but could not be read.
    Unread,
}

struct Check<'a> {
    opening: &'a Opening,
    unread: &'a Unread,
    flaws: Vec<Flaw>,
    kinds: QuickMap<&'a KindId, usize>,
    /// The rank of each level from the top; empty where the levels are at fault themselves, so that nothing
    /// follows from them.
    levels: QuickMap<&'a str, usize>,
    named: QuickMap<&'a NodeId, Named>,
    loans: QuickMap<&'a LoanId, usize>,
    /// By node: the rank of its level, if that is declared.
    ranks: Vec<Option<u32>>,
    /// By node: the node it lies in, if that can be told.
    parents: Vec<Option<usize>>,
    /// Nodes from the tops down; those in a circle, and below one, are not among them.
    order: Vec<usize>,
    /// By node: whether it is in `order`.
    reached: Vec<bool>,
}

impl<'a> Check<'a> {
    fn new(opening: &'a Opening, unread: &'a Unread) -> Self {
        let levels = opening.levels.iter().enumerate().filter(|_| !unread.levels);
        Self {
            opening,
            unread,
            flaws: Vec::new(),
            kinds: QuickMap::default(),
            levels: levels.map(|(rank, level)| (level.as_str(), rank)).collect(),
            named: QuickMap::with_capacity_and_hasher(opening.nodes.len(), BuildHasherDefault::default()),
            loans: QuickMap::default(),
            ranks: Vec::new(),
            parents: Vec::with_capacity(opening.nodes.len()),
            order: Vec::with_capacity(opening.nodes.len()),
            reached: Vec::new(),
        }
    }

    /// A check of the same books, as far as levels and kinds tell.
    fn beside(&self) -> Self {
        Self {
            kinds: self.kinds.clone(),
            levels: self.levels.clone(),
            ranks: self.ranks.clone(),
            flaws: Vec::new(),
            named: QuickMap::default(),
            loans: QuickMap::default(),
            parents: Vec::new(),
            order: Vec::new(),
            reached: Vec::new(),
            ..*self
        }
    }

    /// What an id names, who lies in whom, and what follows.
    fn together(&mut self) {
        self.ids();
        self.tree();
        self.pools();
        self.loans();
        self.permits();
        self.people();
        self.sums();
    }

    fn flaw(&mut self, part: CharterPart, message: impl Into<String>) {
        self.flaws.push(Flaw { part, message: message.into(), first: None });
    }

    fn twice(&mut self, part: CharterPart, first: CharterPart, message: impl Into<String>) {
        self.flaws.push(Flaw { part, message: message.into(), first: Some(first) });
    }

    fn levels_and_kinds(&mut self) {
        let opening = self.opening;
        if opening.levels.is_empty() && !self.unread.levels {
            self.flaw(CharterPart::Whole, "`levels` is empty; name them from the top down to the units");
        }
        let mut seen = QuickMap::default();
        for (number, level) in opening.levels.iter().enumerate() {
            if let Some(first) = seen.insert(level, number) {
                let message = format!("level `{level}` stands twice");
                self.twice(CharterPart::Level(number), CharterPart::Level(first), message);
                self.levels.clear();
            }
            if level.trim().is_empty() {
                self.flaw(CharterPart::Level(number), "a level has no name");
            }
        }
        for (number, kind) in opening.kinds.iter().enumerate() {
            let part = CharterPart::Kind(number);
            if !kind.id.is_well_formed() {
                self.bad_id(part, "kind", kind.id.as_str());
            }
            if let Some(first) = self.kinds.insert(&kind.id, number) {
                let message = format!("kind `{}` stands twice", kind.id);
                self.twice(part, CharterPart::Kind(first), message);
            }
        }
    }

    /// Looks each node's level up once; neighbours mostly have the same.
    fn rank_nodes(&mut self) {
        let mut last: Option<(&str, Option<u32>)> = None;
        let ranks = self.opening.nodes.iter().map(|node| match last {
            Some((level, rank)) if level == node.level => rank,
            Some(_) | None => {
                let rank = self.levels.get(node.level.as_str()).and_then(|&rank| u32::try_from(rank).ok());
                last = Some((&node.level, rank));
                rank
            }
        });
        self.ranks = ranks.collect();
    }

    /// The rank of a node's level from the top; none if that is not declared.
    fn rank(&self, number: usize) -> Option<usize> {
        self.ranks.get(number).copied().flatten().map(|rank| rank as usize)
    }

    fn bad_id(&mut self, part: CharterPart, what: &str, id: &str) {
        let reserved = matches!(id, "root" | "superior" | "laws");
        let why = if reserved {
            "is reserved"
        } else {
            "is not well formed: 1 to 64 letters, digits, `-`, `_`, `.`, not beginning with `.`"
        };
        self.flaw(part, format!("{what} id `{}` {why}", crate::document::shortened(id)));
    }

    /// Whether the kind is declared; a flaw of `part` if not.
    fn kind_is_declared(&mut self, part: CharterPart, kind: &KindId) -> bool {
        if self.kinds.contains_key(kind) {
            return true;
        }
        if !self.unread.kinds {
            let hint = did_you_mean(kind.as_str(), self.opening.kinds.iter().map(|one| one.id.as_str()));
            self.flaw(part, format!("kind `{kind}` is not declared{hint}"));
        }
        false
    }

    fn node(&self, number: usize) -> Option<&'a OpeningNode> {
        self.opening.nodes.get(number)
    }

    fn pool(&self, number: usize) -> Option<&'a OpeningPool> {
        self.opening.pools.get(number)
    }

    fn loan(&self, number: usize) -> Option<&'a OpeningLoan> {
        self.opening.loans.get(number)
    }

    /// Whether a node is a unit; none if its level is not known.
    fn is_unit(&self, number: usize) -> Option<bool> {
        let below = self.rank(number)?.checked_add(1)?;
        Some(below == self.opening.levels.len())
    }

    /// The unit with this id; a flaw of `part` if there is none. `who` says whose unit it should be.
    fn unit(&mut self, part: CharterPart, who: &dyn Display, id: &NodeId) -> Option<usize> {
        match self.named.get(id) {
            Some(&Named::Node(number)) => match self.is_unit(number) {
                Some(true) => return Some(number),
                Some(false) => {
                    let level = self.node(number).map_or("", |node| &node.level);
                    self.flaw(
                        part,
                        format!("{who} sits at `{id}`, which is a {level}; only units have people"),
                    );
                }
                None => {}
            },
            Some(Named::Pool(_)) => {
                self.flaw(part, format!("{who} sits at `{id}`, which is a pool; only units have people"));
            }
            Some(Named::Unread) => {}
            None => self.unknown_node(part, "unit", id, ""),
        }
        None
    }

    fn unknown_node(&mut self, part: CharterPart, role: &str, id: &NodeId, of: &str) {
        /// Up to here looking for the nearest name costs nothing that is felt, whatever the faults.
        const MOST_COMPARED: usize = 500;
        if self.unread.nameless_node {
            return;
        }
        let nodes = &self.opening.nodes;
        let hint = match nodes.len() {
            0..=MOST_COMPARED => did_you_mean(id.as_str(), nodes.iter().map(|node| node.id.as_str())),
            _ => String::new(),
        };
        let of = if of.is_empty() { String::new() } else { format!(" of `{of}`") };
        self.flaw(part, format!("{role} `{id}`{of} is unknown{hint}"));
    }

    /// Whether a node is another or lies in it; also true where the way up cannot be told.
    fn within(&self, inner: usize, outer: usize) -> bool {
        let reached = |number: usize| self.reached.get(number).copied().unwrap_or(false);
        if !reached(inner) || !reached(outer) {
            return true;
        }
        let mut at = inner;
        loop {
            if at == outer {
                return true;
            }
            match self.parents.get(at).copied().flatten() {
                Some(parent) => at = parent,
                None => return self.node(at).is_some_and(|top| top.parent.is_some()),
            }
        }
    }
}

/// Whether a count may stand in a charter.
fn in_range(count: Seats, least: Seats) -> bool {
    count >= least && count <= Seats::MOST
}
