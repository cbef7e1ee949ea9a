//! Trying: books that are changed and go back to where they began, without copying twice what is theirs already.

use std::sync::Arc;

use super::Ledger;

impl Ledger {
    /// Notes from now on what is written, for [`Ledger::go_back_to`].
    pub(crate) fn watch(&mut self) {
        self.details.watch();
        self.rows.watch();
        self.books.watch();
        self.groups.watch();
        self.loans.watch();
        self.permits.watch();
        self.people.watch();
    }

    /// Makes these books what they were when they, a copy of `begun`, were first watched.
    pub(crate) fn go_back_to(&mut self, begun: &Self) {
        // Every field by name, so that none is forgotten.
        let Self {
            terms,
            shape,
            tags,
            today,
            draws,
            details,
            rows,
            books,
            groups,
            group_places,
            loans,
            loan_places,
            permits,
            permit_places,
            people,
            first_people,
            person_places,
            agenda,
            pool_places,
            pool_sizes,
            mode,
        } = self;
        (*today, *draws, *mode) = (begun.today, begun.draws, begun.mode);
        details.go_back_to(&begun.details);
        rows.go_back_to(&begun.rows);
        books.go_back_to(&begun.books);
        groups.go_back_to(&begun.groups);
        loans.go_back_to(&begun.loans);
        permits.go_back_to(&begun.permits);
        people.go_back_to(&begun.people);
        again(terms, &begun.terms);
        again(shape, &begun.shape);
        again(tags, &begun.tags);
        again(group_places, &begun.group_places);
        again(first_people, &begun.first_people);
        again(pool_places, &begun.pool_places);
        again(pool_sizes, &begun.pool_sizes);
        // To these something is added and nothing ever taken away or changed.
        if loan_places.len() != begun.loan_places.len() {
            loan_places.clone_from(&begun.loan_places);
        }
        if permit_places.len() != begun.permit_places.len() {
            permit_places.clone_from(&begun.permit_places);
        }
        if person_places.len() != begun.person_places.len() {
            person_places.clone_from(&begun.person_places);
        }
        if agenda.size() != begun.agenda.size() {
            agenda.clone_from(&begun.agenda);
        }
    }
}

/// What was not written is shared still; a count of who shares it is not touched then.
fn again<T>(one: &mut Arc<T>, begun: &Arc<T>) {
    if !Arc::ptr_eq(one, begun) {
        one.clone_from(begun);
    }
}
