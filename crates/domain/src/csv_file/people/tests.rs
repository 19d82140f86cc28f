#![allow(clippy::unwrap_used)]
use super::*;
use proptest::prelude::*;

/// 2026-11-22.
const NOW: Timestamp = Timestamp(1_795_305_600_000);
const HEAD: &str = "voornamen;tussenvoegsel;achternaam;geboortedatum;geboorteplaats;e-mail;personeelsnummer;afdeling\n";

fn read(rows: &str) -> PeopleFile {
    PeopleFile::read(format!("{HEAD}{rows}").as_bytes(), NOW).unwrap()
}

fn problems(rows: &str) -> Vec<(usize, Option<Column>, Wrong)> {
    read(rows).problems().into_iter().map(|one| (one.row, one.column, one.wrong)).collect()
}

fn name(given: &str, prefix: &str, surname: &str) -> PersonName {
    PersonName::new(given, prefix, surname).unwrap()
}

#[test]
fn a_whole_row_is_read() {
    let file = read("Anna  Maria;van der;Linde;29-02-1980;'s-Gravenhage;anna@example.nl;0042;Interne geneeskunde\n");
    let row = Prepared {
        name: name("Anna Maria", "van der", "Linde"),
        birth_date: BirthDate::new(1980, 2, 29),
        birthplace: "'s-Gravenhage".into(),
        email: EmailAddress::parse("anna@example.nl"),
        personnel_number: "0042".into(),
        department: "Interne geneeskunde".into(),
    };
    assert_eq!(file.into_rows(), [row]);
}

#[test]
fn only_a_surname_is_needed() {
    let file = PeopleFile::read("Surname\nLinde\nÇelik\n".as_bytes(), NOW).unwrap();
    assert_eq!((file.good(), file.problems().len()), (2, 0));
    assert!(file.into_rows().iter().all(|row| row.birth_date.is_none() && row.email.is_none()));
    assert_eq!(PeopleFile::read(b"voornamen\nAnna\n", NOW), Err(FileProblem::NoColumn));
    assert_eq!(read(";;Linde;00-00-1980;;;;\n").into_rows()[0].birth_date, BirthDate::new(1980, 0, 0));
}

#[test]
fn everything_that_is_not_right_is_told_with_its_row() {
    let long = "x".repeat(121);
    let rows = format!(
        "Anna;;;31-02-1990;;geen adres;;\n\
         Jan;;Berg;01-01-2030;;;;\n\
         {long};;Bos;;;;{long};\n\
         Piet;;B\u{202e}os;;;;;\n\
         Eva;;Bos;;;;;;te veel\n\
         Kees;;Goed;1-2-1980;;;;\n"
    );
    let missing = Wrong::Missing;
    assert_eq!(
        problems(&rows),
        [
            (2, Some(Column::Surname), missing),
            (2, Some(Column::BirthDate), Wrong::NotADate),
            (2, Some(Column::Email), Wrong::NotAnAddress),
            (3, Some(Column::BirthDate), Wrong::Future),
            (4, Some(Column::Given), Wrong::TooLong(120)),
            (4, Some(Column::PersonnelNumber), Wrong::TooLong(100)),
            (5, Some(Column::Surname), Wrong::Hidden),
            (6, None, Wrong::MoreCells),
        ]
    );
    assert_eq!(read(&rows).into_rows().len(), 1);
}

#[test]
fn who_is_in_the_file_twice_is_read_once() {
    let rows = "Zoë;van der;Linde;01-01-1980;;;;\n\
                zoe;;VANDERLINDE;1-1-1980;;;;\n\
                Zoë;;Linde;01-01-1980;;;;\n\
                Zoë;van der;Linde;02-01-1980;;;;\n\
                Zoë;van der;Linde;;;;;\n\
                Zoë;van der;Linde;;;;;\n";
    let same = |row, first| (row, None, Wrong::SameAs(first));
    assert_eq!(problems(rows), [same(3, 2), same(4, 2), same(7, 6)]);
    assert_eq!(read(rows).good(), 3);
}

#[test]
fn who_is_known_is_left_out() {
    let rows = "Zoë;van der;Linde;01-01-1980;;;;\nJan;;Berg;;;;;\nPiet;;Bos;03-03-1983;;;;\n";
    let mut file = read(rows);
    file.leave_out(&name("zoe", "", "van der Linde"), BirthDate::new(1980, 1, 1), Wrong::WorksHere);
    file.leave_out(&name("Jan", "", "Berg"), None, Wrong::Prepared);
    // Another birth date is another person; somebody else is nobody in the file.
    file.leave_out(&name("Piet", "", "Bos"), BirthDate::new(1984, 3, 3), Wrong::WorksHere);
    file.leave_out(&name("Piet", "", "Bos"), None, Wrong::Prepared);
    file.leave_out(&name("Klaas", "", "Vaak"), None, Wrong::WorksHere);
    let told: Vec<_> = file.problems().iter().map(|one| (one.row, one.wrong)).collect();
    assert_eq!(told, [(2, Wrong::WorksHere), (3, Wrong::Prepared)]);
    // Told once, also when two people are the same one.
    file.leave_out(&name("Zoë", "van der", "Linde"), BirthDate::new(1980, 1, 1), Wrong::Prepared);
    assert_eq!((file.good(), file.problems().len()), (1, 2));
}

#[test]
fn five_thousand_rows_are_the_most() {
    let rows = |count: usize| {
        let all: String = (0..count).map(|n| format!("A;;Naam{n};;;;;\n")).collect();
        PeopleFile::read(format!("{HEAD}{all}").as_bytes(), NOW)
    };
    assert_eq!(rows(5000).unwrap().good(), 5000);
    assert_eq!(rows(5001), Err(FileProblem::TooManyRows(5000)));
}

proptest! {
    /// Whatever a file says: nothing is stored that the form of one colleague would refuse.
    #[test]
    fn what_is_read_can_be_stored(rows in "([^\0]{0,30};){0,8}(\n|[^\0]{0,9}\n){0,4}[A-Za-z;0-9@.\\- \n\"]{0,200}") {
        let Ok(file) = PeopleFile::read(format!("{HEAD}{rows}").as_bytes(), NOW) else { return Ok(()) };
        let told = file.problems().len();
        for row in file.into_rows() {
            let again = PersonName::new(&row.name.given, &row.name.prefix, &row.name.surname);
            prop_assert_eq!(again.as_ref(), Some(&row.name));
            let texts = [&row.name.given, &row.name.prefix, &row.name.surname, &row.birthplace];
            prop_assert!(texts.iter().all(|text| !text.chars().any(crate::name::hides)), "{} told", told);
            prop_assert!(row.department.chars().count() <= MAX_WORK && row.personnel_number.chars().count() <= MAX_WORK);
            prop_assert!(row.birth_date.is_none_or(|date| !date.is_future(NOW)));
        }
    }
}
