//! A made city: jurisdictions, units, people and year ends from a seed, with no hash, clock or float.

use std::fmt::Write as _;

use crate::dice::{Dice, share};

/// The counties of Nanping, with the institution seats (in hundreds) that weigh them.
const COUNTIES: [(&str, &str, u32); 10] = [
    ("350702", "延平区", 52),
    ("350703", "建阳区", 43),
    ("350721", "顺昌县", 26),
    ("350722", "浦城县", 44),
    ("350723", "光泽县", 19),
    ("350724", "松溪县", 20),
    ("350725", "政和县", 25),
    ("350781", "邵武市", 35),
    ("350782", "武夷山市", 27),
    ("350783", "建瓯市", 34),
];

/// How many units of each sort, seats of the pool, and vacancies.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Size {
    organs: u32,
    schools: u32,
    hospitals: u32,
    controlled: u32,
    small: u32,
    pool: u32,
    vacancies: u32,
}

impl Size {
    /// 4,000 units have a control scope of 300, a pool of 400 and 2,010 vacancies; others in proportion, the
    /// control scope at most 300.
    pub(crate) fn of(units: u32) -> Self {
        let part = |thousandths: u32| share(units, thousandths, 1000);
        let (organs, schools, hospitals) = (part(100), part(350), part(50));
        let controlled = part(75).min(300);
        let others = [organs, schools, hospitals, controlled].into_iter().fold(0, u32::saturating_add);
        Self {
            organs,
            schools,
            hospitals,
            controlled,
            small: units.saturating_sub(others),
            pool: share(units, 1, 10),
            vacancies: share(units, 201, 400),
        }
    }
}

/// A city, ready to be written.
#[derive(Debug)]
pub(crate) struct City {
    pool: u32,
    places: Vec<Place>,
}

/// A county, or the city's own organs.
#[derive(Debug)]
struct Place {
    id: &'static str,
    name: &'static str,
    units: Vec<Unit>,
}

#[derive(Debug)]
struct Unit {
    sort: Sort,
    cap: u32,
    vacancy: u32,
    /// Vacancies at the two year ends before the last.
    earlier: [u32; 2],
    pupils: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sort {
    Organ,
    Senior,
    Junior,
    Primary,
    Hospital,
    Controlled,
    Small,
}

impl Sort {
    /// The letter in its id, the word in its name, its tag.
    fn words(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Organ => ("g", "机关", "organ"),
            Self::Senior => ("m", "中学（高中）", "school"),
            Self::Junior => ("j", "中学（初中）", "school"),
            Self::Primary => ("x", "小学", "school"),
            Self::Hospital => ("h", "医院", "hospital"),
            Self::Controlled => ("k", "事业单位", "control-scope"),
            Self::Small => ("s", "服务站", ""),
        }
    }

    /// The least and the most seats of such a unit.
    fn seats(self, direct: bool) -> (u32, u32) {
        match self {
            Self::Organ if direct => (10, 40),
            Self::Organ => (5, 16),
            Self::Senior => (30, 70),
            Self::Junior => (12, 30),
            Self::Primary => (6, 20),
            Self::Hospital => (10, 50),
            Self::Controlled => (14, 30),
            Self::Small => (2, 5),
        }
    }

    /// Of a thousand units, how many are the city's own.
    fn direct(self) -> u32 {
        match self {
            Self::Organ | Self::Small => 150,
            Self::Senior => 60,
            Self::Junior | Self::Primary => 15,
            Self::Hospital => 50,
            Self::Controlled => 300,
        }
    }

    /// Twice the pupils a member of staff.
    fn twice_pupils(self) -> u32 {
        match self {
            Self::Senior => 25,
            Self::Junior => 27,
            Self::Primary => 38,
            Self::Organ | Self::Hospital | Self::Controlled | Self::Small => 0,
        }
    }
}

