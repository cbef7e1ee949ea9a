//! Explanations as JSON: one object, keys in a fixed order, both languages beside each other.

use std::io::Write;

use bianzhi::explain::{Edit, Explanation, MOST_TRIES, Suggestion, WhyNot};
use bianzhi::ledger::Ledger;
use bianzhi::model::{Date, FactValue, Lang};
use bianzhi::policy::{Condition, ConditionOf, Occasion, RuleTrace};
use bianzhi::{Outcome, Request, ShownEvent, ShownReason, ShownRemark, in_reading_order};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::Failure;
use crate::explain::Depth;

#[derive(Serialize)]
struct Line<'a> {
    step: usize,
    date: Date,
    request: &'static str,
    outcome: Outcome,
    zh: String,
    en: String,
    #[serde(flatten)]
    rest: Option<Rest<'a>>,
}

#[derive(Serialize)]
struct Rest<'a> {
    reasons: Vec<ShownReason<'a>>,
    rules: Vec<Rule<'a>>,
    parameters: Vec<Parameter>,
    notes: Vec<ShownRemark<'a>>,
    events: Vec<ShownEvent<'a>>,
    findings: Vec<ShownRemark<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    why_not: Option<Instead<'a>>,
}

#[derive(Serialize)]
struct Rule<'a> {
    hook: &'a str,
    script: &'a str,
    line: u32,
    about: Value,
    conditions: Vec<Row<'a>>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    more: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    proposals: Vec<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    failed: Option<ShownRemark<'a>>,
}

#[derive(Serialize)]
struct Row<'a> {
    line: u32,
    column: u32,
    of: &'static str,
    depth: usize,
    source: &'a str,
    valued: &'a str,
    result: Value,
    values: Map<String, Value>,
}

#[derive(Serialize)]
struct Parameter {
    name: String,
    value: String,
    from: Date,
    #[serde(skip_serializing_if = "String::is_empty")]
    folder: String,
}

#[derive(Serialize)]
struct Instead<'a> {
    suggestions: Vec<Change<'a>>,
    tries: usize,
    most_tries: usize,
    exhausted: bool,
}

#[derive(Serialize)]
struct Change<'a> {
    zh: String,
    en: String,
    edits: Vec<Edited<'a>>,
    first: &'a [Request],
    request: &'a Request,
}

#[derive(Serialize)]
struct Edited<'a> {
    field: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<u32>,
    from: Value,
    to: Value,
}

/// Writes one explanation as one line.
pub(crate) fn write(
    out: &mut dyn Write,
    step: usize,
    depth: Depth,
    explanation: &Explanation,
    why_not: &WhyNot,
) -> Result<(), Failure> {
    let decision = &explanation.decision;
    let line = Line {
        step,
        date: decision.date,
        request: decision.request.verb.name(),
        outcome: decision.outcome,
        zh: explanation.sentence(Lang::Zh),
        en: explanation.sentence(Lang::En),
        rest: (depth > Depth::Sentence).then(|| rest(depth, explanation, why_not)),
    };
    serde_json::to_writer(&mut *out, &line)?;
    out.write_all(b"\n")?;
    Ok(())
}

fn rest<'a>(depth: Depth, explanation: &'a Explanation, why_not: &'a WhyNot) -> Rest<'a> {
    let decision = &explanation.decision;
    let parameters = explanation.parameters().into_iter().map(|read| Parameter {
        name: read.name.clone(),
        value: read.value.clone(),
        from: read.from,
        folder: read.folder.clone(),
    });
    let events = in_reading_order(&decision.events).into_iter();
    Rest {
        reasons: decision.reasons.iter().map(ShownReason).collect(),
        rules: explanation.rules.iter().map(|one| rule(depth, one)).collect(),
        parameters: parameters.collect(),
        notes: decision.notes.iter().map(ShownRemark).collect(),
        events: events
            .map(|happened| ShownEvent { event: &happened.event, rule: happened.rule.as_deref() })
            .collect(),
        findings: decision.findings.iter().map(ShownRemark).collect(),
        why_not: (!decision.granted()).then(|| Instead {
            suggestions: why_not.suggestions.iter().map(|one| change(one, explanation.books())).collect(),
            tries: why_not.tries,
            most_tries: MOST_TRIES,
            exhausted: why_not.exhausted,
        }),
    }
}

fn rule(depth: Depth, rule: &RuleTrace) -> Rule<'_> {
    let told =
        |one: &&Condition| depth == Depth::Full || matches!(one.of, ConditionOf::If | ConditionOf::Require);
    Rule {
        hook: &rule.hook,
        script: &rule.script,
        line: rule.line,
        about: about(&rule.about),
        conditions: rule.conditions.iter().filter(told).map(row).collect(),
        more: rule.more,
        proposals: rule
            .proposals
            .iter()
            .map(|(verb, place)| serde_json::json!({"request": verb, "rule": &**place}))
            .collect(),
        failed: rule.failed.as_ref().map(ShownRemark),
    }
}

fn about(about: &Occasion) -> Value {
    match about {
        Occasion::Request { verb, at: None, by_reaction: false } => serde_json::json!({"request": verb}),
        Occasion::Request { verb, at: Some(at), .. } => serde_json::json!({"request": verb, "at": at}),
        Occasion::Request { verb, at: None, by_reaction: true } => {
            serde_json::json!({"request": verb, "by_reaction": true})
        }
        Occasion::Event(event) => serde_json::json!({"event": event}),
        Occasion::Day(day) => serde_json::json!({"day": day}),
        Occasion::PoolSize(pool) => serde_json::json!({"size_of": pool}),
        Occasion::Audit => serde_json::json!({"audit": true}),
    }
}

fn row(condition: &Condition) -> Row<'_> {
    Row {
        line: condition.line,
        column: condition.column,
        of: condition.of.as_str(),
        depth: condition.depth,
        source: &condition.source,
        valued: &condition.valued,
        result: shown(condition.result.as_ref()),
        values: condition.values.iter().map(|(source, value)| (source.clone(), shown(Some(value)))).collect(),
    }
}

fn change<'a>(suggestion: &'a Suggestion, books: &Ledger) -> Change<'a> {
    let field = |edit: &'a Edit| {
        let Edit { field, at, from, to } = edit;
        Edited { field, at: *at, from: shown(from.as_ref()), to: shown(to.as_ref()) }
    };
    Change {
        zh: suggestion.text(books, Lang::Zh),
        en: suggestion.text(books, Lang::En),
        edits: suggestion.edits.iter().map(field).collect(),
        first: &suggestion.first,
        request: &suggestion.request,
    }
}

fn shown(value: Option<&FactValue>) -> Value {
    match value {
        None => Value::Null,
        Some(FactValue::YesNo(yes)) => Value::Bool(*yes),
        Some(FactValue::Whole(number)) => Value::Number((*number).into()),
        Some(FactValue::Number(_) | FactValue::Date(_) | FactValue::Text(_)) => {
            Value::String(value.map(ToString::to_string).unwrap_or_default())
        }
    }
}
