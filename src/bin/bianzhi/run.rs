//! `bianzhi run`: plays a scenario, a line or some a step, and closes with the balance.

use std::io::{self, Write};
use std::path::PathBuf;

use bianzhi::ledger::Ledger;
use bianzhi::model::Lang;
use bianzhi::office::Office;
use bianzhi::policy::Interpreter;
use bianzhi::scenario::{Action, Answer, Difference, Played, Scenario};
use bianzhi::{Advanced, Decision, Happened, Reason, Remark, in_reading_order};

use crate::table::padded;
use crate::terminal::Paint;
use crate::words::Names;
use crate::{Ending, Failure, balance, kept, lines, save};

/// What `run` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// 场景文件 · the scenario
    #[arg(value_name = "SCENARIO")]
    scenario: PathBuf,
    /// 每步输出一行 JSON · one JSON object a line
    #[arg(long)]
    json: bool,
    /// 末行输出全部账册（配合 --json） · all books in the last line (with --json)
    #[arg(long)]
    books: bool,
    /// 改用此目录的政策 · the policies of this folder instead of the scenario's own
    #[arg(long, value_name = "DIR")]
    policies: Option<PathBuf>,
    /// 规则怎样执行：语法树（默认），或作为参照的 Rhai，或两者对照 · how rules are carried out; Rhai is the reference
    #[arg(long, value_enum, value_name = "WAY")]
    interpreter: Option<Way>,
    /// 把每一步记入此文件（或 postgres:// 地址）；已有账则接着记 · keep every entry in this file, or at this postgres:// address; go on if it has entries
    #[arg(long, value_name = "FILE")]
    journal: Option<PathBuf>,
    /// 每满若干条记录留存一次账册 · keep the books beside the journal whenever so many entries have come
    #[arg(long, value_name = "ENTRIES", requires = "journal", value_parser = clap::value_parser!(u64).range(1..))]
    snapshot_every: Option<u64>,
    /// 新日志把人员标识与记录分开存放，以便日后抹去 · a new journal keeps people's keys apart from its entries
    #[arg(long, requires = "journal")]
    people_apart: bool,
    /// 把这次的结果存为政策目录的测试 tests/NAME.yaml；已有同名文件则不存 · keep what was answered as a test of the policies
    #[arg(long, value_name = "NAME", conflicts_with = "journal")]
    save_test: Option<String>,
}

/// How rules are carried out.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Way {
    /// 语法树 · the typed tree
    Tree,
    /// Rhai 引擎 · the Rhai engine
    Rhai,
    /// 两者，不一致即不予 · both; where they disagree the rule fails
    Both,
}

impl From<Way> for Interpreter {
    fn from(way: Way) -> Self {
        match way {
            Way::Tree => Self::Tree,
            Way::Rhai => Self::Rhai,
            Way::Both => Self::Both,
        }
    }
}

/// Plays the scenario.
pub(crate) fn run(arguments: &Arguments, lang: Lang, out: &mut dyn Write) -> Result<Ending, Failure> {
    let scenario = Scenario::load(&arguments.scenario)?;
    let policies = arguments.policies.as_deref();
    let mut office = match &arguments.journal {
        Some(file) => {
            scenario.open_on(policies, |root| kept::to_write(file, root, arguments.people_apart))?
        }
        None => scenario.open(policies)?,
    };
    office.snapshot_every(arguments.snapshot_every);
    if let (Some(way), Some(policies)) = (arguments.interpreter, office.policies().cloned()) {
        office.set_policies(policies.with_interpreter(way.into()));
    }
    let told = Told { lang, paint: Paint::for_stdout() };
    let (mut asked, mut failed) = (0_usize, 0_usize);
    let mut all = Vec::new();
    let mut playing = scenario.play(&mut office);
    loop {
        // What a step takes away has its name in the books before it.
        let before = playing.office().snapshot();
        let Some(played) = playing.next() else { break };
        let played = played?;
        asked = asked.saturating_add(1);
        failed = failed.saturating_add(usize::from(!played.as_expected()));
        if arguments.json {
            lines::write_step(out, &played)?;
        } else {
            let action = scenario.steps().get(played.step.saturating_sub(1)).map(|step| &step.action);
            told.step(out, playing.office(), &before, &played, action)?;
        }
        if arguments.save_test.is_some() {
            all.push(played);
        }
    }
    match (arguments.json, arguments.books) {
        (true, true) => lines::write_books(out, &office)?,
        (true, false) => {}
        (false, _) => {
            balance::write(out, &office, office.today(), lang, told.paint)?;
            told.summary(out, asked, failed)?;
        }
    }
    if let Some(name) = &arguments.save_test {
        let file = save::save(&scenario, policies.or(scenario.policies()), &all, name)?;
        if !arguments.json {
            writeln!(out, "{} {}", lang.pick("已存为测试", "saved as the test"), file.display())?;
        }
    }
    Ok(if failed == 0 { Ending::AsExpected } else { Ending::Otherwise })
}

