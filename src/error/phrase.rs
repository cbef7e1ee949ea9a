//! Phrases: what is said to people, in Chinese and in English at once.

use std::fmt::Display;

/// A message or a part of one: the author's own words, or something that each language says in its own way.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Phrase([String; 2]);

/// What both languages say, with the names in braces put in. Phrases behind the `;` are put in by language.
macro_rules! told {
    ($zh:literal, $en:literal) => {
        $crate::error::Phrase::both(format!($zh), format!($en))
    };
    ($zh:literal, $en:literal; $($part:ident),+) => {
        $crate::error::Phrase::both(
            { $(let $part = $part.zh();)+ format!($zh) },
            { $(let $part = $part.en();)+ format!($en) },
        )
    };
}
pub(crate) use told;

impl Phrase {
    /// Each language in its own words.
    pub(crate) fn both(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self([zh.into(), en.into()])
    }

    /// The Chinese words.
    pub(crate) fn zh(&self) -> &str {
        let Self([zh, _]) = self;
        zh
    }

    /// The English words.
    pub(crate) fn en(&self) -> &str {
        let Self([_, en]) = self;
        en
    }

    /// The Chinese words, and the English.
    pub(crate) fn into_both(self) -> [String; 2] {
        self.0
    }

    /// Which is nearest to what was written; nothing if none is near.
    pub(crate) fn hint(nearest: Option<&str>) -> Self {
        nearest.map_or_else(Self::default, |name| told!("；是否为 `{name}`？", "; did you mean `{name}`?"))
    }

    /// The nearest if one is near, else all that are known, in backticks.
    pub(crate) fn hint_or(nearest: Option<&str>, known: &[&str]) -> Self {
        if nearest.is_some() {
            return Self::hint(nearest);
        }
        let listed = Self::listed(known);
        told!("；可用的有 {listed}", "; known are {listed}"; listed)
    }

    /// Names in backticks, with the commas of each language.
    pub(crate) fn listed(names: &[&str]) -> Self {
        let joined = |comma| names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(comma);
        Self::both(joined("、"), joined(", "))
    }
}

/// The same in both languages.
pub(crate) fn same(text: impl Display) -> Phrase {
    let text = text.to_string();
    Phrase([text.clone(), text])
}

/// A text with `{0}`, `{1}` … put in. What is put in is not looked at again: it may be somebody's own words with braces.
pub(super) fn filled<const N: usize>(text: &str, parts: [&str; N]) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, from)) = rest.split_once('{') {
        filled.push_str(before);
        let part = from.split_once('}').and_then(|(number, after)| {
            let part = parts.get(number.parse::<usize>().ok()?)?;
            Some((*part, after))
        });
        if let Some((part, after)) = part {
            filled.push_str(part);
            rest = after;
        } else {
            filled.push('{');
            rest = from;
        }
    }
    filled.push_str(rest);
    filled
}

#[cfg(test)]
mod tests {
    use super::{Phrase, filled};

    #[test]
    fn what_is_put_in_is_not_looked_at_again() {
        assert_eq!(filled("`{0}` 是{1}{2}，{", ["{1}", "二"]), "`{1}` 是二{2}，{");
        assert_eq!(Phrase::listed(&["甲", "b"]), Phrase::both("`甲`、`b`", "`甲`, `b`"));
        assert_eq!(Phrase::hint(Some("b")), Phrase::both("；是否为 `b`？", "; did you mean `b`?"));
        assert_eq!(Phrase::hint_or(None, &["b"]), Phrase::both("；可用的有 `b`", "; known are `b`"));
        let found = Phrase::both("清单", "a list");
        let name = "{found}";
        let told = told!("`{name}` 是{found}", "`{name}` is {found}"; found);
        assert_eq!((told.zh(), told.en()), ("`{found}` 是清单", "`{found}` is a list"));
    }
}
