//! What would pass instead: each sort of change, that it passes, and that what passes nearer is told.

use bianzhi::explain::{Explanation, MOST_TRIES, WhyNot};
use bianzhi::model::Date;
use bianzhi::{Lang, Office, Request};

use super::{applied, office};

/// The suggestions in English, after each was applied and granted.
#[track_caller]
fn instead(office: &Office, request: impl Into<Request>) -> Vec<String> {
    let explained: Explanation = office.explain(request).unwrap();
    assert!(!explained.decision.granted());
    let why_not: WhyNot = explained.why_not().unwrap();
    assert!(why_not.tries <= MOST_TRIES);
    let tell = |suggestion: &bianzhi::explain::Suggestion| {
        let decision = applied(office, suggestion, suggestion.request.clone());
        assert!(decision.granted(), "{suggestion:?}: {:?}", decision.reasons);
        suggestion.text(explained.books(), Lang::En)
    };
    why_not.suggestions.iter().map(tell).collect()
}

#[track_caller]
fn has(told: &[String], expect: &str) {
    assert!(told.iter().any(|one| one == expect), "no {expect:?} in {told:#?}");
}

fn permit(count: i64) -> bianzhi::Permit {
    Request::permit("k1", "free", "institution", count, Date::constant(2024, 12, 31))
}

#[test]
fn the_nearest_number_below_and_above() {
    let up = office("fn on_permit(request) { require(request.count >= 5, \"not-so\"); }");
    assert_eq!(instead(&up, permit(2))[0], "with count 5 instead of 2");
    let down =
        office("fn on_permit(request) { require(request.count * 3 <= request.unit.available, \"not-so\"); }");
    assert_eq!(instead(&down, permit(6))[0], "with count 2 instead of 6");
    let gap = office("fn on_permit(request) { require(request.count != 4, \"not-so\"); }");
    assert_eq!(instead(&gap, permit(4))[..2], ["with count 3 instead of 4", "with count 5 instead of 4"]);
    // A law's number, far away.
    let law = office("fn on_permit(request) { }");
    assert_eq!(instead(&law, permit(1_000_000))[0], "with count 7 instead of 1000000");
    let cut = Request::authorize("free", "institution", -9);
    assert_eq!(instead(&law, cut)[0], "with change -7 instead of -9");
}

#[test]
fn a_later_day_when_a_parameter_changes() {
    let office = office("fn on_permit(request) { require(request.count <= param(\"most\"), \"not-so\"); }");
    let told = instead(&office, permit(5));
    assert_eq!(told, ["with count 2 instead of 5", "asked on 2024-09-01"]);
}

