//! Making the compiled forms of a script, once its tree is ready.

#![expect(clippy::wildcard_enum_match_arm, reason = "what has no form of its own is any value")]

use std::sync::Arc;

use super::super::quiet::Quiet;
use super::super::{Block, Node, Operator, Over as Loop, Step, Tree, What};
use super::{
    Act, Any, Args, Choice, Compiled, HostCall, Look, Over, Parameter, Require, Say, Statement, Statements,
    Text, Thing, Truth, Whole,
};
use crate::policy::value::{Text as TextValue, Value};
use crate::policy::vocabulary::{HostFn, Item, Read, Row, Type};

impl Tree {
    /// Compiles every function. This comes last: the forms are what the tree is then.
    pub(crate) fn compile(&mut self) {
        let needs = self.needs();
        let compiled = self.bodies.iter().zip(needs);
        self.compiled = compiled
            .map(|(body, needs)| Compiled { slots: body.slots, needs, steps: statements(&body.steps) })
            .collect();
    }

    /// How many variables each function needs, with those of the functions that it calls: these stand before it.
    fn needs(&self) -> Vec<usize> {
        let mut needs = Vec::with_capacity(self.bodies.len());
        for body in &self.bodies {
            let mut most = 0_usize;
            body.steps.outer(&mut |node| most = most.max(needed(node, &needs)));
            needs.push(body.slots.saturating_add(most));
        }
        needs
    }
}

/// How many variables the calls in an expression need. What an argument calls has its own after those of the arguments
/// before it.
fn needed(node: &Node, needs: &[usize]) -> usize {
    let mut most = 0_usize;
    if let What::Own(body, _, args) = &node.what {
        most = needs.get(*body).copied().unwrap_or(0);
        for (before, arg) in args.iter().enumerate() {
            most = most.max(before.saturating_add(needed(arg, needs)));
        }
    } else {
        node.inner(&mut |inner| most = most.max(needed(inner, needs)));
    }
    most
}

fn statements(block: &Block) -> Statements {
    let weights = block.weights.iter().copied().chain(std::iter::repeat(1));
    let line =
        |(step, weight): (&Step, u32)| Statement { weight, line: step.line().unwrap_or(0), act: act(step) };
    block.steps.iter().zip(weights).map(line).collect()
}

fn act(step: &Step) -> Act {
    match step {
        Step::Set(slot, value) => Act::Set(*slot, any(value)),
        Step::Do(node) => match any(node) {
            Any::Block(lines) => Act::Block(lines),
            Any::Say(say) => Act::Say(say),
            Any::Require(require) => Act::Require(require),
            other => Act::Give(other),
        },
        Step::If(parts) => Act::If(Box::new(choice(parts))),
        Step::For(parts) => {
            let over = match &parts.1 {
                Loop::List(list) => Over::List(any(list)),
                Loop::Range(from, to, inclusive) => Over::Range(whole(from), whole(to), *inclusive),
            };
            Act::For(Box::new((parts.0, over, statements(&parts.2))))
        }
        Step::Return(value) => Act::Return(value.as_ref().map(any)),
        Step::Break => Act::Break,
        Step::Continue => Act::Continue,
    }
}

fn choice(parts: &(Node, Block, Block)) -> Choice {
    Choice { condition: truth(&parts.0), then: statements(&parts.1), otherwise: statements(&parts.2) }
}

fn anys(nodes: &[Node]) -> Box<[Any]> {
    nodes.iter().map(any).collect()
}

fn any(node: &Node) -> Any {
    match &node.what {
        What::Constant(value) => Any::Constant(Box::new(value.clone())),
        What::Local(slot, _) => Any::Local(*slot),
        What::Word(receiver, row, _, args) => word(node, receiver, row, args),
        What::Parameter(place, _) => Any::Parameter(Box::new(parameter(node, *place))),
        What::Path(..) if is_view(node) => Any::Thing(thing(node)),
        What::Path(slot, inner) => Any::Path(*slot, Box::new(any(inner))),
        What::Not(_) | What::And(_) | What::Or(_) | What::In(_) | What::Required(..) => {
            Any::Truth(truth(node))
        }
        What::Binary(operator, _) if operator.compares() => Any::Truth(truth(node)),
        What::Binary(_, sides) if are_numbers(sides) => Any::Whole(whole(node)),
        What::Binary(operator, sides) => {
            Any::Joined(*operator, Box::new((any(&sides.0), any(&sides.1))), node.line)
        }
        What::Host(function, _, args) => host(node, function, args),
        What::Own(body, _, args) => Any::Own(*body, anys(args), node.line),
        What::Minus(inner) => Any::Minus(Box::new(any(inner)), node.line),
        What::List(items) => Any::List(anys(items)),
        What::Facts(fields, _) => Any::Facts(facts(fields)),
        What::If(parts) => Any::If(Box::new(choice(parts))),
        What::Block(block) => Any::Block(statements(block)),
    }
}

fn facts(fields: &[(Arc<str>, Node)]) -> Box<[(Arc<str>, Any)]> {
    fields.iter().map(|(name, value)| (Arc::clone(name), any(value))).collect()
}

