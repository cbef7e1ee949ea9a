//! Bad files: each gets clear faults with file and line, all in one pass, and nothing loads.

use super::{faults, set};

/// What is at fault, and a part of the message that must be told.
fn check(text: &str, expected: &str) {
    let found = faults(text);
    assert!(found.contains(expected), "expected `{expected}`, found:\n{found}\nin:\n{text}");
}

#[test]
fn misspelt_words_are_told_with_the_nearest_right_one() {
    check(
        "fn on_draw(r) { require(r.unit.vacnacy == 0, \"full\"); }",
        "a.rhai:1:32: a node has no `vacnacy`; did you mean `vacancy`?",
    );
    check(
        "fn on_draw(r) { requir(r.unit.vacancy == 0, \"full\"); }",
        "there is no function `requir`; did you mean `require`?",
    );
    check("fn on_drw(r) { }", "a.rhai:1:14: `on_drw` is no hook; did you mean `on_draw`?");
    check("fn after_vacate(e) { }", "`after_vacate` is no hook; did you mean `after_vacated`?");
    check("fn audit_units(e) { }", "did you mean `audit_unit`?");
    check(
        "fn on_draw(r) { require(true, \"ful\"); }",
        "the code `ful` has no text in reasons.yaml; did you mean `full`?",
    );
    check("fn capacity(p) { floor(p.used * param(\"pool.rati\")) }", "did you mean `pool.ratio`?");
    check(
        "fn on_draw(request) { require(requst.unit.vacancy == 0, \"full\"); }",
        "there is no variable `requst`; did you mean `request`?",
    );
    check(
        "fn on_draw(r) { require(r.unit.has_tag(\"orgn\"), \"full\"); }",
        "the tag `orgn` is not declared in facts.yaml; did you mean `organ`?",
    );
    check("fn on_draw(r) { if r.has_fact(\"consnt\") { } }", "did you mean `consent`?");
}

#[test]
fn types_are_checked_before_anything_runs() {
    check(
        "fn on_draw(r) { require(r.unit.cap > \"3\", \"full\"); }",
        "a number and a text cannot be compared with `>`",
    );
    check("fn on_draw(r) { require(r.unit.cap == r.unit.name, \"full\"); }", "cannot be compared");
    check(
        "fn on_draw(r) { require(r.unit.cap, \"full\"); }",
        "`require` is used as `require(condition, code, facts?)`",
    );
    check("fn on_draw(r) { if r.unit.cap { } }", "a condition is yes or no, not a number");
    check("fn on_draw(r) { require(r.unit.has_tag(), \"full\"); }", "`has_tag` takes 1");
    check("fn on_draw(r) { require(r.unit.has_tag, \"full\"); }", "needs its arguments");
    check("fn on_draw(r) { require(r.category in \"x\", \"full\"); }", "`in` looks for a thing in a list");
    check("fn on_draw(r) { let x = [1, \"2\"]; }", "a list holds things of one type");
    check("fn on_draw(r) { let x = r.on < \"2024-01-01\"; }", "a date and a text cannot be compared");
    check("fn on_draw(r) { let x = date(\"2024-13-01\"); }", "is no date");
    check("fn capacity(p) { p.used * param(\"pool.ratio\") }", "`capacity` must give a number, not decimal");
    check("fn capacity(p) { p.size }", "`capacity` cannot ask for a pool's `size`");
    check(
        "fn on_amend(r) { let x = r.node.vacancy; }",
        "`vacancy` needs a kind of quota: `r.node.of(\"…\").vacancy`",
    );
    check("fn on_draw(r) { let x = r.lender; }", "a `draw` request has no `lender`");
    check("fn on_draw(r) { let x = 1; x = \"a\"; }", "`x` is a number, it cannot hold a text");
    check("fn on_draw(r) { r.unit.cap = 3; }", "only variables can be set");
    check("fn on_draw(r) { let x = r.unit.cap / 0; }", "a division by zero");
}

