//! The stream of decisions: what the rules alone cost on a request, beside plain Rust, a tree of closures and plain
//! Rhai.
//!
//! A block of requests is asked of all four on the same state, several times over, and timed; their answers must
//! be the same. Then the block takes effect, in the plain state and in the books, outside of what is timed.

#![expect(clippy::arithmetic_side_effects, reason = "counts and times far inside their types")]

#[expect(dead_code, reason = "blocks are timed here, not single calls")]
mod clock;
#[path = "stream/mod.rs"]
mod measured;

use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

use bianzhi::{Charter, Office, PolicySet, Request};
use rhai::{AST, CallFnOptions, Engine, ImmutableString, Scope};

use clock::processor_time;
use measured::native::{Tree, decide};
use measured::state::State;
use measured::{A_YEAR, Answer, Ask, CATEGORIES, City, KINDS, PURPOSES, Verb, books, requests};

/// Requests of a block, and how often each block is asked.
const BLOCK: usize = 2_000;
const TURNS: u32 = 5;

/// What the rules of bianzhi answer.
fn ruled(office: &Office, request: &Request) -> Option<Answer> {
    let said = office.rules_on(request);
    let reason = said.codes().next();
    books::answer(said.nothing_against(), reason, said.noted().next())
}

/// What plain Rhai is given: the state, and what is asked; a getter reads what a rule names.
#[derive(Clone)]
struct Seen(Arc<State>, Ask);

/// The rules in plain Rhai, which `benches/peers` runs, too.
struct Plain(Engine, AST);

/// A name in the rules, and how its value is read.
type Getter<T> = (&'static str, fn(&Seen) -> T);

fn word(known: &[&'static str], place: u8) -> &'static str {
    known.get(usize::from(place)).copied().unwrap_or_default()
}

impl Plain {
    fn new() -> Result<Self, Box<dyn std::error::Error>> {
        let mut engine = Engine::new();
        engine.register_type_with_name::<Seen>("request");
        let numbers: [Getter<i32>; 13] = [
            ("occupied", |it| it.0.slot(it.1.unit, it.1.kind).occupied),
            ("lent", |it| it.0.slot(it.1.unit, it.1.kind).lent),
            ("approved", |it| it.0.slot(it.1.unit, it.1.kind).approved),
            ("filled", |it| it.0.slot(it.1.unit, it.1.kind).filled),
            ("began", |it| it.0.slot(it.1.unit, it.1.kind).began),
            ("vacancy", |it| it.0.slot(it.1.unit, it.1.kind).vacancy()),
            ("borrowed", |it| it.0.slot(it.1.unit, it.1.kind).borrowed),
            ("available", |it| it.0.slot(it.1.lender, it.1.kind).available()),
            ("drawn", |it| it.0.total(it.1.kind).drawn),
            ("vacancies", |it| it.0.total(it.1.kind).vacancies()),
            ("room", |it| it.0.total(it.1.kind).room()),
            ("count", |it| i32::from(it.1.count)),
            ("months", |it| i32::from(it.1.months)),
        ];
        for (name, read) in numbers {
            engine.register_get(name, move |it: &mut Seen| i64::from(read(it)));
        }
        let truths: [Getter<bool>; 4] = [
            ("controlled", |it| it.0.unit(it.1.unit).controlled),
            ("city_organ", |it| it.0.unit(it.1.unit).city_organ),
            ("school", |it| it.0.unit(it.1.lender).school),
            ("hospital", |it| it.0.unit(it.1.lender).hospital),
        ];
        for (name, read) in truths {
            engine.register_get(name, move |it: &mut Seen| read(it));
        }
        let words: [Getter<&'static str>; 3] = [
            ("kind", |it| word(&KINDS, it.1.kind)),
            ("category", |it| word(&CATEGORIES, it.1.category)),
            ("purpose", |it| word(&PURPOSES, it.1.purpose)),
        ];
        for (name, read) in words {
            engine.register_get(name, move |it: &mut Seen| ImmutableString::from(read(it)));
        }
        let rules = engine.compile(include_str!("peers/rules/rules.rhai"))?;
        Ok(Self(engine, rules))
    }

    fn decide(&self, state: &Arc<State>, ask: &Ask) -> Option<Answer> {
        let rule = match ask.verb {
            Verb::Hire => "hire",
            Verb::Draw => "draw",
            Verb::Borrow => "borrow",
            Verb::Leave => "leave",
        };
        let options = CallFnOptions::new().eval_ast(false);
        let seen = Seen(Arc::clone(state), *ask);
        let answer = self.0.call_fn_with_options::<i64>(options, &mut Scope::new(), &self.1, rule, (seen,));
        answer.ok().and_then(|number| usize::try_from(number).ok()).and_then(Answer::from_number)
    }
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
    let (city, tree, rhai) = (City::new(), Tree::new(), Plain::new()?);
    let mut office = Office::open(Charter::from_opening(books::opening(&city))?, None)?;
    let policies = PolicySet::load("benches/stream/policies")?;
    let mut state = State::new(&city);
    let mut times = [Duration::ZERO; 4];
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
        let seen = Arc::new(state.clone());
        let scripts = timed(block.len(), |place| ask(place).and_then(|ask| rhai.decide(&seen, ask)));
        assert_eq!(plain.0, scripts.0);
        for (sum, time) in times.iter_mut().zip([plain.1, closures.1, rules.1, scripts.1]) {
            *sum += time;
        }
        office.set_policies(None);
        granted += take_effect(block, &mut state, &mut office)?;
    }
    #[expect(clippy::cast_precision_loss, reason = "a time shown to three figures")]
    let [plain, closures, rules, scripts] =
        times.map(|time| time.as_nanos() as f64 / (asks.len() as f64 * f64::from(TURNS)));
    println!(
        "{} requests, {granted} of them granted, one after the other; a decision in processor time:",
        asks.len()
    );
    println!("plain Rust           {plain:>8.0} ns");
    println!("a tree of closures   {closures:>8.0} ns {:>7.1} × plain Rust", closures / plain);
    println!("the rules of bianzhi {rules:>8.0} ns {:>7.1} × the tree", rules / closures);
    println!("plain Rhai           {scripts:>8.0} ns {:>7.1} × the rules of bianzhi", scripts / rules);
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
