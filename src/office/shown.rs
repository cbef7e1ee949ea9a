//! Shown: what readers of a shared office see – the books as the last kept group left them, brought there when somebody looks.

use std::sync::PoisonError;

use super::Office;
use super::sync::{Arc, Mutex, RwLock};
use crate::decision::Decision;
use crate::error::Error;

/// The office that readers see. Whoever decides need not copy books that nobody looks at: a reader brings them forward by
/// the answers that were kept since.
#[derive(Debug)]
pub(super) struct Shown {
    now: RwLock<Now>,
    /// Held by whoever brings the books forward, so that others who look wait for that and do not do it again.
    looking: Mutex<()>,
}

/// An office of some time ago, and what was answered behind it, all of it kept.
#[derive(Debug)]
pub(super) struct Now {
    office: Arc<Office>,
    since: Vec<Arc<Decision>>,
}

/// An office that cannot be brought forward, which is a bug; and how far it had come.
pub(super) type Stuck = (Arc<Office>, Error);

impl Shown {
    pub(super) fn new(office: Office) -> Self {
        let now = Now { office: Arc::new(office), since: Vec::new() };
        Self { now: RwLock::new(now), looking: Mutex::new(()) }
    }

    /// Answers were kept, and with them perhaps an office that stands behind some of them. What nobody will see any more comes
    /// back, to be given up when nobody waits.
    pub(super) fn add(&self, office: Option<Arc<Office>>, answers: &[Arc<Decision>]) -> Option<Now> {
        let mut now = self.now.write().unwrap_or_else(PoisonError::into_inner);
        let before = office.map(|office| std::mem::replace(&mut *now, Now { office, since: Vec::new() }));
        let behind = now.office.journal().next();
        now.since.extend(answers.iter().filter(|answer| answer.entry >= behind).cloned());
        before
    }

    /// The office behind all that was kept.
    ///
    /// # Errors
    /// If an answer does not follow from those before it.
    pub(super) fn read(&self) -> Result<Arc<Office>, Stuck> {
        if let Some(office) = self.as_it_is() {
            return Ok(office);
        }
        let _looking = self.looking.lock().unwrap_or_else(PoisonError::into_inner);
        let (begun, since) = {
            let now = self.now.read().unwrap_or_else(PoisonError::into_inner);
            (Arc::clone(&now.office), now.since.clone())
        };
        let mut office = begun.fork();
        if let Err(error) = since.iter().try_for_each(|answer| office.follow(answer)) {
            return Err((begun, error));
        }
        let office = Arc::new(office);
        let mut now = self.now.write().unwrap_or_else(PoisonError::into_inner);
        // Unless it was overtaken.
        if Arc::ptr_eq(&now.office, &begun) {
            now.office = Arc::clone(&office);
            now.since.drain(..since.len());
        }
        Ok(office)
    }

    /// The office, if nothing was kept behind it.
    fn as_it_is(&self) -> Option<Arc<Office>> {
        let now = self.now.read().unwrap_or_else(PoisonError::into_inner);
        now.since.is_empty().then(|| Arc::clone(&now.office))
    }
}
