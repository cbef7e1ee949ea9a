//! Slips: every full-width sign, letter that looks alike and odd space is told with its place and the right one.

use super::{FACTS, PARAMETERS, REASONS};
use crate::error::Fault;
use crate::policy::slips::{edited, scan_script};
use crate::policy::{load, scan};

/// The faults of files beside the usual ones: code, line, column, and what is said in English.
fn told(own: &[(&str, &str)]) -> Vec<(String, u32, u32, String)> {
    let usual = [("reasons.yaml", REASONS), ("parameters.yaml", PARAMETERS), ("facts.yaml", FACTS)];
    let usual = usual.iter().filter(|(name, _)| own.iter().all(|(own, _)| own != name));
    let files = usual.chain(own).map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect();
    let (mut faults, _) = load::found(&files);
    faults.sort();
    let code = |fault: &Fault| fault.code.map_or("", |code| code.code).to_owned();
    faults.iter().map(|fault| (code(fault), fault.line, fault.column, fault.message.clone())).collect()
}

/// Faults as `code line:column right`, where the right sign is the last that stands in backticks.
fn brief(own: &[(&str, &str)]) -> Vec<String> {
    let right = |message: &str| message.rsplit('`').nth(1).unwrap_or_default().to_owned();
    let told = told(own).into_iter();
    told.map(|(code, line, column, said)| format!("{code} {line}:{column} {}", right(&said))).collect()
}

#[track_caller]
fn script(text: &str, expect: &[&str]) {
    assert_eq!(brief(&[("a.rhai", text)]), expect, "{text}");
}

#[test]
fn full_width_signs() {
    script(
        "fn on_draw（请求） ｛\n    要求（请求．单位．核定数 ＞ 2，“full”）；\n｝\n",
        &[
            "BZ0104 1:11 (",
            "BZ0104 1:14 )",
            "BZ0104 1:16 {",
            "BZ0104 2:7 (",
            "BZ0104 2:10 .",
            "BZ0104 2:13 .",
            "BZ0104 2:18 >",
            "BZ0104 2:21 ,",
            "BZ0104 2:22 \"",
            "BZ0104 2:27 \"",
            "BZ0104 2:28 )",
            "BZ0104 2:29 ;",
            "BZ0104 3:1 }",
        ],
    );
    let all = "fn on_draw(r) {\n    let a ＝ 1 ＋ 2 － 3 ＊ 4 ／ 5 ％ 6；\n    let b = ！r.by_reaction ＆＆ r.unit.cap ＜ a ｜｜ a ＞＝ 2；\n    require(b, ‘full’, ＃｛a： a｝);\n    for x in 【1、2】 { require(x ≤ 2 && x ≠ 3 && x ≥ 0, 「full」); }\n}\n";
    let expect = [
        "BZ0104 2:11 =",
        "BZ0104 2:15 +",
        "BZ0104 2:19 -",
        "BZ0104 2:23 *",
        "BZ0104 2:27 /",
        "BZ0104 2:31 %",
        "BZ0104 2:34 ;",
        "BZ0104 3:13 !",
        "BZ0104 3:28 &",
        "BZ0104 3:29 &",
        "BZ0104 3:42 <",
        "BZ0104 3:46 |",
        "BZ0104 3:47 |",
        "BZ0104 3:51 >",
        "BZ0104 3:52 =",
        "BZ0104 3:55 ;",
        "BZ0104 4:16 \"",
        "BZ0104 4:21 \"",
        "BZ0104 4:24 #",
        "BZ0104 4:25 {",
        "BZ0104 4:27 :",
        "BZ0104 4:30 }",
        "BZ0104 5:14 [",
        "BZ0104 5:16 ,",
        "BZ0104 5:18 ]",
        "BZ0104 5:32 <=",
        "BZ0104 5:41 !=",
        "BZ0104 5:50 >=",
        "BZ0104 5:55 \"",
        "BZ0104 5:60 \"",
    ];
    script(all, &expect);
}

