//! Tables: how each version of a file holds its records, and the statements that write and read them there.

use rusqlite::types::{Value, ValueRef};
use rusqlite::{Connection, OptionalExtension, Row, ToSql, params};

use super::super::form::of_entry;
use super::super::store::{Digest, Record, journal};
use crate::error::Error;

/// The version of a new file's tables.
pub(super) const FILE: u32 = 3;

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
    answered: &'static str,
    /// Where a record goes: the table, and what of it is written. The stream's key, if that is, stands first.
    columns: &'static str,
    /// Where the ids are not noted as records come.
    later: Option<Later>,
    /// Where the file's first stream has a table of its own, the statements for it.
    first: Option<&'static Self>,
}

/// Statements of a table of ids that is brought up to date with each snapshot.
#[derive(Debug)]
struct Later {
    /// Before which record all ids are noted.
    until: &'static str,
    /// The number of the answer to a request id `?2`, from the record `?3` on.
    behind: &'static str,
    /// The ids of the records from the number `?2` on.
    from: &'static str,
    /// Notes the ids of the records before `?2` that are not noted yet.
    note: &'static str,
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
    columns: "entry (stream, seq, request_id, body, hash)",
    later: None,
    first: None,
};

/// Rows have nothing but what the chain covers; `entry` is a view of them.
const SECOND: Tables = Tables {
    key: KEY,
    digits: false,
    read: "SELECT seq, request_id, body, hash FROM record
           WHERE stream = (SELECT number FROM stream WHERE stream = ?1) AND seq >= ?2 AND seq < ?3 ORDER BY seq",
    last: "SELECT seq, hash, stream FROM record
           WHERE stream = (SELECT number FROM stream WHERE stream = ?1) ORDER BY seq DESC LIMIT 1",
    before: "SELECT hash FROM record
             WHERE stream = (SELECT number FROM stream WHERE stream = ?1) AND seq = ?2 - 1",
    answered: "SELECT seq FROM record
               WHERE stream = (SELECT number FROM stream WHERE stream = ?1) AND request_id = ?2",
    columns: "record (stream, seq, request_id, body, hash)",
    later: None,
    first: None,
};

/// The first stream's records stand by their numbers, those of others in one table; ids are noted with snapshots.
const THIRD: Tables = Tables {
    key: KEY,
    digits: false,
    read: "SELECT seq, request_id, body, hash FROM record_of_others
           WHERE stream = (SELECT number FROM stream WHERE stream = ?1) AND seq >= ?2 AND seq < ?3 ORDER BY seq",
    last: "SELECT seq, hash, stream FROM record_of_others
           WHERE stream = (SELECT number FROM stream WHERE stream = ?1) ORDER BY seq DESC LIMIT 1",
    before: "SELECT hash FROM record_of_others
             WHERE stream = (SELECT number FROM stream WHERE stream = ?1) AND seq = ?2 - 1",
    answered: ANSWERED,
    columns: "record_of_others (stream, seq, request_id, body, hash)",
    later: Some(Later {
        until: UNTIL,
        behind: "SELECT seq FROM record_of_others
                 WHERE stream = (SELECT number FROM stream WHERE stream = ?1) AND request_id = ?2 AND seq >= ?3",
        from: "SELECT request_id FROM record_of_others
               WHERE stream = (SELECT number FROM stream WHERE stream = ?1) AND seq >= ?2 AND request_id IS NOT NULL",
        note: "INSERT INTO answered (stream, request_id, seq)
               SELECT s.number, r.request_id, r.seq FROM stream s JOIN record_of_others r
               ON r.stream = s.number AND r.seq >= s.answered AND r.seq < ?2
               WHERE s.stream = ?1 AND r.request_id IS NOT NULL ORDER BY r.request_id",
    }),
    first: Some(&THIRD_ALONE),
};

/// The same for the file's first stream, which is number 1.
const THIRD_ALONE: Tables = Tables {
    key: KEY,
    digits: false,
    read: "SELECT seq, request_id, body, hash FROM record WHERE seq >= ?2 AND seq < ?3 ORDER BY seq",
    last: "SELECT seq, hash, 1 FROM record WHERE ?1 IS NOT NULL ORDER BY seq DESC LIMIT 1",
    before: "SELECT hash FROM record WHERE seq = ?2 - 1",
    answered: ANSWERED,
    columns: "record (seq, request_id, body, hash)",
    later: Some(Later {
        until: UNTIL,
        behind: "SELECT seq FROM record WHERE request_id = ?2 AND seq >= ?3",
        from: "SELECT request_id FROM record WHERE seq >= ?2 AND request_id IS NOT NULL",
        note: "INSERT INTO answered (stream, request_id, seq)
               SELECT s.number, r.request_id, r.seq FROM stream s JOIN record r
               ON r.seq >= s.answered AND r.seq < ?2
               WHERE s.stream = ?1 AND r.request_id IS NOT NULL ORDER BY r.request_id",
    }),
    first: None,
};

const KEY: &str = "SELECT number FROM stream WHERE stream = ?1";
const UNTIL: &str = "SELECT answered FROM stream WHERE stream = ?1";
const ANSWERED: &str = "SELECT seq FROM answered
                        WHERE stream = (SELECT number FROM stream WHERE stream = ?1) AND request_id = ?2";

