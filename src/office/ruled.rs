//! What the rules say of a request: the policies alone, on the books as they are, and nothing is recorded.

use std::cell::OnceCell;

use super::Office;
use crate::decision::Remark;
use crate::ledger::Actor;
use crate::policy::{Asked, Brief, Code, How, PolicySet};
use crate::request::Request;

/// What the rules say of a request, laws aside. The codes are there at once, and nothing was allocated for them if
/// there are none; texts, places and values are made when somebody asks for them.
#[derive(Debug)]
pub struct RulesSay<'a> {
    office: &'a Office,
    request: &'a Request,
    brief: Brief<'a>,
    told: OnceCell<Box<Told>>,
}

/// Every remark, with its texts.
#[derive(Debug)]
struct Told {
    denials: Vec<Remark>,
    notes: Vec<Remark>,
}

impl RulesSay<'_> {
    /// Whether no rule speaks against it.
    pub fn nothing_against(&self) -> bool {
        self.codes().next().is_none()
    }

    /// The code of every reason against it, in order; also of each rule that failed.
    pub fn codes(&self) -> impl Iterator<Item = &str> {
        self.brief.said(How::Denial)
    }

    /// The codes of what is only noted or found.
    pub fn noted(&self) -> impl Iterator<Item = &str> {
        self.brief.said(How::Note).chain(self.brief.said(How::Finding))
    }

    /// Every reason against it, told in full; also each rule that failed.
    pub fn denials(&self) -> &[Remark] {
        &self.told().denials
    }

    /// What is only noted or found, told in full.
    pub fn notes(&self) -> &[Remark] {
        &self.told().notes
    }

    fn told(&self) -> &Told {
        // The books have not changed since: the same rules say the same again, now in full.
        self.told.get_or_init(|| Box::new(self.office.told_on(self.request)))
    }
}

impl Office {
    /// What the rules say of a request on the books as they are, on the books' own day: the policies alone are
    /// asked. Its input must be sound, for neither input nor reach nor laws are looked at, and no rule reacts;
    /// of a batch nothing is said. [`Office::decide`] gives the whole answer.
    ///
    /// # Example: the rules have nothing against what a law would refuse
    /// ```
    /// use bianzhi::{Charter, Office, PolicySet, Request};
    /// # fn main() -> Result<(), bianzhi::Error> {
    /// let office = Office::open(
    ///     Charter::load("examples/nanping/charter.yaml")?,
    ///     PolicySet::load("policies")?,
    /// )?;
    /// let request = Request::from(Request::appoint("finance", "administrative"));
    /// assert!(office.rules_on(&request).nothing_against());
    /// assert_eq!(office.decide(request)?.codes(), ["cap"]);
    /// # Ok(()) }
    /// ```
    pub fn rules_on<'a>(&'a self, request: &'a Request) -> RulesSay<'a> {
        let mut say = RulesSay { office: self, request, brief: Brief::default(), told: OnceCell::new() };
        if let Some(policies) = &self.policies
            && !policies.in_brief(&self.books, &self.asked(request), &mut say.brief)
        {
            let full = self.told_on(request);
            for (how, remarks) in [(How::Denial, &full.denials), (How::Note, &full.notes)] {
                for one in remarks {
                    say.brief.push(how, Code::Own(one.code.as_str().into()));
                }
            }
            say.told = OnceCell::from(Box::new(full));
        }
        say
    }

    fn told_on(&self, request: &Request) -> Told {
        let ask = |policies: &PolicySet| policies.before(&self.books, &self.asked(request));
        let answer = self.policies.as_ref().map(ask).unwrap_or_default();
        let mut notes = answer.notes;
        notes.extend(answer.findings);
        Told { denials: answer.denials, notes }
    }

    fn asked<'a>(&self, request: &'a Request) -> Asked<'a> {
        let by = self.books.actor(request.by.as_ref()).unwrap_or(Actor::Node(self.books.root()));
        Asked {
            id: request.id.as_ref(),
            verb: &request.verb,
            facts: &request.facts,
            by,
            date: self.today(),
            effective: request.effective.unwrap_or(self.today()),
            by_reaction: false,
            at: None,
            seat: None,
        }
    }
}
