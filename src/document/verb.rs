//! Verbs: a request's verb from its key and fields, batches included.

use std::path::Path;

use super::decode::{decode, decode_tagged};
use super::{Fields, Key, Node, nearest, shortened};
use crate::error::{Fault, Phrase, told};
use crate::request::{Advance, Member, Verb};

/// Decodes a verb. Whether it can be done is the office's answer; here only its form is judged.
pub(super) fn decode_verb(file: &Path, key: &Key, node: &Node) -> Result<Verb, Fault> {
    match key.text.as_str() {
        "batch" => decode_batch(file, node),
        // `advance:` has no fields, so nothing needs to stand after it.
        "advance" if node.is_null() => Ok(Verb::Advance(Advance {})),
        name if Verb::NAMES.contains(&name) => {
            counts_are_not_negative(file, node)?;
            decode_tagged(file, key, node)
        }
        name => {
            let hint = Phrase::hint_or(nearest(name, Verb::NAMES.iter().copied()), Verb::NAMES);
            let name = shortened(name);
            let told = told!("没有这个事项 `{name}`{hint}", "unknown request `{name}`{hint}"; hint);
            Err(Fault::told(file, key.line, key.column, told))
        }
    }
}

/// Members are split by hand: serde's way of flattening would lose both places and ids that are all digits.
fn decode_batch(file: &Path, node: &Node) -> Result<Verb, Fault> {
    if !node.is_list() {
        let found = node.found_in_both();
        let told =
            told!("此处是{found}，应为事项的清单", "found {found}, a list of requests is needed"; found);
        return Err(Fault::told(file, node.line, node.column, told));
    }
    let members: Result<_, _> = node.items().iter().map(|member| decode_member(file, member)).collect();
    Ok(Verb::Batch(members?))
}

fn decode_member(file: &Path, node: &Node) -> Result<Member, Fault> {
    let mut fields = Fields::new(file, node)?;
    let facts = fields.optional("facts").map(|facts| decode(file, facts)).transpose()?.unwrap_or_default();
    match fields.rest().as_slice() {
        [(key, verb)] => Ok(Member { facts, verb: decode_verb(file, key, verb)? }),
        [] => {
            let told = Phrase::both("一揽子中的这一项没有写事项", "a member of a batch needs a request");
            Err(Fault::told(file, node.line, node.column, told))
        }
        [_, (key, _), ..] => {
            let name = shortened(&key.text);
            let told = told!(
                "`{name}`：一揽子中的每一项是一个事项和它的 `facts`（附件）",
                "`{name}`: a member of a batch is one request and its `facts`"
            );
            Err(Fault::told(file, key.line, key.column, told))
        }
    }
}

/// A count is a whole number of 0 or more; only `change` has a sign. 0 where 1 is needed is the office's.
fn counts_are_not_negative(file: &Path, node: &Node) -> Result<(), Fault> {
    for (key, value) in node.entries() {
        match key.text.as_str() {
            "count" | "size" | "seats" => not_negative(file, &key.text, value)?,
            "caps" => {
                for (kind, cap) in value.entries() {
                    not_negative(file, &kind.text, cap)?;
                }
            }
            "pool" => counts_are_not_negative(file, value)?,
            "schedule" => {
                for instalment in value.items() {
                    counts_are_not_negative(file, instalment)?;
                }
            }
            _ => {}
        }
    }
    Ok(())
}

fn not_negative(file: &Path, name: &str, node: &Node) -> Result<(), Fault> {
    match node.whole() {
        Some(number) if number < 0 => {
            let name = shortened(name);
            let told = told!(
                "`{name}` 是 {number}，应为不小于 0 的整数",
                "`{name}` is {number}, a whole number of 0 or more is needed"
            );
            Err(Fault::told(file, node.line, node.column, told))
        }
        Some(_) | None => Ok(()),
    }
}
