//! Words of nodes: what they are, their figures, their past, their relations.

use std::sync::Arc;

use super::{Row, Sort, Type};
use crate::graph::{NodeIx, Role};
use crate::ledger::{KindIx, Ledger, LoanIx, Measure, Sitter};
use crate::policy::call::{Call, Fail};
use crate::policy::value::Value;
use crate::policy::view::{View, What, bounded, known, pool_size, seats};

const NODE: Sort = Sort::Node;
const GROUP: Sort = Sort::Group;
const TEXT: &[Type] = &[Type::TEXT];
const NUMBER: &[Type] = &[Type::NUMBER];

/// A figure of nodes and of groups.
macro_rules! figure {
    ($sort:ident, $en:literal, $zh:literal, $field:ident) => {
        $sort.number($en, $zh, |c, v, _| Ok(seats(v.figures(c, false)?.$field))).of_kind()
    };
    ($sort:ident, $en:literal, $zh:literal, $field:ident, $sized:expr) => {
        $sort
            .number($en, $zh, |c, v, _| {
                let sized: fn(&Call<'_>, &View) -> bool = $sized;
                Ok(seats(v.figures(c, sized(c, v))?.$field))
            })
            .of_kind()
    };
}

macro_rules! figures {
    ($sort:ident) => {
        [
            figure!($sort, "cap", "核定数", cap, |c, v| v.is_pool(c)),
            figure!($sort, "occupied", "实有", occupied),
            figure!($sort, "vacancy", "空编", vacancy),
            figure!($sort, "net_vacancy", "净空编", net_vacancy),
            figure!($sort, "excess", "超编", excess),
            figure!($sort, "permitted", "用编核准数", permitted),
            figure!($sort, "lent", "借出", lent),
            figure!($sort, "borrowed", "借入", borrowed),
            figure!($sort, "borrowed_occupied", "借入已用", borrowed_occupied),
            figure!($sort, "charged", "占用", charged),
            figure!($sort, "available", "可用编", available),
            figure!($sort, "room", "余量", room, |_, _| true),
            figure!($sort, "reserve", "机动编制", reserve),
            figure!($sort, "allotted", "已分配", allotted),
            figure!($sort, "headcount", "在编人员", headcount),
        ]
    };
}

static NODE_FIGURES: [Row; 15] = figures!(NODE);
static GROUP_FIGURES: [Row; 15] = figures!(GROUP);

/// The figures of nodes.
pub(super) static FIGURES: &[Row] = &NODE_FIGURES;
/// The figures of groups.
pub(super) static OF_GROUPS: &[Row] = &GROUP_FIGURES;

/// What nodes are, their past and their relations.
pub(super) static ROWS: &[Row] = &[
    NODE.text("id", "编号", |c, v, _| Ok(c.books().id_word(v.node(c)?))),
    NODE.text("name", "名称", |c, v, _| Ok(c.books().name(v.node(c)?))),
    NODE.text("level", "层级", |c, v, _| Ok(c.books().level_name(v.node(c)?))),
    NODE.text("tier", "行政层级", |c, v, _| Ok(c.books().tier(v.node(c)?))),
    NODE.yes_no("is_unit", "是单位", |c, v, _| Ok(c.books().role(v.node(c)?) == Role::Unit)),
    NODE.yes_no("is_root", "是全市", |c, v, _| Ok(v.node(c)? == c.books().root())),
    NODE.thing("parent", "上级", NODE, |c, v, _| {
        let parent = c.books().parent(v.node(c)?).ok_or_else(|| Fail::absent("parent"))?;
        Ok(node(parent, v.kind))
    })
    .unless("is_root"),
    NODE.thing("county", "县级", NODE, |c, v, _| Ok(node(c.books().county(v.node(c)?), v.kind))),
    NODE.yes_no("has_tag", "有标签", |c, v, a| Ok(c.books().has_tag(v.node(c)?, text(a)?))).takes(TEXT),
    NODE.yes_no("within", "属于", |c, v, a| {
        let books = c.books();
        Ok(books.node(text(a)?).is_some_and(|above| books.within(v.node(c).unwrap_or(above), above)))
    })
    .takes(TEXT),
    NODE.other("fact", "事实", Type::Unknown, |c, v, a| {
        let name = text(a)?;
        let fact = c.books().fact(v.node(c)?, name).ok_or_else(|| Fail::absent(name))?;
        c.scene.set.fact_value(name, fact)
    })
    .takes(TEXT)
    .when("has_fact"),
    NODE.yes_no("has_fact", "有事实", |c, v, a| {
        let name = text(a)?;
        // A fact that is not of its declared type is none.
        let fact = c.books().fact(v.node(c)?, name);
        Ok(fact.is_some_and(|fact| c.scene.set.fact_value(name, fact).is_ok()))
    })
    .takes(TEXT),
    NODE.thing("of", "类别", NODE, |c, v, a| {
        let id = text(a)?;
        let kind = c.books().kind(id);
        let kind =
            kind.ok_or_else(|| Fail::new(format!("没有编制类别：{id}"), format!("there is no kind `{id}`")))?;
        Ok(View { what: v.what.clone(), kind: Some(kind) })
    })
    .takes(TEXT)
    .when("has_kind"),
    NODE.yes_no("has_kind", "有类别", |c, _, a| Ok(c.books().kind(text(a)?).is_some())).takes(TEXT),
    // Looking back.
    NODE.number("vacancy_at_year_start", "年初空编", |c, v, _| {
        known(
            c.books().past_figures(v.node(c)?, v.bound_kind()?).vacancy_at_year_start,
            "vacancy_at_year_start",
        )
    })
    .of_kind(),
    NODE.number("arrivals", "本年入编", |c, v, _| {
        known(c.books().past_figures(v.node(c)?, v.bound_kind()?).arrivals, "arrivals")
    })
    .of_kind(),
    NODE.number("departures", "本年减员", |c, v, _| {
        known(c.books().past_figures(v.node(c)?, v.bound_kind()?).departures, "departures")
    })
    .of_kind(),
    NODE.number("arrivals_in_years", "近n年入编", |c, v, a| {
        known(c.books().arrivals_in_years(v.node(c)?, v.bound_kind()?, years(a)?), "arrivals_in_years")
    })
    .takes(NUMBER)
    .of_kind(),
    NODE.number("vacancy_at_year_end", "前n年末空编", |c, v, a| {
        known(c.books().vacancy_at_year_end(v.node(c)?, v.bound_kind()?, years(a)?), "vacancy_at_year_end")
    })
    .takes(NUMBER)
    .of_kind(),
    NODE.other("average_vacancy", "前n年日均空编", Type::DECIMAL, |c, v, a| {
        let average = c.books().average_vacancy(v.node(c)?, v.bound_kind()?, years(a)?);
        average.map(Value::Decimal).ok_or_else(|| Fail::history("average_vacancy"))
    })
    .takes(NUMBER)
    .of_kind(),
    NODE.number("largest", "大户线", largest).takes(&[Type::TEXT, Type::DECIMAL]).of_kind(),
    // Relations.
    NODE.other("loans_borrowed", "借入调借", Type::views(Sort::Loan), |c, v, _| {
        loans(c, c.books().loans_borrowed(v.node(c)?, v.kind))
    }),
    NODE.other("loans_usable", "可用调借", Type::views(Sort::Loan), |c, v, _| {
        loans(c, c.books().loans_usable(v.node(c)?, v.kind))
    }),
    NODE.other("loans_lent", "借出调借", Type::views(Sort::Loan), |c, v, _| {
        loans(c, c.books().loans_lent(v.node(c)?, v.kind))
    }),
    NODE.other("permits", "核准", Type::views(Sort::Permit), |c, v, _| {
        let permits = c.books().permits_of(v.node(c)?, v.kind);
        bounded(c, permits.into_iter().map(|permit| View::of_permit(c, permit)))
    }),
    NODE.other("people_on_pool", "周转池人员", Type::views(Sort::Person), |c, v, a| {
        let books = c.books();
        let Some(pool) = books.node(text(a)?) else { return bounded(c, Vec::new()) };
        let people = books.people_on_pool(v.node(c)?, v.kind, pool);
        let seen = people.into_iter().filter_map(|person| View::of_sitter(c, Sitter::Named(person)));
        bounded(c, seen.collect::<Vec<_>>())
    })
    .takes(TEXT),
    NODE.thing("group", "分组", Sort::Group, |c, v, a| {
        let what = What::Group(Arc::new((v.node(c)?, text(a)?.into())));
        Ok(View { what, kind: Some(v.bound_kind()?) })
    })
    .takes(TEXT)
    .of_kind(),
    NODE.other("pools", "周转池", Type::views(Sort::Pool), |c, v, _| {
        pools(c, c.books().pools_of(v.node(c)?))
    }),
    // Pools.
    Sort::Pool.thing("sponsor", "设立方", NODE, |c, v, _| {
        let sponsor = c.books().parent(v.node(c)?).ok_or_else(|| Fail::absent("sponsor"))?;
        Ok(node(sponsor, v.kind))
    }),
    Sort::Pool.text("kind", "编制类别", |c, v, _| kind(c.books(), v.kind)),
    Sort::Pool.number("size", "规模", |c, v, _| pool_size(c, v.node(c)?).map(seats)),
    Sort::Pool.number("size_at_year_start", "年初规模", |c, v, _| {
        known(c.books().pool_size_at_year_start(v.node(c)?), "size_at_year_start")
    }),
    Sort::Pool.number("used", "已用", |c, v, _| Ok(seats(c.books().used(v.node(c)?)))),
    Sort::Pool.number("free", "剩余", |c, v, _| {
        let pool = v.node(c)?;
        Ok(seats((pool_size(c, pool)? - c.books().used(pool)).or_zero()))
    }),
    Sort::Pool.other("loans", "调借", Type::views(Sort::Loan), |c, v, _| {
        loans(c, c.books().loans_lent(v.node(c)?, None))
    }),
];

fn largest(call: &Call<'_>, view: &View, args: &[Value<'_>]) -> Result<i64, Fail> {
    let measure = match text(args)? {
        "cap" => Measure::Cap,
        "arrivals_3y" => Measure::ArrivalsInThreeYears,
        _ => return Err(Fail::wrong_type("largest")),
    };
    let share = args.get(1).and_then(Value::as_decimal).ok_or_else(|| Fail::wrong_type("largest"))?;
    let node = view.node(call)?;
    let except = call.scene.set.exempt_from_largest(call)?;
    let except: Vec<&str> = except.iter().map(String::as_str).collect();
    // It looks at every unit inside.
    let units = call.books().graph().inside(node).len();
    looked_at(call, units)?;
    known(call.books().largest(node, view.bound_kind()?, measure, share, &except), "largest")
}

