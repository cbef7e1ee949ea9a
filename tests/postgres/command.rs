//! The command on a server: an address where a journal's file could stand.

use std::process::Command;
use std::sync::Arc;

use super::Named;
use super::server::Server;

pub(crate) const TESTS: [Named; 1] = [("a scenario is played, shown, carried", played)];

fn played(server: &Arc<Server>) {
    let folder = tempfile::tempdir().unwrap();
    let socket = server.socket().parent().unwrap().display().to_string().replace('/', "%2F");
    let address = |database: &str| format!("postgres://postgres@{socket}/{database}");
    let (there, copy) = (address(&server.database()), address(&server.database()));
    let scenario = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/nanping/scenario.yaml");
    let bianzhi = |words: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_bianzhi"));
        let output = command.args(["--lang", "en"]).args(words).current_dir(folder.path()).output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        (output.status.code(), text(&output.stdout), text(&output.stderr))
    };
    let good = |words: &[&str]| {
        let (code, out, err) = bianzhi(words);
        assert_eq!((code, err.as_str()), (Some(0), ""), "{words:?}: {out}");
        out
    };
    good(&["run", scenario, "--journal", &there]);
    good(&["run", scenario, "--journal", "here.journal"]);
    let verified = good(&["journal", "verify", &there]);
    assert_eq!(verified, good(&["journal", "verify", "here.journal"]), "the same entries, the same head");
    let head = good(&["journal", "head", &there]);
    assert!(verified.starts_with("sound: ") && verified.ends_with(&head), "{verified}");
    good(&["journal", "verify", &there, "--head", head.trim_end()]);
    good(&["journal", "export", &there, "--out", "log.jsonl"]);
    assert!(good(&["journal", "import", &copy, "--from", "log.jsonl"]).ends_with(&head));
    assert_eq!(good(&["journal", "head", &copy, "--stream", "nanping"]), head);
    for words in [
        &["show", "--journal", &there, "--as-of", "2024-06-30"][..],
        &["history", "finance", "--journal", &there],
        &["journal", "replay", "2", "--journal", &there],
    ] {
        let here: Vec<&str> =
            words.iter().map(|word| if *word == there { "here.journal" } else { word }).collect();
        assert_eq!(good(words), good(&here), "{words:?}");
    }
    good(&["journal", "snapshot", &there]);
    assert_eq!(good(&["journal", "head", &there]), head, "from the snapshot");
    let apart = address(&server.database());
    good(&["run", scenario, "--journal", &apart, "--people-apart"]);
    assert!(good(&["journal", "erase", "p-017", "--journal", &apart]).starts_with("erased one person"));
    good(&["journal", "verify", &apart]);
    let (code, _, err) = bianzhi(&["journal", "erase", "p-017", "--journal", &there]);
    assert_eq!(code, Some(2));
    assert!(err.contains("this journal keeps people inside its entries"), "{err}");
    let (code, _, err) = bianzhi(&["journal", "verify", &address("nowhere")]);
    assert_eq!(code, Some(2));
    assert!(err.contains("database \"nowhere\" does not exist"), "{err}");
    let mut files = std::fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().file_name());
    assert!(
        files.all(|name| !name.to_string_lossy().starts_with("postgres")),
        "an address is no file's name"
    );
}
