//! Scripts: one file of policies, compiled by Rhai and read into the typed tree.

#![expect(clippy::wildcard_enum_match_arm, reason = "what Rhai may say is open ended")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use rhai::{AST, Engine, LexError, ParseError, ParseErrorType};

use super::recover::{self, Parsed};
use super::tree::{self, Known, Reading, Tree, WordFound};
use super::{limits, slips};
use crate::error::{Fault, Message, Phrase, same, table};

/// One script, ready to run.
#[derive(Debug)]
pub(crate) struct Script {
    /// Its path inside the policy folder.
    pub(crate) path: String,
    pub(crate) ast: AST,
    pub(crate) tree: Tree,
    /// Its text, as it was loaded.
    pub(crate) source: String,
    /// The words of the vocabulary in it, by line and column.
    pub(crate) words: BTreeMap<(u32, u32), WordFound>,
    /// The kinds that stand in it by name, with line and column.
    pub(crate) kinds: BTreeSet<(String, u32, u32)>,
    /// The parameters that it reads.
    pub(crate) parameters: BTreeSet<String>,
}

/// The text of a script's bytes; a fault if it cannot be one.
pub(crate) fn text<'a>(file: &Path, bytes: &'a [u8]) -> Result<&'a str, Fault> {
    let whole = |message| Fault::coded(file, 0, 0, message);
    if bytes.len() > limits::SCRIPT_BYTES {
        let most = limits::SCRIPT_BYTES >> 10;
        return Err(whole(table::SCRIPT_SIZE.say([same(most), same(bytes.len())])));
    }
    utf8(file, bytes)
}

/// The text of bytes that must be UTF-8.
pub(crate) fn utf8<'a>(file: &Path, bytes: &'a [u8]) -> Result<&'a str, Fault> {
    std::str::from_utf8(bytes).map_err(|error| {
        let before = bytes.get(..error.valid_up_to()).unwrap_or(&[]);
        let line = before.split(|byte| *byte == b'\n').count();
        Fault::coded(file, u32::try_from(line).unwrap_or(u32::MAX), 0, table::NOT_UTF8.say([]))
    })
}

/// Compiles and reads a script, as far as that goes; what is wrong stands in the reading. The engine comes back
/// as strict as it was.
pub(crate) fn compile(
    engine: &mut Engine,
    file: &Path,
    source: &str,
    known: &Known,
    local: bool,
) -> (AST, Reading) {
    let slips = slips::scan_script(file, source);
    let repaired = slips.repaired(source);
    // The tree tells unknown and repeated names all at once; Rhai would stop at the first.
    engine.set_strict_variables(false).set_allow_shadowing(true);
    let Parsed { mut ast, errors, broken, mut texts } = recover::parse(engine, &repaired);
    engine.set_strict_variables(true).set_allow_shadowing(false);
    let mut reading = tree::read(file, &repaired, &ast, known, (local, &broken));
    let fault = |(line, column, error): (u32, u32, ParseError)| {
        Fault::coded(file, line, column, parse_message(error.err_type()))
    };
    reading.faults.extend(errors.into_iter().map(fault));
    if reading.faults.is_empty() {
        match engine.compile(&*repaired) {
            Ok(strict) => ast = strict,
            Err(error) => reading.faults.push(parse_fault(file, &error)),
        }
    }
    for place in reading.faults.iter_mut().chain(&mut reading.lints) {
        place.column = slips.original(place.line, place.column);
    }
    for edit in &mut reading.edits {
        edit.column = slips.original(edit.line, edit.column);
    }
    reading.codes.append(&mut texts.clone());
    reading.parameters.append(&mut texts);
    reading.faults.extend(slips.faults);
    if !slips.edits.is_empty() {
        reading.edits = slips.edits;
    }
    (ast, reading)
}

fn parse_fault(file: &Path, error: &ParseError) -> Fault {
    let place = error.position();
    let number = |place: Option<usize>| place.and_then(|place| u32::try_from(place).ok()).unwrap_or(0);
    Fault::coded(file, number(place.line()), number(place.position()), parse_message(error.err_type()))
}

/// What Rhai could not read, in both languages.
fn parse_message(error: &ParseErrorType) -> Message {
    let mut en = error.to_string();
    if let Some(first) = en.chars().next() {
        en = format!("{}{}", first.to_lowercase(), en.chars().skip(1).collect::<String>());
    }
    let en = en.trim_end_matches('.').to_owned();
    let zh = match error {
        ParseErrorType::Reserved(word) => return table::DISABLED.say([same(word)]),
        ParseErrorType::BadInput(LexError::ImproperSymbol(word, _)) if is_word(word) => {
            return table::DISABLED.say([same(word)]);
        }
        ParseErrorType::LiteralTooLarge(_, most) => {
            let what = Phrase::both("清单或文字", "");
            return table::LIST_MOST.say([what, same(most), same("a list or a text")]);
        }
        ParseErrorType::ExprTooDeep => return table::TOO_DEEP.say([]),
        ParseErrorType::UnexpectedEOF => "脚本没有写完".to_owned(),
        ParseErrorType::MissingToken(token, _) => format!("此处应有 `{token}`"),
        ParseErrorType::ExprExpected(_) => "此处应有表达式".to_owned(),
        ParseErrorType::VariableExpected | ParseErrorType::PropertyExpected => "此处应有名字".to_owned(),
        ParseErrorType::BadInput(LexError::UnterminatedString) => "文字缺少结尾的引号".to_owned(),
        ParseErrorType::BadInput(LexError::UnexpectedInput(text)) => format!("不能有 `{text}`"),
        ParseErrorType::BadInput(LexError::MalformedNumber(text)) => format!("`{text}` 不是数字"),
        ParseErrorType::FnDuplicatedDefinition(name, _) => return table::TWICE.say([same(name)]),
        ParseErrorType::VariableExists(name) => return table::VARIABLE_AGAIN.say([same(name)]),
        ParseErrorType::AssignmentToConstant(name) => return table::CONSTANT.say([same(name)]),
        _ => format!("此处读不通（{en}）"),
    };
    table::SYNTAX.say([same(zh), same(en)])
}

fn is_word(text: &str) -> bool {
    text.chars().all(|one| one.is_alphanumeric() || one == '_')
}
