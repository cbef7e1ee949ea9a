//! Erasure: the keys of people go for good, and what still names them is told.

use super::store::{Store, journal};
use crate::error::Error;
use crate::model::PersonId;

/// What an erasure did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erased {
    /// What each person is called from now on, in the order in which they were named.
    pub references: Vec<PersonId>,
    /// The entries in which a key still stands somewhere: in a request's id, or inside a longer word. Whoever
    /// chose such a word put it there; an entry can not be changed.
    pub remains: Vec<u64>,
}

/// Erases people from a journal that keeps them apart: their keys and the salts of their references.
///
/// The entries, the chain and its head stay as they are, and everything that was done stays done: each person
/// is called by a reference from then on. Who asks again under a known request id, naming the person by key,
/// is refused as `duplicate-id`, for nobody can tell any more that the content is the same. An office that
/// has the journal open still knows the keys until it is closed. Exports, backups and copies of the file are
/// the business of whoever made them.
///
/// # Errors
/// If the journal does not keep people apart, or does not have one of them; if it cannot be written, or
/// another process holds bytes of it.
///
/// # Example: an erased person can still leave
/// ```
/// use bianzhi::journal::{SqliteStore, erase};
/// use bianzhi::{Charter, Office, Request};
/// # fn main() -> Result<(), bianzhi::Error> {
/// # let folder = tempfile::tempdir().unwrap();
/// # let file = folder.path().join("city.journal");
/// # let charter = Charter::parse("charter.yaml", "
/// # bianzhi: charter/1
/// # opened: 2024-01-01
/// # levels: [city, unit]
/// # kinds: {institution: {zh: 事业编制, en: institution}}
/// # nodes:
/// #   - {id: city, level: city, caps: {institution: 10}}
/// #   - {id: school, parent: city, level: unit, caps: {institution: 8}}
/// # ")?;
/// let store = SqliteStore::open(&file, "city")?.people_apart();
/// let mut office = Office::open_on(store, charter, None)?;
/// office.submit(Request::appoint("school", "institution").person("p-017"))?;
/// drop(office);
/// let mut store = SqliteStore::open(&file, "city")?;
/// let erased = erase(&mut store, &["p-017".into()])?;
/// let mut office = Office::open_on(store, None, None)?;
/// assert!(office.books().person("p-017").is_none());
/// assert!(office.submit(Request::vacate(&erased.references[0]))?.granted());
/// # Ok(()) }
/// ```
pub fn erase(store: &mut dyn Store, people: &[PersonId]) -> Result<Erased, Error> {
    let header = store.header()?.ok_or_else(|| journal("the journal is empty").in_chinese("日志是空的"))?;
    header.check()?;
    if !header.keeps_people_apart() {
        return Err(journal(
            "this journal keeps people inside its entries, from where nothing can be erased",
        )
        .in_chinese("此日志把人员写在记录之内，无从抹去"));
    }
    let known = store.people()?;
    let references: Vec<PersonId> = people
        .iter()
        .map(|person| {
            let row =
                known.iter().find(|row| row.kept.as_ref().is_some_and(|(_, key)| key == person.as_str()));
            row.map(|row| PersonId::new(&row.reference)).ok_or_else(|| {
                journal(format!("the journal keeps nobody called `{person}`"))
                    .in_chinese(format!("日志中没有 `{person}` 这个人"))
            })
        })
        .collect::<Result<_, _>>()?;
    let texts: Vec<String> = references.iter().map(ToString::to_string).collect();
    store.erase(&texts)?;
    let mut remains = Vec::new();
    store.read(&mut |record| {
        let holds = |text: &str| people.iter().any(|person| text.contains(person.as_str()));
        if holds(&record.body) || record.request_id.as_deref().is_some_and(holds) {
            remains.push(record.number);
        }
        Ok(())
    })?;
    Ok(Erased { references, remains })
}
