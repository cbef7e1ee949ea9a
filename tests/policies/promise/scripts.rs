//! Random scripts out of the whole vocabulary, in both languages: mostly well typed and guarded, now and then not.

#![expect(
    clippy::wildcard_enum_match_arm,
    clippy::format_collect,
    clippy::match_same_arms,
    reason = "a grammar is read alternative by alternative, and its scripts are short"
)]

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::model::dice::Dice;

/// The vocabulary, written by the library's own test of it.
const WORDS: &str = include_str!("words.tsv");

pub(super) const REASONS: &str = "
no: {zh: '不行{a}', en: 'no {a}'}
remark: {zh: 提示, en: a remark}
";
pub(super) const PARAMETERS: &str = "
limit: {zh: 上限, en: limit, type: number, min: 0, max: 9, tighter: down, values: {2000-01-01: 3, 2024-03-01: 0}}
share: {zh: 比例, en: share, type: decimal, values: {2000-01-01: 0.2}}
word: {zh: 词, en: word, type: text, values: {2000-01-01: institution, 2024-02-01: nowhere}}
open: {zh: 是否, en: open, type: yes-no, values: {2000-01-01: false, 2024-02-01: true}}
day: {zh: 日, en: day, type: date, values: {2000-01-01: 2024-02-29}}
kinds: {zh: 类别, en: kinds, type: list, values: {2000-01-01: [administrative, support, none]}}
steps: {zh: 步, en: steps, type: list, values: {2000-01-01: [1, 40, -3]}}
";
pub(super) const FACTS: &str = "
facts:
  pupils: {zh: 学生数, en: pupils, type: number}
  share: {zh: 比例, en: share, type: decimal}
  note: {zh: 备注, en: note, type: text}
  ok: {zh: 同意, en: ok, type: yes-no}
  day: {zh: 日, en: day, type: date}
purposes:
  teaching: {zh: 教学, en: teaching}
tags:
  school: {zh: 学校, en: school}
  hospital: {zh: 医院, en: hospital}
";
const FACT_TYPES: [(&str, T); 5] =
    [("pupils", T::Number), ("share", T::Decimal), ("note", T::Text), ("ok", T::YesNo), ("day", T::Date)];
const PLAIN: [T; 5] = [T::Number, T::Decimal, T::Text, T::YesNo, T::Date];

/// What an expression is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum T {
    Number,
    Decimal,
    Text,
    YesNo,
    Date,
    View(&'static str, bool),
    List(Box<T>),
    /// A fact's value, whose type its name says.
    Fact,
}

impl T {
    fn read(text: &'static str) -> Self {
        if let Some(item) = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            return Self::List(Box::new(Self::read(item)));
        }
        match text {
            "number" => Self::Number,
            "decimal" => Self::Decimal,
            "text" => Self::Text,
            "yes/no" => Self::YesNo,
            "date" => Self::Date,
            "unknown" => Self::Fact,
            view => view.strip_suffix('*').map_or(Self::View(view, false), |view| Self::View(view, true)),
        }
    }

    /// Whether this may stand where `wanted` is asked for.
    fn serves(&self, wanted: &Self) -> bool {
        match (self, wanted) {
            (Self::View("pool", _), Self::View("node", _)) => true,
            (Self::View(one, bound), Self::View(two, wanted)) => one == two && (*bound || !wanted),
            (one, two) => one == two,
        }
    }
}

