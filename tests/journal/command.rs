//! The command on journals: what it writes, what it reads, and how it says that a journal is no good.

use std::path::Path;

use rusqlite::Connection;

use crate::cli::runner::{CHARTER, HEAD, Ran, command};

const STEPS: &str =
    "  - {on: 2024-03-05, draw: {pool: administrative-pool, unit: finance, person: p-017}, expect: granted}
  - {appoint: {unit: audit, kind: administrative, person: p-018}, id: r-1, expect: granted}
  - {on: 2024-07-01, vacate: {person: p-017}, expect: granted}
  - {appoint: {unit: finance, kind: administrative}, expect: {refused: [cap]}}
";

fn bianzhi(folder: &Path, words: &[&str]) -> Ran {
    let output = command(folder, words).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ran { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}

/// A folder in which the steps were played into `city.journal`.
fn played() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("charter.yaml"), CHARTER).unwrap();
    std::fs::write(folder.path().join("scenario.yaml"), format!("{HEAD}{STEPS}")).unwrap();
    let ran = bianzhi(folder.path(), &["run", "scenario.yaml", "--journal", "city.journal"]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""), "{}", ran.out);
    folder
}

/// What is said on stderr, with the exit code of bad input.
#[track_caller]
fn refused(folder: &Path, words: &[&str], expected: &str) {
    let ran = bianzhi(folder, words);
    assert_eq!((ran.code, ran.err.trim_end()), (Some(2), expected), "{words:?}\n{}", ran.out);
    // And in Chinese, but for names and what other programs say.
    let told = bianzhi(folder, &[&["--lang", "zh"], words].concat()).err;
    let own = told.strip_prefix("错误：").unwrap();
    let own: String = own.split('`').step_by(2).collect();
    assert!(own.chars().any(|one| ('一'..='龥').contains(&one)), "{words:?}: {told}");
}

