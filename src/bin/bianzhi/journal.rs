//! `bianzhi journal`: verifies a journal, tells its head, carries it elsewhere, and decides old decisions again.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use bianzhi::journal::{self, Erased, Head, Log, Moment, Store, export};
use bianzhi::model::{Lang, PersonId};
use bianzhi::office::Office;
use bianzhi::policy::PolicySet;
use bianzhi::{Entry, Error, Fault};

use crate::run::Told;
use crate::terminal::Paint;
use crate::words::{Names, named_in};
use crate::{Ending, Failure, kept};

/// What `journal` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// 从头到尾核验：文件、哈希链、期初账、政策、账法、账册快照 · verify everything from the first entry to the last
    Verify {
        #[command(flatten)]
        kept: kept::Placed,
        /// 核对此前留存的链头 · a head that was kept elsewhere: all up to it must be as it was
        #[arg(long, value_name = "HEAD")]
        head: Option<String>,
    },
    /// 在日志旁留存当前账册，此后开账只重放其后的记录 · keep the books beside the journal, so that it opens without replaying all
    Snapshot(kept::Placed),
    /// 显示链头（条数:哈希），请留存他处 · the head (entries:hash), to be kept elsewhere
    Head(kept::Placed),
    /// 导出为逐行 JSON · write the journal as JSON lines
    Export {
        #[command(flatten)]
        kept: kept::Placed,
        /// 写入此文件（默认标准输出） · to this file; else to the standard output
        #[arg(long, value_name = "LOG")]
        out: Option<PathBuf>,
    },
    /// 由逐行 JSON 导入，链头不变 · bring JSON lines into a journal, with the same head
    Import {
        /// 日志文件 · the journal, which does not have this city yet
        #[arg(value_name = "FILE")]
        journal: PathBuf,
        /// 读取此文件（默认标准输入） · from this file; else from the standard input
        #[arg(long, value_name = "LOG")]
        from: Option<PathBuf>,
    },
    /// 抹去人员的标识及其盐；记录、链与链头不变 · erase people's keys; entries, chain and head stay
    Erase {
        /// 人员标识 · the people's keys
        #[arg(value_name = "PERSON", required = true)]
        people: Vec<String>,
        #[command(flatten)]
        kept: kept::Needed,
    },
    /// 用当时的政策在当时的账上重新裁定 · decide again, on the books and by the policies of then
    Replay {
        /// 决定的记录号 · the decision's entry
        #[arg(value_name = "DECISION", allow_negative_numbers = true)]
        entry: String,
        #[command(flatten)]
        kept: kept::Needed,
    },
}

/// Does what was asked with a journal.
pub(crate) fn journal(arguments: &Arguments, lang: Lang, out: &mut dyn Write) -> Result<Ending, Failure> {
    match &arguments.command {
        Command::Verify { kept, head } => verify(&kept.named(), head.as_deref(), lang, out),
        Command::Snapshot(kept) => {
            let mut office = kept.named().open_to_write()?;
            office.keep_snapshot()?;
            let entries = office.journal().next();
            match lang {
                Lang::Zh => writeln!(out, "已留存 {entries} 条记录后的账册")?,
                Lang::En => writeln!(out, "kept the books behind {entries} entries")?,
            }
            Ok(Ending::AsExpected)
        }
        Command::Head(kept) => {
            let head = export(&kept.named().store()?, &mut io::sink())?;
            writeln!(out, "{head}")?;
            Ok(Ending::AsExpected)
        }
        Command::Export { kept, out: to } => {
            let store = kept.named().store()?;
            match to {
                None => export(&store, out)?,
                Some(to) => {
                    let file = File::create_new(to).map_err(|cause| Error::io(to, &cause))?;
                    let synced = |head| file.sync_all().map(|()| head).map_err(|cause| Error::io(to, &cause));
                    let head = export(&store, &mut BufWriter::new(&file)).and_then(synced);
                    // What is cut is no log, and would stand in the way of the next one.
                    head.inspect_err(|_| drop(fs::remove_file(to)))?
                }
            };
            Ok(Ending::AsExpected)
        }
        Command::Import { journal, from } => import(journal, from.as_deref(), lang, out),
        Command::Erase { people, kept } => erase(&kept.named(), people, lang, out),
        Command::Replay { entry, kept } => replay(&kept.named().open()?, number(entry)?, lang, out),
    }
}

fn verify(
    kept: &kept::Kept<'_>,
    head: Option<&str>,
    lang: Lang,
    out: &mut dyn Write,
) -> Result<Ending, Failure> {
    let earlier = head.map(str::parse::<Head>).transpose()?;
    let store = kept.looked_over()?;
    if let Some(earlier) = earlier {
        passes(&store, earlier)?;
    }
    let policies = store.policy_digests()?;
    let office = Office::verify(store)?;
    let decided = office.journal().entries().filter_map(|entry| match entry {
        Entry::Decided(decision) => decision.policies.as_deref(),
        Entry::Opened { .. } | Entry::Advanced(_) => None,
    });
    for digest in policies.iter().map(String::as_str).chain(decided).collect::<BTreeSet<_>>() {
        office.policies_of(digest)?;
    }
    let (entries, policies, today) = (office.journal().next(), policies.len(), office.today());
    match lang {
        Lang::Zh => writeln!(out, "完好：{entries} 条记录，{policies} 套政策，账至 {today}")?,
        Lang::En => writeln!(out, "sound: {entries} entries, {policies} policy sets, books of {today}")?,
    }
    if let Some(head) = office.journal().head() {
        writeln!(out, "{head}")?;
    }
    Ok(Ending::AsExpected)
}

