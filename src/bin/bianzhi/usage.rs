//! Usage: what is wrong with the words of a command line, for readers of Chinese; clap tells the others itself.

use std::env;
use std::io::{self, Write};
use std::process::ExitCode;

use bianzhi::Lang;
use bianzhi::document::nearest;
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
fn asked() -> Option<Tongue> {
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
            let near = nearest(word, known.iter().map(String::as_str));
            let near = near.map(|near| format!("；是否为 `{near}`？")).unwrap_or_default();
            format!("没有命令 `{word}`{near}")
        }
        ErrorKind::UnknownArgument => format!("不认识的参数 {}", argument?),
        ErrorKind::MissingRequiredArgument => format!("缺少参数 {}", argument?),
        ErrorKind::ArgumentConflict => {
            let prior = of(ContextKind::PriorArg).unwrap_or_else(|| "别的参数".to_owned());
            format!("参数 {} 不能与 {prior} 同时用", argument?)
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
        ErrorKind::MissingSubcommand => "缺少命令".to_owned(),
        _ => return None,
    })
}

fn commands() -> Vec<String> {
    CommandLine::command().get_subcommands().map(|command| command.get_name().to_owned()).collect()
}

/// What the value's reader says; its own words, for only it knows its bounds.
fn cause(error: &Error) -> String {
    std::error::Error::source(error).map(|cause| format!("（{cause}）")).unwrap_or_default()
}

/// Words in backticks.
fn listed(value: &ContextValue) -> String {
    let quoted =
        |words: &[String]| words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join("、");
    #[expect(clippy::wildcard_enum_match_arm, reason = "the package's own list, which grows")]
    match value {
        ContextValue::String(word) => quoted(std::slice::from_ref(word)),
        ContextValue::Strings(words) => quoted(words),
        other => other.to_string(),
    }
}
