//! The shipped policies over random books: a pool is never drawn on beyond its size, a unit with a vacancy
//! never draws, every conversion returns its seat.

use bianzhi::model::{Opening, PoolSize};
use bianzhi::policy::PolicySet;
use bianzhi::{Event, Outcome, Verb};

use super::{Watched, grammar, run, told};
use crate::model::requests;

/// The shipped folder, and the words that random charters and requests use beside its own.
fn shipped() -> PolicySet {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("policies");
    let mut files: Vec<grammar::File> = Vec::new();
    for entry in std::fs::read_dir(folder).expect("the shipped folder") {
        let path = entry.expect("a file").path();
        if path.is_file() {
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            let mut text = std::fs::read_to_string(&path).expect("a text");
            if name == "facts.yaml" {
                text = text.replace("\npurposes:\n", "\npurposes:\n  teaching: {zh: 教学, en: teaching}\n");
                text = text
                    .replace("\nfacts:\n", "\nfacts:\n  pupils: {zh: 学生数, en: pupils, type: number}\n");
            }
            files.push((name, text.into_bytes()));
        }
    }
    PolicySet::from_files(files).expect("the shipped policies load")
}

/// Every unit an organ, every pool one of the administrative rule.
fn organs(opening: &Opening) -> Opening {
    let mut opening = opening.clone();
    for node in &mut opening.nodes {
        node.tags.push("organ".into());
    }
    let root = opening.nodes[0].id.clone();
    for pool in &mut opening.pools {
        pool.size = PoolSize::Rule("administrative_pool".into());
        pool.kind = "administrative".into();
        pool.sponsor = root.clone();
    }
    let pools: Vec<_> = opening.pools.iter().map(|pool| pool.id.clone()).collect();
    // What pools lent at the opening may be of another kind: those loans are left out, with their people.
    opening.loans.retain(|loan| !pools.contains(&loan.lender));
    let loans: Vec<_> = opening.loans.iter().map(|loan| loan.id.clone()).collect();
    opening.people.retain(|person| person.loan.as_ref().is_none_or(|loan| loans.contains(loan)));
    opening
}

#[test]
fn the_shipped_rules_keep_their_word() {
    let policies = shipped();
    let draws = std::cell::Cell::new(0_u32);
    let conversions = std::cell::Cell::new(0_u32);
    run(|opening, _, steps| {
        let opening = organs(opening);
        let mut watched = Watched::open(&opening, policies.clone());
        for (step, numbers) in steps.iter().enumerate() {
            let mut request = requests::request(&watched.books, numbers, step);
            request.id = None;
            if let Verb::Draw(verb) = &mut request.verb {
                verb.category = Some("selected-graduate".into());
            }
            if let Verb::Borrow(verb) = &mut request.verb {
                verb.purpose = Some("teaching".into());
            }
            let before = watched.figures.clone();
            let administrative = |id| {
                let pool = watched.books.nodes.get(id).and_then(|node| node.pool.as_ref());
                pool.is_some_and(|(kind, _)| kind.as_str() == "administrative")
            };
            // The rules are about this one kind of pool.
            let ruled = matches!(&request.verb, Verb::Draw(verb) if administrative(&verb.pool));
            let outcome = watched.step(&request).map_err(|what| told(&[], &request, &what))?;
            let entries = watched.office.journal().entries();
            let Some(bianzhi::Entry::Decided(decision)) = entries.last() else { continue };
            if let (Verb::Draw(verb), Outcome::Granted, None) = (&request.verb, outcome, &decision.advanced)
                && ruled
            {
                draws.set(draws.get() + 1);
                let kind = bianzhi::model::KindId::new("administrative");
                let (pool, unit) =
                    (before[&(verb.pool.clone(), kind.clone())], before[&(verb.unit.clone(), kind)]);
                if pool.charged >= pool.cap || unit.vacancy.get() > 0 {
                    return Err(told(&[], &request, &format!("drawn from {pool:?} by {unit:?}")));
                }
            }
            let advanced = decision.advanced.iter().flat_map(|advanced| &advanced.events);
            let events: Vec<&Event> = advanced.chain(&decision.events).map(|one| &one.event).collect();
            for (place, event) in events.iter().enumerate() {
                let Event::Converted { loan, .. } = event else { continue };
                conversions.set(conversions.get() + 1);
                let back = events[place + 1..].iter().any(|event| {
                    matches!(event, Event::Returned { loan: of, count, .. } if of == loan && count.get() == 1)
                });
                if !back {
                    return Err(told(&[], &request, &format!("{loan} was not returned: {events:?}")));
                }
            }
        }
        Ok(true)
    });
    assert!(draws.get() > 0 && conversions.get() > 0, "{draws:?} draws, {conversions:?} conversions");
}
