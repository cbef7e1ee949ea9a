//! Shares against brute force: all ways to share a few seats, and the best of them.

use std::cmp::Reverse;

use bianzhi::Seats;
use bianzhi::plan::{Claim, Objective};
use proptest::prelude::*;

fn shares(objective: Objective, total: i64, claims: &[(i64, i64)]) -> Option<Vec<i64>> {
    let claim = |&(need, floor): &(i64, i64)| Claim { need: Seats::new(need), floor: Seats::new(floor) };
    let claims: Vec<Claim> = claims.iter().map(claim).collect();
    objective.share(Seats::new(total), &claims).map(|shares| shares.iter().map(|seats| seats.get()).collect())
}

#[track_caller]
fn check(objective: Objective, total: i64, claims: &[(i64, i64)], expect: &[i64]) {
    assert_eq!(shares(objective, total, claims).as_deref(), Some(expect), "{total} among {claims:?}");
}

/// Every way to share `total` with nobody below the floor.
fn every_way(total: i64, floors: &[i64]) -> Vec<Vec<i64>> {
    let Some((floor, rest)) = floors.split_first() else {
        return if total == 0 { vec![Vec::new()] } else { Vec::new() };
    };
    let mut ways = Vec::new();
    for own in *floor..=total {
        ways.extend(every_way(total - own, rest).into_iter().map(|others| [vec![own], others].concat()));
    }
    ways
}

/// Where nobody needs anything, all need the same.
fn weights(claims: &[(i64, i64)]) -> Vec<i64> {
    let nobody = claims.iter().all(|(need, _)| *need == 0);
    claims.iter().map(|(need, _)| if nobody { 1 } else { *need }).collect()
}

/// The fair shares in parts of `of`: found by trying every set of claims that stay at their floors.
fn fair(total: i64, claims: &[(i64, i64)]) -> (Vec<i64>, i64) {
    let needs = weights(claims);
    for set in 0..1_u32 << claims.len() {
        let fixed = |place: usize| set & (1 << place) != 0;
        let places = 0..claims.len();
        let kept: i64 = places.clone().filter(|&place| fixed(place)).map(|place| claims[place].1).sum();
        let needed: i64 = places.clone().filter(|&place| !fixed(place)).map(|place| needs[place]).sum();
        let left = total - kept;
        let fits = places.clone().all(|place| {
            let below = left * needs[place] < claims[place].1 * needed;
            fixed(place) == below || (needed == 0 && left == 0)
        });
        if fits && left >= 0 && (needed > 0 || left == 0) {
            let of = needed.max(1);
            let share = |place: usize| if fixed(place) { claims[place].1 * of } else { left * needs[place] };
            return (places.map(share).collect(), of);
        }
    }
    panic!("no fair share of {total} among {claims:?}")
}

/// The way nearest to the fair shares; of several the one that gives the earliest claims most.
fn nearest(total: i64, claims: &[(i64, i64)]) -> Vec<i64> {
    let (fair, of) = fair(total, claims);
    let floors: Vec<i64> = claims.iter().map(|(_, floor)| *floor).collect();
    let off =
        |way: &Vec<i64>| -> i64 { way.iter().zip(&fair).map(|(own, fair)| (own * of - fair).pow(2)).sum() };
    every_way(total, &floors).into_iter().min_by_key(|way| (off(way), Reverse(way.clone()))).unwrap()
}

/// The way with the least Σ (share − need)² / need, in parts of a common denominator.
fn least(total: i64, claims: &[(i64, i64)]) -> Vec<i64> {
    let needs = weights(claims);
    let of: i64 = needs.iter().filter(|need| **need > 0).product();
    let floors: Vec<i64> = claims.iter().map(|(_, floor)| *floor).collect();
    let only_needy = |way: &Vec<i64>| {
        way.iter().zip(&needs).zip(&floors).all(|((own, need), floor)| *need > 0 || own == floor)
    };
    let cost = |way: &Vec<i64>| -> i64 {
        let needy = way.iter().zip(&needs).filter(|(_, need)| **need > 0);
        needy.map(|(own, need)| (own - need).pow(2) * (of / need)).sum()
    };
    let ways = every_way(total, &floors).into_iter().filter(only_needy);
    ways.min_by_key(|way| (cost(way), Reverse(way.clone()))).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn proportional_is_the_nearest_to_fair(
        claims in prop::collection::vec((0_i64..8, 0_i64..5), 1..5), over in 0_i64..10,
    ) {
        let total = over + claims.iter().map(|(_, floor)| floor).sum::<i64>();
        prop_assert_eq!(shares(Objective::Proportional, total, &claims).unwrap(), nearest(total, &claims));
    }

    #[test]
    fn least_squares_is_the_least(
        claims in prop::collection::vec((0_i64..8, 0_i64..5), 1..5), over in 0_i64..10,
    ) {
        let total = over + claims.iter().map(|(_, floor)| floor).sum::<i64>();
        prop_assert_eq!(shares(Objective::LeastSquares, total, &claims).unwrap(), least(total, &claims));
    }

    #[test]
    fn large_shares_sum_and_keep_their_floors(
        claims in prop::collection::vec((0_i64..2_000_000_000, 0_i64..1_000_000), 1..60),
        over in 0_i64..1_000_000_000_000,
    ) {
        let total = over + claims.iter().map(|(_, floor)| floor).sum::<i64>();
        for (objective, _) in Objective::ALL {
            let shares = shares(objective, total, &claims).unwrap();
            prop_assert_eq!(shares.iter().sum::<i64>(), total);
            prop_assert!(shares.iter().zip(&claims).all(|(share, (_, floor))| share >= floor));
        }
    }
}

#[test]
fn ties_go_to_the_earlier_claim() {
    for (objective, _) in Objective::ALL {
        check(objective, 5, &[(1, 0), (1, 0), (1, 0)], &[2, 2, 1]);
        check(objective, 1, &[(3, 0), (3, 0)], &[1, 0]);
    }
}

#[test]
fn a_floor_takes_from_all_others_alike() {
    check(Objective::Proportional, 10, &[(7, 0), (2, 0), (1, 3)], &[5, 2, 3]);
    check(Objective::LeastSquares, 10, &[(7, 0), (2, 0), (1, 3)], &[5, 2, 3]);
    // The first floor brings the second below its own.
    check(Objective::Proportional, 12, &[(6, 0), (4, 4), (2, 6)], &[2, 4, 6]);
}

#[test]
fn the_objectives_differ_where_many_are_small() {
    let claims = [(7, 0), (2, 0), (2, 0)];
    check(Objective::Proportional, 2, &claims, &[1, 1, 0]);
    check(Objective::LeastSquares, 2, &claims, &[2, 0, 0]);
}

#[test]
fn no_need_gets_its_floor_and_all_without_need_share_alike() {
    for (objective, _) in Objective::ALL {
        check(objective, 9, &[(0, 2), (5, 0), (0, 0)], &[2, 7, 0]);
        check(objective, 7, &[(0, 0), (0, 5)], &[2, 5]);
        check(objective, 0, &[(0, 0), (3, 0)], &[0, 0]);
        check(objective, 0, &[], &[]);
    }
}

#[test]
fn what_cannot_be_shared() {
    for (objective, _) in Objective::ALL {
        assert_eq!(shares(objective, 4, &[(1, 3), (1, 2)]), None);
        assert_eq!(shares(objective, 1, &[]), None);
        assert_eq!(shares(objective, -1, &[(1, 0)]), None);
    }
}