impl Tables {
    /// The tables of a file of this version; none if no build has made such a file yet.
    pub(super) fn of(version: i64) -> Option<&'static Self> {
        match version {
            1 => Some(&FIRST),
            2 => Some(&SECOND),
            3 => Some(&THIRD),
            _ => None,
        }
    }

    /// The tables in which a stream stands, or will.
    pub(super) fn of_stream(
        &'static self,
        connection: &Connection,
        stream: &str,
    ) -> rusqlite::Result<&'static Self> {
        let Some(first) = self.first else { return Ok(self) };
        let number: Option<i64> =
            connection.prepare_cached(KEY)?.query_row([stream], |row| row.get(0)).optional()?;
        Ok(if number == Some(1) { first } else { self })
    }

    /// What a row calls a stream that begins.
    pub(super) fn key(&self, connection: &Connection, stream: &str) -> rusqlite::Result<Value> {
        connection.prepare_cached(self.key)?.query_row([stream], |row| row.get(0))
    }

    /// Writes so many records: `?1` is the stream's key, and each record has the next four.
    pub(super) fn insert(&self, records: usize) -> String {
        let key = if self.columns.contains("(stream,") { "?1, " } else { "" };
        let rows = (0..records).map(|record| {
            let [number, id, body, hash] =
                [2_usize, 3, 4, 5].map(|of| record.saturating_mul(4).saturating_add(of));
            format!("({key}?{number}, ?{id}, ?{body}, ?{hash})")
        });
        format!("INSERT INTO {} VALUES {}", self.columns, rows.collect::<Vec<_>>().join(", "))
    }

    /// Hands a hash over as a row holds it.
    pub(super) fn stored<T>(&self, hash: Digest, to: impl FnOnce(&dyn ToSql) -> T) -> T {
        if self.digits { to(&hash.to_string()) } else { to(&hash.bytes().as_slice()) }
    }

    /// The number of the answer to a request id. Records from a number on need not be looked at.
    pub(super) fn answered(
        &self,
        connection: &Connection,
        stream: &str,
        request_id: &str,
        before: u64,
    ) -> rusqlite::Result<Option<u64>> {
        let mut noted = connection.prepare_cached(self.answered)?;
        let found = noted.query_row([stream, request_id], |row| row.get(0)).optional()?;
        let (None, Some(later)) = (found, &self.later) else { return Ok(found) };
        match self.noted_until(connection, stream)? {
            Some(until) if until < before => {
                let mut behind = connection.prepare_cached(later.behind)?;
                behind.query_row(params![stream, request_id, until], |row| row.get(0)).optional()
            }
            Some(_) | None => Ok(None),
        }
    }

    /// Before which record of a stream all ids stand in the table of ids; none where they are noted as they come.
    pub(super) fn noted_until(&self, connection: &Connection, stream: &str) -> rusqlite::Result<Option<u64>> {
        let Some(later) = &self.later else { return Ok(None) };
        let until =
            connection.prepare_cached(later.until)?.query_row([stream], |row| row.get(0)).optional()?;
        Ok(Some(until.unwrap_or(0)))
    }

    /// The ids of all records from a number on.
    pub(super) fn ids_from(
        &self,
        connection: &Connection,
        stream: &str,
        from: u64,
        mut each: impl FnMut(&str),
    ) -> rusqlite::Result<()> {
        let Some(later) = &self.later else { return Ok(()) };
        let mut statement = connection.prepare_cached(later.from)?;
        let mut rows = statement.query(params![stream, from])?;
        while let Some(row) = rows.next()? {
            each(row.get_ref(0)?.as_str()?);
        }
        Ok(())
    }

    /// Notes the ids of all records before this number, where that is not done as they come.
    pub(super) fn note_ids(
        &self,
        connection: &Connection,
        stream: &str,
        before: u64,
    ) -> rusqlite::Result<()> {
        let Some(later) = &self.later else { return Ok(()) };
        connection.prepare_cached(later.note)?.execute(params![stream, before])?;
        let noted = "UPDATE stream SET answered = ?2 WHERE stream = ?1 AND answered < ?2";
        connection.prepare_cached(noted)?.execute(params![stream, before]).map(drop)
    }

    /// How many ids stand in the table of ids and are not a record's, or are missing there.
    pub(super) fn wrong_ids(&self, connection: &Connection) -> rusqlite::Result<u64> {
        if self.later.is_none() {
            return Ok(0);
        }
        let query = "WITH noted AS (
              SELECT s.stream, a.request_id, a.seq FROM answered a LEFT JOIN stream s ON s.number = a.stream),
            due AS (
              SELECT r.stream, r.request_id, r.seq FROM every_record r JOIN stream s USING (stream)
              WHERE r.request_id IS NOT NULL AND r.seq < s.answered)
            SELECT (SELECT count(*) FROM (SELECT * FROM noted EXCEPT SELECT * FROM due))
              + (SELECT count(*) FROM (SELECT * FROM due EXCEPT SELECT * FROM noted))";
        connection.query_row(query, [], |row| row.get(0))
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
