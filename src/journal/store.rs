//! Stores: where a durable journal keeps its records – what they are, and the chain that holds them together.

use std::fmt;
use std::ops::Range;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest as _, Sha256};

use super::people::{PersonRow, Salt};
use super::snapshot::Snapshot;
use crate::error::{Error, ErrorKind};

/// The newest version of the stored form. This build reads all up to it, and goes on with a stream in the version that
/// it began with. In 1 and 2 entries have every field, in 3 and 4 only those that say something: no field that has no value or
/// an empty list, but for those of a request; and parameters stand as rows. In 2 and 4 people are kept apart. A new stream
/// begins in 3, or in 4.
pub const FORMAT: u32 = 4;
/// The version of a new stream.
const BRIEF: u32 = 3;
/// The algorithm of the chain.
pub const ALGORITHM: &str = "sha256";

/// A place that keeps the records of one city for good: a *stream*.
///
/// One writer at a time. Nothing is ever changed or taken away; a store only grows, and only behind the head
/// that its writer expects. [`Office::open_on`](crate::Office::open_on) opens an office on one.
pub trait Store: fmt::Debug + Send + Sync {
    /// The stream's name: one city.
    fn stream(&self) -> &str;

    /// What stands before the first record; none if the stream was never written.
    ///
    /// # Errors
    /// If the place cannot be read, or is no store.
    fn header(&self) -> Result<Option<Header>, Error>;

    /// Reads every record in order.
    ///
    /// # Errors
    /// If the place cannot be read, or with what `each` says of a record.
    fn read(&self, each: &mut dyn FnMut(Record) -> Result<(), Error>) -> Result<(), Error>;

    /// Adds all of a batch or nothing of it, and returns when it is safe from a power cut.
    ///
    /// # Errors
    /// [`ErrorKind::Journal`] if the head is not the expected one: somebody else wrote. Any other failure
    /// leaves open whether the batch was kept; the writer must not go on, and must not try again.
    fn append(&mut self, batch: &Batch<'_>) -> Result<(), Error>;

    /// Reads the records of a part in order, those that there are.
    ///
    /// # Errors
    /// As [`Store::read`].
    fn read_part(
        &self,
        part: Range<u64>,
        each: &mut dyn FnMut(Record) -> Result<(), Error>,
    ) -> Result<(), Error> {
        self.read(&mut |record| if part.contains(&record.number) { each(record) } else { Ok(()) })
    }

    /// The number of the record that is the answer to a request id.
    ///
    /// # Errors
    /// If the place cannot be read.
    fn answered(&self, request_id: &str) -> Result<Option<u64>, Error> {
        let mut found = None;
        self.read(&mut |record| {
            if record.request_id.as_deref() == Some(request_id) {
                found = Some(record.number);
            }
            Ok(())
        })?;
        Ok(found)
    }

    /// The same, where an answer that has this number or a later one need not be found.
    ///
    /// # Errors
    /// If the place cannot be read.
    fn answered_before(&self, request_id: &str, number: u64) -> Result<Option<u64>, Error> {
        Ok(self.answered(request_id)?.filter(|found| *found < number))
    }

    /// Where snapshots stand: behind how many records each, in order. A store need not keep any.
    ///
    /// # Errors
    /// If the place cannot be read.
    fn snapshots(&self) -> Result<Vec<u64>, Error> {
        Ok(Vec::new())
    }

    /// The snapshot behind so many records.
    ///
    /// # Errors
    /// If the place cannot be read.
    fn snapshot(&self, records: u64) -> Result<Option<Snapshot>, Error> {
        let _ = records;
        Ok(None)
    }

    /// Keeps a snapshot. Older ones may go for it.
    ///
    /// # Errors
    /// As [`Store::append`]; always if this store keeps none.
    fn keep_snapshot(&mut self, snapshot: &Snapshot) -> Result<(), Error> {
        let _ = snapshot;
        Err(journal("this store keeps no snapshots").in_chinese("此处不留存账册快照"))
    }

    /// The same stream once more, to read what stands there while this store is busy writing; none if it can be
    /// read by this store alone. Whoever reads waits for the writer then.
    fn beside(&self) -> Option<Box<dyn Store>> {
        None
    }

    /// Whether it must be used on a thread that runs nothing asynchronous, whoever asks.
    fn needs_own_thread(&self) -> bool {
        false
    }

    /// Whether a new stream is to keep people apart from its entries, so that they can be erased.
    fn wants_people_apart(&self) -> bool {
        false
    }

    /// A salt that nobody can guess, for a person of this stream.
    ///
    /// # Errors
    /// If this store cannot keep people apart, or cannot be read.
    fn salt(&self) -> Result<Salt, Error> {
        Err(journal("this store cannot keep people apart from their entries")
            .in_chinese("此处不能把人员与记录分开存放"))
    }

    /// Everyone who is kept apart, and everyone who was and is erased.
    ///
    /// # Errors
    /// If the place cannot be read.
    fn people(&self) -> Result<Vec<PersonRow>, Error> {
        Ok(Vec::new())
    }

    /// Takes the keys and the salts of these references away for good, and all snapshots, so that no byte of
    /// them is left in the place; the references stay.
    ///
    /// # Errors
    /// As [`Store::append`]; always if this store cannot keep people apart.
    fn erase(&mut self, references: &[String]) -> Result<(), Error> {
        let _ = references;
        Err(journal("this store cannot keep people apart from their entries")
            .in_chinese("此处不能把人员与记录分开存放"))
    }

    /// The digests of all policy sets that are kept.
    ///
    /// # Errors
    /// If the place cannot be read.
    fn policy_digests(&self) -> Result<Vec<String>, Error>;

    /// The files of the policy set with this digest, by their paths; none if it was never kept.
    ///
    /// # Errors
    /// If the place cannot be read.
    fn policies(&self, digest: &str) -> Result<Option<PolicyFiles>, Error>;
}

/// The files of a policy set: their paths inside the policy folder, and their bytes.
pub type PolicyFiles = Vec<(String, Vec<u8>)>;

/// What stands before the first record of a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// The version of the stored form.
    pub format: u32,
    /// The algorithm of the chain, such as `sha256`.
    pub algorithm: String,
    /// The stream's name: one city.
    pub stream: String,
    /// The digest of the opening books.
    pub charter_digest: Digest,
    /// The opening books as JSON, so that the file stands alone.
    pub charter: String,
}

