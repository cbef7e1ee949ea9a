//! Calls: what one call of a hook sees, what it said, and why it failed.

use std::cell::{OnceCell, RefCell, RefMut};
use std::collections::BTreeMap;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use smallvec::SmallVec;

use super::parameters::Moment;
use super::value::Value;
use super::vocabulary::Situation;
use super::{PolicySet, limits};
use crate::decision::ParameterRead;
use crate::event::{Event, Field};
use crate::graph::NodeIx;
use crate::ledger::{KindIx, Ledger, LoanIx, PermitIx};
use crate::model::{Date, FactValue, KindId, RequestId, Seats};
use crate::request::Verb;

/// What all hooks called for one request, event, day or thing have before them; all of it borrowed.
#[derive(Debug)]
pub(crate) struct Scene<'a> {
    /// The books, just as they are.
    pub(crate) books: &'a Arc<Ledger>,
    /// The policies.
    pub(crate) set: &'a PolicySet,
    /// The day on which parameters are read.
    pub(crate) date: Date,
    /// The same, as parameters see it.
    pub(crate) moment: Moment,
    /// The local folders that apply, by place.
    pub(crate) folders: Vec<usize>,
    /// The request, where there is one.
    pub(crate) request: Option<RequestSeen<'a>>,
    /// The event, where there is one.
    pub(crate) event: Option<EventSeen<'a>>,
    /// Pool sizes asked so far: the books do not change under a scene.
    pub(super) sizes: RefCell<Sizes>,
}

/// Pool sizes, or why there is none: of few pools.
pub(super) type Sizes = Vec<(NodeIx, Result<Seats, Fail>)>;

/// A request as scripts see it.
#[derive(Debug, Clone)]
pub(crate) struct RequestSeen<'a> {
    pub(crate) verb: &'a Verb,
    pub(crate) id: Option<&'a RequestId>,
    pub(crate) by: NodeIx,
    pub(crate) effective: Date,
    pub(crate) facts: &'a BTreeMap<String, FactValue>,
    pub(crate) by_reaction: bool,
    /// The member's number in a batch.
    pub(crate) at: Option<u32>,
    /// What the request's names stand for in the books, once somebody asks.
    pub(super) found: OnceCell<Found>,
}

/// What the names in a request stand for.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Found {
    /// The unit that the request names, or where the person sits.
    pub(crate) unit: Option<NodeIx>,
    pub(crate) kind: Option<KindIx>,
    pub(crate) loan: Option<LoanIx>,
    pub(crate) permit: Option<PermitIx>,
    /// The pool that is drawn on or resized, or who lends.
    pub(crate) lender: Option<NodeIx>,
    pub(crate) borrower: Option<NodeIx>,
}

/// An event as scripts see it.
#[derive(Debug)]
pub(crate) struct EventSeen<'a> {
    pub(crate) event: &'a Event,
    /// Who asked for what led to it.
    pub(crate) by: NodeIx,
    /// The one kind of an `abolished` that the hook is called for.
    pub(crate) freed: Option<&'a KindId>,
    /// Its fields, once a word has read one.
    fields: OnceCell<Vec<(&'static str, Field)>>,
}

/// One call of one hook.
#[derive(Debug)]
pub(crate) struct Call<'a> {
    pub(crate) scene: &'a Scene<'a>,
    pub(crate) situation: Situation,
    /// Whether only the codes of what is said are kept: no facts, and no parameters.
    pub(crate) brief: bool,
    /// The most steps that it may take.
    pub(super) budget: u64,
    pub(super) state: RefCell<State>,
}

/// What a call did so far.
#[derive(Debug, Default)]
pub(super) struct State {
    done: Outcome,
    /// Bytes of the texts said so far.
    bytes: usize,
    /// Steps that the tree took.
    taken: u64,
}

/// Parameters read: few, so they need no heap.
pub(crate) type Reads = SmallVec<[Arc<ParameterRead>; 8]>;

/// What a call did, once it is over.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    pub(crate) said: Vec<Said>,
    pub(crate) proposals: Vec<(Verb, u32)>,
    /// Each value read, once, in the order of first reading.
    pub(crate) parameters: Reads,
    /// All steps that the tree took, with what words and functions cost beside; Rhai does not tell its own.
    pub(crate) steps: u64,
}

impl Outcome {
    /// Whether the same was said and proposed, and the same parameters read in the same order.
    pub(crate) fn does_as(&self, other: &Self) -> bool {
        self.said == other.said && self.proposals == other.proposals && self.parameters == other.parameters
    }
}

/// Something that a script said about the request, event or thing.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Said {
    pub(crate) how: How,
    pub(crate) code: Arc<str>,
    pub(crate) facts: Vec<(Arc<str>, Value<'static>)>,
    pub(crate) line: u32,
    /// Whether a condition of `require` was not met.
    pub(crate) required: bool,
}

/// How it was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum How {
    Denial,
    Note,
    Finding,
}

