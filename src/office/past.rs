//! The past: the books as they stood at any moment, and an old decision decided again.

use std::sync::Arc;

use super::Office;
use crate::decision::{Decision, Entry};
use crate::error::{Error, ErrorKind, Fault};
use crate::journal::{Journal, Moment};
use crate::ledger::Ledger;
use crate::policy::PolicySet;
use crate::request::Request;

/// A decision of the past, and what the policies of then say when they are asked again.
#[derive(Debug, Clone)]
pub struct Again {
    /// As it is recorded.
    pub recorded: Arc<Decision>,
    /// As it is decided now, on the books of then, by the policies of then.
    pub now: Arc<Decision>,
}

impl Again {
    /// Whether both are the same: outcome, reasons, notes, events, findings and parameters.
    pub fn same(&self) -> bool {
        self.recorded == self.now
    }
}

/// Books that are brought forward entry by entry. No script runs.
pub(super) struct Replay {
    first: Arc<Ledger>,
    books: Arc<Ledger>,
    journal: Journal,
}

impl Replay {
    /// From the books of a charter.
    pub(super) fn new(first: Arc<Ledger>) -> Self {
        Self { books: Arc::clone(&first), first, journal: Journal::default() }
    }

    /// One more entry.
    pub(super) fn add(&mut self, entry: Entry) -> Result<(), Error> {
        Arc::make_mut(&mut self.books).replay(entry.events()).map_err(|broken| {
            Error::new(ErrorKind::Journal, format!("entry {}: {broken}", self.journal.next()))
        })?;
        self.journal.append(entry);
        Ok(())
    }

    pub(super) fn into_office(self, policies: Option<PolicySet>) -> Office {
        Office { first: self.first, books: self.books, policies, journal: self.journal }
    }
}

impl Office {
    /// The office as it stood at a moment: behind an entry, or at the end of a day. A copy like
    /// [`Office::fork`], with the policies of now; pools sized by a rule show what that rule says.
    ///
    /// At the end of a day means behind the last entry of that day or a day before. What fell due by itself
    /// is part of the entry that moved the books on, even if that came days later.
    ///
    /// # Errors
    /// If the day is before the books opened or after the day they have come to, or the entry is not there.
    ///
    /// # Example: the books of yesterday
    /// ```
    /// # use bianzhi::{Charter, Office, Request, Date};
    /// # fn main() -> Result<(), bianzhi::Error> {
    /// # let charter = Charter::parse("charter.yaml", "
    /// # bianzhi: charter/1
    /// # opened: 2024-01-01
    /// # levels: [city, unit]
    /// # kinds: {institution: {zh: 事业编制, en: institution}}
    /// # nodes:
    /// #   - {id: city, level: city, caps: {institution: 10}}
    /// #   - {id: school, parent: city, level: unit, caps: {institution: 8}}
    /// # ")?;
    /// let mut office = Office::open(charter, None)?;
    /// office.submit(Request::appoint("school", "institution").on(Date::constant(2024, 3, 5)))?;
    /// let before = office.as_of(Date::constant(2024, 3, 4))?;
    /// assert_eq!(before.figures("school", "institution").map(|figures| figures.occupied.get()), Some(0));
    /// # Ok(()) }
    /// ```
    pub fn as_of(&self, moment: impl Into<Moment>) -> Result<Self, Error> {
        let last = self.entry_at(moment.into())?;
        self.behind(last.saturating_add(1))
    }

    /// Decides an entry again: the same request, on the books as they stood, by the policies that decided
    /// then. They come from the journal, or are the office's own if they have the recorded digest.
    ///
    /// # Errors
    /// If the entry is no decision, or its policies are neither in the journal nor the office's own.
    pub fn decide_again(&self, entry: u64) -> Result<Again, Error> {
        let (mut office, recorded) = self.before_decision(entry)?;
        let now = office.submit(Request::clone(&recorded.request))?;
        Ok(Again { recorded, now })
    }

    /// The office as it stood just before a decision, under the policies of then; and the decision.
    pub(crate) fn before_decision(&self, entry: u64) -> Result<(Self, Arc<Decision>), Error> {
        let recorded = match self.journal.entry(entry) {
            Some(Entry::Decided(decision)) => Arc::clone(decision),
            Some(Entry::Opened { .. } | Entry::Advanced(_)) => {
                return Err(unusable(format!("entry {entry} is no decision: nothing was asked")));
            }
            None => return Err(self.no_entry(entry)),
        };
        let policies = recorded.policies.as_deref().map(|digest| self.policies_of(digest)).transpose()?;
        let before = recorded.advanced.as_ref().map_or(entry, |advanced| advanced.entry);
        let mut office = self.behind(before)?;
        office.policies = policies;
        Ok((office, recorded))
    }

    /// The office before the entry with this number.
    fn behind(&self, entries: u64) -> Result<Self, Error> {
        let mut replay = Replay::new(Arc::clone(&self.first));
        let entries = usize::try_from(entries).unwrap_or(usize::MAX);
        self.journal.entries().take(entries).try_for_each(|entry| replay.add(entry.clone()))?;
        Ok(replay.into_office(self.policies.clone()))
    }

    fn entry_at(&self, moment: Moment) -> Result<u64, Error> {
        match moment {
            Moment::Entry(number) if number < self.journal.next() => Ok(number),
            Moment::Entry(number) => Err(self.no_entry(number)),
            Moment::Date(date) if date > self.today() => Err(unusable(format!(
                "the books have come to {}; there are none of {date} yet",
                self.today()
            ))),
            Moment::Date(date) => {
                let until = self.journal.entries().take_while(|entry| entry.date() <= date).count();
                (until as u64).checked_sub(1).ok_or_else(|| {
                    let opened = self.journal.entry(0).map_or_else(|| self.today(), Entry::date);
                    unusable(format!("the books opened on {opened}; there are none of {date}"))
                })
            }
        }
    }

    /// The policy set with this digest: the office's own, or one that decided here and is kept in the journal.
    ///
    /// # Errors
    /// If it is neither, or is not what was kept.
    pub fn policies_of(&self, digest: &str) -> Result<PolicySet, Error> {
        if let Some(own) = self.policies.as_ref().filter(|own| *own.digest() == *digest) {
            return Ok(own.clone());
        }
        let files = self.journal.policies(digest)?.ok_or_else(|| {
            Error::new(ErrorKind::Journal, format!("the journal does not hold the policies `{digest}`"))
        })?;
        let policies = PolicySet::from_files(files)?;
        if *policies.digest() == *digest {
            Ok(policies)
        } else {
            let message = format!("the policies kept as `{digest}` are not what was kept");
            Err(Error::new(ErrorKind::Journal, message))
        }
    }

    fn no_entry(&self, number: u64) -> Error {
        let last = self.journal.next().saturating_sub(1);
        unusable(format!("there is no entry {number}; the journal ends with entry {last}"))
    }
}

fn unusable(message: String) -> Error {
    Error::input(vec![Fault::nowhere(message)])
}
