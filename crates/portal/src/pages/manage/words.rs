//! What states, roles and events are called on the pages of Beheer.

use crate::pages::{dutch_time, texts::Texts};
use domain::{
    identity::IdentityStatus,
    person::{Membership, ProofingPurpose},
};
use i18n_embed_fl::fl;
use storage::MeansState;

pub(super) fn identity(t: &Texts, status: IdentityStatus) -> String {
    match status {
        IdentityStatus::Pending => fl!(t, "identity-pending"),
        IdentityStatus::Active => fl!(t, "identity-active"),
        IdentityStatus::Blocked => fl!(t, "identity-blocked"),
        IdentityStatus::Revoked => fl!(t, "identity-revoked"),
        IdentityStatus::Expired => fl!(t, "identity-expired"),
        IdentityStatus::Replaced => fl!(t, "identity-replaced"),
    }
}

pub(super) fn means(t: &Texts, means: MeansState) -> String {
    match means {
        MeansState::None => fl!(t, "means-none"),
        MeansState::QrWaits(until) => fl!(t, "means-qr-waits", date = dutch_time::date(until)),
        MeansState::QrExpired => fl!(t, "means-qr-expired"),
        MeansState::Pending => fl!(t, "means-pending"),
        MeansState::Active(until) => fl!(t, "means-active", date = dutch_time::date(until)),
        MeansState::Blocked => fl!(t, "means-blocked"),
        MeansState::Over => fl!(t, "means-over"),
    }
}

/// The roles, as a list.
pub(super) fn roles(t: &Texts, membership: &Membership) -> String {
    let words = membership.roles.iter().map(|held| crate::pages::overview::role(t, *held));
    words.collect::<Vec<_>>().join(", ")
}

pub(in crate::pages) fn purpose(t: &Texts, purpose: ProofingPurpose) -> String {
    match purpose {
        ProofingPurpose::Register => fl!(t, "check-register"),
        ProofingPurpose::Link => fl!(t, "check-link"),
        ProofingPurpose::Reissue => fl!(t, "check-reissue"),
        ProofingPurpose::Unblock => fl!(t, "check-unblock"),
        ProofingPurpose::Reconfirm => fl!(t, "check-reconfirm"),
    }
}
