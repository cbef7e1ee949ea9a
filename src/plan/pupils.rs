//! Pupils: who is to be staffed where, gathered over the tree, with every fault named.

use super::standard::{MOST_PUPILS, Pupils, Standard, facts};
use crate::error::{Fault, Phrase, told};
use crate::graph::{NodeIx, Role};
use crate::ledger::{KindIx, Ledger};
use crate::model::{FactValue, Seats};

/// The tag of the units that share the school quota.
pub(super) const SCHOOL: &str = "school";

/// A school, or a jurisdiction with the schools inside it.
#[derive(Debug, Clone)]
pub(super) struct Branch {
    pub(super) node: NodeIx,
    /// None where only the place around it counts its pupils.
    pub(super) pupils: Option<Pupils>,
    pub(super) need: Option<Seats>,
    pub(super) cap: Seats,
    pub(super) in_post: Seats,
    /// What it keeps in any case.
    pub(super) floor: Seats,
    pub(super) target: Seats,
    pub(super) children: Vec<Branch>,
}

/// Gathers the schools of the whole city, or all faults of its facts.
pub(super) fn gather(books: &Ledger, kind: KindIx, standard: &Standard) -> Result<Branch, Vec<Fault>> {
    let mut gathering = Gathering { books, kind, standard, faults: Vec::new() };
    let root = gathering.jurisdiction(books.root());
    let mut faults = gathering.faults;
    let Some(Found { branch, silent, .. }) = root else {
        faults.push(Fault::told_nowhere(told!(
            "没有带标签 `{SCHOOL}` 的单位：没有中小学编制可以统筹",
            "no unit has the tag `{SCHOOL}`: there is no school quota to plan"
        )));
        return Err(faults);
    };
    faults.extend(silent.into_iter().map(|school| {
        let [senior, junior, primary] = facts();
        let school = books.id(school);
        Fault::told_nowhere(told!(
            "`{school}` 没有学生数：应有 `{senior}`、`{junior}` 或 `{primary}`，写在这里或写在县里",
            "`{school}` counts no pupils: `{senior}`, `{junior}` or `{primary}` is needed, here or for the county"
        ))
    }));
    let needed: Seats = branch.children.iter().filter_map(|child| child.need).sum();
    if faults.is_empty() && needed.is_zero() {
        let en = "no place counts a single pupil: there is no need to share by";
        faults.push(Fault::told_nowhere(Phrase::both("一个学生也没有：没有可以据以分配的需求", en)));
    }
    if faults.is_empty() { Ok(branch) } else { Err(faults) }
}

struct Gathering<'a> {
    books: &'a Ledger,
    kind: KindIx,
    standard: &'a Standard,
    faults: Vec<Fault>,
}

/// A branch, and what is still to be said about it.
struct Found {
    branch: Branch,
    /// Schools without pupils, unless the place around them counts for all its schools.
    silent: Vec<NodeIx>,
    /// Whether any place inside counts pupils.
    tells: bool,
}

