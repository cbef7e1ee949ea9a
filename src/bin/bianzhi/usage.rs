//! Usage: what is wrong with the words of a command line, for readers of Chinese; clap tells the others itself.

use std::env;
use std::io::{self, Write};
use std::num::{IntErrorKind, ParseIntError};
use std::process::ExitCode;
use std::str::FromStr;

use bianzhi::Lang;
use bianzhi::document::nearest;
use bianzhi::model::Date;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{CommandFactory, Error, ValueEnum};

use crate::CommandLine;
use crate::terminal::{Tongue, language};

/// Says what is wrong, or shows the help that was asked for; and the exit code.
pub(crate) fn told(error: &Error) -> ExitCode {
    let chinese =
        Some(error).filter(|_| error.use_stderr() && language(asked()) == Lang::Zh).and_then(in_chinese);
    // Nobody is left to be told when neither stdout nor stderr can be written.
    let _told = match chinese {
        Some(text) => {
            let help = "用法见 `bianzhi --help`，各命令的用法见 `bianzhi 命令 --help`。";
            writeln!(io::stderr().lock(), "错误：{text}\n\n{help}")
        }
        None => error.print(),
    };
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))
}

/// The language that is asked for, wherever it stands: a line that cannot be read cannot say.
pub(crate) fn asked() -> Option<Tongue> {
    let words: Vec<String> = env::args().collect();
    let after = words
        .iter()
        .zip(words.iter().skip(1))
        .find(|(word, _)| *word == "--lang")
        .map(|(_, next)| next.as_str());
    let told = after.or_else(|| words.iter().find_map(|word| word.strip_prefix("--lang=")))?;
    Tongue::from_str(told, true).ok()
}

/// What is wrong, where it is one of the usual things.
fn in_chinese(error: &Error) -> Option<String> {
    let of = |kind| error.get(kind).map(listed);
    let (argument, value) = (of(ContextKind::InvalidArg), of(ContextKind::InvalidValue));
    #[expect(clippy::wildcard_enum_match_arm, reason = "the package's own list, which grows")]
    Some(match error.kind() {
        ErrorKind::InvalidSubcommand => {
            let Some(ContextValue::String(word)) = error.get(ContextKind::InvalidSubcommand) else {
                return None;
            };
            let known = commands();
            match nearest(word, known.iter().map(String::as_str)) {
                Some(near) => format!("没有命令 `{word}`；是否为 `{near}`？"),
                None => format!("没有命令 `{word}`；可用的有 {}", quoted(&known)),
            }
        }
        ErrorKind::UnknownArgument => {
            let near = of(ContextKind::SuggestedArg).map(|near| format!("；是否为 {near}？"));
            format!("不认识的参数 {}{}", argument?, near.unwrap_or_default())
        }
        ErrorKind::MissingRequiredArgument => format!("缺少参数 {}", argument?),
        ErrorKind::ArgumentConflict => {
            let prior = of(ContextKind::PriorArg).unwrap_or_else(|| "别的参数".to_owned());
            let argument = argument?;
            if argument == prior {
                format!("参数 {argument} 只能写一次")
            } else {
                format!("参数 {argument} 不能与 {prior} 同时用")
            }
        }
        ErrorKind::InvalidValue if value.as_deref().is_none_or(|value| value == "``") => {
            format!("参数 {} 没有给出值", argument?)
        }
        ErrorKind::InvalidValue => {
            let known = of(ContextKind::ValidValue).filter(|known| !known.is_empty());
            let known = known.map(|known| format!("；可用的有 {known}")).unwrap_or_default();
            format!("参数 {} 不能是 {}{known}", argument?, value?)
        }
        ErrorKind::ValueValidation => format!("参数 {} 不能是 {}{}", argument?, value?, cause(error)),
        ErrorKind::TooManyValues => format!("参数 {} 不带 {}", argument?, value?),
        ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => {
            format!("参数 {} 的值，个数不对", argument?)
        }
        ErrorKind::InvalidUtf8 => "命令行里有不是 UTF-8 的文字".to_owned(),
        ErrorKind::MissingSubcommand => format!("缺少命令；可用的有 {}", quoted(&commands())),
        _ => return None,
    })
}

/// The commands that may stand where the line went wrong.
fn commands() -> Vec<String> {
    let mut command = CommandLine::command();
    for word in env::args().skip(1) {
        let Some(found) = command.find_subcommand(&word).filter(|found| found.has_subcommands()) else {
            continue;
        };
        command = found.clone();
    }
    command.get_subcommands().map(|command| command.get_name().to_owned()).collect()
}

/// What would have been right.
fn cause(error: &Error) -> String {
    let Some(cause) = std::error::Error::source(error) else { return String::new() };
    let told = cause.to_string();
    if let Some(number) = cause.downcast_ref::<ParseIntError>() {
        let large = matches!(number.kind(), IntErrorKind::PosOverflow);
        return if large { "；数太大".to_owned() } else { "；应为不小于 0 的整数".to_owned() };
    }
    if cause.is::<<Date as FromStr>::Err>() {
        return "；应为日期，如 `2024-03-05`".to_owned();
    }
    match told.split_once(" is not in ").and_then(|(_, bounds)| bounds.split_once("..")) {
        Some((least, most)) if most.parse() == Ok(u64::MAX) => format!("；应不小于 {least}"),
        Some((least, most)) => format!("；应在 {least} 到 {most} 之间"),
        None => format!("（{told}）"),
    }
}

/// Words in backticks.
fn listed(value: &ContextValue) -> String {
    #[expect(clippy::wildcard_enum_match_arm, reason = "the package's own list, which grows")]
    match value {
        ContextValue::String(word) => quoted(std::slice::from_ref(word)),
        ContextValue::Strings(words) => quoted(words),
        other => other.to_string(),
    }
}

fn quoted(words: &[String]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join("、")
}
