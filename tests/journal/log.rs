//! The log on a disk that fails: whatever a crash leaves of it, it comes back whole or is refused.

use std::io::{self, Write};

use bianzhi::journal::{Log, SqliteStore, Store, export};

use super::filled;

/// What a crash may leave of pages that were not synced, and how many times each is tried.
const CRASHES: u64 = if cfg!(debug_assertions) { 4_000 } else { 3_000_000 };
/// Bytes of a page: small, so that a short log has many.
const PAGE: usize = 256;

/// A disk: what was written, and up to where it was synced.
#[derive(Default)]
struct Disk {
    written: Vec<u8>,
    /// The ends of all writes: a crash may tear the last one.
    ends: Vec<usize>,
}

impl Write for Disk {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.written.extend_from_slice(bytes);
        self.ends.push(self.written.len());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Small numbers in a fixed order that looks like none.
struct Dice(u64);

impl Dice {
    fn throw(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % below.max(1)
    }
}

impl Disk {
    /// What stands on the disk after a crash, in one of the ways in which disks fail.
    fn after_crash(&self, dice: &mut Dice) -> Vec<u8> {
        let mut left = self.written.clone();
        match dice.throw(5) {
            // A torn tail: the last write that came through is cut somewhere.
            0 => left.truncate(dice.throw(left.len())),
            // A short write: everything up to the end of one, and nothing of the next.
            1 => left.truncate(self.ends[dice.throw(self.ends.len() - 1)]),
            // A page that never left the cache: zeros.
            2 => {
                let page = dice.throw(left.len() / PAGE) * PAGE;
                left[page..page + PAGE].fill(0);
            }
            // A page that was written to another's place.
            3 => {
                let (from, to) = (dice.throw(left.len() / PAGE) * PAGE, dice.throw(left.len() / PAGE) * PAGE);
                let page = left[from..from + PAGE].to_vec();
                left[to..to + PAGE].copy_from_slice(&page);
            }
            // A flipped bit.
            _ => {
                let place = dice.throw(left.len());
                left[place] ^= 1 << dice.throw(8);
            }
        }
        left
    }
}

fn exported(store: &dyn Store) -> Disk {
    let mut disk = Disk::default();
    export(store, &mut disk).unwrap();
    disk
}

#[test]
fn whatever_a_crash_leaves_of_a_log_is_whole_or_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("city.journal");
    drop(filled(&file));
    let disk = exported(&SqliteStore::open_to_read(&file, None).unwrap());
    let workers = std::thread::available_parallelism().map_or(1, std::num::NonZero::get) as u64;
    let refused: u64 = std::thread::scope(|scope| {
        let disk = &disk;
        let crash = |worker| scope.spawn(move || crashes(disk, Dice(7 + worker), CRASHES / workers));
        let threads: Vec<_> = (0..workers).map(crash).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    // The rest put a page where it was.
    assert!(refused > CRASHES * 9 / 10, "{refused} of {CRASHES}");
}

/// How many of so many crashes leave something that is refused; the rest leave what was written.
fn crashes(disk: &Disk, mut dice: Dice, count: u64) -> u64 {
    let mut refused = 0;
    for crash in 0..count {
        let left = disk.after_crash(&mut dice);
        match Log::read(&mut left.as_slice()) {
            Ok(_) => assert!(left == disk.written, "crash {crash} went unnoticed"),
            Err(error) => {
                refused += 1;
                let said = error.to_string();
                assert!(said.contains("line ") || said.contains("log is empty"), "{said}");
            }
        }
    }
    refused
}

#[test]
fn a_changed_log_is_refused_with_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("city.journal");
    drop(filled(&file));
    let bytes = exported(&SqliteStore::open_to_read(&file, None).unwrap()).written;
    let text = String::from_utf8(bytes).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let last = lines.len();
    let join = |lines: &[&str]| format!("{}\n", lines.join("\n"));
    let without = |line: usize| join(&[&lines[..line - 1], &lines[line..]].concat());
    let mut swapped = lines.clone();
    swapped.swap(3, 4);
    let cases = [
        (String::new(), "the log is empty".to_owned()),
        (without(1), "line 1 of the log stands before the header".to_owned()),
        (without(4), "line 4 of the log: entry 2 is missing: entry 3 stands in its place".to_owned()),
        (join(&swapped), "line 4 of the log: entry 2 is missing: entry 3 stands in its place".to_owned()),
        (without(last), format!("the log is cut behind line {}", last - 1)),
        (text.trim_end().to_owned(), format!("line {last} of the log is cut or is no text")),
        (
            format!("{text}{}\n", lines[2]),
            format!("line {} of the log stands behind the line that says the head", last + 1),
        ),
        (
            text.replacen("p-2", "p-3", 1),
            "line 5 of the log is not what was written: its sum is wrong".to_owned(),
        ),
        (format!("{{}}\n{text}"), "line 1 of the log is no line of a log, or only a part of one".to_owned()),
    ];
    for (log, expected) in cases {
        assert_eq!(Log::read(&mut log.as_bytes()).unwrap_err().to_string(), expected);
    }
}
