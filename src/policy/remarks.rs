//! Remarks: what scripts said, with texts, places and values, as an answer carries it.

use std::sync::Arc;

use super::call::{Call, Fail, How, Said};
use super::reasons::filled;
use super::tree::Recorded;
use super::value::Value;
use super::{HookRef, PolicySet};
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
        let mut recorded = recorded.iter();
        for said in said {
            let condition = if said.required { recorded.next() } else { None };
            let remark = self.remark(hook, call, said, condition);
            match said.how {
                How::Denial => remarks.denials.push(remark),
                How::Note => remarks.notes.push(remark),
                How::Finding => remarks.findings.push(remark),
            }
        }
        remarks
    }

    fn remark(&self, hook: &HookRef, call: &Call<'_>, said: &Said, condition: Option<&Recorded>) -> Remark {
        let mut values: Vec<(String, FactValue)> = Vec::new();
        if let Some(condition) = condition {
            values
                .extend(condition.values.iter().map(|(source, value)| (source.clone(), shown(value, call))));
        }
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
