//! Aanvragen beheren: people and operators, over HTTP.

use super::{
    backoffice::with_role,
    beheerder::{identities_of, memberships_of, person},
    cards::{BIRTH_DATE, confirm, pass},
    forger::Forger,
    login::renew_unlock,
    visitor::Visitor,
    world::{World, add_organisation, chance},
};
use axum::http::StatusCode;
use domain::{
    UziNumber,
    identity::IdentityStatus,
    log::Event,
    organisation::{OrganisationId, OrganisationStatus},
    person::{MembershipId, MembershipStatus, PersonId, Role},
    uzi::CardType,
};
use portal::services::changes::Proposed;
use protocol::ProblemCode;
use storage::StoreError;

async fn number_of(world: &World, id: PersonId) -> String {
    person(world, id).await.number
}

#[tokio::test]
async fn a_correction_is_confirmed_and_kept() {
    let world = World::new().await;
    let (operator, mut phone) = Visitor::operator(&world).await;
    let mut operator = operator;
    let worker = Forger::new(&world).await.identity.person;
    let path = format!("/backoffice/personen/{worker}");
    let found = operator.get(&format!("/backoffice/personen?zoek={}", number_of(&world, worker).await)).await.text();
    assert!(found.contains(&path), "{found}");
    let correct = |surname, date| {
        vec![
            ("voornamen", "Jan"),
            ("tussenvoegsel", "van"),
            ("achternaam", surname),
            ("geboortedatum", date),
            ("geboorteplaats", "Utrecht"),
            ("reden", "Staat anders in het paspoort"),
        ]
    };
    for (surname, date, wrong) in [
        ("", "29-02-1980", "corrigeren-achternaam-fout"),
        ("Testen", "31-02-1990", "corrigeren-geboortedatum-fout"),
        ("Testen", "01-01-2190", "corrigeren-geboortedatum-fout"),
    ] {
        let answer = operator.post(&format!("{path}/corrigeren"), &correct(surname, date)).await;
        assert!(answer.text().contains(&format!("id=\"{wrong}\"")), "{surname} {date}: {}", answer.text());
    }
    let asked = operator.post(&format!("{path}/corrigeren"), &correct("Testen", "00-00-1980")).await;
    operator.confirm(&mut phone, asked.location()).await.unwrap();
    let corrected = person(&world, worker).await;
    assert_eq!((corrected.name.surname.as_str(), corrected.birth_date.to_dutch()), ("Testen", "00-00-1980".into()));
    let entry = world.events().await.into_iter().find(|entry| entry.event == Event::PersonCorrected).unwrap();
    assert_eq!(entry.detail.as_deref(), Some("name birth-date birthplace"));
    assert_eq!(entry.reason.as_deref(), Some("Staat anders in het paspoort"));
    // Nobody corrects themselves.
    let own = format!("/backoffice/personen/{}/corrigeren", phone.identity.person);
    assert_eq!(operator.post(&own, &correct("Baas", "29-02-1980")).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_merge_can_be_undone_within_thirty_days() {
    let world = World::new().await;
    let (operator, mut phone) = Visitor::operator(&world).await;
    let mut operator = operator;
    let (goes, stays) = (Forger::new(&world).await, Forger::new(&world).await);
    with_role(&world, &goes, Role::Manager).await;
    let (from, into) = (goes.identity.person, stays.identity.person);
    // Who stays works elsewhere, not here.
    let elsewhere = add_organisation(&world.app, "Elders", "00008888", OrganisationStatus::Validated).await;
    move_to(&world, into, elsewhere).await;
    let mut inside = Visitor::logged_in(&world, &goes).await;
    let path = format!("/backoffice/personen/{from}");
    let unknown = operator.post(&format!("{path}/samenvoegen"), &[("nummer", "123456789"), ("reden", "Dubbel")]).await;
    assert!(unknown.text().contains("id=\"nummer-fout\""), "{}", unknown.text());
    let number = number_of(&world, into).await;
    let asked = operator.post(&format!("{path}/samenvoegen"), &[("nummer", &number), ("reden", "Dubbel")]).await;
    operator.confirm(&mut phone, asked.location()).await.unwrap();

    assert_eq!(person(&world, from).await.merged_into, Some(into));
    let gone = memberships_of(&world, from).await.remove(0);
    assert_eq!((gone.status, gone.roles), (MembershipStatus::Ended, vec![Role::Signer]));
    let offered = memberships_of(&world, into).await;
    let offered = offered.iter().find(|membership| membership.organisation == world.organisation).unwrap();
    assert_eq!((offered.status, offered.roles.as_slice()), (MembershipStatus::Reconfirm, &[Role::Signer][..]));
    assert_eq!(identities_of(&world, from).await[0].person, from, "identities are never moved");
    assert_eq!(inside.get("/overzicht").await.location(), "/inloggen");
    assert!(operator.get(&path).await.text().contains("Samengevoegd met"));

    let asked = operator.post(&format!("{path}/splitsen"), &[("reden", "Toch twee mensen")]).await;
    operator.confirm(&mut phone, asked.location()).await.unwrap();
    assert_eq!(person(&world, from).await.merged_into, None);
    let back = memberships_of(&world, from).await.remove(0);
    assert_eq!((back.status, back.roles), (MembershipStatus::Active, vec![Role::Signer, Role::Manager]));
    let offered = memberships_of(&world, into).await;
    let offered = offered.iter().find(|membership| membership.organisation == world.organisation).unwrap();
    assert_eq!(offered.status, MembershipStatus::Ended);
}

#[tokio::test]
async fn a_merge_is_final_after_thirty_days() {
    let world = World::new().await;
    let (operator, mut phone) = Visitor::operator(&world).await;
    let mut operator = operator;
    let (from, into) = (Forger::new(&world).await.identity.person, Forger::new(&world).await.identity.person);
    let (path, number) = (format!("/backoffice/personen/{from}"), number_of(&world, into).await);
    let asked = operator.post(&format!("{path}/samenvoegen"), &[("nummer", &number), ("reden", "Dubbel")]).await;
    operator.confirm(&mut phone, asked.location()).await.unwrap();
    world.pass(30 * 24 * 3600 + 60);
    renew_unlock(&world, &mut phone).await;
    let mut operator = Visitor::logged_in(&world, &phone).await;
    let asked = operator.post(&format!("{path}/splitsen"), &[("reden", "Te laat")]).await;
    assert_eq!(operator.confirm(&mut phone, asked.location()).await, Err(ProblemCode::NotNow));
    assert_eq!(person(&world, from).await.merged_into, Some(into));
}

/// What a UZI-pas said goes along with the place that is offered, and comes back with the membership.
#[tokio::test]
async fn card_attributes_go_and_come_back_with_a_merge() {
    let world = World::new().await;
    let (browser, z) = (world.browser(), pass(&world, CardType::Z));
    confirm(&world, &browser, &z, BIRTH_DATE).await.unwrap();
    let number = UziNumber::parse(&z.spec.uzi_number).unwrap();
    let with_card = async || {
        let number = number.clone();
        let found: Result<_, StoreError> =
            world.app.store.read(move |tx| Box::pin(async move { tx.people_by_uzi_number(&number).await })).await;
        found.unwrap().into_iter().map(|person| person.id).collect::<Vec<_>>()
    };
    let from = with_card().await[0];
    let into = Forger::new(&world).await.identity.person;
    let elsewhere = add_organisation(&world.app, "Elders", "00008888", OrganisationStatus::Validated).await;
    move_to(&world, into, elsewhere).await;
    let (mut operator, mut phone) = Visitor::operator(&world).await;
    let (path, number) = (format!("/backoffice/personen/{from}"), number_of(&world, into).await);
    let asked = operator.post(&format!("{path}/samenvoegen"), &[("nummer", &number), ("reden", "Dubbel")]).await;
    operator.confirm(&mut phone, asked.location()).await.unwrap();
    assert_eq!(with_card().await, [into], "the card leads to who stays");
    let asked = operator.post(&format!("{path}/splitsen"), &[("reden", "Toch twee mensen")]).await;
    operator.confirm(&mut phone, asked.location()).await.unwrap();
    assert_eq!(with_card().await, [from]);
}

async fn move_to(world: &World, person: PersonId, organisation: OrganisationId) {
    let entropy = chance(77);
    let moved: Result<(), StoreError> = world
        .app
        .store
        .write(move |tx| {
            Box::pin(async move {
                let mut membership = tx.memberships_of(person).await?.remove(0);
                membership.status = MembershipStatus::Ended;
                tx.update_membership(&membership).await?;
                membership.status = MembershipStatus::Active;
                membership.id = MembershipId::new(membership.created_at, &entropy);
                membership.organisation = organisation;
                tx.insert_membership(&membership).await
            })
        })
        .await;
    moved.unwrap();
}

async fn status_of(world: &World, person: PersonId) -> IdentityStatus {
    identities_of(world, person).await[0].status
}

#[tokio::test]
async fn an_identity_is_blocked_unblocked_after_a_wid_check_and_revoked() {
    let world = World::new().await;
    let (operator, mut phone) = Visitor::operator(&world).await;
    let mut operator = operator;
    let worker = Forger::new(&world).await.identity.person;
    let path = format!("/backoffice/personen/{worker}");
    let blocked = operator.post(&format!("{path}/blokkeren"), &[("reden", "Telefoon kwijt")]).await;
    assert_eq!(blocked.location(), format!("{path}?gedaan=geblokkeerd"), "{}", blocked.text());
    assert_eq!(status_of(&world, worker).await, IdentityStatus::Blocked);
    let shown = |until| {
        [
            ("documentsoort", "passport"),
            ("documentnummer", "SPECI2014"),
            ("geldigtot", until),
            ("reden", "Telefoon terug"),
        ]
    };
    let expired = operator.post(&format!("{path}/deblokkeren"), &shown("2020-01-01")).await;
    assert!(expired.text().contains("Dit document is verlopen"), "{}", expired.text());
    let unblocked = operator.post(&format!("{path}/deblokkeren"), &shown("2099-01-01")).await;
    assert_eq!(unblocked.location(), format!("{path}?gedaan=gedeblokkeerd"), "{}", unblocked.text());
    assert_eq!(status_of(&world, worker).await, IdentityStatus::Active);
    assert!(world.events().await.iter().any(|entry| entry.event == Event::ProofingFaceToFace));
    let asked = operator.post(&format!("{path}/intrekken"), &[("reden", "Gestolen")]).await;
    operator.confirm(&mut phone, asked.location()).await.unwrap();
    assert_eq!(status_of(&world, worker).await, IdentityStatus::Revoked);
}

#[tokio::test]
async fn operators_are_invited_appointed_and_dismissed() {
    let world = World::new().await;
    let (operator, mut phone) = Visitor::operator(&world).await;
    let mut operator = operator;
    let invite = [
        ("voornamen", "Olga"),
        ("tussenvoegsel", ""),
        ("achternaam", "Operator"),
        ("geboortedatum", "17-05-1990"),
        ("geboorteplaats", "Assen"),
        ("email", ""),
        ("documentsoort", "identity-card"),
        ("documentnummer", "SPECI2014"),
        ("geldigtot", "2099-01-01"),
        ("reden", "Nieuwe collega"),
    ];
    let mut wrong = invite;
    wrong[7].1 = "123";
    let refused = operator.post("/backoffice/operators/uitnodigen", &wrong).await;
    assert!(refused.text().contains("id=\"uitnodigen-documentnummer-fout\""), "{}", refused.text());
    assert!(refused.text().contains("value=\"Olga\""));
    let asked = operator.post("/backoffice/operators/uitnodigen", &invite).await;
    let Ok(Proposed::Done(change)) = operator.confirm(&mut phone, asked.location()).await else { panic!("not done") };
    let qr = format!("/backoffice/operators/qr/{change}");
    let first = operator.get(&qr).await.text();
    assert!(first.contains("<svg") && !first.contains("No localization"), "{first}");
    assert!(operator.get(&qr).await.text().contains("al getoond"));
    let list = operator.get("/backoffice/operators").await.text();
    assert!(list.contains("Olga Operator") && list.contains("nog geen die werkt"), "{list}");

    let colleague = Forger::new(&world).await;
    let number = number_of(&world, colleague.identity.person).await;
    let appoint = [("nummer", number.as_str()), ("reden", "Helpt mee")];
    let asked = operator.post("/backoffice/operators/aanwijzen", &appoint).await;
    operator.confirm(&mut phone, asked.location()).await.unwrap();
    let mut second = Visitor::logged_in(&world, &colleague).await;
    assert_eq!(second.get("/backoffice").await.status, StatusCode::OK);

    let who = colleague.identity.person.to_string();
    let dismiss = [("wie", who.as_str()), ("reden", "Klaar")];
    let asked = operator.post("/backoffice/operators/ontslaan", &dismiss).await;
    operator.confirm(&mut phone, asked.location()).await.unwrap();
    assert_eq!(second.get("/backoffice").await.status, StatusCode::NOT_FOUND);
    let own = phone.identity.person.to_string();
    let oneself = operator.post("/backoffice/operators/ontslaan", &[("wie", &own), ("reden", "Ik stop")]).await;
    assert_eq!(oneself.status, StatusCode::FORBIDDEN);
}
