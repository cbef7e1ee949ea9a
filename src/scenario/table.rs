//! Tables of cases: the rows of a CSV file as steps, for those who write their tests in a spreadsheet.

use std::collections::BTreeMap;
use std::path::Path;

use super::read::step;
use super::{Action, Step};
use crate::decision::Outcome;
use crate::document::{Document, Key, Node, Row, Table, Value, nearest, shortened};
use crate::error::Fault;
use crate::model::Lang;
use crate::request::Verb;

/// The table in which a scenario's steps stand. Its places are rows and, as columns, the table's own.
#[derive(Debug, Clone)]
pub(super) struct Cases {
    /// The rows as a list of steps.
    pub(super) document: Document,
    columns: Vec<String>,
}

/// What a cell is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Holds {
    /// One value.
    One,
    /// A day, also as a spreadsheet writes it.
    Day,
    /// Several values.
    Many,
    /// The request's name.
    Request,
    /// The outcome that is expected.
    Expect,
    /// The codes that are expected.
    Codes,
    /// The case that the row belongs to.
    Case,
    /// A word for people.
    Note,
}

/// What a column means.
#[derive(Debug, Clone, Copy)]
struct Known {
    en: &'static str,
    zh: &'static str,
    holds: Holds,
    /// Whether it stands beside the request.
    beside: bool,
}

const fn beside(en: &'static str, zh: &'static str, holds: Holds) -> Known {
    Known { en, zh, holds, beside: true }
}

const fn field(en: &'static str, zh: &'static str, holds: Holds) -> Known {
    Known { en, zh, holds, beside: false }
}

/// The columns; the Chinese names are those of the scripts' vocabulary.
const KNOWN: &[Known] = &[
    beside("case", "案例", Holds::Case),
    beside("note", "说明", Holds::Note),
    beside("on", "日期", Holds::Day),
    beside("by", "申请方", Holds::One),
    beside("clerk", "经办人", Holds::One),
    beside("effective", "实际日期", Holds::Day),
    beside("facts", "附件", Holds::One),
    beside("request", "事项", Holds::Request),
    beside("expect", "预期", Holds::Expect),
    beside("codes", "代码", Holds::Codes),
    field("unit", "单位", Holds::One),
    field("node", "节点", Holds::One),
    field("kind", "编制类别", Holds::One),
    field("count", "数量", Holds::One),
    field("change", "增减数", Holds::One),
    field("person", "人员", Holds::One),
    field("category", "人员类别", Holds::One),
    field("purpose", "用途", Holds::One),
    field("pool", "周转池", Holds::One),
    field("loan", "调借", Holds::One),
    field("permit", "用编核准", Holds::One),
    field("id", "新编号", Holds::One),
    field("ends", "到期日", Holds::Day),
    field("since", "在岗日期", Holds::Day),
    field("from", "划出方", Holds::One),
    field("to", "划入方", Holds::One),
    field("lender", "借出方", Holds::One),
    field("borrower", "借入方", Holds::One),
    field("via", "途经", Holds::Many),
    field("schedule", "归还计划", Holds::One),
    field("reason", "原因", Holds::One),
    field("outcome", "评估结论", Holds::One),
    field("seats", "席数", Holds::One),
    field("size", "规模", Holds::One),
    field("units", "被并单位", Holds::Many),
    field("into", "并入单位", Holds::One),
    field("parent", "上级", Holds::One),
    field("sponsor", "设立方", Holds::One),
    field("level", "层级", Holds::One),
    field("name", "名称", Holds::One),
    field("tags", "标签", Holds::Many),
    field("add_tags", "增标签", Holds::Many),
    field("drop_tags", "去标签", Holds::Many),
    field("caps", "核定数", Holds::One),
    field("entry", "更正条目", Holds::One),
];

/// A column of this table.
#[derive(Debug, Clone)]
enum Column {
    Known(Known),
    /// A fact beside the request, by its name.
    Fact(String),
    /// Told already.
    Unknown,
}

/// The steps of a table, or all its faults.
pub(super) fn steps(path: &Path) -> Result<(Cases, Vec<Step>), Vec<Fault>> {
    let table = Table::read(path)?;
    let columns = columns(&table)?;
    let mut faults = Vec::new();
    let mut rows = Vec::new();
    let bad = table.rows(|row| {
        let mut reading = Reading { file: path, row, columns: &columns, faults: &mut faults };
        if let Some(read) = reading.row() {
            rows.push(read);
        }
    });
    faults.extend(bad);
    let list = rows.iter().map(|(_, node)| node.clone()).collect();
    let root = Node { line: 1, column: 0, value: Value::List(list) };
    let document = Document { file: path.to_path_buf(), root };
    let cases = Cases { document, columns: table.columns };
    let mut steps = Vec::new();
    for (name, node) in &rows {
        let mut found = Vec::new();
        let step = step(&cases.document, node, &mut found);
        faults.extend(found.into_iter().map(|fault| cases.told(fault)));
        steps.extend(step.map(|step| (name.as_deref(), step)));
    }
    let (steps, apart) = apart(path, steps);
    if faults.is_empty() {
        faults = apart;
    }
    if steps.is_empty() && faults.is_empty() {
        faults.push(Fault::at(path, 0, 0, "has no row below its header").in_chinese("表头下面没有一行"));
    }
    if faults.is_empty() { Ok((cases, steps)) } else { Err(faults) }
}

