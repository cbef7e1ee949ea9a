//! Quiet facts: those beside a `require` that need not be computed while its condition holds, known at load.
//!
//! Nobody sees them then. They are left out only where computing them could not fail, and would read no parameter
//! and take no step that is not accounted for without it.

#![expect(clippy::wildcard_enum_match_arm, reason = "what is not named here is computed")]

use super::{Block, Node, Over, Step, Tree, What};
use crate::policy::vocabulary::{HostPlace, Row, Sort};

/// What is owed for facts that are not computed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Quiet {
    /// The parameters that they read, by their places.
    pub(super) parameters: Box<[usize]>,
    /// How often they would call the one function of the file that the condition has called, with the same values.
    pub(super) again: u32,
}

/// Words of nodes that are there whatever the books hold.
const SURE: [&str; 8] = ["id", "name", "level", "tier", "is_unit", "is_root", "has_kind", "has_tag"];
/// Functions that cannot fail on what the reader lets them have.
const SURE_FUNCTIONS: [&str; 5] = ["min", "max", "at_least", "is_empty", "office"];

impl Tree {
    /// Looks at the facts of every `require`.
    pub(super) fn quieten(&mut self) {
        let pure = self.pure();
        for body in &mut self.bodies {
            block(&mut body.steps, &pure);
        }
    }

    /// Which functions only compute: they say and propose nothing, and call none that does.
    fn pure(&self) -> Vec<bool> {
        let mut pure = vec![true; self.bodies.len()];
        loop {
            let mut stays = true;
            for (place, body) in self.bodies.iter().enumerate() {
                let mut only = pure.get(place).copied().unwrap_or(false);
                if !only {
                    continue;
                }
                body.steps.each(&mut |node| match &node.what {
                    What::Host(function, ..) => only &= function.place == HostPlace::Anywhere,
                    What::Own(inner, ..) => only &= pure.get(*inner).copied().unwrap_or(false),
                    _ => {}
                });
                stays &= only;
                if let Some(known) = pure.get_mut(place) {
                    *known = only;
                }
            }
            if stays {
                return pure;
            }
        }
    }
}

fn block(of: &mut Block, pure: &[bool]) {
    for step in &mut of.steps {
        match step {
            Step::Do(node) => statement(node, pure),
            Step::If(parts) => {
                block(&mut parts.1, pure);
                block(&mut parts.2, pure);
            }
            Step::For(parts) => block(&mut parts.2, pure),
            Step::Set(..) | Step::Return(_) | Step::Break | Step::Continue => {}
        }
    }
}

fn statement(node: &mut Node, pure: &[bool]) {
    match &mut node.what {
        What::Block(inner) => block(inner, pure),
        What::Host(function, _, args) if function.place == HostPlace::Require => {
            if let [condition, _, Node { what: What::Facts(fields, quiet), .. }] = args.as_mut_slice() {
                let mut looked = Looked::default();
                looked.condition(condition);
                let all = fields.iter().all(|(_, value)| looked.accounts_for(value, pure));
                *quiet = all.then(|| Quiet { parameters: looked.parameters.into(), again: looked.again });
            }
        }
        _ => {}
    }
}

/// What a condition has computed for sure once it holds, and what facts beside it would add.
#[derive(Default)]
struct Looked<'a> {
    computed: Vec<&'a Node>,
    /// How many calls of the file's functions there are in the condition, looked at for sure or not.
    calls: usize,
    parameters: Vec<usize>,
    again: u32,
}

impl<'a> Looked<'a> {
    fn condition(&mut self, node: &'a Node) {
        node.each(&mut |inner| self.calls = self.calls.saturating_add(usize::from(is_call(inner))));
        self.surely(node);
    }

    fn surely(&mut self, node: &'a Node) {
        self.computed.push(node);
        match &node.what {
            What::Word(receiver, _, _, args) => {
                self.surely(receiver);
                self.all(args);
            }
            What::Host(_, _, args) | What::Own(_, _, args) | What::List(args) => {
                self.all(args);
            }
            What::Required(inner, _) | What::Not(inner) | What::Minus(inner) => self.surely(inner),
            What::Binary(_, sides) | What::In(sides) => {
                self.surely(&sides.0);
                self.surely(&sides.1);
            }
            // The first side is always looked at; of the others nothing is known.
            What::And(parts) | What::Or(parts) => self.all(parts.get(..1).unwrap_or_default()),
            _ => {}
        }
    }

    fn all(&mut self, nodes: &'a [Node]) {
        for node in nodes {
            self.surely(node);
        }
    }

