//! Shapes: what a request or an event says of itself, for which a hook is folded.

use std::collections::BTreeSet;

use super::super::{Tree, What};
use crate::policy::call::Call;
use crate::policy::view::View;
use crate::policy::vocabulary::{Item, Read, Row, Sort, Type, row};

/// Words that a request or an event answers by itself with yes or no.
const OWN: [&str; 7] =
    ["by_reaction", "on_loan", "on_permit", "named", "has_end", "from_pool", "has_schedule"];

impl Tree {
    /// The words that tell a shape which this script uses.
    pub(crate) fn own_words(&self, found: &mut BTreeSet<&'static str>) {
        for body in &self.bodies {
            body.steps.each(&mut |node| {
                if let What::Word(_, row, ..) = &node.what
                    && OWN.contains(&row.en)
                {
                    found.insert(row.en);
                }
            });
        }
    }
}

/// What a request or an event says of itself: its kind of quota, and which of its own words are true.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shape<'a> {
    pub(crate) kind: &'a str,
    pub(crate) flags: u16,
}

/// The own words of what a hook is given, in the order of their flags.
#[derive(Debug, Default)]
pub(crate) struct Own(Vec<&'static Row>);

impl Own {
    /// The own words of this type of view that are used.
    pub(crate) fn of(given: Type, uses: &dyn Fn(&str) -> bool) -> Self {
        let Type::One(Item::View(sort @ (Sort::Request(_) | Sort::Event(_)), _)) = given else {
            return Self::default();
        };
        Self(OWN.iter().filter(|word| uses(word)).filter_map(|word| row(sort, word)).collect())
    }

    /// Which of them are true; none if one of them cannot be told.
    pub(crate) fn flags<'a>(&self, call: &'a Call<'a>, given: &View) -> Option<u16> {
        let mut flags = 0;
        for own in &self.0 {
            let Read::YesNo(read) = own.read else { return None };
            flags = (flags << 1) | u16::from(read(call, given, &[]).ok()?);
        }
        Some(flags)
    }

    /// What the hook's own view says to a word, where the flags tell it.
    pub(super) fn says(&self, word: &Row, flags: u16) -> Option<bool> {
        let place = self.0.iter().rev().position(|own| std::ptr::eq(*own, word))?;
        Some((flags >> place) & 1 == 1)
    }
}
