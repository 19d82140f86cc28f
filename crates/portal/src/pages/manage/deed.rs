//! What can be done with a colleague, one page each.

use super::Desk;
use crate::{
    AppState,
    pages::{
        backoffice::{
            document::{TypedDocument, TypedPerson},
            sheet::{reason, reason_error, text_error},
        },
        dutch_time,
        form::{Field, Kind, any_error, tidy},
        overview,
        texts::Texts,
    },
    services::people::Member,
};
use domain::{
    EmailAddress, Timestamp,
    authorise::{Refusal, Target},
    change::{Change, MemberChange},
    document::DocumentKind,
    identity::IdentityStatus,
    person::{MembershipStatus, Role, ShownDocument},
    preregistration::MAX_WORK,
};
use i18n_embed_fl::fl;
use serde::Deserialize;

macro_rules! deeds {
    ($( $(#[doc = $doc:literal])+ $name:ident = $word:literal; )+) => {
        /// What can be done with a colleague.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum Deed { $( $(#[doc = $doc])+ $name, )+ }
        impl Deed {
            /// All of them, in the order in which they are offered.
            pub const ALL: [Self; 13] = [ $( Self::$name, )+ ];
            /// The end of its address.
            pub fn word(self) -> &'static str { match self { $( Self::$name => $word, )+ } }
            /// Its route.
            pub fn route(self) -> &'static str {
                match self { $( Self::$name => concat!("/beheer/{org}/personen/{membership}/", $word), )+ }
            }
        }
    };
}

deeds! {
    /// E-mail address, department, personnel number.
    Edit = "wijzigen";
    /// Names and birth data before the first activation.
    Correct = "corrigeren";
    /// Give and take roles.
    Roles = "rollen";
    /// A new QR code.
    NewQr = "nieuwe-qr-code";
    /// Te herbevestigen: confirm.
    Reconfirm = "herbevestigen";
    /// Block access here.
    BlockAccess = "toegang-blokkeren";
    /// Unblock access here.
    UnblockAccess = "toegang-deblokkeren";
    /// Block the ID everywhere.
    BlockIdentity = "id-blokkeren";
    /// Unblock it.
    UnblockIdentity = "id-deblokkeren";
    /// Revoke the ID for good.
    RevokeIdentity = "id-intrekken";
    /// A last working day.
    EndDate = "einddatum";
    /// Unlink.
    Unlink = "ontkoppelen";
    /// Remove a registration that was never activated.
    Remove = "verwijderen";
}

/// What was typed, of whichever deed.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Typed {
    #[serde(flatten)]
    pub document: TypedDocument,
    #[serde(flatten)]
    pub person: TypedPerson,
    pub email: String,
    pub afdeling: String,
    pub personeelsnummer: String,
    pub einddatum: String,
    pub rol: String,
    pub reden: String,
    /// The statement that the check was face to face.
    pub gezien: String,
}

impl Typed {
    pub fn seen(&self) -> bool {
        !self.gezien.is_empty()
    }
}

/// The fields of names and birth, in words about a colleague.
pub(super) fn person_fields(t: &Texts, app: &AppState, form: &str, typed: &Typed, check: bool) -> Vec<Field> {
    let mut fields = typed.person.fields(t, app, form, check);
    for field in fields.iter_mut().filter(|field| field.name == "voornamen") {
        field.help = Some(fl!(t, "person-given-help"));
    }
    fields
}

/// The fields about work and e-mail.
pub(super) fn work_fields(t: &Texts, form: &str, typed: &Typed, check: bool) -> Vec<Field> {
    let said = |wrong: Option<String>| wrong.filter(|_| check);
    let optional = |typed: &str| match typed.trim() {
        "" => None,
        typed => text_error(t, typed, MAX_WORK),
    };
    let wrong = !typed.email.trim().is_empty() && EmailAddress::parse(&typed.email).is_none();
    vec![
        Field::new("email", fl!(t, "person-email"), &typed.email)
            .id(format!("{form}-email"))
            .email(fl!(t, "field-email-wrong"))
            .help(fl!(t, "person-email-help"))
            .optional()
            .error(said(wrong.then(|| fl!(t, "field-email-wrong")))),
        Field::new("personeelsnummer", fl!(t, "person-personnel-number"), &typed.personeelsnummer)
            .id(format!("{form}-personeelsnummer"))
            .most(MAX_WORK)
            .short()
            .optional()
            .error(said(optional(&typed.personeelsnummer))),
        Field::new("afdeling", fl!(t, "person-department"), &typed.afdeling)
            .id(format!("{form}-afdeling"))
            .most(MAX_WORK)
            .optional()
            .error(said(optional(&typed.afdeling))),
    ]
}

