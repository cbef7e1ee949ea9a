//! The stored form of the graph: its nodes in their places, each with its parent.

use std::borrow::Cow;

use petgraph::graph::DiGraph;
use serde::{Deserialize, Serialize};

use super::{Contains, NodeIx, QuotaGraph, Shape, id_at};
use crate::model::IdTable;

/// A graph as plain values.
#[derive(Serialize, Deserialize)]
pub(crate) struct StoredGraph<'a> {
    nodes: Vec<Cow<'a, Shape>>,
    /// The root is its own parent; of what has gone it is where it last lay.
    parents: Cow<'a, [NodeIx]>,
    root: NodeIx,
}

impl QuotaGraph {
    pub(crate) fn stored(&self) -> StoredGraph<'_> {
        let nodes = self.tree.node_weights().map(Cow::Borrowed).collect();
        let parents = self.tree.node_weights().map(|shape| shape.parent).collect();
        StoredGraph { nodes, parents: Cow::Owned(parents), root: self.root }
    }

    /// The graph of these values; none if they are no tree.
    pub(crate) fn from_stored(stored: StoredGraph<'_>) -> Option<Self> {
        let parents = stored.parents.into_owned();
        let nodes = stored.nodes.len();
        if parents.len() != nodes || stored.root.index() >= nodes {
            return None;
        }
        let mut tree = DiGraph::with_capacity(nodes, nodes);
        let mut ids = IdTable::with_capacity(nodes);
        for (shape, parent) in stored.nodes.into_iter().zip(&*parents) {
            let shape = Shape { parent: *parent, ..shape.into_owned() };
            let place = NodeIx::new(tree.add_node(shape)).0;
            let id = id_at(&tree, place)?;
            if ids.put(id, place, |known| id_at(&tree, known).filter(|_| known != place)).is_some() {
                return None;
            }
        }
        for (place, parent) in parents.iter().enumerate() {
            if parent.index() >= nodes {
                return None;
            }
            // What has gone lies nowhere; where it last lay is only remembered.
            let node = petgraph::graph::NodeIndex::new(place);
            let gone = tree.node_weight(node).is_none_or(|shape| shape.gone);
            if parent.index() != place && !gone {
                tree.add_edge(parent.petgraph(), node, Contains);
            }
        }
        let graph = Self { tree, ids, root: stored.root };
        // A level is a byte, so no way up is longer.
        let is_tree = graph.tree.node_indices().all(|node| {
            graph
                .path(NodeIx::new(node))
                .take(usize::from(u8::MAX))
                .last()
                .is_some_and(|top| graph.parent(top).is_none())
        });
        is_tree.then_some(graph)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{QuotaGraph, Role};

    #[test]
    fn what_has_gone_lies_nowhere_and_is_remembered() {
        let mut graph = QuotaGraph::new("city".into(), 0, Role::Jurisdiction);
        let root = graph.root();
        let school = graph.attach("school".into(), 1, Role::Unit, root);
        let gone = graph.attach("gone".into(), 1, Role::Unit, root);
        graph.detach(gone);
        let again = QuotaGraph::from_stored(graph.stored()).unwrap();
        assert_eq!(again.children(root), [school]);
        assert_eq!((again.parent(gone), again.node("gone")), (Some(root), None));
    }
}
