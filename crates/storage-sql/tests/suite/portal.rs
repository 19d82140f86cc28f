use crate::support::*;
use domain::{
    BirthDate, EmailAddress, Language, PersonName, Ura, UziNumber,
    application::{Application, ApplicationForm, ApplicationId, ApplicationStatus, Checks},
    care_application::{CareApplication, CareApplicationId},
    change::{Change, ChangeId, ChangeStatus, MemberChange, PendingChange},
    mail::{Attempt, Mail, MailId, MailKind, MailStatus},
    notice::{Notice, NoticeId, NoticeKind},
    operator::{Office, Operator},
    organisation::OrganisationId,
    person::{MembershipId, PersonId, Role},
    preregistration::{PreRegistration, PreRegistrationId, Prepared},
    request::RequestId,
    session::SessionId,
};
use std::sync::Arc;
use storage::{MailCounts, StoreError, Window};
use storage_sql::testing::TestDatabase;

const ALL: Window = Window { offset: 0, limit: 100 };

fn somebody(db: &TestDatabase) -> PersonId {
    PersonId::new(NOW, &*db.entropy)
}

fn application(db: &TestDatabase, after: i64) -> Application {
    let address = EmailAddress::parse("a@example.org").unwrap();
    Application {
        id: ApplicationId::new(NOW, &*db.entropy),
        form: ApplicationForm {
            organisation_name: "Praktijk".into(),
            ura: Ura::parse("00000001").unwrap(),
            applicant: PersonName::new("Jan", "", "Berg").unwrap(),
            uzi_number: UziNumber::parse("900012345").unwrap(),
            email: address.clone(),
            representative_name: "Piet".into(),
            representative_email: address,
            care_application: "Medi".into(),
        },
        language: Language::En,
        link_hash: bytes32(db),
        status: ApplicationStatus::Submitted,
        handled_by: None,
        checks: None,
        reason: None,
        decided_by: None,
        decided_at: None,
        organisation: None,
        reminders: 0,
        submitted_at: NOW.plus_seconds(after),
    }
}

pub async fn applications_are_kept(db: TestDatabase) {
    let store = db.open().await;
    // One that is over does not stand in the way of a new one.
    let older = Application { status: ApplicationStatus::Rejected, ..application(&db, 0) };
    let (mut newer, mut last) = (application(&db, 1), application(&db, 2));
    last.form.ura = Ura::parse("00000003").unwrap();
    let all = [newer.clone(), older.clone(), last.clone()];
    write_job!(store, tx => { for new in &all { tx.insert_application(new).await?; } Ok(()) }).unwrap();
    let twin = Application { id: ApplicationId::new(NOW, &*db.entropy), ..older.clone() };
    let twice = write_job!(store, tx => { tx.insert_application(&twin).await });
    assert!(matches!(twice, Err(StoreError::Duplicate(_))));
    let checks = Checks { name: "KvK".into(), ura: "register".into(), representative: "KvK".into() };
    let (by, place) = (somebody(&db), OrganisationId::new(NOW, &*db.entropy));
    let other = Ura::parse("00000002").unwrap();
    last.approve(by, "Praktijk 2", other.clone(), checks.clone(), place, NOW.plus_seconds(5)).unwrap();
    newer.approve(by, "Praktijk", newer.form.ura.clone(), checks, place, NOW.plus_seconds(9)).unwrap();
    let changed = [newer.clone(), last.clone()];
    write_job!(store, tx => { for one in &changed { tx.update_application(one).await?; } Ok(()) }).unwrap();
    let (id, hash) = (newer.id, older.link_hash);
    assert_eq!(read_job!(store, tx => { tx.application(id).await }).unwrap(), Some(newer.clone()));
    assert_eq!(read_job!(store, tx => { tx.application_by_link(&hash).await }).unwrap(), Some(older.clone()));
    assert_eq!(read_job!(store, tx => { tx.application_by_link(&[0; 32]).await }).unwrap(), None);
    let ura = older.form.ura.clone();
    let of = read_job!(store, tx => { tx.applications_of(&ura).await }).unwrap();
    assert_eq!(of, [newer.clone(), older.clone()]);
    assert_eq!(read_job!(store, tx => { tx.applications_of(&other).await }).unwrap(), std::slice::from_ref(&last));
    let approved = read_job!(store, tx => { tx.approved_applications().await }).unwrap();
    assert_eq!(approved, [last.clone(), newer.clone()]);
    for (status, window, total, expected) in [
        (None, ALL, 3, vec![&last, &newer, &older]),
        (None, Window { offset: 2, limit: 2 }, 3, vec![&older]),
        (Some(ApplicationStatus::Approved), ALL, 2, vec![&newer, &last]),
        (Some(ApplicationStatus::Rejected), ALL, 1, vec![&older]),
        (Some(ApplicationStatus::Expired), ALL, 0, vec![]),
    ] {
        let page = read_job!(store, tx => { tx.applications(status, window).await }).unwrap();
        assert_eq!((page.total, page.rows.iter().collect::<Vec<_>>()), (total, expected));
    }
}

