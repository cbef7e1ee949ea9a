//! Reads: which parameters were read, a bit for each that the hooks of an occasion can read at all.

use std::sync::Arc;

use super::fold::TooLarge;
use crate::decision::ParameterRead;

/// Parameters, by their places among those that the folded hooks can read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct ReadSet(u64);

/// The parameters that folded hooks can read.
#[derive(Debug, Default)]
pub(super) struct Readable(Vec<Arc<ParameterRead>>);

impl ReadSet {
    pub(super) const NONE: Self = Self(0);

    pub(super) fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// These, too.
    pub(super) fn add(&mut self, others: Self) {
        self.0 |= others.0;
    }
}

impl Readable {
    /// A parameter as one that is read. There is room for as many as a number has bits.
    pub(super) fn reads(&mut self, parameter: Arc<ParameterRead>) -> Result<ReadSet, TooLarge> {
        let known = self.0.iter().position(|known| Arc::ptr_eq(known, &parameter));
        let place = known.unwrap_or(self.0.len());
        let bit = u32::try_from(place).ok().and_then(|place| 1_u64.checked_shl(place)).ok_or(TooLarge)?;
        if known.is_none() {
            self.0.push(parameter);
        }
        Ok(ReadSet(bit))
    }

    /// Those that were read.
    pub(super) fn read(&self, reads: ReadSet) -> impl Iterator<Item = &Arc<ParameterRead>> {
        let mut left = reads.0;
        std::iter::from_fn(move || {
            let place = usize::try_from(left.trailing_zeros()).ok()?;
            // Without its lowest bit.
            left &= left.checked_sub(1)?;
            self.0.get(place)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameters(count: usize) -> Vec<Arc<ParameterRead>> {
        let read = ParameterRead {
            name: "pool.share".to_owned(),
            value: "0.20".to_owned(),
            from: crate::model::Date::constant(2024, 1, 1),
            folder: String::new(),
        };
        std::iter::repeat_with(|| Arc::new(read.clone())).take(count).collect()
    }

    #[test]
    fn what_was_read_is_told_once_and_there_is_room_for_64() {
        let all = parameters(65);
        let mut readable = Readable::default();
        let bits: Vec<_> = all.iter().map(|one| readable.reads(Arc::clone(one)).ok()).collect();
        assert!(bits.iter().take(64).all(Option::is_some));
        assert!(bits.iter().skip(64).all(Option::is_none));
        let mut some = ReadSet::NONE;
        for place in [63, 0, 7, 7] {
            some.add(bits[place].unwrap());
        }
        let told: Vec<_> = readable.read(some).collect();
        let meant = [&all[0], &all[7], &all[63]];
        assert!(told.len() == 3 && told.iter().zip(meant).all(|(one, two)| Arc::ptr_eq(one, two)));
        assert_eq!(readable.read(ReadSet::NONE).count(), 0);
        // Known already: the same bit again, also where there is no room left.
        assert_eq!(readable.reads(Arc::clone(&all[7])).ok(), bits[7]);
    }
}
