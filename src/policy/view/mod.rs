//! Views: read-only handles into the live books, which scripts hold instead of copies.

#![expect(clippy::wildcard_enum_match_arm, reason = "a view is of one sort; every other one fails closed")]

pub(crate) mod proposals;

use std::sync::Arc;

use smol_str::SmolStr;

use super::call::{Call, Fail};
use super::limits;
use super::value::{List, Value};
use super::vocabulary::{Situation, Sort, event_sort, request_sort};
use crate::graph::{NodeIx, Role};
use crate::ledger::{KindIx, Loan, LoanIx, Permit, PermitIx, Sitter};
use crate::model::{Date, Figures, Instalment, PersonId, Seats};

/// A thing in the books, and the kind of quota that its figures are read in.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct View {
    pub(crate) what: What,
    pub(crate) kind: Option<KindIx>,
}

/// What a view shows.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum What {
    Request,
    Event,
    Office,
    Node(NodeIx),
    Pool(NodeIx),
    Loan(LoanIx),
    Permit(PermitIx),
    Person(Arc<PersonSeen>),
    Group(Arc<(NodeIx, SmolStr)>),
    Part(Arc<Instalment>),
}

/// A person as scripts see one, who may just have left.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct PersonSeen {
    /// The person in the books; none after leaving.
    pub(crate) sitter: Option<Sitter>,
    pub(crate) id: Option<PersonId>,
    pub(crate) unit: NodeIx,
    pub(crate) kind: KindIx,
    pub(crate) category: String,
    pub(crate) since: Option<Date>,
    pub(crate) loan: Option<LoanIx>,
    pub(crate) purpose: String,
}

impl View {
    /// Whether it is a place in the books, and no copy of something.
    #[inline]
    pub(crate) fn is_plain(&self) -> bool {
        !matches!(self.what, What::Person(_) | What::Group(..) | What::Part(_))
    }

    /// The same view. Most are nodes, and copied as they stand.
    #[inline]
    pub(crate) fn copied(&self) -> Self {
        let what = match &self.what {
            What::Node(node) => What::Node(*node),
            What::Request => What::Request,
            other => other.clone(),
        };
        Self { what, kind: self.kind }
    }

    /// A node, read in this kind.
    pub(crate) fn of_node(node: NodeIx, kind: Option<KindIx>) -> Self {
        Self { what: What::Node(node), kind }
    }

    /// A pool, read in its own kind.
    pub(crate) fn of_pool(call: &Call<'_>, pool: NodeIx) -> Self {
        Self { what: What::Pool(pool), kind: call.books().pool(pool).map(|pool| pool.kind) }
    }

    /// A loan, read in its kind.
    pub(crate) fn of_loan(call: &Call<'_>, loan: LoanIx) -> Self {
        Self { what: What::Loan(loan), kind: call.books().loan_at(loan).map(|loan| loan.kind) }
    }

    /// A permit, read in its kind.
    pub(crate) fn of_permit(call: &Call<'_>, permit: PermitIx) -> Self {
        Self { what: What::Permit(permit), kind: call.books().permit_at(permit).map(|permit| permit.kind) }
    }

    /// Someone in post.
    pub(crate) fn of_sitter(call: &Call<'_>, sitter: Sitter) -> Option<Self> {
        let seen = match sitter {
            Sitter::Named(place) => {
                let person = call.books().person_at(place)?;
                PersonSeen {
                    sitter: Some(sitter),
                    id: Some(person.id.clone()),
                    unit: person.unit()?,
                    kind: person.kind()?,
                    category: person.category().to_owned(),
                    since: person.since(),
                    loan: person.loan(),
                    purpose: person.purpose().to_owned(),
                }
            }
            Sitter::Unnamed { unit, kind, loan } => PersonSeen {
                sitter: Some(sitter),
                id: None,
                unit,
                kind,
                category: String::new(),
                since: None,
                loan,
                purpose: String::new(),
            },
        };
        Some(Self::of_person(seen))
    }

    /// A person as seen, read in the kind of the seat.
    pub(crate) fn of_person(seen: PersonSeen) -> Self {
        Self { kind: Some(seen.kind), what: What::Person(Arc::new(seen)) }
    }

    /// The sort of view, for the words that it knows. Requests and events need their call for it.
    pub(crate) fn sort(&self, call: &Call<'_>) -> Option<Sort> {
        Some(match &self.what {
            What::Request => request_sort(call.scene.request.as_ref()?.verb),
            What::Event => event_sort(call.scene.event.as_ref()?.event),
            What::Office => Sort::Office,
            What::Node(_) => Sort::Node,
            What::Pool(_) => Sort::Pool,
            What::Loan(_) => Sort::Loan,
            What::Permit(_) => Sort::Permit,
            What::Person(_) => Sort::Person,
            What::Group(..) => Sort::Group,
            What::Part(_) => Sort::Part,
        })
    }

    /// Whether two views show the same thing, whatever the kind they are read in.
    pub(crate) fn same(&self, other: &Self) -> bool {
        match (&self.what, &other.what) {
            (What::Node(one) | What::Pool(one), What::Node(two) | What::Pool(two)) => one == two,
            (one, two) => one == two,
        }
    }

    /// The thing in words, where no books are at hand.
    pub(crate) fn shown(&self) -> String {
        match &self.what {
            What::Request => "request".to_owned(),
            What::Event => "event".to_owned(),
            What::Office => "office".to_owned(),
            What::Node(_) => "node".to_owned(),
            What::Pool(_) => "pool".to_owned(),
            What::Loan(_) => "loan".to_owned(),
            What::Permit(_) => "permit".to_owned(),
            What::Person(seen) => seen.id.as_ref().map(ToString::to_string).unwrap_or_default(),
            What::Group(group) => group.1.to_string(),
            What::Part(part) => format!("{}: {}", part.on, part.seats),
        }
    }