/// Whatever the program looked at before: the database keeps one open application per URA.
pub async fn one_application_of_a_ura_is_open(db: TestDatabase) {
    let store = db.open().await;
    let first = application(&db, 0);
    let mut second = application(&db, 1);
    let (one, two) = (first.clone(), second.clone());
    write_job!(store, tx => { tx.insert_application(&one).await }).unwrap();
    let refused = write_job!(store, tx => { tx.insert_application(&two).await });
    assert!(matches!(refused, Err(StoreError::Duplicate(_))), "{refused:?}");
    // Nor does another one get this URA.
    second.form.ura = Ura::parse("00000002").unwrap();
    let elsewhere = second.clone();
    write_job!(store, tx => { tx.insert_application(&elsewhere).await }).unwrap();
    let taken = Application { form: first.form.clone(), ..second.clone() };
    let refused = write_job!(store, tx => { tx.update_application(&taken).await });
    assert!(matches!(refused, Err(StoreError::Duplicate(_))), "{refused:?}");
    for status in [ApplicationStatus::Withdrawn, ApplicationStatus::Expired, ApplicationStatus::Validated] {
        let over = Application { id: ApplicationId::new(NOW, &*db.entropy), link_hash: bytes32(&db), status, ..first.clone() };
        write_job!(store, tx => { tx.insert_application(&over).await }).unwrap();
    }
    let id = second.id;
    assert_eq!(read_job!(store, tx => { tx.application(id).await }).unwrap(), Some(second));
}

pub async fn operators_are_kept(db: TestDatabase) {
    let store = db.open().await;
    let (person, _) = care_worker(&db, &store).await;
    let id = person.id;
    let mut operator = Operator { person: id, office: Office::Operator, invited_by: None, since: NOW, ended_at: None };
    let new = operator.clone();
    write_job!(store, tx => { tx.save_operator(&new).await }).unwrap();
    // Nobody holds both offices at once.
    let both = Operator { office: Office::Auditor, ..operator.clone() };
    assert!(write_job!(store, tx => { tx.save_operator(&both).await }).is_err());
    operator.invited_by = Some(somebody(&db));
    operator.ended_at = Some(NOW);
    let changed = operator.clone();
    write_job!(store, tx => { tx.save_operator(&changed).await }).unwrap();
    assert_eq!(read_job!(store, tx => { tx.operator(id).await }).unwrap(), Some(operator.clone()));
    assert_eq!(read_job!(store, tx => { tx.operators().await }).unwrap(), [operator.clone()]);
    // One after the other, and the first is remembered.
    let since = NOW.plus_seconds(1);
    let mut auditor = Operator { office: Office::Auditor, since, ended_at: None, ..operator.clone() };
    let new = auditor.clone();
    write_job!(store, tx => { tx.save_operator(&new).await }).unwrap();
    assert_eq!(read_job!(store, tx => { tx.operator(id).await }).unwrap(), Some(auditor.clone()), "who holds it");
    auditor.ended_at = Some(since);
    let changed = auditor.clone();
    write_job!(store, tx => { tx.save_operator(&changed).await }).unwrap();
    assert_eq!(read_job!(store, tx => { tx.operator(id).await }).unwrap(), Some(auditor.clone()), "else the last");
    assert_eq!(read_job!(store, tx => { tx.operators().await }).unwrap(), [operator.clone(), auditor]);
    let again = Operator { since: since.plus_seconds(1), ended_at: None, ..operator };
    let new = again.clone();
    write_job!(store, tx => { tx.save_operator(&new).await }).unwrap();
    assert_eq!(read_job!(store, tx => { tx.operator(id).await }).unwrap(), Some(again.clone()));
    let nobody = Operator { person: somebody(&db), ..again };
    let id = nobody.person;
    assert!(write_job!(store, tx => { tx.save_operator(&nobody).await }).is_err());
    assert_eq!(read_job!(store, tx => { tx.operator(id).await }).unwrap(), None);
}

