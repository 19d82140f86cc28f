//! Where a change belongs: the page it was proposed on, and the page to show once it is made.

use domain::{
    change::{Change, ChangeId, MemberChange, OperatorChange, OrganisationChange, OwnChange},
    organisation::OrganisationId,
};

/// Where decisions wait for a second operator.
pub(super) const SECOND: &str = "/backoffice/besluiten?gedaan=wacht-op-tweede";

fn organisation_path(organisation: Option<OrganisationId>) -> String {
    organisation.map_or_else(|| "/beheer".to_owned(), |id| format!("/beheer/{id}"))
}

/// The page that somebody who withdraws goes back to.
pub(super) fn before(change: &Change, organisation: Option<OrganisationId>) -> String {
    let base = organisation_path(organisation);
    match change {
        Change::Member { membership, .. } => format!("{base}/personen/{membership}"),
        Change::Organisation { change, .. } => match change {
            OrganisationChange::Contact(_) => format!("{base}/organisatie"),
            OrganisationChange::Prepare(_) => format!("{base}/importeren"),
            OrganisationChange::RemovePrepared(_) => format!("{base}?filter=voorbereid"),
            OrganisationChange::UnlinkMany(_) => format!("{base}/ontkoppelen"),
            OrganisationChange::Link { .. } | OrganisationChange::Register { .. } => base,
        },
        Change::Operator(change) => office(change).0,
        Change::Own(_) => "/mijn-gegevens".to_owned(),
    }
}

/// The page that tells that it was done. A QR code that came out of it is shown there.
pub(super) fn after(change: &Change, id: ChangeId, organisation: Option<OrganisationId>) -> String {
    let base = organisation_path(organisation);
    match change {
        Change::Member { change: MemberChange::NewQr(_), .. }
        | Change::Organisation { change: OrganisationChange::Register { .. }, .. } => format!("{base}/qr/{id}"),
        Change::Member { change: MemberChange::Remove, .. } => format!("{base}?gedaan=verwijderd"),
        Change::Member { membership, change } => format!("{base}/personen/{membership}?gedaan={}", member(change)),
        Change::Organisation { change, .. } => match change {
            OrganisationChange::Contact(_) => format!("{base}/organisatie?gedaan=contact-gewijzigd"),
            OrganisationChange::Prepare(_) => format!("{base}?filter=voorbereid&gedaan=voorbereid"),
            OrganisationChange::RemovePrepared(_) => format!("{base}?filter=voorbereid&gedaan=voorbereiding-weg"),
            // It names everybody whose mandates must go too.
            OrganisationChange::UnlinkMany(_) => format!("{base}/ontkoppelen/{id}"),
            OrganisationChange::Link { .. } | OrganisationChange::Register { .. } => format!("{base}?gedaan=gekoppeld"),
        },
        Change::Operator(change) if change.invites() => invitation(id),
        Change::Operator(OperatorChange::Second(decision)) if decision.agrees && decision.invites => invitation(id),
        Change::Operator(change) => {
            let (page, word) = office(change);
            format!("{page}?gedaan={word}")
        }
        Change::Own(OwnChange::Email(_)) => "/mijn-gegevens?gedaan=e-mail".to_owned(),
    }
}

/// Where the QR code of an invitation is shown, once.
fn invitation(id: ChangeId) -> String {
    format!("/backoffice/operators/qr/{id}")
}

/// What was done, in a word (`gedaan-…` among the texts).
fn member(change: &MemberChange) -> &'static str {
    match change {
        MemberChange::Edit { .. } => "gegevens-gewijzigd",
        MemberChange::Correct { .. } => "persoonsgegevens-gewijzigd",
        MemberChange::EndDate(Some(_)) => "einddatum",
        MemberChange::EndDate(None) => "einddatum-weg",
        MemberChange::Unlink => "ontkoppeld",
        MemberChange::BlockAccess => "toegang-geblokkeerd",
        MemberChange::UnblockAccess => "toegang-gedeblokkeerd",
        MemberChange::Reconfirm(_) => "herbevestigd",
        MemberChange::BlockIdentity => "id-geblokkeerd",
        MemberChange::UnblockIdentity(_) => "id-gedeblokkeerd",
        MemberChange::RevokeIdentity => "id-ingetrokken",
        MemberChange::Give(_) => "rol-gegeven",
        MemberChange::Take(_) => "rol-weg",
        MemberChange::NewQr(_) | MemberChange::Remove => "verwijderd",
    }
}

/// The operators' page of a change, and what was done in a word.
fn office(change: &OperatorChange) -> (String, &'static str) {
    let page = |room: &str, id: String| format!("/backoffice/{room}/{id}");
    let room = |room: &str| format!("/backoffice/{room}");
    match change {
        OperatorChange::Handle(id) => (page("aanvragen", id.to_string()), "in-behandeling"),
        OperatorChange::Approve { application, .. } => (page("aanvragen", application.to_string()), "goedgekeurd"),
        OperatorChange::Reject(id) => (page("aanvragen", id.to_string()), "afgewezen"),
        OperatorChange::Rename { organisation, .. } => {
            (page("organisaties", organisation.to_string()), "naam-gewijzigd")
        }
        OperatorChange::EndOrganisation(id) => (page("organisaties", id.to_string()), "beeindigd"),
        OperatorChange::Reopen { organisation, .. } => (page("organisaties", organisation.to_string()), "heropend"),
        // It names the membership only.
        OperatorChange::TakeRole { .. } => (room("organisaties"), "rol-afgenomen"),
        OperatorChange::Correct { person, .. } => (page("personen", person.to_string()), "gecorrigeerd"),
        OperatorChange::Merge { from, .. } => (page("personen", from.to_string()), "samengevoegd"),
        OperatorChange::Unmerge(id) => (page("personen", id.to_string()), "gesplitst"),
        OperatorChange::Invite(_) => (room("operators"), "uitgenodigd"),
        OperatorChange::Appoint(_) => (room("operators"), "aangewezen"),
        OperatorChange::Dismiss(_) => (room("operators"), "ontslagen"),
        OperatorChange::InviteAuditor(_) => (room("auditors"), "uitgenodigd-auditor"),
        OperatorChange::AppointAuditor(_) => (room("auditors"), "aangewezen-auditor"),
        OperatorChange::DismissAuditor(_) => (room("auditors"), "ontslagen-auditor"),
        // These name the identity only.
        OperatorChange::BlockIdentity(_) => (room("personen"), "geblokkeerd"),
        OperatorChange::UnblockIdentity { .. } => (room("personen"), "gedeblokkeerd"),
        OperatorChange::RevokeIdentity(_) => (room("personen"), "ingetrokken"),
        OperatorChange::SaveCareApplication(client) => {
            (page("zorgapplicaties", client.id.to_string()), "zorgapplicatie-bewaard")
        }
        OperatorChange::EndCareApplication(id) => (page("zorgapplicaties", id.to_string()), "zorgapplicatie-beeindigd"),
        OperatorChange::ShowNotice { .. } => (room("meldingen"), "melding-getoond"),
        OperatorChange::EndNotice(_) => (room("meldingen"), "melding-weg"),
        OperatorChange::SendAgain(id) => (page("mail", id.to_string()), "mail-opnieuw"),
        OperatorChange::Second(decision) => (room("besluiten"), if decision.agrees { "besloten" } else { "niet-eens" }),
    }
}
