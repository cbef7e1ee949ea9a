//! The journal: durable answers beside a bare file's appends, replay, opening from a snapshot, bytes an entry.
//!
//! `cargo bench --features sqlite --bench journal [ENTRIES]`. Disks differ, so every figure stands beside one of
//! the same run on the same disk. Times are of the clock: a disk is waited for.

#![expect(
    clippy::arithmetic_side_effects,
    clippy::cast_precision_loss,
    reason = "sizes far inside their types, times shown to three figures"
)]

use std::collections::VecDeque;
use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use bianzhi::journal::{SqliteStore, Store};
use bianzhi::office::SharedOffice;
use bianzhi::{Charter, Entry, Office, Request};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

const CHARTER: &str = "
bianzhi: charter/1
opened: 2024-01-01
levels: [city, unit]
kinds: {institution: {zh: 事业编制, en: institution}}
nodes:
  - {id: city, level: city, caps: {institution: 4000}}
  - {id: school, parent: city, level: unit, caps: {institution: 2000}}
";
/// How long each rate is measured, at least.
const WHILE: Duration = Duration::from_secs(2);
/// After how many groups of 1,000 the large journal's office is opened anew: an office holds every entry since its
/// opening, some 1.6 KB each.
const REOPEN: u64 = 500;

#[expect(
    clippy::disallowed_methods,
    reason = "a disk is waited for, which the processor's time does not see"
)]
fn now() -> Instant {
    Instant::now()
}

fn charter() -> Result<Charter> {
    Ok(Charter::parse("charter.yaml", CHARTER)?)
}

/// Named people come and go, each request with an id.
fn request(turn: u64) -> Request {
    let person = format!("p-{}", turn / 2 % 1_000);
    let request: Request = if turn.is_multiple_of(2) {
        Request::appoint("school", "institution").person(person).into()
    } else {
        Request::vacate(person).into()
    };
    request.id(format!("r-{turn}"))
}

/// How often a second something is done.
fn rate(mut work: impl FnMut(u64) -> Result<u64>) -> Result<f64> {
    let (start, mut done) = (now(), 0);
    while start.elapsed() < WHILE {
        done += work(done)?;
    }
    Ok(done as f64 / start.elapsed().as_secs_f64())
}

/// Groups of this many entries appended to a bare file, each group synced.
fn bare(folder: &Path, group: usize, body: &str) -> Result<f64> {
    let mut file = File::create(folder.join("bare"))?;
    let bytes = body.repeat(group);
    rate(|_| {
        file.write_all(bytes.as_bytes())?;
        file.sync_data()?;
        Ok(group as u64)
    })
}

/// Durable answers while so many wait.
fn durable(folder: &Path, waiting: u64) -> Result<f64> {
    let store = SqliteStore::open(folder.join(format!("waiting-{waiting}.journal")), "city")?;
    let office = SharedOffice::new(Office::open_on(store, charter()?, None)?)?;
    if waiting == 1 {
        return rate(|done| office.submit(request(done)).map(|_| 1).map_err(Into::into));
    }
    let mut line: VecDeque<_> = (0..waiting).map(|turn| office.ask(request(turn))).collect();
    let answers = rate(|done| {
        if let Some(first) = line.pop_front() {
            first.wait()?;
        }
        line.push_back(office.ask(request(waiting + done)));
        Ok(1)
    })?;
    line.into_iter().try_for_each(|answer| answer.wait().map(drop))?;
    Ok(answers)
}

fn main() -> Result<()> {
    let given = std::env::args().skip(1).find_map(|argument| argument.parse().ok());
    let entries: u64 = given.unwrap_or(1_000_000);
    // Beside the sources: a folder of temporary files is often no disk at all.
    let folder = tempfile::tempdir_in(env!("CARGO_MANIFEST_DIR"))?;
    let folder = folder.path();

    let mut memory = Office::open(charter()?, None)?;
    let decided = rate(|turn| memory.submit(request(turn)).map(|_| 1).map_err(Into::into))?;
    println!("in memory: {decided:.0} answers/s");
    let answers: Vec<&Entry> = memory.journal().entries().skip(1).take(10_000).collect();
    let written = rate(|_| {
        for entry in &answers {
            std::hint::black_box(serde_json::to_string(entry)?);
        }
        Ok(answers.len() as u64)
    })?;
    let body = answers.first().map(serde_json::to_string).transpose()?.unwrap_or_default();
    println!("as JSON: {written:.0} entries/s written, {} bytes each", body.len());
    for waiting in [1_u64, 100, 1_000] {
        let bare = bare(folder, usize::try_from(waiting)?, &body)?;
        let durable = durable(folder, waiting)?;
        println!(
            "{waiting} waiting: {durable:.0} durable answers/s; bare file {bare:.0}/s ({:.2}×); {:.2}× of in memory; \
             without any cost of JSON at most {:.2}× as many",
            durable / bare,
            durable / decided,
            1.0 / (1.0 - durable / written),
        );
    }

    let file = folder.join("large.journal");
    let mut office = Office::open_on(SqliteStore::open(&file, "city")?, charter()?, None)?;
    let start = now();
    let tail = 1_000.min(entries / 2);
    let last_snapshot = (entries - tail).div_ceil(1_000);
    for group in 1..=entries.div_ceil(1_000) {
        office.submit_all(((group - 1) * 1_000..group * 1_000).map(request))?;
        let reopen = group.is_multiple_of(REOPEN) && group < last_snapshot;
        if reopen || group == last_snapshot {
            office.keep_snapshot()?;
        }
        if reopen {
            drop(office);
            office = Office::open_on(SqliteStore::open(&file, "city")?, None, None)?;
        }
    }
    println!("{entries} entries in groups of 1,000: {:.0}/s", entries as f64 / start.elapsed().as_secs_f64());
    drop(office);
    println!("{:.0} bytes an entry in the file", fs::metadata(&file)?.len() as f64 / entries as f64);
    let start = now();
    let office = Office::open_on(SqliteStore::open(&file, "city")?, None, None)?;
    println!("opened from a snapshot, {tail} entries behind it: {:.3} s", start.elapsed().as_secs_f64());
    let start = now();
    let middle = entries / 2;
    let known = office.journal().entry(middle).is_some();
    println!("an entry before it (there: {known}): {:.3} s", start.elapsed().as_secs_f64());
    let records = office.journal().next();
    drop(office);
    // More than this would stand in memory twice.
    if entries <= 2_000_000 {
        let start = now();
        drop(Office::verify(SqliteStore::open(&file, "city")?)?);
        println!("replayed and verified: {:.0} entries/s", records as f64 / start.elapsed().as_secs_f64());
    }
    let store = SqliteStore::open(&file, "city")?;
    let size: usize = store
        .snapshots()?
        .last()
        .map(|at| store.snapshot(*at))
        .transpose()?
        .flatten()
        .map_or(0, |one| one.body.len());
    println!("the snapshot: {size} bytes");
    Ok(())
}
