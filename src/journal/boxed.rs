//! Boxed stores: a store that was chosen while the program runs is a store, with all that it can do.

use std::ops::Range;

use super::people::{PersonRow, Salt};
use super::snapshot::Snapshot;
use super::store::{Batch, Header, PolicyFiles, Record, Store};
use crate::error::Error;

impl<S: Store + ?Sized> Store for Box<S> {
    fn stream(&self) -> &str {
        (**self).stream()
    }

    fn header(&self) -> Result<Option<Header>, Error> {
        (**self).header()
    }

    fn read(&self, each: &mut dyn FnMut(Record) -> Result<(), Error>) -> Result<(), Error> {
        (**self).read(each)
    }

    fn append(&mut self, batch: &Batch<'_>) -> Result<(), Error> {
        (**self).append(batch)
    }

    fn read_part(
        &self,
        part: Range<u64>,
        each: &mut dyn FnMut(Record) -> Result<(), Error>,
    ) -> Result<(), Error> {
        (**self).read_part(part, each)
    }

    fn answered(&self, request_id: &str) -> Result<Option<u64>, Error> {
        (**self).answered(request_id)
    }

    fn answered_before(&self, request_id: &str, number: u64) -> Result<Option<u64>, Error> {
        (**self).answered_before(request_id, number)
    }

    fn snapshots(&self) -> Result<Vec<u64>, Error> {
        (**self).snapshots()
    }

    fn snapshot(&self, records: u64) -> Result<Option<Snapshot>, Error> {
        (**self).snapshot(records)
    }

    fn keep_snapshot(&mut self, snapshot: &Snapshot) -> Result<(), Error> {
        (**self).keep_snapshot(snapshot)
    }

    fn beside(&self) -> Option<Box<dyn Store>> {
        (**self).beside()
    }

    fn needs_own_thread(&self) -> bool {
        (**self).needs_own_thread()
    }

    fn wants_people_apart(&self) -> bool {
        (**self).wants_people_apart()
    }

    fn salt(&self) -> Result<Salt, Error> {
        (**self).salt()
    }

    fn people(&self) -> Result<Vec<PersonRow>, Error> {
        (**self).people()
    }

    fn erase(&mut self, references: &[String]) -> Result<(), Error> {
        (**self).erase(references)
    }

    fn policy_digests(&self) -> Result<Vec<String>, Error> {
        (**self).policy_digests()
    }

    fn policies(&self, digest: &str) -> Result<Option<PolicyFiles>, Error> {
        (**self).policies(digest)
    }
}
