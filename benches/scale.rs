//! What size costs: load, memory, submit, fork and many decisions, from a thousand units to a nation.
//!
//! `cargo bench --bench scale` prints one table; `-- --plot docs/scale.svg` draws it too, `-- --people` measures
//! books with everyone named, and `-- UNITS …` other sizes. Each size runs in processes of its own, so that one
//! does not warm or fill what another measures. Ratios are taken within one process, side by side. For a tool that counts
//! instructions the program itself takes `load UNITS TURNS` and `read UNITS TURNS`, of a size that was measured before.

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
use bianzhi::{Charter, Decision, Office, PolicySet, Request};

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
    /// The time that passed meanwhile.
    read_passed: f64,
    load_passed: f64,
    memory: f64,
    /// One request by the laws alone, and under the shipped policies.
    laws: f64,
    policies: f64,
    fork: f64,
    /// A fork's first request, which copies what it writes, and letting the fork go.
    first: f64,
    /// A batch of decisions one by one, over the same on all cores: the time that passed, and the processor time
    /// of all threads together. The second is 1 where nothing is lost: then idle cores add up in full.
    cores: f64,
    share: f64,
}

fn main() -> Result<(), Failed> {
    // `cargo bench` adds its own argument.
    let words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    let mut given = words.iter().map(String::as_str);
    if let Some(child @ ("measure" | "memory" | "load" | "read")) = words.first().map(String::as_str) {
        let people = words.last().is_some_and(|word| word == "people");
        let folder = folder(words.get(1).map_or("0", String::as_str).parse()?, people);
        let turns = || words.get(2).map_or("1", String::as_str).parse::<usize>();
        return match child {
            "measure" => measure(&folder),
            "memory" => memory(&folder),
            "load" => counted(&folder, turns()?),
            _ => (0..turns()?).try_for_each(|_| read_alone(&folder)),
        };
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
    println!("| {} |\n|{}", HEAD.join(" | "), " --: |".repeat(HEAD.len()));
    let mut costs: Vec<Cost> = Vec::new();
    for units in sizes {
        let cost = cost(units, people)?;
        let city = costs.iter().find(|one| one.units == 4_000).unwrap_or(&cost);
        println!("| {} |", row(&cost, city).join(" | "));
        costs.push(cost);
    }
    if let Some(path) = plot {
        fs::write(&path, plot::draw(&costs))?;
        println!("{}", path.display());
    }
    Ok(())
}

const HEAD: [&str; 16] = [
    "units",
    "people",
    "load / csv",
    "passed",
    "load",
    "passed",
    "memory",
    "a unit",
    "laws",
    "× city",
    "policies",
    "× city",
    "fork",
    "its first request",
    "decide_all, passed",
    "decide_all, work",
];

fn row(cost: &Cost, city: &Cost) -> Vec<String> {
    vec![
        cost.units.to_string(),
        cost.people.to_string(),
        format!("{:.1}×", cost.load / cost.read),
        format!("{:.1}×", cost.load_passed / cost.read_passed),
        format!("{:.3} s", cost.load / 1e9),
        format!("{:.3} s", cost.load_passed / 1e9),
        format!("{:.0} MiB", cost.memory / 1_048_576.0),
        format!("{:.0} B", cost.memory / f64::from(cost.units)),
        format!("{:.2} µs", cost.laws / 1e3),
        format!("{:.2}×", cost.laws / city.laws),
        format!("{:.1} µs", cost.policies / 1e3),
        format!("{:.2}×", cost.policies / city.policies),
        format!("{:.2} µs", cost.fork / 1e3),
        format!("{:.1} µs", cost.first / 1e3),
        format!("{:.2}×", cost.cores),
        format!("{:.2}×", cost.share),
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
    let [read, load, read_passed, load_passed, laws, policies, fork, first, cores, share] =
        child("measure")?[..]
    else {
        return Err("ten figures are needed".into());
    };
    let loading = Cost { units, people: in_post, read, load, read_passed, load_passed, ..Cost::default() };
    Ok(Cost { memory, laws, policies, fork, first, cores, share, ..loading })
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

/// Opens books so often, and nothing else.
fn counted(folder: &Path, turns: usize) -> Result<(), Failed> {
    let policies = PolicySet::load("policies")?;
    let opened: Result<Vec<Office>, Failed> =
        (0..turns).map(|_| open(folder, Some(policies.clone()))).collect();
    black_box(opened?);
    Ok(())
}

fn measure(folder: &Path) -> Result<(), Failed> {
    let policies = PolicySet::load("policies")?;
    let ruled = || open(folder, Some(policies.clone()));
    let (mut read, mut load) = (f64::MAX, f64::MAX);
    let (mut read_passed, mut load_passed) = (f64::MAX, f64::MAX);
    // In turns, each often enough to be felt: small books many times over.
    let length = fs::metadata(folder.join("nodes.csv"))?.len().max(1);
    let turns = usize::try_from(8_000_000 / length)? + 1;
    for _ in 0..3 {
        let alone = || (0..10 * turns).try_for_each(|_| read_alone(folder));
        let mut opened = Vec::new();
        let mut open = || (0..turns).try_for_each(|_| ruled().map(|office| opened.push(office)));
        let mut passed_by = 0.0;
        read = read.min(took(1, || passed(alone).map(|passed| passed_by = passed))? / (10 * turns) as f64);
        read_passed = read_passed.min(passed_by / (10 * turns) as f64);
        load = load.min(took(1, || passed(&mut open).map(|passed| passed_by = passed))? / turns as f64);
        load_passed = load_passed.min(passed_by / turns as f64);
    }
    if folder.join("people.csv").exists() {
        println!("{read} {load} {read_passed} {load_passed} NaN NaN NaN NaN NaN NaN");
        return Ok(());
    }
    let mut office = ruled()?;
    let units = units(&office);
    let laws = submits(&mut open(folder, None)?, &units, 20_000)?;
    let (mut fork, mut first) = (f64::MAX, f64::MAX);
    let mut each = units.iter().cycle();
    for _ in 0..3 {
        fork = fork.min(took(1_000_000, || {
            drop(black_box(office.fork()));
            Ok(())
        })?);
        first = first.min(took(2_000, || {
            let unit = each.next().ok_or("no unit")?;
            granted(&*office.fork().submit(Request::vacate_unnamed(unit, KIND))?)
        })?);
    }
    let batch: Vec<Request> =
        units.iter().cycle().take(20_000).map(|unit| Request::appoint(unit, KIND).into()).collect();
    let (mut alone, mut together) = (f64::MAX, f64::MAX);
    let (mut work_alone, mut work_together) = (0.0, 0.0);
    for _ in 0..5 {
        let before = process_time()?;
        let one_by_one = || -> Result<(), Failed> {
            let answers: Result<Vec<_>, _> = batch.iter().map(|one| office.decide(one.clone())).collect();
            black_box(answers?);
            Ok(())
        };
        let on_all_cores = || -> Result<(), Failed> {
            black_box(office.decide_all(batch.iter().cloned())?);
            Ok(())
        };
        alone = alone.min(passed(one_by_one)?);
        let between = process_time()?;
        together = together.min(passed(on_all_cores)?);
        work_alone += between - before;
        work_together += process_time()? - between;
    }
    let policies = submits(&mut office, &units, 10_000)?;
    println!(
        "{read} {load} {read_passed} {load_passed} {laws} {policies} {fork} {first} {} {}",
        alone / together,
        work_alone / work_together
    );
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

/// Someone leaves and someone comes, at so many units in turn; the time of one request, the best of three rounds.
fn submits(office: &mut Office, units: &[NodeId], most: usize) -> Result<f64, Failed> {
    let kind = KindId::new(KIND);
    let mut best = f64::MAX;
    let mut each = units.iter().cycle();
    for _ in 0..3 {
        best = best.min(took(most, || {
            let unit = each.next().ok_or("no unit")?;
            granted(&*office.submit(Request::vacate_unnamed(unit, &kind))?)?;
            black_box(office.submit(Request::appoint(unit, &kind))?);
            Ok(())
        })?);
    }
    Ok(best / 2.0)
}

fn granted(answer: &Decision) -> Result<(), Failed> {
    if answer.granted() { Ok(()) } else { Err(format!("this is to be granted: {:?}", answer.reasons).into()) }
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

/// The time that this thread spent on a processor for some work done so often, in nanoseconds a turn, so that a
/// busy machine spoils little; where the system does not say, the time that passed.
fn took(turns: usize, mut work: impl FnMut() -> Result<(), Failed>) -> Result<f64, Failed> {
    let spent = || {
        let text = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
        text.split_whitespace().next()?.parse::<f64>().ok()
    };
    let start = spent();
    let passed = passed(|| (0..turns).try_for_each(|_| work()))?;
    Ok(spent().zip(start).map_or(passed, |(end, start)| end - start) / turns as f64)
}

/// The processor time of all threads so far, in hundredths of a second.
fn process_time() -> Result<f64, Failed> {
    let text = fs::read_to_string("/proc/self/stat")?;
    let (_, fields) = text.rsplit_once(')').ok_or("the system says no times")?;
    let times = fields.split_whitespace().skip(11).take(2).map(str::parse::<f64>);
    Ok(times.collect::<Result<Vec<_>, _>>()?.into_iter().sum())
}

/// How much time passed during some work, in nanoseconds.
#[expect(clippy::disallowed_methods, reason = "a benchmark reads the clock; nothing here decides")]
fn passed(work: impl FnOnce() -> Result<(), Failed>) -> Result<f64, Failed> {
    let start = std::time::Instant::now();
    work()?;
    Ok(start.elapsed().as_nanos() as f64)
}
