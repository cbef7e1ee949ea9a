//! The suite: what holds of every store, in memory, in SQLite and in PostgreSQL.

use bianzhi::journal::{
    ALGORITHM, Batch, FORMAT, Head, Header, Log, NewRecord, Record, Store, erase, export,
};
use bianzhi::{Error, ErrorKind, Office};

use super::books::{charter, requests};
use super::flaky::Flaky;
use crate::city::figures;

/// A place on which stores can be opened again and again.
pub(crate) trait Ground {
    /// Opens a stream to write it.
    fn open(&mut self, stream: &str) -> Result<Box<dyn Store>, Error>;

    /// The same, keeping people apart if it is a new one; none where that cannot be.
    fn open_apart(&mut self, _stream: &str) -> Option<Box<dyn Store>> {
        None
    }

    /// Puts these rows in the place of a stream's own, past the store.
    fn forge(&mut self, header: &Header, records: &[Record]);
}

/// Makes an empty ground.
pub(crate) type New<'a> = &'a mut dyn FnMut() -> Box<dyn Ground>;

/// Looks at one thing, on as many grounds as it needs.
pub(crate) type Check = fn(New<'_>);

/// Every check with its name.
pub(crate) const CHECKS: [(&str, Check); 19] = [
    ("what was added is there in order", what_was_added_is_there_in_order),
    ("nothing is added behind another head", nothing_is_added_behind_another_head),
    ("a batch of any size is one", a_batch_of_any_size_is_one),
    ("a policy set comes once", a_policy_set_comes_once),
    ("replay equals what was answered", replay_equals_what_was_answered),
    ("a group is kept as one by one", a_group_is_kept_as_one_by_one),
    ("one of two writers is told and nothing is lost", one_of_two_writers_is_told_and_nothing_is_lost),
    ("books from a snapshot and the tail are the books", books_from_a_snapshot_are_the_books),
    ("a snapshot of another chain is refused", a_snapshot_of_another_chain_is_refused),
    ("people who are kept apart are erased and all else stays", people_apart_are_erased),
    ("a known id is answered once, after reopening too", a_known_id_is_answered_once),
    ("streams stand side by side", streams_stand_side_by_side),
    ("a log comes in with the same head", a_log_comes_in_with_the_same_head),
    ("a newer version is refused", a_newer_version_is_refused),
    ("other opening books are refused", other_opening_books_are_refused),
    ("the first bad entry is named", the_first_bad_entry_is_named),
    ("entries of another stream are found", entries_of_another_stream_are_found),
    ("a lost tail is found by a kept head", a_lost_tail_is_found_by_a_kept_head),
    ("a forged entry that breaks a law is found by replay", a_forged_entry_is_found_by_replay),
];

pub(crate) fn records(store: &dyn Store) -> Vec<Record> {
    let mut all = Vec::new();
    store
        .read(&mut |record| {
            all.push(record);
            Ok(())
        })
        .unwrap();
    all
}

/// Records behind a head, and the head behind them.
fn next(mut head: Head, bodies: impl IntoIterator<Item = String>) -> (Vec<Record>, Head) {
    let records = bodies.into_iter().map(|body| {
        let record = head.next(Some(format!("id-{body}")), format!("{{\"decided\":\"{body}\"}}"));
        head.follow(&record).unwrap();
        record
    });
    let records = records.collect();
    (records, head)
}

fn as_new(records: &[Record]) -> Vec<NewRecord<'_>> {
    records.iter().map(Record::as_new).collect()
}

/// A few records behind a header, in two batches.
fn write(store: &mut dyn Store) -> (Header, Head) {
    let header = Header::new("city", "{}".to_owned());
    let (records, head) = next(Head::of(&header), ["a", "b", "c"].map(str::to_owned));
    let policies = [("p".into(), vec![("a.rhai".to_owned(), b"//".to_vec())])];
    let expected = Head::of(&header);
    store
        .append(&Batch {
            header: Some(&header),
            expected,
            records: &as_new(&records),
            policies: &policies,
            people: &[],
        })
        .unwrap();
    let (records, end) = next(head, ["d".to_owned()]);
    store
        .append(&Batch {
            header: None,
            expected: head,
            records: &as_new(&records),
            policies: &[],
            people: &[],
        })
        .unwrap();
    (header, end)
}

