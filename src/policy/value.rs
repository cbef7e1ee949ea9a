//! Values of scripts: what a script computes with, and how it is shown in an answer.

use std::cmp::Ordering;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use rhai::{Array, Dynamic, ImmutableString, Map};
use rust_decimal::Decimal;

use super::view::View;
use crate::model::{Date, FactValue};

/// Anything that a script can hold.
///
/// Texts and lists that stand in the books, in a request or in a script are borrowed from there: reading an id
/// or a constant list copies nothing.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value<'a> {
    /// What a function without a result returns.
    Nothing,
    YesNo(bool),
    Number(i64),
    Decimal(Decimal),
    Text(Text<'a>),
    Date(Date),
    View(View),
    List(List<'a>),
    /// `#{name: value}`, the facts that go with a reason.
    Facts(Arc<[(Arc<str>, Value<'a>)]>),
}

/// A text, borrowed where it stands or made by a script.
#[derive(Debug, Clone)]
pub(crate) enum Text<'a> {
    Borrowed(&'a str),
    Own(Arc<str>),
}

/// A list, borrowed where it stands or made by a script or a view.
#[derive(Debug, Clone)]
pub(crate) enum List<'a> {
    Borrowed(&'a [Value<'a>]),
    Own(Arc<[Value<'a>]>),
}

impl Text<'_> {
    /// The text itself.
    pub(crate) fn as_str(&self) -> &str {
        self
    }
}

impl Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        match self {
            Self::Borrowed(text) => text,
            Self::Own(text) => text,
        }
    }
}

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self)
    }
}

impl PartialEq for Text<'_> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl<'a> Deref for List<'a> {
    type Target = [Value<'a>];

    fn deref(&self) -> &[Value<'a>] {
        match self {
            Self::Borrowed(items) => items,
            Self::Own(items) => items,
        }
    }
}

