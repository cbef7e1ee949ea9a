//! Tests of tables: rows, lines and faults, whatever a file looks like and however it is read.

use std::path::Path;

use proptest::prelude::*;

use super::{Looks, Row, Rows, Table, header_of, look, trimmed};

fn table(text: &str) -> Result<Table, Vec<crate::error::Fault>> {
    Table::parse(Path::new("t.csv"), text.to_owned())
}

fn whole(table: &Table) -> Rows<'_> {
    Rows { table, text: &table.text, lines_before: 0, looks: table.looks, header: true }
}

/// Everything that is read of a file by stretches of so many bytes, its rows one after the other or in parts.
fn read_of(path: &Path, stretch: usize) -> (Vec<(u32, String)>, Vec<String>, bool) {
    let (mut rows, mut gathered, mut faults) = (Vec::new(), Vec::new(), Vec::new());
    let mut large = false;
    match Table::read_by(path, stretch) {
        Ok(table) => {
            large = table.behind.is_some();
            let texts = |row: &Row<'_>| {
                let fields = (0..2).map(|at| format!("{:?}", row.field(at)));
                (row.line, fields.collect())
            };
            faults = table.rows(|row| rows.push(texts(row)));
            let read = table.gather(
                |part| {
                    let mut rows = Vec::new();
                    let faults = part.each(|row| rows.push(texts(row)));
                    (rows, faults)
                },
                |(rows, faults)| gathered.push((rows, faults)),
            );
            let (found, mut told): (Vec<_>, Vec<_>) = gathered.into_iter().unzip();
            assert_eq!(found.concat(), rows);
            rows.push((1, table.columns.concat()));
            told.push(read.err().into_iter().collect());
            assert_eq!(format!("{:?}", told.concat()), format!("{faults:?}"));
        }
        Err(told) => faults.extend(told),
    }
    let faults = faults.iter().map(|fault| format!("{fault} {}", fault.zh)).collect();
    (rows, faults, large)
}

#[test]
fn a_large_file_is_read_by_stretches_as_it_is_read_whole() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("large.csv");
    let mut stretched = 0;
    for text in [
        "id,name\na,x\nb,长长\n\n c ,y\nd\ne,z",
        "\u{feff}id,name\r\na,x\r\n\r\n\rb,y\r\n\u{feff}c,z\n,\nd,1,2\n",
        "id,name\na,x\nb,\"two\nlines\"\nc,y\n\u{feff}\"d\",z\n\"e\",\"w\nw\",3\nf,g",
        "id,name\na,x\nb,y\nc,z\n\u{feff}\"d\",z\ne,f\n",
        "\u{feff}\u{feff}id,name\na,x\nb,y\nc,z\nd,w\n",
        "id,name\na,a line that is longer than a stretch and has no end\nb,x\n",
        "\n\n\n\n\n\n\n\n\n\n\n\n\nid,name\na,x\nb,y\n",
        "id,id\na,x\nb,y\nc,z\n",
        "\n\n\n\n\n\n\n",
    ] {
        std::fs::write(&path, text).unwrap();
        let whole = read_of(&path, text.len());
        assert!(!whole.2);
        for size in 1..text.len() {
            let (rows, faults, large) = read_of(&path, size);
            assert_eq!((&rows, &faults), (&whole.0, &whole.1), "{text:?} by {size}");
            stretched += u32::from(large);
        }
    }
    assert!(stretched > 100, "{stretched}");
}

#[test]
fn what_is_wrong_far_behind_is_told_with_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("large.csv");
    std::fs::write(&path, [b"id,name\na,x\nb,y\nc,".as_slice(), &[0xC4, 0xFA], b"\nd,z\n"].concat()).unwrap();
    let told = "large.csv:4: is not UTF-8 text but seems to be GBK or GB18030";
    for size in [8, 12, 16, 20] {
        let (rows, faults, large) = read_of(&path, size);
        assert!(
            large && !rows.is_empty() && faults.len() == 1 && faults[0].contains(told),
            "{size}: {faults:?}"
        );
    }
    // Cut short, or gone, after its header was read.
    std::fs::write(&path, "id,name\na,x\nb,y\nc,z\n").unwrap();
    let table = Table::read_by(&path, 9).unwrap();
    std::fs::write(&path, "id,name\na,x\nb").unwrap();
    let faults = table.rows(|_| {});
    assert!(
        faults[0]
            .to_string()
            .ends_with("became shorter while it was read; read it again when nobody writes it")
    );
    assert_eq!(faults[0].zh, "读取途中变短了；请在无人写入时重新读取");
    std::fs::remove_file(&path).unwrap();
    assert!(table.rows(|_| {})[0].to_string().contains("cannot be read: "));
    // Grown since.
    std::fs::write(&path, "id,name\na,x\nb,y\nc,z\nd,w\n").unwrap();
    let mut count = 0;
    assert!(table.rows(|_| count += 1).is_empty() && count == 4);
}

