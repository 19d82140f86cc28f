//! Tests of the pages: texts, templates, small helpers, and every page in process.

mod forms;
mod help;
mod informing;
mod pages;
mod rig;
mod texts;

use super::{dutch_time, qr, ui::own_path};
use domain::Timestamp;

#[test]
fn dutch_summer_and_winter_time() {
    // 2026-03-29 and 2026-10-25 are the last Sundays.
    let at = |text: &str| {
        let parsed = time::OffsetDateTime::parse(text, &time::format_description::well_known::Rfc3339);
        Timestamp::from(parsed.unwrap())
    };
    for (utc, local) in [
        ("2026-03-29T00:59:59Z", "01:59"),
        ("2026-03-29T01:00:00Z", "03:00"),
        ("2026-10-25T00:59:59Z", "02:59"),
        ("2026-10-25T01:00:00Z", "02:00"),
        ("2026-11-22T13:30:00Z", "14:30"),
        ("2026-07-01T12:30:00Z", "14:30"),
    ] {
        assert_eq!(dutch_time::time(at(utc)), local, "{utc}");
    }
    assert_eq!(dutch_time::date(at("2026-12-31T23:30:00Z")), "01-01-2027");
    assert_eq!(dutch_time::iso_date(at("2026-12-31T22:59:59Z")), "2026-12-31");
    assert_eq!(dutch_time::clock(245), "4:05");
    assert_eq!(dutch_time::exact(crate::caller::Lang::Nl, at("2026-11-22T13:30:05Z")), "22-11-2026 14:30:05 uur");
    assert_eq!(dutch_time::exact(crate::caller::Lang::En, at("2026-07-01T12:30:59Z")), "01-07-2026 14:30:59");
    // The days on which the clock changes have 23 and 25 hours.
    for (name, begins, ends) in [
        ("2026-11-22", "2026-11-21T23:00:00Z", "2026-11-22T23:00:00Z"),
        ("2026-03-29", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"),
        ("2026-10-25", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z"),
        ("2026-07-01", "2026-06-30T22:00:00Z", "2026-07-01T22:00:00Z"),
    ] {
        let day = dutch_time::day(dutch_time::parse_date(name).unwrap());
        assert_eq!((day.name.as_str(), day.begins, day.ends), (name, at(begins), at(ends)));
    }
}

#[test]
fn we_return_only_to_our_own_pages() {
    assert_eq!(own_path(Some("/registreren/pas")), "/registreren/pas");
    for bad in ["//evil.example", "https://evil.example", "/\\evil", "", "inloggen", "/a?b=c", "/a#b", "/%2e"] {
        assert_eq!(own_path(Some(bad)), "/", "{bad}");
    }
    assert_eq!(own_path(None), "/");
}

#[test]
fn a_qr_code_is_black_on_white_with_a_quiet_zone_and_a_name() {
    let svg = qr::svg("https://app.example.nl/#login/acceptatie/x", "QR-code <om> \"te\" & zo").unwrap();
    assert!(svg.contains("fill=\"#ffffff\"") && svg.contains("fill=\"#000000\""));
    assert!(svg.contains("aria-label=\"QR-code &lt;om> &quot;te&quot; &amp; zo\""));
    assert!(!svg.contains("M0 ") && !svg.contains("M3 ") && svg.contains("M4 4h7"), "four white modules around it");
}

#[test]
fn the_saved_picture_is_a_png_of_the_same_code() {
    let bytes = qr::png("https://app.example.nl/#enrol/acceptatie/x").unwrap();
    let mut reader = png::Decoder::new(std::io::Cursor::new(&bytes)).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut pixels).unwrap();
    assert_eq!(info.width, info.height);
    assert!(info.width >= 300, "large enough to scan from a screen");
    let is_white = |x: usize, y: usize| pixels[y * info.line_size + x / 8] >> (7 - x % 8) & 1 == 1;
    assert!(is_white(0, 0) && is_white(47, 47) && !is_white(48, 48), "quiet zone, then a finder pattern");
}

/// One mask for every code: any text under it must still be read. The nonces differ, so the patterns do.
#[test]
fn a_reader_finds_every_link_in_its_code() {
    for number in 0..64_u8 {
        let nonce = protocol::Nonce::from_bytes([number.wrapping_mul(37); 32].map(|byte| byte ^ number.rotate_left(3)));
        let varied = protocol::Nonce::from_bytes(nonce.hash());
        for nonce in [nonce, varied] {
            let link = format!("http://localhost:8081/#login/acceptatie/{}", nonce.reveal());
            let bytes = qr::png(&link).unwrap();
            let mut reader = png::Decoder::new(std::io::Cursor::new(&bytes)).read_info().unwrap();
            let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
            let info = reader.next_frame(&mut pixels).unwrap();
            let side = info.width as usize;
            let grey = |x: usize, y: usize| 255 * (pixels[y * info.line_size + x / 8] >> (7 - x % 8) & 1);
            let mut image = rqrr::PreparedImage::prepare_from_greyscale(side, side, grey);
            let read: Vec<String> = image.detect_grids().iter().map(|grid| grid.decode().unwrap().1).collect();
            assert_eq!(read, [link]);
        }
    }
}

/// As a camera sees the console: dark where a character draws, two modules high each.
#[test]
fn a_reader_finds_the_link_on_the_terminal() {
    let link = format!("http://localhost:8081/#enrol/acceptatie/{}", protocol::Nonce::from_bytes([9; 32]).reveal());
    let lines: Vec<Vec<char>> = qr::lines(&link).unwrap().iter().map(|line| line.chars().collect()).collect();
    const SCALE: usize = 8;
    let side = lines[0].len();
    let dark = |x: usize, y: usize| match lines[y / 2][x] {
        '█' => true,
        '▀' => y.is_multiple_of(2),
        '▄' => y % 2 == 1,
        _ => false,
    };
    let grey = |x: usize, y: usize| if dark(x / SCALE, y / SCALE) { 0 } else { 255 };
    let mut image = rqrr::PreparedImage::prepare_from_greyscale(side * SCALE, side * SCALE, grey);
    let read: Vec<String> = image.detect_grids().iter().map(|grid| grid.decode().unwrap().1).collect();
    assert_eq!(read, [link]);
}
