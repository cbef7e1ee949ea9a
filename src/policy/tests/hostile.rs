//! Hostile scripts: whatever a file holds ends in a fault or a failure, within bounds, and never in a crash.

use super::{PARAMETERS, REASONS, ask, codes, set};
use crate::request::Request;

/// Loads a script and, if it loads, asks it; both must come to an end.
fn survive(name: &str, text: &str) {
    if let Ok(set) = set(&[("a.rhai", text)]) {
        let answer = ask(&set, Request::from(Request::draw("pool", "finance", "p-9")));
        assert!(codes(&answer).len() <= 1, "{name}: {:?}", codes(&answer));
    }
}

#[test]
fn deep_nesting() {
    let hook = |body: &str| format!("fn on_draw(r) {{ let x = {body}; }}");
    let many = |text: &str, times: usize| text.repeat(times);
    survive("sums", &hook(&format!("1{}", many("+1", 8_000))));
    survive("right sums", &hook(&format!("{}1{}", many("1+(", 4_000), many(")", 4_000))));
    survive("brackets", &hook(&format!("{}1{}", many("(", 8_000), many(")", 8_000))));
    survive("lists", &hook(&format!("{}1{}", many("[", 8_000), many("]", 8_000))));
    survive("maps", &hook(&format!("{}1{}", many("#{a:", 4_000), many("}", 4_000))));
    survive("not", &hook(&format!("{}true", many("!", 16_000))));
    survive("minus", &hook(&format!("{}1", many("- ", 8_000))));
    survive("and", &hook(&format!("true{}", many("&&true", 4_000))));
    survive("and or", &hook(&format!("true{}", many("&&true||false", 2_000))));
    survive("dots", &hook(&format!("r.unit{}", many(".parent", 4_000))));
    survive("methods", &hook(&format!("r.unit{}", many(".of(\"administrative\")", 1_400))));
    survive("calls", &hook(&format!("{}1{}", many("abs(", 4_000), many(")", 4_000))));
    survive("comparisons", &hook(&format!("1{}", many("==1", 8_000))));
    survive("in", &hook(&format!("1{}", many(" in [1]", 4_000))));
    survive("blocks", &format!("fn on_draw(r) {{ {}{} }}", many("{", 8_000), many("}", 8_000)));
    survive("ifs", &format!("fn on_draw(r) {{ {}{} }}", many("if true {", 3_000), many("}", 3_000)));
    survive("else ifs", &format!("fn on_draw(r) {{ if true {{}} {} }}", many("else if true {}", 2_000)));
    survive("if values", &hook(&format!("{}1", many("if true {1} else ", 1_500))));
    survive("fors", &format!("fn on_draw(r) {{ {}{} }}", many("for i in 0..9 {", 2_000), many("}", 2_000)));
    survive("comment", &format!("fn on_draw(r) {{ {}{} }}", many("/*", 8_000), many("*/", 8_000)));
    survive("arguments", &format!("fn on_draw(r) {{ abs({}1); }}", many("1,", 8_000)));
    survive("functions", &many("fn f() { } ", 2_000));
    survive("open", &many("(", 30_000));
    survive("texts", &format!("fn on_draw(r) {{ let x = \"{}\"; }}", many("a", 30_000)));
}

#[test]
fn much_work_in_few_words() {
    let doubling: String =
        (0..12).map(|n| format!("fn f{n}(x) {{ f{m}(x); f{m}(x); }} ", m = n + 1)).collect();
    survive(
        "doubling calls",
        &format!("{doubling} fn f12(x) {{ for i in 0..1000 {{ }} }} fn on_draw(r) {{ f0(r); }}"),
    );
    let versions: String = (0..12)
        .map(|n| {
            format!(
                "fn f{n}(a, b) {{ f{m}(a, 1); f{m}(a, 1.5); f{m}(\"x\", b); f{m}(true, b); }} ",
                m = n + 1
            )
        })
        .collect();
    survive("versions", &format!("{versions} fn f12(a, b) {{ }} fn on_draw(r) {{ f0(1, 2); }}"));
    survive("text doubling", "fn on_draw(r) { let x = \"aaaaaaaa\"; for i in 0..60 { x = x + x; } }");
    survive("ranges", "fn on_draw(r) { for i in 0..9223372036854775807 { } }");
    survive("backwards", "fn on_draw(r) { for i in 5..0 { } for i in 5..=9223372036854775807 { break; } }");
    survive("said", "fn on_draw(r) { for i in 0..100000 { note(\"full\"); } }");
    survive(
        "nested lists",
        "fn on_draw(r) { for n in r.nodes { for m in r.nodes { for p in m.permits { } } } }",
    );
    survive("sizes", "fn on_draw(r) { for i in 0..10000 { let x = r.unit.largest(\"cap\", 0.1); } }");
}

