//! What a second reader of the portal found: each of these was possible once.

use super::{
    applications::{URA, apply, good, stored},
    beheerder::{Beheerder, document, identities_of, memberships_of, person, request},
    cards::use_card,
    forger::Forger,
    phone::phone,
    validating,
    visitor::{Visitor, mailed, make_operator},
    world::{World, add_organisation, caller},
};
use axum::http::StatusCode;
use domain::{
    PersonName, Timestamp, Ura, UziNumber,
    application::{ApplicationForm, ApplicationStatus, VALIDATE_WITHIN_DAYS},
    change::{Change, MemberChange, OrganisationChange},
    identity::IdentityStatus,
    log::{Event, LogEntry, Outcome},
    mail::MailKind,
    organisation::{OrganisationId, OrganisationStatus},
    person::{CardAttributes, Membership, MembershipId, MembershipStatus, PersonId, Role, RolePeriod},
    request::{Decision, RequestStatus},
    uzi::{CardType, RoleCode},
};
use portal::{
    caller::Caller,
    services::{
        applications,
        card::CardKind,
        changes::{self, Maker, Proposed},
        desk, login, own, validation,
    },
};
use protocol::{ProblemCode, code::Digits4};
use storage::{StoreError, Tx, Window};
use storage_sql::testing::TestDatabase;
use wallet::Wallet;

async fn store<F>(world: &World, write: F)
where
    F: for<'a> FnOnce(&'a mut dyn Tx) -> futures::future::BoxFuture<'a, Result<(), StoreError>> + Send + 'static,
{
    let stored: Result<(), StoreError> = world.app.store.write(write).await;
    stored.unwrap();
}

/// Changes what is stored of somebody's first membership.
async fn changed(world: &World, person: PersonId, change: impl FnOnce(&mut Membership)) -> Membership {
    let mut membership = memberships_of(world, person).await.remove(0);
    change(&mut membership);
    let stored = membership.clone();
    store(world, move |tx| Box::pin(async move { tx.update_membership(&stored).await })).await;
    membership
}

async fn in_place(world: &World, person: PersonId, place: OrganisationId) -> Membership {
    let all = memberships_of(world, person).await;
    all.into_iter().find(|membership| membership.organisation == place).expect("a membership there")
}

async fn distrust(visitor: &Visitor<'_>) {
    let mut session = visitor.current().await.session;
    session.browser_trusted = false;
    store(visitor.world, move |tx| Box::pin(async move { tx.update_session(&session).await })).await;
}

async fn refusals(world: &World) -> Vec<LogEntry> {
    let refused = |entry: &LogEntry| entry.event == Event::RequestRefused && entry.outcome == Outcome::Refused;
    world.events().await.into_iter().filter(refused).collect()
}

/// A node that asks for a second operator.
async fn strict(world: &World) -> World {
    world.node_with(|parts| parts.config.second_operator = true).await
}

/// The form of the decision that waits.
async fn waiting(operator: &mut Visitor<'_>) -> String {
    let page = operator.get("/backoffice/besluiten").await.text();
    let path = page.split("action=\"").find(|part| part.starts_with("/backoffice/besluiten/")).expect(&page);
    path.split('"').next().unwrap().to_owned()
}

async fn approve(operator: &mut Visitor<'_>) {
    let path = format!("/backoffice/aanvragen/{}/goedkeuren", stored(operator.world, URA).await[0].id);
    let fields =
        [("naam", "De Linde"), ("ura", URA), ("hoenaam", "KvK"), ("hoeura", "UZI"), ("hoevertegenwoordiger", "bel")];
    let proposed = operator.post(&path, &fields).await;
    assert_eq!(proposed.location(), "/backoffice/besluiten?gedaan=wacht-op-tweede", "{}", proposed.text());
}

