//! Dice: numbers from a seed, with no hash, clock or float.

/// ⌊whole × part / of⌋.
pub(crate) fn share(whole: u32, part: u32, of: u32) -> u32 {
    let product = u64::from(whole).saturating_mul(u64::from(part));
    product.checked_div(u64::from(of)).and_then(|share| u32::try_from(share).ok()).unwrap_or(u32::MAX)
}

/// Numbers from a seed (SplitMix64, Steele, Lea and Flood 2014): the same on every machine.
#[derive(Debug, Clone)]
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `most`; 0 if that is 0.
    pub(crate) fn below(&mut self, most: u32) -> u32 {
        let high = self.next() >> 32;
        u32::try_from(high.wrapping_mul(u64::from(most)) >> 32).unwrap_or(0)
    }

    pub(crate) fn between(&mut self, least: u32, most: u32) -> u32 {
        least.saturating_add(self.below(most.saturating_sub(least).saturating_add(1)))
    }
}

#[cfg(test)]
mod tests {
    use super::Dice;

    #[test]
    fn the_dice_are_splitmix64() {
        let mut dice = Dice(1_234_567);
        let drawn = [dice.next(), dice.next(), dice.next()];
        assert_eq!(drawn, [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]);
    }
}
