//! Slips in YAML: full-width colons, commas, brackets and digits where YAML has its own, and odd spaces.
//!
//! Titles, texts and legal bases may hold any of them: only what stands where a key, a sign or a number must be
//! is a slip.

use std::path::Path;

use super::letters::{is_odd, narrow, sign, takes_room};
use super::{Edit, Slips};
use crate::error::{Phrase, same, table};

/// The fields of the files beside the scripts; those of the second row hold texts for people.
const FIELDS: [&str; 12] = [
    "type",
    "values",
    "min",
    "max",
    "tighter",
    "allowed",
    "facts",
    "categories",
    "purposes",
    "tags",
    "unit",
    "basis",
];
const TEXTS: [&str; 4] = ["zh", "en", "unit", "basis"];

/// Every slip of a YAML file.
pub(crate) fn scan_yaml(file: &Path, source: &str) -> Slips {
    let mut slips = Slips::default();
    // What is indented deeper than a `|` or `>` is its text.
    let mut block: Option<usize> = None;
    for (line, number) in source.lines().zip(1_u32..) {
        if line.is_ascii() && block.is_none() && !ends_in_block(line) {
            continue;
        }
        let indent = line.chars().take_while(|one| one.is_whitespace() || is_odd(*one)).count();
        if let Some(outer) = block {
            if indent > outer || line.trim().is_empty() {
                continue;
            }
            block = None;
        }
        Line { file, number, letters: line.chars().collect(), slips: &mut slips }.scan();
        if ends_in_block(line) {
            block = Some(indent);
        }
    }
    slips.edits.sort();
    slips
}

fn ends_in_block(line: &str) -> bool {
    let line = line.trim_end();
    let bare = line.trim_end_matches(['-', '+']);
    matches!(bare.chars().next_back(), Some('|' | '>'))
        && bare.chars().rev().nth(1).is_some_and(char::is_whitespace)
}

struct Line<'a> {
    file: &'a Path,
    number: u32,
    letters: Vec<char>,
    slips: &'a mut Slips,
}

