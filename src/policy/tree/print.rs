//! Printing: an expression of the tree as its author would write it.

#![expect(clippy::wildcard_enum_match_arm, reason = "what is not named here needs no brackets")]

use super::{Node, What};
use crate::policy::value::Value;

/// The expression's source in one line.
pub(super) fn source(node: &Node) -> String {
    match &node.what {
        What::Constant(Value::Text(text)) => format!("\"{text}\""),
        What::Constant(value) => value.to_string(),
        What::Local(_, name) => name.to_string(),
        What::Word(receiver, _, name, args) if args.is_empty() => format!("{}.{name}", source(receiver)),
        What::Word(receiver, _, name, args) => format!("{}.{name}({})", source(receiver), all(args)),
        What::Host(_, name, args) | What::Own(_, name, args) => format!("{name}({})", all(args)),
        What::Parameter(_, inner) | What::Required(inner, _) => source(inner),
        What::Not(inner) => format!("!{}", source(inner)),
        What::Minus(inner) => format!("-{}", source(inner)),
        What::Binary(operator, sides) => {
            format!("{} {} {}", inside(&sides.0), operator.sign(), inside(&sides.1))
        }
        What::And(parts) => joined(parts, " && "),
        What::Or(parts) => joined(parts, " || "),
        What::In(sides) => format!("{} in {}", inside(&sides.0), inside(&sides.1)),
        What::List(items) => format!("[{}]", all(items)),
        What::Facts(_) => "#{…}".to_owned(),
        What::If(parts) => format!("if {} {{ … }}", source(&parts.0)),
        What::Block(_) => "{ … }".to_owned(),
    }
}

/// Several, with commas.
pub(super) fn all(nodes: &[Node]) -> String {
    nodes.iter().map(source).collect::<Vec<_>>().join(", ")
}

fn joined(parts: &[Node], sign: &str) -> String {
    parts.iter().map(inside).collect::<Vec<_>>().join(sign)
}

/// An operand, in brackets where it has operators itself.
fn inside(node: &Node) -> String {
    match &node.what {
        What::Binary(..) | What::And(_) | What::Or(_) | What::In(_) => format!("({})", source(node)),
        _ => source(node),
    }
}
