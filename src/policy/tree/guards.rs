//! Guards: what is known to be true where an expression stands, so that no missing value is read.

#![expect(clippy::wildcard_enum_match_arm, reason = "what is not named here says nothing about guards")]

use super::{Node, What};
use crate::policy::vocabulary::{Guard, Row};

/// A yes/no word of the vocabulary, by its path, and whether it is true.
pub(super) type Truth = (String, bool);

/// What is known where the condition holds, and where it does not.
pub(super) fn truths(condition: &Node) -> (Vec<Truth>, Vec<Truth>) {
    match &condition.what {
        What::Not(inner) => {
            let (yes, no) = truths(inner);
            (no, yes)
        }
        What::And(parts) => (parts.iter().flat_map(|part| truths(part).0).collect(), Vec::new()),
        What::Or(parts) => (Vec::new(), parts.iter().flat_map(|part| truths(part).1).collect()),
        What::Required(inner, _) => truths(inner),
        _ => match path(condition) {
            Some(path) => (vec![(path.clone(), true)], vec![(path, false)]),
            None => (Vec::new(), Vec::new()),
        },
    }
}

/// The guard's path for a word read from this receiver, with these arguments.
pub(super) fn needed(
    receiver: &Node,
    row: &Row,
    args: &[Node],
) -> Option<(Option<String>, &'static str, bool)> {
    let (word, wanted) = match row.guard {
        Guard::None => return None,
        Guard::When(word) => (word, true),
        Guard::Unless(word) => (word, false),
    };
    let path = path_of(receiver, word, args);
    Some((path, word, wanted))
}

/// A name for what an expression reads, the same for every way to write it; none if it is not a plain reading.
pub(super) fn path(node: &Node) -> Option<String> {
    match &node.what {
        What::Local(slot, _) => Some(format!("#{slot}")),
        What::Word(receiver, row, _, args) => path_of(receiver, row.en, args),
        What::Host(function, _, args) => {
            let args: Option<Vec<String>> = args.iter().map(argument).collect();
            Some(format!("{}({})", function.en, args?.join(",")))
        }
        What::Parameter(_, inner) | What::Path(_, inner) => path(inner),
        What::Constant(_)
        | What::Required(..)
        | What::Own(..)
        | What::Not(_)
        | What::Minus(_)
        | What::Binary(..)
        | What::And(_)
        | What::Or(_)
        | What::In(_)
        | What::List(_)
        | What::Facts(..)
        | What::If(_)
        | What::Block(_) => None,
    }
}

/// Which kinds, nodes and pools there are is the same whoever is asked.
fn path_of(receiver: &Node, word: &str, args: &[Node]) -> Option<String> {
    let of =
        if matches!(word, "has_kind" | "has_node" | "has_pool") { String::new() } else { path(receiver)? };
    Some(format!("{of}.{word}{}", arguments(args)?))
}

/// Whether a path reads the variable in this slot.
pub(super) fn reads(path: &str, slot: usize) -> bool {
    let slot = slot.to_string();
    let digits = |rest: &str| rest.chars().take_while(char::is_ascii_digit).collect::<String>() == slot;
    path.split('#').skip(1).any(digits)
}

fn arguments(args: &[Node]) -> Option<String> {
    if args.is_empty() {
        return Some(String::new());
    }
    let args: Option<Vec<String>> = args.iter().map(argument).collect();
    Some(format!("({})", args?.join(",")))
}

fn argument(node: &Node) -> Option<String> {
    match &node.what {
        What::Constant(value) => Some(format!("{value:?}")),
        _ => path(node),
    }
}
