//! People apart: entries name nobody, what was erased is gone to the last byte, and everything else goes on.

use std::fs;
use std::path::Path;

use bianzhi::journal::{Log, SqliteStore, Store, erase, export};
use bianzhi::model::{OpeningPerson, PersonId};
use bianzhi::{Charter, Date, Office, Request};
use rusqlite::Connection;

use super::{charter, flaky::Flaky, requests};
use crate::city::figures;

/// Keys that are parts of each other, of words, of dates; names too, though a key should be none.
const KEYS: [&str; 5] = ["p-1", "p-11", "王小明", "2024", "q_7"];

fn with_people() -> Charter {
    let mut opening = charter().into_opening();
    for (place, key) in ["老李", "p-7"].into_iter().enumerate() {
        opening.people.push(OpeningPerson {
            id: key.into(),
            unit: "school".into(),
            kind: "administrative".into(),
            category: None,
            since: (place > 0).then_some(Date::constant(2001, 2, 3)),
            loan: None,
        });
    }
    Charter::from_opening(opening).unwrap()
}

fn apart(file: &Path) -> SqliteStore {
    SqliteStore::open(file, "city").unwrap().people_apart()
}

fn asked() -> Vec<Request> {
    let appoint = |key: &str| {
        Request::appoint("clinic", "administrative").person(key).category(format!("接替{key}的人"))
    };
    let mut all = requests();
    all.extend(KEYS.map(|key| Request::from(appoint(key)).id(format!("come-{}", key.len()))));
    all.extend([
        Request::from(appoint("p-1")).id("again"),
        Request::vacate("p-11").reason("p-11 走了，p-1 没走；老王知道。p-111, xp-1, (p-11)").into(),
        Request::vacate("2024").reason("since 2024-01-09 or 2024").into(),
        Request::vacate("q_7")
            .reason("q_7 is no person: nor person:: nor person:ffffffffffffffffffffffffffffffff")
            .into(),
        Request::vacate("nobody").into(),
        Request::vacate("老李").into(),
    ]);
    all
}

/// A file in which everything was asked, with a snapshot in the middle; and the same office in memory.
fn filled(file: &Path) -> (Office, Office) {
    let mut kept = Office::open_on(apart(file), with_people(), None).unwrap();
    let mut memory = Office::open(with_people(), None).unwrap();
    for (place, request) in asked().into_iter().enumerate() {
        assert_eq!(kept.submit(request.clone()).unwrap(), memory.submit(request).unwrap());
        if place == 13 {
            kept.keep_snapshot().unwrap();
        }
    }
    (kept, memory)
}

fn stands_in(file: &Path, key: &str) -> bool {
    let mut folder = fs::read_dir(file.parent().unwrap()).unwrap();
    folder.any(|found| {
        let bytes = fs::read(found.unwrap().path()).unwrap();
        bytes.windows(key.len()).any(|window| window == key.as_bytes())
    })
}

fn texts(file: &Path, query: &str) -> Vec<String> {
    let connection = Connection::open(file).unwrap();
    let mut statement = connection.prepare(query).unwrap();
    statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

#[test]
fn entries_name_nobody_and_the_office_is_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("city.journal");
    let (kept, memory) = filled(&file);
    let head = kept.journal().head();
    drop(kept);
    for given in [None, Some(with_people())] {
        let again = Office::open_on(SqliteStore::open_to_read(&file, None).unwrap(), given, None).unwrap();
        assert!(again.journal().entries().eq(memory.journal().entries()));
        assert_eq!((figures(&again), again.journal().head()), (figures(&memory), head));
    }
    let verified = Office::verify(SqliteStore::open_to_read(&file, None).unwrap()).unwrap();
    assert!(verified.journal().entries().eq(memory.journal().entries()));
    let stored = texts(&file, "SELECT body FROM record UNION ALL SELECT charter FROM stream");
    for key in ["王小明", "老李", "p-11 ", "p-2\"", "p-7\"", "q_7"] {
        assert!(!stored.iter().any(|text| text.contains(key)), "{key}");
    }
    // In a snapshot nobody has a key either; a text may still speak of somebody, so snapshots go with the erased.
    let books = texts(&file, "SELECT body FROM snapshot");
    assert!(
        books[0].contains("接替王小明的人") && !books[0].contains("老李") && !books[0].contains("\"王小明\"")
    );
    let named: usize = texts(&file, "SELECT key FROM person ORDER BY key").len();
    assert_eq!(named, 11, "each once: two of the charter, eight who came, and one who is nobody");
    // The header is another one than where people are inside, so an older program leaves it alone.
    assert_eq!(SqliteStore::open_to_read(&file, None).unwrap().header().unwrap().unwrap().format, 4);
}

