use super::*;
use qrcode::{Color, EcLevel, QrCode};

const LINK: &str = "http://localhost:8081/#enrol/acceptatie/q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA";
const MODULE: usize = 8;
const QUIET: usize = 4;

/// As a camera sees it: 8 pixels per module, a quiet zone, grey around.
fn picture(text: &str) -> (Grey, usize) {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).unwrap();
    let size = code.width();
    let side = (size + 2 * QUIET) * MODULE;
    let (width, height) = (side + 60, side + 30);
    let mut pixels = vec![128; width * height];
    for y in 0..side {
        for x in 0..side {
            let module = (x / MODULE, y / MODULE);
            let inside = |at: usize| (QUIET..QUIET + size).contains(&at);
            let dark =
                inside(module.0) && inside(module.1) && code[(module.0 - QUIET, module.1 - QUIET)] == Color::Dark;
            pixels[(y + 15) * width + x + 30] = if dark { 5 } else { 250 };
        }
    }
    (Grey { width, height, pixels }, size)
}

#[test]
fn a_clean_code_is_read() {
    assert_eq!(picture(LINK).0.find(|_| true).as_deref(), Some(LINK));
}

#[test]
fn specks_on_both_timing_patterns_do_not_matter() {
    let (mut grey, size) = picture(LINK);
    for along in [size / 2, size / 3] {
        let at = |module: usize| (QUIET + module) * MODULE;
        for i in 0..3 {
            for (x, y) in [(at(along) + 3 + i, at(6) + 4), (at(6) + 4, at(along) + 3 + i)] {
                for wide in [0, 1] {
                    let pixel = &mut grey.pixels[(y + 15 + wide) * grey.width + x + 30 + wide];
                    *pixel = 255 - *pixel;
                }
            }
        }
    }
    assert_eq!(grey.find(|_| true).as_deref(), Some(LINK));
}

#[test]
fn a_code_of_someone_else_is_told_apart() {
    let (grey, _) = picture("https://example.org/menu");
    assert_eq!(grey.find(|text| text.contains("#login")).as_deref(), Some("https://example.org/menu"));
}

#[test]
fn no_code_is_nothing_also_in_absurd_pictures() {
    assert_eq!(Grey { width: 64, height: 48, pixels: vec![128; 64 * 48] }.find(|_| true), None);
    assert_eq!(Grey { width: 0, height: 0, pixels: Vec::new() }.find(|_| true), None);
    assert_eq!(Grey { width: 10, height: 10, pixels: vec![0; 5] }.find(|_| true), None);
    assert_eq!(Grey::from_rgba(1, 1, &[255, 255, 255, 255]).pixels, [255]);
}
