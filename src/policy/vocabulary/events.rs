//! Words of events: what happened, field by field.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "a word belongs to some events; elsewhere it fails closed"
)]

use super::nodes::node;
use super::{Item, Row, Sort, Type};
use crate::event::{Event, Field};
use crate::graph::NodeIx;
use crate::ledger::Sitter;
use crate::model::{LoanId, NodeId, Seats};
use crate::policy::call::{Call, Fail};
use crate::policy::value::Value;
use crate::policy::view::{PersonSeen, View, What, bounded, proposals, seats};

const EVENT: Sort = Sort::Event(u8::MAX);

/// The events that hooks may follow, and whether their nodes are read in a kind.
const EVENTS: &[(&str, bool)] = &[
    ("authorized", true),
    ("transferred", true),
    ("permitted", true),
    ("withdrawn", true),
    ("lapsed", true),
    ("appointed", true),
    ("vacated", true),
    ("converted", true),
    ("moved", true),
    ("lent", true),
    ("returned", true),
    ("extended", true),
    ("rescheduled", true),
    ("evaluated", true),
    ("fell_due", true),
    ("expired", true),
    ("established", false),
    ("amended", false),
    ("relocated", false),
    ("abolished", true),
    ("merged", false),
    ("resized", true),
    ("corrected", false),
    ("owed", true),
    ("named", true),
    ("year_closed", false),
    ("advanced", false),
];

/// The names of the events, in their order.
#[expect(clippy::indexing_slicing, reason = "the compiler makes this table, and checks every place")]
pub(super) static NAMES: [&str; EVENTS.len()] = {
    let mut names = [""; EVENTS.len()];
    let mut place = 0;
    while place < EVENTS.len() {
        names[place] = EVENTS[place].0;
        place += 1;
    }
    names
};

/// The event at this place.
pub(super) fn name(place: u8) -> &'static str {
    NAMES.get(usize::from(place)).copied().unwrap_or("any")
}

/// The sort of an event's view.
pub(super) fn sort(event: &str) -> Sort {
    let place = NAMES.iter().position(|name| *name == event);
    Sort::Event(place.and_then(|place| u8::try_from(place).ok()).unwrap_or(u8::MAX))
}

/// What an `after_<event>` hook is given.
pub(super) fn given(event: &str) -> Type {
    let bound = EVENTS.iter().any(|(name, bound)| *name == event && *bound);
    Type::One(Item::View(sort(event), bound))
}

const OF_LOANS: &[&str] =
    &["extended", "rescheduled", "evaluated", "fell_due", "expired", "converted", "returned", "lent", "owed"];
const OF_PERMITS: &[&str] = &["permitted", "withdrawn", "lapsed"];

