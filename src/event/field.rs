//! Fields: what people and scripts see of an event, in the order in which it is written.

use std::collections::BTreeMap;

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use super::{Amendment, Event};
use crate::model::{Date, FactValue, Instalment, KindId, LoanId, NodeId, PermitId, PersonId, Seats};

/// A field of an event, as people and scripts see it.
#[derive(Debug, Clone, PartialEq)]
pub enum Field {
    /// A node.
    Node(NodeId),
    /// Several nodes.
    Nodes(Vec<NodeId>),
    /// A kind.
    Kind(KindId),
    /// A loan.
    Loan(LoanId),
    /// A permit.
    Permit(PermitId),
    /// A person.
    Person(PersonId),
    /// A number of seats.
    Seats(Seats),
    /// A whole number that is not a number of seats.
    Whole(i64),
    /// A text.
    Text(String),
    /// A fact's value.
    Value(FactValue),
    /// A day.
    Date(Date),
    /// Yes or no.
    YesNo(bool),
    /// A schedule.
    Schedule(Vec<Instalment>),
    /// Seats by kind.
    Kinds(BTreeMap<KindId, Seats>),
    /// Sizes by pool.
    Pools(BTreeMap<NodeId, Seats>),
}

impl Event {
    /// What people and scripts see, in the order in which it is written; absent fields are left out.
    #[expect(clippy::too_many_lines, reason = "one row an event: a table, not a procedure")]
    pub fn fields(&self) -> Vec<(&'static str, Field)> {
        let mut row = Row::default();
        match self {
            Self::Opened { pool_sizes } => row.put("pool_sizes", Field::Pools(pool_sizes.clone())),
            Self::Authorized { node, kind, change } => {
                row.put("node", Field::Node(node.clone()));
                row.put("kind", Field::Kind(kind.clone()));
                row.put("change", Field::Seats(*change));
            }
            Self::Transferred { from, to, kind, count } => {
                row.put("from", Field::Node(from.clone()));
                row.put("to", Field::Node(to.clone()));
                row.put("kind", Field::Kind(kind.clone()));
                row.put("count", Field::Seats(*count));
            }
            Self::Permitted(terms) | Self::Withdrawn(terms) | Self::Lapsed(terms) => {
                row.put("permit", Field::Permit(terms.permit.clone()));
                row.put("unit", Field::Node(terms.unit.clone()));
                row.put("kind", Field::Kind(terms.kind.clone()));
                row.put("count", Field::Seats(terms.count));
                row.text("purpose", terms.purpose.as_ref());
                row.put("ends", Field::Date(terms.ends));
            }
            Self::Appointed { unit, kind, person, category, loan, permit, purpose, since: _ } => {
                row.put("unit", Field::Node(unit.clone()));
                row.put("kind", Field::Kind(kind.clone()));
                row.maybe("person", person.clone().map(Field::Person));
                row.text("category", category.as_ref());
                row.maybe("loan", loan.clone().map(Field::Loan));
                row.maybe("permit", permit.clone().map(Field::Permit));
                row.text("purpose", purpose.as_ref());
            }
            Self::Vacated { unit, kind, person, loan, reason, was: _ } => {
                row.put("unit", Field::Node(unit.clone()));
                row.put("kind", Field::Kind(kind.clone()));
                row.maybe("person", person.clone().map(Field::Person));
                row.maybe("loan", loan.clone().map(Field::Loan));
                row.text("reason", reason.as_ref());
            }
            Self::Converted { unit, kind, person, loan } => {
                row.put("unit", Field::Node(unit.clone()));
                row.put("kind", Field::Kind(kind.clone()));
                row.maybe("person", person.clone().map(Field::Person));
                row.put("loan", Field::Loan(loan.clone()));
            }
            Self::Moved { person, from, to, kind } => {
                row.put("person", Field::Person(person.clone()));
                row.put("from", Field::Node(from.clone()));
                row.put("to", Field::Node(to.clone()));
                row.put("kind", Field::Kind(kind.clone()));
            }
            Self::Lent {
                loan,
                lender,
                borrower,
                kind,
                count,
                purpose,
                ends,
                schedule,
                pool_size,
                via: _,
            } => {
                row.put("loan", Field::Loan(loan.clone()));
                row.put("lender", Field::Node(lender.clone()));
                row.put("borrower", Field::Node(borrower.clone()));
                row.put("kind", Field::Kind(kind.clone()));
                row.put("count", Field::Seats(*count));
                row.text("purpose", purpose.as_ref());
                row.maybe("ends", ends.map(Field::Date));
                row.schedule(schedule);
                row.maybe("pool_size", pool_size.map(Field::Seats));
            }
            Self::Returned { loan, lender, borrower, kind, count, left, route, loan_open } => {
                row.put("loan", Field::Loan(loan.clone()));
                row.put("lender", Field::Node(lender.clone()));
                row.put("borrower", Field::Node(borrower.clone()));
                row.put("kind", Field::Kind(kind.clone()));
                row.put("count", Field::Seats(*count));
                row.put("left", Field::Seats(*left));
                row.put("route", Field::Nodes(route.clone()));
                row.put("loan_open", Field::YesNo(*loan_open));
            }
            Self::Extended { loan, ends, change: _ } => {
                row.put("loan", Field::Loan(loan.clone()));
                row.maybe("ends", ends.map(Field::Date));
            }
            Self::Rescheduled { loan, ends, schedule, change: _ } => {
                row.put("loan", Field::Loan(loan.clone()));
                row.maybe("ends", ends.map(Field::Date));
                row.schedule(schedule);
            }
            Self::Evaluated { loan, ends, outcome, seats, change: _ } => {
                row.put("loan", Field::Loan(loan.clone()));
                row.maybe("ends", ends.map(Field::Date));
                row.maybe("outcome", outcome.map(|outcome| Field::Text(outcome.as_str().into())));
                row.maybe("seats", seats.map(Field::Seats));
            }
            Self::FellDue { loan, count } | Self::Expired { loan, count } => {
                row.put("loan", Field::Loan(loan.clone()));
                row.put("count", Field::Seats(*count));
            }
            Self::Established { node, parent, all: _ } | Self::Relocated { node, parent, from: _ } => {
                row.put("node", Field::Node(node.clone()));
                row.put("parent", Field::Node(parent.clone()));
            }
            Self::Amended { node, parent, change } => {
                row.put("node", Field::Node(node.clone()));
                row.maybe("parent", parent.clone().map(Field::Node));
                let (field, before, after) = change.shown();
                row.put("field", Field::Text(field));
                row.maybe("before", before.map(Field::Value));
                row.maybe("after", after.map(Field::Value));
            }
            Self::Abolished { node, parent, freed } => {
                row.put("node", Field::Node(node.clone()));
                row.put("parent", Field::Node(parent.clone()));
                row.put("freed", Field::Kinds(freed.clone()));
            }
            Self::Merged { units, into } => {
                row.put("units", Field::Nodes(units.clone()));
                row.put("into", Field::Node(into.clone()));
            }
            Self::Resized { pool, size, was: _, now: _ } => {
                row.put("pool", Field::Node(pool.clone()));
                row.put("size", Field::Seats(*size));
            }
            Self::Corrected { entry, reason } => {
                row.put("entry", Field::Whole(i64::try_from(*entry).unwrap_or(i64::MAX)));
                row.put("reason", Field::Text(reason.clone()));
            }
            Self::Owed { loan, count, owed } => {
                row.put("loan", Field::Loan(loan.clone()));
                row.put("count", Field::Seats(*count));
                row.put("owed", Field::Seats(*owed));
            }
            Self::Named { unit, kind, person, loan, category: _, since: _ } => {
                row.put("unit", Field::Node(unit.clone()));
                row.put("kind", Field::Kind(kind.clone()));
                row.put("person", Field::Person(person.clone()));
                row.maybe("loan", loan.clone().map(Field::Loan));
            }
            Self::YearClosed { year, pool_sizes } => {
                row.put("year", Field::Whole(i64::from(*year)));
                row.put("pool_sizes", Field::Pools(pool_sizes.clone()));
            }
            Self::Advanced { date } => row.put("date", Field::Date(*date)),
        }
        row.0
    }
}

