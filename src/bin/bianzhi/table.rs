//! Tables: columns that line up on a terminal, Chinese letters counted as two cells.

use std::io::{self, Write};

use unicode_width::UnicodeWidthStr;

/// Between two columns.
const GAP: usize = 2;

/// How a column's cells stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Align {
    /// Texts.
    Left,
    /// Numbers.
    Right,
}

/// Rows of cells under one heading row.
#[derive(Debug, Default)]
pub(crate) struct Table {
    aligns: Vec<Align>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with these columns.
    pub(crate) fn new(columns: impl IntoIterator<Item = (String, Align)>) -> Self {
        let (heading, aligns) = columns.into_iter().unzip();
        Self { aligns, rows: vec![heading] }
    }

    /// One more row.
    pub(crate) fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }

    /// Writes all rows, each behind `margin`.
    pub(crate) fn write(&self, out: &mut dyn Write, margin: &str) -> io::Result<()> {
        let widths: Vec<usize> = (0..self.aligns.len())
            .map(|column| {
                let cells = self.rows.iter().filter_map(|row| row.get(column));
                cells.map(|cell| cell.width()).max().unwrap_or(0)
            })
            .collect();
        for row in &self.rows {
            let mut line = String::from(margin);
            for ((cell, width), align) in row.iter().zip(&widths).zip(&self.aligns) {
                let blank = " ".repeat(width.saturating_sub(cell.width()));
                match align {
                    Align::Left => {
                        line.push_str(cell);
                        line.push_str(&blank);
                    }
                    Align::Right => {
                        line.push_str(&blank);
                        line.push_str(cell);
                    }
                }
                line.push_str(&" ".repeat(GAP));
            }
            writeln!(out, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

/// `text`, filled with blanks to so many cells.
pub(crate) fn padded(text: &str, cells: usize) -> String {
    format!("{text}{}", " ".repeat(cells.saturating_sub(text.width())))
}

#[cfg(test)]
mod tests {
    use super::{Align, Table};

    #[test]
    fn chinese_letters_take_two_cells() {
        let mut table = Table::new([("单位".to_owned(), Align::Left), ("核定".to_owned(), Align::Right)]);
        table.row(vec!["市财政局".into(), "40".into()]);
        table.row(vec!["audit".into(), "1234".into()]);
        let mut out = Vec::new();
        table.write(&mut out, "").unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "单位      核定\n市财政局    40\naudit     1234\n");
    }
}
