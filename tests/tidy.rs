//! Tidiness: layers, confined packages, headers, sizes and names, and that the documents say what the source says.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use bianzhi::ledger::LAWS;

/// The modules from the ground up. A module imports only from rows above its own; two in one row never
/// import each other.
const LAYERS: &[&[&str]] = &[
    &["error"],
    &["model"],
    &["request"],
    &["event"],
    &["decision"],
    &["document"],
    &["graph"],
    &["ledger"],
    &["charter"],
    &["journal"],
    &["policy"],
    &["office"],
    &["scenario"],
    &["explain", "audit", "plan", "live"],
];

/// Packages that some folders alone may name.
const CONFINED: &[(&str, &[&str])] = &[
    ("petgraph::", &["src/graph/"]),
    ("rhai::", &["src/policy/"]),
    ("postgres::", &["src/journal/"]),
    ("rusqlite::", &["src/journal/"]),
    ("serde_yaml::", &["src/document/"]),
    ("saphyr_parser::", &["src/document/"]),
    ("csv::", &["src/document/"]),
    ("clap::", &["src/bin/"]),
    ("serde_json::", &["src/bin/", "src/journal/"]),
];

/// Files longer than [`MOST_LINES`], and why they may be. One that is no longer long goes off the list.
const LONG: &[(&str, &str)] = &[];

const MOST_LINES: usize = 500;

/// Names that say nothing about what is inside.
const EMPTY_NAMES: &[&str] = &["util", "utils", "common", "helper", "helpers", "manager", "core", "misc"];

/// A source file: its path from the crate's root, and its text.
struct Source {
    path: String,
    text: String,
}

impl Source {
    /// The lines that are code: number from 1, text without comments.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.lines().zip(1..).map(|(line, number)| (number, without_comment(line)))
    }

    /// The lines before the file's own tests; none of a file that is all tests.
    fn code_outside_tests(&self) -> impl Iterator<Item = (usize, &str)> {
        let all_tests = self.path.ends_with("/tests.rs") || self.path.contains("/tests/");
        self.code().take_while(move |(_, line)| !all_tests && !line.starts_with("#[cfg(test)]"))
    }

    fn stem(&self) -> &str {
        Path::new(&self.path).file_stem().and_then(|stem| stem.to_str()).unwrap_or_default()
    }

    /// The modules that the file stands in, itself last: `src/ledger/book.rs` is `ledger`, `book`.
    fn modules(&self) -> Vec<&str> {
        let inner = self.path.trim_start_matches("src/").trim_end_matches(".rs");
        inner.split('/').filter(|name| !matches!(*name, "mod" | "lib")).collect()
    }

    /// What the file's first line says.
    fn header(&self) -> &str {
        self.text.lines().next().and_then(|line| line.strip_prefix("//! ")).unwrap_or_default()
    }
}

/// The line without what follows `//`, unless that stands in a string such as an address.
fn without_comment(line: &str) -> &str {
    match line.find("//") {
        Some(0) => "",
        Some(at) if !line.as_bytes()[at - 1].is_ascii_whitespace() => line,
        Some(at) => &line[..at],
        None => line,
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|cause| panic!("{path}: {cause}"))
}

/// Every file under a folder whose name ends so, in order.
fn files(folder: &str, endings: &[&str]) -> Vec<Source> {
    let mut waiting = vec![root().join(folder)];
    let mut found = BTreeSet::new();
    while let Some(folder) = waiting.pop() {
        let entries = fs::read_dir(&folder).unwrap_or_else(|cause| panic!("{}: {cause}", folder.display()));
        for entry in entries {
            let path = entry.unwrap().path();
            if path.is_dir() {
                waiting.push(path);
            } else if endings.iter().any(|ending| path.to_string_lossy().ends_with(ending)) {
                found.insert(path);
            }
        }
    }
    let source = |path: PathBuf| Source {
        text: fs::read_to_string(&path).unwrap_or_default(),
        path: path.strip_prefix(root()).unwrap().to_string_lossy().replace('\\', "/"),
    };
    found.into_iter().map(source).collect()
}

fn sources() -> Vec<Source> {
    files("src", &[".rs"])
}

