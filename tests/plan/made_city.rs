//! `bianzhi generate city`: the same bytes for the same seed, and books that open, show and plan.

use std::fs;
use std::path::Path;

use bianzhi::graph::Role;
use bianzhi::plan::SchoolPlan;
use bianzhi::{Charter, Office, Seats};

use super::{check_sound, shipped};
use crate::cli::runner::command;

fn generate(folder: &Path, units: &str, seed: &str) -> [Vec<u8>; 2] {
    let words = ["generate", "city", "--units", units, "--seed", seed, "--out", "city"];
    let ran = command(folder, &words).output().unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    ["charter.yaml", "nodes.csv"].map(|name| fs::read(folder.join("city").join(name)).unwrap())
}

fn opened(folder: &Path) -> Office {
    Office::open(Charter::load(folder.join("city/charter.yaml")).unwrap(), shipped()).unwrap()
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_gives_others() {
    let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let first = generate(one.path(), "4000", "7");
    assert!(first == generate(other.path(), "4000", "7"), "two runs differ");
    let unnamed =
        command(one.path(), &["generate", "city", "--units", "4000", "--seed", "7"]).output().unwrap();
    assert!(unnamed.status.success());
    assert!(first[1] == fs::read(one.path().join("city-4000-7/nodes.csv")).unwrap());
    // Written over what it wrote itself.
    let [_, nodes] = generate(other.path(), "4000", "8");
    assert!(first[1] != nodes, "another seed gives the same city");
}

#[test]
fn four_thousand_units_as_the_reference_case_has_them() {
    let folder = tempfile::tempdir().unwrap();
    generate(folder.path(), "4000", "7");
    let office = opened(folder.path());
    let books = office.books();
    let nodes = books.nodes_in_tree_order();
    let units = nodes.iter().filter(|node| books.role(**node) == Role::Unit);
    assert_eq!(units.clone().count(), 4000);
    let controlled: Vec<i64> = units
        .filter(|unit| books.has_tag(**unit, "control-scope"))
        .map(|unit| office.figures(books.id(*unit).as_str(), "institution").unwrap().cap.get())
        .collect();
    assert_eq!(controlled.len(), 300);
    assert!((21 * 300..23 * 300).contains(&controlled.iter().sum::<i64>()), "about 22 seats each");

    let opening = Charter::load(folder.path().join("city/charter.yaml")).unwrap().into_opening();
    let ends = |id: &str| -> Vec<i64> {
        let node = opening.nodes.iter().find(|node| node.id.as_str() == id).unwrap();
        node.history["institution"].year_end_vacancy.iter().map(|end| end.get()).collect()
    };
    let city = ends("nanping");
    for (end, near) in city.iter().zip([1950, 2040, 2010]) {
        assert!((end - near).abs() <= 10, "{city:?}");
    }
    assert!((1990..=2010).contains(&(city.iter().sum::<i64>() / 3)), "{city:?}");
    // The last year end is the books as they open, and the parts sum to the whole.
    assert_eq!(office.figures("nanping", "institution").unwrap().vacancy, Seats::new(city[2]));
    for (year, whole) in city.iter().copied().enumerate() {
        let of = |units: bool| -> i64 {
            let nodes = opening.nodes.iter().filter(|node| (node.level == "unit") == units);
            let parts = nodes.filter(|node| node.parent.is_some());
            parts
                .filter_map(|node| node.history.get("institution")?.year_end_vacancy.get(year))
                .map(|end| end.get())
                .sum()
        };
        assert_eq!((of(true), of(false)), (whole, whole));
    }
    assert_eq!(office.pool_size("talent-pool"), Some(Seats::new(400)));
    assert!(office.pool_size("administrative-pool").unwrap() > Seats::ZERO);
}

#[test]
fn every_size_opens_and_shows_and_plans() {
    for (units, seed) in [("100", "0"), ("101", "1"), ("1000", "18446744073709551615"), ("5001", "3")] {
        let folder = tempfile::tempdir().unwrap();
        generate(folder.path(), units, seed);
        let shown = command(folder.path(), &["show", "city/charter.yaml"]).output().unwrap();
        assert!(shown.status.success(), "{units}");
        let office = opened(folder.path());
        if units == "1000" {
            check_sound(&SchoolPlan::draft(&office, None).unwrap(), &office);
        }
    }
}

#[test]
fn books_of_others_are_not_written_over() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("city")).unwrap();
    fs::write(folder.path().join("city/charter.yaml"), "mine").unwrap();
    let ran = command(folder.path(), &["generate", "city", "--out", "city"]).output().unwrap();
    assert_eq!(ran.status.code(), Some(2));
    assert!(String::from_utf8(ran.stderr).unwrap().contains("is no generated city"));
    assert_eq!(fs::read_to_string(folder.path().join("city/charter.yaml")).unwrap(), "mine");
    assert!(!folder.path().join("city/nodes.csv").exists());
}

#[test]
fn what_cannot_be_generated_is_told_in_the_language_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("taken"), "a file").unwrap();
    let cases: &[(&[&str], &str, &str)] = &[
        (
            &["city", "--units", "0"],
            "`--units` is `0`, a whole number from 100 to 1,000,000 is needed",
            "`--units` 是 `0`，应为 100 到 1,000,000 的整数",
        ),
        (
            &["city", "--units", "-1", "--seed", "x"],
            "`--seed` is `x`, a whole number from 0 to 18446744073709551615 is needed",
            "`--seed` 是 `x`，应为 0 到 18446744073709551615 的整数",
        ),
        (
            &["nation", "--units", "999"],
            "`--units` is `999`, a whole number from 1,000 to 4,000,000 is needed",
            "`--units` 是 `999`，应为 1,000 到 4,000,000 的整数",
        ),
        (
            &["nation", "--units", "99999999999999999999"],
            "`--units` is `99999999999999999999`, a whole number",
            "`--units` 是 `99999999999999999999`，应为",
        ),
        (&["city", "--units", "100", "--out", "taken"], "cannot use `taken`", "无法使用 `taken`"),
        (&["nation", "--units", "1000", "--out", "taken"], "cannot use `taken`", "无法使用 `taken`"),
    ];
    for (words, en, zh) in cases {
        for (lang, expected) in [("en", en), ("zh", zh)] {
            let words = [&["--lang", lang, "generate"], *words].concat();
            let ran = command(folder.path(), &words).output().unwrap();
            let said = String::from_utf8(ran.stderr).unwrap();
            assert_eq!(ran.status.code(), Some(2), "{words:?}: {said}");
            assert!(said.contains(expected), "{words:?}: {said}");
        }
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing was written");
}
