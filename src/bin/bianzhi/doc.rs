//! `bianzhi doc`: the authors' manual of a policy folder as one page, and the vocabulary's definitions for editors.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use bianzhi::model::Lang;
use bianzhi::policy::definitions;
use bianzhi::{Error, Fault, PolicySet};

use crate::manual_page::{MARK, page};
use crate::{Ending, Failure};

/// What `doc` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// 政策目录 · the policy folder
    #[arg(value_name = "DIR", default_value = "policies")]
    folder: PathBuf,
    /// 手册写到这个文件：一个网页，不用联网 · the page to write; it needs no network
    #[arg(long, value_name = "FILE.html", default_value = "manual.html")]
    out: PathBuf,
    /// 另写编辑器用的词汇定义 · also write the definitions that editors read
    #[arg(long, value_name = "FILE.d.rhai")]
    definitions: Option<PathBuf>,
}

/// How definitions begin that this command wrote, and may write again.
const DEFINITIONS_MARK: &str = "module static;\n\n// bianzhi doc\n";

/// Writes the manual, and the definitions if they were asked for.
pub(crate) fn doc(arguments: &Arguments, lang: Lang, out: &mut dyn Write) -> Result<Ending, Failure> {
    let set = PolicySet::load(&arguments.folder)?;
    let mut files = vec![(arguments.out.as_path(), page(&set.manual(), &set.digest()), MARK)];
    if let Some(path) = &arguments.definitions {
        let text = definitions().replacen("module static;\n", DEFINITIONS_MARK, 1);
        files.push((path, text, DEFINITIONS_MARK));
    }
    for (path, _, mark) in &files {
        nothing_of_others(path, mark)?;
    }
    for (path, text, _) in &files {
        fs::write(path, text).map_err(|cause| Error::io(path, &cause))?;
        writeln!(out, "{} {}", lang.pick("已写", "written"), path.display())?;
    }
    Ok(Ending::AsExpected)
}

/// A file that this command did not write is never written over.
fn nothing_of_others(path: &Path, mark: &str) -> Result<(), Error> {
    let own = || fs::read_to_string(path).is_ok_and(|text| text.starts_with(mark));
    if !path.exists() || own() {
        return Ok(());
    }
    let message = format!("`{}` is there already, and was not written by `bianzhi doc`", path.display());
    let zh = format!("`{}` 已经存在，且不是 `bianzhi doc` 写的", path.display());
    Err(Error::input(vec![Fault::nowhere(message).in_chinese(zh)]))
}
