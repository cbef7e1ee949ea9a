//! The questions of `docs/audit-sql.md`: each runs on the journal of the shipped example, and some are counted again.

use std::path::Path;

use bianzhi::{Entry, Office, Outcome};
use rusqlite::types::Value;
use rusqlite::{Connection, OpenFlags};

use super::{first_version, nanping, second_version};

/// A question's rows.
type Rows = Vec<Vec<Value>>;

#[test]
fn every_question_has_its_answer() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let (file, first, second) = (at("nanping.journal"), at("first.journal"), at("second.journal"));
    first_version(&first);
    second_version(&second);
    nanping(&first);
    nanping(&second);
    let (_, office) = nanping(&file);
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/audit-sql.md")).unwrap();
    let questions: Vec<&str> =
        text.split("```sql\n").skip(1).map(|block| block.split("```").next().unwrap()).collect();
    assert_eq!(questions.len(), 11);
    let answers = |file: &Path| -> Vec<Rows> {
        let connection = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
        questions.iter().map(|question| ask(&connection, question)).collect()
    };
    let (by_first, by_second) = (answers(&first), answers(&second));
    let answers = answers(&file);
    assert_eq!(by_first, answers, "a file of the first builds says the same");
    assert_eq!(by_second, answers, "a file of version 2 says the same");
    found_by_number(&file, &questions);
    for (question, rows) in questions.iter().zip(&answers) {
        assert!(!rows.is_empty(), "no row:\n{question}");
    }
    count_again(&office, &answers);
}

/// An entry that is asked for by its number is not searched for, and no question copies the journal aside.
fn found_by_number(file: &Path, questions: &[&str]) {
    let connection = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    let plan = |question: &str| -> Vec<String> {
        let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {question}")).unwrap();
        statement.query_map([], |row| row.get(3)).unwrap().map(Result::unwrap).collect()
    };
    let steps = plan("SELECT body FROM entry WHERE stream = 'nanping' AND seq = 5");
    let searched =
        |step: &String| step.starts_with("SEARCH") || step.contains("UNION") || step.contains("QUERY");
    assert!(steps.iter().all(|step| searched(step) || step == "LEFT-MOST SUBQUERY"), "{steps:#?}");
    for question in questions {
        let steps = plan(question);
        assert!(!steps.iter().any(|step| step.starts_with("MATERIALIZE")), "{question}\n{steps:#?}");
    }
}

fn ask(connection: &Connection, question: &str) -> Rows {
    let mut statement = connection.prepare(question).unwrap_or_else(|cause| panic!("{cause}:\n{question}"));
    let columns = statement.column_count();
    let rows = statement.query_map([], |row| (0..columns).map(|column| row.get(column)).collect()).unwrap();
    rows.map(|row| row.unwrap_or_else(|cause| panic!("{cause}:\n{question}"))).collect()
}

/// What the library itself says of the same things.
fn count_again(office: &Office, answers: &[Rows]) {
    let number = |value: &Value| {
        let Value::Integer(number) = value else { panic!("{value:?}") };
        usize::try_from(*number).unwrap()
    };
    let sum = |rows: &Rows, column: usize| rows.iter().map(|row| number(&row[column])).sum::<usize>();
    let decided = || {
        office.journal().entries().filter_map(|entry| match entry {
            Entry::Decided(decision) => Some(decision),
            Entry::Opened { .. } | Entry::Advanced(_) => None,
        })
    };
    assert_eq!(sum(&answers[0], 3), decided().count());
    let denials = decided().filter(|decision| decision.outcome == Outcome::Denied);
    assert_eq!(answers[1].len(), denials.map(|decision| decision.reasons.len()).sum::<usize>());
    let policies = office.policies().unwrap();
    assert_eq!(answers[3].len(), 1);
    assert_eq!(answers[3][0][0], Value::Text(policies.digest().to_string()));
    assert_eq!(number(&answers[3][0][4]), policies.files().count());
    let events = || office.journal().entries().flat_map(Entry::events);
    let by_rules = events().filter(|happened| happened.rule.is_some()).count();
    assert_eq!(sum(&answers[4], 2), by_rules);
    for row in &answers[6] {
        let Value::Text(loan) = &row[0] else { panic!("{row:?}") };
        let books = office.books();
        let seats = books.loan_ever(loan).map_or(0, |loan| loan.seats.get());
        assert_eq!(row[5], Value::Integer(seats), "{loan}");
    }
    let came = events().filter(|happened| happened.event.name() == "appointed").count();
    assert_eq!(sum(&answers[8], 1), came);
    assert_eq!(number(&answers[9][0][1]), office.journal().entries().count());
    assert_eq!(number(&answers[9][0][4]), 1);
    assert_eq!(sum(&answers[10], 4), decided().map(|decision| decision.parameters.len()).sum::<usize>());
}
