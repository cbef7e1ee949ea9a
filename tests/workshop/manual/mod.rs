//! The author's commands beside the manual, `new` and `translate`, and going live.

mod live;
#[cfg(feature = "cli")]
mod new;
mod translate;
