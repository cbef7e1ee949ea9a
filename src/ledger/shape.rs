//! The shape and the details of nodes, as they are read: levels, names, tags, facts, kinds, pools.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Detail, Kind, KindIx, Ledger, LoanIx, PermitIx, Pool, Slots, TagIx, TagNames, Ties};
use crate::graph::{Network, NodeIx, Place, QuotaGraph, Role, Tie};
use crate::model::{Date, FactValue, Facts, KindId, NodeId, Piece, Seats};
use crate::request::{self, Sitting, Verb};

impl Ledger {
    /// The books' own day.
    pub fn today(&self) -> Date {
        self.today
    }

    /// The first day of the books.
    pub fn opened(&self) -> Date {
        self.terms.opened
    }

    /// The kinds of quota, in the charter's order.
    pub fn kinds(&self) -> impl Iterator<Item = (KindIx, &Kind)> {
        self.terms.kinds.iter().enumerate().map(|(place, kind)| (KindIx::new(place), kind))
    }

    /// The kind with this id.
    pub fn kind(&self, id: &str) -> Option<KindIx> {
        self.terms.kinds.iter().position(|kind| kind.id.as_str() == id).map(KindIx::new)
    }

    /// A kind by its place.
    pub fn kind_id(&self, kind: KindIx) -> KindId {
        self.terms.kinds.get(kind.index()).map_or_else(|| KindId::new(""), |kind| kind.id.clone())
    }

    /// A kind's id, as a text.
    pub(crate) fn kind_word(&self, kind: KindIx) -> &str {
        self.terms.kinds.get(kind.index()).map_or("", |kind| kind.id.as_str())
    }

    /// The levels from the top.
    pub fn levels(&self) -> &[String] {
        &self.terms.levels
    }

    /// The quota graph.
    pub fn graph(&self) -> &QuotaGraph {
        &self.shape
    }

    /// The root of the city.
    pub fn root(&self) -> NodeIx {
        self.shape.root()
    }

    /// The node with this id, unless it has gone.
    pub fn node(&self, id: &str) -> Option<NodeIx> {
        self.shape.node(id)
    }

    /// A node's id.
    pub fn id(&self, node: NodeIx) -> NodeId {
        self.shape.id(node).cloned().unwrap_or_else(|| NodeId::new(""))
    }

    /// A node's id, as a text.
    pub(crate) fn id_word(&self, node: NodeIx) -> &str {
        self.shape.id(node).map_or("", NodeId::as_str)
    }

    /// What people call a node.
    pub fn name(&self, node: NodeIx) -> &str {
        let name = self.details.get(node.index()).map_or("", |detail| detail.name.as_str());
        if name.is_empty() { self.shape.id(node).map_or("", NodeId::as_str) } else { name }
    }

    /// What a node is.
    pub fn role(&self, node: NodeIx) -> Role {
        self.shape.role(node)
    }

    /// A node's level; a pool has its sponsor's.
    pub fn level_name(&self, node: NodeIx) -> &str {
        self.level_word(self.shape.level(node))
    }

    /// A node's administrative rank: a jurisdiction's is its level unless the charter gave another; units
    /// and pools take their parent's.
    pub fn tier(&self, node: NodeIx) -> &str {
        let ranked = match self.role(node) {
            Role::Jurisdiction => node,
            Role::Unit | Role::Pool => self.parent(node).unwrap_or(node),
        };
        let tier = self.details.get(ranked.index()).and_then(|detail| detail.tier.as_deref());
        tier.map_or_else(|| self.level_name(ranked), |tier| &**tier)
    }

    /// The node that this one lies in; none for the root.
    pub fn parent(&self, node: NodeIx) -> Option<NodeIx> {
        self.shape.parent(node)
    }

    /// The node and everything above it.
    pub fn path(&self, node: NodeIx) -> impl Iterator<Item = NodeIx> {
        self.shape.path(node)
    }

    /// Whether `node` is `ancestor` or lies inside it.
    pub fn within(&self, node: NodeIx, ancestor: NodeIx) -> bool {
        self.shape.within(node, ancestor)
    }

    /// The nearest node of the second level, itself included, else the parent, else itself (县级).
    pub fn county(&self, node: NodeIx) -> NodeIx {
        let second = self
            .path(node)
            .find(|place| self.shape.level(*place) == 1 && self.role(*place) == Role::Jurisdiction);
        second.or_else(|| self.parent(node)).unwrap_or(node)
    }

    /// All nodes, depth first, children in the order of their ids; pools are nodes too.
    pub fn nodes_in_tree_order(&self) -> Vec<NodeIx> {
        self.shape.inside(self.root())
    }

