//! The written plan: a scenario that runs as it stands, and its rehearsal on a fork before anybody sees it.

use std::fmt::Write as _;

use super::{PlannedTransfer, SchoolPlan};
use crate::error::{Error, Fault, Phrase, told};
use crate::model::{Lang, Seats};
use crate::office::Office;
use crate::scenario::{Answer, Played, Scenario};

impl SchoolPlan {
    /// The plan as a scenario: every transfer is expected to be granted, and checks at the end say that no
    /// total has changed. Both paths are as seen from the folder in which it will stand.
    pub fn scenario(&self, charter: &str, policies: Option<&str>) -> String {
        let mut text = String::new();
        let policies = policies.map_or_else(|| "null".to_owned(), written);
        // Writing to a text cannot fail.
        let _written = self.write(&mut text, &written(charter), &policies);
        text
    }

    /// Plays the plan on a fork of the office.
    ///
    /// # Errors
    /// Each step that is not granted, and each check that fails, with what the office answered.
    pub fn rehearse(&self, office: &Office) -> Result<(), Error> {
        let scenario = Scenario::parse("plan", &self.scenario("charter.yaml", None))?;
        let mut office = office.fork();
        let mut faults = Vec::new();
        for played in scenario.play(&mut office) {
            let played = played?;
            if !played.as_expected() {
                faults.push(Fault::told_nowhere(self.broken(&played)));
            }
        }
        if faults.is_empty() { Ok(()) } else { Err(Error::input(faults)) }
    }

    fn write(&self, text: &mut String, charter: &str, policies: &str) -> std::fmt::Result {
        let (on, kind) = (self.on, written(self.kind.as_str()));
        let moved: Seats = self.transfers.iter().map(|one| one.count).sum();
        writeln!(
            text,
            "# 中小学编制统筹方案（{on}）：划转 {} 笔、{moved} 名，总量不变。",
            self.transfers.len()
        )?;
        writeln!(
            text,
            "# School quota plan of {on}: {} transfers, {moved} seats, no total changes ({}).",
            self.transfers.len(),
            self.objective.as_str()
        )?;
        writeln!(text, "bianzhi: scenario/1\ncharter: {charter}\npolicies: {policies}\nsteps:")?;
        let purpose = self.purpose.as_deref().map(|purpose| format!(", purpose: {}", written(purpose)));
        let purpose = purpose.unwrap_or_default();
        for one in &self.transfers {
            let (by, from, to) =
                (written(one.by.as_str()), written(one.from.as_str()), written(one.to.as_str()));
            let count = one.count;
            writeln!(
                text,
                "  - {{on: {on}, by: {by}, transfer: {{from: {from}, to: {to}, kind: {kind}, count: {count}{purpose}}}, expect: granted}}"
            )?;
        }
        let mut check = |node: &str, cap: Seats| {
            let node = written(node);
            writeln!(text, "  - {{on: {on}, check: {{node: {node}, kind: {kind}, cap: {cap}}}}}")
        };
        check(self.root.as_str(), self.root_cap)?;
        for county in self.counties.iter().filter(|county| self.is_above_schools(county.node.as_str())) {
            check(county.node.as_str(), county.own_cap + county.change())?;
        }
        self.schools.iter().try_for_each(|school| check(school.node.as_str(), school.target))
    }

    /// Whether this row of the counties is one, and no school of the city's own.
    fn is_above_schools(&self, node: &str) -> bool {
        self.schools.iter().all(|school| school.node.as_str() != node)
    }

    fn broken(&self, played: &Played) -> Phrase {
        match &played.answer {
            Answer::Decided { decision, .. } => {
                let step = self.transfers.get(played.step.saturating_sub(1));
                let what = step.map_or_else(Phrase::default, |one| {
                    let PlannedTransfer { count, from, to, by, .. } = one;
                    told!(
                        "`{by}` 从 `{from}` 划转 {count} 名到 `{to}`",
                        "{count} seats from `{from}` to `{to}` by `{by}`"
                    )
                });
                let codes = decision.codes().join(", ");
                let [zh, en] = [Lang::Zh, Lang::En].map(|lang| decision.outcome.word(lang));
                told!("方案行不通：{what}：{zh} [{codes}]", "the plan cannot run: {what}: {en} [{codes}]"; what)
            }
            Answer::Checked { differences } => {
                let differ: Vec<String> = differences
                    .iter()
                    .map(|one| format!("`{}` {:?} for {:?}", one.field, one.got, one.expected))
                    .collect();
                let (step, differ) = (played.step, differ.join("; "));
                told!(
                    "方案行不通：第 {step} 步核对不符：{differ}",
                    "the plan cannot run: step {step} checks otherwise: {differ}"
                )
            }
        }
    }
}

/// A text as YAML reads it back: bare if it is plainly a word or a path, else in double quotes.
fn written(text: &str) -> String {
    const TAKEN: [&str; 9] = ["null", "true", "false", "yes", "no", "on", "off", "y", "n"];
    let starts = text.starts_with(|letter: char| letter.is_alphabetic() || matches!(letter, '/' | '.'));
    let plain = |letter: char| letter.is_alphanumeric() || matches!(letter, '/' | '.' | '-' | '_');
    if starts && text.chars().all(plain) && !TAKEN.contains(&text.to_lowercase().as_str()) {
        return text.to_owned();
    }
    let mut out = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => out.extend(['\\', letter]),
            letter if letter.is_control() => {
                let _written = write!(out, "\\U{:08X}", u32::from(letter));
            }
            letter => out.push(letter),
        }
    }
    out.push('"');
    out
}
