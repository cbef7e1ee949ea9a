//! Views: whether a file's are those that this version writes; auditors ask them, and the chain does not cover them.

use std::collections::BTreeMap;

use rusqlite::Connection;

use super::tables::FILE;

/// A view of the file that is not as this version writes it, or anything that acts by itself when records are written.
/// Views that were added by somebody are theirs. A file of an earlier version keeps the views that it began with.
pub(super) fn changed(connection: &Connection) -> rusqlite::Result<Option<String>> {
    let trigger = "SELECT min(name) FROM sqlite_schema WHERE type = 'trigger'";
    if let Some(name) = connection.query_row(trigger, [], |row| row.get::<_, Option<String>>(0))? {
        return Ok(Some(name));
    }
    let version: u32 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    if version != FILE {
        return Ok(None);
    }
    let new = Connection::open_in_memory()?;
    new.execute_batch(super::SCHEMA)?;
    let (ours, here) = (views(&new)?, views(connection)?);
    Ok(ours.into_iter().find(|(name, text)| here.get(name) != Some(text)).map(|(name, _)| name))
}

fn views(connection: &Connection) -> rusqlite::Result<BTreeMap<String, String>> {
    let query = "SELECT name, sql FROM sqlite_schema WHERE type = 'view'";
    connection.prepare(query)?.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
}
