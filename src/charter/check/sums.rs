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

impl<'a> Check<'a> {
    /// Every sum, kind by kind, from the units up.
    pub(super) fn sums(&mut self) {
        let opening = self.opening;
        let mut given = Given::default();
        for loan in &opening.loans {
            *given.lent.entry((&loan.lender, &loan.kind)).or_default() += loan.seats;
        }
        for permit in &opening.permits {
            *given.permitted.entry((&permit.unit, &permit.kind)).or_default() += permit.count;
        }
        for (number, kind) in opening.kinds.iter().enumerate() {
            // A kind that stands twice is told already.
            if self.kinds.get(&kind.id) == Some(&number) {
                self.sums_of(&kind.id, &given);
            }
        }
    }

    fn sums_of(&mut self, kind: &KindId, given: &Given<'a>) {
        let opening = self.opening;
        let mut charged = vec![Seats::ZERO; opening.nodes.len()];
        let mut allotted = vec![Seats::ZERO; opening.nodes.len()];
        for pool in &opening.pools {
            if let Some(&Named::Node(sponsor)) = self.named.get(&pool.sponsor)
                && let Some(charged) = charged.get_mut(sponsor)
            {
                *charged += amount(&given.lent, &pool.id, kind);
            }
        }
        let order = std::mem::take(&mut self.order);
        for &number in order.iter().rev() {
            let Some(node) = self.node(number) else { continue };
            let cap = node.caps.get(kind).copied().unwrap_or_default();
            let permitted = amount(&given.permitted, &node.id, kind);
            let lent = amount(&given.lent, &node.id, kind);
            let occupied = node.occupied.get(kind).copied().unwrap_or_default();
            let Some(all) = charged.get_mut(number) else { continue };
            let below = *all;
            *all += occupied + permitted + lent;
            let all = *all;
            let handed_down = allotted.get(number).copied().unwrap_or_default();
            if let Some(parent) = self.parents.get(number).copied().flatten() {
                if let Some(charged) = charged.get_mut(parent) {
                    *charged += all;
                }
                if let Some(allotted) = allotted.get_mut(parent) {
                    *allotted += cap;
                }
            }
            if self.unread.tainted.contains(&number) {
                continue;
            }
            self.allotment(number, node, kind, [handed_down, permitted, lent, cap]);
            self.charge(number, node, kind, [occupied, permitted, lent, below, cap]);
        }
        self.order = order;
    }

    /// L2: what a jurisdiction hands down, promises and lends itself is at most its cap.
    fn allotment(
        &mut self,
        number: usize,
        node: &OpeningNode,
        kind: &KindId,
        [handed_down, permitted, lent, cap]: [Seats; 4],
    ) {
        if self.is_unit(number) != Some(false) || handed_down + permitted + lent <= cap {
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