#[test]
fn a_played_journal_is_sound_and_shows_any_day() {
    let folder = played();
    let on = |words: &[&str]| bianzhi(folder.path(), words);
    let ran = on(&["journal", "verify", "city.journal"]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    let head = on(&["journal", "head", "city.journal"]).out;
    assert_eq!(ran.out, format!("sound: 7 entries, 0 policy sets, books of 2024-07-01\n{head}"));
    assert!(head.starts_with("7:"), "{head}");
    let zh = on(&["--lang", "zh", "journal", "verify", "city.journal"]).out;
    assert!(zh.starts_with("完好：7 条记录，0 套政策，账至 2024-07-01"), "{zh}");

    let headcount = |words: &[&str]| {
        let words = [&["show", "--journal", "city.journal", "--format", "json"], words].concat();
        let ran = on(&words);
        assert_eq!(ran.code, Some(0), "{}", ran.err);
        let books: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
        let node = |id: &str| {
            let nodes = books["nodes"].as_array().unwrap();
            let node = nodes.iter().find(|node| node["id"] == id).unwrap();
            node["figures"]["administrative"]["headcount"].as_i64().unwrap()
        };
        (node("finance"), node("audit"))
    };
    assert_eq!(headcount(&["--as-of", "0"]), (40, 18));
    assert_eq!(headcount(&["--as-of", "2024-03-04"]), (40, 18));
    assert_eq!(headcount(&["--as-of", "2"]), (41, 18));
    assert_eq!(headcount(&["--as-of", "2024-06-30"]), (41, 19));
    assert_eq!(headcount(&[]), (40, 19));
}

#[test]
fn books_of_a_day_are_titled_with_the_day_that_was_asked_for_and_their_own() {
    let folder = played();
    let on =
        |words: &[&str]| bianzhi(folder.path(), &[&["show", "--journal", "city.journal"], words].concat());
    for (moment, title) in [
        (&["--as-of", "2024-01-01"][..], "2024-01-01"),
        (&["--as-of", "2024-03-04"], "2024-03-04 (books kept until 2024-01-01)"),
        (&["--as-of", "2024-06-30"], "2024-06-30 (books kept until 2024-03-05)"),
        (&["--as-of", "0"], "2024-01-01"),
        (&["--as-of", "3"], "2024-03-05"),
        (&[], "2024-07-01"),
    ] {
        let ran = on(moment);
        assert_eq!(ran.out.lines().nth(1), Some(format!("administrative · {title}").as_str()), "{}", ran.out);
    }
    let zh = on(&["--as-of", "2024-06-30", "--lang", "zh"]).out;
    assert!(zh.contains(" · 2024-06-30（账记到 2024-03-05）"), "{zh}");
    // JSON has the day of the entry that the books stand behind.
    let books = on(&["--as-of", "2024-06-30", "--format", "json"]).out;
    assert!(books.contains("\"date\": \"2024-03-05\""), "{books}");
}

#[test]
fn a_history_tells_what_was_asked_and_why_not() {
    let folder = played();
    let ran = bianzhi(folder.path(), &["history", "finance", "--journal", "city.journal"]);
    let told: Vec<&str> = ran.out.lines().collect();
    assert!(told[0].contains("2024-03-05  granted  draw") && told[0].ends_with("#2"), "{}", ran.out);
    assert!(ran.out.contains("cap 40, charged 40, asked 1"), "{}", ran.out);
    assert!(ran.out.ends_with("3 entries\n"), "{}", ran.out);
    let ran = bianzhi(folder.path(), &["history", "p-018", "--json", "--journal", "city.journal"]);
    let entry: serde_json::Value = serde_json::from_str(ran.out.trim_end()).unwrap();
    assert_eq!(entry["decided"]["request"]["id"], "r-1");
    let unknown = ["history", "p-0", "--journal", "city.journal"];
    refused(folder.path(), &unknown, "error: no entry of the journal names `p-0`, and no node is called so");
}

#[test]
fn a_second_run_goes_on_and_a_known_id_is_answered_once() {
    let folder = played();
    let steps = "  - {by: nanping, appoint: {unit: audit, kind: administrative, person: p-018}, id: r-1}\n";
    std::fs::write(folder.path().join("again.yaml"), format!("{HEAD}{steps}")).unwrap();
    let ran = bianzhi(folder.path(), &["run", "again.yaml", "--json", "--journal", "city.journal"]);
    assert!(ran.out.contains("\"outcome\":\"granted\""), "{}{}", ran.out, ran.err);
    let ran = bianzhi(folder.path(), &["journal", "verify", "city.journal"]);
    assert!(ran.out.starts_with("sound: 7 entries"), "nothing was recorded: {}", ran.out);
    std::fs::write(folder.path().join("charter.yaml"), CHARTER.replace("100", "101")).unwrap();
    let other = "error: the journal of `nanping` began with other opening books than this charter's";
    refused(folder.path(), &["run", "again.yaml", "--journal", "city.journal"], other);
}

#[test]
fn a_journal_is_carried_elsewhere_with_its_head() {
    let folder = played();
    let on = |words: &[&str]| bianzhi(folder.path(), words);
    let head = on(&["journal", "head", "city.journal"]).out;
    assert_eq!(on(&["journal", "export", "city.journal", "--out", "log.jsonl"]).code, Some(0));
    let log = std::fs::read_to_string(folder.path().join("log.jsonl")).unwrap();
    assert_eq!(on(&["journal", "export", "city.journal"]).out, log);
    let ran = on(&["journal", "import", "copy.journal", "--from", "log.jsonl"]);
    assert_eq!(ran.out, format!("imported nanping: 7 entries\n{head}"), "{}", ran.err);
    assert_eq!(on(&["journal", "head", "copy.journal"]).out, head);
    let twice = "error: the journal has entries already; a log comes into an empty one";
    refused(folder.path(), &["journal", "import", "copy.journal", "--from", "log.jsonl"], twice);
    let ran = on(&["journal", "export", "city.journal", "--out", "log.jsonl"]);
    assert_eq!(ran.code, Some(2), "a file that is there is not written over");
}

/// `tests/postgres/` has the build that does.
#[cfg(not(feature = "postgres"))]
#[test]
fn a_build_that_knows_no_servers_says_so() {
    let folder = played();
    let said =
        "error: this build knows journals in files only; one with the feature `postgres` knows servers";
    let address = "postgres://office@db.example/city";
    refused(folder.path(), &["run", "scenario.yaml", "--journal", address], said);
    refused(folder.path(), &["journal", "verify", address], said);
    assert!(!folder.path().join("postgres:").exists());
}

#[test]
fn a_decision_is_decided_again() {
    let folder = played();
    let ran = bianzhi(folder.path(), &["journal", "replay", "2", "--journal", "city.journal"]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert!(ran.out.starts_with("the laws alone\n") && ran.out.ends_with("decided again: the same answer\n"));
    refused(
        folder.path(),
        &["journal", "replay", "1", "--journal", "city.journal"],
        "error: entry 1 is no decision: nothing was asked",
    );
}

#[test]
fn a_journal_that_is_no_good_is_named_with_its_entry() {
    let folder = played();
    let head = bianzhi(folder.path(), &["journal", "head", "city.journal"]).out;
    let change = |sql: &str| {
        Connection::open(folder.path().join("city.journal")).unwrap().execute_batch(sql).unwrap();
    };
    change(
        "CREATE TABLE kept AS SELECT seq, request_id, body, hash FROM record; DELETE FROM record WHERE seq = 6",
    );
    let verify = ["journal", "verify", "city.journal"];
    assert_eq!(bianzhi(folder.path(), &verify).code, Some(0), "what is left is sound");
    let with_head = [&verify[..], &["--head", head.trim_end()]].concat();
    let cut = "error: entry 6 is missing: the journal ends before the head that was kept";
    refused(folder.path(), &with_head, cut);
    refused(
        folder.path(),
        &[&verify[..], &["--head", &format!("3:{}", "0".repeat(64))]].concat(),
        "error: what stands before entry 3 is not what the kept head was taken from",
    );
    refused(
        folder.path(),
        &[&verify[..], &["--head", "x"]].concat(),
        "error: `x` is no head; one looks like `12:9f…`",
    );
    change("UPDATE record SET body = replace(body, 'p-017', 'p-666') WHERE seq = 2");
    let bad = "error: entry 2 is not what was written: its hash does not follow from the entries before it";
    for words in [
        &verify[..],
        &["journal", "head", "city.journal"],
        &["journal", "export", "city.journal", "--out", "bad.jsonl"],
        &["show", "--journal", "city.journal"],
        &["history", "finance", "--journal", "city.journal"],
        &["run", "scenario.yaml", "--journal", "city.journal"],
    ] {
        refused(folder.path(), words, bad);
    }
    refused(
        folder.path(),
        &["journal", "verify", "none.journal"],
        "error: cannot use `none.journal`: No such file or directory (os error 2)",
    );
    assert!(!folder.path().join("none.journal").exists());
    let ran = bianzhi(folder.path(), &["show", "--as-of", "2024-01-01", "charter.yaml"]);
    assert_eq!(ran.code, Some(2), "a charter knows one day only");
}

#[test]
fn a_person_is_erased_and_the_books_open_from_a_snapshot() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("charter.yaml"), CHARTER).unwrap();
    std::fs::write(folder.path().join("scenario.yaml"), format!("{HEAD}{STEPS}")).unwrap();
    let on = |words: &[&str]| bianzhi(folder.path(), words);
    let ran =
        on(&["run", "scenario.yaml", "--journal", "city.journal", "--people-apart", "--snapshot-every", "3"]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""), "{}", ran.out);
    let head = on(&["journal", "head", "city.journal"]).out;
    let ran = on(&["journal", "erase", "p-017", "--journal", "city.journal"]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    let reference = ran.out.strip_prefix("erased one person, called ").unwrap();
    let reference = reference.strip_suffix(" from now on\n").unwrap();
    let bytes = std::fs::read(folder.path().join("city.journal")).unwrap();
    assert!(
        !bytes.windows(5).any(|window| window == b"p-017")
            && bytes.windows(5).any(|window| window == b"p-018")
    );
    let twice = "error: the journal keeps nobody called `p-017`";
    refused(folder.path(), &["journal", "erase", "p-017", "--journal", "city.journal"], twice);
    let ran = on(&["history", reference, "--journal", "city.journal"]);
    assert!(ran.out.ends_with("2 entries\n"), "{}{}", ran.out, ran.err);
    let ran = on(&["journal", "snapshot", "city.journal"]);
    assert_eq!(ran.out, "kept the books behind 7 entries\n", "{}", ran.err);
    let ran = on(&["journal", "verify", "city.journal", "--head", head.trim_end()]);
    assert!(ran.out.starts_with("sound: 7 entries"), "{}{}", ran.out, ran.err);
    let zh = on(&["--lang", "zh", "journal", "snapshot", "city.journal"]).out;
    assert_eq!(zh, "已留存 7 条记录后的账册\n");
    // What opens from the snapshot shows earlier days too.
    let ran = on(&["show", "--journal", "city.journal", "--as-of", "2024-03-04", "--format", "json"]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    Connection::open(folder.path().join("city.journal"))
        .unwrap()
        .execute_batch("UPDATE snapshot SET body = replace(body, '\"draws\":1', '\"draws\":0')")
        .unwrap();
    refused(
        folder.path(),
        &["journal", "verify", "city.journal"],
        "error: the snapshot behind 7 entries is not what was written",
    );
}

#[test]
fn who_is_gone_by_now_is_called_by_name() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("charter.yaml"), CHARTER).unwrap();
    let steps = "  - {merge: {units: [audit], into: finance}, expect: granted}\n";
    std::fs::write(folder.path().join("scenario.yaml"), format!("{HEAD}{steps}")).unwrap();
    let on = |words: &[&str]| bianzhi(folder.path(), &[words, &["--lang", "zh"]].concat());
    assert_eq!(on(&["run", "scenario.yaml", "--journal", "city.journal"]).code, Some(0));
    for words in [
        &["history", "audit", "--journal", "city.journal"][..],
        &["journal", "replay", "1", "--journal", "city.journal"],
    ] {
        let ran = on(words);
        assert!(
            ran.code == Some(0) && ran.out.contains("撤并 市审计局 → 市财政局"),
            "{}{}",
            ran.out,
            ran.err
        );
    }
}

