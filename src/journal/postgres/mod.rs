//! PostgreSQL: a store in a database server, one writer a stream, held by an epoch that shuts out all before it.

mod link;
mod people;
mod snapshots;

use std::fmt;
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use postgres::fallible_iterator::FallibleIterator;
use postgres::types::ToSql;
use postgres::{GenericClient, Row, Statement};

use self::link::{End, Link, MOST_RACES, Trouble, busy, gone, taken_over};
use super::form::of_entry;
use super::people::{PersonRow, Salt};
use super::snapshot::Snapshot;
use super::store::{Batch, Digest, Head, Header, PolicyFiles, Record, Store, choose, journal};
use crate::error::{Error, ErrorKind};

/// The most records of one statement. A group is never larger; only a whole log is.
const MOST_IN_STATEMENT: usize = 1_000;

/// One city's stream in a database; a database holds as many as there are.
///
/// Whoever opens a stream to write takes it over: an earlier writer, wherever it runs and however long it was
/// paused, is refused from then on. A group is one statement and one round trip. If the connection is lost
/// while an answer is due, the store connects again, shuts out what it had under way, and looks whether the
/// group is kept: it is then, once, or it is written.
///
/// The address is one of libpq: `postgres://user@host/database`, or `host=/run/postgresql dbname=city`. The
/// connection is not encrypted; `sslmode=require` is refused. It must not be opened or used inside of an
/// asynchronous runtime, for it waits; a [`SharedOffice`](crate::office::SharedOffice) writes on its own thread.
///
/// # Example: a city on a server
/// ```no_run
/// use bianzhi::journal::PostgresStore;
/// # fn main() -> Result<(), bianzhi::Error> {
/// let store = PostgresStore::open("postgres://office@db.example/province", "nanping")?;
/// let office = bianzhi::Office::open_on(store, None, None)?;
/// # Ok(()) }
/// ```
pub struct PostgresStore {
    stream: String,
    link: Mutex<Link>,
    people_apart: bool,
    /// Salts that the server gave and nobody has yet.
    salts: Mutex<Vec<Salt>>,
}

impl PostgresStore {
    /// Opens this stream for writing and takes it over; tables and stream are made if they are not there yet.
    ///
    /// # Errors
    /// If the server cannot be reached, does not keep what it acknowledges (`fsync` or `synchronous_commit` is
    /// off), or its tables were made by a newer version.
    pub fn open(address: &str, stream: impl Into<String>) -> Result<Self, Error> {
        let (mut link, stream) = (Link::open(address)?, stream.into());
        link.found()?;
        link.take_over(&stream)?;
        Ok(Self::on(link, stream))
    }

    /// Opens a stream to read it, whoever writes it: the named one, or the only one.
    ///
    /// # Errors
    /// As [`PostgresStore::open`]; if the database holds no journal or not this stream, or holds several and
    /// none is named.
    pub fn open_to_read(address: &str, stream: Option<&str>) -> Result<Self, Error> {
        let mut link = Link::open(address)?;
        link.recognise()?;
        let query = "SELECT stream FROM bianzhi.stream ORDER BY stream";
        let streams = link.asking(|client| texts(&client.query(query, &[])?))?;
        let stream = choose(link.place(), &streams, stream)?;
        Ok(Self::on(link, stream))
    }

    fn on(link: Link, stream: String) -> Self {
        Self { stream, link: Mutex::new(link), people_apart: false, salts: Mutex::default() }
    }

    /// A new stream keeps people apart from its entries, so that they can be erased ([`erase`](super::erase)). One
    /// that has begun stays as it is.
    ///
    /// Erasing takes keys and salts out of the tables and has the server write these anew, which waits for whoever
    /// reads them. The server's own log, its standbys and backups hold the bytes of before until they have passed: that is for
    /// whoever keeps the server.
    #[must_use]
    pub fn people_apart(self) -> Self {
        Self { people_apart: true, ..self }
    }

