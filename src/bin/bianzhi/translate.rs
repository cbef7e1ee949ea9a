//! `bianzhi translate`: a script in the words of the other language, its layout and its texts untouched.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use bianzhi::{Error, ErrorKind, PolicySet};

use crate::terminal::Tongue;
use crate::{Ending, Failure};

/// What `translate` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// 脚本文件 · the script
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// 译成哪种语言的词 · the language of the words
    #[arg(long, value_name = "zh|en")]
    to: Tongue,
    /// 写回原文件，不打印 · write the file instead of printing
    #[arg(long)]
    write: bool,
    /// 政策目录（默认为脚本所在的目录） · the policy folder; where the script stands unless given
    #[arg(long, value_name = "DIR")]
    policies: Option<PathBuf>,
}

/// Translates the script.
pub(crate) fn translate(arguments: &Arguments, out: &mut dyn Write) -> Result<Ending, Failure> {
    let file = &arguments.file;
    // A misspelt name is told as what it is, not as a folder that lacks a script.
    fs::metadata(file).map_err(|cause| Error::io(file, &cause))?;
    let folder = arguments.policies.clone().unwrap_or_else(|| folder_of(file));
    let inside = inside(&folder, file)?;
    let text = PolicySet::load(&folder)?.translated(&inside, arguments.to.lang())?;
    if arguments.write {
        fs::write(file, text).map_err(|cause| Error::io(file, &cause))?;
    } else {
        out.write_all(text.as_bytes())?;
    }
    Ok(Ending::AsExpected)
}

/// The policy folder that a script belongs to: where it stands, or one above if that holds policies too, for
/// then the script's own folder is a local one.
fn folder_of(file: &Path) -> PathBuf {
    let own = match file.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_path_buf(),
        _ => PathBuf::from("."),
    };
    let above = match own.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_path_buf(),
        Some(_) if own.as_path() != Path::new(".") => PathBuf::from("."),
        _ => own.join(".."),
    };
    if !own.join("facts.yaml").exists() && holds_policies(&above) { above } else { own }
}

fn holds_policies(folder: &Path) -> bool {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names = entries.map(|entry| PathBuf::from(entry.file_name()));
    names.any(|name| {
        name.as_path() == Path::new("facts.yaml") || name.extension().is_some_and(|end| end == "rhai")
    })
}

/// The script's path inside the folder, with `/`.
fn inside(folder: &Path, file: &Path) -> Result<String, Error> {
    let whole = |path: &Path| fs::canonicalize(path).map_err(|cause| Error::io(path, &cause));
    let (root, path) = (whole(folder)?, whole(file)?);
    let inside = path.strip_prefix(&root).map_err(|_| {
        let message = format!("`{}` does not stand in the folder `{}`", file.display(), folder.display());
        let zh = format!("`{}` 不在文件夹 `{}` 之内", file.display(), folder.display());
        Error::new(ErrorKind::Input, message).in_chinese(zh)
    })?;
    let parts: Vec<_> = inside.iter().map(|part| part.to_string_lossy()).collect();
    Ok(parts.join("/"))
}
