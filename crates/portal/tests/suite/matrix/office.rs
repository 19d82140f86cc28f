//! Things in the back office.

use super::{
    roles::Cast,
    target::{Owner, next, write},
};
use crate::suite::{
    beheerder::new_person,
    visitor::Visitor,
    world::{World, caller},
};
use domain::{
    EmailAddress, Language, PersonName, Timestamp, Ura, UziNumber,
    application::{Application, ApplicationForm, ApplicationId, ApplicationStatus, Checks},
    care_application::{CareApplication, CareApplicationId},
    change::{Change, ChangeId, ChangeStatus, OperatorChange, PendingChange},
    mail::{Mail, MailId, MailKind, MailStatus},
    notice::{Notice, NoticeId, NoticeKind},
    operator::{Office, Operator},
    person::{Person, PersonId},
};
use portal::{
    AppError,
    services::{changes::Maker, desk},
};

pub async fn application(world: &World) -> Application {
    let ura = format!("{:08}", 50_000_000 + next());
    let application = Application {
        id: ApplicationId::new(world.app.now(), world.app.entropy()),
        link_hash: world.app.entropy().array(),
        form: ApplicationForm {
            organisation_name: "Praktijk De Linde".into(),
            ura: Ura::parse(&ura).unwrap(),
            applicant: PersonName::new("Zoë", "", "Linde").unwrap(),
            uzi_number: UziNumber::parse("900012345").unwrap(),
            email: EmailAddress::parse("zoe@example.nl").unwrap(),
            representative_name: "P. de Groot".into(),
            representative_email: EmailAddress::parse("groot@example.nl").unwrap(),
            care_application: "Zorgsoft".into(),
        },
        language: Language::Nl,
        status: ApplicationStatus::Submitted,
        handled_by: None,
        checks: None,
        reason: None,
        decided_by: None,
        decided_at: None,
        organisation: None,
        reminders: 0,
        submitted_at: world.app.now(),
    };
    let stored = application.clone();
    write(world, move |tx| Box::pin(async move { tx.insert_application(&stored).await })).await;
    application
}

/// An approval that waits for a second operator, by another one than who is tried.
pub async fn waiting_for_second(world: &World, cast: &Cast) -> ChangeId {
    let (application, now) = (application(world).await, world.app.now());
    let visitor = Visitor::logged_in(world, &cast.second).await;
    let checks = Checks { name: "KvK".into(), ura: "register".into(), representative: "gebeld".into() };
    let change = OperatorChange::Approve {
        application: application.id,
        name: application.form.organisation_name.clone(),
        ura: application.form.ura.clone(),
        checks,
    };
    let pending = PendingChange {
        status: ChangeStatus::AwaitingSecond,
        ..pending(world, Change::Operator(change), &visitor, now.plus_seconds(3600)).await
    };
    let id = pending.id;
    write(world, move |tx| Box::pin(async move { tx.insert_change(&pending).await })).await;
    id
}

async fn pending(world: &World, change: Change, visitor: &Visitor<'_>, until: Timestamp) -> PendingChange {
    let session = visitor.current().await.session;
    PendingChange {
        id: ChangeId::new(world.app.now(), world.app.entropy()),
        change,
        reason: String::new(),
        sentence: ("Zin".into(), "Sentence".into()),
        by: session.person.unwrap(),
        session: session.id,
        confirmation: None,
        status: ChangeStatus::Proposed,
        second: None,
        enrolment: None,
        problem: None,
        created_at: world.app.now(),
        expires_at: until,
    }
}

/// An invitation of an operator that was executed in the owner's browser; its QR code was not shown yet.
pub async fn invitation(owner: &mut Owner<'_>) -> ChangeId {
    let (world, browser) = (owner.visitor.world, owner.visitor.browser());
    let now = world.app.now();
    let new = new_person(world, &format!("Operator{}", next()));
    let invited = PersonId::new(now, world.app.entropy());
    let number = format!("{:09}", 100_000_000 + next());
    let somebody = Person::new(invited, number, new.name.clone(), new.birth_date, false, now);
    let change = Change::Operator(OperatorChange::Invite(Box::new(new)));
    let mut pending = pending(world, change, &owner.visitor, now.plus_seconds(3600)).await;
    let (app, id, by) = (world.app.clone(), pending.id, pending.by);
    let made: Result<(), AppError> = world
        .app
        .write(move |tx| {
            Box::pin(async move {
                tx.insert_person(&somebody).await?;
                let office = Office::Operator;
                let operator = Operator { person: invited, office, invited_by: Some(by), since: now, ended_at: None };
                tx.save_operator(&operator).await?;
                let who = caller();
                let maker = Maker {
                    app: &app,
                    caller: &who,
                    browser: &browser,
                    person: by,
                    identity: None,
                    reason: "",
                    second: None,
                };
                pending.enrolment = Some(desk::enrolment(&maker, tx, invited, None).await?);
                pending.status = ChangeStatus::Executed;
                Ok(tx.insert_change(&pending).await?)
            })
        })
        .await;
    made.unwrap();
    id
}

pub async fn care_application(world: &World) -> CareApplicationId {
    let id = CareApplicationId::new(world.app.now(), world.app.entropy());
    let application = CareApplication {
        id,
        name: "Zorgsoft".into(),
        organisation: "Zorgsoft BV".into(),
        certificate_name: Some("zorgsoft.example".into()),
        public_key: None,
        redirect_addresses: Vec::new(),
        uras: Vec::new(),
        created_at: world.app.now(),
        ended_at: None,
    };
    write(world, move |tx| Box::pin(async move { tx.save_care_application(&application).await })).await;
    id
}

pub async fn notice(world: &World, owner: &Owner<'_>) -> NoticeId {
    let by = owner.visitor.current().await.session.person.unwrap();
    let id = NoticeId::new(world.app.now(), world.app.entropy());
    // In the past for every page but this one: a notice on all pages would make them differ.
    let from = world.app.now().plus_seconds(24 * 3600);
    let notice = Notice {
        id,
        kind: NoticeKind::Maintenance,
        nl: "Onderhoud".into(),
        en: "Maintenance".into(),
        from,
        until: Some(from.plus_seconds(60)),
        by,
    };
    write(world, move |tx| Box::pin(async move { tx.save_notice(&notice).await })).await;
    id
}

pub async fn failed_mail(world: &World) -> MailId {
    let (id, now) = (MailId::new(world.app.now(), world.app.entropy()), world.app.now());
    let mail = Mail {
        id,
        kind: MailKind::ApplicationCopy,
        to: EmailAddress::parse("jan@example.nl").unwrap(),
        language: Language::Nl,
        subject: "Kopie".into(),
        text: "Kopie".into(),
        html: "<p>Kopie</p>".into(),
        reference: "ABCDEFGH".into(),
        organisation: None,
        person: None,
        application: None,
        status: MailStatus::Failed,
        attempts: 3,
        next_at: now,
        last_error: Some("550".into()),
        created_at: now,
        sent_at: None,
    };
    write(world, move |tx| Box::pin(async move { tx.insert_mail(&mail).await })).await;
    id
}
