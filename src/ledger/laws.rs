//! The laws' judgement: what an act would break of L1 and L2, node by node, on its net effect.

use std::collections::BTreeMap;

use smallvec::SmallVec;

use super::book::Book;
use super::{KindIx, Ledger};
use crate::decision::LawReason;
use crate::graph::{NodeIx, Role};
use crate::model::{LawCode, Seats};

/// A law: its id and its sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Law {
    /// `L1` … `L10`.
    pub id: &'static str,
    /// Its name and sentence in Chinese.
    pub zh: &'static str,
    /// Its name and sentence in English.
    pub en: &'static str,
}

/// The ten laws that no script can break.
pub const LAWS: &[Law] = &[
    Law {
        id: "L1",
        zh: "总量：任何节点、任何类别，占用不超过核定数；周转池在用不超过规模",
        en: "cap: charged ≤ cap at every node and kind; a pool's use ≤ its size when seats leave it",
    },
    Law {
        id: "L2",
        zh: "分配：下达数加自身借出不超过总量",
        en: "allotment: what a jurisdiction handed down and lent itself ≤ its cap",
    },
    Law {
        id: "L3",
        zh: "守恒：借出合计等于借入合计等于在借席数；划转不改变总量",
        en: "conservation: Σ lent = Σ borrowed = Σ seats of open loans; a transfer changes no total",
    },
    Law {
        id: "L4",
        zh: "使用权：调借在用不超过席数且都在借入方之内；有人在用的席位不能归还",
        en: "use within right: a loan's people ≤ its seats, all inside the borrower; only empty seats return",
    },
    Law {
        id: "L5",
        zh: "不得转借：只能借出自有的可用编制",
        en: "no lending on: only own, available seats can be lent",
    },
    Law {
        id: "L6", zh: "一人一编：全市范围内", en: "one person, one seat: across the whole graph"
    },
    Law {
        id: "L7",
        zh: "类别不混用：编制沿任何路径保持类别",
        en: "kinds never mix: a seat keeps its kind along every route",
    },
    Law {
        id: "L8",
        zh: "人数：每类在编人员合计不超过全市总量",
        en: "headcount: the people of a kind ≤ the root's cap",
    },
    Law {
        id: "L9",
        zh: "权限：申请方只能改动其所辖范围",
        en: "reach: an actor changes only what its node contains",
    },
    Law {
        id: "L10", zh: "可重放：账目等于事件的重放", en: "memory: books = replay of the events"
    },
];

/// So many rows are looked through one by one.
const FEW: usize = 8;

/// What an act would do, node by node, summed over its events: L1 and L2 are judged on the net effect.
#[derive(Debug, Clone, Default)]
pub struct Judge {
    /// As they came while they are few, else in the order of their keys. A plain request touches one path and
    /// fits without an allocation.
    rows: SmallVec<[((NodeIx, KindIx), Change); FEW]>,
    /// The size that each pool had just before its last lending.
    pools: BTreeMap<NodeIx, Seats>,
    /// Units that become one, by the unit that goes on.
    mergers: Vec<(NodeIx, Vec<NodeIx>)>,
    /// Whether several acts are judged as one: a node that was over may have been cut once it no longer was.
    several: bool,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Change {
    cap: Seats,
    charge: Seats,
    promise: Seats,
}

impl Change {
    fn asked(rise: Seats, cap: Seats) -> Seats {
        rise.or_zero() + (-cap).or_zero()
    }
}

impl Judge {
    /// A judge of a whole entry: a request and the reactions to it, each of which was judged by itself.
    pub(super) fn of_several_acts() -> Self {
        Self { several: true, ..Self::default() }
    }

    pub(super) fn cap(&mut self, node: NodeIx, kind: KindIx, change: Seats) {
        self.row(node, kind).cap += change;
    }

    pub(super) fn charge(&mut self, node: NodeIx, kind: KindIx, change: Seats) {
        self.row(node, kind).charge += change;
    }

    pub(super) fn promise(&mut self, node: NodeIx, kind: KindIx, change: Seats) {
        self.row(node, kind).promise += change;
    }

    pub(super) fn pool(&mut self, pool: NodeIx, size: Seats) {
        self.pools.insert(pool, size);
    }

    pub(super) fn merger(&mut self, into: NodeIx, units: Vec<NodeIx>) {
        self.mergers.push((into, units));
    }

    #[expect(clippy::indexing_slicing, reason = "the row was found or put there just before")]
    fn row(&mut self, node: NodeIx, kind: KindIx) -> &mut Change {
        let known = (node, kind);
        if self.rows.len() < FEW {
            let at = self.rows.iter().position(|(key, _)| *key == known).unwrap_or_else(|| {
                self.rows.push((known, Change::default()));
                self.rows.len().saturating_sub(1)
            });
            if self.rows.len() == FEW {
                self.rows.sort_unstable_by_key(|(key, _)| *key);
                return self.row(node, kind);
            }
            return &mut self.rows[at].1;
        }
        let at = match self.rows.binary_search_by_key(&known, |(key, _)| *key) {
            Ok(at) => at,
            Err(at) => {
                self.rows.insert(at, (known, Change::default()));
                at
            }
        };
        &mut self.rows[at].1
    }

