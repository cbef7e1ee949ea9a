//! SQLite: a store in one file that any SQLite tool can read, safe from a power cut with every commit.

mod append;
mod carry;
mod known;
mod people;
mod snapshots;
mod tables;
mod told;
mod views;

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension, params};

use append::{Refused, append};
use carry::Carrier;
use known::Known;
use tables::{FILE, Tables};
use told::{conflict, failed, no_place, twice};

use super::people::{PersonRow, Salt};
use super::seeded;
use super::snapshot::Snapshot;
use super::store::{Batch, Header, PolicyFiles, Record, Store, choose, journal};
use crate::error::{Error, ErrorKind};

/// What marks a SQLite file as a journal: `bzhi` in the header's application id.
const APPLICATION: i32 = 0x627A_6869;
/// How long a writer waits for another one's commit. A commit takes milliseconds.
const PATIENCE: Duration = Duration::from_secs(5);

const SCHEMA: &str = include_str!("schema.sql");
/// How many bytes a page of a new file has. Whoever is alone writes a whole one or two for an entry of half a thousand.
const PAGE: u32 = 4_096;

/// One city's stream in a SQLite file; several cities may share a file.
///
/// The file runs in WAL mode with `synchronous=FULL`: what was acknowledged survives a power cut. While it is
/// open two files stand beside it (`-wal`, `-shm`) and belong to it; the first may grow to some 33 MB, and to 98 MB while crowds
/// ask. A store that has written 16 MB of entries has a thread of its own, which brings what stands there into the file and ends
/// with the store.
///
/// # Example: the books are there again after the office was closed
/// ```
/// use bianzhi::journal::SqliteStore;
/// use bianzhi::{Charter, Office, Request};
/// # fn main() -> Result<(), bianzhi::Error> {
/// # let folder = tempfile::tempdir().unwrap();
/// # let file = folder.path().join("city.journal");
/// let charter = Charter::parse("charter.yaml", "
/// bianzhi: charter/1
/// opened: 2024-01-01
/// levels: [city, unit]
/// kinds: {institution: {zh: 事业编制, en: institution}}
/// nodes:
///   - {id: city, level: city, caps: {institution: 10}}
///   - {id: school, parent: city, level: unit, caps: {institution: 8}}
/// ")?;
/// let mut office = Office::open_on(SqliteStore::open(&file, "city")?, charter, None)?;
/// let answer = office.submit(Request::appoint("school", "institution").id("r-1"))?;
/// drop(office);
/// let mut office = Office::open_on(SqliteStore::open(&file, "city")?, None, None)?;
/// assert_eq!(office.submit(Request::appoint("school", "institution").id("r-1"))?, answer);
/// # Ok(()) }
/// ```
#[derive(Debug)]
pub struct SqliteStore {
    path: PathBuf,
    stream: String,
    /// It ends before the connection, which closes the file.
    carrier: Carrier,
    connection: Mutex<Connection>,
    tables: &'static Tables,
    known: Known,
    people_apart: bool,
}

impl SqliteStore {
    /// Opens this stream of a file for writing; file and stream begin with the first entry if they are not
    /// there yet.
    ///
    /// # Errors
    /// If the file cannot be opened or written, is no journal, or was written by a newer version.
    pub fn open(path: impl AsRef<Path>, stream: impl Into<String>) -> Result<Self, Error> {
        let path = path.as_ref();
        no_place(path)?;
        let connection = Connection::open_with_flags(
            path,
            OpenFlags::SQLITE_OPEN_READ_WRITE
                | OpenFlags::SQLITE_OPEN_CREATE
                | OpenFlags::SQLITE_OPEN_NO_MUTEX
                | OpenFlags::SQLITE_OPEN_EXRESCODE,
        )
        .map_err(|cause| failed(path, &cause))?;
        let tables = prepare(path, &connection)?;
        Ok(Self::new(path, stream.into(), connection, tables))
    }