#[test]
fn letters_and_digits_that_only_look_right() {
    for (body, expect) in [
        ("require(r.unit.сap > 2, \"full\");", "BZ0105 1:32 cap"),
        ("require(r.ｕｎｉｔ.cap > 2, \"full\");", "BZ0105 1:27 unit"),
        ("require(r.unit.cap > ２３, \"full\");", "BZ0105 1:38 23"),
        ("require(r.unit.cap > 1．5, \"full\");", "BZ0105 1:38 1.5"),
        ("require(r.unit.cap > 1O0, \"full\");", "BZ0105 1:38 100"),
        ("require(r.unit.cap > 2〇, \"full\");", "BZ0105 1:38 20"),
        ("lеt x = 1; require(r.unit.cap > x, \"full\");", "BZ0105 1:17 let"),
        ("require(r.unit.νacancy > 2, \"full\");", "BZ0105 1:32 vacancy"),
        ("require(r.unit.va\u{200B}cancy > 2, \"full\");", "BZ0106 1:32 vacancy"),
    ] {
        script(&format!("fn on_draw(r) {{ {body} }}"), &[expect]);
    }
    // A name all in Greek, and a Chinese number in a name, are the author's own.
    script(
        "fn on_draw(r) { let α = 1; let 二〇二四 = 2; require(r.unit.cap > α + 二〇二四 + 0x1F + 0o17, \"full\"); }",
        &[],
    );
}

#[test]
fn odd_spaces() {
    let told = told(&[(
        "a.rhai",
        "fn on_draw(r) {\n　　require(r.unit.cap >\u{A0}2,\u{200B} \"full\");\u{FEFF}\n}",
    )]);
    let places: Vec<_> = told.iter().map(|(code, line, column, _)| (code.as_str(), *line, *column)).collect();
    assert_eq!(places, [("BZ0106", 2, 1), ("BZ0106", 2, 23), ("BZ0106", 2, 26), ("BZ0106", 2, 36)]);
    for (found, name) in told.iter().zip(["U+3000", "U+00A0", "U+200B", "U+FEFF"]) {
        assert!(found.3.contains(name), "{found:?}");
    }
}

#[test]
fn texts_and_comments_may_hold_anything() {
    script(
        "// 注释（全角），“引号”；空編\u{200B}\nfn on_draw(r) { /* 【块】　＝ */ note(\"full\", #{a: \"全角（），“引号”　空編１２\"}); }\n",
        &[],
    );
    script("／／ 注释（全角）\nfn on_draw(r) { note(\"full\"); }\n", &["BZ0104 1:1 /", "BZ0104 1:2 /"]);
}

#[test]
fn names_in_traditional_letters() {
    script(
        "fn on_draw(r) { require(r.單位.空編 == 0, \"full\"); }",
        &["BZ0220 1:27 单位", "BZ0220 1:30 空编"],
    );
    script(
        "fn on_draw(r) { 要求(r.单位.核定數 == 0, \"full\"); 提示(\"full\"); 不予(\"full\"); }",
        &["BZ0220 1:25 核定数"],
    );
    script(
        "fn on_draw(r) { let 單位 = r.unit; 看(单位); }\nfn 看(a) { require(a.cap > 1, \"full\"); }",
        &["BZ0221 1:36 單位"],
    );
    script(
        "fn on_draw(r) { 檢查(r.unit); }\nfn 检查(a) { require(a.cap > 1, \"full\"); }",
        &["BZ0221 1:17 检查"],
    );
    let facts =
        "facts:\n  学生: {zh: 学生, en: pupils, type: number}\ntags:\n  机关: {zh: 机关, en: organ}\n";
    assert_eq!(
        brief(&[
            ("facts.yaml", facts),
            (
                "a.rhai",
                "fn on_draw(r) { require(r.unit.has_tag(\"機關\") || r.unit.has_fact(\"學生\"), \"full\"); }"
            ),
        ]),
        ["BZ0221 1:32 机关", "BZ0221 1:56 学生"],
    );
}

#[test]
fn slips_do_not_hide_each_other_nor_other_faults() {
    script(
        "fn on_draw(r) { require(r.unit.vacnacy ＞ 0, \"full\")； require(r.unit.сap ≥ 1 && r.unit.ocupied == 0, \"full\"); }",
        &[
            "BZ0202 1:32 vacancy",
            "BZ0104 1:40 >",
            "BZ0104 1:52 ;",
            "BZ0105 1:69 cap",
            "BZ0104 1:73 >=",
            "BZ0202 1:87 occupied",
        ],
    );
}

