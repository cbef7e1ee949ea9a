//! `bianzhi plan`: drafts what may be done next, prints it, and writes it as a scenario that runs.

use std::fs;
use std::io::Write;
use std::path::{Component, Path, PathBuf};

use bianzhi::model::{Date, KindId, Lang, NodeId, Seats};
use bianzhi::plan::{Objective, PlannedPlace, SchoolPlan};
use bianzhi::{Charter, Error, Fault, Office, PolicySet};
use serde::Serialize;

use crate::table::{Align, Table};
use crate::terminal::Paint;
use crate::{Ending, Failure};

/// What `plan` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// 中小学编制统筹：按学生数测算，全市一盘棋 · the school quota as one pot, shared by pupils
    ///
    /// 需要数 = 各学段 ⌈学生数 ÷ 生师比⌉ 之和。学生数是学校（标签 school）或县的事实 pupils_senior、
    /// pupils_junior、pupils_primary；生师比、分法、编制类别是参数 school.*。先在县之间分，再在县内学校之间分；
    /// 在用的编制（实有、核准、借出）一名不动，总量一名不变。
    ///
    /// The need of a county is the sum over stages of ⌈pupils / ratio⌉. Pupils are the facts pupils_senior,
    /// pupils_junior and pupils_primary of schools (tag `school`), or of the county that then needs all
    /// three; ratios, objective and kind are the parameters school.*. The city shares between counties, each
    /// county between its schools (by what they have, if only the county counts pupils). No seat that is in
    /// use moves, no total changes. --out writes the transfers as a scenario for `bianzhi run`.
    Schools(Schools),
}

#[derive(Debug, clap::Args)]
struct Schools {
    /// 期初账册文件 · the charter
    #[arg(value_name = "CHARTER")]
    charter: PathBuf,
    /// 政策目录 · the policies: they hold the ratios
    #[arg(long, value_name = "DIR", default_value = "policies")]
    policies: PathBuf,
    /// 方案日期（默认开账日） · the day of the plan; the books' first unless given
    #[arg(long, value_name = "DATE")]
    on: Option<Date>,
    /// 把划转写成场景文件 · write the transfers to this scenario
    #[arg(long, value_name = "SCENARIO.yaml")]
    out: Option<PathBuf>,
    /// 输出格式；JSON 里有各校和划转 · what to write; JSON has schools and transfers, too
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// 表格 · a table
    Table,
    /// JSON
    Json,
}

/// What every scenario says of itself.
const SCENARIO: &str = "bianzhi: scenario/1";

/// Drafts the plan, writes the scenario if one was asked for, and prints the plan.
pub(crate) fn plan(arguments: &Arguments, lang: Lang, out: &mut dyn Write) -> Result<Ending, Failure> {
    let What::Schools(asked) = &arguments.what;
    let office = Office::open(Charter::load(&asked.charter)?, PolicySet::load(&asked.policies)?)?;
    let plan = SchoolPlan::draft(&office, asked.on)?;
    plan.rehearse(&office)?;
    if let Some(path) = &asked.out {
        write_scenario(&plan, path, &asked.charter, &asked.policies)?;
    }
    match asked.format {
        Format::Table => print(&plan, &office, lang, asked.out.as_deref(), out)?,
        Format::Json => {
            serde_json::to_writer_pretty(&mut *out, &shown(&plan))?;
            out.write_all(b"\n")?;
        }
    }
    Ok(Ending::AsExpected)
}

/// The scenario names charter and policies as seen from its own folder.
fn write_scenario(plan: &SchoolPlan, path: &Path, charter: &Path, policies: &Path) -> Result<(), Error> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let real = |path: &Path| fs::canonicalize(path).map_err(|cause| Error::io(path, &cause));
    let (folder, charter, policies) = (real(folder)?, real(charter)?, real(policies)?);
    // A plan may be drafted again; whatever else stands there is somebody's work.
    if path.is_file() && !fs::read_to_string(path).is_ok_and(|text| text.contains(SCENARIO)) {
        let message = format!("`{}` is there already, and is no scenario", path.display());
        let zh = format!("`{}` 已经存在，且不是情景", path.display());
        return Err(Error::input(vec![Fault::nowhere(message).in_chinese(zh)]));
    }
    let text = plan.scenario(&seen_from(&folder, &charter)?, Some(&seen_from(&folder, &policies)?));
    fs::write(path, text).map_err(|cause| Error::io(path, &cause))
}

/// A path as seen from a folder; both are absolute.
pub(crate) fn seen_from(folder: &Path, path: &Path) -> Result<String, Error> {
    let shared = folder.components().zip(path.components()).take_while(|(one, other)| one == other).count();
    let relative = if shared == 0 {
        path.to_path_buf()
    } else {
        let up = folder.components().skip(shared).map(|_| Component::ParentDir);
        up.chain(path.components().skip(shared)).collect()
    };
    let parts: Option<Vec<&str>> = relative.iter().map(|part| part.to_str()).collect();
    let Some(parts) = parts else {
        let message = format!("`{}` cannot be written into a scenario: it is no text", path.display());
        let zh = format!("`{}` 不能写进情景：它不是文本", path.display());
        return Err(Error::input(vec![Fault::nowhere(message).in_chinese(zh)]));
    };
    Ok(if parts.is_empty() { ".".to_owned() } else { parts.join("/").replace("//", "/") })
}

