//! Opening: a charter's opening books as a ledger.

use std::collections::BTreeMap;
use std::sync::Arc;

use rpds::RedBlackTreeSetSync;
use smallvec::SmallVec;

use super::book::Delta;
use super::loans::{Loan, Permit, Sitting, nobody, shared};
use super::open_nodes::Later;
use super::past::Past;
use super::people::{Person, PersonIx, Seat, SeatRest};
use super::{Detail, Kind, KindIx, Ledger, Mode, Pages, Pool, TagNames, Terms};
use crate::event::LoanTerms;
use crate::graph::{NodeIx, QuotaGraph, Role};
use crate::model::{
    IdPages, KeyTable, KindId, LoanId, NodeId, NodeRows, NodeTree, Opening, OpeningLoan, OpeningPeople,
    PersonRow, Post, Seats,
};

impl Ledger {
    /// The books on their first day.
    ///
    /// The charter has found all faults before; what is left here is a guard.
    ///
    /// # Errors
    /// The first thing that cannot stand: an unknown parent, kind or level.
    pub fn open(opening: &Opening) -> Result<Self, String> {
        let nodes = NodeRows::from(opening.nodes.clone());
        let (tree, keys) = (nodes.tree()?, Arc::new(opening.people.places()?));
        Self::open_with(Opening { nodes: Vec::new(), ..opening.clone() }, nodes, tree, keys)
    }

