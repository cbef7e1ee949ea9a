//! The stack: the variables of all functions under way, and the steps that they took.

use std::mem::ManuallyDrop;

use crate::policy::call::Fail;
use crate::policy::limits;
use crate::policy::value::Value;

/// A variable's place. What is in it is given up once, in the end, and mostly it need not be.
pub(super) type Slot<'a> = ManuallyDrop<Value<'a>>;

/// A place with nothing in it.
pub(super) const EMPTY: Slot<'static> = ManuallyDrop::new(Value::Nothing);

/// The variables of all functions under way; the innermost one's begin at `base` and end before `top`. What stands
/// from there on belongs to nobody. No variable is read before it is set, so what another function has left in its
/// place does not matter.
pub(super) struct Stack<'s, 'a> {
    slots: &'s mut [Slot<'a>],
    /// Whether a variable may hold something that is to be given up in the end.
    holds: bool,
    base: usize,
    pub(super) top: usize,
    depth: usize,
    /// Steps taken so far; what words and functions cost beside is charged to the call.
    pub(super) steps: u64,
}

impl<'s, 'a> Stack<'s, 'a> {
    /// A stack on these places.
    pub(super) fn new(slots: &'s mut [Slot<'a>]) -> Self {
        Self { slots, holds: false, base: 0, top: 1, depth: 0, steps: 0 }
    }

    /// The same stack, lent to another run.
    pub(super) fn lent(&mut self) -> Stack<'_, 'a> {
        let Self { ref mut slots, holds, base, top, depth, steps } = *self;
        Stack { slots, holds, base, top, depth, steps }
    }

    /// What another run made of the stack that was lent to it.
    pub(super) fn back(&mut self, (holds, steps): (bool, u64)) {
        (self.holds, self.steps) = (holds, steps);
    }

    /// What is to be known of a lent stack when it comes back.
    pub(super) fn mark(&self) -> (bool, u64) {
        (self.holds, self.steps)
    }

    /// A function with so many variables begins; what is to be put back after it.
    pub(super) fn enter(&mut self, base: usize, slots: usize) -> Result<(usize, usize), Fail> {
        if self.depth >= limits::CALLS {
            return Err(Fail::limit("函数调用过深", "functions call each other too deep"));
        }
        self.depth = self.depth.saturating_add(1);
        let outer = (std::mem::replace(&mut self.base, base), self.top);
        self.top = base.saturating_add(slots);
        Ok(outer)
    }

    /// A function ends.
    pub(super) fn leave(&mut self, outer: (usize, usize)) {
        (self.base, self.top) = outer;
        self.depth = self.depth.saturating_sub(1);
    }

    /// A variable of the innermost function.
    #[inline]
    pub(super) fn local(&self, slot: usize) -> Option<&Value<'a>> {
        self.slots.get(self.base.saturating_add(slot)).map(|value| &**value)
    }

    /// A variable of the innermost function gets a value.
    #[inline]
    pub(super) fn set(&mut self, slot: usize, value: Value<'a>) {
        self.put(self.base.saturating_add(slot), value);
    }

    /// A value comes to a place of the stack.
    #[inline]
    pub(super) fn put(&mut self, place: usize, value: Value<'a>) {
        if self.holds || !value.is_plain() {
            return self.keep(place, value);
        }
        // What was there is as plain, and nothing is to be given up.
        if let Some(place) = self.slots.get_mut(place) {
            *place = ManuallyDrop::new(value);
        }
    }

    /// The same, where something is to be given up in the end.
    fn keep(&mut self, place: usize, value: Value<'a>) {
        self.holds = true;
        if let Some(place) = self.slots.get_mut(place) {
            drop(ManuallyDrop::into_inner(std::mem::replace(place, ManuallyDrop::new(value))));
        }
    }

    /// Gives up what the variables hold.
    pub(super) fn let_go(&mut self) {
        if self.holds {
            for slot in &mut *self.slots {
                drop(ManuallyDrop::into_inner(std::mem::replace(slot, EMPTY)));
            }
        }
    }

    /// So many steps are taken; fails when they are more than one call may take.
    #[inline]
    pub(super) fn charge(&mut self, weight: u32) -> Result<(), Fail> {
        self.steps = self.steps.saturating_add(u64::from(weight));
        if self.steps > limits::STEPS_AGAIN { Err(Fail::too_many_steps()) } else { Ok(()) }
    }
}
