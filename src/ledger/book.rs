//! One book per node and kind, and the sums that jurisdictions and tag groups keep up to date.

use std::ops::{Add, Sub};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::past::{Movement, Past, YEARS};
use super::{KindIx, Ledger, Mode, TagIx};
use crate::graph::{NodeIx, Role};
use crate::model::Seats;

/// The stored figures of one node and kind.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Book {
    #[serde(skip_serializing_if = "is_nothing")]
    pub(super) cap: Seats,
    #[serde(skip_serializing_if = "is_nothing")]
    pub(super) occupied: Seats,
    #[serde(skip_serializing_if = "is_nothing")]
    pub(super) permitted: Seats,
    #[serde(skip_serializing_if = "is_nothing")]
    pub(super) lent: Seats,
    #[serde(skip_serializing_if = "is_nothing")]
    pub(super) borrowed: Seats,
    #[serde(skip_serializing_if = "is_nothing")]
    pub(super) borrowed_occupied: Seats,
    /// People at the unit on seats of loans, whoever the borrower is.
    #[serde(skip_serializing_if = "is_nothing")]
    pub(super) guests: Seats,
    /// Of the people on own seats, those with a key.
    #[serde(skip_serializing_if = "is_nothing")]
    pub(super) named: Seats,
    #[serde(skip_serializing_if = "is_nothing")]
    pub(super) allotted: Seats,
    #[serde(skip_serializing_if = "is_nothing")]
    pub(super) charged: Seats,
    /// Where a jurisdiction's sums over all its units stand, once it has a unit with anything in this kind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) every: Option<u32>,
    /// What happened in this and earlier years; nothing while nothing has changed since the opening.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) past: Option<triomphe::Arc<Past>>,
    /// A unit's vacancies at the year ends before the opening, newest first, where the charter knows them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) ends: Option<Arc<[Option<Seats>; YEARS]>>,
}

/// Sums over units, kept by every jurisdiction: of all its units, and of those with a tag.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Sums {
    #[serde(skip_serializing_if = "is_nothing")]
    pub(super) cap: Seats,
    #[serde(skip_serializing_if = "is_nothing")]
    pub(super) occupied: Seats,
    #[serde(skip_serializing_if = "is_nothing")]
    pub(super) permitted: Seats,
    #[serde(skip_serializing_if = "is_nothing")]
    pub(super) lent: Seats,
    #[serde(skip_serializing_if = "is_nothing")]
    pub(super) borrowed: Seats,
    #[serde(skip_serializing_if = "is_nothing")]
    pub(super) borrowed_occupied: Seats,
    #[serde(skip_serializing_if = "is_nothing")]
    pub(super) vacancy: Seats,
    #[serde(skip_serializing_if = "is_nothing")]
    pub(super) excess: Seats,
    #[serde(skip_serializing_if = "is_nothing")]
    pub(super) available: Seats,
    #[serde(skip_serializing_if = "is_nothing")]
    pub(super) headcount: Seats,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks with a reference")]
fn is_nothing(seats: &Seats) -> bool {
    seats.is_zero()
}

/// A change of one book's stored figures.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Delta {
    pub(super) cap: Seats,
    pub(super) occupied: Seats,
    pub(super) permitted: Seats,
    pub(super) lent: Seats,
    pub(super) borrowed: Seats,
    pub(super) borrowed_occupied: Seats,
    pub(super) guests: Seats,
    pub(super) named: Seats,
}

impl Book {
    /// Empty own seats.
    pub(super) fn vacancy(&self) -> Seats {
        (self.cap - self.occupied).or_zero()
    }

    fn excess(&self) -> Seats {
        (self.occupied - self.cap).or_zero()
    }

    pub(super) fn available(&self) -> Seats {
        (self.cap - self.charged).or_zero()
    }

    /// Its year ends before the opening, newest first.
    pub(super) fn ends(&self) -> [Option<Seats>; YEARS] {
        self.ends.as_deref().copied().unwrap_or_default()
    }

    /// What a unit adds to the sums of the jurisdictions above it.
    pub(super) fn sums(&self) -> Sums {
        Sums {
            cap: self.cap,
            occupied: self.occupied,
            permitted: self.permitted,
            lent: self.lent,
            borrowed: self.borrowed,
            borrowed_occupied: self.borrowed_occupied,
            vacancy: self.vacancy(),
            excess: self.excess(),
            available: self.available(),
            headcount: self.occupied + self.guests,
        }
    }

