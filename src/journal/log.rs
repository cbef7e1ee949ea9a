//! The log: a stream as JSON lines, to carry it elsewhere, whole or not at all.
//!
//! The first line is the header, then come policy files and entries, and the last line says the head. Every
//! line carries a sum over its own text, so that a line which was cut, changed or lost is found.

use std::io::{self, BufRead, Write};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::people::PersonRow;
use super::seeded;
use super::store::{Batch, Digest, Head, Header, PolicyFiles, Record, Store, journal};
use crate::error::{Error, ErrorKind, in_chinese};

/// The hexadecimal digits of a line's sum.
const SUM: usize = 16;
/// What stands around a line's sum and what it says.
const BEGINS: &str = "{\"sum\":\"";
const BETWEEN: &str = "\",\"line\":";
const ENDS: &str = "}";

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line<'a> {
    Header {
        format: u32,
        algorithm: String,
        stream: String,
        charter_digest: String,
        #[serde(borrow)]
        charter: &'a RawValue,
    },
    Policy {
        digest: String,
        path: String,
        text: String,
    },
    Person {
        reference: String,
        /// As hexadecimal digits; missing, as the key is, once the person was erased.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        salt: Option<Digest>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        key: Option<String>,
    },
    Entry {
        number: u64,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        request_id: Option<String>,
        hash: String,
        #[serde(borrow)]
        body: &'a RawValue,
    },
    Head(String),
}

/// Writes a stream as a log and says its head. The chain is checked on the way.
///
/// # Errors
/// If the store cannot be read, an entry is not what was written, or the output cannot be written.
pub fn export(store: &dyn Store, out: &mut dyn Write) -> Result<Head, Error> {
    let header = store.header()?.ok_or_else(|| journal("the journal is empty").in_chinese("日志是空的"))?;
    header.check()?;
    let Header { format, ref algorithm, ref stream, charter_digest, ref charter } = header;
    let (algorithm, stream) = (algorithm.clone(), stream.clone());
    let (charter, charter_digest) = (raw(charter)?, charter_digest.to_string());
    write(out, &Line::Header { format, algorithm, stream, charter_digest, charter })?;
    for digest in store.policy_digests()? {
        for (path, content) in store.policies(&digest)?.unwrap_or_default() {
            let text = String::from_utf8(content).map_err(|_| {
                journal(format!("the policy file `{path}` in the journal is no text"))
                    .in_chinese(format!("日志中的政策文件 `{path}` 不是文本"))
            })?;
            write(out, &Line::Policy { digest: digest.clone(), path, text })?;
        }
    }
    for PersonRow { reference, kept } in store.people()? {
        let (salt, key) = kept.unzip();
        write(out, &Line::Person { reference, salt: salt.map(Digest::from), key })?;
    }
    let mut head = Head::of(&header);
    store.read(&mut |record| {
        head.follow(&record)?;
        let Record { number, request_id, ref body, hash } = record;
        write(out, &Line::Entry { number, request_id, hash: hash.to_string(), body: raw(body)? })
    })?;
    write(out, &Line::Head(head.to_string()))?;
    out.flush().map_err(|cause| unwritable(&cause))?;
    Ok(head)
}

/// A log as read, all of it checked.
#[derive(Debug)]
pub struct Log {
    header: Header,
    policies: Vec<(Arc<str>, PolicyFiles)>,
    people: Vec<PersonRow>,
    records: Vec<Record>,
    head: Head,
}