fn begin(ground: &mut dyn Ground) -> Office {
    Office::open_on(ground.open("city").unwrap(), charter(), None).unwrap()
}

fn reopen(ground: &mut dyn Ground) -> Result<Office, Error> {
    Office::open_on(ground.open("city")?, None, None)
}

/// A ground on which all requests are answered, with what it holds.
fn filled(new: New<'_>) -> (Box<dyn Ground>, Header, Vec<Record>) {
    let mut ground = new();
    let mut office = begin(ground.as_mut());
    for request in requests() {
        office.submit(request).unwrap();
    }
    drop(office);
    let store = ground.open("city").unwrap();
    let (header, records) = (store.header().unwrap().unwrap(), records(store.as_ref()));
    (ground, header, records)
}

fn what_was_added_is_there_in_order(new: New<'_>) {
    let mut ground = new();
    assert_eq!(ground.open("city").unwrap().header().unwrap(), None);
    assert_eq!(records(ground.open("city").unwrap().as_ref()), []);
    let (header, head) = write(ground.open("city").unwrap().as_mut());
    let store = ground.open("city").unwrap();
    assert_eq!((store.stream(), store.header().unwrap().as_ref()), ("city", Some(&header)));
    let mut found = Head::of(&header);
    for record in records(store.as_ref()) {
        found.follow(&record).unwrap();
    }
    assert_eq!(found, head);
    let stop = |_| Err(Error::new(ErrorKind::Internal, "enough"));
    assert_eq!(store.read(&mut { stop }).unwrap_err().to_string(), "enough");
}

fn nothing_is_added_behind_another_head(new: New<'_>) {
    let mut ground = new();
    let (header, head) = write(ground.open("city").unwrap().as_mut());
    let stale = Head::of(&header);
    let ahead = Head { records: 9, ..head };
    // As many records, and not the same.
    let forked = Head { hash: stale.hash, ..head };
    let wrong = [(None, stale), (Some(&header), stale), (None, ahead), (None, forked)];
    for (header, expected) in wrong {
        let (records, _) = next(expected, ["x".to_owned()]);
        let batch = Batch { header, expected, records: &as_new(&records), policies: &[], people: &[] };
        let error = ground.open("city").unwrap().append(&batch).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Journal, "{error}");
    }
    assert_eq!(records(ground.open("city").unwrap().as_ref()).len(), 4);
}

fn batch<'a>(header: &'a Header, records: &'a [NewRecord<'a>]) -> Batch<'a> {
    Batch { header: Some(header), expected: Head::of(header), records, policies: &[], people: &[] }
}

/// More than a server takes in one statement, and nothing of it if its last record cannot be kept.
fn a_batch_of_any_size_is_one(new: New<'_>) {
    let mut ground = new();
    let header = Header::new("city", "{}".to_owned());
    let expected = Head::of(&header);
    let (many, _) = next(expected, (0..2_500).map(|number| number.to_string()));
    let mut twice = many.clone();
    twice[2_499].request_id.clone_from(&many[0].request_id);
    ground.open("city").unwrap().append(&batch(&header, &as_new(&twice))).unwrap_err();
    let mut store = ground.open("city").unwrap();
    assert_eq!((store.header().unwrap(), records(store.as_ref())), (None, vec![]));
    store.append(&batch(&header, &as_new(&many))).unwrap();
    assert!(records(ground.open("city").unwrap().as_ref()) == many);
}

fn a_policy_set_comes_once(new: New<'_>) {
    let mut ground = new();
    write(ground.open("city").unwrap().as_mut());
    let store = ground.open("city").unwrap();
    assert_eq!(store.policy_digests().unwrap(), ["p"]);
    assert_eq!(store.policies("p").unwrap().unwrap(), [("a.rhai".to_owned(), b"//".to_vec())]);
    assert_eq!(store.policies("q").unwrap(), None);
}

