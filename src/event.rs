//! Events: everything that can happen to the books, one closed list; the books are their replay.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

mod field;

use crate::model::{
    Date, FactValue, Instalment, KindId, LoanId, LoanOutcome, NodeId, PermitId, PersonId, Seats, day,
};
use crate::request::Establish;

pub use field::{Field, ShownEvent};

/// One thing that happened to the books.
///
/// An event carries all that its replay needs. [`Event::fields`] gives what people and scripts see of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// The books opened; the pools had these sizes.
    Opened {
        /// Size by pool.
        #[serde(default)]
        pool_sizes: BTreeMap<NodeId, Seats>,
    },
    /// A cap was raised or cut (已核增减).
    Authorized {
        /// Whose cap.
        node: NodeId,
        /// The kind.
        kind: KindId,
        /// By how much; below 0 for a cut.
        change: Seats,
    },
    /// Title moved (已划转).
    Transferred {
        /// Who gave.
        from: NodeId,
        /// Who received.
        to: NodeId,
        /// The kind.
        kind: KindId,
        /// How many seats.
        count: Seats,
    },
    /// Seats were promised for recruiting (已核准).
    Permitted(PermitTerms),
    /// What was left of a permit was taken back (已撤回).
    Withdrawn(PermitTerms),
    /// A permit's last day went by (已失效).
    Lapsed(PermitTerms),
    /// A person was put on a seat (已入编).
    Appointed {
        /// Where.
        unit: NodeId,
        /// The kind of the seat.
        kind: KindId,
        /// The person's key; none if unnamed.
        person: Option<PersonId>,
        /// The category.
        category: Option<String>,
        /// The loan whose seat it is, if it is not an own seat.
        loan: Option<LoanId>,
        /// The permit that was used.
        permit: Option<PermitId>,
        /// What for.
        purpose: Option<String>,
        /// In post since; not shown.
        #[serde(serialize_with = "day::write_if_any")]
        since: Option<Date>,
    },
    /// A person left (已减员).
    Vacated {
        /// Where.
        unit: NodeId,
        /// The kind of the seat.
        kind: KindId,
        /// The person's key; none if unnamed.
        person: Option<PersonId>,
        /// The loan whose seat it was, if it was not an own seat.
        loan: Option<LoanId>,
        /// Why.
        reason: Option<String>,
        /// What else was known of the person; not shown.
        was: PersonTerms,
    },
    /// A person on a borrowed seat moved to an own one (已转本编).
    Converted {
        /// Where.
        unit: NodeId,
        /// The kind of the seat.
        kind: KindId,
        /// The person's key; none if unnamed.
        person: Option<PersonId>,
        /// The loan whose seat fell free.
        loan: LoanId,
    },
    /// A person moved between own seats of two units (已调动).
    Moved {
        /// Who.
        person: PersonId,
        /// Where from.
        from: NodeId,
        /// Where to.
        to: NodeId,
        /// The kind of the seat.
        kind: KindId,
    },
    /// Seats were lent (已借出).
    Lent {
        /// The loan.
        loan: LoanId,
        /// Who keeps the title.
        lender: NodeId,
        /// Who got the use.
        borrower: NodeId,
        /// The kind.
        kind: KindId,
        /// How many seats.
        count: Seats,
        /// What for.
        purpose: Option<String>,
        /// The last day of the term.
        ends: Option<Date>,
        /// How it is given back; empty if nothing was agreed.
        #[serde(default)]
        schedule: Vec<Instalment>,
        /// The pool's size just before, if a pool lends.
        pool_size: Option<Seats>,
        /// The nodes it passed through; not shown.
        #[serde(default)]
        via: Vec<NodeId>,
    },
    /// Seats of a loan went back (已归还).
    Returned {
        /// The loan.
        loan: LoanId,
        /// Who keeps the title.
        lender: NodeId,
        /// Who had the use.
        borrower: NodeId,
        /// The kind.
        kind: KindId,
        /// How many seats.
        count: Seats,
        /// Seats still out.
        left: Seats,
        /// The way back: from the borrower to the lender.
        #[serde(default)]
        route: Vec<NodeId>,
        /// Whether the loan goes on.
        loan_open: bool,
    },
    /// A loan's term got a new last day.
    Extended {
        /// The loan.
        loan: LoanId,
        /// The new last day.
        ends: Option<Date>,
        /// The loan's terms before and after; not shown.
        change: Box<TermsChange>,
    },
    /// A loan got a new schedule.
    Rescheduled {
        /// The loan.
        loan: LoanId,
        /// The new last day, if it changed.
        ends: Option<Date>,
        /// The new schedule.
        #[serde(default)]
        schedule: Vec<Instalment>,
        /// The loan's terms before and after; not shown.
        change: Box<TermsChange>,
    },
    /// A loan's use was evaluated.
    Evaluated {
        /// The loan.
        loan: LoanId,
        /// The new last day, if it changed.
        ends: Option<Date>,
        /// What the evaluation concluded.
        outcome: Option<LoanOutcome>,
        /// The seats that it found right.
        seats: Option<Seats>,
        /// The loan's terms before and after; not shown.
        change: Box<TermsChange>,
    },
    /// An instalment fell due (到期应还).
    FellDue {
        /// The loan.
        loan: LoanId,
        /// The instalment's seats.
        count: Seats,
    },
    /// A loan's last day went by (期满).
    Expired {
        /// The loan.
        loan: LoanId,
        /// Seats still out.
        count: Seats,
    },
    /// A jurisdiction, unit or pool was founded.
    Established {
        /// The node.
        node: NodeId,
        /// The node it lies in.
        parent: NodeId,
        /// All of it; not shown.
        all: Box<Establish>,
    },
    /// A node's name, tags or one fact changed.
    Amended {
        /// The node.
        node: NodeId,
        /// The node it lies in; none for the root.
        parent: Option<NodeId>,
        /// What changed.
        change: Amendment,
    },
    /// A node got a new place.
    Relocated {
        /// The node.
        node: NodeId,
        /// Its new parent.
        parent: NodeId,
        /// Its old one; not shown.
        from: NodeId,
    },
    /// An empty node went (已撤销).
    Abolished {
        /// The node.
        node: NodeId,
        /// The node it lay in.
        parent: NodeId,
        /// What went back to the parent's reserve, by kind.
        #[serde(default)]
        freed: BTreeMap<KindId, Seats>,
    },
    /// Units became one (已合并).
    Merged {
        /// The units that ended.
        #[serde(default)]
        units: Vec<NodeId>,
        /// The unit that goes on.
        into: NodeId,
    },
    /// A pool got a new fixed size.
    Resized {
        /// The pool.
        pool: NodeId,
        /// Its size.
        size: Seats,
        /// What said its size before; not shown.
        was: crate::model::PoolSize,
        /// What says its size now; not shown. Only a correction brings a rule back.
        now: crate::model::PoolSize,
    },
    /// An earlier entry was taken back (已更正).
    Corrected {
        /// The entry.
        entry: u64,
        /// Why.
        reason: String,
    },
    /// Seats are to be given back as soon as they are idle (已记待还).
    Owed {
        /// The loan.
        loan: LoanId,
        /// How many more.
        count: Seats,
        /// How many in all.
        owed: Seats,
    },
    /// One of the unnamed got a key (已登记).
    Named {
        /// Where.
        unit: NodeId,
        /// The kind of the seat.
        kind: KindId,
        /// The new key.
        person: PersonId,
        /// The loan whose seat it is, if it is not an own seat.
        loan: Option<LoanId>,
        /// The category; not shown.
        category: Option<String>,
        /// In post since; not shown.
        #[serde(serialize_with = "day::write_if_any")]
        since: Option<Date>,
    },
    /// A year ended (年结).
    YearClosed {
        /// The year.
        year: i16,
        /// The pools' sizes as the next year starts.
        #[serde(default)]
        pool_sizes: BTreeMap<NodeId, Seats>,
    },
    /// The books moved to a new day (换日).
    Advanced {
        /// The day.
        date: Date,
    },
}

