//! Policies: hires, draws and permits under the pool, the give-back and the control scope, and how long they load.
//!
//! `cargo bench --bench policy -- singles` measures single requests alone.

#![expect(clippy::arithmetic_side_effects, reason = "sizes and times far inside their types")]

mod clock;
mod nation;
mod shipped;
mod spread;

use std::hint::black_box;
use std::process::Command;

use bianzhi::model::{KindId, NodeId};
use bianzhi::{Charter, Error, Office, PolicySet, Request};
use criterion::Criterion;

use clock::time;
use nation::{CITY, KIND, NATION, OPENED, Size, county_of, shuffled, unit};
use shipped::{ADMINISTRATIVE, POOLS, Rules, books, is_organ};
use spread::{Spread, spread};

/// Asks for something that the rules are to grant or deny.
fn ask(office: &mut Office, request: impl Into<Request>, granted: bool, wrong: &mut Vec<String>) {
    match office.submit(request) {
        Ok(decision) if decision.granted() == granted => drop(black_box(decision)),
        Ok(decision) if wrong.len() < 3 => wrong.push(format!("{:?}", decision.reasons)),
        Ok(_) => {}
        Err(cause) => wrong.push(cause.to_string()),
    }
}

/// What single requests ask, in turns.
const SINGLES: [&str; 4] = ["a hire", "a leave", "a draw", "a leave from the pool"];

/// The times of one size, in nanoseconds a request.
struct Times {
    laws: f64,
    hire: f64,
    hire_under_all: f64,
    denied: f64,
    draw: f64,
    permit: f64,
}

/// Units in the control scope, in an order that jumps about.
fn scope_of(size: Size) -> Vec<NodeId> {
    let numbers = shuffled(size).into_iter().filter(|number| !is_organ(*number, size));
    numbers.map(unit).collect()
}

/// Organs that may draw, each with its pool and somebody who comes.
fn organs_of(size: Size) -> Vec<(NodeId, NodeId, String)> {
    let numbers = shuffled(size).into_iter();
    numbers
        .filter(|number| is_organ(*number, size) && county_of(*number, size) < POOLS)
        .map(|number| {
            let pool = format!("pool{}", county_of(number, size));
            (unit(number), pool.into(), format!("p{number}"))
        })
        .collect()
}

fn measure(criterion: &mut Criterion, size: Size, rules: &Rules) -> Result<Times, Error> {
    let group = format!("three rules/{} units", size.units);
    let policies = &rules.three;
    let mut office = Office::open(Charter::from_opening(books(size))?, policies.clone())?;
    let (kind, administrative) = (KindId::new(KIND), KindId::new(ADMINISTRATIVE));
    let (scope, organs) = (scope_of(size), organs_of(size));
    let mut wrong = Vec::new();

    let mut turns = scope.iter().cycle();
    let mut hire = |office: &mut Office, wrong: &mut Vec<String>| {
        let Some(unit) = turns.next() else { return };
        ask(office, Request::appoint(unit, &kind), true, wrong);
        ask(office, Request::vacate_unnamed(unit, &kind), true, wrong);
    };
    let hired = time(criterion, &group, "hire and leave, control scope", 2, || hire(&mut office, &mut wrong));
    office.set_policies(rules.all.clone());
    let hire_under_all =
        time(criterion, &group, "hire and leave, every rule", 2, || hire(&mut office, &mut wrong));
    office.set_policies(None);
    let laws = time(criterion, &group, "hire and leave, laws alone", 2, || hire(&mut office, &mut wrong));
    office.set_policies(policies.clone());

    let mut turns = scope.iter().cycle();
    let denied = time(criterion, &group, "permit denied, control scope", 1, || {
        let Some(unit) = turns.next() else { return };
        ask(&mut office, Request::permit("k", unit, &kind, 4, OPENED), false, &mut wrong);
    });

    let mut turns = organs.iter().cycle();
    let draw = time(criterion, &group, "draw and leave, pool", 2, || {
        let Some((unit, pool, person)) = turns.next() else { return };
        let request = Request::draw(pool, unit, person.as_str()).category("selected-graduate");
        ask(&mut office, request, true, &mut wrong);
        ask(&mut office, Request::vacate(person.as_str()), true, &mut wrong);
    });

    let mut turns = scope.iter().cycle();
    let mut number = 0_u64;
    let permit = time(criterion, &group, "permit and withdraw, pool set apart", 2, || {
        let Some(unit) = turns.next() else { return };
        let id = format!("k{number}");
        number += 1;
        ask(&mut office, Request::permit(id.as_str(), unit, &administrative, 1, OPENED), true, &mut wrong);
        ask(&mut office, Request::withdraw(id), true, &mut wrong);
    });
    assert!(wrong.is_empty(), "{wrong:?}");
    Ok(Times { laws, hire: hired, hire_under_all, denied, draw, permit })
}

