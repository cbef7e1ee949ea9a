//! Plans: what an office may do next, drafted from the books as a scenario that runs; they change nothing.

mod moves;
mod pupils;
mod rehearse;
mod schools;
mod share;
mod standard;

pub use schools::{PlannedPlace, PlannedTransfer, SchoolPlan};
pub use share::{Claim, Objective};
pub use standard::Pupils;
