//! One book per node and kind, and the sums that jurisdictions and tag groups keep up to date.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::known::Known;
use super::past::{Movement, Past, YEARS};
use super::stored::StoredBook;
use super::{Group, KindIx, Ledger, Mode, TagIx, TagList, Way};
use crate::graph::{NodeIx, Role};
use crate::model::{Seats, own};

/// The figures of one node and kind, as few bytes as they need: a nation has two million.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(from = "StoredBook", into = "StoredBook")]
pub(super) struct Book {
    pub(super) cap: Seats,
    pub(super) occupied: Seats,
    pub(super) charged: Seats,
    pub(super) allotted: Seats,
    /// Of the people on own seats, those with a key.
    pub(super) named: Seats,
    /// Where a jurisdiction's sums over all its units stand, once it has a unit with anything in this kind.
    pub(super) every: Option<u32>,
    /// None where there was never any.
    pub(super) dealings: Option<Box<Dealings>>,
    /// What happened in this and earlier years; nothing while nothing has changed since the opening.
    pub(super) past: Option<triomphe::Arc<Past>>,
    /// A unit's vacancies at the year ends before the opening, newest first, where the charter knows them.
    pub(super) ends: Option<Arc<[Known; YEARS]>>,
}

/// What comes of loans and permits, which most nodes have none of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Dealings {
    pub(super) permitted: Seats,
    pub(super) lent: Seats,
    pub(super) borrowed: Seats,
    pub(super) borrowed_occupied: Seats,
    /// People at the unit on seats of loans, whoever the borrower is.
    pub(super) guests: Seats,
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
pub(super) fn is_nothing(seats: &Seats) -> bool {
    seats.is_zero()
}

/// What a change of one node's book means for everything above it.
#[derive(Debug)]
pub(super) struct Rise {
    pub(super) charge: Seats,
    /// By how much a unit's own sums change, and its tags; of other nodes nothing is summed.
    pub(super) sums: Sums,
    pub(super) tags: Option<TagList>,
    pub(super) movement: Option<Movement>,
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
    pub(super) fn ends(&self) -> [Known; YEARS] {
        self.ends.as_deref().copied().unwrap_or_default()
    }

    /// What comes of loans and permits.
    #[inline]
    pub(super) fn dealings(&self) -> Dealings {
        self.dealings.as_deref().copied().unwrap_or_default()
    }

    /// What a unit adds to the sums of the jurisdictions above it.
    pub(super) fn sums(&self) -> Sums {
        let Dealings { permitted, lent, borrowed, borrowed_occupied, guests } = self.dealings();
        Sums {
            cap: self.cap,
            occupied: self.occupied,
            permitted,
            lent,
            borrowed,
            borrowed_occupied,
            vacancy: self.vacancy(),
            excess: self.excess(),
            available: self.available(),
            headcount: self.occupied + guests,
        }
    }

    /// By how much it is charged above its cap; below 0 where there is room.
    pub(super) fn over(&self) -> Seats {
        self.charged - self.cap
    }

    /// Whether a jurisdiction's cap bears what it handed down, permitted and lent itself (L2).
    pub(super) fn keeps_promises(&self) -> bool {
        let (cap, promised) = self.promised();
        promised <= cap
    }

    /// A jurisdiction's cap, and what it handed down, permitted and lent itself.
    pub(super) fn promised(&self) -> (Seats, Seats) {
        let Dealings { permitted, lent, .. } = self.dealings();
        (self.cap, self.allotted + permitted + lent)
    }

    /// What the node's own seats add to its charge.
    pub(super) fn own_charge(&self) -> Seats {
        let Dealings { permitted, lent, .. } = self.dealings();
        self.occupied + permitted + lent
    }

    /// Counts whoever arrived or left, if somebody did; the past is up to date.
    fn count(&mut self, movement: Option<Movement>, mode: Mode) {
        if let (Some(movement), Some(past)) = (movement, self.past.as_mut().and_then(own)) {
            past.move_by(movement, mode);
        }
    }

