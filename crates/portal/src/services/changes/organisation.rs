//! Changes in an organisation: registering, linking, preparing, unlinking many.

use super::{Maker, member, membership};
use crate::{
    AppError,
    error::Halt,
    services::{desk, email, newcomer, proofing, roles},
};
use domain::{
    authorise::Actor,
    change::{Change, MemberChange, NewPerson, OrganisationChange},
    log::Event,
    organisation::{Organisation, OrganisationId},
    person::{Membership, MembershipId, MembershipStatus, ProofingPurpose, Role, ShownDocument},
    preregistration::{PreRegistration, PreRegistrationId},
    request::{Purpose, RequestId},
};
use protocol::ProblemCode;
use storage::Tx;

/// Does it. A registration is answered with the enrolment request of its QR code.
pub(super) async fn execute(
    maker: &Maker<'_>,
    tx: &mut dyn Tx,
    id: OrganisationId,
    change: &OrganisationChange,
) -> Result<Option<RequestId>, Halt> {
    let organisation = tx.organisation(id).await?.ok_or(AppError::new(ProblemCode::NotFound))?;
    if !organisation.status.takes_registrations() {
        return Err(ProblemCode::OrganisationNotValidated.into());
    }
    match change {
        OrganisationChange::Register { person, prepared } => {
            return register(maker, tx, &organisation, person, *prepared).await.map(Some);
        }
        OrganisationChange::Link { request, document } => link(maker, tx, &organisation, *request, document).await?,
        OrganisationChange::Prepare(rows) => {
            let now = maker.app.now();
            let rows: Vec<PreRegistration> = rows
                .iter()
                .map(|row| PreRegistration {
                    id: PreRegistrationId::new(now, maker.app.entropy()),
                    organisation: id,
                    row: row.clone(),
                    by: maker.person,
                    created_at: now,
                })
                .collect();
            tx.insert_preregistrations(&rows).await?;
            maker.entry(Event::PersonPrepared).within(id).detail(rows.len()).write(tx).await?;
        }
        OrganisationChange::RemovePrepared(ids) => {
            // Somebody else may have registered or removed some of them meanwhile.
            let mut removed = 0;
            for prepared in ids {
                let here = tx.preregistration(*prepared).await?.filter(|row| row.organisation == id);
                if here.is_some() && tx.delete_preregistration(*prepared).await? {
                    removed += 1;
                }
            }
            if removed == 0 {
                return Err(ProblemCode::NotFound.into());
            }
            maker.entry(Event::PersonUnprepared).within(id).detail(removed).write(tx).await?;
        }
        OrganisationChange::UnlinkMany(ids) => unlink_many(maker, tx, id, ids).await?,
        OrganisationChange::Contact(text) => {
            // Operators may be renaming or ending it.
            let locked = tx.organisation_to_change(id).await?;
            let locked = locked.filter(|locked| locked.status.takes_registrations());
            let mut organisation = locked.ok_or(AppError::new(ProblemCode::OrganisationNotValidated))?;
            let contact = Some(text.clone()).filter(|text| !text.is_empty());
            if organisation.contact != contact {
                organisation.contact = contact;
                tx.update_organisation(&organisation).await?;
                maker.entry(Event::OrganisationChanged).within(id).detail("contact").write(tx).await?;
            }
        }
    }
    Ok(None)
}

async fn register(
    maker: &Maker<'_>,
    tx: &mut dyn Tx,
    organisation: &Organisation,
    new: &NewPerson,
    prepared: Option<PreRegistrationId>,
) -> Result<RequestId, Halt> {
    let (app, now) = (maker.app, maker.app.now());
    // Pressed twice, or two desks at once: the later one must see the earlier. (The wizard waits for the same name.)
    tx.alone(&format!("people of {} born on {}", organisation.id, new.birth_date.to_iso())).await?;
    let same_date = tx.people_by_birth_date(organisation.id, new.birth_date).await?;
    if same_date.iter().any(|known| known.name.matches(&new.name)) {
        return Err(ProblemCode::PersonExists.into());
    }
    let person = newcomer::add(app, tx, &new.name, new.birth_date, &new.birthplace, false).await?;
    maker.entry(Event::PersonRegistered).about(person.id).within(organisation.id).write(tx).await?;
    let mut membership = Membership::new(
        MembershipId::new(now, app.entropy()),
        person.id,
        organisation.id,
        vec![Role::Signer],
        None,
        now,
    );
    membership.department.clone_from(&new.department);
    membership.personnel_number.clone_from(&new.personnel_number);
    joined(maker, tx, &membership).await?;
    let within = Some(organisation.id);
    let proofing = maker.proofing(person.id, within, &new.document, ProofingPurpose::Register);
    proofing::face_to_face(tx, proofing, maker.entry(Event::ProofingFaceToFace)).await?;
    if let Some(prepared) = prepared {
        let here = tx.preregistration(prepared).await?.filter(|row| row.organisation == organisation.id);
        // Somebody else was first, perhaps with another spelling.
        if here.is_none() || !tx.delete_preregistration(prepared).await? {
            return Err(ProblemCode::NotNow.into());
        }
    }
    let id = person.id;
    if new.email.is_some() {
        let entry = maker.entry(email::CHANGED).about(id).within(organisation.id);
        email::change(app, maker.caller, tx, person, new.email.clone(), entry).await?;
    }
    desk::enrolment(maker, tx, id, within).await
}

