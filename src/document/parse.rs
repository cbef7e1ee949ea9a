//! Parsing: YAML events into a tree with places, with every fault that can be found in one pass.

use std::collections::HashMap;
use std::path::Path;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, ScanError, Tag};

use super::{Key, MOST_DEPTH, Node, Value, shortened, yaml_words};
use crate::error::{Fault, Phrase, table, told};

/// The tree, if the text can be read to its end, and all faults.
pub(super) fn parse(file: &Path, text: &str) -> (Option<Node>, Vec<Fault>) {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if let Some(fault) = forbidden_character(file, text) {
        return (None, vec![fault]);
    }
    let mut builder = Builder { file, open: Vec::new(), root: None, documents: 0, faults: Vec::new() };
    for event in Parser::new_from_str(text) {
        let go_on = match event {
            Ok((event, span)) => builder.event(event, &span.start),
            Err(error) => {
                builder.syntax(&error);
                false
            }
        };
        if !go_on {
            return (None, builder.faults);
        }
    }
    if builder.root.is_none() && builder.faults.is_empty() {
        builder.fault(0, 0, Phrase::both("文件是空的", "is empty"));
    }
    (builder.root, builder.faults)
}

struct Builder<'a> {
    file: &'a Path,
    open: Vec<Open>,
    root: Option<Node>,
    documents: usize,
    faults: Vec<Fault>,
}

/// A list or map that is being read.
struct Open {
    line: u32,
    column: u32,
    what: Collected,
}

/// What comes next in a map.
enum Next {
    Key,
    ValueOf(Key),
    /// The value of something that could not be a key: it is dropped.
    Dropped,
}

enum Collected {
    List(Vec<Node>),
    Map {
        entries: Vec<(Key, Node)>,
        /// The line on which each key stands first; used only once there are many.
        seen: HashMap<String, u32>,
        next: Next,
    },
}

impl Builder<'_> {
    /// Takes one event in; false when reading on would be of no use.
    fn event(&mut self, event: Event<'_>, start: &Marker) -> bool {
        let (line, column) = place(start);
        match event {
            Event::DocumentStart(_) => {
                self.documents = self.documents.saturating_add(1);
                if self.documents > 1 {
                    let (zh, en) = (
                        "这里又开始了一份内容（`---`）；一个文件只写一份",
                        "a second document begins; one file holds one document",
                    );
                    self.fault(line, column, Phrase::both(zh, en));
                    return false;
                }
            }
            Event::Scalar(text, style, anchor, tag) => {
                self.plain_yaml_only(line, column, anchor, tag.as_deref());
                self.scalar(text.into_owned(), style, line, column);
            }
            Event::Alias(_) => {
                let (zh, en) = (
                    "不能用别名（`*名字`）；请把值写出来",
                    "an alias (`*name`) is not allowed; write the value out",
                );
                self.fault(line, column, Phrase::both(zh, en));
                self.scalar(String::new(), ScalarStyle::Plain, line, column);
            }
            Event::SequenceStart(anchor, tag) => {
                self.plain_yaml_only(line, column, anchor, tag.as_deref());
                return self.begin(line, column, Collected::List(Vec::new()));
            }
            Event::MappingStart(anchor, tag) => {
                self.plain_yaml_only(line, column, anchor, tag.as_deref());
                let map = Collected::Map { entries: Vec::new(), seen: HashMap::new(), next: Next::Key };
                return self.begin(line, column, map);
            }
            Event::SequenceEnd | Event::MappingEnd => {
                if let Some(Open { line, column, what }) = self.open.pop() {
                    let value = match what {
                        Collected::List(items) => Value::List(items),
                        Collected::Map { entries, .. } => Value::Map(entries),
                    };
                    self.put(Node { line, column, value });
                }
            }
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => {}
        }
        true
    }

    fn scalar(&mut self, text: String, style: ScalarStyle, line: u32, column: u32) {
        let plain = style == ScalarStyle::Plain;
        let mut node = Node { line, column, value: Value::Scalar { text, plain } };
        // An empty place is reported by the parser where the next thing begins; its key says better where.
        if let Some(Open { what: Collected::Map { next: Next::ValueOf(key), .. }, .. }) = self.open.last()
            && node.text() == Some("")
            && plain
        {
            (node.line, node.column) = (key.line, key.column);
        }
        self.put(node);
    }

    fn begin(&mut self, line: u32, column: u32, what: Collected) -> bool {
        if self.open.len() >= MOST_DEPTH {
            self.too_deep(line, column);
            return false;
        }
        self.open.push(Open { line, column, what });
        true
    }

    fn put(&mut self, node: Node) {
        let fault = match self.open.last_mut() {
            None => {
                self.root = Some(node);
                None
            }
            Some(Open { what: Collected::List(items), .. }) => {
                items.push(node);
                None
            }
            Some(Open { what: Collected::Map { entries, seen, next }, .. }) => {
                match std::mem::replace(next, Next::Key) {
                    Next::Key => {
                        let (key, fault) = key_of(node, entries, seen);
                        *next = key.map_or(Next::Dropped, Next::ValueOf);
                        fault
                    }
                    Next::ValueOf(key) => {
                        entries.push((key, node));
                        None
                    }
                    Next::Dropped => None,
                }
            }
        };
        if let Some((line, column, told)) = fault {
            self.fault(line, column, told);
        }
    }

    fn plain_yaml_only(&mut self, line: u32, column: u32, anchor: usize, tag: Option<&Tag>) {
        if anchor != 0 {
            let (zh, en) = (
                "不能用锚点（`&名字`）；请把值写出来",
                "an anchor (`&name`) is not allowed; write the value out",
            );
            self.fault(line, column, Phrase::both(zh, en));
        }
        if let Some(tag) = tag {
            let tag = shortened(&tag.to_string());
            self.fault(line, column, told!("不能用标记 `{tag}`", "the tag `{tag}` is not allowed"));
        }
    }

    fn syntax(&mut self, error: &ScanError) {
        let (line, column) = place(error.marker());
        // The parser looks ahead, so its own bound on nesting can be met before ours.
        match error.info() {
            "recursion limit exceeded" => self.too_deep(line, column),
            info => {
                let (zh, en) = (yaml_words::in_chinese(info), format!("is not YAML: {info}"));
                self.fault(line, column, Phrase::both(zh, en));
            }
        }
    }

    fn too_deep(&mut self, line: u32, column: u32) {
        let told = told!(
            "清单和字段嵌套超过 {MOST_DEPTH} 层",
            "lists and maps lie in each other deeper than {MOST_DEPTH} times"
        );
        self.fault(line, column, told);
    }

    fn fault(&mut self, line: u32, column: u32, told: Phrase) {
        self.faults.push(Fault::coded(self.file, line, column, table::YAML.say([told])));
    }
}

