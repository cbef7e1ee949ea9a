//! `bianzhi diff`: two policy folders – text, parameters, reasons, and whose answers change.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::PathBuf;

use bianzhi::policy::{ParameterListed, folder_files};
use bianzhi::{Date, Lang, PolicySet};
use serde_json::json;
use similar::TextDiff;

use crate::{Ending, Failure, effect};

/// What `diff` takes.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "退出码：0 没有差别；1 有差别；2 输入有误 · exit codes: 0 no difference; 1 they differ; 2 bad input"
)]
pub(crate) struct Arguments {
    /// 旧的政策目录 · the policies as they are
    #[arg(value_name = "OLD")]
    old: PathBuf,
    /// 新的政策目录 · the policies as they would be
    #[arg(value_name = "NEW")]
    new: PathBuf,
    /// 再比较这个场景（可多次） · play this scenario with both, too (may be repeated)
    #[arg(long, value_name = "FILE")]
    scenario: Vec<PathBuf>,
    /// 每处差别一行 JSON · one JSON object for each difference
    #[arg(long)]
    json: bool,
}

/// Compares the folders.
pub(crate) fn diff(arguments: &Arguments, lang: Lang, out: &mut dyn Write) -> Result<Ending, Failure> {
    let (old, new) = (PolicySet::load(&arguments.old)?, PolicySet::load(&arguments.new)?);
    let mut told = Told { out, lang, json: arguments.json, any: false };
    told.files(&folder_files(&arguments.old)?, &folder_files(&arguments.new)?)?;
    told.parameters(&by_name(&old), &by_name(&new))?;
    told.reasons(&old, &new)?;
    // What machines read is the same in both languages.
    let words = if arguments.json { Lang::En } else { lang };
    let changes = effect::changes(&arguments.old, &arguments.new, &arguments.scenario, words)?;
    told.effect(&changes)?;
    if !told.any && !told.json {
        writeln!(told.out, "{}", lang.pick("没有差别", "no difference"))?;
    }
    Ok(if told.any { Ending::Otherwise } else { Ending::AsExpected })
}

type Values = Vec<(Date, String)>;

/// Timelines by parameter and local folder; the root folder's is the empty one.
fn by_name(set: &PolicySet) -> BTreeMap<(String, String), Values> {
    let mut all = BTreeMap::new();
    for ParameterListed { name, values, local, .. } in set.parameters() {
        all.extend(local.into_iter().map(|(folder, values)| ((name.clone(), folder), values)));
        all.insert((name, String::new()), values);
    }
    all
}

/// The value that holds on a day.
fn on(values: &Values, day: Date) -> Option<&str> {
    values.iter().rev().find(|(from, _)| *from <= day).map(|(_, value)| value.as_str())
}

struct Told<'a> {
    out: &'a mut dyn Write,
    lang: Lang,
    json: bool,
    any: bool,
}