/// Only the newest eight snapshots stay. What the others held stands in pages that nothing points to any more.
#[test]
fn what_stood_in_pages_that_were_given_up_is_gone_too() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("city.journal");
    let (mut kept, _) = filled(&file);
    for turn in 0..9 {
        kept.submit(Request::from(Request::vacate("nobody")).id(format!("more-{turn}"))).unwrap();
        kept.keep_snapshot().unwrap();
    }
    drop(kept);
    assert!(stands_in(&file, "王小明"));
    erase(&mut apart(&file), &[PersonId::new("王小明")]).unwrap();
    assert!(!stands_in(&file, "王小明"));
}

#[test]
fn what_was_erased_is_gone_to_the_last_byte() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("city.journal");
    let (kept, memory) = filled(&file);
    let head = kept.journal().head();
    drop(kept);
    let known =
        Request::appoint("clinic", "administrative").person("王小明").category("接替王小明的人").id("come-9");
    let mut office = Office::open_on(apart(&file), None, None).unwrap();
    let entries = office.journal().next();
    let answer = office.submit(known.clone()).unwrap();
    assert_eq!((answer.granted(), office.journal().next()), (true, entries), "before: the recorded answer");
    drop(office);
    assert!(stands_in(&file, "王小明") && stands_in(&file, "老李"));

    let keys: Vec<PersonId> = ["王小明", "老李", "q_7"].map(PersonId::from).into();
    let erased = erase(&mut apart(&file), &keys).unwrap();
    assert_eq!(erased.references.len(), 3);
    assert_eq!(erased.remains, [0_u64; 0]);
    for key in ["王小明", "老李", "q_7"] {
        assert!(!stands_in(&file, key), "{key}");
    }
    let salts: Vec<Option<Vec<u8>>> = {
        let connection = Connection::open(&file).unwrap();
        let mut statement = connection.prepare("SELECT salt FROM person WHERE key IS NULL").unwrap();
        statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    };
    assert_eq!(salts, [None, None, None]);

    assert_eq!(texts(&file, "SELECT body FROM snapshot"), [""; 0]);

    // Chain, books, replay and every other person are as they were; the charter that names them still opens.
    for given in [None, Some(with_people())] {
        let again = Office::open_on(SqliteStore::open_to_read(&file, None).unwrap(), given, None).unwrap();
        assert_eq!((figures(&again), again.journal().head()), (figures(&memory), head));
        assert!(again.books().person("王小明").is_none() && again.books().person("p-1").is_some());
        let history = again.journal().history(erased.references[0].as_str()).count();
        assert_eq!(history, memory.journal().history("王小明").count());
        for entry in again.journal().entries().filter(|entry| matches!(entry, bianzhi::Entry::Decided(_))) {
            let decided = again.decide_again(entry.number()).unwrap();
            assert!(decided.same(), "{:?}\n{:?}", decided.recorded, decided.now);
        }
    }
    drop(Office::verify(SqliteStore::open_to_read(&file, None).unwrap()).unwrap());

    // A log carries it elsewhere with the same head, and says of three people only that they were.
    let mut log = Vec::new();
    export(&SqliteStore::open_to_read(&file, None).unwrap(), &mut log).unwrap();
    let text = String::from_utf8(log.clone()).unwrap();
    assert!(!text.contains("王小明") && text.contains("p-11"));
    let copy = folder.path().join("copy.journal");
    let read = Log::read(&mut log.as_slice()).unwrap();
    assert_eq!(Some(read.bring_into(&mut SqliteStore::open(&copy, "city").unwrap()).unwrap()), head);
    let other = Office::verify(SqliteStore::open_to_read(&copy, None).unwrap()).unwrap();
    assert_eq!(figures(&other), figures(&memory));
    let error = read.bring_into(&mut Flaky::default()).unwrap_err().to_string();
    assert_eq!(error, "this store cannot keep people apart from their entries");

    // After it: nobody can tell that the content is the same. The person can still leave.
    let mut office = Office::open_on(apart(&file), None, None).unwrap();
    assert_eq!(office.submit(known).unwrap().codes(), ["duplicate-id"]);
    assert!(office.submit(Request::vacate(&erased.references[0])).unwrap().granted());
    office.keep_snapshot().unwrap();
    let (whole, entries) = (figures(&office), office.journal().next());
    drop(office);
    let again = Office::open_on(apart(&file), None, None).unwrap();
    assert_eq!((figures(&again), again.journal().next()), (whole, entries));
}

