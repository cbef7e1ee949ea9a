//! Tests of trials: a scenario's requests, each tried on the books that the others left.

#[cfg(test)]
mod tests {
    use crate::error::Error;
    use crate::office::Trial;
    use crate::policy::PolicySet;
    use crate::request::Request;
    use crate::scenario::{Action, Scenario, Step};

    fn asked(step: &Step) -> Option<Request> {
        let Action::Ask { request, .. } = &step.action else { return None };
        Some(Request { on: step.on, by: step.by.clone(), ..(**request).clone() })
    }

    /// Whatever a request does to the books, nothing of it is left, and the next is answered as on a new fork.
    #[test]
    fn after_each_request_the_books_are_what_they_were() -> Result<(), Error> {
        let scenario = Scenario::load("examples/nanping/scenario.yaml")?;
        let mut office = scenario.open_with(Some(PolicySet::load("policies")?))?;
        let requests: Vec<Request> = scenario.steps().iter().filter_map(asked).collect();
        let mut changed = 0;
        for (number, played) in requests.iter().enumerate() {
            office.submit(played.clone())?;
            if number % 7 > 0 {
                continue;
            }
            let form = |office: &crate::office::Office| {
                serde_json::to_string(&office.books().stored(|_| None)).unwrap()
            };
            let before = form(&office);
            let mut trial = Trial::new(&office);
            for request in &requests {
                let on_a_fork = office.decide(request.clone())?;
                assert_eq!(*trial.decide(request.clone())?, *on_a_fork);
                assert_eq!(form(&trial.fork), before, "{request:?}");
                assert_eq!(trial.fork.journal().next(), office.journal().next());
                changed += usize::from(on_a_fork.granted());
            }
        }
        assert!(changed > 100, "{changed} requests change something");
        Ok(())
    }
}
