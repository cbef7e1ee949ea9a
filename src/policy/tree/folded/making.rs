//! Making lines: statements one after the other, with what those are owed of which nothing else was left.

#![expect(clippy::wildcard_enum_match_arm, reason = "what is not named here has no form of its own")]

use super::{Any, Does, Line, Lines, Owed, ReadSet, Truth, Whole};

/// Lines as they are made.
#[derive(Default)]
pub(super) struct Making {
    lines: Vec<Line>,
    /// What is owed since the last line.
    owed: Owed,
    /// Whether nothing can follow.
    pub(super) ends: bool,
}

impl Making {
    pub(super) fn push(&mut self, does: Does) {
        let owed = std::mem::take(&mut self.owed);
        self.lines.push(Line { owed, does });
    }

    pub(super) fn owe_steps(&mut self, steps: u32) {
        self.owed.add(Owed { steps, reads: ReadSet::NONE });
    }

    /// Parameters are read: no matter when, as nothing can come of it.
    pub(super) fn owe_reads(&mut self, reads: ReadSet) {
        self.owed.add(Owed::of(reads));
    }

    pub(super) fn give_up(&mut self) {
        self.push(Does::GiveUp);
        self.ends = true;
    }

    /// The lines of a function where it is called as a statement.
    pub(super) fn unfold(&mut self, lines: Lines) {
        if leaves(&lines) {
            self.push(Does::Function(lines));
        } else {
            self.splice(lines);
        }
    }

    /// Lines of a block or a function, as statements of their own.
    pub(super) fn splice(&mut self, lines: Lines) {
        self.ends |= ends(&lines);
        for Line { owed, does } in lines {
            self.owed.add(owed);
            if !matches!(does, Does::Nothing) {
                self.push(does);
            }
        }
    }

    pub(super) fn done(mut self) -> Lines {
        if self.owed != Owed::default() {
            self.push(Does::Nothing);
        }
        self.lines.into()
    }
}

impl Owed {
    /// Parameters alone.
    pub(super) fn of(reads: ReadSet) -> Self {
        Self { steps: 0, reads }
    }

    fn add(&mut self, other: Self) {
        self.steps = self.steps.saturating_add(other.steps);
        self.reads.add(other.reads);
    }
}

impl Whole {
    pub(super) fn behind(self, owed: Owed) -> Self {
        if owed == Owed::default() { self } else { Self::Behind(owed, Box::new(self)) }
    }
}

impl Truth {
    pub(super) fn behind(self, owed: Owed) -> Self {
        if owed == Owed::default() { self } else { Self::Behind(owed, Box::new(self)) }
    }
}

impl Any {
    pub(super) fn behind(self, owed: Owed) -> Self {
        if owed == Owed::default() {
            return self;
        }
        match self {
            Self::Whole(whole) => Self::Whole(whole.behind(owed)),
            Self::Truth(truth) => Self::Truth(truth.behind(owed)),
            other => Self::Behind(owed, Box::new(other)),
        }
    }

    /// What a function or a block gives: where all of it is one value, that value.
    pub(super) fn given(lines: Lines) -> Self {
        let mut lines = Vec::from(lines);
        match (lines.pop(), lines.is_empty()) {
            (Some(Line { owed, does: Does::Give(value) }), true) => value.behind(owed),
            (Some(last), _) => {
                lines.push(last);
                Self::Lines(lines.into())
            }
            (None, _) => Self::Lines(lines.into()),
        }
    }
}

/// Whether nothing follows after these lines.
pub(super) fn ends(lines: &[Line]) -> bool {
    match lines.last().map(|line| &line.does) {
        Some(Does::Return(_) | Does::Break | Does::Continue | Does::GiveUp) => true,
        Some(Does::If(choice)) => ends(&choice.then) && ends(&choice.otherwise),
        _ => false,
    }
}

/// The lines of a function without returns, as far as that goes: what follows a branch that returns stands in the
/// other one.
pub(super) fn straight(lines: Lines) -> Lines {
    let mut lines = Vec::from(lines);
    let place = lines.iter().position(|line| leaves_in(&line.does));
    let Some(place) = place else { return lines.into() };
    let mut rest = lines.split_off(place);
    let mut following = rest.split_off(1);
    for Line { owed, does } in rest {
        let does = match does {
            // Nothing follows it.
            Does::Return(value) => value.map_or(Does::Nothing, Does::Give),
            Does::If(mut choice) => {
                let [then, otherwise] = [&choice.then, &choice.otherwise].map(|lines| !returns(lines));
                if following.is_empty() || !(then && otherwise) {
                    if !following.is_empty() {
                        let branch = if then { &mut choice.then } else { &mut choice.otherwise };
                        let mut longer = Vec::from(std::mem::take(branch));
                        longer.append(&mut following);
                        *branch = longer.into();
                    }
                    choice.then = straight(choice.then);
                    choice.otherwise = straight(choice.otherwise);
                }
                Does::If(choice)
            }
            other => other,
        };
        lines.push(Line { owed, does });
    }
    lines.append(&mut following);
    lines.into()
}

/// Whether these lines return, wherever they end, so that nothing of the function follows them.
fn returns(lines: &[Line]) -> bool {
    match lines.last().map(|line| &line.does) {
        Some(Does::Return(_) | Does::GiveUp) => true,
        Some(Does::If(choice)) => returns(&choice.then) && returns(&choice.otherwise),
        _ => false,
    }
}

/// Whether a return in these lines would leave what is around them.
pub(super) fn leaves(lines: &[Line]) -> bool {
    lines.iter().any(|line| leaves_in(&line.does))
}

pub(super) fn leaves_in(does: &Does) -> bool {
    match does {
        Does::Return(_) => true,
        Does::If(choice) => leaves(&choice.then) || leaves(&choice.otherwise),
        Does::For(parts) => leaves(&parts.2),
        Does::Range(parts) => leaves(&parts.4),
        Does::Turns(turns) => turns.iter().any(|lines| leaves(lines)),
        _ => false,
    }
}