#[test]
fn yaml_files_of_any_form() {
    let forms = [
        "",
        "~",
        "[]",
        "a",
        "{a: }",
        "{a: 1}",
        "{a: []}",
        "{a: {zh: 1}}",
        "a: b: c",
        "{a: {zh: 一, en: b, type: list, values: 1}}",
        "{a: {zh: 一, en: b, type: list, values: {2024-01-01: 1}}}",
        "- - -",
        "\u{0}",
        "&a [*a]",
        "{? : }",
        "a: !!int x",
    ];
    for form in forms {
        for file in
            ["reasons.yaml", "parameters.yaml", "facts.yaml", "wuyi/parameters.yaml", "wuyi/reasons.yaml"]
        {
            let _ = set(&[(file, form)]);
        }
    }
    for text in [REASONS, PARAMETERS] {
        for cut in text.char_indices().map(|(place, _)| place).step_by(7) {
            for file in ["reasons.yaml", "parameters.yaml", "facts.yaml"] {
                let _ = set(&[(file, &text[..cut])]);
            }
        }
    }
}

#[test]
fn mutated_scripts() {
    // A fixed walk through mutations: no chance, the same every time.
    let seeds = [
        "fn on_draw(r) { if r.unit.vacancy == 0 && r.has_end { require(r.ends > r.on, \"full\", #{a: r.unit.name}); } }",
        "fn capacity(p) { floor(p.sponsor.net_vacancy * param(\"pool.ratio\")) }",
        "fn after_vacated(e) { for loan in e.unit.loans_usable { if loan.idle > 0 { give_back(loan, min(1, loan.idle)); } } }",
    ];
    let odd = [
        "", "(", ")", "{", "}", "\"", ".", "..", ",", ";", "!", "空编", "（", "\u{200B}", "fn", "1.5", "#{",
        "\\", "in", "=", "$", "0x", "/*",
    ];
    let mut state = 88_172_645_463_325_252_u64;
    let mut next = |most: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % 1_000_003).unwrap() % most
    };
    for round in 0..200 {
        let seed = seeds[round % seeds.len()];
        let mut text: Vec<char> = seed.chars().collect();
        for _ in 0..=next(3) {
            let at = next(text.len());
            let until = (at + next(4)).min(text.len());
            let new: Vec<char> = odd[next(odd.len())].chars().collect();
            text.splice(at..until, new);
        }
        let text: String = text.into_iter().collect();
        survive("mutated", &text);
    }
}

#[test]
fn what_loads_is_not_too_deep_to_run() {
    let chain = |length: usize| {
        let helpers: String = (1..length)
            .map(|n| {
                format!(
                    "fn f{n}(r) {{ if r.unit.cap > 0 {{ let x = floor(1.5) + f{m}(r); return x; }} 0 }} ",
                    m = n + 1
                )
            })
            .collect();
        format!(
            "{helpers} fn f{length}(r) {{ ceiling(param(\"pool.ratio\")) }} fn on_draw(r) {{ require(f1(r) < 0, \"full\"); }}"
        )
    };
    let mut deepest = 0;
    for length in 1..40 {
        let Ok(set) = set(&[("a.rhai", &chain(length))]) else { break };
        let answer = ask(&set, Request::from(Request::draw("pool", "finance", "p-9")));
        assert_eq!(codes(&answer), ["full"], "{length}: {:?}", answer.denials);
        deepest = length;
    }
    assert!((10..20).contains(&deepest), "{deepest}");
}
