//! Side by side: independent work on all cores, with the answers in the order of the work.

use std::panic::resume_unwind;
use std::sync::{Mutex, PoisonError};
use std::thread;

use crate::error::Error;

/// Does some work for every item, on all cores, and gives the answers in the order of the items.
///
/// For work that does not depend on each other, such as decisions on many forks or in many cities: the answers
/// are the same on any number of cores, because each item is worked on alone.
///
/// # Errors
/// The failure of the first item that failed; all others were worked on too.
///
/// # Panics
/// If the work panics.
///
/// # Example: many cities at once
/// ```
/// use bianzhi::office::side_by_side;
/// use bianzhi::{Charter, Office, Request};
/// # fn main() -> Result<(), bianzhi::Error> {
/// let cities = ["examples/nanping/charter.yaml", "examples/nanping/charter.yaml"];
/// let answers = side_by_side(cities.to_vec(), |city| {
///     Office::open(Charter::load(city)?, None)?.submit(Request::appoint("audit", "administrative"))
/// })?;
/// assert!(answers.iter().all(|answer| answer.granted()));
/// # Ok(()) }
/// ```
pub fn side_by_side<T: Send, A: Send>(
    items: Vec<T>,
    work: impl Fn(T) -> Result<A, Error> + Sync,
) -> Result<Vec<A>, Error> {
    let cores = thread::available_parallelism().map_or(1, usize::from).min(items.len());
    if cores <= 1 {
        return items.into_iter().map(work).collect();
    }
    // Whoever is free takes the next: no core waits for a slow share of the others.
    let next = Mutex::new(items.into_iter().enumerate());
    let hand = || {
        let mut answers = Vec::new();
        loop {
            let taken = next.lock().unwrap_or_else(PoisonError::into_inner).next();
            let Some((number, item)) = taken else { return answers };
            answers.push((number, work(item)));
        }
    };
    let mut answers: Vec<(usize, Result<A, Error>)> = thread::scope(|scope| {
        let hands: Vec<_> = (0..cores).map(|_| scope.spawn(hand)).collect();
        hands.into_iter().flat_map(|hand| hand.join().unwrap_or_else(|panic| resume_unwind(panic))).collect()
    });
    answers.sort_unstable_by_key(|(number, _)| *number);
    answers.into_iter().map(|(_, answer)| answer).collect()
}