    /// By how much it is charged above its cap; below 0 where there is room.
    pub(super) fn over(&self) -> Seats {
        self.charged - self.cap
    }

    /// A jurisdiction's cap, and what it handed down, permitted and lent itself.
    pub(super) fn promised(&self) -> (Seats, Seats) {
        (self.cap, self.allotted + self.permitted + self.lent)
    }

    /// What the node's own seats add to its charge.
    pub(super) fn own_charge(&self) -> Seats {
        self.occupied + self.permitted + self.lent
    }

    /// Counts whoever arrived or left, if somebody did; the past is up to date.
    fn count(&mut self, movement: Option<Movement>, mode: Mode) {
        if let (Some(movement), Some(past)) = (movement, &mut self.past) {
            triomphe::Arc::make_mut(past).move_by(movement, mode);
        }
    }

    /// Changes the figures, and says by how much that changes what a unit adds to the sums above it.
    fn change(&mut self, delta: Delta) -> Sums {
        let (vacancy, excess, available) = (self.vacancy(), self.excess(), self.available());
        self.charged += delta.charge();
        self.cap += delta.cap;
        self.occupied += delta.occupied;
        self.permitted += delta.permitted;
        self.lent += delta.lent;
        self.borrowed += delta.borrowed;
        self.borrowed_occupied += delta.borrowed_occupied;
        self.guests += delta.guests;
        self.named += delta.named;
        Sums {
            cap: delta.cap,
            occupied: delta.occupied,
            permitted: delta.permitted,
            lent: delta.lent,
            borrowed: delta.borrowed,
            borrowed_occupied: delta.borrowed_occupied,
            vacancy: self.vacancy() - vacancy,
            excess: self.excess() - excess,
            available: self.available() - available,
            headcount: delta.occupied + delta.guests,
        }
    }
}

impl Sums {
    /// Empty seats of the units, people above the caps netted.
    pub(super) fn net_vacancy(&self) -> Seats {
        (self.cap - self.occupied).or_zero()
    }

    pub(super) fn plus(self, other: Self) -> Self {
        self.each(other, Add::add)
    }

    fn each(self, other: Self, join: fn(Seats, Seats) -> Seats) -> Self {
        Self {
            cap: join(self.cap, other.cap),
            occupied: join(self.occupied, other.occupied),
            permitted: join(self.permitted, other.permitted),
            lent: join(self.lent, other.lent),
            borrowed: join(self.borrowed, other.borrowed),
            borrowed_occupied: join(self.borrowed_occupied, other.borrowed_occupied),
            vacancy: join(self.vacancy, other.vacancy),
            excess: join(self.excess, other.excess),
            available: join(self.available, other.available),
            headcount: join(self.headcount, other.headcount),
        }
    }

    pub(super) fn minus(self, before: Self) -> Self {
        self.each(before, Sub::sub)
    }
}

impl Delta {
    /// The opposite change.
    pub(super) fn negative(self) -> Self {
        Self {
            cap: -self.cap,
            occupied: -self.occupied,
            permitted: -self.permitted,
            lent: -self.lent,
            borrowed: -self.borrowed,
            borrowed_occupied: -self.borrowed_occupied,
            guests: -self.guests,
            named: -self.named,
        }
    }

    /// By how much the charge of the node, and of all above it, changes.
    pub(super) fn charge(&self) -> Seats {
        self.occupied + self.permitted + self.lent
    }
}

impl Ledger {
    /// Where the book of a node and kind stands, if the node has anything in that kind.
    fn book_place(&self, node: NodeIx, kind: KindIx) -> Option<usize> {
        let row = self.rows.get(node.index())?;
        row.books.iter().find(|(known, _)| *known == kind).map(|(_, place)| *place as usize)
    }

    /// The book of a node and kind, if it has anything in that kind.
    pub(super) fn book(&self, node: NodeIx, kind: KindIx) -> Option<&Book> {
        self.books.get(self.book_place(node, kind)?)
    }

    /// The place of the book of a node and kind, which is opened if there is none.
    pub(super) fn book_or_open(&mut self, node: NodeIx, kind: KindIx) -> usize {
        if let Some(place) = self.book_place(node, kind) {
            return place;
        }
        let place = self.books.push(Book::default());
        if let Some(row) = self.rows.get_mut(node.index()) {
            row.have(kind, place);
        }
        place
    }