#[test]
fn what_reactions_propose_is_checked() {
    check("fn after_vacated(e) { amend_fact(e.unit, \"pupls\", 1); }", "did you mean `pupils`?");
    check(
        "fn after_vacated(e) { amend_fact(e.unit, \"pupils\", \"many\"); }",
        "the fact `pupils` is a number, not a text",
    );
    check("fn after_lent(e) { evaluate(e.loan, \"stop\"); }", "`stop` is no outcome of an evaluation");
    check("fn after_lent(e) { give_back(e.loan); }", "`give_back` takes 2, not 1: `give_back(loan, number)`");
    check("fn after_lent(e) { appoint(e.borrower); }", "there is no function `appoint`");
}

#[test]
fn what_looks_wrong_is_a_lint() {
    let lint = |text: &str, expected: &str| {
        let lints: Vec<String> = super::script(text).lints().iter().map(ToString::to_string).collect();
        assert!(lints.iter().any(|lint| lint.contains(expected)), "{lints:?}");
    };
    lint("fn on_draw(r) { let x = 7 / 2; }", "a.rhai:1:27: `/` between whole numbers drops the rest");
    lint("fn on_draw(r) { let x = 2024-01-01; }", "a date is written");
    lint("fn help(r) { }", "no hook calls `help`");
    lint("fn on_draw(r) { require(r.unit.vacancy < 0, \"full\"); }", "a.rhai:1:");
    // What a request asks for is its author's number, whatever the door lets in.
    let asked = super::script("fn on_borrow(r) { require(r.count >= 0, \"full\"); }");
    let lints: Vec<String> = asked.lints().iter().map(ToString::to_string).collect();
    assert!(lints.iter().all(|lint| !lint.contains("a.rhai")), "{lints:?}");
    lint("fn on_draw(r) { }", "no script uses the text `full`");
    lint("fn on_draw(r) { }", "no script reads the parameter `keep`");
}

#[test]
fn a_missing_guard_is_a_fault() {
    check(
        "fn on_appoint(r) { let x = r.loan.id; }",
        "`loan` may be missing: read it only where `r.on_loan` is known to be true",
    );
    check("fn on_appoint(r) { if !r.on_loan { let x = r.loan.id; } }", "`loan` may be missing");
    check("fn on_appoint(r) { if r.on_loan || r.loan.idle > 0 { } }", "`loan` may be missing");
    check("fn on_amend(r) { let x = r.node.parent; }", "`!r.node.is_root`");
    check("fn on_amend(r) { let x = r.fact(\"consent\"); }", "`r.has_fact(\"consent\")` is known");
    check("fn after_vacated(e) { let x = e.person; }", "`e.named`");
    check("fn on_appoint(r) { let x = first(r.unit.permits); }", "`!is_empty(r.unit.permits)`");
    for good in [
        "fn on_appoint(r) { if r.on_loan { let x = r.loan.id; } }",
        "fn on_appoint(r) { if !r.on_loan { return; } let x = r.loan.id; }",
        "fn on_appoint(r) { if r.on_loan && r.loan.idle > 0 { } }",
        "fn on_appoint(r) { require(!r.on_loan || r.loan.idle > 0, \"full\"); }",
        "fn on_appoint(r) { if r.用借入编 { let x = r.loan.id; } }",
        "fn on_appoint(r) { if !r.on_loan { } else { let x = r.调借.id; } }",
        "fn on_amend(r) { if r.has_fact(\"consent\") && r.fact(\"consent\") { } }",
        "fn on_appoint(r) { for p in r.unit.permits { if p.left == 0 { continue; } } }",
        "fn on_appoint(r) { if is_empty(r.unit.permits) { return; } let x = first(r.unit.permits).left; }",
    ] {
        super::script(good);
    }
}

#[test]
fn hooks_have_their_place_and_form() {
    check("fn on_draw() { }", "`on_draw` takes one argument, not 0");
    check("fn require(a, b) { }", "`require` is a word of the vocabulary and cannot be defined again");
    check("fn 要求(a, b) { }", "cannot be defined again");
    check("fn has_tag(a) { }", "cannot be defined again");
    check("fn on_vacate(r) { deny(\"full\"); }", "a script may only `note`");
    check("fn on_convert(r) { require(true, \"full\"); }", "a script may only `note`");
    check("fn help(r) { deny(\"full\"); } fn on_give_back(r) { help(r); }", "a script may only `note`");
    check("fn after_vacated(e) { deny(\"full\"); }", "it belongs to `on_…`");
    check("fn on_draw(r) { withdraw(r); }", "it belongs to `after_…` and `on_date`");
    check("fn capacity(p) { note(\"full\"); 1 }", "cannot stand in this hook");
    check("let x = 1; fn on_draw(r) { }", "only functions may stand in a script");
    let local = set(&[("wuyi/a.rhai", "fn after_vacated(e) { }\nfn capacity(p) { 1 }\nfn on_date(o) { }")]);
    assert_eq!(local.unwrap_err().faults().len(), 3);
}