#[test]
fn who_came_and_went_is_called_by_name() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("charter.yaml"), CHARTER).unwrap();
    let steps =
        "  - {establish: {id: statistics, parent: direct, level: unit, name: 市统计队}, expect: granted}
  - {establish: {id: archive, parent: direct, level: unit, name: 市档案馆}, expect: granted}
  - {amend: {node: statistics, name: 市统计局}, expect: granted}
  - {transfer: {from: audit, to: statistics, kind: administrative, count: 1}, expect: granted}
  - {merge: {units: [statistics], into: finance}, expect: granted}
  - {abolish: {node: archive}, expect: granted}
  - {appoint: {unit: nobody, kind: administrative}, expect: {refused: [unknown-node]}}
";
    std::fs::write(folder.path().join("scenario.yaml"), format!("{HEAD}{steps}")).unwrap();
    let on = |words: &[&str]| bianzhi(folder.path(), &[words, &["--lang", "zh"]].concat());
    let ran = on(&["run", "scenario.yaml", "--journal", "city.journal"]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    for (words, expect) in [
        (
            &["history", "statistics", "--journal", "city.journal"][..],
            "划转 市审计局 → 市统计局 行政编制 1 名",
        ),
        (&["history", "statistics", "--journal", "city.journal"], "撤并 市统计局 → 市财政局"),
        (&["history", "archive", "--journal", "city.journal"], "撤销 市档案馆"),
        (&["history", "audit", "--journal", "city.journal"], "划转 市审计局 → 市统计局"),
        (&["history", "nobody", "--journal", "city.journal"], "单位 nobody"),
        (&["journal", "replay", "5", "--journal", "city.journal"], "撤并 市统计局 → 市财政局"),
    ] {
        let ran = on(words);
        assert!(ran.code == Some(0) && ran.out.contains(expect), "{expect}\n{}{}", ran.out, ran.err);
    }
    let json = on(&["history", "archive", "--journal", "city.journal", "--json"]).out;
    assert!(json.ends_with("}\n") && json.contains("\"abolish\":{\"node\":\"archive\"}"), "{json}");
}

