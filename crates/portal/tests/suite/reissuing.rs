//! A corrected name gives a new certificate without a new QR code.

use super::{
    beheerder::{count, identities_of, person},
    cards::{self, BIRTH_DATE, pass},
    desk::on_crl,
    forger::Forger,
    phone::overheard_phone,
    repeating::Unlucky,
    visitor::Visitor,
    world::{Answer, World},
};
use der::{Decode, Encode};
use domain::{
    BirthDate,
    identity::{CertificateOrder, Identity, IdentityStatus},
    log::{Actor, Event},
    person::PersonId,
    request::Decision,
    uzi::CardType,
};
use portal::{
    services::{login, registration},
    tasks,
};
use protocol::{
    ProblemCode,
    jws::{Jws, TYP_RESPONSE},
    response::{Respond, Responded},
};
use std::sync::Arc;
use storage::StoreError;
use x509_cert::{Certificate, ext::pkix::CrlReason, serial_number::SerialNumber};
use x509_ocsp::{BasicOcspResponse, CertStatus, OcspRequest, OcspResponse, Request, TbsRequest};

const SUPERSEDED: u8 = 4;
const HOLD: u8 = 6;

async fn open_orders(world: &World) -> Vec<CertificateOrder> {
    let found: Result<_, StoreError> =
        world.app.store.read(|tx| Box::pin(async move { tx.open_certificate_orders(99).await })).await;
    found.unwrap()
}

async fn identity_of(world: &World, person: PersonId) -> Identity {
    identities_of(world, person).await.remove(0)
}

/// Corrects surname and birthplace, as an operator; what else there is stays.
async fn correct(world: &World, id: PersonId, surname: &str, birthplace: &str) {
    let (mut operator, mut phone) = Visitor::operator(world).await;
    let known = person(world, id).await;
    let date = known.birth_date.to_dutch();
    let fields = [
        ("voornamen", known.name.given.as_str()),
        ("tussenvoegsel", known.name.prefix.as_str()),
        ("achternaam", surname),
        ("geboortedatum", &date),
        ("geboorteplaats", birthplace),
        ("reden", "Staat anders in het paspoort"),
    ];
    let asked = operator.post(&format!("/backoffice/personen/{id}/corrigeren"), &fields).await;
    operator.confirm(&mut phone, asked.location()).await.unwrap();
}

async fn on_ocsp(world: &World, serial: &[u8]) -> CertStatus {
    let issuer = Certificate::from_der(world.app.certificates.issuing()).unwrap();
    let one = Request::from_issuer::<sha2::Sha256>(&issuer, SerialNumber::new(serial).unwrap()).unwrap();
    let tbs_request = TbsRequest { request_list: vec![one], ..Default::default() };
    let asked = OcspRequest { tbs_request, optional_signature: None }.to_der().unwrap();
    let answer = OcspResponse::from_der(&world.app.issuer.ocsp(&asked).await.unwrap()).unwrap().response_bytes.unwrap();
    BasicOcspResponse::from_der(answer.response.as_bytes()).unwrap().tbs_response_data.responses[0].cert_status
}

/// The certificate that the last posted answer shows.
fn shown(posted: &[String]) -> Vec<u8> {
    let last: Respond = serde_json::from_str(posted.last().unwrap()).unwrap();
    Jws::parse(&last.response, TYP_RESPONSE).unwrap().chain.remove(0)
}

async fn answer(world: &World, phone: &mut Forger) -> Answer {
    let shown = login::start(&world.app, &world.browser()).await.unwrap();
    let request = phone.open(world, &shown).await;
    let claims = phone.claims(&request, Decision::Accepted);
    phone.send(world, &request, &phone.sign(&claims)).await
}

#[tokio::test]
async fn a_phone_learns_its_new_certificate_at_its_next_answer() {
    let world = World::new().await;
    let (desk, card) = (world.browser(), pass(&world, CardType::Z));
    cards::confirm(&world, &desk, &card, BIRTH_DATE).await.unwrap();
    let qr = registration::current(&world.app, &desk).await.unwrap().enrolment.unwrap();
    let (mut phone, posted) = overheard_phone(&world, 1).await;
    let asked = phone.inspect(&qr.link.reveal()).await.unwrap();
    let id = phone.activate(&asked, BirthDate::new(1980, 2, 29)).await.unwrap().identity;
    let found: Result<_, StoreError> =
        world.app.store.read(move |tx| Box::pin(async move { tx.identity(id).await })).await;
    let old = found.unwrap().unwrap();

    correct(&world, old.person, "Jansen", "").await;
    assert_eq!(open_orders(&world).await.len(), 1);
    assert_eq!(identity_of(&world, old.person).await, old, "the CA is asked after the commit");
    world.pass(60);
    tasks::reissue(&world.app).await;
    tasks::reissue(&world.app).await;
    assert_eq!((open_orders(&world).await.len(), count(&world, Event::IdentityReissued).await), (0, 1));
    let entry = world.events().await.into_iter().find(|entry| entry.event == Event::IdentityReissued).unwrap();
    assert_eq!((entry.actor, entry.person, entry.identity), (Actor::System, Some(old.person), Some(id)));

    let new = identity_of(&world, old.person).await;
    let read = Certificate::from_der(&new.certificate).unwrap();
    assert!(read.tbs_certificate.subject.to_string().contains("van der Jansen"), "{}", read.tbs_certificate.subject);
    assert_eq!((new.not_after, &new.public_key, new.counter), (old.not_after, &old.public_key, old.counter));
    assert_eq!((on_crl(&world, &old.serial).await, on_crl(&world, &new.serial).await), (Some(SUPERSEDED), None));
    let CertStatus::Revoked(revoked) = on_ocsp(&world, &old.serial).await else { panic!("the old one is good") };
    assert_eq!(revoked.revocation_reason, Some(CrlReason::Superseded));
    assert!(matches!(on_ocsp(&world, &new.serial).await, CertStatus::Good(_)));

    // The phone shows the old one, which is good enough, and takes the new one from the answer.
    for certificate in [&old.certificate, &new.certificate, &new.certificate] {
        let shown_qr = login::start(&world.app, &world.browser()).await.unwrap();
        let asked = phone.inspect(&shown_qr.link.reveal()).await.unwrap();
        phone.answer(&asked, Decision::Accepted, None).await.unwrap();
        assert_eq!(&shown(&posted.borrow()), certificate);
        assert_eq!(phone.identities()[0].name, "Zoë Anouk van der Jansen");
    }
}

