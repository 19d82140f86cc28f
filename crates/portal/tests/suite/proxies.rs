//! Behind a proxy: whose address stands in the log and is limited.

use super::world::{Answer, World};
use axum::{
    body::Body,
    extract::ConnectInfo,
    http::{Request, header},
};
use domain::network::{ForwardedHeader, Network, Proxies};
use protocol::ProblemCode;
use std::net::SocketAddr;

const PROXY: &str = "10.1.2.3";

/// Types a wrong code, as somebody whose connection comes from `peer`.
async fn wrong_code(world: &World, peer: &str, headers: &[(&str, &str)]) -> Answer {
    let peer = SocketAddr::new(peer.parse().unwrap(), 4711);
    let mut request = Request::post("/api/v1/requests/redeem").header(header::CONTENT_TYPE, "application/json");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let mut request = request.body(Body::from(r#"{"code":"00000000"}"#)).unwrap();
    request.extensions_mut().insert(ConnectInfo(peer));
    world.send(request).await
}

async fn behind(world: &World, header: ForwardedHeader) -> World {
    let trusted = vec![Network::parse("10.0.0.0/8").unwrap()];
    world.node_with(|parts| parts.config.proxies = Proxies { trusted, header }).await
}

/// Five wrong codes are allowed per address and minute: whoever is refused at the sixth is one caller.
#[tokio::test]
async fn a_stranger_cannot_choose_an_address() {
    let base = World::new().await;
    for number in 0..6 {
        let made_up = format!("198.51.100.{number}");
        let answer = wrong_code(&base, "192.0.2.1", &[("x-forwarded-for", &made_up)]).await;
        let expected = if number < 5 { ProblemCode::RequestUnknown } else { ProblemCode::TooManyAttempts };
        assert_eq!(answer.code(), expected, "{number}: no proxy is trusted");
    }
    base.pass(60);
    let world = behind(&base, ForwardedHeader::XForwardedFor).await;
    for number in 0..6 {
        // The stranger puts addresses in front, and past the proxy; the proxy adds the one it sees.
        let made_up = format!("198.51.100.{number}, 203.0.113.9");
        let headers = [("x-forwarded-for", made_up.as_str()), ("forwarded", "for=198.51.100.77")];
        let answer = wrong_code(&world, PROXY, &headers).await;
        let expected = if number < 5 { ProblemCode::RequestUnknown } else { ProblemCode::TooManyAttempts };
        assert_eq!(answer.code(), expected, "{number}: behind the proxy");
    }
    // The others behind the same proxy are not held up by that one.
    let other = wrong_code(&world, PROXY, &[("x-forwarded-for", "203.0.113.10")]).await;
    assert_eq!(other.code(), ProblemCode::RequestUnknown);
    // Who reaches the server without the proxy speaks for nobody.
    let direct = wrong_code(&world, "192.0.2.1", &[("x-forwarded-for", "203.0.113.9")]).await;
    assert_eq!(direct.code(), ProblemCode::RequestUnknown);
}

#[tokio::test]
async fn only_the_header_that_the_proxy_writes_counts() {
    let base = World::new().await;
    let world = behind(&base, ForwardedHeader::Forwarded).await;
    for number in 0..6 {
        let made_up = format!("198.51.100.{number}");
        let headers = [("forwarded", "for=\"[2001:db8::9]:4711\";proto=https"), ("x-forwarded-for", made_up.as_str())];
        let answer = wrong_code(&world, PROXY, &headers).await;
        let expected = if number < 5 { ProblemCode::RequestUnknown } else { ProblemCode::TooManyAttempts };
        assert_eq!(answer.code(), expected, "{number}");
    }
}