    /// Changes the figures, and says by how much that changes what a unit adds to the sums above it.
    fn change(&mut self, delta: Delta) -> Sums {
        let (vacancy, excess, available) = (self.vacancy(), self.excess(), self.available());
        self.charged += delta.charge();
        self.cap += delta.cap;
        self.occupied += delta.occupied;
        self.named += delta.named;
        if delta.deals() {
            let dealings = self.dealings.get_or_insert_default();
            dealings.permitted += delta.permitted;
            dealings.lent += delta.lent;
            dealings.borrowed += delta.borrowed;
            dealings.borrowed_occupied += delta.borrowed_occupied;
            dealings.guests += delta.guests;
        }
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

    /// Whether nothing is in any of them: one look at all, for most are nothing.
    fn is_nothing(&self) -> bool {
        let own = self.cap.get() | self.occupied.get() | self.permitted.get() | self.lent.get();
        let borrowed = self.borrowed.get() | self.borrowed_occupied.get();
        let follow = self.vacancy.get() | self.excess.get() | self.available.get() | self.headcount.get();
        own | borrowed | follow == 0
    }

    /// Adds other sums to these where they stand.
    pub(super) fn take_in(&mut self, other: &Self) {
        self.cap += other.cap;
        self.occupied += other.occupied;
        self.permitted += other.permitted;
        self.lent += other.lent;
        self.borrowed += other.borrowed;
        self.borrowed_occupied += other.borrowed_occupied;
        self.vacancy += other.vacancy;
        self.excess += other.excess;
        self.available += other.available;
        self.headcount += other.headcount;
    }

    /// What these sums exceed earlier ones by.
    pub(super) fn minus(self, before: &Self) -> Self {
        Self {
            cap: self.cap - before.cap,
            occupied: self.occupied - before.occupied,
            permitted: self.permitted - before.permitted,
            lent: self.lent - before.lent,
            borrowed: self.borrowed - before.borrowed,
            borrowed_occupied: self.borrowed_occupied - before.borrowed_occupied,
            vacancy: self.vacancy - before.vacancy,
            excess: self.excess - before.excess,
            available: self.available - before.available,
            headcount: self.headcount - before.headcount,
        }
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

    /// Whether loans or permits change.
    fn deals(&self) -> bool {
        let own = self.permitted.get() | self.lent.get();
        own | self.borrowed.get() | self.borrowed_occupied.get() | self.guests.get() != 0
    }

    /// By how much the charge of the node, and of all above it, changes.
    pub(super) fn charge(&self) -> Seats {
        self.occupied + self.permitted + self.lent
    }
}

impl Ledger {
    /// Where the book of a node and kind stands, if the node has anything in that kind.
    pub(super) fn book_place(&self, node: NodeIx, kind: KindIx) -> Option<usize> {
        self.slot(node, kind).map(|place| place as usize)
    }

    /// The same, as it stands in the node's row.
    #[inline]
    pub(super) fn slot(&self, node: NodeIx, kind: KindIx) -> Option<u32> {
        let row = self.rows.get(node.index())?;
        row.books.iter().find(|(known, _)| *known == kind).map(|(_, place)| *place)
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
        self.change_and_count(node, kind, delta, None, None);
    }

    /// Changes one book, and counts in it and in all above whoever arrived on an own seat or left one.
    pub(super) fn change_and_count(
        &mut self,
        node: NodeIx,
        kind: KindIx,
        delta: Delta,
        movement: Option<Movement>,
        way: Option<&Way>,
    ) {
        let place = self.book_along(way, 0, node, kind);
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
            let tags = row.map(|row| TagList::from_slice(&row.tags));
            self.climb(parent, kind, &Rise { charge: delta.charge(), sums, tags, movement }, way);
        }
        if role == Role::Unit {
            self.forget_vacancy(node, kind, sums.vacancy);
        }
    }

    /// The place of the book so many levels up a way; without one it is looked up, and opened if need be.
    fn book_along(&mut self, way: Option<&Way>, level: usize, node: NodeIx, kind: KindIx) -> usize {
        let Some(place) = way.and_then(|way| way.book(level)) else { return self.book_or_open(node, kind) };
        debug_assert_eq!(Some(place), self.book_place(node, kind), "nothing changed since the way was found");
        place
    }

    /// Adds what a node's change means above it to a jurisdiction and everything above that. A way is the unit's.
    pub(super) fn climb(&mut self, from: NodeIx, kind: KindIx, rise: &Rise, way: Option<&Way>) {
        let Rise { charge, ref sums, ref tags, movement } = *rise;
        let summed = tags.as_ref().filter(|_| !sums.is_nothing());
        if charge.is_zero() && summed.is_none() && movement.is_none() {
            return;
        }
        let stirs = movement.is_some() || summed.is_some() && !sums.vacancy.is_zero();
        let mode = self.mode;
        let mut next = Some(from);
        let mut level = 0_usize;
        while let Some(place) = next {
            next = self.shape.parent(place);
            level = level.saturating_add(1);
            let at = self.book_along(way, level, place, kind);
            // Above a node there are jurisdictions alone.
            let book = if stirs { self.remembered(at, Role::Jurisdiction) } else { self.books.get_mut(at) };
            let Some(book) = book else { continue };
            book.charged += charge;
            book.count(movement, mode);
            let every = book.every;
            if let Some(tags) = summed {
                let group = every.and_then(|every| self.groups.get_mut(every as usize));
                match group {
                    Some(group) => group.take_in(sums),
                    None => self.add_to_group(place, TagIx::EVERY, kind, sums),
                }
                for tag in tags {
                    self.add_to_group(place, *tag, kind, sums);
                }
            }
        }
    }

    /// Adds sums to a group of a jurisdiction.
    pub(super) fn add_to_group(&mut self, node: NodeIx, tag: TagIx, kind: KindIx, sums: &Sums) {
        let place = if let Some(place) = self.group_place(node, tag, kind) {
            place
        } else {
            let place = self.groups.push(Sums::default());
            if tag == TagIx::EVERY {
                let book = self.book_or_open(node, kind);
                if let Some(book) = self.books.get_mut(book) {
                    book.every = u32::try_from(place).ok();
                }
            } else if let Ok(place) = u32::try_from(place) {
                Arc::make_mut(&mut self.group_places).insert(Group { node, tag, kind }, place);
            }
            place
        };
        if let Some(group) = self.groups.get_mut(place) {
            group.take_in(sums);
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
        self.group_places.get(&Group { node, tag, kind }).map(|place| *place as usize)
    }
}
