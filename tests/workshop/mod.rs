//! The policy workshop: what an author has at hand from the first keystroke to going live.

mod manual;
