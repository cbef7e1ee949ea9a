//! The journal: durable answers beside a bare file's appends, replay, opening from a snapshot, bytes an entry.
//!
//! `cargo bench --features sqlite --bench journal [ENTRIES]`, with 0 for the answers alone. Disks differ, so every figure stands beside one of
//! the same run on the same disk. Times are of the clock: a disk is waited for. Others may use the machine meanwhile, so what
//! is compared is measured in turns, in several short rounds: each ratio is of one round, and the median of the rounds is
//! told, with the lowest and the highest.

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
/// How long each rate is measured in a round, at least.
const WHILE: Duration = Duration::from_millis(500);
/// How many rounds there are. An odd number has a median that was measured.
const ROUNDS: usize = 9;
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

/// Answers of an office in memory, which begins anew so that no round finds more memory in use than another.
fn in_memory() -> Result<f64> {
    let mut office = Office::open(charter()?, None)?;
    rate(|turn| office.submit(request(turn)).map(|_| 1).map_err(Into::into))
}

/// Durable answers while so many wait, in a new file.
fn durable(folder: &Path, waiting: u64) -> Result<f64> {
    let file = tempfile::tempdir_in(folder)?;
    let store = SqliteStore::open(file.path().join("waiting.journal"), "city")?;
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

/// What was measured one after the other, while so many waited.
struct Round {
    memory: f64,
    bare: f64,
    durable: f64,
}

/// The median of what the rounds say, the lowest and the highest.
fn spread(rounds: &[Round], says: impl Fn(&Round) -> f64) -> Result<[f64; 3]> {
    let mut said: Vec<f64> = rounds.iter().map(says).collect();
    said.sort_by(f64::total_cmp);
    let [middle, first, last] =
        [said.get(said.len() / 2), said.first(), said.last()].map(Option::<&f64>::copied);
    middle
        .zip(first)
        .zip(last)
        .map(|((middle, first), last)| [middle, first, last])
        .ok_or_else(|| "no round".into())
}

/// Answers that wait for the disk beside those that do not, and beside the disk alone.
fn answers(folder: &Path) -> Result<()> {
    let mut memory = Office::open(charter()?, None)?;
    (0..10_000).try_for_each(|turn| memory.submit(request(turn)).map(drop))?;
    let entries: Vec<&Entry> = memory.journal().entries().skip(1).collect();
    let bodies: usize =
        entries.iter().map(|entry| serde_json::to_string(entry).map_or(0, |body| body.len())).sum();
    let body = entries.first().map(serde_json::to_string).transpose()?.unwrap_or_default();
    println!("{} bytes an entry as JSON", bodies / entries.len());
    println!("median of {ROUNDS} rounds in turns, {} ms each (lowest to highest):", WHILE.as_millis());
    for waiting in [1_u64, 100, 1_000] {
        let round = |_| -> Result<Round> {
            let memory = in_memory()?;
            let bare = bare(folder, usize::try_from(waiting)?, &body)?;
            Ok(Round { memory, bare, durable: durable(folder, waiting)? })
        };
        let rounds = (0..ROUNDS).map(round).collect::<Result<Vec<_>>>()?;
        let [durable, ..] = spread(&rounds, |round| round.durable)?;
        let [bare, ..] = spread(&rounds, |round| round.bare)?;
        let [memory, ..] = spread(&rounds, |round| round.memory)?;
        let [of_bare, bare_low, bare_high] = spread(&rounds, |round| round.durable / round.bare)?;
        let [of_memory, low, high] = spread(&rounds, |round| round.durable / round.memory)?;
        println!(
            "{waiting} waiting: {durable:.0} durable answers/s; bare file {bare:.0}/s: {of_bare:.2}× \
             ({bare_low:.2}–{bare_high:.2}); in memory {memory:.0}/s: {of_memory:.2}× ({low:.2}–{high:.2})"
        );
    }
    Ok(())
}

fn main() -> Result<()> {
    let given = std::env::args().skip(1).find_map(|argument| argument.parse().ok());
    let entries: u64 = given.unwrap_or(1_000_000);
    // Beside the sources: a folder of temporary files is often no disk at all.
    let folder = tempfile::tempdir_in(env!("CARGO_MANIFEST_DIR"))?;
    let folder = folder.path();
    answers(folder)?;
    if entries == 0 {
        return Ok(());
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
