//! Reading the books: figures by node, by tag, and of pools.

use super::book::{Book, Dealings, Sums};
use super::{KindIx, Ledger, TagIx};
use crate::graph::{NodeIx, Role};
use crate::model::{Figures, PoolSize, Seats};

/// The book of a unit in one kind, as rules read it figure by figure.
#[derive(Debug, Clone, Copy)]
pub(crate) struct UnitBook<'a>(&'a Book);

/// A figure that stands in a unit's own book, or follows from it alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum UnitFigure {
    Cap,
    Occupied,
    Vacancy,
    Permitted,
    Lent,
    Borrowed,
    BorrowedOccupied,
    Charged,
    Available,
}

impl UnitBook<'_> {
    #[inline]
    pub(crate) fn figure(self, figure: UnitFigure) -> Seats {
        let book = self.0;
        match figure {
            UnitFigure::Cap => book.cap,
            UnitFigure::Occupied => book.occupied,
            UnitFigure::Vacancy => book.vacancy(),
            UnitFigure::Permitted => book.dealings().permitted,
            UnitFigure::Lent => book.dealings().lent,
            UnitFigure::Borrowed => book.dealings().borrowed,
            UnitFigure::BorrowedOccupied => book.dealings().borrowed_occupied,
            UnitFigure::Charged => book.charged,
            UnitFigure::Available => book.available(),
        }
    }
}

impl Ledger {
    /// The book of a unit; none of any other node, nor of a unit that has nothing in this kind.
    pub(crate) fn unit_book(&self, node: NodeIx, kind: KindIx) -> Option<UnitBook<'_>> {
        if self.role(node) == Role::Unit { self.book(node, kind).map(UnitBook) } else { None }
    }

    /// The books of a node and kind. A pool's cap is its fixed size; where a rule says its size, give it by
    /// [`Ledger::pool_figures`].
    pub fn figures(&self, node: NodeIx, kind: KindIx) -> Figures {
        if self.role(node) == Role::Pool {
            return self.pool_figures(node, kind, self.fixed_size(node));
        }
        Figures { room: self.room(node, kind), ..self.own_figures(node, kind) }
    }

    /// The figures of a unit or a jurisdiction but its room, for which one looks at everything above it.
    #[expect(clippy::inline_always, reason = "who wants one figure computes no other")]
    #[inline(always)]
    pub(crate) fn own_figures(&self, node: NodeIx, kind: KindIx) -> Figures {
        let Some(book) = self.book(node, kind) else { return Figures::default() };
        if self.role(node) == Role::Unit {
            return Figures { allotted: Seats::ZERO, charged: book.charged, ..summed(book.sums()) };
        }
        self.jurisdiction_figures(node, kind, book)
    }

    /// What can really be filled at a node today.
    pub(crate) fn room(&self, node: NodeIx, kind: KindIx) -> Seats {
        if self.book(node, kind).is_none() { Seats::ZERO } else { self.slack(node, kind).or_zero() }
    }

    /// A pool's books at this size. Other kinds than its own are 0.
    pub fn pool_figures(&self, pool: NodeIx, kind: KindIx, size: Seats) -> Figures {
        if self.pool(pool).is_none_or(|pool| pool.kind != kind) {
            return Figures::default();
        }
        let used = self.used(pool);
        let above = self.parent(pool).map_or(Seats::ZERO, |sponsor| self.slack(sponsor, kind));
        Figures {
            cap: size,
            lent: used,
            charged: used,
            room: (size - used).min(above).or_zero(),
            ..Figures::default()
        }
    }

    /// The figures of the units with a tag inside a jurisdiction (分组); its own room bounds theirs.
    pub fn group(&self, node: NodeIx, tag: &str, kind: KindIx) -> Figures {
        let sums = self.tags.find(tag).map(|tag| self.group_sums(node, tag, kind)).unwrap_or_default();
        let charged = sums.occupied + sums.permitted + sums.lent;
        Figures {
            charged,
            allotted: sums.cap,
            room: sums.available.min(self.slack(node, kind)).or_zero(),
            ..summed(sums)
        }
    }

    /// The sums over all units of a jurisdiction, in its own figures' place; of a unit its own.
    pub fn summed_figures(&self, node: NodeIx, kind: KindIx) -> Figures {
        let own = self.figures(node, kind);
        if self.role(node) != Role::Jurisdiction {
            return own;
        }
        let sums = summed(self.group_sums(node, TagIx::EVERY, kind));
        Figures {
            cap: own.cap,
            lent: own.lent + sums.lent,
            borrowed: own.borrowed + sums.borrowed,
            borrowed_occupied: own.borrowed_occupied + sums.borrowed_occupied,
            allotted: own.allotted,
            charged: own.charged,
            reserve: own.reserve,
            room: own.room,
            ..sums
        }
    }

    /// Seats of a pool in use (已用).
    pub fn used(&self, pool: NodeIx) -> Seats {
        let kind = self.pool(pool).map(|pool| pool.kind);
        kind.and_then(|kind| self.book(pool, kind)).map_or(Seats::ZERO, |book| book.dealings().lent)
    }

    /// A pool's fixed size; 0 where a rule says it.
    pub fn fixed_size(&self, pool: NodeIx) -> Seats {
        match self.pool(pool).map(|pool| &pool.size) {
            Some(PoolSize::Size(size)) => size.or_zero(),
            Some(PoolSize::Rule(_)) | None => Seats::ZERO,
        }
    }

    /// The least of cap − charged over a node and everything above it.
    pub(super) fn slack(&self, node: NodeIx, kind: KindIx) -> Seats {
        let slacks = self
            .path(node)
            .map(|place| self.book(place, kind).map_or(Seats::ZERO, |book| book.cap - book.charged));
        slacks.min().unwrap_or(Seats::ZERO)
    }

    fn jurisdiction_figures(&self, node: NodeIx, kind: KindIx, book: &Book) -> Figures {
        let sums = self.group_sums(node, TagIx::EVERY, kind);
        let &Book { cap, occupied, allotted, charged, .. } = book;
        let Dealings { permitted, lent, borrowed, borrowed_occupied, guests: _ } = book.dealings();
        Figures {
            cap,
            occupied,
            permitted,
            lent,
            borrowed,
            borrowed_occupied,
            allotted,
            charged,
            reserve: cap - allotted - permitted - lent,
            vacancy: sums.vacancy,
            net_vacancy: sums.net_vacancy(),
            excess: sums.excess,
            available: Seats::ZERO,
            room: Seats::ZERO,
            headcount: sums.headcount,
        }
    }
}

/// Sums of units as figures.
#[inline]
fn summed(sums: Sums) -> Figures {
    Figures {
        cap: sums.cap,
        occupied: sums.occupied,
        permitted: sums.permitted,
        lent: sums.lent,
        borrowed: sums.borrowed,
        borrowed_occupied: sums.borrowed_occupied,
        vacancy: sums.vacancy,
        net_vacancy: sums.net_vacancy(),
        excess: sums.excess,
        available: sums.available,
        headcount: sums.headcount,
        ..Figures::default()
    }
}
