//! The flow: one way, one file, from request to record.