pub async fn changes_wait_and_are_forgotten(db: TestDatabase) {
    let store = db.open().await;
    let change = |after| PendingChange {
        id: ChangeId::new(NOW, &*db.entropy),
        change: Change::Member {
            membership: MembershipId::new(NOW, &*db.entropy),
            change: MemberChange::Give(Role::Manager),
        },
        reason: "Nieuwe praktijkmanager".into(),
        sentence: ("U geeft".into(), "You give".into()),
        by: somebody(&db),
        session: SessionId::new(NOW, &*db.entropy),
        confirmation: None,
        status: ChangeStatus::Proposed,
        second: None,
        enrolment: None,
        problem: None,
        created_at: NOW.plus_seconds(after),
        expires_at: NOW.plus_seconds(after + 600),
    };
    let (mut one, mut two, mut three) = (change(0), change(1), change(2));
    let all = [two.clone(), one.clone(), three.clone()];
    write_job!(store, tx => { for new in &all { tx.insert_change(new).await?; } Ok(()) }).unwrap();
    let again = one.clone();
    let twice = write_job!(store, tx => { tx.insert_change(&again).await });
    assert!(matches!(twice, Err(StoreError::Duplicate(_))));
    let request = RequestId::new(NOW, &*db.entropy);
    one.confirmation = Some(request);
    one.status = ChangeStatus::AwaitingSecond;
    two.status = ChangeStatus::AwaitingSecond;
    two.problem = Some("no-role".into());
    three.status = ChangeStatus::Executed;
    three.second = Some(somebody(&db));
    three.enrolment = Some(request);
    three.change = Change::Member { membership: MembershipId::new(NOW, &*db.entropy), change: MemberChange::Unlink };
    let changed = [one.clone(), two.clone(), three.clone()];
    write_job!(store, tx => { for one in &changed { tx.update_change(one).await?; } Ok(()) }).unwrap();
    let id = three.id;
    assert_eq!(read_job!(store, tx => { tx.change(id).await }).unwrap(), Some(three));
    let found = read_job!(store, tx => { tx.change_by_confirmation(request).await }).unwrap();
    assert_eq!(found.as_ref(), Some(&one));
    assert_eq!(read_job!(store, tx => { tx.changes_awaiting_second().await }).unwrap(), [one.clone(), two.clone()]);
    let before = two.expires_at;
    assert_eq!(write_job!(store, tx => { tx.forget_changes(before, 0).await }).unwrap(), 0);
    assert_eq!(write_job!(store, tx => { tx.forget_changes(before, 9).await }).unwrap(), 1);
    assert_eq!(read_job!(store, tx => { tx.changes_awaiting_second().await }).unwrap(), [two]);
    let later = before.plus_seconds(1_000_000);
    assert_eq!(write_job!(store, tx => { tx.forget_changes(later, 9).await }).unwrap(), 1);
    assert!(read_job!(store, tx => { tx.change(id).await }).unwrap().is_some());
}

fn mail(db: &TestDatabase, after: i64) -> Mail {
    Mail {
        id: MailId::new(NOW, &*db.entropy),
        kind: MailKind::RoleGiven,
        to: EmailAddress::parse("jan@example.org").unwrap(),
        language: Language::Nl,
        subject: "U hebt een rol".into(),
        text: "tekst".into(),
        html: "<p>tekst</p>".into(),
        reference: "AB12CD34".into(),
        organisation: Some(OrganisationId::new(NOW, &*db.entropy)),
        person: Some(somebody(db)),
        application: Some(ApplicationId::new(NOW, &*db.entropy)),
        status: MailStatus::Queued,
        attempts: 0,
        next_at: NOW.plus_seconds(after),
        last_error: None,
        created_at: NOW.plus_seconds(after),
        sent_at: None,
    }
}

