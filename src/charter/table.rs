//! Tables: the nodes and people of a large charter, from CSV files.

use std::sync::Arc;

use super::check::Unread;
use super::part::Spots;
use super::record::bad_count;
use crate::document::{Plain, Row, Table, date, nearest, trimmed, whole_number};
use crate::error::{Fault, Phrase, told};
use crate::model::{FactValue, Facts, NodeDraft, NodeRows, NodeWords, Opening, OpeningPeople, Seats, What};

/// What a column of `nodes.csv` holds.
#[derive(Clone)]
enum Column {
    Id,
    Parent,
    Level,
    Tier,
    Name,
    Tags,
    /// Caps, people, or vacancies at the last year ends, oldest first, separated by `;`: of the kind at this place.
    Counted(What, u16),
    Fact(Arc<str>),
    /// Reported already.
    Unknown,
}

const NODE_COLUMNS: [&str; 6] = ["id", "parent", "level", "tier", "name", "tags"];
const NODE_COLUMNS_BY_NAME: [&str; 4] = ["cap.", "occupied.", "history.", "fact."];
const PERSON_COLUMNS: [&str; 6] = ["id", "unit", "kind", "category", "since", "loan"];

/// So many nodes at most are drafted together.
const DRAFT: usize = 1 << 16;

/// Reads `nodes.csv`.
pub(super) fn nodes(
    table: &Table,
    opening: &Opening,
    nodes: &mut NodeRows,
    spots: &mut Spots,
    unread: &mut Unread,
    faults: &mut Vec<Fault>,
) {
    let columns: Vec<Column> =
        table.columns.iter().map(|name| column(table, name, opening, nodes, unread, faults)).collect();
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
    // Caps, people and year ends stand by the ids of their kinds.
    let mut columns: Vec<(usize, Column)> = columns.into_iter().enumerate().collect();
    columns.sort_by_key(|(_, column)| {
        let Column::Counted(what, kind) = column else { return None };
        Some((*what as u8, nodes.kinds().get(usize::from(*kind)).cloned()))
    });
    let read = table.gather(
        |rows| {
            let columns: Vec<(usize, Column)> = columns.iter().map(|(at, one)| (*at, one.apart())).collect();
            let mut part: Part<Vec<NodeDraft>> = Part::default();
            let mut draft = NodeDraft::with_capacity(rows.about().min(DRAFT));
            let mut read = 0_usize;
            let bad_rows = rows.each(|row| {
                let before = part.faults.len();
                if node(table, row, &columns, &mut draft, &mut part.faults).is_some() {
                    if part.faults.len() > before {
                        part.tainted.push(read);
                    }
                    read = read.saturating_add(1);
                    part.spots.push(row.line, 0);
                } else {
                    draft.forget();
                    part.lost = true;
                }
                if draft.len() >= DRAFT {
                    part.read.push(std::mem::take(&mut draft));
                }
            });
            part.read.push(draft);
            part.lost |= !bad_rows.is_empty();
            part.faults.extend(bad_rows);
            part
        },
        |mut part| {
            let before = nodes.len();
            unread.tainted.extend(part.tainted.iter().map(|number| before.saturating_add(*number)));
            unread.nameless_node |= part.lost;
            part.read.drain(..).for_each(|draft| nodes.append(draft));
            spots.append(&part.spots);
            faults.append(&mut part.faults);
        },
    );
    if let Err(fault) = read {
        unread.nameless_node = true;
        faults.push(fault);
    }
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
    /// The same column with a name of its own, so that two cores do not count the users of one.
    fn apart(&self) -> Self {
        if let Self::Fact(name) = self { Self::Fact((&**name).into()) } else { self.clone() }
    }
}

fn column(
    table: &Table,
    name: &str,
    opening: &Opening,
    nodes: &mut NodeRows,
    unread: &Unread,
    faults: &mut Vec<Fault>,
) -> Column {
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
    let what = match what {
        "fact" => return Column::Fact(of.into()),
        "cap" => What::Cap,
        "occupied" => What::Occupied,
        "history" => What::Years,
        _ => {
            let near = nearest(name, NODE_COLUMNS);
            let hint = if near.is_some() { Phrase::hint(near) } else { known_columns() };
            let told = told!("不认识这一栏 `{name}`{hint}", "unknown column `{name}`{hint}"; hint);
            faults.push(Fault::told(&table.file, 1, 0, told));
            return Column::Unknown;
        }
    };
    if !unread.kinds && !opening.kinds.iter().any(|one| one.id.as_str() == of) {
        let hint = Phrase::hint(nearest(of, opening.kinds.iter().map(|kind| kind.id.as_str())));
        let told = told!(
            "`{name}` 一栏：没有声明编制类别 `{of}`{hint}",
            "column `{name}`: kind `{of}` is not declared{hint}"; hint
        );
        faults.push(Fault::told(&table.file, 1, 0, told));
        return Column::Unknown;
    }
    Column::Counted(what, nodes.kind(&of.into()))
}

