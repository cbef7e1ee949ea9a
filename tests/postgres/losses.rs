//! Losses: a connection is cut or killed, or the server crashes, at every single thing that a script sends.
//!
//! The script always ends as if nothing had happened: no answer is lost, none is given twice, the chain holds.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use bianzhi::journal::PostgresStore;
use bianzhi::office::SharedOffice;
use bianzhi::{ErrorKind, Office, Request};

use super::Named;
use super::books::{charter, requests};
use super::proxy::{Fault, Proxy};
use super::server::Server;
use crate::city::figures;

pub(crate) const TESTS: [Named; 8] = [
    ("the server never gets what was sent", |server| every_loss(server, Fault::Unsent, 1)),
    ("the answer is lost", |server| every_loss(server, Fault::Unanswered, 1)),
    ("the server gets it long after", |server| every_loss(server, Fault::Late, 1)),
    ("the connection is killed", |server| every_loss(server, Fault::Hit, 1)),
    ("the server crashes and starts again", every_crash),
    ("the server does not come back", the_server_does_not_come_back),
    ("a race that left nothing is run again", a_race_is_run_again),
    ("many threads while connections are killed", many_threads_while_connections_are_killed),
];

/// Every so manieth thing sent meets a crash: each takes the server a second.
const CRASHES: usize = if cfg!(debug_assertions) { 9 } else { 2 };

/// The requests, each with an id.
fn numbered() -> Vec<Request> {
    let numbered = requests().into_iter().zip(1..);
    numbered.map(|(request, number)| request.id(format!("q-{number}"))).collect()
}

/// On a server of its own: one with many databases takes long to recover.
fn every_crash(_: &Arc<Server>) {
    struct Stopping(Arc<Server>);
    impl Drop for Stopping {
        fn drop(&mut self) {
            self.0.stop("immediate");
        }
    }
    let own = Stopping(Arc::new(Server::start().unwrap()));
    every_loss(&own.0, Fault::Hit, CRASHES);
}

/// Lets the `k`-th thing that a script sends meet a loss, for every k, in steps, until the script sends no more.
fn every_loss(server: &Arc<Server>, fault: Fault, step: usize) {
    let database = server.database();
    // Whatever the database says, an answer waits for the disk.
    let change = format!("ALTER DATABASE {database} SET synchronous_commit = off");
    server.client("postgres").execute(&change, &[]).unwrap();
    let mut memory = Office::open(charter(), None).unwrap();
    let expected: Vec<_> = numbered().into_iter().map(|request| memory.submit(request).unwrap()).collect();
    for at in (1..).step_by(step) {
        let (hit_server, hit_database) = (Arc::clone(server), database.clone());
        let hit = move || if step > 1 { hit_server.crash() } else { hit_server.terminate(&hit_database) };
        let proxy = Proxy::new(server.socket(), fault, at, hit);
        let stream = format!("city-{at}");
        let open = || {
            let store = PostgresStore::open(&proxy.address(&database), &stream)?;
            Office::open_on(store, charter(), None)
        };
        // The first connection is not waited for; what an opening left behind is no hindrance to the next one.
        let tries = std::iter::repeat_with(open).take(1_200);
        let waiting = tries.inspect(|office| {
            if office.is_err() {
                thread::sleep(Duration::from_millis(50));
            }
        });
        let mut office = waiting.flatten().next().unwrap();
        for (request, expected) in numbered().into_iter().zip(&expected) {
            assert_eq!(&office.submit(request).unwrap(), expected, "{fault:?} at {at}");
        }
        let (head, sent) = (office.journal().head(), proxy.sent());
        if step > 1 && sent < at {
            server.crash();
        }
        proxy.bring_late();
        let store = PostgresStore::open_to_read(&server.address(&database), Some(&stream)).unwrap();
        let again = Office::open_on(store, charter(), None).unwrap();
        assert!(again.journal().entries().eq(memory.journal().entries()), "{fault:?} at {at}");
        assert_eq!(again.journal().head(), head, "{fault:?} at {at}");
        if sent < at {
            assert!(at > 20, "every step of the script was met once, not only {at}");
            break;
        }
    }
}

