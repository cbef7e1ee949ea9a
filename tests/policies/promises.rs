//! Promises of the shipped rules over random figures: instalments sum, the ordered stock stays, overdue stops one borrower.

use std::path::Path;

use bianzhi::scenario::{Answer, Scenario};
use proptest::prelude::*;

/// Plays steps on the books of a shipped test; the first step that is not as it says.
fn played(charter: &str, steps: &[String]) -> Result<(), TestCaseError> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("policies/tests");
    let mut text = format!("bianzhi: scenario/1\ncharter: {charter}.charter.yaml\npolicies: ..\nsteps:\n");
    for step in steps {
        text.extend(["  - ", step, "\n"]);
    }
    let scenario = Scenario::parse(folder.join("promise.yaml"), &text).unwrap();
    let mut office = scenario.open(None).unwrap();
    for step in scenario.play(&mut office) {
        let step = step.unwrap();
        let held = match &step.answer {
            Answer::Decided { expected, .. } => *expected == Some(true),
            Answer::Checked { differences } => differences.is_empty(),
        };
        prop_assert!(held, "{text}line {}: {:?}", step.line, step.answer);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn instalments_sum_to_the_loan(count in 3_i64..=400) {
        let part = count / 3;
        let used = |day: &str, used: i64| format!(
            "{{on: {day}, check: {{pool: talent-pool, used: {used}, free: {}}}}}", 400 - used
        );
        let day = |day: &str| format!("{{on: {day}, advance: {{}}, expect: granted}}");
        played("institution_pool", &[
            format!("{{on: 2021-02-01, borrow: {{id: l, lender: talent-pool, borrower: east, kind: institution, \
                count: {count}, purpose: talent}}, expect: granted}}"),
            used("2021-02-01", count),
            day("2022-02-02"), used("2022-02-02", count - part),
            day("2023-02-02"), used("2023-02-02", count - 2 * part),
            day("2024-02-02"), used("2024-02-02", 0),
        ])?;
    }

    #[test]
    fn an_ordered_stock_does_not_move_with_vacancies(cut in 1_i64..=1600, hired in 1_i64..=5, years in 0_i32..=4) {
        let mut steps = vec![
            "{on: 2024-03-01, by: superior, amend: {node: city, facts: {stock_order: 2024-03-01}}, expect: granted}"
                .to_owned(),
            format!("{{by: city, transfer: {{from: units, to: city, kind: institution, count: {cut}}}, expect: granted}}"),
        ];
        steps.extend((0..hired).map(|_| {
            "{vacate: {unit: east-units, kind: institution, reason: 退休}, expect: granted}".to_owned()
        }));
        steps.push(format!(
            "{{on: {}-06-01, establish: {{id: talent-pool, sponsor: city, pool: {{kind: institution, size: 2001}}}}, \
             expect: {{denied: [beyond-stock]}}}}", 2024 + years
        ));
        steps.push(
            "{establish: {id: talent-pool, sponsor: city, pool: {kind: institution, size: 2000}}, expect: granted}"
                .to_owned(),
        );
        played("stock", &steps)?;
    }

    #[test]
    fn overdue_blocks_exactly_the_borrower(late in 0_usize..3, seats in 2_i64..=6) {
        let units = ["station", "college", "hospital"];
        let mut steps = Vec::new();
        for (place, unit) in units.iter().enumerate() {
            let ends = if place == late { "2021-06-30" } else { "2023-06-30" };
            steps.push(format!(
                "{{on: 2021-02-01, borrow: {{id: l-{unit}, lender: city, borrower: {unit}, kind: institution, \
                 count: {seats}, purpose: task-growth, ends: {ends}}}, expect: granted}}"
            ));
            steps.push(format!(
                "{{appoint: {{unit: {unit}, kind: institution, loan: l-{unit}}}, \
                 facts: {{personnel_consent: 1, finance_consent: 1}}, expect: granted}}"
            ));
        }
        steps.push("{on: 2021-07-01, advance: {}, expect: granted}".to_owned());
        for (place, unit) in units.iter().enumerate() {
            let answer = if place == late { "{denied: [borrower-overdue]}" } else { "granted" };
            steps.push(format!(
                "{{borrow: {{id: m-{unit}, lender: city, borrower: {unit}, kind: institution, count: 1, \
                 purpose: task-growth}}, expect: {answer}}}"
            ));
        }
        // Nobody is put out: the person on the overdue loan stays.
        steps.push(format!("{{check: {{loan: l-{}, used: 1, overdue: true}}}}", units[late]));
        played("institution_pool", &steps)?;
    }
}
