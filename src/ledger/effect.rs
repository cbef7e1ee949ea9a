//! Effects: what an event would do to caps, charges and promises, before it is applied.

use super::laws::Judge;
use super::{KindIx, Ledger};
use crate::event::Event;
use crate::graph::{NodeIx, Role};
use crate::model::{KindId, LoanId, NodeId, Seats};
use crate::request::Place;

impl Ledger {
    /// Adds what `event` would do to these books to what a judge has to judge.
    pub fn weigh(&self, event: &Event, judge: &mut Judge) {
        match event {
            Event::Authorized { node, kind, change } => {
                self.weigh_at(node, kind, |node, kind| self.weigh_cap(node, kind, *change, judge));
            }
            Event::Transferred { from, to, kind, count } => {
                let (Some(from), Some(to), Some(kind)) =
                    (self.node(from.as_str()), self.node(to.as_str()), self.kind(kind.as_str()))
                else {
                    return;
                };
                self.weigh_title(Some(from), Some(to), kind, *count, judge);
            }
            Event::Permitted(terms) => self.weigh_charge(&terms.unit, &terms.kind, terms.count, judge),
            Event::Withdrawn(terms) | Event::Lapsed(terms) => {
                self.weigh_charge(&terms.unit, &terms.kind, -terms.count, judge);
            }
            Event::Appointed { unit, kind, loan: None, permit: None, .. } => {
                self.weigh_charge(unit, kind, Seats::ONE, judge);
            }
            Event::Vacated { unit, kind, loan: None, .. } => {
                self.weigh_charge(unit, kind, -Seats::ONE, judge);
            }
            Event::Converted { unit, kind, .. } => self.weigh_charge(unit, kind, Seats::ONE, judge),
            Event::Moved { from, to, kind, .. } => {
                self.weigh_charge(from, kind, -Seats::ONE, judge);
                self.weigh_charge(to, kind, Seats::ONE, judge);
            }
            Event::Lent { lender, kind, count, pool_size, .. } => {
                self.weigh_loan(lender, kind, *count, judge);
                if let (Some(pool), Some(size)) = (self.node(lender.as_str()), pool_size) {
                    judge.pool(pool, *size);
                }
            }
            Event::Returned { loan, lender, kind, count, .. } => {
                self.weigh_loan(lender, kind, -*count, judge);
                self.weigh_met(loan, lender, kind, judge);
            }
            Event::Established { parent, all, .. } => {
                if let (Some(parent), Place::Node { caps, .. }) = (self.node(parent.as_str()), &all.place) {
                    for (kind, seats) in caps {
                        if let Some(kind) = self.kind(kind.as_str()) {
                            judge.promise(parent, kind, *seats);
                        }
                    }
                }
            }
            Event::Relocated { node, parent, .. } => {
                if let (Some(node), Some(parent)) = (self.node(node.as_str()), self.node(parent.as_str())) {
                    self.weigh_relocation(node, parent, judge);
                }
            }
            Event::Abolished { parent, freed, .. } => {
                for (kind, seats) in freed {
                    self.weigh_at(parent, kind, |parent, kind| judge.promise(parent, kind, -*seats));
                }
            }
            Event::Merged { units, into } => self.weigh_merger(units, into, judge),
            Event::Opened { .. }
            | Event::Appointed { .. }
            | Event::Vacated { .. }
            | Event::Extended { .. }
            | Event::Rescheduled { .. }
            | Event::Evaluated { .. }
            | Event::FellDue { .. }
            | Event::Expired { .. }
            | Event::Amended { .. }
            | Event::Resized { .. }
            | Event::Corrected { .. }
            | Event::Owed { .. }
            | Event::Named { .. }
            | Event::YearClosed { .. }
            | Event::Advanced { .. } => {}
        }
    }

