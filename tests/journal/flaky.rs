//! A store in memory that fails when it is told to.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use bianzhi::journal::{Batch, Header, PolicyFiles, Record, Snapshot, Store};
use bianzhi::{Error, ErrorKind};

/// What the store holds. It outlives the store, as a disk does.
#[derive(Debug, Clone, Default)]
pub(crate) struct Disk {
    pub(crate) header: Option<Header>,
    pub(crate) records: Vec<Record>,
    pub(crate) policies: Vec<(String, PolicyFiles)>,
    pub(crate) snapshots: BTreeMap<u64, Snapshot>,
    /// How many appends go well until one fails; none fails if there is nothing here.
    pub(crate) good: Option<usize>,
    pub(crate) how: Failing,
    /// Appends that were asked for, failed ones too.
    pub(crate) asked: usize,
}

/// What a failing append leaves behind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Failing {
    /// Nothing of the batch.
    #[default]
    Nothing,
    /// All of it: only the word of it was lost.
    All,
    /// Nothing: the store itself has a bug.
    Panic,
}

/// A store on such a disk, with its stream.
#[derive(Debug, Clone)]
pub(crate) struct Flaky(pub(crate) Arc<Mutex<Disk>>, pub(crate) String);

impl Default for Flaky {
    fn default() -> Self {
        Self(Arc::default(), "city".to_owned())
    }
}

impl Store for Flaky {
    fn stream(&self) -> &str {
        &self.1
    }

    fn header(&self) -> Result<Option<Header>, Error> {
        Ok(self.0.lock().unwrap().header.clone())
    }

    fn read(&self, each: &mut dyn FnMut(Record) -> Result<(), Error>) -> Result<(), Error> {
        self.0.lock().unwrap().records.iter().cloned().try_for_each(each)
    }

    fn append(&mut self, batch: &Batch<'_>) -> Result<(), Error> {
        let mut disk = self.0.lock().unwrap();
        disk.asked += 1;
        let fails = disk.good == Some(0);
        disk.good = disk.good.map(|good| good.saturating_sub(1));
        let same = disk.records.last().is_none_or(|last| last.hash == batch.expected.hash);
        if disk.records.len() as u64 != batch.expected.records || !same {
            return Err(Error::new(ErrorKind::Journal, "another writer was here"));
        }
        let all = disk.records.iter().map(Record::as_new).chain(batch.records.iter().copied());
        let ids = all.filter_map(|record| record.request_id);
        if ids.clone().count() != ids.collect::<BTreeSet<_>>().len() {
            return Err(Error::new(ErrorKind::Journal, "a request id is answered already"));
        }
        if fails && disk.how == Failing::Panic {
            drop(disk);
            panic!("the disk panicked");
        }
        if !fails || disk.how == Failing::All {
            disk.header = disk.header.take().or(batch.header.cloned());
            disk.records.extend(batch.records.iter().map(|record| record.to_record()));
            let policies = batch.policies.iter().map(|(digest, files)| (digest.to_string(), files.clone()));
            disk.policies.extend(policies);
        }
        if fails { Err(Error::new(ErrorKind::Io, "the disk failed")) } else { Ok(()) }
    }

    fn snapshots(&self) -> Result<Vec<u64>, Error> {
        Ok(self.0.lock().unwrap().snapshots.keys().copied().collect())
    }

    fn snapshot(&self, records: u64) -> Result<Option<Snapshot>, Error> {
        Ok(self.0.lock().unwrap().snapshots.get(&records).cloned())
    }

    fn keep_snapshot(&mut self, snapshot: &Snapshot) -> Result<(), Error> {
        self.0.lock().unwrap().snapshots.insert(snapshot.head.records, snapshot.clone());
        Ok(())
    }

    fn policy_digests(&self) -> Result<Vec<String>, Error> {
        Ok(self.0.lock().unwrap().policies.iter().map(|(digest, _)| digest.clone()).collect())
    }

    fn policies(&self, digest: &str) -> Result<Option<PolicyFiles>, Error> {
        let disk = self.0.lock().unwrap();
        Ok(disk.policies.iter().find(|(one, _)| one == digest).map(|(_, files)| files.clone()))
    }
}
