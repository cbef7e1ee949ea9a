//! An office and the second model side by side: each request goes to both, and they must agree in all.

use std::collections::BTreeSet;

use bianzhi::charter::Charter;
use bianzhi::model::Opening;
use bianzhi::office::Office;
use bianzhi::{Decision, Happened, Outcome, Reason, Request, ShownEvent, Verb};

use super::answer::{Answer, Model, Overstepped};
use super::books::Table;
use super::past::Past;
use super::{details, laws};

pub(crate) struct Pair {
    pub(crate) office: Office,
    pub(crate) model: Model,
    opened: Table,
    before: Table,
    past: Past,
}

impl Pair {
    pub(crate) fn open(opening: &Opening) -> Result<Self, String> {
        let charter =
            Charter::from_opening(opening.clone()).map_err(|error| format!("the charter: {error}"))?;
        let office = Office::open(charter, None).map_err(|error| format!("the office: {error}"))?;
        let model = Model::open(opening);
        let opened = model.books.table();
        let past = Past::open(&model.books, &opened);
        let pair = Self { office, model, before: opened.clone(), opened, past };
        pair.same_figures(&pair.opened)?;
        pair.laws(&pair.opened)?;
        Ok(pair)
    }

    /// The same state again, to go on from in another way.
    pub(crate) fn fork(&self) -> Self {
        Self {
            office: self.office.fork(),
            model: self.model.clone(),
            opened: self.opened.clone(),
            before: self.before.clone(),
            past: self.past.clone(),
        }
    }

    /// One request to both; what differs, or which law is broken.
    pub(crate) fn step(&mut self, request: &Request) -> Result<Outcome, String> {
        let dry = self.office.decide(request.clone()).map_err(|error| format!("decide: {error}"))?;
        let decision = self.office.submit(request.clone()).map_err(|error| format!("submit: {error}"))?;
        let answer = self.model.submit(request);
        // What was not granted, a correction and a new date have nothing to take back.
        if let Some(advanced) = &decision.advanced {
            self.model.entries.entry(advanced.entry).or_insert(None);
        }
        // A merger does not say who came from where.
        let merged = answer.events.iter().any(|event| event.starts_with("{\"merged\""));
        let nothing =
            merged || answer.events.is_empty() || matches!(request.verb, Verb::Correct(_) | Verb::Advance(_));
        let made = self.model.made.take().filter(|_| answer.outcome == Outcome::Granted && !nothing);
        if decision.entry > 0 {
            self.model.entries.entry(decision.entry).or_insert(made);
        }
        same_answer(&decision, &answer)?;
        let (dry, wet) = (told(&dry), told(&decision));
        if dry != wet {
            return Err(format!("decide says {dry:?}\nsubmit says {wet:?}"));
        }
        let now = self.model.books.table();
        self.same_figures(&now)?;
        self.past.follow(request, &answer, &self.model.books, &now);
        self.past.same(self.office.books())?;
        details::same(self.office.books(), &self.model.books, &now)?;
        self.laws(&now)?;
        if answer.outcome != Outcome::Granted && answer.advanced.is_none() && now != self.before {
            return Err("a request that was not granted changed the books".into());
        }
        self.before = now;
        Ok(answer.outcome)
    }

    fn same_figures(&self, table: &Table) -> Result<(), String> {
        for ((node, kind), expected) in table {
            match self.office.figures(node.as_str(), kind.as_str()) {
                Some(got) if got == *expected => {}
                got => {
                    return Err(format!(
                        "figures of {node} {kind}:\n  office {}\n  model  {}",
                        got.map_or_else(|| "none".into(), |row| serde_json::to_string(&row).unwrap()),
                        serde_json::to_string(expected).unwrap()
                    ));
                }
            }
        }
        for (node, kind) in self.before.keys() {
            let gone = !self.model.books.nodes.contains_key(node);
            if gone && self.office.figures(node.as_str(), kind.as_str()).is_some() {
                return Err(format!("{node} is gone, and still has figures"));
            }
        }
        Ok(())
    }

