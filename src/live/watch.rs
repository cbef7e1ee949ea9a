//! Watching: when a folder has changed and come to rest, told from what its files held at each look.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Duration;

use sha2::{Digest, Sha256};

use crate::error::Error;

/// What a look at a folder saw: its files' paths inside it, with `/`, and a digest of what each holds.
pub type Seen = BTreeMap<String, [u8; 32]>;

/// How deep a policy folder goes: the root, a local folder or `tests`, and a folder of a test's own.
const DEPTH: usize = 3;

/// Notices changes of a policy folder. It has no clock, thread or file of its own: the host [looks](look) as often as
/// it likes, and says when.
///
/// # Example: a change is told once, when it has rested
/// ```
/// use std::time::Duration;
/// use bianzhi::live::{Seen, Turn, Watch};
/// let seen = |number| Seen::from([("10_rule.rhai".to_owned(), [number; 32])]);
/// let mut watch = Watch::new(seen(1), Duration::from_millis(300));
/// let at = Duration::from_millis;
/// assert_eq!(watch.see(seen(2), at(0)), Turn::Settling);
/// assert_eq!(watch.see(seen(3), at(200)), Turn::Settling);
/// assert_eq!(watch.see(seen(3), at(400)), Turn::Settling);
/// assert_eq!(watch.see(seen(3), at(500)), Turn::Changed(vec!["10_rule.rhai".to_owned()]));
/// assert_eq!(watch.see(seen(3), at(900)), Turn::Same);
/// ```
#[derive(Debug, Clone)]
pub struct Watch {
    known: Seen,
    /// What was seen last, if it is other than what is known, and since when.
    settling: Option<(Seen, Duration)>,
    rest: Duration,
}

/// What a look means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Turn {
    /// The policies are as they were.
    Same,
    /// They differ, but may still be written to.
    Settling,
    /// They changed and have rested: these files were added, changed or removed, by name. Time to reload.
    Changed(Vec<String>),
}

impl Watch {
    /// Watches from `known` on; a change is told when it has stayed the same for `rest`.
    pub fn new(known: Seen, rest: Duration) -> Self {
        Self { known: policies(known), settling: None, rest }
    }

    /// Takes in one look at a moment, counted from any start that stays the same. A change is told once, whether
    /// or not the reload that follows succeeds; files that are no policies do not count.
    pub fn see(&mut self, seen: Seen, now: Duration) -> Turn {
        let seen = policies(seen);
        if seen == self.known {
            self.settling = None;
            return Turn::Same;
        }
        let since = match self.settling.take() {
            Some((last, since)) if last == seen => since,
            _ => now,
        };
        if now.saturating_sub(since) < self.rest {
            self.settling = Some((seen, since));
            return Turn::Settling;
        }
        let mut changed: Vec<String> = self
            .known
            .keys()
            .chain(seen.keys())
            .filter(|path| self.known.get(*path) != seen.get(*path))
            .cloned()
            .collect();
        changed.sort();
        changed.dedup();
        self.known = seen;
        Turn::Changed(changed)
    }
}

/// What a folder's scripts and YAML files hold now, those of its tests too.
///
/// # Errors
/// If the folder or a file in it cannot be read, as when it is just being replaced: look again.
pub fn look(folder: impl AsRef<Path>) -> Result<Seen, Error> {
    let mut seen = Seen::new();
    walk(folder.as_ref(), "", DEPTH, &mut seen)?;
    Ok(seen)
}

fn walk(folder: &Path, inside: &str, depth: usize, seen: &mut Seen) -> Result<(), Error> {
    for entry in fs::read_dir(folder).map_err(|cause| Error::io(folder, &cause))? {
        let entry = entry.map_err(|cause| Error::io(folder, &cause))?;
        let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
        let own = format!("{inside}{name}");
        if name.starts_with('.') {
            continue;
        }
        if path.is_dir() {
            if depth > 1 {
                walk(&path, &format!("{own}/"), depth.saturating_sub(1), seen)?;
            }
        } else if is_policy(&own) {
            let bytes = fs::read(&path).map_err(|cause| Error::io(&path, &cause))?;
            seen.insert(own, Sha256::digest(&bytes).into());
        }
    }
    Ok(())
}

fn policies(mut seen: Seen) -> Seen {
    seen.retain(|path, _| is_policy(path));
    seen
}

/// Whether a file is one that a policy folder is made of.
fn is_policy(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    !name.starts_with('.') && [".rhai", ".yaml", ".yml"].iter().any(|end| name.ends_with(end))
}