    /// The same from opening books that nobody needs any more, whose nodes stand apart: names and facts are not copied.
    /// `keys` says where their people stand.
    ///
    /// # Errors
    /// As [`Ledger::open`].
    pub(crate) fn open_with(
        mut opening: Opening,
        nodes: NodeRows,
        tree: NodeTree,
        keys: Arc<KeyTable>,
    ) -> Result<Self, String> {
        let kinds = opening.kinds.iter();
        let kinds = kinds.map(|kind| Kind { id: kind.id.clone(), zh: kind.zh.clone(), en: kind.en.clone() });
        let mut books = Self {
            terms: Arc::new(Terms {
                opened: opening.opened,
                levels: opening.levels.clone(),
                kinds: kinds.collect(),
            }),
            shape: Arc::new(QuotaGraph::new(NodeId::new(""), 0, Role::Jurisdiction)),
            tags: Arc::new(TagNames::default()),
            today: opening.opened,
            draws: 0,
            details: Pages::default(),
            rows: Pages::default(),
            books: Pages::default(),
            groups: Pages::default(),
            group_places: Arc::default(),
            loans: Pages::default(),
            loan_places: IdPages::from(0),
            permits: Pages::default(),
            permit_places: IdPages::from(0),
            people: Pages::default(),
            person_places: IdPages::from(opening.people.len()),
            first_people: keys,
            agenda: RedBlackTreeSetSync::new_sync(),
            pool_places: Arc::default(),
            pool_sizes: Arc::default(),
            mode: Mode::Opening,
        };
        let later = books.open_nodes(nodes, tree, opening.pools.len())?;
        books.open_pools(&opening)?;
        books.open_loans(&opening)?;
        books.open_people(std::mem::take(&mut opening.people))?;
        books.open_permits(&opening)?;
        books.open_history(later);
        books.mode = Mode::Running;
        Ok(books)
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
        let mut drawn = drawn(opening);
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
                via: Arc::default(),
                draw: loan.draw,
                open: true,
                terms: shared(opening_terms(loan)),
                sitting: nobody(),
            });
            self.tie_loan(place);
            self.lend(place, loan.seats);
            let number = loan.id.as_str().strip_prefix("draw:").and_then(|number| number.parse().ok());
            self.draws = self.draws.max(number.unwrap_or(0));
            // As the charter counts them, or its named ones where it does not.
            let counted = || loan.occupied.iter().map(|(unit, seats)| (unit, *seats)).collect();
            let people = if loan.draw { drawn.remove(&loan.id).unwrap_or_default() } else { counted() };
            for (unit, people) in people {
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

    /// Named people are among those counted before: they get a key, and their seats a name. Those of one unit, who
    /// mostly stand together, get theirs at once.
    fn open_people(&mut self, people: OpeningPeople) -> Result<(), String> {
        let (parts, units, posts) = people.into_parts();
        let posts: Vec<Sort> = posts.iter().map(|post| self.sort_of(post)).collect::<Result<_, _>>()?;
        let mut run = Run { unit: None, place: self.root(), roster: Vec::new(), named: SmallVec::new() };
        for PersonRow { id, unit, post, since } in parts.into_iter().flatten() {
            let sort = posts.get(post as usize).ok_or("a kind is unknown")?;
            if run.unit != Some(unit) {
                self.open_run(&mut run);
                let id = units.get(unit as usize).ok_or("a unit is unknown")?;
                run.unit = Some(unit);
                run.place = self.known_node(id)?;
            }
            let place = PersonIx::new(self.people.len());
            let seat = Seat::sharing(run.place, sort.kind, since, sort.rest.clone());
            self.people.push(Person { id, seat: Some(seat) });
            run.roster.push(place);
            match sort.rest.as_ref().and_then(|rest| rest.loan) {
                Some(loan) => {
                    if let Some(loan) = self.loans.get_mut(loan.0 as usize) {
                        loan.seat_at(run.place, |sitting| {
                            sitting.unnamed -= Seats::ONE;
                            sitting.named.push(place);
                        });
                    }
                }
                None => *entry(&mut run.named, sort.kind) += Seats::ONE,
            }
        }
        self.open_run(&mut run);
        Ok(())
    }

    /// Ties a unit's people who stood together to it.
    fn open_run(&mut self, run: &mut Run) {
        if let Some(ties) = self.ties_mut(run.place).filter(|_| !run.roster.is_empty()) {
            ties.roster.reserve_exact(run.roster.len());
            ties.roster.append(&mut run.roster);
        }
        for (kind, named) in run.named.drain(..) {
            self.change(run.place, kind, Delta { named, ..Delta::default() });
        }
    }

    fn sort_of(&self, post: &Post) -> Result<Sort, String> {
        let loan = match &post.loan {
            Some(loan) => Some(self.loan(loan.as_str()).ok_or_else(|| format!("loan `{loan}` is unknown"))?),
            None => None,
        };
        let category = post.category.as_deref().map(Arc::from);
        let rest = SeatRest { loan, category, purpose: None };
        Ok(Sort { kind: self.known_kind(&post.kind)?, rest: rest.shared() })
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

    /// What is known of earlier years, where it is not in a unit's book yet. A unit's past is made when its book first changes.
    fn open_history(&mut self, mut later: Later) {
        later.sort_by_key(|(number, ..)| *number);
        for (_, place, kind, ends) in later {
            let unit = self.role(place) == Role::Unit;
            let past = || {
                let (vacancy, cap) = (self.vacancy(place, kind), self.cap(place, kind));
                triomphe::Arc::new(Past::opening(self.terms.opened, vacancy, cap, ends))
            };
            let past = (!unit).then(past);
            let book = self.book_or_open(place, kind);
            if let Some(book) = self.books.get_mut(book) {
                book.past = past;
                book.ends = unit.then(|| Arc::new(ends));
            }
        }
    }

    fn known_node(&self, id: &NodeId) -> Result<NodeIx, String> {
        self.node(id.as_str()).ok_or_else(|| format!("node `{id}` is unknown"))
    }

    pub(super) fn known_kind(&self, id: &KindId) -> Result<super::KindIx, String> {
        self.kind(id.as_str()).ok_or_else(|| format!("kind `{id}` is unknown"))
    }
}

/// What people of one sort have in common.
struct Sort {
    kind: KindIx,
    rest: Option<Arc<SeatRest>>,
}

/// People of one unit who stand together.
struct Run {
    unit: Option<u32>,
    place: NodeIx,
    roster: Vec<PersonIx>,
    /// How many of them sit on own seats, by kind.
    named: SmallVec<[(KindIx, Seats); 4]>,
}

/// The value under a key of a few, which is added if it is new.
pub(super) fn entry<K: PartialEq, V: Default, const N: usize>(
    few: &mut SmallVec<[(K, V); N]>,
    key: K,
) -> &mut V
where
    [(K, V); N]: smallvec::Array<Item = (K, V)>,
{
    let at = few.iter().position(|(known, _)| *known == key).unwrap_or(few.len());
    if at == few.len() {
        few.push((key, V::default()));
    }
    #[expect(clippy::indexing_slicing, reason = "found or pushed just above")]
    &mut few[at].1
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

/// The people on a loan's seats by unit.
type AtUnits<'a> = BTreeMap<&'a NodeId, Seats>;

/// The named people on each draw, by unit.
fn drawn(opening: &Opening) -> BTreeMap<&LoanId, AtUnits<'_>> {
    let mut drawn: BTreeMap<&LoanId, AtUnits<'_>> =
        opening.loans.iter().filter(|loan| loan.draw).map(|loan| (&loan.id, BTreeMap::new())).collect();
    if !drawn.is_empty() {
        for row in opening.people.rows() {
            let loan = opening.people.post_at(row.post).and_then(|post| post.loan.as_ref());
            let found = loan.and_then(|loan| drawn.get_mut(loan));
            if let Some((found, unit)) = found.zip(opening.people.unit_at(row.unit)) {
                *found.entry(unit).or_default() += Seats::ONE;
            }
        }
    }
    drawn
}