/// All columns that there may be.
fn known_columns() -> Phrase {
    let (zh, begins_zh) = (NODE_COLUMNS.join("、"), NODE_COLUMNS_BY_NAME.join("、"));
    let (en, begins_en) = (NODE_COLUMNS.join(", "), NODE_COLUMNS_BY_NAME.join(", "));
    Phrase::both(
        format!("；可用的有 {zh}，以及以 {begins_zh} 开头的"),
        format!("; known are {en} and those that begin with {begins_en}"),
    )
}

fn node(
    table: &Table,
    row: &Row<'_>,
    columns: &[(usize, Column)],
    draft: &mut NodeDraft,
    faults: &mut Vec<Fault>,
) -> Option<()> {
    let (mut id, mut level, mut parent, mut tier, mut name, mut tags) = (None, None, None, None, None, "");
    let mut facts = Facts::default();
    for (number, column) in columns {
        let Some(field) = row.field(*number) else { continue };
        let mut fault = |told: Phrase| faults.push(Fault::told(&table.file, row.line, 0, told));
        let mut count = |field: &str| {
            let count = whole_number(field).map(Seats::new);
            let count = count.filter(|&count| count >= Seats::ZERO && count <= Seats::MOST);
            if count.is_none() {
                let name = table.columns.get(*number).map_or("", String::as_str);
                fault(bad_count(name, &told!(" `{field}`", "`{field}`"), Seats::ZERO));
            }
            count
        };
        match column {
            Column::Id => id = Some(field),
            Column::Level => level = Some(field),
            Column::Parent => parent = Some(field),
            Column::Tier => tier = Some(field),
            Column::Name => name = Some(field),
            Column::Tags => tags = field,
            Column::Counted(What::Years, kind) => {
                draft.count(What::Years, *kind, Seats::ZERO);
                split(field).filter_map(count).for_each(|year| draft.count(What::Year, *kind, year));
            }
            Column::Counted(what, kind) => {
                if let Some(count) = count(field) {
                    draft.count(*what, *kind, count);
                }
            }
            Column::Fact(name) => match fact(field) {
                Some(value) => {
                    facts.insert(Arc::clone(name), value);
                }
                None => fault(told!(
                    "`fact.{name}`：`{field}` 位数太多，无法精确记录",
                    "`fact.{name}`: `{field}` has too many digits to be kept exactly"
                )),
            },
            Column::Unknown => {}
        }
    }
    let line = |name: &str| Fault::told(&table.file, row.line, 0, empty(name));
    faults.extend(id.is_none().then(|| line("id")));
    faults.extend(level.is_none().then(|| line("level")));
    let (id, level) = id.zip(level)?;
    let tags = draft.tags(tags, split);
    draft.push(NodeWords { id, parent, level, tier, name, tags, facts });
    Some(())
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
    field.split([';']).map(trimmed).filter(|part| !part.is_empty())
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
        let hint = Phrase::hint(nearest(name, PERSON_COLUMNS));
        let told = told!("不认识这一栏 `{name}`{hint}", "unknown column `{name}`{hint}"; hint);
        faults.push(Fault::told(&table.file, 1, 0, told));
    }
    let at = PERSON_COLUMNS.map(|wanted| table.columns.iter().position(|name| name == wanted));
    let [id, unit, kind, ..] = at;
    let needed = [("id", id.is_some()), ("unit", unit.is_some()), ("kind", kind.is_some())];
    if !all_there(table, &needed, faults) {
        unread.people = true;
        return;
    }
    let read = table.gather(
        |rows| {
            let read = OpeningPeople::with_capacity(rows.about());
            let mut part = Part { read, ..Part::default() };
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
    if let Err(fault) = read {
        unread.people = true;
        faults.push(fault);
    }
}

fn person(
    table: &Table,
    row: &Row<'_>,
    [id, unit, kind, category, since, loan]: [Option<usize>; 6],
    people: &mut OpeningPeople,
    faults: &mut Vec<Fault>,
) -> Option<()> {
    let field = |at: Option<usize>| at.and_then(|at| row.field(at));
    let mut fault = |told: Phrase| faults.push(Fault::told(&table.file, row.line, 0, told));
    let day = field(since).and_then(date);
    if let Some(text) = field(since).filter(|_| day.is_none()) {
        fault(told!(
            "`since` 是 `{text}`，应为日期，如 2024-01-31",
            "`since` is `{text}`, a date like 2024-01-31 is needed"
        ));
    }
    for (name, at) in [("id", id), ("unit", unit), ("kind", kind)] {
        if field(at).is_none() {
            fault(empty(name));
        }
    }
    people.push_texts([field(id)?, field(unit)?, field(kind)?], [field(category), field(loan)], day);
    Some(())
}

/// Whether every needed column is there; a fault for each that is not.
fn all_there(table: &Table, needed: &[(&str, bool)], faults: &mut Vec<Fault>) -> bool {
    let missing = needed.iter().filter(|(_, there)| !there);
    faults.extend(missing.map(|(name, _)| {
        Fault::told(&table.file, 1, 0, told!("缺少 `{name}` 一栏", "missing column `{name}`"))
    }));
    needed.iter().all(|&(_, there)| there)
}

fn empty(name: &str) -> Phrase {
    told!("`{name}` 一栏是空的", "`{name}` is empty")
}
