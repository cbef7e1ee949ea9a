//! Declared words: the facts, categories, purposes and tags of `facts.yaml`, so that types are known.

use std::collections::BTreeMap;

use super::call::Fail;
use super::value::Value;
use super::vocabulary::Item;
use crate::document::{Document, Fields, Node, nearest};
use crate::error::{Fault, Phrase, same, table, told};
use crate::model::{Date, FactValue, Mention};

/// What `facts.yaml` declares.
#[derive(Debug, Clone, Default)]
pub(crate) struct Declared {
    pub(crate) facts: BTreeMap<String, FactDeclared>,
    pub(crate) categories: BTreeMap<String, Titles>,
    pub(crate) purposes: BTreeMap<String, Titles>,
    pub(crate) tags: BTreeMap<String, Titles>,
}

/// Stands for any text that a document's number might be.
pub(crate) const ANY_TEXT: &str = "…";

/// A fact's type and titles.
#[derive(Debug, Clone)]
pub(crate) struct FactDeclared {
    pub(crate) item: Item,
    pub(crate) titles: Titles,
}

/// Something's name in both languages.
#[derive(Debug, Clone, Default)]
pub(crate) struct Titles {
    pub(crate) zh: String,
    pub(crate) en: String,
}

impl Declared {
    /// Reads the file; what is wrong with it goes to `faults`.
    pub(crate) fn read(document: &Document, faults: &mut Vec<Fault>) -> Self {
        let mut declared = Self::default();
        let Some(mut fields) = map(document, &document.root, faults) else { return declared };
        if let Some(node) = fields.optional("facts") {
            for (name, mut fields) in entries(document, node, faults) {
                let item = fields.take("type").map(|node| (node, node.text()));
                let titles = titles(document, &mut fields, faults);
                let item = match item {
                    Some((_, Some("number"))) => Item::Number,
                    Some((_, Some("decimal"))) => Item::Decimal,
                    Some((_, Some("text"))) => Item::Text,
                    Some((_, Some("date"))) => Item::Date,
                    Some((_, Some("yes-no"))) => Item::YesNo,
                    Some((node, _)) => {
                        let message = table::FACT_DECLARED.say([node.found_in_both()]);
                        faults.push(document.coded(node, message));
                        Item::Text
                    }
                    None => {
                        faults.push(document.coded(node, table::YAML_MISSING.say([same("type")])));
                        Item::Text
                    }
                };
                faults.extend(fields.finish());
                declared.facts.insert(name, FactDeclared { item, titles });
            }
        }
        for (group, known) in [
            ("categories", &mut declared.categories),
            ("purposes", &mut declared.purposes),
            ("tags", &mut declared.tags),
        ] {
            let Some(node) = fields.optional(group) else { continue };
            for (name, mut fields) in entries(document, node, faults) {
                let titles = titles(document, &mut fields, faults);
                faults.extend(fields.finish());
                known.insert(name, titles);
            }
        }
        faults.extend(fields.finish());
        declared
    }

    /// What is wrong with a mention: not declared, or a fact of another type.
    pub(crate) fn undeclared(&self, mention: &Mention<'_>) -> Option<Phrase> {
        let (what, name, known): (_, _, Vec<&str>) = match mention {
            Mention::Tag(name) if self.tags.contains_key(*name) => return None,
            Mention::Tag(name) => (["标签", "tag"], *name, self.tags.keys().map(String::as_str).collect()),
            Mention::Category(name) => {
                (["人员类别", "category"], *name, self.categories.keys().map(String::as_str).collect())
            }
            Mention::Purpose(name) => {
                (["用途", "purpose"], *name, self.purposes.keys().map(String::as_str).collect())
            }
            Mention::Fact(name, value) => {
                if let Some(declared) = self.facts.get(*name) {
                    let wrong = || {
                        let item = declared.item.phrase();
                        told!(
                            "事实 `{name}` 应为{item}，而 `{value}` 不是",
                            "the fact `{name}` is a {item}; `{value}` is none"; item
                        )
                    };
                    return typed(declared.item, value).is_none().then(wrong);
                }
                (["事实", "fact"], *name, self.facts.keys().map(String::as_str).collect())
            }
            Mention::Rule(_) => return None,
        };
        if known.contains(&name) {
            return None;
        }
        let (hint, [zh, en]) = (Phrase::hint(nearest(name, known.iter().copied())), what);
        Some(told!(
            "政策的 facts.yaml 没有声明{zh} `{name}`{hint}",
            "the {en} `{name}` is not declared in the policies' facts.yaml{hint}"; hint
        ))
    }

