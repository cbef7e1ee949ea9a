//! Node rows: the jurisdictions and units of opening books, as a nation has room for.

use std::ops::Range;
use std::sync::Arc;

use super::node_part::{Count, NodePart, NodeRow};
use super::{Facts, IdTable, KindId, NodeId, OpeningHistory, OpeningNode, Piece, Places, Seats};

/// Stands for a parent, a tier or facts that a node does not have.
pub(super) const NOTHING: u32 = u32::MAX;

/// The nodes of opening books in the order of the charter: a list of [`OpeningNode`] in a fifth of the room.
///
/// What many nodes have in common is kept once and told by its number: kinds, words (levels and tiers), lists of tags,
/// and the parent of each run of nodes who stand together.
#[derive(Debug, Clone, Default)]
pub(crate) struct NodeRows {
    pub(super) kinds: Vec<KindId>,
    pub(super) words: Words,
    pub(super) tags: Vec<Vec<String>>,
    pub(super) tag_places: Places<Vec<String>, u32>,
    /// The parent of each run; one may stand here more than once.
    pub(super) parents: Vec<NodeId>,
    /// The numbers of each run, which never goes beyond a part.
    pub(super) runs: Vec<Range<u32>>,
    /// The numbers of the nodes without a parent.
    pub(super) roots: Vec<u32>,
    /// None of them empty.
    pub(super) parts: Vec<NodePart>,
    /// The number of the first node of each part.
    pub(super) starts: Vec<usize>,
    pub(super) length: usize,
}

/// Words, each once.
#[derive(Debug, Clone, Default)]
pub(super) struct Words {
    pub(super) all: Vec<String>,
    places: Places<String, u32>,
}

/// What a count of a node says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    /// Quota owned.
    Cap,
    /// People on own seats.
    Occupied,
    /// How many year ends are known; they follow, oldest first.
    Years,
    /// The vacancy at one of them.
    Year,
}

/// One node of these rows.
#[derive(Clone, Copy)]
pub(crate) struct NodeView<'a> {
    nodes: &'a NodeRows,
    part: &'a NodePart,
    row: &'a NodeRow,
    /// Where its name and its counts begin: where those of the row before end.
    name: u32,
    counts: u32,
}

/// Where ids stand, and the node that each run of [`NodeRows`] lies in.
#[derive(Debug, Clone, Default)]
pub(crate) struct NodeTree {
    /// Numbers of nodes by id.
    pub(crate) ids: IdTable,
    /// By run.
    pub(crate) parents: Vec<Option<u32>>,
}

/// The runs of nodes inside each node, in the order of the charter, as chains.
pub(crate) struct Children {
    /// By node, its first run.
    first: Vec<u32>,
    /// By run, the next in the same node.
    next: Vec<u32>,
}

impl Words {
    pub(super) fn place(&mut self, word: &str) -> u32 {
        if let Some(known) = self.places.get(word) {
            return *known;
        }
        let place = number(self.all.len());
        self.all.push(word.to_owned());
        self.places.insert(word.to_owned(), place);
        place
    }
}

impl NodeRows {
    /// How many nodes there are.
    pub(crate) fn len(&self) -> usize {
        self.length
    }

    /// Every kind that a count is of, by its place.
    pub(crate) fn kinds(&self) -> &[KindId] {
        &self.kinds
    }

    /// Every level and tier, by its place.
    pub(crate) fn words(&self) -> &[String] {
        &self.words.all
    }

    /// Every list of tags, by its place.
    pub(crate) fn tag_lists(&self) -> &[Vec<String>] {
        &self.tags
    }

    /// The parent of each run of nodes.
    pub(crate) fn parents(&self) -> &[NodeId] {
        &self.parents
    }

    /// The numbers of each run of nodes.
    pub(crate) fn runs(&self) -> &[Range<u32>] {
        &self.runs
    }

    /// The numbers of the nodes without a parent.
    pub(crate) fn roots(&self) -> &[u32] {
        &self.roots
    }

