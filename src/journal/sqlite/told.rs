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

/// A batch answers an id that is answered.
pub(super) fn twice(path: &Path, id: &str) -> Error {
    let path = path.display();
    journal(format!(
        "another writer uses `{path}`: request id `{id}` is answered there already; open it again"
    ))
    .in_chinese(format!("`{path}` 另有写入者：申请编号 `{id}` 已有答复；请重新打开"))
}

/// What SQLite says, for the person at the desk.
pub(super) fn failed(path: &Path, cause: &rusqlite::Error) -> Error {
    let path = path.display();
    let told = |kind, en: String, zh: String| Error::new(kind, format!("{en}: {cause}")).in_chinese(zh);
    match cause.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => told(
            Journal,
            format!("`{path}` is no journal"),
            format!("`{path}` 不是日志：文件不是 SQLite 数据库"),
        ),
        // A table or a column that every journal has is not there.
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::Unknown) | None => told(
            Journal,
            format!("`{path}` is damaged"),
            format!("`{path}` 已损坏，请改用备份；SQLite 报告：{cause}"),
        ),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => told(
            Io,
            format!("another process is writing `{path}`"),
            format!("另一进程正在写 `{path}`；请待其结束后再试"),
        ),
        Some(ErrorCode::ReadOnly) => told(
            Io,
            format!("`{path}` cannot be written"),
            format!("`{path}` 不可写；请检查文件与文件夹的权限"),
        ),
        Some(ErrorCode::DiskFull) => told(
            Io,
            format!("no room is left for `{path}`"),
            format!("`{path}` 所在磁盘已满；请腾出空间后重新打开"),
        ),
        Some(ErrorCode::ConstraintViolation) => {
            let error = Error::new(Journal, format!("another writer uses `{path}`: {cause}; open it again"));
            error.in_chinese(format!("`{path}` 另有写入者；请重新打开。SQLite 报告：{cause}"))
        }
        Some(_) => {
            told(Io, format!("cannot use `{path}`"), format!("无法使用 `{path}`；SQLite 报告：{cause}"))
        }
    }
}

/// What cannot be a journal, told before SQLite has a look: a folder; and, for a writer, a scrap that SQLite takes for an
/// empty file and would write over.
pub(super) fn no_place(path: &Path) -> Result<(), Error> {
    match std::fs::metadata(path) {
        Ok(found) if found.is_dir() => Err(Error::io(path, &std::io::ErrorKind::IsADirectory.into())),
        Ok(found) if (1..HEADER).contains(&found.len()) => {
            let path = path.display();
            Err(journal(format!("`{path}` is no journal: it has {} bytes", found.len()))
                .in_chinese(format!("`{path}` 不是日志：只有 {} 字节", found.len())))
        }
        Ok(_) | Err(_) => Ok(()),
    }
}

/// How many bytes the header of a SQLite file has.
const HEADER: u64 = 100;
