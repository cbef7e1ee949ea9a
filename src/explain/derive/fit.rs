//! Fitting: a level or a place that fits, and the nearest id that can be given.

use std::sync::Arc;

use super::{Ground, THINGS};
use crate::document::nearest;
use crate::explain::candidates::Nearness;
use crate::model::{FactValue, NodeId};

impl Ground<'_> {
    /// A level that does not fit: a place above, or a level that the place can hold.
    pub(super) fn level(&mut self, field: &str, value: &str) {
        let books = Arc::clone(self.books);
        if field == "level" {
            let parent = match self.field("parent").and_then(|field| field.value.clone()) {
                Some(FactValue::Text(parent)) => books.node(&parent),
                _ => None,
            };
            let above = parent.map(|parent| usize::from(books.graph().level(parent)));
            let below = above.map_or(0, |above| above.saturating_add(1));
            let known: Vec<&String> = books.levels().iter().skip(below).take(THINGS).collect();
            let meant = nearest(value, known.iter().map(|level| level.as_str()));
            for (distance, level) in (1..).zip(&known) {
                let distance = if meant == Some(level.as_str()) { 0 } else { distance };
                self.set(Nearness::Correction, distance, field, Some(FactValue::Text((*level).clone())));
            }
        }
        let parent = if field == "level" { "parent" } else { field };
        let Some(FactValue::Text(named)) = self.field(parent).and_then(|field| field.value.clone()) else {
            return;
        };
        let Some(place) = books.node(&named) else { return };
        for (distance, above) in books.path(place).skip(1).enumerate() {
            let above = FactValue::Text(books.id(above).to_string());
            self.set(Nearness::Place, distance, parent, Some(above));
        }
    }

    /// An id that cannot be given: the nearest that can.
    pub(super) fn sound_id(&mut self, field: &str, value: &str) {
        let books = Arc::clone(self.books);
        let is_taken = |id: &str| match field {
            "person" => books.person(id).is_some(),
            _ => {
                books.graph().was_used(id) || books.loan_ever(id).is_some() || books.permit_ever(id).is_some()
            }
        };
        let sound = sound(value);
        if sound.is_empty() {
            return;
        }
        let numbered = (2..100_u32).map(|number| format!("{sound}-{number}"));
        let free = std::iter::once(sound.clone())
            .chain(numbered)
            .find(|id| NodeId::new(id).is_well_formed() && !is_taken(id));
        self.set(Nearness::Correction, 0, field, free.map(FactValue::Text));
    }
}

/// The id that was most likely meant: full-width letters and digits as those of ASCII, `-` for what may not stand in one.
fn sound(id: &str) -> String {
    /// Room for a number behind it.
    const LONGEST: usize = 60;
    let mut sound = String::new();
    for letter in id.trim().chars() {
        // The full-width forms of ASCII stand in its order.
        let narrow = u32::from(letter).checked_sub(0xFEE0).and_then(char::from_u32);
        let letter = narrow.filter(char::is_ascii_graphic).unwrap_or(letter);
        let fits = letter.is_alphanumeric() || matches!(letter, '-' | '_' | '.');
        if fits {
            sound.push(letter);
        } else if !sound.ends_with('-') {
            sound.push('-');
        }
    }
    sound.trim_start_matches(['.', '-']).trim_end_matches('-').chars().take(LONGEST).collect()
}

#[cfg(test)]
mod tests {
    use super::sound;

    #[test]
    fn what_an_id_was_meant_to_be() {
        for (id, meant) in [
            ("p 17", "p-17"),
            (".hidden", "hidden"),
            ("ｐ－１７", "p-17"),
            ("教育局（新）", "教育局-新"),
            ("a//b", "a-b"),
            ("draw:1", "draw-1"),
            ("???", ""),
            (" 张三 ", "张三"),
        ] {
            assert_eq!(sound(id), meant, "{id}");
        }
        assert_eq!(sound(&"长".repeat(90)).chars().count(), 60);
    }
}