#[test]
fn what_cannot_be_erased_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("city.journal");
    let said = |file: &Path, key: &str| erase(&mut apart(file), &[key.into()]).unwrap_err().to_string();
    assert_eq!(said(&file, "p-1"), "the journal is empty");
    let mut office = Office::open_on(apart(&file), with_people(), None).unwrap();
    let request = Request::appoint("clinic", "administrative").person("p-1");
    office.submit(Request::from(request).id("hire-p-1")).unwrap();
    drop(office);
    assert_eq!(said(&file, "p-9"), "the journal keeps nobody called `p-9`");
    // Somebody in the middle of reading holds the old pages.
    let reader = Connection::open(&file).unwrap();
    reader.execute_batch("BEGIN; SELECT count(*) FROM entry").unwrap();
    let mut writer = Office::open_on(apart(&file), None, None).unwrap();
    writer.submit(Request::vacate("p-7")).unwrap();
    drop(writer);
    let busy = said(&file, "p-1");
    assert!(busy.starts_with("another process has `"), "{busy}");
    drop(reader);
    let erased = erase(&mut apart(&file), &["p-1".into()]).unwrap();
    assert_eq!(erased.remains, [1], "the id of the request was made of the key");
    let file = folder.path().join("said.journal");
    drop(self::filled(&file));
    Office::open_on(apart(&file), None, None)
        .unwrap()
        .submit(Request::name("school", "administrative", "老王"))
        .unwrap();
    let erased = erase(&mut apart(&file), &["老王".into()]).unwrap();
    assert_eq!(erased.remains, [5, 23], "two texts named somebody whom nothing was asked about");

    let inside = folder.path().join("inside.journal");
    drop(super::filled(&inside));
    let refusal = "this journal keeps people inside its entries, from where nothing can be erased";
    assert_eq!(said(&inside, "p-1"), refusal);
}

#[test]
fn a_person_who_was_changed_or_lost_is_found() {
    let cases = [
        ("UPDATE person SET key = 'p-6' WHERE key = 'p-7'", "the person behind `person:"),
        ("DELETE FROM person WHERE key = 'p-7'", "nobody is kept behind `person:"),
        ("DELETE FROM person WHERE key = 'p-1'", "entry 2: nobody is kept behind `person:"),
        ("UPDATE person SET salt = zeroblob(31) WHERE key = 'p-1'", "`"),
    ];
    for (change, expected) in cases {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("city.journal");
        drop(filled(&file));
        Connection::open(&file).unwrap().execute_batch(change).unwrap();
        let store = || SqliteStore::open_to_read(&file, None).unwrap();
        let said = Office::verify(store()).unwrap_err().to_string();
        assert!(said.starts_with(expected), "{change}: {said}");
    }
}
