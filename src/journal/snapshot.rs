//! Snapshots: the books behind an entry, kept beside the chain so that opening need not replay all of it.

use super::store::{Digest, Head, Sum, journal};
use crate::error::Error;

/// The version of the snapshots that this build writes. It reads this one only: a snapshot can always be
/// taken anew.
pub const SNAPSHOT_FORMAT: u32 = 1;

/// The books as they stood behind a head.
///
/// A snapshot is a cache and never more: the chain says what happened. It is bound to the chain by the head
/// that it stands behind, and its digest covers that head and every byte of the books.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// The version of the form.
    pub format: u32,
    /// What it stands behind.
    pub head: Head,
    /// SHA-256 over all the rest.
    pub digest: Digest,
    /// The books, as JSON.
    pub body: String,
}

impl Snapshot {
    /// The snapshot of these books behind this head.
    pub fn new(head: Head, body: String) -> Self {
        let digest = digest(SNAPSHOT_FORMAT, head, &body);
        Self { format: SNAPSHOT_FORMAT, head, digest, body }
    }

    /// Whether this build can read it, and it is what was written.
    ///
    /// # Errors
    /// What does not fit.
    pub fn check(&self) -> Result<(), Error> {
        let Self { format, head, .. } = self;
        let records = head.records;
        if *format != SNAPSHOT_FORMAT {
            return Err(journal(format!(
                "the snapshot behind {records} entries has format {format}; this version reads {SNAPSHOT_FORMAT}"
            )).in_chinese(format!("{records} 条记录之后的账册快照格式为 {format}；本版本读 {SNAPSHOT_FORMAT}")));
        }
        if self.digest != digest(*format, *head, &self.body) {
            return Err(journal(format!("the snapshot behind {records} entries is not what was written"))
                .in_chinese(format!("{records} 条记录之后的账册快照已非原文")));
        }
        Ok(())
    }
}

fn digest(format: u32, head: Head, body: &str) -> Digest {
    let mut sum = Sum::default();
    sum.add(b"bianzhi snapshot");
    sum.add(&format.to_be_bytes());
    sum.add(head.to_string().as_bytes());
    sum.add(body.as_bytes());
    sum.end()
}
