//! Snapshots: books from one and the tail are the books of the whole chain, and no snapshot is believed over it.

use std::path::Path;

use bianzhi::journal::{Digest, Head, SNAPSHOT_FORMAT, Snapshot, SqliteStore, Store};
use bianzhi::office::SharedOffice;
use bianzhi::scenario::Scenario;
use bianzhi::{Date, Office, Request};
use rusqlite::Connection;

use super::flaky::{Disk, Flaky};
use super::{charter, nanping, requests};
use crate::city::figures;

/// An office on a disk, with a snapshot behind every entry that an answer ended with.
pub(crate) fn played(mut office: Office, requests: impl IntoIterator<Item = Request>) -> Office {
    office.keep_snapshot().unwrap();
    for request in requests {
        office.submit(request).unwrap();
        office.keep_snapshot().unwrap();
    }
    office
}

/// The same disk with this snapshot alone, or with none.
fn cut(disk: &Flaky, keep: Option<u64>) -> Flaky {
    let mut left: Disk = disk.0.lock().unwrap().clone();
    left.snapshots.retain(|records, _| Some(*records) == keep);
    let flaky = Flaky::default();
    *flaky.0.lock().unwrap() = left;
    flaky
}

/// The books of a disk, whole, as a snapshot would keep them.
fn books(disk: &Flaky) -> (String, Office) {
    let mut office = Office::open_on(disk.clone(), None, None).unwrap();
    let records = office.journal().next();
    disk.0.lock().unwrap().snapshots.clear();
    office.keep_snapshot().unwrap();
    let body = disk.0.lock().unwrap().snapshots[&records].body.clone();
    (body, office)
}

/// At every cut: the books from there, every entry, every answer and every earlier day are those of the replay.
#[track_caller]
pub(crate) fn same_at_every_cut(disk: &Flaky) {
    let places: Vec<u64> = disk.0.lock().unwrap().snapshots.keys().copied().collect();
    let (whole, replayed) = books(&cut(disk, None));
    for place in places {
        let (body, office) = books(&cut(disk, Some(place)));
        assert_eq!(body, whole, "behind {place} entries");
        assert_eq!(office.journal().head(), replayed.journal().head());
        assert!(office.journal().entries().eq(replayed.journal().entries()), "behind {place} entries");
        office.journal().sound().unwrap();
    }
    Office::verify(disk.clone()).unwrap();
}

#[test]
fn books_from_any_snapshot_and_the_tail_are_the_books_of_the_whole_chain() {
    let disk = Flaky::default();
    let office = played(Office::open_on(disk.clone(), charter(), None).unwrap(), requests());
    assert_eq!(disk.0.lock().unwrap().snapshots.len(), requests().len() + 1);
    same_at_every_cut(&disk);
    // Old ids are known, old entries corrected, old days shown, whatever snapshot the office comes from.
    let places: Vec<u64> = disk.0.lock().unwrap().snapshots.keys().copied().collect();
    for place in places {
        let mut later = Office::open_on(cut(&disk, Some(place)), None, None).unwrap();
        let known = requests().into_iter().find(|request| request.id.is_some()).unwrap();
        let answer = office.journal().answer_to(known.id.as_ref().unwrap()).unwrap();
        assert_eq!(&later.submit(known).unwrap(), answer, "behind {place} entries");
        let other = Request::vacate("p-2").id("r-1");
        assert_eq!(later.submit(other).unwrap().codes(), ["duplicate-id"]);
        for entry in 0..office.journal().next() {
            let (one, other) = (later.as_of(entry).unwrap(), office.as_of(entry).unwrap());
            assert_eq!(figures(&one), figures(&other), "{entry} from behind {place}");
            assert!(one.journal().entries().eq(other.journal().entries()));
        }
        let day = Date::constant(2024, 4, 2);
        assert_eq!(figures(&later.as_of(day).unwrap()), figures(&office.as_of(day).unwrap()));
        let again = later.decide_again(2).unwrap();
        assert!(again.same());
        let corrected = later.submit(Request::correct(4_u64, "a slip")).unwrap();
        let expected = office.fork().submit(Request::correct(4_u64, "a slip")).unwrap();
        assert_eq!(corrected.codes(), expected.codes());
        assert_eq!(corrected.events, expected.events);
    }
}

