//! Letters: the tables of full-width signs, of letters that look alike, and of spaces that are odd or unseen.

/// The quotes that open a text, by which ones may close it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Quote {
    Single,
    Double,
    Corner,
    WhiteCorner,
}

impl Quote {
    /// Whether a text that this one opened ends here.
    pub(crate) fn closes_with(self, letter: char) -> bool {
        match self {
            Self::Single => matches!(letter, '\'' | '’' | '‘' | '＇'),
            Self::Double => matches!(letter, '"' | '”' | '“' | '＂'),
            Self::Corner => letter == '」',
            Self::WhiteCorner => letter == '』',
        }
    }
}

/// The quote that this letter is, if it may open a text. A text in plain quotes ends with plain ones alone,
/// so that it may hold Chinese ones.
pub(crate) fn quote(letter: char) -> Option<Quote> {
    Some(match letter {
        '\'' | '‘' | '’' | '＇' => Quote::Single,
        '"' | '“' | '”' | '＂' => Quote::Double,
        '「' | '」' => Quote::Corner,
        '『' | '』' => Quote::WhiteCorner,
        _ => return None,
    })
}

/// The signs of Chinese keyboards that are no full-width form of the ASCII table, and whether it is sure
/// what is meant.
const SIGNS: [(char, &str, bool); 16] = [
    ('【', "[", true),
    ('】', "]", true),
    ('〔', "[", true),
    ('〕', "]", true),
    ('、', ",", true),
    ('。', ".", true),
    ('〈', "<", true),
    ('〉', ">", true),
    ('《', "<", false),
    ('》', ">", false),
    ('×', "*", true),
    ('÷', "/", true),
    ('−', "-", true),
    ('≥', ">=", true),
    ('≤', "<=", true),
    ('≠', "!=", true),
];

/// What is meant by a sign, and whether that is sure.
pub(crate) fn sign(letter: char) -> Option<(&'static str, bool)> {
    /// The signs of ASCII, which stand in the same order at U+FF01.
    const ASCII: &str =
        "!\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~";
    if matches!(letter, '—' | '–') {
        return Some(("-", false));
    }
    let known = SIGNS.iter().find(|(sign, ..)| *sign == letter).map(|(_, ascii, sure)| (*ascii, *sure));
    known.or_else(|| {
        if letter.is_alphanumeric() || letter == '＿' {
            return None;
        }
        let place = usize::try_from(u32::from(letter).checked_sub(0xFF01)?).ok()?;
        ASCII.get(place..place.checked_add(1)?).map(|ascii| (ascii, true))
    })
}

/// Whether it is a space that no keyboard of programmers has, or cannot be seen at all.
pub(crate) fn is_odd(letter: char) -> bool {
    takes_room(letter)
        || matches!(
            letter,
            '\u{00AD}'
                | '\u{034F}'
                | '\u{061C}'
                | '\u{180E}'
                | '\u{200B}'..='\u{200F}'
                | '\u{202A}'..='\u{202E}'
                | '\u{2060}'..='\u{2064}'
                | '\u{2066}'..='\u{206F}'
                | '\u{FE00}'..='\u{FE0F}'
                | '\u{FEFF}'
        )
}

/// Whether it turns the order of what follows around.
pub(super) fn turns(letter: char) -> bool {
    matches!(letter, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// Whether such a space can be seen as one.
pub(super) fn takes_room(letter: char) -> bool {
    matches!(
        letter,
        '\u{00A0}' | '\u{0085}' | '\u{1680}' | '\u{2000}'
            ..='\u{200A}' | '\u{2028}' | '\u{2029}' | '\u{202F}' | '\u{205F}' | '\u{3000}'
    )
}

/// Letters of Cyrillic and Greek beside the Latin ones that they look like.
const ALIKE: [(&str, &str); 4] = [
    ("АВЕЅІЈКМНОРСТУХ", "ABESIJKMHOPCTYX"),
    ("аеѕіјорсухԁһѵԝ", "aesijopcyxdhvw"),
    ("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEZHIKMNOPTYX"),
    ("οιανρτυχκ", "oiavptuxk"),
];

/// The word or number that is meant, and whether that is sure; none if nothing is wrong.
pub(super) fn right(text: &str, is_number: bool) -> Option<(String, bool)> {
    let seen: String = text.chars().filter(|letter| !is_odd(*letter)).map(narrow).collect();
    let latin: Option<String> =
        seen.chars().map(|letter| if letter.is_ascii() { Some(letter) } else { alike(letter) }).collect();
    // A word all of Greek or Cyrillic is the author's own; among Latin letters a lone one is a slip.
    let mixed = seen.chars().any(|letter| letter.is_ascii_alphanumeric());
    let read = match latin {
        Some(latin) if mixed || super::variants::is_word(&latin) => latin,
        _ => seen,
    };
    if !is_number {
        return (read != text).then_some((read, true));
    }
    let digits = digits_of(&read);
    match digits {
        Some(digits) if digits != read => {
            // A zero in Chinese is a zero; a letter among digits is a guess.
            let sure = digits == read.replace('〇', "0");
            Some((digits, sure))
        }
        _ => (read != text).then_some((read, true)),
    }
}

/// The number whose digits were written as letters that look like them.
fn digits_of(text: &str) -> Option<String> {
    let based = ["0x", "0o", "0b", "0X", "0O", "0B"].iter().any(|base| text.starts_with(base));
    let digit = |letter: char| match letter {
        'O' | 'o' | '〇' => Some('0'),
        'l' | 'I' => Some('1'),
        '0'..='9' | '.' | '_' => Some(letter),
        _ => None,
    };
    let octal = based && text.chars().skip(2).all(|letter| letter.is_ascii_hexdigit() || letter == '_');
    if octal && text.chars().count() > 2 {
        return None;
    }
    text.chars().map(digit).collect()
}

/// A full-width letter or digit in its usual width.
pub(super) fn narrow(letter: char) -> char {
    let width = u32::from(letter);
    if (0xFF01..=0xFF5E).contains(&width) {
        char::from_u32(width.saturating_sub(0xFEE0)).unwrap_or(letter)
    } else {
        letter
    }
}

fn alike(letter: char) -> Option<char> {
    ALIKE.iter().find_map(|(others, latin)| {
        let place = others.chars().position(|other| other == letter)?;
        latin.chars().nth(place)
    })
}
