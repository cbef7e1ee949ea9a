//! Tests of charters: every fault with its line, and mutations that never panic.

mod large;

use std::fmt::Write as _;
use std::fs;

use super::Charter;
use crate::error::all_in_chinese;
use crate::model::{FactValue, Mention, NodeId, PoolSize, Seats};

const GOOD: &str = "\
bianzhi: charter/1
opened: 2024-01-01
levels: [city, county, unit]
kinds: {admin: {zh: 行政编制, en: administrative}, inst: {}}
excess: refuse
nodes:
  - {id: city, level: city, name: 南平市, caps: {admin: 500, inst: 900}, history: {inst: {year_end_vacancy: [5, 6, 7]}}}
  - {id: direct, parent: city, level: county, tier: city, caps: {admin: 100, inst: 100}}
  - {id: 350702, parent: city, level: county, caps: {admin: 100}}
  - {id: fin, parent: direct, level: unit, tags: [organ], caps: {admin: 40}, occupied: {admin: 38}, facts: {r: 0.50}}
  - {id: aud, parent: direct, level: unit, caps: {admin: 20}, occupied: {admin: 10}}
  - {id: yan, parent: 350702, level: unit, caps: {admin: 60}, occupied: {admin: 50}}
  - {id: lab, parent: city, level: unit, caps: {admin: 10}}
pools:
  - {id: pool, sponsor: direct, kind: admin, rule: turnover}
  - {id: talent, sponsor: city, kind: inst, size: 400}
people:
  - {id: p1, unit: fin, kind: admin, category: cadre, since: 2020-05-01}
  - {id: p2, unit: fin, kind: admin, loan: 'draw:1'}
  - {id: p3, unit: yan, kind: admin, loan: l1}
loans:
  - {id: l1, lender: aud, borrower: 350702, kind: admin, seats: 4, occupied: {yan: 2}, since: 2023-01-01, ends: 2025-12-31, purpose: taskforce, schedule: [{on: 2024-12-31, seats: 2}, {on: 2025-12-31, seats: 3}], returned: 1}
  - {id: 'draw:1', lender: pool, borrower: fin, kind: admin, seats: 1, since: 2023-06-01, draw: true}
permits:
  - {id: q1, unit: aud, kind: admin, count: 2, ends: 2024-06-30}
";

fn faults(text: &str) -> Vec<String> {
    match Charter::parse("charter.yaml", text) {
        Ok(_) => Vec::new(),
        Err(error) => {
            all_in_chinese(error.faults());
            error.faults().iter().map(|fault| format!("{}: {}", fault.line, fault.message)).collect()
        }
    }
}

/// The good charter with one replacement, and the faults that it then has.
fn check(from: &str, to: &str, expect: &[&str]) {
    assert!(GOOD.contains(from), "{from}");
    assert_eq!(faults(&GOOD.replacen(from, to, 1)), expect, "{from} -> {to}");
}

#[test]
fn a_good_charter_is_read_as_written() {
    let charter = Charter::parse("charter.yaml", GOOD).unwrap();
    let opening = charter.opening();
    assert_eq!(opening.nodes.len(), 7);
    assert_eq!(opening.nodes[2].id, NodeId::new("350702"));
    assert_eq!(opening.nodes[2].name, "350702");
    assert_eq!(opening.nodes[0].history["inst"].year_end_vacancy[2], Seats::new(7));
    assert_eq!((opening.kinds[0].zh.as_str(), opening.kinds[1].en.as_str()), ("行政编制", "inst"));
    assert_eq!(opening.pools[0].size, PoolSize::Rule("turnover".into()));
    assert_eq!(opening.loans[1].occupied["fin"], Seats::ONE);
    let half = FactValue::Number("0.5".parse().unwrap());
    let mentions: Vec<_> = charter.mentions().into_iter().map(|(mention, _)| mention).collect();
    assert_eq!(
        mentions,
        [
            Mention::Tag("organ"),
            Mention::Fact("r", &half),
            Mention::Rule("turnover"),
            Mention::Category("cadre"),
            Mention::Purpose("taskforce"),
        ]
    );
    let fault = charter.fault(charter.mentions()[0].1, "tag `organ` is not declared");
    assert_eq!(fault.to_string(), "charter.yaml:10:5: tag `organ` is not declared");
    let again = Charter::from_opening(opening.clone()).unwrap();
    assert_eq!(again.opening(), opening);
    assert_eq!(again.fault(again.mentions()[0].1, "x").to_string(), "x");
}

