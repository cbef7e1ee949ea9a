//! Decisions: what an office answered and why – outcome, reasons, notes, events, findings – and its record.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

mod shown;

use crate::event::Event;
use crate::model::{Date, FactValue, InputCode, KindId, Lang, LawCode, NodeId, Seats, day};
use crate::request::{Request, field_in_chinese};

pub use shown::{ShownReason, ShownRemark};

/// How a request was answered. Closed: a host that matches on it must meet a new outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// It took effect (准予).
    Granted,
    /// A policy said no (不予).
    Denied,
    /// A law or the input said no (驳回).
    Refused,
}

/// An answer, with its why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    /// The number of the entry that records it; 0 for a dry run.
    pub entry: u64,
    /// The day it was decided on.
    #[serde(serialize_with = "day::write")]
    pub date: Date,
    /// What was asked.
    pub request: Arc<Request>,
    /// How it was answered.
    pub outcome: Outcome,
    /// Why not: every reason, not the first. Empty if granted.
    #[serde(default)]
    pub reasons: Vec<Reason>,
    /// What policies remarked.
    #[serde(default)]
    pub notes: Vec<Remark>,
    /// What happened, in the order in which it took effect. Empty unless granted.
    #[serde(default)]
    pub events: Vec<Happened>,
    /// What rules found wrong, reactions that were dropped among them.
    #[serde(default)]
    pub findings: Vec<Remark>,
    /// The parameters that policies read, sorted, each value once; decisions share the records.
    #[serde(default)]
    pub parameters: Vec<Arc<ParameterRead>>,
    /// The digest of the policy set; none where the laws decide alone.
    pub policies: Option<Arc<str>>,
    /// The entry made just before because the request's date was later than the books'.
    pub advanced: Option<Arc<Advanced>>,
}

/// A new date, and what fell due by it: an entry of its own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Advanced {
    /// The number of the entry that records it; 0 for a dry run.
    pub entry: u64,
    /// The new date.
    #[serde(serialize_with = "day::write")]
    pub date: Date,
    /// What happened.
    #[serde(default)]
    pub events: Vec<Happened>,
    /// What policies remarked.
    #[serde(default)]
    pub notes: Vec<Remark>,
    /// What rules found wrong.
    #[serde(default)]
    pub findings: Vec<Remark>,
}

/// One recorded entry of the journal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Entry {
    /// The books opened.
    Opened {
        /// The first day.
        date: Date,
        /// What happened: the pools' sizes.
        #[serde(default)]
        events: Vec<Happened>,
    },
    /// A new date.
    Advanced(Arc<Advanced>),
    /// An answer; denied and refused ones are recorded too.
    Decided(Arc<Decision>),
}

/// An event, and what brought it about.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Happened {
    /// The event.
    pub event: Event,
    /// The rule that proposed it, as `file.rhai:line`; none for what was asked.
    pub rule: Option<Arc<str>>,
    /// The place in the list of the event whose reaction it is; none for what was asked.
    pub cause: Option<u32>,
    /// The day that the event takes back, in a correction: its effect leaves that day's figures too.
    pub reverses: Option<Date>,
}

/// Why a request was not granted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// A policy said no.
    Policy(Box<Remark>),
    /// L1, L2 or L5 would have been broken at a node.
    Law(Box<LawReason>),
    /// The request itself is at fault, or L4, L6, L7 or L9 forbid it.
    Input {
        /// The code.
        code: RefusalCode,
        /// The field at fault.
        field: String,
        /// What stood there.
        value: String,
        /// The member's number, from 1, in a batch.
        at: Option<u32>,
    },
}

/// A code of [`Reason::Input`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(untagged)]
pub enum RefusalCode {
    /// The request is at fault.
    Input(InputCode),
    /// A law forbids it whatever the figures.
    Law(LawCode),
}

/// A law that the request would break at a node, with the figures before the request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LawReason {
    /// [`LawCode::Cap`], [`LawCode::Allotment`] or [`LawCode::LendingOn`].
    pub code: LawCode,
    /// Where.
    pub node: NodeId,
    /// Which kind.
    pub kind: KindId,
    /// The cap (a pool's size).
    pub cap: Seats,
    /// What was charged; for `allotment` what was handed down, permitted and lent by the node itself.
    pub charged: Seats,
    /// By how much the charge would rise or the cap fall.
    pub asked: Seats,
    /// The pools or loans that took the room above the unit; empty if there are none.
    #[serde(default)]
    pub taken_by: Vec<String>,
    /// The member's number, from 1, in a batch, where one member alone is at fault.
    pub at: Option<u32>,
}

