//! A beheerder's QR code (SYSTEM.md flow 4): shown once, scanned by a real wallet, and the digits typed back.

use super::{
    beheerder::{Beheerder, count, identities_of, memberships_of, request},
    phone::phone,
    world::{World, add_organisation, caller},
};
use der::Decode;
use domain::{
    identity::IdentityStatus,
    log::Event,
    operator::{Office, Operator},
    organisation::{OrganisationId, OrganisationStatus},
    person::{MembershipId, MembershipStatus, Role},
    request::{Decision, PAIRING_SECONDS, RequestId, RequestStatus},
    times::Times,
};
use portal::{
    AppError,
    services::{
        ShownRequest,
        changes::Maker,
        desk::{self, ShownOnce},
        login, session,
    },
};
use protocol::{ProblemCode, code::Digits4};
use wallet::{Activated, Wallet};
use x509_cert::crl::CertificateList;

async fn activate(wallet: &mut Wallet, shown: &ShownRequest) -> Activated {
    let asked = wallet.inspect(&shown.link.reveal()).await.unwrap();
    wallet.activate(&asked, None).await.unwrap()
}

/// Digits that are not these.
pub fn other(digits: &Digits4) -> Digits4 {
    let wrong = if digits.reveal() == "0000" { "0001" } else { "0000" };
    Digits4::parse(wrong).unwrap()
}

/// What an accepted login of this phone answers.
async fn answer_login(world: &World, wallet: &mut Wallet) -> Result<(), ProblemCode> {
    let shown = login::start(&world.app, &world.browser()).await.unwrap();
    let asked = wallet.inspect(&shown.link.reveal()).await.unwrap();
    wallet.answer(&asked, Decision::Accepted, None).await.map(|_| ()).map_err(|error| error.code())
}

/// Serial numbers on the CRL that are on hold (reason 6) or revoked.
pub async fn on_crl(world: &World, serial: &[u8]) -> Option<u8> {
    let list = CertificateList::from_der(&world.app.issuer.crl().await.unwrap()).unwrap();
    let entries = list.tbs_cert_list.revoked_certificates.unwrap_or_default();
    let number = |bytes: &[u8]| bytes.iter().copied().skip_while(|byte| *byte == 0).collect::<Vec<_>>();
    let found = entries.into_iter().find(|entry| number(entry.serial_number.as_bytes()) == number(serial))?;
    let reason =
        found.crl_entry_extensions.unwrap_or_default().into_iter().find(|e| e.extn_id.to_string() == "2.5.29.21");
    Some(reason.map_or(0, |reason| *reason.extn_value.as_bytes().last().unwrap()))
}

#[tokio::test]
async fn somebody_is_registered_and_the_digits_make_the_id_work() {
    let world = World::new().await;
    let desk = Beheerder::new(&world).await;
    let shown = desk.qr(&world, "Dijk").await;
    let mut wallet = phone(&world, 1).await;
    let asked = wallet.inspect(&shown.link.reveal()).await.unwrap();
    let offer = asked.claims.enrolment.as_ref().unwrap();
    assert_eq!((offer.name.as_str(), offer.birth_date_required), ("Anna van Dijk", false));
    assert_eq!(asked.claims.asked_by.as_deref(), Some("Jan van Test"), "who shows the code");
    let activated = wallet.activate(&asked, None).await.unwrap();
    assert_eq!(activated.organisations.len(), 1, "where it will open something");
    let digits = activated.pairing_code.expect("digits for the beheerder");

    let standing = desk::standing(&world.app, &desk.browser, &desk.current, shown.id).await.unwrap();
    assert_eq!((standing.status, standing.tries_left), (RequestStatus::Pairing, 3));
    let person = standing.person.unwrap().id;
    let waiting = identities_of(&world, person).await.remove(0);
    assert_eq!(waiting.status, IdentityStatus::Pending);
    assert_eq!(on_crl(&world, &waiting.serial).await, Some(6), "certificateHold");
    assert_eq!(answer_login(&world, &mut wallet).await, Err(ProblemCode::IdentityUnknown));

    desk.pair(&world, shown.id, &digits).await.unwrap();
    desk.pair(&world, shown.id, &other(&digits)).await.expect("a double click finds it done");
    assert_eq!(request(&world, shown.id).await.status, RequestStatus::Finished);
    let works = identities_of(&world, person).await.remove(0);
    assert_eq!((works.status, works.ended_at), (IdentityStatus::Active, None));
    assert_eq!(on_crl(&world, &works.serial).await, None);
    assert_eq!(answer_login(&world, &mut wallet).await, Ok(()));
    let log = world.events().await.into_iter().filter(|entry| entry.identity == Some(works.id));
    let log: Vec<_> = log.map(|entry| entry.event).collect();
    assert_eq!(log[..3], [Event::IdentityPending, Event::RequestRefused, Event::IdentityActivated]);
    assert_eq!(count(&world, Event::IdentityQr).await, 1);
    // Sluiten after that changes nothing.
    desk.close(&world, shown.id).await;
    assert_eq!(identities_of(&world, person).await[0].status, IdentityStatus::Active);
}

