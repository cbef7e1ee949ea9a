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

pub use charter::*;
pub use decision::*;
pub use error::{Error, ErrorKind, Fault};
pub use event::*;
pub use request::*;
