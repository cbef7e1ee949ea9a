//! Opening: a charter's opening books as a ledger.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use rpds::{HashTrieMapSync, RedBlackTreeSetSync};

use super::book::Delta;
use super::loans::{Loan, Permit, Sitting};
use super::past::Past;
use super::people::Seat;
use super::{Detail, Kind, Ledger, Mode, Pages, Pool, TagNames, Terms};
use crate::event::LoanTerms;
use crate::graph::{NodeIx, QuotaGraph, Role};
use crate::model::{KindId, NodeId, Opening, OpeningLoan, OpeningNode, Seats};

impl Ledger {
    /// The books on their first day.
    ///
    /// The charter has found all faults before; what is left here is a guard.
    ///
    /// # Errors
    /// The first thing that cannot stand: an unknown parent, kind or level.
    pub fn open(opening: &Opening) -> Result<Self, String> {
        let root = opening.nodes.iter().find(|node| node.parent.is_none()).ok_or("there is no root")?;
        let role = if opening.levels.len() > 1 { Role::Jurisdiction } else { Role::Unit };
        let kinds = opening.kinds.iter();
        let kinds = kinds.map(|kind| Kind { id: kind.id.clone(), zh: kind.zh.clone(), en: kind.en.clone() });
        let mut books = Self {
            terms: Arc::new(Terms {
                opened: opening.opened,
                levels: opening.levels.clone(),
                kinds: kinds.collect(),
            }),
            shape: Arc::new(QuotaGraph::new(root.id.clone(), 0, role)),
            tags: Arc::new(TagNames::default()),
            today: opening.opened,
            draws: 0,
            details: Pages::default(),
            rows: Pages::default(),
            books: Pages::default(),
            groups: Pages::default(),
            group_places: Arc::default(),
            loans: Pages::default(),
            loan_places: HashTrieMapSync::new_sync(),
            permits: Pages::default(),
            permit_places: HashTrieMapSync::new_sync(),
            people: Pages::default(),
            person_places: HashTrieMapSync::new_sync(),
            agenda: RedBlackTreeSetSync::new_sync(),
            pool_places: Arc::default(),
            pool_sizes: Arc::default(),
            mode: Mode::Opening,
        };
        if let Some(shape) = Arc::get_mut(&mut books.shape) {
            shape.reserve(opening.nodes.len());
        }
        let (level, role) = books.level_place(&root.level).ok_or("the root's level is unknown")?;
        books.shape = Arc::new(QuotaGraph::new(root.id.clone(), level, role));
        books.add_rows();
        let place = books.root();
        books.open_node(place, root)?;
        books.open_below(opening, &root.id)?;
        books.open_pools(opening)?;
        books.open_loans(opening)?;
        books.open_people(opening)?;
        books.open_permits(opening)?;
        books.open_history(opening)?;
        books.mode = Mode::Running;
        Ok(books)
    }

    fn open_below(&mut self, opening: &Opening, root: &NodeId) -> Result<(), String> {
        let mut below: HashMap<&NodeId, Vec<&OpeningNode>> = HashMap::new();
        for node in &opening.nodes {
            if let Some(parent) = &node.parent {
                below.entry(parent).or_default().push(node);
            }
        }
        let mut waiting = vec![root];
        while let Some(parent) = waiting.pop() {
            let above = self.node(parent.as_str()).ok_or("a parent is unknown")?;
            for node in below.remove(parent).unwrap_or_default() {
                let (level, role) = self
                    .level_place(&node.level)
                    .ok_or_else(|| format!("level `{}` is unknown", node.level))?;
                let place = self.add_node(&node.id, above, level, role);
                self.open_node(place, node)?;
                if role == Role::Jurisdiction {
                    waiting.push(&node.id);
                }
            }
        }
        if below.is_empty() { Ok(()) } else { Err("a node hangs on nothing".to_owned()) }
    }

    fn open_node(&mut self, place: NodeIx, node: &OpeningNode) -> Result<(), String> {
        let tags = node.tags.iter().map(|tag| self.tag(tag)).collect();
        let detail = Detail::new(&node.id, &node.name, &node.facts);
        let tier = node.tier.as_deref().map(Box::from);
        self.describe(place, tags, Detail { tier, ..detail });
        for (kind, cap) in &node.caps {
            let kind = self.known_kind(kind)?;
            if !cap.is_zero() {
                self.change(place, kind, Delta { cap: *cap, ..Delta::default() });
            }
        }
        for (kind, occupied) in &node.occupied {
            let kind = self.known_kind(kind)?;
            if !occupied.is_zero() {
                self.change(place, kind, Delta { occupied: *occupied, ..Delta::default() });
            }
        }
        Ok(())
    }

    fn open_pools(&mut self, opening: &Opening) -> Result<(), String> {
        for pool in &opening.pools {
            let sponsor = self.known_node(&pool.sponsor)?;
            let kind = self.known_kind(&pool.kind)?;
            let place = self.add_node(&pool.id, sponsor, self.shape.level(sponsor), Role::Pool);
            let tags = pool.tags.iter().map(|tag| self.tag(tag)).collect();
            let detail = Detail::new(&pool.id, &pool.name, &pool.facts);
            let terms = Some(Box::new(Pool { kind, size: pool.size.clone() }));
            self.describe(place, tags, Detail { pool: terms, ..detail });
            Arc::make_mut(&mut self.pool_places).push(place);
        }
        Ok(())
    }

