//! Ahead of the disk: requests are decided and put together, and whoever has them keeps them while the office goes on.

use std::sync::Arc;

use super::{Office, flow};
use crate::decision::Decision;
use crate::error::Error;
use crate::journal::Group;
use crate::request::Request;

/// Answers that are decided and not kept yet: they come out when they are.
///
/// Keep them in the order in which they were decided. If one group is not kept, what was decided behind it is
/// not either, and the office must be opened again: its store takes nothing that does not stand behind its head.
#[derive(Debug)]
#[must_use = "what is not kept was never answered"]
pub struct Unkept {
    decisions: Vec<Arc<Decision>>,
    /// Nothing where the journal is in memory.
    group: Option<Group>,
}

impl Office {
    /// Decides requests in their order, and leaves it to the caller to keep the answers, on another thread if
    /// need be, while this office decides what comes next. [`SharedOffice`](super::SharedOffice) does so. A request
    /// that stands in an [`Arc`] already stays there.
    ///
    /// No snapshot is taken by itself here ([`Office::snapshot_is_due`]), and none may be taken before all is
    /// kept.
    ///
    /// # Errors
    /// As [`Office::submit`], but for what keeping says. The books are ahead of the store then, too, and show what was never
    /// answered: this office answers no more.
    ///
    /// # Example: the disk is written while the next group is decided
    /// ```
    /// # use bianzhi::journal::SqliteStore;
    /// # use bianzhi::{Charter, Office, Request};
    /// # fn main() -> Result<(), bianzhi::Error> {
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let store = SqliteStore::open(folder.path().join("city.journal"), "nanping")?;
    /// let charter = Charter::load("examples/nanping/charter.yaml")?;
    /// let mut office = Office::open_on(store, charter, None)?;
    /// let leave = Request::from(Request::vacate("p-017")).id("r-1");
    /// let first = office.submit_ahead([leave.clone()])?;
    /// let (first, second) = std::thread::scope(|scope| {
    ///     let keeps = scope.spawn(|| first.keep());
    ///     let second = office.submit_ahead([leave]);
    ///     (keeps.join().unwrap(), second)
    /// });
    /// assert_eq!(first?, second?.keep()?, "the same id has the same answer, kept or not");
    /// # Ok(()) }
    /// ```
    pub fn submit_ahead(
        &mut self,
        requests: impl IntoIterator<Item: Into<Arc<Request>>>,
    ) -> Result<Unkept, Error> {
        self.journal.begin()?;
        let decisions = requests.into_iter().map(|request| flow::submit(self, request.into())).collect();
        Ok(Unkept { decisions, group: self.commit_later()? })
    }

    /// Whether as many entries have come since the last snapshot as [`Office::snapshot_every`] says.
    pub fn snapshot_is_due(&self) -> bool {
        self.journal.snapshot_is_due()
    }
}

impl Unkept {
    /// These answers and those that were decided right behind them, to be kept at once.
    ///
    /// # Errors
    /// If the others were not decided right behind these. None of them was answered then.
    ///
    /// # Example: one commit for what was decided in two turns
    /// ```
    /// # use bianzhi::journal::SqliteStore;
    /// # use bianzhi::{Charter, Office, Request};
    /// # fn main() -> Result<(), bianzhi::Error> {
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let store = SqliteStore::open(folder.path().join("city.journal"), "nanping")?;
    /// let mut office = Office::open_on(store, Charter::load("examples/nanping/charter.yaml")?, None)?;
    /// let first = office.submit_ahead([Request::from(Request::vacate("p-017"))])?;
    /// let second = office.submit_ahead([Request::from(Request::vacate("p-018"))])?;
    /// assert_eq!(first.join(second)?.keep()?.len(), 2);
    /// # Ok(()) }
    /// ```
    pub fn join(self, next: Self) -> Result<Self, Error> {
        let Self { mut decisions, group } = self;
        decisions.extend(next.decisions);
        let group = match (group, next.group) {
            (Some(group), Some(next)) => Some(group.join(next)?),
            (group, next) => group.or(next),
        };
        Ok(Self { decisions, group })
    }

    /// Brings the answers to the store, and lets them go.
    ///
    /// # Errors
    /// If the store fails, or does not stand where it stood when these were decided. Nothing is answered then,
    /// and whether the store has it is only known when it is opened again.
    pub fn keep(self) -> Result<Vec<Arc<Decision>>, Error> {
        self.group.as_ref().map_or(Ok(()), Group::keep)?;
        Ok(self.decisions)
    }
}
