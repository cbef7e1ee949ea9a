//! What each verb does to the second model's books once its input is in order, and how that is written.

use std::collections::{BTreeMap, BTreeSet};

use bianzhi::model::{KindId, LoanId, NodeId, PersonId, PoolSize};
use bianzhi::{Appoint, Borrow, Change, Draw, Establish, Merge, Place, Relocate, Sitting, Transfer, Verb};

use super::books::{Books, Loan, Node, Permit, Person};
use super::shown::{self, event, text};

/// Books with a request's effect on them, before the laws with figures are asked.
pub(crate) struct Draft {
    pub(crate) books: Books,
    pub(crate) events: Vec<String>,
    /// The size of each pool at its last lending in this draft.
    pub(crate) pool_lending: BTreeMap<NodeId, i64>,
    /// Units that lend, lack own seats for it and have idle borrowed ones.
    pub(crate) lending_on: BTreeSet<(NodeId, KindId)>,
    /// Units that ended, and in which.
    pub(crate) merged: Vec<(NodeId, NodeId)>,
}

impl Draft {
    pub(crate) fn of(books: &Books) -> Self {
        Self {
            books: books.clone(),
            events: Vec::new(),
            pool_lending: BTreeMap::new(),
            lending_on: BTreeSet::new(),
            merged: Vec::new(),
        }
    }

    /// The effect on the books, and the events.
    pub(crate) fn apply(&mut self, verb: &Verb) {
        match verb {
            Verb::Authorize(asked) => {
                let cap = self.books.cap(&asked.node, &asked.kind);
                let change = match asked.change {
                    Change::By(by) => by.get(),
                    Change::To(to) => to.get() - cap,
                };
                self.add_cap(&asked.node, &asked.kind, change);
                let fields = [
                    ("node", text(asked.node.as_str())),
                    ("kind", text(asked.kind.as_str())),
                    ("change", change.to_string()),
                ];
                self.events.push(event("authorized", &fields));
            }
            Verb::Transfer(asked) => self.transfer(asked),
            Verb::Permit(asked) => {
                let permit = Permit {
                    unit: asked.unit.clone(),
                    kind: asked.kind.clone(),
                    count: asked.count.get(),
                    ends: asked.ends,
                    purpose: asked.purpose.clone(),
                };
                self.events.push(shown::permit("permitted", &asked.id, &permit));
                self.books.used_permits.insert(asked.id.clone());
                self.books.permits.insert(asked.id.clone(), permit);
            }
            Verb::Withdraw(asked) => {
                let permit = self.books.permits.remove(&asked.permit).expect("known");
                self.events.push(shown::permit("withdrawn", &asked.permit, &permit));
            }
            Verb::Appoint(asked) => self.appoint(asked),
            Verb::Draw(asked) => self.draw(asked),
            Verb::Vacate(asked) => self.vacate(&asked.who, asked.reason.as_ref()),
            Verb::Name(asked) => {
                self.leave_unnamed(&asked.unit, &asked.kind, asked.loan.as_ref());
                let person =
                    Person { unit: asked.unit.clone(), kind: asked.kind.clone(), loan: asked.loan.clone() };
                self.books.people.insert(asked.person.clone(), person);
                let mut fields = vec![
                    ("unit", text(asked.unit.as_str())),
                    ("kind", text(asked.kind.as_str())),
                    ("person", text(asked.person.as_str())),
                ];
                fields.extend(asked.loan.as_ref().map(|loan| ("loan", text(loan.as_str()))));
                self.events.push(event("named", &fields));
            }
            Verb::Convert(asked) => self.convert(&asked.who),
            Verb::Move(asked) => {
                let person = self.books.people.get_mut(&asked.person).expect("known");
                let from = std::mem::replace(&mut person.unit, asked.to.clone());
                let fields = [
                    ("person", text(asked.person.as_str())),
                    ("from", text(from.as_str())),
                    ("to", text(asked.to.as_str())),
                    ("kind", text(person.kind.as_str())),
                ];
                self.events.push(event("moved", &fields));
            }
            Verb::Borrow(asked) => self.borrow(asked),
            Verb::GiveBack(asked) => self.give_back(&asked.loan, asked.count.get()),
            Verb::Extend(asked) => {
                self.loan(&asked.loan).ends = Some(asked.ends);
                let fields = [("loan", text(asked.loan.as_str())), ("ends", text(&asked.ends.to_string()))];
                self.events.push(event("extended", &fields));
            }
            Verb::Reschedule(asked) => {
                let loan = self.loan(&asked.loan);
                loan.schedule.clone_from(&asked.schedule);
                loan.returned = 0;
                loan.ends = asked.ends.or(loan.ends);
                let mut fields = vec![("loan", text(asked.loan.as_str()))];
                fields.extend(asked.ends.map(|ends| ("ends", text(&ends.to_string()))));
                fields.push(("schedule", shown::schedule(&asked.schedule)));
                self.events.push(event("rescheduled", &fields));
            }
            Verb::Evaluate(asked) => {
                let loan = self.loan(&asked.loan);
                loan.outcome = Some(asked.outcome);
                loan.found_right = asked.seats.map(bianzhi::Seats::get);
                loan.ends = asked.ends.or(loan.ends);
                let mut fields = vec![("loan", text(asked.loan.as_str()))];
                fields.extend(asked.ends.map(|ends| ("ends", text(&ends.to_string()))));
                fields.push(("outcome", text(asked.outcome.as_str())));
                fields.extend(asked.seats.map(|seats| ("seats", seats.to_string())));
                self.events.push(event("evaluated", &fields));
            }
            Verb::Establish(asked) => self.establish(asked),
            Verb::Resize(asked) => {
                let node = self.books.nodes.get_mut(&asked.pool).expect("known");
                if let Some((_, size)) = &mut node.pool {
                    *size = PoolSize::Size(asked.size);
                }
                let fields = [("pool", text(asked.pool.as_str())), ("size", asked.size.to_string())];
                self.events.push(event("resized", &fields));
            }
            Verb::Amend(asked) => self.amend(asked),
            Verb::Relocate(asked) => self.relocate(asked),
            Verb::Merge(asked) => self.merge(asked),
            Verb::Abolish(asked) => {
                let node = self.books.nodes.remove(&asked.node).expect("known");
                let freed: Vec<String> = node
                    .caps
                    .iter()
                    .filter(|(_, cap)| **cap > 0)
                    .map(|(kind, cap)| format!("{}:{cap}", text(kind.as_str())))
                    .collect();
                let parent = node.parent.expect("the root never goes");
                let fields = [
                    ("node", text(asked.node.as_str())),
                    ("parent", text(parent.as_str())),
                    ("freed", format!("{{{}}}", freed.join(","))),
                ];
                self.events.push(event("abolished", &fields));
            }
            Verb::Owe(_) | Verb::Correct(_) | Verb::Batch(_) | Verb::Advance(_) => {}
        }
    }

