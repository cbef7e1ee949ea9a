//! Slips: signs, letters and spaces that only look right, and how the text would be with the right ones.
//!
//! What stands in comments and between the quotes of a text is nobody's slip, but for letters that turn the order
//! of a line around: with them a comment shows what the script does not do.

mod letters;
mod variants;
mod yaml;

use std::collections::BTreeSet;
use std::path::Path;

use super::scan::{Sort, Token, tokens};
use crate::error::{Fault, Phrase, same, table};

pub(crate) use letters::{Quote, is_odd, quote, sign};
pub(crate) use variants::variant_of;
pub(crate) use yaml::scan_yaml;

/// One piece of a file that should be another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Edit {
    /// The line, from 1.
    pub(crate) line: u32,
    /// The column in characters, from 1.
    pub(crate) column: u32,
    pub(crate) from: String,
    pub(crate) to: String,
    /// Whether it can mean nothing else, so that it may be put right by itself.
    pub(crate) safe: bool,
}

/// What was found in one file.
#[derive(Debug, Clone, Default)]
pub(crate) struct Slips {
    pub(crate) edits: Vec<Edit>,
    pub(crate) faults: Vec<Fault>,
}

impl Slips {
    pub(super) fn add(&mut self, file: &Path, edit: Edit, message: crate::error::Message) {
        self.faults.push(Fault::coded(file, edit.line, edit.column, message));
        self.edits.push(edit);
    }

    /// The text with the right signs, so that the rest of it can be read.
    pub(crate) fn repaired(&self, source: &str) -> String {
        edited(source, &self.edits)
    }

    /// Where a place of the repaired text stands in the file.
    pub(crate) fn original(&self, line: u32, column: u32) -> u32 {
        let mut column = column;
        for edit in self.edits.iter().filter(|edit| edit.line == line) {
            let [from, to] =
                [&edit.from, &edit.to].map(|text| u32::try_from(text.chars().count()).unwrap_or(0));
            if edit.column.saturating_add(to) <= column {
                column = column.saturating_add(from).saturating_sub(to);
            }
        }
        column
    }
}

/// A text with these edits made; they must be in order and apart. One that does not fit is left out.
pub(crate) fn edited(source: &str, edits: &[Edit]) -> String {
    let mut text = String::with_capacity(source.len());
    let mut waiting = edits.iter().peekable();
    for (line, number) in source.split_inclusive('\n').zip(1_u32..) {
        let (mut rest, mut column) = (line, 1_u32);
        while let Some(edit) = waiting.next_if(|edit| edit.line <= number) {
            let skip = usize::try_from(edit.column.saturating_sub(column)).unwrap_or(usize::MAX);
            let at = rest.char_indices().nth(skip).map_or(rest.len(), |(at, _)| at);
            let (before, from) = rest.split_at(at);
            let Some(behind) = from.strip_prefix(edit.from.as_str()) else { continue };
            text.push_str(before);
            text.push_str(&edit.to);
            let wide = u32::try_from(edit.from.chars().count()).unwrap_or(u32::MAX);
            column = edit.column.saturating_add(wide);
            rest = behind;
        }
        text.push_str(rest);
    }
    text
}

/// Every slip of a script.
pub(crate) fn scan_script(file: &Path, source: &str) -> Slips {
    let mut slips = Slips::default();
    if source.is_ascii() {
        return digits_only(file, source, slips);
    }
    let found = tokens(source);
    let names = Names::of(&found);
    for (place, token) in found.iter().enumerate() {
        if matches!(token.sort, Sort::Comment | Sort::Text(_)) {
            turned(file, token, &mut slips);
        }
        match token.sort {
            Sort::Space => spaces(file, token, &mut slips),
            Sort::Sign => {
                let next = place.checked_add(1).and_then(|next| found.get(next));
                full_width(file, token, next, &mut slips);
            }
            Sort::Text(closed) => quotes(file, token, closed, &mut slips),
            Sort::Comment => comment_signs(file, token, &mut slips),
            Sort::Word | Sort::Number => letters_of(file, token, &names, &mut slips),
        }
    }
    slips.edits.sort();
    slips
}

/// A script in plain ASCII can only have letters among its digits.
fn digits_only(file: &Path, source: &str, mut slips: Slips) -> Slips {
    if source
        .bytes()
        .zip(source.bytes().skip(1))
        .any(|(one, two)| one.is_ascii_digit() && matches!(two, b'O' | b'o' | b'l' | b'I'))
    {
        let found = tokens(source);
        let names = Names::of(&found);
        for token in found.iter().filter(|token| token.sort == Sort::Number) {
            letters_of(file, token, &names, &mut slips);
        }
    }
    slips
}

/// The words of a script, and which of them it defines: a name put right must not become another's.
struct Names<'a> {
    all: BTreeSet<&'a str>,
    defined: BTreeSet<&'a str>,
}