/// What a permit promises, and to whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PermitTerms {
    /// The permit.
    pub permit: PermitId,
    /// The unit that may recruit.
    pub unit: NodeId,
    /// The kind of the seats.
    pub kind: KindId,
    /// How many seats.
    pub count: Seats,
    /// What for.
    pub purpose: Option<String>,
    /// The last day on which it may be used.
    pub ends: Date,
}

/// What is known of a person beside the seat.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonTerms {
    /// The category.
    pub category: Option<String>,
    /// In post since.
    #[serde(serialize_with = "day::write_if_any")]
    pub since: Option<Date>,
    /// What for.
    pub purpose: Option<String>,
}

/// What can change of a loan that runs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoanTerms {
    /// The last day of the term.
    pub ends: Option<Date>,
    /// How it is given back, in date order.
    #[serde(default)]
    pub schedule: Vec<Instalment>,
    /// Seats already returned when the schedule was agreed: they do not count towards it.
    pub returned_before: Seats,
    /// What the last evaluation concluded.
    pub outcome: Option<LoanOutcome>,
    /// The seats that it found right.
    pub evaluated_seats: Option<Seats>,
}

/// A loan's terms before and after an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TermsChange {
    /// Before.
    pub was: LoanTerms,
    /// After.
    pub now: LoanTerms,
}

