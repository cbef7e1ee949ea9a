//! Bad input of the commands on journals: each gets one error, in the language asked for, and nothing is written.

use std::fs;
use std::path::Path;

use rusqlite::Connection;

use super::nanping;
use crate::cli::runner::command;

/// What is said in Chinese and in English; both end with 2.
#[track_caller]
fn refused(folder: &Path, words: &[&str], zh: &str, en: &str) {
    for (lang, word, expected) in [("zh", "错误：", zh), ("en", "error: ", en)] {
        let output = command(folder, &[&["--lang", lang], words].concat()).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{words:?}: {said}");
        assert_eq!(said, format!("{word}{expected}\n"), "{words:?}");
    }
}

#[test]
fn what_is_no_journal_is_told_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::create_dir(at("folder")).unwrap();
    fs::write(at("empty"), "").unwrap();
    fs::write(at("scrap"), "编").unwrap();
    fs::write(at("text"), "编制日志，不是数据库。".repeat(40)).unwrap();
    let verify = |name| ["journal", "verify", name];
    refused(
        folder.path(),
        &verify("folder"),
        "无法使用 `folder`：是文件夹",
        "cannot use `folder`: is a directory",
    );
    refused(
        folder.path(),
        &verify("empty"),
        "`empty` 是空文件：其中尚无日志",
        "`empty` is empty: no journal was begun there",
    );
    refused(
        folder.path(),
        &verify("text"),
        "`text` 不是日志：文件不是 SQLite 数据库",
        "`text` is no journal: file is not a database",
    );
    let scenario = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/nanping/scenario.yaml");
    for words in [&verify("scrap")[..], &["run", scenario, "--journal", "scrap"]] {
        refused(
            folder.path(),
            words,
            "`scrap` 不是日志：只有 3 字节",
            "`scrap` is no journal: it has 3 bytes",
        );
    }
    assert_eq!(fs::read(at("scrap")).unwrap(), "编".as_bytes());
}

#[test]
fn a_table_or_a_policy_that_was_taken_away_or_changed_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("city.journal");
    let (_, office) = nanping(&file);
    let digest = office.policies().unwrap().digest();
    drop(office);
    let sound = fs::read(&file).unwrap();
    let lacks =
        (format!("日志中没有政策 `{digest}`"), format!("the journal does not hold the policies `{digest}`"));
    let changed = (
        format!("留存为 `{digest}` 的政策已非原文"),
        format!("the policies kept as `{digest}` are not what was kept"),
    );
    let cases = [
        ("DELETE FROM policy_file", lacks),
        ("DELETE FROM policy_file WHERE path = 'reasons.yaml'", changed.clone()),
        ("UPDATE policy_file SET content = x'00ff'", changed),
        (
            "DROP VIEW entry; DROP VIEW every_record; DROP TABLE record",
            (
                "`city.journal` 已损坏，请改用备份；SQLite 报告：no such table: main.record".to_owned(),
                "`city.journal` is damaged: no such table: main.record".to_owned(),
            ),
        ),
    ];
    for (change, (zh, en)) in cases {
        fs::write(&file, &sound).unwrap();
        Connection::open(&file).unwrap().execute_batch(change).unwrap();
        if change.contains("record") {
            let words = ["show", "--journal", "city.journal"];
            refused(folder.path(), &words, &zh.replace("main.", ""), &en.replace("main.", ""));
        } else {
            refused(folder.path(), &["journal", "verify", "city.journal"], &zh, &en);
        }
    }
}

/// The sum of a line does not tell that another line is gone.
#[test]
fn a_log_without_a_line_of_its_policies_is_not_brought_in() {
    let folder = tempfile::tempdir().unwrap();
    let (_, office) = nanping(&folder.path().join("city.journal"));
    let digest = office.policies().unwrap().digest();
    drop(office);
    let exported = command(folder.path(), &["journal", "export", "city.journal", "--out", "city.log"]);
    assert!({ exported }.status().unwrap().success());
    let log = fs::read_to_string(folder.path().join("city.log")).unwrap();
    let without = |name: &str, gone: &dyn Fn(&str) -> bool| {
        let lines: Vec<&str> = log.lines().filter(|line| !gone(line)).collect();
        assert!(lines.len() < log.lines().count());
        fs::write(folder.path().join(name), lines.join("\n") + "\n").unwrap();
        lines.len()
    };
    let is_policy = |line: &str| line.contains("\"line\":{\"policy\"");
    let into = |name| ["journal", "import", "new.journal", "--from", name];
    without("one.log", &|line| is_policy(line) && line.contains("\"path\":\"reasons.yaml\""));
    refused(
        folder.path(),
        &into("one.log"),
        &format!("留存为 `{digest}` 的政策已非原文"),
        &format!("the policies kept as `{digest}` are not what was kept"),
    );
    let lines = without("all.log", &is_policy);
    let entry = log.lines().find(|line| line.contains("\"decided\"")).unwrap();
    let entry = entry.split("\"number\":").nth(1).unwrap().split(',').next().unwrap();
    refused(
        folder.path(),
        &into("all.log"),
        &format!("日志文件第 {lines} 行：缺政策 `{digest}`，第 {entry} 条记录据此裁定"),
        &format!(
            "line {lines} of the log: the policies `{digest}` are missing, by which entry {entry} was decided"
        ),
    );
    assert!(!folder.path().join("new.journal").exists(), "nothing was begun");
}

#[test]
fn moments_and_numbers_that_are_none_are_told_in_both_languages() {
    let folder = tempfile::tempdir().unwrap();
    drop(nanping(&folder.path().join("city.journal")));
    let show = |moment| ["show", "--journal", "city.journal", "--as-of", moment];
    for moment in ["yesterday", "2024-13-45", "-1"] {
        refused(
            folder.path(),
            &show(moment),
            &format!("`{moment}` 既不是 2024-06-30 这样的日期，也不是记录号"),
            &format!("`{moment}` is neither a day such as 2024-06-30 nor an entry's number"),
        );
    }
    for number in ["x", "-1", "99999999999999999999"] {
        refused(
            folder.path(),
            &["journal", "replay", number, "--journal", "city.journal"],
            &format!("`{number}` 不是记录号；记录从 0 编号"),
            &format!("`{number}` is no entry's number; entries are numbered from 0"),
        );
    }
}

/// A small disk that is really full, where one can be mounted.
#[test]
fn a_log_that_does_not_fit_leaves_nothing_cut_behind() {
    let folder = tempfile::tempdir().unwrap();
    drop(nanping(&folder.path().join("city.journal")));
    let small = folder.path().join("small");
    fs::create_dir(&small).unwrap();
    let mount = std::process::Command::new("mount")
        .args(["-t", "tmpfs", "-o", "size=64k", "tmpfs"])
        .arg(&small)
        .output();
    if !mount.is_ok_and(|output| output.status.success()) {
        println!("SKIPPED: no small disk can be mounted here (1 skipped)");
        return;
    }
    let result = std::panic::catch_unwind(|| {
        refused(
            folder.path(),
            &["journal", "export", "city.journal", "--out", "small/city.log"],
            "日志文件无法写出：磁盘已满",
            "the log cannot be written: No space left on device (os error 28)",
        );
        assert!(!small.join("city.log").exists());
    });
    std::process::Command::new("umount").arg(&small).status().unwrap();
    result.unwrap();
}
