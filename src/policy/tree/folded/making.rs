//! Making lines: statements one after the other, with what those cost of which nothing was left.

#![expect(clippy::wildcard_enum_match_arm, reason = "what is not named here has no form of its own")]

use super::{Does, Line, Lines};

/// Lines as they are made.
#[derive(Default)]
pub(super) struct Making {
    lines: Vec<Line>,
    /// What the statements cost of which nothing was left since the last line.
    pub(super) owed: u32,
    /// Whether nothing can follow.
    pub(super) ends: bool,
}

impl Making {
    pub(super) fn push(&mut self, does: Does) {
        let weight = std::mem::take(&mut self.owed);
        self.lines.push(Line { weight, does });
    }

    pub(super) fn give_up(&mut self) {
        self.push(Does::GiveUp);
        self.ends = true;
    }

    /// The lines of a function where it is called as a statement.
    pub(super) fn unfold(&mut self, lines: Lines) {
        let lines = without_return(lines);
        if leaves(&lines) {
            self.push(Does::Function(lines));
        } else {
            self.splice(lines);
        }
    }

    /// Lines of a block or a function, as statements of their own.
    pub(super) fn splice(&mut self, lines: Lines) {
        self.ends |= ends(&lines);
        for line in lines {
            self.owed = self.owed.saturating_add(line.weight);
            if !matches!(line.does, Does::Nothing) {
                self.push(line.does);
            }
        }
    }

    pub(super) fn done(mut self) -> Lines {
        if self.owed > 0 {
            self.push(Does::Nothing);
        }
        self.lines.into()
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

/// The lines of a function without the return that stands last: nothing follows it anyway.
fn without_return(lines: Lines) -> Lines {
    let mut lines = Vec::from(lines);
    if let Some(last) = lines.last_mut()
        && let Does::Return(value) = &mut last.does
    {
        last.does = value.take().map_or(Does::Nothing, Does::Give);
    }
    lines.into()
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