impl Log {
    /// Reads a log and checks all of it.
    ///
    /// # Errors
    /// With the line at fault if the log is cut, changed, out of order or incomplete.
    pub fn read(log: &mut dyn BufRead) -> Result<Self, Error> {
        let mut read: Option<Self> = None;
        let mut ended = false;
        let mut number = 0_u64;
        let mut bytes = Vec::new();
        loop {
            bytes.clear();
            number = number.saturating_add(1);
            let at = |(zh, en): Wrong| {
                journal(format!("line {number} of the log {en}"))
                    .in_chinese(format!("日志文件第 {number} 行{zh}"))
            };
            let count = log.read_until(b'\n', &mut bytes).map_err(|cause| {
                Error::new(ErrorKind::Io, format!("line {number} of the log cannot be read: {cause}"))
                    .in_chinese(format!("日志文件第 {number} 行无法读取：{cause}"))
            })?;
            if count == 0 {
                break;
            }
            if ended {
                return Err(at(wrong("在记链头的一行之后", "stands behind the line that says the head")));
            }
            let text = bytes
                .strip_suffix(b"\n")
                .and_then(|text| std::str::from_utf8(text).ok())
                .ok_or_else(|| at(wrong("被截断或不是文本", "is cut or is no text")))?;
            let line = parse(text).map_err(at)?;
            match (&mut read, line) {
                (None, Line::Header { format, algorithm, stream, charter_digest, charter }) => {
                    let charter_digest = charter_digest.parse()?;
                    let charter = charter.get().to_owned();
                    let header = Header { format, algorithm, stream, charter_digest, charter };
                    header.check()?;
                    let head = Head::of(&header);
                    let (policies, people, records) = Default::default();
                    read = Some(Self { header, policies, people, records, head });
                }
                (None, _) => return Err(at(wrong("在文件头之前", "stands before the header"))),
                (Some(read), line) => {
                    ended = read.add(line).map_err(|error| {
                        journal(format!("line {number} of the log: {error}"))
                            .in_chinese(format!("日志文件第 {number} 行：{}", error.zh()))
                    })?;
                }
            }
        }
        let read = read.ok_or_else(|| journal("the log is empty").in_chinese("日志文件是空的"))?;
        if ended || seeded::has(seeded::Bug::TornTailAccepted) {
            Ok(read)
        } else {
            Err(journal(format!("the log is cut behind line {}", number.saturating_sub(1)))
                .in_chinese(format!("日志文件在第 {} 行之后被截断", number.saturating_sub(1))))
        }
    }

    /// The stream that the log is of.
    pub fn stream(&self) -> &str {
        &self.header.stream
    }

    /// The policy sets that the log brings along, by their digests.
    pub fn policies(&self) -> impl Iterator<Item = (&str, &PolicyFiles)> {
        self.policies.iter().map(|(digest, files)| (&**digest, files))
    }

    /// Brings everything into a stream of the same name that has no entries: all of it or nothing. Its head is
    /// the log's then.
    ///
    /// # Errors
    /// If the stream has entries, or cannot be written.
    pub fn bring_into(&self, store: &mut dyn Store) -> Result<Head, Error> {
        let (own, other) = (self.stream(), store.stream());
        if own != other {
            return Err(journal(format!("the log is of the stream `{own}`, not of `{other}`"))
                .in_chinese(format!("日志文件属于 `{own}`，不属于 `{other}`")));
        }
        if store.header()?.is_some() {
            return Err(journal("the journal has entries already; a log comes into an empty one")
                .in_chinese("日志已有记录；只能导入空的日志"));
        }
        if self.header.keeps_people_apart() {
            // Whoever can give salts can keep people.
            store.salt()?;
        }
        let records: Vec<_> = self.records.iter().map(Record::as_new).collect();
        store.append(&Batch {
            header: Some(&self.header),
            expected: Head::of(&self.header),
            records: &records,
            policies: &self.policies,
            people: &self.people,
        })?;
        Ok(self.head)
    }