fn print(
    plan: &SchoolPlan,
    office: &Office,
    lang: Lang,
    written: Option<&Path>,
    out: &mut dyn Write,
) -> Result<(), Failure> {
    let kind = office.books().kinds().find(|(_, kind)| kind.id == plan.kind);
    let kind = kind.map_or("", |(_, kind)| lang.pick(&kind.zh, &kind.en));
    let objective = match plan.objective {
        Objective::Proportional => lang.pick("按需要比例", "in proportion to need"),
        Objective::LeastSquares => lang.pick("最小二乘", "least squares"),
    };
    let title = lang.pick("中小学编制统筹方案", "school quota plan");
    let title = format!("{title} · {kind} · {} · {objective}", plan.on);
    writeln!(out, "{}", Paint::for_stdout().heading(&title))?;
    let columns = [
        ("县（市、区）", "county", Align::Left),
        ("学生", "pupils", Align::Right),
        ("需要", "need", Align::Right),
        ("核定数", "cap", Align::Right),
        ("在用", "in post", Align::Right),
        ("方案数", "target", Align::Right),
        ("增减", "change", Align::Right),
    ];
    let mut table = Table::new(columns.map(|(zh, en, align)| (lang.pick(zh, en).to_owned(), align)));
    for county in &plan.counties {
        let label = if county.name == county.node.as_str() {
            county.name.clone()
        } else {
            format!("{} {}", county.name, county.node)
        };
        table.row(cells(label, county));
    }
    table.row(cells(lang.pick("合计", "total").to_owned(), &plan.total));
    table.write(out, "")?;
    let moved = |between: bool| -> Seats {
        let chosen = plan.transfers.iter().filter(|one| !between || one.by == plan.root);
        chosen.map(|one| one.count).sum()
    };
    let (steps, all, between) = (plan.transfers.len(), moved(false), moved(true));
    let told = match lang {
        Lang::Zh => format!("划转 {steps} 笔、{all} 名，其中由市划转（县与县之间）{between} 名；总量不变"),
        Lang::En => format!(
            "{steps} transfers of {all} seats, {between} of them by the city between counties; no total changes"
        ),
    };
    writeln!(out, "\n{told}")?;
    if let Some(path) = written {
        writeln!(out, "{}: bianzhi run {}", lang.pick("照此办理", "to carry it out"), path.display())?;
    }
    Ok(())
}

fn cells(label: String, place: &PlannedPlace) -> Vec<String> {
    let shown = |number: Option<i64>| number.map_or_else(|| "–".to_owned(), |number| number.to_string());
    let change = place.change();
    let sign = if change > Seats::ZERO { "+" } else { "" };
    vec![
        label,
        shown(place.all_pupils()),
        shown(place.need.map(Seats::get)),
        place.cap.to_string(),
        place.in_post.to_string(),
        place.target.to_string(),
        format!("{sign}{change}"),
    ]
}

#[derive(Serialize)]
struct Shown<'a> {
    date: Date,
    kind: &'a KindId,
    objective: &'static str,
    counties: Vec<ShownPlace<'a>>,
    schools: Vec<ShownPlace<'a>>,
    total: ShownPlace<'a>,
    transfers: Vec<ShownTransfer<'a>>,
}

#[derive(Serialize)]
struct ShownPlace<'a> {
    id: &'a NodeId,
    name: &'a str,
    county: &'a NodeId,
    pupils: Option<ShownPupils>,
    need: Option<Seats>,
    cap: Seats,
    in_post: Seats,
    target: Seats,
    change: Seats,
}

#[derive(Serialize)]
struct ShownPupils {
    senior: i64,
    junior: i64,
    primary: i64,
}

#[derive(Serialize)]
struct ShownTransfer<'a> {
    by: &'a NodeId,
    from: &'a NodeId,
    to: &'a NodeId,
    count: Seats,
}

fn shown(plan: &SchoolPlan) -> Shown<'_> {
    Shown {
        date: plan.on,
        kind: &plan.kind,
        objective: plan.objective.as_str(),
        counties: plan.counties.iter().map(shown_place).collect(),
        schools: plan.schools.iter().map(shown_place).collect(),
        total: shown_place(&plan.total),
        transfers: plan
            .transfers
            .iter()
            .map(|one| ShownTransfer { by: &one.by, from: &one.from, to: &one.to, count: one.count })
            .collect(),
    }
}

fn shown_place(place: &PlannedPlace) -> ShownPlace<'_> {
    ShownPlace {
        id: &place.node,
        name: &place.name,
        county: &place.county,
        pupils: place.pupils.map(|[senior, junior, primary]| ShownPupils { senior, junior, primary }),
        need: place.need,
        cap: place.cap,
        in_post: place.in_post,
        target: place.target,
        change: place.change(),
    }
}
