//! Checks: what a step says of the books, in the words of the scripts, and where the books differ.

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::shortened;
use crate::document::{Document, Key, Node, date, did_you_mean};
use crate::error::Fault;
use crate::graph::{NodeIx, Role};
use crate::ledger::{KindIx, Ledger, Loan, Permit, Person};
use crate::model::{Date, Figures, KindId, Seats};
use crate::office::Office;

/// What a step says of one thing in the books.
#[derive(Debug, Clone)]
pub struct Check {
    subject: Subject,
    says: Vec<(Row, CheckValue)>,
}

/// As a step writes it.
impl Serialize for Check {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        match &self.subject {
            Subject::Person(id) => map.serialize_entry("person", id)?,
            Subject::Permit(id) => map.serialize_entry("permit", id)?,
            Subject::Loan(id) => map.serialize_entry("loan", id)?,
            Subject::Pool(id) => map.serialize_entry("pool", id)?,
            Subject::Node { id, kind } => {
                map.serialize_entry("node", id)?;
                kind.as_ref().map_or(Ok(()), |kind| map.serialize_entry("kind", kind))?;
            }
            Subject::Today => {}
        }
        self.says.iter().try_for_each(|(row, value)| map.serialize_entry(row.name, value))?;
        map.end()
    }
}

/// A value in the books, as a check writes it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(untagged)]
pub enum CheckValue {
    /// Nothing: unknown, or not there.
    Nothing,
    /// Yes or no.
    YesNo(bool),
    /// A number.
    Whole(i64),
    /// A day.
    Date(Date),
    /// A text or an id.
    Text(String),
}

/// Where the books are otherwise than a check says.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Difference {
    /// The property.
    pub field: String,
    /// What the step says.
    pub expected: CheckValue,
    /// What the books say.
    pub got: CheckValue,
}

/// What a check is about.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Subject {
    Person(String),
    Permit(String),
    Loan(String),
    Pool(String),
    Node { id: String, kind: Option<KindId> },
    Today,
}

/// One property: its name, what it takes, and how it is read.
#[derive(Debug, Clone, Copy)]
struct Row {
    name: &'static str,
    takes: Takes,
    read: Read,
}

/// What a property holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Takes {
    Number,
    Text,
    Day,
    YesOrNo,
}

/// How a property is read, by what it is a property of.
#[derive(Debug, Clone, Copy)]
enum Read {
    Today,
    Node(fn(&Ledger, NodeIx) -> CheckValue),
    Figure(fn(&Figures) -> Seats),
    Past(fn(&Ledger, NodeIx, KindIx) -> Option<Seats>),
    Pool(fn(&Office, NodeIx) -> CheckValue),
    Loan(fn(&Ledger, &Loan) -> CheckValue),
    Permit(fn(&Ledger, &Permit) -> CheckValue),
    Person(fn(&Ledger, &Person) -> CheckValue),
}

const TODAY: &[Row] = &[Row::new("date", Takes::Day, Read::Today)];

const NODE: &[Row] = &[
    Row::new("name", Takes::Text, Read::Node(|books, node| text(books.name(node)))),
    Row::new("level", Takes::Text, Read::Node(|books, node| text(books.level_name(node)))),
    Row::new("tier", Takes::Text, Read::Node(|books, node| text(books.tier(node)))),
    Row::new(
        "is_unit",
        Takes::YesOrNo,
        Read::Node(|books, node| CheckValue::YesNo(books.role(node) == Role::Unit)),
    ),
    Row::new("is_root", Takes::YesOrNo, Read::Node(|books, node| CheckValue::YesNo(node == books.root()))),
    Row::new("parent", Takes::Text, Read::Node(|books, node| id_of(books, books.parent(node)))),
    Row::new("county", Takes::Text, Read::Node(|books, node| id_of(books, Some(books.county(node))))),
];

