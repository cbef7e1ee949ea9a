//! Side by side: independent work on all cores, with the answers in the order of the work.

use std::panic::resume_unwind;
use std::sync::{Mutex, PoisonError};
use std::thread;

use crate::error::Error;
use crate::model::cores;

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
    each_with(items, || (), |(), item| work(item))
}

/// The same where each core works with something of its own.
pub(super) fn each_with<S, T: Send, A: Send>(
    items: Vec<T>,
    begin: impl Fn() -> S + Sync,
    work: impl Fn(&mut S, T) -> Result<A, Error> + Sync,
) -> Result<Vec<A>, Error> {
    let cores = cores().min(items.len());
    if cores <= 1 {
        let mut own = begin();
        return items.into_iter().map(|item| work(&mut own, item)).collect();
    }
    // Whoever is free takes the next few: no core waits for a slow share of another's, nor long at the door.
    let few = items.len().div_ceil(cores.saturating_mul(8)).min(64);
    let next = Mutex::new(items.into_iter().enumerate());
    let hand = || {
        let (mut own, mut answers) = (begin(), Vec::new());
        loop {
            let taken: Vec<(usize, T)> =
                next.lock().unwrap_or_else(PoisonError::into_inner).by_ref().take(few).collect();
            if taken.is_empty() {
                return answers;
            }
            answers.extend(taken.into_iter().map(|(number, item)| (number, work(&mut own, item))));
        }
    };
    let mut answers: Vec<(usize, Result<A, Error>)> = thread::scope(|scope| {
        let hands: Vec<_> = (0..cores).map(|_| scope.spawn(hand)).collect();
        hands.into_iter().flat_map(|hand| hand.join().unwrap_or_else(|panic| resume_unwind(panic))).collect()
    });
    answers.sort_unstable_by_key(|(number, _)| *number);
    answers.into_iter().map(|(_, answer)| answer).collect()
}

#[cfg(test)]
mod tests {
    use super::side_by_side;
    use crate::charter::Charter;
    use crate::error::{Error, ErrorKind};
    use crate::office::Office;
    use crate::request::Request;

    fn office() -> Office {
        let unit = |number: u32| {
            format!("  - {{id: u{number}, parent: city, level: unit, caps: {{inst: {}}}}}\n", number % 2)
        };
        let units: Vec<String> = (0..50).map(unit).collect();
        let text = format!(
            "bianzhi: charter/1\nopened: 2024-01-01\nlevels: [city, unit]\nkinds: {{inst: }}\nnodes:\n  \
             - {{id: city, level: city, caps: {{inst: 25}}}}\n{}",
            units.concat()
        );
        Office::open(Charter::parse("charter.yaml", &text).unwrap(), None).unwrap()
    }

    #[test]
    fn many_decisions_are_the_single_ones_in_their_order_and_change_nothing() {
        let office = office();
        let hire = |number: u32| Request::appoint(format!("u{number}"), "inst");
        let together = office.decide_all((0..50).map(hire)).unwrap();
        for (number, answer) in (0..50).zip(&together) {
            assert_eq!(answer.granted(), number % 2 == 1, "u{number}");
            assert_eq!(**answer, *office.decide(hire(number)).unwrap());
        }
        assert_eq!(office.journal().next(), 1, "nothing is recorded");
        assert!(office.decide_all(Vec::<Request>::new()).unwrap().is_empty());
    }

    #[test]
    fn the_first_failure_in_the_order_of_the_items_is_told() {
        let failed = |number: u32| Err::<u32, _>(Error::new(ErrorKind::Internal, format!("item {number}")));
        let work = |number: u32| if number % 30 == 29 { failed(number) } else { Ok(number * 2) };
        let error = side_by_side((0..100).collect(), work).unwrap_err();
        assert!(error.to_string().contains("item 29"), "{error}");
        let doubled: Vec<u32> = (0..29).map(|number| number * 2).collect();
        assert_eq!(side_by_side((0..29).collect(), work).unwrap(), doubled);
    }
}