    /// Whether a fact's value need not be computed.
    fn accounts_for(&mut self, node: &Node, pure: &[bool]) -> bool {
        let again = self.computed.iter().any(|known| same(known, node));
        match &node.what {
            What::Constant(_) | What::Local(..) => true,
            What::Parameter(place, _) => {
                self.parameters.push(*place);
                true
            }
            What::Own(body, _, args) => {
                self.again = self.again.saturating_add(1);
                again
                    && self.calls == 1
                    && pure.get(*body) == Some(&true)
                    && args.iter().all(|arg| self.accounts_for(arg, pure))
            }
            What::Word(receiver, row, _, args) => {
                (again || is_sure(row))
                    && self.accounts_for(receiver, pure)
                    && args.iter().all(|arg| self.accounts_for(arg, pure))
            }
            What::Host(function, _, args) => {
                (again || SURE_FUNCTIONS.contains(&function.en))
                    && function.place == HostPlace::Anywhere
                    && !matches!(function.en, "param" | "param_at")
                    && args.iter().all(|arg| self.accounts_for(arg, pure))
            }
            What::Not(inner) => self.accounts_for(inner, pure),
            What::Binary(operator, sides) => {
                (again || operator.compares())
                    && self.accounts_for(&sides.0, pure)
                    && self.accounts_for(&sides.1, pure)
            }
            _ => false,
        }
    }
}

fn is_call(node: &Node) -> bool {
    matches!(node.what, What::Own(..))
}

fn is_sure(row: &Row) -> bool {
    row.of == Sort::Node && SURE.contains(&row.en)
}

/// Whether two expressions of one function compute the same, as nothing changes between them.
fn same(one: &Node, other: &Node) -> bool {
    let all = |some: &[Node], others: &[Node]| {
        some.len() == others.len() && some.iter().zip(others).all(|(one, other)| same(one, other))
    };
    match (&one.what, &other.what) {
        (What::Constant(one), What::Constant(other)) => one == other,
        (What::Local(one, _), What::Local(other, _))
        | (What::Parameter(one, _), What::Parameter(other, _)) => one == other,
        (What::Word(one, row, _, args), What::Word(other, its, _, others)) => {
            std::ptr::eq(*row, *its) && same(one, other) && all(args, others)
        }
        (What::Host(function, _, args), What::Host(other, _, others)) => {
            function.en == other.en && all(args, others)
        }
        (What::Own(body, _, args), What::Own(other, _, others)) => body == other && all(args, others),
        (What::Binary(sign, sides), What::Binary(other, others)) => {
            sign == other && same(&sides.0, &others.0) && same(&sides.1, &others.1)
        }
        _ => false,
    }
}

impl Block {
    /// Every expression in it, blocks inside included.
    pub(super) fn each<'a>(&'a self, seen: &mut dyn FnMut(&'a Node)) {
        self.outer(&mut |node| node.each(seen));
    }

    /// Every expression in it that is inside of no other.
    pub(super) fn outer<'a>(&'a self, seen: &mut dyn FnMut(&'a Node)) {
        for step in &self.steps {
            match step {
                Step::Set(_, node) | Step::Do(node) | Step::Return(Some(node)) => seen(node),
                Step::If(parts) => choice(parts, seen),
                Step::For(parts) => {
                    match &parts.1 {
                        Over::List(list) => seen(list),
                        Over::Range(from, to, _) => {
                            seen(from);
                            seen(to);
                        }
                    }
                    parts.2.outer(seen);
                }
                Step::Return(None) | Step::Break | Step::Continue => {}
            }
        }
    }
}

fn choice<'a>(parts: &'a (Node, Block, Block), seen: &mut dyn FnMut(&'a Node)) {
    seen(&parts.0);
    parts.1.outer(seen);
    parts.2.outer(seen);
}

impl Node {
    /// The expression and every one in it.
    fn each<'a>(&'a self, seen: &mut dyn FnMut(&'a Node)) {
        seen(self);
        self.inner(&mut |node| node.each(seen));
    }

    /// Every expression that stands right in it.
    pub(super) fn inner<'a>(&'a self, seen: &mut dyn FnMut(&'a Node)) {
        match &self.what {
            What::Constant(_) | What::Local(..) => {}
            What::Word(receiver, _, _, args) => {
                seen(receiver);
                args.iter().for_each(seen);
            }
            What::Host(_, _, args)
            | What::Own(_, _, args)
            | What::List(args)
            | What::And(args)
            | What::Or(args) => args.iter().for_each(seen),
            What::Parameter(_, inner)
            | What::Path(_, inner)
            | What::Required(inner, _)
            | What::Not(inner)
            | What::Minus(inner) => seen(inner),
            What::Binary(_, sides) | What::In(sides) => {
                seen(&sides.0);
                seen(&sides.1);
            }
            What::Facts(fields, _) => fields.iter().for_each(|(_, value)| seen(value)),
            What::If(parts) => choice(parts, seen),
            What::Block(inner) => inner.outer(seen),
        }
    }
}
