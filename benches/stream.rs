//! The stream of decisions: what the rules alone cost on a request, beside plain Rust and a tree of closures.
//!
//! A block of requests is asked of all three on the same state, several times over, and timed; their answers must
//! be the same. Then the block takes effect, in the plain state and in the books, outside of what is timed.

#![expect(clippy::arithmetic_side_effects, reason = "counts and times far inside their types")]

#[expect(dead_code, reason = "blocks are timed here, not single calls")]
mod clock;
#[path = "stream/mod.rs"]
mod measured;

use std::hint::black_box;
use std::time::Duration;

use bianzhi::{Charter, Office, PolicySet, Request};

use clock::processor_time;
use measured::native::{Tree, decide};
use measured::state::State;
use measured::{A_YEAR, Answer, Ask, City, books, requests};

/// Requests of a block, and how often each block is asked.
const BLOCK: usize = 2_000;
const TURNS: u32 = 5;

/// What the rules of bianzhi answer.
fn ruled(office: &Office, request: &Request) -> Option<Answer> {
    let said = office.rules_on(request);
    let reason = said.codes().next();
    books::answer(said.nothing_against(), reason, said.noted().next())
}

/// The answers to a block, and the time that all turns took.
fn timed(block: usize, mut answer: impl FnMut(usize) -> Option<Answer>) -> (Vec<Option<Answer>>, Duration) {
    let start = processor_time();
    for _ in 1..TURNS {
        for place in 0..block {
            black_box(answer(place));
        }
    }
    let answers = (0..block).map(answer).collect();
    (answers, processor_time().saturating_sub(start))
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (city, tree) = (City::new(), Tree::new());
    let mut office = Office::open(Charter::from_opening(books::opening(&city))?, None)?;
    let policies = PolicySet::load("benches/stream/policies")?;
    let mut state = State::new(&city);
    let mut times = [Duration::ZERO; 3];
    let mut granted = 0_u32;
    let asks = requests();
    for block in asks.chunks(BLOCK) {
        if block.first().is_some_and(|ask| ask.number > 0 && ask.number.is_multiple_of(A_YEAR)) {
            state.new_year();
            office.advance(books::day(block.first().map_or(0, |ask| ask.number)))?;
        }
        let requests: Vec<Request> = block.iter().map(books::request).collect();
        let ask = |place: usize| block.get(place);
        office.set_policies(policies.clone());
        let plain = timed(block.len(), |place| ask(place).map(|ask| decide(&state, ask)));
        let closures = timed(block.len(), |place| ask(place).map(|ask| tree.decide(&state, ask)));
        let rules = timed(block.len(), |place| requests.get(place).and_then(|one| ruled(&office, one)));
        assert_eq!(plain.0, closures.0);
        assert_eq!(plain.0, rules.0);
        for (sum, time) in times.iter_mut().zip([plain.1, closures.1, rules.1]) {
            *sum += time;
        }
        office.set_policies(None);
        granted += take_effect(block, &mut state, &mut office)?;
    }
    #[expect(clippy::cast_precision_loss, reason = "a time shown to three figures")]
    let [plain, closures, rules] =
        times.map(|time| time.as_nanos() as f64 / (asks.len() as f64 * f64::from(TURNS)));
    println!(
        "{} requests, {granted} of them granted, one after the other; a decision in processor time:",
        asks.len()
    );
    println!("plain Rust           {plain:>8.0} ns");
    println!("a tree of closures   {closures:>8.0} ns {:>7.1} × plain Rust", closures / plain);
    println!("the rules of bianzhi {rules:>8.0} ns {:>7.1} × the tree", rules / closures);
    Ok(())
}

/// The block as it is decided one by one: the plain state and the books go on together.
fn take_effect(
    block: &[Ask],
    state: &mut State,
    office: &mut Office,
) -> Result<u32, Box<dyn std::error::Error>> {
    let mut granted = 0;
    for ask in block {
        let answer = decide(state, ask);
        granted += u32::from(answer.granted());
        for request in books::changes(ask, state.apply(ask, answer)) {
            let decision = office.submit(request)?;
            assert!(decision.granted(), "{ask:?}: {:?}", decision.reasons);
        }
    }
    Ok(granted)
}
