//! What if: three lenders are tried on forks of the books, and nothing happens to the office itself.

use bianzhi::{Charter, Error, Lang, Office, PolicySet, Request};

const KIND: &str = "institution";

fn main() -> Result<(), Error> {
    let policies = PolicySet::load("policies")?;
    let office = Office::open(Charter::load("examples/nanping/charter.yaml")?, policies)?;

    // The carbon centre needs 12 people for a key project. Who can lend the seats?
    let mut granted = Vec::new();
    for lender in ["service-centre", "direct", "talent-pool"] {
        let mut fork = office.fork();
        let request = Request::borrow("carbon", lender, "carbon-centre", KIND, 12).purpose("key-project");
        let decision = fork.submit(request)?;
        println!("{lender}: {}", decision.outcome.word(Lang::En));
        if decision.granted() {
            granted.push(lender);
            let borrower = fork.figures("carbon-centre", KIND).unwrap_or_default();
            let giver = fork.figures(lender, KIND).unwrap_or_default();
            println!("  carbon-centre: cap {}, borrowed {}", borrower.cap, borrower.borrowed);
            println!("  {lender}: lent {}, room left {}", giver.lent, giver.room);
        } else {
            println!("  {}", decision.reasons_in(Lang::En).replace('\n', "\n  "));
        }
    }

    assert_eq!(granted, ["direct", "talent-pool"], "the service centre has 9 seats to lend");
    let borrower = office.figures("carbon-centre", KIND).unwrap_or_default();
    assert!(borrower.borrowed.is_zero(), "the office's own books stay as they were");
    Ok(())
}
