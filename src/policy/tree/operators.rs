//! Operators: which types they join, and what they give.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "types and operators that are not named together do not fit together"
)]

use rhai::Position;

use super::read::{Frame, Reader, node};
use super::{Node, Operator, What};
use crate::error::{same, table};
use crate::policy::value::Value;
use crate::policy::vocabulary::{Item, Sort, Type};

impl Reader<'_> {
    /// A call that is an operator; none if it is a function's.
    pub(super) fn operator(
        &mut self,
        frame: &mut Frame,
        name: &str,
        args: &[rhai::Expr],
        place: Position,
    ) -> Option<Node> {
        match (name, args) {
            ("!", [inner]) => {
                let read = self.expression(frame, inner);
                self.must_be_yes_no(&read, inner);
                Some(node(What::Not(Box::new(read)), Type::YES_NO, place))
            }
            ("-" | "+", [inner]) => {
                let inner = self.expression(frame, inner);
                if !inner.ty.is_numeric() && inner.ty != Type::Unknown {
                    return Some(self.wrong(place, table::SIGN.say([same(name), inner.ty.phrase()])));
                }
                let ty = inner.ty;
                Some(if name == "-" { node(What::Minus(Box::new(inner)), ty, place) } else { inner })
            }
            ("contains", [list, item]) => {
                let list = self.expression(frame, list);
                let item = self.expression(frame, item);
                Some(self.element(item, list, place))
            }
            (sign, [one, two]) => {
                let operator = Operator::from_sign(sign)?;
                let one = self.expression(frame, one);
                let two = self.expression(frame, two);
                Some(self.binary(operator, one, two, place))
            }
            _ => None,
        }
    }

    fn element(&mut self, item: Node, list: Node, place: Position) -> Node {
        let fits = match (item.ty, list.ty) {
            (Type::Unknown, _) | (_, Type::Unknown) | (Type::One(_), Type::EmptyList) => true,
            (Type::One(one), Type::List(of)) => {
                one.fits(of) || of.fits(one) || (item.ty.is_numeric() && Type::One(of).is_numeric())
            }
            _ => false,
        };
        if !fits {
            return self.wrong(place, table::IN.say([item.ty.phrase(), list.ty.phrase()]));
        }
        node(What::In(Box::new((item, list))), Type::YES_NO, place)
    }

    /// Two sides joined by an operator.
    pub(super) fn binary(&mut self, operator: Operator, one: Node, two: Node, place: Position) -> Node {
        let sign = operator.sign();
        let (left, right) = (one.ty, two.ty);
        if left == Type::Unknown || right == Type::Unknown {
            let ty = if operator.compares() { Type::YES_NO } else { Type::Unknown };
            return node(What::Binary(operator, Box::new((one, two))), ty, place);
        }
        let numeric = left.is_numeric() && right.is_numeric();
        let ty = match operator {
            Operator::Same | Operator::Other if numeric || comparable(left, right) => Type::YES_NO,
            Operator::Less | Operator::LessOrSame | Operator::More | Operator::MoreOrSame
                if numeric || (left == right && matches!(left, Type::DATE | Type::TEXT)) =>
            {
                Type::YES_NO
            }
            Operator::Plus if left == Type::TEXT && right == Type::TEXT => Type::TEXT,
            Operator::Plus | Operator::Minus | Operator::Times | Operator::Divided | Operator::Remainder
                if numeric =>
            {
                if left == Type::NUMBER && right == Type::NUMBER {
                    Type::NUMBER
                } else {
                    Type::DECIMAL
                }
            }
            _ => {
                let message = if operator.compares() {
                    table::COMPARE.say([left.phrase(), right.phrase(), same(sign)])
                } else {
                    table::JOIN.say([same(sign), left.phrase(), right.phrase()])
                };
                return self.wrong(place, message);
            }
        };
        self.check_comparison(operator, &one, &two, place);
        if operator == Operator::Divided && ty == Type::NUMBER {
            self.lint(place, table::DIVISION.say([]));
        }
        if operator == Operator::Minus && is_date(&one, &two) {
            self.lint(place, table::BARE_DATE.say([]));
        }
        if let (Operator::Divided | Operator::Remainder, What::Constant(Value::Number(0))) =
            (operator, &two.what)
        {
            self.fault(place, table::ZERO.say([]));
        }
        node(What::Binary(operator, Box::new((one, two))), ty, place)
    }
}

/// Whether `2024-01-01` was written without quotes.
fn is_date(one: &Node, two: &Node) -> bool {
    let number = |node: &Node| matches!(node.what, What::Constant(Value::Number(1..=9999)));
    match &one.what {
        What::Binary(Operator::Minus, sides) => {
            matches!(sides.0.what, What::Constant(Value::Number(1900..=9999)))
                && number(&sides.1)
                && number(two)
        }
        _ => false,
    }
}

/// Whether two things may be the same.
fn comparable(one: Type, two: Type) -> bool {
    match (one, two) {
        (Type::One(Item::View(one, _)), Type::One(Item::View(two, _))) => {
            let node = |sort| matches!(sort, Sort::Node | Sort::Pool);
            (node(one) && node(two)) || (one == two && matches!(one, Sort::Loan | Sort::Permit))
        }
        (Type::One(one), Type::One(two)) => one == two,
        _ => false,
    }
}
