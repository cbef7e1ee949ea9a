//! The suite in memory and in SQLite. `tests/postgres/` runs it on a server.

use std::collections::BTreeMap;
use std::sync::Arc;

use bianzhi::journal::{Header, Record, SqliteStore, Store};
use bianzhi::{Error, Office};
use rusqlite::{Connection, params};

use super::books::charter;
use super::flaky::Flaky;
use super::suite::{CHECKS, Ground};
use super::{first_version, second_version};

/// Memory that outlives its stores.
#[derive(Default)]
struct Memory(BTreeMap<String, Flaky>);

impl Ground for Memory {
    fn open(&mut self, stream: &str) -> Result<Box<dyn Store>, Error> {
        let new = || Flaky(Arc::default(), stream.to_owned());
        Ok(Box::new(self.0.entry(stream.to_owned()).or_insert_with(new).clone()))
    }

    fn forge(&mut self, header: &Header, records: &[Record]) {
        let mut disk = self.0[&header.stream].0.lock().unwrap();
        disk.header = Some(header.clone());
        disk.records = records.to_vec();
    }
}

/// A SQLite file.
struct File(tempfile::TempDir);

impl Ground for File {
    fn open(&mut self, stream: &str) -> Result<Box<dyn Store>, Error> {
        Ok(Box::new(SqliteStore::open(self.0.path().join("city.journal"), stream)?))
    }

    fn open_apart(&mut self, stream: &str) -> Option<Box<dyn Store>> {
        let store = SqliteStore::open(self.0.path().join("city.journal"), stream).unwrap();
        Some(Box::new(store.people_apart()))
    }

    fn forge(&mut self, header: &Header, records: &[Record]) {
        let connection = Connection::open(self.0.path().join("city.journal")).unwrap();
        let Header { format, algorithm, stream, charter_digest, charter } = header;
        connection
            .execute(
                "UPDATE stream SET format = ?2, algorithm = ?3, charter_digest = ?4, charter = ?5 WHERE stream = ?1",
                params![stream, format, algorithm, charter_digest.to_string(), charter],
            )
            .unwrap();
        let version: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap();
        let number: i64 = match version {
            1 => 0,
            _ => connection
                .query_row("SELECT number FROM stream WHERE stream = ?1", [stream], |row| row.get(0))
                .unwrap(),
        };
        let (delete, insert) = match (version, number) {
            (1, _) => (
                "DELETE FROM entry WHERE stream = ?1",
                "INSERT INTO entry (stream, seq, request_id, body, hash) VALUES (?1, ?2, ?3, ?4, ?5)",
            ),
            (2, _) => (
                "DELETE FROM record WHERE stream = (SELECT number FROM stream WHERE stream = ?1)",
                "INSERT INTO record (stream, seq, request_id, body, hash)
                 SELECT number, ?2, ?3, ?4, unhex(?5) FROM stream WHERE stream = ?1",
            ),
            (3, 1) => (
                "DELETE FROM record WHERE ?1 = ?1",
                "INSERT INTO record (seq, request_id, body, hash) SELECT ?2, ?3, ?4, unhex(?5) WHERE ?1 = ?1",
            ),
            (3, _) => (
                "DELETE FROM record_of_others WHERE stream = (SELECT number FROM stream WHERE stream = ?1)",
                "INSERT INTO record_of_others (stream, seq, request_id, body, hash)
                 SELECT number, ?2, ?3, ?4, unhex(?5) FROM stream WHERE stream = ?1",
            ),
            other => panic!("{other:?}"),
        };
        connection.execute(delete, [stream]).unwrap();
        for Record { number, request_id, body, hash } in records {
            let row = params![stream, number, request_id, body, hash.to_string()];
            assert_eq!(connection.execute(insert, row).unwrap(), 1);
        }
    }
}

#[test]
fn the_suite_holds_in_memory() {
    for (name, check) in CHECKS {
        println!("{name}");
        check(&mut || Box::new(Memory::default()));
    }
}

#[test]
fn the_suite_holds_in_sqlite() {
    for (name, check) in CHECKS {
        println!("{name}");
        check(&mut || Box::new(File(tempfile::tempdir().unwrap())));
    }
}

/// Where the file's first stream is another one, this one shares a table with all others.
#[test]
fn the_suite_holds_in_sqlite_behind_another_stream() {
    for (name, check) in CHECKS {
        println!("{name}");
        check(&mut || {
            let folder = tempfile::tempdir().unwrap();
            let store = SqliteStore::open(folder.path().join("city.journal"), "elsewhere").unwrap();
            drop(Office::open_on(store, charter(), None).unwrap());
            Box::new(File(folder))
        });
    }
}

/// Files of earlier builds go on as they are.
#[test]
fn the_suite_holds_in_sqlite_files_of_version_2() {
    for (name, check) in CHECKS {
        println!("{name}");
        check(&mut || {
            let folder = tempfile::tempdir().unwrap();
            second_version(&folder.path().join("city.journal"));
            Box::new(File(folder))
        });
    }
}

/// Files of the first builds too.
#[test]
fn the_suite_holds_in_sqlite_files_of_version_1() {
    for (name, check) in CHECKS {
        println!("{name}");
        check(&mut || {
            let folder = tempfile::tempdir().unwrap();
            first_version(&folder.path().join("city.journal"));
            Box::new(File(folder))
        });
    }
}
