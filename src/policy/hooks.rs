//! Hooks: which functions are asked about a request, an event, a day or a pool, and what they answer.

use std::sync::Arc;

use super::call::{Call, EventSeen, Fail, How, Outcome, Reads, RequestSeen, Scene, Sizes, read_the_same};
use super::folds::Occasion;
use super::found::acting;
use super::parameters::Holding;
use super::remarks::Remarks;
use super::tree;
use super::twin::Twin;
use super::value::Value;
use super::view::{View, What};
use super::vocabulary::{Situation, kind_of_event};
use super::{HookRef, Interpreter, PolicySet, Reaction, Told, engine};
use crate::decision::Remark;
use crate::event::Event;
use crate::graph::NodeIx;
use crate::ledger::Ledger;
use crate::model::{Date, FactValue, PoolSize, Seats};
use crate::request::Verb;

impl PolicySet {
    /// The hooks that follow an event, in the order in which they are called.
    pub(crate) fn reactions(&self, event: &Event) -> &[HookRef] {
        self.0.root.after(event.place())
    }

    /// The hooks that are called once for a date advanced to.
    pub(crate) fn on_date(&self) -> &[HookRef] {
        self.0.root.named("on_date")
    }

    /// Whether no hook after an event has anything to say or to propose, found by their folded form; the parameters that
    /// they read then. None where each is to be called as it stands.
    pub(crate) fn no_reaction(&self, books: &Arc<Ledger>, told: &Told<'_>) -> Option<Reads> {
        // Its hooks are called kind by kind.
        if let Event::Abolished { .. } = told.happened.event {
            return None;
        }
        let occasion = Occasion::After(told.happened.event.place());
        let situation = self.0.root.of(occasion).first()?.situation;
        let (scene, given) = self.after_scene(books, told);
        let call = Call::again(&scene, situation);
        let (_, done) = self.carried_out_folded(occasion, &call, &given)?;
        done.gave_up.is_none().then(|| call.take_reads())
    }

    /// Calls a hook about an event.
    pub(crate) fn after(&self, hook: &HookRef, books: &Arc<Ledger>, told: &Told<'_>) -> Reaction {
        let (scene, given) = self.after_scene(books, told);
        self.react(hook, &scene, &given)
    }

