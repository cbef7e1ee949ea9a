//! Days as they are written: ten characters, put together without the date's own printer, which takes ten times as long.

use serde::{Serialize, Serializer};

use super::Date;

/// A day that is written.
struct Day(Date);

/// Writes a day as it writes itself.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands fields over by reference")]
pub(crate) fn write<S: Serializer>(day: &Date, serializer: S) -> Result<S::Ok, S::Error> {
    Day(*day).serialize(serializer)
}

/// The same for a day that need not be there.
#[expect(
    clippy::ref_option,
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands fields over by reference"
)]
pub(crate) fn write_if_any<S: Serializer>(day: &Option<Date>, serializer: S) -> Result<S::Ok, S::Error> {
    day.map(Day).serialize(serializer)
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = text(self.0);
        match text.as_ref().and_then(|text| std::str::from_utf8(text).ok()) {
            Some(text) => serializer.serialize_str(text),
            None => self.0.serialize(serializer),
        }
    }
}

/// A day as text; none in a year before the first, which has another form.
fn text(day: Date) -> Option<[u8; 10]> {
    let two = |number: i16| {
        let number = u8::try_from(number).ok()?;
        Some([b'0' | (number / 10), b'0' | (number % 10)])
    };
    let ([y1, y2], [y3, y4]) = (two(day.year() / 100)?, two(day.year() % 100)?);
    let ([m1, m2], [d1, d2]) = (two(day.month().into())?, two(day.day().into())?);
    Some([y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_written_as_it_writes_itself() {
        for day in [Date::ZERO, Date::constant(7, 1, 9), Date::constant(476, 9, 4), Date::MAX] {
            assert_eq!(text(day).map(Vec::from), Some(day.to_string().into_bytes()));
        }
        let mut day = Date::constant(1999, 12, 1);
        while day.year() < 2002 {
            assert_eq!(text(day).map(Vec::from), Some(day.to_string().into_bytes()));
            day = day.tomorrow().unwrap();
        }
        for day in [Date::MIN, Date::constant(-99, 12, 31), Date::constant(-1, 12, 31)] {
            assert_eq!(text(day), None, "{day}");
        }
    }
}
