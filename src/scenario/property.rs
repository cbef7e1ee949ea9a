//! Properties: what a check may say of each thing in the books, and how that is read.

use super::CheckValue;
use crate::graph::{NodeIx, Role};
use crate::ledger::{KindIx, Ledger, Loan, Permit, Person};
use crate::model::{Date, Figures, Seats};
use crate::office::Office;

/// One property: its name, what it takes, and how it is read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row {
    pub(super) name: &'static str,
    pub(super) takes: Takes,
    pub(super) read: Read,
}

/// What a property holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Takes {
    Number,
    Text,
    Day,
    YesOrNo,
}

/// How a property is read, by what it is a property of.
#[derive(Debug, Clone, Copy)]
pub(super) enum Read {
    Today,
    Node(fn(&Ledger, NodeIx) -> CheckValue),
    Figure(fn(&Figures) -> Seats),
    Past(fn(&Ledger, NodeIx, KindIx) -> Option<Seats>),
    Pool(fn(&Office, NodeIx) -> CheckValue),
    Loan(fn(&Ledger, &Loan) -> CheckValue),
    Permit(fn(&Ledger, &Permit) -> CheckValue),
    Person(fn(&Ledger, &Person) -> CheckValue),
}

pub(super) const TODAY: &[Row] = &[Row::new("date", Takes::Day, Read::Today)];

pub(super) const NODE: &[Row] = &[
    Row::new("name", Takes::Text, Read::Node(|books, node| text(books.name(node)))),
    Row::new("level", Takes::Text, Read::Node(|books, node| text(books.level_name(node)))),
    Row::new("tier", Takes::Text, Read::Node(|books, node| text(books.tier(node)))),
    Row::new(
        "is_unit",
        Takes::YesOrNo,
        Read::Node(|books, node| CheckValue::YesNo(books.role(node) == Role::Unit)),
    ),
    Row::new("is_root", Takes::YesOrNo, Read::Node(|books, node| CheckValue::YesNo(node == books.root()))),
    Row::new("parent", Takes::Text, Read::Node(|books, node| id_of(books, books.parent(node)))),
    Row::new("county", Takes::Text, Read::Node(|books, node| id_of(books, Some(books.county(node))))),
];

pub(super) const FIGURES: &[Row] = &[
    Row::figure("cap", |figures| figures.cap),
    Row::figure("occupied", |figures| figures.occupied),
    Row::figure("vacancy", |figures| figures.vacancy),
    Row::figure("net_vacancy", |figures| figures.net_vacancy),
    Row::figure("excess", |figures| figures.excess),
    Row::figure("permitted", |figures| figures.permitted),
    Row::figure("lent", |figures| figures.lent),
    Row::figure("borrowed", |figures| figures.borrowed),
    Row::figure("borrowed_occupied", |figures| figures.borrowed_occupied),
    Row::figure("charged", |figures| figures.charged),
    Row::figure("available", |figures| figures.available),
    Row::figure("room", |figures| figures.room),
    Row::figure("reserve", |figures| figures.reserve),
    Row::figure("allotted", |figures| figures.allotted),
    Row::figure("headcount", |figures| figures.headcount),
    Row::past("vacancy_at_year_start", |books, node, kind| {
        books.past_figures(node, kind).vacancy_at_year_start
    }),
    Row::past("arrivals", |books, node, kind| books.past_figures(node, kind).arrivals),
    Row::past("departures", |books, node, kind| books.past_figures(node, kind).departures),
];

pub(super) const POOL: &[Row] = &[
    Row::new("name", Takes::Text, Read::Pool(|office, pool| text(office.books().name(pool)))),
    Row::new(
        "sponsor",
        Takes::Text,
        Read::Pool(|office, pool| id_of(office.books(), office.books().parent(pool))),
    ),
    Row::new(
        "kind",
        Takes::Text,
        Read::Pool(|office, pool| kind_of(office.books(), pool_kind(office, pool))),
    ),
    Row::new("size", Takes::Number, Read::Pool(|office, pool| number(pool_figures(office, pool).cap))),
    Row::new(
        "size_at_year_start",
        Takes::Number,
        Read::Pool(|office, pool| seats(office.books().pool_size_at_year_start(pool))),
    ),
    Row::new("used", Takes::Number, Read::Pool(|office, pool| number(pool_figures(office, pool).lent))),
    Row::new(
        "free",
        Takes::Number,
        Read::Pool(|office, pool| {
            let figures = pool_figures(office, pool);
            number((figures.cap - figures.lent).or_zero())
        }),
    ),
];