fn replay_equals_what_was_answered(new: New<'_>) {
    let mut ground = new();
    let mut memory = Office::open(charter(), None).unwrap();
    for request in requests() {
        let mut kept = begin(ground.as_mut());
        assert_eq!(kept.submit(request.clone()).unwrap(), memory.submit(request).unwrap());
        let again = begin(ground.as_mut());
        assert!(again.journal().entries().eq(memory.journal().entries()));
        assert_eq!(figures(&again), figures(&memory));
        assert_eq!(again.journal().head(), kept.journal().head());
    }
}

fn a_group_is_kept_as_one_by_one(new: New<'_>) {
    let mut ground = new();
    let mut memory = Office::open(charter(), None).unwrap();
    let one_by_one: Vec<_> = requests().into_iter().map(|request| memory.submit(request).unwrap()).collect();
    assert_eq!(begin(ground.as_mut()).submit_all(requests()).unwrap(), one_by_one);
    assert!(reopen(ground.as_mut()).unwrap().journal().entries().eq(memory.journal().entries()));
}

/// Which of the two goes on is the store's own affair.
fn one_of_two_writers_is_told_and_nothing_is_lost(new: New<'_>) {
    let mut ground = new();
    let (mut one, mut other) = (begin(ground.as_mut()), begin(ground.as_mut()));
    let mut requests = requests().into_iter();
    let before = figures(&one);
    let answers = [&mut one, &mut other].map(|office| office.submit(requests.next().unwrap()));
    let (mut told, error) = match answers {
        [Err(error), Ok(_)] => (one, error),
        [Ok(_), Err(error)] => (other, error),
        answers => panic!("{answers:?}"),
    };
    assert_eq!(error.kind(), ErrorKind::Journal);
    assert!(error.to_string().contains("another writer"), "{error}");
    assert_eq!(figures(&told), before, "nothing took effect");
    // It stays so until it is opened again.
    let error = told.submit(requests.next().unwrap()).unwrap_err();
    assert!(error.to_string().starts_with("the journal failed before, open it again"), "{error}");
    let mut again = reopen(ground.as_mut()).unwrap();
    again.submit(requests.next().unwrap()).unwrap();
    let all = reopen(ground.as_mut()).unwrap();
    assert!(all.journal().entries().eq(again.journal().entries()));
}

fn books_from_a_snapshot_are_the_books(new: New<'_>) {
    let mut ground = new();
    let mut office = begin(&mut *ground);
    let mut places = Vec::new();
    for (turn, request) in requests().into_iter().enumerate() {
        office.submit(request).unwrap();
        if turn % 2 == 0 {
            office.keep_snapshot().unwrap();
            places.push(office.journal().next());
        }
    }
    let (sound, head) = (figures(&office), office.journal().head());
    let entries: Vec<_> = office.journal().entries().cloned().collect();
    drop(office);
    let store = ground.open("city").unwrap();
    let stays = places.len().saturating_sub(store.snapshots().unwrap().len());
    assert_eq!(store.snapshots().unwrap(), places[stays..], "the newest stay");
    assert_eq!(store.snapshot(places[stays]).unwrap().unwrap().head.records, places[stays]);
    assert!(store.snapshot(10_000).unwrap().is_none());
    // What is read of a part is that part, whatever stands behind it.
    let mut part = Vec::new();
    store
        .read_part(2..5, &mut |record| {
            part.push(record.number);
            Ok(())
        })
        .unwrap();
    assert_eq!(part, [2, 3, 4]);
    assert_eq!(store.answered("r-1").unwrap(), Some(2));
    assert_eq!(store.answered("r-77").unwrap(), None);
    drop(store);
    let mut again = reopen(&mut *ground).unwrap();
    assert_eq!((figures(&again), again.journal().head()), (sound, head));
    assert!(
        again.journal().entries().eq(&entries),
        "what stands before the snapshot is read when it is asked for"
    );
    // An id of before the snapshot, and one that nobody knows.
    let known = requests().remove(0);
    assert_eq!(again.submit(known).unwrap().entry, 2);
    let next = again.journal().next();
    let new: bianzhi::Request = bianzhi::Request::appoint("clinic", "administrative").into();
    assert_eq!(again.submit(new.id("r-77")).unwrap().entry, next);
    drop(again);
    Office::verify(ground.open("city").unwrap()).unwrap();
}

