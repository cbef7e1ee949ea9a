//! Sums of opening books: what is handed down and what is charged, against each cap (L1, L2).

use super::quick::QuickMap;
use super::{Check, Named};
use crate::charter::CharterPart;
use crate::model::{ExcessRule, KindId, NodeId, OpeningNode, Seats};

/// Own seats of nodes and pools that people elsewhere use, or that are promised.
#[derive(Default)]
struct Given<'a> {
    lent: QuickMap<(&'a NodeId, &'a KindId), Seats>,
    permitted: QuickMap<(&'a NodeId, &'a KindId), Seats>,
}

/// What the nodes inside another charge it with, and what it hands down to them.
#[derive(Clone, Copy, Default)]
struct Below {
    charged: Seats,
    allotted: Seats,
}

impl<'a> Check<'a> {
    /// Every sum, from the units up.
    pub(super) fn sums(&mut self) {
        let opening = self.opening;
        let mut given = Given::default();
        for loan in &opening.loans {
            *given.lent.entry((&loan.lender, &loan.kind)).or_default() += loan.seats;
        }
        for permit in &opening.permits {
            *given.permitted.entry((&permit.unit, &permit.kind)).or_default() += permit.count;
        }
        // A kind that stands twice is told already.
        let kinds = opening.kinds.iter().enumerate();
        let kinds = kinds.filter(|(number, kind)| self.kinds.get(&kind.id) == Some(number));
        let kinds: Vec<&KindId> = kinds.map(|(_, kind)| &kind.id).collect();
        let mut below = vec![Below::default(); opening.nodes.len().saturating_mul(kinds.len())];
        for pool in &opening.pools {
            let Some(&Named::Node(sponsor)) = self.named.get(&pool.sponsor) else { continue };
            for (kind, below) in kinds.iter().zip(row(&mut below, sponsor, kinds.len())) {
                below.charged += amount(&given.lent, &pool.id, kind);
            }
        }
        let order = std::mem::take(&mut self.order);
        for &number in order.iter().rev() {
            let parent = self.parents.get(number).copied().flatten();
            for (place, kind) in kinds.iter().enumerate() {
                let at = |number: usize| number.saturating_mul(kinds.len()).saturating_add(place);
                let Some(&own) = below.get(at(number)) else { continue };
                let all = self.sums_of(number, kind, own, &given);
                if let Some(above) = parent.and_then(|parent| below.get_mut(at(parent))) {
                    above.charged += all.charged;
                    above.allotted += all.allotted;
                }
            }
        }
        self.order = order;
    }

    /// Judges a node by what lies below it, and says what it adds to the one above.
    fn sums_of(&mut self, number: usize, kind: &KindId, below: Below, given: &Given<'a>) -> Below {
        let Some(node) = self.node(number) else { return Below::default() };
        let cap = node.caps.get(kind).copied().unwrap_or_default();
        let permitted = amount(&given.permitted, &node.id, kind);
        let lent = amount(&given.lent, &node.id, kind);
        let occupied = node.occupied.get(kind).copied().unwrap_or_default();
        if !self.unread.tainted.contains(&number) {
            self.allotment(number, node, kind, [below.allotted, permitted, lent, cap]);
            self.charge(number, node, kind, [occupied, permitted, lent, below.charged, cap]);
        }
        Below { charged: below.charged + occupied + permitted + lent, allotted: cap }
    }

    /// L2: what a jurisdiction hands down, promises and lends itself is at most its cap.
    fn allotment(
        &mut self,
        number: usize,
        node: &OpeningNode,
        kind: &KindId,
        [handed_down, permitted, lent, cap]: [Seats; 4],
    ) {
        if handed_down + permitted + lent <= cap || self.is_unit(number) != Some(false) {
            return;
        }
        let lends = if lent.is_zero() { String::new() } else { format!(" and lends {lent}") };
        let id = &node.id;
        let message = format!("`{id}` hands down {handed_down} seats of `{kind}`{lends}, its cap is {cap}");
        self.flaw(CharterPart::Node(number), message);
    }

    /// L1: everything charged is at most the cap; inherited excess may be tolerated below the root.
    fn charge(
        &mut self,
        number: usize,
        node: &OpeningNode,
        kind: &KindId,
        [occupied, permitted, lent, below, cap]: [Seats; 5],
    ) {
        let charged = occupied + permitted + lent + below;
        let tolerated = self.opening.excess == ExcessRule::Tolerate || self.unread.excess;
        if charged <= cap || (tolerated && node.parent.is_some()) {
            return;
        }
        let parts = [("occupied", occupied), ("permitted", permitted), ("lent", lent), ("below", below)];
        let parts = parts.into_iter().filter(|(_, count)| !count.is_zero());
        let parts: Vec<String> = parts.map(|(what, count)| format!("{count} {what}")).collect();
        let id = &node.id;
        let message =
            format!("`{id}` is charged {charged} seats of `{kind}` ({}), its cap is {cap}", parts.join(", "));
        self.flaw(CharterPart::Node(number), message);
    }
}

fn amount(counts: &QuickMap<(&NodeId, &KindId), Seats>, node: &NodeId, kind: &KindId) -> Seats {
    counts.get(&(node, kind)).copied().unwrap_or_default()
}

/// A node's sums, one for each kind.
fn row(below: &mut [Below], number: usize, kinds: usize) -> impl Iterator<Item = &mut Below> {
    below.iter_mut().skip(number.saturating_mul(kinds)).take(kinds)
}
