//! Expressions: literals, variables, words of views and their combinations, typed.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "Rhai's forms are open ended; what is not named here is turned away"
)]

use std::sync::Arc;

use rhai::{ASTFlags, Expr, FnCallExpr, Position, Stmt};

use super::guards;
use super::read::{Frame, Local, Reader, column, line, node, word};
use super::{Node, Tree, What};
use crate::document::nearest;
use crate::error::{Code, Phrase, same, table};
use crate::policy::limits;
use crate::policy::slips::variant_of;
use crate::policy::value::Value;
use crate::policy::vocabulary::{self, Guard, Item, Row, Situation, Sort, Type};

impl Reader<'_> {
    /// Reads an expression.
    pub(super) fn expression(&mut self, frame: &mut Frame, expr: &Expr) -> Node {
        let place = expr.position();
        match expr {
            Expr::BoolConstant(yes, _) => node(What::Constant(Value::YesNo(*yes)), Type::YES_NO, place),
            Expr::IntegerConstant(number, _) => {
                node(What::Constant(Value::Number(*number)), Type::NUMBER, place)
            }
            Expr::StringConstant(text, _) => {
                node(What::Constant(Value::own_text(text.as_str())), Type::TEXT, place)
            }
            Expr::DynamicConstant(value, _) => match Value::from_dynamic(value) {
                Some(Value::Decimal(number)) => {
                    node(What::Constant(Value::Decimal(number)), Type::DECIMAL, place)
                }
                _ => self.wrong(place, unusable("这个值", "this value", "", "")),
            },
            Expr::Variable(parts, ..) => {
                self.variable_read(frame, parts.1.as_str(), parts.2.is_empty(), place)
            }
            Expr::Dot(parts, flags, _) => {
                let receiver = self.expression(frame, &parts.lhs);
                self.chain(frame, receiver, &parts.rhs, *flags)
            }
            Expr::FnCall(call, _) => self.call(frame, call, place),
            Expr::And(parts, _) => self.connected(frame, parts, true, place),
            Expr::Or(parts, _) => self.connected(frame, parts, false, place),
            Expr::Array(items, _) => self.list(frame, items, place),
            Expr::Map(parts, _) => {
                let fields: Vec<_> =
                    parts.0.iter().map(|(name, value)| (name.name.as_str(), value)).collect();
                self.facts(frame, &fields, place)
            }
            Expr::Stmt(block) => {
                // Nothing leaves a loop or the function from inside a value.
                let loops = std::mem::take(&mut frame.loops);
                frame.values = frame.values.saturating_add(1);
                let read = if let [Stmt::If(flow, place)] = block.statements() {
                    let (parts, ty) = self.branches(frame, flow, *place);
                    node(What::If(Box::new(parts)), ty, *place)
                } else {
                    let (block, ty) = self.block(frame, block.statements());
                    node(What::Block(block), ty, place)
                };
                frame.values = frame.values.saturating_sub(1);
                frame.loops = loops;
                read
            }
            Expr::CharConstant(..) => self.wrong(place, table::CHARACTER.say([])),
            Expr::InterpolatedString(..) => self.wrong(place, table::TEMPLATE.say([])),
            Expr::Unit(_) => self.wrong(place, unusable("`()`", "`()`", "", "")),
            Expr::ThisPtr(_) => self.wrong(place, unusable("`this`", "`this`", "", "")),
            Expr::Index(..) => self.wrong(place, table::INDEX.say([])),
            Expr::Coalesce(..) => {
                self.wrong(place, unusable("`??`", "`??`", "；请先用 `if` 询问", "; ask with `if`"))
            }
            _ => self.wrong(place, unusable("这种写法", "this", "", "")),
        }
    }

    fn variable_read(&mut self, frame: &Frame, name: &str, plain: bool, place: Position) -> Node {
        if !plain {
            return self.wrong(place, unusable("`::`", "`::`", "", ""));
        }
        if let Some(local) = frame.local(name) {
            return node(What::Local(local.slot, word(name)), local.ty, place);
        }
        if let Some(local) = self.other_letters(frame, name, place) {
            return node(What::Local(local.slot, word(&local.name)), local.ty, place);
        }
        let hint = nearest(name, frame.locals.iter().map(|local| local.name.as_str()));
        self.wrong(place, table::VARIABLE.say([same(name), Phrase::hint(hint)]))
    }

    /// The variable that was written in other letters.
    pub(super) fn other_letters(&mut self, frame: &Frame, name: &str, place: Position) -> Option<Local> {
        let names = frame.locals.iter().map(|local| local.name.as_str());
        let local = variant_of(name, names).and_then(|right| frame.local(right)).cloned()?;
        self.variant(place, &table::VARIANT_NAME, name, &local.name, true);
        Some(local)
    }

    /// Reads `.word` and `.word(…)` after a receiver.
    fn chain(&mut self, frame: &mut Frame, receiver: Node, rest: &Expr, flags: ASTFlags) -> Node {
        let place = rest.position();
        if flags.contains(ASTFlags::NEGATED) {
            return self.wrong(place, unusable("`?.`", "`?.`", "；请先用 `if` 询问", "; ask with `if`"));
        }
        match rest {
            Expr::Property(parts, _) => self.word(frame, receiver, parts.2.as_str(), None, place),
            Expr::MethodCall(call, _) => self.method(frame, receiver, call, place),
            Expr::Dot(parts, inner, _) => {
                let receiver = self.chain(frame, receiver, &parts.lhs, ASTFlags::empty());
                self.chain(frame, receiver, &parts.rhs, *inner)
            }
            _ => self.wrong(place, table::INDEX.say([])),
        }
    }

    fn method(&mut self, frame: &mut Frame, receiver: Node, call: &FnCallExpr, place: Position) -> Node {
        let args: Vec<Node> = call.args.iter().map(|arg| self.expression(frame, arg)).collect();
        self.word(frame, receiver, call.name.as_str(), Some(args), place)
    }

    /// A word of a view: it must be known of the view, have its arguments, its kind and its guard.
    fn word(
        &mut self,
        frame: &Frame,
        receiver: Node,
        name: &str,
        args: Option<Vec<Node>>,
        place: Position,
    ) -> Node {
        let (sort, bound) = match receiver.ty {
            Type::One(Item::View(sort, bound)) => (sort, bound),
            Type::Unknown => {
                // Nobody calls this function, so a word may be any view's.
                let mut known = false;
                for row in vocabulary::rows().filter(|row| row.en == name || row.zh == name) {
                    self.found(place, name, row.en, row.zh);
                    known = true;
                }
                if !known && let Some(right) = variant_of(name, vocabulary::rows().map(|row| row.zh)) {
                    self.variant(place, &table::VARIANT_WORD, name, right, true);
                }
                return node(What::Constant(Value::Nothing), Type::Unknown, place);
            }
            Type::List(_) | Type::EmptyList => {
                return self.wrong(place, table::LIST_WORD.say([same(name)]));
            }
            Type::Nothing | Type::One(_) | Type::Facts => {
                return self.wrong(place, table::NO_WORDS.say([receiver.ty.phrase(), same(name)]));
            }
        };
        let mut name = name;
        if vocabulary::row(sort, name).is_none()
            && let Some(right) = variant_of(name, vocabulary::names(sort))
        {
            self.variant(place, &table::VARIANT_WORD, name, right, true);
            name = right;
        }
        let Some(row) = vocabulary::row(sort, name) else {
            let hint = Phrase::hint(nearest(name, vocabulary::names(sort)));
            return self.wrong(place, table::WORD.say([sort.phrase(), same(name), hint]));
        };
        self.found(place, name, row.en, row.zh);
        let args = match (args, row.is_method()) {
            (None, false) => Vec::new(),
            (Some(args), true) => args,
            (None, true) => {
                return self.wrong(place, table::NEEDS_BRACKETS.say([same(name), Type::phrases(row.args)]));
            }
            (Some(_), false) => {
                return self.wrong(place, table::NO_BRACKETS.say([same(name)]));
            }
        };
        if !self.arguments_fit(name, row, &args, place) {
            return node(What::Constant(Value::Nothing), Type::Unknown, place);
        }
        self.check_literals(row, &args, place);
        if row.needs_kind && !bound {
            let source = super::print::source(&receiver);
            self.fault(place, table::UNBOUND.say([same(name), same(source)]));
        }
        if frame.situation == Situation::Capacity
            && sort == Sort::Pool
            && matches!(row.en, "size" | "free" | "cap" | "room" | "size_at_year_start" | "available")
        {
            self.fault(place, table::OWN_SIZE.say([same(name)]));
        }
        self.check_guard(frame, &receiver, row, &args, place);
        let ty = self.type_of_word(row, &args, bound);
        node(What::Word(Box::new(receiver), row, word(name), args), ty, place)
    }

    fn arguments_fit(&mut self, name: &str, row: &Row, args: &[Node], place: Position) -> bool {
        if args.len() != row.args.len() {
            let shape = format!("{name}({})", types(row.args));
            let parts = [same(name), same(row.args.len()), same(args.len()), same(shape)];
            self.fault(place, table::ARGUMENT_COUNT.say(parts));
            return false;
        }
        let mut fit = true;
        for (arg, wanted) in args.iter().zip(row.args) {
            let close = arg.ty.is_numeric() && *wanted == Type::DECIMAL;
            if !arg.ty.fits(*wanted) && !close {
                self.fault(place, {
                    let shape = same(format!("{name}({})", types(row.args)));
                    table::ARGUMENT_TYPE.say([same(name), shape, arg.ty.phrase()])
                });
                fit = false;
            }
        }
        fit
    }

    /// Texts that must be declared beside the scripts: facts and tags.
    fn check_literals(&mut self, row: &Row, args: &[Node], place: Position) {
        let Some(first) = args.first() else { return };
        let literal = match &first.what {
            What::Constant(Value::Text(text)) => Some(text.as_str()),
            _ => None,
        };
        let known = self.known;
        match row.en {
            "fact" | "has_fact" | "sets_fact" => match literal {
                Some(name) if known.facts.contains_key(name) => {}
                Some(name) => self.undeclared(place, &table::FACT, name, known.facts.keys()),
                None => self.fault(place, table::QUOTED.say([Phrase::both("事实的名字", "name of a fact")])),
            },
            "has_tag" | "adds_tag" | "drops_tag" | "group" => {
                if let Some(name) = literal.filter(|name| !known.tags.contains(*name)) {
                    self.undeclared(place, &table::TAG, name, &known.tags);
                }
            }
            "largest" if literal.is_none_or(|figure| !matches!(figure, "cap" | "arrivals_3y")) => {
                self.fault(place, table::LARGEST.say([]));
            }
            _ => {}
        }
    }

    /// A name in quotes that no file declares; in other letters, perhaps.
    pub(super) fn undeclared<'b>(
        &mut self,
        place: Position,
        code: &'static Code,
        name: &str,
        known: impl IntoIterator<Item = &'b String>,
    ) {
        let known: Vec<&str> = known.into_iter().map(String::as_str).collect();
        let names = || known.iter().copied();
        if let Some(right) = variant_of(name, names()) {
            return self.variant(place, &table::VARIANT_NAME, name, right, false);
        }
        let hint = Phrase::hint(nearest(name, names()));
        self.fault(place, code.say([same(name), hint]));
    }

    fn type_of_word(&self, row: &Row, args: &[Node], bound: bool) -> Type {
        let name = match args.first().map(|arg| &arg.what) {
            Some(What::Constant(Value::Text(text))) if row.en == "fact" => text,
            _ => return row.gives(bound),
        };
        self.known.facts.get(name.as_str()).map_or(Type::Unknown, |item| Type::One(*item))
    }

    fn check_guard(&mut self, frame: &Frame, receiver: &Node, row: &Row, args: &[Node], place: Position) {
        let Some((path, guard, wanted)) = guards::needed(receiver, row, args) else { return };
        let known = path.is_some_and(|path| frame.knows(&path, wanted)) || self.is_kind(row, args, place);
        if !known && frame.situation != Situation::Uncalled {
            let source = super::print::source(receiver);
            let not = if wanted { "" } else { "!" };
            let more = if args.is_empty() { String::new() } else { format!("({})", super::print::all(args)) };
            let guard = format!("{not}{source}.{guard}{more}");
            let message = table::GUARD.say([same(row.en), same(guard)]);
            // What kinds, nodes and pools there are is for the books to say, and an author may know it.
            if matches!(row.guard, Guard::When("has_kind" | "has_node" | "has_pool")) {
                self.lint(place, message);
            } else {
                self.fault(place, message);
            }
        }
    }

    /// Whether the kind that figures are asked in is sure to be there: that of something which has one, or one
    /// that stands here by name, which is looked for where the policies meet the books.
    fn is_kind(&mut self, row: &Row, args: &[Node], place: Position) -> bool {
        match args.first().map(|arg| &arg.what) {
            _ if row.en != "of" => false,
            Some(What::Constant(Value::Text(kind))) => {
                self.reading.kinds.insert((kind.to_string(), line(place), column(place)));
                true
            }
            Some(What::Word(holder, word, ..)) => {
                word.en == "kind" && matches!(holder.ty, Type::One(Item::View(_, true)))
            }
            _ => false,
        }
    }

    fn connected(&mut self, frame: &mut Frame, parts: &[Expr], all: bool, place: Position) -> Node {
        let truths = frame.truths.len();
        let mut read = Vec::with_capacity(parts.len());
        for part in parts {
            let condition = self.expression(frame, part);
            self.must_be_yes_no(&condition, part);
            let (yes, no) = guards::truths(&condition);
            frame.truths.extend(if all { yes } else { no });
            read.push(condition);
        }
        frame.truths.truncate(truths);
        self.check_exclusion(&read, all, place);
        node(if all { What::And(read) } else { What::Or(read) }, Type::YES_NO, place)
    }

    fn list(&mut self, frame: &mut Frame, items: &[Expr], place: Position) -> Node {
        if items.len() > limits::LIST {
            return self.wrong(
                place,
                table::LIST_MOST.say([Phrase::both("清单", ""), same(limits::LIST), same("a list")]),
            );
        }
        let read: Vec<Node> = items.iter().map(|item| self.expression(frame, item)).collect();
        let mut ty = Type::EmptyList;
        for item in &read {
            ty = match (ty, item.ty) {
                (_, Type::Unknown) | (Type::Unknown, _) => Type::Unknown,
                (Type::EmptyList, Type::One(one)) => Type::List(one),
                (Type::List(known), Type::One(one)) if one.fits(known) => ty,
                _ => {
                    self.fault(place, table::MIXED_LIST.say([]));
                    Type::Unknown
                }
            };
        }
        node(What::List(read), ty, place)
    }

    fn facts(&mut self, frame: &mut Frame, fields: &[(&str, &Expr)], place: Position) -> Node {
        if fields.len() > limits::FACTS {
            return self.wrong(
                place,
                table::LIST_MOST.say([
                    Phrase::both("附注", ""),
                    same(limits::FACTS),
                    same("the facts of a reason"),
                ]),
            );
        }
        let mut read: Vec<(Arc<str>, Node)> = Vec::with_capacity(fields.len());
        for (name, value) in fields {
            let value = self.expression(frame, value);
            if matches!(value.ty, Type::Nothing | Type::Facts) {
                self.fault(place, table::HOLDS_NOTHING.say([same(name), value.ty.phrase()]));
            }
            read.push((word(name), value));
        }
        // Rhai keeps the fields of a map by name.
        read.sort_by(|one, two| one.0.cmp(&two.0));
        node(What::Facts(read, None), Type::Facts, place)
    }

    /// The source of the first argument of the call that begins here.
    pub(super) fn first_argument(&self, place: Position, fallback: &Node) -> String {
        let found = self.text_from(place).and_then(|text| first_argument(&text));
        found.unwrap_or_else(|| super::print::source(fallback))
    }

    fn text_from(&self, place: Position) -> Option<String> {
        let first = usize::try_from(line(place)).ok()?.checked_sub(1)?;
        let skip = place.position()?.checked_sub(1)?;
        let mut lines = self.source.iter().skip(first);
        let mut text: String = lines.next()?.chars().skip(skip).collect();
        for more in lines {
            text.push('\n');
            text.push_str(more);
        }
        Some(text)
    }
}