fn a_snapshot_of_another_chain_is_refused(new: New<'_>) {
    let (mut ground, header, records) = filled(new);
    let mut office = reopen(&mut *ground).unwrap();
    office.keep_snapshot().unwrap();
    drop(office);
    let mut others = records.clone();
    let mut head = Head::of(&header);
    for record in &mut others {
        *record = head.next(record.request_id.clone(), format!("{} ", record.body));
        head.follow(record).unwrap();
    }
    ground.forge(&header, &others);
    let error = reopen(&mut *ground).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Journal);
    assert!(error.to_string().starts_with("a snapshot was taken of another chain"), "{error}");
    // Whoever verifies does not rely on the books being the same, as they are here.
    let error = Office::verify(ground.open("city").unwrap()).unwrap_err().to_string();
    assert_eq!(error, format!("the snapshot behind {} entries was taken of another chain", records.len()));
}

/// Where people cannot be kept apart, that is told when it is asked for.
fn people_apart_are_erased(new: New<'_>) {
    let mut ground = new();
    let Some(store) = ground.open_apart("city") else {
        let mut store = ground.open("city").unwrap();
        assert!(store.salt().is_err() && store.erase(&[]).is_err() && store.people().unwrap().is_empty());
        return;
    };
    assert_ne!(store.salt().unwrap(), store.salt().unwrap(), "nobody can guess the next");
    let mut office = Office::open_on(store, charter(), None).unwrap();
    let mut memory = Office::open(charter(), None).unwrap();
    for request in requests() {
        assert_eq!(office.submit(request.clone()).unwrap(), memory.submit(request).unwrap());
    }
    office.keep_snapshot().unwrap();
    let (sound, head) = (figures(&office), office.journal().head());
    drop(office);
    let store = ground.open_apart("city").unwrap();
    assert!(store.header().unwrap().unwrap().keeps_people_apart());
    let here = |key: &str, store: &dyn Store| {
        store.people().unwrap().iter().any(|row| row.kept.as_ref().is_some_and(|(_, kept)| kept == key))
    };
    assert!(here("p-3", &*store) && here("p-4", &*store));
    assert!(records(&*store).iter().all(|record| !record.body.contains("\"p-3\"")), "entries name nobody");
    drop(store);
    let again = Office::open_on(ground.open("city").unwrap(), charter(), None).unwrap();
    assert!(again.journal().entries().eq(memory.journal().entries()), "with everyone's key");
    drop(again);

    let mut store = ground.open("city").unwrap();
    let error = erase(store.as_mut(), &["p-77".into()]).unwrap_err();
    assert_eq!(error.to_string(), "the journal keeps nobody called `p-77`");
    let erased = erase(store.as_mut(), &["p-3".into()]).unwrap();
    assert_eq!(erased.remains, [0_u64; 0]);
    assert!(!here("p-3", &*store) && here("p-4", &*store));
    let row = store.people().unwrap().into_iter().find(|row| row.reference == erased.references[0].as_str());
    assert_eq!(row.unwrap().kept, None, "key and salt are gone, the reference stays");
    assert_eq!(store.snapshots().unwrap(), [0_u64; 0], "texts in snapshots may speak of them");
    drop(store);
    let mut again = reopen(&mut *ground).unwrap();
    assert_eq!((figures(&again), again.journal().head()), (sound, head));
    assert!(again.books().person("p-3").is_none() && again.books().person("p-2").is_some());
    assert!(again.submit(bianzhi::Request::vacate(&erased.references[0])).unwrap().granted());
    drop(again);
    Office::verify(ground.open("city").unwrap()).unwrap();
    let mut log = Vec::new();
    export(&*ground.open("city").unwrap(), &mut log).unwrap();
    assert!(!String::from_utf8(log).unwrap().contains("\"p-3\""));
}

