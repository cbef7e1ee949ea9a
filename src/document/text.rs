//! Text of files: bounded, UTF-8, without a byte order mark, and plain words when it is not.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::MOST_CSV_BYTES;
use crate::error::{Fault, in_chinese};

/// Reads a file of at most so many bytes as UTF-8 text; a byte order mark at its beginning is dropped.
pub fn read_text(path: &Path, most_bytes: u64) -> Result<String, Fault> {
    let whole = |en: String, zh: String| Fault::at(path, 0, 0, en).in_chinese(zh);
    let file = File::open(path).map_err(|cause| {
        whole(format!("cannot be opened: {cause}"), format!("无法打开：{}", in_chinese(&cause)))
    })?;
    let too_large = || {
        let (hint, zh) = if most_bytes < MOST_CSV_BYTES {
            ("; large books belong into CSV files", "；大账册请用 CSV 文件")
        } else {
            ("", "")
        };
        let most = most_bytes >> 20;
        whole(format!("is larger than {most} MB{hint}"), format!("超过 {most} MB{zh}"))
    };
    // What says how large it is need not be read to be refused.
    let length = file.metadata().map_or(0, |file| file.len());
    if length > most_bytes {
        return Err(too_large());
    }
    // One more, so that the end is found without room for more.
    let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or(0).saturating_add(1));
    file.take(most_bytes.saturating_add(1)).read_to_end(&mut bytes).map_err(|cause| {
        whole(format!("cannot be read: {cause}"), format!("无法读取：{}", in_chinese(&cause)))
    })?;
    if bytes.len() as u64 > most_bytes {
        return Err(too_large());
    }
    decode_text(path, bytes)
}

/// Bytes as UTF-8 text, or a fault that names what they seem to be.
pub(super) fn decode_text(path: &Path, bytes: Vec<u8>) -> Result<String, Fault> {
    let mut text = String::from_utf8(bytes).map_err(|cause| {
        let good = cause.utf8_error().valid_up_to();
        let bytes = cause.as_bytes();
        let lines = bytes.iter().take(good).filter(|&&byte| byte == b'\n').count();
        let line = u32::try_from(lines).unwrap_or(u32::MAX).saturating_add(1);
        let (seems, zh) = if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) {
            (
                "is not UTF-8 text but seems to be UTF-16; save it as UTF-8 (请另存为 UTF-8 编码)",
                "不是 UTF-8 文本，疑为 UTF-16 编码；请另存为 UTF-8 编码",
            )
        } else if seems_gbk(bytes) {
            (
                "is not UTF-8 text but seems to be GBK or GB18030; save it as UTF-8 (文件疑为 GBK/GB18030 编码，请另存为 UTF-8)",
                "不是 UTF-8 文本，疑为 GBK/GB18030 编码；请另存为 UTF-8 编码",
            )
        } else {
            ("is not UTF-8 text; save it as UTF-8 (请另存为 UTF-8 编码)", "不是 UTF-8 文本；请另存为 UTF-8 编码")
        };
        Fault::at(path, line, 0, seems).in_chinese(zh)
    })?;
    if text.starts_with('\u{feff}') {
        text.drain(..'\u{feff}'.len_utf8());
    }
    Ok(text)
}

/// Whether the bytes are well formed as GB18030, which holds GBK. A character cut off at the end is let pass.
fn seems_gbk(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    while let Some((&lead, after)) = rest.split_first() {
        rest = match (lead, after) {
            (0x00..=0x7F, _) | (0x81..=0xFE, []) => after,
            (
                0x81..=0xFE,
                [0x40..=0x7E | 0x80..=0xFE, after @ ..] | [0x30..=0x39, 0x81..=0xFE, 0x30..=0x39, after @ ..],
            ) => after,
            (_, _) => return false,
        };
    }
    true
}
