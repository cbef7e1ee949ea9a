//! `bianzhi history`: every entry of a journal that touched a node, a person, a loan or a permit.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::Arc;

use bianzhi::journal::Moment;
use bianzhi::model::Lang;
use bianzhi::{Entry, Error, ErrorKind};

use crate::run::Told;
use crate::terminal::Paint;
use crate::words::{Names, named_in};
use crate::{Ending, Failure, kept};

/// What `history` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// 单位、人员、调借或核准的编号 · the id of a node, a person, a loan or a permit
    #[arg(value_name = "NODE|PERSON|LOAN")]
    id: String,
    #[command(flatten)]
    kept: kept::Needed,
    /// 每条记录一行 JSON · one entry a line, as JSON
    #[arg(long)]
    json: bool,
}

/// Tells the entries in order, each with its reasons.
pub(crate) fn history(arguments: &Arguments, lang: Lang, out: &mut dyn Write) -> Result<Ending, Failure> {
    let office = arguments.kept.named().open()?;
    // Who is gone by now had its name when the books opened, or was given one since.
    let opening = office.as_of(Moment::Entry(0))?;
    let gone = named_in(office.journal().entries());
    // Answers in Chinese alone have other words than the files'.
    let in_words = lang == Lang::Zh && !arguments.json;
    let latest = if in_words { kept::last_policies(&office, &office).ok().flatten() } else { None };
    let mut sets: BTreeMap<_, _> = latest.iter().map(|set| (set.digest(), Some(set.clone()))).collect();
    let names = Names::new(office.books(), lang).with(opening.books()).and_gone(&gone).under(latest.as_ref());
    let told = Told { lang, paint: Paint::for_stdout() };
    let mut found = 0_usize;
    for entry in office.journal().history(&arguments.id) {
        found = found.saturating_add(1);
        if arguments.json {
            serde_json::to_writer(&mut *out, entry)?;
            out.write_all(b"\n")?;
            continue;
        }
        match entry {
            Entry::Opened { date, .. } => {
                writeln!(out, "── {date} ── {}", lang.pick("开账", "the books opened"))?;
            }
            Entry::Advanced(advanced) => told.advanced(out, &names, advanced)?,
            Entry::Decided(decision) => {
                let digest = decision.policies.as_ref().filter(|_| in_words);
                let policies = digest.and_then(|digest| {
                    sets.entry(Arc::clone(digest)).or_insert_with(|| office.policies_of(digest).ok()).as_ref()
                });
                told.decision(out, &names.under(policies), "", decision)?;
            }
        }
    }
    office.journal().sound()?;
    let known = found > 0 || office.books().node(&arguments.id).is_some();
    if !known {
        let message = format!("no entry of the journal names `{}`, and no node is called so", arguments.id);
        let zh = format!("日志中没有记录提到 `{0}`，也没有名为 `{0}` 的节点", arguments.id);
        return Err(Error::new(ErrorKind::Journal, message).in_chinese(zh).into());
    }
    if !arguments.json {
        let text = match lang {
            Lang::Zh => format!("共 {found} 条记录"),
            Lang::En => format!("{found} entries"),
        };
        writeln!(out, "\n{text}")?;
    }
    Ok(Ending::AsExpected)
}
