//! Bad input: one clear line for each fault, exit code 2, nothing played.

use crate::cli::runner::{CHARTER, HEAD, play, run};

#[test]
fn faults_of_a_scenario_are_told_with_their_places() {
    let ran = play(
        "  - {appiont: {unit: finance, kind: administrative}}
  - {appoint: {unit: finance, kind: administrative, count: 1}}
  - {give_back: {loan: l, count: -1}}
  - {give_back: {loan: l, count: 1.5}}
  - {give_back: {loan: l, count: many}}
  - {vacate: {person: [p]}}
",
        &["--json"],
    );
    assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""));
    let lines: Vec<&str> = ran.err.lines().collect();
    assert_eq!(lines.len(), 6, "{}", ran.err);
    for (line, place) in lines.iter().zip(5..) {
        assert!(line.starts_with(&format!("error: scenario.yaml:{place}:")), "{line}");
    }
    assert!(lines[0].ends_with("unknown request `appiont`; did you mean `appoint`?"), "{}", lines[0]);
}

#[test]
fn a_line_that_cannot_be_read_is_told_in_chinese_too() {
    for (words, expect) in [
        (vec!["rnu"], "没有命令 `rnu`；是否为 `run`？"),
        (vec!["run", "s.yaml", "--jsn"], "不认识的参数 `--jsn`；是否为 `--json`？"),
        (vec!["run", "s.yaml", "--xyz"], "不认识的参数 `--xyz`"),
        (
            vec!["zzzz"],
            "没有命令 `zzzz`；可用的有 `run`、`explain`、`check`、`show`、`history`、`journal`、`test`、`plan`、`generate`、`diff`、`new`、`doc`、`translate`",
        ),
        (vec!["journal", "verfy"], "没有命令 `verfy`；是否为 `verify`？"),
        (vec!["run", "s.yaml", "--json=1"], "参数 `--json` 不带 `1`"),
        (vec!["run", "s.yaml", "--json", "--json"], "参数 `--json` 只能写一次"),
        (vec!["show", "c.yaml", "--journal", "j"], "参数 `[账册]` 不能与 `--journal <文件>` 同时用"),
        (
            vec!["run", "s.yaml", "--journal", "j", "--snapshot-every", "0"],
            "参数 `--snapshot-every <条数>` 不能是 `0`；应不小于 1",
        ),
        (
            vec!["plan", "schools", "c.yaml", "--on", "2024/1/1"],
            "参数 `--on <日期>` 不能是 `2024/1/1`；应为日期，如 `2024-03-05`",
        ),
        (
            vec!["explain", "s.yaml", "--step", "99999999999999999999"],
            "参数 `--step <数>` 不能是 `99999999999999999999`；数太大",
        ),
        (vec!["run"], "缺少参数 `<场景>`"),
        (vec!["explain", "s.yaml", "--step"], "参数 `--step <数>` 没有给出值"),
        (vec!["explain", "s.yaml", "--step", "one"], "参数 `--step <数>` 不能是 `one`；应为不小于 0 的整数"),
        (
            vec!["explain", "s.yaml", "--step", "1", "--depth", "deep"],
            "参数 `--depth <详略>` 不能是 `deep`；可用的有 `sentence`、`table`、`full`",
        ),
    ] {
        let chinese = [&words[..], &["--lang", "zh"][..]].concat();
        // A value that is missing takes no word that begins with a dash for it.
        let ran = run(&[], &chinese);
        assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""), "{words:?}: {}", ran.err);
        assert_eq!(ran.err.lines().next(), Some(format!("错误：{expect}").as_str()), "{}", ran.err);
        let english = [&words[..], &["--lang=en"][..]].concat();
        let ran = run(&[], &english);
        assert!(ran.code == Some(2) && ran.err.starts_with("error: "), "{words:?}: {}", ran.err);
    }
    let help = run(&[], &["run", "--help", "--lang", "zh"]);
    assert!(help.code == Some(0) && help.out.contains("逐步运行场景文件"), "{}", help.err);
}

#[test]
fn what_cannot_be_read_ends_with_two() {
    let scenario = format!("{HEAD}  - {{advance: {{}}}}\n");
    let bad_charter = CHARTER.replace("occupied: {administrative: 18}", "ocupied: {administrative: 18}");
    for (files, words, expect) in [
        (vec![], vec!["run", "none.yaml"], "none.yaml"),
        (vec![("s.yaml", scenario.as_str())], vec!["run", "s.yaml"], "charter.yaml"),
        (
            vec![("s.yaml", scenario.as_str()), ("charter.yaml", bad_charter.as_str())],
            vec!["run", "s.yaml"],
            "error: charter.yaml:9:",
        ),
        (
            vec![("charter.yaml", bad_charter.as_str())],
            vec!["show", "charter.yaml"],
            "error: charter.yaml:9:",
        ),
        (vec![("s.yaml", "bianzhi: [")], vec!["run", "s.yaml"], "error: s.yaml:"),
        (vec![], vec!["rnu"], "rnu"),
    ] {
        let ran = run(&files, &words);
        assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""), "{words:?} {}", ran.err);
        assert!(ran.err.contains(expect), "{words:?}: {}", ran.err);
    }
}

/// The same faults as English readers see, at the same places, and what the books say, in the clerk's words.
#[test]
fn a_clerk_reads_chinese() {
    let ran = play(
        "  - {appiont: {unit: finance, kind: administrative}}
  - {give_back: {loan: l, count: -1}}
  - {give_back: {loan: l, count: 1.5}}
  - {on: 2024/3/5, advance: {}}
",
        &["--lang", "zh"],
    );
    let lines: Vec<&str> = ran.err.lines().collect();
    assert_eq!(
        lines,
        [
            "错误：scenario.yaml:5:6: 不认识的事项 `appiont`；是否为 `appoint`？",
            "错误：scenario.yaml:6:34: `count` 是 -1，应为不小于 0 的整数",
            "错误：scenario.yaml:7:34: 此处是 `1.5`，应为整数",
            "错误：scenario.yaml:8:10: 此处是 `2024/3/5`，应为日期，如 `2024-03-05`",
        ]
    );
    let ran = play(
        "  - {transfer: {from: audit, to: fiance, kind: administrative, count: 1}}
  - {permit: {id: q1, unit: audit, kind: administrative, count: 1, ends: 2024-02-01}}
  - {on: 2024-03-01, advance: {}}
",
        &["--lang", "zh"],
    );
    assert!(ran.out.contains("没有这个节点：划入方 fiance"), "{}", ran.out);
    assert!(ran.out.contains("已失效 q1 市审计局 行政编制 数量=1 到期日=2024-02-01"), "{}", ran.out);
}
