//! Damage: a file that was cut, changed, reordered, is somebody else's or of a newer version is refused, with the
//! first bad entry.

use std::fs;
use std::path::Path;

use bianzhi::journal::SqliteStore;
use bianzhi::{ErrorKind, Office, Request};
use rusqlite::Connection;

use super::{charter, filled, reopen, requests};
use crate::city::figures;

/// Changes a file by SQL and says what opening it says then.
#[track_caller]
fn after(change: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("city.journal");
    drop(filled(&file));
    Connection::open(&file).unwrap().execute_batch(change).unwrap();
    let error = reopen(&file).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Journal, "{error}");
    let name = file.display().to_string();
    error.to_string().replace(&name, "FILE")
}

#[test]
fn a_changed_file_names_its_first_bad_entry() {
    let not_written = |entry: u64| {
        format!("entry {entry} is not what was written: its hash does not follow from the entries before it")
    };
    let cases = [
        ("UPDATE record SET body = replace(body, 'p-2', 'p-9') WHERE seq = 3", not_written(3)),
        ("UPDATE record SET body = body || ' ' WHERE seq = 4", not_written(4)),
        ("UPDATE record SET request_id = NULL WHERE seq = 2", not_written(2)),
        ("UPDATE record SET request_id = 'r-9' WHERE seq = 3", not_written(3)),
        (
            "UPDATE record SET hash = substr(hash, 2) WHERE seq = 5",
            "entry 5: a hash has 32 bytes, and this one 31".to_owned(),
        ),
        ("DELETE FROM record WHERE seq = 6", "entry 6 is missing: entry 7 stands in its place".to_owned()),
        ("DELETE FROM record WHERE seq = 0", "entry 0 is missing: entry 1 stands in its place".to_owned()),
        ("DELETE FROM record", "entry 0 is missing: the journal has a header and no opening".to_owned()),
        (
            "UPDATE record SET seq = -1 WHERE seq = 3; UPDATE record SET seq = 3 WHERE seq = 4;
             UPDATE record SET seq = 4 WHERE seq = -1",
            not_written(3),
        ),
        (
            "UPDATE stream SET charter = replace(charter, '\"seats\"', '\"seat\"') || ' '",
            "the opening books in the journal do not have the digest of its header".to_owned(),
        ),
        ("UPDATE stream SET charter_digest = hex(zeroblob(32))", "the opening books in the".to_owned()),
        (
            "UPDATE stream SET format = 5",
            "the journal has format 5, written by a newer version; this one reads up to 4".to_owned(),
        ),
        (
            "UPDATE stream SET algorithm = 'sm3'",
            "the journal is chained by `sm3`; this version knows `sha256`".to_owned(),
        ),
        (
            "PRAGMA user_version = 7",
            "`FILE` has format 7, written by a newer version; this one reads up to 3".to_owned(),
        ),
        ("PRAGMA application_id = 5", "`FILE` is a database, but no journal".to_owned()),
        (
            "UPDATE record SET body = replace(body, 'p-1', cast(x'ff' AS TEXT)) WHERE seq = 2",
            "entry 2 cannot be read:".to_owned(),
        ),
    ];
    for (change, expected) in cases {
        let said = after(change);
        assert!(said.starts_with(&expected), "{change}\n  said {said}");
    }
}

#[test]
fn what_is_no_journal_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("notes.txt");
    fs::write(&text, "编制日志，不是数据库。".repeat(99)).unwrap();
    let other = folder.path().join("other.db");
    Connection::open(&other).unwrap().execute_batch("CREATE TABLE cake (id)").unwrap();
    for file in [&text, &other] {
        let before = fs::read(file).unwrap();
        let error = SqliteStore::open(file, "city").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Journal, "{error}");
        assert!(error.to_string().contains("no journal"), "{error}");
        assert!(SqliteStore::open_to_read(file, None).is_err());
        assert_eq!(fs::read(file).unwrap(), before);
    }
    let missing = folder.path().join("not/there.journal");
    assert_eq!(SqliteStore::open(&missing, "city").unwrap_err().kind(), ErrorKind::Io);
    let error = SqliteStore::open_to_read(&missing, None).unwrap_err();
    assert!(error.to_string().starts_with("cannot use `"), "{error}");
}

/// A file cut at every page, and inside of pages: it opens only if nothing of it is missing.
#[test]
fn a_cut_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("city.journal");
    let sound = figures(&filled(&file));
    let whole = fs::read(&file).unwrap();
    for keep in (1..whole.len()).step_by(1_861) {
        fs::write(&file, &whole[..keep]).unwrap();
        match reopen(&file) {
            Ok(office) => panic!("{keep} of {} bytes opened: {}", whole.len(), figures(&office) == sound),
            Err(error) => assert_ne!(error.kind(), ErrorKind::Internal, "{keep}: {error}"),
        }
    }
}

/// Any flipped bit is found, or falls where nothing is: a file that opens tells what was written.
#[test]
fn a_flipped_bit_never_changes_what_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("city.journal");
    let office = filled(&file);
    let (sound, head) = (figures(&office), office.journal().head());
    drop(office);
    let whole = fs::read(&file).unwrap();
    let mut refused = 0;
    for place in (0..whole.len()).step_by(71) {
        let mut bytes = whole.clone();
        bytes[place] ^= 1 << (place % 8);
        fs::write(&file, &bytes).unwrap();
        match read(&file) {
            Err(_) => refused += 1,
            // What is left is a whole beginning of what was written: its head says so.
            Ok(office) => {
                assert!(office.journal().head() != head || figures(&office) == sound, "byte {place}");
            }
        }
    }
    assert!(refused > 100, "{refused}");
}

