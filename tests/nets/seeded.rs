//! Seeded bugs: each is put in, and its net goes red; without it the same net is green.

use bianzhi::Office;
use bianzhi::journal::seeded::{Bug, carry_every, seed};
use bianzhi::journal::{Log, SqliteStore, export};
use nets::{Dice, How};

use crate::power::{CARRIED, charter, expected, net, script};

/// Runs a net without the bug and with it.
#[track_caller]
fn catches(bug: Bug, net: impl Fn() -> Result<(), String>, said: &str) {
    seed(None);
    net().unwrap();
    seed(Some(bug));
    let caught = net();
    seed(None);
    let what = caught.unwrap_err();
    assert!(what.contains(said), "{bug:?}: {what}");
}

#[test]
fn an_answer_that_leaves_before_the_sync_is_caught() {
    let expected = expected();
    let power = || (0..40).try_for_each(|cut| net(40 + 20 * cut, How::Cut, cut, &expected).map(drop));
    catches(Bug::AckBeforeSync, power, "acknowledged");
}

#[test]
fn an_id_that_is_forgotten_is_caught() {
    let expected = expected();
    let power = || (0..40).try_for_each(|cut| net(40 + 20 * cut, How::Cut, cut, &expected).map(drop));
    catches(Bug::IdForgotten, power, "is answered otherwise");
}

#[test]
fn a_snapshot_that_is_one_behind_is_caught() {
    let expected = expected();
    let power = || (0..40).try_for_each(|cut| net(40 + 20 * cut, How::Cut, cut, &expected).map(drop));
    catches(Bug::SnapshotOneBehind, power, "is not of the books that stood there");
}

#[test]
fn a_file_that_is_written_over_and_not_synced_is_caught() {
    let expected = expected();
    carry_every(Some(CARRIED));
    let power = || (0..60).try_for_each(|cut| net(40 + 20 * cut, How::Cut, cut, &expected).map(drop));
    catches(Bug::CarriedUnsynced, power, "is damaged");
}

#[test]
fn a_torn_tail_that_is_accepted_is_caught() {
    nets::fresh();
    let mut office =
        Office::open_on(SqliteStore::open("city.journal", "city").unwrap(), charter(), None).unwrap();
    office.submit_all(script().into_iter().take(20)).unwrap();
    drop(office);
    let mut log = Vec::new();
    export(&SqliteStore::open("city.journal", "city").unwrap(), &mut log).unwrap();
    let torn = || {
        let mut dice = Dice(3);
        (0..2_000).try_for_each(|crash| {
            // A tail that is cut between two lines has no line at fault.
            let end = if crash % 2 == 0 { dice.throw(log.len()) } else { line_end(&log, &mut dice) };
            match Log::read(&mut &log[..end]) {
                Ok(_) if end < log.len() => Err(format!("{end} of {} bytes are taken for a log", log.len())),
                Ok(_) | Err(_) => Ok(()),
            }
        })
    };
    catches(Bug::TornTailAccepted, torn, "are taken for a log");
}

fn line_end(log: &[u8], dice: &mut Dice) -> usize {
    let ends: Vec<usize> =
        log.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at + 1).collect();
    ends[dice.throw(ends.len())]
}