/// Somebody who took over an operator's login in a browser of their own agrees with nothing.
#[tokio::test]
async fn who_agrees_in_an_unknown_browser_signs_for_it() {
    let one = World::new().await;
    let world = strict(&one).await;
    apply(&mut Visitor::new(&world), &good(URA)).await;
    let (mut first, _) = Visitor::operator(&world).await;
    let (mut second, mut phone) = Visitor::operator(&world).await;
    distrust(&second).await;
    approve(&mut first).await;
    let path = waiting(&mut second).await;
    let asked = second.post(&path, &[("besluit", "ja")]).await.location().to_owned();
    assert!(asked.starts_with("/bevestigen/"), "{asked}");
    assert_eq!(stored(&world, URA).await[0].status, ApplicationStatus::Submitted);
    let page = second.get(&asked).await.text();
    assert!(page.contains("Akkoord als tweede operator: Aanvraag goedkeuren van De Linde"), "{page}");
    // Whom it makes administrator stands there too.
    assert!(page.contains("UZI 900012345"), "{page}");
    assert!(matches!(second.confirm(&mut phone, &asked).await, Ok(Proposed::Done(_))));
    assert_eq!(stored(&world, URA).await[0].status, ApplicationStatus::Approved);
    let entry = world.events().await.into_iter().find(|entry| entry.event == Event::ApplicationApproved).unwrap();
    assert_eq!(entry.on_behalf_of, Some(phone.identity.person), "both are in the log");
}

/// Whoever proposes an appointment signs it, also in a trusted browser; so does who agrees.
#[tokio::test]
async fn agreeing_with_an_appointment_is_signed_like_proposing_it() {
    let one = World::new().await;
    let world = strict(&one).await;
    let (mut first, mut hers) = Visitor::operator(&world).await;
    let (mut second, mut his) = Visitor::operator(&world).await;
    let colleague = Forger::new(&world).await;
    let number = person(&world, colleague.identity.person).await.number;
    let appoint = [("nummer", number.as_str()), ("reden", "Helpt mee")];
    let asked = first.post("/backoffice/operators/aanwijzen", &appoint).await.location().to_owned();
    assert!(matches!(first.confirm(&mut hers, &asked).await, Ok(Proposed::AwaitingSecond(_))));
    let path = waiting(&mut second).await;
    assert_eq!(first.post(&path, &[("besluit", "ja")]).await.status, StatusCode::FORBIDDEN, "not the same one");
    assert_eq!(refusals(&world).await.len(), 1, "and that is in the log");
    let asked = second.post(&path, &[("besluit", "ja")]).await.location().to_owned();
    let mut office = Visitor::logged_in(&world, &colleague).await;
    assert_eq!(office.get("/backoffice").await.status, StatusCode::NOT_FOUND, "not yet");
    assert!(matches!(second.confirm(&mut his, &asked).await, Ok(Proposed::Done(_))));
    assert_eq!(office.get("/backoffice").await.status, StatusCode::OK);
    assert_eq!(second.post(&path, &[("besluit", "ja")]).await.status, StatusCode::CONFLICT);
}

/// The QR code of an invitation is shown to the second operator, who sits beside the phone; never for their own phone.
#[tokio::test]
async fn the_second_operator_gets_the_qr_code_but_not_for_themselves() {
    let one = World::new().await;
    let world = strict(&one).await;
    let (mut first, mut hers) = Visitor::operator(&world).await;
    let (mut second, mut his) = Visitor::operator(&world).await;
    let invite = [
        ("voornamen", "Olga"),
        ("achternaam", "Operator"),
        ("geboortedatum", "17-05-1990"),
        ("documentsoort", "identity-card"),
        ("documentnummer", "SPECI2014"),
        ("geldigtot", "2099-01-01"),
        ("reden", "Nieuwe collega"),
    ];
    let asked = first.post("/backoffice/operators/uitnodigen", &invite).await.location().to_owned();
    assert!(matches!(first.confirm(&mut hers, &asked).await, Ok(Proposed::AwaitingSecond(_))));
    let path = waiting(&mut second).await;
    let asked = second.post(&path, &[("besluit", "ja")]).await.location().to_owned();
    second.confirm(&mut his, &asked).await.unwrap();
    let qr = second.get(&asked).await.location().to_owned();
    assert!(qr.starts_with("/backoffice/operators/qr/"), "{qr}");
    assert_eq!(first.get(&qr).await.status, StatusCode::NOT_FOUND, "not in the first one's browser");
    assert!(second.get(&qr).await.text().contains("<svg"));

    let (app, browser, by, me) = (world.app.clone(), second.browser(), hers.identity.person, his.identity.person);
    let own = world.app.write(move |tx| {
        Box::pin(async move {
            let who = caller();
            let maker = Maker {
                app: &app,
                caller: &who,
                browser: &browser,
                person: by,
                identity: None,
                reason: "",
                second: Some(me),
            };
            desk::enrolment(&maker, tx, me, None).await
        })
    });
    assert_eq!(own.await.unwrap_err().code, ProblemCode::NotOneself);
}

