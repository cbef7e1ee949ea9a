//! People on a server: a table of their own, whose keys can be erased there.

use postgres::error::SqlState;
use postgres::{Client, Row};

use super::super::people::{PersonRow, Salt};

/// The table, which databases of the first builds do not have. Key and salt are erased together; the reference
/// stays.
pub(super) const SCHEMA: &str = "CREATE TABLE IF NOT EXISTS bianzhi.person (
  stream TEXT NOT NULL,
  reference TEXT NOT NULL,
  salt BYTEA,
  key TEXT,
  PRIMARY KEY (stream, reference),
  CHECK ((salt IS NULL) = (key IS NULL))
)";

/// Salts from the server's own source, two of its random names each: it is asked for many at once, for each new
/// person needs one.
const SALTS: &str =
    "SELECT decode(replace(gen_random_uuid()::TEXT || gen_random_uuid()::TEXT, '-', ''), 'hex')
                     FROM generate_series(1, 64)";

/// Some salts that nobody can guess.
pub(super) fn salts(client: &mut Client) -> Result<Vec<Salt>, postgres::Error> {
    client.query(SALTS, &[])?.iter().map(|row| salt(row, 0)).collect()
}

/// Everyone of a stream.
pub(super) fn read(client: &mut Client, stream: &str) -> Result<Vec<PersonRow>, postgres::Error> {
    let query = "SELECT reference, key, salt FROM bianzhi.person WHERE stream = $1";
    let person = |row: &Row| {
        let key: Option<String> = row.try_get(1)?;
        let kept = key.map(|key| Ok((salt(row, 2)?, key))).transpose()?;
        Ok(PersonRow { reference: row.try_get(0)?, kept })
    };
    let mut people = client.query(query, &[&stream])?.iter().map(person).collect::<Result<Vec<_>, _>>()?;
    // Every server sorts texts its own way.
    people.sort_by(|one, other| one.reference.cmp(&other.reference));
    Ok(people)
}

/// A salt that was made longer or shorter is another one: its person is not found again.
fn salt(row: &Row, column: usize) -> Result<Salt, postgres::Error> {
    let bytes: Vec<u8> = row.try_get(column)?;
    Ok(Salt::try_from(bytes).unwrap_or_default())
}

/// Takes keys, salts and the stream's snapshots away for this holder of the stream; `false` if somebody else holds
/// it.
pub(super) fn erase(
    client: &mut Client,
    stream: &str,
    holder: &str,
    references: &[String],
) -> Result<bool, postgres::Error> {
    let mut transaction = client.transaction()?;
    let fence = "UPDATE bianzhi.writer SET holder = $2 WHERE stream = $1 AND holder = $2";
    if transaction.execute(fence, &[&stream, &holder])? == 0 {
        return Ok(false);
    }
    transaction.execute(
        "UPDATE bianzhi.person SET salt = NULL, key = NULL WHERE stream = $1 AND reference = ANY ($2::TEXT[])",
        &[&stream, &references],
    )?;
    // The books in a snapshot hold texts as they were said, and can be kept anew.
    transaction.execute("DELETE FROM bianzhi.snapshot WHERE stream = $1", &[&stream])?;
    transaction.commit()?;
    Ok(true)
}

/// Writes the tables anew without what was erased, for until then the rows of before stand in their files; `false` if
/// somebody reads them for too long. A server that does not know the statement lets old rows go by itself.
pub(super) fn write_anew(client: &mut Client) -> Result<bool, postgres::Error> {
    client.batch_execute("SET lock_timeout = 5000")?;
    let done = ["bianzhi.person", "bianzhi.snapshot"].map(|table| {
        match client.batch_execute(&format!("VACUUM FULL {table}")) {
            Err(cause) if cause.code() == Some(&SqlState::LOCK_NOT_AVAILABLE) => Ok(false),
            Err(cause) if cause.code().is_some_and(is_unknown) => Ok(true),
            done => done.map(|()| true),
        }
    });
    // Whatever came of it: what is written next waits as long as ever.
    client.batch_execute("SET lock_timeout = 0")?;
    let [people, snapshots] = done;
    Ok(people? && snapshots?)
}

fn is_unknown(code: &SqlState) -> bool {
    [SqlState::SYNTAX_ERROR, SqlState::FEATURE_NOT_SUPPORTED].contains(code)
}
