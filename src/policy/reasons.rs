//! Reasons: the texts and legal bases that codes stand for, with their placeholders.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::declared::{entries, text};
use super::limits::SAID_BYTES;
use crate::document::Document;
use crate::error::{Fault, same, table};
use crate::model::{FactValue, InputCode, LawCode};

/// The texts of `reasons.yaml`, by code.
#[derive(Debug, Clone, Default)]
pub(crate) struct Reasons {
    texts: BTreeMap<String, Text>,
}

/// What a code stands for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Text {
    pub(crate) zh: String,
    pub(crate) en: String,
    pub(crate) basis: String,
}

impl Reasons {
    /// Reads a file; what is wrong with it goes to `faults`. A code stands once in all files.
    pub(crate) fn read(&mut self, document: &Document, faults: &mut Vec<Fault>) {
        if document.root.is_null() {
            return;
        }
        for (code, mut fields) in entries(document, &document.root, faults) {
            let zh = text(document, &mut fields, "zh", faults);
            let en = text(document, &mut fields, "en", faults);
            let basis = fields.optional("basis").and_then(|node| node.text()).unwrap_or("").to_owned();
            faults.extend(fields.finish());
            let place = document.root.entries().iter().find(|(key, _)| key.text == code).map(|(key, _)| key);
            if InputCode::from_code(&code).is_some() || LawCode::from_code(&code).is_some() {
                let message = table::LAW_CODE.say([same(&code)]);
                faults.extend(place.map(|key| document.coded_at_key(key, message)));
                continue;
            }
            if self.texts.contains_key(&code) {
                let message = table::TEXT_TWICE.say([same(&code)]);
                faults.extend(place.map(|key| document.coded_at_key(key, message)));
                continue;
            }
            self.texts.insert(code, Text { zh, en, basis });
        }
    }

    /// The codes that have texts.
    pub(crate) fn codes(&self) -> impl Iterator<Item = &str> {
        self.texts.keys().map(String::as_str)
    }

    /// The text of a code.
    pub(crate) fn get(&self, code: &str) -> Option<&Text> {
        self.texts.get(code)
    }
}

/// Room for the values in a text, which are mostly names and numbers.
const ROOM: usize = 32;

/// A text with its `{placeholders}` filled in; one that nothing is known of stays as it is. Where a text names its values so
/// often that it fills what one call may say, `…` stands for the rest of them.
pub(crate) fn filled(text: &str, values: &[(String, FactValue)]) -> String {
    let mut filled = String::with_capacity(text.len().saturating_add(ROOM));
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let Some((name, behind)) = after.split_once('}') else {
            filled.push('{');
            rest = after;
            continue;
        };
        if filled.len() > SAID_BYTES {
            filled.push('…');
        } else if let Some((_, value)) = values.iter().rev().find(|(known, _)| known == name) {
            // Writing to a text cannot fail.
            let _ = write!(filled, "{value}");
        } else {
            filled.push('{');
            filled.push_str(name);
            filled.push('}');
        }
        rest = behind;
    }
    filled.push_str(rest);
    filled
}