pub async fn mails_are_sent_by_one_node(db: TestDatabase) {
    let nodes = [Arc::new(db.open().await), Arc::new(db.open().await)];
    let store = nodes[0].clone();
    let mails: Vec<_> = (0..20).map(|after| mail(&db, after)).collect();
    let all = mails.clone();
    write_job!(*store, tx => { for new in &all { tx.insert_mail(new).await?; } Ok(()) }).unwrap();
    assert_eq!(read_job!(*store, tx => { tx.mails_due(NOW.plus_seconds(1), 9).await }).unwrap(), mails[..2]);
    // Two nodes take what is due at the same moment: each mail goes to one of them.
    let now = NOW.plus_seconds(100);
    let jobs: Vec<_> = (0..10)
        .map(|number| {
            let node = nodes[number % 2].clone();
            tokio::spawn(async move {
                write_job!(*node, tx => {
                    let mut due = tx.mails_due(now, 4).await?;
                    for mail in &mut due {
                        mail.claim(now);
                        tx.update_mail(mail).await?;
                    }
                    Ok(due)
                })
            })
        })
        .collect();
    let mut claimed = Vec::new();
    for job in jobs {
        claimed.extend(job.await.unwrap().unwrap());
    }
    claimed.sort_by_key(|mail| mail.created_at);
    assert_eq!(claimed.iter().map(|mail| mail.id).collect::<Vec<_>>(), mails.iter().map(|m| m.id).collect::<Vec<_>>());
    assert_eq!(write_job!(*store, tx => { tx.mails_due(now, 9).await }).unwrap(), []);
    claimed[0].tried(Attempt::Sent, now);
    claimed[1].tried(Attempt::Never("550 no such user".into()), now);
    claimed[2].tried(Attempt::Later("421 busy".into()), now);
    let tried = claimed[..3].to_vec();
    write_job!(*store, tx => { for mail in &tried { tx.update_mail(mail).await?; } Ok(()) }).unwrap();
    for mail in &claimed[..3] {
        let id = mail.id;
        assert_eq!(read_job!(*store, tx => { tx.mail(id).await }).unwrap().as_ref(), Some(mail));
    }
    let counts = read_job!(*store, tx => { tx.mail_counts().await }).unwrap();
    assert_eq!(counts, MailCounts { queued: 18, sent: 1, failed: 1 });
    let page = read_job!(*store, tx => { tx.mails(None, Window { offset: 17, limit: 9 }).await }).unwrap();
    assert_eq!((page.total, page.rows), (20, vec![claimed[2].clone(), claimed[1].clone(), claimed[0].clone()]));
    let page = read_job!(*store, tx => { tx.mails(Some(MailStatus::Sent), ALL).await }).unwrap();
    assert_eq!((page.total, page.rows), (1, vec![claimed[0].clone()]));
    // What waits is never forgotten, and what was sent not before its time is over since then.
    let (sent, failed, later) = (now, claimed[1].next_at, now.plus_seconds(86_400));
    assert!(failed > sent && claimed.iter().all(|mail| mail.created_at < sent));
    assert_eq!(write_job!(*store, tx => { tx.forget_mails(sent, 9).await }).unwrap(), 0);
    assert_eq!(write_job!(*store, tx => { tx.forget_mails(sent.plus_seconds(1), 9).await }).unwrap(), 1);
    assert_eq!(write_job!(*store, tx => { tx.forget_mails(failed, 9).await }).unwrap(), 0);
    assert_eq!(write_job!(*store, tx => { tx.forget_mails(later, 0).await }).unwrap(), 0);
    assert_eq!(write_job!(*store, tx => { tx.forget_mails(later, 9).await }).unwrap(), 1);
    assert_eq!(read_job!(*store, tx => { tx.mail_counts().await }).unwrap().queued, 18);
}

pub async fn notices_are_kept(db: TestDatabase) {
    let store = db.open().await;
    let notice = |after: i64, until: Option<i64>| Notice {
        id: NoticeId::new(NOW, &*db.entropy),
        kind: NoticeKind::Maintenance,
        nl: "Onderhoud".into(),
        en: "Maintenance".into(),
        from: NOW.plus_seconds(after),
        until: until.map(|seconds| NOW.plus_seconds(seconds)),
        by: somebody(&db),
    };
    let (mut open, over, coming) = (notice(-5, None), notice(-9, Some(0)), notice(5, Some(9)));
    let all = [coming.clone(), over.clone(), open.clone()];
    write_job!(store, tx => { for new in &all { tx.save_notice(new).await?; } Ok(()) }).unwrap();
    assert_eq!(read_job!(store, tx => { tx.notices(NOW).await }).unwrap(), [open.clone(), coming.clone()]);
    open.until = Some(NOW);
    open.kind = NoticeKind::Disturbance;
    let (changed, id) = (open.clone(), open.id);
    write_job!(store, tx => { tx.save_notice(&changed).await }).unwrap();
    assert_eq!(read_job!(store, tx => { tx.notices(NOW).await }).unwrap(), [coming]);
    assert_eq!(read_job!(store, tx => { tx.notice(id).await }).unwrap(), Some(open));
}

