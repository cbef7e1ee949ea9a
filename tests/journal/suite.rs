//! The suite: what holds of every store, in memory and in SQLite.

use bianzhi::journal::{Batch, Head, Header, Record, SqliteStore, Store};
use bianzhi::{Error, ErrorKind, Office};

use super::flaky::{Failing, Flaky};
use super::{charter, requests};
use crate::city::figures;

/// A store that can be opened again and again on the same ground.
type Open = Box<dyn FnMut() -> Box<dyn Store>>;

/// Runs a check on every store there is.
fn on_every_store(check: impl Fn(&str, Open)) {
    let disk = Flaky::default();
    check("memory", Box::new(move || Box::new(disk.clone())));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("city.journal");
    check("sqlite", Box::new(move || Box::new(SqliteStore::open(&file, "city").unwrap())));
}

fn records(store: &dyn Store) -> Vec<Record> {
    let mut all = Vec::new();
    store
        .read(&mut |record| {
            all.push(record);
            Ok(())
        })
        .unwrap();
    all
}

/// A few records behind a header, in two batches.
fn write(store: &mut dyn Store) -> (Header, Head) {
    let header = Header::new("city", "{}".to_owned());
    let mut head = Head::of(&header);
    for (place, group) in [&["a", "b", "c"][..], &["d"]].into_iter().enumerate() {
        let expected = head;
        let mut records = Vec::new();
        for body in group {
            let record = head.next(Some(format!("id-{body}")), format!("{{\"decided\":\"{body}\"}}"));
            head.follow(&record).unwrap();
            records.push(record);
        }
        let policies = [("p".into(), vec![("a.rhai".to_owned(), b"//".to_vec())])];
        let policies = if place == 0 { &policies[..] } else { &[] };
        let header = (place == 0).then_some(&header);
        let people = &[];
        store.append(&Batch { header, expected, records: &records, policies, people }).unwrap();
    }
    (header, head)
}

#[test]
fn what_was_added_is_there_in_order() {
    on_every_store(|name, mut open| {
        assert_eq!(open().header().unwrap(), None, "{name}");
        assert_eq!(records(open().as_ref()), [], "{name}");
        let (header, head) = write(open().as_mut());
        let store = open();
        assert_eq!(store.header().unwrap().as_ref(), Some(&header), "{name}");
        let mut found = Head::of(&header);
        for record in records(store.as_ref()) {
            found.follow(&record).unwrap();
        }
        assert_eq!(found, head, "{name}");
        assert_eq!(store.policy_digests().unwrap(), ["p"], "{name}");
        assert_eq!(store.policies("p").unwrap().unwrap(), [("a.rhai".to_owned(), b"//".to_vec())], "{name}");
        assert_eq!(store.policies("q").unwrap(), None, "{name}");
    });
}

#[test]
fn nothing_is_added_behind_another_head() {
    on_every_store(|name, mut open| {
        let (header, head) = write(open().as_mut());
        let stale = Head::of(&header);
        let ahead = Head { records: 9, ..head };
        for expected in [stale, ahead] {
            let record = expected.next(None, "{}".to_owned());
            let batch = Batch { header: None, expected, records: &[record], policies: &[], people: &[] };
            let error = open().append(&batch).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Journal, "{name}: {error}");
        }
        assert_eq!(records(open().as_ref()).len(), 4, "{name}");
    });
}

#[test]
fn replay_equals_what_was_answered() {
    on_every_store(|name, mut open| {
        let mut memory = Office::open(charter(), None).unwrap();
        let mut kept = Office::open_on(Again(open()), charter(), None).unwrap();
        for request in requests() {
            assert_eq!(kept.submit(request.clone()).unwrap(), memory.submit(request).unwrap(), "{name}");
            let again = Office::open_on(Again(open()), charter(), None).unwrap();
            assert!(again.journal().entries().eq(memory.journal().entries()), "{name}");
            assert_eq!(figures(&again), figures(&memory), "{name}");
            assert_eq!(again.journal().head(), kept.journal().head(), "{name}");
        }
    });
}

#[test]
fn a_group_is_kept_as_one_by_one() {
    on_every_store(|name, mut open| {
        let mut memory = Office::open(charter(), None).unwrap();
        let one_by_one: Vec<_> =
            requests().into_iter().map(|request| memory.submit(request).unwrap()).collect();
        let mut kept = Office::open_on(Again(open()), charter(), None).unwrap();
        assert_eq!(kept.submit_all(requests()).unwrap(), one_by_one, "{name}");
        let again = Office::open_on(Again(open()), None, None).unwrap();
        assert!(again.journal().entries().eq(memory.journal().entries()), "{name}");
    });
}