    /// The place of a kind, which is added if it is new.
    pub(crate) fn kind(&mut self, kind: &KindId) -> u16 {
        let place = self.kinds.iter().position(|known| known == kind).unwrap_or_else(|| {
            self.kinds.push(kind.clone());
            self.kinds.len().saturating_sub(1)
        });
        u16::try_from(place).unwrap_or(u16::MAX)
    }

    /// The node with this number.
    pub(crate) fn get(&self, number: usize) -> Option<NodeView<'_>> {
        let at = self.starts.partition_point(|start| *start <= number).checked_sub(1)?;
        let part = self.parts.get(at)?;
        self.view(part, number.checked_sub(*self.starts.get(at)?)?)
    }

    /// The nodes of a run, or of a part of one, with their numbers.
    pub(crate) fn run(&self, run: Range<u32>) -> impl Iterator<Item = (u32, NodeView<'_>)> {
        let from = run.start as usize;
        let at = self.starts.partition_point(|start| *start <= from).checked_sub(1);
        let part = at.and_then(|at| self.parts.get(at).zip(self.starts.get(at)));
        let views = part.map(|(part, start)| {
            let before = from.saturating_sub(*start);
            run.zip(before..).filter_map(move |(number, at)| Some((number, self.view(part, at)?)))
        });
        views.into_iter().flatten()
    }

    /// The id of the node with this number.
    pub(crate) fn id(&self, number: u32) -> Option<&str> {
        self.get(number as usize).map(|node| node.id().as_str())
    }

    /// Every node in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = NodeView<'_>> {
        let parts = self.parts.iter();
        parts.flat_map(move |part| (0..part.rows.len()).filter_map(move |at| self.view(part, at)))
    }

    fn view<'a>(&'a self, part: &'a NodePart, at: usize) -> Option<NodeView<'a>> {
        let row = part.rows.get(at)?;
        let before = at.checked_sub(1).and_then(|before| part.rows.get(before));
        let (name, counts) = before.map_or((0, 0), |before| (before.name_to, before.counts_to));
        Some(NodeView { nodes: self, part, row, name, counts })
    }

    /// All nodes as values of their own.
    pub(crate) fn to_nodes(&self) -> Vec<OpeningNode> {
        self.iter().map(NodeView::to_node).collect()
    }

    /// Where the ids stand, of nodes that nobody checked.
    ///
    /// # Errors
    /// If an id stands twice, or a parent is not there.
    pub(crate) fn tree(&self) -> Result<NodeTree, String> {
        let mut ids = IdTable::with_capacity(self.len());
        for (node, number) in self.iter().zip(0_u32..) {
            if ids.put(node.id().as_str(), number, |at| self.id(at)).is_some() {
                return Err(format!("id `{}` stands twice", node.id()));
            }
        }
        let find = |id: &NodeId| ids.find(id.as_str(), |at| self.id(at));
        let found = |id: &NodeId| find(id).map(Some).ok_or_else(|| format!("the parent `{id}` is unknown"));
        let parents = self.parents.iter().map(found).collect::<Result<_, _>>()?;
        Ok(NodeTree { ids, parents })
    }
}

impl Children {
    /// The runs inside of all nodes, where `parents` says in which each run lies.
    pub(crate) fn of(nodes: &NodeRows, parents: &[Option<u32>]) -> Self {
        let mut chains = Self { first: vec![NOTHING; nodes.len()], next: vec![NOTHING; parents.len()] };
        for (run, parent) in parents.iter().enumerate().rev() {
            let Some(first) = parent.and_then(|parent| chains.first.get_mut(parent as usize)) else {
                continue;
            };
            let later = std::mem::replace(first, number(run));
            if let Some(next) = chains.next.get_mut(run) {
                *next = later;
            }
        }
        chains
    }

    /// What lies in a node, run by run.
    pub(crate) fn inside<'a>(
        &'a self,
        nodes: &'a NodeRows,
        node: u32,
    ) -> impl Iterator<Item = Range<u32>> + 'a {
        let some = |place: &u32| Some(*place).filter(|place| *place != NOTHING);
        let first = self.first.get(node as usize).and_then(some);
        let runs = std::iter::successors(first, move |run| self.next.get(*run as usize).and_then(some));
        runs.filter_map(|run| nodes.runs.get(run as usize).cloned())
    }
}

