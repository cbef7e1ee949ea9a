//! The manual: all that authors may write and all that a folder holds, as plain values for whoever shows them.

use std::collections::BTreeSet;

use super::script::Script;
use super::tree::points;
use super::vocabulary::{Guard, Item, Meanings, Row, Sort, Type, family, hooks, host_functions, rows, sorts};
use super::{ParameterListed, PolicySet, ReasonListed};
use crate::error::Phrase;

/// All that authors may write, and all that a folder holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manual {
    /// The functions that a script may define to be asked.
    pub hooks: Vec<HookListed>,
    /// The functions that a script may call.
    pub functions: Vec<FunctionListed>,
    /// The views, each with its words.
    pub views: Vec<ViewListed>,
    /// The folder's parameters, by name.
    pub parameters: Vec<ParameterListed>,
    /// The folder's reasons, by code.
    pub reasons: Vec<ReasonListed>,
    /// The facts, categories, purposes and tags that it declares, group by group.
    pub declared: Vec<DeclaredListed>,
    /// Its scripts, by path.
    pub scripts: Vec<ScriptListed>,
}

/// The same in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Wording {
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
}

/// A function that a script may define, and by whose name it is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HookListed {
    /// Its name.
    pub name: String,
    /// When it is asked.
    pub meaning: Wording,
    /// What it is given: the name of a view.
    pub given: &'static str,
    /// The words that it has, in English, each with the view under which it is listed: a pool has a node's too.
    pub words: Vec<(&'static str, &'static str)>,
}

/// A function that a script may call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FunctionListed {
    /// Its names.
    pub name: Wording,
    /// How it is written, with its English name.
    pub shape: &'static str,
    /// What it does.
    pub meaning: Wording,
    /// The hooks in which it may stand.
    pub place: Wording,
}

/// A view, and what can be read from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ViewListed {
    /// Its name, such as `node`.
    pub view: &'static str,
    /// What it is called.
    pub name: Wording,
    /// What it is.
    pub meaning: Wording,
    /// Its words.
    pub words: Vec<WordListed>,
}

/// A word of a view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WordListed {
    /// Its names.
    pub name: Wording,
    /// What it says.
    pub meaning: Wording,
    /// The types of its arguments; none for a property.
    pub arguments: Vec<Wording>,
    /// The type of its value.
    pub gives: Wording,
    /// The verbs or events that have it; none if all have.
    pub only: &'static [&'static str],
    /// Whether it needs a kind of quota: a view reached from a request or an event has one, another says `of`.
    pub needs_kind: bool,
    /// The word that must be known to be true, or not true, before this one is read.
    pub guard: Option<(&'static str, bool)>,
}

/// A fact, a category, a purpose or a tag that the folder declares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclaredListed {
    /// `facts`, `categories`, `purposes` or `tags`.
    pub group: &'static str,
    /// Its name.
    pub name: String,
    /// Its titles.
    pub title: Wording,
    /// A fact's type.
    pub gives: Option<Wording>,
}

/// A script of the folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScriptListed {
    /// Its path inside the folder.
    pub path: String,
    /// The comment at its beginning, line by line.
    pub about: Vec<String>,
    /// Its functions, in the order of the file.
    pub functions: Vec<ScriptFunctionListed>,
    /// The parameters that it reads.
    pub parameters: Vec<String>,
    /// The codes of the reasons that it may give.
    pub codes: Vec<String>,
}

/// A function of a script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScriptFunctionListed {
    /// Its name.
    pub name: String,
    /// The names of its arguments.
    pub arguments: Vec<String>,
    /// Its line.
    pub line: u32,
    /// Its `///` comment, line by line.
    pub about: Vec<String>,
}

impl PolicySet {
    /// All that authors may write, and all that this folder holds.
    ///
    /// # Example: a word, and a script's own comment
    /// ```
    /// use bianzhi::PolicySet;
    /// # fn main() -> Result<(), bianzhi::Error> {
    /// let script = "/// 减员不问。\nfn on_vacate(request) { }\n";
    /// let set = PolicySet::from_files([("10_leave.rhai".to_owned(), script.into())])?;
    /// let manual = set.manual();
    /// let node = manual.views.iter().find(|view| view.view == "node").unwrap();
    /// assert!(node.words.iter().any(|word| word.name.zh == "空编" && word.name.en == "vacancy"));
    /// assert_eq!(manual.scripts[0].functions[0].about, ["减员不问。"]);
    /// # Ok(()) }
    /// ```
    pub fn manual(&self) -> Manual {
        let meanings = Meanings::read();
        Manual {
            hooks: listed_hooks(&meanings),
            functions: listed_functions(&meanings),
            views: listed_views(&meanings),
            parameters: self.parameters(),
            reasons: self.reasons(),
            declared: self.declared(),
            scripts: self.0.scripts.iter().map(listed_script).collect(),
        }
    }

