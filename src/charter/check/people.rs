//! People, loans and permits of opening books: who sits where, by which right.

use super::quick::QuickMap;
use super::{Check, Named};
use crate::charter::CharterPart;
use crate::model::{LoanId, NodeId, OpeningLoan, PersonRow, Post, Seats};

impl Check<'_> {
    /// A loan has two ends that may have it, lends its kind, and its people sit inside its borrower.
    pub(super) fn loans(&mut self) {
        let opening = self.opening;
        let mut drawn: QuickMap<&LoanId, usize> = QuickMap::default();
        if opening.loans.iter().any(|loan| loan.draw) {
            let people = &opening.people;
            let on_loan = |row: &PersonRow| people.post_at(row.post).and_then(|post| post.loan.as_ref());
            for loan in people.rows().filter_map(on_loan) {
                let count = drawn.entry(loan).or_default();
                *count = count.saturating_add(1);
            }
        }
        for (number, loan) in opening.loans.iter().enumerate() {
            let part = CharterPart::Loan(number);
            self.kind_is_declared(part, &loan.kind);
            self.in_range(part, "`seats`", loan.seats, Seats::ONE);
            self.in_range(part, "`returned`", loan.returned, Seats::ZERO);
            self.ends_of(part, loan);
            self.loan_people(part, loan);
            self.loan_dates(part, loan);
            self.schedule(part, loan);
            let named = drawn.get(&loan.id).copied().unwrap_or(0);
            if loan.draw {
                self.draw(part, loan, named);
            }
        }
    }

    fn ends_of(&mut self, part: CharterPart, loan: &OpeningLoan) {
        let OpeningLoan { id, lender, borrower, kind, .. } = loan;
        if lender == borrower {
            self.flaw(part, format!("lender and borrower of `{id}` are both `{lender}`"));
        }
        match self.named(lender) {
            Some(Named::Pool(pool)) => {
                if let Some(pool) = self.pool(pool).filter(|pool| pool.kind != *kind) {
                    let message =
                        format!("the pool `{lender}` lends `{}`, not `{kind}`; kinds never mix", pool.kind);
                    self.flaw(part, message);
                }
            }
            Some(Named::Node(_) | Named::Unread) => {}
            None => self.unknown_node(part, "the lender", lender, id.as_str()),
        }
        match self.named(borrower) {
            Some(Named::Pool(_)) => {
                self.flaw(
                    part,
                    format!("the borrower of `{id}`, `{borrower}`, is a pool; a pool only lends"),
                );
            }
            Some(Named::Node(_) | Named::Unread) => {}
            None => self.unknown_node(part, "the borrower", borrower, id.as_str()),
        }
    }

    fn loan_people(&mut self, part: CharterPart, loan: &OpeningLoan) {
        let OpeningLoan { id, borrower, seats, .. } = loan;
        for (unit, &count) in &loan.occupied {
            self.in_range(part, &format!("`occupied` at `{unit}`"), count, Seats::ZERO);
            let Some(at) = self.unit(part, &format_args!("someone on `{id}`"), unit) else { continue };
            if let Some(Named::Node(outer)) = self.named(borrower)
                && !self.within(at, outer)
            {
                let message = format!("people on `{id}` sit at `{unit}`, outside its borrower `{borrower}`");
                self.flaw(part, message);
            }
        }
        let people: Seats = loan.occupied.values().copied().sum();
        if people > *seats {
            self.flaw(part, format!("{people} people sit on `{id}`, which has {seats} seats"));
        }
    }

    fn loan_dates(&mut self, part: CharterPart, loan: &OpeningLoan) {
        let OpeningLoan { id, since, .. } = loan;
        let opened = self.opening.opened;
        if !self.unread.opened && *since > opened {
            self.flaw(part, format!("`{id}` begins on {since}, after the books open on {opened}"));
        }
        if let Some(ends) = loan.ends
            && ends < *since
        {
            self.flaw(part, format!("`{id}` ends on {ends}, before it began on {since}"));
        }
    }

    fn schedule(&mut self, part: CharterPart, loan: &OpeningLoan) {
        let OpeningLoan { id, schedule, seats, returned, .. } = loan;
        let Some(last) = schedule.last() else { return };
        for instalment in schedule {
            self.in_range(part, "an instalment", instalment.seats, Seats::ZERO);
        }
        if !schedule.is_sorted_by_key(|instalment| instalment.on) {
            self.flaw(part, format!("the schedule of `{id}` is not in date order"));
        }
        let sum: Seats = schedule.iter().map(|instalment| instalment.seats).sum();
        if sum != *seats && sum != *seats + *returned {
            let allowed = if returned.is_zero() {
                format!("{seats} seats")
            } else {
                format!("{seats} seats, or {} with those returned", *seats + *returned)
            };
            self.flaw(part, format!("the schedule of `{id}` sums to {sum}; the loan has {allowed}"));
        }
        if let Some(ends) = loan.ends
            && last.on > ends
        {
            self.flaw(part, format!("the schedule of `{id}` runs to {}, the loan ends on {ends}", last.on));
        }
    }

    fn draw(&mut self, part: CharterPart, loan: &OpeningLoan, named: usize) {
        let OpeningLoan { id, lender, borrower, seats, .. } = loan;
        if *seats != Seats::ONE {
            self.flaw(part, format!("the draw `{id}` has {seats} seats; a draw is one seat"));
        }
        if named != 1 && !(named == 0 && self.unread.people) {
            let message = format!("the draw `{id}` has {named} named people; a draw is one named person");
            self.flaw(part, message);
        }
        if let Some(Named::Node(_)) = self.named(lender) {
            self.flaw(part, format!("the lender of the draw `{id}`, `{lender}`, is not a pool"));
        }
        if let Some(Named::Node(number)) = self.named(borrower)
            && self.is_unit(number) == Some(false)
        {
            self.flaw(part, format!("the borrower of the draw `{id}`, `{borrower}`, is not a unit"));
        }
    }

    /// A permit is a unit's and still runs.
    pub(super) fn permits(&mut self) {
        let opening = self.opening;
        for (number, permit) in opening.permits.iter().enumerate() {
            let part = CharterPart::Permit(number);
            self.kind_is_declared(part, &permit.kind);
            self.in_range(part, "`count`", permit.count, Seats::ONE);
            if !self.unread.opened && permit.ends < opening.opened {
                let message = format!(
                    "permit `{}` ended on {}, before the books open on {}",
                    permit.id, permit.ends, opening.opened
                );
                self.flaw(part, message);
            }
            match self.named(&permit.unit) {
                Some(Named::Node(unit)) if self.is_unit(unit) == Some(false) => {
                    let message =
                        format!("permit `{}` is for `{}`, which is no unit", permit.id, permit.unit);
                    self.flaw(part, message);
                }
                Some(Named::Pool(_)) => {
                    let message = format!("permit `{}` is for `{}`, which is a pool", permit.id, permit.unit);
                    self.flaw(part, message);
                }
                Some(Named::Node(_) | Named::Unread) => {}
                None => self.unknown_node(part, "unit", &permit.unit, ""),
            }
        }
    }

    /// Named people are among those counted, on own seats and on each loan's.
    pub(super) fn people(&mut self) {
        let opening = self.opening;
        let mut own = Own::default();
        let mut borrowed: QuickMap<(usize, usize), i64> = QuickMap::default();
        let kinds: Vec<Option<usize>> =
            opening.people.posts().iter().map(|post| self.kinds.get(&post.kind).copied()).collect();
        // A unit's people mostly stand together: it is looked up once.
        let mut last: Option<(u32, usize)> = None;
        for (number, row) in opening.people.rows().enumerate() {
            let (post, unit_id) = (opening.people.post_at(row.post), opening.people.unit_at(row.unit));
            let Some((post, unit_id)) = post.zip(unit_id) else { continue };
            let part = CharterPart::Person(number);
            let kind = kinds.get(row.post as usize).copied().flatten();
            if kind.is_none() {
                self.kind_is_declared(part, &post.kind);
            }
            let unit = match last {
                Some((known, unit)) if known == row.unit => Some(unit),
                Some(_) | None => self.unit(part, &format_args!("`{}`", row.id), unit_id),
            };
            last = unit.map(|unit| (row.unit, unit));
            if let Some(since) = row.since
                && !self.unread.opened
                && since > opening.opened
            {
                let message = format!(
                    "`{}` is in post since {since}, after the books open on {}",
                    row.id, opening.opened
                );
                self.flaw(part, message);
            }
            let who = Who { part, row, post, unit: unit_id };
            match (&post.loan, unit, kind) {
                (Some(loan), unit, _) => self.person_on_loan(&who, loan, unit, &mut borrowed),
                (None, Some(unit), Some(kind)) => self.person_on_own_seat(&who, unit, kind, &mut own),
                (None, _, _) => {}
            }
        }
    }

    fn person_on_own_seat(&mut self, who: &Who<'_>, unit: usize, kind: usize, named: &mut Own) {
        let Some(node) = self.node(unit) else { return };
        let occupied = || node.occupied(&who.post.kind);
        // Told once a unit and kind, at the first person who is too many.
        if named.add((unit, kind), || occupied().get()) && !self.unread.tainted.contains(&unit) {
            let message = format!(
                "`{}` is named, but `{}` has only {} people on own seats of `{}`",
                who.row.id,
                who.unit,
                occupied(),
                who.post.kind
            );
            self.flaw(who.part, message);
        }
    }

    fn person_on_loan(
        &mut self,
        &Who { part, row, post, unit: unit_id }: &Who<'_>,
        id: &LoanId,
        unit: Option<usize>,
        named: &mut QuickMap<(usize, usize), i64>,
    ) {
        let who = &row.id;
        let Some(&number) = self.loans.get(id) else {
            if !self.unread.loans.contains(id) {
                self.flaw(part, format!("`{who}` sits on loan `{id}`, which is unknown"));
            }
            return;
        };
        let Some(loan) = self.loan(number) else { return };
        if loan.kind != post.kind {
            let message = format!(
                "`{who}` sits on `{id}`, which lends `{}`, not `{}`; kinds never mix",
                loan.kind, post.kind
            );
            self.flaw(part, message);
        }
        let Some(unit) = unit else { return };
        if let Some(Named::Node(borrower)) = self.named(&loan.borrower)
            && !self.within(unit, borrower)
        {
            let message =
                format!("`{who}` sits on `{id}` at `{unit_id}`, outside its borrower `{}`", loan.borrower);
            self.flaw(part, message);
            return;
        }
        let count = named.entry((number, unit)).or_default();
        *count = count.saturating_add(1);
        let occupied = loan.occupied.get(unit_id).copied().unwrap_or_default();
        if *count == occupied.get().saturating_add(1) {
            let message =
                format!("`{who}` is named, but only {occupied} people at `{unit_id}` sit on loan `{id}`");
            self.flaw(part, message);
        }
    }
}

/// A named person as the checks see one.
struct Who<'a> {
    part: CharterPart,
    row: &'a PersonRow,
    post: &'a Post,
    unit: &'a NodeId,
}

/// How many named people sit on own seats of a unit and kind. Most stand together: the run of the last ones is at hand.
#[derive(Default)]
struct Own {
    counts: QuickMap<(usize, usize), i64>,
    /// Unit and kind, how many there are, and how many there may be.
    run: Option<((usize, usize), i64, i64)>,
}

impl Own {
    /// Counts one more; whether that is the first who is too many.
    fn add(&mut self, key: (usize, usize), occupied: impl FnOnce() -> i64) -> bool {
        match &mut self.run {
            Some((known, count, most)) if *known == key => {
                *count = count.saturating_add(1);
                *count == most.saturating_add(1)
            }
            run => {
                let most = occupied();
                let count = self.counts.get(&key).copied().unwrap_or(0).saturating_add(1);
                if let Some((known, count, _)) = run.replace((key, count, most)) {
                    self.counts.insert(known, count);
                }
                count == most.saturating_add(1)
            }
        }
    }
}
