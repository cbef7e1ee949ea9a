//! The second model's books: plain maps, every figure recomputed from scratch on each question.

use std::collections::{BTreeMap, BTreeSet};

use bianzhi::model::{
    Date, ExcessRule, FactValue, Figures, Instalment, KindId, LoanId, LoanOutcome, NodeId, Opening, PermitId,
    PersonId, PoolSize, Seats,
};

/// All that stands on one day.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Books {
    pub(crate) today: Date,
    pub(crate) levels: Vec<String>,
    pub(crate) kinds: Vec<KindId>,
    pub(crate) tolerate: bool,
    pub(crate) nodes: BTreeMap<NodeId, Node>,
    pub(crate) people: BTreeMap<PersonId, Person>,
    pub(crate) loans: BTreeMap<LoanId, Loan>,
    /// Loans as they were when their last seat went back.
    pub(crate) closed: BTreeMap<LoanId, Loan>,
    pub(crate) permits: BTreeMap<PermitId, Permit>,
    pub(crate) used_nodes: BTreeSet<NodeId>,
    pub(crate) used_loans: BTreeSet<LoanId>,
    pub(crate) used_permits: BTreeSet<PermitId>,
    pub(crate) draws: u64,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Node {
    pub(crate) parent: Option<NodeId>,
    /// The place of its level in the list; none for a pool.
    pub(crate) level: Option<usize>,
    pub(crate) pool: Option<(KindId, PoolSize)>,
    pub(crate) name: String,
    pub(crate) tags: Vec<String>,
    pub(crate) facts: BTreeMap<String, FactValue>,
    pub(crate) caps: BTreeMap<KindId, i64>,
    /// Unnamed people on own seats.
    pub(crate) unnamed: BTreeMap<KindId, i64>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Person {
    pub(crate) unit: NodeId,
    pub(crate) kind: KindId,
    pub(crate) loan: Option<LoanId>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Loan {
    pub(crate) lender: NodeId,
    pub(crate) borrower: NodeId,
    pub(crate) kind: KindId,
    pub(crate) seats: i64,
    pub(crate) unnamed: BTreeMap<NodeId, i64>,
    pub(crate) ends: Option<Date>,
    pub(crate) schedule: Vec<Instalment>,
    /// Seats returned since the schedule was agreed.
    pub(crate) returned: i64,
    pub(crate) outcome: Option<LoanOutcome>,
    /// The seats that the last evaluation found right.
    pub(crate) found_right: Option<i64>,
    pub(crate) draw: bool,
    pub(crate) via: Vec<NodeId>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Permit {
    pub(crate) unit: NodeId,
    pub(crate) kind: KindId,
    pub(crate) count: i64,
    pub(crate) ends: Date,
    pub(crate) purpose: Option<String>,
}

/// The figures of every node and kind.
pub(crate) type Table = BTreeMap<(NodeId, KindId), Figures>;

impl Books {
    pub(crate) fn open(opening: &Opening) -> Self {
        let mut books = Self {
            today: opening.opened,
            levels: opening.levels.clone(),
            kinds: opening.kinds.iter().map(|kind| kind.id.clone()).collect(),
            tolerate: opening.excess == ExcessRule::Tolerate,
            nodes: BTreeMap::new(),
            people: BTreeMap::new(),
            loans: BTreeMap::new(),
            closed: BTreeMap::new(),
            permits: BTreeMap::new(),
            used_nodes: BTreeSet::new(),
            used_loans: BTreeSet::new(),
            used_permits: BTreeSet::new(),
            draws: 0,
        };
        for node in &opening.nodes {
            let entry = Node {
                parent: node.parent.clone(),
                level: opening.levels.iter().position(|level| *level == node.level),
                pool: None,
                name: node.name.clone(),
                tags: node.tags.clone(),
                facts: node.facts.clone(),
                caps: node.caps.iter().map(|(kind, seats)| (kind.clone(), seats.get())).collect(),
                unnamed: node.occupied.iter().map(|(kind, seats)| (kind.clone(), seats.get())).collect(),
            };
            books.nodes.insert(node.id.clone(), entry);
        }
        for pool in &opening.pools {
            let entry = Node {
                parent: Some(pool.sponsor.clone()),
                level: None,
                pool: Some((pool.kind.clone(), pool.size.clone())),
                name: pool.name.clone(),
                tags: pool.tags.clone(),
                facts: pool.facts.clone(),
                caps: BTreeMap::new(),
                unnamed: BTreeMap::new(),
            };
            books.nodes.insert(pool.id.clone(), entry);
        }
        for loan in &opening.loans {
            let total: i64 = loan.schedule.iter().map(|part| part.seats.get()).sum();
            let entry = Loan {
                lender: loan.lender.clone(),
                borrower: loan.borrower.clone(),
                kind: loan.kind.clone(),
                seats: loan.seats.get(),
                unnamed: loan.occupied.iter().map(|(unit, seats)| (unit.clone(), seats.get())).collect(),
                ends: loan.ends,
                schedule: loan.schedule.clone(),
                returned: if total == loan.seats.get() { 0 } else { loan.returned.get() },
                outcome: None,
                found_right: None,
                draw: loan.draw,
                via: Vec::new(),
            };
            books.loans.insert(loan.id.clone(), entry);
        }
        // Named people stand among the occupied.
        for person in opening.people.iter() {
            let unnamed = match &person.loan {
                None => books.nodes.get_mut(&person.unit).and_then(|node| node.unnamed.get_mut(&person.kind)),
                Some(loan) => books.loans.get_mut(loan).and_then(|loan| loan.unnamed.get_mut(&person.unit)),
            };
            *unnamed.expect("named people stand among the occupied") -= 1;
            let seat =
                Person { unit: person.unit.clone(), kind: person.kind.clone(), loan: person.loan.clone() };
            books.people.insert(person.id.clone(), seat);
        }
        for permit in &opening.permits {
            let entry = Permit {
                unit: permit.unit.clone(),
                kind: permit.kind.clone(),
                count: permit.count.get(),
                ends: permit.ends,
                purpose: permit.purpose.clone(),
            };
            books.permits.insert(permit.id.clone(), entry);
        }
        books.used_nodes = books.nodes.keys().cloned().collect();
        books.used_loans = books.loans.keys().cloned().collect();
        books.used_permits = books.permits.keys().cloned().collect();
        books
    }

    pub(crate) fn root(&self) -> NodeId {
        let root = self.nodes.iter().find(|(_, node)| node.parent.is_none());
        root.expect("books have a root").0.clone()
    }

    pub(crate) fn is_unit(&self, id: &NodeId) -> bool {
        self.nodes.get(id).is_some_and(|node| node.level == Some(self.levels.len() - 1))
    }

    pub(crate) fn is_pool(&self, id: &NodeId) -> bool {
        self.nodes.get(id).is_some_and(|node| node.pool.is_some())
    }

    pub(crate) fn is_jurisdiction(&self, id: &NodeId) -> bool {
        self.nodes.contains_key(id) && !self.is_unit(id) && !self.is_pool(id)
    }

    /// The node and all above it, upwards.
    pub(crate) fn path(&self, id: &NodeId) -> Vec<NodeId> {
        let mut path = vec![id.clone()];
        let mut at = id;
        while let Some(parent) = self.nodes.get(at).and_then(|node| node.parent.as_ref()) {
            path.push(parent.clone());
            at = parent;
        }
        path
    }

    pub(crate) fn contains(&self, outer: &NodeId, inner: &NodeId) -> bool {
        self.path(inner).contains(outer)
    }

    pub(crate) fn children<'a>(&'a self, id: &'a NodeId) -> impl Iterator<Item = &'a NodeId> {
        self.nodes.iter().filter(move |(_, node)| node.parent.as_ref() == Some(id)).map(|(id, _)| id)
    }

    pub(crate) fn size(&self, pool: &NodeId) -> i64 {
        match self.nodes.get(pool).and_then(|node| node.pool.as_ref()) {
            Some((_, PoolSize::Size(size))) => size.get(),
            Some((_, PoolSize::Rule(_))) | None => 0,
        }
    }

    pub(crate) fn cap(&self, node: &NodeId, kind: &KindId) -> i64 {
        self.nodes[node].caps.get(kind).copied().unwrap_or(0)
    }

    pub(crate) fn named_on(&self, unit: &NodeId, kind: &KindId, loan: Option<&LoanId>) -> i64 {
        let here =
            |person: &&Person| person.unit == *unit && person.kind == *kind && person.loan.as_ref() == loan;
        count(self.people.values().filter(here).count())
    }

    pub(crate) fn unnamed_on(&self, unit: &NodeId, kind: &KindId, loan: Option<&LoanId>) -> i64 {
        match loan {
            None => self.nodes[unit].unnamed.get(kind).copied().unwrap_or(0),
            Some(loan) => {
                let loan = &self.loans[loan];
                if loan.kind == *kind { loan.unnamed.get(unit).copied().unwrap_or(0) } else { 0 }
            }
        }
    }

    /// People on the seats of a loan.
    pub(crate) fn people_on(&self, loan: &LoanId) -> i64 {
        let named = self.people.values().filter(|person| person.loan.as_ref() == Some(loan)).count();
        count(named) + self.loans[loan].unnamed.values().sum::<i64>()
    }

    pub(crate) fn idle(&self, loan: &LoanId) -> i64 {
        self.loans[loan].seats - self.people_on(loan)
    }

    pub(crate) fn due(&self, loan: &LoanId) -> i64 {
        let loan = &self.loans[loan];
        let due = loan.schedule.iter().filter(|part| part.on <= self.today);
        (due.map(|part| part.seats.get()).sum::<i64>() - loan.returned).max(0)
    }

    pub(crate) fn past_end(&self, loan: &LoanId) -> bool {
        self.loans[loan].ends.is_some_and(|ends| ends < self.today)
    }

    pub(crate) fn overdue(&self, loan: &LoanId) -> bool {
        self.past_end(loan) || self.due(loan) > self.idle(loan)
    }

    pub(crate) fn occupied(&self, unit: &NodeId, kind: &KindId) -> i64 {
        self.named_on(unit, kind, None) + self.unnamed_on(unit, kind, None)
    }

    pub(crate) fn permitted(&self, unit: &NodeId, kind: &KindId) -> i64 {
        let here = self.permits.values().filter(|permit| permit.unit == *unit && permit.kind == *kind);
        here.map(|permit| permit.count).sum()
    }

    pub(crate) fn lent(&self, node: &NodeId, kind: &KindId) -> i64 {
        let here = self.loans.values().filter(|loan| loan.lender == *node && loan.kind == *kind);
        here.map(|loan| loan.seats).sum()
    }

    fn people_working(&self, unit: &NodeId, kind: &KindId) -> i64 {
        let named = self.people.values().filter(|person| person.unit == *unit && person.kind == *kind);
        let on_loans = self.loans.values().filter(|loan| loan.kind == *kind);
        let unnamed: i64 = on_loans.filter_map(|loan| loan.unnamed.get(unit)).sum();
        count(named.count()) + unnamed + self.unnamed_on(unit, kind, None)
    }

    /// Every figure of every node and kind.
    pub(crate) fn table(&self) -> Table {
        let mut table = Table::new();
        let root = self.root();
        for kind in &self.kinds {
            self.fill(&root, kind, &mut table);
            self.fill_rooms(&root, kind, i64::MAX, &mut table);
        }
        table
    }

    fn fill(&self, id: &NodeId, kind: &KindId, table: &mut Table) -> Sums {
        let mut row = Figures::default();
        let mut sums = Sums::default();
        let lent = self.lent(id, kind);
        row.lent = Seats::new(lent);
        if let Some((pool_kind, _)) = &self.nodes[id].pool {
            if pool_kind == kind {
                row.cap = Seats::new(self.size(id));
                row.charged = Seats::new(lent);
            }
            sums.charged = lent;
            table.insert((id.clone(), kind.clone()), row);
            return sums;
        }
        let cap = self.cap(id, kind);
        row.cap = Seats::new(cap);
        for (loan_id, loan) in &self.loans {
            if loan.borrower == *id && loan.kind == *kind {
                row.borrowed += Seats::new(loan.seats);
                row.borrowed_occupied += Seats::new(self.people_on(loan_id));
            }
        }
        if self.is_unit(id) {
            let occupied = self.occupied(id, kind);
            let permitted = self.permitted(id, kind);
            row.occupied = Seats::new(occupied);
            row.permitted = Seats::new(permitted);
            sums.charged = occupied + permitted + lent;
            sums.vacancy = (cap - occupied).max(0);
            sums.excess = (occupied - cap).max(0);
            sums.unit_caps = cap;
            sums.unit_occupied = occupied;
            sums.headcount = self.people_working(id, kind);
            row.available = Seats::new((cap - sums.charged).max(0));
        } else {
            let mut allotted = 0;
            sums.charged = lent;
            for child in self.children(id) {
                let below = self.fill(child, kind, table);
                sums.charged += below.charged;
                sums.vacancy += below.vacancy;
                sums.excess += below.excess;
                sums.unit_caps += below.unit_caps;
                sums.unit_occupied += below.unit_occupied;
                sums.headcount += below.headcount;
                if !self.is_pool(child) {
                    allotted += self.cap(child, kind);
                }
            }
            row.allotted = Seats::new(allotted);
            row.reserve = Seats::new(cap - allotted - lent);
        }
        row.charged = Seats::new(sums.charged);
        row.vacancy = Seats::new(sums.vacancy);
        row.excess = Seats::new(sums.excess);
        row.net_vacancy = Seats::new((sums.unit_caps - sums.unit_occupied).max(0));
        row.headcount = Seats::new(sums.headcount);
        table.insert((id.clone(), kind.clone()), row);
        sums
    }

    fn fill_rooms(&self, id: &NodeId, kind: &KindId, above: i64, table: &mut Table) {
        let row = table.get_mut(&(id.clone(), kind.clone())).expect("filled before");
        let least = above.min(row.cap.get() - row.charged.get());
        row.room = Seats::new(least.max(0));
        for child in self.children(id) {
            self.fill_rooms(child, kind, least, table);
        }
    }
}

/// What a node adds to those above it.
#[derive(Default)]
struct Sums {
    charged: i64,
    vacancy: i64,
    excess: i64,
    unit_caps: i64,
    unit_occupied: i64,
    headcount: i64,
}

/// What a jurisdiction itself handed down, promised and lent.
pub(crate) fn promised(row: &Figures) -> i64 {
    row.allotted.get() + row.permitted.get() + row.lent.get()
}

pub(crate) fn count(number: usize) -> i64 {
    i64::try_from(number).expect("small")
}
