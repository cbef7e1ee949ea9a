//! `bianzhi test`: plays all policy tests of a folder, tells what differs, and what the tests reach of the rules.

use std::fs;
use std::io::Write;
use std::path::PathBuf;

use bianzhi::model::Lang;
use bianzhi::scenario::{Action, Answer, CheckValue, Difference, Played, Suite, Tested};
use bianzhi::{Decision, Reason, ShownReason};

use crate::changes::Changes;
use crate::table::padded;
use crate::terminal::Paint;
use crate::words::Names;
use crate::{Ending, Failure, coverage, junit};

/// What `test` takes.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "退出码：0 全部通过；1 有未通过的；2 文件有误 · exit codes: 0 all pass; 1 a test fails; 2 a file is at fault"
)]
pub(crate) struct Arguments {
    /// 政策目录，其中 tests/*.yaml 是测试 · a policy folder; its tests are `tests/*.yaml`
    #[arg(value_name = "DIR", default_value = "policies")]
    folder: PathBuf,
    /// 列出测试走到了脚本的哪些行、分支、理由和条文 · lines, branches, codes and articles that the tests reach
    #[arg(long)]
    coverage: bool,
    /// 另写一份 JUnit 报告 · write a JUnit report to this file too
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// 输出一行 JSON · one line of JSON
    #[arg(long)]
    json: bool,
    /// 目录里的文件一改就重新运行，按 Ctrl-C 结束 · run again whenever a file of DIR changes, until Ctrl-C
    #[arg(long)]
    watch: bool,
}

/// One step that is not as expected.
#[derive(Debug, serde::Serialize)]
pub(crate) struct Failed<'a> {
    pub(crate) step: usize,
    pub(crate) line: u32,
    #[serde(skip)]
    pub(crate) what: String,
    pub(crate) expected: String,
    pub(crate) got: String,
    reasons: Vec<ShownReason<'a>>,
    #[serde(skip)]
    pub(crate) told: Vec<String>,
    differences: &'a [Difference],
}

#[derive(serde::Serialize)]
struct Line<'a> {
    file: String,
    /// The table of cases, where the lines of failures are its.
    #[serde(skip_serializing_if = "Option::is_none")]
    table: Option<String>,
    steps: usize,
    passed: bool,
    failures: Vec<Failed<'a>>,
}

#[derive(serde::Serialize)]
struct Report<'a> {
    tests: Vec<Line<'a>>,
    passed: usize,
    failed: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    coverage: Option<&'a bianzhi::policy::Coverage>,
}

/// Plays the tests, once or whenever a file changes.
pub(crate) fn test(arguments: &Arguments, lang: Lang, out: &mut dyn Write) -> Result<Ending, Failure> {
    if !arguments.watch {
        return once(arguments, lang, out);
    }
    let mut changes = Changes::of(&arguments.folder);
    again_and_again(arguments, lang, out, || {
        changes.wait();
        true
    })
}

/// Plays the tests, and again as long as there is a change.
fn again_and_again(
    arguments: &Arguments,
    lang: Lang,
    out: &mut dyn Write,
    mut is_changed: impl FnMut() -> bool,
) -> Result<Ending, Failure> {
    loop {
        match once(arguments, lang, out) {
            Ok(_) => {}
            Err(failure @ Failure::Output(_)) => return Err(failure),
            // A file that is at fault now may be right after the next change.
            Err(failure @ Failure::Unusable(_)) => {
                crate::report(&failure, lang);
            }
        }
        out.flush()?;
        if !is_changed() {
            return Ok(Ending::AsExpected);
        }
    }
}

