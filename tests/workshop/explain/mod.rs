//! Explanations: every outcome with its conditions and values, what would pass instead, and the command.

#[cfg(feature = "cli")]
mod command;
mod faults;
mod instead;
mod outcomes;
mod random;

use bianzhi::explain::Suggestion;
use bianzhi::policy::RuleTrace;
use bianzhi::{Charter, Decision, Office, PolicySet, Request};

/// A city with two organs, two schools and a county that lends.
const CHARTER: &str = "
bianzhi: charter/1
opened: 2024-01-01
levels: [city, unit]
kinds: {institution: {zh: 事业编制, en: institution}, support: {zh: 工勤编制, en: support}}
nodes:
  - {id: city, level: city, name: 全市, caps: {institution: 100, support: 10}}
  - {id: full, parent: city, level: unit, name: 满编学校, tags: [school], caps: {institution: 10}, occupied: {institution: 10}}
  - {id: free, parent: city, level: unit, name: 空编学校, tags: [school], caps: {institution: 10, support: 4}, occupied: {institution: 3}}
  - {id: office, parent: city, level: unit, name: 办公室, caps: {institution: 10}, occupied: {institution: 6}}
pools:
  - {id: first-pool, sponsor: city, kind: institution, name: 一池, size: 0}
  - {id: second-pool, sponsor: city, kind: institution, name: 二池, rule: second}
people:
  - {id: p1, unit: full, kind: institution}
loans:
  - {id: l1, lender: office, borrower: free, kind: institution, seats: 3, since: 2023-06-01, ends: 2024-06-30}
";

const FACTS: &str = "
facts:
  consent: {type: text, zh: 同意文号, en: consent}
  urgent: {type: yes-no, zh: 紧急, en: urgent}
  checked: {type: yes-no, zh: 已核, en: checked}
categories:
  graduate: {zh: 毕业生, en: graduate}
  doctor: {zh: 博士, en: doctor}
purposes:
  talent: {zh: 人才, en: talent}
tags:
  school: {zh: 学校, en: school}
";

const PARAMETERS: &str = "
most: {zh: 最多, en: most, type: number, values: {2000-01-01: 2, 2024-09-01: 6}}
kinds: {zh: 类别, en: categories, type: list, values: {2000-01-01: [graduate, doctor]}}
";

const REASONS: &str = "
not-so: {zh: 不符合条件, en: the condition is not met, basis: 条例第六条}
other: {zh: 其他, en: other, basis: 条例第七条}
";

/// An office whose only rule is this script, and a pool's rule.
#[track_caller]
fn office(script: &str) -> Office {
    let pool = "fn capacity(pool) { floor(pool.sponsor.net_vacancy * 1.0 / 4) }";
    let files = [
        ("10_rule.rhai", script),
        ("second.rhai", pool),
        ("facts.yaml", FACTS),
        ("parameters.yaml", PARAMETERS),
        ("reasons.yaml", REASONS),
    ];
    let files = files.map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec()));
    let policies = match PolicySet::from_files(files) {
        Ok(policies) => policies,
        Err(error) => panic!("{:?}", error.faults()),
    };
    Office::open(Charter::parse("charter.yaml", CHARTER).unwrap(), policies).unwrap()
}

/// The conditions of a rule as `kind: valued = met`.
fn conditions(rule: &RuleTrace) -> Vec<String> {
    let rows = rule.conditions.iter();
    rows.map(|row| {
        let result = row.result.as_ref().map_or("failed".to_owned(), ToString::to_string);
        format!("{} {}: {} = {result}", row.line, row.of.as_str(), row.valued)
    })
    .collect()
}

/// The answer to a request after a suggestion's first requests, each of which must be granted.
#[track_caller]
fn applied(office: &Office, suggestion: &Suggestion, request: Request) -> Decision {
    let mut fork = office.fork();
    for first in &suggestion.first {
        let decision = fork.submit(first.clone()).unwrap();
        assert!(decision.granted(), "{first:?}: {:?}", decision.reasons);
    }
    (*fork.submit(request).unwrap()).clone()
}
