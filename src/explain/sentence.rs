//! The sentence: the outcome and its main reason, before anybody reads further.

use super::Explanation;
use crate::decision::{Decision, Reason, RefusalCode};
use crate::ledger::Ledger;
use crate::model::{KindId, Lang, NodeId};
use crate::policy::{ConditionOf, Occasion, RuleTrace};

impl Explanation {
    /// One sentence: the outcome and the main reason, with its legal basis where it has one.
    pub fn sentence(&self, lang: Lang) -> String {
        let decision = &self.decision;
        let word = decision.outcome.word(lang);
        let why = match decision.reasons.split_first() {
            Some((first, rest)) => {
                let why = self.reason(first, lang);
                match (rest.len(), lang) {
                    (0, _) => why,
                    (rest, Lang::Zh) => format!("{why}；另有 {rest} 条理由"),
                    (rest, Lang::En) => format!("{why}; and {rest} more"),
                }
            }
            None => granted(decision, &self.rules, lang),
        };
        match lang {
            Lang::Zh => format!("{word}：{why}"),
            Lang::En => format!("{word}: {why}"),
        }
    }

    /// A reason in words, with what the books call a node and a kind, and its legal basis.
    pub fn reason(&self, reason: &Reason, lang: Lang) -> String {
        let text = match reason {
            Reason::Policy(remark) if remark.text(lang).is_empty() => remark.code.clone(),
            Reason::Law(law) => {
                law.text(lang, &name(self.books(), &law.node), &kind(self.books(), &law.kind, lang))
            }
            Reason::Input { code: RefusalCode::Input(_), .. } => match lang {
                Lang::Zh => format!("申请有误：{}", self.naming(reason, lang)),
                Lang::En => format!("the request is at fault: {}", self.naming(reason, lang)),
            },
            Reason::Policy(_) | Reason::Input { .. } => self.naming(reason, lang),
        };
        match reason {
            Reason::Policy(remark) if !remark.basis.is_empty() => match lang {
                Lang::Zh => format!("{text}（{}）", remark.basis),
                Lang::En => format!("{text} ({})", remark.basis),
            },
            Reason::Policy(_) | Reason::Law(_) | Reason::Input { .. } => text,
        }
    }
}

impl Explanation {
    /// A reason with nodes by their names; what the decision took away has its name in the books before it.
    fn naming(&self, reason: &Reason, lang: Lang) -> String {
        reason.text_naming(lang, |id| {
            let books = self.before.books();
            books.node(id).map(|node| books.name(node).to_owned())
        })
    }
}

/// Why it was granted: how many rules had their requirements met, and what followed from it.
fn granted(decision: &Decision, rules: &[RuleTrace], lang: Lang) -> String {
    let asked = |rule: &&RuleTrace| {
        matches!(rule.about, Occasion::Request { by_reaction: false, .. }) && rule.failed.is_none()
    };
    let rules: Vec<&RuleTrace> = rules.iter().filter(asked).collect();
    let conditions = rules.iter().flat_map(|rule| &rule.conditions);
    let met = conditions.filter(|one| one.of == ConditionOf::Require && one.met() == Some(true)).count();
    let reactions = decision.events.iter().filter(|happened| happened.rule.is_some()).count();
    let findings = decision.findings.len();
    let mut parts = match (lang, rules.len()) {
        (Lang::Zh, 0) => vec!["没有规则过问，账法均已满足".to_owned()],
        (Lang::En, 0) => vec!["no rule had a say, and every law holds".to_owned()],
        (Lang::Zh, rules) => vec![format!("{rules} 条规则过问，{met} 项要求均已满足，账法均已满足")],
        (Lang::En, rules) => vec![format!("rules asked {rules}, requirements met {met}, every law holds")],
    };
    if reactions > 0 {
        let word = lang.pick("联动", "events brought about by rules");
        parts.push(format!("{word} {reactions}{}", lang.pick(" 项", "")));
    }
    if findings > 0 {
        parts.push(format!("{} {findings}{}", lang.pick("发现问题", "findings"), lang.pick(" 项", "")));
    }
    parts.join(lang.pick("；", "; "))
}

/// What people call a node; its id if the books do not know it.
fn name(books: &Ledger, id: &NodeId) -> String {
    books.node(id.as_str()).map_or_else(|| id.to_string(), |node| books.name(node).to_owned())
}

fn kind(books: &Ledger, id: &KindId, lang: Lang) -> String {
    let mut kinds = books.kinds();
    let found = kinds.find(|(_, kind)| kind.id == *id);
    found.map_or_else(|| id.to_string(), |(_, kind)| lang.pick(&kind.zh, &kind.en).to_owned())
}
