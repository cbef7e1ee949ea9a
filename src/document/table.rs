//! Tables: CSV files with a header, row by row with the line each begins on.

use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::{MOST_CSV_BYTES, read_text, shortened};
use crate::error::{Fault, Phrase, told};

/// How many bytes of a table are read at once on one core, at least and at most: enough that a part costs little beside its
/// rows, and few enough that a city's table has some for each core.
const PART: (usize, usize) = (1 << 16, 1 << 20);

/// A CSV file: its header, and its rows when asked for.
#[derive(Debug, Clone)]
pub struct Table {
    /// The file, as faults name it.
    pub file: PathBuf,
    /// The column names, none twice.
    pub columns: Vec<String>,
    text: String,
    /// Whether anything is quoted: only then a comma or a line's end may be text.
    quoted: bool,
}

/// The rows of a table, or of a part of it.
#[derive(Debug, Clone, Copy)]
pub struct Rows<'a> {
    table: &'a Table,
    text: &'a str,
    lines_before: u32,
    lines: u32,
    /// Whether the header is the first of them.
    header: bool,
}

/// One row of a table, with as many fields as there are columns.
#[derive(Debug)]
pub struct Row<'a> {
    /// The line it begins on, from 1.
    pub line: u32,
    fields: &'a [&'a str],
}

impl Table {
    /// Reads a CSV file's header, or tells its faults.
    pub fn read(path: &Path) -> Result<Self, Vec<Fault>> {
        let text = read_text(path, MOST_CSV_BYTES).map_err(|fault| vec![fault])?;
        Self::parse(path, text)
    }

    /// Reads the header of CSV text, or tells its faults; `file` is the name in them.
    pub fn parse(file: &Path, text: String) -> Result<Self, Vec<Fault>> {
        let mut columns: Vec<String> = Vec::new();
        let mut faults = Vec::new();
        let mut record = csv::StringRecord::new();
        let read = reader(&text).read_record(&mut record);
        let line = line_of(&text, &record);
        if !read.is_ok_and(|found| found) {
            let told = Phrase::both(
                "文件是空的；第一行应是各栏的名称",
                "is empty; the first line must name the columns",
            );
            return Err(vec![Fault::told(file, 1, 0, told)]);
        }
        for name in &record {
            let name = name.trim();
            if name.is_empty() {
                faults.push(Fault::told(
                    file,
                    line,
                    0,
                    Phrase::both("有一栏没有名称", "a column has no name"),
                ));
            } else if columns.iter().any(|one| one == name) {
                let name = shortened(name);
                faults.push(Fault::told(
                    file,
                    line,
                    0,
                    told!("`{name}` 一栏写了两次", "column `{name}` stands twice"),
                ));
            }
            columns.push(name.to_owned());
        }
        if faults.is_empty() {
            let quoted = text.contains('"');
            Ok(Self { file: file.to_path_buf(), columns, text, quoted })
        } else {
            Err(faults)
        }
    }

    /// Hands each row to `each`, and tells the faults of rows that could not be handed on.
    pub fn rows(&self, each: impl FnMut(&Row<'_>)) -> Vec<Fault> {
        self.whole().each(each)
    }

    fn whole(&self) -> Rows<'_> {
        Rows { table: self, text: &self.text, lines_before: 0, lines: 0, header: true }
    }

