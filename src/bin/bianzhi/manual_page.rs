//! The manual's page: one HTML document that holds all it needs, Chinese first and English beside it.

use std::collections::BTreeSet;
use std::fmt::{self, Display, Write};

use bianzhi::policy::{
    DeclaredListed, FunctionListed, HookListed, Manual, ParameterListed, ReasonListed, ScriptFunctionListed,
    ScriptListed, ViewListed, WordListed, Wording,
};

/// How a page begins that this command wrote, and may write again.
pub(crate) const MARK: &str = "<!doctype html>\n<!-- bianzhi doc -->\n";

const STYLE: &str = include_str!("manual_page.css");
const SCRIPT: &str = include_str!("manual_page.js");
/// Nothing may be loaded from anywhere, whatever a folder's texts say.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'";

/// The page, complete. The same manual gives the same bytes.
pub(crate) fn page(manual: &Manual, digest: &str) -> String {
    let mut page = Page { text: MARK.to_owned(), ids: BTreeSet::new() };
    page.say(format_args!(
        "<html lang=\"zh\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
         <title>政策编写手册 · policy authors' manual</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n"
    ));
    page.navigation(manual);
    page.say(format_args!(
        "<main>\n<h1>政策编写手册 <span lang=\"en\">The policy authors' manual</span></h1>\n\
         <p>脚本里能写的词、这个目录里的参数、理由、词表和脚本，都在这一页；每个词中英文都能写。\n\
         <span lang=\"en\">Every word that a script can say, and this folder's parameters, reasons, facts and scripts; \
         each word has a Chinese and an English name.</span></p>\n\
         <p><small>政策摘要 policies <code>{}</code></small></p>\n\
         <p id=\"search\" hidden><input type=\"search\" autocomplete=\"off\" \
         placeholder=\"筛选：空编、vacancy、on_draw … （按 / 键）\" aria-label=\"筛选 filter\"></p>\n",
        Escaped(digest)
    ));
    page.hooks(manual);
    page.functions(&manual.functions);
    page.views(&manual.views);
    page.parameters(manual);
    page.reasons(manual);
    page.declared(&manual.declared);
    page.scripts(&manual.scripts);
    page.say(format_args!("</main>\n<script>\n{SCRIPT}</script>\n</body>\n</html>\n"));
    page.text
}

/// The groups of declared words, with their titles.
const GROUPS: [(&str, &str, &str); 4] = [
    ("facts", "事实", "facts"),
    ("categories", "人员类别", "categories"),
    ("purposes", "用途", "purposes"),
    ("tags", "标签", "tags"),
];

struct Page {
    text: String,
    /// The anchors given so far.
    ids: BTreeSet<String>,
}

/// A text in which nothing is markup.
struct Escaped<'a>(&'a str);

impl Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for one in self.0.chars() {
            match one {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                _ => f.write_char(one)?,
            }
        }
        Ok(())
    }
}

/// Chinese, then English.
struct Both<'a>(&'a Wording);

impl Display for Both<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Wording { zh, en } = self.0;
        write!(f, "<span>{}</span> ", Prose(zh))?;
        if zh == en { Ok(()) } else { write!(f, "<span lang=\"en\">{}</span>", Prose(en)) }
    }
}

/// The same, but for words between backticks.
struct Prose<'a>(&'a str);

impl Display for Prose<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pairs = self.0.matches('`').count().is_multiple_of(2);
        for (part, code) in self.0.split('`').zip([false, true].into_iter().cycle()) {
            match (pairs, code) {
                (true, true) => write!(f, "<code>{}</code>", Escaped(part))?,
                (true, false) => Escaped(part).fmt(f)?,
                (false, _) => return Escaped(self.0).fmt(f),
            }
        }
        Ok(())
    }
}

/// An author's comment, line by line; a line without Chinese is English.
struct Comment<'a>(&'a [String]);

impl Display for Comment<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in self.0.iter().filter(|line| !line.is_empty()) {
            let chinese = line.chars().any(|one| ('\u{4e00}'..='\u{9fff}').contains(&one));
            let lang = if chinese { "" } else { " lang=\"en\"" };
            writeln!(f, "<span{lang}>{}</span>", Prose(line))?;
        }
        Ok(())
    }
}

/// Links to other parts of the page, with commas between.
fn links<'a>(to: &str, names: impl IntoIterator<Item = &'a str>) -> String {
    let link = |name| {
        let name = Escaped(name);
        format!("<a href=\"#{}{name}\"><code>{name}</code></a>", Escaped(to))
    };
    names.into_iter().map(link).collect::<Vec<_>>().join(", ")
}

