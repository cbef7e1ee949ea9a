//! The stored form: entries and opening books as JSON and back.

use serde::{Deserialize, Serialize};

use super::store::{Digest, Record, journal};
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

/// What a snapshot holds: the books, and the hashes at the ends of the pages before them.
#[derive(Serialize, Deserialize)]
struct Body<B> {
    marks: Vec<String>,
    books: B,
}

/// The body of a snapshot.
pub(crate) fn write_books(marks: &[Digest], books: &impl Serialize) -> Result<String, Error> {
    let marks = marks.iter().map(ToString::to_string).collect();
    serde_json::to_string(&Body { marks, books }).map_err(|cause| unwritable("the books", &cause))
}

/// The marks and the books of a snapshot's body.
pub(crate) fn read_books<'a, B: Deserialize<'a>>(body: &'a str) -> Result<(Vec<Digest>, B), Error> {
    let Body { marks, books } = serde_json::from_str(body)
        .map_err(|cause| journal(format!("the books in the snapshot cannot be read: {cause}")))?;
    let marks = marks.iter().map(|mark: &String| mark.parse()).collect::<Result<_, _>>()?;
    Ok((marks, books))
}

fn unwritable(what: &str, cause: &serde_json::Error) -> Error {
    Error::new(ErrorKind::Internal, format!("{what} cannot be written as JSON: {cause}"))
}
