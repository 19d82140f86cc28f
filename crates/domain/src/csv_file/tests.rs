#![allow(clippy::unwrap_used)]
use super::*;
use crate::spreadsheet::line;
use proptest::prelude::*;

const WANTED: [Column; 3] = [Column::Surname, Column::Given, Column::Department];

fn read(text: &str) -> Result<Table, FileProblem> {
    Table::read(text.as_bytes(), &WANTED, 10)
}

fn cells(table: &Table) -> Vec<(usize, &str, &str)> {
    table.rows.iter().map(|row| (row.row, row.raw(Column::Given), row.raw(Column::Surname))).collect()
}

#[test]
fn separator_and_order_are_found_out() {
    for text in [
        "achternaam;voornamen\nLinde;Anna\n",
        "voornamen,achternaam\nAnna,Linde\n",
        "Voornamen;Afdeling, of team;ACHTERNAAM\r\nAnna;x;Linde\r\n",
        "First names,\"Last name\"\rAnna,\"Linde\"\r",
        "voor-namen;achter naam\nAnna;Linde",
        "sep=;\nvoornamen;achternaam\nAnna;Linde",
    ] {
        let table = read(text).unwrap();
        let found: Vec<_> = cells(&table).into_iter().map(|(_, given, surname)| (given, surname)).collect();
        assert_eq!(found, [("Anna", "Linde")], "{text:?}");
    }
    // One column has no separator.
    assert_eq!(cells(&read("achternaam\nLinde\n").unwrap()), [(2, "", "Linde")]);
    // A comma in a file of semicolons is a comma.
    assert_eq!(cells(&read("achternaam;voornamen\nLinde, de;Anna\n").unwrap()), [(2, "Anna", "Linde, de")]);
}

#[test]
fn every_encoding_that_dutch_computers_write_is_read() {
    for (bytes, surname) in [
        (&b"achternaam\nZo\xc3\xab\n"[..], "Zoë"),
        (b"\xef\xbb\xbfachternaam\nZo\xc3\xab\n", "Zoë"),
        (b"achternaam\nZo\xeb\n", "Zoë"),
        (b"achternaam\n\x80 \x92t Hof\n", "€ ’t Hof"),
    ] {
        let table = Table::read(bytes, &WANTED, 10).unwrap();
        assert_eq!(table.rows[0].raw(Column::Surname), surname);
    }
    // Every byte, against the table of the Unicode consortium (CP1252.TXT).
    let all: String = (0x80..=0xff).map(windows).collect();
    assert!(all.starts_with("€\u{81}‚ƒ„…†‡ˆ‰Š‹Œ\u{8d}Ž\u{8f}\u{90}‘’“”•–—˜™š›œ\u{9d}žŸ\u{a0}¡¢£"), "{all}");
    assert!(all.ends_with("ðñòóôõö÷øùúûüýþÿ") && (0..0x80).all(|byte| windows(byte) == char::from(byte)));
    for bytes in [&b"PK\x03\x04\x00\x00"[..], b"\xff\xfea\x00c\x00h\x00", b"achternaam\nLin\0de\n"] {
        assert_eq!(Table::read(bytes, &WANTED, 10), Err(FileProblem::NotCsv));
    }
}

#[test]
fn rows_are_counted_as_a_spreadsheet_counts_them() {
    let text = "\n\nachternaam;voornamen\n\nA;1\n \nB;2\n;\n\"C\nC\";3\nD;4\n";
    let rows: Vec<usize> = read(text).unwrap().rows.iter().map(|row| row.row).collect();
    assert_eq!(rows, [5, 7, 9, 10]);
    let hinted = read("sep=,\nachternaam\nA\n").unwrap();
    assert_eq!(hinted.rows[0].row, 3);
}

#[test]
fn what_is_not_understood_is_told() {
    let table = read("achternaam;Salaris;;BSN\nLinde;1000;x;y\n").unwrap();
    assert_eq!(table.unknown, ["Salaris", "BSN"]);
    let long = format!("achternaam;{};a\u{202e}b\nLinde;1;2\n", "x".repeat(100));
    assert_eq!(read(&long).unwrap().unknown, ["x".repeat(40), "ab".to_owned()]);
    let many = format!("achternaam{}\nLinde\n", (0..50).map(|n| format!(";kop {n}")).collect::<String>());
    assert_eq!(read(&many).unwrap().unknown.len(), 10);
    // More cells than headings; empty ones do not matter, and fewer are empty.
    let table = read("achternaam;voornamen\nA;1;meer\nB;2;;;\nC\n").unwrap();
    assert_eq!(table.rows.iter().map(|row| row.more).collect::<Vec<_>>(), [true, false, false]);
    assert_eq!(table.rows[2].raw(Column::Given), "");
}

