//! The vocabulary: every word can be written in both languages, and no word means two things.

use std::collections::BTreeSet;

use crate::policy::engine::{engine, probe};
use crate::policy::vocabulary::{hooks, host_functions, rows};

#[test]
fn every_word_compiles_in_both_languages() {
    let engine = engine();
    let mut tried = BTreeSet::new();
    for row in rows() {
        for name in [row.en, row.zh] {
            let args = vec!["x"; row.args.len()].join(", ");
            let word = if row.is_method() { format!("x.{name}({args})") } else { format!("x.{name}") };
            if tried.insert(word.clone()) {
                let script = format!("fn f(x) {{ {word} }}");
                engine.compile(&script).unwrap_or_else(|error| panic!("{word}: {error}"));
            }
        }
    }
    for function in host_functions() {
        for name in [function.en, function.zh] {
            for arity in function.arities {
                let script = format!("fn f(x) {{ {name}({}) }}", vec!["x"; *arity].join(", "));
                engine.compile(&script).unwrap_or_else(|error| panic!("{name}: {error}"));
            }
        }
    }
    for (name, _) in hooks() {
        engine.compile(format!("fn {name}(x) {{ }}")).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
    assert!(tried.len() > 200, "{}", tried.len());
}

#[test]
fn the_engine_is_as_strict_as_it_must_be() {
    let engine = engine();
    probe(&engine).unwrap();
    for forbidden in [
        "eval(\"1\")",
        "print(1)",
        "let f = |x| x;",
        "while true { }",
        "loop { }",
        "do { } until true",
        "try { } catch { }",
        "import \"x\" as y;",
        "type_of(1)",
        "let f = Fn(\"x\");",
        "let a = 1; let a = 2;",
    ] {
        assert!(engine.compile(forbidden).is_err(), "{forbidden}");
    }
    for missing in ["sleep(1)", "timestamp()", "parse_json(\"1\")", "exit(1)", "tan(1)", "rand()"] {
        assert!(engine.eval::<rhai::Dynamic>(missing).is_err(), "{missing}");
    }
}
