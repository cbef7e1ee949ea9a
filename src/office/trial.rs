//! Trials: many requests decided one after the other on the same books, each as if it were the only one.

use std::sync::Arc;

use super::Office;
use crate::decision::Decision;
use crate::error::Error;
use crate::ledger::Ledger;
use crate::request::Request;

/// A fork of an office that goes back to where it began after every request.
///
/// It answers as a new fork for each request would, and writes to pages that are its own from the first time on:
/// nothing is copied or counted again that others share, so that threads do not wait for each other.
pub(crate) struct Trial<'a> {
    begun: &'a Office,
    pub(crate) fork: Office,
}

impl<'a> Trial<'a> {
    pub(crate) fn new(begun: &'a Office) -> Self {
        Self { begun, fork: watched(begun) }
    }

    /// As [`Office::decide`].
    pub(crate) fn decide(&mut self, request: Request) -> Result<Arc<Decision>, Error> {
        let answer = self.fork.submit(request);
        let Ok(mut decision) = answer else {
            self.fork = watched(self.begun);
            return answer;
        };
        Arc::make_mut(&mut self.fork.books).go_back_to(&self.begun.books);
        self.fork.journal.forget_after(&self.begun.journal);
        if decision.entry >= self.begun.journal.next() {
            Arc::make_mut(&mut decision).entry = 0;
        }
        Ok(decision)
    }
}

fn watched(office: &Office) -> Office {
    let mut fork = office.fork();
    Ledger::watch(Arc::make_mut(&mut fork.books));
    fork
}