impl<'a> Names<'a> {
    fn of(tokens: &[Token<'a>]) -> Self {
        let all = tokens.iter().filter(|token| token.sort == Sort::Word).map(|token| token.text).collect();
        let mut defined = BTreeSet::new();
        let mut before = "";
        let mut header = false;
        for token in tokens.iter().filter(|token| !matches!(token.sort, Sort::Space | Sort::Comment)) {
            header = (header || before == "fn") && !matches!(token.text, "{" | "｛");
            if token.sort == Sort::Word && (header || matches!(before, "let" | "const" | "for" | "fn")) {
                defined.insert(token.text);
            }
            before = token.text;
        }
        Self { all, defined }
    }
}

fn edit(token: &Token<'_>, to: impl Into<String>, safe: bool) -> Edit {
    Edit { line: token.line, column: token.column, from: token.text.to_owned(), to: to.into(), safe }
}

/// Spaces that are none of the keyboard's: each run of one sort is a slip.
fn spaces(file: &Path, token: &Token<'_>, slips: &mut Slips) {
    let (mut line, mut column) = (token.line, token.column);
    let mut letters = token.text.chars().peekable();
    while let Some(letter) = letters.next() {
        let begins = column;
        column = column.saturating_add(1);
        if letter == '\n' {
            (line, column) = (line.saturating_add(1), 1);
            continue;
        }
        if !is_odd(letter) {
            continue;
        }
        let mut from = String::from(letter);
        while let Some(more) = letters.next_if(|more| *more == letter) {
            from.push(more);
            column = column.saturating_add(1);
        }
        let seen = letters::takes_room(letter);
        let to = if seen { " ".repeat(from.chars().count()) } else { String::new() };
        slips.add(file, Edit { line, column: begins, from, to, safe: true }, invisible(letter, seen));
    }
}

pub(super) fn invisible(letter: char, seen: bool) -> crate::error::Message {
    let name = format!("U+{:04X}", u32::from(letter));
    let to = if seen {
        Phrase::both("请改为普通空格", "write an ordinary space")
    } else {
        Phrase::both("请删去", "take it away")
    };
    table::INVISIBLE.say([same(name), to])
}

/// Letters in a comment or a text that turn its order around. They are told and never taken away by themselves.
fn turned(file: &Path, token: &Token<'_>, slips: &mut Slips) {
    let (mut line, mut column) = (token.line, token.column);
    for letter in token.text.chars() {
        if letters::turns(letter) {
            slips.faults.push(Fault::coded(file, line, column, invisible(letter, false)));
        }
        (line, column) =
            if letter == '\n' { (line.saturating_add(1), 1) } else { (line, column.saturating_add(1)) };
    }
}

/// A sign in its full-width form.
fn full_width(file: &Path, token: &Token<'_>, next: Option<&Token<'_>>, slips: &mut Slips) {
    let Some((right, sure)) = token.text.chars().next().and_then(sign) else { return };
    // A Chinese full stop between words is a point; at the end of a line a semicolon is meant, perhaps.
    let (right, sure) = match (token.text, next.map(|next| next.sort)) {
        ("。", Some(Sort::Word)) => (right, true),
        ("。", _) => (";", false),
        _ => (right, sure),
    };
    slips.add(file, edit(token, right, sure), table::FULL_WIDTH.say([same(token.text), same(right)]));
}

/// The quotes of a text; what stands between them stays.
fn quotes(file: &Path, token: &Token<'_>, closed: bool, slips: &mut Slips) {
    let mut letters = token.text.chars();
    let Some(first) = letters.next() else { return };
    let last = letters.clone().next_back().filter(|_| closed);
    if first.is_ascii() && last.is_none_or(|last| last.is_ascii()) {
        return;
    }
    if closed {
        letters.next_back();
    }
    // Where a plain quote and a Chinese one meet, or a plain one stands between, where the text was to end is a guess.
    let sure = !first.is_ascii() && last.is_some() && !letters.as_str().contains('"');
    let ends = u32::try_from(token.text.chars().count()).unwrap_or(u32::MAX);
    let ends = token.column.saturating_add(ends).saturating_sub(1);
    for (letter, column) in [(Some(first), token.column), (last, ends)] {
        let Some(letter) = letter.filter(|letter| *letter != '"') else { continue };
        let edit =
            Edit { line: token.line, column, from: letter.to_string(), to: "\"".to_owned(), safe: sure };
        slips.add(file, edit, table::FULL_WIDTH.say([same(letter), same('"')]));
    }
}

/// The signs that begin and end a comment; what it says stays.
fn comment_signs(file: &Path, token: &Token<'_>, slips: &mut Slips) {
    let block = token.text.chars().nth(1).is_some_and(|second| matches!(second, '*' | '＊'));
    let count = token.text.chars().count();
    let mut places: Vec<usize> = vec![0, 1];
    if block && count >= 4 && !token.text.contains('\n') {
        places.extend([count.saturating_sub(2), count.saturating_sub(1)]);
    }
    for skip in places {
        let Some(letter) = token.text.chars().nth(skip).filter(|letter| !letter.is_ascii()) else { continue };
        let Some((right, _)) = sign(letter) else { continue };
        let column = token.column.saturating_add(u32::try_from(skip).unwrap_or(u32::MAX));
        let edit =
            Edit { line: token.line, column, from: letter.to_string(), to: right.to_owned(), safe: true };
        slips.add(file, edit, table::FULL_WIDTH.say([same(letter), same(right)]));
    }
}

/// Letters and digits that only look like the right ones, and what cannot be seen among them.
fn letters_of(file: &Path, token: &Token<'_>, names: &Names<'_>, slips: &mut Slips) {
    let is_number = token.sort == Sort::Number;
    let Some((right, sure)) = letters::right(token.text, is_number) else { return };
    let sure = sure && !(names.defined.contains(token.text) && names.all.contains(right.as_str()));
    let hidden = token.text.chars().find(|letter| is_odd(*letter));
    let visible: String = token.text.chars().filter(|letter| !is_odd(*letter)).collect();
    let message = match hidden {
        Some(letter) if visible == right => table::INVISIBLE.say([
            same(format!("U+{:04X}", u32::from(letter))),
            Phrase::both(format!("请写 `{right}`"), format!("write `{right}`")),
        ]),
        _ => table::LOOK_ALIKE.say([same(token.text), same(&right)]),
    };
    slips.add(file, edit(token, right, sure), message);
}
