//! Tests of replies, apart from their source, which the nets run on threads of their own kind.

use super::reply::{Sleeper, reply};

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
