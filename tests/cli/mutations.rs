//! 1,000 damaged copies of the example files: each is refused or played, none brings the program down.
//!
//! The damage is the same in every run. What the command does with a file is done here by the library's own
//! calls, so that a panic is seen with the text that caused it.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use bianzhi::scenario::Scenario;
use bianzhi::{Charter, Fault, Office, PolicySet};

/// Copies in all, over all files.
const COPIES: usize = 1_000;
/// Of a policy folder, which has to be compiled for each; the rest goes to charters and scenarios.
const FOLDERS: usize = 60;

const CHARTER: &str = "\
bianzhi: charter/1
opened: 2024-01-01
levels: [city, county, unit]
kinds: {administrative: {zh: 行政编制, en: administrative}, institution: {zh: 事业编制, en: institution}}
excess: tolerate
nodes:
  - {id: nanping, level: city, name: 南平市, caps: {administrative: 100, institution: 500}}
  - {id: direct, parent: nanping, level: county, tier: city, name: 市直, caps: {administrative: 90, institution: 200},
     history: {institution: {year_end_vacancy: [19, 20, 21]}}}
  - {id: finance, parent: direct, level: unit, name: 市财政局, tags: [organ], caps: {administrative: 40}, occupied: {administrative: 40}, facts: {founded: 1950}}
  - {id: audit, parent: direct, level: unit, name: 市审计局, caps: {administrative: 20}, occupied: {administrative: 18}}
  - {id: school, parent: direct, level: unit, name: 一中, tags: [school], caps: {institution: 120}, occupied: {institution: 110}}
pools:
  - {id: administrative-pool, sponsor: direct, kind: administrative, name: 行政编制周转池, size: 2}
people:
  - {id: p-1, unit: audit, kind: administrative, since: 2020-07-01}
loans:
  - {id: l-1, lender: audit, borrower: finance, kind: administrative, seats: 2, occupied: {finance: 1}, since: 2023-05-01, ends: 2025-05-01,
     schedule: [{on: 2024-05-01, seats: 1}, {on: 2025-05-01, seats: 1}]}
permits:
  - {id: permit-1, unit: school, kind: institution, count: 3, ends: 2024-06-30}
";

const SCENARIO: &str = "\
bianzhi: scenario/1
charter: charter.yaml
policies: null
steps:
  - {on: 2024-03-05, by: nanping, draw: {pool: administrative-pool, unit: finance, person: p-017, category: selected-graduate}, expect: granted}
  - {transfer: {from: school, to: direct, kind: institution, count: 3}, expect: granted}
  - {permit: {id: permit-2, unit: school, kind: institution, count: 2, ends: 2024-12-31, purpose: teachers}}
  - {appoint: {unit: school, kind: institution, person: t-1, permit: permit-2}}
  - {borrow: {id: l-2, lender: direct, borrower: school, kind: institution, count: 4, ends: 2026-01-01}}
  - {appoint: {unit: school, kind: institution, person: t-2, loan: l-2}}
  - {convert: {person: t-2}}
  - {give_back: {loan: l-2, count: 2}}
  - {evaluate: {loan: l-2, outcome: run-off, seats: 1}}
  - {establish: {id: archive, parent: direct, level: unit, caps: {administrative: 3}}}
  - {merge: {units: [archive], into: audit}}
  - {batch: [{authorize: {node: audit, kind: administrative, change: -1}}, {authorize: {node: finance, kind: administrative, to: 41}}]}
  - {on: 2025-01-10, vacate: {person: p-017, reason: retirement}}
  - {correct: {entry: 3, reason: wrong school}}
  - {amend: {node: school, add_tags: [key], facts: {pupils: 1500, share: 0.25}}}
  - {check: {node: finance, kind: administrative, headcount: 41, charged: 40}}
  - {check: {loan: l-2, seats: 2, open: true, ends: 2026-01-01}}
  - {check: {date: 2025-01-10}}
";

/// A file to be damaged, and the folder that its paths start from.
struct Original {
    path: PathBuf,
    bytes: Vec<u8>,
}

#[test]
fn a_thousand_damaged_files_bring_nothing_down() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("charter.yaml"), CHARTER).unwrap();
    let built_in = [("charter.yaml", CHARTER), ("scenario.yaml", SCENARIO)];
    let mut originals: Vec<Original> =
        built_in.map(|(name, text)| Original { path: folder.path().join(name), bytes: text.into() }).into();
    let project = Path::new(env!("CARGO_MANIFEST_DIR"));
    for place in ["examples", "policies/tests"] {
        collect(&project.join(place), &mut originals);
    }
    // The originals themselves are good, or damaging them would show little.
    let office = Office::open(Charter::parse("charter.yaml", CHARTER).unwrap(), None).unwrap();
    let scenario = Scenario::parse(folder.path().join("scenario.yaml"), SCENARIO).unwrap();
    assert!(scenario.play(&mut office.fork()).all(|played| played.is_ok()));

    // Compiled once; damage to policies themselves has a test of its own.
    let policies = PolicySet::load(project.join("policies")).ok();
    let mut dice = Dice(0x6269_616e_7a68_6931);
    let mut read = 0_usize;
    for copy in 0..COPIES {
        let original = &originals[copy % originals.len()];
        let damaged = damage(&original.bytes, &mut dice);
        let tried = catch_unwind(AssertUnwindSafe(|| attempt(&original.path, &damaged, policies.as_ref())));
        match tried {
            Ok(was_read) => read += usize::from(was_read),
            Err(panic) => panic!(
                "copy {copy} of {} brought the program down ({:?}):\n{}",
                original.path.display(),
                panic.downcast_ref::<String>(),
                String::from_utf8_lossy(&damaged)
            ),
        }
    }
    assert!(
        read > COPIES / 20,
        "only {read} of {COPIES} copies were still readable: the damage is too coarse"
    );
}