#[tokio::test]
async fn the_qr_code_is_shown_once_and_only_there() {
    let world = World::new().await;
    let (desk, colleague) = (Beheerder::new(&world).await, Beheerder::new(&world).await);
    let change = desk.register(&world, "Dijk").await;
    let unseen = |shown: Result<ShownOnce, AppError>| shown.err().map(|error| error.code);
    // Another session of the same beheerder, and a colleague: nothing, and nothing is used up.
    let (browser, current) = desk.elsewhere(&world).await;
    let here = Some(desk.organisation);
    let looked = desk::show_once(&world.app, &browser, &current, here, change).await;
    assert_eq!(unseen(looked), Some(ProblemCode::NotFound));
    let looked = desk::show_once(&world.app, &colleague.browser, &colleague.current, here, change).await;
    assert_eq!(unseen(looked), Some(ProblemCode::NotFound));
    // The same beheerder, on the pages of another organisation or of the operators: likewise.
    for elsewhere in [None, Some(OrganisationId::new(world.app.now(), world.app.entropy()))] {
        let looked = desk::show_once(&world.app, &desk.browser, &desk.current, elsewhere, change).await;
        assert_eq!(unseen(looked), Some(ProblemCode::NotFound));
    }
    let shown = desk.look(&world, change).await.expect("the first time");
    assert!(desk.look(&world, change).await.is_none(), "a reload, the way back, a second tab");
    assert_eq!(request(&world, shown.id).await.status, RequestStatus::Created, "it still works");
    for (browser, current) in [(&browser, &current), (&colleague.browser, &colleague.current)] {
        let digits = Digits4::parse("1234").unwrap();
        let paired = desk::pair(&world.app, &caller(), browser, current, shown.id, &digits).await;
        assert_eq!(paired.unwrap_err().code, ProblemCode::NotFound);
        let closed = desk::close(&world.app, &caller(), browser, current, shown.id).await;
        assert_eq!(closed.unwrap_err().code, ProblemCode::NotFound);
    }
    // The login page's way to type digits is not a way around this one.
    let code = Digits4::parse("1234").unwrap();
    let paired = login::pair(&world.app, &caller(), &desk.browser, shown.id, &code).await;
    assert_eq!(paired.unwrap_err().code, ProblemCode::NotFound);
}

#[tokio::test]
async fn wrong_digits_three_times_end_it() {
    let world = World::new().await;
    let desk = Beheerder::new(&world).await;
    let shown = desk.qr(&world, "Dijk").await;
    let mut wallet = phone(&world, 1).await;
    let digits = activate(&mut wallet, &shown).await.pairing_code.unwrap();
    let tries: Vec<_> = [1, 2, 3].map(|_| other(&digits)).into();
    let mut answers = Vec::new();
    for wrong in &tries {
        answers.push(desk.pair(&world, shown.id, wrong).await.unwrap_err());
    }
    use ProblemCode::{PairingOver, PairingWrong};
    assert_eq!(answers, [PairingWrong, PairingWrong, PairingOver]);
    assert_eq!(desk.pair(&world, shown.id, &digits).await, Err(PairingOver), "too late");
    let person = request(&world, shown.id).await.person.unwrap();
    let revoked = identities_of(&world, person).await.remove(0);
    assert_eq!(revoked.status, IdentityStatus::Revoked);
    assert_eq!(on_crl(&world, &revoked.serial).await, Some(0));
    assert_eq!(answer_login(&world, &mut wallet).await, Err(ProblemCode::IdentityRevoked));
    // A new QR code on the same phone.
    let again = desk.new_qr(&world, person).await.unwrap();
    let digits = activate(&mut wallet, &again).await.pairing_code.unwrap();
    desk.pair(&world, again.id, &digits).await.unwrap();
    assert_eq!(answer_login(&world, &mut wallet).await, Ok(()));
}