    fn after_scene<'a>(&'a self, books: &'a Arc<Ledger>, told: &Told<'a>) -> (Scene<'a>, View) {
        let mut scene = Scene::new(books, self, told.date);
        let freed = told.freed.and_then(|kind| books.kind(kind.as_str()));
        let event = &told.happened.event;
        let kind = freed.or_else(|| kind_of_event(event, books));
        scene.event = Some(EventSeen::new(event, acting(books, told.by), told.freed));
        let advance = || RequestSeen::advance(books, told.date);
        scene.request = Some(told.asked.map_or_else(advance, |asked| RequestSeen::of(books, asked)));
        (scene, View { what: What::Event, kind })
    }

    /// Calls an `on_date` hook.
    pub(crate) fn new_date(&self, hook: &HookRef, books: &Arc<Ledger>) -> Reaction {
        let date = books.today();
        let mut scene = Scene::new(books, self, date);
        scene.request = Some(RequestSeen::advance(books, date));
        self.react(hook, &scene, &View { what: What::Office, kind: None })
    }

    fn react(&self, hook: &HookRef, scene: &Scene<'_>, given: &View) -> Reaction {
        let done = self.call(hook, scene, given);
        let proposals = if done.failed.is_some() { Vec::new() } else { done.proposals };
        Reaction {
            proposals: proposals.into_iter().map(|(verb, line)| (verb, self.place(hook, line))).collect(),
            notes: done.remarks.notes,
            findings: done.remarks.findings,
            failed: done.failed,
            parameters: done.parameters,
        }
    }

    /// A pool's size on these books: its fixed one, or what its rule says, never below 0.
    ///
    /// The parameters that the rule read are added to `parameters`.
    pub(crate) fn capacity(
        &self,
        books: &Arc<Ledger>,
        pool: NodeIx,
        parameters: &mut Reads,
    ) -> Result<Seats, Remark> {
        self.rule_size((books, books.today()), pool, parameters, &mut 0).map_err(|failed| failed.1)
    }

    /// A pool's size in a scene, asked once.
    pub(super) fn size_in(&self, call: &Call<'_>, pool: NodeIx) -> Result<Seats, Fail> {
        let scene = call.scene;
        let known =
            scene.sizes.borrow().iter().find(|(known, _)| *known == pool).map(|(_, size)| size.clone());
        if let Some(size) = known {
            return size;
        }
        let mut parameters = Reads::new();
        let mut steps = 0;
        let size = self.rule_size((scene.books, scene.date), pool, &mut parameters, &mut steps);
        for parameter in &parameters {
            call.read(parameter);
        }
        let size = size.map_err(|failed| failed.0);
        scene.sizes.borrow_mut().push((pool, size.clone()));
        // A rule has a budget of its own, but not as often as one likes.
        call.charge_asked(steps)?;
        size
    }

    fn rule_size(
        &self,
        (books, date): (&Arc<Ledger>, Date),
        pool: NodeIx,
        parameters: &mut Reads,
        steps: &mut u64,
    ) -> Result<Seats, Box<(Fail, Remark)>> {
        let rule = match books.pool(pool).map(|pool| &pool.size) {
            Some(PoolSize::Rule(rule)) => rule,
            Some(PoolSize::Size(size)) => return Ok(size.or_zero()),
            None => return Ok(Seats::ZERO),
        };
        let Some(hook) = self.0.rules.get(rule) else {
            let fail =
                Fail::new(format!("没有脚本对应规则 {rule}"), format!("no script serves the rule `{rule}`"));
            let remark = Remark {
                code: fail.code.to_owned(),
                zh: fail.zh.clone(),
                en: fail.en.clone(),
                ..Remark::default()
            };
            return Err(Box::new((fail, remark)));
        };
        let mut scene = Scene::new(books, self, date);
        scene.folders = self.folders_of(books, &[pool]);
        let call = Call::again(&scene, Situation::Capacity);
        let given = View::of_pool(&call, pool);
        if let Some((_, done)) = self.carried_out_folded(Occasion::Size(rule), &call, &given)
            && let Some(size) = done.gave
        {
            let outcome = call.outcome();
            parameters.extend(outcome.parameters);
            *steps = outcome.steps;
            return Ok(pool_seats(size));
        }
        call.begin_again();
        let run = self.run(hook, &call, &given);
        parameters.extend(run.outcome.parameters);
        *steps = run.outcome.steps;
        match run.result {
            Ok(Value::Number(size)) => Ok(pool_seats(size)),
            Ok(_) => {
                let fail = Fail::wrong_type("capacity");
                let remark = self.failed(hook, &fail);
                Err(Box::new((fail, remark)))
            }
            Err(mut fail) => {
                let remark = self.failed(hook, &fail);
                // The line is the rule's, not that of the hook that asked.
                fail.zh.clone_from(&remark.zh);
                fail.en.clone_from(&remark.en);
                fail.line = 0;
                Err(Box::new((fail, remark)))
            }
        }
    }

    /// Calls a hook; the conditions that were not met come with the values in them, from the tree.
    pub(super) fn call(&self, hook: &HookRef, scene: &Scene<'_>, given: &View) -> Done {
        let call = Call::again(scene, hook.situation);
        let run = self.run(hook, &call, given);
        Done {
            remarks: self.remarks(hook, &call, &run.outcome.said, &run.recorded),
            failed: run.result.err().map(|fail| self.failed(hook, &fail)),
            proposals: run.outcome.proposals,
            parameters: run.outcome.parameters,
        }
    }

    /// Carries a hook out, one way or all.
    pub(super) fn run<'a>(&'a self, hook: &HookRef, call: &'a Call<'a>, given: &View) -> Run<'a> {
        if self.1 == Interpreter::Tree {
            return self.run_on_tree(hook, call, given);
        }
        // Each way asks for pool sizes itself, so that it reads the same parameters and takes the same steps.
        let sizes = call.scene.sizes.borrow().clone();
        let mut run = self.run_on_rhai(hook, call.scene, given.clone());
        let unmet = run.outcome.said.iter().any(|said| said.required);
        let watched = self.is_watched();
        if run.result.is_ok() && !unmet && self.1 == Interpreter::Rhai && !watched {
            return run;
        }
        call.scene.sizes.replace(sizes.clone());
        let again = if self.1 == Interpreter::Both && !watched {
            self.on_tree(hook, call, given, &mut Some(Box::default()))
        } else {
            self.run_on_tree(hook, call, given)
        };
        let mut agreed = run.agrees_with(&again);
        if self.1 == Interpreter::Both {
            // The tree as it is watched does what its compiled forms do when nobody watches, step for step.
            call.scene.sizes.replace(sizes.clone());
            let unwatched = Call::again(call.scene, call.situation);
            agreed &= again.is_same_as(&self.on_tree(hook, &unwatched, given, &mut None));
            agreed &= self.folds_to(hook, call, given, &again, &sizes);
        }
        run.recorded = again.recorded;
        run.outcome.steps = run.outcome.steps.max(again.outcome.steps);
        if !agreed {
            run.result = Err(Fail::disagreement());
        }
        run
    }

    /// Whether the folded form of a hook does what its tree has done, if it comes to its end.
    fn folds_to(&self, hook: &HookRef, call: &Call<'_>, given: &View, tree: &Run<'_>, sizes: &Sizes) -> bool {
        let Some(folded) = self.folded_alone(hook, call, given) else { return true };
        [false, true].into_iter().all(|brief| {
            call.scene.sizes.replace(sizes.clone());
            let again = Call { brief, ..Call::again(call.scene, call.situation) };
            let done = folded.run(&again, given);
            let said: Vec<_> = folded.said(&done).collect();
            let size = if let Ok(Value::Number(size)) = tree.result { Some(size) } else { None };
            let same_size = call.situation != Situation::Capacity || done.gave == size;
            done.gave_up.is_some() || same_size && tree.is_told_by(&said, &again.outcome(), brief)
        })
    }

    fn run_on_rhai(&self, hook: &HookRef, scene: &Scene<'_>, given: View) -> Run<'static> {
        let twin = Arc::new(Twin::of(scene, hook.situation));
        let result = match self.0.scripts.get(hook.script) {
            Some(script) => engine::run(&self.0.engine, &script.ast, &hook.name, &twin, given),
            None => Err(Fail::absent(&hook.name)),
        };
        let (outcome, sizes) = twin.outcome();
        scene.sizes.replace(sizes);
        Run { result, outcome, recorded: Vec::new() }
    }

    /// Whether somebody wants to know more than the answer.
    pub(super) fn is_watched(&self) -> bool {
        self.2.is_some() || self.3.is_some()
    }

    fn run_on_tree<'a>(&'a self, hook: &HookRef, call: &'a Call<'a>, given: &View) -> Run<'a> {
        if !self.is_watched() {
            return self.on_tree(hook, call, given, &mut None);
        }
        let trail = self.3.as_ref().map(|_| tree::Trail::default());
        let only_trail = self.2.is_none();
        let mut sights = Some(Box::new(tree::Sights { only_trail, trail, ..Default::default() }));
        let run = self.on_tree(hook, call, given, &mut sights);
        let Run { result, outcome, recorded } = &run;
        if let Some(trail) = sights.as_mut().and_then(|sights| sights.trail.take()) {
            self.trace(hook, call, given, (trail, recorded), (outcome, result.as_ref().err()));
        }
        if let (Some(tally), Some(sights)) = (&self.2, sights) {
            tally.ran(hook.script, &sights, outcome, result.as_ref().err());
        }
        run
    }

    fn on_tree<'a>(
        &'a self,
        hook: &HookRef,
        call: &'a Call<'a>,
        given: &View,
        sights: &mut Option<Box<tree::Sights>>,
    ) -> Run<'a> {
        let (result, recorded) = self.enter(hook, call, given, sights);
        Run { result, outcome: call.outcome(), recorded }
    }

    /// Runs a hook's body on the tree.
    pub(super) fn enter<'a>(
        &'a self,
        hook: &HookRef,
        call: &'a Call<'a>,
        given: &View,
        sights: &mut Option<Box<tree::Sights>>,
    ) -> (Result<Value<'a>, Fail>, Vec<tree::Recorded>) {
        #[cfg(test)]
        ENTERED.with_borrow_mut(|entered| entered.push(Arc::clone(&hook.place)));
        match self.0.scripts.get(hook.script) {
            Some(script) => tree::run(&script.tree, hook.body, call, Value::View(given.clone()), sights),
            None => (Err(Fail::absent(&hook.name)), Vec::new()),
        }
    }

    /// A parameter's value in a call: where a node is given, as it holds there.
    pub(super) fn parameter<'a>(
        &'a self,
        call: &Call<'_>,
        name: &str,
        node: Option<NodeIx>,
    ) -> Result<Value<'a>, Fail> {
        let scene = call.scene;
        let at_node = node.filter(|_| !scene.is_reaction()).map(|node| self.folders_of(scene.books, &[node]));
        let folders = at_node.as_deref().unwrap_or(&scene.folders);
        let place = self.0.parameters.place(name);
        let holding = place.and_then(|place| self.0.parameters.value_at(place, scene.moment, folders));
        let holding = holding.ok_or_else(|| no_value(name, scene.date))?;
        call.read(holding.read);
        Ok(holding.value.borrowed())
    }

    /// What a parameter holds in a scene, by its place.
    pub(super) fn holding(&self, scene: &Scene<'_>, place: usize) -> Option<Holding<'_>> {
        self.0.parameters.value_at(place, scene.moment, &scene.folders)
    }

    /// The tags that keep a unit out of the large holders: a parameter, where the policies have it.
    pub(super) fn exempt_from_largest(&self, call: &Call<'_>) -> Result<Vec<String>, Fail> {
        const NAME: &str = "large_holder.except";
        if self.0.parameters.value(NAME, call.scene.date, &[]).is_none() {
            return Ok(Vec::new());
        }
        let value = self.parameter(call, NAME, None)?;
        if let Value::List(items) = &value {
            return Ok(items.iter().map(ToString::to_string).collect());
        }
        Ok(vec![value.to_string()])
    }

    /// A fact's value as its declared type.
    pub(super) fn fact_value<'a>(&self, name: &str, fact: &'a FactValue) -> Result<Value<'a>, Fail> {
        self.0.declared.value(name, fact)
    }
}

