//! Other engines on bianzhi's stream of 100,000 decisions: same rules, same answers, time per decision.
//!
//! `cargo run --release --manifest-path benches/peers/Cargo.toml -- [--plot FILE.svg]` prints the table.
//!
//! Each engine answers the whole stream, several times over, and each request several times in a row. The time of
//! such a row is that of the processor's own counter around it, less what two readings of the counter cost; of the
//! passes the least counts, request by request, so that other programs on the machine spoil little. Keeping the
//! state and reading facts out of it stay outside; turning the facts into the engine's own values is inside. Every
//! answer must be that of plain Rust.

#[path = "../../stream/mod.rs"]
mod stream;

mod engines;
mod facts;
mod plot;

use std::fmt::Write as _;
use std::hint::black_box;

use engines::Engine;
use facts::Facts;
use quanta::Clock;
use stream::native::decide;
use stream::state::State;
use stream::{A_YEAR, Answers, Ask, City, requests};

/// Anything that goes wrong.
pub type Failure = Box<dyn std::error::Error>;

/// How often the stream is answered.
const PASSES: usize = 5;
/// How often each request is answered in a row: a single answer is shorter than the counter's steps.
const ROW: u32 = 8;

/// What one engine took.
pub struct Row {
    pub name: &'static str,
    pub licence: &'static str,
    pub fed: &'static str,
    pub explains: bool,
    /// Nanoseconds a decision, over all.
    pub mean: f64,
    /// Of half and of 99 in 100.
    pub half: f64,
    pub most: f64,
}

/// Answers the stream once; the least time of each decision so far is kept.
fn pass(
    engine: &mut dyn Engine,
    city: &City,
    asks: &[Ask],
    clock: &Clock,
    least: &mut [u64],
) -> Result<(), Failure> {
    let (mut state, mut answers) = (State::new(city), Answers::default());
    engine.restart()?;
    for (ask, least) in asks.iter().zip(least) {
        if ask.number > 0 && ask.number.is_multiple_of(A_YEAR) {
            state.new_year();
            engine.new_year(ask)?;
        }
        let facts = Facts::of(&state, ask);
        engine.prepare(ask);
        let begun = clock.raw();
        let mut answer = engine.decide(black_box(&state), black_box(ask), black_box(&facts));
        for _ in 1..ROW {
            answer = black_box(engine.decide(black_box(&state), black_box(ask), black_box(&facts)));
        }
        let ended = clock.raw();
        *least = (*least).min(clock.delta_as_nanos(begun, ended));
        let answer = answer?;
        let right = decide(&state, ask);
        if answer != right {
            return Err(format!("{}: {ask:?} was answered {answer:?}, not {right:?}", engine.name()).into());
        }
        answers.add(answer);
        let change = state.apply(ask, answer);
        engine.follow(ask, change)?;
    }
    if answers.digest == 0 {
        return Err("nothing was answered".into());
    }
    Ok(())
}

/// What two readings of the counter cost.
fn pair(clock: &Clock) -> u64 {
    let mut costs: Vec<u64> = (0..100_000)
        .map(|_| {
            let begun = clock.raw();
            let ended = clock.raw();
            clock.delta_as_nanos(begun, ended)
        })
        .collect();
    costs.sort_unstable();
    costs[costs.len() / 2]
}

fn measure(engine: &mut dyn Engine, city: &City, asks: &[Ask], clock: &Clock) -> Result<Row, Failure> {
    let mut least = vec![u64::MAX; asks.len()];
    for _ in 0..PASSES {
        pass(engine, city, asks, clock, &mut least)?;
    }
    let own = pair(clock);
    least.iter_mut().for_each(|time| *time = time.saturating_sub(own));
    let mean = least.iter().sum::<u64>() as f64 / least.len() as f64 / f64::from(ROW);
    least.sort_unstable();
    let part = |parts: usize| least[(least.len() - 1) * parts / 100] as f64 / f64::from(ROW);
    Ok(Row {
        name: engine.name(),
        licence: engine.licence(),
        fed: engine.fed(),
        explains: engine.explains(),
        mean,
        half: part(50),
        most: part(99),
    })
}

fn table(rows: &[Row]) -> String {
    let native = rows.iter().map(|row| row.mean).fold(f64::INFINITY, f64::min);
    let ours = rows.iter().find(|row| row.name.ends_with("the rules alone")).map_or(f64::NAN, |row| row.mean);
    let mut text = String::from(
        "| engine | ns a decision | p50 | p99 | × plain Rust | × bianzhi | says why | licence | decides on |\n\
         |---|--:|--:|--:|--:|--:|---|---|---|\n",
    );
    for row in rows {
        let _ = writeln!(
            text,
            "| {} | {:.0} | {:.0} | {:.0} | {:.0} | {:.2} | {} | {} | {} |",
            row.name,
            row.mean,
            row.half,
            row.most,
            row.mean / native,
            row.mean / ours,
            if row.explains { "yes" } else { "a number" },
            row.licence,
            row.fed
        );
    }
    text
}

fn main() -> Result<(), Failure> {
    let given: Vec<String> = std::env::args().skip(1).collect();
    let file = match given.as_slice() {
        [] => None,
        [option, file] if option == "--plot" => Some(file),
        _ => return Err("peers [--plot FILE.svg]".into()),
    };
    let (city, asks, clock) = (City::new(), requests(), Clock::new());
    let mut rows = Vec::new();
    for mut engine in engines::all(&city)? {
        rows.push(measure(engine.as_mut(), &city, &asks, &clock)?);
        eprintln!("{}: every answer as plain Rust gives it", engine.name());
    }
    rows.sort_by(|one, other| one.mean.total_cmp(&other.mean));
    print!("{}", table(&rows));
    if let Some(file) = file {
        std::fs::write(file, plot::draw(&rows))?;
    }
    Ok(())
}
