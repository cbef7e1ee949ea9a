//! Tables: CSV files with a header, row by row with the line each begins on.

use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::thread;

use super::{MOST_CSV_BYTES, read_text, shortened};
use crate::error::Fault;

/// How many bytes of a table are read at once on one core: enough that starting a thread costs little beside it, and few
/// enough that what was read, before it goes to the rest, takes little room.
const PART: usize = 1 << 20;

/// A CSV file: its header, and its rows when asked for.
#[derive(Debug, Clone)]
pub struct Table {
    /// The file, as faults name it.
    pub file: PathBuf,
    /// The column names, none twice.
    pub columns: Vec<String>,
    text: String,
}

/// The rows of a table, or of a part of it.
#[derive(Debug, Clone, Copy)]
pub struct Rows<'a> {
    table: &'a Table,
    text: &'a str,
    lines_before: u32,
    /// Whether the header is the first of them.
    header: bool,
}

/// One row of a table, with as many fields as there are columns.
#[derive(Debug)]
pub struct Row<'a> {
    /// The line it begins on, from 1.
    pub line: u32,
    record: &'a csv::StringRecord,
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
            return Err(vec![Fault::at(file, 1, 0, "is empty; the first line must name the columns")]);
        }
        for name in &record {
            let name = name.trim();
            if name.is_empty() {
                faults.push(Fault::at(file, line, 0, "a column has no name"));
            } else if columns.iter().any(|one| one == name) {
                faults.push(Fault::at(file, line, 0, format!("column `{}` stands twice", shortened(name))));
            }
            columns.push(name.to_owned());
        }
        if faults.is_empty() { Ok(Self { file: file.to_path_buf(), columns, text }) } else { Err(faults) }
    }

    /// Hands each row to `each`, and tells the faults of rows that could not be handed on.
    pub fn rows(&self, each: impl FnMut(&Row<'_>)) -> Vec<Fault> {
        self.whole().each(each)
    }

    fn whole(&self) -> Rows<'_> {
        Rows { table: self, text: &self.text, lines_before: 0, header: true }
    }

    /// Reads the rows of a large table in parts on all cores, and those of a small one as a single part; what was
    /// made of each part is handed to `take` in the order of the file.
    pub fn gather<T: Send>(&self, read: impl Fn(&Rows<'_>) -> T + Sync, mut take: impl FnMut(T)) {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        for together in self.parts(PART).chunks(cores) {
            let Some((first, others)) = together.split_first() else { continue };
            let read = &read;
            let done: Vec<T> = thread::scope(|scope| {
                let hands: Vec<_> = others.iter().map(|part| scope.spawn(move || read(part))).collect();
                let first = read(first);
                let others =
                    hands.into_iter().map(|hand| hand.join().unwrap_or_else(|panic| resume_unwind(panic)));
                std::iter::once(first).chain(others).collect()
            });
            done.into_iter().for_each(&mut take);
        }
    }

    /// The table in parts of about so many bytes, each of whole rows. A line is a row for sure only where nothing
    /// is quoted.
    fn parts(&self, size: usize) -> Vec<Rows<'_>> {
        let whole = self.whole();
        let empty = self.text.len().saturating_sub(self.text.trim_start_matches(['\r', '\n']).len());
        if self.text.len() <= size || empty >= size || self.text.contains('"') {
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
            parts.push(Rows { text, lines_before, header: parts.is_empty(), ..whole });
            let lines = text.bytes().filter(|&byte| byte == b'\n').count();
            lines_before = lines_before.saturating_add(u32::try_from(lines).unwrap_or(u32::MAX));
            rest = after;
        }
        parts
    }
}

impl Rows<'_> {
    /// Hands each row to `each`, and tells the faults of rows that could not be handed on.
    pub fn each(&self, mut each: impl FnMut(&Row<'_>)) -> Vec<Fault> {
        let Self { table, text, mut header, .. } = *self;
        let mut faults = Vec::new();
        let mut reader = reader(text);
        let mut record = csv::StringRecord::new();
        loop {
            match reader.read_record(&mut record) {
                Ok(false) => return faults,
                Ok(true) if header => header = false,
                Ok(true) if record.iter().all(|field| field.trim().is_empty()) => {}
                Ok(true) if record.len() == table.columns.len() => {
                    each(&Row { line: self.line_of(&record), record: &record });
                }
                Ok(true) => faults.push(Fault::at(
                    &table.file,
                    self.line_of(&record),
                    0,
                    format!("has {} fields, the header has {}", record.len(), table.columns.len()),
                )),
                Err(cause) => {
                    faults.push(Fault::at(
                        &table.file,
                        self.line_of(&record),
                        0,
                        format!("is no CSV: {cause}"),
                    ));
                    return faults;
                }
            }
        }
    }

    fn line_of(&self, record: &csv::StringRecord) -> u32 {
        line_of(self.text, record).saturating_add(self.lines_before)
    }
}

impl<'a> Row<'a> {
    /// The field in this column, without spaces around it; none where it is empty.
    pub fn field(&self, column: usize) -> Option<&'a str> {
        let field = self.record.get(column).filter(|field| !field.is_empty())?;
        // Looked at by its ends first: of a nation's fields hardly one has spaces around it.
        match field.as_bytes() {
            [b'!'..=b'~'] | [b'!'..=b'~', .., b'!'..=b'~'] => Some(field),
            _ => Some(field.trim()).filter(|field| !field.is_empty()),
        }
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
mod tests {
    use std::path::Path;

    use super::Table;

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

    #[test]
    fn a_header_names_each_column_once() {
        let faults = table("id,id,\n").unwrap_err();
        let faults: Vec<_> = faults.iter().map(ToString::to_string).collect();
        assert_eq!(faults, ["t.csv:1: column `id` stands twice", "t.csv:1: a column has no name"]);
        assert!(table("").is_err());
    }
}
