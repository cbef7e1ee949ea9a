//! The past: the books as they stood at any moment, and an old decision decided again.

use std::sync::Arc;

use super::{Office, snapshots};
use crate::decision::{Decision, Entry};
use crate::error::{Error, ErrorKind, Fault};
use crate::journal::{Journal, Moment, People, Reading, Record, Strangers, read_entry_with};
use crate::ledger::Ledger;
use crate::model::Date;
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

    /// From the books that stood behind all of a journal's entries.
    pub(super) fn go_on(first: Arc<Ledger>, books: Ledger, journal: Journal) -> Self {
        Self { first, books: Arc::new(books), journal }
    }

    /// One more entry.
    pub(super) fn add(&mut self, entry: Entry) -> Result<(), Error> {
        self.apply(&entry)?;
        self.journal.append(entry);
        Ok(())
    }

    /// The next record of a chain.
    pub(super) fn follow(
        &mut self,
        reading: &mut Reading,
        record: &Record,
        people: &People,
    ) -> Result<(), Error> {
        let mut head = reading.head;
        head.follow(record)?;
        let entry = read_entry_with(record, people)?;
        self.apply(&entry)?;
        self.journal.append_read(entry, record.request_id.is_some());
        reading.go_to(head);
        Ok(())
    }

    fn apply(&mut self, entry: &Entry) -> Result<(), Error> {
        apply(&mut self.books, &self.journal, entry)
    }

    pub(super) fn books(&self) -> &Ledger {
        &self.books
    }

    pub(super) fn into_office(self, policies: Option<PolicySet>) -> Office {
        Office { first: self.first, books: self.books, policies, journal: self.journal }
    }
}

/// Lets an entry's events happen, each under the laws. The journal tells which entry it is.
fn apply(books: &mut Arc<Ledger>, journal: &Journal, entry: &Entry) -> Result<(), Error> {
    Arc::make_mut(books).replay(entry.events()).map_err(|broken| {
        let next = journal.next();
        Error::new(ErrorKind::Journal, format!("entry {next}: {broken}"))
            .in_chinese(format!("第 {next} 条记录不合账法：{}", broken.zh()))
    })
}