impl City {
    /// The city of this size and seed.
    pub(crate) fn new(size: Size, seed: u64) -> Self {
        let mut dice = Dice(seed);
        let mut places = vec![Place { id: "direct", name: "市直", units: Vec::new() }];
        places.extend(COUNTIES.map(|(id, name, _)| Place { id, name, units: Vec::new() }));
        let sorts = [
            (Sort::Organ, size.organs),
            (Sort::Senior, share(size.schools, 1, 10)),
            (Sort::Junior, share(size.schools, 2, 10)),
            (
                Sort::Primary,
                size.schools.saturating_sub(share(size.schools, 1, 10)).saturating_sub(share(
                    size.schools,
                    2,
                    10,
                )),
            ),
            (Sort::Hospital, size.hospitals),
            (Sort::Controlled, size.controlled),
            (Sort::Small, size.small),
        ];
        for (sort, count) in sorts {
            for number in 0..count {
                // The first organ is the city's own: its pool is sized by them.
                let first = sort == Sort::Organ && number == 0;
                let direct = first || dice.below(1000) < sort.direct();
                let place = if direct { 0 } else { county(&mut dice) };
                let unit = Unit::new(sort, direct, &mut dice);
                if let Some(place) = places.get_mut(place) {
                    place.units.push(unit);
                }
            }
        }
        let mut units: Vec<&mut Unit> = places
            .iter_mut()
            .flat_map(|place| &mut place.units)
            .filter(|unit| unit.sort != Sort::Organ)
            .collect();
        year_ends(&mut units, size.vacancies, &mut dice);
        Self { pool: size.pool, places }
    }

    /// All seats of the city.
    pub(crate) fn seats(&self) -> u64 {
        let [administrative, institution] = self.caps();
        administrative.saturating_add(institution)
    }

    /// The charter; the nodes stand in a table of their own.
    pub(crate) fn charter(&self) -> String {
        format!(
            "# 编出来的市，供演示和测试用；数字和单位名都不是真的。 / A made-up city to try things on.
bianzhi: charter/1
opened: 2024-01-01
levels: [city, county, unit]
kinds:
  administrative: {{zh: 行政编制, en: administrative}}
  institution: {{zh: 事业编制, en: institution}}
excess: refuse
nodes: {{csv: nodes.csv}}
pools:
  - {{id: administrative-pool, sponsor: direct, kind: administrative, name: 行政编制周转池, rule: administrative_pool}}
  - {{id: talent-pool, sponsor: nanping, kind: institution, name: 事业编制周转池, size: {}}}
",
            self.pool
        )
    }

    /// The table of nodes: the city, its counties, then their units.
    pub(crate) fn nodes(&self) -> String {
        let mut text = String::from(
            "id,parent,level,tier,name,tags,cap.administrative,cap.institution,occupied.administrative,\
             occupied.institution,history.institution,fact.pupils_senior,fact.pupils_junior,fact.pupils_primary\n",
        );
        let [administrative, institution] = self.caps();
        let history = history(self.places.iter().flat_map(|place| &place.units));
        // Writing to a text cannot fail.
        let _ = writeln!(text, "nanping,,city,,南平市,,{administrative},{institution},,,{history},,,");
        for place in &self.places {
            let [administrative, institution] = place.caps();
            let tier = if place.id == "direct" { "city" } else { "" };
            let (id, name, history) = (place.id, place.name, history_of(place));
            let _ = writeln!(
                text,
                "{id},nanping,county,{tier},{name},,{administrative},{institution},,,{history},,,"
            );
        }
        for place in &self.places {
            place.write_units(&mut text);
        }
        text
    }

    /// What the counties have, and a fiftieth more in the city's own hands.
    fn caps(&self) -> [u64; 2] {
        let sums = self.places.iter().map(Place::caps);
        sums.fold([0_u64; 2], |[a, b], [c, d]| [a.saturating_add(c), b.saturating_add(d)]).map(with_reserve)
    }
}

impl Place {
    /// What its units have, and a fiftieth more in its own hands.
    fn caps(&self) -> [u64; 2] {
        let of = |organs: bool| {
            let units = self.units.iter().filter(|unit| (unit.sort == Sort::Organ) == organs);
            units.map(|unit| u64::from(unit.cap)).fold(0, u64::saturating_add)
        };
        [of(true), of(false)].map(with_reserve)
    }

    fn write_units(&self, text: &mut String) {
        for (unit, number) in self.units.iter().zip(1_u32..) {
            let (letter, word, tag) = unit.sort.words();
            let (id, name) = (self.id, self.name);
            let (cap, occupied) = (unit.cap, unit.cap.saturating_sub(unit.vacancy));
            let _ = write!(text, "{id}-{letter}{number:05},{id},unit,,{name}第{number}{word},{tag},");
            let _ = match unit.sort {
                Sort::Organ => writeln!(text, "{cap},,{occupied},,,,,"),
                Sort::Senior => writeln!(text, ",{cap},,{occupied},{},{},,", unit.history(), unit.pupils),
                Sort::Junior => writeln!(text, ",{cap},,{occupied},{},,{},", unit.history(), unit.pupils),
                Sort::Primary => writeln!(text, ",{cap},,{occupied},{},,,{}", unit.history(), unit.pupils),
                Sort::Hospital | Sort::Controlled | Sort::Small => {
                    writeln!(text, ",{cap},,{occupied},{},,,", unit.history())
                }
            };
        }
    }
}

