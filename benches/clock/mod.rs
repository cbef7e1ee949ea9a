//! A clock that keeps the median of what criterion sees.

use std::time::Duration;

use criterion::{Criterion, SamplingMode, Throughput};

/// Times some work with criterion and keeps the median, in nanoseconds an element.
pub(crate) fn time(
    criterion: &mut Criterion,
    group: &str,
    name: &str,
    elements: u64,
    mut work: impl FnMut(),
) -> f64 {
    let mut samples: Vec<(u64, f64)> = Vec::new();
    let mut group = criterion.benchmark_group(group);
    group
        .sampling_mode(SamplingMode::Flat)
        .sample_size(10)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_millis(1_200))
        .throughput(Throughput::Elements(elements));
    group.bench_function(name, |bencher| {
        bencher.iter_custom(|turns| {
            let start = processor_time();
            for _ in 0..turns {
                work();
            }
            let took = processor_time().saturating_sub(start);
            #[expect(clippy::cast_precision_loss, reason = "a time shown to three figures")]
            samples.push((turns, took.as_nanos() as f64 / (turns * elements) as f64));
            took
        });
    });
    group.finish();
    // The warm-up counts in small steps; the samples proper all have the most turns.
    let most = samples.iter().map(|(turns, _)| *turns).max();
    let mut samples: Vec<f64> =
        samples.into_iter().filter(|(turns, _)| Some(*turns) == most).map(|(_, time)| time).collect();
    samples.sort_by(f64::total_cmp);
    samples.get(samples.len() / 2).copied().unwrap_or(f64::NAN)
}

/// The time that this thread spent on a processor, so that a busy machine spoils little; where the system
/// does not say, the time of day.
#[expect(clippy::disallowed_methods, reason = "a benchmark reads the clock; nothing here decides")]
pub(crate) fn processor_time() -> Duration {
    let spent = std::fs::read_to_string("/proc/thread-self/schedstat")
        .ok()
        .and_then(|text| text.split_whitespace().next()?.parse::<u64>().ok().map(Duration::from_nanos));
    spent.unwrap_or_else(|| {
        std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default()
    })
}