/// The first moment that a last working day is over.
fn end_of(day: &str) -> Option<Timestamp> {
    let next = dutch_time::parse_date(day)?.next_day()?;
    let (year, month, day) = (next.year(), u8::from(next.month()), next.day());
    dutch_time::parse_moment(&format!("{year:04}-{month:02}-{day:02}T00:00"))
}

fn any_document() -> ShownDocument {
    ShownDocument { kind: DocumentKind::Passport, number_sealed: String::new(), expires_on: String::new() }
}

impl Deed {
    /// The deed of an address.
    pub fn of(path: &str) -> Option<Self> {
        let word = path.rsplit('/').next()?;
        Self::ALL.into_iter().find(|deed| deed.word() == word)
    }
    /// What its button and page are called.
    pub fn title(self, t: &Texts) -> String {
        match self {
            Self::Edit => fl!(t, "deed-edit"),
            Self::Correct => fl!(t, "deed-correct"),
            Self::Roles => fl!(t, "deed-roles"),
            Self::NewQr => fl!(t, "deed-new-qr"),
            Self::Reconfirm => fl!(t, "deed-reconfirm"),
            Self::BlockAccess => fl!(t, "deed-block-access"),
            Self::UnblockAccess => fl!(t, "deed-unblock-access"),
            Self::BlockIdentity => fl!(t, "deed-block-identity"),
            Self::UnblockIdentity => fl!(t, "deed-unblock-identity"),
            Self::RevokeIdentity => fl!(t, "deed-revoke-identity"),
            Self::EndDate => fl!(t, "deed-end-date"),
            Self::Unlink => fl!(t, "deed-unlink"),
            Self::Remove => fl!(t, "deed-remove"),
        }
    }
    /// What will happen.
    pub fn text(self, t: &Texts) -> String {
        match self {
            Self::Edit => fl!(t, "deed-edit-text"),
            Self::Correct => fl!(t, "deed-correct-text"),
            Self::Roles => fl!(t, "deed-roles-text"),
            Self::NewQr => fl!(t, "deed-new-qr-text"),
            Self::Reconfirm => fl!(t, "deed-reconfirm-text"),
            Self::BlockAccess => fl!(t, "deed-block-access-text"),
            Self::UnblockAccess => fl!(t, "deed-unblock-access-text"),
            Self::BlockIdentity => fl!(t, "deed-block-identity-text"),
            Self::UnblockIdentity => fl!(t, "deed-unblock-identity-text"),
            Self::RevokeIdentity => fl!(t, "deed-revoke-identity-text"),
            Self::EndDate => fl!(t, "deed-end-date-text"),
            Self::Unlink => fl!(t, "deed-unlink-text"),
            Self::Remove => fl!(t, "deed-remove-text"),
        }
    }
    /// The button that does it.
    pub fn button(self, t: &Texts) -> String {
        match self {
            Self::Edit | Self::Correct | Self::EndDate | Self::Roles => fl!(t, "save"),
            other => other.title(t),
        }
    }
    /// Whether it cannot be undone.
    pub fn is_final(self) -> bool {
        matches!(self, Self::RevokeIdentity | Self::Remove | Self::Unlink)
    }
    /// Whether an identity document is looked at.
    pub fn checks_document(self) -> bool {
        matches!(self, Self::NewQr | Self::Reconfirm | Self::UnblockIdentity)
    }
    fn asks_reason(self) -> bool {
        !matches!(self, Self::Edit | Self::Remove)
    }
    /// Whether it makes sense as things stand.
    pub fn fits(self, member: &Member, now: Timestamp) -> bool {
        let access = member.membership.status_at(now);
        let has = |wanted: &[IdentityStatus]| member.present(wanted).is_some();
        if access == MembershipStatus::Ended {
            return false;
        }
        match self {
            Self::Edit | Self::Roles | Self::EndDate => true,
            // Somebody who was never activated is removed, not unlinked.
            Self::Unlink => !member.removable,
            Self::Correct => member.identities.is_empty(),
            Self::NewQr => matches!(access, MembershipStatus::Active | MembershipStatus::Reconfirm),
            Self::Reconfirm => access == MembershipStatus::Reconfirm,
            Self::BlockAccess => access == MembershipStatus::Active,
            Self::UnblockAccess => access == MembershipStatus::Blocked,
            Self::BlockIdentity => has(&[IdentityStatus::Active]),
            Self::UnblockIdentity => !has(&[IdentityStatus::Active]) && has(&[IdentityStatus::Blocked]),
            Self::RevokeIdentity => has(&[IdentityStatus::Active, IdentityStatus::Blocked]),
            Self::Remove => member.removable,
        }
    }
    /// A change of this kind, to ask whether it may be made.
    pub fn sample(self, member: &Member) -> MemberChange {
        let (person, document) = (&member.person, any_document());
        match self {
            Self::Edit => {
                MemberChange::Edit { email: None, department: String::new(), personnel_number: String::new() }
            }
            Self::Correct => MemberChange::Correct {
                name: person.name.clone(),
                birth_date: person.birth_date,
                birthplace: String::new(),
            },
            Self::Roles => MemberChange::Give(Role::Helpdesk),
            Self::NewQr => MemberChange::NewQr(document),
            Self::Reconfirm => MemberChange::Reconfirm(document),
            Self::BlockAccess => MemberChange::BlockAccess,
            Self::UnblockAccess => MemberChange::UnblockAccess,
            Self::BlockIdentity => MemberChange::BlockIdentity,
            Self::UnblockIdentity => MemberChange::UnblockIdentity(document),
            Self::RevokeIdentity => MemberChange::RevokeIdentity,
            Self::EndDate => MemberChange::EndDate(None),
            Self::Unlink => MemberChange::Unlink,
            Self::Remove => MemberChange::Remove,
        }
    }
    /// Whether who is at work may do it now. The same rules decide again when it is done.
    pub fn offered(self, desk: &Desk, member: &Member) -> bool {
        self.fits(member, desk.visit.app.now()) && self.allowed(desk, member).is_ok()
    }
    /// Why who is at work may not.
    pub fn allowed(self, desk: &Desk, member: &Member) -> Result<(), Refusal> {
        may(desk, member, self.sample(member))
    }
    /// The fields, filled with what is known before anything was typed.
    pub fn known(self, member: &Member) -> Typed {
        let (person, membership) = (&member.person, &member.membership);
        Typed {
            person: TypedPerson {
                voornamen: person.name.given.clone(),
                tussenvoegsel: person.name.prefix.clone(),
                achternaam: person.name.surname.clone(),
                geboortedatum: person.birth_date.to_dutch(),
                geboorteplaats: person.birthplace.clone(),
            },
            email: person.email.as_ref().map(ToString::to_string).unwrap_or_default(),
            afdeling: membership.department.clone(),
            personeelsnummer: membership.personnel_number.clone(),
            // The last day on which it is not over.
            einddatum: membership.ends_at.map(|end| dutch_time::iso_date(end.plus_seconds(-1))).unwrap_or_default(),
            ..Typed::default()
        }
    }
    /// The fields, with their messages when they are checked.
    pub fn fields(self, t: &Texts, desk: &Desk, member: &Member, typed: &Typed, check: bool) -> Vec<Field> {
        let app: &AppState = &desk.visit.app;
        let word = self.word();
        let mut fields = match self {
            Self::Edit => work_fields(t, word, typed, check),
            Self::Correct => person_fields(t, app, word, typed, check),
            Self::Roles => vec![self.role_field(t, desk, member, typed, check)],
            Self::EndDate => {
                let end = end_of(&typed.einddatum);
                let wrong = match (typed.einddatum.trim(), end) {
                    ("", _) => None,
                    (_, None) => Some(fl!(t, "end-date-wrong")),
                    (_, Some(end)) if end <= app.now() => Some(fl!(t, "end-date-past")),
                    _ => None,
                };
                let field = Field::new("einddatum", fl!(t, "end-date-label"), &typed.einddatum)
                    .id(format!("{word}-einddatum"))
                    .kind(Kind::Line("date"))
                    .help(fl!(t, "end-date-help"))
                    .short()
                    .optional()
                    .error(wrong.filter(|_| check));
                vec![field]
            }
            _ if self.checks_document() => typed.document.fields(t, app, word, check),
            _ => Vec::new(),
        };
        if self.asks_reason() {
            let wrong = reason_error(t, &typed.reden).filter(|_| check);
            fields.push(reason(t, word, &typed.reden, fl!(t, "deed-reason-help")).error(wrong));
        }
        fields
    }
    fn role_field(self, t: &Texts, desk: &Desk, member: &Member, typed: &Typed, check: bool) -> Field {
        let options = role_changes(desk, member).into_iter().map(|change| {
            let word = role_word(&change);
            let text = match &change {
                MemberChange::Take(role) => fl!(t, "role-take", role = overview::role(t, *role)),
                MemberChange::Give(role) => fl!(t, "role-give", role = overview::role(t, *role)),
                _ => String::new(),
            };
            (word, text)
        });
        let options: Vec<(String, String)> =
            std::iter::once((String::new(), fl!(t, "role-choose"))).chain(options).collect();
        let known = options.iter().any(|(word, _)| !word.is_empty() && *word == typed.rol);
        Field::new("rol", fl!(t, "deed-roles"), &typed.rol)
            .id(format!("{}-rol", self.word()))
            .kind(Kind::Choice(options))
            .error((check && !known).then(|| fl!(t, "role-missing")))
    }
    /// The change, when every field is right.
    pub fn read(self, desk: &Desk, member: &Member, typed: &Typed, fields: &[Field]) -> Option<MemberChange> {
        if any_error(fields) || (self.checks_document() && !typed.seen()) {
            return None;
        }
        let app = &desk.visit.app;
        Some(match self {
            Self::Edit => MemberChange::Edit {
                email: EmailAddress::parse(&typed.email),
                department: tidy(&typed.afdeling),
                personnel_number: tidy(&typed.personeelsnummer),
            },
            Self::Correct => {
                let (name, birth_date, birthplace) = typed.person.read(app)?;
                MemberChange::Correct { name, birth_date, birthplace }
            }
            Self::Roles => role_changes(desk, member).into_iter().find(|change| role_word(change) == typed.rol)?,
            Self::NewQr => MemberChange::NewQr(typed.document.read(app)?),
            Self::Reconfirm => MemberChange::Reconfirm(typed.document.read(app)?),
            Self::UnblockIdentity => MemberChange::UnblockIdentity(typed.document.read(app)?),
            Self::EndDate => MemberChange::EndDate(end_of(&typed.einddatum)),
            Self::BlockAccess => MemberChange::BlockAccess,
            Self::UnblockAccess => MemberChange::UnblockAccess,
            Self::BlockIdentity => MemberChange::BlockIdentity,
            Self::RevokeIdentity => MemberChange::RevokeIdentity,
            Self::Unlink => MemberChange::Unlink,
            Self::Remove => MemberChange::Remove,
        })
    }
}

/// Whether who is at work may make a change.
fn may(desk: &Desk, member: &Member, change: MemberChange) -> Result<(), Refusal> {
    let now = desk.visit.app.now();
    let actor = desk.visit.current.as_ref().and_then(|current| current.actor(now)).ok_or(Refusal::Unseen)?;
    let target = Target { membership: &member.membership, last_administrator: member.last_administrator };
    actor.may_change(&Change::Member { membership: member.membership.id, change }, Some(target))
}

/// Roles that may be given or taken.
fn role_changes(desk: &Desk, member: &Member) -> Vec<MemberChange> {
    let one = |role: Role| match member.membership.has(role) {
        true => MemberChange::Take(role),
        false => MemberChange::Give(role),
    };
    let all = [Role::Manager, Role::Administrator, Role::Helpdesk, Role::Auditor].map(one);
    all.into_iter().filter(|change| may(desk, member, change.clone()).is_ok()).collect()
}

fn role_word(change: &MemberChange) -> String {
    match change {
        MemberChange::Give(role) => format!("geef-{}", role.as_str()),
        MemberChange::Take(role) => format!("neem-{}", role.as_str()),
        _ => String::new(),
    }
}