#[test]
fn the_second_of_two_writers_is_told_and_nothing_is_lost() {
    on_every_store(|name, mut open| {
        let mut first = Office::open_on(Again(open()), charter(), None).unwrap();
        let mut second = Office::open_on(Again(open()), charter(), None).unwrap();
        let mut requests = requests().into_iter();
        first.submit(requests.next().unwrap()).unwrap();
        let before = figures(&second);
        let error = second.submit(requests.next().unwrap()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Journal, "{name}");
        assert!(error.to_string().contains("another writer"), "{name}: {error}");
        assert_eq!(figures(&second), before, "{name}: nothing took effect");
        // It stays so until it is opened again.
        let error = second.submit(requests.next().unwrap()).unwrap_err();
        assert!(error.to_string().starts_with("the journal failed before, open it again"), "{name}: {error}");
        let mut second = Office::open_on(Again(open()), None, None).unwrap();
        second.submit(requests.next().unwrap()).unwrap();
        let all = Office::open_on(Again(open()), None, None).unwrap();
        assert!(all.journal().entries().eq(second.journal().entries()), "{name}");
    });
}

/// Fails the k-th write, for every k, leaving nothing or all of it behind.
#[test]
fn whatever_write_fails_nothing_acknowledged_is_lost() {
    for how in [Failing::Nothing, Failing::All] {
        for good in 0.. {
            let disk = Flaky::default();
            disk.0.lock().unwrap().good = Some(good);
            disk.0.lock().unwrap().how = how;
            let Some(acknowledged) = play_until_failure(&disk) else {
                assert!(good > 8, "every write was made to fail once");
                break;
            };
            disk.0.lock().unwrap().good = None;
            let mut office = Office::open_on(disk, charter(), None).unwrap();
            let kept: Vec<_> = office.journal().entries().cloned().collect();
            assert!(kept.len() >= acknowledged, "{how:?} {good}");
            // Asked once more, all is as if nothing had failed; what has an id is answered once.
            let with_id = requests().into_iter().filter(|request| request.id.is_some());
            for request in with_id {
                let known = office.journal().answer_to(request.id.as_ref().unwrap()).cloned();
                let answer = office.submit(request).unwrap();
                assert!(known.is_none_or(|known| known == answer), "{how:?} {good}");
            }
        }
    }
}

/// Plays until a write fails; how many entries were acknowledged by then. None if none failed.
fn play_until_failure(disk: &Flaky) -> Option<usize> {
    let mut office = match Office::open_on(disk.clone(), charter(), None) {
        Ok(office) => office,
        Err(error) => {
            assert_eq!(error.to_string(), "the disk failed");
            return Some(0);
        }
    };
    for request in requests() {
        let before = (figures(&office), office.today(), office.journal().next());
        if office.submit(request.clone()).is_err() {
            assert_eq!((figures(&office), office.today(), office.journal().next()), before);
            let asked = disk.0.lock().unwrap().asked;
            let error = office.submit(request).unwrap_err();
            assert!(error.to_string().starts_with("the journal failed before"), "{error}");
            assert_eq!(disk.0.lock().unwrap().asked, asked, "a failed write is never tried again");
            return Some(usize::try_from(office.journal().next()).unwrap());
        }
    }
    None
}

/// A boxed store, as a store.
#[derive(Debug)]
struct Again(Box<dyn Store>);

impl Store for Again {
    fn stream(&self) -> &str {
        self.0.stream()
    }

    fn header(&self) -> Result<Option<Header>, Error> {
        self.0.header()
    }

    fn read(&self, each: &mut dyn FnMut(Record) -> Result<(), Error>) -> Result<(), Error> {
        self.0.read(each)
    }

    fn append(&mut self, batch: &Batch<'_>) -> Result<(), Error> {
        self.0.append(batch)
    }

    fn policy_digests(&self) -> Result<Vec<String>, Error> {
        self.0.policy_digests()
    }

    fn policies(&self, digest: &str) -> Result<Option<bianzhi::journal::PolicyFiles>, Error> {
        self.0.policies(digest)
    }
}
