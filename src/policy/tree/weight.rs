//! Weight: what statements cost, counted once when a script is read, the same on every machine.

use super::{Block, Node, Over, Step, Tree, What};

impl Tree {
    /// Weighs every statement of every function.
    pub(super) fn weigh(&mut self) {
        for body in &mut self.bodies {
            block(&mut body.steps);
        }
    }
}

fn block(of: &mut Block) {
    of.weights = of.steps.iter_mut().map(step).collect();
}

/// One for the statement, and one for each expression in it. Blocks inside have weights of their own, which
/// are paid when they are carried out.
fn step(step: &mut Step) -> u32 {
    let inner = match step {
        Step::Set(_, value) | Step::Do(value) | Step::Return(Some(value)) => node(value),
        Step::If(parts) => {
            block(&mut parts.1);
            block(&mut parts.2);
            node(&mut parts.0)
        }
        Step::For(parts) => {
            block(&mut parts.2);
            match &mut parts.1 {
                Over::List(list) => node(list),
                Over::Range(from, to, _) => node(from).saturating_add(node(to)),
            }
        }
        Step::Return(None) | Step::Break | Step::Continue => 0,
    };
    inner.saturating_add(1)
}

fn node(of: &mut Node) -> u32 {
    let inner = match &mut of.what {
        What::Constant(_) | What::Local(..) => 0,
        What::Word(receiver, _, _, args) => node(receiver).saturating_add(nodes(args)),
        What::Host(_, _, args)
        | What::Own(_, _, args)
        | What::List(args)
        | What::And(args)
        | What::Or(args) => nodes(args),
        What::Parameter(_, inner)
        | What::Path(_, inner)
        | What::Required(inner, _)
        | What::Not(inner)
        | What::Minus(inner) => node(inner),
        What::Binary(_, sides) | What::In(sides) => node(&mut sides.0).saturating_add(node(&mut sides.1)),
        What::Facts(fields, _) => {
            fields.iter_mut().map(|(_, value)| node(value)).fold(0, u32::saturating_add)
        }
        What::If(parts) => {
            block(&mut parts.1);
            block(&mut parts.2);
            node(&mut parts.0)
        }
        What::Block(inner) => {
            block(inner);
            0
        }
    };
    inner.saturating_add(1)
}

fn nodes(of: &mut [Node]) -> u32 {
    of.iter_mut().map(node).fold(0, u32::saturating_add)
}