/// A policy's word: a reason, a note or a finding, with its texts, place and values.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Remark {
    /// The code.
    pub code: String,
    /// The text in Chinese, placeholders filled in.
    pub zh: String,
    /// The text in English, placeholders filled in.
    pub en: String,
    /// The legal basis: law and article.
    pub basis: String,
    /// The script's path inside the policy folder.
    pub script: String,
    /// The line, from 1.
    pub line: u32,
    /// The condition's source, if it is the reason of a `require`.
    pub condition: Option<String>,
    /// The values in the condition, by their source, and the facts given with the code.
    #[serde(default)]
    pub values: Vec<(String, FactValue)>,
    /// The member's number, from 1, in a batch.
    pub at: Option<u32>,
}

/// A parameter as a decision read it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ParameterRead {
    /// Its name.
    pub name: String,
    /// The value that held.
    pub value: String,
    /// The day from which it holds.
    #[serde(serialize_with = "day::write")]
    pub from: Date,
    /// The folder that set it: empty for the root folder.
    #[serde(default)]
    pub folder: String,
}

impl Outcome {
    /// The word in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Granted => "granted",
            Self::Denied => "denied",
            Self::Refused => "refused",
        }
    }

    /// The word for people.
    pub fn word(self, lang: Lang) -> &'static str {
        match self {
            Self::Granted => lang.pick("准予", "granted"),
            Self::Denied => lang.pick("不予", "denied"),
            Self::Refused => lang.pick("驳回", "refused"),
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl RefusalCode {
    /// The stable code.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Input(code) => code.as_str(),
            Self::Law(code) => code.as_str(),
        }
    }

    /// What it means.
    pub fn meaning(self, lang: Lang) -> &'static str {
        match self {
            Self::Input(code) => lang.pick(code.zh(), code.en()),
            Self::Law(code) => lang.pick(code.zh(), code.en()),
        }
    }
}

impl From<InputCode> for RefusalCode {
    fn from(code: InputCode) -> Self {
        Self::Input(code)
    }
}

impl From<LawCode> for RefusalCode {
    fn from(code: LawCode) -> Self {
        Self::Law(code)
    }
}

impl Entry {
    /// The day of the entry.
    pub fn date(&self) -> Date {
        match self {
            Self::Opened { date, .. } => *date,
            Self::Advanced(advanced) => advanced.date,
            Self::Decided(decision) => decision.date,
        }
    }

    /// What happened, in the order in which it took effect.
    pub fn events(&self) -> &[Happened] {
        match self {
            Self::Opened { events, .. } => events,
            Self::Advanced(advanced) => &advanced.events,
            Self::Decided(decision) => &decision.events,
        }
    }

    /// The number that the entry gives itself. The opening is entry 0.
    pub fn number(&self) -> u64 {
        match self {
            Self::Opened { .. } => 0,
            Self::Advanced(advanced) => advanced.entry,
            Self::Decided(decision) => decision.entry,
        }
    }
}

impl Happened {
    /// Something that was asked for.
    pub fn asked(event: Event) -> Self {
        Self { event, rule: None, cause: None, reverses: None }
    }
}

impl Reason {
    /// The stable code.
    pub fn code(&self) -> &str {
        match self {
            Self::Policy(remark) => &remark.code,
            Self::Law(law) => law.code.as_str(),
            Self::Input { code, .. } => code.as_str(),
        }
    }

