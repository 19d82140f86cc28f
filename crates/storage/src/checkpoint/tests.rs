use super::*;

fn checkpoint() -> Checkpoint {
    Checkpoint { origin: "zorg-id.example/log".into(), size: 5, root: [7; 32] }
}

fn note() -> String {
    checkpoint().note("zorg-id.example/log", b"spki", |body| Ok::<_, ()>(body.iter().rev().copied().collect())).unwrap()
}

#[test]
fn a_note_reads_back() {
    let read = SignedNote::parse(&note()).unwrap();
    assert_eq!(read.checkpoint, checkpoint());
    assert_eq!(read.body, "zorg-id.example/log\n5\nBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=\n");
    assert_eq!(read.key_id, key_id(b"spki"));
    assert_eq!(read.signature, read.body.bytes().rev().collect::<Vec<_>>());
}

#[test]
fn what_is_not_exactly_a_note_is_refused() {
    for broken in [
        note().replace("\n5\n", "\n05\n"),
        note().replace("\n5\n", "\n-5\n"),
        note().replace("\n\n", "\nextra\n\n"),
        note().replace('\u{2014}', "-"),
        note().trim_end().to_owned(),
        note().replace("Bwc=", "Bw=="),
        note() + &"x".repeat(MAX_NOTE),
        String::new(),
    ] {
        assert_eq!(SignedNote::parse(&broken), None, "{broken}");
    }
}
