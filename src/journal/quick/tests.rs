//! Tests of quick JSON: whatever an entry holds, in full the text is serde_json's to the byte, and in brief it says the same.

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;
use rust_decimal::Decimal;
use serde::Serialize;
use serde_json::Value;

use crate::journal::brief::{self, Lists};

use crate::decision::{
    Advanced, Decision, Entry, Happened, LawReason, Outcome, ParameterRead, Reason, Remark,
};
use crate::event::{Amendment, Event, LoanTerms, PermitTerms, PersonTerms, TermsChange};
use crate::model::{Date, FactValue, InputCode, Instalment, LawCode, LoanOutcome, NodeId, PoolSize, Seats};
use crate::request::{Change, Request, Sitting, Verb};

fn same(value: &(impl Serialize + ?Sized)) {
    let mut quick = "before".to_owned();
    super::full(&value, &mut quick).unwrap();
    assert_eq!(quick, format!("before{}", serde_json::to_string(value).unwrap()));
}

/// What is left of a value in brief, made another way: from serde_json's value.
fn in_brief(value: Value) -> Value {
    match value {
        Value::Object(fields) => fields
            .into_iter()
            .map(|(name, field)| match name.as_str() {
                "request" => (name, field),
                "parameters" => {
                    let rows = field.as_array().unwrap().iter().map(|read| {
                        let columns = ["name", "value", "from", "folder"].map(|column| read[column].clone());
                        let columns = columns.into_iter().enumerate();
                        columns
                            .filter(|(at, text)| *at < 3 || text != "")
                            .map(|(_, text)| text)
                            .collect::<Value>()
                    });
                    (name, rows.collect())
                }
                _ => (name, in_brief(field)),
            })
            .filter(|(name, field)| {
                // Structures stay, maps whose keys are ids do not.
                let is_empty = field.as_array().is_some_and(Vec::is_empty)
                    || ["pool_sizes", "freed"].contains(&name.as_str())
                        && field.as_object().unwrap().is_empty();
                !field.is_null() && !is_empty
            })
            .collect(),
        Value::Array(items) => items.into_iter().map(in_brief).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value,
    }
}

fn text() -> BoxedStrategy<String> {
    prop_oneof![
        prop::sample::select(vec!["school", "institution", "p-1", "", "r-1234567890", "\u{7f}"])
            .prop_map(str::to_owned),
        prop::collection::vec(
            prop::sample::select(vec![
                "a", "编制", "\"", "\\", "\n", "\u{0}", "\u{1f}", " ", "!", "~", "é", "\u{2028}"
            ]),
            0..30,
        )
        .prop_map(|parts| parts.concat()),
        any::<String>(),
    ]
    .boxed()
}

fn day() -> impl Strategy<Value = Date> {
    (-9999_i16..=9999, 1_i8..=12, 1_i8..=28).prop_map(|(year, month, day)| Date::constant(year, month, day))
}

fn seats() -> impl Strategy<Value = Seats> {
    any::<i64>().prop_map(Seats::new)
}

fn fact() -> BoxedStrategy<FactValue> {
    prop_oneof![
        any::<bool>().prop_map(FactValue::YesNo),
        any::<i64>().prop_map(FactValue::Whole),
        (any::<i64>(), 0_u32..20).prop_map(|(digits, scale)| FactValue::Number(Decimal::new(digits, scale))),
        day().prop_map(FactValue::Date),
        text().prop_map(FactValue::Text),
    ]
    .boxed()
}

fn facts() -> impl Strategy<Value = BTreeMap<String, FactValue>> {
    prop::collection::btree_map(text(), fact(), 0..3)
}

fn maybe<T: std::fmt::Debug + Clone>(what: impl Strategy<Value = T>) -> impl Strategy<Value = Option<T>> {
    prop::option::of(what)
}

fn schedule() -> impl Strategy<Value = Vec<Instalment>> {
    prop::collection::vec((day(), seats()).prop_map(|(on, seats)| Instalment { on, seats }), 0..3)
}