/// Why a script failed. Boxed, because every value that a script computes could have been one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fail(Box<Failure>);

/// What a failure says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    /// `policy-failed`, or `history-missing` where the past is not known.
    pub(crate) code: &'static str,
    pub(crate) zh: String,
    pub(crate) en: String,
    /// The line, where it is known better than by the caller; 0 else.
    pub(crate) line: u32,
    /// Whether a limit was met, which one way of running a script may meet before the other.
    pub(crate) limit: bool,
}

impl Deref for Fail {
    type Target = Failure;

    fn deref(&self) -> &Failure {
        &self.0
    }
}

impl DerefMut for Fail {
    fn deref_mut(&mut self) -> &mut Failure {
        &mut self.0
    }
}

impl Fail {
    /// The script could not be carried out.
    pub(crate) fn new(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self(Box::new(Failure { code: "policy-failed", zh: zh.into(), en: en.into(), line: 0, limit: false }))
    }

    /// A limit was met.
    pub(crate) fn limit(zh: impl Into<String>, en: impl Into<String>) -> Self {
        let mut fail = Self::new(zh, en);
        fail.limit = true;
        fail
    }

    /// A figure of the past that nobody knows.
    pub(crate) fn history(word: &str) -> Self {
        let mut fail = Self::new(format!("缺少历史数据：{word}"), format!("the past is not known: {word}"));
        fail.code = "history-missing";
        fail
    }

    /// Something that is not there.
    pub(crate) fn absent(word: &str) -> Self {
        Self::new(format!("没有这一项：{word}"), format!("`{word}` is not there"))
    }

    /// A value of the wrong type, which the typed tree rules out before.
    pub(crate) fn wrong_type(word: &str) -> Self {
        Self::new(format!("类型不符：{word}"), format!("`{word}` got a value of the wrong type"))
    }

    /// A figure outside the range of numbers.
    pub(crate) fn overflow() -> Self {
        Self::new("数值超出范围", "the number leaves its range")
    }

    /// Ways of carrying a hook out that ought to do the same did not.
    pub(crate) fn disagreement() -> Self {
        Self::new("两种执行方式结果不一致", "the two interpreters disagree about this hook")
    }

    /// More reasons or proposals than one call may give.
    fn too_much_said() -> Self {
        let most = limits::SAID;
        let kb = limits::SAID_BYTES >> 10;
        Self::limit(
            format!("理由或事项超过 {most} 条，或附注超过 {kb} KB"),
            format!("more than {most} reasons or proposals, or more than {kb} KB of facts"),
        )
    }

    /// More steps than one call may take.
    pub(crate) fn too_many_steps() -> Self {
        let most = limits::STEPS;
        Self::limit(format!("步数超过上限 {most}"), format!("more than {most} steps"))
    }
}

impl<'a> Scene<'a> {
    /// A scene on these books.
    pub(crate) fn new(books: &'a Arc<Ledger>, set: &'a PolicySet, date: Date) -> Self {
        let moment = set.0.parameters.moment(date);
        let (folders, sizes) = (Vec::new(), RefCell::default());
        Self { books, set, date, moment, folders, request: None, event: None, sizes }
    }

    /// How many pool sizes were asked so far.
    pub(super) fn sizes_known(&self) -> usize {
        self.sizes.borrow().len()
    }

    /// Pool sizes asked since then are to be asked again.
    pub(super) fn forget_sizes(&self, since: usize) {
        self.sizes.borrow_mut().truncate(since);
    }

    /// Whether a reaction asks or is asked: local folders have no say then.
    pub(crate) fn is_reaction(&self) -> bool {
        self.event.is_some() || self.request.as_ref().is_some_and(|request| request.by_reaction)
    }
}

impl<'a> EventSeen<'a> {
    /// An event, asked for by this node.
    pub(crate) fn new(event: &'a Event, by: NodeIx, freed: Option<&'a KindId>) -> Self {
        Self { event, by, freed, fields: OnceCell::new() }
    }

    /// A field by its name.
    pub(crate) fn field(&self, name: &str) -> Option<&Field> {
        let fields = self.fields.get_or_init(|| self.event.fields());
        fields.iter().find(|(known, _)| *known == name).map(|(_, field)| field)
    }
}

impl<'a> Call<'a> {
    /// A call in a scene, as Rhai counts its steps.
    pub(crate) fn new(scene: &'a Scene<'a>, situation: Situation, state: State) -> Self {
        Self { scene, situation, brief: false, budget: limits::STEPS, state: RefCell::new(state) }
    }

    /// A call on the tree, which counts finer steps.
    pub(crate) fn again(scene: &'a Scene<'a>, situation: Situation) -> Self {
        Self { scene, situation, brief: false, budget: limits::STEPS_AGAIN, state: RefCell::default() }
    }

