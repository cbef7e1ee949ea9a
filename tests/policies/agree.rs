//! Both interpreters agree on the shipped rules: a long random year of Nanping, every call carried out by both.
//!
//! Where they disagree a call fails with a reason of its own, whatever the request. A release build makes a million
//! calls of hooks.

use bianzhi::charter::Charter;
use bianzhi::graph::Role;
use bianzhi::model::Date;
use bianzhi::office::Office;
use bianzhi::policy::{Interpreter, PolicySet};
use bianzhi::{Decision, Reason, Request};

use super::root;

/// Calls of hooks, at least.
const CALLS: u64 = if cfg!(debug_assertions) { 2_000 } else { 1_000_000 };
const PURPOSES: [&str; 5] = ["new-schools", "key-project", "talent", "key-post", "task-growth"];
const CATEGORIES: [&str; 4] = ["selected-graduate", "selected-doctor", "teacher", "civil-servant"];

/// Numbers from a seed.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % most as u64).unwrap()
    }

    fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }
}

/// What may be asked of these units; `step` makes the ids of new things.
fn request(numbers: &mut Numbers, units: &[String], day: Date, step: usize) -> Request {
    let kind = *numbers.one(&["institution", "institution", "administrative"]);
    let (unit, other) = (numbers.one(units).clone(), numbers.one(units).clone());
    let count = i64::try_from(numbers.below(4) + 1).unwrap();
    let purpose = *numbers.one(&PURPOSES);
    let ends = day.checked_add(jiff::Span::new().days(200)).unwrap();
    let request: Request = match numbers.below(10) {
        0 | 1 => Request::appoint(unit, kind).into(),
        2 | 3 => Request::vacate_unnamed(unit, kind).into(),
        4 => Request::permit(format!("k-{step}"), unit, kind, count, ends).purpose(purpose).into(),
        5 => {
            let draw = Request::draw("administrative-pool", unit, format!("p-{step}"));
            draw.category(*numbers.one(&CATEGORIES)).into()
        }
        6 => Request::borrow(format!("l-{step}"), "talent-pool", unit, kind, count).purpose(purpose).into(),
        7 => Request::borrow(format!("l-{step}"), other, unit, kind, count).purpose(purpose).into(),
        8 => Request::give_back(format!("l-{}", numbers.below(step + 1)), count).into(),
        _ => Request::transfer(other, unit, kind, count).purpose(purpose).into(),
    };
    if numbers.below(40) == 0 { request.on(day.tomorrow().unwrap()) } else { request }
}

/// Every failure of a rule that was said.
fn failures(decision: &Decision) -> Vec<String> {
    let reasons = decision.reasons.iter().filter_map(|reason| match reason {
        Reason::Policy(remark) => Some(&**remark),
        Reason::Law(_) | Reason::Input { .. } => None,
    });
    let days = decision.advanced.iter().flat_map(|day| &day.findings);
    let said = reasons.chain(&decision.findings).chain(days);
    said.filter(|remark| remark.code == "policy-failed").map(|remark| remark.en.clone()).collect()
}

#[test]
fn every_call_on_both() {
    let policies = PolicySet::load(root().join("policies")).unwrap();
    let policies = policies.with_interpreter(Interpreter::Both).with_coverage();
    let calls = || policies.coverage(&[]).scripts.iter().map(|script| script.calls).sum::<u64>();
    let mut numbers = Numbers(7);
    let mut outcomes = std::collections::BTreeMap::new();
    while calls() < CALLS {
        // A fresh city now and then, so that none ends full or empty.
        let charter = Charter::load(root().join("examples/nanping/charter.yaml")).unwrap();
        let mut office = Office::open(charter, policies.clone()).unwrap();
        let graph = office.books().graph();
        let units = graph.inside(graph.root()).into_iter().filter(|node| graph.role(*node) == Role::Unit);
        let units: Vec<String> = units.map(|node| office.books().id(node).to_string()).collect();
        for step in 0..if cfg!(debug_assertions) { 300 } else { 3_000 } {
            let asked = request(&mut numbers, &units, office.today(), step);
            let decision = office.submit(asked).unwrap();
            assert_eq!(failures(&decision), [""; 0], "{:?}", decision.request);
            *outcomes.entry(format!("{:?}", decision.outcome)).or_insert(0_u64) += 1;
        }
    }
    assert!(outcomes.len() == 3 && outcomes.values().all(|count| *count > 20), "{outcomes:?}");
}