fn once(arguments: &Arguments, lang: Lang, out: &mut dyn Write) -> Result<Ending, Failure> {
    let run = Suite::load(&arguments.folder)?.play(arguments.coverage)?;
    let failed = run.tests.iter().filter(|test| !test.passed()).count();
    let passed = run.tests.len().saturating_sub(failed);
    if let Some(path) = &arguments.junit {
        let written = fs::write(path, junit::report(&run.tests, lang));
        written.map_err(|cause| bianzhi::Error::io(path, &cause))?;
    }
    if arguments.json {
        let tests = run.tests.iter().map(|test| Line {
            file: test.file.display().to_string(),
            table: Some(test.scenario.steps_file())
                .filter(|file| *file != test.file)
                .map(|file| file.display().to_string()),
            steps: test.steps.len(),
            passed: test.passed(),
            // Programs read the words of the files.
            failures: failures(test, Lang::En),
        });
        let report = Report { tests: tests.collect(), passed, failed, coverage: run.coverage.as_ref() };
        serde_json::to_writer(&mut *out, &report)?;
        writeln!(out)?;
    } else {
        let paint = Paint::for_stdout();
        for test in &run.tests {
            write_test(out, test, lang, paint)?;
        }
        if let Some(coverage) = &run.coverage {
            coverage::write(out, coverage, lang, paint)?;
        }
        let text = match lang {
            Lang::Zh => format!("共 {} 项测试，{failed} 项未通过", run.tests.len()),
            Lang::En => format!("{} tests, {failed} failed", run.tests.len()),
        };
        writeln!(out, "\n{}", if failed == 0 { paint.right(&text) } else { paint.wrong(&text) })?;
    }
    Ok(if failed == 0 { Ending::AsExpected } else { Ending::Otherwise })
}

fn write_test(out: &mut dyn Write, test: &Tested, lang: Lang, paint: Paint) -> Result<(), Failure> {
    let passed = test.passed();
    let word = padded(if passed { lang.pick("通过", "passed") } else { lang.pick("不符", "failed") }, 6);
    let word = if passed { paint.right(&word) } else { paint.wrong(&word) };
    let steps = test.steps.len();
    let count = match lang {
        Lang::Zh => format!("（{steps} 步）"),
        Lang::En => format!(" ({steps} steps)"),
    };
    writeln!(out, "{word}  {}{}", test.file.display(), paint.faint(&count))?;
    let file = test.scenario.steps_file();
    for failed in failures(test, lang) {
        let step = match lang {
            Lang::Zh => format!("第 {} 步", failed.step),
            Lang::En => format!("step {}", failed.step),
        };
        writeln!(out, "        {}:{}  {step}  {}", file.display(), failed.line, failed.what)?;
        let (expected, got) = (&failed.expected, &failed.got);
        match lang {
            Lang::Zh => writeln!(out, "          预期 {expected}，得到 {got}")?,
            Lang::En => writeln!(out, "          expected {expected}, got {got}")?,
        }
        for told in &failed.told {
            writeln!(out, "          {told}")?;
        }
    }
    Ok(())
}

/// The steps of a test that are not as expected.
pub(crate) fn failures(test: &Tested, lang: Lang) -> Vec<Failed<'_>> {
    let failed = test.steps.iter().filter(|played| !played.as_expected());
    failed.map(|played| failure(test, played, lang)).collect()
}

fn failure<'a>(test: &'a Tested, played: &'a Played, lang: Lang) -> Failed<'a> {
    let names = Names::new(test.office.books(), lang).under(test.office.policies());
    let mut failed = Failed {
        step: played.step,
        line: played.line,
        what: String::new(),
        expected: String::new(),
        got: String::new(),
        reasons: Vec::new(),
        told: Vec::new(),
        differences: &[],
    };
    match (&played.answer, test.action(played)) {
        (Answer::Decided { decision, .. }, Some(Action::Ask { expect, .. })) => {
            failed.what = names.request(&decision.request);
            failed.expected = expect.as_ref().map(ToString::to_string).unwrap_or_default();
            failed.got = answered(decision);
            failed.reasons = decision.reasons.iter().map(ShownReason).collect();
            failed.told = decision.reasons.iter().map(|reason| reason_told(reason, &names)).collect();
        }
        (Answer::Checked { differences }, Some(Action::Check(check))) => {
            let join = |value: &dyn Fn(&Difference) -> String| {
                differences.iter().map(value).collect::<Vec<_>>().join(lang.pick("，", ", "))
            };
            failed.what =
                format!("{} {}", lang.pick("核对", "check"), check.subject_among(names.books(), lang));
            let said = |one: &Difference, value: &CheckValue| {
                format!("{} {}", one.word(lang), names.checked(&one.field, value))
            };
            failed.expected = join(&|one| said(one, &one.expected));
            failed.got = join(&|one| said(one, &one.got));
            failed.differences = differences;
        }
        (Answer::Decided { .. } | Answer::Checked { .. }, _) => {}
    }
    failed
}

