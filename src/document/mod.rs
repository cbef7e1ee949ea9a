//! Documents: YAML and CSV as values with their file and line, and all faults found in them.

mod decode;
mod decode_words;
mod fields;
mod nearest;
mod parse;
mod scalar;
mod table;
mod text;
mod verb;
mod yaml_words;

use std::path::{Path, PathBuf};

use serde::Serialize;

pub use fields::Fields;
pub use nearest::nearest;
pub use scalar::{Plain, date, whole_number};
pub use table::{Row, Rows, Table, trimmed};
pub use text::read_text;

use crate::error::{Error, ErrorKind, Fault, Message, Phrase, told};

/// The largest YAML file that is read: 64 MB, some hundred thousand nodes. What is larger belongs into CSV.
pub const MOST_YAML_BYTES: u64 = 64 << 20;

/// The largest CSV file that is read: 4 GB, the named people of two nations (40 million rows of 42 bytes are 1.7 GB). Of a large
/// one some megabytes stand in memory at a time, unless something in it is quoted; a line's number is kept in 32 bits.
pub const MOST_CSV_BYTES: u64 = 4 << 30;

/// How deep lists and maps may lie in each other; what follows the tree may therefore recurse.
pub const MOST_DEPTH: usize = 64;

/// A YAML file as a tree whose values know their places.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// The file, as faults name it.
    pub file: PathBuf,
    /// The outermost value.
    pub root: Node,
}

/// A value and where it begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// The line, from 1.
    pub line: u32,
    /// The column in characters, from 1.
    pub column: u32,
    /// The value itself.
    pub value: Value,
}

/// What a node holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A single value; what a plain one means is resolved where it is read, see [`Plain`].
    Scalar {
        /// The text as written, without quotes.
        text: String,
        /// Whether it stands without quotes: only then it can be a number, a yes or a nothing.
        plain: bool,
    },
    /// Values in order.
    List(Vec<Node>),
    /// Values by key, in the order of the file; no key stands twice.
    Map(Vec<(Key, Node)>),
}

/// The key of a map's entry, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// The text as written, without quotes.
    pub text: String,
    /// The line, from 1.
    pub line: u32,
    /// The column in characters, from 1.
    pub column: u32,
}

impl Document {
    /// Reads a YAML file, or tells all its faults.
    pub fn read(path: &Path) -> Result<Self, Vec<Fault>> {
        let text = read_text(path, MOST_YAML_BYTES).map_err(|fault| vec![fault])?;
        Self::parse(path, &text)
    }

    /// Parses YAML text, or tells all its faults; `file` is the name in them.
    pub fn parse(file: &Path, text: &str) -> Result<Self, Vec<Fault>> {
        match Self::examine(file, text) {
            (Some(document), faults) if faults.is_empty() => Ok(document),
            (_, faults) => Err(faults),
        }
    }

    /// Parses YAML text as far as it goes: a repeated key, for one, is a fault, yet the tree (with the
    /// first of the two) can still be read for more faults. Without a tree there is at least one fault.
    pub fn examine(file: &Path, text: &str) -> (Option<Self>, Vec<Fault>) {
        let (root, mut faults) = parse::parse(file, text);
        faults.sort();
        (root.map(|root| Self { file: file.to_path_buf(), root }), faults)
    }

    /// Decodes a node into a value of the program's own; the fault names the innermost place.
    ///
    /// A scalar in any form can be read as a text, because ids are often all digits; a whole number must be
    /// written as one, without quotes, fraction or exponent.
    pub fn decode<'a, T: serde::Deserialize<'a>>(&self, node: &'a Node) -> Result<T, Fault> {
        decode::decode(&self.file, node)
    }

    /// Decodes one request's verb from its key and fields, such as `draw: {pool: …, unit: …, person: …}`.
    pub fn decode_verb(&self, key: &Key, node: &Node) -> Result<crate::request::Verb, Fault> {
        verb::decode_verb(&self.file, key, node)
    }

