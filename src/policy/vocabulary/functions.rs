//! Host functions: answers, numbers, dates, lists, parameters and proposals.

use std::sync::Arc;

use rust_decimal::RoundingStrategy;
use rust_decimal::prelude::ToPrimitive;

use super::arguments::{
    date, days_after, decimal, either, fit, items, list, number, numeric, says, text, view, whole,
    years_after,
};
use super::{Item, Sort, Type};
use crate::error::Phrase;
use crate::policy::call::{Call, Fail, How, Said};
use crate::policy::limits;
use crate::policy::value::Value;
use crate::policy::view::{View, What, proposals};

/// What a host function does, called at a line.
type Run = for<'a> fn(&'a Call<'a>, u32, &[Value<'a>]) -> Result<Value<'a>, Fail>;

/// A function that every script may call.
#[derive(Debug)]
pub(crate) struct HostFn {
    /// The English name.
    pub(crate) en: &'static str,
    /// The Chinese name.
    pub(crate) zh: &'static str,
    /// How it is written, for messages and the manual.
    pub(crate) shape: &'static str,
    /// Where it may stand.
    pub(crate) place: HostPlace,
    /// The numbers of arguments that it takes.
    pub(crate) arities: &'static [usize],
    /// The type of its value for these types of arguments; none if they do not fit.
    pub(crate) check: fn(&[Type]) -> Option<Type>,
    /// What it does, called at a line.
    pub(crate) run: Run,
}

/// Where a host function may stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HostPlace {
    Anywhere,
    Require,
    Deny,
    Note,
    Finding,
    Proposal,
}

impl HostPlace {
    /// The hooks that it belongs to, in both languages.
    pub(crate) fn phrase(self) -> Phrase {
        let (zh, en) = match self {
            Self::Anywhere => ("各钩子", "every hook"),
            Self::Require => ("`on_…`、`audit_…`", "`on_…` and `audit_…`"),
            Self::Deny => ("`on_…`", "`on_…`"),
            Self::Note => ("`on_…`、`after_…`、`on_date`", "`on_…`, `after_…` and `on_date`"),
            Self::Finding => ("`after_…`、`on_date`、`audit_…`", "`after_…`, `on_date` and `audit_…`"),
            Self::Proposal => ("`after_…`、`on_date`", "`after_…` and `on_date`"),
        };
        Phrase::both(zh, en)
    }

    /// Which argument is the code of a reason.
    pub(crate) fn code_argument(self) -> Option<usize> {
        match self {
            Self::Require => Some(1),
            Self::Deny | Self::Note | Self::Finding => Some(0),
            Self::Anywhere | Self::Proposal => None,
        }
    }
}

/// Every host function.
pub(crate) fn host_functions() -> &'static [HostFn] {
    FUNCTIONS
}

const fn host(
    en: &'static str,
    zh: &'static str,
    shape: &'static str,
    arities: &'static [usize],
    check: fn(&[Type]) -> Option<Type>,
    run: Run,
) -> HostFn {
    HostFn { en, zh, shape, place: HostPlace::Anywhere, arities, check, run }
}

impl HostFn {
    const fn at(mut self, place: HostPlace) -> Self {
        self.place = place;
        self
    }
}

const LOAN: Type = Type::view(Sort::Loan);
const NODE: Type = Type::view(Sort::Node);
const PERMIT: Type = Type::view(Sort::Permit);
const PERSON: Type = Type::view(Sort::Person);

