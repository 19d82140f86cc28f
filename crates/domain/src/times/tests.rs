use super::*;

#[test]
fn each_time_has_its_bounds() {
    assert_eq!(Times::default().checked(), Ok(Times::default()));
    let wrong = |change: fn(&mut Times)| {
        let mut times = Times::default();
        change(&mut times);
        times.checked().map_err(|error| error.what)
    };
    for (least, most, below, above) in [
        (
            (|t| t.session_idle = 5 * MINUTE) as fn(&mut Times),
            (|t| t.session_idle = 60 * MINUTE) as fn(&mut Times),
            (|t| t.session_idle = 5 * MINUTE - 1) as fn(&mut Times),
            (|t| t.session_idle = 60 * MINUTE + 1) as fn(&mut Times),
        ),
        (
            |t| t.session_absolute = HOUR,
            |t| t.session_absolute = 12 * HOUR,
            |t| t.session_absolute = HOUR - 1,
            |t| t.session_absolute = 12 * HOUR + 1,
        ),
        (
            |t| t.desk_qr = 5 * MINUTE,
            |t| t.desk_qr = 8 * HOUR,
            |t| t.desk_qr = 5 * MINUTE - 1,
            |t| t.desk_qr = 8 * HOUR + 1,
        ),
    ] {
        assert!(wrong(least).is_ok() && wrong(most).is_ok());
        assert!(wrong(below).is_err() && wrong(above).is_err());
    }
    assert_eq!(wrong(|t| t.desk_qr = 0), Err("a QR code at the desk"));
}
