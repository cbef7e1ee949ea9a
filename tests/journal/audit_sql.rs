//! The questions of `docs/audit-sql.md`: each runs on the journal of the shipped example, and some are counted again.

use std::path::Path;

use bianzhi::{Entry, Office, Outcome};
use rusqlite::types::Value;
use rusqlite::{Connection, OpenFlags};

use super::{first_version, nanping};

/// A question's rows.
type Rows = Vec<Vec<Value>>;

#[test]
fn every_question_has_its_answer() {
    let folder = tempfile::tempdir().unwrap();
    let (file, first) = (folder.path().join("nanping.journal"), folder.path().join("first.journal"));
    first_version(&first);
    nanping(&first);
    let (_, office) = nanping(&file);
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/audit-sql.md")).unwrap();
    let questions: Vec<&str> =
        text.split("```sql\n").skip(1).map(|block| block.split("```").next().unwrap()).collect();
    assert_eq!(questions.len(), 10);
    let answers = |file: &Path| -> Vec<Rows> {
        let connection = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
        questions.iter().map(|question| ask(&connection, question)).collect()
    };
    let asked = answers(&first);
    let answers = answers(&file);
    assert_eq!(asked, answers, "a file of the first builds says the same");
    for (question, rows) in questions.iter().zip(&answers) {
        assert!(!rows.is_empty(), "no row:\n{question}");
    }
    count_again(&office, &answers);
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
}