/// A QR code that waits, scanned by a real phone, and the digits for the dialog.
async fn scanned(world: &World, desk: &Beheerder) -> (portal::services::ShownRequest, PersonId, Digits4, Wallet) {
    let shown = desk.qr(world, "Dijk").await;
    let mut wallet = phone(world, 1).await;
    let asked = wallet.inspect(&shown.link.reveal()).await.unwrap();
    let digits = wallet.activate(&asked, None).await.unwrap().pairing_code.unwrap();
    let person = request(world, shown.id).await.person.unwrap();
    (shown, person, digits, wallet)
}

/// A beheerder kept a QR code until its owner became administrator, and scanned it with a phone of their own.
#[tokio::test]
async fn a_qr_code_does_not_outlive_the_right_to_make_it() {
    let world = World::new().await;
    let desk = Beheerder::new(&world).await;
    let (shown, who, digits, _) = scanned(&world, &desk).await;
    changed(&world, who, |membership| membership.roles = vec![Role::Signer, Role::Administrator]).await;
    assert_eq!(desk.pair(&world, shown.id, &digits).await, Err(ProblemCode::Forbidden));
    assert_eq!(identities_of(&world, who).await[0].status, IdentityStatus::Revoked);
    assert_eq!(desk.pair(&world, shown.id, &digits).await, Err(ProblemCode::PairingOver));
}

#[tokio::test]
async fn an_organisations_qr_code_opens_no_back_office() {
    let world = World::new().await;
    let desk = Beheerder::new(&world).await;
    let (shown, who, digits, _) = scanned(&world, &desk).await;
    make_operator(&world, who).await;
    assert_eq!(desk.pair(&world, shown.id, &digits).await, Err(ProblemCode::Forbidden));
    assert_eq!(identities_of(&world, who).await[0].status, IdentityStatus::Revoked);
    assert_eq!(refusals(&world).await.last().unwrap().organisation, Some(world.organisation));
}

/// Somebody with a phone from the first organisation, and a beheerder of another.
async fn elsewhere(world: &World) -> (Wallet, PersonId, OrganisationId, Beheerder) {
    let first = Beheerder::new(world).await;
    let (shown, who, digits, wallet) = scanned(world, &first).await;
    first.pair(world, shown.id, &digits).await.unwrap();
    let place = add_organisation(&world.app, "Praktijk Oost", "90066666", OrganisationStatus::Validated).await;
    (wallet, who, place, Beheerder::with(world, place, &[Role::Signer, Role::Manager]).await)
}

/// A place in an organisation, straight into the database, with the history of its roles.
async fn place_there(world: &World, mut membership: Membership, place: OrganisationId, now: Timestamp) -> MembershipId {
    membership.id = MembershipId::new(world.app.now(), world.app.entropy());
    membership.organisation = place;
    let id = membership.id;
    store(world, move |tx| {
        Box::pin(async move {
            tx.insert_membership(&membership).await?;
            for role in &membership.roles {
                let (person, from) = (membership.person, now);
                let period = RolePeriod { membership: id, person, organisation: place, role: *role, from, until: None };
                tx.insert_role_period(&period).await?;
            }
            Ok(())
        })
    })
    .await;
    id
}

