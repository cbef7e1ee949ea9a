//! Checks: everything that opening books can break, told of the values alone.

mod people;
mod quick;
mod sums;
mod tree;

use std::collections::{BTreeSet, HashSet};
use std::ops::Range;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::thread;

use super::CharterPart;
use crate::document::{nearest, shortened};
use crate::error::{Phrase, told};
use crate::model::{
    IdTable, KeyTable, KindId, LoanId, NodeId, NodeRows, NodeTree, NodeView, Opening, OpeningLoan,
    OpeningPool, Seats,
};
use quick::QuickMap;

/// One thing that is wrong, with the part at fault.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Flaw {
    pub(super) part: CharterPart,
    pub(super) told: Phrase,
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

/// What the checks found of sound books, and their opening need not find again.
#[derive(Debug, Clone, Default)]
pub(crate) struct Found {
    /// Who lies in whom.
    pub(crate) tree: NodeTree,
    /// Where the people stand by key.
    pub(crate) keys: Arc<KeyTable>,
}

/// Every flaw of these books, in no order, and what was found of who lies in whom. Of large ones two parts that know
/// nothing of each other are checked side by side. The nodes of `opening` stand apart.
pub(super) fn check(opening: &Opening, nodes: &NodeRows, unread: &Unread) -> (Vec<Flaw>, Found) {
    /// Below it a thread costs more than it saves.
    const MANY: usize = 5_000;
    let mut check = Check::new(opening, nodes, unread);
    check.levels_and_kinds();
    check.rank_nodes();
    let mut beside = check.beside();
    let each_alone = move || {
        beside.well_formed_nodes();
        beside.counts();
        (beside.keys_of_people(), beside.flaws)
    };
    let (keys, flaws) = if nodes.len().saturating_add(opening.people.len()) < MANY {
        check.together();
        each_alone()
    } else {
        thread::scope(|scope| {
            let hand = scope.spawn(each_alone);
            check.together();
            hand.join().unwrap_or_else(|panic| resume_unwind(panic))
        })
    };
    check.flaws.extend(flaws);
    let keys = check.place_people(keys);
    check.done(keys)
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
    nodes: &'a NodeRows,
    unread: &'a Unread,
    flaws: Vec<Flaw>,
    kinds: QuickMap<&'a KindId, usize>,
    /// The rank of each level from the top; empty where the levels are at fault themselves, so that nothing
    /// follows from them.
    levels: QuickMap<&'a str, usize>,
    /// Where the nodes stand by id, and the pools, in one space.
    ids: IdTable,
    pools: QuickMap<&'a NodeId, usize>,
    loans: QuickMap<&'a LoanId, usize>,
    /// By level: its rank, if it is declared.
    ranks: Vec<Option<u32>>,
    /// By run of nodes: the node they lie in, if that can be told.
    parents: Vec<Option<u32>>,
    /// Nodes from the tops down, run by run; those in a circle, and below one, are not among them.
    order: Vec<Range<u32>>,
    /// By node: whether it is in `order`; empty where all are.
    reached: Vec<bool>,
}

impl<'a> Check<'a> {
    fn new(opening: &'a Opening, nodes: &'a NodeRows, unread: &'a Unread) -> Self {
        let levels = opening.levels.iter().enumerate().filter(|_| !unread.levels);
        Self {
            opening,
            nodes,
            unread,
            flaws: Vec::new(),
            kinds: QuickMap::default(),
            levels: levels.map(|(rank, level)| (level.as_str(), rank)).collect(),
            ids: IdTable::default(),
            pools: QuickMap::default(),
            loans: QuickMap::default(),
            ranks: Vec::new(),
            parents: Vec::new(),
            order: Vec::new(),
            reached: Vec::new(),
        }
    }

    /// A check of the same books, as far as levels and kinds tell.
    fn beside(&self) -> Self {
        let (kinds, levels, ranks) = (self.kinds.clone(), self.levels.clone(), self.ranks.clone());
        Self { kinds, levels, ranks, ..Self::new(self.opening, self.nodes, self.unread) }
    }