impl Cases {
    /// A fault of a cell, with the column's name in place of a number.
    pub(super) fn told(&self, mut fault: Fault) -> Fault {
        let column = usize::try_from(fault.column).ok().and_then(|column| column.checked_sub(1));
        if let Some(name) = column.and_then(|column| self.columns.get(column)) {
            let name = shortened(name);
            let zh = if fault.zh.is_empty() { fault.message.clone() } else { fault.zh };
            fault.message = format!("column `{name}`: {}", fault.message);
            fault.zh = format!("“{name}”一栏：{zh}");
            fault.column = 0;
        }
        fault
    }
}

/// Tells the rows apart: each is a case of its own, unless the row above it bears the same name.
fn apart(path: &Path, rows: Vec<(Option<&str>, Step)>) -> (Vec<Step>, Vec<Fault>) {
    let mut faults = Vec::new();
    let mut seen: BTreeMap<&str, u32> = BTreeMap::new();
    let mut last: Option<&str> = None;
    let mut steps: Vec<Step> = Vec::new();
    let mut expects = true;
    let mut unexpecting = |steps: &[Step], expects: bool| {
        if let Some(step) = steps.last().filter(|_| !expects) {
            let message = "nothing is expected of this case, so it can never fail: fill in `expect`";
            let zh = "这个案例没有写预期，永远不会不通过：请填“预期”一栏";
            faults.push(Fault::at(path, step.line, 0, message).in_chinese(zh));
        }
    };
    let mut again = Vec::new();
    for (name, mut step) in rows {
        step.fresh = name.is_none() || name != last;
        if step.fresh {
            unexpecting(&steps, expects);
            expects = false;
            if let Some(name) = name {
                let first = *seen.entry(name).or_insert(step.line);
                if first != step.line {
                    let short = shortened(name);
                    let message = format!(
                        "the case `{short}` began on line {first}; its rows stand one below the other"
                    );
                    let zh = format!("案例 `{short}` 已在第 {first} 行开始；同一案例的各行要挨着写");
                    again.push(Fault::at(path, step.line, 0, message).in_chinese(zh));
                }
            }
        }
        expects |= matches!(step.action, Action::Ask { expect: Some(_), .. });
        last = name;
        steps.push(step);
    }
    unexpecting(&steps, expects);
    faults.extend(again);
    (steps, faults)
}

/// What each column means, or what is wrong with the header.
fn columns(table: &Table) -> Result<Vec<Column>, Vec<Fault>> {
    let mut faults = Vec::new();
    let fault = |message: String, zh: String| Fault::at(&table.file, 1, 0, message).in_chinese(zh);
    if let [one] = table.columns.as_slice()
        && one.contains([';', '；', '\t', '，'])
    {
        let zh = "各栏之间要用英文逗号分隔；请另存为“CSV UTF-8（逗号分隔）”";
        return Err(vec![fault("the columns must be separated by commas".to_owned(), zh.to_owned())]);
    }
    let mut seen: BTreeMap<&str, &str> = BTreeMap::new();
    let mut columns = Vec::new();
    for name in &table.columns {
        let short = shortened(name);
        let known = KNOWN.iter().find(|known| known.en == name || known.zh == name);
        let fact = name.strip_prefix("facts.").or_else(|| name.strip_prefix("附件."));
        columns.push(match (known, fact.map(str::trim).filter(|fact| !fact.is_empty())) {
            (Some(known), _) => {
                if let Some(other) = seen.insert(known.en, name) {
                    let message = format!("the columns `{other}` and `{short}` mean the same");
                    faults.push(fault(message, format!("`{other}` 和 `{short}` 两栏是同一个意思")));
                }
                Column::Known(*known)
            }
            (None, Some(fact)) => Column::Fact(fact.to_owned()),
            (None, None) => {
                let near = nearest(name, KNOWN.iter().flat_map(|known| [known.zh, known.en]));
                let hint = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
                let zh = near.map(|near| format!("；是否为 `{near}`？")).unwrap_or_default();
                faults.push(fault(
                    format!("unknown column `{short}`{hint}"),
                    format!("不认识这一栏 `{short}`{zh}"),
                ));
                Column::Unknown
            }
        });
    }
    for (en, zh) in [("request", "事项"), ("expect", "预期")] {
        if !seen.contains_key(en) {
            let message = format!("missing column `{en}` (or `{zh}`)");
            faults.push(fault(message, format!("缺少“{zh}”（`{en}`）一栏")));
        }
    }
    if faults.is_empty() { Ok(columns) } else { Err(faults) }
}

