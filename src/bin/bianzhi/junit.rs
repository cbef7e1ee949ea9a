//! JUnit: the tests of a folder as the XML that build servers read, a test case each.

use std::fmt::Write;

use bianzhi::model::Lang;
use bianzhi::scenario::Tested;

use crate::test::failures;

/// The whole report. Times are left out: nothing here looks at a clock.
pub(crate) fn report(tests: &[Tested], lang: Lang) -> String {
    let failed = tests.iter().filter(|test| !test.passed()).count();
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    // Writing to a text cannot fail.
    let _ = writeln!(text, "<testsuite name=\"bianzhi\" tests=\"{}\" failures=\"{failed}\">", tests.len());
    for test in tests {
        let file = escaped(&test.file.display().to_string());
        let name = test.file.file_stem().map(|name| escaped(&name.to_string_lossy())).unwrap_or_default();
        let _ = write!(text, "  <testcase classname=\"policies\" name=\"{name}\" file=\"{file}\"");
        if test.passed() {
            text.push_str("/>\n");
            continue;
        }
        text.push_str(">\n");
        let file = escaped(&test.scenario.steps_file().display().to_string());
        for failure in failures(test, lang) {
            let (line, expected, got) = (failure.line, escaped(&failure.expected), escaped(&failure.got));
            let message = match lang {
                Lang::Zh => format!("预期 {expected}，得到 {got}"),
                Lang::En => format!("expected {expected}, got {got}"),
            };
            let _ = write!(text, "    <failure message=\"{message}\">{file}:{line}  ");
            text.push_str(&escaped(&failure.what));
            for told in &failure.told {
                text.push('\n');
                text.push_str(&escaped(told));
            }
            text.push_str("</failure>\n");
        }
        text.push_str("  </testcase>\n");
    }
    text.push_str("</testsuite>\n");
    text
}

/// Text that may stand in an attribute or an element; what XML has no letter for becomes a blank.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '&' => safe.push_str("&amp;"),
            '"' => safe.push_str("&quot;"),
            other if other.is_control() || matches!(other, '\u{FFFE}' | '\u{FFFF}') => safe.push(' '),
            other => safe.push(other),
        }
    }
    safe
}