    fn done(self, keys: KeyTable) -> (Vec<Flaw>, Found) {
        let tree = NodeTree { ids: self.ids, parents: self.parents };
        (self.flaws, Found { tree, keys: Arc::new(keys) })
    }

    /// What an id names.
    fn named(&self, id: &NodeId) -> Option<Named> {
        let node = self.ids.find(id.as_str(), |at| self.nodes.id(at));
        let pool = || self.pools.get(id).copied().map(Named::Pool);
        let unread = || self.unread.nodes.contains(id).then_some(Named::Unread);
        node.map(|number| Named::Node(number as usize)).or_else(pool).or_else(unread)
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

    fn flaw(&mut self, part: CharterPart, told: Phrase) {
        self.flaws.push(Flaw { part, told, first: None });
    }

    fn twice(&mut self, part: CharterPart, first: CharterPart, told: Phrase) {
        self.flaws.push(Flaw { part, told, first: Some(first) });
    }

    fn levels_and_kinds(&mut self) {
        let opening = self.opening;
        if opening.levels.is_empty() && !self.unread.levels {
            let en = "`levels` is empty; name them from the top down to the units";
            let told = Phrase::both("`levels` 是空的；请从上到下写出各层级，直到单位", en);
            self.flaw(CharterPart::Whole, told);
        }
        let mut seen = QuickMap::default();
        for (number, level) in opening.levels.iter().enumerate() {
            if let Some(first) = seen.insert(level, number) {
                let told = told!("层级 `{level}` 写了两次", "level `{level}` stands twice");
                self.twice(CharterPart::Level(number), CharterPart::Level(first), told);
                self.levels.clear();
            }
            if level.trim().is_empty() {
                let told = Phrase::both("有一个层级没有名称", "a level has no name");
                self.flaw(CharterPart::Level(number), told);
            }
        }
        for (number, kind) in opening.kinds.iter().enumerate() {
            let part = CharterPart::Kind(number);
            if !kind.id.is_well_formed() {
                self.bad_id(part, ["编制类别", "kind"], kind.id.as_str());
            }
            if let Some(first) = self.kinds.insert(&kind.id, number) {
                let kind = &kind.id;
                let told = told!("编制类别 `{kind}` 写了两次", "kind `{kind}` stands twice");
                self.twice(part, CharterPart::Kind(first), told);
            }
        }
    }

    /// Looks each level up once.
    fn rank_nodes(&mut self) {
        let rank = |word: &String| self.levels.get(word.as_str()).and_then(|&rank| u32::try_from(rank).ok());
        self.ranks = self.nodes.words().iter().map(rank).collect();
    }

    /// The rank of a node's level from the top; none if that is not declared.
    fn rank_of(&self, node: NodeView<'_>) -> Option<usize> {
        self.ranks.get(node.level_place()).copied().flatten().map(|rank| rank as usize)
    }

    /// Whether a node is a unit; none if its level is not known.
    fn is_unit_at(&self, node: NodeView<'_>) -> Option<bool> {
        let below = self.rank_of(node)?.checked_add(1)?;
        Some(below == self.opening.levels.len())
    }

    /// The node that another lies in, if that can be told.
    fn above(&self, node: NodeView<'_>) -> Option<u32> {
        self.parents.get(node.run()? as usize).copied().flatten()
    }

    fn bad_id(&mut self, part: CharterPart, [zh, en]: [&str; 2], id: &str) {
        let reserved = matches!(id, "root" | "superior" | "laws");
        let id = shortened(id);
        self.flaw(
            part,
            if reserved {
                told!("{zh}的编号 `{id}` 是保留字", "{en} id `{id}` is reserved")
            } else {
                told!(
                    "{zh}的编号 `{id}` 不合规范：1 至 64 个字母、汉字、数字、`-`、`_`、`.`，不以 `.` 开头",
                    "{en} id `{id}` is not well formed: 1 to 64 letters, digits, `-`, `_`, `.`, not beginning with `.`"
                )
            },
        );
    }

    /// Whether the kind is declared; a flaw of `part` if not.
    fn kind_is_declared(&mut self, part: CharterPart, kind: &KindId) -> bool {
        if self.kinds.contains_key(kind) {
            return true;
        }
        if !self.unread.kinds {
            let near = nearest(kind.as_str(), self.opening.kinds.iter().map(|one| one.id.as_str()));
            let hint = Phrase::hint(near);
            self.flaw(
                part,
                told!("没有声明编制类别 `{kind}`{hint}", "kind `{kind}` is not declared{hint}"; hint),
            );
        }
        false
    }

    fn node(&self, number: usize) -> Option<NodeView<'a>> {
        self.nodes.get(number)
    }

