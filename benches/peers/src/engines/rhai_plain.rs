//! Plain Rhai: the facts as a type of its own with a getter each, the functions called with it.

use rhai::{AST, CallFnOptions, Engine as Host, ImmutableString, Scope};

use super::{Engine, numbered};
use crate::Failure;
use crate::facts::{Facts, NAMES, Value, name};
use crate::stream::state::State;
use crate::stream::{Answer, Ask};

pub struct Rhai {
    host: Host,
    rules: AST,
}

impl Rhai {
    pub fn new() -> Result<Self, Failure> {
        let mut host = Host::new();
        host.register_type_with_name::<Facts>("facts");
        for known in NAMES.into_iter().chain(["borrowed"]) {
            match known {
                "kind" | "category" | "purpose" => {
                    host.register_get(known, move |it: &mut Facts| word(it, known))
                }
                "controlled" | "city_organ" | "school" | "hospital" => {
                    host.register_get(known, move |it: &mut Facts| it.get(known) == Some(Value::YesNo(true)))
                }
                _ => host.register_get(known, move |it: &mut Facts| number(it, known)),
            };
        }
        let rules = host.compile(include_str!("../../rules/rules.rhai"))?;
        Ok(Self { host, rules })
    }
}

fn word(it: &Facts, known: &str) -> ImmutableString {
    match it.get(known) {
        Some(Value::Word(word)) => word.into(),
        _ => ImmutableString::new(),
    }
}

fn number(it: &Facts, known: &str) -> i64 {
    match it.get(known) {
        Some(Value::Number(number)) => number,
        _ => 0,
    }
}

impl Engine for Rhai {
    fn name(&self) -> &'static str {
        "plain Rhai 1.27.0 with getters"
    }
    fn licence(&self) -> &'static str {
        "MIT OR Apache-2.0"
    }
    fn fed(&self) -> &'static str {
        "the facts as one value with getters"
    }
    fn decide(&mut self, _: &State, ask: &Ask, facts: &Facts) -> Result<Answer, Failure> {
        let options = CallFnOptions::new().eval_ast(false);
        let mut scope = Scope::new();
        let rule = name(ask.verb);
        numbered(self.host.call_fn_with_options(options, &mut scope, &self.rules, rule, (*facts,))?)
    }
}
