//! The identity document that an operator looked at, and the person in it.

use crate::{
    AppState,
    pages::{
        dutch_time,
        form::{Field, Kind, any_error, fits, tidy},
        texts::Texts,
    },
    services::proofing,
};
use domain::{
    BirthDate, EmailAddress, PersonName,
    change::NewPerson,
    document::{DocumentKind, DocumentNumber},
    name::MAX_PART,
    person::ShownDocument,
};
use i18n_embed_fl::fl;
use serde::Deserialize;

use super::sheet::text_error;

/// What was typed of a document.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub(in crate::pages) struct TypedDocument {
    documentsoort: String,
    documentnummer: String,
    geldigtot: String,
}

pub(in crate::pages) fn kind(t: &Texts, kind: DocumentKind) -> String {
    match kind {
        DocumentKind::Passport => fl!(t, "office-document-passport"),
        DocumentKind::IdentityCard => fl!(t, "office-document-identity-card"),
        DocumentKind::DrivingLicence => fl!(t, "office-document-driving-licence"),
        DocumentKind::ResidencePermit => fl!(t, "office-document-residence-permit"),
    }
}

impl TypedDocument {
    fn number(&self) -> Option<(DocumentKind, DocumentNumber)> {
        let kind = DocumentKind::parse(&self.documentsoort)?;
        Some((kind, DocumentNumber::parse(kind, &self.documentnummer)?))
    }
    /// The fields, with their messages when they are checked.
    pub fn fields(&self, t: &Texts, app: &AppState, form: &str, check: bool) -> Vec<Field> {
        let options = DocumentKind::ALL.into_iter().map(|one| (one.as_str().to_owned(), kind(t, one))).collect();
        let unknown = DocumentKind::parse(&self.documentsoort).is_none().then(|| fl!(t, "choose-again"));
        let number = self.number().is_none().then(|| fl!(t, "office-document-number-wrong"));
        let until = match dutch_time::parse_date(&self.geldigtot) {
            None => Some(fl!(t, "office-document-until-wrong")),
            Some(until) if until < dutch_time::today(app.now()) => Some(fl!(t, "office-document-expired")),
            Some(_) => None,
        };
        vec![
            Field::new("documentsoort", fl!(t, "office-document-kind"), &self.documentsoort)
                .id(format!("{form}-documentsoort"))
                .kind(Kind::Choice(options))
                .error(unknown.filter(|_| check)),
            Field::new("documentnummer", fl!(t, "office-document-number"), &self.documentnummer)
                .id(format!("{form}-documentnummer"))
                .most(40)
                .help(fl!(t, "office-document-number-help"))
                .error(number.filter(|_| check)),
            Field::new("geldigtot", fl!(t, "office-document-until"), &self.geldigtot)
                .id(format!("{form}-geldigtot"))
                .kind(Kind::Line("date"))
                .short()
                .error(until.filter(|_| check)),
        ]
    }
    /// The document, when every field is right; its number sealed.
    pub fn read(&self, app: &AppState) -> Option<ShownDocument> {
        let (kind, number) = self.number()?;
        let until = dutch_time::parse_date(&self.geldigtot).filter(|until| *until >= dutch_time::today(app.now()))?;
        let expires_on = format!("{:04}-{:02}-{:02}", until.year(), u8::from(until.month()), until.day());
        proofing::seal_document(app, kind, &number, &expires_on).ok()
    }
}

/// What was typed of a person's names and birth.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub(in crate::pages) struct TypedPerson {
    pub voornamen: String,
    pub tussenvoegsel: String,
    pub achternaam: String,
    pub geboortedatum: String,
    pub geboorteplaats: String,
}

impl TypedPerson {
    /// The fields, with their messages when they are checked.
    pub fn fields(&self, t: &Texts, app: &AppState, form: &str, check: bool) -> Vec<Field> {
        let said = |wrong: Option<String>| wrong.filter(|_| check);
        let optional = |typed: &str| match typed.trim() {
            "" => None,
            typed => text_error(t, typed, MAX_PART),
        };
        let date = match BirthDate::parse_typed(&self.geboortedatum) {
            None => Some(fl!(t, "birth-date-invalid")),
            Some(date) if date.is_future(app.now()) => Some(fl!(t, "birth-date-future")),
            Some(_) => None,
        };
        let field = |name: &'static str, label: String, value: &str| {
            Field::new(name, label, value).id(format!("{form}-{name}")).most(MAX_PART)
        };
        vec![
            field("voornamen", fl!(t, "apply-given"), &self.voornamen)
                .optional()
                .help(fl!(t, "apply-given-help"))
                .error(said(optional(&self.voornamen))),
            field("tussenvoegsel", fl!(t, "apply-prefix"), &self.tussenvoegsel)
                .optional()
                .short()
                .error(said(optional(&self.tussenvoegsel))),
            field("achternaam", fl!(t, "apply-surname"), &self.achternaam).error(said(text_error(
                t,
                &self.achternaam,
                MAX_PART,
            ))),
            field("geboortedatum", fl!(t, "birth-date-label"), &self.geboortedatum)
                .help(fl!(t, "office-birth-date-help"))
                .short()
                .error(said(date)),
            field("geboorteplaats", fl!(t, "office-birthplace"), &self.geboorteplaats)
                .optional()
                .error(said(optional(&self.geboorteplaats))),
        ]
    }
    /// Name, birth date and birthplace, when every field is right.
    pub fn read(&self, app: &AppState) -> Option<(PersonName, BirthDate, String)> {
        let shows = [&self.voornamen, &self.tussenvoegsel, &self.achternaam, &self.geboorteplaats];
        let shows = shows.iter().all(|part| part.trim().is_empty() || fits(&tidy(part), MAX_PART));
        let name = PersonName::new(&self.voornamen, &self.tussenvoegsel, &self.achternaam).filter(|_| shows)?;
        let date = BirthDate::parse_typed(&self.geboortedatum).filter(|date| !date.is_future(app.now()))?;
        Some((name, date, tidy(&self.geboorteplaats)))
    }
}

/// Somebody who is invited.
#[derive(Clone, Default)]
pub(super) struct TypedInvited {
    pub person: TypedPerson,
    pub document: TypedDocument,
    pub email: String,
}

impl TypedInvited {
    /// The fields, with their messages when they are checked.
    pub fn fields(&self, t: &Texts, app: &AppState, form: &str, check: bool) -> Vec<Field> {
        let wrong = !self.email.trim().is_empty() && EmailAddress::parse(&self.email).is_none();
        let email = Field::new("email", fl!(t, "apply-email"), &self.email)
            .id(format!("{form}-email"))
            .email(fl!(t, "field-email-wrong"))
            .optional()
            .error((wrong && check).then(|| fl!(t, "field-email-wrong")));
        let mut fields = self.person.fields(t, app, form, check);
        fields.push(email);
        fields.extend(self.document.fields(t, app, form, check));
        fields
    }
    /// The person, when every field is right.
    pub fn read(&self, app: &AppState, fields: &[Field]) -> Option<NewPerson> {
        if any_error(fields) {
            return None;
        }
        let (name, birth_date, birthplace) = self.person.read(app)?;
        Some(NewPerson {
            name,
            birth_date,
            birthplace,
            document: self.document.read(app)?,
            email: EmailAddress::parse(&self.email),
            department: String::new(),
            personnel_number: String::new(),
        })
    }
}
