//! The command `bianzhi explain`: what it prints, in both languages and as JSON, and how it ends.
