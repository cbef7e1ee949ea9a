//! Conditions that are always the same: constants, figures outside their range, equalities that exclude each other.

use std::cmp::Ordering;

use rhai::Position;

use super::read::Reader;
use super::{Node, Operator, What};
use crate::error::{Phrase, same, table};
use crate::policy::value::Value;

/// Words that count something, and so are never below 0.
const COUNTS: [&str; 24] = [
    "cap",
    "occupied",
    "vacancy",
    "net_vacancy",
    "excess",
    "permitted",
    "lent",
    "borrowed",
    "borrowed_occupied",
    "charged",
    "available",
    "room",
    "allotted",
    "headcount",
    "seats",
    "used",
    "idle",
    "returned",
    "due",
    "owed",
    "left",
    "free",
    "count",
    "arrivals",
];

impl Reader<'_> {
    /// A condition that is a constant itself.
    pub(super) fn check_constant(&mut self, condition: &Node, place: Position) {
        if let What::Constant(Value::YesNo(yes)) = condition.what {
            self.lint(place, table::ALWAYS.say([yes_no(yes), yes_no(yes)]));
        }
    }

    /// A comparison of constants, or of a count with what it cannot be.
    pub(super) fn check_comparison(&mut self, operator: Operator, one: &Node, two: &Node, place: Position) {
        match (&one.what, &two.what) {
            (What::Constant(left), What::Constant(right)) => {
                if let Some(yes) = left.order(right).and_then(|order| holds(operator, order)) {
                    self.lint(place, table::ALWAYS.say([yes_no(yes), yes_no(yes)]));
                }
            }
            (_, What::Constant(limit)) if is_count(one) => self.check_count(operator, one, limit, place),
            (What::Constant(limit), _) if is_count(two) => {
                self.check_count(turned(operator), two, limit, place);
            }
            _ => {}
        }
    }

    fn check_count(&mut self, operator: Operator, count: &Node, limit: &Value, place: Position) {
        let zero = limit.order(&Value::Number(0));
        // A count can be anything from 0 up; what holds for 0 and for all above holds always.
        let yes = match (operator, zero) {
            (Operator::Less, Some(Ordering::Less | Ordering::Equal))
            | (Operator::LessOrSame | Operator::Same, Some(Ordering::Less)) => false,
            (Operator::MoreOrSame, Some(Ordering::Less | Ordering::Equal))
            | (Operator::More | Operator::Other, Some(Ordering::Less)) => true,
            _ => return,
        };
        let source = super::print::source(count);
        self.lint(place, table::NEVER_NEGATIVE.say([same(source), yes_no(yes), yes_no(yes)]));
    }

    /// Parts of `&&` that want one thing to be two, or of `||` of which one always holds.
    pub(super) fn check_exclusion(&mut self, parts: &[Node], all: bool, place: Position) {
        let wanted = if all { Operator::Same } else { Operator::Other };
        let mut seen: Vec<(String, &Value)> = Vec::new();
        for part in parts {
            let What::Binary(operator, sides) = &part.what else { continue };
            let What::Constant(value) = &sides.1.what else { continue };
            let Some(path) = super::guards::path(&sides.0).filter(|_| *operator == wanted) else { continue };
            if let Some((_, other)) = seen.iter().find(|(one, other)| *one == path && !other.same(value)) {
                let source = super::print::source(&sides.0);
                let parts = [same(source), same(other), same(value), yes_no(!all), yes_no(!all)];
                self.lint(place, table::EXCLUDE.say(parts));
                return;
            }
            seen.push((path, value));
        }
    }
}

/// Whether `order` is what the operator asks for; none if it does not compare.
fn holds(operator: Operator, order: Ordering) -> Option<bool> {
    Some(match operator {
        Operator::Same => order.is_eq(),
        Operator::Other => order.is_ne(),
        Operator::Less => order.is_lt(),
        Operator::LessOrSame => order.is_le(),
        Operator::More => order.is_gt(),
        Operator::MoreOrSame => order.is_ge(),
        Operator::Plus | Operator::Minus | Operator::Times | Operator::Divided | Operator::Remainder => {
            return None;
        }
    })
}

/// The operator with its sides changed.
fn turned(operator: Operator) -> Operator {
    match operator {
        Operator::Less => Operator::More,
        Operator::LessOrSame => Operator::MoreOrSame,
        Operator::More => Operator::Less,
        Operator::MoreOrSame => Operator::LessOrSame,
        Operator::Same
        | Operator::Other
        | Operator::Plus
        | Operator::Minus
        | Operator::Times
        | Operator::Divided
        | Operator::Remainder => operator,
    }
}

fn is_count(node: &Node) -> bool {
    match &node.what {
        What::Word(receiver, row, ..) => {
            let asked = matches!(
                receiver.ty,
                crate::policy::vocabulary::Type::One(crate::policy::vocabulary::Item::View(
                    crate::policy::vocabulary::Sort::Request(_) | crate::policy::vocabulary::Sort::Event(_),
                    _
                ))
            );
            // What a request asks for is its author's number; what the books hold is counted.
            !asked && COUNTS.contains(&row.en)
        }
        What::Host(function, ..) => function.en == "count",
        What::Constant(_)
        | What::Local(..)
        | What::Parameter(..)
        | What::Path(..)
        | What::Required(..)
        | What::Own(..)
        | What::Not(_)
        | What::Minus(_)
        | What::Binary(..)
        | What::And(_)
        | What::Or(_)
        | What::In(_)
        | What::List(_)
        | What::Facts(..)
        | What::If(_)
        | What::Block(_) => false,
    }
}

fn yes_no(yes: bool) -> Phrase {
    if yes { Phrase::both("成立", "true") } else { Phrase::both("不成立", "false") }
}
