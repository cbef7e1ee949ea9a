//! What falls due by a date: lapsed permits, instalments, terms at their end, closed years – in date order.

use super::loans::Due;
use super::{Ledger, LoanIx, PermitIx};
use crate::event::Event;
use crate::model::{Date, Seats};

/// One thing that falls due on the way to a new date.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// This year closes, before anything dated in the next.
    CloseYear(i16),
    /// This happens.
    Happens(Event),
}

impl Ledger {
    /// Everything that falls due after the books' day up to `until`: in date order, a year's close before
    /// anything dated in the next year, then by name, then by id.
    pub fn due_until(&self, until: Date) -> Vec<Step> {
        let mut found: Vec<(Date, &str, String, Step)> = Vec::new();
        for year in self.today.year()..until.year() {
            if let Some(first) = year.checked_add(1).and_then(|next| Date::new(next, 1, 1).ok()) {
                found.push((first, "", String::new(), Step::CloseYear(year)));
            }
        }
        let Ok(from) = self.today.tomorrow() else { return Vec::new() };
        if from > until {
            return Vec::new();
        }
        let first = (from, Due::LoanEnd(LoanIx(0)));
        let last = (until, Due::PermitEnd(PermitIx(u32::MAX)));
        for (day, due) in self.agenda.range(first..=last) {
            if let Some((id, event)) = self.falls_due(*day, *due) {
                found.push((*day, event.name(), id, Step::Happens(event)));
            }
        }
        found.sort_by(|one, other| (one.0, one.1, &one.2).cmp(&(other.0, other.1, &other.2)));
        found.into_iter().map(|(_, _, _, step)| step).collect()
    }

    /// The same books on a later day, when nothing falls due in between but what was applied before.
    pub(crate) fn on_day(&self, day: Date) -> Self {
        let mut books = self.clone();
        books.today = day;
        books
    }

    /// What a reminder of the agenda comes to, if what it names still stands so.
    fn falls_due(&self, day: Date, due: Due) -> Option<(String, Event)> {
        match due {
            Due::LoanEnd(place) => {
                let loan = self.loan_at(place).filter(|loan| loan.open)?;
                let ends = loan.terms.ends?.tomorrow().ok()?;
                (ends == day).then(|| {
                    (loan.id.to_string(), Event::Expired { loan: loan.id.clone(), count: loan.seats })
                })
            }
            Due::Instalment(place) => {
                let loan = self.loan_at(place).filter(|loan| loan.open)?;
                let parts = loan.terms.schedule.iter().filter(|part| part.on == day);
                let count: Seats = parts.map(|part| part.seats).sum();
                (count > Seats::ZERO)
                    .then(|| (loan.id.to_string(), Event::FellDue { loan: loan.id.clone(), count }))
            }
            Due::PermitEnd(place) => {
                let permit = self.permit_at(place).filter(|permit| permit.open)?;
                if permit.ends.tomorrow().ok()? != day {
                    return None;
                }
                Some((permit.id.to_string(), Event::Lapsed(self.permit_terms(place)?)))
            }
        }
    }
}
