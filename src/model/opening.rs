//! Opening books: what a charter says stood on the first day, as plain values.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    ByKind, Date, FactValue, Instalment, KindId, LoanId, NodeId, OpeningPeople, PermitId, PersonId, Seats,
};

/// The opening books of a city, as read: nothing is checked yet but the shape of the values.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Opening {
    /// The first day of the books.
    pub opened: Date,
    /// Levels from the top, such as `city`, `county`, `unit`. The last is the units' level.
    pub levels: Vec<String>,
    /// The kinds of quota, in the charter's order.
    pub kinds: Vec<OpeningKind>,
    /// What happens to units that open over quota.
    pub excess: ExcessRule,
    /// Jurisdictions and units, in any order.
    pub nodes: Vec<OpeningNode>,
    /// Pools.
    pub pools: Vec<OpeningPool>,
    /// Named people among the `occupied`.
    pub people: OpeningPeople,
    /// Loans that are open already.
    pub loans: Vec<OpeningLoan>,
    /// Permits that are open already.
    pub permits: Vec<OpeningPermit>,
}

/// A kind of quota with its names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpeningKind {
    /// Its id.
    pub id: KindId,
    /// Its Chinese name.
    pub zh: String,
    /// Its English name.
    pub en: String,
}

/// Whether books may open with more people than quota.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ExcessRule {
    /// Excess is a fault of the charter.
    #[default]
    Refuse,
    /// Inherited excess stands, and may only shrink.
    Tolerate,
}

/// A jurisdiction or a unit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OpeningNode {
    /// Its id.
    pub id: NodeId,
    /// The node it lies in; none for the root.
    pub parent: Option<NodeId>,
    /// Its level: one of [`Opening::levels`].
    pub level: String,
    /// The administrative rank of a jurisdiction, where it is not its level (市直 ranks as a city).
    pub tier: Option<String>,
    /// What people call it; the id where nothing is given.
    pub name: String,
    /// Tags for rules about a group.
    pub tags: Vec<String>,
    /// Facts for rules, such as pupils.
    pub facts: BTreeMap<String, FactValue>,
    /// Quota owned, by kind; a kind left out is 0.
    pub caps: ByKind<Seats>,
    /// People on own seats, by kind; units only.
    pub occupied: ByKind<Seats>,
    /// What is known of earlier years.
    pub history: ByKind<OpeningHistory>,
}

/// What is known of a node's earlier years, for one kind.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpeningHistory {
    /// Vacancies at the last year ends, oldest first; the last is the year before the opening.
    pub year_end_vacancy: Vec<Seats>,
}

/// How large a pool is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PoolSize {
    /// A fixed number of seats.
    Size(Seats),
    /// The script of this name says, through its `capacity(pool)`.
    Rule(String),
}

/// A pool: a node that only lends.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OpeningPool {
    /// Its id, in one space with the nodes'.
    pub id: NodeId,
    /// The jurisdiction it is contained in.
    pub sponsor: NodeId,
    /// The one kind that it lends.
    pub kind: KindId,
    /// What people call it.
    pub name: String,
    /// How large it is.
    pub size: PoolSize,
    /// Tags for rules about a group.
    pub tags: Vec<String>,
    /// Facts for rules.
    pub facts: BTreeMap<String, FactValue>,
}

/// A named person in post.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpeningPerson {
    /// The person's key.
    pub id: PersonId,
    /// Where the person works.
    pub unit: NodeId,
    /// The kind of seat.
    pub kind: KindId,
    /// The category, such as a selected graduate.
    pub category: Option<String>,
    /// In post since; unknown means before everyone of whom it is known.
    pub since: Option<Date>,
    /// The loan whose seat the person sits on, if it is not an own seat.
    pub loan: Option<LoanId>,
}

/// A loan that is open on the first day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpeningLoan {
    /// Its id.
    pub id: LoanId,
    /// Who keeps the title.
    pub lender: NodeId,
    /// Who has the use.
    pub borrower: NodeId,
    /// The kind of the seats.
    pub kind: KindId,
    /// Seats still lent.
    pub seats: Seats,
    /// People on them, named and unnamed, by unit.
    pub occupied: BTreeMap<NodeId, Seats>,
    /// The day it began.
    pub since: Date,
    /// The last day of its term.
    pub ends: Option<Date>,
    /// What it was approved for.
    pub purpose: Option<String>,
    /// How it is given back: sums to the seats, or to seats + returned.
    pub schedule: Vec<Instalment>,
    /// Seats given back before the opening.
    pub returned: Seats,
    /// A draw: a loan of one seat that ends with its one named person.
    pub draw: bool,
}

/// A permit that is open on the first day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpeningPermit {
    /// Its id.
    pub id: PermitId,
    /// The unit that may recruit.
    pub unit: NodeId,
    /// The kind of the seats.
    pub kind: KindId,
    /// Seats promised and not yet filled.
    pub count: Seats,
    /// The last day on which it may be used.
    pub ends: Date,
    /// What it was approved for.
    pub purpose: Option<String>,
}