/// The answer as an expectation would write it.
fn answered(decision: &Decision) -> String {
    if decision.granted() {
        return decision.outcome.to_string();
    }
    format!("{} [{}]", decision.outcome, decision.codes().join(", "))
}

fn reason_told(reason: &Reason, names: &Names<'_>) -> String {
    let told = format!("{}  {}", reason.code(), names.reason(reason));
    match reason {
        Reason::Policy(remark) => format!("{told}  ({}:{})", remark.script, remark.line),
        Reason::Law(_) | Reason::Input { .. } => told,
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use bianzhi::Lang;

    use super::{Arguments, Changes, again_and_again};

    const CHARTER: &str = "bianzhi: charter/1
opened: 2024-01-01
levels: [city, unit]
kinds: {institution: {zh: 事业编制, en: institution}}
nodes:
  - {id: city, level: city, caps: {institution: 9}}
  - {id: school, parent: city, level: unit, caps: {institution: 5}}
";
    const HEADER: &str = "事项,单位,编制类别,预期\n";

    /// Every change of the table is found by the very look that follows it, so nothing waits for a clock: a change that was not
    /// seen would end the loop early.
    #[test]
    fn a_table_of_cases_is_watched_like_any_other_file() {
        let folder = tempfile::tempdir().unwrap();
        let tests = folder.path().join("tests");
        fs::create_dir(&tests).unwrap();
        let write = |name: &str, text: &[u8]| fs::write(tests.join(name), text).unwrap();
        write("charter.yaml", CHARTER.as_bytes());
        write(
            "cases.yaml",
            "bianzhi: scenario/1\ncharter: charter.yaml\npolicies: ..\nsteps: {csv: cases.csv}\n".as_bytes(),
        );
        let row = |expect: &str| format!("{HEADER}入编,school,institution,{expect}\n").into_bytes();
        // Each as long as no other: what is seen is not only the time of writing.
        let gbk = [HEADER.as_bytes(), &[0xC8, 0xEB, 0xB1, 0xE0, b'\n']].concat();
        let mut changes =
            [row("refused"), gbk, row("准予"), [row("准予"), b"\n\n".to_vec()].concat()].into_iter();
        write("cases.csv", &row("granted"));
        let mut seen = Changes::of(folder.path());
        assert!(!seen.look());
        let arguments = Arguments {
            folder: folder.path().to_path_buf(),
            json: false,
            coverage: false,
            junit: None,
            watch: true,
        };
        let mut out = Vec::new();
        let ended = again_and_again(&arguments, Lang::En, &mut out, || {
            let Some(text) = changes.next() else { return false };
            write("cases.csv", &text);
            seen.look()
        });
        assert!(ended.is_ok() && changes.next().is_none());
        let told = String::from_utf8(out).unwrap();
        let sums: Vec<&str> = told.lines().filter(|line| line.starts_with("1 tests, ")).collect();
        // The file in another encoding is told on stderr and ends nothing.
        assert_eq!(
            sums,
            ["1 tests, 0 failed", "1 tests, 1 failed", "1 tests, 0 failed", "1 tests, 0 failed"]
        );
    }
}
