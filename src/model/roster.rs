//! Rosters: the named people of opening books, as a nation has room for.

use std::fmt;

use serde::de::{Deserialize, Deserializer, SeqAccess, Visitor};
use serde::ser::{Serialize, Serializer};

use super::{Date, KeyTable, Keys, KindId, LoanId, NodeId, OpeningPerson, PersonId, Places};

/// Rows at most in a part of the table: enough that parts are few, and few enough that one given away is felt.
const PART: usize = 1 << 16;

/// Named people in post, in the order of the charter.
///
/// A list of [`OpeningPerson`] that takes forty bytes for each: a unit, and what people of one sort have in common, is
/// kept once for those who stand together.
///
/// # Example
/// ```
/// use bianzhi::model::{OpeningPeople, OpeningPerson};
/// let who = |id: &str| OpeningPerson {
///     id: id.into(), unit: "finance".into(), kind: "administrative".into(), category: None, since: None, loan: None,
/// };
/// let mut people = OpeningPeople::default();
/// people.push(who("p1"));
/// people.extend([who("p2")]);
/// assert_eq!(people.len(), 2);
/// assert!(people.iter().eq([who("p1"), who("p2")]));
/// ```
#[derive(Clone, Default)]
pub struct OpeningPeople {
    /// None but the last is empty.
    parts: Vec<Vec<PersonRow>>,
    /// The number of the first person of each part.
    starts: Vec<usize>,
    /// The unit of each run of people who stand together; one may stand here more than once.
    units: Vec<NodeId>,
    posts: Vec<Post>,
    post_places: Places<Post, u32>,
}

/// A person, with the unit and the rest by their numbers.
#[derive(Debug, Clone)]
pub(crate) struct PersonRow {
    pub(crate) id: PersonId,
    pub(crate) unit: u32,
    pub(crate) post: u32,
    pub(crate) since: Option<Date>,
}

/// What people of one sort have in common.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Post {
    pub(crate) kind: KindId,
    pub(crate) category: Option<String>,
    pub(crate) loan: Option<LoanId>,
}

impl OpeningPeople {
    /// Nobody yet, with room for so many.
    pub(crate) fn with_capacity(people: usize) -> Self {
        let mut all = Self::default();
        if people > 0 {
            all.begin_part(people.min(PART));
        }
        all
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        let last = self.parts.last().map_or(0, Vec::len);
        self.starts.last().map_or(0, |start| start.saturating_add(last))
    }

    /// Whether there is nobody.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Everyone in order, as values of their own.
    pub fn iter(&self) -> impl Iterator<Item = OpeningPerson> + '_ {
        self.rows().filter_map(|row| self.person(row))
    }

    /// The keys in order, to be changed.
    pub fn ids_mut(&mut self) -> impl Iterator<Item = &mut PersonId> {
        self.parts.iter_mut().flatten().map(|row| &mut row.id)
    }

    /// Keeps those for whom `keep` holds.
    pub fn retain(&mut self, mut keep: impl FnMut(&OpeningPerson) -> bool) {
        *self = self.iter().filter(|person| keep(person)).collect();
    }

    /// Adds someone.
    pub fn push(&mut self, person: OpeningPerson) {
        let OpeningPerson { id, unit, kind, category, since, loan } = person;
        if self.units.last() != Some(&unit) {
            self.units.push(unit);
        }
        let post = self.post(Post { kind, category, loan });
        self.push_row(PersonRow { id, unit: number(self.units.len().saturating_sub(1)), post, since });
    }

    /// Adds someone, where all is text.
    pub(crate) fn push_texts(
        &mut self,
        [id, unit, kind]: [&str; 3],
        [category, loan]: [Option<&str>; 2],
        since: Option<Date>,
    ) {
        if self.units.last().is_none_or(|last| last.as_str() != unit) {
            self.units.push(unit.into());
        }
        let same = |post: &Post| {
            post.kind.as_str() == kind
                && post.category.as_deref() == category
                && post.loan.as_ref().map(LoanId::as_str) == loan
        };
        let last = self.parts.last().and_then(|part| part.last()).map(|row| row.post);
        let post = match last {
            Some(last) if self.post_at(last).is_some_and(same) => last,
            Some(_) | None => self.post(Post {
                kind: kind.into(),
                category: category.map(str::to_owned),
                loan: loan.map(LoanId::from),
            }),
        };
        let unit = number(self.units.len().saturating_sub(1));
        self.push_row(PersonRow { id: id.into(), unit, post, since });
    }

    /// Adds everyone of another table.
    pub(crate) fn append(&mut self, other: Self) {
        let before = self.units.len();
        self.units.extend(other.units);
        let posts: Vec<u32> = other.posts.into_iter().map(|post| self.post(post)).collect();
        for mut rows in other.parts.into_iter().filter(|rows| !rows.is_empty()) {
            for row in &mut rows {
                row.unit = number(before.saturating_add(row.unit as usize));
                row.post = posts.get(row.post as usize).copied().unwrap_or(u32::MAX);
            }
            if self.parts.last().is_some_and(Vec::is_empty) {
                self.parts.pop();
                self.starts.pop();
            }
            self.starts.push(self.len());
            self.parts.push(rows);
        }
    }

    /// Where each stands, by key.
    ///
    /// # Errors
    /// If somebody stands twice.
    pub(crate) fn places(&self) -> Result<KeyTable, String> {
        let mut keys = Keys::of(self.len());
        self.rows().for_each(|row| keys.push(row.id.as_str()));
        let (table, twice) = keys.table(|at| self.id(at));
        match twice.first().and_then(|(place, _)| self.id(*place)) {
            Some(id) => Err(format!("person `{id}` stands twice")),
            None => Ok(table),
        }
    }

    /// The key of the person with this number.
    pub(crate) fn id(&self, number: u32) -> Option<&str> {
        self.row(number as usize).map(|row| row.id.as_str())
    }

    pub(crate) fn rows(&self) -> impl Iterator<Item = &PersonRow> {
        self.parts.iter().flatten()
    }

    pub(crate) fn row(&self, number: usize) -> Option<&PersonRow> {
        let part = self.starts.partition_point(|start| *start <= number).checked_sub(1)?;
        self.parts.get(part)?.get(number.checked_sub(*self.starts.get(part)?)?)
    }

    /// What people of each sort have in common, by number.
    pub(crate) fn posts(&self) -> &[Post] {
        &self.posts
    }

    pub(crate) fn post_at(&self, number: u32) -> Option<&Post> {
        self.posts.get(number as usize)
    }

    pub(crate) fn unit_at(&self, number: u32) -> Option<&NodeId> {
        self.units.get(number as usize)
    }

    /// The rows, part by part, each to be given away when it has been used, and the units and posts by number.
    pub(crate) fn into_parts(self) -> (Vec<Vec<PersonRow>>, Vec<NodeId>, Vec<Post>) {
        (self.parts, self.units, self.posts)
    }

    fn person(&self, row: &PersonRow) -> Option<OpeningPerson> {
        let Post { kind, category, loan } = self.post_at(row.post)?.clone();
        let unit = self.unit_at(row.unit)?.clone();
        Some(OpeningPerson { id: row.id.clone(), unit, kind, category, since: row.since, loan })
    }

    fn post(&mut self, post: Post) -> u32 {
        if let Some(known) = self.post_places.get(&post) {
            return *known;
        }
        let place = number(self.posts.len());
        self.posts.push(post.clone());
        self.post_places.insert(post, place);
        place
    }

    fn push_row(&mut self, row: PersonRow) {
        if self.parts.last().is_none_or(|part| part.len() >= PART) {
            self.begin_part(if self.parts.is_empty() { 0 } else { PART });
        }
        if let Some(part) = self.parts.last_mut() {
            part.push(row);
        }
    }

    fn begin_part(&mut self, capacity: usize) {
        self.starts.push(self.len());
        self.parts.push(Vec::with_capacity(capacity));
    }
}

