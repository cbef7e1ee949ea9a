//! Remarks: what scripts said, with texts, places and values, as an answer carries it.

use std::sync::Arc;

use super::call::{Call, Fail, How, Said};
use super::reasons::filled;
use super::tree::Recorded;
use super::value::Value;
use super::{HookRef, PolicySet, limits};
use crate::decision::Remark;
use crate::model::FactValue;

/// The remarks of one call, sorted out.
#[derive(Debug, Default)]
pub(crate) struct Remarks {
    pub(crate) denials: Vec<Remark>,
    pub(crate) notes: Vec<Remark>,
    pub(crate) findings: Vec<Remark>,
}

impl PolicySet {
    /// What was said in a call of this hook; `recorded` has a row for each condition that was not met.
    pub(super) fn remarks(
        &self,
        hook: &HookRef,
        call: &Call<'_>,
        said: &[Said],
        recorded: &[Recorded],
    ) -> Remarks {
        let mut remarks = Remarks::default();
        let mut room = Room(limits::SAID_BYTES);
        let mut recorded = recorded.iter();
        for said in said {
            let condition = if said.required { recorded.next() } else { None };
            let remark = self.remark(hook, call, said, condition.map(|condition| (condition, &mut room)));
            match said.how {
                How::Denial => remarks.denials.push(remark),
                How::Note => remarks.notes.push(remark),
                How::Finding => remarks.findings.push(remark),
            }
        }
        remarks
    }

    fn remark(
        &self,
        hook: &HookRef,
        call: &Call<'_>,
        said: &Said,
        condition: Option<(&Recorded, &mut Room)>,
    ) -> Remark {
        let mut values: Vec<(String, FactValue)> = Vec::new();
        let condition = condition.map(|(condition, room)| {
            values = room.values(condition, call);
            condition
        });
        for (name, value) in &said.facts {
            let value = shown(value, call);
            match values.iter_mut().find(|(known, _)| **known == **name) {
                Some((_, known)) => *known = value,
                None => values.push((name.to_string(), value)),
            }
        }
        let (zh, en, basis) = self.0.reasons.get(&said.code).map_or(Default::default(), |text| {
            (filled(&text.zh, &values), filled(&text.en, &values), text.basis.clone())
        });
        Remark {
            code: said.code.to_string(),
            zh,
            en,
            basis,
            script: self.path(hook.script).to_owned(),
            line: said.line,
            condition: condition.map(|condition| condition.condition.to_string()),
            values,
            at: None,
        }
    }

    /// A script that failed, with file, line and cause.
    pub(super) fn failed(&self, hook: &HookRef, fail: &Fail) -> Remark {
        let script = self.path(hook.script).to_owned();
        let line = if fail.line == 0 { hook.line } else { fail.line };
        let mut remark = Remark {
            code: fail.code.to_owned(),
            zh: format!("规则未能执行（{script} 第 {line} 行）：{}", fail.zh),
            en: format!("the rule failed at {script}:{line}: {}", fail.en),
            script,
            line,
            ..Remark::default()
        };
        if let Some(text) = self.0.reasons.get(fail.code) {
            let values = [
                ("cause".to_owned(), FactValue::Text(fail.en.clone())),
                ("原因".to_owned(), FactValue::Text(fail.zh.clone())),
            ];
            remark.zh = filled(&text.zh, &values);
            remark.en = filled(&text.en, &values);
            remark.basis.clone_from(&text.basis);
        }
        remark
    }

    /// A script's path inside the policy folder.
    pub(super) fn path(&self, script: usize) -> &str {
        self.0.scripts.get(script).map_or("", |script| &script.path)
    }

    /// A place in a hook's script, as `file.rhai:line`.
    pub(super) fn place(&self, hook: &HookRef, line: u32) -> Arc<str> {
        format!("{}:{line}", self.path(hook.script)).into()
    }
}

/// How many bytes the values of conditions in one call's remarks may still take, all of which the journal keeps.
struct Room(usize);

impl Room {
    /// The values in a condition as far as there is room. A text or a list that is longer is cut, and says by how much; of values
    /// for which nothing is left only the number is told.
    fn values(&mut self, condition: &Recorded, call: &Call<'_>) -> Vec<(String, FactValue)> {
        let mut values = Vec::new();
        let mut left_out = 0_usize;
        for (source, value) in &condition.values {
            let Some(room) = self.0.checked_sub(source.len()).filter(|room| *room > 0) else {
                left_out = left_out.saturating_add(1);
                continue;
            };
            let (value, bytes) = within(value, call, room);
            self.0 = room.saturating_sub(bytes);
            values.push((source.clone(), value));
        }
        if left_out > 0 {
            values.push((
                "…".to_owned(),
                FactValue::Text(format!("另有 {left_out} 项从略 ({left_out} more left out)")),
            ));
        }
        values
    }
}

/// A value as an answer shows it, in so many bytes at most but for the word that something was left out; and its bytes.
fn within(value: &Value, call: &Call<'_>, room: usize) -> (FactValue, usize) {
    let mut kept = Kept { text: String::new(), room, left_out: 0 };
    if let Value::List(items) = value {
        for (place, item) in items.iter().enumerate() {
            if place > 0 {
                kept.push(", ");
            }
            kept.push(&shown(item, call).to_string());
        }
    } else {
        let plain = shown(value, call);
        let FactValue::Text(text) = plain else { return (plain, size_of::<i64>()) };
        kept.push(&text);
    }
    let Kept { mut text, left_out, .. } = kept;
    let bytes = text.len();
    if left_out > 0 {
        text = format!("{text}…（从略 {left_out} 字节, {left_out} bytes left out）");
    }
    (FactValue::Text(text), bytes)
}

/// A text that is kept up to its room, and how many bytes were not.
struct Kept {
    text: String,
    room: usize,
    left_out: usize,
}

impl Kept {
    fn push(&mut self, piece: &str) {
        let room = if self.left_out > 0 { 0 } else { self.room.saturating_sub(self.text.len()) };
        let end = (0..=room.min(piece.len())).rev().find(|end| piece.is_char_boundary(*end));
        let fits = piece.get(..end.unwrap_or(0)).unwrap_or_default();
        self.text.push_str(fits);
        self.left_out = self.left_out.saturating_add(piece.len().saturating_sub(fits.len()));
    }
}

/// A value as an answer shows it: things by their ids.
pub(super) fn shown(value: &Value, call: &Call<'_>) -> FactValue {
    match value {
        Value::View(view) => FactValue::Text(view.id(call)),
        Value::List(items) => {
            let items: Vec<String> = items.iter().map(|item| shown(item, call).to_string()).collect();
            FactValue::Text(items.join(", "))
        }
        Value::Nothing
        | Value::YesNo(_)
        | Value::Number(_)
        | Value::Decimal(_)
        | Value::Text(_)
        | Value::Date(_)
        | Value::Facts(_) => value.shown(),
    }
}
