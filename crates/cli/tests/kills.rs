//! The server is killed ten times while two hundred people register (invariant 4).
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at the first surprise")]

#[test]
fn nothing_is_lost_or_half_after_kills() {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_zorgid"))
        .args(["bench", "kills", "--people", "200", "--kills", "10"])
        .output()
        .expect("zorgid runs");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    let report: serde_json::Value = serde_json::from_str(&text).expect("one JSON object");
    assert_eq!(report["kills"], 10);
    let acknowledged = report["acknowledged"].as_u64().expect("a number");
    assert!(acknowledged > 100, "most registrations get through: {report}");
    assert!(report["identities"].as_u64() >= Some(acknowledged), "{report}");
}
