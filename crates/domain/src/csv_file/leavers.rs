//! Colleagues who leave: each row names somebody by person number, UZI number or personnel number. Where a row has several
//! of them, all must fit: a number in the wrong row unlinks nobody.

use super::{Cells, Column, FileProblem, RowProblem, Table, Wrong};
use crate::{name::fold, preregistration::MAX_WORK};
use std::collections::HashMap;

/// The most rows of a file. Everybody is unlinked in one transaction, with an entry in the log for each, while others wait.
pub const MAX_ROWS: usize = 1_000;
/// Digits of a person number and of a UZI number.
const DIGITS: usize = 9;

/// The columns of such a file, in the order in which somebody is looked up.
pub const COLUMNS: [Column; 3] = [Column::PersonNumber, Column::UziNumber, Column::PersonnelNumber];

/// The numbers of somebody, empty where there is none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Numbers {
    /// Person number.
    pub person: String,
    /// UZI number.
    pub uzi: String,
    /// Personnel number, folded.
    pub personnel: String,
}

impl Numbers {
    /// The numbers of a colleague.
    pub fn of(person: &str, uzi: Option<&str>, personnel: &str) -> Self {
        let (person, uzi) = (person.to_owned(), uzi.unwrap_or_default().to_owned());
        Self { person, uzi, personnel: fold(personnel) }
    }
    fn all(&self) -> [(Column, &str); 3] {
        [
            (Column::PersonNumber, &self.person),
            (Column::UziNumber, &self.uzi),
            (Column::PersonnelNumber, &self.personnel),
        ]
    }
    /// Whether a colleague has every number that this row names.
    fn fits(&self, colleague: &Self) -> bool {
        self.all().iter().zip(colleague.all()).all(|((_, asked), (_, held))| asked.is_empty() || *asked == held)
    }
}

/// A file that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeaversFile {
    /// The rows, in the order of the file.
    rows: Vec<(usize, Numbers)>,
    /// The rows by the first number that each names.
    places: HashMap<(Column, String), Vec<usize>>,
    /// What is not right.
    pub problems: Vec<RowProblem>,
    /// Headings that mean nothing here.
    pub unknown: Vec<String>,
}

impl LeaversFile {
    /// Reads a file.
    pub fn read(bytes: &[u8]) -> Result<Self, FileProblem> {
        let table = Table::read(bytes, &COLUMNS, MAX_ROWS)?;
        let (rows, places, problems) = (Vec::new(), HashMap::new(), Vec::new());
        let mut file = Self { rows, places, problems, unknown: table.unknown };
        for cells in &table.rows {
            match numbers(cells) {
                Ok(numbers) => file.add(cells.row, numbers),
                Err(problems) => file.problems.extend(problems),
            }
        }
        Ok(file)
    }
    fn add(&mut self, row: usize, numbers: Numbers) {
        let first = numbers.all().into_iter().find(|(_, number)| !number.is_empty());
        if let Some((column, number)) = first.map(|(column, number)| (column, number.to_owned())) {
            self.places.entry((column, number)).or_default().push(self.rows.len());
            self.rows.push((row, numbers));
        }
    }
    /// The rows (their row numbers) that are right, in the order of the file.
    pub fn rows(&self) -> impl Iterator<Item = usize> {
        self.rows.iter().map(|(row, _)| *row)
    }
    /// The rows that name this colleague.
    pub fn rows_of(&self, colleague: &Numbers) -> Vec<usize> {
        let mut found = Vec::new();
        for (column, number) in colleague.all() {
            let places = self.places.get(&(column, number.to_owned())).map(Vec::as_slice).unwrap_or_default();
            let rows = places.iter().filter_map(|place| self.rows.get(*place));
            found.extend(rows.filter(|(_, asked)| asked.fits(colleague)).map(|(row, _)| *row));
        }
        found
    }
}

/// The numbers of a row, or everything that is not right with it.
fn numbers(cells: &Cells) -> Result<Numbers, Vec<RowProblem>> {
    let mut problems = Vec::new();
    if cells.more {
        problems.push(RowProblem { row: cells.row, column: None, wrong: Wrong::MoreCells });
    }
    let [person, uzi, personnel] = COLUMNS.map(|column| cells.text(column, MAX_WORK, &mut problems));
    let mut nine = |column, text: String| {
        let digits = text.len() <= DIGITS && text.bytes().all(|byte| byte.is_ascii_digit());
        if !digits {
            problems.push(RowProblem { row: cells.row, column: Some(column), wrong: Wrong::NotDigits(DIGITS) });
        }
        // Spreadsheets drop leading zeros.
        if text.is_empty() { text } else { format!("{text:0>DIGITS$}") }
    };
    let numbers = Numbers {
        person: nine(Column::PersonNumber, person),
        uzi: nine(Column::UziNumber, uzi),
        personnel: fold(&personnel),
    };
    if problems.is_empty() && numbers == Numbers::default() {
        problems.push(RowProblem { row: cells.row, column: None, wrong: Wrong::Missing });
    }
    if problems.is_empty() { Ok(numbers) } else { Err(problems) }
}

#[cfg(test)]
mod tests;
