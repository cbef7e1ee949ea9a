//! Mentions: names that a policy set must declare before a charter or a request may use them.

use super::FactValue;

/// A tag, fact, category, purpose or pool rule, where a charter or a request uses one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Mention<'a> {
    /// A node's tag.
    Tag(&'a str),
    /// A fact with its value.
    Fact(&'a str, &'a FactValue),
    /// A person's category.
    Category(&'a str),
    /// What something is for.
    Purpose(&'a str),
    /// A pool's rule.
    Rule(&'a str),
}
