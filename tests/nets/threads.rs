//! Threads: the shared office's own source, on primitives that try the orders in which threads may run.

use std::collections::BTreeSet;
use std::sync::Mutex;

use bianzhi::journal::{Batch, Header, PolicyFiles, Record, Store};
use bianzhi::{Error, ErrorKind, Office, Request};

use crate::office::SharedOffice;
use crate::power::charter;

/// Orders that are tried.
const ORDERS: usize = if cfg!(debug_assertions) { 300 } else { 20_000 };

/// What a disk has, and how many writes go well; it outlives its store.
#[derive(Debug, Default)]
struct Disk {
    header: Option<Header>,
    records: Vec<Record>,
    left: Option<usize>,
}

#[derive(Debug, Clone)]
struct Kept(std::sync::Arc<Mutex<Disk>>);

impl Store for Kept {
    fn stream(&self) -> &'static str {
        "city"
    }

    fn header(&self) -> Result<Option<Header>, Error> {
        Ok(self.0.lock().unwrap().header.clone())
    }

    fn read(&self, each: &mut dyn FnMut(Record) -> Result<(), Error>) -> Result<(), Error> {
        let records = self.0.lock().unwrap().records.clone();
        records.into_iter().try_for_each(each)
    }

    fn append(&mut self, batch: &Batch<'_>) -> Result<(), Error> {
        // A disk is slow: others may run while it writes.
        shuttle::thread::yield_now();
        let mut disk = self.0.lock().unwrap();
        if let Some(left) = &mut disk.left {
            *left = left.checked_sub(1).ok_or_else(|| Error::new(ErrorKind::Io, "the disk failed"))?;
        }
        disk.header = disk.header.take().or(batch.header.cloned());
        disk.records.extend(batch.records.iter().map(|record| record.to_record()));
        Ok(())
    }

    fn policy_digests(&self) -> Result<Vec<String>, Error> {
        Ok(Vec::new())
    }

    fn policies(&self, _: &str) -> Result<Option<PolicyFiles>, Error> {
        Ok(None)
    }
}

fn hire(thread: usize, turn: usize) -> Request {
    Request::from(Request::appoint("school", "institution")).id(format!("{thread}-{turn}"))
}

/// Three threads ask; a fourth reads. Each answer is on the disk when it arrives, each thread's in its order,
/// what is read is never more than the disk has, and after a failure everybody is told and nothing is lost.
fn ask(left: Option<usize>) {
    let disk = Kept(std::sync::Arc::default());
    disk.0.lock().unwrap().left = left;
    let office = SharedOffice::new(Office::open_on(disk.clone(), charter(), None).unwrap()).unwrap();
    let asking: Vec<_> = (0..3)
        .map(|thread| {
            let (office, disk) = (office.clone(), disk.clone());
            shuttle::thread::spawn(move || {
                let mut waiting: Vec<_> = (0..2).map(|turn| office.ask(hire(thread, turn))).collect();
                if thread == 1 {
                    // Whoever has waited finds nobody, or others.
                    waiting.drain(..).for_each(|answer| drop(answer.wait()));
                }
                // Behind what this thread asked before, wherever it is answered.
                let third = office.submit(hire(thread, 2));
                let again = (0..2).map(|turn| office.ask(hire(thread, turn)).wait()).collect::<Vec<_>>();
                let asked = waiting.into_iter().map(super::office::Waiting::wait).collect::<Vec<_>>();
                let asked = if asked.is_empty() { again } else { asked };
                let mut last = 0;
                let mut answered = Vec::new();
                for answer in asked.into_iter().chain([third]) {
                    let Ok(answer) = answer else { break };
                    assert!(answer.entry > last, "in the order of asking");
                    assert!((disk.0.lock().unwrap().records.len() as u64) > answer.entry, "kept before told");
                    assert!(office.read().journal().next() > answer.entry, "shown before told");
                    last = answer.entry;
                    answered.push(answer.entry);
                }
                answered
            })
        })
        .collect();
    let reader = {
        let (office, disk) = (office.clone(), disk.clone());
        shuttle::thread::spawn(move || {
            let mut seen = 0;
            for _ in 0..4 {
                let next = office.read().journal().next();
                assert!(next >= seen && next <= disk.0.lock().unwrap().records.len() as u64);
                seen = next;
                shuttle::thread::yield_now();
            }
        })
    };
    let answered: Vec<u64> = asking.into_iter().flat_map(|thread| thread.join().unwrap()).collect();
    reader.join().unwrap();
    let distinct: BTreeSet<u64> = answered.iter().copied().collect();
    assert_eq!(distinct.len(), answered.len(), "no entry answers two");
    match left {
        None => assert_eq!(answered.len(), 9),
        Some(_) => assert!(office.submit(hire(9, 9)).is_err(), "a disk that failed stays failed"),
    }
    assert_eq!(office.read().journal().next(), disk.0.lock().unwrap().records.len() as u64);
    drop(office);
    let again = Office::open_on(disk, None, None).unwrap();
    assert!(again.journal().next() > answered.iter().copied().max().unwrap_or(0));
}

#[test]
fn a_group_is_kept_before_it_is_told_in_whatever_order_threads_run() {
    shuttle::check_random(|| ask(None), ORDERS);
    shuttle::check_pct(|| ask(None), ORDERS / 10, 3);
}

#[test]
fn a_failure_is_told_to_all_in_whatever_order_threads_run() {
    // The opening takes the first write.
    shuttle::check_random(|| ask(Some(2)), ORDERS / 2);
}
