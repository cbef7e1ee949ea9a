//! Policies: scripts in, decisions out.
