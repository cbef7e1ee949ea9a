//! Cores: how many there are, and work that all of them do side by side.

use std::panic::resume_unwind;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// How many cores this process may use. The system is asked once: it opens some files to say.
pub(crate) fn cores() -> usize {
    static CORES: OnceLock<usize> = OnceLock::new();
    *CORES.get_or_init(|| thread::available_parallelism().map_or(1, usize::from))
}

/// What `work` makes of each item, in the order of the items: whoever is free takes the next.
pub(crate) fn on_all_cores<I: Sync, T: Send>(items: &[I], work: impl Fn(&I) -> T + Sync) -> Vec<T> {
    if items.len() <= 1 {
        return items.iter().map(work).collect();
    }
    let next = AtomicUsize::new(0);
    let hand = || {
        let mut done = Vec::new();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(number) else { return done };
            done.push((number, work(item)));
        }
    };
    let mut done = thread::scope(|scope| {
        let hands: Vec<_> = (1..cores().min(items.len())).map(|_| scope.spawn(hand)).collect();
        let mut done = hand();
        for hand in hands {
            done.extend(hand.join().unwrap_or_else(|panic| resume_unwind(panic)));
        }
        done
    });
    done.sort_unstable_by_key(|(number, _)| *number);
    done.into_iter().map(|(_, made)| made).collect()
}

#[cfg(test)]
mod tests {
    use super::{cores, on_all_cores};

    #[test]
    fn what_is_made_stands_in_the_order_of_the_items() {
        let items: Vec<usize> = (0..5_000).collect();
        assert!(on_all_cores(&items, |item| item * 3).into_iter().eq((0..5_000).map(|item| item * 3)));
        assert!(
            on_all_cores(&items[..1], |item| *item) == [0]
                && on_all_cores(&items[..0], |item| *item).is_empty()
        );
        assert!(cores() >= 1);
    }
}