    /// One sentence for people, in which a fault names nodes as `name` knows them.
    ///
    /// ```
    /// use bianzhi::{Reason, Lang};
    /// # let json = r#"{"input": {"code": "reach", "field": "unit", "value": "audit", "at": null}}"#;
    /// # let reason: Reason = serde_json::from_str(json).unwrap();
    /// let told = reason.text_naming(Lang::Zh, |id| (id == "audit").then(|| "市审计局".to_owned()));
    /// assert_eq!(told, "超出申请方权限范围：单位 市审计局（audit）");
    /// ```
    pub fn text_naming(&self, lang: Lang, name: impl Fn(&str) -> Option<String>) -> String {
        /// The fields that hold no node, whatever node may be called like their value.
        const OTHERS: [&str; 6] = ["person", "loan", "permit", "id", "kind", "level"];
        let Self::Input { code, field, value, at } = self else { return self.text(lang) };
        let known = Some(value).filter(|_| !OTHERS.contains(&field.as_str())).and_then(|id| name(id));
        let Some(known) = known.filter(|known| known != value) else { return self.text(lang) };
        let value = match lang {
            Lang::Zh => format!("{known}（{value}）"),
            Lang::En => format!("{known} ({value})"),
        };
        Self::Input { code: *code, field: field.clone(), value, at: *at }.text(lang)
    }

    /// One sentence for people.
    pub fn text(&self, lang: Lang) -> String {
        match self {
            Self::Policy(remark) => remark.text(lang).to_owned(),
            Self::Law(law) => law.text(lang, law.node.as_str(), law.kind.as_str()),
            Self::Input { code, field, value, .. } => match lang {
                Lang::Zh => format!("{}：{} {value}", code.meaning(lang), field_in_chinese(field, value)),
                Lang::En => format!("{}: {field} = {value}", code.meaning(lang)),
            },
        }
    }

    /// The same reason for the member with this number of a batch.
    #[must_use]
    pub fn at(mut self, member: u32) -> Self {
        match &mut self {
            Self::Policy(remark) => remark.at = Some(member),
            Self::Law(law) => law.at = Some(member),
            Self::Input { at, .. } => *at = Some(member),
        }
        self
    }
}

impl LawReason {
    /// One sentence for people, with what they call the node and the kind.
    pub fn text(&self, lang: Lang, node: &str, kind: &str) -> String {
        let Self { cap, charged, asked, .. } = self;
        let meaning = lang.pick(self.code.zh(), self.code.en());
        let promised = self.code == LawCode::Allotment;
        let mut text = match (lang, promised) {
            (Lang::Zh, false) => {
                format!("{meaning}：{node} {kind} 核定 {cap}，已占用 {charged}，本次需 {asked}")
            }
            (Lang::Zh, true) => {
                format!("{meaning}：{node} {kind} 总量 {cap}，已下达 {charged}，本次需 {asked}")
            }
            (Lang::En, false) => {
                format!("{meaning}: {node} {kind} cap {cap}, charged {charged}, asked {asked}")
            }
            (Lang::En, true) => {
                format!("{meaning}: {node} {kind} cap {cap}, promised {charged}, asked {asked}")
            }
        };
        if !self.taken_by.is_empty() {
            text.push_str(lang.pick("；余量已被占用：", "; the room was taken by "));
            text.push_str(&self.taken_by.join(lang.pick("、", ", ")));
        }
        text
    }
}

impl Remark {
    /// The text in a language.
    pub fn text(&self, lang: Lang) -> &str {
        lang.pick(&self.zh, &self.en)
    }
}

impl Decision {
    /// Whether it took effect.
    pub fn granted(&self) -> bool {
        self.outcome == Outcome::Granted
    }

    /// The codes of all reasons, in order.
    pub fn codes(&self) -> Vec<&str> {
        self.reasons.iter().map(Reason::code).collect()
    }

    /// All reasons as text, one a line; empty if granted.
    pub fn reasons_in(&self, lang: Lang) -> String {
        let lines: Vec<String> =
            self.reasons.iter().map(|reason| format!("{}: {}", reason.code(), reason.text(lang))).collect();
        lines.join("\n")
    }
}

/// The events of an entry as people read them: each followed by the reactions to it.
pub fn in_reading_order(events: &[Happened]) -> Vec<&Happened> {
    fn visit<'a>(events: &'a [Happened], cause: Option<u32>, order: &mut Vec<&'a Happened>) {
        for (place, happened) in events.iter().enumerate() {
            if happened.cause == cause {
                order.push(happened);
                if let Ok(place) = u32::try_from(place) {
                    visit(events, Some(place), order);
                }
            }
        }
    }
    if events.iter().all(|happened| happened.cause.is_none()) {
        return events.iter().collect();
    }
    let mut order = Vec::with_capacity(events.len());
    visit(events, None, &mut order);
    order
}
