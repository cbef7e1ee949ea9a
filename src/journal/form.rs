//! The stored form: entries and opening books as JSON and back.

use std::io::{self, Write};

use serde::{Deserialize, Serialize};

use super::brief::{self, Lists};
use super::people::{New, People, PersonRow};
use super::quick;
use super::shelf::Shelf;
use super::store::{Digest, Header, Record, journal};
use crate::decision::Entry;
use crate::error::{Error, ErrorKind};
use crate::model::Opening;

/// Opening books as they are stored where people are not kept apart. Equal books have equal texts.
///
/// # Errors
/// Never for books that a charter holds.
pub fn write_opening(opening: &Opening) -> Result<String, Error> {
    serde_json::to_string(opening).map_err(|cause| unwritable("the opening books", &cause))
}

/// Opening books from their stored form; where people are kept apart, with references in their place.
///
/// # Errors
/// If the text is none.
pub fn read_opening(text: &str) -> Result<Opening, Error> {
    serde_json::from_str(text).map_err(|cause| {
        journal(format!("the opening books in the journal cannot be read: {cause}"))
            .in_chinese(format!("日志中的期初账无法读取：{cause}"))
    })
}

/// What a store keeps in one value: SQLite takes 1,000,000,000 bytes a row, PostgreSQL a little more a field. The rest of
/// the row has room beside it.
const MOST_BYTES: usize = 999_000_000;

/// The stored form of opening books, unless it is longer than so many bytes: then no more of it is made.
fn write_within(opening: &Opening, most: usize) -> Result<String, Error> {
    let mut bounded = Bounded { bytes: Vec::new(), most };
    match serde_json::to_writer(&mut bounded, opening) {
        Ok(()) => String::from_utf8(bounded.bytes)
            .map_err(|cause| journal(format!("the opening books are no text: {cause}"))),
        Err(cause) if !cause.is_io() => Err(unwritable("the opening books", &cause)),
        Err(_) => Err(journal(format!(
            "the opening books take more than {most} bytes as one text, and a store keeps no longer one; \
             nothing was written. Fewer named people make them shorter"
        ))
        .in_chinese(format!(
            "期初账写成一段文字超过 {most} 字节，日志存不下；什么都没有写入。实名人员少些，期初账就短些"
        ))),
    }
}

/// Bytes up to so many.
struct Bounded {
    bytes: Vec<u8>,
    most: usize,
}

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if bytes.len() > self.most.saturating_sub(self.bytes.len()) {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The header of a new stream with these opening books, and its people if they are kept apart.
///
/// # Errors
/// If the books are longer than a store keeps: before anything is written.
pub(crate) fn new_header(shelf: &Shelf, opening: &Opening) -> Result<(Header, Vec<PersonRow>), Error> {
    let store = shelf.read();
    let mut people = shelf.people_mut();
    if !people.are_apart() {
        return Ok((Header::new(store.stream(), write_within(opening, MOST_BYTES)?), Vec::new()));
    }
    let mut rows = Vec::new();
    let mut opening = opening.clone();
    people.hide_opening(&mut opening, &mut New { rows: &mut rows, salt: &|| store.salt() })?;
    Ok((Header::new(store.stream(), write_within(&opening, MOST_BYTES)?).with_people_apart(), rows))
}

/// The opening books of a header with its people, and whether any of them was erased.
pub(crate) fn opening_of(header: &Header, shelf: &Shelf) -> Result<(Opening, bool), Error> {
    let mut opening = read_opening(&header.charter)?;
    let people = shelf.people();
    let erased = people.are_apart() && people.show_opening(&mut opening)?;
    Ok((opening, erased))
}

/// Writes an entry as it is stored, behind what is there: in brief if there are lists to do so, else in full.
pub(super) fn write_entry(
    entry: &Entry,
    lists: Option<&mut Lists>,
    people: &mut People,
    new: &mut New<'_>,
    to: &mut String,
) -> Result<(), Error> {
    let unwritable = |cause| unwritable(&format!("entry {}", entry.number()), &cause);
    let begin = to.len();
    if !lists.is_some_and(|lists| brief::write(entry, lists, to)) {
        quick::full(entry, to).map_err(unwritable)?;
    }
    if people.are_apart() {
        let mut value = serde_json::from_str(to.get(begin..).unwrap_or_default()).map_err(unwritable)?;
        people.hide(&mut value, new)?;
        to.truncate(begin);
        to.push_str(&serde_json::to_string(&value).map_err(unwritable)?);
    }
    Ok(())
}

/// The entry of a record of a stream that does not keep people apart.
///
/// # Errors
/// If the body is no entry, or the entry has another number than its record.
pub fn read_entry(record: &Record) -> Result<Entry, Error> {
    read_entry_with(record, &People::inside())
}

/// The entry of a record, with its people.
pub(crate) fn read_entry_with(record: &Record, people: &People) -> Result<Entry, Error> {
    let number = record.number;
    let unreadable = |cause| {
        journal(format!("entry {number} cannot be read: {cause}"))
            .in_chinese(format!("第 {number} 条记录无法读取：{cause}"))
    };
    let entry: Entry = if people.are_apart() {
        let mut value = serde_json::from_str(&record.body).map_err(unreadable)?;
        people.show(&mut value).map_err(|error| of_entry(number, &error))?;
        serde_json::from_value(value).map_err(unreadable)?
    } else {
        serde_json::from_str(&record.body).map_err(unreadable)?
    };
    if entry.number() == number {
        Ok(entry)
    } else {
        Err(journal(format!("entry {number} calls itself entry {}", entry.number()))
            .in_chinese(format!("第 {number} 条记录自称第 {} 条", entry.number())))
    }
}

/// What a snapshot holds: the books, and the hashes at the ends of the pages before them.
#[derive(Serialize, Deserialize)]
struct Body<B> {
    marks: Vec<Digest>,
    books: B,
}

/// The body of a snapshot.
pub(crate) fn write_books(marks: &[Digest], books: &impl Serialize) -> Result<String, Error> {
    serde_json::to_string(&Body { marks: marks.to_vec(), books })
        .map_err(|cause| unwritable("the books", &cause))
}

/// The marks and the books of a snapshot's body.
pub(crate) fn read_books<'a, B: Deserialize<'a>>(body: &'a str) -> Result<(Vec<Digest>, B), Error> {
    let Body { marks, books } = serde_json::from_str(body).map_err(|cause| {
        journal(format!("the books in the snapshot cannot be read: {cause}"))
            .in_chinese(format!("账册快照无法读取：{cause}"))
    })?;
    Ok((marks, books))
}

fn unwritable(what: &str, cause: &serde_json::Error) -> Error {
    Error::new(ErrorKind::Internal, format!("{what} cannot be written as JSON: {cause}"))
}

/// What is wrong with an entry.
pub(super) fn of_entry(number: u64, error: &Error) -> Error {
    journal(format!("entry {number}: {error}")).in_chinese(format!("第 {number} 条记录：{}", error.zh()))
}

#[cfg(test)]
mod tests {
    use super::{write_opening, write_within};
    use crate::charter::Charter;

    #[test]
    fn opening_books_longer_than_a_store_keeps_are_refused_in_words() {
        let charter = Charter::load("examples/nanping/charter.yaml").unwrap();
        let whole = write_opening(charter.opening()).unwrap();
        assert_eq!(write_within(charter.opening(), whole.len()).unwrap(), whole);
        let error = write_within(charter.opening(), whole.len() - 1).unwrap_err().to_string();
        assert!(error.contains("take more than") && error.contains("nothing was written"), "{error}");
    }
}