impl Page {
    /// Writing to a text cannot fail.
    fn say(&mut self, what: fmt::Arguments<'_>) {
        let _ = self.text.write_fmt(what);
    }

    /// An anchor, escaped; a number behind a name that was there before.
    fn id(&mut self, name: &str) -> String {
        let mut id = name.to_owned();
        let mut number = 1_u32;
        while !self.ids.insert(id.clone()) {
            number = number.saturating_add(1);
            id = format!("{name}-{number}");
        }
        Escaped(&id).to_string()
    }

    fn navigation(&mut self, manual: &Manual) {
        self.text.push_str("<nav>\n");
        let mut link = |class: &str, id: &str, zh: &str, en: &str, count: usize| {
            self.say(format_args!(
                "<a{class} href=\"#{id}\">{zh} <span lang=\"en\">{en}</span> <small>{count}</small></a>\n"
            ));
        };
        link("", "hooks", "钩子", "hooks", manual.hooks.len());
        link("", "functions", "函数", "functions", manual.functions.len());
        link("", "views", "词", "words", manual.views.iter().map(|view| view.words.len()).sum());
        for view in &manual.views {
            let Wording { zh, en } = &view.name;
            link(" class=\"in\"", &format!("view.{}", view.view), zh, en, view.words.len());
        }
        link("", "parameters", "参数", "parameters", manual.parameters.len());
        link("", "reasons", "理由", "reasons", manual.reasons.len());
        link("", "declared", "词表", "declared words", manual.declared.len());
        for (group, zh, en) in GROUPS {
            let count = manual.declared.iter().filter(|one| one.group == group).count();
            link(" class=\"in\"", group, zh, en, count);
        }
        link("", "scripts", "脚本", "scripts", manual.scripts.len());
        for script in &manual.scripts {
            self.say(format_args!(
                "<a class=\"in\" href=\"#script.{0}\"><code>{0}</code></a>\n",
                Escaped(&script.path)
            ));
        }
        self.text.push_str("</nav>\n");
    }

    fn open(&mut self, id: &str, zh: &str, en: &str) {
        let id = self.id(id);
        self.say(format_args!("<section id=\"{id}\">\n<h2>{zh} <span lang=\"en\">{en}</span></h2>\n"));
    }

    fn table(&mut self, heads: [(&str, &str); 3]) {
        self.text.push_str("<table>\n<thead><tr>");
        for (zh, en) in heads {
            self.say(format_args!("<th>{zh} <span lang=\"en\">{en}</span></th>"));
        }
        self.text.push_str("</tr></thead>\n<tbody>\n");
    }

    fn close_table(&mut self) {
        self.text.push_str("</tbody>\n</table>\n</section>\n");
    }

    fn row(&mut self, id: &str, cells: [&dyn Display; 3]) {
        let id = self.id(id);
        let [one, two, three] = cells;
        self.say(format_args!(
            "<tr data-row id=\"{id}\"><td>{one}</td><td>{two}</td><td>{three}</td></tr>\n"
        ));
    }

    fn hooks(&mut self, manual: &Manual) {
        self.open("hooks", "钩子", "hooks");
        self.text.push_str(
            "<p>脚本里的函数起这些名字，到时候就会被问到；参数只有一个。\
             <span lang=\"en\">A script's function with one of these names is asked at its time; it takes one argument.</span></p>\n",
        );
        self.table([("名字", "name"), ("什么时候问", "asked when"), ("给它什么", "is given")]);
        for hook in &manual.hooks {
            self.hook(hook, manual);
        }
        self.close_table();
    }

    fn hook(&mut self, hook: &HookListed, manual: &Manual) {
        let HookListed { name, meaning, given, words } = hook;
        let defined =
            manual.scripts.iter().filter(|script| script.functions.iter().any(|one| one.name == *name));
        let used: Vec<String> = defined
            .map(|script| {
                let path = Escaped(&script.path);
                format!("<a href=\"#script.{path}.{}\"><code>{path}</code></a>", Escaped(name))
            })
            .collect();
        let used = if used.is_empty() { String::new() } else { format!("<small>{}</small>", used.join(" ")) };
        let chinese =
            manual.views.iter().find(|view| view.view == *given).map_or("", |view| view.name.zh.as_str());
        let all = words
            .iter()
            .map(|(view, word)| links(&format!("{view}."), [*word]))
            .collect::<Vec<_>>()
            .join(", ");
        let given = format!(
            "<a href=\"#view.{given}\">{chinese} <span lang=\"en\">{given}</span></a>\
             <details><summary>{} 个词 <span lang=\"en\">words</span></summary>{all}</details>",
            words.len()
        );
        let shown = format!("<code class=\"name\">{}</code>{used}", Escaped(name));
        self.row(name, [&shown, &Both(meaning), &given]);
    }

