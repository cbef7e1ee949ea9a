//! bianzhi: staffing-quota (编制) books under laws that no script can break, decided by Rhai policies.
#![doc = include_str!("../README.md")]

pub mod charter;
mod decision;
pub mod document;
mod error;
mod event;
pub mod explain;
pub mod graph;
pub mod journal;
pub mod ledger;
pub mod live;
pub mod model;
pub mod office;
pub mod plan;
pub mod policy;
mod request;
pub mod scenario;

pub use charter::Charter;
pub use decision::{
    Advanced, Decision, Entry, Happened, LawReason, Outcome, ParameterRead, Reason, RefusalCode, Remark,
    ShownReason, ShownRemark, in_reading_order,
};
pub use error::{Code, Error, ErrorKind, Fault, codes};
pub use event::{Amendment, Event, Field, LoanTerms, PermitTerms, PersonTerms, ShownEvent, TermsChange};
pub use model::{Date, Lang, Seats};
pub use office::Office;
pub use policy::PolicySet;
pub use request::{
    Abolish, Advance, Amend, Appoint, Authorize, Borrow, Change, Convert, Correct, Draw, Establish, Evaluate,
    Extend, GiveBack, Member, Merge, Move, Name, Owe, Permit, Place, Relocate, Request, Reschedule, Resize,
    Sitting, Transfer, Vacate, Verb, Withdraw,
};