/// Single requests under every rule, each by itself, of an office that grows.
fn singles(size: Size, rules: &Rules) -> Result<Spread, Error> {
    let mut office = Office::open(Charter::from_opening(books(size))?, rules.all.clone())?;
    let kind = KindId::new(KIND);
    let (scope, organs) = (scope_of(size), organs_of(size));
    let (mut hires, mut draws) = (scope.iter().cycle(), organs.iter().cycle());
    let mut wrong = Vec::new();
    let (mut hired_at, mut drawn) = (None, None);
    let ready = |turn: usize| -> Request {
        let request = match turn % SINGLES.len() {
            0 => {
                hired_at = hires.next();
                hired_at.map(|unit| Request::appoint(unit, &kind).into())
            }
            1 => hired_at.map(|unit| Request::vacate_unnamed(unit, &kind).into()),
            2 => {
                drawn = draws.next();
                drawn.map(|(unit, pool, person)| {
                    Request::draw(pool, unit, person.as_str()).category("selected-graduate").into()
                })
            }
            _ => drawn.map(|(_, _, person)| Request::vacate(person.as_str()).into()),
        };
        request.unwrap_or_else(|| Request::vacate("nobody").into())
    };
    let single = spread(SINGLES.len(), ready, |request| ask(&mut office, request, true, &mut wrong));
    assert!(wrong.is_empty(), "{wrong:?}");
    Ok(single)
}

/// A request that is explained, and whether it is granted.
struct Case {
    name: &'static str,
    request: Request,
    granted: bool,
}

fn cases() -> Vec<Case> {
    let kind = KindId::new(KIND);
    let in_scope = (0..CITY.units).find(|number| !is_organ(*number, CITY)).map(unit);
    let organ = (0..CITY.units).find(|number| is_organ(*number, CITY) && county_of(*number, CITY) < POOLS);
    let mut cases = Vec::new();
    if let Some(unit) = in_scope {
        let (name, request) = ("hire", Request::appoint(&unit, &kind).into());
        cases.push(Case { name, request, granted: true });
        let (name, request) = ("permit denied", Request::permit("k", &unit, &kind, 4, OPENED).into());
        cases.push(Case { name, request, granted: false });
    }
    if let Some(organ) = organ {
        let pool = format!("pool{}", county_of(organ, CITY));
        let request = Request::draw(pool, unit(organ), "p").category("selected-graduate").into();
        cases.push(Case { name: "draw", request, granted: true });
    }
    cases
}

