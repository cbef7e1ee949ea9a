//! People, loans and permits of opening books: who sits where, by which right.

use super::quick::QuickMap;
use super::{Check, Named, in_range};
use crate::charter::CharterPart;
use crate::error::{Phrase, told};
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
            self.in_range(part, ["`seats` ", "`seats`"], loan.seats, Seats::ONE);
            self.in_range(part, ["`returned` ", "`returned`"], loan.returned, Seats::ZERO);
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
            let told = told!(
                "`{id}` 的借出方和借入方都是 `{lender}`",
                "lender and borrower of `{id}` are both `{lender}`"
            );
            self.flaw(part, told);
        }
        match self.named(lender) {
            Some(Named::Pool(pool)) => {
                if let Some(pool) = self.pool(pool).filter(|pool| pool.kind != *kind) {
                    let own = &pool.kind;
                    let told = told!(
                        "周转池 `{lender}` 借出的是 `{own}`，不是 `{kind}`；类别不混用",
                        "the pool `{lender}` lends `{own}`, not `{kind}`; kinds never mix"
                    );
                    self.flaw(part, told);
                }
            }
            Some(Named::Node(_) | Named::Unread) => {}
            None => self.unknown_node(part, ["借出方", "the lender"], lender, id.as_str()),
        }
        match self.named(borrower) {
            Some(Named::Pool(_)) => {
                let told = told!(
                    "`{id}` 的借入方 `{borrower}` 是周转池；周转池只借出",
                    "the borrower of `{id}`, `{borrower}`, is a pool; a pool only lends"
                );
                self.flaw(part, told);
            }
            Some(Named::Node(_) | Named::Unread) => {}
            None => self.unknown_node(part, ["借入方", "the borrower"], borrower, id.as_str()),
        }
    }

    fn loan_people(&mut self, part: CharterPart, loan: &OpeningLoan) {
        let OpeningLoan { id, borrower, seats, .. } = loan;
        for (unit, &count) in &loan.occupied {
            if !in_range(count, Seats::ZERO) {
                let (zh, en) = (format!("`occupied` 在 `{unit}` 的数"), format!("`occupied` at `{unit}`"));
                self.in_range(part, [&zh, &en], count, Seats::ZERO);
            }
            let who = || told!("使用 `{id}` 的人员", "someone on `{id}`");
            let Some(at) = self.unit(part, &who, unit) else { continue };
            if let Some(Named::Node(outer)) = self.named(borrower)
                && !self.within(at, outer)
            {
                let told = told!(
                    "`{id}` 的人员在 `{unit}`，不在借入方 `{borrower}` 之内",
                    "people on `{id}` sit at `{unit}`, outside its borrower `{borrower}`"
                );
                self.flaw(part, told);
            }
        }
        let people: Seats = loan.occupied.values().copied().sum();
        if people > *seats {
            let told = told!(
                "`{id}` 有 {seats} 名编制，却有 {people} 人在用",
                "{people} people sit on `{id}`, which has {seats} seats"
            );
            self.flaw(part, told);
        }
    }

    fn loan_dates(&mut self, part: CharterPart, loan: &OpeningLoan) {
        let OpeningLoan { id, since, .. } = loan;
        let opened = self.opening.opened;
        if !self.unread.opened && *since > opened {
            let told = told!(
                "`{id}` 始于 {since}，晚于开账日 {opened}",
                "`{id}` begins on {since}, after the books open on {opened}"
            );
            self.flaw(part, told);
        }
        if let Some(ends) = loan.ends
            && ends < *since
        {
            let told = told!(
                "`{id}` 到期日 {ends} 早于起始日 {since}",
                "`{id}` ends on {ends}, before it began on {since}"
            );
            self.flaw(part, told);
        }
    }

    fn schedule(&mut self, part: CharterPart, loan: &OpeningLoan) {
        let OpeningLoan { id, schedule, seats, returned, .. } = loan;
        let Some(last) = schedule.last() else { return };
        for instalment in schedule {
            self.in_range(part, ["一期归还数", "an instalment"], instalment.seats, Seats::ZERO);
        }
        if !schedule.is_sorted_by_key(|instalment| instalment.on) {
            let told =
                told!("`{id}` 的归还计划没有按日期先后排列", "the schedule of `{id}` is not in date order");
            self.flaw(part, told);
        }
        let sum: Seats = schedule.iter().map(|instalment| instalment.seats).sum();
        if sum != *seats && sum != *seats + *returned {
            let all = *seats + *returned;
            let allowed = if returned.is_zero() {
                told!("{seats} 名", "{seats} seats")
            } else {
                told!("{seats} 名，或连同已还的 {all} 名", "{seats} seats, or {all} with those returned")
            };
            let told = told!(
                "`{id}` 的归还计划合计 {sum} 名；这笔调借有 {allowed}",
                "the schedule of `{id}` sums to {sum}; the loan has {allowed}"; allowed
            );
            self.flaw(part, told);
        }
        if let Some(ends) = loan.ends
            && last.on > ends
        {
            let last = last.on;
            let told = told!(
                "`{id}` 的归还计划排到 {last}，而调借 {ends} 到期",
                "the schedule of `{id}` runs to {last}, the loan ends on {ends}"
            );
            self.flaw(part, told);
        }
    }

    fn draw(&mut self, part: CharterPart, loan: &OpeningLoan, named: usize) {
        let OpeningLoan { id, lender, borrower, seats, .. } = loan;
        if *seats != Seats::ONE {
            let told = told!(
                "单人周转 `{id}` 有 {seats} 名编制；单人周转只有一名",
                "the draw `{id}` has {seats} seats; a draw is one seat"
            );
            self.flaw(part, told);
        }
        if named != 1 && !(named == 0 && self.unread.people) {
            let told = told!(
                "单人周转 `{id}` 有 {named} 名实名人员；单人周转是一名实名人员",
                "the draw `{id}` has {named} named people; a draw is one named person"
            );
            self.flaw(part, told);
        }
        if let Some(Named::Node(_)) = self.named(lender) {
            let told = told!(
                "单人周转 `{id}` 的借出方 `{lender}` 不是周转池",
                "the lender of the draw `{id}`, `{lender}`, is not a pool"
            );
            self.flaw(part, told);
        }
        if let Some(Named::Node(number)) = self.named(borrower)
            && self.is_unit(number) == Some(false)
        {
            let told = told!(
                "单人周转 `{id}` 的借入方 `{borrower}` 不是单位",
                "the borrower of the draw `{id}`, `{borrower}`, is not a unit"
            );
            self.flaw(part, told);
        }
    }

    /// A permit is a unit's and still runs.
    pub(super) fn permits(&mut self) {
        let opening = self.opening;
        for (number, permit) in opening.permits.iter().enumerate() {
            let part = CharterPart::Permit(number);
            self.kind_is_declared(part, &permit.kind);
            self.in_range(part, ["`count` ", "`count`"], permit.count, Seats::ONE);
            if !self.unread.opened && permit.ends < opening.opened {
                let (id, ends, opened) = (&permit.id, permit.ends, opening.opened);
                let told = told!(
                    "用编核准 `{id}` 已于 {ends} 到期，早于开账日 {opened}",
                    "permit `{id}` ended on {ends}, before the books open on {opened}"
                );
                self.flaw(part, told);
            }
            let (id, unit) = (&permit.id, &permit.unit);
            match self.named(&permit.unit) {
                Some(Named::Node(number)) if self.is_unit(number) == Some(false) => {
                    let told = told!(
                        "用编核准 `{id}` 给的是 `{unit}`，它不是单位",
                        "permit `{id}` is for `{unit}`, which is no unit"
                    );
                    self.flaw(part, told);
                }
                Some(Named::Pool(_)) => {
                    let told = told!(
                        "用编核准 `{id}` 给的是 `{unit}`，它是周转池",
                        "permit `{id}` is for `{unit}`, which is a pool"
                    );
                    self.flaw(part, told);
                }
                Some(Named::Node(_) | Named::Unread) => {}
                None => self.unknown_node(part, ["单位", "unit"], unit, ""),
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
                Some(_) | None => self.unit(part, &|| person(row), unit_id),
            };
            last = unit.map(|unit| (row.unit, unit));
            if let Some(since) = row.since
                && !self.unread.opened
                && since > opening.opened
            {
                let (id, opened) = (&row.id, opening.opened);
                let told = told!(
                    "`{id}` 的入编日 {since} 晚于开账日 {opened}",
                    "`{id}` is in post since {since}, after the books open on {opened}"
                );
                self.flaw(part, told);
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
            let (id, unit, occupied, kind) = (&who.row.id, who.unit, occupied(), &who.post.kind);
            let told = told!(
                "`{id}` 已列名，但 `{unit}` 的 `{kind}` 自有编制实有只有 {occupied} 人",
                "`{id}` is named, but `{unit}` has only {occupied} people on own seats of `{kind}`"
            );
            self.flaw(who.part, told);
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
                let told = told!(
                    "`{who}` 用的是调借 `{id}`，但没有这笔调借",
                    "`{who}` sits on loan `{id}`, which is unknown"
                );
                self.flaw(part, told);
            }
            return;
        };
        let Some(loan) = self.loan(number) else { return };
        if loan.kind != post.kind {
            let (lent, kind) = (&loan.kind, &post.kind);
            let told = told!(
                "`{who}` 用的 `{id}` 借的是 `{lent}`，不是 `{kind}`；类别不混用",
                "`{who}` sits on `{id}`, which lends `{lent}`, not `{kind}`; kinds never mix"
            );
            self.flaw(part, told);
        }
        let Some(unit) = unit else { return };
        if let Some(Named::Node(borrower)) = self.named(&loan.borrower)
            && !self.within(unit, borrower)
        {
            let borrower = &loan.borrower;
            let told = told!(
                "`{who}` 在 `{unit_id}` 用 `{id}` 的编制，不在借入方 `{borrower}` 之内",
                "`{who}` sits on `{id}` at `{unit_id}`, outside its borrower `{borrower}`"
            );
            self.flaw(part, told);
            return;
        }
        let count = named.entry((number, unit)).or_default();
        *count = count.saturating_add(1);
        let occupied = loan.occupied.get(unit_id).copied().unwrap_or_default();
        if *count == occupied.get().saturating_add(1) {
            let told = told!(
                "`{who}` 已列名，但 `{unit_id}` 使用调借 `{id}` 的只有 {occupied} 人",
                "`{who}` is named, but only {occupied} people at `{unit_id}` sit on loan `{id}`"
            );
            self.flaw(part, told);
        }
    }
}

fn person(row: &PersonRow) -> Phrase {
    let id = &row.id;
    told!("`{id}` ", "`{id}`")
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
