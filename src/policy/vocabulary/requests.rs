//! Words of requests: what each verb asks, and for whom.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "a word belongs to some verbs; elsewhere it fails closed"
)]

use super::asked::{
    above, borrower, ends, lender, loan, named, permit, person_key, pool, sitting_person, unit, verb,
};
use super::nodes::{kind, node, text};
use super::{Row, Situation, Sort, Type};
use crate::graph::Role;
use crate::ledger::Person;
use crate::model::{PoolSize, Seats};
use crate::policy::call::Fail;
use crate::policy::value::Value;
use crate::policy::view::{View, proposals, seats};
use crate::request::{Change, Place, Verb};

/// The place of a request of which no verb is known, as an event shows it.
const ANY: u8 = u8::MAX;
const REQUEST: Sort = Sort::Request(ANY);
/// The sort of a request of which no verb is known.
pub(super) const ANY_SORT: Sort = REQUEST;
const NODE: Type = Type::view(Sort::Node);

/// Verbs that have a kind of quota, so that their nodes are read in it.
const OF_A_KIND: &[&str] = &[
    "authorize",
    "transfer",
    "permit",
    "withdraw",
    "appoint",
    "draw",
    "vacate",
    "name",
    "convert",
    "move",
    "borrow",
    "give_back",
    "owe",
    "extend",
    "reschedule",
    "evaluate",
    "resize",
];
const LOAN_VERBS: &[&str] = &["give_back", "owe", "extend", "reschedule", "evaluate"];
const PEOPLE: &[&str] = &["appoint", "draw", "vacate", "name", "convert", "move"];

/// The verb at this place.
pub(super) fn name(place: u8) -> &'static str {
    Verb::NAMES.get(usize::from(place)).copied().unwrap_or("any")
}

/// The sort of a verb's request.
pub(super) fn sort(verb: &str) -> Sort {
    let place = Verb::NAMES.iter().position(|name| *name == verb);
    Sort::Request(place.and_then(|place| u8::try_from(place).ok()).unwrap_or(ANY))
}

/// What an `on_<verb>` hook is given.
pub(super) fn given(verb: &str) -> Type {
    Type::One(super::Item::View(sort(verb), OF_A_KIND.contains(&verb)))
}

/// A request of any verb.
pub(super) const fn any() -> Type {
    Type::view(REQUEST)
}

/// What an `on_<verb>` hook may do.
pub(super) fn situation(verb: &str) -> Situation {
    // The same verbs as `Verb::is_fact_or_duty`, which needs a whole request.
    if matches!(verb, "vacate" | "advance" | "convert" | "give_back") {
        Situation::Witness
    } else {
        Situation::Before
    }
}

const fn row(en: &'static str, zh: &'static str, ty: Type, read: super::types::Read) -> Row {
    Row::new(REQUEST, en, zh, ty, read)
}

