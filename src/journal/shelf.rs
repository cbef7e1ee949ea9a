//! Shelves: a store that its writer and the readers of earlier entries share, and the people of its stream.

use std::panic::resume_unwind;
use std::sync::{Arc, OnceLock, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::thread;

use super::people::People;
use super::store::{Header, Store};
use crate::error::Error;

/// A store that its writer and the readers of earlier entries share, and the people of its stream.
#[derive(Debug, Clone)]
pub(crate) struct Shelf {
    /// Where earlier entries are read while the store is written, if it can be read twice at a time. It ends before the
    /// store, which brings what stands beside its file into it only when nobody else has that open.
    beside: Arc<OnceLock<Option<Box<dyn Store>>>>,
    store: Arc<RwLock<Box<dyn Store>>>,
    people: Arc<RwLock<People>>,
    is_brief: bool,
}

impl Shelf {
    /// The store of a stream with this header; of a new one without.
    pub(crate) fn new(store: Box<dyn Store>, header: Option<&Header>) -> Result<Self, Error> {
        let apart = header.map_or_else(|| store.wants_people_apart(), Header::keeps_people_apart);
        let people = if apart { People::apart(store.people()?)? } else { People::inside() };
        let is_brief = header.is_none_or(Header::is_brief);
        let (store, people) = (Arc::new(RwLock::new(store)), Arc::new(RwLock::new(people)));
        Ok(Self { store, beside: Arc::default(), people, is_brief })
    }

    /// Whether entries are written in brief.
    pub(super) fn is_brief(&self) -> bool {
        self.is_brief
    }

    /// Whether both are the same store.
    pub(super) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.store, &other.store)
    }

    /// Reads what was there before the writer's last word: it waits for no writer where that can be, and is on a
    /// thread of its own where the store must be.
    pub(crate) fn read_beside<T: Send>(&self, read: impl FnOnce(&dyn Store) -> T + Send) -> T {
        let on_its_thread = |store: &dyn Store| {
            if !store.needs_own_thread() {
                return read(store);
            }
            let done = thread::scope(|scope| scope.spawn(|| read(store)).join());
            done.unwrap_or_else(|panic| resume_unwind(panic))
        };
        match self.beside.get_or_init(|| self.read().beside()) {
            Some(store) => on_its_thread(&**store),
            None => on_its_thread(&**self.read()),
        }
    }

    /// A store that panicked while it wrote is never written again; reading it is as safe as ever.
    pub(crate) fn read(&self) -> RwLockReadGuard<'_, Box<dyn Store>> {
        self.store.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn write(&self) -> RwLockWriteGuard<'_, Box<dyn Store>> {
        self.store.write().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn people(&self) -> RwLockReadGuard<'_, People> {
        self.people.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn people_mut(&self) -> RwLockWriteGuard<'_, People> {
        self.people.write().unwrap_or_else(PoisonError::into_inner)
    }
}
