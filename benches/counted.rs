//! The main paths, so many times over and nothing else, for a tool that counts instructions.
//!
//! `counted PATH ROUNDS`, run under callgrind with two numbers of rounds: the difference leaves out what comes
//! before the first round.

#![expect(clippy::arithmetic_side_effects, reason = "sizes far inside their types")]

#[path = "stream/mod.rs"]
mod measured;
mod nation;
mod shipped;

use bianzhi::model::{KindId, NodeId};
use bianzhi::{Charter, Entry, Office, PolicySet, Request};

use measured::{City, requests};
use nation::{CITY, KIND, NATION, OPENED, Size, county_of, shuffled, unit};
use shipped::{POOLS, Rules, books, is_organ};

/// Units in turn, from those that may hire.
fn scope(size: Size) -> Vec<NodeId> {
    shuffled(size).into_iter().filter(|number| !is_organ(*number, size)).map(unit).collect()
}

/// So many hires, each followed by a leave.
fn hire(office: &mut Office, size: Size, rounds: usize) -> Result<(), Box<dyn std::error::Error>> {
    let kind = KindId::new(KIND);
    for unit in scope(size).iter().cycle().take(rounds) {
        let hired = office.submit(Request::appoint(unit, &kind))?;
        let left = office.submit(Request::vacate_unnamed(unit, &kind))?;
        if !(hired.granted() && left.granted()) {
            return Err("every request here is to be granted".into());
        }
    }
    Ok(())
}

/// So many draws on a pool, each followed by the leave of who was drawn.
fn draw(office: &mut Office, size: Size, rounds: usize) -> Result<(), Box<dyn std::error::Error>> {
    let organs = shuffled(size).into_iter().filter(|number| is_organ(*number, size));
    let organs = organs.filter(|number| county_of(*number, size) < POOLS);
    let asked: Vec<(String, NodeId, String)> = organs
        .map(|number| (format!("pool{}", county_of(number, size)), unit(number), format!("p{number}")))
        .collect();
    for (pool, organ, person) in asked.iter().cycle().take(rounds) {
        let request = Request::draw(pool.as_str(), organ, person.as_str()).category("selected-graduate");
        let drawn = office.submit(request)?;
        let left = office.submit(Request::vacate(person.as_str()))?;
        if !(drawn.granted() && left.granted()) {
            return Err("every request here is to be granted".into());
        }
    }
    Ok(())
}

/// So many hires that the rules are asked about, laws aside, and have nothing against.
fn rules(office: &Office, rounds: usize) -> Result<(), Box<dyn std::error::Error>> {
    let kind = KindId::new(KIND);
    let asked: Vec<Request> = scope(CITY).iter().map(|unit| Request::appoint(unit, &kind).into()).collect();
    for request in asked.iter().cycle().take(rounds) {
        if !office.rules_on(request).nothing_against() {
            return Err("the rules are to have nothing against a hire here".into());
        }
    }
    Ok(())
}

/// So many requests of the stream on its first day, asked of its four rules: all of them, or those that are granted.
fn stream(rounds: usize, all: bool) -> Result<(), Box<dyn std::error::Error>> {
    let opening = measured::books::opening(&City::new());
    let office = Office::open(Charter::from_opening(opening)?, PolicySet::load("benches/stream/policies")?)?;
    let mut asked: Vec<Request> = requests().iter().take(2_000).map(measured::books::request).collect();
    // Each is asked once before it counts: what is left of the rules is made when it is first asked for.
    asked.retain(|request| office.rules_on(request).nothing_against() || all);
    for request in asked.iter().cycle().take(rounds) {
        std::hint::black_box(office.rules_on(request));
    }
    Ok(())
}

/// So many permits that are denied.
fn denied(office: &mut Office, rounds: usize) -> Result<(), Box<dyn std::error::Error>> {
    let kind = KindId::new(KIND);
    for unit in scope(CITY).iter().cycle().take(rounds) {
        if office.submit(Request::permit("k", unit, &kind, 4, OPENED))?.granted() {
            return Err("every request here is to be denied".into());
        }
    }
    Ok(())
}

fn office(size: Size, policies: Option<PolicySet>) -> Result<Office, bianzhi::Error> {
    Office::open(Charter::from_opening(books(size))?, policies)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // `cargo bench` adds its own argument.
    let given: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let [path, rounds] = given.as_slice() else {
        println!(
            "counted PATH ROUNDS: laws, laws-nation, hire, every-rule, draw, rules, stream, stream-grants, denied or replay"
        );
        return Ok(());
    };
    let rounds: usize = rounds.parse()?;
    let rules_of = Rules::load()?;
    match path.as_str() {
        "laws" => hire(&mut office(CITY, None)?, CITY, rounds),
        "laws-nation" => hire(&mut office(NATION, None)?, NATION, rounds),
        "hire" => hire(&mut office(CITY, Some(rules_of.three))?, CITY, rounds),
        "every-rule" => hire(&mut office(CITY, Some(rules_of.all))?, CITY, rounds),
        "draw" => draw(&mut office(CITY, Some(rules_of.all))?, CITY, rounds),
        "rules" => rules(&office(CITY, Some(rules_of.all))?, rounds),
        "stream" => stream(rounds, true),
        "stream-grants" => stream(rounds, false),
        "denied" => denied(&mut office(CITY, Some(rules_of.three))?, rounds),
        "replay" => {
            let charter = Charter::from_opening(books(CITY))?;
            let mut first = Office::open(charter.clone(), rules_of.three.clone())?;
            hire(&mut first, CITY, 500)?;
            let entries: Vec<Entry> = first.journal().entries().cloned().collect();
            for _ in 0..rounds {
                let again = Office::replay(&charter, rules_of.three.clone(), &entries)?;
                if again.journal().next() != first.journal().next() {
                    return Err("a replay has every entry".into());
                }
            }
            Ok(())
        }
        other => Err(format!("there is no path `{other}`").into()),
    }
}