/// One record: an entry as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The entry's number, from 0 without a gap.
    pub number: u64,
    /// The request id that this entry is the answer to, if it is the first answer to one.
    pub request_id: Option<String>,
    /// The entry, as JSON.
    pub body: String,
    /// SHA-256 over the record before (its hash) and all of this one.
    pub hash: Digest,
}

/// One record that is to be added. Its texts stand elsewhere, most often those of a whole batch in one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewRecord<'a> {
    /// As [`Record::number`].
    pub number: u64,
    /// As [`Record::request_id`].
    pub request_id: Option<&'a str>,
    /// As [`Record::body`].
    pub body: &'a str,
    /// As [`Record::hash`].
    pub hash: Digest,
}

/// Where a stream ends: how many records it has, and the hash of the last.
///
/// Whoever keeps a head elsewhere can tell later that nothing before it was touched. Written as `12:9f…`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// How many records there are; the next gets this number.
    pub records: u64,
    /// The hash of the last record; the header's if there is none.
    pub hash: Digest,
}

/// What is added at once.
#[derive(Debug)]
pub struct Batch<'a> {
    /// The header, if this is the first batch of the stream.
    pub header: Option<&'a Header>,
    /// The head that the writer knows.
    pub expected: Head,
    /// The records behind it.
    pub records: &'a [NewRecord<'a>],
    /// Policy sets that decide for the first time, by their digests.
    pub policies: &'a [(Arc<str>, PolicyFiles)],
    /// People whom the records name for the first time; nobody where people are not kept apart.
    pub people: &'a [PersonRow],
}

/// A SHA-256 digest, written as 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest([u8; 32]);

impl Header {
    /// The header of a new stream with these opening books.
    pub fn new(stream: impl Into<String>, charter: String) -> Self {
        Self {
            format: BRIEF,
            algorithm: ALGORITHM.to_owned(),
            stream: stream.into(),
            charter_digest: Digest::of(charter.as_bytes()),
            charter,
        }
    }

    /// The header of a new stream that keeps people apart.
    pub(super) fn with_people_apart(self) -> Self {
        Self { format: BRIEF + 1, ..self }
    }

    /// Whether entries have only the fields that say something.
    pub fn is_brief(&self) -> bool {
        self.format >= BRIEF
    }

    /// Whether the stream keeps people apart from its entries.
    pub fn keeps_people_apart(&self) -> bool {
        self.format.is_multiple_of(2)
    }

    /// Whether this build can go on from here: the version, the algorithm and the opening books' digest.
    ///
    /// # Errors
    /// What does not fit.
    pub fn check(&self) -> Result<(), Error> {
        if self.format == 0 || self.format > FORMAT {
            return Err(journal(format!(
                "the journal has format {}, written by a newer version; this one reads up to {FORMAT}",
                self.format
            ))
            .in_chinese(format!("日志格式为 {}，出自更新的版本；本版本至多读到 {FORMAT}", self.format)));
        }
        if self.algorithm != ALGORITHM {
            let found = &self.algorithm;
            return Err(journal(format!(
                "the journal is chained by `{found}`; this version knows `{ALGORITHM}`"
            ))
            .in_chinese(format!("日志以 `{found}` 成链；本版本只认 `{ALGORITHM}`")));
        }
        if self.charter_digest != Digest::of(self.charter.as_bytes()) {
            return Err(journal("the opening books in the journal do not have the digest of its header")
                .in_chinese("日志中的期初账与其文件头所记摘要不符"));
        }
        Ok(())
    }
}

impl Record {
    /// The record as one that is to be added.
    pub fn as_new(&self) -> NewRecord<'_> {
        let Self { number, request_id, body, hash } = self;
        NewRecord { number: *number, request_id: request_id.as_deref(), body, hash: *hash }
    }
}

