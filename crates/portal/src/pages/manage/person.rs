//! One colleague: data, roles, this organisation's membership, the ID, and what can be done.

use super::{Desk, Link, deed::Deed, membership_id, words};
use crate::{
    AppError,
    pages::{
        backoffice::document,
        dutch_time, form, log, overview,
        texts::Texts,
        ui::{self, Ui},
        visit::Visit,
    },
    services::people::{self, Member},
};
use askama::Template;
use axum::{
    extract::{Path, Query},
    response::Response,
};
use domain::{
    authorise::{Action, Refusal},
    person::{CardAttributes, MembershipStatus},
};
use i18n_embed_fl::fl;
use serde::Deserialize;

/// `?gedaan=`.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Done {
    pub gedaan: Option<String>,
}

struct IdentityLine {
    status: String,
    since: String,
    last_used: String,
    until: String,
}

struct AttributeLine {
    uzi_number: String,
    role_code: String,
    from: String,
    until: String,
}

#[derive(Template)]
#[template(path = "manage/person.html")]
struct PersonPage {
    ui: Ui,
    base: String,
    path: String,
    organisation: String,
    flash: Option<String>,
    name: String,
    facts: Vec<(String, String)>,
    membership: Vec<(String, String)>,
    identities: Vec<IdentityLine>,
    qr_until: Option<String>,
    attributes: Vec<AttributeLine>,
    checks: Vec<String>,
    /// What can be done with access and data, and with the ID.
    work: Vec<Link>,
    means: Vec<Link>,
    grave: Vec<Link>,
    /// Why less is offered than somebody may expect.
    note: Option<String>,
    guides: bool,
    history: bool,
    /// The log about this person, for who may read it.
    log: Option<String>,
    reconfirm: bool,
}

fn facts(t: &Texts, member: &Member, manages: bool) -> Vec<(String, String)> {
    let person = &member.person;
    let mut facts = vec![(fl!(t, "person-number"), person.number.clone())];
    if !manages {
        return facts;
    }
    let declared = if person.birth_date_self_declared { fl!(t, "person-self-declared") } else { String::new() };
    let date = format!("{} {declared}", person.birth_date.to_dutch()).trim().to_owned();
    facts.push((fl!(t, "birth-date-label"), date));
    facts.push((fl!(t, "person-birthplace"), person.birthplace.clone()));
    let email = person.email.as_ref().map(ToString::to_string).unwrap_or_default();
    let unconfirmed = !email.is_empty() && person.email_confirmed_at.is_none();
    let unconfirmed = if unconfirmed { fl!(t, "person-unconfirmed") } else { String::new() };
    facts.push((fl!(t, "person-email"), format!("{email} {unconfirmed}").trim().to_owned()));
    facts.retain(|(_, value)| !value.is_empty());
    facts
}

fn membership(t: &Texts, desk: &Desk, member: &Member) -> Vec<(String, String)> {
    let membership = &member.membership;
    let status = membership.status_at(desk.visit.app.now());
    let end = membership.ends_at.map(|end| dutch_time::date(end.plus_seconds(-1))).unwrap_or_default();
    let mut facts = vec![
        (fl!(t, "person-access"), overview::standing(t, status)),
        (fl!(t, "person-roles"), words::roles(t, membership)),
        (fl!(t, "person-department"), membership.department.clone()),
        (fl!(t, "person-personnel-number"), membership.personnel_number.clone()),
        (fl!(t, "people-sort-since"), dutch_time::date(membership.created_at)),
        (fl!(t, "person-last-day"), end),
        (fl!(t, "people-last-used"), last_used(t, member)),
    ];
    if member.sessions > 0 {
        facts.push((fl!(t, "person-sessions"), member.sessions.to_string()));
    }
    facts.retain(|(_, value)| !value.is_empty());
    facts
}

/// When the ID was last used, in words.
pub(super) fn last_used(t: &Texts, member: &Member) -> String {
    member.last_used_at().map(dutch_time::date).unwrap_or_else(|| fl!(t, "people-never-used"))
}

fn links(t: &Texts, desk: &Desk, member: &Member, deeds: &[Deed]) -> Vec<Link> {
    let path = desk.person_path(member.membership.id);
    let offered = deeds.iter().filter(|deed| deed.offered(desk, member));
    offered.map(|deed| Link { href: format!("{path}/{}", deed.word()), text: deed.title(t) }).collect()
}