    /// The thing by its id, as an answer shows it.
    pub(crate) fn id(&self, call: &Call<'_>) -> String {
        let books = call.books();
        match &self.what {
            What::Node(node) | What::Pool(node) => books.id(*node).to_string(),
            What::Loan(loan) => books.loan_at(*loan).map(|loan| loan.id.to_string()).unwrap_or_default(),
            What::Permit(permit) => {
                books.permit_at(*permit).map(|one| one.id.to_string()).unwrap_or_default()
            }
            What::Request
            | What::Event
            | What::Office
            | What::Person(_)
            | What::Group(..)
            | What::Part(_) => self.shown(),
        }
    }

    /// The node that it is.
    pub(crate) fn node(&self, _: &Call<'_>) -> Result<NodeIx, Fail> {
        match self.what {
            What::Node(node) | What::Pool(node) => Ok(node),
            What::Group(ref group) => Ok(group.0),
            _ => Err(Fail::wrong_type("node")),
        }
    }

    /// Whether it is a pool.
    pub(crate) fn is_pool(&self, call: &Call<'_>) -> bool {
        matches!(self.what, What::Node(node) | What::Pool(node) if call.books().role(node) == Role::Pool)
    }

    /// The loan that it is.
    pub(crate) fn loan<'a>(&self, call: &'a Call<'a>) -> Result<&'a Loan, Fail> {
        call.books().loan_at(self.loan_place()?).ok_or_else(|| Fail::absent("loan"))
    }

    /// The loan's place.
    pub(crate) fn loan_place(&self) -> Result<LoanIx, Fail> {
        match self.what {
            What::Loan(loan) => Ok(loan),
            _ => Err(Fail::wrong_type("loan")),
        }
    }

    /// The permit that it is.
    pub(crate) fn permit<'a>(&self, call: &'a Call<'a>) -> Result<&'a Permit, Fail> {
        match self.what {
            What::Permit(permit) => call.books().permit_at(permit).ok_or_else(|| Fail::absent("permit")),
            _ => Err(Fail::wrong_type("permit")),
        }
    }

    /// The person that it is.
    pub(crate) fn person(&self) -> Result<&PersonSeen, Fail> {
        match &self.what {
            What::Person(person) => Ok(person),
            _ => Err(Fail::wrong_type("person")),
        }
    }

    /// The instalment that it is.
    pub(crate) fn part(&self) -> Result<Instalment, Fail> {
        match &self.what {
            What::Part(part) => Ok(**part),
            _ => Err(Fail::wrong_type("instalment")),
        }
    }

    /// The kind that figures are read in.
    pub(crate) fn bound_kind(&self) -> Result<KindIx, Fail> {
        self.kind.ok_or_else(|| Fail::new("未指明编制类别", "no kind of quota is bound: use `.of(\"…\")`"))
    }

    /// The figures of a node, a pool or a group. A pool's size and a node's room are looked up only where a
    /// figure needs them (`sized`).
    #[expect(
        clippy::inline_always,
        reason = "each word wants one figure of many: the rest is left out where it stands"
    )]
    #[inline(always)]
    pub(crate) fn figures(&self, call: &Call<'_>, sized: bool) -> Result<Figures, Fail> {
        let kind = self.bound_kind()?;
        let books = call.books();
        match &self.what {
            What::Group(group) => Ok(books.group(group.0, &group.1, kind)),
            What::Node(node) | What::Pool(node) if books.role(*node) == Role::Pool => {
                let size = if sized { pool_size(call, *node)? } else { Seats::ZERO };
                Ok(books.pool_figures(*node, kind, size))
            }
            What::Node(node) | What::Pool(node) if sized => Ok(books.figures(*node, kind)),
            What::Node(node) | What::Pool(node) => Ok(books.own_figures(*node, kind)),
            _ => Err(Fail::wrong_type("figures")),
        }
    }
}

/// A pool's size now. `capacity`, which says it, cannot ask: `check` turns that away, and a pool that is met
/// there as a node has what the laws alone know of it, its fixed size or 0.
pub(crate) fn pool_size(call: &Call<'_>, pool: NodeIx) -> Result<Seats, Fail> {
    if call.situation == Situation::Capacity {
        return Ok(call.books().fixed_size(pool));
    }
    call.scene.set.size_in(call, pool)
}

/// Seats as a number.
pub(crate) fn seats(seats: Seats) -> i64 {
    seats.get()
}

/// A figure of the past, which may be unknown.
pub(crate) fn known(figure: Option<Seats>, word: &str) -> Result<i64, Fail> {
    figure.map(seats).ok_or_else(|| Fail::history(word))
}

/// The longest list that a view may give.
pub(crate) fn bounded<'a>(
    call: &Call<'_>,
    items: impl IntoIterator<Item = View, IntoIter: ExactSizeIterator>,
) -> Result<Value<'a>, Fail> {
    let items = items.into_iter();
    let most = limits::LIST;
    if items.len() > most {
        return Err(Fail::limit(
            format!("清单超过 {most} 项"),
            format!("the list has more than {most} elements"),
        ));
    }
    if items.len() == 0 {
        return Ok(Value::List(List::Borrowed(&[])));
    }
    call.charge(u64::try_from(items.len()).unwrap_or(u64::MAX))?;
    Ok(Value::list(items.map(Value::View)))
}
