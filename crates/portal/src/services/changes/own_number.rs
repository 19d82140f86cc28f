//! Who validates an organisation with their UZI-pas becomes its administrator. So an operator decides for nobody's number but
//! somebody else's: neither approves an application that names their own, nor reopens a validation for it.

use crate::error::Halt;
use domain::{
    UziNumber,
    authorise::{Actor, Refusal},
    change::{Change, OperatorChange},
    person::{Person, PersonId},
};
use storage::Tx;

/// Whether the actor may make this change, as far as it is about somebody's UZI number. Rejecting is no gain to anybody.
pub(super) async fn may(tx: &mut dyn Tx, actor: &Actor<'_>, change: &Change) -> Result<Result<(), Refusal>, Halt> {
    let number = match change {
        Change::Operator(OperatorChange::Approve { application, .. }) => {
            // One that is not there is told where everything else about it is looked at.
            let Some(application) = tx.application(*application).await? else { return Ok(Ok(())) };
            application.form.uzi_number
        }
        Change::Operator(OperatorChange::Reopen { uzi_number, .. }) => uzi_number.clone(),
        _ => return Ok(Ok(())),
    };
    let holders = holders_of(tx, &number, actor.person).await?;
    Ok(actor.may_decide_about(&holders))
}

/// Whose number it is, as far as it is known here; of a merged registration also who stays. Of `asker` what they had before
/// counts too: whose membership ended has the pass still.
async fn holders_of(tx: &mut dyn Tx, number: &UziNumber, asker: PersonId) -> Result<Vec<PersonId>, Halt> {
    let mut holders: Vec<PersonId> = Vec::new();
    for holder in tx.people_by_uzi_number(number).await? {
        let mut next: Option<Person> = Some(holder);
        while let Some(person) = next.filter(|person| !holders.contains(&person.id)) {
            holders.push(person.id);
            next = match person.merged_into {
                Some(stays) => tx.person(stays).await?,
                None => None,
            };
        }
    }
    for membership in tx.memberships_of(asker).await? {
        let before = tx.attribute_periods(membership.id).await?;
        if before.iter().any(|period| period.attributes.uzi_number == *number) {
            holders.push(asker);
        }
    }
    Ok(holders)
}
