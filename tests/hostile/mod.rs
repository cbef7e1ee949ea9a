//! Hostile scripts: whatever stands in a policy folder, the laws hold, nobody who leaves is stopped, and a
//! county's folder loosens nothing.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::format_push_string,
    reason = "test code: a wrong step fails the test"
)]

mod attacks;
mod grammar;
pub(crate) mod seen;
mod shipped;

use std::cell::Cell;

use bianzhi::charter::Charter;
use bianzhi::model::Opening;
use bianzhi::office::Office;
use bianzhi::policy::PolicySet;
use bianzhi::{Outcome, Request};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::model::books::{Books, Table};
use crate::model::dice::Dice;
use crate::model::{charters, laws, requests};

/// How many folders are tried, each on books of its own.
const FOLDERS: u32 = if cfg!(debug_assertions) { 60 } else { 3_000 };
/// Requests asked under each.
const LENGTH: usize = 40;

/// An office under policies, watched.
struct Watched {
    office: Office,
    opening: Opening,
    opened: Table,
    books: Books,
    figures: Table,
    /// What rules brought about, and what they stopped.
    reactions: usize,
    denials: usize,
}

impl Watched {
    fn open(opening: &Opening, policies: PolicySet) -> Self {
        let charter = Charter::from_opening(opening.clone()).expect("a valid charter");
        let office = Office::open(charter, policies).expect("the office opens");
        let books = seen::books(&office, opening);
        let figures = seen::figures(&office, &books);
        let opened = figures.clone();
        Self { office, opening: opening.clone(), opened, books, figures, reactions: 0, denials: 0 }
    }

    /// One request; all that must hold whatever the scripts want.
    fn step(&mut self, request: &Request) -> Result<Outcome, String> {
        let alone = self.alone(request);
        let decision = self.office.submit(request.clone()).map_err(|error| error.to_string())?;
        let books = seen::books(&self.office, &self.opening);
        let figures = seen::figures(&self.office, &books);
        seen::same_figures(&books, &figures)?;
        let mut broken = laws::broken(&books, &figures, &self.opened);
        broken.extend(laws::grown(&books, &self.figures, &figures));
        if !broken.is_empty() {
            return Err(broken.join("\n"));
        }
        if decision.outcome != Outcome::Granted && decision.advanced.is_none() && figures != self.figures {
            return Err("a request that was not granted changed the books".into());
        }
        // On a new date rules act first; then what the laws alone would say is another question.
        if decision.advanced.is_none() && request.id.is_none() {
            let duty = request.verb.is_fact_or_duty();
            if duty && alone == Outcome::Granted && decision.outcome != Outcome::Granted {
                return Err(format!("a fact or a duty was stopped: {:?}", decision.reasons));
            }
        }
        let advanced = decision.advanced.iter().flat_map(|advanced| &advanced.events);
        self.reactions += advanced.chain(&decision.events).filter(|event| event.rule.is_some()).count();
        self.denials += usize::from(decision.outcome == Outcome::Denied);
        (self.books, self.figures) = (books, figures);
        Ok(decision.outcome)
    }

    /// What the laws alone would answer.
    fn alone(&self, request: &Request) -> Outcome {
        let mut fork = self.office.fork();
        fork.set_policies(None);
        fork.submit(request.clone()).expect("an answer").outcome
    }

    fn replayed(&self, policies: PolicySet) -> Result<(), String> {
        let charter = Charter::from_opening(self.opening.clone()).expect("a valid charter");
        let again = Office::replay(&charter, policies, self.office.journal().entries());
        let again = again.map_err(|error| format!("replay: {error}"))?;
        if seen::books(&again, &self.opening) != self.books {
            return Err("replay gives other books".into());
        }
        Ok(())
    }
}

type Numbers = Vec<u16>;

