//! The command line: reads what is asked, runs one command, and answers with its exit code.

mod balance;
mod changes;
mod check;
mod city;
mod coverage;
mod dice;
mod diff;
mod doc;
mod effect;
mod explain;
mod explain_json;
mod generate;
mod help;
mod history;
mod journal;
mod junit;
mod kept;
mod lines;
mod manual_page;
mod nation;
mod new;
mod plan;
mod reader;
mod run;
mod save;
mod show;
mod table;
mod terminal;
mod test;
mod translate;
mod usage;
mod words;

use std::env;
use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use reader::Reader;
use terminal::{Tongue, language};

/// 编制账册：照章办理用编申请 · Staffing-quota books: laws that hold, policies that decide
///
/// 退出码：0 一切符合预期；1 有步骤不符预期；2 输入有误 · exit codes: 0 all as expected; 1 an expectation failed; 2 bad input
#[derive(Debug, Parser)]
#[command(name = "bianzhi", version, arg_required_else_help = true)]
struct CommandLine {
    /// 输出语言（默认随系统）· language of the output; the locale's unless given
    #[arg(long, global = true, value_name = "zh|en")]
    lang: Option<Tongue>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// 逐步运行场景文件并核对预期 · play a scenario and compare with what it expects
    Run(run::Arguments),
    /// 说明一步为何准予、不予或驳回，以及怎样可以通过 · why a step was answered so, and what would pass
    Explain(explain::Arguments),
    /// 检查政策目录 · check a policy folder without running anything
    Check(check::Arguments),
    /// 显示期初账册，或日志中任一时点的账册 · show a charter's opening books, or a journal's at any moment
    Show(show::Arguments),
    /// 查看一个单位、人员或调借的全部记录 · every entry that touched a node, a person or a loan
    History(history::Arguments),
    /// 核验、导出、导入日志，重新裁定旧决定 · verify, export or import a journal, decide again
    Journal(journal::Arguments),
    /// 运行政策测试，列出不符之处 · play a folder's policy tests
    Test(test::Arguments),
    /// 起草统筹方案并写成场景文件 · draft a plan, and write it as a scenario
    Plan(plan::Arguments),
    /// 生成演示用的账册 · generate books to try things on
    Generate(generate::Arguments),
    /// 比较两个政策目录：文字、参数、理由、影响 · compare two policy folders: text, parameters, reasons, effect
    Diff(diff::Arguments),
    /// 新建一条规则：脚本、参数、理由、测试 · a rule to start from: script, parameter, reason, test
    New(new::Arguments),
    /// 生成手册：一个网页 · the authors' manual as one page
    Doc(doc::Arguments),
    /// 把脚本换成中文或英文的词 · render a script in Chinese or English words
    Translate(translate::Arguments),
}

/// How a command that came to its end went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    /// All as expected.
    AsExpected,
    /// Something was not as expected.
    Otherwise,
}

/// Why a command could not come to its end.
#[derive(Debug)]
enum Failure {
    /// A file or an office could not be used.
    Unusable(bianzhi::Error),
    /// The output could not be written.
    Output(io::Error),
}

impl From<bianzhi::Error> for Failure {
    fn from(error: bianzhi::Error) -> Self {
        Self::Unusable(error)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        Self::Output(error.into())
    }
}

fn main() -> ExitCode {
    let line = match command_line() {
        Ok(line) => line,
        Err(error) => return usage::told(&error),
    };
    let lang = language(line.lang);
    let mut out = BufWriter::new(Reader::new(io::stdout().lock()));
    let ended = match &line.command {
        Command::Run(arguments) => run::run(arguments, lang, &mut out),
        Command::Explain(arguments) => explain::explain(arguments, lang, &mut out),
        Command::Check(arguments) => check::check(arguments, lang, &mut out),
        Command::Show(arguments) => show::show(arguments, lang, &mut out),
        Command::History(arguments) => history::history(arguments, lang, &mut out),
        Command::Journal(arguments) => journal::journal(arguments, lang, &mut out),
        Command::Test(arguments) => test::test(arguments, lang, &mut out),
        Command::Plan(arguments) => plan::plan(arguments, lang, &mut out),
        Command::Generate(arguments) => generate::generate(arguments, lang, &mut out),
        Command::Diff(arguments) => diff::diff(arguments, lang, &mut out),
        Command::New(arguments) => new::new(arguments, lang, &mut out),
        Command::Doc(arguments) => doc::doc(arguments, lang, &mut out),
        Command::Translate(arguments) => translate::translate(arguments, &mut out),
    };
    let flushed = out.flush().map_err(Failure::from);
    match ended.and_then(|ending| flushed.map(|()| ending)) {
        Ok(Ending::AsExpected) => ExitCode::SUCCESS,
        Ok(Ending::Otherwise) => ExitCode::from(1),
        Err(_) if out.get_ref().is_gone() => ExitCode::SUCCESS,
        Err(failure) => report(&failure, lang),
    }
}

/// The command line, read; whoever asks for help is told in one language.
fn command_line() -> Result<CommandLine, clap::Error> {
    let command = help::in_one_language(CommandLine::command(), language(usage::asked()));
    let words = help::language_first(env::args_os().collect(), &command);
    CommandLine::from_arg_matches(&command.try_get_matches_from(words)?)
}

/// Says on stderr what failed, one fault a line.
fn report(failure: &Failure, lang: bianzhi::Lang) -> ExitCode {
    let mut err = io::stderr().lock();
    let word = lang.pick("错误：", "error: ");
    let in_words = |error: &bianzhi::Error| match lang {
        bianzhi::Lang::Zh => error.zh(),
        bianzhi::Lang::En => error.to_string(),
    };
    // Nobody is left to be told when stderr cannot be written.
    let _told = match failure {
        Failure::Output(error) => writeln!(err, "{word}{}", in_words(&bianzhi::Error::output(error))),
        Failure::Unusable(error) if error.faults().is_empty() => {
            writeln!(err, "{word}{}", in_words(error))
        }
        Failure::Unusable(error) => {
            error.faults().iter().try_for_each(|fault| writeln!(err, "{word}{}", fault_in(fault, lang)))
        }
    };
    ExitCode::from(2)
}

/// A fault with its place, in Chinese where it has a text in Chinese.
fn fault_in(fault: &bianzhi::Fault, lang: bianzhi::Lang) -> String {
    match lang {
        bianzhi::Lang::Zh => fault.told_in_chinese(),
        bianzhi::Lang::En => fault.to_string(),
    }
}
