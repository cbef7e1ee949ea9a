//! Replies: one answer on its way from the thread that has it to the one that waits for it.

use std::sync::PoisonError;

use super::sync::{Arc, Condvar, Mutex, MutexGuard};

/// Where the answer goes. Dropped without one, it gives the answer up.
#[derive(Debug)]
pub(super) struct ReplyTo<T>(Option<Arc<Slot<T>>>);

/// Where the answer comes from.
#[derive(Debug)]
pub(super) struct Reply<T>(Arc<Slot<T>>);

/// Somebody who waits for an answer that is there.
#[derive(Debug)]
#[must_use = "whoever waits for the answer sleeps on"]
pub(super) struct Sleeper<T>(Arc<Slot<T>>);

#[derive(Debug)]
struct Slot<T> {
    answer: Mutex<Answer<T>>,
    is_there: Condvar,
}

#[derive(Debug)]
enum Answer<T> {
    /// Nobody waits for it yet, so nobody need be woken.
    OnItsWay,
    WaitedFor,
    There(T),
    /// Given up, or taken.
    Over,
}

/// The two ends of a reply.
pub(super) fn reply<T>() -> (ReplyTo<T>, Reply<T>) {
    let slot = Arc::new(Slot { answer: Mutex::new(Answer::OnItsWay), is_there: Condvar::new() });
    (ReplyTo(Some(Arc::clone(&slot))), Reply(slot))
}

impl<T> ReplyTo<T> {
    /// Puts the answer there, and says who is to be woken for it: whoever has many to tell wakes nobody before all
    /// are there. Whoever asked may have stopped waiting.
    pub(super) fn tell(mut self, answer: T) -> Option<Sleeper<T>> {
        self.0.take().and_then(|slot| Slot::put(slot, Answer::There(answer)))
    }
}

impl<T> Drop for ReplyTo<T> {
    fn drop(&mut self) {
        if let Some(sleeper) = self.0.take().and_then(|slot| Slot::put(slot, Answer::Over)) {
            sleeper.wake();
        }
    }
}

impl<T> Reply<T> {
    /// Waits for the answer; none if it was given up.
    pub(super) fn wait(self) -> Option<T> {
        let mut answer = self.0.lock();
        loop {
            match std::mem::replace(&mut *answer, Answer::Over) {
                Answer::There(answer) => return Some(answer),
                Answer::Over => return None,
                Answer::OnItsWay | Answer::WaitedFor => {
                    *answer = Answer::WaitedFor;
                    answer = self.0.is_there.wait(answer).unwrap_or_else(PoisonError::into_inner);
                }
            }
        }
    }
}

impl<T> Sleeper<T> {
    pub(super) fn wake(self) {
        self.0.is_there.notify_one();
    }
}

impl<T> Slot<T> {
    /// Puts the last word there, and says who waits for it.
    fn put(slot: Arc<Self>, word: Answer<T>) -> Option<Sleeper<T>> {
        let before = std::mem::replace(&mut *slot.lock(), word);
        matches!(before, Answer::WaitedFor).then_some(Sleeper(slot))
    }

    /// Nothing can be half done here.
    fn lock(&self) -> MutexGuard<'_, Answer<T>> {
        self.answer.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
