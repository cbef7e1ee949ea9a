//! ZEN: one compiled expression a rule, in one environment whose values are set anew for each request.

use std::collections::BTreeMap;

use zen_expression::expression::Standard;
use zen_expression::variable::{Symbol, Variable};
use zen_expression::vm::VM;
use zen_expression::{Expression, compile_expression};

use super::{Engine, numbered};
use crate::Failure;
use crate::facts::{Facts, Value, words};
use crate::stream::state::State;
use crate::stream::{Answer, Ask};

pub struct Zen {
    rules: Vec<Expression<Standard>>,
    machine: VM,
    environment: Variable,
    keys: BTreeMap<&'static str, Symbol>,
    words: BTreeMap<&'static str, Variable>,
}

impl Zen {
    pub fn new() -> Result<Self, Failure> {
        let rules =
            include_str!("../../rules/zen.txt").lines().map(compile_expression).collect::<Result<_, _>>()?;
        let mut keys: BTreeMap<_, _> =
            crate::facts::NAMES.iter().map(|name| (*name, Variable::key(name))).collect();
        keys.insert("borrowed", Variable::key("borrowed"));
        let words = words().map(|word| (word, Variable::String(Variable::key(word)))).collect();
        Ok(Self { rules, machine: VM::new(), environment: Variable::empty_object(), keys, words })
    }
}

impl Engine for Zen {
    fn name(&self) -> &'static str {
        "ZEN expressions 2.1.6"
    }
    fn licence(&self) -> &'static str {
        "MIT"
    }
    fn fed(&self) -> &'static str {
        "one environment, keys and words made once"
    }
    fn decide(&mut self, _: &State, ask: &Ask, facts: &Facts) -> Result<Answer, Failure> {
        if let Variable::Object(map) = &self.environment {
            let mut map = map.borrow_mut();
            for (name, value) in facts.each() {
                let Some(key) = self.keys.get(name) else { continue };
                let value = match value {
                    Value::Number(number) => Variable::Number((*number).into()),
                    Value::YesNo(yes) => Variable::Bool(*yes),
                    Value::Word(word) => self.words.get(word).cloned().unwrap_or(Variable::Null),
                };
                map.insert(key.clone(), value);
            }
        }
        let rule = self.rules.get(ask.verb as usize).ok_or("no rule")?;
        match rule.evaluate_with(self.environment.clone(), &mut self.machine)? {
            Variable::Number(number) => numbered(i64::try_from(number)?),
            other => Err(format!("ZEN gave {other:?}").into()),
        }
    }
}