impl NewRecord<'_> {
    /// The record as it is read again.
    pub fn to_record(self) -> Record {
        let Self { number, request_id, body, hash } = self;
        Record { number, request_id: request_id.map(str::to_owned), body: body.to_owned(), hash }
    }
}

impl Head {
    /// The head before the first record.
    pub fn of(header: &Header) -> Self {
        let mut sum = Sum::default();
        sum.add(b"bianzhi journal");
        sum.add(&header.format.to_be_bytes());
        sum.add(header.algorithm.as_bytes());
        sum.add(header.stream.as_bytes());
        sum.add(&header.charter_digest.0);
        Self { records: 0, hash: sum.end() }
    }

    /// The record that comes next, for this entry.
    pub fn next(&self, request_id: Option<String>, body: String) -> Record {
        let hash = self.hash_of(request_id.as_deref(), body.as_bytes());
        Record { number: self.records, request_id, body, hash }
    }

    /// Goes on to the next record.
    ///
    /// # Errors
    /// If the record is not the next one, or is not what it was when it was written.
    pub fn follow(&mut self, record: &Record) -> Result<(), Error> {
        let (due, number) = (self.records, record.number);
        if number != due {
            return Err(journal(format!("entry {due} is missing: entry {number} stands in its place"))
                .in_chinese(format!("缺第 {due} 条记录：该处是第 {number} 条")));
        }
        if record.hash != self.hash_of(record.request_id.as_deref(), record.body.as_bytes()) {
            return Err(journal(format!(
                "entry {number} is not what was written: its hash does not follow from the entries before it"
            ))
            .in_chinese(format!("第 {number} 条记录已非原文：其哈希与此前记录不相接")));
        }
        *self = self.after(record.hash);
        Ok(())
    }

    /// The head behind the next record, which has this hash.
    pub(super) fn after(&self, hash: Digest) -> Self {
        Self { records: self.records.saturating_add(1), hash }
    }

    /// The hash of the next record.
    pub(super) fn hash_of(&self, request_id: Option<&str>, body: &[u8]) -> Digest {
        let mut sum = Sum::default();
        sum.add(&self.hash.0);
        sum.add(&self.records.to_be_bytes());
        sum.add(request_id.unwrap_or_default().as_bytes());
        sum.add(body);
        sum.end()
    }
}

impl Digest {
    /// The digest of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    pub(super) fn bytes(self) -> [u8; 32] {
        self.0
    }
}

/// A sum over parts, each with its length before it, so that no two lists of parts are one text.
#[derive(Default)]
pub(super) struct Sum(Sha256);

impl Sum {
    pub(super) fn add(&mut self, part: &[u8]) {
        self.0.update((part.len() as u64).to_be_bytes());
        self.0.update(part);
    }

    pub(super) fn end(self) -> Digest {
        Digest(self.0.finalize().into())
    }
}

impl From<[u8; 32]> for Digest {
    fn from(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Digest {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let bad = || {
            journal(format!("`{text}` is no digest of 64 hexadecimal digits"))
                .in_chinese(format!("`{text}` 不是 64 位十六进制摘要"))
        };
        let mut bytes = [0_u8; 32];
        if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(bad());
        }
        for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks(2)) {
            let pair = std::str::from_utf8(pair).map_err(|_| bad())?;
            *byte = u8::from_str_radix(pair, 16).map_err(|_| bad())?;
        }
        Ok(Self(bytes))
    }
}

impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.records, self.hash)
    }
}

impl FromStr for Head {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let parts = text.split_once(':').and_then(|(records, hash)| Some((records.parse().ok()?, hash)));
        let (records, hash) = parts.ok_or_else(|| {
            journal(format!("`{text}` is no head; one looks like `12:9f…`"))
                .in_chinese(format!("`{text}` 不是链头；链头形如 `12:9f…`"))
        })?;
        Ok(Self { records, hash: hash.parse()? })
    }
}

/// The stream that is meant: the named one, or the only one there is.
#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub(super) fn choose(place: &str, streams: &[String], named: Option<&str>) -> Result<String, Error> {
    let list = || streams.iter().map(|stream| format!("`{stream}`")).collect::<Vec<_>>().join(", ");
    match (named, streams) {
        (Some(named), _) if streams.iter().any(|one| one == named) => Ok(named.to_owned()),
        (None, [only]) => Ok(only.clone()),
        (_, []) => Err(journal(format!("`{place}` holds no stream yet"))
            .in_chinese(format!("`{place}` 还没有任何一本账"))),
        (Some(named), _) => Err(journal(format!("`{place}` holds no stream `{named}`; it holds {}", list()))
            .in_chinese(format!("`{place}` 没有名为 `{named}` 的账；有 {}", list()))),
        (None, _) => Err(journal(format!("`{place}` holds several streams, name one: {}", list()))
            .in_chinese(format!("`{place}` 有几本账，请指明一本：{}", list()))),
    }
}

/// A failure of the journal.
pub(super) fn journal(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Journal, message)
}
