//! Folds: the folded forms of all hooks of an occasion by day, folder and shape, each made when it is first asked for.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::call::Scene;
use super::tree::{Folded, Own, Shape};
use super::vocabulary::{HookKind, hooks};
use super::{HookRef, Hooks, Inner, limits};
use crate::event::Event;
use crate::request::Verb;

/// For how many shapes hooks are folded on a day in a folder: a few kinds, with and without a loan or a permit.
const SHAPES: usize = 16;

/// The most forms of single hooks that are kept for comparing.
const ALONE: usize = 4_096;

/// When hooks are called: before a verb or after an event, by its place, or when a pool's rule is asked.
#[derive(Debug, Clone, Copy)]
pub(super) enum Occasion<'r> {
    Before(usize),
    After(usize),
    Size(&'r str),
}

/// The folds of every occasion.
#[derive(Debug, Default)]
pub(super) struct AllFolds {
    before: Vec<Folds>,
    after: Vec<Folds>,
    /// By the pool's rule.
    sizes: BTreeMap<String, Folds>,
    /// Of hooks that are called about no request and no event.
    none: Own,
    /// The forms of single hooks, which only comparing them with the script needs.
    alone: Mutex<BTreeMap<Alone, Option<Arc<Folded>>>>,
}

/// A hook by its script and body, at a place, for a kind and flags.
pub(super) type Alone = (usize, usize, usize, String, u16);

impl Hooks {
    /// The hooks of an occasion; no folder has a pool's rule.
    pub(super) fn of(&self, occasion: Occasion<'_>) -> &[HookRef] {
        match occasion {
            Occasion::Before(verb) => self.before(verb),
            Occasion::After(event) => self.after(event),
            Occasion::Size(_) => &[],
        }
    }
}

impl Inner {
    /// The root folder's hooks of an occasion; a pool's rule stands beside the folders.
    pub(super) fn hooks_of(&self, occasion: Occasion<'_>) -> &[HookRef] {
        match occasion {
            Occasion::Size(rule) => self.rules.get(rule).map_or(&[], std::slice::from_ref),
            Occasion::Before(_) | Occasion::After(_) => self.root.of(occasion),
        }
    }

    /// Room for folded forms: for each day on which a parameter changes, in each folder.
    pub(super) fn no_folds_yet(&self) -> AllFolds {
        let places = self.parameters.days().saturating_mul(self.folders.len().saturating_add(1));
        let mut words = BTreeSet::new();
        self.scripts.iter().for_each(|script| script.tree.own_words(&mut words));
        let places = if places > limits::FOLDS { 0 } else { places };
        AllFolds::new(places, self.rules.keys(), |word| words.contains(word))
    }
}

impl AllFolds {
    /// Folds with so many days and folders; shapes are told by those words that rules use.
    fn new<'r>(places: usize, rules: impl Iterator<Item = &'r String>, uses: impl Fn(&str) -> bool) -> Self {
        let hooks: BTreeMap<String, HookKind> = hooks().into_iter().collect();
        let folds = |name: String| Folds::new(hooks.get(&name), places, &uses);
        Self {
            before: Verb::NAMES.iter().map(|verb| folds(format!("on_{verb}"))).collect(),
            after: Event::NAMES.iter().map(|event| folds(format!("after_{event}"))).collect(),
            sizes: rules.map(|rule| (rule.clone(), Folds::new(None, places, &uses))).collect(),
            none: Own::default(),
            alone: Mutex::default(),
        }
    }

    /// The form of one hook.
    pub(super) fn alone(&self, hook: Alone, make: impl FnOnce() -> Option<Folded>) -> Option<Arc<Folded>> {
        let mut kept = self.alone.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= ALONE {
            kept.clear();
        }
        kept.entry(hook).or_insert_with(|| make().map(Arc::new)).clone()
    }

    pub(super) fn of(&self, occasion: Occasion<'_>) -> Option<&Folds> {
        match occasion {
            Occasion::Before(verb) => self.before.get(verb),
            Occasion::After(event) => self.after.get(event),
            Occasion::Size(rule) => self.sizes.get(rule),
        }
    }

    /// The words that tell the shape of what hooks are given in a scene.
    pub(super) fn own(&self, scene: &Scene<'_>) -> &Own {
        let folds = match (&scene.event, &scene.request) {
            (Some(seen), _) => self.of(Occasion::After(seen.event.place())),
            (None, Some(seen)) => self.of(Occasion::Before(seen.verb.place())),
            (None, None) => None,
        };
        folds.map_or(&self.none, |folds| &folds.own)
    }
}

/// The folded forms of one occasion's hooks.
#[derive(Debug, Default)]
pub(super) struct Folds {
    /// The words that tell a shape.
    pub(super) own: Own,
    /// By day and folder.
    places: Box<[[OnceLock<Box<Kept>>; SHAPES]]>,
}

/// What was made for a shape; nothing if that would be too large.
#[derive(Debug)]
struct Kept {
    kind: Box<str>,
    flags: u16,
    folded: Option<Folded>,
}

impl Folds {
    fn new(kind: Option<&HookKind>, places: usize, uses: &dyn Fn(&str) -> bool) -> Self {
        let places = std::iter::repeat_with(|| [const { OnceLock::new() }; SHAPES]).take(places);
        Self { own: kind.map(|kind| Own::of(kind.given, uses)).unwrap_or_default(), places: places.collect() }
    }

    /// The form for a shape at a place; none if there is none, or no room for another shape.
    pub(super) fn get(
        &self,
        place: usize,
        shape: Shape<'_>,
        make: impl Fn() -> Option<Folded>,
    ) -> Option<&Folded> {
        let Shape { kind, flags } = shape;
        let kept = self.places.get(place)?.iter().map(|known| {
            known.get_or_init(|| Box::new(Kept { kind: Box::from(kind), flags, folded: make() }))
        });
        let mut kept = kept.filter(|kept| kept.flags == flags && *kept.kind == *kind);
        kept.next()?.folded.as_ref()
    }
}
