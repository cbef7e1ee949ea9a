//! Measuring: answers kept a second, with so many waiting at once. Run it in release with the word `measure`.

use std::time::Instant;

use bianzhi::journal::PostgresStore;
use bianzhi::office::SharedOffice;
use bianzhi::{Office, Request};

use super::books::charter;
use super::server::Server;

/// Prints what was measured. It is no test.
pub(crate) fn measure(server: &Server) {
    for (waiting, rounds) in [(1, 1_000), (100, 100), (1_000, 20)] {
        let mut best = 0;
        for _ in 0..3 {
            let address = server.address(&server.database());
            let store = PostgresStore::open(&address, "city").unwrap();
            let office = SharedOffice::new(Office::open_on(store, charter(), None).unwrap()).unwrap();
            #[expect(clippy::disallowed_methods, reason = "a measurement needs a clock")]
            let start = Instant::now();
            for _ in 0..rounds {
                let asked = |_| office.ask(Request::appoint("clinic", "administrative"));
                let all: Vec<_> = (0..waiting).map(asked).collect();
                for answer in all {
                    answer.wait().unwrap();
                }
            }
            let micros = start.elapsed().as_micros().max(1);
            best = best.max(rounds * waiting * 1_000_000 / micros);
        }
        println!("{waiting} waiting: {best} answers kept a second");
    }
}
