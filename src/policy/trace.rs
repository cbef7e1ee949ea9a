//! Traces: what each call of a rule looked at, with texts and values, as an explanation tells it.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use super::call::{Call, Fail, Outcome};
use super::limits;
use super::remarks::{Remarks, shown};
use super::tree::{At, Looked, Read, Recorded, Trail};
use super::value::Value;
use super::view::{View, What};
use super::vocabulary::Situation;
use super::{HookRef, PolicySet};
use crate::decision::{ParameterRead, Remark};
use crate::model::{Date, FactValue, NodeId};

/// One call of one rule: what it was asked about, every condition that it looked at, and what it said.
#[derive(Debug, Clone, PartialEq)]
pub struct RuleTrace {
    /// The function's name, such as `on_draw`.
    pub hook: Arc<str>,
    /// The script's path inside the policy folder.
    pub script: String,
    /// The function's line.
    pub line: u32,
    /// What it was asked about.
    pub about: Occasion,
    /// Every condition, in the order in which it was looked at.
    pub conditions: Vec<Condition>,
    /// Whether there were more conditions than are kept.
    pub more: bool,
    /// The parameters that it read.
    pub parameters: Vec<Arc<ParameterRead>>,
    /// Its reasons against the request.
    pub denials: Vec<Remark>,
    /// Its notes and findings.
    pub remarks: Vec<Remark>,
    /// The requests that it proposed: each verb and its place `file.rhai:line`.
    pub proposals: Vec<(&'static str, Arc<str>)>,
    /// Why it failed, if it did.
    pub failed: Option<Remark>,
    /// What it read outside conditions.
    pub(crate) hints: Hints,
}

/// What a rule was asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Occasion {
    /// A request, before it takes effect.
    Request {
        /// The verb.
        verb: &'static str,
        /// The member's number, from 1, in a batch.
        at: Option<u32>,
        /// Whether a rule proposed it.
        by_reaction: bool,
    },
    /// An event that was accepted: the rule may react.
    Event(&'static str),
    /// A new day.
    Day(Date),
    /// How large a pool is.
    PoolSize(NodeId),
    /// What there is to be found wrong.
    Audit,
}

/// A condition that was looked at, or a value that was computed.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    /// The line.
    pub line: u32,
    /// The column.
    pub column: u32,
    /// What hangs on it.
    pub of: ConditionOf,
    /// How many conditions it stands in.
    pub depth: usize,
    /// The source.
    pub source: String,
    /// The source with the values in it.
    pub valued: String,
    /// What it came to; none if the rule failed here.
    pub result: Option<FactValue>,
    /// The values in it, by their source.
    pub values: Vec<(String, FactValue)>,
    clues: Clues,
}

/// What was met and read in a condition; only an explanation that asks what would pass makes hints of it.
#[derive(Debug, Clone)]
struct Clues {
    values: Vec<Value<'static>>,
    /// The words read in all conditions of the call, and those of this one.
    reads: Arc<[WordRead]>,
    own: Range<usize>,
}

/// A word read of a view: of what, which, and with which argument.
pub(crate) type WordRead = (ReadOf, &'static str, String);

/// What hangs on a condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConditionOf {
    /// A branch.
    If,
    /// A `require`.
    Require,
    /// One side of `&&` or `||`.
    Part,
    /// Nothing: a variable's value, or what a function returns.
    Value,
}

/// What in a condition tells how the answer might change.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Hints {
    pub(crate) numbers: BTreeSet<i64>,
    pub(crate) dates: BTreeSet<Date>,
    pub(crate) texts: BTreeSet<String>,
    pub(crate) reads: BTreeSet<WordRead>,
}

/// Of what a word was read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum ReadOf {
    Request,
    Node(String),
    Loan(String),
    Other,
}

/// The traces that a set has written since it was asked to; shared by all copies of the set.
#[derive(Debug, Default)]
pub(super) struct Traces(Mutex<Vec<RuleTrace>>);