pub(super) static ROWS: &[Row] = &[
    // Of every request.
    row("verb", "事项", Type::TEXT, |c, _, _| Ok(Value::text(verb(c)?.name()))),
    row("id", "请求号", Type::TEXT, |c, _, _| {
        Ok(Value::text(c.request()?.id.as_ref().map_or("", |id| id.as_str())))
    }),
    row("on", "日期", Type::DATE, |c, _, _| Ok(Value::Date(c.scene.date))),
    row("by", "申请方", NODE, |c, v, _| Ok(node(c.request()?.by, v.kind))),
    row("nodes", "涉及单位", Type::views(Sort::Node), |c, v, _| {
        let nodes = c.books().touches(verb(c)?);
        super::functions::bounded(c, nodes.into_iter().map(|one| node(one, v.kind)))
    }),
    row("by_reaction", "联动产生", Type::YES_NO, |c, _, _| Ok(Value::YesNo(c.request()?.by_reaction))),
    row("effective", "实际日期", Type::DATE, |c, _, _| Ok(Value::Date(c.request()?.effective))),
    row("has_fact", "有附件", Type::YES_NO, |c, _, a| {
        let name = text(a)?;
        // A fact that is not of its declared type is none.
        let fact = c.request()?.facts.get(name);
        Ok(Value::YesNo(fact.is_some_and(|fact| c.scene.set.fact_value(name, fact).is_ok())))
    })
    .takes(&[Type::TEXT]),
    row("fact", "附件", Type::Unknown, |c, _, a| {
        let name = text(a)?;
        let fact = c.request()?.facts.get(name).ok_or_else(|| Fail::absent(name))?;
        c.scene.set.fact_value(name, fact)
    })
    .takes(&[Type::TEXT])
    .when("has_fact"),
    // Amounts and kinds.
    row("kind", "编制类别", Type::TEXT, |c, v, _| match verb(c)? {
        Verb::Establish(establish) => Ok(Value::text(match &establish.place {
            Place::Pool { kind, .. } => kind.as_str(),
            Place::Node { .. } => "",
        })),
        _ => kind(c.books(), v.kind),
    })
    .only(&[
        "authorize",
        "transfer",
        "permit",
        "withdraw",
        "appoint",
        "draw",
        "vacate",
        "name",
        "convert",
        "move",
        "borrow",
        "give_back",
        "owe",
        "extend",
        "reschedule",
        "evaluate",
        "resize",
        "establish",
    ]),
    row("count", "数量", Type::NUMBER, |c, _, _| {
        Ok(seats(match verb(c)? {
            Verb::Transfer(verb) => verb.count,
            Verb::Permit(verb) => verb.count,
            Verb::Borrow(verb) => verb.count,
            Verb::GiveBack(verb) => verb.count,
            Verb::Owe(verb) => verb.count,
            _ => Seats::ONE,
        }))
    })
    .only(&[
        "transfer",
        "permit",
        "borrow",
        "give_back",
        "owe",
        "appoint",
        "draw",
        "vacate",
        "convert",
        "move",
        "name",
    ]),
    row("change", "增减数", Type::NUMBER, |c, _, _| {
        let Verb::Authorize(verb) = verb(c)? else { return Err(Fail::absent("change")) };
        let books = c.books();
        Ok(seats(match verb.change {
            Change::By(change) => change,
            Change::To(to) => {
                let at = books.node(verb.node.as_str()).zip(books.kind(verb.kind.as_str()));
                to - at.map_or(Seats::ZERO, |(node, kind)| books.cap(node, kind))
            }
        }))
    })
    .only(&["authorize"]),
    row("seats", "席数", Type::NUMBER, |c, _, _| {
        let Verb::Evaluate(verb) = verb(c)? else { return Err(Fail::absent("seats")) };
        let loan = c.books().loan(verb.loan.as_str()).and_then(|loan| c.books().loan_at(loan));
        Ok(seats(verb.seats.or(loan.map(|loan| loan.seats)).unwrap_or(Seats::ZERO)))
    })
    .only(&["evaluate"]),
    row("caps_of", "拟定编数", Type::NUMBER, |c, _, a| {
        let Verb::Establish(verb) = verb(c)? else { return Err(Fail::absent("caps_of")) };
        Ok(seats(match &verb.place {
            Place::Node { caps, .. } => caps.get(text(a)?).copied().unwrap_or(Seats::ZERO),
            Place::Pool { .. } => Seats::ZERO,
        }))
    })
    .takes(&[Type::TEXT])
    .only(&["establish"]),
    row("size", "规模", Type::NUMBER, |c, _, _| {
        Ok(seats(match verb(c)? {
            Verb::Resize(verb) => verb.size,
            Verb::Establish(verb) => match &verb.place {
                Place::Pool { size: PoolSize::Size(size), .. } => *size,
                Place::Pool { size: PoolSize::Rule(_), .. } | Place::Node { .. } => Seats::ZERO,
            },
            _ => return Err(Fail::absent("size")),
        }))
    })
    .only(&["resize", "establish"]),
    row("rule", "规则", Type::TEXT, |c, _, _| {
        let Verb::Establish(verb) = verb(c)? else { return Err(Fail::absent("rule")) };
        Ok(Value::text(match &verb.place {
            Place::Pool { size: PoolSize::Rule(rule), .. } => rule,
            Place::Pool { size: PoolSize::Size(_), .. } | Place::Node { .. } => "",
        }))
    })
    .only(&["establish"]),
    // Nodes.
    row("node", "节点", NODE, |c, v, _| {
        Ok(node(
            named(
                c,
                match verb(c)? {
                    Verb::Authorize(verb) => &verb.node,
                    Verb::Amend(verb) => &verb.node,
                    Verb::Relocate(verb) => &verb.node,
                    Verb::Abolish(verb) => &verb.node,
                    _ => return Err(Fail::absent("node")),
                },
            )?,
            v.kind,
        ))
    })
    .only(&["authorize", "amend", "relocate", "abolish"]),
    row("unit", "单位", NODE, |c, v, _| Ok(node(unit(c)?, v.kind)))
        .only(&["permit", "withdraw", "appoint", "draw", "vacate", "name", "convert"]),
    row("from", "划出方", NODE, |c, v, _| match verb(c)? {
        Verb::Transfer(verb) => Ok(node(named(c, &verb.from)?, v.kind)),
        _ => Ok(node(unit(c)?, v.kind)),
    })
    .only(&["transfer", "move"]),
    row("to", "划入方", NODE, |c, v, _| {
        Ok(node(
            named(
                c,
                match verb(c)? {
                    Verb::Transfer(verb) => &verb.to,
                    Verb::Move(verb) => &verb.to,
                    _ => return Err(Fail::absent("to")),
                },
            )?,
            v.kind,
        ))
    })
    .only(&["transfer", "move"]),
    row("lender", "借出方", NODE, |c, v, _| match verb(c)? {
        Verb::Borrow(verb) => Ok(node(lender(c, &verb.lender)?, v.kind)),
        _ => Ok(node(View::of_loan(c, loan(c)?).loan(c)?.lender, v.kind)),
    })
    .only(&["borrow", "give_back", "owe", "extend", "reschedule", "evaluate"]),
    row("borrower", "借入方", NODE, |c, v, _| match verb(c)? {
        Verb::Borrow(verb) => Ok(node(borrower(c, &verb.borrower)?, v.kind)),
        _ => Ok(node(View::of_loan(c, loan(c)?).loan(c)?.borrower, v.kind)),
    })
    .only(&["borrow", "give_back", "owe", "extend", "reschedule", "evaluate"]),
    row("from_pool", "出自周转池", Type::YES_NO, |c, _, _| {
        Ok(Value::YesNo(match verb(c)? {
            Verb::Borrow(verb) => c.books().role(lender(c, &verb.lender)?) == Role::Pool,
            Verb::Draw(_) => true,
            _ => c.books().role(View::of_loan(c, loan(c)?).loan(c)?.lender) == Role::Pool,
        }))
    })
    .only(&["borrow", "draw", "give_back", "owe", "extend", "reschedule", "evaluate"]),
    row("pool", "周转池", Type::view(Sort::Pool), pool).only(&["draw", "resize"]),
    row("pool", "周转池", Type::view(Sort::Pool), pool)
        .only(&["borrow", "give_back", "owe", "extend", "reschedule", "evaluate"])
        .when("from_pool"),
    row("units", "被并单位", Type::views(Sort::Node), |c, v, _| {
        let Verb::Merge(verb) = verb(c)? else { return Err(Fail::absent("units")) };
        let units: Result<Vec<Value>, Fail> =
            verb.units.iter().map(|id| Ok(node(named(c, id)?, v.kind))).collect();
        super::functions::bounded(c, units?)
    })
    .only(&["merge"]),
    row("into", "并入单位", NODE, |c, v, _| {
        let Verb::Merge(verb) = verb(c)? else { return Err(Fail::absent("into")) };
        Ok(node(named(c, &verb.into)?, v.kind))
    })
    .only(&["merge"]),
    row("parent", "上级", NODE, above).only(&["establish", "relocate"]),
    row("sponsor", "设立方", NODE, above).only(&["establish"]),
    row("level", "层级", Type::TEXT, |c, _, _| {
        let Verb::Establish(verb) = verb(c)? else { return Err(Fail::absent("level")) };
        Ok(Value::text(match &verb.place {
            Place::Node { level, .. } => level,
            Place::Pool { .. } => "",
        }))
    })
    .only(&["establish"]),
    row("route", "途经", Type::views(Sort::Node), |c, v, _| {
        let nodes: Vec<Value> = match verb(c)? {
            Verb::Borrow(verb) => {
                let via: Result<Vec<Value>, Fail> =
                    verb.via.iter().flatten().map(|id| Ok(node(named(c, id)?, v.kind))).collect();
                via?
            }
            _ => View::of_loan(c, loan(c)?).loan(c)?.way_back().map(|one| node(one, v.kind)).collect(),
        };
        super::functions::bounded(c, nodes)
    })
    .only(&["borrow", "give_back"]),
    // People.
    row("named", "实名", Type::YES_NO, |c, _, _| Ok(Value::YesNo(!person_key(c)?.is_empty()))).only(PEOPLE),
    row("person", "人员", Type::TEXT, |c, _, _| person_key(c).map(Value::text))
        .only(&["draw", "name", "move"]),
    row("person", "人员", Type::TEXT, |c, _, _| person_key(c).map(Value::text))
        .only(&["appoint", "vacate", "convert"])
        .when("named"),
    row("category", "人员类别", Type::TEXT, |c, _, _| {
        Ok(Value::text(match verb(c)? {
            Verb::Appoint(verb) => verb.category.as_deref().unwrap_or(""),
            Verb::Draw(verb) => verb.category.as_deref().unwrap_or(""),
            Verb::Name(verb) => verb.category.as_deref().unwrap_or(""),
            _ => sitting_person(c)?.map_or("", Person::category),
        }))
    })
    .only(PEOPLE),
    // Texts.
    row("purpose", "用途", Type::TEXT, |c, _, _| {
        Ok(Value::text(
            match verb(c)? {
                Verb::Authorize(verb) => verb.purpose.as_deref(),
                Verb::Transfer(verb) => verb.purpose.as_deref(),
                Verb::Permit(verb) => verb.purpose.as_deref(),
                Verb::Appoint(verb) => verb.purpose.as_deref(),
                Verb::Draw(verb) => verb.purpose.as_deref(),
                Verb::Borrow(verb) => verb.purpose.as_deref(),
                Verb::Withdraw(_) => {
                    c.books().permit_at(permit(c)?).and_then(|permit| permit.purpose.as_deref())
                }
                _ => c.books().loan_at(loan(c)?).and_then(|loan| loan.purpose.as_deref()),
            }
            .unwrap_or(""),
        ))
    })
    .only(&[
        "authorize",
        "transfer",
        "permit",
        "appoint",
        "draw",
        "borrow",
        "withdraw",
        "give_back",
        "owe",
        "extend",
        "reschedule",
        "evaluate",
    ]),
    row("reason", "原因", Type::TEXT, |c, _, _| {
        Ok(Value::text(match verb(c)? {
            Verb::Vacate(verb) => verb.reason.as_deref().unwrap_or(""),
            Verb::Correct(verb) => &verb.reason,
            _ => "",
        }))
    })
    .only(&["vacate", "correct"]),
    row("outcome", "评估结论", Type::TEXT, |c, _, _| {
        let Verb::Evaluate(verb) = verb(c)? else { return Err(Fail::absent("outcome")) };
        Ok(Value::text(verb.outcome.as_str()))
    })
    .only(&["evaluate"]),
    row("new_id", "新编号", Type::TEXT, |c, _, _| {
        Ok(Value::text(match verb(c)? {
            Verb::Permit(verb) => verb.id.as_str(),
            Verb::Borrow(verb) => verb.id.as_str(),
            Verb::Establish(verb) => verb.id.as_str(),
            _ => return Ok(Value::own_text(c.books().next_draw().as_str())),
        }))
    })
    .only(&["permit", "borrow", "establish", "draw"]),
    row("entry", "更正条目", Type::NUMBER, |c, _, _| {
        let Verb::Correct(verb) = verb(c)? else { return Err(Fail::absent("entry")) };
        i64::try_from(verb.entry).map(Value::Number).map_err(|_| Fail::overflow())
    })
    .only(&["correct"]),
    // Loans and permits.
    row("on_loan", "用借入编", Type::YES_NO, |c, _, _| {
        Ok(Value::YesNo(c.request()?.found.loan.is_some()))
    })
    .only(&[
        "appoint",
        "vacate",
        "convert",
        "name",
        "give_back",
        "owe",
        "extend",
        "reschedule",
        "evaluate",
    ]),
    row("loan", "调借", Type::view(Sort::Loan), |c, _, _| Ok(Value::View(View::of_loan(c, loan(c)?))))
        .only(LOAN_VERBS),
    row("loan", "调借", Type::view(Sort::Loan), |c, _, _| Ok(Value::View(View::of_loan(c, loan(c)?))))
        .only(&["appoint", "vacate", "convert", "name"])
        .when("on_loan"),
    row("on_permit", "用核准", Type::YES_NO, |c, _, _| {
        Ok(Value::YesNo(c.request()?.found.permit.is_some()))
    })
    .only(&["appoint", "withdraw"]),
    row("permit", "用编核准", Type::view(Sort::Permit), |c, _, _| {
        Ok(Value::View(View::of_permit(c, permit(c)?)))
    })
    .only(&["withdraw"]),
    row("permit", "用编核准", Type::view(Sort::Permit), |c, _, _| {
        Ok(Value::View(View::of_permit(c, permit(c)?)))
    })
    .only(&["appoint"])
    .when("on_permit"),
    row("has_end", "有期限", Type::YES_NO, |c, _, _| Ok(Value::YesNo(ends(c)?.is_some()))).only(&[
        "permit",
        "extend",
        "draw",
        "borrow",
        "reschedule",
        "evaluate",
    ]),
    row("ends", "到期日", Type::DATE, |c, _, _| {
        ends(c)?.map(Value::Date).ok_or_else(|| Fail::absent("ends"))
    })
    .only(&["permit", "extend"]),
    row("ends", "到期日", Type::DATE, |c, _, _| {
        ends(c)?.map(Value::Date).ok_or_else(|| Fail::absent("ends"))
    })
    .only(&["draw", "borrow", "reschedule", "evaluate"])
    .when("has_end"),
    row("schedule", "归还计划", Type::views(Sort::Part), |c, _, _| {
        Ok(match verb(c)? {
            Verb::Borrow(verb) => proposals::parts(verb.schedule.as_deref().unwrap_or(&[])),
            Verb::Reschedule(verb) => proposals::parts(&verb.schedule),
            _ => return Err(Fail::absent("schedule")),
        })
    })
    .only(&["borrow", "reschedule"]),
    // What an `amend` would change.
    row("adds_tag", "增标签", Type::YES_NO, |c, _, a| {
        let tag = text(a)?;
        Ok(Value::YesNo(match verb(c)? {
            Verb::Amend(verb) => verb.add_tags.iter().flatten().any(|one| one == tag),
            Verb::Establish(verb) => verb.tags.iter().any(|one| one == tag),
            _ => false,
        }))
    })
    .takes(&[Type::TEXT])
    .only(&["amend", "establish"]),
    row("drops_tag", "去标签", Type::YES_NO, |c, _, a| {
        let tag = text(a)?;
        let Verb::Amend(verb) = verb(c)? else { return Ok(Value::YesNo(false)) };
        Ok(Value::YesNo(verb.drop_tags.iter().flatten().any(|one| one == tag)))
    })
    .takes(&[Type::TEXT])
    .only(&["amend"]),
    row("sets_fact", "改事实", Type::YES_NO, |c, _, a| {
        let name = text(a)?;
        Ok(Value::YesNo(match verb(c)? {
            Verb::Amend(verb) => verb.facts.iter().any(|facts| facts.contains_key(name)),
            Verb::Establish(verb) => verb.facts.contains_key(name),
            _ => false,
        }))
    })
    .takes(&[Type::TEXT])
    .only(&["amend", "establish"]),
];
