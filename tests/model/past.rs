//! Looking back: movements of the year, the year's start and its average, counted again from the answers.

use std::collections::BTreeMap;

use bianzhi::ledger::Ledger;
use bianzhi::model::{Date, KindId, NodeId, Seats};
use bianzhi::{Charter, Office, Outcome, Request, Verb};
use rust_decimal::Decimal;

use super::answer::Answer;
use super::books::{Books, Table};

/// What the units' course was, as far as it is known.
#[derive(Debug, Clone)]
pub(crate) struct Past {
    units: BTreeMap<(NodeId, KindId), Course>,
    /// Everyone's arrivals and departures, whatever became of the unit.
    city: BTreeMap<KindId, Option<(i64, i64)>>,
    /// The day on which the figures were last weighed.
    weighed: Date,
    /// A late report or a correction changed what was: from here on nothing is compared.
    rewritten: bool,
}

#[derive(Debug, Clone, Default)]
struct Course {
    vacancy: i64,
    vacancy_at_start: Option<i64>,
    /// Arrivals and departures, where the year is known from its first day.
    moved: Option<(i64, i64)>,
    /// Vacancy times days of this year, where it is known from its first day.
    days: Option<i64>,
    /// Vacancy at the last year's end.
    last_end: Option<i64>,
    /// Vacancy times days of the last year, and its days.
    last_year: Option<(i64, i64)>,
}

impl Past {
    pub(crate) fn open(books: &Books, table: &Table) -> Self {
        let new_year = books.today.month() == 1 && books.today.day() == 1;
        let mut units = BTreeMap::new();
        let known = new_year.then_some((0, 0));
        let city = table.keys().map(|(_, kind)| (kind.clone(), known)).collect();
        for ((node, kind), row) in table.iter().filter(|((node, _), _)| books.is_unit(node)) {
            let vacancy = row.vacancy.get();
            let course = Course {
                vacancy,
                vacancy_at_start: new_year.then_some(vacancy),
                moved: new_year.then_some((0, 0)),
                days: new_year.then_some(0),
                ..Course::default()
            };
            units.insert((node.clone(), kind.clone()), course);
        }
        Self { units, city, weighed: books.today, rewritten: false }
    }

    /// Takes in one answer; `table` is what stands after it.
    pub(crate) fn follow(&mut self, request: &Request, answer: &Answer, books: &Books, table: &Table) {
        let correction = matches!(request.verb, Verb::Correct(_)) && answer.outcome == Outcome::Granted;
        self.rewritten |= correction || request.effective.is_some_and(|day| day != books.today);
        self.advance(books.today);
        for event in &answer.events {
            let event: serde_json::Value = serde_json::from_str(event).expect("events are JSON");
            let (name, fields) = event.as_object().expect("an object").iter().next().expect("one event");
            let text = |key: &str| fields[key].as_str().unwrap_or_default().to_owned();
            let course = self.units.get_mut(&(text("unit").into(), text("kind").into()));
            let own = fields.get("loan").is_none();
            let unit = course.and_then(|course| course.moved.as_mut());
            let city = self.city.get_mut(text("kind").as_str()).and_then(Option::as_mut);
            for (arrivals, departures) in unit.into_iter().chain(city) {
                match name.as_str() {
                    "appointed" if own => *arrivals += 1,
                    "converted" => *arrivals += 1,
                    "vacated" if own => *departures += 1,
                    _ => {}
                }
            }
            if name == "merged" {
                let into = text("into");
                self.units.retain(|(unit, _), _| unit.as_str() != into);
            }
        }
        self.units.retain(|(unit, _), _| books.nodes.contains_key(unit));
        for (key, course) in &mut self.units {
            course.vacancy = table[key].vacancy.get();
        }
    }

    /// Weighs the days gone by, closing each year on the way.
    fn advance(&mut self, to: Date) {
        while self.weighed.year() < to.year() {
            let year = self.weighed.year();
            let next = Date::constant(year + 1, 1, 1);
            self.weigh(next);
            let length = days(Date::constant(year, 1, 1), next);
            for course in self.units.values_mut() {
                course.last_year = course.days.map(|sum| (sum, length));
                course.last_end = Some(course.vacancy);
                course.vacancy_at_start = Some(course.vacancy);
                course.moved = Some((0, 0));
                course.days = Some(0);
            }
            self.city.values_mut().for_each(|moved| *moved = Some((0, 0)));
        }
        self.weigh(to);
    }

    fn weigh(&mut self, to: Date) {
        let days = days(self.weighed, to);
        for course in self.units.values_mut() {
            if let Some(sum) = &mut course.days {
                *sum += course.vacancy * days;
            }
        }
        self.weighed = to;
    }

