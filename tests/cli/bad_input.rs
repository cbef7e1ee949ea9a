//! Bad input: one clear line for each fault, exit code 2, nothing played.

use crate::cli::runner::{CHARTER, HEAD, play, run};

#[test]
fn faults_of_a_scenario_are_told_with_their_places() {
    let ran = play(
        "  - {appiont: {unit: finance, kind: administrative}}
  - {appoint: {unit: finance, kind: administrative, count: 1}}
  - {give_back: {loan: l, count: -1}}
  - {give_back: {loan: l, count: 1.5}}
  - {give_back: {loan: l, count: many}}
  - {vacate: {person: [p]}}
",
        &["--json"],
    );
    assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""));
    let lines: Vec<&str> = ran.err.lines().collect();
    assert_eq!(lines.len(), 6, "{}", ran.err);
    for (line, place) in lines.iter().zip(5..) {
        assert!(line.starts_with(&format!("error: scenario.yaml:{place}:")), "{line}");
    }
    assert!(lines[0].ends_with("unknown request `appiont`; did you mean `appoint`?"), "{}", lines[0]);
}

#[test]
fn what_cannot_be_read_ends_with_two() {
    let scenario = format!("{HEAD}  - {{advance: {{}}}}\n");
    let bad_charter = CHARTER.replace("occupied: {administrative: 18}", "ocupied: {administrative: 18}");
    for (files, words, expect) in [
        (vec![], vec!["run", "none.yaml"], "none.yaml"),
        (vec![("s.yaml", scenario.as_str())], vec!["run", "s.yaml"], "charter.yaml"),
        (
            vec![("s.yaml", scenario.as_str()), ("charter.yaml", bad_charter.as_str())],
            vec!["run", "s.yaml"],
            "error: charter.yaml:9:",
        ),
        (
            vec![("charter.yaml", bad_charter.as_str())],
            vec!["show", "charter.yaml"],
            "error: charter.yaml:9:",
        ),
        (vec![("s.yaml", "bianzhi: [")], vec!["run", "s.yaml"], "error: s.yaml:"),
        (vec![], vec!["rnu"], "rnu"),
    ] {
        let ran = run(&files, &words);
        assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""), "{words:?} {}", ran.err);
        assert!(ran.err.contains(expect), "{words:?}: {}", ran.err);
    }
}
