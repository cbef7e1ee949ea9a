//! `bianzhi show`: a charter's opening books, or a journal's at any moment, as a table, as JSON, or as a drawing for Graphviz.

use std::io::Write;
use std::path::PathBuf;

use bianzhi::graph::Role;
use bianzhi::journal::Moment;
use bianzhi::model::{Date, Figures, KindId, Lang, NodeId};
use bianzhi::office::Office;
use bianzhi::policy::PolicySet;
use bianzhi::{Charter, Error, Fault};
use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::terminal::Paint;
use crate::{Ending, Failure, balance, kept};

/// What `show` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// 期初账册文件 · the charter
    #[arg(value_name = "CHARTER", required_unless_present = "journal", conflicts_with = "journal")]
    charter: Option<PathBuf>,
    #[command(flatten)]
    kept: kept::Optional,
    /// 显示当日终了或该条记录之后的账册 · the books at the end of this day, or behind this entry
    #[arg(
        long,
        value_name = "DATE|ENTRY",
        requires = "journal",
        conflicts_with = "charter",
        allow_negative_numbers = true
    )]
    as_of: Option<String>,
    /// 输出格式；图中虚线是调借 · what to write; loans are dashed in a drawing
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// 政策目录，按规则定规模的周转池需要 · the policies, needed for pools whose size is a rule
    #[arg(long, value_name = "DIR")]
    policies: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// 表格 · a table
    Table,
    /// JSON
    Json,
    /// Graphviz 图 · a drawing for Graphviz
    Dot,
}

#[derive(serde::Serialize)]
struct Shown<'a> {
    date: Date,
    nodes: Vec<ShownNode<'a>>,
}

#[derive(serde::Serialize)]
struct ShownNode<'a> {
    id: NodeId,
    parent: Option<NodeId>,
    role: &'static str,
    level: &'a str,
    name: &'a str,
    figures: ShownKinds,
}

/// Figures by kind, in the charter's order.
struct ShownKinds(Vec<(KindId, Figures)>);

impl Serialize for ShownKinds {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (kind, figures) in &self.0 {
            map.serialize_entry(kind, figures)?;
        }
        map.end()
    }
}

/// Shows the books; a jurisdiction's figures are sums over all that lies in it.
pub(crate) fn show(arguments: &Arguments, lang: Lang, out: &mut dyn Write) -> Result<Ending, Failure> {
    let policies = arguments.policies.as_ref().map(PolicySet::load).transpose()?;
    let moment = arguments.as_of.as_deref().map(moment).transpose()?;
    let office = match (&arguments.charter, arguments.kept.named()) {
        (Some(charter), _) => Office::open(Charter::load(charter)?, policies)?,
        (None, Some(kept)) => as_it_was(&kept.open()?, moment, policies)?,
        // The command line has one of both.
        (None, None) => return Ok(Ending::AsExpected),
    };
    match arguments.format {
        Format::Table => {
            // Between two entries the books stand still; the day that was asked for is still theirs.
            let day = match moment {
                Some(Moment::Date(day)) => day,
                Some(Moment::Entry(_)) | None => office.today(),
            };
            balance::write(out, &office, day, lang, Paint::for_stdout())?;
        }
        Format::Json => {
            serde_json::to_writer_pretty(&mut *out, &shown(&office))?;
            out.write_all(b"\n")?;
        }
        Format::Dot => out.write_all(office.books().network().to_dot().as_bytes())?,
    }
    Ok(Ending::AsExpected)
}

/// The moment that somebody means.
fn moment(text: &str) -> Result<Moment, Error> {
    text.parse().map_err(|en: String| {
        let zh = format!("`{text}` 既不是 2024-06-30 这样的日期，也不是记录号");
        Error::input(vec![Fault::nowhere(en).in_chinese(zh)])
    })
}

/// The office at a moment, by default now, with the policies that decided last by then.
fn as_it_was(
    office: &Office,
    moment: Option<Moment>,
    policies: Option<PolicySet>,
) -> Result<Office, Failure> {
    let mut then = moment.map_or_else(|| Ok(office.fork()), |moment| office.as_of(moment))?;
    let policies = match policies {
        Some(policies) => Some(policies),
        None => kept::last_policies(office, &then)?,
    };
    then.set_policies(policies);
    Ok(then)
}

fn shown(office: &Office) -> Shown<'_> {
    let books = office.books();
    let nodes = books.nodes_in_tree_order().into_iter().map(|node| {
        let kinds = books.kinds();
        let figures =
            kinds.map(|(_, kind)| (kind.id.clone(), balance::figures_shown(office, node, kind))).collect();
        ShownNode {
            id: books.id(node),
            parent: books.parent(node).map(|parent| books.id(parent)),
            role: match books.role(node) {
                Role::Jurisdiction => "jurisdiction",
                Role::Unit => "unit",
                Role::Pool => "pool",
            },
            level: books.level_name(node),
            name: books.name(node),
            figures: ShownKinds(figures),
        }
    });
    Shown { date: office.today(), nodes: nodes.collect() }
}
