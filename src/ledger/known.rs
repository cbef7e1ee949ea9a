//! A number that may be unknown, in half the room that an option of one takes.

use serde::{Deserialize, Serialize};

use crate::model::Seats;

/// A number of seats or of days of seats, or nothing that anybody knows. It is stored as an option of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Option<i64>", into = "Option<i64>")]
pub(super) struct Known(i64);

impl Known {
    /// No figure comes near this number, which stands for what is unknown.
    pub(super) const UNKNOWN: Self = Self(i64::MIN);
    /// Nothing, of which one knows.
    pub(super) const ZERO: Self = Self(0);

    /// The number, if it is known.
    pub(super) fn get(self) -> Option<i64> {
        (self != Self::UNKNOWN).then_some(self.0)
    }

    /// As seats.
    pub(super) fn seats(self) -> Option<Seats> {
        self.get().map(Seats::new)
    }

    /// Adds to what is known; what is unknown stays so.
    pub(super) fn change(&mut self, by: Seats) {
        if *self != Self::UNKNOWN {
            *self = (Seats::new(self.0) + by).into();
        }
    }
}

impl Default for Known {
    fn default() -> Self {
        Self::UNKNOWN
    }
}

impl From<Seats> for Known {
    fn from(seats: Seats) -> Self {
        Self(seats.get().max(-i64::MAX))
    }
}

impl From<Option<Seats>> for Known {
    fn from(seats: Option<Seats>) -> Self {
        seats.map_or(Self::UNKNOWN, Self::from)
    }
}

impl From<Option<i64>> for Known {
    fn from(number: Option<i64>) -> Self {
        number.map(Seats::new).into()
    }
}

impl From<Known> for Option<i64> {
    fn from(known: Known) -> Self {
        known.get()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_unknown_stays_so_and_is_stored_as_nothing() {
        let mut figures = [Known::UNKNOWN, Known::from(Seats::new(3)), Known::ZERO];
        figures.iter_mut().for_each(|figure| figure.change(Seats::new(-5)));
        assert_eq!(figures.map(Known::seats), [None, Some(Seats::new(-2)), Some(Seats::new(-5))]);
        let stored = serde_json::to_string(&figures).unwrap();
        assert_eq!(stored, "[null,-2,-5]");
        assert_eq!(serde_json::from_str::<[Known; 3]>(&stored).unwrap(), figures);
    }

    #[test]
    fn the_least_number_is_a_number() {
        let mut least = Known::from(Seats::new(i64::MIN));
        least.change(Seats::new(-1));
        assert!(least.get().is_some());
    }
}