async fn link_request(world: &World, desk: &Beheerder, place: OrganisationId) -> portal::services::ShownRequest {
    desk::link_start(&world.app, &caller(), &desk.browser, &desk.current, place).await.unwrap()
}

fn link(world: &World, place: OrganisationId, id: domain::request::RequestId) -> Change {
    let change = OrganisationChange::Link { request: id, document: document(world) };
    Change::Organisation { organisation: place, change }
}

async fn accept(wallet: &mut Wallet, shown: &portal::services::ShownRequest) -> Result<(), ProblemCode> {
    let asked = wallet.inspect(&shown.link.reveal()).await.unwrap();
    wallet.answer(&asked, Decision::Accepted, None).await.map(|_| ()).map_err(|error| error.code())
}

/// Confirming an administrator's new phone is an administrator's work; *koppelen* is no way around it.
#[tokio::test]
async fn a_beheerder_gives_no_administrator_access_back_by_linking() {
    let world = World::new().await;
    let (mut wallet, who, place, desk) = elsewhere(&world).await;
    let mut waits = memberships_of(&world, who).await.remove(0);
    waits.status = MembershipStatus::Reconfirm;
    waits.roles = vec![Role::Signer, Role::Administrator];
    place_there(&world, waits, place, world.app.now()).await;
    let shown = link_request(&world, &desk, place).await;
    accept(&mut wallet, &shown).await.unwrap();
    assert_eq!(desk.propose(&world, link(&world, place, shown.id)).await, Err(ProblemCode::Forbidden));
    assert_eq!(in_place(&world, who, place).await.status, MembershipStatus::Reconfirm);
    assert_eq!(request(&world, shown.id).await.status, RequestStatus::Accepted, "an administrator can still link");
}

/// Between an end date and the job that writes it down.
#[tokio::test]
async fn somebody_whose_last_day_was_yesterday_is_linked_again_as_signer() {
    let world = World::new().await;
    let (mut wallet, who, place, desk) = elsewhere(&world).await;
    let mut over = memberships_of(&world, who).await.remove(0);
    over.roles = vec![Role::Signer, Role::Manager];
    over.ends_at = Some(world.app.now());
    place_there(&world, over, place, world.app.now().plus_seconds(-3600)).await;
    world.pass(60);
    let shown = link_request(&world, &desk, place).await;
    accept(&mut wallet, &shown).await.unwrap();
    desk.propose(&world, link(&world, place, shown.id)).await.unwrap();
    let again = in_place(&world, who, place).await;
    assert_eq!((again.status, again.ends_at, again.roles), (MembershipStatus::Active, None, vec![Role::Signer]));
    let (at, window) = (world.app.now(), Window { offset: 0, limit: 50 });
    let held: Result<_, StoreError> =
        world.app.store.read(move |tx| Box::pin(async move { tx.roles_at(place, at, window).await })).await;
    let of_them = |(period, _): &&(RolePeriod, domain::person::Person)| period.person == who;
    let held: Vec<Role> = held.unwrap().rows.iter().filter(of_them).map(|(period, _)| period.role).collect();
    assert_eq!(held, [Role::Signer], "the report tells no old role");
}

/// The ID of a registration that turned out to be somebody else's opens nothing, and nothing new.
#[tokio::test]
async fn a_merged_registration_is_linked_nowhere() {
    let world = World::new().await;
    let (mut wallet, who, place, desk) = elsewhere(&world).await;
    let mut gone = person(&world, who).await;
    gone.merged_into = Some(desk.person());
    store(&world, move |tx| Box::pin(async move { tx.update_person(&gone).await })).await;
    let shown = link_request(&world, &desk, place).await;
    assert_eq!(accept(&mut wallet, &shown).await, Err(ProblemCode::NoMembership));
    let found = desk::link_found(&world.app, &desk.browser, &desk.current, shown.id).await.unwrap();
    assert!(found.is_none(), "nor is told who it was");
}

