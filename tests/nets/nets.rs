//! Nets: what a failing disk, a power cut, or threads in any order may do to a journal; each is shown to catch.

mod power;
mod seeded;
mod threads;

/// The shared office's own source, with other threads, locks and channels than the system's.
#[path = "../../src/office"]
mod office {
    #[allow(dead_code, unreachable_pub, reason = "a part of another package")]
    mod outgoing;
    #[allow(dead_code, unreachable_pub, reason = "a part of another package")]
    mod reply;
    #[allow(dead_code, unreachable_pub, reason = "a part of another package")]
    mod shared;
    #[allow(dead_code, unreachable_pub, reason = "a part of another package")]
    mod shown;

    /// What `src/office/sync.rs` names, from shuttle.
    mod sync {
        pub(super) use shuttle::sync::atomic::{AtomicUsize, Ordering};
        pub(super) use shuttle::sync::mpsc::{Receiver, Sender, channel};
        pub(super) use shuttle::sync::{Arc, Condvar, Mutex, MutexGuard, RwLock};
        pub(super) use shuttle::thread::{Builder, JoinHandle};

        // So small that a few requests make groups that overtake each other, if they can.
        pub(super) const AT_ONCE: usize = 1;
        pub(super) const MOST_AT_ONCE: usize = 2;
        pub(super) const SHOWN_EVERY: usize = 5;
        pub(super) const MOST_IN_GROUP: usize = 3;
        pub(super) const MOST_AHEAD: usize = 2;
    }

    use bianzhi::Office;
    use bianzhi::office::Unkept;
    pub(crate) use shared::{SharedOffice, Waiting};
}

mod decision {
    pub(crate) use bianzhi::Decision;
}
mod error {
    pub(crate) use bianzhi::{Error, ErrorKind};
}
mod policy {
    pub(crate) use bianzhi::policy::PolicySet;
}
mod request {
    pub(crate) use bianzhi::Request;
}