fn erase(
    kept: &kept::Kept<'_>,
    people: &[String],
    lang: Lang,
    out: &mut dyn Write,
) -> Result<Ending, Failure> {
    let keys: Vec<PersonId> = people.iter().map(PersonId::new).collect();
    let Erased { references, remains } = journal::erase(kept.store_to_write()?.as_mut(), &keys)?;
    for reference in &references {
        match lang {
            Lang::Zh => writeln!(out, "已抹去一人，今后记作 {reference}")?,
            Lang::En => writeln!(out, "erased one person, called {reference} from now on")?,
        }
    }
    if remains.is_empty() {
        return Ok(Ending::AsExpected);
    }
    let entries = remains.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    match lang {
        Lang::Zh => writeln!(out, "下列记录的请求号或文字里仍有该标识：{entries}")?,
        Lang::En => writeln!(out, "a key still stands in a request id or a word of entries {entries}")?,
    }
    Ok(Ending::Otherwise)
}

/// Whether a stream passes through a head that was kept elsewhere.
fn passes(store: &dyn Store, earlier: Head) -> Result<(), Error> {
    let bad = |en: String, zh: String| Error::new(bianzhi::ErrorKind::Journal, en).in_chinese(zh);
    let Some(header) = store.header()? else {
        return Err(bad("the journal is empty".to_owned(), "日志是空的".to_owned()));
    };
    let mut head = Head::of(&header);
    let mut passed = head == earlier;
    store.read(&mut |record| {
        head.follow(&record)?;
        passed |= head == earlier;
        Ok(())
    })?;
    match (passed, head.records < earlier.records) {
        (true, _) => Ok(()),
        (false, true) => Err(bad(
            format!("entry {} is missing: the journal ends before the head that was kept", head.records),
            format!("缺第 {} 条记录：日志止于所留链头之前", head.records),
        )),
        (false, false) => Err(bad(
            format!("what stands before entry {} is not what the kept head was taken from", earlier.records),
            format!("第 {} 条之前的记录，不是所留链头所依据的那些", earlier.records),
        )),
    }
}

fn import(journal: &Path, from: Option<&Path>, lang: Lang, out: &mut dyn Write) -> Result<Ending, Failure> {
    let log = match from {
        None => Log::read(&mut io::stdin().lock())?,
        Some(from) => {
            let file = File::open(from).map_err(|cause| Error::io(from, &cause))?;
            Log::read(&mut BufReader::new(file))?
        }
    };
    for (digest, files) in log.policies() {
        PolicySet::is_of(digest, files.iter().cloned())?;
    }
    let head = log.bring_into(kept::to_write(journal, log.stream(), false)?.as_mut())?;
    match lang {
        Lang::Zh => writeln!(out, "已导入 {}：{} 条记录", log.stream(), head.records)?,
        Lang::En => writeln!(out, "imported {}: {} entries", log.stream(), head.records)?,
    }
    writeln!(out, "{head}")?;
    Ok(Ending::AsExpected)
}

/// The number of an entry.
fn number(text: &str) -> Result<u64, Error> {
    text.parse().map_err(|_| {
        let fault = Fault::nowhere(format!("`{text}` is no entry's number; entries are numbered from 0"));
        Error::input(vec![fault.in_chinese(format!("`{text}` 不是记录号；记录从 0 编号"))])
    })
}

fn replay(office: &Office, entry: u64, lang: Lang, out: &mut dyn Write) -> Result<Ending, Failure> {
    let again = office.decide_again(entry)?;
    // Who is gone by now had its name when the decision was asked for.
    let before = office.as_of(Moment::Entry(entry.saturating_sub(1)))?;
    let gone = named_in(office.journal().entry(entry).into_iter());
    let digest = again.recorded.policies.as_deref();
    let policies = digest.map(|digest| office.policies_of(digest)).transpose()?;
    let names =
        Names::new(office.books(), lang).with(before.books()).and_gone(&gone).under(policies.as_ref());
    let told = Told { lang, paint: Paint::for_stdout() };
    match (lang, digest) {
        (Lang::Zh, Some(digest)) => writeln!(out, "政策 {digest}")?,
        (Lang::En, Some(digest)) => writeln!(out, "policies {digest}")?,
        (Lang::Zh, None) => writeln!(out, "仅账法")?,
        (Lang::En, None) => writeln!(out, "the laws alone")?,
    }
    if again.same() {
        told.decision(out, &names, "", &again.recorded)?;
        writeln!(
            out,
            "{}",
            told.paint.right(lang.pick("重新裁定，结果相同", "decided again: the same answer"))
        )?;
        return Ok(Ending::AsExpected);
    }
    writeln!(out, "{}", lang.pick("记录：", "recorded:"))?;
    told.decision(out, &names, "", &again.recorded)?;
    writeln!(out, "{}", lang.pick("现在：", "now:"))?;
    told.decision(out, &names, "", &again.now)?;
    writeln!(out, "{}", told.paint.wrong(lang.pick("重新裁定，结果不同", "decided again: another answer")))?;
    Ok(Ending::Otherwise)
}
