//! Charters: a city's opening books, read from files with all their faults found in one pass.

mod check;
mod part;
mod read;
mod record;
mod table;

use std::path::Path;
use std::sync::OnceLock;

pub(crate) use check::Found;
use check::{Flaw, Unread};
pub use part::CharterPart;
use part::Places;

use crate::document::{MOST_YAML_BYTES, read_text};
use crate::error::{Error, Fault, Phrase, told};
use crate::model::{Mention, NodeId, NodeRows, NodeView, Opening, PoolSize};

/// A city's opening books, checked: whoever holds one can open books from it.
///
/// # Example
/// ```
/// use bianzhi::Charter;
/// let text = "
/// bianzhi: charter/1
/// opened: 2024-01-01
/// levels: [city, unit]
/// kinds: {administrative: {zh: 行政编制, en: administrative}}
/// nodes:
///   - {id: nanping, level: city, name: 南平市, caps: {administrative: 50}}
///   - {id: finance, parent: nanping, level: unit, caps: {administrative: 40}, occupied: {administrative: 41}}
/// ";
/// let error = Charter::parse("charter.yaml", text).unwrap_err();
/// assert_eq!(error.faults()[0].line, 8);
/// let charter = Charter::parse("charter.yaml", &text.replace("41", "39")).unwrap();
/// assert_eq!(charter.opening().nodes[1].name, "finance");
/// ```
#[derive(Debug, Clone)]
pub struct Charter {
    /// All but the nodes.
    opening: Opening,
    nodes: NodeRows,
    found: Found,
    /// The opening books as plain values, once somebody asks for them.
    whole: OnceLock<Opening>,
    places: Places,
}

