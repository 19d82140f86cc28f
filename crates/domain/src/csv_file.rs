//! CSV files that a beheerder brings (SYSTEM.md flow 9): colleagues to prepare ([`people`]) and colleagues who leave
//! ([`leavers`]). Files come from personnel systems and spreadsheets, so separator, encoding and order of the columns are
//! found out; what is not understood is told with its row, never guessed.

pub mod leavers;
pub mod people;

use crate::{name, spreadsheet};
use std::borrow::Cow;

/// The largest file, in bytes.
pub const MAX_BYTES: usize = 2 * 1024 * 1024;
/// More columns than these has no file of people.
const MAX_COLUMNS: usize = 100;
/// So many unknown headings are told, each so many characters long.
const TOLD: (usize, usize) = (10, 40);

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Column {
    /// Voornamen.
    Given,
    /// Tussenvoegsel.
    Prefix,
    /// Achternaam.
    Surname,
    /// Geboortedatum.
    BirthDate,
    /// Geboorteplaats.
    Birthplace,
    /// E-mailadres.
    Email,
    /// Personeelsnummer.
    PersonnelNumber,
    /// Afdeling.
    Department,
    /// Persoonsnummer.
    PersonNumber,
    /// UZI-nummer.
    UziNumber,
}

impl Column {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Given,
        Self::Prefix,
        Self::Surname,
        Self::BirthDate,
        Self::Birthplace,
        Self::Email,
        Self::PersonnelNumber,
        Self::Department,
        Self::PersonNumber,
        Self::UziNumber,
    ];
    /// The headings that mean it, as [`plain`] leaves them.
    fn headings(self) -> &'static [&'static str] {
        match self {
            Self::Given => &["voornamen", "voornaam", "givennames", "givenname", "firstnames", "firstname"],
            Self::Prefix => &["tussenvoegsel", "tussenvoegsels", "voorvoegsel", "voorvoegsels", "prefix", "infix"],
            Self::Surname => &["achternaam", "surname", "lastname", "familyname"],
            Self::BirthDate => &["geboortedatum", "birthdate", "dateofbirth"],
            Self::Birthplace => &["geboorteplaats", "birthplace", "placeofbirth"],
            Self::Email => &["email", "emailadres", "emailaddress", "mail"],
            Self::PersonnelNumber => {
                &["personeelsnummer", "personnelnumber", "employeenumber", "staffnumber", "medewerkernummer"]
            }
            Self::Department => &["afdeling", "department"],
            Self::PersonNumber => &["persoonsnummer", "personnumber"],
            Self::UziNumber => &["uzinummer", "uzinumber", "uzi"],
        }
    }
    /// What a heading means, in Dutch or English; capitals, spaces, hyphens and other signs do not matter.
    pub fn parse(heading: &str) -> Option<Self> {
        let heading = plain(heading);
        Self::ALL.into_iter().find(|column| column.headings().iter().any(|known| plain(known) == heading))
    }
}

/// Letters and digits only, as names are compared.
fn plain(heading: &str) -> String {
    name::fold(heading).chars().filter(|c| c.is_alphanumeric()).collect()
}

/// Why a file cannot be read at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileProblem {
    /// More than [`MAX_BYTES`].
    #[error("the file is too large")]
    TooLarge,
    /// More rows than may be.
    #[error("more than {0} rows")]
    TooManyRows(usize),
    /// Nothing in it, or only headings.
    #[error("no rows")]
    Empty,
    /// No text: a workbook, or another encoding.
    #[error("not a CSV file")]
    NotCsv,
    /// None of the columns by which somebody is known.
    #[error("the columns that are needed are not there")]
    NoColumn,
    /// Two columns of one meaning.
    #[error("two columns hold the same")]
    Twice(Column),
}