/// The id of any other request must not tell who answered it.
#[tokio::test]
async fn only_a_link_request_of_the_organisation_names_somebody() {
    let world = World::new().await;
    let (mut wallet, who, place, mut desk) = elsewhere(&world).await;
    desk.current.session.browser_trusted = false;
    let browser = world.browser();
    let shown = login::start(&world.app, &browser).await.unwrap();
    accept(&mut wallet, &shown).await.unwrap();
    assert_eq!(request(&world, shown.id).await.person, Some(who));
    let asked = link(&world, place, shown.id);
    let told = changes::propose(&world.app, &caller(), &desk.browser, &desk.current, asked, "").await;
    assert_eq!(told.unwrap_err().code, ProblemCode::NotFound);
}

/// Merges one person into another as an operator does, and gives the operator back.
async fn merged<'a>(world: &'a World, from: PersonId, into: PersonId) -> (Visitor<'a>, Forger) {
    let (mut operator, mut phone) = Visitor::operator(world).await;
    let number = person(world, into).await.number;
    let path = format!("/backoffice/personen/{from}/samenvoegen");
    let asked = operator.post(&path, &[("nummer", &number), ("reden", "Dubbel")]).await;
    operator.confirm(&mut phone, asked.location()).await.unwrap();
    (operator, phone)
}

/// An organisation's block is lifted by that organisation: a merge does not open what it closed, and undoing one changes
/// neither block nor end date.
#[tokio::test]
async fn a_block_and_an_end_date_survive_a_merge() {
    let world = World::new().await;
    let (from, into) = (Forger::new(&world).await.identity.person, Forger::new(&world).await);
    let stays = into.identity.person;
    let other = add_organisation(&world.app, "Elders", "00008888", OrganisationStatus::Validated).await;
    let own = changed(&world, stays, |membership| membership.status = MembershipStatus::Ended).await;
    place_there(&world, Membership { status: MembershipStatus::Active, ..own }, other, world.app.now()).await;
    let end = world.app.now().plus_seconds(90 * 24 * 3600);
    let now = world.app.now();
    changed(&world, from, |membership| {
        assert!(membership.block(now));
        membership.ends_at = Some(end);
    })
    .await;
    let (mut operator, mut phone) = merged(&world, from, stays).await;
    let came = in_place(&world, stays, world.organisation).await;
    assert_eq!(came.status, MembershipStatus::Blocked);
    // Lifted there, the ID is still to be confirmed: it was never accepted there.
    let mut lifted = came.clone();
    assert!(lifted.unblock(Some(into.identity.created_at), now));
    assert_eq!(lifted.status, MembershipStatus::Reconfirm);
    let path = format!("/backoffice/personen/{from}/splitsen");
    let asked = operator.post(&path, &[("reden", "Toch twee mensen")]).await;
    operator.confirm(&mut phone, asked.location()).await.unwrap();
    let back = in_place(&world, from, world.organisation).await;
    assert_eq!((back.status, back.ends_at.map(Timestamp::unix)), (MembershipStatus::Blocked, Some(end.unix())));
    assert_eq!(in_place(&world, stays, world.organisation).await.status, MembershipStatus::Ended);
}

#[tokio::test]
async fn merging_an_organisations_last_administrator_is_told() {
    let world = World::new().await;
    let (from, into) = (Forger::new(&world).await.identity.person, Forger::new(&world).await.identity.person);
    changed(&world, from, |membership| membership.roles = vec![Role::Signer, Role::Administrator]).await;
    merged(&world, from, into).await;
    let orphaned = world.events().await.into_iter().find(|entry| entry.event == Event::OrganisationOrphaned);
    assert_eq!(orphaned.and_then(|entry| entry.organisation), Some(world.organisation));
}

