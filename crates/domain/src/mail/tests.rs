#![allow(clippy::unwrap_used)]
use super::*;

fn queued() -> Mail {
    Mail {
        id: MailId(uuid::Uuid::from_bytes([1; 16])),
        kind: MailKind::ApplicationCopy,
        to: EmailAddress::parse("a@b.nl").unwrap(),
        language: Language::Nl,
        subject: "s".into(),
        text: "t".into(),
        html: "h".into(),
        reference: "ABCDEFGH".into(),
        organisation: None,
        person: None,
        application: None,
        status: MailStatus::Queued,
        attempts: 0,
        next_at: Timestamp(0),
        last_error: None,
        created_at: Timestamp(0),
        sent_at: None,
    }
}

#[test]
fn a_refusal_for_now_is_tried_again_ever_later_and_given_up_in_the_end() {
    let mut mail = queued();
    let mut now = Timestamp(0);
    let mut pauses = Vec::new();
    while mail.status == MailStatus::Queued {
        mail.tried(Attempt::Later("451".into()), now);
        pauses.push(mail.next_at.seconds_since(now));
        now = mail.next_at;
    }
    assert_eq!(&pauses[..6], &[60, 300, 900, 3600, 14400, 14400]);
    assert_eq!(pauses.len(), MAX_ATTEMPTS as usize);
    assert_eq!(mail.status, MailStatus::Failed);
    assert!((2..=4).contains(&(now.unix() / 86400)));
}

#[test]
fn a_refusal_for_good_is_not_tried_again_unless_an_operator_wants_it() {
    let mut mail = queued();
    mail.tried(Attempt::Never("550".into()), Timestamp(1));
    assert_eq!((mail.status, mail.last_error.as_deref()), (MailStatus::Failed, Some("550")));
    mail.again(Timestamp(5));
    assert_eq!((mail.status, mail.attempts, mail.next_at), (MailStatus::Queued, 0, Timestamp(5)));
    mail.tried(Attempt::Sent, Timestamp(6));
    assert_eq!((mail.status, mail.sent_at, mail.last_error.clone()), (MailStatus::Sent, Some(Timestamp(6)), None));
    mail.again(Timestamp(7));
    assert_eq!(mail.status, MailStatus::Sent);
}

#[test]
fn words_are_read_back() {
    assert!(MailKind::ALL.iter().all(|kind| MailKind::parse(kind.as_str()) == Some(*kind)));
    assert!(MailStatus::ALL.iter().all(|status| MailStatus::parse(status.as_str()) == Some(*status)));
}