    fn open_loans(&mut self, opening: &Opening) -> Result<(), String> {
        for loan in &opening.loans {
            let (lender, borrower) = (self.known_node(&loan.lender)?, self.known_node(&loan.borrower)?);
            let kind = self.known_kind(&loan.kind)?;
            let place = self.add_loan(Loan {
                id: loan.id.clone(),
                lender,
                borrower,
                kind,
                seats: Seats::ZERO,
                used: Seats::ZERO,
                returned: loan.returned,
                owed: Seats::ZERO,
                since: loan.since,
                purpose: loan.purpose.as_deref().map(Arc::from),
                via: Arc::from([]),
                draw: loan.draw,
                open: true,
                terms: Arc::new(opening_terms(loan)),
                sitting: Arc::default(),
            });
            self.tie_loan(place);
            self.lend(place, loan.seats);
            let number = loan.id.as_str().strip_prefix("draw:").and_then(|number| number.parse().ok());
            self.draws = self.draws.max(number.unwrap_or(0));
            for (unit, people) in occupied_by(loan, opening) {
                let unit = self.known_node(unit)?;
                if let Some(found) = self.loans.get_mut(place.0 as usize) {
                    found.used += people;
                    found.seat_at(unit, |sitting: &mut Sitting| sitting.unnamed += people);
                }
                self.change(borrower, kind, Delta { borrowed_occupied: people, ..Delta::default() });
                self.change(unit, kind, Delta { guests: people, ..Delta::default() });
            }
        }
        Ok(())
    }

    /// Named people are among those counted before: they get a key, and their seats a name.
    fn open_people(&mut self, opening: &Opening) -> Result<(), String> {
        for person in &opening.people {
            let unit = self.known_node(&person.unit)?;
            let kind = self.known_kind(&person.kind)?;
            let loan = match &person.loan {
                Some(loan) => {
                    Some(self.loan(loan.as_str()).ok_or_else(|| format!("loan `{loan}` is unknown"))?)
                }
                None => None,
            };
            let category = person.category.as_deref().map(Arc::from);
            let seat = Seat { unit, kind, loan, category, since: person.since, purpose: None };
            let place = self.seat_person(&person.id, seat);
            if let Some(ties) = self.ties_mut(unit) {
                ties.roster.push(place);
            }
            match loan.and_then(|loan| self.loans.get_mut(loan.0 as usize)) {
                Some(loan) => loan.seat_at(unit, |sitting| {
                    sitting.unnamed -= Seats::ONE;
                    sitting.named.push(place);
                }),
                None => self.change(unit, kind, Delta { named: Seats::ONE, ..Delta::default() }),
            }
        }
        Ok(())
    }

    fn open_permits(&mut self, opening: &Opening) -> Result<(), String> {
        for permit in &opening.permits {
            let unit = self.known_node(&permit.unit)?;
            let kind = self.known_kind(&permit.kind)?;
            self.add_permit(Permit {
                id: permit.id.clone(),
                unit,
                kind,
                count: permit.count,
                left: permit.count,
                purpose: permit.purpose.as_deref().map(Arc::from),
                ends: permit.ends,
                open: true,
            });
            self.change(unit, kind, Delta { permitted: permit.count, ..Delta::default() });
        }
        Ok(())
    }

    fn open_history(&mut self, opening: &Opening) -> Result<(), String> {
        for node in &opening.nodes {
            for (kind, history) in &node.history {
                let place = self.known_node(&node.id)?;
                let kind = self.known_kind(kind)?;
                let (vacancy, cap) = (self.vacancy(place, kind), self.cap(place, kind));
                let past = Past::opening(opening.opened, vacancy, cap, &history.year_end_vacancy);
                let book = self.book_or_open(place, kind);
                if let Some(book) = self.books.get_mut(book) {
                    book.past = Some(Arc::new(past));
                }
            }
        }
        Ok(())
    }

    fn known_node(&self, id: &NodeId) -> Result<NodeIx, String> {
        self.node(id.as_str()).ok_or_else(|| format!("node `{id}` is unknown"))
    }

    fn known_kind(&self, id: &KindId) -> Result<super::KindIx, String> {
        self.kind(id.as_str()).ok_or_else(|| format!("kind `{id}` is unknown"))
    }
}

/// The terms of a loan that is open already. A schedule may sum to the seats still out, or to those and the
/// ones returned: then what was returned counts towards it.
fn opening_terms(loan: &OpeningLoan) -> LoanTerms {
    let planned: Seats = loan.schedule.iter().map(|part| part.seats).sum();
    let from_now = planned == loan.seats;
    LoanTerms {
        ends: loan.ends,
        schedule: loan.schedule.clone(),
        returned_before: if from_now { loan.returned } else { Seats::ZERO },
        outcome: None,
        evaluated_seats: None,
    }
}

/// The people on a loan's seats by unit: as the charter counts them, or its named ones where it does not.
fn occupied_by<'a>(loan: &'a OpeningLoan, opening: &'a Opening) -> BTreeMap<&'a NodeId, Seats> {
    let mut people: BTreeMap<&NodeId, Seats> = BTreeMap::new();
    if !loan.draw {
        people.extend(loan.occupied.iter().map(|(unit, seats)| (unit, *seats)));
        return people;
    }
    for person in opening.people.iter().filter(|person| person.loan.as_ref() == Some(&loan.id)) {
        *people.entry(&person.unit).or_default() += Seats::ONE;
    }
    people
}
