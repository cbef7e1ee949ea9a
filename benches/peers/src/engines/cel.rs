//! CEL: one compiled expression a rule, in an inner scope made for each request.

use std::collections::BTreeMap;
use std::sync::Arc;

use cel::objects::Value as Given;
use cel::{Context, Program};

use super::{Engine, numbered};
use crate::Failure;
use crate::facts::{Facts, Value, words};
use crate::stream::state::State;
use crate::stream::{Answer, Ask};

pub struct Cel {
    rules: Vec<Program>,
    outer: Context<'static, 'static>,
    words: BTreeMap<&'static str, Given>,
}

impl Cel {
    pub fn new() -> Result<Self, Failure> {
        let rules = include_str!("../../rules/cel.txt")
            .lines()
            .map(|line| Program::compile(line).map_err(|error| error.to_string()))
            .collect::<Result<_, _>>()?;
        let words = words().map(|word| (word, Given::String(Arc::new(word.to_owned())))).collect();
        Ok(Self { rules, outer: Context::default(), words })
    }
}

impl Engine for Cel {
    fn name(&self) -> &'static str {
        "CEL (cel 0.15.0)"
    }
    fn licence(&self) -> &'static str {
        "MIT"
    }
    fn fed(&self) -> &'static str {
        "an inner scope a request, words made once"
    }
    fn decide(&mut self, _: &State, ask: &Ask, facts: &Facts) -> Result<Answer, Failure> {
        let mut scope = self.outer.new_inner_scope();
        for (name, value) in facts.each() {
            let value = match value {
                Value::Number(number) => Given::Int(*number),
                Value::YesNo(yes) => Given::Bool(*yes),
                Value::Word(word) => self.words.get(word).cloned().unwrap_or(Given::Null),
            };
            scope.add_variable_from_value(*name, value);
        }
        let rule = self.rules.get(ask.verb as usize).ok_or("no rule")?;
        match rule.execute(&scope).map_err(|error| error.to_string())? {
            Given::Int(number) => numbered(number),
            other => Err(format!("CEL gave {other:?}").into()),
        }
    }
}
