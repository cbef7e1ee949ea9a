//! The books and the laws: open, check, draft, judge, apply – no scripts, no clock.
//!
//! The laws, each with the sentence that its test is named after:
//!
//! - **L1 cap** – charged ≤ cap at every node and kind; a pool's use ≤ its size when seats leave it.
//! - **L2 allotment** – what a jurisdiction handed down, and lent itself, ≤ its cap.
//! - **L3 conservation** – Σ lent = Σ borrowed = Σ seats of open loans, per kind; a transfer changes no total.
//! - **L4 use within right** – a loan's people ≤ its seats, all inside the borrower; only empty seats return.
//! - **L5 no lending on** – only own, available seats can be lent.
//! - **L6 one person, one seat** – across the whole graph.
//! - **L7 kinds never mix** – a seat keeps its kind along every route.
//! - **L8 headcount** – the people of a kind ≤ the root's cap (follows from L1).
//! - **L9 reach** – an actor changes only what its node contains.
//! - **L10 memory** – books = replay of the events.

mod apply;
mod book;
mod check;
mod door;
mod draft;
mod draft_shape;
mod due;
mod effect;
mod known;
mod laws;
mod loans;
mod open;
mod open_nodes;
mod past;
mod people;
mod read;
mod reshape;
mod reverse;
mod shape;
mod stored;
mod tags;
mod trial;
mod way;

use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use rpds::RedBlackTreeSetSync;
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use crate::graph::{NodeIx, QuotaGraph};
use crate::model::{Date, Facts, IdPages, KeyTable, KindId, Pages, Piece, Places, PoolSize, Seats};

use book::{Book, Sums};
use loans::Due;
use tags::Tags;

pub use apply::Broken;
pub use check::Actor;
pub use draft::Draft;
pub use due::Step;
pub use laws::{Judge, LAWS, Law};
pub use loans::{Loan, LoanIx, Permit, PermitIx};
pub use past::{Measure, PastFigures};
pub use people::{Person, PersonIx, Sitter};
pub(crate) use read::{UnitBook, UnitFigure};
pub(crate) use way::{OwnSeat, Way};

/// The books of one city: the quota graph, a book per node and kind, loans, permits, people.
///
/// A clone is a fork: it shares everything with the original and copies only the pages it writes.
#[derive(Debug, Clone)]
pub struct Ledger {
    terms: Arc<Terms>,
    shape: Arc<QuotaGraph>,
    tags: Arc<TagNames>,
    today: Date,
    /// Granted draws so far; the next draw's loan is `draw:<draws + 1>`.
    draws: u64,
    details: Pages<Detail>,
    rows: Pages<Row>,
    books: Pages<Book>,
    groups: Pages<Sums>,
    group_places: Arc<Places<Group, u32>>,
    loans: Pages<Loan>,
    loan_places: IdPages,
    permits: Pages<Permit>,
    permit_places: IdPages,
    people: Pages<Person>,
    /// Where those stand who were there when the books opened, in a tenth of the memory.
    first_people: Arc<KeyTable>,
    /// Where those stand who came later.
    person_places: IdPages,
    /// What may fall due, by day. An entry is only a reminder: what it names is looked at when its day comes.
    agenda: RedBlackTreeSetSync<(Date, Due)>,
    /// Every pool that is there now, in the order of founding.
    pool_places: Arc<Vec<NodeIx>>,
    /// The pools' sizes as the year began.
    pool_sizes: Arc<BTreeMap<NodeIx, Seats>>,
    mode: Mode,
}

/// How changes are remembered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// The books are being opened: there is no past yet.
    Opening,
    /// The ordinary course.
    Running,
    /// A correction takes back an entry of this day: its effect leaves the figures since.
    Reversing(Date),
}

/// What the charter fixed for good.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Terms {
    opened: Date,
    levels: Vec<String>,
    kinds: Vec<Kind>,
}

/// A kind of quota (编制类别).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kind {
    /// Its id.
    pub id: KindId,
    /// Its Chinese name.
    pub zh: String,
    /// Its English name.
    pub en: String,
}

/// A kind's place in the charter's list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct KindIx(u16);

/// A tag's place in the list of tags met so far; the first stands for "every unit".
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
struct TagIx(u32);

/// The units with a tag inside a jurisdiction, in one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Group {
    node: NodeIx,
    tag: TagIx,
    kind: KindIx,
}

impl Hash for Group {
    fn hash<H: Hasher>(&self, state: &mut H) {
        // In one word, which is hashed in a few instructions; tags and kinds are few, so that nearly all words differ.
        let number = u64::from(self.tag.0).wrapping_shl(8) ^ u64::from(self.kind.0);
        state.write_u64((self.node.index() as u64).wrapping_shl(32) ^ number);
    }
}

#[derive(Debug, Clone, Default)]
struct TagNames {
    names: Vec<String>,
    places: Places<String, TagIx>,
}

/// What is known of a node beside its figures and tags: read seldom, changed less.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Detail {
    name: Piece,
    /// In one word, for only jurisdictions have one.
    tier: Option<triomphe::Arc<Box<str>>>,
    facts: Option<Arc<Facts>>,
    pool: Option<Box<Pool>>,
}

/// A pool's kind and size.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pool {
    /// The one kind that it lends.
    pub kind: KindIx,
    /// How large it is.
    pub size: PoolSize,
}

/// A node's own row: where its books stand, its tags, and what is tied to it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Row {
    /// One book for each kind in use, in the order of the kinds.
    books: Slots,
    tags: Tags,
    ties: Option<Arc<Ties>>,
}

type Slots = SmallVec<[(KindIx, u32); 2]>;
/// A node's tags, copied while the books change.
type TagList = SmallVec<[TagIx; 4]>;

/// A node's loans, permits and named people that are there now.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Ties {
    lent: Vec<LoanIx>,
    borrowed: Vec<LoanIx>,
    permits: Vec<PermitIx>,
    roster: Vec<PersonIx>,
}

impl Row {
    /// Notes where the book of a kind stands that has none yet.
    fn have(&mut self, kind: KindIx, book: usize) {
        if let Ok(book) = u32::try_from(book) {
            let at = self.books.partition_point(|(known, _)| *known < kind);
            self.books.insert(at, (kind, book));
        }
    }
}

impl TagIx {
    /// Stands for every unit, tagged or not: a jurisdiction's plain sums.
    const EVERY: Self = Self(0);
}

impl KindIx {
    fn new(place: usize) -> Self {
        Self(u16::try_from(place).unwrap_or(u16::MAX))
    }

    pub(crate) fn index(self) -> usize {
        usize::from(self.0)
    }
}
