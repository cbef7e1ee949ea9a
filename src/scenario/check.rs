//! Checks: what a step says of the books, in the words of the scripts, and where the books differ.

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::property::{
    FIGURES, LOAN, NODE, PERMIT, PERSON, POOL, Read, Row, TODAY, Takes, in_chinese, number, text,
};
use super::read::misfit;
use super::shortened;
use crate::document::{Document, Key, Node, date, nearest};
use crate::error::{Fault, Phrase, told};
use crate::graph::Role;
use crate::ledger::Ledger;
use crate::model::{Date, KindId, Lang};
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

/// What a check may be about; where several of these keys stand, the first of this order is meant, and the
/// others are properties of it, such as a person's loan.
const SUBJECTS: [&str; 6] = ["person", "permit", "loan", "pool", "node", "date"];

impl Check {
    /// Reads a check, or tells all its faults.
    pub(super) fn read(document: &Document, node: &Node) -> Result<Self, Vec<Fault>> {
        if !node.is_map() {
            let needed = [
                "一组字段，如 `{node: …, kind: …, headcount: …}`",
                "a map such as `{node: …, kind: …, headcount: …}`",
            ];
            return Err(vec![document.told(node, misfit(node, needed))]);
        }
        let Some(named) = SUBJECTS.into_iter().find(|name| node.get(name).is_some()) else {
            let told = Phrase::both(
                "核对要写明核对什么：`node`（节点）、`loan`（调借）、`permit`（用编核准）、`pool`（周转池）、`person`（人员）或 `date`（日期）",
                "a check names a `node`, `loan`, `permit`, `pool`, `person` or `date`",
            );
            return Err(vec![document.told(node, told)]);
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

    /// The same for people: nodes and kinds by their names in these books, the rest with what it is.
    pub fn subject_among(&self, books: &Ledger, lang: Lang) -> String {
        let name =
            |id: &str| books.node(id).map_or_else(|| id.to_owned(), |node| books.name(node).to_owned());
        match &self.subject {
            Subject::Node { id, kind } => {
                let found = kind.as_ref().and_then(|kind| books.kinds().find(|(_, known)| known.id == *kind));
                let word = found.map(|(_, kind)| lang.pick(&kind.zh, &kind.en).to_owned());
                let word = word.or_else(|| kind.as_ref().map(ToString::to_string));
                word.map_or_else(|| name(id), |kind| format!("{} {kind}", name(id)))
            }
            Subject::Pool(id) => name(id),
            Subject::Person(id) | Subject::Permit(id) | Subject::Loan(id) => {
                format!("{} {id}", lang.pick(self.subject.in_chinese(), self.subject.named().0))
            }
            Subject::Today => lang.pick(self.subject.in_chinese(), self.subject.named().0).to_owned(),
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

    fn in_chinese(&self) -> &'static str {
        match self {
            Self::Person(_) => "人员",
            Self::Permit(_) => "用编核准",
            Self::Loan(_) => "调借",
            Self::Pool(_) => "周转池",
            Self::Node { .. } => "节点",
            Self::Today => "日期",
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
    /// The property, as people call it.
    pub fn word(&self, lang: Lang) -> &str {
        lang.pick(in_chinese(&self.field), &self.field)
    }

    /// Two days that differ.
    pub(super) fn of_day(field: &str, expected: Date, got: Date) -> Self {
        Self { field: field.into(), expected: CheckValue::Date(expected), got: CheckValue::Date(got) }
    }
}

impl CheckValue {
    /// The value, as people say it.
    pub fn word(&self, lang: Lang) -> String {
        match (self, lang) {
            (Self::YesNo(yes), Lang::Zh) => if *yes { "是" } else { "否" }.to_owned(),
            (_, Lang::Zh | Lang::En) => self.to_string(),
        }
    }

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
        let told = told!(
            "核对 `{name}` 要在 `node` 旁边写 `kind`（编制类别）",
            "`{name}` needs a `kind` beside the `node`"
        );
        return Err(document.told_at_key(key, told));
    }
    let hint = Phrase::hint(nearest(&name, subject.rows().map(|row| row.name)));
    let what = Phrase::both(subject.in_chinese(), what);
    let told =
        told!("{what}没有 `{name}` 这一项{hint}", "a {what} has no property `{name}`{hint}"; what, hint);
    Err(document.told_at_key(key, told))
}

/// What a check says of a property; `null` says that it has nothing.
fn expected(document: &Document, row: Row, node: &Node) -> Result<CheckValue, Fault> {
    if node.is_null() {
        return Ok(CheckValue::Nothing);
    }
    let (found, needed) = match row.takes {
        Takes::Number => (node.whole().map(CheckValue::Whole), ["整数", "a whole number"]),
        Takes::Text => (node.text().map(text), ["文字", "a text"]),
        Takes::Day => {
            let needed = ["日期，如 `2024-03-05`", "a day such as `2024-03-05`"];
            (node.text().and_then(date).map(CheckValue::Date), needed)
        }
        Takes::YesOrNo => {
            (document.decode(node).ok().map(CheckValue::YesNo), [" `true` 或 `false`", "`true` or `false`"])
        }
    };
    found.ok_or_else(|| {
        let (found, name, [zh, en]) = (node.found_in_both(), row.name, needed);
        document
            .told(node, told!("此处是{found}，`{name}` 应为{zh}", "found {found}, `{name}` is {en}"; found))
    })
}