const FIGURES: &[Row] = &[
    Row::figure("cap", |figures| figures.cap),
    Row::figure("occupied", |figures| figures.occupied),
    Row::figure("vacancy", |figures| figures.vacancy),
    Row::figure("net_vacancy", |figures| figures.net_vacancy),
    Row::figure("excess", |figures| figures.excess),
    Row::figure("permitted", |figures| figures.permitted),
    Row::figure("lent", |figures| figures.lent),
    Row::figure("borrowed", |figures| figures.borrowed),
    Row::figure("borrowed_occupied", |figures| figures.borrowed_occupied),
    Row::figure("charged", |figures| figures.charged),
    Row::figure("available", |figures| figures.available),
    Row::figure("room", |figures| figures.room),
    Row::figure("reserve", |figures| figures.reserve),
    Row::figure("allotted", |figures| figures.allotted),
    Row::figure("headcount", |figures| figures.headcount),
    Row::past("vacancy_at_year_start", |books, node, kind| {
        books.past_figures(node, kind).vacancy_at_year_start
    }),
    Row::past("arrivals", |books, node, kind| books.past_figures(node, kind).arrivals),
    Row::past("departures", |books, node, kind| books.past_figures(node, kind).departures),
];

const POOL: &[Row] = &[
    Row::new("name", Takes::Text, Read::Pool(|office, pool| text(office.books().name(pool)))),
    Row::new(
        "sponsor",
        Takes::Text,
        Read::Pool(|office, pool| id_of(office.books(), office.books().parent(pool))),
    ),
    Row::new(
        "kind",
        Takes::Text,
        Read::Pool(|office, pool| kind_of(office.books(), pool_kind(office, pool))),
    ),
    Row::new("size", Takes::Number, Read::Pool(|office, pool| number(pool_figures(office, pool).cap))),
    Row::new(
        "size_at_year_start",
        Takes::Number,
        Read::Pool(|office, pool| seats(office.books().pool_size_at_year_start(pool))),
    ),
    Row::new("used", Takes::Number, Read::Pool(|office, pool| number(pool_figures(office, pool).lent))),
    Row::new(
        "free",
        Takes::Number,
        Read::Pool(|office, pool| {
            let figures = pool_figures(office, pool);
            number((figures.cap - figures.lent).or_zero())
        }),
    ),
];

const LOAN: &[Row] = &[
    Row::loan("lender", Takes::Text, |books, loan| id_of(books, Some(loan.lender))),
    Row::loan("borrower", Takes::Text, |books, loan| id_of(books, Some(loan.borrower))),
    Row::loan("kind", Takes::Text, |books, loan| kind_of(books, Some(loan.kind))),
    Row::loan("seats", Takes::Number, |_, loan| number(loan.seats)),
    Row::loan("used", Takes::Number, |_, loan| number(loan.used)),
    Row::loan("idle", Takes::Number, |_, loan| number(loan.idle())),
    Row::loan("returned", Takes::Number, |_, loan| number(loan.returned)),
    Row::loan("due", Takes::Number, |books, loan| number(loan.due(books.today()))),
    Row::loan("owed", Takes::Number, |_, loan| number(loan.owed)),
    Row::loan("overdue", Takes::YesOrNo, |books, loan| CheckValue::YesNo(loan.overdue(books.today()))),
    Row::loan("purpose", Takes::Text, |_, loan| text(loan.purpose.as_deref().unwrap_or(""))),
    Row::loan("since", Takes::Day, |_, loan| CheckValue::Date(loan.since)),
    Row::loan("has_end", Takes::YesOrNo, |_, loan| CheckValue::YesNo(loan.terms.ends.is_some())),
    Row::loan("ends", Takes::Day, |_, loan| day(loan.terms.ends)),
    Row::loan("is_draw", Takes::YesOrNo, |_, loan| CheckValue::YesNo(loan.draw)),
    Row::loan("evaluated", Takes::YesOrNo, |_, loan| CheckValue::YesNo(loan.terms.outcome.is_some())),
    Row::loan("outcome", Takes::Text, |_, loan| {
        loan.terms.outcome.map_or(CheckValue::Nothing, |outcome| text(outcome.as_str()))
    }),
    Row::loan("open", Takes::YesOrNo, |_, loan| CheckValue::YesNo(loan.open)),
];