/// A writer is told that it cannot know, and whoever asks again by the same id gets the one answer.
fn the_server_does_not_come_back(server: &Arc<Server>) {
    let after = |good: usize| {
        let server = Arc::clone(server);
        thread::spawn(move || {
            let database = server.database();
            let proxy = Proxy::new(server.socket(), Fault::Gone, usize::MAX, || {});
            let store = PostgresStore::open(&proxy.address(&database), "city").unwrap();
            let store = store.patience(Duration::from_millis(500));
            let mut office = Office::open_on(store, charter(), None).unwrap();
            let mut memory = Office::open(charter(), None).unwrap();
            let mut requests = numbered().into_iter();
            for request in requests.by_ref().take(good) {
                assert_eq!(office.submit(request.clone()).unwrap(), memory.submit(request).unwrap());
            }
            let state = |office: &Office| (figures(office), office.journal().next());
            let before = state(&office);
            proxy.arm();
            let request = requests.next().unwrap();
            let error = office.submit(request.clone()).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Io, "{error}");
            assert_eq!(state(&office), before);
            let error = office.submit(request).unwrap_err();
            assert!(error.to_string().starts_with("the journal failed before"), "{error}");
            let mut memory = Office::open(charter(), None).unwrap();
            let mut office = open(&server.address(&database));
            for request in numbered() {
                assert_eq!(office.submit(request.clone()).unwrap(), memory.submit(request).unwrap());
            }
            assert!(office.journal().entries().eq(memory.journal().entries()));
        })
    };
    for thread in [0, 5].map(after) {
        thread.join().unwrap();
    }
}

fn open(address: &str) -> Office {
    Office::open_on(PostgresStore::open(address, "city").unwrap(), charter(), None).unwrap()
}

/// CockroachDB answers so at any time, PostgreSQL only where a stricter isolation is the default.
fn a_race_is_run_again(server: &Arc<Server>) {
    let database = server.database();
    let strict = format!("ALTER DATABASE {database} SET default_transaction_isolation = serializable");
    server.client("postgres").execute(&strict, &[]).unwrap();
    let mut office = open(&server.address(&database));
    let mut client = server.client(&database);
    let mut other = client.transaction().unwrap();
    other.execute("UPDATE bianzhi.writer SET holder = holder WHERE stream = 'city'", &[]).unwrap();
    let submitting = thread::spawn(move || office.submit(numbered().remove(0)).map(|answer| answer.entry));
    let waits = "SELECT 1 FROM pg_stat_activity WHERE datname = $1 AND wait_event_type = 'Lock'";
    let mut watch = server.client("postgres");
    while watch.query(waits, &[&database]).unwrap().is_empty() {
        assert!(!submitting.is_finished(), "it waits for the row that another transaction has changed");
        thread::sleep(Duration::from_millis(5));
    }
    other.commit().unwrap();
    assert!(submitting.join().unwrap().is_ok());
    assert_eq!(open(&server.address(&database)).journal().next(), 3);
}

fn many_threads_while_connections_are_killed(server: &Arc<Server>) {
    let database = server.database();
    let office = SharedOffice::new(open(&server.address(&database))).unwrap();
    let killer = {
        let (server, database, office) = (Arc::clone(server), database.clone(), office.clone());
        thread::spawn(move || {
            for entries in (10..200).step_by(10) {
                while office.read().journal().next() < entries {
                    thread::yield_now();
                }
                server.terminate(&database);
            }
        })
    };
    let hire = |id: String| Request::appoint("clinic", "administrative").id(id);
    let threads: Vec<_> = (0..8)
        .map(|thread| {
            let office = office.clone();
            let ask = move |turn| office.submit(hire(format!("{thread}-{turn}"))).unwrap();
            thread::spawn(move || (0..25).map(ask).collect::<Vec<_>>())
        })
        .collect();
    let answers: Vec<_> = threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect();
    killer.join().unwrap();
    assert_eq!(answers.iter().filter(|answer| answer.granted()).count(), 6, "the clinic has ten seats");
    drop(office);
    let again = open(&server.address(&database));
    assert_eq!(again.journal().next(), 201, "each once");
    for answer in answers {
        assert_eq!(again.journal().answer_to(answer.request.id.as_ref().unwrap()), Some(&answer));
    }
}
