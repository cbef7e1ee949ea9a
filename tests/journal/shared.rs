//! The shared office: order, groups, reads that wait for no disk, and an end that every handle tells.

use std::sync::Mutex;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use bianzhi::journal::{Batch, Header, PolicyFiles, Record, SqliteStore, Store};
use bianzhi::office::SharedOffice;
use bianzhi::{Error, ErrorKind, Office, Request};

use super::flaky::{Failing, Flaky};
use super::{charter, reopen};
use crate::city::figures;

fn hire() -> Request {
    Request::appoint("clinic", "administrative").into()
}

#[test]
fn many_threads_share_the_seats_that_there_are() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("city.journal");
    let store = SqliteStore::open(&file, "city").unwrap();
    let office = SharedOffice::new(Office::open_on(store, charter(), None).unwrap()).unwrap();
    let threads: Vec<_> = (0..8)
        .map(|number| {
            let office = office.clone();
            thread::spawn(move || {
                let answers =
                    (0..10).map(|turn| office.submit(hire().id(format!("{number}-{turn}"))).unwrap());
                answers.filter(|answer| answer.granted()).count()
            })
        })
        .collect();
    let granted: usize = threads.into_iter().map(|thread| thread.join().unwrap()).sum();
    assert_eq!(granted, 6, "the clinic has ten seats and four people");
    let seen = office.read();
    assert_eq!(seen.journal().next(), 81);
    drop(office);
    let again = reopen(&file).unwrap();
    assert!(again.journal().entries().eq(seen.journal().entries()));
    assert_eq!(figures(&again), figures(&seen));
}

/// A store whose every append waits for leave, and says which thread waits.
#[derive(Debug)]
struct Gated {
    store: Flaky,
    waits: Mutex<Sender<thread::ThreadId>>,
    leave: Mutex<Receiver<()>>,
}

impl Store for Gated {
    fn stream(&self) -> &str {
        self.store.stream()
    }

    fn header(&self) -> Result<Option<Header>, Error> {
        self.store.header()
    }

    fn read(&self, each: &mut dyn FnMut(Record) -> Result<(), Error>) -> Result<(), Error> {
        self.store.read(each)
    }

    fn append(&mut self, batch: &Batch<'_>) -> Result<(), Error> {
        self.waits.get_mut().unwrap().send(thread::current().id()).unwrap();
        self.leave.get_mut().unwrap().recv().unwrap();
        self.store.append(batch)
    }

    fn policy_digests(&self) -> Result<Vec<String>, Error> {
        self.store.policy_digests()
    }

    fn policies(&self, digest: &str) -> Result<Option<PolicyFiles>, Error> {
        self.store.policies(digest)
    }
}

#[test]
fn what_waits_is_kept_together_and_readers_wait_for_nothing() {
    let disk = Flaky::default();
    let ((waits, waiting), (leave, left)) = (channel(), channel());
    let gated = Gated { store: disk.clone(), waits: Mutex::new(waits), leave: Mutex::new(left) };
    leave.send(()).unwrap();
    let office = SharedOffice::new(Office::open_on(gated, charter(), None).unwrap()).unwrap();
    waiting.recv().unwrap();
    let first = office.ask(hire());
    waiting.recv().unwrap();
    // The disk is busy with the first now. 1,100 more arrive, and reading still shows what is kept.
    let more: Vec<_> = (0..1_100).map(|_| office.ask(hire())).collect();
    assert_eq!(office.read().journal().next(), 1);
    leave.send(()).unwrap();
    assert_eq!(first.wait().unwrap().entry, 1);
    assert_eq!(office.read().journal().next(), 2);
    let (mut kept, mut groups) = (2, Vec::new());
    while kept < 1_102 {
        waiting.recv().unwrap();
        leave.send(()).unwrap();
        while disk.0.lock().unwrap().records.len() == kept {
            thread::yield_now();
        }
        groups.push(disk.0.lock().unwrap().records.len() - kept);
        kept += groups.last().unwrap();
    }
    // A free disk waits for a few, a busy one for as many as are decided meanwhile, and never for too many.
    let (last, others) = groups.split_last().unwrap();
    assert!(groups[0] == 64 && *last <= 1_000, "{groups:?}");
    assert!(others.iter().all(|group| (64..=1_000).contains(group)), "{groups:?}");
    for (answer, entry) in more.into_iter().zip(2..) {
        assert_eq!(answer.wait().unwrap().entry, entry, "in the order of asking");
    }
    assert_eq!(office.read().journal().next(), 1_102);
}

