//! The environment's auditors: who they are, inviting, appointing, dismissing; as with operators.

use super::{
    Asked, Office,
    operators::{Appointing, Dismissing, Inviting, appoint_to, dismiss_from, invite_to, show},
};
use crate::{AppError, browser::SafeForm};
use axum::{extract::Query, response::Response};
use domain::operator::Office as Held;

/// The list.
pub(super) async fn page(Office(visit): Office, Query(asked): Query<Asked>) -> Result<Response, AppError> {
    show(&visit, Held::Auditor, asked.gedaan.as_deref(), None).await
}

/// Invites an auditor.
pub(super) async fn invite(Office(visit): Office, SafeForm(typed): SafeForm<Inviting>) -> Result<Response, AppError> {
    invite_to(&visit, Held::Auditor, typed).await
}

/// Appoints an auditor.
pub(super) async fn appoint(
    Office(visit): Office,
    SafeForm(typed): SafeForm<Appointing>,
) -> Result<Response, AppError> {
    appoint_to(&visit, Held::Auditor, typed).await
}

/// Dismisses an auditor.
pub(super) async fn dismiss(
    Office(visit): Office,
    SafeForm(typed): SafeForm<Dismissing>,
) -> Result<Response, AppError> {
    dismiss_from(&visit, Held::Auditor, typed).await
}
