//! Folding: the hooks of an occasion as they are on a day, in a folder, for a shape, carried out at once.

use std::sync::Arc;

use super::asking::Turn;
use super::call::{Call, How, Scene, read_the_same};
use super::folds::Occasion;
use super::view::View;
use super::{Answer, Asked, HookRef, Interpreter, PolicySet, tree};
use crate::decision::Remark;
use crate::ledger::Ledger;

impl PolicySet {
    /// Carries all hooks of an occasion out in their folded form, as long as nobody watches.
    pub(super) fn carried_out_folded<'a>(
        &'a self,
        occasion: Occasion<'_>,
        call: &Call<'_>,
        given: &View,
    ) -> Option<(&'a tree::Folded, tree::Done)> {
        if self.1 != Interpreter::Tree || self.is_watched() {
            return None;
        }
        let scene = call.scene;
        let place = self.place_of(scene)?;
        let folds = self.0.folds.of(occasion)?;
        let shape = Self::shape(&folds.own, call, given)?;
        let folded = folds.get(place, shape, || {
            let local = scene.folders.iter().filter_map(|folder| self.0.folders.get(*folder));
            let local = local.flat_map(|folder| folder.hooks.of(occasion));
            self.fold(self.0.hooks_of(occasion).iter().chain(local), &folds.own, scene, shape)
        })?;
        Some((folded, folded.run(call, given)))
    }

    /// The place of a scene's day and folder; none where several folders have a say.
    fn place_of(&self, scene: &Scene<'_>) -> Option<usize> {
        let column = match scene.folders.as_slice() {
            [] => 0,
            [folder] => folder.checked_add(1)?,
            _ => return None,
        };
        let columns = self.0.folders.len().checked_add(1)?;
        scene.moment.number()?.checked_mul(columns)?.checked_add(column)
    }

    /// One hook in its folded form, to be compared with what it does as it stands.
    pub(super) fn folded_alone(
        &self,
        hook: &HookRef,
        call: &Call<'_>,
        given: &View,
    ) -> Option<Arc<tree::Folded>> {
        let own = self.0.folds.own(call.scene);
        let shape = Self::shape(own, call, given)?;
        let make = || self.fold([hook], own, call.scene, shape);
        match self.place_of(call.scene) {
            Some(place) => {
                let key = (hook.script, hook.body, place, shape.kind.to_owned(), shape.flags);
                self.0.folds.alone(key, make)
            }
            None => make().map(Arc::new),
        }
    }

    /// What a request or an event says of itself.
    pub(super) fn shape<'a>(own: &tree::Own, call: &Call<'a>, given: &View) -> Option<tree::Shape<'a>> {
        let flags = own.flags(call, given)?;
        Some(tree::Shape { kind: given.kind.map_or("", |kind| call.books().kind_word(kind)), flags })
    }

    /// Hooks as they are on the scene's day in the scene's folder, for this shape.
    pub(super) fn fold<'a>(
        &self,
        hooks: impl IntoIterator<Item = &'a HookRef>,
        own: &tree::Own,
        scene: &Scene<'_>,
        shape: tree::Shape<'_>,
    ) -> Option<tree::Folded> {
        let holds = |place: usize| {
            let holding = self.holding(scene, place)?;
            Some((holding.value.clone(), Arc::clone(holding.read)))
        };
        let bodies = hooks.into_iter().map(|hook| Some((&self.0.scripts.get(hook.script)?.tree, hook.body)));
        let bodies: Vec<_> = bodies.collect::<Option<_>>()?;
        tree::fold(bodies, &tree::Given { holds: &holds, own, shape })
    }

    /// Whether all hooks of an occasion can be folded at all.
    #[cfg(test)]
    pub(super) fn folds_on(&self, occasion: Occasion<'_>, date: crate::model::Date) -> bool {
        let books = super::tests::city();
        let scene = Scene::new(&books, self, date);
        let shape = tree::Shape { kind: "administrative", flags: 0 };
        let own = self.0.folds.of(occasion).map(|folds| &folds.own);
        own.is_some_and(|own| self.fold(self.0.hooks_of(occasion), own, &scene, shape).is_some())
    }

    /// Whether the folded form of all hooks says the same, if it comes to its end.
    pub(super) fn folds_as(
        &self,
        books: &Arc<Ledger>,
        asked: &Asked<'_>,
        answer: &Answer,
        steps: u64,
    ) -> bool {
        let mut same = true;
        let folded = Self(Arc::clone(&self.0), Interpreter::Tree, None, None);
        for brief in [false, true] {
            folded.ask(books, asked, brief, |turn, call, _| {
                let Turn::Folded(folded, done) = turn else { return };
                if done.gave_up.is_some() {
                    return;
                }
                let mut told = [Vec::new(), Vec::new(), Vec::new()];
                for (how, code) in folded.said(done) {
                    let [denials, notes, findings] = &mut told;
                    match how {
                        How::Denial => denials.push(code.to_string()),
                        How::Note => notes.push(code.to_string()),
                        How::Finding => findings.push(code.to_string()),
                    }
                }
                let codes =
                    |remarks: &[Remark]| remarks.iter().map(|one| one.code.clone()).collect::<Vec<_>>();
                let outcome = call.outcome();
                same &= told == [codes(&answer.denials), codes(&answer.notes), codes(&answer.findings)]
                    && (brief
                        || read_the_same(&outcome.parameters, &answer.parameters) && steps == outcome.steps);
            });
        }
        same
    }
}
