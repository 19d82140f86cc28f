//! Colleagues to prepare. A row that is not right, or that is somebody who is known already, is left out and told; the
//! others can go on.

use super::{Cells, Column, FileProblem, RowProblem, Table, Wrong};
use crate::{
    BirthDate, EmailAddress, PersonName, Timestamp,
    name::MAX_PART,
    preregistration::{MAX_WORK, Prepared},
};
use std::collections::{BTreeMap, HashMap};

/// The most rows of a file.
pub const MAX_ROWS: usize = 5_000;
/// The longest e-mail address (RFC 5321).
const MAX_ADDRESS: usize = 254;

/// The columns of such a file, in the order of the example.
pub const COLUMNS: [Column; 8] = [
    Column::Given,
    Column::Prefix,
    Column::Surname,
    Column::BirthDate,
    Column::Birthplace,
    Column::Email,
    Column::PersonnelNumber,
    Column::Department,
];

/// Given names, surname (with or without prefix), birth date: as [`PersonName::matches`] compares.
type Key = (String, String, Option<BirthDate>);

fn keys(name: &PersonName, birth_date: Option<BirthDate>) -> [Key; 2] {
    let (given, surname, whole) = name.match_keys();
    [(given.clone(), surname, birth_date), (given, whole, birth_date)]
}

/// A file that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeopleFile {
    /// The rows that are right, by row number.
    rows: BTreeMap<usize, Prepared>,
    /// In which row somebody is.
    places: HashMap<Key, usize>,
    /// What is not right, by row.
    problems: Vec<RowProblem>,
    /// Headings that mean nothing here.
    pub unknown: Vec<String>,
}

impl PeopleFile {
    /// Reads a file; `now` tells which birth dates are in the future.
    pub fn read(bytes: &[u8], now: Timestamp) -> Result<Self, FileProblem> {
        let table = Table::read(bytes, &COLUMNS, MAX_ROWS)?;
        if !table.columns.contains(&Column::Surname) {
            return Err(FileProblem::NoColumn);
        }
        let (rows, places, problems) = (BTreeMap::new(), HashMap::new(), Vec::new());
        let mut file = Self { rows, places, problems, unknown: table.unknown };
        for cells in &table.rows {
            match prepared(cells, now) {
                Ok(prepared) => file.add(cells.row, prepared),
                Err(problems) => file.problems.extend(problems),
            }
        }
        Ok(file)
    }
    fn add(&mut self, row: usize, prepared: Prepared) {
        let keys = keys(&prepared.name, prepared.birth_date);
        if let Some(first) = keys.iter().find_map(|key| self.places.get(key)) {
            self.problems.push(RowProblem { row, column: None, wrong: Wrong::SameAs(*first) });
            return;
        }
        for key in keys {
            self.places.insert(key, row);
        }
        self.rows.insert(row, prepared);
    }
    /// Somebody is known already: their row is left out. The same name and birth date, or the same name where both have no
    /// birth date.
    pub fn leave_out(&mut self, name: &PersonName, birth_date: Option<BirthDate>, wrong: Wrong) {
        for key in keys(name, birth_date) {
            if let Some(row) = self.places.get(&key).copied()
                && self.rows.remove(&row).is_some()
            {
                self.problems.push(RowProblem { row, column: None, wrong });
            }
        }
    }
    /// How many rows are right.
    pub fn good(&self) -> usize {
        self.rows.len()
    }
    /// What is not right, in the order of the file.
    pub fn problems(&self) -> Vec<RowProblem> {
        let mut problems = self.problems.clone();
        problems.sort_by_key(|problem| problem.row);
        problems
    }
    /// The rows that are right, in the order of the file.
    pub fn into_rows(self) -> Vec<Prepared> {
        self.rows.into_values().collect()
    }
}

/// A row, or everything that is not right with it.
fn prepared(cells: &Cells, now: Timestamp) -> Result<Prepared, Vec<RowProblem>> {
    let mut problems = Vec::new();
    if cells.more {
        problems.push(RowProblem { row: cells.row, column: None, wrong: Wrong::MoreCells });
    }
    let [given, prefix, surname, birth_date, birthplace] =
        [Column::Given, Column::Prefix, Column::Surname, Column::BirthDate, Column::Birthplace]
            .map(|column| cells.text(column, MAX_PART, &mut problems));
    let email = cells.text(Column::Email, MAX_ADDRESS, &mut problems);
    let [personnel_number, department] =
        [Column::PersonnelNumber, Column::Department].map(|column| cells.text(column, MAX_WORK, &mut problems));
    let said = |problems: &[RowProblem], column| problems.iter().any(|problem| problem.column == Some(column));
    let mut say = |column, wrong| {
        if !said(&problems, column) {
            problems.push(RowProblem { row: cells.row, column: Some(column), wrong });
        }
    };
    let name = PersonName::new(&given, &prefix, &surname);
    if name.is_none() {
        say(Column::Surname, Wrong::Missing);
    }
    let birth_date = match (birth_date.as_str(), BirthDate::parse_typed(&birth_date)) {
        ("", _) => None,
        (_, Some(date)) if date.is_future(now) => {
            say(Column::BirthDate, Wrong::Future);
            None
        }
        (_, Some(date)) => Some(date),
        (_, None) => {
            say(Column::BirthDate, Wrong::NotADate);
            None
        }
    };
    let address = EmailAddress::parse(&email);
    if address.is_none() && !email.is_empty() {
        say(Column::Email, Wrong::NotAnAddress);
    }
    match name {
        Some(name) if problems.is_empty() => {
            Ok(Prepared { name, birth_date, birthplace, email: address, personnel_number, department })
        }
        _ => Err(problems),
    }
}

#[cfg(test)]
mod tests;