    fn loan(&mut self, id: &LoanId) -> &mut Loan {
        self.books.loans.get_mut(id).expect("known")
    }

    fn add_cap(&mut self, node: &NodeId, kind: &KindId, change: i64) {
        let node = self.books.nodes.get_mut(node).expect("known");
        *node.caps.entry(kind.clone()).or_insert(0) += change;
    }

    /// Caps move out of one node and into another: all between them and their common ancestor follow.
    fn move_caps(&mut self, from: &NodeId, to: &NodeId, kind: &KindId, seats: i64) {
        let (up, down) = (self.books.path(from), self.books.path(to));
        for node in up.iter().filter(|node| !down.contains(node)) {
            self.add_cap(node, kind, -seats);
        }
        for node in down.iter().filter(|node| !up.contains(node)) {
            self.add_cap(node, kind, seats);
        }
    }

    fn transfer(&mut self, asked: &Transfer) {
        self.move_caps(&asked.from, &asked.to, &asked.kind, asked.count.get());
        self.transferred(&asked.from, &asked.to, &asked.kind, asked.count.get());
    }

    fn transferred(&mut self, from: &NodeId, to: &NodeId, kind: &KindId, seats: i64) {
        let fields = [
            ("from", text(from.as_str())),
            ("to", text(to.as_str())),
            ("kind", text(kind.as_str())),
            ("count", seats.to_string()),
        ];
        self.events.push(event("transferred", &fields));
    }

    fn sit(&mut self, unit: &NodeId, kind: &KindId, person: Option<&PersonId>, loan: Option<&LoanId>) {
        let unnamed = match (person, loan) {
            (Some(person), _) => {
                let seat = Person { unit: unit.clone(), kind: kind.clone(), loan: loan.cloned() };
                self.books.people.insert(person.clone(), seat);
                return;
            }
            (None, Some(loan)) => self.loan(loan).unnamed.entry(unit.clone()),
            (None, None) => {
                let node = self.books.nodes.get_mut(unit).expect("known");
                *node.unnamed.entry(kind.clone()).or_insert(0) += 1;
                return;
            }
        };
        *unnamed.or_insert(0) += 1;
    }

