//! Random requests, mostly possible and mostly near a limit; wrong ids, dates and actors now and then.

use std::collections::BTreeMap;

use bianzhi::model::{
    Date, FactValue, Instalment, KindId, LoanId, LoanOutcome, NodeId, PermitId, PersonId, PoolSize, Seats,
};
use bianzhi::{
    Appoint, Borrow, Change, Convert, Establish, Merge, Place, Relocate, Request, Sitting, Vacate, Verb,
};

use super::books::Books;
use super::dice::Dice;

/// The request that the numbers ask of these books; `step` makes new ids.
pub(crate) fn request(books: &Books, numbers: &[u16], step: usize) -> Request {
    let dice = &mut Dice::new(numbers);
    let mut ask = Ask { books, dice, step };
    let choice = ask.dice.roll(64);
    let verb = if choice == 63 {
        let members = 1 + ask.dice.roll(3);
        let verbs: Vec<Verb> = (0..members)
            .map(|member| {
                ask.step = step * 10 + member;
                let choice = ask.dice.roll(60);
                ask.verb(choice)
            })
            .collect();
        Request::batch(verbs).verb
    } else if choice == 62 {
        Request::advance(books.today).verb
    } else {
        ask.verb(choice)
    };
    let mut request = Request::new(verb);
    ask.beside(&mut request);
    request
}

struct Ask<'a, 'b> {
    books: &'a Books,
    dice: &'a mut Dice<'b>,
    step: usize,
}

impl Ask<'_, '_> {
    fn beside(&mut self, request: &mut Request) {
        let today = self.books.today;
        let advance = matches!(request.verb, Verb::Advance(_));
        match self.dice.roll(24) {
            20 => request.on = Some(day(today, self.dice.count(1, 9))),
            21 => request.on = Some(day(today, self.dice.count(10, 90))),
            22 if self.dice.once_in(3) => request.on = Some(day(today, self.dice.count(200, 800))),
            23 if self.dice.once_in(3) => request.on = Some(day(today, -self.dice.count(1, 3))),
            _ if advance => request.on = Some(day(today, self.dice.count(1, 20))),
            _ => {}
        }
        let for_the_root = matches!(&request.verb, Verb::Authorize(asked) if asked.node == self.books.root());
        request.by = match self.dice.roll(16) {
            0..=10 if for_the_root => Some(NodeId::SUPERIOR.into()),
            0..=11 => None,
            12 => Some(NodeId::SUPERIOR.into()),
            13 => Some(self.any_node()),
            _ => Some(self.jurisdiction()),
        };
        if self.dice.once_in(30) {
            request.id = Some(format!("request-{}", self.dice.roll(20)).as_str().into());
        }
        if !advance && self.dice.once_in(30) {
            request.effective = Some(day(today, self.dice.count(-40, 1)));
        }
    }