impl Line<'_> {
    /// Goes along the line from key to value to key; stops where a comment begins.
    fn scan(&mut self) {
        let mut at = self.blanks(0);
        while self.letter(at) == Some('-') && self.letter(at.saturating_add(1)).is_some_and(is_blank) {
            at = self.blanks(at.saturating_add(1));
        }
        let mut depth = 0_u32;
        let mut key = String::new();
        while let Some(letter) = self.letter(at) {
            match letter {
                '#' => return,
                '"' | '\'' => at = self.quoted(at),
                _ if self.bracket(letter, depth) => {
                    depth = match narrow(letter) {
                        '{' | '[' | '【' => depth.saturating_add(1),
                        _ => depth.saturating_sub(1),
                    };
                    self.put_right(at);
                    key.clear();
                    at = self.blanks(at.saturating_add(1));
                }
                ',' if depth > 0 => at = self.blanks(at.saturating_add(1)),
                _ => at = self.scalar(at, depth, &mut key),
            }
            at = self.blanks(at);
        }
    }

    /// Whether a letter opens or closes a list or map here: a full-width one only where the line's own form
    /// leaves nothing else.
    fn bracket(&self, letter: char, depth: u32) -> bool {
        matches!(letter, '{' | '[')
            || (matches!(letter, '}' | ']') && depth > 0)
            || matches!(letter, '｛' | '［')
            || (matches!(letter, '｝' | '］') && depth > 0)
            || (letter == '【' && self.slips.edits.iter().any(|edit| edit.line == self.number))
    }

    /// A key with its colon, or a value, to what ends it; where to go on.
    fn scalar(&mut self, from: usize, depth: u32, key: &mut String) -> usize {
        let mut at = from;
        while let Some(letter) = self.letter(at) {
            let behind = self.letter(at.saturating_add(1));
            let is_end = match letter {
                ':' => {
                    behind.is_none_or(is_blank)
                        || (depth > 0 && behind.is_some_and(|one| "{[\"'".contains(one)))
                }
                '：' => self.is_key(from, at) && key.is_empty(),
                ',' | '}' | ']' => depth > 0,
                '，' => depth > 0 && (self.key_follows(at) || !TEXTS.contains(&key.as_str())),
                '｝' | '］' => depth > 0 && !TEXTS.contains(&key.as_str()),
                '#' => at > from && self.letter(at.saturating_sub(1)).is_some_and(is_blank),
                _ => false,
            };
            if is_end {
                break;
            }
            at = at.saturating_add(1);
        }
        let end = self.letter(at);
        if matches!(end, Some(':' | '：')) {
            self.narrow(from, at, true);
            self.text(from, at).trim().clone_into(key);
            self.put_right(at);
            let next = self.letter(at.saturating_add(1));
            if end == Some('：') && next.is_some_and(|one| !is_blank(one)) {
                // YAML wants a blank behind the colon; it comes with it.
                if let Some(edit) = self.slips.edits.last_mut() {
                    edit.to.push(' ');
                }
            }
            return at.saturating_add(1);
        }
        if !TEXTS.contains(&key.as_str()) {
            self.narrow(from, at, false);
        }
        key.clear();
        if end == Some('，') {
            self.put_right(at);
            return at.saturating_add(1);
        }
        at
    }

    /// Whether what stands before a full-width colon can only be a key: ASCII, as names and fields are, or a date.
    fn is_key(&self, from: usize, at: usize) -> bool {
        let text = self.text(from, at);
        let text: String = text.trim().chars().filter(|one| !is_odd(*one)).map(narrow).collect();
        !text.is_empty()
            && text.chars().all(|one| one.is_ascii_alphanumeric() || matches!(one, '_' | '-' | '.'))
    }

    /// Whether a field's name and a colon follow.
    fn key_follows(&self, at: usize) -> bool {
        let rest = self.text(at.saturating_add(1), self.letters.len());
        let word: String = rest
            .trim_start()
            .chars()
            .take_while(|one| one.is_ascii_alphanumeric() || "_-.".contains(*one))
            .collect();
        let colon = rest.trim_start().chars().nth(word.chars().count());
        (FIELDS.contains(&word.as_str()) || TEXTS.contains(&word.as_str()))
            && matches!(colon, Some(':' | '：'))
    }

    /// A key, or a value that is a number, a date or a word of ASCII, in its full-width form.
    fn narrow(&mut self, from: usize, to: usize, is_key: bool) {
        let text = self.text(from, to);
        let text = text.trim_end();
        let right: String = text.chars().filter(|one| !is_odd(*one)).map(narrow).collect();
        let plain = right.is_ascii() && !right.is_empty();
        if right == text || !plain {
            return;
        }
        let number = right.chars().all(|one| one.is_ascii_digit() || "+-._%/".contains(one));
        if is_key || number || !right.contains(' ') {
            let message = table::YAML_SLIP
                .say([same(text), Phrase::both(format!("请写 `{right}`"), format!("write `{right}`"))]);
            self.add(from, text.to_owned(), right, message);
        }
    }

    /// Blanks, odd ones among them; where they end.
    fn blanks(&mut self, from: usize) -> usize {
        let mut at = from;
        while let Some(letter) = self.letter(at).filter(|one| is_blank(*one) || is_odd(*one)) {
            if is_odd(letter) {
                let seen = takes_room(letter);
                let to = if seen { " " } else { "" };
                let name = same(format!("U+{:04X}", u32::from(letter)));
                let hint = if seen {
                    Phrase::both("请改为普通空格", "write an ordinary space")
                } else {
                    Phrase::both("请删去", "take it away")
                };
                self.add(at, letter.to_string(), to.to_owned(), table::YAML_SLIP.say([name, hint]));
            }
            at = at.saturating_add(1);
        }
        at
    }

    /// A text in plain quotes; where it ends.
    fn quoted(&self, from: usize) -> usize {
        let Some(mark) = self.letter(from) else { return from };
        let mut at = from.saturating_add(1);
        while let Some(letter) = self.letter(at) {
            at = at.saturating_add(1);
            match letter {
                '\\' if mark == '"' => at = at.saturating_add(1),
                letter if letter == mark => break,
                _ => {}
            }
        }
        at
    }

    /// A sign in its full-width form.
    fn put_right(&mut self, at: usize) {
        let Some(letter) = self.letter(at).filter(|one| !one.is_ascii()) else { return };
        let Some((right, _)) = sign(letter) else { return };
        let hint = Phrase::both(format!("请写 `{right}`"), format!("write `{right}`"));
        self.add(at, letter.to_string(), right.to_owned(), table::YAML_SLIP.say([same(letter), hint]));
    }

    fn add(&mut self, at: usize, from: String, to: String, message: crate::error::Message) {
        let column = u32::try_from(at).unwrap_or(u32::MAX).saturating_add(1);
        let edit = Edit { line: self.number, column, from, to, safe: true };
        self.slips.add(self.file, edit, message);
    }

    fn letter(&self, at: usize) -> Option<char> {
        self.letters.get(at).copied()
    }

    fn text(&self, from: usize, to: usize) -> String {
        self.letters.get(from..to).unwrap_or(&[]).iter().collect()
    }
}

fn is_blank(letter: char) -> bool {
    matches!(letter, ' ' | '\t') || takes_room(letter)
}
