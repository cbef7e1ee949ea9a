//! Power: whatever access of SQLite's fails, and whenever the power goes, nothing that was answered is lost.

use std::sync::Arc;

use bianzhi::journal::SqliteStore;
use bianzhi::journal::seeded::carry_every;
use bianzhi::{Charter, Decision, Entry, Office, Request};
use nets::{Dice, How};

/// Entries of the script, the opening among them.
const ENTRIES: usize = 200;
/// Power cuts at random moments.
const CUTS: u64 = if cfg!(debug_assertions) { 60 } else { 3_000 };
/// After so many bytes of entries what stands beside the file is brought into it, where a net wants that: some twenty times in a script.
pub(crate) const CARRIED: usize = 4_000;
/// Of the accesses of the script, each so-many-th fails.
const STEP: usize = if cfg!(debug_assertions) { 61 } else { 1 };

pub(crate) fn charter() -> Charter {
    let text = "
bianzhi: charter/1
opened: 2024-01-01
levels: [city, unit]
kinds: {institution: {zh: 事业编制, en: institution}}
nodes:
  - {id: city, level: city, caps: {institution: 40}}
  - {id: school, parent: city, level: unit, caps: {institution: 20}}
  - {id: clinic, parent: city, level: unit, caps: {institution: 20}}
";
    Charter::parse("charter.yaml", text).unwrap()
}

/// Requests that are answered with one entry each, all with an id.
pub(crate) fn script() -> Vec<Request> {
    let request = |turn: usize| -> Request {
        let person = format!("p-{}", turn / 2 % 23);
        let request: Request = match turn % 7 {
            6 => Request::vacate(person).into(),
            odd if odd % 2 == 1 => Request::transfer("school", "clinic", "institution", 1).into(),
            _ => Request::appoint(if turn.is_multiple_of(3) { "school" } else { "clinic" }, "institution")
                .person(person)
                .into(),
        };
        request.id(format!("r-{turn}"))
    };
    (1..ENTRIES).map(request).collect()
}

/// What must come out of the script, on a disk that never fails.
pub(crate) struct Expected {
    entries: Vec<Entry>,
    answers: Vec<Arc<Decision>>,
    figures: String,
}

fn figures(office: &Office) -> String {
    let unit = |id| format!("{:?}", office.figures(id, "institution"));
    ["city", "school", "clinic"].map(unit).concat()
}

pub(crate) fn expected() -> Expected {
    let mut office = Office::open(charter(), None).unwrap();
    let answers = script().into_iter().map(|request| office.submit(request).unwrap()).collect();
    let entries: Vec<Entry> = office.journal().entries().cloned().collect();
    assert_eq!(entries.len(), ENTRIES);
    Expected { entries, answers, figures: figures(&office) }
}

fn open() -> Result<Office, bianzhi::Error> {
    let mut office = Office::open_on(SqliteStore::open("city.journal", "city")?, charter(), None)?;
    office.snapshot_every(60);
    Ok(office)
}

/// Plays the script in groups until something fails; how many entries were acknowledged and how many asked for.
fn play(groups: &mut Dice) -> (u64, u64) {
    let Ok(mut office) = open() else { return (0, 1) };
    let mut requests = script().into_iter();
    loop {
        let group: Vec<Request> = requests.by_ref().take(1 + groups.throw(9)).collect();
        let (before, asked) = (office.journal().next(), group.len() as u64);
        if asked == 0 {
            return (before, before);
        }
        if office.submit_all(group).is_err() {
            return (before, before + asked);
        }
    }
}