    /// Opens a stream of a file to read it: the named one, or the only one.
    ///
    /// # Errors
    /// As [`SqliteStore::open`]; if the file is not there, does not hold the stream, or holds several and none
    /// is named.
    pub fn open_to_read(path: impl AsRef<Path>, stream: Option<&str>) -> Result<Self, Error> {
        let path = path.as_ref();
        let connection = reader(path)?;
        let tables = recognised(path, &connection)?;
        let streams = streams(&connection).map_err(|cause| failed(path, &cause))?;
        let stream = choose(&path.display().to_string(), &streams, stream)?;
        Ok(Self::new(path, stream, connection, tables))
    }

    /// A new stream keeps people apart from its entries, so that they can be erased ([`erase`](super::erase)).
    /// One that has begun stays as it is.
    #[must_use]
    pub fn people_apart(self) -> Self {
        Self { people_apart: true, ..self }
    }

    /// Looks at the whole file: for damage that SQLite itself can see, request ids that are not as the records say, and views
    /// that are not as this version writes them.
    ///
    /// # Errors
    /// What is found first.
    pub fn check_file(&self) -> Result<(), Error> {
        let connection = self.connection();
        let found: String = connection
            .query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))
            .map_err(|cause| failed(&self.path, &cause))?;
        let path = self.path.display();
        if found != "ok" {
            return Err(journal(format!("`{path}` is damaged: {found}"))
                .in_chinese(format!("`{path}` 已损坏：{found}")));
        }
        let wrong = self.tables.wrong_ids(&connection).map_err(|cause| self.failed(&cause))?;
        if wrong > 0 {
            return Err(journal(format!(
                "`{path}` is damaged: {wrong} rows of its table `answered` are not as the entries say"
            ))
            .in_chinese(format!("`{path}` 已损坏：其 `answered` 表有 {wrong} 行与各条记录不符")));
        }
        if let Some(name) = views::changed(&connection).map_err(|cause| self.failed(&cause))? {
            return Err(journal(format!(
                "`{path}` was changed: `{name}` is not what this version writes there; what was read through it may be wrong, the \
                 entries are looked at by themselves"
            ))
            .in_chinese(format!("`{path}` 被改动过：其中的 `{name}` 与本版本所写不符；经它查得的结果不可信，各条记录另行核对")));
        }
        Ok(())
    }

    fn new(path: &Path, stream: String, connection: Connection, tables: &'static Tables) -> Self {
        let (path, carrier, connection) = (path.to_owned(), Carrier::new(path), Mutex::new(connection));
        Self { path, stream, carrier, connection, tables, known: Known::default(), people_apart: false }
    }

    /// The tables in which the stream stands, which another process may have begun.
    fn tables(&self, connection: &Connection) -> Result<&'static Tables, Error> {
        self.tables.of_stream(connection, &self.stream).map_err(|cause| self.failed(&cause))
    }

    /// Only [`Store::append`] writes, so a lock that was left by a panic guards nothing half done.
    fn connection(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn failed(&self, cause: &rusqlite::Error) -> Error {
        failed(&self.path, cause)
    }
}

impl Store for SqliteStore {
    fn stream(&self) -> &str {
        &self.stream
    }

    fn header(&self) -> Result<Option<Header>, Error> {
        header(&self.connection(), &self.stream).map_err(|cause| self.failed(&cause))?.transpose()
    }

    fn read(&self, each: &mut dyn FnMut(Record) -> Result<(), Error>) -> Result<(), Error> {
        self.read_part(0..u64::MAX, each)
    }

