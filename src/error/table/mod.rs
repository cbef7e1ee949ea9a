//! The table of codes, range by range: a number is given once and stays.

mod lints;
mod names;
mod syntax;
mod types;
mod yaml;

pub(crate) use lints::*;
pub(crate) use names::*;
pub(crate) use syntax::*;
pub(crate) use types::*;
pub(crate) use yaml::*;

use super::code::Code;

/// Rows of the table: a name for the source, the code, and its texts, Chinese before English.
macro_rules! codes {
    ($($name:ident $code:literal
        title $title_zh:literal $title_en:literal
        says $zh:literal $en:literal
        why $why_zh:literal $why_en:literal
        wrong $wrong:literal
        right $right:literal)*) => {
        $(
            pub(crate) static $name: $crate::error::Code = $crate::error::Code {
                code: $code,
                title: [$title_zh, $title_en],
                message: [$zh, $en],
                why: [$why_zh, $why_en],
                wrong: $wrong,
                right: $right,
            };
        )*
        /// The rows of this file.
        pub(super) static ROWS: &[&$crate::error::Code] = &[$(&$name),*];
    };
}
use codes;

/// Every code, by number.
pub fn all() -> Vec<&'static Code> {
    let tables = [yaml::ROWS, syntax::ROWS, names::ROWS, types::ROWS, lints::ROWS];
    let mut all: Vec<&Code> = tables.into_iter().flatten().copied().collect();
    all.sort_by_key(|code| code.code);
    all
}
