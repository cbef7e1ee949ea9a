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

#[allow(dead_code, reason = "other benches use the rest")]
mod nation;
#[allow(dead_code, reason = "other benches use the rest")]
mod shipped;

use bianzhi::journal::{SqliteStore, Store};
use bianzhi::office::SharedOffice;
use bianzhi::{Charter, Office, PolicySet, Request};

use nation::{CITY, KIND, shuffled, unit};
use shipped::{Rules, books, is_organ};

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
/// The file that is waited for.
const FILE: &str = "waiting.journal";
/// How long each rate is measured in a round, at least.
const WHILE: Duration = Duration::from_millis(500);
/// How many rounds there are. An odd number has a median that was measured.
const ROUNDS: usize = 9;
/// How many answers somebody alone gets before it counts: until then the file beside the journal grows, and each commit
/// changes its length too. After that it is written over and over.
const GROWS: u64 = 8_000;
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

/// A city, and what is asked of it: named people come and go, each request with an id.
struct City {
    charter: Charter,
    policies: Option<PolicySet>,
    /// Where they come to, in turn.
    units: Vec<String>,
}

impl City {
    /// One school, and the laws alone.
    fn school() -> Result<Self> {
        let charter = Charter::parse("charter.yaml", CHARTER)?;
        Ok(Self { charter, policies: None, units: vec!["school".to_owned()] })
    }

    /// A thousand units that ask in an order that jumps about, by all rules that are shipped.
    fn of_units() -> Result<Self> {
        let units = shuffled(CITY).into_iter().filter(|number| !is_organ(*number, CITY));
        let units = units.map(|number| unit(number).to_string()).collect();
        let (charter, policies) = (Charter::from_opening(books(CITY))?, Some(Rules::load()?.all));
        Ok(Self { charter, policies, units })
    }

    fn request(&self, turn: u64) -> Request {
        let number = turn / 2 % 1_000;
        let person = format!("p-{number}");
        let place = usize::try_from(number).unwrap_or(0) % self.units.len();
        let request: Request = match self.units.get(place) {
            Some(unit) if turn.is_multiple_of(2) => {
                Request::appoint(unit.as_str(), KIND).person(person).into()
            }
            Some(_) | None => Request::vacate(person).into(),
        };
        request.id(format!("r-{turn}"))
    }
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
fn in_memory(city: &City) -> Result<f64> {
    let mut office = Office::open(city.charter.clone(), city.policies.clone())?;
    rate(|turn| office.submit(city.request(turn)).map(|_| 1).map_err(Into::into))
}

/// Durable answers to somebody who is alone with the office and has asked so often before.
fn alone(office: &SharedOffice, city: &City, before: &mut u64) -> Result<f64> {
    rate(|_| {
        office.submit(city.request(*before))?;
        *before += 1;
        Ok(1)
    })
}

/// Durable answers while so many wait, in a new file.
fn crowd(folder: &Path, city: &City, waiting: u64) -> Result<f64> {
    let file = tempfile::tempdir_in(folder)?;
    let office = durable(file.path(), city)?;
    let mut line: VecDeque<_> = (0..waiting).map(|turn| office.ask(city.request(turn))).collect();
    let answers = rate(|done| {
        if let Some(first) = line.pop_front() {
            first.wait()?;
        }
        line.push_back(office.ask(city.request(waiting + done)));
        Ok(1)
    })?;
    line.into_iter().try_for_each(|answer| answer.wait().map(drop))?;
    Ok(answers)
}

fn durable(folder: &Path, city: &City) -> Result<SharedOffice> {
    let store = SqliteStore::open(folder.join(FILE), "city")?;
    let (charter, policies) = (city.charter.clone(), city.policies.clone());
    Ok(SharedOffice::new(Office::open_on(store, charter, policies)?)?)
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
fn answers(folder: &Path, city: &City) -> Result<()> {
    let mut memory = Office::open(city.charter.clone(), city.policies.clone())?;
    for turn in 0..10_000 {
        if !memory.submit(city.request(turn))?.granted() {
            return Err("every request here is to be granted".into());
        }
    }
    let file = tempfile::tempdir_in(folder)?;
    let office = durable(file.path(), city)?;
    let mut before = 0;
    while before < GROWS {
        office.submit(city.request(before))?;
        before += 1;
    }
    let mut bodies = Vec::new();
    SqliteStore::open_to_read(file.path().join(FILE), None)?.read_part(1..GROWS + 1, &mut |record| {
        bodies.push(record.body);
        Ok(())
    })?;
    let bytes = bodies.iter().map(String::len).sum::<usize>() / bodies.len();
    let body = "x".repeat(bytes);
    println!("{bytes} bytes an entry as JSON");
    println!("median of {ROUNDS} rounds in turns, {} ms each (lowest to highest):", WHILE.as_millis());
    for waiting in [1_u64, 100, 1_000] {
        let round = |_| -> Result<Round> {
            let memory = in_memory(city)?;
            let bare = bare(folder, usize::try_from(waiting)?, &body)?;
            let durable = match waiting {
                1 => alone(&office, city, &mut before)?,
                _ => crowd(folder, city, waiting)?,
            };
            Ok(Round { memory, bare, durable })
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
    // Beside what is built: a folder of temporary files is often no disk at all.
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    let folder = folder.path();
    let city = City::school()?;
    println!("one school, the laws alone");
    answers(folder, &city)?;
    println!("a thousand units, every shipped rule");
    answers(folder, &City::of_units()?)?;
    if entries == 0 {
        return Ok(());
    }

    let file = folder.join("large.journal");
    let mut office = Office::open_on(SqliteStore::open(&file, "city")?, city.charter.clone(), None)?;
    let start = now();
    let tail = 1_000.min(entries / 2);
    let last_snapshot = (entries - tail).div_ceil(1_000);
    for group in 1..=entries.div_ceil(1_000) {
        office.submit_all(((group - 1) * 1_000..group * 1_000).map(|turn| city.request(turn)))?;
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