    /// How long a lost server is waited for before a writer gives up: 30 seconds unless it is told otherwise.
    #[must_use]
    pub fn patience(self, patience: Duration) -> Self {
        self.link().patience = patience;
        self
    }

    /// A lock that was left by a panic guards nothing half done: what matters stands on the server.
    fn link(&self) -> MutexGuard<'_, Link> {
        self.link.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for PostgresStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresStore").field("stream", &self.stream).finish_non_exhaustive()
    }
}

impl Store for PostgresStore {
    fn stream(&self) -> &str {
        &self.stream
    }

    fn header(&self) -> Result<Option<Header>, Error> {
        let query = "SELECT format, algorithm, charter_digest, charter FROM bianzhi.stream WHERE stream = $1";
        let stream = &self.stream;
        let read = |row: Row| -> Result<Result<Header, Error>, postgres::Error> {
            let (format, algorithm, charter): (i64, _, _) =
                (row.try_get(0)?, row.try_get(1)?, row.try_get(3)?);
            let digest: String = row.try_get(2)?;
            // No build has a format that is no u32.
            let format = u32::try_from(format).unwrap_or(u32::MAX);
            let stream = stream.clone();
            Ok(digest.parse().map(|charter_digest| Header {
                format,
                algorithm,
                stream,
                charter_digest,
                charter,
            }))
        };
        self.link().asking(|client| client.query_opt(query, &[stream])?.map(read).transpose())?.transpose()
    }

    fn read(&self, each: &mut dyn FnMut(Record) -> Result<(), Error>) -> Result<(), Error> {
        self.read_part(0..u64::MAX, each)
    }

    fn read_part(
        &self,
        part: Range<u64>,
        each: &mut dyn FnMut(Record) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let (mut link, stream) = (self.link(), &self.stream);
        let place = link.place().to_owned();
        // Asked for first: entries that come in while others are read stand behind this end.
        let end = link.asking(|client| end(client, stream))?;
        let mut due = part.start;
        let is_awaited = |records: i64| signed(part.start) < records && records < signed(part.end);
        let mut passed = end.as_ref().is_none_or(|(records, _)| !is_awaited(*records));
        // What stands before entry 0, where nothing may stand, is read with it.
        let first = if part.start == 0 { i64::MIN } else { signed(part.start) };
        let query = "SELECT seq, request_id, body, hash FROM bianzhi.entry
                     WHERE stream = $1 AND seq >= $2 AND seq < $3 ORDER BY seq";
        link.asking(|client| {
            // A connection that was made anew goes on where the last one ended.
            let from = if due == part.start { first } else { signed(due) };
            let parameters: [&(dyn ToSql + Sync); 3] = [stream, &from, &signed(part.end)];
            let mut rows = client.query_raw(query, parameters)?;
            while let Some(row) = rows.next()? {
                let record = match record(&row, due)? {
                    Ok(record) => record,
                    Err(error) => return Ok(Err(error)),
                };
                due = record.number.saturating_add(1);
                if let Some((records, hash)) = &end {
                    passed |= Ok(due) == u64::try_from(*records) && record.hash.to_string() == *hash;
                }
                if let Err(error) = each(record) {
                    return Ok(Err(error));
                }
            }
            Ok(Ok(()))
        })??;
        match end {
            Some((records, hash)) if !passed => Err(journal(format!(
                "entry {due} is missing: `{place}` ends with what stands before it, and last was written {records}:{hash}"
            )).in_chinese(format!("缺第 {due} 条记录：`{place}` 到此为止，而最后写到 {records}:{hash}"))),
            Some(_) | None => Ok(()),
        }
    }

    fn answered(&self, request_id: &str) -> Result<Option<u64>, Error> {
        let query = "SELECT seq FROM bianzhi.entry WHERE stream = $1 AND request_id = $2";
        let found = self.link().asking(|client| {
            let row = client.query_opt(query, &[&self.stream, &request_id])?;
            row.map(|row| row.try_get::<_, i64>(0)).transpose()
        })?;
        Ok(found.and_then(|number| u64::try_from(number).ok()))
    }

