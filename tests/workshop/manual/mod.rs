//! The author's commands: the manual, `diff`, `new` and `translate`, and going live.

#[cfg(feature = "cli")]
mod diff;
mod live;
#[cfg(feature = "cli")]
mod new;
#[cfg(feature = "cli")]
mod page;
mod translate;