#[tokio::test]
async fn digits_that_nobody_types_end_it_too() {
    let world = World::new().await;
    let desk = Beheerder::new(&world).await;
    let mut statuses = Vec::new();
    for (name, by_job) in [("Dijk", true), ("Berg", false)] {
        let shown = desk.qr(&world, name).await;
        let mut wallet = phone(&world, 1).await;
        let digits = activate(&mut wallet, &shown).await.pairing_code.unwrap();
        world.pass(PAIRING_SECONDS - 1);
        assert_eq!(desk::revoke_overdue(&world.app).await.unwrap(), 0);
        world.pass(2);
        if by_job {
            assert_eq!(desk::revoke_overdue(&world.app).await.unwrap(), 1);
        }
        assert_eq!(desk.pair(&world, shown.id, &digits).await, Err(ProblemCode::PairingOver));
        let person = request(&world, shown.id).await.person.unwrap();
        statuses.push(identities_of(&world, person).await[0].status);
    }
    assert_eq!(statuses, [IdentityStatus::Revoked; 2]);
    // And a QR code that nobody scans.
    let shown = desk.qr(&world, "Beek").await;
    world.pass(Times::default().desk_qr);
    let late = phone(&world, 2).await.inspect(&shown.link.reveal()).await.unwrap_err();
    assert_eq!(late.code(), ProblemCode::RequestExpired);
}

#[tokio::test]
async fn closing_ends_what_was_not_finished() {
    let world = World::new().await;
    let desk = Beheerder::new(&world).await;
    let mut wallet = phone(&world, 1).await;
    let unscanned = desk.qr(&world, "Dijk").await;
    desk.close(&world, unscanned.id).await;
    let late = wallet.inspect(&unscanned.link.reveal()).await.unwrap_err();
    assert_eq!(late.code(), ProblemCode::RequestCancelled);
    let scanned = desk.qr(&world, "Berg").await;
    let asked = wallet.inspect(&scanned.link.reveal()).await.unwrap();
    desk.close(&world, scanned.id).await;
    assert_eq!(wallet.activate(&asked, None).await.unwrap_err().code(), ProblemCode::RequestCancelled);
    let waiting = desk.qr(&world, "Beek").await;
    let digits = activate(&mut wallet, &waiting).await.pairing_code.unwrap();
    desk.close(&world, waiting.id).await;
    assert_eq!(desk.pair(&world, waiting.id, &digits).await, Err(ProblemCode::PairingOver));
    let person = request(&world, waiting.id).await.person.unwrap();
    assert_eq!(identities_of(&world, person).await[0].status, IdentityStatus::Revoked);
}

#[tokio::test]
async fn the_older_id_works_until_the_digits_are_typed() {
    let world = World::new().await;
    let desk = Beheerder::new(&world).await;
    let shown = desk.qr(&world, "Dijk").await;
    let (mut old, mut new) = (phone(&world, 1).await, phone(&world, 2).await);
    let digits = activate(&mut old, &shown).await.pairing_code.unwrap();
    desk.pair(&world, shown.id, &digits).await.unwrap();
    let person = request(&world, shown.id).await.person.unwrap();
    let elsewhere = add_organisation(&world.app, "Praktijk Oost", "90066666", OrganisationStatus::Validated).await;
    let mut membership = memberships_of(&world, person).await.remove(0);
    membership.id = MembershipId::new(world.app.now(), world.app.entropy());
    membership.organisation = elsewhere;
    let stored: Result<(), storage::StoreError> =
        world.app.store.write(move |tx| Box::pin(async move { tx.insert_membership(&membership).await })).await;
    stored.unwrap();

    // Two new QR codes: the second ends the first, also when that one waits for its digits.
    world.pass(1);
    let first = desk.new_qr(&world, person).await.unwrap();
    let stale = activate(&mut new, &first).await.pairing_code.unwrap();
    world.pass(1);
    let second = desk.new_qr(&world, person).await.unwrap();
    assert_eq!(desk.pair(&world, first.id, &stale).await, Err(ProblemCode::PairingOver));
    let digits = activate(&mut new, &second).await.pairing_code.unwrap();
    let statuses = async || identities_of(&world, person).await.iter().map(|i| i.status).collect::<Vec<_>>();
    use IdentityStatus::{Active, Pending, Replaced, Revoked};
    assert_eq!(statuses().await, [Active, Revoked, Pending]);
    assert_eq!(answer_login(&world, &mut old).await, Ok(()));
    desk.pair(&world, second.id, &digits).await.unwrap();
    assert_eq!(statuses().await, [Replaced, Revoked, Active]);
    assert_eq!(answer_login(&world, &mut old).await, Err(ProblemCode::IdentityReplaced));
    let memberships = memberships_of(&world, person).await;
    let at = |place| memberships.iter().find(|m| m.organisation == place).unwrap().status;
    assert_eq!((at(world.organisation), at(elsewhere)), (MembershipStatus::Active, MembershipStatus::Reconfirm));
}

