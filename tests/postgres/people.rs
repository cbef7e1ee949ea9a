//! People and snapshots on a server: what is erased stands in no file of its tables, only the holder of a stream
//! erases, and a snapshot stands behind a head of the chain.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use bianzhi::journal::{Digest, PostgresStore, Store, erase};
use bianzhi::{ErrorKind, Office, Request};

use super::Named;
use super::books::charter;
use super::server::Server;

pub(crate) const TESTS: [Named; 5] = [
    ("what is erased stands in no file", no_file),
    ("a writer that was shut out erases nothing", shut_out),
    ("whoever reads the tables for long is told of", read_for_long),
    ("a database of the first builds gets its table", first_builds),
    ("a snapshot stands behind a head of the chain", behind_a_head),
];

/// A key that stands nowhere by chance.
const KEY: &str = "geheim-20240817";

fn apart(server: &Server, database: &str) -> PostgresStore {
    PostgresStore::open(&server.address(database), "city").unwrap().people_apart()
}

/// A database in which one came who can be erased.
fn came(server: &Server) -> String {
    let database = server.database();
    let mut office = Office::open_on(apart(server, &database), charter(), None).unwrap();
    let appoint =
        Request::appoint("clinic", "administrative").person(KEY).category(format!("instead of {KEY}"));
    assert!(office.submit(appoint).unwrap().granted());
    office.keep_snapshot().unwrap();
    database
}

fn stands_below(folder: &Path) -> bool {
    fs::read_dir(folder).unwrap().any(|found| {
        let path = found.unwrap().path();
        if path.is_dir() {
            return stands_below(&path);
        }
        let bytes = fs::read(path).unwrap_or_default();
        bytes.windows(KEY.len()).any(|window| window == KEY.as_bytes())
    })
}

fn no_file(server: &Arc<Server>) {
    let database = came(server);
    let tables = server.data().join("base");
    let on_disk = || {
        server.client(&database).batch_execute("CHECKPOINT").unwrap();
        stands_below(&tables)
    };
    assert!(on_disk());
    assert_eq!(erase(&mut apart(server, &database), &[KEY.into()]).unwrap().remains, [0_u64; 0]);
    assert!(!on_disk());
    let office = Office::open_on(apart(server, &database), None, None).unwrap();
    assert!(office.books().person(KEY).is_none());
}

fn shut_out(server: &Arc<Server>) {
    let database = came(server);
    let mut first = apart(server, &database);
    let references: Vec<String> = first.people().unwrap().into_iter().map(|row| row.reference).collect();
    drop(apart(server, &database));
    let error = first.erase(&references).unwrap_err();
    assert!(error.to_string().contains("another writer has taken `city`"), "{error}");
    let mut reader = PostgresStore::open_to_read(&server.address(&database), None).unwrap();
    let error = reader.erase(&references).unwrap_err();
    assert!(error.to_string().ends_with("was opened to read; it cannot be written"), "{error}");
    assert!(reader.people().unwrap().iter().all(|row| row.kept.is_some()));
    assert_eq!(reader.snapshots().unwrap().len(), 1);
}

fn read_for_long(server: &Arc<Server>) {
    let database = came(server);
    let mut reader = server.client(&database);
    reader.batch_execute("BEGIN; SELECT * FROM bianzhi.person").unwrap();
    let error = erase(&mut apart(server, &database), &[KEY.into()]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io);
    assert!(error.to_string().contains("somebody reads"), "{error}");
    let known = apart(server, &database).people().unwrap();
    assert!(known.iter().all(|row| row.kept.is_none()), "erased all the same");
}

fn first_builds(server: &Arc<Server>) {
    let database = server.database();
    drop(Office::open_on(PostgresStore::open(&server.address(&database), "city").unwrap(), charter(), None));
    server.client(&database).batch_execute("DROP TABLE bianzhi.person").unwrap();
    let reader = PostgresStore::open_to_read(&server.address(&database), None).unwrap();
    assert!(reader.people().unwrap().is_empty());
    drop(reader);
    let mut office =
        Office::open_on(PostgresStore::open(&server.address(&database), "city").unwrap(), None, None)
            .unwrap();
    assert!(office.submit(Request::appoint("clinic", "administrative")).unwrap().granted());
    let error = erase(&mut apart(server, &database), &[KEY.into()]).unwrap_err();
    assert!(error.to_string().starts_with("this journal keeps people inside"), "{error}");
}

fn behind_a_head(server: &Arc<Server>) {
    let database = came(server);
    let mut store = apart(server, &database);
    let sound = store.snapshot(2).unwrap().unwrap();
    let mut other = sound.clone();
    other.head.hash = Digest::of(b"of another chain");
    let mut beyond = sound.clone();
    beyond.head.records = 3;
    for wrong in [other, beyond] {
        let error = store.keep_snapshot(&wrong).unwrap_err();
        assert!(error.to_string().starts_with("another writer uses `city`"), "{error}");
    }
    assert_eq!(store.snapshots().unwrap(), [2]);
    assert_eq!(store.snapshot(2).unwrap().unwrap(), sound);
}