#[test]
fn form_is_strict() {
    check("charter/1", "charter/2", &["1: `bianzhi` is `charter/2`, `charter/1` is needed"]);
    check("2024-01-01", "2024-13-01", &["2: `opened` is `2024-13-01`, a date like 2024-01-31 is needed"]);
    check("excess: refuse", "exces: refuse", &["5: unknown field `exces`; did you mean `excess`?"]);
    check("excess: refuse", "excess: maybe", &["5: `excess` is `maybe`, `refuse` or `tolerate` is needed"]);
    check("excess: refuse", "kinds: {}", &["5: key `kinds` stands twice, first on line 4"]);
    check(
        "level: unit, tags",
        "lvl: unit, tags",
        &[
            "10: missing field `level`",
            "10: unknown field `lvl`; known are `id`, `level`, `parent`, `name`, `tier`, `tags`, `facts`, `caps`, `occupied`, `history`",
        ],
    );
    let count =
        |found: &str| format!("12: `admin` is {found}, a whole number from 0 to 1,000,000,000 is needed");
    for (written, found) in [
        ("-1", "`-1`"),
        ("1.5", "`1.5`"),
        ("1e3", "`1e3`"),
        ("'60'", "the text `60`"),
        ("1000000001", "`1000000001`"),
        ("99999999999999999999", "`99999999999999999999`"),
        ("", "nothing"),
        ("[1]", "a list"),
    ] {
        check("{admin: 60}", &format!("{{admin: {written}}}"), &[&count(found)]);
    }
    check("caps: {admin: 10}", "", &["13: missing field `caps`"]);
    check("size: 400", "", &["16: a pool has a `size` or a `rule`, one of them"]);
    check("size: 400", "size: 4, rule: x", &["16: a pool has a `size` or a `rule`, one of them"]);
    check("since: 2020-05-01", "since: soon", &["18: `since` is `soon`, a date like 2024-01-31 is needed"]);
    check("draw: true", "draw: 3", &["23: found `3`, `true` or `false` is needed"]);
    check("organ]", "organ, &a b]", &["10: an anchor (`&name`) is not allowed; write the value out"]);
    assert_eq!(faults("[1, 2]"), ["1: found a list, a map of fields is needed"]);
    assert_eq!(
        faults("bianzhi: charter/1"),
        [
            "1: missing field `kinds`",
            "1: missing field `levels`",
            "1: missing field `nodes`",
            "1: missing field `opened`",
        ]
    );
}

#[test]
fn the_tree_is_one() {
    check(
        "parent: city, level: county, caps",
        "level: county, caps",
        &["9: `350702` has no `parent`, but `city` is the root already, first on line 7"],
    );
    check(
        "id: city, level",
        "id: city, parent: lab, level",
        &[
            "0: there is no root: one node must have no `parent`",
            "7: `city` is a city and cannot lie in `lab`, which is a unit",
            "7: the parents run in a circle: `city`, `lab`",
        ],
    );
    check(
        "parent: 350702",
        "parent: 350703",
        &["12: the parent `350703` of `yan` is unknown; did you mean `350702`?"],
    );
    check("parent: 350702", "parent: pool", &["12: `yan` lies in `pool`, which is a pool"]);
    check(
        "parent: city, level: county, tier",
        "parent: fin, level: county, tier",
        &[
            "8: `direct` is a county and cannot lie in `fin`, which is a unit",
            "8: the parents run in a circle: `direct`, `fin`",
        ],
    );
    check(
        "level: county, tier: city",
        "level: conty, tier: town",
        &[
            "8: level `conty` is not declared; `levels` are city, county, unit",
            "8: tier `town` is not declared; `levels` are city, county, unit",
        ],
    );
    check(
        "id: aud",
        "id: fin",
        &[
            "11: id `fin` stands twice, first on line 10",
            "22: the lender `aud` of `l1` is unknown",
            "25: unit `aud` is unknown",
        ],
    );
    check("id: talent", "id: lab", &["16: id `lab` stands twice, first on line 13"]);
    check(
        "id: lab",
        "id: .lab",
        &[
            "13: node id `.lab` is not well formed: 1 to 64 letters, digits, `-`, `_`, `.`, not beginning with `.`",
        ],
    );
    check("id: lab", "id: root", &["13: node id `root` is reserved"]);
    check(
        "id: talent, sponsor: city",
        "id: talent, sponsor: lab",
        &["16: the sponsor of `talent`, `lab`, is a unit; a pool lies in a jurisdiction"],
    );
    check(
        "id: talent, sponsor: city",
        "id: talent, sponsor: pool",
        &["16: the sponsor of `talent`, `pool`, is a pool; a pool lies in a jurisdiction"],
    );
    check("kind: inst, size", "kind: ints, size", &["16: kind `ints` is not declared; did you mean `inst`?"]);
    check(
        "[city, county, unit]",
        "[city, county, unit, city]",
        &["3: level `city` stands twice, first on line 3"],
    );
}

