//! Words of loans, permits, people, instalments and the office.

use super::nodes::{kind, loans, node, pools, text};
use super::{Row, Sort, Type};
use crate::graph::Role;
use crate::policy::call::Fail;
use crate::policy::value::Value;
use crate::policy::view::{View, bounded, seats};

const LOAN: Sort = Sort::Loan;
const PERMIT: Sort = Sort::Permit;
const PERSON: Sort = Sort::Person;
const OFFICE: Sort = Sort::Office;
const NODE: Type = Type::view(Sort::Node);

/// Loans, permits, people, instalments, the office.
pub(super) static ROWS: &[Row] = &[
    LOAN.text("id", "编号", |c, v, _| Ok(v.loan(c)?.id.as_str())),
    LOAN.thing("lender", "借出方", Sort::Node, |c, v, _| Ok(node(v.loan(c)?.lender, v.kind))),
    LOAN.thing("borrower", "借入方", Sort::Node, |c, v, _| Ok(node(v.loan(c)?.borrower, v.kind))),
    LOAN.text("kind", "编制类别", |c, v, _| kind(c.books(), v.kind)),
    LOAN.number("seats", "席数", |c, v, _| Ok(seats(v.loan(c)?.seats))),
    LOAN.number("used", "在用", |c, v, _| Ok(seats(v.loan(c)?.used))),
    LOAN.number("idle", "闲置", |c, v, _| Ok(seats(v.loan(c)?.idle()))),
    LOAN.number("returned", "已还", |c, v, _| Ok(seats(v.loan(c)?.returned))),
    LOAN.number("due", "应还", |c, v, _| Ok(seats(v.loan(c)?.due(c.books().today())))),
    LOAN.number("owed", "空一待还", |c, v, _| Ok(seats(v.loan(c)?.owed))),
    LOAN.yes_no("overdue", "逾期", |c, v, _| Ok(v.loan(c)?.overdue(c.books().today()))),
    LOAN.text("purpose", "用途", |c, v, _| Ok(v.loan(c)?.purpose.as_deref().unwrap_or(""))),
    LOAN.other("since", "起始日", Type::DATE, |c, v, _| Ok(Value::Date(v.loan(c)?.since))),
    LOAN.yes_no("has_end", "有期限", |c, v, _| Ok(v.loan(c)?.terms.ends.is_some())),
    LOAN.other("ends", "到期日", Type::DATE, |c, v, _| {
        v.loan(c)?.terms.ends.map(Value::Date).ok_or_else(|| Fail::absent("ends"))
    })
    .when("has_end"),
    LOAN.yes_no("is_draw", "单人周转", |c, v, _| Ok(v.loan(c)?.draw)),
    LOAN.yes_no("evaluated", "已评估", |c, v, _| Ok(v.loan(c)?.terms.outcome.is_some())),
    LOAN.text("outcome", "评估结论", |c, v, _| {
        let outcome = v.loan(c)?.terms.outcome.ok_or_else(|| Fail::absent("outcome"))?;
        Ok(outcome.as_str())
    })
    .when("evaluated"),
    LOAN.other("people_at", "在用人员", Type::views(PERSON), |c, v, a| {
        let Some(Value::View(unit)) = a.first() else { return Err(Fail::wrong_type("unit")) };
        let people = c.books().people_on_loan_at(v.loan_place()?, unit.node(c)?);
        let seen = people.into_iter().filter_map(|one| View::of_sitter(c, one));
        bounded(c, seen.collect::<Vec<_>>())
    })
    .takes(&[NODE]),
    PERMIT.text("id", "编号", |c, v, _| Ok(v.permit(c)?.id.as_str())),
    PERMIT.thing("unit", "单位", Sort::Node, |c, v, _| Ok(node(v.permit(c)?.unit, v.kind))),
    PERMIT.text("kind", "编制类别", |c, v, _| kind(c.books(), v.kind)),
    PERMIT.number("count", "核准数", |c, v, _| Ok(seats(v.permit(c)?.count))),
    PERMIT.number("left", "剩余数", |c, v, _| Ok(seats(v.permit(c)?.left))),
    PERMIT.text("purpose", "用途", |c, v, _| Ok(v.permit(c)?.purpose.as_deref().unwrap_or(""))),
    PERMIT.other("ends", "到期日", Type::DATE, |c, v, _| Ok(Value::Date(v.permit(c)?.ends))),
    PERSON.other("id", "编号", Type::TEXT, |_, v, _| {
        Ok(Value::own_text(v.person()?.id.as_ref().map_or("", |id| id.as_str())))
    }),
    PERSON.thing("unit", "单位", Sort::Node, |_, v, _| Ok(node(v.person()?.unit, v.kind))),
    PERSON.text("kind", "编制类别", |c, v, _| kind(c.books(), v.kind)),
    PERSON.other("category", "人员类别", Type::TEXT, |_, v, _| {
        Ok(Value::own_text(v.person()?.category.as_str()))
    }),
    PERSON.yes_no("has_since", "有入编日", |_, v, _| Ok(v.person()?.since.is_some())),
    PERSON.other("since", "入编日", Type::DATE, |_, v, _| {
        // Unknown means before everyone of whom it is known.
        Ok(Value::Date(v.person()?.since.unwrap_or(crate::model::Date::MIN)))
    }),
    PERSON.yes_no("on_loan", "用借入编", |_, v, _| Ok(v.person()?.loan.is_some())),
    PERSON
        .thing("loan", "调借", LOAN, |c, v, _| {
            let loan = v.person()?.loan.ok_or_else(|| Fail::absent("loan"))?;
            Ok(View::of_loan(c, loan))
        })
        .when("on_loan"),
    PERSON
        .other("purpose", "用途", Type::TEXT, |_, v, _| Ok(Value::own_text(v.person()?.purpose.as_str()))),
    Sort::Part.other("on", "日期", Type::DATE, |_, v, _| Ok(Value::Date(v.part()?.on))),
    Sort::Part.number("seats", "席数", |_, v, _| Ok(seats(v.part()?.seats))),
    OFFICE.other("date", "今日", Type::DATE, |c, _, _| Ok(Value::Date(c.books().today()))),
    OFFICE.number("year", "年度", |c, _, _| Ok(i64::from(c.books().today().year()))),
    OFFICE.thing("root", "全市", Sort::Node, |c, _, _| Ok(node(c.books().root(), None))),
    OFFICE
        .yes_no("has_node", "有节点", |c, _, a| Ok(c.books().node(text(a)?).is_some()))
        .takes(&[Type::TEXT]),
    OFFICE
        .thing("node", "节点", Sort::Node, |c, _, a| {
            let id = text(a)?;
            let found = c.books().node(id).ok_or_else(|| Fail::absent(id))?;
            Ok(node(found, None))
        })
        .takes(&[Type::TEXT])
        .when("has_node"),
    OFFICE
        .yes_no("has_pool", "有周转池", |c, _, a| {
            let books = c.books();
            Ok(books.node(text(a)?).is_some_and(|node| books.role(node) == Role::Pool))
        })
        .takes(&[Type::TEXT]),
    OFFICE
        .thing("pool", "周转池名", Sort::Pool, |c, _, a| {
            let id = text(a)?;
            let books = c.books();
            let found = books.node(id).filter(|node| books.role(*node) == Role::Pool);
            Ok(View::of_pool(c, found.ok_or_else(|| Fail::absent(id))?))
        })
        .takes(&[Type::TEXT])
        .when("has_pool"),
    OFFICE.other("pools", "周转池", Type::views(Sort::Pool), |c, _, _| pools(c, c.books().pools())),
    OFFICE
        .other("loans_due_before", "此前到期调借", Type::views(LOAN), |c, _, a| {
            let Some(Value::Date(day)) = a.first() else { return Err(Fail::wrong_type("date")) };
            due_before(c, *day)
        })
        .takes(&[Type::DATE]),
];

/// Open loans with an end or an instalment before a day, oldest first, then by id.
fn due_before<'a>(call: &crate::policy::call::Call<'a>, day: crate::model::Date) -> Result<Value<'a>, Fail> {
    let books = call.books();
    super::nodes::looked_at(call, books.loans().count())?;
    let mut found: Vec<_> = books
        .loans()
        .filter(|loan| {
            let ends = loan.terms.ends.is_some_and(|ends| ends < day);
            loan.open && (ends || loan.due(day.yesterday().unwrap_or(day)) > crate::model::Seats::ZERO)
        })
        .map(|loan| (loan.since, loan.id.clone()))
        .collect();
    found.sort();
    loans(call, found.into_iter().filter_map(|(_, id)| books.loan(id.as_str())).collect())
}
