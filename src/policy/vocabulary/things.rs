//! Words of loans, permits, people, instalments and the office.

use super::functions::bounded;
use super::nodes::{kind, loans, node, pools, text};
use super::{Row, Sort, Type};
use crate::graph::Role;
use crate::policy::call::Fail;
use crate::policy::value::Value;
use crate::policy::view::{View, seats};

const LOAN: Sort = Sort::Loan;
const PERMIT: Sort = Sort::Permit;
const PERSON: Sort = Sort::Person;
const OFFICE: Sort = Sort::Office;
const NODE: Type = Type::view(Sort::Node);

/// Loans, permits, people, instalments, the office.
pub(super) static ROWS: &[Row] = &[
    Row::new(LOAN, "id", "编号", Type::TEXT, |c, v, _| Ok(Value::text(v.loan(c)?.id.as_str()))),
    Row::new(LOAN, "lender", "借出方", NODE, |c, v, _| Ok(node(v.loan(c)?.lender, v.kind))),
    Row::new(LOAN, "borrower", "借入方", NODE, |c, v, _| Ok(node(v.loan(c)?.borrower, v.kind))),
    Row::new(LOAN, "kind", "编制类别", Type::TEXT, |c, v, _| kind(c.books(), v.kind)),
    Row::new(LOAN, "seats", "席数", Type::NUMBER, |c, v, _| Ok(seats(v.loan(c)?.seats))),
    Row::new(LOAN, "used", "在用", Type::NUMBER, |c, v, _| Ok(seats(v.loan(c)?.used))),
    Row::new(LOAN, "idle", "闲置", Type::NUMBER, |c, v, _| Ok(seats(v.loan(c)?.idle()))),
    Row::new(LOAN, "returned", "已还", Type::NUMBER, |c, v, _| Ok(seats(v.loan(c)?.returned))),
    Row::new(LOAN, "due", "应还", Type::NUMBER, |c, v, _| Ok(seats(v.loan(c)?.due(c.books().today())))),
    Row::new(LOAN, "owed", "空一待还", Type::NUMBER, |c, v, _| Ok(seats(v.loan(c)?.owed))),
    Row::new(LOAN, "overdue", "逾期", Type::YES_NO, |c, v, _| {
        Ok(Value::YesNo(v.loan(c)?.overdue(c.books().today())))
    }),
    Row::new(LOAN, "purpose", "用途", Type::TEXT, |c, v, _| {
        Ok(Value::text(v.loan(c)?.purpose.as_deref().unwrap_or("")))
    }),
    Row::new(LOAN, "since", "起始日", Type::DATE, |c, v, _| Ok(Value::Date(v.loan(c)?.since))),
    Row::new(LOAN, "has_end", "有期限", Type::YES_NO, |c, v, _| {
        Ok(Value::YesNo(v.loan(c)?.terms.ends.is_some()))
    }),
    Row::new(LOAN, "ends", "到期日", Type::DATE, |c, v, _| {
        v.loan(c)?.terms.ends.map(Value::Date).ok_or_else(|| Fail::absent("ends"))
    })
    .when("has_end"),
    Row::new(LOAN, "is_draw", "单人周转", Type::YES_NO, |c, v, _| Ok(Value::YesNo(v.loan(c)?.draw))),
    Row::new(LOAN, "evaluated", "已评估", Type::YES_NO, |c, v, _| {
        Ok(Value::YesNo(v.loan(c)?.terms.outcome.is_some()))
    }),
    Row::new(LOAN, "outcome", "评估结论", Type::TEXT, |c, v, _| {
        let outcome = v.loan(c)?.terms.outcome.ok_or_else(|| Fail::absent("outcome"))?;
        Ok(Value::text(outcome.as_str()))
    })
    .when("evaluated"),
    Row::new(LOAN, "people_at", "在用人员", Type::views(PERSON), |c, v, a| {
        let Some(Value::View(unit)) = a.first() else { return Err(Fail::wrong_type("unit")) };
        let people = c.books().people_on_loan_at(v.loan_place()?, unit.node(c)?);
        let seen = people.into_iter().filter_map(|one| View::of_sitter(c, one));
        bounded(c, seen.map(Value::View).collect::<Vec<_>>())
    })
    .takes(&[NODE]),
    Row::new(PERMIT, "id", "编号", Type::TEXT, |c, v, _| Ok(Value::text(v.permit(c)?.id.as_str()))),
    Row::new(PERMIT, "unit", "单位", NODE, |c, v, _| Ok(node(v.permit(c)?.unit, v.kind))),
    Row::new(PERMIT, "kind", "编制类别", Type::TEXT, |c, v, _| kind(c.books(), v.kind)),
    Row::new(PERMIT, "count", "核准数", Type::NUMBER, |c, v, _| Ok(seats(v.permit(c)?.count))),
    Row::new(PERMIT, "left", "剩余数", Type::NUMBER, |c, v, _| Ok(seats(v.permit(c)?.left))),
    Row::new(PERMIT, "purpose", "用途", Type::TEXT, |c, v, _| {
        Ok(Value::text(v.permit(c)?.purpose.as_deref().unwrap_or("")))
    }),
    Row::new(PERMIT, "ends", "到期日", Type::DATE, |c, v, _| Ok(Value::Date(v.permit(c)?.ends))),
    Row::new(PERSON, "id", "编号", Type::TEXT, |_, v, _| {
        Ok(Value::own_text(v.person()?.id.as_ref().map_or("", |id| id.as_str())))
    }),
    Row::new(PERSON, "unit", "单位", NODE, |_, v, _| Ok(node(v.person()?.unit, v.kind))),
    Row::new(PERSON, "kind", "编制类别", Type::TEXT, |c, v, _| kind(c.books(), v.kind)),
    Row::new(PERSON, "category", "人员类别", Type::TEXT, |_, v, _| {
        Ok(Value::own_text(v.person()?.category.as_str()))
    }),
    Row::new(PERSON, "has_since", "有入编日", Type::YES_NO, |_, v, _| {
        Ok(Value::YesNo(v.person()?.since.is_some()))
    }),
    Row::new(PERSON, "since", "入编日", Type::DATE, |_, v, _| {
        // Unknown means before everyone of whom it is known.
        Ok(Value::Date(v.person()?.since.unwrap_or(crate::model::Date::MIN)))
    }),
    Row::new(PERSON, "on_loan", "用借入编", Type::YES_NO, |_, v, _| {
        Ok(Value::YesNo(v.person()?.loan.is_some()))
    }),
    Row::new(PERSON, "loan", "调借", Type::view(LOAN), |c, v, _| {
        let loan = v.person()?.loan.ok_or_else(|| Fail::absent("loan"))?;
        Ok(Value::View(View::of_loan(c, loan)))
    })
    .when("on_loan"),
    Row::new(PERSON, "purpose", "用途", Type::TEXT, |_, v, _| {
        Ok(Value::own_text(v.person()?.purpose.as_str()))
    }),
    Row::new(Sort::Part, "on", "日期", Type::DATE, |_, v, _| Ok(Value::Date(v.part()?.on))),
    Row::new(Sort::Part, "seats", "席数", Type::NUMBER, |_, v, _| Ok(seats(v.part()?.seats))),
    Row::new(OFFICE, "date", "今日", Type::DATE, |c, _, _| Ok(Value::Date(c.books().today()))),
    Row::new(OFFICE, "year", "年度", Type::NUMBER, |c, _, _| {
        Ok(Value::Number(i64::from(c.books().today().year())))
    }),
    Row::new(OFFICE, "root", "全市", NODE, |c, _, _| Ok(node(c.books().root(), None))),
    Row::new(OFFICE, "has_node", "有节点", Type::YES_NO, |c, _, a| {
        Ok(Value::YesNo(c.books().node(text(a)?).is_some()))
    })
    .takes(&[Type::TEXT]),
    Row::new(OFFICE, "node", "节点", NODE, |c, _, a| {
        let id = text(a)?;
        let found = c.books().node(id).ok_or_else(|| Fail::absent(id))?;
        Ok(node(found, None))
    })
    .takes(&[Type::TEXT])
    .when("has_node"),
    Row::new(OFFICE, "has_pool", "有周转池", Type::YES_NO, |c, _, a| {
        let books = c.books();
        Ok(Value::YesNo(books.node(text(a)?).is_some_and(|node| books.role(node) == Role::Pool)))
    })
    .takes(&[Type::TEXT]),
    Row::new(OFFICE, "pool", "周转池名", Type::view(Sort::Pool), |c, _, a| {
        let id = text(a)?;
        let books = c.books();
        let found = books.node(id).filter(|node| books.role(*node) == Role::Pool);
        Ok(Value::View(View::of_pool(c, found.ok_or_else(|| Fail::absent(id))?)))
    })
    .takes(&[Type::TEXT])
    .when("has_pool"),
    Row::new(OFFICE, "pools", "周转池", Type::views(Sort::Pool), |c, _, _| pools(c, c.books().pools())),
    Row::new(OFFICE, "loans_due_before", "此前到期调借", Type::views(LOAN), |c, _, a| {
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
