//! The record: every entry, in order, kept where the host says.