#[test]
fn a_damaged_policy_folder_brings_nothing_down() {
    let policies = Path::new(env!("CARGO_MANIFEST_DIR")).join("policies");
    let Ok(entries) = fs::read_dir(&policies) else { return };
    let mut files: Vec<PathBuf> =
        entries.flatten().map(|entry| entry.path()).filter(|path| path.is_file()).collect();
    files.retain(|path| path.extension().is_some_and(|ending| ending == "rhai" || ending == "yaml"));
    files.sort();
    if files.is_empty() {
        return;
    }
    let mut dice = Dice(0x7368_656e_6368_6131);
    for copy in 0..FOLDERS {
        let folder = tempfile::tempdir().unwrap();
        for file in &files {
            fs::copy(file, folder.path().join(file.file_name().unwrap())).unwrap();
        }
        let file = &files[copy % files.len()];
        let damaged = damage(&fs::read(file).unwrap(), &mut dice);
        fs::write(folder.path().join(file.file_name().unwrap()), &damaged).unwrap();
        let tried = catch_unwind(|| {
            if let Ok(policies) = PolicySet::load(folder.path()) {
                let charter = Charter::parse("charter.yaml", CHARTER).unwrap();
                if let Ok(mut office) = Office::open(charter, policies) {
                    let scenario = Scenario::parse("scenario.yaml", SCENARIO).unwrap();
                    scenario.play(&mut office).for_each(drop);
                }
            }
        });
        assert!(
            tried.is_ok(),
            "copy {copy} of {} brought the program down:\n{}",
            file.display(),
            String::from_utf8_lossy(&damaged)
        );
    }
}

/// Reads a damaged file as the command would and plays it as far as it goes; whether it could be read.
fn attempt(path: &Path, damaged: &[u8], policies: Option<&PolicySet>) -> bool {
    // Bytes that are no text are refused by the reader of files; here the text is what is tried.
    let text = String::from_utf8_lossy(damaged);
    let scenario = match Scenario::parse(path, &text) {
        Ok(scenario) => scenario,
        Err(error) => {
            assert!(in_both(error.faults()), "{error}");
            return match Charter::parse(path, &text) {
                Ok(charter) => Office::open(charter, None).is_ok(),
                Err(error) => !in_both(error.faults()),
            };
        }
    };
    let policies = policies.filter(|_| scenario.policies().is_some());
    let undeclared = policies.map(|policies| scenario.undeclared(policies)).unwrap_or_default();
    if let Ok(charter) = Charter::load(scenario.charter())
        && let Ok(mut office) = Office::open(charter, policies.cloned())
        && undeclared.is_empty()
    {
        scenario.play(&mut office).for_each(drop);
    }
    true
}

/// Whether each is told in English and in Chinese.
fn in_both(faults: &[Fault]) -> bool {
    let chinese = |letter: char| ('\u{4e00}'..='\u{9fff}').contains(&letter);
    let told =
        |fault: &Fault| !fault.message.is_empty() && fault.zh != fault.message && fault.zh.contains(chinese);
    !faults.is_empty() && faults.iter().all(told)
}

fn collect(folder: &Path, originals: &mut Vec<Original>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            collect(&path, originals);
        } else if path.extension().is_some_and(|ending| ending == "yaml") {
            let bytes = fs::read(&path).unwrap();
            originals.push(Original { path, bytes });
        }
    }
}

/// One to three small injuries: a byte changed, dropped or doubled, a piece dropped or moved, two lines swapped.
fn damage(bytes: &[u8], dice: &mut Dice) -> Vec<u8> {
    let mut damaged = bytes.to_vec();
    for _ in 0..=dice.below(3) {
        if damaged.is_empty() {
            return damaged;
        }
        let at = dice.below(damaged.len());
        match dice.below(8) {
            0 => damaged[at] ^= 1 << dice.below(8),
            1 => damaged[at] = b" :-{}[],'\"#&*!|>%@09\n\t"[dice.below(22)],
            2 => drop(damaged.remove(at)),
            3 => damaged.insert(at, damaged[at]),
            4 => drop(damaged.drain(at..(at + dice.below(40)).min(bytes.len()).min(damaged.len()).max(at))),
            5 => {
                let piece: Vec<u8> = damaged[at..(at + dice.below(60)).min(damaged.len())].to_vec();
                let to = dice.below(damaged.len());
                damaged.splice(to..to, piece);
            }
            6 => digit(&mut damaged, at, dice),
            _ => swap_lines(&mut damaged, dice),
        }
    }
    damaged
}

/// Another digit in the next number: most such files can still be read, and are played with odd figures.
fn digit(damaged: &mut [u8], from: usize, dice: &mut Dice) {
    if let Some(found) = damaged.iter_mut().skip(from).find(|byte| byte.is_ascii_digit()) {
        *found = b"0123456789"[dice.below(10)];
    }
}

fn swap_lines(damaged: &mut Vec<u8>, dice: &mut Dice) {
    let mut lines: Vec<Vec<u8>> = damaged.split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
    let (one, other) = (dice.below(lines.len()), dice.below(lines.len()));
    lines.swap(one, other);
    *damaged = lines.join(&b'\n');
}

/// A small generator (xorshift64*), so that every run tries the same copies.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let rolled = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        usize::try_from(rolled).unwrap() % end.max(1)
    }
}