impl Unit {
    /// An organ opens with its vacancies: a tenth of the city's own seats, a twenty-fifth of the counties'.
    fn new(sort: Sort, direct: bool, dice: &mut Dice) -> Self {
        let (least, most) = sort.seats(direct);
        let cap = dice.between(least, most);
        let vacancy = if sort == Sort::Organ {
            let chance = if direct { 100 } else { 40 };
            let empty = (0..cap).filter(|_| dice.below(1000) < chance).count();
            u32::try_from(empty).unwrap_or(0)
        } else {
            0
        };
        let hundredths = dice.between(70, 130);
        let pupils = share(cap.saturating_mul(sort.twice_pupils()), hundredths, 200);
        Self { sort, cap, vacancy, earlier: [0; 2], pupils }
    }

    fn history(&self) -> String {
        let [first, second] = self.earlier;
        format!("{first};{second};{}", self.vacancy)
    }
}

/// The vacancies of three year ends: the last as the books open, then back year by year, some filled and
/// others emptied, with 1,950 and 2,040 where the last is 2,010, give or take ten.
fn year_ends(units: &mut [&mut Unit], vacancies: u32, dice: &mut Dice) {
    let seats: Vec<usize> =
        units.iter().enumerate().flat_map(|(place, unit)| (0..unit.cap).map(move |_| place)).collect();
    let mut empty = vec![0_u32; units.len()];
    level(&mut empty, units, &seats, vacancies, dice);
    for (unit, empty) in units.iter_mut().zip(&empty) {
        unit.vacancy = *empty;
    }
    for (year, of_2010) in [(1, 2040), (0, 1950)] {
        let spread = share(vacancies, 10, 2010);
        let least = share(vacancies, of_2010, 2010).saturating_sub(spread);
        let total = dice.between(least, least.saturating_add(spread.saturating_mul(2)));
        // About a quarter of the vacancies stood elsewhere a year before.
        let filled = total.saturating_sub(share(vacancies, 1, 4));
        level(&mut empty, units, &seats, filled, dice);
        level(&mut empty, units, &seats, total, dice);
        for (unit, empty) in units.iter_mut().zip(&empty) {
            if let Some(earlier) = unit.earlier.get_mut(year) {
                *earlier = *empty;
            }
        }
    }
}

/// Empties or fills seats drawn by lot until so many are empty; no unit is more than half empty.
fn level(empty: &mut [u32], units: &[&mut Unit], seats: &[usize], total: u32, dice: &mut Dice) {
    let mut now = empty.iter().copied().fold(0, u32::saturating_add);
    let most = u32::try_from(seats.len()).unwrap_or(u32::MAX);
    while now != total {
        let Some(place) = seats.get(usize::try_from(dice.below(most)).unwrap_or(0)) else { return };
        let (Some(here), Some(unit)) = (empty.get_mut(*place), units.get(*place)) else { return };
        if now < total && *here < share(unit.cap, 1, 2) {
            *here = here.saturating_add(1);
            now = now.saturating_add(1);
        } else if now > total && *here > 0 {
            *here = here.saturating_sub(1);
            now = now.saturating_sub(1);
        }
    }
}

fn history_of(place: &Place) -> String {
    history(place.units.iter())
}

/// The institution vacancies of these units together, at the last three year ends.
fn history<'a>(units: impl Iterator<Item = &'a Unit>) -> String {
    let mut sums = [0_u32; 3];
    for unit in units.filter(|unit| unit.sort != Sort::Organ) {
        let [first, second] = unit.earlier;
        for (sum, part) in sums.iter_mut().zip([first, second, unit.vacancy]) {
            *sum = sum.saturating_add(part);
        }
    }
    sums.map(|sum| sum.to_string()).join(";")
}

/// A county's place among the places, by lot and weight.
fn county(dice: &mut Dice) -> usize {
    let all = COUNTIES.iter().map(|(_, _, weight)| *weight).fold(0, u32::saturating_add);
    let mut drawn = dice.below(all);
    for ((_, _, weight), place) in COUNTIES.iter().zip(1..) {
        match drawn.checked_sub(*weight) {
            Some(left) => drawn = left,
            None => return place,
        }
    }
    1
}

fn with_reserve(seats: u64) -> u64 {
    seats.saturating_add(seats.checked_div(50).unwrap_or(0))
}