    fn functions(&mut self, functions: &[FunctionListed]) {
        self.open("functions", "函数", "functions");
        self.table([("写法", "written"), ("做什么", "does"), ("写在哪里", "stands in")]);
        for FunctionListed { name, shape, meaning, place } in functions {
            let arguments = shape.strip_prefix(&name.en).unwrap_or_default();
            let shown = format!(
                "<code class=\"name\">{}</code> <small><code>{}{}</code></small>",
                Escaped(&name.zh),
                Escaped(&name.en),
                Escaped(arguments)
            );
            self.row(&name.en, [&shown, &Both(meaning), &Both(place)]);
        }
        self.close_table();
    }

    fn views(&mut self, views: &[ViewListed]) {
        self.open("views", "词", "words");
        self.text.push_str(
            "<p>写在点号后面，如 <code>request.unit.vacancy</code>，或 <code>request.单位.空编</code>。标有“分类别”的要知道是哪一类编制：从请求、\
             事件、周转池、调借、核准、人员过来的节点已经知道，别处写 <code>.of(\"institution\")</code>。“先问”的词，要先用 <code>if</code> 问过才能读。\
             <span lang=\"en\">They stand after a dot. A figure “by kind” needs a kind of quota: a node reached from a request, an event, a pool, \
             a loan, a permit or a person has one; elsewhere say <code>.of(\"institution\")</code>. What is to be asked first stands in an \
             <code>if</code> before.</span></p>\n",
        );
        for ViewListed { view, name, meaning, words } in views {
            let id = self.id(&format!("view.{view}"));
            self.say(format_args!(
                "<section id=\"{id}\">\n<h3>{} <span lang=\"en\">{}</span></h3>\n<p>{}</p>\n",
                Escaped(&name.zh),
                Escaped(&name.en),
                Both(meaning)
            ));
            self.table([("词", "word"), ("是什么", "says"), ("类型", "type")]);
            for word in words {
                self.word(view, word);
            }
            self.close_table();
        }
        self.text.push_str("</section>\n");
    }

    fn word(&mut self, view: &str, word: &WordListed) {
        let WordListed { name, meaning, arguments, gives, only, needs_kind, guard } = word;
        let brackets = |pick: fn(&Wording) -> &str| {
            let inside: Vec<String> = arguments.iter().map(|one| Escaped(pick(one)).to_string()).collect();
            if inside.is_empty() { String::new() } else { format!("({})", inside.join(", ")) }
        };
        let shown = format!(
            "<code class=\"name\">{}{}</code> <code>{}{}</code>",
            Escaped(&name.zh),
            brackets(|one| &one.zh),
            Escaped(&name.en),
            brackets(|one| &one.en)
        );
        // Writing to a text cannot fail.
        let mut says = Both(meaning).to_string();
        if let Some((word, holds)) = guard {
            let not = if *holds { "" } else { "!" };
            let _ = write!(
                says,
                "<small>先问 <span lang=\"en\">ask first</span>: <a href=\"#{view}.{word}\"><code>{not}{word}</code></a></small>"
            );
        }
        if !only.is_empty() {
            let prefix = if view == "request" { "on_" } else { "after_" };
            let names: Vec<String> =
                only.iter().map(|one| format!("<a href=\"#{prefix}{one}\"><code>{one}</code></a>")).collect();
            let _ = write!(says, "<small>只有 <span lang=\"en\">only</span>: {}</small>", names.join(", "));
        }
        let kind = if *needs_kind { "<small>分类别 <span lang=\"en\">by kind</span></small>" } else { "" };
        let gives = format!("{}{kind}", Both(gives));
        self.row(&format!("{view}.{}", name.en), [&shown, &says, &gives]);
    }

    fn parameters(&mut self, manual: &Manual) {
        self.open("parameters", "参数", "parameters");
        for parameter in &manual.parameters {
            let readers = manual.scripts.iter().filter(|script| script.parameters.contains(&parameter.name));
            let readers = links("script.", readers.map(|script| script.path.as_str()));
            self.parameter(parameter, &readers);
        }
        self.text.push_str("</section>\n");
    }

