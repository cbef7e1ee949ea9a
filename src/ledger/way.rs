//! The way up: where the books of a unit and of everything above it stand, looked up once for a whole request.

use arrayvec::ArrayVec;

use super::book::Book;
use super::{KindIx, Ledger};
use crate::event::Event;
use crate::graph::NodeIx;
use crate::model::Seats;

/// An own seat that a request is about and nothing else: where, and of which kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct OwnSeat {
    pub(crate) unit: NodeIx,
    pub(crate) kind: KindIx,
}

/// The books on the way from a unit up to the root, in one kind. It holds until books are opened or nodes move.
#[derive(Debug, Clone)]
pub(crate) struct Way {
    pub(super) seat: OwnSeat,
    /// Where the unit's book stands, then that of each node above it.
    books: ArrayVec<u32, LEVELS>,
}

/// So many levels have cities; where there are more, books are looked up one by one.
const LEVELS: usize = 8;

impl Way {
    /// The place of the book so many levels above the unit.
    pub(super) fn book(&self, level: usize) -> Option<usize> {
        self.books.get(level).map(|place| *place as usize)
    }
}

impl Ledger {
    /// The way up from a seat; none where a node on it has no book of the kind yet, or there are too many.
    pub(crate) fn way(&self, seat: OwnSeat) -> Option<Way> {
        let mut books = ArrayVec::new();
        for place in self.path(seat.unit) {
            books.try_push(self.slot(place, seat.kind)?).ok()?;
        }
        Some(Way { seat, books })
    }

    /// The way of an event by which someone comes on an own seat without a permit, or leaves one.
    pub(super) fn way_of(&self, event: &Event) -> Option<Way> {
        let (unit, kind) = if let Event::Appointed { unit, kind, loan: None, permit: None, .. } = event {
            (unit, kind)
        } else if let Event::Vacated { unit, kind, loan: None, .. } = event {
            (unit, kind)
        } else {
            return None;
        };
        let (unit, kind) = (self.node(unit.as_str())?, self.kind(kind.as_str())?);
        self.way(OwnSeat { unit, kind })
    }

    /// Whether L1 and L2 hold all the way up after this event, by which someone comes on an own seat or leaves one.
    pub(crate) fn holds_along(&self, way: &Way, event: &Event) -> bool {
        // Who leaves takes no room; one more is too much where there is none, be it that there are too many already.
        // All books are looked at before any is written: where they are far away, they are fetched side by side.
        let more = if matches!(event, Event::Vacated { .. }) { Seats::ZERO } else { Seats::ONE };
        let holds =
            |book: &Book| (more.is_zero() || book.charged + more <= book.cap) && book.keeps_promises();
        way.books.iter().all(|place| self.books.get(*place as usize).is_some_and(holds))
    }
}
