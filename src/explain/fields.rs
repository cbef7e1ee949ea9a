//! Fields: what a request says, field by field, so that one of them can be changed and the request asked again.

use crate::model::{
    Date, FactValue, Instalment, KindId, LoanId, NodeId, PermitId, PersonId, PoolSize, Seats,
};
use crate::request::{Change, Place, Request, Sitting, Verb};

/// A change of one field of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// The field as files write it: a field of the verb, `on`, `by`, `id`, `effective`, or `facts.NAME`.
    pub field: String,
    /// The member's number, from 1, in a batch; none beside the verb or where there is no batch.
    pub at: Option<u32>,
    /// What it says now.
    pub from: Option<FactValue>,
    /// What it would say; none to leave it out.
    pub to: Option<FactValue>,
}

/// One field of a verb.
pub(super) enum Held<'a> {
    Seats(&'a mut Seats),
    Node(&'a mut NodeId),
    Kind(&'a mut KindId),
    Day(&'a mut Date),
    MayDay(&'a mut Option<Date>),
    MayText(&'a mut Option<String>),
    Loan(&'a mut LoanId),
    MayLoan(&'a mut Option<LoanId>),
    Permit(&'a mut PermitId),
    MayPermit(&'a mut Option<PermitId>),
    Person(&'a mut PersonId),
    MayPerson(&'a mut Option<PersonId>),
    /// A level's name.
    Level(&'a mut String),
    MaySchedule(&'a mut Option<Vec<Instalment>>),
    /// The id of something new.
    NewLoan(&'a mut LoanId),
    NewPermit(&'a mut PermitId),
    NewNode(&'a mut NodeId),
}

/// What sort of thing a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holds {
    Seats,
    Node,
    Kind,
    Day,
    Text,
    Loan,
    Permit,
    Person,
    Schedule,
    NewId,
}

/// A field's name, sort and value, and whether it may be left out.
#[derive(Debug, Clone)]
pub(super) struct Shown {
    pub(super) name: String,
    pub(super) holds: Holds,
    pub(super) optional: bool,
    pub(super) value: Option<FactValue>,
}

/// The fields of a verb, or of a member of a batch.
pub(super) fn shown(request: &Request, at: Option<u32>) -> Vec<Shown> {
    let mut request = request.clone();
    let Some(verb) = verb_at(&mut request.verb, at) else { return Vec::new() };
    held(verb)
        .into_iter()
        .map(|(name, field)| Shown {
            name,
            holds: field.holds(),
            optional: field.is_optional(),
            value: field.value(),
        })
        .collect()
}

/// The request with these changes; none if one of them does not fit.
pub(super) fn edited(request: &Request, edits: &[Edit]) -> Option<Request> {
    let mut request = request.clone();
    for edit in edits {
        edit.make(&mut request)?;
    }
    Some(request)
}

/// The verb itself, or a member of a batch.
pub(super) fn verb_at(verb: &mut Verb, at: Option<u32>) -> Option<&mut Verb> {
    match (verb, at) {
        (Verb::Batch(members), Some(at)) => {
            let place = usize::try_from(at).ok()?.checked_sub(1)?;
            members.get_mut(place).map(|member| &mut member.verb)
        }
        (verb, None) => Some(verb),
        (_, Some(_)) => None,
    }
}

impl Edit {
    /// The request with this change; none if it has no such field, or one of another sort.
    pub fn of(&self, request: &Request) -> Option<Request> {
        edited(request, std::slice::from_ref(self))
    }

    fn make(&self, request: &mut Request) -> Option<()> {
        if let Some(name) = self.field.strip_prefix("facts.") {
            let facts = match (&mut request.verb, self.at) {
                (Verb::Batch(members), Some(at)) => {
                    &mut members.get_mut(usize::try_from(at).ok()?.checked_sub(1)?)?.facts
                }
                _ => &mut request.facts,
            };
            match &self.to {
                Some(value) => facts.insert(name.to_owned(), value.clone()),
                None => facts.remove(name),
            };
            return Some(());
        }
        match (self.field.as_str(), &self.to) {
            ("on", Some(FactValue::Date(on))) => request.on = Some(*on),
            ("by", Some(FactValue::Text(by))) => request.by = Some(NodeId::new(by)),
            ("effective", None) => request.effective = None,
            ("request.id", None) => request.id = None,
            (field, to) => {
                let verb = verb_at(&mut request.verb, self.at)?;
                let (_, held) = held(verb).into_iter().find(|(name, _)| name == field)?;
                return held.set(to.as_ref());
            }
        }
        Some(())
    }
}

impl Held<'_> {
    fn holds(&self) -> Holds {
        match self {
            Self::Seats(_) => Holds::Seats,
            Self::Node(_) => Holds::Node,
            Self::Kind(_) => Holds::Kind,
            Self::Day(_) | Self::MayDay(_) => Holds::Day,
            Self::MayText(_) | Self::Level(_) => Holds::Text,
            Self::Loan(_) | Self::MayLoan(_) => Holds::Loan,
            Self::Permit(_) | Self::MayPermit(_) => Holds::Permit,
            Self::Person(_) | Self::MayPerson(_) => Holds::Person,
            Self::MaySchedule(_) => Holds::Schedule,
            Self::NewLoan(_) | Self::NewPermit(_) | Self::NewNode(_) => Holds::NewId,
        }
    }

    fn is_optional(&self) -> bool {
        matches!(
            self,
            Self::MayDay(_)
                | Self::MayText(_)
                | Self::MayLoan(_)
                | Self::MayPermit(_)
                | Self::MayPerson(_)
                | Self::MaySchedule(_)
        )
    }

    fn value(&self) -> Option<FactValue> {
        let text = |text: &str| Some(FactValue::Text(text.to_owned()));
        match self {
            Self::Seats(seats) => Some(FactValue::Whole(seats.get())),
            Self::Node(id) | Self::NewNode(id) => text(id.as_str()),
            Self::Kind(id) => text(id.as_str()),
            Self::Day(day) => Some(FactValue::Date(**day)),
            Self::MayDay(day) => day.map(FactValue::Date),
            Self::MayText(own) => own.as_deref().and_then(text),
            Self::Loan(id) | Self::NewLoan(id) => text(id.as_str()),
            Self::MayLoan(id) => id.as_ref().and_then(|id| text(id.as_str())),
            Self::Permit(id) | Self::NewPermit(id) => text(id.as_str()),
            Self::MayPermit(id) => id.as_ref().and_then(|id| text(id.as_str())),
            Self::Person(id) => text(id.as_str()),
            Self::MayPerson(id) => id.as_ref().and_then(|id| text(id.as_str())),
            Self::Level(level) => text(level),
            Self::MaySchedule(parts) => parts.as_ref().map(|parts| {
                let parts: Vec<String> =
                    parts.iter().map(|part| format!("{} {}", part.on, part.seats)).collect();
                FactValue::Text(parts.join(" / "))
            }),
        }
    }

    fn set(self, to: Option<&FactValue>) -> Option<()> {
        match (self, to) {
            (Self::Seats(seats), Some(FactValue::Whole(to))) => *seats = Seats::new(*to),
            (Self::Node(id) | Self::NewNode(id), Some(FactValue::Text(to))) => *id = NodeId::new(to),
            (Self::Kind(id), Some(FactValue::Text(to))) => *id = KindId::new(to),
            (Self::Day(day), Some(FactValue::Date(to))) => *day = *to,
            (Self::MayDay(day), Some(FactValue::Date(to))) => *day = Some(*to),
            (Self::MayDay(day), None) => *day = None,
            (Self::MayText(text), Some(FactValue::Text(to))) => *text = Some(to.clone()),
            (Self::MayText(text), None) => *text = None,
            (Self::Loan(id) | Self::NewLoan(id), Some(FactValue::Text(to))) => *id = LoanId::new(to),
            (Self::MayLoan(id), Some(FactValue::Text(to))) => *id = Some(LoanId::new(to)),
            (Self::MayLoan(id), None) => *id = None,
            (Self::Permit(id) | Self::NewPermit(id), Some(FactValue::Text(to))) => *id = PermitId::new(to),
            (Self::MayPermit(id), Some(FactValue::Text(to))) => *id = Some(PermitId::new(to)),
            (Self::MayPermit(id), None) => *id = None,
            (Self::Person(id), Some(FactValue::Text(to))) => *id = PersonId::new(to),
            (Self::MayPerson(id), Some(FactValue::Text(to))) => *id = Some(PersonId::new(to)),
            (Self::MayPerson(id), None) => *id = None,
            (Self::Level(level), Some(FactValue::Text(to))) => level.clone_from(to),
            (Self::MaySchedule(parts), None) => *parts = None,
            _ => return None,
        }
        Some(())
    }
}

/// The fields of a verb, each by its name in files.
pub(super) fn held(verb: &mut Verb) -> Vec<(String, Held<'_>)> {
    use Held::{Day, Kind, Loan, MayDay, MayLoan, MayPermit, MaySchedule, MayText, Node, Person};
    let fields: Vec<(&str, Held<'_>)> = match verb {
        Verb::Authorize(verb) => {
            let change = match &mut verb.change {
                Change::By(by) => ("change", Held::Seats(by)),
                Change::To(to) => ("to", Held::Seats(to)),
            };
            vec![
                ("node", Node(&mut verb.node)),
                ("kind", Kind(&mut verb.kind)),
                change,
                ("purpose", MayText(&mut verb.purpose)),
            ]
        }
        Verb::Transfer(verb) => vec![
            ("from", Node(&mut verb.from)),
            ("to", Node(&mut verb.to)),
            ("kind", Kind(&mut verb.kind)),
            ("count", Held::Seats(&mut verb.count)),
            ("purpose", MayText(&mut verb.purpose)),
        ],
        Verb::Permit(verb) => vec![
            ("id", Held::NewPermit(&mut verb.id)),
            ("unit", Node(&mut verb.unit)),
            ("kind", Kind(&mut verb.kind)),
            ("count", Held::Seats(&mut verb.count)),
            ("ends", Day(&mut verb.ends)),
            ("purpose", MayText(&mut verb.purpose)),
        ],
        Verb::Withdraw(verb) => vec![("permit", Held::Permit(&mut verb.permit))],
        Verb::Appoint(verb) => vec![
            ("unit", Node(&mut verb.unit)),
            ("kind", Kind(&mut verb.kind)),
            ("person", Held::MayPerson(&mut verb.person)),
            ("category", MayText(&mut verb.category)),
            ("loan", MayLoan(&mut verb.loan)),
            ("permit", MayPermit(&mut verb.permit)),
            ("purpose", MayText(&mut verb.purpose)),
        ],
        Verb::Draw(verb) => vec![
            ("pool", Node(&mut verb.pool)),
            ("unit", Node(&mut verb.unit)),
            ("person", Person(&mut verb.person)),
            ("category", MayText(&mut verb.category)),
            ("purpose", MayText(&mut verb.purpose)),
            ("ends", MayDay(&mut verb.ends)),
        ],
        Verb::Vacate(verb) => sitting(&mut verb.who),
        Verb::Convert(verb) => sitting(&mut verb.who),
        Verb::Name(verb) => vec![
            ("unit", Node(&mut verb.unit)),
            ("kind", Kind(&mut verb.kind)),
            ("person", Person(&mut verb.person)),
            ("loan", MayLoan(&mut verb.loan)),
            ("category", MayText(&mut verb.category)),
            ("since", MayDay(&mut verb.since)),
        ],
        Verb::Move(verb) => vec![("person", Person(&mut verb.person)), ("to", Node(&mut verb.to))],
        Verb::Borrow(verb) => vec![
            ("id", Held::NewLoan(&mut verb.id)),
            ("lender", Node(&mut verb.lender)),
            ("borrower", Node(&mut verb.borrower)),
            ("kind", Kind(&mut verb.kind)),
            ("count", Held::Seats(&mut verb.count)),
            ("purpose", MayText(&mut verb.purpose)),
            ("ends", MayDay(&mut verb.ends)),
            ("schedule", MaySchedule(&mut verb.schedule)),
        ],
        Verb::GiveBack(verb) => {
            vec![("loan", Loan(&mut verb.loan)), ("count", Held::Seats(&mut verb.count))]
        }
        Verb::Owe(verb) => vec![("loan", Loan(&mut verb.loan)), ("count", Held::Seats(&mut verb.count))],
        Verb::Extend(verb) => vec![("loan", Loan(&mut verb.loan)), ("ends", Day(&mut verb.ends))],
        Verb::Reschedule(verb) => vec![("loan", Loan(&mut verb.loan)), ("ends", MayDay(&mut verb.ends))],
        Verb::Evaluate(verb) => vec![("loan", Loan(&mut verb.loan)), ("ends", MayDay(&mut verb.ends))],
        Verb::Establish(verb) => {
            let mut fields = vec![("id".to_owned(), Held::NewNode(&mut verb.id))];
            match &mut verb.place {
                Place::Node { parent, level, caps } => {
                    fields.push(("parent".to_owned(), Node(parent)));
                    fields.push(("level".to_owned(), Held::Level(level)));
                    fields.extend(
                        caps.iter_mut().map(|(kind, cap)| (format!("caps.{kind}"), Held::Seats(cap))),
                    );
                }
                Place::Pool { sponsor, kind, size } => {
                    fields.push(("sponsor".to_owned(), Node(sponsor)));
                    fields.push(("kind".to_owned(), Kind(kind)));
                    if let PoolSize::Size(size) = size {
                        fields.push(("size".to_owned(), Held::Seats(size)));
                    }
                }
            }
            return fields;
        }
        Verb::Resize(verb) => vec![("pool", Node(&mut verb.pool)), ("size", Held::Seats(&mut verb.size))],
        Verb::Amend(verb) => vec![("node", Node(&mut verb.node))],
        Verb::Relocate(verb) => vec![("node", Node(&mut verb.node)), ("parent", Node(&mut verb.parent))],
        Verb::Merge(verb) => vec![("into", Node(&mut verb.into))],
        Verb::Abolish(verb) => vec![("node", Node(&mut verb.node))],
        Verb::Correct(_) | Verb::Batch(_) | Verb::Advance(_) => Vec::new(),
    };
    fields.into_iter().map(|(name, field)| (name.to_owned(), field)).collect()
}

fn sitting(who: &mut Sitting) -> Vec<(&'static str, Held<'_>)> {
    match who {
        Sitting::Person(person) => vec![("person", Held::Person(person))],
        Sitting::Unnamed { unit, kind, loan } => {
            vec![("unit", Held::Node(unit)), ("kind", Held::Kind(kind)), ("loan", Held::MayLoan(loan))]
        }
    }
}
