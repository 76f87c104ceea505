//! A table of Markdown, row by row.
//!
//! In: cells, already written as Markdown. Out: the lines of a GFM table, each row as wide as the widest. It knows
//! nothing of nodes.

/// A table that is being read.
#[derive(Debug, Default)]
pub struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    /// Begins a row.
    pub fn row(&mut self) {
        self.rows.push(Vec::new());
    }

    /// Begins a cell of the last row.
    pub fn cell(&mut self) {
        self.last_row().push(String::new());
    }

    /// Adds a line to the last cell.
    pub fn line(&mut self, line: &str) {
        let row = self.last_row();
        match row.last_mut() {
            Some(cell) if cell.is_empty() => cell.push_str(line),
            Some(cell) => {
                cell.push_str("<br>");
                cell.push_str(line);
            }
            None => row.push(line.to_owned()),
        }
    }

    fn last_row(&mut self) -> &mut Vec<String> {
        if self.rows.is_empty() {
            self.rows.push(Vec::new());
        }
        let last = self.rows.len() - 1;
        &mut self.rows[last]
    }

    /// The table; its first row is the head. Empty where no cell has any text.
    #[must_use]
    pub fn write(mut self) -> String {
        self.rows.retain(|row| !row.is_empty());
        let width = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        if self.rows.iter().flatten().all(String::is_empty) {
            return String::new();
        }
        let mut lines: Vec<String> = self.rows.iter().map(|row| line(row, width)).collect();
        lines.insert(1, line(&vec!["---".to_owned(); width], width));
        lines.join("\n")
    }
}

fn line(row: &[String], width: usize) -> String {
    let empty = String::new();
    let cells = row.iter().chain(std::iter::repeat(&empty)).take(width);
    cells.fold("|".to_owned(), |line, cell| format!("{line} {cell} |"))
}