    /// Changes one book and everything above that follows from it: charges, sums, groups, the past.
    pub(super) fn change(&mut self, node: NodeIx, kind: KindIx, delta: Delta) {
        self.change_and_count(node, kind, delta, None);
    }

    /// Changes one book, and counts in it and in all above whoever arrived on an own seat or left one.
    pub(super) fn change_and_count(
        &mut self,
        node: NodeIx,
        kind: KindIx,
        delta: Delta,
        movement: Option<Movement>,
    ) {
        let place = self.book_or_open(node, kind);
        let role = self.shape.role(node);
        let mode = self.mode;
        let stirs = role == Role::Unit && (!delta.cap.is_zero() || !delta.occupied.is_zero());
        let book = if stirs { self.remembered(place, role) } else { self.books.get_mut(place) };
        let Some(book) = book else { return };
        let sums = book.change(delta);
        book.count(movement, mode);
        if let Some(parent) = self.shape.parent(node) {
            if !delta.cap.is_zero() && role != Role::Pool {
                let above = self.book_or_open(parent, kind);
                if let Some(book) = self.books.get_mut(above) {
                    book.allotted += delta.cap;
                }
            }
            let row = self.rows.get(node.index()).filter(|_| role == Role::Unit);
            let tags = row.map(|row| super::Tags::from_slice(&row.tags));
            self.climb(parent, kind, delta.charge(), sums, tags, movement);
        }
        if role == Role::Unit {
            self.forget_vacancy(node, kind, sums.vacancy);
        }
    }

    /// Adds a charge and a unit's sums to a jurisdiction and everything above it.
    pub(super) fn climb(
        &mut self,
        from: NodeIx,
        kind: KindIx,
        charge: Seats,
        sums: Sums,
        unit: Option<super::Tags>,
        movement: Option<Movement>,
    ) {
        let summed = unit.filter(|_| sums != Sums::default());
        if charge.is_zero() && summed.is_none() && movement.is_none() {
            return;
        }
        let stirs = movement.is_some() || summed.is_some() && !sums.vacancy.is_zero();
        let mode = self.mode;
        let mut next = Some(from);
        while let Some(place) = next {
            next = self.shape.parent(place);
            let at = self.book_or_open(place, kind);
            // Above a node there are jurisdictions alone.
            let book = if stirs { self.remembered(at, Role::Jurisdiction) } else { self.books.get_mut(at) };
            let Some(book) = book else { continue };
            book.charged += charge;
            book.count(movement, mode);
            let every = book.every;
            if let Some(tags) = &summed {
                let group = every.and_then(|every| self.groups.get_mut(every as usize));
                match group {
                    Some(group) => *group = group.plus(sums),
                    None => self.add_to_group(place, TagIx::EVERY, kind, sums),
                }
                for tag in tags {
                    self.add_to_group(place, *tag, kind, sums);
                }
            }
        }
    }

    /// Adds sums to a group of a jurisdiction.
    pub(super) fn add_to_group(&mut self, node: NodeIx, tag: TagIx, kind: KindIx, sums: Sums) {
        let place = if let Some(place) = self.group_place(node, tag, kind) {
            place
        } else {
            let place = self.groups.push(Sums::default());
            if tag == TagIx::EVERY {
                let book = self.book_or_open(node, kind);
                if let Some(book) = self.books.get_mut(book) {
                    book.every = u32::try_from(place).ok();
                }
            } else {
                Arc::make_mut(&mut self.group_places).insert((node, tag, kind), place);
            }
            place
        };
        if let Some(group) = self.groups.get_mut(place) {
            *group = group.plus(sums);
        }
    }

    /// The sums of a jurisdiction's units, all or those with a tag.
    pub(super) fn group_sums(&self, node: NodeIx, tag: TagIx, kind: KindIx) -> Sums {
        let place = self.group_place(node, tag, kind);
        place.and_then(|place| self.groups.get(place)).copied().unwrap_or_default()
    }

    fn group_place(&self, node: NodeIx, tag: TagIx, kind: KindIx) -> Option<usize> {
        if tag == TagIx::EVERY {
            return self.book(node, kind)?.every.map(|place| place as usize);
        }
        self.group_places.get(&(node, tag, kind)).copied()
    }
}
