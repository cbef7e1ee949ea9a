//! The manual's page: it names all that there is, it loads nothing, no text of a folder is markup, and it never writes
//! over what it did not write.

use std::collections::BTreeSet;
use std::fs;

use bianzhi::PolicySet;

use crate::cli::runner::command;

fn doc(folder: &std::path::Path, words: &[&str]) -> (Option<i32>, String) {
    let output = command(folder, &[&["doc"], words].concat()).output().unwrap();
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

fn policies() -> &'static str {
    concat!(env!("CARGO_MANIFEST_DIR"), "/policies")
}

fn escaped(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    text.replace('"', "&quot;").replace('\'', "&#39;")
}

#[test]
fn the_shipped_folders_page_names_everything() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("manual.html");
    assert_eq!(doc(folder.path(), &[policies()]), (Some(0), String::new()));
    let page = fs::read_to_string(&file).unwrap();
    let manual = PolicySet::load(policies()).unwrap().manual();
    // Words between backticks are shown as code.
    let read = page.replace("<code>", "`").replace("</code>", "`");
    let has = |text: &str| assert!(read.contains(&escaped(text)), "the page has no `{text}`");
    for view in &manual.views {
        for word in &view.words {
            assert!(page.contains(&format!(" id=\"{}.{}", view.view, word.name.en)), "{}", word.name.en);
            for text in [&word.name.zh, &word.meaning.zh, &word.meaning.en, &word.gives.zh, &word.gives.en] {
                has(text);
            }
        }
    }
    for function in &manual.functions {
        has(&function.name.zh);
        has(function.shape.split_once('(').unwrap().1);
        has(&function.meaning.zh);
    }
    for hook in &manual.hooks {
        assert!(page.contains(&format!("<tr data-row id=\"{}\">", hook.name)), "{}", hook.name);
        has(&hook.meaning.en);
    }
    for parameter in &manual.parameters {
        assert!(page.contains(&format!(" id=\"parameter.{}\"", parameter.name)), "{}", parameter.name);
        let about = &parameter.about;
        for text in [&about.zh, &about.en, &about.unit, &about.basis, &about.least, &about.most] {
            has(text);
        }
        for (from, value) in parameter.values.iter().chain(parameter.local.values().flatten()) {
            has(&format!("{from}: {value}"));
        }
    }
    for reason in &manual.reasons {
        assert!(page.contains(&format!(" id=\"reason.{}\"", reason.code)), "{}", reason.code);
        for text in [&reason.zh, &reason.en, &reason.basis] {
            has(text);
        }
    }
    for declared in &manual.declared {
        assert!(page.contains(&format!(" id=\"{}.{}\"", declared.group, declared.name)), "{}", declared.name);
        has(&declared.title.zh);
    }
    for script in &manual.scripts {
        for function in &script.functions {
            let id = format!(" id=\"script.{}.{}\"", script.path, function.name);
            assert!(page.contains(&id), "{id}");
            assert!(!function.about.is_empty(), "{id}");
            function.about.iter().for_each(|line| has(line));
        }
    }
    // Sizes that would mean that something was not looked at.
    assert!(manual.parameters.len() > 20 && manual.reasons.len() > 20 && manual.scripts.len() > 9);
    every_link_leads_somewhere(&page);
    for outside in ["http:", "https:", "src=", "<link", "@import", "url("] {
        assert!(!page.contains(outside), "the page loads something: `{outside}`");
    }
    // Written again, the same bytes; and by the same command it may be written over.
    assert_eq!(doc(folder.path(), &[policies(), "--out", "manual.html"]).0, Some(0));
    assert_eq!(fs::read_to_string(&file).unwrap(), page);
}

fn every_link_leads_somewhere(page: &str) {
    let part = |mark: &str| -> Vec<String> {
        page.split(mark).skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
    };
    let ids = part(" id=\"");
    let known: BTreeSet<&String> = ids.iter().collect();
    assert_eq!(known.len(), ids.len(), "an anchor stands twice");
    for link in part(" href=\"#") {
        assert!(known.contains(&link), "nothing is named `{link}`");
    }
}

