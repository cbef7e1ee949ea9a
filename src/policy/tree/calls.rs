//! Calls: host functions and a file's own functions, with their arguments checked.

use rhai::{FnCallExpr, Position};

use super::expressions::unusable;
use super::read::{Frame, Reader, node, word};
use super::{Node, What};
use crate::document::nearest;
use crate::error::{Phrase, same, table};
use crate::policy::limits;
use crate::policy::slips::variant_of;
use crate::policy::value::Value;
use crate::policy::vocabulary::{self, HostFn, HostPlace, Situation, Type};

impl Reader<'_> {
    /// Reads a call: an operator, a host function, or a function of the file.
    pub(super) fn call(&mut self, frame: &mut Frame, call: &FnCallExpr, place: Position) -> Node {
        let name = call.name.as_str();
        if !call.namespace.is_empty() || call.capture_parent_scope {
            return self.wrong(place, unusable("`::` 和 `!` 调用", "`::` and `!` calls", "", ""));
        }
        if call.op_token.is_some() || name == "contains" {
            if let Some(read) = self.operator(frame, name, &call.args, place) {
                return read;
            }
            let sign = format!("`{name}`");
            return self.wrong(place, unusable(&sign, &sign, "", ""));
        }
        let call_args = call.args.len();
        if call_args > limits::ARGUMENTS {
            return self.wrong(place, {
                let call = Phrase::both("这次调用", "this call");
                table::ARGUMENTS_MOST.say([call, same(call_args), same(limits::ARGUMENTS)])
            });
        }
        let args: Vec<Node> = call.args.iter().map(|arg| self.expression(frame, arg)).collect();
        if let Some(function) = vocabulary::host_function(name) {
            self.found(place, name, function.en, function.zh);
            return self.host(frame, function, name, args, place);
        }
        let known = self.functions.iter().any(|one| one.name == name) || self.broken.contains(name);
        if !known && let Some(function) = host_variant(name) {
            let right = function.zh;
            self.variant(place, &table::VARIANT_WORD, name, right, true);
            return self.host(frame, function, right, args, place);
        }
        self.own(frame, name, args, place)
    }

    fn own(&mut self, frame: &Frame, name: &str, args: Vec<Node>, place: Position) -> Node {
        let same_name = |function: &&super::read::Function| function.name == name;
        let found = self.functions.iter().position(|one| one.name == name && one.params.len() == args.len());
        let Some(function) = found else {
            if let Some(other) = self.functions.iter().find(same_name) {
                let takes = other.params.len();
                let shape = format!("{name}({})", other.params.join(", "));
                let parts = [same(name), same(takes), same(args.len()), same(shape)];
                return self.wrong(place, table::ARGUMENT_COUNT.say(parts));
            }
            if self.broken.contains(name) {
                return node(What::Constant(Value::Nothing), Type::Unknown, place);
            }
            let names: Vec<String> = self.functions.iter().map(|one| one.name.clone()).collect();
            if let Some(right) = variant_of(name, names.iter().map(String::as_str)) {
                self.variant(place, &table::VARIANT_NAME, name, right, true);
                return self.own(frame, right, args, place);
            }
            let hosts = vocabulary::host_functions().iter().flat_map(|one| [one.en, one.zh]);
            let own = self.functions.iter().map(|one| one.name.as_str());
            let hint = Phrase::hint(nearest(name, hosts.chain(own)));
            let more = if vocabulary::is_taken(name) {
                let shape = "`view.word(…)`";
                Phrase::both(format!("；它是视图的词：{shape}"), format!("; it is a word of a view: {shape}"))
            } else {
                Phrase::default()
            };
            return self.wrong(place, table::FUNCTION.say([same(name), hint, more]));
        };
        if vocabulary::looks_like_hook(name) {
            return self.wrong(place, table::HOOK_CALLED.say([same(name)]));
        }
        let given = args.iter().map(|arg| arg.ty).collect();
        let (body, ty) = self.version(function, given, frame.situation, place);
        node(What::Own(body, word(name), args), ty, place)
    }

    fn host(
        &mut self,
        frame: &Frame,
        function: &'static HostFn,
        name: &str,
        mut args: Vec<Node>,
        place: Position,
    ) -> Node {
        if !allowed(function.place, frame.situation) {
            let says_no = matches!(function.place, HostPlace::Deny | HostPlace::Require);
            let message = if says_no && frame.situation == Situation::Witness {
                table::DUTY.say([same(name)])
            } else {
                table::NOT_HERE.say([same(name), function.place.phrase()])
            };
            return self.wrong(place, message);
        }
        let types: Vec<Type> = args.iter().map(|arg| arg.ty).collect();
        let unknown = types.contains(&Type::Unknown);
        let ty = match (function.check)(&types) {
            Some(ty) => ty,
            None if unknown => Type::Unknown,
            None => {
                let shape = same(function.shape);
                if !function.arities.contains(&types.len()) {
                    let takes = function.arities.iter().map(ToString::to_string).collect::<Vec<_>>();
                    let parts = [same(name), same(takes.join("/")), same(types.len()), shape];
                    return self.wrong(place, table::ARGUMENT_COUNT.say(parts));
                }
                return self
                    .wrong(place, table::ARGUMENT_TYPE.say([same(name), shape, Type::phrases(&types)]));
            }
        };
        let ty = match function.en {
            "param" | "param_at" => self.parameter(&args, place),
            "date" => {
                self.check_date(&args, place);
                ty
            }
            _ => ty,
        };
        if let Some(code) = function.place.code_argument() {
            self.check_code(&args, code, place);
        }
        if function.place == HostPlace::Require && !args.is_empty() {
            let condition = args.remove(0);
            self.check_constant(&condition, place);
            let source = self.first_argument(place, &condition);
            let (ty, line, column) = (condition.ty, condition.line, condition.column);
            args.insert(
                0,
                Node { what: What::Required(Box::new(condition), word(&source)), ty, line, column },
            );
        }
        match function.en {
            "first" => self.check_first(frame, &args, place),
            "amend_fact" => self.check_fact(&args, place),
            "evaluate" => self.check_outcome(&args, place),
            _ => {}
        }
        let parameter = match args.as_slice() {
            [Node { what: What::Constant(Value::Text(of)), .. }] if function.en == "param" => {
                self.known.parameters.get(of.as_str()).map(|(at, _)| *at)
            }
            _ => None,
        };
        let call = node(What::Host(function, word(name), args), ty, place);
        match parameter {
            Some(at) => node(What::Parameter(at, Box::new(call)), ty, place),
            None => call,
        }
    }

    fn parameter(&mut self, args: &[Node], place: Position) -> Type {
        let Some(What::Constant(Value::Text(name))) = args.first().map(|arg| &arg.what) else {
            self.fault(place, table::QUOTED.say([Phrase::both("参数名", "name of a parameter")]));
            return Type::Unknown;
        };
        self.reading.parameters.insert(name.to_string());
        let known = self.known;
        if let Some((_, ty)) = known.parameters.get(name.as_str()) {
            return *ty;
        }
        self.undeclared(place, &table::PARAMETER, name, known.parameters.keys());
        Type::Unknown
    }

    fn check_date(&mut self, args: &[Node], place: Position) {
        match args.first().map(|arg| &arg.what) {
            Some(What::Constant(Value::Text(text))) if crate::document::date(text).is_some() => {}
            Some(What::Constant(Value::Text(text))) => self.fault(place, table::DATE.say([same(text)])),
            _ => self.fault(place, table::QUOTED.say([Phrase::both("日期", "date")])),
        }
    }

    fn check_code(&mut self, args: &[Node], at: usize, place: Position) {
        let Some(What::Constant(Value::Text(code))) = args.get(at).map(|arg| &arg.what) else {
            self.fault(place, table::QUOTED.say([Phrase::both("代码", "code")]));
            return;
        };
        self.reading.codes.insert(code.to_string());
        let known = self.known;
        if !known.codes.contains(code.as_str()) {
            self.undeclared(place, &table::REASON, code, &known.codes);
        }
    }

    /// A fact that is set must be declared, and get a value of its type.
    fn check_fact(&mut self, args: &[Node], place: Position) {
        let Some(What::Constant(Value::Text(name))) = args.get(1).map(|arg| &arg.what) else {
            self.fault(place, table::QUOTED.say([Phrase::both("事实的名字", "name of a fact")]));
            return;
        };
        let known = self.known;
        match (known.facts.get(name.as_str()), args.get(2).map(|arg| arg.ty)) {
            (None, _) => {
                self.undeclared(place, &table::FACT, name, known.facts.keys());
            }
            (Some(item), Some(given)) if !given.fits(Type::One(*item)) => {
                let close = given == Type::NUMBER && Type::One(*item) == Type::DECIMAL;
                if !close {
                    self.fault(place, table::FACT_TYPE.say([same(name), item.phrase(), given.phrase()]));
                }
            }
            (Some(_), _) => {}
        }
    }

    fn check_outcome(&mut self, args: &[Node], place: Position) {
        match args.get(1).map(|arg| &arg.what) {
            Some(What::Constant(Value::Text(word))) => {
                if crate::model::LoanOutcome::from_word(word).is_none() {
                    self.fault(place, table::OUTCOME.say([same(word)]));
                }
            }
            _ => self.fault(place, table::QUOTED.say([Phrase::both("评估结论", "outcome")])),
        }
    }

    /// The first element is there only where the list is known not to be empty.
    fn check_first(&mut self, frame: &Frame, args: &[Node], place: Position) {
        let Some(list) = args.first() else { return };
        let path = super::guards::path(list).map(|path| format!("is_empty({path})"));
        let known = path.is_some_and(|path| frame.knows(&path, false));
        if !known && frame.situation != Situation::Uncalled {
            let source = super::print::source(list);
            self.fault(place, table::FIRST.say([same(source)]));
        }
    }
}

/// The host function whose Chinese name this is in other letters.
fn host_variant(name: &str) -> Option<&'static HostFn> {
    let names = vocabulary::host_functions().iter().map(|one| one.zh);
    variant_of(name, names).and_then(vocabulary::host_function)
}

/// Whether a function may be called in a hook of this kind.
fn allowed(place: HostPlace, situation: Situation) -> bool {
    use Situation::{After, Audit, Before, Capacity, Date, Uncalled};
    match place {
        HostPlace::Anywhere => true,
        HostPlace::Require => matches!(situation, Before | Audit | Uncalled),
        HostPlace::Deny => matches!(situation, Before | Uncalled),
        HostPlace::Note => !matches!(situation, Capacity | Audit),
        HostPlace::Finding => matches!(situation, After | Date | Audit | Uncalled),
        HostPlace::Proposal => matches!(situation, After | Date | Uncalled),
    }
}
