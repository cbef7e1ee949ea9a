//! Seen: what a run keeps for whoever asks – conditions not met with their values, lines and branches reached.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::points::Place;
use super::trail::Trail;
use super::{Node, What};
use crate::policy::value::Value;
use crate::policy::vocabulary::{HostPlace, Item, Type};

/// A condition that was asked for and not met, with the values in it.
#[derive(Debug, Clone)]
pub(crate) struct Recorded {
    pub(crate) condition: Arc<str>,
    pub(crate) values: Vec<(String, Value<'static>)>,
}

/// What was carried out while somebody watched: the lines of statements, and how often each condition was met
/// and not met. No larger than the script, however long it runs.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sights {
    pub(crate) lines: BTreeSet<u32>,
    pub(crate) branches: BTreeMap<Place, (u64, u64)>,
    /// Whether lines and branches need not be kept.
    pub(crate) only_trail: bool,
    /// Every condition with its values, where an explanation is asked for.
    pub(crate) trail: Option<Trail>,
}

/// Whether an expression's value is told beside a condition: what was read, not what was computed from it.
pub(super) fn is_shown(node: &Node) -> bool {
    let plain = match node.ty {
        Type::One(item) | Type::List(item) => !matches!(item, Item::View(..)),
        Type::Nothing | Type::EmptyList | Type::Facts | Type::Unknown => false,
    };
    let read = match &node.what {
        What::Local(..) | What::Word(..) | What::Own(..) | What::Parameter(..) | What::Path(..) => true,
        What::Host(function, ..) => function.place == HostPlace::Anywhere,
        What::Constant(_)
        | What::Required(..)
        | What::Not(_)
        | What::Minus(_)
        | What::Binary(..)
        | What::And(_)
        | What::Or(_)
        | What::In(_)
        | What::List(_)
        | What::Facts(..)
        | What::If(_)
        | What::Block(_) => false,
    };
    plain && read
}