const PERMIT: &[Row] = &[
    Row::permit("unit", Takes::Text, |books, permit| id_of(books, Some(permit.unit))),
    Row::permit("kind", Takes::Text, |books, permit| kind_of(books, Some(permit.kind))),
    Row::permit("count", Takes::Number, |_, permit| number(permit.count)),
    Row::permit("left", Takes::Number, |_, permit| number(permit.left)),
    Row::permit("purpose", Takes::Text, |_, permit| text(permit.purpose.as_deref().unwrap_or(""))),
    Row::permit("ends", Takes::Day, |_, permit| CheckValue::Date(permit.ends)),
    Row::permit("open", Takes::YesOrNo, |_, permit| CheckValue::YesNo(permit.open)),
];

const PERSON: &[Row] = &[
    Row::person("unit", Takes::Text, |books, person| id_of(books, person.unit())),
    Row::person("kind", Takes::Text, |books, person| kind_of(books, person.kind())),
    Row::person("category", Takes::Text, |_, person| text(person.category())),
    Row::person("since", Takes::Day, |_, person| day(person.since())),
    Row::person("on_loan", Takes::YesOrNo, |_, person| CheckValue::YesNo(person.loan().is_some())),
    Row::person("loan", Takes::Text, |books, person| {
        let loan = person.loan().and_then(|loan| books.loan_at(loan));
        loan.map_or(CheckValue::Nothing, |loan| text(loan.id.as_str()))
    }),
    Row::person("purpose", Takes::Text, |_, person| text(person.purpose())),
];

/// What a check may be about; where several of these keys stand, the first of this order is meant, and the
/// others are properties of it, such as a person's loan.
const SUBJECTS: [&str; 6] = ["person", "permit", "loan", "pool", "node", "date"];

impl Row {
    const fn new(name: &'static str, takes: Takes, read: Read) -> Self {
        Self { name, takes, read }
    }

    const fn figure(name: &'static str, read: fn(&Figures) -> Seats) -> Self {
        Self::new(name, Takes::Number, Read::Figure(read))
    }

    const fn past(name: &'static str, read: fn(&Ledger, NodeIx, KindIx) -> Option<Seats>) -> Self {
        Self::new(name, Takes::Number, Read::Past(read))
    }

    const fn loan(name: &'static str, takes: Takes, read: fn(&Ledger, &Loan) -> CheckValue) -> Self {
        Self::new(name, takes, Read::Loan(read))
    }

    const fn permit(name: &'static str, takes: Takes, read: fn(&Ledger, &Permit) -> CheckValue) -> Self {
        Self::new(name, takes, Read::Permit(read))
    }

    const fn person(name: &'static str, takes: Takes, read: fn(&Ledger, &Person) -> CheckValue) -> Self {
        Self::new(name, takes, Read::Person(read))
    }
}

impl Check {
    /// Reads a check, or tells all its faults.
    pub(super) fn read(document: &Document, node: &Node) -> Result<Self, Vec<Fault>> {
        if !node.is_map() {
            let message = format!(
                "found {}, a map such as `{{node: …, kind: …, headcount: …}}` is needed",
                node.found()
            );
            return Err(vec![document.fault(node, message)]);
        }
        let Some(named) = SUBJECTS.into_iter().find(|name| node.get(name).is_some()) else {
            let message = "a check names a `node`, `loan`, `permit`, `pool`, `person` or `date`";
            return Err(vec![document.fault(node, message)]);
        };
        let kind = if named == "node" { node.get("kind") } else { None };
        let subject = subject(document, named, node.get(named), kind).map_err(|fault| vec![fault])?;
        let mut says = Vec::new();
        let mut faults = Vec::new();
        for (key, value) in node.entries() {
            if (key.text == named && subject != Subject::Today) || (key.text == "kind" && kind.is_some()) {
                continue;
            }
            match property(document, &subject, key).and_then(|row| Ok((row, expected(document, row, value)?)))
            {
                Ok(said) => says.push(said),
                Err(fault) => faults.push(fault),
            }
        }
        if faults.is_empty() { Ok(Self { subject, says }) } else { Err(faults) }
    }

    /// Where the books are otherwise, in the order of the check.
    ///
    /// A thing that is not there has nothing, and is not open; that alone is a difference only where the
    /// check expects something of it, or nothing at all.
    pub fn differences(&self, office: &Office) -> Vec<Difference> {
        if self.says.is_empty() && !self.is_there(office) {
            let (field, id) = self.subject.named();
            return vec![Difference { field: field.into(), expected: text(id), got: CheckValue::Nothing }];
        }
        let got = self.says.iter().map(|(row, expected)| (row.name, expected, self.got(office, row)));
        got.filter(|(_, expected, got)| !expected.is_same(got))
            .map(|(field, expected, got)| Difference { field: field.into(), expected: expected.clone(), got })
            .collect()
    }