    fn read_part(
        &self,
        part: Range<u64>,
        each: &mut dyn FnMut(Record) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let connection = self.connection();
        let failed = |cause| self.failed(&cause);
        let mut statement = connection.prepare_cached(self.tables(&connection)?.read).map_err(failed)?;
        // What stands before entry 0, where nothing may stand, is read with it.
        let from = if part.start == 0 { i64::MIN } else { whole(part.start) };
        let mut rows = statement.query(params![self.stream, from, whole(part.end)]).map_err(failed)?;
        let mut due = part.start;
        let unreadable = |due: u64, cause: &rusqlite::Error| {
            let error = self.failed(cause);
            Error::new(error.kind(), format!("entry {due} cannot be read: {error}"))
                .in_chinese(format!("第 {due} 条记录无法读取：{}", error.zh()))
        };
        while let Some(row) = rows.next().map_err(|cause| unreadable(due, &cause))? {
            let record = tables::record(row).map_err(|cause| unreadable(due, &cause))?;
            each(record?)?;
            due = due.saturating_add(1);
        }
        Ok(())
    }

    fn append(&mut self, batch: &Batch<'_>) -> Result<(), Error> {
        let (path, stream) = (&self.path, &self.stream);
        let connection = self.connection.get_mut().unwrap_or_else(PoisonError::into_inner);
        self.carrier
            .make_room(connection, batch.records.len())
            .and_then(|()| append(connection, &mut self.tables, &mut self.known, stream, batch))
            .map_err(|cause| failed(path, &cause))?
            .map_err(|refused| match refused {
                Refused::Head(found) => conflict(path, batch, found),
                Refused::Id(id) => twice(path, &id),
            })?;
        let bytes = batch.records.iter().map(|record| record.body.len()).sum();
        self.carrier.wrote(bytes);
        Ok(())
    }

    fn answered(&self, request_id: &str) -> Result<Option<u64>, Error> {
        self.answered_before(request_id, u64::MAX)
    }

    fn answered_before(&self, request_id: &str, number: u64) -> Result<Option<u64>, Error> {
        let connection = self.connection();
        let found = self.tables(&connection)?.answered(&connection, &self.stream, request_id, number);
        Ok(found.map_err(|cause| self.failed(&cause))?.filter(|found| *found < number))
    }

    fn snapshots(&self) -> Result<Vec<u64>, Error> {
        snapshots::places(&self.connection(), &self.stream).map_err(|cause| self.failed(&cause))
    }

    fn snapshot(&self, records: u64) -> Result<Option<Snapshot>, Error> {
        snapshots::read(&self.connection(), &self.stream, records)
            .map_err(|cause| self.failed(&cause))?
            .transpose()
    }

    fn keep_snapshot(&mut self, snapshot: &Snapshot) -> Result<(), Error> {
        let (path, stream) = (&self.path, &self.stream);
        let connection = self.connection.get_mut().unwrap_or_else(PoisonError::into_inner);
        let kept = snapshots::keep(connection, self.tables, stream, snapshot)
            .map_err(|cause| failed(path, &cause))?;
        if kept {
            Ok(())
        } else {
            Err(journal(format!("another writer uses `{}`; open it again", path.display()))
                .in_chinese(format!("`{}` 另有写入者；请重新打开", path.display())))
        }
    }

    fn beside(&self) -> Option<Box<dyn Store>> {
        let reader = Self::open_to_read(&self.path, Some(&self.stream)).ok()?;
        Some(Box::new(reader))
    }

    fn wants_people_apart(&self) -> bool {
        self.people_apart
    }

    fn salt(&self) -> Result<Salt, Error> {
        people::salt(&self.connection()).map_err(|cause| self.failed(&cause))
    }

    fn people(&self) -> Result<Vec<PersonRow>, Error> {
        let connection = self.connection();
        let people = || {
            if has_table(&connection, "person")? {
                people::read(&connection, &self.stream)
            } else {
                Ok(Vec::new())
            }
        };
        people().map_err(|cause| self.failed(&cause))
    }