    fn parameter(&mut self, parameter: &ParameterListed, readers: &str) {
        let ParameterListed { name, about, values, local } = parameter;
        let id = self.id(&format!("parameter.{name}"));
        let title = Wording { zh: about.zh.clone(), en: about.en.clone() };
        self.say(format_args!(
            "<article data-row id=\"{id}\"><code class=\"name\">{}</code>{}\n<dl>\n",
            Escaped(name),
            Both(&title)
        ));
        let unit = if about.unit.is_empty() { String::new() } else { format!("（{}）", about.unit) };
        self.field("类型", "type", &format!("{}{unit}", about.form));
        let range = match (about.least.as_str(), about.most.as_str()) {
            ("", "") => about.allowed.join(", "),
            (least, "") => format!("≥ {least}"),
            ("", most) => format!("≤ {most}"),
            (least, most) => format!("{least} – {most}"),
        };
        self.field("允许", "allowed", &range);
        self.field("依据", "basis", &about.basis);
        let tighter = match about.tighter {
            "up" => "只能往上收紧 · up only",
            "down" => "只能往下收紧 · down only",
            _ => "不得另设 · none of their own",
        };
        self.field("地方", "local folders", tighter);
        for (from, value) in values {
            self.field("自", "from", &format!("{from}: {value}"));
        }
        for (folder, values) in local {
            for (from, value) in values {
                self.field("地方值", "local value", &format!("{folder}, {from}: {value}"));
            }
        }
        self.used("读它的脚本", "read by", readers);
        self.text.push_str("</dl></article>\n");
    }

    /// One line of a description, unless there is nothing to say.
    fn field(&mut self, zh: &str, en: &str, text: &str) {
        self.used(zh, en, &Escaped(text).to_string());
    }

    fn used(&mut self, zh: &str, en: &str, markup: &str) {
        if !markup.is_empty() {
            self.say(format_args!("<dt>{zh} <span lang=\"en\">{en}</span></dt><dd>{markup}</dd>\n"));
        }
    }

    fn reasons(&mut self, manual: &Manual) {
        self.open("reasons", "理由", "reasons");
        for ReasonListed { code, zh, en, basis } in &manual.reasons {
            let id = self.id(&format!("reason.{code}"));
            let text = Wording { zh: zh.clone(), en: en.clone() };
            self.say(format_args!(
                "<article data-row id=\"{id}\"><code class=\"name\">{}</code>{}\n<dl>\n",
                Escaped(code),
                Both(&text)
            ));
            self.field("依据", "basis", basis);
            let givers = manual.scripts.iter().filter(|script| script.codes.contains(code));
            let givers = links("script.", givers.map(|script| script.path.as_str()));
            self.used("给出它的脚本", "given by", &givers);
            self.text.push_str("</dl></article>\n");
        }
        self.text.push_str("</section>\n");
    }

    fn declared(&mut self, declared: &[DeclaredListed]) {
        self.open("declared", "词表", "declared words");
        for (group, zh, en) in GROUPS {
            let id = self.id(group);
            self.say(format_args!("<section id=\"{id}\">\n<h3>{zh} <span lang=\"en\">{en}</span></h3>\n"));
            self.table([("名字", "name"), ("是什么", "is"), ("类型", "type")]);
            for DeclaredListed { group, name, title, gives } in
                declared.iter().filter(|one| one.group == group)
            {
                let shown = format!("<code class=\"name\">{}</code>", Escaped(name));
                let gives = gives.as_ref().map_or_else(String::new, |gives| Both(gives).to_string());
                self.row(&format!("{group}.{name}"), [&shown, &Both(title), &gives]);
            }
            self.close_table();
        }
        self.text.push_str("</section>\n");
    }

    fn scripts(&mut self, scripts: &[ScriptListed]) {
        self.open("scripts", "脚本", "scripts");
        for script in scripts {
            let id = self.id(&format!("script.{}", script.path));
            self.say(format_args!(
                "<section id=\"{id}\">\n<h3><code>{}</code></h3>\n<article data-row>{}<dl>\n",
                Escaped(&script.path),
                Comment(&script.about)
            ));
            self.used(
                "参数",
                "parameters",
                &links("parameter.", script.parameters.iter().map(String::as_str)),
            );
            self.used("理由", "reasons", &links("reason.", script.codes.iter().map(String::as_str)));
            self.text.push_str("</dl></article>\n");
            for function in &script.functions {
                self.function(&script.path, function);
            }
            self.text.push_str("</section>\n");
        }
        self.text.push_str("</section>\n");
    }

    fn function(&mut self, path: &str, function: &ScriptFunctionListed) {
        let ScriptFunctionListed { name, arguments, line, about } = function;
        let id = self.id(&format!("script.{path}.{name}"));
        self.say(format_args!(
            "<article data-row id=\"{id}\"><code class=\"name\">{}</code><code>({})</code> <small>{}:{line}</small>\n{}</article>\n",
            Escaped(name),
            Escaped(&arguments.join(", ")),
            Escaped(path),
            Comment(about)
        ));
    }
}