pub(super) static ROWS: &[Row] = &[
    EVENT.text("name", "名称", |c, _, _| Ok(c.event()?.event.name())),
    EVENT.other("on", "日期", Type::DATE, |c, _, _| Ok(Value::Date(c.scene.date))),
    EVENT.thing("by", "申请方", Sort::Node, |c, v, _| Ok(node(c.event()?.by, v.kind))),
    EVENT.thing("request", "请求", super::requests::ANY_SORT, |c, v, _| {
        c.request()?;
        Ok(View { what: What::Request, kind: v.kind })
    }),
    EVENT.text("kind", "编制类别", |c, v, _| super::nodes::kind(c.books(), v.kind)).only(&[
        "authorized",
        "transferred",
        "permitted",
        "withdrawn",
        "lapsed",
        "appointed",
        "vacated",
        "converted",
        "moved",
        "lent",
        "returned",
        "extended",
        "rescheduled",
        "evaluated",
        "fell_due",
        "expired",
        "owed",
        "named",
        "resized",
        "abolished",
    ]),
    EVENT.thing("node", "节点", Sort::Node, |c, v, _| node_field(c, v, "node")).only(&[
        "authorized",
        "established",
        "amended",
        "relocated",
        "abolished",
    ]),
    EVENT.thing("parent", "上级", Sort::Node, |c, v, _| node_field(c, v, "parent")).only(&[
        "established",
        "relocated",
        "abolished",
    ]),
    EVENT.yes_no("has_parent", "有上级", |c, _, _| Ok(field(c, "parent")?.is_some())).only(&["amended"]),
    EVENT
        .thing("parent", "上级", Sort::Node, |c, v, _| node_field(c, v, "parent"))
        .only(&["amended"])
        .when("has_parent"),
    EVENT.number("change", "增减数", |c, _, _| number(c, "change")).only(&["authorized"]),
    EVENT
        .thing("from", "划出方", Sort::Node, |c, v, _| node_field(c, v, "from"))
        .only(&["transferred", "moved"]),
    EVENT.thing("to", "划入方", Sort::Node, |c, v, _| node_field(c, v, "to")).only(&["transferred", "moved"]),
    EVENT.number("count", "数量", |c, _, _| number(c, "count")).only(&[
        "transferred",
        "permitted",
        "withdrawn",
        "lapsed",
        "lent",
        "returned",
        "fell_due",
        "expired",
        "owed",
    ]),
    EVENT.thing("permit", "用编核准", Sort::Permit, permit).only(OF_PERMITS),
    EVENT
        .yes_no("on_permit", "用核准", |c, _, _| match c.event()?.event {
            Event::Appointed { permit, .. } => Ok(permit.is_some()),
            _ => Err(Fail::absent("on_permit")),
        })
        .only(&["appointed"]),
    EVENT.thing("permit", "用编核准", Sort::Permit, permit).only(&["appointed"]).when("on_permit"),
    EVENT
        .thing("unit", "单位", Sort::Node, |c, v, _| match seat(c)? {
            Some((unit, _)) => Ok(node(ever(c, unit.as_str())?, v.kind)),
            None => node_field(c, v, "unit"),
        })
        .only(&["permitted", "withdrawn", "lapsed", "appointed", "vacated", "converted", "named"]),
    EVENT.other("purpose", "用途", Type::TEXT, |c, _, _| text(c, "purpose")).only(&[
        "permitted",
        "withdrawn",
        "lapsed",
        "appointed",
        "lent",
    ]),
    EVENT.other("ends", "到期日", Type::DATE, ends).only(OF_PERMITS),
    EVENT
        .yes_no("has_end", "有期限", |c, _, _| match c.event()?.event {
            Event::Lent { ends, .. } => Ok(ends.is_some()),
            _ => Ok(field(c, "ends")?.is_some()),
        })
        .only(&["lent", "extended", "rescheduled", "evaluated", "permitted", "withdrawn", "lapsed"]),
    EVENT
        .other("ends", "到期日", Type::DATE, ends)
        .only(&["lent", "extended", "rescheduled", "evaluated"])
        .when("has_end"),
    EVENT
        .yes_no("named", "实名", |c, _, _| match c.event()?.event {
            Event::Appointed { person, .. }
            | Event::Vacated { person, .. }
            | Event::Converted { person, .. } => Ok(person.is_some()),
            _ => Ok(field(c, "person")?.is_some()),
        })
        .only(&["appointed", "vacated", "converted", "moved", "named"]),
    EVENT.thing("person", "人员", Sort::Person, person).only(&["moved", "named"]),
    EVENT
        .thing("person", "人员", Sort::Person, person)
        .only(&["appointed", "vacated", "converted"])
        .when("named"),
    EVENT.other("category", "人员类别", Type::TEXT, |c, _, _| text(c, "category")).only(&["appointed"]),
    EVENT
        .yes_no("on_loan", "用借入编", |c, _, _| {
            let on_loan = seat(c)?.map(|(_, loan)| loan.is_some());
            on_loan.map_or_else(|| field(c, "loan").map(|loan| loan.is_some()), Ok)
        })
        .only(&["appointed", "vacated", "named", "converted"]),
    EVENT.thing("loan", "调借", Sort::Loan, loan).only(OF_LOANS),
    EVENT.thing("loan", "调借", Sort::Loan, loan).only(&["appointed", "vacated", "named"]).when("on_loan"),
    EVENT.other("reason", "原因", Type::TEXT, |c, _, _| text(c, "reason")).only(&["vacated", "corrected"]),
    EVENT
        .thing("lender", "借出方", Sort::Node, |c, v, _| side(c, v, |(lender, _)| lender))
        .only(&["lent", "returned"]),
    EVENT
        .thing("borrower", "借入方", Sort::Node, |c, v, _| side(c, v, |(_, borrower)| borrower))
        .only(&["lent", "returned"]),
    EVENT
        .yes_no("has_schedule", "有归还计划", |c, _, _| match c.event()?.event {
            Event::Lent { schedule, .. } | Event::Rescheduled { schedule, .. } => Ok(!schedule.is_empty()),
            _ => Err(Fail::absent("has_schedule")),
        })
        .only(&["lent", "rescheduled"]),
    EVENT
        .other("schedule", "归还计划", Type::views(Sort::Part), |c, _, _| match field(c, "schedule")? {
            Some(Field::Schedule(parts)) => Ok(proposals::parts(parts)),
            _ => Err(Fail::absent("schedule")),
        })
        .only(&["lent", "rescheduled"])
        .when("has_schedule"),
    EVENT
        .yes_no("from_pool", "出自周转池", |c, _, _| match c.event()?.event {
            Event::Lent { pool_size, .. } => Ok(pool_size.is_some()),
            _ => Err(Fail::absent("from_pool")),
        })
        .only(&["lent"]),
    EVENT
        .number("pool_size", "周转池规模", |c, _, _| number(c, "pool_size"))
        .only(&["lent"])
        .when("from_pool"),
    EVENT.number("left", "剩余数", |c, _, _| number(c, "left")).only(&["returned"]),
    EVENT.other("route", "途经", Type::views(Sort::Node), |c, v, _| nodes(c, v, "route")).only(&["returned"]),
    EVENT
        .yes_no("loan_open", "调借未结", |c, _, _| Ok(field(c, "loan_open")? == Some(&Field::YesNo(true))))
        .only(&["returned"]),
    EVENT.other("outcome", "评估结论", Type::TEXT, |c, _, _| text(c, "outcome")).only(&["evaluated"]),
    EVENT
        .number("seats", "席数", |c, v, _| match field(c, "seats")? {
            Some(Field::Seats(found)) => Ok(seats(*found)),
            _ => Ok(seats(loan(c, v, &[])?.loan(c)?.seats)),
        })
        .only(&["evaluated"]),
    EVENT.other("field", "字段", Type::TEXT, |c, _, _| text(c, "field")).only(&["amended"]),
    EVENT.other("before", "改前", Type::TEXT, |c, _, _| text(c, "before")).only(&["amended"]),
    EVENT.other("after", "改后", Type::TEXT, |c, _, _| text(c, "after")).only(&["amended"]),
    EVENT
        .number("freed", "腾出数", |c, _, _| {
            let seen = c.event()?;
            let Event::Abolished { freed, .. } = seen.event else { return Err(Fail::absent("freed")) };
            let count = seen.freed.and_then(|kind| freed.get(kind));
            Ok(seats(count.copied().unwrap_or(Seats::ZERO)))
        })
        .only(&["abolished"]),
    EVENT
        .other("units", "被并单位", Type::views(Sort::Node), |c, v, _| nodes(c, v, "units"))
        .only(&["merged"]),
    EVENT.thing("into", "并入单位", Sort::Node, |c, v, _| node_field(c, v, "into")).only(&["merged"]),
    EVENT
        .thing("pool", "周转池", Sort::Pool, |c, v, _| {
            let view = node_field(c, v, "pool")?;
            Ok(View::of_pool(c, view.node(c)?))
        })
        .only(&["resized"]),
    EVENT.number("size", "规模", |c, _, _| number(c, "size")).only(&["resized"]),
    EVENT.number("entry", "更正条目", |c, _, _| number(c, "entry")).only(&["corrected"]),
    EVENT.number("owed", "空一待还", |c, _, _| number(c, "owed")).only(&["owed"]),
    EVENT.number("year", "年度", |c, _, _| number(c, "year")).only(&["year_closed"]),
    EVENT
        .other("pool_sizes", "周转池规模表", Type::List(Item::Number), |c, _, _| {
            match field(c, "pool_sizes")? {
                Some(Field::Pools(sizes)) => {
                    Ok(Value::list(sizes.values().map(|size| Value::Number(seats(*size)))))
                }
                _ => Err(Fail::absent("pool_sizes")),
            }
        })
        .only(&["year_closed"]),
    EVENT
        .other("date", "今日", Type::DATE, |c, _, _| match field(c, "date")? {
            Some(Field::Date(date)) => Ok(Value::Date(*date)),
            _ => Err(Fail::absent("date")),
        })
        .only(&["advanced"]),
];

