//! Tests of documents: places, faults and decoding, as cases.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use super::text::decode_text;
use super::{Document, MOST_CSV_BYTES, MOST_YAML_BYTES, Node, Table, read_text, to_yaml};
use crate::error::{Fault, all_in_chinese};
use crate::model::{Date, FactValue};
use crate::request::Verb;

fn document(text: &str) -> Document {
    Document::parse(Path::new("a.yaml"), text).unwrap()
}

fn faults(text: &str) -> Vec<String> {
    let faults = Document::parse(Path::new("a.yaml"), text).unwrap_err();
    all_in_chinese(&faults);
    faults.iter().map(ToString::to_string).collect()
}

fn told(fault: Fault) -> String {
    let faults = [fault];
    all_in_chinese(&faults);
    assert!(!faults[0].zh.contains("读不懂"), "{}", faults[0].zh);
    faults[0].to_string()
}

fn verb(text: &str) -> Result<Verb, String> {
    let document = document(text);
    let (key, node) = &document.root.entries()[0];
    document.decode_verb(key, node).map_err(told)
}

#[test]
fn every_node_knows_its_place() {
    let document =
        document("\u{feff}# books\nnodes:\n  - {id: 350702, name: '南平'}\n  - id:\n    name: x\n");
    let nodes = document.root.get("nodes").unwrap();
    let place = |node: &Node| (node.line, node.column);
    assert_eq!(place(nodes), (3, 3));
    assert_eq!(place(&nodes.items()[0]), (3, 5));
    assert_eq!(place(nodes.items()[0].get("name").unwrap()), (3, 24));
    assert_eq!(place(&nodes.items()[1]), (4, 5));
    assert_eq!(place(nodes.items()[1].get("id").unwrap()), (4, 5));
    assert!(nodes.items()[1].get("id").unwrap().is_null());
}

#[test]
fn what_is_no_document() {
    let check = |text: &str, expect: &[&str]| assert_eq!(faults(text), expect, "{text}");
    check("", &["a.yaml: is empty"]);
    check(
        "a: 1\nb: 2\na: 3\nb: 4\n",
        &[
            "a.yaml:3:1: key `a` stands twice, first on line 1",
            "a.yaml:4:1: key `b` stands twice, first on line 2",
        ],
    );
    check(
        "a: &x 1\nb: *x\nc: !!int 3\n",
        &[
            "a.yaml:1:4: an anchor (`&name`) is not allowed; write the value out",
            "a.yaml:2:4: an alias (`*name`) is not allowed; write the value out",
            "a.yaml:3:4: the tag `tag:yaml.org,2002:!int` is not allowed",
        ],
    );
    check("a: 1\n---\nb: 2\n", &["a.yaml:2:1: a second document begins; one file holds one document"]);
    check("? [a]\n: 1\n", &["a.yaml:1:3: a key must be a single word"]);
    check("a: 1\nb: \0\n", &["a.yaml:2:4: the control character U+0000 is not allowed"]);
    assert!(faults("a: [1\nb: 2\n")[0].starts_with("a.yaml:2:"), "{:?}", faults("a: [1\nb: 2\n"));
    let many = (0..40).fold(String::new(), |text, n| text + format!("k{n}: 1\n").as_str());
    check(
        &format!("{many}k3: 1\nk39: 2\n"),
        &[
            "a.yaml:41:1: key `k3` stands twice, first on line 4",
            "a.yaml:42:1: key `k39` stands twice, first on line 40",
        ],
    );
}

