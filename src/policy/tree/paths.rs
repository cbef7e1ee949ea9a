//! Paths: the things that a hook's own request or event names, found once a call however often they are written.
//!
//! A path is a view or the name of a kind that is read, word by word, from what the hook is given. Reading it changes
//! and costs nothing, and while the call lasts it stays the same.

#![expect(clippy::wildcard_enum_match_arm, reason = "what is not named here is no path")]

use std::collections::BTreeMap;

use super::{Block, Node, Over, Step, Tree, What, print};
use crate::policy::vocabulary::{Item, Sort, Type};

/// The most paths that one hook keeps.
const MOST: usize = 8;

impl Tree {
    /// Gives each path that a hook writes more than once a place among its variables. This comes last: whatever
    /// else looks at words has looked.
    pub(super) fn keep_paths(&mut self, hook: usize) {
        let Some(body) = self.bodies.get_mut(hook) else { return };
        let mut written: BTreeMap<String, (usize, usize)> = BTreeMap::new();
        block(&mut body.steps, &mut |node| {
            if is_path(node) {
                let times = &mut written.entry(print::source(node)).or_default().0;
                *times = times.saturating_add(1);
            }
        });
        written.retain(|_, (times, _)| *times > 1);
        if written.is_empty() || written.len() > MOST {
            return;
        }
        for (_, slot) in written.values_mut() {
            *slot = body.slots;
            body.slots = body.slots.saturating_add(1);
        }
        // Outer words come last, so that a path can begin with a shorter one.
        block(&mut body.steps, &mut |node| {
            let Some((_, slot)) =
                is_path(node).then(|| print::source(node)).and_then(|path| written.get(&path))
            else {
                return;
            };
            let (ty, line, column) = (node.ty, node.line, node.column);
            let what = std::mem::replace(&mut node.what, What::Block(Block::default()));
            node.what = What::Path(*slot, Box::new(Node { what, ty, line, column }));
        });
    }
}

fn is_path(node: &Node) -> bool {
    let What::Word(receiver, row, _, args) = &node.what else { return false };
    let thing = match node.ty {
        Type::One(Item::View(sort, _)) => {
            matches!(sort, Sort::Node | Sort::Pool | Sort::Loan | Sort::Permit)
        }
        ty => ty == Type::TEXT && row.en == "kind",
    };
    let from = match &receiver.what {
        What::Local(slot, _) => *slot == 0,
        What::Path(..) => true,
        _ => is_path(receiver),
    };
    thing && from && args.is_empty()
}

/// Every expression, those inside of another before it.
fn block(of: &mut Block, seen: &mut impl FnMut(&mut Node)) {
    for step in &mut of.steps {
        match step {
            Step::Set(_, value) | Step::Do(value) | Step::Return(Some(value)) => node(value, seen),
            Step::If(parts) => choice(parts, seen),
            Step::For(parts) => {
                match &mut parts.1 {
                    Over::List(list) => node(list, seen),
                    Over::Range(from, to, _) => {
                        node(from, seen);
                        node(to, seen);
                    }
                }
                block(&mut parts.2, seen);
            }
            Step::Return(None) | Step::Break | Step::Continue => {}
        }
    }
}

fn choice(parts: &mut (Node, Block, Block), seen: &mut impl FnMut(&mut Node)) {
    node(&mut parts.0, seen);
    block(&mut parts.1, seen);
    block(&mut parts.2, seen);
}

fn nodes(of: &mut [Node], seen: &mut impl FnMut(&mut Node)) {
    for one in of {
        node(one, seen);
    }
}

fn node(of: &mut Node, seen: &mut impl FnMut(&mut Node)) {
    match &mut of.what {
        What::Constant(_) | What::Local(..) => {}
        What::Word(receiver, _, _, args) => {
            node(receiver, seen);
            nodes(args, seen);
        }
        What::Host(_, _, inner)
        | What::Own(_, _, inner)
        | What::List(inner)
        | What::And(inner)
        | What::Or(inner) => nodes(inner, seen),
        What::Parameter(_, inner)
        | What::Path(_, inner)
        | What::Required(inner, _)
        | What::Not(inner)
        | What::Minus(inner) => node(inner, seen),
        What::Binary(_, sides) | What::In(sides) => {
            node(&mut sides.0, seen);
            node(&mut sides.1, seen);
        }
        What::Facts(fields, _) => fields.iter_mut().for_each(|(_, value)| node(value, seen)),
        What::If(parts) => choice(parts, seen),
        What::Block(inner) => block(inner, seen),
    }
    seen(of);
}
