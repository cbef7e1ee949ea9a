//! Folding statements: what is left of them where parameters are known, function by function, turn by turn.

#![expect(clippy::wildcard_enum_match_arm, reason = "what is not named here has no form of its own")]

use std::sync::Arc;

use super::super::{Block, Node, Over, Step, Tree, What};
use super::making::{Making, ends, leaves, leaves_in, straight};
use super::scope::{Scope, Variable};
use super::{
    Any, CELLS, Choice, Does, FORMS, Folded, Given, Lines, Named, ReadSet, Readable, Require, Say, Thing,
    UNROLLED, Whole,
};
use crate::policy::limits;
use crate::policy::value::{Text, Value};
use crate::policy::vocabulary::{HostPlace, Row};

/// Why a hook is not folded: it would be a book. It is carried out as it stands.
pub(super) struct TooLarge;

/// What folding an expression leaves of it.
pub(super) enum Form {
    /// Its value is known; these parameters are read on the way.
    Known(Value<'static>, ReadSet),
    /// It is computed.
    Any(Any),
}

/// Folds one hook.
pub(super) struct Folder<'t> {
    pub(super) tree: &'t Tree,
    pub(super) given: &'t Given<'t>,
    codes: Vec<Arc<str>>,
    pub(super) readable: Readable,
    /// The cells of what the hooks' own view names, word by word: from which cell, by which word.
    paths: Vec<(usize, &'static Row, usize)>,
    /// Those of them that are filled before anything is done.
    named: Vec<(usize, Named)>,
    sure: Sure,
    /// What was sure where the function that is being unfolded could first be left.
    left: Option<Sure>,
    cells: usize,
    forms: usize,
    depth: usize,
}

/// The cells in which something is found for sure before a line.
type Sure = Vec<usize>;

/// Hooks that are called one after the other, where this is known; none if that is too large, or would give up for
/// sure.
pub(crate) fn fold<'t>(
    hooks: impl IntoIterator<Item = (&'t Tree, usize)>,
    given: &'t Given<'t>,
) -> Option<Folded> {
    let mut folder: Option<Folder<'t>> = None;
    let mut making = Making::default();
    for (number, (tree, body)) in hooks.into_iter().enumerate() {
        making.push(Does::Hook(number));
        let folder = folder.get_or_insert_with(|| Folder::new(tree, given));
        folder.tree = tree;
        let own = Form::Any(Any::Cell(0));
        let lines = folder.function(body, vec![own]).ok()?;
        making.unfold(lines);
        if making.ends {
            return None;
        }
    }
    let lines = making.done();
    Some(match folder {
        Some(Folder { cells, named, codes, readable, .. }) => Folded { cells, named, lines, codes, readable },
        None => {
            Folded { cells: 1, named: Vec::new(), lines, codes: Vec::new(), readable: Readable::default() }
        }
    })
}

impl<'t> Folder<'t> {
    fn new(tree: &'t Tree, given: &'t Given<'t>) -> Self {
        Self {
            tree,
            given,
            codes: Vec::new(),
            readable: Readable::default(),
            paths: Vec::new(),
            named: Vec::new(),
            sure: Sure::new(),
            left: None,
            cells: 1,
            forms: 0,
            depth: 0,
        }
    }

    /// A function, unfolded with these arguments.
    pub(super) fn function(&mut self, body: usize, args: Vec<Form>) -> Result<Lines, TooLarge> {
        let tree = self.tree;
        let outer = self.left.take();
        let body = tree.body(body).ok_or(TooLarge)?;
        self.depth = self.depth.saturating_add(1);
        if self.depth > limits::CALLS {
            return Err(TooLarge);
        }
        let mut scope = Scope::of(body);
        let mut making = Making::default();
        for (slot, arg) in args.into_iter().enumerate() {
            self.argument(slot, arg, &mut scope, &mut making)?;
        }
        self.block(&body.steps, &mut scope, &mut making)?;
        self.depth = self.depth.saturating_sub(1);
        if let Some(left) = std::mem::replace(&mut self.left, outer) {
            self.sure = left;
        }
        Ok(straight(making.done()))
    }

