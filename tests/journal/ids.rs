//! Request ids in a SQLite file: noted with each snapshot, known behind it, and never answered twice.

use std::path::Path;

use bianzhi::Request;
use bianzhi::journal::{Batch, Head, NewRecord, Record, SqliteStore, Store};
use rusqlite::Connection;

use super::{filled, reopen};

fn ask(file: &Path, query: &str) -> i64 {
    Connection::open(file).unwrap().query_row(query, [], |row| row.get(0)).unwrap()
}

/// Books with a snapshot, and three answers behind it.
fn with_tail(file: &Path) -> Head {
    let mut office = filled(file);
    office.keep_snapshot().unwrap();
    for turn in 0..3 {
        let hire = Request::from(Request::appoint("clinic", "administrative"));
        office.submit(hire.id(format!("t-{turn}"))).unwrap();
    }
    office.journal().head().unwrap()
}

#[test]
fn ids_are_noted_with_a_snapshot_and_found_behind_it_too() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("city.journal");
    let head = with_tail(&file);
    let known = ask(&file, "SELECT count(*) FROM record WHERE request_id IS NOT NULL");
    assert!(known > 3);
    assert_eq!(ask(&file, "SELECT count(*) FROM answered"), known - 3);
    let until = u64::try_from(ask(&file, "SELECT answered FROM stream")).unwrap();
    assert_eq!(until, head.records - 3);
    let store = SqliteStore::open(&file, "city").unwrap();
    let early = store.answered("r-1").unwrap().unwrap();
    assert_eq!(store.answered_before("r-1", early).unwrap(), None);
    assert_eq!(store.answered_before("r-1", early + 1).unwrap(), Some(early));
    assert_eq!(store.answered("t-1").unwrap(), Some(head.records - 2));
    assert_eq!(store.answered_before("t-1", until).unwrap(), None);
    assert_eq!(store.answered("t-3").unwrap(), None);
    drop(store);
    reopen(&file).unwrap().keep_snapshot().unwrap();
    assert_eq!(ask(&file, "SELECT count(*) FROM answered"), known);
    SqliteStore::open_to_read(&file, None).unwrap().check_file().unwrap();
}

#[test]
fn an_id_that_is_answered_is_not_written_again() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("city.journal");
    let head = with_tail(&file);
    let mut store = SqliteStore::open(&file, "city").unwrap();
    let mut append = |expected: Head, ids: &[&str]| {
        let mut behind = expected;
        let next = |id: &&str| {
            let record = behind.next(Some((*id).to_owned()), "{}".to_owned());
            behind.follow(&record).unwrap();
            record
        };
        let records: Vec<_> = ids.iter().map(next).collect();
        let records: Vec<NewRecord<'_>> = records.iter().map(Record::as_new).collect();
        let batch = Batch { header: None, expected, records: &records, policies: &[], people: &[] };
        store.append(&batch).map(|()| behind).map_err(|error| error.to_string())
    };
    let refused = |id: &str| {
        format!(
            "another writer uses `{}`: request id `{id}` is answered there already; open it again",
            file.display()
        )
    };
    assert_eq!(append(head, &["new", "t-2"]), Err(refused("t-2")), "behind the snapshot");
    assert_eq!(append(head, &["new", "r-1"]), Err(refused("r-1")), "before it");
    assert_eq!(append(head, &["new", "new"]), Err(refused("new")), "in the batch itself");
    let head = append(head, &["new"]).unwrap();
    assert_eq!(append(head, &["other", "new"]), Err(refused("new")), "by the same store");
    let head = append(head, &["other"]).unwrap();
    // Another process notes the ids meanwhile.
    let until = "UPDATE stream SET answered = (SELECT count(*) FROM record)";
    let note =
        "INSERT OR IGNORE INTO answered SELECT 1, request_id, seq FROM record WHERE request_id IS NOT NULL";
    Connection::open(&file).unwrap().execute_batch(&format!("{note}; {until}")).unwrap();
    assert_eq!(append(head, &["other"]), Err(refused("other")), "noted by another process");
    let head = append(head, &["last"]).unwrap();
    assert_eq!(u64::try_from(ask(&file, "SELECT count(*) FROM record")).unwrap(), head.records);
}

/// The table is not in the chain, so whoever verifies compares it with the entries.
#[test]
fn ids_that_are_not_as_the_entries_say_are_told() {
    let changes = [
        ("DELETE FROM answered WHERE request_id = 'r-1'", 1),
        ("UPDATE answered SET seq = seq + 1 WHERE request_id = 'r-1'", 2),
        ("INSERT INTO answered VALUES (1, 'never', 2)", 1),
        ("INSERT INTO answered VALUES (7, 'r-1', 2)", 1),
    ];
    for (change, wrong) in changes {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("city.journal");
        with_tail(&file);
        Connection::open(&file).unwrap().execute_batch(change).unwrap();
        let error = SqliteStore::open_to_read(&file, None).unwrap().check_file().unwrap_err();
        let name = file.display();
        assert_eq!(
            error.to_string(),
            format!("`{name}` is damaged: {wrong} rows of its table `answered` are not as the entries say"),
            "{change}"
        );
        assert!(error.zh().contains(&format!("有 {wrong} 行与各条记录不符")), "{}", error.zh());
    }
}

/// Auditors ask views, and the chain does not cover them: a view that says something else is told.
#[test]
fn views_that_are_not_as_they_were_written_are_told() {
    let forged = "DROP VIEW reason; CREATE VIEW reason AS SELECT 'city' AS stream, 1 AS seq";
    let changes = [
        (forged, Some("reason")),
        ("DROP VIEW happened", Some("happened")),
        ("DROP VIEW entry; CREATE TABLE entry (stream, seq, kind, date, outcome, hash, body)", Some("entry")),
        ("CREATE TRIGGER late AFTER INSERT ON record BEGIN DELETE FROM policy_file; END", Some("late")),
        ("CREATE VIEW my_own AS SELECT count(*) FROM entry", None),
    ];
    for (change, name) in changes {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("city.journal");
        with_tail(&file);
        Connection::open(&file).unwrap().execute_batch(change).unwrap();
        let looked = SqliteStore::open_to_read(&file, None).unwrap().check_file();
        match (looked, name) {
            (Ok(()), None) => {}
            (Err(error), Some(name)) => {
                let told = format!("was changed: `{name}` is not what this version writes there");
                assert!(error.to_string().contains(&told), "{change}: {error}");
                assert!(error.zh().contains(&format!("其中的 `{name}` 与本版本所写不符")), "{}", error.zh());
            }
            (looked, name) => panic!("{change}: {looked:?}, {name:?}"),
        }
    }
}