#[test]
fn sums_keep_within_caps() {
    check("{admin: 500,", "{admin: 209,", &["7: `city` hands down 210 seats of `admin`, its cap is 209"]);
    check(
        "occupied: {admin: 38}",
        "occupied: {admin: 41}",
        &["10: `fin` is charged 41 seats of `admin` (41 occupied), its cap is 40"],
    );
    check(
        "occupied: {admin: 10}",
        "occupied: {admin: 15}",
        &["11: `aud` is charged 21 seats of `admin` (15 occupied, 2 permitted, 4 lent), its cap is 20"],
    );
    check("lender: aud", "lender: direct", &[]);
    check(
        "lender: aud, borrower: 350702, kind: admin, seats: 4",
        "lender: direct, borrower: 350702, kind: admin, seats: 44",
        &[
            "8: `direct` hands down 60 seats of `admin` and lends 44, its cap is 100",
            "22: the schedule of `l1` sums to 5; the loan has 44 seats, or 45 with those returned",
        ],
    );
    check(
        "tier: city, caps: {admin: 100",
        "tier: city, occupied: {admin: 1}, caps: {admin: 100",
        &["8: `occupied` of `direct`, which is a county; only units have people"],
    );
    // Where nothing is counted, something may still be promised.
    let promised = faults(&GOOD.replace("{id: q1, unit: aud, kind: admin", "{id: q1, unit: aud, kind: inst"));
    let expected = "11: `aud` is charged 2 seats of `inst` (2 permitted), its cap is 0";
    assert!(promised.iter().any(|fault| fault == expected), "{promised:?}");
    let over = GOOD.replace("excess: refuse", "excess: tolerate").replace("{admin: 38}", "{admin: 141}");
    assert!(faults(&over).is_empty(), "{:?}", faults(&over));
    let over = over.replace("{admin: 141}", "{admin: 600}");
    assert!(faults(&over)[0].starts_with("7: `city` is charged"), "{:?}", faults(&over));
    check("[5, 6, 7]", "[5, 6, 7, 8]", &["7: the history of `inst` has 4 year ends, at most 3 are kept"]);
    check("{inst: {year", "{x: {year", &["7: kind `x` is not declared"]);
}

#[test]
fn people_and_permits_sit_in_units() {
    check(
        "{id: p1, unit: fin",
        "{id: p1, unit: direct",
        &["18: `p1` sits at `direct`, which is a county; only units have people"],
    );
    check(
        "{id: p1, unit: fin",
        "{id: p1, unit: pool",
        &["18: `p1` sits at `pool`, which is a pool; only units have people"],
    );
    check(
        "{id: p1, unit: fin",
        "{id: p1, unit: lab",
        &["18: `p1` is named, but `lab` has only 0 people on own seats of `admin`"],
    );
    check("{id: p1", "{id: p3", &["20: person `p3` stands twice; one person, one seat, first on line 18"]);
    check(
        "since: 2020-05-01",
        "since: 2024-05-01",
        &["18: `p1` is in post since 2024-05-01, after the books open on 2024-01-01"],
    );
    check(
        "kind: admin, loan: l1",
        "kind: inst, loan: l1",
        &["20: `p3` sits on `l1`, which lends `admin`, not `inst`; kinds never mix"],
    );
    check("loan: l1", "loan: l9", &["20: `p3` sits on loan `l9`, which is unknown"]);
    check(
        "occupied: {yan: 2}",
        "occupied: {}",
        &["20: `p3` is named, but only 0 people at `yan` sit on loan `l1`"],
    );
    check("unit: aud, kind", "unit: direct, kind", &["25: permit `q1` is for `direct`, which is no unit"]);
    check("count: 2", "count: 0", &["25: `count` is `0`, a whole number from 1 to 1,000,000,000 is needed"]);
    check(
        "ends: 2024-06-30",
        "ends: 2023-06-30",
        &["25: permit `q1` ended on 2023-06-30, before the books open on 2024-01-01"],
    );
}

