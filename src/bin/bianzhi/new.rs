//! `bianzhi new`: a rule to start from – script, parameter, reason, and a grant and a denial that hold.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use bianzhi::policy::folder_files;
use bianzhi::scenario::Scenario;
use bianzhi::{Error, ErrorKind, Lang, PolicySet};

use crate::{Ending, Failure};

/// What `new` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// 规则名：小写字母、数字、下划线 · the rule's name: small letters, digits, `_`
    #[arg(value_name = "RULE")]
    rule: String,
    /// 政策目录 · the policy folder
    #[arg(long, value_name = "DIR", default_value = "policies")]
    dir: PathBuf,
}

/// A file to be made, or to be made longer.
struct Part {
    /// Its path inside the policy folder.
    path: String,
    /// What it held before; nothing if it is new.
    before: Option<Vec<u8>>,
    /// What it is to hold.
    bytes: Vec<u8>,
}

/// Writes the rule, once it is known that the folder loads with it.
pub(crate) fn new(arguments: &Arguments, lang: Lang, out: &mut dyn Write) -> Result<Ending, Failure> {
    let (rule, folder) = (arguments.rule.as_str(), arguments.dir.as_path());
    check_name(rule)?;
    let mut files = folder_files(folder)?;
    let script = script_name(rule, &files)?;
    let test = format!("tests/{rule}.yaml");
    let charter = format!("tests/{rule}.charter.yaml");
    let fresh =
        |path: String, text: &str| Part { path, before: None, bytes: filled(text, rule, &script).into() };
    let longer = |name: &str, text: &str| {
        let before = files.get(name).cloned();
        let bytes = appended(before.as_deref().unwrap_or(&[]), &filled(text, rule, &script));
        Part { path: name.to_owned(), before, bytes }
    };
    let parts = [
        fresh(script.clone(), SCRIPT),
        longer("parameters.yaml", PARAMETER),
        longer("reasons.yaml", REASON),
        fresh(charter, CHARTER),
        fresh(test.clone(), TEST),
    ];
    for part in parts.iter().filter(|part| part.before.is_none()) {
        if folder.join(&part.path).exists() {
            return Err(bad(
                format!("`{}` is there already; nothing is written", part.path),
                format!("`{}` 已经存在；未写入任何文件", part.path),
            )
            .into());
        }
    }
    // The tests are no part of a policy set, and are left out here.
    files.extend(parts.iter().map(|part| (part.path.clone(), part.bytes.clone())));
    PolicySet::from_files(files)?;
    let had_tests = folder.join("tests").is_dir();
    let undo = || undo(folder, &parts, had_tests);
    write_all(folder, &parts).inspect_err(|_| undo())?;
    let held = holds(&folder.join(&test));
    match held {
        Ok(true) => {}
        Ok(false) => {
            undo();
            let message = format!(
                "another rule of the folder answers the test of `{rule}` otherwise; nothing is written"
            );
            let zh = format!("文件夹中另有规则对 `{rule}` 的测试作出不同答复；未写入任何文件");
            return Err(bad(message, zh).into());
        }
        Err(error) => {
            undo();
            return Err(error.into());
        }
    }
    for part in &parts {
        let what = match part.before {
            None => lang.pick("新建", "made"),
            Some(_) => lang.pick("补写", "added to"),
        };
        writeln!(out, "{what} {}", folder.join(&part.path).display())?;
    }
    let next = lang.pick("测试已通过，可从这里改起", "its test holds as it stands; change it from here");
    writeln!(out, "{next}: bianzhi run {}", folder.join(&test).display())?;
    Ok(Ending::AsExpected)
}

fn bad(en: String, zh: String) -> Error {
    Error::new(ErrorKind::Input, en).in_chinese(zh)
}

fn check_name(rule: &str) -> Result<(), Error> {
    /// Longer names are no names.
    const MOST: usize = 40;
    let letters = rule.bytes().all(|one| one.is_ascii_lowercase() || one.is_ascii_digit() || one == b'_');
    let begins = rule.bytes().next().is_some_and(|one| one.is_ascii_lowercase());
    if letters && begins && rule.len() <= MOST {
        return Ok(());
    }
    let form = "a rule is named by small letters, digits and `_`, a letter first, at most 40";
    Err(bad(
        format!("`{rule}` cannot be the name of a rule; {form}"),
        format!("`{rule}` 不能作规则名：规则名用小写字母、数字与 `_`，字母开头，至多 {MOST} 个字符"),
    ))
}

