//! Random choices out of a short list of numbers, so that a counter-example shrinks to few and small ones.

/// Numbers that are read one after the other; 0 when they run out.
#[derive(Debug, Clone)]
pub(crate) struct Dice<'a> {
    numbers: &'a [u16],
    at: usize,
}

impl<'a> Dice<'a> {
    pub(crate) fn new(numbers: &'a [u16]) -> Self {
        Self { numbers, at: 0 }
    }

    /// A number below `sides`.
    pub(crate) fn roll(&mut self, sides: usize) -> usize {
        let number = self.numbers.get(self.at).copied().unwrap_or(0);
        self.at += 1;
        usize::from(number) % sides.max(1)
    }

    /// A small count, from `least` up to `most`.
    pub(crate) fn count(&mut self, least: i64, most: i64) -> i64 {
        let sides = usize::try_from(most - least + 1).unwrap_or(1);
        least + i64::try_from(self.roll(sides)).expect("small")
    }

    /// True once in `times`; the smallest numbers say no.
    pub(crate) fn once_in(&mut self, times: usize) -> bool {
        self.roll(times) + 1 == times
    }

    /// One of them.
    pub(crate) fn pick<'b, T>(&mut self, of: &'b [T]) -> Option<&'b T> {
        let place = self.roll(of.len());
        of.get(place)
    }
}
