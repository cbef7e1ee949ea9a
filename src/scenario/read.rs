//! Reading: a scenario's document into steps, or all its faults in one pass.

use std::collections::BTreeMap;
use std::path::Path;

use super::table::{self, Cases};
use super::{Action, Check, Expectation, Scenario, Step, shortened};
use crate::document::{Document, Fields, Key, Node, date, nearest};
use crate::error::{Fault, Phrase, told};
use crate::model::{Date, FactValue, NodeId};
use crate::request::{Request, Verb};

const FORMAT: &str = "scenario/1";
/// What may stand beside the verb of a step.
const BESIDE: [&str; 8] = ["id", "on", "by", "clerk", "effective", "facts", "expect", "check"];

pub(super) fn scenario(document: Document) -> Result<Scenario, Vec<Fault>> {
    let mut fields = document.fields(&document.root).map_err(|fault| vec![fault])?;
    let mut faults = Vec::new();
    header(&document, &mut fields, &mut faults);
    let folder = document.file.parent().unwrap_or(Path::new(""));
    let charter = noted(path(&document, fields.required("charter")), &mut faults);
    let policies = match fields.take("policies") {
        Some(node) if node.is_null() => None,
        Some(node) => noted(path(&document, Ok(node)), &mut faults),
        None => {
            let told = Phrase::both(
                "缺少字段 `policies`：写政策目录；只按账法办的写 `null`",
                "missing field `policies`: a folder, or `null` for the laws alone",
            );
            faults.push(document.told(&document.root, told));
            None
        }
    };
    let mut steps = Vec::new();
    let mut cases = None;
    match fields.required("steps") {
        Ok(node) if node.is_list() => {
            for node in node.items() {
                steps.extend(step(&document, node, &mut faults));
            }
        }
        Ok(node) if node.is_map() => match table(&document, node, folder) {
            Ok((table, rows)) => (cases, steps) = (Some(table), rows),
            Err(found) => faults.extend(found),
        },
        Ok(node) => {
            faults.push(document.told(node, misfit(node, ["各步的清单", "a list of steps"])));
        }
        Err(fault) => faults.push(fault),
    }
    faults.extend(fields.finish());
    match charter {
        Some(charter) if faults.is_empty() => {
            let (charter, policies) = (folder.join(charter), policies.map(|policies| folder.join(policies)));
            Ok(Scenario { document, cases, charter, policies, steps })
        }
        Some(_) | None => {
            faults.sort();
            Err(faults)
        }
    }
}

/// The steps of a table: `steps: {csv: cases.csv}`.
fn table(document: &Document, node: &Node, folder: &Path) -> Result<(Cases, Vec<Step>), Vec<Fault>> {
    let mut fields = document.fields(node).map_err(|fault| vec![fault])?;
    let name = path(document, fields.required("csv"));
    let faults = fields.finish();
    match name {
        Ok(name) if faults.is_empty() => table::steps(&folder.join(name)),
        name => Err(name.err().into_iter().chain(faults).collect()),
    }
}

fn header(document: &Document, fields: &mut Fields<'_>, faults: &mut Vec<Fault>) {
    match fields.required("bianzhi") {
        Ok(node) if node.text() == Some(FORMAT) => {}
        Ok(node) => {
            faults.push(document.told(node, misfit(node, [" `scenario/1`", "`scenario/1`"])));
        }
        Err(fault) => faults.push(fault),
    }
}

fn path<'a>(document: &Document, node: Result<&'a Node, Fault>) -> Result<&'a str, Fault> {
    let node = node?;
    match node.text() {
        Some(text) if !text.is_empty() => Ok(text),
        Some(_) | None => Err(document.told(node, misfit(node, ["文件或目录的路径", "a path"]))),
    }
}

/// The value, or nothing and one fault more.
fn noted<T>(result: Result<T, Fault>, faults: &mut Vec<Fault>) -> Option<T> {
    result.map_err(|fault| faults.push(fault)).ok()
}

pub(super) fn step(document: &Document, node: &Node, faults: &mut Vec<Fault>) -> Option<Step> {
    let mut fields = noted(document.fields(node), faults)?;
    let before = faults.len();
    let on = fields.optional("on").and_then(|node| noted(day(document, node), faults));
    let by = fields.optional("by").and_then(|node| noted(document.decode::<NodeId>(node), faults));
    let action = match fields.optional("check") {
        Some(check) => check_action(document, check, fields, faults),
        None => ask_action(document, node, fields, faults),
    };
    let action = action.filter(|_| faults.len() == before)?;
    Some(Step { line: node.line, on, by, fresh: false, action })
}

fn day(document: &Document, node: &Node) -> Result<Date, Fault> {
    node.text().and_then(date).ok_or_else(|| {
        document.told(node, misfit(node, ["日期，如 `2024-03-05`", "a day such as `2024-03-05`"]))
    })
}

