//! Tables of cases: what a spreadsheet may say, what each row is played on, and what bad tables get.

use std::fs;
use std::path::Path;

use super::test_command::{CHARTER, REASONS, SCRIPT, test};
use bianzhi::scenario::{Scenario, Suite};

const HEAD: &str = "bianzhi: scenario/1\ncharter: charter.yaml\npolicies: ..\nsteps: {csv: cases.csv}\n";
const FACTS: &str =
    "facts:\n  consent: {zh: 文号, en: consent, type: text}\npurposes:\n  talent: {zh: 人才, en: talent}\n";

/// A folder with this table as its one test.
fn folder(table: impl AsRef<[u8]>) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let tests = folder.path().join("policies/tests");
    fs::create_dir_all(&tests).unwrap();
    fs::write(folder.path().join("policies/a.rhai"), SCRIPT).unwrap();
    fs::write(folder.path().join("policies/reasons.yaml"), REASONS).unwrap();
    fs::write(folder.path().join("policies/facts.yaml"), FACTS).unwrap();
    fs::write(tests.join("charter.yaml"), CHARTER).unwrap();
    fs::write(tests.join("cases.yaml"), HEAD).unwrap();
    fs::write(tests.join("cases.csv"), table).unwrap();
    folder
}

fn errors(folder: &Path, words: &[&str]) -> String {
    let ran = test(folder, words);
    assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""), "{}", ran.err);
    ran.err.replace("error: ", "").replace("policies/tests/", "")
}

#[test]
fn each_row_stands_on_books_of_its_own_unless_its_case_is_that_of_the_row_above() {
    let table = "\u{feff}案例,日期,申请方,事项,单位,编制类别,附件.consent,预期,代码,说明\r\n\
        ,2024/3/5,city,入编,school,institution,\"文号\n两行\",准予,,\r\n\
        ,,,appoint,school,institution,,granted,,books of its own\r\n\
        满了,2024年3月6日,,入编,school,institution,,,,\r\n\
        ,,,,,,,,,\r\n\
        满了,,,入编,school,institution,,不予,full,\r\n\
        另一例,,,入编,school,institution,,准予,,\r\n\
        ,,,调动,,,,驳回,,\r\n"
        .replace(",调动,,,,驳回,,", ",\"{move: {person: p-9, to: school}}\",,,,驳回,unknown-person,");
    let folder = folder(&table);
    let ran = test(folder.path(), &[]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""), "{}", ran.out);
    assert_eq!(ran.out, "passed  policies/tests/cases.yaml (6 steps)\n\n1 tests, 0 failed\n");
    let run = Suite::load(folder.path().join("policies")).unwrap().play(true).unwrap();
    let fresh: Vec<bool> = run.tests[0].scenario.steps().iter().map(|step| step.fresh).collect();
    assert_eq!(fresh, [true, true, true, false, true, true]);
    let lines: Vec<u32> = run.tests[0].steps.iter().map(|step| step.line).collect();
    assert_eq!(lines, [2, 4, 5, 7, 8, 9]);
    // All cases count, whatever books they stand on.
    let coverage = run.coverage.unwrap();
    assert_eq!((coverage.scripts[0].branches[0].met, coverage.scripts[0].branches[0].unmet), (4, 1));
}

#[test]
fn every_sort_of_cell_is_read_as_a_test_in_yaml_writes_it() {
    let table = "case,request,id,lender,borrower,kind,count,via,ends,schedule,purpose,loan,facts,facts.consent,expect,codes\n\
        a,borrow,l-1,city,school,institution,1,city；school,2024/12/31,\"[{on: 2024-12-31, seats: 1}]\",talent,,,,granted,\n\
        a,give_back,,,,,1,,,,,l-1,{consent: one},,granted,\n\
        a,give_back,,,,,1,,,,,l-1,,two,refused,unknown-loan\n";
    let folder = folder(table);
    let scenario = Scenario::load(folder.path().join("policies/tests/cases.yaml")).unwrap();
    let yaml = "bianzhi: scenario/1\ncharter: charter.yaml\npolicies: ..\nsteps:\n\
        - {borrow: {id: l-1, lender: city, borrower: school, kind: institution, count: 1, via: [city, school], ends: 2024-12-31, schedule: [{on: 2024-12-31, seats: 1}], purpose: talent}, expect: granted}\n\
        - {facts: {consent: one}, give_back: {loan: l-1, count: 1}, expect: granted}\n\
        - {facts: {consent: two}, give_back: {loan: l-1, count: 1}, expect: {refused: [unknown-loan]}}\n";
    let same = Scenario::parse(folder.path().join("policies/tests/x.yaml"), yaml).unwrap();
    let actions = |scenario: &Scenario| {
        scenario.steps().iter().map(|step| format!("{:?}", step.action)).collect::<Vec<_>>()
    };
    assert_eq!(actions(&scenario), actions(&same));
}

