//! Seats: a checked whole number of seats, and differences of them.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Neg, Sub, SubAssign};

use serde::{Deserialize, Serialize};

/// A number of seats, or a difference of two such numbers.
///
/// What comes in is bounded by [`Seats::MOST`], so sums over a whole nation stay far inside the range. An
/// operation that would leave it stops at the end of the range instead of wrapping, which is above every
/// cap and therefore refused by the laws.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Seats(i64);

impl Seats {
    /// No seats.
    pub const ZERO: Self = Self(0);
    /// One seat.
    pub const ONE: Self = Self(1);
    /// The largest count that a file or a request may carry: 1,000,000,000.
    pub const MOST: Self = Self(1_000_000_000);

    /// So many seats; negative for a difference.
    pub const fn new(count: i64) -> Self {
        Self(count)
    }

    /// The number itself.
    pub const fn get(self) -> i64 {
        self.0
    }

    /// The number, but never below 0.
    #[must_use]
    pub fn or_zero(self) -> Self {
        Self(self.0.max(0))
    }

    /// Whether this is a count that may be asked for: 1 to [`Seats::MOST`].
    pub fn is_count(self) -> bool {
        self >= Self::ONE && self <= Self::MOST
    }

    /// Whether this is nothing.
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }
}

impl From<i64> for Seats {
    fn from(count: i64) -> Self {
        Self(count)
    }
}

impl From<u32> for Seats {
    fn from(count: u32) -> Self {
        Self(i64::from(count))
    }
}

impl From<i32> for Seats {
    fn from(count: i32) -> Self {
        Self(i64::from(count))
    }
}

impl fmt::Display for Seats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl Add for Seats {
    type Output = Self;
    #[inline]
    fn add(self, other: Self) -> Self {
        // A branch that is never taken costs a third of what stopping at the end does each time.
        self.0.checked_add(other.0).map_or_else(|| beyond(self.0), Self)
    }
}

impl Sub for Seats {
    type Output = Self;
    #[inline]
    fn sub(self, other: Self) -> Self {
        self.0.checked_sub(other.0).map_or_else(|| beyond(self.0), Self)
    }
}

/// The end of the range on the side of `from`, from which a sum or a difference left it.
#[cold]
#[inline(never)]
fn beyond(from: i64) -> Seats {
    Seats(if from < 0 { i64::MIN } else { i64::MAX })
}

impl Neg for Seats {
    type Output = Self;
    fn neg(self) -> Self {
        Self(self.0.saturating_neg())
    }
}

impl AddAssign for Seats {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl SubAssign for Seats {
    fn sub_assign(&mut self, other: Self) {
        *self = *self - other;
    }
}

impl Sum for Seats {
    fn sum<I: Iterator<Item = Self>>(parts: I) -> Self {
        parts.fold(Self::ZERO, |sum, part| sum + part)
    }
}

#[cfg(test)]
mod tests {
    use super::Seats;

    #[test]
    fn sums_and_differences_stop_at_the_end_of_the_range_that_they_leave() {
        let (least, most, one) = (Seats::new(i64::MIN), Seats::new(i64::MAX), Seats::ONE);
        assert_eq!((most + one, least + -one, least - one, most - -one), (most, least, least, most));
        assert_eq!((Seats::ZERO - least, one - least, -one - least), (most, most, most));
        assert_eq!((most + least, Seats::new(7) - Seats::new(9)), (-one, Seats::new(-2)));
        let mut sum = most;
        sum += one;
        assert_eq!(sum, most);
        sum -= most;
        assert_eq!(sum, Seats::ZERO);
    }
}
