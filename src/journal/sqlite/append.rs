//! Appending to a SQLite file: a batch in one transaction, behind the head that its writer expects.

use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, params};

use super::super::store::{Batch, Digest, NewRecord};
use super::known::Known;
use super::people;
use super::tables::{self, Tables};

/// How many records go with one statement, where there are as many.
const TOGETHER: usize = 16;

/// Why a batch was not written.
pub(super) enum Refused {
    /// The stream ends with this record, not where the batch was to go.
    Head(Option<u64>),
    /// This request id is answered already.
    Id(String),
}

/// Writes a batch in one transaction, or says why it does not belong there.
pub(super) fn append(
    connection: &Connection,
    tables: &mut &'static Tables,
    known: &mut Known,
    stream: &str,
    batch: &Batch<'_>,
) -> rusqlite::Result<Result<(), Refused>> {
    let writing = Writing::begin(connection)?;
    *tables = tables.of_stream(connection, stream)?;
    let last: Option<(u64, Option<Digest>, Value)> = connection
        .prepare_cached(tables.last)?
        .query_row([stream], |row| Ok((row.get(0)?, tables::hash(row, 1)?.ok(), row.get(2)?)))
        .optional()?;
    let as_expected = match &last {
        None => batch.expected.records == 0,
        Some((seq, hash, _)) => {
            batch.expected.records == seq.saturating_add(1) && *hash == Some(batch.expected.hash)
        }
    };
    if !as_expected {
        return Ok(Err(Refused::Head(last.map(|(seq, ..)| seq))));
    }
    if let Some(header) = batch.header {
        connection.execute(
            "INSERT INTO stream (stream, format, algorithm, charter_digest, charter) VALUES (?1, ?2, ?3, ?4, ?5)",
            params![stream, header.format, header.algorithm, header.charter_digest.to_string(), header.charter],
        )?;
        *tables = tables.of_stream(connection, stream)?;
    }
    people::add(connection, stream, batch.people)?;
    for (digest, files) in batch.policies {
        let mut insert = connection.prepare_cached(
            "INSERT OR IGNORE INTO policy_file (digest, path, content) VALUES (?1, ?2, ?3)",
        )?;
        for (path, content) in files {
            insert.execute(params![digest, path, content])?;
        }
    }
    let key = last.map_or_else(|| tables.key(connection, stream), |(.., key)| Ok(key))?;
    let mut ids = known.ids(connection, tables, stream, batch.expected.records)?;
    if let Some(ids) = &mut ids {
        // All of them before any is written: the memory they are noted in is far away, and looked for side by side.
        for (place, record) in batch.records.iter().enumerate() {
            if let Some(id) = record.request_id
                && !ids.note(id, batch.records.get(..place).unwrap_or_default())?
            {
                return Ok(Err(Refused::Id(id.to_owned())));
            }
        }
    }
    insert(connection, tables, &key, batch.records)?;
    writing.commit()?;
    if let Some(ids) = ids {
        ids.are_kept(batch.records.len());
    }
    Ok(Ok(()))
}

/// Writes records behind those of their stream, which has this key.
fn insert(
    connection: &Connection,
    tables: &Tables,
    key: &Value,
    records: &[NewRecord<'_>],
) -> rusqlite::Result<()> {
    let together = records.chunks_exact(TOGETHER);
    let alone = together.remainder().chunks(1);
    for (rows, groups) in [(TOGETHER, together.collect()), (1, alone.collect::<Vec<_>>())] {
        if groups.is_empty() {
            continue;
        }
        let mut insert = connection.prepare_cached(&tables.insert(rows))?;
        for records in groups {
            insert.raw_bind_parameter(1, key)?;
            for (place, record) in (2_usize..).step_by(4).zip(records) {
                let [id, body, hash] = [1, 2, 3].map(|behind| place.saturating_add(behind));
                insert.raw_bind_parameter(place, record.number)?;
                insert.raw_bind_parameter(id, record.request_id)?;
                insert.raw_bind_parameter(body, record.body)?;
                tables.stored(record.hash, |bytes| insert.raw_bind_parameter(hash, bytes))?;
            }
            insert.raw_execute()?;
        }
    }
    Ok(())
}

/// A transaction that comes to nothing unless it is committed. Its statements are kept from one to the next, which
/// somebody who writes one entry at a time would notice.
struct Writing<'a>(&'a Connection);

impl<'a> Writing<'a> {
    fn begin(connection: &'a Connection) -> rusqlite::Result<Self> {
        connection.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
        Ok(Self(connection))
    }

    fn commit(self) -> rusqlite::Result<()> {
        self.0.prepare_cached("COMMIT")?.execute([]).map(drop)
    }
}

impl Drop for Writing<'_> {
    fn drop(&mut self) {
        // What cannot be taken back now is when the file is opened the next time.
        if !self.0.is_autocommit() {
            let _ = self.0.execute_batch("ROLLBACK");
        }
    }
}