struct Word {
    names: [&'static str; 2],
    args: Vec<T>,
    free: T,
    bound: T,
    needs_kind: bool,
    guard: Option<(&'static str, bool)>,
}

/// A hook that a script may have.
pub(in crate::policies) struct Hook {
    pub(in crate::policies) name: &'static str,
    situation: &'static str,
    given: T,
}

/// The vocabulary as a table.
pub(in crate::policies) struct Table {
    words: BTreeMap<&'static str, Vec<Word>>,
    functions: BTreeMap<&'static str, &'static str>,
    pub(in crate::policies) hooks: Vec<Hook>,
}

impl Table {
    pub(in crate::policies) fn read() -> Self {
        let mut table = Self { words: BTreeMap::new(), functions: BTreeMap::new(), hooks: Vec::new() };
        for line in WORDS.lines() {
            let parts: Vec<&'static str> = line.split('\t').collect();
            match parts.as_slice() {
                ["word", sort, en, zh, args, free, bound, kind, guard] => {
                    let guard =
                        (!guard.is_empty()).then(|| (guard.trim_start_matches('!'), !guard.starts_with('!')));
                    table.words.entry(sort).or_default().push(Word {
                        names: [en, zh],
                        args: args.split(',').filter(|arg| !arg.is_empty()).map(T::read).collect(),
                        free: T::read(free),
                        bound: T::read(bound),
                        needs_kind: *kind == "k",
                        guard,
                    });
                }
                ["function", en, zh, _] => drop(table.functions.insert(en, zh)),
                ["hook", name, situation, given] => {
                    table.hooks.push(Hook { name, situation, given: T::read(given) });
                }
                _ => panic!("{line}"),
            }
        }
        table
    }
}

/// A script with this hook, and the helpers that it calls.
pub(in crate::policies) fn script(table: &Table, hook: &Hook, dice: &mut Dice<'_>) -> String {
    let mut writer = Writer {
        table,
        dice,
        situation: "helper",
        locals: Vec::new(),
        needs: Vec::new(),
        helpers: Vec::new(),
        fresh: 0,
        loops: 0,
        stuck: false,
    };
    let mut text = String::new();
    for number in 0..writer.dice.roll(3) {
        text.push_str(&writer.helper(number));
    }
    writer.situation = hook.situation;
    writer.locals = vec![("它".to_owned(), hook.given.clone())];
    let mut body = String::new();
    for _ in 0..=writer.dice.roll(4) {
        body.push_str(&writer.statement(0));
    }
    if hook.situation == "capacity" {
        body.push_str(&writer.result(&T::Number));
    }
    writeln!(text, "fn {}(它) {{\n{body}}}", hook.name).unwrap();
    text
}

struct Writer<'a, 'b> {
    table: &'a Table,
    dice: &'a mut Dice<'b>,
    situation: &'static str,
    locals: Vec<(String, T)>,
    /// What must be known true where the expression at hand stands, in order.
    needs: Vec<String>,
    helpers: Vec<(String, Vec<T>, T)>,
    fresh: usize,
    loops: usize,
    /// A view was asked for that cannot be reached from here.
    stuck: bool,
}

impl Writer<'_, '_> {
    // Statements.

    /// A function of plain things and views that gives a plain thing.
    fn helper(&mut self, number: usize) -> String {
        let name = format!("助手{number}");
        let sorts = ["node", "loan", "pool", "person", "permit"];
        let mut args = Vec::new();
        for place in 0..=self.dice.roll(2) {
            let ty = if self.dice.once_in(2) {
                PLAIN[self.dice.roll(PLAIN.len())].clone()
            } else {
                let sort = sorts[self.dice.roll(sorts.len())];
                T::View(sort, sort != "node" || self.dice.once_in(2))
            };
            args.push((format!("a{place}"), ty));
        }
        self.locals.clone_from(&args);
        let mut body = String::new();
        if self.dice.once_in(2) {
            body.push_str(&self.statement(1));
        }
        let gives = PLAIN[self.dice.roll(PLAIN.len())].clone();
        body.push_str(&self.result(&gives));
        let names: Vec<&str> = args.iter().map(|(name, _)| name.as_str()).collect();
        let text = format!("fn {name}({}) {{\n{body}}}\n", names.join(", "));
        self.helpers.push((name, args.into_iter().map(|(_, ty)| ty).collect(), gives));
        text
    }

    /// The value at a function's end, and another where what it needs is not there.
    fn result(&mut self, ty: &T) -> String {
        let (value, needs) = self.needing(|writer| writer.value(ty, 2));
        if std::mem::take(&mut self.stuck) {
            return format!("    {}\n", literal(ty));
        }
        match needs.as_slice() {
            [] => format!("    {value}\n"),
            needs => format!("    if {} {{ return {value}; }}\n    {}\n", needs.join(" && "), literal(ty)),
        }
    }

    /// Writes something, and tells what it needs to be known.
    fn needing<R>(&mut self, write: impl FnOnce(&mut Self) -> R) -> (R, Vec<String>) {
        let outer = std::mem::take(&mut self.needs);
        let text = write(self);
        let mut needs = std::mem::replace(&mut self.needs, outer);
        // An author forgets: then the check must say so.
        if !needs.is_empty() && self.dice.once_in(5) {
            let at = self.dice.roll(needs.len());
            needs.remove(at);
        }
        (text, needs)
    }

    /// A statement; none where what it would read is nowhere to be had.
    fn statement(&mut self, depth: usize) -> String {
        let outer = std::mem::take(&mut self.stuck);
        let known = self.locals.len();
        let text = self.any_statement(depth);
        let stuck = std::mem::replace(&mut self.stuck, outer);
        if stuck {
            self.locals.truncate(known);
        }
        if stuck { String::new() } else { text }
    }

    fn any_statement(&mut self, depth: usize) -> String {
        if self.dice.once_in(4) && depth < 2 {
            return self.loop_over(depth);
        }
        if self.dice.once_in(4) {
            return self.variable();
        }
        let (text, needs) = self.needing(|writer| writer.act(depth));
        let pad = "    ";
        match (needs.as_slice(), self.dice.roll(4)) {
            ([], _) => format!("{pad}{text}\n"),
            (needs, 0) if self.loops == 0 && self.situation != "capacity" && self.situation != "helper" => {
                let not: Vec<String> = needs.iter().map(|need| negated(need)).collect();
                format!("{pad}if {} {{ return; }}\n{pad}{text}\n", not.join(" || "))
            }
            (needs, 1) => {
                let opened: String = needs.iter().map(|need| format!("if {need} {{ ")).collect();
                format!("{pad}{opened}{text}{}\n", " }".repeat(needs.len()))
            }
            (needs, _) => format!("{pad}if {} {{ {text} }}\n", needs.join(" && ")),
        }
    }

    /// A variable, made or set again.
    fn variable(&mut self) -> String {
        let plain: Vec<(String, T)> = self
            .locals
            .iter()
            .filter(|(name, ty)| name.starts_with('v') && !matches!(ty, T::View(..) | T::List(_)))
            .cloned()
            .collect();
        if let Some((name, ty)) = self.dice.clone().pick(&plain).cloned()
            && self.dice.once_in(2)
        {
            let (value, needs) = self.needing(|writer| writer.value(&ty, 2));
            let sign = match ty {
                T::Number => ["=", "+=", "-=", "*=", "="][self.dice.roll(5)],
                T::Text => ["=", "+="][self.dice.roll(2)],
                _ => "=",
            };
            let set = format!("{name} {sign} {value};");
            return if needs.is_empty() {
                format!("    {set}\n")
            } else {
                format!("    if {} {{ {set} }}\n", needs.join(" && "))
            };
        }
        let ty = match self.dice.roll(8) {
            0 => T::View("node", self.dice.once_in(2)),
            1 => T::View("loan", true),
            2 => T::List(Box::new(T::View("loan", true))),
            3 => T::List(Box::new(T::Text)),
            other => PLAIN[other % PLAIN.len()].clone(),
        };
        let (value, needs) = self.needing(|writer| writer.value(&ty, 2));
        let name = self.fresh("v");
        let made = if needs.is_empty() {
            format!("let {name} = {value};")
        } else if matches!(ty, T::View(..) | T::List(_)) {
            if self.loops > 0 || matches!(self.situation, "capacity" | "helper") {
                return String::new();
            }
            let not: Vec<String> = needs.iter().map(|need| negated(need)).collect();
            format!("if {} {{ return; }} let {name} = {value};", not.join(" || "))
        } else {
            format!("let {name} = if {} {{ {value} }} else {{ {} }};", needs.join(" && "), literal(&ty))
        };
        self.locals.push((name, ty));
        format!("    {made}\n")
    }

    fn loop_over(&mut self, depth: usize) -> String {
        let name = self.fresh("x");
        let items = [
            T::View("loan", true),
            T::View("permit", true),
            T::View("person", true),
            T::View("pool", true),
            T::View("node", false),
            T::Text,
            T::Number,
        ];
        let item = items[self.dice.roll(items.len())].clone();
        let of = item.clone();
        let (list, needs) = self.needing(|writer| {
            if of == T::Number && writer.dice.once_in(2) {
                let dots = if writer.dice.once_in(2) { ".." } else { "..=" };
                return format!("{}{dots}{}", writer.dice.roll(3), writer.value(&T::Number, 0));
            }
            writer.value(&T::List(Box::new(of)), 2)
        });
        let known = self.locals.len();
        self.locals.push((name.clone(), item));
        self.loops += 1;
        let mut body = String::new();
        for _ in 0..=self.dice.roll(2) {
            body.push_str(&self.statement(depth + 1));
        }
        if self.dice.once_in(4) {
            let (condition, needs) = self.needing(|writer| writer.value(&T::YesNo, 1));
            let all: Vec<String> = needs.into_iter().chain([format!("({condition})")]).collect();
            let leave = if self.dice.once_in(2) { "break" } else { "continue" };
            writeln!(body, "    if {} {{ {leave}; }}", all.join(" && ")).unwrap();
        }
        self.loops -= 1;
        self.locals.truncate(known);
        let looped = format!("for {name} in {list} {{\n{body}    }}");
        if needs.is_empty() {
            format!("    {looped}\n")
        } else {
            format!("    if {} {{ {looped} }}\n", needs.join(" && "))
        }
    }

    /// Something that a hook of this situation may do.
    fn act(&mut self, depth: usize) -> String {
        if self.dice.once_in(3) && depth < 2 {
            let condition = self.value(&T::YesNo, 2);
            let known = self.locals.len();
            let (then, needs) = self.needing(|writer| writer.act(depth + 1));
            let then =
                if needs.is_empty() { then } else { format!("if {} {{ {then} }}", needs.join(" && ")) };
            self.locals.truncate(known);
            return format!("if {condition} {{ {then} }}{}", self.otherwise(depth));
        }
        match (self.situation, self.dice.roll(4)) {
            ("before" | "audit", 0 | 1) => self.say("require", true),
            ("before", 2) => self.say("deny", false),
            ("before" | "witness", _) => self.say("note", false),
            ("audit", _) => self.say("finding", false),
            ("after" | "date", 0) => self.say("note", false),
            ("after" | "date", 1) => self.say("finding", false),
            ("after" | "date", _) => self.proposal(),
            _ => {
                let name = self.fresh("w");
                format!("if {} {{ let {name} = {}; }}", self.value(&T::YesNo, 1), self.value(&T::Number, 1))
            }
        }
    }

    /// What is done else; nothing, something, or something under a further condition.
    fn otherwise(&mut self, depth: usize) -> String {
        let branch = self.dice.roll(4);
        if branch < 2 {
            return String::new();
        }
        let further = if branch == 3 { format!("if {} ", self.value(&T::YesNo, 1)) } else { String::new() };
        let known = self.locals.len();
        let (other, needs) = self.needing(|writer| writer.act(depth + 1));
        self.locals.truncate(known);
        let other = if needs.is_empty() { other } else { format!("if {} {{ {other} }}", needs.join(" && ")) };
        format!(" else {further}{{ {other} }}")
    }

    fn say(&mut self, how: &'static str, asks: bool) -> String {
        let name = self.function(how);
        let condition = if asks { format!("{}, ", self.value(&T::YesNo, 3)) } else { String::new() };
        let code = if self.dice.once_in(2) { "no" } else { "remark" };
        let facts = if self.dice.once_in(2) {
            let ty = PLAIN[self.dice.roll(PLAIN.len())].clone();
            let value = self.value(&ty, 1);
            format!(", #{{a: {value}}}")
        } else {
            String::new()
        };
        format!("{name}({condition}\"{code}\"{facts});")
    }

    fn proposal(&mut self) -> String {
        let all =
            ["convert", "give_back", "withdraw", "transfer", "evaluate", "owe", "reschedule", "amend_fact"];
        let en = all[self.dice.roll(all.len())];
        let name = self.function(en);
        let loan = T::View("loan", true);
        let args = match en {
            "convert" => vec![self.value(&T::View("person", true), 2)],
            "withdraw" => vec![self.value(&T::View("permit", true), 2)],
            "transfer" => vec![
                self.value(&T::View("node", false), 2),
                self.value(&T::View("node", false), 2),
                self.value(&T::Text, 1),
                self.value(&T::Number, 1),
            ],
            "evaluate" => {
                let outcomes = ["\"continue\"", "\"resize\"", "\"run-off\"", "\"recall\""];
                let outcome = if self.dice.once_in(12) {
                    self.value(&T::Text, 1)
                } else {
                    outcomes[self.dice.roll(4)].to_owned()
                };
                vec![self.value(&loan, 2), outcome]
            }
            "amend_fact" => {
                let (fact, ty) = FACT_TYPES[self.dice.roll(FACT_TYPES.len())].clone();
                vec![self.value(&T::View("node", false), 2), format!("\"{fact}\""), self.value(&ty, 1)]
            }
            _ => vec![self.value(&loan, 2), self.value(&T::Number, 1)],
        };
        format!("{name}({});", args.join(", "))
    }

    // Expressions.

    fn fresh(&mut self, letter: &str) -> String {
        self.fresh += 1;
        format!("{letter}{}", self.fresh)
    }

    fn function(&mut self, en: &'static str) -> &'static str {
        let zh = self.table.functions[en];
        if self.dice.once_in(2) { zh } else { en }
    }

    /// A value of this type; now and then of another.
    fn value(&mut self, ty: &T, depth: usize) -> String {
        if self.dice.once_in(90) {
            let other = PLAIN[self.dice.roll(PLAIN.len())].clone();
            return self.sure(&other, 0);
        }
        self.sure(ty, depth)
    }

    fn sure(&mut self, ty: &T, depth: usize) -> String {
        let own: Vec<String> =
            self.locals.iter().filter(|(_, known)| known.serves(ty)).map(|(name, _)| name.clone()).collect();
        if !own.is_empty() && self.dice.once_in(3) {
            return own[self.dice.roll(own.len())].clone();
        }
        if depth > 0 && self.dice.once_in(8) {
            let helpers: Vec<_> = self.helpers.iter().filter(|(_, _, gives)| gives == ty).cloned().collect();
            if let Some((name, args, _)) = self.dice.clone().pick(&helpers) {
                let args: Vec<String> = args.iter().map(|arg| self.value(arg, depth - 1)).collect();
                return format!("{name}({})", args.join(", "));
            }
        }
        // Most of what scripts say is read from views.
        if (depth > 0 || matches!(ty, T::View(..) | T::List(_))) && !self.dice.once_in(4) {
            for _ in 0..4 {
                let before = self.needs.len();
                if let Some(read) = self.read(ty, depth) {
                    return read;
                }
                self.needs.truncate(before);
            }
        }
        if depth > 0 && self.dice.once_in(10) && !matches!(ty, T::View(..) | T::List(_)) {
            let condition = self.value(&T::YesNo, 0);
            return format!("if {condition} {{ {} }} else {{ {} }}", literal(ty), self.sure(ty, depth - 1));
        }
        if depth > 0 && self.dice.once_in(24) && !matches!(ty, T::View(..) | T::List(_)) {
            let name = self.fresh("b");
            return format!("{{ let {name} = {}; {name} }}", self.sure(ty, depth - 1));
        }
        match ty {
            T::Number => self.number(depth),
            T::Decimal => self.decimal(depth),
            T::Text => self.text(depth),
            T::YesNo => self.yes_no(depth),
            T::Date => self.date(depth),
            T::List(item) => self.list(item, depth),
            T::View(..) | T::Fact => match own.first() {
                Some(own) => own.clone(),
                None if *ty == T::View("node", true) => {
                    format!("{}().root.of(\"administrative\")", self.function("office"))
                }
                None => {
                    self.stuck |= *ty != T::View("node", false);
                    format!("{}().root", self.function("office"))
                }
            },
        }
    }

    /// Reads from a view in scope, or from one a few words away.
    fn read(&mut self, wanted: &T, depth: usize) -> Option<String> {
        let views: Vec<(String, &'static str, bool)> = self
            .locals
            .iter()
            .filter_map(|(name, ty)| match ty {
                T::View(sort, bound) => Some((name.clone(), *sort, *bound)),
                _ => None,
            })
            .collect();
        let (mut text, mut sort, mut bound) = match self.dice.clone().pick(&views) {
            Some(view) if !self.dice.once_in(5) => view.clone(),
            _ => (format!("{}()", self.function("office")), "office", false),
        };
        for hop in 0..4 {
            let words = self.table.words.get(sort)?;
            let gives = |word: &Word| if bound { word.bound.clone() } else { word.free.clone() };
            let fact = |word: &Word| gives(word) == T::Fact && PLAIN.contains(wanted);
            let fit: Vec<&Word> =
                words.iter().filter(|word| gives(word).serves(wanted) || fact(word)).collect();
            if !fit.is_empty() && (hop == 3 || !self.dice.once_in(3)) {
                let word = fit[self.dice.roll(fit.len())];
                return Some(self.word(&text, bound, word, wanted, depth));
            }
            let steps: Vec<&Word> = words.iter().filter(|word| matches!(gives(word), T::View(..))).collect();
            let word = *self.dice.clone().pick(&steps)?;
            self.dice.roll(2);
            text = self.word(&text, bound, word, wanted, 0);
            let T::View(next, has) = gives(word) else { return None };
            (sort, bound) = (next, has);
        }
        None
    }

    /// A word of a view, with its arguments, its kind and what must be known for it.
    fn word(&mut self, of: &str, bound: bool, word: &Word, wanted: &T, depth: usize) -> String {
        let name = word.names[self.dice.roll(2)];
        let mut of = of.to_owned();
        if word.needs_kind && !bound {
            of = if self.dice.once_in(3) {
                let kind = self.sure(&T::Text, 1);
                self.needs.push(format!("{of}.has_kind({kind})"));
                format!("{of}.of({kind})")
            } else {
                format!("{of}.{}(\"administrative\")", ["of", "类别"][self.dice.roll(2)])
            };
        }
        let mut args = Vec::new();
        for arg in &word.args {
            args.push(match (word.names[0], arg) {
                ("fact" | "has_fact" | "sets_fact", _) => {
                    let fits: Vec<&str> = FACT_TYPES
                        .iter()
                        .filter(|(_, ty)| word.free != T::Fact || ty == wanted)
                        .map(|(name, _)| *name)
                        .collect();
                    format!("\"{}\"", fits[self.dice.roll(fits.len())])
                }
                ("has_tag" | "adds_tag" | "drops_tag" | "group", _) => "\"school\"".to_owned(),
                ("largest", T::Text) => ["\"cap\"", "\"arrivals_3y\""][self.dice.roll(2)].to_owned(),
                ("largest", _) => format!("0.{}", self.dice.roll(10)),
                ("of" | "has_kind", _) if self.dice.once_in(2) => "\"administrative\"".to_owned(),
                (_, T::Text) if depth == 0 => {
                    ["\"a\"", "\"pool-0\"", "\"nowhere\""][self.dice.roll(3)].to_owned()
                }
                (_, T::Number) if depth == 0 => self.dice.roll(5).to_string(),
                (_, ty) => self.sure(ty, depth.saturating_sub(1)),
            });
        }
        let brackets = if word.args.is_empty() { String::new() } else { format!("({})", args.join(", ")) };
        if let Some((guard, wanted)) = word.guard {
            let literal_kind = word.names[0] == "of" && brackets == "(\"administrative\")";
            if !literal_kind {
                self.needs.push(format!("{}{of}.{guard}{brackets}", if wanted { "" } else { "!" }));
            }
        }
        format!("{of}.{name}{brackets}")
    }

    fn number(&mut self, depth: usize) -> String {
        if depth == 0 {
            let some = ["0", "1", "2", "7", "-3", "100", "9223372036854775807"];
            return some[self.dice.roll(some.len())].to_owned();
        }
        let depth = depth - 1;
        match self.dice.roll(9) {
            0 => {
                let name = ["floor", "ceiling", "round_half_up"][self.dice.roll(3)];
                format!("{}({})", self.function(name), self.value(&T::Decimal, depth))
            }
            1 => {
                let name = ["min", "max", "at_least"][self.dice.roll(3)];
                format!(
                    "{}({}, {})",
                    self.function(name),
                    self.value(&T::Number, depth),
                    self.value(&T::Number, depth)
                )
            }
            2 => format!("{}({})", self.function("abs"), self.value(&T::Number, depth)),
            3 => {
                let item = [T::View("loan", true), T::Text, T::Number][self.dice.roll(3)].clone();
                format!("{}({})", self.function("count"), self.value(&T::List(Box::new(item)), depth))
            }
            4 => format!("{}({})", self.function("sum"), self.value(&T::List(Box::new(T::Number)), depth)),
            5 => format!(
                "{}({}, {})",
                self.function("days_between"),
                self.value(&T::Date, depth),
                self.value(&T::Date, depth)
            ),
            6 => format!("{}({})", self.function("year_of"), self.value(&T::Date, depth)),
            7 => format!("{}(\"limit\")", self.function("param")),
            _ => {
                let sign = ["+", "-", "*", "/", "%"][self.dice.roll(5)];
                format!("({} {sign} {})", self.value(&T::Number, depth), self.value(&T::Number, depth))
            }
        }
    }

    fn decimal(&mut self, depth: usize) -> String {
        if depth == 0 {
            return ["0.5", "1.25", "-0.1", "99999999999.9"][self.dice.roll(4)].to_owned();
        }
        let depth = depth - 1;
        match self.dice.roll(5) {
            0 => format!(
                "{}({}, {})",
                self.function("ratio"),
                self.value(&T::Number, depth),
                self.value(&T::Number, depth)
            ),
            1 => format!("{}(\"share\")", self.function("param")),
            2 => format!(
                "{}({}, {})",
                self.function("max"),
                self.value(&T::Number, depth),
                self.value(&T::Decimal, depth)
            ),
            3 => format!("-({})", self.value(&T::Decimal, depth)),
            _ => {
                let sign = ["+", "-", "*", "/", "%"][self.dice.roll(5)];
                let one = if self.dice.once_in(2) { T::Number } else { T::Decimal };
                format!("({} {sign} {})", self.value(&one, depth), self.value(&T::Decimal, depth))
            }
        }
    }

    fn text(&mut self, depth: usize) -> String {
        if depth > 0 && self.dice.once_in(3) {
            return format!("{} + {}", self.value(&T::Text, depth - 1), self.value(&T::Text, depth - 1));
        }
        if self.dice.once_in(4) {
            return format!("{}(\"word\")", self.function("param"));
        }
        let some = [
            "\"administrative\"",
            "\"institution\"",
            "\"pool-0\"",
            "\"a\"",
            "\"没有\"",
            "\"2024-01-01\"",
            "\"\"",
            "\"recall\"",
        ];
        some[self.dice.roll(some.len())].to_owned()
    }

    fn date(&mut self, depth: usize) -> String {
        if depth > 0 {
            match self.dice.roll(4) {
                0 => {
                    let name = ["years_after", "days_after"][self.dice.roll(2)];
                    return format!(
                        "{}({}, {})",
                        self.function(name),
                        self.value(&T::Date, depth - 1),
                        self.value(&T::Number, 0)
                    );
                }
                1 => return format!("{}(\"day\")", self.function("param")),
                2 if self.dice.once_in(12) => {
                    return format!("{}({})", self.function("date"), self.value(&T::Text, depth - 1));
                }
                _ => {}
            }
        }
        format!("{}(\"2024-0{}-15\")", self.function("date"), 1 + self.dice.roll(9))
    }

    fn yes_no(&mut self, depth: usize) -> String {
        if depth == 0 {
            return if self.dice.once_in(2) {
                format!("{}(\"open\")", self.function("param"))
            } else {
                "true".to_owned()
            };
        }
        let depth = depth - 1;
        match self.dice.roll(8) {
            0 => self.joined(depth),
            1 => format!("!({})", self.value(&T::YesNo, depth)),
            2 => {
                let item = if self.dice.once_in(2) { T::Text } else { T::Number };
                format!(
                    "({} in {})",
                    self.value(&item, depth),
                    self.value(&T::List(Box::new(item.clone())), depth)
                )
            }
            3 => {
                let sort = ["node", "loan", "permit"][self.dice.roll(3)];
                let ty = T::View(sort, sort != "node");
                let sign = ["==", "!="][self.dice.roll(2)];
                format!("({} {sign} {})", self.value(&ty, depth), self.value(&ty, depth))
            }
            4 => format!(
                "{}({})",
                self.function("is_empty"),
                self.value(&T::List(Box::new(T::View("loan", true))), depth)
            ),
            5 => format!("{}({})", self.function("can_convert"), self.value(&T::View("person", true), depth)),
            _ => {
                let ty = [T::Number, T::Decimal, T::Date, T::Text][self.dice.roll(4)].clone();
                let sign = ["<", "<=", ">", ">=", "==", "!="][self.dice.roll(6)];
                let other = if ty == T::Decimal && self.dice.once_in(2) { T::Number } else { ty.clone() };
                format!("({} {sign} {})", self.value(&ty, depth), self.value(&other, depth))
            }
        }
    }

    /// Two conditions, the second of which may read what the first has asked for.
    fn joined(&mut self, depth: usize) -> String {
        let one = self.value(&T::YesNo, depth);
        let (two, needs) = self.needing(|writer| writer.value(&T::YesNo, depth));
        if self.dice.once_in(2) || needs.is_empty() {
            let all: Vec<String> = [one].into_iter().chain(needs).chain([two]).collect();
            return format!("({})", all.join(" && "));
        }
        let not: Vec<String> = needs.iter().map(|need| negated(need)).collect();
        format!("({one} || {} || {two})", not.join(" || "))
    }

    fn list(&mut self, item: &T, depth: usize) -> String {
        match item {
            T::Text if self.dice.once_in(2) => format!("{}(\"kinds\")", self.function("param")),
            T::Number if self.dice.once_in(2) => format!("{}(\"steps\")", self.function("param")),
            T::View("person" | "permit" | "loan" | "pool", _) => "[]".to_owned(),
            _ => {
                let items: Vec<String> =
                    (0..=self.dice.roll(3)).map(|_| self.value(item, depth.saturating_sub(1))).collect();
                format!("[{}]", items.join(", "))
            }
        }
    }
}

/// The contrary of a guard.
fn negated(need: &str) -> String {
    need.strip_prefix('!').map_or_else(|| format!("!{need}"), str::to_owned)
}

fn literal(ty: &T) -> &'static str {
    match ty {
        T::Number => "0",
        T::Decimal => "0.5",
        T::Text => "\"\"",
        T::YesNo => "false",
        T::Date => "date(\"2024-01-01\")",
        T::List(_) => "[]",
        T::View(..) | T::Fact => "office().root",
    }
}