    /// One more line behind the header; `true` if it is the last.
    fn add(&mut self, line: Line<'_>) -> Result<bool, Error> {
        match line {
            Line::Header { .. } => return Err(journal("a second header").in_chinese("又一个文件头")),
            Line::Policy { digest, path, text } => self.policy(&digest, path, text.into_bytes()),
            Line::Person { reference, salt, key } => {
                let kept = salt.map(Digest::bytes).zip(key);
                self.people.push(PersonRow { reference, kept });
            }
            Line::Entry { number, request_id, hash, body } => {
                let record = Record { number, request_id, body: body.get().to_owned(), hash: hash.parse()? };
                self.head.follow(&record)?;
                self.records.push(record);
            }
            Line::Head(head) if head == self.head.to_string() => {
                self.has_its_policies()?;
                return Ok(true);
            }
            Line::Head(head) => {
                let found = self.head;
                return Err(journal(format!("the head is {found}, and the log says {head}"))
                    .in_chinese(format!("链头是 {found}，而日志文件记为 {head}")));
            }
        }
        Ok(false)
    }

    /// Whether every policy set that decided is there.
    fn has_its_policies(&self) -> Result<(), Error> {
        for Record { number, body, .. } in &self.records {
            let named: Named = serde_json::from_str(body).unwrap_or_default();
            let Some(digest) = named.decided.and_then(|decided| decided.policies) else { continue };
            if !self.policies.iter().any(|(known, _)| **known == digest) {
                return Err(journal(format!(
                    "the policies `{digest}` are missing, by which entry {number} was decided"
                ))
                .in_chinese(format!("缺政策 `{digest}`，第 {number} 条记录据此裁定")));
            }
        }
        Ok(())
    }

    fn policy(&mut self, digest: &str, path: String, content: Vec<u8>) {
        match self.policies.last_mut() {
            Some((last, files)) if **last == *digest => files.push((path, content)),
            Some(_) | None => self.policies.push((digest.into(), vec![(path, content)])),
        }
    }
}

/// What a decision's body says of the policies that decided.
#[derive(Default, Deserialize)]
struct Named {
    decided: Option<By>,
}

#[derive(Deserialize)]
struct By {
    policies: Option<String>,
}

fn write(out: &mut dyn Write, line: &Line<'_>) -> Result<(), Error> {
    let text = serde_json::to_string(line).map_err(|cause| {
        Error::new(ErrorKind::Internal, format!("a line cannot be written: {cause}"))
            .in_chinese(format!("有一行写不出来：{cause}"))
    })?;
    writeln!(out, "{BEGINS}{}{BETWEEN}{text}{ENDS}", sum(&text)).map_err(|cause| unwritable(&cause))
}

/// What is wrong with a line, in Chinese and in English.
type Wrong = (String, String);

fn wrong(zh: &str, en: &str) -> Wrong {
    (zh.to_owned(), en.to_owned())
}

/// What a line says, if its sum is right.
fn parse(text: &str) -> Result<Line<'_>, Wrong> {
    let within = text.strip_prefix(BEGINS).and_then(|rest| rest.strip_suffix(ENDS));
    let (found, line) = within
        .and_then(|rest| rest.split_once(BETWEEN))
        .ok_or_else(|| wrong("不是日志行，或不完整", "is no line of a log, or only a part of one"))?;
    if found != sum(line) {
        return Err(wrong("已非原文：校验和不符", "is not what was written: its sum is wrong"));
    }
    serde_json::from_str(line)
        .map_err(|cause| (format!("无法读取：{cause}"), format!("cannot be read: {cause}")))
}

/// The first digits of SHA-256 over a text.
fn sum(text: &str) -> String {
    let mut digits = Digest::of(text.as_bytes()).to_string();
    digits.truncate(SUM);
    digits
}

fn raw(text: &str) -> Result<&RawValue, Error> {
    serde_json::from_str(text).map_err(|cause| {
        journal(format!("the journal holds no JSON: {cause}")).in_chinese(format!("日志里不是 JSON：{cause}"))
    })
}

fn unwritable(cause: &io::Error) -> Error {
    Error::new(ErrorKind::Io, format!("the log cannot be written: {cause}"))
        .in_chinese(format!("日志文件无法写出：{}", in_chinese(cause)))
}
