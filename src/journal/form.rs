//! The stored form: entries and opening books as JSON and back.

use super::store::{Record, journal};
use crate::decision::Entry;
use crate::error::{Error, ErrorKind};
use crate::model::Opening;

/// Opening books as they are stored. Equal books have equal texts.
///
/// # Errors
/// Never for books that a charter holds.
pub fn write_opening(opening: &Opening) -> Result<String, Error> {
    serde_json::to_string(opening).map_err(|cause| unwritable("the opening books", &cause))
}

/// Opening books from their stored form.
///
/// # Errors
/// If the text is none.
pub fn read_opening(text: &str) -> Result<Opening, Error> {
    serde_json::from_str(text)
        .map_err(|cause| journal(format!("the opening books in the journal cannot be read: {cause}")))
}

/// An entry as it is stored.
pub(super) fn write_entry(entry: &Entry) -> Result<String, Error> {
    serde_json::to_string(entry).map_err(|cause| unwritable(&format!("entry {}", entry.number()), &cause))
}

/// The entry of a record.
///
/// # Errors
/// If the body is no entry, or the entry has another number than its record.
pub fn read_entry(record: &Record) -> Result<Entry, Error> {
    let number = record.number;
    let entry: Entry = serde_json::from_str(&record.body)
        .map_err(|cause| journal(format!("entry {number} cannot be read: {cause}")))?;
    if entry.number() == number {
        Ok(entry)
    } else {
        Err(journal(format!("entry {number} calls itself entry {}", entry.number())))
    }
}

fn unwritable(what: &str, cause: &serde_json::Error) -> Error {
    Error::new(ErrorKind::Internal, format!("{what} cannot be written as JSON: {cause}"))
}