/// What stands between the first bracket and the comma or bracket that ends it, in one line, without comments.
fn first_argument(text: &str) -> Option<String> {
    let mut found = String::new();
    let mut depth = 0_u32;
    let mut chars = text.chars().skip_while(|one| *one != '(').skip(1).peekable();
    while let Some(one) = chars.next() {
        match one {
            '(' | '[' | '{' => depth = depth.saturating_add(1),
            ')' | ']' | '}' if depth > 0 => depth = depth.saturating_sub(1),
            ')' | ',' if depth == 0 => return Some(found.split_whitespace().collect::<Vec<_>>().join(" ")),
            '/' if chars.peek() == Some(&'/') => {
                for other in chars.by_ref() {
                    if other == '\n' {
                        break;
                    }
                }
                found.push(' ');
                continue;
            }
            '"' => {
                found.push('"');
                while let Some(inner) = chars.next() {
                    found.push(inner);
                    if inner == '\\' {
                        found.extend(chars.next());
                    } else if inner == '"' {
                        break;
                    }
                }
                continue;
            }
            _ => {}
        }
        found.push(one);
    }
    None
}

/// Something that the language leaves out, with what to do instead.
pub(super) fn unusable(zh: &str, en: &str, hint_zh: &str, hint_en: &str) -> crate::error::Message {
    table::UNUSABLE.say([Phrase::both(zh, en), Phrase::both(hint_zh, hint_en)])
}

/// Types with commas, for a message.
fn types(types: &[Type]) -> String {
    types.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

impl Tree {
    /// The number of expressions and statements is bounded by the size of the script.
    pub(crate) fn body(&self, place: usize) -> Option<&super::Body> {
        self.bodies.get(place)
    }
}
