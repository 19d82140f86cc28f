//! What else comes in from outside: forms of the portal, headers of proxies, checkpoints of a log.

use domain::{
    BirthDate,
    csv_file::{self, leavers::LeaversFile, people::PeopleFile},
    network::{ForwardedHeader, Network, Proxies},
};
use fuzz::{Bend, THEN};
use protocol::code::{Digits4, LoginCode, ShortCode};
use std::net::IpAddr;
use storage::checkpoint::{Checkpoint, SignedNote};

/// A form is pairs; each value goes to the reader of its field.
#[test]
fn fuzz_form() {
    let example = b"csrf=AAAA&birth_date=29-02-1980&code=0123-4567&yes=1&lang=nl";
    bolero::check!().with_type::<Bend>().for_each(|bend| {
        let bytes = bend.bytes(&[example, b"code=%C3%A9+04%2017&code=1", b"a=%&b=%zz&=&&"]);
        for (name, value) in url::form_urlencoded::parse(&bytes) {
            assert!(name.len() <= bytes.len() * 3 && value.len() <= bytes.len() * 3);
            let _ = (BirthDate::parse_typed(&value), LoginCode::parse(&value), ShortCode::parse(&value));
            let _ = Digits4::parse(&value);
        }
    });
}

/// Whatever a stranger sends along: the address that our proxy saw is the answer.
#[test]
fn fuzz_forwarded() {
    let ours =
        vec![Network::parse("10.0.0.0/8").expect("a network"), Network::parse("2001:db8::/32").expect("a network")];
    let proxy: IpAddr = "10.0.0.1".parse().expect("an address");
    let seen: IpAddr = "203.0.113.9".parse().expect("an address");
    let examples = [
        "198.51.100.1, 10.0.0.7",
        "for=192.0.2.60;proto=http;by=203.0.113.43, for=\"[2001:db9:cafe::17]:4711\"",
        "unknown, _hidden, [::1]:80, ::ffff:10.0.0.1",
        "10.0.0.0/8",
    ];
    bolero::check!().with_type::<Bend>().for_each(|bend| {
        let text = bend.text(&examples);
        if let Some(network) = Network::parse(&text) {
            let _ = (network.contains(proxy), network.contains(seen));
        }
        for header in [ForwardedHeader::XForwardedFor, ForwardedHeader::Forwarded] {
            let proxies = Proxies { trusted: ours.clone(), header };
            let added = match header {
                ForwardedHeader::XForwardedFor => seen.to_string(),
                ForwardedHeader::Forwarded => format!("for={seen}"),
            };
            let values = [text.as_str(), added.as_str()];
            assert_eq!(proxies.caller(proxy, values.into_iter()), seen, "the caller chose an address");
            assert_eq!(proxies.caller(seen, [text.as_str()].into_iter()), seen, "a stranger is no proxy");
            let _ = proxies.caller(proxy, [text.as_str()].into_iter());
        }
    });
}

#[test]
fn fuzz_checkpoint() {
    let checkpoint = Checkpoint { origin: "zorg-id.example/log".into(), size: 5, root: [7; 32] };
    let note = checkpoint.note("zorg-id.example/log", b"key", |_| Ok::<_, ()>(vec![1; 64])).expect("a note");
    assert!(SignedNote::parse(&note).is_some(), "the example is read");
    bolero::check!().with_type::<Bend>().for_each(|bend| {
        let text = bend.text(&[&note]);
        if let Some(read) = SignedNote::parse(&text) {
            assert_eq!(read.checkpoint.body(), read.body, "one checkpoint has one form");
            assert!(text.starts_with(&read.body));
        }
    });
}

/// Files of people: what comes out of them fits where it goes, and rows are told in the order of the file.
#[test]
fn fuzz_people_file() {
    let people = "voornamen;tussenvoegsel;achternaam;geboortedatum;e-mail;afdeling\r\n\
                  Anna;van der;Linde;29-02-1980;anna@example.nl;\"Interne; geneeskunde\"\r\nJan;;Berg;00-00-1990;;\r\n";
    let leavers = "persoonsnummer,uzi-nummer,personeelsnummer\n123456789,,\n,000012345,A-12\n";
    let latin = b"sep=;\nachternaam;geboorteplaats\nZo\xeb;Den Haag\n";
    assert_eq!(PeopleFile::read(people.as_bytes(), THEN).expect("the example is read").good(), 2);
    bolero::check!().with_type::<Bend>().for_each(|bend| {
        let bytes = bend.bytes(&[people.as_bytes(), leavers.as_bytes(), latin]);
        if let Ok(file) = PeopleFile::read(&bytes, THEN) {
            let problems = file.problems();
            assert!(problems.windows(2).all(|two| two[0].row <= two[1].row));
            assert!(file.good() <= csv_file::people::MAX_ROWS);
            assert!(file.into_rows().iter().all(|row| !row.name.surname.is_empty()));
        }
        if let Ok(file) = LeaversFile::read(&bytes) {
            assert!(file.rows().count() + file.problems.len() > 0);
        }
    });
}
