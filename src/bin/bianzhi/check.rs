//! `bianzhi check`: everything that is wrong or looks wrong in a policy folder, each with its code, place and line.

use std::io::Write;
use std::path::PathBuf;

use bianzhi::model::Lang;
use bianzhi::policy::{Checked, Fix};
use bianzhi::{Fault, PolicySet};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::terminal::Paint;
use crate::{Ending, Failure};

/// The longest line that is shown whole, in cells.
const MOST_CELLS: usize = 160;

/// What `check` takes.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "退出码：0 没有问题；1 有错误或提示（改正之后）；2 目录无法读取 · exit codes: 0 nothing found; 1 faults or lints found, after fixing; 2 the folder cannot be read"
)]
pub(crate) struct Arguments {
    /// 政策目录 · the policy folder
    #[arg(value_name = "DIR", default_value = "policies")]
    folder: PathBuf,
    /// 每行一个 JSON 对象 · one JSON object a line
    #[arg(long)]
    json: bool,
    /// 改正有把握的：全角符号、形近字母、特殊空格、繁体的词；引号和注释里的不动 · put right what is sure; texts and comments stay
    #[arg(long)]
    fix: bool,
}

#[derive(serde::Serialize)]
struct Found<'a> {
    code: &'a str,
    sort: &'static str,
    file: Option<String>,
    line: u32,
    column: u32,
    zh: &'a str,
    en: &'a str,
}

/// Checks the folder and tells all that was found, faults before lints.
pub(crate) fn check(arguments: &Arguments, lang: Lang, out: &mut dyn Write) -> Result<Ending, Failure> {
    if arguments.fix {
        for fix in PolicySet::fix(&arguments.folder)? {
            write_fix(out, &fix, arguments.json, lang)?;
        }
    }
    let checked = PolicySet::check(&arguments.folder)?;
    let found = checked.faults.iter().map(|fault| (fault, false));
    for (fault, lint) in found.chain(checked.lints.iter().map(|fault| (fault, true))) {
        if arguments.json {
            write_json(out, fault, lint)?;
        } else {
            write_told(out, &checked, fault, lint, lang)?;
        }
    }
    let (faults, lints) = (checked.faults.len(), checked.lints.len());
    if !arguments.json {
        match lang {
            Lang::Zh => writeln!(out, "错误 {faults}，提示 {lints}")?,
            Lang::En => writeln!(out, "faults {faults}, lints {lints}")?,
        }
    }
    Ok(if faults == 0 && lints == 0 { Ending::AsExpected } else { Ending::Otherwise })
}

/// What was put right, and where.
fn write_fix(out: &mut dyn Write, fix: &Fix, json: bool, lang: Lang) -> Result<(), Failure> {
    let (from, to) = (readable(&fix.from), readable(&fix.to));
    let zh = format!("{from} 已改为 {to}");
    let en = format!("{from} became {to}");
    let file = fix.file.display().to_string();
    if json {
        let (line, column) = (fix.line, fix.column);
        let told = Found { code: "", sort: "fix", file: Some(file), line, column, zh: &zh, en: &en };
        serde_json::to_writer(&mut *out, &told)?;
        out.write_all(b"\n")?;
        return Ok(());
    }
    let (sort, what) = if lang == Lang::Zh { ("改正", zh) } else { ("fixed", en) };
    writeln!(out, "{file}:{}:{}: {sort} {what}", fix.line, fix.column)?;
    Ok(())
}

/// A piece of a file in backticks; what could not be seen as its number.
fn readable(text: &str) -> String {
    let plain = text.chars().all(|letter| letter.width().is_some_and(|width| width > 0));
    match text {
        "" => "``".to_owned(),
        _ if plain && !text.trim().is_empty() => format!("`{text}`"),
        _ if text.chars().all(|letter| letter == ' ') => "` `".to_owned(),
        _ => {
            let shown: String = text
                .chars()
                .map(|letter| {
                    if letter.is_alphanumeric() || letter.is_ascii_graphic() {
                        letter.to_string()
                    } else {
                        format!("<U+{:04X}>", u32::from(letter))
                    }
                })
                .collect();
            format!("`{shown}`")
        }
    }
}

