//! A spread: how single pieces of work differ in time, the timer's own time left out.

/// What a single request takes, the timer's own time left out: the median, and what one in a hundred exceeds.
pub(crate) struct Spread {
    pub(crate) p50: f64,
    pub(crate) p99: f64,
}

/// So many single requests are timed for a spread.
const SINGLE: usize = 100_000;

/// The spread of single runs of some work, in nanoseconds.
#[expect(clippy::disallowed_methods, reason = "a benchmark reads the clock; nothing here decides")]
#[expect(clippy::cast_precision_loss, reason = "a time shown to three figures")]
pub(crate) fn spread(mut work: impl FnMut()) -> Spread {
    let timed = |work: &mut dyn FnMut()| {
        let mut times: Vec<u128> = Vec::with_capacity(SINGLE);
        for _ in 0..SINGLE {
            let start = std::time::Instant::now();
            work();
            times.push(start.elapsed().as_nanos());
        }
        times.sort_unstable();
        move |percent: usize| times.get(SINGLE * percent / 100).map_or(f64::NAN, |time| *time as f64)
    };
    let timer = timed(&mut || ())(50);
    let request = timed(&mut work);
    Spread { p50: request(50) - timer, p99: request(99) - timer }
}