#[test]
fn another_term() {
    let office = office(
        "fn on_permit(request) { require(days_between(request.on, request.ends) <= 100, \"not-so\"); }
         fn on_borrow(request) { require(request.has_end, \"not-so\"); }",
    );
    has(&instead(&office, permit(1)), "with ends 2024-04-10 instead of 2024-12-31");
    let told = instead(&office, Request::borrow("l2", "office", "full", "institution", 1));
    has(&told, "with ends 2024-12-31");
    let gone = Request::permit("k1", "free", "institution", 1, Date::constant(2023, 1, 1));
    has(&instead(&office, gone), "with ends 2024-01-01 instead of 2023-01-01");
}

#[test]
fn a_consent_a_category_a_purpose_and_a_recorded_fact() {
    let script = "fn on_appoint(request) {
    require(request.has_fact(\"consent\") && request.fact(\"consent\") != \"\", \"not-so\");
    require(request.has_fact(\"urgent\") && request.fact(\"urgent\"), \"other\");
}
fn on_draw(request) {
    require(request.category == \"doctor\", \"not-so\");
    require(request.purpose != \"\", \"other\");
}
fn on_permit(request) { require(request.unit.has_fact(\"checked\"), \"not-so\"); }";
    let office = office(script);
    let told = instead(&office, Request::appoint("free", "institution"));
    assert_eq!(told, ["with the fact consent, and with the fact urgent"]);
    let told = instead(&office, Request::draw("second-pool", "full", "p9").category("graduate"));
    assert_eq!(told[0], "with category doctor instead of graduate, and with purpose talent");
    let told = instead(&office, permit(1));
    has(&told, "after checked = true was recorded for 空编学校 (free)");
}

#[test]
fn another_unit_pool_kind_permit_and_loan() {
    let mut office = office("fn on_appoint(request) { }");
    let told = instead(&office, Request::appoint("full", "institution"));
    has(&told, "with unit 空编学校 (free) instead of 满编学校 (full)");
    let told = instead(&office, Request::draw("first-pool", "full", "p9"));
    has(&told, "with pool 二池 (second-pool) instead of 一池 (first-pool)");
    let told =
        instead(&office, Request::permit("k1", "free", "institution", 8, Date::constant(2024, 12, 31)));
    assert_eq!(told[0], "with count 7 instead of 8");
    // All seven are promised: one of them is filled on the permit, or on a borrowed seat.
    assert!(office.submit(permit(7)).unwrap().granted());
    let told = instead(&office, Request::appoint("free", "institution"));
    has(&told, "with permit k1");
    has(&told, "with loan l1");
    has(&told, "after permit k1 was withdrawn");
    has(&told, "with kind support instead of institution");
}

#[test]
fn an_outstanding_loan_goes_back_first() {
    let script = "fn on_borrow(request) {
    for loan in request.borrower.loans_borrowed { require(!loan.overdue, \"not-so\"); }
}";
    let mut office = office(script);
    office.advance(Date::constant(2024, 7, 1)).unwrap();
    let told = instead(&office, Request::borrow("l2", "office", "free", "institution", 1));
    has(&told, "after 3 seats of loan l1 went back");
    // At the lender, whose seats are out.
    let told =
        instead(&office, Request::permit("k2", "office", "institution", 2, Date::constant(2024, 12, 31)));
    has(&told, "after 1 seats of loan l1 went back");
}

#[test]
fn faults_are_corrected() {
    let mut office = office("fn on_appoint(request) { }");
    let told = instead(&office, Request::appoint("fre", "institution"));
    assert_eq!(told[0], "with unit 空编学校 (free) instead of fre");
    let told = instead(&office, Request::appoint("free", "instituton"));
    assert_eq!(told[0], "with kind institution instead of instituton");
    let told = instead(&office, Request::give_back("l11", 1));
    assert_eq!(told[0], "with loan l1 instead of l11");
    assert_eq!(instead(&office, Request::give_back("l1", 4)), ["with count 3 instead of 4"]);
    let told = instead(&office, Request::borrow("l1", "office", "full", "institution", 1));
    assert_eq!(told[0], "with id l1-2 instead of l1");
    office.advance(Date::constant(2024, 2, 1)).unwrap();
    let told = instead(&office, Request::appoint("free", "institution").on(Date::constant(2024, 1, 5)));
    assert_eq!(told[0], "asked on 2024-02-01");
    let told = instead(&office, Request::authorize("city", "institution", 1));
    assert_eq!(told, ["asked by superior"]);
    let told = instead(&office, Request::transfer("free", "full", "institution", 1).by("free"));
    assert_eq!(told[0], "asked by 全市 (city)");
}

#[test]
fn the_member_at_fault_changes_and_the_others_stay() {
    let office = office("fn on_permit(request) { require(request.count <= param(\"most\"), \"not-so\"); }");
    let of = |id: &str, count: i64| {
        Request::permit(id, "free", "institution", count, Date::constant(2024, 12, 31)).into()
    };
    let told = instead(&office, Request::batch([of("k1", 1), of("k2", 5)]));
    assert_eq!(told[0], "with #2 count 2 instead of 5");
    // The sum is at fault, whichever member gives way.
    let open = super::office("fn on_appoint(request) { }");
    let told = instead(&open, Request::batch([of("k1", 5), of("k2", 4)]));
    assert_eq!(told[..2], ["with #1 count 3 instead of 5", "with #2 count 2 instead of 4"]);
}

#[test]
fn where_nothing_helps_nothing_is_told_and_the_tries_are_counted() {
    let office = office("fn on_appoint(request) { deny(\"not-so\"); }");
    let explained = office.explain(Request::appoint("free", "institution")).unwrap();
    let why_not = explained.why_not().unwrap();
    assert!(why_not.suggestions.is_empty() && !why_not.exhausted, "{why_not:?}");
    // Much to try, and all of it in vain: the search stops at its bound and says so.
    let verbs = |unit: &str| -> Vec<bianzhi::Verb> {
        (0..8)
            .map(|number| {
                let id = format!("k{number}");
                Request::permit(id, unit, "institution", 30, Date::constant(2024, 12, 31)).into()
            })
            .collect()
    };
    let explained = office.explain(Request::batch(verbs("full"))).unwrap();
    let why_not = explained.why_not().unwrap();
    assert!(why_not.suggestions.is_empty() && why_not.exhausted, "{why_not:?}");
    assert_eq!(why_not.tries, MOST_TRIES);
    assert_eq!(office.journal().next(), 1, "nothing is recorded");
}
