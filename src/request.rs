//! Requests: everything that can be asked of an office, one closed list of verbs.
//!
//! A request is a verb with its fields and, beside the verb, who asks, when, and with which facts. The same
//! words stand in scenario files: `{on: 2024-03-05, by: nanping, draw: {pool: …, unit: …, person: …}}`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::model::{
    Date, FactValue, Instalment, KindId, LoanId, LoanOutcome, Mention, NodeId, PermitId, PersonId, PoolSize,
    RequestId, Seats,
};

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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Request {
    /// The request's own id: the same id with the same content gets the same answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<RequestId>,
    /// The day it is decided on; the books' own day unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on: Option<Date>,
    /// The actor: a node, or `superior`; the root unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<NodeId>,
    /// Who typed it: recorded, never decided on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clerk: Option<String>,
    /// When it really happened, for late reports: the books' day or earlier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effective: Option<Date>,
    /// Consents and documents that come with it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Member {
    /// Consents and documents that come with this member.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
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

/// Defines a verb's fields, its constructor on [`Request`] and its setters.
macro_rules! verbs {
    ($(
        $(#[$doc:meta])*
        $variant:ident ($constructor:ident) {
            $($(#[$req_doc:meta])* $req:ident : $req_ty:ty,)*
            ; $($(#[$opt_doc:meta])* $opt:ident : $opt_ty:ty,)*
        }
    )*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct $variant {
            $($(#[$req_doc])* pub $req: $req_ty,)*
            $($(#[$opt_doc])* #[serde(default, skip_serializing_if = "Option::is_none")] pub $opt: Option<$opt_ty>,)*
        }

        impl Request {
            $(#[$doc])*
            pub fn $constructor($($req: impl Into<$req_ty>),*) -> $variant {
                $variant { $($req: $req.into(),)* $($opt: None,)* }
            }
        }

        impl $variant {
            $(
                $(#[$opt_doc])*
                #[must_use]
                pub fn $opt(mut self, $opt: impl Into<$opt_ty>) -> Self {
                    self.$opt = Some($opt.into());
                    self
                }
            )*
        }

        beside_the_verb!($variant);
    )*};
}

/// What every verb shares: it becomes a request, and takes the fields beside the verb.
macro_rules! beside_the_verb {
    ($variant:ident) => {
        impl From<$variant> for Verb {
            fn from(verb: $variant) -> Self {
                Self::$variant(verb)
            }
        }

        impl From<$variant> for Request {
            fn from(verb: $variant) -> Self {
                Self::new(Verb::$variant(verb))
            }
        }

        impl $variant {
            /// The request with an id.
            pub fn id(self, id: impl Into<RequestId>) -> Request {
                Request::from(self).id(id)
            }

            /// The request on this day.
            pub fn on(self, on: Date) -> Request {
                Request::from(self).on(on)
            }

            /// The request by this actor.
            pub fn by(self, by: impl Into<NodeId>) -> Request {
                Request::from(self).by(by)
            }
        }
    };
}

verbs! {
    /// Moves title between two nodes; all caps between them and their common ancestor follow.
    Transfer(transfer) {
        /// Who gives.
        from: NodeId,
        /// Who receives.
        to: NodeId,
        /// The kind of the seats.
        kind: KindId,
        /// How many, at least 1.
        count: Seats,
        ;
        /// What for.
        purpose: String,
    }

    /// Promises seats of a unit for recruiting; lapses after `ends`.
    Permit(permit) {
        /// Its new id.
        id: PermitId,
        /// The unit that may recruit.
        unit: NodeId,
        /// The kind of the seats.
        kind: KindId,
        /// How many, at least 1.
        count: Seats,
        /// The last day on which it may be used.
        ends: Date,
        ;
        /// What for.
        purpose: String,
    }

    /// Takes back what is left of a permit.
    Withdraw(withdraw) {
        /// The permit.
        permit: PermitId,
        ;
    }

    /// Puts a person on an own seat of the unit, or on a seat of a loan.
    Appoint(appoint) {
        /// Where.
        unit: NodeId,
        /// The kind of the seat.
        kind: KindId,
        ;
        /// The person's key; unnamed without.
        person: PersonId,
        /// The category, such as a selected graduate.
        category: String,
        /// The loan whose seat is used.
        loan: LoanId,
        /// The permit that is used.
        permit: PermitId,
        /// What for.
        purpose: String,
    }

    /// One pool seat and the person on it: a loan of one that ends with its person.
    Draw(draw) {
        /// The pool that lends.
        pool: NodeId,
        /// Where the person works.
        unit: NodeId,
        /// The person's key.
        person: PersonId,
        ;
        /// The category, such as a selected graduate.
        category: String,
        /// What for.
        purpose: String,
        /// The last day of the term.
        ends: Date,
    }

    /// One of the unnamed gets a key: no arrival, no departure.
    Name(name) {
        /// Where.
        unit: NodeId,
        /// The kind of the seat.
        kind: KindId,
        /// The new key.
        person: PersonId,
        ;
        /// The loan whose seat is meant, if it is not an own seat.
        loan: LoanId,
        /// The category.
        category: String,
        /// In post since.
        since: Date,
    }

    /// Own seat of one unit to own seat of another, same kind.
    Move(move_person) {
        /// Who.
        person: PersonId,
        /// Where to.
        to: NodeId,
        ;
    }

    /// Lends seats: from a unit's available ones, a jurisdiction's reserve, or a pool.
    Borrow(borrow) {
        /// Its new id.
        id: LoanId,
        /// Who keeps the title.
        lender: NodeId,
        /// Who gets the use: a unit, or a jurisdiction whose units then use it.
        borrower: NodeId,
        /// The kind of the seats.
        kind: KindId,
        /// How many, at least 1.
        count: Seats,
        ;
        /// What for.
        purpose: String,
        /// The last day of the term.
        ends: Date,
        /// How it is given back.
        schedule: Vec<Instalment>,
        /// The nodes the loan passes through, from the lender on; seats return by the same way.
        via: Vec<NodeId>,
    }

    /// Idle seats of a loan return along its route.
    GiveBack(give_back) {
        /// The loan.
        loan: LoanId,
        /// How many, at least 1.
        count: Seats,
        ;
    }

    /// Seats to be given back as soon as they are idle. Only reactions may ask for it.
    Owe(owe) {
        /// The loan.
        loan: LoanId,
        /// How many more, at least 1.
        count: Seats,
        ;
    }

    /// A new last day of a loan's term.
    Extend(extend) {
        /// The loan.
        loan: LoanId,
        /// The new last day.
        ends: Date,
        ;
    }

    /// A new schedule for the seats still out.
    Reschedule(reschedule) {
        /// The loan.
        loan: LoanId,
        /// The instalments, in date order; they sum to the seats.
        schedule: Vec<Instalment>,
        ;
        /// A new last day of the term.
        ends: Date,
    }

    /// The evaluation of a loan's use: recorded, moves no seat.
    Evaluate(evaluate) {
        /// The loan.
        loan: LoanId,
        /// What it concluded.
        outcome: LoanOutcome,
        ;
        /// The seats that it found right.
        seats: Seats,
        /// The new last day of the term.
        ends: Date,
    }

    /// A pool's new fixed size.
    Resize(resize) {
        /// The pool.
        pool: NodeId,
        /// Its size, 0 or more.
        size: Seats,
        ;
    }

    /// A node's name, tags or facts.
    Amend(amend) {
        /// The node.
        node: NodeId,
        ;
        /// Its new name.
        name: String,
        /// Tags that it gets.
        add_tags: Vec<String>,
        /// Tags that it loses.
        drop_tags: Vec<String>,
        /// Facts that are set.
        facts: BTreeMap<String, FactValue>,
    }

    /// A node's new place; caps follow as in a transfer.
    Relocate(relocate) {
        /// The node.
        node: NodeId,
        /// Its new parent.
        parent: NodeId,
        ;
    }

    /// Units become one: people, loans, permits and caps all move.
    Merge(merge) {
        /// The units that end.
        units: Vec<NodeId>,
        /// The unit that goes on.
        into: NodeId,
        ;
    }

    /// An empty node goes; its caps return to the parent's reserve.
    Abolish(abolish) {
        /// The node.
        node: NodeId,
        ;
    }

    /// Reverses an earlier entry, and takes it out of the year's figures.
    Correct(correct) {
        /// The entry's number in the journal.
        entry: u64,
        /// Why.
        reason: String,
        ;
    }
}

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

    /// The verb's name, as files and scripts write it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Authorize(_) => "authorize",
            Self::Transfer(_) => "transfer",
            Self::Permit(_) => "permit",
            Self::Withdraw(_) => "withdraw",
            Self::Appoint(_) => "appoint",
            Self::Draw(_) => "draw",
            Self::Vacate(_) => "vacate",
            Self::Name(_) => "name",
            Self::Convert(_) => "convert",
            Self::Move(_) => "move",
            Self::Borrow(_) => "borrow",
            Self::GiveBack(_) => "give_back",
            Self::Owe(_) => "owe",
            Self::Extend(_) => "extend",
            Self::Reschedule(_) => "reschedule",
            Self::Evaluate(_) => "evaluate",
            Self::Establish(_) => "establish",
            Self::Resize(_) => "resize",
            Self::Amend(_) => "amend",
            Self::Relocate(_) => "relocate",
            Self::Merge(_) => "merge",
            Self::Abolish(_) => "abolish",
            Self::Correct(_) => "correct",
            Self::Batch(_) => "batch",
            Self::Advance(_) => "advance",
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

// The forms in which files write the verbs whose fields exclude each other.

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct AuthorizeFields {
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
struct VacateFields {
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
struct ConvertFields {
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
struct EstablishFields {
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
struct PoolFields {
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