#[test]
fn a_file_that_cannot_be_read_says_why() {
    for (text, problem) in [
        ("", FileProblem::Empty),
        ("\n\n;;\n", FileProblem::Empty),
        ("achternaam;voornamen\n", FileProblem::Empty),
        ("achternaam\n \n;\n", FileProblem::Empty),
        ("naam;leeftijd\nLinde;3\n", FileProblem::NoColumn),
        ("Linde;Anna\n", FileProblem::NoColumn),
        ("achternaam;surname\nLinde;Linde\n", FileProblem::Twice(Column::Surname)),
    ] {
        assert_eq!(read(text), Err(problem), "{text:?}");
    }
    let rows = |count: usize| format!("achternaam\n{}", "Linde\n".repeat(count));
    assert_eq!(read(&rows(10)).unwrap().rows.len(), 10);
    assert_eq!(read(&rows(11)), Err(FileProblem::TooManyRows(10)));
    let large = vec![b'a'; MAX_BYTES + 1];
    assert_eq!(Table::read(&large, &WANTED, 10), Err(FileProblem::TooLarge));
    assert_eq!(read(&";".repeat(MAX_BYTES)), Err(FileProblem::Empty));
    assert_eq!(read(&format!("achternaam{}", ";x".repeat(200))), Err(FileProblem::NotCsv));
}

#[test]
fn a_quotation_mark_that_is_not_closed_is_found() {
    let table = read("achternaam;voornamen\n\"Linde;Anna\nBerg;Jan\n").unwrap();
    let mut problems = Vec::new();
    assert_eq!(table.rows[0].text(Column::Surname, 100, &mut problems), "");
    let there = RowProblem { row: 2, column: Some(Column::Surname), wrong: Wrong::LineBreak };
    assert_eq!(problems, [there]);
}

#[test]
fn every_heading_means_one_thing() {
    for column in Column::ALL {
        for heading in column.headings() {
            assert_eq!(Column::parse(heading), Some(column), "{heading}");
            assert_eq!(Column::parse(&format!(" {}: ", heading.to_uppercase())), Some(column));
        }
    }
    for other in ["", "naam", "bsn", "burgerservicenummer", "telefoon"] {
        assert_eq!(Column::parse(other), None, "{other}");
    }
}

proptest! {
    #[test]
    fn no_file_makes_it_stumble(bytes in proptest::collection::vec(any::<u8>(), 0..2000)) {
        let _ = Table::read(&bytes, &WANTED, 10);
    }

    #[test]
    fn no_text_makes_it_stumble(rows in "(achternaam|voornamen|\"|;|,|\n|\r|'|=|é| |sep=){0,60}") {
        if let Ok(table) = read(&rows) {
            prop_assert!(!table.rows.is_empty() && table.rows.len() <= 10);
            prop_assert!(table.rows.windows(2).all(|two| two[0].row < two[1].row), "rows go up: {:?}", table.rows);
        }
    }

    /// What we write ourselves is read back as it was, formulas too.
    #[test]
    fn our_own_files_come_back(rows in proptest::collection::vec(("[^\0\r\n']{1,20}", "[^\0\r\n']{0,20}"), 1..10)) {
        prop_assume!(rows.iter().all(|(surname, _)| !surname.trim().is_empty()));
        let mut text = spreadsheet::MARK.to_owned() + &line(&["Achternaam", "Voornamen"]);
        for (surname, given) in &rows {
            text += &line(&[surname, given]);
        }
        let table = read(&text).unwrap();
        let back: Vec<_> = table.rows.iter().map(|row| (row.raw(Column::Surname), row.raw(Column::Given))).collect();
        let sent: Vec<_> = rows.iter().map(|(surname, given)| (surname.as_str(), given.as_str())).collect();
        prop_assert_eq!(back, sent);
    }
}