/// While the disk is busy with one group the next one is decided: its rules have looked at it already.
#[test]
fn the_next_group_is_decided_while_the_disk_is_busy() {
    let disk = Flaky::default();
    let ((waits, waiting), (leave, left)) = (channel(), channel());
    let gated = Gated { store: disk.clone(), waits: Mutex::new(waits), leave: Mutex::new(left) };
    leave.send(()).unwrap();
    let policies = bianzhi::PolicySet::load(concat!(env!("CARGO_MANIFEST_DIR"), "/policies")).unwrap();
    let policies = policies.with_coverage();
    let calls = || policies.coverage(&[]).scripts.iter().map(|script| script.calls).sum::<u64>();
    let office = Office::open_on(gated, charter(), policies.clone()).unwrap();
    waiting.recv().unwrap();
    let office = SharedOffice::new(office).unwrap();
    // Whoever comes first is kept alone; the crowd behind it is handed on as soon as a few are decided.
    let first = office.ask(hire());
    waiting.recv().unwrap();
    let crowd: Vec<_> = (0..200).map(|_| office.ask(hire())).collect();
    leave.send(()).unwrap();
    first.wait().unwrap();
    waiting.recv().unwrap();
    let (before, kept) = (calls(), disk.0.lock().unwrap().records.len());
    let late: Vec<_> = (0..200).map(|_| office.ask(hire())).collect();
    // A minute's patience: it ends at once where the next group is decided.
    for _ in 0..60_000 {
        if calls() > before {
            break;
        }
        thread::sleep(std::time::Duration::from_millis(1));
    }
    assert!(calls() > before, "the rules wait for the disk");
    assert_eq!(disk.0.lock().unwrap().records.len(), kept, "the disk is still busy");
    (0..400).for_each(|_| leave.send(()).unwrap());
    for (answer, entry) in crowd.into_iter().chain(late).zip(2..) {
        assert_eq!(answer.wait().unwrap().entry, entry, "in the order of asking");
    }
    assert_eq!(
        disk.0.lock().unwrap().policies.len(),
        1,
        "a policy set goes to the store with the first group that it decides"
    );
}

#[test]
fn a_request_that_finds_nobody_is_answered_on_its_own_thread() {
    let disk = Flaky::default();
    let ((waits, waiting), (leave, left)) = (channel(), channel());
    let gated = Gated { store: disk, waits: Mutex::new(waits), leave: Mutex::new(left) };
    (0..9).for_each(|_| leave.send(()).unwrap());
    let office = SharedOffice::new(Office::open_on(gated, charter(), None).unwrap()).unwrap();
    assert!(office.submit(hire()).unwrap().granted());
    let here = thread::current().id();
    assert_eq!(waiting.try_iter().nth(1), Some(here));
    assert!(office.ask(hire()).wait().unwrap().granted());
    assert!(waiting.try_iter().all(|thread| thread != here), "whoever only asks is not held up");
}

#[test]
fn a_disk_that_fails_ends_the_office_for_every_handle() {
    for how in [Failing::Nothing, Failing::All, Failing::Panic] {
        let disk = Flaky::default();
        disk.0.lock().unwrap().good = Some(2);
        disk.0.lock().unwrap().how = how;
        let office = SharedOffice::new(Office::open_on(disk.clone(), charter(), None).unwrap()).unwrap();
        let other = office.clone();
        assert!(office.submit(hire()).unwrap().granted());
        let error = office.submit(hire()).unwrap_err();
        let (kind, said) = match how {
            Failing::Nothing | Failing::All => (ErrorKind::Io, "the disk failed"),
            Failing::Panic => (ErrorKind::Internal, "the office stopped because of a bug: the disk panicked"),
        };
        assert_eq!((error.kind(), error.to_string()), (kind, said.to_owned()));
        for handle in [&office, &other] {
            assert_eq!(handle.submit(hire()).unwrap_err().to_string(), said);
            assert_eq!(handle.read().journal().next(), 2, "what is read is what was kept");
        }
    }
}

/// A snapshot that is asked for stands behind all that was asked before it, and nothing else waits for ever.
#[test]
fn a_snapshot_is_kept_on_request() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("city.journal");
    let store = SqliteStore::open(&file, "city").unwrap();
    let office = SharedOffice::new(Office::open_on(store, charter(), None).unwrap()).unwrap();
    let waiting: Vec<_> = (0..3).map(|_| office.ask(hire())).collect();
    office.keep_snapshot().unwrap();
    let places = || SqliteStore::open_to_read(&file, None).unwrap().snapshots().unwrap();
    assert_eq!(places(), [4]);
    for answer in waiting {
        assert!(answer.wait().unwrap().granted());
    }
    assert!(office.submit(hire()).unwrap().granted());
    drop(office);
    assert_eq!(reopen(&file).unwrap().journal().next(), 5);
    Office::verify(SqliteStore::open_to_read(&file, None).unwrap()).unwrap();
}
