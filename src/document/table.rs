//! Tables: CSV files with a header, row by row with the line each begins on.

use std::ops::Range;
use std::path::{Path, PathBuf};

use super::text::Stretches;
use super::{MOST_CSV_BYTES, read_text, shortened};
use crate::error::{Fault, Phrase, told};
use crate::model::{cores, on_all_cores};

/// How many bytes of a table are read at once on one core, at least and at most: enough that a part costs little beside its
/// rows, and few enough that a city's table has some for each core.
const PART: (usize, usize) = (1 << 16, 1 << 20);
/// A table of fewer bytes is read by whoever asks: another core would have to be called first.
const ALONE: usize = 96 << 10;
/// So many parts for each core are read before they are handed on: one that waits for another is not felt, and
/// what waits to be handed on takes little room.
const TOGETHER: usize = 16;

/// A CSV file: its header, and its rows when asked for.
#[derive(Debug, Clone)]
pub struct Table {
    /// The file, as faults name it.
    pub file: PathBuf,
    /// The column names, none twice.
    pub columns: Vec<String>,
    /// All of it, or the first stretch of a large one.
    text: String,
    looks: Looks,
    /// What stands behind that stretch.
    behind: Option<Stretches>,
}

/// What a glance at a text says.
#[derive(Debug, Clone, Copy, Default)]
struct Looks {
    /// How many lines end in it.
    lines: u32,
    /// Whether anything is quoted: only then a comma or a line's end may be text.
    quoted: bool,
}

/// The rows of a table, or of a part of it.
#[derive(Debug, Clone, Copy)]
pub struct Rows<'a> {
    table: &'a Table,
    text: &'a str,
    lines_before: u32,
    looks: Looks,
    /// Whether the header is the first of them.
    header: bool,
}

/// One row of a table, with as many fields as there are columns.
#[derive(Debug)]
pub struct Row<'a> {
    /// The line it begins on, from 1.
    pub line: u32,
    text: &'a str,
    /// Where its fields stand in the text.
    fields: &'a [Range<usize>],
}

impl Table {
    /// Reads a CSV file's header, or tells its faults. A large file is read stretch by stretch, when its rows are asked for.
    pub fn read(path: &Path) -> Result<Self, Vec<Fault>> {
        Self::read_by(path, cores().saturating_mul(TOGETHER).saturating_mul(PART.1))
    }

    fn read_by(path: &Path, stretch: usize) -> Result<Self, Vec<Fault>> {
        if let Some(large) = Stretches::of(path, stretch).and_then(|behind| Self::begin(path, behind)) {
            return Ok(large);
        }
        let text = read_text(path, MOST_CSV_BYTES).map_err(|fault| vec![fault])?;
        Self::parse(path, text)
    }

    /// A file with a plain first stretch and a header in it. Any other is read whole, and its faults are told then.
    fn begin(path: &Path, mut behind: Stretches) -> Option<Self> {
        let first = behind.next(String::new(), 0).ok()??;
        let table = Self::parse(path, first).ok()?;
        (!table.looks.quoted).then_some(Self { behind: Some(behind), ..table })
    }

    /// Reads the header of CSV text, or tells its faults; `file` is the name in them.
    pub fn parse(file: &Path, text: String) -> Result<Self, Vec<Fault>> {
        let looks = look(&text);
        let Some((line, names)) = header_of(&text, looks.quoted) else {
            let told = Phrase::both(
                "文件是空的；第一行应是各栏的名称",
                "is empty; the first line must name the columns",
            );
            return Err(vec![Fault::told(file, 1, 0, told)]);
        };
        let mut columns: Vec<String> = Vec::new();
        let mut faults = Vec::new();
        for name in names {
            if name.is_empty() {
                let told = Phrase::both("有一栏没有名称", "a column has no name");
                faults.push(Fault::told(file, line, 0, told));
            } else if columns.contains(&name) {
                let name = shortened(&name);
                let told = told!("`{name}` 一栏写了两次", "column `{name}` stands twice");
                faults.push(Fault::told(file, line, 0, told));
            }
            columns.push(name);
        }
        if faults.is_empty() {
            Ok(Self { file: file.to_path_buf(), columns, text, looks, behind: None })
        } else {
            Err(faults)
        }
    }

