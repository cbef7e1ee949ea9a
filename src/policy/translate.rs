//! Translation: a script in the words of the other language; its layout, comments and texts stay as they are.

use std::path::Path;

use super::PolicySet;
use super::script::Script;
use super::tree::WordFound;
use crate::document::nearest;
use crate::error::{Error, ErrorKind, Fault, Phrase, told};
use crate::model::Lang;

impl PolicySet {
    /// A script of this set in the words of one language: the words of views and the host functions. Everything
    /// else stays byte for byte: layout, comments, texts, the author's own variables and functions, and the
    /// names of hooks, which have one form. There and back gives the same bytes for a script that keeps to one language.
    ///
    /// `path` is the script's path inside the policy folder, as `10_administrative_pool.rhai`.
    ///
    /// # Errors
    /// If there is no such script, or where a function that no hook calls uses a word that may be several: one
    /// fault each, with line and column.
    ///
    /// # Example: a condition in Chinese
    /// ```
    /// use bianzhi::{Lang, PolicySet};
    /// # fn main() -> Result<(), bianzhi::Error> {
    /// let files = [
    ///     ("10_rule.rhai", "fn on_appoint(request) { require(request.unit.vacancy > 0, \"full\"); }"),
    ///     ("reasons.yaml", "full: {zh: 已满, en: full}"),
    /// ];
    /// let set = PolicySet::from_files(files.map(|(path, text)| (path.to_owned(), text.into())))?;
    /// let zh = set.translated("10_rule.rhai", Lang::Zh)?;
    /// assert_eq!(zh, "fn on_appoint(request) { 要求(request.单位.空编 > 0, \"full\"); }");
    /// assert!(set.translated("11_rule.rhai", Lang::Zh).is_err());
    /// # Ok(()) }
    /// ```
    pub fn translated(&self, path: &str, to: Lang) -> Result<String, Error> {
        let scripts = || self.0.scripts.iter();
        let Some(script) = scripts().find(|script| script.path == path) else {
            let hint = Phrase::hint(nearest(path, scripts().map(|script| script.path.as_str())));
            let told =
                told!("目录里没有脚本 `{path}`{hint}", "the folder has no script `{path}`{hint}"; hint);
            return Err(Error::told(ErrorKind::Input, told));
        };
        rendered(script, to)
    }
}

/// The script with every word replaced that has another name in the language.
fn rendered(script: &Script, to: Lang) -> Result<String, Error> {
    let mut faults = Vec::new();
    let mut text = String::with_capacity(script.source.len());
    let mut words = script.words.iter().peekable();
    for (source, number) in script.source.split_inclusive('\n').zip(1_u32..) {
        let mut rest = source;
        let mut column = 1_u32;
        while let Some(((_, at), word)) = words.next_if(|((line, _), _)| *line <= number) {
            let skip = usize::try_from(at.saturating_sub(column)).unwrap_or(usize::MAX);
            let before = rest.char_indices().nth(skip).map_or(rest.len(), |(place, _)| place);
            let (kept, from) = rest.split_at(before);
            let Some(behind) = from.strip_prefix(word.written.as_str()) else {
                let (path, word) = (&script.path, &word.written);
                let told = told!(
                    "{path}:{number}:{at}: 没有 `{word}`",
                    "{path}:{number}:{at}: `{word}` is not there"
                );
                return Err(Error::told(ErrorKind::Internal, told));
            };
            text.push_str(kept);
            match one_name(word, to) {
                Some(name) => text.push_str(name),
                None => faults.push(ambiguous(script, number, *at, word, to)),
            }
            let wide = u32::try_from(word.written.chars().count()).unwrap_or(u32::MAX);
            column = at.saturating_add(wide);
            rest = behind;
        }
        text.push_str(rest);
    }
    if faults.is_empty() { Ok(text) } else { Err(Error::input(faults)) }
}

/// The word's name in the language, if all that it may mean there have one name.
fn one_name(word: &WordFound, to: Lang) -> Option<&'static str> {
    let mut names = word.means.iter().map(|(en, zh)| to.pick(zh, en));
    let first = names.next()?;
    names.all(|name| name == first).then_some(first)
}

fn ambiguous(script: &Script, line: u32, column: u32, word: &WordFound, to: Lang) -> Fault {
    let mut names: Vec<String> = word.means.iter().map(|(en, zh)| format!("`{}`", to.pick(zh, en))).collect();
    names.sort();
    names.dedup();
    let (word, names) = (&word.written, Phrase::both(names.join("或"), names.join(" or ")));
    let told = told!(
        "`{word}` 在这里可能是 {names}：来到这里的视图不止一种",
        "`{word}` may be {names} here: the views that come here differ"; names
    );
    Fault::told(Path::new(&script.path), line, column, told)
}