    /// What it is about: an id, with its kind if one is named; the word `date` for the books' day.
    pub fn subject(&self) -> String {
        match &self.subject {
            Subject::Node { id, kind: Some(kind) } => format!("{id} {kind}"),
            Subject::Person(id)
            | Subject::Permit(id)
            | Subject::Loan(id)
            | Subject::Pool(id)
            | Subject::Node { id, kind: None } => id.clone(),
            Subject::Today => "date".into(),
        }
    }

    fn is_there(&self, office: &Office) -> bool {
        let books = office.books();
        match &self.subject {
            Subject::Person(id) => books.person(id).is_some(),
            Subject::Permit(id) => books.permit(id).is_some(),
            Subject::Loan(id) => books.loan(id).is_some(),
            Subject::Pool(id) => books.node(id).is_some_and(|node| books.role(node) == Role::Pool),
            Subject::Node { id, kind } => {
                books.node(id).is_some()
                    && kind.as_ref().is_none_or(|kind| books.kind(kind.as_str()).is_some())
            }
            Subject::Today => true,
        }
    }

    fn got(&self, office: &Office, row: &Row) -> CheckValue {
        let books = office.books();
        let found = match (&self.subject, row.read) {
            (_, Read::Today) => Some(CheckValue::Date(office.today())),
            (Subject::Person(id), Read::Person(read)) => {
                books.person(id).and_then(|place| books.person_at(place)).map(|person| read(books, person))
            }
            (Subject::Permit(id), Read::Permit(read)) => {
                books.permit_ever(id).map(|permit| read(books, permit))
            }
            (Subject::Loan(id), Read::Loan(read)) => books.loan_ever(id).map(|loan| read(books, loan)),
            (Subject::Pool(id), Read::Pool(read)) => {
                books.node(id).filter(|node| books.role(*node) == Role::Pool).map(|node| read(office, node))
            }
            (Subject::Node { id, .. }, Read::Node(read)) => books.node(id).map(|node| read(books, node)),
            (Subject::Node { id, kind: Some(kind) }, Read::Figure(read)) => {
                office.figures(id, kind.as_str()).map(|figures| number(read(&figures)))
            }
            (Subject::Node { id, kind: Some(kind) }, Read::Past(read)) => {
                let place = books.node(id).zip(books.kind(kind.as_str()));
                place.and_then(|(node, kind)| read(books, node, kind)).map(number)
            }
            _ => None,
        };
        match found {
            Some(value) => value,
            None if row.name == "open" => CheckValue::YesNo(false),
            None => CheckValue::Nothing,
        }
    }
}

impl Subject {
    fn named(&self) -> (&'static str, &str) {
        match self {
            Self::Person(id) => ("person", id),
            Self::Permit(id) => ("permit", id),
            Self::Loan(id) => ("loan", id),
            Self::Pool(id) => ("pool", id),
            Self::Node { id, .. } => ("node", id),
            Self::Today => ("date", ""),
        }
    }

    /// The tables that its properties stand in.
    fn tables(&self) -> [&'static [Row]; 3] {
        match self {
            Self::Person(_) => [PERSON, TODAY, &[]],
            Self::Permit(_) => [PERMIT, TODAY, &[]],
            Self::Loan(_) => [LOAN, TODAY, &[]],
            Self::Pool(_) => [POOL, TODAY, &[]],
            Self::Node { kind: Some(_), .. } => [FIGURES, NODE, TODAY],
            Self::Node { kind: None, .. } => [NODE, TODAY, &[]],
            Self::Today => [TODAY, &[], &[]],
        }
    }

    fn rows(&self) -> impl Iterator<Item = &'static Row> {
        self.tables().into_iter().flatten()
    }
}

impl Difference {
    /// Two days that differ.
    pub(super) fn of_day(field: &str, expected: Date, got: Date) -> Self {
        Self { field: field.into(), expected: CheckValue::Date(expected), got: CheckValue::Date(got) }
    }
}