#[test]
fn a_history_calls_categories_and_purposes_as_the_policies_that_decided_did() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    let on = |words: &[&str]| bianzhi(folder.path(), words);
    write("charter.yaml", CHARTER);
    std::fs::create_dir(folder.path().join("policies")).unwrap();
    let head = HEAD.replace("null", "policies");
    for (zh, person) in [("选调生", "p-1"), ("引进生", "p-2")] {
        let facts = format!(
            "categories: {{graduate: {{zh: {zh}, en: chosen}}}}\npurposes: {{key: {{zh: 重点项目, en: key}}}}\ntags: {{organ: {{zh: 机关, en: organ}}}}\n"
        );
        write("policies/facts.yaml", &facts);
        let step = format!(
            "  - {{appoint: {{unit: audit, kind: administrative, person: {person}, category: graduate, purpose: key}}, expect: granted}}\n"
        );
        write("scenario.yaml", &format!("{head}{step}"));
        let ran = on(&["run", "scenario.yaml", "--journal", "city.journal"]);
        assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""), "{}", ran.out);
    }
    let zh = on(&["history", "audit", "--journal", "city.journal", "--lang", "zh"]).out;
    for expect in ["p-1（选调生） 用于 重点项目", "p-2（引进生） 用于 重点项目"] {
        assert!(zh.contains(expect), "{zh}");
    }
    let zh = on(&["journal", "replay", "1", "--journal", "city.journal", "--lang", "zh"]).out;
    assert!(zh.contains("p-1（选调生） 用于 重点项目"), "{zh}");
    let en = on(&["history", "audit", "--journal", "city.journal"]).out;
    assert!(en.contains("p-2 (graduate) for key"), "{en}");
    let json = on(&["history", "audit", "--json", "--lang", "zh", "--journal", "city.journal"]).out;
    assert!(json.contains("\"category\":\"graduate\"") && !json.contains("选调生"), "{json}");
}

#[test]
fn a_reader_of_an_export_who_leaves_early_hears_no_complaint() {
    let folder = played();
    let words = ["journal", "export", "city.journal"];
    let mut child = command(folder.path(), &words)
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), String::from_utf8(output.stderr).unwrap().as_str()), (Some(0), ""));
}
