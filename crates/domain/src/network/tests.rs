use super::*;
use proptest::prelude::*;

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}
fn proxies(networks: &[&str], header: ForwardedHeader) -> Proxies {
    Proxies { trusted: networks.iter().map(|n| Network::parse(n).unwrap()).collect(), header }
}
fn x(networks: &[&str], peer: &str, values: &[&str]) -> String {
    proxies(networks, ForwardedHeader::XForwardedFor).caller(ip(peer), values.iter().copied()).to_string()
}

#[test]
fn networks_are_read_strictly() {
    for good in ["10.0.0.0/8", "192.0.2.1", "0.0.0.0/0", "2001:db8::/32", "::1", "::/0", " 192.0.2.128/25 "] {
        assert!(Network::parse(good).is_some(), "{good}");
    }
    for bad in
        ["", "10.0.0.1/8", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/+8", "2001:db8::1/32", "::/129", "proxy", "10.0.0/8"]
    {
        assert!(Network::parse(bad).is_none(), "{bad}");
    }
}

#[test]
fn networks_contain_their_addresses_only() {
    let ten = Network::parse("10.0.0.0/8").unwrap();
    assert!(ten.contains(ip("10.255.0.1")) && ten.contains(ip("::ffff:10.0.0.1")));
    assert!(!ten.contains(ip("11.0.0.0")) && !ten.contains(ip("::10.0.0.1")));
    assert!(Network::parse("0.0.0.0/0").unwrap().contains(ip("203.0.113.9")));
    assert!(!Network::parse("0.0.0.0/0").unwrap().contains(ip("2001:db8::1")));
    assert!(Network::parse("::/0").unwrap().contains(ip("2001:db8::1")));
    let one = Network::parse("2001:db8::5").unwrap();
    assert!(one.contains(ip("2001:db8::5")) && !one.contains(ip("2001:db8::4")));
}

#[test]
fn without_trusted_proxies_headers_count_for_nothing() {
    assert_eq!(x(&[], "192.0.2.1", &["203.0.113.9"]), "192.0.2.1");
    assert_eq!(x(&["10.0.0.0/8"], "192.0.2.1", &["203.0.113.9"]), "192.0.2.1");
}

#[test]
fn the_rightmost_address_that_is_not_ours_is_the_caller() {
    let ours = ["10.0.0.0/8"];
    assert_eq!(x(&ours, "10.0.0.1", &["203.0.113.9"]), "203.0.113.9");
    // What the caller sent stands left of what the proxy added.
    assert_eq!(x(&ours, "10.0.0.1", &["127.0.0.1, 203.0.113.9"]), "203.0.113.9");
    assert_eq!(x(&ours, "10.0.0.1", &["10.0.0.7, 203.0.113.9, 10.0.0.2"]), "203.0.113.9");
    // Also in a header line of its own.
    assert_eq!(x(&ours, "10.0.0.1", &["198.51.100.1", "203.0.113.9"]), "203.0.113.9");
    assert_eq!(x(&ours, "::ffff:10.0.0.1", &["2001:db8::9"]), "2001:db8::9");
    // All ours: somebody inside.
    assert_eq!(x(&ours, "10.0.0.1", &["10.0.0.3, 10.0.0.2"]), "10.0.0.3");
    assert_eq!(x(&ours, "10.0.0.1", &[]), "10.0.0.1");
}

#[test]
fn what_cannot_be_read_ends_the_search() {
    let ours = ["10.0.0.0/8"];
    assert_eq!(x(&ours, "10.0.0.1", &["203.0.113.9, unknown"]), "10.0.0.1");
    assert_eq!(x(&ours, "10.0.0.1", &["203.0.113.9, evil, 10.0.0.2"]), "10.0.0.2");
    assert_eq!(x(&ours, "10.0.0.1", &[""]), "10.0.0.1");
    let long = "10.0.0.2,".repeat(10_000);
    assert_eq!(x(&ours, "10.0.0.1", &[&format!("203.0.113.9,{}", long.trim_end_matches(','))]), "10.0.0.2");
}

#[test]
fn ports_and_brackets_are_left_out() {
    let ours = ["10.0.0.0/8"];
    assert_eq!(x(&ours, "10.0.0.1", &["203.0.113.9:4711"]), "203.0.113.9");
    assert_eq!(x(&ours, "10.0.0.1", &["[2001:db8::9]:4711"]), "2001:db8::9");
    assert_eq!(x(&ours, "10.0.0.1", &["::ffff:203.0.113.9"]), "203.0.113.9");
}

#[test]
fn rfc_7239_is_read_when_the_proxy_writes_it() {
    let proxies = proxies(&["10.0.0.0/8"], ForwardedHeader::Forwarded);
    let of = |values: &[&str]| proxies.caller(ip("10.0.0.1"), values.iter().copied()).to_string();
    assert_eq!(of(&["for=192.0.2.60;proto=http;by=203.0.113.43"]), "192.0.2.60");
    assert_eq!(of(&["for=127.0.0.1, proto=https; For=\"[2001:db8:cafe::17]:4711\""]), "2001:db8:cafe::17");
    assert_eq!(of(&["for=192.0.2.60, for=10.0.0.2"]), "192.0.2.60");
    for hidden in ["for=unknown", "for=_hidden", "by=192.0.2.1", "192.0.2.60", "for=\"192.0.2.60"] {
        assert_eq!(of(&[hidden]), "10.0.0.1", "{hidden}");
    }
    for header in [ForwardedHeader::XForwardedFor, ForwardedHeader::Forwarded] {
        assert_eq!(ForwardedHeader::parse(header.as_str()), Some(header));
    }
    assert_eq!(ForwardedHeader::parse("x-real-ip"), None);
}

proptest! {
    /// Whatever a stranger puts in front of it: the address that our proxy saw is the answer.
    #[test]
    fn nobody_speaks_for_somebody_else(made_up in "\\PC{0,200}", seen in any::<u32>(), separate in any::<bool>()) {
        let seen = IpAddr::from(seen.to_be_bytes());
        let proxies = proxies(&["10.0.0.0/8"], ForwardedHeader::XForwardedFor);
        prop_assume!(!proxies.is_ours(seen));
        let seen_text = seen.to_string();
        let together = format!("{made_up}, {seen_text}");
        let values: Vec<&str> = if separate { vec![&made_up, &seen_text] } else { vec![&together] };
        prop_assert_eq!(proxies.caller(ip("10.0.0.1"), values.into_iter()), seen);
        prop_assert_eq!(proxies.caller(ip("192.0.2.7"), [made_up.as_str()].into_iter()), ip("192.0.2.7"));
    }
}
