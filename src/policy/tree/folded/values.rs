//! Values of a folded hook: each form gives what it is, and nothing where the run is to give up.

#![expect(clippy::wildcard_enum_match_arm, reason = "what is not named here has no form of its own")]

use super::run::{Cell, Run, Thing as Seen};
use super::{Any, Args, Look, Rounded, Share, Text, Thing, Truth, Whole};
use crate::ledger::UnitFigure;
use crate::policy::call::{Call, Fail};
use crate::policy::tree::Operator;
use crate::policy::tree::compute::{arithmetic, compare, whole};
use crate::policy::value::{List, Text as TextValue, Value};
use crate::policy::view::View;
use crate::policy::vocabulary::{ReadNumber, looked_at};

impl<'a> Run<'_, 'a> {
    pub(super) fn whole(&mut self, of: &'a Whole) -> Option<i64> {
        match of {
            Whole::Known(number) => Some(*number),
            Whole::Word(look) => self.look(look, look.read),
            Whole::Figure(figure, look) => self.figure(*figure, look),
            Whole::Cell(cell) => match self.held(*cell) {
                Cell::Number(number) => Some(number),
                _ => None,
            },
            Whole::Joined(operator, sides) => {
                let (one, two) = (self.whole(&sides.0)?, self.whole(&sides.1)?);
                whole(*operator, one, two).ok()
            }
            Whole::Larger(larger, sides) => {
                let (one, two) = (self.whole(&sides.0)?, self.whole(&sides.1)?);
                Some(if *larger { one.max(two) } else { one.min(two) })
            }
            Whole::Share(share) => self.share(share),
            Whole::Count(list) => match self.value(list)? {
                Value::List(items) => i64::try_from(items.len()).ok(),
                _ => None,
            },
            Whole::Behind(owed, inner) => {
                self.pay(*owed);
                self.whole(inner)
            }
            Whole::Other(other) => match self.cell(other)? {
                Cell::Number(number) => Some(number),
                _ => None,
            },
        }
    }

    /// A figure of a unit, whose book is found once for the variable that holds it.
    fn figure(&mut self, figure: UnitFigure, look: &'a Look<ReadNumber>) -> Option<i64> {
        if let Thing::Cell(cell) | Thing::Once(cell, _) = &look.at {
            let book = self.book(*cell).or_else(|| {
                let thing = self.thing(&look.at)?;
                self.find_book(*cell, thing)
            });
            if let Some(book) = book {
                return Some(book.figure(figure).get());
            }
        }
        self.look(look, look.read)
    }

    fn share(&mut self, share: &'a Share) -> Option<i64> {
        let of = self.whole(&share.of)?;
        share.rounded.of(of, share.ratio)
    }

    pub(super) fn truth(&mut self, of: &'a Truth) -> Option<bool> {
        match of {
            Truth::Known(yes) => Some(*yes),
            Truth::Word(look) => self.look(look, look.read),
            Truth::Not(inner) => Some(!self.truth(inner)?),
            Truth::Wholes(operator, sides) => {
                let (one, two) = (self.whole(&sides.0)?, self.whole(&sides.1)?);
                Some(match operator {
                    Operator::Same => one == two,
                    Operator::Other => one != two,
                    Operator::Less => one < two,
                    Operator::LessOrSame => one <= two,
                    Operator::More => one > two,
                    Operator::MoreOrSame => one >= two,
                    _ => return None,
                })
            }
            Truth::Texts(same, sides) => {
                let one = self.text(&sides.0)?;
                Some((one == self.text(&sides.1)?) == *same)
            }
            Truth::All(parts) => {
                for part in parts {
                    if !self.truth(part)? {
                        return Some(false);
                    }
                }
                Some(true)
            }
            Truth::Any(parts) => {
                for part in parts {
                    if self.truth(part)? {
                        return Some(true);
                    }
                }
                Some(false)
            }
            Truth::Behind(owed, inner) => {
                self.pay(*owed);
                self.truth(inner)
            }
            Truth::Cell(cell) => match self.held(*cell) {
                Cell::YesNo(yes) => Some(yes),
                _ => None,
            },
            Truth::Compared(operator, sides) => {
                let (one, two) = (self.value(&sides.0)?, self.value(&sides.1)?);
                compare(*operator, &one, &two).ok()
            }
            Truth::In(sides) => self.is_among(&sides.0, &sides.1),
            Truth::Empty(list) => match self.value(list)? {
                Value::List(items) => Some(items.is_empty()),
                _ => None,
            },
            Truth::Other(other) => match self.cell(other)? {
                Cell::YesNo(yes) => Some(yes),
                _ => None,
            },
        }
    }

    fn is_among(&mut self, item: &'a Any, list: &'a Any) -> Option<bool> {
        let made;
        let list = match list {
            Any::Known(list) => &**list,
            Any::Behind(owed, inner) if let Any::Known(list) = &**inner => {
                self.pay(*owed);
                list
            }
            other => {
                made = self.value(other)?;
                &made
            }
        };
        let Value::List(items) = list else { return None };
        if let Any::Text(text) = item {
            let text = self.text(text)?;
            looked_at(self.call, items.len()).ok()?;
            return Some(items.iter().any(|one| matches!(one, Value::Text(one) if **one == *text)));
        }
        let item = self.value(item)?;
        looked_at(self.call, items.len()).ok()?;
        Some(items.iter().any(|one| one.same(&item)))
    }

    pub(super) fn text(&mut self, of: &'a Text) -> Option<&'a str> {
        match of {
            Text::Known(text) => Some(text),
            Text::Word(look) => self.look(look, look.read),
            Text::Cell(cell) => match self.held(*cell) {
                Cell::Text(text) => Some(text),
                _ => None,
            },
            Text::Other(other) => match self.cell(other)? {
                Cell::Text(text) => Some(text),
                _ => None,
            },
        }
    }

    #[inline]
    pub(super) fn thing(&mut self, of: &'a Thing) -> Option<Seen> {
        if let Thing::Cell(cell) | Thing::Once(cell, _) = of
            && let Cell::Thing(thing) = self.held(*cell)
        {
            return Some(thing);
        }
        self.found(of)
    }

    fn found(&mut self, of: &'a Thing) -> Option<Seen> {
        match of {
            Thing::Cell(_) => None,
            Thing::Word(look) => Seen::of(&self.look(look, look.read)?),
            Thing::Once(cell, inner) => {
                let thing = self.thing(inner)?;
                self.keep(*cell, thing);
                Some(thing)
            }
            Thing::Office => Some(Seen::OFFICE),
            Thing::Other(other) => match self.cell(other)? {
                Cell::Thing(thing) => Some(thing),
                _ => None,
            },
        }
    }

    /// A view that is only read once: it may be of a sort that no variable of a folded hook can hold.
    fn view(&mut self, of: &'a Thing) -> Option<View> {
        match of {
            Thing::Word(look) => self.look(look, look.read),
            held => Some(self.thing(held)?.view()),
        }
    }

    /// What a word reads of a view.
    #[inline]
    fn look<R, T>(
        &mut self,
        look: &'a Look<R>,
        read: impl FnOnce(&'a Call<'a>, &View, &[Value<'a>]) -> Result<T, Fail>,
    ) -> Option<T> {
        let view = self.view(&look.at)?;
        match &look.args {
            Args::Known(args) => read(self.call, &view, args).ok(),
            Args::Computed(args) => self.with(args, |call, args| read(call, &view, args)),
        }
    }

    /// Does something with the values of a call's arguments.
    fn with<T>(
        &mut self,
        args: &'a [Any],
        to: impl FnOnce(&'a Call<'a>, &[Value<'a>]) -> Result<T, Fail>,
    ) -> Option<T> {
        match args {
            [] => to(self.call, &[]).ok(),
            [one] => {
                let one = self.value(one)?;
                to(self.call, &[one]).ok()
            }
            [one, two] => {
                let (one, two) = (self.value(one)?, self.value(two)?);
                to(self.call, &[one, two]).ok()
            }
            _ => {
                let values = self.values(args)?;
                to(self.call, &values).ok()
            }
        }
    }

    fn values(&mut self, of: &'a [Any]) -> Option<Vec<Value<'a>>> {
        of.iter().map(|one| self.value(one)).collect()
    }

    /// What a variable can hold of any value.
    pub(super) fn cell(&mut self, of: &'a Any) -> Option<Cell<'a>> {
        match of {
            Any::Whole(of) => self.whole(of).map(Cell::Number),
            Any::Truth(of) => self.truth(of).map(Cell::YesNo),
            Any::Text(of) => self.text(of).map(Cell::Text),
            Any::Thing(of) => self.thing(of).map(Cell::Thing),
            Any::Cell(cell) => Some(self.held(*cell)),
            Any::Known(value) => Cell::of(value),
            Any::Lines(lines) => self.given(lines),
            Any::Behind(owed, inner) => {
                self.pay(*owed);
                self.cell(inner)
            }
            Any::Word(_) | Any::Host(_) | Any::Joined(..) | Any::List(_) | Any::GiveUp => {
                Cell::of_own(&self.value(of)?)
            }
        }
    }

    /// Any value.
    pub(super) fn value(&mut self, of: &'a Any) -> Option<Value<'a>> {
        match of {
            Any::Known(value) => Some(value.borrowed()),
            Any::Behind(owed, inner) => {
                self.pay(*owed);
                self.value(inner)
            }
            Any::Word(look) => self.look(look, look.read),
            Any::Host(host) => {
                let (run, line) = (host.function.run, host.line);
                self.with(&host.args, |call, args| run(call, line, args))
            }
            Any::Joined(operator, sides) => {
                let (one, two) = (self.value(&sides.0)?, self.value(&sides.1)?);
                arithmetic(*operator, &one, &two).ok()
            }
            Any::List(items) => Some(Value::list(self.values(items)?)),
            Any::GiveUp => None,
            Any::Cell(_) | Any::Whole(_) | Any::Truth(_) | Any::Text(_) | Any::Thing(_) | Any::Lines(_) => {
                self.cell(of).map(Cell::value)
            }
        }
    }

    /// How many bytes a fact counts for, once it is computed.
    pub(super) fn bytes(&mut self, of: &'a Any) -> Option<usize> {
        match of {
            Any::Text(text) => self.text(text).map(str::len),
            other => self.value(other).map(|value| value.bytes()),
        }
    }
}

impl Rounded {
    /// A number times a share, rounded; nothing where it is too large for this way of counting.
    fn of(self, number: i64, (share, unit): (i64, i64)) -> Option<i64> {
        let exact = number.checked_mul(share)?;
        match self {
            Self::Down => exact.checked_div_euclid(unit),
            Self::Up => exact.checked_neg()?.checked_div_euclid(unit)?.checked_neg(),
            Self::HalfUp => {
                let half = exact.checked_abs()?.checked_add(unit.checked_div(2)?)?.checked_div(unit)?;
                half.checked_mul(exact.signum())
            }
        }
    }
}

/// Whether a list is one that can be looked through without counting it as work.
pub(super) fn is_short(list: &List<'_>) -> bool {
    u64::try_from(list.len()).is_ok_and(|length| length < crate::policy::limits::LOOKED_AT)
}

/// A text that is known.
pub(super) fn known_text(value: &Value<'_>) -> Option<Box<str>> {
    match value {
        Value::Text(TextValue::Own(text)) => Some(Box::from(&**text)),
        Value::Text(TextValue::Borrowed(text)) => Some(Box::from(*text)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rust_decimal::prelude::ToPrimitive;
    use rust_decimal::{Decimal, RoundingStrategy};

    use super::Rounded;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4_096))]

        #[test]
        fn a_share_is_rounded_as_decimals_are(number in -2_000_000_i64..2_000_000, share in -90_000_i64..90_000, scale in 0_u32..6) {
            let exact = Decimal::from(number).checked_mul(Decimal::new(share, scale)).unwrap();
            for (rounded, strategy) in [
                (Rounded::Down, RoundingStrategy::ToNegativeInfinity),
                (Rounded::Up, RoundingStrategy::ToPositiveInfinity),
                (Rounded::HalfUp, RoundingStrategy::MidpointAwayFromZero),
            ] {
                let whole = exact.round_dp_with_strategy(0, strategy).to_i64();
                prop_assert_eq!(rounded.of(number, (share, 10_i64.pow(scale))), whole);
            }
        }
    }

    #[test]
    fn what_is_too_large_to_be_counted_so_gives_up() {
        assert_eq!(Rounded::Down.of(i64::MAX, (2, 1)), None);
        assert_eq!(Rounded::Up.of(i64::MIN, (1, 1)), None);
        assert_eq!(Rounded::HalfUp.of(5, (1, 10)), Some(1));
        assert_eq!(Rounded::HalfUp.of(-5, (1, 10)), Some(-1));
    }
}
