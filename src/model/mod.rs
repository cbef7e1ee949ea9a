//! The words of the field as plain values: ids, kinds, levels, seats, dates, figures, codes, opening books.

mod by_kind;
mod code;
mod cores;
pub(crate) mod day;
mod fact;
mod facts;
mod figures;
mod id;
mod id_pages;
mod id_table;
mod key_table;
mod lang;
mod mention;
mod node_part;
mod node_rows;
mod opening;
mod pages;
mod piece;
mod roster;
mod schedule;
mod seats;

pub use by_kind::{ByKind, ByKindIter};
pub use code::{InputCode, LawCode};
pub(crate) use cores::{cores, on_all_cores};
pub use fact::FactValue;
pub(crate) use facts::Facts;
pub use figures::Figures;
pub(crate) use id::Places;
pub use id::{KindId, LoanId, NodeId, PermitId, PersonId, RequestId};
pub(crate) use id_pages::IdPages;
pub(crate) use id_table::IdTable;
pub use jiff::civil::Date;
pub(crate) use key_table::{KeyTable, Keys};
pub use lang::Lang;
pub use mention::Mention;
pub(crate) use node_part::{NodeDraft, NodeWords};
pub(crate) use node_rows::{Children, NodeRows, NodeTree, NodeView, What};
pub use opening::{
    ExcessRule, Opening, OpeningHistory, OpeningKind, OpeningLoan, OpeningNode, OpeningPermit, OpeningPerson,
    OpeningPool, PoolSize,
};
pub(crate) use pages::{Pages, own};
pub(crate) use piece::Piece;
pub use roster::OpeningPeople;
pub(crate) use roster::{PersonRow, Post};
pub use schedule::{Instalment, Outcome as LoanOutcome};
pub use seats::Seats;