/// How steps are told to people.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Told {
    pub(crate) lang: Lang,
    pub(crate) paint: Paint,
}

impl Told {
    fn step(
        self,
        out: &mut dyn Write,
        office: &Office,
        before: &Ledger,
        played: &Played,
        action: Option<&Action>,
    ) -> io::Result<()> {
        let names = Names::new(office.books(), self.lang).with(before).under(office.policies());
        if let Some(advanced) = &played.advanced {
            self.advanced(out, &names, advanced)?;
        }
        match (&played.answer, action) {
            (Answer::Decided { decision, expected }, action) => {
                self.decision(out, &names, &played.step.to_string(), decision)?;
                if let (Some(false), Some(Action::Ask { expect: Some(expect), .. })) = (expected, action) {
                    let text =
                        format!("{}{expect}", self.lang.pick("与预期不符，应为：", "not as expected: "));
                    writeln!(out, "{MARGIN}{}", self.paint.wrong(&text))?;
                }
                Ok(())
            }
            (Answer::Checked { differences }, action) => {
                let subject = match action {
                    Some(Action::Check(check)) => check.subject_among(office.books(), self.lang),
                    Some(Action::Ask { .. }) | None => String::new(),
                };
                self.check(out, office, played.step, &subject, differences)
            }
        }
    }

    /// A new date, and what it brought.
    pub(crate) fn advanced(
        self,
        out: &mut dyn Write,
        names: &Names<'_>,
        advanced: &Advanced,
    ) -> io::Result<()> {
        let title = format!("── {} ──", advanced.date);
        writeln!(out, "{}", self.paint.faint(&title))?;
        // The new day itself stands in the title.
        let events = advanced.events.iter().filter(|happened| happened.event.name() != "advanced");
        self.events(out, names, &events.cloned().collect::<Vec<_>>(), false)?;
        self.remarks(out, &advanced.notes, self.lang.pick("提示", "note"))?;
        self.remarks(out, &advanced.findings, self.lang.pick("问题", "finding"))
    }

    /// An answer; `step` stands before it.
    pub(crate) fn decision(
        self,
        out: &mut dyn Write,
        names: &Names<'_>,
        step: &str,
        decision: &Decision,
    ) -> io::Result<()> {
        let outcome = padded(decision.outcome.word(self.lang), OUTCOME_CELLS);
        let outcome = self.paint.outcome(decision.outcome, &outcome);
        // The entry's number, which a correction names.
        let entry = self.paint.faint(&format!("#{}", decision.entry));
        let asked = names.request(&decision.request);
        writeln!(out, "{step:>4}  {}  {outcome}  {asked}  {entry}", decision.date)?;
        for reason in &decision.reasons {
            self.reason(out, names, reason)?;
        }
        self.events(out, names, &decision.events, true)?;
        self.remarks(out, &decision.notes, self.lang.pick("提示", "note"))?;
        self.remarks(out, &decision.findings, self.lang.pick("问题", "finding"))
    }