/// The script's file, after all that are there: the number of the last, and ten more.
fn script_name(rule: &str, files: &BTreeMap<String, Vec<u8>>) -> Result<String, Error> {
    let mut last = 0_u32;
    for path in files.keys().filter(|path| path.strip_suffix(".rhai").is_some() && !path.contains('/')) {
        let bare = path.trim_start_matches(|one: char| one.is_ascii_digit());
        if bare == format!("{rule}.rhai") || bare == format!("_{rule}.rhai") {
            return Err(bad(
                format!("the rule `{rule}` is there already: `{path}`; nothing is written"),
                format!("规则 `{rule}` 已经存在：`{path}`；未写入任何文件"),
            ));
        }
        let number = path.strip_suffix(bare).and_then(|number| number.parse().ok()).unwrap_or(0);
        last = last.max(number);
    }
    let next = last.checked_div(10).unwrap_or(0).saturating_add(1).saturating_mul(10);
    Ok(format!("{next:02}_{rule}.rhai"))
}

fn filled(text: &str, rule: &str, script: &str) -> String {
    text.replace("@rule@", rule).replace("@code@", &rule.replace('_', "-")).replace("@script@", script)
}

/// What a file held, and more: after an empty line, with the line ends that the file has.
fn appended(before: &[u8], more: &str) -> Vec<u8> {
    let mut bytes = before.to_vec();
    let crlf = before.windows(2).any(|two| two == b"\r\n");
    let end = if crlf { "\r\n" } else { "\n" };
    if !bytes.is_empty() {
        if !bytes.ends_with(b"\n") {
            bytes.extend_from_slice(end.as_bytes());
        }
        bytes.extend_from_slice(end.as_bytes());
    }
    bytes.extend_from_slice(more.replace('\n', end).as_bytes());
    bytes
}

fn write_all(folder: &Path, parts: &[Part]) -> Result<(), Error> {
    let tests = folder.join("tests");
    fs::create_dir_all(&tests).map_err(|cause| Error::io(&tests, &cause))?;
    for part in parts {
        let path = folder.join(&part.path);
        fs::write(&path, &part.bytes).map_err(|cause| Error::io(&path, &cause))?;
    }
    Ok(())
}

/// Takes back what was written; whatever cannot be taken back stays, and the failure before is the one told.
fn undo(folder: &Path, parts: &[Part], had_tests: bool) {
    for part in parts {
        let path = folder.join(&part.path);
        let _done = match &part.before {
            Some(bytes) => fs::write(path, bytes),
            None => fs::remove_file(path),
        };
    }
    if !had_tests {
        let _done = fs::remove_dir(folder.join("tests"));
    }
}

/// Whether every step of the test is as it expects.
fn holds(test: &Path) -> Result<bool, Error> {
    let scenario = Scenario::load(test)?;
    let mut office = scenario.open(None)?;
    let mut held = true;
    for played in scenario.play(&mut office) {
        held &= played?.as_expected();
    }
    Ok(held)
}

const SCRIPT: &str = r#"// rules: @rule@
// 这条规则管什么，写一句话。
// What this rule is about, in one sentence.

/// 核增：一次不超过参数规定的名数。把条件改成您的，再改理由、参数和测试。
/// A cap raised: at most so many seats at once. Put your own condition here, then change reason, parameter and test.
fn on_authorize(request) {
    // 先只管测试里的单位；写好了，删去这一行。 / Only the test's unit so far; take this line out when the rule is yours.
    if request.node.id != "@code@-example" { return; }
    require(request.change <= param("@rule@.most"), "@code@-too-many",
        #{node: request.node.name, change: request.change, most: param("@rule@.most")});
}
"#;

const PARAMETER: &str = "\
@rule@.most:
  zh: 一次最多核增的名数
  en: the most seats that may be added at once
  unit: 名
  type: number
  min: 0
  basis: 待填
  tighter: down
  values: {2000-01-01: 3}
";

const REASON: &str = r#"@code@-too-many:
  zh: "{node}一次核增{change}名，超过{most}名"
  en: "{node} asks for {change} seats at once, more than {most}"
  basis: 待填
"#;

const CHARTER: &str = "\
# 测试用的小账本。 / Small books for the test.
bianzhi: charter/1
opened: 2026-01-01
levels: [city, county, unit]
kinds: {institution: {zh: 事业编制, en: institution}}
nodes:
  - {id: city, level: city, name: 全市, caps: {institution: 100}}
  - {id: county, parent: city, level: county, name: 某县, caps: {institution: 80}}
  - {id: @code@-example, parent: county, level: unit, name: 某校, caps: {institution: 20}, occupied: {institution: 20}}
";

const TEST: &str = "\
# script: @script@
# 一次准予，一次不予。 / A grant and a denial.
bianzhi: scenario/1
charter: @rule@.charter.yaml
policies: ..
steps:
  - {on: 2026-01-05, authorize: {node: @code@-example, kind: institution, change: 3}, expect: granted}
  - {authorize: {node: @code@-example, kind: institution, change: 4}, expect: {denied: [@code@-too-many]}}
";