    /// A node's own tags, by name.
    pub fn tags(&self, node: NodeIx) -> Vec<&str> {
        let own = self.rows.get(node.index()).map_or(&[][..], |row| &*row.tags);
        let mut tags: Vec<&str> = own.iter().map(|tag| self.tags.name(*tag)).collect();
        tags.sort_unstable();
        tags
    }

    /// Whether a node has a tag of its own.
    pub fn has_tag(&self, node: NodeIx, tag: &str) -> bool {
        // A node has few tags: looking at their names is quicker than looking for this one.
        self.rows.get(node.index()).is_some_and(|row| row.tags.iter().any(|own| self.tags.name(*own) == tag))
    }

    /// A node's fact.
    pub fn fact(&self, node: NodeIx, name: &str) -> Option<&FactValue> {
        self.details.get(node.index())?.facts.as_ref()?.get(name)
    }

    /// A node's facts, by name.
    pub fn facts(&self, node: NodeIx) -> impl Iterator<Item = (&str, &FactValue)> {
        let facts = self.details.get(node.index()).and_then(|detail| detail.facts.as_deref());
        facts.into_iter().flat_map(Facts::iter)
    }

    /// A pool's kind and size; none for other nodes.
    pub fn pool(&self, node: NodeIx) -> Option<&Pool> {
        self.details.get(node.index())?.pool.as_deref()
    }

    /// The pools directly inside a jurisdiction, by id.
    pub fn pools_of(&self, node: NodeIx) -> Vec<NodeIx> {
        let inside = self.pool_places.iter().filter(|pool| self.parent(**pool) == Some(node));
        let mut pools: Vec<NodeIx> = inside.copied().collect();
        pools.sort_by(|one, other| self.id_word(*one).cmp(self.id_word(*other)));
        pools
    }

    /// All pools, by id.
    pub fn pools(&self) -> Vec<NodeIx> {
        let mut pools = self.pool_places.to_vec();
        pools.sort_by_cached_key(|pool| self.id(*pool));
        pools
    }

    /// A pool's size as the year began, as the office recorded it.
    pub fn pool_size_at_year_start(&self, pool: NodeIx) -> Option<Seats> {
        self.pool_sizes.get(&pool).copied()
    }

    /// Containment and open loans as one graph.
    pub fn network(&self) -> Network {
        let mut network = Network::default();
        let nodes = self.nodes_in_tree_order();
        for node in &nodes {
            network.add(Place {
                id: self.id(*node),
                name: self.name(*node).to_owned(),
                role: self.role(*node),
            });
        }
        for node in &nodes {
            if let Some(parent) = self.parent(*node) {
                network.tie(&self.id(parent), &self.id(*node), Tie::Contains);
            }
        }
        for loan in self.loans().filter(|loan| loan.open) {
            let tie = Tie::Loan { id: loan.id.clone(), kind: self.kind_id(loan.kind), seats: loan.seats };
            network.tie(&self.id(loan.lender), &self.id(loan.borrower), tie);
        }
        network
    }

    /// The nodes that a request names, directly or through its loan, permit, pool or person; each once.
    pub fn touches(&self, verb: &Verb) -> Vec<NodeIx> {
        let mut found = Vec::new();
        self.collect_touched(verb, &mut found);
        found.sort_unstable();
        found.dedup();
        found
    }

    fn collect_touched(&self, verb: &Verb, found: &mut Vec<NodeIx>) {
        let mut nodes = |ids: &[&NodeId]| {
            found.extend(ids.iter().filter_map(|id| self.node(id.as_str())));
        };
        match verb {
            Verb::Authorize(verb) => nodes(&[&verb.node]),
            Verb::Transfer(verb) => nodes(&[&verb.from, &verb.to]),
            Verb::Permit(verb) => nodes(&[&verb.unit]),
            Verb::Withdraw(verb) => self.touch_permit(self.permit(verb.permit.as_str()), found),
            Verb::Appoint(verb) => {
                nodes(&[&verb.unit]);
                let loan = verb.loan.as_ref().and_then(|loan| self.loan(loan.as_str()));
                self.touch_loan(loan, found);
                let permit = verb.permit.as_ref().and_then(|permit| self.permit(permit.as_str()));
                self.touch_permit(permit, found);
            }
            Verb::Draw(verb) => nodes(&[&verb.pool, &verb.unit]),
            Verb::Vacate(request::Vacate { who, .. }) | Verb::Convert(request::Convert { who }) => {
                self.touch_sitting(who, found);
            }
            Verb::Name(verb) => {
                nodes(&[&verb.unit]);
                let loan = verb.loan.as_ref().and_then(|loan| self.loan(loan.as_str()));
                self.touch_loan(loan, found);
            }
            Verb::Move(verb) => {
                nodes(&[&verb.to]);
                self.touch_sitting(&Sitting::Person(verb.person.clone()), found);
            }
            Verb::Borrow(verb) => {
                nodes(&[&verb.lender, &verb.borrower]);
                found.extend(verb.via.iter().flatten().filter_map(|id| self.node(id.as_str())));
            }
            Verb::GiveBack(request::GiveBack { loan, .. })
            | Verb::Owe(request::Owe { loan, .. })
            | Verb::Extend(request::Extend { loan, .. })
            | Verb::Reschedule(request::Reschedule { loan, .. })
            | Verb::Evaluate(request::Evaluate { loan, .. }) => {
                self.touch_loan(self.loan(loan.as_str()), found);
            }
            Verb::Establish(verb) => match &verb.place {
                request::Place::Node { parent, .. } => nodes(&[parent]),
                request::Place::Pool { sponsor, .. } => nodes(&[sponsor]),
            },
            Verb::Resize(verb) => nodes(&[&verb.pool]),
            Verb::Amend(verb) => nodes(&[&verb.node]),
            Verb::Relocate(verb) => nodes(&[&verb.node, &verb.parent]),
            Verb::Merge(verb) => {
                nodes(&[&verb.into]);
                found.extend(verb.units.iter().filter_map(|id| self.node(id.as_str())));
            }
            Verb::Abolish(verb) => nodes(&[&verb.node]),
            Verb::Batch(members) => {
                for member in members {
                    self.collect_touched(&member.verb, found);
                }
            }
            Verb::Correct(_) | Verb::Advance(_) => {}
        }
    }

