//! What size costs: load, memory, submit, fork and many decisions, from a thousand units to a nation.
//!
//! `cargo bench --bench scale` prints one table; `-- --plot docs/scale.svg` draws it too, `-- --people` measures
//! books with everyone named, and `-- UNITS …` other sizes. Each size runs in processes of its own, so that one
//! does not warm or fill what another measures. Ratios are taken within one process, side by side.

#![expect(clippy::arithmetic_side_effects, reason = "sizes far inside their types")]
#![expect(clippy::cast_precision_loss, reason = "figures shown to three digits")]

#[allow(unused_imports, reason = "its tests run with the command line's")]
#[path = "../src/bin/bianzhi/dice.rs"]
mod dice;
#[allow(unused_imports, reason = "its tests run with the command line's")]
#[path = "../src/bin/bianzhi/nation.rs"]
mod nation;
mod plot;

use std::fs::{self, File};
use std::hint::black_box;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use bianzhi::graph::Role;
use bianzhi::model::{KindId, NodeId};
use bianzhi::{Charter, Office, PolicySet, Request};

use dice::Dice;
use nation::Nation;

type Failed = Box<dyn std::error::Error>;

/// The sizes of the table; the second is the city that the others are held against.
const SIZES: [u32; 6] = [1_000, 4_000, 10_000, 100_000, 300_000, 1_200_000];
/// What is hired and left at.
const KIND: &str = "institution";

/// What one size costs; times in nanoseconds, memory in bytes.
#[derive(Debug, Clone, Default)]
struct Cost {
    units: u32,
    people: u64,
    /// Reading the files with the csv package alone, and loading them into an office.
    read: f64,
    load: f64,
    memory: f64,
    /// One request by the laws alone, and under the shipped policies.
    laws: f64,
    policies: f64,
    fork: f64,
    /// A fork's first request, which copies what it writes, and letting the fork go.
    first: f64,
    /// A batch of decisions one by one, over the same on all cores.
    cores: f64,
}

fn main() -> Result<(), Failed> {
    // `cargo bench` adds its own argument.
    let words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    let mut given = words.iter().map(String::as_str);
    if let Some(child @ ("measure" | "memory")) = words.first().map(String::as_str) {
        let (units, people) = (words.get(1).map_or("0", String::as_str).parse()?, words.len() > 2);
        let folder = folder(units, people);
        return if child == "measure" { measure(&folder) } else { memory(&folder) };
    }
    let (mut plot, mut people, mut sizes) = (None, false, Vec::new());
    while let Some(word) = given.next() {
        match word {
            "--plot" => plot = given.next().map(PathBuf::from),
            "--people" => people = true,
            size => sizes.push(size.parse()?),
        }
    }
    if sizes.is_empty() {
        sizes = SIZES.to_vec();
    }
    println!("{}", HEAD.join(" | "));
    let mut costs: Vec<Cost> = Vec::new();
    for units in sizes {
        let cost = cost(units, people)?;
        let city = costs.iter().find(|one| one.units == 4_000).unwrap_or(&cost);
        println!("{}", row(&cost, city).join(" | "));
        costs.push(cost);
    }
    if let Some(path) = plot {
        fs::write(&path, plot::draw(&costs))?;
        println!("{}", path.display());
    }
    Ok(())
}

const HEAD: [&str; 11] = [
    "units",
    "people",
    "load / csv",
    "load",
    "memory",
    "a unit",
    "laws",
    "× city",
    "policies",
    "× city",
    "fork | first request of a fork | decide_all ×",
];

fn row(cost: &Cost, city: &Cost) -> Vec<String> {
    vec![
        cost.units.to_string(),
        cost.people.to_string(),
        format!("{:.1}×", cost.load / cost.read),
        format!("{:.3} s", cost.load / 1e9),
        format!("{:.0} MiB", cost.memory / 1_048_576.0),
        format!("{:.0} B", cost.memory / f64::from(cost.units)),
        format!("{:.2} µs", cost.laws / 1e3),
        format!("{:.2}×", cost.laws / city.laws),
        format!("{:.1} µs", cost.policies / 1e3),
        format!("{:.2}×", cost.policies / city.policies),
        format!("{:.1} µs | {:.1} µs | {:.2}×", cost.fork / 1e3, cost.first / 1e3, cost.cores),
    ]
}

/// Measures one size, each part in a process of its own.
fn cost(units: u32, people: bool) -> Result<Cost, Failed> {
    let in_post = write(units, people)?;
    let child = |what: &str| -> Result<Vec<f64>, Failed> {
        let mut command = Command::new(std::env::current_exe()?);
        command.args([what, &units.to_string()]).args(people.then_some("people"));
        let ran = command.stderr(std::process::Stdio::inherit()).output()?;
        if !ran.status.success() {
            return Err(format!("{what} of {units} units failed").into());
        }
        let said = String::from_utf8(ran.stdout)?;
        Ok(said.split_whitespace().map(str::parse).collect::<Result<_, _>>()?)
    };
    let [memory] = child("memory")?[..] else { return Err("one figure is needed".into()) };
    let [read, load, laws, policies, fork, first, cores] = child("measure")?[..] else {
        return Err("seven figures are needed".into());
    };
    Ok(Cost { units, people: in_post, read, load, memory, laws, policies, fork, first, cores })
}

fn folder(units: u32, people: bool) -> PathBuf {
    let named = if people { "-people" } else { "" };
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("scale-{units}{named}"))
}