/// What is not right with a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// It must be filled in.
    Missing,
    /// Longer than so many characters.
    TooLong(usize),
    /// Characters that do not show as what they are.
    Hidden,
    /// The text goes on on the next line: somewhere a quotation mark is not closed.
    LineBreak,
    /// No date that exists.
    NotADate,
    /// A date in the future.
    Future,
    /// No e-mail address.
    NotAnAddress,
    /// Not so many digits.
    NotDigits(usize),
    /// More cells than headings.
    MoreCells,
    /// The same person is in an earlier row.
    SameAs(usize),
    /// The same person was prepared before.
    Prepared,
    /// The same person works here.
    WorksHere,
    /// Nobody with this number works here.
    Unknown,
    /// So many people have this number.
    Several(usize),
    /// Oneself.
    Oneself,
    /// Nobody would be left to administer the organisation.
    LastAdministrator,
    /// Somebody with a role, whom only an administrator unlinks.
    HasRole,
}

/// What is not right, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowProblem {
    /// The row, as a spreadsheet counts: the headings are row 1.
    pub row: usize,
    /// In which column; none: the row as a whole.
    pub column: Option<Column>,
    /// What.
    pub wrong: Wrong,
}

/// A row, with the cells of the columns that count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cells {
    /// The row, as a spreadsheet counts.
    pub row: usize,
    cells: Vec<(Column, String)>,
    /// There are cells beyond the last heading.
    more: bool,
}

impl Cells {
    /// The cell as it was written; empty when the file does not have it.
    fn raw(&self, column: Column) -> &str {
        self.cells.iter().find(|(known, _)| *known == column).map_or("", |(_, text)| text)
    }
    /// The text of a cell: spaces at the ends and double ones go. What cannot be stored is told, and empty.
    fn text(&self, column: Column, most: usize, problems: &mut Vec<RowProblem>) -> String {
        let raw = self.raw(column).trim();
        let text = raw.split_whitespace().collect::<Vec<_>>().join(" ");
        let wrong = match () {
            () if raw.contains('\n') => Wrong::LineBreak,
            () if text.chars().count() > most || !name::fits_key(&text, most) => Wrong::TooLong(most),
            () if text.chars().any(name::hides) => Wrong::Hidden,
            () => return text,
        };
        problems.push(RowProblem { row: self.row, column: Some(column), wrong });
        String::new()
    }
}

/// A file of rows under headings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// The columns that count, in the order of the file.
    pub columns: Vec<Column>,
    /// Headings that mean nothing here; what stands under them is left out.
    pub unknown: Vec<String>,
    /// The rows that are not empty.
    pub rows: Vec<Cells>,
}

impl Table {
    /// Reads a file of which these columns count, with at most so many rows.
    pub fn read(bytes: &[u8], wanted: &[Column], most: usize) -> Result<Self, FileProblem> {
        let text = decode(bytes)?;
        let (text, skipped) = without_hint(&text);
        let meant = |separator: u8| {
            let heading = records(text, separator).next().map(|(_, cells)| cells).unwrap_or_default();
            heading.iter().filter(|cell| Column::parse(cell).is_some_and(|column| wanted.contains(&column))).count()
        };
        // A file of one column has neither.
        let separator = if meant(b',') > meant(b';') { b',' } else { b';' };
        let mut records = records(text, separator);
        let (_, headings) = records.next().ok_or(FileProblem::Empty)?;
        let mut table = Self { columns: Vec::new(), unknown: Vec::new(), rows: Vec::new() };
        let places = table.places(&headings, wanted)?;
        for (row, cells) in records {
            if table.rows.len() == most {
                return Err(FileProblem::TooManyRows(most));
            }
            table.rows.push(Cells {
                row: row + skipped,
                more: cells.iter().skip(places.len()).any(|cell| !cell.trim().is_empty()),
                cells: places
                    .iter()
                    .zip(cells)
                    .filter_map(|(column, cell)| column.map(|column| (column, unguarded(cell))))
                    .collect(),
            });
        }
        if table.rows.is_empty() { Err(FileProblem::Empty) } else { Ok(table) }
    }
    /// What each place of a row holds.
    fn places(&mut self, headings: &[String], wanted: &[Column]) -> Result<Vec<Option<Column>>, FileProblem> {
        if headings.len() > MAX_COLUMNS {
            return Err(FileProblem::NotCsv);
        }
        let mut places = Vec::new();
        for heading in headings {
            let column = Column::parse(heading).filter(|column| wanted.contains(column));
            match column {
                Some(column) if self.columns.contains(&column) => return Err(FileProblem::Twice(column)),
                Some(column) => self.columns.push(column),
                None => self.tell(heading),
            }
            places.push(column);
        }
        if self.columns.is_empty() { Err(FileProblem::NoColumn) } else { Ok(places) }
    }
    fn tell(&mut self, heading: &str) {
        let shown: String = heading.trim().chars().filter(|c| !name::hides(*c)).take(TOLD.1).collect();
        if !shown.is_empty() && self.unknown.len() < TOLD.0 {
            self.unknown.push(shown);
        }
    }
}