#[test]
fn no_text_of_a_folder_is_markup() {
    const EVIL: &str = "</script><img src=x onerror=alert(1)>&amp;\\\"'";
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: String| fs::write(folder.path().join(name), text).unwrap();
    write(
        "10_rule.rhai",
        "// <b>头</b>\n/// <i>注</i> </section>\nfn on_appoint(request) { require(request.unit.has_tag(\"plain\") && param(\"most\") > 0, \"full\"); }\n".to_owned(),
    );
    write("reasons.yaml", format!("full: {{zh: \"{EVIL}\", en: \"{EVIL}\", basis: \"{EVIL}\"}}\n"));
    write(
        "parameters.yaml",
        format!(
            "most: {{zh: \"{EVIL}\", en: \"{EVIL}\", unit: \"{EVIL}\", basis: \"{EVIL}\", type: number, values: {{2024-01-01: 3}}}}\n"
        ),
    );
    write(
        "facts.yaml",
        format!("tags: {{plain: {{zh: \"{EVIL}\", en: \"{EVIL}\"}}, \"{EVIL}\": {{zh: a, en: b}}}}\n"),
    );
    let (code, err) = doc(folder.path(), &["."]);
    assert_eq!(code, Some(0), "{err}");
    let page = fs::read_to_string(folder.path().join("manual.html")).unwrap();
    assert_eq!(page.matches("</script>").count(), 1);
    for tag in ["<img", "<b>", "<i>", "&amp;amp;\\"] {
        assert!(!page.contains(tag), "{tag}");
    }
    let shown = escaped("</script><img src=x onerror=alert(1)>&amp;\"'");
    // A reason's text and basis, a parameter's title, unit and basis, a tag's title, name and anchor.
    assert_eq!(page.matches(&shown).count(), 8);
    assert!(page.contains("&lt;i&gt;注&lt;/i&gt; &lt;/section&gt;"));
    every_link_leads_somewhere(&page);
}

#[test]
fn definitions_are_written_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    let words = [policies(), "--definitions", "bianzhi.d.rhai"];
    for _ in 0..2 {
        assert_eq!(doc(folder.path(), &words), (Some(0), String::new()));
    }
    let text = fs::read_to_string(folder.path().join("bianzhi.d.rhai")).unwrap();
    let plain = text.replacen("\n// bianzhi doc\n", "", 1);
    assert_eq!(plain, bianzhi::policy::definitions());
}

#[test]
fn what_it_did_not_write_stays() {
    let folder = tempfile::tempdir().unwrap();
    let mine = folder.path().join("mine.html");
    fs::write(&mine, "<p>mine</p>").unwrap();
    for words in [
        [policies(), "--out", "mine.html", "--definitions", "new.d.rhai"],
        [policies(), "--out", "new.html", "--definitions", "mine.html"],
    ] {
        let (code, err) = doc(folder.path(), &words);
        assert_eq!(code, Some(2));
        assert!(err.contains("`mine.html` is there already"), "{err}");
        // Nothing is written, not even the other file.
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
    assert_eq!(fs::read_to_string(&mine).unwrap(), "<p>mine</p>");
}

#[test]
fn a_folder_that_does_not_load_has_no_manual() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(
        folder.path().join("10_rule.rhai"),
        "fn on_appoint(request) { require(request.unit.vacnacy > 0, \"x\"); }",
    )
    .unwrap();
    for (words, expect) in [
        (&["."][..], "did you mean `vacancy`?"),
        (&["nowhere"], "nowhere"),
        (&[".", "--out", "nowhere/manual.html"], "vacancy"),
        (&[policies(), "--out", "nowhere/manual.html"], "nowhere/manual.html"),
    ] {
        let (code, err) = doc(folder.path(), words);
        assert_eq!(code, Some(2), "{words:?}");
        assert!(err.contains(expect), "{words:?}: {err}");
        assert!(!folder.path().join("manual.html").exists());
    }
}