    fn snapshots(&self) -> Result<Vec<u64>, Error> {
        let mut link = self.link();
        if link.has_snapshots()? {
            link.asking(|client| snapshots::places(client, &self.stream))
        } else {
            Ok(Vec::new())
        }
    }

    fn snapshot(&self, records: u64) -> Result<Option<Snapshot>, Error> {
        self.link().asking(|client| snapshots::read(client, &self.stream, records))?.transpose()
    }

    fn keep_snapshot(&mut self, snapshot: &Snapshot) -> Result<(), Error> {
        let Self { stream, link, .. } = self;
        let link = link.get_mut().unwrap_or_else(PoisonError::into_inner);
        if link.asking(|client| snapshots::keep(client, stream, snapshot))? {
            return Ok(());
        }
        Err(journal(format!("another writer uses `{stream}` in `{}`; open it again", link.place()))
            .in_chinese(format!("`{}` 中的 `{stream}` 另有写入者；请重新打开", link.place())))
    }

    fn append(&mut self, batch: &Batch<'_>) -> Result<(), Error> {
        let Self { stream, link, .. } = self;
        let link = link.get_mut().unwrap_or_else(PoisonError::into_inner);
        to_write(link, stream)?;
        let after = batch.records.iter().fold(batch.expected, |head, record| head.after(record.hash));
        for _ in 0..MOST_RACES {
            if link.is_lost() && link.restore()?.is_some_and(|end| end == as_end(&after)) {
                // It was kept; only the answer was lost.
                return Ok(());
            }
            let written = link.writing(|client, epoch, append| write(client, append, stream, epoch, batch));
            match written.ok_or_else(|| gone(link.place()))? {
                Ok(true) => return Ok(()),
                Ok(false) => return Err(conflict(link, stream, batch)?),
                Err(cause) => match Trouble::of(&cause) {
                    Trouble::Lost => link.lose(),
                    Trouble::Race => {}
                    Trouble::Refused => return Err(link.failed(&cause)),
                },
            }
        }
        Err(busy(link.place()))
    }

    /// The client waits by a runtime of its own, which none may run in another.
    fn needs_own_thread(&self) -> bool {
        true
    }

    fn wants_people_apart(&self) -> bool {
        self.people_apart
    }

    fn salt(&self) -> Result<Salt, Error> {
        let mut salts = self.salts.lock().unwrap_or_else(PoisonError::into_inner);
        if salts.is_empty() {
            *salts = self.link().asking(people::salts)?;
        }
        salts.pop().ok_or_else(|| {
            journal(format!("`{}` gives no salt", self.link().place()))
                .in_chinese(format!("`{}` 没有给出盐", self.link().place()))
        })
    }

    fn people(&self) -> Result<Vec<PersonRow>, Error> {
        let mut link = self.link();
        if link.has_people()? {
            link.asking(|client| people::read(client, &self.stream))
        } else {
            Ok(Vec::new())
        }
    }

    fn erase(&mut self, references: &[String]) -> Result<(), Error> {
        let Self { stream, link, .. } = self;
        let link = link.get_mut().unwrap_or_else(PoisonError::into_inner);
        to_write(link, stream)?;
        let holder = link.holder().ok_or_else(|| gone(link.place()))?;
        if !link.asking(|client| people::erase(client, stream, &holder, references))? {
            return Err(taken_over(link.place(), stream));
        }
        if link.asking(people::write_anew)? {
            return Ok(());
        }
        let place = link.place();
        let message = format!(
            "they are erased, but somebody reads `{place}`, so rows of before stand in its files until \
             `VACUUM FULL bianzhi.person, bianzhi.snapshot` is run there"
        );
        let zh = format!(
            "已经抹去，但有人正在读 `{place}`，旧行仍留在其文件中，须在那里执行 `VACUUM FULL bianzhi.person, bianzhi.snapshot`"
        );
        Err(Error::new(ErrorKind::Io, message).in_chinese(zh))
    }

