//! Tests of replies and of what readers see, apart from their source, which the nets run on threads of their own kind.

use super::Office;
use super::reply::{Sleeper, reply};
use super::shown::Shown;
use crate::charter::Charter;
use crate::request::Request;

#[test]
fn an_answer_arrives_whether_it_is_waited_for_or_not_and_one_that_is_given_up_is_known() {
    let (to, from) = reply();
    assert!(to.tell(1).is_none(), "nobody waits yet");
    assert_eq!(from.wait(), Some(1));
    let (to, from) = reply::<u8>();
    drop(to);
    assert_eq!(from.wait(), None);
    for word in [Some(2), None] {
        let (to, from) = reply();
        let waits = std::thread::spawn(move || from.wait());
        match word {
            Some(word) => to.tell(word).into_iter().for_each(Sleeper::wake),
            None => drop(to),
        }
        assert_eq!(waits.join().unwrap(), word);
    }
    let (to, from) = reply();
    drop(from);
    assert!(to.tell(3).is_none());
}

#[test]
fn an_answer_that_does_not_follow_is_told_and_the_books_of_before_stay() {
    let mut office = Office::open(Charter::load("examples/nanping/charter.yaml").unwrap(), None).unwrap();
    let shown = Shown::new(office.fork());
    let [one, two] = ["p-017", "p-018"].map(|who| office.submit(Request::vacate(who)).unwrap());
    shown.add(None, &[one]);
    assert_eq!(shown.read().unwrap().journal().next(), 2);
    let three = office.submit(Request::vacate("p-019")).unwrap();
    shown.add(None, &[three]);
    for _ in 0..2 {
        let (before, error) = shown.read().unwrap_err();
        assert_eq!(before.journal().next(), 2);
        assert!(error.to_string().contains("entry 2 is missing before entry 3"), "{error}");
    }
    // An office that has it all takes the place of what led nowhere.
    drop(two);
    shown.add(Some(office.fork().into()), &[]);
    assert_eq!(shown.read().unwrap().journal().next(), 4);
}
