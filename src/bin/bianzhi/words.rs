//! Words: a request and an event as one line for people, in the words of the field.

use std::collections::BTreeMap;

use bianzhi::ledger::Ledger;
use bianzhi::model::{Date, FactValue, KindId, Lang, LoanOutcome, Mention, NodeId, PoolSize, Seats};
use bianzhi::policy::PolicySet;
use bianzhi::scenario::CheckValue;
use bianzhi::{Amendment, Change, Entry, Event, Field, Place, Reason, Request, Sitting, Verb};

/// The books' own names for nodes and kinds, and the policies' for what they declare, in one language.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Names<'a> {
    books: &'a Ledger,
    /// Books of before, for what is not there any more.
    before: Option<&'a Ledger>,
    /// What the journal called nodes that no books here have.
    gone: Option<&'a Gone>,
    policies: Option<&'a PolicySet>,
    lang: Lang,
}

/// The names that entries gave to nodes, the last of each.
pub(crate) type Gone = BTreeMap<NodeId, String>;

/// What nodes were called that these entries found or rename.
pub(crate) fn named_in<'a>(entries: impl Iterator<Item = &'a Entry>) -> Gone {
    let mut names = Gone::new();
    for happened in entries.flat_map(Entry::events) {
        #[expect(clippy::wildcard_enum_match_arm, reason = "no other event names a node")]
        match &happened.event {
            Event::Established { node, all, .. } => {
                if let Some(name) = &all.name {
                    names.insert(node.clone(), name.clone());
                }
            }
            Event::Amended { node, change: Amendment::Name { after, .. }, .. } => {
                names.insert(node.clone(), after.clone());
            }
            _ => {}
        }
    }
    names
}

impl<'a> Names<'a> {
    /// The names in these books.
    pub(crate) fn new(books: &'a Ledger, lang: Lang) -> Self {
        Self { books, before: None, gone: None, policies: None, lang }
    }

    /// The same, and those that only these books still have.
    pub(crate) fn with(self, before: &'a Ledger) -> Self {
        Self { before: Some(before), ..self }
    }

    /// The same, and those of nodes that came and went.
    pub(crate) fn and_gone(self, gone: &'a Gone) -> Self {
        Self { gone: Some(gone), ..self }
    }

    /// The same, with these policies' names for categories, purposes, tags and facts.
    pub(crate) fn under(self, policies: Option<&'a PolicySet>) -> Self {
        Self { policies, ..self }
    }