#[tokio::test]
async fn only_another_name_orders_a_certificate() {
    let world = World::new().await;
    let worker = Forger::new(&world).await;
    correct(&world, worker.identity.person, "Test", "Utrecht").await;
    assert_eq!(open_orders(&world).await, []);
    let gone = Forger::new(&world).await;
    gone.change(&world, |identity| identity.status = IdentityStatus::Revoked).await;
    correct(&world, gone.identity.person, "Jansen", "").await;
    assert_eq!(open_orders(&world).await, [], "what is over needs no certificate");
    correct(&world, worker.identity.person, "Jansen", "Utrecht").await;
    assert_eq!(open_orders(&world).await.len(), 1);
}

#[tokio::test]
async fn who_is_blocked_meanwhile_gets_it_and_stays_blocked() {
    let world = World::new().await;
    let mut worker = Forger::new(&world).await;
    let (old, now) = (worker.identity.clone(), world.app.now());
    correct(&world, old.person, "Jansen", "").await;
    let block =
        move |identity: &mut Identity| (identity.status, identity.ended_at) = (IdentityStatus::Blocked, Some(now));
    worker.change(&world, block).await;
    tasks::reissue(&world.app).await;
    let new = identity_of(&world, old.person).await;
    assert_eq!((new.status, new.serial == old.serial), (IdentityStatus::Blocked, false));
    assert_eq!((on_crl(&world, &old.serial).await, on_crl(&world, &new.serial).await), (Some(SUPERSEDED), Some(HOLD)));
    assert_eq!(answer(&world, &mut worker).await.code(), ProblemCode::IdentityBlocked);

    worker.change(&world, |_| ()).await;
    let responded: Responded = answer(&world, &mut worker).await.good();
    let renewed = responded.renewed.unwrap();
    assert_eq!((&renewed.chain[0].0, renewed.name.as_str()), (&new.certificate, "Jan van Jansen"));
    worker.identity.certificate = new.certificate;
    assert!(answer(&world, &mut worker).await.good::<Responded>().renewed.is_none());
}

#[tokio::test]
async fn who_is_revoked_meanwhile_gets_none() {
    let world = World::new().await;
    let mut worker = Forger::new(&world).await;
    let old = worker.identity.clone();
    correct(&world, old.person, "Jansen", "").await;
    worker.change(&world, |identity| identity.status = IdentityStatus::Revoked).await;
    tasks::reissue(&world.app).await;
    assert_eq!((open_orders(&world).await, count(&world, Event::IdentityReissued).await), (vec![], 0));
    assert_eq!(identity_of(&world, old.person).await.serial, old.serial);
    assert_eq!(answer(&world, &mut worker).await.code(), ProblemCode::IdentityRevoked);
}

#[tokio::test]
async fn a_kill_between_the_ca_and_the_commit_gives_one_certificate() {
    let world = World::new().await;
    let worker = Forger::new(&world).await;
    correct(&world, worker.identity.person, "Jansen", "").await;
    let unlucky = Arc::new(Unlucky::new(world.app.issuer.clone()));
    let killed = world.node_with(|parts| parts.issuer = unlucky).await;
    tasks::reissue(&killed.app).await;
    assert_eq!((open_orders(&world).await.len(), count(&world, Event::IdentityReissued).await), (1, 0));
    tasks::reissue(&world.app).await;
    tasks::reissue(&killed.app).await;
    assert_eq!((open_orders(&world).await.len(), count(&world, Event::IdentityReissued).await), (0, 1));
    let record = std::fs::read_to_string(world.ca_dir.join("record.jsonl")).unwrap();
    assert_eq!(record.lines().count(), 1);
    let serial = hex::encode(identity_of(&world, worker.identity.person).await.serial);
    assert!(record.contains(&serial));
}