#[test]
fn the_example_city_is_the_same_from_every_snapshot() {
    let scenario =
        Scenario::load(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/nanping/scenario.yaml")).unwrap();
    let disk = Flaky::default();
    let store = disk.clone();
    let mut office = scenario.open_on(None, move |_| Ok(store)).unwrap();
    office.snapshot_every(3);
    scenario.play(&mut office).for_each(|played| drop(played.unwrap()));
    let places: Vec<u64> = disk.0.lock().unwrap().snapshots.keys().copied().collect();
    assert!(places.len() > 3 && places.windows(2).all(|pair| pair[1] - pair[0] >= 3), "{places:?}");
    same_at_every_cut(&disk);
}

/// More entries than a page has: earlier pages are read one by one, and each is checked by itself.
#[test]
fn earlier_pages_are_read_when_they_are_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("city.journal");
    let mut office = Office::open_on(SqliteStore::open(&file, "city").unwrap(), charter(), None).unwrap();
    let person = |turn: u64| format!("q-{}", turn / 2 % 9);
    let request = |turn: u64| -> Request {
        let request: Request = if turn.is_multiple_of(2) {
            Request::appoint("clinic", "administrative").person(person(turn)).into()
        } else {
            Request::vacate(person(turn)).into()
        };
        request.id(format!("t-{turn}"))
    };
    for group in [0..1_500, 1_500..3_000, 3_000..3_400] {
        office.submit_all(group.map(request)).unwrap();
        office.keep_snapshot().unwrap();
    }
    office.submit_all((3_400..3_500).map(request)).unwrap();
    let again = super::reopen(&file).unwrap();
    for number in [0, 1, 1_023, 1_024, 2_047, 2_048, 3_400, 3_401, 3_500] {
        assert_eq!(again.journal().entry(number), office.journal().entry(number), "{number}");
    }
    assert_eq!(again.journal().entry(3_501), None);
    let id = |turn: u64| format!("t-{turn}").as_str().into();
    assert_eq!(again.journal().answer_to(&id(1_700)), office.journal().answer_to(&id(1_700)));
    assert!(again.journal().answer_to(&id(1_700)).is_some());
    let then = again.as_of(1_600).unwrap();
    assert_eq!(then.journal().answer_to(&id(1_700)), None, "nothing was asked yet");
    assert_eq!(figures(&then), figures(&office.as_of(1_600).unwrap()));
    assert!(again.journal().entries().rev().eq(office.journal().entries().rev()));
    let store = SqliteStore::open_to_read(&file, None).unwrap();
    assert_eq!(figures(&Office::verify(store).unwrap()), figures(&office));
    // A page that was changed is found when it is read.
    let change = "UPDATE record SET hash = (SELECT hash FROM record WHERE seq = 3) WHERE seq = 1023";
    Connection::open(&file).unwrap().execute_batch(change).unwrap();
    let again = super::reopen(&file).unwrap();
    assert!(again.journal().entry(1_024).is_some(), "this page is as it was");
    assert_eq!(again.journal().entry(1_023), None);
    let said = again.journal().sound().unwrap_err().to_string();
    assert!(said.starts_with("entry 1023 is not what was written"), "{said}");
    // So is one whose own chain is sound, but not the one that goes on, by the snapshot's marks.
    let mut read = Vec::new();
    let store = SqliteStore::open_to_read(&file, None).unwrap();
    let each = &mut |record| {
        read.push(record);
        Ok(())
    };
    store.read_part(1_022..1_024, each).unwrap();
    let behind = Head { records: 1_023, hash: read[0].hash };
    let forged = behind.next(read[1].request_id.clone(), format!("{} ", read[1].body));
    let change = "UPDATE record SET body = ?1, hash = unhex(?2) WHERE seq = 1023";
    Connection::open(&file).unwrap().execute(change, [forged.body, forged.hash.to_string()]).unwrap();
    let again = super::reopen(&file).unwrap();
    assert_eq!(again.journal().entry(1_023), None);
    let said = again.journal().sound().unwrap_err().to_string();
    assert_eq!(said, "the entries before entry 1024 are not those that the snapshot stands behind");
}

