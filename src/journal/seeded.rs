//! Seeded bugs: faults put in on purpose, one at a time, to show that a net catches each. Never there in a release.

/// A bug that can be put in.
#[cfg_attr(not(feature = "seeded-bugs"), expect(unreachable_pub, reason = "public where it can be put in"))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bug {
    /// An answer leaves before the disk has it.
    #[cfg(feature = "sqlite")]
    AckBeforeSync,
    /// A log without its last line is taken for whole.
    TornTailAccepted,
    /// What was answered before the journal was opened is not known by its id.
    IdForgotten,
    /// A snapshot holds the books before the last entry.
    SnapshotOneBehind,
    /// What stood beside a SQLite file is brought into it and not synced there.
    #[cfg(feature = "sqlite")]
    CarriedUnsynced,
}

#[cfg(feature = "seeded-bugs")]
thread_local! {
    static NOW: std::cell::Cell<Option<Bug>> = const { std::cell::Cell::new(None) };
    #[cfg(feature = "sqlite")]
    static CARRIES: std::cell::Cell<Option<usize>> = const { std::cell::Cell::new(None) };
}

/// Lets what stands beside a SQLite file be brought into it after each so many bytes of entries, on the thread that wrote
/// them: no bug, but what a thread of its own does after some megabytes, in an order that comes again. None as ever.
#[cfg(all(feature = "seeded-bugs", feature = "sqlite"))]
pub fn carry_every(bytes: Option<usize>) {
    CARRIES.set(bytes);
}

/// After how many bytes of entries it is brought over here.
#[cfg(all(feature = "seeded-bugs", feature = "sqlite"))]
pub(crate) fn carries_every() -> Option<usize> {
    CARRIES.get()
}

/// After how many bytes of entries it is brought over here: never.
#[cfg(all(not(feature = "seeded-bugs"), feature = "sqlite"))]
pub(crate) const fn carries_every() -> Option<usize> {
    None
}

/// Puts a bug into everything that this thread does, or takes it out again.
#[cfg(feature = "seeded-bugs")]
pub fn seed(bug: Option<Bug>) {
    NOW.set(bug);
}

/// Whether a bug is in.
#[cfg(feature = "seeded-bugs")]
pub(crate) fn has(bug: Bug) -> bool {
    NOW.get() == Some(bug)
}

/// Whether a bug is in: never.
#[cfg(not(feature = "seeded-bugs"))]
pub(crate) const fn has(_: Bug) -> bool {
    false
}
