//! Fencing: whoever opens a stream to write it shuts out every earlier writer, also one that was only paused.

use std::sync::Arc;
use std::thread;

use bianzhi::journal::PostgresStore;
use bianzhi::{Error, ErrorKind, Office, Request};

use super::Named;
use super::books::{charter, requests};
use super::proxy::{Fault, Proxy};
use super::server::Server;
use crate::city::figures;

pub(crate) const TESTS: [Named; 4] = [
    ("a deposed writer is refused, before the new one wrote anything too", a_deposed_writer_is_refused),
    ("what a paused writer had under way is refused", what_was_under_way_is_refused),
    ("a deposed writer that lost its connection is refused", a_deposed_writer_does_not_come_back),
    ("readers depose nobody", readers_depose_nobody),
];

fn open(address: &str) -> Office {
    Office::open_on(PostgresStore::open(address, "city").unwrap(), charter(), None).unwrap()
}

fn hire() -> Request {
    Request::appoint("clinic", "administrative").into()
}

#[track_caller]
fn deposed(answer: Result<impl std::fmt::Debug, Error>) {
    let error = answer.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Journal, "{error}");
    assert!(error.to_string().starts_with("another writer has taken `city` in `postgres://"), "{error}");
}

fn a_deposed_writer_is_refused(server: &Arc<Server>) {
    let address = server.address(&server.database());
    let mut old = open(&address);
    old.submit(hire()).unwrap();
    let before = (figures(&old), old.journal().head());
    let mut new = open(&address);
    deposed(old.submit(hire()));
    assert_eq!((figures(&old), old.journal().head()), before, "nothing took effect");
    new.submit(hire()).unwrap();
    // Opened once more, the old one is the new one.
    let again = open(&address);
    assert!(again.journal().entries().eq(new.journal().entries()));
    deposed(new.submit(hire()));
}

/// The old writer's statement is on its way while the new one takes over, opens and writes.
fn what_was_under_way_is_refused(server: &Arc<Server>) {
    for writes in [0, 1, 3] {
        let database = server.database();
        drop(open(&server.address(&database)));
        let proxy = Proxy::new(server.socket(), Fault::Held, usize::MAX, || {});
        let mut old = open(&proxy.address(&database));
        proxy.arm();
        let late = thread::spawn(move || old.submit(hire()));
        proxy.wait_until_held();
        let mut new = open(&server.address(&database));
        for request in requests().into_iter().take(writes) {
            new.submit(request).unwrap();
        }
        proxy.let_go();
        deposed(late.join().unwrap());
        new.submit(hire()).unwrap();
        assert!(open(&server.address(&database)).journal().entries().eq(new.journal().entries()));
    }
}

fn a_deposed_writer_does_not_come_back(server: &Arc<Server>) {
    let database = server.database();
    let address = server.address(&database);
    let (mut old, mut new) = (open(&address), open(&address));
    server.terminate(&database);
    deposed(old.submit(hire()));
    new.submit(hire()).unwrap();
}

fn readers_depose_nobody(server: &Arc<Server>) {
    let address = server.address(&server.database());
    let mut office = open(&address);
    office.submit(hire()).unwrap();
    let store = PostgresStore::open_to_read(&address, None).unwrap();
    let mut reader = Office::open_on(store, None, None).unwrap();
    assert_eq!(reader.journal().head(), office.journal().head());
    office.submit(hire()).unwrap();
    let before = figures(&reader);
    let error = reader.submit(hire()).unwrap_err();
    assert!(error.to_string().contains("was opened to read; it cannot be written"), "{error}");
    assert_eq!(figures(&reader), before);
}