/// What the parser says of texts as people break them is told in words of ours, not in the parser's.
#[test]
fn what_is_no_yaml_is_told_in_chinese() {
    let mut wrong = Vec::new();
    for (text, zh) in [
        ("a:\n\tb: 1\n", "（Tab）"),
        ("a: {b: 1\nc: 2\n", "花括号"),
        ("a: [1, 2\n", "方括号"),
        ("a: [1, 2\nb: 3\n", "括号没有配对"),
        ("a: b: c\n", "冒号"),
        ("a: 1\n  b: 2\n", "冒号"),
        ("a: 1\nb\nc: 2\n", "缺少冒号"),
        ("a: \"x\nb: 1\n", "引号"),
        ("a: \"x\" y\n", "引号"),
        ("a: 'x\n", "引号"),
        ("a: @x\n", "引号"),
        ("a: *\n", "引号"),
        ("a: %x\n", "引号"),
        ("a: \"\\q\"\n", "反斜杠"),
        ("- a\nb: 1\n", "缩进"),
        ("a:\n  - x\n - y\n", "缩进"),
        ("a: 1\n]\n", "括号"),
        ("a: }\n", ""),
        ("steps:\n  - {x: 1}}\n", ""),
        ("a: |x\n  y\n", "换行"),
        ("{a: 1, b\n", "花括号"),
        ("a: - b\n", "清单"),
        ("a：1\nb: 2\n", "全角"),
        ("steps:\n  - {advance: {}\n  - {advance: {}}\n", "括号没有配对"),
        ("?\n- [", ""),
        ("a: *b\n", "`*`"),
        ("a: &\n", "`&`"),
        ("a: !<x\n", "`!`"),
        ("a: !x!y z\n", "`!`"),
        ("%YAML\n---\na: 1\n", "`%`"),
        ("{a:[1]}\n", "冒号与括号之间要有空格"),
        ("a: \"\\uD800\"\n", "反斜杠"),
        ("a:\n- b\n c: 1\n", "冒号"),
    ] {
        let Err(found) = Document::parse(Path::new("a.yaml"), text) else { panic!("{text} can be read") };
        all_in_chinese(&found);
        let told = &found[0].zh;
        if !told.contains(zh) || told.contains("语法有误") {
            wrong.push(format!("{text:?}: {told} ({})", found[0].message));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn depth_is_bounded_and_never_overflows() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(Document::parse(Path::new("a.yaml"), &nested(64)).is_ok());
    for depth in [65, 300, 200_000] {
        assert!(faults(&nested(depth))[0].contains("deeper than 64"), "{depth}");
    }
    let blocks = (0..3_000).fold(String::new(), |text, depth| text + " ".repeat(depth).as_str() + "a:\n");
    assert!(faults(&blocks)[0].contains("deeper than 64"));
    assert!(faults(&"- ".repeat(100_000))[0].contains("deeper than 64"));
    assert!(faults(&"? ".repeat(100_000))[0].contains("deeper than 64"));
    assert!(Document::parse(Path::new("a.yaml"), &"{".repeat(100_000)).is_err());
}

#[test]
fn bytes_that_are_no_utf8_are_named() {
    let gbk = [b"a: 1\nname: ".as_slice(), &[0xC4, 0xCF, 0xC6, 0xBD], b"\n"].concat();
    let message = |bytes: &[u8]| decode_text(Path::new("a.yaml"), bytes.to_vec()).unwrap_err().to_string();
    assert!(message(&gbk).starts_with("a.yaml:2: is not UTF-8 text but seems to be GBK"));
    assert!(message(&[0xFF, 0xFE, b'a', 0]).contains("UTF-16"));
    assert!(message(&[b'a', 0xFF, b'\n']).starts_with("a.yaml:1: is not UTF-8 text; save"));
    assert_eq!(decode_text(Path::new("a"), "\u{feff}a".into()).unwrap(), "a");
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
struct Sample {
    id: String,
    #[serde(default)]
    seats: Option<i64>,
    #[serde(default)]
    on: Option<Date>,
    #[serde(default)]
    facts: BTreeMap<String, FactValue>,
    #[serde(default)]
    open: bool,
}

#[test]
fn decoding_keeps_places() {
    let check = |text: &str, expect: &str| {
        let document = document(text);
        let fault = document.decode::<Sample>(&document.root).unwrap_err();
        assert_eq!(told(fault), expect, "{text}");
    };
    check("seats: 3", "a.yaml:1:1: missing field `id`");
    check("id: a\nseat: 3", "a.yaml:2:1: unknown field `seat`; did you mean `seats`?");
    check("id: a\nseats: 1.0", "a.yaml:2:8: found `1.0`, a whole number is needed");
    check("id: a\nseats: 1e3", "a.yaml:2:8: found `1e3`, a whole number is needed");
    check("id: a\nseats: '3'", "a.yaml:2:8: found the text `3`, a whole number is needed");
    check("id: a\nseats: '-'", "a.yaml:2:8: found the text `-`, a whole number is needed");
    check("id: []", "a.yaml:1:5: found a list, a text is needed");
    check("id:\nseats: 3", "a.yaml:1:1: found nothing, a text is needed");
    check("id: a\non: 2024-13-01", "a.yaml:2:5: `2024-13-01` is not a date; write it like 2024-01-31");
    check("id: a\nopen: yes", "a.yaml:2:7: found `yes`, `true` or `false` is needed");
    check(
        "id: a\nfacts: {x: [1]}",
        "a.yaml:2:12: found a list, needed is a number, a text, a date, `true` or `false`",
    );
    check("[1]", "a.yaml:1:1: found a list, a map of fields is needed");
}

#[test]
fn facts_are_exact() {
    let document = document(
        "id: 350702\nseats: 12\non: '2024-01-31'\nfacts: {a: 0.20, b: 3, c: '3', d: true, e: 2024-01-31, f: 一级, g: 99999999999999999999}",
    );
    let sample: Sample = document.decode(&document.root).unwrap();
    assert_eq!((sample.id.as_str(), sample.seats), ("350702", Some(12)));
    assert_eq!(sample.on, Some(Date::constant(2024, 1, 31)));
    let text = |text: &str| FactValue::Text(text.into());
    let number = |text: &str| FactValue::Number(text.parse().unwrap());
    let expect = [
        ("a", number("0.2")),
        ("b", FactValue::Whole(3)),
        ("c", text("3")),
        ("d", FactValue::YesNo(true)),
        ("e", FactValue::Date(Date::constant(2024, 1, 31))),
        ("f", text("一级")),
        ("g", number("99999999999999999999")),
    ];
    for (name, value) in expect {
        assert_eq!(sample.facts[name], value, "{name}");
    }
    let round: serde_yaml::Value = serde_yaml::from_str(&to_yaml(&sample.facts).unwrap()).unwrap();
    assert_eq!(round["c"].as_str(), Some("3"));
}

#[test]
fn verbs_are_decoded_with_places() {
    let check = |text: &str, expect: &str| assert_eq!(verb(text).unwrap_err(), expect, "{text}");
    check("darw: {}", "a.yaml:1:1: unknown request `darw`; did you mean `draw`?");
    check("draw: {pool: a, unit: b}", "a.yaml:1:7: missing field `person`");
    check(
        "draw: {pool: a, unit: b, person: c,\n category: [x]}",
        "a.yaml:2:12: found a list, a text is needed",
    );
    check("draw: {pool: a, unit: b, persn: c}", "a.yaml:1:26: unknown field `persn`; did you mean `person`?");
    check("draw: 3", "a.yaml:1:7: found `3`, a map of fields is needed");
    check("authorize: {node: a, kind: b}", "a.yaml:1:12: missing `change` or `to`");
    check("authorize: {node: a, kind: b, change: 1, to: 2}", "a.yaml:1:12: give `change` or `to`, not both");
    check("authorize: {node: a, kind: b, to: -1}", "a.yaml:1:12: `to` must be 0 or more, not -1");
    check("vacate: {unit: a}", "a.yaml:1:9: give `person`, or `unit` and `kind` of one of the unnamed");
    check(
        "convert: {unit: a}",
        "a.yaml:1:10: give `person`, or `unit`, `kind` and `loan` of one of the unnamed",
    );
    check(
        "establish: {id: a}",
        "a.yaml:1:12: give `parent` and `level`, or `sponsor` and `pool` (without `caps`)",
    );
    check(
        "establish: {id: a, sponsor: b, pool: {kind: c}}",
        "a.yaml:1:12: a pool has a `size` or a `rule`, one of them",
    );
    check("advance: 3", "a.yaml:1:10: found `3`, a map of fields is needed");
    check(
        "transfer: {from: a, to: b, kind: k, count: 1.5}",
        "a.yaml:1:44: found `1.5`, a whole number is needed",
    );
    check(
        "transfer: {from: a, to: b, kind: k, count: 1e30}",
        "a.yaml:1:44: found `1e30`, a whole number is needed",
    );
    check("resize: {pool: a, size: -1}", "a.yaml:1:25: `size` is -1, a whole number of 0 or more is needed");
    check("batch: {}", "a.yaml:1:8: found a map, a list of requests is needed");
    check(
        "batch:\n- {by: x, vacate: {person: p}}",
        "a.yaml:2:11: `vacate`: a member of a batch is one request and its `facts`",
    );
    check("batch:\n- vacate: {persn: p}", "a.yaml:2:12: unknown field `persn`; did you mean `person`?");
    check(
        "evaluate: {loan: l, outcome: stop}",
        "a.yaml:1:30: unknown word `stop`; known are `continue`, `resize`, `run-off`, `recall`",
    );
}

#[test]
fn verbs_keep_what_was_written() {
    let decoded =
        verb("borrow: {id: 1, lender: 350702, borrower: b, kind: k, count: 3, via: office}").unwrap();
    let Verb::Borrow(borrow) = decoded else { panic!("{decoded:?}") };
    assert_eq!((borrow.lender.as_str(), borrow.via.unwrap()[0].as_str()), ("350702", "office"));
    let decoded = verb(
        "batch: [{vacate: {person: 017}, facts: {x: 0.5}}, {authorize: {node: 1, kind: k, change: -3}}]",
    );
    let Ok(Verb::Batch(members)) = decoded else { panic!("{decoded:?}") };
    assert_eq!(members.len(), 2);
    assert_eq!(members[0].facts["x"], FactValue::Number("0.5".parse().unwrap()));
    assert!(verb("advance: {}").is_ok() && verb("advance:").is_ok());
    assert!(verb("draw: {pool: a, unit: b, person: p, purpose:}").is_ok());
    assert!(verb("permit: {id: x, unit: u, kind: k, count: 99999999999999999999, ends: 2024-01-01}").is_ok());
}

/// Files with nothing in them but their length: one byte more than the bound is refused.
#[test]
fn a_file_beyond_its_bound_is_refused() -> Result<(), Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("nodes.csv");
    let long = |bytes: u64| std::fs::File::create(&path)?.set_len(bytes);
    long(MOST_CSV_BYTES + 1)?;
    let faults = Table::read(&path).map(drop).unwrap_err();
    assert_eq!(faults[0].message, "is larger than 4096 MB");
    long(MOST_YAML_BYTES + 1)?;
    let fault = read_text(&path, MOST_YAML_BYTES).unwrap_err();
    assert_eq!(fault.message, "is larger than 64 MB; large books belong into CSV files");
    long(9)?;
    assert!(read_text(&path, 9).is_ok() && read_text(&path, 8).is_err());
    Ok(())
}