fn verb() -> BoxedStrategy<Verb> {
    let sitting = prop_oneof![
        text().prop_map(|key| Sitting::Person(key.into())),
        (text(), text(), maybe(text())).prop_map(|(unit, kind, loan)| Sitting::Unnamed {
            unit: unit.into(),
            kind: kind.into(),
            loan: loan.map(Into::into)
        }),
    ];
    let appoint = (text(), text(), maybe(text()), maybe(text()), maybe(text()));
    let one = prop_oneof![
        appoint.prop_map(|(unit, kind, person, category, loan)| {
            let mut verb = Request::appoint(unit, kind);
            verb.person = person.map(Into::into);
            verb.category = category;
            verb.loan = loan.map(Into::into);
            verb.into()
        }),
        (sitting, maybe(text())).prop_map(|(who, reason)| {
            let mut verb = Request::vacate("");
            (verb.who, verb.reason) = (who, reason);
            verb.into()
        }),
        (text(), text(), seats(), any::<bool>()).prop_map(|(node, kind, seats, by)| {
            let mut verb = Request::authorize(node, kind, seats);
            if !by {
                verb.change = Change::To(seats);
            }
            verb.into()
        }),
        (text(), text(), text(), seats()).prop_map(|(id, parent, level, cap)| {
            Request::establish(id, parent, level).cap("institution", cap).into()
        }),
        (text(), text(), text(), seats()).prop_map(|(id, sponsor, kind, size)| {
            Request::establish_pool(id, sponsor, kind, PoolSize::Size(size)).into()
        }),
        (text(), schedule(), day())
            .prop_map(|(loan, schedule, ends)| { Request::reschedule(loan, schedule).ends(ends).into() }),
        (text(), facts()).prop_map(|(node, facts)| {
            let mut verb = Request::amend(node);
            verb.facts = Some(facts);
            verb.into()
        }),
        (any::<u64>(), text()).prop_map(|(entry, reason)| Request::correct(entry, reason).into()),
        Just(Request::advance(Date::ZERO).verb),
    ];
    prop_oneof![
        4 => one.clone(),
        1 => prop::collection::vec(one, 0..3).prop_map(|verbs| Request::batch(verbs).verb),
    ]
    .boxed()
}

fn request() -> BoxedStrategy<Request> {
    let beside = (maybe(text()), maybe(day()), maybe(text()), maybe(text()), maybe(day()), facts());
    (beside, verb())
        .prop_map(|((id, on, by, clerk, effective, facts), verb)| Request {
            id: id.map(Into::into),
            on,
            by: by.map(Into::into),
            clerk,
            effective,
            facts,
            verb,
        })
        .boxed()
}

fn texts() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec(text(), 0..3)
}

fn ids() -> impl Strategy<Value = Vec<NodeId>> {
    prop::collection::vec(text().prop_map(Into::into), 0..3)
}

fn event() -> BoxedStrategy<Event> {
    let terms = || (maybe(day()), schedule(), seats(), maybe(seats()));
    let terms = move || {
        terms().prop_map(|(ends, schedule, returned_before, evaluated_seats)| LoanTerms {
            ends,
            schedule,
            returned_before,
            outcome: Some(LoanOutcome::RunOff),
            evaluated_seats,
        })
    };
    let sizes = || prop::collection::btree_map(text().prop_map(Into::into), seats(), 0..3);
    prop_oneof![
        sizes().prop_map(|pool_sizes| Event::Opened { pool_sizes }),
        (text(), text(), maybe(text()), maybe(text()), maybe(day())).prop_map(
            |(unit, kind, person, category, since)| Event::Appointed {
                unit: unit.into(),
                kind: kind.into(),
                person: person.map(Into::into),
                category,
                loan: None,
                permit: None,
                purpose: None,
                since,
            }
        ),
        (text(), maybe(text()), maybe(text()), maybe(day())).prop_map(|(unit, person, reason, since)| {
            Event::Vacated {
                unit: unit.into(),
                kind: "institution".into(),
                person: person.map(Into::into),
                loan: None,
                reason,
                was: PersonTerms { category: None, since, purpose: None },
            }
        }),
        (text(), seats(), day()).prop_map(|(unit, count, ends)| Event::Permitted(PermitTerms {
            permit: "p".into(),
            unit: unit.into(),
            kind: "institution".into(),
            count,
            purpose: None,
            ends,
        })),
        (text(), maybe(day()), terms(), terms()).prop_map(|(loan, ends, was, now)| Event::Extended {
            loan: loan.into(),
            ends,
            change: Box::new(TermsChange { was, now }),
        }),
        (text(), text(), maybe(fact()), maybe(fact())).prop_map(|(node, name, before, after)| {
            Event::Amended {
                node: node.into(),
                parent: None,
                change: Amendment::Fact { name, before, after },
            }
        }),
        (any::<i16>(), sizes()).prop_map(|(year, pool_sizes)| Event::YearClosed { year, pool_sizes }),
        (text(), schedule(), maybe(seats()), ids()).prop_map(|(loan, schedule, pool_size, via)| {
            Event::Lent {
                loan: loan.into(),
                lender: "a".into(),
                borrower: "b".into(),
                kind: "institution".into(),
                count: Seats::ONE,
                purpose: None,
                ends: None,
                schedule,
                pool_size,
                via,
            }
        }),
        (text(), ids(), any::<bool>()).prop_map(|(loan, route, loan_open)| Event::Returned {
            loan: loan.into(),
            lender: "a".into(),
            borrower: "b".into(),
            kind: "institution".into(),
            count: Seats::ONE,
            left: Seats::ZERO,
            route,
            loan_open,
        }),
        (text(), schedule(), terms(), terms()).prop_map(|(loan, schedule, was, now)| Event::Rescheduled {
            loan: loan.into(),
            ends: None,
            schedule,
            change: Box::new(TermsChange { was, now }),
        }),
        (ids(), text()).prop_map(|(units, into)| Event::Merged { units, into: into.into() }),
        (text(), prop::collection::btree_map(text().prop_map(Into::into), seats(), 0..3))
            .prop_map(|(node, freed)| Event::Abolished { node: node.into(), parent: "city".into(), freed }),
        (text(), texts(), texts()).prop_map(|(node, before, after)| Event::Amended {
            node: node.into(),
            parent: Some("city".into()),
            change: Amendment::Tags { before, after },
        }),
        (text(), text(), text(), texts()).prop_map(|(id, parent, level, tags)| {
            let mut all = Request::establish(id.clone(), parent.clone(), level);
            all.tags = tags;
            Event::Established { node: id.into(), parent: parent.into(), all: Box::new(all) }
        }),
        day().prop_map(|date| Event::Advanced { date }),
    ]
    .boxed()
}