    fn weigh_at(&self, node: &NodeId, kind: &KindId, weigh: impl FnOnce(NodeIx, KindIx)) {
        if let (Some(node), Some(kind)) = (self.node(node.as_str()), self.kind(kind.as_str())) {
            weigh(node, kind);
        }
    }

    /// A cap changes, out of or into the parent's reserve.
    fn weigh_cap(&self, node: NodeIx, kind: KindIx, change: Seats, judge: &mut Judge) {
        judge.cap(node, kind, change);
        if let Some(parent) = self.parent(node) {
            judge.promise(parent, kind, change);
        }
    }

    /// Title moves: all caps between the two ends and their common ancestor follow.
    fn weigh_title(
        &self,
        from: Option<NodeIx>,
        to: Option<NodeIx>,
        kind: KindIx,
        count: Seats,
        judge: &mut Judge,
    ) {
        let (Some(from), Some(to)) = (from, to) else { return };
        let common = self.shape.common_ancestor(from, to);
        for place in self.path(from).take_while(|place| *place != common) {
            self.weigh_cap(place, kind, -count, judge);
        }
        for place in self.path(to).take_while(|place| *place != common) {
            self.weigh_cap(place, kind, count, judge);
        }
    }

    fn weigh_charge(&self, unit: &NodeId, kind: &KindId, change: Seats, judge: &mut Judge) {
        self.weigh_at(unit, kind, |unit, kind| self.weigh_charge_at(unit, kind, change, judge));
    }

    fn weigh_charge_at(&self, node: NodeIx, kind: KindIx, change: Seats, judge: &mut Judge) {
        for place in self.path(node) {
            judge.charge(place, kind, change);
        }
    }

    /// Seats are lent or return: they charge the lender; a jurisdiction lends from its reserve.
    fn weigh_loan(&self, lender: &NodeId, kind: &KindId, change: Seats, judge: &mut Judge) {
        self.weigh_at(lender, kind, |lender, kind| {
            self.weigh_charge_at(lender, kind, change, judge);
            if self.role(lender) == Role::Jurisdiction {
                judge.promise(lender, kind, change);
            }
        });
    }

    /// A loan whose two ends met ends: its people then sit on own seats.
    fn weigh_met(&self, loan: &LoanId, lender: &NodeId, kind: &KindId, judge: &mut Judge) {
        let met = self.loan_ever(loan.as_str()).filter(|loan| loan.lender == loan.borrower);
        if let Some(met) = met {
            self.weigh_charge(lender, kind, met.used, judge);
        }
    }

    fn weigh_relocation(&self, node: NodeIx, parent: NodeIx, judge: &mut Judge) {
        let Some(old) = self.parent(node) else { return };
        let common = self.shape.common_ancestor(old, parent);
        for (kind, place) in self.slots(node) {
            let Some(book) = self.books.get(place as usize) else { continue };
            judge.promise(old, kind, -book.cap);
            judge.promise(parent, kind, book.cap);
            for place in self.path(old).take_while(|place| *place != common) {
                self.weigh_cap(place, kind, -book.cap, judge);
                judge.charge(place, kind, -book.charged);
            }
            for place in self.path(parent).take_while(|place| *place != common) {
                self.weigh_cap(place, kind, book.cap, judge);
                judge.charge(place, kind, book.charged);
            }
        }
    }

    /// People, permits and loans of the units move; their caps moved before, as transfers.
    fn weigh_merger(&self, units: &[NodeId], into: &NodeId, judge: &mut Judge) {
        let Some(into) = self.node(into.as_str()) else { return };
        let units: Vec<NodeIx> = units.iter().filter_map(|unit| self.node(unit.as_str())).collect();
        for unit in &units {
            for (kind, place) in self.slots(*unit) {
                let Some(book) = self.books.get(place as usize) else { continue };
                self.weigh_charge_at(*unit, kind, -book.own_charge(), judge);
                self.weigh_charge_at(into, kind, book.own_charge(), judge);
            }
        }
        judge.merger(into, units);
    }
}
