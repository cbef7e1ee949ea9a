//! Help: the command line as its reader sees it, in one language; what clap writes by itself in Chinese too.

use std::ffi::OsString;

use bianzhi::Lang;
use clap::builder::StyledStr;
use clap::{Arg, ArgAction, Command};

/// The command line with its help in this language. A text is written `中文 · English`, or each paragraph in one of both.
pub(crate) fn in_one_language(mut command: Command, lang: Lang) -> Command {
    // From here on help, its command and the version are there like all others.
    command.build();
    told(command, lang)
}

/// The words of a line, the language before `help`: whatever stands behind that is a command's name to clap.
pub(crate) fn language_first(words: Vec<OsString>, command: &Command) -> Vec<OsString> {
    let (mut language, mut rest) = (Vec::new(), Vec::new());
    let mut left = words.iter().peekable();
    while let Some(word) = left.next() {
        let told = word.to_str().is_some_and(|word| word.starts_with("--lang="));
        match left.next_if(|_| word == "--lang") {
            Some(value) => language.extend([word.clone(), value.clone()]),
            None if told => language.push(word.clone()),
            None => rest.push(word.clone()),
        }
    }
    let mut found = Some(command);
    let asked = rest.iter().skip(1).any(|word| {
        found = found.and_then(|command| command.find_subcommand(word));
        found.is_some_and(|command| command.get_name() == "help")
    });
    if !asked {
        return words;
    }
    let program = rest.drain(..rest.len().min(1)).collect::<Vec<_>>();
    // Of a language that is none clap says so, if no `help` stands behind it.
    let is_one = language.is_empty() || super::usage::asked().is_some();
    [program, language, if is_one { rest } else { Vec::new() }].concat()
}

fn told(mut command: Command, lang: Lang) -> Command {
    let [about, long, after] =
        [command.get_about(), command.get_long_about(), command.get_after_help()].map(|text| text.map(plain));
    let own = if command.get_name() == "help" {
        Some("显示帮助 · print this help, or a command's")
    } else {
        None
    };
    if let Some(about) = own.or(about.as_deref()) {
        command = command.about(one(about, lang));
    }
    if let Some(long) = long {
        command = command.long_about(one(&long, lang));
    }
    if let Some(after) = after {
        command = command.after_help(one(&after, lang));
    }
    command = command.mut_args(|argument| explained(argument, lang));
    command = command.mut_subcommands(|command| told(command, lang));
    if lang == Lang::En {
        return command;
    }
    command = command.subcommand_help_heading("命令").subcommand_value_name("命令").help_template(TEMPLATE);
    let usage = plain(&command.render_usage());
    let usage = usage.trim_start_matches("Usage: ").replace("[OPTIONS]", "[选项]");
    command.override_usage(usage)
}

/// Clap's own template, with its one word in Chinese.
const TEMPLATE: &str = "{before-help}{about-with-newline}\n用法: {usage}\n\n{all-args}{after-help}";

/// An argument with its help; defaults and the values that it takes are told by us, for clap knows English only.
fn explained(argument: Arg, lang: Lang) -> Arg {
    let help = match (argument.get_id().as_str(), argument.get_help()) {
        ("help", _) => "显示帮助 · print help".to_owned(),
        ("version", _) => "显示版本 · print the version".to_owned(),
        (_, help) => help.map(plain).unwrap_or_default(),
    };
    // Whoever cannot read the rest must be able to read this one.
    let help = if argument.get_id() == "lang" { help } else { one(&help, lang) };
    let takes = matches!(argument.get_action(), ArgAction::Set | ArgAction::Append);
    let values: Vec<String> = argument
        .get_possible_values()
        .iter()
        .map(|value| {
            let name = value.get_name();
            let meaning = value.get_help().map(|help| one(&plain(help), lang)).unwrap_or_default();
            let says_more = !meaning.is_empty() && !meaning.eq_ignore_ascii_case(name);
            if says_more { format!("{name} {meaning}") } else { name.to_owned() }
        })
        .collect();
    let values = match lang {
        _ if values.is_empty() || !takes => String::new(),
        Lang::Zh => format!("{}[可选：{}]", blank(&help), values.join("、")),
        Lang::En => format!(" [one of: {}]", values.join("; ")),
    };
    let usual: Vec<_> = argument.get_default_values().iter().map(|value| value.to_string_lossy()).collect();
    let usual = match lang {
        _ if usual.is_empty() || !takes => String::new(),
        Lang::Zh => format!("[默认：{}]", usual.join("、")),
        Lang::En => format!(" [default: {}]", usual.join(", ")),
    };
    let help = format!("{help}{values}{usual}");
    let argument = argument.help(help.clone()).hide_possible_values(true).hide_default_value(true);
    let argument = if argument.get_long_help().is_some() { argument.long_help(help) } else { argument };
    if lang == Lang::En {
        return argument;
    }
    let heading = if argument.is_positional() { "参数" } else { "选项" };
    let names: Option<Vec<&'static str>> = argument
        .get_value_names()
        .filter(|_| takes)
        .and_then(|names| names.iter().map(|name| in_chinese(name)).collect());
    let argument = argument.help_heading(heading);
    names.into_iter().fold(argument, Arg::value_names)
}

