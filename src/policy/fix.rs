//! Fixing: what only looks right is put right, where it can mean nothing else.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};

use super::load::{BOM, examine, folder_files};
use super::slips::{Edit, edited};
use super::{PolicySet, limits};
use crate::error::Error;

/// How often a folder is looked at again: names can be read only once their signs are right.
const ROUNDS: usize = 4;

/// One piece of a file that was put right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// The file.
    pub file: PathBuf,
    /// The line, from 1.
    pub line: u32,
    /// The column in characters, from 1, as the file was when this piece was put right.
    pub column: u32,
    /// What stood there.
    pub from: String,
    /// What stands there now.
    pub to: String,
}

impl PolicySet {
    /// Puts right what is sure in the files of a policy folder: full-width signs, letters that look alike, odd
    /// spaces, names of the vocabulary in traditional letters, a byte-order mark. Texts in quotes and comments
    /// stay as they are. Each file is written whole or not at all; done again, nothing changes.
    ///
    /// What could mean several things is left; [`PolicySet::check`] tells it afterwards.
    ///
    /// # Errors
    /// If the folder cannot be read or a file not be written. Files before it, in the order of their paths, are
    /// written then.
    pub fn fix(folder: impl AsRef<Path>) -> Result<Vec<Fix>, Error> {
        let folder = folder.as_ref();
        let mut files = folder_files(folder)?;
        let mut changed: BTreeSet<String> = BTreeSet::new();
        let mut fixes = Vec::new();
        for _ in 0..ROUNDS {
            let edits = examine(&files, folder)?.0.edits;
            let before = fixes.len();
            for (path, bytes) in &mut files {
                let Ok(text) = std::str::from_utf8(bytes) else { continue };
                let bare = text.trim_start_matches(BOM);
                let file = folder.join(path);
                // A mark is nothing to YAML, which many editors write with one; a script must do without.
                if bare.len() < text.len()
                    && path.strip_suffix(".rhai").is_some()
                    && bytes.len() <= limits::SCRIPT_BYTES
                {
                    fixes.push(Fix { file, line: 1, column: 1, from: BOM.into(), to: String::new() });
                    *bytes = bare.as_bytes().to_vec();
                    changed.insert(path.clone());
                    continue;
                }
                let safe: Vec<Edit> =
                    edits.get(path).into_iter().flatten().filter(|edit| edit.safe).cloned().collect();
                if safe.is_empty() {
                    continue;
                }
                let mark = text.get(..text.len().saturating_sub(bare.len())).unwrap_or("");
                let text = format!("{mark}{}", edited(bare, &safe));
                fixes.extend(safe.into_iter().map(|edit| {
                    let Edit { line, column, from, to, .. } = edit;
                    Fix { file: file.clone(), line, column, from, to }
                }));
                *bytes = text.into_bytes();
                changed.insert(path.clone());
            }
            if fixes.len() == before {
                break;
            }
        }
        for path in changed {
            let bytes = files.get(&path).map_or(&[][..], Vec::as_slice);
            write(&folder.join(&path), bytes)?;
        }
        Ok(fixes)
    }
}

/// Writes a file beside the old one and puts it in its place: whoever reads meets the one or the other.
fn write(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    // Where a link leads stays where it is.
    let path = std::fs::canonicalize(path).map_err(|cause| Error::io(path, &cause))?;
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let beside = path.with_file_name(format!(".{name}.new"));
    let written = || -> std::io::Result<()> {
        let mut file = std::fs::File::create(&beside)?;
        file.write_all(bytes)?;
        file.set_permissions(std::fs::metadata(&path)?.permissions())?;
        file.sync_all()?;
        std::fs::rename(&beside, &path)
    };
    written().map_err(|cause| {
        // The old file stands; what is left beside it is of no use.
        let _ = std::fs::remove_file(&beside);
        Error::io(&path, &cause)
    })
}