/// The kind that an event's nodes are read in.
pub(crate) fn kind_of(event: &Event, books: &crate::ledger::Ledger) -> Option<crate::ledger::KindIx> {
    // Most events say it themselves; of the others the first field that knows it is asked.
    match event {
        Event::Authorized { kind, .. }
        | Event::Transferred { kind, .. }
        | Event::Appointed { kind, .. }
        | Event::Vacated { kind, .. }
        | Event::Converted { kind, .. }
        | Event::Moved { kind, .. }
        | Event::Lent { kind, .. }
        | Event::Returned { kind, .. } => return books.kind(kind.as_str()),
        Event::Permitted(terms) | Event::Withdrawn(terms) | Event::Lapsed(terms) => {
            return books.kind(terms.kind.as_str());
        }
        _ => {}
    }
    for (_, field) in event.fields() {
        match field {
            Field::Kind(kind) => return books.kind(kind.as_str()),
            Field::Loan(loan) => {
                if let Some(loan) = books.loan_ever(loan.as_str()) {
                    return Some(loan.kind);
                }
            }
            _ => {}
        }
    }
    match event {
        Event::Resized { pool, .. } => {
            books.graph().ever(pool.as_str()).and_then(|pool| books.pool(pool)).map(|pool| pool.kind)
        }
        _ => None,
    }
}

