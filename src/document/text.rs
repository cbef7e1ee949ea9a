//! Text of files: bounded, UTF-8, without a byte order mark, and plain words when it is not.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::MOST_CSV_BYTES;
use crate::error::{Fault, in_chinese};
use crate::model::on_all_cores;

/// A file is read in pieces of so many bytes, each by whichever core is free.
const PIECE: usize = 16 << 20;

/// Reads a file of at most so many bytes as UTF-8 text; a byte order mark at its beginning is dropped.
pub fn read_text(path: &Path, most_bytes: u64) -> Result<String, Fault> {
    let file = File::open(path).map_err(|cause| {
        let zh = format!("无法打开：{}", in_chinese(&cause));
        Fault::at(path, 0, 0, format!("cannot be opened: {cause}")).in_chinese(zh)
    })?;
    // What says how large it is need not be read to be refused.
    let length = file.metadata().map_or(0, |file| file.len());
    if length > most_bytes {
        return Err(too_large(path, most_bytes));
    }
    let bytes = read_bytes(path, file, usize::try_from(length).unwrap_or(0), most_bytes);
    let bytes = bytes.map_err(|cause| unreadable(path, &cause))?;
    if bytes.len() as u64 > most_bytes {
        return Err(too_large(path, most_bytes));
    }
    decode_text(path, bytes)
}

fn too_large(path: &Path, most_bytes: u64) -> Fault {
    let (hint, zh) = if most_bytes < MOST_CSV_BYTES {
        ("; large books belong into CSV files", "；大账册请用 CSV 文件")
    } else {
        ("", "")
    };
    let most = most_bytes >> 20;
    Fault::at(path, 0, 0, format!("is larger than {most} MB{hint}")).in_chinese(format!("超过 {most} MB{zh}"))
}

fn unreadable(path: &Path, cause: &io::Error) -> Fault {
    if cause.kind() == io::ErrorKind::UnexpectedEof {
        let en = "became shorter while it was read; read it again when nobody writes it";
        return Fault::at(path, 0, 0, en).in_chinese("读取途中变短了；请在无人写入时重新读取");
    }
    let zh = format!("无法读取：{}", in_chinese(cause));
    Fault::at(path, 0, 0, format!("cannot be read: {cause}")).in_chinese(zh)
}

/// A file that is read stretch by stretch, each of whole lines, so that it need not stand in memory as a whole.
#[derive(Debug, Clone)]
pub(super) struct Stretches {
    path: PathBuf,
    /// How many bytes a stretch has.
    size: usize,
    /// Where the next one begins, and where the file ended when it was last looked at.
    from: u64,
    length: u64,
}

impl Stretches {
    /// A file of more than one stretch; none if it is smaller or cannot be had, which is told to whoever reads it whole.
    pub(super) fn of(path: &Path, size: usize) -> Option<Self> {
        let length = fs::metadata(path).ok()?.len();
        let large = length > size as u64 && length <= MOST_CSV_BYTES;
        large.then(|| Self { path: path.to_path_buf(), size, from: 0, length })
    }

    /// The next stretch, behind so many lines, in the room that another one had; none at the end of the file.
    pub(super) fn next(&mut self, room: String, lines_before: u32) -> Result<Option<String>, Fault> {
        let first = self.from == 0;
        let text = self.next_bytes(room.into_bytes(), self.size)?;
        text.map(|bytes| utf8(&self.path, bytes, lines_before))
            .transpose()
            .map(|text| text.map(|text| if first { unmarked(text) } else { text }))
    }

    /// A stretch and all that stands behind it.
    pub(super) fn with_rest(&mut self, stretch: String, lines_before: u32) -> Result<String, Fault> {
        let mut bytes = stretch.into_bytes();
        while let Some(more) = self.next_bytes(Vec::new(), usize::MAX)? {
            bytes.extend(more);
        }
        utf8(&self.path, bytes, lines_before)
    }

