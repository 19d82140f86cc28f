//! The sentence that is shown, signed and then executed: action, person, person number, organisation, reason.

use super::{Change, MemberChange, OperatorChange, OrganisationChange, OwnChange};
use crate::person::Role;

/// What a sentence names; empty where it does not apply.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Name and number of the person it is about: `Anna van Dijk (123456789)`.
    pub person: String,
    /// A second person, with a merge.
    pub other_person: String,
    /// Name and URA of the organisation: `De Linde (00001234)`.
    pub organisation: String,
    /// Name of the care application.
    pub care_application: String,
    /// Who applied, with UZI number: `Zoë Linde (UZI 900000001)`.
    pub applicant: String,
    /// The sentence that a second operator decides about, Dutch and English.
    pub decision: (String, String),
}

fn role_nl(role: Role) -> &'static str {
    match role {
        Role::Signer => "zorgmedewerker (Signer)",
        Role::Helpdesk => "helpdesk (Helpdesk)",
        Role::Manager => "beheerder (Manager)",
        Role::Administrator => "administrator (Administrator)",
        Role::Auditor => "auditor (Auditor)",
    }
}

fn role_en(role: Role) -> &'static str {
    match role {
        Role::Signer => "care worker (Signer)",
        Role::Helpdesk => "helpdesk (Helpdesk)",
        Role::Manager => "manager (Manager)",
        Role::Administrator => "administrator (Administrator)",
        Role::Auditor => "auditor (Auditor)",
    }
}

fn colleagues(count: usize) -> (String, String) {
    match count {
        1 => ("1 collega".to_owned(), "1 colleague".to_owned()),
        _ => (format!("{count} collega's"), format!("{count} colleagues")),
    }
}

impl Change {
    /// The sentence in Dutch and English, with its reason.
    pub fn sentence(&self, facts: &Facts, reason: &str) -> (String, String) {
        let (nl, en) = match self {
            Self::Member { change, .. } => member(change, facts),
            Self::Organisation { change, .. } => organisation(change, facts),
            Self::Operator(change) => operator(change, facts),
            Self::Own(OwnChange::Email(Some(address))) => {
                (format!("Mijn e-mailadres wordt {address}"), format!("My e-mail address becomes {address}"))
            }
            Self::Own(OwnChange::Email(None)) => {
                ("Mijn e-mailadres vervalt".to_owned(), "My e-mail address is removed".to_owned())
            }
        };
        if reason.is_empty() {
            return (format!("{nl}."), format!("{en}."));
        }
        (format!("{nl}. Reden: {reason}"), format!("{en}. Reason: {reason}"))
    }
}

fn member(change: &MemberChange, facts: &Facts) -> (String, String) {
    let Facts { person, organisation, .. } = facts;
    let (nl, en) = match change {
        MemberChange::Edit { .. } => ("Gegevens wijzigen van".to_owned(), "Change details of".to_owned()),
        MemberChange::Correct { name, .. } => (
            format!("Persoonsgegevens wijzigen in {} van", name.full()),
            format!("Change personal data to {} of", name.full()),
        ),
        MemberChange::EndDate(Some(end)) => {
            let day = end.plus_seconds(-1).to_utc().date();
            let (y, m, d) = (day.year(), u8::from(day.month()), day.day());
            (format!("Laatste werkdag {d:02}-{m:02}-{y} voor"), format!("Last working day {d:02}-{m:02}-{y} for"))
        }
        MemberChange::EndDate(None) => ("Geen einddatum meer voor".to_owned(), "No end date any more for".to_owned()),
        MemberChange::Unlink => ("Ontkoppelen van".to_owned(), "Unlink".to_owned()),
        MemberChange::BlockAccess => ("Toegang blokkeren van".to_owned(), "Block access of".to_owned()),
        MemberChange::UnblockAccess => ("Toegang deblokkeren van".to_owned(), "Unblock access of".to_owned()),
        MemberChange::Reconfirm(_) => ("Herbevestigen van".to_owned(), "Reconfirm".to_owned()),
        MemberChange::BlockIdentity => ("ID blokkeren van".to_owned(), "Block the ID of".to_owned()),
        MemberChange::UnblockIdentity(_) => ("ID deblokkeren van".to_owned(), "Unblock the ID of".to_owned()),
        MemberChange::RevokeIdentity => {
            ("ID voorgoed intrekken van".to_owned(), "Revoke for good the ID of".to_owned())
        }
        MemberChange::NewQr(_) => ("Nieuwe QR-code maken voor".to_owned(), "Make a new QR code for".to_owned()),
        MemberChange::Give(role) => {
            (format!("De rol {} geven aan", role_nl(*role)), format!("Give the role {} to", role_en(*role)))
        }
        MemberChange::Take(role) => {
            (format!("De rol {} afnemen van", role_nl(*role)), format!("Take the role {} from", role_en(*role)))
        }
        MemberChange::Remove => ("Registratie verwijderen van".to_owned(), "Remove the registration of".to_owned()),
    };
    (format!("{nl} {person} bij {organisation}"), format!("{en} {person} at {organisation}"))
}

