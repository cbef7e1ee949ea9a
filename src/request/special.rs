//! Verbs whose fields exclude each other: authorize, vacate, convert, establish, and the bare advance.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::form::{AuthorizeFields, ConvertFields, EstablishFields, VacateFields};
use super::verb::beside_the_verb;
use super::{Request, Verb};
use crate::model::{Date, FactValue, KindId, LoanId, NodeId, PersonId, PoolSize, RequestId, Seats};

/// Raises or cuts a cap, out of and into the parent's reserve.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "AuthorizeFields", into = "AuthorizeFields")]
pub struct Authorize {
    /// Whose cap.
    pub node: NodeId,
    /// The kind.
    pub kind: KindId,
    /// By how much, or to what.
    pub change: Change,
    /// What for.
    pub purpose: Option<String>,
}
beside_the_verb!(Authorize);

/// How a cap changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// By so many, up or down; not 0.
    By(Seats),
    /// To so many, 0 or more.
    To(Seats),
}

/// A person leaves (减员).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "VacateFields", into = "VacateFields")]
pub struct Vacate {
    /// Who.
    pub who: Sitting,
    /// Why: retirement, transfer out, resignation, dismissal, death.
    pub reason: Option<String>,
}
beside_the_verb!(Vacate);

/// A person on a borrowed seat moves to the unit's own vacancy, and the freed seat goes back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "ConvertFields", into = "ConvertFields")]
pub struct Convert {
    /// Who.
    pub who: Sitting,
}
beside_the_verb!(Convert);

/// A person in post: by key, or one of the unnamed on a seat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sitting {
    /// The person with this key.
    Person(PersonId),
    /// One of the unnamed people of the unit, on its own seats or on a loan's.
    Unnamed {
        /// Where.
        unit: NodeId,
        /// The kind of the seat.
        kind: KindId,
        /// The loan whose seat it is, if it is not an own seat.
        loan: Option<LoanId>,
    },
}

/// A new jurisdiction, unit or pool.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "EstablishFields", into = "EstablishFields")]
pub struct Establish {
    /// Its new id.
    pub id: NodeId,
    /// What people call it; the id where nothing is given.
    pub name: Option<String>,
    /// Its tags.
    pub tags: Vec<String>,
    /// Its facts.
    pub facts: BTreeMap<String, FactValue>,
    /// Where it stands and what it owns.
    pub place: Place,
}
beside_the_verb!(Establish);

/// Where something new stands, and what it owns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// A jurisdiction or a unit.
    Node {
        /// The node that it lies in; its caps come out of that node's reserve.
        parent: NodeId,
        /// Its level.
        level: String,
        /// Its quota by kind, 0 or more.
        caps: BTreeMap<KindId, Seats>,
    },
    /// A pool.
    Pool {
        /// The jurisdiction that it is contained in.
        sponsor: NodeId,
        /// The one kind that it lends.
        kind: KindId,
        /// How large it is.
        size: PoolSize,
    },
}

/// A new date. The date itself is the request's `on`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Advance {}
beside_the_verb!(Advance);

impl Request {
    /// Raises or cuts a cap by so many.
    pub fn authorize(
        node: impl Into<NodeId>,
        kind: impl Into<KindId>,
        change: impl Into<Seats>,
    ) -> Authorize {
        Authorize { node: node.into(), kind: kind.into(), change: Change::By(change.into()), purpose: None }
    }

    /// Raises or cuts a cap to so many.
    pub fn authorize_to(node: impl Into<NodeId>, kind: impl Into<KindId>, to: impl Into<Seats>) -> Authorize {
        Authorize { node: node.into(), kind: kind.into(), change: Change::To(to.into()), purpose: None }
    }

    /// The person with this key leaves.
    pub fn vacate(person: impl Into<PersonId>) -> Vacate {
        Vacate { who: Sitting::Person(person.into()), reason: None }
    }

    /// One of the unnamed people on own seats of the unit leaves.
    pub fn vacate_unnamed(unit: impl Into<NodeId>, kind: impl Into<KindId>) -> Vacate {
        Vacate { who: Sitting::Unnamed { unit: unit.into(), kind: kind.into(), loan: None }, reason: None }
    }

    /// The person with this key moves to an own seat.
    pub fn convert(person: impl Into<PersonId>) -> Convert {
        Convert { who: Sitting::Person(person.into()) }
    }

    /// A new jurisdiction or unit, without quota yet.
    pub fn establish(
        id: impl Into<NodeId>,
        parent: impl Into<NodeId>,
        level: impl Into<String>,
    ) -> Establish {
        Establish {
            id: id.into(),
            name: None,
            tags: Vec::new(),
            facts: BTreeMap::new(),
            place: Place::Node { parent: parent.into(), level: level.into(), caps: BTreeMap::new() },
        }
    }

    /// A new pool.
    pub fn establish_pool(
        id: impl Into<NodeId>,
        sponsor: impl Into<NodeId>,
        kind: impl Into<KindId>,
        size: PoolSize,
    ) -> Establish {
        Establish {
            id: id.into(),
            name: None,
            tags: Vec::new(),
            facts: BTreeMap::new(),
            place: Place::Pool { sponsor: sponsor.into(), kind: kind.into(), size },
        }
    }

    /// A new date.
    pub fn advance(on: Date) -> Self {
        Self::new(Verb::Advance(Advance {})).on(on)
    }
}

impl Vacate {
    /// Why.
    #[must_use]
    pub fn reason(mut self, reason: impl Into<String>) -> Self {
        self.reason = Some(reason.into());
        self
    }
}

impl Establish {
    /// With this quota of a kind; nothing for a pool, which has a size instead.
    #[must_use]
    pub fn cap(mut self, kind: impl Into<KindId>, seats: impl Into<Seats>) -> Self {
        if let Place::Node { caps, .. } = &mut self.place {
            caps.insert(kind.into(), seats.into());
        }
        self
    }
}
