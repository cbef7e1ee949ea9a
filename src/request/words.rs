//! Words: what the fields of a request are called in Chinese, where a fault names one.

/// What a field at fault is called in Chinese, in the words of the scripts.
pub(crate) fn field_in_chinese<'a>(field: &'a str, value: &str) -> &'a str {
    match field {
        "node" => "节点",
        "unit" => "单位",
        "units" => "被并单位",
        "into" => "并入单位",
        "from" => "划出方",
        // A number of an authorization, else whoever takes seats or a person in.
        "to" if value.parse::<i64>().is_ok() => "增减到",
        "to" => "划入方",
        "kind" => "编制类别",
        "count" => "数量",
        "change" => "增减数",
        "permit" => "用编核准",
        "loan" => "调借",
        "pool" => "周转池",
        "person" => "人员",
        "ends" => "到期日",
        "effective" => "实际日期",
        "since" => "在岗日期",
        "on" => "日期",
        "by" => "申请方",
        "id" => "编号",
        "lender" => "借出方",
        "borrower" => "借入方",
        "via" => "途经",
        "schedule" => "归还计划",
        "seats" => "席数",
        "size" => "规模",
        "parent" => "上级",
        "sponsor" => "设立方",
        "level" => "层级",
        "caps" => "核定数",
        "entry" => "更正条目",
        "batch" => "一揽子",
        other => other,
    }
}
