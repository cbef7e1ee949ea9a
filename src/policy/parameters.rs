//! Parameters: the numbers and words of the rules, each with its range and its values by date.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "a value that is not of the form named here is none of it"
)]

mod held;

use std::collections::BTreeMap;
use std::sync::Arc;

use rust_decimal::Decimal;

pub(crate) use held::Moment;
use held::{Held, holding};

use super::declared::{entries, text};
use super::listed::ParameterAbout;
use super::value::Value;
use super::vocabulary::{Item, Type};
use crate::decision::ParameterRead;
use crate::document::{Document, Fields, Node, nearest};
use crate::error::{Fault, Message, Phrase, same, table};
use crate::model::Date;

/// All parameters, with the local folders' overrides.
#[derive(Debug, Clone, Default)]
pub(crate) struct Parameters {
    /// By name.
    all: BTreeMap<String, usize>,
    /// In the order of the file, which is the order of their places.
    list: Vec<Parameter>,
    /// All values by date, once everything is read.
    held: Held,
}

/// One parameter.
#[derive(Debug, Clone)]
pub(crate) struct Parameter {
    /// Titles, unit and basis.
    titles: ParameterAbout,
    pub(crate) ty: Type,
    pub(crate) form: Form,
    pub(crate) tighter: Tighter,
    least: Option<Decimal>,
    most: Option<Decimal>,
    allowed: Vec<Value<'static>>,
    values: Timeline,
    /// By the place of the folder.
    overrides: BTreeMap<usize, Timeline>,
}

/// Values from their dates on, in date order.
type Timeline = Vec<Stage>;
/// The same as texts.
type Texts = Vec<(Date, String)>;

/// A value from its date on, with what a decision keeps of having read it.
#[derive(Debug, Clone)]
struct Stage {
    from: Date,
    value: Value<'static>,
    read: Arc<ParameterRead>,
}

/// What a parameter holds, as the file says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Number,
    Decimal,
    Text,
    YesNo,
    Date,
    List,
}

/// Which way a local folder may move a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tighter {
    Up,
    Down,
    None,
}

/// The value that holds, since when, and the folder that set it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Holding<'a> {
    pub(crate) value: &'a Value<'static>,
    /// What a decision that reads it keeps: the same for all of them.
    pub(crate) read: &'a Arc<ParameterRead>,
}

impl Form {
    const ALL: [(Self, &'static str); 6] = [
        (Self::Number, "number"),
        (Self::Decimal, "decimal"),
        (Self::Text, "text"),
        (Self::YesNo, "yes-no"),
        (Self::Date, "date"),
        (Self::List, "list"),
    ];

    fn named(self) -> &'static str {
        Self::ALL.iter().find(|(form, _)| *form == self).map_or("", |(_, name)| name)
    }
}

impl Parameters {
    /// Reads the root folder's file; what is wrong with it goes to `faults`.
    pub(crate) fn read(document: &Document, faults: &mut Vec<Fault>) -> Self {
        let mut parameters = Self::default();
        if document.root.is_null() {
            return parameters;
        }
        for (name, mut fields) in entries(document, &document.root, faults) {
            let parameter = Parameter::read(document, &name, &mut fields, faults);
            faults.extend(fields.finish());
            if let Some(parameter) = parameter {
                parameters.all.entry(name).or_insert(parameters.list.len());
                parameters.list.push(parameter);
            }
        }
        parameters
    }

