//! People in a SQLite file: a table of their own, whose keys can be erased to the last byte.

use rusqlite::{Connection, params};

use super::super::people::{PersonRow, Salt};

/// The table, which files of the first builds do not have.
pub(super) const SCHEMA: &str = include_str!("person.sql");

/// A salt from SQLite's own source, which the system seeds.
pub(super) fn salt(connection: &Connection) -> rusqlite::Result<Salt> {
    connection.query_row("SELECT randomblob(32)", [], |row| row.get(0))
}

/// Everyone of a stream.
pub(super) fn read(connection: &Connection, stream: &str) -> rusqlite::Result<Vec<PersonRow>> {
    let mut statement =
        connection.prepare("SELECT reference, salt, key FROM person WHERE stream = ?1 ORDER BY reference")?;
    let person = |row: &rusqlite::Row<'_>| {
        let (salt, key): (Option<Salt>, Option<String>) = (row.get(1)?, row.get(2)?);
        Ok(PersonRow { reference: row.get(0)?, kept: salt.zip(key) })
    };
    statement.query_map([stream], person)?.collect()
}

/// Adds people to a stream, within a transaction.
pub(super) fn add(connection: &Connection, stream: &str, people: &[PersonRow]) -> rusqlite::Result<()> {
    if people.is_empty() {
        return Ok(());
    }
    let mut insert = connection
        .prepare_cached("INSERT INTO person (stream, reference, salt, key) VALUES (?1, ?2, ?3, ?4)")?;
    for PersonRow { reference, kept } in people {
        let (salt, key) = kept.as_ref().map(|(salt, key)| (salt, key)).unzip();
        insert.execute(params![stream, reference, salt, key])?;
    }
    Ok(())
}

/// Erases the keys and salts of these references, the stream's snapshots, and every byte of them that earlier writes left in the file
/// or beside it; `false` if another process keeps such bytes from going.
pub(super) fn erase(
    connection: &mut Connection,
    stream: &str,
    references: &[String],
) -> rusqlite::Result<bool> {
    if !empties(connection)? {
        return Ok(false);
    }
    connection.execute_batch("PRAGMA secure_delete = ON")?;
    let transaction = connection.transaction()?;
    for reference in references {
        let update = "UPDATE person SET salt = NULL, key = NULL WHERE stream = ?1 AND reference = ?2";
        transaction.execute(update, params![stream, reference])?;
    }
    // The books in a snapshot hold texts as they were said, and can be kept anew.
    transaction.execute("DELETE FROM snapshot WHERE stream = ?1", [stream])?;
    transaction.commit()?;
    // Pages that were split or given up before may hold copies: the file is written anew without them.
    connection.execute_batch("VACUUM")?;
    empties(connection)
}

/// Brings everything out of the file beside this one and empties it; `false` if somebody still reads it.
fn empties(connection: &Connection) -> rusqlite::Result<bool> {
    let busy: i64 = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
    Ok(busy == 0)
}
