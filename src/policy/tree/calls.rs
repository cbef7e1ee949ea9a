//! Calls: host functions and a file's own functions, with their arguments checked.

use rhai::{FnCallExpr, Position};

use super::read::{Frame, Reader, node, word};
use super::{Node, What};
use crate::document::did_you_mean;
use crate::policy::limits;
use crate::policy::value::Value;
use crate::policy::vocabulary::{self, HostFn, HostPlace, Situation, Type};

impl Reader<'_> {
    /// Reads a call: an operator, a host function, or a function of the file.
    pub(super) fn call(&mut self, frame: &mut Frame, call: &FnCallExpr, place: Position) -> Node {
        let name = call.name.as_str();
        if !call.namespace.is_empty() || call.capture_parent_scope {
            return self.wrong(place, "`::` and `!` calls cannot be used in a policy");
        }
        if call.op_token.is_some() || name == "contains" {
            if let Some(read) = self.operator(frame, name, &call.args, place) {
                return read;
            }
            return self.wrong(place, format!("`{name}` cannot be used in a policy"));
        }
        if call.args.len() > limits::ARGUMENTS {
            return self.wrong(place, format!("a call has at most {} arguments", limits::ARGUMENTS));
        }
        let args: Vec<Node> = call.args.iter().map(|arg| self.expression(frame, arg)).collect();
        if let Some(function) = vocabulary::host_function(name) {
            self.found(place, name, function.en, function.zh);
            return self.host(frame, function, name, args, place);
        }
        self.own(frame, name, args, place)
    }

    fn own(&mut self, frame: &Frame, name: &str, args: Vec<Node>, place: Position) -> Node {
        let same_name = |function: &&super::read::Function| function.name == name;
        let found = self.functions.iter().position(|one| one.name == name && one.params.len() == args.len());
        let Some(function) = found else {
            if let Some(other) = self.functions.iter().find(same_name) {
                let takes = other.params.len();
                return self.wrong(place, format!("`{name}` takes {takes} arguments, not {}", args.len()));
            }
            let hosts = vocabulary::host_functions().iter().flat_map(|one| [one.en, one.zh]);
            let own = self.functions.iter().map(|one| one.name.as_str());
            let hint = did_you_mean(name, hosts.chain(own));
            let method = vocabulary::is_taken(name);
            let more = if method { "; it is a word of a view: `view.word(…)`" } else { "" };
            return self.wrong(place, format!("there is no function `{name}`{hint}{more}"));
        };
        if vocabulary::looks_like_hook(name) {
            return self.wrong(place, format!("`{name}` is a hook; a script does not call it"));
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
            let message = match (function.place, frame.situation) {
                (HostPlace::Deny | HostPlace::Require, Situation::Witness) => {
                    format!(
                        "`{name}` cannot stand here: this request is a fact or a duty, a script may only `note`"
                    )
                }
                _ => format!("`{name}` cannot stand in this hook; it belongs to {}", function.place.named()),
            };
            return self.wrong(place, message);
        }
        let types: Vec<Type> = args.iter().map(|arg| arg.ty).collect();
        let unknown = types.contains(&Type::Unknown);
        let ty = match (function.check)(&types) {
            Some(ty) => ty,
            None if unknown => Type::Unknown,
            None => {
                let given = types.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
                return self
                    .wrong(place, format!("`{name}` is used as `{}`, not with ({given})", function.shape));
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
        node(What::Host(function, word(name), args), ty, place)
    }

    fn parameter(&mut self, args: &[Node], place: Position) -> Type {
        let Some(What::Constant(Value::Text(name))) = args.first().map(|arg| &arg.what) else {
            self.fault(place, "the name of a parameter must stand here in quotes");
            return Type::Unknown;
        };
        self.reading.parameters.insert(name.to_string());
        let known = self.known;
        if let Some(ty) = known.parameters.get(name.as_str()) {
            return *ty;
        }
        let hint = did_you_mean(name, known.parameters.keys().map(String::as_str));
        self.fault(place, format!("the parameter `{name}` is not in parameters.yaml{hint}"));
        Type::Unknown
    }

    fn check_date(&mut self, args: &[Node], place: Position) {
        if let Some(What::Constant(Value::Text(text))) = args.first().map(|arg| &arg.what)
            && crate::document::date(text).is_none()
        {
            self.fault(place, format!("`{text}` is no date; write it as \"2024-01-01\""));
        }
    }

    fn check_code(&mut self, args: &[Node], at: usize, place: Position) {
        let Some(What::Constant(Value::Text(code))) = args.get(at).map(|arg| &arg.what) else {
            self.fault(place, "the code must stand here in quotes");
            return;
        };
        self.reading.codes.insert(code.to_string());
        let known = self.known;
        if !known.codes.contains(code.as_str()) {
            let hint = did_you_mean(code, known.codes.iter().map(String::as_str));
            self.fault(place, format!("the code `{code}` has no text in reasons.yaml{hint}"));
        }
    }

    /// A fact that is set must be declared, and get a value of its type.
    fn check_fact(&mut self, args: &[Node], place: Position) {
        let Some(What::Constant(Value::Text(name))) = args.get(1).map(|arg| &arg.what) else {
            self.fault(place, "the name of a fact must stand here in quotes");
            return;
        };
        let known = self.known;
        match (known.facts.get(name.as_str()), args.get(2).map(|arg| arg.ty)) {
            (None, _) => {
                let hint = did_you_mean(name, known.facts.keys().map(String::as_str));
                self.fault(place, format!("the fact `{name}` is not declared in facts.yaml{hint}"));
            }
            (Some(item), Some(given)) if !given.fits(Type::One(*item)) => {
                let close = given == Type::NUMBER && Type::One(*item) == Type::DECIMAL;
                if !close {
                    self.fault(place, format!("the fact `{name}` is a {item}, not a {given}"));
                }
            }
            (Some(_), _) => {}
        }
    }

    fn check_outcome(&mut self, args: &[Node], place: Position) {
        if let Some(What::Constant(Value::Text(word))) = args.get(1).map(|arg| &arg.what)
            && crate::model::LoanOutcome::from_word(word).is_none()
        {
            let known = "continue, resize, run-off, recall";
            self.fault(place, format!("`{word}` is no outcome of an evaluation; known are {known}"));
        }
    }

    /// The first element is there only where the list is known not to be empty.
    fn check_first(&mut self, frame: &Frame, args: &[Node], place: Position) {
        let Some(list) = args.first() else { return };
        let path = super::guards::path(list).map(|path| format!("is_empty({path})"));
        let known = path.is_some_and(|path| frame.truths.iter().any(|(one, yes)| *one == path && !*yes));
        if !known && frame.situation != Situation::Uncalled {
            let source = super::print::source(list);
            let message = format!(
                "`first` needs an element: read it only where `!is_empty({source})` is known to be true"
            );
            self.fault(place, message);
        }
    }
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