/// Why there is less to do than somebody may expect.
fn note(t: &Texts, desk: &Desk, member: &Member) -> Option<String> {
    let oneself = desk.me() == Some(member.person.id);
    let ended = member.membership.status_at(desk.visit.app.now()) == MembershipStatus::Ended;
    match Deed::BlockIdentity.allowed(desk, member) {
        _ if ended => Some(fl!(t, "person-note-ended")),
        _ if oneself => Some(fl!(t, "person-note-oneself")),
        Err(Refusal::Role) => Some(fl!(t, "person-note-role")),
        _ if member.last_administrator => Some(fl!(t, "person-note-last")),
        _ => None,
    }
}

fn attributes(member: &Member) -> Vec<AttributeLine> {
    let line = |attributes: &CardAttributes, from: String, until| AttributeLine {
        uzi_number: attributes.uzi_number.to_string(),
        role_code: attributes.role_code.as_str().to_owned(),
        from,
        until: dutch_time::date(until),
    };
    let periods = member.attributes.iter();
    periods
        .map(|period| {
            let until = period.until.unwrap_or(period.attributes.valid_until);
            line(&period.attributes, dutch_time::date(period.from), until)
        })
        .collect()
}

fn checks(t: &Texts, member: &Member) -> Vec<String> {
    let card = member.card_checked_at.map(|at| fl!(t, "check-card", date = dutch_time::date(at)));
    let seen = member.checks.iter().map(|(check, by)| {
        fl!(
            t,
            "check-line",
            date = dutch_time::date(check.at),
            purpose = words::purpose(t, check.purpose),
            document = document::kind(t, check.document.kind),
            by = by.as_str()
        )
    });
    seen.chain(card).collect()
}

/// The page.
pub(super) async fn page(
    visit: Visit,
    Path((org, who)): Path<(String, String)>,
    Query(done): Query<Done>,
) -> Result<Response, AppError> {
    let desk = Desk::enter(visit, &org, Action::SeePeople).await?;
    let member = people::member(&desk.visit.app, desk.organisation.id, membership_id(&who)?).await?;
    let path = desk.person_path(member.membership.id);
    let ui = desk.ui(&path);
    let t = ui.t.clone();
    let manages = desk.may(Action::Manage);
    let ended = member.membership.status_at(desk.visit.app.now()) == MembershipStatus::Ended;
    let identities = member.identities.iter().map(|(identity, status)| IdentityLine {
        status: words::identity(&t, *status),
        since: dutch_time::date(identity.created_at),
        last_used: identity.last_used_at.map(dutch_time::date).unwrap_or_else(|| fl!(t, "people-never-used")),
        until: dutch_time::date(identity.not_after),
    });
    let page = PersonPage {
        organisation: desk.organisation.name.clone(),
        base: desk.path(""),
        flash: form::flash(&t, done.gedaan.as_deref()),
        name: member.person.name.full(),
        facts: facts(&t, &member, manages),
        membership: membership(&t, &desk, &member),
        identities: identities.collect(),
        qr_until: member.qr_until.map(|until| dutch_time::moment(desk.visit.caller.lang, until)),
        attributes: if manages { attributes(&member) } else { Vec::new() },
        checks: if manages { checks(&t, &member) } else { Vec::new() },
        work: links(
            &t,
            &desk,
            &member,
            &[
                Deed::Edit,
                Deed::Correct,
                Deed::Roles,
                Deed::Reconfirm,
                Deed::EndDate,
                Deed::UnblockAccess,
                Deed::BlockAccess,
            ],
        ),
        means: links(&t, &desk, &member, &[Deed::NewQr, Deed::UnblockIdentity, Deed::BlockIdentity]),
        grave: links(&t, &desk, &member, &[Deed::Unlink, Deed::RevokeIdentity, Deed::Remove]),
        note: note(&t, &desk, &member),
        guides: !ended && desk.me() != Some(member.person.id) && !member.identities.is_empty() && manages,
        history: manages,
        log: desk.may(Action::ReadLog).then(|| log::Typed::person(&desk.path("/log"), &member.person.number)),
        reconfirm: Deed::Reconfirm.offered(&desk, &member),
        path,
        ui,
    };
    ui::page(&page)
}
