//! Embedding: a policy set, a city's books and one request, in fifteen lines.

use bianzhi::{Charter, Error, Lang, Office, PolicySet, Request};

fn main() -> Result<(), Error> {
    let policies = PolicySet::load("policies")?;
    let charter = Charter::load("examples/nanping/charter.yaml")?;
    let mut office = Office::open(charter, policies)?;

    let request = Request::draw("administrative-pool", "finance", "p-017").category("selected-graduate");
    let decision = office.submit(request)?;
    assert!(decision.granted(), "{}", decision.reasons_in(Lang::En));

    let request = Request::draw("administrative-pool", "audit", "p-018").category("selected-graduate");
    let decision = office.submit(request)?;
    assert_eq!(decision.codes(), ["unit-has-vacancy"]);
    println!("{}", decision.reasons_in(Lang::Zh));
    Ok(())
}