    fn leave_unnamed(&mut self, unit: &NodeId, kind: &KindId, loan: Option<&LoanId>) {
        let unnamed = match loan {
            Some(loan) => self.loan(loan).unnamed.get_mut(unit),
            None => self.books.nodes.get_mut(unit).and_then(|node| node.unnamed.get_mut(kind)),
        };
        *unnamed.expect("somebody sits there") -= 1;
    }

    /// Takes a person off the seat: where it was.
    fn leave(&mut self, who: &Sitting) -> (Option<PersonId>, Person) {
        match who {
            Sitting::Person(id) => (Some(id.clone()), self.books.people.remove(id).expect("known")),
            Sitting::Unnamed { unit, kind, loan } => {
                self.leave_unnamed(unit, kind, loan.as_ref());
                (None, Person { unit: unit.clone(), kind: kind.clone(), loan: loan.clone() })
            }
        }
    }

    fn appoint(&mut self, asked: &Appoint) {
        if let Some(id) = &asked.permit {
            let permit = self.books.permits.get_mut(id).expect("known");
            permit.count -= 1;
            if permit.count == 0 {
                self.books.permits.remove(id);
            }
        }
        self.sit(&asked.unit, &asked.kind, asked.person.as_ref(), asked.loan.as_ref());
        let mut fields = vec![("unit", text(asked.unit.as_str())), ("kind", text(asked.kind.as_str()))];
        fields.extend(asked.person.as_ref().map(|person| ("person", text(person.as_str()))));
        fields.extend(asked.category.as_ref().map(|category| ("category", text(category))));
        fields.extend(asked.loan.as_ref().map(|loan| ("loan", text(loan.as_str()))));
        fields.extend(asked.permit.as_ref().map(|permit| ("permit", text(permit.as_str()))));
        fields.extend(asked.purpose.as_ref().map(|purpose| ("purpose", text(purpose))));
        self.events.push(event("appointed", &fields));
    }

    fn draw(&mut self, asked: &Draw) {
        self.books.draws += 1;
        let id = LoanId::new(format!("draw:{}", self.books.draws));
        let (kind, _) = self.books.nodes[&asked.pool].pool.clone().expect("a pool");
        let borrow = Borrow {
            id: id.clone(),
            lender: asked.pool.clone(),
            borrower: asked.unit.clone(),
            kind: kind.clone(),
            count: 1.into(),
            purpose: asked.purpose.clone(),
            ends: asked.ends,
            schedule: None,
            via: None,
        };
        self.borrow(&borrow);
        self.loan(&id).draw = true;
        self.sit(&asked.unit, &kind, Some(&asked.person), Some(&id));
        let mut fields = vec![
            ("unit", text(asked.unit.as_str())),
            ("kind", text(kind.as_str())),
            ("person", text(asked.person.as_str())),
        ];
        fields.extend(asked.category.as_ref().map(|category| ("category", text(category))));
        fields.push(("loan", text(id.as_str())));
        fields.extend(asked.purpose.as_ref().map(|purpose| ("purpose", text(purpose))));
        self.events.push(event("appointed", &fields));
    }

    fn borrow(&mut self, asked: &Borrow) {
        let mut fields = vec![
            ("loan", text(asked.id.as_str())),
            ("lender", text(asked.lender.as_str())),
            ("borrower", text(asked.borrower.as_str())),
            ("kind", text(asked.kind.as_str())),
            ("count", asked.count.to_string()),
        ];
        fields.extend(asked.purpose.as_ref().map(|purpose| ("purpose", text(purpose))));
        fields.extend(asked.ends.map(|ends| ("ends", text(&ends.to_string()))));
        let schedule = asked.schedule.clone().unwrap_or_default();
        if !schedule.is_empty() {
            fields.push(("schedule", shown::schedule(&schedule)));
        }
        if self.books.is_pool(&asked.lender) {
            let size = self.books.size(&asked.lender);
            fields.push(("pool_size", size.to_string()));
            self.pool_lending.insert(asked.lender.clone(), size);
        }
        if self.books.is_unit(&asked.lender) {
            let here = (asked.lender.clone(), asked.kind.clone());
            let row = self.books.table()[&here];
            let idle = row.borrowed - row.borrowed_occupied;
            if row.cap - row.charged < asked.count && idle.get() > 0 {
                self.lending_on.insert(here);
            }
        }
        let loan = Loan {
            lender: asked.lender.clone(),
            borrower: asked.borrower.clone(),
            kind: asked.kind.clone(),
            seats: asked.count.get(),
            unnamed: BTreeMap::new(),
            ends: asked.ends,
            schedule,
            returned: 0,
            outcome: None,
            found_right: None,
            draw: false,
            via: asked.via.clone().unwrap_or_default(),
        };
        self.books.used_loans.insert(asked.id.clone());
        self.books.loans.insert(asked.id.clone(), loan);
        self.events.push(event("lent", &fields));
    }

