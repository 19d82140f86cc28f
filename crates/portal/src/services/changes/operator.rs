//! Changes by operators (SYSTEM.md §2, *Aanvragen beheren*).

mod applications;
mod correcting;
mod invited;
mod merging;
mod organisations;

use super::Maker;
use crate::{
    AppError, AppState,
    caller::Caller,
    error::Halt,
    services::{identities, mail, mail::Letter, proofing},
};
use domain::{
    Timestamp,
    care_application::{CareApplication, CareApplicationId},
    change::{OperatorChange, PendingChange},
    identity::{IdentityId, IdentityStatus},
    log::Event,
    mail::{MailId, MailKind, MailStatus},
    notice::{Notice, NoticeId},
    operator::Office,
    person::{ProofingPurpose, ShownDocument},
    request::RequestId,
};
use protocol::ProblemCode;
use storage::Tx;

pub use merging::UNMERGE_DAYS;

fn refuse<T>(code: ProblemCode) -> Result<T, Halt> {
    Err(AppError::new(code).into())
}

/// Does it. An invitation is answered with the enrolment request of its QR code.
pub(super) async fn execute(
    maker: &Maker<'_>,
    tx: &mut dyn Tx,
    change: &OperatorChange,
) -> Result<Option<RequestId>, Halt> {
    match change {
        OperatorChange::Handle(id) => applications::handle(maker, tx, *id).await?,
        OperatorChange::Approve { application, name, ura, checks } => {
            applications::approve(maker, tx, *application, name, ura, checks).await?;
        }
        OperatorChange::Reject(id) => applications::reject(maker, tx, *id).await?,
        OperatorChange::Rename { organisation, name } => organisations::rename(maker, tx, *organisation, name).await?,
        OperatorChange::EndOrganisation(id) => organisations::end(maker, tx, *id).await?,
        OperatorChange::Reopen { organisation, uzi_number } => {
            organisations::reopen(maker, tx, *organisation, uzi_number).await?;
        }
        OperatorChange::TakeRole { membership, role } => {
            organisations::take_role(maker, tx, *membership, *role).await?;
        }
        OperatorChange::Correct { person, name, birth_date, birthplace } => {
            correcting::correct(maker, tx, *person, name, *birth_date, birthplace).await?;
        }
        OperatorChange::Merge { from, into } => merging::merge(maker, tx, *from, *into).await?,
        OperatorChange::Unmerge(person) => merging::unmerge(maker, tx, *person).await?,
        OperatorChange::Invite(new) => return invited::invite(maker, tx, new, Office::Operator).await.map(Some),
        OperatorChange::Appoint(person) => invited::appoint(maker, tx, *person, Office::Operator).await?,
        OperatorChange::Dismiss(person) => invited::dismiss(maker, tx, *person, Office::Operator).await?,
        OperatorChange::InviteAuditor(new) => return invited::invite(maker, tx, new, Office::Auditor).await.map(Some),
        OperatorChange::AppointAuditor(person) => invited::appoint(maker, tx, *person, Office::Auditor).await?,
        OperatorChange::DismissAuditor(person) => invited::dismiss(maker, tx, *person, Office::Auditor).await?,
        OperatorChange::BlockIdentity(id) => identity(maker, tx, *id, IdentityStatus::Blocked).await?,
        OperatorChange::UnblockIdentity { identity, document } => unblock(maker, tx, *identity, document).await?,
        OperatorChange::RevokeIdentity(id) => identity(maker, tx, *id, IdentityStatus::Revoked).await?,
        OperatorChange::SaveCareApplication(application) => save_care_application(maker, tx, application).await?,
        OperatorChange::EndCareApplication(id) => end_care_application(maker, tx, *id).await?,
        OperatorChange::ShowNotice { kind, nl, en, from, until } => {
            let (now, id) = (maker.app.now(), NoticeId::new(maker.app.now(), maker.app.entropy()));
            if until.is_some_and(|until| until <= now.max(*from)) {
                return refuse(ProblemCode::BadInput);
            }
            let (nl, en) = (nl.clone(), en.clone());
            let notice = Notice { id, kind: *kind, nl, en, from: *from, until: *until, by: maker.person };
            // Pressed twice, at whichever nodes: it is there once.
            tx.alone("notices").await?;
            if !tx.notices(now).await?.iter().any(|known| says_the_same(known, &notice, now)) {
                tx.save_notice(&notice).await?;
                maker.entry(Event::NoticeChanged).detail(format!("shown {id}")).write(tx).await?;
            }
        }
        OperatorChange::EndNotice(id) => end_notice(maker, tx, *id).await?,
        OperatorChange::SendAgain(id) => send_again(maker, tx, *id).await?,
        // What is decided about is never itself a decision.
        OperatorChange::Second(_) => return refuse(ProblemCode::NotNow),
    }
    Ok(None)
}