/// The key that a node is, unless it is none or was there before; and what is wrong with it.
fn key_of(
    node: Node,
    entries: &[(Key, Node)],
    seen: &mut HashMap<String, u32>,
) -> (Option<Key>, Option<(u32, u32, Phrase)>) {
    /// Up to here looking through the entries is quicker than hashing, and costs no memory.
    const FEW: usize = 16;
    let (line, column) = (node.line, node.column);
    let is_null = node.is_null();
    let text = match node.value {
        Value::Scalar { text, .. } if !is_null => text,
        Value::Scalar { .. } | Value::List(_) | Value::Map(_) => {
            return (
                None,
                Some((line, column, Phrase::both("字段名应为一个词", "a key must be a single word"))),
            );
        }
    };
    let first = if entries.len() <= FEW {
        entries.iter().find(|(key, _)| key.text == text).map(|(key, _)| key.line)
    } else {
        if seen.is_empty() {
            seen.extend(entries.iter().map(|(key, _)| (key.text.clone(), key.line)));
        }
        let first = seen.get(&text).copied();
        if first.is_none() {
            seen.insert(text.clone(), line);
        }
        first
    };
    match first {
        Some(first) => {
            let key = shortened(&text);
            let told = told!(
                "字段 `{key}` 写了两次，第一次在第 {first} 行",
                "key `{key}` stands twice, first on line {first}"
            );
            (None, Some((line, column, told)))
        }
        None => (Some(Key { text, line, column }), None),
    }
}

/// The parser takes a NUL for the end of the text, so what follows one would be dropped silently.
fn forbidden_character(file: &Path, text: &str) -> Option<Fault> {
    let forbidden = |one: char| one.is_control() && !matches!(one, '\n' | '\r' | '\t' | '\u{85}');
    let (at, found) = text.char_indices().find(|(_, one)| forbidden(*one))?;
    let before = text.get(..at).unwrap_or_default();
    let line = before.matches('\n').count().saturating_add(1);
    let column = before.chars().rev().take_while(|one| *one != '\n').count().saturating_add(1);
    let number = u32::from(found);
    let told = told!("不能有控制字符 U+{number:04X}", "the control character U+{number:04X} is not allowed");
    Some(Fault::coded(file, clamped(line), clamped(column), table::YAML.say([told])))
}

fn place(marker: &Marker) -> (u32, u32) {
    (clamped(marker.line()), clamped(marker.col().saturating_add(1)))
}

fn clamped(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
