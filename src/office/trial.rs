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
pub(super) struct Trial<'a> {
    begun: &'a Office,
    fork: Office,
}

impl<'a> Trial<'a> {
    pub(super) fn new(begun: &'a Office) -> Self {
        Self { begun, fork: watched(begun) }
    }

    /// As [`Office::decide`].
    pub(super) fn decide(&mut self, request: Request) -> Result<Arc<Decision>, Error> {
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

#[cfg(test)]
mod tests {
    use super::Trial;
    use crate::error::Error;
    use crate::policy::PolicySet;
    use crate::request::Request;
    use crate::scenario::{Action, Scenario, Step};

    fn asked(step: &Step) -> Option<Request> {
        let Action::Ask { request, .. } = &step.action else { return None };
        Some(Request { on: step.on, by: step.by.clone(), ..(**request).clone() })
    }

    /// Whatever a request does to the books, nothing of it is left, and the next is answered as on a new fork.
    #[test]
    fn after_each_request_the_books_are_what_they_were() -> Result<(), Error> {
        let scenario = Scenario::load("examples/nanping/scenario.yaml")?;
        let mut office = scenario.open_with(Some(PolicySet::load("policies")?))?;
        let requests: Vec<Request> = scenario.steps().iter().filter_map(asked).collect();
        let mut changed = 0;
        for (number, played) in requests.iter().enumerate() {
            office.submit(played.clone())?;
            if number % 7 > 0 {
                continue;
            }
            let form = |office: &crate::office::Office| {
                serde_json::to_string(&office.books.stored(|_| None)).unwrap()
            };
            let before = form(&office);
            let mut trial = Trial::new(&office);
            for request in &requests {
                let on_a_fork = office.decide(request.clone())?;
                assert_eq!(*trial.decide(request.clone())?, *on_a_fork);
                assert_eq!(form(&trial.fork), before, "{request:?}");
                assert_eq!(trial.fork.journal.next(), office.journal.next());
                changed += usize::from(on_a_fork.granted());
            }
        }
        assert!(changed > 100, "{changed} requests change something");
        Ok(())
    }
}
