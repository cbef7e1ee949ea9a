//! What the office asks of policies, and what they answer.

use std::collections::BTreeMap;
use std::sync::Arc;

use smallvec::{SmallVec, smallvec};

use super::call::Reads;
use crate::decision::{Happened, Remark};
use crate::event::Event;
use crate::ledger::{Actor, Ledger, OwnSeat};
use crate::model::{Date, FactValue, KindId, RequestId, Seats};
use crate::request::Verb;

/// A request, as policies are asked about it before it takes effect.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked<'a> {
    /// The request's own id.
    pub(crate) id: Option<&'a RequestId>,
    /// What is asked; a member's own verb inside a batch.
    pub(crate) verb: &'a Verb,
    /// The facts that come with it; a member's own inside a batch, over the batch's.
    pub(crate) facts: &'a BTreeMap<String, FactValue>,
    /// Who acts. A reaction acts as the root.
    pub(crate) by: Actor,
    /// The day it is decided on.
    pub(crate) date: Date,
    /// When it really happened.
    pub(crate) effective: Date,
    /// Whether a rule proposed it: then only the root folder decides.
    pub(crate) by_reaction: bool,
    /// The member's number, from 1, in a batch.
    pub(crate) at: Option<u32>,
    /// The own seat that it is about and nothing else, if that was found in the books in which it is asked.
    pub(crate) seat: Option<OwnSeat>,
}

/// What the hooks before a request said.
#[derive(Debug, Clone, Default)]
pub(crate) struct Answer {
    /// Every `require` that was false, every `deny`, every hook that failed; empty if nothing speaks against it.
    pub(crate) denials: Vec<Remark>,
    pub(crate) notes: Vec<Remark>,
    /// Hooks that failed on a fact or a duty, which they cannot stop.
    pub(crate) findings: Vec<Remark>,
    pub(crate) parameters: Reads,
}

/// An event, as reactions are told of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Told<'a> {
    pub(crate) happened: &'a Happened,
    /// For `abolished`: the one of [`freed_kinds`] that this call is about.
    pub(crate) freed: Option<&'a KindId>,
    /// The request that the entry answers; none for a new date.
    pub(crate) asked: Option<&'a Asked<'a>>,
    /// Who asked.
    pub(crate) by: Actor,
    pub(crate) date: Date,
}

/// One call of one reaction.
#[derive(Debug, Clone, Default)]
pub(crate) struct Reaction {
    /// The requests that it proposes, each with its place `file.rhai:line`, in order.
    pub(crate) proposals: Vec<(Verb, Arc<str>)>,
    pub(crate) notes: Vec<Remark>,
    pub(crate) findings: Vec<Remark>,
    /// Why the call came to nothing.
    pub(crate) failed: Option<Remark>,
    pub(crate) parameters: Reads,
}

/// The kinds for which hooks are called about an event: one call for each kind that an `abolished` freed, at
/// least one; one call for every other event.
pub(crate) fn freed_kinds(event: &Event, books: &Ledger) -> SmallVec<[Option<KindId>; 1]> {
    let Event::Abolished { freed, .. } = event else { return smallvec![None] };
    let mut kinds: SmallVec<[Option<KindId>; 1]> =
        freed.iter().filter(|(_, seats)| **seats > Seats::ZERO).map(|(kind, _)| Some(kind.clone())).collect();
    if kinds.is_empty() {
        kinds.push(books.kinds().next().map(|(_, kind)| kind.id.clone()));
    }
    kinds
}
