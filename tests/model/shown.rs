//! Events as they are written: one compact JSON object with the keys in the order of the table.

use bianzhi::model::{FactValue, Instalment, NodeId, PermitId};

use super::books::Permit;

/// `{"name":{"key":value,…}}`; the values are JSON already.
pub(crate) fn event(name: &str, fields: &[(&str, String)]) -> String {
    let fields: Vec<String> = fields.iter().map(|(key, value)| format!("\"{key}\":{value}")).collect();
    format!("{{\"{name}\":{{{}}}}}", fields.join(","))
}

pub(crate) fn text(text: &str) -> String {
    format!("\"{text}\"")
}

pub(crate) fn nodes<'a>(ids: impl IntoIterator<Item = &'a NodeId>) -> String {
    let ids: Vec<String> = ids.into_iter().map(|id| text(id.as_str())).collect();
    format!("[{}]", ids.join(","))
}

pub(crate) fn schedule(parts: &[Instalment]) -> String {
    let parts: Vec<String> =
        parts.iter().map(|part| format!("{{\"on\":\"{}\",\"seats\":{}}}", part.on, part.seats)).collect();
    format!("[{}]", parts.join(","))
}

pub(crate) fn value(value: &FactValue) -> String {
    match value {
        FactValue::YesNo(yes) => yes.to_string(),
        FactValue::Whole(number) => number.to_string(),
        FactValue::Number(number) => text(&number.normalize().to_string()),
        FactValue::Date(date) => text(&date.to_string()),
        FactValue::Text(words) => text(words),
    }
}

/// `permitted`, `withdrawn` or `lapsed`.
pub(crate) fn permit(name: &str, id: &PermitId, permit: &Permit) -> String {
    let mut fields = vec![
        ("permit", text(id.as_str())),
        ("unit", text(permit.unit.as_str())),
        ("kind", text(permit.kind.as_str())),
        ("count", permit.count.to_string()),
    ];
    fields.extend(permit.purpose.as_ref().map(|purpose| ("purpose", text(purpose))));
    fields.push(("ends", text(&permit.ends.to_string())));
    event(name, &fields)
}
