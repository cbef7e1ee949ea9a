//! Told: what SQLite says, for the person at the desk.

use std::path::Path;

use rusqlite::ErrorCode;

use super::super::store::{Batch, Head, journal};
use crate::error::{Error, ErrorKind};

/// Somebody else's entries stand where a batch was to go.
pub(super) fn conflict(path: &Path, batch: &Batch<'_>, found: Option<u64>) -> Error {
    let Head { records, .. } = batch.expected;
    let stands = found.map_or_else(|| "it is empty".to_owned(), |seq| format!("it ends with entry {seq}"));
    journal(format!(
        "another writer uses `{}`: entry {records} was to be written behind what was read, but {stands}; open it again",
        path.display()
    ))
}

/// What SQLite says, for the person at the desk.
pub(super) fn failed(path: &Path, cause: &rusqlite::Error) -> Error {
    let path = path.display();
    let (kind, message) = match cause.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => (ErrorKind::Journal, format!("`{path}` is no journal: {cause}")),
        Some(ErrorCode::DatabaseCorrupt) | None => {
            (ErrorKind::Journal, format!("`{path}` is damaged: {cause}"))
        }
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            (ErrorKind::Io, format!("another process is writing `{path}`: {cause}"))
        }
        Some(ErrorCode::ReadOnly) => (ErrorKind::Io, format!("`{path}` cannot be written: {cause}")),
        Some(ErrorCode::DiskFull) => (ErrorKind::Io, format!("no room is left for `{path}`: {cause}")),
        Some(ErrorCode::ConstraintViolation) => {
            (ErrorKind::Journal, format!("another writer uses `{path}`: {cause}; open it again"))
        }
        Some(_) => (ErrorKind::Io, format!("cannot use `{path}`: {cause}")),
    };
    Error::new(kind, message)
}