impl<'a> NodeView<'a> {
    /// Its id.
    pub(crate) fn id(self) -> &'a NodeId {
        &self.row.id
    }

    /// The run that it stands in; none for a root.
    pub(crate) fn run(self) -> Option<u32> {
        Some(self.row.parent).filter(|run| *run != NOTHING)
    }

    /// The node it lies in.
    pub(crate) fn parent(self) -> Option<&'a NodeId> {
        self.nodes.parents.get(self.run()? as usize)
    }

    /// Its level's place among the words.
    pub(crate) fn level_place(self) -> usize {
        self.row.level as usize
    }

    /// Its level.
    pub(crate) fn level(self) -> &'a str {
        self.nodes.words.all.get(self.row.level as usize).map_or("", String::as_str)
    }

    /// Its administrative rank, where it has its own.
    pub(crate) fn tier(self) -> Option<&'a str> {
        self.nodes.words.all.get(self.row.tier as usize).map(String::as_str)
    }

    /// What people call it; empty where that is its id.
    pub(crate) fn own_name(self) -> Piece {
        Piece::of(&self.part.names, self.name, self.row.name_to)
    }

    /// The place of its tags among the lists.
    pub(crate) fn tags_place(self) -> usize {
        self.row.tags as usize
    }

    /// Its facts, if it has any.
    pub(crate) fn facts(self) -> Option<&'a Arc<Facts>> {
        self.part.facts.get(self.row.facts as usize)
    }

    /// What is counted, with the place of its kind: caps, people, year ends, each by the id of the kind.
    pub(crate) fn counts(self) -> impl Iterator<Item = (What, usize, Seats)> + 'a {
        let own = self.part.counts.get(self.counts as usize..self.row.counts_to as usize).unwrap_or_default();
        let part = self.part;
        own.iter().map(move |count: &Count| (count.what, usize::from(count.kind), part.value(*count)))
    }

    /// How many year ends of a kind are known.
    pub(crate) fn years(self, kind: usize) -> usize {
        self.counts().filter(|(what, of, _)| *what == What::Year && *of == kind).count()
    }

    /// People on own seats of a kind.
    pub(crate) fn occupied(self, kind: &KindId) -> Seats {
        let place = self.nodes.kinds.iter().position(|known| known == kind);
        let of = |(what, kind, _): &(What, usize, Seats)| *what == What::Occupied && Some(*kind) == place;
        self.counts().find(of).map(|(.., count)| count).unwrap_or_default()
    }

    /// The same as a value of its own.
    fn to_node(self) -> OpeningNode {
        let name = self.own_name();
        let tags = self.nodes.tags.get(self.tags_place()).cloned().unwrap_or_default();
        let mut node = OpeningNode {
            id: self.id().clone(),
            parent: self.parent().cloned(),
            level: self.level().to_owned(),
            tier: self.tier().map(str::to_owned),
            name: if self.row.unnamed { self.id().to_string() } else { name.as_str().to_owned() },
            tags,
            facts: self.facts().map(|facts| facts.to_map()).unwrap_or_default(),
            caps: super::ByKind::new(),
            occupied: super::ByKind::new(),
            history: super::ByKind::new(),
        };
        let mut years: Option<(KindId, OpeningHistory)> = None;
        for (what, kind, count) in self.counts() {
            let Some(kind) = self.nodes.kinds.get(kind) else { continue };
            match what {
                What::Cap => node.caps.extend([(kind.clone(), count)]),
                What::Occupied => node.occupied.extend([(kind.clone(), count)]),
                What::Years => {
                    node.history.extend(years.replace((kind.clone(), OpeningHistory::default())));
                }
                What::Year => {
                    if let Some((_, history)) = &mut years {
                        history.year_end_vacancy.push(count);
                    }
                }
            }
        }
        node.history.extend(years);
        node
    }
}

pub(super) fn number(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}