/// The unit and the loan of the commonest events, read where they stand.
fn seat<'a>(call: &Call<'a>) -> Result<Option<(&'a NodeId, Option<&'a LoanId>)>, Fail> {
    Ok(match call.event()?.event {
        Event::Appointed { unit, loan, .. } | Event::Vacated { unit, loan, .. } => {
            Some((unit, loan.as_ref()))
        }
        _ => None,
    })
}

/// Who lends in a loan or a return, or who borrows, read where it stands.
fn side(
    call: &Call<'_>,
    view: &View,
    of: for<'e> fn((&'e NodeId, &'e NodeId)) -> &'e NodeId,
) -> Result<View, Fail> {
    match call.event()?.event {
        Event::Lent { lender, borrower, .. } | Event::Returned { lender, borrower, .. } => {
            Ok(node(ever(call, of((lender, borrower)).as_str())?, view.kind))
        }
        _ => Err(Fail::absent("lender")),
    }
}

fn field<'a>(call: &Call<'a>, name: &str) -> Result<Option<&'a Field>, Fail> {
    Ok(call.event()?.field(name))
}

fn number(call: &Call<'_>, name: &str) -> Result<i64, Fail> {
    match field(call, name)? {
        Some(Field::Seats(found)) => Ok(seats(*found)),
        Some(Field::Whole(found)) => Ok(*found),
        _ => Err(Fail::absent(name)),
    }
}

