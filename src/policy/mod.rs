//! Policies: scripts in, decisions out.

mod asked;

use std::path::Path;
use std::sync::Arc;

use crate::decision::Remark;
use crate::error::Error;
use crate::graph::NodeIx;
use crate::ledger::Ledger;
use crate::model::{Mention, Seats};

pub(crate) use asked::{Answer, Asked, Reaction, Told};

/// A set of policies.
#[derive(Debug, Clone)]
pub struct PolicySet(Arc<()>);

/// One hook of a script.
#[derive(Debug, Clone)]
pub(crate) struct HookRef {
    /// The script's path and the function's line.
    pub(crate) place: Arc<str>,
}

impl PolicySet {
    /// Loads a folder.
    pub fn load(_folder: impl AsRef<Path>) -> Result<Self, Error> {
        Ok(Self(Arc::new(())))
    }

    /// The digest of scripts and values.
    pub fn digest(&self) -> Arc<str> {
        let _ = &self.0;
        Arc::from("")
    }

    /// What is wrong with a name.
    pub fn undeclared(&self, _mention: &Mention<'_>) -> Option<String> {
        None
    }

    pub(crate) fn before(&self, _books: &Arc<Ledger>, _asked: &Asked<'_>) -> Answer {
        Answer::default()
    }

    pub(crate) fn reactions(&self, _event: &str) -> &[HookRef] {
        &[]
    }

    pub(crate) fn on_date(&self) -> &[HookRef] {
        &[]
    }

    pub(crate) fn after(&self, _hook: &HookRef, _books: &Arc<Ledger>, _told: &Told<'_>) -> Reaction {
        Reaction::default()
    }

    pub(crate) fn new_date(&self, _hook: &HookRef, _books: &Arc<Ledger>) -> Reaction {
        Reaction::default()
    }

    pub(crate) fn capacity(&self, books: &Arc<Ledger>, pool: NodeIx) -> Result<Seats, Remark> {
        Ok(books.fixed_size(pool))
    }
}
