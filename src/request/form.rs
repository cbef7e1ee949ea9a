//! Forms: how files write the verbs whose fields exclude each other.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Authorize, Change, Convert, Establish, Place, Sitting, Vacate};
use crate::model::{FactValue, KindId, LoanId, NodeId, PersonId, PoolSize, Seats};

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AuthorizeFields {
    node: NodeId,
    kind: KindId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    change: Option<Seats>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    to: Option<Seats>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    purpose: Option<String>,
}

impl TryFrom<AuthorizeFields> for Authorize {
    type Error = String;
    fn try_from(fields: AuthorizeFields) -> Result<Self, String> {
        let AuthorizeFields { node, kind, change, to, purpose } = fields;
        let change = match (change, to) {
            (Some(by), None) => Change::By(by),
            (None, Some(to)) if to >= Seats::ZERO => Change::To(to),
            (None, Some(to)) => return Err(format!("`to` must be 0 or more, not {to}")),
            (Some(_), Some(_)) => return Err("give `change` or `to`, not both".into()),
            (None, None) => return Err("missing `change` or `to`".into()),
        };
        Ok(Self { node, kind, change, purpose })
    }
}

impl From<Authorize> for AuthorizeFields {
    fn from(verb: Authorize) -> Self {
        let (change, to) = match verb.change {
            Change::By(by) => (Some(by), None),
            Change::To(to) => (None, Some(to)),
        };
        Self { node: verb.node, kind: verb.kind, change, to, purpose: verb.purpose }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct VacateFields {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    person: Option<PersonId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    unit: Option<NodeId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    kind: Option<KindId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    loan: Option<LoanId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ConvertFields {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    person: Option<PersonId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    unit: Option<NodeId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    kind: Option<KindId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    loan: Option<LoanId>,
}

fn sitting(
    person: Option<PersonId>,
    unit: Option<NodeId>,
    kind: Option<KindId>,
    loan: Option<LoanId>,
) -> Result<Sitting, String> {
    match (person, unit, kind, loan) {
        (Some(person), None, None, None) => Ok(Sitting::Person(person)),
        (None, Some(unit), Some(kind), loan) => Ok(Sitting::Unnamed { unit, kind, loan }),
        _ => Err("give `person`, or `unit` and `kind` of one of the unnamed".into()),
    }
}

fn sitting_fields(who: Sitting) -> (Option<PersonId>, Option<NodeId>, Option<KindId>, Option<LoanId>) {
    match who {
        Sitting::Person(person) => (Some(person), None, None, None),
        Sitting::Unnamed { unit, kind, loan } => (None, Some(unit), Some(kind), loan),
    }
}

impl TryFrom<VacateFields> for Vacate {
    type Error = String;
    fn try_from(fields: VacateFields) -> Result<Self, String> {
        let VacateFields { person, unit, kind, loan, reason } = fields;
        Ok(Self { who: sitting(person, unit, kind, loan)?, reason })
    }
}

impl From<Vacate> for VacateFields {
    fn from(verb: Vacate) -> Self {
        let (person, unit, kind, loan) = sitting_fields(verb.who);
        Self { person, unit, kind, loan, reason: verb.reason }
    }
}

impl TryFrom<ConvertFields> for Convert {
    type Error = String;
    fn try_from(fields: ConvertFields) -> Result<Self, String> {
        let ConvertFields { person, unit, kind, loan } = fields;
        if person.is_none() && loan.is_none() {
            return Err("give `person`, or `unit`, `kind` and `loan` of one of the unnamed".into());
        }
        Ok(Self { who: sitting(person, unit, kind, loan)? })
    }
}

impl From<Convert> for ConvertFields {
    fn from(verb: Convert) -> Self {
        let (person, unit, kind, loan) = sitting_fields(verb.who);
        Self { person, unit, kind, loan }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EstablishFields {
    id: NodeId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    parent: Option<NodeId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    level: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    tags: Vec<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    facts: BTreeMap<String, FactValue>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    caps: BTreeMap<KindId, Seats>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sponsor: Option<NodeId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pool: Option<PoolFields>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PoolFields {
    kind: KindId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    size: Option<Seats>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rule: Option<String>,
}

impl TryFrom<EstablishFields> for Establish {
    type Error = String;
    fn try_from(fields: EstablishFields) -> Result<Self, String> {
        let EstablishFields { id, parent, level, name, tags, facts, caps, sponsor, pool } = fields;
        let place = match (parent, level, sponsor, pool) {
            (Some(parent), Some(level), None, None) => Place::Node { parent, level, caps },
            (None, None, Some(sponsor), Some(pool)) if caps.is_empty() => {
                let size = match (pool.size, pool.rule) {
                    (Some(size), None) => PoolSize::Size(size),
                    (None, Some(rule)) => PoolSize::Rule(rule),
                    _ => return Err("a pool has a `size` or a `rule`, one of them".into()),
                };
                Place::Pool { sponsor, kind: pool.kind, size }
            }
            _ => return Err("give `parent` and `level`, or `sponsor` and `pool` (without `caps`)".into()),
        };
        Ok(Self { id, name, tags, facts, place })
    }
}

impl From<Establish> for EstablishFields {
    fn from(verb: Establish) -> Self {
        let Establish { id, name, tags, facts, place } = verb;
        match place {
            Place::Node { parent, level, caps } => Self {
                id,
                parent: Some(parent),
                level: Some(level),
                name,
                tags,
                facts,
                caps,
                sponsor: None,
                pool: None,
            },
            Place::Pool { sponsor, kind, size } => {
                let (size, rule) = match size {
                    PoolSize::Size(size) => (Some(size), None),
                    PoolSize::Rule(rule) => (None, Some(rule)),
                };
                Self {
                    id,
                    parent: None,
                    level: None,
                    name,
                    tags,
                    facts,
                    caps: BTreeMap::new(),
                    sponsor: Some(sponsor),
                    pool: Some(PoolFields { kind, size, rule }),
                }
            }
        }
    }
}