impl Charter {
    /// Reads a charter and the CSV files it names.
    ///
    /// # Errors
    /// All faults of all its files, in file and line order; nothing is loaded then.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let text = read_text(path, MOST_YAML_BYTES).map_err(|fault| Error::input(vec![fault]))?;
        Self::parse(path, &text)
    }

    /// Reads a charter from its text; `path` is its name in faults, and CSV files are looked for beside it.
    ///
    /// # Errors
    /// As [`Charter::load`].
    pub fn parse(path: impl AsRef<Path>, text: &str) -> Result<Self, Error> {
        let read = read::read(path.as_ref(), text).map_err(Error::input)?;
        Self::judge(read.opening, read.nodes, read.places, &read.unread, read.faults)
    }

    /// A charter from values, under the same checks; its faults have no places.
    ///
    /// # Errors
    /// All faults.
    pub fn from_opening(mut opening: Opening) -> Result<Self, Error> {
        let nodes = std::mem::take(&mut opening.nodes).into();
        Self::judge(opening, nodes, Places::default(), &Unread::default(), Vec::new())
    }

    /// The opening books. They are made when somebody first asks: a nation's are several times what the charter keeps.
    pub fn opening(&self) -> &Opening {
        self.whole.get_or_init(|| Opening { nodes: self.nodes.to_nodes(), ..self.opening.clone() })
    }

    /// The opening books, to keep.
    pub fn into_opening(self) -> Opening {
        let Self { opening, nodes, whole, .. } = self;
        whole.into_inner().unwrap_or_else(|| Opening { nodes: nodes.to_nodes(), ..opening })
    }

    /// All but the nodes, the nodes, and what was found of them and of the people.
    pub(crate) fn into_parts(self) -> (Opening, NodeRows, Found) {
        (self.opening, self.nodes, self.found)
    }

    /// The id of the root.
    pub(crate) fn root(&self) -> Option<&NodeId> {
        self.nodes.get(*self.nodes.roots().first()? as usize).map(NodeView::id)
    }

    /// Every name that a policy set must declare, with the part of the charter that uses it.
    pub fn mentions(&self) -> Vec<(Mention<'_>, CharterPart)> {
        self.each_mention().collect()
    }

    fn each_mention(&self) -> impl Iterator<Item = (Mention<'_>, CharterPart)> {
        let tags = self.nodes.tag_lists();
        let nodes = self.nodes.iter().enumerate().flat_map(move |(number, node)| {
            let tags = tags.get(node.tags_place()).into_iter().flatten().map(|tag| Mention::Tag(tag));
            let facts = node.facts().into_iter().flat_map(|facts| facts.iter());
            let facts = facts.map(|(name, value)| Mention::Fact(name, value));
            tags.chain(facts).map(move |mention| (mention, CharterPart::Node(number)))
        });
        nodes.chain(self.each_mention_elsewhere())
    }

    /// A fault for each name that `undeclared` has something to say about, in no order. A nation's tags are asked about once.
    pub(crate) fn undeclared(&self, undeclared: impl Fn(&Mention<'_>) -> Option<Phrase>) -> Vec<Fault> {
        let fault = |(mention, part)| undeclared(&mention).map(|told| self.places.fault(part, told));
        let bad = |tags: &Vec<String>| tags.iter().any(|tag| undeclared(&Mention::Tag(tag)).is_some());
        if self.nodes.tag_lists().iter().any(bad) {
            return self.each_mention().filter_map(fault).collect();
        }
        let facts = self.nodes.iter().enumerate().flat_map(|(number, node)| {
            let facts = node.facts().into_iter().flat_map(|facts| facts.iter());
            facts.map(move |(name, value)| (Mention::Fact(name, value), CharterPart::Node(number)))
        });
        facts.chain(self.each_mention_elsewhere()).filter_map(fault).collect()
    }

    /// What is mentioned by all but the nodes.
    fn each_mention_elsewhere(&self) -> impl Iterator<Item = (Mention<'_>, CharterPart)> {
        let opening = &self.opening;
        let pools = opening.pools.iter().enumerate().flat_map(|(number, pool)| {
            let tags = pool.tags.iter().map(|tag| Mention::Tag(tag));
            let facts = pool.facts.iter().map(|(name, value)| Mention::Fact(name, value));
            let rule = match &pool.size {
                PoolSize::Rule(rule) => Some(Mention::Rule(rule)),
                PoolSize::Size(_) => None,
            };
            tags.chain(facts).chain(rule).map(move |mention| (mention, CharterPart::Pool(number)))
        });
        let people = opening.people.rows().enumerate().filter_map(|(number, row)| {
            let category = opening.people.post_at(row.post)?.category.as_deref()?;
            Some((Mention::Category(category), CharterPart::Person(number)))
        });
        let loans = opening.loans.iter().enumerate().filter_map(|(number, loan)| {
            Some((Mention::Purpose(loan.purpose.as_deref()?), CharterPart::Loan(number)))
        });
        let permits = opening.permits.iter().enumerate().filter_map(|(number, permit)| {
            Some((Mention::Purpose(permit.purpose.as_deref()?), CharterPart::Permit(number)))
        });
        pools.chain(people).chain(loans).chain(permits)
    }

    /// A fault of a part of this charter, with its file and line if it was read from a file.
    pub fn fault(&self, part: CharterPart, message: impl Into<String>) -> Fault {
        self.places.fault(part, Phrase::both("", message))
    }

    fn judge(
        mut opening: Opening,
        nodes: NodeRows,
        places: Places,
        unread: &Unread,
        mut faults: Vec<Fault>,
    ) -> Result<Self, Error> {
        seat_the_drawn(&mut opening);
        let (flaws, found) = check::check(&opening, &nodes, unread);
        for Flaw { part, told, first } in flaws {
            let told = match first.and_then(|first| places.line(first)) {
                Some(line) => told!("{told}，先见第 {line} 行", "{told}, first on line {line}"; told),
                None => told,
            };
            faults.push(places.fault(part, told));
        }
        if faults.is_empty() {
            return Ok(Self { opening, nodes, found, whole: OnceLock::new(), places });
        }
        faults.sort();
        faults.dedup();
        Err(Error::input(faults))
    }
}

/// A draw has one person; where its `occupied` is left out, that person says where the seat is used.
fn seat_the_drawn(opening: &mut Opening) {
    use std::collections::HashMap;

    use crate::model::Seats;

    let silent = |loan: &crate::model::OpeningLoan| loan.draw && loan.occupied.is_empty();
    if !opening.loans.iter().any(silent) {
        return;
    }
    let mut units = HashMap::new();
    for row in opening.people.rows() {
        let loan = opening.people.post_at(row.post).and_then(|post| post.loan.as_ref());
        if let Some((loan, unit)) = loan.zip(opening.people.unit_at(row.unit)) {
            units.entry(loan).or_insert(unit);
        }
    }
    for loan in opening.loans.iter_mut().filter(|loan| silent(loan)) {
        if let Some(&unit) = units.get(&loan.id) {
            loan.occupied.insert(unit.clone(), Seats::ONE);
        }
    }
}

#[cfg(test)]
mod tests;
