//! Loans and permits: what is lent to whom until when, and what may still be recruited.

use std::sync::{Arc, LazyLock};

use serde::{Deserialize, Serialize};

use super::book::Delta;
use super::people::PersonIx;
use super::{KindIx, Ledger};
use crate::event::LoanTerms;
use crate::graph::NodeIx;
use crate::model::{Date, LoanId, PermitId, Seats};

/// A loan's place in the books. Never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct LoanIx(pub(super) u32);

/// A permit's place in the books. Never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct PermitIx(pub(super) u32);

/// A loan (调借): the use of seats passes to the borrower, the title stays with the lender.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Loan {
    /// Its id.
    pub id: LoanId,
    /// Who keeps the title: a unit, a jurisdiction or a pool.
    pub lender: NodeIx,
    /// Who has the use: a unit, or a jurisdiction whose units then use it.
    pub borrower: NodeIx,
    /// The kind of the seats.
    pub kind: KindIx,
    /// Seats still out.
    pub seats: Seats,
    /// People on them.
    pub used: Seats,
    /// Seats given back so far.
    pub returned: Seats,
    /// Seats to be given back as soon as they are idle (空一待还).
    pub owed: Seats,
    /// The day it began.
    pub since: Date,
    /// What it was approved for.
    pub purpose: Option<Arc<str>>,
    /// The nodes it passed through, from the lender on.
    pub via: Arc<[NodeIx]>,
    /// A draw: a loan of one that ends with its person.
    pub draw: bool,
    /// Whether seats are still out.
    pub open: bool,
    /// Term, schedule and evaluation.
    pub terms: Arc<LoanTerms>,
    pub(super) sitting: Arc<Vec<(NodeIx, Sitting)>>,
}

/// The people of one unit on a loan's seats.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Sitting {
    pub(super) named: Vec<PersonIx>,
    pub(super) unnamed: Seats,
}

/// A permit to recruit (用编核准).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Permit {
    /// Its id.
    pub id: PermitId,
    /// The unit that may recruit.
    pub unit: NodeIx,
    /// The kind of the seats.
    pub kind: KindIx,
    /// Seats promised at first.
    pub count: Seats,
    /// Seats not yet filled; 0 once it is closed.
    pub left: Seats,
    /// What it was approved for.
    pub purpose: Option<Arc<str>>,
    /// The last day on which it may be used.
    pub ends: Date,
    /// Whether it may still be used.
    pub open: bool,
}

/// What an entry of the agenda reminds of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Due {
    /// A loan's last day has gone by.
    LoanEnd(LoanIx),
    /// An instalment of a loan falls due.
    Instalment(LoanIx),
    /// A permit's last day has gone by.
    PermitEnd(PermitIx),
}

impl LoanIx {
    pub(super) fn new(place: usize) -> Self {
        Self(u32::try_from(place).unwrap_or(u32::MAX))
    }
}

impl PermitIx {
    pub(super) fn new(place: usize) -> Self {
        Self(u32::try_from(place).unwrap_or(u32::MAX))
    }
}

impl Sitting {
    pub(super) fn count(&self) -> Seats {
        Seats::new(i64::try_from(self.named.len()).unwrap_or(i64::MAX)) + self.unnamed
    }
}

impl Loan {
    /// Seats with nobody on them (闲置).
    pub fn idle(&self) -> Seats {
        (self.seats - self.used).or_zero()
    }

    /// Seats that should have gone back by `today` and have not (应还).
    pub fn due(&self, today: Date) -> Seats {
        let so_far: Seats =
            self.terms.schedule.iter().filter(|part| part.on <= today).map(|part| part.seats).sum();
        (so_far - (self.returned - self.terms.returned_before)).or_zero()
    }

    /// Past its last day, or more due than is idle (逾期).
    pub fn overdue(&self, today: Date) -> bool {
        self.open && (self.past_end(today) || self.due(today) > self.idle())
    }

    /// Whether its last day has gone by.
    pub fn past_end(&self, today: Date) -> bool {
        self.terms.ends.is_some_and(|ends| ends < today)
    }

