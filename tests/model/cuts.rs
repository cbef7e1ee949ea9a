//! Cuts: random cities and requests, kept with a snapshot behind every answer; from each the books are the same.

use bianzhi::charter::Charter;
use bianzhi::office::Office;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::pair::Pair;
use super::{charters, requests};
use crate::journal::flaky::Flaky;
use crate::journal::snapshots;

const CASES: u32 = if cfg!(debug_assertions) { 8 } else { 400 };

#[test]
fn books_from_every_cut_are_the_books_of_the_replay() {
    let config =
        Config { cases: CASES, failure_persistence: None, max_shrink_iters: 64, ..Config::default() };
    let charter = prop::collection::vec(any::<u16>(), 0..160);
    let steps = prop::collection::vec(prop::collection::vec(any::<u16>(), 28), 10..60);
    TestRunner::new(config)
        .run(&(charter, steps), |(charter, steps)| {
            let opening = charters::opening(&charter);
            let mut pair = Pair::open(&opening).map_err(TestCaseError::fail)?;
            let mut asked = Vec::new();
            for (step, numbers) in steps.iter().enumerate() {
                let request = requests::request(&pair.model.books, numbers, step);
                pair.step(&request).map_err(TestCaseError::fail)?;
                asked.push(request);
            }
            let disk = Flaky::default();
            let charter = Charter::from_opening(opening).unwrap();
            snapshots::played(Office::open_on(disk.clone(), charter, None).unwrap(), asked);
            snapshots::same_at_every_cut(&disk);
            Ok(())
        })
        .unwrap();
}
