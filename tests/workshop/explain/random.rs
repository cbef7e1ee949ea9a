//! Random books, rules and requests: what is suggested is granted, and the number next to it is not.

use bianzhi::explain::Edit;
use bianzhi::model::FactValue;
use bianzhi::{Office, PolicySet, Request};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::applied;
use crate::model::pair::Pair;
use crate::model::{charters, requests};

/// Sequences of requests, and how long one is.
const CASES: u32 = if cfg!(debug_assertions) { 12 } else { 400 };
const LENGTH: usize = 30;

/// Rules with thresholds, which look at all that a request may change.
fn rules(most: u16, keep: u16) -> PolicySet {
    let (most, keep) = (most % 5 + 1, keep % 3);
    let script = format!(
        "fn on_permit(request) {{
    require(request.count <= {most} || request.unit.available - request.count >= {keep}, \"few\");
    require(request.count * 3 <= request.unit.available + 40 * {most}, \"few\");
    require(days_between(request.on, request.ends) <= 60 * {most}, \"short\");
}}
fn on_borrow(request) {{
    for loan in request.borrower.loans_borrowed {{ require(!loan.overdue, \"settle\"); }}
    require(request.count != {most}, \"few\");
    require(request.lender.has_tag(\"school\") || request.count > {keep}, \"short\");
}}
fn on_appoint(request) {{
    require(request.unit.vacancy != {keep} || request.has_fact(\"consent\"), \"consent\");
}}
fn on_transfer(request) {{ if request.count * 7 > 30 * {most} + 3 {{ deny(\"few\"); }} }}
fn on_authorize(request) {{ require(request.change < {most} && request.change > -{most}, \"few\"); }}
"
    );
    let text = |code: &str| format!("{code}: {{zh: {code}, en: {code}, basis: 条例第六条}}\n");
    let reasons = ["few", "short", "settle", "consent"].map(text).concat();
    let facts =
        "facts:\n  consent: {type: text, zh: 文号, en: consent}\ntags:\n  school: {zh: 学校, en: school}\n";
    let files = [("a.rhai", script.as_str()), ("reasons.yaml", &reasons), ("facts.yaml", facts)];
    PolicySet::from_files(files.map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec()))).unwrap()
}

/// What a request is told, held against the office; how many suggestions there were.
fn checked(office: &Office, request: &Request) -> Result<usize, TestCaseError> {
    let explained = office.explain(request.clone()).unwrap();
    prop_assert_eq!(&explained.decision, &office.decide(request.clone()).unwrap());
    let why_not = explained.why_not().unwrap();
    for suggestion in &why_not.suggestions {
        let decision = applied(office, suggestion, suggestion.request.clone());
        prop_assert!(decision.granted(), "{request:?}\n{suggestion:?}\n{:?}", decision.reasons);
        // The number or day next to it, towards what was asked.
        let Some(last) = suggestion.edits.last().filter(|_| suggestion.edits.len() == 1) else { continue };
        let Some(nearer) = nearer(last) else { continue };
        let request = nearer.of(&suggestion.request).unwrap();
        let decision = applied(office, suggestion, request);
        prop_assert!(!decision.granted(), "{nearer:?} passes too, nearer than {suggestion:?}");
    }
    Ok(why_not.suggestions.len())
}

/// The same change by one less; none of a change that is no number.
fn nearer(edit: &Edit) -> Option<Edit> {
    let to = match (&edit.from, &edit.to) {
        (Some(FactValue::Whole(from)), Some(FactValue::Whole(to))) => {
            FactValue::Whole(to + (from - to).signum())
        }
        (Some(FactValue::Date(from)), Some(FactValue::Date(to))) if edit.field == "on" && from < to => {
            FactValue::Date(to.yesterday().ok()?)
        }
        _ => return None,
    };
    let is_asked = edit.from.as_ref() == Some(&to) || edit.field.starts_with("facts.");
    (!is_asked).then(|| Edit { to: Some(to), ..edit.clone() })
}

/// The request with a much larger number.
fn larger(field: &str, request: &Request, by: u16) -> Option<Request> {
    let to = Some(FactValue::Whole(100 + i64::from(by)));
    Edit { field: field.to_owned(), at: None, from: None, to }.of(request)
}

#[test]
fn every_suggestion_is_granted_and_the_nearest_number_is_nearest() {
    let config =
        Config { cases: CASES, failure_persistence: None, max_shrink_iters: 50, ..Config::default() };
    let charter = prop::collection::vec(any::<u16>(), 0..160);
    let steps = prop::collection::vec(prop::collection::vec(any::<u16>(), 28), LENGTH);
    let told = std::cell::Cell::new(0_usize);
    let result = TestRunner::new(config).run(&(charter, steps, any::<u16>(), any::<u16>()), |input| {
        let (charter, steps, most, keep) = input;
        let opening = charters::opening(&charter);
        let mut pair = Pair::open(&opening).unwrap();
        let rules = rules(most, keep);
        for (step, numbers) in steps.iter().enumerate() {
            let request = requests::request(&pair.model.books, numbers, step);
            let mut ruled = pair.office.fork();
            ruled.set_policies(if step % 3 == 0 { None } else { Some(rules.clone()) });
            told.set(told.get() + checked(&ruled, &request)?);
            // The same with a number far from any that passes.
            if let Some(more) =
                ["count", "change", "size"].iter().find_map(|field| larger(field, &request, most))
            {
                told.set(told.get() + checked(&ruled, &more)?);
            }
            pair.step(&request).unwrap();
        }
        Ok(())
    });
    if let Err(error) = result {
        panic!("{error}");
    }
    let least = usize::try_from(CASES).unwrap() * 5;
    assert!(told.get() > least, "only {} suggestions were looked at: too few to mean much", told.get());
}