#[track_caller]
fn nothing(faults: &[String]) {
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

fn rank(module: &str) -> Option<usize> {
    LAYERS.iter().position(|row| row.contains(&module))
}

/// The names that follow `prefix` at a place: one, or all of `{…}` on that line.
fn names_after(rest: &str) -> Vec<&str> {
    let word = |text: &str| text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    match rest.strip_prefix('{') {
        Some(group) => group
            .split(',')
            .map(str::trim)
            .map(|name| &name[..word(name)])
            .filter(|name| !name.is_empty())
            .collect(),
        None => vec![&rest[..word(rest)]],
    }
}

/// The modules at the crate's root that a line names: by `crate::`, or by climbing there with `super::`.
fn roots_named(line: &str, depth: usize) -> Vec<&str> {
    let mut named = Vec::new();
    for (at, _) in line.match_indices("crate::") {
        named.extend(names_after(&line[at + "crate::".len()..]));
    }
    let mut rest = line;
    while let Some(at) = rest.find("super::") {
        let mut after = &rest[at..];
        let mut climbed = 0;
        while let Some(next) = after.strip_prefix("super::") {
            after = next;
            climbed += 1;
        }
        if climbed >= depth {
            named.extend(names_after(after));
        }
        rest = after;
    }
    named
}

#[test]
fn imports_point_down_the_layers() {
    let mut faults = Vec::new();
    for source in sources().iter().filter(|source| !source.path.starts_with("src/bin/")) {
        let modules = source.modules();
        let Some(own) = modules.first() else { continue };
        let Some(own_rank) = rank(own) else {
            faults.push(format!("{}: `{own}` stands in no layer", source.path));
            continue;
        };
        let mut inline = 0;
        for (number, line) in source.code() {
            if line.starts_with('}') {
                inline = 0;
            } else if line.trim_end().ends_with('{')
                && ["mod ", "pub mod ", "pub(crate) mod "].iter().any(|start| line.starts_with(start))
            {
                inline = 1;
            }
            for name in roots_named(line, modules.len() + inline) {
                match rank(name) {
                    _ if name == *own || name == "self" => {}
                    Some(below) if below < own_rank => {}
                    Some(_) => faults.push(format!("{}:{number}: `{own}` imports `{name}`", source.path)),
                    None => faults.push(format!("{}:{number}: `{name}` is no module", source.path)),
                }
            }
        }
    }
    nothing(&faults);
}

#[test]
fn a_package_is_named_only_where_it_is_confined() {
    let mut faults = Vec::new();
    for source in sources() {
        for (number, line) in source.code_outside_tests() {
            let outside = |folders: &[&str]| !folders.iter().any(|folder| source.path.starts_with(folder));
            for (package, folders) in CONFINED.iter().filter(|(_, folders)| outside(folders)) {
                let named = line.match_indices(package).any(|(at, _)| {
                    !line[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':')
                });
                if named {
                    faults.push(format!(
                        "{}:{number}: `{package}` belongs to {}",
                        source.path,
                        folders.join(", ")
                    ));
                }
            }
        }
    }
    nothing(&faults);
}

/// A fault or a failure made with English words alone would be English in the middle of a Chinese answer.
#[test]
fn what_is_wrong_is_told_in_both_languages() {
    const MADE: [&str; 6] =
        ["Fault::at(", "Fault::nowhere(", "Error::new(", "journal(format!", "journal(\"", "bad(format!"];
    let mut faults = Vec::new();
    for source in sources().iter().filter(|source| source.path != "src/error.rs") {
        let lines: Vec<(usize, &str)> = source.code_outside_tests().collect();
        for (at, (number, line)) in lines.iter().enumerate() {
            // What only hands on a message leaves it to its caller.
            let handed_on = line.trim().ends_with("message)");
            let statement = || lines[at..].iter().take(8).any(|(_, line)| line.contains("in_chinese("));
            if MADE.iter().any(|made| line.contains(made)) && !handed_on && !statement() {
                faults.push(format!("{}:{number}: {}", source.path, line.trim()));
            }
        }
    }
    nothing(&faults);
}

#[test]
fn the_command_uses_only_what_every_host_can_use() {
    let mut faults = Vec::new();
    for source in sources().iter().filter(|source| source.path.starts_with("src/bin/")) {
        let path = |line: &str| line.contains("#[path") || line.contains("include!");
        faults.extend(
            source.code().filter(|(_, line)| path(line)).map(|(at, _)| format!("{}:{at}", source.path)),
        );
    }
    nothing(&faults);
}

#[test]
fn every_file_begins_with_one_sentence() {
    let mut all = sources();
    for folder in ["tests", "benches", "examples"] {
        all.extend(files(folder, &[".rs"]));
    }
    let sentence = |source: &Source| source.header().split_whitespace().count() >= 3;
    let faults: Vec<String> = all
        .iter()
        .filter(|source| !sentence(source))
        .map(|source| format!("{}: begins without a `//!` sentence", source.path))
        .collect();
    nothing(&faults);
}

#[test]
fn no_file_is_long_without_a_reason() {
    let mut faults = Vec::new();
    for source in sources() {
        let lines = source.text.lines().count();
        let reason = LONG.iter().find(|(path, _)| *path == source.path);
        match (lines > MOST_LINES, reason) {
            (true, None) => faults.push(format!("{}: {lines} lines, at most {MOST_LINES}", source.path)),
            (false, Some(_)) => faults.push(format!("{}: no longer long, take it off the list", source.path)),
            (true, Some(_)) | (false, None) => {}
        }
    }
    nothing(&faults);
}

#[test]
fn every_name_says_something() {
    let faults: Vec<String> = sources()
        .iter()
        .filter(|source| {
            let folders = source.path.split('/').rev().skip(1);
            folders.chain([source.stem()]).any(|name| EMPTY_NAMES.contains(&name))
        })
        .map(|source| source.path.clone())
        .collect();
    nothing(&faults);
}

#[test]
fn nothing_is_left_to_do_or_to_luck() {
    let mut faults = Vec::new();
    for source in sources() {
        for (number, line) in source.code_outside_tests() {
            for word in [".unwrap()", "todo!(", "unimplemented!(", "dbg!(", "unsafe "] {
                if line.contains(word) {
                    faults.push(format!("{}:{number}: `{word}`", source.path));
                }
            }
        }
    }
    nothing(&faults);
}

#[test]
fn no_file_names_a_machine() {
    let mut all = sources();
    for folder in ["policies", "examples", "benches"] {
        all.extend(files(folder, &[".rs", ".rhai", ".yaml", ".md"]));
    }
    for path in ["README.md", "ARCHITECTURE.md", "CHANGELOG.md", ".ci/run"] {
        all.push(Source { path: path.to_owned(), text: read(path) });
    }
    let mut faults = Vec::new();
    for source in all {
        for word in ["/home/", "/root/", "/work/", "/Users/", "C:\\"] {
            if source.text.contains(word) {
                faults.push(format!("{}: `{word}`", source.path));
            }
        }
    }
    nothing(&faults);
}

#[test]
fn the_readme_lists_the_laws() {
    let rows = LAWS.iter().fold(String::new(), |mut rows, law| {
        let _ = writeln!(rows, "| {} | {} | {} |", law.id, law.en, law.zh);
        rows
    });
    compare("README.md", "|---|---|---|\n", "\n\n", rows.trim_end());
}

#[test]
fn the_readme_shows_the_example_that_runs() {
    let example = read("examples/embed.rs");
    let (_, program) = example.split_once("\n\n").unwrap();
    compare("README.md", "```rust\n", "\n```", program.trim_end());
}

#[test]
fn the_checks_run_every_command_of_the_readme() {
    let (readme, checks) = (read("README.md"), read(".ci/run"));
    let mut faults = Vec::new();
    for block in readme.split("```sh\n").skip(1) {
        let block = block.split("```").next().unwrap();
        for line in block.lines().map(|line| line.split('#').next().unwrap().trim()) {
            let command = line.replace(" /tmp/policies-25", "");
            if command.starts_with("cargo ") && !checks.contains(&command) {
                faults.push(format!("README.md: .ci/run does not run `{command}`"));
            }
        }
    }
    nothing(&faults);
}

#[test]
fn the_changelog_knows_this_version() {
    let heading = format!("## {}", env!("CARGO_PKG_VERSION"));
    assert!(read("CHANGELOG.md").contains(&heading), "CHANGELOG.md has no `{heading}`");
}

#[test]
fn the_documents_name_files_that_are_there() {
    let mut faults = Vec::new();
    for document in ["README.md", "ARCHITECTURE.md", "CHANGELOG.md"] {
        let text = read(document);
        let named = text.split('`').skip(1).step_by(2);
        let folders = ["src/", "tests/", "benches/", "examples/", "policies/"];
        for path in named.filter(|name| folders.iter().any(|folder| name.starts_with(folder))) {
            if !path.contains(['*', '<', ' ']) && !root().join(path).exists() {
                faults.push(format!("{document}: `{path}` is not there"));
            }
        }
    }
    nothing(&faults);
}

#[test]
fn the_map_is_made_of_the_first_lines() {
    compare("ARCHITECTURE.md", "<!-- the map -->\n", "\n<!-- end of the map -->", map().trim_end());
}

/// Every file with its first line, in the order of the layers.
fn map() -> String {
    let all = sources();
    let mut map = String::new();
    let mut modules: Vec<&str> = LAYERS.iter().flat_map(|row| row.iter().copied()).collect();
    modules.insert(0, "lib");
    for module in modules {
        let (file, folder) = (format!("src/{module}.rs"), format!("src/{module}/"));
        if let Some(source) = all.iter().find(|source| source.path == file) {
            let _ = writeln!(map, "- `{file}` – {}", source.header());
            add_inside(&mut map, &all, &folder, 1);
        } else {
            add_folder(&mut map, &all, &folder, 0);
        }
    }
    add_folder(&mut map, &all, "src/bin/bianzhi/", 0);
    for (folder, main) in [("examples", ""), ("benches", ""), ("tests", "tests/tests.rs")] {
        let all = files(folder, &[".rs"]);
        let what = all.iter().find(|source| source.path == main).map_or("", Source::header);
        let dash = if what.is_empty() { "" } else { " – " };
        let _ = writeln!(map, "- `{folder}/`{dash}{what}");
        for source in all.iter().filter(|source| source.path != main) {
            let name = source.path.trim_start_matches(folder).trim_start_matches('/');
            let name = ["mod.rs", "main.rs"].iter().find_map(|main| name.strip_suffix(main)).unwrap_or(name);
            if !name.trim_end_matches('/').contains('/') {
                let _ = writeln!(map, "  - `{name}` – {}", source.header());
            }
        }
    }
    map
}

fn add_folder(map: &mut String, all: &[Source], folder: &str, depth: usize) {
    let indent = "  ".repeat(depth);
    let Some(main_file) = all.iter().find(|source| is_main(source, folder)) else { return };
    let shown = if depth == 0 { folder } else { folder.trim_end_matches('/').rsplit('/').next().unwrap() };
    let slash = if depth == 0 { "" } else { "/" };
    let _ = writeln!(map, "{indent}- `{shown}{slash}` – {}", main_file.header());
    add_inside(map, all, folder, depth + 1);
}

/// What lies in a folder; what lies in one that has a file's name, below that file.
fn add_inside(map: &mut String, all: &[Source], folder: &str, depth: usize) {
    let indent = "  ".repeat(depth);
    let mut inner = BTreeSet::new();
    for source in all.iter().filter(|source| !is_main(source, folder)) {
        let Some(rest) = source.path.strip_prefix(folder) else { continue };
        match rest.split_once('/') {
            None => {
                let _ = writeln!(map, "{indent}- `{rest}` – {}", source.header());
                let beside = format!("{folder}{}/", rest.trim_end_matches(".rs"));
                if !all.iter().any(|source| is_main(source, &beside)) {
                    add_inside(map, all, &beside, depth + 1);
                }
            }
            Some((name, _)) => {
                if inner.insert(name) {
                    add_folder(map, all, &format!("{folder}{name}/"), depth);
                }
            }
        }
    }
}

fn is_main(source: &Source, folder: &str) -> bool {
    source.path == format!("{folder}mod.rs") || source.path == format!("{folder}main.rs")
}

/// The part of a document between two marks is `expected`. With `BIANZHI_BLESS=1` it is written there.
#[track_caller]
fn compare(document: &str, from: &str, to: &str, expected: &str) {
    // One test at a time, so that none writes over what another wrote.
    static WRITING: Mutex<()> = Mutex::new(());
    let _writing = WRITING.lock();
    let text = read(document);
    let start = text.find(from).unwrap_or_else(|| panic!("{document}: no `{}`", from.trim())) + from.len();
    let end = start + text[start - 1..].find(to).unwrap_or_else(|| panic!("{document}: no `{to}`")) - 1;
    let end = end.max(start);
    let found = &text[start..end];
    if found == expected {
        return;
    }
    assert!(
        std::env::var_os("BIANZHI_BLESS").is_some(),
        "{document} is out of date: run the tests once with BIANZHI_BLESS=1\n--- found\n{found}\n--- expected\n{expected}"
    );
    let blessed = format!("{}{expected}{}", &text[..start], &text[end..]);
    fs::write(root().join(document), blessed).unwrap();
}
