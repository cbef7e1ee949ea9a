//! Applying what changes the shape: title, founding, amendments, new places, mergers, ends.

use std::sync::Arc;

use super::book::{Book, Dealings, Delta, Sums};
use super::loans::Sitting;
use super::past::Past;
use super::{Detail, KindIx, Ledger, LoanIx, Pool, Row, TagIx, Tags};
use crate::event::Amendment;
use crate::graph::{NodeIx, Role};
use crate::model::{NodeId, Seats};
use crate::request::{Establish, Place};

impl Ledger {
    /// Moves title: all caps between the two ends and their common ancestor follow.
    pub(super) fn move_title(&mut self, from: NodeIx, to: NodeIx, kind: KindIx, count: Seats) {
        let shape = Arc::clone(&self.shape);
        let common = shape.common_ancestor(from, to);
        for place in shape.path(from).take_while(|place| *place != common) {
            self.change(place, kind, Delta { cap: -count, ..Delta::default() });
        }
        for place in shape.path(to).take_while(|place| *place != common) {
            self.change(place, kind, Delta { cap: count, ..Delta::default() });
        }
    }

    pub(super) fn apply_established(
        &mut self,
        node: &NodeId,
        parent: &NodeId,
        all: &Establish,
    ) -> Option<()> {
        let above = self.node(parent.as_str())?;
        let pool = match &all.place {
            Place::Node { .. } => None,
            Place::Pool { kind, size, .. } => {
                Some(Box::new(Pool { kind: self.kind(kind.as_str())?, size: size.clone() }))
            }
        };
        let (level, role) = match &all.place {
            Place::Node { level, .. } => self.level_place(level)?,
            Place::Pool { .. } => (self.shape.level(above), Role::Pool),
        };
        let place = self.add_node(node, above, level, role);
        let tags = all.tags.iter().map(|tag| self.tag(tag)).collect();
        let name = all.name.as_deref().unwrap_or(node.as_str());
        self.describe(place, tags, Detail { pool, ..Detail::new(node, name, &all.facts) });
        if role == Role::Pool {
            Arc::make_mut(&mut self.pool_places).push(place);
        }
        if let Place::Node { caps, .. } = &all.place {
            for (kind, seats) in caps {
                let kind = self.kind(kind.as_str())?;
                let book = self.book_or_open(place, kind);
                if let Some(book) = self.books.get_mut(book) {
                    book.past = Some(triomphe::Arc::new(Past::founded(self.today)));
                }
                self.change(place, kind, Delta { cap: *seats, ..Delta::default() });
            }
        }
        Some(())
    }

    /// A new place in the graph with its empty rows; a node that a correction brings back gets its old place.
    pub(super) fn add_node(&mut self, id: &NodeId, parent: NodeIx, level: u8, role: Role) -> NodeIx {
        let place = Arc::make_mut(&mut self.shape).attach(id.clone(), level, role, parent);
        if place.index() >= self.details.len() {
            self.add_rows();
        }
        place
    }

    /// The rows of the next place in the graph.
    pub(super) fn add_rows(&mut self) {
        self.details.push(Detail::default());
        self.rows.push(Row::default());
    }

    /// Sets what is known of a node that has nothing yet.
    pub(super) fn describe(&mut self, place: NodeIx, tags: Tags, detail: Detail) {
        if let Some(known) = self.details.get_mut(place.index()) {
            *known = detail;
        }
        if let Some(row) = self.rows.get_mut(place.index()) {
            row.tags = tags;
        }
    }

    /// A tag's place, which is added if the tag is new.
    pub(super) fn tag(&mut self, tag: &str) -> TagIx {
        self.tags.find(tag).unwrap_or_else(|| Arc::make_mut(&mut self.tags).find_or_add(tag))
    }

    pub(super) fn apply_amended(&mut self, node: NodeIx, change: &Amendment) {
        match change {
            Amendment::Name { after, .. } => {
                if let Some(detail) = self.detail_mut(node) {
                    detail.name = after.as_str().into();
                }
            }
            Amendment::Fact { name, after, .. } => {
                let Some(detail) = self.detail_mut(node) else { return };
                let facts = Arc::make_mut(detail.facts.get_or_insert_default());
                match after {
                    Some(value) => facts.insert(name.as_str().into(), value.clone()),
                    None => facts.remove(name),
                }
            }
            Amendment::Tags { after, .. } => {
                let tags: Tags = after.iter().map(|tag| self.tag(tag)).collect();
                self.regroup(node, |ledger| {
                    if let Some(row) = ledger.rows.get_mut(node.index()) {
                        row.tags = tags;
                    }
                });
            }
        }
    }

    /// Takes a unit out of the groups above it, changes it, and puts it back.
    fn regroup(&mut self, node: NodeIx, change: impl FnOnce(&mut Self)) {
        self.add_tag_sums(node, |sums| Sums::default().minus(&sums));
        change(self);
        self.add_tag_sums(node, |sums| sums);
    }

    fn add_tag_sums(&mut self, node: NodeIx, sign: impl Fn(Sums) -> Sums) {
        if self.role(node) != Role::Unit {
            return;
        }
        let Row { books: slots, tags, .. } = self.rows.get(node.index()).cloned().unwrap_or_default();
        let shape = Arc::clone(&self.shape);
        for (kind, book) in slots {
            let Some(sums) = self.books.get(book as usize).map(Book::sums) else { continue };
            for place in shape.path(node).skip(1) {
                for tag in tags.iter() {
                    self.add_to_group(place, *tag, kind, &sign(sums));
                }
            }
        }
    }

