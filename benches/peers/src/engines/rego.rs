//! Rego: the policy compiled for the virtual machine, one entry point a rule, one input object a request.

use std::collections::BTreeMap;

use regorus::Value as Given;
use regorus::languages::rego::compiler::Compiler;
use regorus::rvm::RegoVM;

use super::{Engine, numbered};
use crate::Failure;
use crate::facts::{Facts, NAMES, VERBS, Value, name, words};
use crate::stream::state::State;
use crate::stream::{Answer, Ask};

pub struct Rego {
    machine: RegoVM,
    keys: BTreeMap<&'static str, Given>,
    words: BTreeMap<&'static str, Given>,
}

impl Rego {
    pub fn new() -> Result<Self, Failure> {
        let mut engine = regorus::Engine::new();
        engine.add_policy("rules.rego".into(), include_str!("../../rules/rules.rego").into())?;
        let entries = VERBS.map(|verb| format!("data.stream.{}", name(verb)));
        let entries = entries.each_ref().map(String::as_str);
        let compiled = engine.compile_with_entrypoint(&entries[0].into())?;
        let program = Compiler::compile_from_policy(&compiled, &entries)?;
        let mut machine = RegoVM::new();
        machine.load_program(program);
        let keys = NAMES.into_iter().chain(["borrowed"]).map(|name| (name, Given::from(name))).collect();
        let words = words().map(|word| (word, Given::from(word))).collect();
        Ok(Self { machine, keys, words })
    }
}

impl Engine for Rego {
    fn name(&self) -> &'static str {
        "Rego (regorus 0.14.1, virtual machine)"
    }
    fn licence(&self) -> &'static str {
        "MIT AND Apache-2.0 AND BSD-3-Clause"
    }
    fn fed(&self) -> &'static str {
        "an input object a request, keys and words made once"
    }
    fn decide(&mut self, _: &State, ask: &Ask, facts: &Facts) -> Result<Answer, Failure> {
        let mut input = BTreeMap::new();
        for (name, value) in facts.each() {
            let Some(key) = self.keys.get(name) else { continue };
            let value = match value {
                Value::Number(number) => Given::from(*number),
                Value::YesNo(yes) => Given::from(*yes),
                Value::Word(word) => self.words.get(word).cloned().unwrap_or(Given::Null),
            };
            input.insert(key.clone(), value);
        }
        self.machine.set_input(Given::from(input));
        let answer = self
            .machine
            .execute_entry_point_by_index(ask.verb as usize)
            .map_err(|error| error.to_string())?;
        numbered(answer.as_i64()?)
    }
}