    fn touch_loan(&self, loan: Option<LoanIx>, found: &mut Vec<NodeIx>) {
        if let Some(loan) = loan.and_then(|loan| self.loan_at(loan)) {
            found.extend([loan.lender, loan.borrower]);
        }
    }

    fn touch_permit(&self, permit: Option<PermitIx>, found: &mut Vec<NodeIx>) {
        found.extend(permit.and_then(|permit| self.permit_at(permit)).map(|permit| permit.unit));
    }

    fn touch_sitting(&self, who: &Sitting, found: &mut Vec<NodeIx>) {
        match who {
            Sitting::Person(person) => {
                let person = self.person(person.as_str()).and_then(|person| self.person_at(person));
                found.extend(person.and_then(super::Person::unit));
                self.touch_loan(person.and_then(super::Person::loan), found);
            }
            Sitting::Unnamed { unit, kind: _, loan } => {
                found.extend(self.node(unit.as_str()));
                self.touch_loan(loan.as_ref().and_then(|loan| self.loan(loan.as_str())), found);
            }
        }
    }

    pub(super) fn level_word(&self, level: u8) -> &str {
        self.terms.levels.get(usize::from(level)).map_or("", String::as_str)
    }

    /// A level's place, and whether it is the units'.
    pub(super) fn level_place(&self, word: &str) -> Option<(u8, Role)> {
        let place = self.terms.levels.iter().position(|level| level == word)?;
        let last = place.checked_add(1)? == self.terms.levels.len();
        Some((u8::try_from(place).ok()?, if last { Role::Unit } else { Role::Jurisdiction }))
    }

    pub(super) fn tied(&self, node: NodeIx) -> Option<&Ties> {
        self.rows.get(node.index()).and_then(|row| row.ties.as_deref())
    }

    /// Where a node's books stand, one for each kind in use.
    pub(super) fn slots(&self, node: NodeIx) -> Slots {
        self.rows.get(node.index()).map(|row| row.books.clone()).unwrap_or_default()
    }

    /// A node's own part of the details, for a change.
    pub(super) fn detail_mut(&mut self, node: NodeIx) -> Option<&mut Detail> {
        self.details.get_mut(node.index())
    }
}

impl Detail {
    /// What is known of a node. A name that is the id is not kept twice, and no facts take no room.
    pub(super) fn new(id: &NodeId, name: &str, facts: &BTreeMap<String, FactValue>) -> Self {
        Self {
            name: if name == id.as_str() { Piece::default() } else { name.into() },
            facts: (!facts.is_empty()).then(|| Arc::new(facts.into())),
            ..Self::default()
        }
    }
}

impl TagNames {
    pub(super) fn name(&self, tag: TagIx) -> &str {
        self.names.get(tag.0 as usize).map_or("", String::as_str)
    }

    pub(super) fn find(&self, tag: &str) -> Option<TagIx> {
        self.places.get(tag).copied()
    }

    pub(super) fn find_or_add(&mut self, tag: &str) -> TagIx {
        if let Some(known) = self.find(tag) {
            return known;
        }
        if self.names.is_empty() {
            self.names.push(String::new());
        }
        let place = TagIx(u32::try_from(self.names.len()).unwrap_or(u32::MAX));
        self.names.push(tag.to_owned());
        self.places.insert(tag.to_owned(), place);
        place
    }
}
