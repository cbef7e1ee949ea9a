//! Snapshots on a server: a table of their own, in which the newest few of each stream stand.

use postgres::{Client, Row};

use super::super::snapshot::Snapshot;
use super::super::store::{Digest, Head};
use super::signed;
use crate::error::Error;

/// The table, which databases of the first builds do not have.
pub(super) const SCHEMA: &str = "CREATE TABLE IF NOT EXISTS bianzhi.snapshot (
  stream TEXT NOT NULL,
  records INT8 NOT NULL,
  format INT8 NOT NULL,
  hash TEXT NOT NULL,
  digest TEXT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (stream, records)
)";

/// How many snapshots of a stream stay. A few, so that an earlier day is near one; all of them would soon be
/// larger than the entries.
const STAY: i64 = 8;

/// Behind how many records snapshots stand.
pub(super) fn places(client: &mut Client, stream: &str) -> Result<Vec<u64>, postgres::Error> {
    let query = "SELECT records FROM bianzhi.snapshot WHERE stream = $1 ORDER BY records";
    let place = |row: &Row| row.try_get::<_, i64>(0).map(|records| u64::try_from(records).ok());
    let places: Result<Vec<_>, _> = client.query(query, &[&stream])?.iter().map(place).collect();
    Ok(places?.into_iter().flatten().collect())
}

/// The snapshot behind so many records.
pub(super) fn read(
    client: &mut Client,
    stream: &str,
    records: u64,
) -> Result<Option<Result<Snapshot, Error>>, postgres::Error> {
    let query = "SELECT format, hash, digest, body FROM bianzhi.snapshot WHERE stream = $1 AND records = $2";
    let Some(row) = client.query_opt(query, &[&stream, &signed(records)])? else { return Ok(None) };
    let (format, body): (i64, String) = (row.try_get(0)?, row.try_get(3)?);
    let (hash, digest): (String, String) = (row.try_get(1)?, row.try_get(2)?);
    // No build has a format that is no u32.
    let format = u32::try_from(format).unwrap_or(u32::MAX);
    Ok(Some(hash.parse().and_then(|hash: Digest| {
        Ok(Snapshot { format, head: Head { records, hash }, digest: digest.parse()?, body })
    })))
}

/// Keeps a snapshot if its head stands in the chain; `false` if it does not. No writer is shut out by it: what
/// stands behind a head of the chain is the same for whoever looks.
pub(super) fn keep(client: &mut Client, stream: &str, snapshot: &Snapshot) -> Result<bool, postgres::Error> {
    let Snapshot { format, head, digest, body } = snapshot;
    let (records, hash) = (signed(head.records), head.hash.to_string());
    let mut transaction = client.transaction()?;
    let kept = transaction.execute(
        "INSERT INTO bianzhi.snapshot (stream, records, format, hash, digest, body)
         SELECT e.stream, e.seq + 1, $4::INT8, e.hash, $5::TEXT, $6::TEXT FROM bianzhi.entry e
         WHERE e.stream = $1 AND e.seq = $2::INT8 - 1 AND e.hash = $3
         ON CONFLICT (stream, records) DO UPDATE
         SET format = excluded.format, hash = excluded.hash, digest = excluded.digest, body = excluded.body",
        &[&stream, &records, &hash, &i64::from(*format), &digest.to_string(), body],
    )?;
    if kept == 0 {
        return Ok(false);
    }
    transaction.execute(
        "DELETE FROM bianzhi.snapshot WHERE stream = $1 AND records NOT IN
         (SELECT records FROM bianzhi.snapshot WHERE stream = $1 ORDER BY records DESC LIMIT $2::INT8)",
        &[&stream, &STAY],
    )?;
    transaction.commit()?;
    Ok(true)
}
