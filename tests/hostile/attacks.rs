//! Attacks by what rules propose and by what books hold: each ends in a finding or a denial, and the books stand.

use bianzhi::policy::Interpreter;
use bianzhi::{Charter, Decision, Office, Outcome, PolicySet, Request};

const CHARTER: &str = "
bianzhi: charter/1
opened: 2024-01-01
levels: [city, unit]
kinds: {institution: {zh: 事业编制, en: institution}}
nodes:
  - {id: city, level: city, caps: {institution: 1000000000}}
  - {id: school, parent: city, level: unit, caps: {institution: 5}, occupied: {institution: 2}}
  - {id: hospital, parent: city, level: unit, caps: {institution: 5}}
loans:
  - {id: crowd, lender: city, borrower: hospital, kind: institution, seats: 900000000, occupied: {hospital: 900000000}, since: 2023-01-01}
";
const WORDS: [(&str, &str); 2] = [
    ("reasons.yaml", "no: {zh: 不行, en: no}\n"),
    ("facts.yaml", "facts: {round: {zh: 轮, en: round, type: number}}\n"),
];

/// What a leaver brings about under this script, on every interpreter, watched and not: always the same.
fn leaver(script: &str) -> Decision {
    let mut first: Option<Decision> = None;
    for interpreter in [Interpreter::Tree, Interpreter::Rhai, Interpreter::Both] {
        for watched in [false, true] {
            let files = WORDS.into_iter().chain([("a.rhai", script)]);
            let files = files.map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec()));
            let set = PolicySet::from_files(files).unwrap_or_else(|error| panic!("{error}\n{script}"));
            let set = set.with_interpreter(interpreter);
            let set = if watched { set.with_coverage() } else { set };
            let mut office = Office::open(Charter::parse("charter.yaml", CHARTER).unwrap(), set).unwrap();
            let request = Request::vacate_unnamed("school", "institution");
            let decision = office.submit(request).unwrap();
            assert_eq!(decision.outcome, Outcome::Granted, "{:?}", decision.reasons);
            assert_eq!(office.figures("school", "institution").unwrap().occupied.get(), 1);
            let seen = first.get_or_insert_with(|| (*decision).clone());
            assert_eq!(
                (&seen.events, &seen.findings),
                (&decision.events, &decision.findings),
                "{interpreter:?}, {watched}"
            );
        }
    }
    first.unwrap()
}

#[test]
fn rules_that_want_too_much_are_dropped_whole() {
    for (script, said) in [
        // A reaction that brings itself about for ever.
        (
            "fn after_vacated(event) { amend_fact(event.unit, \"round\", 1); }\n\
             fn after_amended(event) { amend_fact(event.node, \"round\", if event.after == \"1\" { 2 } else { 1 }); }",
            "64",
        ),
        // More proposals than anybody would make.
        (
            "fn after_vacated(event) { for n in 0..101 { transfer(event.unit, office().root, event.kind, 1); } }",
            "more than 100 reasons or proposals",
        ),
        // A loan with 900 million people on it.
        (
            "fn after_vacated(event) { for loan in office().root.loans_lent { for one in loan.people_at(loan.borrower) { convert(one); } } }",
            "more than 1000 elements",
        ),
        // A schedule in no parts, or in more than there may be.
        (
            "fn after_vacated(event) { for loan in office().root.loans_lent { reschedule(loan, 0); } }",
            "bad-schedule",
        ),
        (
            "fn after_vacated(event) { for loan in office().root.loans_lent { reschedule(loan, 33); } }",
            "bad-schedule",
        ),
        ("fn after_vacated(event) { for n in 0..9999999 { for m in 0..9 { } } }", "more than 100000 steps"),
        (
            "fn after_vacated(event) { transfer(event.unit, office().root, event.kind, 9223372036854775807); }",
            "bad-count",
        ),
    ] {
        let decision = leaver(script);
        let found: Vec<String> =
            decision.findings.iter().map(|one| format!("{} {}", one.code, one.en)).collect();
        assert!(found.iter().any(|one| one.contains(said)), "`{said}` is not in {found:?} of\n{script}");
        assert!(decision.events.len() <= 66, "{} events", decision.events.len());
    }
}