    /// At least one line, of about so many bytes, or the rest of the file.
    fn next_bytes(&mut self, mut bytes: Vec<u8>, size: usize) -> Result<Option<Vec<u8>>, Fault> {
        let mut before = 0;
        loop {
            if self.from >= self.length {
                // It may have grown meanwhile.
                self.length = fs::metadata(&self.path).map_err(|cause| unreadable(&self.path, &cause))?.len();
                if self.length > MOST_CSV_BYTES {
                    return Err(too_large(&self.path, MOST_CSV_BYTES));
                }
            }
            let left = usize::try_from(self.length.saturating_sub(self.from)).unwrap_or(usize::MAX);
            if left == 0 {
                bytes.truncate(before);
                return Ok((before > 0).then_some(bytes));
            }
            bytes.resize(before.saturating_add(left.min(size)), 0);
            let room = bytes.get_mut(before..).unwrap_or_default();
            read_pieces(&self.path, self.from, room, PIECE)
                .map_err(|cause| unreadable(&self.path, &cause))?;
            self.from = self.from.saturating_add(room.len() as u64);
            // No line ends in what was read before.
            if let Some(end) = room.iter().rposition(|&byte| byte == b'\n') {
                let behind = room.len().saturating_sub(end).saturating_sub(1);
                self.from = self.from.saturating_sub(behind as u64);
                bytes.truncate(bytes.len().saturating_sub(behind));
                return Ok(Some(bytes));
            }
            before = bytes.len();
        }
    }
}

/// All of a file that says it has so many bytes, and of one that grows meanwhile at most one byte more than allowed.
fn read_bytes(path: &Path, mut file: File, length: usize, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; length];
    if length > PIECE && read_pieces(path, 0, &mut bytes, PIECE).is_ok() {
        file.seek(SeekFrom::Start(bytes.len() as u64))?;
    } else {
        let read = fill(&mut file, &mut bytes)?;
        bytes.truncate(read);
    }
    let read = bytes.len() as u64;
    file.take(most.saturating_add(1).saturating_sub(read)).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Reads a file piece by piece on all cores, from a place on; an error if there is less of it than there is room.
fn read_pieces(path: &Path, from: u64, bytes: &mut [u8], size: usize) -> io::Result<()> {
    let pieces = bytes.chunks_mut(size).enumerate();
    let place = |number: usize| from.saturating_add(number.saturating_mul(size) as u64);
    let pieces: Vec<_> = pieces.map(|(number, piece)| (place(number), Mutex::new(piece))).collect();
    let read = on_all_cores(&pieces, |(from, piece)| {
        let mut file = File::open(path)?;
        file.seek(SeekFrom::Start(*from))?;
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

/// The bytes of a file as UTF-8 text without a byte order mark, or a fault that names what they seem to be.
pub(super) fn decode_text(path: &Path, bytes: Vec<u8>) -> Result<String, Fault> {
    utf8(path, bytes, 0).map(unmarked)
}

fn unmarked(mut text: String) -> String {
    if text.starts_with('\u{feff}') {
        text.drain(..'\u{feff}'.len_utf8());
    }
    text
}

/// Bytes behind so many lines as UTF-8 text, or a fault that names what they seem to be.
fn utf8(path: &Path, bytes: Vec<u8>, lines_before: u32) -> Result<String, Fault> {
    String::from_utf8(bytes).map_err(|cause| {
        let good = cause.utf8_error().valid_up_to();
        let bytes = cause.as_bytes();
        let lines = bytes.iter().take(good).filter(|&&byte| byte == b'\n').count();
        let line = u32::try_from(lines).unwrap_or(u32::MAX).saturating_add(lines_before).saturating_add(1);
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
    })
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
            read_pieces(&path, 0, &mut bytes, size).unwrap();
            assert!(bytes == text, "{size}");
            assert!(read_pieces(&path, 1, &mut vec![0; text.len()], size).is_err(), "{size}");
        }
        for length in [0, 1, 3_999, 4_000, 5_000] {
            let read = |most| read_bytes(&path, std::fs::File::open(&path).unwrap(), length, most).unwrap();
            assert!(read(1 << 20) == text, "{length}");
            assert!(length > 3_000 || read(3_000).len() == 3_001, "{length}");
        }
    }
}
