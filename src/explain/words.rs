//! Words: what would be done otherwise, as one clause for people.

use super::Explanation;
use super::fields::{Edit, verb_at};
use super::why_not::Suggestion;
use crate::ledger::Ledger;
use crate::model::{FactValue, Lang, Mention, NodeId};
use crate::policy::{ANY_TEXT, PolicySet, field_in_chinese};
use crate::request::{Request, Sitting, Verb};

impl Explanation {
    /// A suggestion as [`Suggestion::text`] has it; in Chinese with what the policies call categories, purposes and
    /// facts, too.
    pub fn suggestion(&self, suggestion: &Suggestion, lang: Lang) -> String {
        suggestion.clause(Names { books: self.books(), policies: self.policies(), lang })
    }
}

/// Who knows what things are called.
#[derive(Clone, Copy)]
struct Names<'a> {
    books: &'a Ledger,
    policies: Option<&'a PolicySet>,
    lang: Lang,
}

impl Suggestion {
    /// The change as a clause, in Chinese to stand behind 若; `books` know what nodes are called.
    pub fn text(&self, books: &Ledger, lang: Lang) -> String {
        self.clause(Names { books, policies: None, lang })
    }

    fn clause(&self, names: Names<'_>) -> String {
        let Names { books, lang, .. } = names;
        // The unnamed go one by one, and are told together.
        let runs = self.first.chunk_by(|one, next| one == next);
        let first = runs.filter_map(|run| Some(done_first(run.first()?, run.len(), books, lang)));
        let instead = self.instead.as_ref().map(|verb| asked_instead(verb, books, lang));
        let edits = self.edits.iter().map(|edit| self.edit(edit, names));
        let parts: Vec<String> = first.chain(instead).chain(edits).collect();
        parts.join(lang.pick("，并", ", and "))
    }

    fn edit(&self, edit: &Edit, names: Names<'_>) -> String {
        let lang = names.lang;
        if let Some(fact) = edit.field.strip_prefix("facts.") {
            let what = match &edit.to {
                Some(FactValue::YesNo(true)) | None => String::new(),
                Some(FactValue::Text(text)) if text == ANY_TEXT => String::new(),
                Some(to) => format!(" = {to}"),
            };
            let member = edit.at.map(|at| format!("#{at} ")).unwrap_or_default();
            return match lang {
                Lang::Zh => format!("附上{member} {}{what}", names.fact(fact)),
                Lang::En => format!("{member}with the fact {fact}{what}"),
            };
        }
        let mut verb = self.request.verb.clone();
        let zh = verb_at(&mut verb, edit.at).and_then(|verb| field_in_chinese(verb, &edit.field));
        let field = match (lang, zh) {
            (Lang::Zh, Some(zh)) => zh,
            (Lang::Zh | Lang::En, _) => edit.field.as_str(),
        };
        let field = edit.at.map_or_else(|| field.to_owned(), |at| format!("#{at} {field}"));
        let shown = |value: &Option<FactValue>| value.as_ref().map(|value| names.called(value, &edit.field));
        match (edit.field.as_str(), shown(&edit.from), shown(&edit.to), lang) {
            ("on", _, Some(to), Lang::Zh) => format!("改在 {to} 提出"),
            ("on", _, Some(to), Lang::En) => format!("asked on {to}"),
            ("by", _, Some(to), Lang::Zh) if to == NodeId::SUPERIOR => format!("由上级机关 ({to}) 提出"),
            ("by", _, Some(to), Lang::Zh) => format!("由 {to} 提出"),
            ("by", _, Some(to), Lang::En) => format!("asked by {to}"),
            (_, Some(from), Some(to), Lang::Zh) => format!("将 {field} 由 {from} 改为 {to}"),
            (_, Some(from), Some(to), Lang::En) => format!("with {field} {to} instead of {from}"),
            (_, None, Some(to), Lang::Zh) => format!("填写 {field} {to}"),
            (_, None, Some(to), Lang::En) => format!("with {field} {to}"),
            (_, _, None, Lang::Zh) => format!("不填 {field}"),
            (_, _, None, Lang::En) => format!("without {field}"),
        }
    }
}

impl Names<'_> {
    /// A value; a node with its name, and so in Chinese a category and a purpose.
    fn called(self, value: &FactValue, field: &str) -> String {
        let mention = match (value, field, self.lang) {
            (FactValue::Text(id), "category", Lang::Zh) => Mention::Category(id),
            (FactValue::Text(id), "purpose", Lang::Zh) => Mention::Purpose(id),
            _ => return called(value, field, self.books),
        };
        self.with_id(&mention, &value.to_string())
    }

    /// A fact by its name, in Chinese.
    fn fact(self, id: &str) -> String {
        self.with_id(&Mention::Fact(id, &FactValue::YesNo(true)), id)
    }

    /// What the policies call something, with its id; the id alone where they do not.
    fn with_id(self, mention: &Mention<'_>, id: &str) -> String {
        match self.policies.and_then(|policies| policies.name_of(mention, self.lang)) {
            Some(name) => format!("{name} ({id})"),
            None => id.to_owned(),
        }
    }
}