/// Somebody else wrote meanwhile: what the snapshot stands behind is not, or no longer, the chain.
#[test]
fn a_snapshot_that_stands_behind_nothing_of_the_chain_is_not_kept() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("city.journal");
    let head = super::filled(&file).journal().head().unwrap();
    let mut store = SqliteStore::open(&file, "city").unwrap();
    let (records, hash) = (head.records, Digest::of(b"another"));
    for other in
        [Head { hash, ..head }, Head { records: records - 1, ..head }, Head { records: records + 1, ..head }]
    {
        let error = store.keep_snapshot(&Snapshot::new(other, "{}".to_owned())).unwrap_err().to_string();
        assert_eq!(error, format!("another writer uses `{}`; open it again", file.display()));
        assert_eq!(store.snapshots().unwrap(), [0_u64; 0]);
    }
}

/// A file whose every answer has a snapshot behind it; the newest eight stay.
fn with_snapshots(file: &Path) -> Office {
    played(Office::open_on(SqliteStore::open(file, "city").unwrap(), charter(), None).unwrap(), requests())
}

/// What opening and verifying say after a change, each as a text; empty if they say nothing.
fn after(change: &str) -> (String, String) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("city.journal");
    let sound = figures(&with_snapshots(&file));
    Connection::open(&file).unwrap().execute_batch(change).unwrap();
    let open = || SqliteStore::open_to_read(&file, None).unwrap();
    let said = |result: Result<Office, bianzhi::Error>| match result {
        Ok(office) => {
            assert_eq!(figures(&office), sound, "{change}");
            String::new()
        }
        Err(error) => error.to_string(),
    };
    (said(Office::open_on(open(), None, None)), said(Office::verify(open())))
}

#[test]
fn a_snapshot_is_never_believed_over_the_chain() {
    let behind = |records: u64, what: &str| format!("the snapshot behind {records} entries {what}");
    let last = 17;
    let damaged = (String::new(), behind(last, "is not what was written"));
    let cases = [
        ("", (String::new(), String::new())),
        (
            "UPDATE snapshot SET body = replace(body, '\"draws\":1', '\"draws\":2') WHERE records = 17",
            damaged.clone(),
        ),
        ("UPDATE snapshot SET body = '' WHERE records = 17", damaged.clone()),
        (
            "UPDATE snapshot SET format = 2 WHERE records = 17",
            (
                String::new(),
                format!("the snapshot behind 17 entries has format 2; this version reads {SNAPSHOT_FORMAT}"),
            ),
        ),
        ("UPDATE snapshot SET hash = (SELECT hash FROM entry WHERE seq = 3) WHERE records = 17", damaged),
        ("DELETE FROM snapshot", (String::new(), String::new())),
        ("DROP TABLE snapshot", (String::new(), String::new())),
        (
            "DELETE FROM record WHERE seq = 16",
            (
                "entry 16 is missing: a snapshot was taken behind it".to_owned(),
                "entry 16 is missing: a snapshot was taken behind it".to_owned(),
            ),
        ),
        (
            "UPDATE record SET hash = (SELECT hash FROM record WHERE seq = 3) WHERE seq = 16",
            (
                "a snapshot was taken of another chain than what stands before entry 17".to_owned(),
                "entry 16 is not what was written: its hash does not follow from the entries before it"
                    .to_owned(),
            ),
        ),
    ];
    for (change, expected) in cases {
        assert_eq!(after(change), expected, "{change}");
    }
}

/// Whoever takes snapshots one entry too late or too early, with the right digest, is caught.
#[test]
fn a_snapshot_that_is_one_behind_is_caught() {
    let disk = Flaky::default();
    played(Office::open_on(disk.clone(), charter(), None).unwrap(), requests());
    let shifted = disk.clone();
    {
        let mut disk = shifted.0.lock().unwrap();
        let all: Vec<Snapshot> = disk.snapshots.values().cloned().collect();
        for pair in all.windows(2) {
            disk.snapshots.insert(pair[1].head.records, Snapshot::new(pair[1].head, pair[0].body.clone()));
        }
    }
    let said = Office::verify(disk).unwrap_err().to_string();
    assert_eq!(said, "the snapshot behind 3 entries is not of the books that stood there");
}