/// A large organisation's people are ended batch by batch: meanwhile nobody of it does anything any more.
#[tokio::test]
async fn in_an_organisation_that_ended_nobody_is_managed() {
    let world = World::new().await;
    let desk = Beheerder::new(&world).await;
    let colleague = Forger::new(&world).await.identity.person;
    let membership = in_place(&world, colleague, world.organisation).await.id;
    let id = world.organisation;
    store(&world, move |tx| {
        Box::pin(async move {
            let mut organisation = tx.organisation(id).await?.unwrap();
            organisation.status = OrganisationStatus::Ended;
            tx.update_organisation(&organisation).await
        })
    })
    .await;
    for change in [MemberChange::NewQr(document(&world)), MemberChange::BlockIdentity, MemberChange::BlockAccess] {
        let refused = desk.propose(&world, Change::Member { membership, change }).await;
        assert_eq!(refused, Err(ProblemCode::OrganisationNotValidated));
    }
}

/// One whose last working day is set is no administrator to count on.
#[tokio::test]
async fn the_administrator_who_stays_keeps_the_role() {
    let world = World::new().await;
    let leaving = Beheerder::with(&world, world.organisation, &[Role::Signer, Role::Administrator]).await;
    let staying = Beheerder::with(&world, world.organisation, &[Role::Signer, Role::Administrator]).await;
    let end = world.app.now().plus_seconds(24 * 3600);
    let membership = in_place(&world, staying.person(), world.organisation).await.id;
    changed(&world, leaving.person(), |membership| membership.ends_at = Some(end)).await;
    let take = |membership| Change::Member { membership, change: MemberChange::Unlink };
    assert_eq!(leaving.propose(&world, take(membership)).await, Err(ProblemCode::LastAdministrator));
    let gone = in_place(&world, leaving.person(), world.organisation).await.id;
    staying.propose(&world, take(gone)).await.unwrap();
}

/// Refused and withdrawn changes are in the organisation's log, with about whom.
#[tokio::test]
async fn what_was_tried_is_in_the_log_of_the_organisation() {
    let world = World::new().await;
    let desk = Beheerder::new(&world).await;
    let administrator = Beheerder::with(&world, world.organisation, &[Role::Signer, Role::Administrator]).await;
    let membership = in_place(&world, administrator.person(), world.organisation).await.id;
    let change = Change::Member { membership, change: MemberChange::BlockAccess };
    assert_eq!(desk.propose(&world, change).await, Err(ProblemCode::Forbidden));
    let refused = refusals(&world).await.remove(0);
    assert_eq!((refused.organisation, refused.person), (Some(world.organisation), Some(administrator.person())));

    let colleague = Forger::new(&world).await.identity.person;
    let membership = in_place(&world, colleague, world.organisation).await.id;
    let change = Change::Member { membership, change: MemberChange::RevokeIdentity };
    let (app, who) = (&world.app, caller());
    let proposed = changes::propose(app, &who, &administrator.browser, &administrator.current, change, "Weg").await;
    let Ok(Proposed::Confirm(id)) = proposed else { panic!("{proposed:?}") };
    changes::withdraw(app, &who, &administrator.current, id).await.unwrap();
    let withdrawn = world.events().await.into_iter().find(|entry| entry.event == Event::RequestDeclined).unwrap();
    assert_eq!((withdrawn.person, withdrawn.reason.as_deref()), (Some(colleague), Some("withdrawn")));
    assert_eq!(withdrawn.organisation, Some(world.organisation));
}

