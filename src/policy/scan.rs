//! Scanning: a script's words, texts, comments and signs with their places, also where Rhai could not read it.

use super::slips::{Quote, is_odd, quote, sign};

/// A piece of a script. All pieces together are the script, byte for byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Token<'a> {
    pub(crate) sort: Sort,
    pub(crate) text: &'a str,
    /// The byte at which it begins.
    pub(crate) at: usize,
    /// The line, from 1.
    pub(crate) line: u32,
    /// The column in characters, from 1.
    pub(crate) column: u32,
}

/// What a piece is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sort {
    Word,
    Number,
    /// A text in whatever quotes; whether it is closed on its line, where it must be.
    Text(bool),
    Comment,
    Space,
    Sign,
}

impl Token<'_> {
    /// The byte after it.
    pub(crate) fn ends(&self) -> usize {
        self.at.saturating_add(self.text.len())
    }
}

/// The pieces of a script. Signs, quotes and comments count in their full-width form, too.
pub(crate) fn tokens(source: &str) -> Vec<Token<'_>> {
    let mut found = Vec::new();
    let (mut at, mut line, mut column) = (0_usize, 1_u32, 1_u32);
    while let Some(rest) = source.get(at..).filter(|rest| !rest.is_empty()) {
        let (sort, length) = next(rest);
        let (text, _) = rest.split_at_checked(length).unwrap_or((rest, ""));
        found.push(Token { sort, text, at, line, column });
        for letter in text.chars() {
            (line, column) =
                if letter == '\n' { (line.saturating_add(1), 1) } else { (line, column.saturating_add(1)) };
        }
        at = at.saturating_add(text.len().max(1));
    }
    found
}

/// What begins here, and how many bytes it has: at least one character.
fn next(rest: &str) -> (Sort, usize) {
    let mut letters = rest.chars();
    let first = letters.next().unwrap_or(' ');
    let second = letters.next().unwrap_or(' ');
    let whole = first.len_utf8();
    match (plain(first), plain(second)) {
        ('/', '/') => return (Sort::Comment, rest.find('\n').unwrap_or(rest.len())),
        ('/', '*') => return (Sort::Comment, block_comment(rest)),
        ('#', '"') if second == '"' => {
            let ends = rest.get(2..).and_then(|inner| inner.find("\"#"));
            return (Sort::Text(ends.is_some()), ends.map_or(rest.len(), |ends| ends.saturating_add(4)));
        }
        _ => {}
    }
    if first == '`' {
        let ends = rest.get(1..).and_then(|inner| inner.find('`'));
        return (Sort::Text(ends.is_some()), ends.map_or(rest.len(), |ends| ends.saturating_add(2)));
    }
    if let Some(opening) = quote(first) {
        return text(rest, opening);
    }
    if first.is_whitespace() || is_odd(first) {
        return (Sort::Space, while_holds(rest, |one| one.is_whitespace() || is_odd(one)));
    }
    if first.is_numeric() && plain(first).is_ascii_digit() {
        return (Sort::Number, number(rest));
    }
    if first.is_alphanumeric() || first == '_' || first == '＿' {
        return (Sort::Word, word(rest));
    }
    (Sort::Sign, whole)
}

/// The ASCII sign that a full-width one stands for; else the letter itself.
fn plain(letter: char) -> char {
    let ascii = sign(letter).and_then(|(ascii, _)| ascii.chars().next());
    let width = u32::from(letter);
    match ascii {
        Some(ascii) => ascii,
        None if (0xFF10..=0xFF19).contains(&width) => {
            char::from_u32(width.saturating_sub(0xFEE0)).unwrap_or(letter)
        }
        None => letter,
    }
}

fn while_holds(rest: &str, holds: impl Fn(char) -> bool) -> usize {
    rest.find(|one| !holds(one)).unwrap_or(rest.len())
}

fn block_comment(rest: &str) -> usize {
    let mut depth = 0_u32;
    let mut before = ' ';
    for (at, letter) in rest.char_indices() {
        let now = plain(letter);
        match (before, now) {
            ('/', '*') => depth = depth.saturating_add(1),
            ('*', '/') => depth = depth.saturating_sub(1),
            _ => {
                before = now;
                continue;
            }
        }
        before = ' ';
        if depth == 0 {
            return at.saturating_add(letter.len_utf8());
        }
    }
    rest.len()
}

/// A text to the quote that closes it, or to the end of its line. One in plain quotes may hold Chinese ones; only
/// where no plain one follows, a Chinese one was to end it.
fn text(rest: &str, opening: Quote) -> (Sort, usize) {
    let mut escaped = false;
    let plain = rest.starts_with(['"', '\'']);
    let mut chinese = None;
    let mut ends = rest.len();
    for (at, letter) in rest.char_indices().skip(1) {
        let after = at.saturating_add(letter.len_utf8());
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '\n' => {
                ends = at;
                break;
            }
            _ if !opening.closes_with(letter) => {}
            _ if plain && !letter.is_ascii() => chinese = chinese.or(Some(after)),
            _ => return (Sort::Text(true), after),
        }
    }
    chinese.map_or((Sort::Text(false), ends), |after| (Sort::Text(true), after))
}

/// Letters and digits; what cannot be seen belongs to a word if the word goes on behind it.
fn word(rest: &str) -> usize {
    let inside = |one: char| one.is_alphanumeric() || one == '_' || one == '＿';
    let mut ends = 0_usize;
    for (at, letter) in rest.char_indices() {
        if inside(letter) {
            ends = at.saturating_add(letter.len_utf8());
        } else if !is_odd(letter) || letter.is_whitespace() {
            break;
        }
    }
    ends.max(rest.chars().next().map_or(1, char::len_utf8))
}

/// Digits and what may stand among them; a point only before a digit.
fn number(rest: &str) -> usize {
    let digit = |one: Option<&char>| one.is_some_and(|one| plain(*one).is_ascii_digit());
    let mut letters = rest.char_indices().peekable();
    let mut point = false;
    while let Some((at, letter)) = letters.next() {
        let more = letters.peek().map(|(_, letter)| *letter);
        let goes_on = letter.is_alphanumeric()
            || letter == '_'
            || (plain(letter) == '.' && letter != '。' && !point && digit(more.as_ref()));
        point |= plain(letter) == '.';
        if !goes_on {
            return at;
        }
    }
    rest.len()
}
