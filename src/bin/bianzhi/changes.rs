//! Changes: waits until a file of a folder is another one, and until the writing has come to rest.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, SystemTime};

/// How long between two looks: short for a person, long for a disk.
const PAUSE: Duration = Duration::from_millis(200);

/// What stood in a folder when it was looked at last.
#[derive(Debug)]
pub(crate) struct Changes<'a> {
    folder: &'a Path,
    seen: Files,
}

/// Size and time of writing of every file.
type Files = BTreeMap<PathBuf, (u64, Option<SystemTime>)>;

impl<'a> Changes<'a> {
    /// Looks at the folder now: what changes from here on is noticed.
    pub(crate) fn of(folder: &'a Path) -> Self {
        Self { folder, seen: files(folder) }
    }

    /// Waits for a change, then until two looks in a row find the same: an editor may write several files.
    pub(crate) fn wait(&mut self) {
        while !self.look() {
            thread::sleep(PAUSE);
        }
        loop {
            thread::sleep(PAUSE);
            if !self.look() {
                return;
            }
        }
    }

    /// Whether something is otherwise than at the last look, which is this one from now on.
    pub(crate) fn look(&mut self) -> bool {
        let now = files(self.folder);
        let before = std::mem::replace(&mut self.seen, now);
        before != self.seen
    }
}

/// Every file below a folder. What cannot be read is not there; folders behind links are not followed.
fn files(folder: &Path) -> Files {
    let mut found = Files::new();
    let mut waiting = vec![folder.to_path_buf()];
    while let Some(folder) = waiting.pop() {
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        for entry in entries.flatten() {
            let path = entry.path();
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                waiting.push(path);
            } else if let Ok(data) = fs::metadata(&path) {
                found.insert(path, (data.len(), data.modified().ok()));
            }
        }
    }
    found
}