    /// Reads the rows of a large table in parts on all cores, and those of a small one as a single part; what was
    /// made of each part is handed to `take` in the order of the file.
    pub fn gather<T: Send>(&self, read: impl Fn(&Rows<'_>) -> T + Sync, mut take: impl FnMut(T)) {
        /// So many parts for each core are read before they are handed on: one that waits for another is not felt, and
        /// what waits to be handed on takes little room.
        const TOGETHER: usize = 16;
        let parts = self.parts((self.text.len() / 16).clamp(PART.0, PART.1));
        let cores = thread::available_parallelism().map_or(1, usize::from);
        for together in parts.chunks(cores.saturating_mul(TOGETHER)) {
            let mut done = on_all_cores(together, cores, &read);
            done.sort_unstable_by_key(|(number, _)| *number);
            for (_, part) in done {
                take(part);
            }
        }
    }

    /// The table in parts of about so many bytes, each of whole rows. A line is a row for sure only where nothing
    /// is quoted.
    fn parts(&self, size: usize) -> Vec<Rows<'_>> {
        let whole = self.whole();
        let empty = self.text.len().saturating_sub(self.text.trim_start_matches(['\r', '\n']).len());
        if self.text.len() <= size || empty >= size || self.quoted {
            return vec![whole];
        }
        let mut parts = Vec::new();
        let (mut rest, mut lines_before) = (self.text.as_str(), 0_u32);
        while !rest.is_empty() {
            let later = rest.as_bytes().get(size..).unwrap_or_default();
            let end = later
                .iter()
                .position(|&byte| byte == b'\n')
                .map(|at| size.saturating_add(at).saturating_add(1));
            let (text, after) = end.and_then(|end| rest.split_at_checked(end)).unwrap_or((rest, ""));
            // What marks the beginning of a file, and is skipped there, is text elsewhere.
            if text.starts_with('\u{feff}') && lines_before > 0 {
                return vec![whole];
            }
            let lines = line_ends(text);
            parts.push(Rows { text, lines_before, lines, header: parts.is_empty(), ..whole });
            lines_before = lines_before.saturating_add(lines);
            rest = after;
        }
        parts
    }
}

