//! The stored form of the books: all of a ledger as plain values, and a ledger of them. Equal books have equal forms.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::book::{Book, Dealings, Sums, is_nothing};
use super::known::Known;
use super::loans::{Due, Loan, Permit};
use super::past::{Past, YEARS};
use super::people::Person;
use super::{Detail, Group, KindIx, Ledger, Mode, Row, TagIx, TagNames, Terms};
use crate::graph::{NodeIx, QuotaGraph, StoredGraph};
use crate::model::{Date, IdPages, KeyTable, Keys, Pages, PersonId, Places, Seats};

/// A ledger as plain values. What can be told from the rest – where an id stands – is left out.
#[derive(Serialize, Deserialize)]
pub(crate) struct StoredBooks<'a> {
    terms: Cow<'a, Terms>,
    #[serde(borrow)]
    shape: StoredGraph<'a>,
    tags: Cow<'a, [String]>,
    today: Date,
    draws: u64,
    details: Cow<'a, Pages<Detail>>,
    rows: Cow<'a, Pages<Row>>,
    books: Cow<'a, Pages<Book>>,
    groups: Cow<'a, Pages<Sums>>,
    /// In order, for a map of these has none.
    group_places: Vec<(NodeIx, TagIx, KindIx, u32)>,
    loans: Cow<'a, Pages<Loan>>,
    permits: Cow<'a, Pages<Permit>>,
    people: Cow<'a, Pages<Person>>,
    agenda: Vec<(Date, Due)>,
    pool_places: Cow<'a, [NodeIx]>,
    pool_sizes: Vec<(NodeIx, Seats)>,
}

/// A book as plain values.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct StoredBook {
    #[serde(skip_serializing_if = "is_nothing")]
    cap: Seats,
    #[serde(skip_serializing_if = "is_nothing")]
    occupied: Seats,
    #[serde(skip_serializing_if = "is_nothing")]
    permitted: Seats,
    #[serde(skip_serializing_if = "is_nothing")]
    lent: Seats,
    #[serde(skip_serializing_if = "is_nothing")]
    borrowed: Seats,
    #[serde(skip_serializing_if = "is_nothing")]
    borrowed_occupied: Seats,
    #[serde(skip_serializing_if = "is_nothing")]
    guests: Seats,
    #[serde(skip_serializing_if = "is_nothing")]
    named: Seats,
    #[serde(skip_serializing_if = "is_nothing")]
    allotted: Seats,
    #[serde(skip_serializing_if = "is_nothing")]
    charged: Seats,
    #[serde(skip_serializing_if = "Option::is_none")]
    every: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    past: Option<triomphe::Arc<Past>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ends: Option<Arc<[Known; YEARS]>>,
}

impl From<Book> for StoredBook {
    fn from(book: Book) -> Self {
        let Dealings { permitted, lent, borrowed, borrowed_occupied, guests } = book.dealings();
        let Book { cap, occupied, charged, allotted, named, every, dealings: _, past, ends } = book;
        Self {
            cap,
            occupied,
            permitted,
            lent,
            borrowed,
            borrowed_occupied,
            guests,
            named,
            allotted,
            charged,
            every,
            past,
            ends,
        }
    }
}

impl From<StoredBook> for Book {
    fn from(stored: StoredBook) -> Self {
        let StoredBook { permitted, lent, borrowed, borrowed_occupied, guests, .. } = stored;
        let dealings = Dealings { permitted, lent, borrowed, borrowed_occupied, guests };
        let StoredBook { cap, occupied, charged, allotted, named, every, past, ends, .. } = stored;
        let dealings = (dealings != Dealings::default()).then(|| Box::new(dealings));
        Self { cap, occupied, charged, allotted, named, every, dealings, past, ends }
    }
}

impl Ledger {
    /// The books as plain values, with every person called as `call` says.
    pub(crate) fn stored(&self, call: impl Fn(&PersonId) -> Option<PersonId>) -> StoredBooks<'_> {
        let mut group_places: Vec<_> =
            self.group_places.iter().map(|(of, place)| (of.node, of.tag, of.kind, *place)).collect();
        group_places.sort_unstable();
        StoredBooks {
            terms: Cow::Borrowed(&self.terms),
            shape: self.shape.stored(),
            tags: Cow::Borrowed(&self.tags.names),
            today: self.today,
            draws: self.draws,
            details: Cow::Borrowed(&self.details),
            rows: Cow::Borrowed(&self.rows),
            books: Cow::Borrowed(&self.books),
            groups: Cow::Borrowed(&self.groups),
            group_places,
            loans: Cow::Borrowed(&self.loans),
            permits: Cow::Borrowed(&self.permits),
            people: Cow::Owned(called(&self.people, call)),
            agenda: self.agenda.iter().copied().collect(),
            pool_places: Cow::Borrowed(&self.pool_places),
            pool_sizes: self.pool_sizes.iter().map(|(pool, size)| (*pool, *size)).collect(),
        }
    }

    /// The books of these values, with every person called as `call` says; none if they fit no books.
    pub(crate) fn from_stored(
        stored: StoredBooks<'_>,
        call: impl Fn(&PersonId) -> Option<PersonId>,
    ) -> Option<Self> {
        let shape = QuotaGraph::from_stored(stored.shape)?;
        let people = called(&stored.people, call);
        let names = stored.tags.into_owned();
        let places =
            (0_u32..).zip(&names).skip(1).map(|(place, name)| (name.clone(), TagIx(place))).collect();
        let (loans, permits) = (stored.loans.into_owned(), stored.permits.into_owned());
        let group_places = stored.group_places.into_iter();
        let group_places: Places<_, _> =
            group_places.map(|(node, tag, kind, place)| (Group { node, tag, kind }, place)).collect();
        Some(Self {
            terms: Arc::new(stored.terms.into_owned()),
            shape: Arc::new(shape),
            tags: Arc::new(TagNames { names, places }),
            today: stored.today,
            draws: stored.draws,
            details: stored.details.into_owned(),
            rows: stored.rows.into_owned(),
            books: stored.books.into_owned(),
            groups: stored.groups.into_owned(),
            group_places: Arc::new(group_places),
            loan_places: places_of(&loans, |loan| loan.id.as_str()),
            loans,
            permit_places: places_of(&permits, |permit| permit.id.as_str()),
            permits,
            first_people: Arc::new(first_people(&people)),
            person_places: IdPages::from(people.len()),
            people,
            agenda: stored.agenda.into_iter().collect(),
            pool_places: Arc::new(stored.pool_places.into_owned()),
            pool_sizes: Arc::new(stored.pool_sizes.into_iter().collect::<BTreeMap<_, _>>()),
            mode: Mode::Running,
        })
    }
}

fn called(people: &Pages<Person>, call: impl Fn(&PersonId) -> Option<PersonId>) -> Pages<Person> {
    let mut all = people.clone();
    for (place, person) in people.iter().enumerate() {
        if let Some(id) = call(&person.id)
            && let Some(person) = all.get_mut(place)
        {
            person.id = id;
        }
    }
    all
}

fn first_people(people: &Pages<Person>) -> KeyTable {
    let mut keys = Keys::of(people.len());
    people.iter().for_each(|person| keys.push(person.id.as_str()));
    keys.table(|at| people.get(at as usize).map(|person| person.id.as_str())).0
}

fn places_of<T: Clone>(table: &Pages<T>, id: impl Fn(&T) -> &str) -> IdPages {
    let mut places = IdPages::from(0);
    for row in table.iter() {
        places.add(id(row));
    }
    places
}
