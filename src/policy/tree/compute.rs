//! Computing: what operators make of two values, exact and checked.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "the reader has checked all types; the rest fails closed"
)]

use std::cmp::Ordering;

use rust_decimal::Decimal;

use super::Operator;
use crate::policy::call::Fail;
use crate::policy::limits;
use crate::policy::value::Value;

/// Whether two values stand to each other as an operator says.
pub(super) fn compare(operator: Operator, one: &Value<'_>, two: &Value<'_>) -> Result<bool, Fail> {
    match operator {
        Operator::Same => return Ok(one.same(two)),
        Operator::Other => return Ok(!one.same(two)),
        _ => {}
    }
    ordered(operator, one.order(two).ok_or_else(|| Fail::wrong_type(operator.sign()))?)
}

/// Whether two values in this order are as an operator says.
pub(super) fn ordered(operator: Operator, order: Ordering) -> Result<bool, Fail> {
    match operator {
        Operator::Same => Ok(order.is_eq()),
        Operator::Other => Ok(order.is_ne()),
        Operator::Less => Ok(order.is_lt()),
        Operator::LessOrSame => Ok(order.is_le()),
        Operator::More => Ok(order.is_gt()),
        Operator::MoreOrSame => Ok(order.is_ge()),
        _ => Err(Fail::wrong_type("condition")),
    }
}

/// Two numbers or texts joined by an operator.
pub(super) fn arithmetic<'a>(
    operator: Operator,
    one: &Value<'_>,
    two: &Value<'_>,
) -> Result<Value<'a>, Fail> {
    if let (Value::Number(one), Value::Number(two)) = (one, two) {
        return whole(operator, *one, *two).map(Value::Number);
    }
    if let (Value::Text(one), Value::Text(two), Operator::Plus) = (one, two, operator) {
        if one.len().saturating_add(two.len()) > limits::TEXT_BYTES {
            return Err(Fail::limit("文本过长", "the text is too long"));
        }
        return Ok(Value::own_text(format!("{one}{two}")));
    }
    let (Some(one), Some(two)) = (one.as_decimal(), two.as_decimal()) else {
        return Err(Fail::wrong_type(operator.sign()));
    };
    let value = match operator {
        Operator::Plus => one.checked_add(two),
        Operator::Minus => one.checked_sub(two),
        Operator::Times => one.checked_mul(two),
        Operator::Divided if two != Decimal::ZERO => one.checked_div(two),
        Operator::Remainder if two != Decimal::ZERO => one.checked_rem(two),
        _ => return Err(by_zero()),
    };
    value.map(Value::Decimal).ok_or_else(Fail::overflow)
}

/// Arithmetic of whole numbers, checked.
pub(super) fn whole(operator: Operator, one: i64, two: i64) -> Result<i64, Fail> {
    let value = match operator {
        Operator::Plus => one.checked_add(two),
        Operator::Minus => one.checked_sub(two),
        Operator::Times => one.checked_mul(two),
        Operator::Divided if two != 0 => one.checked_div(two),
        Operator::Remainder if two != 0 => one.checked_rem(two),
        _ => return Err(by_zero()),
    };
    value.ok_or_else(Fail::overflow)
}

fn by_zero() -> Fail {
    Fail::new("除数为零", "a division by zero")
}
