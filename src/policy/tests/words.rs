//! The vocabulary: every word can be written in both languages, and no word means two things.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use crate::policy::engine::{engine, probe};
use crate::policy::vocabulary::{
    Guard, HookKind, Item, Situation, Sort, Type, hooks, host_functions, row, rows, sorts,
};

#[test]
fn every_word_compiles_in_both_languages() {
    let engine = engine();
    let mut tried = BTreeSet::new();
    for row in rows() {
        for name in [row.en, row.zh] {
            let args = vec!["x"; row.args.len()].join(", ");
            let word = if row.is_method() { format!("x.{name}({args})") } else { format!("x.{name}") };
            if tried.insert(word.clone()) {
                let script = format!("fn f(x) {{ {word} }}");
                engine.compile(&script).unwrap_or_else(|error| panic!("{word}: {error}"));
            }
        }
    }
    for function in host_functions() {
        for name in [function.en, function.zh] {
            for arity in function.arities {
                let script = format!("fn f(x) {{ {name}({}) }}", vec!["x"; *arity].join(", "));
                engine.compile(&script).unwrap_or_else(|error| panic!("{name}: {error}"));
            }
        }
    }
    for (name, _) in hooks() {
        engine.compile(format!("fn {name}(x) {{ }}")).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
    assert!(tried.len() > 200, "{}", tried.len());
}

#[test]
fn the_engine_is_as_strict_as_it_must_be() {
    let engine = engine();
    probe(&engine).unwrap();
    for forbidden in [
        "eval(\"1\")",
        "print(1)",
        "let f = |x| x;",
        "while true { }",
        "loop { }",
        "do { } until true",
        "try { } catch { }",
        "import \"x\" as y;",
        "type_of(1)",
        "let f = Fn(\"x\");",
        "let a = 1; let a = 2;",
    ] {
        assert!(engine.compile(forbidden).is_err(), "{forbidden}");
    }
    for missing in ["sleep(1)", "timestamp()", "parse_json(\"1\")", "exit(1)", "tan(1)", "rand()"] {
        assert!(engine.eval::<rhai::Dynamic>(missing).is_err(), "{missing}");
    }
}

/// The words of a view that authors were promised, and the view's sorts.
#[rustfmt::skip]
const PROMISED: &[(&str, &str)] = &[
    ("Request", "verb id on by nodes kind count change node unit from to lender borrower pool from_pool units into parent level person named category purpose reason on_loan loan on_permit permit has_end ends schedule outcome by_reaction new_id caps_of size rule sponsor seats adds_tag drops_tag sets_fact route entry effective has_fact fact"),
    ("Request", "事项 请求号 日期 申请方 涉及单位 编制类别 数量 增减数 节点 单位 划出方 划入方 借出方 借入方 周转池 出自周转池 被并单位 并入单位 上级 层级 人员 实名 人员类别 用途 原因 用借入编 调借 用核准 用编核准 有期限 到期日 归还计划 评估结论 联动产生 新编号 拟定编数 规模 规则 设立方 席数 增标签 去标签 改事实 途经 更正条目 实际日期 有附件 附件"),
    ("Node", "id name level tier is_unit is_root parent county has_tag within fact has_fact of has_kind cap occupied vacancy net_vacancy excess permitted lent borrowed borrowed_occupied charged available room reserve allotted headcount vacancy_at_year_start arrivals departures arrivals_in_years vacancy_at_year_end average_vacancy largest loans_borrowed loans_usable loans_lent permits people_on_pool group pools"),
    ("Node", "名称 层级 行政层级 是单位 是全市 上级 县级 有标签 属于 事实 有事实 核定数 实有 空编 净空编 超编 用编核准数 借出 借入 借入已用 占用 可用编 余量 机动编制 已分配 在编人员 年初空编 本年入编 本年减员 近n年入编 前n年末空编 前n年日均空编 大户线 借入调借 可用调借 借出调借 核准 周转池人员 分组 周转池"),
    ("Pool", "sponsor kind size size_at_year_start used free loans 设立方 规模 年初规模 已用 剩余 id name vacancy"),
    ("Loan", "id lender borrower kind seats used idle returned due owed overdue purpose since has_end ends is_draw evaluated outcome people_at 席数 在用 闲置 已还 应还 空一待还 逾期 用途 起始日 有期限 到期日 单人周转 已评估 评估结论 在用人员"),
    ("Permit", "id unit kind count left purpose ends 核准数 剩余数"),
    ("Person", "id unit kind category since on_loan loan purpose 入编日"),
    ("Office", "date year root node pool pools loans_due_before 今日 年度 全市"),
    ("Group", "cap occupied vacancy headcount 核定数"),
    ("Part", "on seats"),
    ("Event", "name on by request node kind change from to count permit unit purpose ends person category on_loan loan on_permit reason lender borrower schedule has_schedule pool_size from_pool left route loan_open outcome seats parent field before after freed units into pool size entry owed year pool_sizes date named has_end"),
];

#[test]
fn every_promised_word_is_there() {
    for (view, words) in PROMISED {
        for word in words.split(' ') {
            let known = sorts().into_iter().any(|sort| {
                let named = match sort {
                    Sort::Request(_) => "Request",
                    Sort::Event(_) => "Event",
                    Sort::Node => "Node",
                    Sort::Pool => "Pool",
                    Sort::Loan => "Loan",
                    Sort::Permit => "Permit",
                    Sort::Person => "Person",
                    Sort::Office => "Office",
                    Sort::Group => "Group",
                    Sort::Part => "Part",
                };
                named == *view && row(sort, word).is_some()
            });
            assert!(known, "{view} has no {word}");
        }
    }
    let functions = "require 要求 deny 不予 note 提示 finding 问题 floor 向下取整 ceiling 向上取整 round_half_up 四舍五入 ratio 比例 \
        min max abs at_least 不少于 date years_after days_after days_between year_of count 个数 sum is_empty first param 参数 \
        param_at convert 转为本编 give_back 归还 withdraw 撤回核准 transfer 划转 evaluate 评估 owe 记待还 reschedule 分期归还 \
        amend_fact 记事实 can_convert 可转本编 office 编办";
    for name in functions.split_whitespace() {
        assert!(host_functions().iter().any(|one| one.en == name || one.zh == name), "no function {name}");
    }
}

#[test]
fn the_fields_of_events_are_words() {
    // A name means one row for each sort of view, in either language.
    for sort in sorts() {
        let mut seen = BTreeSet::new();
        for row in rows().filter(|row| row.serves(sort)) {
            assert!(seen.insert(row.en), "{sort}: {} stands twice", row.en);
            assert!(row.en == row.zh || seen.insert(row.zh), "{sort}: {} stands twice", row.zh);
        }
    }
}

fn sort_name(sort: Sort) -> String {
    let text = sort.to_string();
    match text.strip_prefix('`').and_then(|rest| rest.split_once("` ")) {
        Some((name, what)) => format!("{what}:{name}"),
        None => text.replace(' ', "-"),
    }
}

fn item_name(item: Item) -> String {
    match item {
        Item::View(sort, bound) => format!("{}{}", sort_name(sort), if bound { "*" } else { "" }),
        other @ (Item::Number | Item::Decimal | Item::Text | Item::YesNo | Item::Date) => other.to_string(),
    }
}

fn type_name(ty: Type) -> String {
    match ty {
        Type::One(item) => item_name(item),
        Type::List(item) => format!("[{}]", item_name(item)),
        other @ (Type::Nothing | Type::EmptyList | Type::Facts | Type::Unknown) => other.to_string(),
    }
}

/// The whole vocabulary as a table, from which `tests/policies/promise` makes its random scripts.
/// `BIANZHI_BLESS=1` writes it anew.
#[test]
fn the_table_of_words_says_what_the_vocabulary_says() {
    let mut table = String::new();
    for sort in sorts() {
        for row in rows().filter(|row| row.serves(sort)) {
            let args: Vec<String> = row.args.iter().map(|ty| type_name(*ty)).collect();
            let guard = match row.guard {
                Guard::None => String::new(),
                Guard::When(word) => word.to_owned(),
                Guard::Unless(word) => format!("!{word}"),
            };
            let (free, bound) = (type_name(row.gives(false)), type_name(row.gives(true)));
            let kind = if row.needs_kind { "k" } else { "" };
            let sort = sort_name(sort);
            let args = args.join(",");
            writeln!(table, "word\t{sort}\t{}\t{}\t{args}\t{free}\t{bound}\t{kind}\t{guard}", row.en, row.zh)
                .unwrap();
        }
    }
    for function in host_functions() {
        writeln!(table, "function\t{}\t{}\t{}", function.en, function.zh, function.shape).unwrap();
    }
    for (name, HookKind { situation, given }) in hooks() {
        let situation = match situation {
            Situation::Before => "before",
            Situation::Witness => "witness",
            Situation::After => "after",
            Situation::Date => "date",
            Situation::Capacity => "capacity",
            Situation::Audit => "audit",
            Situation::Uncalled => "uncalled",
        };
        writeln!(table, "hook\t{name}\t{situation}\t{}", type_name(given)).unwrap();
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/policies/promise/words.tsv");
    if std::env::var_os("BIANZHI_BLESS").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, &table).unwrap();
    }
    assert_eq!(std::fs::read_to_string(&path).unwrap(), table, "run with BIANZHI_BLESS=1");
}
