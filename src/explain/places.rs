//! Places: other nodes at which the same might pass, the nearest and likest first.

use std::collections::BTreeSet;

use crate::graph::{NodeIx, Role};
use crate::ledger::{KindIx, Ledger};
use crate::model::Seats;

/// The other places that are tried for one field.
const PLACES: usize = 6;

/// What a place must have to be worth trying.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted<'a> {
    pub(super) kind: Option<KindIx>,
    /// Seats that it can give.
    pub(super) seats: Seats,
    /// Tags on which a requirement hangs that was not met: a place that differs in them comes first.
    pub(super) tags: &'a BTreeSet<String>,
}

/// Other nodes of the same role: those beside it, then those beside the node above; of equally near ones those
/// that share most tags, but for the wanted ones.
pub(super) fn around(books: &Ledger, node: NodeIx, wanted: &Wanted<'_>) -> Vec<NodeIx> {
    let role = books.role(node);
    let mut found: Vec<(usize, bool, usize, usize, NodeIx)> = Vec::new();
    let tags = books.tags(node);
    let mut from = node;
    for away in 0..2_usize {
        let Some(parent) = books.parent(from) else { break };
        let beside = books.graph().children(parent);
        let inside: Vec<NodeIx> = match away {
            0 => beside,
            _ => beside
                .into_iter()
                .filter(|one| *one != from)
                .flat_map(|one| books.graph().children(one))
                .collect(),
        };
        for other in inside {
            if other == node || books.role(other) != role || !wanted.fits(books, other) {
                continue;
            }
            let shared = books.tags(other).iter().filter(|tag| tags.contains(tag)).count();
            let same = wanted.tags.iter().all(|tag| books.has_tag(node, tag) == books.has_tag(other, tag));
            found.push((away, same, tags.len().saturating_sub(shared), found.len(), other));
        }
        if found.len() >= PLACES {
            break;
        }
        from = parent;
    }
    found.sort_unstable_by_key(|(away, same, unlike, order, _)| (*away, *same, *unlike, *order));
    found.into_iter().map(|(.., node)| node).take(PLACES).collect()
}

impl Wanted<'_> {
    fn fits(&self, books: &Ledger, node: NodeIx) -> bool {
        let Some(kind) = self.kind.filter(|_| self.seats > Seats::ZERO) else { return true };
        let figures = books.figures(node, kind);
        match books.role(node) {
            Role::Unit => figures.available >= self.seats,
            Role::Jurisdiction => figures.reserve >= self.seats,
            Role::Pool => true,
        }
    }
}
