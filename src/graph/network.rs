//! The network: containment and loans as one petgraph, for drawing and analysis.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use petgraph::algo::{tarjan_scc, toposort};
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::EdgeRef as _;

use super::Role;
use crate::model::{KindId, LoanId, NodeId, Seats};

/// Containment and loans as one graph: who lies where, and who lends to whom.
#[derive(Debug, Clone, Default)]
pub struct Network {
    graph: DiGraph<Place, Tie>,
    places: BTreeMap<NodeId, NodeIndex>,
}

/// A node of the network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Its id.
    pub id: NodeId,
    /// What people call it.
    pub name: String,
    /// What it is.
    pub role: Role,
}

/// An edge of the network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tie {
    /// From a node to one that lies in it.
    Contains,
    /// From a lender to its borrower.
    Loan {
        /// The loan.
        id: LoanId,
        /// The kind of the seats.
        kind: KindId,
        /// The seats still out.
        seats: Seats,
    },
}

impl Network {
    /// Adds a node.
    pub(crate) fn add(&mut self, place: Place) {
        let id = place.id.clone();
        let index = self.graph.add_node(place);
        self.places.insert(id, index);
    }

    /// Adds an edge between two nodes that were added before.
    pub(crate) fn tie(&mut self, from: &NodeId, to: &NodeId, tie: Tie) {
        if let (Some(from), Some(to)) = (self.places.get(from), self.places.get(to)) {
            self.graph.add_edge(*from, *to, tie);
        }
    }

    /// The graph itself, for petgraph's own algorithms.
    pub fn petgraph(&self) -> &DiGraph<Place, Tie> {
        &self.graph
    }

    /// Groups of nodes that lend to each other, directly or in a ring, each group and all groups by id.
    pub fn lending_rings(&self) -> Vec<Vec<NodeId>> {
        let loans = self.loans_only();
        let mut rings: Vec<Vec<NodeId>> = tarjan_scc(&loans)
            .into_iter()
            .filter(|group| group.len() > 1)
            .map(|group| self.sorted_ids(&group))
            .collect();
        rings.sort();
        rings
    }

    /// The longest chain of loans (A lends to B, B lends to C …), or nothing while there is a ring.
    pub fn longest_chain(&self) -> Vec<NodeId> {
        let loans = self.loans_only();
        let Ok(order) = toposort(&loans, None) else { return Vec::new() };
        let mut best: BTreeMap<NodeIndex, Vec<NodeIndex>> = BTreeMap::new();
        for node in order {
            let before = best.get(&node).cloned().unwrap_or_else(|| vec![node]);
            for next in loans.neighbors(node) {
                let mut chain = before.clone();
                chain.push(next);
                if best.get(&next).is_none_or(|known| known.len() < chain.len()) {
                    best.insert(next, chain);
                }
            }
        }
        let longest = best.into_values().max_by_key(Vec::len).unwrap_or_default();
        longest.into_iter().filter_map(|node| self.id(node)).collect()
    }

    /// The network in Graphviz's language: containment solid, loans dashed with their seats.
    pub fn to_dot(&self) -> String {
        let mut dot = String::from(
            "digraph bianzhi {\n  rankdir=LR;\n  node [shape=box, style=rounded, fontname=\"Noto Sans CJK SC\"];\n  edge [fontname=\"Noto Sans CJK SC\"];\n",
        );
        for (index, place) in self.graph.node_indices().zip(self.graph.node_weights()) {
            let shape = match place.role {
                Role::Jurisdiction => ", style=\"rounded,bold\"",
                Role::Unit => "",
                Role::Pool => ", shape=cylinder, style=solid",
            };
            let label = if place.name == place.id.as_str() {
                quoted(&place.name)
            } else {
                format!("{}\\n{}", quoted(&place.name), quoted(place.id.as_str()))
            };
            let _ = writeln!(dot, "  n{} [label=\"{label}\"{shape}];", index.index());
        }
        for edge in self.graph.edge_references() {
            let (from, to) = (edge.source().index(), edge.target().index());
            let _ = match edge.weight() {
                Tie::Contains => writeln!(dot, "  n{from} -> n{to};"),
                Tie::Loan { id, kind, seats } => writeln!(
                    dot,
                    "  n{from} -> n{to} [style=dashed, constraint=false, label=\"{} {} {seats}\"];",
                    quoted(id.as_str()),
                    quoted(kind.as_str()),
                ),
            };
        }
        dot.push_str("}\n");
        dot
    }

    fn loans_only(&self) -> DiGraph<(), ()> {
        self.graph.filter_map(
            |_, _| Some(()),
            |_, tie| match tie {
                Tie::Contains => None,
                Tie::Loan { .. } => Some(()),
            },
        )
    }

    fn id(&self, node: NodeIndex) -> Option<NodeId> {
        self.graph.node_weight(node).map(|place| place.id.clone())
    }

    fn sorted_ids(&self, group: &[NodeIndex]) -> Vec<NodeId> {
        let mut ids: Vec<NodeId> = group.iter().filter_map(|node| self.id(*node)).collect();
        ids.sort();
        ids
    }
}

fn quoted(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}

#[cfg(test)]
mod tests {
    use super::{Network, Place, Tie};
    use crate::graph::Role;
    use crate::model::{NodeId, Seats};

    fn network(loans: &[(&str, &str)]) -> Network {
        let mut network = Network::default();
        for id in ["a", "b", "c", "d"] {
            network.add(Place { id: id.into(), name: id.into(), role: Role::Unit });
        }
        for (number, (from, to)) in loans.iter().enumerate() {
            let tie = Tie::Loan { id: format!("l{number}").into(), kind: "k".into(), seats: Seats::ONE };
            network.tie(&NodeId::from(*from), &NodeId::from(*to), tie);
        }
        network
    }

    #[test]
    fn two_that_lend_to_each_other_are_a_ring() {
        let rings = network(&[("a", "b"), ("b", "a"), ("c", "d")]).lending_rings();
        assert_eq!(rings, vec![vec![NodeId::from("a"), NodeId::from("b")]]);
    }

    #[test]
    fn a_chain_of_loans_is_found() {
        let chain = network(&[("a", "b"), ("b", "c"), ("a", "d")]).longest_chain();
        assert_eq!(chain, vec![NodeId::from("a"), NodeId::from("b"), NodeId::from("c")]);
    }
}
