//! Held: what every parameter holds from each date on, resolved when a set is loaded.

use std::collections::BTreeMap;

use super::{Holding, Parameter, Parameters, Stage};
use crate::model::Date;

/// The most values that are kept resolved. Beyond it they are searched for by date: no folder of rules that people
/// wrote comes near.
const MOST: usize = 1 << 16;

/// Rows of values, one for each date on which any parameter changes; a parameter's is at its place in a row.
#[derive(Debug, Clone, Default)]
pub(super) struct Held {
    from: Vec<Date>,
    root: Vec<Option<Stage>>,
    /// What local folders say, by the folder's place; those without parameters have none.
    local: BTreeMap<usize, Vec<Option<Stage>>>,
}

/// A day, as parameters see it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moment {
    date: Date,
    /// Where the day's row begins; none before the first value, and where nothing is kept resolved.
    row: Option<usize>,
    /// On how many of the dates before it something changed; none where nothing is kept resolved.
    number: Option<usize>,
}

impl Moment {
    /// The day's number among those on which any parameter changes: within one number all hold the same.
    pub(crate) fn number(self) -> Option<usize> {
        self.number
    }
}

impl Parameters {
    /// Resolves what holds on each date: nothing is read any more.
    pub(crate) fn settle(&mut self) {
        self.held = Held::of(&self.list);
    }

    /// A day, as parameters see it.
    pub(crate) fn moment(&self, date: Date) -> Moment {
        self.held.moment(date, self.list.len())
    }

    /// How many numbers a day may have ([`Moment::number`]).
    pub(crate) fn days(&self) -> usize {
        self.held.from.len().saturating_add(1)
    }

    /// The value that holds on a day in these folders: the tightest. None before its first date.
    pub(crate) fn value(&self, name: &str, date: Date, folders: &[usize]) -> Option<Holding<'_>> {
        self.value_at(self.place(name)?, self.moment(date), folders)
    }

    /// The same, by the parameter's place.
    pub(crate) fn value_at(&self, place: usize, moment: Moment, folders: &[usize]) -> Option<Holding<'_>> {
        if folders.is_empty()
            && let Some(found) = self.held.of_root(place, moment)
        {
            return Some(found);
        }
        self.held.value((place, self.list.get(place)?), moment, folders)
    }

    /// The same values, none of them resolved.
    #[cfg(test)]
    pub(crate) fn unsettled(&self) -> Self {
        Self { held: Held::default(), ..self.clone() }
    }
}

impl Held {
    /// Resolves all values, if they are not too many.
    pub(super) fn of(list: &[Parameter]) -> Self {
        let timelines =
            list.iter().flat_map(|one| std::iter::once(&one.values).chain(one.overrides.values()));
        let mut from: Vec<Date> = timelines.flatten().map(|stage| stage.from).collect();
        from.sort_unstable();
        from.dedup();
        let mut local: BTreeMap<usize, Vec<Option<Stage>>> =
            list.iter().flat_map(|one| one.overrides.keys()).map(|folder| (*folder, Vec::new())).collect();
        let rows = from.len().saturating_mul(local.len().saturating_add(1));
        if rows.saturating_mul(list.len()) > MOST {
            return Self::default();
        }
        let mut root = Vec::new();
        for (date, parameter) in from.iter().flat_map(|date| list.iter().map(move |one| (*date, one))) {
            root.push(stage(&parameter.values, date).cloned());
            for (folder, held) in &mut local {
                held.push(parameter.overrides.get(folder).and_then(|values| stage(values, date)).cloned());
            }
        }
        Self { from, root, local }
    }

    /// A day as it finds its row in a list of so many parameters.
    pub(super) fn moment(&self, date: Date, parameters: usize) -> Moment {
        let number = self.from.partition_point(|from| *from <= date);
        let row = number.checked_sub(1).and_then(|row| row.checked_mul(parameters));
        // Without parameters every day is like the other.
        let is_resolved = !self.from.is_empty() || parameters == 0;
        Moment { date, row, number: is_resolved.then_some(number) }
    }

    /// What the root folder says of the parameter at this place, where it is resolved.
    #[inline]
    pub(super) fn of_root(&self, place: usize, moment: Moment) -> Option<Holding<'_>> {
        self.root.get(moment.row?.saturating_add(place))?.as_ref().map(Stage::holding)
    }

    /// The value of the parameter at this place, the tightest of these folders.
    pub(super) fn value<'a>(
        &'a self,
        parameter: (usize, &'a Parameter),
        moment: Moment,
        folders: &[usize],
    ) -> Option<Holding<'a>> {
        if self.from.is_empty() {
            return parameter.1.search(moment.date, folders);
        }
        let at = moment.row?.checked_add(parameter.0)?;
        let mut best = self.root.get(at)?.as_ref()?.holding();
        for held in folders.iter().filter_map(|folder| self.local.get(folder)) {
            if let Some(own) = held.get(at).and_then(Option::as_ref)
                && parameter.1.tighter.prefers(&own.value, best.value)
            {
                best = own.holding();
            }
        }
        Some(best)
    }
}

impl Parameter {
    /// The value that holds on a day in these folders, searched by date.
    #[cold]
    fn search(&self, date: Date, folders: &[usize]) -> Option<Holding<'_>> {
        let mut best = holding(&self.values, date)?;
        for folder in folders {
            let Some(values) = self.overrides.get(folder) else { continue };
            if let Some(own) = holding(values, date)
                && self.tighter.prefers(own.value, best.value)
            {
                best = own;
            }
        }
        Some(best)
    }
}

impl Stage {
    fn holding(&self) -> Holding<'_> {
        Holding { value: &self.value, read: &self.read }
    }
}

/// The value of one timeline that holds on a day.
pub(super) fn holding(values: &[Stage], date: Date) -> Option<Holding<'_>> {
    stage(values, date).map(Stage::holding)
}

fn stage(values: &[Stage], date: Date) -> Option<&Stage> {
    values.iter().rev().find(|stage| stage.from <= date)
}
