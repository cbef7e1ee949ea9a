//! Plain scalars: what a text without quotes means, by the core schema of YAML 1.2.

use rust_decimal::Decimal;

use crate::model::Date;

/// What a scalar without quotes means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Plain {
    /// Nothing: `null`, `~` or an empty place.
    Null,
    /// `true` or `false`.
    YesNo(bool),
    /// A whole number that fits.
    Whole(i64),
    /// A number with a fraction or an exponent, exact.
    Decimal(Decimal),
    /// Written as a number, but with more digits than can be kept exactly.
    TooLong,
    /// Anything else: a text. Days such as `2024-01-01` are texts too.
    Text,
}

impl Plain {
    /// What this text means.
    pub fn resolve(text: &str) -> Self {
        match text {
            "" | "~" | "null" | "Null" | "NULL" => return Self::Null,
            "true" | "True" | "TRUE" => return Self::YesNo(true),
            "false" | "False" | "FALSE" => return Self::YesNo(false),
            _ => {}
        }
        if is_whole(text) {
            return match exact_whole(text) {
                Some(number) => Self::Whole(number),
                None => exact_decimal(text).map_or(Self::TooLong, Self::Decimal),
            };
        }
        if is_fraction(text) {
            return exact_decimal(text).map_or(Self::TooLong, Self::Decimal);
        }
        Self::Text
    }
}

/// The whole number written here. One beyond the range is read as the end of the range, which lies above
/// every bound that counts have, so that it is answered like any number that is too large.
pub fn whole_number(text: &str) -> Option<i64> {
    // What most are: a few digits.
    if (1..=9).contains(&text.len()) && text.bytes().all(|one| one.is_ascii_digit()) {
        let digit = |byte: u8| i64::from(byte.saturating_sub(b'0'));
        let add = |sum: i64, byte: u8| sum.saturating_mul(10).saturating_add(digit(byte));
        return Some(text.bytes().fold(0, add));
    }
    if !is_whole(text) {
        return None;
    }
    Some(exact_whole(text).unwrap_or(if text.starts_with('-') { i64::MIN } else { i64::MAX }))
}

