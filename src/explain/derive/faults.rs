//! From faults: the name that was meant, a free id, a day that has not gone by, an actor further up.

use std::sync::Arc;

use super::{Ground, NAMES, THINGS};
use crate::document::nearest;
use crate::explain::candidates::Nearness;
use crate::model::{FactValue, InputCode, LawCode, NodeId};

impl Ground<'_> {
    /// A fault of the request: the name that was meant, a free or a sound id, a day that has not gone by, an actor above, a
    /// level that fits, what a node must be rid of, another way for somebody who has a seat.
    pub(super) fn fault(&mut self, code: &str, field: &str, value: &str) {
        let books = Arc::clone(self.books);
        if code == InputCode::DuplicateId.as_str() {
            let free = (2..100_u32).map(|number| format!("{value}-{number}"));
            let free = free.into_iter().find(|id| {
                !books.graph().was_used(id)
                    && books.loan_ever(id).is_none()
                    && books.permit_ever(id).is_none()
            });
            self.set(Nearness::Correction, 0, field, free.map(FactValue::Text));
            let own = self.request.id.as_ref().map(|id| FactValue::Text(id.to_string()));
            if own.is_some() {
                self.beside(Nearness::Correction, 1, "request.id", own, None);
            }
        } else if code == InputCode::Backdated.as_str() {
            match field {
                "on" => {
                    let from = self.request.on.map(FactValue::Date);
                    self.beside(Nearness::Correction, 0, "on", from, Some(FactValue::Date(books.today())));
                }
                "effective" => {
                    let from = self.request.effective.map(FactValue::Date);
                    self.beside(Nearness::Correction, 0, "effective", from, None);
                }
                _ => self.set(Nearness::Correction, 0, field, Some(FactValue::Date(books.today()))),
            }
        } else if code == InputCode::BadSchedule.as_str() {
            self.set(Nearness::Correction, 0, "schedule", None);
        } else if code == LawCode::Reach.as_str() {
            self.actors();
        } else if code == InputCode::NotAUnit.as_str() {
            let inside = books.node(value).map(|node| books.graph().children(node)).unwrap_or_default();
            for (distance, node) in inside.into_iter().take(THINGS).enumerate() {
                self.set(Nearness::Place, distance, field, Some(FactValue::Text(books.id(node).to_string())));
            }
        } else if code == InputCode::NotEmpty.as_str() {
            self.clearing(field, value);
        } else if code == InputCode::WrongLevel.as_str() {
            self.level(field, value);
        } else if code == InputCode::BadId.as_str() {
            self.sound_id(field, value);
        } else if code == LawCode::OnePersonOneSeat.as_str() {
            self.seated(value);
        } else {
            self.meant(code, field, value);
        }
    }

    /// The name that was most likely meant.
    fn meant(&mut self, code: &str, field: &str, value: &str) {
        let books = Arc::clone(self.books);
        let names: Vec<String> = match InputCode::from_code(code) {
            Some(InputCode::UnknownNode) => {
                let nodes = books.nodes_in_tree_order();
                nodes.into_iter().take(NAMES).map(|node| books.id(node).to_string()).collect()
            }
            Some(InputCode::UnknownKind) => books.kinds().map(|(_, kind)| kind.id.to_string()).collect(),
            Some(InputCode::UnknownLoan) => {
                let open = books.loans().filter(|loan| loan.open).take(NAMES);
                open.map(|loan| loan.id.to_string()).collect()
            }
            Some(InputCode::UnknownPermit) => {
                let open = books.permits().filter(|permit| permit.open).take(NAMES);
                open.map(|permit| permit.id.to_string()).collect()
            }
            Some(InputCode::UnknownPerson) => books
                .people()
                .filter(|person| person.unit().is_some())
                .take(NAMES)
                .map(|person| person.id.to_string())
                .collect(),
            _ => return,
        };
        let meant =
            nearest(value, names.iter().map(String::as_str)).map(|name| FactValue::Text(name.to_owned()));
        let Some(meant) = meant else { return };
        if field == "by" {
            let from = Some(FactValue::Text(value.to_owned()));
            self.beside(Nearness::Correction, 0, "by", from, Some(meant));
        } else {
            self.set(Nearness::Correction, 0, field, Some(meant));
        }
    }

    /// Whoever stands above the actor, up to what stands above the root.
    fn actors(&mut self) {
        let books = Arc::clone(self.books);
        let by = self.request.by.clone().unwrap_or_else(|| books.id(books.root()));
        let above: Vec<NodeId> = books.node(by.as_str()).map_or_else(
            || vec![books.id(books.root())],
            |node| books.path(node).skip(1).map(|node| books.id(node)).collect(),
        );
        let above = above.into_iter().chain([NodeId::new(NodeId::SUPERIOR)]);
        for (distance, actor) in above.filter(|actor| *actor != by).enumerate() {
            let (from, to) = (by.to_string(), actor.to_string());
            self.beside(
                Nearness::Actor,
                distance,
                "by",
                Some(FactValue::Text(from)),
                Some(FactValue::Text(to)),
            );
        }
    }
}