#[test]
fn what_the_language_lacks_is_told() {
    check("fn on_draw(r) { switch r.unit.cap { 1 => 2, _ => 3 }; }", "`switch`");
    check("fn on_draw(r) { let x = `a ${1}`; }", "texts have no `${…}`");
    check("fn on_draw(r) { let x = 'a'; }", "write texts in double quotes");
    check("fn on_draw(r) { let x = r.unit.permits[0]; }", "`[…]` cannot be used");
    check("fn on_draw(r) { let x = r?.unit; }", "`?.` cannot be used");
    check("fn on_draw(r) { let x = 2 ** 3; }", "`**` cannot be used");
    check("fn f(n) { f(n) } fn on_draw(r) { f(1); }", "`f` calls itself");
    check("fn f(n) { g(n) } fn g(n) { f(n) } fn on_draw(r) { f(1); }", "calls itself");
    check("fn on_draw(r) { while true { } }", "while");
    check("fn on_draw(r) { let x = 1 +; }", "a.rhai:1:");
}

#[test]
fn all_faults_are_told_in_one_pass() {
    let error = set(&[
        ("a.rhai", "fn on_draw(r) {\n  require(r.unit.vacnacy == 0, \"ful\");\n  requir(1);\n}"),
        ("b.rhai", "fn on_drw(r) { }"),
        ("c.rhai", "fn on_draw(r) { let x = ; }"),
        ("reasons.yaml", "full: {zh: 满}\ncap: {zh: 一, en: one}"),
        ("parameters.yaml", "x: {zh: 一, en: one, type: number, min: 0, max: 1, values: {2024-01-01: 2}}"),
    ])
    .unwrap_err();
    let text = error.to_string();
    for expected in [
        "a.rhai:2:",
        "vacnacy",
        "`ful`",
        "a.rhai:3:",
        "b.rhai:1:",
        "c.rhai:1:",
        "missing field `en`",
        "`cap` is a code of the laws",
        "2 is above the most allowed, 1",
    ] {
        assert!(text.contains(expected), "{expected} not in\n{text}");
    }
}

#[test]
fn files_that_are_no_scripts() {
    let big = format!("// {}\n", "x".repeat(33 << 10));
    assert!(set(&[("a.rhai", &big)]).unwrap_err().to_string().contains("at most 32 KB"));
    assert!(set(&[("a.rhai", "\u{FEFF}fn on_draw(r) { }")]).unwrap_err().to_string().contains("BOM"));
    let gbk = vec![("a.rhai".to_owned(), b"fn on_draw(r) {\n // \xB1\xE0\n}".to_vec())];
    let error = super::PolicySet::from_files(gbk).unwrap_err();
    assert_eq!(error.faults()[0].line, 2);
    assert!(error.to_string().contains("not UTF-8"));
    assert!(set(&[("paramters.yaml", "")]).unwrap_err().to_string().contains("no file of a policy folder"));
    assert!(set(&[("wuyi/facts.yaml", "")]).unwrap_err().to_string().contains("root folder only"));
    assert!(set(&[("tests/x.yaml", "anything: at all")]).is_ok());
}

