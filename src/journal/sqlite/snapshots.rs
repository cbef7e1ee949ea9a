//! Snapshots in a SQLite file: a table of their own, in which the newest few stand.

use rusqlite::{Connection, OptionalExtension, Row, TransactionBehavior, params};

use super::super::snapshot::Snapshot;
use super::super::store::{Digest, Head};
use super::has_table;
use super::tables::{self, Tables};
use crate::error::Error;

/// The table, which files of the first builds do not have.
pub(super) const SCHEMA: &str = include_str!("snapshot.sql");

/// How many snapshots of a stream stay. A few, so that an earlier day is near one; all of them would soon be
/// larger than the entries.
const STAY: u32 = 8;

/// Behind how many records snapshots stand.
pub(super) fn places(connection: &Connection, stream: &str) -> rusqlite::Result<Vec<u64>> {
    if !has_table(connection, "snapshot")? {
        return Ok(Vec::new());
    }
    let mut statement =
        connection.prepare_cached("SELECT records FROM snapshot WHERE stream = ?1 ORDER BY records")?;
    statement.query_map([stream], |row| row.get(0))?.collect()
}

/// The snapshot behind so many records.
pub(super) fn read(
    connection: &Connection,
    stream: &str,
    records: u64,
) -> rusqlite::Result<Option<Result<Snapshot, Error>>> {
    if !has_table(connection, "snapshot")? {
        return Ok(None);
    }
    let query = "SELECT format, hash, digest, body FROM snapshot WHERE stream = ?1 AND records = ?2";
    let read = |row: &Row<'_>| -> rusqlite::Result<_> {
        let (format, body): (u32, String) = (row.get(0)?, row.get(3)?);
        let (hash, digest): (String, String) = (row.get(1)?, row.get(2)?);
        Ok(hash.parse().and_then(|hash: Digest| {
            Ok(Snapshot { format, head: Head { records, hash }, digest: digest.parse()?, body })
        }))
    };
    connection.query_row(query, params![stream, records], read).optional()
}

/// Keeps a snapshot if its head stands in the chain; `false` if it does not.
pub(super) fn keep(
    connection: &mut Connection,
    tables: &'static Tables,
    stream: &str,
    snapshot: &Snapshot,
) -> rusqlite::Result<bool> {
    let Head { records, hash } = snapshot.head;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let tables = tables.of_stream(&transaction, stream)?;
    let before = transaction
        .prepare_cached(tables.before)?
        .query_row(params![stream, records], |row| tables::hash(row, 0))
        .optional()?;
    if !before.is_some_and(|before| before.is_ok_and(|before| before == hash)) {
        return Ok(false);
    }
    let Snapshot { format, digest, body, .. } = snapshot;
    transaction.execute(
        "INSERT OR REPLACE INTO snapshot (stream, records, format, hash, digest, body)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![stream, records, format, hash.to_string(), digest.to_string(), body],
    )?;
    transaction.execute(
        "DELETE FROM snapshot WHERE stream = ?1 AND records NOT IN
         (SELECT records FROM snapshot WHERE stream = ?1 ORDER BY records DESC LIMIT ?2)",
        params![stream, STAY],
    )?;
    tables.note_ids(&transaction, stream, records)?;
    transaction.commit()?;
    Ok(true)
}
