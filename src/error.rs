//! Operating failures: a file, a folder or a disk that could not be used, with the places at fault.

mod code;
mod phrase;
pub(crate) mod table;

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

pub use code::Code;
pub use table::all as codes;

pub(crate) use code::Message;
pub(crate) use phrase::{Phrase, same, told};

/// What could not be done, and where.
///
/// A request that is denied or refused is *not* an error: it is a [`Decision`](crate::Decision). An `Error`
/// says that an input file, a policy folder or a journal could not be used; nothing was changed.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{0}")]
pub struct Error(Box<Inner>);

/// The sort of failure, for a host that reacts to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// An input file, a request or a policy folder has faults; [`Error::faults`] lists them all.
    Input,
    /// The disk or the operating system failed.
    Io,
    /// The journal can no longer be trusted, or holds something this build cannot read.
    Journal,
    /// A bug of this library: it took the safe branch and refused.
    Internal,
}

/// One fault in an input file: what is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// The file at fault, where there is one.
    pub file: Option<PathBuf>,
    /// The line, from 1; 0 if the whole file is meant.
    pub line: u32,
    /// The column in characters, from 1; 0 if the whole line is meant.
    pub column: u32,
    /// What is wrong, what was allowed; lower case, no full stop.
    pub message: String,
    /// The same in Chinese. Every fault of this library has it; one that a program made itself may be empty here.
    pub zh: String,
    /// Its row of the table of codes, where it has one.
    pub code: Option<&'static Code>,
}

#[derive(Debug, Clone)]
struct Inner {
    kind: ErrorKind,
    message: String,
    /// The same in Chinese; empty where there is none.
    zh: String,
    faults: Vec<Fault>,
}

impl Error {
    /// Faults found in input files, all in one pass.
    pub fn input(faults: Vec<Fault>) -> Self {
        Self(Box::new(Inner { kind: ErrorKind::Input, message: String::new(), zh: String::new(), faults }))
    }

    /// A single failure without a place in a file.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(Inner { kind, message: message.into(), zh: String::new(), faults: Vec::new() }))
    }

    /// A single failure, told in both languages.
    pub(crate) fn told(kind: ErrorKind, told: Phrase) -> Self {
        let [zh, en] = told.into_both();
        Self::new(kind, en).in_chinese(zh)
    }

    /// The same failure with its text in Chinese too.
    #[must_use]
    pub fn in_chinese(mut self, zh: impl Into<String>) -> Self {
        self.0.zh = zh.into();
        self
    }

    /// What could not be done, in Chinese where there is a text in Chinese, else in English.
    ///
    /// ```
    /// use bianzhi::{Error, ErrorKind};
    /// let error = Error::new(ErrorKind::Journal, "the journal is empty").in_chinese("日志是空的");
    /// assert_eq!((error.zh().as_str(), error.to_string().as_str()), ("日志是空的", "the journal is empty"));
    /// ```
    pub fn zh(&self) -> String {
        if !self.0.zh.is_empty() {
            return self.0.zh.clone();
        }
        if !self.0.message.is_empty() || self.0.faults.is_empty() {
            return self.to_string();
        }
        self.0.faults.iter().map(Fault::told_in_chinese).collect::<Vec<_>>().join("\n")
    }

    /// A file that could not be read or written.
    pub fn io(path: &Path, cause: &std::io::Error) -> Self {
        let path = path.display();
        Self::new(ErrorKind::Io, format!("cannot use `{path}`: {cause}"))
            .in_chinese(format!("无法使用 `{path}`：{}", in_chinese(cause)))
    }

    /// Output that could not be written.
    pub fn output(cause: &std::io::Error) -> Self {
        Self::new(ErrorKind::Io, format!("cannot write the output: {cause}"))
            .in_chinese(format!("写不出结果：{}", in_chinese(cause)))
    }

    /// What sort of failure this is.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Every fault found, in file and line order; empty unless [`ErrorKind::Input`].
    pub fn faults(&self) -> &[Fault] {
        &self.0.faults
    }
}