fn a_known_id_is_answered_once(new: New<'_>) {
    let (mut ground, _, kept) = filled(new);
    let known = || requests().into_iter().filter(|request| request.id.is_some());
    assert_eq!(known().count(), kept.iter().filter(|record| record.request_id.is_some()).count());
    let mut office = reopen(ground.as_mut()).unwrap();
    for request in known() {
        let answer = office.journal().answer_to(request.id.as_ref().unwrap()).cloned();
        assert_eq!(Some(office.submit(request).unwrap()), answer);
    }
    assert_eq!(office.journal().next(), kept.len() as u64, "nothing is recorded twice");
    // Other content under a known id is refused, recorded, and does not take the id over.
    let mut other = requests().remove(1);
    other.id = known().next().unwrap().id;
    assert_eq!(office.submit(other.clone()).unwrap().codes(), ["duplicate-id"]);
    let mut office = reopen(ground.as_mut()).unwrap();
    assert_eq!(office.submit(other).unwrap().codes(), ["duplicate-id"]);
}

fn streams_stand_side_by_side(new: New<'_>) {
    let mut ground = new();
    let (_, head) = write(ground.open("city").unwrap().as_mut());
    let mut other = ground.open("other").unwrap();
    assert_eq!((other.header().unwrap(), records(other.as_ref())), (None, vec![]));
    let header = Header::new("other", "{}".to_owned());
    let expected = Head::of(&header);
    let (others, _) = next(expected, ["a".to_owned()]);
    other
        .append(&Batch {
            header: Some(&header),
            expected,
            records: &as_new(&others),
            policies: &[],
            people: &[],
        })
        .unwrap();
    assert_eq!(records(other.as_ref()), others);
    let city = ground.open("city").unwrap();
    assert_eq!(records(city.as_ref()).last().unwrap().hash, head.hash);
}

fn a_log_comes_in_with_the_same_head(new: New<'_>) {
    let (mut ground, _, kept) = filled(new);
    let mut text = Vec::new();
    let head = export(ground.open("city").unwrap().as_ref(), &mut text).unwrap();
    let log = Log::read(&mut text.as_slice()).unwrap();
    let (mut elsewhere, mut memory) = (new(), Flaky::default());
    assert_eq!(log.bring_into(&mut memory).unwrap(), head);
    assert_eq!(log.bring_into(elsewhere.open("city").unwrap().as_mut()).unwrap(), head);
    assert_eq!(records(elsewhere.open("city").unwrap().as_ref()), kept);
    let mut again = Vec::new();
    assert_eq!(export(elsewhere.open("city").unwrap().as_ref(), &mut again).unwrap(), head);
    assert!(again == text, "it leaves as it came");
    assert_eq!(reopen(elsewhere.as_mut()).unwrap().journal().head(), Some(head));
    let said = |store: Result<Box<dyn Store>, Error>| log.bring_into(store.unwrap().as_mut()).unwrap_err();
    let twice = "the journal has entries already; a log comes into an empty one";
    assert_eq!(said(elsewhere.open("city")).to_string(), twice);
    let foreign = "the log is of the stream `city`, not of `other`";
    assert_eq!(said(elsewhere.open("other")).to_string(), foreign);
}

/// Puts these rows there and says what opening them says.
#[track_caller]
fn after(ground: &mut dyn Ground, header: &Header, records: &[Record]) -> String {
    ground.forge(header, records);
    let error = reopen(ground).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Journal, "{error}");
    error.to_string()
}

fn a_newer_version_is_refused(new: New<'_>) {
    let (mut ground, header, records) = filled(new);
    let newer = Header { format: FORMAT + 1, ..header.clone() };
    let said = after(ground.as_mut(), &newer, &records);
    let next = FORMAT + 1;
    assert_eq!(
        said,
        format!("the journal has format {next}, written by a newer version; this one reads up to {FORMAT}")
    );
    let other = Header { algorithm: "sm3".to_owned(), ..header.clone() };
    let said = after(ground.as_mut(), &other, &records);
    assert_eq!(said, format!("the journal is chained by `sm3`; this version knows `{ALGORITHM}`"));
    ground.forge(&header, &records);
    reopen(ground.as_mut()).unwrap();
}