fn check_action(
    document: &Document,
    check: &Node,
    mut fields: Fields<'_>,
    faults: &mut Vec<Fault>,
) -> Option<Action> {
    for (key, _) in fields.rest() {
        let name = shortened(&key.text);
        let told = told!(
            "`check`（核对）旁边不能写 `{name}`；只能写 `on`（日期）和 `by`（申请方）",
            "`{name}` has no meaning beside `check`; only `on` and `by` have"
        );
        faults.push(document.told_at_key(key, told));
    }
    match Check::read(document, check) {
        Ok(check) => Some(Action::Check(check)),
        Err(found) => {
            faults.extend(found);
            None
        }
    }
}

fn ask_action(
    document: &Document,
    step: &Node,
    mut fields: Fields<'_>,
    faults: &mut Vec<Fault>,
) -> Option<Action> {
    let id = fields.optional("id").and_then(|node| noted(document.decode(node), faults));
    let clerk = fields.optional("clerk").and_then(|node| noted(document.decode(node), faults));
    let effective = fields.optional("effective").and_then(|node| noted(day(document, node), faults));
    let facts = fields
        .optional("facts")
        .and_then(|node| noted(document.decode::<BTreeMap<String, FactValue>>(node), faults))
        .unwrap_or_default();
    let expect = fields.optional("expect").and_then(|node| match Expectation::read(document, node) {
        Ok(expectation) => Some(expectation),
        Err(found) => {
            faults.extend(found);
            None
        }
    });
    let verb = verb(document, step, &fields.rest(), faults)?;
    let request = Request { id, on: None, by: None, clerk, effective, facts, verb };
    Some(Action::Ask { request: Box::new(request), expect })
}

/// The one verb of a step among what is left of its fields.
fn verb(document: &Document, step: &Node, left: &[&(Key, Node)], faults: &mut Vec<Fault>) -> Option<Verb> {
    let (verbs, others): (Vec<_>, Vec<_>) =
        left.iter().copied().partition(|(key, _)| Verb::NAMES.contains(&key.text.as_str()));
    let what =
        if verbs.is_empty() { Phrase::both("事项", "request") } else { Phrase::both("字段", "field") };
    for (key, _) in others {
        let name = shortened(&key.text);
        let known = Verb::NAMES.iter().copied().filter(|name| *name != "owe").chain(BESIDE);
        let hint = match Verb::NAMES.iter().find(|verb| Verb::chinese(verb) == Some(name.as_str())) {
            // Tables have columns in Chinese; here the names are those of the formats.
            Some(verb) => Phrase::both(format!("；这里写作 `{verb}`"), ""),
            None => Phrase::hint(nearest(&name, known)),
        };
        let told = told!("不认识的{what} `{name}`{hint}", "unknown {what} `{name}`{hint}"; what, hint);
        faults.push(document.told_at_key(key, told));
    }
    let mut verbs = verbs.into_iter();
    let Some((key, node)) = verbs.next() else {
        if left.is_empty() {
            let zh = "这一步没有写事项，也没有写 `check`（核对）";
            faults.push(document.told(step, Phrase::both(zh, "a step needs a request or a `check`")));
        }
        return None;
    };
    for (other, _) in verbs {
        let (one, another) = (shortened(&key.text), shortened(&other.text));
        let told = told!(
            "一步只写一个事项：`{one}` 旁边又写了 `{another}`",
            "a step has one request: `{another}` stands beside `{one}`"
        );
        faults.push(document.told_at_key(other, told));
    }
    let verb = noted(document.decode_verb(key, node), faults)?;
    fits_a_step(document, key, node, faults).then_some(verb)
}

/// Whether the verb may be asked here: `owe` is for reactions, and a batch has neither `batch` nor `advance`.
fn fits_a_step(document: &Document, key: &Key, node: &Node, faults: &mut Vec<Fault>) -> bool {
    let before = faults.len();
    if key.text == "owe" {
        faults.push(document.told_at_key(key, for_reactions()));
    }
    let members = if key.text == "batch" { node.items() } else { &[] };
    for (key, _) in members.iter().flat_map(Node::entries) {
        let told = match key.text.as_str() {
            name @ ("batch" | "advance") => {
                told!("`{name}` 不能放在一揽子里", "`{name}` cannot be a member of a batch")
            }
            "owe" => for_reactions(),
            _ => continue,
        };
        faults.push(document.told_at_key(key, told));
    }
    faults.len() == before
}

fn for_reactions() -> Phrase {
    Phrase::both("`owe`（记待还）只由政策联动产生，不能申请", "`owe` is for the reactions of policies alone")
}

/// The message for what is something else than is needed, in Chinese and in English.
pub(super) fn misfit(node: &Node, [zh, en]: [&str; 2]) -> Phrase {
    let found = node.found_in_both();
    told!("此处是{found}，应为{zh}", "found {found}, {en} is needed"; found)
}