static FUNCTIONS: &[HostFn] = &[
    // Answers.
    host(
        "require",
        "要求",
        "require(condition, code, facts?)",
        &[2, 3],
        |t| says(t, 1),
        |c, line, a| match a.first() {
            Some(Value::YesNo(true)) => Ok(Value::Nothing),
            Some(Value::YesNo(false)) => say(c, line, HostPlace::Require, a.get(1..).unwrap_or(&[])),
            _ => Err(Fail::wrong_type("require")),
        },
    )
    .at(HostPlace::Require),
    host(
        "deny",
        "不予",
        "deny(code, facts?)",
        &[1, 2],
        |t| says(t, 0),
        |c, line, a| say(c, line, HostPlace::Deny, a),
    )
    .at(HostPlace::Deny),
    host(
        "note",
        "提示",
        "note(code, facts?)",
        &[1, 2],
        |t| says(t, 0),
        |c, line, a| say(c, line, HostPlace::Note, a),
    )
    .at(HostPlace::Note),
    host(
        "finding",
        "问题",
        "finding(code, facts?)",
        &[1, 2],
        |t| says(t, 0),
        |c, line, a| say(c, line, HostPlace::Finding, a),
    )
    .at(HostPlace::Finding),
    // Numbers.
    host("floor", "向下取整", "floor(number)", &[1], whole, |_, _, a| {
        round(a, RoundingStrategy::ToNegativeInfinity)
    }),
    host("ceiling", "向上取整", "ceiling(number)", &[1], whole, |_, _, a| {
        round(a, RoundingStrategy::ToPositiveInfinity)
    }),
    host("round_half_up", "四舍五入", "round_half_up(number)", &[1], whole, |_, _, a| {
        round(a, RoundingStrategy::MidpointAwayFromZero)
    }),
    host(
        "ratio",
        "比例",
        "ratio(number, number)",
        &[2],
        |t| numeric(t, 2).then_some(Type::DECIMAL),
        |_, _, a| {
            let (one, two) = (decimal(a, 0)?, decimal(a, 1)?);
            if two.is_zero() {
                return Err(Fail::new("除数为零", "a division by zero"));
            }
            one.checked_div(two).map(Value::Decimal).ok_or_else(Fail::overflow)
        },
    ),
    host("min", "较小", "min(number, number)", &[2], either, |_, _, a| {
        choose(a, std::cmp::Ordering::is_le)
    }),
    host("max", "较大", "max(number, number)", &[2], either, |_, _, a| {
        choose(a, std::cmp::Ordering::is_ge)
    }),
    host("at_least", "不少于", "at_least(low, number)", &[2], either, |_, _, a| {
        choose(a, std::cmp::Ordering::is_ge)
    }),
    host(
        "abs",
        "绝对值",
        "abs(number)",
        &[1],
        |t| numeric(t, 1).then(|| t.first().copied()).flatten(),
        |_, _, a| match a.first() {
            Some(Value::Number(number)) => number.checked_abs().map(Value::Number).ok_or_else(Fail::overflow),
            Some(Value::Decimal(number)) => Ok(Value::Decimal(number.abs())),
            _ => Err(Fail::wrong_type("abs")),
        },
    ),
    // Dates.
    host(
        "date",
        "日期",
        "date(\"2024-01-01\")",
        &[1],
        |t| fit(t, &[Type::TEXT], Type::DATE),
        |_, _, a| {
            let text = text(a, 0)?;
            let date = crate::document::date(text);
            date.map(Value::Date)
                .ok_or_else(|| Fail::new(format!("不是日期：{text}"), format!("`{text}` is no date")))
        },
    ),
    host(
        "years_after",
        "年后",
        "years_after(date, number)",
        &[2],
        |t| fit(t, &[Type::DATE, Type::NUMBER], Type::DATE),
        |_, _, a| years_after(date(a, 0)?, number(a, 1)?).map(Value::Date),
    ),
    host(
        "days_after",
        "天后",
        "days_after(date, number)",
        &[2],
        |t| fit(t, &[Type::DATE, Type::NUMBER], Type::DATE),
        |_, _, a| days_after(date(a, 0)?, number(a, 1)?).map(Value::Date),
    ),
    host(
        "days_between",
        "相隔天数",
        "days_between(date, date)",
        &[2],
        |t| fit(t, &[Type::DATE, Type::DATE], Type::NUMBER),
        |_, _, a| {
            let span = date(a, 0)?.until(date(a, 1)?).map_err(|_| Fail::overflow())?;
            Ok(Value::Number(i64::from(span.get_days())))
        },
    ),
    host(
        "year_of",
        "年份",
        "year_of(date)",
        &[1],
        |t| fit(t, &[Type::DATE], Type::NUMBER),
        |_, _, a| Ok(Value::Number(i64::from(date(a, 0)?.year()))),
    ),
    // Lists.
    host(
        "count",
        "个数",
        "count(list)",
        &[1],
        |t| list(t).then_some(Type::NUMBER),
        |_, _, a| i64::try_from(items(a, 0)?.len()).map(Value::Number).map_err(|_| Fail::overflow()),
    ),
    host(
        "sum",
        "合计",
        "sum(list of numbers)",
        &[1],
        |t| match t {
            [Type::List(item @ (Item::Number | Item::Decimal))] => Some(Type::One(*item)),
            [Type::EmptyList] => Some(Type::NUMBER),
            _ => None,
        },
        |_, _, a| total(items(a, 0)?),
    ),
    host(
        "is_empty",
        "为空",
        "is_empty(list)",
        &[1],
        |t| list(t).then_some(Type::YES_NO),
        |_, _, a| Ok(Value::YesNo(items(a, 0)?.is_empty())),
    ),
    host(
        "first",
        "首个",
        "first(list)",
        &[1],
        |t| match t {
            [Type::List(item)] => Some(Type::One(*item)),
            _ => None,
        },
        |_, _, a| items(a, 0)?.first().cloned().ok_or_else(|| Fail::absent("first")),
    ),
    // Parameters; their type is known from parameters.yaml.
    host(
        "param",
        "参数",
        "param(\"name\")",
        &[1],
        |t| fit(t, &[Type::TEXT], Type::Unknown),
        |c, _, a| c.scene.set.parameter(c, text(a, 0)?, None),
    ),
    host(
        "param_at",
        "某地参数",
        "param_at(\"name\", node)",
        &[2],
        |t| fit(t, &[Type::TEXT, NODE], Type::Unknown),
        |c, _, a| c.scene.set.parameter(c, text(a, 0)?, Some(view(a, 1)?.node(c)?)),
    ),
    host(
        "office",
        "编办",
        "office()",
        &[0],
        |t| fit(t, &[], Type::view(Sort::Office)),
        |_, _, _| Ok(Value::View(View { what: What::Office, kind: None })),
    ),
    // Proposals.
    host(
        "convert",
        "转为本编",
        "convert(person)",
        &[1],
        |t| fit(t, &[PERSON], Type::Nothing),
        |c, line, a| propose(c, line, proposals::convert(c, view(a, 0)?)),
    )
    .at(HostPlace::Proposal),
    host(
        "give_back",
        "归还",
        "give_back(loan, number)",
        &[2],
        |t| fit(t, &[LOAN, Type::NUMBER], Type::Nothing),
        |c, line, a| propose(c, line, proposals::give_back(c, view(a, 0)?, number(a, 1)?)),
    )
    .at(HostPlace::Proposal),
    host(
        "withdraw",
        "撤回核准",
        "withdraw(permit)",
        &[1],
        |t| fit(t, &[PERMIT], Type::Nothing),
        |c, line, a| propose(c, line, proposals::withdraw(c, view(a, 0)?)),
    )
    .at(HostPlace::Proposal),
    host(
        "transfer",
        "划转",
        "transfer(from, to, kind, number)",
        &[4],
        |t| fit(t, &[NODE, NODE, Type::TEXT, Type::NUMBER], Type::Nothing),
        |c, line, a| {
            propose(c, line, proposals::transfer(c, view(a, 0)?, view(a, 1)?, text(a, 2)?, number(a, 3)?))
        },
    )
    .at(HostPlace::Proposal),
    host(
        "evaluate",
        "评估",
        "evaluate(loan, \"continue\")",
        &[2],
        |t| fit(t, &[LOAN, Type::TEXT], Type::Nothing),
        |c, line, a| propose(c, line, proposals::evaluate(c, view(a, 0)?, text(a, 1)?)),
    )
    .at(HostPlace::Proposal),
    host(
        "owe",
        "记待还",
        "owe(loan, number)",
        &[2],
        |t| fit(t, &[LOAN, Type::NUMBER], Type::Nothing),
        |c, line, a| propose(c, line, proposals::owe(c, view(a, 0)?, number(a, 1)?)),
    )
    .at(HostPlace::Proposal),
    host(
        "reschedule",
        "分期归还",
        "reschedule(loan, parts)",
        &[2],
        |t| fit(t, &[LOAN, Type::NUMBER], Type::Nothing),
        |c, line, a| propose(c, line, proposals::reschedule(c, view(a, 0)?, number(a, 1)?)),
    )
    .at(HostPlace::Proposal),
    host(
        "amend_fact",
        "记事实",
        "amend_fact(node, \"name\", value)",
        &[3],
        |t| match t {
            [node, Type::TEXT, Type::One(item)] if node.fits(NODE) && !matches!(item, Item::View(..)) => {
                Some(Type::Nothing)
            }
            _ => None,
        },
        |c, line, a| {
            let value = a.get(2).ok_or_else(|| Fail::absent("amend_fact"))?.shown();
            propose(c, line, proposals::amend_fact(c, view(a, 0)?, text(a, 1)?, value))
        },
    )
    .at(HostPlace::Proposal),
    host(
        "can_convert",
        "可转本编",
        "can_convert(person)",
        &[1],
        |t| fit(t, &[PERSON], Type::YES_NO),
        |c, _, a| {
            c.charge(limits::TRYING)?;
            proposals::can_convert(c, view(a, 0)?).map(Value::YesNo)
        },
    ),
];