/// A text; absent is empty.
fn text<'a>(call: &'a Call<'a>, name: &str) -> Result<Value<'a>, Fail> {
    Ok(match field(call, name)? {
        Some(Field::Text(text)) => Value::text(text),
        Some(Field::Value(value)) => Value::own_text(value.to_string()),
        _ => Value::text(""),
    })
}

/// A node by its id, also one that has just gone.
fn ever(call: &Call<'_>, id: &str) -> Result<NodeIx, Fail> {
    call.books().graph().ever(id).ok_or_else(|| Fail::absent(id))
}

fn node_field(call: &Call<'_>, view: &View, name: &str) -> Result<View, Fail> {
    match field(call, name)? {
        Some(Field::Node(id)) => Ok(node(ever(call, id.as_str())?, view.kind)),
        _ => Err(Fail::absent(name)),
    }
}

fn nodes<'a>(call: &'a Call<'a>, view: &View, name: &str) -> Result<Value<'a>, Fail> {
    let Some(Field::Nodes(ids)) = field(call, name)? else { return Err(Fail::absent(name)) };
    let nodes: Result<Vec<View>, Fail> =
        ids.iter().map(|id| Ok(node(ever(call, id.as_str())?, view.kind))).collect();
    bounded(call, nodes?)
}

fn ends<'a>(call: &'a Call<'a>, _: &View, _: &[Value<'a>]) -> Result<Value<'a>, Fail> {
    match field(call, "ends")? {
        Some(Field::Date(date)) => Ok(Value::Date(*date)),
        _ => Err(Fail::absent("ends")),
    }
}

fn permit(call: &Call<'_>, _: &View, _: &[Value<'_>]) -> Result<View, Fail> {
    let Some(Field::Permit(id)) = field(call, "permit")? else { return Err(Fail::absent("permit")) };
    let place = call.books().permit_place_ever(id.as_str()).ok_or_else(|| Fail::absent(id.as_str()))?;
    Ok(View::of_permit(call, place))
}

fn loan(call: &Call<'_>, _: &View, _: &[Value<'_>]) -> Result<View, Fail> {
    let Some(Field::Loan(id)) = field(call, "loan")? else { return Err(Fail::absent("loan")) };
    let place = call.books().loan_place_ever(id.as_str()).ok_or_else(|| Fail::absent(id.as_str()))?;
    Ok(View::of_loan(call, place))
}

/// The person of an event: as the books know them, or as they were before they left.
fn person(call: &Call<'_>, view: &View, _: &[Value<'_>]) -> Result<View, Fail> {
    let Some(Field::Person(id)) = field(call, "person")? else { return Err(Fail::absent("person")) };
    let books = call.books();
    let seated = books.person(id.as_str()).and_then(|place| View::of_sitter(call, Sitter::Named(place)));
    if let Some(seated) = seated {
        return Ok(seated);
    }
    let mut seen = PersonSeen {
        sitter: None,
        id: Some(id.clone()),
        unit: books.root(),
        kind: view.bound_kind()?,
        category: String::new(),
        since: None,
        loan: None,
        purpose: String::new(),
    };
    match call.event()?.event {
        Event::Vacated { unit, loan, was, .. } => {
            seen.unit = ever(call, unit.as_str())?;
            seen.loan = loan.as_ref().and_then(|loan| books.loan_place_ever(loan.as_str()));
            seen.category = was.category.clone().unwrap_or_default();
            seen.since = was.since;
            seen.purpose = was.purpose.clone().unwrap_or_default();
        }
        Event::Appointed { unit, .. } | Event::Converted { unit, .. } | Event::Named { unit, .. } => {
            seen.unit = ever(call, unit.as_str())?;
        }
        Event::Moved { to, .. } => seen.unit = ever(call, to.as_str())?,
        _ => {}
    }
    Ok(View::of_person(seen))
}