    fn pool(&self, number: usize) -> Option<&'a OpeningPool> {
        self.opening.pools.get(number)
    }

    fn loan(&self, number: usize) -> Option<&'a OpeningLoan> {
        self.opening.loans.get(number)
    }

    /// Whether a node is a unit; none if its level is not known.
    fn is_unit(&self, number: usize) -> Option<bool> {
        self.is_unit_at(self.node(number)?)
    }

    /// The unit with this id; a flaw of `part` if there is none. `who` says whose unit it should be.
    fn unit(&mut self, part: CharterPart, who: &dyn Fn() -> Phrase, id: &NodeId) -> Option<usize> {
        match self.named(id) {
            Some(Named::Node(number)) => match self.is_unit(number) {
                Some(true) => return Some(number),
                Some(false) => {
                    let level = self.node(number).map_or("", NodeView::level);
                    let who = who();
                    let told = told!(
                        "{who}在 `{id}`，而它的层级是 {level}；只有单位才有人员",
                        "{who} sits at `{id}`, which is a {level}; only units have people"; who
                    );
                    self.flaw(part, told);
                }
                None => {}
            },
            Some(Named::Pool(_)) => {
                let who = who();
                let told = told!(
                    "{who}在 `{id}`，而它是周转池；只有单位才有人员",
                    "{who} sits at `{id}`, which is a pool; only units have people"; who
                );
                self.flaw(part, told);
            }
            Some(Named::Unread) => {}
            None => self.unknown_node(part, ["单位", "unit"], id, ""),
        }
        None
    }

    fn unknown_node(&mut self, part: CharterPart, [zh, en]: [&str; 2], id: &NodeId, of: &str) {
        /// Up to here looking for the nearest name costs nothing that is felt, whatever the faults.
        const MOST_COMPARED: usize = 500;
        if self.unread.nameless_node {
            return;
        }
        let nodes = self.nodes;
        let near = match nodes.len() {
            0..=MOST_COMPARED => nearest(id.as_str(), nodes.iter().map(|node| node.id().as_str())),
            _ => None,
        };
        let hint = Phrase::hint(near);
        let of = if of.is_empty() { Phrase::default() } else { told!("`{of}` 的", " of `{of}`") };
        let told = told!("{of}{zh} `{id}` 不存在{hint}", "{en} `{id}`{of} is unknown{hint}"; of, hint);
        self.flaw(part, told);
    }

    /// Whether a node is another or lies in it; also true where the way up cannot be told.
    fn within(&self, inner: usize, outer: usize) -> bool {
        let reached = |number: usize| self.reached.get(number).copied().unwrap_or(self.reached.is_empty());
        if !reached(inner) || !reached(outer) {
            return true;
        }
        let mut at = inner;
        loop {
            if at == outer {
                return true;
            }
            let Some(node) = self.node(at) else { return false };
            match self.above(node) {
                Some(parent) => at = parent as usize,
                None => return node.run().is_some(),
            }
        }
    }
}

/// Whether a count may stand in a charter.
fn in_range(count: Seats, least: Seats) -> bool {
    count >= least && count <= Seats::MOST
}
