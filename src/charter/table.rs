//! Tables: the nodes and people of a large charter, from CSV files.

use std::collections::BTreeMap;

use super::check::Unread;
use super::part::Spots;
use super::record::bad_count;
use crate::document::{Plain, Row, Table, date, did_you_mean, whole_number};
use crate::error::Fault;
use crate::model::{
    ByKind, FactValue, KindId, NodeId, Opening, OpeningHistory, OpeningNode, OpeningPeople, Seats,
};

/// What a column of `nodes.csv` holds.
enum Column {
    Id,
    Parent,
    Level,
    Tier,
    Name,
    Tags,
    Cap(KindId),
    Occupied(KindId),
    /// Vacancies at the last year ends, oldest first, separated by `;`.
    History(KindId),
    Fact(String),
    /// Reported already.
    Unknown,
}

const NODE_COLUMNS: [&str; 6] = ["id", "parent", "level", "tier", "name", "tags"];
const NODE_COLUMNS_BY_NAME: [&str; 4] = ["cap.", "occupied.", "history.", "fact."];
const PERSON_COLUMNS: [&str; 6] = ["id", "unit", "kind", "category", "since", "loan"];

/// Reads `nodes.csv`.
pub(super) fn nodes(
    table: &Table,
    opening: &mut Opening,
    spots: &mut Spots,
    unread: &mut Unread,
    faults: &mut Vec<Fault>,
) {
    let columns: Vec<Column> =
        table.columns.iter().map(|name| column(table, name, opening, unread, faults)).collect();
    let has = |wanted: fn(&Column) -> bool| columns.iter().any(wanted);
    let needed = [
        ("id", has(|one| matches!(one, Column::Id))),
        ("parent", has(|one| matches!(one, Column::Parent))),
        ("level", has(|one| matches!(one, Column::Level))),
    ];
    if !all_there(table, &needed, faults) {
        unread.nameless_node = true;
        return;
    }
    table.gather(
        |rows| {
            let columns: Vec<Column> = columns.iter().map(Column::apart).collect();
            let mut part: Part<Vec<OpeningNode>> = Part::default();
            let mut parent: Option<NodeId> = None;
            let bad_rows = rows.each(|row| {
                let before = part.faults.len();
                match node(table, row, &columns, &mut parent, &mut part.faults) {
                    Some(node) => {
                        if part.faults.len() > before {
                            part.tainted.push(part.read.len());
                        }
                        part.read.push(node);
                        part.spots.push(row.line, 0);
                    }
                    None => part.lost = true,
                }
            });
            part.lost |= !bad_rows.is_empty();
            part.faults.extend(bad_rows);
            part
        },
        |mut part| {
            let before = opening.nodes.len();
            unread.tainted.extend(part.tainted.iter().map(|number| before.saturating_add(*number)));
            unread.nameless_node |= part.lost;
            opening.nodes.append(&mut part.read);
            spots.append(&part.spots);
            faults.append(&mut part.faults);
        },
    );
}

/// What was read of a part of a table.
#[derive(Default)]
struct Part<T> {
    read: T,
    spots: Spots,
    /// Which of them were not read with all their counts.
    tainted: Vec<usize>,
    /// Whether a row is not among them.
    lost: bool,
    faults: Vec<Fault>,
}

impl Column {
    /// The same column with a kind of its own, so that two cores do not count the users of one.
    fn apart(&self) -> Self {
        match self {
            Self::Id => Self::Id,
            Self::Parent => Self::Parent,
            Self::Level => Self::Level,
            Self::Tier => Self::Tier,
            Self::Name => Self::Name,
            Self::Tags => Self::Tags,
            Self::Cap(kind) => Self::Cap(kind.as_str().into()),
            Self::Occupied(kind) => Self::Occupied(kind.as_str().into()),
            Self::History(kind) => Self::History(kind.as_str().into()),
            Self::Fact(name) => Self::Fact(name.clone()),
            Self::Unknown => Self::Unknown,
        }
    }
}