fn remark() -> BoxedStrategy<Remark> {
    let values = prop::collection::vec((text(), fact()), 0..3);
    (text(), text(), any::<u32>(), maybe(text()), values, maybe(any::<u32>()))
        .prop_map(|(code, zh, line, condition, values, at)| Remark {
            code,
            zh,
            line,
            condition,
            values,
            at,
            ..Remark::default()
        })
        .boxed()
}

fn reason() -> BoxedStrategy<Reason> {
    prop_oneof![
        remark().prop_map(|remark| Reason::Policy(Box::new(remark))),
        (text(), seats(), prop::collection::vec(text(), 0..3)).prop_map(|(node, cap, taken_by)| {
            Reason::Law(Box::new(LawReason {
                code: LawCode::Cap,
                node: node.into(),
                kind: "institution".into(),
                cap,
                charged: Seats::ZERO,
                asked: Seats::ONE,
                taken_by,
                at: None,
            }))
        }),
        (text(), text(), maybe(any::<u32>())).prop_map(|(field, value, at)| Reason::Input {
            code: InputCode::DuplicateId.into(),
            field,
            value,
            at,
        }),
    ]
    .boxed()
}

fn happened() -> BoxedStrategy<Vec<Happened>> {
    let one = (event(), maybe(text()), maybe(any::<u32>()), maybe(day()));
    let one = one.prop_map(|(event, rule, cause, reverses)| Happened {
        event,
        rule: rule.map(Into::into),
        cause,
        reverses,
    });
    prop::collection::vec(one, 0..3).boxed()
}

fn advanced() -> BoxedStrategy<Advanced> {
    let remarks = || prop::collection::vec(remark(), 0..2);
    (any::<u64>(), day(), happened(), remarks(), remarks())
        .prop_map(|(entry, date, events, notes, findings)| Advanced { entry, date, events, notes, findings })
        .boxed()
}

fn entry() -> BoxedStrategy<Entry> {
    let remarks = || prop::collection::vec(remark(), 0..2);
    let parameter = (text(), text(), day(), text());
    let parameter = parameter
        .prop_map(|(name, value, from, folder)| Arc::new(ParameterRead { name, value, from, folder }));
    let answer = (request(), prop::collection::vec(reason(), 0..3), remarks(), happened());
    let by = (prop::collection::vec(parameter, 0..3), maybe(text()), maybe(advanced()));
    let decided = (any::<u64>(), day(), answer, by).prop_map(|(entry, date, answer, by)| {
        let (request, reasons, notes, events) = answer;
        let (parameters, policies, advanced) = by;
        let outcome = if reasons.is_empty() { Outcome::Granted } else { Outcome::Refused };
        let (request, findings) = (Arc::new(request), notes.clone());
        let (policies, advanced) = (policies.map(Into::into), advanced.map(Arc::new));
        Decision {
            entry,
            date,
            request,
            outcome,
            reasons,
            notes,
            events,
            findings,
            parameters,
            policies,
            advanced,
        }
    });
    prop_oneof![
        1 => (day(), happened()).prop_map(|(date, events)| Entry::Opened { date, events }),
        1 => advanced().prop_map(|advanced| Entry::Advanced(Arc::new(advanced))),
        4 => decided.prop_map(|decided| Entry::Decided(Arc::new(decided))),
    ]
    .boxed()
}