#[test]
fn a_difference_is_told_with_the_row_of_the_table() {
    let table = "request,unit,kind,expect,codes\nappoint,school,institution,granted,\nappoint,school,institution,denied,full;other\n";
    let folder = folder(table);
    let ran = test(folder.path(), &["--junit", "report.xml"]);
    assert_eq!(ran.code, Some(1));
    let told = "        policies/tests/cases.csv:3  step 2  appoint 学校 institution\n          expected denied [full, other], got granted\n";
    assert!(ran.out.contains(told), "{}", ran.out);
    let report = fs::read_to_string(folder.path().join("report.xml")).unwrap();
    assert!(report.contains("policies/tests/cases.csv:3  appoint"), "{report}");
    let json = test(folder.path(), &["--json"]).out;
    assert!(
        json.contains(r#""file":"policies/tests/cases.yaml","table":"policies/tests/cases.csv""#),
        "{json}"
    );
    // Going live asks the same tests.
    let fault = bianzhi::live::prepare(folder.path().join("policies")).unwrap_err();
    assert!(fault.to_string().contains("cases.csv:3: the answer is not as expected: granted"), "{fault}");
}

#[test]
fn what_is_wrong_with_a_table_is_told_with_row_and_column() {
    for (table, expect) in [
        ("", "cases.csv:1: is empty; the first line must name the columns\n"),
        ("request,expect\n", "cases.csv: has no row below its header\n"),
        (
            "request,unti,expect\nappoint,a,granted\n",
            "cases.csv:1: unknown column `unti`; did you mean `unit`?\n",
        ),
        (
            "事项,编制类型,预期\n入编,a,准予\n",
            "cases.csv:1: unknown column `编制类型`; did you mean `编制类别`?\n",
        ),
        ("事项,request,预期\n入编,a,准予\n", "cases.csv:1: the columns `事项` and `request` mean the same\n"),
        (
            "unit\nschool\n",
            "cases.csv:1: missing column `expect` (or `预期`)\ncases.csv:1: missing column `request` (or `事项`)\n",
        ),
        (
            "request;unit;expect\nappoint;school;granted\n",
            "cases.csv:1: the columns must be separated by commas\n",
        ),
        ("request,unit,expect\nappoint,school,granted\n", "cases.csv:2: missing field `kind`\n"),
        ("request,unit,expect\n,school,granted\n", "cases.csv:2: `request` is empty\n"),
        (
            "request,unit,expect\napoint,school,granted\n",
            "cases.csv:2: unknown request `apoint`; did you mean `appoint`?\n",
        ),
        ("事项,单位,预期\n入遍,school,准予\n", "cases.csv:2: unknown request `入遍`; did you mean `入编`?\n"),
        (
            "request,unit,kind,expect\nappoint,school,institution,yes\n",
            "cases.csv:2: unknown outcome `yes`; known are `granted`, `denied`, `refused`\n",
        ),
        (
            "request,unit,kind,expect\nappoint,school,institution,\n",
            "cases.csv:2: nothing is expected of this case, so it can never fail: fill in `expect`\n",
        ),
        (
            "request,unit,kind,expect,codes\nappoint,school,institution,,full\n",
            "cases.csv:2: `codes` are given, but no `expect`\n",
        ),
        (
            "request,unit,kind,expect,codes\nappoint,school,institution,granted,full\n",
            "cases.csv:2: `granted` has no codes\n",
        ),
        (
            "request,unit,kind,expect,codes\nappoint,school,institution,refused,capp\n",
            "cases.csv:2: column `codes`: unknown code `capp`; did you mean `cap`?\n",
        ),
        (
            "request,on,unit,kind,expect\nappoint,2024/13/1,school,institution,granted\n",
            "cases.csv:2: column `on`: found `2024-13-01`, a day such as `2024-03-05` is needed\n",
        ),
        (
            "request,pool,数量,expect\nresize,p,many,granted\n",
            "cases.csv:2: column `数量`: unknown field `count`; known are `pool`, `size`\n",
        ),
        (
            "request,pool,size,expect\nresize,p,many,granted\n",
            "cases.csv:2: column `size`: found `many`, a whole number is needed\n",
        ),
        (
            "request,pool,size,expect\nresize,p,-1,granted\n",
            "cases.csv:2: column `size`: `size` is -1, a whole number of 0 or more is needed\n",
        ),
        (
            "request,unit,kind,purpose,expect\nappoint,school,institution,fun,granted\n",
            "cases.csv:2: column `purpose`: ",
        ),
        (
            "request,unit,kind,facts.consent,facts,expect\nappoint,school,institution,a,{consent: b},granted\n",
            "cases.csv:2: the fact `consent` stands twice\n",
        ),
        (
            "request,unit,kind,facts,expect\nappoint,school,institution,a,granted\n",
            "cases.csv:2: column `facts`: ",
        ),
        ("request,unit,kind,facts,expect\nappoint,school,institution,{a: ,granted\n", "cases.csv:2: "),
        (
            "request,unit,expect\n\"{appoint: {unit: school, kind: institution}, permit: {}}\",,granted\n",
            "cases.csv:2: in braces stands one request\n",
        ),
        (
            "request,unit,expect\n\"{appoint: {unit: school, kind: institution}}\",school,granted\n",
            "cases.csv:2: a request in braces has all its fields in them\n",
        ),
        (
            "case,request,unit,kind,expect\na,appoint,school,institution,granted\nb,appoint,school,institution,granted\na,appoint,school,institution,granted\n",
            "cases.csv:4: the case `a` began on line 2; its rows stand one below the other\n",
        ),
        ("request,unit,kind,expect\nappoint,school\n", "cases.csv:2: has 2 fields, the header has 4\n"),
    ] {
        let folder = folder(table);
        let told = errors(folder.path(), &[]);
        assert!(told == expect || expect.ends_with(": ") && told.starts_with(expect), "{table}\n{told}");
        let zh = test(folder.path(), &["--lang", "zh"]);
        assert_eq!(zh.code, Some(2));
        assert!(zh.err.starts_with("错误："), "{}", zh.err);
    }
    // Every fault in one pass, and in Chinese.
    let table = "事项,单位,编制类别,预期\n入遍,school,institution,准予\n入编,school,institution,可以\n入编,school,institution,\n";
    let zh = test(folder(table).path(), &["--lang", "zh"]).err.replace("policies/tests/", "");
    assert_eq!(
        zh,
        "错误：cases.csv:2: 没有这个事项 `入遍`；是否为 `入编`？\n错误：cases.csv:3: 不认识的预期 `可以`；可以写 准予、不予、驳回\n"
    );
}

#[test]
fn files_that_are_no_tables_are_told() {
    // 事项 in GBK.
    let told = errors(folder(b"\xca\xc2\xcf\xee,expect\nappoint,granted\n").path(), &[]);
    assert!(told.starts_with("cases.csv:1: is not UTF-8 text but seems to be GBK"), "{told}");
    let folder = folder("request,unit,kind,expect\nappoint,school,institution,granted\n");
    let tests = folder.path().join("policies/tests");
    fs::write(tests.join("more.csv"), "request,expect\n").unwrap();
    let told = errors(folder.path(), &[]);
    assert_eq!(
        told,
        "more.csv: no test names this table: write `more.yaml` beside it, with `steps: {csv: more.csv}`\n"
    );
    fs::remove_file(tests.join("more.csv")).unwrap();
    fs::remove_file(tests.join("cases.csv")).unwrap();
    let told = errors(folder.path(), &[]);
    assert!(told.starts_with("cases.csv: cannot be opened"), "{told}");
    for (steps, expect) in [
        ("{csv: }", "cases.yaml:4:9: "),
        ("{csv: [a]}", "cases.yaml:4:14: found a list, a path is needed\n"),
        ("{csv: cases.csv, rows: 3}", "cases.yaml:4:25: unknown field `rows`; known are `csv`\n"),
        ("{}", "cases.yaml:4:8: "),
    ] {
        fs::write(tests.join("cases.yaml"), HEAD.replace("{csv: cases.csv}", steps)).unwrap();
        let told = errors(folder.path(), &[]);
        assert!(told.starts_with(expect), "{steps}: {told}");
    }
}

#[test]
fn a_table_is_played_and_explained_but_neither_kept_nor_saved() {
    let table = "case,request,unit,kind,expect,codes\n\
        a,appoint,school,institution,granted,\n\
        a,appoint,school,institution,denied,full\n\
        ,appoint,school,institution,granted,\n";
    let folder = folder(table);
    let ran = |words: &[&str]| {
        let output = crate::cli::runner::command(folder.path(), words).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (output.status.code(), text(output.stdout), text(output.stderr))
    };
    let file = "policies/tests/cases.yaml";
    let (code, out, _) = ran(&["run", file]);
    assert_eq!(code, Some(0));
    assert!(out.contains("3 steps, 0 not as expected"), "{out}");
    let (code, out, err) = ran(&["explain", file, "--step", "2", "--lang", "en"]);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    assert!(out.contains("full"), "{out}");
    let (_, out, _) = ran(&["explain", file, "--step", "3", "--lang", "en"]);
    assert!(!out.contains("full") && out.to_lowercase().contains("granted"), "{out}");
    let (code, _, err) = ran(&["run", file, "--save-test", "again", "--lang", "zh"]);
    assert_eq!((code, err.as_str()), (Some(2), "错误：表格里的案例已经是测试\n"));
    let (code, _, err) = ran(&["run", file, "--journal", "j.db"]);
    assert_eq!(code, Some(2));
    assert!(err.contains("no journal can be kept"), "{err}");
    assert!(!folder.path().join("j.db").exists());
}