    pub(super) fn apply_relocated(&mut self, node: NodeIx, parent: NodeIx) -> Option<()> {
        let old = self.parent(node)?;
        let common = self.shape.common_ancestor(old, parent);
        let slots = self.slots(node);
        // Every unit inside carries its sums, with its tags, from the old way up to the new one.
        let mut units = self.shape.inside(node);
        units.retain(|inside| self.role(*inside) == Role::Unit);
        for (from, sign) in [(old, -Seats::ONE), (parent, Seats::ONE)] {
            let places: Vec<NodeIx> = self.path(from).take_while(|place| *place != common).collect();
            for (kind, book) in &slots {
                let (cap, charged) = self.books.get(*book as usize).map(|book| (book.cap, book.charged))?;
                let signed = |seats: Seats| if sign < Seats::ZERO { -seats } else { seats };
                self.hand_down(from, *kind, signed(cap));
                for place in &places {
                    self.change(*place, *kind, Delta { cap: signed(cap), ..Delta::default() });
                    let book = self.book_or_open(*place, *kind);
                    self.books.get_mut(book)?.charged += signed(charged);
                }
            }
            for unit in &units {
                self.carry_sums(*unit, &places, sign < Seats::ZERO);
            }
        }
        Arc::make_mut(&mut self.shape).place_under(node, parent);
        Some(())
    }

    fn hand_down(&mut self, node: NodeIx, kind: KindIx, seats: Seats) {
        let book = self.book_or_open(node, kind);
        if let Some(book) = self.books.get_mut(book) {
            book.allotted += seats;
        }
    }

    fn carry_sums(&mut self, unit: NodeIx, places: &[NodeIx], away: bool) {
        let Row { books: slots, tags, .. } = self.rows.get(unit.index()).cloned().unwrap_or_default();
        for (kind, book) in slots {
            let Some(sums) = self.books.get(book as usize).map(Book::sums) else { continue };
            let sums = if away { Sums::default().minus(&sums) } else { sums };
            for place in places {
                if !sums.vacancy.is_zero() {
                    self.remember(*place, kind);
                }
                self.add_to_group(*place, TagIx::EVERY, kind, &sums);
                for tag in tags.iter() {
                    self.add_to_group(*place, *tag, kind, &sums);
                }
            }
        }
    }

    pub(super) fn apply_abolished(&mut self, node: NodeIx) {
        for (kind, book) in self.slots(node) {
            let cap = self.books.get(book as usize).map_or(Seats::ZERO, |book| book.cap);
            self.change(node, kind, Delta { cap: -cap, ..Delta::default() });
        }
        self.end_node(node);
    }

    fn end_node(&mut self, node: NodeIx) {
        if self.pool_places.contains(&node) {
            Arc::make_mut(&mut self.pool_places).retain(|pool| *pool != node);
        }
        Arc::make_mut(&mut self.shape).detach(node);
    }

    /// People, permits and loans of a unit move to another; the unit ends.
    pub(super) fn apply_merged(&mut self, unit: NodeIx, into: NodeIx) {
        let usable = self.loans_usable(unit, None);
        let ties = self.rows.get_mut(unit.index()).and_then(|row| row.ties.take()).unwrap_or_default();
        for (kind, place) in self.slots(unit) {
            let Some(book) = self.books.get(place as usize) else { continue };
            let Dealings { permitted, lent, borrowed, borrowed_occupied, guests } = book.dealings();
            let &Book { occupied, named, .. } = book;
            let cap = Seats::ZERO;
            let all = Delta { cap, occupied, permitted, lent, borrowed, borrowed_occupied, guests, named };
            self.change(unit, kind, all.negative());
            self.change(into, kind, all);
        }
        for place in usable.into_iter().chain(ties.lent.iter().copied()) {
            self.redirect_loan(place, unit, into);
        }
        for permit in &ties.permits {
            if let Some(permit) = self.permits.get_mut(permit.0 as usize) {
                permit.unit = into;
            }
        }
        for person in &ties.roster {
            if let Some(seat) = self.people.get_mut(person.0 as usize).and_then(|person| person.seat.as_mut())
            {
                seat.unit = into;
            }
        }
        if let Some(target) = self.ties_mut(into) {
            target.roster.extend(&ties.roster);
            target.permits.extend(&ties.permits);
            for (list, more) in [(&mut target.lent, &ties.lent), (&mut target.borrowed, &ties.borrowed)] {
                list.extend(more);
                list.sort_unstable();
                list.dedup();
            }
        }
        self.end_node(unit);
    }

    fn redirect_loan(&mut self, place: LoanIx, unit: NodeIx, into: NodeIx) {
        let Some(loan) = self.loans.get_mut(place.0 as usize) else { return };
        let redirect = |node: NodeIx| if node == unit { into } else { node };
        loan.lender = redirect(loan.lender);
        loan.borrower = redirect(loan.borrower);
        let Some(from) = loan.sitting_at(unit).cloned() else { return };
        loan.seat_at(unit, |sitting| *sitting = Sitting::default());
        loan.seat_at(into, |sitting| {
            sitting.named.extend(&from.named);
            sitting.unnamed += from.unnamed;
        });
    }
}
