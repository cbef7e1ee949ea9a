//! The suite of every store on a server, each check on an empty database.

use std::sync::Arc;

use bianzhi::Error;
use bianzhi::journal::{Header, PostgresStore, Record, Store};

use super::server::Server;
use super::suite::{Check, Ground};

struct Database {
    server: Arc<Server>,
    name: String,
}

impl Ground for Database {
    fn open(&mut self, stream: &str) -> Result<Box<dyn Store>, Error> {
        Ok(Box::new(PostgresStore::open(&self.server.address(&self.name), stream)?))
    }

    fn open_apart(&mut self, stream: &str) -> Option<Box<dyn Store>> {
        let store = PostgresStore::open(&self.server.address(&self.name), stream).unwrap();
        Some(Box::new(store.people_apart()))
    }

    fn forge(&mut self, header: &Header, records: &[Record]) {
        let mut client = self.server.client(&self.name);
        let Header { format, algorithm, stream, charter_digest, charter } = header;
        client
            .execute(
                "UPDATE bianzhi.stream SET format = $2, algorithm = $3, charter_digest = $4, charter = $5
                 WHERE stream = $1",
                &[stream, &i64::from(*format), algorithm, &charter_digest.to_string(), charter],
            )
            .unwrap();
        client.execute("DELETE FROM bianzhi.entry WHERE stream = $1", &[stream]).unwrap();
        for Record { number, request_id, body, hash } in records {
            let number = i64::try_from(*number).unwrap();
            client
                .execute(
                    "INSERT INTO bianzhi.entry (stream, seq, request_id, body, hash) VALUES ($1, $2, $3, $4, $5)",
                    &[stream, &number, request_id, body, &hash.to_string()],
                )
                .unwrap();
        }
    }
}

/// Runs one check of the suite.
pub(crate) fn holds(server: &Arc<Server>, check: Check) {
    check(&mut || Box::new(Database { server: Arc::clone(server), name: server.database() }));
}