impl Condition {
    /// Whether it was met; none for a computed value, or if the rule failed here.
    pub fn met(&self) -> Option<bool> {
        match (self.of, &self.result) {
            (ConditionOf::If | ConditionOf::Require | ConditionOf::Part, Some(FactValue::YesNo(met))) => {
                Some(*met)
            }
            _ => None,
        }
    }

    /// What in it tells how the answer might change.
    pub(crate) fn hints(&self) -> Hints {
        self.clues.hints()
    }

    /// The words that were read of views.
    pub(crate) fn reads(&self) -> &[WordRead] {
        self.clues.reads()
    }
}

impl Clues {
    fn hints(&self) -> Hints {
        let mut hints = Hints::default();
        self.values.iter().for_each(|value| hints.add(value));
        hints.reads.extend(self.reads().iter().cloned());
        hints
    }

    fn reads(&self) -> &[WordRead] {
        self.reads.get(self.own.clone()).unwrap_or_default()
    }
}

/// The same hints, wherever in the call they were met.
impl PartialEq for Clues {
    fn eq(&self, other: &Self) -> bool {
        (self.values == other.values && self.reads() == other.reads()) || self.hints() == other.hints()
    }
}

impl RuleTrace {
    /// Whether it spoke against the request, or failed.
    pub fn is_against(&self) -> bool {
        !self.denials.is_empty() || self.failed.is_some()
    }
}

impl ConditionOf {
    /// The word in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::If => "if",
            Self::Require => "require",
            Self::Part => "part",
            Self::Value => "value",
        }
    }
}

impl PolicySet {
    /// The same policies, writing down what they look at. What they answer stays what it is.
    pub(crate) fn with_traces(&self) -> Self {
        Self(Arc::clone(&self.0), self.1, None, Some(Arc::default()))
    }