pub async fn care_applications_are_kept(db: TestDatabase) {
    let store = db.open().await;
    let named = |name: &str| CareApplication {
        id: CareApplicationId::new(NOW, &*db.entropy),
        name: name.into(),
        organisation: "Leverancier B.V.".into(),
        certificate_name: Some("client.example".into()),
        public_key: None,
        redirect_addresses: vec!["https://example.org/terug".into()],
        uras: vec![Ura::parse("00000001").unwrap()],
        created_at: NOW,
        ended_at: None,
    };
    let (one, mut two) = (named("Épicure"), named("Zorgdossier"));
    let all = [two.clone(), one.clone()];
    write_job!(store, tx => { for new in &all { tx.save_care_application(new).await?; } Ok(()) }).unwrap();
    assert_eq!(read_job!(store, tx => { tx.care_applications().await }).unwrap(), [one.clone(), two.clone()]);
    two.name = "Alles".into();
    two.ended_at = Some(NOW);
    let (changed, id) = (two.clone(), two.id);
    write_job!(store, tx => { tx.save_care_application(&changed).await }).unwrap();
    assert_eq!(read_job!(store, tx => { tx.care_application(id).await }).unwrap(), Some(two.clone()));
    assert_eq!(read_job!(store, tx => { tx.care_applications().await }).unwrap(), [two, one]);
}

pub async fn preregistrations_are_found(db: TestDatabase) {
    let store = db.open().await;
    let (place, other) = (organisation(&db, "00000001"), organisation(&db, "00000002"));
    let places = [place.clone(), other.clone()];
    write_job!(store, tx => { for new in &places { tx.insert_organisation(new).await?; } Ok(()) }).unwrap();
    let row = |organisation, given: &str, surname: &str, department: &str| PreRegistration {
        id: PreRegistrationId::new(NOW, &*db.entropy),
        organisation,
        row: Prepared {
            name: PersonName::new(given, "van", surname).unwrap(),
            birth_date: BirthDate::new(1980, 1, 0),
            birthplace: "Gent".into(),
            email: EmailAddress::parse(&format!("{given}@example.org")),
            personnel_number: "P7".into(),
            department: department.into(),
        },
        by: somebody(&db),
        created_at: NOW,
    };
    let (anna, bert) = (row(place.id, "anna", "Zwart", "Spoed eisende hulp"), row(place.id, "bert", "Wit", ""));
    let away = row(other.id, "anna", "Wit", "");
    let all = [anna.clone(), bert.clone(), away];
    write_job!(store, tx => { tx.insert_preregistrations(&all).await }).unwrap();
    let id = place.id;
    for (text, expected) in [
        ("", vec![&bert, &anna]),
        ("Zwart", vec![&anna]),
        ("wit bert", vec![&bert]),
        ("BERT@example", vec![&bert]),
        ("eisende", vec![&anna]),
        ("p7", vec![&bert, &anna]),
        ("gent", vec![]),
    ] {
        let page = read_job!(store, tx => { tx.preregistrations(id, text, ALL).await }).unwrap();
        assert_eq!((page.total, page.rows.iter().collect::<Vec<_>>()), (expected.len() as u64, expected), "{text}");
    }
    let one = anna.id;
    assert_eq!(read_job!(store, tx => { tx.preregistration(one).await }).unwrap(), Some(anna));
    assert!(write_job!(store, tx => { tx.delete_preregistration(one).await }).unwrap());
    assert!(!write_job!(store, tx => { tx.delete_preregistration(one).await }).unwrap());
    assert_eq!(read_job!(store, tx => { tx.preregistration(one).await }).unwrap(), None);
    let page = read_job!(store, tx => { tx.preregistrations(id, "", Window { offset: 0, limit: 1 }).await }).unwrap();
    assert_eq!((page.total, page.rows), (1, vec![bert]));
    let after = NOW.plus_seconds(1);
    assert_eq!(write_job!(store, tx => { tx.forget_preregistrations(NOW, 9).await }).unwrap(), 0);
    assert_eq!(write_job!(store, tx => { tx.forget_preregistrations(after, 1).await }).unwrap(), 1);
    assert_eq!(write_job!(store, tx => { tx.forget_preregistrations(after, 9).await }).unwrap(), 1);
    assert_eq!(read_job!(store, tx => { tx.preregistrations(id, "", ALL).await }).unwrap().total, 0);
}
