//! Limits: how much a script may be and do, each with its reason.

/// The largest script, in bytes: compiling grows faster than the text, and a rule of 32 KB is a book.
pub(crate) const SCRIPT_BYTES: usize = 32 << 10;
/// The largest YAML file beside the scripts, in bytes: the texts of a thousand reasons fit into one.
pub(crate) const YAML_BYTES: usize = 4 << 20;
/// How much of a file a report keeps to show its lines, in bytes.
pub(crate) const SHOWN: usize = YAML_BYTES;
/// The most steps of one call of a hook: a long rule takes some hundred.
pub(crate) const STEPS: u64 = 100_000;
/// The longest text that a script may build, in bytes.
pub(crate) const TEXT_BYTES: usize = 4 << 10;
/// The longest list, which is also the longest that a view gives.
pub(crate) const LIST: usize = 1_000;
/// The most facts beside a reason.
pub(crate) const FACTS: usize = 32;
/// The most variables of one function.
pub(crate) const VARIABLES: usize = 64;
/// The most days and folders for which a hook is folded; where there would be more, hooks are carried out as they stand.
pub(crate) const FOLDS: usize = 1 << 8;
/// How deep functions may call each other; small, because a debug build's stack is.
pub(crate) const CALLS: usize = 16;
/// How deep an expression may be nested outside functions.
pub(crate) const DEPTH_OUTSIDE: usize = 32;
/// How deep an expression may be nested inside a function.
pub(crate) const DEPTH_INSIDE: usize = 24;
/// The most arguments of a call: more cost Rhai seconds of looking.
pub(crate) const ARGUMENTS: usize = 8;
/// The most functions of one script.
pub(crate) const FUNCTIONS: usize = 200;
/// The most versions of one script's functions, one for each combination of argument types.
pub(crate) const VERSIONS: usize = 1_000;
/// The most reasons, notes or proposals of one call of a hook; an entry holds 64 requests anyway.
pub(crate) const SAID: usize = 100;
/// The most bytes of texts in all that one call says: some pages, for all of it is kept in the journal.
pub(crate) const SAID_BYTES: usize = 64 << 10;
/// The steps that a word costs which tries something on a copy of the books.
pub(crate) const TRYING: u64 = 20;
/// How many units, loans or elements of a list are looked at for one step.
pub(crate) const LOOKED_AT: u64 = 64;
/// The most steps when a call is looked at again on the tree, where every expression is one.
pub(crate) const STEPS_AGAIN: u64 = 10 * STEPS;
/// The most conditions of one call that an explanation keeps: nobody reads more, and loops repeat themselves.
pub(crate) const TRAIL: usize = 500;
/// The most bytes of one condition's text, and of one list in it, in an explanation: four pages.
pub(crate) const SHOWN_BYTES: usize = 16 << 10;
/// How many bytes of texts and values an explanation keeps of one call before it leaves conditions out.
pub(crate) const TRAIL_BYTES: usize = 4 << 20;
