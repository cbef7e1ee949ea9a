//! Decoding's words: what a value must be, and what is wrong with several together, in Chinese.

/// What is needed, in Chinese; names of the program's own stay as they are.
pub(super) fn needed(en: &str) -> String {
    let zh = match en {
        "a whole number" => "整数",
        "a whole number of 0 or more" => "不小于 0 的整数",
        "a smaller number" => "更小的数",
        "an exact number" => "精确的数",
        "a text" | "a string" => "文字",
        "`true` or `false`" | "a boolean" => " `true` 或 `false`",
        "nothing" => "空值",
        "a list" | "a sequence" => "清单",
        "a map" | "a map of fields" => "一组字段",
        "a map with one entry" => "只有一个字段的一组字段",
        "a word or a map with one entry" => "一个词，或者只有一个字段的一组字段",
        "a number, a text, a date, `true` or `false`" => "数字、文字、日期、`true` 或 `false`",
        _ => return format!(" {en}"),
    };
    zh.to_owned()
}

/// What is wrong with a request's fields together, in Chinese.
pub(super) fn said(en: &str) -> String {
    let zh = match en {
        "missing `change` or `to`" => "缺少 `change`（增减数）或 `to`（增减到多少）",
        "give `change` or `to`, not both" => "`change` 和 `to` 只写一个",
        "give `person`, or `unit` and `kind` of one of the unnamed" => {
            "请写 `person`；未实名的写 `unit` 和 `kind`"
        }
        "give `person`, or `unit`, `kind` and `loan` of one of the unnamed" => {
            "请写 `person`；未实名的写 `unit`、`kind` 和 `loan`"
        }
        "a pool has a `size` or a `rule`, one of them" => {
            "周转池写 `size`（规模）或 `rule`（规则），只写一个"
        }
        "give `parent` and `level`, or `sponsor` and `pool` (without `caps`)" => {
            "请写 `parent` 和 `level`；设立周转池的写 `sponsor` 和 `pool`，不写 `caps`"
        }
        "a fact is a number, a text, a date, `true` or `false`" => {
            "事实应为数字、文字、日期、`true` 或 `false`"
        }
        _ => match en.strip_prefix("`to` must be 0 or more, not ") {
            Some(to) => return format!("`to` 不小于 0，而不是 {to}"),
            None => return format!("此处读不懂：{en}"),
        },
    };
    zh.to_owned()
}
