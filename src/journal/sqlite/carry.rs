//! Carrying over: what stands beside the file is brought into it on a thread of its own while more is written.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::{Builder, JoinHandle};

use rusqlite::{Connection, OpenFlags};

use super::super::seeded;

/// After about so many bytes of entries the thread is called.
const CALLED_EVERY: usize = 16_000_000;
/// How many pages stand beside the file before whoever writes one more brings them into it: some 33 MB. They are written over
/// again and again, which takes a disk less than a file that grows.
pub(super) const BESIDE: u32 = 8_000;
/// How many while groups of some size are written: some 98 MB. Little is left then for whoever writes, because the thread was
/// called several times before.
const BESIDE_CROWDS: u32 = 24_000;
/// From how many records on a batch is one of a crowd, and up to how many it is of somebody nearly alone; others change nothing.
const CROWD: usize = 64;
const FEW: usize = 8;

/// Brings pages that stand beside the file into it (SQLite calls this a checkpoint), so that whoever writes seldom has to.
/// Nothing depends on it: SQLite's writer carries over itself what it finds beside the file when that is too much, and what
/// was committed is on the disk either way.
#[derive(Debug)]
pub(super) struct Carrier {
    path: PathBuf,
    /// How many bytes of entries were written since the thread was last called.
    bytes: usize,
    /// How many pages may stand beside the file.
    beside: u32,
    /// None before there was so much to do, or if no thread can be had.
    thread: Option<Carrying>,
}

#[derive(Debug)]
struct Carrying {
    /// None only while it ends.
    calls: Option<SyncSender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Carrier {
    pub(super) fn new(path: &Path) -> Self {
        Self { path: path.to_owned(), bytes: 0, beside: BESIDE, thread: None }
    }

    /// Lets as much stand beside the file as suits whoever writes so many records at once through this connection.
    pub(super) fn make_room(&mut self, connection: &Connection, records: usize) -> rusqlite::Result<()> {
        let beside = match records {
            CROWD.. => BESIDE_CROWDS,
            ..=FEW => BESIDE,
            _ => return Ok(()),
        };
        if beside != self.beside {
            connection.pragma_update(None, "wal_autocheckpoint", beside)?;
            self.beside = beside;
        }
        Ok(())
    }

    /// So many bytes of entries were written.
    pub(super) fn wrote(&mut self, bytes: usize) {
        self.bytes = self.bytes.saturating_add(bytes);
        let here = seeded::carries_every();
        if self.bytes < here.unwrap_or(CALLED_EVERY) {
            return;
        }
        self.bytes = 0;
        if here.is_some() {
            if let Some(connection) = connection(&self.path) {
                carry_over(&connection);
            }
            return;
        }
        if self.thread.is_none() {
            self.thread = Carrying::begin(&self.path);
        }
        if let Some(calls) = self.thread.as_ref().and_then(|thread| thread.calls.as_ref()) {
            // One that was called and has not begun yet need not be called again.
            let _ = calls.try_send(());
        }
    }

    /// Waits for what is being carried over. It begins again with what is written next.
    pub(super) fn rest(&mut self) {
        self.thread = None;
    }
}

impl Carrying {
    fn begin(path: &Path) -> Option<Self> {
        let (calls, inbox) = sync_channel(1);
        let path = path.to_owned();
        let carry = move || {
            let Some(connection) = connection(&path) else { return };
            while inbox.recv().is_ok() {
                carry_over(&connection);
            }
        };
        let thread = Builder::new().name("bianzhi carrier".to_owned()).spawn(carry).ok()?;
        Some(Self { calls: Some(calls), thread: Some(thread) })
    }
}

impl Drop for Carrying {
    fn drop(&mut self) {
        self.calls = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// A connection that carries over; none if the file cannot be had.
fn connection(path: &Path) -> Option<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).ok()?;
    // What is brought into the file is synced there before it may be written over beside it.
    let synced = if seeded::has(seeded::Bug::CarriedUnsynced) { "OFF" } else { "FULL" };
    connection.pragma_update(None, "synchronous", synced).ok()?;
    Some(connection)
}

/// Carries over what nobody needs beside the file any more.
fn carry_over(connection: &Connection) {
    // What fails here fails again where the writer does it, who then says so.
    let _ = connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()));
}

#[cfg(test)]
mod tests {
    use super::super::super::store::{Batch, Head, Header, Record, Store};
    use super::super::SqliteStore;
    use super::*;

    #[test]
    fn crowds_have_more_room_than_somebody_alone() -> Result<(), Box<dyn std::error::Error>> {
        let folder = tempfile::tempdir()?;
        let mut store = SqliteStore::open(folder.path().join("city.journal"), "city")?;
        let header = Header::new("city", "{}".to_owned());
        let mut head = Head::of(&header);
        let batches = [
            (1, BESIDE),
            (CROWD - 1, BESIDE),
            (CROWD, BESIDE_CROWDS),
            // A crowd may pause for breath.
            (FEW + 1, BESIDE_CROWDS),
            (FEW, BESIDE),
        ];
        for (records, room) in batches {
            let (expected, mut all) = (head, Vec::<Record>::new());
            for _ in 0..records {
                let record = head.next(None, "{}".to_owned());
                head.follow(&record)?;
                all.push(record);
            }
            let records: Vec<_> = all.iter().map(Record::as_new).collect();
            let header = (expected.records == 0).then_some(&header);
            store.append(&Batch { header, expected, records: &records, policies: &[], people: &[] })?;
            let found: u32 =
                store.connection().query_row("PRAGMA wal_autocheckpoint", [], |row| row.get(0))?;
            assert_eq!(found, room, "behind a batch of {}", records.len());
        }
        Ok(())
    }
}