impl CheckValue {
    /// Whether both say the same; a text that is absent is the empty one, as in scripts.
    fn is_same(&self, other: &Self) -> bool {
        let is_empty = |one: &Self| match one {
            Self::Nothing => true,
            Self::Text(text) => text.is_empty(),
            Self::YesNo(_) | Self::Whole(_) | Self::Date(_) => false,
        };
        self == other || (is_empty(self) && is_empty(other))
    }
}

impl std::fmt::Display for CheckValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Nothing => f.write_str("–"),
            Self::YesNo(yes) => write!(f, "{yes}"),
            Self::Whole(number) => write!(f, "{number}"),
            Self::Date(date) => write!(f, "{date}"),
            Self::Text(text) => f.write_str(text),
        }
    }
}

fn subject(
    document: &Document,
    named: &str,
    node: Option<&Node>,
    kind: Option<&Node>,
) -> Result<Subject, Fault> {
    if named == "date" {
        return Ok(Subject::Today);
    }
    let id: String = node.map(|node| document.decode(node)).transpose()?.unwrap_or_default();
    Ok(match named {
        "person" => Subject::Person(id),
        "permit" => Subject::Permit(id),
        "loan" => Subject::Loan(id),
        "pool" => Subject::Pool(id),
        _ => Subject::Node { id, kind: kind.map(|kind| document.decode(kind)).transpose()? },
    })
}

fn property(document: &Document, subject: &Subject, key: &Key) -> Result<Row, Fault> {
    if let Some(row) = subject.rows().find(|row| row.name == key.text) {
        return Ok(*row);
    }
    let (what, _) = subject.named();
    let name = shortened(&key.text);
    if matches!(subject, Subject::Node { kind: None, .. }) && FIGURES.iter().any(|row| row.name == key.text) {
        return Err(document.fault_at_key(key, format!("`{name}` needs a `kind` beside the `node`")));
    }
    let hint = did_you_mean(&name, subject.rows().map(|row| row.name));
    Err(document.fault_at_key(key, format!("a {what} has no property `{name}`{hint}")))
}

/// What a check says of a property; `null` says that it has nothing.
fn expected(document: &Document, row: Row, node: &Node) -> Result<CheckValue, Fault> {
    if node.is_null() {
        return Ok(CheckValue::Nothing);
    }
    let (found, needed) = match row.takes {
        Takes::Number => (node.whole().map(CheckValue::Whole), "a whole number"),
        Takes::Text => (node.text().map(text), "a text"),
        Takes::Day => (node.text().and_then(date).map(CheckValue::Date), "a day such as `2024-03-05`"),
        Takes::YesOrNo => (document.decode(node).ok().map(CheckValue::YesNo), "`true` or `false`"),
    };
    found.ok_or_else(|| document.fault(node, format!("found {}, `{}` is {needed}", node.found(), row.name)))
}

fn number(seats: Seats) -> CheckValue {
    CheckValue::Whole(seats.get())
}

fn seats(seats: Option<Seats>) -> CheckValue {
    seats.map_or(CheckValue::Nothing, number)
}

fn text(text: &str) -> CheckValue {
    CheckValue::Text(text.to_owned())
}

fn day(day: Option<Date>) -> CheckValue {
    day.map_or(CheckValue::Nothing, CheckValue::Date)
}

fn id_of(books: &Ledger, node: Option<NodeIx>) -> CheckValue {
    node.map_or(CheckValue::Nothing, |node| text(books.id(node).as_str()))
}

fn kind_of(books: &Ledger, kind: Option<KindIx>) -> CheckValue {
    kind.map_or(CheckValue::Nothing, |kind| text(books.kind_id(kind).as_str()))
}

fn pool_kind(office: &Office, pool: NodeIx) -> Option<KindIx> {
    office.books().pool(pool).map(|pool| pool.kind)
}

/// The pool's figures in its own kind; its cap is its size now.
fn pool_figures(office: &Office, pool: NodeIx) -> Figures {
    let books = office.books();
    let kind = pool_kind(office, pool).map(|kind| books.kind_id(kind));
    kind.and_then(|kind| office.figures(books.id(pool).as_str(), kind.as_str())).unwrap_or_default()
}