/// Runs a test over random charters, folders and requests; how many folders loaded.
fn run(test: impl Fn(&Opening, &[u16], &[Numbers]) -> Result<bool, String>) {
    let config =
        Config { cases: FOLDERS, failure_persistence: None, max_shrink_iters: 400, ..Config::default() };
    let charter = prop::collection::vec(any::<u16>(), 60..160);
    let folder = prop::collection::vec(any::<u16>(), 10..120);
    let steps = prop::collection::vec(prop::collection::vec(any::<u16>(), 28), 1..=LENGTH * 2);
    let loaded = Cell::new(0_u32);
    let result = TestRunner::new(config).run(&(charter, folder, steps), |(charter, folder, steps)| {
        match test(&charters::opening(&charter), &folder, &steps) {
            Ok(true) => loaded.set(loaded.get() + 1),
            Ok(false) => {}
            Err(story) => return Err(TestCaseError::fail(story)),
        }
        Ok(())
    });
    if let Err(error) = result {
        let story = error.to_string();
        panic!("{}", story.split("minimal failing input").next().unwrap_or(&story));
    }
    assert!(loaded.get() * 3 > FOLDERS, "only {} of {FOLDERS} folders load", loaded.get());
}

/// The folder as people read it.
fn told(files: &[grammar::File], request: &Request, what: &str) -> String {
    let mut story = format!("{what}\nasked {}\n", serde_json::to_string(request).unwrap());
    for (name, bytes) in files.iter().filter(|(name, _)| name.contains("rhai") || name.contains('/')) {
        story.push_str(&format!("--- {name}\n{}\n", String::from_utf8_lossy(bytes)));
    }
    story
}

fn set(files: &[grammar::File]) -> Option<PolicySet> {
    let set = PolicySet::from_files(files.to_vec());
    if std::env::var_os("BIANZHI_FAULTS").is_some()
        && let Err(error) = &set
    {
        println!("{error}");
    }
    set.ok()
}

#[test]
fn no_reaction_breaks_a_law_or_stops_a_leaver() {
    let (reactions, denials) = (Cell::new(0), Cell::new(0));
    run(|opening, folder, steps| {
        let files = grammar::root(&mut Dice::new(folder));
        let Some(policies) = set(&files) else { return Ok(false) };
        let mut watched = Watched::open(opening, policies.clone());
        for (step, numbers) in steps.iter().enumerate() {
            let request = requests::request(&watched.books, numbers, step);
            watched.step(&request).map_err(|what| told(&files, &request, &what))?;
        }
        reactions.set(reactions.get() + watched.reactions);
        denials.set(denials.get() + watched.denials);
        watched.replayed(policies)?;
        Ok(true)
    });
    println!("{} reactions, {} denials", reactions.get(), denials.get());
    assert!(reactions.get() > 20 && denials.get() > 20, "{reactions:?} reactions, {denials:?} denials");
}

#[test]
fn a_countys_folder_only_tightens() {
    let above = set(&grammar::plain_root()).expect("the plain folder loads");
    run(|opening, folder, steps| {
        let dice = &mut Dice::new(folder);
        let node = ["a", "b", "a.a", "city"][dice.roll(4)];
        let mut files = grammar::plain_root();
        files.extend(grammar::county(dice, node));
        let Some(policies) = set(&files) else { return Ok(false) };
        let mut watched = Watched::open(opening, policies.clone());
        for (step, numbers) in steps.iter().enumerate() {
            let request = requests::request(&watched.books, numbers, step);
            let mut without = watched.office.fork();
            without.set_policies(above.clone());
            let without = without.submit(request.clone()).expect("an answer").outcome;
            let with = watched.step(&request).map_err(|what| told(&files, &request, &what))?;
            if with == Outcome::Granted && without != Outcome::Granted && request.id.is_none() {
                return Err(told(
                    &files,
                    &request,
                    &format!("{without} without the folder, granted with it"),
                ));
            }
        }
        watched.replayed(policies)?;
        Ok(true)
    });
}
