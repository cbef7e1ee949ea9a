//! The tree: ids, parents, levels and pools of opening books.

use super::quick::QuickMap;
use super::{Check, Named, in_range};
use crate::charter::CharterPart;
use crate::error::{Phrase, told};
use crate::model::{Children, IdTable, KeyTable, Keys, NodeId, NodeView, PoolSize, Seats, What};

impl Check<'_> {
    /// Ids are well formed and stand once: nodes and pools in one space; loans, permits and people each.
    pub(super) fn ids(&mut self) {
        let opening = self.opening;
        self.ids_of_nodes();
        for (number, pool) in opening.pools.iter().enumerate() {
            let (part, id) = (CharterPart::Pool(number), &pool.id);
            if !id.is_well_formed() {
                self.bad_id(part, ["节点", "node"], id.as_str());
            }
            match self.named(id) {
                Some(first @ (Named::Node(_) | Named::Pool(_))) => {
                    self.twice(part, part_of(first), told!("编号 `{id}` 写了两次", "id `{id}` stands twice"));
                }
                Some(Named::Unread) | None => {
                    self.pools.insert(id, number);
                }
            }
        }
        for (number, loan) in opening.loans.iter().enumerate() {
            let part = CharterPart::Loan(number);
            let named_by_office = loan.draw && is_draw_id(loan.id.as_str());
            if !loan.id.is_well_formed() && !named_by_office {
                self.bad_id(part, ["调借", "loan"], loan.id.as_str());
            }
            match self.loans.get(&loan.id) {
                Some(&first) => {
                    let id = &loan.id;
                    let told = told!("调借 `{id}` 写了两次", "loan `{id}` stands twice");
                    self.twice(part, CharterPart::Loan(first), told);
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
                self.bad_id(part, ["用编核准", "permit"], permit.id.as_str());
            }
            if let Some(&first) = permits.get(&permit.id) {
                let id = &permit.id;
                let told = told!("用编核准 `{id}` 写了两次", "permit `{id}` stands twice");
                self.twice(part, CharterPart::Permit(first), told);
            } else {
                permits.insert(&permit.id, number);
            }
        }
    }

    fn ids_of_nodes(&mut self) {
        let nodes = self.nodes;
        let mut ids = IdTable::with_capacity(nodes.len());
        for (node, number) in nodes.iter().zip(0_u32..) {
            if let Some(first) = ids.put(node.id().as_str(), number, |at| nodes.id(at)) {
                let (part, first) = (CharterPart::Node(number as usize), CharterPart::Node(first as usize));
                let id = node.id();
                self.twice(part, first, told!("编号 `{id}` 写了两次", "id `{id}` stands twice"));
            }
        }
        self.ids = ids;
    }

    /// Nodes' ids are well formed.
    pub(super) fn well_formed_nodes(&mut self) {
        for (number, node) in self.nodes.iter().enumerate() {
            if !node.id().is_well_formed() {
                self.bad_id(CharterPart::Node(number), ["节点", "node"], node.id().as_str());
            }
        }
    }

    /// People's keys are well formed; gathers them in their order.
    pub(super) fn keys_of_people(&mut self) -> Keys {
        let people = &self.opening.people;
        let mut keys = Keys::of(people.len());
        for (number, row) in people.rows().enumerate() {
            if !row.id.is_well_formed() && !row.id.is_reference() {
                self.bad_id(CharterPart::Person(number), ["人员", "person"], row.id.as_str());
            }
            keys.push(row.id.as_str());
        }
        keys
    }

    /// Each person's key stands once; where.
    pub(super) fn place_people(&mut self, keys: Keys) -> KeyTable {
        let people = &self.opening.people;
        let (table, twice) = keys.table(|number| people.id(number));
        for (number, first) in twice {
            let Some(id) = people.id(number) else { continue };
            let (part, first) = (CharterPart::Person(number as usize), CharterPart::Person(first as usize));
            let told =
                told!("人员 `{id}` 写了两次；一人一编", "person `{id}` stands twice; one person, one seat");
            self.twice(part, first, told);
        }
        table
    }

    /// Caps, occupied and history: declared kinds, numbers in range, people in units only.
    pub(super) fn counts(&mut self) {
        let nodes = self.nodes;
        let declared: Vec<bool> = nodes.kinds().iter().map(|kind| self.kinds.contains_key(kind)).collect();
        for (number, node) in nodes.iter().enumerate() {
            let mut people = false;
            let mut years = 0_usize;
            for (what, place, count) in node.counts() {
                let good = declared.get(place).copied().unwrap_or(false) && in_range(count, Seats::ZERO);
                people |= what == What::Occupied && !count.is_zero();
                years = if what == What::Year { years.saturating_add(1) } else { 0 };
                if !good || years > 3 {
                    self.bad_count(number, what, place, count, years);
                }
            }
            if people && self.is_unit_at(node) == Some(false) {
                let (id, level) = (node.id(), node.level());
                let told = told!(
                    "`{id}` 写了 `occupied`（实有），而它的层级是 {level}；只有单位才有人员",
                    "`occupied` of `{id}`, which is a {level}; only units have people"
                );
                self.flaw(CharterPart::Node(number), told);
            }
        }
    }

    /// Tells what may be wrong with a count. Of year ends that are too many only the last says how many.
    fn bad_count(&mut self, number: usize, what: What, place: usize, count: Seats, years: usize) {
        let Some(kind) = self.nodes.kinds().get(place) else { return };
        let part = CharterPart::Node(number);
        match what {
            What::Cap | What::Occupied => {
                let (zh, en) =
                    if what == What::Cap { ("核定数", "cap") } else { ("实有数", "occupied") };
                self.kind_is_declared(part, kind);
                let (zh, en) = (format!("`{kind}` 的{zh}"), format!("{en} of `{kind}`"));
                self.in_range(part, [&zh, &en], count, Seats::ZERO);
            }
            What::Years => {
                self.kind_is_declared(part, kind);
            }
            What::Year => {
                let (zh, en) =
                    (format!("`{kind}` 的一个年末空编数"), format!("a year-end vacancy of `{kind}`"));
                self.in_range(part, [&zh, &en], count, Seats::ZERO);
                let all = self.node(number).map_or(0, |node| node.years(place));
                if years == all && years > 3 {
                    let told = told!(
                        "`{kind}` 的往年数有 {years} 个年末，最多记 3 个",
                        "the history of `{kind}` has {years} year ends, at most 3 are kept"
                    );
                    self.flaw(part, told);
                }
            }
        }
    }

    /// Whether a count may stand there; a flaw of `part` if not. What it counts is said in Chinese and in English.
    pub(super) fn in_range(&mut self, part: CharterPart, [zh, en]: [&str; 2], count: Seats, least: Seats) {
        if !in_range(count, least) {
            let told = told!(
                "{zh}是 {count}，应为 {least} 至 1,000,000,000 的整数",
                "{en} is {count}, a whole number from {least} to 1,000,000,000 is needed"
            );
            self.flaw(part, told);
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

    /// Those of one run have one parent, which is looked up once.
    fn find_parents(&mut self) {
        let nodes = self.nodes;
        let named: Vec<Option<Named>> = nodes.parents().iter().map(|id| self.named(id)).collect();
        let number = |named: &Option<Named>| match named {
            Some(Named::Node(number)) => u32::try_from(*number).ok(),
            Some(Named::Pool(_) | Named::Unread) | None => None,
        };
        self.parents = named.iter().map(number).collect();
        if self.parents.iter().all(Option::is_some) {
            return;
        }
        for (number, node) in nodes.iter().enumerate() {
            let part = CharterPart::Node(number);
            let (Some(run), Some(id)) = (node.run(), node.parent()) else { continue };
            match named.get(run as usize) {
                Some(Some(Named::Pool(_))) => {
                    let own = node.id();
                    let told = told!(
                        "`{own}` 在 `{id}` 之下，而它是周转池",
                        "`{own}` lies in `{id}`, which is a pool"
                    );
                    self.flaw(part, told);
                }
                Some(None) => self.unknown_node(part, ["上级", "the parent"], id, node.id().as_str()),
                Some(Some(Named::Node(_) | Named::Unread)) | None => {}
            }
        }
    }

    fn find_roots(&mut self) {
        let mut roots =
            self.nodes.roots().iter().filter_map(|at| Some((*at as usize, self.node(*at as usize)?)));
        let Some((first, root)) = roots.next() else {
            if !self.unread.nameless_node && self.unread.nodes.is_empty() {
                let en = "there is no root: one node must have no `parent`";
                let told = Phrase::both("没有最上面的节点：应有一个节点不写 `parent`（上级）", en);
                self.flaw(CharterPart::Whole, told);
            }
            return;
        };
        let others: Vec<_> = roots.collect();
        for (number, node) in others {
            let (id, root) = (node.id(), root.id());
            let told = told!(
                "`{id}` 没有写 `parent`（上级），而最上面的已经是 `{root}`",
                "`{id}` has no `parent`, but `{root}` is the root already"
            );
            self.twice(CharterPart::Node(number), CharterPart::Node(first), told);
        }
    }

    /// Orders the nodes from the tops down, one pass over each level.
    fn walk_down(&mut self) {
        let nodes = self.nodes;
        let children = Children::of(nodes, &self.parents);
        let roots = nodes.roots().iter().map(|root| *root..root.saturating_add(1));
        let orphans = nodes.runs().iter().zip(&self.parents).filter(|(_, parent)| parent.is_none());
        self.order = roots.chain(orphans.map(|(run, _)| run.clone())).collect();
        let (mut at, mut reached) = (0_usize, 0_usize);
        while let Some(run) = self.order.get(at).cloned() {
            for number in run {
                self.order.extend(children.inside(nodes, number));
                reached = reached.saturating_add(1);
            }
            at = at.saturating_add(1);
        }
        if reached == nodes.len() {
            return;
        }
        self.reached = vec![false; nodes.len()];
        for run in &self.order {
            let reached = self.reached.get_mut(run.start as usize..run.end as usize);
            reached.unwrap_or_default().fill(true);
        }
    }

    /// Every circle once, at its first node.
    fn find_circles(&mut self) {
        let count = self.reached.len();
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
                let Some(parent) = self.above_number(at) else { break };
                at = parent;
            }
            if walks.get(at) == Some(&walk) {
                self.circle(at);
            }
        }
    }

    fn above_number(&self, number: usize) -> Option<usize> {
        self.above(self.node(number)?).map(|parent| parent as usize)
    }

    fn circle(&mut self, start: usize) {
        const MOST_NAMED: usize = 6;
        let mut members = vec![start];
        let mut at = self.above_number(start);
        while let Some(number) = at.filter(|&number| number != start) {
            members.push(number);
            at = self.above_number(number);
        }
        let first = members.iter().copied().min().unwrap_or(start);
        let names: Vec<String> = members
            .iter()
            .take(MOST_NAMED)
            .filter_map(|&number| self.node(number).map(|node| format!("`{}`", node.id())))
            .collect();
        let more = if members.len() > MOST_NAMED { ["……", ", …"] } else { [""; 2] };
        let [more_zh, more_en] = more;
        let (zh, en) = (names.join("、"), names.join(", "));
        let told = told!("上级关系成了一个圈：{zh}{more_zh}", "the parents run in a circle: {en}{more_en}");
        self.flaw(CharterPart::Node(first), told);
    }

    fn level_order(&mut self) {
        let nodes = self.nodes;
        if self.levels.is_empty() {
            return;
        }
        // Those of one run have one parent.
        let mut last: Option<(u32, Option<NodeView<'_>>)> = None;
        for (number, node) in nodes.iter().enumerate() {
            let part = CharterPart::Node(number);
            let rank = self.rank_of(node);
            if rank.is_none() {
                self.declared_level(part, ["层级", "level"], node.level());
            }
            let parent = match (node.run(), last) {
                (None, _) => None,
                (Some(run), Some((known, parent))) if known == run => parent,
                (Some(run), _) => {
                    let parent = self.above(node).and_then(|above| nodes.get(above as usize));
                    last = Some((run, parent));
                    parent
                }
            };
            if let (Some(rank), Some(parent)) = (rank, parent)
                && self.rank_of(parent).is_some_and(|above| above >= rank)
            {
                let (id, level, above, its) = (node.id(), node.level(), parent.id(), parent.level());
                let told = told!(
                    "`{id}` 的层级是 {level}，不能在 `{above}`（{its}）之下",
                    "`{id}` is a {level} and cannot lie in `{above}`, which is a {its}"
                );
                self.flaw(part, told);
            }
            if let Some(tier) = node.tier()
                && self.declared_level(part, ["行政层级", "tier"], tier).is_some()
                && self.is_unit_at(node) == Some(true)
                && parent.is_some_and(|parent| parent.tier().unwrap_or(parent.level()) != tier)
            {
                let id = node.id();
                let told = told!(
                    "单位 `{id}` 写了 `tier`（行政层级）；单位随它的上级",
                    "the unit `{id}` has a `tier`; units take their parent's"
                );
                self.flaw(part, told);
            }
        }
    }

    fn declared_level(&mut self, part: CharterPart, [zh, en]: [&str; 2], level: &str) -> Option<usize> {
        let rank = self.levels.get(level).copied();
        if rank.is_none() {
            let levels = &self.opening.levels;
            let known = Phrase::both(levels.join("、"), levels.join(", "));
            let told = told!(
                "没有声明{zh} `{level}`；`levels` 里有 {known}",
                "{en} `{level}` is not declared; `levels` are {known}"; known
            );
            self.flaw(part, told);
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
                self.in_range(part, ["规模", "the size"], size, Seats::ZERO);
            }
            self.sponsor(part, &pool.id, &pool.sponsor);
        }
    }

    fn sponsor(&mut self, part: CharterPart, pool: &NodeId, sponsor: &NodeId) {
        match self.named(sponsor) {
            Some(Named::Node(number)) => {
                if self.is_unit(number) == Some(true) {
                    let told = told!(
                        "`{pool}` 的设立方 `{sponsor}` 是单位；周转池设在市、县等一级之下",
                        "the sponsor of `{pool}`, `{sponsor}`, is a unit; a pool lies in a jurisdiction"
                    );
                    self.flaw(part, told);
                }
            }
            Some(Named::Pool(_)) => {
                let told = told!(
                    "`{pool}` 的设立方 `{sponsor}` 是周转池；周转池设在市、县等一级之下",
                    "the sponsor of `{pool}`, `{sponsor}`, is a pool; a pool lies in a jurisdiction"
                );
                self.flaw(part, told);
            }
            Some(Named::Unread) => {}
            None => self.unknown_node(part, ["设立方", "the sponsor"], sponsor, pool.as_str()),
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