    /// Reads a local folder's file, which may only tighten.
    pub(crate) fn read_local(&mut self, folder: (usize, &str), document: &Document, faults: &mut Vec<Fault>) {
        if document.root.is_null() {
            return;
        }
        for (name, mut fields) in entries(document, &document.root, faults) {
            let key = document.root.entries().iter().find(|(key, _)| key.text == name).map(|(key, _)| key);
            let mut say = |message| faults.extend(key.map(|key| document.coded_at_key(key, message)));
            let place = self.all.get(&name).copied();
            let Some(parameter) = place.and_then(|place| self.list.get(place)) else {
                let hint = Phrase::hint(nearest(&name, self.all.keys().map(String::as_str)));
                say(table::LOCAL_UNKNOWN.say([same(&name), hint]));
                continue;
            };
            if parameter.tighter == Tighter::None {
                say(table::LOCAL_NONE.say([same(&name)]));
                continue;
            }
            let Some(node) = fields.take("values") else {
                say(table::YAML_MISSING.say([same("values")]));
                continue;
            };
            let values = parameter.timeline(document, node, (&name, folder.1), faults);
            for Stage { from: date, .. } in &values {
                if parameter.loosens(&values, *date) {
                    let up = parameter.tighter == Tighter::Up;
                    let (zh, en) = if up { ("提高", "raise") } else { ("降低", "lower") };
                    let parts = [same(&name), same(zh), same(en), same(date)];
                    faults.push(document.coded(node, table::LOOSENS.say(parts)));
                }
            }
            faults.extend(fields.finish());
            if let Some(parameter) = place.and_then(|place| self.list.get_mut(place)) {
                parameter.overrides.insert(folder.0, values);
            }
        }
    }

    /// Every parameter with its values as texts, and those of local folders by their place.
    pub(crate) fn listed(
        &self,
    ) -> impl Iterator<Item = (&str, ParameterAbout, Texts, BTreeMap<usize, Texts>)> {
        let texts =
            |values: &Timeline| values.iter().map(|stage| (stage.from, stage.value.to_string())).collect();
        self.named().map(move |(name, parameter)| {
            let local = parameter.overrides.iter().map(|(place, values)| (*place, texts(values))).collect();
            (name, parameter.about(), texts(&parameter.values), local)
        })
    }

    /// Every parameter by its name.
    fn named(&self) -> impl Iterator<Item = (&str, &Parameter)> {
        self.all.iter().filter_map(|(name, place)| Some((name.as_str(), self.list.get(*place)?)))
    }

    /// The places and types of all parameters, by name.
    pub(crate) fn types(&self) -> BTreeMap<String, (usize, Type)> {
        let known =
            |(name, place): (&String, &usize)| Some((name.clone(), (*place, self.list.get(*place)?.ty)));
        self.all.iter().filter_map(known).collect()
    }

    /// The place of a parameter, by its name.
    pub(crate) fn place(&self, name: &str) -> Option<usize> {
        self.all.get(name).copied()
    }
}

impl Tighter {
    /// Whether `one` is strictly tighter than `two`.
    fn prefers(self, one: &Value, two: &Value) -> bool {
        let order = one.order(two);
        match self {
            Self::Up => order.is_some_and(std::cmp::Ordering::is_gt),
            Self::Down => order.is_some_and(std::cmp::Ordering::is_lt),
            Self::None => false,
        }
    }
}

impl Parameter {
    fn read(
        document: &Document,
        name: &str,
        fields: &mut Fields<'_>,
        faults: &mut Vec<Fault>,
    ) -> Option<Self> {
        let (zh, en) = (text(document, fields, "zh", faults), text(document, fields, "en", faults));
        let mut written =
            |name| fields.take(name).and_then(|node| node.text()).unwrap_or_default().to_owned();
        let (unit, basis) = (written("unit"), written("basis"));
        let titles = ParameterAbout { zh, en, unit, basis, ..ParameterAbout::default() };
        let form = match fields.required("type") {
            Ok(node) => {
                let found = Form::ALL.iter().find(|(_, word)| node.text() == Some(word));
                let Some((form, _)) = found else {
                    let known = Form::ALL.map(|(_, word)| word).join(", ");
                    faults.push(
                        document.coded(node, table::PARAMETER_TYPE.say([same(known), node.found_in_both()])),
                    );
                    // Without its type nothing can be said of the rest.
                    fields.rest();
                    return None;
                };
                *form
            }
            Err(fault) => {
                faults.push(fault);
                return None;
            }
        };
        let tighter = match fields.optional("tighter") {
            None => Tighter::None,
            Some(node) => match node.text() {
                Some("up") => Tighter::Up,
                Some("down") => Tighter::Down,
                Some("none") => Tighter::None,
                _ => {
                    let message = table::TIGHTER.say([node.found_in_both()]);
                    faults.push(document.coded(node, message));
                    Tighter::None
                }
            },
        };
        let mut parameter = Self {
            titles,
            ty: Type::Unknown,
            form,
            tighter,
            least: None,
            most: None,
            allowed: Vec::new(),
            values: Vec::new(),
            overrides: BTreeMap::new(),
        };
        parameter.read_range(document, fields, faults);
        if tighter != Tighter::None && !matches!(form, Form::Number | Form::Decimal | Form::Date) {
            faults.push(at_name(document, name, table::NO_ORDER.say([same(name)])));
        }
        match fields.required("values") {
            Ok(node) => parameter.values = parameter.timeline(document, node, (name, ""), faults),
            Err(fault) => faults.push(fault),
        }
        parameter.ty = parameter.type_of_values(document, name, faults);
        Some(parameter)
    }