/// One row while it is read.
struct Reading<'a> {
    file: &'a Path,
    row: &'a Row<'a>,
    columns: &'a [Column],
    faults: &'a mut Vec<Fault>,
}

impl Reading<'_> {
    /// The row as a step is written, and the case it belongs to; none where it cannot be told what is asked.
    fn row(&mut self) -> Option<(Option<String>, Node)> {
        let mut case = None;
        let mut request = None;
        let mut expect = None;
        let mut codes = None;
        let mut facts = Vec::new();
        let mut entries = Vec::new();
        let mut fields = Vec::new();
        let before = self.faults.len();
        for (place, column) in self.columns.iter().enumerate() {
            let Some(text) = self.row.field(place) else { continue };
            let at = u32::try_from(place).unwrap_or(u32::MAX).saturating_add(1);
            match column {
                Column::Unknown => {}
                Column::Fact(name) => facts.push((self.key(name, at), self.one(text, at))),
                Column::Known(known) => match known.holds {
                    Holds::Note => {}
                    Holds::Case => case = Some(text.to_owned()),
                    Holds::Request => request = Some((text, at)),
                    Holds::Expect => expect = Some((text, at)),
                    Holds::Codes => codes = Some(self.many(text, at)),
                    Holds::One | Holds::Day | Holds::Many => {
                        let node = if known.holds == Holds::Many {
                            self.many(text, at)
                        } else if known.holds == Holds::Day {
                            self.scalar(&day(text), at)
                        } else {
                            self.one(text, at)
                        };
                        let side = if known.beside { &mut entries } else { &mut fields };
                        side.push((self.key(known.en, at), node));
                    }
                },
            }
        }
        self.facts(&mut entries, facts);
        entries.extend(self.expect(expect, codes));
        if let Some((text, at)) = request {
            entries.push(self.request(text, at, fields)?);
        } else {
            let zh = "“事项”一栏是空的";
            self.faults.push(self.fault("`request` is empty".to_owned(), zh.to_owned()));
        }
        let node = Node { line: self.row.line, column: 0, value: Value::Map(entries) };
        (self.faults.len() == before).then_some((case, node))
    }

    /// Facts of columns of their own, beside those of the one column for all.
    fn facts(&mut self, entries: &mut Vec<(Key, Node)>, facts: Vec<(Key, Node)>) {
        if facts.is_empty() {
            return;
        }
        match entries.iter_mut().find(|(key, _)| key.text == "facts") {
            Some((_, Node { value: Value::Map(all), .. })) => {
                for (key, node) in facts {
                    if all.iter().any(|(one, _)| one.text == key.text) {
                        let name = shortened(&key.text);
                        let (message, zh) =
                            (format!("the fact `{name}` stands twice"), format!("附件 `{name}` 写了两次"));
                        let (file, line) = (self.file, self.row.line);
                        self.faults.push(Fault::at(file, line, 0, message).in_chinese(zh));
                    } else {
                        all.push((key, node));
                    }
                }
            }
            // What is no map is told where the step is read.
            Some(_) => {}
            None => {
                let node = Node { line: self.row.line, column: 0, value: Value::Map(facts) };
                entries.push((self.key("facts", 0), node));
            }
        }
    }

    /// The request's name with its fields; or, in braces, all of it as a test in YAML writes it.
    fn request(&mut self, text: &str, at: u32, fields: Vec<(Key, Node)>) -> Option<(Key, Node)> {
        if text.starts_with('{') {
            let node = self.one(text, at);
            let (Value::Map(mut entries), []) = (node.value, fields.as_slice()) else {
                let message = "a request in braces has all its fields in them".to_owned();
                self.faults.push(self.fault(message, "花括号里写的事项，各栏不再另填".to_owned()));
                return None;
            };
            let verb = entries.pop().filter(|_| entries.is_empty());
            if verb.is_none() {
                let message = "in braces stands one request".to_owned();
                self.faults.push(self.fault(message, "花括号里只写一个事项".to_owned()));
            }
            return verb;
        }
        let names = || Verb::NAMES.iter().copied().filter(|name| *name != "owe");
        let found = names().find(|name| *name == text || Verb::chinese(name) == Some(text));
        let Some(name) = found else {
            let near = nearest(text, names().filter_map(Verb::chinese).chain(names()));
            let (short, known) = (shortened(text), names().filter_map(Verb::chinese).collect::<Vec<_>>());
            let (hint, zh) = match near {
                Some(near) => (format!("; did you mean `{near}`?"), format!("；是否为 `{near}`？")),
                None => (
                    format!("; known are {}", names().collect::<Vec<_>>().join(", ")),
                    format!("；可用的有 {}", known.join("、")),
                ),
            };
            self.faults.push(
                self.fault(format!("unknown request `{short}`{hint}"), format!("没有这个事项 `{short}`{zh}")),
            );
            return None;
        };
        let node = Node { line: self.row.line, column: 0, value: Value::Map(fields) };
        Some((self.key(name, at), node))
    }

    /// The expectation as a test in YAML writes it.
    fn expect(&mut self, expect: Option<(&str, u32)>, codes: Option<Node>) -> Option<(Key, Node)> {
        let Some((text, at)) = expect else {
            if codes.is_some() {
                let message = "`codes` are given, but no `expect`".to_owned();
                self.faults.push(self.fault(message, "填了“代码”，没有填“预期”".to_owned()));
            }
            return None;
        };
        let known = [Outcome::Granted, Outcome::Denied, Outcome::Refused];
        let Some(outcome) = known.into_iter().find(|one| text == one.as_str() || text == one.word(Lang::Zh))
        else {
            let short = shortened(text);
            self.faults.push(self.fault(
                format!("unknown outcome `{short}`; known are `granted`, `denied`, `refused`"),
                format!("不认识的预期 `{short}`；可以写 准予、不予、驳回"),
            ));
            return None;
        };
        let node = match codes {
            Some(_) if outcome == Outcome::Granted => {
                let message = "`granted` has no codes".to_owned();
                self.faults.push(self.fault(message, "“准予”没有代码".to_owned()));
                return None;
            }
            Some(codes) => {
                let (line, value) =
                    (self.row.line, Value::Map(vec![(self.key(outcome.as_str(), at), codes)]));
                Node { line, column: at, value }
            }
            None => self.scalar(outcome.as_str(), at),
        };
        Some((self.key("expect", at), node))
    }

    /// A cell with one value; in braces or brackets, as a test in YAML writes it.
    fn one(&mut self, text: &str, at: u32) -> Node {
        if !text.starts_with(['{', '[']) {
            return self.scalar(text, at);
        }
        match Document::parse(self.file, text) {
            Ok(document) => self.placed(document.root, at),
            Err(found) => {
                // The places in a cell are none of the file.
                for fault in found {
                    self.faults.push(self.fault(fault.message, fault.zh));
                }
                self.scalar(text, at)
            }
        }
    }

    /// A value of a cell, and all in it, at the cell's place.
    fn placed(&self, node: Node, at: u32) -> Node {
        let value = match node.value {
            Value::List(items) => Value::List(items.into_iter().map(|item| self.placed(item, at)).collect()),
            Value::Map(entries) => Value::Map(
                entries
                    .into_iter()
                    .map(|(key, node)| (self.key(&key.text, at), self.placed(node, at)))
                    .collect(),
            ),
            scalar @ Value::Scalar { .. } => scalar,
        };
        Node { line: self.row.line, column: at, value }
    }

    /// A cell with several values, separated by `;` or the Chinese signs for it.
    fn many(&self, text: &str, at: u32) -> Node {
        let parts = text.split([';', '；', '、']).map(str::trim).filter(|part| !part.is_empty());
        let items = parts.map(|part| self.scalar(part, at)).collect();
        Node { line: self.row.line, column: at, value: Value::List(items) }
    }

    fn scalar(&self, text: &str, at: u32) -> Node {
        let value = Value::Scalar { text: text.to_owned(), plain: true };
        Node { line: self.row.line, column: at, value }
    }

    fn key(&self, text: &str, at: u32) -> Key {
        Key { text: text.to_owned(), line: self.row.line, column: at }
    }

    fn fault(&self, message: String, zh: String) -> Fault {
        Fault::at(self.file, self.row.line, 0, message).in_chinese(zh)
    }
}

/// A day as files write it, where a spreadsheet wrote `2026/7/1`, or a person `2026年7月1日`.
fn day(text: &str) -> String {
    let parts: Vec<Option<u16>> = text
        .trim_end_matches('日')
        .split(['/', '-', '.', '年', '月'])
        .map(|part| part.parse().ok())
        .collect();
    match parts.as_slice() {
        [Some(year @ 1000..), Some(month), Some(day)] => format!("{year:04}-{month:02}-{day:02}"),
        _ => text.to_owned(),
    }
}
