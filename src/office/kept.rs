//! A kept office: opened on a store, and answering only what the store has.

use std::sync::Arc;

use super::past::Replay;
use super::{Office, flow, snapshots};
use crate::charter::Charter;
use crate::decision::Decision;
use crate::error::{Error, ErrorKind};
use crate::journal::{
    Group, Head, Header, Journal, PolicyFiles, Reading, Shelf, Store, new_header, opening_of, write_opening,
};
use crate::ledger::Ledger;
use crate::policy::PolicySet;
use crate::request::Request;

impl Office {
    /// Opens an office whose journal is kept in a store: no answer leaves before it is safe there.
    ///
    /// A store without entries begins with the charter's books. One with entries is verified from its first to
    /// its last and replayed: events are applied under the laws, no script runs. The charter may be left out
    /// then, for the store holds its own; if it is given it must be the same.
    ///
    /// Where the store has a snapshot ([`Office::keep_snapshot`]), only what stands behind it is verified and
    /// replayed; what stands before is verified when it is read ([`Journal`]), or by
    /// [`Office::verify`]. A snapshot that is damaged or of another version is passed over. One that was taken
    /// of another chain, or stands behind entries that are not there, shows that the journal was changed or
    /// cut: it is refused.
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
        let header = store.header()?;
        header.as_ref().map_or(Ok(()), Header::check)?;
        let shelf = Shelf::new(Box::new(store), header.as_ref())?;
        match (header, charter) {
            (Some(header), charter) => Self::reopen(shelf, &header, charter, policies),
            (None, Some(charter)) => Self::begin(shelf, charter, policies),
            (None, None) => {
                Err(Error::new(ErrorKind::Journal, "the journal is empty; a charter is needed to begin it")
                    .in_chinese("日志是空的；需要期初账（charter）才能开始"))
            }
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
        self.durably(|office| {
            requests.into_iter().map(|request| flow::submit(office, Arc::new(request))).collect()
        })
    }

    /// Changes the books, and lets the change stand only if the store has it.
    pub(super) fn durably<T>(&mut self, act: impl FnOnce(&mut Self) -> T) -> Result<T, Error> {
        if !self.journal.is_kept() {
            return Ok(act(self));
        }
        self.journal.begin()?;
        let before = self.fork();
        let answer = act(self);
        if let Err(error) = self.commit() {
            self.books = before.books;
            self.journal.go_back_to(before.journal);
            return Err(error);
        }
        drop(before);
        self.keep_snapshot_if_due();
        Ok(answer)
    }

    fn commit(&mut self) -> Result<(), Error> {
        self.journal.commit(of_policies(self.policies.as_ref()))
    }

    pub(super) fn commit_later(&mut self) -> Result<Option<Group>, Error> {
        self.journal.commit_later(of_policies(self.policies.as_ref()))
    }

    fn begin(shelf: Shelf, charter: Charter, policies: Option<PolicySet>) -> Result<Self, Error> {
        let (header, people) = new_header(&shelf, charter.opening())?;
        let mut office = Self::open(charter, policies)?;
        office.journal.keep_in(shelf, header, people);
        office.journal.begin()?;
        office.commit()?;
        Ok(office)
    }

    fn reopen(
        shelf: Shelf,
        header: &Header,
        charter: Option<Charter>,
        policies: Option<PolicySet>,
    ) -> Result<Self, Error> {
        let charter = charter_of(header, &shelf, charter)?;
        declared(&charter, policies.as_ref())?;
        let first = Arc::new(books_of(charter)?);
        let head = Head::of(header);
        let (mut replay, mut reading) = match snapshots::nearest(&shelf, u64::MAX)? {
            Some((reading, books)) => {
                let journal = Journal::behind_snapshot(shelf.clone(), head, reading.clone());
                (Replay::go_on(first, books, journal), reading)
            }
            None => (Replay::new(first), Reading::new(head)),
        };
        let from = reading.head.records;
        let people = shelf.people();
        shelf
            .read()
            .read_part(from..u64::MAX, &mut |record| replay.follow(&mut reading, &record, &people))?;
        drop(people);
        begun(&reading)?;
        let mut office = replay.into_office(policies);
        there(&office.books, office.policies.as_ref())?;
        office.journal.go_on_in(shelf, reading)?;
        Ok(office)
    }
}

/// The digest of a policy set, and its files for a store that does not have them.
fn of_policies(policies: Option<&PolicySet>) -> Option<(Arc<str>, impl FnOnce() -> PolicyFiles)> {
    let owned = |policies: &PolicySet| {
        policies.files().map(|(path, bytes)| (path.to_owned(), bytes.to_vec())).collect()
    };
    policies.map(|policies| (policies.digest(), move || owned(policies)))
}

/// The charter of a header; the given one, if it is that.
pub(super) fn charter_of(header: &Header, shelf: &Shelf, given: Option<Charter>) -> Result<Charter, Error> {
    let (opening, erased) = opening_of(header, shelf)?;
    if let Some(charter) = &given {
        let mut same = charter.opening().clone();
        // Of somebody who was erased nobody can tell whether the charter still names the same person.
        for (id, known) in same.people.ids_mut().zip(opening.people.iter()) {
            if known.id.is_reference() {
                *id = known.id;
            }
        }
        if write_opening(&same)? != write_opening(&opening)? {
            let stream = &header.stream;
            let message =
                format!("the journal of `{stream}` began with other opening books than this charter's");
            let zh = format!("`{stream}` 的日志始于另一份期初账，不是此处给出的");
            return Err(Error::new(ErrorKind::Journal, message).in_chinese(zh));
        }
    }
    match given {
        Some(charter) if !erased => Ok(charter),
        Some(_) | None => Charter::from_opening(opening).map_err(|error| {
            let message = format!("the opening books in the journal do not hold: {error}");
            let zh = format!("日志中的期初账不成立：{}", error.zh());
            Error::new(ErrorKind::Journal, message).in_chinese(zh)
        }),
    }
}

/// Whether a stream that has a header has an opening too.
pub(super) fn begun(reading: &Reading) -> Result<(), Error> {
    if reading.head.records > 0 {
        return Ok(());
    }
    let message = "entry 0 is missing: the journal has a header and no opening";
    Err(Error::new(ErrorKind::Journal, message).in_chinese("缺第 0 条记录：日志有文件头而没有期初"))
}

/// Whether the policies declare every name that a charter uses.
pub(super) fn declared(charter: &Charter, policies: Option<&PolicySet>) -> Result<(), Error> {
    let Some(policies) = policies else { return Ok(()) };
    let mut faults = charter.undeclared(|mention| policies.undeclared_told(mention));
    if faults.is_empty() {
        return Ok(());
    }
    faults.sort();
    Err(Error::input(faults))
}

/// Whether the books have what the policies read.
pub(super) fn there(books: &Ledger, policies: Option<&PolicySet>) -> Result<(), Error> {
    let missing = policies.map(|policies| policies.missing(books)).unwrap_or_default();
    if missing.is_empty() { Ok(()) } else { Err(Error::input(missing)) }
}

/// The books that a charter begins with.
pub(super) fn books_of(charter: Charter) -> Result<Ledger, Error> {
    let (opening, nodes, found) = charter.into_parts();
    Ledger::open_with(opening, nodes, found.tree, found.keys).map_err(|cause| {
        Error::new(ErrorKind::Internal, format!("the books do not open: {cause}"))
            .in_chinese(format!("账册打不开：{cause}"))
    })
}
