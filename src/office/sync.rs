//! Synchronisation: what the shared office waits and sends with, and how it groups, named once so that a test can take its place.

pub(super) use std::sync::atomic::{AtomicUsize, Ordering};
pub(super) use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
pub(super) use std::sync::{Arc, Mutex, MutexGuard, RwLock};
pub(super) use std::thread::{Builder, JoinHandle};

/// The most requests that are kept with one commit. A group is whatever is decided while the one before is brought
/// to the disk, so a lone request never waits for company; the bound keeps the first of a crowd from waiting for
/// the last.
pub(super) const MOST_IN_GROUP: usize = 1_000;
/// As long as so few are decided and more are waiting, a disk with nothing to do waits for them: a commit costs
/// as much as some ten of them.
pub(super) const FEW_IN_GROUP: usize = 64;
