//! Tests of large tables: read in parts and checked in halves, with the faults and the order of small ones.

use std::fmt::Write as _;
use std::fs;

use super::super::Charter;

#[test]
fn a_count_that_cannot_be_read_far_down_a_large_table_is_the_one_fault_of_its_row() {
    let folder = tempfile::tempdir().unwrap();
    let charter = folder.path().join("charter.yaml");
    let head = "bianzhi: charter/1\nopened: 2024-01-01\nlevels: [city, unit]\nkinds: {a: {}}\n";
    fs::write(&charter, format!("{head}nodes: {{csv: nodes.csv}}\n")).unwrap();
    let mut nodes = "id,parent,level,name,cap.a,occupied.a\nc,,city,市,1000000,\n".to_owned();
    let name = "机".repeat(40);
    for number in 0..12_000 {
        writeln!(nodes, "u{number},c,unit,{name},5,5").unwrap();
    }
    assert!(nodes.len() > 1 << 20, "large enough to be read in parts");
    for (cap, said) in
        [("x", "`cap.a` is `x`"), ("5", "`last` is charged 6 seats of `a` (6 occupied), its cap is 5")]
    {
        fs::write(folder.path().join("nodes.csv"), format!("{nodes}last,c,unit,,{cap},6\n")).unwrap();
        let error = Charter::load(&charter).unwrap_err();
        let faults: Vec<_> =
            error.faults().iter().map(|fault| (fault.line, fault.message.as_str())).collect();
        let [(12_003, message)] = faults.as_slice() else { panic!("{faults:?}") };
        assert!(message.contains(said), "{message}");
    }
}

/// Charters whose tables have so many plain units before these rows: what is wrong with them, without the lines.
fn told_behind(units: usize, nodes: &str, people: &str) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let charter = folder.path().join("charter.yaml");
    let head = "bianzhi: charter/1\nopened: 2024-01-01\nlevels: [city, unit]\nkinds: {a: {}}\n";
    fs::write(&charter, format!("{head}nodes: {{csv: nodes.csv}}\npeople: {{csv: people.csv}}\n")).unwrap();
    let mut table = "id,parent,level,name,cap.a,occupied.a\nc,,city,市,1000000,\n".to_owned();
    (0..units).for_each(|number| writeln!(table, "u{number},c,unit,机构,5,5").unwrap());
    fs::write(folder.path().join("nodes.csv"), format!("{table}{nodes}")).unwrap();
    fs::write(folder.path().join("people.csv"), format!("id,unit,kind\n{people}")).unwrap();
    match Charter::load(&charter) {
        Ok(read) => read.opening().nodes.iter().map(|node| node.id.to_string()).collect(),
        Err(error) => error.faults().iter().map(|fault| fault.message.clone()).collect(),
    }
}

#[test]
fn a_large_charter_has_the_faults_that_a_small_one_has() {
    let nodes = "a b,c,unit,,5,5\nu1,c,unit,,5,5\nlost,nowhere,unit,,5,5\nfull,c,unit,,5,6\nlow,c,town,,5,5\nlast,c,unit,,5,5\n";
    let people = "p 1,last,a\np2,last,a\np2,last,a\np3,gone,a\n";
    let few = told_behind(2, nodes, people);
    assert!(few.len() >= 7, "{few:?}");
    assert_eq!(told_behind(12_000, nodes, people), few);
}

#[test]
fn a_large_table_keeps_the_order_of_its_rows() {
    let read = told_behind(60_000, "last,c,unit,,5,5\n", "p1,last,a\n");
    let expected = (0..60_000).map(|number| format!("u{number}"));
    assert!(read.iter().skip(1).take(60_000).cloned().eq(expected));
    assert_eq!(read.last().unwrap(), "last");
}
