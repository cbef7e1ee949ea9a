//! The authors' tutorial: every command in it is run, every file in it written, and what it shows is what comes out.
//!
//! A fenced block is one of: `sh`, commands, one a line; `text` after it, what they print, and with `exit N` how the
//! last one ends (0 unless it says so); `… create FILE`, `… append FILE`; `… find FILE` and `… replace FILE` after it.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A fenced block: what stands behind the fence, what is in it, and where in the document that begins and ends.
struct Block<'a> {
    info: Vec<&'a str>,
    body: &'a str,
    from: usize,
}

fn blocks(document: &str) -> Vec<Block<'_>> {
    let mut found = Vec::new();
    let mut open: Option<(&str, usize)> = None;
    let mut at = 0;
    for line in document.split_inclusive('\n') {
        let next = at + line.len();
        if let Some(info) = line.strip_prefix("```") {
            open = match open {
                None => Some((info.trim(), next)),
                Some((info, from)) => {
                    let info = info.split_whitespace().collect();
                    found.push(Block { info, body: &document[from..at], from });
                    None
                }
            };
        }
        at = next;
    }
    assert!(open.is_none(), "a block is not closed");
    found
}

/// A folder with what a reader has: the policies and the examples.
fn workplace() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let copied = Command::new("cp")
        .arg("-RP")
        .args([root.join("policies"), root.join("examples"), folder.path().to_path_buf()])
        .status();
    assert!(copied.unwrap().success());
    folder
}

/// Runs the commands as the reader would, and gives what they print and how the last one ends.
fn run(folder: &Path, commands: &str, locale: &str) -> (String, i32) {
    let program = Path::new(env!("CARGO_BIN_EXE_bianzhi")).parent().unwrap();
    let mut paths = vec![program.to_path_buf()];
    paths.extend(["/usr/bin", "/bin"].map(PathBuf::from));
    let (mut printed, mut ended) = (String::new(), 0);
    for line in commands.lines().filter(|line| !line.trim().is_empty()) {
        assert_eq!(ended, 0, "before `{line}`:\n{printed}");
        let output = Command::new("sh")
            .args(["-c", &format!("{line} 2>&1")])
            .current_dir(folder)
            .env_clear()
            .env("PATH", std::env::join_paths(&paths).unwrap())
            .env("LC_ALL", locale)
            .output()
            .unwrap();
        printed.push_str(&String::from_utf8(output.stdout).unwrap());
        ended = output.status.code().unwrap();
    }
    (printed, ended)
}

fn file(folder: &Path, name: &str) -> PathBuf {
    assert!(!name.contains(".."), "{name} is outside");
    folder.join(name)
}

/// Plays the document. With `BIANZHI_BLESS=1` what comes out is written into it.
fn play(name: &str, locale: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(name);
    let document = fs::read_to_string(&path).unwrap();
    let folder = workplace();
    let (mut told, mut kept, mut commands) = (String::new(), 0, 0);
    let mut rest = blocks(&document).into_iter().peekable();
    while let Some(block) = rest.next() {
        let line = document[..block.from].lines().count();
        match block.info.as_slice() {
            ["sh"] => {
                let (printed, ended) = run(folder.path(), block.body, locale);
                let shown = rest.next_if(|next| next.info.first() == Some(&"text"));
                let expected = shown.as_ref().map_or("", |shown| shown.body);
                let exit = shown.as_ref().map_or(0, |shown| match shown.info.as_slice() {
                    ["text"] => 0,
                    ["text", "exit", number] => number.parse().unwrap(),
                    other => panic!("{name}:{line}: {other:?}"),
                });
                assert_eq!(ended, exit, "{name}:{line}: {}\n{printed}", block.body);
                if printed != expected {
                    let blessed = std::env::var_os("BIANZHI_BLESS").is_some() && shown.is_some();
                    assert!(blessed, "{name}:{line}: {}\n{printed}", block.body);
                }
                if let Some(shown) = shown {
                    write!(told, "{}{printed}", &document[kept..shown.from]).unwrap();
                    kept = shown.from + shown.body.len();
                }
                commands += block.body.lines().count();
            }
            [_, "create", to] => {
                let to = file(folder.path(), to);
                assert!(!to.exists(), "{name}:{line}: is there already");
                fs::create_dir_all(to.parent().unwrap()).unwrap();
                fs::write(to, block.body).unwrap();
            }
            [_, "append", to] => {
                let to = file(folder.path(), to);
                let before = fs::read_to_string(&to).unwrap();
                fs::write(to, before + block.body).unwrap();
            }
            [_, "find", to] => {
                let with = rest.next().unwrap();
                assert_eq!(with.info[1..], ["replace", to], "{name}:{line}: no `replace` after `find`");
                let to = file(folder.path(), to);
                let before = fs::read_to_string(&to).unwrap();
                assert_eq!(before.matches(block.body).count(), 1, "{name}:{line}: stands there once");
                fs::write(to, before.replace(block.body, with.body)).unwrap();
            }
            other => panic!("{name}:{line}: a block that nothing checks: {other:?}"),
        }
    }
    assert!(commands > 12, "{name}: only {commands} commands");
    told.push_str(&document[kept..]);
    if told != document {
        fs::write(path, told).unwrap();
    }
}

#[test]
fn what_the_chinese_tutorial_shows_is_what_comes_out() {
    play("authors.zh.md", "zh_CN.UTF-8");
}

#[test]
fn what_the_english_tutorial_shows_is_what_comes_out() {
    play("authors.en.md", "en_US.UTF-8");
}

/// Both tutorials go the same way: the same commands, and files of the same names changed.
#[test]
fn both_tutorials_go_the_same_way() {
    let steps = |name: &str| -> Vec<String> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(name);
        let document = fs::read_to_string(path).unwrap();
        let step = |block: &Block<'_>| match block.info.as_slice() {
            ["sh"] => block.body.to_owned(),
            info => info.join(" "),
        };
        blocks(&document).iter().map(step).collect()
    };
    assert_eq!(steps("authors.zh.md"), steps("authors.en.md"));
}