    fn about(&self) -> ParameterAbout {
        let end = |end: Option<Decimal>| end.map_or_else(String::new, |end| end.normalize().to_string());
        ParameterAbout {
            form: self.form.named(),
            least: end(self.least),
            most: end(self.most),
            allowed: self.allowed.iter().map(ToString::to_string).collect(),
            tighter: match self.tighter {
                Tighter::Up => "up",
                Tighter::Down => "down",
                Tighter::None => "none",
            },
            ..self.titles.clone()
        }
    }

    fn read_range(&mut self, document: &Document, fields: &mut Fields<'_>, faults: &mut Vec<Fault>) {
        for (name, end) in [("min", &mut self.least), ("max", &mut self.most)] {
            let Some(node) = fields.optional(name) else { continue };
            *end = node.text().and_then(decimal);
            if end.is_none() || !matches!(self.form, Form::Number | Form::Decimal) {
                faults.push(document.coded(node, table::RANGE.say([same(name)])));
            }
        }
        if let Some(node) = fields.optional("allowed") {
            if !node.is_list() {
                faults.push(document.coded(node, table::ALLOWED.say([])));
            }
            let form = if self.form == Form::List { Form::Text } else { self.form };
            for item in node.items() {
                match plain(form, item) {
                    Some(value) => self.allowed.push(value),
                    None => faults.push(document.coded(item, wrong_type(form, item))),
                }
            }
        }
    }

    fn type_of_values(&self, document: &Document, name: &str, faults: &mut Vec<Fault>) -> Type {
        match self.form {
            Form::Number => Type::NUMBER,
            Form::Decimal => Type::DECIMAL,
            Form::Text => Type::TEXT,
            Form::YesNo => Type::YES_NO,
            Form::Date => Type::DATE,
            Form::List => {
                let mut items = self.values.iter().filter_map(|stage| match &stage.value {
                    Value::List(items) => items.first().map(item_of),
                    _ => None,
                });
                let first = items.next().unwrap_or(Item::Text);
                if items.any(|item| item != first) {
                    faults.push(at_name(document, name, table::LISTS_DIFFER.say([same(name)])));
                }
                Type::List(first)
            }
        }
    }

    /// Values by date, checked against type and range; `named` is the parameter's name and the folder.
    fn timeline(
        &self,
        document: &Document,
        node: &Node,
        named: (&str, &str),
        faults: &mut Vec<Fault>,
    ) -> Timeline {
        if !node.is_map() || node.entries().is_empty() {
            faults.push(document.coded(node, table::BY_DATE.say([node.found_in_both()])));
            return Vec::new();
        }
        let mut values: Timeline = Vec::new();
        for (key, node) in node.entries() {
            let Some(date) = crate::document::date(&key.text) else {
                faults.push(document.coded_at_key(
                    key,
                    table::VALUE_DATE.say([same(&key.text), same("不是日期"), same("is no date")]),
                ));
                continue;
            };
            if values.last().is_some_and(|before| before.from >= date) {
                faults.push(document.coded_at_key(
                    key,
                    table::VALUE_DATE.say([
                        same(&key.text),
                        same("不晚于前一个日期"),
                        same("is out of order: the dates of the values must ascend"),
                    ]),
                ));
            }
            let Some(value) = self.value_of(node) else {
                faults.push(document.coded(node, wrong_type(self.form, node)));
                continue;
            };
            if let Some((zh, en)) = self.out_of_range(&value) {
                faults.push(document.coded(node, table::OUT_OF_RANGE.say([same(zh), same(en)])));
            }
            let read = ParameterRead {
                name: named.0.to_owned(),
                value: value.to_string(),
                from: date,
                folder: named.1.to_owned(),
            };
            values.push(Stage { from: date, value, read: Arc::new(read) });
        }
        values
    }

