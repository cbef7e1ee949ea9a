//! Requests: everything that can be asked of an office, one closed list of verbs.
//!
//! A request is a verb with its fields and, beside the verb, who asks, when, and with which facts. The same
//! words stand in scenario files: `{on: 2024-03-05, by: nanping, draw: {pool: …, unit: …, person: …}}`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

mod form;
mod read;
mod special;
mod verb;
mod words;

use crate::model::{Date, FactValue, Mention, NodeId, PoolSize, RequestId, day};

pub use special::{Advance, Authorize, Change, Convert, Establish, Place, Sitting, Vacate};
pub use verb::{
    Abolish, Amend, Appoint, Borrow, Correct, Draw, Evaluate, Extend, GiveBack, Merge, Move, Name, Owe,
    Permit, Relocate, Reschedule, Resize, Transfer, Withdraw,
};
pub(crate) use words::field_in_chinese;

/// One request, as asked: the verb, and beside it who, when and with which facts.
///
/// # Example
/// ```
/// use bianzhi::{Request, model::Date};
/// let request = Request::draw("administrative-pool", "finance", "p-017")
///     .category("selected-graduate")
///     .by("nanping")
///     .on(Date::constant(2024, 3, 5));
/// assert_eq!(request.verb.name(), "draw");
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Request {
    /// The request's own id: the same id with the same content gets the same answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<RequestId>,
    /// The day it is decided on; the books' own day unless given.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "day::write_if_any")]
    pub on: Option<Date>,
    /// The actor: a node, or `superior`; the root unless given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<NodeId>,
    /// Who typed it: recorded, never decided on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clerk: Option<String>,
    /// When it really happened, for late reports: the books' day or earlier.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub effective: Option<Date>,
    /// Consents and documents that come with it.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub facts: BTreeMap<String, FactValue>,
    /// What is asked.
    #[serde(flatten)]
    pub verb: Verb,
}

/// What can be asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verb {
    /// Raise or cut a cap (核增, 核减).
    Authorize(Authorize),
    /// Move title between nodes (划转).
    Transfer(Transfer),
    /// Promise seats for recruiting (用编核准).
    Permit(Permit),
    /// Take back what is left of a permit.
    Withdraw(Withdraw),
    /// Put a person on a seat (入编).
    Appoint(Appoint),
    /// One pool seat and the person on it.
    Draw(Draw),
    /// A person leaves (减员).
    Vacate(Vacate),
    /// One of the unnamed gets a key.
    Name(Name),
    /// A person on a borrowed seat moves to an own one, and the freed seat goes back (转为本编).
    Convert(Convert),
    /// Own seat of one unit to own seat of another (调动).
    Move(Move),
    /// Lend seats (调借).
    Borrow(Borrow),
    /// Idle seats return (归还).
    GiveBack(GiveBack),
    /// Seats to be given back as soon as they are idle; reactions only.
    Owe(Owe),
    /// A new end of a loan's term.
    Extend(Extend),
    /// A new schedule of a loan.
    Reschedule(Reschedule),
    /// The evaluation of a loan's use.
    Evaluate(Evaluate),
    /// A new jurisdiction, unit or pool.
    Establish(Establish),
    /// A pool's new fixed size.
    Resize(Resize),
    /// A node's name, tags or facts.
    Amend(Amend),
    /// A node's new place.
    Relocate(Relocate),
    /// Units become one (撤并).
    Merge(Merge),
    /// An empty node goes (撤销).
    Abolish(Abolish),
    /// Takes back an earlier entry (更正).
    Correct(Correct),
    /// Several at once, all or nothing.
    Batch(Vec<Member>),
    /// A new date, and all that falls due by it.
    Advance(Advance),
}

/// One member of a batch: a verb with facts of its own.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Member {
    /// Consents and documents that come with this member.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub facts: BTreeMap<String, FactValue>,
    /// What is asked; neither `batch` nor `advance`.
    #[serde(flatten)]
    pub verb: Verb,
}

impl Request {
    /// A request by the root on the books' own day.
    pub fn new(verb: impl Into<Verb>) -> Self {
        Self {
            id: None,
            on: None,
            by: None,
            clerk: None,
            effective: None,
            facts: BTreeMap::new(),
            verb: verb.into(),
        }
    }

    /// Several requests decided member by member, all or nothing.
    pub fn batch(verbs: impl IntoIterator<Item = Verb>) -> Self {
        let members = verbs.into_iter().map(|verb| Member { facts: BTreeMap::new(), verb }).collect();
        Self::new(Verb::Batch(members))
    }

    /// With an id, so that asking twice is answered once.
    #[must_use]
    pub fn id(mut self, id: impl Into<RequestId>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// On this day.
    #[must_use]
    pub fn on(mut self, on: Date) -> Self {
        self.on = Some(on);
        self
    }

    /// By this actor.
    #[must_use]
    pub fn by(mut self, by: impl Into<NodeId>) -> Self {
        self.by = Some(by.into());
        self
    }

    /// Typed by this clerk.
    #[must_use]
    pub fn clerk(mut self, clerk: impl Into<String>) -> Self {
        self.clerk = Some(clerk.into());
        self
    }

    /// Really happened on this earlier day.
    #[must_use]
    pub fn effective(mut self, on: Date) -> Self {
        self.effective = Some(on);
        self
    }

    /// With a fact, such as a consent.
    #[must_use]
    pub fn fact(mut self, name: impl Into<String>, value: FactValue) -> Self {
        self.facts.insert(name.into(), value);
        self
    }
}

impl Verb {
    /// Every verb's name, in the order of the list.
    pub const NAMES: &'static [&'static str] = &[
        "authorize",
        "transfer",
        "permit",
        "withdraw",
        "appoint",
        "draw",
        "vacate",
        "name",
        "convert",
        "move",
        "borrow",
        "give_back",
        "owe",
        "extend",
        "reschedule",
        "evaluate",
        "establish",
        "resize",
        "amend",
        "relocate",
        "merge",
        "abolish",
        "correct",
        "batch",
        "advance",
    ];