    /// The books that the names are of.
    pub(crate) fn books(&self) -> &'a Ledger {
        self.books
    }

    /// What people call a node; its id if the books do not know it.
    pub(crate) fn node(&self, id: &NodeId) -> String {
        self.known(id.as_str()).map_or_else(|| id.to_string(), str::to_owned)
    }

    fn known(&self, id: &str) -> Option<&'a str> {
        let name = |books: &'a Ledger| books.node(id).map(|node| books.name(node));
        let gone = || self.gone.and_then(|gone| gone.get(id)).map(String::as_str);
        name(self.books).or_else(|| self.before.and_then(name)).or_else(gone)
    }

    /// What a field says: in Chinese, categories, purposes and facts by the names that the policies give them.
    fn said<'t>(&'t self, field: &str, text: &'t str) -> &'t str {
        match field {
            "category" => self.called(&Mention::Category(text), text),
            "purpose" => self.called(&Mention::Purpose(text), text),
            // What was amended.
            "field" if self.lang == Lang::Zh => match text.strip_prefix("facts.") {
                Some(fact) => self.called(&Mention::Fact(fact, &FactValue::YesNo(true)), fact),
                None => in_chinese(text),
            },
            _ => text,
        }
    }

    /// What the policies call something in Chinese; its id where they do not, and in English.
    fn called<'t>(&'t self, mention: &Mention<'_>, id: &'t str) -> &'t str {
        let policies = self.policies.filter(|_| self.lang == Lang::Zh);
        policies.and_then(|policies| policies.name_of(mention, self.lang)).unwrap_or(id)
    }

    fn tag<'t>(&'t self, tag: &'t str) -> &'t str {
        self.called(&Mention::Tag(tag), tag)
    }

    fn fact(&self, name: &str, value: &FactValue) -> String {
        let called = self.called(&Mention::Fact(name, value), name);
        match value {
            FactValue::YesNo(yes) => format!("{called} = {}", yes_or_no(*yes, self.lang)),
            FactValue::Whole(_) | FactValue::Number(_) | FactValue::Date(_) | FactValue::Text(_) => {
                format!("{called} = {value}")
            }
        }
    }

    /// What a check says of a property, or the books.
    pub(crate) fn checked(&self, field: &str, value: &CheckValue) -> String {
        match value {
            CheckValue::Text(text) => self.said(field, text).to_owned(),
            CheckValue::Nothing | CheckValue::YesNo(_) | CheckValue::Whole(_) | CheckValue::Date(_) => {
                value.word(self.lang)
            }
        }
    }

    /// A reason in one sentence, with nodes and kinds by their names.
    pub(crate) fn reason(&self, reason: &Reason) -> String {
        match reason {
            Reason::Law(law) => law.text(self.lang, &self.node(&law.node), &self.kind(&law.kind)),
            Reason::Input { .. } | Reason::Policy(_) => {
                reason.text_naming(self.lang, |id| self.known(id).map(str::to_owned))
            }
        }
    }

    /// What people call a kind.
    pub(crate) fn kind(&self, id: &KindId) -> String {
        let mut kinds = self.books.kinds();
        let found = kinds.find(|(_, kind)| kind.id == *id);
        found.map_or_else(|| id.to_string(), |(_, kind)| self.lang.pick(&kind.zh, &kind.en).to_owned())
    }

    /// A request: its verb, who and what.
    pub(crate) fn request(&self, request: &Request) -> String {
        self.verb(&request.verb)
    }

    fn verb(&self, verb: &Verb) -> String {
        let word = verb_word(verb, self.lang);
        let rest = self.details(verb);
        if rest.is_empty() { word.to_owned() } else { format!("{word} {rest}") }
    }

    fn details(&self, verb: &Verb) -> String {
        match verb {
            Verb::Authorize(verb) => {
                let change = match verb.change {
                    Change::By(by) if by > Seats::ZERO => format!("+{by}"),
                    Change::By(by) => by.to_string(),
                    Change::To(to) => format!("→ {to}"),
                };
                line([
                    self.node(&verb.node),
                    self.kind(&verb.kind),
                    change,
                    self.purpose(verb.purpose.as_ref()),
                ])
            }
            Verb::Transfer(verb) => line([
                self.way(&verb.from, &verb.to),
                self.seats(&verb.kind, verb.count),
                self.purpose(verb.purpose.as_ref()),
            ]),
            Verb::Permit(verb) => line([
                verb.id.to_string(),
                self.node(&verb.unit),
                self.seats(&verb.kind, verb.count),
                self.until(Some(verb.ends)),
                self.purpose(verb.purpose.as_ref()),
            ]),
            Verb::Withdraw(verb) => verb.permit.to_string(),
            Verb::Appoint(verb) => line([
                self.node(&verb.unit),
                self.kind(&verb.kind),
                text(verb.person.as_ref()),
                self.category(verb.category.as_ref()),
                self.on("调借", "on loan", verb.loan.as_ref()),
                self.on("核准", "on permit", verb.permit.as_ref()),
                self.purpose(verb.purpose.as_ref()),
            ]),
            Verb::Draw(verb) => line([
                self.way(&verb.pool, &verb.unit),
                verb.person.to_string(),
                self.category(verb.category.as_ref()),
                self.until(verb.ends),
                self.purpose(verb.purpose.as_ref()),
            ]),
            Verb::Vacate(verb) => line([self.sitting(&verb.who), self.bracketed(verb.reason.as_deref())]),
            Verb::Name(verb) => line([
                self.node(&verb.unit),
                self.kind(&verb.kind),
                verb.person.to_string(),
                self.category(verb.category.as_ref()),
                self.on("调借", "on loan", verb.loan.as_ref()),
            ]),
            Verb::Convert(verb) => self.sitting(&verb.who),
            Verb::Move(verb) => format!("{} → {}", verb.person, self.node(&verb.to)),
            Verb::Batch(members) => {
                let members: Vec<String> = members.iter().map(|member| self.verb(&member.verb)).collect();
                format!("[{}]", members.join(self.lang.pick("；", "; ")))
            }
            Verb::Advance(_) => String::new(),
            Verb::Borrow(verb) => line([
                verb.id.to_string(),
                self.way(&verb.lender, &verb.borrower),
                self.seats(&verb.kind, verb.count),
                self.until(verb.ends),
                self.purpose(verb.purpose.as_ref()),
            ]),
            Verb::GiveBack(verb) => line([verb.loan.to_string(), self.count(verb.count)]),
            Verb::Owe(verb) => line([verb.loan.to_string(), self.count(verb.count)]),
            Verb::Extend(verb) => line([verb.loan.to_string(), self.until(Some(verb.ends))]),
            Verb::Reschedule(verb) => {
                let parts = verb.schedule.iter().map(|part| format!("{} {}", part.on, part.seats));
                let parts: Vec<String> = parts.collect();
                line([verb.loan.to_string(), parts.join(" / "), self.until(verb.ends)])
            }
            Verb::Evaluate(verb) => line([
                verb.loan.to_string(),
                outcome_word(verb.outcome, self.lang).to_owned(),
                verb.seats.map(|seats| self.count(seats)).unwrap_or_default(),
                self.until(verb.ends),
            ]),
            Verb::Establish(verb) => {
                let name = verb.name.clone().unwrap_or_else(|| verb.id.to_string());
                match &verb.place {
                    Place::Node { parent, level, .. } => format!("{} / {name} ({level})", self.node(parent)),
                    Place::Pool { sponsor, kind, size } => {
                        let size = match size {
                            PoolSize::Size(size) => self.count(*size),
                            PoolSize::Rule(rule) => rule.clone(),
                        };
                        format!("{} / {name} {} {size}", self.node(sponsor), self.kind(kind))
                    }
                }
            }
            Verb::Resize(verb) => format!("{} → {}", self.node(&verb.pool), verb.size),
            Verb::Amend(verb) => {
                let facts = verb.facts.iter().flatten().map(|(name, value)| self.fact(name, value));
                let added = verb.add_tags.iter().flatten().map(|tag| format!("+{}", self.tag(tag)));
                let dropped = verb.drop_tags.iter().flatten().map(|tag| format!("-{}", self.tag(tag)));
                let changes: Vec<String> =
                    verb.name.iter().cloned().chain(added).chain(dropped).chain(facts).collect();
                line([self.node(&verb.node), changes.join(self.lang.pick("，", ", "))])
            }
            Verb::Relocate(verb) => self.way(&verb.node, &verb.parent),
            Verb::Merge(verb) => {
                let units: Vec<String> = verb.units.iter().map(|unit| self.node(unit)).collect();
                format!("{} → {}", units.join(self.lang.pick("、", ", ")), self.node(&verb.into))
            }
            Verb::Abolish(verb) => self.node(&verb.node),
            Verb::Correct(verb) => line([format!("#{}", verb.entry), self.bracketed(Some(&verb.reason))]),
        }
    }

    fn way(&self, from: &NodeId, to: &NodeId) -> String {
        format!("{} → {}", self.node(from), self.node(to))
    }

    fn seats(&self, kind: &KindId, count: Seats) -> String {
        format!("{} {}", self.kind(kind), self.count(count))
    }

    fn count(&self, count: Seats) -> String {
        match self.lang {
            Lang::Zh => format!("{count} 名"),
            Lang::En => count.to_string(),
        }
    }

    fn until(&self, ends: Option<Date>) -> String {
        ends.map(|ends| format!("{} {ends}", self.lang.pick("至", "until"))).unwrap_or_default()
    }

    fn purpose(&self, purpose: Option<&String>) -> String {
        let purpose = purpose.map(|purpose| self.said("purpose", purpose));
        purpose.map(|purpose| format!("{} {purpose}", self.lang.pick("用于", "for"))).unwrap_or_default()
    }

    fn category(&self, category: Option<&String>) -> String {
        self.bracketed(category.map(|category| self.said("category", category)))
    }

    fn bracketed(&self, text: Option<&str>) -> String {
        match (text, self.lang) {
            (None, _) => String::new(),
            (Some(text), Lang::Zh) => format!("（{text}）"),
            (Some(text), Lang::En) => format!("({text})"),
        }
    }

    fn on<T: ToString>(&self, zh: &str, en: &str, id: Option<&T>) -> String {
        id.map(|id| format!("{} {}", self.lang.pick(zh, en), id.to_string())).unwrap_or_default()
    }

    fn sitting(&self, who: &Sitting) -> String {
        match who {
            Sitting::Person(person) => person.to_string(),
            Sitting::Unnamed { unit, kind, loan } => {
                line([self.node(unit), self.kind(kind), self.on("调借", "on loan", loan.as_ref())])
            }
        }
    }

    /// An event: its name and its fields.
    pub(crate) fn event(&self, event: &Event) -> String {
        let fields = event.fields();
        let fields: Vec<String> = fields.iter().map(|(name, field)| self.field(name, field)).collect();
        format!("{} {}", self.lang.pick(event.chinese(), event.name()), fields.join(" "))
    }

    fn field(&self, name: &str, field: &Field) -> String {
        let (own, name) = (name, if self.lang == Lang::Zh { in_chinese(name) } else { name });
        match field {
            Field::Node(id) => self.node(id),
            Field::Nodes(ids) => {
                let names: Vec<String> = ids.iter().map(|id| self.node(id)).collect();
                names.join(" → ")
            }
            Field::Kind(id) => self.kind(id),
            Field::Loan(id) => id.to_string(),
            Field::Permit(id) => id.to_string(),
            Field::Person(id) => id.to_string(),
            Field::Seats(seats) => format!("{name}={seats}"),
            Field::Whole(number) => format!("{name}={number}"),
            Field::Text(text) => format!("{name}={}", self.said(own, text)),
            Field::Value(value) => format!("{name}={value}"),
            Field::Date(date) if matches!(name, "date" | "日期") => date.to_string(),
            Field::Date(date) => format!("{name}={date}"),
            Field::YesNo(yes) => format!("{name}={}", yes_or_no(*yes, self.lang)),
            Field::Schedule(parts) => {
                let parts: Vec<String> =
                    parts.iter().map(|part| format!("{} {}", part.on, part.seats)).collect();
                format!("{name}=[{}]", parts.join(", "))
            }
            Field::Kinds(kinds) => {
                let parts: Vec<String> =
                    kinds.iter().map(|(kind, seats)| format!("{} {seats}", self.kind(kind))).collect();
                format!("{name}=[{}]", parts.join(", "))
            }
            Field::Pools(pools) => {
                let parts: Vec<String> =
                    pools.iter().map(|(pool, seats)| format!("{} {seats}", self.node(pool))).collect();
                format!("{name}=[{}]", parts.join(", "))
            }
        }
    }
}