/// The operators are told that a change waits for a second one.
pub(super) async fn tell_second(
    app: &AppState,
    caller: &Caller,
    tx: &mut dyn Tx,
    pending: &PendingChange,
) -> Result<(), Halt> {
    // Without the reason: that is free text.
    let facts = super::facts::of(tx, &pending.change).await?;
    let (sentence, _) = pending.change.sentence(&facts, "");
    mail::to_operators(app, caller, tx, Letter::new(MailKind::SecondOperator).detail(&sentence)).await
}

async fn identity(maker: &Maker<'_>, tx: &mut dyn Tx, id: IdentityId, to: IdentityStatus) -> Result<(), Halt> {
    let identity = tx.identity(id).await?.ok_or(AppError::new(ProblemCode::NotFound))?;
    identities::change(maker.app, maker.caller, tx, identity, to, None, |event| maker.entry(event)).await
}

/// Unblocking follows a WID check, and nobody unblocks themselves.
async fn unblock(maker: &Maker<'_>, tx: &mut dyn Tx, id: IdentityId, document: &ShownDocument) -> Result<(), Halt> {
    let found = tx.identity(id).await?.ok_or(AppError::new(ProblemCode::NotFound))?;
    if found.person == maker.person {
        return refuse(ProblemCode::NotOneself);
    }
    if found.status_at(maker.app.now()) != IdentityStatus::Blocked {
        return refuse(ProblemCode::NotNow);
    }
    let check = maker.proofing(found.person, None, document, ProofingPurpose::Unblock);
    proofing::face_to_face(tx, check, maker.entry(Event::ProofingFaceToFace)).await?;
    identity(maker, tx, id, IdentityStatus::Active).await
}

async fn save_care_application(maker: &Maker<'_>, tx: &mut dyn Tx, application: &CareApplication) -> Result<(), Halt> {
    let known = tx.care_application(application.id).await?;
    if known.as_ref().is_some_and(|known| known.ended_at.is_some()) {
        return refuse(ProblemCode::NotNow);
    }
    let created_at = known.as_ref().map_or(maker.app.now(), |known| known.created_at);
    let saved = CareApplication { created_at, ended_at: None, ..application.clone() };
    if known.as_ref() == Some(&saved) {
        return Ok(());
    }
    tx.save_care_application(&saved).await?;
    maker.entry(Event::ClientSaved).detail(application.id).write(tx).await
}

async fn end_care_application(maker: &Maker<'_>, tx: &mut dyn Tx, id: CareApplicationId) -> Result<(), Halt> {
    let mut application = tx.care_application(id).await?.ok_or(AppError::new(ProblemCode::NotFound))?;
    if application.ended_at.is_some() {
        return refuse(ProblemCode::NotNow);
    }
    application.ended_at = Some(maker.app.now());
    tx.save_care_application(&application).await?;
    maker.entry(Event::ClientEnded).detail(id).write(tx).await
}

/// Whether two notices tell the same at the same time; one that begins now began a moment ago too.
fn says_the_same(one: &Notice, other: &Notice, now: Timestamp) -> bool {
    let told = |notice: &Notice| (notice.kind, notice.nl.clone(), notice.en.clone(), notice.until);
    told(one) == told(other) && one.from.max(now) == other.from.max(now)
}

async fn end_notice(maker: &Maker<'_>, tx: &mut dyn Tx, id: NoticeId) -> Result<(), Halt> {
    let now = maker.app.now();
    let mut notice = tx.notice(id).await?.ok_or(AppError::new(ProblemCode::NotFound))?;
    if notice.until.is_some_and(|until| until <= now) {
        return refuse(ProblemCode::NotNow);
    }
    notice.until = Some(now);
    tx.save_notice(&notice).await?;
    maker.entry(Event::NoticeChanged).detail(format!("ended {id}")).write(tx).await
}

async fn send_again(maker: &Maker<'_>, tx: &mut dyn Tx, id: MailId) -> Result<(), Halt> {
    let mut mail = tx.mail(id).await?.ok_or(AppError::new(ProblemCode::NotFound))?;
    if mail.status != MailStatus::Failed {
        return refuse(ProblemCode::NotNow);
    }
    mail.again(maker.app.now());
    tx.update_mail(&mail).await?;
    maker.entry(Event::MailQueued).detail(mail.kind.as_str()).write(tx).await
}