fn column(table: &Table, name: &str, opening: &Opening, unread: &Unread, faults: &mut Vec<Fault>) -> Column {
    match name {
        "id" => return Column::Id,
        "parent" => return Column::Parent,
        "level" => return Column::Level,
        "tier" => return Column::Tier,
        "name" => return Column::Name,
        "tags" => return Column::Tags,
        _ => {}
    }
    let (what, of) = match name.split_once('.') {
        Some((what, of)) if !of.is_empty() => (what, of),
        Some(_) | None => ("", ""),
    };
    let kind = match what {
        "fact" => return Column::Fact(of.to_owned()),
        "cap" => Column::Cap(of.into()),
        "occupied" => Column::Occupied(of.into()),
        "history" => Column::History(of.into()),
        _ => {
            let hint = match did_you_mean(name, NODE_COLUMNS) {
                hint if hint.is_empty() => format!(
                    "; known are {} and those that begin with {}",
                    NODE_COLUMNS.join(", "),
                    NODE_COLUMNS_BY_NAME.join(", ")
                ),
                hint => hint,
            };
            faults.push(Fault::at(&table.file, 1, 0, format!("unknown column `{name}`{hint}")));
            return Column::Unknown;
        }
    };
    if !unread.kinds && !opening.kinds.iter().any(|one| one.id.as_str() == of) {
        let hint = did_you_mean(of, opening.kinds.iter().map(|kind| kind.id.as_str()));
        faults.push(Fault::at(
            &table.file,
            1,
            0,
            format!("column `{name}`: kind `{of}` is not declared{hint}"),
        ));
        return Column::Unknown;
    }
    kind
}

fn node(
    table: &Table,
    row: &Row<'_>,
    columns: &[Column],
    last_parent: &mut Option<NodeId>,
    faults: &mut Vec<Fault>,
) -> Option<OpeningNode> {
    let (mut id, mut level) = (None, None);
    let mut node = OpeningNode {
        id: NodeId::new(""),
        parent: None,
        level: String::new(),
        tier: None,
        name: String::new(),
        tags: Vec::new(),
        facts: BTreeMap::new(),
        caps: ByKind::new(),
        occupied: ByKind::new(),
        history: ByKind::new(),
    };
    for (number, column) in columns.iter().enumerate() {
        let Some(field) = row.field(number) else { continue };
        let mut fault = |message: String| faults.push(Fault::at(&table.file, row.line, 0, message));
        let mut count = |field: &str| {
            let count = whole_number(field).map(Seats::new);
            let count = count.filter(|&count| count >= Seats::ZERO && count <= Seats::MOST);
            if count.is_none() {
                let name = table.columns.get(number).map_or("", String::as_str);
                fault(bad_count(name, &format!("`{field}`"), Seats::ZERO));
            }
            count
        };
        match column {
            Column::Id => id = Some(field),
            Column::Level => level = Some(field),
            Column::Parent => {
                // Children mostly stand together: their parent's id is kept in memory once.
                if last_parent.as_ref().is_none_or(|last| last.as_str() != field) {
                    *last_parent = Some(field.into());
                }
                node.parent.clone_from(last_parent);
            }
            Column::Tier => node.tier = Some(field.to_owned()),
            Column::Name => field.clone_into(&mut node.name),
            Column::Tags => node.tags = split(field).map(str::to_owned).collect(),
            Column::Cap(kind) => {
                node.caps.extend(count(field).map(|count| (kind.clone(), count)));
            }
            Column::Occupied(kind) => {
                node.occupied.extend(count(field).map(|count| (kind.clone(), count)));
            }
            Column::History(kind) => {
                let year_end_vacancy = split(field).filter_map(count).collect();
                node.history.insert(kind.clone(), OpeningHistory { year_end_vacancy });
            }
            Column::Fact(name) => match fact(field) {
                Some(value) => {
                    node.facts.insert(name.clone(), value);
                }
                None => fault(format!("`fact.{name}`: `{field}` has too many digits to be kept exactly")),
            },
            Column::Unknown => {}
        }
    }
    let line = |name: &str| Fault::at(&table.file, row.line, 0, format!("`{name}` is empty"));
    faults.extend(id.is_none().then(|| line("id")));
    faults.extend(level.is_none().then(|| line("level")));
    let (id, level) = id.zip(level)?;
    node.id = id.into();
    level.clone_into(&mut node.level);
    if node.name.is_empty() {
        id.clone_into(&mut node.name);
    }
    Some(node)
}