    /// A reader of a map's fields one by one; a fault if the node is no map.
    pub fn fields<'a>(&'a self, node: &'a Node) -> Result<Fields<'a>, Fault> {
        Fields::new(&self.file, node)
    }

    /// A fault at a node, told in both languages.
    pub(crate) fn told(&self, node: &Node, told: Phrase) -> Fault {
        Fault::told(&self.file, node.line, node.column, told)
    }

    /// The same at a key.
    pub(crate) fn told_at_key(&self, key: &Key, told: Phrase) -> Fault {
        Fault::told(&self.file, key.line, key.column, told)
    }

    /// A fault of the table of codes at a node.
    pub(crate) fn coded(&self, node: &Node, message: Message) -> Fault {
        Fault::coded(&self.file, node.line, node.column, message)
    }

    /// The same at a key.
    pub(crate) fn coded_at_key(&self, key: &Key, message: Message) -> Fault {
        Fault::coded(&self.file, key.line, key.column, message)
    }
}

impl Node {
    /// The text of a scalar as written, without quotes.
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar { text, .. } => Some(text),
            Value::List(_) | Value::Map(_) => None,
        }
    }

    /// The values of a list; none for anything else.
    pub fn items(&self) -> &[Node] {
        match &self.value {
            Value::List(items) => items,
            Value::Scalar { .. } | Value::Map(_) => &[],
        }
    }

    /// The entries of a map, in the order of the file; none for anything else.
    pub fn entries(&self) -> &[(Key, Node)] {
        match &self.value {
            Value::Map(entries) => entries,
            Value::Scalar { .. } | Value::List(_) => &[],
        }
    }

    /// The value under this key of a map.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entries().iter().find(|(one, _)| one.text == key).map(|(_, node)| node)
    }

    /// Whether this is a list.
    pub fn is_list(&self) -> bool {
        matches!(self.value, Value::List(_))
    }

    /// Whether this is a map.
    pub fn is_map(&self) -> bool {
        matches!(self.value, Value::Map(_))
    }

    /// Whether nothing stands here: `null`, `~`, or an empty place.
    pub fn is_null(&self) -> bool {
        match &self.value {
            Value::Scalar { text, plain } => *plain && matches!(Plain::resolve(text), Plain::Null),
            Value::List(_) | Value::Map(_) => false,
        }
    }

    /// The whole number written here, without quotes, fraction or exponent.
    pub fn whole(&self) -> Option<i64> {
        match &self.value {
            Value::Scalar { text, plain: true } => whole_number(text),
            Value::Scalar { .. } | Value::List(_) | Value::Map(_) => None,
        }
    }

    /// What was found here, for a message: a list, a map, nothing, or the text itself.
    pub fn found(&self) -> String {
        let [_, en] = self.found_in_both().into_both();
        en
    }

    /// The same in both languages. The Chinese begins with a blank where quotes follow, so that what stands before it need not
    /// end with one.
    pub(crate) fn found_in_both(&self) -> Phrase {
        match &self.value {
            _ if self.is_null() => Phrase::both("空值", "nothing"),
            Value::Scalar { text, plain } => {
                let text = shortened(text);
                if *plain {
                    told!(" `{text}`", "`{text}`")
                } else {
                    told!("文字 `{text}`", "the text `{text}`")
                }
            }
            Value::List(_) => Phrase::both("清单", "a list"),
            Value::Map(_) => Phrase::both("一组字段", "a map"),
        }
    }
}

/// A value written as YAML.
pub fn to_yaml<T: Serialize>(value: &T) -> Result<String, Error> {
    serde_yaml::to_string(value).map_err(|cause| {
        Error::told(ErrorKind::Internal, told!("写不成 YAML：{cause}", "cannot write this as YAML: {cause}"))
    })
}

/// A text short enough for a message, on one line.
pub(crate) fn shortened(text: &str) -> String {
    const MOST: usize = 60;
    let mut short: String =
        text.chars().take(MOST).map(|one| if one.is_control() { ' ' } else { one }).collect();
    if text.chars().nth(MOST).is_some() {
        short.push('…');
    }
    short
}

#[cfg(test)]
mod tests;