#[test]
fn loans_are_whole() {
    check("occupied: {yan: 2}", "occupied: {yan: 5}", &["22: 5 people sit on `l1`, which has 4 seats"]);
    check(
        "occupied: {yan: 2}",
        "occupied: {yan: 2, fin: 1}",
        &["22: people on `l1` sit at `fin`, outside its borrower `350702`"],
    );
    check(
        "occupied: {yan: 2}",
        "occupied: {350702: 1, yan: 2}",
        &["22: someone on `l1` sits at `350702`, which is a county; only units have people"],
    );
    check(
        "borrower: 350702",
        "borrower: aud",
        &[
            "20: `p3` sits on `l1` at `yan`, outside its borrower `aud`",
            "22: lender and borrower of `l1` are both `aud`",
            "22: people on `l1` sit at `yan`, outside its borrower `aud`",
        ],
    );
    check(
        "borrower: 350702",
        "borrower: talent",
        &["22: the borrower of `l1`, `talent`, is a pool; a pool only lends"],
    );
    check(
        "lender: aud",
        "lender: talent",
        &["22: the pool `talent` lends `inst`, not `admin`; kinds never mix"],
    );
    check(
        "since: 2023-01-01",
        "since: 2024-01-02",
        &["22: `l1` begins on 2024-01-02, after the books open on 2024-01-01"],
    );
    check(
        "ends: 2025-12-31",
        "ends: 2022-12-31",
        &[
            "22: `l1` ends on 2022-12-31, before it began on 2023-01-01",
            "22: the schedule of `l1` runs to 2025-12-31, the loan ends on 2022-12-31",
        ],
    );
    check(
        "{on: 2024-12-31, seats: 2}",
        "{on: 2026-12-31, seats: 1}",
        &["22: the schedule of `l1` is not in date order"],
    );
    check(
        "seats: 3}]",
        "seats: 4}]",
        &["22: the schedule of `l1` sums to 6; the loan has 4 seats, or 5 with those returned"],
    );
    check(
        "{id: l1",
        "{id: 'draw:2'",
        &[
            "20: `p3` sits on loan `l1`, which is unknown",
            "22: loan id `draw:2` is not well formed: 1 to 64 letters, digits, `-`, `_`, `.`, not beginning with `.`",
        ],
    );
    check(
        "lender: pool, borrower: fin",
        "lender: aud, borrower: 350702",
        &[
            "19: `p2` sits on `draw:1` at `fin`, outside its borrower `350702`",
            "23: people on `draw:1` sit at `fin`, outside its borrower `350702`",
            "23: the borrower of the draw `draw:1`, `350702`, is not a unit",
            "23: the lender of the draw `draw:1`, `aud`, is not a pool",
        ],
    );
    check("seats: 1, since", "seats: 2, since", &["23: the draw `draw:1` has 2 seats; a draw is one seat"]);
    check(
        "  - {id: p2, unit: fin, kind: admin, loan: 'draw:1'}\n",
        "",
        &["22: the draw `draw:1` has 0 named people; a draw is one named person"],
    );
}

#[test]
fn all_faults_come_in_one_pass() {
    let text = GOOD
        .replace("excess: refuse", "excess: refuse\nextra: 1")
        .replace("{admin: 60}", "{admin: sixty}")
        .replace("occupied: {admin: 38}", "occupied: {admin: 41}")
        .replace("loan: l1", "loan: l9");
    let lines: Vec<_> =
        faults(&text).iter().map(|fault| fault.split(':').next().unwrap().to_owned()).collect();
    assert_eq!(lines, ["6", "11", "13", "21"]);
}