/// What explanations cost beside the plain decision, and what a search for another way costs; a line each.
fn measure_explanations(criterion: &mut Criterion, rules: &Rules) -> Result<Vec<String>, Error> {
    let office = Office::open(Charter::from_opening(books(CITY))?, rules.all.clone())?;
    let mut lines = Vec::new();
    for Case { name, request, granted } in cases() {
        let explained = office.explain(request.clone())?;
        assert_eq!(explained.decision.granted(), granted, "{name}: {:?}", explained.decision.reasons);
        let group = format!("explain/{name}");
        let plain = time(criterion, &group, "decide", 1, || drop(black_box(office.decide(request.clone()))));
        let told = time(criterion, &group, "explain", 1, || drop(black_box(office.explain(request.clone()))));
        let tries = explained.why_not()?.tries;
        let searched = time(criterion, &group, "why not", 1, || drop(black_box(explained.why_not())));
        let ratio = told / plain;
        lines.push(format!(
            "{name:<16} {plain:>10.0} ns {told:>9.0} ns {ratio:>7.1} {searched:>8.0} ns {tries:>7}"
        ));
    }
    Ok(lines)
}

fn row(name: &str, city: f64, nation: f64) {
    println!("{name:<30} {city:>10.0} ns {nation:>14.0} ns {:>8.1}", nation / city);
}

/// The spread of single requests, of this process and its memory.
fn tell_singles(rules: &Rules) -> Result<(), Error> {
    let (city, nation) = (singles(CITY, rules)?, singles(NATION, rules)?);
    row("p50", city.p50, nation.p50);
    row("p99", city.p99, nation.p99);
    for ((name, city), nation) in SINGLES.iter().zip(&city.each).zip(&nation.each) {
        row(&format!("p50 of {name}"), *city, *nation);
    }
    let times = |spread: &Spread| spread.p99 / spread.p50;
    println!("p99 / p50                      {:>10.1} {:>17.1}", times(&city), times(&nation));
    Ok(())
}

/// With this argument nothing but single requests is measured.
const ALONE: &str = "singles";
/// What makes glibc ask the system for memory in pages of 2 MB instead of 4 KB.
const LARGE_PAGES: (&str, &str) = ("GLIBC_TUNABLES", "glibc.malloc.hugetlb=1");

/// The same of a process of its own, whose memory is all new: what others gave back costs nothing when it is used again.
fn tell_alone(setting: Option<(&str, &str)>) -> Result<(), Box<dyn std::error::Error>> {
    let mut itself = Command::new(std::env::current_exe()?);
    let done = itself.arg(ALONE).env_remove(LARGE_PAGES.0).envs(setting).status()?;
    if done.success() { Ok(()) } else { Err(format!("single requests: {done}").into()) }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    if std::env::args().any(|argument| argument == ALONE) {
        return Ok(tell_singles(&Rules::load()?)?);
    }
    let mut criterion = Criterion::default().configure_from_args();
    let rules = Rules::load()?;
    let load = time(&mut criterion, "every shipped rule", "load and check", 1, || {
        drop(black_box(PolicySet::load("policies")));
    });
    let city = measure(&mut criterion, CITY, &rules)?;
    let nation = measure(&mut criterion, NATION, &rules)?;
    let explanations = measure_explanations(&mut criterion, &rules)?;
    criterion.final_summary();
    println!("under three rules, a request     1,000 units   1,000,000 units   ratio");
    row("hire and leave, laws alone", city.laws, nation.laws);
    row("hire and leave", city.hire, nation.hire);
    row("hire and leave, every rule", city.hire_under_all, nation.hire_under_all);
    row("permit denied", city.denied, nation.denied);
    row("draw and leave", city.draw, nation.draw);
    row("permit and withdraw", city.permit, nation.permit);
    let (name, value) = LARGE_PAGES;
    println!(
        "single hires, draws and leaves under every rule, one after the other, each office in a process of its own:"
    );
    tell_alone(None)?;
    println!("the same with memory in large pages ({name}={value}):");
    tell_alone(Some(LARGE_PAGES))?;
    println!("under every rule        decide      explain   ratio     why not   tries");
    for line in explanations {
        println!("{line}");
    }
    println!("loading every shipped rule: {:.1} ms", load / 1e6);
    Ok(())
}