/// A fact as a plain YAML scalar would be read.
fn fact(field: &str) -> Option<FactValue> {
    match Plain::resolve(field) {
        Plain::YesNo(yes) => Some(FactValue::YesNo(yes)),
        Plain::Whole(number) => Some(FactValue::Whole(number)),
        Plain::Decimal(number) => Some(FactValue::Number(number.normalize())),
        Plain::TooLong => None,
        Plain::Null | Plain::Text => Some(FactValue::from_text(field)),
    }
}

fn split(field: &str) -> impl Iterator<Item = &str> {
    field.split(';').map(str::trim).filter(|part| !part.is_empty())
}

/// Reads `people.csv`.
pub(super) fn people(
    table: &Table,
    opening: &mut Opening,
    spots: &mut Spots,
    unread: &mut Unread,
    faults: &mut Vec<Fault>,
) {
    for name in table.columns.iter().filter(|name| !PERSON_COLUMNS.contains(&name.as_str())) {
        let hint = did_you_mean(name, PERSON_COLUMNS);
        faults.push(Fault::at(&table.file, 1, 0, format!("unknown column `{name}`{hint}")));
    }
    let at = PERSON_COLUMNS.map(|wanted| table.columns.iter().position(|name| name == wanted));
    let [id, unit, kind, ..] = at;
    let needed = [("id", id.is_some()), ("unit", unit.is_some()), ("kind", kind.is_some())];
    if !all_there(table, &needed, faults) {
        unread.people = true;
        return;
    }
    table.gather(
        |rows| {
            let mut part: Part<OpeningPeople> = Part::default();
            let bad_rows = rows.each(|row| {
                let before = part.faults.len();
                if person(table, row, at, &mut part.read, &mut part.faults).is_some() {
                    part.spots.push(row.line, 0);
                }
                part.lost |= part.faults.len() > before;
            });
            part.lost |= !bad_rows.is_empty();
            part.faults.extend(bad_rows);
            part
        },
        |mut part| {
            unread.people |= part.lost;
            opening.people.append(part.read);
            spots.append(&part.spots);
            faults.append(&mut part.faults);
        },
    );
}

fn person(
    table: &Table,
    row: &Row<'_>,
    [id, unit, kind, category, since, loan]: [Option<usize>; 6],
    people: &mut OpeningPeople,
    faults: &mut Vec<Fault>,
) -> Option<()> {
    let field = |at: Option<usize>| at.and_then(|at| row.field(at));
    let mut fault = |message: String| faults.push(Fault::at(&table.file, row.line, 0, message));
    let day = field(since).and_then(date);
    if let Some(text) = field(since).filter(|_| day.is_none()) {
        fault(format!("`since` is `{text}`, a date like 2024-01-31 is needed"));
    }
    for (name, at) in [("id", id), ("unit", unit), ("kind", kind)] {
        if field(at).is_none() {
            fault(format!("`{name}` is empty"));
        }
    }
    people.push_texts([field(id)?, field(unit)?, field(kind)?], [field(category), field(loan)], day);
    Some(())
}

/// Whether every needed column is there; a fault for each that is not.
fn all_there(table: &Table, needed: &[(&str, bool)], faults: &mut Vec<Fault>) -> bool {
    let missing = needed.iter().filter(|(_, there)| !there);
    faults.extend(missing.map(|(name, _)| Fault::at(&table.file, 1, 0, format!("missing column `{name}`"))));
    needed.iter().all(|&(_, there)| there)
}
