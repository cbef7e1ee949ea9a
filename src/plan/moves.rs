//! Moves: the fewest transfers that bring every school to its target, each at the lowest place that reaches both.

use super::pupils::Branch;
use crate::graph::NodeIx;
use crate::model::Seats;

/// One transfer: who moves seats, between which schools, how many.
#[derive(Debug, Clone, Copy)]
pub(super) struct Move {
    pub(super) by: NodeIx,
    pub(super) from: NodeIx,
    pub(super) to: NodeIx,
    pub(super) count: Seats,
}

/// What is left to give, or to get, when a place has moved what it can inside itself.
#[derive(Debug, Default)]
struct Left {
    spare: Vec<(NodeIx, Seats)>,
    short: Vec<(NodeIx, Seats)>,
}

/// All moves, those inside a place before those between places. Each place then only gives, or only gets,
/// so that no step takes it below where it starts or ends.
pub(super) fn moves(root: &Branch) -> Vec<Move> {
    let mut moves = Vec::new();
    level(root, &mut moves);
    moves
}

fn level(branch: &Branch, moves: &mut Vec<Move>) -> Left {
    let mut left = Left::default();
    if branch.children.is_empty() {
        let change = branch.target - branch.cap;
        if change < Seats::ZERO {
            left.spare.push((branch.node, -change));
        } else if change > Seats::ZERO {
            left.short.push((branch.node, change));
        }
        return left;
    }
    for child in &branch.children {
        let below = level(child, moves);
        left.spare.extend(below.spare);
        left.short.extend(below.short);
    }
    let mut spare = left.spare.into_iter();
    let mut short = left.short.into_iter();
    let (mut giver, mut taker) = (spare.next(), short.next());
    while let (Some((from, gives)), Some((to, takes))) = (giver, taker) {
        let count = gives.min(takes);
        moves.push(Move { by: branch.node, from, to, count });
        giver = if gives > count { Some((from, gives - count)) } else { spare.next() };
        taker = if takes > count { Some((to, takes - count)) } else { short.next() };
    }
    Left { spare: giver.into_iter().chain(spare).collect(), short: taker.into_iter().chain(short).collect() }
}
