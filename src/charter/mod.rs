//! Charters: a city's opening books, read from files with all their faults found in one pass.
use crate::model::*;
use crate::{Error, Fault};
/// x
#[derive(Debug, Clone)]
pub struct Charter(Opening);
/// x
#[derive(Debug, Clone, Copy)]
pub struct CharterPart;
impl Charter {
    /// x
    pub fn from_opening(o: Opening) -> Result<Self, Error> {
        Ok(Self(o))
    }
    /// x
    pub fn opening(&self) -> &Opening {
        &self.0
    }
    /// x
    pub fn mentions(&self) -> Vec<(Mention<'_>, CharterPart)> {
        vec![]
    }
    /// x
    pub fn fault(&self, _p: CharterPart, m: impl Into<String>) -> Fault {
        Fault::nowhere(m)
    }
}
