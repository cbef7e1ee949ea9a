//! Tables: how each version of a file holds its records, and the statements that write and read them there.

use rusqlite::types::{Value, ValueRef};
use rusqlite::{Connection, Row};

use super::super::form::of_entry;
use super::super::store::{Digest, Record, journal};
use crate::error::Error;

/// The statements of a version. In each of them `?1` is the stream, in [`Tables::insert`] its key.
#[derive(Debug)]
pub(super) struct Tables {
    key: &'static str,
    /// Whether a hash is kept as 64 digits, not as 32 bytes.
    digits: bool,
    /// Number, request id, body and hash from the number `?2` to before `?3`.
    pub(super) read: &'static str,
    /// Number and hash of the last record, and the stream's key.
    pub(super) last: &'static str,
    /// The hash of the record before the number `?2`.
    pub(super) before: &'static str,
    /// The number of the answer to a request id `?2`.
    pub(super) answered: &'static str,
    pub(super) insert: &'static str,
}

/// Every row names its stream, and answers for columns that are read out of its body with each write.
const FIRST: Tables = Tables {
    key: "SELECT stream FROM stream WHERE stream = ?1",
    digits: true,
    read: "SELECT seq, request_id, body, hash FROM entry
           WHERE stream = ?1 AND seq >= ?2 AND seq < ?3 ORDER BY seq",
    last: "SELECT seq, hash, stream FROM entry WHERE stream = ?1 ORDER BY seq DESC LIMIT 1",
    before: "SELECT hash FROM entry WHERE stream = ?1 AND seq = ?2 - 1",
    answered: "SELECT seq FROM entry WHERE stream = ?1 AND request_id = ?2",
    insert: "INSERT INTO entry (stream, seq, request_id, body, hash) VALUES (?1, ?2, ?3, ?4, ?5)",
};

/// Rows have nothing but what the chain covers; `entry` is a view of them.
const SECOND: Tables = Tables {
    key: "SELECT number FROM stream WHERE stream = ?1",
    digits: false,
    read: "SELECT seq, request_id, body, hash FROM record
           WHERE stream = (SELECT number FROM stream WHERE stream = ?1) AND seq >= ?2 AND seq < ?3 ORDER BY seq",
    last: "SELECT seq, hash, stream FROM record
           WHERE stream = (SELECT number FROM stream WHERE stream = ?1) ORDER BY seq DESC LIMIT 1",
    before: "SELECT hash FROM record
             WHERE stream = (SELECT number FROM stream WHERE stream = ?1) AND seq = ?2 - 1",
    answered: "SELECT seq FROM record
               WHERE stream = (SELECT number FROM stream WHERE stream = ?1) AND request_id = ?2",
    insert: "INSERT INTO record (stream, seq, request_id, body, hash) VALUES (?1, ?2, ?3, ?4, ?5)",
};

impl Tables {
    /// The tables of a file of this version; none if no build has made such a file yet.
    pub(super) fn of(version: i64) -> Option<&'static Self> {
        match version {
            1 => Some(&FIRST),
            2 => Some(&SECOND),
            _ => None,
        }
    }

    /// What a row calls a stream that begins.
    pub(super) fn key(&self, connection: &Connection, stream: &str) -> rusqlite::Result<Value> {
        connection.prepare_cached(self.key)?.query_row([stream], |row| row.get(0))
    }

    /// A hash as a row holds it.
    pub(super) fn stored(&self, hash: Digest) -> Value {
        if self.digits { Value::Text(hash.to_string()) } else { Value::Blob(hash.bytes().to_vec()) }
    }
}

/// A row of [`Tables::read`].
pub(super) fn record(row: &Row<'_>) -> rusqlite::Result<Result<Record, Error>> {
    let (number, request_id, body): (u64, _, _) = (row.get(0)?, row.get(1)?, row.get(2)?);
    Ok(match hash(row, 3)? {
        Ok(hash) => Ok(Record { number, request_id, body, hash }),
        Err(error) => Err(of_entry(number, &error)),
    })
}

/// The hash in a column, whichever way it is kept.
pub(super) fn hash(row: &Row<'_>, column: usize) -> rusqlite::Result<Result<Digest, Error>> {
    if let ValueRef::Blob(bytes) = row.get_ref(column)? {
        let wrong = |_| {
            journal(format!("a hash has 32 bytes, and this one {}", bytes.len()))
                .in_chinese(format!("哈希应有 32 字节，此处有 {}", bytes.len()))
        };
        return Ok(<[u8; 32]>::try_from(bytes).map(Digest::from).map_err(wrong));
    }
    Ok(row.get::<_, String>(column)?.parse())
}
