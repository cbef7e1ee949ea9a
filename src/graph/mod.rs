//! The quota graph: which node lies in which, and who lends to whom.