    /// What the act would break, with the figures of `before`, from the root down, then by id and kind.
    pub fn broken(&self, before: &Ledger) -> Vec<LawReason> {
        let mut found = Vec::new();
        for &((node, kind), ref change) in &self.rows {
            let role = before.role(node);
            let book = before.book(node, kind);
            let cap_broken = match role {
                Role::Pool => self.pool_broken(book, node, *change),
                Role::Unit | Role::Jurisdiction => self.cap_broken(before, book, (node, kind), *change),
            };
            if cap_broken {
                found.push((node, kind, before.cap_reason(node, kind, *change, self.pools.get(&node))));
            }
            if role == Role::Jurisdiction {
                let (cap, promised) = book.map(Book::promised).unwrap_or_default();
                if promised + change.promise > cap + change.cap {
                    let reason = LawReason {
                        code: LawCode::Allotment,
                        node: before.id(node),
                        kind: before.kind_id(kind),
                        cap,
                        charged: promised,
                        asked: Change::asked(change.promise, change.cap),
                        taken_by: Vec::new(),
                        at: None,
                    };
                    found.push((node, kind, reason));
                }
            }
        }
        before.root_down(found)
    }

    /// Caps that would stand below 0 on these books, which no later member of a batch can heal.
    pub fn below_zero(&self, before: &Ledger) -> Vec<LawReason> {
        let rows = self.rows.iter().filter(|((node, kind), change)| {
            let cap = before.book(*node, *kind).map_or(Seats::ZERO, |book| book.cap);
            cap + change.cap < Seats::ZERO
        });
        let found =
            rows.map(|((node, kind), change)| (*node, *kind, before.cap_reason(*node, *kind, *change, None)));
        before.root_down(found.collect())
    }

    fn pool_broken(&self, book: Option<&Book>, pool: NodeIx, change: Change) -> bool {
        let Some(size) = self.pools.get(&pool) else { return false };
        let used = book.map_or(Seats::ZERO, |book| book.dealings().lent);
        used + change.charge > *size
    }

    fn cap_broken(
        &self,
        before: &Ledger,
        book: Option<&Book>,
        (node, kind): (NodeIx, KindIx),
        change: Change,
    ) -> bool {
        if change.cap.is_zero() && change.charge <= Seats::ZERO {
            return false;
        }
        let mut was = book.map_or(Seats::ZERO, Book::over);
        if self.mergers.iter().any(|(_, units)| units.contains(&node)) {
            return (was + change.charge - change.cap) > Seats::ZERO;
        }
        let will = was + change.charge - change.cap;
        for (_, units) in self.mergers.iter().filter(|(into, _)| *into == node) {
            was += units.iter().filter_map(|unit| before.book(*unit, kind)).map(Book::over).sum();
        }
        if was <= Seats::ZERO {
            return will > Seats::ZERO;
        }
        will > was || (change.cap < Seats::ZERO && !(self.several && will <= Seats::ZERO))
    }
}

impl Ledger {
    /// Reasons from the root down, then by id and kind.
    fn root_down(&self, mut found: Vec<(NodeIx, KindIx, LawReason)>) -> Vec<LawReason> {
        if found.is_empty() {
            return Vec::new();
        }
        found.sort_by_cached_key(|(node, kind, reason)| {
            (self.shape.depth(*node), self.id(*node), self.kind_id(*kind), reason.code)
        });
        found.into_iter().map(|(_, _, reason)| reason).collect()
    }

    fn cap_reason(&self, node: NodeIx, kind: KindIx, change: Change, size: Option<&Seats>) -> LawReason {
        let (cap, charged) = self.book(node, kind).map(|book| (book.cap, book.charged)).unwrap_or_default();
        let taken_by = match self.role(node) {
            Role::Jurisdiction => self.takers(node, kind),
            Role::Unit | Role::Pool => Vec::new(),
        };
        LawReason {
            code: LawCode::Cap,
            node: self.id(node),
            kind: self.kind_id(kind),
            cap: size.copied().unwrap_or(cap),
            charged,
            asked: Change::asked(change.charge, change.cap),
            taken_by,
            at: None,
        }
    }

    /// The pools, and the loans out of reserves, that took room inside a jurisdiction which its units' own
    /// caps count on.
    fn takers(&self, node: NodeIx, kind: KindIx) -> Vec<String> {
        let pools = self.pool_places.iter().filter(|pool| {
            self.within(**pool, node)
                && self.pool(**pool).is_some_and(|pool| pool.kind == kind)
                && self.used(**pool) > Seats::ZERO
        });
        let loans = self.loans().filter(|loan| {
            loan.open
                && loan.kind == kind
                && self.role(loan.lender) == Role::Jurisdiction
                && self.within(loan.lender, node)
        });
        let pools = pools.map(|pool| self.id(*pool).to_string());
        let mut ids: Vec<String> = pools.chain(loans.map(|loan| loan.id.to_string())).collect();
        ids.sort();
        ids
    }
}
