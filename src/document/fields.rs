//! Fields: a map read field by field, at the end of which nothing unknown may be left.

use std::path::Path;

use super::{Key, Node, nearest, shortened};
use crate::error::{Fault, Message, Phrase, same, table};

/// A reader of a map's fields. What was asked for is known; [`Fields::finish`] tells the rest as faults.
///
/// # Example
/// ```
/// use bianzhi::document::Document;
/// let document = Document::parse("step.yaml".as_ref(), "{check: {person: p-1}, expct: granted}").unwrap();
/// let mut fields = document.fields(&document.root).unwrap();
/// assert!(fields.take("check").is_some() && fields.take("expect").is_none());
/// let fault = &fields.finish()[0];
/// assert_eq!(fault.message, "unknown field `expct`; did you mean `expect`?");
/// ```
#[derive(Debug)]
pub struct Fields<'a> {
    file: &'a Path,
    node: &'a Node,
    left: Vec<&'a (Key, Node)>,
    known: Vec<&'a str>,
}

impl<'a> Fields<'a> {
    /// A reader of this map; a fault if the node is none.
    pub fn new(file: &'a Path, node: &'a Node) -> Result<Self, Fault> {
        if !node.is_map() {
            let needed = Phrase::both("一组字段", "a map of fields");
            let message = table::YAML_FORM.say([needed, node.found_in_both()]);
            return Err(Fault::coded(file, node.line, node.column, message));
        }
        Ok(Self { file, node, left: node.entries().iter().collect(), known: Vec::new() })
    }

    /// The value of a field, also where it is an explicit nothing; the name is known from now on.
    pub fn take(&mut self, name: &'a str) -> Option<&'a Node> {
        self.take_entry(name).map(|(_, node)| node)
    }

    /// Key and value of a field.
    pub fn take_entry(&mut self, name: &'a str) -> Option<&'a (Key, Node)> {
        if !self.known.contains(&name) {
            self.known.push(name);
        }
        let at = self.left.iter().position(|(key, _)| key.text == name)?;
        Some(self.left.remove(at))
    }

    /// The value of a field that may be left out; an explicit nothing (`people:`) counts as left out.
    pub fn optional(&mut self, name: &'a str) -> Option<&'a Node> {
        self.take(name).filter(|node| !node.is_null())
    }

    /// The value of a field that must be there and hold something.
    pub fn required(&mut self, name: &'a str) -> Result<&'a Node, Fault> {
        match self.take(name) {
            Some(node) if !node.is_null() => Ok(node),
            Some(node) => {
                Err(Fault::coded(self.file, node.line, node.column, table::YAML_EMPTY.say([same(name)])))
            }
            None => {
                let message = table::YAML_MISSING.say([same(name)]);
                Err(Fault::coded(self.file, self.node.line, self.node.column, message))
            }
        }
    }

    /// What is left, in the order of the file; the reader forgets it.
    pub fn rest(&mut self) -> Vec<&'a (Key, Node)> {
        std::mem::take(&mut self.left)
    }

    /// What is left, as faults with the nearest known names.
    pub fn finish(self) -> Vec<Fault> {
        let known = &self.known;
        self.left.iter().map(|(key, _)| unknown_field(self.file, key, known.iter().copied())).collect()
    }
}

/// A key that means nothing here.
pub(super) fn unknown_field<'a>(file: &Path, key: &Key, known: impl IntoIterator<Item = &'a str>) -> Fault {
    Fault::coded(file, key.line, key.column, unknown_field_told(&key.text, known))
}

/// What is said of a key that means nothing here: the nearest known name, else all of them if they are few.
pub(super) fn unknown_field_told<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Message {
    let known: Vec<&str> = known.into_iter().collect();
    let near = nearest(word, known.iter().copied());
    let hint = if known.is_empty() { Phrase::hint(near) } else { Phrase::hint_or(near, &known) };
    table::YAML_FIELD.say([same(shortened(word)), hint])
}