/// One's own log tells what a colleague did, not from which address.
#[tokio::test]
async fn ones_own_log_keeps_the_addresses_of_others() {
    let world = World::new().await;
    let desk = Beheerder::new(&world).await;
    let colleague = Forger::new(&world).await;
    let visitor = Visitor::logged_in(&world, &colleague).await;
    let current = visitor.current().await;
    let membership = in_place(&world, colleague.identity.person, world.organisation).await.id;
    let change = Change::Member { membership, change: MemberChange::BlockAccess };
    desk.propose(&world, change).await.unwrap();
    let (mine, _) = own::log(&world.app, &current, None, 50).await.unwrap();
    let blocked = mine.iter().find(|entry| entry.event == Event::MembershipBlocked).unwrap();
    assert_eq!(blocked.from, None);
    let (theirs, _) = own::log(&world.app, &desk.current, None, 50).await.unwrap();
    assert!(theirs.iter().any(|entry| entry.event == Event::MembershipBlocked && entry.from.is_some()));
}

/// Two desks at once make one person of one person.
async fn register_twice(world: World) {
    let other = world.second_node().await;
    let desks = [Beheerder::new(&world).await, Beheerder::new(&world).await];
    let register = |desk: &Beheerder| {
        let person = Box::new(super::beheerder::new_person(&world, "Dijk"));
        let change = OrganisationChange::Register { person, prepared: None };
        (desk.browser.clone(), desk.current.clone(), Change::Organisation { organisation: world.organisation, change })
    };
    let [(one, me, here), (two, you, there)] = desks.each_ref().map(register);
    let who = caller();
    let both = futures::future::join(
        changes::propose(&world.app, &who, &one, &me, here, ""),
        changes::propose(&other.app, &who, &two, &you, there, ""),
    );
    let (one, two) = both.await;
    let refused: Vec<_> = [one, two].into_iter().filter_map(Result::err).map(|error| error.code).collect();
    assert_eq!(refused, [ProblemCode::PersonExists]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_desks_register_one_person_once() {
    for database in [TestDatabase::sqlite(), TestDatabase::postgres().await] {
        register_twice(World::on(database).await).await;
    }
}

/// Merging takes roles like any other way: person and administrators are told.
#[tokio::test]
async fn who_loses_a_role_by_a_merge_is_told() {
    let world = World::new().await;
    let (from, into) = (Forger::new(&world).await.identity.person, Forger::new(&world).await.identity.person);
    changed(&world, from, |membership| membership.roles = vec![Role::Signer, Role::Manager]).await;
    let mut told = person(&world, from).await;
    told.email = domain::EmailAddress::parse("weg@example.nl");
    told.email_confirmed_at = Some(world.app.now());
    store(&world, move |tx| Box::pin(async move { tx.update_person(&told).await })).await;
    merged(&world, from, into).await;
    assert_eq!(mailed(&world, MailKind::RoleTaken).await, 1);
}

/// Whoever is logged in mails strangers a code; not without end.
#[tokio::test]
async fn codes_for_an_address_are_mailed_a_few_times_a_day() {
    let world = World::new().await;
    let mut visitor = Visitor::logged_in(&world, &Forger::new(&world).await).await;
    let mut answers = Vec::new();
    for turn in 0..11 {
        let address = format!("jan{turn}@example.nl");
        answers.push(visitor.post("/mijn-gegevens/e-mail", &[("email", &address)]).await.status);
    }
    assert_eq!(answers.pop(), Some(StatusCode::TOO_MANY_REQUESTS));
    assert!(answers.iter().all(|status| *status == StatusCode::SEE_OTHER), "{answers:?}");
    assert_eq!(mailed(&world, MailKind::ConfirmAddress).await, 10);
}

/// One change, one entry; what stays as it was is no change.
#[tokio::test]
async fn an_edit_is_one_entry_for_what_changed() {
    let world = World::new().await;
    let desk = Beheerder::new(&world).await;
    let colleague = Forger::new(&world).await.identity.person;
    let membership = in_place(&world, colleague, world.organisation).await.id;
    let edit = |department: &str, email| MemberChange::Edit {
        email,
        department: department.to_owned(),
        personnel_number: "12".to_owned(),
    };
    let address = domain::EmailAddress::parse("jan@example.nl");
    let mut entries = Vec::new();
    for change in [edit("Intern", None), edit("Intern", address.clone()), edit("Intern", address)] {
        desk.propose(&world, Change::Member { membership, change }).await.unwrap();
        let changed = world.events().await.into_iter().filter(|entry| entry.event == Event::PersonChanged);
        entries.push(changed.count());
    }
    assert_eq!(entries, [1, 2, 2]);
}

/// An operator gives themselves no role, also not by way of a second registration or of their own pass.
#[tokio::test]
async fn an_operator_gives_themselves_no_role() {
    let world = World::new().await;
    let (mut me, mut phone) = Visitor::operator(&world).await;
    let own = phone.identity.person;
    let twin = Forger::new(&world).await.identity.person;
    changed(&world, twin, |membership| membership.roles = vec![Role::Signer, Role::Administrator]).await;
    merged(&world, twin, own).await;
    let split = format!("/backoffice/personen/{twin}/splitsen");
    let asked = me.post(&split, &[("reden", "Toch")]).await.location().to_owned();
    assert_eq!(me.confirm(&mut phone, &asked).await, Err(ProblemCode::NotOneself));
    assert_eq!(person(&world, twin).await.merged_into, Some(own));

    let number = "900012345";
    changed(&world, own, |membership| {
        membership.attributes = Some(CardAttributes {
            uzi_number: UziNumber::parse(number).unwrap(),
            role_code: RoleCode::parse("01.015").unwrap(),
            certificate_sha256: "00".into(),
            certificate_serial: "01".into(),
            valid_until: membership.created_at.plus_seconds(1000),
        });
    })
    .await;
    let reopen = format!("/backoffice/organisaties/{}/heropenen", world.organisation);
    let refused = me.post(&reopen, &[("uzinummer", number), ("reden", "Verweesd")]).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.text());
    let other = me.post(&reopen, &[("uzinummer", "900054321"), ("reden", "Verweesd")]).await;
    assert!(other.location().ends_with("gedaan=heropend"), "{}", other.text());
}

/// Ninety days are ninety days, also before the job writes it down.
#[tokio::test]
async fn an_application_that_ran_out_is_validated_by_nobody() {
    let world = World::new().await;
    let card = validating::card(&world, CardType::Z);
    let place = validating::approved(&world, &card.spec.uzi_number).await;
    world.pass(VALIDATE_WITHIN_DAYS * 24 * 3600);
    world.publish_crls(&[], 48);
    let browser = world.browser();
    validation::accept_terms(&world.app, &browser).await.unwrap();
    use_card(&world, &browser, &card, CardKind::Validate).await.unwrap();
    let late = use_card(&world, &browser, &card, CardKind::ConfirmValidation).await;
    assert_eq!(late.map(|_| ()), Err(ProblemCode::ApplicationMissing));
    assert_eq!(validating::organisation(&world, place).await.status, OrganisationStatus::Approved);
}

/// Who has a whole IPv6 network for themselves is one caller.
#[tokio::test]
async fn a_network_of_ones_own_applies_as_often_as_one_address() {
    let world = World::new().await;
    let mut answers = Vec::new();
    for turn in 0..11 {
        let address = |who: &str| domain::EmailAddress::parse(&format!("{who}{turn}@example.nl")).unwrap();
        let form = ApplicationForm {
            organisation_name: "De Linde".into(),
            ura: Ura::parse(&format!("{:08}", 70_000_000 + turn)).unwrap(),
            applicant: PersonName::new("Zoë", "", "Linde").unwrap(),
            uzi_number: UziNumber::parse("900012345").unwrap(),
            email: address("zoe"),
            representative_name: "P. de Groot".into(),
            representative_email: address("groot"),
            care_application: "HIS".into(),
        };
        let who = Caller { address: Some(format!("2001:db8:1:2::{turn}")), ..caller() };
        answers.push(applications::submit(&world.app, &who, form).await.map(|_| ()).map_err(|error| error.code));
    }
    assert_eq!(answers.pop(), Some(Err(ProblemCode::TooManyAttempts)));
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
}
