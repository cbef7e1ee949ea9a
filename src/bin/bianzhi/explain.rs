//! `bianzhi explain`: why a step of a scenario was answered as it was, and what would pass instead.

use std::io::{self, Write};
use std::path::PathBuf;

use bianzhi::explain::{Explanation, MOST_TRIES, WhyNot};
use bianzhi::model::Lang;
use bianzhi::policy::{Condition, ConditionOf, Occasion, RuleTrace};
use bianzhi::scenario::{Action, Scenario};
use bianzhi::{Error, Fault, Reason, Remark, Verb, in_reading_order};

use crate::terminal::Paint;
use crate::words::Names;
use crate::{Ending, Failure, explain_json};

/// What `explain` takes.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "退出码：0 已说明；2 文件有误，或这一步没有申请 · exit codes: 0 explained; 2 a file is at fault, or the step asks nothing"
)]
pub(crate) struct Arguments {
    /// 场景文件 · the scenario
    #[arg(value_name = "SCENARIO")]
    scenario: PathBuf,
    /// 第几步，与 `bianzhi run` 的编号相同 · the step, as `bianzhi run` numbers it
    #[arg(long, value_name = "N")]
    step: usize,
    /// 详略：一句话、条件表、全过程 · a sentence, the conditions with their values, or everything
    #[arg(long, value_enum, default_value_t = Depth::Table)]
    depth: Depth,
    /// 输出一行 JSON · one JSON object
    #[arg(long)]
    json: bool,
    /// 改用此目录的政策 · the policies of this folder instead of the scenario's own
    #[arg(long, value_name = "DIR")]
    policies: Option<PathBuf>,
}

/// How much is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
pub(crate) enum Depth {
    /// 一句话 · the outcome and its main reason
    Sentence,
    /// 条件表 · each condition with its values
    Table,
    /// 全过程 · all that was looked at
    Full,
}

/// Replays the scenario up to the step, and explains it.
pub(crate) fn explain(arguments: &Arguments, lang: Lang, out: &mut dyn Write) -> Result<Ending, Failure> {
    let explanation = of_step(arguments)?;
    let why_not = match arguments.depth {
        Depth::Sentence => WhyNot::default(),
        Depth::Table | Depth::Full => explanation.why_not()?,
    };
    if arguments.json {
        explain_json::write(out, arguments.step, arguments.depth, &explanation, &why_not)?;
        return Ok(Ending::AsExpected);
    }
    let told = Told { lang, paint: Paint::for_stdout(), depth: arguments.depth, explanation: &explanation };
    told.all(out, arguments.step, &why_not)?;
    Ok(Ending::AsExpected)
}

fn of_step(arguments: &Arguments) -> Result<Explanation, Error> {
    let (file, step) = (&arguments.scenario, arguments.step);
    let scenario = Scenario::load(file)?;
    let steps = scenario.steps().len();
    let Some(found) = step.checked_sub(1).and_then(|place| scenario.steps().get(place)) else {
        let file = file.display();
        let fault = Fault::nowhere(format!("there is no step {step}: `{file}` has {steps}"))
            .in_chinese(format!("没有第 {step} 步：`{file}` 共 {steps} 步"));
        return Err(Error::input(vec![fault]));
    };
    let asks_nothing = |what: &str| {
        let message = format!("step {step} is a check of {what}: nothing was asked");
        let zh = format!("第 {step} 步是核对（{what}），没有申请可说明");
        Error::input(vec![Fault::at(file, found.line, 1, message).in_chinese(zh)])
    };
    if let Action::Check(check) = &found.action {
        return Err(asks_nothing(&check.subject()));
    }
    let mut office = scenario.open(arguments.policies.as_deref())?;
    let mut playing = scenario.play(&mut office);
    for played in playing.by_ref().take(step.saturating_sub(1)) {
        played?;
    }
    match playing.next_request() {
        Some(request) => playing.office().explain(request),
        None => Err(asks_nothing("")),
    }
}

struct Told<'a> {
    lang: Lang,
    paint: Paint,
    depth: Depth,
    explanation: &'a Explanation,
}