pub(super) const LOAN: &[Row] = &[
    Row::loan("lender", Takes::Text, |books, loan| id_of(books, Some(loan.lender))),
    Row::loan("borrower", Takes::Text, |books, loan| id_of(books, Some(loan.borrower))),
    Row::loan("kind", Takes::Text, |books, loan| kind_of(books, Some(loan.kind))),
    Row::loan("seats", Takes::Number, |_, loan| number(loan.seats)),
    Row::loan("used", Takes::Number, |_, loan| number(loan.used)),
    Row::loan("idle", Takes::Number, |_, loan| number(loan.idle())),
    Row::loan("returned", Takes::Number, |_, loan| number(loan.returned)),
    Row::loan("due", Takes::Number, |books, loan| number(loan.due(books.today()))),
    Row::loan("owed", Takes::Number, |_, loan| number(loan.owed)),
    Row::loan("overdue", Takes::YesOrNo, |books, loan| CheckValue::YesNo(loan.overdue(books.today()))),
    Row::loan("purpose", Takes::Text, |_, loan| text(loan.purpose.as_deref().unwrap_or(""))),
    Row::loan("since", Takes::Day, |_, loan| CheckValue::Date(loan.since)),
    Row::loan("has_end", Takes::YesOrNo, |_, loan| CheckValue::YesNo(loan.terms.ends.is_some())),
    Row::loan("ends", Takes::Day, |_, loan| day(loan.terms.ends)),
    Row::loan("is_draw", Takes::YesOrNo, |_, loan| CheckValue::YesNo(loan.draw)),
    Row::loan("evaluated", Takes::YesOrNo, |_, loan| CheckValue::YesNo(loan.terms.outcome.is_some())),
    Row::loan("outcome", Takes::Text, |_, loan| {
        loan.terms.outcome.map_or(CheckValue::Nothing, |outcome| text(outcome.as_str()))
    }),
    Row::loan("open", Takes::YesOrNo, |_, loan| CheckValue::YesNo(loan.open)),
];

pub(super) const PERMIT: &[Row] = &[
    Row::permit("unit", Takes::Text, |books, permit| id_of(books, Some(permit.unit))),
    Row::permit("kind", Takes::Text, |books, permit| kind_of(books, Some(permit.kind))),
    Row::permit("count", Takes::Number, |_, permit| number(permit.count)),
    Row::permit("left", Takes::Number, |_, permit| number(permit.left)),
    Row::permit("purpose", Takes::Text, |_, permit| text(permit.purpose.as_deref().unwrap_or(""))),
    Row::permit("ends", Takes::Day, |_, permit| CheckValue::Date(permit.ends)),
    Row::permit("open", Takes::YesOrNo, |_, permit| CheckValue::YesNo(permit.open)),
];

pub(super) const PERSON: &[Row] = &[
    Row::person("unit", Takes::Text, |books, person| id_of(books, person.unit())),
    Row::person("kind", Takes::Text, |books, person| kind_of(books, person.kind())),
    Row::person("category", Takes::Text, |_, person| text(person.category())),
    Row::person("since", Takes::Day, |_, person| day(person.since())),
    Row::person("on_loan", Takes::YesOrNo, |_, person| CheckValue::YesNo(person.loan().is_some())),
    Row::person("loan", Takes::Text, |books, person| {
        let loan = person.loan().and_then(|loan| books.loan_at(loan));
        loan.map_or(CheckValue::Nothing, |loan| text(loan.id.as_str()))
    }),
    Row::person("purpose", Takes::Text, |_, person| text(person.purpose())),
];

