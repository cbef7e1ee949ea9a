//! Synchronisation: what the shared office waits and sends with, named once so that a test can take its place.

pub(super) use std::sync::atomic::{AtomicUsize, Ordering};
pub(super) use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
pub(super) use std::sync::{Arc, Mutex, RwLock};
pub(super) use std::thread::{Builder, JoinHandle};
