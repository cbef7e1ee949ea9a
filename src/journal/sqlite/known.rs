//! Known ids: what keeps a request id from being answered twice in a file whose table of ids is behind its records.

use std::collections::HashSet;
use std::hash::BuildHasher;

use foldhash::quality::RandomState;
use rusqlite::Connection;

use super::super::store::NewRecord;
use super::tables::Tables;

/// The ids of the records that the file's table of ids does not have yet, eight bytes for each: their hashes. Two ids with
/// one hash are told apart in the file.
#[derive(Debug, Default)]
pub(super) struct Known(Option<Hashes>);

#[derive(Debug, Default)]
struct Hashes {
    hasher: RandomState,
    ids: HashSet<u64, RandomState>,
    /// How many records there are.
    records: u64,
    /// Before which record all ids stand in the table.
    until: u64,
}

/// The ids of a batch that is being written. Dropped before it is kept, nothing is known any more.
pub(super) struct Ids<'a> {
    hashes: Hashes,
    known: &'a mut Known,
    connection: &'a Connection,
    tables: &'static Tables,
    stream: &'a str,
}

impl Known {
    /// The ids behind which a batch goes, read from the file unless they are known; none where the file's own index
    /// sees to it.
    pub(super) fn ids<'a>(
        &'a mut self,
        connection: &'a Connection,
        tables: &'static Tables,
        stream: &'a str,
        records: u64,
    ) -> rusqlite::Result<Option<Ids<'a>>> {
        let Some(until) = tables.noted_until(connection, stream)? else { return Ok(None) };
        let as_left = self.0.take().filter(|hashes| (hashes.records, hashes.until) == (records, until));
        let hashes = as_left.map_or_else(|| Hashes::read(connection, tables, stream, records, until), Ok)?;
        Ok(Some(Ids { hashes, known: self, connection, tables, stream }))
    }
}

impl Hashes {
    fn read(
        connection: &Connection,
        tables: &Tables,
        stream: &str,
        records: u64,
        until: u64,
    ) -> rusqlite::Result<Self> {
        let mut hashes = Self { records, until, ..Self::default() };
        let Self { hasher, ids, .. } = &mut hashes;
        tables.ids_from(connection, stream, until, |id| {
            ids.insert(hasher.hash_one(id));
        })?;
        Ok(hashes)
    }
}

impl Ids<'_> {
    /// Notes an id, and says whether no record answers it yet: none in the file, and none of those before it in the batch.
    pub(super) fn note(&mut self, id: &str, before: &[NewRecord<'_>]) -> rusqlite::Result<bool> {
        let is_new = self.hashes.ids.insert(self.hashes.hasher.hash_one(id));
        if is_new && self.hashes.until == 0 {
            return Ok(true);
        }
        if !is_new && before.iter().any(|record| record.request_id == Some(id)) {
            return Ok(false);
        }
        let until = if is_new { self.hashes.until } else { u64::MAX };
        Ok(self.tables.answered(self.connection, self.stream, id, until)?.is_none())
    }

    /// The batch of so many records is kept.
    pub(super) fn are_kept(mut self, records: usize) {
        self.hashes.records = self.hashes.records.saturating_add(records as u64);
        self.known.0 = Some(self.hashes);
    }
}