    fn vacate(&mut self, who: &Sitting, reason: Option<&String>) {
        let (person, seat) = self.leave(who);
        let mut fields = vec![("unit", text(seat.unit.as_str())), ("kind", text(seat.kind.as_str()))];
        fields.extend(person.as_ref().map(|person| ("person", text(person.as_str()))));
        fields.extend(seat.loan.as_ref().map(|loan| ("loan", text(loan.as_str()))));
        fields.extend(reason.map(|reason| ("reason", text(reason))));
        self.events.push(event("vacated", &fields));
        if let Some(loan) = &seat.loan
            && self.books.loans[loan].draw
        {
            self.give_back(loan, 1);
        }
    }

    fn convert(&mut self, who: &Sitting) {
        let (person, seat) = self.leave(who);
        let loan = seat.loan.expect("on a loan");
        self.sit(&seat.unit, &seat.kind, person.as_ref(), None);
        let mut fields = vec![("unit", text(seat.unit.as_str())), ("kind", text(seat.kind.as_str()))];
        fields.extend(person.as_ref().map(|person| ("person", text(person.as_str()))));
        fields.push(("loan", text(loan.as_str())));
        self.events.push(event("converted", &fields));
        self.give_back(&loan, 1);
    }

    fn give_back(&mut self, id: &LoanId, seats: i64) {
        let loan = self.loan(id);
        loan.seats -= seats;
        loan.returned += seats;
        let left = loan.seats;
        let route = std::iter::once(&loan.borrower).chain(loan.via.iter().rev()).chain([&loan.lender]);
        let fields = [
            ("loan", text(id.as_str())),
            ("lender", text(loan.lender.as_str())),
            ("borrower", text(loan.borrower.as_str())),
            ("kind", text(loan.kind.as_str())),
            ("count", seats.to_string()),
            ("left", left.to_string()),
            ("route", shown::nodes(route)),
            ("loan_open", (left > 0).to_string()),
        ];
        self.events.push(event("returned", &fields));
        if left == 0
            && let Some(mut loan) = self.books.loans.remove(id)
        {
            loan.unnamed.clear();
            self.books.closed.insert(id.clone(), loan);
        }
    }

    fn establish(&mut self, asked: &Establish) {
        let (parent, level, pool, caps) = match &asked.place {
            Place::Node { parent, level, caps } => {
                let level = self.books.levels.iter().position(|one| one == level);
                let caps = caps.iter().map(|(kind, cap)| (kind.clone(), cap.get())).collect();
                (parent, level, None, caps)
            }
            Place::Pool { sponsor, kind, size } => {
                (sponsor, None, Some((kind.clone(), size.clone())), BTreeMap::new())
            }
        };
        let node = Node {
            parent: Some(parent.clone()),
            level,
            pool,
            name: asked.name.clone().unwrap_or_else(|| asked.id.to_string()),
            tags: asked.tags.clone(),
            facts: asked.facts.clone(),
            caps,
            unnamed: BTreeMap::new(),
        };
        self.books.used_nodes.insert(asked.id.clone());
        self.books.nodes.insert(asked.id.clone(), node);
        let fields = [("node", text(asked.id.as_str())), ("parent", text(parent.as_str()))];
        self.events.push(event("established", &fields));
    }

