//! The books and the laws that no script can break.
