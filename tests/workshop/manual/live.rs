//! Going live: a folder that holds is swapped in whole; one that does not is told, and nothing changes.

use std::fs;
use std::path::Path;
use std::time::Duration;

use bianzhi::live::{Seen, Turn, Watch, look, prepare, reload};
use bianzhi::{Charter, Office, PolicySet, Request};

const RULE: &str =
    "fn on_appoint(request) {\n    require(request.unit.vacancy > param(\"rule.keep\"), \"full\");\n}\n";
const REASONS: &str = "full: {zh: 已满, en: full}\n";
const CHARTER: &str = "bianzhi: charter/1\nopened: 2026-01-01\nlevels: [city, unit]\nkinds: {institution: {zh: 事业编制, en: institution}}\n\
    nodes:\n  - {id: city, level: city, caps: {institution: 20}}\n  - {id: school, parent: city, level: unit, caps: {institution: 8}, occupied: {institution: 6}}\n";
const TEST: &str = "bianzhi: scenario/1\ncharter: rule.charter.yaml\npolicies: ..\nsteps:\n  - {appoint: {unit: school, kind: institution}, expect: granted}\n  - {check: {node: school, kind: institution, occupied: 7}}\n";

fn parameters(keep: u32) -> String {
    format!("rule.keep: {{zh: 留, en: keep, type: number, values: {{2000-01-01: {keep}}}}}\n")
}

/// A folder with one rule and its test.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("tests")).unwrap();
    for (name, text) in [
        ("10_rule.rhai", RULE),
        ("parameters.yaml", &parameters(0)),
        ("reasons.yaml", REASONS),
        ("tests/rule.charter.yaml", CHARTER),
        ("tests/rule.yaml", TEST),
    ] {
        fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

fn office(folder: &Path) -> Office {
    let policies = PolicySet::load(folder).unwrap();
    Office::open(Charter::parse("charter.yaml", CHARTER).unwrap(), policies).unwrap()
}

#[test]
fn a_folder_whose_tests_hold_decides_from_now_on() {
    let folder = folder();
    let mut office = office(folder.path());
    let before = office.submit(Request::appoint("school", "institution")).unwrap();
    assert!(before.granted());
    let in_flight = office.fork();
    fs::write(folder.path().join("parameters.yaml"), parameters(1)).unwrap();
    let done = reload(&mut office, folder.path()).unwrap();
    assert_eq!((done.before.as_deref(), done.steps), (before.policies.as_deref(), 2));
    let after = office.submit(Request::appoint("school", "institution")).unwrap();
    assert_eq!((after.codes(), after.policies.as_deref()), (vec!["full"], Some(&*done.after)));
    // What began on the earlier set ends on it.
    let other = in_flight.decide(Request::appoint("school", "institution")).unwrap();
    assert!(other.granted() && other.policies == before.policies);
}

#[test]
fn what_does_not_hold_is_told_with_its_line_and_the_last_good_set_stays() {
    let too_much = parameters(5);
    for (name, text, expect) in [
        ("10_rule.rhai", RULE.replace("vacancy", "vacnacy"), "10_rule.rhai:2:26: a node has no `vacnacy`"),
        ("parameters.yaml", too_much, "rule.yaml:5: the answer is not as expected: denied [full]"),
        (
            "tests/rule.yaml",
            TEST.replace("occupied: 7", "occupied: 9"),
            "rule.yaml:6: `occupied` is 7, expected 9",
        ),
        ("tests/rule.yaml", TEST.replace("appoint:", "apoint:"), "rule.yaml:5:"),
        ("tests/rule.charter.yaml", CHARTER.replace("parent: city", "parent: town"), "rule.charter.yaml:7:"),
        ("tests/rule.yaml", TEST.replace("rule.charter", "missing"), "missing.yaml"),
    ] {
        let folder = folder();
        let mut office = office(folder.path());
        let digest = office.policies().map(PolicySet::digest);
        fs::write(folder.path().join(name), text).unwrap();
        let told = reload(&mut office, folder.path()).unwrap_err().to_string();
        assert!(told.contains(expect), "{name}: {told}");
        assert_eq!(office.policies().map(PolicySet::digest), digest);
        assert!(office.submit(Request::appoint("school", "institution")).unwrap().granted());
    }
    assert!(prepare("nowhere").unwrap_err().to_string().contains("nowhere"));
}

#[test]
fn the_shipped_folder_is_ready() {
    let ready = prepare(Path::new(env!("CARGO_MANIFEST_DIR")).join("policies")).unwrap();
    assert!(ready.tests >= 14 && ready.steps > 250, "{} tests, {} steps", ready.tests, ready.steps);
}

#[test]
fn a_watch_tells_a_change_once_and_leaves_other_files_alone() {
    let at = Duration::from_millis;
    let folder = folder();
    let start = look(folder.path()).unwrap();
    let names: Vec<&str> = start.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        ["10_rule.rhai", "parameters.yaml", "reasons.yaml", "tests/rule.charter.yaml", "tests/rule.yaml"]
    );
    let mut watch = Watch::new(start.clone(), at(100));
    for name in ["notes.txt", ".10_rule.rhai.swp", "10_rule.rhai~", ".hidden.yaml"] {
        fs::write(folder.path().join(name), "x").unwrap();
    }
    assert_eq!(watch.see(look(folder.path()).unwrap(), at(1_000)), Turn::Same);
    // Written again with the same bytes.
    fs::write(folder.path().join("10_rule.rhai"), RULE).unwrap();
    assert_eq!(watch.see(look(folder.path()).unwrap(), at(2_000)), Turn::Same);
    // A change that is taken back before it rests.
    fs::write(folder.path().join("10_rule.rhai"), "").unwrap();
    assert_eq!(watch.see(look(folder.path()).unwrap(), at(3_000)), Turn::Settling);
    fs::write(folder.path().join("10_rule.rhai"), RULE).unwrap();
    assert_eq!(watch.see(look(folder.path()).unwrap(), at(3_200)), Turn::Same);
    // One changed, one added, one removed.
    fs::write(folder.path().join("tests/rule.yaml"), "").unwrap();
    fs::write(folder.path().join("20_more.rhai"), "").unwrap();
    fs::remove_file(folder.path().join("reasons.yaml")).unwrap();
    let seen = look(folder.path()).unwrap();
    assert_eq!(watch.see(seen.clone(), at(4_000)), Turn::Settling);
    assert_eq!(watch.see(seen.clone(), at(4_099)), Turn::Settling);
    let changed = ["20_more.rhai", "reasons.yaml", "tests/rule.yaml"].map(str::to_owned).to_vec();
    assert_eq!(watch.see(seen.clone(), at(4_100)), Turn::Changed(changed));
    assert_eq!(watch.see(seen, at(5_000)), Turn::Same);
    // Whatever a host feeds it, only policies count; a clock that runs back tells nothing too early.
    let mut watch = Watch::new(Seen::new(), at(100));
    assert_eq!(watch.see(Seen::from([("readme.md".to_owned(), [1; 32])]), at(0)), Turn::Same);
    assert_eq!(watch.see(start.clone(), at(500)), Turn::Settling);
    assert_eq!(watch.see(start, at(10)), Turn::Settling);
    assert!(look(folder.path().join("nowhere")).is_err());
}