/// What changed of a node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Amendment {
    /// Its name.
    Name {
        /// Before.
        before: String,
        /// After.
        after: String,
    },
    /// Its tags.
    Tags {
        /// Before.
        #[serde(default)]
        before: Vec<String>,
        /// After.
        #[serde(default)]
        after: Vec<String>,
    },
    /// One fact.
    Fact {
        /// The fact's name.
        name: String,
        /// Before; none if it was not known.
        before: Option<FactValue>,
        /// After; none if it is no longer known.
        after: Option<FactValue>,
    },
}

impl Event {
    /// The names of all events, in order.
    pub(crate) const NAMES: [&'static str; 28] = [
        "opened",
        "authorized",
        "transferred",
        "permitted",
        "withdrawn",
        "lapsed",
        "appointed",
        "vacated",
        "converted",
        "moved",
        "lent",
        "returned",
        "extended",
        "rescheduled",
        "evaluated",
        "fell_due",
        "expired",
        "established",
        "amended",
        "relocated",
        "abolished",
        "merged",
        "resized",
        "corrected",
        "owed",
        "named",
        "year_closed",
        "advanced",
    ];

    /// What people call it in Chinese.
    pub fn chinese(&self) -> &'static str {
        match self {
            Self::Opened { .. } => "开账",
            Self::Authorized { .. } => "已核增减",
            Self::Transferred { .. } => "已划转",
            Self::Permitted(_) => "已核准",
            Self::Withdrawn(_) => "已撤回",
            Self::Lapsed(_) => "已失效",
            Self::Appointed { .. } => "已入编",
            Self::Vacated { .. } => "已减员",
            Self::Converted { .. } => "已转本编",
            Self::Moved { .. } => "已调动",
            Self::Lent { .. } => "已借出",
            Self::Returned { .. } => "已归还",
            Self::Extended { .. } => "已延期",
            Self::Rescheduled { .. } => "已调整归还计划",
            Self::Evaluated { .. } => "已评估",
            Self::FellDue { .. } => "到期应还",
            Self::Expired { .. } => "期满",
            Self::Established { .. } => "已设立",
            Self::Amended { .. } => "已变更",
            Self::Relocated { .. } => "已调整隶属",
            Self::Abolished { .. } => "已撤销",
            Self::Merged { .. } => "已合并",
            Self::Resized { .. } => "已调整规模",
            Self::Corrected { .. } => "已更正",
            Self::Owed { .. } => "已记待还",
            Self::Named { .. } => "已登记",
            Self::YearClosed { .. } => "年结",
            Self::Advanced { .. } => "换日",
        }
    }

    /// The name, as `after_<name>` hooks and files write it.
    pub fn name(&self) -> &'static str {
        Self::NAMES.get(self.place()).copied().unwrap_or_default()
    }

    /// The event's place in the list of names.
    pub(crate) fn place(&self) -> usize {
        match self {
            Self::Opened { .. } => 0,
            Self::Authorized { .. } => 1,
            Self::Transferred { .. } => 2,
            Self::Permitted(_) => 3,
            Self::Withdrawn(_) => 4,
            Self::Lapsed(_) => 5,
            Self::Appointed { .. } => 6,
            Self::Vacated { .. } => 7,
            Self::Converted { .. } => 8,
            Self::Moved { .. } => 9,
            Self::Lent { .. } => 10,
            Self::Returned { .. } => 11,
            Self::Extended { .. } => 12,
            Self::Rescheduled { .. } => 13,
            Self::Evaluated { .. } => 14,
            Self::FellDue { .. } => 15,
            Self::Expired { .. } => 16,
            Self::Established { .. } => 17,
            Self::Amended { .. } => 18,
            Self::Relocated { .. } => 19,
            Self::Abolished { .. } => 20,
            Self::Merged { .. } => 21,
            Self::Resized { .. } => 22,
            Self::Corrected { .. } => 23,
            Self::Owed { .. } => 24,
            Self::Named { .. } => 25,
            Self::YearClosed { .. } => 26,
            Self::Advanced { .. } => 27,
        }
    }
}