    fn declared(&self) -> Vec<DeclaredListed> {
        let declared = &self.0.declared;
        let facts = declared.facts.iter().map(|(name, fact)| DeclaredListed {
            group: "facts",
            name: name.clone(),
            title: wording([fact.titles.zh.clone(), fact.titles.en.clone()]),
            gives: Some(phrase(fact.item.phrase())),
        });
        let rest = [
            ("categories", &declared.categories),
            ("purposes", &declared.purposes),
            ("tags", &declared.tags),
        ];
        let rest = rest.into_iter().flat_map(|(group, known)| {
            known.iter().map(move |(name, titles)| DeclaredListed {
                group,
                name: name.clone(),
                title: wording([titles.zh.clone(), titles.en.clone()]),
                gives: None,
            })
        });
        facts.chain(rest).collect()
    }
}

fn listed_hooks(meanings: &Meanings) -> Vec<HookListed> {
    let listed = hooks().into_iter().map(|(name, kind)| {
        let Type::One(Item::View(sort, _)) = kind.given else {
            return HookListed { meaning: Wording::default(), given: "", words: Vec::new(), name };
        };
        let mut seen = BTreeSet::new();
        let words = rows().filter(|row| row.serves(sort)).map(|row| (family(row.of), row.en));
        let words = words.filter(|(_, word)| seen.insert(*word));
        HookListed {
            meaning: wording(meanings.of("hook", &name)),
            given: family(sort),
            words: words.collect(),
            name,
        }
    });
    listed.collect()
}

fn listed_functions(meanings: &Meanings) -> Vec<FunctionListed> {
    let listed = host_functions().iter().map(|function| FunctionListed {
        name: wording([function.zh, function.en]),
        shape: function.shape,
        meaning: wording(meanings.of("function", function.en)),
        place: phrase(function.place.phrase()),
    });
    listed.collect()
}

fn listed_views(meanings: &Meanings) -> Vec<ViewListed> {
    let mut views: Vec<ViewListed> = Vec::new();
    for sort in sorts() {
        let view = family(sort);
        if views.iter().any(|known| known.view == view) {
            continue;
        }
        let words = rows().filter(|row| family(row.of) == view);
        views.push(ViewListed {
            view,
            name: of_sort(sort),
            meaning: wording(meanings.of("view", view)),
            words: words.map(|row| listed_word(meanings, row)).collect(),
        });
    }
    // What scripts are given stands first.
    views.sort_by_key(|view| match view.view {
        "request" => 0,
        "event" => 1,
        _ => 2,
    });
    views
}

fn listed_word(meanings: &Meanings, row: &Row) -> WordListed {
    WordListed {
        name: wording([row.zh, row.en]),
        meaning: wording(meanings.of_row(row)),
        arguments: row.args.iter().map(|ty| of_type(*ty)).collect(),
        gives: of_type(row.ty),
        only: row.only,
        needs_kind: row.needs_kind,
        guard: match row.guard {
            Guard::None => None,
            Guard::When(word) => Some((word, true)),
            Guard::Unless(word) => Some((word, false)),
        },
    }
}

fn listed_script(script: &Script) -> ScriptListed {
    let mut functions: Vec<ScriptFunctionListed> = script
        .ast
        .iter_fn_def()
        .map(|function| ScriptFunctionListed {
            name: function.name.to_string(),
            arguments: function.params.iter().map(ToString::to_string).collect(),
            line: function
                .body
                .start_position()
                .line()
                .and_then(|line| u32::try_from(line).ok())
                .unwrap_or_default(),
            about: function.comments.iter().flat_map(|comment| comment.lines()).map(without_leader).collect(),
        })
        .collect();
    functions.sort_by(|one, other| (one.line, &one.name).cmp(&(other.line, &other.name)));
    let head = script.source.lines().take_while(|line| line.starts_with("//") && !line.starts_with("///"));
    let codes: BTreeSet<String> =
        points(&script.tree).codes.iter().map(|(code, _)| code.to_string()).collect();
    ScriptListed {
        path: script.path.clone(),
        about: head.map(without_leader).collect(),
        functions,
        parameters: script.parameters.iter().cloned().collect(),
        codes: codes.into_iter().collect(),
    }
}

/// A comment's line without the signs that make it one.
fn without_leader(line: &str) -> String {
    line.trim().trim_start_matches(['/', '*']).trim_end_matches("*/").trim().to_owned()
}

fn wording<T: Into<String>>(both: [T; 2]) -> Wording {
    let [zh, en] = both;
    Wording { zh: zh.into(), en: en.into() }
}

fn phrase(phrase: Phrase) -> Wording {
    wording(phrase.into_both())
}

fn of_sort(sort: Sort) -> Wording {
    match sort {
        Sort::Request(_) => wording(["请求", "request"]),
        Sort::Event(_) => wording(["事件", "event"]),
        Sort::Node => wording(["节点", "node"]),
        Sort::Pool | Sort::Loan | Sort::Permit | Sort::Person | Sort::Office | Sort::Group | Sort::Part => {
            phrase(sort.phrase())
        }
    }
}

fn of_type(ty: Type) -> Wording {
    match ty {
        Type::One(Item::View(sort, _)) => of_sort(sort),
        Type::List(Item::View(sort, _)) => {
            let Wording { zh, en } = of_sort(sort);
            wording([format!("{zh}清单"), format!("list of {en}s")])
        }
        Type::Unknown => wording(["随登记的类型", "as it is declared"]),
        Type::One(_) | Type::List(_) | Type::Nothing | Type::EmptyList | Type::Facts => phrase(ty.phrase()),
    }
}