    fn erase(&mut self, references: &[String]) -> Result<(), Error> {
        let (path, stream) = (&self.path, &self.stream);
        self.carrier.rest();
        let connection = self.connection.get_mut().unwrap_or_else(PoisonError::into_inner);
        let erased = people::erase(connection, stream, references).map_err(|cause| failed(path, &cause))?;
        if erased {
            return Ok(());
        }
        let path = path.display();
        Err(Error::new(
            ErrorKind::Io,
            format!(
                "another process has `{path}` open, so bytes of the erased may stay beside it; close it and erase once more"
            ),
        ).in_chinese(format!("另一进程正打开 `{path}`，被抹去者的字节可能仍留在旁边的文件里；请关闭后再抹一次")))
    }

    fn policy_digests(&self) -> Result<Vec<String>, Error> {
        texts(&self.connection(), "SELECT DISTINCT digest FROM policy_file ORDER BY digest")
            .map_err(|cause| self.failed(&cause))
    }

    fn policies(&self, digest: &str) -> Result<Option<PolicyFiles>, Error> {
        let connection = self.connection();
        let files = || -> rusqlite::Result<PolicyFiles> {
            let mut statement = connection
                .prepare("SELECT path, content FROM policy_file WHERE digest = ?1 ORDER BY path")?;
            statement.query_map([digest], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
        };
        let files = files().map_err(|cause| self.failed(&cause))?;
        Ok((!files.is_empty()).then_some(files))
    }
}

/// Makes a new file a journal, and an old one ready for a writer.
fn prepare(path: &Path, connection: &Connection) -> Result<&'static Tables, Error> {
    let failed = |cause| failed(path, &cause);
    connection.busy_timeout(PATIENCE).map_err(failed)?;
    // A power cut may have left a file that is in WAL mode already and has nothing in it yet.
    let empty = "SELECT NOT EXISTS (SELECT 1 FROM sqlite_schema) AND application_id = 0
                 FROM pragma_application_id";
    let new: bool = connection.query_row(empty, [], |row| row.get(0)).map_err(failed)?;
    if new {
        connection.pragma_update(None, "page_size", PAGE).map_err(failed)?;
    } else {
        recognised(path, connection)?;
    }
    let mode: String =
        connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0)).map_err(failed)?;
    if mode != "wal" {
        let message = format!("`{}` cannot be written safely here: its disk has no WAL mode", path.display());
        let zh = format!("`{}` 在此处不能安全写入：其磁盘不支持 WAL 方式", path.display());
        return Err(Error::new(ErrorKind::Io, message).in_chinese(zh));
    }
    let set = "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF;";
    connection.execute_batch(set).map_err(failed)?;
    connection.pragma_update(None, "wal_autocheckpoint", carry::BESIDE).map_err(failed)?;
    if seeded::has(seeded::Bug::AckBeforeSync) {
        connection.pragma_update(None, "synchronous", "OFF").map_err(failed)?;
    }
    if new {
        found(connection).map_err(failed)?;
    }
    let tables = recognised(path, connection)?;
    connection.execute_batch(snapshots::SCHEMA).map_err(failed)?;
    connection.execute_batch(people::SCHEMA).map_err(failed)?;
    Ok(tables)
}

/// Writes the tables into a new file, unless another process was quicker.
fn found(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch("BEGIN IMMEDIATE")?;
    let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if tables == 0 {
        connection.execute_batch(SCHEMA)?;
        connection.pragma_update(None, "application_id", APPLICATION)?;
        connection.pragma_update(None, "user_version", FILE)?;
    }
    connection.execute_batch("COMMIT")
}