    /// The nodes that seats pass on their way back, from the borrower to the lender.
    pub fn way_back(&self) -> impl Iterator<Item = NodeIx> {
        std::iter::once(self.borrower).chain(self.via.iter().rev().copied()).chain([self.lender])
    }

    /// The units with people on its seats.
    pub fn units(&self) -> impl Iterator<Item = (NodeIx, Seats)> {
        self.sitting.iter().map(|(unit, sitting)| (*unit, sitting.count()))
    }

    pub(super) fn sitting_at(&self, unit: NodeIx) -> Option<&Sitting> {
        self.sitting.iter().find(|(known, _)| *known == unit).map(|(_, sitting)| sitting)
    }

    /// Changes who sits at a unit; a unit with nobody left is forgotten.
    pub(super) fn seat_at(&mut self, unit: NodeIx, change: impl FnOnce(&mut Sitting)) {
        let all = Arc::make_mut(&mut self.sitting);
        let place = all.iter().position(|(known, _)| *known == unit).unwrap_or_else(|| {
            all.reserve_exact(1);
            all.push((unit, Sitting::default()));
            all.len().saturating_sub(1)
        });
        if let Some((_, sitting)) = all.get_mut(place) {
            change(sitting);
            if sitting.count().is_zero() {
                all.remove(place);
            }
        }
        if all.is_empty() {
            self.sitting = nobody();
        }
    }
}

/// Who sits on a loan's seats where nobody does: one list for all such loans, most of which have ended.
pub(super) fn nobody() -> Arc<Vec<(NodeIx, Sitting)>> {
    static NOBODY: LazyLock<Arc<Vec<(NodeIx, Sitting)>>> = LazyLock::new(Arc::default);
    Arc::clone(&NOBODY)
}

/// A loan's terms; those of all loans without any are one.
pub(super) fn shared(terms: LoanTerms) -> Arc<LoanTerms> {
    static NONE: LazyLock<Arc<LoanTerms>> = LazyLock::new(Arc::default);
    if terms == **NONE { Arc::clone(&NONE) } else { Arc::new(terms) }
}

impl Ledger {
    /// The open loan with this id.
    pub fn loan(&self, id: &str) -> Option<LoanIx> {
        let place = self.loan_place_ever(id)?;
        self.loan_at(place)?.open.then_some(place)
    }

    /// The loan with this id, open or closed.
    pub fn loan_ever(&self, id: &str) -> Option<&Loan> {
        self.loan_at(self.loan_place_ever(id)?)
    }

    /// The place of the loan with this id, open or closed.
    pub fn loan_place_ever(&self, id: &str) -> Option<LoanIx> {
        let id_at = |place: u32| self.loan_at(LoanIx(place)).map(|loan| loan.id.as_str());
        self.loan_places.find(id, id_at).map(LoanIx)
    }

    /// A loan by its place, open or closed.
    pub fn loan_at(&self, place: LoanIx) -> Option<&Loan> {
        self.loans.get(place.0 as usize)
    }

    /// Every loan ever, in the order of lending.
    pub fn loans(&self) -> impl Iterator<Item = &Loan> {
        self.loans.iter()
    }

    /// The open permit with this id.
    pub fn permit(&self, id: &str) -> Option<PermitIx> {
        let place = self.permit_place_ever(id)?;
        self.permit_at(place)?.open.then_some(place)
    }

    /// The permit with this id, open or closed.
    pub fn permit_ever(&self, id: &str) -> Option<&Permit> {
        self.permit_at(self.permit_place_ever(id)?)
    }

    /// The place of the permit with this id, open or closed.
    pub fn permit_place_ever(&self, id: &str) -> Option<PermitIx> {
        let id_at = |place: u32| self.permit_at(PermitIx(place)).map(|permit| permit.id.as_str());
        self.permit_places.find(id, id_at).map(PermitIx)
    }

    /// A permit by its place, open or closed.
    pub fn permit_at(&self, place: PermitIx) -> Option<&Permit> {
        self.permits.get(place.0 as usize)
    }