/// The maker, of whom what is stored now is looked up when it is asked.
fn alone(maker: &Maker<'_>) -> Actor<'static> {
    Actor { person: maker.person, memberships: &[], operator: None, now: maker.app.now() }
}

/// A new membership, as Signer.
async fn joined(maker: &Maker<'_>, tx: &mut dyn Tx, membership: &Membership) -> Result<(), Halt> {
    tx.insert_membership(membership).await?;
    roles::begin(maker.app, tx, membership, Role::Signer).await?;
    let entry = maker.entry(Event::MembershipAdded).about(membership.person).within(membership.organisation);
    entry.detail(Role::Signer.as_str()).write(tx).await
}

/// The beheerder compared the person who accepted the link QR with the WID.
async fn link(
    maker: &Maker<'_>,
    tx: &mut dyn Tx,
    organisation: &Organisation,
    request: RequestId,
    document: &ShownDocument,
) -> Result<(), Halt> {
    let (app, now) = (maker.app, maker.app.now());
    let mut request = tx.request(request).await?.ok_or(AppError::new(ProblemCode::RequestUnknown))?;
    let fits = request.purpose == Purpose::Link
        && request.organisation == Some(organisation.id)
        && request.asked_by == Some(maker.person);
    let person = request.person.filter(|_| fits).ok_or(AppError::new(ProblemCode::RequestUnknown))?;
    if person == maker.person {
        return Err(ProblemCode::NotOneself.into());
    }
    let merged = tx.person(person).await?.is_none_or(|person| person.merged_into.is_some());
    if merged {
        return Err(ProblemCode::NotNow.into());
    }
    let key = request.browser_key;
    request.finish(&maker.browser.hash, key.as_ref(), now).map_err(AppError::from)?;
    tx.update_request(&request).await?;
    let known = tx.memberships_of(person).await?.into_iter().find(|m| m.organisation == organisation.id);
    match known {
        Some(mut membership) => {
            match membership.status_at(now) {
                MembershipStatus::Ended => {
                    roles::over(app, tx, &mut membership).await?;
                    membership.link_again();
                    roles::begin(app, tx, &membership, Role::Signer).await?;
                }
                MembershipStatus::Reconfirm => {
                    // The same as confirming on the person's own page: of an administrator only administrators do it.
                    let change = MemberChange::Reconfirm(document.clone());
                    let change = Change::Member { membership: membership.id, change };
                    super::authorise(app, tx, &alone(maker), &change).await??;
                    membership.status = MembershipStatus::Active;
                }
                MembershipStatus::Active | MembershipStatus::Blocked => {
                    return Err(ProblemCode::PersonExists.into());
                }
            }
            tx.update_membership(&membership).await?;
            let entry = maker.entry(Event::MembershipAdded).about(person).within(organisation.id);
            entry.detail(Role::Signer.as_str()).write(tx).await?;
        }
        None => {
            let id = MembershipId::new(now, app.entropy());
            let membership = Membership::new(id, person, organisation.id, vec![Role::Signer], None, now);
            joined(maker, tx, &membership).await?;
        }
    }
    let proofing = maker.proofing(person, Some(organisation.id), document, ProofingPurpose::Link);
    proofing::face_to_face(tx, proofing, maker.entry(Event::ProofingFaceToFace)).await
}

/// All or nobody: each one is authorised as if unlinked alone.
async fn unlink_many(
    maker: &Maker<'_>,
    tx: &mut dyn Tx,
    organisation: OrganisationId,
    ids: &[MembershipId],
) -> Result<(), Halt> {
    let actor = alone(maker);
    for id in ids {
        let membership = membership(tx, *id).await?;
        if membership.organisation != organisation {
            return Err(ProblemCode::NotFound.into());
        }
        let one = Change::Member { membership: *id, change: MemberChange::Unlink };
        super::authorise(maker.app, tx, &actor, &one).await??;
        member::unlink(maker, tx, membership).await?;
    }
    Ok(())
}
