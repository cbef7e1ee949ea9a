//! Generated scripts on both interpreters: the whole language and vocabulary, on random books, said and done alike.
//!
//! Each call is carried out by Rhai and by the tree; where value, reasons, proposals, parameters read or failure
//! differ it fails with a reason of its own, which no script here can give by itself. A release build makes a
//! million calls of hooks.

use std::collections::BTreeMap;

use bianzhi::Decision;
use bianzhi::charter::Charter;
use bianzhi::office::Office;
use bianzhi::policy::{Interpreter, PolicySet};

use super::promise::scripts::{Table, script};
use super::promise::{fact, remarks, set};
use crate::hostile::seen;
use crate::model::dice::Dice;
use crate::model::{charters, requests};

/// Calls of hooks, at least.
const CALLS: u64 = if cfg!(debug_assertions) { 8_000 } else { 1_000_000 };
/// Hooks in a folder, beside the rule that sizes a pool.
const HOOKS: usize = 24;
/// Books that each folder meets.
const BOOKS: usize = if cfg!(debug_assertions) { 1 } else { 4 };
/// Requests asked of each.
const LENGTH: usize = 120;

/// Numbers from a seed.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u16 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        u16::try_from(self.0 >> 48).unwrap()
    }

    fn take(&mut self, count: usize) -> Vec<u16> {
        (0..count).map(|_| self.next()).collect()
    }
}

/// Random hooks that pass the check, by file.
fn folder(table: &Table, numbers: &mut Numbers) -> Vec<(String, String)> {
    let mut kept = Vec::new();
    let (capacity, others): (Vec<_>, Vec<_>) = table.hooks.iter().partition(|hook| hook.name == "capacity");
    let first = usize::from(numbers.next());
    for number in 0..HOOKS {
        let hook = others[(first + number * 11) % others.len()];
        let file =
            (format!("{number}_{}.rhai", hook.name), script(table, hook, &mut Dice::new(&numbers.take(400))));
        if set(std::slice::from_ref(&file)).is_some() {
            kept.push(file);
        }
    }
    // The rule that random charters name must be there.
    let size = script(table, capacity[0], &mut Dice::new(&numbers.take(400)));
    let mut size = ("rule.rhai".to_owned(), size);
    if set(std::slice::from_ref(&size)).is_none() {
        "fn capacity(pool) { pool.sponsor.net_vacancy }".clone_into(&mut size.1);
    }
    kept.push(size);
    kept
}

/// What scripts brought about, by kind of thing.
#[derive(Debug, Default)]
struct Met(BTreeMap<&'static str, u64>);

impl Met {
    fn count(&mut self, what: &'static str, times: usize) {
        *self.0.entry(what).or_default() += times as u64;
    }

    fn decision(&mut self, decision: &Decision) {
        self.count("requests", 1);
        self.count("notes", decision.notes.len());
        self.count("findings", decision.findings.len());
        self.count("parameters", decision.parameters.len());
        self.count("reactions", decision.events.iter().filter(|one| one.rule.is_some()).count());
        for remark in remarks(decision) {
            let failed = matches!(remark.code.as_str(), "policy-failed" | "history-missing");
            self.count(if failed { "failures" } else { "reasons" }, 1);
            self.count("conditions with values", usize::from(!remark.values.is_empty()));
        }
    }
}

fn agreed(said: &[bianzhi::Remark], files: &[(String, String)], asked: &str) {
    if let Some(remark) = said.iter().find(|remark| remark.en.contains("disagree")) {
        let script = files.iter().find(|(name, _)| *name == remark.script);
        let text = script.map(|(_, text)| text.as_str()).unwrap_or_default();
        panic!("{}:{}: {}\n{asked}\n{text}", remark.script, remark.line, remark.en);
    }
}

/// Random books under a folder's rules.
fn play(files: &[(String, String)], policies: &PolicySet, numbers: &mut Numbers, met: &mut Met) {
    let opening = charters::opening(&numbers.take(120));
    let charter = Charter::from_opening(opening.clone()).unwrap();
    let Ok(mut office) = Office::open(charter, policies.clone()) else { return };
    let mut books = seen::books(&office, &opening);
    for step in 0..LENGTH {
        if step % 4 == 0 {
            books = seen::books(&office, &opening);
        }
        let choices = numbers.take(40);
        let mut request = requests::request(&books, &choices[..28], step);
        let dice = &mut Dice::new(&choices[28..]);
        for name in ["pupils", "share", "note", "ok", "day"] {
            if dice.once_in(3) {
                request.facts.insert(name.to_owned(), fact(dice));
            }
        }
        let decision = office.submit(request).unwrap();
        met.decision(&decision);
        let mut said = remarks(&decision);
        if step % 2 == 0 {
            said.extend(policies.audit(&office.snapshot()));
        }
        agreed(&said, files, &format!("{:?}", decision.request));
    }
}

/// So many calls, of scripts and books out of a seed.
fn calls_of(seed: u64, least: u64) -> (u64, Met, usize) {
    let table = Table::read();
    let mut numbers = Numbers(seed);
    let (mut calls, mut met, mut scripts) = (0, Met::default(), 0);
    while calls < least {
        let files = folder(&table, &mut numbers);
        let Some(policies) = set(&files) else { panic!("each passes, all together do not: {files:#?}") };
        let policies: PolicySet = policies.with_interpreter(Interpreter::Both).with_coverage();
        scripts += files.len();
        for _ in 0..BOOKS {
            play(&files, &policies, &mut numbers, &mut met);
        }
        calls += policies.coverage(&[]).scripts.iter().map(|script| script.calls).sum::<u64>();
    }
    (calls, met, scripts)
}

#[test]
fn generated_scripts_answer_alike_on_both() {
    let (mut calls, mut met, mut scripts) = (0, Met::default(), 0);
    std::thread::scope(|scope| {
        let halves = [20_241_124, 20_261_128].map(|seed| scope.spawn(move || calls_of(seed, CALLS / 2)));
        for half in halves {
            let (some, met_there, made) = half.join().unwrap();
            calls += some;
            scripts += made;
            met_there.0.into_iter().for_each(|(what, times)| *met.0.entry(what).or_default() += times);
        }
    });
    println!("{calls} calls of {scripts} scripts: {met:?}");
    assert!(calls >= CALLS);
    for what in
        ["notes", "findings", "parameters", "reactions", "failures", "reasons", "conditions with values"]
    {
        assert!(met.0.get(what).is_some_and(|times| *times > 0), "{what}: {met:?}");
    }
}