    fn policy_digests(&self) -> Result<Vec<String>, Error> {
        let query = "SELECT DISTINCT digest FROM bianzhi.policy_file WHERE stream = $1";
        let mut digests = self.link().asking(|client| texts(&client.query(query, &[&self.stream])?))?;
        // Every server sorts texts its own way.
        digests.sort();
        Ok(digests)
    }

    fn policies(&self, digest: &str) -> Result<Option<PolicyFiles>, Error> {
        let query = "SELECT path, content FROM bianzhi.policy_file WHERE stream = $1 AND digest = $2";
        let file = |row: &Row| Ok((row.try_get(0)?, row.try_get(1)?));
        let mut files: PolicyFiles = self
            .link()
            .asking(|client| client.query(query, &[&self.stream, &digest])?.iter().map(file).collect())?;
        files.sort();
        Ok((!files.is_empty()).then_some(files))
    }
}

/// Whether a stream was opened to write it.
fn to_write(link: &Link, stream: &str) -> Result<(), Error> {
    if link.is_writer() {
        return Ok(());
    }
    let message = format!("`{stream}` in `{}` was opened to read; it cannot be written", link.place());
    let zh = format!("`{}` 中的 `{stream}` 是为读取打开的，不能写入", link.place());
    Err(Error::new(ErrorKind::Io, message).in_chinese(zh))
}

/// Writes a batch, all or nothing; `false` if this is not the writer any more, or the head is another one.
fn write(
    client: &mut postgres::Client,
    append: &Statement,
    stream: &str,
    epoch: i64,
    batch: &Batch<'_>,
) -> Result<bool, postgres::Error> {
    if batch.records.len() <= MOST_IN_STATEMENT {
        return write_part(client, append, stream, epoch, batch);
    }
    let mut transaction = client.transaction()?;
    let mut part = Batch {
        header: batch.header,
        expected: batch.expected,
        records: &[],
        policies: batch.policies,
        people: batch.people,
    };
    for records in batch.records.chunks(MOST_IN_STATEMENT) {
        part.records = records;
        if !write_part(&mut transaction, append, stream, epoch, &part)? {
            return Ok(false);
        }
        let expected = records.iter().fold(part.expected, |head, record| head.after(record.hash));
        part = Batch { header: None, expected, records: &[], policies: &[], people: &[] };
    }
    transaction.commit()?;
    Ok(true)
}