    fn verb(&mut self, choice: usize) -> Verb {
        match choice {
            0..=8 => self.appoint(),
            9..=13 => {
                let who = self.sitting();
                Vacate { who, reason: self.dice.once_in(3).then(|| "retirement".to_owned()) }.into()
            }
            14..=17 => {
                let (node, kind) = (self.owner(), self.kind());
                let change = if self.dice.once_in(3) {
                    Change::To(self.around(self.books.nodes.get(&node).map_or(0, |node| cap(node, &kind)), 0))
                } else {
                    Change::By(Seats::new([1, -1, 2, -2, 3, -4, 0][self.dice.roll(7)]))
                };
                bianzhi::Authorize { node, kind, change, purpose: None }.into()
            }
            18..=22 => {
                let (from, to) = (self.giver(), self.owner());
                let to = self.not_again(to, &from);
                let (kind, count) = (self.kind(), self.seats());
                Request::transfer(from, to, kind, count).into()
            }
            23..=25 => {
                let (id, unit, kind, count) = (self.new_id("permit"), self.unit(), self.kind(), self.seats());
                let ends = self.soon();
                Request::permit(PermitId::new(id), unit, kind, count, ends).into()
            }
            26 => Request::withdraw(self.permit()).into(),
            27..=31 => {
                let (pool, unit, person) = (self.pool(), self.unit(), self.person(4));
                let mut draw = Request::draw(pool, unit, person);
                draw.ends = self.dice.once_in(3).then(|| self.soon());
                draw.into()
            }
            32 | 33 => {
                let Sitting::Unnamed { unit, kind, loan } = self.unnamed() else {
                    return Request::withdraw("nothing").into();
                };
                let mut name = Request::name(unit, kind, self.person(6));
                name.loan = loan;
                name.into()
            }
            34..=36 => Convert { who: self.on_loan() }.into(),
            37..=39 => {
                let (person, unit) = (self.person_in_post(), self.unit());
                let from = self.books.people.get(&person).map(|person| person.unit.clone());
                let to = from.map_or_else(|| unit.clone(), |from| self.not_again(unit.clone(), &from));
                Request::move_person(person, to).into()
            }
            40..=44 => self.borrow(),
            45..=47 => {
                let loan = self.loan();
                let idle = if self.books.loans.contains_key(&loan) { self.books.idle(&loan) } else { 1 };
                Request::give_back(loan, self.around(idle, 1)).into()
            }
            48 => Request::extend(self.loan(), self.soon()).into(),
            49 => {
                let loan = self.loan();
                let seats = self.books.loans.get(&loan).map_or(1, |loan| loan.seats);
                let mut verb = Request::reschedule(loan, self.schedule(seats));
                verb.ends = self.dice.once_in(3).then(|| self.soon());
                verb.into()
            }
            50 => {
                let outcomes =
                    [LoanOutcome::Continue, LoanOutcome::Resize, LoanOutcome::RunOff, LoanOutcome::Recall];
                let mut verb = Request::evaluate(self.loan(), outcomes[self.dice.roll(4)]);
                verb.ends = self.dice.once_in(3).then(|| self.soon());
                verb.seats = self.dice.once_in(3).then(|| Seats::new(self.dice.count(1, 3)));
                verb.into()
            }
            51 | 52 => self.establish(),
            53 => Request::resize(self.pool(), self.dice.count(0, 3)).into(),
            54 => {
                let mut verb = Request::amend(self.any_node());
                verb.name = self.dice.once_in(2).then(|| format!("name-{}", self.step));
                verb.add_tags = self.dice.once_in(3).then(|| vec!["hospital".to_owned()]);
                verb.drop_tags = self.dice.once_in(3).then(|| vec!["school".to_owned()]);
                let pupils = FactValue::Whole(self.dice.count(0, 2));
                verb.facts = self.dice.once_in(3).then(|| BTreeMap::from([("pupils".to_owned(), pupils)]));
                verb.into()
            }
            55 | 56 => {
                let node = if self.dice.once_in(2) { self.any_node() } else { self.unit() };
                Relocate { node, parent: self.jurisdiction() }.into()
            }
            57 | 58 => {
                let into = self.unit();
                let unit = self.unit();
                let mut units = vec![self.not_again(unit, &into)];
                if self.dice.once_in(3) {
                    units.push(self.unit());
                }
                if self.dice.once_in(20) {
                    units.clear();
                }
                Merge { units, into }.into()
            }
            _ => Request::abolish(self.not_the_root()).into(),
        }
    }

    fn appoint(&mut self) -> Verb {
        let mut verb = Appoint {
            unit: self.unit(),
            kind: self.kind(),
            person: self.dice.once_in(2).then(|| self.person(6)),
            category: None,
            loan: None,
            permit: None,
            purpose: self.dice.once_in(8).then(|| "teaching".to_owned()),
        };
        match self.dice.roll(6) {
            4 => {
                let permit = self.permit();
                if let Some(terms) = self.books.permits.get(&permit)
                    && !self.dice.once_in(6)
                {
                    (verb.unit, verb.kind) = (terms.unit.clone(), terms.kind.clone());
                }
                verb.permit = Some(permit);
                if self.dice.once_in(12) {
                    verb.loan = Some(self.loan());
                }
            }
            5 | 3 => {
                let id = self.loan();
                if let Some(loan) = self.books.loans.get(&id)
                    && !self.dice.once_in(6)
                {
                    verb.kind = loan.kind.clone();
                    let inside: Vec<NodeId> = self
                        .units()
                        .into_iter()
                        .filter(|unit| self.books.contains(&loan.borrower, unit))
                        .collect();
                    if let Some(unit) = self.dice.pick(&inside) {
                        verb.unit = unit.clone();
                    }
                }
                verb.loan = Some(id);
            }
            _ => {}
        }
        verb.into()
    }

    fn borrow(&mut self) -> Verb {
        let mut lender = if self.dice.once_in(4) { self.pool() } else { self.any_node() };
        let mut borrower = self.owner();
        let mut kind = self.kind();
        if let Some((own, _)) = self.books.nodes.get(&lender).and_then(|node| node.pool.clone())
            && !self.dice.once_in(6)
        {
            kind = own;
        }
        if self.dice.once_in(4) {
            lender = self.giver();
        }
        borrower = self.not_again(borrower, &lender);
        let count = self.seats();
        let ends = self.dice.once_in(2).then(|| self.soon());
        let schedule = self.dice.once_in(3).then(|| self.schedule(count.get()));
        let schedule = schedule.map(|mut parts| {
            if let (Some(ends), false) = (ends, self.dice.once_in(5)) {
                for part in &mut parts {
                    part.on = part.on.min(ends);
                }
            }
            parts
        });
        let via = self.dice.once_in(8).then(|| vec![self.jurisdiction()]);
        let id = LoanId::new(self.new_id("loan"));
        Borrow { id, lender, borrower, kind, count, purpose: None, ends, schedule, via }.into()
    }

