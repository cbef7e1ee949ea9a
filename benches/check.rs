//! The workshop: how long the shipped folder takes to check and to test, and what watching its coverage costs.

mod clock;

use std::hint::black_box;

use bianzhi::PolicySet;
use bianzhi::scenario::Suite;
use criterion::Criterion;

use clock::time;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut criterion = Criterion::default().configure_from_args();
    let suite = Suite::load("policies")?;
    let group = "the shipped folder";
    let check = time(&mut criterion, group, "check", 1, || drop(black_box(PolicySet::check("policies"))));
    let test = time(&mut criterion, group, "test", 1, || drop(black_box(suite.play(false))));
    let coverage = time(&mut criterion, group, "test with coverage", 1, || drop(black_box(suite.play(true))));
    criterion.final_summary();
    let ms = |nanoseconds: f64| nanoseconds / 1e6;
    println!("check: {:.1} ms, of at most 50", ms(check));
    println!("test: {:.1} ms of all processors, of at most 2,000", ms(test));
    println!(
        "test with coverage: {:.1} ms, {:.2} times a plain one, of at most 2",
        ms(coverage),
        coverage / test
    );
    Ok(())
}
