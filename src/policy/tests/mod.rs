//! Tests of the policy host, by what they look at.

mod attacks;
mod bad_files;
mod codes;
mod deciding;
mod folded;
mod folded_lines;
mod hostile;
mod language;
mod manual;
mod slips;
mod words;

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Answer, Asked, PolicySet};
use crate::error::Error;
use crate::ledger::{Actor, Ledger};
use crate::model::{
    ByKind, Date, ExcessRule, KindId, NodeId, Opening, OpeningHistory, OpeningKind, OpeningNode,
    OpeningPerson, OpeningPool, PoolSize, Seats,
};
use crate::request::Request;

/// The first day of the test city.
const DAY: Date = Date::constant(2024, 1, 1);

/// Reasons, parameters and facts that the scripts of these tests use.
const REASONS: &str = "
full: {zh: '{unit}已满（{vacancy}）', en: '{unit} is full ({vacancy})', basis: 条例第六条}
other: {zh: 其他, en: other}
";
const PARAMETERS: &str = "
pool.ratio: {zh: 比例, en: share, unit: '%', type: decimal, min: 0, max: 1, tighter: none, values: {2000-01-01: 0.20, 2024-07-01: 0.25}}
pool.categories: {zh: 类别, en: categories, type: list, values: {2000-01-01: [selected-graduate, selected-doctor]}}
keep: {zh: 保留, en: kept, type: number, min: 0, max: 100, tighter: up, values: {2000-01-01: 1}}
late: {zh: 晚, en: late, type: number, values: {2030-01-01: 1}}
";
const FACTS: &str = "
facts:
  pupils: {zh: 学生数, en: pupils, type: number}
  consent: {zh: 同意, en: consent, type: yes-no}
categories:
  selected-graduate: {zh: 引进生, en: selected graduate}
purposes:
  new-school: {zh: 新校, en: new school}
tags:
  organ: {zh: 机关, en: organ}
  school: {zh: 学校, en: school}
";

/// A set with these scripts beside the usual files.
fn set(scripts: &[(&str, &str)]) -> Result<PolicySet, Error> {
    let usual = [("reasons.yaml", REASONS), ("parameters.yaml", PARAMETERS), ("facts.yaml", FACTS)];
    let files = usual.iter().filter(|(name, _)| scripts.iter().all(|(own, _)| own != name)).chain(scripts);
    PolicySet::from_files(files.map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())))
}

/// A set of one script.
fn script(text: &str) -> PolicySet {
    set(&[("a.rhai", text)]).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// The faults of one script.
fn faults(text: &str) -> String {
    match set(&[("a.rhai", text)]) {
        Ok(_) => panic!("this loads:\n{text}"),
        Err(error) => error.to_string(),
    }
}

/// A city with 市直, two organs and a pool of 20 %.
pub(super) fn city() -> Arc<Ledger> {
    let administrative = || KindId::new("administrative");
    let node =
        |id: &str, parent: Option<&str>, level: &str, cap: i64, occupied: i64, tags: &[&str]| OpeningNode {
            id: NodeId::new(id),
            parent: parent.map(NodeId::new),
            level: level.to_owned(),
            tier: (id == "direct").then(|| "city".to_owned()),
            name: format!("{id} 名"),
            tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
            facts: BTreeMap::new(),
            caps: ByKind::from([(administrative(), Seats::new(cap))]),
            occupied: if occupied > 0 {
                ByKind::from([(administrative(), Seats::new(occupied))])
            } else {
                ByKind::new()
            },
            history: ByKind::from([(administrative(), OpeningHistory::default())]),
        };
    let opening = Opening {
        opened: DAY,
        levels: ["city", "county", "unit"].map(str::to_owned).to_vec(),
        kinds: vec![OpeningKind {
            id: administrative(), zh: "行政编制".into(), en: "administrative".into()
        }],
        excess: ExcessRule::Refuse,
        nodes: vec![
            node("nanping", None, "city", 500, 0, &[]),
            node("direct", Some("nanping"), "county", 200, 0, &[]),
            node("finance", Some("direct"), "unit", 40, 40, &["organ"]),
            node("audit", Some("direct"), "unit", 60, 45, &["organ"]),
            node("wuyi", Some("nanping"), "county", 50, 0, &[]),
            node("wuyi-office", Some("wuyi"), "unit", 10, 5, &[]),
        ],
        pools: vec![OpeningPool {
            id: NodeId::new("pool"),
            sponsor: NodeId::new("direct"),
            kind: administrative(),
            name: "周转池".into(),
            size: PoolSize::Rule("pool".into()),
            tags: Vec::new(),
            facts: BTreeMap::new(),
        }],
        people: [OpeningPerson {
            id: "p-1".into(),
            unit: "audit".into(),
            kind: administrative(),
            category: Some("selected-graduate".into()),
            since: None,
            loan: None,
        }]
        .into_iter()
        .collect(),
        loans: Vec::new(),
        permits: Vec::new(),
    };
    Arc::new(Ledger::open(&opening).unwrap())
}

/// What a set says about a request on the first day.
fn ask(set: &PolicySet, request: impl Into<Request>) -> Answer {
    ask_on(set, DAY, request)
}

fn ask_on(set: &PolicySet, date: Date, request: impl Into<Request>) -> Answer {
    let request = request.into();
    let books = city();
    let asked = Asked {
        verb: &request.verb,
        facts: &request.facts,
        id: request.id.as_ref(),
        by: Actor::Node(books.root()),
        date,
        effective: date,
        by_reaction: false,
        at: None,
        seat: None,
    };
    set.before(&books, &asked)
}

/// The codes of the denials.
fn codes(answer: &Answer) -> Vec<&str> {
    answer.denials.iter().map(|remark| remark.code.as_str()).collect()
}
