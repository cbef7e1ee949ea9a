//! Scripts: one file of policies, compiled by Rhai and read into the typed tree.

use std::collections::BTreeMap;
use std::path::Path;

use rhai::{AST, Engine};

use super::limits;
use super::tree::{self, Known, Reading, Tree, WordFound};
use crate::error::Fault;

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
}

/// The text of a script's bytes; a fault if it cannot be one.
pub(crate) fn text<'a>(file: &Path, bytes: &'a [u8]) -> Result<&'a str, Fault> {
    let whole = |message: String| Fault::at(file, 0, 0, message);
    if bytes.len() > limits::SCRIPT_BYTES {
        let most = limits::SCRIPT_BYTES >> 10;
        return Err(whole(format!(
            "a script may have at most {most} KB; this one has {} bytes",
            bytes.len()
        )));
    }
    if bytes.starts_with(&[0xEF, 0xBB, 0xBF]) {
        return Err(whole(
            "the file begins with a byte-order mark (BOM); save it as UTF-8 without BOM".to_owned(),
        ));
    }
    utf8(file, bytes)
}

/// The text of bytes that must be UTF-8.
pub(crate) fn utf8<'a>(file: &Path, bytes: &'a [u8]) -> Result<&'a str, Fault> {
    std::str::from_utf8(bytes).map_err(|error| {
        let before = bytes.get(..error.valid_up_to()).unwrap_or(&[]);
        let line = before.split(|byte| *byte == b'\n').count();
        let message = "the file is not UTF-8 (GBK or GB 18030?); save it as UTF-8";
        Fault::at(file, u32::try_from(line).unwrap_or(u32::MAX), 0, message)
    })
}

/// Compiles and reads a script. The engine comes back as strict as it was.
pub(crate) fn compile(
    engine: &mut Engine,
    file: &Path,
    source: &str,
    known: &Known,
    local: bool,
) -> Result<(AST, Reading), Fault> {
    // The tree tells unknown names all at once and with the nearest right one; Rhai would stop at the first.
    engine.set_strict_variables(false);
    let loose = engine.compile(source);
    engine.set_strict_variables(true);
    let mut ast = loose.map_err(|error| parse_fault(file, &error))?;
    let reading = tree::read(file, source, &ast, known, local);
    if reading.faults.is_empty() {
        ast = engine.compile(source).map_err(|error| parse_fault(file, &error))?;
    }
    Ok((ast, reading))
}

fn parse_fault(file: &Path, error: &rhai::ParseError) -> Fault {
    let place = error.position();
    let number = |place: Option<usize>| place.and_then(|place| u32::try_from(place).ok()).unwrap_or(0);
    let mut message = error.err_type().to_string();
    if let Some(first) = message.chars().next() {
        message = format!("{}{}", first.to_lowercase(), message.chars().skip(1).collect::<String>());
    }
    let message = message.trim_end_matches('.').to_owned();
    Fault::at(file, number(place.line()), number(place.position()), message)
}