impl Told<'_> {
    fn heading(&mut self, zh: &str, en: &str, first: bool) -> io::Result<()> {
        self.any = true;
        if self.json || !first {
            return Ok(());
        }
        writeln!(self.out, "── {} ──", self.lang.pick(zh, en))
    }

    fn files(&mut self, old: &BTreeMap<String, Vec<u8>>, new: &BTreeMap<String, Vec<u8>>) -> io::Result<()> {
        let mut first = true;
        let mut paths: Vec<&String> = old.keys().chain(new.keys()).collect();
        paths.sort();
        paths.dedup();
        for path in paths {
            let (before, after) = (old.get(path), new.get(path));
            let (word, zh) = match (before, after) {
                (None, _) => ("added", "新增"),
                (_, None) => ("removed", "删去"),
                (one, other) if one == other => continue,
                _ => ("changed", "改动"),
            };
            self.heading("文件", "files", first)?;
            first = false;
            let text = |bytes: Option<&Vec<u8>>| {
                String::from_utf8_lossy(bytes.map_or(&[], Vec::as_slice)).into_owned()
            };
            let (before, after) = (text(before), text(after));
            let text = TextDiff::from_lines(&before, &after).unified_diff().context_radius(2).to_string();
            if self.json {
                writeln!(self.out, "{}", json!({"file": path, "change": word, "diff": text}))?;
            } else {
                writeln!(self.out, "{} {path}\n{}", self.lang.pick(zh, word), text.trim_end())?;
            }
        }
        Ok(())
    }

    fn parameters(
        &mut self,
        old: &BTreeMap<(String, String), Values>,
        new: &BTreeMap<(String, String), Values>,
    ) -> io::Result<()> {
        let none = Values::new();
        let mut first = true;
        let mut keys: Vec<&(String, String)> = old.keys().chain(new.keys()).collect();
        keys.sort();
        keys.dedup();
        for key in keys {
            let (before, after) = (old.get(key).unwrap_or(&none), new.get(key).unwrap_or(&none));
            let mut days: Vec<Date> = before.iter().chain(after).map(|(day, _)| *day).collect();
            days.sort();
            days.dedup();
            let mut last = (None, None);
            for day in days {
                let pair = (on(before, day), on(after, day));
                if pair.0 == pair.1 || pair == last {
                    // Where both agree again, the next difference is a new one.
                    last = pair;
                    continue;
                }
                last = pair;
                self.heading("参数", "parameters", first)?;
                first = false;
                let (name, folder) = key;
                if self.json {
                    let day = day.to_string();
                    let line = json!({"parameter": name, "folder": folder, "from": day, "before": pair.0, "after": pair.1});
                    writeln!(self.out, "{line}")?;
                    continue;
                }
                let local = if folder.is_empty() { String::new() } else { format!(" ({folder})") };
                let (one, other) = (pair.0.unwrap_or("–"), pair.1.unwrap_or("–"));
                match self.lang {
                    Lang::Zh => writeln!(self.out, "{name}{local} {one} → {other}，自 {day} 起")?,
                    Lang::En => writeln!(self.out, "{name}{local} {one} → {other} from {day}")?,
                }
            }
        }
        Ok(())
    }

    fn reasons(&mut self, old: &PolicySet, new: &PolicySet) -> io::Result<()> {
        let by_code = |set: &PolicySet| -> BTreeMap<String, [String; 3]> {
            set.reasons().into_iter().map(|one| (one.code, [one.zh, one.en, one.basis])).collect()
        };
        let (old, new) = (by_code(old), by_code(new));
        let mut first = true;
        let mut codes: Vec<&String> = old.keys().chain(new.keys()).collect();
        codes.sort();
        codes.dedup();
        for code in codes {
            let (before, after) = (old.get(code), new.get(code));
            if before == after {
                continue;
            }
            self.heading("理由", "reasons", first)?;
            first = false;
            if self.json {
                writeln!(self.out, "{}", json!({"reason": code, "before": before, "after": after}))?;
                continue;
            }
            writeln!(self.out, "{code}")?;
            for (sign, texts) in [('-', before), ('+', after)] {
                for text in texts.into_iter().flatten().filter(|text| !text.is_empty()) {
                    writeln!(self.out, "  {sign} {text}")?;
                }
            }
        }
        Ok(())
    }

    fn effect(&mut self, changes: &[effect::Change]) -> io::Result<()> {
        for (place, change) in changes.iter().enumerate() {
            self.heading("答复有变的步骤", "steps whose answers change", place == 0)?;
            let effect::Change { file, line, before, after } = change;
            if self.json {
                let file = file.display().to_string();
                writeln!(
                    self.out,
                    "{}",
                    json!({"scenario": file, "line": line, "before": before, "after": after})
                )?;
            } else {
                writeln!(self.out, "{}:{line}: {before} → {after}", file.display())?;
            }
        }
        Ok(())
    }
}