    /// What people call the verb of this name in Chinese; none where there is no such verb.
    pub fn chinese(name: &str) -> Option<&'static str> {
        Some(match name {
            "authorize" => "核增核减",
            "transfer" => "划转",
            "permit" => "用编核准",
            "withdraw" => "撤回核准",
            "appoint" => "入编",
            "draw" => "周转池用编",
            "vacate" => "减员",
            "name" => "登记",
            "convert" => "转本编",
            "move" => "调动",
            "borrow" => "调借",
            "give_back" => "归还",
            "owe" => "记待还",
            "extend" => "延期",
            "reschedule" => "调整归还计划",
            "evaluate" => "评估",
            "establish" => "设立",
            "resize" => "调整规模",
            "amend" => "变更",
            "relocate" => "调整隶属",
            "merge" => "撤并",
            "abolish" => "撤销",
            "correct" => "更正",
            "batch" => "一揽子",
            "advance" => "换日",
            _ => return None,
        })
    }

    /// The verb's name, as files and scripts write it.
    pub fn name(&self) -> &'static str {
        Self::NAMES.get(self.place()).copied().unwrap_or_default()
    }

    /// The verb's place in the list of names.
    pub(crate) fn place(&self) -> usize {
        match self {
            Self::Authorize(_) => 0,
            Self::Transfer(_) => 1,
            Self::Permit(_) => 2,
            Self::Withdraw(_) => 3,
            Self::Appoint(_) => 4,
            Self::Draw(_) => 5,
            Self::Vacate(_) => 6,
            Self::Name(_) => 7,
            Self::Convert(_) => 8,
            Self::Move(_) => 9,
            Self::Borrow(_) => 10,
            Self::GiveBack(_) => 11,
            Self::Owe(_) => 12,
            Self::Extend(_) => 13,
            Self::Reschedule(_) => 14,
            Self::Evaluate(_) => 15,
            Self::Establish(_) => 16,
            Self::Resize(_) => 17,
            Self::Amend(_) => 18,
            Self::Relocate(_) => 19,
            Self::Merge(_) => 20,
            Self::Abolish(_) => 21,
            Self::Correct(_) => 22,
            Self::Batch(_) => 23,
            Self::Advance(_) => 24,
        }
    }

    /// The names in it that a policy set must declare.
    pub fn mentions(&self) -> Vec<Mention<'_>> {
        let mut found = Vec::new();
        let (purpose, category) = match self {
            Self::Authorize(verb) => (&verb.purpose, &None),
            Self::Transfer(verb) => (&verb.purpose, &None),
            Self::Permit(verb) => (&verb.purpose, &None),
            Self::Appoint(verb) => (&verb.purpose, &verb.category),
            Self::Draw(verb) => (&verb.purpose, &verb.category),
            Self::Name(verb) => (&None, &verb.category),
            Self::Borrow(verb) => (&verb.purpose, &None),
            Self::Establish(verb) => {
                found.extend(verb.tags.iter().map(|tag| Mention::Tag(tag)));
                found.extend(verb.facts.iter().map(|(name, value)| Mention::Fact(name, value)));
                if let Place::Pool { size: PoolSize::Rule(rule), .. } = &verb.place {
                    found.push(Mention::Rule(rule));
                }
                (&None, &None)
            }
            Self::Amend(verb) => {
                let tags = verb.add_tags.iter().chain(&verb.drop_tags).flatten();
                found.extend(tags.map(|tag| Mention::Tag(tag)));
                found.extend(verb.facts.iter().flatten().map(|(name, value)| Mention::Fact(name, value)));
                (&None, &None)
            }
            Self::Batch(members) => {
                for member in members {
                    found.extend(member.facts.iter().map(|(name, value)| Mention::Fact(name, value)));
                    found.extend(member.verb.mentions());
                }
                (&None, &None)
            }
            Self::Withdraw(_)
            | Self::Vacate(_)
            | Self::Convert(_)
            | Self::Move(_)
            | Self::GiveBack(_)
            | Self::Owe(_)
            | Self::Extend(_)
            | Self::Reschedule(_)
            | Self::Evaluate(_)
            | Self::Resize(_)
            | Self::Relocate(_)
            | Self::Merge(_)
            | Self::Abolish(_)
            | Self::Correct(_)
            | Self::Advance(_) => (&None, &None),
        };
        found.extend(purpose.as_deref().map(Mention::Purpose));
        found.extend(category.as_deref().map(Mention::Category));
        found
    }

    /// Whether this is a fact or a duty that no policy can stop: its `on_*` hooks may only note.
    pub fn is_fact_or_duty(&self) -> bool {
        matches!(self, Self::Vacate(_) | Self::Advance(_) | Self::Convert(_) | Self::GiveBack(_))
    }
}