    /// Hands each row to `each`, and tells the faults of rows that could not be handed on.
    pub fn rows(&self, mut each: impl FnMut(&Row<'_>)) -> Vec<Fault> {
        let mut faults = Vec::new();
        let read = self.stretches(|rows| faults.extend(rows.each(&mut each)));
        faults.extend(read.err());
        faults
    }

    /// Reads the rows of a large table in parts on all cores, and those of a small one as a single part; what was
    /// made of each part is handed to `take` in the order of the file.
    ///
    /// # Errors
    /// If the rest of a large file cannot be read. What stands before it was handed on.
    pub fn gather<T: Send>(
        &self,
        read: impl Fn(&Rows<'_>) -> T + Sync,
        mut take: impl FnMut(T),
    ) -> Result<(), Fault> {
        self.stretches(|rows| {
            if rows.text.len() < ALONE {
                return take(read(&rows));
            }
            let parts = rows.parts((rows.text.len() / 16).clamp(PART.0, PART.1));
            let groups = parts.chunks(cores().saturating_mul(TOGETHER));
            groups.flat_map(|together| on_all_cores(together, &read)).for_each(&mut take);
        })
    }

    /// All rows, in one stretch or, of a large file, in several.
    fn stretches(&self, mut each: impl FnMut(Rows<'_>)) -> Result<(), Fault> {
        let first = Rows { table: self, text: &self.text, lines_before: 0, looks: self.looks, header: true };
        each(first);
        let Some(mut behind) = self.behind.clone() else { return Ok(()) };
        let (mut room, mut lines_before) = (String::new(), self.looks.lines);
        while let Some(mut text) = behind.next(room, lines_before)? {
            let mut looks = look(&text);
            if looks.quoted {
                // What begins with a quote may end in another stretch.
                text = behind.with_rest(text, lines_before)?;
                // What marks the beginning of a file, and is skipped there, is text elsewhere.
                if text.starts_with('\u{feff}') {
                    text.insert(0, '\n');
                    lines_before = lines_before.saturating_sub(1);
                }
                looks = look(&text);
            }
            each(Rows { text: &text, lines_before, looks, header: false, ..first });
            lines_before = lines_before.saturating_add(looks.lines);
            room = text;
        }
        Ok(())
    }
}

/// A text in pieces of about so many bytes, each of whole lines.
fn pieces(text: &str, size: usize) -> Vec<&str> {
    let (mut pieces, mut rest) = (Vec::new(), text);
    while !rest.is_empty() {
        let later = rest.as_bytes().get(size..).unwrap_or_default();
        let end = later.iter().position(|&byte| byte == b'\n');
        let end = end.map(|at| size.saturating_add(at).saturating_add(1));
        let (piece, after) = end.and_then(|end| rest.split_at_checked(end)).unwrap_or((rest, ""));
        pieces.push(piece);
        rest = after;
    }
    pieces
}

/// What a glance at a text says; at a large one all cores look.
fn look(text: &str) -> Looks {
    let parts: Vec<&[u8]> = text.as_bytes().chunks(PART.1).collect();
    let parts = on_all_cores(&parts, |part| look_at_bytes(part));
    parts.into_iter().fold(Looks::default(), |all, part| Looks {
        lines: all.lines.saturating_add(part.lines),
        quoted: all.quoted || part.quoted,
    })
}

fn look_at(text: &str) -> Looks {
    look_at_bytes(text.as_bytes())
}

/// Counted a few at a time in a byte each, which processors do quickly.
fn look_at_bytes(text: &[u8]) -> Looks {
    const LANES: usize = 32;
    let (rows, rest) = text.as_chunks::<LANES>();
    let mut looks = Looks::default();
    for rows in rows.chunks(255) {
        let (mut ends, mut quotes) = ([0_u8; LANES], [0_u8; LANES]);
        for row in rows {
            for ((end, quote), byte) in ends.iter_mut().zip(&mut quotes).zip(row) {
                *end = end.wrapping_add(u8::from(*byte == b'\n'));
                *quote |= u8::from(*byte == b'"');
            }
        }
        looks.lines = ends.iter().fold(looks.lines, |sum, ends| sum.saturating_add(u32::from(*ends)));
        looks.quoted |= quotes.iter().any(|quote| *quote != 0);
    }
    for byte in rest {
        looks.lines = looks.lines.saturating_add(u32::from(*byte == b'\n'));
        looks.quoted |= *byte == b'"';
    }
    looks
}

/// The names in the first row that is not empty, without spaces around them, and its line.
fn header_of(text: &str, quoted: bool) -> Option<(u32, Vec<String>)> {
    let names = |fields: &mut dyn Iterator<Item = &str>| fields.map(|name| name.trim().to_owned()).collect();
    if quoted {
        let mut record = csv::StringRecord::new();
        let read = reader(text).read_record(&mut record);
        return read.is_ok_and(|found| found).then(|| (line_of(text, &record), names(&mut record.iter())));
    }
    // The csv package takes the time to build its machine; a header without quotes is a line with commas.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let first = text.trim_start_matches(['\r', '\n']);
    let before = text.get(..text.len().saturating_sub(first.len())).unwrap_or_default();
    let row = first.split(['\r', '\n']).next().filter(|row| !row.is_empty())?;
    let line = look_at(before).lines.saturating_add(1);
    Some((line, names(&mut row.split(','))))
}

impl Rows<'_> {
    /// These rows in parts of about so many bytes. A line is a row for sure only where nothing is quoted.
    fn parts(self, size: usize) -> Vec<Self> {
        let empty = self.text.len().saturating_sub(self.text.trim_start_matches(['\r', '\n']).len());
        if self.text.len() <= size || self.header && empty >= size || self.looks.quoted {
            return vec![self];
        }
        let texts = pieces(self.text, size);
        let looks = on_all_cores(&texts, |text| look_at(text));
        let (mut lines_before, mut header) = (self.lines_before, self.header);
        let mut parts = Vec::with_capacity(texts.len());
        for (text, looks) in texts.into_iter().zip(looks) {
            parts.push(Self { text, lines_before, looks, header, ..self });
            lines_before = lines_before.saturating_add(looks.lines);
            header = false;
        }
        parts
    }

    /// About how many rows there are, where that is known.
    pub fn about(&self) -> usize {
        self.looks.lines as usize
    }

    /// Hands each row to `each`, and tells the faults of rows that could not be handed on.
    pub fn each(&self, mut each: impl FnMut(&Row<'_>)) -> Vec<Fault> {
        if self.looks.quoted { self.each_quoted(&mut each) } else { self.each_plain(&mut each) }
    }

    fn each_quoted(&self, each: &mut impl FnMut(&Row<'_>)) -> Vec<Fault> {
        let (mut faults, mut header) = (Vec::new(), self.header);
        let mut reader = reader(self.text);
        let mut record = csv::StringRecord::new();
        loop {
            let read = reader.read_record(&mut record);
            let line = line_of(self.text, &record).saturating_add(self.lines_before);
            match read {
                Ok(false) => return faults,
                Ok(true) if header => header = false,
                Ok(true) => {
                    let fields: Vec<Range<usize>> =
                        (0..record.len()).filter_map(|at| record.range(at)).collect();
                    let row = Row { line, text: record.as_slice(), fields: &fields };
                    self.hand_on(&row, each, &mut faults);
                }
                Err(cause) => {
                    let told = told!("不是 CSV 表格：{cause}", "is no CSV: {cause}");
                    faults.push(Fault::told(&self.table.file, line, 0, told));
                    return faults;
                }
            }
        }
    }

    /// The same where nothing is quoted: a comma ends a field, and a line's end a row, as they do for the other.
    fn each_plain(&self, each: &mut impl FnMut(&Row<'_>)) -> Vec<Fault> {
        let (mut faults, mut header) = (Vec::new(), self.header);
        let marked = self.text.strip_prefix('\u{feff}').filter(|_| header);
        let text = marked.unwrap_or(self.text);
        let mut fields: Vec<Range<usize>> = Vec::with_capacity(self.table.columns.len());
        let (mut start, mut line) = (0, self.lines_before.saturating_add(1));
        let mut ended = |at: usize, byte: u8| {
            let field = start..at;
            start = at.saturating_add(1);
            if byte == b',' {
                fields.push(field);
                return;
            }
            if !field.is_empty() || !fields.is_empty() {
                fields.push(field);
                if !std::mem::take(&mut header) {
                    self.hand_on(&Row { line, text, fields: &fields }, each, &mut faults);
                }
                fields.clear();
            }
            if byte == b'\n' {
                line = line.saturating_add(1);
            }
        };
        each_end(text.as_bytes(), &mut ended);
        ended(text.len(), b'\n');
        faults
    }

    fn hand_on(&self, row: &Row<'_>, each: &mut impl FnMut(&Row<'_>), faults: &mut Vec<Fault>) {
        let (columns, found) = (self.table.columns.len(), row.fields.len());
        if (0..found).all(|column| row.field(column).is_none()) {
            return;
        }
        if found == columns {
            each(row);
        } else {
            let told = told!(
                "这一行有 {found} 栏，表头有 {columns} 栏",
                "has {found} fields, the header has {columns}"
            );
            faults.push(Fault::told(&self.table.file, row.line, 0, told));
        }
    }
}

impl<'a> Row<'a> {
    /// The field in this column, without spaces around it; none where it is empty.
    #[inline]
    pub fn field(&self, column: usize) -> Option<&'a str> {
        let field = self.fields.get(column).filter(|field| !field.is_empty())?;
        Some(trimmed(self.text.get(field.start..field.end)?)).filter(|field| !field.is_empty())
    }
}

/// A text without spaces around it. Looked at by its ends first: of a nation's fields hardly one has any. No letter of
/// three bytes that begins with E4 or more is a space, nor one of four.
#[inline]
pub fn trimmed(text: &str) -> &str {
    let begins = matches!(text.as_bytes(), [b'!'..=b'~' | 0xE4..=0xF4, ..]);
    let ends = matches!(text.as_bytes(), [.., b'!'..=b'~'] | [.., 0xE4..=0xEF, _, _]);
    if begins && ends { text } else { text.trim() }
}

/// Hands on every place where a field or a row of plain text ends, and what ends it.
fn each_end(text: &[u8], ended: &mut impl FnMut(usize, u8)) {
    const LOW: u64 = 0x7F7F_7F7F_7F7F_7F7F;
    // The high bit of each byte of a word that is this one.
    let is = |word: u64, byte: u8| {
        let differs = word ^ u64::from_ne_bytes([byte; 8]);
        !(((differs & LOW).wrapping_add(LOW)) | differs | LOW)
    };
    let (words, rest) = text.as_chunks::<8>();
    let mut before = 0_usize;
    for bytes in words {
        let word = u64::from_le_bytes(*bytes);
        let mut ends = is(word, b',') | is(word, b'\n') | is(word, b'\r');
        while ends != 0 {
            let at = (ends.trailing_zeros() / 8) as usize;
            ended(before.saturating_add(at), bytes.get(at).copied().unwrap_or_default());
            ends &= ends.wrapping_sub(1);
        }
        before = before.saturating_add(8);
    }
    for (at, byte) in rest.iter().enumerate().filter(|(_, byte)| matches!(byte, b',' | b'\n' | b'\r')) {
        ended(before.saturating_add(at), *byte);
    }
}

fn reader(text: &str) -> csv::Reader<&[u8]> {
    csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes())
}

/// The line a record begins on; the reader's position is where it began to look, before any empty lines.
fn line_of(text: &str, record: &csv::StringRecord) -> u32 {
    let Some(position) = record.position() else { return 1 };
    let before = usize::try_from(position.byte()).ok().and_then(|at| text.as_bytes().get(at..));
    let empty = before.unwrap_or_default().iter().take_while(|byte| matches!(byte, b'\r' | b'\n'));
    let empty = empty.filter(|&&byte| byte == b'\n').count();
    u32::try_from(position.line().saturating_add(empty as u64)).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
