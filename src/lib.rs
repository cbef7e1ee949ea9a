//! bianzhi

pub mod charter;
mod decision;
pub mod document;
mod error;
mod event;
pub mod graph;
pub mod journal;
pub mod ledger;
pub mod model;
pub mod office;
pub mod policy;
mod request;
pub mod scenario;

pub use charter::Charter;
pub use decision::*;
pub use error::{Error, ErrorKind, Fault};
pub use event::*;
pub use office::Office;
pub use policy::PolicySet;
pub use request::*;