/// A value; a node with its name.
fn called(value: &FactValue, field: &str, books: &Ledger) -> String {
    const NODES: [&str; 11] =
        ["by", "node", "unit", "from", "to", "lender", "borrower", "pool", "parent", "sponsor", "into"];
    let node = match value {
        FactValue::Text(id) if NODES.contains(&field) => books.node(id),
        FactValue::Text(_)
        | FactValue::YesNo(_)
        | FactValue::Whole(_)
        | FactValue::Number(_)
        | FactValue::Date(_) => None,
    };
    match node.map(|node| books.name(node)) {
        Some(name) if name != value.to_string() => format!("{name} ({value})"),
        _ => value.to_string(),
    }
}

/// What is done first, so many times in a row.
fn done_first(request: &Request, times: usize, books: &Ledger, lang: Lang) -> String {
    let node = |id: &NodeId| called(&FactValue::Text(id.to_string()), "node", books);
    match (&request.verb, lang) {
        (Verb::GiveBack(verb), Lang::Zh) => format!("先归还调借 {} 的 {} 名", verb.loan, verb.count),
        (Verb::GiveBack(verb), Lang::En) => {
            format!("after {} seats of loan {} went back", verb.count, verb.loan)
        }
        (Verb::Withdraw(verb), Lang::Zh) => format!("先撤回用编核准 {}", verb.permit),
        (Verb::Withdraw(verb), Lang::En) => format!("after permit {} was withdrawn", verb.permit),
        (Verb::Convert(verb), Lang::Zh) => format!("先将 {} 转为本编", who(&verb.who, times, books, lang)),
        (Verb::Convert(verb), Lang::En) => {
            format!("after {} moved to an own seat", who(&verb.who, times, books, lang))
        }
        (Verb::Vacate(verb), Lang::Zh) => format!("先办理 {} 减员", who(&verb.who, times, books, lang)),
        (Verb::Vacate(verb), Lang::En) => format!("after {} left", who(&verb.who, times, books, lang)),
        (Verb::Move(verb), Lang::Zh) => format!("先将 {} 调动到 {}", verb.person, node(&verb.to)),
        (Verb::Move(verb), Lang::En) => format!("after {} moved to {}", verb.person, node(&verb.to)),
        (Verb::Relocate(verb), Lang::Zh) => {
            format!("先将 {} 改隶 {}", node(&verb.node), node(&verb.parent))
        }
        (Verb::Relocate(verb), Lang::En) => {
            format!("after {} was placed under {}", node(&verb.node), node(&verb.parent))
        }
        (Verb::Abolish(verb), Lang::Zh) => format!("先撤销 {}", node(&verb.node)),
        (Verb::Abolish(verb), Lang::En) => format!("after {} was abolished", node(&verb.node)),
        (Verb::Evaluate(verb), Lang::Zh) => format!("先评估调借 {}（继续）", verb.loan),
        (Verb::Evaluate(verb), Lang::En) => format!("after loan {} was evaluated (continue)", verb.loan),
        (Verb::Amend(verb), _) => {
            let facts = verb.facts.iter().flatten();
            let facts: Vec<String> = facts.map(|(name, value)| format!("{name} = {value}")).collect();
            let facts = facts.join(lang.pick("、", ", "));
            match lang {
                Lang::Zh => format!("先为 {} 登记 {facts}", node(&verb.node)),
                Lang::En => format!("after {facts} was recorded for {}", node(&verb.node)),
            }
        }
        (other, Lang::Zh) => format!("先办理{}", Verb::chinese(other.name()).unwrap_or(other.name())),
        (other, Lang::En) => format!("after {}", other.name()),
    }
}

/// A person by the key, or so many of a unit's unnamed.
fn who(sitting: &Sitting, times: usize, books: &Ledger, lang: Lang) -> String {
    match sitting {
        Sitting::Person(person) => person.to_string(),
        Sitting::Unnamed { unit, .. } => {
            let unit = called(&FactValue::Text(unit.to_string()), "unit", books);
            match lang {
                Lang::Zh => format!("{unit} 未实名的 {times} 人"),
                Lang::En => format!("{times} of the unnamed of {unit}"),
            }
        }
    }
}

/// What is asked instead.
fn asked_instead(verb: &Verb, books: &Ledger, lang: Lang) -> String {
    let node = |id: &NodeId| called(&FactValue::Text(id.to_string()), "node", books);
    match (verb, lang) {
        (Verb::Move(verb), Lang::Zh) => format!("改为将 {} 调动到 {}", verb.person, node(&verb.to)),
        (Verb::Move(verb), Lang::En) => format!("by moving {} to {} instead", verb.person, node(&verb.to)),
        (Verb::Convert(verb), Lang::Zh) => format!("改为将 {} 转为本编", who(&verb.who, 1, books, lang)),
        (Verb::Convert(verb), Lang::En) => {
            format!("by moving {} to an own seat instead", who(&verb.who, 1, books, lang))
        }
        (Verb::Merge(verb), _) => {
            let units: Vec<String> = verb.units.iter().map(node).collect();
            let (units, into) = (units.join(lang.pick("、", ", ")), node(&verb.into));
            match lang {
                Lang::Zh => format!("改为将 {units} 并入 {into}"),
                Lang::En => format!("by merging {units} into {into} instead"),
            }
        }
        (other, Lang::Zh) => format!("改为办理{}", Verb::chinese(other.name()).unwrap_or(other.name())),
        (other, Lang::En) => format!("by {} instead", other.name()),
    }
}