/// What `read` makes of each part, with its number: whoever is free takes the next.
fn on_all_cores<'a, T: Send>(
    parts: &[Rows<'a>],
    cores: usize,
    read: &(impl Fn(&Rows<'a>) -> T + Sync),
) -> Vec<(usize, T)> {
    let next = AtomicUsize::new(0);
    let hand = || {
        let mut done = Vec::new();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some(part) = parts.get(number) else { return done };
            done.push((number, read(part)));
        }
    };
    thread::scope(|scope| {
        let hands: Vec<_> = (1..cores.min(parts.len())).map(|_| scope.spawn(hand)).collect();
        let mut done = hand();
        for hand in hands {
            done.extend(hand.join().unwrap_or_else(|panic| resume_unwind(panic)));
        }
        done
    })
}

impl Rows<'_> {
    /// About how many rows there are, where that is known.
    pub fn about(&self) -> usize {
        self.lines as usize
    }

    /// Hands each row to `each`, and tells the faults of rows that could not be handed on.
    pub fn each(&self, mut each: impl FnMut(&Row<'_>)) -> Vec<Fault> {
        if self.table.quoted { self.each_quoted(&mut each) } else { self.each_plain(&mut each) }
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
                    let fields: Vec<&str> = record.iter().collect();
                    self.hand_on(line, &fields, each, &mut faults);
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
        let mut fields: Vec<&str> = Vec::with_capacity(self.table.columns.len());
        let (mut start, mut line) = (0, self.lines_before.saturating_add(1));
        let mut ended = |at: usize, byte: u8| {
            let field = text.get(start..at).unwrap_or_default();
            start = at.saturating_add(1);
            if byte == b',' {
                fields.push(field);
                return;
            }
            if !field.is_empty() || !fields.is_empty() {
                fields.push(field);
                if !std::mem::take(&mut header) {
                    self.hand_on(line, &fields, each, &mut faults);
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

    fn hand_on(&self, line: u32, fields: &[&str], each: &mut impl FnMut(&Row<'_>), faults: &mut Vec<Fault>) {
        let columns = self.table.columns.len();
        if fields.iter().all(|field| field.trim().is_empty()) {
            return;
        }
        if fields.len() == columns {
            each(&Row { line, fields });
        } else {
            let count = fields.len();
            let told = told!(
                "这一行有 {count} 栏，表头有 {columns} 栏",
                "has {count} fields, the header has {columns}"
            );
            faults.push(Fault::told(&self.table.file, line, 0, told));
        }
    }
}

impl<'a> Row<'a> {
    /// The field in this column, without spaces around it; none where it is empty.
    pub fn field(&self, column: usize) -> Option<&'a str> {
        let field = self.fields.get(column).copied().filter(|field| !field.is_empty())?;
        Some(trimmed(field)).filter(|field| !field.is_empty())
    }
}

/// A text without spaces around it. Looked at by its ends first: of a nation's fields hardly one has any.
pub fn trimmed(text: &str) -> &str {
    match text.as_bytes() {
        [b'!'..=b'~'] | [b'!'..=b'~', .., b'!'..=b'~'] => text,
        _ => text.trim(),
    }
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

/// How many lines end in a text; counted a few at a time in a byte, which processors do quickly.
fn line_ends(text: &str) -> u32 {
    let ends = |few: &[u8]| few.iter().fold(0_u8, |sum, byte| sum.wrapping_add(u8::from(*byte == b'\n')));
    let sum = text.as_bytes().chunks(255).map(|few| u32::from(ends(few)));
    sum.fold(0, u32::saturating_add)
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
mod tests {
    use std::path::Path;

    use proptest::prelude::*;

    use super::{Table, line_ends};

    fn table(text: &str) -> Result<Table, Vec<crate::error::Fault>> {
        Table::parse(Path::new("t.csv"), text.to_owned())
    }

    #[test]
    fn rows_know_their_lines() {
        let table = table("id,name\na,\"two\nlines\"\n\n b , x \nc\n").unwrap();
        let mut rows = Vec::new();
        let all = |row: &super::Row<'_>| rows.push((row.line, row.field(0).map(str::to_owned)));
        let [whole] = table.parts(4)[..] else { panic!("what is quoted may hold a line's end") };
        let faults = whole.each(all);
        assert_eq!(rows, [(2, Some("a".into())), (5, Some("b".into()))]);
        let faults: Vec<_> = faults.iter().map(ToString::to_string).collect();
        assert_eq!(faults, ["t.csv:6: has 1 fields, the header has 2"]);
    }

    #[test]
    fn parts_of_a_table_are_its_rows_in_their_order_with_the_same_lines_and_faults() {
        for text in [
            "id,name\na,x\n\n b , 长 \nc\r\nd,y\r\n\r\n\re,z\n\n",
            "\n\nid,name\na,长长长长长\n,\nb",
            "id,name\n",
        ] {
            let table = table(text).unwrap();
            let read = |size: usize| {
                let (mut rows, mut faults) = (Vec::new(), Vec::new());
                let parts = table.parts(size);
                for part in &parts {
                    faults.extend(part.each(|row| rows.push((row.line, row.field(0).map(str::to_owned)))));
                }
                let faults: Vec<_> = faults.iter().map(ToString::to_string).collect();
                (rows, faults, parts.len())
            };
            let (rows, faults, _) = read(text.len());
            for size in 1..text.len() {
                let (in_parts, faults_in_parts, parts) = read(size);
                assert_eq!((&in_parts, &faults_in_parts), (&rows, &faults), "{text:?} by {size} in {parts}");
            }
            assert!(read(3).2 > 1 || rows.is_empty(), "{text:?} has parts");
        }
    }

    proptest! {
        /// Where nothing is quoted, rows, lines and faults are those that the csv package finds.
        #[test]
        fn plain_rows_are_what_the_csv_package_reads(rows in "\u{feff}?\u{feff}?[a,\n]{0,3}id,n\r?\n[a长\u{feff}, ,,\r\n\n]{0,40}") {
            let Ok(plain) = table(&rows) else { return Ok(()) };
            prop_assert!(!plain.quoted);
            let read = |table: &Table| {
                let mut rows = Vec::new();
                let faults = table.rows(|row| rows.push((row.line, row.field(0).map(str::to_owned), row.field(1).map(str::to_owned))));
                (rows, faults)
            };
            prop_assert_eq!(read(&plain), read(&Table { quoted: true, ..plain.clone() }));
            prop_assert_eq!(line_ends(&rows) as usize, rows.matches('\n').count());
        }
    }

    #[test]
    fn a_header_names_each_column_once() {
        let faults = table("id,id,\n").unwrap_err();
        let faults: Vec<_> = faults.iter().map(ToString::to_string).collect();
        assert_eq!(faults, ["t.csv:1: column `id` stands twice", "t.csv:1: a column has no name"]);
        assert!(table("").is_err());
    }
}