/// A connection that only reads. A folder that cannot be written has no room for SQLite's own files; a
/// journal that nobody has open can be read there all the same.
fn reader(path: &Path) -> Result<Connection, Error> {
    match std::fs::metadata(path) {
        Err(cause) => return Err(Error::io(path, &cause)),
        Ok(found) if found.len() == 0 && is_closed(path) => {
            return Err(journal(format!("`{}` is empty: no journal was begun there", path.display()))
                .in_chinese(format!("`{}` 是空文件：其中尚无日志", path.display())));
        }
        Ok(_) => no_place(path)?,
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let open = |path: &Path, flags| -> rusqlite::Result<Connection> {
        let connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(PATIENCE)?;
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
        Ok(connection)
    };
    match open(path, flags) {
        Err(cause) if cause.sqlite_error_code() == Some(ErrorCode::CannotOpen) && is_closed(path) => {
            let address = format!("file:{}?immutable=1", escaped(path));
            open(Path::new(&address), flags | OpenFlags::SQLITE_OPEN_URI)
        }
        other => other,
    }
    .map_err(|cause| failed(path, &cause))
}

/// Whether no writer has left anything beside the file.
fn is_closed(path: &Path) -> bool {
    let mut beside = path.as_os_str().to_owned();
    beside.push("-wal");
    !Path::new(&beside).exists()
}

/// A path as it stands in a `file:` address.
fn escaped(path: &Path) -> String {
    path.to_string_lossy().replace('%', "%25").replace('?', "%3f").replace('#', "%23")
}

/// The tables of a file that is a journal which this build can read.
fn recognised(path: &Path, connection: &Connection) -> Result<&'static Tables, Error> {
    let number = |pragma: &str| -> Result<i64, Error> {
        let query = format!("PRAGMA {pragma}");
        connection.query_row(&query, [], |row| row.get(0)).map_err(|cause| failed(path, &cause))
    };
    let shown = path.display();
    if number("application_id")? != i64::from(APPLICATION) {
        return Err(journal(format!("`{shown}` is a database, but no journal"))
            .in_chinese(format!("`{shown}` 是数据库，但不是日志")));
    }
    let format = number("user_version")?;
    Tables::of(format).ok_or_else(|| {
        journal(format!(
            "`{shown}` has format {format}, written by a newer version; this one reads up to {FILE}"
        ))
        .in_chinese(format!("`{shown}` 的格式为 {format}，出自更新的版本；本版本至多读到 {FILE}"))
    })
}

fn streams(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    texts(connection, "SELECT stream FROM stream ORDER BY stream")
}

fn texts(connection: &Connection, query: &str) -> rusqlite::Result<Vec<String>> {
    connection.prepare(query)?.query_map([], |row| row.get(0))?.collect()
}

fn header(connection: &Connection, stream: &str) -> rusqlite::Result<Option<Result<Header, Error>>> {
    let query = "SELECT format, algorithm, charter_digest, charter FROM stream WHERE stream = ?1";
    let read = |row: &rusqlite::Row<'_>| {
        let digest: String = row.get(2)?;
        let (format, algorithm, charter) = (row.get(0)?, row.get(1)?, row.get(3)?);
        let stream = stream.to_owned();
        Ok(digest.parse().map(|charter_digest| Header { format, algorithm, stream, charter_digest, charter }))
    };
    connection.query_row(query, [stream], read).optional()
}

/// Whether a file has a table that files of the first builds lack.
fn has_table(connection: &Connection, table: &str) -> rusqlite::Result<bool> {
    let query = "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?1)";
    connection.prepare_cached(query)?.query_row([table], |row| row.get(0))
}

/// A number as SQLite holds it. None of its tables reaches the end of the range.
fn whole(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What no test of a killed process can see: an answer waits until the disk has it (2 is FULL).
    #[test]
    fn a_commit_waits_for_the_disk() -> Result<(), Box<dyn std::error::Error>> {
        let folder = tempfile::tempdir()?;
        let file = folder.path().join("city.journal");
        let connection = Connection::open(&file)?;
        prepare(&file, &connection)?;
        let synchronous: i64 = connection.query_row("PRAGMA synchronous", [], |row| row.get(0))?;
        let mode: String = connection.query_row("PRAGMA journal_mode", [], |row| row.get(0))?;
        assert_eq!((synchronous, mode.as_str()), (2, "wal"));
        Ok(())
    }
}
