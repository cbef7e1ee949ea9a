//! Printing: an expression of the tree as its author would write it.

#![expect(clippy::wildcard_enum_match_arm, reason = "what is not named here needs no brackets")]

use std::fmt::Write;
use std::sync::Arc;

use super::seen::is_shown;
use super::{Node, What};
use crate::policy::limits;
use crate::policy::value::Value;

/// The expression's source in one line.
pub(super) fn source(node: &Node) -> String {
    valued(node, &[])
}

/// The same with these values in place of the expressions that have them.
pub(super) fn valued(node: &Node, values: &[(Arc<str>, Value<'static>)]) -> String {
    let mut text = String::new();
    Printer { values, text: &mut text }.one(node);
    if text.len() >= limits::SHOWN_BYTES {
        text.push('…');
    }
    text
}

/// Several, with commas.
pub(super) fn all(nodes: &[Node]) -> String {
    let mut text = String::new();
    Printer { values: &[], text: &mut text }.joined(nodes, ", ");
    text
}

/// Writes one expression after the other into one text.
struct Printer<'a> {
    values: &'a [(Arc<str>, Value<'static>)],
    text: &'a mut String,
}

impl Printer<'_> {
    fn one(&mut self, node: &Node) {
        if self.text.len() >= limits::SHOWN_BYTES {
            return;
        }
        if !self.values.is_empty() && is_shown(node) && self.value_of(node) {
            return;
        }
        match &node.what {
            What::Constant(value) => written(self.text, value),
            What::Local(_, name) => self.text.push_str(name),
            What::Word(receiver, _, name, args) => {
                self.one(receiver);
                self.text.push('.');
                self.text.push_str(name);
                if !args.is_empty() {
                    self.arguments(args);
                }
            }
            What::Host(_, name, args) | What::Own(_, name, args) => {
                self.text.push_str(name);
                self.arguments(args);
            }
            What::Parameter(_, inner) | What::Path(_, inner) | What::Required(inner, _) => self.one(inner),
            What::Not(inner) => self.signed('!', inner),
            What::Minus(inner) => self.signed('-', inner),
            What::Binary(operator, sides) => {
                self.inside(&sides.0);
                self.text.push(' ');
                self.text.push_str(operator.sign());
                self.text.push(' ');
                self.inside(&sides.1);
            }
            What::And(parts) => self.between(parts, " && "),
            What::Or(parts) => self.between(parts, " || "),
            What::In(sides) => {
                self.inside(&sides.0);
                self.text.push_str(" in ");
                self.inside(&sides.1);
            }
            What::List(items) => {
                self.text.push('[');
                self.joined(items, ", ");
                self.text.push(']');
            }
            What::Facts(..) => self.text.push_str("#{…}"),
            What::If(parts) => {
                self.text.push_str("if ");
                self.one(&parts.0);
                self.text.push_str(" { … }");
            }
            What::Block(_) => self.text.push_str("{ … }"),
        }
    }

    /// The value that this expression has, if it has one.
    fn value_of(&mut self, node: &Node) -> bool {
        let start = self.text.len();
        Printer { values: &[], text: self.text }.one(node);
        let own = self.text.get(start..).unwrap_or_default();
        let value = self.values.iter().find(|(known, _)| **known == *own).map(|(_, value)| value);
        self.text.truncate(start);
        if let Some(value) = value {
            written(self.text, value);
        }
        value.is_some()
    }

    fn signed(&mut self, sign: char, inner: &Node) {
        self.text.push(sign);
        self.one(inner);
    }

    fn arguments(&mut self, args: &[Node]) {
        self.text.push('(');
        self.joined(args, ", ");
        self.text.push(')');
    }

    fn joined(&mut self, nodes: &[Node], sign: &str) {
        for (place, node) in nodes.iter().enumerate() {
            if place > 0 {
                self.text.push_str(sign);
            }
            self.one(node);
        }
    }

    fn between(&mut self, nodes: &[Node], sign: &str) {
        for (place, node) in nodes.iter().enumerate() {
            if place > 0 {
                self.text.push_str(sign);
            }
            self.inside(node);
        }
    }

    /// An operand, in brackets where it has operators itself.
    fn inside(&mut self, node: &Node) {
        let brackets = matches!(node.what, What::Binary(..) | What::And(_) | What::Or(_) | What::In(_));
        if brackets {
            self.text.push('(');
        }
        self.one(node);
        if brackets {
            self.text.push(')');
        }
    }
}

/// A value as it is written in a script.
fn written(text: &mut String, value: &Value<'_>) {
    match value {
        Value::Text(own) => text.extend(["\"", own.as_str(), "\""]),
        Value::List(items) => {
            text.push('[');
            for (place, item) in items.iter().enumerate() {
                if text.len() >= limits::SHOWN_BYTES {
                    return;
                }
                if place > 0 {
                    text.push_str(", ");
                }
                written(text, item);
            }
            text.push(']');
        }
        _ => {
            // Writing to a text cannot fail.
            let _written = write!(text, "{value}");
        }
    }
}