fn organisation(change: &OrganisationChange, facts: &Facts) -> (String, String) {
    let Facts { person, organisation, .. } = facts;
    let (nl, en) = match change {
        OrganisationChange::Register { person, .. } => {
            (format!("{} registreren", person.name.full()), format!("Register {}", person.name.full()))
        }
        OrganisationChange::Link { .. } => (format!("{person} koppelen"), format!("Link {person}")),
        OrganisationChange::Prepare(rows) => {
            let (nl, en) = colleagues(rows.len());
            (format!("{nl} voorbereiden"), format!("Prepare {en}"))
        }
        OrganisationChange::RemovePrepared(ids) => match ids.len() {
            1 => ("1 voorbereide collega verwijderen".to_owned(), "Remove 1 prepared colleague".to_owned()),
            count => {
                (format!("{count} voorbereide collega's verwijderen"), format!("Remove {count} prepared colleagues"))
            }
        },
        OrganisationChange::UnlinkMany(ids) => {
            let (nl, en) = colleagues(ids.len());
            (format!("{nl} ontkoppelen"), format!("Unlink {en}"))
        }
        OrganisationChange::Contact(text) => {
            (format!("Contact voor collega's wordt \"{text}\""), format!("Contact for colleagues becomes \"{text}\""))
        }
    };
    (format!("{nl} bij {organisation}"), format!("{en} at {organisation}"))
}

fn operator(change: &OperatorChange, facts: &Facts) -> (String, String) {
    let Facts { person, other_person, organisation, care_application, applicant, decision } = facts;
    match change {
        OperatorChange::Handle(_) => {
            (format!("Aanvraag van {organisation} behandelen"), format!("Handle the application of {organisation}"))
        }
        OperatorChange::Approve { name, ura, .. } => {
            let nl = format!("Aanvraag goedkeuren van {name} ({ura}), aangevraagd door {applicant}");
            (nl, format!("Approve the application of {name} ({ura}), applied for by {applicant}"))
        }
        OperatorChange::Reject(_) => {
            (format!("Aanvraag afwijzen van {organisation}"), format!("Reject the application of {organisation}"))
        }
        OperatorChange::Rename { name, .. } => {
            (format!("{organisation} krijgt de naam {name}"), format!("{organisation} is renamed {name}"))
        }
        OperatorChange::EndOrganisation(_) => {
            (format!("Deelname beëindigen van {organisation}"), format!("End the participation of {organisation}"))
        }
        OperatorChange::Reopen { uzi_number, .. } => (
            format!("Validatie van {organisation} heropenen voor UZI-nummer {uzi_number}"),
            format!("Reopen the validation of {organisation} for UZI number {uzi_number}"),
        ),
        OperatorChange::TakeRole { role, .. } => (
            format!("De rol {} afnemen van {person} bij {organisation}", role_nl(*role)),
            format!("Take the role {} from {person} at {organisation}", role_en(*role)),
        ),
        OperatorChange::Correct { name, .. } => (
            format!("Persoonsgegevens van {person} wijzigen in {}", name.full()),
            format!("Change the personal data of {person} to {}", name.full()),
        ),
        OperatorChange::Merge { .. } => (
            format!("{person} samenvoegen met {other_person}, die blijft"),
            format!("Merge {person} into {other_person}, who stays"),
        ),
        OperatorChange::Unmerge(_) => {
            (format!("Samenvoegen van {person} ongedaan maken"), format!("Undo the merge of {person}"))
        }
        OperatorChange::Invite(new) => {
            (format!("{} uitnodigen als operator", new.name.full()), format!("Invite {} as operator", new.name.full()))
        }
        OperatorChange::Appoint(_) => (format!("{person} wordt operator"), format!("{person} becomes operator")),
        OperatorChange::Dismiss(_) => {
            (format!("{person} is geen operator meer"), format!("{person} is no operator any more"))
        }
        OperatorChange::InviteAuditor(new) => (
            format!("{} uitnodigen als auditor van de omgeving", new.name.full()),
            format!("Invite {} as auditor of the environment", new.name.full()),
        ),
        OperatorChange::AppointAuditor(_) => {
            (format!("{person} wordt auditor van de omgeving"), format!("{person} becomes auditor of the environment"))
        }
        OperatorChange::DismissAuditor(_) => (
            format!("{person} is geen auditor van de omgeving meer"),
            format!("{person} is no auditor of the environment any more"),
        ),
        OperatorChange::BlockIdentity(_) => (format!("ID blokkeren van {person}"), format!("Block the ID of {person}")),
        OperatorChange::UnblockIdentity { .. } => {
            (format!("ID deblokkeren van {person}"), format!("Unblock the ID of {person}"))
        }
        OperatorChange::RevokeIdentity(_) => {
            (format!("ID voorgoed intrekken van {person}"), format!("Revoke for good the ID of {person}"))
        }
        OperatorChange::SaveCareApplication(application) => (
            format!("Zorgapplicatie {} van {} vastleggen", application.name, application.organisation),
            format!("Register care application {} of {}", application.name, application.organisation),
        ),
        OperatorChange::EndCareApplication(_) => (
            format!("Zorgapplicatie {care_application} beëindigen"),
            format!("End care application {care_application}"),
        ),
        OperatorChange::ShowNotice { nl, en, .. } => {
            (format!("Melding tonen: \"{nl}\""), format!("Show the notice: \"{en}\""))
        }
        OperatorChange::EndNotice(_) => ("Melding weghalen".to_owned(), "Take the notice away".to_owned()),
        OperatorChange::SendAgain(_) => ("Mail opnieuw versturen".to_owned(), "Send a mail again".to_owned()),
        OperatorChange::Second(second) => {
            let (nl, en) = (decision.0.trim_end_matches('.'), decision.1.trim_end_matches('.'));
            match second.agrees {
                true => (format!("Akkoord als tweede operator: {nl}"), format!("Agree as second operator: {en}")),
                false => {
                    (format!("Niet akkoord als tweede operator: {nl}"), format!("Disagree as second operator: {en}"))
                }
            }
        }
    }
}
