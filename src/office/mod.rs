//! The office: asks the laws and the policies, keeps the books and the journal; one way, from request to record.
//!
//! ```text
//! request ─▶ decide (scripts) ─▶ draft events ─▶ laws ─▶ react (scripts) ─▶ record ─▶ books
//! ```

mod ahead;
mod attempt;
mod flow;
mod kept;
mod outgoing;
mod past;
mod reaction;
mod reply;
mod ruled;
mod shared;
mod shown;
mod snapshots;
mod sync;
#[cfg(test)]
mod tests;
mod together;
mod trial;

pub use ahead::Unkept;
pub use past::Again;
pub use ruled::RulesSay;
pub use shared::{SharedOffice, Waiting};
pub use together::side_by_side;
#[cfg(test)]
pub(crate) use trial::Trial;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::charter::Charter;
use crate::decision::{Advanced, Decision, Entry, Happened, Remark};
use crate::error::Error;
use crate::event::Event;
use crate::graph::{NodeIx, Role};
use crate::journal::Journal;
use crate::ledger::Ledger;
use crate::model::{Date, Figures, Seats};
use crate::policy::{PolicySet, Reads};
use crate::request::Request;

/// An establishment office: books, policies and a journal.
///
/// # Example: a law refuses, and says why
/// ```
/// use bianzhi::{Charter, Office, Request};
/// # fn main() -> Result<(), bianzhi::Error> {
/// let charter = Charter::parse("charter.yaml", "
/// bianzhi: charter/1
/// opened: 2024-01-01
/// levels: [city, unit]
/// kinds: {institution: {zh: 事业编制, en: institution}}
/// nodes:
///   - {id: city, level: city, caps: {institution: 10}}
///   - {id: school, parent: city, level: unit, caps: {institution: 8}, occupied: {institution: 8}}
/// ")?;
/// let mut office = Office::open(charter, None)?;
/// let decision = office.submit(Request::appoint("school", "institution"))?;
/// assert_eq!(decision.codes(), ["cap"]);
/// assert!(office.submit(Request::vacate_unnamed("school", "institution"))?.granted());
/// assert!(office.submit(Request::appoint("school", "institution"))?.granted());
/// # Ok(()) }
/// ```
#[derive(Debug, Clone)]
pub struct Office {
    /// The books as the charter says, before the first entry. They share all that no entry changed.
    first: Arc<Ledger>,
    books: Arc<Ledger>,
    policies: Option<PolicySet>,
    journal: Journal,
}

impl Office {
    /// Opens the books of a charter; with `None` for the policies the laws decide alone.
    ///
    /// # Errors
    /// If the charter uses tags, facts, categories, purposes or pool rules that the policies do not declare, or the
    /// policies read a kind of quota or a parameter that is not there ([`PolicySet::missing`]): all such faults
    /// with their places.
    pub fn open(charter: Charter, policies: impl Into<Option<PolicySet>>) -> Result<Self, Error> {
        let policies = policies.into();
        kept::declared(&charter, policies.as_ref())?;
        let first = Arc::new(kept::books_of(charter)?);
        kept::there(&first, policies.as_ref())?;
        let mut office = Self { books: Arc::clone(&first), first, policies, journal: Journal::default() };
        let (pool_sizes, _) = office.pool_sizes(&office.books);
        let opened = Happened::asked(Event::Opened { pool_sizes });
        Arc::make_mut(&mut office.books).apply(&opened);
        let date = office.today();
        office.journal.append(Entry::Opened { date, events: vec![opened] });
        Ok(office)
    }

