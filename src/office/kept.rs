//! A kept office: opened on a store, and answering only what the store has.

use std::sync::Arc;

use super::past::Replay;
use super::{Office, flow};
use crate::charter::Charter;
use crate::decision::Decision;
use crate::error::{Error, ErrorKind};
use crate::journal::{Head, Header, Store, read_entry, read_opening, write_opening};
use crate::ledger::Ledger;
use crate::model::Opening;
use crate::policy::PolicySet;
use crate::request::Request;

impl Office {
    /// Opens an office whose journal is kept in a store: no answer leaves before it is safe there.
    ///
    /// A store without entries begins with the charter's books. One with entries is verified from its first to
    /// its last and replayed: events are applied under the laws, no script runs. The charter may be left out then, for the store holds its own; if it is given it must be the same.
    ///
    /// # Errors
    /// As [`Office::open`]; if the store cannot be used, holds other opening books, was written by a newer
    /// version, or has an entry that is missing, changed, or against a law: the first such entry is named.
    pub fn open_on(
        store: impl Store + 'static,
        charter: impl Into<Option<Charter>>,
        policies: impl Into<Option<PolicySet>>,
    ) -> Result<Self, Error> {
        let (charter, policies) = (charter.into(), policies.into());
        match store.header()? {
            Some(header) => Self::reopen(Box::new(store), &header, charter, policies),
            None => match charter {
                Some(charter) => Self::begin(Box::new(store), charter, policies),
                None => Err(Error::new(
                    ErrorKind::Journal,
                    "the journal is empty; a charter is needed to begin it",
                )),
            },
        }
    }

    /// Answers requests in their order and keeps all answers with one commit: all of them or none.
    ///
    /// # Errors
    /// As [`Office::submit`].
    pub fn submit_all(
        &mut self,
        requests: impl IntoIterator<Item = Request>,
    ) -> Result<Vec<Arc<Decision>>, Error> {
        self.durably(|office| requests.into_iter().map(|request| flow::submit(office, request)).collect())
    }

    /// Changes the books, and lets the change stand only if the store has it.
    pub(super) fn durably<T>(&mut self, act: impl FnOnce(&mut Self) -> T) -> Result<T, Error> {
        if !self.journal.is_kept() {
            return Ok(act(self));
        }
        self.journal.begin()?;
        let before = self.fork();
        let answer = act(self);
        match self.commit() {
            Ok(()) => Ok(answer),
            Err(error) => {
                self.books = before.books;
                self.journal.go_back_to(before.journal);
                Err(error)
            }
        }
    }

    fn commit(&mut self) -> Result<(), Error> {
        let owned = |policies: &PolicySet| {
            policies.files().map(|(path, bytes)| (path.to_owned(), bytes.to_vec())).collect()
        };
        let policies = self.policies.as_ref();
        self.journal.commit(policies.map(|policies| (policies.digest(), move || owned(policies))))
    }

    fn begin(store: Box<dyn Store>, charter: Charter, policies: Option<PolicySet>) -> Result<Self, Error> {
        let text = write_opening(charter.opening())?;
        let mut office = Self::open(charter, policies)?;
        let header = Header::new(store.stream(), text);
        office.journal.keep_in(store, header);
        office.journal.begin()?;
        office.commit()?;
        Ok(office)
    }

    fn reopen(
        store: Box<dyn Store>,
        header: &Header,
        charter: Option<Charter>,
        policies: Option<PolicySet>,
    ) -> Result<Self, Error> {
        header.check()?;
        let charter = match charter {
            Some(charter) if write_opening(charter.opening())? == header.charter => charter,
            Some(_) => {
                let stream = &header.stream;
                let message =
                    format!("the journal of `{stream}` began with other opening books than this charter's");
                return Err(Error::new(ErrorKind::Journal, message));
            }
            None => Charter::from_opening(read_opening(&header.charter)?).map_err(|error| {
                let message = format!("the opening books in the journal do not hold: {error}");
                Error::new(ErrorKind::Journal, message)
            })?,
        };
        declared(&charter, policies.as_ref())?;
        let mut replay = Replay::new(Arc::new(books_of(charter.into_opening())?));
        let mut head = Head::of(header);
        store.read(&mut |record| {
            head.follow(&record)?;
            replay.add(read_entry(&record)?)
        })?;
        if head.records == 0 {
            let message = "entry 0 is missing: the journal has a header and no opening";
            return Err(Error::new(ErrorKind::Journal, message));
        }
        let mut office = replay.into_office(policies);
        office.journal.go_on_in(store, head)?;
        Ok(office)
    }
}

/// Whether the policies declare every name that a charter uses.
pub(super) fn declared(charter: &Charter, policies: Option<&PolicySet>) -> Result<(), Error> {
    let Some(policies) = policies else { return Ok(()) };
    let undeclared = charter.mentions().into_iter().filter_map(|(mention, part)| {
        policies.undeclared(&mention).map(|message| charter.fault(part, message))
    });
    let mut faults: Vec<_> = undeclared.collect();
    if faults.is_empty() {
        return Ok(());
    }
    faults.sort();
    Err(Error::input(faults))
}

/// The books that an opening begins with.
pub(super) fn books_of(opening: Opening) -> Result<Ledger, Error> {
    Ledger::open_with(opening)
        .map_err(|cause| Error::new(ErrorKind::Internal, format!("the books do not open: {cause}")))
}