    fn laws(&self, table: &Table) -> Result<(), String> {
        let mut broken = laws::broken(&self.model.books, table, &self.opened);
        broken.extend(laws::grown(&self.model.books, &self.before, table));
        if broken.is_empty() { Ok(()) } else { Err(broken.join("\n")) }
    }
}

fn same_answer(decision: &Decision, answer: &Answer) -> Result<(), String> {
    let expected = described(answer);
    let codes: BTreeSet<&str> = decision.codes().into_iter().collect();
    let mut wanted: BTreeSet<&str> = answer.codes.clone();
    wanted.extend(answer.figures.iter().map(|row| row.code));
    if decision.outcome != answer.outcome || codes != wanted {
        return Err(format!(
            "office: {} {:?} {:?}\nmodel:  {expected}",
            decision.outcome,
            decision.reasons,
            shown(&decision.events)
        ));
    }
    let rows: Vec<(&str, &str, &str, i64, i64, i64)> = decision
        .reasons
        .iter()
        .filter_map(|reason| match reason {
            Reason::Law(law) => Some((
                law.code.as_str(),
                law.node.as_str(),
                law.kind.as_str(),
                law.cap.get(),
                law.charged.get(),
                law.asked.get(),
            )),
            Reason::Policy(_) | Reason::Input { .. } => None,
        })
        .collect();
    let wanted: Vec<_> = answer.figures.iter().map(row).collect();
    if rows != wanted {
        return Err(format!("reasons with figures:\n  office {rows:?}\n  model  {wanted:?}"));
    }
    let at = decision.reasons.iter().find_map(|reason| match reason {
        Reason::Input { at, .. } => *at,
        Reason::Policy(_) | Reason::Law(_) => None,
    });
    if !answer.codes.is_empty() && at != answer.at {
        return Err(format!("the member at fault: office {at:?}, model {:?}", answer.at));
    }
    let mut events = shown(&decision.events);
    let mut wanted = answer.events.clone();
    let advanced = decision.advanced.as_ref().map(|advanced| shown(&advanced.events));
    if matches!(decision.request.verb, Verb::Advance(_)) {
        events = advanced.into_iter().flatten().chain(events).collect();
        wanted = answer.advanced.iter().flatten().cloned().chain(wanted).collect();
    } else if advanced != answer.advanced {
        return Err(format!("events of the date:\n  office {advanced:#?}\n  model  {:#?}", answer.advanced));
    }
    if matches!(decision.request.verb, Verb::Correct(_)) {
        // How a correction is written is the office's affair; its figures are compared.
        let first = events.first().is_none_or(|event| event.starts_with("{\"corrected\""));
        return if first { Ok(()) } else { Err(format!("a correction is written {events:#?}")) };
    }
    if events != wanted {
        return Err(format!("events:\n  office {events:#?}\n  model  {wanted:#?}"));
    }
    Ok(())
}

fn row(row: &Overstepped) -> (&str, &str, &str, i64, i64, i64) {
    (row.code, row.node.as_str(), row.kind.as_str(), row.cap, row.charged, row.asked)
}

fn described(answer: &Answer) -> String {
    let rows: Vec<_> = answer.figures.iter().map(row).collect();
    format!("{} {:?} {rows:?} {:?}", answer.outcome, answer.codes, answer.events)
}

pub(crate) fn shown(events: &[Happened]) -> Vec<String> {
    let one = |happened: &Happened| {
        serde_json::to_string(&ShownEvent { event: &happened.event, rule: happened.rule.as_deref() }).unwrap()
    };
    events.iter().map(one).collect()
}

/// What a decision says, without the number of its entry.
pub(crate) fn told(decision: &Decision) -> (Outcome, Vec<Reason>, Vec<Happened>, Option<Vec<Happened>>) {
    (
        decision.outcome,
        decision.reasons.clone(),
        decision.events.clone(),
        decision.advanced.as_ref().map(|advanced| advanced.events.clone()),
    )
}