#[test]
fn slips_in_yaml() {
    let parameters = "keep： {zh: 保留：三（名）, en: kept, type: number, values: {2000-01-01: ２０}}\nlate:\n　　zh：晚\n  en： late\n  type: ｎｕｍｂｅｒ\n  values: {２０００-01-01: 1， 2001-01-01: 2}\n";
    assert_eq!(
        brief(&[("parameters.yaml", parameters), ("a.rhai", "fn on_draw(r) { note(\"full\"); }")]),
        [
            "BZ0602 1:5 :",
            "BZ0602 1:66 20",
            "BZ0602 3:1 U+3000",
            "BZ0602 3:2 U+3000",
            "BZ0602 3:5 :",
            "BZ0602 4:5 :",
            "BZ0602 5:9 number",
            "BZ0602 6:12 2000-01-01",
            "BZ0602 6:25 ,",
        ],
    );
    let reasons = "full: {zh：满（“超编”）；１名, en: full， basis：条例：第六条}\nother:\n  zh: |\n    说明：甲，乙\n  en: other\n";
    let told =
        brief(&[("reasons.yaml", reasons), ("a.rhai", "fn on_draw(r) { note(\"full\"); note(\"other\"); }")]);
    assert_eq!(told, ["BZ0602 1:10 :", "BZ0602 1:31 ,", "BZ0602 1:38 :"]);
}

#[test]
fn a_function_that_cannot_be_read_hides_no_other() {
    let text = "fn on_draw(r) { require(r.unit.cap > , \"full\"); let = 3; note(\"full\"); }\nfn helper(u) { u.vacnacy }\nlet x = ;\nfn on_permit(r) { require(helper(r.unit) > 0, \"full\"); require(broken(r) > 1, \"ful\"); }\nfn broken(r) { return (1; }\nfn on_move(r) { require(r.to.ocupied > 0, \"full\");\nfn on_name(r) { require(r.unit.cpa > 0, \"full\"); }\n";
    let told = told(&[("a.rhai", text)]);
    let places: Vec<(&str, u32)> = told.iter().map(|(code, line, ..)| (code.as_str(), *line)).collect();
    assert_eq!(
        places,
        [
            ("BZ0101", 1),
            ("BZ0101", 1),
            ("BZ0202", 2),
            ("BZ0101", 3),
            ("BZ0208", 4),
            ("BZ0101", 5),
            ("BZ0101", 6),
            ("BZ0202", 7),
        ],
        "{told:?}"
    );
}

/// A script as it looks when every key was struck on a Chinese keyboard.
fn struck_wide(source: &str) -> String {
    let wide = |letter: char| match letter {
        ' ' => '\u{3000}',
        '!'..='~' => char::from_u32(u32::from(letter).wrapping_add(0xFEE0)).unwrap(),
        other => other,
    };
    let token = |token: &scan::Token<'_>| match token.sort {
        scan::Sort::Comment => token.text.to_owned(),
        scan::Sort::Text(_) => {
            let inner = token.text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap();
            if inner.contains(['“', '”']) { token.text.to_owned() } else { format!("“{inner}”") }
        }
        scan::Sort::Word | scan::Sort::Number | scan::Sort::Space | scan::Sort::Sign => {
            token.text.chars().map(wide).collect()
        }
    };
    scan::tokens(source).iter().map(token).collect()
}

#[test]
fn every_shipped_script_struck_wide_is_put_right_to_the_letter() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("policies");
    let files = load::folder_files(&folder).unwrap();
    let scripts: Vec<_> = files.iter().filter(|(path, _)| path.strip_suffix(".rhai").is_some()).collect();
    assert!(scripts.len() > 8);
    for (path, bytes) in scripts {
        let source = std::str::from_utf8(bytes).unwrap();
        assert_eq!(scan_script(&folder, source).edits, [], "{path}");
        let wide = struck_wide(source);
        let slips = scan_script(&folder, &wide);
        assert!(slips.edits.len() > 50 && slips.edits.iter().all(|edit| edit.safe), "{path}");
        assert_eq!(edited(&wide, &slips.edits), source, "{path}");
        assert_eq!(slips.faults.len(), slips.edits.len());
    }
}
