//! The books without policies: appoint and vacate through the office, against the same sums on bare arrays.

#![expect(clippy::arithmetic_side_effects, reason = "sizes and times far inside their types")]

mod clock;
mod nation;
mod spread;

use std::hint::black_box;

use bianzhi::ledger::Ledger;
use bianzhi::model::{KindId, NodeId};
use bianzhi::{Charter, Error, Office, Request};
use criterion::Criterion;

use clock::time;
use nation::{CITY, KIND, NATION, Size, UNIT, opening, shuffled, unit};
use spread::{Spread, spread};

/// The same books as plain arrays: caps and people of units, counties and the whole.
struct Arrays {
    units: Vec<(i64, i64)>,
    counties: Vec<(i64, i64)>,
    whole: (i64, i64),
}

impl Arrays {
    fn new(size: Size) -> Self {
        let (cap, people) = UNIT;
        let in_county = i64::from(size.units / size.counties);
        Self {
            units: vec![UNIT; size.units as usize],
            counties: vec![(cap * in_county, people * in_county); size.counties as usize],
            whole: (cap * i64::from(size.units), people * i64::from(size.units)),
        }
    }

    /// One comes or goes, if there is room all the way up.
    fn change(&mut self, unit: usize, one: i64) -> bool {
        let county = unit % self.counties.len();
        let fits = |(cap, people): (i64, i64)| people + one <= cap;
        let (Some(unit), Some(county)) = (self.units.get_mut(unit), self.counties.get_mut(county)) else {
            return false;
        };
        if !(fits(*unit) && fits(*county) && fits(self.whole)) {
            return false;
        }
        unit.1 += one;
        county.1 += one;
        self.whole.1 += one;
        true
    }
}

/// The times of one size, in nanoseconds a request.
struct Times {
    laws: f64,
    bare: f64,
    spread: Spread,
}

fn measure(criterion: &mut Criterion, size: Size) -> Result<Times, Error> {
    let group = format!("laws only/{} units", size.units);
    let order = shuffled(size);
    let mut arrays = Arrays::new(size);
    let mut turns = order.iter().cycle();
    let bare = time(criterion, &group, "bare arrays", 2, || {
        let unit = turns.next().map_or(0, |unit| *unit as usize);
        black_box(arrays.change(black_box(unit), 1));
        black_box(arrays.change(black_box(unit), -1));
    });
    let mut office = Office::open(Charter::from_opening(opening(size, &[KIND]))?, None)?;
    let kind = KindId::new(KIND);
    let units: Vec<NodeId> = order.into_iter().map(unit).collect();
    let mut turns = units.iter().cycle();
    let mut refused = 0_u64;
    let mut submit = |request: Request| {
        let granted = office.submit(request).is_ok_and(|decision| decision.granted());
        refused += u64::from(!granted);
    };
    let laws = time(criterion, &group, "appoint and vacate", 2, || {
        let Some(unit) = turns.next() else { return };
        submit(Request::appoint(unit, &kind).into());
        submit(Request::vacate_unnamed(unit, &kind).into());
    });
    let mut came = None;
    let ready = |_| -> Option<Request> {
        if let Some(unit) = came.take() {
            return Some(Request::vacate_unnamed(unit, &kind).into());
        }
        came = turns.next();
        came.map(|unit| Request::appoint(unit, &kind).into())
    };
    let spread = spread(2, ready, |request| request.into_iter().for_each(&mut submit));
    assert_eq!(refused, 0, "every request of this benchmark is to be granted");
    Ok(Times { laws, bare, spread })
}

/// The memory that this process holds, in bytes; 0 where the system does not say.
fn resident() -> u64 {
    let pages = std::fs::read_to_string("/proc/self/statm")
        .ok()
        .and_then(|text| text.split_whitespace().nth(1)?.parse::<u64>().ok());
    pages.unwrap_or(0).saturating_mul(4096)
}

/// The bytes that the books take for each unit and kind.
fn memory(kinds: &[&str]) -> Result<u64, Error> {
    let charter = Charter::from_opening(opening(NATION, kinds))?;
    let opening = charter.opening();
    let before = resident();
    let books = Ledger::open(opening);
    let held = resident().saturating_sub(before);
    black_box(&books);
    Ok(held / u64::from(NATION.units) / kinds.len() as u64)
}

fn main() -> Result<(), Error> {
    let mut criterion = Criterion::default().configure_from_args();
    let one = memory(&[KIND])?;
    let two = memory(&[KIND, "administrative"])?;
    let city = measure(&mut criterion, CITY)?;
    let nation = measure(&mut criterion, NATION)?;
    criterion.final_summary();
    println!("laws only, a request       1,000 units   1,000,000 units   ratio");
    let row = |name: &str, city: f64, nation: f64| {
        println!("{name:<24} {city:>10.0} ns {nation:>14.0} ns {:>8.1}", nation / city);
    };
    row("bare arrays", city.bare, nation.bare);
    row("appoint and vacate", city.laws, nation.laws);
    row("one alone, p50", city.spread.p50, nation.spread.p50);
    row("one alone, p99", city.spread.p99, nation.spread.p99);
    let times = |spread: &Spread| spread.p99 / spread.p50;
    println!("p99 / p50                {:>13.1} {:>17.1}", times(&city.spread), times(&nation.spread));
    println!("times the bare arrays    {:>13.0} {:>17.0}", city.laws / city.bare, nation.laws / nation.bare);
    println!("bytes a unit and kind: {one} with one kind in use, {two} with two");
    Ok(())
}
