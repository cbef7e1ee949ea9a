//! Tests of what the manual is made of: every row of the vocabulary has a meaning, and is listed and defined once.

use std::collections::BTreeSet;

use super::super::vocabulary::{Meanings, family, hooks, host_functions, rows, sorts};
use super::super::{PolicySet, definitions};

#[test]
fn everything_has_a_meaning_and_no_meaning_is_idle() {
    let meanings = Meanings::read();
    let mut used = BTreeSet::new();
    for row in rows() {
        let [zh, en] = meanings.of_row(row);
        assert!(!zh.is_empty() && !en.is_empty(), "{} of {} has no meaning", row.en, family(row.of));
        used.extend(["*", family(row.of)].map(|of| (of, row.en.to_owned())));
        // The figures of groups are those of nodes.
    }
    let rest = sorts().into_iter().map(|sort| ("view", family(sort).to_owned()));
    let rest = rest.chain(host_functions().iter().map(|function| ("function", function.en.to_owned())));
    let rest = rest.chain(hooks().into_iter().map(|(name, _)| ("hook", name)));
    for (of, name) in rest {
        let [zh, en] = meanings.of(of, &name);
        assert!(!zh.is_empty() && !en.is_empty(), "{of} {name} has no meaning");
        used.insert((of, name));
    }
    let idle: Vec<_> =
        meanings.keys().filter(|(of, name)| !used.contains(&(*of, (*name).to_owned()))).collect();
    assert!(idle.is_empty(), "{idle:?}");
}

#[test]
fn the_manual_lists_every_row() {
    let manual = PolicySet::load("policies").unwrap().manual();
    let listed: usize = manual.views.iter().map(|view| view.words.len()).sum();
    assert_eq!(listed, rows().count());
    for row in rows() {
        let view = manual.views.iter().find(|view| view.view == family(row.of)).unwrap();
        let words = view.words.iter().filter(|word| word.name.en == row.en && word.only == row.only);
        assert!(words.clone().any(|word| word.name.zh == row.zh), "{}", row.en);
    }
    assert_eq!(manual.functions.len(), host_functions().len());
    assert_eq!(manual.hooks.len(), hooks().len());
}

#[test]
fn every_word_and_function_is_defined_once() {
    let text = definitions();
    let declared: Vec<&str> = text.lines().filter(|line| line.starts_with("fn ")).collect();
    let heads: BTreeSet<&str> =
        declared.iter().map(|line| line.rsplit_once(") -> ").unwrap_or_else(|| panic!("{line}")).0).collect();
    assert_eq!(heads.len(), declared.len(), "something is declared twice");
    let mut expected = 0;
    for function in host_functions() {
        let start = format!("fn {}(", function.en);
        for arity in function.arities {
            let with = |line: &&&str| {
                line.starts_with(&start) && line.matches(": ").count() == *arity && line.ends_with(';')
            };
            let own: Vec<_> = declared.iter().filter(with).collect();
            // A word of a view may have a function's name: its first argument is a view's.
            assert!(!own.is_empty(), "{} with {arity} arguments is not declared", function.en);
            expected += 1;
        }
    }
    let mut words = BTreeSet::new();
    for row in rows().filter(|row| words.insert((family(row.of), row.en, row.args.len()))) {
        let get = if row.is_method() { "" } else { "get " };
        let start = format!("fn {get}{}({}: ", row.en, family(row.of));
        let own = declared.iter().filter(|line| line.starts_with(&start));
        assert_eq!(own.count(), 1, "{start}");
        assert!(text.contains(&format!("/// {}：", row.zh)), "{}", row.zh);
        expected += 1;
    }
    assert_eq!(declared.len(), expected);
    // Comments, declarations and empty lines, nothing else; brackets in pairs.
    for line in text.lines().skip(1) {
        let known = line.is_empty() || line.starts_with("///") || line.starts_with("fn ");
        assert!(known && line.matches('(').count() == line.matches(')').count(), "{line}");
        assert_eq!(line.matches('<').count(), line.replace("->", "").matches('>').count(), "{line}");
    }
}
