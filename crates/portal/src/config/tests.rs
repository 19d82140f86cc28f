use super::ContactAddress;

#[test]
fn a_contact_is_an_email_address_or_a_safe_page() {
    let read = |text: &str| ContactAddress::parse(text).map(|address| (address.href(), address.text()));
    let both = |href: &str, text: &str| Some((href.to_owned(), text.to_owned()));
    assert_eq!(read(" hulp@zorg-id.example "), both("mailto:hulp@zorg-id.example", "hulp@zorg-id.example"));
    // RFC 6068: what would end the address is escaped.
    assert_eq!(
        read("a?b&c%d@zorg-id.example"),
        both("mailto:a%3Fb%26c%25d@zorg-id.example", "a?b&c%d@zorg-id.example")
    );
    let page = "https://zorg-id.example/contact?a=b";
    assert_eq!(read(page), both(page, page));
    let line = "https://zorg-id.example/\nContact: mailto:evil@example.com";
    for wrong in ["", "hulp", "http://zorg-id.example", "javascript:alert(1)", "https://", "https://a b", line] {
        assert_eq!(read(wrong), None, "{wrong}");
    }
}
