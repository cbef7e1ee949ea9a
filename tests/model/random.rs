//! Random charters and long random sequences of requests: the office and the model agree step by step.

use std::cell::Cell;

use bianzhi::model::Opening;
use bianzhi::{Outcome, Request};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::pair::Pair;
use super::{charters, replay, requests};

/// How many requests one run asks.
const REQUESTS: u32 = if cfg!(debug_assertions) { 20_000 } else { 1_000_000 };
/// Requests in one sequence.
const LENGTH: u32 = 100;

#[test]
fn office_and_model_agree() {
    let cases = std::env::var("BIANZHI_CASES").ok().and_then(|text| text.parse().ok());
    let cases = cases.unwrap_or(REQUESTS / LENGTH);
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 4_000, ..Config::default() };
    let granted = Cell::new(0_u32);
    let charter = prop::collection::vec(any::<u16>(), 0..160);
    let numbers = prop::collection::vec(any::<u16>(), 28);
    let length = usize::try_from(LENGTH).unwrap();
    let steps = prop::collection::vec(numbers, length..=length);
    let result = TestRunner::new(config).run(&(charter, steps), |(charter, steps)| {
        let opening = charters::opening(&charter);
        let mut asked = Vec::new();
        match play(&opening, &steps, &mut asked) {
            Ok(number) => granted.set(granted.get() + number),
            Err(difference) => return Err(TestCaseError::fail(story(&opening, &asked, &difference))),
        }
        Ok(())
    });
    if let Err(error) = result {
        panic!("{}", error.to_string().replace("\\n", "\n").replace("\\\"", "\""));
    }
    let share = f64::from(granted.get()) / f64::from(cases * LENGTH);
    assert!(share > 0.2, "only {share:.2} of the requests were granted: too few to mean much");
}

/// Plays a sequence; how many were granted. `asked` gets what was asked.
fn play(opening: &Opening, steps: &[Vec<u16>], asked: &mut Vec<Request>) -> Result<u32, String> {
    let mut pair = Pair::open(opening)?;
    let mut granted = 0;
    for (step, numbers) in steps.iter().enumerate() {
        let request = requests::request(&pair.model.books, numbers, step);
        asked.push(request.clone());
        if pair.step(&request)? == Outcome::Granted {
            granted += 1;
        }
    }
    replay::same_books(&pair, opening)?;
    Ok(granted)
}

/// A counter-example as people read it, and as a case is written.
fn story(opening: &Opening, asked: &[Request], difference: &str) -> String {
    let nodes: Vec<String> = opening
        .nodes
        .iter()
        .map(|node| {
            format!(
                "{} in {:?} {} caps {:?} occupied {:?}",
                node.id, node.parent, node.level, node.caps, node.occupied
            )
        })
        .collect();
    let asked: Vec<String> = asked.iter().map(|request| serde_json::to_string(request).unwrap()).collect();
    format!(
        "{difference}\nopened {} {:?} levels {:?}\n{}\npools {:?}\npeople {:?}\nloans {:?}\npermits {:?}\n{}",
        opening.opened,
        opening.excess,
        opening.levels,
        nodes.join("\n"),
        opening.pools,
        opening.people,
        opening.loans,
        opening.permits,
        asked.join("\n")
    )
}