/// What stands before the snapshot is not read by opening; it is checked when it is read.
#[test]
fn an_earlier_entry_that_was_changed_decides_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("city.journal");
    drop(with_snapshots(&file));
    let change = "UPDATE record SET body = replace(body, 'p-2', 'p-9') WHERE seq = 3";
    Connection::open(&file).unwrap().execute_batch(change).unwrap();
    let open = || Office::open_on(SqliteStore::open(&file, "city").unwrap(), None, None).unwrap();
    let bad = "entry 3 is not what was written: its hash does not follow from the entries before it";
    let mut office = open();
    assert!(office.submit(Request::appoint("clinic", "administrative")).unwrap().granted());
    let before = (figures(&office), office.journal().head());
    for asked in [Request::correct(2_u64, "a slip").into(), requests().remove(0)] {
        let mut office = open();
        assert_eq!(office.submit(asked).unwrap_err().to_string(), bad);
        assert_eq!((figures(&office), office.journal().head()), before);
        let later = office.submit(Request::appoint("clinic", "administrative")).unwrap_err().to_string();
        assert!(later.starts_with("the journal failed before"), "{later}");
    }
    let office = open();
    office.journal().sound().unwrap();
    assert_eq!(office.journal().history("p-1").count(), 0);
    assert_eq!(office.journal().sound().unwrap_err().to_string(), bad);
    assert_eq!(open().as_of(3).unwrap_err().to_string(), bad);
    assert_eq!(open().decide_again(2).unwrap_err().to_string(), bad);
    let store = SqliteStore::open_to_read(&file, None).unwrap();
    assert_eq!(Office::verify(store).unwrap_err().to_string(), bad);
}

#[test]
fn a_file_of_the_first_builds_gets_its_table_when_somebody_writes() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("city.journal");
    drop(super::filled(&file));
    Connection::open(&file).unwrap().execute_batch("DROP TABLE snapshot").unwrap();
    let store = SqliteStore::open_to_read(&file, None).unwrap();
    assert_eq!(store.snapshots().unwrap(), [0_u64; 0]);
    assert_eq!(store.snapshot(3).unwrap(), None);
    let mut office = super::reopen(&file).unwrap();
    office.keep_snapshot().unwrap();
    assert_eq!(store.snapshots().unwrap(), [office.journal().next()]);
    let error = Office::open(charter(), None).unwrap().keep_snapshot().unwrap_err();
    assert_eq!(error.to_string(), "a journal in memory keeps no snapshots");
    let file = folder.path().join("nanping.journal");
    let (_, mut office) = nanping(&file);
    office.keep_snapshot().unwrap();
    let again = Office::open_on(SqliteStore::open_to_read(&file, None).unwrap(), None, None).unwrap();
    assert!(again.journal().entries().eq(office.journal().entries()));
}

/// What is beside the file belongs to it: whoever copies the file alone would lose the last answers.
#[test]
fn an_office_that_is_closed_leaves_one_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("city.journal");
    let (_, mut office) = nanping(&file);
    office.keep_snapshot().unwrap();
    drop(office);
    let office = Office::open_on(SqliteStore::open(&file, "nanping").unwrap(), None, None).unwrap();
    let office = SharedOffice::new(office).unwrap();
    office.submit(Request::appoint("audit", "administrative")).unwrap();
    // Earlier entries are read by a connection of its own, which nobody may leave open.
    let read = office.read();
    assert!(read.journal().entry(1).is_some());
    let left = || {
        let entries = std::fs::read_dir(folder.path()).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    };
    assert_eq!(left(), ["city.journal", "city.journal-shm", "city.journal-wal"], "while it is open");
    drop(office);
    drop(read);
    assert_eq!(left(), ["city.journal"]);
}
