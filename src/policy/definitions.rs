//! Definitions: the vocabulary in Rhai's definition syntax, which editors read to complete and explain it.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::vocabulary::{Guard, HostFn, Item, Meanings, Row, Sort, Type, family, host_functions, rows};

/// The functions and the words of views in Rhai's definition syntax (`.d.rhai`), for language servers.
///
/// Everything is declared under its English name, once for each view and number of arguments; the Chinese name
/// begins its comment, because the language servers there are read no Chinese letters in names.
///
/// # Example: a property of a node
/// ```
/// let definitions = bianzhi::policy::definitions();
/// assert!(definitions.starts_with("module static;\n"));
/// assert!(definitions.contains("\nfn get vacancy(node: Node | Pool) -> int;\n"));
/// ```
pub fn definitions() -> String {
    let meanings = Meanings::read();
    let mut text = "module static;\n".to_owned();
    for function in host_functions() {
        for arity in function.arities {
            let [zh, en] = meanings.of("function", function.en);
            text.push_str(&comment(function.zh, [zh, en], &[]));
            say(&mut text, format_args!("{}", declared(function, *arity)));
        }
    }
    let mut done = BTreeSet::new();
    for row in rows() {
        let like: Vec<&Row> = rows().filter(|other| same_word(row, other)).collect();
        if !done.insert((family(row.of), row.en, row.args.len())) {
            continue;
        }
        text.push_str(&comment(row.zh, meanings.of_row(row), &like));
        let gives: BTreeSet<String> = like.iter().map(|row| name(row.ty)).collect();
        let mut arguments = vec![format!("{}: {}", family(row.of), receiver(row.of))];
        arguments.extend(row.args.iter().map(|ty| format!("{}: {}", argument_of(*ty), name(*ty))));
        let get = if row.is_method() { "" } else { "get " };
        let (word, arguments, gives) = (row.en, arguments.join(", "), union(&gives));
        say(&mut text, format_args!("fn {get}{word}({arguments}) -> {gives};"));
    }
    text
}

/// Writing to a text cannot fail.
fn say(text: &mut String, line: std::fmt::Arguments<'_>) {
    let _ = writeln!(text, "{line}");
}

fn same_word(one: &Row, other: &Row) -> bool {
    one.en == other.en && family(one.of) == family(other.of) && one.args.len() == other.args.len()
}

/// The comment above a declaration: Chinese name and meaning, English meaning, and what to ask before.
fn comment(zh: &str, meaning: [&str; 2], rows: &[&Row]) -> String {
    let mut text = String::new();
    let [chinese, english] = meaning;
    say(&mut text, format_args!("\n/// {zh}：{chinese}\n///\n/// {english}"));
    let guards: BTreeSet<(&str, bool)> = rows
        .iter()
        .filter_map(|row| match row.guard {
            Guard::None => None,
            Guard::When(word) => Some((word, true)),
            Guard::Unless(word) => Some((word, false)),
        })
        .collect();
    for (word, holds) in guards {
        let not = if holds { "" } else { "!" };
        say(&mut text, format_args!("///\n/// 先问 · ask first: `{not}{word}`"));
    }
    if rows.iter().all(|row| !row.only.is_empty()) {
        let only: BTreeSet<&str> = rows.iter().flat_map(|row| row.only.iter().copied()).collect();
        if !only.is_empty() {
            let only: Vec<String> = only.iter().map(|one| format!("`{one}`")).collect();
            say(&mut text, format_args!("///\n/// 只有 · only: {}", only.join(", ")));
        }
    }
    text
}