fn other_opening_books_are_refused(new: New<'_>) {
    let (mut ground, header, records) = filled(new);
    let other = bianzhi::Charter::from_opening(crate::city::City::new(101).county("county", 60).0).unwrap();
    let error = Office::open_on(ground.open("city").unwrap(), other, None).unwrap_err();
    assert_eq!(error.to_string(), "the journal of `city` began with other opening books than this charter's");
    let changed = Header { charter: format!("{} ", header.charter), ..header };
    let said = after(ground.as_mut(), &changed, &records);
    assert_eq!(said, "the opening books in the journal do not have the digest of its header");
    let error = Office::open_on(new().open("city").unwrap(), None, None).unwrap_err();
    assert_eq!(error.to_string(), "the journal is empty; a charter is needed to begin it");
}

/// Changes the rows of a stream.
type Change = fn(&mut Vec<Record>);

fn the_first_bad_entry_is_named(new: New<'_>) {
    let (mut ground, header, sound) = filled(new);
    let not_written = |entry: u64| {
        format!("entry {entry} is not what was written: its hash does not follow from the entries before it")
    };
    let missing = |due, found| format!("entry {due} is missing: entry {found} stands in its place");
    let cases: [(Change, String); 8] = [
        (|rows| rows[3].body = rows[3].body.replace("p-2", "p-9"), not_written(3)),
        (|rows| rows[4].body.push(' '), not_written(4)),
        (|rows| rows[2].request_id = None, not_written(2)),
        (|rows| rows[3].request_id = Some("r-9".to_owned()), not_written(3)),
        (|rows| rows[5].hash = rows[4].hash, not_written(5)),
        (|rows| drop(rows.remove(6)), missing(6, 7)),
        (|rows| drop(rows.remove(0)), missing(0, 1)),
        (
            |rows| {
                rows.swap(3, 4);
                (rows[3].number, rows[4].number) = (3, 4);
            },
            not_written(3),
        ),
    ];
    for (place, (change, expected)) in cases.into_iter().enumerate() {
        let mut rows = sound.clone();
        change(&mut rows);
        let said = after(ground.as_mut(), &header, &rows);
        assert!(said.starts_with(&expected), "case {place} said {said}");
    }
    let said = after(ground.as_mut(), &header, &[]);
    assert!(said.starts_with("entry 0 is missing"), "{said}");
    ground.forge(&header, &sound);
    reopen(ground.as_mut()).unwrap();
}

fn entries_of_another_stream_are_found(new: New<'_>) {
    let (mut ground, header, _) = filled(new);
    let mut other = Office::open_on(ground.open("other").unwrap(), charter(), None).unwrap();
    for request in requests() {
        other.submit(request).unwrap();
    }
    let others = records(ground.open("other").unwrap().as_ref());
    let said = after(ground.as_mut(), &header, &others);
    assert!(said.starts_with("entry 0 is not what was written"), "{said}");
}

/// A store may tell by itself; where it cannot, what is left is sound and only the head tells.
fn a_lost_tail_is_found_by_a_kept_head(new: New<'_>) {
    let (mut ground, header, mut records) = filled(new);
    let head = reopen(ground.as_mut()).unwrap().journal().head();
    records.truncate(9);
    ground.forge(&header, &records);
    match reopen(ground.as_mut()) {
        Ok(office) => assert_ne!(office.journal().head(), head),
        Err(error) => assert!(error.to_string().starts_with("entry 9 is missing"), "{error}"),
    }
}

/// Whoever makes the chain anew can hide a change from it, but not one that breaks a law.
fn a_forged_entry_is_found_by_replay(new: New<'_>) {
    let (mut ground, header, records) = filled(new);
    let mut head = Head::of(&header);
    let forged: Vec<Record> = records
        .into_iter()
        .map(|record| {
            let body =
                record.body.replace("\"seats\":1", "\"seats\":9").replace("\"count\":3", "\"count\":30");
            let forged = head.next(record.request_id, body);
            head.follow(&forged).unwrap();
            forged
        })
        .collect();
    ground.forge(&header, &forged);
    let error = reopen(ground.as_mut()).unwrap_err();
    let said = error.to_string();
    assert!(said.starts_with("entry 7: event `lent` does not fit the books: cap at clinic"), "{said}");
    let zh = error.zh();
    assert!(zh.starts_with("第 7 条记录不合账法：事件“已借出”与账册不符：`clinic` 的 "), "{zh}");
}
