//! A disk that fails at every write in turn: nothing acknowledged is lost, and a failed write is never tried again.

use bianzhi::Office;

use super::flaky::{Failing, Flaky};
use super::{charter, requests};
use crate::city::figures;

/// Fails the k-th write, for every k, leaving nothing or all of it behind.
#[test]
fn whatever_write_fails_nothing_acknowledged_is_lost() {
    for how in [Failing::Nothing, Failing::All] {
        for good in 0.. {
            let disk = Flaky::default();
            disk.0.lock().unwrap().good = Some(good);
            disk.0.lock().unwrap().how = how;
            let Some(acknowledged) = play_until_failure(&disk) else {
                assert!(good > 8, "every write was made to fail once");
                break;
            };
            disk.0.lock().unwrap().good = None;
            let mut office = Office::open_on(disk, charter(), None).unwrap();
            let kept: Vec<_> = office.journal().entries().cloned().collect();
            assert!(kept.len() >= acknowledged, "{how:?} {good}");
            // Asked once more, all is as if nothing had failed; what has an id is answered once.
            let with_id = requests().into_iter().filter(|request| request.id.is_some());
            for request in with_id {
                let known = office.journal().answer_to(request.id.as_ref().unwrap()).cloned();
                let answer = office.submit(request).unwrap();
                assert!(known.is_none_or(|known| known == answer), "{how:?} {good}");
            }
        }
    }
}

/// Plays until a write fails; how many entries were acknowledged by then. None if none failed.
fn play_until_failure(disk: &Flaky) -> Option<usize> {
    let mut office = match Office::open_on(disk.clone(), charter(), None) {
        Ok(office) => office,
        Err(error) => {
            assert_eq!(error.to_string(), "the disk failed");
            return Some(0);
        }
    };
    for request in requests() {
        let before = (figures(&office), office.today(), office.journal().next());
        if office.submit(request.clone()).is_err() {
            assert_eq!((figures(&office), office.today(), office.journal().next()), before);
            let asked = disk.0.lock().unwrap().asked;
            let error = office.submit(request).unwrap_err();
            assert!(error.to_string().starts_with("the journal failed before"), "{error}");
            assert_eq!(disk.0.lock().unwrap().asked, asked, "a failed write is never tried again");
            return Some(usize::try_from(office.journal().next()).unwrap());
        }
    }
    None
}