#[tokio::test]
async fn nobody_does_it_for_themselves_or_beyond_their_role() {
    let world = World::new().await;
    let desk = Beheerder::new(&world).await;
    let helpdesk = Beheerder::with(&world, world.organisation, &[Role::Signer, Role::Helpdesk]).await;
    let administrator = Beheerder::with(&world, world.organisation, &[Role::Signer, Role::Administrator]).await;
    let own = administrator.new_qr(&world, administrator.person()).await;
    assert_eq!(own.unwrap_err(), ProblemCode::NotOneself);
    assert_eq!(helpdesk.new_qr(&world, desk.person()).await.unwrap_err(), ProblemCode::Forbidden);
    // An organisation gives no new phone to an operator: it would open the back office.
    let shown = desk.qr(&world, "Dijk").await;
    let person = request(&world, shown.id).await.person.unwrap();
    let operator =
        Operator { person, office: Office::Operator, invited_by: None, since: world.app.now(), ended_at: None };
    let stored: Result<(), storage::StoreError> =
        world.app.store.write(move |tx| Box::pin(async move { tx.save_operator(&operator).await })).await;
    stored.unwrap();
    assert_eq!(administrator.new_qr(&world, person).await.unwrap_err(), ProblemCode::Forbidden);
}

/// Two operators without an organisation: the one invites, the other logs in.
#[tokio::test]
async fn an_operator_is_enrolled_without_an_organisation() {
    let world = World::new().await;
    let (desk, app) = (Beheerder::new(&world).await, &world.app);
    let new = super::beheerder::new_person(&world, "Operator");
    let now = app.now();
    let id = domain::person::PersonId::new(now, app.entropy());
    let person = domain::person::Person::new(id, "123456789".into(), new.name, new.birth_date, false, now);
    let (state, browser, by) = (app.clone(), desk.browser.clone(), desk.person());
    let made: Result<RequestId, AppError> = app
        .write(move |tx| {
            Box::pin(async move {
                tx.insert_person(&person).await?;
                for person in [id, by] {
                    let invited_by = (person == id).then_some(by);
                    tx.save_operator(&Operator {
                        person,
                        office: Office::Operator,
                        invited_by,
                        since: now,
                        ended_at: None,
                    })
                    .await?;
                }
                let who = caller();
                let maker = Maker {
                    app: &state,
                    caller: &who,
                    browser: &browser,
                    person: by,
                    identity: None,
                    reason: "",
                    second: None,
                };
                desk::enrolment(&maker, tx, id, None).await
            })
        })
        .await;
    let stored = request(&world, made.unwrap()).await;
    let shown = portal::services::enrolment_qr::show(app, &stored);
    let mut wallet = phone(&world, 1).await;
    let asked = wallet.inspect(&shown.link.reveal()).await.unwrap();
    assert!(asked.claims.organisation.is_none());
    let activated = wallet.activate(&asked, None).await.unwrap();
    assert!(activated.organisations.is_empty());
    // The session of the inviting operator, which knows that it is one.
    let current = session::current(app, &desk.browser).await.unwrap().unwrap();
    let digits = activated.pairing_code.unwrap();
    desk::pair(app, &caller(), &desk.browser, &current, shown.id, &digits).await.unwrap();
    assert_eq!(answer_login(&world, &mut wallet).await, Ok(()));
}
