//! Arguments of host functions: which types fit, and the values themselves.

use rust_decimal::Decimal;

use super::Type;
use crate::model::Date;
use crate::policy::call::Fail;
use crate::policy::value::Value;
use crate::policy::view::View;

/// The date so many years later; 29 February becomes the 28th.
pub(crate) fn years_after(date: Date, years: i64) -> Result<Date, Fail> {
    let span = jiff::Span::new().try_years(years).map_err(|_| Fail::overflow())?;
    date.checked_add(span).map_err(|_| Fail::overflow())
}

pub(super) fn days_after(date: Date, days: i64) -> Result<Date, Fail> {
    let span = jiff::Span::new().try_days(days).map_err(|_| Fail::overflow())?;
    date.checked_add(span).map_err(|_| Fail::overflow())
}

// Types.

pub(super) fn fit(given: &[Type], wanted: &[Type], gives: Type) -> Option<Type> {
    (given.len() == wanted.len() && given.iter().zip(wanted).all(|(one, two)| one.fits(*two)))
        .then_some(gives)
}

pub(super) fn says(given: &[Type], code: usize) -> Option<Type> {
    let condition = code == 0 || given.first().is_some_and(|ty| ty.fits(Type::YES_NO));
    let rest = given.get(code..)?;
    let fits = match rest {
        [code] => code.fits(Type::TEXT),
        [code, facts] => code.fits(Type::TEXT) && facts.fits(Type::Facts),
        _ => false,
    };
    (condition && fits).then_some(Type::Nothing)
}

pub(super) fn numeric(given: &[Type], count: usize) -> bool {
    given.len() == count && given.iter().all(|ty| ty.is_numeric())
}

pub(super) fn whole(given: &[Type]) -> Option<Type> {
    numeric(given, 1).then_some(Type::NUMBER)
}

pub(super) fn either(given: &[Type]) -> Option<Type> {
    match given {
        [Type::NUMBER, Type::NUMBER] => Some(Type::NUMBER),
        [Type::DATE, Type::DATE] => Some(Type::DATE),
        _ if numeric(given, 2) => Some(Type::DECIMAL),
        _ => None,
    }
}

pub(super) fn list(given: &[Type]) -> bool {
    matches!(given, [Type::List(_) | Type::EmptyList])
}

// Arguments.

pub(super) fn text<'a>(args: &'a [Value<'_>], at: usize) -> Result<&'a str, Fail> {
    match args.get(at) {
        Some(Value::Text(text)) => Ok(text),
        _ => Err(Fail::wrong_type("text")),
    }
}

pub(super) fn number(args: &[Value], at: usize) -> Result<i64, Fail> {
    match args.get(at) {
        Some(Value::Number(number)) => Ok(*number),
        _ => Err(Fail::wrong_type("number")),
    }
}

pub(super) fn decimal(args: &[Value], at: usize) -> Result<Decimal, Fail> {
    args.get(at).and_then(Value::as_decimal).ok_or_else(|| Fail::wrong_type("number"))
}

pub(super) fn date(args: &[Value], at: usize) -> Result<Date, Fail> {
    match args.get(at) {
        Some(Value::Date(date)) => Ok(*date),
        _ => Err(Fail::wrong_type("date")),
    }
}

pub(super) fn items<'a, 'b>(args: &'a [Value<'b>], at: usize) -> Result<&'a [Value<'b>], Fail> {
    match args.get(at) {
        Some(Value::List(items)) => Ok(items),
        _ => Err(Fail::wrong_type("list")),
    }
}

pub(super) fn view<'a>(args: &'a [Value<'_>], at: usize) -> Result<&'a View, Fail> {
    match args.get(at) {
        Some(Value::View(view)) => Ok(view),
        _ => Err(Fail::wrong_type("view")),
    }
}