impl Told<'_> {
    fn all(&self, out: &mut dyn Write, step: usize, why_not: &WhyNot) -> io::Result<()> {
        let decision = &self.explanation.decision;
        let names = Names::new(self.explanation.books(), self.lang).under(self.explanation.policies());
        let request = names.request(&decision.request);
        let title = match self.lang {
            Lang::Zh => format!("第 {step} 步  {}  {request}", decision.date),
            Lang::En => format!("step {step}  {}  {request}", decision.date),
        };
        writeln!(out, "{}", self.paint.faint(&title))?;
        let sentence = self.explanation.sentence(self.lang);
        writeln!(out, "{}", self.paint.outcome(decision.outcome, &sentence))?;
        if self.depth == Depth::Sentence {
            return Ok(());
        }
        self.reasons(out)?;
        self.rules(out)?;
        self.parameters(out)?;
        self.remarks(out, &decision.notes, self.lang.pick("提示", "note"))?;
        self.remarks(out, &decision.findings, self.lang.pick("问题", "finding"))?;
        self.events(out, &names)?;
        if decision.granted() { Ok(()) } else { self.why_not(out, why_not) }
    }

    fn heading(&self, out: &mut dyn Write, zh: &str, en: &str) -> io::Result<()> {
        writeln!(out, "\n{}", self.paint.heading(self.lang.pick(zh, en)))
    }

    fn reasons(&self, out: &mut dyn Write) -> io::Result<()> {
        let reasons = &self.explanation.decision.reasons;
        if reasons.is_empty() {
            return Ok(());
        }
        self.heading(out, "理由", "reasons")?;
        for reason in reasons {
            let text = self.explanation.reason(reason, self.lang);
            writeln!(out, "  {}  {text}", self.paint.wrong(reason.code()))?;
            match reason {
                Reason::Policy(remark) => writeln!(out, "      {}:{}", remark.script, remark.line)?,
                Reason::Law(law) => {
                    let (cap, charged, asked) = (law.cap, law.charged, law.asked);
                    writeln!(out, "      charged + asked <= cap   ({charged} + {asked} <= {cap})")?;
                }
                Reason::Input { .. } => {}
            }
        }
        Ok(())
    }

    fn rules(&self, out: &mut dyn Write) -> io::Result<()> {
        let rules = &self.explanation.rules;
        self.heading(out, "过问的规则", "rules that were asked")?;
        if rules.is_empty() {
            writeln!(out, "  {}", self.lang.pick("没有", "none"))?;
        }
        for rule in rules {
            self.rule(out, rule)?;
        }
        Ok(())
    }

    fn rule(&self, out: &mut dyn Write, rule: &RuleTrace) -> io::Result<()> {
        let about = about(&rule.about, self.lang);
        let place = self.paint.faint(&format!("{}:{}", rule.script, rule.line));
        writeln!(out, "  {}  {about}  {place}", self.paint.heading(&rule.hook))?;
        let mut told: Vec<&Condition> = Vec::new();
        for condition in &rule.conditions {
            let in_table = matches!(condition.of, ConditionOf::If | ConditionOf::Require);
            // A loop asks the same again and again; once is enough to read.
            if (self.depth == Depth::Table && !in_table) || told.contains(&condition) {
                continue;
            }
            told.push(condition);
            self.condition(out, rule, condition)?;
        }
        if rule.more {
            writeln!(
                out,
                "    {}",
                self.lang.pick("……条件过多，以下从略", "… more conditions are left out")
            )?;
        }
        if let Some(failed) = &rule.failed {
            writeln!(out, "    {}", self.paint.wrong(failed.text(self.lang)))?;
        }
        for (verb, place) in &rule.proposals {
            writeln!(out, "    → {verb} {}", self.paint.faint(place))?;
        }
        Ok(())
    }

    fn condition(&self, out: &mut dyn Write, rule: &RuleTrace, condition: &Condition) -> io::Result<()> {
        let word = match (condition.of, condition.met()) {
            (ConditionOf::Require, Some(true)) => self.paint.right(self.lang.pick("满足  ", "met    ")),
            (ConditionOf::Require, Some(false)) => self.paint.wrong(self.lang.pick("不满足", "not met")),
            (ConditionOf::If | ConditionOf::Part, Some(true)) => {
                self.lang.pick("是    ", "yes    ").to_owned()
            }
            (ConditionOf::If | ConditionOf::Part, Some(false)) => {
                self.lang.pick("否    ", "no     ").to_owned()
            }
            (ConditionOf::Value, _) if condition.result.is_some() => {
                self.lang.pick("计算  ", "value  ").to_owned()
            }
            _ => self.paint.wrong(self.lang.pick("失败  ", "failed ")),
        };
        let inset = "  ".repeat(condition.depth.min(MOST_INSET));
        let place = self.paint.faint(&format!("{}:{}", rule.script, condition.line));
        let source = match condition.result.as_ref().filter(|_| condition.of == ConditionOf::Value) {
            Some(result) if result.to_string().is_empty() => format!("{} = []", condition.source),
            Some(result) => format!("{} = {result}", condition.source),
            None => condition.source.clone(),
        };
        // What only repeats the source or the result tells nothing.
        let told = source.ends_with(&condition.valued) || source.starts_with(&condition.valued);
        let valued = if told { String::new() } else { format!("   ({})", condition.valued) };
        writeln!(out, "    {word} {inset}{source}{valued}  {place}")?;
        if self.depth == Depth::Full && condition.of != ConditionOf::Value {
            for (source, value) in &condition.values {
                writeln!(out, "            {inset}{source} = {value}")?;
            }
        }
        Ok(())
    }

    fn parameters(&self, out: &mut dyn Write) -> io::Result<()> {
        let parameters = self.explanation.parameters();
        if parameters.is_empty() {
            return Ok(());
        }
        self.heading(out, "用到的参数", "parameters")?;
        for read in parameters {
            let folder = if read.folder.is_empty() { String::new() } else { format!(" ({})", read.folder) };
            match self.lang {
                Lang::Zh => writeln!(out, "  {} = {}，{} 起{folder}", read.name, read.value, read.from)?,
                Lang::En => writeln!(out, "  {} = {}, from {}{folder}", read.name, read.value, read.from)?,
            }
        }
        Ok(())
    }

    fn remarks(&self, out: &mut dyn Write, remarks: &[Remark], word: &str) -> io::Result<()> {
        for remark in remarks {
            let place = self.paint.faint(&format!("{}:{}", remark.script, remark.line));
            let basis = if remark.basis.is_empty() { String::new() } else { format!(" ({})", remark.basis) };
            writeln!(out, "\n{word} {}  {}{basis}  {place}", remark.code, remark.text(self.lang))?;
        }
        Ok(())
    }

    /// What happened: what was asked for in the whole trace alone, what rules brought about always.
    fn events(&self, out: &mut dyn Write, names: &Names<'_>) -> io::Result<()> {
        let events = in_reading_order(&self.explanation.decision.events);
        let all = self.depth == Depth::Full;
        let told: Vec<_> = events.into_iter().filter(|happened| all || happened.rule.is_some()).collect();
        if told.is_empty() {
            return Ok(());
        }
        self.heading(out, "发生的事项", "what happened")?;
        for happened in told {
            let rule = happened.rule.as_ref().map(|rule| self.paint.faint(&format!(" ({rule})")));
            let mark = if happened.rule.is_some() { "→" } else { "·" };
            writeln!(out, "  {mark} {}{}", names.event(&happened.event), rule.unwrap_or_default())?;
        }
        Ok(())
    }

    fn why_not(&self, out: &mut dyn Write, why_not: &WhyNot) -> io::Result<()> {
        self.heading(out, "怎样可以通过", "what would pass")?;
        for (suggestion, number) in why_not.suggestions.iter().zip(1..) {
            let text = self.explanation.suggestion(suggestion, self.lang);
            match self.lang {
                Lang::Zh => writeln!(out, "  {number}. 若{text}，则可通过")?,
                Lang::En => writeln!(out, "  {number}. {text}: it would be granted")?,
            }
        }
        if why_not.suggestions.is_empty() {
            writeln!(
                out,
                "  {}",
                self.lang.pick("没有找到可以通过的改法", "no change was found that would pass")
            )?;
        }
        let tries = why_not.tries;
        let text = match (self.lang, why_not.exhausted) {
            (Lang::Zh, false) => format!("逐一试办 {tries} 次（上限 {MOST_TRIES} 次）"),
            (Lang::Zh, true) => format!("试办已到上限 {MOST_TRIES} 次，余下的没有试"),
            (Lang::En, false) => format!("{tries} requests were tried on a fork, of {MOST_TRIES} at most"),
            (Lang::En, true) => {
                format!("stopped after {MOST_TRIES} tries, the most there are; the rest was not tried")
            }
        };
        writeln!(out, "  {}", self.paint.faint(&text))
    }
}

/// How deep conditions are set in at most.
const MOST_INSET: usize = 8;

/// What a rule was asked about, in words.
fn about(about: &Occasion, lang: Lang) -> String {
    match about {
        Occasion::Request { verb, at, by_reaction } => {
            let member = at.map(|at| format!(" #{at}")).unwrap_or_default();
            let by = if *by_reaction { lang.pick("（联动）", " (by a rule)") } else { "" };
            match lang {
                Lang::Zh => format!("事项 {}{member}{by}", Verb::chinese(verb).unwrap_or(verb)),
                Lang::En => format!("request {verb}{member}{by}"),
            }
        }
        Occasion::Event(event) => format!("{} {event}", lang.pick("事件", "event")),
        Occasion::Day(day) => format!("{} {day}", lang.pick("换日", "day")),
        Occasion::PoolSize(pool) => format!("{} {pool}", lang.pick("规模", "size of")),
        Occasion::Audit => lang.pick("检查", "audit").to_owned(),
    }
}