// Doing.

/// Says something, as the function of this place does.
fn say<'a>(call: &'a Call<'a>, line: u32, place: HostPlace, args: &[Value<'a>]) -> Result<Value<'a>, Fail> {
    let code = Arc::from(text(args, 0)?);
    let facts: Vec<(Arc<str>, Value<'static>)> = match args.get(1) {
        None => Vec::new(),
        Some(Value::Facts(facts)) => {
            facts.iter().map(|(name, value)| (Arc::clone(name), value.clone().into_own())).collect()
        }
        Some(_) => return Err(Fail::wrong_type("facts")),
    };
    let bytes = facts.iter().map(|(name, value)| name.len().saturating_add(value.bytes())).sum();
    utter(call, line, place, (code, bytes), facts)
}

/// Says something with so many bytes of facts.
pub(crate) fn utter<'a>(
    call: &Call<'a>,
    line: u32,
    place: HostPlace,
    (code, bytes): (Arc<str>, usize),
    facts: Vec<(Arc<str>, Value<'static>)>,
) -> Result<Value<'a>, Fail> {
    let required = place == HostPlace::Require;
    let how = said_how(place, call.situation);
    call.charge(1)?;
    call.say(Said { how, code, facts, line, required }, bytes)?;
    Ok(Value::Nothing)
}