#[test]
fn rows_know_their_lines() {
    let table = table("id,name\na,\"two\nlines\"\n\n b , x \nc\n").unwrap();
    let mut rows = Vec::new();
    let all = |row: &Row<'_>| rows.push((row.line, row.field(0).map(str::to_owned)));
    let [whole] = whole(&table).parts(4)[..] else { panic!("what is quoted may hold a line's end") };
    let faults = whole.each(all);
    assert_eq!(rows, [(2, Some("a".into())), (5, Some("b".into()))]);
    let faults: Vec<_> = faults.iter().map(ToString::to_string).collect();
    assert_eq!(faults, ["t.csv:6: has 1 fields, the header has 2"]);
}

#[test]
fn parts_of_a_table_are_its_rows_in_their_order_with_the_same_lines_and_faults() {
    for text in [
        "id,name\na,x\n\n b , 长 \nc\r\nd,y\r\n\r\n\re,z\n\n",
        "\n\nid,name\na,长长长长长\n,\nb",
        "id,name\n",
    ] {
        let table = table(text).unwrap();
        let read = |size: usize| {
            let (mut rows, mut faults) = (Vec::new(), Vec::new());
            let parts = whole(&table).parts(size);
            for part in &parts {
                faults.extend(part.each(|row| rows.push((row.line, row.field(0).map(str::to_owned)))));
            }
            let faults: Vec<_> = faults.iter().map(ToString::to_string).collect();
            (rows, faults, parts.len())
        };
        let (rows, faults, _) = read(text.len());
        for size in 1..text.len() {
            let (in_parts, faults_in_parts, parts) = read(size);
            assert_eq!((&in_parts, &faults_in_parts), (&rows, &faults), "{text:?} by {size} in {parts}");
        }
        assert!(read(3).2 > 1 || rows.is_empty(), "{text:?} has parts");
    }
}

proptest! {
    /// Where nothing is quoted, rows, lines and faults are those that the csv package finds.
    #[test]
    fn plain_rows_are_what_the_csv_package_reads(rows in "\u{feff}?\u{feff}?[a,\n]{0,3}id,n\r?\n[a长\u{feff}, ,,\r\n\n]{0,40}") {
        let Ok(plain) = table(&rows) else { return Ok(()) };
        prop_assert!(!plain.looks.quoted);
        let read = |table: &Table| {
            let mut rows = Vec::new();
            let faults = table.rows(|row| rows.push((row.line, row.field(0).map(str::to_owned), row.field(1).map(str::to_owned))));
            (rows, faults)
        };
        prop_assert_eq!(read(&plain), read(&Table { looks: Looks { quoted: true, ..plain.looks }, ..plain.clone() }));
        let (one, other) = (header_of(&rows, false), header_of(&rows, true));
        prop_assert_eq!(one.map(|(_, names)| names), other.map(|(_, names)| names));
        prop_assert_eq!(look(&rows).lines as usize, rows.matches('\n').count());
    }
}

#[test]
fn spaces_of_every_sort_are_taken_off_both_ends() {
    let letters = [
        'a', '!', '~', ' ', '\u{85}', '\u{a0}', '\u{1680}', '\u{2003}', '\u{3000}', '长', '\u{feff}', '𠀀',
        'é', '\t',
    ];
    for one in letters {
        for other in letters {
            for text in [
                format!("{one}"),
                format!("{one}{other}"),
                format!("{one}长{other}"),
                format!("{one}ab{other}"),
            ] {
                assert_eq!(trimmed(&text), text.trim(), "{text:?}");
            }
        }
    }
}

#[test]
fn a_header_names_each_column_once() {
    let faults = table("id,id,\n").unwrap_err();
    let faults: Vec<_> = faults.iter().map(ToString::to_string).collect();
    assert_eq!(faults, ["t.csv:1: column `id` stands twice", "t.csv:1: a column has no name"]);
    assert!(table("").is_err());
}
