//! Told: what SQLite says, for the person at the desk.

use std::path::Path;

use rusqlite::ErrorCode;

use super::super::store::{Batch, Head, journal};
use crate::error::Error;
use crate::error::ErrorKind::{Io, Journal};

/// Somebody else's entries stand where a batch was to go.
pub(super) fn conflict(path: &Path, batch: &Batch<'_>, found: Option<u64>) -> Error {
    let Head { records, .. } = batch.expected;
    let (stands, zh) = found.map_or_else(
        || ("it is empty".to_owned(), "它是空的".to_owned()),
        |seq| (format!("it ends with entry {seq}"), format!("它止于第 {seq} 条")),
    );
    let path = path.display();
    journal(format!(
        "another writer uses `{path}`: entry {records} was to be written behind what was read, but {stands}; open it again"
    ))
    .in_chinese(format!("`{path}` 另有写入者：第 {records} 条本应接在读到的记录之后，而{zh}；请重新打开"))
}

/// What SQLite says, for the person at the desk.
pub(super) fn failed(path: &Path, cause: &rusqlite::Error) -> Error {
    let path = path.display();
    let (kind, en, zh) = match cause.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => {
            (Journal, format!("`{path}` is no journal"), format!("`{path}` 不是日志"))
        }
        Some(ErrorCode::DatabaseCorrupt) | None => {
            (Journal, format!("`{path}` is damaged"), format!("`{path}` 已损坏"))
        }
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            (Io, format!("another process is writing `{path}`"), format!("另一进程正在写 `{path}`"))
        }
        Some(ErrorCode::ReadOnly) => (Io, format!("`{path}` cannot be written"), format!("`{path}` 不可写")),
        Some(ErrorCode::DiskFull) => {
            (Io, format!("no room is left for `{path}`"), format!("`{path}` 所在磁盘已满"))
        }
        Some(ErrorCode::ConstraintViolation) => {
            let error = Error::new(Journal, format!("another writer uses `{path}`: {cause}; open it again"));
            return error.in_chinese(format!("`{path}` 另有写入者：{cause}；请重新打开"));
        }
        Some(_) => (Io, format!("cannot use `{path}`"), format!("无法使用 `{path}`")),
    };
    Error::new(kind, format!("{en}: {cause}")).in_chinese(format!("{zh}：{cause}"))
}
