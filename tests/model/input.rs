//! What the second model finds wrong with a request before any law is asked: input codes, then `reach`.

use std::collections::BTreeSet;

use bianzhi::model::{
    Date, Instalment, KindId, LoanId, LoanOutcome, NodeId, PermitId, PersonId, PoolSize, Seats,
};
use bianzhi::{Change, Place, Sitting, Verb};

use super::books::Books;

/// Who asks.
#[derive(Debug, Clone)]
pub(crate) enum Actor {
    Superior,
    Node(NodeId),
    /// A pool, which is no actor, or a node that is not there: the code says which.
    Nobody(&'static str),
}

/// The codes found; every code once.
pub(crate) type Codes = BTreeSet<&'static str>;

/// Collects the faults of one verb.
struct Desk<'a> {
    books: &'a Books,
    actor: &'a Actor,
    codes: Codes,
}

pub(crate) fn actor(books: &Books, by: Option<&NodeId>) -> Actor {
    match by {
        None => Actor::Node(books.root()),
        Some(id) if id.as_str() == NodeId::SUPERIOR => Actor::Superior,
        Some(id) if books.is_pool(id) => Actor::Nobody("reach"),
        Some(id) if books.nodes.contains_key(id) => Actor::Node(id.clone()),
        Some(_) => Actor::Nobody("unknown-node"),
    }
}

/// Faults beside the verb: who asks, and when it happened.
pub(crate) fn beside_faults(books: &Books, actor: &Actor, effective: Option<Date>) -> Codes {
    let mut codes = Codes::new();
    // What really happened has happened.
    if effective.is_some_and(|effective| effective > books.today) {
        codes.insert("backdated");
    }
    if let Actor::Nobody(code) = actor {
        codes.insert(code);
    }
    codes
}

/// All faults of a verb, and beside it.
pub(crate) fn faults(books: &Books, actor: &Actor, verb: &Verb, effective: Option<Date>) -> Codes {
    let mut desk = Desk { books, actor, codes: beside_faults(books, actor, effective) };
    desk.verb(verb);
    desk.codes
}

