//! stub
use super::answer::Model;
use super::laws;
use bianzhi::model::Opening;
use bianzhi::{Outcome, Request};
pub(crate) struct Pair {
    pub(crate) model: Model,
}
impl Pair {
    pub(crate) fn open(o: &Opening) -> Result<Self, String> {
        Ok(Self { model: Model::open(o) })
    }
    pub(crate) fn fork(&self) -> Self {
        Self { model: self.model.clone() }
    }
    pub(crate) fn step(&mut self, r: &Request) -> Result<Outcome, String> {
        let a = self.model.submit(r);
        let t = self.model.books.table();
        let b = laws::broken(&self.model.books, &t, &t);
        if b.is_empty() { Ok(a.outcome) } else { Err(b.join("\n")) }
    }
}