/// What a property is called in Chinese: the word of the scripts.
pub(super) fn in_chinese(name: &str) -> &str {
    match name {
        "allotted" => "已分配",
        "arrivals" => "本年入编",
        "available" => "可用编",
        "borrowed" => "借入",
        "borrowed_occupied" => "借入已用",
        "borrower" => "借入方",
        "cap" => "核定数",
        "category" => "人员类别",
        "charged" => "占用",
        "count" => "核准数",
        "county" => "县级",
        "date" | "on" => "日期",
        "departures" => "本年减员",
        "due" => "应还",
        "ends" => "到期日",
        "evaluated" => "已评估",
        "excess" => "超编",
        "free" => "剩余",
        "has_end" => "有期限",
        "headcount" => "在编人员",
        "idle" => "闲置",
        "is_draw" => "单人周转",
        "is_root" => "是全市",
        "is_unit" => "是单位",
        "kind" => "编制类别",
        "left" => "剩余数",
        "lender" => "借出方",
        "lent" => "借出",
        "level" => "层级",
        "loan" => "调借",
        "name" => "名称",
        "net_vacancy" => "净空编",
        "occupied" => "实有",
        "on_loan" => "用借入编",
        "open" => "未结",
        "outcome" => "评估结论",
        "overdue" => "逾期",
        "owed" => "空一待还",
        "parent" => "上级",
        "permitted" => "用编核准数",
        "purpose" => "用途",
        "reserve" => "机动编制",
        "returned" => "已还",
        "room" => "余量",
        "seats" => "席数",
        "since" => "起始日",
        "size" => "规模",
        "size_at_year_start" => "年初规模",
        "sponsor" => "设立方",
        "tier" => "行政层级",
        "unit" => "单位",
        "used" => "在用",
        "vacancy" => "空编",
        "vacancy_at_year_start" => "年初空编",
        other => other,
    }
}

impl Row {
    const fn new(name: &'static str, takes: Takes, read: Read) -> Self {
        Self { name, takes, read }
    }

    const fn figure(name: &'static str, read: fn(&Figures) -> Seats) -> Self {
        Self::new(name, Takes::Number, Read::Figure(read))
    }

    const fn past(name: &'static str, read: fn(&Ledger, NodeIx, KindIx) -> Option<Seats>) -> Self {
        Self::new(name, Takes::Number, Read::Past(read))
    }

    const fn loan(name: &'static str, takes: Takes, read: fn(&Ledger, &Loan) -> CheckValue) -> Self {
        Self::new(name, takes, Read::Loan(read))
    }

    const fn permit(name: &'static str, takes: Takes, read: fn(&Ledger, &Permit) -> CheckValue) -> Self {
        Self::new(name, takes, Read::Permit(read))
    }

    const fn person(name: &'static str, takes: Takes, read: fn(&Ledger, &Person) -> CheckValue) -> Self {
        Self::new(name, takes, Read::Person(read))
    }
}

pub(super) fn number(seats: Seats) -> CheckValue {
    CheckValue::Whole(seats.get())
}

fn seats(seats: Option<Seats>) -> CheckValue {
    seats.map_or(CheckValue::Nothing, number)
}

pub(super) fn text(text: &str) -> CheckValue {
    CheckValue::Text(text.to_owned())
}

fn day(day: Option<Date>) -> CheckValue {
    day.map_or(CheckValue::Nothing, CheckValue::Date)
}

fn id_of(books: &Ledger, node: Option<NodeIx>) -> CheckValue {
    node.map_or(CheckValue::Nothing, |node| text(books.id(node).as_str()))
}

fn kind_of(books: &Ledger, kind: Option<KindIx>) -> CheckValue {
    kind.map_or(CheckValue::Nothing, |kind| text(books.kind_id(kind).as_str()))
}

fn pool_kind(office: &Office, pool: NodeIx) -> Option<KindIx> {
    office.books().pool(pool).map(|pool| pool.kind)
}

/// The pool's figures in its own kind; its cap is its size now.
fn pool_figures(office: &Office, pool: NodeIx) -> Figures {
    let books = office.books();
    let kind = pool_kind(office, pool).map(|kind| books.kind_id(kind));
    kind.and_then(|kind| office.figures(books.id(pool).as_str(), kind.as_str())).unwrap_or_default()
}