impl Desk<'_> {
    fn say(&mut self, code: &'static str) {
        self.codes.insert(code);
    }

    fn say_if(&mut self, fault: bool, code: &'static str) {
        if fault {
            self.codes.insert(code);
        }
    }

    /// A known node, or a fault.
    fn node(&mut self, id: &NodeId) -> bool {
        let known = self.books.nodes.contains_key(id);
        self.say_if(!known, "unknown-node");
        known
    }

    fn unit(&mut self, id: &NodeId) -> bool {
        if !self.node(id) {
            return false;
        }
        let unit = self.books.is_unit(id);
        self.say_if(!unit, "not-a-unit");
        unit
    }

    fn pool(&mut self, id: &NodeId) -> bool {
        let pool = self.books.is_pool(id);
        self.say_if(!pool, "unknown-node");
        pool
    }

    fn kind(&mut self, id: &KindId) -> bool {
        let known = self.books.kinds.contains(id);
        self.say_if(!known, "unknown-kind");
        known
    }

    fn loan(&mut self, id: &LoanId) -> bool {
        let known = self.books.loans.contains_key(id);
        self.say_if(!known, "unknown-loan");
        known
    }

    fn open_permit(&mut self, id: &PermitId) -> bool {
        let known = self.books.permits.contains_key(id);
        self.say_if(!known, "unknown-permit");
        known
    }

    fn count(&mut self, count: Seats) {
        self.say_if(count < Seats::ONE, "bad-count");
    }

    fn ends(&mut self, ends: Option<Date>) {
        self.say_if(ends.is_some_and(|ends| ends < self.books.today), "backdated");
    }

    fn schedule(&mut self, schedule: &[Instalment], seats: i64, ends: Option<Date>) {
        let in_order = schedule.windows(2).all(|pair| pair[0].on <= pair[1].on);
        let sum: i64 = schedule.iter().map(|part| part.seats.get()).sum();
        let past = schedule.last().is_some_and(|last| ends.is_some_and(|ends| last.on > ends));
        self.say_if(!in_order || sum != seats || past, "bad-schedule");
    }

    /// The actor is the node or stands above it.
    fn reaches(&mut self, node: &NodeId) {
        if !self.books.nodes.contains_key(node) {
            return;
        }
        let reaches = match self.actor {
            Actor::Superior => true,
            Actor::Node(actor) => self.books.contains(actor, node),
            Actor::Nobody(_) => return,
        };
        self.say_if(!reaches, "reach");
    }

    /// The actor stands above the node.
    fn above(&mut self, node: &NodeId) {
        self.reaches(node);
        if let Actor::Node(actor) = self.actor {
            self.say_if(actor == node, "reach");
        }
    }

    #[expect(clippy::too_many_lines, reason = "one arm a verb: a table")]
    fn verb(&mut self, verb: &Verb) {
        let books = self.books;
        match verb {
            Verb::Authorize(asked) => {
                let known = self.node(&asked.node) & self.kind(&asked.kind);
                if books.is_pool(&asked.node) {
                    self.say("bad-count");
                } else {
                    match asked.change {
                        Change::By(by) => self.say_if(by.is_zero(), "bad-count"),
                        Change::To(to) => {
                            let same = known && books.cap(&asked.node, &asked.kind) == to.get();
                            self.say_if(to < Seats::ZERO || same, "bad-count");
                        }
                    }
                }
                self.above(&asked.node);
            }
            Verb::Transfer(asked) => {
                self.node(&asked.from);
                self.node(&asked.to);
                self.kind(&asked.kind);
                self.count(asked.count);
                let pool = books.is_pool(&asked.from) || books.is_pool(&asked.to);
                self.say_if(asked.from == asked.to || pool, "bad-count");
                self.reaches(&asked.from);
                self.reaches(&asked.to);
            }
            Verb::Permit(asked) => {
                self.say_if(!asked.id.is_well_formed(), "bad-id");
                self.say_if(books.used_permits.contains(&asked.id), "duplicate-id");
                self.unit(&asked.unit);
                self.kind(&asked.kind);
                self.count(asked.count);
                self.ends(Some(asked.ends));
                self.above(&asked.unit);
            }
            Verb::Withdraw(asked) => {
                if self.open_permit(&asked.permit) {
                    self.above(&books.permits[&asked.permit].unit);
                }
            }
            Verb::Appoint(asked) => {
                self.unit(&asked.unit);
                self.kind(&asked.kind);
                self.new_person(asked.person.as_ref());
                if let Some(loan) = &asked.loan {
                    self.loan(loan);
                }
                if let Some(permit) = &asked.permit {
                    self.open_permit(permit);
                }
                if asked.loan.is_some() || asked.permit.is_some() {
                    self.reaches(&asked.unit);
                } else {
                    self.above(&asked.unit);
                }
            }
            Verb::Draw(asked) => {
                self.pool(&asked.pool);
                self.unit(&asked.unit);
                self.new_person(Some(&asked.person));
                self.ends(asked.ends);
                self.reaches(&asked.pool);
                self.above(&asked.unit);
            }
            Verb::Vacate(asked) => self.sitting(&asked.who),
            Verb::Convert(asked) => self.sitting(&asked.who),
            Verb::Name(asked) => {
                self.new_person(Some(&asked.person));
                self.sitting(&Sitting::Unnamed {
                    unit: asked.unit.clone(),
                    kind: asked.kind.clone(),
                    loan: asked.loan.clone(),
                });
            }
            Verb::Move(asked) => {
                self.unit(&asked.to);
                match books.people.get(&asked.person) {
                    None => self.say("unknown-person"),
                    Some(person) => {
                        self.say_if(person.unit == asked.to, "bad-count");
                        self.reaches(&person.unit);
                    }
                }
                self.reaches(&asked.to);
            }
            Verb::Borrow(asked) => {
                self.say_if(!asked.id.is_well_formed(), "bad-id");
                self.say_if(books.used_loans.contains(&asked.id), "duplicate-id");
                self.node(&asked.lender);
                self.node(&asked.borrower);
                for node in asked.via.iter().flatten() {
                    self.node(node);
                }
                self.kind(&asked.kind);
                self.count(asked.count);
                self.say_if(asked.lender == asked.borrower || books.is_pool(&asked.borrower), "bad-count");
                self.ends(asked.ends);
                if let Some(schedule) = &asked.schedule {
                    self.schedule(schedule, asked.count.get(), asked.ends);
                }
                self.reaches(&asked.lender);
                self.reaches(&asked.borrower);
            }
            Verb::GiveBack(asked) => {
                self.count(asked.count);
                if self.loan(&asked.loan) {
                    self.may_return(&asked.loan);
                }
            }
            Verb::Extend(asked) => {
                self.ends(Some(asked.ends));
                if self.loan(&asked.loan) {
                    let loan = &books.loans[&asked.loan];
                    self.say_if(
                        loan.schedule.last().is_some_and(|last| last.on > asked.ends),
                        "bad-schedule",
                    );
                    self.above(&loan.borrower);
                }
            }
            Verb::Reschedule(asked) => {
                self.ends(asked.ends);
                if self.loan(&asked.loan) {
                    let loan = &books.loans[&asked.loan];
                    self.schedule(&asked.schedule, loan.seats, asked.ends.or(loan.ends));
                    self.above(&loan.borrower);
                }
            }
            Verb::Evaluate(asked) => {
                self.ends(asked.ends);
                if let Some(seats) = asked.seats {
                    self.count(seats);
                }
                if self.loan(&asked.loan) {
                    let loan = &books.loans[&asked.loan];
                    let past = |last: &Instalment| asked.ends.is_some_and(|ends| last.on > ends);
                    self.say_if(loan.schedule.last().is_some_and(past), "bad-schedule");
                    self.above(&loan.borrower);
                }
            }
            Verb::Establish(asked) => {
                self.say_if(!asked.id.is_well_formed(), "bad-id");
                self.say_if(books.used_nodes.contains(&asked.id), "duplicate-id");
                self.place(&asked.place);
            }
            Verb::Resize(asked) => {
                self.pool(&asked.pool);
                self.say_if(asked.size < Seats::ZERO, "bad-count");
                self.reaches(&asked.pool);
            }
            Verb::Amend(asked) => {
                self.node(&asked.node);
                self.above(&asked.node);
            }
            Verb::Relocate(asked) => {
                if self.node(&asked.node) & self.node(&asked.parent) {
                    let node = &books.nodes[&asked.node];
                    let parent = books.nodes[&asked.parent].level;
                    let last = books.levels.len() - 1;
                    let fits = match (node.level, parent) {
                        (Some(level), Some(parent)) => parent < last && parent < level,
                        (None, _) | (_, None) => false,
                    };
                    self.say_if(!fits || node.parent.is_none(), "wrong-level");
                    self.say_if(node.parent.as_ref() == Some(&asked.parent), "bad-count");
                } else if let Some(node) = books.nodes.get(&asked.node) {
                    self.say_if(node.pool.is_some() || node.parent.is_none(), "wrong-level");
                } else {
                    let wrong = books.is_unit(&asked.parent) || books.is_pool(&asked.parent);
                    self.say_if(wrong, "wrong-level");
                }
                self.above(&asked.node);
                self.reaches(&asked.parent);
            }
            Verb::Merge(asked) => {
                let distinct: BTreeSet<_> = asked.units.iter().collect();
                let twice = distinct.len() != asked.units.len();
                self.say_if(asked.units.is_empty() || twice || distinct.contains(&asked.into), "bad-count");
                for unit in asked.units.iter().chain([&asked.into]) {
                    self.unit(unit);
                    self.above(unit);
                }
            }
            Verb::Abolish(asked) => {
                if self.node(&asked.node) {
                    self.say_if(!self.is_empty(&asked.node), "not-empty");
                }
                self.above(&asked.node);
            }
            Verb::Owe(_) | Verb::Correct(_) | Verb::Advance(_) | Verb::Batch(_) => {}
        }
    }

    /// A person's key that is given, or used again.
    fn new_person(&mut self, person: Option<&PersonId>) {
        self.say_if(person.is_some_and(|person| !person.is_well_formed()), "bad-id");
    }

    /// Someone in post, by key or one of the unnamed.
    fn sitting(&mut self, who: &Sitting) {
        match who {
            Sitting::Person(person) => match self.books.people.get(person) {
                None => self.say("unknown-person"),
                Some(person) => self.reaches(&person.unit),
            },
            Sitting::Unnamed { unit, kind, loan } => {
                let mut known = self.unit(unit) & self.kind(kind);
                if let Some(loan) = loan {
                    known &= self.loan(loan);
                }
                if known {
                    let nobody = self.books.unnamed_on(unit, kind, loan.as_ref()) < 1;
                    self.say_if(nobody, "unknown-person");
                }
                self.reaches(unit);
            }
        }
    }

    /// The borrower's side, or above both; the lender's after the term or a recall.
    fn may_return(&mut self, id: &LoanId) {
        let loan = &self.books.loans[id];
        let Actor::Node(actor) = self.actor else { return };
        let borrowing = self.books.contains(actor, &loan.borrower);
        let recall = self.books.past_end(id) || loan.outcome == Some(LoanOutcome::Recall);
        let lending = self.books.contains(actor, &loan.lender);
        self.say_if(!(borrowing || recall && lending), "reach");
    }

    fn place(&mut self, place: &Place) {
        let books = self.books;
        match place {
            Place::Node { parent, level, caps } => {
                let known = self.node(parent);
                let level = books.levels.iter().position(|one| one == level);
                let above = books.nodes.get(parent).and_then(|node| node.level);
                if known {
                    let fits = above.zip(level).is_some_and(|(above, level)| above < level);
                    self.say_if(!fits || !books.is_jurisdiction(parent), "wrong-level");
                } else {
                    self.say_if(level.is_none(), "wrong-level");
                }
                for (kind, cap) in caps {
                    self.kind(kind);
                    self.say_if(*cap < Seats::ZERO, "bad-count");
                }
                self.reaches(parent);
            }
            Place::Pool { sponsor, kind, size } => {
                if self.node(sponsor) {
                    self.say_if(!books.is_jurisdiction(sponsor), "wrong-level");
                }
                self.kind(kind);
                if let PoolSize::Size(size) = size {
                    self.say_if(*size < Seats::ZERO, "bad-count");
                }
                self.reaches(sponsor);
            }
        }
    }

    fn is_empty(&self, id: &NodeId) -> bool {
        let books = self.books;
        let node = &books.nodes[id];
        books.children(id).next().is_none()
            && node.unnamed.values().all(|number| *number == 0)
            && !books.people.values().any(|person| person.unit == *id)
            && !books.permits.values().any(|permit| permit.unit == *id)
            && !books.loans.values().any(|loan| {
                loan.lender == *id
                    || loan.borrower == *id
                    || loan.unnamed.get(id).is_some_and(|number| *number > 0)
            })
    }
}