    /// The books that the call sees.
    pub(crate) fn books(&self) -> &'a Ledger {
        self.scene.books
    }

    /// The request, which is there wherever its view can be reached.
    pub(crate) fn request(&self) -> Result<&'a RequestSeen<'a>, Fail> {
        self.scene.request.as_ref().ok_or_else(|| Fail::absent("request"))
    }

    /// What the request's names stand for.
    pub(crate) fn found(&self) -> Result<&'a Found, Fail> {
        Ok(self.request()?.found(self.scene.books))
    }

    /// The event, which is there wherever its view can be reached.
    pub(crate) fn event(&self) -> Result<&'a EventSeen<'a>, Fail> {
        self.scene.event.as_ref().ok_or_else(|| Fail::absent("event"))
    }

    /// Something was said, with so many bytes of facts; fails where a script says more than anybody would read.
    pub(crate) fn say(&self, said: Said, bytes: usize) -> Result<(), Fail> {
        let mut state = self.state();
        state.bytes = state.bytes.saturating_add(bytes);
        if state.done.said.len() >= limits::SAID || state.bytes > limits::SAID_BYTES {
            return Err(Fail::too_much_said());
        }
        state.done.said.push(said);
        Ok(())
    }

    /// A request was proposed at this line.
    pub(crate) fn propose(&self, verb: Verb, line: u32) -> Result<(), Fail> {
        let mut state = self.state();
        if state.done.proposals.len() >= limits::SAID {
            return Err(Fail::too_much_said());
        }
        state.done.proposals.push((verb, line));
        Ok(())
    }

    /// A parameter was read. All who read the same value hold the same record of it.
    pub(crate) fn read(&self, parameter: &Arc<ParameterRead>) {
        self.read_all(std::iter::once(parameter));
    }

    /// The same of several, no two of which are the same.
    pub(crate) fn read_all<'p>(&self, parameters: impl Iterator<Item = &'p Arc<ParameterRead>>) {
        if !self.brief {
            let known = &mut self.state().done.parameters;
            let none = known.is_empty();
            parameters.for_each(|parameter| {
                if none {
                    known.push(Arc::clone(parameter));
                } else {
                    note_read(known, parameter);
                }
            });
        }
    }

    /// So much work was done; fails when it is more than one call may do.
    pub(crate) fn charge(&self, steps: u64) -> Result<(), Fail> {
        let mut state = self.state();
        state.done.steps = state.done.steps.saturating_add(steps);
        if state.done.steps > self.budget { Err(Fail::too_many_steps()) } else { Ok(()) }
    }

    /// What words and functions have cost so far, beside the steps of the interpreter.
    pub(crate) fn charged(&self) -> u64 {
        self.state().done.steps
    }

    /// Another call was asked on the way, and took so many steps of the tree: they count here, too.
    pub(crate) fn charge_asked(&self, steps: u64) -> Result<(), Fail> {
        let finer = limits::STEPS_AGAIN.checked_div(limits::STEPS).unwrap_or(1);
        let rhai = self.budget == limits::STEPS;
        self.charge(if rhai { steps.checked_div(finer).unwrap_or(steps) } else { steps })
    }

    /// The tree took so many steps for this call.
    pub(crate) fn took(&self, steps: u64) {
        self.state().taken = steps;
    }

    /// The call is over, and the next one in the scene begins.
    pub(crate) fn begin_again(&self) {
        let mut state = self.state();
        let State { done, bytes, taken } = &mut *state;
        done.said.clear();
        done.proposals.clear();
        done.parameters.clear();
        (done.steps, *bytes, *taken) = (0, 0, 0);
    }

    /// Everything that was said.
    pub(crate) fn each_said(&self, seen: impl FnMut(&Said)) {
        self.state().done.said.iter().for_each(seen);
    }

    /// What the call did so far, to go on from it later.
    pub(crate) fn into_state(self) -> State {
        self.state.into_inner()
    }

    /// The parameters that the call read; it forgets them.
    pub(crate) fn take_reads(&self) -> Reads {
        std::mem::take(&mut self.state().done.parameters)
    }

    /// What the call did.
    pub(crate) fn outcome(&self) -> Outcome {
        std::mem::take(&mut *self.state()).outcome()
    }

    /// Nothing holds it while something else asks for it: every method gives it back before it returns.
    fn state(&self) -> RefMut<'_, State> {
        self.state.borrow_mut()
    }
}

impl State {
    /// What was done.
    pub(super) fn outcome(self) -> Outcome {
        let steps = self.done.steps.saturating_add(self.taken);
        Outcome { steps, ..self.done }
    }
}

/// Whether the same parameters were read, in whatever order; each stands there once.
pub(crate) fn read_the_same(one: &[Arc<ParameterRead>], two: &[Arc<ParameterRead>]) -> bool {
    one.len() == two.len() && one.iter().all(|read| two.contains(read))
}

/// Adds what was read, unless it is there.
pub(crate) fn note_read(known: &mut Reads, read: &Arc<ParameterRead>) {
    if !known.iter().any(|one| Arc::ptr_eq(one, read)) {
        known.push(Arc::clone(read));
    }
}
