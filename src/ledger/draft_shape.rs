//! Drafts of what changes the shape: amendments, new places, mergers, ends.

use std::collections::BTreeMap;

use super::draft::Broken;
use super::{Ledger, Loan};
use crate::decision::Reason;
use crate::event::{Amendment, Event};
use crate::graph::{NodeIx, Role};
use crate::model::{LawCode, NodeId, Seats};
use crate::request;

impl Ledger {
    pub(super) fn draft_amend(&self, verb: &request::Amend) -> Vec<Event> {
        let Some(node) = self.node(verb.node.as_str()) else { return Vec::new() };
        let mut changes = Vec::new();
        if let Some(after) = verb.name.as_ref().filter(|name| *name != self.name(node)) {
            let before = self.name(node).to_owned();
            changes.push(Amendment::Name { before, after: after.clone() });
        }
        let before: Vec<String> = self.tags(node).into_iter().map(str::to_owned).collect();
        let mut after = before.clone();
        after.extend(verb.add_tags.iter().flatten().cloned());
        after.retain(|tag| !verb.drop_tags.iter().flatten().any(|dropped| dropped == tag));
        after.sort();
        after.dedup();
        if before != after {
            changes.push(Amendment::Tags { before, after });
        }
        for (name, value) in verb.facts.iter().flatten() {
            let before = self.fact(node, name).cloned();
            if before.as_ref() != Some(value) {
                changes.push(Amendment::Fact { name: name.clone(), before, after: Some(value.clone()) });
            }
        }
        let parent = self.parent(node).map(|parent| self.id(parent));
        changes
            .into_iter()
            .map(|change| Event::Amended { node: verb.node.clone(), parent: parent.clone(), change })
            .collect()
    }

    pub(super) fn draft_relocate(&self, verb: &request::Relocate) -> Result<Vec<Event>, Vec<Reason>> {
        let (Some(node), Some(parent)) = (self.node(verb.node.as_str()), self.node(verb.parent.as_str()))
        else {
            return Ok(Vec::new());
        };
        let mut broken = Broken::default();
        let Some(from) = self.parent(node) else { return Ok(Vec::new()) };
        let common = self.shape.common_ancestor(from, parent);
        for left in self.path(from).take_while(|place| *place != common) {
            for loan in self.loans_borrowed(left, None).into_iter().filter_map(|loan| self.loan_at(loan)) {
                if loan.units().any(|(unit, _)| self.within(unit, node)) {
                    broken.add(LawCode::UseWithinRight, "loan", &loan.id);
                }
            }
        }
        broken.or(vec![Event::Relocated {
            node: verb.node.clone(),
            parent: verb.parent.clone(),
            from: self.id(from),
        }])
    }

    pub(super) fn draft_merge(&self, verb: &request::Merge) -> Result<Vec<Event>, Vec<Reason>> {
        let Some(into) = self.node(verb.into.as_str()) else { return Ok(Vec::new()) };
        let units: Vec<NodeIx> = verb.units.iter().filter_map(|unit| self.node(unit.as_str())).collect();
        let merged = |node: NodeIx| node == into || units.contains(&node);
        let mut broken = Broken::default();
        let mut events = Vec::new();
        let mut met = BTreeMap::new();
        for (unit, id) in units.iter().zip(&verb.units) {
            for loan in self.loans_usable(*unit, None).into_iter().filter_map(|loan| self.loan_at(loan)) {
                let used_here = loan.sitting_at(*unit).is_some();
                if used_here && !merged(loan.borrower) && !self.within(into, loan.borrower) {
                    broken.add(LawCode::UseWithinRight, "loan", &loan.id);
                }
            }
            for (kind, place) in self.slots(*unit) {
                let cap = self.books.get(place as usize).map_or(Seats::ZERO, |book| book.cap);
                if cap > Seats::ZERO {
                    events.push(Event::Transferred {
                        from: id.clone(),
                        to: verb.into.clone(),
                        kind: self.kind_id(kind),
                        count: cap,
                    });
                }
            }
        }
        for node in units.iter().copied().chain([into]) {
            for loan in self.loans_lent(node, None).into_iter().filter_map(|loan| self.loan_at(loan)) {
                if merged(loan.borrower) {
                    met.insert(loan.id.clone(), self.met(loan, &verb.into));
                }
            }
        }
        events.push(Event::Merged { units: verb.units.clone(), into: verb.into.clone() });
        events.extend(met.into_values());
        broken.or(events)
    }

    pub(super) fn draft_abolish(&self, node: &NodeId) -> Vec<Event> {
        let Some(place) = self.node(node.as_str()) else { return Vec::new() };
        let Some(parent) = self.parent(place) else { return Vec::new() };
        let slots = self.slots(place).into_iter();
        let freed = slots
            .filter_map(|(kind, book)| Some((self.kind_id(kind), self.books.get(book as usize)?.cap)))
            .filter(|(_, cap)| *cap > Seats::ZERO && self.role(place) != Role::Pool)
            .collect();
        vec![Event::Abolished { node: node.clone(), parent: self.id(parent), freed }]
    }

    /// The end of a loan whose two ends become one.
    fn met(&self, loan: &Loan, into: &NodeId) -> Event {
        Event::Returned {
            loan: loan.id.clone(),
            lender: into.clone(),
            borrower: into.clone(),
            kind: self.kind_id(loan.kind),
            count: loan.seats,
            left: Seats::ZERO,
            route: std::iter::once(into.clone())
                .chain(loan.via.iter().rev().map(|place| self.id(*place)))
                .chain([into.clone()])
                .collect(),
            loan_open: false,
        }
    }
}
