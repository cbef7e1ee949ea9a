//! The quota graph: which node lies in which, on petgraph; and the network of who lends to whom.

mod network;
mod stored;

use petgraph::Direction;
use petgraph::graph::{DiGraph, NodeIndex};
use serde::{Deserialize, Serialize};

use crate::model::{IdTable, NodeId};

pub use network::{Network, Place, Tie};
pub(crate) use stored::StoredGraph;

/// A node's place in the graph. Never reused, also after the node has gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct NodeIx(u32);

/// What a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// It contains other nodes: a city, a county.
    Jurisdiction,
    /// It has people.
    Unit,
    /// It only lends.
    Pool,
}

/// The shape of the city: a tree of `Contains` edges.
#[derive(Debug, Clone)]
pub struct QuotaGraph {
    tree: DiGraph<Shape, Contains>,
    ids: IdTable,
    root: NodeIx,
}

/// The edge from a node to one that lies in it.
#[derive(Debug, Clone, Copy)]
struct Contains;

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Shape {
    id: NodeId,
    role: Role,
    /// The node that it lies in, or lay in before it went, so that the way up is one step a level from where its id
    /// stands; the root is its own.
    #[serde(skip, default = "NodeIx::first")]
    parent: NodeIx,
    /// The level's place in the charter's list; a pool has its sponsor's.
    level: u8,
    gone: bool,
}

impl NodeIx {
    /// The place as an index of dense tables.
    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }

    /// The place with this number.
    pub(crate) fn at(number: u32) -> Self {
        Self(number)
    }

    fn first() -> Self {
        Self(0)
    }

    fn new(index: NodeIndex) -> Self {
        Self(u32::try_from(index.index()).unwrap_or(u32::MAX))
    }

    fn petgraph(self) -> NodeIndex {
        NodeIndex::new(self.index())
    }
}

impl QuotaGraph {
    /// A graph of one node.
    pub(crate) fn new(root: NodeId, level: u8, role: Role) -> Self {
        let mut tree = DiGraph::new();
        let mut ids = IdTable::default();
        ids.put(root.as_str(), 0, |_| None);
        let first = NodeIx::first();
        let place = NodeIx::new(tree.add_node(Shape { id: root, role, parent: first, level, gone: false }));
        Self { tree, ids, root: place }
    }

    /// A graph of nodes in their places, each with its level, what it is, and the node it lies in; the first is the root.
    /// `ids` says where each stands. There is room for so many: one more would take as much again.
    pub(crate) fn of(
        room: usize,
        nodes: impl Iterator<Item = (NodeId, u8, Role, NodeIx)>,
        ids: IdTable,
    ) -> Self {
        let mut tree = DiGraph::with_capacity(room, room);
        for (id, level, role, parent) in nodes {
            let place = tree.add_node(Shape { id, role, parent, level, gone: false });
            if place != parent.petgraph() {
                tree.add_edge(parent.petgraph(), place, Contains);
            }
        }
        Self { tree, ids, root: NodeIx::first() }
    }

    /// A new node below `parent`. A node of this id that has gone comes back in its old place.
    pub(crate) fn attach(&mut self, id: NodeId, level: u8, role: Role, parent: NodeIx) -> NodeIx {
        let (tree, new) = (&self.tree, NodeIx::new(NodeIndex::new(self.tree.node_count())));
        if let Some(old) = self.ids.put(id.as_str(), new.0, |place| id_at(tree, place)).map(NodeIx) {
            if let Some(shape) = self.tree.node_weight_mut(old.petgraph()) {
                *shape = Shape { id, role, parent, level, gone: false };
            }
            self.place_under(old, parent);
            return old;
        }
        let place = NodeIx::new(self.tree.add_node(Shape { id, role, parent, level, gone: false }));
        self.tree.add_edge(parent.petgraph(), place.petgraph(), Contains);
        place
    }

    /// Moves a node below another parent.
    pub(crate) fn place_under(&mut self, node: NodeIx, parent: NodeIx) {
        self.cut(node);
        self.tree.add_edge(parent.petgraph(), node.petgraph(), Contains);
        if let Some(shape) = self.tree.node_weight_mut(node.petgraph()) {
            shape.parent = parent;
        }
    }