/// What Windows-1252 has where Latin-1 has control characters (0x80 to 0x9f); the few that it leaves open stay those, and are
/// told as what cannot be shown.
const WINDOWS: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}', '‘', '’',
    '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

fn windows(byte: u8) -> char {
    let place = usize::from(byte).checked_sub(0x80);
    place.and_then(|place| WINDOWS.get(place)).copied().unwrap_or(char::from(byte))
}

/// The text: UTF-8 with or without its mark, or else Windows-1252, which spreadsheets of Dutch computers write.
fn decode(bytes: &[u8]) -> Result<String, FileProblem> {
    if bytes.len() > MAX_BYTES {
        return Err(FileProblem::TooLarge);
    }
    let bytes = bytes.strip_prefix(spreadsheet::MARK.as_bytes()).unwrap_or(bytes);
    // A workbook (a zip file) and UTF-16 have them, a text never.
    if bytes.contains(&0) {
        return Err(FileProblem::NotCsv);
    }
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(bytes.iter().map(|byte| windows(*byte)).collect()),
    };
    // One kind of line end, so that rows can be counted.
    Ok(text.replace("\r\n", "\n").replace('\r', "\n"))
}

/// Without the line `sep=;` that some programs write for Excel, and how many lines that was. The headings decide anyway.
fn without_hint(text: &str) -> (&str, usize) {
    match text.split_once('\n') {
        Some((first, rest)) if first.len() == 5 && first.to_ascii_lowercase().starts_with("sep=") => (rest, 1),
        _ => (text, 0),
    }
}

/// The records that are not empty, each with its row as a spreadsheet counts: empty lines count, lines within a cell do not.
fn records(text: &str, separator: u8) -> impl Iterator<Item = (usize, Vec<String>)> {
    let reader =
        csv::ReaderBuilder::new().delimiter(separator).has_headers(false).flexible(true).from_reader(text.as_bytes());
    let mut within = 0;
    // The text is UTF-8 in memory and rows may differ in length: nothing is left that could fail.
    reader.into_records().map_while(Result::ok).filter_map(move |record| {
        let (line, byte) = record.position().map_or((1, 0), |position| (position.line(), position.byte()));
        let from = usize::try_from(byte).ok().and_then(|byte| text.as_bytes().get(byte..)).unwrap_or_default();
        let empty = from.iter().take_while(|byte| **byte == b'\n').count();
        let row = (usize::try_from(line).unwrap_or(usize::MAX) + empty).saturating_sub(within);
        within += record.iter().map(|cell| cell.matches('\n').count()).sum::<usize>();
        let blank = record.iter().all(|cell| cell.trim().is_empty());
        // One cell more than may be is enough to see that there are too many.
        (!blank).then(|| (row, record.iter().take(MAX_COLUMNS + 1).map(str::to_owned).collect()))
    })
}

/// Without the apostrophe that [`spreadsheet::cell`] puts in front: our own lists can be brought back.
fn unguarded(cell: String) -> String {
    match cell.strip_prefix('\'') {
        Some(rest) if matches!(spreadsheet::cell(rest), Cow::Owned(_)) => rest.to_owned(),
        _ => cell,
    }
}

#[cfg(test)]
mod tests;
