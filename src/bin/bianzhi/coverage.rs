//! Coverage for people: what tests reach of each script, and by name all that no test reaches.

use std::io::{self, Write};

use bianzhi::model::Lang;
use bianzhi::policy::{ArticleCoverage, BranchCoverage, Coverage, ScriptCoverage};

use crate::table::{Align, Table};
use crate::terminal::Paint;

/// The tables and the list.
pub(crate) fn write(out: &mut dyn Write, coverage: &Coverage, lang: Lang, paint: Paint) -> io::Result<()> {
    writeln!(out, "\n{}", paint.heading(lang.pick("测试走到了哪里", "what the tests reach")))?;
    let mut table = Table::new([
        (lang.pick("脚本", "script").to_owned(), Align::Left),
        (lang.pick("行", "lines").to_owned(), Align::Right),
        (lang.pick("分支", "branches").to_owned(), Align::Right),
    ]);
    for script in &coverage.scripts {
        let reached = script.lines.saturating_sub(script.lines_never_reached.len());
        let (taken, ways) = script.ways();
        table.row(vec![
            script.path.clone(),
            format!("{reached}/{}", script.lines),
            format!("{taken}/{ways}"),
        ]);
    }
    table.write(out, "  ")?;
    writeln!(out)?;
    let mut table = Table::new([
        (lang.pick("条文", "article").to_owned(), Align::Left),
        (lang.pick("理由", "codes").to_owned(), Align::Right),
        (lang.pick("给出次数", "given").to_owned(), Align::Right),
    ]);
    for article in &coverage.articles {
        table.row(vec![article.article.clone(), article.codes.len().to_string(), article.given.to_string()]);
    }
    table.write(out, "  ")?;
    let mut gaps: Vec<String> =
        coverage.scripts.iter().flat_map(|script| gaps_of_script(script, lang)).collect();
    gaps.extend(gaps_of_reasons(coverage, lang));
    writeln!(out)?;
    if gaps.is_empty() {
        let all = "每一行、每个分支、每个理由和参数都有测试走到";
        let text = lang.pick(all, "every line, branch, code and parameter is reached by a test");
        return writeln!(out, "  {}", paint.right(text));
    }
    writeln!(out, "  {}", paint.heading(lang.pick("没有测试走到的", "not reached by any test")))?;
    gaps.iter().try_for_each(|gap| writeln!(out, "    {gap}"))
}

fn gaps_of_script(script: &ScriptCoverage, lang: Lang) -> Vec<String> {
    let line = |line: &u32| match lang {
        Lang::Zh => format!("{}:{line}  这一行", script.path),
        Lang::En => format!("{}:{line}  this line", script.path),
    };
    let way = |branch: &BranchCoverage| {
        let words = match (branch.met > 0, branch.unmet > 0) {
            (true, true) => return None,
            (true, false) => lang.pick("从未不成立", "never unmet"),
            (false, true) => lang.pick("从未成立", "never met"),
            (false, false) => lang.pick("从未问到", "never asked"),
        };
        Some(format!("{}:{}  {words}  {}", script.path, branch.line, branch.source))
    };
    script.lines_never_reached.iter().map(line).chain(script.branches.iter().filter_map(way)).collect()
}

fn gaps_of_reasons(coverage: &Coverage, lang: Lang) -> Vec<String> {
    let codes = coverage.codes.iter().filter(|code| code.given == 0).map(|code| {
        let words = if code.given_at.is_empty() {
            lang.pick("没有规则给出这个理由", "no rule gives this code")
        } else {
            lang.pick("没有测试给出这个理由", "no test gives this code")
        };
        format!("{}  {words}  {}", code.code, code.given_at.join(", "))
    });
    let article = |article: &ArticleCoverage| {
        let words = if article.has_rule {
            lang.pick("这一条没有测试", "this article has no test")
        } else {
            lang.pick("这一条没有规则", "this article has no rule")
        };
        format!("{}  {words}  {}", article.article, article.codes.join(", "))
    };
    let articles = coverage.articles.iter().filter(|article| article.given == 0).map(article);
    let unread = lang.pick("没有测试读到这个参数", "no test reads this parameter");
    let parameters = coverage.parameters_never_read.iter().map(|name| format!("{name}  {unread}"));
    codes.chain(articles).chain(parameters).map(|gap| gap.trim_end().to_owned()).collect()
}