    fn establish(&mut self) -> Verb {
        let id = NodeId::new(self.new_id("node"));
        let parent = if self.dice.once_in(8) { self.any_node() } else { self.jurisdiction() };
        let place = if self.dice.once_in(3) {
            let size = PoolSize::Size(self.dice.count(0, 3).into());
            Place::Pool { sponsor: parent, kind: self.kind(), size }
        } else {
            let levels = &self.books.levels;
            let level = levels[levels.len() - 1 - self.dice.roll(4).min(levels.len() - 1)].clone();
            let mut caps = BTreeMap::new();
            if self.dice.once_in(2) {
                caps.insert(self.kind(), Seats::new(self.dice.count(0, 2)));
            }
            Place::Node { parent, level, caps }
        };
        Establish { id, name: None, tags: Vec::new(), facts: BTreeMap::new(), place }.into()
    }

    fn schedule(&mut self, seats: i64) -> Vec<Instalment> {
        let first = day(self.books.today, self.dice.count(-2, 30));
        let second = day(first, self.dice.count(1, 60));
        let seats = if self.dice.once_in(8) { seats + 1 } else { seats.max(1) };
        if seats > 1 && self.dice.once_in(2) {
            let head =
                1 + i64::try_from(self.dice.roll(usize::try_from(seats - 1).expect("small"))).expect("small");
            let mut parts = vec![
                Instalment { on: first, seats: head.into() },
                Instalment { on: second, seats: (seats - head).into() },
            ];
            if self.dice.once_in(10) {
                parts.reverse();
            }
            parts
        } else {
            vec![Instalment { on: first, seats: seats.into() }]
        }
    }

    /// A new id, or at times an old or a bad one.
    fn new_id(&mut self, what: &str) -> String {
        match self.dice.roll(24) {
            22 => format!("{what}-{}", self.step.saturating_sub(self.dice.roll(6))),
            23 => ["a b", "root", ".x", "draw:1", "city"][self.dice.roll(5)].to_owned(),
            _ => format!("{what}-{}", self.step),
        }
    }

    fn soon(&mut self) -> Date {
        day(self.books.today, self.dice.count(-1, 40))
    }

    fn seats(&mut self) -> Seats {
        Seats::new([1, 1, 2, 1, 3, 1, 2, 0, 5][self.dice.roll(9)])
    }

    /// The number itself, or one beside it.
    fn around(&mut self, number: i64, least: i64) -> Seats {
        Seats::new((number + [0, -1, 1, -2, 0][self.dice.roll(5)]).max(least))
    }

    fn kind(&mut self) -> KindId {
        if self.dice.once_in(60) {
            return "nothing".into();
        }
        self.dice.pick(&self.books.kinds).expect("one kind").clone()
    }

    fn of(&mut self, ids: &[NodeId]) -> NodeId {
        if self.dice.once_in(40) {
            return "nowhere".into();
        }
        self.dice.pick(ids).cloned().unwrap_or_else(|| "nowhere".into())
    }

    fn units(&self) -> Vec<NodeId> {
        self.books.nodes.keys().filter(|id| self.books.is_unit(id)).cloned().collect()
    }

    fn unit(&mut self) -> NodeId {
        if self.dice.once_in(40) {
            return self.any_node();
        }
        self.of(&self.units())
    }

    fn any_node(&mut self) -> NodeId {
        let ids: Vec<NodeId> = self.books.nodes.keys().cloned().collect();
        self.of(&ids)
    }

    /// A node that owns seats: no pool, but once in a while.
    fn owner(&mut self) -> NodeId {
        if self.dice.once_in(20) {
            return self.any_node();
        }
        let ids: Vec<NodeId> =
            self.books.nodes.keys().filter(|id| !self.books.is_pool(id)).cloned().collect();
        self.of(&ids)
    }

    /// A node that has seats to give, if there is one.
    fn giver(&mut self) -> NodeId {
        let table = self.books.table();
        let gives = table.iter().filter(|((id, _), row)| {
            !self.books.is_pool(id) && (row.available.get() > 0 || row.reserve.get() > 0)
        });
        let ids: Vec<NodeId> = gives.map(|((id, _), _)| id.clone()).collect();
        if self.dice.once_in(4) { self.owner() } else { self.of(&ids) }
    }

