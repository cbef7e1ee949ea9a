//! Recovery: a script that cannot be read as a whole, function by function, so that no fault hides another.

use std::collections::BTreeSet;

use rhai::{AST, Engine, ParseError};

use super::limits;
use super::scan::{Sort, Token, tokens};

/// The most statements of one function, and the most functions of a file, that are left out to find what else is
/// wrong: whoever has more of them mends those first.
const MOST_LEFT_OUT: usize = 16;

/// A script as far as it can be read.
#[derive(Debug, Default)]
pub(crate) struct Parsed {
    /// Its functions that can be read.
    pub(crate) ast: AST,
    /// What cannot, with line and column, 0 where there is none.
    pub(crate) errors: Vec<(u32, u32, ParseError)>,
    /// The names of the functions that cannot be read.
    pub(crate) broken: BTreeSet<String>,
    /// The texts in them: codes and parameters that are used, as far as anybody can tell.
    pub(crate) texts: BTreeSet<String>,
}

/// Parses a script; where Rhai stops, the rest is parsed piece by piece.
pub(crate) fn parse(engine: &Engine, source: &str) -> Parsed {
    let first = match engine.compile(source) {
        Ok(ast) => return Parsed { ast, ..Parsed::default() },
        Err(error) => error,
    };
    let found = tokens(source);
    let pieces = pieces(&found);
    let mut parsed = Parsed::default();
    if pieces.len() > limits::FUNCTIONS.saturating_mul(2) {
        parsed.errors.push(placed(first, None));
        return parsed;
    }
    let mut left = vec![true; pieces.len()];
    for (piece, left) in pieces.iter().zip(&mut left) {
        *left = parsed.take(engine, source, piece);
    }
    // What is wrong with no piece alone, such as a name twice, is wrong with all of them together.
    for _ in 0..MOST_LEFT_OUT {
        let lost = pieces.iter().zip(&left).filter(|(_, left)| !**left).map(|(piece, _)| piece.tokens);
        let error = match engine.compile(blanked(source, 0, lost)) {
            Ok(ast) => {
                parsed.ast = ast;
                break;
            }
            Err(error) => placed(error, None),
        };
        let at = pieces.iter().zip(&left).position(|(piece, left)| *left && piece.holds(error.0, error.1));
        parsed.errors.push(error);
        let Some((left, piece)) = at.and_then(|at| left.get_mut(at).zip(pieces.get(at))) else { break };
        *left = false;
        parsed.lose(piece);
    }
    parsed
}

impl Parsed {
    /// Parses one piece alone; whether it can be read.
    fn take(&mut self, engine: &Engine, source: &str, piece: &Piece<'_, '_>) -> bool {
        let Some(text) = source.get(piece.begins()..piece.ends()) else { return false };
        let Err(mut error) = engine.compile(text) else { return true };
        self.lose(piece);
        let statements = piece.statements();
        let mut left = vec![true; statements.len()];
        for _ in 0..MOST_LEFT_OUT {
            let (line, column, error_found) = placed(error, piece.tokens.first());
            let mut all = statements.iter().zip(&mut left);
            let at = all.find(|(statement, left)| **left && holds(statement, line, column));
            self.errors.push((line, column, error_found));
            let Some((_, at)) = at else { break };
            *at = false;
            let lost = statements.iter().zip(&left).filter(|(_, left)| !**left).map(|(one, _)| *one);
            match engine.compile(blanked(text, piece.begins(), lost)) {
                Ok(_) => break,
                Err(more) => error = more,
            }
        }
        false
    }

    fn lose(&mut self, piece: &Piece<'_, '_>) {
        self.broken.extend(piece.name.map(str::to_owned));
        let texts = piece.tokens.iter().filter(|token| matches!(token.sort, Sort::Text(_)));
        self.texts.extend(texts.map(|token| token.text.trim_matches('"').to_owned()));
    }
}

/// An error with its place in the file; `begins` is the first token of what was parsed.
fn placed(error: ParseError, begins: Option<&Token<'_>>) -> (u32, u32, ParseError) {
    let number = |place: Option<usize>| place.and_then(|place| u32::try_from(place).ok()).unwrap_or(0);
    let place = error.position();
    let (mut line, mut column) = (number(place.line()), number(place.position()));
    if let Some(begins) = begins.filter(|_| line > 0) {
        if line == 1 && column > 0 {
            column = column.saturating_add(begins.column).saturating_sub(1);
        }
        line = line.saturating_add(begins.line).saturating_sub(1);
    }
    (line, column, error)
}

/// A function with the comments above it, or what stands between two.
struct Piece<'a, 'b> {
    name: Option<&'a str>,
    tokens: &'b [Token<'a>],
}