/// How something is said: a condition not met denies a request, and is a finding elsewhere.
pub(crate) fn said_how(place: HostPlace, situation: super::Situation) -> How {
    let required = place == HostPlace::Require;
    let bars = place == HostPlace::Deny || (required && situation == super::Situation::Before);
    let else_how = if place == HostPlace::Note { How::Note } else { How::Finding };
    if bars { How::Denial } else { else_how }
}

fn propose<'a>(
    call: &Call<'a>,
    line: u32,
    verb: Result<crate::request::Verb, Fail>,
) -> Result<Value<'a>, Fail> {
    call.propose(verb?, line)?;
    Ok(Value::Nothing)
}

fn round<'a>(args: &[Value<'a>], strategy: RoundingStrategy) -> Result<Value<'a>, Fail> {
    if let Some(Value::Number(number)) = args.first() {
        return Ok(Value::Number(*number));
    }
    let whole = decimal(args, 0)?.round_dp_with_strategy(0, strategy);
    whole.to_i64().map(Value::Number).ok_or_else(Fail::overflow)
}

/// The first of two if it stands to the second as `wanted` says, else the second; mixed numbers become decimals.
fn choose<'a>(args: &[Value<'a>], wanted: fn(std::cmp::Ordering) -> bool) -> Result<Value<'a>, Fail> {
    let [one, two] = args else { return Err(Fail::wrong_type("number")) };
    let order = one.order(two).ok_or_else(|| Fail::wrong_type("number"))?;
    let chosen = if wanted(order) { one } else { two };
    match (one, two) {
        (Value::Number(_), Value::Decimal(_)) | (Value::Decimal(_), Value::Number(_)) => {
            chosen.as_decimal().map(Value::Decimal).ok_or_else(|| Fail::wrong_type("number"))
        }
        _ => Ok(chosen.clone()),
    }
}

fn total<'a>(items: &[Value<'a>]) -> Result<Value<'a>, Fail> {
    let mut sum = Value::Number(0);
    for item in items {
        sum = match (&sum, item) {
            (Value::Number(one), Value::Number(two)) => {
                Value::Number(one.checked_add(*two).ok_or_else(Fail::overflow)?)
            }
            (one, two) => {
                let (Some(one), Some(two)) = (one.as_decimal(), two.as_decimal()) else {
                    return Err(Fail::wrong_type("sum"));
                };
                Value::Decimal(one.checked_add(two).ok_or_else(Fail::overflow)?)
            }
        };
    }
    Ok(sum)
}
