//! Sums of opening books: what is handed down and what is charged, against each cap (L1, L2).

use super::quick::QuickMap;
use super::{Check, Named};
use crate::charter::CharterPart;
use crate::error::{Phrase, told};
use crate::model::{ExcessRule, KindId, NodeId, NodeView, Seats, What};

/// Own seats of nodes and pools that people elsewhere use, or that are promised.
#[derive(Default)]
struct Given<'a> {
    lent: QuickMap<(&'a NodeId, &'a KindId), Seats>,
    permitted: QuickMap<(&'a NodeId, &'a KindId), Seats>,
}

/// What the nodes inside another charge it with, and what it hands down to them.
#[derive(Clone, Copy, Default, PartialEq)]
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
        // Most nodes have nothing below them: the others' sums stand together.
        let mut places = vec![u32::MAX; self.nodes.len()];
        let mut below: Vec<Below> = Vec::new();
        let parents = self.parents.iter().flatten().map(|parent| *parent as usize);
        let sponsors = opening.pools.iter().filter_map(|pool| match self.named(&pool.sponsor) {
            Some(Named::Node(number)) => Some(number),
            Some(Named::Pool(_) | Named::Unread) | None => None,
        });
        for number in parents.chain(sponsors) {
            if let Some(place) = places.get_mut(number).filter(|place| **place == u32::MAX) {
                *place = u32::try_from(below.len()).unwrap_or(u32::MAX);
                below.resize(below.len().saturating_add(kinds.len()), Below::default());
            }
        }
        let at = |number: usize| places.get(number).map_or(usize::MAX, |place| *place as usize);
        for pool in &opening.pools {
            let Some(Named::Node(sponsor)) = self.named(&pool.sponsor) else { continue };
            for (kind, below) in kinds.iter().zip(row(&mut below, at(sponsor))) {
                below.charged += amount(&given.lent, &pool.id, kind);
            }
        }
        let places_of_kinds: Vec<Option<usize>> =
            self.nodes.kinds().iter().map(|kind| kinds.iter().position(|known| *known == kind)).collect();
        let mut counted = vec![[Seats::ZERO; 2]; kinds.len()];
        let none_given = given.lent.is_empty() && given.permitted.is_empty();
        let order = std::mem::take(&mut self.order);
        let nodes = self.nodes;
        for (number, node) in order.iter().rev().flat_map(|run| nodes.run(run.clone())) {
            let number = number as usize;
            counted.fill([Seats::ZERO; 2]);
            for (what, kind, count) in node.counts() {
                let of_kind = places_of_kinds.get(kind).copied().flatten();
                let Some([cap, occupied]) = of_kind.and_then(|place| counted.get_mut(place)) else {
                    continue;
                };
                match what {
                    What::Cap => *cap = count,
                    What::Occupied => *occupied = count,
                    What::Years | What::Year => {}
                }
            }
            let above = self.above(node).map(|above| at(above as usize));
            let own = at(number);
            for (place, (kind, counts)) in kinds.iter().zip(&counted).enumerate() {
                let below_it = below.get(own.saturating_add(place)).copied().unwrap_or_default();
                // Most nodes have one kind of several: where nothing is counted, nothing is too much.
                if none_given && *counts == [Seats::ZERO; 2] && below_it == Below::default() {
                    continue;
                }
                let all = self.sums_of((number, node), kind, *counts, below_it, &given);
                if let Some(above) = above.and_then(|above| below.get_mut(above.saturating_add(place))) {
                    above.charged += all.charged;
                    above.allotted += all.allotted;
                }
            }
        }
        self.order = order;
    }

    /// Judges a node by what lies below it, and says what it adds to the one above.
    fn sums_of(
        &mut self,
        (number, node): (usize, NodeView<'_>),
        kind: &KindId,
        [cap, occupied]: [Seats; 2],
        below: Below,
        given: &Given<'a>,
    ) -> Below {
        let permitted = amount(&given.permitted, node.id(), kind);
        let lent = amount(&given.lent, node.id(), kind);
        let charged = below.charged + occupied + permitted + lent;
        let handed_down = below.allotted + permitted + lent;
        if (handed_down > cap || charged > cap) && !self.unread.tainted.contains(&number) {
            self.allotment(number, node, kind, [below.allotted, permitted, lent, cap]);
            self.charge(number, node, kind, [occupied, permitted, lent, below.charged, cap]);
        }
        Below { charged, allotted: cap }
    }

    /// L2: what a jurisdiction hands down, promises and lends itself is at most its cap.
    fn allotment(
        &mut self,
        number: usize,
        node: NodeView<'_>,
        kind: &KindId,
        [handed_down, permitted, lent, cap]: [Seats; 4],
    ) {
        if handed_down + permitted + lent <= cap || self.is_unit(number) != Some(false) {
            return;
        }
        let lends = if lent.is_zero() {
            Phrase::default()
        } else {
            told!("，借出 {lent} 名", " and lends {lent}")
        };
        let id = node.id();
        let told = told!(
            "`{id}` 下达 `{kind}` {handed_down} 名{lends}，而核定数是 {cap}",
            "`{id}` hands down {handed_down} seats of `{kind}`{lends}, its cap is {cap}"; lends
        );
        self.flaw(CharterPart::Node(number), told);
    }

    /// L1: everything charged is at most the cap; inherited excess may be tolerated below the root.
    fn charge(
        &mut self,
        number: usize,
        node: NodeView<'_>,
        kind: &KindId,
        [occupied, permitted, lent, below, cap]: [Seats; 5],
    ) {
        let charged = occupied + permitted + lent + below;
        let tolerated = self.opening.excess == ExcessRule::Tolerate || self.unread.excess;
        if charged <= cap || (tolerated && node.run().is_some()) {
            return;
        }
        let parts = [
            (["实有", "occupied"], occupied),
            (["用编核准", "permitted"], permitted),
            (["借出", "lent"], lent),
            (["下级占用", "below"], below),
        ];
        let parts = || parts.iter().filter(|(_, count)| !count.is_zero());
        let zh: Vec<String> = parts().map(|([zh, _], count)| format!("{zh} {count}")).collect();
        let en: Vec<String> = parts().map(|([_, en], count)| format!("{count} {en}")).collect();
        let (id, parts) = (node.id(), Phrase::both(zh.join("、"), en.join(", ")));
        let told = told!(
            "`{id}` 占用 `{kind}` {charged} 名（{parts}），而核定数是 {cap}",
            "`{id}` is charged {charged} seats of `{kind}` ({parts}), its cap is {cap}"; parts
        );
        self.flaw(CharterPart::Node(number), told);
    }
}

fn amount(counts: &QuickMap<(&NodeId, &KindId), Seats>, node: &NodeId, kind: &KindId) -> Seats {
    counts.get(&(node, kind)).copied().unwrap_or_default()
}

/// A node's sums, one for each kind, from their place on.
fn row(below: &mut [Below], place: usize) -> impl Iterator<Item = &mut Below> {
    below.iter_mut().skip(place)
}
