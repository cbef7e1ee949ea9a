//! Statements: blocks, variables, branches, loops and returns of a script, typed.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "Rhai's forms are open ended; what is not named here is turned away"
)]

use rhai::{ASTFlags, Expr, FlowControl, Position, Stmt};

use super::expressions::unusable;
use super::guards;
use super::read::{Frame, Reader, node};
use super::{Block, Node, Operator, Over, Step, What};
use crate::document::nearest;
use crate::error::{Message, Phrase, same, table};
use crate::policy::limits;
use crate::policy::vocabulary::{Item, Type};

impl Reader<'_> {
    /// Reads a block with a scope of its own; its value's type beside it.
    pub(super) fn block(&mut self, frame: &mut Frame, stmts: &[Stmt]) -> (Block, Type) {
        let locals = frame.locals.len();
        let truths = frame.truths.len();
        let read = self.block_of(frame, stmts);
        frame.locals.truncate(locals);
        frame.truths.truncate(truths);
        read
    }

    /// Reads statements in the scope that is open.
    pub(super) fn block_of(&mut self, frame: &mut Frame, stmts: &[Stmt]) -> (Block, Type) {
        let mut block = Block::default();
        let mut last = Type::Nothing;
        for stmt in stmts {
            if let Some(step) = self.statement(frame, stmt, &mut last) {
                block.steps.push(step);
            }
        }
        (block, last)
    }

    /// Reads a block in which more is known to be true.
    fn block_where(&mut self, frame: &mut Frame, stmts: &[Stmt], known: Vec<guards::Truth>) -> (Block, Type) {
        let truths = frame.truths.len();
        frame.truths.extend(known);
        let read = self.block(frame, stmts);
        frame.truths.truncate(truths);
        read
    }

    fn statement(&mut self, frame: &mut Frame, stmt: &Stmt, last: &mut Type) -> Option<Step> {
        *last = Type::Nothing;
        match stmt {
            Stmt::Noop(_) => None,
            Stmt::If(flow, place) => {
                let (parts, ty) = self.branches(frame, flow, *place);
                *last = ty;
                Some(Step::If(Box::new(parts)))
            }
            Stmt::For(parts, place) => {
                let (variable, counter, flow) = &**parts;
                if counter.is_some() {
                    self.fault(*place, table::LOOP_VARIABLES.say([]));
                }
                self.loop_over(frame, variable.name.as_str(), flow, *place)
            }
            Stmt::Var(parts, flags, place) => {
                let (variable, value, _) = &**parts;
                if flags.contains(ASTFlags::EXPORTED) {
                    self.fault(*place, unusable("`export`", "`export`", "", ""));
                }
                self.variable(
                    frame,
                    variable.name.as_str(),
                    value,
                    flags.contains(ASTFlags::CONSTANT),
                    *place,
                )
            }
            Stmt::Assignment(parts) => {
                let (operator, sides) = &**parts;
                let sign = operator.get_op_assignment_info().map(|info| info.5);
                self.assignment(frame, &sides.lhs, sign, &sides.rhs, operator.position())
            }
            Stmt::FnCall(call, place) => {
                let value = self.call(frame, call, *place);
                *last = value.ty;
                Some(Step::Do(value))
            }
            Stmt::Expr(value) => {
                let value = self.expression(frame, value);
                *last = value.ty;
                Some(Step::Do(value))
            }
            Stmt::Block(block) => {
                let (read, ty) = self.block(frame, block.statements());
                *last = ty;
                let place = block.position();
                Some(Step::Do(node(What::Block(read), ty, place)))
            }
            Stmt::Return(value, flags, place) => self.returned(frame, value.as_deref(), *flags, *place),
            Stmt::BreakLoop(value, flags, place) => {
                if frame.loops == 0 {
                    self.fault(*place, unusable("循环之外的 `break`", "`break` outside a loop", "", ""));
                }
                if value.is_some() {
                    self.fault(*place, table::LOOP_VALUE.say([]));
                }
                Some(if flags.contains(ASTFlags::BREAK) { Step::Break } else { Step::Continue })
            }
            other => {
                self.fault(other.position(), named(other));
                None
            }
        }
    }

    /// An `if` with its branches, and the type of its value.
    pub(super) fn branches(
        &mut self,
        frame: &mut Frame,
        flow: &FlowControl,
        place: Position,
    ) -> ((Node, Block, Block), Type) {
        let condition = self.expression(frame, &flow.expr);
        self.must_be_yes_no(&condition, &flow.expr);
        self.check_constant(&condition, flow.expr.start_position());
        let (yes, no) = guards::truths(&condition);
        let (then, then_ty) = self.block_where(frame, flow.body.statements(), yes.clone());
        let (other, other_ty) = self.block_where(frame, flow.branch.statements(), no.clone());
        if then.ends_always() {
            frame.truths.extend(no);
        } else if other.ends_always() {
            frame.truths.extend(yes);
        }
        let ty = match (then.ends_always(), other.ends_always()) {
            (true, _) => other_ty,
            (false, true) => then_ty,
            (false, false) if flow.branch.statements().is_empty() => Type::Nothing,
            (false, false) if then_ty.fits(other_ty) => other_ty,
            (false, false) if other_ty.fits(then_ty) => then_ty,
            (false, false) => {
                if then_ty.is_numeric() && other_ty.is_numeric() {
                    self.fault(place, table::RETURNS.say([then_ty.phrase(), other_ty.phrase()]));
                }
                Type::Nothing
            }
        };
        ((condition, then, other), ty)
    }

    fn variable(
        &mut self,
        frame: &mut Frame,
        name: &str,
        value: &Expr,
        constant: bool,
        place: Position,
    ) -> Option<Step> {
        let value = self.expression(frame, value);
        if value.ty == Type::Nothing {
            self.fault(place, table::HOLDS_NOTHING.say([same(name), value.ty.phrase()]));
        }
        self.check_name(frame, name, place);
        let slot = frame.declare(name, value.ty, constant);
        if frame.slots > limits::VARIABLES {
            self.fault(place, table::VARIABLES_MOST.say([same(limits::VARIABLES)]));
            return None;
        }
        Some(Step::Set(slot, value))
    }

    fn check_name(&mut self, frame: &Frame, name: &str, place: Position) {
        if frame.local(name).is_some() {
            self.fault(place, table::VARIABLE_AGAIN.say([same(name)]));
        }
    }

    fn assignment(
        &mut self,
        frame: &mut Frame,
        target: &Expr,
        sign: Option<&str>,
        value: &Expr,
        place: Position,
    ) -> Option<Step> {
        let value = self.expression(frame, value);
        let Expr::Variable(parts, ..) = target else {
            self.fault(place, table::READ_ONLY.say([]));
            return None;
        };
        let name = parts.1.as_str();
        let found = frame.local(name).cloned();
        let found = found.or_else(|| self.other_letters(frame, name, target.position()));
        let Some(local) = found else {
            let hint = nearest(name, frame.locals.iter().map(|local| local.name.as_str()));
            self.fault(target.position(), table::VARIABLE.say([same(name), Phrase::hint(hint)]));
            return None;
        };
        if local.constant {
            self.fault(place, table::CONSTANT.say([same(name)]));
        }
        if matches!(local.ty, Type::One(Item::View(..)) | Type::List(_) | Type::EmptyList | Type::Facts) {
            self.fault(place, table::SET_AGAIN.say([same(name), local.ty.phrase()]));
            return None;
        }
        let value = match sign {
            None => value,
            Some(sign) => {
                let Some(operator) = Operator::from_sign(sign).filter(|operator| !operator.compares()) else {
                    self.fault(place, {
                        let sign = format!("`{sign}=`");
                        unusable(&sign, &sign, "", "")
                    });
                    return None;
                };
                let old = node(What::Local(local.slot, super::read::word(name)), local.ty, place);
                self.binary(operator, old, value, place)
            }
        };
        if !value.ty.fits(local.ty) {
            self.fault(place, table::CANNOT_HOLD.say([same(name), local.ty.phrase(), value.ty.phrase()]));
        }
        Some(Step::Set(local.slot, value))
    }

    fn loop_over(
        &mut self,
        frame: &mut Frame,
        name: &str,
        flow: &FlowControl,
        place: Position,
    ) -> Option<Step> {
        let (over, item) = match &flow.expr {
            Expr::FnCall(call, _) if matches!(call.name.as_str(), ".." | "..=") && call.args.len() == 2 => {
                let mut ends = call.args.iter().map(|end| self.expression(frame, end)).collect::<Vec<_>>();
                for end in &ends {
                    if !end.ty.fits(Type::NUMBER) {
                        self.fault(place, table::LOOP_OVER.say([end.ty.phrase()]));
                    }
                }
                let (Some(to), Some(from)) = (ends.pop(), ends.pop()) else { return None };
                (Over::Range(from, to, call.name.as_str() == "..="), Type::NUMBER)
            }
            list => {
                let list = self.expression(frame, list);
                let item = match list.ty {
                    Type::List(item) => Type::One(item),
                    Type::EmptyList | Type::Unknown => Type::Unknown,
                    Type::Nothing | Type::One(_) | Type::Facts => {
                        self.fault(place, table::LOOP_OVER.say([list.ty.phrase()]));
                        Type::Unknown
                    }
                };
                (Over::List(list), item)
            }
        };
        self.check_name(frame, name, place);
        let locals = frame.locals.len();
        let truths = frame.truths.len();
        let slot = frame.declare(name, item, true);
        frame.loops = frame.loops.saturating_add(1);
        let (body, _) = self.block(frame, flow.body.statements());
        frame.loops = frame.loops.saturating_sub(1);
        frame.locals.truncate(locals);
        frame.truths.truncate(truths);
        Some(Step::For(Box::new((slot, over, body))))
    }

    fn returned(
        &mut self,
        frame: &mut Frame,
        value: Option<&Expr>,
        flags: ASTFlags,
        place: Position,
    ) -> Option<Step> {
        if flags.contains(ASTFlags::BREAK) {
            self.fault(place, unusable("`throw`", "`throw`", "；请用 `deny` 不予", "; say no with `deny`"));
            return None;
        }
        if frame.values > 0 {
            let (zh, en) = ("值里面的 `return`", "`return` inside a value");
            self.fault(place, unusable(zh, en, "；请写成语句", "; write a statement"));
        }
        let value = value.map(|value| self.expression(frame, value));
        let ty = value.as_ref().map_or(Type::Nothing, |value| value.ty);
        match frame.returns {
            None => frame.returns = Some(ty),
            Some(before) if before.fits(ty) => frame.returns = Some(ty),
            Some(before) if ty.fits(before) => {}
            Some(before) => self.fault(place, table::RETURNS.say([ty.phrase(), before.phrase()])),
        }
        Some(Step::Return(value))
    }

    pub(super) fn must_be_yes_no(&mut self, condition: &Node, source: &Expr) {
        if !condition.ty.fits(Type::YES_NO) {
            self.fault(source.start_position(), table::CONDITION.say([condition.ty.phrase()]));
        }
    }
}

/// What a statement is called, for a message.
fn named(stmt: &Stmt) -> Message {
    let word = match stmt {
        Stmt::Switch(..) => return table::SWITCH.say([]),
        Stmt::While(..) => "`while`",
        Stmt::Do(..) => "`do`",
        Stmt::TryCatch(..) => "`try`",
        Stmt::Import(..) => "`import`",
        Stmt::Export(..) => "`export`",
        _ => return unusable("这种写法", "this", "", ""),
    };
    unusable(word, word, "", "")
}