    /// Takes a node out of the tree. Its id stays taken, and where it last lay stays known.
    pub(crate) fn detach(&mut self, node: NodeIx) {
        self.cut(node);
        if let Some(shape) = self.tree.node_weight_mut(node.petgraph()) {
            shape.gone = true;
        }
    }

    fn cut(&mut self, node: NodeIx) {
        if let Some(edge) = self.tree.first_edge(node.petgraph(), Direction::Incoming) {
            self.tree.remove_edge(edge);
        }
    }

    /// The root.
    pub fn root(&self) -> NodeIx {
        self.root
    }

    /// The node with this id, unless it has gone.
    pub fn node(&self, id: &str) -> Option<NodeIx> {
        self.ever(id).filter(|node| self.shape(*node).is_some_and(|shape| !shape.gone))
    }

    /// The node with this id, also if it has gone.
    pub fn ever(&self, id: &str) -> Option<NodeIx> {
        self.ids.find(id, |place| id_at(&self.tree, place)).map(NodeIx)
    }

    /// Whether this id was ever a node's.
    pub fn was_used(&self, id: &str) -> bool {
        self.ever(id).is_some()
    }

    /// The id.
    pub fn id(&self, node: NodeIx) -> Option<&NodeId> {
        self.shape(node).map(|shape| &shape.id)
    }

    /// What the node is.
    pub fn role(&self, node: NodeIx) -> Role {
        self.shape(node).map_or(Role::Pool, |shape| shape.role)
    }

    /// The level's place in the charter's list, the top being 0.
    pub fn level(&self, node: NodeIx) -> u8 {
        self.shape(node).map_or(0, |shape| shape.level)
    }

    /// The node that this one lies in, or lay in before it went; none for the root.
    pub fn parent(&self, node: NodeIx) -> Option<NodeIx> {
        self.shape(node).map(|shape| shape.parent).filter(|parent| *parent != node)
    }

    /// The node itself, then everything above it up to the root.
    pub fn path(&self, node: NodeIx) -> impl Iterator<Item = NodeIx> {
        std::iter::successors(Some(node), |place| self.parent(*place))
    }

    /// Whether `node` is `ancestor` or lies inside it.
    pub fn within(&self, node: NodeIx, ancestor: NodeIx) -> bool {
        self.path(node).any(|place| place == ancestor)
    }

    /// How many nodes lie above this one.
    pub fn depth(&self, node: NodeIx) -> usize {
        self.path(node).skip(1).count()
    }

    /// The nearest node that contains both.
    pub fn common_ancestor(&self, one: NodeIx, other: NodeIx) -> NodeIx {
        self.path(one).find(|place| self.within(other, *place)).unwrap_or(self.root)
    }

    /// The nodes directly inside, in the order of their ids.
    pub fn children(&self, node: NodeIx) -> Vec<NodeIx> {
        let mut children: Vec<NodeIx> =
            self.tree.neighbors_directed(node.petgraph(), Direction::Outgoing).map(NodeIx::new).collect();
        children.sort_by(|one, other| self.id(*one).cmp(&self.id(*other)));
        children
    }

    /// Whether nothing lies inside.
    pub fn is_leaf(&self, node: NodeIx) -> bool {
        self.tree.neighbors_directed(node.petgraph(), Direction::Outgoing).next().is_none()
    }

    /// A node and all inside it, depth first, children in the order of their ids.
    pub fn inside(&self, node: NodeIx) -> Vec<NodeIx> {
        let mut order = Vec::new();
        let mut waiting = vec![node];
        while let Some(place) = waiting.pop() {
            order.push(place);
            waiting.extend(self.children(place).into_iter().rev());
        }
        order
    }

    fn shape(&self, node: NodeIx) -> Option<&Shape> {
        self.tree.node_weight(node.petgraph())
    }
}

fn id_at(tree: &DiGraph<Shape, Contains>, place: u32) -> Option<&str> {
    tree.node_weight(NodeIx(place).petgraph()).map(|shape| shape.id.as_str())
}