/// Writes the books, as `bianzhi generate nation` does; says how many people they have.
fn write(units: u32, people: bool) -> Result<u64, Failed> {
    let folder = folder(units, people);
    fs::create_dir_all(&folder)?;
    let file = |name: &str| File::create(folder.join(name)).map(BufWriter::new);
    let nation = Nation::new(units, 7);
    let mut charter = file("charter.yaml")?;
    nation.write_charter(people, &mut charter)?;
    charter.flush()?;
    let mut nodes = file("nodes.csv")?;
    nation.write_nodes(&mut nodes)?;
    nodes.flush()?;
    if people {
        let mut people = file("people.csv")?;
        nation.write_people(&mut people)?;
        people.flush()?;
    }
    Ok(nation.totals().1)
}

/// The most memory that opening these books ever took.
fn memory(folder: &Path) -> Result<(), Failed> {
    let office = open(folder, None)?;
    let status = fs::read_to_string("/proc/self/status")?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let peak = peak.and_then(|peak| peak.trim().strip_suffix(" kB")).ok_or("the system says no peak")?;
    println!("{}", peak.trim().parse::<u64>()? * 1024);
    drop(office);
    Ok(())
}

fn open(folder: &Path, policies: Option<PolicySet>) -> Result<Office, Failed> {
    Ok(Office::open(Charter::load(folder.join("charter.yaml"))?, policies)?)
}

fn measure(folder: &Path) -> Result<(), Failed> {
    let policies = PolicySet::load("policies")?;
    let (mut read, mut load) = (f64::MAX, f64::MAX);
    let mut office = None;
    for _ in 0..3 {
        read = read.min(took(|| read_alone(folder))?);
        drop(office.take());
        load = load.min(took(|| {
            office = Some(open(folder, Some(policies.clone()))?);
            Ok(())
        })?);
    }
    let ruled = office.ok_or("nothing was opened")?;
    let units = units(&ruled);
    let laws = submits(&mut open(folder, None)?, &units, 2_000)?;
    let (mut forks, mut firsts, mut ruled_by) = (f64::MAX, f64::MAX, f64::MAX);
    for _ in 0..3 {
        forks = forks.min(
            took(|| {
                (0..100).for_each(|_| drop(black_box(ruled.fork())));
                Ok(())
            })? / 100.0,
        );
        let mut each = units.iter().cycle();
        firsts = firsts.min(
            took(|| {
                for _ in 0..100 {
                    let unit = each.next().ok_or("no unit")?;
                    ruled.fork().submit(Request::vacate_unnamed(unit, KIND))?;
                }
                Ok(())
            })? / 100.0,
        );
    }
    let batch: Vec<Request> =
        units.iter().cycle().take(4_000).map(|unit| Request::appoint(unit, KIND).into()).collect();
    let (mut alone, mut together) = (f64::MAX, f64::MAX);
    for _ in 0..3 {
        alone = alone.min(passed(|| batch.iter().try_for_each(|one| Ok(drop(ruled.decide(one.clone())?))))?);
        together = together.min(passed(|| Ok(drop(ruled.decide_all(batch.iter().cloned())?)))?);
    }
    let mut ruled = ruled;
    ruled_by = ruled_by.min(submits(&mut ruled, &units, 500)?);
    println!("{read} {load} {laws} {ruled_by} {forks} {firsts} {}", alone / together);
    Ok(())
}

/// The files read to their ends by the csv package, each record looked at and forgotten.
fn read_alone(folder: &Path) -> Result<(), Failed> {
    for name in ["nodes.csv", "people.csv"] {
        let path = folder.join(name);
        if path.exists() {
            let mut reader = csv::Reader::from_path(path)?;
            let mut record = csv::StringRecord::new();
            while reader.read_record(&mut record)? {
                black_box(&record);
            }
        }
    }
    Ok(())
}

/// Someone leaves and someone comes, at so many units; the time of one request, the best of five rounds.
fn submits(office: &mut Office, units: &[NodeId], most: usize) -> Result<f64, Failed> {
    let kind = KindId::new(KIND);
    let mut best = f64::MAX;
    let mut each = units.iter().cycle();
    for _ in 0..5 {
        let round = took(|| {
            for unit in each.by_ref().take(most) {
                black_box(office.submit(Request::vacate_unnamed(unit, &kind))?);
                black_box(office.submit(Request::appoint(unit, &kind))?);
            }
            Ok(())
        })?;
        best = best.min(round / (2 * most) as f64);
    }
    Ok(best)
}

/// Units that have people of the kind, in an order that jumps about; everywhere the same.
fn units(office: &Office) -> Vec<NodeId> {
    let books = office.books();
    let (Some(kind), mut dice) = (books.kind(KIND), Dice(7)) else { return Vec::new() };
    let mut units: Vec<_> = books
        .nodes_in_tree_order()
        .into_iter()
        .filter(|node| {
            books.role(*node) == Role::Unit && books.unnamed_on_own_seats(*node, kind) > bianzhi::Seats::ZERO
        })
        .map(|node| (dice.next(), node))
        .collect();
    units.sort_unstable();
    units.truncate(20_000);
    units.into_iter().map(|(_, node)| books.id(node)).collect()
}

/// The time that this thread spent on a processor for some work, in nanoseconds, so that a busy machine spoils
/// little; where the system does not say, the time that passed.
fn took(work: impl FnOnce() -> Result<(), Failed>) -> Result<f64, Failed> {
    let spent = || {
        let text = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
        text.split_whitespace().next()?.parse::<f64>().ok()
    };
    let start = spent();
    let passed = passed(work)?;
    Ok(spent().zip(start).map_or(passed, |(end, start)| end - start))
}

/// How much time passed during some work, in nanoseconds.
#[expect(clippy::disallowed_methods, reason = "a benchmark reads the clock; nothing here decides")]
fn passed(work: impl FnOnce() -> Result<(), Failed>) -> Result<f64, Failed> {
    let start = std::time::Instant::now();
    work()?;
    Ok(start.elapsed().as_nanos() as f64)
}
