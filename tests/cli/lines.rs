//! `run --json` to the letter.

use crate::cli::runner::play;

fn check(steps: &str, words: &[&str], code: i32, expect: &[&str]) {
    let ran = play(steps, &[&["--json"], words].concat());
    assert_eq!(ran.out.lines().collect::<Vec<_>>(), expect, "{}", ran.err);
    assert_eq!((ran.code, ran.err.as_str()), (Some(code), ""));
}

#[test]
fn a_draw_a_refusal_and_a_check() {
    check(
        "  - {on: 2024-03-05, by: nanping, draw: {pool: administrative-pool, unit: finance, person: p-017, category: selected-graduate}, expect: granted}
  - {transfer: {from: finance, to: audit, kind: administrative, count: 99}, expect: {refused: [cap]}}
  - {check: {node: finance, kind: administrative, headcount: 41, charged: 40}}
  - {check: {loan: \"draw:1\", seats: 1, used: 1, open: true, is_draw: true, lender: administrative-pool}}
  - {check: {person: p-017, unit: finance, loan: \"draw:1\", on_loan: true}}
  - {check: {pool: administrative-pool, size: 2, used: 1, free: 1, sponsor: direct}}
  - {check: {date: 2024-03-05}}
",
        &["--books"],
        0,
        &[
            r#"{"advance":"2024-03-05","events":[{"advanced":{"date":"2024-03-05"}}],"findings":[]}"#,
            r#"{"step":1,"date":"2024-03-05","request":"draw","outcome":"granted","reasons":[],"notes":[],"events":[{"lent":{"loan":"draw:1","lender":"administrative-pool","borrower":"finance","kind":"administrative","count":1,"pool_size":2}},{"appointed":{"unit":"finance","kind":"administrative","person":"p-017","category":"selected-graduate","loan":"draw:1"}}],"findings":[],"expected":true}"#,
            r#"{"step":2,"date":"2024-03-05","request":"transfer","outcome":"refused","reasons":[{"code":"cap","node":"finance","kind":"administrative","cap":40,"charged":40,"asked":99}],"notes":[],"events":[],"findings":[],"expected":true}"#,
            r#"{"step":3,"check":"passed"}"#,
            r#"{"step":4,"check":"passed"}"#,
            r#"{"step":5,"check":"passed"}"#,
            r#"{"step":6,"check":"passed"}"#,
            r#"{"step":7,"check":"passed"}"#,
            concat!(
                r#"{"books":{"nanping":{"administrative":{"cap":100,"occupied":0,"permitted":0,"lent":0,"borrowed":0,"borrowed_occupied":0,"allotted":90,"charged":59,"reserve":10,"vacancy":2,"net_vacancy":2,"excess":0,"available":0,"room":41,"headcount":59}},"#,
                r#""direct":{"administrative":{"cap":90,"occupied":0,"permitted":0,"lent":0,"borrowed":0,"borrowed_occupied":0,"allotted":60,"charged":59,"reserve":30,"vacancy":2,"net_vacancy":2,"excess":0,"available":0,"room":31,"headcount":59}},"#,
                r#""administrative-pool":{"administrative":{"cap":2,"occupied":0,"permitted":0,"lent":1,"borrowed":0,"borrowed_occupied":0,"allotted":0,"charged":1,"reserve":0,"vacancy":0,"net_vacancy":0,"excess":0,"available":0,"room":1,"headcount":0}},"#,
                r#""audit":{"administrative":{"cap":20,"occupied":18,"permitted":0,"lent":0,"borrowed":0,"borrowed_occupied":0,"allotted":0,"charged":18,"reserve":0,"vacancy":2,"net_vacancy":2,"excess":0,"available":2,"room":2,"headcount":18}},"#,
                r#""finance":{"administrative":{"cap":40,"occupied":40,"permitted":0,"lent":0,"borrowed":1,"borrowed_occupied":1,"allotted":0,"charged":40,"reserve":0,"vacancy":0,"net_vacancy":0,"excess":0,"available":0,"room":0,"headcount":41}}}}"#,
            ),
        ],
    );
}

#[test]
fn expectations_and_checks_that_fail_end_with_one() {
    check(
        "  - {appoint: {unit: finance, kind: administrative}, expect: granted}
  - {appoint: {unit: nowhere, kind: administrative}, expect: {refused: [cap]}}
  - {check: {node: finance, kind: administrative, cap: 41, occupied: 40, vacancy: null}}
  - {check: {person: p-1, unit: finance}}
  - {check: {loan: l-1, open: false, seats: 1}}
",
        &[],
        1,
        &[
            r#"{"step":1,"date":"2024-01-01","request":"appoint","outcome":"refused","reasons":[{"code":"cap","node":"finance","kind":"administrative","cap":40,"charged":40,"asked":1}],"notes":[],"events":[],"findings":[],"expected":false}"#,
            r#"{"step":2,"date":"2024-01-01","request":"appoint","outcome":"refused","reasons":[{"code":"unknown-node","field":"unit","value":"nowhere"}],"notes":[],"events":[],"findings":[],"expected":false}"#,
            r#"{"step":3,"check":"failed","differences":[{"field":"cap","expected":41,"got":40},{"field":"vacancy","expected":null,"got":0}]}"#,
            r#"{"step":4,"check":"failed","differences":[{"field":"unit","expected":"finance","got":null}]}"#,
            r#"{"step":5,"check":"failed","differences":[{"field":"seats","expected":1,"got":null}]}"#,
        ],
    );
}

#[test]
fn day_and_actor_carry_over_but_not_from_a_backdated_step() {
    check(
        "  - {on: 2024-02-01, by: audit, vacate: {unit: audit, kind: administrative}}
  - {on: 2024-01-15, by: nanping, vacate: {unit: audit, kind: administrative}}
  - {authorize: {node: audit, kind: administrative, change: 1}, expect: {refused: [reach]}}
  - {on: 2024-02-02, check: {node: audit, kind: administrative, occupied: 17, departures: 1}}
  - {by: direct, advance: {}}
  - {on: 2024-01-31, check: {date: 2024-02-02}}
",
        &[],
        1,
        &[
            r#"{"advance":"2024-02-01","events":[{"advanced":{"date":"2024-02-01"}}],"findings":[]}"#,
            r#"{"step":1,"date":"2024-02-01","request":"vacate","outcome":"granted","reasons":[],"notes":[],"events":[{"vacated":{"unit":"audit","kind":"administrative"}}],"findings":[]}"#,
            r#"{"step":2,"date":"2024-02-01","request":"vacate","outcome":"refused","reasons":[{"code":"backdated","field":"on","value":"2024-01-15"}],"notes":[],"events":[],"findings":[]}"#,
            r#"{"step":3,"date":"2024-02-01","request":"authorize","outcome":"refused","reasons":[{"code":"reach","field":"node","value":"audit"}],"notes":[],"events":[],"findings":[],"expected":true}"#,
            r#"{"advance":"2024-02-02","events":[{"advanced":{"date":"2024-02-02"}}],"findings":[]}"#,
            r#"{"step":4,"check":"passed"}"#,
            r#"{"step":5,"date":"2024-02-02","request":"advance","outcome":"granted","reasons":[],"notes":[],"events":[],"findings":[]}"#,
            r#"{"step":6,"check":"failed","differences":[{"field":"on","expected":"2024-01-31","got":"2024-02-02"}]}"#,
        ],
    );
}

#[test]
fn the_same_request_gets_the_same_answer_and_moves_no_day() {
    let step = "  - {id: r-1, on: 2024-02-01, vacate: {unit: audit, kind: administrative}}\n";
    let ran = play(&[step, step].concat(), &["--json"]);
    let lines: Vec<&str> = ran.out.lines().collect();
    assert_eq!(lines.len(), 3, "{}", ran.out);
    assert_eq!(lines[1].replace(r#""step":1"#, ""), lines[2].replace(r#""step":2"#, ""));
}