    pub(crate) fn same(&self, office: &Ledger) -> Result<(), String> {
        if self.rewritten {
            return Ok(());
        }
        for ((unit, kind), course) in &self.units {
            let Some((node, of)) = office.node(unit.as_str()).zip(office.kind(kind.as_str())) else {
                continue;
            };
            let got = office.past_figures(node, of);
            let movements = got.arrivals.zip(got.departures).map(|(one, other)| (one.get(), other.get()));
            let start = got.vacancy_at_year_start.map(Seats::get);
            let end = office.vacancy_at_year_end(node, of, 1).map(Seats::get);
            let average = office.average_vacancy(node, of, 1);
            let wanted = course.last_year.map(|(sum, days)| Decimal::from(sum) / Decimal::from(days));
            if (movements, start, end, average)
                != (course.moved, course.vacancy_at_start, course.last_end, wanted)
            {
                return Err(format!(
                    "the past of {unit} {kind}: office {movements:?} {start:?} {end:?} {average:?}, \
                     model {course:?} {wanted:?}"
                ));
            }
        }
        for (kind, moved) in &self.city {
            let Some(of) = office.kind(kind.as_str()) else { continue };
            let got = office.past_figures(office.root(), of);
            let got = got.arrivals.zip(got.departures).map(|(one, other)| (one.get(), other.get()));
            if got != *moved {
                return Err(format!("the city's movements of {kind}: office {got:?}, model {moved:?}"));
            }
        }
        Ok(())
    }
}

fn days(from: Date, to: Date) -> i64 {
    i64::from((to - from).get_days())
}

/// What is counted in a year is taken out again with what it was counted for: at the unit, above it, and in the year that
/// it was counted in.
#[test]
fn what_a_correction_takes_back_counts_in_no_year() {
    let charter = "bianzhi: charter/1
opened: 2024-01-01
levels: [city, county, unit]
kinds: {institution: {zh: 事业编制, en: institution}}
nodes:
  - {id: city, level: city, caps: {institution: 30}}
  - {id: county, parent: city, level: county, caps: {institution: 20}}
  - {id: school, parent: county, level: unit, caps: {institution: 10}, occupied: {institution: 5}}
";
    let mut office = Office::open(Charter::parse("charter.yaml", charter).unwrap(), None).unwrap();
    let mut ask = |on: Date, request: Request| {
        let decision = office.submit(request.on(on)).unwrap();
        assert!(decision.granted(), "{:?}", decision.reasons);
        let books = office.books();
        let past = ["school", "county", "city"].map(|node| {
            let past = books.past_figures(books.node(node).unwrap(), books.kind("institution").unwrap());
            let [came, went, start] = [past.arrivals, past.departures, past.vacancy_at_year_start];
            [came, went, start].map(|seats| seats.map_or(-1, Seats::get))
        });
        assert!(past.iter().all(|one| *one == past[0]), "one unit is all there is: {past:?}");
        (decision.entry, past[0])
    };
    let leaves = || Request::from(Request::vacate_unnamed("school", "institution"));
    let (leap, leap_day) = (Date::constant(2024, 2, 29), Date::constant(2024, 3, 1));
    let (first, told) = ask(leap, leaves());
    assert_eq!(told, [0, 1, 5]);
    assert_eq!(ask(leap, leaves()).1, [0, 2, 5]);
    assert_eq!(ask(leap_day, Request::correct(first, "nobody left").into()).1, [0, 1, 5]);
    let (hired, told) = ask(leap_day, Request::appoint("school", "institution").into());
    assert_eq!(told, [1, 1, 5]);
    assert_eq!(ask(leap_day, Request::correct(hired, "nobody came").into()).1, [0, 1, 5]);
    // Of the five four are left, then three; the new year begins with seven empty seats.
    let (last, told) = ask(Date::constant(2024, 12, 31), leaves());
    assert_eq!(told, [0, 2, 5]);
    let new_year = Date::constant(2025, 1, 2);
    assert_eq!(ask(new_year, leaves()).1, [0, 1, 7]);
    // What is taken back belongs to last year: this year's leaver stays counted, the year began with one seat less empty.
    assert_eq!(ask(new_year, Request::correct(last, "nobody left").into()).1, [0, 1, 6]);
    // Arrivals are remembered for three years: one that is taken back is taken out of its own.
    let (hired, _) = ask(new_year, Request::appoint("school", "institution").into());
    let next = Date::constant(2026, 1, 5);
    assert_eq!(ask(next, leaves()).1[..2], [0, 1]);
    let came = |office: &Office| {
        let books = office.books();
        let (node, kind) = (books.node("school").unwrap(), books.kind("institution").unwrap());
        books.arrivals_in_years(node, kind, 2).map(Seats::get)
    };
    assert_eq!(came(&office), Some(1));
    let taken_back = Request::correct(hired, "nobody came").on(next);
    assert!(office.submit(taken_back).unwrap().granted());
    assert_eq!(came(&office), Some(0));
}