    fn reason(self, out: &mut dyn Write, names: &Names<'_>, reason: &Reason) -> io::Result<()> {
        writeln!(out, "{MARGIN}{}  {}", self.paint.heading(reason.code()), names.reason(reason))?;
        match reason {
            Reason::Policy(remark) => self.grounds(out, remark),
            Reason::Law(_) | Reason::Input { .. } => Ok(()),
        }
    }

    /// Where a remark comes from: its legal basis, its place in the script, the condition and its values.
    fn grounds(self, out: &mut dyn Write, remark: &Remark) -> io::Result<()> {
        let place = format!("{}:{}", remark.script, remark.line);
        let basis = if remark.basis.is_empty() { place } else { format!("{}  {place}", remark.basis) };
        writeln!(out, "{MARGIN}  {}", self.paint.faint(&basis))?;
        if let Some(condition) = &remark.condition {
            writeln!(out, "{MARGIN}  {}{condition}", self.lang.pick("条件：", "condition: "))?;
        }
        for (source, value) in &remark.values {
            writeln!(out, "{MARGIN}    {source} = {value}")?;
        }
        Ok(())
    }

    /// What happened; of a decision only what rules brought about, for the rest is what was asked.
    fn events(
        self,
        out: &mut dyn Write,
        names: &Names<'_>,
        events: &[Happened],
        only_reactions: bool,
    ) -> io::Result<()> {
        for happened in in_reading_order(events) {
            match &happened.rule {
                Some(rule) => {
                    let rule = self.paint.faint(&format!("({rule})"));
                    writeln!(out, "{MARGIN}→ {} {rule}", names.event(&happened.event))?;
                }
                None if only_reactions => {}
                None => writeln!(out, "{MARGIN}· {}", names.event(&happened.event))?,
            }
        }
        Ok(())
    }

    fn remarks(self, out: &mut dyn Write, remarks: &[Remark], word: &str) -> io::Result<()> {
        for remark in remarks {
            writeln!(out, "{MARGIN}{word} {}  {}", self.paint.heading(&remark.code), remark.text(self.lang))?;
            self.grounds(out, remark)?;
        }
        Ok(())
    }

    fn check(
        self,
        out: &mut dyn Write,
        office: &Office,
        step: usize,
        subject: &str,
        differences: &[Difference],
    ) -> io::Result<()> {
        let passed = differences.is_empty();
        let word =
            if passed { self.lang.pick("相符", "passed") } else { self.lang.pick("不符", "failed") };
        let word = padded(word, OUTCOME_CELLS);
        let word = if passed { self.paint.right(&word) } else { self.paint.wrong(&word) };
        writeln!(
            out,
            "{step:>4}  {}  {word}  {} {subject}",
            office.today(),
            self.lang.pick("核对", "check")
        )?;
        let names = Names::new(office.books(), self.lang).under(office.policies());
        for difference in differences {
            let (field, lang) = (difference.word(self.lang), self.lang);
            let [expected, got] =
                [&difference.expected, &difference.got].map(|value| names.checked(&difference.field, value));
            match lang {
                Lang::Zh => writeln!(out, "{MARGIN}{field}：预期 {expected}，账上 {got}")?,
                Lang::En => writeln!(out, "{MARGIN}{field}: expected {expected}, got {got}")?,
            }
        }
        Ok(())
    }

    fn summary(self, out: &mut dyn Write, steps: usize, failed: usize) -> io::Result<()> {
        let text = match self.lang {
            Lang::Zh => format!("共 {steps} 步，{failed} 步与预期不符"),
            Lang::En => format!("{steps} steps, {failed} not as expected"),
        };
        let text = if failed == 0 { self.paint.right(&text) } else { self.paint.wrong(&text) };
        writeln!(out, "\n{text}")
    }
}

/// What stands under a step is set in below its words.
const MARGIN: &str = "        ";
/// The longest outcome, in cells.
const OUTCOME_CELLS: usize = 7;