fn write_json(out: &mut dyn Write, fault: &Fault, lint: bool) -> Result<(), Failure> {
    let line = Found {
        code: fault.code.map_or("", |code| code.code),
        sort: if lint { "lint" } else { "fault" },
        file: fault.file.as_ref().map(|file| file.display().to_string()),
        line: fault.line,
        column: fault.column,
        zh: &fault.zh,
        en: &fault.message,
    };
    serde_json::to_writer(&mut *out, &line)?;
    out.write_all(b"\n")?;
    Ok(())
}

/// Place, code and message; below them the line with a caret under the word that is meant.
fn write_told(
    out: &mut dyn Write,
    checked: &Checked,
    fault: &Fault,
    lint: bool,
    lang: Lang,
) -> Result<(), Failure> {
    let paint = Paint::for_stdout();
    let sort = match (lang, lint) {
        (Lang::Zh, false) => paint.wrong("错误"),
        (Lang::Zh, true) => paint.heading("提示"),
        (Lang::En, false) => paint.wrong("fault"),
        (Lang::En, true) => paint.heading("lint"),
    };
    let message = if lang == Lang::Zh && !fault.zh.is_empty() { &fault.zh } else { &fault.message };
    let code = fault.code.map_or("", |code| code.code);
    let place = Fault { message: String::new(), ..fault.clone() }.to_string();
    writeln!(out, "{} {sort} {code} {message}", place.trim_end())?;
    let text = fault.file.as_ref().and_then(|file| checked.texts.get(file));
    let number = usize::try_from(fault.line).ok().and_then(|line| line.checked_sub(1));
    if let Some(line) = text.zip(number).and_then(|(text, number)| text.lines().nth(number)) {
        let (shown, caret) = underlined(line, usize::try_from(fault.column).unwrap_or(0));
        let margin = fault.line.to_string();
        writeln!(out, "  {margin} | {shown}")?;
        if !caret.is_empty() {
            writeln!(out, "  {} | {caret}", " ".repeat(margin.len()))?;
        }
    }
    Ok(())
}

/// The line as a terminal shows it, and blanks and carets that stand under the word at this column (from 1).
/// A Chinese letter takes two cells; a tab becomes four blanks, any other control character one.
fn underlined(line: &str, column: usize) -> (String, String) {
    let (mut shown, mut caret) = (String::new(), String::new());
    let mut cells = 0_usize;
    let mut inside = false;
    for (letter, place) in line.chars().zip(1_usize..) {
        let piece = match letter {
            '\t' => "    ".to_owned(),
            letter if letter.width().is_none_or(|width| width == 0) => " ".to_owned(),
            letter => letter.to_string(),
        };
        let width = piece.width();
        cells = cells.saturating_add(width);
        if cells > MOST_CELLS && place > column && !inside {
            shown.push('…');
            break;
        }
        let word = letter.is_alphanumeric() || letter == '_';
        inside = place == column || (inside && place > column && word);
        if inside {
            caret.push_str(&"^".repeat(width));
            inside = word;
        } else if place < column {
            caret.push_str(&" ".repeat(width));
        }
        shown.push_str(&piece);
    }
    (shown, if column == 0 { String::new() } else { caret })
}

#[cfg(test)]
mod tests {
    use super::underlined;

    #[test]
    fn the_caret_stands_under_the_word() {
        for (line, column, caret) in [
            ("let x = yy + 1;", 9, "        ^^"),
            ("要求(单位.空偏 == 0)", 7, "          ^^^^"),
            ("\tx = 1", 2, "    ^"),
            ("a（b", 2, " ^^"),
            ("x", 0, ""),
        ] {
            assert_eq!(underlined(line, column).1, caret, "{line}");
        }
    }
}