fn read(file: &Path) -> Result<Office, bianzhi::Error> {
    Office::open_on(SqliteStore::open_to_read(file, Some("city"))?, None, None)
}

/// Somebody may write nothing at all: the file opens to be read, and a writer is told.
#[test]
fn a_read_only_folder_can_be_read_and_a_writer_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("city.journal");
    let before = filled(&file).journal().head();
    let lock = |on: bool| {
        for path in [&file, &folder.path().to_path_buf()] {
            let mut permissions = fs::metadata(path).unwrap().permissions();
            permissions.set_readonly(on);
            fs::set_permissions(path, permissions).unwrap();
        }
    };
    lock(true);
    let enforced = fs::write(folder.path().join("probe"), "").is_err();
    assert_eq!(read(&file).unwrap().journal().head(), before);
    if enforced {
        let written = SqliteStore::open(&file, "city")
            .and_then(|store| Office::open_on(store, None, None))
            .and_then(|mut office| office.submit(Request::vacate("p-2")));
        let error = written.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Io, "{error}");
    }
    lock(false);
    // A store that was opened to read never writes, whoever asks.
    let store = SqliteStore::open_to_read(&file, None).unwrap();
    let mut office = Office::open_on(store, charter(), None).unwrap();
    let sound = figures(&office);
    let error =
        office.submit(requests().remove(0)).and_then(|_| office.submit(Request::vacate("p-2"))).unwrap_err();
    assert!(error.to_string().contains("cannot be written"), "{error}");
    assert_eq!(figures(&office), sound);
}

/// The first of two processes keeps what it was told; the second is told, and may go on when it opens again.
#[cfg(feature = "cli")]
#[test]
fn two_processes_on_one_file_lose_nothing() {
    use crate::cli::runner::{CHARTER, HEAD, command};
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: String| std::fs::write(folder.path().join(name), text).unwrap();
    write("charter.yaml", CHARTER.to_owned());
    let steps = |process: usize| {
        let step = |turn| {
            format!("  - {{appoint: {{unit: audit, kind: administrative}}, id: \"{process}-{turn}\"}}\n")
        };
        (0..40).map(step).collect::<Vec<_>>().concat()
    };
    let run = |process: usize| {
        let name = format!("{process}.yaml");
        write(&name, format!("{HEAD}{}", steps(process)));
        command(folder.path(), &["run", &name, "--json", "--journal", "city.journal"])
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .unwrap()
    };
    let ran: Vec<_> = [run(0), run(1)].into_iter().map(|child| child.wait_with_output().unwrap()).collect();
    let mut acknowledged = 0;
    for output in &ran {
        let told = String::from_utf8_lossy(&output.stdout)
            .lines()
            .filter(|line| line.contains("\"outcome\""))
            .count();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        acknowledged += told;
        assert!(
            told == 40 && said.is_empty()
                || said.contains("another writer uses")
                || said.contains("another process"),
            "{told}: {said}"
        );
    }
    let office =
        Office::verify(SqliteStore::open_to_read(folder.path().join("city.journal"), None).unwrap()).unwrap();
    let kept = office.journal().entries().filter(|entry| matches!(entry, bianzhi::Entry::Decided(_))).count();
    assert!(kept >= acknowledged, "{kept} kept of {acknowledged}");
    // Whoever was sent away asks again, and everything is answered once.
    for process in [0, 1] {
        assert!(run(process).wait_with_output().unwrap().stderr.is_empty());
    }
    let office =
        Office::verify(SqliteStore::open_to_read(folder.path().join("city.journal"), None).unwrap()).unwrap();
    let kept = office.journal().entries().filter(|entry| matches!(entry, bianzhi::Entry::Decided(_))).count();
    assert_eq!(kept, 80);
}

/// A small disk that is really full, where one can be mounted; on a disk of its own in `tests/nets` always.
#[test]
fn a_full_disk_is_told_and_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("small");
    fs::create_dir(&place).unwrap();
    let mount = std::process::Command::new("mount")
        .args(["-t", "tmpfs", "-o", "size=600k", "tmpfs"])
        .arg(&place)
        .output();
    if !mount.is_ok_and(|output| output.status.success()) {
        println!("SKIPPED: no small disk can be mounted here (1 skipped)");
        return;
    }
    let file = place.join("city.journal");
    let result = std::panic::catch_unwind(|| {
        let mut office = Office::open_on(SqliteStore::open(&file, "city").unwrap(), charter(), None).unwrap();
        let mut kept = 0;
        let error = loop {
            let group = (0..20).map(|_| Request::appoint("clinic", "administrative"));
            match office.submit_all(group.map(Request::from)) {
                Ok(_) => kept = office.journal().next(),
                Err(error) => break error,
            }
        };
        assert!(error.to_string().starts_with("no room is left for `"), "{error}");
        assert_eq!(error.kind(), ErrorKind::Io);
        drop(office);
        // What was kept can still be read and carried away.
        let office = Office::verify(SqliteStore::open_to_read(&file, None).unwrap()).unwrap();
        assert!(kept > 20 && office.journal().next() == kept, "{kept}");
    });
    std::process::Command::new("umount").arg(&place).status().unwrap();
    result.unwrap();
}