    /// What a tag, fact, category or purpose is called, if it is declared.
    pub(crate) fn titles(&self, mention: &Mention<'_>) -> Option<&Titles> {
        match *mention {
            Mention::Tag(name) => self.tags.get(name),
            Mention::Category(name) => self.categories.get(name),
            Mention::Purpose(name) => self.purposes.get(name),
            Mention::Fact(name, _) => self.facts.get(name).map(|fact| &fact.titles),
            Mention::Rule(_) => None,
        }
    }

    /// What a declared fact might say where somebody only misses it: yes, today, one, or that it is there.
    pub(crate) fn sample(&self, name: &str, today: Date) -> Option<FactValue> {
        Some(match self.facts.get(name)?.item {
            Item::YesNo => FactValue::YesNo(true),
            Item::Date => FactValue::Date(today),
            Item::Number | Item::Decimal => FactValue::Whole(1),
            Item::Text | Item::View(..) => FactValue::Text(ANY_TEXT.to_owned()),
        })
    }

    /// The categories, or the purposes, that are declared.
    pub(crate) fn words_for(&self, field: &str) -> Vec<&str> {
        let known = match field {
            "category" => &self.categories,
            "purpose" => &self.purposes,
            _ => return Vec::new(),
        };
        known.keys().map(String::as_str).collect()
    }

    /// A fact's value as its declared type.
    pub(crate) fn value<'a>(&self, name: &str, fact: &'a FactValue) -> Result<Value<'a>, Fail> {
        let declared = self.facts.get(name).ok_or_else(|| Fail::absent(name))?;
        typed(declared.item, fact).ok_or_else(|| Fail::wrong_type(name))
    }
}

/// A fact read as a type, if it can be.
fn typed(item: Item, fact: &FactValue) -> Option<Value<'_>> {
    match (item, fact) {
        (Item::Number, FactValue::Whole(number)) => Some(Value::Number(*number)),
        (Item::Decimal, FactValue::Whole(number)) => Some(Value::Decimal((*number).into())),
        (Item::Decimal, FactValue::Number(number)) => Some(Value::Decimal(*number)),
        (Item::YesNo, FactValue::YesNo(yes)) => Some(Value::YesNo(*yes)),
        (Item::Date, FactValue::Date(date)) => Some(Value::Date(*date)),
        (Item::Date, FactValue::Text(text)) => crate::document::date(text).map(Value::Date),
        // What a file writes without quotes may look like something else, but was declared a text.
        (Item::Text, FactValue::Text(text)) => Some(Value::text(text)),
        (Item::Text, value) => Some(Value::own_text(value.to_string())),
        _ => None,
    }
}

/// A map's fields, or a fault.
pub(super) fn map<'a>(document: &'a Document, node: &'a Node, faults: &mut Vec<Fault>) -> Option<Fields<'a>> {
    if node.is_null() {
        return None;
    }
    document.fields(node).map_err(|fault| faults.push(fault)).ok()
}

/// The entries of a map of maps, by name.
pub(super) fn entries<'a>(
    document: &'a Document,
    node: &'a Node,
    faults: &mut Vec<Fault>,
) -> Vec<(String, Fields<'a>)> {
    if !node.is_map() {
        faults.push(document.coded(
            node,
            table::YAML_FORM.say([Phrase::both("一组名字", "a map of names"), node.found_in_both()]),
        ));
        return Vec::new();
    }
    let mut found = Vec::new();
    for (key, node) in node.entries() {
        match document.fields(node) {
            Ok(fields) => found.push((key.text.clone(), fields)),
            Err(fault) => faults.push(fault),
        }
    }
    found
}

fn titles(document: &Document, fields: &mut Fields<'_>, faults: &mut Vec<Fault>) -> Titles {
    Titles { zh: text(document, fields, "zh", faults), en: text(document, fields, "en", faults) }
}

/// A text field that must be there.
pub(super) fn text<'a>(
    document: &Document,
    fields: &mut Fields<'a>,
    name: &'a str,
    faults: &mut Vec<Fault>,
) -> String {
    match fields.required(name) {
        Ok(node) => match node.text() {
            Some(text) if !text.trim().is_empty() => text.to_owned(),
            _ => {
                faults.push(document.coded(node, table::YAML_TEXT.say([same(name), node.found_in_both()])));
                String::new()
            }
        },
        Err(fault) => {
            faults.push(fault);
            String::new()
        }
    }
}
