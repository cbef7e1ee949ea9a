//! Text of files: bounded, UTF-8, without a byte order mark, and plain words when it is not.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use super::MOST_CSV_BYTES;
use crate::error::{Fault, in_chinese};
use crate::model::on_all_cores;

/// A file is read in pieces of so many bytes, each by whichever core is free.
const PIECE: usize = 16 << 20;

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
    let bytes = read_bytes(path, file, usize::try_from(length).unwrap_or(0), most_bytes);
    let bytes = bytes.map_err(|cause| {
        whole(format!("cannot be read: {cause}"), format!("无法读取：{}", in_chinese(&cause)))
    })?;
    if bytes.len() as u64 > most_bytes {
        return Err(too_large());
    }
    decode_text(path, bytes)
}

/// All of a file that says it has so many bytes, and of one that grows meanwhile at most one byte more than allowed.
fn read_bytes(path: &Path, mut file: File, length: usize, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; length];
    if length > PIECE && read_pieces(path, &mut bytes, PIECE).is_ok() {
        file.seek(SeekFrom::Start(bytes.len() as u64))?;
    } else {
        let read = fill(&mut file, &mut bytes)?;
        bytes.truncate(read);
    }
    let read = bytes.len() as u64;
    file.take(most.saturating_add(1).saturating_sub(read)).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Reads a file piece by piece on all cores; an error if there is less of it than there is room.
fn read_pieces(path: &Path, bytes: &mut [u8], size: usize) -> io::Result<()> {
    let pieces = bytes.chunks_mut(size).enumerate();
    let pieces: Vec<_> =
        pieces.map(|(number, piece)| (number.saturating_mul(size), Mutex::new(piece))).collect();
    let read = on_all_cores(&pieces, |(from, piece)| {
        let mut file = File::open(path)?;
        file.seek(SeekFrom::Start(*from as u64))?;
        file.read_exact(&mut piece.lock().unwrap_or_else(PoisonError::into_inner))
    });
    read.into_iter().collect()
}

/// Reads until there is no more room, or nothing more to read; how many bytes.
fn fill(file: &mut File, mut room: &mut [u8]) -> io::Result<usize> {
    let all = room.len();
    while !room.is_empty() {
        match file.read(room) {
            Ok(0) => break,
            Ok(read) => room = room.get_mut(read..).unwrap_or_default(),
            Err(cause) if cause.kind() == io::ErrorKind::Interrupted => {}
            Err(cause) => return Err(cause),
        }
    }
    Ok(all.saturating_sub(room.len()))
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

#[cfg(test)]
mod tests {
    use super::{read_bytes, read_pieces};

    #[test]
    fn a_file_is_read_whole_in_pieces_or_not_whatever_it_said_of_its_length() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t");
        let text: Vec<u8> = (0..1_000_u32).flat_map(u32::to_le_bytes).collect();
        std::fs::write(&path, &text).unwrap();
        for size in [1, 7, 1_000, 3_999, 4_000, 9_999] {
            let mut bytes = vec![0; text.len()];
            read_pieces(&path, &mut bytes, size).unwrap();
            assert!(bytes == text, "{size}");
            assert!(read_pieces(&path, &mut vec![0; text.len() + 1], size).is_err(), "{size}");
        }
        for length in [0, 1, 3_999, 4_000, 5_000] {
            let read = |most| read_bytes(&path, std::fs::File::open(&path).unwrap(), length, most).unwrap();
            assert!(read(1 << 20) == text, "{length}");
            assert!(length > 3_000 || read(3_000).len() == 3_001, "{length}");
        }
    }
}
