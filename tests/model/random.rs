//! Random charters and long random sequences of requests: the office and the model agree step by step.

use std::cell::Cell;

use bianzhi::model::Opening;
use bianzhi::{Outcome, Request, Verb};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::books::{Books, Node};
use super::pair::Pair;
use super::{charters, replay, requests};

/// How many requests one run asks.
const REQUESTS: u32 = if cfg!(debug_assertions) { 20_000 } else { 1_000_000 };
/// Requests in one sequence, on average.
const LENGTH: u32 = 100;

#[test]
fn office_and_model_agree() {
    let cases = std::env::var("BIANZHI_CASES").ok().and_then(|text| text.parse().ok());
    let cases = cases.unwrap_or(REQUESTS / LENGTH);
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 0, ..Config::default() };
    let granted = Cell::new(0_u32);
    let charter = prop::collection::vec(any::<u16>(), 0..160);
    let numbers = prop::collection::vec(any::<u16>(), 28);
    let length = usize::try_from(LENGTH).unwrap();
    let steps = prop::collection::vec(numbers, length / 5..=length * 9 / 5);
    let result = TestRunner::new(config).run(&(charter, steps), |(charter, steps)| {
        let opening = charters::opening(&charter);
        let mut asked = Vec::new();
        match play(&opening, &steps, &mut asked) {
            Ok(number) => granted.set(granted.get() + number),
            Err(difference) => {
                let (opening, asked) = shrunk(opening, asked);
                let difference = replayed(&opening, &asked).err().unwrap_or(difference);
                return Err(TestCaseError::fail(story(&opening, &asked, &difference)));
            }
        }
        Ok(())
    });
    if let Err(error) = result {
        let story = error.to_string();
        panic!("{}", story.split("minimal failing input").next().unwrap_or(&story));
    }
    let share = f64::from(granted.get()) / f64::from(cases * LENGTH);
    assert!(share > 0.2, "only {share:.2} of the requests were granted: too few to mean much");
}

/// Plays a sequence; how many were granted. `asked` gets what was asked.
fn play(opening: &Opening, steps: &[Vec<u16>], asked: &mut Vec<Request>) -> Result<u32, String> {
    let mut pair = Pair::open(opening)?;
    let mut granted = 0;
    for (step, numbers) in steps.iter().enumerate() {
        let request = match numbers.as_slice() {
            [61, which, ..] | [.., 64_000..=u16::MAX, which] => correction(&pair, *which),
            _ => requests::request(&pair.model.books, numbers, step),
        };
        asked.push(request.clone());
        if pair.step(&request)? == Outcome::Granted {
            granted += 1;
        }
    }
    replay::same_books(&pair, opening)?;
    Ok(granted)
}

/// A correction of an earlier entry; only `superior` stands above all that an entry may have touched.
fn correction(pair: &Pair, which: u16) -> Request {
    // Caps move along the tree as it is: where the tree changed since, taking back is another act.
    let parents = |books: &Books| -> Vec<_> {
        books.nodes.iter().map(|(id, node)| (id.clone(), node.parent.clone())).collect()
    };
    let now = parents(&pair.model.books);
    let entries = pair.model.entries.iter();
    let entries = entries.filter(|(_, made)| made.as_ref().is_none_or(|made| parents(&made.1) == now));
    // What moved since moves back with the caps that it has now: only one that kept them is compared.
    let caps = |books: &Books| -> Vec<_> { books.nodes.values().map(|node| node.caps.clone()).collect() };
    // What changed nothing has nothing to compare.
    let kept = |made: &(Books, Books)| {
        let moved =
            |(id, node): (&_, &Node)| made.1.nodes.get(id).is_some_and(|after| after.parent != node.parent);
        made.0 != made.1 && (!made.0.nodes.iter().any(moved) || caps(&made.1) == caps(&pair.model.books))
    };
    let entries = entries.filter(|(_, made)| made.as_ref().is_none_or(|made| kept(made)));
    let entries: Vec<u64> = entries.map(|(entry, _)| *entry).collect();
    let entry = entries.get(usize::from(which) % (entries.len() + 1)).copied().unwrap_or(999_999);
    Request::correct(entry, "typed wrongly").by("superior")
}

/// What differs when these requests are asked of these books.
fn replayed(opening: &Opening, asked: &[Request]) -> Result<(), String> {
    let mut pair = Pair::open(opening)?;
    for request in asked {
        pair.step(request)?;
    }
    replay::same_books(&pair, opening)
}

/// Leaves out requests, and what stood at the opening, as long as something still differs. Requests name
/// things by id, so this goes further than smaller numbers would.
fn shrunk(mut opening: Opening, mut asked: Vec<Request>) -> (Opening, Vec<Request>) {
    let differs = |opening: &Opening, asked: &[Request]| replayed(opening, asked).is_err();
    if !differs(&opening, &asked) {
        return (opening, asked);
    }
    loop {
        let before = asked.len() + opening.loans.len() + opening.permits.len() + opening.pools.len();
        for place in (0..asked.len()).rev() {
            // A correction names its entry by number: one or two fewer stand before it then.
            for earlier in 0..3 {
                let mut fewer = asked.clone();
                fewer.remove(place);
                for request in &mut fewer[place..] {
                    if let Verb::Correct(verb) = &mut request.verb {
                        verb.entry = verb.entry.saturating_sub(earlier);
                    }
                }
                if differs(&opening, &fewer) {
                    asked = fewer;
                    break;
                }
            }
        }
        macro_rules! fewer {
            ($($list:ident)*) => {$(
                for place in (0..opening.$list.len()).rev() {
                    let mut fewer = opening.clone();
                    fewer.$list.remove(place);
                    if Pair::open(&fewer).is_ok() && differs(&fewer, &asked) {
                        opening = fewer;
                    }
                }
            )*};
        }
        for place in (0..opening.people.len()).rev() {
            let mut fewer = opening.clone();
            let others = opening.people.iter().enumerate().filter(|(number, _)| *number != place);
            fewer.people = others.map(|(_, person)| person).collect();
            if Pair::open(&fewer).is_ok() && differs(&fewer, &asked) {
                opening = fewer;
            }
        }
        fewer!(permits loans pools nodes);
        if before == asked.len() + opening.loans.len() + opening.permits.len() + opening.pools.len() {
            return (opening, asked);
        }
    }
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