proptest! {
    #[test]
    fn an_entry_is_written_as_serde_json_writes_it(entry in entry()) {
        same(&entry);
    }

    #[test]
    fn in_brief_it_is_what_says_something_and_reads_as_the_same_entry(entry in entry(), school in text()) {
        // What a file may ask for; others are written, too, and never asked.
        let asked = Arc::new(Request::from(Request::vacate(school)));
        let entry = match entry {
            Entry::Decided(decided) => Entry::Decided(Arc::new(Decision { request: asked, ..(*decided).clone() })),
            other @ (Entry::Opened { .. } | Entry::Advanced(_)) => other,
        };
        let mut brief = String::new();
        prop_assert!(brief::write(&entry, &mut Lists::default(), &mut brief));
        let read: Entry = serde_json::from_str(&serde_json::to_string(&entry).unwrap()).unwrap();
        prop_assert_eq!(&serde_json::from_str::<Entry>(&brief).unwrap(), &read, "{}", &brief);
        let reference = in_brief(serde_json::to_value(&entry).unwrap());
        prop_assert_eq!(&serde_json::from_str::<Value>(&brief).unwrap(), &reference);
        // What keeps people apart goes by way of a value.
        prop_assert_eq!(serde_json::from_value::<Entry>(reference).unwrap(), read);
    }

    #[test]
    fn so_is_a_text(text in text()) {
        same(text.as_str());
    }
}

#[test]
fn every_byte_at_every_place_is_looked_at() {
    for byte in 0..=0x7f_u8 {
        for length in 1..20 {
            for place in 0..length {
                let mut bytes = vec![b'x'; length];
                bytes[place] = byte;
                same(std::str::from_utf8(&bytes).unwrap());
            }
        }
    }
}

/// What an entry has none of is left to serde_json, the failures too.
#[test]
fn what_is_not_known_is_written_by_the_reference() {
    #[derive(Serialize)]
    enum Shape {
        Unit,
        Pair(u8, char),
        Fields { bytes: Vec<u8>, unit: () },
    }
    #[derive(Serialize)]
    struct Two(i8, Option<u16>);
    same(&(1.5_f32, -0.25_f64, f64::NAN, i128::MAX, u128::MAX));
    same(&[Shape::Unit, Shape::Pair(0, '"'), Shape::Fields { bytes: vec![0, 255], unit: () }]);
    same(&(Two(-1, None), Two(0, Some(9)), ((), "x"), [0_u8; 0]));
    same(&BTreeMap::from([(7, "seven"), (-1, "less")]));
    same(&BTreeMap::from([(true, 1)]));
    let raw: Box<serde_json::value::RawValue> = serde_json::from_str(" [1,  2]").unwrap();
    same(&vec![raw]);
    let mut to = "before".to_owned();
    super::full(&BTreeMap::from([(vec![1], 1)]), &mut to).unwrap_err();
    assert!(!super::brief(&("much", 1.5), &mut to));
    assert_eq!(to, "before");
}

/// A request is read as strictly from a journal as from a file, so it stands there with every field.
#[test]
fn in_brief_a_request_is_whole() {
    #[derive(Serialize)]
    struct Asked {
        request: Arc<Request>,
    }
    let asked = Asked { request: Arc::new(Request::merge(Vec::<NodeId>::new(), "school").into()) };
    let mut brief = String::new();
    assert!(super::brief(&asked, &mut brief));
    assert_eq!(brief, r#"{"request":{"merge":{"units":[],"into":"school"}}}"#);
}

/// A list that was given and is empty says something: that it is empty.
#[test]
fn in_brief_an_empty_list_that_is_there_stays() {
    #[derive(Serialize)]
    struct Lists {
        given: Option<Vec<u8>>,
        none: Option<Vec<u8>>,
        empty: Vec<u8>,
        map: BTreeMap<String, u8>,
    }
    let lists = Lists { given: Some(Vec::new()), none: None, empty: Vec::new(), map: BTreeMap::new() };
    let mut brief = String::new();
    assert!(super::brief(&lists, &mut brief));
    assert_eq!(brief, r#"{"given":[]}"#);
}
