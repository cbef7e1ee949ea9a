//! Sharing: so many seats among claims, in proportion to need or nearest to it, never below a floor.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

use crate::model::Seats;

/// What "a fair share" means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Objective {
    /// In proportion to need, the largest remainders first.
    #[default]
    Proportional,
    /// Such that Σ (target − need)² / need is least.
    LeastSquares,
}

/// One claim to a share. The order of the claims breaks ties: the earlier one gets the seat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claim {
    /// What it needs; at least 0.
    pub need: Seats,
    /// What it gets in any case; at least 0.
    pub floor: Seats,
}

impl Objective {
    /// Both, with the words of `parameters.yaml`.
    pub const ALL: [(Self, &'static str); 2] =
        [(Self::Proportional, "proportional"), (Self::LeastSquares, "least_squares")];

    /// The word of `parameters.yaml`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Proportional => "proportional",
            Self::LeastSquares => "least_squares",
        }
    }

    /// Shares `total` seats among the claims: the shares sum to `total`, and none is below its floor.
    ///
    /// Where nobody needs anything, all need the same. None if the floors alone are more than `total`, or
    /// if there is no claim to take what there is.
    ///
    /// # Example: 7 : 2 : 1, and the last must keep 3
    /// ```
    /// use bianzhi::model::Seats;
    /// use bianzhi::plan::{Claim, Objective};
    /// let claim = |need, floor| Claim { need: Seats::new(need), floor: Seats::new(floor) };
    /// let shares = Objective::Proportional.share(Seats::new(10), &[claim(7, 0), claim(2, 0), claim(1, 3)]);
    /// assert_eq!(shares.unwrap().iter().map(|seats| seats.get()).collect::<Vec<_>>(), [5, 2, 3]);
    /// ```
    pub fn share(self, total: Seats, claims: &[Claim]) -> Option<Vec<Seats>> {
        let nobody = claims.iter().all(|claim| claim.need <= Seats::ZERO);
        let weighed = |claim: &Claim| Weighed {
            need: if nobody { 1 } else { i128::from(claim.need.or_zero().get()) },
            floor: i128::from(claim.floor.or_zero().get()),
        };
        let weighed: Vec<Weighed> = claims.iter().map(weighed).collect();
        let total = i128::from(total.get());
        if sum(weighed.iter().map(|one| one.floor)) > total || (claims.is_empty() && total > 0) {
            return None;
        }
        let shares = match self {
            Self::Proportional => proportional(total, &weighed),
            Self::LeastSquares => least_squares(total, &weighed),
        };
        shares.into_iter().map(|share| i64::try_from(share).ok().map(Seats::new)).collect()
    }
}

#[derive(Debug, Clone, Copy)]
struct Weighed {
    need: i128,
    floor: i128,
}

/// Whoever's proportional share is below the floor gets the floor, and the rest is shared again, until
/// nobody's is; then whole seats, and the seats left over to the largest remainders.
fn proportional(total: i128, claims: &[Weighed]) -> Vec<i128> {
    let mut shares: Vec<i128> = claims.iter().map(|claim| claim.floor).collect();
    let mut free: Vec<usize> = (0..claims.len()).collect();
    let at = |place: &usize| claims.get(*place).copied().unwrap_or(Weighed { need: 0, floor: 0 });
    let (mut left, mut needed);
    loop {
        let kept = sum(shares.iter().copied()).saturating_sub(sum(free.iter().map(|one| at(one).floor)));
        left = total.saturating_sub(kept);
        needed = sum(free.iter().map(|one| at(one).need));
        let before = free.len();
        free.retain(|one| left.saturating_mul(at(one).need) >= at(one).floor.saturating_mul(needed));
        if free.len() == before {
            break;
        }
    }
    if needed == 0 {
        return shares;
    }
    let mut over = left;
    let mut remainders = Vec::with_capacity(free.len());
    for place in free {
        let part = left.saturating_mul(at(&place).need);
        let whole = part.checked_div(needed).unwrap_or(0);
        over = over.saturating_sub(whole);
        remainders.push((Reverse(part.saturating_sub(whole.saturating_mul(needed))), place));
        if let Some(share) = shares.get_mut(place) {
            *share = whole;
        }
    }
    remainders.sort_unstable();
    let lucky = usize::try_from(over).unwrap_or(0);
    for (_, place) in remainders.into_iter().take(lucky) {
        if let Some(share) = shares.get_mut(place) {
            *share = share.saturating_add(1);
        }
    }
    shares
}

/// The grid on which the price of a seat is looked for before single seats are given.
const GRID: i128 = 1 << 32;

/// One seat more for a claim that has `share` costs (2·share + 1) / need − 2: it rises with each seat, so
/// that giving every seat where it costs least is exact (separable convex costs). All seats up to a price are
/// given at once, the last few one by one.
fn least_squares(total: i128, claims: &[Weighed]) -> Vec<i128> {
    let at_price = |price: i128| -> Vec<i128> {
        let seats = |claim: &Weighed| {
            let bound = price.saturating_mul(claim.need).checked_div(GRID).unwrap_or(0);
            bound.saturating_add(1).checked_div(2).unwrap_or(0).max(claim.floor)
        };
        claims.iter().map(seats).collect()
    };
    let (mut low, mut high) = (0_i128, total.saturating_mul(2).saturating_add(2).saturating_mul(GRID));
    while high.saturating_sub(low) > 1 {
        let middle = low.saturating_add(high).checked_div(2).unwrap_or(low);
        if sum(at_price(middle).into_iter()) <= total { low = middle } else { high = middle }
    }
    let mut shares = at_price(low);
    let mut left = total.saturating_sub(sum(shares.iter().copied()));
    let mut next: BinaryHeap<Reverse<Price>> = claims
        .iter()
        .zip(&shares)
        .enumerate()
        .filter(|(_, (claim, _))| claim.need > 0)
        .map(|(place, (claim, share))| Reverse(Price { twice: twice(*share), need: claim.need, place }))
        .collect();
    while left > 0 {
        let Some(Reverse(cheapest)) = next.pop() else { break };
        if let Some(share) = shares.get_mut(cheapest.place) {
            *share = share.saturating_add(1);
            next.push(Reverse(Price { twice: twice(*share), ..cheapest }));
        }
        left = left.saturating_sub(1);
    }
    shares
}

/// What the next seat of a claim costs: `twice` / `need`; at the same cost the earlier claim comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Price {
    twice: i128,
    need: i128,
    place: usize,
}

impl Ord for Price {
    fn cmp(&self, other: &Self) -> Ordering {
        let (own, others) = (self.twice.saturating_mul(other.need), other.twice.saturating_mul(self.need));
        own.cmp(&others).then(self.place.cmp(&other.place))
    }
}

impl PartialOrd for Price {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

fn twice(share: i128) -> i128 {
    share.saturating_mul(2).saturating_add(1)
}

fn sum(parts: impl Iterator<Item = i128>) -> i128 {
    parts.fold(0, i128::saturating_add)
}