#[test]
fn large_charters_name_csv_files() {
    let folder = tempfile::tempdir().unwrap();
    let charter = folder.path().join("charter.yaml");
    let head = "bianzhi: charter/1\nopened: 2024-01-01\nlevels: [city, unit]\nkinds: {a: {}}\n";
    fs::write(&charter, format!("{head}nodes: {{csv: nodes.csv}}\npeople: {{csv: people.csv}}\n")).unwrap();
    let nodes = "\u{feff}id,parent,level,tier,name,tags,cap.a,occupied.a,history.a,fact.pupils\r\n\
        c,,city,,市,,10,,1;2;3,\r\n\r\nu,c,unit,,,x; y,5,3,,0.5\r\n";
    let people = "id,unit,kind,category,since,loan\np1,u,a,,2020-01-01,\n";
    fs::write(folder.path().join("nodes.csv"), nodes).unwrap();
    fs::write(folder.path().join("people.csv"), people).unwrap();
    let read = Charter::load(&charter).unwrap();
    let unit = &read.opening().nodes[1];
    assert_eq!(
        (unit.name.as_str(), unit.tags.as_slice()),
        ("u", ["x".to_owned(), "y".to_owned()].as_slice())
    );
    assert_eq!(unit.facts["pupils"], FactValue::Number("0.5".parse().unwrap()));
    assert_eq!(read.opening().people.len(), 1);

    fs::write(folder.path().join("nodes.csv"), nodes.replace("5,3", "5,6").replace("fact.pupils", "cap.b"))
        .unwrap();
    fs::write(folder.path().join("people.csv"), people.replace("p1,u", "p1,v")).unwrap();
    let error = Charter::load(&charter).unwrap_err();
    all_in_chinese(error.faults());
    let name = |fault: &crate::error::Fault| {
        let file = fault.file.as_ref().unwrap().file_name().unwrap().to_string_lossy().into_owned();
        format!("{file}:{}: {}", fault.line, fault.message)
    };
    assert_eq!(
        error.faults().iter().map(name).collect::<Vec<_>>(),
        [
            "nodes.csv:1: column `cap.b`: kind `b` is not declared",
            "nodes.csv:4: `u` is charged 6 seats of `a` (6 occupied), its cap is 5",
            "people.csv:2: unit `v` is unknown",
        ]
    );
    fs::remove_file(folder.path().join("nodes.csv")).unwrap();
    assert!(Charter::load(&charter).unwrap_err().to_string().contains("nodes.csv: cannot be opened"));
}

#[test]
fn mutated_bytes_never_panic() {
    let mut seed: u64 = 0x2545_F491_4F6C_DD17;
    let mut next = |below: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        usize::try_from(seed % below as u64).unwrap()
    };
    let alphabet = b"{}[]:,-&*!|>'\"#%@`?\n \t0a\0\xC4\xCF\xFF~.=";
    for _ in 0..3_000 {
        let mut bytes = GOOD.as_bytes().to_vec();
        for _ in 0..=next(4) {
            let at = next(bytes.len());
            match next(3) {
                0 => bytes[at] = alphabet[next(alphabet.len())],
                1 => bytes.insert(at, alphabet[next(alphabet.len())]),
                _ => {
                    let end = (at + next(30)).min(bytes.len());
                    bytes.drain(at..end);
                }
            }
        }
        let text = String::from_utf8_lossy(&bytes);
        if let Err(error) = Charter::parse("charter.yaml", &text) {
            assert!(!error.faults().is_empty());
            all_in_chinese(error.faults());
            assert!(error.faults().is_sorted());
        }
    }
}

#[test]
fn many_faulty_nodes_are_told_in_linear_time() {
    let mut text = GOOD.replace("nodes:\n", "nodes:\n  - {id: x0, parent: x1, level: unit, caps: {}}\n");
    let mut nodes = String::new();
    for number in 1..20_000 {
        let parent = number + 1;
        writeln!(nodes, "  - {{id: x{number}, parent: x{parent}, level: unit, caps: {{}}}}").unwrap();
    }
    text = text.replace("pools:\n", &format!("{nodes}pools:\n"));
    assert!(faults(&text).len() >= 19_999);
}

/// A nation's units: run with `cargo test --release -- --ignored a_million`.
#[test]
#[ignore = "takes some seconds and half a gigabyte"]
fn a_million_nodes_from_csv() {
    let folder = tempfile::tempdir().unwrap();
    let charter = folder.path().join("charter.yaml");
    let head =
        "bianzhi: charter/1\nopened: 2024-01-01\nlevels: [city, county, unit]\nkinds: {a: {}, b: {}}\n";
    fs::write(&charter, format!("{head}nodes: {{csv: nodes.csv}}\n")).unwrap();
    let mut nodes = "id,parent,level,name,tags,cap.a,occupied.a,cap.b,occupied.b\n".to_owned();
    nodes.push_str("c,,city,市,,100000000,,100000000,\n");
    for county in 0..1_000 {
        writeln!(nodes, "k{county},c,county,县,,100000,,100000,").unwrap();
        for unit in 0..1_000 {
            writeln!(nodes, "u{county}-{unit},k{county},unit,单位,school;rural,20,18,30,29").unwrap();
        }
    }
    fs::write(folder.path().join("nodes.csv"), nodes).unwrap();
    assert_eq!(Charter::load(&charter).unwrap().opening().nodes.len(), 1_001_001);
}
