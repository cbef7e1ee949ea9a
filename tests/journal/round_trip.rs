//! Round trips: whatever a city went through comes back from the disk as it was, entry by entry.

use bianzhi::journal::{Moment, SqliteStore};
use bianzhi::{Date, Entry, Office, Request};

use super::{charter, filled, nanping, reopen, requests};
use crate::city::figures;

/// Two years of the shipped example, with every rule: entries of all sorts, reactions among them.
#[test]
fn the_example_city_comes_back_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("nanping.journal");
    let (scenario, office) = nanping(&file);
    let mut memory = scenario.open(None).unwrap();
    scenario.play(&mut memory).for_each(|played| drop(played.unwrap()));
    assert!(memory.journal().entries().eq(office.journal().entries()), "the store changes no answer");

    let policies = office.policies().cloned();
    let head = office.journal().head();
    drop(office);
    let again = Office::open_on(SqliteStore::open_to_read(&file, None).unwrap(), None, policies).unwrap();
    assert!(memory.journal().entries().eq(again.journal().entries()));
    assert_eq!(again.journal().head(), head);
    assert_eq!(figures(&again), figures(&memory));

    // Every tenth decision is decided again by the policies in the journal, whatever policies the office has.
    let bare = Office::open_on(SqliteStore::open_to_read(&file, None).unwrap(), None, None).unwrap();
    let mut asked_again = 0;
    for entry in bare.journal().entries().filter(|entry| matches!(entry, Entry::Decided(_))).step_by(10) {
        let again = bare.decide_again(entry.number()).unwrap();
        assert!(again.same(), "entry {}: {:?}", entry.number(), again);
        asked_again += 1;
    }
    assert!(asked_again > 3);
}

#[test]
fn several_cities_share_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("province.journal");
    let open =
        |stream: &str| Office::open_on(SqliteStore::open(&file, stream).unwrap(), charter(), None).unwrap();
    let (mut one, mut other) = (open("one"), open("other"));
    for (place, request) in requests().into_iter().enumerate() {
        one.submit(request.clone()).unwrap();
        if place < 4 {
            other.submit(request).unwrap();
        }
    }
    assert_ne!(one.journal().head().unwrap().hash, other.journal().head().unwrap().hash);
    drop((one, other));
    let error = SqliteStore::open_to_read(&file, None).unwrap_err().to_string();
    assert!(error.ends_with("holds several streams, name one: `one`, `other`"), "{error}");
    let error = SqliteStore::open_to_read(&file, Some("third")).unwrap_err().to_string();
    assert!(error.ends_with("holds no stream `third`; it holds `one`, `other`"), "{error}");
    let store = SqliteStore::open_to_read(&file, Some("other")).unwrap();
    assert_eq!(Office::open_on(store, charter(), None).unwrap().today(), Date::constant(2024, 1, 8));
}

#[test]
fn the_books_of_any_moment_can_be_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("city.journal");
    let mut office = Office::open_on(SqliteStore::open(&file, "city").unwrap(), charter(), None).unwrap();
    let mut seen = vec![(office.journal().next() - 1, office.today(), figures(&office))];
    for request in requests() {
        office.submit(request).unwrap();
        seen.push((office.journal().next() - 1, office.today(), figures(&office)));
    }
    let office = reopen(&file).unwrap();
    for (place, (entry, date, expected)) in seen.iter().enumerate() {
        let then = office.as_of(*entry).unwrap();
        assert_eq!((then.today(), &figures(&then)), (*date, expected), "entry {entry}");
        assert_eq!(then.journal().next(), entry + 1);
        if seen.get(place + 1).is_none_or(|(_, next, _)| next > date) {
            assert_eq!(figures(&office.as_of(*date).unwrap()), *expected, "{date}");
        }
    }
    let quiet = office.as_of(Date::constant(2024, 5, 1)).unwrap();
    assert_eq!(quiet.today(), Date::constant(2024, 4, 2), "nothing happened since");
    let said = |moment: Moment| office.as_of(moment).unwrap_err().to_string();
    assert_eq!(
        said(Date::constant(2023, 12, 31).into()),
        "the books opened on 2024-01-01; there are none of 2023-12-31"
    );
    assert_eq!(
        said(Date::constant(2025, 1, 10).into()),
        "the books have come to 2025-01-09; there are none of 2025-01-10 yet"
    );
    let last = office.journal().next() - 1;
    assert_eq!(
        said(Moment::Entry(last + 1)),
        format!("there is no entry {}; the journal ends with entry {last}", last + 1)
    );
}

#[test]
fn a_history_has_every_entry_that_touched_a_thing_and_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let mut office = filled(&folder.path().join("city.journal"));
    let named =
        office.submit(Request::name("school", "administrative", "p-9").on(Date::constant(2024, 1, 1)));
    assert!(!named.unwrap().granted(), "the date is past");
    let verbs = |id: &str| -> Vec<String> {
        let name = |entry: &Entry| match entry {
            Entry::Opened { .. } => "opened".to_owned(),
            Entry::Advanced(advanced) => {
                advanced.events.iter().map(|happened| happened.event.name()).collect::<Vec<_>>().join("+")
            }
            Entry::Decided(decision) => format!("{} {}", decision.request.verb.name(), decision.outcome),
        };
        office.journal().history(id).map(name).collect()
    };
    assert_eq!(verbs("p-1"), ["appoint granted", "vacate granted"]);
    assert_eq!(verbs("p-4"), ["draw granted", "vacate granted"]);
    assert_eq!(verbs("l-1"), ["borrow granted", "appoint granted", "expired+advanced", "give_back granted"]);
    assert_eq!(verbs("k-1"), ["permit granted", "lapsed+advanced"]);
    assert_eq!(verbs("pool"), ["opened", "draw granted", "year_closed+advanced", "vacate granted"]);
    assert_eq!(verbs("p-9"), ["name refused"]);
    assert_eq!(verbs("graduate"), [""; 0], "a word is no id");
    assert_eq!(verbs("lent"), [""; 0], "neither is the name of an event");
}

#[test]
fn an_entry_that_is_no_decision_is_not_decided_again() {
    let folder = tempfile::tempdir().unwrap();
    let office = filled(&folder.path().join("city.journal"));
    assert!(office.decide_again(2).unwrap().same());
    let said = |entry| office.decide_again(entry).unwrap_err().to_string();
    assert_eq!(said(0), "entry 0 is no decision: nothing was asked");
    assert_eq!(said(1), "entry 1 is no decision: nothing was asked");
    assert_eq!(
        said(99),
        format!("there is no entry 99; the journal ends with entry {}", office.journal().next() - 1)
    );
}
