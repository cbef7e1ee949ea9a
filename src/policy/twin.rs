//! The twin of a scene: all that a call sees as its own, for Rhai, which hands a call on as a value.

use std::cell::{OnceCell, RefCell};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::PolicySet;
use super::call::{Call, EventSeen, Fail, Found, Outcome, RequestSeen, Scene, Sizes, State};
use super::vocabulary::Situation;
use crate::event::Event;
use crate::graph::NodeIx;
use crate::ledger::Ledger;
use crate::model::{Date, FactValue, KindId, RequestId};
use crate::request::Verb;

/// A call that Rhai carries out: its scene, owned, and what it did so far.
pub(crate) struct Twin {
    books: Arc<Ledger>,
    set: PolicySet,
    date: Date,
    folders: Vec<usize>,
    request: Option<Asked>,
    event: Option<(Event, NodeIx, Option<KindId>)>,
    situation: Situation,
    kept: Mutex<Kept>,
}

/// A request's own copy: as it is seen, but for what it borrows.
struct Asked {
    verb: Verb,
    id: Option<RequestId>,
    facts: BTreeMap<String, FactValue>,
    by: NodeIx,
    effective: Date,
    by_reaction: bool,
    at: Option<u32>,
    found: Found,
}

/// What stays from one word to the next.
#[derive(Default)]
struct Kept {
    state: State,
    sizes: Sizes,
    failed: Option<Fail>,
}

impl Twin {
    /// A copy of a scene, for one call in it.
    pub(crate) fn of(scene: &Scene<'_>, situation: Situation) -> Self {
        let asked = |seen: &RequestSeen<'_>| Asked {
            verb: seen.verb.clone(),
            id: seen.id.cloned(),
            facts: seen.facts.clone(),
            by: seen.by,
            effective: seen.effective,
            by_reaction: seen.by_reaction,
            at: seen.at,
            found: *seen.found(scene.books),
        };
        let event = scene.event.as_ref();
        let sizes = scene.sizes.borrow().clone();
        Self {
            books: Arc::clone(scene.books),
            set: scene.set.clone(),
            date: scene.date,
            folders: scene.folders.clone(),
            request: scene.request.as_ref().map(asked),
            event: event.map(|seen| (seen.event.clone(), seen.by, seen.freed.cloned())),
            situation,
            kept: Mutex::new(Kept { sizes, ..Kept::default() }),
        }
    }

    /// Does something in the call; what it does beside stays.
    pub(crate) fn with<T>(&self, work: impl for<'a> FnOnce(&'a Call<'a>) -> T) -> T {
        let mut kept = self.kept();
        let (state, sizes) = (std::mem::take(&mut kept.state), std::mem::take(&mut kept.sizes));
        drop(kept);
        let mut scene = Scene::new(&self.books, &self.set, self.date);
        scene.folders.clone_from(&self.folders);
        scene.request = self.request.as_ref().map(|own| RequestSeen {
            verb: &own.verb,
            id: own.id.as_ref(),
            facts: &own.facts,
            by: own.by,
            effective: own.effective,
            by_reaction: own.by_reaction,
            at: own.at,
            found: OnceCell::from(own.found),
        });
        let event = self.event.as_ref();
        scene.event = event.map(|(event, by, freed)| EventSeen::new(event, *by, freed.as_ref()));
        scene.sizes = RefCell::new(sizes);
        let call = Call::new(&scene, self.situation, state);
        let done = work(&call);
        let state = call.into_state();
        let mut kept = self.kept();
        kept.state = state;
        kept.sizes = scene.sizes.take();
        done
    }

    /// The call failed; the first failure is kept.
    pub(crate) fn fail(&self, fail: &Fail) {
        self.kept().failed.get_or_insert_with(|| fail.clone());
    }

    /// Why it failed, if it did.
    pub(crate) fn failure(&self) -> Option<Fail> {
        self.kept().failed.clone()
    }

    /// What the call did, and the pool sizes known after it.
    pub(crate) fn outcome(&self) -> (Outcome, Sizes) {
        let mut kept = self.kept();
        (std::mem::take(&mut kept.state).outcome(), std::mem::take(&mut kept.sizes))
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        // A panic inside a call is caught by its caller, who answers that it failed whatever stands here.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