/// What stands for a value.
fn in_chinese(name: &str) -> Option<&'static str> {
    Some(match name {
        "CHARTER" => "账册",
        "COMMAND" => "命令",
        "DATE" => "日期",
        "DATE|ENTRY" => "日期|记录号",
        "DECISION" => "记录号",
        "DEPTH" => "详略",
        "DIR" => "目录",
        "ENTRIES" => "条数",
        "FILE" | "LOG" => "文件",
        "FILE.d.rhai" => "文件.d.rhai",
        "FILE.html" => "文件.html",
        "FORMAT" => "格式",
        "HEAD" => "链头",
        "N" => "数",
        "NAME" => "名称",
        "NEW" => "新目录",
        "NODE|PERSON|LOAN" => "单位|人员|调借",
        "OLD" => "旧目录",
        "PERSON" => "人员",
        "RULE" => "规则名",
        "SCENARIO" => "场景",
        "SCENARIO.yaml" => "场景.yaml",
        "WAY" => "方式",
        _ => return None,
    })
}

/// What a text says in one language: of `中文 · English` its half, of paragraphs those that are in it.
fn one(text: &str, lang: Lang) -> String {
    let paragraphs = text.split("\n\n").filter_map(|paragraph| match (paragraph.split_once('·'), lang) {
        (Some((zh, _)), Lang::Zh) => Some(unbroken(zh.trim())),
        (Some((_, en)), Lang::En) => Some(en.trim().to_owned()),
        (None, Lang::Zh) => is_chinese(paragraph).then(|| unbroken(paragraph)),
        (None, Lang::En) => (!is_chinese(paragraph)).then(|| paragraph.to_owned()),
    });
    paragraphs.collect::<Vec<_>>().join("\n\n")
}

/// What stands between a text and a bracket in Chinese: full-width signs bring their own blank.
fn blank(text: &str) -> &'static str {
    if text.ends_with(|letter: char| letter.is_ascii()) { " " } else { "" }
}

fn is_chinese(text: &str) -> bool {
    text.chars().any(|letter| matches!(letter, '\u{4e00}'..='\u{9fff}'))
}

/// Without the blanks that joined lines of Chinese.
fn unbroken(text: &str) -> String {
    let is_wide = |letter: char| matches!(letter, '\u{3000}'..='\u{9fff}' | '\u{ff00}'..='\u{ffef}');
    let mut joined = String::new();
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        let between = joined.chars().next_back().zip(letters.peek());
        if letter != ' ' || !between.is_some_and(|(before, after)| is_wide(before) && is_wide(*after)) {
            joined.push(letter);
        }
    }
    joined
}

fn plain(text: &StyledStr) -> String {
    text.to_string()
}

#[cfg(test)]
mod tests {
    use super::one;
    use bianzhi::Lang;

    #[test]
    fn a_text_is_told_in_one_language() {
        for (text, zh, en) in [
            ("政策目录 · the policy folder", "政策目录", "the policy folder"),
            ("甲 · a\n\n乙， 丙 CSV 丁 ÷ 戊\n\nb c", "甲\n\n乙，丙 CSV 丁 ÷ 戊", "a\n\nb c"),
            ("Graphviz", "", "Graphviz"),
            ("表格", "表格", ""),
        ] {
            assert_eq!((one(text, Lang::Zh).as_str(), one(text, Lang::En).as_str()), (zh, en));
        }
    }
}