fn number(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}

impl Extend<OpeningPerson> for OpeningPeople {
    fn extend<I: IntoIterator<Item = OpeningPerson>>(&mut self, people: I) {
        people.into_iter().for_each(|person| self.push(person));
    }
}

impl FromIterator<OpeningPerson> for OpeningPeople {
    fn from_iter<I: IntoIterator<Item = OpeningPerson>>(people: I) -> Self {
        let mut all = Self::default();
        all.extend(people);
        all
    }
}

impl From<Vec<OpeningPerson>> for OpeningPeople {
    fn from(people: Vec<OpeningPerson>) -> Self {
        people.into_iter().collect()
    }
}

impl PartialEq for OpeningPeople {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().eq(other.iter())
    }
}

impl fmt::Debug for OpeningPeople {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl Serialize for OpeningPeople {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de> Deserialize<'de> for OpeningPeople {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(Everyone)
    }
}

struct Everyone;

impl<'de> Visitor<'de> for Everyone {
    type Value = OpeningPeople;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of people")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut people: A) -> Result<Self::Value, A::Error> {
        let mut all = OpeningPeople::default();
        while let Some(person) = people.next_element()? {
            all.push(person);
        }
        Ok(all)
    }
}

#[cfg(test)]
mod tests {
    use super::{OpeningPeople, OpeningPerson, PART};

    /// People of every sort, in no order.
    fn people(count: usize) -> Vec<OpeningPerson> {
        let one = |number: usize| OpeningPerson {
            id: format!("p{number}").into(),
            unit: format!("u{}", number / 3 % 7).into(),
            kind: if number.is_multiple_of(5) { "a" } else { "b" }.into(),
            category: number.is_multiple_of(4).then(|| format!("c{}", number % 3)),
            since: (!number.is_multiple_of(11)).then(|| "2020-01-31".parse().unwrap()),
            loan: number.is_multiple_of(13).then(|| format!("loan-{number}").into()),
        };
        (0..count).map(one).collect()
    }

    #[test]
    fn what_goes_in_comes_out_one_by_one_in_parts_and_as_text() {
        let all = people(PART + 300);
        let table = OpeningPeople::from(all.clone());
        assert!(table.len() == all.len() && table.iter().eq(all.iter().cloned()));
        for split in [0, 1, 299, PART, PART + 300] {
            let mut joined = OpeningPeople::from(all[..split].to_vec());
            let mut later = OpeningPeople::default();
            for one in &all[split..] {
                later.push_texts(
                    [one.id.as_str(), one.unit.as_str(), one.kind.as_str()],
                    [one.category.as_deref(), one.loan.as_ref().map(super::super::LoanId::as_str)],
                    one.since,
                );
            }
            joined.append(later);
            assert!(joined == table, "split at {split}");
            assert_eq!(joined.row(PART + 7).map(|row| &row.id), Some(&all[PART + 7].id));
        }
        let mut fewer = table.clone();
        fewer.retain(|person| person.loan.is_none());
        assert!(fewer.iter().eq(all.iter().filter(|person| person.loan.is_none()).cloned()));
        let few = OpeningPeople::from(people(30));
        let text = serde_json::to_string(&few).unwrap();
        assert_eq!(text, serde_json::to_string(&people(30)).unwrap());
        assert_eq!(serde_json::from_str::<OpeningPeople>(&text).unwrap(), few);
        assert!(few != OpeningPeople::from(people(31)) && OpeningPeople::default().is_empty());
    }
}
