//! The author's commands beside the manual, `diff`, `new` and `translate`, and going live.

#[cfg(feature = "cli")]
mod diff;
mod live;
#[cfg(feature = "cli")]
mod new;
mod translate;
