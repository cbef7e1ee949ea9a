//! Tables: CSV files with a header, row by row with the line each begins on.

use std::path::{Path, PathBuf};

use super::{MOST_CSV_BYTES, read_text, shortened};
use crate::error::Fault;

/// A CSV file: its header, and its rows when asked for.
#[derive(Debug, Clone)]
pub struct Table {
    /// The file, as faults name it.
    pub file: PathBuf,
    /// The column names, none twice.
    pub columns: Vec<String>,
    text: String,
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
    pub fn rows(&self, mut each: impl FnMut(&Row<'_>)) -> Vec<Fault> {
        let mut faults = Vec::new();
        let mut reader = reader(&self.text);
        let mut record = csv::StringRecord::new();
        let mut header = true;
        loop {
            match reader.read_record(&mut record) {
                Ok(false) => return faults,
                Ok(true) if header => header = false,
                Ok(true) if record.iter().all(|field| field.trim().is_empty()) => {}
                Ok(true) if record.len() == self.columns.len() => {
                    each(&Row { line: self.line_of(&record), record: &record });
                }
                Ok(true) => faults.push(Fault::at(
                    &self.file,
                    self.line_of(&record),
                    0,
                    format!("has {} fields, the header has {}", record.len(), self.columns.len()),
                )),
                Err(cause) => {
                    faults.push(Fault::at(
                        &self.file,
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
        line_of(&self.text, record)
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
        let faults = table.rows(|row| rows.push((row.line, row.field(0).map(str::to_owned))));
        assert_eq!(rows, [(2, Some("a".into())), (5, Some("b".into()))]);
        let faults: Vec<_> = faults.iter().map(ToString::to_string).collect();
        assert_eq!(faults, ["t.csv:6: has 1 fields, the header has 2"]);
    }

    #[test]
    fn a_header_names_each_column_once() {
        let faults = table("id,id,\n").unwrap_err();
        let faults: Vec<_> = faults.iter().map(ToString::to_string).collect();
        assert_eq!(faults, ["t.csv:1: column `id` stands twice", "t.csv:1: a column has no name"]);
        assert!(table("").is_err());
    }
}