impl Fault {
    /// A fault at a place in a file.
    pub fn at(file: &Path, line: u32, column: u32, message: impl Into<String>) -> Self {
        Self {
            file: Some(file.to_path_buf()),
            line,
            column,
            message: message.into(),
            zh: String::new(),
            code: None,
        }
    }

    /// A fault of the table of codes at a place in a file.
    pub(crate) fn coded(file: &Path, line: u32, column: u32, message: Message) -> Self {
        let Message { code, zh, en } = message;
        Self { file: Some(file.to_path_buf()), line, column, message: en, zh, code: Some(code) }
    }

    /// A fault at a place in a file, told in both languages.
    pub(crate) fn told(file: &Path, line: u32, column: u32, told: Phrase) -> Self {
        Self { file: Some(file.to_path_buf()), line, column, ..Self::told_nowhere(told) }
    }

    /// The same without a place.
    pub(crate) fn told_nowhere(told: Phrase) -> Self {
        let [zh, message] = told.into_both();
        Self { file: None, line: 0, column: 0, message, zh, code: None }
    }

    /// The same fault with its text in Chinese too.
    #[must_use]
    pub fn in_chinese(mut self, zh: impl Into<String>) -> Self {
        self.zh = zh.into();
        self
    }

    /// The fault with its place as [`Display`](fmt::Display) shows it, in Chinese where it has a text in Chinese.
    pub fn told_in_chinese(&self) -> String {
        let message = if self.zh.is_empty() { &self.message } else { &self.zh };
        Self { message: message.clone(), ..self.clone() }.to_string()
    }

    /// A fault without a place.
    pub fn nowhere(message: impl Into<String>) -> Self {
        Self { file: None, line: 0, column: 0, message: message.into(), zh: String::new(), code: None }
    }
}

/// Fails unless each of these is told in Chinese too; every test that looks at faults asks.
#[cfg(test)]
pub(crate) fn all_in_chinese<'a>(faults: impl IntoIterator<Item = &'a Fault>) {
    for fault in faults {
        let chinese = |letter: char| ('\u{4e00}'..='\u{9fff}').contains(&letter);
        assert!(fault.zh.contains(chinese), "no Chinese for: {fault} ({})", fault.zh);
        assert!(!fault.message.is_empty() && fault.message != fault.zh, "one text for both: {fault}");
    }
}

/// What the system says, in Chinese where it is one of the usual things.
pub(crate) fn in_chinese(cause: &io::Error) -> String {
    #[expect(clippy::wildcard_enum_match_arm, reason = "the system's own list, which grows")]
    let zh = match cause.kind() {
        io::ErrorKind::NotFound => "找不到",
        io::ErrorKind::PermissionDenied => "没有权限",
        io::ErrorKind::AlreadyExists => "已经存在",
        io::ErrorKind::IsADirectory => "是文件夹",
        io::ErrorKind::NotADirectory => "不是文件夹",
        io::ErrorKind::ReadOnlyFilesystem => "磁盘只读",
        io::ErrorKind::StorageFull => "磁盘已满",
        io::ErrorKind::InvalidData => "内容不是 UTF-8 文本",
        _ => return cause.to_string(),
    };
    zh.to_owned()
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(file) = &self.file {
            write!(f, "{}:", file.display())?;
            if self.line > 0 {
                write!(f, "{}:", self.line)?;
                if self.column > 0 {
                    write!(f, "{}:", self.column)?;
                }
            }
            f.write_str(" ")?;
        }
        f.write_str(&self.message)
    }
}

impl fmt::Display for Inner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        for (number, fault) in self.faults.iter().enumerate() {
            if number > 0 || !self.message.is_empty() {
                f.write_str("\n")?;
            }
            write!(f, "{fault}")?;
        }
        Ok(())
    }
}