impl Gathering<'_> {
    fn place(&mut self, node: NodeIx) -> Option<Found> {
        match self.books.role(node) {
            Role::Pool => None,
            Role::Unit => self.books.has_tag(node, SCHOOL).then(|| self.school(node)),
            Role::Jurisdiction => self.jurisdiction(node),
        }
    }

    fn school(&mut self, node: NodeIx) -> Found {
        let own = self.counted(node);
        let tells = own.iter().any(Option::is_some);
        let pupils = tells.then(|| own.map(Option::unwrap_or_default));
        let figures = self.books.figures(node, self.kind);
        let branch = Branch {
            node,
            pupils,
            need: pupils.map(|pupils| self.standard.need(&pupils)),
            cap: figures.cap,
            in_post: figures.charged,
            floor: figures.charged,
            target: figures.cap,
            children: Vec::new(),
        };
        Found { branch, silent: if tells { Vec::new() } else { vec![node] }, tells }
    }

    /// None where no school lies inside.
    fn jurisdiction(&mut self, node: NodeIx) -> Option<Found> {
        let inside = self.books.graph().children(node);
        let found: Vec<Found> = inside.into_iter().filter_map(|child| self.place(child)).collect();
        let own = if node == self.books.root() { [None; 3] } else { self.counted(node) };
        let counts_here = own.iter().any(Option::is_some);
        if found.is_empty() {
            if own.iter().flatten().any(|pupils| *pupils > 0) {
                let told = Phrase::both(
                    "有学生数，却没有学校可以给编制",
                    "counts pupils, but has no school to give seats to",
                );
                self.fault(node, &told);
            }
            return None;
        }
        let mut silent: Vec<NodeIx> = found.iter().flat_map(|one| one.silent.iter().copied()).collect();
        let mut tells = found.iter().any(|one| one.tells);
        let children: Vec<Branch> = found.into_iter().map(|one| one.branch).collect();
        let mut pupils = together(&children);
        if counts_here {
            for (fact, _) in facts().into_iter().zip(own).filter(|(_, pupils)| pupils.is_none()) {
                let told = told!(
                    "没有写事实 `{fact}`，却有别的学段的学生数",
                    "has no fact `{fact}`, but counts other pupils"
                );
                self.fault(node, &told);
            }
            let whole = own.map(Option::unwrap_or_default);
            match pupils {
                // The schools count too: then they must agree.
                Some(summed) if own.iter().all(Option::is_some) => self.compare(node, &whole, &summed),
                None if !tells => silent.clear(),
                Some(_) | None => {}
            }
            pupils = Some(whole);
            tells = true;
        }
        let cap: Seats = children.iter().map(|child| child.cap).sum();
        let free = self.books.figures(node, self.kind);
        let slack = (free.cap - free.charged).or_zero();
        let floor: Seats = children.iter().map(|child| child.floor).sum();
        let branch = Branch {
            node,
            pupils,
            need: pupils.map(|pupils| self.standard.need(&pupils)),
            cap,
            in_post: children.iter().map(|child| child.in_post).sum(),
            // What its pools and its own loans have taken of its cap cannot leave it either.
            floor: floor.max(cap - slack),
            target: cap,
            children,
        };
        Some(Found { branch, silent, tells })
    }

    /// The three counts of a place; one that is no count is a fault, and stands for 0.
    fn counted(&mut self, node: NodeIx) -> [Option<i64>; 3] {
        facts().map(|name| {
            let value = self.books.fact(node, name)?;
            match value {
                FactValue::Whole(pupils) if (0..=MOST_PUPILS).contains(pupils) => Some(*pupils),
                FactValue::Whole(_)
                | FactValue::YesNo(_)
                | FactValue::Number(_)
                | FactValue::Date(_)
                | FactValue::Text(_) => {
                    let told = told!(
                        "`{name}` 是 `{value}`，应为 0 至 {MOST_PUPILS} 的整数",
                        "`{name}` is `{value}`, a whole number from 0 to {MOST_PUPILS} is needed"
                    );
                    self.fault(node, &told);
                    Some(0)
                }
            }
        })
    }

    fn compare(&mut self, node: NodeIx, whole: &Pupils, summed: &Pupils) {
        for ((fact, whole), summed) in facts().into_iter().zip(whole).zip(summed) {
            if whole != summed {
                let told = told!(
                    "`{fact}` 在这里是 {whole}，而下面各校合计 {summed}",
                    "`{fact}` is {whole} here, and {summed} for its schools together"
                );
                self.fault(node, &told);
            }
        }
    }

    fn fault(&mut self, node: NodeIx, told: &Phrase) {
        let id = self.books.id(node);
        self.faults.push(Fault::told_nowhere(told!("`{id}`：{told}", "`{id}`: {told}"; told)));
    }
}

/// The children's pupils together; none if one of them counts none.
fn together(children: &[Branch]) -> Option<Pupils> {
    children.iter().try_fold([0_i64; 3], |sum, child| {
        let mut parts = child.pupils?.into_iter();
        Some(sum.map(|stage| stage.saturating_add(parts.next().unwrap_or(0))))
    })
}