impl PartialEq for List<'_> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl<'a> Value<'a> {
    /// Whether it holds nothing that would have to be given up with it.
    #[inline]
    pub(crate) fn is_plain(&self) -> bool {
        match self {
            Self::Nothing
            | Self::YesNo(_)
            | Self::Number(_)
            | Self::Decimal(_)
            | Self::Date(_)
            | Self::Text(Text::Borrowed(_))
            | Self::List(List::Borrowed(_)) => true,
            Self::View(view) => view.is_plain(),
            Self::Text(Text::Own(_)) | Self::List(List::Own(_)) | Self::Facts(_) => false,
        }
    }

    /// The same value. Most are plain, and copied as they stand.
    #[inline]
    pub(crate) fn copied(&self) -> Self {
        match self {
            Self::View(view) => Self::View(view.copied()),
            Self::Number(number) => Self::Number(*number),
            Self::YesNo(yes) => Self::YesNo(*yes),
            Self::Text(Text::Borrowed(text)) => Self::Text(Text::Borrowed(text)),
            Self::Nothing
            | Self::Decimal(_)
            | Self::Text(Text::Own(_))
            | Self::Date(_)
            | Self::List(_)
            | Self::Facts(_) => self.clone(),
        }
    }

    /// How many bytes its texts have, about; anything else counts as eight.
    pub(crate) fn bytes(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::List(items) => items.iter().map(Self::bytes).sum(),
            Self::Facts(facts) => facts.iter().map(|(_, value)| value.bytes()).sum(),
            Self::Nothing
            | Self::Number(_)
            | Self::Decimal(_)
            | Self::YesNo(_)
            | Self::Date(_)
            | Self::View(_) => 8,
        }
    }

    /// A text that stands somewhere.
    pub(crate) fn text(text: &'a str) -> Self {
        Self::Text(Text::Borrowed(text))
    }

    /// A text that was just made.
    pub(crate) fn own_text(text: impl Into<Arc<str>>) -> Self {
        Self::Text(Text::Own(text.into()))
    }

    /// A list that was just made.
    pub(crate) fn list(items: impl IntoIterator<Item = Self>) -> Self {
        Self::List(List::Own(items.into_iter().collect()))
    }

    /// The same value, borrowing what this one holds.
    pub(crate) fn borrowed(&'a self) -> Self {
        match self {
            Self::Text(text) => Self::Text(Text::Borrowed(text)),
            Self::List(items) => Self::List(List::Borrowed(items)),
            Self::Number(number) => Self::Number(*number),
            Self::YesNo(yes) => Self::YesNo(*yes),
            Self::Nothing | Self::Decimal(_) | Self::Date(_) | Self::View(_) | Self::Facts(_) => self.clone(),
        }
    }

    /// The same value, borrowing nothing.
    pub(crate) fn into_own(self) -> Value<'static> {
        match self {
            Self::Nothing => Value::Nothing,
            Self::YesNo(yes) => Value::YesNo(yes),
            Self::Number(number) => Value::Number(number),
            Self::Decimal(number) => Value::Decimal(number),
            Self::Text(Text::Borrowed(text)) => Value::own_text(text),
            Self::Text(Text::Own(text)) => Value::own_text(text),
            Self::Date(date) => Value::Date(date),
            Self::View(view) => Value::View(view),
            Self::List(items) => Value::list(items.iter().map(|item| item.clone().into_own())),
            Self::Facts(facts) => Value::Facts(
                facts.iter().map(|(name, value)| (Arc::clone(name), value.clone().into_own())).collect(),
            ),
        }
    }

    /// The value as an answer shows it: decimals normalised, a list with commas, a view by its id.
    pub(crate) fn shown(&self) -> FactValue {
        match self {
            Self::YesNo(yes) => FactValue::YesNo(*yes),
            Self::Number(number) => FactValue::Whole(*number),
            Self::Decimal(number) => FactValue::Number(number.normalize()),
            Self::Date(date) => FactValue::Date(*date),
            Self::Nothing | Self::Text(_) | Self::View(_) | Self::List(_) | Self::Facts(_) => {
                FactValue::Text(self.to_string())
            }
        }
    }

    /// The number as an exact decimal, if it is one.
    pub(crate) fn as_decimal(&self) -> Option<Decimal> {
        match self {
            Self::Number(number) => Some(Decimal::from(*number)),
            Self::Decimal(number) => Some(*number),
            Self::Nothing
            | Self::YesNo(_)
            | Self::Text(_)
            | Self::Date(_)
            | Self::View(_)
            | Self::List(_)
            | Self::Facts(_) => None,
        }
    }

    /// Which comes first; none between values that have no order.
    pub(crate) fn order(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Number(one), Self::Number(two)) => Some(one.cmp(two)),
            (Self::Text(one), Self::Text(two)) => Some((**one).cmp(&**two)),
            (Self::Date(one), Self::Date(two)) => Some(one.cmp(two)),
            (Self::YesNo(one), Self::YesNo(two)) => Some(one.cmp(two)),
            _ => Some(self.as_decimal()?.cmp(&other.as_decimal()?)),
        }
    }

    /// Whether two values are the same; a number and a decimal compare exactly.
    pub(crate) fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::View(one), Self::View(two)) => one.same(two),
            (Self::Text(one), Self::Text(two)) => one == two,
            _ => self.order(other).map_or_else(|| self == other, Ordering::is_eq),
        }
    }

    /// The value as Rhai holds it.
    pub(crate) fn into_dynamic(self) -> Dynamic {
        match self {
            Self::Nothing => Dynamic::UNIT,
            Self::YesNo(yes) => Dynamic::from(yes),
            Self::Number(number) => Dynamic::from(number),
            Self::Decimal(number) => Dynamic::from(number),
            Self::Text(text) => Dynamic::from(ImmutableString::from(&*text)),
            Self::Date(date) => Dynamic::from(date),
            Self::View(view) => Dynamic::from(view),
            Self::List(items) => {
                Dynamic::from_array(items.iter().map(|item| item.clone().into_dynamic()).collect())
            }
            Self::Facts(facts) => Dynamic::from_map(
                facts
                    .iter()
                    .map(|(name, value)| (name.as_ref().into(), value.clone().into_dynamic()))
                    .collect(),
            ),
        }
    }

    /// What Rhai holds, as a value; none if it is nothing that a script may hold.
    pub(crate) fn from_dynamic(dynamic: &Dynamic) -> Option<Value<'static>> {
        if let Ok(number) = dynamic.as_int() {
            return Some(Value::Number(number));
        }
        if let Ok(yes) = dynamic.as_bool() {
            return Some(Value::YesNo(yes));
        }
        if dynamic.is_unit() {
            return Some(Value::Nothing);
        }
        if let Some(text) = dynamic.read_lock::<ImmutableString>() {
            return Some(Value::own_text(text.as_str()));
        }
        if let Some(view) = dynamic.read_lock::<View>() {
            return Some(Value::View(view.clone()));
        }
        if let Ok(number) = dynamic.as_decimal() {
            return Some(Value::Decimal(number));
        }
        if let Some(date) = dynamic.read_lock::<Date>() {
            return Some(Value::Date(*date));
        }
        if let Some(items) = dynamic.read_lock::<Array>() {
            return items
                .iter()
                .map(Value::from_dynamic)
                .collect::<Option<Arc<[_]>>>()
                .map(|items| Value::List(List::Own(items)));
        }
        let map = dynamic.read_lock::<Map>()?;
        map.iter()
            .map(|(name, value)| Some((Arc::from(name.as_str()), Value::from_dynamic(value)?)))
            .collect::<Option<Arc<[_]>>>()
            .map(Value::Facts)
    }
}

impl fmt::Display for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => Ok(()),
            Self::YesNo(yes) => fmt::Display::fmt(yes, f),
            Self::Number(number) => fmt::Display::fmt(number, f),
            Self::Decimal(number) => fmt::Display::fmt(&number.normalize(), f),
            Self::Text(text) => f.write_str(text),
            Self::Date(date) => fmt::Display::fmt(date, f),
            Self::View(view) => f.write_str(&view.shown()),
            Self::List(items) => {
                for (place, item) in items.iter().enumerate() {
                    if place > 0 {
                        f.write_str(", ")?;
                    }
                    fmt::Display::fmt(item, f)?;
                }
                Ok(())
            }
            Self::Facts(facts) => {
                for (place, (name, value)) in facts.iter().enumerate() {
                    if place > 0 {
                        f.write_str(", ")?;
                    }
                    write!(f, "{name}: {value}")?;
                }
                Ok(())
            }
        }
    }
}
