//! LuaJIT: one function a rule, called with its facts as plain arguments; words are made once.

use std::collections::BTreeMap;

use mlua::{Function, LuaString, MultiValue, Value as Given};

use super::{Engine, numbered};
use crate::Failure;
use crate::facts::{Facts, VERBS, Value, name, words};
use crate::stream::state::State;
use crate::stream::{Answer, Ask};

pub struct Lua {
    // The functions live in it.
    _lua: mlua::Lua,
    rules: Vec<Function>,
    words: BTreeMap<&'static str, LuaString>,
}

impl Lua {
    pub fn new() -> Result<Self, Failure> {
        let lua = mlua::Lua::new();
        lua.load(include_str!("../../rules/rules.lua")).exec()?;
        let rules = VERBS.iter().map(|verb| lua.globals().get(name(*verb))).collect::<Result<_, _>>()?;
        let words =
            words().map(|word| Ok((word, lua.create_string(word)?))).collect::<Result<_, Failure>>()?;
        Ok(Self { _lua: lua, rules, words })
    }
}

impl Engine for Lua {
    fn name(&self) -> &'static str {
        "LuaJIT 2.1 (mlua 0.12.2)"
    }
    fn licence(&self) -> &'static str {
        "MIT"
    }
    fn fed(&self) -> &'static str {
        "plain arguments, words made once"
    }
    fn decide(&mut self, _: &State, ask: &Ask, facts: &Facts) -> Result<Answer, Failure> {
        let given: MultiValue = facts
            .each()
            .iter()
            .map(|(_, value)| match value {
                Value::Number(number) => Given::Integer(*number),
                Value::YesNo(yes) => Given::Boolean(*yes),
                Value::Word(word) => self.words.get(word).cloned().map_or(Given::Nil, Given::String),
            })
            .collect();
        let rule = self.rules.get(ask.verb as usize).ok_or("no rule")?;
        numbered(rule.call(given)?)
    }
}