/// Fails an access, cuts the power where that was it, and goes on: what is then is what must be. Whether the
/// access came at all.
pub(crate) fn net(at: u64, how: How, seed: u64, expected: &Expected) -> Result<bool, String> {
    let mut dice = Dice(seed);
    nets::fresh();
    nets::fail(Some((at, how)));
    let (acknowledged, asked) = play(&mut dice);
    let came = nets::has_failed();
    // What a failed sync did not bring to the disk, the system may still show until it is started anew.
    if how == How::Cut || nets::lost_a_sync() || dice.throw(2) == 0 {
        nets::cut_the_power(&mut dice);
    }
    nets::fail(None);
    let here = || format!("access {at} {how:?}, seed {seed}: ");
    let said = |error: bianzhi::Error| format!("{}{error}", here());
    let store = || SqliteStore::open("city.journal", "city");
    let mut recovered = 0;
    if bianzhi::journal::Store::header(&store().map_err(said)?).map_err(said)?.is_some() {
        let office = Office::verify(store().map_err(said)?).map_err(said)?;
        recovered = office.journal().next();
        let prefix = expected.entries.iter().take(usize::try_from(recovered).unwrap());
        if !office.journal().entries().eq(prefix) {
            return Err(format!("{}the entries are not those that were answered", here()));
        }
    }
    if recovered < acknowledged || recovered > asked {
        return Err(format!("{}{acknowledged} acknowledged, {recovered} there, {asked} asked", here()));
    }
    let mut office = open().map_err(said)?;
    for (request, answer) in script().into_iter().zip(&expected.answers) {
        let again = office.submit(request).map_err(said)?;
        if again != *answer {
            return Err(format!("{}`{:?}` is answered otherwise", here(), answer.request.id));
        }
    }
    if figures(&office) != expected.figures || office.journal().next() != ENTRIES as u64 {
        return Err(format!("{}the books are not those of the script", here()));
    }
    Ok(came)
}

/// Fails every so-many-th access of the script, in every way.
fn fails_at_every(step: usize) {
    let expected = expected();
    for how in [How::Once, How::Ever, How::Short, How::Full, How::Cut] {
        let mut failed = 0;
        for at in (1..).step_by(step) {
            match net(at, how, at * 5 + 1, &expected) {
                Ok(true) => failed += 1,
                Ok(false) => break,
                Err(what) => panic!("{what}"),
            }
        }
        assert!(failed * step > 300, "{how:?}: only {failed} accesses");
        println!("{how:?}: {failed} accesses of the script failed, one a run");
    }
}

#[test]
fn whatever_access_fails_nothing_that_was_answered_is_lost() {
    fails_at_every(STEP);
}

/// The same while what stands beside the file is brought into it over a connection of its own.
#[test]
fn whatever_access_fails_while_the_file_is_written_over_nothing_is_lost() {
    carry_every(Some(CARRIED));
    fails_at_every(2 * STEP + 1);
}

#[test]
fn whenever_the_power_goes_while_the_file_is_written_over_nothing_is_lost() {
    carry_every(Some(CARRIED));
    let expected = expected();
    let mut dice = Dice(23);
    for cut in 0..CUTS / 2 {
        let at = 1 + dice.throw(1_500) as u64;
        net(at, How::Cut, cut, &expected).unwrap_or_else(|what| panic!("{what}"));
    }
}

#[test]
fn whenever_the_power_goes_nothing_that_was_answered_is_lost() {
    let expected = expected();
    let mut dice = Dice(11);
    for cut in 0..CUTS {
        let at = 1 + dice.throw(900) as u64;
        net(at, How::Cut, cut, &expected).unwrap_or_else(|what| panic!("{what}"));
    }
}

/// The disk knows who closes a file last: a connection that carried over leaves the file beside to the one that writes.
#[test]
fn what_stands_beside_the_file_stays_until_the_last_one_closes() {
    nets::fresh();
    carry_every(Some(1));
    let mut office = open().unwrap();
    for request in script().into_iter().take(5) {
        office.submit(request).unwrap();
        assert!(nets::is_there("city.journal-wal"));
    }
    drop(office);
    assert!(!nets::is_there("city.journal-wal"));
}

/// One commit is one sync: the answer to one request waits for the disk once.
#[test]
fn an_answer_waits_for_one_sync() {
    nets::fresh();
    let mut office = open().unwrap();
    office.snapshot_every(None);
    let mut counts = Vec::new();
    for request in script().into_iter().take(50) {
        let before = nets::syncs();
        office.submit(request).unwrap();
        counts.push(nets::syncs() - before);
    }
    assert!(counts.iter().all(|count| *count == 1), "{counts:?}");
}

#[test]
fn a_full_disk_is_said_to_be_full() {
    nets::fresh();
    let mut office = open().unwrap();
    nets::fail(Some((1, How::Full)));
    let before = office.journal().head();
    let error = office.submit(script().remove(0)).unwrap_err().to_string();
    assert!(error.starts_with("no room is left for `city.journal`"), "{error}");
    assert_eq!(office.journal().head(), before);
    drop(office);
    nets::fail(None);
    let mut office = open().unwrap();
    assert_eq!(office.journal().head(), before);
    assert!(office.submit(script().remove(0)).is_ok());
}