#[test]
fn parameters_keep_their_range_and_order() {
    let check = |yaml: &str, expected: &str| {
        let found = set(&[("parameters.yaml", yaml)]).unwrap_err().to_string();
        assert!(found.contains(expected), "expected `{expected}`, found:\n{found}");
    };
    check("x: {zh: 一, en: one, type: nmber, values: {2024-01-01: 2}}", "the type is one of");
    check("x: {zh: 一, en: one, type: number, values: {2024-01-01: 0.5}}", "a number is needed here");
    check("x: {zh: 一, en: one, type: number, values: {soon: 5}}", "`soon` is no date");
    check("x: {zh: 一, en: one, type: number, values: {2024-01-01: 5, 2023-01-01: 6}}", "must ascend");
    check("x: {zh: 一, en: one, type: text, allowed: [a, b], values: {2024-01-01: c}}", "allowed are a, b");
    check("x: {zh: 一, en: one, type: text, tighter: up, values: {2024-01-01: c}}", "has no order");
    check("x: {zh: 一, en: one, typ: text, values: {2024-01-01: c}}", "unknown field `typ`");
    let local = |yaml: &str, expected: &str| {
        let found = set(&[("wuyi/parameters.yaml", yaml)]).unwrap_err().to_string();
        assert!(found.contains(expected), "expected `{expected}`, found:\n{found}");
    };
    local("keep: {values: {2024-01-01: 0}}", "may only raise `keep`");
    local("keep: {values: {2024-01-01: 101}}", "above the most allowed");
    local("pool.ratio: {values: {2024-01-01: 0.1}}", "`tighter: none`");
    local("kep: {values: {2024-01-01: 0}}", "no parameter `kep`; did you mean `keep`?");
    assert!(set(&[("wuyi/parameters.yaml", "keep: {values: {2024-01-01: 3}}")]).is_ok());
}

/// The script loads, with this among its lints: what there is is for the books to say.
fn doubt(text: &str, expected: &str) {
    let set = super::script(text);
    let lints: Vec<&str> = set.lints().iter().map(|lint| lint.message.as_str()).collect();
    assert!(lints.iter().any(|lint| lint.contains(expected)), "{lints:?}\n{text}");
}

#[test]
fn what_may_be_missing_is_asked_for_first() {
    let hook = |body: &str| format!("fn on_draw(r) {{ {body} }}");
    for (body, expected) in [
        ("let k = \"a\"; let x = r.unit.of(k).cap;", "read it only where `r.unit.has_kind(k)` is known"),
        ("for k in param(\"pool.categories\") { let x = r.unit.of(k).cap; }", "has_kind(k)"),
        ("let k = \"a\"; if r.unit.has_kind(k) { k = \"b\"; let x = r.unit.of(k).cap; }", "has_kind(k)"),
        (
            "let k = \"a\"; if r.unit.has_kind(k) { for i in 0..2 { let x = r.unit.of(k).cap; k = \"b\"; } }",
            "has_kind(k)",
        ),
        ("let x = office().node(\"audit\").id;", "only where `office().has_node(\"audit\")` is known"),
        ("let x = office().pool(\"pool\").used;", "only where `office().has_pool(\"pool\")` is known"),
        ("if office().has_node(\"pool\") { let x = office().pool(\"pool\").used; }", "has_pool"),
    ] {
        doubt(&hook(body), expected);
    }
    for (body, expected) in [
        ("let x = date(r.purpose);", "the date must stand here in quotes"),
        ("let x = if r.unit.cap > 1 { return; } else { 2 };", "`return` inside a value cannot be used"),
        ("for i in 0..3 { let x = if i > 1 { break; } else { 2 }; }", "`break` outside a loop"),
    ] {
        check(&hook(body), expected);
    }
    check("fn after_lent(e) { evaluate(e.loan, e.purpose); }", "the outcome must stand here in quotes");
    doubt("fn on_establish(r) { let x = r.parent.of(r.kind).cap; }", "has_kind(r.kind)");
    for body in [
        "let k = \"a\"; if r.unit.has_kind(k) { let x = r.by.of(k).cap; }",
        "let x = r.by.of(r.kind).cap + r.by.of(r.pool.kind).cap + r.by.of(\"administrative\").cap;",
        "if !office().has_node(r.purpose) { return; } let x = office().node(r.purpose).id;",
        "let x = office().has_pool(\"pool\") && office().pool(\"pool\").used > 0;",
        "let x = 0; if r.unit.cap > 1 { x = 2; } { x += 1; if x > 9 { return; } } require(x > 0, \"full\");",
    ] {
        let set = super::script(&hook(body));
        assert!(set.lints().iter().all(|lint| !lint.message.contains("may be missing")), "{body}");
    }
}
