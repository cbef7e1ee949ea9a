//! The workshop: how long the shipped folder takes to check and to test, and what watching its coverage costs.

#![expect(clippy::arithmetic_side_effects, reason = "times far inside their types")]

mod clock;

use std::hint::black_box;
use std::time::{Duration, SystemTime};

use bianzhi::PolicySet;
use bianzhi::scenario::Suite;
use criterion::Criterion;

use clock::time;

/// How often the tests are played each way, in turns.
const TURNS: usize = 20;

/// The time on the wall: tests are played on every processor.
#[expect(clippy::disallowed_methods, reason = "a benchmark reads the clock; nothing here decides")]
fn took(work: impl FnOnce()) -> Duration {
    let start = SystemTime::now();
    work();
    start.elapsed().unwrap_or_default()
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut criterion = Criterion::default().configure_from_args();
    let suite = Suite::load("policies")?;
    let check = time(&mut criterion, "the shipped folder", "check", 1, || {
        drop(black_box(PolicySet::check("policies")));
    });
    criterion.final_summary();
    let (mut test, mut coverage) = (Duration::MAX, Duration::MAX);
    for _ in 0..TURNS {
        test = test.min(took(|| drop(black_box(suite.play(false)))));
        coverage = coverage.min(took(|| drop(black_box(suite.play(true)))));
    }
    let ms = |time: Duration| time.as_secs_f64() * 1e3;
    println!("check: {:.1} ms, of at most 50", check / 1e6);
    println!("test: {:.1} ms, of at most 2,000", ms(test));
    let times = coverage.as_secs_f64() / test.as_secs_f64();
    println!("test with coverage: {:.1} ms, {times:.2} times a plain one, of at most 2", ms(coverage));
    Ok(())
}
