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
use crate::policy::view::{View, bounded, proposals, seats};
use crate::request::{Change, Place, Verb};

/// The place of a request of which no verb is known, as an event shows it.
const ANY: u8 = u8::MAX;
const REQUEST: Sort = Sort::Request(ANY);
/// The sort of a request of which no verb is known.
pub(super) const ANY_SORT: Sort = REQUEST;

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

/// What an `on_<verb>` hook may do.
pub(super) fn situation(verb: &str) -> Situation {
    // The same verbs as `Verb::is_fact_or_duty`, which needs a whole request.
    if matches!(verb, "vacate" | "advance" | "convert" | "give_back") {
        Situation::Witness
    } else {
        Situation::Before
    }
}

pub(super) static ROWS: &[Row] = &[
    // Of every request.
    REQUEST.text("verb", "事项", |c, _, _| Ok(verb(c)?.name())),
    REQUEST.text("id", "请求号", |c, _, _| Ok(c.request()?.id.as_ref().map_or("", |id| id.as_str()))),
    REQUEST.other("on", "日期", Type::DATE, |c, _, _| Ok(Value::Date(c.scene.date))),
    REQUEST.thing("by", "申请方", Sort::Node, |c, v, _| Ok(node(c.request()?.by, v.kind))),
    REQUEST.other("nodes", "涉及单位", Type::views(Sort::Node), |c, v, _| {
        let nodes = c.books().touches(verb(c)?);
        bounded(c, nodes.into_iter().map(|one| node(one, v.kind)))
    }),
    REQUEST.yes_no("by_reaction", "联动产生", |c, _, _| Ok(c.request()?.by_reaction)),
    REQUEST.other("effective", "实际日期", Type::DATE, |c, _, _| Ok(Value::Date(c.request()?.effective))),
    REQUEST
        .yes_no("has_fact", "有附件", |c, _, a| {
            let name = text(a)?;
            // A fact that is not of its declared type is none.
            let fact = c.request()?.facts.get(name);
            Ok(fact.is_some_and(|fact| c.scene.set.fact_value(name, fact).is_ok()))
        })
        .takes(&[Type::TEXT]),
    REQUEST
        .other("fact", "附件", Type::Unknown, |c, _, a| {
            let name = text(a)?;
            let fact = c.request()?.facts.get(name).ok_or_else(|| Fail::absent(name))?;
            c.scene.set.fact_value(name, fact)
        })
        .takes(&[Type::TEXT])
        .when("has_fact"),
    // Amounts and kinds.
    REQUEST
        .text("kind", "编制类别", |c, v, _| match verb(c)? {
            Verb::Establish(establish) => Ok(match &establish.place {
                Place::Pool { kind, .. } => kind.as_str(),
                Place::Node { .. } => "",
            }),
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
    REQUEST
        .number("count", "数量", |c, _, _| {
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
    REQUEST
        .number("change", "增减数", |c, _, _| {
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
    REQUEST
        .number("seats", "席数", |c, _, _| {
            let Verb::Evaluate(verb) = verb(c)? else { return Err(Fail::absent("seats")) };
            let loan = c.books().loan(verb.loan.as_str()).and_then(|loan| c.books().loan_at(loan));
            Ok(seats(verb.seats.or(loan.map(|loan| loan.seats)).unwrap_or(Seats::ZERO)))
        })
        .only(&["evaluate"]),
    REQUEST
        .number("caps_of", "拟定编数", |c, _, a| {
            let Verb::Establish(verb) = verb(c)? else { return Err(Fail::absent("caps_of")) };
            Ok(seats(match &verb.place {
                Place::Node { caps, .. } => caps.get(text(a)?).copied().unwrap_or(Seats::ZERO),
                Place::Pool { .. } => Seats::ZERO,
            }))
        })
        .takes(&[Type::TEXT])
        .only(&["establish"]),
    REQUEST
        .number("size", "规模", |c, _, _| {
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
    REQUEST
        .text("rule", "规则", |c, _, _| {
            let Verb::Establish(verb) = verb(c)? else { return Err(Fail::absent("rule")) };
            Ok(match &verb.place {
                Place::Pool { size: PoolSize::Rule(rule), .. } => rule,
                Place::Pool { size: PoolSize::Size(_), .. } | Place::Node { .. } => "",
            })
        })
        .only(&["establish"]),
    // Nodes.
    REQUEST
        .thing("node", "节点", Sort::Node, |c, v, _| {
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
    REQUEST
        .thing("unit", "单位", Sort::Node, |c, v, _| Ok(node(unit(c)?, v.kind)))
        .only(&["permit", "withdraw", "appoint", "draw", "vacate", "name", "convert"]),
    REQUEST
        .thing("from", "划出方", Sort::Node, |c, v, _| match verb(c)? {
            Verb::Transfer(verb) => Ok(node(named(c, &verb.from)?, v.kind)),
            _ => Ok(node(unit(c)?, v.kind)),
        })
        .only(&["transfer", "move"]),
    REQUEST
        .thing("to", "划入方", Sort::Node, |c, v, _| {
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
    REQUEST
        .thing("lender", "借出方", Sort::Node, |c, v, _| match verb(c)? {
            Verb::Borrow(verb) => Ok(node(lender(c, &verb.lender)?, v.kind)),
            _ => Ok(node(View::of_loan(c, loan(c)?).loan(c)?.lender, v.kind)),
        })
        .only(&["borrow", "give_back", "owe", "extend", "reschedule", "evaluate"]),
    REQUEST
        .thing("borrower", "借入方", Sort::Node, |c, v, _| match verb(c)? {
            Verb::Borrow(verb) => Ok(node(borrower(c, &verb.borrower)?, v.kind)),
            _ => Ok(node(View::of_loan(c, loan(c)?).loan(c)?.borrower, v.kind)),
        })
        .only(&["borrow", "give_back", "owe", "extend", "reschedule", "evaluate"]),
    REQUEST
        .yes_no("from_pool", "出自周转池", |c, _, _| {
            Ok(match verb(c)? {
                Verb::Borrow(verb) => c.books().role(lender(c, &verb.lender)?) == Role::Pool,
                Verb::Draw(_) => true,
                _ => c.books().role(View::of_loan(c, loan(c)?).loan(c)?.lender) == Role::Pool,
            })
        })
        .only(&["borrow", "draw", "give_back", "owe", "extend", "reschedule", "evaluate"]),
    REQUEST.thing("pool", "周转池", Sort::Pool, pool).only(&["draw", "resize"]),
    REQUEST
        .thing("pool", "周转池", Sort::Pool, pool)
        .only(&["borrow", "give_back", "owe", "extend", "reschedule", "evaluate"])
        .when("from_pool"),
    REQUEST
        .other("units", "被并单位", Type::views(Sort::Node), |c, v, _| {
            let Verb::Merge(verb) = verb(c)? else { return Err(Fail::absent("units")) };
            let units: Result<Vec<View>, Fail> =
                verb.units.iter().map(|id| Ok(node(named(c, id)?, v.kind))).collect();
            bounded(c, units?)
        })
        .only(&["merge"]),
    REQUEST
        .thing("into", "并入单位", Sort::Node, |c, v, _| {
            let Verb::Merge(verb) = verb(c)? else { return Err(Fail::absent("into")) };
            Ok(node(named(c, &verb.into)?, v.kind))
        })
        .only(&["merge"]),
    REQUEST.thing("parent", "上级", Sort::Node, above).only(&["establish", "relocate"]),
    REQUEST.thing("sponsor", "设立方", Sort::Node, above).only(&["establish"]),
    REQUEST
        .text("level", "层级", |c, _, _| {
            let Verb::Establish(verb) = verb(c)? else { return Err(Fail::absent("level")) };
            Ok(match &verb.place {
                Place::Node { level, .. } => level,
                Place::Pool { .. } => "",
            })
        })
        .only(&["establish"]),
    REQUEST
        .other("route", "途经", Type::views(Sort::Node), |c, v, _| {
            let nodes: Vec<View> = match verb(c)? {
                Verb::Borrow(verb) => {
                    let via: Result<Vec<View>, Fail> =
                        verb.via.iter().flatten().map(|id| Ok(node(named(c, id)?, v.kind))).collect();
                    via?
                }
                _ => View::of_loan(c, loan(c)?).loan(c)?.way_back().map(|one| node(one, v.kind)).collect(),
            };
            bounded(c, nodes)
        })
        .only(&["borrow", "give_back"]),
    // People.
    REQUEST.yes_no("named", "实名", |c, _, _| Ok(!person_key(c)?.is_empty())).only(PEOPLE),
    REQUEST.text("person", "人员", |c, _, _| person_key(c)).only(&["draw", "name", "move"]),
    REQUEST
        .text("person", "人员", |c, _, _| person_key(c))
        .only(&["appoint", "vacate", "convert"])
        .when("named"),
    REQUEST
        .text("category", "人员类别", |c, _, _| {
            Ok(match verb(c)? {
                Verb::Appoint(verb) => verb.category.as_deref().unwrap_or(""),
                Verb::Draw(verb) => verb.category.as_deref().unwrap_or(""),
                Verb::Name(verb) => verb.category.as_deref().unwrap_or(""),
                _ => sitting_person(c)?.map_or("", Person::category),
            })
        })
        .only(PEOPLE),
    // Texts.
    REQUEST
        .text("purpose", "用途", |c, _, _| {
            Ok(match verb(c)? {
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
            .unwrap_or(""))
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
    REQUEST
        .text("reason", "原因", |c, _, _| {
            Ok(match verb(c)? {
                Verb::Vacate(verb) => verb.reason.as_deref().unwrap_or(""),
                Verb::Correct(verb) => &verb.reason,
                _ => "",
            })
        })
        .only(&["vacate", "correct"]),
    REQUEST
        .text("outcome", "评估结论", |c, _, _| {
            let Verb::Evaluate(verb) = verb(c)? else { return Err(Fail::absent("outcome")) };
            Ok(verb.outcome.as_str())
        })
        .only(&["evaluate"]),
    REQUEST
        .other("new_id", "新编号", Type::TEXT, |c, _, _| {
            Ok(Value::text(match verb(c)? {
                Verb::Permit(verb) => verb.id.as_str(),
                Verb::Borrow(verb) => verb.id.as_str(),
                Verb::Establish(verb) => verb.id.as_str(),
                _ => return Ok(Value::own_text(c.books().next_draw().as_str())),
            }))
        })
        .only(&["permit", "borrow", "establish", "draw"]),
    REQUEST
        .number("entry", "更正条目", |c, _, _| {
            let Verb::Correct(verb) = verb(c)? else { return Err(Fail::absent("entry")) };
            i64::try_from(verb.entry).map_err(|_| Fail::overflow())
        })
        .only(&["correct"]),
    // Loans and permits.
    REQUEST.yes_no("on_loan", "用借入编", |c, _, _| Ok(c.found()?.loan.is_some())).only(&[
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
    REQUEST.thing("loan", "调借", Sort::Loan, |c, _, _| Ok(View::of_loan(c, loan(c)?))).only(LOAN_VERBS),
    REQUEST
        .thing("loan", "调借", Sort::Loan, |c, _, _| Ok(View::of_loan(c, loan(c)?)))
        .only(&["appoint", "vacate", "convert", "name"])
        .when("on_loan"),
    REQUEST
        .yes_no("on_permit", "用核准", |c, _, _| Ok(c.found()?.permit.is_some()))
        .only(&["appoint", "withdraw"]),
    REQUEST
        .thing("permit", "用编核准", Sort::Permit, |c, _, _| Ok(View::of_permit(c, permit(c)?)))
        .only(&["withdraw"]),
    REQUEST
        .thing("permit", "用编核准", Sort::Permit, |c, _, _| Ok(View::of_permit(c, permit(c)?)))
        .only(&["appoint"])
        .when("on_permit"),
    REQUEST.yes_no("has_end", "有期限", |c, _, _| Ok(ends(c)?.is_some())).only(&[
        "permit",
        "extend",
        "draw",
        "borrow",
        "reschedule",
        "evaluate",
    ]),
    REQUEST
        .other("ends", "到期日", Type::DATE, |c, _, _| {
            ends(c)?.map(Value::Date).ok_or_else(|| Fail::absent("ends"))
        })
        .only(&["permit", "extend"]),
    REQUEST
        .other("ends", "到期日", Type::DATE, |c, _, _| {
            ends(c)?.map(Value::Date).ok_or_else(|| Fail::absent("ends"))
        })
        .only(&["draw", "borrow", "reschedule", "evaluate"])
        .when("has_end"),
    REQUEST
        .other("schedule", "归还计划", Type::views(Sort::Part), |c, _, _| {
            Ok(match verb(c)? {
                Verb::Borrow(verb) => proposals::parts(verb.schedule.as_deref().unwrap_or(&[])),
                Verb::Reschedule(verb) => proposals::parts(&verb.schedule),
                _ => return Err(Fail::absent("schedule")),
            })
        })
        .only(&["borrow", "reschedule"]),
    // What an `amend` would change.
    REQUEST
        .yes_no("adds_tag", "增标签", |c, _, a| {
            let tag = text(a)?;
            Ok(match verb(c)? {
                Verb::Amend(verb) => verb.add_tags.iter().flatten().any(|one| one == tag),
                Verb::Establish(verb) => verb.tags.iter().any(|one| one == tag),
                _ => false,
            })
        })
        .takes(&[Type::TEXT])
        .only(&["amend", "establish"]),
    REQUEST
        .yes_no("drops_tag", "去标签", |c, _, a| {
            let tag = text(a)?;
            let Verb::Amend(verb) = verb(c)? else { return Ok(false) };
            Ok(verb.drop_tags.iter().flatten().any(|one| one == tag))
        })
        .takes(&[Type::TEXT])
        .only(&["amend"]),
    REQUEST
        .yes_no("sets_fact", "改事实", |c, _, a| {
            let name = text(a)?;
            Ok(match verb(c)? {
                Verb::Amend(verb) => verb.facts.iter().any(|facts| facts.contains_key(name)),
                Verb::Establish(verb) => verb.facts.contains_key(name),
                _ => false,
            })
        })
        .takes(&[Type::TEXT])
        .only(&["amend", "establish"]),
];