impl Office {
    /// Brings a copy of an office ([`Office::fork`]) forward by an answer that the office gave since: its events happen under
    /// the laws, no script runs. An answer that the copy has already changes nothing.
    ///
    /// # Errors
    /// If this office keeps a journal of its own; if an answer is missing before this one, or its events break a law: it
    /// was given by another office then, and the copy may have come half through it.
    ///
    /// # Example: a copy that is brought up to date when somebody looks at it
    /// ```
    /// # use bianzhi::{Charter, Office, Request};
    /// # fn main() -> Result<(), bianzhi::Error> {
    /// let mut office = Office::open(Charter::load("examples/nanping/charter.yaml")?, None)?;
    /// let mut copy = office.fork();
    /// let answers = [office.submit(Request::vacate("p-017"))?, office.submit(Request::vacate("p-018"))?];
    /// assert!(copy.follow(&answers[1]).is_err(), "one is missing before it");
    /// for answer in &answers {
    ///     copy.follow(answer)?;
    /// }
    /// assert!(copy.journal().entries().eq(office.journal().entries()));
    /// # Ok(()) }
    /// ```
    pub fn follow(&mut self, answer: &Arc<Decision>) -> Result<(), Error> {
        if self.journal.is_kept() {
            return Err(unusable(
                "an office that keeps a journal follows no other; let a copy of it follow (`fork`)"
                    .to_owned(),
                "自有日志的办公室不跟随另一间的裁定；请让它的副本（`fork`）跟随".to_owned(),
            ));
        }
        let advanced = answer.advanced.clone().map(Entry::Advanced);
        for entry in advanced.into_iter().chain([Entry::Decided(Arc::clone(answer))]) {
            let (next, number) = (self.journal.next(), entry.number());
            if number > next {
                return Err(unusable(
                    format!("entry {next} is missing before entry {number}: follow that answer first"),
                    format!("第 {number} 条之前缺第 {next} 条记录：请先跟随那一条"),
                ));
            }
            if number == next {
                apply(&mut self.books, &self.journal, &entry)?;
                self.journal.append(entry);
            }
        }
        Ok(())
    }

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
        let strangers = Strangers::of(&recorded.request, office.books());
        let renamed = if strangers.nobody() { None } else { strangers.by_keys(&recorded.request) };
        let now = match renamed {
            None => office.submit(Request::clone(&recorded.request))?,
            Some(request) => {
                let now = office.submit(request)?;
                strangers.by_references(&*now).map_or(now, Arc::new)
            }
        };
        Ok(Again { recorded, now })
    }

    /// The office as it stood just before a decision, under the policies of then; and the decision.
    pub(crate) fn before_decision(&self, entry: u64) -> Result<(Self, Arc<Decision>), Error> {
        let recorded = match self.journal.entry(entry) {
            Some(Entry::Decided(decision)) => Arc::clone(decision),
            Some(Entry::Opened { .. } | Entry::Advanced(_)) => {
                return Err(unusable(
                    format!("entry {entry} is no decision: nothing was asked"),
                    format!("第 {entry} 条记录不是裁定：无人提出申请"),
                ));
            }
            None => return Err(self.journal.sound().err().unwrap_or_else(|| self.no_entry(entry))),
        };
        let policies = recorded.policies.as_deref().map(|digest| self.policies_of(digest)).transpose()?;
        let before = recorded.advanced.as_ref().map_or(entry, |advanced| advanced.entry);
        let mut office = self.behind(before)?;
        office.policies = policies;
        Ok((office, recorded))
    }

    /// The office before the entry with this number.
    pub(super) fn behind(&self, entries: u64) -> Result<Self, Error> {
        let entries = entries.min(self.journal.next());
        let nearest = self.journal.shelf().map(|shelf| snapshots::nearest(shelf, entries)).transpose()?;
        let (at, books) = match nearest.flatten() {
            Some((reading, books)) => (reading.head.records, books),
            None => (0, Ledger::clone(&self.first)),
        };
        let mut replay = Replay::go_on(Arc::clone(&self.first), books, self.journal.until(at));
        for number in at..entries {
            let entry = self.journal.entry(number).cloned();
            self.journal.sound()?;
            entry.map_or_else(|| Err(self.no_entry(number)), |entry| replay.add(entry))?;
        }
        Ok(replay.into_office(self.policies.clone()))
    }

    fn entry_at(&self, moment: Moment) -> Result<u64, Error> {
        match moment {
            Moment::Entry(number) if number < self.journal.next() => Ok(number),
            Moment::Entry(number) => Err(self.no_entry(number)),
            Moment::Date(date) if date > self.today() => Err(unusable(
                format!("the books have come to {}; there are none of {date} yet", self.today()),
                format!("账册已到 {}；尚无 {date} 的账", self.today()),
            )),
            Moment::Date(date) => {
                let until = self.entries_by(date)?;
                until.checked_sub(1).ok_or_else(|| {
                    let opened = self.journal.entry(0).map_or_else(|| self.today(), Entry::date);
                    unusable(
                        format!("the books opened on {opened}; there are none of {date}"),
                        format!("账册始于 {opened}；没有 {date} 的账"),
                    )
                })
            }
        }
    }

    /// How many entries there are up to the end of a day. Entries stand in the order of their days.
    fn entries_by(&self, date: Date) -> Result<u64, Error> {
        let (mut from, mut until) = (0, self.journal.next());
        while from < until {
            let middle = from.midpoint(until);
            let by_then = self.journal.entry(middle).is_some_and(|entry| entry.date() <= date);
            self.journal.sound()?;
            if by_then { from = middle.saturating_add(1) } else { until = middle }
        }
        Ok(from)
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
                .in_chinese(format!("日志中没有政策 `{digest}`"))
        })?;
        // What was changed may not even be read as policies.
        PolicySet::is_of(digest, files.iter().cloned())?;
        PolicySet::from_files(files)
    }

    fn no_entry(&self, number: u64) -> Error {
        let last = self.journal.next().saturating_sub(1);
        unusable(
            format!("there is no entry {number}; the journal ends with entry {last}"),
            format!("没有第 {number} 条记录；日志止于第 {last} 条"),
        )
    }
}

fn unusable(en: String, zh: String) -> Error {
    Error::input(vec![Fault::nowhere(en).in_chinese(zh)])
}