#[cfg(test)]
thread_local! {
    /// The places of the hooks that this thread has entered, for tests.
    pub(super) static ENTERED: std::cell::RefCell<Vec<Arc<str>>> = const { std::cell::RefCell::new(Vec::new()) };
}

/// What a rule says of a pool's size, in seats that there can be.
fn pool_seats(size: i64) -> Seats {
    Seats::new(size).or_zero().min(Seats::MOST)
}

/// A parameter that holds nothing yet.
pub(super) fn no_value(name: &str, date: Date) -> Fail {
    Fail::new(
        format!("参数 {name} 在 {date} 没有值"),
        format!("the parameter `{name}` has no value on {date}"),
    )
}

/// One call of one hook, carried out.
pub(super) struct Run<'a> {
    pub(super) result: Result<Value<'a>, Fail>,
    pub(super) outcome: Outcome,
    /// The conditions that were not met, with the values in them.
    pub(super) recorded: Vec<tree::Recorded>,
}

impl Run<'_> {
    /// Whether the tree did the same; a limit may be met by one way of running before the other.
    fn agrees_with(&mut self, tree: &Run<'_>) -> bool {
        match (&mut self.result, &tree.result) {
            (Ok(one), Ok(other)) => one.same(other) && self.outcome.does_as(&tree.outcome),
            (Err(one), Err(other)) => {
                // Rhai knows no place for some failures; the tree fails at the same one.
                if one.line == 0 {
                    one.line = other.line;
                }
                one.limit || other.limit || (one.code, one.line) == (other.code, other.line)
            }
            (Err(one), Ok(_)) => one.limit,
            (Ok(_), Err(_)) => false,
        }
    }

    /// Whether a folded run that came to its end did all the same; one in brief tells only the codes. It does not tell in
    /// which order parameters were read.
    fn is_told_by(&self, said: &[(How, &Arc<str>)], folded: &Outcome, brief: bool) -> bool {
        let outcome = &self.outcome;
        let codes = outcome.said.iter().map(|one| (one.how, &one.code)).eq(said.iter().copied());
        self.result.is_ok()
            && codes
            && outcome.proposals.is_empty()
            && folded.proposals.is_empty()
            && (brief
                || outcome.said == folded.said
                    && read_the_same(&outcome.parameters, &folded.parameters)
                    && outcome.steps == folded.steps)
    }

    /// Whether another run of the tree did all the same, in as many steps.
    fn is_same_as(&self, other: &Run<'_>) -> bool {
        let result = match (&self.result, &other.result) {
            (Ok(one), Ok(two)) => one.same(two),
            (Err(one), Err(two)) => one == two,
            (Ok(_), Err(_)) | (Err(_), Ok(_)) => false,
        };
        result && self.outcome.does_as(&other.outcome) && self.outcome.steps == other.outcome.steps
    }
}

/// One call of one hook, done.
#[derive(Debug, Default)]
pub(super) struct Done {
    pub(super) remarks: Remarks,
    pub(super) failed: Option<Remark>,
    pub(super) proposals: Vec<(Verb, u32)>,
    pub(super) parameters: Reads,
}