    /// Every permit ever, in the order of granting.
    pub fn permits(&self) -> impl Iterator<Item = &Permit> {
        self.permits.iter()
    }

    /// Open loans that the node borrowed itself (借入调借), oldest first, then by id.
    pub fn loans_borrowed(&self, node: NodeIx, kind: Option<KindIx>) -> Vec<LoanIx> {
        self.sorted_loans(self.tied(node).map_or(&[][..], |ties| &ties.borrowed), kind)
    }

    /// Open loans that the node lent (借出调借), oldest first, then by id.
    pub fn loans_lent(&self, node: NodeIx, kind: Option<KindIx>) -> Vec<LoanIx> {
        self.sorted_loans(self.tied(node).map_or(&[][..], |ties| &ties.lent), kind)
    }

    /// Open loans whose seats the node may use (可用调借): its own and those of everything above it.
    pub fn loans_usable(&self, node: NodeIx, kind: Option<KindIx>) -> Vec<LoanIx> {
        let mut all = Vec::new();
        for place in self.shape.path(node) {
            if let Some(ties) = self.tied(place) {
                all.extend_from_slice(&ties.borrowed);
            }
        }
        if all.is_empty() { all } else { self.sorted_loans(&all, kind) }
    }

    /// Open permits of a unit, by end, then id.
    pub fn permits_of(&self, unit: NodeIx, kind: Option<KindIx>) -> Vec<PermitIx> {
        let all = self.tied(unit).map_or(&[][..], |ties| &ties.permits);
        let mut found: Vec<(Date, &PermitId, PermitIx)> = all
            .iter()
            .filter_map(|place| {
                self.permit_at(*place).map(|permit| (permit.ends, &permit.id, *place, permit.kind))
            })
            .filter(|(_, _, _, of)| kind.is_none_or(|kind| kind == *of))
            .map(|(ends, id, place, _)| (ends, id, place))
            .collect();
        found.sort();
        found.into_iter().map(|(_, _, place)| place).collect()
    }

    fn sorted_loans(&self, all: &[LoanIx], kind: Option<KindIx>) -> Vec<LoanIx> {
        let mut found: Vec<(Date, &LoanId, LoanIx)> = all
            .iter()
            .filter_map(|place| self.loan_at(*place).map(|loan| (loan, *place)))
            .filter(|(loan, _)| loan.open && kind.is_none_or(|kind| kind == loan.kind))
            .map(|(loan, place)| (loan.since, &loan.id, place))
            .collect();
        found.sort();
        found.into_iter().map(|(_, _, place)| place).collect()
    }

    /// Opens a permit, or opens one again that a correction brings back.
    pub(super) fn add_permit(&mut self, permit: Permit) {
        let (unit, ends, id) = (permit.unit, permit.ends, permit.id.clone());
        let place = if let Some(place) = self.permit_place_ever(id.as_str()) {
            if let Some(known) = self.permits.get_mut(place.0 as usize) {
                known.open = true;
            }
            place
        } else {
            let place = PermitIx::new(self.permits.push(permit));
            self.permit_places.add(id.as_str());
            place
        };
        if let Some(ties) = self.ties_mut(unit).filter(|ties| !ties.permits.contains(&place)) {
            ties.permits.push(place);
        }
        if let Ok(lapses) = ends.tomorrow() {
            self.agenda.insert_mut((lapses, Due::PermitEnd(place)));
        }
    }

    /// Uses up so many seats of a permit; below 0 gives them back to it. It closes with the last.
    pub(super) fn use_permit(&mut self, place: PermitIx, count: Seats) {
        let Some(permit) = self.permits.get_mut(place.0 as usize) else { return };
        permit.left -= count;
        permit.open = permit.left > Seats::ZERO;
        let (unit, kind, open) = (permit.unit, permit.kind, permit.open);
        if !open && let Some(ties) = self.ties_mut(unit) {
            ties.permits.retain(|known| *known != place);
        }
        self.change(unit, kind, Delta { permitted: -count, ..Delta::default() });
    }
}
