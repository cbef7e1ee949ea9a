//! What a server must be, what a database may hold, and how the store says that it is otherwise.

use std::sync::Arc;
use std::thread;

use bianzhi::journal::{PostgresStore, Store};
use bianzhi::office::SharedOffice;
use bianzhi::{Error, ErrorKind, Office};

use super::Named;
use super::books::{charter, requests};
use super::server::Server;

pub(crate) const TESTS: [Named; 7] = [
    ("a server that does not sync is refused", a_server_that_does_not_sync_is_refused),
    ("a database that is no journal, or a newer one", a_database_that_is_no_journal),
    ("streams are named", streams_are_named),
    ("what a server lost is found by itself", what_a_server_lost_is_found),
    ("many processes make the tables at once", many_make_the_tables_at_once),
    ("whoever is asynchronous may ask", whoever_is_asynchronous_may_ask),
    ("an error shows no password", an_error_shows_no_password),
];

fn filled(address: &str, stream: &str) {
    let mut office = Office::open_on(PostgresStore::open(address, stream).unwrap(), charter(), None).unwrap();
    for request in requests() {
        office.submit(request).unwrap();
    }
}

#[track_caller]
fn said(result: Result<PostgresStore, Error>, kind: ErrorKind) -> String {
    let error = result.unwrap_err();
    assert_eq!(error.kind(), kind, "{error}");
    error.to_string()
}

fn a_server_that_does_not_sync_is_refused(server: &Arc<Server>) {
    let address = server.address(&server.database());
    server.stop("fast");
    server.go(&["fsync=off"]);
    let refused = said(PostgresStore::open(&address, "city"), ErrorKind::Io);
    server.stop("fast");
    server.go(&[]);
    assert!(
        refused.ends_with("cannot keep a journal safely: its fsync is `off`, and must be on"),
        "{refused}"
    );
    let latin = "CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0";
    server.client("postgres").execute(latin, &[]).unwrap();
    let refused = said(PostgresStore::open(&server.address("latin"), "city"), ErrorKind::Io);
    assert!(refused.contains("its server_encoding is `LATIN1`, and must be UTF8"), "{refused}");
    PostgresStore::open(&address, "city").unwrap();
}

fn a_database_that_is_no_journal(server: &Arc<Server>) {
    let database = server.database();
    let address = server.address(&database);
    let told = said(PostgresStore::open_to_read(&address, None), ErrorKind::Journal);
    assert!(told.ends_with("is a database, but no journal"), "{told}");
    filled(&address, "city");
    server.client(&database).batch_execute("UPDATE bianzhi.form SET format = 7").unwrap();
    for newer in [PostgresStore::open(&address, "city"), PostgresStore::open_to_read(&address, None)] {
        let told = said(newer, ErrorKind::Journal);
        assert!(told.contains("has format 7, written by a newer version"), "{told}");
    }
    let told = said(PostgresStore::open(&server.address("nowhere"), "city"), ErrorKind::Io);
    assert!(told.contains("database \"nowhere\" does not exist"), "{told}");
}

fn streams_are_named(server: &Arc<Server>) {
    let address = server.address(&server.database());
    drop(PostgresStore::open(&address, "one").unwrap());
    let told = said(PostgresStore::open_to_read(&address, None), ErrorKind::Journal);
    assert!(told.ends_with("holds no stream yet"), "{told}");
    filled(&address, "one");
    assert_eq!(PostgresStore::open_to_read(&address, None).unwrap().stream(), "one");
    filled(&address, "other");
    let told = said(PostgresStore::open_to_read(&address, None), ErrorKind::Journal);
    assert!(told.ends_with("holds several streams, name one: `one`, `other`"), "{told}");
    let told = said(PostgresStore::open_to_read(&address, Some("third")), ErrorKind::Journal);
    assert!(told.ends_with("holds no stream `third`; it holds `one`, `other`"), "{told}");
}

/// The server keeps where a stream ends apart from its entries.
fn what_a_server_lost_is_found(server: &Arc<Server>) {
    let database = server.database();
    let address = server.address(&database);
    filled(&address, "city");
    let open = || Office::open_on(PostgresStore::open_to_read(&address, None)?, None, None);
    let head = open().unwrap().journal().head().unwrap();
    let mut client = server.client(&database);
    client.batch_execute("DELETE FROM bianzhi.entry WHERE seq >= 9").unwrap();
    let told = open().unwrap_err().to_string();
    assert!(told.starts_with("entry 9 is missing: `postgres://"), "{told}");
    assert!(told.ends_with(&format!("last was written {head}")), "{told}");
}

fn many_make_the_tables_at_once(server: &Arc<Server>) {
    let address = server.address(&server.database());
    let makers: Vec<_> = (0..8)
        .map(|number| {
            let address = address.clone();
            thread::spawn(move || filled(&address, &format!("city-{number}")))
        })
        .collect();
    for maker in makers {
        maker.join().unwrap();
    }
    for number in 0..8 {
        let store = PostgresStore::open_to_read(&address, Some(&format!("city-{number}"))).unwrap();
        Office::open_on(store, charter(), None).unwrap();
    }
}

fn an_error_shows_no_password(_: &Arc<Server>) {
    for address in [
        "postgres://clerk:geheim@127.0.0.1:1/city?connect_timeout=1",
        "postgres://clerk:geheim@127.0.0.1:x/city",
        "host=127.0.0.1 port=1 password=geheim connect_timeout=1 nonsense=geheim",
    ] {
        let told = said(PostgresStore::open(address, "city"), ErrorKind::Io);
        assert!(!told.contains("geheim"), "{told}");
    }
}

/// The client cannot wait inside of a runtime, so the office does it for those who are in one: for whoever asks,
/// and for whoever reads what stands before a snapshot.
fn whoever_is_asynchronous_may_ask(server: &Arc<Server>) {
    let address = server.address(&server.database());
    filled(&address, "city");
    let open = || Office::open_on(PostgresStore::open(&address, "city").unwrap(), None, None).unwrap();
    open().keep_snapshot().unwrap();
    let office = SharedOffice::new(open()).unwrap();
    let next = office.read().journal().next();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().unwrap();
    let asked = office.clone();
    runtime.block_on(async move {
        let read = asked.read();
        assert!(read.journal().entry(1).is_some() && read.journal().entry(next).is_none());
        assert_eq!(read.as_of(2).unwrap().journal().next(), 3);
        assert_eq!(asked.submit(requests().remove(0)).unwrap().entry, 2, "answered before");
        assert_eq!(asked.submit(bianzhi::Request::vacate("p-0")).unwrap().entry, next);
    });
    assert_eq!(office.read().journal().next(), next + 1);
}
