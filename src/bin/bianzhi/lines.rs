//! JSON lines: what `run --json` writes, one compact object a line, keys in a fixed order.

use std::io::Write;

use bianzhi::model::Date;
use bianzhi::office::Office;
use bianzhi::scenario::{Answer, Difference, Played};
use bianzhi::{
    Advanced, Decision, Happened, Outcome, Remark, ShownEvent, ShownReason, ShownRemark, in_reading_order,
};
use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::Failure;

#[derive(serde::Serialize)]
struct StepLine<'a> {
    step: usize,
    date: Date,
    request: &'static str,
    outcome: Outcome,
    reasons: Vec<ShownReason<'a>>,
    notes: Vec<ShownRemark<'a>>,
    events: Vec<ShownEvent<'a>>,
    findings: Vec<ShownRemark<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expected: Option<bool>,
}

#[derive(serde::Serialize)]
struct AdvanceLine<'a> {
    advance: Date,
    events: Vec<ShownEvent<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    notes: Vec<ShownRemark<'a>>,
    findings: Vec<ShownRemark<'a>>,
}

#[derive(serde::Serialize)]
struct CheckLine<'a> {
    step: usize,
    check: &'static str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    differences: &'a [Difference],
}

#[derive(serde::Serialize)]
struct BooksLine<'a> {
    books: Books<'a>,
}

/// Every node in tree order with every kind.
struct Books<'a>(&'a Office);

/// Every kind of one node.
struct Kinds<'a> {
    office: &'a Office,
    node: &'a str,
}

/// The lines of one step: the new date, if there is one, and the answer.
pub(crate) fn write_step(out: &mut dyn Write, played: &Played) -> Result<(), Failure> {
    if let Some(advanced) = &played.advanced {
        write_line(out, &advance_line(advanced))?;
    }
    match &played.answer {
        Answer::Decided { decision, expected } => {
            write_line(out, &step_line(played.step, decision, *expected))
        }
        Answer::Checked { differences } => {
            let check = if differences.is_empty() { "passed" } else { "failed" };
            write_line(out, &CheckLine { step: played.step, check, differences })
        }
    }
}

/// The closing line with all books.
pub(crate) fn write_books(out: &mut dyn Write, office: &Office) -> Result<(), Failure> {
    write_line(out, &BooksLine { books: Books(office) })
}

fn write_line(out: &mut dyn Write, line: &impl Serialize) -> Result<(), Failure> {
    serde_json::to_writer(&mut *out, line)?;
    out.write_all(b"\n")?;
    Ok(())
}

fn step_line(step: usize, decision: &Decision, expected: Option<bool>) -> StepLine<'_> {
    StepLine {
        step,
        date: decision.date,
        request: decision.request.verb.name(),
        outcome: decision.outcome,
        reasons: decision.reasons.iter().map(ShownReason).collect(),
        notes: remarks(&decision.notes),
        events: events(&decision.events),
        findings: remarks(&decision.findings),
        expected,
    }
}

fn advance_line(advanced: &Advanced) -> AdvanceLine<'_> {
    AdvanceLine {
        advance: advanced.date,
        events: events(&advanced.events),
        notes: remarks(&advanced.notes),
        findings: remarks(&advanced.findings),
    }
}

fn remarks(remarks: &[Remark]) -> Vec<ShownRemark<'_>> {
    remarks.iter().map(ShownRemark).collect()
}

fn events(events: &[Happened]) -> Vec<ShownEvent<'_>> {
    let order = in_reading_order(events).into_iter();
    order.map(|happened| ShownEvent { event: &happened.event, rule: happened.rule.as_deref() }).collect()
}

impl Serialize for Books<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let books = self.0.books();
        let mut map = serializer.serialize_map(None)?;
        for node in books.nodes_in_tree_order() {
            let id = books.id(node);
            map.serialize_entry(&id, &Kinds { office: self.0, node: id.as_str() })?;
        }
        map.end()
    }
}

impl Serialize for Kinds<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (_, kind) in self.office.books().kinds() {
            if let Some(figures) = self.office.figures(self.node, kind.id.as_str()) {
                map.serialize_entry(&kind.id, &figures)?;
            }
        }
        map.end()
    }
}