    /// What is sure, to be put back behind something of which it is not sure that it is done.
    pub(super) fn sure(&self) -> Sure {
        self.sure.clone()
    }

    pub(super) fn be_sure(&mut self, sure: Sure) {
        self.sure = sure;
    }

    /// The cell of what a word of the view in a cell names.
    pub(super) fn path(&mut self, from: usize, row: &'static Row) -> Result<usize, TooLarge> {
        let known = self.paths.iter().find(|(cell, word, _)| *cell == from && std::ptr::eq(*word, row));
        if let Some((_, _, cell)) = known {
            return Ok(*cell);
        }
        let cell = self.cell()?;
        self.paths.push((from, row, cell));
        Ok(cell)
    }

    /// Whether a cell holds the hooks' own view, or what a word of it names.
    pub(super) fn is_path(&self, cell: usize) -> bool {
        cell == 0 || self.paths.iter().any(|(_, _, known)| *known == cell)
    }

    /// A cell holds what the request names.
    pub(super) fn name(&mut self, cell: usize, named: Named) {
        if !self.named.iter().any(|(known, _)| *known == cell) {
            self.named.push((cell, named));
        }
    }

    /// An argument is known, stands in the caller's variable, or gets a cell.
    fn argument(
        &mut self,
        slot: usize,
        arg: Form,
        scope: &mut Scope,
        making: &mut Making,
    ) -> Result<(), TooLarge> {
        let stays = scope.is_set(slot, 0);
        let variable = match arg {
            Form::Known(value, reads) if stays => {
                making.owe_reads(reads);
                Variable::Known(value)
            }
            Form::Any(any) if stays && any.cell().is_some() => {
                any.cell().map_or(Variable::Unset, Variable::Cell)
            }
            // What the hook's own view names stands in a cell already.
            Form::Any(Any::Thing(Thing::Once(cell, inner))) if stays => {
                if !self.sure.contains(&cell) {
                    self.sure.push(cell);
                    making.push(Does::Find(Thing::Once(cell, inner)));
                }
                Variable::Cell(cell)
            }
            other => {
                let cell = self.cell()?;
                making.push(Does::Set(cell, other.any()));
                Variable::Cell(cell)
            }
        };
        scope.learn(slot, variable);
        Ok(())
    }

    /// A cell that nobody has.
    pub(super) fn cell(&mut self) -> Result<usize, TooLarge> {
        let cell = self.cells;
        self.cells = self.cells.saturating_add(1);
        if self.cells > CELLS { Err(TooLarge) } else { Ok(cell) }
    }

    /// One more form.
    pub(super) fn count(&mut self) -> Result<(), TooLarge> {
        self.forms = self.forms.saturating_add(1);
        if self.forms > FORMS { Err(TooLarge) } else { Ok(()) }
    }

    /// The lines of a block on its own.
    pub(super) fn lines(&mut self, block: &Block, scope: &mut Scope) -> Result<Lines, TooLarge> {
        let mut making = Making::default();
        self.block(block, scope, &mut making)?;
        Ok(making.done())
    }

    fn block(&mut self, block: &Block, scope: &mut Scope, making: &mut Making) -> Result<(), TooLarge> {
        let weights = block.weights.iter().copied().chain(std::iter::repeat(1));
        for (step, weight) in block.steps.iter().zip(weights) {
            if making.ends {
                break;
            }
            self.count()?;
            making.owe_steps(weight);
            self.step(step, scope, making)?;
        }
        Ok(())
    }

    fn step(&mut self, step: &Step, scope: &mut Scope, making: &mut Making) -> Result<(), TooLarge> {
        match step {
            Step::Set(slot, value) => return self.set(*slot, value, scope, making),
            Step::Do(node) => return self.statement(node, scope, making),
            Step::If(parts) => return self.choice(parts, scope, making),
            Step::For(parts) => return self.repeat(parts, scope, making),
            Step::Return(None) => making.push(Does::Return(None)),
            Step::Return(Some(node)) => {
                let value = self.form(node, scope)?.any();
                making.push(Does::Return(Some(value)));
            }
            Step::Break => making.push(Does::Break),
            Step::Continue => making.push(Does::Continue),
        }
        making.ends = true;
        Ok(())
    }