    fn amend(&mut self, asked: &bianzhi::Amend) {
        let node = self.books.nodes.get_mut(&asked.node).expect("known");
        let mut head = vec![("node", text(asked.node.as_str()))];
        head.extend(node.parent.as_ref().map(|parent| ("parent", text(parent.as_str()))));
        let mut rows: Vec<(String, Option<String>, Option<String>)> = Vec::new();
        if let Some(name) = asked.name.as_ref().filter(|name| **name != node.name) {
            let before = std::mem::replace(&mut node.name, name.clone());
            rows.push(("name".into(), Some(text(&before)), Some(text(name))));
        }
        let mut tags = node.tags.clone();
        for tag in asked.add_tags.iter().flatten() {
            if !tags.contains(tag) {
                tags.push(tag.clone());
            }
        }
        tags.retain(|tag| !asked.drop_tags.iter().flatten().any(|drop| drop == tag));
        tags.sort();
        if tags != node.tags {
            let before = std::mem::replace(&mut node.tags, tags);
            rows.push(("tags".into(), Some(text(&before.join(";"))), Some(text(&node.tags.join(";")))));
        }
        for (name, value) in asked.facts.iter().flatten() {
            let before = node.facts.insert(name.clone(), value.clone());
            if before.as_ref() != Some(value) {
                let before = before.as_ref().map(shown::value);
                rows.push((format!("facts.{name}"), before, Some(shown::value(value))));
            }
        }
        for (field, before, after) in rows {
            let mut fields = head.clone();
            fields.push(("field", text(&field)));
            fields.extend(before.map(|before| ("before", before)));
            fields.extend(after.map(|after| ("after", after)));
            self.events.push(event("amended", &fields));
        }
    }

    fn relocate(&mut self, asked: &Relocate) {
        let node = self.books.nodes[&asked.node].clone();
        let from = node.parent.expect("not the root");
        for (kind, cap) in &node.caps {
            self.move_caps(&from, &asked.parent, kind, *cap);
        }
        self.books.nodes.get_mut(&asked.node).expect("known").parent = Some(asked.parent.clone());
        let fields = [("node", text(asked.node.as_str())), ("parent", text(asked.parent.as_str()))];
        self.events.push(event("relocated", &fields));
    }

    fn merge(&mut self, asked: &Merge) {
        for unit in &asked.units {
            for (kind, cap) in self.books.nodes[unit].caps.clone() {
                if cap > 0 {
                    self.move_caps(unit, &asked.into, &kind, cap);
                    self.transferred(unit, &asked.into, &kind, cap);
                }
            }
        }
        self.rehome(asked);
        let units = shown::nodes(&asked.units);
        self.events.push(event("merged", &[("units", units), ("into", text(asked.into.as_str()))]));
        self.close_met_loans();
        for unit in &asked.units {
            self.books.nodes.remove(unit);
            self.merged.push((unit.clone(), asked.into.clone()));
        }
    }

    /// People, loans and permits of units that end go over to the unit that goes on.
    pub(super) fn rehome(&mut self, asked: &Merge) {
        let over = |id: &mut NodeId| {
            if asked.units.contains(id) {
                *id = asked.into.clone();
            }
        };
        self.books.people.values_mut().for_each(|person| over(&mut person.unit));
        self.books.permits.values_mut().for_each(|permit| over(&mut permit.unit));
        for loan in self.books.loans.values_mut() {
            over(&mut loan.lender);
            over(&mut loan.borrower);
            for unit in &asked.units {
                let number = loan.unnamed.remove(unit).unwrap_or(0);
                *loan.unnamed.entry(asked.into.clone()).or_insert(0) += number;
            }
        }
        for unit in &asked.units {
            let unnamed = std::mem::take(&mut self.books.nodes.get_mut(unit).expect("known").unnamed);
            let into = self.books.nodes.get_mut(&asked.into).expect("known");
            for (kind, number) in unnamed {
                *into.unnamed.entry(kind).or_insert(0) += number;
            }
        }
    }

    /// Loans whose two ends became one end, and their people sit on own seats.
    fn close_met_loans(&mut self) {
        let met: Vec<LoanId> = self
            .books
            .loans
            .iter()
            .filter(|(_, loan)| loan.lender == loan.borrower)
            .map(|(id, _)| id.clone())
            .collect();
        for id in met {
            for person in self.books.people.values_mut().filter(|person| person.loan.as_ref() == Some(&id)) {
                person.loan = None;
            }
            let loan = self.books.loans[&id].clone();
            for (unit, number) in loan.unnamed.iter().filter(|(_, number)| **number > 0) {
                let node = self.books.nodes.get_mut(unit).expect("known");
                *node.unnamed.entry(loan.kind.clone()).or_insert(0) += number;
            }
            self.give_back(&id, loan.seats);
        }
    }
}
