//! Digests: what a policy set is known by, over all of its files.

use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::PolicySet;
use super::load::{Files, of_set};
use crate::error::{Error, ErrorKind};

impl PolicySet {
    /// Whether these are all the files of the set with this digest, as it was kept somewhere.
    ///
    /// # Errors
    /// If they are not.
    pub fn is_of(known_as: &str, files: impl IntoIterator<Item = (String, Vec<u8>)>) -> Result<(), Error> {
        if *digest(&of_set(files)) == *known_as {
            return Ok(());
        }
        let message = format!("the policies kept as `{known_as}` are not what was kept");
        let zh = format!("留存为 `{known_as}` 的政策已非原文");
        Err(Error::new(ErrorKind::Journal, message).in_chinese(zh))
    }
}

/// SHA-256 over paths and bytes, in the order of the paths.
pub(super) fn digest(files: &Files) -> Arc<str> {
    let mut sum = Sha256::new();
    for (path, bytes) in files {
        sum.update((path.len() as u64).to_be_bytes());
        sum.update(path.as_bytes());
        sum.update((bytes.len() as u64).to_be_bytes());
        sum.update(bytes);
    }
    let mut text = String::with_capacity(64);
    for byte in sum.finalize() {
        use std::fmt::Write;
        // Writing to a text cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text.into()
}