/// A script's functions and what stands between them. A function inside another is none of Rhai's: there one
/// has lost its closing brace.
fn pieces<'a, 'b>(tokens: &'b [Token<'a>]) -> Vec<Piece<'a, 'b>> {
    let silent = |token: &Token<'_>| matches!(token.sort, Sort::Space | Sort::Comment);
    let mut starts: Vec<(usize, Option<&'a str>)> = Vec::new();
    let mut depth = 0_i64;
    let mut inside = false;
    for (place, token) in tokens.iter().enumerate() {
        let mut before = tokens.get(..place).unwrap_or(&[]);
        let next = tokens.iter().skip(place.saturating_add(1)).find(|token| !silent(token));
        match (token.sort, token.text) {
            (Sort::Word, "fn") if next.is_some_and(|next| next.sort == Sort::Word) => {
                while let Some((last, rest)) = before.split_last() {
                    if !silent(last) {
                        break;
                    }
                    before = rest;
                }
                // The comment that ends the line of another function's brace is not this one's.
                starts.push((before.len(), next.map(|next| next.text)));
                (depth, inside) = (0, true);
            }
            (Sort::Sign, "{") => depth = depth.saturating_add(1),
            (Sort::Sign, "}") => {
                depth = depth.saturating_sub(1);
                if depth == 0 && inside {
                    inside = false;
                    starts.push((place.saturating_add(1), None));
                }
            }
            _ => {}
        }
    }
    let ends = starts.iter().skip(1).map(|(start, _)| *start).chain([tokens.len()]);
    let first = starts.first().map_or(tokens.len(), |(start, _)| *start);
    let head = Piece { name: None, tokens: tokens.get(..first).unwrap_or(&[]) };
    let rest = starts
        .iter()
        .zip(ends)
        .map(|((start, name), end)| Piece { name: *name, tokens: tokens.get(*start..end).unwrap_or(&[]) });
    [head].into_iter().chain(rest).filter(|piece| !piece.tokens.iter().all(silent)).collect()
}

impl<'a, 'b> Piece<'a, 'b> {
    fn begins(&self) -> usize {
        self.tokens.first().map_or(0, |token| token.at)
    }

    fn ends(&self) -> usize {
        self.tokens.last().map_or(0, Token::ends)
    }

    fn holds(&self, line: u32, column: u32) -> bool {
        holds(self.tokens, line, column)
    }

    /// The statements of the function's body, each to its semicolon or brace.
    fn statements(&self) -> Vec<&'b [Token<'a>]> {
        let mut found = Vec::new();
        let mut depth = 0_u32;
        let mut from = 0_usize;
        for (place, token) in self.tokens.iter().enumerate() {
            let after = place.saturating_add(1);
            let ended = match (token.sort, token.text) {
                (Sort::Sign, "{") => {
                    depth = depth.saturating_add(1);
                    if depth == 1 {
                        from = after;
                    }
                    false
                }
                (Sort::Sign, "}") => {
                    depth = depth.saturating_sub(1);
                    depth == 1 && !self.goes_on(after)
                }
                (Sort::Sign, ";") => depth == 1,
                _ => false,
            };
            let last = depth == 0 && token.text == "}";
            if ended || last {
                let to = if last { place } else { after };
                found.extend(self.tokens.get(from..to).filter(|one| !one.is_empty()));
                from = after;
            }
        }
        if depth > 0 {
            found.extend(self.tokens.get(from..).filter(|one| !one.is_empty()));
        }
        found
    }

    /// Whether a statement goes on behind a brace.
    fn goes_on(&self, at: usize) -> bool {
        let next =
            self.tokens.iter().skip(at).find(|token| !matches!(token.sort, Sort::Space | Sort::Comment));
        next.is_some_and(|next| {
            next.text == "else" || (next.sort == Sort::Sign && !matches!(next.text, "{" | "}" | "#" | "!"))
        })
    }
}

fn holds(tokens: &[Token<'_>], line: u32, column: u32) -> bool {
    let Some((first, last)) = tokens.first().zip(tokens.last()) else { return false };
    let wide = u32::try_from(last.text.chars().count()).unwrap_or(u32::MAX);
    let from = (first.line, first.column);
    // What spans lines is a space or a comment, behind which nothing of the piece stands.
    let more = u32::try_from(last.text.matches('\n').count()).unwrap_or(u32::MAX);
    from <= (line, column)
        && (line, column) < (last.line.saturating_add(more), last.column.saturating_add(wide))
}

/// A text in which these runs of tokens are blanks, so that every other place stays; `base` is its first byte.
fn blanked<'a: 'b, 'b>(text: &str, base: usize, lost: impl Iterator<Item = &'b [Token<'a>]>) -> String {
    let mut blank = String::with_capacity(text.len());
    let mut from = 0_usize;
    for (first, last) in lost.filter_map(|tokens| tokens.first().zip(tokens.last())) {
        let (begins, ends) = (first.at.saturating_sub(base), last.ends().saturating_sub(base));
        blank.push_str(text.get(from..begins).unwrap_or_default());
        let letters = text.get(begins..ends).unwrap_or_default().chars();
        blank.extend(letters.map(|letter| if letter == '\n' { letter } else { ' ' }));
        from = ends;
    }
    blank.push_str(text.get(from..).unwrap_or_default());
    blank
}
