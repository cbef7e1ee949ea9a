//! Forms: streams that earlier builds began are read, and go on in the form in which they began.

use std::io::Cursor;

use bianzhi::journal::{FORMAT, Log, SqliteStore, Store, export, read_entry};
use bianzhi::{Office, PolicySet, Request};

use super::suite::records;

/// The same thirteen requests in the forms 1 and 2 – the second with people apart –, as builds before form 3 exported them.
const EARLIER: [&str; 2] = [include_str!("form-1.jsonl"), include_str!("form-2.jsonl")];

#[test]
fn streams_of_earlier_forms_are_read_and_go_on_as_they_began() {
    let policies = PolicySet::load("benches/stream/policies").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut before: Option<Vec<_>> = None;
    for (log, form) in EARLIER.into_iter().zip(1..) {
        let file = folder.path().join(format!("{form}.journal"));
        let stream = "city";
        let log = Log::read(&mut Cursor::new(log)).unwrap();
        let head = log.bring_into(&mut SqliteStore::open(&file, stream).unwrap()).unwrap();

        let office = Office::verify(SqliteStore::open(&file, stream).unwrap()).unwrap();
        assert_eq!(office.journal().head(), Some(head));
        let entries: Vec<_> = office.journal().entries().cloned().collect();
        assert_eq!(entries.len(), 16);
        assert_eq!(*before.get_or_insert_with(|| entries.clone()), entries, "form {form}");
        drop(office);

        let store = SqliteStore::open(&file, stream).unwrap();
        assert_eq!(store.header().unwrap().unwrap().format, form);
        let mut office = Office::open_on(store, None, policies.clone()).unwrap();
        for entry in [3, 8, 14] {
            assert!(office.decide_again(entry).unwrap().same(), "form {form}, entry {entry}");
        }
        let added = office.submit(Request::appoint("office", "institution").person("p-20")).unwrap();
        assert!(added.granted());
        drop(office);

        let store = SqliteStore::open(&file, stream).unwrap();
        let records = records(&store);
        for part in ["\"reasons\":[]", "\"rule\":null", "\"folder\":\"\"", "\"advanced\":null"] {
            assert!(records[16].body.contains(part), "form {form}: {}", records[16].body);
        }
        if form == 1 {
            for record in &records {
                assert_eq!(serde_json::to_string(&read_entry(record).unwrap()).unwrap(), record.body);
            }
        }
        // What was added is exported and comes in again, to the same head.
        let mut lines = Vec::new();
        let head = export(&store, &mut lines).unwrap();
        let copy = SqliteStore::open(folder.path().join(format!("{form}.copy")), stream);
        let copied = Log::read(&mut Cursor::new(lines)).unwrap().bring_into(&mut copy.unwrap()).unwrap();
        assert_eq!(copied, head);
    }
}

/// What says nothing is left out, and parameters stand in rows; a request stands as it was asked.
#[test]
fn a_new_stream_says_what_there_is() {
    let folder = tempfile::tempdir().unwrap();
    let opening = Log::read(&mut Cursor::new(EARLIER[0])).unwrap();
    let (mut old, file) =
        (SqliteStore::open(folder.path().join("1"), "city").unwrap(), folder.path().join("3"));
    opening.bring_into(&mut old).unwrap();
    let opening = bianzhi::journal::read_opening(&old.header().unwrap().unwrap().charter).unwrap();
    let charter = bianzhi::Charter::from_opening(opening).unwrap();
    let policies = PolicySet::load("benches/stream/policies").unwrap();
    let digest = policies.digest().to_string();
    let mut office = Office::open_on(SqliteStore::open(&file, "new").unwrap(), charter, policies).unwrap();
    office.submit(Request::from(Request::appoint("school", "institution").person("p-2")).id("r-1")).unwrap();
    office.submit(Request::from(Request::vacate("nobody"))).unwrap();
    drop(office);
    let store = SqliteStore::open(&file, "new").unwrap();
    assert_eq!(store.header().unwrap().unwrap().format, FORMAT - 1);
    let bodies: Vec<_> = records(&store).into_iter().map(|record| record.body).collect();
    assert_eq!(
        bodies,
        [
            r#"{"opened":{"date":"2024-01-01","events":[{"event":{"opened":{}}}]}}"#.to_owned(),
            [
                r#"{"decided":{"entry":1,"date":"2024-01-01","request":{"id":"r-1","appoint":{"unit":"school","#,
                r#""kind":"institution","person":"p-2"}},"outcome":"granted","events":[{"event":{"appointed":{"#,
                r#""unit":"school","kind":"institution","person":"p-2","since":"2024-01-01"}}}],"#,
                r#""parameters":[["control.share","0.7","2000-01-01"]],"policies":""#,
                &digest,
                r#""}}"#,
            ]
            .concat(),
            [
                r#"{"decided":{"entry":2,"date":"2024-01-01","request":{"vacate":{"person":"nobody"}},"#,
                r#""outcome":"refused","reasons":[{"input":{"code":"unknown-person","field":"person","#,
                r#""value":"nobody"}}],"policies":""#,
                &digest,
                r#""}}"#,
            ]
            .concat(),
        ]
    );
}