    /// The books as `entries` left them: their events are replayed, no script runs (L10).
    ///
    /// # Errors
    /// If an entry does not fit the charter's books or breaks a law.
    pub fn replay<'a>(
        charter: &Charter,
        policies: impl Into<Option<PolicySet>>,
        entries: impl IntoIterator<Item = &'a Entry>,
    ) -> Result<Self, Error> {
        let first = Arc::new(kept::books_of(charter.clone())?);
        let mut replay = past::Replay::new(first);
        entries.into_iter().try_for_each(|entry| replay.add(entry.clone()))?;
        Ok(replay.into_office(policies.into()))
    }

    /// Answers a request and records the answer.
    ///
    /// # Errors
    /// Only if something failed to operate: a policy that says no, or a law, is an answer. If the journal
    /// fails, nothing changes, this office answers no more, and whether the answer was kept is only known when
    /// the journal is opened again: a request with an id gets its answer then.
    pub fn submit(&mut self, request: impl Into<Request>) -> Result<Arc<Decision>, Error> {
        let request = Arc::new(request.into());
        self.durably(|office| flow::submit(office, request))
    }

    /// Moves the books to a later day, as a request of that day does first. Nothing on the books' own day, or
    /// for one before it.
    ///
    /// # Errors
    /// As [`Office::submit`].
    pub fn advance(&mut self, to: Date) -> Result<Option<Arc<Advanced>>, Error> {
        if to <= self.today() {
            return Ok(None);
        }
        self.durably(|office| flow::advance(office, to)).map(Some)
    }

    /// What [`Office::submit`] would answer, recording nothing. The answer's entry is 0.
    ///
    /// # Errors
    /// As [`Office::submit`].
    pub fn decide(&self, request: impl Into<Request>) -> Result<Arc<Decision>, Error> {
        let mut fork = self.fork();
        let mut decision = fork.submit(request)?;
        if decision.entry >= self.journal.next() {
            Arc::make_mut(&mut decision).entry = 0;
        }
        Ok(decision)
    }

    /// What [`Office::submit`] would answer to each of these requests alone, side by side on all cores.
    ///
    /// Each is decided on a fork of its own, as by [`Office::decide`]: none sees another. The answers stand in
    /// the order of the requests, and are the same on any number of cores.
    ///
    /// # Errors
    /// As [`Office::submit`]: the failure of the first request that failed.
    ///
    /// # Example: where could someone be hired today?
    /// ```
    /// use bianzhi::{Charter, Office, Request};
    /// # fn main() -> Result<(), bianzhi::Error> {
    /// let office = Office::open(Charter::load("examples/nanping/charter.yaml")?, None)?;
    /// let units = ["finance", "audit", "nowhere"];
    /// let answers = office.decide_all(units.map(|unit| Request::appoint(unit, "administrative")))?;
    /// let granted: Vec<bool> = answers.iter().map(|answer| answer.granted()).collect();
    /// assert_eq!(granted, [false, true, false]);
    /// # Ok(()) }
    /// ```
    pub fn decide_all(
        &self,
        requests: impl IntoIterator<Item: Into<Request>>,
    ) -> Result<Vec<Arc<Decision>>, Error> {
        let requests: Vec<Request> = requests.into_iter().map(Into::into).collect();
        together::each_with(requests, || trial::Trial::new(self), trial::Trial::decide)
    }

    /// A copy for simulation: it shares everything until it writes, and writes only to itself.
    #[must_use]
    pub fn fork(&self) -> Self {
        self.clone()
    }

    /// The books' own day.
    pub fn today(&self) -> Date {
        self.books.today()
    }

    /// The books.
    pub fn books(&self) -> &Ledger {
        &self.books
    }

    /// A snapshot of the books that stays as it is while the office goes on.
    pub fn snapshot(&self) -> Arc<Ledger> {
        Arc::clone(&self.books)
    }

    /// The policies that decide; none where the laws decide alone.
    pub fn policies(&self) -> Option<&PolicySet> {
        self.policies.as_ref()
    }

    /// Lets another policy set decide from now on. What [`PolicySet::missing`] tells of it denies, when it is read.
    pub fn set_policies(&mut self, policies: impl Into<Option<PolicySet>>) {
        self.policies = policies.into();
    }

    /// The journal.
    pub fn journal(&self) -> &Journal {
        &self.journal
    }

    /// The books of a node and kind; a pool's with its size now. `None` if either is unknown.
    pub fn figures(&self, node: &str, kind: &str) -> Option<Figures> {
        let node = self.books.node(node)?;
        let kind = self.books.kind(kind)?;
        Some(match self.books.role(node) {
            Role::Pool => self.books.pool_figures(node, kind, self.pool_size_at(node)),
            Role::Unit | Role::Jurisdiction => self.books.figures(node, kind),
        })
    }

    /// A pool's size now. `None` if there is no such pool.
    pub fn pool_size(&self, pool: &str) -> Option<Seats> {
        let node = self.books.node(pool)?;
        self.books.pool(node)?;
        Some(self.pool_size_at(node))
    }

    fn pool_size_at(&self, pool: NodeIx) -> Seats {
        self.capacity(&self.books, pool).unwrap_or(Seats::ZERO)
    }

    /// A pool's size on these books: fixed, or as its rule says; without policies a rule says 0.
    fn capacity(&self, books: &Arc<Ledger>, pool: NodeIx) -> Result<Seats, Remark> {
        match &self.policies {
            Some(policies) => policies.capacity(books, pool, &mut Reads::new()),
            None => Ok(books.fixed_size(pool)),
        }
    }

    /// Every pool's size on these books; a rule that fails leaves its pool out, and its failure beside.
    fn pool_sizes(&self, books: &Arc<Ledger>) -> (BTreeMap<crate::model::NodeId, Seats>, Vec<Remark>) {
        let mut sizes = BTreeMap::new();
        let mut failures = Vec::new();
        for pool in books.pools() {
            match self.capacity(books, pool) {
                Ok(size) => {
                    sizes.insert(books.id(pool), size);
                }
                Err(failure) => failures.push(failure),
            }
        }
        (sizes, failures)
    }
}