impl Amendment {
    /// The field's name and its values: `name`, `tags` (separated by `;`) or `facts.<name>`.
    pub fn shown(&self) -> (String, Option<FactValue>, Option<FactValue>) {
        match self {
            Self::Name { before, after } => {
                ("name".into(), Some(FactValue::Text(before.clone())), Some(FactValue::Text(after.clone())))
            }
            Self::Tags { before, after } => (
                "tags".into(),
                Some(FactValue::Text(before.join(";"))),
                Some(FactValue::Text(after.join(";"))),
            ),
            Self::Fact { name, before, after } => (format!("facts.{name}"), before.clone(), after.clone()),
        }
    }
}

/// The fields of one event, as they are collected.
#[derive(Default)]
struct Row(Vec<(&'static str, Field)>);

impl Row {
    fn put(&mut self, name: &'static str, field: Field) {
        self.0.push((name, field));
    }

    fn maybe(&mut self, name: &'static str, field: Option<Field>) {
        self.0.extend(field.map(|field| (name, field)));
    }

    fn text(&mut self, name: &'static str, text: Option<&String>) {
        self.maybe(name, text.cloned().map(Field::Text));
    }

    fn schedule(&mut self, schedule: &[Instalment]) {
        self.maybe("schedule", (!schedule.is_empty()).then(|| Field::Schedule(schedule.to_vec())));
    }
}

impl Serialize for Field {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Node(id) => id.serialize(serializer),
            Self::Nodes(ids) => ids.serialize(serializer),
            Self::Kind(id) => id.serialize(serializer),
            Self::Loan(id) => id.serialize(serializer),
            Self::Permit(id) => id.serialize(serializer),
            Self::Person(id) => id.serialize(serializer),
            Self::Seats(seats) => seats.serialize(serializer),
            Self::Whole(number) => number.serialize(serializer),
            Self::Text(text) => text.serialize(serializer),
            Self::Value(FactValue::Number(number)) => serializer.collect_str(&number.normalize()),
            Self::Value(value) => value.serialize(serializer),
            Self::Date(date) => serializer.collect_str(date),
            Self::YesNo(yes) => yes.serialize(serializer),
            Self::Schedule(parts) => parts.serialize(serializer),
            Self::Kinds(kinds) => kinds.serialize(serializer),
            Self::Pools(pools) => pools.serialize(serializer),
        }
    }
}

/// An event as people see it: `{"lent": {"loan": …}}`, with the fields of [`Event::fields`].
#[derive(Debug, Clone, Copy)]
pub struct ShownEvent<'a> {
    /// The event.
    pub event: &'a Event,
    /// The rule that brought it about, as `file.rhai:line`.
    pub rule: Option<&'a str>,
}

impl Serialize for ShownEvent<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        struct Fields(Vec<(&'static str, Field)>);
        impl Serialize for Fields {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_map(self.0.iter().map(|(name, field)| (*name, field)))
            }
        }
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry(self.event.name(), &Fields(self.event.fields()))?;
        if let Some(rule) = self.rule {
            map.serialize_entry("rule", rule)?;
        }
        map.end()
    }
}