    fn set(
        &mut self,
        slot: usize,
        value: &Node,
        scope: &mut Scope,
        making: &mut Making,
    ) -> Result<(), TooLarge> {
        let form = self.form(value, scope)?;
        // What gets a value once holds it wherever it can be named.
        let once = scope.is_set(slot, 1);
        match form {
            Form::Known(value, reads) if once => {
                making.owe_reads(reads);
                scope.learn(slot, Variable::Known(value));
            }
            other => {
                let cell = self.cell_of(slot, scope)?;
                making.push(Does::Set(cell, other.any()));
            }
        }
        Ok(())
    }

    /// The cell of a variable, which gets one if it has none.
    pub(super) fn cell_of(&mut self, slot: usize, scope: &mut Scope) -> Result<usize, TooLarge> {
        if let Some(Variable::Cell(cell)) = scope.variables.get(slot) {
            return Ok(*cell);
        }
        let cell = self.cell()?;
        scope.learn(slot, Variable::Cell(cell));
        Ok(cell)
    }

    fn statement(&mut self, node: &Node, scope: &mut Scope, making: &mut Making) -> Result<(), TooLarge> {
        match &node.what {
            What::Block(block) => {
                let lines = self.lines(block, scope)?;
                making.splice(lines);
            }
            What::Own(body, _, args) => {
                let args = self.forms_of(args, scope)?;
                let lines = self.function(*body, args)?;
                making.unfold(lines);
            }
            What::Host(function, _, args) => match function.place {
                HostPlace::Anywhere => {
                    let given = self.form(node, scope)?.any();
                    making.push(Does::Give(given));
                }
                HostPlace::Require => self.require(args, scope, making)?,
                HostPlace::Proposal => making.give_up(),
                place @ (HostPlace::Deny | HostPlace::Note | HostPlace::Finding) => {
                    match self.said(place, args, scope)? {
                        Some(say) => making.push(Does::Say(Box::new(say))),
                        None => making.give_up(),
                    }
                }
            },
            _ => {
                let given = self.form(node, scope)?.any();
                making.push(Does::Give(given));
            }
        }
        Ok(())
    }

    fn require(&mut self, args: &[Node], scope: &mut Scope, making: &mut Making) -> Result<(), TooLarge> {
        let Some((condition, rest)) = args.split_first() else {
            making.give_up();
            return Ok(());
        };
        let condition = self.form(condition, scope)?.truth();
        let Some(say) = self.said(HostPlace::Require, rest, scope)? else {
            making.give_up();
            return Ok(());
        };
        let owed = match rest.get(1).map(|facts| &facts.what) {
            None => Some((0, [].as_slice())),
            Some(What::Facts(_, Some(quiet))) => Some((quiet.again, &*quiet.parameters)),
            Some(_) => None,
        };
        let quiet = match owed {
            Some((again, places)) => self.all_of(places)?.map(|reads| (again, reads)),
            None => None,
        };
        making.push(Does::Require(Box::new(Require { condition, say, quiet })));
        Ok(())
    }

    /// All of these parameters as they are read; none if one of them holds nothing.
    fn all_of(&mut self, places: &[usize]) -> Result<Option<ReadSet>, TooLarge> {
        let mut all = ReadSet::NONE;
        for place in places {
            let Some((_, read)) = (self.given.holds)(*place) else { return Ok(None) };
            all.add(self.readable.reads(read)?);
        }
        Ok(Some(all))
    }

    /// A code, and facts if there are any.
    fn said(&mut self, place: HostPlace, args: &[Node], scope: &mut Scope) -> Result<Option<Say>, TooLarge> {
        let Some((Node { what: What::Constant(Value::Text(Text::Own(code))), .. }, rest)) =
            args.split_first()
        else {
            return Ok(None);
        };
        let (mut names, mut facts) = (0_usize, Vec::new());
        match rest {
            [] => {}
            [Node { what: What::Facts(fields, _), .. }] => {
                for (name, value) in fields {
                    names = names.saturating_add(name.len());
                    facts.push(self.form(value, scope)?.any());
                }
            }
            _ => return Ok(None),
        }
        let known = self.codes.iter().position(|known| known == code);
        let code = known.unwrap_or_else(|| {
            self.codes.push(Arc::clone(code));
            self.codes.len().saturating_sub(1)
        });
        Ok(Some(Say { place, code, names, facts: facts.into() }))
    }

