//! Aanvragen beheren: organisations, care applications, notices and mail, over HTTP.

use super::{
    applications::{URA, apply, good, stored},
    backoffice::with_role,
    beheerder::{count, memberships_of},
    forger::Forger,
    login::renew_unlock,
    visitor::{Visitor, mails},
    world::World,
};
use axum::http::StatusCode;
use domain::{
    application::VALIDATE_WITHIN_DAYS,
    log::Event,
    mail::{Attempt, MailStatus},
    organisation::OrganisationStatus,
    person::{MembershipStatus, Role},
};
use portal::services::{applications, changes::Proposed};
use storage::StoreError;

#[tokio::test]
async fn ending_an_organisation_ends_its_people_and_their_sessions() {
    let world = World::new().await;
    let (operator, mut phone) = Visitor::operator(&world).await;
    let mut operator = operator;
    let worker = Forger::new(&world).await;
    with_role(&world, &worker, Role::Administrator).await;
    let mut inside = Visitor::logged_in(&world, &worker).await;
    assert_eq!(inside.get("/overzicht").await.status, StatusCode::OK);
    let path = format!("/backoffice/organisaties/{}", world.organisation);
    assert!(operator.get(&path).await.text().contains("Jan van Test"));
    let asked = operator.post(&format!("{path}/beeindigen"), &[("reden", "Praktijk gestopt")]).await;
    assert!(asked.location().starts_with("/bevestigen/"), "always confirmed: {}", asked.text());
    assert_eq!(memberships_of(&world, worker.identity.person).await[0].status, MembershipStatus::Active);
    assert!(matches!(operator.confirm(&mut phone, asked.location()).await, Ok(Proposed::Done(_))));
    let membership = memberships_of(&world, worker.identity.person).await.remove(0);
    assert_eq!((membership.status, membership.roles), (MembershipStatus::Ended, vec![Role::Signer]));
    assert_eq!(inside.get("/overzicht").await.location(), "/inloggen");
    let events = world.events().await;
    for event in [Event::OrganisationEnded, Event::MembershipEnded, Event::SessionEnded] {
        assert!(events.iter().any(|entry| entry.event == event), "{event:?}");
    }
    // The operator works here no more either, and still is operator.
    assert_eq!(operator.get("/backoffice").await.status, StatusCode::OK);
    assert_eq!(
        operator.post(&format!("{path}/naam"), &[("naam", "X"), ("reden", "Y")]).await.status,
        StatusCode::CONFLICT
    );
}

#[tokio::test]
async fn a_large_organisation_is_ended_batch_by_batch() {
    let world = World::new().await;
    let mut people = Vec::new();
    for _ in 0..3 {
        people.push(Forger::new(&world).await.identity.person);
    }
    let id = world.organisation;
    let ended: Result<(), StoreError> = world
        .app
        .store
        .write(move |tx| {
            Box::pin(async move {
                let mut organisation = tx.organisation(id).await?.unwrap();
                organisation.status = OrganisationStatus::Ended;
                tx.update_organisation(&organisation).await
            })
        })
        .await;
    ended.unwrap();
    portal::tasks::move_applications(&world.app).await;
    for person in people {
        assert_eq!(memberships_of(&world, person).await[0].status, MembershipStatus::Ended);
    }
}

#[tokio::test]
async fn only_an_orphaned_organisation_is_reopened() {
    let world = World::new().await;
    let (operator, mut phone) = Visitor::operator(&world).await;
    let mut operator = operator;
    let administrator = Forger::new(&world).await;
    with_role(&world, &administrator, Role::Administrator).await;
    let path = format!("/backoffice/organisaties/{}", world.organisation);
    let reopen = [("uzinummer", "900012345"), ("reden", "Administrator is weg")];
    assert_eq!(operator.post(&format!("{path}/heropenen"), &reopen).await.status, StatusCode::CONFLICT);
    // Operators may take the last administrator's role.
    let membership = memberships_of(&world, administrator.identity.person).await[0].id;
    let who = format!("{membership}/Administrator");
    let taken = operator.post(&format!("{path}/rol"), &[("wie", &who), ("reden", "Uit dienst")]).await;
    operator.confirm(&mut phone, taken.location()).await.unwrap();
    assert!(!memberships_of(&world, administrator.identity.person).await[0].has(Role::Administrator));
    assert!(operator.get(&path).await.text().contains("verweesd"));
    let wrong = operator.post(&format!("{path}/heropenen"), &[("uzinummer", "12"), ("reden", "x")]).await;
    assert!(wrong.text().contains("id=\"uzinummer-fout\""), "{}", wrong.text());
    let reopened = operator.post(&format!("{path}/heropenen"), &reopen).await;
    assert_eq!(reopened.location(), format!("{path}?gedaan=heropend"), "{}", reopened.text());
    assert!(operator.get(&path).await.text().contains("900012345, tot en met 20-02-2027"));
    // Ninety days later it is over, and can be done again.
    world.pass(VALIDATE_WITHIN_DAYS * 24 * 3600);
    renew_unlock(&world, &mut phone).await;
    let mut operator = Visitor::logged_in(&world, &phone).await;
    assert!(!operator.get(&path).await.text().contains("900012345"));
    let again = operator.post(&format!("{path}/heropenen"), &reopen).await;
    assert_eq!(again.location(), format!("{path}?gedaan=heropend"), "{}", again.text());
    assert!(operator.get(&path).await.text().contains("900012345, tot en met"));
    assert_eq!(count(&world, Event::OrganisationReopened).await, 2);
}

