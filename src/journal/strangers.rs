//! Strangers: people who were erased, brought in once more where an old decision is decided again.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::ledger::Ledger;
use crate::model::PersonId;
use crate::request::Request;

/// The references that stand in a request for people who are not in the books yet. No request may bring a reference in,
/// so each goes by a key that is made of it, and is called by the reference again in the answer.
pub(crate) struct Strangers(Vec<String>);

impl Strangers {
    pub(crate) fn of(request: &Request, books: &Ledger) -> Self {
        let mut references = Vec::new();
        if let Ok(mut request) = serde_json::to_value(request) {
            texts(&mut request, &mut |text| {
                if PersonId::new(&*text).is_reference() && books.person(text).is_none() {
                    references.push(text.clone());
                }
            });
        }
        Self(references)
    }

    pub(crate) fn nobody(&self) -> bool {
        self.0.is_empty()
    }

    /// The request as it may be made.
    pub(crate) fn by_keys(&self, request: &Request) -> Option<Request> {
        self.renamed(request, |text, reference| text.replace(reference, &key(reference)))
    }

    /// What was answered, with the references.
    pub(crate) fn by_references<T: Serialize + DeserializeOwned>(&self, answer: &T) -> Option<T> {
        self.renamed(answer, |text, reference| text.replace(&key(reference), reference))
    }

    fn renamed<T: Serialize + DeserializeOwned>(
        &self,
        thing: &T,
        name: impl Fn(&str, &str) -> String,
    ) -> Option<T> {
        let mut value = serde_json::to_value(thing).ok()?;
        texts(&mut value, &mut |text| {
            for reference in &self.0 {
                *text = name(text, reference);
            }
        });
        serde_json::from_value(value).ok()
    }
}

fn key(reference: &str) -> String {
    reference.replacen(':', "-", 1)
}

/// Every text in a value.
fn texts(value: &mut Value, look: &mut impl FnMut(&mut String)) {
    match value {
        Value::String(text) => look(text),
        Value::Array(items) => items.iter_mut().for_each(|item| texts(item, look)),
        Value::Object(fields) => fields.values_mut().for_each(|field| texts(field, look)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
