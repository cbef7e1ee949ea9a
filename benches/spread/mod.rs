//! A spread: how single pieces of work differ in time, the timer's own time left out.

/// What a single request takes, the timer's own time left out: the median, and what one in a hundred exceeds.
pub(crate) struct Spread {
    pub(crate) p50: f64,
    pub(crate) p99: f64,
    /// The medians of the requests that take turns, each by itself.
    #[allow(dead_code, reason = "where requests are alike nobody asks")]
    pub(crate) each: Vec<f64>,
}

/// So many single requests are timed for a spread.
const SINGLE: usize = 100_000;

/// The spread of single runs of some work, in nanoseconds, of which so many kinds take turns. What is made ready for it is
/// not timed.
#[expect(clippy::disallowed_methods, reason = "a benchmark reads the clock; nothing here decides")]
#[expect(clippy::cast_precision_loss, reason = "a time shown to three figures")]
pub(crate) fn spread<T>(kinds: usize, mut ready: impl FnMut(usize) -> T, mut work: impl FnMut(T)) -> Spread {
    let mut timer: Vec<u128> = Vec::with_capacity(SINGLE);
    let mut times: Vec<(usize, u128)> = Vec::with_capacity(SINGLE);
    for turn in 0..SINGLE {
        let thing = ready(turn);
        let start = std::time::Instant::now();
        timer.push(start.elapsed().as_nanos());
        let start = std::time::Instant::now();
        work(thing);
        times.push((turn % kinds, start.elapsed().as_nanos()));
    }
    let at = |mut times: Vec<u128>, percent: usize| {
        times.sort_unstable();
        times.get(times.len() * percent / 100).map_or(f64::NAN, |time| *time as f64)
    };
    let timer = at(timer, 50);
    let of = |kind: usize| times.iter().filter(move |(of, _)| *of == kind).map(|(_, time)| *time).collect();
    let all: Vec<u128> = times.iter().map(|(_, time)| *time).collect();
    let each = (0..kinds).map(|kind| at(of(kind), 50) - timer).collect();
    Spread { p50: at(all.clone(), 50) - timer, p99: at(all, 99) - timer, each }
}
