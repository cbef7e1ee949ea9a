//! Printing: an expression of the tree as its author would write it.

#![expect(clippy::wildcard_enum_match_arm, reason = "what is not named here needs no brackets")]

use super::{Node, What};
use crate::policy::value::Value;

/// The expression's source in one line.
pub(super) fn source(node: &Node) -> String {
    valued(node, &[])
}

/// The same with these values in place of the expressions that have them.
pub(super) fn valued(node: &Node, values: &[(String, Value<'static>)]) -> String {
    if !values.is_empty() {
        let own = source(node);
        if let Some((_, value)) = values.iter().find(|(known, _)| *known == own) {
            return written(value);
        }
    }
    let one = |node: &Node| valued(node, values);
    let all = |nodes: &[Node]| nodes.iter().map(&one).collect::<Vec<_>>().join(", ");
    let inside = |node: &Node| inside(node, values);
    let joined = |parts: &[Node], sign: &str| parts.iter().map(&inside).collect::<Vec<_>>().join(sign);
    match &node.what {
        What::Constant(value) => written(value),
        What::Local(_, name) => name.to_string(),
        What::Word(receiver, _, name, args) if args.is_empty() => format!("{}.{name}", one(receiver)),
        What::Word(receiver, _, name, args) => format!("{}.{name}({})", one(receiver), all(args)),
        What::Host(_, name, args) | What::Own(_, name, args) => format!("{name}({})", all(args)),
        What::Parameter(_, inner) | What::Required(inner, _) => one(inner),
        What::Not(inner) => format!("!{}", one(inner)),
        What::Minus(inner) => format!("-{}", one(inner)),
        What::Binary(operator, sides) => {
            format!("{} {} {}", inside(&sides.0), operator.sign(), inside(&sides.1))
        }
        What::And(parts) => joined(parts, " && "),
        What::Or(parts) => joined(parts, " || "),
        What::In(sides) => format!("{} in {}", inside(&sides.0), inside(&sides.1)),
        What::List(items) => format!("[{}]", all(items)),
        What::Facts(_) => "#{…}".to_owned(),
        What::If(parts) => format!("if {} {{ … }}", one(&parts.0)),
        What::Block(_) => "{ … }".to_owned(),
    }
}

/// Several, with commas.
pub(super) fn all(nodes: &[Node]) -> String {
    nodes.iter().map(source).collect::<Vec<_>>().join(", ")
}

/// An operand, in brackets where it has operators itself.
fn inside(node: &Node, values: &[(String, Value<'static>)]) -> String {
    let own = valued(node, values);
    match &node.what {
        What::Binary(..) | What::And(_) | What::Or(_) | What::In(_) => format!("({own})"),
        _ => own,
    }
}

/// A value as it is written in a script.
fn written(value: &Value<'_>) -> String {
    match value {
        Value::Text(text) => format!("\"{text}\""),
        Value::List(items) => format!("[{}]", items.iter().map(written).collect::<Vec<_>>().join(", ")),
        _ => value.to_string(),
    }
}