    /// What was written down since the last time.
    pub(crate) fn take_traces(&self) -> Vec<RuleTrace> {
        let Some(traces) = &self.3 else { return Vec::new() };
        std::mem::take(&mut *traces.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Writes down one call.
    pub(super) fn trace(
        &self,
        hook: &HookRef,
        call: &Call<'_>,
        given: &View,
        (trail, recorded): (Trail, &[Recorded]),
        (outcome, fail): (&Outcome, Option<&Fail>),
    ) {
        let Some(traces) = &self.3 else { return };
        let Remarks { denials, notes, findings } = self.remarks(hook, call, &outcome.said, recorded);
        let mut hints = Hints::default();
        hints.reads.extend(trail.reads.iter().map(|read| word_read(read, call)));
        let reads: Arc<[WordRead]> = trail.read_inside.iter().map(|read| word_read(read, call)).collect();
        let trace = RuleTrace {
            hook: Arc::clone(&hook.name),
            script: self.path(hook.script).to_owned(),
            line: hook.line,
            about: occasion(call, given),
            conditions: trail.rows.into_iter().map(|row| condition(row, call, &reads)).collect(),
            more: trail.more,
            parameters: outcome.parameters.to_vec(),
            denials,
            remarks: notes.into_iter().chain(findings).collect(),
            proposals: outcome
                .proposals
                .iter()
                .map(|(verb, line)| (verb.name(), self.place(hook, *line)))
                .collect(),
            failed: fail.map(|fail| self.failed(hook, fail)),
            hints,
        };
        let mut traces = traces.0.lock().unwrap_or_else(PoisonError::into_inner);
        // A size is asked again wherever it counts; the same calculation needs no second row.
        if !(call.situation == Situation::Capacity && traces.contains(&trace)) {
            traces.push(trace);
        }
    }

    /// The categories, or the purposes, that are declared.
    pub(crate) fn words_for(&self, field: &str) -> Vec<&str> {
        self.0.declared.words_for(field)
    }

    /// The days from which a value of these parameters holds, in the root folder or in a local one.
    pub(crate) fn parameter_days(&self, names: &BTreeSet<String>) -> BTreeSet<Date> {
        let listed = self.0.parameters.listed().filter(|(name, ..)| names.contains(*name));
        let values =
            listed.flat_map(|(_, _, values, local)| values.into_iter().chain(local.into_values().flatten()));
        values.map(|(from, _)| from).collect()
    }

    /// What a declared fact might say where somebody only misses it.
    pub(crate) fn sample_fact(&self, name: &str, on: Date) -> Option<FactValue> {
        self.0.declared.sample(name, on)
    }
}

fn occasion(call: &Call<'_>, given: &View) -> Occasion {
    let request = call.scene.request.as_ref();
    match call.situation {
        Situation::Capacity => Occasion::PoolSize(given.id(call).into()),
        Situation::Date => Occasion::Day(call.scene.date),
        Situation::Audit | Situation::Uncalled => Occasion::Audit,
        Situation::After => Occasion::Event(call.scene.event.as_ref().map_or("", |event| event.event.name())),
        Situation::Before | Situation::Witness => Occasion::Request {
            verb: request.map_or("", |request| request.verb.name()),
            at: request.and_then(|request| request.at),
            by_reaction: request.is_some_and(|request| request.by_reaction),
        },
    }
}

/// A value as an explanation shows it: as an answer does, but no list longer than anybody reads.
fn told(value: &Value, call: &Call<'_>) -> FactValue {
    let Value::List(items) = value else { return shown(value, call) };
    let mut text = String::new();
    for (place, item) in items.iter().enumerate() {
        if place > 0 {
            text.push_str(", ");
        }
        if text.len() >= limits::SHOWN_BYTES {
            text.push('…');
            break;
        }
        text.push_str(&shown(item, call).to_string());
    }
    FactValue::Text(text)
}

fn condition(row: Looked, call: &Call<'_>, reads: &Arc<[WordRead]>) -> Condition {
    let values = row.values.iter().map(|(source, value)| (source.to_string(), told(value, call))).collect();
    let met = row.values.into_iter().map(|(_, value)| value).chain(row.constants);
    let clues = Clues { values: met.collect(), reads: Arc::clone(reads), own: row.reads };
    Condition {
        line: row.line,
        column: row.column,
        of: match row.at {
            At::If => ConditionOf::If,
            At::Require => ConditionOf::Require,
            At::Part => ConditionOf::Part,
            At::Value => ConditionOf::Value,
        },
        depth: row.depth,
        source: row.source,
        valued: row.valued,
        result: row.result.map(|value| told(&value, call)),
        values,
        clues,
    }
}

fn word_read(read: &Read, call: &Call<'_>) -> WordRead {
    let of = if let Value::View(view) = &read.of {
        match &view.what {
            What::Request => ReadOf::Request,
            What::Node(_) | What::Pool(_) | What::Group(..) => ReadOf::Node(view.id(call)),
            What::Loan(_) => ReadOf::Loan(view.id(call)),
            What::Event | What::Office | What::Permit(_) | What::Person(_) | What::Part(_) => ReadOf::Other,
        }
    } else {
        ReadOf::Other
    };
    let argument = read.argument.as_ref().map(ToString::to_string).unwrap_or_default();
    (of, read.word, argument)
}

impl Hints {
    /// Adds what another condition hints at.
    pub(crate) fn join(&mut self, other: &Self) {
        self.numbers.extend(&other.numbers);
        self.dates.extend(&other.dates);
        self.texts.extend(other.texts.iter().cloned());
        self.reads.extend(other.reads.iter().cloned());
    }

    fn add(&mut self, value: &Value) {
        match value {
            Value::Number(number) => {
                self.numbers.insert(*number);
            }
            Value::Decimal(number) => {
                let whole = [number.floor(), number.ceil()];
                self.numbers.extend(whole.iter().filter_map(|whole| i64::try_from(*whole).ok()));
            }
            Value::Date(date) => {
                self.dates.insert(*date);
            }
            Value::Text(text) => {
                self.texts.insert(text.to_string());
            }
            Value::List(items) => items.iter().for_each(|item| self.add(item)),
            Value::Nothing | Value::YesNo(_) | Value::View(_) | Value::Facts(_) => {}
        }
    }
}
