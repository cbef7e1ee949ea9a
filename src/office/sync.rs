//! Synchronisation: what the shared office waits and sends with, and how it groups, named once so that a test can take its place.

pub(super) use std::sync::atomic::{AtomicUsize, Ordering};
pub(super) use std::sync::mpsc::{Receiver, Sender, channel};
pub(super) use std::sync::{Arc, Condvar, Mutex, MutexGuard, RwLock};
pub(super) use std::thread::{Builder, JoinHandle};

/// How many requests are decided before they are handed on to be kept, while more are waiting and the disk has nothing to
/// do.
pub(super) const AT_ONCE: usize = 64;
/// How many are while it is at work.
pub(super) const MOST_AT_ONCE: usize = 256;
/// After how many answers readers get the office as it stands, of which each page is copied that is written next. Until then
/// whoever looks brings it forward by the answers since, at a microsecond for each of many.
pub(super) const SHOWN_EVERY: usize = 4_000;
/// The most requests that are kept with one commit, which is whatever was handed on while the one before was
/// brought to the disk: the bound keeps the first of a crowd from waiting for the last.
pub(super) const MOST_IN_GROUP: usize = 1_000;
/// How often the decisions may be ahead of the disk before they wait for it.
pub(super) const MOST_AHEAD: usize = 32;
