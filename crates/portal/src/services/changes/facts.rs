//! What a change's sentence names.

use crate::{AppError, error::Halt};
use domain::{
    change::{Change, Facts, OperatorChange, OrganisationChange},
    identity::IdentityId,
    organisation::OrganisationId,
    person::{MembershipId, PersonId},
    request::{Purpose, Request},
};
use protocol::ProblemCode;
use storage::Tx;

fn unknown() -> Halt {
    AppError::new(ProblemCode::NotFound).into()
}

async fn person(tx: &mut dyn Tx, id: PersonId) -> Result<String, Halt> {
    let person = tx.person(id).await?.ok_or_else(unknown)?;
    Ok(format!("{} ({})", person.name.full(), person.number))
}

async fn organisation(tx: &mut dyn Tx, id: OrganisationId) -> Result<String, Halt> {
    let organisation = tx.organisation(id).await?.ok_or_else(unknown)?;
    Ok(format!("{} ({})", organisation.name, organisation.ura))
}

async fn member(tx: &mut dyn Tx, id: MembershipId) -> Result<Facts, Halt> {
    let membership = tx.membership(id).await?.ok_or_else(unknown)?;
    Ok(Facts {
        person: person(tx, membership.person).await?,
        organisation: organisation(tx, membership.organisation).await?,
        ..Facts::default()
    })
}

async fn holder(tx: &mut dyn Tx, id: IdentityId) -> Result<Facts, Halt> {
    let identity = tx.identity(id).await?.ok_or_else(unknown)?;
    Ok(Facts { person: person(tx, identity.person).await?, ..Facts::default() })
}

/// In which organisation a change is.
pub(super) async fn organisation_of(tx: &mut dyn Tx, change: &Change) -> Result<Option<OrganisationId>, Halt> {
    Ok(match change {
        Change::Member { membership, .. } => tx.membership(*membership).await?.map(|m| m.organisation),
        Change::Organisation { organisation, .. } => Some(*organisation),
        Change::Operator(_) | Change::Own(_) => None,
    })
}

/// The names in the sentence, as they are stored now.
pub(super) async fn of(tx: &mut dyn Tx, change: &Change) -> Result<Facts, Halt> {
    match change {
        Change::Member { membership, .. } => member(tx, *membership).await,
        Change::Organisation { organisation: id, change } => {
            let mut facts = Facts { organisation: organisation(tx, *id).await?, ..Facts::default() };
            if let OrganisationChange::Link { request, .. } = change {
                // Of any other request nobody is told who answered it.
                let request = tx.request(*request).await?;
                let here = |request: &Request| request.purpose == Purpose::Link && request.organisation == Some(*id);
                let request = request.filter(here).ok_or_else(unknown)?;
                facts.person = person(tx, request.person.ok_or_else(unknown)?).await?;
            }
            Ok(facts)
        }
        Change::Operator(change) => by_operator(tx, change).await,
        Change::Own(_) => Ok(Facts::default()),
    }
}

async fn by_operator(tx: &mut dyn Tx, change: &OperatorChange) -> Result<Facts, Halt> {
    let mut facts = Facts::default();
    match change {
        OperatorChange::Handle(id) | OperatorChange::Reject(id) => {
            let application = tx.application(*id).await?.ok_or_else(unknown)?;
            facts.organisation = format!("{} ({})", application.form.organisation_name, application.form.ura);
        }
        OperatorChange::Rename { organisation: id, .. }
        | OperatorChange::EndOrganisation(id)
        | OperatorChange::Reopen { organisation: id, .. } => facts.organisation = organisation(tx, *id).await?,
        OperatorChange::TakeRole { membership, .. } => facts = member(tx, *membership).await?,
        OperatorChange::Correct { person: id, .. }
        | OperatorChange::Unmerge(id)
        | OperatorChange::Appoint(id)
        | OperatorChange::Dismiss(id)
        | OperatorChange::AppointAuditor(id)
        | OperatorChange::DismissAuditor(id) => facts.person = person(tx, *id).await?,
        OperatorChange::Merge { from, into } => {
            facts.person = person(tx, *from).await?;
            facts.other_person = person(tx, *into).await?;
        }
        OperatorChange::BlockIdentity(id)
        | OperatorChange::UnblockIdentity { identity: id, .. }
        | OperatorChange::RevokeIdentity(id) => facts = holder(tx, *id).await?,
        OperatorChange::EndCareApplication(id) => {
            facts.care_application = tx.care_application(*id).await?.ok_or_else(unknown)?.name;
        }
        OperatorChange::Approve { application, .. } => {
            let form = tx.application(*application).await?.ok_or_else(unknown)?.form;
            facts.applicant = format!("{} (UZI {})", form.applicant.full(), form.uzi_number);
        }
        OperatorChange::Second(decision) => {
            facts.decision = tx.change(decision.change).await?.ok_or_else(unknown)?.sentence;
        }
        OperatorChange::Invite(_)
        | OperatorChange::InviteAuditor(_)
        | OperatorChange::SaveCareApplication(_)
        | OperatorChange::ShowNotice { .. }
        | OperatorChange::EndNotice(_)
        | OperatorChange::SendAgain(_) => {}
    }
    Ok(facts)
}