/// What a field of an event is called in Chinese, in the words of the scripts.
fn in_chinese(name: &str) -> &str {
    match name {
        "count" => "数量",
        "left" => "剩余",
        "loan_open" => "调借未结",
        "on_loan" => "用借入编",
        "change" => "增减数",
        "purpose" => "用途",
        "category" => "人员类别",
        "reason" => "原因",
        "field" => "项目",
        "before" => "原为",
        "after" => "现为",
        "owed" => "待还",
        "outcome" => "评估结论",
        "seats" => "席数",
        "year" => "年度",
        "date" => "日期",
        "size" => "规模",
        "pool_size" | "pool_sizes" => "周转池规模",
        "schedule" => "归还计划",
        "entry" => "更正条目",
        "ends" => "到期日",
        "since" => "在岗日期",
        "freed" => "腾出",
        "name" => "名称",
        "tags" => "标签",
        other => other,
    }
}

fn yes_or_no(yes: bool, lang: Lang) -> &'static str {
    if yes { lang.pick("是", "true") } else { lang.pick("否", "false") }
}

/// The parts that are there, with blanks between them; a Chinese bracket brings its own.
fn line<const N: usize>(parts: [String; N]) -> String {
    let mut line = String::new();
    for part in parts.into_iter().filter(|part| !part.is_empty()) {
        if !line.is_empty() && !part.starts_with('（') {
            line.push(' ');
        }
        line.push_str(&part);
    }
    line
}

fn text<T: ToString>(id: Option<&T>) -> String {
    id.map(ToString::to_string).unwrap_or_default()
}

fn outcome_word(outcome: LoanOutcome, lang: Lang) -> &'static str {
    match outcome {
        LoanOutcome::Continue => lang.pick("继续使用", "continue"),
        LoanOutcome::Resize => lang.pick("调整数量", "resize"),
        LoanOutcome::RunOff => lang.pick("逐步退出", "run-off"),
        LoanOutcome::Recall => lang.pick("收回", "recall"),
    }
}

fn verb_word(verb: &Verb, lang: Lang) -> &'static str {
    let name = verb.name();
    lang.pick(Verb::chinese(name).unwrap_or(name), name)
}