    fn choice(
        &mut self,
        parts: &(Node, Block, Block),
        scope: &mut Scope,
        making: &mut Making,
    ) -> Result<(), TooLarge> {
        let condition = match self.form(&parts.0, scope)? {
            Form::Known(Value::YesNo(yes), reads) => {
                making.owe_reads(reads);
                let lines = self.lines(if yes { &parts.1 } else { &parts.2 }, scope)?;
                making.splice(lines);
                return Ok(());
            }
            other => other.truth(),
        };
        let sure = self.sure.clone();
        let then = self.lines(&parts.1, scope)?;
        self.sure.clone_from(&sure);
        let otherwise = self.lines(&parts.2, scope)?;
        self.sure = sure;
        if leaves(&then) || leaves(&otherwise) {
            self.left.get_or_insert_with(|| self.sure.clone());
        }
        let ends = ends(&then) && ends(&otherwise);
        making.push(Does::If(Box::new(Choice { condition, then, otherwise })));
        making.ends = ends;
        Ok(())
    }

    fn repeat(
        &mut self,
        parts: &(usize, Over, Block),
        scope: &mut Scope,
        making: &mut Making,
    ) -> Result<(), TooLarge> {
        let (slot, over, body) = parts;
        // What a turn does is not sure after the loop.
        let sure = self.sure.clone();
        let does = self.looped(*slot, over, body, scope, making);
        self.sure = sure;
        let does = does?;
        if leaves_in(&does) {
            self.left.get_or_insert_with(|| self.sure.clone());
        }
        making.push(does);
        Ok(())
    }

    fn looped(
        &mut self,
        slot: usize,
        over: &Over,
        body: &Block,
        scope: &mut Scope,
        making: &mut Making,
    ) -> Result<Does, TooLarge> {
        let once = scope.is_set(slot, 1);
        Ok(match over {
            Over::List(list) => match self.form(list, scope)? {
                Form::Known(Value::List(items), reads) if once && items.len() <= UNROLLED => {
                    making.owe_reads(reads);
                    self.turns(slot, items.iter().cloned(), body, scope)?
                }
                other => {
                    let cell = self.cell_of(slot, scope)?;
                    let lines = self.lines(body, scope)?;
                    Does::For(Box::new((cell, other.any(), lines)))
                }
            },
            Over::Range(from, to, inclusive) => match (self.form(from, scope)?, self.form(to, scope)?) {
                (Form::Known(Value::Number(one), mut reads), Form::Known(Value::Number(two), others))
                    if once && is_short(one, two) =>
                {
                    reads.add(others);
                    making.owe_reads(reads);
                    let numbers = one..two.saturating_add(i64::from(*inclusive));
                    self.turns(slot, numbers.map(Value::Number), body, scope)?
                }
                (one, two) => {
                    let cell = self.cell_of(slot, scope)?;
                    let (from, to): (Whole, Whole) = (one.whole(), two.whole());
                    let lines = self.lines(body, scope)?;
                    Does::Range(Box::new((cell, from, to, *inclusive, lines)))
                }
            },
        })
    }

    /// A loop over what is known, turn by turn.
    fn turns(
        &mut self,
        slot: usize,
        items: impl Iterator<Item = Value<'static>>,
        body: &Block,
        scope: &mut Scope,
    ) -> Result<Does, TooLarge> {
        let mut turns = Vec::new();
        let sure = self.sure.clone();
        for item in items {
            scope.learn(slot, Variable::Known(item));
            turns.push(self.lines(body, scope)?);
            // The turn may have been left early.
            self.sure.clone_from(&sure);
        }
        Ok(Does::Turns(turns.into()))
    }
}

/// Whether a range has few enough numbers to be unrolled.
fn is_short(from: i64, to: i64) -> bool {
    to.checked_sub(from)
        .and_then(|length| usize::try_from(length.max(0)).ok())
        .is_some_and(|length| length < UNROLLED)
}