fn write_part(
    client: &mut impl GenericClient,
    append: &Statement,
    stream: &str,
    epoch: i64,
    batch: &Batch<'_>,
) -> Result<bool, postgres::Error> {
    let before = match batch.header {
        Some(_) => (0, String::new()),
        None => as_end(&batch.expected),
    };
    let after = as_end(&batch.records.iter().fold(batch.expected, |head, record| head.after(record.hash)));
    let header: Vec<_> = batch.header.into_iter().collect();
    let formats: Vec<i64> = header.iter().map(|header| i64::from(header.format)).collect();
    let algorithms: Vec<&str> = header.iter().map(|header| header.algorithm.as_str()).collect();
    let charter_digests: Vec<String> =
        header.iter().map(|header| header.charter_digest.to_string()).collect();
    let charters: Vec<&str> = header.iter().map(|header| header.charter.as_str()).collect();
    let files = || {
        let sets = batch.policies.iter();
        sets.flat_map(|(digest, files)| files.iter().map(move |(path, content)| (digest, path, content)))
    };
    let digests: Vec<&str> = files().map(|(digest, _, _): (&Arc<str>, _, _)| &**digest).collect();
    let paths: Vec<&str> = files().map(|(_, path, _)| path.as_str()).collect();
    let contents: Vec<&[u8]> = files().map(|(_, _, content)| content.as_slice()).collect();
    let numbers: Vec<i64> = batch.records.iter().map(|record| signed(record.number)).collect();
    let ids: Vec<Option<&str>> = batch.records.iter().map(|record| record.request_id).collect();
    let bodies: Vec<&str> = batch.records.iter().map(|record| record.body).collect();
    let hashes: Vec<String> = batch.records.iter().map(|record| record.hash.to_string()).collect();
    let references: Vec<&str> = batch.people.iter().map(|person| person.reference.as_str()).collect();
    let kept = || batch.people.iter().map(|person| person.kept.as_ref());
    let salts: Vec<Option<&[u8]>> = kept().map(|kept| kept.map(|(salt, _)| salt.as_slice())).collect();
    let keys: Vec<Option<&str>> = kept().map(|kept| kept.map(|(_, key)| key.as_str())).collect();
    let written = client.query(
        append,
        &[
            &stream,
            &epoch,
            &before.0,
            &before.1,
            &after.0,
            &after.1,
            &formats,
            &algorithms,
            &charter_digests,
            &charters,
            &digests,
            &paths,
            &contents,
            &numbers,
            &ids,
            &bodies,
            &hashes,
            &references,
            &salts,
            &keys,
        ],
    )?;
    Ok(!written.is_empty())
}

/// Why nothing was written: who stands there, or which head.
fn conflict(link: &mut Link, stream: &str, batch: &Batch<'_>) -> Result<Error, Error> {
    let (end, epoch) = link.asking(|client| {
        let query = "SELECT epoch FROM bianzhi.writer WHERE stream = $1";
        let epoch = client.query_opt(query, &[&stream])?.map(|row| row.try_get::<_, i64>(0)).transpose()?;
        Ok((end(client, stream)?, epoch))
    })?;
    if link.writing(|_, own, _| Some(own)) != Some(epoch) {
        return Ok(taken_over(link.place(), stream));
    }
    let (stands, zh) = match end {
        Some((records, _)) if records > 0 => {
            let last = records.saturating_sub(1);
            (format!("it ends with entry {last}"), format!("它止于第 {last} 条"))
        }
        Some(_) | None => ("it is empty".to_owned(), "它是空的".to_owned()),
    };
    let (place, records) = (link.place(), batch.expected.records);
    Ok(journal(format!(
        "another writer uses `{stream}` in `{place}`: entry {records} was to be written behind what was read, but {stands}; open it again"
    ))
    .in_chinese(format!(
        "`{place}` 中的 `{stream}` 另有写入者：第 {records} 条本应接在读到的记录之后，而{zh}；请重新打开"
    )))
}

/// Where the server says that a stream ends; none if nobody ever opened it.
fn end(client: &mut postgres::Client, stream: &str) -> Result<Option<End>, postgres::Error> {
    let row = client.query_opt("SELECT records, hash FROM bianzhi.writer WHERE stream = $1", &[&stream])?;
    row.map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).transpose()
}

fn as_end(head: &Head) -> End {
    (signed(head.records), head.hash.to_string())
}

/// No stream has 2⁶³ entries.
fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn record(row: &Row, due: u64) -> Result<Result<Record, Error>, postgres::Error> {
    let (number, request_id, body): (i64, _, _) = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
    let hash: String = row.try_get(3)?;
    let Ok(number) = u64::try_from(number) else {
        return Ok(Err(journal(format!("entry {due} is missing: entry {number} stands in its place"))
            .in_chinese(format!("缺第 {due} 条记录：该处是第 {number} 条"))));
    };
    Ok(match hash.parse::<Digest>() {
        Ok(hash) => Ok(Record { number, request_id, body, hash }),
        Err(error) => Err(of_entry(number, &error)),
    })
}

fn texts(rows: &[Row]) -> Result<Vec<String>, postgres::Error> {
    rows.iter().map(|row| row.try_get(0)).collect()
}