    /// Mostly another node of the same sort, where it is the other end already.
    fn not_again(&mut self, node: NodeId, other: &NodeId) -> NodeId {
        if node != *other || self.dice.once_in(8) {
            return node;
        }
        let alike = |id: &&NodeId| {
            *id != other
                && self.books.is_unit(id) == self.books.is_unit(other)
                && self.books.is_pool(id) == self.books.is_pool(other)
        };
        let ids: Vec<NodeId> = self.books.nodes.keys().filter(alike).cloned().collect();
        if ids.is_empty() { node } else { self.of(&ids) }
    }

    fn not_the_root(&mut self) -> NodeId {
        let root = self.books.root();
        let ids: Vec<NodeId> = self.books.nodes.keys().filter(|id| **id != root).cloned().collect();
        self.of(&ids)
    }

    fn jurisdiction(&mut self) -> NodeId {
        let ids: Vec<NodeId> =
            self.books.nodes.keys().filter(|id| self.books.is_jurisdiction(id)).cloned().collect();
        self.of(&ids)
    }

    fn pool(&mut self) -> NodeId {
        let ids: Vec<NodeId> = self.books.nodes.keys().filter(|id| self.books.is_pool(id)).cloned().collect();
        self.of(&ids)
    }

    fn loan(&mut self) -> LoanId {
        let ids: Vec<LoanId> = self.books.loans.keys().cloned().collect();
        self.dice.pick(&ids).cloned().unwrap_or_else(|| "no-loan".into())
    }

    fn permit(&mut self) -> PermitId {
        let ids: Vec<PermitId> = self.books.permits.keys().cloned().collect();
        self.dice.pick(&ids).cloned().unwrap_or_else(|| "no-permit".into())
    }

    fn person_in_post(&mut self) -> PersonId {
        let ids: Vec<PersonId> = self.books.people.keys().cloned().collect();
        self.dice.pick(&ids).cloned().unwrap_or_else(|| "nobody".into())
    }

    /// Somebody new, or once in so many times somebody in post, a former one or a bad key.
    fn person(&mut self, times: usize) -> PersonId {
        if !self.dice.once_in(times) {
            return format!("p-{}", self.step).as_str().into();
        }
        match self.dice.roll(4) {
            0 => self.person_in_post(),
            1 => "p 1".into(),
            _ => format!("p-{}", self.dice.roll(self.step + 1)).as_str().into(),
        }
    }

    fn sitting(&mut self) -> Sitting {
        match self.dice.roll(5) {
            0 | 1 => Sitting::Person(self.person_in_post()),
            2 => self.on_loan(),
            _ => self.unnamed(),
        }
    }

    /// One of the unnamed; where nobody sits at times.
    fn unnamed(&mut self) -> Sitting {
        let mut seats = Vec::new();
        for (id, node) in &self.books.nodes {
            for (kind, _) in node.unnamed.iter().filter(|(_, number)| **number > 0) {
                seats.push(Sitting::Unnamed { unit: id.clone(), kind: kind.clone(), loan: None });
            }
        }
        for (id, loan) in &self.books.loans {
            for (unit, _) in loan.unnamed.iter().filter(|(_, number)| **number > 0) {
                let loan_id = Some(id.clone());
                seats.push(Sitting::Unnamed { unit: unit.clone(), kind: loan.kind.clone(), loan: loan_id });
            }
        }
        match self.dice.pick(&seats) {
            Some(seat) if !self.dice.once_in(10) => seat.clone(),
            Some(_) | None => Sitting::Unnamed {
                unit: self.unit(),
                kind: self.kind(),
                loan: self.dice.once_in(3).then(|| self.loan()),
            },
        }
    }

    /// Somebody on a loan, if anybody is.
    fn on_loan(&mut self) -> Sitting {
        let mut seats: Vec<Sitting> = self
            .books
            .people
            .iter()
            .filter(|(_, person)| person.loan.is_some())
            .map(|(id, _)| Sitting::Person(id.clone()))
            .collect();
        for (id, loan) in &self.books.loans {
            for (unit, _) in loan.unnamed.iter().filter(|(_, number)| **number > 0) {
                seats.push(Sitting::Unnamed {
                    unit: unit.clone(),
                    kind: loan.kind.clone(),
                    loan: Some(id.clone()),
                });
            }
        }
        let person = self.person_in_post();
        self.dice.pick(&seats).cloned().unwrap_or(Sitting::Person(person))
    }
}

fn cap(node: &super::books::Node, kind: &KindId) -> i64 {
    node.caps.get(kind).copied().unwrap_or(0)
}

fn day(from: Date, days: i64) -> Date {
    from.checked_add(jiff::Span::new().days(days)).expect("near")
}