    fn value_of(&self, node: &Node) -> Option<Value<'static>> {
        if self.form != Form::List {
            return plain(self.form, node);
        }
        if !node.is_list() {
            return None;
        }
        for form in [Form::Number, Form::Decimal, Form::Date, Form::Text] {
            let items: Option<Vec<Value<'static>>> =
                node.items().iter().map(|item| plain(form, item)).collect();
            if let Some(items) = items {
                return Some(Value::list(items));
            }
        }
        None
    }

    fn out_of_range(&self, value: &Value) -> Option<(String, String)> {
        if let Some(number) = value.as_decimal() {
            if let Some(least) = self.least.filter(|least| number < *least) {
                return Some((
                    format!("{number} 小于允许的最小值 {least}"),
                    format!("{number} is below the least allowed, {least}"),
                ));
            }
            if let Some(most) = self.most.filter(|most| number > *most) {
                return Some((
                    format!("{number} 大于允许的最大值 {most}"),
                    format!("{number} is above the most allowed, {most}"),
                ));
            }
        }
        let one = std::slice::from_ref(value);
        let items = if let Value::List(items) = value { items } else { one };
        let odd = items.iter().find(|item| !self.allowed.is_empty() && !self.allowed.contains(item))?;
        let allowed: Vec<String> = self.allowed.iter().map(ToString::to_string).collect();
        let allowed = allowed.join(", ");
        Some((
            format!("`{odd}` 不在允许之列：{allowed}"),
            format!("`{odd}` is not allowed; allowed are {allowed}"),
        ))
    }

    /// Whether an override is looser than the root's value on a day from `date` until its next value.
    fn loosens(&self, values: &Timeline, date: Date) -> bool {
        let next = values.iter().map(|stage| stage.from).find(|from| *from > date);
        let own = holding(values, date);
        let root_days = self.values.iter().map(|stage| stage.from).filter(|from| *from > date);
        std::iter::once(date)
            .chain(root_days.filter(|from| next.is_none_or(|next| *from < next)))
            .filter_map(|day| holding(&self.values, day))
            .any(|root| own.as_ref().is_some_and(|own| self.tighter.prefers(root.value, own.value)))
    }
}

fn plain(form: Form, node: &Node) -> Option<Value<'static>> {
    let text = node.text()?;
    match form {
        Form::Number => node.whole().map(Value::Number),
        Form::Decimal => decimal(text).map(Value::Decimal),
        Form::Date => crate::document::date(text).map(Value::Date),
        Form::YesNo => match text {
            "true" => Some(Value::YesNo(true)),
            "false" => Some(Value::YesNo(false)),
            _ => None,
        },
        Form::Text | Form::List => Some(Value::own_text(text)),
    }
}

fn decimal(text: &str) -> Option<Decimal> {
    Decimal::from_str_exact(text).ok()
}

fn item_of(value: &Value) -> Item {
    match value {
        Value::Number(_) => Item::Number,
        Value::Decimal(_) => Item::Decimal,
        Value::Date(_) => Item::Date,
        _ => Item::Text,
    }
}

fn wrong_type(form: Form, node: &Node) -> Message {
    table::VALUE_TYPE.say([same(form.named()), node.found_in_both()])
}

/// A fault at the parameter of this name.
fn at_name(document: &Document, name: &str, message: Message) -> Fault {
    match document.root.entries().iter().find(|(key, _)| key.text == name) {
        Some((key, _)) => document.coded_at_key(key, message),
        None => document.coded(&document.root, message),
    }
}
