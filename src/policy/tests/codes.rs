//! Codes: each one's wrong example has it and nothing else, its right example is clean, its page says the same.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use super::{FACTS, PARAMETERS, REASONS};
use crate::error::{Code, codes};
use crate::policy::load;

/// The files of an example: `=== name` begins one, without it the text is a script.
fn files(text: &str) -> Vec<(String, Vec<u8>)> {
    let text = if text.starts_with("=== ") { text.to_owned() } else { format!("=== a.rhai\n{text}") };
    let mut files: Vec<(String, Vec<u8>)> = Vec::new();
    for part in text.split("=== ").filter(|part| !part.is_empty()) {
        let (name, text) = part.split_once('\n').unwrap();
        files.push((name.to_owned(), bytes(text)));
    }
    files
}

/// What cannot be printed stands between `⟦` and `⟧`: GBK bytes, a BOM, or a text many times.
fn bytes(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    for part in text.split('⟦') {
        let Some((mark, rest)) = part.split_once('⟧') else {
            bytes.extend(part.as_bytes());
            continue;
        };
        match mark {
            "GBK" => bytes.extend([0xB1, 0xE0]),
            "BOM" => bytes.extend([0xEF, 0xBB, 0xBF]),
            _ => {
                let (text, times) = mark.rsplit_once('×').unwrap();
                bytes.extend(text.repeat(times.parse().unwrap()).as_bytes());
            }
        }
        bytes.extend(rest.as_bytes());
    }
    bytes
}

/// The codes found in the files of an example. Texts and parameters that nobody uses are passed over unless
/// they are what is looked for: most examples use few.
fn found(text: &str, wanted: &Code) -> BTreeSet<&'static str> {
    let own = files(text);
    let usual = [("reasons.yaml", REASONS), ("parameters.yaml", PARAMETERS), ("facts.yaml", FACTS)];
    let usual = usual.iter().filter(|(name, _)| own.iter().all(|(own, _)| own != name));
    let names: Vec<String> = own.iter().map(|(name, _)| name.clone()).collect();
    let all = usual
        .map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec()))
        .chain(own.iter().cloned())
        .collect();
    let (faults, lints) = load::found(&all);
    faults
        .iter()
        .chain(&lints)
        .filter(|fault| {
            let file = fault.file.as_ref().map(|file| file.display().to_string()).unwrap_or_default();
            names.iter().any(|name| *name == file || name.starts_with(&format!("{file}/")))
        })
        .map(|fault| {
            assert!(!fault.zh.is_empty(), "{fault}");
            for text in [&fault.zh, &fault.message] {
                assert!(
                    !["{0}", "{1}", "{2}", "{3}", "{4}"].iter().any(|part| text.contains(part)),
                    "{text}"
                );
            }
            fault.code.unwrap_or_else(|| panic!("{fault}")).code
        })
        .filter(|code| *code == wanted.code || !["BZ0904", "BZ0905"].contains(code))
        .collect()
}

#[test]
fn every_example_has_its_code_and_no_other() {
    let mut bad = String::new();
    for code in codes() {
        let wrong = found(code.wrong, code);
        if wrong != BTreeSet::from([code.code]) {
            writeln!(bad, "{} wrong example: {wrong:?}\n{}", code.code, code.wrong).unwrap();
        }
        let right = found(code.right, code);
        if !right.is_empty() {
            writeln!(bad, "{} right example: {right:?}\n{}", code.code, code.right).unwrap();
        }
    }
    assert!(bad.is_empty(), "\n{bad}");
}

#[test]
fn numbers_stand_once_and_in_order() {
    let numbers: Vec<&str> = codes().iter().map(|code| code.code).collect();
    assert!(numbers.windows(2).all(|pair| pair[0] < pair[1]), "{numbers:?}");
    assert!(numbers.iter().all(|code| code.len() == 6 && code.starts_with("BZ")));
    assert!(codes().iter().all(|code| code.is_lint() == code.code.starts_with("BZ09")));
}

fn page(code: &Code) -> String {
    let [zh, en] = code.title;
    let [why_zh, why_en] = code.why;
    format!(
        "# {} {zh} · {en}\n\n{why_zh}\n\n{why_en}\n\n错误 · wrong\n\n```\n{}\n```\n\n正确 · right\n\n```\n{}\n```\n",
        code.code, code.wrong, code.right
    )
}

/// `BIANZHI_BLESS=1` writes the pages anew.
#[test]
fn pages_say_what_the_table_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/codes");
    let mut pages = vec![(
        "README.md".to_owned(),
        String::from(
            "# 错误代码 · Codes of `bianzhi check`\n\nBZ09 是提示，其余是错误。 BZ09 are lints, the others faults.\n\n| | | |\n|---|---|---|\n",
        ),
    )];
    for code in codes() {
        let [zh, en] = code.title;
        writeln!(pages[0].1, "| [{0}]({0}.md) | {zh} | {en} |", code.code).unwrap();
        pages.push((format!("{}.md", code.code), page(code)));
    }
    if std::env::var_os("BIANZHI_BLESS").is_some() {
        std::fs::create_dir_all(&folder).unwrap();
        for (name, text) in &pages {
            std::fs::write(folder.join(name), text).unwrap();
        }
    }
    let there: BTreeSet<String> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    assert_eq!(there, pages.iter().map(|(name, _)| name.clone()).collect());
    for (name, text) in pages {
        assert_eq!(
            std::fs::read_to_string(folder.join(&name)).unwrap(),
            text,
            "{name}: run with BIANZHI_BLESS=1"
        );
    }
}
