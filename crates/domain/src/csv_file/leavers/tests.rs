#![allow(clippy::unwrap_used)]
use super::*;

fn read(text: &str) -> LeaversFile {
    LeaversFile::read(text.as_bytes()).unwrap()
}

#[test]
fn each_kind_of_number_finds_somebody() {
    let colleague = Numbers::of("123456789", Some("000012345"), "A-12");
    for (text, rows) in [
        ("persoonsnummer\n123456789\n", vec![2]),
        ("UZI-nummer\n000012345\n", vec![2]),
        ("uzi\n12345\n", vec![2]),
        ("Personeelsnummer\n a12 \n", vec![2]),
        ("persoonsnummer;personeelsnummer\n;A-12\n123456789;\n123456789;A12\n", vec![4, 3, 2]),
        ("person number,name\n987654321,x\n123456789,y\n", vec![3]),
        ("personeelsnummer\nA-123\n", vec![]),
    ] {
        let mut found = read(text).rows_of(&colleague);
        found.sort_unstable_by(|a, b| b.cmp(a));
        assert_eq!(found, rows, "{text:?}");
    }
}

#[test]
fn every_number_of_a_row_must_fit() {
    let file = read("persoonsnummer;personeelsnummer\n123456789;77\n123456789;12\n");
    assert_eq!(file.rows_of(&Numbers::of("123456789", None, "12")), [3]);
    assert_eq!(file.rows_of(&Numbers::of("123456789", None, "")), Vec::<usize>::new());
    // Who has no personnel number is not found by an empty one.
    assert_eq!(read("personeelsnummer\n12\n").rows_of(&Numbers::of("123456789", None, "")), Vec::<usize>::new());
}

#[test]
fn wrong_rows_are_told() {
    let file = read("persoonsnummer;uzi;personeelsnummer\n12a;;\n;1234567890;\n-;x;\n1;2;3;4\n;;9\n");
    let wrong: Vec<_> = file.problems.iter().map(|one| (one.row, one.column, one.wrong)).collect();
    let nine = Wrong::NotDigits(9);
    assert_eq!(
        wrong,
        [
            (2, Some(Column::PersonNumber), nine),
            (3, Some(Column::UziNumber), nine),
            (4, Some(Column::PersonNumber), nine),
            (4, Some(Column::UziNumber), nine),
            (5, None, Wrong::MoreCells),
        ]
    );
    assert_eq!(file.rows().collect::<Vec<_>>(), [6]);
    let named = read("persoonsnummer;achternaam\n;Linde\n");
    assert_eq!((named.problems[0].wrong, named.unknown.len()), (Wrong::Missing, 1));
    assert_eq!(LeaversFile::read(b"achternaam\nLinde\n"), Err(FileProblem::NoColumn));
}

#[test]
fn a_thousand_rows_are_the_most() {
    let rows = |count: usize| LeaversFile::read(format!("uzi\n{}", "123456789\n".repeat(count)).as_bytes());
    assert_eq!(rows(1000).unwrap().rows().count(), 1000);
    assert_eq!(rows(1001), Err(FileProblem::TooManyRows(1000)));
}