/// A host function with so many arguments. Its types are found by asking it which it takes.
fn declared(function: &HostFn, arity: usize) -> String {
    let mut fits: Vec<BTreeSet<String>> = vec![BTreeSet::new(); arity];
    let mut gives = BTreeSet::new();
    let candidates = candidates();
    let count = candidates.len();
    let power = u32::try_from(arity).unwrap_or(u32::MAX);
    for mut number in 0..count.saturating_pow(power) {
        let mut given = Vec::with_capacity(arity);
        for _ in 0..arity {
            given.extend(number.checked_rem(count).and_then(|place| candidates.get(place)).copied());
            number = number.checked_div(count).unwrap_or(0);
        }
        if let Some(ty) = (function.check)(&given) {
            gives.insert(name(ty));
            for (known, ty) in fits.iter_mut().zip(given) {
                known.insert(name(ty));
            }
        }
    }
    // What is taken from a list of anything may be anything.
    let element = name(Type::view(Sort::Loan));
    if gives.contains(&element) && fits.iter().any(|types| types.contains(&format!("Array<{element}>"))) {
        gives = BTreeSet::from([name(Type::Unknown)]);
    }
    let arguments: Vec<String> = argument_names(function)
        .into_iter()
        .zip(&fits)
        .map(|(argument, types)| format!("{argument}: {}", union(types)))
        .collect();
    format!("fn {}({}) -> {};", function.en, arguments.join(", "), union(&gives))
}

/// The names of a function's arguments, as its shape says them; a name that stands there twice gets its place.
fn argument_names(function: &HostFn) -> Vec<String> {
    let inside = function.shape.split_once('(').map_or("", |(_, rest)| rest.trim_end_matches(')'));
    let plain = |argument: &str| match argument.trim_end_matches('?') {
        "list of numbers" => "list".to_owned(),
        "\"continue\"" => "outcome".to_owned(),
        quoted if quoted.starts_with("\"20") => "text".to_owned(),
        other => other.trim_matches('"').to_owned(),
    };
    let names: Vec<String> = inside.split(", ").map(plain).collect();
    let twice = |name: &String| names.iter().filter(|other| *other == name).count() > 1;
    let numbered = names
        .iter()
        .zip(1_u8..)
        .map(|(name, place)| if twice(name) { format!("{name}{place}") } else { name.clone() });
    numbered.collect()
}

/// What an argument of a word is called, by its type.
fn argument_of(ty: Type) -> &'static str {
    let known = [(Type::TEXT, "name"), (Type::NUMBER, "n"), (Type::DECIMAL, "share"), (Type::DATE, "day")];
    known.iter().find(|(one, _)| *one == ty).map_or("unit", |(_, name)| name)
}

/// One of every type that an argument may have.
fn candidates() -> Vec<Type> {
    let views = [Sort::Node, Sort::Loan, Sort::Permit, Sort::Person];
    let mut all = vec![Type::NUMBER, Type::DECIMAL, Type::TEXT, Type::YES_NO, Type::DATE, Type::Facts];
    all.extend(views.map(Type::view));
    all.extend([Item::Number, Item::Decimal, Item::Text].map(Type::List));
    all.push(Type::views(Sort::Loan));
    all
}

/// Several types as one; a list of anything is a list.
fn union(types: &BTreeSet<String>) -> String {
    if types.contains("?") {
        return "?".to_owned();
    }
    let lists = types.iter().filter(|name| name.starts_with("Array")).count();
    let all_lists = lists > 1 && lists == types.len();
    if all_lists { "Array".to_owned() } else { types.iter().cloned().collect::<Vec<_>>().join(" | ") }
}

/// What a view's words are read from: a pool has a node's.
fn receiver(sort: Sort) -> String {
    if sort == Sort::Node { "Node | Pool".to_owned() } else { view(sort) }
}

fn view(sort: Sort) -> String {
    let family = family(sort);
    let mut letters = family.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn name(ty: Type) -> String {
    match ty {
        Type::Nothing => "()".to_owned(),
        Type::One(item) => item_name(item),
        Type::List(item) => format!("Array<{}>", item_name(item)),
        Type::EmptyList => "Array".to_owned(),
        Type::Facts => "Map".to_owned(),
        Type::Unknown => "?".to_owned(),
    }
}

fn item_name(item: Item) -> String {
    match item {
        Item::Number => "int".to_owned(),
        Item::Decimal => "Decimal".to_owned(),
        Item::Text => "String".to_owned(),
        Item::YesNo => "bool".to_owned(),
        Item::Date => "Date".to_owned(),
        Item::View(sort, _) => view(sort),
    }
}