/// The day written here, as `2024-01-31` and in no other way.
pub fn date(text: &str) -> Option<Date> {
    let [y0, y1, y2, y3, b'-', m0, m1, b'-', d0, d1] = text.as_bytes() else { return None };
    let number = |digits: &[&u8]| {
        digits.iter().try_fold(0_i16, |sum, digit| {
            let digit = digit.is_ascii_digit().then(|| i16::from(digit.wrapping_sub(b'0')))?;
            sum.checked_mul(10)?.checked_add(digit)
        })
    };
    let [month, day] = [number(&[m0, m1])?, number(&[d0, d1])?];
    Date::new(number(&[y0, y1, y2, y3])?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

fn is_whole(text: &str) -> bool {
    if let Some(digits) = text.strip_prefix("0x") {
        return !digits.is_empty() && digits.bytes().all(|one| one.is_ascii_hexdigit());
    }
    if let Some(digits) = text.strip_prefix("0o") {
        return !digits.is_empty() && digits.bytes().all(|one| (b'0'..=b'7').contains(&one));
    }
    let digits = unsigned(text);
    !digits.is_empty() && digits.bytes().all(|one| one.is_ascii_digit())
}

fn exact_whole(text: &str) -> Option<i64> {
    if let Some(digits) = text.strip_prefix("0x") {
        return i64::from_str_radix(digits, 16).ok();
    }
    if let Some(digits) = text.strip_prefix("0o") {
        return i64::from_str_radix(digits, 8).ok();
    }
    text.parse().ok()
}

/// `[-+]? ( '.' digits | digits ( '.' digits* )? ) ( [eE] [-+]? digits )?`
fn is_fraction(text: &str) -> bool {
    let digits = |part: &str| part.bytes().all(|one| one.is_ascii_digit());
    let (base, exponent) = match unsigned(text).split_once(['e', 'E']) {
        Some((base, exponent)) => (base, Some(unsigned(exponent))),
        None => (unsigned(text), None),
    };
    let (whole, fraction) = base.split_once('.').unwrap_or((base, ""));
    digits(whole)
        && digits(fraction)
        && !(whole.is_empty() && fraction.is_empty())
        && exponent.is_none_or(|exponent| !exponent.is_empty() && digits(exponent))
}

fn exact_decimal(text: &str) -> Option<Decimal> {
    const MOST_DIGITS: usize = 28;
    let text = text.strip_prefix('+').unwrap_or(text);
    let (base, exponent) = match text.split_once(['e', 'E']) {
        Some((base, exponent)) => (base, exponent.strip_prefix('+').unwrap_or(exponent)),
        None => (text, "0"),
    };
    let exponent: i32 = exponent.parse().ok().filter(|one: &i32| one.unsigned_abs() <= 28)?;
    let (whole, fraction) = base.split_once('.').unwrap_or((base, ""));
    let digits = format!("{whole}{fraction}");
    if digits.trim_start_matches(['-', '0']).len() > MOST_DIGITS {
        return None;
    }
    let number: i128 = digits.parse().ok()?;
    let scale = i32::try_from(fraction.len()).ok()?.checked_sub(exponent)?;
    let factor = 10_i128.checked_pow(scale.min(0).unsigned_abs())?;
    let scale = u32::try_from(scale.max(0)).ok()?;
    Decimal::try_from_i128_with_scale(number.checked_mul(factor)?, scale).ok()
}

fn unsigned(text: &str) -> &str {
    text.strip_prefix(['-', '+']).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::{Plain, date, whole_number};

    #[test]
    fn what_plain_texts_mean() {
        for (text, expect) in [
            ("", "Null"),
            ("~", "Null"),
            ("True", "YesNo(true)"),
            ("yes", "Text"),
            ("350702", "Whole(350702)"),
            ("+5", "Whole(5)"),
            ("-7", "Whole(-7)"),
            ("010", "Whole(10)"),
            ("0x1F", "Whole(31)"),
            ("0.20", "Decimal(0.20)"),
            (".5", "Decimal(0.5)"),
            ("1.", "Decimal(1)"),
            ("1e3", "Decimal(1000)"),
            ("-1.5e-2", "Decimal(-0.015)"),
            ("99999999999999999999", "Decimal(99999999999999999999)"),
            ("0.12345678901234567890123456789", "TooLong"),
            ("1e999999999999", "TooLong"),
            ("-", "Text"),
            (".", "Text"),
            ("e3", "Text"),
            ("1e", "Text"),
            ("1_000", "Text"),
            (".inf", "Text"),
            ("2024-01-01", "Text"),
            ("p-017", "Text"),
        ] {
            assert_eq!(format!("{:?}", Plain::resolve(text)), expect, "{text}");
        }
    }

    #[test]
    fn whole_numbers_are_strict() {
        for (text, expect) in [("3", Some(3)), ("1.0", None), ("1e3", None), ("-", None), ("", None)] {
            assert_eq!(whole_number(text), expect, "{text}");
        }
        for (text, number) in
            [("007", 7), ("123456789", 123_456_789), ("1234567890", 1_234_567_890), ("0x1f", 31)]
        {
            assert_eq!(whole_number(text), Some(number));
        }
        assert_eq!(whole_number("99999999999999999999"), Some(i64::MAX));
        assert_eq!(whole_number("-99999999999999999999"), Some(i64::MIN));
    }

    #[test]
    fn every_day_is_read_as_the_date_library_reads_it() {
        for year in [0, 1, 4, 1899, 1900, 2000, 2023, 2024, 9999] {
            for month in 0..=99 {
                for day in 0..=99 {
                    let text = format!("{year:04}-{month:02}-{day:02}");
                    assert_eq!(date(&text), text.parse().ok(), "{text}");
                }
            }
        }
    }

    #[test]
    fn dates_are_written_one_way() {
        assert!(date("2024-02-29").is_some());
        for bad in ["2023-02-29", "2024-2-29", "20240229", "2024-02-29T00:00", "", "２０２４-02-29"] {
            assert!(date(bad).is_none(), "{bad}");
        }
    }
}
