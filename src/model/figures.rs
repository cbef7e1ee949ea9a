//! Figures: the books of one node and kind at one moment, as everyone reads them.

use serde::Serialize;

use super::Seats;

/// The books of one node and kind. The order of the fields is the order in which they are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Figures {
    /// Seats owned (核定数); a jurisdiction's includes all below it; a pool's is its size now.
    pub cap: Seats,
    /// Own seats with people (实有). A jurisdiction has none of its own.
    pub occupied: Seats,
    /// Own seats under an open permit (用编核准数).
    pub permitted: Seats,
    /// Own seats lent out (借出).
    pub lent: Seats,
    /// Seats used by right from others (借入).
    pub borrowed: Seats,
    /// Of those, seats with people (借入已用).
    pub borrowed_occupied: Seats,
    /// Caps handed down to the contained nodes (已分配), pools excepted.
    pub allotted: Seats,
    /// Everything that uses up the cap, here and below (占用).
    pub charged: Seats,
    /// What a jurisdiction kept (机动编制): cap − allotted − own permitted − own lent; 0 for a unit.
    pub reserve: Seats,
    /// Empty own seats (空编): unit: max(0, cap − occupied); jurisdiction: the sum over its units.
    pub vacancy: Seats,
    /// max(0, Σ cap − Σ occupied) over the units (净空编).
    pub net_vacancy: Seats,
    /// People above the cap (超编): unit: max(0, occupied − cap); jurisdiction: the sum over its units.
    pub excess: Seats,
    /// What a unit may still fill or lend (可用编): max(0, cap − charged); 0 for a jurisdiction.
    pub available: Seats,
    /// What can really be filled today (余量): the least of cap − charged here and above, never below 0.
    pub room: Seats,
    /// People working here (在编人员), on own and borrowed seats alike.
    pub headcount: Seats,
}