/// So many things were looked at, which is work to be paid for however few of them are found.
pub(crate) fn looked_at(call: &Call<'_>, things: usize) -> Result<(), Fail> {
    let steps = u64::try_from(things).unwrap_or(u64::MAX).checked_div(crate::policy::limits::LOOKED_AT);
    // What costs nothing cannot be too much: a call that has spent too much has failed before.
    steps.filter(|steps| *steps > 0).map_or(Ok(()), |steps| call.charge(steps))
}

pub(super) fn node(node: NodeIx, kind: Option<KindIx>) -> View {
    View::of_node(node, kind)
}

pub(super) fn pools<'a>(call: &Call<'a>, pools: Vec<NodeIx>) -> Result<Value<'a>, Fail> {
    bounded(call, pools.into_iter().map(|pool| View::of_pool(call, pool)))
}

pub(super) fn loans<'a>(call: &Call<'a>, loans: Vec<LoanIx>) -> Result<Value<'a>, Fail> {
    bounded(call, loans.into_iter().map(|loan| View::of_loan(call, loan)))
}

#[expect(clippy::unnecessary_wraps, reason = "the words that end in it may fail")]
pub(super) fn kind(books: &Ledger, kind: Option<KindIx>) -> Result<&str, Fail> {
    Ok(kind.map_or("", |kind| books.kind_word(kind)))
}

pub(super) fn text<'a>(args: &'a [Value<'_>]) -> Result<&'a str, Fail> {
    match args.first() {
        Some(Value::Text(text)) => Ok(text),
        _ => Err(Fail::wrong_type("text")),
    }
}

fn years(args: &[Value]) -> Result<usize, Fail> {
    match args.first() {
        Some(Value::Number(years)) => Ok(usize::try_from(*years).unwrap_or(0)),
        _ => Err(Fail::wrong_type("number")),
    }
}
