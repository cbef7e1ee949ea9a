//! The vocabulary: one table of all that scripts can say, in English and Chinese, with types and meanings.

mod arguments;
mod asked;
mod events;
mod functions;
mod meanings;
mod nodes;
mod requests;
mod rows;
mod things;
mod types;

pub(crate) use arguments::years_after;
pub(crate) use events::kind_of as kind_of_event;
pub(crate) use functions::{HostFn, HostPlace, host_functions, said_how, utter};
pub(crate) use meanings::{Meanings, family};
pub(crate) use nodes::looked_at;
pub(crate) use rows::{Guard, Read, ReadNumber, ReadOther, ReadText, ReadThing, ReadYesNo, Row};
pub(crate) use types::{Item, Situation, Sort, Type};

use crate::event::Event;
use crate::request::Verb;

/// Every row of the views, table by table.
pub(crate) fn rows() -> impl Iterator<Item = &'static Row> {
    [requests::ROWS, nodes::ROWS, nodes::FIGURES, nodes::OF_GROUPS, things::ROWS, events::ROWS]
        .into_iter()
        .flatten()
}

/// Every sort of view: each verb's request and each event's view is one of its own.
pub(crate) fn sorts() -> Vec<Sort> {
    use Sort::{Group, Loan, Node, Office, Part, Permit, Person, Pool};
    let mut all = vec![Node, Pool, Loan, Permit, Person, Office, Group, Part, requests::ANY_SORT];
    all.extend(Verb::NAMES.iter().map(|verb| requests::sort(verb)));
    all.extend(events::NAMES.iter().map(|event| events::sort(event)));
    all
}

/// The row that `name` (in either language) means for a view of this sort.
pub(crate) fn row(sort: Sort, name: &str) -> Option<&'static Row> {
    rows().find(|row| row.serves(sort) && (row.en == name || row.zh == name))
}

/// The names that a view of this sort knows, English first.
pub(crate) fn names(sort: Sort) -> Vec<&'static str> {
    let serving: Vec<&Row> = rows().filter(|row| row.serves(sort)).collect();
    serving.iter().map(|row| row.en).chain(serving.iter().map(|row| row.zh)).collect()
}

/// The host function with this name, in either language.
pub(crate) fn host_function(name: &str) -> Option<&'static HostFn> {
    host_functions().iter().find(|function| function.en == name || function.zh == name)
}

/// What a hook's name asks for: where it stands, and the type of its one argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct HookKind {
    /// When it is called, which says what it may do.
    pub(crate) situation: Situation,
    /// What it is given.
    pub(crate) given: Type,
}

/// Every hook name with its kind, in one list.
pub(crate) fn hooks() -> Vec<(String, HookKind)> {
    let mut all = Vec::new();
    for verb in Verb::NAMES {
        // `owe` is for reactions alone and `batch` is asked member by member, but both may be looked at.
        all.push((
            format!("on_{verb}"),
            HookKind { situation: requests::situation(verb), given: requests::given(verb) },
        ));
    }
    for event in events::NAMES {
        all.push((
            format!("after_{event}"),
            HookKind { situation: Situation::After, given: events::given(event) },
        ));
    }
    let rest = [
        ("on_date", Situation::Date, Sort::Office),
        ("capacity", Situation::Capacity, Sort::Pool),
        ("audit_unit", Situation::Audit, Sort::Node),
        ("audit_loan", Situation::Audit, Sort::Loan),
        ("audit_pool", Situation::Audit, Sort::Pool),
    ];
    for (name, situation, sort) in rest {
        all.push((name.to_owned(), HookKind { situation, given: Type::view(sort) }));
    }
    all
}

/// Whether a name belongs to the vocabulary as a function or a method, so that no script may define it.
pub(crate) fn is_taken(name: &str) -> bool {
    host_function(name).is_some() || rows().any(|row| row.is_method() && (row.en == name || row.zh == name))
}

/// Whether a function's name has the form of a hook.
pub(crate) fn looks_like_hook(name: &str) -> bool {
    name == "capacity" || ["on_", "after_", "audit_"].iter().any(|start| name.starts_with(start))
}

/// The event's place in the list of hooks, for its view's sort.
pub(crate) fn event_sort(event: &Event) -> Sort {
    events::sort(event.name())
}

/// The verb's sort of request view.
pub(crate) fn request_sort(verb: &Verb) -> Sort {
    requests::sort(verb.name())
}

/// What a field of a verb is called in Chinese: the word that scripts have for it.
pub(crate) fn field_in_chinese(verb: &Verb, field: &str) -> Option<&'static str> {
    let word = match (verb, field) {
        (_, "id") => "new_id",
        // Of an authorization, `to` is a number and no node.
        (Verb::Authorize(_), "to") => "change",
        (_, field) => field,
    };
    row(request_sort(verb), word).map(|row| row.zh)
}
