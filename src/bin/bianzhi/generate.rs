//! `bianzhi generate`: books to try things on, the same bytes for the same seed on every machine.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use bianzhi::model::Lang;
use bianzhi::{Error, Fault};

use crate::city::{City, Size};
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
}

#[derive(Debug, clap::Args)]
struct Asked {
    /// 单位数 · how many units
    #[arg(long, default_value_t = 4000, value_parser = clap::value_parser!(u32).range(100..=1_000_000))]
    units: u32,
    /// 种子：同一种子生成同样的内容 · the same seed makes the same city
    #[arg(long, default_value_t = 7)]
    seed: u64,
    /// 写入的目录（默认 city-单位数-种子） · the folder to write to; city-UNITS-SEED unless given
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// How a charter begins that this command wrote, and may write again.
const MARK: &str = "# bianzhi generate city";

/// Generates the books and writes them.
pub(crate) fn generate(arguments: &Arguments, lang: Lang, out: &mut dyn Write) -> Result<Ending, Failure> {
    let What::City(asked) = &arguments.what;
    let own_name = || PathBuf::from(format!("city-{}-{}", asked.units, asked.seed));
    let folder = asked.out.clone().unwrap_or_else(own_name);
    let (charter, nodes) = (folder.join("charter.yaml"), folder.join("nodes.csv"));
    nothing_of_others(&charter, &nodes)?;
    let city = City::new(Size::of(asked.units), asked.seed);
    let head = format!("{MARK} --units {} --seed {}\n", asked.units, asked.seed);
    let write = |path: &Path, text: String| fs::write(path, text).map_err(|cause| Error::io(path, &cause));
    fs::create_dir_all(&folder).map_err(|cause| Error::io(&folder, &cause))?;
    write(&charter, format!("{head}{}", city.charter()))?;
    write(&nodes, city.nodes())?;
    let (units, seats) = (asked.units, city.seats());
    match lang {
        Lang::Zh => writeln!(out, "{}：{units} 个单位，编制 {seats} 名", charter.display())?,
        Lang::En => writeln!(out, "{}: {units} units, {seats} seats", charter.display())?,
    }
    Ok(Ending::AsExpected)
}

/// Books that this command did not write are never written over.
fn nothing_of_others(charter: &Path, nodes: &Path) -> Result<(), Error> {
    let own = fs::read_to_string(charter).is_ok_and(|text| text.starts_with(MARK));
    let there = [charter, nodes].into_iter().find(|path| path.exists());
    match there {
        Some(path) if !own => {
            let message = format!("`{}` is there already, and is no generated city", path.display());
            Err(Error::input(vec![Fault::nowhere(message)]))
        }
        Some(_) | None => Ok(()),
    }
}