#[tokio::test]
async fn care_applications_are_registered_with_checked_fields() {
    let world = World::new().await;
    let (mut operator, _) = Visitor::operator(&world).await;
    let new = operator.get("/backoffice/zorgapplicaties/nieuw").await.text();
    let path = new.split("action=\"").find(|part| part.starts_with("/backoffice/zorgapplicaties/")).unwrap();
    let path = path.split('"').next().unwrap().to_owned();
    let fields = |certificate, addresses, uras| {
        [
            ("naam", "Zorgsoft"),
            ("organisatie", "Zorgsoft BV"),
            ("certificaatnaam", certificate),
            ("sleutel", ""),
            ("adressen", addresses),
            ("uras", uras),
        ]
    };
    for (certificate, addresses, uras, wrong) in [
        ("", "https://zorgsoft.example/terug", URA, "certificaatnaam-fout"),
        ("zorgsoft.example", "http://zorgsoft.example/terug", URA, "adressen-fout"),
        ("zorgsoft.example", "javascript:alert(1)", URA, "adressen-fout"),
        ("zorgsoft.example", "https://zorgsoft.example/terug", "123", "uras-fout"),
    ] {
        let answer = operator.post(&path, &fields(certificate, addresses, uras)).await;
        assert!(answer.text().contains(&format!("id=\"{wrong}\"")), "{wrong}: {}", answer.text());
        assert!(answer.text().contains("value=\"Zorgsoft\""), "what was typed stays");
    }
    let saved = operator.post(&path, &fields("zorgsoft.example", "https://zorgsoft.example/terug", URA)).await;
    assert_eq!(saved.location(), format!("{path}?gedaan=zorgapplicatie-bewaard"), "{}", saved.text());
    assert!(operator.get(&path).await.text().contains("https://zorgsoft.example/terug"));
    operator.post(&path, &fields("zorgsoft.example", "", URA)).await;
    let list = operator.get("/backoffice/zorgapplicaties").await.text();
    assert_eq!(list.matches("Zorgsoft BV").count(), 1, "pressing twice registers once: {list}");
    let ended = operator.post(&format!("{path}/beeindigen"), &[("reden", "Stopt")]).await;
    assert!(ended.location().ends_with("zorgapplicatie-beeindigd"), "{}", ended.text());
    assert!(operator.get(&path).await.text().contains("Beëindigd op"));
}

#[tokio::test]
async fn notices_are_shown_and_taken_away() {
    let world = World::new().await;
    let (mut operator, _) = Visitor::operator(&world).await;
    let path = "/backoffice/meldingen";
    let notice = |nl, until| {
        [("soort", "maintenance"), ("nederlands", nl), ("engels", "Maintenance tonight"), ("van", ""), ("tot", until)]
    };
    assert!(operator.post(path, &notice("", "")).await.text().contains("id=\"nederlands-fout\""));
    assert!(operator.post(path, &notice("Onderhoud", "2001-01-01T10:00")).await.text().contains("id=\"tot-fout\""));
    assert!(operator.post(path, &notice("Onderhoud", "morgen")).await.text().contains("id=\"tot-fout\""));
    let shown = operator.post(path, &notice("Vanavond onderhoud", "")).await;
    assert_eq!(shown.location(), format!("{path}?gedaan=melding-getoond"), "{}", shown.text());
    let page = operator.get(path).await.text();
    assert!(page.contains("Vanavond onderhoud"));
    let end = page.split("action=\"").find(|part| part.contains("/weghalen\"")).unwrap();
    let end = end.split('"').next().unwrap().to_owned();
    assert_eq!(operator.post(&end, &[]).await.location(), format!("{path}?gedaan=melding-weg"));
    assert!(!operator.get(path).await.text().contains("Vanavond onderhoud"));
    assert_eq!(operator.post(&end, &[]).await.status, StatusCode::CONFLICT);
}

#[tokio::test]
async fn a_failed_mail_is_sent_again() {
    let world = World::new().await;
    apply(&mut Visitor::new(&world), &good(URA)).await;
    let (mut operator, _) = Visitor::operator(&world).await;
    let mail = mails(&world).await.remove(0);
    let (id, now) = (mail.id, world.app.now());
    let path = format!("/backoffice/mail/{id}");
    assert_eq!(operator.post(&format!("{path}/opnieuw"), &[]).await.status, StatusCode::CONFLICT);
    let failed: Result<(), StoreError> = world
        .app
        .store
        .write(move |tx| {
            Box::pin(async move {
                let mut mail = tx.mail(id).await?.unwrap();
                mail.tried(Attempt::Never("550 no such user".into()), now);
                tx.update_mail(&mail).await
            })
        })
        .await;
    failed.unwrap();
    let list = operator.get("/backoffice/mail?status=failed").await.text();
    assert!(list.contains(&path), "{list}");
    let page = operator.get(&path).await.text();
    let code = applications::link_code(&world.app, stored(&world, URA).await[0].id).grouped();
    assert!(page.contains("550 no such user") && !page.contains(&code), "what a mail says is its reader's: {page}");
    assert!(operator.post(&format!("{path}/opnieuw"), &[]).await.location().ends_with("mail-opnieuw"));
    let mail = mails(&world).await.into_iter().find(|mail| mail.id == id).unwrap();
    assert_eq!((mail.status, mail.attempts), (MailStatus::Queued, 0));
}