fn word(node: &Node, receiver: &Node, row: &Row, args: &[Node]) -> Any {
    match row.read {
        Read::Number(read) => Any::Whole(Whole::Word(Box::new(look(node, receiver, args, read)))),
        Read::YesNo(read) => Any::Truth(Truth::Word(Box::new(look(node, receiver, args, read)))),
        Read::Text(read) => Any::Text(Text::Word(Box::new(look(node, receiver, args, read)))),
        Read::Thing(read) => Any::Thing(Thing::Word(Box::new(look(node, receiver, args, read)))),
        Read::Other(read) => Any::Word(Box::new(look(node, receiver, args, read))),
    }
}

fn look<R>(node: &Node, receiver: &Node, args: &[Node], read: R) -> Look<R> {
    let known = args.iter().map(|arg| match &arg.what {
        What::Constant(value) => Some(value.clone()),
        _ => None,
    });
    let args = known.collect::<Option<_>>().map_or_else(|| Args::Computed(anys(args)), Args::Known);
    Look { at: thing(receiver), args, read, line: node.line }
}

fn parameter(node: &Node, place: usize) -> Parameter {
    Parameter { place, read: node.clone() }
}

fn whole(node: &Node) -> Whole {
    match &node.what {
        What::Constant(Value::Number(number)) => Whole::Constant(*number),
        What::Local(slot, _) => Whole::Local(*slot),
        What::Binary(operator, sides) if are_numbers(sides) && !operator.compares() => {
            Whole::Joined(*operator, Box::new((whole(&sides.0), whole(&sides.1))), node.line)
        }
        _ => match any(node) {
            Any::Whole(whole) => whole,
            other => Whole::Other(Box::new(other)),
        },
    }
}

fn truth(node: &Node) -> Truth {
    match &node.what {
        What::Not(inner) => Truth::Not(Box::new(truth(inner))),
        What::And(parts) => Truth::All(parts.iter().map(truth).collect()),
        What::Or(parts) => Truth::Any(parts.iter().map(truth).collect()),
        What::In(sides) => Truth::In(Box::new((any(&sides.0), any(&sides.1))), node.line),
        What::Binary(operator, sides) if are_numbers(sides) && operator.compares() => {
            Truth::Wholes(*operator, Box::new((whole(&sides.0), whole(&sides.1))))
        }
        What::Binary(operator, sides) if operator.compares() => {
            if let (Operator::Same | Operator::Other, Some(one), Some(two)) =
                (operator, text(&sides.0), text(&sides.1))
            {
                return Truth::Texts(*operator == Operator::Same, Box::new((one, two)));
            }
            Truth::Compared(*operator, Box::new((any(&sides.0), any(&sides.1))), node.line)
        }
        What::Required(inner, source) => {
            Truth::Required(Box::new((truth(inner), (**inner).clone(), Arc::clone(source))))
        }
        _ => match any(node) {
            Any::Truth(truth) => truth,
            other => Truth::Other(Box::new(other)),
        },
    }
}

/// A text that stands somewhere, if it does.
fn text(node: &Node) -> Option<Text> {
    match any(node) {
        Any::Text(text) => Some(text),
        Any::Parameter(parameter) if node.ty == Type::TEXT => Some(Text::Parameter(parameter)),
        Any::Constant(value) => match *value {
            Value::Text(text) => Some(Text::Constant(Box::from(&*text))),
            _ => None,
        },
        _ => None,
    }
}

fn thing(node: &Node) -> Thing {
    match &node.what {
        What::Local(slot, _) => Thing::Local(*slot),
        What::Path(slot, inner) => Thing::Path(*slot, Box::new(thing(inner))),
        _ => match any(node) {
            Any::Thing(thing) => thing,
            other => Thing::Other(Box::new(other)),
        },
    }
}

fn host(node: &Node, function: &'static HostFn, args: &[Node]) -> Any {
    let call = |args| HostCall { function, args: anys(args), line: node.line };
    match function.place.code_argument() {
        Some(0) => said(call(args), args)
            .map_or_else(|| Any::Host(Box::new(call(args))), |say| Any::Say(Box::new(say))),
        Some(_) => {
            let required = args.split_first().and_then(|(condition, said_then)| {
                let say = said(call(said_then), said_then)?;
                Some(Require { condition: truth(condition), say, quiet: quiet(said_then) })
            });
            required
                .map_or_else(|| Any::Host(Box::new(call(args))), |require| Any::Require(Box::new(require)))
        }
        None => Any::Host(Box::new(call(args))),
    }
}

/// A code, and facts if there are any.
fn said(call: HostCall, args: &[Node]) -> Option<Say> {
    let (Node { what: What::Constant(Value::Text(TextValue::Own(code))), .. }, rest) = args.split_first()?
    else {
        return None;
    };
    let fields = match rest {
        [] => Box::default(),
        [Node { what: What::Facts(fields, _), .. }] => facts(fields),
        _ => return None,
    };
    Some(Say { call, code: Arc::clone(code), facts: fields })
}

/// What is owed for facts that are not computed, if they need not be.
fn quiet(said: &[Node]) -> Option<Quiet> {
    match said {
        [_] => Some(Quiet::default()),
        [_, Node { what: What::Facts(_, quiet), .. }] => quiet.clone(),
        _ => None,
    }
}

fn is_view(node: &Node) -> bool {
    matches!(node.ty, Type::One(Item::View(..)))
}

/// Whether both sides are whole numbers.
fn are_numbers(sides: &(Node, Node)) -> bool {
    sides.0.ty == Type::NUMBER && sides.1.ty == Type::NUMBER
}
