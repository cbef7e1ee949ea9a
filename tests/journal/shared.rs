//! The shared office: order, groups, reads that wait for no disk, and an end that every handle tells.

use std::fs;
use std::ops::Range;
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

use bianzhi::journal::{Batch, Head, Header, PolicyFiles, Record, SqliteStore, Store};
use bianzhi::office::SharedOffice;
use bianzhi::{Date, Error, ErrorKind, Office, Request};

use super::flaky::{Failing, Flaky};
use super::{charter, reopen, requests};
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
    // What is handed on while the disk is busy is kept with one commit, of no more than a bound.
    assert!(groups.iter().all(|group| *group <= 1_000) && groups.len() <= 40, "{groups:?}");
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
        thread::sleep(Duration::from_millis(1));
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

/// More than 32 groups of 64, which is as far ahead of the disk as small groups could be.
#[test]
fn groups_grow_while_the_disk_is_busy_and_no_commit_passes_its_bound() {
    let disk = Flaky::default();
    let ((waits, waiting), (leave, left)) = (channel(), channel());
    let gated = Gated { store: disk.clone(), waits: Mutex::new(waits), leave: Mutex::new(left) };
    leave.send(()).unwrap();
    let policies = bianzhi::PolicySet::load(concat!(env!("CARGO_MANIFEST_DIR"), "/policies")).unwrap();
    let policies = policies.with_coverage();
    let calls = || policies.coverage(&[]).scripts.iter().map(|script| script.calls).sum::<u64>();
    let kept = || disk.0.lock().unwrap().records.len();
    let office = SharedOffice::new(Office::open_on(gated, charter(), policies.clone()).unwrap()).unwrap();
    waiting.recv().unwrap();
    // Whoever comes first is brought to the disk by the thread that decides: the crowd is there before it goes on.
    let first = office.ask(hire());
    waiting.recv().unwrap();
    let each = calls();
    let crowd: Vec<_> = (0..3_000).map(|_| office.ask(hire())).collect();
    leave.send(()).unwrap();
    waiting.recv().unwrap();
    let all_decided = || calls() >= each * 3_001;
    // A minute's patience: it ends at once where all are decided.
    for _ in 0..60_000 {
        if all_decided() {
            break;
        }
        thread::sleep(Duration::from_millis(1));
    }
    if !all_decided() {
        // Nobody may go on waiting for the disk.
        drop(leave);
        panic!("{} of {} calls: the rest waits for the disk", calls(), each * 3_001);
    }
    assert_eq!(kept(), 2, "the disk is still busy");
    let mut commits = Vec::new();
    while kept() < 3_002 {
        let before = kept();
        leave.send(()).unwrap();
        while kept() == before {
            thread::yield_now();
        }
        commits.push(kept() - before);
        if kept() < 3_002 {
            waiting.recv().unwrap();
        }
    }
    // All but the first, which found whatever was decided, and the last take as much as has room.
    assert!(commits.iter().all(|commit| *commit <= 1_000) && commits.len() <= 6, "{commits:?}");
    for (answer, entry) in [first].into_iter().chain(crowd).zip(1..) {
        assert_eq!(answer.wait().unwrap().entry, entry, "in the order of asking");
    }
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

/// Whoever reads brings the books forward, or gets them from the writer: seldom or often, they are those of the answers.
#[test]
fn what_is_read_is_what_an_office_alone_would_show() {
    let shared = SharedOffice::new(Office::open(charter(), None).unwrap()).unwrap();
    let mut alone = Office::open(charter(), None).unwrap();
    // Every fifth has the id of the one before it; every other time it asks something else.
    let come_and_go = |turn: usize| -> Request {
        let id = format!("q-{}", turn - turn % 5 / 4);
        let turn = turn - turn % 10 / 9;
        let on = Date::constant(2025, 2, if turn < 2_000 { 1 } else { 2 });
        let person = format!("q-{}", turn / 2 % 7);
        let request: Request = if turn.is_multiple_of(2) {
            Request::appoint("clinic", "administrative").person(person).on(on)
        } else {
            Request::vacate(person).on(on)
        };
        request.id(id)
    };
    for (turn, request) in requests().into_iter().chain((0..4_500).map(come_and_go)).enumerate() {
        let answer = shared.submit(request.clone()).unwrap();
        assert_eq!(answer, alone.submit(request).unwrap());
        // At every answer, at some, and after more than the writer waits for before it hands over its own.
        let looks = turn < 30 || turn % 170 == 3 && !(900..3_200).contains(&turn) || turn == 3_200;
        if !looks {
            continue;
        }
        let seen = shared.read();
        assert_eq!((seen.journal().next(), seen.today()), (alone.journal().next(), alone.today()));
        assert_eq!(figures(&seen), figures(&alone), "behind request {turn}");
        if let Some(id) = &answer.request.id {
            assert!(seen.journal().answer_to(id).is_some());
            assert_eq!(seen.journal().answer_to(id), alone.journal().answer_to(id));
        }
    }
    let seen = shared.read();
    assert!(seen.journal().entries().eq(alone.journal().entries()));
    assert!(std::sync::Arc::ptr_eq(&seen, &shared.read()), "nothing is done again while nothing is answered");
    assert!(seen.journal().next() > 3_000);
}

#[test]
fn other_policies_are_shown_with_the_first_answer_behind_them() {
    let policies = bianzhi::PolicySet::load(concat!(env!("CARGO_MANIFEST_DIR"), "/policies")).unwrap();
    let digest = |office: &SharedOffice| office.read().policies().map(bianzhi::PolicySet::digest);
    let office = SharedOffice::new(Office::open(charter(), policies.clone()).unwrap()).unwrap();
    office.submit(hire()).unwrap();
    office.set_policies(None);
    office.submit(hire()).unwrap();
    assert_eq!(digest(&office), None);
    office.set_policies(policies.clone());
    office.submit(hire()).unwrap();
    assert_eq!(digest(&office), Some(policies.digest()));
}

#[test]
fn a_copy_follows_its_own_office_alone_and_leaves_nothing_out() {
    let mut office = Office::open(charter(), None).unwrap();
    let mut copy = office.fork();
    let [one, two, three] = [0, 1, 2].map(|_| office.submit(hire().on(Date::constant(2024, 5, 1))).unwrap());
    let said = |error: Error| (error.to_string(), error.zh());
    let (en, zh) = said(copy.follow(&two).unwrap_err());
    assert_eq!(en, "entry 1 is missing before entry 3: follow that answer first");
    assert_eq!(zh, "第 3 条之前缺第 1 条记录：请先跟随那一条");
    for answer in [&one, &one, &two, &one, &three] {
        copy.follow(answer).unwrap();
    }
    assert_eq!(figures(&copy), figures(&office));
    assert!(copy.journal().entries().eq(office.journal().entries()));
    // What breaks a law happens nowhere.
    let mut other = Office::open(charter(), None).unwrap();
    let stranger = other.submit(Request::vacate_unnamed("school", "administrative")).unwrap();
    let mut full = Office::open(charter(), None).unwrap();
    (0..4).for_each(|_| drop(full.submit(hire()).unwrap()));
    let mut hired: Vec<_> = (0..20).map(|_| other.submit(hire()).unwrap()).collect();
    hired.retain(|answer| answer.granted());
    assert_eq!(full.follow(&stranger).map(|()| full.journal().next()).unwrap(), 5, "it has another entry 1");
    let broken = hired.iter().try_for_each(|answer| full.follow(answer)).unwrap_err();
    assert!(broken.to_string().starts_with("entry 7: "), "{broken}");
    assert_eq!(full.journal().next(), 7);
    // Nor does an office that keeps a journal follow anybody.
    let mut kept = Office::open_on(Flaky::default(), charter(), None).unwrap();
    let (en, zh) = said(kept.follow(&one).unwrap_err());
    assert_eq!(en, "an office that keeps a journal follows no other; let a copy of it follow (`fork`)");
    assert_eq!(zh, "自有日志的办公室不跟随另一间的裁定；请让它的副本（`fork`）跟随");
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

#[test]
fn answers_are_joined_only_with_those_decided_right_behind_them() {
    let (store, other) = (Flaky::default(), Flaky::default());
    let mut office = Office::open_on(store, charter(), None).unwrap();
    let mut foreign = Office::open_on(other, charter(), None).unwrap();
    let mut decide = || office.submit_ahead([hire()]).unwrap();
    let (first, second, third) = (decide(), decide(), decide());
    let error = first.join(third).unwrap_err();
    assert_eq!(error.to_string(), "what was decided from entry 3 on does not stand behind entry 2");
    drop(second);
    // Of another office, and at the same place in it.
    let (one, two) = (foreign.submit_ahead([hire()]).unwrap(), foreign.submit_ahead([hire()]).unwrap());
    let mut office = Office::open_on(Flaky::default(), charter(), None).unwrap();
    let here = office.submit_ahead([hire()]).unwrap();
    let there = office.submit_ahead([hire()]).unwrap();
    assert!(here.join(two).is_err(), "of another office");
    assert_eq!(one.keep().unwrap().len(), 1);
    drop(there);
}

#[test]
fn answers_that_are_joined_are_kept_with_one_commit() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("city.journal");
    let mut office = Office::open_on(SqliteStore::open(&file, "city").unwrap(), charter(), None).unwrap();
    let first = office.submit_ahead([hire(), hire()]).unwrap();
    let none = office.submit_ahead(Vec::<Request>::new()).unwrap();
    let second = office.submit_ahead([hire()]).unwrap();
    let answers = first.join(none).unwrap().join(second).unwrap().keep().unwrap();
    assert_eq!(answers.iter().map(|answer| answer.entry).collect::<Vec<_>>(), [1, 2, 3]);
    drop(office);
    let office = Office::open_on(SqliteStore::open(&file, "city").unwrap(), None, None).unwrap();
    assert_eq!(office.journal().next(), 4);
    // In memory there is nothing to stand behind.
    let mut office = Office::open(charter(), None).unwrap();
    let (first, second) = (office.submit_ahead([hire()]).unwrap(), office.submit_ahead([hire()]).unwrap());
    assert_eq!(first.join(second).unwrap().keep().unwrap().len(), 2);
}

/// So many bytes that the thread is called, and too few for whoever writes to bring them over.
#[test]
fn what_stands_beside_the_file_is_brought_into_it_meanwhile() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("city.journal");
    let mut store = SqliteStore::open(&file, "city").unwrap();
    let header = Header::new("city", "{}".to_owned());
    let mut head = Head::of(&header);
    let size = || fs::metadata(&file).unwrap().len();
    let mut write = |store: &mut SqliteStore, megabytes: Range<u64>| {
        for megabyte in megabytes {
            let record = head.next(None, [megabyte.to_string(), " ".repeat(1_000_000)].concat());
            let header = (megabyte == 0).then_some(&header);
            let batch =
                Batch { header, expected: head, records: &[record.as_new()], policies: &[], people: &[] };
            store.append(&batch).unwrap();
            head.follow(&record).unwrap();
        }
    };
    write(&mut store, 0..20);
    // A minute's patience: it ends at once where the thread has done it.
    for _ in 0..60_000 {
        if size() > 10_000_000 {
            break;
        }
        thread::sleep(Duration::from_millis(1));
    }
    assert!(size() > 10_000_000, "all of it still stands beside the file");
    let mut bodies = Vec::new();
    let mut read = |record: Record| {
        bodies.push(record.body.trim().to_owned());
        Ok(())
    };
    store.read(&mut read).unwrap();
    assert!(bodies.iter().eq((0..20).map(|megabyte| megabyte.to_string()).collect::<Vec<_>>().iter()));
    store.check_file().unwrap();
    // Whoever erases needs the file alone, also while the thread is at it.
    for megabytes in [20..38, 38..56, 56..74] {
        write(&mut store, megabytes);
        store.erase(&[]).unwrap();
        assert_eq!(fs::metadata(folder.path().join("city.journal-wal")).unwrap().len(), 0);
    }
    drop(store);
    assert!(!folder.path().join("city.journal-wal").exists());
    assert!(size() > 74_000_000);
}
